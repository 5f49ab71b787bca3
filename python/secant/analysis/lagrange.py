"""Lagrange points: where f is stationary on what constraints leave, with multipliers, error bars and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant.analysis.bars import as_point
from secant.analysis.classification import short
from secant.analysis.constraints import as_constraints
from secant.analysis.differentiable import Differentiable
from secant.analysis.kkt import Conditions, conditions_at, multipliers_at, size_of_residuals
from secant.analysis.lagrangian import Problem
from secant.analysis.second_order import judge
from secant.probing import FAILURES

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant import methods
    from secant.analysis.decision import Decision, Kind
    from secant.bounds import BoundsLike
    from secant.function import FunctionLike

Solver: TypeAlias = Literal["SLSQP", "trust-constr", "newton"]

_SOLVERS = ("SLSQP", "trust-constr", "newton")

_ACTIVE = 1e-5
"""Gaps to a limit below this, as a share of the limit's size or of 1, may be closed: the multipliers decide."""

_STARTS, _NUDGE = 4, 0.1
"""From how many points the search starts until one is found, and how far they are from x0, as a share of the scale."""

_ROUNDS = 5
"""How often the set of active constraints may be corrected."""


@dataclass(frozen=True, slots=True, eq=False)
class LagrangePoint:
    """A point where f is stationary subject to constraints, and what kind of point it is there.

    Attributes
    ----------
    x, x_error : ndarray
        The point, and how far it may be off: the residuals and their bars through the inverse of the KKT matrix, to
        first order. Infinite where that matrix is singular.
    value : float
        f(x).
    kind : {"not stationary", "minimum", "maximum", "saddle", "degenerate", "undecided"}
        Among the points that satisfy the constraints.
    reason : str
        Why.
    multipliers, multiplier_error : ndarray
        One for each entry of the constraints, in their order, shape (m,): f's gradient is their sum times the
        constraints' gradients. So each is the derivative of the optimal f(x) by the constraint's right-hand side. Zero
        for inequalities that are not active; at a minimum not negative at lower limits, not positive at upper ones.
    bound_multipliers : ndarray
        The same for the bounds on x, shaped like x.
    active : ndarray of bool
        Which constraints hold with equality, shape (m,).
    residual, residual_error : ndarray
        What is left of f's gradient, shaped like x.
    feasibility, feasibility_error : ndarray
        How far each constraint is violated, shape (m,): zero where it holds; and its rounding.
    constraint_jacobian : ndarray
        Shape (m, x.size).
    licq : bool
        Whether the gradients of active constraints are linearly independent: multipliers are unique only then.
    eigenvalues, eigenvalue_error : ndarray
        Of the Lagrangian's Hessian on the tangent space, rising, and Weyl's bound for them.
    tangents : ndarray
        An orthonormal basis of the tangent space, shape (k,) + x.shape.
    message : str
        What the solver said.
    names : tuple of str
        What the m constraints are called.
    """

    x: npt.NDArray[np.float64]
    x_error: npt.NDArray[np.float64]
    value: float
    kind: Kind
    reason: str
    multipliers: npt.NDArray[np.float64]
    multiplier_error: npt.NDArray[np.float64]
    bound_multipliers: npt.NDArray[np.float64]
    active: npt.NDArray[np.bool_]
    residual: npt.NDArray[np.float64]
    residual_error: npt.NDArray[np.float64]
    feasibility: npt.NDArray[np.float64]
    feasibility_error: npt.NDArray[np.float64]
    constraint_jacobian: npt.NDArray[np.float64]
    licq: bool
    eigenvalues: npt.NDArray[np.float64]
    eigenvalue_error: npt.NDArray[np.float64]
    tangents: npt.NDArray[np.float64]
    message: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        """The kind, why, the multipliers and the residuals."""
        worst = int(np.argmax(np.abs(self.residual)))
        lines = [
            f"{self.kind} at {short(self.x)}, f = {self.value:.10g}",
            f"  because       {self.reason}",
        ]
        for k, name in enumerate(self.names[:_SHOWN]):
            state = "" if self.active[k] else ", not active"
            lines.append(
                f"  multiplier    {self.multipliers[k]:.10g} ± {self.multiplier_error[k]:.1g} of {name}{state}"
            )
        if len(self.names) > _SHOWN:
            lines.append(f"                and {len(self.names) - _SHOWN} more")
        if self.bound_multipliers.any():
            lines.append(f"  of bounds     {short(self.bound_multipliers)}")
        lines.append(
            f"  KKT residual  {self.residual.flat[worst]:.2g} ± {self.residual_error.flat[worst]:.1g} at most, "
            f"constraints violated by {self.feasibility.max(initial=0.0):.1g} at most"
        )
        if self.eigenvalues.size:
            bar = self.eigenvalue_error.max()
            lines.append(f"  eigenvalues   {short(self.eigenvalues)} ± {bar:.1g} on the tangent space")
        return "\n".join(lines)


