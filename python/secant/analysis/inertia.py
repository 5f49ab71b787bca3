"""The signs of a symmetric matrix's eigenvalues, as far as error bars on its entries let them be told.

Weyl's bound (H. Weyl, "Das asymptotische Verteilungsgesetz der Eigenwerte linearer partieller Differentialgleichungen",
Math. Ann. 71 (1912), 441-479): if H and K are symmetric, the k-th eigenvalues differ by at most the 2-norm of H - K.
With entrywise bars |H - K| <= E that norm is at most the 2-norm of E.

Sylvester's law of inertia (1852): D H D has as many positive and negative eigenvalues as H. So where variables have
very different scales, signs are told from D H D, with D such that the bars of its entries are at most 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secant.estimate import FACTOR

if TYPE_CHECKING:
    import numpy.typing as npt


_SWEEPS = 20
"""Each halves what rows' largest entries are off in their exponents."""


@dataclass(frozen=True, slots=True, eq=False)
class Eigenvalues:
    """Eigenvalues of D H D in rising order, with one bar for all.

    Attributes
    ----------
    scale : ndarray
        The diagonal of D.
    values : ndarray
        The eigenvalues, shape (n,).
    radius : float
        Weyl's bound, and the rounding of the computation.
    vectors : ndarray
        Orthonormal eigenvectors, shape (n, n), one a column.
    """

    scale: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    radius: float
    vectors: npt.NDArray[np.float64]

    @property
    def signs(self) -> npt.NDArray[np.int8]:
        """-1 or 1 for those whose sign is certain, 0 for others. The same for H, by Sylvester's law."""
        certain = np.abs(self.values) > FACTOR * self.radius
        return np.where(certain, np.sign(self.values), 0.0).astype(np.int8)

    @property
    def directions(self) -> npt.NDArray[np.float64]:
        """Directions D v in which H curves as the eigenvalues say, unit vectors, one a column."""
        vectors = self.scale[:, np.newaxis] * self.vectors
        return np.asarray(vectors / np.linalg.norm(vectors, axis=0))


def eigenvalues(
    matrix: npt.NDArray[np.float64], error: npt.NDArray[np.float64], scale: npt.NDArray[np.float64] | None = None
) -> Eigenvalues:
    """Eigenvalues of a symmetric matrix with entrywise error bars; infinite bars where an entry is not known."""
    n = matrix.shape[0]
    d = np.ones(n) if scale is None else scale
    known = np.isfinite(matrix) & np.isfinite(error)
    scaled = np.where(known, matrix, 0.0) * d * d[:, np.newaxis]
    values, vectors = np.linalg.eigh(scaled) if n else (np.zeros(0), np.zeros((0, 0)))
    if not known.all():
        return Eigenvalues(d, values, np.inf, vectors)
    rounding = 2 * n * np.finfo(np.float64).eps * np.abs(values).max(initial=0.0)
    radius = np.linalg.norm(np.where(known, error, 0.0) * d * d[:, np.newaxis], 2) if n else 0.0
    return Eigenvalues(d, values, float(radius + rounding), vectors)


def scaled_eigenvalues(matrix: npt.NDArray[np.float64], error: npt.NDArray[np.float64]) -> Eigenvalues:
    """Eigenvalues of D H D, with D such that no bar of its entries is above 1: curvatures counted in bars."""
    # The rounding of the entries is the least error.
    largest = np.max(np.maximum(error, np.finfo(np.float64).eps * np.abs(matrix)), axis=1)
    with np.errstate(divide="ignore"):
        scale = np.where((largest > 0) & np.isfinite(largest), 1 / np.sqrt(largest), 1.0)
    return eigenvalues(matrix, error, scale)


def equilibration(size: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The diagonal of D that makes the largest entry of each row of D A D about 1: D. Ruiz, RAL-TR-2001-034 (2001)."""
    scale = np.ones(size.shape[0])
    if not np.isfinite(size).all():
        return scale
    for _ in range(_SWEEPS):
        largest = np.max(size * scale * scale[:, np.newaxis], axis=1)
        scale = scale / np.sqrt(np.where(largest > 0, largest, 1.0))
    return scale


def best_eigenvalues(matrix: npt.NDArray[np.float64], error: npt.NDArray[np.float64]) -> Eigenvalues:
    """Those of H itself, or of D H D where more of their signs are certain."""
    best = eigenvalues(matrix, error)
    if best.signs.all() or not np.isfinite(best.radius):
        return best
    balanced = eigenvalues(matrix, error, equilibration(np.abs(matrix) + error))
    for other in (scaled_eigenvalues(matrix, error), balanced):
        if np.count_nonzero(other.signs) > np.count_nonzero(best.signs):
            best = other
    return best
