"""Scales of values that span decades: where they become linear, their ticks, and levels that tell something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def linear_below(value: npt.NDArray[Any]) -> float | None:
    """Where a logarithmic scale of both signs becomes linear; None where values do not span decades."""
    magnitudes = np.abs(value[np.isfinite(value) & (value != 0)])
    if magnitudes.size == 0 or magnitudes.max() <= 100 * magnitudes.min():
        return None
    # As many decades as can be told apart.
    return float(max(magnitudes.min(), 1e-6 * magnitudes.max()))


def symlog_ticks(threshold: float, largest: float) -> npt.NDArray[np.float64]:
    """Zero and powers of ten of both signs, not so many that they run into each other."""
    lowest, highest = int(np.ceil(np.log10(threshold))), int(np.floor(np.log10(largest)))
    every = -(-(highest - lowest + 1) // 4)
    powers = 10.0 ** np.arange(highest, lowest, -every)
    return np.concatenate([-powers, [0], powers[::-1]])


def automatic_levels(values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """About so many levels between the least and the largest of the values, at short decimal numbers.

    They are equidistant where values are spread evenly, and else denser where values are: towards the least or the
    largest one, or towards the median from both sides.
    """
    finite = values[np.isfinite(values)]
    low, high = float(finite.min()), float(finite.max())
    if not high - low > max(1e-13 * max(abs(low), abs(high)), 1e-290):  # what differs is rounding
        return np.array([low])
    first, lower, median, upper, last = np.quantile(finite, [0.01, 0.25, 0.5, 0.75, 0.99])
    if min(lower - low, high - upper) > 2 * (upper - lower):
        half = -(-count // 2)
        up = _towards(median, high, float(np.median(finite[finite >= median])), half, 3.0)
        down = _towards(median, low, float(np.median(finite[finite <= median])), half, 3.0)
        return _shortened(np.concatenate([down[::-1], [median], up]), low, high)
    share = (median - low) / (high - low)
    if abs(share - 0.5) < 0.15:
        return _even(low, high, count)
    # Where fewer values are beyond the first level, its line falls to pieces between the points of the grid.
    if share < 0.5:
        levels = _towards(low, high, median, count, 8.0)
        levels = levels[levels >= first]
    else:
        levels = _towards(high, low, median, count, 8.0)[::-1]
        levels = levels[levels <= last]
    return _shortened(levels, low, high)


def _towards(start: float, end: float, middle: float, count: int, steepest: float) -> npt.NDArray[np.float64]:
    """Levels between start and end at a power of equidistant numbers: half of them before the middle, if it can be."""
    t = np.arange(1, count + 1) / (count + 1)
    share = max((middle - start) / (end - start), 1e-12)
    power = float(np.clip(np.log(min(share, 0.5)) / np.log(0.5), 1.0, steepest))
    return np.asarray(start + (end - start) * t**power)


def _even(low: float, high: float, count: int) -> npt.NDArray[np.float64]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten between low and high, at most about so many."""
    room = (high - low) / (count + 1)
    power = 10.0 ** np.floor(np.log10(room))
    step = power * min(one for one in (1.0, 2.0, 2.5, 5.0, 10.0) if one * power >= room)
    ticks = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return np.asarray(ticks[(ticks > low) & (ticks < high)], np.float64)


def _shortened(levels: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    """Levels at numbers with as few digits as tell neighbours apart: multiples of 1, 2 or 5 times a power of ten."""
    gaps = np.diff(np.concatenate([[low], levels, [high]]))
    room = np.minimum(gaps[:-1], gaps[1:]) / 2
    room = np.maximum(room, (high - low) * 1e-9)
    power = 10.0 ** np.floor(np.log10(room))
    unit = power * np.select([room >= 5 * power, room >= 2 * power], [5.0, 2.0], 1.0)
    short = np.unique(np.round(levels / unit) * unit)
    return short[(short > low) & (short < high)]


def written(number: float, form: str = "{:.4g}") -> str:
    """A number with a minus sign, and without the zeros of its exponent."""
    from matplotlib import rcParams

    text = form.format(number).replace("e-0", "e-").replace("e+0", "e").replace("nan", "NaN")
    return text.replace("-", "\N{MINUS SIGN}") if rcParams["axes.unicode_minus"] else text
