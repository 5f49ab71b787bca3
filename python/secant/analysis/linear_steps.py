"""Symmetric linear systems for steps, solved by SciPy's iterations: exactly, or as far as the way leads down."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from scipy.sparse.linalg import LinearOperator

    Vector = npt.NDArray[np.float64]

_ROUNDS = 4
"""How often MINRES is started anew on what is left, at most."""

_TIGHTER = 0.01
"""By what MINRES' tolerance is below the one that is asked for: its own test is of ‖Hp - b‖ / (‖H‖ ‖p‖), not / ‖b‖."""

_FLAT = 1e-14
"""Curvature below this share of the largest that was met counts as none."""


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """A step p, the product H p, how many products it took, by which solver, and what to know of it."""

    step: Vector
    product: Vector
    products: int
    solver: str
    reason: str


class _NegativeCurvature(Exception):  # noqa: N818  # no error: an event
    """Conjugate gradients met a direction in which the quadratic does not curve up."""


class _Counted:
    """A matrix by its products, which are counted, up to a limit."""

    def __init__(self, matrix: Any, n: int) -> None:
        from scipy.sparse.linalg import aslinearoperator

        self._matrix = aslinearoperator(matrix)
        self.n = n
        self.count = 0

    def __call__(self, v: Vector) -> Vector:
        self.count += 1
        product = np.asarray(self._matrix.matvec(v), np.float64)
        if not np.isfinite(product).all():
            msg = "a product of the Hessian with a vector is not finite"
            raise ValueError(msg)
        return product

    def operator(self, matvec: Callable[[Vector], Vector]) -> LinearOperator:
        """Its products under another rule."""
        from scipy.sparse.linalg import LinearOperator

        return LinearOperator((self.n, self.n), matvec=matvec, dtype=np.float64)


def tolerance(solver: Callable[..., Any], rtol: float) -> dict[str, float]:
    """The relative tolerance under the name that SciPy's version has for it."""
    return {"rtol" if "rtol" in signature(solver).parameters else "tol": rtol}


def solve_symmetric(matrix: Any, right: Vector, rtol: float, maxiter: int) -> Solved:
    """The solution p of H p = b, or what is nearest to one: sparse matrices by factors, others by MINRES."""
    from scipy.sparse import issparse
    from scipy.sparse.linalg import minres

    if issparse(matrix):
        step = _factored(matrix, right)
        if step is not None:
            product = np.asarray(matrix @ step, np.float64)
            return Solved(step, product, 0, "sparse LU", "the step is where the quadratic model is stationary")
    product_of = _Counted(matrix, right.size)
    operator = product_of.operator(product_of)
    length = float(np.linalg.norm(right))
    step, product = np.zeros_like(right), np.zeros_like(right)
    for _ in range(_ROUNDS):
        left = right - product
        before = float(np.linalg.norm(left))
        if before <= rtol * length or product_of.count >= maxiter:
            break
        wanted = tolerance(minres, _TIGHTER * rtol * length / before)
        more, _ = minres(operator, left, maxiter=maxiter - product_of.count, **wanted)
        changed = product_of(step + more)
        if np.linalg.norm(right - changed) > before:
            break
        step, product = step + more, changed
        if np.linalg.norm(right - product) > before / 2:
            break
    share = float(np.linalg.norm(right - product)) / length
    reason = "the step is where the quadratic model is stationary"
    if share > rtol:
        end = f"after {product_of.count} products" if product_of.count >= maxiter else "and it does not get smaller"
        reason = (
            f"H p + g is {share:.1g} of the gradient {end}: the Hessian is singular, or nearly so, or its products are "
            "not accurate enough"
        )
    return Solved(step, product, product_of.count, "MINRES", reason)


def _factored(matrix: Any, right: Vector) -> Vector | None:
    """By a sparse LU; None where the matrix is singular."""
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu

    try:
        step = np.asarray(splu(csc_array(matrix)).solve(right), np.float64)
    except RuntimeError:  # "Factor is exactly singular"
        return None
    return step if np.isfinite(step).all() else None


def descend(matrix: Any, right: Vector, rtol: float, maxiter: int) -> Solved:
    """Conjugate gradients for H p = b up to the first direction without positive curvature.

    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd ed. (2006), algorithm 7.1: each iterate is a direction of
    descent for the quadratic ½ pᵀHp - bᵀp. Where the first direction, b, has no positive curvature, it is the step.
    """
    from scipy.sparse.linalg import cg

    product_of = _Counted(matrix, right.size)
    step, largest = np.zeros_like(right), 0.0

    def product(v: Vector) -> Vector:
        nonlocal largest
        if not v.any():
            return np.zeros_like(v)
        found = product_of(v)
        curvature = float(v @ found) / float(v @ v)
        largest = max(largest, abs(curvature))
        if curvature <= _FLAT * largest:
            raise _NegativeCurvature
        return found

    def keep(iterate: Vector) -> None:
        step[...] = iterate

    try:
        cg(product_of.operator(product), right, maxiter=maxiter, callback=keep, **tolerance(cg, rtol))
        reason = "conjugate gradients met no negative curvature: the step leads to the minimum of the quadratic model"
        share = None
    except _NegativeCurvature:
        reason = "the Hessian is not positive definite: conjugate gradients stopped where they met negative curvature"
        if not step.any():
            step[...] = right
            reason = (
                "the Hessian is not positive definite: it curves down along the gradient, whose opposite is the step"
            )
        share = 0.0
    after = product_of(step)
    if share is None:
        share = float(np.linalg.norm(right - after) / np.linalg.norm(right))
        if share > 2 * rtol:
            reason = (
                f"H p + g is still {share:.1g} of the gradient after {product_of.count} products of conjugate gradients"
            )
    return Solved(step, after, product_of.count, "conjugate gradients", reason)
