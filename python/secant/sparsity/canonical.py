"""Compressed rows in canonical form, of whatever has a pattern.

Canonical are columns that increase within each row, in the smallest of int32 and int64 that counts rows, columns and
entries: equal patterns have equal arrays. What a user gives is checked here; everything behind relies on it.
"""

from __future__ import annotations

import sys
from operator import index
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Indices: TypeAlias = npt.NDArray[np.signedinteger[Any]]
Shape: TypeAlias = tuple[int, int]

# (indptr, indices, shape), as scipy.sparse.csr_array has them.
Rows: TypeAlias = tuple[Indices, Indices, Shape]

_ACCEPTED = "accepted are scipy.sparse matrices and arrays, dense arrays of two dimensions, and SparsityPattern"


def index_dtype(entries: int, shape: Shape) -> type[np.signedinteger[Any]]:
    """The dtype of the indices of a pattern; ValueError, if no integer counts its entries, rows or columns."""
    largest = max(entries, *shape)
    if largest >= 2**63:
        msg = f"a pattern of shape {shape} and {entries} entries is too large; accepted are less than 2**63 of each"
        raise ValueError(msg)
    return np.int32 if largest < 2**31 else np.int64


def checked_shape(shape: Any, name: str = "shape") -> Shape:
    """Return a pair of ints, or say what is wrong with it."""
    accepted = "accepted are pairs (rows, columns) of integers that are not negative, and less than 2**63"
    try:
        lengths = tuple(index(length) for length in shape)
    except TypeError:
        msg = f"{name} is {shape!r}; {accepted}"
        raise TypeError(msg) from None
    if len(lengths) != 2 or not all(0 <= length < 2**63 for length in lengths):
        msg = f"{name} is {shape!r}; {accepted}"
        raise ValueError(msg)
    return lengths[0], lengths[1]


def rows_of(source: Any, name: str) -> Rows:
    """Canonical rows of a sparse matrix or of an array_like; errors begin with `name`. Nothing is shared with it."""
    # What is sparse has loaded scipy.sparse: there is no need to load it to find out.
    scipy_sparse = sys.modules.get("scipy.sparse")
    if scipy_sparse is not None and scipy_sparse.issparse(source):
        return _rows_of_sparse(source, name)
    return _rows_of_dense(source, name)


def rows_of_coordinates(
    rows: npt.NDArray[Any], columns: npt.NDArray[Any], shape: Shape, names: tuple[str, str], duplicates: str
) -> Rows:
    """Canonical rows of coordinates in any order; `duplicates` is a format of the error about them."""
    from scipy.sparse import coo_array

    _check_range(rows, shape[0], shape, names[0])
    _check_range(columns, shape[1], shape, names[1])
    dtype = index_dtype(rows.size, shape)
    coordinates = (rows.astype(dtype, copy=False), columns.astype(dtype, copy=False))
    # Entries that are given twice are summed here; their sum may overflow, their number may not.
    found = coo_array((np.ones(rows.size, np.int8), coordinates), shape=shape).tocsr()
    if found.nnz < rows.size:
        order = np.lexsort((columns, rows))
        repeats = (np.diff(rows[order]) == 0) & (np.diff(columns[order]) == 0)
        first = order[np.argmax(repeats)]
        row, column = int(rows[first]), int(columns[first])
        times = np.count_nonzero((rows == row) & (columns == column))
        raise ValueError(duplicates.format(entry=(row, column), times=times))
    return found.indptr, found.indices, shape


def transposed(indptr: Indices, indices: Indices, shape: Shape) -> Rows:
    """Canonical rows of the transpose, of rows that need not be sorted: entries given twice are adjacent then."""
    from scipy.sparse import csr_array

    columns = csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=shape).tocsc()
    return columns.indptr, columns.indices, (shape[1], shape[0])


def _rows_of_dense(source: Any, name: str) -> Rows:
    if isinstance(source, np.ma.MaskedArray):
        msg = f"{name} is a masked array, and what is masked is no entry or one that is not known; pass x.filled(...)"
        raise TypeError(msg)
    try:
        array = np.asarray(source)
    except ValueError as error:
        msg = f"{name} cannot be made an array ({type(source).__name__}): {error}"
        raise ValueError(msg) from None
    if array.dtype.kind not in "biufc":
        msg = f"{name} has dtype {array.dtype} ({type(source).__name__}); {_ACCEPTED}, of booleans or numbers"
        raise TypeError(msg)
    if array.ndim == 0:
        msg = f"{name} is a single number ({type(source).__name__}); {_ACCEPTED}"
        raise TypeError(msg)
    if array.ndim != 2:
        msg = f"{name} has shape {array.shape}; {_ACCEPTED}"
        raise ValueError(msg)
    there = array if array.dtype.kind == "b" else array != 0  # NaN differs from zero
    indices = np.nonzero(there)[1]
    indptr = np.zeros(array.shape[0] + 1, np.int64)
    np.cumsum(np.count_nonzero(there, axis=1), out=indptr[1:])
    return indptr, indices, (array.shape[0], array.shape[1])


