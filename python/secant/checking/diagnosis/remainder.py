"""What is left: zeros, and the form of what a derivative lacks or has too much of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.diagnosis.case import Case
from secant.checking.finding import Finding

if TYPE_CHECKING:
    import numpy.typing as npt

_IMPRECISE = 2e-2
"""Relative errors below this, in most entries and without a pattern, are of precision and not of a formula."""

_UNIFORM = 1e3
"""They are all alike within this factor, but for some that happen to be small."""

_LARGEST_SVD = 2000


def zeros(case: Case) -> tuple[Finding, npt.NDArray[np.bool_]] | None:
    """Entries that are 0 and should not be."""
    entries, labels = case.entries, case.labels
    empty = case.failed & (entries.given == 0)
    count = int(np.count_nonzero(empty))
    if not count or count < 0.5 * case.count:
        return None
    m, n = case.shape
    name = case.name
    support = f"{count} of {case.count} entries that fail are 0"
    rows, columns = np.unique(entries.rows[empty]), np.unique(entries.columns[empty])
    judged = case.judged
    values: dict[str, Any] = {"entries": count}
    where: tuple[Any, ...]

    def whole(group: npt.NDArray[np.intp], which: npt.NDArray[np.intp], size: int) -> bool:
        filled = np.bincount(group[judged & (entries.given != 0)], minlength=size)[which]
        missing = np.bincount(group[empty], minlength=size)[which]
        return bool((filled == 0).all()) and bool((missing >= 2).any() or which.size >= 2)

    if not np.any(judged & (entries.given != 0)):
        text, where, advice = (
            f"{name} is 0 everywhere, and f is not constant",
            (),
            "Look for a graph that is cut, or a value never filled in",
        )
    elif m > 1 and whole(entries.rows, rows, m):
        text, where = f"{labels.rows(rows)} of {name} {_are(rows)} 0", tuple(rows.tolist())
        advice = f"f's output{'s' * (rows.size > 1)} {_do(rows)} depend on x"
    elif m > 1 and whole(entries.columns, columns, n):
        text, where = f"{labels.columns(columns)} of {name} {_are(columns)} 0", tuple(columns.tolist())
        advice = f"f depends on {'that variable' if columns.size == 1 else 'those variables'}"
    else:
        at = np.flatnonzero(empty)
        text = f"{name} is 0 in {labels.entries(entries.rows[at], entries.columns[at])}, where it should not be"
        where = tuple(zip(entries.rows[at[:5]].tolist(), entries.columns[at[:5]].tolist(), strict=True))
        advice = "Look for terms that are left out, or entries that are never filled in"
    return Finding("zero", f"{text} ({support})", count, where, advice, values), empty


def offset(case: Case) -> Finding | None:
    """The same number added to all entries."""
    entries = case.entries
    judged = case.judged
    if np.count_nonzero(judged) < 2 or case.count < 0.9 * np.count_nonzero(judged):
        return None
    difference = (entries.given - entries.reference)[judged]
    typical = np.median(difference.real)
    if not bool((np.abs(difference - typical) <= 4 * entries.tolerance[judged]).all()):
        return None
    text = f"{case.name} is {typical:+.6g} off in all {case.count} entries: a constant is added"
    return Finding("offset", text, case.count, values={"offset": float(typical)})


def precision(case: Case) -> Finding | None:
    """Entries that are right to a few digits only, without a pattern."""
    entries = case.entries
    telling = case.telling
    count = int(np.count_nonzero(case.failed & telling))
    if count < 4 or count < 0.5 * np.count_nonzero(telling):
        return None
    relative = (entries.difference / np.maximum(entries.size, np.finfo(float).tiny))[case.failed]
    largest = float(np.max(relative, initial=0.0))
    if largest > _IMPRECISE or np.quantile(relative, 0.2) * _UNIFORM < largest:
        return None
    given = entries.given[telling]
    single = given.dtype != np.float32 and bool(
        (given.astype(np.result_type(given, np.float32)) == _single(given)).all()
    )
    how = (
        "as numbers that went through single precision"
        if single
        else "as finite differences, or a solver's tolerance, leave them"
    )
    digits = max(int(-np.log10(largest)), 1)
    text = f"{case.name} agrees to {digits} digits only, {how} (relative errors up to {largest:.1e})"
    advice = f"If that is good enough here, say so: tolerance={10.0 ** np.ceil(np.log10(largest)):.0e}"
    return Finding("precision", text, case.count, advice=advice, values={"largest": largest, "single": single})


def _single(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    single = np.complex64 if np.iscomplexobj(values) else np.float32
    with np.errstate(over="ignore"):
        return values.astype(single).astype(values.dtype)


def supported(case: Case) -> Finding | None:
    """Wrong on the diagonal alone, in some rows, or in some columns."""
    m, n = case.shape
    entries, labels = case.entries, case.labels
    rows, columns = np.unique(entries.rows[case.failed]), np.unique(entries.columns[case.failed])
    if m == n and m > 1 and case.count >= 2 and bool((entries.rows == entries.columns)[case.failed].all()):
        text = f"{case.name} is wrong on its diagonal alone ({case.count} of {m} entries of it)"
        return Finding("diagonal", text, case.count, advice="Look for a term f_i(x_i), or a factor of a square")
    if case.hessian and m == n:
        found = _of_variables(case)
        if found is not None:
            return found
    if m > 1 and case.count >= 3 and rows.size <= m / 2 and rows.size / m < columns.size / n:
        text = f"{case.name} is wrong in {labels.rows(rows)} alone ({case.count} entries)"
        kind, advice = f"few {labels.row_noun}s", "Look at the derivatives of these outputs"
        return Finding(kind, text, case.count, tuple(rows.tolist()), advice)
    if m > 1 and case.count >= 3 and columns.size <= n / 2 and columns.size / n < rows.size / m:
        text = f"{case.name} is wrong in {labels.columns(columns)} alone ({case.count} entries)"
        kind, advice = f"few {labels.column_noun}s", "Look at how f depends on these variables"
        return Finding(kind, text, case.count, tuple(columns.tolist()), advice)
    return None


def _of_variables(case: Case) -> Finding | None:
    """Of a Hessian, wrong in the rows and columns of some variables: those of which most entries fail."""
    n = case.shape[1]
    rows, columns = case.entries.rows[case.failed], case.entries.columns[case.failed]
    counts = np.bincount(rows, minlength=n) + np.bincount(columns, minlength=n)
    which = np.flatnonzero(counts > n)
    if not 1 <= which.size <= n / 3 or not bool((np.isin(rows, which) | np.isin(columns, which)).all()):
        return None
    text = f"{case.name} is wrong in {case.labels.columns(which)} and in the same rows alone ({case.count} entries)"
    advice = "Look at derivatives by these variables, and whether they are those that the gradient is taken by"
    return Finding("few columns", text, case.count, tuple(which.tolist()), advice)


def low_rank(case: Case, most: int) -> Finding | None:
    """What is missing, or too much, is a matrix of a rank up to `most`."""
    m, n = case.shape
    if min(m, n) < 3 or min(m, n) > _LARGEST_SVD or case.count < 4 or not case.is_dense:
        return None
    rows, columns = np.unique(case.entries.rows[case.failed]), np.unique(case.entries.columns[case.failed])
    if min(rows.size, columns.size) < 2:
        return None  # a line of a matrix has rank 1 in any case
    given, reference, slack = case.matrices
    difference = given - reference
    singular = np.linalg.svd(difference, compute_uv=False)
    noise = float(np.linalg.norm(np.where(np.isfinite(slack), slack, 0.0)))
    rank = int(np.count_nonzero(singular > max(noise, 1e-10 * singular[0])))
    if not 1 <= rank <= min(most, max(1, min(m, n) // 4)):
        return None
    share = singular[rank] / singular[0]
    text = f"{case.name} − reference has rank {rank} (the next singular value is {share:.1g} of the first)"
    advice = (
        "A term is missing, or too much, that is a product u vᵀ: as of a sum over residuals, a mean, or a factor "
        "common to all outputs"
        if rank == 1
        else "A term of that rank is missing, or too much"
    )
    return Finding("low rank", text, case.count, advice=advice, values={"rank": rank})


def entries_alone(case: Case) -> Finding:
    """Whatever else: the entries themselves."""
    entries, labels = case.entries, case.labels
    failing = np.flatnonzero(case.failed)
    order = failing[np.argsort(-np.nan_to_num(entries.ratio[failing], posinf=np.inf), kind="stable")]
    named = labels.entries(entries.rows[order], entries.columns[order])
    judged = int(np.count_nonzero(case.judged))
    where = tuple(zip(entries.rows[order[:5]].tolist(), entries.columns[order[:5]].tolist(), strict=True))
    text = f"{case.name} is wrong in {named} ({case.count} of {judged} entries)"
    advice = (
        "" if case.count < judged else "No entry is right: look at the whole formula, and at whether it is this f's"
    )
    return Finding("entries", text, case.count, where, advice)


def _are(which: npt.NDArray[np.intp]) -> str:
    return "are" if which.size > 1 else "is"


def _do(which: npt.NDArray[np.intp]) -> str:
    return "do" if which.size > 1 else "does"
