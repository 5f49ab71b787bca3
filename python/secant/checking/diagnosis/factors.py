"""Constant factors: of the whole matrix, of rows, columns, a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.diagnosis.case import SLACK, Case
from secant.checking.diagnosis.constants import digits, name_factor
from secant.checking.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

_FEW = 3


def factors(case: Case) -> tuple[Finding, npt.NDArray[np.bool_]] | None:
    """The factor by which entries are wrong, if it is one for all of them, or one for each row or column."""
    suspects = case.failed & case.telling & (case.entries.given != 0)
    if not suspects.any() or np.count_nonzero(case.failed & ~suspects & case.judged) > 0.02 * case.count:
        return None
    one = np.zeros(case.entries.rows.shape, np.intp)
    common, spread = _fit(case, suspects, one, 1)
    if _holds(case, suspects, one, common):
        return _of_region(case, suspects, common[0], float(spread[0]))
    m, n = case.shape
    found = []
    for kind, noun, group, count in (
        (f"{case.labels.row_noun} factor", "row", case.entries.rows, m),
        (f"{case.labels.column_noun} factor", "column", case.entries.columns, n),
    ):
        each, _ = _fit(case, suspects, group, count)
        support = np.bincount(group[suspects], minlength=count)
        told = np.bincount(group[case.telling], minlength=count)
        which = np.flatnonzero(support)
        # Of a group with one entry, any factor is right; and where others are right already, it is not the group's.
        whole = (told[which] >= 2).mean() >= 0.5 and (support[which] == told[which]).all()
        if whole and _holds(case, suspects, group, each):
            found.append((which.size, kind, noun, which, each[which]))
    if not found:
        return None
    _, kind, noun, which, each = min(found, key=lambda item: item[0])
    names = case.labels.rows if noun == "row" else case.labels.columns
    listed = ", ".join(digits(float(np.real(c))) for c in each[:_FEW]) + (", …" if each.size > _FEW else "")
    text = f"{case.name} is off by a factor of its own in each of {names(which)}: {listed} times what it should be"
    advice = (
        "Look at how variables are scaled, or units converted" if noun == "column" else "Look at weights of outputs"
    )
    finding = Finding(kind, text, case.count, tuple(which.tolist()), advice, {"factors": np.real(each).tolist()})
    return finding, suspects


def _fit(
    case: Case, which: npt.NDArray[np.bool_], group: npt.NDArray[np.intp], count: int
) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
    """The least-squares factor of each group, and its uncertainty."""
    entries = case.entries
    given, reference = entries.given[which], entries.reference[which]
    unit = np.maximum(entries.tolerance[which], np.finfo(np.float64).tiny)
    # The best entries would leave none for the others to say: weights are those of relative errors, at most.
    weight = np.abs(reference) / np.maximum(unit, 1e-12 * np.abs(reference))
    weight = (weight / np.max(weight, initial=1.0)).astype(np.float64)
    relative = (given / reference).astype(np.complex128 if np.iscomplexobj(given / reference) else np.float64)
    total = np.bincount(group[which], weights=weight, minlength=count)
    real = np.bincount(group[which], weights=weight * relative.real, minlength=count)
    factor: npt.NDArray[Any] = real.astype(relative.dtype)
    if np.iscomplexobj(relative):
        factor = factor + 1j * np.bincount(group[which], weights=weight * relative.imag, minlength=count)
    uncertainty = np.full(count, np.inf)
    np.minimum.at(uncertainty, group[which], unit / np.abs(reference))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, factor / np.where(total > 0, total, 1.0), 1.0), uncertainty


def _holds(case: Case, which: npt.NDArray[np.bool_], group: npt.NDArray[np.intp], factor: npt.NDArray[Any]) -> bool:
    entries = case.entries
    c = factor[group[which]]
    gap = np.abs(entries.given[which] - c * entries.reference[which])
    return bool((gap <= SLACK * np.maximum(np.abs(c), 1.0) * entries.tolerance[which]).mean() >= 0.98)


@dataclass(frozen=True, slots=True)
class _Region:
    """Entries that may share a factor: what a diagnosis calls that, where they are, and which they are."""

    kind: str
    place: str
    entries: npt.NDArray[np.bool_]
    where: tuple[int, ...] = ()


def _regions(case: Case, suspects: npt.NDArray[np.bool_], telling: npt.NDArray[np.bool_]) -> Iterator[_Region]:
    """The regions that entries may fill, the largest first."""
    m, n = case.shape
    rows, columns, labels = case.entries.rows, case.entries.columns, case.labels
    in_rows, in_columns = np.zeros(m, bool), np.zeros(n, bool)
    in_rows[rows[suspects]], in_columns[columns[suspects]] = True, True
    which_rows, which_columns = np.flatnonzero(in_rows), np.flatnonzero(in_columns)
    of_rows, of_columns = labels.rows(which_rows), labels.columns(which_columns)
    yield _Region("factor", "", telling)
    if m == 1:  # of a gradient, any entries are columns
        yield _Region("block factor", f"in {of_columns} ", telling & in_columns[columns])
        return
    yield _Region(f"{labels.row_noun} factor", f"in {of_rows} ", telling & in_rows[rows], tuple(which_rows.tolist()))
    if n > 1:
        where = tuple(which_columns.tolist())
        yield _Region(f"{labels.column_noun} factor", f"in {of_columns} ", telling & in_columns[columns], where)
    if m == n > 1:
        yield _Region("diagonal", "on its diagonal ", telling & (rows == columns))
        yield _Region("factor", "off its diagonal ", telling & (rows != columns))
    yield _Region(
        "block factor",
        f"in the block of {of_rows} and {of_columns} ",
        telling & in_rows[rows] & in_columns[columns],
    )


def _of_region(
    case: Case, suspects: npt.NDArray[np.bool_], factor: Any, uncertainty: float
) -> tuple[Finding, npt.NDArray[np.bool_]] | None:
    """Say what region a common factor belongs to; None where that is a few entries here and there."""
    m, n = case.shape
    shows = np.abs(factor - 1) * np.abs(case.entries.reference) > 2 * case.entries.tolerance
    telling = case.telling & (shows | suspects)
    whole, support = np.count_nonzero(telling), int(np.count_nonzero(suspects))
    for region in _regions(case, suspects, telling):
        size = int(np.count_nonzero(region.entries))
        inside = int(np.count_nonzero(region.entries & suspects))
        # One entry has some factor in any case.
        if inside == support >= 0.98 * size and (size >= 2 or size == whole):
            plain = complex(factor) if np.iscomplexobj(factor) else float(factor)
            symbol, meaning = name_factor(plain, uncertainty, {"n": n, "m": m})
            text = (
                f"{case.name} is {symbol} times what it should be {region.place}"
                f"(ratio {digits_of(factor)} in {support} of {size} entries)"
            )
            advice = meaning[:1].upper() + meaning[1:]
            return Finding(region.kind, text, case.count, region.where, advice, {"factor": _plain(factor)}), suspects
    return None


def digits_of(factor: Any) -> str:
    """A factor, real or complex, in digits."""
    return f"{factor:.6g}" if np.iscomplexobj(factor) else digits(float(factor))


def _plain(factor: Any) -> Any:
    return [float(factor.real), float(factor.imag)] if np.iscomplexobj(factor) else float(factor)
