"""Derivatives with error bars, looked at twice where the first look took structure of f for noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.analysis.bars import UNSURE, Barred, from_estimate
from secant.derivatives import Gradient, Hessian
from secant.probing import FAILURES, OTHER_STEPS

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.bounds import Border
    from secant.methods import Adaptive


def second_look_at_hessian(
    first: Barred,
    value: Callable[[npt.NDArray[Any]], float],
    gradient: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None,
    x: npt.NDArray[Any],
    scale: npt.NDArray[np.float64],
    method: Adaptive,
    box: tuple[Border | None, Border | None],
) -> Barred:
    """The Hessian by other steps too, if f looked noisy or rough: the estimate with the smallest bar.

    A polynomial that changes fast over one step may look like noise there; it does not over others. Noise does.
    Estimates that contradict each other show that f is finer than some of the steps: then the bar reaches over both.

    Parameters
    ----------
    first : Barred
        The Hessian at x, shape (n, n).
    value, gradient : callable
        The function of points shaped like x, and its gradient, flat, or None.
    x : ndarray
        The point.
    scale : ndarray
        Of the variables, shape (n,).
    method : Adaptive
        How it is estimated.
    box : (lower, upper)
        Bounds on x, or two Nones.
    """
    if not np.isin(first.status, UNSURE).any():
        return first
    looks = [first, *(_by_other_steps(value, gradient, x, step * scale, method, box) for step in OTHER_STEPS)]
    return _best_of(looks)


def second_look_at_gradient(
    first: Barred,
    value: Callable[[npt.NDArray[Any]], float],
    x: npt.NDArray[Any],
    scale: npt.NDArray[np.float64],
    method: Adaptive,
    box: tuple[Border | None, Border | None],
) -> Barred:
    """The gradient by other steps too, as `second_look_at_hessian` takes the Hessian."""
    looks = [first]
    for step in OTHER_STEPS:
        value_at, _, bounds = _by_shares(value, None, x, step * scale, box)
        found = from_estimate(
            Gradient(value_at, method=replace(method, typical=1.0), bounds=bounds).estimate(np.zeros(x.size))
        )
        looks.append(Barred(found.value / (step * scale), found.error / (step * scale), found.status))
    return _best_of(looks)


def _best_of(looks: list[Barred]) -> Barred:
    """Of each entry, the estimate with the smallest bar, which is widened to meet the next if that one disagrees."""
    errors = np.array([look.error for look in looks])
    values = np.array([look.value for look in looks])
    order = np.argsort(errors, axis=0)

    def ranked(arrays: npt.NDArray[Any], rank: int) -> npt.NDArray[Any]:
        return np.asarray(np.take_along_axis(arrays, order[rank : rank + 1], axis=0)[0])

    error = ranked(errors, 0)
    apart = np.abs(ranked(values, 0) - ranked(values, 1))
    agree = ~(apart > error + ranked(errors, 1))
    status = ranked(np.array([look.status for look in looks]), 0)
    return Barred(ranked(values, 0), np.where(agree, error, error + apart), status)


def _by_other_steps(
    value: Callable[[npt.NDArray[Any]], float],
    gradient: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None,
    x: npt.NDArray[Any],
    unit: npt.NDArray[np.float64],
    method: Adaptive,
    box: tuple[Border | None, Border | None],
) -> Barred:
    value_at, slope_at, bounds = _by_shares(value, gradient, x, unit, box)
    hessian = Hessian(value_at, grad=slope_at, method=replace(method, typical=1.0), bounds=bounds)
    found = from_estimate(hessian.estimate(np.zeros(x.size)))
    units = unit * unit[:, np.newaxis]
    return Barred(found.value / units, found.error / units, found.status)


def _by_shares(
    value: Callable[[npt.NDArray[Any]], float],
    gradient: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None,
    x: npt.NDArray[Any],
    unit: npt.NDArray[np.float64],
    box: tuple[Border | None, Border | None],
) -> tuple[Any, Any, Any]:
    """Functions of t where x has moved by unit * t, so that steps are shares of the unit; their bounds."""
    lower, upper = box

    def at(t: npt.NDArray[Any]) -> npt.NDArray[Any]:
        point = x + (unit * t).reshape(x.shape)
        return point if lower is None or upper is None else np.asarray(np.clip(point, lower, upper))

    def value_at(t: npt.NDArray[Any]) -> float:
        # Wider steps may leave f's domain, or meet values that overflow.
        try:
            with np.errstate(all="ignore"):
                return value(at(t))
        except FAILURES:
            return np.nan

    def slope_at(t: npt.NDArray[Any]) -> npt.NDArray[Any]:
        try:
            with np.errstate(all="ignore"):
                return np.asarray(unit * gradient(at(t))) if gradient is not None else t
        except FAILURES:
            return np.full(t.shape, np.nan)

    bounds = None
    if lower is not None and upper is not None:
        bounds = tuple(((np.broadcast_to(side, x.shape) - x).ravel() / unit) for side in (lower, upper))
    return value_at, None if gradient is None else slope_at, bounds
