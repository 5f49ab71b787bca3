"""Is a point stationary, is it a minimum, a maximum or a saddle? With error bars; "undecided" is an answer too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.analysis.bars import LOST, Barred, as_point
from secant.analysis.decision import Decision, Kind, Surroundings, coarse_curvature, decide
from secant.analysis.differentiable import Differentiable
from secant.estimate import FACTOR, Status
from secant.probing import FAILURES

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant import methods
    from secant.bounds import BoundsLike
    from secant.function import FunctionLike

_REACH = 0.25
"""How far, as a share of a variable's scale, f is looked at for its curvature over a long way."""


@dataclass(frozen=True, slots=True, eq=False)
class StationaryPoint:
    """A point, and what kind of stationary point it is.

    Attributes
    ----------
    x : ndarray
        The point.
    value : float
        f(x).
    kind : {"not stationary", "minimum", "maximum", "saddle", "degenerate", "undecided"}
        "degenerate" where eigenvalues are zero as far as numbers tell and the others do not make it a saddle;
        "undecided" where error bars are too wide to tell.
    reason : str
        Why.
    gradient, gradient_error : ndarray
        Shaped like x; the error is a bound on ``|gradient - exact|``.
    hessian, hessian_error : ndarray
        Shape x.shape + x.shape.
    eigenvalues, eigenvalue_error : ndarray
        Of the Hessian as a matrix, rising, shape (x.size,), and Weyl's bound on their errors, the same for all.
    eigenvectors : ndarray
        Orthonormal, one for each eigenvalue, shape (x.size,) + x.shape.
    descent_directions : ndarray
        Directions of unit length in which f surely curves down, shape (k,) + x.shape: none at a minimum.
    """

    x: npt.NDArray[np.float64]
    value: float
    kind: Kind
    reason: str
    gradient: npt.NDArray[np.float64]
    gradient_error: npt.NDArray[np.float64]
    hessian: npt.NDArray[np.float64]
    hessian_error: npt.NDArray[np.float64]
    eigenvalues: npt.NDArray[np.float64]
    eigenvalue_error: npt.NDArray[np.float64]
    eigenvectors: npt.NDArray[np.float64]
    descent_directions: npt.NDArray[np.float64]

    @property
    def rounded_value(self) -> float:
        """f(x), or 0 where it is as small as rounding of x makes it: for people to read."""
        curvature = np.abs(self.hessian[np.isfinite(self.hessian)]).max(initial=0.0)
        unit = np.finfo(np.float64).eps * max(1.0, float(np.abs(self.x).max()))
        return 0.0 if abs(self.value) < curvature * unit else self.value

    def __str__(self) -> str:
        """The kind, why, and the numbers behind it."""
        worst = int(np.argmax(np.abs(self.gradient) - self.gradient_error))
        largest = f"{self.gradient.flat[worst]:.3g} ± {self.gradient_error.flat[worst]:.1g}"
        head = "its largest entry is " if self.gradient.size > 1 else ""
        lines = [
            f"{self.kind} at {short(self.x)}, f = {self.rounded_value:.8g}",
            f"  because      {self.reason}",
            f"  gradient     {head}{largest}",
        ]
        bar = self.eigenvalue_error.max(initial=0.0)
        lines.append(f"  eigenvalues  {short(self.eigenvalues)} ± {bar:.1g}")
        lines += [f"  curves down  along {short(direction)}" for direction in self.descent_directions[:_SHOWN]]
        if len(self.descent_directions) > _SHOWN:
            lines.append(f"               and along {len(self.descent_directions) - _SHOWN} more directions")
        return "\n".join(lines)


_SHOWN = 3


def short(values: npt.NDArray[Any]) -> str:
    """An array in one line, for people to read."""
    with np.printoptions(precision=6, suppress=True, threshold=8, edgeitems=3, linewidth=10_000):
        return str(np.where(np.abs(values) < 5e-13, 0.0, values) + 0.0) if np.ndim(values) else f"{float(values):.6g}"


