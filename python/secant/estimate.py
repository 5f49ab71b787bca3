"""What a derivative came to: its value, and all that is known of how it was found."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from secant.methods import Method

FACTOR = 2.0
"""How many error bars a number must be away from another to be told from it, wherever verdicts rest on bars."""

ULPS = 16.0
"""How many units in the last place of an entry are put down to rounding in the formula of a given derivative."""


class Status(IntEnum):
    """How an entry of a derivative came about; negative where there is none."""

    UNBOUNDED = -3
    """Slopes grow without bound as the step shrinks: the entry is infinite."""
    JUMP = -2
    """f jumps at x: the entry is NaN."""
    NOT_FINITE = -1
    """No probe gave a finite value of f: the entry is NaN."""
    OK = 0
    """As planned."""
    SMALLER_STEP = 1
    """A planned probe was not finite; the entry is from a smaller step."""
    OTHER_SIDE = 2
    """Probes on the planned side were not finite; the entry is from another side of x."""
    NOISY = 3
    """f is noisier than rounding explains; the error covers it."""
    TOLERANCE = 4
    """The error is larger than was asked for; rounding or noise allow no smaller one."""
    BUDGET = 5
    """No evaluations were left to make the error smaller."""
    ROUGH = 6
    """Differences settle slowly: f is not smooth at x."""
    KINK = 7
    """The slopes on the two sides of x differ; the entry is their mean, and the error reaches both."""

    @property
    def message(self) -> str:
        """The status in words."""
        return _MESSAGES[self]


_MESSAGES = {
    Status.UNBOUNDED: "slopes grow without bound as the step shrinks; the entry is infinite",
    Status.JUMP: "f jumps at x; the entry is NaN",
    Status.NOT_FINITE: "f is not finite at any probe; the entry is NaN",
    Status.OK: "as planned",
    Status.SMALLER_STEP: "f is not finite at a planned probe; a smaller step was taken",
    Status.OTHER_SIDE: "f is not finite on the planned side of x; another side was taken",
    Status.NOISY: "f is noisier than rounding explains; the error covers it",
    Status.TOLERANCE: "rounding or noise allow no error as small as was asked for",
    Status.BUDGET: "no evaluations were left to make the error smaller",
    Status.ROUGH: "f is not smooth at x; differences settle slowly",
    Status.KINK: "f has a kink at x; the entry is the mean of two slopes, and the error reaches both",
}


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A derivative with its circumstances.

    Attributes
    ----------
    value : ndarray, NumPy scalar or csr_array
        The derivative. Of a sparse one, `error` and `status` are sparse as well, with the same entries.
    error : ndarray, NumPy scalar or None
        A bound on ``|value - exact|``, shaped like `value`; None from methods that do not estimate it, as all
        fixed-step methods and the complex step.
    status : ndarray of int8, or int8
        A `Status` for each entry of `value`.
    step : ndarray or NumPy scalar
        Steps taken, in the units of x and shaped like it; along a direction v, the factor of v. For the complex
        step, the imaginary one.
    evaluations : int
        Points at which the function was evaluated (the gradient, for second derivatives made from it); those for
        detecting and verifying a sparsity pattern are not counted.
    method : Adaptive, FiniteDifference or ComplexStep
        How it was found.
    slopes : ndarray or None
        Where entries have the status "kink": the slopes on the left and on the right, shape value.shape + (2,) (nnz, 2
        where value is sparse, in the order of its data), NaN for other entries. None where there are no kinks.
    """

    value: npt.NDArray[Any]
    error: npt.NDArray[Any] | None
    status: npt.NDArray[np.int8]
    step: npt.NDArray[Any]
    evaluations: int
    method: Method
    slopes: npt.NDArray[np.float64] | None = None

    def __str__(self) -> str:
        """The value, and a line on each of the rest."""
        return f"{self.value}\n{self.summary()}"

    def summary(self) -> str:
        """How the value was found, in a few lines without the value itself."""
        lines = [f"method       {self.method.description}", f"step         {_range(self.step)}"]
        lines.append(f"evaluations  {self.evaluations}")
        if self.error is not None:
            lines.append(f"error        {_worst(_entries(self.error), _entries(self.value))}")
        statuses = _entries(self.status)
        entries = np.size(statuses)
        for status in Status:
            count = int(np.count_nonzero(np.equal(statuses, status)))
            if status is not Status.OK and count:
                lines.append(f"status       {count} of {entries} entries: {status.message}")
        return "\n".join(lines)


def _entries(array: Any) -> npt.NDArray[Any]:
    """What is stored of a sparse array; a dense one, or a scalar, as it is."""
    entries: npt.NDArray[Any] = array.data if hasattr(array, "indptr") else array
    return entries


def _range(step: npt.NDArray[Any]) -> str:
    low, high = np.min(step), np.max(step)
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"


def _worst(error: npt.NDArray[Any], value: npt.NDArray[Any]) -> str:
    if np.size(error) == 0:
        return "none: there are no entries"
    largest = np.nanmax(np.abs(value)) if np.isfinite(value).any() else 0.0
    share = f", {np.max(error) / largest:.1e} of the largest entry" if 0 < largest < np.inf else ""
    return f"at most {np.max(error):.2g}{share}"


def make_estimate(found: tuple[Any, Any, Any, Any, Any, int], method: Method) -> Estimate:
    """Complete what the compiled core returns of a task: (value, error, status, steps, slopes, evaluations)."""
    value, error, status, step, slopes, evaluations = found
    if status is None:
        status = np.zeros(np.shape(value), np.int8)
    return Estimate(
        value, error, status if hasattr(status, "indptr") else status[()], step[()], evaluations, method, slopes
    )
