"""Pictures of patterns: which entries are drawn where, and in which colour."""

from __future__ import annotations

import sys
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.sparse as sp
from matplotlib.colors import to_rgb
from numpy.testing import assert_allclose, assert_array_equal

import secant.plotting
from secant.plotting.patterns import _CYCLE, _NO_COLOUR
from secant.sparsity import SparsityPattern


@pytest.fixture(autouse=True)
def _no_figures_left() -> Any:
    yield
    plt.close("all")


def drawn(ax: Any) -> Any:
    """The colour at the middle of each entry of a matrix, (rows, columns, 3), white where there is none."""
    ax.figure.canvas.draw()
    (image,) = ax.images
    left, right, bottom, top = image.get_extent()
    colours = image.to_rgba(image.get_array())
    colours = colours[..., :3] * colours[..., 3:] + 1 - colours[..., 3:]
    high, wide = (int(abs(limits[1] - limits[0])) for limits in (ax.get_ylim(), ax.get_xlim()))
    rows = ((np.arange(high) - top) / (bottom - top) * colours.shape[0]).astype(int)
    columns = ((np.arange(wide) - left) / (right - left) * colours.shape[1]).astype(int)
    return colours[np.ix_(rows, columns)]


def seen(ax: Any) -> Any:
    return (drawn(ax) < 1).any(axis=-1)


def key(ax: Any) -> list[str]:
    """Labels of the bar beside a picture."""
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    return [text.get_text() for text in bar.get_yticklabels()]


PATTERNS = [
    SparsityPattern.arrowhead(6),
    SparsityPattern.banded((5, 14), 1, 3),
    SparsityPattern.banded((14, 5), 3, 1),
    SparsityPattern.diagonal(1),
    SparsityPattern(np.zeros((3, 2))),
    SparsityPattern.banded((2, 60), 1, 20),
    SparsityPattern.stencil((9, 11), "box", periodic=True),
]


@pytest.mark.parametrize("pattern", PATTERNS, ids=repr)
def test_entries_are_drawn_where_they_are(pattern: SparsityPattern) -> None:
    ax = secant.plotting.pattern(pattern)
    assert_array_equal(seen(ax), pattern.to_dense())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("column", "row")
    assert ax.get_ylim() == (pattern.shape[0] - 0.5, -0.5)
    assert ax.get_xlim() == (-0.5, pattern.shape[1] - 0.5)
    assert len(ax.figure.axes) == 1
    assert all(float(tick) == int(tick) for tick in [*ax.get_xticks(), *ax.get_yticks()])


@pytest.mark.parametrize("partition", ["column", "row"])
@pytest.mark.parametrize("pattern", PATTERNS, ids=repr)
def test_entries_have_the_colour_of_their_column_or_row(pattern: SparsityPattern, partition: Any) -> None:
    m, n = pattern.shape
    colors = np.arange(n if partition == "column" else m) * 7 % 31 % 21 - 1
    palette = np.array([to_rgb(colour) for colour in [*_CYCLE, _NO_COLOUR]])
    expected = np.ones((m, n, 3))
    for i, j in zip(*pattern.coordinates(), strict=True):
        expected[i, j] = palette[colors[j if partition == "column" else i]]
    ax = secant.plotting.pattern(pattern, colors, partition=partition)
    assert_allclose(drawn(ax), expected, atol=1e-12)


def test_twenty_colours_are_told_apart() -> None:
    assert len(set(_CYCLE)) == 20
    palette = np.array([to_rgb(colour) for colour in [*_CYCLE, _NO_COLOUR, "white"]])
    distances = np.linalg.norm(palette[:, np.newaxis] - palette, axis=2) + 9 * np.eye(len(palette))
    assert distances.min() > 0.2


def test_the_key_names_all_colours() -> None:
    pattern = SparsityPattern.banded(30, 1)
    assert key(secant.plotting.pattern(pattern, np.arange(30) % 3)) == ["0", "1", "2"]
    assert key(secant.plotting.pattern(pattern, np.arange(30) % 3 * 2 - 1)) == ["none", "1", "3"]
    assert key(secant.plotting.pattern(pattern, np.full(30, -5))) == ["none"]
    assert key(secant.plotting.pattern(pattern, np.arange(30) % 20)) == [str(k) for k in range(20)]
    assert len(secant.plotting.pattern(pattern, np.arange(30)).figure.axes) == 1  # colours repeat: no names