def classify(
    f: FunctionLike,
    x: npt.ArrayLike,
    *,
    grad: FunctionLike | None = None,
    hess: Any = None,
    args: tuple[Any, ...] = (),
    xtol: float = 0.0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
) -> StationaryPoint:
    """Say whether x is a minimum, a maximum or a saddle of f, as far as error bars let it be told.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number.
    x : array_like
        The point; real, of any shape, scalars included.
    grad, hess : callable, optional
        The gradient of f, shaped like x, and its Hessian, shape x.shape + x.shape, called as f is. What is given is
        believed (`secant.check_gradient` tells whether it may be), what is not is estimated.
    args : tuple
        f's other arguments.
    xtol : float
        How far the stationary point may be from x, as a share of ``max(abs(x), typical)``, variable by variable: for
        points that a solver or a book gives to a few digits. By default x is taken to be right to rounding.
    method : str or Adaptive
        "auto", "adaptive" or `secant.Adaptive`: methods with error bars.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        f is never called outside.

    Returns
    -------
    StationaryPoint
        `kind`, `reason`, eigenvalues with bars, and the directions of descent.

    Raises
    ------
    ValueError
        If f(x) is not a number, or is not finite; if `method` gives no error bars; if `xtol` is negative.
    TypeError
        If x or f(x) is not made of numbers.

    Notes
    -----
    The point is "not stationary" if an entry of the gradient is more than two of its error bars from zero. Signs of
    eigenvalues are told by Weyl's bound [1]_, and by Sylvester's law of inertia where variables have very different
    scales: they are certain if an eigenvalue is more than two bars from zero. Signs on both sides make a saddle,
    whatever the others are. An eigenvalue that cannot be told from zero makes the point "degenerate" if the bar is
    narrow, that is below 1e-6 of the curvature that f shows over a quarter of the variables' scale, and "undecided" if
    it is wide.

    Costs a gradient and a Hessian, two evaluations of f for each variable, and two more Hessians where curvatures
    are weak.

    References
    ----------
    .. [1] H. Weyl, "Das asymptotische Verteilungsgesetz der Eigenwerte linearer partieller Differentialgleichungen",
       Mathematische Annalen 71 (1912), 441-479.

    Examples
    --------
    >>> from secant.analysis import classify
    >>> point = classify(lambda x: x[0] ** 2 - x[1] ** 2, [0.0, 0.0])
    >>> point.kind
    'saddle'
    >>> abs(point.descent_directions.round(9))
    array([[0., 1.]])
    """
    point = as_point(x)
    if not (isinstance(xtol, float | int | np.floating | np.integer) and 0 <= xtol < np.inf):
        msg = f"xtol is {xtol!r}; accepted are numbers that are not negative"
        raise ValueError(msg)
    return classify_at(Differentiable(f, grad, hess, args, method, bounds), point, float(xtol))


def classify_at(f: Differentiable, x: npt.NDArray[Any], xtol: float = 0.0) -> StationaryPoint:
    """`classify` with a function that is prepared."""
    value, gradient, hessian = f.value(x), f.gradient(x), f.hessian(x)
    scale = f.scales(x)
    around = surroundings(f, x, value, gradient, hessian)
    excess = _excess(x, around, xtol, scale)
    if np.any(excess > 0):
        gradient = f.confirmed(gradient, x)
        around = replace(around, gradient=gradient)
        excess = _excess(x, around, xtol, scale)
    decision = decide(around)
    if (obstacle := _not_stationary(x, around, excess, scale, decision)) is not None:
        decision = obstacle
    n, found = x.size, decision.eigenvalues
    return StationaryPoint(
        x=x.astype(np.float64),
        value=value,
        kind=decision.kind,
        reason=decision.reason,
        gradient=gradient.value.reshape(x.shape),
        gradient_error=gradient.error.reshape(x.shape),
        hessian=hessian.value.reshape(x.shape + x.shape),
        hessian_error=hessian.error.reshape(x.shape + x.shape),
        eigenvalues=found.values,
        eigenvalue_error=np.full(n, decision.error),
        eigenvectors=found.vectors.T.reshape(n, *x.shape),
        descent_directions=decision.descent.T.reshape(-1, *x.shape),
    )