def _rows_of_sparse(source: Any, name: str) -> Rows:
    if source.ndim != 2:
        msg = f"{name} has shape {source.shape}; {_ACCEPTED}"
        raise ValueError(msg)
    shape = (int(source.shape[0]), int(source.shape[1]))
    if source.format in ("coo", "dok"):
        source = source.tocoo()
        names = (f"{name}.row", f"{name}.col")
        return rows_of_coordinates(source.row, source.col, shape, names, _stored_twice(name))
    convert = {"csc": _rows_of_csc, "bsr": _rows_of_bsr, "dia": _rows_of_dia}.get(source.format, _rows_of_csr)
    indptr, indices = convert(source, shape, name)
    if not _increase(indptr, indices).all():
        from scipy.sparse import csr_array

        found = csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=shape)
        found.sort_indices()
        indptr, indices = found.indptr, found.indices
        increase = _increase(indptr, indices)
        if not increase.all():
            at = int(np.argmin(increase))
            row, column = int(np.searchsorted(indptr, at, side="right")) - 1, int(indices[at])
            times = np.count_nonzero(indices[indptr[row] : indptr[row + 1]] == column)
            raise ValueError(_stored_twice(name).format(entry=(row, column), times=times))
    return indptr, indices, shape


def _rows_of_csr(source: Any, shape: Shape, name: str) -> tuple[Indices, Indices]:
    source = source.tocsr()
    _check_compressed(source, shape, shape, name)
    return source.indptr.copy(), source.indices[: source.indptr[-1]].copy()


def _rows_of_csc(source: Any, shape: Shape, name: str) -> tuple[Indices, Indices]:
    _check_compressed(source, shape[::-1], shape, name)
    indptr, indices, _ = transposed(source.indptr, source.indices[: source.indptr[-1]], shape[::-1])
    return indptr, indices


def _rows_of_bsr(source: Any, shape: Shape, name: str) -> tuple[Indices, Indices]:
    from scipy.sparse import bsr_array

    height, width = source.blocksize
    blocks = (shape[0] // height, shape[1] // width)
    _check_compressed(source, blocks, blocks, name)
    count = source.indptr[-1]
    ones = np.ones((count, height, width), np.int8)
    stored = bsr_array((ones, source.indices[:count], source.indptr), shape=shape).tocsr()
    return stored.indptr, stored.indices


def _rows_of_dia(source: Any, shape: Shape, name: str) -> tuple[Indices, Indices]:  # noqa: ARG001
    from scipy.sparse import dia_array

    # Conversions of SciPy drop zeros of diagonals, and those are entries: ones take their place.
    stored = dia_array((np.ones(source.data.shape, np.int8), source.offsets), shape=shape).tocsr()
    return stored.indptr, stored.indices


def _increase(indptr: Indices, indices: Indices) -> npt.NDArray[np.bool_]:
    """Whether each index but the last one is less than the next, or the last of its row."""
    increase = indices[1:] > indices[:-1]
    increase[indptr[(indptr > 0) & (indptr < indptr[-1])] - 1] = True
    return increase


def _stored_twice(name: str) -> str:
    return f"{name} stores the entry {{entry}} {{times}} times; its method sum_duplicates() makes one of them"


def _check_compressed(source: Any, lengths: Shape, shape: Shape, name: str) -> None:
    """See that rows (or columns) of these lengths are compressed in it: SciPy takes its users' word for it."""
    indptr, indices = source.indptr, source.indices
    if len(indptr) != lengths[0] + 1 or indptr[0] != 0 or indptr[-1] > len(indices) or (indptr[1:] < indptr[:-1]).any():
        msg = (
            f"{name}.indptr does not fit; accepted for shape {shape} are {lengths[0] + 1} integers that begin with 0, "
            f"do not decrease, and end with at most {len(indices)}, the number of indices"
        )
        raise ValueError(msg)
    _check_range(indices[: indptr[-1]], lengths[1], shape, f"{name}.indices")


def _check_range(indices: npt.NDArray[Any], length: int, shape: Shape, name: str) -> None:
    if indices.size and (int(indices.min()) < 0 or int(indices.max()) >= length):
        at = int(np.argmax((indices < 0) | (indices >= length)))
        accepted = f"accepted for shape {shape} are 0 to {length - 1}" if length else f"shape {shape} has room for none"
        msg = f"{name}[{at}] is {indices[at]}; {accepted}"
        raise ValueError(msg)
