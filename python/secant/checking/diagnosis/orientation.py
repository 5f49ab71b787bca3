"""Axes of f(x) where those of x should be: the transpose of a matrix, and the other layout of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.finding import Finding
from secant.layout import other_layout

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.diagnosis.case import Case
    from secant.layout import Layout


def transposed(case: Case) -> Finding | None:
    """The transpose of a square matrix."""
    m, n = case.shape
    if m != n or m == 1 or case.hessian or not case.is_dense:
        return None
    given, reference, slack = case.matrices
    for values, kind, what, layout in (
        (given.T, "transposed", "transpose", case.layout if case.entries.dense else None),
        (np.conj(given.T), "conjugated", "conjugate transpose", None),
    ):
        if bool((np.abs(values - reference) <= np.maximum(slack, slack.T)).all()):
            text = (
                f"{case.name} is the {what} of what it should be (all {case.count} entries that fail are right in it)"
            )
            return Finding(kind, text, case.count, advice=how_axes_are(layout))
        if not np.iscomplexobj(given):
            break
    return None


def in_other_layout(case: Case) -> Finding | None:
    """An array that has all entries in the order of the other layout.

    Its shape may be the same in both, as that of a Jacobian of matrices by vectors of length two, or it was reshaped.
    """
    if case.layout is None or not case.entries.dense or not case.is_dense:
        return None
    given, reference, slack = case.matrices
    values, tolerance = (read_in_other_layout(matrix, case.layout, hessian=case.hessian) for matrix in (given, slack))
    if not bool((np.abs(values - reference) <= np.maximum(slack, tolerance)).all()):
        return None
    text = (
        f"{case.name} is in {other_layout(case.layout)} layout, and was read in {case.layout} layout (all {case.count} "
        "entries that fail are right in the other)"
    )
    return Finding("transposed", text, case.count, advice=how_axes_are(case.layout))


def read_in_other_layout(matrix: npt.NDArray[Any], layout: Layout, *, hessian: bool) -> npt.NDArray[Any]:
    """What was read as a matrix in one layout, read in the other.

    Parameters
    ----------
    matrix : ndarray, (m, n)
        A row for each entry of f(x) (of a Hessian, for each by each variable), a column for each variable.
    layout : {"numerator", "denominator"}
        What it was read in.
    hessian : bool
        Whether it has second derivatives.
    """
    m, n = matrix.shape
    inputs, outputs = (n * n, m // n) if hessian else (n, m)
    if layout == "numerator":
        other = matrix.reshape(inputs, outputs).T
    else:
        other = matrix.reshape(outputs, inputs).T.reshape(outputs, inputs)
    return other.reshape(m, n)


def how_axes_are(layout: Layout | None) -> str:
    """Advice on which axes belong to f(x), and which to x."""
    if layout is None:
        return "Rows belong to entries of f(x), columns to those of x"
    rows, columns = ("f(x)", "x") if layout == "numerator" else ("x", "f(x)")
    return (
        f"In {layout} layout, axes of {rows} come first (rows), and then those of {columns} (columns); "
        f"layout='{other_layout(layout)}' says that it is the other way round"
    )
