"""The entries of a matrix by colour, with the names of its rows and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from secant.estimate import Estimate
from secant.plotting.cells import label_cells, separate_cells, write_cells
from secant.plotting.scales import linear_below, symlog_ticks
from secant.plotting.style import WIDTH, diverging, faint, new_axes, put_legend_above

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

    Floats = npt.NDArray[np.float64]

_SCALES = ("auto", "linear", "symlog")

# A cell of the image has at least as many pixels, so that none is lost between them.
_PIXELS = 1.5

# From as many rows or columns on, the shape of the matrix tells more than the width of its cells gives room to.
_MANY = 20

# In a figure of the usual size there is no room for numbers in more rows or columns.
_WRITTEN = 60

# Rows and columns are drawn to the same scale, unless there are that many times more of one than of the other.
_SLENDER = 5


def jacobian(
    J: Any,
    *,
    inputs: Sequence[Any] | None = None,
    outputs: Sequence[Any] | None = None,
    scale: Literal["auto", "linear", "symlog"] = "auto",
    label: str = "∂ output / ∂ input",
    ax: Axes | None = None,
) -> Axes:
    """Draw a matrix by colours: one hue for positive entries, another for negative ones, and zero like the ground.

    Parameters
    ----------
    J : array_like, sparse array or Estimate
        A real matrix: row i has the derivatives of output i.
    inputs, outputs : sequence of str, optional
        Names of the columns and of the rows; indices by default.
    scale : {"auto", "linear", "symlog"}
        How colours depend on entries: "symlog" is logarithmic for both signs, down to a millionth of the largest entry.
        "auto" is "symlog" where the largest entry is more than a hundred times the median of those that are not zero.
    label : str
        What the entries are.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Entry (i, j) is the unit square around x = j, y = i. Numbers are written where there is room for them.

    Raises
    ------
    ValueError
        If J is no matrix or has no entries, or names are not as many as its rows and columns.
    TypeError
        If entries of J are not real numbers.
    ImportError
        If matplotlib is not installed.

    Notes
    -----
    Where there are more entries than pixels, each cell of the image stands for a block of the matrix, and shows the
    entry in it that has the largest magnitude. NaN is hatched; infinite entries have the last colour of their sign.

    Examples
    --------
    >>> import numpy as np, secant, secant.plotting
    >>> J = secant.jacobian(lambda x: np.array([x[0] ** 2 + x[1], x[0] * x[1]]), [1.0, 2.0])
    >>> ax = secant.plotting.jacobian(J, inputs=["x₁", "x₂"], outputs=["y₁", "y₂"])
    >>> [text.get_text() for text in ax.texts]
    ['2', '1', '2', '1']
    """
    rows, columns, values, (m, n) = _entries(J)
    names = _names("outputs", outputs, m), _names("inputs", inputs, n)
    if not isinstance(scale, str) or scale not in _SCALES:
        msg = f"scale is {scale!r}; accepted are {', '.join(map(repr, _SCALES))}"
        raise ValueError(msg)
    square = max(m, n) > _MANY and max(m, n) <= _SLENDER * min(m, n)
    figure: Any = None
    if ax is None:
        (ax,) = new_axes(_size(m, n, square), 1, 1)
        figure = ax.figure

    block = _block(m, n, ax, square)
    cells = _largest_in_blocks(rows, columns, values, (m, n), block)
    image = _draw_cells(ax, cells, block, _norm(values, scale), square)
    label_cells(ax, *names, ("output", "input"))
    separate_cells(ax, m, n)
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(m - 0.5, -0.5)
    ax.spines[:].set(color=faint(ax, 0.4), linewidth=0.8)
    _add_bar(ax, image, label)
    missing = np.isnan(cells)
    grey = faint(ax, 0.12)
    sample = _hatch(ax, grey) if missing.any() else None
    few = max(m, n) <= _WRITTEN
    if few and figure is not None:
        figure.draw_without_rendering()  # only then are cells as large as they will be
    shades = image.to_rgba(image.get_array())
    shades[missing, :3] = grey
    legible = few and cells.shape == (m, n) and write_cells(ax, shades, cells, ("{:.3g}", "{:.2g}", "{:.1g}"))
    if sample is not None and not legible:
        put_legend_above(ax, handles=[sample])
    return ax


# ----------------------------------------------------------------------------------------------------------------------
# what is given


def _entries(J: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, tuple[int, int]]:
    """Rows, columns and values of all entries that may differ from zero, and the shape of the matrix."""
    matrix = J.value if isinstance(J, Estimate) else J
    if hasattr(matrix, "tocoo"):
        sparse = matrix.tocoo()
        sparse.sum_duplicates()
        shape, kind = sparse.shape, sparse.dtype
    else:
        sparse, matrix = None, np.asarray(matrix)
        shape, kind = matrix.shape, matrix.dtype
    if kind.kind not in "fiub":
        msg = f"J has dtype {kind}; accepted are real numbers"
        raise TypeError(msg)
    if len(shape) != 2 or 0 in shape:
        hint = ": a gradient g is drawn as g[np.newaxis]" if len(shape) == 1 else ""
        msg = f"J has shape {shape}; accepted are matrices with at least one row and one column{hint}"
        raise ValueError(msg)
    if sparse is not None:
        rows, columns, values = sparse.row, sparse.col, sparse.data
    else:
        rows, columns = np.nonzero(matrix)
        values = matrix[rows, columns]
    return rows.astype(np.int64), columns.astype(np.int64), values.astype(np.float64), (int(shape[0]), int(shape[1]))


def _names(which: str, names: Sequence[Any] | None, count: int) -> Sequence[Any]:
    if names is None:
        return range(count)
    what = "row" if which == "outputs" else "column"
    if isinstance(names, str) or len(names) != count:
        given = f"is {names!r}" if isinstance(names, str) else f"has {len(names)} names"
        msg = f"{which} {given}; accepted are {count}, one for each {what} of J"
        raise ValueError(msg)
    return names


# ----------------------------------------------------------------------------------------------------------------------
# what is drawn


def _size(m: int, n: int, square: bool) -> tuple[float, float]:
    if square:
        return WIDTH, min(max((WIDTH - 2) * m / n, 2.5), 6.5) + 0.6
    return WIDTH, min(max(0.42 * m, 0.9), 5.5) + 1.1


def _block(m: int, n: int, ax: Axes, square: bool) -> tuple[int, int]:
    """Rows and columns that a cell of the image stands for."""
    box = ax.get_window_extent()
    height, width = (
        max(int(-(-_PIXELS * count // max(side, 1))), 1) for count, side in ((m, box.height), (n, box.width))
    )
    return (max(height, width),) * 2 if square else (height, width)


def _largest_in_blocks(
    rows: npt.NDArray[np.int64],
    columns: npt.NDArray[np.int64],
    values: Floats,
    shape: tuple[int, int],
    block: tuple[int, int],
) -> Floats:
    """Of each block, the entry with the largest magnitude; NaN where one is NaN."""
    m, n = (-(-count // part) for count, part in zip(shape, block, strict=True))
    cells = np.zeros(m * n)
    where = rows // block[0] * n + columns // block[1]
    # The last one that is put into a cell stays: NaN are sorted behind all numbers.
    order = np.argsort(np.abs(values), kind="stable")
    cells[where[order]] = values[order]
    return cells.reshape(m, n)


def _norm(values: Floats, scale: str) -> Any:
    from matplotlib.colors import Normalize, SymLogNorm

    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    largest = float(sizes.max(initial=0)) or 1.0
    threshold = linear_below(sizes) if scale != "linear" else None
    if threshold is None or (scale == "auto" and largest <= 100 * np.median(sizes)):
        return Normalize(-largest, largest)
    return SymLogNorm(threshold, vmin=-largest, vmax=largest, base=10)


def _draw_cells(ax: Axes, cells: Floats, block: tuple[int, int], norm: Any, square: bool) -> Any:
    m, n = cells.shape
    return ax.imshow(
        np.ma.masked_invalid(np.where(np.isinf(cells), np.sign(cells) * norm.vmax, cells)),
        cmap=diverging(ax).with_extremes(bad=(0, 0, 0, 0)),
        norm=norm,
        extent=(-0.5, n * block[1] - 0.5, m * block[0] - 0.5, -0.5),
        aspect="equal" if square else "auto",
        interpolation="nearest",
    )


def _hatch(ax: Axes, grey: Any) -> Any:
    """What shows through cells without a number, and its sample for a legend."""
    from matplotlib.patches import Patch

    look: dict[str, Any] = {"facecolor": grey, "edgecolor": faint(ax, 0.3), "hatch": "////", "linewidth": 0}
    ax.patch.set(**look)
    return Patch(label="NaN", **look)


def _add_bar(ax: Axes, image: Any, label: str) -> None:
    bar = ax.figure.colorbar(image, ax=ax, label=label, pad=0.02)
    if hasattr(image.norm, "linthresh"):
        bar.set_ticks(list(symlog_ticks(image.norm.linthresh, image.norm.vmax)))
        bar.minorticks_off()
