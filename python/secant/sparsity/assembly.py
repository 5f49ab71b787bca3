"""Rows of patterns that are put together: of runs, and of the rows of other patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.sparsity.canonical import index_dtype

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.sparsity.canonical import Indices, Rows
    from secant.sparsity.pattern import SparsityPattern

# As many entries of a product are placed at once.
_CHUNK = 1 << 20


def runs(first: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], n: int) -> Rows:
    """Rows whose entries are side by side: counts[i] of them in row i, from column first[i] on."""
    shape = (len(counts), n)
    index_dtype(int(counts.sum(dtype=np.float64)), shape)  # so that the sum of integers does not overflow
    entries = int(counts.sum())
    dtype = index_dtype(entries, shape)
    indptr = _cumulate(counts, dtype)
    indices = np.repeat((first - indptr[:-1]).astype(dtype), counts)
    indices += np.arange(entries, dtype=dtype)
    return indptr, indices, shape


def _cumulate(counts: npt.NDArray[Any], dtype: type[Any]) -> Indices:
    indptr = np.zeros(len(counts) + 1, dtype)
    np.cumsum(counts, dtype=dtype, out=indptr[1:])
    return indptr


def along_diagonal(patterns: list[SparsityPattern]) -> Rows:
    """Rows of blocks, each with rows and columns of its own."""
    shape = (sum(one.shape[0] for one in patterns), sum(one.shape[1] for one in patterns))
    entries = sum(one.nnz for one in patterns)
    dtype = index_dtype(entries, shape)
    counts = np.concatenate([one.row_counts for one in patterns])
    indices = np.empty(entries, dtype)
    place = column = 0
    for one in patterns:
        np.add(one.indices, dtype(column), out=indices[place : place + one.nnz], casting="same_kind")
        place += one.nnz
        column += one.shape[1]
    return _cumulate(counts, dtype), indices, shape


def side_by_side(patterns: list[list[SparsityPattern | None]], heights: list[int], widths: list[int]) -> Rows:
    """Rows of blocks in rows and columns of these heights and widths; None is a block without entries."""
    shape = (sum(heights), sum(widths))
    entries = sum(one.nnz for line in patterns for one in line if one is not None)
    dtype = index_dtype(entries, shape)
    counts = np.zeros(shape[0], dtype)
    tops, lefts = np.cumsum([0, *heights]), np.cumsum([0, *widths])
    blocks = [
        (slice(tops[i], tops[i + 1]), int(lefts[j]), one)
        for i, line in enumerate(patterns)
        for j, one in enumerate(line)
        if one is not None
    ]
    for rows, _, one in blocks:
        counts[rows] += one.row_counts
    indptr = _cumulate(counts, dtype)
    indices = np.empty(entries, dtype)
    free = indptr[:-1].copy()  # where the next entry of each row goes
    for rows, left, one in blocks:
        place = np.repeat(free[rows] - one.indptr[:-1], one.row_counts)
        place += np.arange(one.nnz, dtype=place.dtype)
        indices[place] = one.indices.astype(dtype) + dtype(left)
        free[rows] += one.row_counts
    return indptr, indices, shape


def product(a: SparsityPattern, b: SparsityPattern) -> Rows:
    """Rows of the Kronecker product.

    Where entry p of a is at position s of its row i, and entry q of b at position t of its row k, entry (p, q) of the
    product is at s * (entries of row k) + t of its row (i, k). Before that row, there are nnz(b) entries for each of a
    in rows before i, and as many as b has in rows before k for each of a in row i.
    """
    shape = (a.shape[0] * b.shape[0], a.shape[1] * b.shape[1])
    entries = a.nnz * b.nnz
    dtype = index_dtype(entries, shape)
    counts_a, counts_b = a.row_counts.astype(dtype), b.row_counts.astype(dtype)
    indptr = _cumulate(np.multiply.outer(counts_a, counts_b).ravel(), dtype)
    indices = np.empty(entries, dtype)
    rows_a, columns_a = a.coordinates()
    rows_b, columns_b = b.coordinates()
    for q in range(0, b.nnz, _CHUNK):
        some_b = slice(q, q + _CHUNK)
        row_b = rows_b[some_b]
        count_b, before_b = counts_b[row_b], b.indptr[row_b].astype(dtype)
        position_b = np.arange(q, q + len(row_b), dtype=dtype) - before_b
        step = max(_CHUNK // len(row_b), 1)
        for p in range(0, a.nnz, step):
            some_a = slice(p, p + step)
            row_a = rows_a[some_a, np.newaxis]
            count_a, before_a = counts_a[row_a], a.indptr[row_a].astype(dtype)
            position_a = np.arange(p, p + len(row_a), dtype=dtype)[:, np.newaxis] - before_a
            place = before_a * dtype(b.nnz) + count_a * before_b + position_a * count_b + position_b
            indices[place] = columns_a[some_a, np.newaxis].astype(dtype) * dtype(b.shape[1]) + columns_b[some_b]
    return indptr, indices, shape
