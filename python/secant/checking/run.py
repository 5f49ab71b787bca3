"""A check of every entry, from its first call to its report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.comparison import (
    ROUNDING_FACTOR,
    compare,
    confirm,
    look_from_afar,
    settle,
    with_rounding,
)
from secant.checking.course import Course, Visit
from secant.checking.diagnosis import Case, diagnose
from secant.checking.entries import Outcome
from secant.checking.finding import Finding
from secant.checking.history import does_not_change, earlier_references, is_constant
from secant.checking.reference import FirstDerivatives

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from secant.checking.entries import Entries
    from secant.checking.report import CheckReport
    from secant.checking.task import Settings, Task

_RIPPLED = (
    "{name} has structure on a scale too fine to be told from its slope: {count} entries agree with differences over "
    "wide steps, and not with its slope at x"
)

_ROUGH = 1e-10
"""A derivative with more rounding than this, relative to its entries, is remarkable."""

_DIAGNOSED = 5
"""At how many points that fail a diagnosis is made."""


def run(task: Task, points: list[npt.NDArray[Any]], settings: Settings, random: np.random.Generator) -> CheckReport:
    """Check every entry at all points."""
    course = Course(task, settings)
    for visit in course.visits(points):
        entries = _compare(task, visit, settings.tolerance, random)
        course.add(visit, entries)
        if course.calls is not None and visit.x is course.calls.x:
            course.note(_remarks(task, settings, visit, entries))
            course.findings += does_not_change(task, course.calls, visit.x, entries, settings.tolerance)
    return course.report("entries", _ordered(course.findings, list(_explained(course))))


def _compare(task: Task, visit: Visit, tolerance: float, random: np.random.Generator) -> Entries:
    x = visit.x
    entries = compare(
        visit.returned,
        task.reference,
        x,
        visit.value,
        visit.level,
        visit.rtol,
        tolerance,
        random,
        hessian=task.hessian,
    )
    if entries.failed.any():
        entries = with_rounding(entries, task.tested, task.reference, x, visit.outputs, random)
    if entries.failed.any():
        entries = confirm(entries, task.reference, x)
    if entries.failed.any() and isinstance(task.reference, FirstDerivatives):
        entries = look_from_afar(entries, task.reference, x, visit.value)
    if entries.count(Outcome.INCONCLUSIVE):
        entries = settle(entries, task.reference, x)
    return entries


def _remarks(task: Task, settings: Settings, visit: Visit, entries: Entries) -> Iterator[str]:
    """What is remarkable in the entries at the first point."""
    if entries.rippled is not None:
        yield _RIPPLED.format(name=task.reference.subject.name, count=np.count_nonzero(entries.rippled))
    if np.finfo(entries.given.dtype).eps < 1e-12 and not settings.tolerance:  # others are rough by nature
        told = entries.has_reference & ~entries.negligible & (entries.size > 0)
        largest = float(np.max(entries.allowance[told] / entries.size[told], initial=0.0))
        if _ROUGH < largest < np.inf:
            yield (
                f"{task.tested.name} changes by up to {largest / ROUNDING_FACTOR:.0e} of an entry between points that "
                "are next to each other: it is no formula, or numbers cancel in it. Errors of that size in it are not "
                "looked for"
            )
    if entries.stored is not None:
        at = np.flatnonzero(entries.stored & (entries.given == 0) & (entries.outcome == Outcome.PASS))
        if at.size:
            named = visit.labels.entries(entries.rows[at], entries.columns[at])
            yield f"the pattern has {at.size} that {'is' if at.size == 1 else 'are'} 0, and rightly so: {named}"


def _explained(course: Course) -> Iterator[Finding]:
    """What diagnoses at the points that fail have in common, and what they have not."""
    task, calls, looks = course.task, course.calls, course.looks
    findings: dict[str, Finding] = {}
    places: dict[str, list[int]] = {}
    failing = course.failing
    constant = bool(failing) and calls is not None and is_constant(task, calls)
    for k in failing[:_DIAGNOSED]:
        entries = looks[k].entries
        assert entries is not None  # or nothing of it would fail
        earlier = earlier_references(looks, k)
        case = Case(entries, looks[k].labels, task.tested.name, task.hessian, earlier, constant, task.tested.layout)
        for finding in diagnose(case):
            if finding.kind == "stale" and constant:
                finding = replace(finding, kind="constant", message=f"{task.tested.name} does not change with x")
            findings.setdefault(finding.kind, finding)
            places.setdefault(finding.kind, []).append(k)
    for kind, finding in findings.items():
        where = sorted(places[kind])
        at = f"point{'s' * (len(where) > 1)} {', '.join(map(str, where))}"
        yield finding if len(looks) == 1 else replace(finding, message=f"{finding.message}, at {at}")


def _ordered(behaviour: list[Finding], values: list[Finding]) -> list[Finding]:
    """What is wrong in time makes values wrong as well, and is the more specific; what is general comes last."""
    general = {"entries", "few rows", "few columns", "low rank", "precision", "offset", "diagonal"}
    specific = [finding for finding in values if finding.kind not in general]
    together = [finding for finding in behaviour if finding.kind == "not adjoint"]
    alone = [finding for finding in behaviour if finding.kind != "not adjoint"]
    return [*alone, *specific, *together, *(finding for finding in values if finding.kind in general)]
