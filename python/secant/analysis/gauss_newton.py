"""Gauss and Newton's step for a sum of squares, damped or not, and what it promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.analysis.bars import as_point
from secant.analysis.matrices import matrix_at, require_finite
from secant.analysis.newton import checked_iteration, table_of_step
from secant.bounds import real_array
from secant.derivatives import Jacobian
from secant.function import FunctionLike, arguments, prepare

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant import methods
    from secant.bounds import BoundsLike

    Vector = npt.NDArray[np.float64]

_STOPS = {
    0: "the residuals are zero",
    3: "the Jacobian is singular, or nearly so",
    6: "the Jacobian is singular, or nearly so",
    7: "LSMR did not settle",
}
"""LSMR's ways to end that are worth a word."""

_LARGEST_CONDITION = 1e12


@dataclass(frozen=True, slots=True, eq=False)
class GaussNewtonStep:
    """A step p from x that makes ``‖r + J p‖² + damping ‖p‖²`` smallest.

    Attributes
    ----------
    point : ndarray
        x.
    step : ndarray
        p, shaped like x.
    error : ndarray or None
        A bound on ``|step - exact|``, shaped like x, from the error bars of the Jacobian: one number for all entries, a
        bound on the length of the error. Infinite where the Jacobian's rank is not full and there is no damping. None
        where there are no such bars: sparse, matrix-free, and by methods without them.
    residuals : ndarray
        r, as the function returns them.
    slope : float
        The derivative of ½ ‖r‖² along p: (Jᵀr)ᵀp, never positive.
    curvature : float
        pᵀJᵀJp.
    decrease : float
        By how much ½ ‖r‖² falls from x to x + p if r is linear: ``-slope - curvature / 2``.
    residual : float
        The length of ``Jᵀ(r + J p) + damping p``, which is 0 for the exact step.
    is_descent : bool
        Whether the slope is negative.
    rank : int or None
        How many singular values of the Jacobian are not zero within their bars; None where they are not taken.
    damping : float
    reason : str
        What kind of step this is, and what to know of it.
    evaluations : int
        How often the function was called for the Jacobian and the residuals; not counted is what a pattern takes.
    description : str
        How it was done, in words.
    """

    point: npt.NDArray[Any]
    step: Vector
    error: Vector | None
    residuals: Vector
    slope: float
    curvature: float
    decrease: float
    residual: float
    is_descent: bool
    rank: int | None
    damping: float
    reason: str
    evaluations: int
    description: str

    def __str__(self) -> str:
        """The step with its error bars, and what it promises."""
        half = float(np.sum(self.residuals**2)) / 2
        damped = f", damping {self.damping:g}" if self.damping else ""
        share = f", {self.decrease / half:.2%} of it" if half else ""
        return "\n".join(
            [
                f"Gauss-Newton step from x{damped}: {self.reason}",
                *table_of_step(self.point, self.step, self.error),
                f"  decrease    {self.decrease:.6g} of ½ ‖r‖² = {half:.6g} by the linear model{share}",
                f"  {self.description}; {self.evaluations} evaluations of the residuals",
            ]
        )


