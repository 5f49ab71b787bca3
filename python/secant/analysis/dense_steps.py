"""Newton's step by the eigenvalues of a dense Hessian: which may be zero by their error bars, and the step's bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from secant.analysis.inertia import best_eigenvalues, equilibration
from secant.analysis.linear_steps import Solved

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float64]

Definiteness: TypeAlias = Literal["positive definite", "negative definite", "indefinite", "singular", "unknown"]
Indefinite: TypeAlias = Literal["solve", "descend"]


def solve_dense(
    matrix: Vector, error: Vector | None, gradient: Vector, gradient_error: Vector | None, indefinite: Indefinite
) -> tuple[Solved, Definiteness, int, Vector | None]:
    """Newton's step by eigenvalues: the step, the Hessian's definiteness and rank, and the step's bars."""
    n = gradient.size
    found = best_eigenvalues(matrix, np.zeros((n, n)) if error is None else error)
    signs = found.signs
    certain = signs != 0
    rank = int(np.count_nonzero(certain))
    definiteness: Definiteness = "singular"
    if rank == n:
        definiteness = "positive definite" if (signs > 0).all() else "indefinite"
        definiteness = "negative definite" if (signs < 0).all() else definiteness
    altered = indefinite == "descend" and bool((signs < 0).any())
    values = np.where(certain, np.abs(found.values) if altered else found.values, 1.0)
    scaled = found.vectors.T @ (found.scale * gradient)
    step = -found.scale * (found.vectors @ np.where(certain, scaled / values, 0.0))
    bar = None
    if error is not None and gradient_error is not None and not altered:
        bar = np.full(n, np.inf)
        if rank == n:
            root = found.scale[:, np.newaxis] * found.vectors
            bar = _error_of_step(matrix, (root / values) @ root.T, error, gradient, gradient_error, step)
    reason = _reason(definiteness, n - rank, altered)
    if not gradient.any():
        reason = f"the gradient is zero; the Hessian is {definiteness}"
    return Solved(step, matrix @ step, 0, "", reason), definiteness, rank, bar


def _error_of_step(
    matrix: Vector, inverse: Vector, error: Vector, gradient: Vector, gradient_error: Vector, step: Vector
) -> Vector:
    """Bars of the solution of a linear system, from those of its matrix and its right side, and its own residual."""
    left = np.abs(matrix @ step + gradient)
    epsilon = np.finfo(np.float64).eps
    rounding = epsilon * gradient.size * (np.abs(matrix) @ np.abs(step) + np.abs(gradient))
    size = np.abs(inverse) * (1 + 1e-6)  # the inverse is rounded as well
    first = size @ (gradient_error + error @ np.abs(step) + left + rounding)
    # In variables of unit scale: unequal ones would spoil the largest row sum.
    scale = equilibration(np.abs(matrix) + error)
    grown = size @ (error @ scale) / scale
    rho = float(grown.max())
    if not rho < 1:
        return np.full(step.size, np.inf)
    return np.asarray(first + scale * grown * np.max(first / scale) / (1 - rho))


def _reason(definiteness: Definiteness, zeros: int, altered: bool) -> str:
    if definiteness == "singular":
        are = "eigenvalue is" if zeros == 1 else "eigenvalues are"
        return f"the Hessian is singular: {zeros} {are} zero within error bars, and the step leaves them out"
    if altered:
        return f"the Hessian is {definiteness}: the step takes its eigenvalues by their absolute values"
    goal = {"positive definite": "minimum", "negative definite": "maximum", "indefinite": "saddle"}[definiteness]
    return f"the Hessian is {definiteness}: the step leads to the {goal} of the quadratic model"
