"""Where a sparsity pattern has entries, and which of them share a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant.coloring import Coloring
from secant.detection import DetectedPattern
from secant.plotting.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, WIDTH, faint, ground, is_dark, new_axes
from secant.sparsity import SparsityPattern, as_pattern
from secant.sparsity.cells import count_cells

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from secant.sparsity.canonical import Shape

_Aspect: TypeAlias = Literal["equal", "auto"]

# Okabe & Ito's with their yellow, which fills areas well. Then, of colours with a chroma of less than 72, each the one
# farthest in CIELAB from those before it, from the ground and from the grey of what has no colour: at least 37 away on
# white, 34 on black.
_CYCLE = (
    *(BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, "#000000", "#F0E442", "#471485", "#5C5200"),
    *("#700A14", "#5C990A", "#FF5266", "#B885FF", "#FFAD85", "#52665C", "#C2E08F", "#522952", "#AD0A85", "#5CEBEB"),
)
_NO_COLOUR = "#CCCCCC"

_DARK_CYCLE = (
    *(BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, "#FFFFFF", "#F0E442", "#5C6600", "#855CD6"),
    *("#C2003D", "#99FF85", "#E0A37A", "#00FFFF", "#A30085", "#F5FFAD", "#0A850A", "#7A471F", "#FF85F5", "#99AD8F"),
)
_DARK_NO_COLOUR = "#555555"

# A cell of the image has at least as many pixels, so that none is lost between them.
_PIXELS = 1.5

# Up to as many rows and columns, there are gaps between entries.
_GAPS = 40

# Rows and columns are drawn to the same scale, unless there are that many times more of one than of the other.
_SLENDER = 5


def pattern(
    pattern: Any,
    colors: npt.ArrayLike | None = None,
    *,
    partition: Literal["column", "row"] = "column",
    ax: Axes | None = None,
) -> Axes:
    """Draw where a pattern has entries, and the colours of their columns or rows.

    Where there are more entries than pixels, each cell of an image stands for a square block of the matrix: it is drawn
    if there is any entry in it, the darker (on a dark ground, the lighter) the more there are.

    Parameters
    ----------
    pattern : SparsityPattern, Coloring or DetectedPattern, or anything that SparsityPattern accepts
        What to draw; rows are numbered downwards. A colouring is drawn with its colours, those of columns if it has
        both.
    colors : array_like of int, optional
        The colour of each column, counted from 0; negative, and drawn in grey, for those without. 20 colours are told
        apart; further ones repeat them. In a cell for many entries, their colours are mixed.
    partition : {"column", "row"}
        Whether `colors` are those of columns or of rows.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Entry (i, j) is the unit square around x = j, y = i.

    Raises
    ------
    ValueError
        If the pattern has no rows or no columns, or `colors` are not as many as its columns (rows).
    TypeError
        If `pattern` is no matrix, or `colors` are not integers.
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import numpy as np, secant.plotting
    >>> ax = secant.plotting.pattern(secant.SparsityPattern.banded(30, 1), np.arange(30) % 3)
    >>> ax.get_ylabel()
    'row'
    """
    if isinstance(pattern, Coloring):
        if colors is None:
            partition = "row" if pattern.partition == "row" else "column"
            colors = pattern.row_colors if partition == "row" else pattern.column_colors
        pattern = pattern.pattern
    elif isinstance(pattern, DetectedPattern):
        pattern = pattern.pattern
    entries = as_pattern(pattern, "pattern")
    if 0 in entries.shape:
        msg = f"pattern has shape {entries.shape}: there is nothing to draw"
        raise ValueError(msg)
    groups = None if colors is None else _checked_colors(colors, entries.shape, partition)
    if ax is None:
        (ax,) = new_axes(_size(entries.shape), 1, 1)
    aspect: _Aspect = "equal" if max(entries.shape) <= _SLENDER * min(entries.shape) else "auto"
    block = _block(entries.shape, ax, aspect)
    if groups is None:
        _draw_counts(ax, entries, block, aspect)
    else:
        _draw_colours(ax, entries, groups, partition, block, aspect)
    _label_axes(ax, entries.shape)
    return ax


def _checked_colors(colors: npt.ArrayLike, shape: Shape, partition: str) -> npt.NDArray[np.int64]:
    if not isinstance(partition, str) or partition not in ("column", "row"):
        msg = f"partition is {partition!r}; accepted are 'column' and 'row'"
        raise ValueError(msg)
    array = np.asarray(colors)
    if array.dtype.kind not in "iu":
        msg = f"colors has dtype {array.dtype}; accepted are integers"
        raise TypeError(msg)
    length = shape[1] if partition == "column" else shape[0]
    if array.shape != (length,):
        msg = f"colors has shape {array.shape}; accepted is ({length},), one for each {partition}"
        raise ValueError(msg)
    return array.astype(np.int64)


def _size(shape: Shape) -> tuple[float, float]:
    """Inches of a figure in which rows and columns have the same scale, as far as it stays a usual one."""
    m, n = shape
    return WIDTH, min(max((WIDTH - 2) * m / n, 2.5), 6.5) + 0.6


def _block(shape: Shape, ax: Axes, aspect: _Aspect) -> Shape:
    """Rows and columns that a cell of the image stands for."""
    box = ax.get_window_extent()
    height = -(-_PIXELS * shape[0] // max(box.height, 1))
    width = -(-_PIXELS * shape[1] // max(box.width, 1))
    if aspect == "equal":
        height = width = max(height, width)
    return max(int(height), 1), max(int(width), 1)


def _cells(shape: Shape, block: Shape) -> tuple[Shape, Shape]:
    """Numbers of cells, and what they extend over: the last ones reach beyond the pattern."""
    m, n = (-(-length // part) for length, part in zip(shape, block, strict=True))
    return (m, n), (m * block[0], n * block[1])


def _show(ax: Axes, image: npt.NDArray[Any], block: Shape, aspect: _Aspect, **options: Any) -> Any:
    rows, columns = image.shape[:2]
    extent = (-0.5, columns * block[1] - 0.5, rows * block[0] - 0.5, -0.5)
    return ax.imshow(image, extent=extent, aspect=aspect, interpolation="nearest", **options)


def _draw_counts(ax: Axes, entries: SparsityPattern, block: Shape, aspect: _Aspect) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, LogNorm

    cells, extent = _cells(entries.shape, block)
    counts = np.ma.masked_equal(count_cells(entries, cells, extent), 0)
    most = counts.max() if entries.nnz else 1
    if most == 1:
        _show(ax, counts, block, aspect, cmap=ListedColormap([BLUE]))
        return
    first, last = (0.8, 0.1) if is_dark(ax) else (0.4, 1.0)
    # From what is seen on the ground to what is farthest from it.
    shades = ListedColormap(colormaps["Blues"](np.linspace(first, last, 256)))
    image = _show(ax, counts, block, aspect, cmap=shades, norm=LogNorm(1, most))
    bar = ax.figure.colorbar(image, ax=ax, label=f"entries in {block[0]} × {block[1]}", pad=0.02, shrink=0.9)
    steps = (1, 2, 5) if most < 100 else (1,)
    ticks = [step * 10**power for power in range(len(str(int(most)))) for step in steps if step * 10**power <= most]
    bar.set_ticks(ticks, labels=[f"{tick:,}" for tick in ticks], minor=False)
    bar.minorticks_off()


def _draw_colours(
    ax: Axes, entries: SparsityPattern, groups: npt.NDArray[np.int64], partition: str, block: Shape, aspect: _Aspect
) -> None:
    from matplotlib.colors import to_rgb

    cycle, none = _palette(ax)
    palette = np.array([to_rgb(colour) for colour in (*cycle, none)])
    colours = palette[np.where(groups < 0, len(cycle), groups % len(cycle))]
    cells, extent = _cells(entries.shape, block)
    if partition == "row":
        entries, cells, extent = entries.T, cells[::-1], extent[::-1]
    counts = count_cells(entries, cells, extent)
    image = np.ones((*cells, 4))
    image[..., 3] = counts > 0
    for channel in range(3):
        total = count_cells(entries, cells, extent, colours[:, channel])
        np.divide(total, counts, out=image[..., channel], where=counts > 0)
    _show(ax, np.swapaxes(image, 0, 1) if partition == "row" else image, block, aspect)
    if groups.size and groups.max() < len(cycle):
        _add_key(ax, np.unique(groups))


def _palette(ax: Axes) -> tuple[tuple[str, ...], str]:
    """Colours to tell apart, and that of what has none."""
    return (_DARK_CYCLE, _DARK_NO_COLOUR) if is_dark(ax) else (_CYCLE, _NO_COLOUR)


def _add_key(ax: Axes, groups: npt.NDArray[np.int64]) -> None:
    """A bar with all colours and their numbers."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize

    cycle, none = _palette(ax)
    named = groups[groups >= 0]
    labels = [str(group) for group in named]
    colours = [cycle[group] for group in named]
    if len(named) < len(groups):
        labels, colours = ["none", *labels], [none, *colours]
    scale = ScalarMappable(Normalize(-0.5, len(colours) - 0.5), ListedColormap(colours))
    # Squares that are large enough for their numbers, from the top.
    count, height = len(colours), ax.get_window_extent().height / ax.figure.dpi
    share = min(0.25 * count / height, 1.0)
    bar = ax.figure.colorbar(scale, ax=ax, pad=0.02, shrink=share, aspect=count, anchor=(0, 1))
    bar.set_ticks(range(len(labels)), labels=labels)
    bar.ax.set_title("color", fontsize="small", loc="left")
    bar.ax.tick_params(length=0)
    bar.ax.invert_yaxis()


def _label_axes(ax: Axes, shape: Shape) -> None:
    from matplotlib.ticker import MaxNLocator

    m, n = shape
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(m - 0.5, -0.5)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    ax.grid(False)
    ax.set_xlabel("column")
    ax.set_ylabel("row")
    ax.spines[:].set(color=faint(ax, 0.4), linewidth=0.8)
    if max(m, n) <= _GAPS:
        ax.set_xticks(np.arange(0.5, n - 1), minor=True)
        ax.set_yticks(np.arange(0.5, m - 1), minor=True)
        ax.grid(which="minor", color=ground(ax), linewidth=1.2)
        ax.tick_params(which="minor", length=0)
