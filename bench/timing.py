"""Ratios of times that survive a noisy machine: short samples, taken in turns, and the median of their ratios."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from math import ceil
from statistics import median, quantiles
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class Work:
    """Something to be timed: `call(*arguments)`, so many times in a row, is one unit of it."""

    call: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    times: int = 1

    def seconds(self, units: int) -> float:
        """How long so many units take."""
        call, arguments = self.call, self.arguments
        start = perf_counter()
        for _ in repeat(None, units * self.times):
            call(*arguments)
        return perf_counter() - start


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look: `seconds` for each comparison, but at least `pairs` pairs of samples and at most `most`."""

    seconds: float
    pairs: int
    most: int = 400


@dataclass(frozen=True, slots=True)
class Comparison:
    """Time of a contender over time of the baseline: median and quartiles of the ratios of adjacent samples."""

    ratio: float
    lower: float
    upper: float
    baseline: float
    """Median seconds for one unit of the baseline."""
    pairs: int


_SAMPLE = 1e-3
"""A sample is long beside the clock's resolution and short beside a scheduler's slice: most are left undisturbed."""


def compare(baseline: Work, contender: Work, effort: Effort) -> Comparison:
    """Time the two in turns, now one first and now the other, so that neither drift nor order favours one."""
    baseline.seconds(1)
    contender.seconds(1)
    units = max(1, ceil(_SAMPLE / min(baseline.seconds(1), baseline.seconds(1))))
    ratios: list[float] = []
    times: list[float] = []
    collecting = gc.isenabled()
    gc.disable()
    try:
        end = perf_counter() + effort.seconds
        while len(ratios) < effort.pairs or (perf_counter() < end and len(ratios) < effort.most):
            if len(ratios) % 2:
                other = contender.seconds(units)
                own = baseline.seconds(units)
            else:
                own = baseline.seconds(units)
                other = contender.seconds(units)
            ratios.append(other / own)
            times.append(own / units)
    finally:
        if collecting:
            gc.enable()
    lower, middle, upper = quantiles(ratios, n=4)
    return Comparison(middle, lower, upper, median(times), len(ratios))
