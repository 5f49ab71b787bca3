"""Cells of a matrix: the names of its rows and columns, and numbers where there is room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.plotting.scales import written
from secant.plotting.style import ground, lightness

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

_NAMES = 30
"""As many rows and columns have their names beside them; of more, every second, third …"""

_GAPS = 40
"""Up to as many rows and columns, there are gaps between cells."""

_SIZES = (9, 8, 7, 6)
"""Sizes of letters, in points, that are tried for numbers."""


def label_cells(ax: Axes, rows: Sequence[Any], columns: Sequence[Any], what: tuple[str, str]) -> None:
    """Names of rows and columns, ranges for numbers, and what rows and columns are."""
    ax.grid(False)
    ax.tick_params(length=0)
    ax.set_ylabel(what[0])
    ax.set_xlabel(what[1])
    for names, axis in ((rows, ax.yaxis), (columns, ax.xaxis)):
        ticks = list(range(0, len(names), _round_step(len(names)) if isinstance(names, range) else _step(len(names))))
        axis.set_ticks(ticks, [str(names[k]) for k in ticks])
    width = ax.get_window_extent().width / ax.figure.dpi * 72 / 6  # letters of 10 points, about
    letters = [len(text.get_text()) + 2 for text in ax.get_xticklabels()]
    if letters and max(letters) * len(letters) > width:
        for text in ax.get_xticklabels():
            text.set(rotation=40, ha="right", rotation_mode="anchor")


def _step(count: int) -> int:
    """Every how many-th name is there room for."""
    return -(-count // _NAMES)


def _round_step(count: int) -> int:
    """1, 2 or 5 times a power of ten: of numbers, about ten are enough."""
    power: int = 10 ** max(len(str(count // 12)) - 1, 0)
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step * 12 >= count)


def separate_cells(ax: Axes, rows: int, columns: int) -> None:
    """Gaps between few cells."""
    if max(rows, columns) > _GAPS:
        return
    ax.set_xticks(np.arange(0.5, columns - 1), minor=True)
    ax.set_yticks(np.arange(0.5, rows - 1), minor=True)
    ax.grid(which="minor", color=ground(ax), linewidth=1.2)
    ax.tick_params(which="minor", length=0)


def write_cells(ax: Axes, shades: npt.NDArray[Any], numbers: npt.NDArray[Any], forms: Sequence[str]) -> bool:
    """Numbers in the cells, in the first of the forms, and the largest letters, for which there is room, if for any.

    `shades` are the colours of the cells, shape numbers.shape + (4,): numbers are black or white, whichever is read.
    """
    rows, columns = numbers.shape
    box = ax.get_window_extent()
    width, height = (72 / ax.figure.dpi * side for side in (box.width / columns, box.height / rows))  # in points
    if height < 1.5 * _SIZES[-1] or width < 2 * _SIZES[-1]:
        return False
    for form in forms:
        texts = [written(number, form) for number in numbers.ravel()]
        # A digit is about 0.6 of its size wide.
        room = (width - 4) / (0.6 * max(map(len, texts)))
        sizes = [size for size in _SIZES if size <= room and 1.5 * size <= height]
        if sizes:
            break
    else:
        return False
    dark = lightness(shades[..., 0], shades[..., 1], shades[..., 2]) < 0.5
    for (row, column), white in np.ndenumerate(dark):
        ax.text(
            column,
            row,
            texts[row * columns + column],
            ha="center",
            va="center",
            fontsize=sizes[0],
            color="white" if white else "black",
        )
    return True
