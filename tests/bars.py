"""Error bars against exact values: which ones hold, how tight they are, how many digits the values have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from secant import Estimate

MOST_DIGITS = -np.log10(2.0**-53)


class Recorder:
    """A function that remembers where it was called."""

    def __init__(self, f: Any) -> None:
        self.f = f
        self.points: list[Any] = []

    def __call__(self, x: Any, *args: Any) -> Any:
        self.points.append(np.copy(x))
        return self.f(x, *args)

    @property
    def calls(self) -> int:
        """How often it was called."""
        return len(self.points)

    def calls_at(self, x: Any) -> int:
        """How often it was called at this very point."""
        return sum(np.array_equal(point, x) for point in self.points)


def one_ulp(estimate: Estimate, exact: Any) -> Any:
    """The distance between the numbers next to the exact value, in the format of the estimate."""
    return np.spacing(np.abs(np.asarray(exact)).astype(np.asarray(estimate.error).dtype))


def holds(estimate: Estimate, exact: Any) -> Any:
    """Which entries are within their error of the exact value, or next to it. None that are NaN or infinite."""
    assert estimate.error is not None
    assert np.shape(estimate.value) == np.shape(exact)
    with np.errstate(invalid="ignore"):
        within = np.abs(estimate.value - exact) <= np.maximum(estimate.error, one_ulp(estimate, exact))
    return within & np.isfinite(estimate.value)


def digits(value: Any, exact: Any) -> float:
    """Correct digits of an array relative to its largest entry, at most those that a float64 has; 0 for NaN."""
    largest = np.max(np.abs(exact))
    error = np.max(np.abs(value - exact)) / (largest or 1.0)
    return float(-np.log10(min(max(error, 2.0**-53), 1.0))) if np.isfinite(error) else 0.0


class Ledger:
    """The entries of many estimates: how many of their bars hold, and how tight they are."""

    def __init__(self) -> None:
        self.entries = 0
        self.tightness: list[float] = []
        self.misses: list[str] = []

    def add(self, name: str, estimate: Estimate, exact: Any) -> None:
        """Compare all entries of one estimate."""
        assert estimate.error is not None
        values, errors, statuses = (np.ravel(a) for a in (estimate.value, estimate.error, estimate.status))
        good, ulp = np.ravel(holds(estimate, exact)), np.ravel(one_ulp(estimate, exact))
        self.entries += good.size
        for i, expected in enumerate(np.ravel(exact)):
            off = abs(values[i] - expected)
            if not good[i]:
                self.misses.append(
                    f"{name}[{i}]: {values[i]:.9g} is {off:.2g} off {expected:.9g}, its bar is {errors[i]:.2g}, "
                    f"its status {statuses[i]}"
                )
            elif off > ulp[i]:
                self.tightness.append(float(errors[i] / off))

    @property
    def share(self) -> float:
        """How many of the bars hold, of 1."""
        return 1 - len(self.misses) / self.entries

    def check(self, share: float = 0.99, tightness: float = np.inf) -> None:
        """At least this share of the bars holds, and the median of those that do is this tight."""
        table = "\n".join(self.misses)
        assert self.share >= share, f"{self.share:.2%} of {self.entries} bars hold, promised {share:.0%}\n{table}"
        if tightness < np.inf:
            found = float(np.median(self.tightness))
            assert found <= tightness, f"bars are {found:.1f} times the true error, promised {tightness}"
