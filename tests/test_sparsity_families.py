"""Patterns of known form, each against loops that anyone believes."""

from __future__ import annotations

import itertools
import math
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from numpy.testing import assert_array_equal

from patterns import check, masks
from secant.sparsity import SparsityPattern

modest = settings(deadline=None, max_examples=60, derandomize=True)
sizes = st.integers(0, 7)

NOT_NEGATIVE = "accepted are integers that are not negative"
LARGE = r"a pattern of shape .* is too large; accepted are less than 2\*\*63 of each"


def where(shape: Any, there: Any) -> Any:
    """An array of booleans, entry by entry."""
    mask = np.zeros(shape, bool)
    for i in range(shape[0]):
        for j in range(shape[1]):
            mask[i, j] = there(i, j)
    return mask


# ----------------------------------------------------------------------------------------------------------------------
# coordinates


@modest
@given(mask=masks, data=st.data(), dtype=st.sampled_from(["i1", "u1", "i4", "u8", "i8"]))
def test_coordinates_in_any_order(mask: Any, data: Any, dtype: str) -> None:
    pairs = data.draw(st.permutations(np.argwhere(mask).tolist()))
    rows, columns = np.array(pairs, dtype).reshape(-1, 2).T
    check(SparsityPattern.from_coordinates(rows, columns, mask.shape), mask)
    check(SparsityPattern.from_coordinates(rows.tolist(), columns.tolist(), list(mask.shape)), mask)


