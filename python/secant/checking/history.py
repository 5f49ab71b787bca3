"""Whether a derivative belongs to another point than the one it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.entries import Outcome
from secant.checking.finding import Finding
from secant.checking.hygiene import FirstCalls
from secant.checking.reference import FirstDerivatives
from secant.estimate import FACTOR, Status
from secant.probing import FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from secant.checking.course import Look
    from secant.checking.entries import Entries
    from secant.checking.task import Task

_LINEAR = 1e-9
"""A remainder below this share of the change of f is none."""

_MOST_EARLIER = 4

_CLEAR = (Status.OK, Status.TOLERANCE, Status.SMALLER_STEP, Status.OTHER_SIDE)


def earlier_references(looks: Sequence[Look], k: int) -> tuple[tuple[str, Any], ...]:
    """Derivatives at points before point k, for the same entries."""
    here = looks[k].entries
    assert here is not None
    found = []
    for j in range(k - 1, max(k - 1 - _MOST_EARLIER, -1), -1):
        entries = looks[j].entries
        if entries is not None and entries.rows.size == here.rows.size and not np.array_equal(looks[j].x, looks[k].x):
            found.append((f"point {j}", entries.reference))
    return tuple(found)


def is_constant(task: Task, calls: FirstCalls) -> bool:
    """Whether the derivative is the same at another point, and should not be."""
    x, away = calls.x, calls.away
    if away is None or not calls.unchanged:
        return False
    step = away - x
    try:
        here, there = task.reference.along(x, step), task.reference.along(away, step)
    except FAILURES:
        return False
    with np.errstate(invalid="ignore"):
        return bool(np.any(np.abs(here.value - there.value) > FACTOR * (here.error + there.error)))


def does_not_change(
    task: Task, calls: FirstCalls, x: npt.NDArray[Any], entries: Entries, tolerance: float
) -> list[Finding]:
    """A finding where the derivative is the same at another point, and f is not linear in between.

    Where the remainder of the linear model is more than rounding, the derivative at the other point is asked along the
    way there.
    """
    reference, away = task.reference, calls.away
    if away is None or calls.value_away is None or not calls.unchanged or not isinstance(reference, FirstDerivatives):
        return []
    if (entries.outcome != Outcome.PASS).any():
        return []
    step = away - x
    change, model = (calls.value_away - calls.value).ravel(), calls.returned.matrix @ step.ravel()
    rounding = 1e3 * np.finfo(change.dtype).eps * np.abs(calls.value).ravel()
    scale = np.maximum(np.abs(change), np.abs(model)) + rounding
    if not bool((np.abs(change - model) > _LINEAR * scale).any()):
        return []
    try:
        found, again = reference.along(away, step), reference.along(away, np.asarray(step / 3))
    except FAILURES:
        return []
    gap = np.abs(found.value - model)
    allowed = (_LINEAR + 2 * tolerance) * np.maximum(np.abs(found.value), np.abs(model))
    wrong = gap > 2 * FACTOR * found.error + found.spread + allowed
    # f has a slope there, by two estimates.
    clear = np.isin(found.status, _CLEAR) & np.isin(again.status, _CLEAR)
    alike = np.abs(found.value - 3 * again.value) <= gap / 8
    if not bool(np.any(wrong & clear & alike & np.isfinite(found.value))):
        return []
    text = (
        f"{task.tested.name} is right at the first point, but the same at another one, where it is wrong: it does not "
        "change with x"
    )
    return [Finding("constant", text, advice="Look for a value that is computed once, at the first x")]
