"""Sparse Jacobians and Hessians: products with the groups of a colouring, and the entries that are found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant.callers import warn_caller
from secant.coloring import Coloring, Structure, color
from secant.detection import DetectedPattern
from secant.estimate import Estimate, make_estimate
from secant.sparsity import SparsityPattern, as_pattern
from secant.verification import SlopeLook, verify_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from scipy.sparse import csr_array

    from secant.methods import Method
    from secant.verification import Look

Verify: TypeAlias = Literal["first", "always", "never"]
Entries: TypeAlias = "SparsityPattern | Literal['all', 'lower', 'upper']"

_VERIFY = ("first", "always", "never")

_NO_GAIN = 0.9
"""A share of the columns: from so many colours on, a dense derivative is as cheap."""


class SparseDerivative:
    """A derivative that is taken by products, ready to be applied to points.

    Parameters
    ----------
    find : callable
        The compiled core's method that finds entries: ``find(arguments, compression, full, out)``.
    coloring : Coloring
        By columns.
    entries : SparsityPattern or str
        Those that the result has: "all" of the pattern, its "lower" or "upper" triangle, diagonal included, or those of
        a pattern within it.
    verify : {"first", "always", "never"}
        At which calls the pattern is held against the function.
    look : Look
        What it is held against.
    """

    __slots__ = ("_all", "_compression", "_find", "_look", "_verified", "_verify", "coloring", "wanted")

    def __init__(
        self, find: Callable[..., Any], coloring: Coloring, entries: Entries, verify: Verify, look: Look
    ) -> None:
        self._find = find
        self.coloring = coloring
        self.wanted = _wanted(coloring.pattern, entries)
        self._all = coloring._compress_for(None)
        self._compression = self._all if self.wanted is coloring.pattern else coloring._compress_for(self.wanted)
        self._verify: Verify = verify
        self._verified = 0  # how often: each time along another direction
        self._look = look
        if isinstance(look, SlopeLook):
            _warn_of_no_gain(coloring)

    def matrix(self, arguments: tuple[Any, ...], out: csr_array | None = None) -> csr_array:
        """The derivative; in `out`, where it is given."""
        data = None if out is None else self._data_of(out)
        found = self._find(arguments, self._compression, False, data)
        matrix = self.wanted.to_csr(found) if out is None else out
        self._check(arguments, matrix)
        return matrix

    def estimate(self, arguments: tuple[Any, ...], method: Method) -> Estimate:
        """The derivative with its circumstances."""
        value, error, status, step, slopes, evaluations = self._find(arguments, self._compression, True, None)
        to_csr = self.wanted.to_csr
        statuses = to_csr(np.zeros(len(value), np.int8) if status is None else status)
        matrix = to_csr(value)
        self._check(arguments, matrix)
        bars = None if error is None else to_csr(error)
        return make_estimate((matrix, bars, statuses, step, slopes, evaluations), method)

    def _check(self, arguments: tuple[Any, ...], matrix: csr_array) -> None:
        if self._verify == "never":
            return
        if self._compression is not self._all:
            matrix = self.coloring.pattern.to_csr(self._find(arguments, self._all, False, None))
        verify_pattern(self._look, arguments, matrix, self._verified)
        self._verified += 1
        if self._verify == "first":
            self._verify = "never"

    def _data_of(self, out: Any) -> npt.NDArray[Any]:
        from scipy.sparse import issparse

        if not (issparse(out) and out.format == "csr"):
            msg = f"out is a {type(out).__name__}; accepted is a csr_array with the entries of the result"
            raise TypeError(msg)
        wanted = self.wanted
        same = (
            out.shape == wanted.shape
            and np.array_equal(out.indptr, wanted.indptr)
            and np.array_equal(out.indices, wanted.indices)
        )
        if not same:
            msg = f"out has shape {out.shape} and {out.nnz} entries; accepted is a csr_array with those of {wanted!r}"
            raise ValueError(msg)
        data: npt.NDArray[Any] = out.data
        if not (data.flags.c_contiguous and data.flags.writeable):
            msg = "out has data that are not contiguous, or not writeable"
            raise ValueError(msg)
        return data


def checked_verify(verify: object) -> Verify:
    """Return it, or say what is accepted."""
    if not isinstance(verify, str) or verify not in _VERIFY:
        msg = f"verify is {verify!r}; accepted are 'first', 'always' and 'never'"
        raise ValueError(msg)
    return verify  # type: ignore[return-value]


def resolve_coloring(sparsity: Any, structure: Structure) -> Coloring:
    """The colouring that `sparsity` is or asks for, one whose products differences can take."""
    if isinstance(sparsity, DetectedPattern):
        sparsity = sparsity.pattern
    if isinstance(sparsity, str):
        msg = f"sparsity is {sparsity!r}; accepted are a pattern, a colouring and 'detect'"
        raise ValueError(msg)
    if not isinstance(sparsity, Coloring):
        try:
            return color(as_pattern(sparsity, "sparsity"), structure=structure)
        except ValueError as error:
            if str(error).startswith("sparsity"):
                raise
            msg = f"sparsity: {error}"
            raise ValueError(msg) from None
    if sparsity.partition != "column":
        msg = (
            f"sparsity is a {sparsity.partition} colouring, which needs products W.T @ J; differences give J @ S "
            "alone. Use secant.color(pattern, partition='column'), or Coloring.decompress with products from elsewhere"
        )
        raise ValueError(msg)
    if sparsity.structure != structure:
        msg = (
            f"sparsity is a colouring of a {sparsity.structure} matrix; use "
            f"secant.color(pattern, structure={structure!r})"
        )
        raise ValueError(msg)
    return sparsity


def _warn_of_no_gain(coloring: Coloring) -> None:
    columns = coloring.pattern.shape[1]
    if columns >= 8 and coloring.ncolors >= _NO_GAIN * columns:
        msg = (
            f"the sparsity pattern is too dense to gain by it: it needs {coloring.ncolors} products, a dense "
            f"derivative {columns}, one for each column"
        )
        warn_caller(msg)


def _wanted(pattern: SparsityPattern, entries: Any) -> SparsityPattern:
    if isinstance(entries, str):
        if entries == "all":
            return pattern
        if entries not in ("lower", "upper"):
            msg = (
                f"entries is {entries!r}; accepted are 'all', 'lower', 'upper' and patterns within the sparsity pattern"
            )
            raise ValueError(msg)
        from scipy.sparse import tril, triu

        whole = pattern.to_csr()
        return SparsityPattern(tril(whole, format="csr") if entries == "lower" else triu(whole, format="csr"))
    wanted = as_pattern(entries, "entries")
    if wanted.shape != pattern.shape:
        msg = f"entries has shape {wanted.shape}, the sparsity pattern has shape {pattern.shape}"
        raise ValueError(msg)
    inside = wanted & pattern
    if inside != wanted:
        rows, columns = (wanted.to_csr() - inside.to_csr()).nonzero()
        msg = f"entries has ({rows[0]}, {columns[0]}), which is not in the sparsity pattern"
        raise ValueError(msg)
    return wanted