def gauss_newton_step(
    residuals: FunctionLike,
    x: npt.ArrayLike,
    *,
    jac: Any = None,
    sparsity: Any = None,
    damping: float = 0.0,
    args: tuple[Any, ...] = (),
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    rtol: float = 1e-10,
    maxiter: int = 5000,
) -> GaussNewtonStep:
    """Gauss and Newton's step for a sum of squares: Newton's for ½ ‖r(x)‖² without the curvature of r.

    Parameters
    ----------
    residuals : callable or secant.native.Function
        ``residuals(x, *args)`` returns r, a number or an array of any shape.
    x : array_like
        The point; real, of any shape, scalars included.
    jac : callable, optional
        ``jac(x, *args)`` returns the Jacobian of r: an array of shape r.shape + x.shape or (r.size, x.size), a sparse
        one, or a LinearOperator with products from both sides. `secant.Jacobian` is such a callable.
    sparsity
        As for `secant.Jacobian`: the Jacobian is then estimated as a sparse one.
    damping : float
        λ >= 0 of Levenberg and Marquardt's method: ``λ ‖p‖²`` is added to what is made smallest.
    args : tuple
        Other arguments of `residuals` and `jac`.
    method : str, Adaptive, FiniteDifference or ComplexStep
        How the Jacobian is taken.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        `residuals` is never called outside. The step itself does not heed them.
    rtol, maxiter
        Where LSMR ends, for sparse Jacobians and operators.

    Returns
    -------
    GaussNewtonStep

    Raises
    ------
    ValueError
        If an option is not one of those above, shapes do not agree, or values are not finite.
    TypeError
        If x, r or the Jacobian is not made of real numbers.

    Notes
    -----
    A dense Jacobian goes through its singular values: those that may be zero, by the 2-norm of the Jacobian's error
    bars (Weyl's bound), are left out unless there is damping, and the step is the shortest of those that are as good.

    With singular values of at least σ for all Jacobians within the bars E, the error of the step is at most
    ``‖E |p|‖ / σ + ‖Eᵀ |ρ|‖ / σ²``, where ``ρ = r + J p``; with damping, σ² + λ is in place of σ². That is exact, not
    of first order: the steps differ by ``-J⁺ E p - (JᵀJ)⁻¹ Eᵀ ρ`` with the true J and the step p that was found.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd ed. (2006), section 10.3. D. W. Marquardt, An algorithm
    for least-squares estimation of nonlinear parameters, SIAM Journal on Applied Mathematics 11 (1963) 431-441.
    D. C.-L. Fong and M. A. Saunders, LSMR: an iterative algorithm for sparse least-squares problems, SIAM Journal on
    Scientific Computing 33 (2011) 2950-2971. P.-Å. Wedin, Perturbation theory for pseudo-inverses, BIT 13 (1973)
    217-232.

    Examples
    --------
    >>> import numpy as np
    >>> from secant.analysis import gauss_newton_step
    >>> found = gauss_newton_step(lambda x: [10 * (x[1] - x[0] ** 2), 1 - x[0]], [-1.2, 1.0])
    >>> np.round(found.step, 8)
    array([ 2.2 , -4.84])
    >>> found.rank
    2
    """
    from scipy.sparse import issparse
    from scipy.sparse.linalg import LinearOperator

    point = as_point(x)
    arguments(point, args, 0)  # refuses what is not a tuple
    rtol, maxiter = checked_iteration(rtol, maxiter)
    given = real_array(damping)
    if given is None or given.ndim or not (np.isfinite(given) and given >= 0):
        msg = f"damping is {damping!r}; accepted are finite numbers that are not negative"
        raise ValueError(msg)
    weight = float(given)
    if jac is not None and sparsity is not None:
        msg = "jac and sparsity are both given; a sparsity pattern is for a Jacobian that is estimated"
        raise ValueError(msg)
    core = prepare(residuals, name="residuals", argnum=0, method=method, bounds=bounds)[1]
    r = np.asarray(core.value((point[()], *args)))
    if r.dtype.kind not in "fiu":
        msg = f"residuals(x) has dtype {r.dtype}; accepted are real numbers"
        raise TypeError(msg)
    if r.size == 0:
        msg = f"residuals(x) is empty, of shape {r.shape}: there is nothing to make small"
        raise ValueError(msg)
    require_finite(r, "residuals(x)")
    r = r.astype(np.float64)
    if jac is None:
        jac = Jacobian(residuals, method=method, bounds=bounds, sparsity=sparsity)
    found = matrix_at(jac, point, args, r.shape, "jac", "Jacobian", "secant.Jacobian(residuals)")
    matrix, described = found.value, found.description
    flat = r.reshape(-1)
    rank, bar = None, None
    if issparse(matrix) or isinstance(matrix, LinearOperator):
        step, reason, solver = _solve_by_products(matrix, flat, weight, rtol, maxiter)
        transposed = matrix.T if issparse(matrix) else matrix.H
        described = f"{described}, {solver}"
    else:
        step, rank, bar, reason = _solve_dense(matrix, found.error, flat, weight)
        transposed = matrix.T
    along = np.asarray(matrix @ step, np.float64)
    slope, curvature = float(flat @ along), float(along @ along)
    stationary = np.asarray(transposed @ (flat + along), np.float64) + weight * step
    return GaussNewtonStep(
        point,
        step.reshape(point.shape),
        None if bar is None else np.full(point.shape, bar),
        r,
        slope,
        curvature,
        0.0 - slope - curvature / 2,
        float(np.linalg.norm(stationary)),
        slope < 0,
        rank,
        weight,
        reason,
        found.evaluations + 1,
        described,
    )


def _solve_dense(
    matrix: Vector, error: Vector | None, r: Vector, damping: float
) -> tuple[Vector, int, float | None, str]:
    """The step, the Jacobian's rank, a bound on the length of the step's error, and what to know of it."""
    n = matrix.shape[1]
    u, sigma, vt = np.linalg.svd(matrix, full_matrices=False)
    radius = 2 * max(matrix.shape) * np.finfo(np.float64).eps * sigma[0]
    if error is not None:
        radius += float(np.linalg.norm(error, 2))
    certain = sigma > radius
    rank = int(np.count_nonzero(certain))
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.where(certain | (damping > 0), sigma / (sigma**2 + damping), 0.0)
    step = -(vt.T @ (factors * (u.T @ r)))
    bar = None
    if error is not None:
        smallest = max(float(sigma[-1] - radius), 0.0) if rank == n else 0.0
        bar = _error_of_step(matrix, error, r, damping, step, smallest)
    if rank == n:
        reason = "the Jacobian has full rank"
    else:
        rest = "damping keeps the step short" if damping else "the step is the shortest of those that are as good"
        reason = f"the Jacobian has rank {rank} of {n} within error bars: {rest}"
    return step, rank, bar, reason


def _error_of_step(matrix: Vector, error: Vector, r: Vector, damping: float, step: Vector, smallest: float) -> float:
    square = smallest**2 + damping
    if square == 0:
        return np.inf
    rest = r + matrix @ step
    epsilon = np.finfo(np.float64).eps
    off = error + epsilon * matrix.shape[1] * np.abs(matrix)
    inner = np.abs(matrix.T @ rest + damping * step)
    first = np.linalg.norm(off @ np.abs(step) + epsilon * np.abs(r)) / np.sqrt(square)
    return float(first + np.linalg.norm(off.T @ np.abs(rest) + inner) / square)


def _solve_by_products(matrix: Any, r: Vector, damping: float, rtol: float, maxiter: int) -> tuple[Vector, str, str]:
    """LSMR: what p is, what to know of it, and how many iterations it took."""
    from scipy.sparse.linalg import lsmr

    found = lsmr(matrix, -r, damp=np.sqrt(damping), atol=rtol, btol=rtol, conlim=_LARGEST_CONDITION, maxiter=maxiter)
    step, stop, iterations = np.asarray(found[0], np.float64), int(found[1]), int(found[2])
    require_finite(step, "the step by products of the Jacobian")
    reason = _STOPS.get(stop, "the step solves the linear least-squares problem")
    if stop == 7:
        reason = f"{reason} within {maxiter} iterations"
    return step, reason, f"LSMR, {iterations} iterations"
