"""Derivatives of many variables: products with random directions, and a search for the columns that are wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.comparison import ROUNDING_FACTOR, ROUNDING_SAMPLES, rounding_shown
from secant.checking.course import Course, Visit
from secant.checking.derivative import WrongShapeError
from secant.checking.diagnosis.constants import name_factor
from secant.checking.diagnosis.orientation import how_axes_are, read_in_other_layout
from secant.checking.entries import NEGLIGIBLE, ROUNDING, Entries, Estimated, Outcome
from secant.checking.finding import Finding
from secant.checking.locate import locate
from secant.checking.operator import Operator, stored_values
from secant.checking.reference import FirstDerivatives
from secant.estimate import FACTOR, ULPS
from secant.layout import other_layout
from secant.plain import plain
from secant.probing import FAILURES, OTHER_STEPS

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.derivative import Matrix
    from secant.checking.report import CheckReport
    from secant.checking.task import Settings, Task

DIRECTIONS = 2
"""How many random directions there are at each point."""

_NO_ROOM = 1e-6
"""A variable that moves by less than this share of its scale is not seen beside others."""

_CONTRADICTION = (
    "estimates along two random directions contradict each other: variables vary on scales far below typical=, it "
    "seems. Give their scales, as typical=, or check by mode='entries'"
)


def run_directions(
    task: Task, points: list[npt.NDArray[Any]], settings: Settings, random: np.random.Generator
) -> CheckReport:
    """Check products of a derivative with random vectors, entries of which have either sign and unequal magnitudes."""
    course = Course(task, settings)
    for visit in course.visits(points):
        matrix = visit.returned.matrix
        directions = [task.reference.subject.direction(visit.x, random) for _ in range(DIRECTIONS)]
        entries = _compare(task, visit, directions, settings.tolerance)
        course.findings += _asymmetry(task, visit, directions[0], settings.tolerance)
        still = int(np.count_nonzero(np.abs(directions[0]) < _NO_ROOM * task.reference.subject.scale(visit.x)))
        if still:
            course.blind = True
            are = "variable has" if still == 1 else "variables have"
            course.note([f"{still} {are} no room to move within bounds: derivatives by them are not seen"])
        if entries.rippled is not None:
            course.note([_CONTRADICTION])
        if entries.failed.any():
            course.findings += _diagnose(task, visit, directions, entries)
        elif isinstance(task.reference, FirstDerivatives) and not course.looks:
            course.note(_single(matrix, directions[0], entries))
        labels = replace(visit.labels, directions=True)
        if not isinstance(task.reference, FirstDerivatives):  # vᵀ H v is a number for each of f(x)
            labels = replace(labels, row_name="f", row_shape=visit.value.shape, hessian=False)
        course.add(visit, entries, labels)
    return course.report("directions", course.findings)


def _compare(task: Task, visit: Visit, directions: list[npt.NDArray[Any]], tolerance: float) -> Entries:
    """A row for each number that a product has, a column for each direction."""
    reference, x, value, matrix = task.reference, visit.x, visit.value, visit.returned.matrix
    with np.errstate(invalid="ignore"):
        given = np.stack([reference.product(matrix, v) for v in directions], axis=1)
        terms = np.stack([reference.product(abs(matrix), np.abs(v)) for v in directions], axis=1)
    found = [reference.along(x, v) for v in directions]
    stacked = Estimated(
        *(np.stack([getattr(one, name) for one in found], axis=1) for name in ("value", "error", "spread", "status"))
    )
    epsilon = float(np.finfo(given.dtype).eps)
    rows, columns = (index.ravel() for index in np.indices(given.shape))
    with np.errstate(invalid="ignore"):
        terms = np.where(np.isfinite(terms), terms, 0.0)
    largest = np.max(np.abs(np.where(np.isfinite(stacked.value), stacked.value, 0.0)), axis=1, keepdims=True)
    unit = float(np.finfo(value.dtype).eps) * visit.level.reshape(-1, 1) * np.ones(given.shape)
    entries = Entries(
        given.shape,
        rows,
        columns,
        given.ravel(),
        stacked.value.ravel(),
        stacked.error.ravel(),
        stacked.spread.ravel(),
        stacked.status.ravel(),
        (ULPS * epsilon * terms + tolerance * np.abs(given) + unit).ravel(),
        np.maximum(largest, NEGLIGIBLE * terms).ravel(),
        (ROUNDING * unit).ravel(),
        visit.rtol,
    )
    if entries.failed.any():
        entries = _with_rounding(entries, task, x, visit.outputs, directions)
    if entries.failed.any():
        entries = _confirm(entries, task, x, directions, matrix)
    return entries


def _asymmetry(task: Task, visit: Visit, v: npt.NDArray[Any], tolerance: float) -> list[Finding]:
    """A finding for a Hessian that is not symmetric: products vᵀ H v do not show it."""
    matrix = visit.returned.matrix
    if not task.hessian or isinstance(matrix, Operator):
        return []  # of products, it was asked before

    def gap(of: Matrix) -> npt.NDArray[Any]:
        n = visit.x.size
        blocks = [of[k * n : (k + 1) * n] for k in range(of.shape[0] // n)]  # type: ignore[index]
        return np.concatenate([block @ v.ravel() - block.T @ v.ravel() for block in blocks])

    found = gap(matrix)
    epsilon = float(np.finfo(found.dtype).eps)
    with np.errstate(invalid="ignore"):
        allowed = (4 * ULPS * epsilon + tolerance) * float(np.max(abs(matrix) @ np.abs(v.ravel()), initial=0.0))
        largest = float(np.max(np.abs(found), initial=0.0))
    if not largest > allowed:
        return []
    beside = [gap(other) for other in _beside(task, visit.x, visit.outputs)]
    allowed += ROUNDING_FACTOR * float(np.max(rounding_shown(found, beside), initial=0.0))
    if largest <= allowed:
        return []
    text = (
        f"{task.tested.name} is not symmetric: H v and Hᵀ v differ by {largest:.2g} for a random v, and rounding "
        f"explains {allowed:.1g}"
    )
    return [Finding("asymmetric", text, advice="mode='entries', for fewer variables, names the entries")]


def _confirm(
    entries: Entries, task: Task, x: npt.NDArray[Any], directions: list[npt.NDArray[Any]], matrix: Matrix
) -> Entries:
    """The same, with what fails held against other steps along the same directions, as for single entries.

    One direction tells whether that changes anything.
    """
    power = 1 if isinstance(task.reference, FirstDerivatives) else 2
    worst = np.flatnonzero(entries.failed)[np.argmax(entries.ratio[entries.failed])]
    first = int(entries.columns[worst])
    for k in (first, *(k for k in range(len(directions)) if k != first)):
        before = np.count_nonzero(entries.failed)
        for share in OTHER_STEPS:
            found = task.reference.along(x, np.asarray(share * directions[k]))
            units = share**power
            scaled = Estimated(found.value / units, found.error / units, found.spread / units, found.status)
            at = np.flatnonzero(entries.columns == k)
            again = entries.with_estimate(at, scaled)
            settled = at[entries.failed[at] & (again.outcome[at] == Outcome.PASS)]
            if not settled.size:
                break
            entries = entries.with_estimate(settled, again.estimates.at(settled))
        if np.count_nonzero(entries.failed) == before:
            break
    return _contradicted(entries, task, x, directions[first], matrix) if entries.failed.any() else entries


def _contradicted(entries: Entries, task: Task, x: npt.NDArray[Any], v: npt.NDArray[Any], matrix: Matrix) -> Entries:
    """The same, with rows put aside of which another direction, on variables' own scales, says that they are right.

    Variables that are small by nature, and are moved as far as `typical` says, alias: along a direction as along none.
    """
    scale, size = task.reference.subject.scale(x), np.abs(x)
    own = np.where((size > 0) & (size < scale / 2), size / scale, 0.125) * v
    found, given = task.reference.along(x, own), task.reference.product(matrix, own)
    with np.errstate(invalid="ignore"):
        terms = task.reference.product(abs(matrix), np.abs(own))
        slack = FACTOR * found.error + found.spread + ULPS * float(np.finfo(given.dtype).eps) * terms
        right = np.isfinite(found.value) & (np.abs(given - found.value) <= slack)
        told = slack <= entries.rtol * np.maximum(np.abs(found.value), NEGLIGIBLE * terms)
    rows = right & told
    put_aside = entries.failed & rows[entries.rows]
    return replace(entries, rippled=put_aside) if put_aside.any() else entries


def _beside(task: Task, x: npt.NDArray[Any], outputs: tuple[int, ...]) -> list[Matrix]:
    """The derivative at points next to x, as far as it can be had."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(ROUNDING_SAMPLES):
        try:
            found.append(task.tested(task.reference.subject.beside(x, random), outputs).matrix)
        except (*FAILURES, WrongShapeError):
            continue
    return found