_SHOWN = 12


def lagrange(
    f: FunctionLike,
    constraints: Any,
    x0: npt.ArrayLike,
    *,
    grad: FunctionLike | None = None,
    args: tuple[Any, ...] = (),
    solver: Solver = "SLSQP",
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
) -> LagrangePoint:
    """Find a stationary point of f subject to constraints, its multipliers, and what kind of point it is.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number.
    constraints : callable, NonlinearConstraint, LinearConstraint, dict, or a list of those
        A callable g stands for g(x) = 0, a number or an array; the others are those of `scipy.optimize.minimize`, with
        equalities where both limits are equal. Jacobians that they bring are used, others are estimated.
    x0 : array_like
        Where the search starts; real, of any shape. Outside of `bounds`, the nearest point inside is taken.
    grad : callable, optional
        The gradient of f, called as f is.
    args : tuple
        f's other arguments.
    solver : {"SLSQP", "trust-constr", "newton"}
        SciPy's solver that looks for a minimum; or "newton", for equalities alone: Newton's method from x0 on the
        stationarity of the Lagrangian, which goes to saddles and maxima as well.
    method : str or Adaptive
        "auto", "adaptive" or `secant.Adaptive`: methods with error bars.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        On x. Neither f nor the constraints are called outside.

    Returns
    -------
    LagrangePoint

    Raises
    ------
    ValueError
        If f(x0) or a constraint is not finite, limits are crossed, or inequalities or bounds are given to "newton".
    TypeError
        If x0, f(x0) or a constraint is not made of numbers, or a constraint is of no accepted form.

    Notes
    -----
    Where the solver finds no point from x0, three starts beside it are tried. Its point is made exact by Newton's
    method on the KKT conditions [1]_ (eq. 12.34) with those inequalities that are active there for equations (least
    squares of SciPy, within the bounds), and judged by them, whatever the solver said of itself. Multipliers
    solve ``A.T @ multipliers = gradient`` in the least-squares sense, A having the active constraints' gradients for
    rows. Second-order conditions are those of theorems 12.5 and 12.6: the Hessian of the Lagrangian on the tangent
    space, its eigenvalues with Weyl's bound. Where A does not have full rank (LICQ fails) Lagrange's theorem does not
    hold: the point is "undecided", and `reason` names the constraints.

    References
    ----------
    .. [1] J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd ed. (2006), chapters 12 and 18.

    Examples
    --------
    >>> from secant.analysis import lagrange
    >>> point = lagrange(lambda x: x[0] ** 2 + x[1] ** 2, lambda x: x[0] + x[1] - 1, [3.0, 0.0])
    >>> point.kind, point.x.round(9), point.multipliers.round(9)
    ('minimum', array([0.5, 0.5]), array([1.]))
    """
    start = as_point(x0, "x0").astype(np.float64)
    if solver not in _SOLVERS:
        msg = f"solver is {solver!r}; accepted are {', '.join(map(repr, _SOLVERS))}"
        raise ValueError(msg)
    objective = Differentiable(f, grad, None, args, method, bounds)
    x = start if objective.lower is None else np.clip(start, objective.lower, objective.upper)
    limits = as_constraints(constraints, x, method, bounds)
    problem = Problem(objective, limits, x.shape)
    if solver == "newton":
        if not limits.equal.all() or problem.bounded:
            msg = (
                "solver is 'newton', which takes equalities alone; "
                "use 'SLSQP' or 'trust-constr' where there are inequalities or bounds"
            )
            raise ValueError(msg)
        at = conditions_at(problem, *_polished(problem, x.ravel()))
        return _point(problem, at, judge(problem, at), "Newton's method from x0")
    return _minimum(problem, x.ravel(), solver)


def _minimum(problem: Problem, x: npt.NDArray[np.float64], solver: str) -> LagrangePoint:
    """From x, and where the solver finds no point from there, from points beside it.

    Where constraints' gradients are dependent at the start itself, solvers fail at once.
    """
    random = np.random.default_rng(0)
    start, note = x, ""
    for _ in range(_STARTS):
        end, message = _minimize(problem, start, solver)
        at = conditions_at(problem, *_polished(problem, end))
        decision = judge(problem, at)
        if decision.kind != "not stationary":
            break
        start = problem.inside(x + _NUDGE * problem.scales(x) * random.standard_normal(x.size))
        note = ", from a start beside x0"
    return _point(problem, at, decision, message + note)


