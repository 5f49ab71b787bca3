"""Patterns as they are printed: a line of words, and dots in a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_array_equal

from patterns import masks
from secant.sparsity import SparsityPattern
from secant.sparsity.cells import count_cells

modest = settings(deadline=None, max_examples=60, derandomize=True)


def words(pattern: SparsityPattern) -> str:
    return str(pattern).split("\n")[0]


def dots(pattern: SparsityPattern) -> Any:
    """What the characters in the frame show, dot by dot."""
    lines = str(pattern).split("\n")[1:]
    inside = [line[1:-1] for line in lines[1:-1]]
    width = len(lines[0]) - 2
    assert lines[0] == "┌" + "─" * width + "┐"
    assert lines[-1] == "└" + "─" * width + "┘"
    assert all((line[0], line[-1], len(line)) == ("│", "│", width + 2) for line in lines[1:-1])
    seen = np.zeros((4 * len(inside), 2 * width), bool)
    for i, line in enumerate(inside):
        for j, character in enumerate(line):
            # Dots are numbered 1 to 3 downwards, 4 to 6 downwards beside them, and 7 and 8 below.
            for bit, (row, column) in enumerate([(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 0), (3, 1)]):
                seen[4 * i + row, 2 * j + column] = (ord(character) - 0x2800) >> bit & 1
    return seen


def cells(mask: Any, shape: tuple[int, int]) -> Any:
    """How many entries lie in each cell, entry by entry."""
    counts = np.zeros(shape, int)
    for i, j in np.argwhere(mask):
        counts[i * shape[0] // mask.shape[0], j * shape[1] // mask.shape[1]] += 1
    return counts


def test_how_it_looks() -> None:
    assert str(SparsityPattern.banded(9, 1)).split("\n") == [
        "9 × 9, 25 entries (30.9 %), at most 3 in a row, 3 in a column, symmetric",
        "┌─────┐",
        "│⠻⣦⡀⠀⠀│",
        "│⠀⠈⠻⣦⡀│",
        "│⠀⠀⠀⠈⠁│",
        "└─────┘",
    ]
    assert str(SparsityPattern.arrowhead(6, at="start")).split("\n")[1:] == ["┌───┐", "│⡟⢍⠉│", "│⠃⠀⠑│", "└───┘"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (
            SparsityPattern.banded(1000, 2),
            "1000 × 1000, 4994 entries (0.499 %), at most 5 in a row, 5 in a column, symmetric",
        ),
        (SparsityPattern.dense(2, 3), "2 × 3, 6 entries (100 %), at most 3 in a row, 2 in a column"),
        (SparsityPattern.diagonal(1), "1 × 1, 1 entry (100 %), at most 1 in a row, 1 in a column, symmetric"),
        (SparsityPattern(np.zeros((3, 4))), "3 × 4, no entries"),
        (SparsityPattern(np.zeros((0, 4))), "0 × 4, no entries"),
        (
            SparsityPattern.from_coordinates([0, 1, 1], [9, 9, 10**9], (2, 10**9 + 1)),
            "2 × 1000000001, 3 entries (1.5e-07 %), at most 2 in a row, 2 in a column",
        ),
    ],
    ids=repr,
)
def test_words(pattern: SparsityPattern, expected: str) -> None:
    assert words(pattern) == expected


@modest
@given(mask=masks)
def test_a_dot_for_each_entry_of_a_small_pattern(mask: Any) -> None:
    seen = dots(SparsityPattern(mask))
    m, n = mask.shape
    assert seen.shape == (-(-m // 4) * 4, -(-n // 2) * 2)
    assert_array_equal(seen[:m, :n], mask)
    assert not seen[m:].any()
    assert not seen[:, n:].any()


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((80, 80), (80, 80)),
        ((79, 33), (80, 34)),
        ((81, 81), (80, 80)),
        ((160, 80), (80, 40)),
        ((1000, 330), (80, 26)),
        ((330, 1000), (28, 80)),
        ((2000, 10), (80, 10)),
        ((2000, 17), (80, 16)),
        ((3, 2000), (4, 80)),
        ((200, 0), (80, 0)),
        ((0, 200), (0, 80)),
        ((0, 0), (0, 0)),
        ((5, 0), (8, 0)),
    ],
)
def test_large_patterns_are_divided_into_cells(shape: tuple[int, int], size: tuple[int, int]) -> None:
    mask = np.random.default_rng(3).random(shape) < 0.002
    mask[:1, :1] = mask[-1:, -1:] = True
    seen = dots(SparsityPattern(mask))
    assert seen.shape == size
    if mask.size:
        m, n = min(shape[0], size[0]), min(shape[1], size[1])
        assert_array_equal(seen[:m, :n], cells(mask, (m, n)) > 0)
        assert seen.sum() == (cells(mask, (m, n)) > 0).sum()


def test_what_is_symmetric_looks_it() -> None:
    seen = dots(SparsityPattern.stencil((11, 13)) | SparsityPattern.arrowhead(143))
    assert_array_equal(seen, seen.T)


@modest
@given(mask=masks)
def test_cells(mask: Any) -> None:
    m, n = mask.shape
    pattern = SparsityPattern(mask)
    weights = np.arange(n) + 1.0
    for rows, columns in ((max(m - 2, 1), max(n - 1, 1)), (m, n), (1, 1), (min(m, 3), min(n, 2))):
        if min(m, n) and rows <= m and columns <= n:
            assert_array_equal(count_cells(pattern, (rows, columns), (m, n)), cells(mask, (rows, columns)))
    # Cells of 2 × 3, of which the last ones reach beyond the pattern.
    shape, extent = (m // 2 + 1, n // 3 + 1), (2 * (m // 2 + 1), 3 * (n // 3 + 1))
    expected = np.zeros(shape)
    for i, j in np.argwhere(mask):
        expected[i // 2, j // 3] += weights[j]
    assert_array_equal(count_cells(pattern, shape, extent, weights), expected)


def test_cells_of_very_wide_patterns() -> None:
    n = 2**63 - 1
    pattern = SparsityPattern.from_coordinates([0] * 4, [0, n // 2 - 2**40, n // 2 + 2**40, n - 1], (1, n))
    assert_array_equal(count_cells(pattern, (1, 4), pattern.shape), [[1, 1, 1, 1]])
    assert dots(pattern)[0].sum() == 4
