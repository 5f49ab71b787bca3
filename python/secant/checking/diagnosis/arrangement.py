"""Right entries in wrong places: swapped, shifted, permuted, conjugated; one triangle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.diagnosis.case import Case
from secant.checking.finding import Finding

if TYPE_CHECKING:
    import numpy.typing as npt


_MOST_COMPARED = 20_000_000
"""Numbers that are compared to find which row is which."""


def conjugated(case: Case) -> Finding | None:
    """The complex conjugate."""
    given = case.entries.given
    if not np.iscomplexobj(given) and not np.iscomplexobj(case.entries.reference):
        return None
    if not case.corrected(np.conj(given)):
        return None
    text = f"{case.name} is the complex conjugate of what it should be"
    return Finding("conjugated", text, case.count, advice="A Jacobian is transposed by .T, not by .conj().T")


def rearranged(case: Case) -> Finding | None:
    """Rows or columns that are right elsewhere."""
    if not case.is_dense:
        return None
    given, reference, slack = case.matrices
    failed = case.dense(case.failed)
    labels = case.labels
    candidates = [
        (f"{labels.column_noun}s", given.T, reference.T, slack.T, failed.T, labels.columns, labels.column_shape),
        (f"{labels.row_noun}s", given, reference, slack, failed, labels.rows, labels.row_shape),
    ]
    found = []
    for what, A, D, tolerance, wrong, names, shape in candidates:
        order = _order(A, D, tolerance, wrong)
        if order is not None:
            found.append((what, order, names, shape))
    if not found:
        return None
    # The simpler of the two: rows where columns would have to be permuted at large.
    what, order, names, shape = min(found, key=lambda item: np.count_nonzero(item[1] != np.arange(item[1].size)))
    return _described(case, what, order, names, shape)


def _order(
    A: npt.NDArray[Any], D: npt.NDArray[Any], tolerance: npt.NDArray[np.float64], wrong: npt.NDArray[np.bool_]
) -> npt.NDArray[np.intp] | None:
    """Which line of D each line of A is: a permutation; None where there is none."""
    which = np.flatnonzero(wrong.any(axis=1))
    k, n = which.size, A.shape[1]
    if k < 2 or k * k * n > _MOST_COMPARED:
        return _shift(A, D, tolerance) if k >= 2 else None
    finite = np.where(np.isfinite(tolerance), tolerance, 0.0)
    gap = np.abs(A[which][:, np.newaxis, :] - D[which][np.newaxis, :, :])
    match = (gap <= np.maximum(finite[which][np.newaxis, :, :], finite[which][:, np.newaxis, :])).all(axis=2)
    # Lines that are alike match several; each takes the first that nobody has: of a permutation, all are used.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    assigned = maximum_bipartite_matching(csr_array(match), perm_type="column")
    if (assigned < 0).any():
        return _shift(A, D, tolerance)
    order = np.arange(A.shape[0])
    order[which] = which[assigned]
    return order


def _shift(A: npt.NDArray[Any], D: npt.NDArray[Any], tolerance: npt.NDArray[np.float64]) -> npt.NDArray[np.intp] | None:
    """Lines moved by one or two places, those at the end lost. -1 stands for a line that is none of D's."""
    size = A.shape[0]
    for s in (1, -1, 2, -2):
        if size < 3 * abs(s):
            continue
        to, of = (slice(s, None), slice(None, -s)) if s > 0 else (slice(None, s), slice(-s, None))
        near = np.abs(A[to] - D[of]) <= np.maximum(tolerance[to], tolerance[of])
        if near.all() and np.abs(D[of]).max(initial=0.0) > 0:
            order = np.arange(size) - s
            order[(order < 0) | (order >= size)] = -1
            return order
    return None


