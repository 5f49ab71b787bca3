"""From a derivative under test and a reference to a verdict on every entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.entries import ROUNDING, Entries, Outcome, sizes
from secant.checking.operator import Operator
from secant.checking.outside import complete_pattern
from secant.estimate import ULPS, Status
from secant.probing import FAILURES

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    from secant.checking.derivative import Returned, Tested
    from secant.checking.reference import FirstDerivatives, Reference
    from secant.checking.subject import Reach

ROUNDING_SAMPLES = 4
"""How often the derivative is asked at points next to x for its rounding."""

_ALIKE = 16.0
"""Changes of which one is so many times another are not of one kind."""

ROUNDING_FACTOR = 4.0
"""How many times the largest change that they show is put down to rounding."""

_ASKED_FIRST = 8
"""How many columns are estimated a second time before it is known whether that changes anything."""

_WIDE = (2.0**-3, 2.0**-4, 2.0**-5, 2.0**-6, 2.0**-7)
"""Steps of differences that look at f from afar, in shares of variables' scales."""

_NOT_WORSE = 1e3
"""A second estimate with a bar so many times as wide is no second opinion."""

_RIPPLE = 1e-7
"""The largest ripples of f that are none of its meaning, relative to it."""

_ASKED_FROM_AFAR = 2
"""How many columns are looked at from afar before it is known whether that changes anything."""

_NARROW = tuple(2.0**-k for k in range(7, 31, 2))
"""Steps by which it is seen how far a slope holds."""

_MOST_SETTLED = 256
"""How many columns that are inconclusive are estimated again."""


def default_rtol(*arrays: npt.NDArray[Any]) -> float:
    """1e-6 in double precision, 2 % in single: 64 times the square root of the coarsest epsilon."""
    epsilon = max(float(np.finfo(array.dtype).eps) for array in arrays if array.dtype.kind in "fc")
    return max(1e-6, 64 * float(np.sqrt(epsilon)))


