"""Where derivatives are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.bounds import resolve as resolve_bounds
from secant.integers import as_integer

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.bounds import BoundsLike


def seeded(rng: Any) -> tuple[np.random.Generator, int | None]:
    """A generator, and its seed where it was made from one; seed 0 by default, so that checks can be repeated."""
    if rng is None:
        rng = 0
    if isinstance(rng, np.random.Generator):
        return rng, None
    seed = as_integer("rng", rng, "integers, None and numpy.random.Generator")
    return np.random.default_rng(seed), seed


def as_point(x: Any, name: str = "x") -> npt.NDArray[Any]:
    """A point as an array of its own, of real floating-point numbers."""
    point = np.array(x)
    if point.dtype.kind in "biu":
        point = point.astype(np.float64)
    if point.dtype.kind != "f":
        msg = f"{name} has dtype {point.dtype}; accepted are real numbers"
        raise TypeError(msg)
    if not np.isfinite(point).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(point))[0])
        msg = f"{name}{list(at) if at else ''} is {point[at]}; derivatives need a finite x"
        raise ValueError(msg)
    return point


def choose(
    x: Any,
    points: Any,
    n_points: int | None,
    bounds: BoundsLike | None,
    typical: npt.ArrayLike,
    random: np.random.Generator,
) -> list[npt.NDArray[Any]]:
    """The points of a check.

    Parameters
    ----------
    x : array_like or None
        One point.
    points : iterable of array_like or None
        Several; with `x`, after it.
    n_points : int or None
        How many random ones are added: uniform between bounds; where these are infinite, within a variable's scale,
        max(abs(x), typical), of x.
    bounds, typical, random
        What they are drawn with.
    """
    chosen = [] if x is None else [as_point(x)]
    if points is not None:
        chosen += [as_point(point, f"points[{k}]") for k, point in enumerate(points)]
    shapes = {point.shape for point in chosen}
    if len(shapes) > 1:
        msg = f"points have shapes {', '.join(map(str, sorted(shapes)))}; they must be alike"
        raise ValueError(msg)
    if n_points is not None:
        chosen += _drawn(chosen, as_integer("n_points", n_points, "positive integers"), bounds, typical, random)
    if not chosen:
        msg = "there is no point to check at: give x, points=, or n_points= with bounds="
        raise ValueError(msg)
    return chosen


def _drawn(
    chosen: list[npt.NDArray[Any]],
    count: int,
    bounds: BoundsLike | None,
    typical: npt.ArrayLike,
    random: np.random.Generator,
) -> list[npt.NDArray[Any]]:
    if count < 1:
        msg = f"n_points is {count}; accepted are positive integers"
        raise ValueError(msg)
    lower, upper = resolve_bounds(bounds)
    if chosen:
        around = chosen[0]
        shape = around.shape
    elif lower is None or upper is None or not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        msg = "n_points needs finite bounds=, or an x that points are drawn around"
        raise ValueError(msg)
    else:
        shape = np.broadcast_shapes(lower.shape, upper.shape)
        around = np.zeros(shape)
    low, high = (np.full(shape, infinite) for infinite in (-np.inf, np.inf))
    if lower is not None and upper is not None:
        low, high = np.broadcast_to(lower, shape), np.broadcast_to(upper, shape)
    reach = np.maximum(np.abs(around), np.asarray(typical))
    finite = np.isfinite(low) & np.isfinite(high)
    start = np.where(finite, low, np.maximum(around - reach, low))
    end = np.where(finite, high, np.minimum(around + reach, high))
    return [np.asarray(start + (end - start) * random.random(shape), dtype=around.dtype) for _ in range(count)]
