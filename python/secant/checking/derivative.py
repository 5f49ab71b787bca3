"""The derivative under test: called, and what it returns made into a matrix of a known shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from secant.layout import outputs_first

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from scipy.sparse import csr_array

    from secant.checking.operator import Operator
    from secant.layout import Layout

    Matrix: TypeAlias = npt.NDArray[Any] | csr_array | Operator
    """(m, n): an array, a csr_array, or products with vectors."""


class WrongShapeError(Exception):
    """The derivative has a shape that cannot be read as the right one.

    Parameters
    ----------
    given, expected : tuple of int
        The shapes.
    values : ndarray
        What was returned.
    """

    def __init__(self, given: tuple[int, ...], expected: tuple[int, ...], values: npt.NDArray[Any]) -> None:
        super().__init__(given, expected)
        self.given = given
        self.expected = expected
        self.values = values


@dataclass(frozen=True, slots=True)
class Returned:
    """What the derivative returned at a point.

    Attributes
    ----------
    matrix : ndarray or csr_array, (m, n)
        Rows are entries of f(x), columns entries of x.
    value : ndarray or None
        f(x), where it came with the derivative.
    note : str
        How the shape was read, where that is not obvious.
    """

    matrix: Matrix
    value: npt.NDArray[Any] | None = None
    note: str = ""


class Tested:
    """A derivative under test; it counts its calls.

    Parameters
    ----------
    call : callable
        Takes x; returns the derivative, or a pair of f(x) and the derivative.
    name : str
        What it is called in messages.
    layout : {"numerator", "denominator"} or None
        The layout of what it returns; None where there is only one, as of gradients.
    order : {1, 2}
        Of the derivative: how often x.shape is in its shape.
    """

    def __init__(self, call: Callable[[Any], Any], name: str, layout: Layout | None = None, order: int = 1) -> None:
        self._call = call
        self.name = name
        self.layout = layout
        self.order = order
        self.calls = 0

    def raw(self, x: npt.NDArray[Any]) -> Any:
        """What it returns for this very array."""
        self.calls += 1
        return self._call(x[()] if np.ndim(x) == 0 else x)

    def __call__(self, x: npt.NDArray[Any], outputs: tuple[int, ...]) -> Returned:
        """The derivative at a point of a function with values of shape `outputs`.

        Raises
        ------
        WrongShapeError
            If it has another shape than outputs + x.shape, or the same in denominator layout.
        TypeError
            If it is not made of numbers.
        ValueError
            If it is a sparse matrix, in denominator layout.
        """
        return self.read(self.raw(np.array(x)), x, outputs)

    def in_words(self, layout: Layout, outputs: tuple[int, ...], x: npt.NDArray[Any]) -> str:
        """The shape of the derivative in a layout: "f(x).shape + x.shape"."""
        inputs = ["x.shape"] * self.order
        f = ["f(x).shape"] if len(outputs) > (self.order - 1) * x.ndim else []
        return " + ".join(f + inputs if layout == "numerator" else inputs + f)

    def shape_in(self, layout: Layout, outputs: tuple[int, ...], x: npt.NDArray[Any]) -> tuple[int, ...]:
        """The shape of the derivative in a layout."""
        whole = (*outputs, *x.shape)
        first = len(whole) - self.order * x.ndim if layout == "denominator" else 0
        return whole[first:] + whole[:first]

    def is_sparse_at(self, x: npt.NDArray[Any]) -> bool:
        """Whether it returns a sparse matrix."""
        raw = self.raw(np.array(x))
        return is_sparse(raw[1] if isinstance(raw, tuple) and len(raw) == 2 else raw)

    def read(self, raw: Any, x: npt.NDArray[Any], outputs: tuple[int, ...]) -> Returned:
        """Make a matrix of what was returned for x."""
        expected = self.shape_in(self.layout or "numerator", outputs, x)
        m, n = int(np.prod(outputs)), x.size
        value = None
        if isinstance(raw, tuple) and len(raw) == 2 and _is_pair(raw, expected):
            value, raw = np.array(as_array(raw[0], self.name)), raw[1]
        if is_sparse(raw):
            if self.layout == "denominator":
                raise sparse_in_denominator_layout(self.name)
            if raw.shape != (m, n):
                raise WrongShapeError(raw.shape, (m, n), raw)
            return Returned(_canonical(raw), value)
        accepted = f"arrays of numbers, of shape {self.in_words(self.layout or 'numerator', outputs, x)}"
        if self.layout != "denominator":
            accepted += ", and sparse matrices"
        array = as_array(raw, self.name, accepted)
        if without_ones(array.shape) != without_ones(expected):
            raise WrongShapeError(array.shape, expected, np.array(array))
        note = "" if array.shape == expected else f"{self.name} has shape {array.shape}, which was read as {expected}"
        array = array.reshape(expected)
        if self.layout == "denominator":
            array = outputs_first(array, self.order * x.ndim)
        # A copy: it may be a buffer that the next call overwrites.
        return Returned(np.array(array, order="C").reshape(m, n), value, note)


def as_array(
    values: Any, name: str, accepted: str = "arrays of numbers, shaped f(x).shape + x.shape, and sparse matrices"
) -> npt.NDArray[Any]:
    """An array of real or complex numbers; tensors of other packages by their own conversion to NumPy.

    Raises
    ------
    TypeError
        If they are not numbers.
    """
    if hasattr(values, "detach"):  # torch refuses to convert what it may differentiate
        values = values.detach().cpu().numpy()
    try:
        array = np.asarray(values)
        if array.dtype.kind == "O":
            nothing = bool(np.any(array == None))  # noqa: E711 - None would become NaN
            array = np.empty(0, object) if nothing else array.astype(np.float64)
    except (TypeError, ValueError):
        array = np.empty(0, object)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind not in "fc":
        what = f"a {type(values).__name__}"
        if hasattr(values, "matvec"):
            what += "; check a linear operator by secant.check_jvp(f, lambda x, v: A(x) @ v, x)"
        msg = f"{name} returned {what}; accepted are {accepted}"
        raise TypeError(msg)
    return array


def _is_pair(raw: tuple[Any, Any], expected: tuple[int, ...]) -> bool:
    """Whether two things are a value and a derivative, and not two rows of a derivative."""
    if is_sparse(raw[1]):
        return True
    try:
        first, second = (np.shape(part.detach() if hasattr(part, "detach") else part) for part in raw)
    except ValueError:
        return False
    return (first != second and without_ones(second) == without_ones(expected)) or second == expected


def is_sparse(values: Any) -> bool:
    """Whether it is a sparse matrix or array of SciPy's."""
    return hasattr(values, "tocsr") and hasattr(values, "nnz")


def sparse_in_denominator_layout(name: str) -> ValueError:
    """The error of a derivative that is said to be in denominator layout, but is a sparse matrix."""
    msg = (
        f"layout is 'denominator', but {name} returned a sparse matrix: these have shape (f(x).size, x.size), which is "
        "numerator layout"
    )
    return ValueError(msg)


def _canonical(values: Any) -> csr_array:
    from scipy.sparse import csr_array

    matrix = csr_array(values.tocsr())
    own = getattr(values, "data", None)  # of some formats, no array
    if matrix is values or (isinstance(own, np.ndarray) and np.shares_memory(matrix.data, own)):
        matrix = matrix.copy()
    matrix.sum_duplicates()
    if matrix.dtype.kind in "biu":
        matrix = matrix.astype(np.float64)
    return matrix


def without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without axes of length one: those are read either way."""
    return tuple(size for size in shape if size != 1)
