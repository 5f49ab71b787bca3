"""Patterns that are known by their form: bands, blocks, grids, and what is made of other patterns."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from secant.integers import as_integer
from secant.sparsity.assembly import along_diagonal, product, runs, side_by_side
from secant.sparsity.canonical import checked_shape, rows_of_coordinates
from secant.sparsity.stencil import checked_lengths, checked_periods, neighbours, resolve_offsets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    import numpy.typing as npt

    from secant.sparsity.canonical import Indices, Shape
    from secant.sparsity.pattern import SparsityPattern
    from secant.sparsity.stencil import Points


class Families:
    """The named constructors of `SparsityPattern`."""

    __slots__ = ()

    if TYPE_CHECKING:

        @classmethod
        def _of(cls, indptr: Indices, indices: Indices, shape: Shape) -> Self: ...
        @classmethod
        def _named(cls, source: Any, name: str) -> SparsityPattern: ...

    @classmethod
    def from_coordinates(cls, rows: npt.ArrayLike, columns: npt.ArrayLike, shape: tuple[int, int]) -> Self:
        """Entries at (rows[k], columns[k]), in any order.

        Parameters
        ----------
        rows, columns : array_like of int, shape (nnz,)
            Where entries are.
        shape : (int, int)
            Numbers of rows and columns of the matrix.

        Raises
        ------
        ValueError
            If an index is outside of the matrix, or an entry is given twice.
        TypeError
            If indices are not integers.

        Examples
        --------
        >>> from secant import SparsityPattern
        >>> SparsityPattern.from_coordinates([0, 2, 2], [1, 0, 3], (3, 4))
        SparsityPattern(shape=(3, 4), nnz=3)
        """
        shape = checked_shape(shape)
        row, column = _checked_indices("rows", rows), _checked_indices("columns", columns)
        if row.size != column.size:
            msg = f"rows has {row.size} entries, columns has {column.size}; they must be as many"
            raise ValueError(msg)
        twice = (
            "rows and columns give the entry {entry} {times} times; give each once, "
            "as rows, columns = np.unique([rows, columns], axis=1) does"
        )
        return cls._of(*rows_of_coordinates(row, column, shape, ("rows", "columns"), twice))

    @classmethod
    def diagonal(cls, n: int) -> Self:
        """The diagonal of an n×n matrix."""
        n = _checked_size("n", n)
        return cls._of(*runs(np.arange(n), np.ones(n, np.int64), n))

    @classmethod
    def dense(cls, m: int, n: int) -> Self:
        """Every entry of an m×n matrix."""
        m, n = _checked_size("m", m), _checked_size("n", n)
        return cls._of(*runs(np.zeros(m, np.int64), np.full(m, n), n))

    @classmethod
    def banded(cls, shape: int | tuple[int, int], lower: int, upper: int | None = None) -> Self:
        """The diagonal, and as many diagonals below and above it.

        Parameters
        ----------
        shape : int or (int, int)
            The size of a square matrix, or numbers of rows and columns.
        lower : int
            How many diagonals there are below the main one.
        upper : int, optional
            How many there are above; as many as below by default.

        Raises
        ------
        ValueError, TypeError
            If a number is negative, or none.

        Examples
        --------
        >>> from secant import SparsityPattern
        >>> SparsityPattern.banded(1000, 1)  # tridiagonal
        SparsityPattern(shape=(1000, 1000), nnz=2998)
        >>> SparsityPattern.banded((4, 5), 0, 1).row_counts
        array([2, 2, 2, 2], dtype=int32)
        """
        m, n = checked_shape(shape if np.iterable(shape) else (shape, shape))
        lower = _checked_size("lower", lower)
        upper = lower if upper is None else _checked_size("upper", upper)
        row = np.arange(m)
        first = np.minimum(np.maximum(row - min(lower, m), 0), n)
        reach = min(upper, n)
        behind = np.minimum(row + 1, n - reach) + reach
        return cls._of(*runs(first, behind - first, n))

    @classmethod
    def arrowhead(cls, n: int, width: int = 1, *, at: Literal["end", "start"] = "end") -> Self:
        """The diagonal of an n×n matrix, and its last rows and columns: few variables couple to all others.

        Parameters
        ----------
        n : int
            The size of the matrix.
        width : int
            How many rows and columns are dense.
        at : {"end", "start"}
            Whether these are the last or the first ones.

        Raises
        ------
        ValueError, TypeError
            If the matrix has no `width` rows, or an option is not one of those above.
        """
        n, width = _checked_size("n", n), _checked_size("width", width)
        if width > n:
            msg = f"width is {width}; accepted for n = {n} are 0 to {n}"
            raise ValueError(msg)
        if not isinstance(at, str) or at not in ("end", "start"):
            msg = f"at is {at!r}; accepted are 'end' and 'start'"
            raise ValueError(msg)
        core, tip = cls.diagonal(n - width), cls.dense(width, width)
        beside, below = cls.dense(n - width, width), cls.dense(width, n - width)
        return cls.block([[core, beside], [below, tip]] if at == "end" else [[tip, below], [beside, core]])

    @classmethod
    def block_diagonal(cls, blocks: Sequence[Any] | npt.NDArray[np.integer[Any]]) -> Self:
        """Blocks along the diagonal, each with rows and columns of its own.

        Parameters
        ----------
        blocks : sequence
            Each an int, the size of a dense square block, or anything that `SparsityPattern` accepts.

        See Also
        --------
        kron : ``kron(SparsityPattern.diagonal(count), block)`` has the same block `count` times.

        Examples
        --------
        >>> from secant import SparsityPattern
        >>> SparsityPattern.block_diagonal([3] * 100)
        SparsityPattern(shape=(300, 300), nnz=900)
        >>> SparsityPattern.block_diagonal([2, SparsityPattern.banded((3, 4), 1)])
        SparsityPattern(shape=(5, 6), nnz=12)
        """
        if not np.iterable(blocks):
            msg = f"blocks is a {type(blocks).__name__}; accepted are sequences of sizes and patterns"
            raise TypeError(msg)
        given = list(blocks)
        if all(isinstance(one, Integral) for one in given):
            sizes = np.array([_checked_size(f"blocks[{k}]", size) for k, size in enumerate(given)], np.int64)
            return cls._of(*runs(np.repeat(np.cumsum(sizes) - sizes, sizes), np.repeat(sizes, sizes), int(sizes.sum())))
        patterns = [cls._dense_if_size(one, f"blocks[{k}]") for k, one in enumerate(given)]
        return cls._of(*along_diagonal(patterns))

    @classmethod
    def block(cls, blocks: Sequence[Sequence[Any]]) -> Self:
        """Patterns side by side and one below the other, as `scipy.sparse.block_array` has it.

        Parameters
        ----------
        blocks : sequence of sequences
            Rows of blocks: each anything that `SparsityPattern` accepts, or None where there are no entries. Blocks of
            a row have as many rows each, those of a column as many columns.

        Raises
        ------
        ValueError
            If sizes do not fit, or a row or a column of blocks is all None.

        Examples
        --------
        Two fields on a grid that diffuse, and react where they are; unknowns field by field:

        >>> from secant import SparsityPattern
        >>> L = SparsityPattern.stencil((100, 100))
        >>> I = SparsityPattern.diagonal(100 * 100)
        >>> SparsityPattern.block([[L, I], [I, L]])
        SparsityPattern(shape=(20000, 20000), nnz=119200)
        """
        table = _checked_table(blocks)
        patterns = [
            [None if one is None else cls._named(one, f"blocks[{i}][{j}]") for j, one in enumerate(line)]
            for i, line in enumerate(table)
        ]
        heights = _common(patterns, 0, "row", "rows")
        widths = _common([list(column) for column in zip(*patterns, strict=True)], 1, "column", "columns")
        return cls._of(*side_by_side(patterns, heights, widths))

    @classmethod
    def kron(cls, a: Any, b: Any) -> Self:
        """The Kronecker product: `b` in the place of each entry of `a`.

        Parameters
        ----------
        a, b : SparsityPattern, or anything that it accepts
            The factors.

        Examples
        --------
        >>> from secant import SparsityPattern
        >>> SparsityPattern.kron(SparsityPattern.diagonal(100), SparsityPattern.dense(3, 3))
        SparsityPattern(shape=(300, 300), nnz=900)
        """
        return cls._of(*product(cls._named(a, "a"), cls._named(b, "b")))

    @classmethod
    def stencil(
        cls,
        shape: int | Sequence[int],
        points: Points = "star",
        *,
        radius: int | None = None,
        periodic: bool | Sequence[bool] = False,
        components: Any = 1,
        ordering: Literal["fields", "interleaved"] = "fields",
    ) -> Self:
        """Neighbours on a grid: each row has entries for its point of the grid and for points around it.

        Points are numbered in C order, as ``u.ravel()`` has them.

        Parameters
        ----------
        shape : int or sequence of int
            Numbers of points along each axis of the grid; one or more axes.
        points : {"star", "box"} or sequence of offsets
            The neighbours of a point: along the axes (3, 5, 7 points on grids of 1, 2, 3 axes); in the box around it
            (3, 9, 27 points); or at these offsets from it, each a tuple with an integer for each axis (an integer,
            where there is one axis). Stars and boxes have the point itself; of offsets, it is (0, …, 0).
        radius : int, optional
            How far a star or a box reaches; 1 by default.
        periodic : bool or sequence of bool
            Whether the last point of an axis is next to the first one; of all axes, or of each.
        components : int or square pattern
            How many unknowns there are at each point, where all of them depend on all at neighbouring points; or, as
            a pattern (or anything that `SparsityPattern` accepts), which depends on which.
        ordering : {"fields", "interleaved"}
            Of several unknowns: one field after another, unknowns shaped ``(components, *shape)``; or the components of
            each point next to each other, shaped ``(*shape, components)``.

        Raises
        ------
        ValueError, TypeError
            If an option is not one of those above, or an offset is given twice.

        Examples
        --------
        >>> from secant import SparsityPattern
        >>> SparsityPattern.stencil((1000, 1000))
        SparsityPattern(shape=(1000000, 1000000), nnz=4996000)
        >>> SparsityPattern.stencil(100, [-1, 0], periodic=True)  # upwind, on a ring
        SparsityPattern(shape=(100, 100), nnz=200)

        Diffusion of three species, and their reactions at each point:

        >>> own = SparsityPattern.diagonal(3)
        >>> diffusion = SparsityPattern.stencil((50, 50), components=own)
        >>> reaction = SparsityPattern.stencil((50, 50), [(0, 0)], components=3)
        >>> diffusion | reaction
        SparsityPattern(shape=(7500, 7500), nnz=51900)
        """
        lengths = checked_lengths(shape)
        periods = checked_periods(periodic, len(lengths))
        offsets = resolve_offsets(points, radius, lengths)
        if not isinstance(ordering, str) or ordering not in ("fields", "interleaved"):
            msg = f"ordering is {ordering!r}; accepted are 'fields' and 'interleaved'"
            raise ValueError(msg)
        coupling = cls._dense_if_size(components, "components")
        if coupling.shape[0] != coupling.shape[1] or coupling.shape[0] == 0:
            msg = f"components has shape {coupling.shape}; accepted are positive integers and square patterns"
            raise ValueError(msg)
        grid = cls._of(*neighbours(lengths, offsets, periods))
        if coupling.shape == (1, 1) and coupling.nnz == 1:
            return grid
        return cls.kron(coupling, grid) if ordering == "fields" else cls.kron(grid, coupling)

    @classmethod
    def _dense_if_size(cls, source: Any, name: str) -> SparsityPattern:
        if isinstance(source, Integral):
            size = _checked_size(name, source)
            return cls._named(cls.dense(size, size), name)
        return cls._named(source, name)


def _checked_size(name: str, value: object) -> int:
    accepted = "integers that are not negative"
    number = as_integer(name, value, accepted)
    if not 0 <= number < 2**63:
        msg = f"{name} is {number}; accepted are {accepted}, and less than 2**63"
        raise ValueError(msg)
    return number


def _checked_indices(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.int32)  # an empty list is one of floats, to NumPy
    if array.dtype.kind not in "iu":
        msg = f"{name} has dtype {array.dtype}; accepted are integers"
        raise TypeError(msg)
    if array.ndim != 1:
        msg = f"{name} has shape {array.shape}; accepted are arrays of one dimension"
        raise ValueError(msg)
    return array


def _checked_table(blocks: Any) -> list[list[Any]]:
    accepted = "accepted are sequences of rows of blocks, each row as long"
    if not np.iterable(blocks):
        msg = f"blocks is a {type(blocks).__name__}; {accepted}"
        raise TypeError(msg)
    table = []
    for i, line in enumerate(blocks):
        if not np.iterable(line):
            msg = f"blocks[{i}] is a {type(line).__name__}; {accepted}"
            raise TypeError(msg)
        table.append(list(line))
    if not table or not table[0] or len({len(line) for line in table}) > 1:
        msg = f"blocks has rows of {[len(line) for line in table]} blocks; {accepted}"
        raise ValueError(msg)
    return table


def _common(lines: list[list[SparsityPattern | None]], axis: int, line_name: str, what: str) -> list[int]:
    """The length that blocks of each line have in common."""
    lengths = []
    for k, line in enumerate(lines):
        found = {one.shape[axis] for one in line if one is not None}
        if not found:
            msg = (
                f"{line_name} {k} of blocks is all None: how many {what} it has is not known; "
                "a block without entries is SparsityPattern.from_coordinates([], [], (rows, columns))"
            )
            raise ValueError(msg)
        if len(found) > 1:
            each = [None if one is None else one.shape[axis] for one in line]
            msg = f"{line_name} {k} of blocks has blocks of {each} {what}; they must have as many"
            raise ValueError(msg)
        lengths.append(found.pop())
    return lengths
