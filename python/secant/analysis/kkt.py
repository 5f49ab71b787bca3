"""The conditions of Karush, Kuhn and Tucker at a point, with error bars.

J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd ed. (2006), chapter 12: the KKT conditions are eq. 12.34,
LICQ is definition 12.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from secant.analysis.bars import LOST, Barred
from secant.analysis.tangent import DEPENDENT, TangentSpace, row_lengths, tangent_space
from secant.estimate import FACTOR, ULPS

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.analysis.lagrangian import Problem

XTOL = 1e-8
"""How near, as a share of a variable's scale, the point must be to one where the conditions hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What the conditions come to at x; rows are constraints and then variables, as in `Problem`.

    Attributes
    ----------
    x : ndarray
        The point, flat, shape (n,).
    sides : ndarray of int8
        Which rows are active, shape (m + n,).
    multipliers, multiplier_error : ndarray
        Shape (m + n,).
    x_error : ndarray
        Shape (n,).
    residual : Barred
        What is left of the gradient, shape (n,).
    violation, rounding : ndarray
        How far rows are beyond their limits, and their rounding, shape (m + n,).
    rows : Barred
        Their Jacobian, shape (m + n, n).
    hessian : Barred
        That of the Lagrangian, shape (n, n).
    tangents : TangentSpace
        Of the active rows.
    scale : ndarray
        Of the variables, shape (n,).
    """

    x: npt.NDArray[np.float64]
    sides: npt.NDArray[np.int8]
    multipliers: npt.NDArray[np.float64]
    multiplier_error: npt.NDArray[np.float64]
    x_error: npt.NDArray[np.float64]
    residual: Barred
    violation: npt.NDArray[np.float64]
    rounding: npt.NDArray[np.float64]
    rows: Barred
    hessian: Barred
    tangents: TangentSpace
    scale: npt.NDArray[np.float64]


def multipliers_at(
    problem: Problem, x: npt.NDArray[np.float64], sides: npt.NDArray[np.int8], *, signed: bool = False
) -> npt.NDArray[np.float64]:
    """Least-squares multipliers of the active rows, zero for others; `signed`, those of a minimum."""
    from scipy.optimize import lsq_linear

    active = sides != 0
    full = np.zeros(sides.size)
    if not active.any():
        return full
    slopes = problem.row_jacobian(x).value[active]
    if signed:
        free = problem.always[active]
        lower = np.where(free | (sides[active] < 0), -np.inf, 0.0)
        upper = np.where(free | (sides[active] > 0), np.inf, 0.0)
        full[active] = lsq_linear(slopes.T, problem.gradient(x), (lower, upper), tol=1e-14).x
    else:
        full[active] = _least_squares(slopes, problem.gradient(x))
    return full


def size_of_residuals(problem: Problem, x: npt.NDArray[np.float64], sides: npt.NDArray[np.int8]) -> float:
    """The largest entry of what is left of the gradient and of the active rows."""
    multipliers = multipliers_at(problem, x, sides)
    rest = problem.gradient(x) - multipliers @ problem.row_jacobian(x).value
    return float(max(np.abs(rest).max(), np.abs(problem.offsets(x, sides)).max(initial=0.0)))


def conditions_at(problem: Problem, x: npt.NDArray[np.float64], sides: npt.NDArray[np.int8]) -> Conditions:
    """The conditions at x, with these rows active."""
    m, eps = problem.limits.lower.size, float(np.finfo(np.float64).eps)
    active = sides != 0
    gradient, rows = problem.slope(x), problem.row_jacobian(x)
    slopes, bars = rows.value[active], rows.error[active]
    found = _least_squares(slopes, gradient.value)
    left = gradient.value - found @ slopes
    left_error = gradient.error + np.abs(found) @ (bars + 4 * eps * np.abs(slopes))
    lost = np.isin(gradient.status, LOST) | np.any(np.isin(rows.status[active], LOST), axis=0)
    residual = Barred(left, left_error, np.where(lost, gradient.status.min(initial=-1), 0).astype(np.int8))

    lower, upper = problem.row_limits
    values = problem.rows(x)
    violation = np.maximum(np.maximum(lower - values, values - upper), 0.0)
    size = np.maximum(np.where(np.isfinite(lower), np.abs(lower), 0), np.where(np.isfinite(upper), np.abs(upper), 0))
    rounding = FACTOR * eps * np.abs(rows.value) @ np.abs(x) + ULPS * eps * size

    multipliers, multiplier_error = np.zeros(sides.size), np.zeros(sides.size)
    multipliers[active] = found
    hessian = problem.lagrangian_hessian(x, multipliers, sides)
    offset = np.abs(problem.offsets(x, sides)) + rounding[active]
    x_error, multiplier_error[active] = _newton_bars(hessian.value, slopes, np.abs(left) + left_error, offset)
    scale = problem.scales(x)
    names = [row_name(problem, row) for row in np.flatnonzero(active).tolist()]
    uncertain = bars.copy()
    uncertain[: int(np.count_nonzero(active[:m]))] += _change_nearby(problem, x, rows, scale)[active[:m]]
    return Conditions(
        x,
        sides,
        multipliers,
        multiplier_error,
        x_error,
        residual,
        violation,
        rounding,
        rows,
        hessian,
        tangent_space(slopes, uncertain, names),
        scale,
    )


def row_name(problem: Problem, row: int) -> str:
    """What a row is called in messages."""
    names = problem.limits.names
    return names[row] if row < len(names) else f"the bound on variable {row - len(names)}"


def _change_nearby(
    problem: Problem, x: npt.NDArray[np.float64], rows: Barred, scale: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How much gradients of constraints differ at a point as near as x is to the true one, shape (m, n).

    Where a gradient vanishes at the solution, it only nearly does so at x.
    """
    m = problem.limits.lower.size
    beside = problem.inside(np.where(x + XTOL * scale > problem.upper, x - XTOL * scale, x + XTOL * scale))
    return np.abs(problem.constraint_jacobian(beside) - rows.value[:m])


def _least_squares(slopes: npt.NDArray[np.float64], gradient: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Multipliers of rows, each brought to length 1 before the rank is judged."""
    if not slopes.size:
        return np.zeros(slopes.shape[0])
    length = row_lengths(slopes)
    found = np.linalg.lstsq((slopes / length[:, np.newaxis]).T, gradient, rcond=DEPENDENT)[0]
    return np.asarray(found / length)


def _newton_bars(
    hessian: npt.NDArray[np.float64],
    slopes: npt.NDArray[np.float64],
    of_gradient: npt.NDArray[np.float64],
    of_rows: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """How far x and the active multipliers may be off: residuals through the inverse of the KKT matrix, eq. 16.5."""
    n, k = hessian.shape[0], slopes.shape[0]
    matrix = np.block([[hessian, -slopes.T], [slopes, np.zeros((k, k))]])
    if not np.isfinite(matrix).all() or np.linalg.cond(matrix) > 1e14:
        return np.full(n, np.inf), np.full(k, np.inf)
    off = np.abs(np.linalg.inv(matrix)) @ np.concatenate([of_gradient, of_rows])
    return off[:n], off[n:]