def surroundings(
    f: Differentiable, x: npt.NDArray[Any], here: float, gradient: Barred, hessian: Barred
) -> Surroundings:
    """What is around x, as the rule for kinds of points wants it."""
    scale = f.scales(x)

    def moved(displacement: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
        point = x + displacement.reshape(x.shape)
        if f.lower is not None and f.upper is not None:
            point = np.clip(point, f.lower, f.upper)
        return point.astype(x.dtype)

    def hessian_at(displacement: npt.NDArray[np.float64]) -> Barred | None:
        try:
            with np.errstate(all="ignore"):
                return f.hessian(moved(displacement))
        except FAILURES:
            return None

    def change(displacement: npt.NDArray[np.float64]) -> tuple[float, float]:
        return change_of(lambda step: f.value(moved(step)), here, displacement, np.finfo(x.dtype).eps)

    return Surroundings(gradient, hessian, hessian_at, lambda direction: reach(direction, scale), change)


def reach(direction: npt.NDArray[np.float64], scale: npt.NDArray[np.float64]) -> float:
    """How far one goes in a direction until a variable has moved by `_REACH` of its scale."""
    with np.errstate(divide="ignore"):
        return float(_REACH * np.min(scale / np.abs(direction)))


def change_of(f: Any, here: float, displacement: npt.NDArray[np.float64], eps: float) -> tuple[float, float]:
    """The largest change of f at a displacement and its opposite, and the rounding of f's values there."""
    values = []
    for side in (displacement, -displacement):
        try:
            with np.errstate(all="ignore"):
                values.append(f(side))
        except FAILURES:
            continue
    finite = np.array([value for value in values if np.isfinite(value)])
    if not finite.size:
        return np.nan, np.nan
    return float(np.abs(finite - here).max()), float(16 * eps * max(np.abs(finite).max(), abs(here)))


def _excess(
    x: npt.NDArray[Any], around: Surroundings, xtol: float, scale: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """By how much entries of the gradient are larger than bars and the rounding of x explain, shape (x.size,)."""
    gradient, hessian = around.gradient, around.hessian
    eps = float(np.finfo(x.dtype).eps)
    known = np.where(np.isfinite(hessian.value), np.abs(hessian.value), 0.0)
    with np.errstate(invalid="ignore"):
        excess = np.abs(gradient.value) - FACTOR * gradient.error - known @ (max(xtol, eps) * scale)
    excess = np.where(np.isnan(excess), -np.inf, excess)
    if np.any(excess > 0):
        # No slope is known better than to the rounding of what f changes by over a variable's scale.
        axes = np.eye(x.size)[excess > 0]
        excess[excess > 0] -= eps * scale[excess > 0] * [coarse_curvature(around, axis) for axis in axes]
    return excess


def _not_stationary(
    x: npt.NDArray[Any],
    around: Surroundings,
    excess: npt.NDArray[np.float64],
    scale: npt.NDArray[np.float64],
    decision: Decision,
) -> Decision | None:
    """Why the point is not stationary, or why that cannot be told; None where it is."""
    gradient, hessian = around.gradient, around.hessian
    lost = np.isin(gradient.status, LOST)
    where = int(np.argmax(excess))
    if excess[where] > 0:
        entry = "" if x.ndim == 0 else f" by {_entry(where, x.shape)}"
        reason = f"the derivative{entry} is {gradient.value[where]:.3g} ± {gradient.error[where]:.1g}"
        step = _newton_step(gradient, hessian)
        if step is not None and decision.kind in ("minimum", "maximum", "saddle"):
            share = np.max(np.abs(step) / scale)
            if share < _REACH:
                reason += (
                    f"; a Newton step of length {np.linalg.norm(step):.2g} leads to what looks like a {decision.kind}"
                    f" (xtol={_rounded_up(share)} would accept x for it)"
                )
        return Decision("not stationary", reason, decision.eigenvalues, decision.error, decision.descent)
    if lost.any() or not np.isfinite(gradient.error).all():
        where = int(np.argmax(lost | ~np.isfinite(gradient.error)))
        entry = "" if x.ndim == 0 else f" along {_entry(where, x.shape)}"
        what = "a kink" if gradient.status[where] == Status.KINK else "no derivative"
        reason = f"f has {what} at x{entry}: second derivatives do not tell"
        return Decision("undecided", reason, decision.eigenvalues, decision.error, decision.descent)
    return None


def _newton_step(gradient: Barred, hessian: Barred) -> npt.NDArray[np.float64] | None:
    try:
        return np.asarray(-np.linalg.solve(hessian.value, gradient.value))
    except np.linalg.LinAlgError:
        return None


def _entry(index: int, shape: tuple[int, ...]) -> str:
    return f"x[{', '.join(str(i) for i in np.unravel_index(index, shape))}]"


def _rounded_up(share: float) -> str:
    return f"{10.0 ** np.ceil(np.log10(2 * share)):.0e}"
