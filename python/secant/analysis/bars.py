"""Derivatives as arrays with error bars: those of estimates, and those of derivatives that are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import methods
from secant.estimate import ULPS, Estimate, Status

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.bounds import Border

_NEIGHBOURS = 2
"""How often a given derivative is asked at points next to x for its rounding."""

LOST = (Status.UNBOUNDED, Status.JUMP, Status.NOT_FINITE, Status.KINK)
"""Entries of which there is no derivative."""

UNSURE = (Status.NOISY, Status.ROUGH, Status.BUDGET)
"""Entries whose bars are wide because of f, and not because of rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Barred:
    """A derivative as an array, a bound on its error, and the `Status` of each entry."""

    value: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]
    status: npt.NDArray[np.int8]

    def reshape(self, *shape: int) -> Barred:
        """The same entries in another shape."""
        return Barred(self.value.reshape(shape), self.error.reshape(shape), self.status.reshape(shape))


def as_point(x: npt.ArrayLike, name: str = "x") -> npt.NDArray[Any]:
    """A copy of the point in floating point; an error in words where it is not one."""
    try:
        point = np.array(x)
    except ValueError:
        point = np.array(None)
    if point.dtype.kind not in "fiu":
        msg = f"{name} is {x!r}; accepted are real numbers, an array of any shape"
        raise TypeError(msg)
    if point.dtype.kind in "iu":
        point = point.astype(np.float64)
    if point.size == 0:
        msg = f"{name} has shape {point.shape}: there is nothing to differentiate by"
        raise ValueError(msg)
    if not np.isfinite(point).all():
        msg = f"{name} is {point}; accepted are finite numbers"
        raise ValueError(msg)
    return point


def require_bars(method: str | methods.Method) -> methods.Adaptive:
    """The method, if it tells how far derivatives may be off."""
    resolved, _ = methods.resolve(method)
    if not isinstance(resolved, methods.Adaptive):
        accepted = "accepted are 'auto', 'adaptive', Adaptive(...)"
        msg = f"method is {method!r}; {resolved.description} give no error bars: {accepted}"
        raise ValueError(msg)
    return resolved


def from_estimate(estimate: Estimate) -> Barred:
    """The arrays of an estimate."""
    value = np.asarray(estimate.value, np.float64)
    error = np.asarray(estimate.error, np.float64)
    return Barred(value, np.where(np.isnan(value), np.inf, error), np.asarray(estimate.status))


def with_rounding(given: Any, x: npt.NDArray[Any], lower: Border | None, upper: Border | None) -> Barred:
    """A given derivative at x, and the rounding that it shows at points next to x."""
    value = given(x)
    if not np.isfinite(value).all():
        msg = "a derivative that is given is not finite at x"
        raise ValueError(msg)
    error = ULPS * np.finfo(x.dtype).eps * np.abs(value)
    random = np.random.default_rng(0)
    for _ in range(_NEIGHBOURS):
        beside = x + np.where(random.random(x.shape) < 0.5, -1, 1) * np.spacing(np.abs(x)) * (x != 0)
        if lower is not None and upper is not None:
            beside = np.clip(beside, lower, upper).astype(x.dtype)
        moved = np.abs(given(beside) - value)
        error = np.maximum(error, np.where(np.isfinite(moved), 2 * moved, 0.0))
    return Barred(value, error, np.zeros(value.shape, np.int8))
