"""What kind of point satisfies the KKT conditions, by the Lagrangian's Hessian on the tangent space and by signs.

J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd ed. (2006), theorems 12.5 and 12.6.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from secant.analysis.bars import Barred
from secant.analysis.classification import change_of, reach
from secant.analysis.decision import Decision, Kind, Surroundings, decide
from secant.analysis.kkt import XTOL, Conditions, row_name
from secant.analysis.tangent import TangentSpace, tangent_space
from secant.estimate import FACTOR
from secant.probing import FAILURES

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.analysis.lagrangian import Problem


_NEAR = 1e-6
"""The conditions may hold at a point that far away, as a share of the variables' scale: towards a degenerate point no
method comes nearer, and towards others `polish` has come as near as rounding allows."""


def judge(problem: Problem, at: Conditions) -> Decision:
    """Whether the conditions hold, and what kind of point it is; eigenvalues are those on the tangent space."""
    decision = decide(_along(problem, at, at.tangents, at.residual))
    obstacle = _obstacle(problem, at)
    if obstacle is not None:
        return replace(decision, kind=obstacle[0], reason=obstacle[1])
    inward = np.flatnonzero((at.sides != 0) & ~problem.always)
    return _with_signs(problem, at, inward, decision) if inward.size else decision


def _obstacle(problem: Problem, at: Conditions) -> tuple[Kind, str] | None:
    """Why the conditions do not hold, or do not tell; None where they hold."""
    spread = XTOL * at.scale
    residual, bars = at.residual.value, at.residual.error
    too_far = at.violation - FACTOR * at.rounding - np.abs(at.rows.value) @ spread
    if np.any(too_far > 0):
        row = int(np.argmax(too_far))
        return "not stationary", (
            f"{row_name(problem, row)} is violated by {at.violation[row]:.2g}: no point was found that satisfies all"
        )
    if not np.isfinite(residual).all() or np.any(at.residual.status != 0):
        i = int(np.argmax(~np.isfinite(residual) | (at.residual.status != 0)))
        return "undecided", f"f or a constraint has no derivative by variable {i} that could be found"
    if not at.tangents.independent:
        return "undecided", (
            f"LICQ fails: {at.tangents.dependence}. Lagrange's theorem does not hold, multipliers are not unique"
        )
    known = np.where(np.isfinite(at.hessian.value), np.abs(at.hessian.value), 0.0)
    # The residual is the gradient's part along the tangent space, and so is what it may be off.
    along = np.abs(at.tangents.basis @ at.tangents.basis.T)
    excess = np.abs(residual) - FACTOR * bars - along @ known @ (_NEAR * at.scale)
    if np.any(excess > 0):
        i = int(np.argmax(excess))
        return "not stationary", f"{residual[i]:.3g} ± {bars[i]:.1g} is left of the derivative by variable {i}"
    return None


def _with_signs(problem: Problem, at: Conditions, inward: npt.NDArray[np.int64], decision: Decision) -> Decision:
    """The kind with regard to constraints that can be left: f must not fall there at a minimum."""
    slope = at.multipliers[inward] * at.sides[inward]
    bars = at.multiplier_error[inward]
    bar = FACTOR * np.where(np.isfinite(bars), bars, 0.0) + 1e-10 * np.abs(at.multipliers).max()
    rises, falls = slope > bar, slope < -bar
    if falls.any():
        if decision.eigenvalues.values.size == 0 and falls.all():
            return replace(decision, kind="maximum", reason="f falls along every constraint that can be left")
        if decision.kind == "maximum" and not rises.any():
            return decision
        row = inward[falls][0]
        value = f"{at.multipliers[row]:.3g} ± {at.multiplier_error[row]:.1g}"
        reason = f"the multiplier of {row_name(problem, row)} is {value}: f falls where that constraint is left"
        return replace(decision, kind="not stationary", reason=reason)
    if rises.any() and decision.kind == "maximum":
        reason = "f has a maximum along the active constraints, and rises where one is left"
        return replace(decision, kind="saddle", reason=reason)
    weak = inward[~rises]
    return _without(problem, at, weak, decision) if weak.size else decision


def _without(problem: Problem, at: Conditions, weak: npt.NDArray[np.int64], decision: Decision) -> Decision:
    """Active constraints with a multiplier of zero may be left: the larger tangent space must agree."""
    sides = at.sides.copy()
    sides[weak] = 0
    chosen = sides != 0
    larger = tangent_space(at.rows.value[chosen], at.rows.error[chosen], [""] * int(chosen.sum()))
    hessian = problem.lagrangian_hessian(at.x, at.multipliers, sides)
    other = decide(_along(problem, replace(at, sides=sides, hessian=hessian), larger, at.residual))
    if other.kind == decision.kind:
        return other
    name = row_name(problem, weak[0])
    reason = (
        f"{name} is active with a multiplier of zero: along it, the verdict is {decision.kind!r}, "
        f"where it is left {other.kind!r}"
    )
    return replace(decision, kind="undecided", reason=reason)


def _along(problem: Problem, at: Conditions, tangents: TangentSpace, residual: Barred) -> Surroundings:
    """The Lagrangian around x along the tangent space, as the rule for kinds of points wants it."""
    basis, absolute = tangents.basis, np.abs(tangents.basis)
    k = basis.shape[1]
    lagrangian = problem.lagrangian(at.multipliers)
    here = lagrangian(at.x.reshape(problem.shape))

    def projected(found: Barred) -> Barred:
        if not (np.isfinite(found.value).all() and np.isfinite(found.error).all()):
            return Barred(np.zeros((k, k)), np.full((k, k), np.inf), np.full((k, k), -1, np.int8))
        value = basis.T @ found.value @ basis
        # The tangent space itself is known up to an angle only.
        error = absolute.T @ found.error @ absolute + 2 * tangents.angle * np.linalg.norm(found.value, 2)
        return Barred((value + value.T) / 2, error, np.full((k, k), found.status.max(initial=0), np.int8))

    def moved(displacement: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return problem.inside(at.x + basis @ displacement)

    def hessian_at(displacement: npt.NDArray[np.float64]) -> Barred | None:
        try:
            return projected(problem.lagrangian_hessian(moved(displacement), at.multipliers, at.sides))
        except FAILURES:
            return None

    def change(displacement: npt.NDArray[np.float64]) -> tuple[float, float]:
        eps = float(np.finfo(np.float64).eps)
        return change_of(lambda step: lagrangian(moved(step).reshape(problem.shape)), here, displacement, eps)

    gradient = Barred(basis.T @ residual.value, absolute.T @ residual.error, np.zeros(k, np.int8))
    return Surroundings(gradient, projected(at.hessian), hessian_at, lambda v: reach(basis @ v, at.scale), change)