def compare(
    returned: Returned,
    reference: Reference,
    x: npt.NDArray[Any],
    value: npt.NDArray[Any],
    level: npt.NDArray[np.float64],
    rtol: float,
    tolerance: float,
    random: np.random.Generator,
    *,
    hessian: bool,
) -> Entries:
    """All entries of a derivative beside their estimates.

    Parameters
    ----------
    returned : Returned
        The derivative at x.
    reference : Reference
        What estimates it.
    x, value : ndarray
        The point, and the value there of the function that is differentiated.
    level : ndarray
        The magnitude of values around x, shaped like `value`.
    rtol : float
        The relative error that must show.
    tolerance : float
        The relative error that the derivative may have.
    random : Generator
        Of directions along which nonzeros are looked for outside a sparse derivative's pattern.
    hessian : bool
        Whether these are second derivatives, so that rows belong to variables as well.
    """
    matrix = returned.matrix
    m, n = matrix.shape
    stored = None
    if isinstance(matrix, np.ndarray):
        rows, columns = (index.ravel() for index in np.indices((m, n)))
        given = matrix.ravel()
        found = reference.estimate(x)
    else:
        pattern = complete_pattern(matrix, reference, x, random)
        rows, columns = (index.astype(np.intp) for index in pattern.coordinates())
        given, stored = on_pattern(matrix, rows, columns)
        found = reference.estimate_sparse(x, pattern)
    epsilon = float(np.finfo(given.dtype).eps)
    with np.errstate(invalid="ignore"):
        largest = np.fmax(np.abs(given), np.abs(found.value))
    largest = np.where(np.isfinite(largest), largest, 0.0)
    scale = reference.subject.scale(x).ravel()
    moved = scale[columns] * np.resize(scale, m)[rows] if hessian else scale[columns]
    values = level.ravel()[rows // max(m // max(value.size, 1), 1)]
    unit = float(np.finfo(_real(value)).eps) * values / scale[columns]
    if m != value.size:
        unit = unit / np.resize(scale, m)[rows]
    return Entries(
        (m, n),
        rows,
        columns,
        given,
        found.value,
        found.error,
        found.spread,
        found.status,
        (ULPS * epsilon + tolerance) * largest + unit,
        sizes(found.value, rows // n if hessian else rows, moved),
        ROUNDING * unit,
        rtol,
        isinstance(matrix, np.ndarray),
        stored,
    )


def on_pattern(
    matrix: csr_array, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Values of a sparse matrix at the entries of a pattern that has all of its own, and which of them it stores."""
    n = matrix.shape[1]
    own = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr)) * n + matrix.indices
    at = np.searchsorted(rows.astype(np.int64) * n + columns, own)
    values, stored = np.zeros(rows.size, matrix.dtype), np.zeros(rows.size, bool)
    values[at], stored[at] = matrix.data, True
    return values, stored


def with_rounding(
    entries: Entries,
    tested: Tested,
    reference: Reference,
    x: npt.NDArray[Any],
    outputs: tuple[int, ...],
    random: np.random.Generator,
) -> Entries:
    """The same, with the rounding that the derivative shows at points next to x allowed for.

    A formula in which numbers cancel is right, and its value is not, to the last bit. At points a unit or two in the
    last place away, its value changes by as much. So does that of an ill-conditioned one.
    """
    beside = []
    for _ in range(ROUNDING_SAMPLES):
        values = _entries_like(entries, tested, reference.subject.beside(x, random), outputs)
        if values is not None:
            beside.append(values)
    shown = rounding_shown(entries.given, beside)
    # Beside a kink the derivative is another one, not the same with other rounding.
    shown[entries.status == Status.KINK] = 0.0
    return replace(entries, allowance=entries.allowance + ROUNDING_FACTOR * shown)


def rounding_shown(here: npt.NDArray[Any], beside: list[npt.NDArray[Any]]) -> npt.NDArray[np.float64]:
    """How much values change by rounding, from those at a point and at points next to it.

    Values here that are further from all others than these are from each other are others, and not by rounding: a
    table that has x in it, say.
    """
    if not beside:
        return np.zeros(here.shape)
    with np.errstate(invalid="ignore"):
        change = np.max([np.abs(values - here) for values in beside], axis=0)
        among = np.max([np.abs(values - beside[0]) for values in beside], axis=0)
    change, among = (np.where(np.isfinite(size), size, 0.0) for size in (change, among))
    return np.where(change <= _ALIKE * among, change, among)


def _entries_like(
    entries: Entries, tested: Tested, x: npt.NDArray[Any], outputs: tuple[int, ...]
) -> npt.NDArray[Any] | None:
    """The same entries at another point; None where the derivative has others there, or fails."""
    try:
        matrix = tested(x, outputs).matrix
    except FAILURES:
        return None
    if isinstance(matrix, np.ndarray):
        return matrix.ravel() if entries.dense else None
    if isinstance(matrix, Operator) or entries.stored is None or matrix.nnz != np.count_nonzero(entries.stored):
        return None
    values = np.zeros_like(entries.given)
    values[entries.stored] = matrix.data
    return values if np.array_equal(matrix.indices, entries.columns[entries.stored]) else None


def confirm(entries: Entries, reference: Reference, x: npt.NDArray[Any]) -> Entries:
    """The same, with what fails held against a second estimate with other steps.

    Error bars hold in most cases, and a derivative is said to be wrong only if it is beyond two that are independent
    of each other. Some columns are asked again at first; all that fail, if any of these changes its mind.
    """
    failing = np.unique(entries.columns[entries.failed & np.isfinite(entries.given)])
    if not failing.size:
        return entries
    ratio = np.zeros(entries.shape[1])
    np.maximum.at(ratio, entries.columns, np.where(entries.failed, np.nan_to_num(entries.ratio, posinf=0.0), 0.0))
    order = failing[np.argsort(ratio[failing], kind="stable")]
    half = _ASKED_FIRST // 2
    first = order if order.size <= _ASKED_FIRST else np.concatenate([order[:half], order[-half:]])
    confirmed, changed = _confirm_columns(entries, reference, x, np.sort(first))
    rest = np.setdiff1d(failing, first)
    if changed and rest.size:
        confirmed, _ = _confirm_columns(confirmed, reference, x, rest)
    return confirmed


def _confirm_columns(
    entries: Entries, reference: Reference, x: npt.NDArray[Any], columns: npt.NDArray[np.intp]
) -> tuple[Entries, bool]:
    changed = False
    for reach in ("nearer", "wider"):
        again, at = _again(entries, reference, x, columns, reach)
        # From afar, ripples and steps of f that look like slopes from nearby show as noise.
        better = again.outcome[at] == Outcome.PASS
        if reach == "nearer":  # a bar that is wide because steps are too small for f says nothing
            better |= ~again.failed[at] & (again.tolerance[at] <= _NOT_WORSE * entries.tolerance[at])
        settled = at[entries.failed[at] & better]
        entries = entries.with_estimate(settled, again.estimates.at(settled))
        changed |= settled.size > 0
        columns = np.unique(entries.columns[at][entries.failed[at]])
        if not columns.size:
            break
    return entries, changed


def look_from_afar(
    entries: Entries, reference: FirstDerivatives, x: npt.NDArray[Any], value: npt.NDArray[Any]
) -> Entries:
    """The same, with entries put aside that wide differences agree with, where estimates do not.

    A simulation, or a series that is cut off, may have ripples too fine for steps of any estimate to be seen as noise.
    The slopes of f over distances on which it is used are then others than those at x. Waves that are no such ripples
    are part of f: how high they are is seen from how far its slope at x holds.
    """
    failing = np.unique(entries.columns[entries.failed & entries.has_reference & np.isfinite(entries.given)])
    rippled = np.zeros(entries.rows.size, bool)
    # The first few tell whether there is anything to see.
    for columns in np.split(failing[:_MOST_SETTLED], [_ASKED_FROM_AFAR]):
        if not columns.size:
            break
        coarse = [_slopes_over(entries, reference, x, columns, step, 4)[0] for step in _WIDE]
        with np.errstate(invalid="ignore"):
            # Three in turn: one may come near by chance, where steps are too wide for f.
            near = [np.abs(entries.given - slopes) < np.abs(entries.reference - slopes) / 16 for slopes in coarse]
            agree = np.any([a & b & c for a, b, c in zip(near, near[1:], near[2:], strict=False)], axis=0)
        found = entries.failed & agree
        if np.count_nonzero(found) < np.count_nonzero(entries.failed & np.isin(entries.columns, columns)) / 2:
            break  # not by ripples alone
        holds = np.zeros(entries.rows.size)
        for step in _NARROW:
            slopes, reach = _slopes_over(entries, reference, x, columns, step, 2)
            with np.errstate(invalid="ignore"):
                same = np.abs(slopes - entries.reference) < np.abs(slopes - entries.given)
            holds = np.where(same, np.maximum(holds, reach), holds)
        small = entries.difference * holds <= _RIPPLE * np.abs(value).ravel()[entries.rows]
        rippled |= found & small
    return replace(entries, rippled=rippled) if rippled.any() else entries


def _slopes_over(
    entries: Entries,
    reference: FirstDerivatives,
    x: npt.NDArray[Any],
    columns: npt.NDArray[np.intp],
    step: float,
    order: int,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
    """Differences of one step for the entries in some columns, NaN for others; how far the steps go."""
    values, places, lengths = reference.coarse(x, columns, step, order)
    where, there = _positions(entries, places)
    slopes, reach = np.full(entries.rows.size, np.nan, values.dtype), np.zeros(entries.rows.size)
    slopes[where], reach[where] = values[there], lengths[there]
    return slopes, reach


def settle(entries: Entries, reference: Reference, x: npt.NDArray[Any]) -> Entries:
    """The same, with entries that are inconclusive estimated by other steps, where that helps.

    One that passes by an estimate with a bar that is narrow enough has passed; one that fails by two has failed.
    """
    if entries.rippled is not None:
        return entries
    open_columns = np.unique(entries.columns[entries.outcome == Outcome.INCONCLUSIVE])
    for start in range(0, min(open_columns.size, _MOST_SETTLED), _ASKED_FIRST):
        columns = open_columns[start : start + _ASKED_FIRST]
        before = entries.count(Outcome.INCONCLUSIVE)
        trials = [_again(entries, reference, x, columns, reach) for reach in ("nearer", "wider")]
        fails = np.ones(entries.rows.size, bool)
        for again, at in trials:
            told = np.zeros(entries.rows.size, bool)
            told[at] = True
            told &= entries.outcome == Outcome.INCONCLUSIVE
            passes = np.flatnonzero(told & (again.outcome == Outcome.PASS))
            entries = entries.with_estimate(passes, again.estimates.at(passes))
            fails &= told & again.failed & (again.detectable <= entries.rtol)
        wrong = np.flatnonzero(fails)
        entries = entries.with_estimate(wrong, trials[0][0].estimates.at(wrong))
        if entries.count(Outcome.INCONCLUSIVE) == before:
            break  # noise, say: it is no better elsewhere
    return entries


def _again(
    entries: Entries, reference: Reference, x: npt.NDArray[Any], columns: npt.NDArray[np.intp], reach: Reach
) -> tuple[Entries, npt.NDArray[np.intp]]:
    """The same by other steps in some columns, and which entries these are."""
    found, places = reference.again(x, columns, reach)
    at, there = _positions(entries, places)
    return entries.with_estimate(at, found.at(there)), at


def _positions(entries: Entries, places: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Which entries are at these places, and which of the places have one; both are in order of rows and columns."""
    own = entries.rows.astype(np.int64) * entries.shape[1] + entries.columns
    where = np.minimum(np.searchsorted(own, places), max(own.size - 1, 0))
    there = own[where] == places
    return where[there], there


def _real(array: npt.NDArray[Any]) -> Any:
    return array.dtype if array.dtype.kind in "fc" else np.float64
