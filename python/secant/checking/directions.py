"""Derivatives of many variables: products with random directions, and a search for the columns that are wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.comparison import ROUNDING_FACTOR, ROUNDING_SAMPLES, default_rtol, rounding_shown
from secant.checking.derivative import WrongShapeError
from secant.checking.diagnosis.constants import name_factor
from secant.checking.entries import NEGLIGIBLE, ROUNDING, ULPS, Entries, Estimated
from secant.checking.finding import Finding
from secant.checking.hygiene import first_calls, value_of
from secant.checking.locate import locate
from secant.checking.operator import Operator, stored_values
from secant.checking.reference import FirstDerivatives
from secant.checking.report import CheckReport, PointCheck, check_point
from secant.checking.run import Look, Settings, Task, labels_of, wrong_shape

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.derivative import Matrix

DIRECTIONS = 2
"""How many random directions there are at each point."""


def run_directions(
    task: Task, points: list[npt.NDArray[Any]], settings: Settings, random: np.random.Generator
) -> CheckReport:
    """Check products of a derivative with random vectors, entries of which have either sign and unequal magnitudes."""
    findings, notes = list(task.extra), list(task.notes)
    looks: list[Look] = []
    called = False
    for k, x in enumerate(points):
        value, remarks = value_of(task.reference.subject, x)
        notes += [remark for remark in remarks if remark not in notes]
        outputs = task.reference.outputs(x, value)
        labels = labels_of(task, settings, x, outputs)
        labels = replace(labels, row_shape=value.shape, hessian=False, directions=True)
        rtol = settings.rtol if settings.rtol is not None else default_rtol(value, x)
        if not np.isfinite(value).all():
            notes.append(f"{task.reference.subject.name} is not finite at point {k}: nothing can be said there")
            looks.append(Look(x, PointCheck(x, "inconclusive", 0, 0, 1, 0, 0, np.inf), None, labels, rtol))
            continue
        try:
            if called:
                matrix = task.tested(x, outputs).matrix
            else:
                calls = first_calls(task.reference.subject, task.tested, x, outputs, value)
                findings, notes, matrix = [*findings, *calls.findings], [*notes, *calls.notes], calls.returned.matrix
                called = True
        except WrongShapeError as error:
            findings.append(wrong_shape(task, error, x, value))
            looks.append(Look(x, PointCheck(x, "fail", 0, 1, 0, 0, 0, np.inf), None, labels, rtol))
            break
        if settings.rtol is None:
            rtol = max(rtol, default_rtol(stored_values(matrix)), 2 * settings.tolerance)
        directions = [task.reference.subject.direction(x, random) for _ in range(DIRECTIONS)]
        entries = _compare(task, matrix, x, value, outputs, directions, settings, rtol)
        looks.append(Look(x, check_point(x, entries), entries, labels, rtol))
        if entries.failed.any():
            findings += _diagnose(task, matrix, x, value, directions, entries)
        elif isinstance(task.reference, FirstDerivatives):
            notes += _single(matrix, directions[0], entries) if k == 0 else []
    failing = [k for k, look in enumerate(looks) if look.check.failed]
    undecided = any(look.check.inconclusive for look in looks)
    verdict: Any = "fail" if findings or failing else "inconclusive" if undecided else "pass"
    if verdict == "inconclusive" and settings.strict:
        verdict = "fail"
    shown = failing[0] if failing else 0
    return CheckReport(
        verdict=verdict,
        diagnosis=tuple(findings),
        notes=tuple(notes),
        points=tuple(look.check for look in looks),
        shown=shown,
        entries=looks[shown].entries,
        task=task.name,
        mode="directions",
        evaluations=task.reference.subject.evaluations,
        calls=task.tested.calls,
        seed=settings.seed,
        rtol=max(look.rtol for look in looks),
        strict=settings.strict,
        function_name=task.function_name,
        derivative_name=task.tested.name,
        labels=looks[shown].labels,
    )


def _compare(
    task: Task,
    matrix: Matrix,
    x: npt.NDArray[Any],
    value: npt.NDArray[Any],
    outputs: tuple[int, ...],
    directions: list[npt.NDArray[Any]],
    settings: Settings,
    rtol: float,
) -> Entries:
    """A row for each number that a product has, a column for each direction."""
    reference = task.reference
    with np.errstate(invalid="ignore"):
        given = np.stack([reference.product(matrix, v) for v in directions], axis=1)
        terms = np.stack([reference.product(abs(matrix), np.abs(v)) for v in directions], axis=1)
    found = [reference.along(x, v) for v in directions]
    stacked = Estimated(
        *(np.stack([getattr(one, name) for one in found], axis=1) for name in ("value", "error", "spread", "status"))
    )
    epsilon = float(np.finfo(given.dtype).eps)
    rows, columns = (index.ravel() for index in np.indices(given.shape))
    largest = np.max(np.abs(np.where(np.isfinite(stacked.value), stacked.value, 0.0)), axis=1, keepdims=True)
    unit = float(np.finfo(value.dtype).eps) * np.abs(value).reshape(-1, 1) * np.ones(given.shape)
    terms = np.where(np.isfinite(terms), terms, 0.0)
    entries = Entries(
        given.shape,
        rows,
        columns,
        given.ravel(),
        stacked.value.ravel(),
        stacked.error.ravel(),
        stacked.spread.ravel(),
        stacked.status.ravel(),
        (ULPS * epsilon * terms + settings.tolerance * np.abs(given) + unit).ravel(),
        np.maximum(largest, NEGLIGIBLE * terms).ravel(),
        (ROUNDING * unit).ravel(),
        rtol,
    )
    if not entries.failed.any():
        return entries
    return _with_rounding(entries, task, x, outputs, directions)


def _with_rounding(
    entries: Entries, task: Task, x: npt.NDArray[Any], outputs: tuple[int, ...], directions: list[npt.NDArray[Any]]
) -> Entries:
    random = np.random.default_rng(0)
    beside = []
    for _ in range(ROUNDING_SAMPLES):
        steps = random.integers(1, 3, x.shape) * np.where(random.random(x.shape) < 0.5, -1, 1)
        matrix = task.tested(np.asarray(x + steps * np.spacing(np.abs(x))), outputs).matrix
        beside.append(np.stack([task.reference.product(matrix, v) for v in directions], axis=1).ravel())
    shown = rounding_shown(entries.given, beside)
    return replace(entries, allowance=entries.allowance + ROUNDING_FACTOR * shown)


def _diagnose(
    task: Task,
    matrix: Matrix,
    x: npt.NDArray[Any],
    value: npt.NDArray[Any],
    directions: list[npt.NDArray[Any]],
    entries: Entries,
) -> list[Finding]:
    name = task.tested.name
    values = stored_values(matrix)
    broken = int(np.count_nonzero(~np.isfinite(values)))
    if broken:
        at = np.argwhere(~np.isfinite(matrix))[0] if isinstance(matrix, np.ndarray) else ()
        where = f", the first at {tuple(int(i) for i in at)}" if len(at) else ""
        return [Finding("not finite", f"{name} is NaN or infinite in {broken} of {values.size} entries{where}", broken)]
    if not values.any():
        return [Finding("zero", f"{name} is 0 everywhere, and f is not constant", values.size)]
    failed = entries.failed
    ratio = entries.given[failed] / entries.reference[failed]
    uncertainty = entries.tolerance[failed] / np.abs(entries.reference[failed])
    told = uncertainty < 0.01
    if told.all() and bool((np.abs(ratio - ratio[0]) <= 4 * (uncertainty + uncertainty[0])).all()):
        symbol, meaning = name_factor(float(np.real(ratio[0])), float(uncertainty.max()), {})
        # One wrong entry makes ratios too; the same one in two directions is no accident.
        if failed.all():
            text = f"{name} is {symbol} times what it should be (the same ratio in {ratio.size} products)"
            advice = meaning[:1].upper() + meaning[1:]
            return [
                Finding("factor", text, int(ratio.size), advice=advice, values={"factor": float(np.real(ratio[0]))})
            ]
    if isinstance(task.reference, FirstDerivatives):
        return locate(task.reference, matrix, name, x, value, directions[0], entries)
    return [
        Finding("entries", f"{name} is wrong: its products with random directions are", int(np.count_nonzero(failed)))
    ]


def _single(matrix: Matrix, v: npt.NDArray[Any], entries: Entries) -> list[str]:
    """How wrong a single entry of typical size must be to show."""
    if isinstance(matrix, Operator):
        return []
    values = np.abs(matrix * v.ravel()) if isinstance(matrix, np.ndarray) else abs(matrix * v.ravel()[np.newaxis]).data
    values = np.ravel(values)
    values = values[values > 0]
    if not values.size:
        return []
    smallest = float(np.median(entries.tolerance) / np.median(values))
    return [
        "every entry has a share in each product: a single one of median size that is wrong shows from a relative "
        f"error of {smallest:.1e} on. mode='entries' looks at each, with about 9 evaluations a variable"
    ]
