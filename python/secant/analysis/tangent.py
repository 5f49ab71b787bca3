"""The directions that constraints leave, and whether the constraints' gradients are independent (LICQ)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secant.estimate import FACTOR

if TYPE_CHECKING:
    import numpy.typing as npt

DEPENDENT = 1e-9
"""Gradients, each brought to length 1, are dependent if their smallest singular value is below this."""


@dataclass(frozen=True, slots=True, eq=False)
class TangentSpace:
    """The null space of a matrix whose rows are the gradients of active constraints.

    Attributes
    ----------
    basis : ndarray
        Orthonormal, one vector a column, shape (n, k).
    angle : float
        How far the space may be turned by what the gradients may be off, to first order: ``norm(error) / smallest
        singular value`` (P.-Å. Wedin, BIT 12 (1972), 99-111).
    independent : bool
        Whether the rows are linearly independent, by more than their bars.
    dependence : str
        If not, which rows depend on each other, in words.
    """

    basis: npt.NDArray[np.float64]
    angle: float
    independent: bool
    dependence: str


def tangent_space(slopes: npt.NDArray[np.float64], bars: npt.NDArray[np.float64], names: list[str]) -> TangentSpace:
    """The tangent space of rows with these gradients and bars, shapes (k, n)."""
    k, n = slopes.shape
    if not k:
        return TangentSpace(np.eye(n), 0.0, True, "")
    length = row_lengths(slopes)
    left, singular, right = np.linalg.svd(slopes / length[:, np.newaxis])
    uncertain = max(FACTOR * float(np.linalg.norm(bars / length[:, np.newaxis], 2)), DEPENDENT)
    vanishing = np.linalg.norm(slopes, axis=1) <= FACTOR * np.linalg.norm(bars, axis=1)
    if not vanishing.any() and k <= n and singular[-1] > uncertain:
        return TangentSpace(right[k:].T, uncertain / singular[-1], True, "")
    rank = int(np.sum(singular > uncertain))
    return TangentSpace(right[rank:].T, 0.0, False, _dependence(vanishing, left[:, -1], names))


def row_lengths(slopes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Euclidean lengths of rows; 1 for those that are zero, which stay so when they are divided by it."""
    length: npt.NDArray[np.float64] = np.linalg.norm(slopes, axis=1)
    return np.where(length > 0, length, 1.0)


def _dependence(vanishing: npt.NDArray[np.bool_], combination: npt.NDArray[np.float64], names: list[str]) -> str:
    if vanishing.any():
        return f"the gradient of {names[int(np.argmax(vanishing))]} vanishes"
    involved = [names[i] for i in np.flatnonzero(np.abs(combination) > 1e-6)]
    return f"the gradients of {', '.join(involved[:-1])} and {involved[-1]} are linearly dependent"
