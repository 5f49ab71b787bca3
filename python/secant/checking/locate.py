"""Which columns of a derivative are wrong, by halving the set of those that may be."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.finding import Finding
from secant.checking.operator import Operator
from secant.estimate import FACTOR

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.checking.derivative import Matrix
    from secant.checking.entries import Entries
    from secant.checking.labels import Labels
    from secant.checking.reference import FirstDerivatives

_MOST_COLUMNS = 4
"""How many wrong columns are looked for."""

_LEVELS, _SPREAD_OVER = 3, 6
"""So many wrong parts of 8 = 2**3: it is not single columns that are wrong."""

_FORWARD, _CENTRAL = 2.0**-22, 2.0**-12
"""Steps of cheap differences, in shares of variables' scales."""

_CLEAR = 20.0
"""What is looked for is this many times the error of the differences it is looked for with."""


def locate(
    reference: FirstDerivatives,
    matrix: Matrix,
    name: str,
    x: npt.NDArray[Any],
    value: npt.NDArray[Any],
    v: npt.NDArray[Any],
    entries: Entries,
    labels: Labels,
) -> list[Finding]:
    """Columns that are wrong, each asked by itself at last.

    The product of a derivative with the part of v in some columns is off by what is wrong in these. Halves of a part
    that is off are asked in turn, with one evaluation for each where forward differences are good enough, two for
    central ones, and as many as it takes where only adaptive ones show it.
    """
    first = entries.columns == 0
    off = np.where(entries.failed & first, entries.difference, 0.0)
    k = int(np.argmax(off))
    if not off[k] > 0:
        return [_spread(name, entries, labels)]
    row = int(entries.rows[k])
    line = matrix if isinstance(matrix, Operator) else matrix[[row]]
    at = row if isinstance(matrix, Operator) else 0
    total = entries.given[k] - entries.reference[k]
    flat = v.ravel()
    difference, error = _cheapest(reference, x, value, v, row, entries.reference[k], entries.error[k], abs(total))

    def gap(low: int, high: int) -> Any:
        part = np.zeros(flat.shape, flat.dtype)
        part[low:high] = flat[low:high]
        return (line @ part)[at] - difference(part.reshape(v.shape))

    found, wide = _halve(flat.size, total, gap, max(_CLEAR * error, 1e-6 * abs(total)))
    if wide or not found:
        return [_spread(name, entries, labels)]
    texts, where = [], []
    for j in found:
        unit = np.zeros(flat.shape, flat.dtype)
        unit[j] = reference.subject.scale(x).ravel()[j]
        alone = reference.along(x, unit.reshape(v.shape))
        given, expected, bar = (line @ unit)[at] / unit[j], alone.value[row] / unit[j], alone.error[row] / unit[j]
        again, places = reference.again(x, np.array([j]), "nearer")
        k = int(np.flatnonzero(places == row * x.size + j)[0])
        beyond = abs(given - again.value[k]) > FACTOR * again.error[k] or not np.isfinite(again.value[k])
        if abs(given - expected) > FACTOR * bar and beyond:
            index = ", ".join(map(str, np.unravel_index(j, x.shape)))
            of = f"f[{row}]" if value.size > 1 else "f"
            texts.append(f"∂{of}/∂x[{index}] is {given:.8g}, and should be {expected:.8g} ± {bar:.1g}")
            where.append((row, j))
    if not texts:
        return [_spread(name, entries, labels)]
    text = (
        f"{name} is wrong in {labels.column_noun}{'s' * (len(texts) > 1)} {', '.join(str(j) for _, j in where)}: "
        f"{'; '.join(texts)}"
    )
    if len(found) == _MOST_COLUMNS:
        text += "; there may be more"
    return [Finding("entries", text, int(np.count_nonzero(entries.failed)), tuple(where))]


def _cheapest(
    reference: FirstDerivatives,
    x: npt.NDArray[Any],
    value: npt.NDArray[Any],
    v: npt.NDArray[Any],
    row: int,
    exact: Any,
    bar: float,
    sought: float,
) -> tuple[Callable[[npt.NDArray[Any]], Any], float]:
    """Differences along a part of v that show an error of the size sought, and their own error along v."""
    subject = reference.subject

    def at(step: float, part: npt.NDArray[Any]) -> Any:
        return subject.value(subject.moved(x, np.asarray(step * part))).ravel()[row]

    here = value.ravel()[row]

    def forward(part: npt.NDArray[Any]) -> Any:
        return (at(_FORWARD, part) - here) / _FORWARD

    def central(part: npt.NDArray[Any]) -> Any:
        return (at(_CENTRAL, part) - at(-_CENTRAL, part)) / (2 * _CENTRAL)

    def adaptive(part: npt.NDArray[Any]) -> Any:
        return reference.along(x, part).value[row]

    cheap = (forward,) if subject.lower is not None else (forward, central)
    rounding = 4 * float(np.finfo(value.dtype).eps) * abs(here)
    for formula, step in zip(cheap, (_FORWARD, _CENTRAL), strict=False):
        error = float(abs(formula(v) - exact)) + bar + rounding / step
        if _CLEAR * error < sought:
            return formula, error
    return adaptive, bar


def _halve(n: int, total: Any, gap: Callable[[int, int], Any], least: float) -> tuple[list[int], bool]:
    """Columns with a gap of their own, the largest first; or that gaps are everywhere."""
    # Level by level down to eighths, that it shows when all are off; then by size.
    parts = [(0, -abs(total), 0, n, total)]
    found: list[int] = []
    while parts and len(found) < _MOST_COLUMNS:
        if n >= 64 and parts[0][0] == _LEVELS and not found and len(parts) >= _SPREAD_OVER:
            return [], True
        level, _, low, high, off = heapq.heappop(parts)
        if high - low == 1:
            found.append(low)
            continue
        middle = (low + high) // 2
        left = gap(low, middle)
        for a, b, share in ((low, middle, left), (middle, high, off - left)):
            if abs(share) > least:
                heapq.heappush(parts, (min(level + 1, _LEVELS), -abs(share), a, b, share))
    return found, False


def _spread(name: str, entries: Entries, labels: Labels) -> Finding:
    with np.errstate(divide="ignore", over="ignore"):
        worst = float(np.max(entries.difference[entries.failed] / np.abs(entries.reference[entries.failed])))
    rows = np.unique(entries.rows[entries.failed])
    of = f" in {rows.size} of {entries.shape[0]} {labels.row_noun}s" if entries.shape[0] > 1 else ""
    by = f" by {worst:.2g} of their size" if np.isfinite(worst) else ""
    kind = f"many {labels.column_noun}s"
    text = f"{name} is wrong in {kind}{of}: products with random directions are off{by}"
    advice = "Check a smaller problem by mode='entries'"
    return Finding(kind, text, int(np.count_nonzero(entries.failed)), advice=advice)