def _described(case: Case, what: str, order: npt.NDArray[np.intp], names: Any, shape: tuple[int, ...]) -> Finding:
    size = order.size
    moved = np.flatnonzero(order != np.arange(size))
    offsets = (order - np.arange(size))[moved] % size
    name = case.name
    where = tuple(moved.tolist())
    if moved.size == 2:
        text = f"{what} {moved[0]} and {moved[1]} of {name} are swapped ({names(moved)})"
        return Finding(f"{what} swapped", text, case.count, where)
    known = order[moved] >= 0
    if (moved.size >= size - 1 and np.unique(offsets[known]).size == 1) or (order < 0).any():
        shift = int(offsets[known][0])
        shift = -shift if shift <= size // 2 else size - shift
        cyclic = "around" if known.all() else "those at the end lost"
        text = f"all {what} of {name} are shifted by {shift:+d} place{'s' * (abs(shift) != 1)}, {cyclic}"
        return Finding(
            f"{what} shifted", text, case.count, where, "Look for an index that is off by one", {"shift": shift}
        )
    listed = ", ".join(f"{i}→{order[i]}" for i in moved[:5])
    text = f"{moved.size} {what} of {name} are permuted ({listed}{', …' if moved.size > 5 else ''})"
    advice = ""
    by_columns = np.arange(size).reshape(shape or (1,)).ravel("F")
    if len(shape) > 1 and (np.array_equal(order, by_columns) or np.array_equal(by_columns[order], np.arange(size))):
        text = (
            f"{what} of {name} are in Fortran order: {what[:-1]} k belongs to entry k of the array counted by columns"
        )
        advice = "Arrays are counted in C order here; reshape with order='C'"
    elif np.array_equal(order, np.arange(size)[::-1]):
        text = f"{what} of {name} are in reverse order"
        advice = "As np.polyval's coefficients are to np.polynomial's"
    return Finding(f"{what} permuted", text, case.count, where, advice)


def one_triangle(case: Case) -> tuple[Finding, npt.NDArray[np.bool_]] | None:
    """A symmetric matrix of which one triangle is left 0."""
    if not case.hessian or case.shape[0] != case.shape[1]:
        return None
    entries = case.entries
    failing = case.failed & (entries.given == 0)
    if np.count_nonzero(failing) < case.count or case.count < 1:
        return None
    for name, other, inside in (
        ("lower", "upper", entries.rows < entries.columns),
        ("upper", "lower", entries.rows > entries.columns),
    ):
        empty = inside & case.judged
        filled = np.any(case.judged & ~inside & (entries.rows != entries.columns) & (entries.given != 0))
        if filled and bool((entries.given[empty] == 0).all()) and not np.any(case.failed & ~inside):
            text = f"{case.name} holds its {name} triangle only: the {other} one is 0"
            advice = (
                "A Hessian is symmetric: H + np.tril(H, -1).T fills the other half"
                if name == "lower"
                else ("A Hessian is symmetric: H + np.triu(H, 1).T fills the other half")
            )
            return Finding("one triangle", text, case.count, advice=advice), failing
    return None


def asymmetric(case: Case) -> Finding | None:
    """A Hessian that is not symmetric, wrong only where it is not."""
    m, n = case.shape
    if not case.hessian or m != n or not case.is_dense:
        return None
    given, _, slack = case.matrices
    uneven = np.abs(given - given.T) > (slack + slack.T) / 4
    failed = case.dense(case.failed)
    if not failed.any() or not bool(uneven[failed].all()):
        return None
    rows, columns = np.nonzero(failed)
    lower, upper = np.count_nonzero(rows > columns), np.count_nonzero(rows < columns)
    side = "in the upper triangle" if lower == 0 else "in the lower triangle" if upper == 0 else "on both sides"
    if lower and upper and lower + upper == np.count_nonzero(uneven):
        return None  # whole lines, say: not the symmetry is what is wrong
    text = (
        f"{case.name} is not symmetric, and wrong where it is not: {case.count} entries {side} differ from their "
        "mirror images"
    )
    advice = f"Compare the formulas of {case.labels.entries(rows, columns)} with those of their mirror images"
    return Finding("asymmetric", text, case.count, advice=advice)
