"""Checks of a million variables: evaluations of f, and seconds besides f and the derivative.

    python bench/checking_large.py

A separable function stands for f: its own time is measured within the same runs, and taken off.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np

import secant

N = 1_000_000
WEIGHTS = np.random.default_rng(0).uniform(0.5, 2.0, N)


class Timed:
    """A function that counts its calls and its seconds."""

    def __init__(self, f: Any) -> None:
        self.f = f
        self.calls = 0
        self.seconds = 0.0

    def __call__(self, x: Any) -> Any:
        """Call it."""
        start = perf_counter()
        value = self.f(x)
        self.seconds += perf_counter() - start
        self.calls += 1
        return value


def f(x: Any) -> Any:
    return np.sum(WEIGHTS * np.sin(x))


def grad(x: Any) -> Any:
    return WEIGHTS * np.cos(x)


def one_entry_off(x: Any) -> Any:
    slope = grad(x)
    slope[777_777] *= 1.5
    return slope


def twice(x: Any) -> Any:
    return 2 * grad(x)


def main() -> None:
    x = np.random.default_rng(1).normal(size=N)
    secant.check_gradient(f, grad, x)  # once, for imports and memory
    print(f"{'derivative':<16}{'verdict':<9}{'evaluations of f':>17}{'seconds besides':>17}  diagnosis")
    for derivative in (grad, one_entry_off, twice):
        function, slope = Timed(f), Timed(derivative)
        start = perf_counter()
        report = secant.check_gradient(function, slope, x)
        seconds = perf_counter() - start - function.seconds - slope.seconds
        said = report.diagnosis[0].message[:70] if report.diagnosis else ""
        print(f"{derivative.__name__:<16}{report.verdict:<9}{function.calls:>17}{seconds:>17.2f}  {said}")


if __name__ == "__main__":
    main()
