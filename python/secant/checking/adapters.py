"""The derivatives that SciPy's solvers are given, checked by the solver's own call: only its name is another.

What else such a call has, as a method, tolerances and callbacks, is taken and not used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.checks import check_gradient, check_jacobian
from secant.checking.constraints import constraint_reports
from secant.checking.products import check_hvp, check_jvp
from secant.checking.reports import CheckReports
from secant.checking.solvers import (
    LEAST_SQUARES,
    MINIMIZE,
    ROOT,
    SOLVE_IVP,
    as_tuple,
    banded,
    box_of_pairs,
    hessian_report,
    named_like,
    of_checks,
    returns_operator,
    scalar,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from secant.bounds import BoundsLike
    from secant.checking.report import CheckReport


def check_minimize(
    fun: Callable[..., Any],
    x0: npt.ArrayLike,
    args: Any = (),
    *,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    bounds: Any = None,
    constraints: Any = (),
    **options: Any,
) -> CheckReports:
    """Check what `scipy.optimize.minimize` is given: ``minimize(fun, x0, jac=jac)`` with another name.

    Parameters
    ----------
    fun, x0, args, jac, hess, hessp, bounds, constraints
        As for `minimize`. What is left to SciPy, as ``jac="2-point"``, is not checked. x0 is moved within bounds.
    **options
        As for `check_gradient`: `points`, `n_points`, `rtol`, `typical`, …

    Returns
    -------
    CheckReports
        "jac", "hess" and "hessp", as far as they are there, "constraints[0].jac" and "constraints[0].hess". Second
        derivatives are held against differences of `jac`, unless that fails itself; then against those of `fun`.

    Raises
    ------
    ValueError
        If there is no derivative.

    Examples
    --------
    >>> import secant
    >>> from scipy.optimize import rosen, rosen_der, rosen_hess_prod
    >>> secant.check_minimize(rosen, [1.3, 0.7, 0.8], method="Newton-CG", jac=rosen_der, hessp=rosen_hess_prod)
    CheckReports(jac: pass, hessp: pass)
    """
    x = np.atleast_1d(np.asarray(x0))
    box = box_of_pairs(bounds, x.size)
    if box is not None:
        x = np.clip(x, *box)
    shared = {"bounds": box, **of_checks(options, MINIMIZE)}
    keep = {"args": as_tuple(args), **shared}
    reports: dict[str, CheckReport] = {}
    value, slope = scalar(fun), None
    if jac is True:

        def pair(*at: Any) -> Any:
            first, second = fun(*at)
            return first if np.ndim(first) == 0 else np.reshape(first, ()), second

        reports["jac"] = check_gradient(named_like(pair, fun), True, x, **keep)
        value, slope = named_like(lambda *at: pair(*at)[0], fun), lambda *at: fun(*at)[1]
    elif callable(jac):
        reports["jac"] = check_gradient(value, jac, x, **keep)
        slope = jac
    if slope is not None and reports["jac"].verdict == "fail":
        slope = None
    if callable(hess):
        reports["hess"] = hessian_report(value, hess, x, slope, keep)
    if callable(hessp):
        reports["hessp"] = check_hvp(value, hessp, x, grad=slope, **without(keep, {"variables"}))
    reports |= constraint_reports(constraints, x, shared)
    return _together(reports, "jac, hess and hessp")


def check_least_squares(
    fun: Callable[..., Any],
    x0: npt.ArrayLike,
    jac: Any = "2-point",
    bounds: BoundsLike = (-np.inf, np.inf),
    *,
    args: Any = (),
    kwargs: dict[str, Any] | None = None,
    **options: Any,
) -> CheckReports:
    """Check the Jacobian that `scipy.optimize.least_squares` is given.

    Parameters
    ----------
    fun, x0, jac, bounds, args, kwargs
        As for `least_squares`. A jac that returns linear operators is checked by their products, from both sides.
    **options
        As for `check_jacobian`.

    Returns
    -------
    CheckReports
        "jac".

    Raises
    ------
    ValueError
        If jac is left to SciPy.
    """
    x = np.atleast_1d(np.asarray(x0))
    keep = {"args": as_tuple(args), "bounds": bounds, **of_checks(options, LEAST_SQUARES)}
    if not callable(jac):
        return _together({}, "jac")
    named = kwargs or {}
    f = named_like(lambda *at: fun(*at, **named), fun)
    derivative = named_like(lambda *at: jac(*at, **named), jac, "jac")
    if not returns_operator(derivative, x, keep["args"]):
        return CheckReports({"jac": check_jacobian(f, derivative, x, **keep)})

    def forward(at: Any, v: Any, *rest: Any) -> Any:
        return derivative(at, *rest).matvec(v)

    def backward(at: Any, w: Any, *rest: Any) -> Any:
        return derivative(at, *rest).rmatvec(w)

    keep = without(keep, {"variables", "outputs"})
    return CheckReports({"jac": check_jvp(f, named_like(forward, jac, "jac"), x, vjp=backward, **keep)})


def check_root(
    fun: Callable[..., Any], x0: npt.ArrayLike, args: Any = (), *, jac: Any = None, **options: Any
) -> CheckReports:
    """Check the Jacobian that `scipy.optimize.root` is given.

    Parameters
    ----------
    fun, x0, args, jac
        As for `root`. With ``options={"col_deriv": True}``, jac returns its transpose, as there.
    **options
        As for `check_jacobian`.

    Returns
    -------
    CheckReports
        "jac".

    Raises
    ------
    ValueError
        If jac is neither callable nor True.
    """
    x = np.ravel(np.asarray(x0))
    transposed = (options.get("options") or {}).get("col_deriv", False)
    keep = {"args": as_tuple(args), **of_checks(options, ROOT)}
    if not callable(jac) and jac is not True:
        return _together({}, "jac")
    f, derivative = fun, jac
    if jac is True:
        f, derivative = named_like(lambda *at: fun(*at)[0], fun), lambda *at: fun(*at)[1]
    if transposed:
        columns = derivative
        derivative = named_like(lambda *at: np.transpose(columns(*at)), columns, "jac")
    return CheckReports({"jac": check_jacobian(f, derivative, x, **keep)})


def check_solve_ivp(
    fun: Callable[..., Any],
    t_span: Sequence[float],
    y0: npt.ArrayLike,
    *,
    jac: Any = None,
    args: Any = None,
    points: Iterable[tuple[float, npt.ArrayLike]] | None = None,
    lband: int | None = None,
    uband: int | None = None,
    **options: Any,
) -> CheckReports:
    """Check the Jacobian, by y, that `scipy.integrate.solve_ivp` is given.

    Parameters
    ----------
    fun, t_span, y0, jac, args, lband, uband
        As for `solve_ivp`: jac is ``jac(t, y, *args)``, or a constant matrix; with lband or uband, it is in bands.
    points : iterable of (t, y), optional
        Where it is checked; at ``(t_span[0], y0)`` by default.
    **options
        As for `check_jacobian`. rtol is the solver's, and not used; a check that asks for less is
        ``check_jacobian(fun, jac, y, argnum=1, args=(t, *args), rtol=…)``.

    Returns
    -------
    CheckReports
        "jac", or for several t one each, "jac at t = 0.5".

    Raises
    ------
    ValueError
        If jac is None.
    """
    if jac is None:
        return _together({}, "jac")
    rest = () if args is None else as_tuple(args)
    keep = of_checks(options, SOLVE_IVP)
    derivative = jac if callable(jac) else lambda *_: jac
    if lband is not None or uband is not None:
        derivative = named_like(banded(derivative, lband or 0, uband or 0), derivative, "jac")
    places: dict[float, list[Any]] = {}
    for t, y in [(t_span[0], y0)] if points is None else points:
        places.setdefault(float(t), []).append(np.atleast_1d(np.asarray(y)))
    if not places:
        raise ValueError("points is empty; accepted are pairs (t, y)")
    return CheckReports(
        {
            "jac" if len(places) == 1 else f"jac at t = {t!r}": check_jacobian(
                fun, derivative, args=(t, *rest), argnum=1, points=at, **keep
            )
            for t, at in places.items()
        }
    )


def _together(reports: dict[str, CheckReport], names: str) -> CheckReports:
    if not reports:
        msg = (
            f"there is no derivative to check: {names} {'are' if ' and ' in names else 'is'} missing, or left to SciPy"
        )
        raise ValueError(msg)
    return CheckReports(reports)
