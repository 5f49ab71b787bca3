"""A check from its first call to its report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant.checking.comparison import (
    ROUNDING_FACTOR,
    compare,
    confirm,
    default_rtol,
    look_from_afar,
    settle,
    with_rounding,
)
from secant.checking.derivative import WrongShapeError
from secant.checking.diagnosis import Case, diagnose
from secant.checking.entries import Outcome
from secant.checking.finding import Finding
from secant.checking.history import does_not_change, earlier_references, is_constant
from secant.checking.hygiene import FirstCalls, first_calls, value_of
from secant.checking.labels import Labels
from secant.checking.operator import stored_values
from secant.checking.reference import FirstDerivatives
from secant.checking.report import CheckReport, PointCheck, check_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from secant.checking.derivative import Returned, Tested
    from secant.checking.entries import Entries
    from secant.checking.reference import Reference

Mode: TypeAlias = Literal["auto", "entries", "directions"]

_RIPPLED = (
    "{name} has structure on a scale too fine to be told from its slope: {count} entries agree with differences over "
    "wide steps, and not with its slope at x"
)

_ROUGH = 1e-10
"""A derivative with more rounding than this, relative to its entries, is remarkable."""

_SINGLE = (
    "values of f are in single precision, in which small errors cannot be seen; in double precision they could (for "
    "jax, jax.config.update('jax_enable_x64', True))"
)

_DIAGNOSED = 5
"""At how many points that fail a diagnosis is made."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is checked.

    Attributes
    ----------
    name : str
        "gradient", "jacobian", …
    function_name : str
        What f is called in the report.
    tested : Tested
        The derivative.
    reference : Reference
        What it is held against.
    hessian : bool
        Whether it should be symmetric.
    extra : tuple of Finding
        What is known to be wrong before entries are looked at.
    notes : tuple of str
        What is known to be remarkable.
    """

    name: str
    function_name: str
    tested: Tested
    reference: Reference
    hessian: bool = False
    extra: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How it is checked; the options of the public functions that carry these names."""

    rtol: float | None = None
    tolerance: float = 0.0
    strict: bool = False
    seed: int | None = 0
    variables: Sequence[str] | None = None
    outputs: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name, value, accepted in (
            ("rtol", self.rtol, self.rtol is None or 0 < self.rtol < 1),
            ("tolerance", self.tolerance, 0 <= self.tolerance < 1),
        ):
            if not accepted:
                msg = f"{name} is {value!r}; accepted are relative errors below 1"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was found at one point."""

    x: npt.NDArray[Any]
    check: PointCheck
    entries: Entries | None
    labels: Labels
    rtol: float


def run(task: Task, points: list[npt.NDArray[Any]], settings: Settings, random: np.random.Generator) -> CheckReport:
    """Check every entry at all points."""
    findings, notes = list(task.extra), list(task.notes)
    looks: list[Look] = []
    calls: FirstCalls | None = None
    for k, x in enumerate(points):
        value, remarks = value_of(task.reference.subject, x)
        notes += [remark for remark in remarks if remark not in notes]
        outputs = task.reference.outputs(x, value)
        labels = labels_of(task, settings, x, outputs)
        rtol = settings.rtol if settings.rtol is not None else default_rtol(value, x)
        if _is_single(value) and _SINGLE not in notes:
            notes.append(_SINGLE)
        if not np.isfinite(value).all():
            notes.append(f"{task.reference.subject.name} is not finite at point {k}: nothing can be said there")
            looks.append(Look(x, PointCheck(x, "inconclusive", 0, 0, 1, 0, 0, np.inf), None, labels, rtol))
            continue
        try:
            if calls is None:
                calls = first_calls(task.reference.subject, task.tested, x, outputs, value)
                findings += calls.findings
                notes += calls.notes
                returned = calls.returned
            else:
                returned = task.tested(x, outputs)
        except WrongShapeError as error:
            findings.append(wrong_shape(task, error, x, value))
            looks.append(Look(x, PointCheck(x, "fail", 0, 1, 0, 0, 0, np.inf), None, labels, rtol))
            break
        entries = _compare(task, returned, x, value, outputs, settings, rtol, random)
        looks.append(Look(x, check_point(x, entries), entries, labels, entries.rtol))
        if entries.rippled is not None and k == 0:
            notes.append(_RIPPLED.format(name=task.reference.subject.name, count=np.count_nonzero(entries.rippled)))
        notes += _rough(entries, task, settings) if k == 0 else []
        notes += _always_zero(entries, labels) if k == 0 else []
        if calls is not None and k == 0:
            findings += does_not_change(task, calls, x, entries, settings.tolerance)
    return _report(task, settings, looks, findings, notes, calls)


def _compare(
    task: Task,
    returned: Returned,
    x: npt.NDArray[Any],
    value: npt.NDArray[Any],
    outputs: tuple[int, ...],
    settings: Settings,
    rtol: float,
    random: np.random.Generator,
) -> Entries:
    data = stored_values(returned.matrix)
    if settings.rtol is None:
        rtol = max(rtol, default_rtol(data), 2 * settings.tolerance)
    entries = compare(returned, task.reference, x, value, rtol, settings.tolerance, random, hessian=task.hessian)
    if entries.failed.any():
        entries = with_rounding(entries, task.tested, x, outputs, random)
    if entries.failed.any():
        entries = confirm(entries, task.reference, x)
    if entries.failed.any() and isinstance(task.reference, FirstDerivatives):
        entries = look_from_afar(entries, task.reference, x)
    if entries.count(Outcome.INCONCLUSIVE):
        entries = settle(entries, task.reference, x)
    return entries


def _is_single(value: npt.NDArray[Any]) -> bool:
    return value.dtype.kind in "fc" and float(np.finfo(value.dtype).eps) > 1e-12


def _rough(entries: Entries, task: Task, settings: Settings) -> list[str]:
    if np.finfo(entries.given.dtype).eps > 1e-12 or settings.tolerance:
        return []  # nothing else is expected
    shown = entries.allowance / np.maximum(entries.size, np.finfo(float).tiny)
    largest = float(np.max(shown[entries.has_reference & ~entries.negligible], initial=0.0))
    if not _ROUGH < largest < np.inf:
        return []
    name = task.tested.name
    return [
        f"{name} changes by up to {largest / ROUNDING_FACTOR:.0e} of an entry between points that are next to each "
        "other: it is no formula, or numbers cancel in it. Errors of that size in it are not looked for"
    ]


def _always_zero(entries: Entries, labels: Labels) -> list[str]:
    if entries.stored is None:
        return []
    at = np.flatnonzero(entries.stored & (entries.given == 0) & (entries.outcome == Outcome.PASS))
    if not at.size:
        return []
    named = labels.entries(entries.rows[at], entries.columns[at])
    return [f"the pattern has {at.size} that {'is' if at.size == 1 else 'are'} 0, and rightly so: {named}"]


def labels_of(task: Task, settings: Settings, x: npt.NDArray[Any], outputs: tuple[int, ...]) -> Labels:
    """What rows and columns are called at a point."""
    sizes = (("variables", settings.variables, x.size), ("outputs", settings.outputs, int(np.prod(outputs))))
    for name, given, expected in sizes:
        if given is not None and len(given) != expected:
            msg = f"{name} has {len(given)} names; accepted are {expected}, one for each in C order"
            raise ValueError(msg)
    row_name = "x" if task.hessian else "f"
    return Labels(row_name, outputs, x.shape, settings.variables, settings.outputs, task.hessian)


def wrong_shape(task: Task, error: WrongShapeError, x: npt.NDArray[Any], value: npt.NDArray[Any]) -> Finding:
    """Say what shape is expected, and how it may come about."""
    what = "f(x).shape + x.shape" if value.shape or task.hessian else "x.shape"
    text = f"{task.tested.name} returned shape {error.given}; expected is {error.expected}, which is {what}"
    advice = ""
    if error.given == (*x.shape, *value.shape):
        advice = "Rows belong to entries of f(x), columns to those of x: return the transpose"
    elif int(np.prod(error.given)) == int(np.prod(error.expected)):
        advice = f"If entries are in order, .reshape{error.expected} is right"
    return Finding("shape", text, advice=advice)


def _report(
    task: Task,
    settings: Settings,
    looks: list[Look],
    findings: list[Finding],
    notes: list[str],
    calls: FirstCalls | None,
) -> CheckReport:
    failing = [k for k, look in enumerate(looks) if look.entries is not None and look.check.failed]
    shown = max(range(len(looks)), key=lambda k: _rank(looks[k]))
    diagnosis: dict[str, Finding] = {}
    seen_at: dict[str, list[int]] = {}
    for k in sorted(failing, key=lambda k: k != shown)[:_DIAGNOSED]:
        entries = looks[k].entries
        assert entries is not None
        case = Case(
            entries,
            looks[k].labels,
            task.tested.name,
            task.hessian,
            earlier_references(looks, k),
            calls is not None and is_constant(task, calls, looks[0].x),
        )
        found = diagnose(case)
        for finding in found:
            diagnosis.setdefault(finding.kind, finding)
            seen_at.setdefault(finding.kind, []).append(k)
    # What is wrong in time makes values wrong as well, and is the more specific.
    explained = [_at(finding, seen_at[kind], len(looks)) for kind, finding in diagnosis.items()]
    everything = _ordered(findings, explained)
    if not failing and any(look.check.failed for look in looks) and not everything:
        msg = "a point fails without entries and without a finding"
        raise AssertionError(msg)
    undecided = sum(look.check.inconclusive for look in looks)
    verdict: Any = "fail" if everything or failing else "inconclusive" if undecided else "pass"
    if verdict == "inconclusive" and settings.strict:
        verdict = "fail"
    subject = task.reference.subject
    return CheckReport(
        verdict=verdict,
        diagnosis=tuple(everything),
        notes=tuple(notes),
        points=tuple(look.check for look in looks),
        shown=shown,
        entries=looks[shown].entries,
        task=task.name,
        mode="entries",
        evaluations=subject.evaluations,
        calls=task.tested.calls,
        seed=settings.seed,
        rtol=max(look.rtol for look in looks),
        strict=settings.strict,
        function_name=task.function_name,
        derivative_name=task.tested.name,
        labels=looks[shown].labels,
    )


def _rank(look: Look) -> tuple[int, float]:
    severity = {"fail": 2, "inconclusive": 1, "pass": 0}[look.check.verdict]
    if look.entries is None:
        return severity, 0.0
    return severity, float(np.nanmax(look.entries.ratio, initial=0.0))


def _at(finding: Finding, points: list[int], count: int) -> Finding:
    """Say at which points it is so, where there are several."""
    if count == 1:
        return finding
    where = f"point {points[0]}" if len(points) == 1 else f"points {', '.join(map(str, sorted(points)))}"
    return replace(finding, message=f"{finding.message}, at {where}")


def _ordered(behaviour: list[Finding], values: list[Finding]) -> list[Finding]:
    general = {"entries", "few rows", "few columns", "low rank", "precision", "offset", "diagonal"}
    specific = [finding for finding in values if finding.kind not in general]
    together = [finding for finding in behaviour if finding.kind == "not adjoint"]
    alone = [finding for finding in behaviour if finding.kind != "not adjoint"]
    return [*alone, *specific, *together, *(finding for finding in values if finding.kind in general)]
