"""Which entries of a matrix may differ from zero."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.integers import as_integer
from secant.sparsity.canonical import Rows, index_dtype, rows_of, transposed
from secant.sparsity.families import Families
from secant.sparsity.picture import picture, summary

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from typing import Self

    import numpy.typing as npt

    from secant.sparsity.canonical import Indices, Shape


class SparsityPattern(Families):
    """Which entries of a matrix may differ from zero: immutable, and without their values.

    ``print(pattern)`` draws it. `diagonal`, `banded`, `arrowhead`, `block_diagonal`, `stencil`, `block` and `kron` make
    patterns of usual forms; ``|`` and ``&`` join and intersect those of the same shape.

    Parameters
    ----------
    source : sparse matrix, array_like or SparsityPattern
        A scipy.sparse matrix or array of any format, whose stored entries count, zeros among them as well; or a dense
        matrix of booleans or numbers, of which count those that are not zero (NaN is not).

    Attributes
    ----------
    shape : (int, int)
        Numbers of rows and columns.
    nnz : int
        The number of entries.
    indptr, indices : ndarray of int32 or int64
        Row i has entries in the columns ``indices[indptr[i]:indptr[i + 1]]``, which increase. Read-only; int64 where
        rows, columns or entries are 2**31 and more.

    Raises
    ------
    ValueError
        If `source` has other than two dimensions, stores an entry twice, or has indices outside of its shape.
    TypeError
        If it is no matrix of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from secant import SparsityPattern
    >>> pattern = SparsityPattern(np.array([[2.0, 0.0, 0.0], [1.0, 5.0, 3.0]]))
    >>> pattern
    SparsityPattern(shape=(2, 3), nnz=4)
    >>> (0, 1) in pattern
    False
    >>> print(SparsityPattern.banded(12, 1) | SparsityPattern.arrowhead(12))
    12 × 12, 54 entries (37.5 %), at most 12 in a row, 12 in a column, symmetric
    ┌──────┐
    │⠻⣦⡀⠀⠀⢸│
    │⠀⠈⠻⣦⡀⢸│
    │⣀⣀⣀⣈⣻⣾│
    └──────┘
    """

    __slots__ = ("_hash", "_indices", "_indptr", "_shape", "_symmetric")

    # NumPy's operators leave those of arrays and patterns to the pattern, instead of taking it for a number.
    __array_ufunc__ = None

    def __init__(self, source: Any) -> None:
        if isinstance(source, SparsityPattern):
            self._become(source._indptr, source._indices, source._shape)
        else:
            self._become(*rows_of(source, "source"))

    @classmethod
    def _of(cls, indptr: Indices, indices: Indices, shape: Shape) -> Self:
        """Canonical arrays that nobody else has, as a pattern."""
        self = object.__new__(cls)
        self._become(indptr, indices, shape)
        return self

    @classmethod
    def _named(cls, source: Any, name: str) -> SparsityPattern:
        return as_pattern(source, name)

    def _become(self, indptr: Indices, indices: Indices, shape: Shape) -> None:
        dtype = index_dtype(len(indices), shape)
        self._indptr: Indices = np.ascontiguousarray(indptr, dtype)
        self._indices: Indices = np.ascontiguousarray(indices, dtype)
        self._indptr.setflags(write=False)
        self._indices.setflags(write=False)
        self._shape = shape
        self._hash: int | None = None
        self._symmetric: bool | None = None

    def __reduce__(self) -> tuple[Callable[..., SparsityPattern], Rows]:
        return self._of, (self._indptr, self._indices, self._shape)

    # ------------------------------------------------------------------------------------------------------------------
    # what it is

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return self._shape

    @property
    def nnz(self) -> int:
        """The number of entries."""
        return len(self._indices)

    @property
    def indptr(self) -> Indices:
        """Where rows begin in `indices`, and where the last one ends; shape (rows + 1,), read-only."""
        return self._indptr

    @property
    def indices(self) -> Indices:
        """Columns of entries, row by row, increasing in each; shape (nnz,), read-only."""
        return self._indices

    @property
    def T(self) -> SparsityPattern:
        """The pattern of the transpose."""
        return self._of(*transposed(self._indptr, self._indices, self._shape))

    @property
    def is_symmetric(self) -> bool:
        """Whether it is square, and has with each entry (i, j) the entry (j, i)."""
        if self._symmetric is None:
            self._symmetric = self._shape[0] == self._shape[1] and self == self.T
        return self._symmetric

    @property
    def density(self) -> float:
        """The share of entries that may differ from zero; 0 where there are no rows or columns."""
        places = self._shape[0] * self._shape[1]
        return self.nnz / places if places else 0.0

    @property
    def row_counts(self) -> Indices:
        """How many entries each row has; shape (rows,)."""
        return np.diff(self._indptr)

    @property
    def column_counts(self) -> Indices:
        """How many entries each column has; shape (columns,)."""
        return np.bincount(self._indices, minlength=self._shape[1]).astype(self._indices.dtype)

    def __contains__(self, entry: object) -> bool:
        accepted = "pairs (row, column) of integers"
        if not isinstance(entry, tuple | list) or len(entry) != 2:
            msg = f"the entry is {entry!r}; accepted are {accepted}"
            raise TypeError(msg)
        row, column = as_integer("the row", entry[0], accepted), as_integer("the column", entry[1], accepted)
        if not (0 <= row < self._shape[0] and 0 <= column < self._shape[1]):
            return False
        columns = self._indices[self._indptr[row] : self._indptr[row + 1]]
        at = int(np.searchsorted(columns, column))
        return at < len(columns) and int(columns[at]) == column

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        return self is other or (
            self._shape == other._shape
            and np.array_equal(self._indptr, other._indptr)
            and np.array_equal(self._indices, other._indices)
        )

    def __hash__(self) -> int:
        if self._hash is None:
            sums = (zlib.crc32(self._indptr.data), zlib.crc32(self._indices.data))
            self._hash = hash((SparsityPattern, self._shape, sums))
        return self._hash

    def __repr__(self) -> str:
        return f"SparsityPattern(shape={self._shape}, nnz={self.nnz})"

    def __str__(self) -> str:
        """What there is to say of it in a line, and a picture."""
        return f"{summary(self)}\n{picture(self)}"

    # ------------------------------------------------------------------------------------------------------------------
    # what can be made of it

    def __or__(self, other: SparsityPattern) -> SparsityPattern:
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        self._check_same_shape(other)
        both = self._ones() + other._ones()
        return self._of(both.indptr, both.indices, self._shape)

    def __and__(self, other: SparsityPattern) -> SparsityPattern:
        if not isinstance(other, SparsityPattern):
            return NotImplemented
        self._check_same_shape(other)
        common = self._ones().multiply(other._ones())
        return self._of(common.indptr, common.indices, self._shape)

    def _check_same_shape(self, other: SparsityPattern) -> None:
        if self._shape != other._shape:
            msg = f"patterns of shapes {self._shape} and {other._shape} do not go together; accepted are equal shapes"
            raise ValueError(msg)

    def _ones(self) -> Any:
        """A csr_array that shares its indices."""
        from scipy.sparse import csr_array

        return csr_array((np.ones(self.nnz, np.int8), self._indices, self._indptr), shape=self._shape)

    def coordinates(self) -> tuple[Indices, Indices]:
        """Rows and columns of all entries, row by row; two new arrays of shape (nnz,)."""
        rows = np.arange(self._shape[0], dtype=self._indices.dtype)
        return np.repeat(rows, self.row_counts), self._indices.copy()

    def to_dense(self) -> npt.NDArray[np.bool_]:
        """A new array of booleans, True where there are entries."""
        dense = np.zeros(self._shape, np.bool_)
        dense[self.coordinates()] = True
        return dense

    def to_csr(self, data: npt.ArrayLike | None = None) -> Any:
        """A scipy.sparse.csr_array with these entries.

        Parameters
        ----------
        data : array_like, shape (nnz,), optional
            Values of entries, row by row; ones of float64 by default. An array is not copied.

        Returns
        -------
        scipy.sparse.csr_array
            With indices of its own.
        """
        from scipy.sparse import csr_array

        values = np.ones(self.nnz) if data is None else np.asarray(data)
        if values.shape != (self.nnz,):
            msg = f"data has shape {values.shape}; accepted is ({self.nnz},), a value for each entry"
            raise ValueError(msg)
        matrix = csr_array((values, self._indices.copy(), self._indptr.copy()), shape=self._shape)
        matrix.has_canonical_format = True
        return matrix

    # ------------------------------------------------------------------------------------------------------------------
    # files

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a compressed .npz file, which `scipy.sparse.load_npz` reads as a csr_array of ones.

        Parameters
        ----------
        path : str or path-like
            The file, whose name is taken as it is; usually it ends in ``.npz``.
        """
        with open(path, "wb") as file:
            np.savez_compressed(
                file,
                indices=self._indices,
                indptr=self._indptr,
                format=np.array(b"csr"),
                shape=np.array(self._shape, np.int64),
                data=np.ones(self.nnz, np.int8),
                _is_array=np.array(True),
            )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` or `scipy.sparse.save_npz` wrote.

        Parameters
        ----------
        path : str or path-like
            The file.

        Raises
        ------
        OSError
            If there is no such file.
        ValueError
            If it holds something else, or indices that do not fit together.
        """
        import zipfile

        from scipy.sparse import load_npz

        accepted = "accepted are files of SparsityPattern.save and of scipy.sparse.save_npz"
        with open(path, "rb") as file:
            if not zipfile.is_zipfile(file):
                msg = f"{path} is no .npz file; {accepted}"
                raise ValueError(msg)
            file.seek(0)
            try:
                matrix = load_npz(file)
            except (
                *(ValueError, TypeError, KeyError, AttributeError, NotImplementedError),  # of what is no matrix
                *(zipfile.BadZipFile, zlib.error, EOFError),  # of a damaged file
            ) as error:
                msg = f"{path} holds no sparse matrix ({error}); {accepted}"
                raise ValueError(msg) from error
        return cls._of(*rows_of(matrix, f"the matrix in {path}"))


def as_pattern(source: Any, name: str) -> SparsityPattern:
    """Return the pattern of anything that `SparsityPattern` accepts; errors begin with `name`."""
    return source if isinstance(source, SparsityPattern) else SparsityPattern._of(*rows_of(source, name))