def _minimize(problem: Problem, x: npt.NDArray[np.float64], solver: str) -> tuple[npt.NDArray[np.float64], str]:
    from scipy.optimize import Bounds, NonlinearConstraint, minimize

    options: dict[str, Any]
    box = Bounds(problem.lower, problem.upper, keep_feasible=True) if problem.bounded else None
    limits = problem.limits
    given: Any
    if solver == "SLSQP":
        given = _as_dicts(problem)
        options = {"ftol": 1e-12, "maxiter": 1000}
    else:
        given = ()
        if limits.lower.size:
            functions = {"jac": problem.constraint_jacobian, "hess": problem.constraint_hessian}
            given = NonlinearConstraint(problem.constraint_values, limits.lower, limits.upper, **functions)
        options = {"gtol": 1e-10, "xtol": 1e-12, "barrier_tol": 1e-10, "maxiter": 3000}
    second = {"hess": problem.hessian} if solver == "trust-constr" else {}
    end = minimize(
        problem.value, x, jac=problem.gradient, method=solver, bounds=box, constraints=given, options=options, **second
    )
    return problem.inside(end.x), f"{solver}: {end.message}"


def _as_dicts(problem: Problem) -> list[dict[str, Any]]:
    """The constraints as SLSQP wants them: equalities, and functions that must not be negative."""
    limits = problem.limits
    sides = [
        ("eq", limits.equal, limits.lower, 1.0),
        ("ineq", ~limits.equal & np.isfinite(limits.lower), limits.lower, 1.0),
        ("ineq", ~limits.equal & np.isfinite(limits.upper), limits.upper, -1.0),
    ]

    def entry(kind: str, which: npt.NDArray[np.bool_], limit: npt.NDArray[np.float64], sign: float) -> dict[str, Any]:
        return {
            "type": kind,
            "fun": lambda x: sign * (problem.constraint_values(x) - limit)[which],
            "jac": lambda x: sign * problem.constraint_jacobian(x)[which],
        }

    return [entry(*side) for side in sides if side[1].any()]


def _polished(problem: Problem, x: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]:
    """The solution of the KKT conditions next to x, and which sides of the limits are active in it."""
    closed = problem.sides(x, _ACTIVE)
    multipliers = multipliers_at(problem, x, closed, signed=True)
    size = np.abs(multipliers).max(initial=0.0)
    active = np.where(problem.always | (np.abs(multipliers) > 1e-6 * max(size, 1e-3)), closed, 0).astype(np.int8)
    for _ in range(_ROUNDS):
        before = size_of_residuals(problem, x, active)
        try:
            nearer = problem.solve_kkt(x, active, multipliers_at(problem, x, active))
        except FAILURES:
            break
        # A polish that went elsewhere, or made nothing better, is none.
        if size_of_residuals(problem, nearer, active) > before:
            break
        x = nearer
        violated = problem.violated(x)
        wrong = ~problem.always & (active != 0) & (multipliers_at(problem, x, active) * active < 0)
        if not violated.any() and not wrong.any():
            break
        active = np.where(violated != 0, violated, np.where(wrong, 0, active)).astype(np.int8)
    return x, np.where(active != 0, active, problem.sides(x, 1e-9)).astype(np.int8)


def _point(problem: Problem, at: Conditions, decision: Decision, message: str) -> LagrangePoint:
    m, shape = problem.limits.lower.size, problem.shape
    return LagrangePoint(
        x=at.x.reshape(shape),
        x_error=at.x_error.reshape(shape),
        value=problem.value(at.x),
        kind=decision.kind,
        reason=decision.reason,
        multipliers=at.multipliers[:m],
        multiplier_error=at.multiplier_error[:m],
        bound_multipliers=at.multipliers[m:].reshape(shape),
        active=at.sides[:m] != 0,
        residual=at.residual.value.reshape(shape),
        residual_error=at.residual.error.reshape(shape),
        feasibility=at.violation[:m],
        feasibility_error=at.rounding[:m],
        constraint_jacobian=at.rows.value[:m],
        licq=at.tangents.independent,
        eigenvalues=decision.eigenvalues.values,
        eigenvalue_error=np.full(decision.eigenvalues.values.size, decision.error),
        tangents=at.tangents.basis.T.reshape(-1, *shape),
        message=message,
        names=problem.limits.names,
    )