def _with_rounding(
    entries: Entries, task: Task, x: npt.NDArray[Any], outputs: tuple[int, ...], directions: list[npt.NDArray[Any]]
) -> Entries:
    with np.errstate(invalid="ignore"):
        beside = [
            np.stack([task.reference.product(matrix, v) for v in directions], axis=1).ravel()
            for matrix in _beside(task, x, outputs)
        ]
    shown = rounding_shown(entries.given, beside)
    return replace(entries, allowance=entries.allowance + ROUNDING_FACTOR * shown)


def _diagnose(task: Task, visit: Visit, directions: list[npt.NDArray[Any]], entries: Entries) -> list[Finding]:
    name, matrix = task.tested.name, visit.returned.matrix
    values = stored_values(matrix)
    broken = int(np.count_nonzero(~np.isfinite(values)))
    if broken:
        at = np.argwhere(~np.isfinite(matrix))[0] if isinstance(matrix, np.ndarray) else ()
        where = f", the first at {tuple(int(i) for i in at)}" if len(at) else ""
        return [Finding("not finite", f"{name} is NaN or infinite in {broken} of {values.size} entries{where}", broken)]
    if not values.any():
        return [Finding("zero", f"{name} is 0 everywhere, and f is not constant", values.size)]
    failed = entries.failed
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = entries.given[failed] / entries.reference[failed]
        uncertainty = entries.tolerance[failed] / np.abs(entries.reference[failed])
        told = (uncertainty < 0.01) & (np.abs(ratio - 1) > 8 * uncertainty)
        alike = np.abs(ratio - ratio[0]) <= 4 * (uncertainty + uncertainty[0])
    if told.all() and bool(alike.all()):
        factor = ratio[0].item()
        symbol, meaning = name_factor(factor, float(uncertainty.max()), {})
        # One wrong entry makes ratios too; the same one in two directions is no accident.
        if failed.all():
            text = f"{name} is {symbol} times what it should be (the same ratio in {ratio.size} products)"
            advice = meaning[:1].upper() + meaning[1:]
            return [Finding("factor", text, int(ratio.size), advice=advice, values={"factor": plain(factor)})]
    layout = task.tested.layout
    if layout is not None and isinstance(matrix, np.ndarray) and matrix.shape[0] > 1:
        other = read_in_other_layout(matrix, layout, hessian=task.hessian)
        turned = np.stack([task.reference.product(other, v) for v in directions], axis=1).ravel()
        if bool((np.abs(turned - entries.reference) <= entries.tolerance).all()):
            text = (
                f"{name} is in {other_layout(layout)} layout, and was read in {layout} layout: as the other, its "
                "products with random directions are right"
            )
            return [Finding("transposed", text, int(np.count_nonzero(failed)), advice=how_axes_are(layout))]
    if isinstance(task.reference, FirstDerivatives):
        return locate(task.reference, matrix, name, visit.x, visit.value, directions[0], entries, visit.labels)
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
