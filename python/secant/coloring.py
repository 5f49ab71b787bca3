"""Colourings: which columns, or rows, of a sparse matrix share a product, and how entries are found in products."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant import _core
from secant.integers import as_integer
from secant.sparsity import SparsityPattern, as_pattern

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from typing import Self

    import numpy.typing as npt
    from scipy.sparse import csc_array, csr_array

Structure: TypeAlias = Literal["nonsymmetric", "symmetric"]
Partition: TypeAlias = Literal["column", "row", "bidirectional"]
Decompression: TypeAlias = Literal["direct", "substitution"]
Colors: TypeAlias = "npt.NDArray[np.int32]"

_STRUCTURES = {"nonsymmetric": _core.Structure.nonsymmetric, "symmetric": _core.Structure.symmetric}
_PARTITIONS = {
    "column": _core.Partition.column,
    "row": _core.Partition.row,
    "bidirectional": _core.Partition.bidirectional,
}
_DECOMPRESSIONS = {"direct": _core.Decompression.direct, "substitution": _core.Decompression.substitution}
_ORDERS = {
    "natural": _core.OrderKind.natural,
    "largest-first": _core.OrderKind.largest_first,
    "smallest-last": _core.OrderKind.smallest_last,
    "incidence-degree": _core.OrderKind.incidence_degree,
    "dynamic-largest-first": _core.OrderKind.dynamic_largest_first,
    "random": _core.OrderKind.random,
}


class Coloring:
    """A colouring of the columns, or rows, of a sparse matrix: made once, used for any matrices of its pattern.

    Columns of one colour are added up in one product with the matrix. `color` makes colourings; here, one that comes
    from elsewhere is checked and made useful.

    Parameters
    ----------
    pattern : SparsityPattern, sparse matrix or array_like
        Where the matrix may have nonzeros, shape (m, n).
    column_colors : array_like of int, optional
        A colour for each column, shape (n,): numbers from 0 on, or -1 for columns that take part in no product.
    row_colors : array_like of int, optional
        The same for rows, shape (m,). With both, each entry is found in a product with columns or in one with rows.
    structure : {"nonsymmetric", "symmetric"}
        Whether the matrix is symmetric, so that entry (i, j) may be read where (j, i) is.
    decompression : {"direct", "substitution"}
        Whether every entry is alone in a product, or becomes so when entries that are known are subtracted.

    Raises
    ------
    ValueError
        If the colours do not determine every entry: the message says why. If lengths do not fit the pattern, or a
        pattern that is to be symmetric is not.
    TypeError
        If colours are not integers.

    Examples
    --------
    >>> from secant import Coloring, SparsityPattern
    >>> coloring = Coloring(SparsityPattern.banded(6, 1), column_colors=[0, 1, 2, 0, 1, 2])
    >>> coloring.ncolors
    3
    """

    __slots__ = ("_column_colors", "_compression", "_decompression", "_pattern", "_row_colors", "_structure")

    def __init__(
        self,
        pattern: Any,
        column_colors: npt.ArrayLike | None = None,
        row_colors: npt.ArrayLike | None = None,
        *,
        structure: Structure = "nonsymmetric",
        decompression: Decompression = "direct",
    ) -> None:
        self._pattern = as_pattern(pattern, "pattern")
        self._structure: Structure = _accepted("structure", structure, _STRUCTURES)
        self._decompression: Decompression = _accepted("decompression", decompression, _DECOMPRESSIONS)
        if column_colors is None and row_colors is None:
            msg = "neither column_colors nor row_colors is given; a colouring needs one of them, or both"
            raise ValueError(msg)
        if structure == "symmetric":
            _check_symmetric(self._pattern)
            if row_colors is not None:
                msg = "row_colors is given, but a symmetric matrix is coloured by its columns alone"
                raise ValueError(msg)
        rows, columns = self._pattern.shape
        self._column_colors = _checked_colors("column_colors", column_colors, columns, "columns")
        self._row_colors = _checked_colors("row_colors", row_colors, rows, "rows")
        if structure == "nonsymmetric" and self.partition != "bidirectional":
            self._decompression = "direct"  # there is nothing to substitute
        try:
            self._compression = self._compress_for(None)
        except ValueError:
            reason = _core.explain_coloring(
                _arrays(self._pattern), columns, self._problem, self._column_colors, self._row_colors
            )
            if reason is None:
                raise
            msg = f"the colouring does not determine the matrix: {reason}"
            raise ValueError(msg) from None

    @property
    def _problem(self) -> _core.ColoringProblem:
        return _problem(self._structure, self.partition, self._decompression)

    def _compress_for(self, entries: SparsityPattern | None) -> _core.Compression:
        wanted = None if entries is None else _arrays(entries, like=self._pattern)
        columns = self._pattern.shape[1]
        return _core.Compression(
            _arrays(self._pattern), columns, self._problem, self._column_colors, self._row_colors, wanted
        )

    # ------------------------------------------------------------------------------------------------------------------
    # what it is

    @property
    def pattern(self) -> SparsityPattern:
        """Where the matrix may have nonzeros."""
        return self._pattern

    @property
    def structure(self) -> Structure:
        """Whether the matrix is taken to be symmetric."""
        return self._structure

    @property
    def partition(self) -> Partition:
        """What is coloured: columns, rows or both."""
        if self._row_colors is None:
            return "column"
        return "row" if self._column_colors is None else "bidirectional"

    @property
    def decompression(self) -> Decompression:
        """Whether entries are read directly or found by substitution."""
        return self._decompression

    @property
    def kind(self) -> str:
        """What the colouring is called: "column", "row", "bidirectional"; "star" or "acyclic" where symmetric."""
        if self._structure == "symmetric":
            return "star" if self._decompression == "direct" else "acyclic"
        return self.partition

    @property
    def column_colors(self) -> Colors | None:
        """A colour for each column, -1 for none; shape (n,), read-only. None where only rows are coloured."""
        return self._column_colors

    @property
    def row_colors(self) -> Colors | None:
        """A colour for each row, -1 for none; shape (m,), read-only. None where only columns are coloured."""
        return self._row_colors

    @property
    def ncolors(self) -> int:
        """How many products there are: colours of columns and of rows."""
        return _count(self._column_colors) + _count(self._row_colors)

    @property
    def groups(self) -> Any:
        """The columns (or rows) of each colour: a list of index arrays; two lists if bidirectional."""
        return self._each_way(_groups)

    @property
    def seeds(self) -> Any:
        """What the matrix is multiplied by: sparse, shape (n, ncolors) for columns, (m, ncolors) for rows; or both."""
        return self._each_way(_seeds)

    def _each_way(self, make: Callable[[Colors], Any]) -> Any:
        ways = [make(colors) for colors in (self._column_colors, self._row_colors) if colors is not None]
        return ways[0] if len(ways) == 1 else tuple(ways)

    def __repr__(self) -> str:
        return f"Coloring({self.kind}, ncolors={self.ncolors}, pattern={self._pattern!r})"

    def __str__(self) -> str:
        """How many colours there are, against how many columns or rows, and the pattern."""
        rows, columns = self._pattern.shape
        columns_say = f"{_count(self._column_colors)} colours for {columns} columns"
        rows_say = f"{_count(self._row_colors)} colours for {rows} rows"
        counts = {"column": columns_say, "row": rows_say, "bidirectional": f"{columns_say}, {rows_say}"}[self.partition]
        return f"{self.kind} colouring, {self._decompression}: {counts}\n{self._pattern}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Coloring):
            return NotImplemented
        return (
            (self._structure, self._decompression) == (other._structure, other._decompression)
            and self._pattern == other._pattern
            and _same(self._column_colors, other._column_colors)
            and _same(self._row_colors, other._row_colors)
        )

    def __hash__(self) -> int:
        return hash((Coloring, self._structure, self._decompression, self._pattern, self.ncolors))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._pattern, self._column_colors, self._row_colors, self._structure, self._decompression)

    # ------------------------------------------------------------------------------------------------------------------
    # what it does

    def compress(self, matrix: Any) -> Any:
        """Multiply a matrix by the seeds.

        Parameters
        ----------
        matrix : sparse matrix, array_like or LinearOperator
            Shape (m, n).

        Returns
        -------
        ndarray, or two of them
            ``matrix @ seeds``, shape (m, ncolors), for columns; ``seeds.T @ matrix``, shape (ncolors, n), for rows; the
            two for bidirectional colourings.

        Raises
        ------
        ValueError
            If the matrix has another shape than the pattern.
        """
        given = matrix if hasattr(matrix, "shape") and hasattr(matrix, "__matmul__") else np.asarray(matrix)
        if tuple(given.shape) != self._pattern.shape:
            msg = f"matrix has shape {tuple(given.shape)}, the pattern has shape {self._pattern.shape}"
            raise ValueError(msg)
        from scipy.sparse import issparse
        from scipy.sparse.linalg import LinearOperator

        def times(operator: Any, colors: Colors) -> npt.NDArray[Any]:
            if not isinstance(operator, LinearOperator):
                product = operator @ _seeds(colors)
                return product.toarray() if issparse(product) else np.asarray(product)
            if _count(colors) == 0:  # LinearOperator takes no matrix without columns
                return np.zeros((operator.shape[0], 0), operator.dtype)
            return np.asarray(operator @ _seeds(colors).toarray())

        products = []
        if self._column_colors is not None:
            products.append(times(given, self._column_colors))
        if self._row_colors is not None:
            products.append(times(given.T, self._row_colors).T)
        return products[0] if len(products) == 1 else tuple(products)

    def decompress(self, products: Any) -> csr_array:
        """Find the entries of a matrix in its products with the seeds, wherever they come from.

        Parameters
        ----------
        products : array_like, or two of them
            As `compress` returns: shape (m, ncolors) for columns, (ncolors, n) for rows, both for bidirectional
            colourings.

        Returns
        -------
        csr_array
            Shape (m, n), with exactly the entries of the pattern; dtype of the products, float64 for integers.

        Raises
        ------
        ValueError
            If the products have other shapes.
        TypeError
            If they are not numbers.
        """
        both = self.partition == "bidirectional"
        if both and (not isinstance(products, tuple | list) or len(products) != 2):
            msg = "products is not a pair; a bidirectional colouring needs those with columns and those with rows"
            raise ValueError(msg)
        given = [_numbers(part) for part in (products if both else [products])]
        rows, columns = self._pattern.shape
        of_columns, of_rows = (rows, _count(self._column_colors)), (_count(self._row_colors), columns)
        needed = {"column": [of_columns], "row": [of_rows], "bidirectional": [of_columns, of_rows]}[self.partition]
        for array, shape in zip(given, needed, strict=True):
            if array.shape != shape:
                what = "columns" if shape is of_columns else "rows"
                msg = f"products with {what} have shape {array.shape}; the colouring needs {shape}"
                raise ValueError(msg)
        dtype = np.result_type(*given, np.float32)
        ready = [_in_steps(array.astype(dtype, copy=False)) for array in given]
        arrays = {"column": (*ready, None), "row": (None, *ready), "bidirectional": ready}[self.partition]
        return self._pattern.to_csr(self._compression.decompress(*arrays))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the colouring and its pattern to an .npz file, exactly under this name."""
        arrays = {
            name: colors
            for name, colors in (("column_colors", self._column_colors), ("row_colors", self._row_colors))
            if colors is not None
        }
        kinds = np.array([self._structure, self._decompression])
        with open(path, "wb") as file:
            np.savez_compressed(
                file,
                allow_pickle=False,
                kind=kinds,
                shape=np.array(self._pattern.shape),
                indptr=self._pattern.indptr,
                indices=self._pattern.indices,
                **arrays,
            )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a colouring that `save` wrote, and check it.

        Raises
        ------
        ValueError
            If the file is none of `save`'s, or its colouring is not valid.
        """
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
                stored = dict(arrays)
            structure, decompression = map(str, stored["kind"])
            rows, columns = map(int, stored["shape"])
            indptr, indices = stored["indptr"], stored["indices"]
            ones = np.ones(len(indices), np.int8)
        except (FileNotFoundError, IsADirectoryError, PermissionError):
            raise
        except Exception as error:  # a damaged file raises what zip, zlib and NumPy please
            msg = f"{path} is no file that Coloring.save wrote"
            raise ValueError(msg) from error
        from scipy.sparse import csr_array

        try:
            return cls(
                SparsityPattern(csr_array((ones, indices, indptr), shape=(rows, columns))),
                stored.get("column_colors"),
                stored.get("row_colors"),
                structure=structure,  # type: ignore[arg-type]
                decompression=decompression,  # type: ignore[arg-type]
            )
        except (TypeError, ValueError) as error:
            msg = f"{path} has no valid colouring: {error}"
            raise ValueError(msg) from error


def color(
    pattern: Any,
    *,
    structure: Structure = "nonsymmetric",
    partition: Partition = "column",
    decompression: Decompression = "direct",
    order: str = "best",
    seed: int = 0,
) -> Coloring:
    """Colour the columns, or rows, of a sparse matrix, so that few products determine it.

    Parameters
    ----------
    pattern : SparsityPattern, sparse matrix or array_like
        Where the matrix may have nonzeros, shape (m, n).
    structure : {"nonsymmetric", "symmetric"}
        Whether the matrix is symmetric, as Hessians are, which takes fewer colours: star colourings (direct) and
        acyclic ones (substitution).
    partition : {"column", "row", "bidirectional"}
        Which products there are: J S (forward: differences have these alone), W.T J (reverse), or both.
    decompression : {"direct", "substitution"}
        Substitution takes fewer colours where the matrix is symmetric, or rows and columns are coloured; errors of the
        products then add up along chains of entries. It is the same as direct for columns or rows alone.
    order : str
        The order in which vertices are coloured: "natural", "largest-first", "smallest-last", "incidence-degree",
        "dynamic-largest-first", "random"; or "best", which tries them all, in parallel, with closed forms for banded
        matrices, and keeps the fewest colours. The result does not depend on the number of threads.
    seed : int
        Of the random order; not negative.

    Returns
    -------
    Coloring

    Raises
    ------
    ValueError
        If an option is not one of those above, or the pattern of a symmetric matrix is not symmetric.

    References
    ----------
    A. H. Gebremedhin, F. Manne and A. Pothen, What color is your Jacobian? Graph coloring for computing derivatives,
    SIAM Review 47 (2005) 629-705. A. H. Gebremedhin, A. Tarafdar, F. Manne and A. Pothen, New acyclic and star coloring
    algorithms with application to computing Hessians, SIAM Journal on Scientific Computing 29 (2007) 1042-1072. T. F.
    Coleman and A. Verma, The efficient computation of sparse Jacobian matrices using automatic differentiation, SIAM
    Journal on Scientific Computing 19 (1998) 1210-1233. A. Montoison, G. Dalle and A. Gebremedhin, Revisiting sparse
    matrix coloring and bicoloring (2025).

    Examples
    --------
    >>> import secant
    >>> grid = secant.SparsityPattern.stencil((100, 100))
    >>> secant.color(grid).ncolors, secant.color(grid, structure="symmetric").ncolors
    (5, 5)
    """
    checked = as_pattern(pattern, "pattern")
    _accepted("structure", structure, _STRUCTURES)
    _accepted("partition", partition, _PARTITIONS)
    _accepted("decompression", decompression, _DECOMPRESSIONS)
    kind = None if order == "best" else _ORDERS[_accepted("order", order, {"best": None, **_ORDERS})]
    number = as_integer("seed", seed, "integers from 0 to 2**64 - 1")
    if not 0 <= number < 2**64:
        msg = f"seed is {number}; accepted are integers from 0 to 2**64 - 1"
        raise ValueError(msg)
    if structure == "symmetric":
        _check_symmetric(checked)
        if partition != "column":
            msg = f"partition is {partition!r}; accepted is 'column' where structure is 'symmetric': rows are columns"
            raise ValueError(msg)
    columns, rows = _core.color(
        _arrays(checked), checked.shape[1], _problem(structure, partition, decompression), kind, number
    )
    none = np.zeros(0, np.int32)  # of a pattern without columns, or rows
    return Coloring(
        checked,
        (none if columns is None else columns) if partition != "row" else None,
        (none if rows is None else rows) if partition != "column" else None,
        structure=structure,
        decompression=decompression,
    )


def _problem(structure: str, partition: str, decompression: str) -> _core.ColoringProblem:
    return _core.ColoringProblem(_STRUCTURES[structure], _PARTITIONS[partition], _DECOMPRESSIONS[decompression])


def _rebuild(
    pattern: SparsityPattern,
    columns: Colors | None,
    rows: Colors | None,
    structure: Structure,
    decompression: Decompression,
) -> Coloring:
    return Coloring(pattern, columns, rows, structure=structure, decompression=decompression)


def _arrays(pattern: SparsityPattern, like: SparsityPattern | None = None) -> _core.PatternArrays:
    dtype = (like or pattern).indptr.dtype
    return _core.PatternArrays(pattern.indptr.astype(dtype, copy=False), pattern.indices.astype(dtype, copy=False))


def _accepted(name: str, value: Any, accepted: dict[str, Any]) -> Any:
    if not isinstance(value, str) or value not in accepted:
        names = [repr(key) for key in accepted]
        msg = f"{name} is {value!r}; accepted are {', '.join(names[:-1])} and {names[-1]}"
        raise ValueError(msg)
    return value


def _check_symmetric(pattern: SparsityPattern) -> None:
    if pattern.is_symmetric:
        return
    if pattern.shape[0] != pattern.shape[1]:
        msg = f"pattern has shape {pattern.shape}; one of a symmetric matrix is square"
        raise ValueError(msg)
    lonely = pattern.to_csr() - pattern.to_csr().T
    lonely.eliminate_zeros()
    rows, columns = lonely.nonzero()
    row, column = int(rows[0]), int(columns[0])
    if (row, column) not in pattern:
        row, column = column, row
    msg = (
        f"pattern is not symmetric: it has the entry ({row}, {column}), but not ({column}, {row}); "
        "pattern | pattern.T has both"
    )
    raise ValueError(msg)


def _checked_colors(name: str, given: npt.ArrayLike | None, length: int, what: str) -> Colors | None:
    if given is None:
        return None
    array = np.asarray(given)
    if array.dtype.kind not in "iu" and array.size:
        msg = f"{name} has dtype {array.dtype}; accepted are integers, one for each of the {length} {what}"
        raise TypeError(msg)
    if array.shape != (length,):
        msg = f"{name} has shape {array.shape}; the pattern has {length} {what}"
        raise ValueError(msg)
    if array.size and (array.min() < -1 or array.max() >= max(length, 1)):
        wrong = array[(array < -1) | (array >= length)][0]
        msg = f"{name} has the colour {wrong}; accepted are 0 to {length - 1}, and -1 for none"
        raise ValueError(msg)
    colors: Colors = np.array(array, np.int32)
    used = np.zeros(_count(colors), bool)
    used[colors[colors >= 0]] = True
    if not used.all():
        msg = f"{name} has no {what} of colour {int(np.argmin(used))}; colours are numbered from 0 on without gaps"
        raise ValueError(msg)
    colors.setflags(write=False)
    return colors


def _count(colors: Colors | None) -> int:
    return 0 if colors is None or colors.size == 0 else int(colors.max()) + 1


def _groups(colors: Colors) -> list[npt.NDArray[np.intp]]:
    order = np.argsort(colors, kind="stable")
    borders = np.searchsorted(colors[order], np.arange(_count(colors) + 1))
    return [order[begin:end] for begin, end in pairwise(borders)]


def _seeds(colors: Colors) -> csc_array:
    from scipy.sparse import csc_array

    members = np.flatnonzero(colors >= 0)
    return csc_array((np.ones(members.size), (members, colors[members])), shape=(colors.size, _count(colors)))


def _numbers(given: Any) -> npt.NDArray[Any]:
    array = np.asarray(given)
    if array.dtype.kind in "iub":
        array = array.astype(np.float64)
    if array.dtype.kind not in "fc" or array.dtype == np.float16:
        msg = f"products have dtype {array.dtype}; accepted are real and complex numbers"
        raise TypeError(msg)
    return array


def _in_steps(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The array, or a copy where its entries do not lie a whole number of them apart, as in fields of records."""
    whole = all(stride % array.itemsize == 0 for stride in array.strides)
    return array if whole and array.flags.aligned else np.ascontiguousarray(array)


def _same(a: Colors | None, b: Colors | None) -> bool:
    return (a is None and b is None) or (a is not None and b is not None and np.array_equal(a, b))