@pytest.mark.parametrize(
    ("rows", "columns", "shape", "error", "message"),
    [
        ([0, -1], [0, 1], (3, 4), ValueError, r"rows\[1\] is -1; accepted for shape \(3, 4\) are 0 to 2"),
        ([0, 1], [4, 1], (3, 4), ValueError, r"columns\[0\] is 4; accepted for shape \(3, 4\) are 0 to 3"),
        (np.array([2**64 - 1], np.uint64), [0], (3, 4), ValueError, r"rows\[0\] is 18446744073709551615"),
        ([0], [0], (0, 4), ValueError, r"rows\[0\] is 0; shape \(0, 4\) has room for none"),
        ([0, 1], [0], (3, 4), ValueError, "rows has 2 entries, columns has 1; they must be as many"),
        ([[0, 1]], [[0, 1]], (3, 4), ValueError, r"rows has shape \(1, 2\); accepted are arrays of one dimension"),
        (0, 0, (3, 4), ValueError, r"rows has shape \(\); accepted are arrays of one dimension"),
        ([0.0], [0], (3, 4), TypeError, "rows has dtype float64; accepted are integers"),
        ([0], [True], (3, 4), TypeError, "columns has dtype bool; accepted are integers"),
        ([0], ["0"], (3, 4), TypeError, "columns has dtype <U1; accepted are integers"),
        ([0], [0], (3,), ValueError, r"shape is \(3,\); accepted are pairs \(rows, columns\) of integers"),
        ([0], [0], (3, 4, 5), ValueError, r"shape is \(3, 4, 5\); accepted are pairs"),
        ([0], [0], (3, -4), ValueError, r"shape is \(3, -4\); accepted are pairs"),
        ([0], [0], (3, 2**63), ValueError, r"shape is \(3, 9223372036854775808\); accepted are pairs"),
        ([0], [0], 3, TypeError, "shape is 3; accepted are pairs"),
        ([0], [0], (3.0, 4), TypeError, r"shape is \(3.0, 4\); accepted are pairs"),
        ([0], [0], "ab", TypeError, "shape is 'ab'; accepted are pairs"),
    ],
)
def test_coordinates_that_do_not_fit(rows: Any, columns: Any, shape: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SparsityPattern.from_coordinates(rows, columns, shape)


def test_coordinates_are_given_once() -> None:
    rows, columns = [2, 0, 1, 0, 2, 2], [1, 3, 1, 3, 0, 1]
    message = r"rows and columns give the entry \((0, 3|2, 1)\) 2 times; give each once, as rows, columns = np.unique"
    with pytest.raises(ValueError, match=message):
        SparsityPattern.from_coordinates(rows, columns, (3, 4))
    with pytest.raises(ValueError, match=r"give the entry \(0, 0\) 300 times"):
        SparsityPattern.from_coordinates([0] * 300, [0] * 300, (1, 1))
    rows, columns = np.unique([rows, columns], axis=1)
    assert SparsityPattern.from_coordinates(rows, columns, (3, 4)).nnz == 4


# ----------------------------------------------------------------------------------------------------------------------
# bands and arrows


@modest
@given(m=sizes, n=sizes)
def test_diagonal_and_dense(m: int, n: int) -> None:
    check(SparsityPattern.diagonal(n), np.eye(n))
    check(SparsityPattern.dense(m, n), np.ones((m, n)))


@modest
@given(m=sizes, n=sizes, lower=st.integers(0, 9), upper=st.integers(0, 9) | st.none() | st.just(2**63 - 1))
def test_banded(m: int, n: int, lower: int, upper: int | None) -> None:
    above = lower if upper is None else upper
    expected = where((m, n), lambda i, j: -lower <= j - i <= above)
    check(SparsityPattern.banded((m, n), lower, upper), expected)
    if m == n:
        check(SparsityPattern.banded(n, lower, upper), expected)


def test_wide_bands() -> None:
    pattern = SparsityPattern.banded((3, 2**63 - 1), 1, 2)
    assert_array_equal(pattern.indices, [0, 1, 2, 0, 1, 2, 3, 1, 2, 3, 4])
    assert SparsityPattern.banded((2**20, 3), 0).nnz == 3


@modest
@given(n=sizes, width=sizes, at=st.sampled_from(["end", "start"]))
def test_arrowhead(n: int, width: int, at: Any) -> None:
    width = min(width, n)

    def dense(k: int) -> bool:
        return k >= n - width if at == "end" else k < width

    check(SparsityPattern.arrowhead(n, width, at=at), where((n, n), lambda i, j: i == j or dense(i) or dense(j)))


def test_arrowheads_point_to_the_end() -> None:
    assert SparsityPattern.arrowhead(5) == SparsityPattern.arrowhead(5, 1, at="end")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SparsityPattern.diagonal(-1), ValueError, f"n is -1; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.diagonal(3.0), TypeError, f"n is a float; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.diagonal((3, 3)), TypeError, f"n is a tuple; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.dense(3, -2), ValueError, f"n is -2; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.dense("3", 2), TypeError, f"m is a str; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.dense(10, 2**62), ValueError, LARGE),
        (lambda: SparsityPattern.dense(0, 2**63), ValueError, rf"n is 9223372036854775808; {NOT_NEGATIVE}, and less"),
        (lambda: SparsityPattern.banded(4, -1), ValueError, f"lower is -1; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.banded(4, 1, -2), ValueError, f"upper is -2; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.banded(4, 0.5), TypeError, f"lower is a float; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.banded(4.0, 1), TypeError, r"shape is \(4.0, 4.0\); accepted are pairs"),
        (lambda: SparsityPattern.banded((4, 5, 6), 1), ValueError, r"shape is \(4, 5, 6\); accepted are pairs"),
        (lambda: SparsityPattern.arrowhead(4, 5), ValueError, "width is 5; accepted for n = 4 are 0 to 4"),
        (lambda: SparsityPattern.arrowhead(4, -1), ValueError, f"width is -1; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.arrowhead(-4), ValueError, f"n is -4; {NOT_NEGATIVE}"),
        (lambda: SparsityPattern.arrowhead(4, at="top"), ValueError, "at is 'top'; accepted are 'end' and 'start'"),
        (lambda: SparsityPattern.arrowhead(4, at=None), ValueError, "at is None; accepted are 'end' and 'start'"),
    ],
)
def test_sizes_that_make_no_sense(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


# ----------------------------------------------------------------------------------------------------------------------
# blocks


def placed(blocks: list[Any], corners: list[tuple[int, int]], shape: tuple[int, int]) -> Any:
    mask = np.zeros(shape, bool)
    for block, (top, left) in zip(blocks, corners, strict=True):
        mask[top : top + block.shape[0], left : left + block.shape[1]] = block
    return mask


@modest
@given(blocks=st.lists(st.integers(0, 4) | masks, max_size=5))
def test_block_diagonal(blocks: list[Any]) -> None:
    dense = [np.ones((one, one), bool) if isinstance(one, int) else one for one in blocks]
    ends = np.cumsum([(0, 0), *(one.shape for one in dense)], axis=0)
    check(SparsityPattern.block_diagonal(blocks), placed(dense, [tuple(end) for end in ends[:-1]], tuple(ends[-1])))


def test_sizes_of_blocks() -> None:
    expected = SparsityPattern(sp.block_diag([np.ones((k, k)) for k in (2, 3, 1)]))
    for blocks in ([2, 3, 1], (2, 3, 1), np.array([2, 3, 1], np.uint8), iter([2, np.int64(3), np.ones((1, 1))])):
        assert SparsityPattern.block_diagonal(blocks) == expected
    assert SparsityPattern.block_diagonal([3] * 4) == SparsityPattern.kron(np.eye(4), SparsityPattern.dense(3, 3))
    assert SparsityPattern.block_diagonal([]).shape == (0, 0)


@st.composite
def tables(draw: Any) -> list[list[Any]]:
    heights = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    widths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    table: list[list[Any]] = []
    for i, height in enumerate(heights):
        line = []
        for j, width in enumerate(widths):
            bits = draw(st.integers(0, 2 ** (height * width) - 1))
            block = where((height, width), lambda r, c, bits=bits, width=width: bits >> (r * width + c) & 1)
            # The first row and column say how large the others are.
            line.append(None if i and j and draw(st.booleans()) else block)
        table.append(line)
    return table


@modest
@given(table=tables())
def test_block(table: list[list[Any]]) -> None:
    tops = np.cumsum([0, *(line[0].shape[0] for line in table)])
    lefts = np.cumsum([0, *(one.shape[1] for one in table[0])])
    there = [
        (one, (tops[i], lefts[j])) for i, line in enumerate(table) for j, one in enumerate(line) if one is not None
    ]
    expected = placed([one for one, _ in there], [corner for _, corner in there], (tops[-1], lefts[-1]))
    check(SparsityPattern.block(table), expected)
    check(
        SparsityPattern.block([[None if one is None else sp.coo_array(one) for one in line] for line in table]),
        expected,
    )


def test_blocks_from_iterators() -> None:
    rows = iter([iter([np.eye(2), None]), (None, np.eye(3))])
    assert SparsityPattern.block(rows) == SparsityPattern.diagonal(5)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: SparsityPattern.block([]),
            ValueError,
            r"blocks has rows of \[\] blocks; accepted are sequences of rows",
        ),
        (lambda: SparsityPattern.block([[]]), ValueError, r"blocks has rows of \[0\] blocks"),
        (
            lambda: SparsityPattern.block([[np.eye(2)], [np.eye(2), None]]),
            ValueError,
            r"blocks has rows of \[1, 2\] blocks; accepted are sequences of rows of blocks, each row as long",
        ),
        (lambda: SparsityPattern.block(3), TypeError, "blocks is a int; accepted are sequences of rows of blocks"),
        (
            lambda: SparsityPattern.block([None]),
            TypeError,
            r"blocks\[0\] is a NoneType; accepted are sequences of rows",
        ),
        (
            lambda: SparsityPattern.block([[np.eye(2), None], [None, None]]),
            ValueError,
            r"row 1 of blocks is all None: how many rows it has is not known; .*from_coordinates\(\[\], \[\]",
        ),
        (
            lambda: SparsityPattern.block([[np.eye(2), None]]),
            ValueError,
            "column 1 of blocks is all None: how many columns it has is not known",
        ),
        (
            lambda: SparsityPattern.block([[np.eye(2), None, np.eye(3)], [np.eye(2), np.eye(2), None]]),
            ValueError,
            r"row 0 of blocks has blocks of \[2, None, 3\] rows; they must have as many",
        ),
        (
            lambda: SparsityPattern.block([[np.eye(2)], [np.eye(3)]]),
            ValueError,
            r"column 0 of blocks has blocks of \[2, 3\] columns; they must have as many",
        ),
        (lambda: SparsityPattern.block([[np.eye(2), 0]]), TypeError, r"blocks\[0\]\[1\] is a single number \(int\)"),
        (lambda: SparsityPattern.block_diagonal(3), TypeError, "blocks is a int; accepted are sequences of sizes"),
        (lambda: SparsityPattern.block_diagonal([3, -1]), ValueError, r"blocks\[1\] is -1; accepted are integers"),
        (lambda: SparsityPattern.block_diagonal([np.eye(2), -1]), ValueError, r"blocks\[1\] is -1; accepted"),
        (lambda: SparsityPattern.block_diagonal([[1, 0], [0, 1]]), ValueError, r"blocks\[0\] has shape \(2,\)"),
        (lambda: SparsityPattern.block_diagonal([2, None]), TypeError, r"blocks\[1\] has dtype object"),
        (lambda: SparsityPattern.kron(None, np.eye(2)), TypeError, "a has dtype object"),
        (lambda: SparsityPattern.kron(np.eye(2), [1]), ValueError, r"b has shape \(1,\)"),
        (
            lambda: SparsityPattern.kron(*[SparsityPattern.from_coordinates([], [], (1, 2**32))] * 2),
            ValueError,
            LARGE,
        ),
    ],
)
def test_blocks_that_do_not_fit(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@modest
@given(a=masks, b=masks)
def test_kron(a: Any, b: Any) -> None:
    shape = (a.shape[0] * b.shape[0], a.shape[1] * b.shape[1])
    check(
        SparsityPattern.kron(a, sp.csr_array(b)),
        where(shape, lambda i, j: a[i // len(b), j // b.shape[1]] and b[i % len(b), j % b.shape[1]]),
    )


def test_products_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    a, b = rng.random((9, 8)) < 0.4, rng.random((7, 11)) < 0.4
    for chunk in (1, 3, 20, 50, 400):
        monkeypatch.setattr("secant.sparsity.assembly._CHUNK", chunk)
        check(SparsityPattern.kron(a, b), np.kron(a, b))


def test_blocks_and_products_of_64_bits() -> None:
    wide = SparsityPattern.from_coordinates([0, 1], [2**31, 7], (2, 2**31 + 1))
    beside = SparsityPattern.block([[wide, SparsityPattern.diagonal(2)]])
    assert_array_equal(beside.indices, [2**31, 2**31 + 1, 7, 2**31 + 2])
    joined = SparsityPattern.block_diagonal([1, wide])
    assert_array_equal(joined.indices, [0, 2**31 + 1, 8])
    assert_array_equal(SparsityPattern.kron([[1, 1]], wide).indices, [2**31, 2**32 + 1, 7, 2**31 + 8])
    none = SparsityPattern.kron(wide, np.zeros((2, 0)))
    assert (none.shape, none.nnz, none.indices.dtype) == ((4, 0), 0, np.int32)


# ----------------------------------------------------------------------------------------------------------------------
# grids


def neighbours(shape: Any, offsets: Any, periodic: Any) -> Any:
    """Point by point and offset by offset."""
    mask = np.zeros((math.prod(shape),) * 2, bool)
    for point in itertools.product(*map(range, shape)):
        for offset in offsets:
            other = [a + b for a, b in zip(point, offset, strict=True)]
            other = [a % n if wraps else a for a, n, wraps in zip(other, shape, periodic, strict=True)]
            if all(0 <= a < n for a, n in zip(other, shape, strict=True)):
                mask[np.ravel_multi_index(point, shape), np.ravel_multi_index(other, shape)] = True
    return mask


shapes = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)


@modest
@given(shape=shapes, radius=st.integers(0, 6) | st.none(), name=st.sampled_from(["star", "box"]), data=st.data())
def test_stars_and_boxes(shape: Any, radius: int | None, name: Any, data: Any) -> None:
    periodic = data.draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
    reach = 1 if radius is None else radius
    box = list(itertools.product(range(-reach, reach + 1), repeat=len(shape)))
    offsets = box if name == "box" else [offset for offset in box if np.count_nonzero(offset) <= 1]
    found = SparsityPattern.stencil(shape, name, radius=radius, periodic=periodic)
    check(found, neighbours(shape, offsets, periodic))
    assert found.is_symmetric


@modest
@given(shape=shapes, data=st.data())
def test_offsets(shape: Any, data: Any) -> None:
    periodic = data.draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
    steps = st.tuples(*[st.integers(-7, 7)] * len(shape))
    offsets = data.draw(st.lists(steps, max_size=9, unique=True))
    check(SparsityPattern.stencil(shape, offsets, periodic=periodic), neighbours(shape, offsets, periodic))


@pytest.mark.parametrize(
    ("shape", "name", "count"),
    [
        ((9,), "star", 3),
        ((9, 9), "star", 5),
        ((9,) * 3, "star", 7),
        ((9,), "box", 3),
        ((9, 9), "box", 9),
        ((9,) * 3, "box", 27),
    ],
)
def test_usual_stencils(shape: Any, name: Any, count: int) -> None:
    middle = math.prod(shape) // 2
    assert SparsityPattern.stencil(shape, name).row_counts[middle] == count
    assert np.all(SparsityPattern.stencil(shape, name, periodic=True).row_counts == count)


def test_short_axes_wrap_around_once() -> None:
    for length, count in ((1, 1), (2, 2), (3, 3), (4, 3)):
        assert np.all(SparsityPattern.stencil(length, periodic=True).row_counts == count)
        assert np.all(SparsityPattern.stencil((length, 5), "box", periodic=True).row_counts == 3 * count)


def test_ways_to_say_the_same() -> None:
    expected = SparsityPattern.banded(9, 1)
    for pattern in (
        SparsityPattern.stencil(9),
        SparsityPattern.stencil([np.int8(9)]),
        SparsityPattern.stencil((9,), "box"),
        SparsityPattern.stencil(9, [-1, 0, 1]),
        SparsityPattern.stencil((9,), [(1,), (-1,), (0,)]),
        SparsityPattern.stencil(9, np.array([[0], [1], [-1]]), periodic=[False]),
        SparsityPattern.stencil(9, "star", radius=1, periodic=np.False_, components=np.int64(1)),
    ):
        assert pattern == expected
    assert SparsityPattern.stencil((3, 4), radius=10**12) == SparsityPattern.stencil((3, 4), radius=3)
    assert SparsityPattern.stencil((2, 3), "box", radius=10**12) == SparsityPattern.dense(6, 6)
    assert SparsityPattern.stencil((0, 4), periodic=True).shape == (0, 0)
    assert SparsityPattern.stencil(5, []).nnz == 0


@modest
@given(shape=shapes, count=st.integers(1, 3), data=st.data())
def test_components(shape: Any, count: int, data: Any) -> None:
    coupling = where((count, count), lambda i, j: data.draw(st.booleans()))
    grid = SparsityPattern.stencil(shape)
    for given_, dense in (
        (count, np.ones((count, count), bool)),
        (coupling, coupling),
        (sp.csr_array(coupling), coupling),
    ):
        fields = np.zeros((count, grid.shape[0], count, grid.shape[0]), bool)
        for i, j in zip(*grid.coordinates(), strict=True):
            fields[:, i, :, j] = dense
        size = count * grid.shape[0]
        check(SparsityPattern.stencil(shape, components=given_), fields.reshape(size, size))
        interleaved = fields.transpose(1, 0, 3, 2).reshape(size, size)
        check(SparsityPattern.stencil(shape, components=given_, ordering="interleaved"), interleaved)


def test_reaction_and_diffusion() -> None:
    shape = (4, 5)
    L, I = SparsityPattern.stencil(shape), SparsityPattern.diagonal(20)
    expected = SparsityPattern.block([[L, I], [I, L]])
    check(expected, np.block([[L.to_dense(), I.to_dense()], [I.to_dense(), L.to_dense()]]))
    for ordering in ("fields", "interleaved"):
        options: dict[str, Any] = {"ordering": ordering}
        diffusion = SparsityPattern.stencil(shape, components=np.eye(2), **options)
        reaction = SparsityPattern.stencil(shape, [(0, 0)], components=2, **options)
        found = (diffusion | reaction).to_dense()
        if ordering == "interleaved":
            found = found.reshape(20, 2, 20, 2).transpose(1, 0, 3, 2).reshape(40, 40)
        assert SparsityPattern(found) == expected


@pytest.mark.parametrize(
    ("shape", "options", "error", "message"),
    [
        (-1, {}, ValueError, "shape is -1; accepted are integers that are not negative, one for each axis"),
        ((), {}, ValueError, r"shape is \(\); accepted are integers"),
        ((3, -1), {}, ValueError, r"shape is \(3, -1\); accepted are integers that are not negative"),
        ((3.0, 2), {}, TypeError, r"shape is \(3.0, 2\); accepted are integers"),
        (None, {}, TypeError, "shape is None; accepted are integers"),
        (
            (3, 4),
            {"points": "cross"},
            ValueError,
            "points is 'cross'; accepted are 'star', 'box' and sequences of offsets",
        ),
        ((3, 4), {"points": 5}, TypeError, "points is a int; accepted are 'star', 'box'"),
        ((3, 4), {"points": None}, TypeError, "points is a NoneType; accepted are 'star', 'box'"),
        (
            (3, 4),
            {"points": [(0, 0), (1,)]},
            ValueError,
            r"points\[1\] is \(1,\); accepted are 'star', 'box' and sequences of offsets, each a tuple of 2 integers",
        ),
        ((3, 4), {"points": [-1, 0, 1]}, ValueError, r"points\[0\] is -1; accepted .* each a tuple of 2 integers"),
        (3, {"points": [(0, 0)]}, ValueError, r"points\[0\] is \(0, 0\); accepted .* each an integer"),
        (3, {"points": [0.5]}, TypeError, r"points\[0\] is 0.5; accepted"),
        ((3, 4), {"points": [(0, 1), (0, "1")]}, TypeError, r"points\[1\] is \(0, '1'\); accepted"),
        ((3, 4), {"points": [(0, 1), (0, 1)]}, ValueError, r"points has the offset \(0, 1\) twice; give each once"),
        (3, {"radius": -1}, ValueError, f"radius is -1; {NOT_NEGATIVE}"),
        (3, {"radius": 1.0}, TypeError, f"radius is a float; {NOT_NEGATIVE}"),
        (
            3,
            {"points": [0], "radius": 1},
            ValueError,
            "radius is 1, and points are offsets: it is the radius of 'star'",
        ),
        (3, {"periodic": "yes"}, TypeError, "periodic is 'yes'; accepted are a bool, or 1 of them"),
        (3, {"periodic": 1}, TypeError, "periodic is 1; accepted are a bool"),
        ((3, 4), {"periodic": [True, 0]}, TypeError, r"periodic is \[True, 0\]; accepted are a bool, or 2 of them"),
        ((3, 4), {"periodic": [True]}, ValueError, "periodic has length 1; accepted are a bool, or 2 of them, one for"),
        (3, {"components": 0}, ValueError, r"components has shape \(0, 0\); accepted are positive integers and square"),
        (3, {"components": -1}, ValueError, f"components is -1; {NOT_NEGATIVE}"),
        (3, {"components": np.ones((2, 3))}, ValueError, r"components has shape \(2, 3\); accepted are positive"),
        (3, {"components": 2.0}, TypeError, r"components is a single number \(float\); accepted are scipy.sparse"),
        (3, {"ordering": "points"}, ValueError, "ordering is 'points'; accepted are 'fields' and 'interleaved'"),
    ],
)
def test_grids_that_make_no_sense(shape: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SparsityPattern.stencil(shape, **options)