@pytest.mark.parametrize("shape", [(900, 900), (1500, 400), (400, 1500), (30, 5000), (5000, 30)])
def test_cells_of_large_patterns(shape: tuple[int, int]) -> None:
    mask = np.random.default_rng(2).random(shape) < 3e-4
    mask[0, 0] = mask[-1, -1] = True
    ax = secant.plotting.pattern(mask)
    (image,) = ax.images
    rows, columns = image.get_array().shape
    _, right, bottom, _ = image.get_extent()
    high, wide = round((bottom + 0.5) / rows), round((right + 0.5) / columns)
    assert max(high, wide) > 1
    if max(shape) < 5 * min(shape):
        assert high == wide
    expected = np.zeros((rows, columns))
    for i, j in np.argwhere(mask):
        expected[i // high, j // wide] += 1
    assert_array_equal(image.get_array().filled(0), expected)
    assert seen(ax)[mask].all()
    if expected.max() > 1:
        (bar,) = ax.figure.axes[1:]
        assert bar.get_ylabel() == f"entries in {high} × {wide}"
    # No cell is smaller than a pixel.
    ax.figure.canvas.draw()
    box = ax.get_window_extent()
    assert box.height >= 0.9 * rows
    assert box.width >= 0.9 * columns


def test_denser_cells_are_darker() -> None:
    pattern = SparsityPattern.block_diagonal([1000, SparsityPattern.diagonal(1000)])
    colours = drawn(secant.plotting.pattern(pattern))
    assert colours[500, 500].sum() < colours[1500, 1500].sum() < 2.5


def test_colours_are_mixed_in_cells() -> None:
    pattern, index = SparsityPattern.dense(2000, 1500), np.arange(2000)
    first, second = (np.array(to_rgb(colour)) for colour in _CYCLE[:2])
    columns = drawn(secant.plotting.pattern(pattern, index[:1500] // 750))
    assert_allclose(columns[1000, 370], first)
    assert_allclose(columns[1000, 1130], second)
    rows = drawn(secant.plotting.pattern(pattern, index // 1000, partition="row"))
    assert_allclose(rows[490, 10], first)
    assert_allclose(rows[1510, 10], second)
    mixed = drawn(secant.plotting.pattern(pattern, index[:1500] % 2))
    assert_allclose(mixed[1000, 1000], (first + second) / 2, atol=0.1)


def test_a_very_large_pattern() -> None:
    pattern = SparsityPattern.banded(2_000_000, 1)
    ax = secant.plotting.pattern(pattern, np.arange(2_000_000) % 3)
    assert max(ax.images[0].get_array().shape) < 1000
    ax.figure.canvas.draw()
    wide = secant.plotting.pattern(SparsityPattern.from_coordinates([0, 1], [2**40, 5], (2, 2**41)))
    assert wide.images[0].get_array().count() == 2


def test_whatever_has_a_pattern_is_drawn() -> None:
    for source in (np.eye(4), np.eye(4).tolist(), sp.eye_array(4)):
        assert_array_equal(seen(secant.plotting.pattern(source)), np.eye(4, dtype=bool))


def test_a_pattern_is_drawn_where_it_is_told_to() -> None:
    _, (left, right) = plt.subplots(1, 2, layout="constrained")
    assert secant.plotting.pattern(SparsityPattern.stencil((12, 12)), ax=right) is right
    assert not left.images
    assert len(plt.get_fignums()) == 1
    secant.plotting.pattern(SparsityPattern.banded(40, 1), np.arange(40) % 3, ax=left)
    right.figure.canvas.draw()


@pytest.mark.parametrize(
    ("pattern", "options", "error", "message"),
    [
        (None, {}, TypeError, "^pattern has dtype object"),
        (np.ones(3), {}, ValueError, r"^pattern has shape \(3,\); accepted are"),
        (np.ones((0, 3)), {}, ValueError, r"pattern has shape \(0, 3\): there is nothing to draw"),
        (np.ones((3, 0)), {}, ValueError, r"pattern has shape \(3, 0\): there is nothing to draw"),
        (
            np.ones((2, 3)),
            {"colors": [0, 1]},
            ValueError,
            r"colors has shape \(2,\); accepted is \(3,\), one for each column",
        ),
        (
            np.ones((2, 3)),
            {"colors": [0, 1, 2], "partition": "row"},
            ValueError,
            r"colors has shape \(3,\); accepted is \(2,\), one for each row",
        ),
        (np.ones((2, 2)), {"colors": ["r", "g"]}, TypeError, "colors has dtype <U1; accepted are integers"),
        (np.ones((2, 2)), {"colors": [0.0, 1.0]}, TypeError, "colors has dtype float64; accepted are integers"),
        (
            np.ones((2, 2)),
            {"colors": [0, 1], "partition": "rows"},
            ValueError,
            "partition is 'rows'; accepted are 'column' and 'row'",
        ),
    ],
)
def test_what_cannot_be_drawn(pattern: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        secant.plotting.pattern(pattern, **options)
    assert not plt.get_fignums()


def test_colourings_are_drawn_with_their_colours_and_what_was_detected_as_a_pattern() -> None:
    def image(*args: Any, **options: Any) -> Any:
        ax = secant.plotting.pattern(*args, **options)
        ax.figure.canvas.draw()
        return np.asarray(ax.figure.canvas.buffer_rgba())

    band = secant.SparsityPattern.banded(12, 1)
    for partition in ("column", "row"):
        coloring = secant.color(band, partition=partition)
        colors = coloring.column_colors if partition == "column" else coloring.row_colors
        assert np.array_equal(image(coloring), image(band, colors, partition=partition))
    both = secant.color(secant.SparsityPattern.arrowhead(12), partition="bidirectional")
    assert np.array_equal(image(both), image(both.pattern, both.column_colors))
    found = secant.detect_jacobian_pattern(lambda x: x[1:] * x[:-1], np.ones(9))
    assert np.array_equal(image(found), image(found.pattern))
    plt.close("all")


def test_without_matplotlib_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r'matplotlib, which is not installed: pip install "secant\[plot\]"'):
        secant.plotting.pattern(np.eye(3))
