"""Hessians with error bars, looked at twice where the first look took structure of f for noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.analysis.bars import UNSURE, Barred, from_estimate
from secant.derivatives import Hessian

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.bounds import Border
    from secant.methods import Adaptive

_OTHER_STEPS = (0.09375, 3.0)
"""By what other steps differ, as those of checks do."""


def second_look(
    first: Barred,
    value: Callable[[npt.NDArray[Any]], float],
    gradient: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None,
    x: npt.NDArray[Any],
    scale: npt.NDArray[np.float64],
    method: Adaptive,
    box: tuple[Border | None, Border | None],
) -> Barred:
    """The Hessian by other steps too, if f looked noisy or rough: of each entry, the estimate with the smallest bar.

    A polynomial that changes fast over one step may look like noise there; it does not over others. Noise does.

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
    best = first
    for factor in _OTHER_STEPS:
        if not np.isin(best.status, UNSURE).any():
            break
        best = _better(best, _by_other_steps(value, gradient, x, factor * scale, method, box))
    return best


def _better(one: Barred, other: Barred) -> Barred:
    taken = other.error < one.error
    return Barred(
        np.where(taken, other.value, one.value),
        np.where(taken, other.error, one.error),
        np.where(taken, other.status, one.status),
    )


def _by_other_steps(
    value: Callable[[npt.NDArray[Any]], float],
    gradient: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None,
    x: npt.NDArray[Any],
    unit: npt.NDArray[np.float64],
    method: Adaptive,
    box: tuple[Border | None, Border | None],
) -> Barred:
    """The Hessian by t where x has moved by unit * t: steps are shares of the unit then."""
    lower, upper = box

    def at(t: npt.NDArray[Any]) -> npt.NDArray[Any]:
        point = x + (unit * t).reshape(x.shape)
        return point if lower is None or upper is None else np.asarray(np.clip(point, lower, upper))

    bounds = None
    if lower is not None and upper is not None:
        bounds = tuple(((np.broadcast_to(side, x.shape) - x).ravel() / unit) for side in (lower, upper))
    slope = None if gradient is None else lambda t: unit * gradient(at(t))
    hessian = Hessian(lambda t: value(at(t)), grad=slope, method=replace(method, typical=1.0), bounds=bounds)
    found = from_estimate(hessian.estimate(np.zeros(x.size)))
    units = unit * unit[:, np.newaxis]
    return Barred(found.value / units, found.error / units, found.status)
