"""Eigenvalues with their error bars: how many are negative, how many positive, and which nobody can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from secant.plotting.scales import linear_below, symlog_ticks
from secant.plotting.style import BLUE, GREY, VERMILION, WIDTH, draw_grid, faint, new_axes, put_legend_above

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    Floats = npt.NDArray[np.float64]

_SCALES = ("auto", "linear", "symlog")

_DECADES = 12
"""Of a logarithmic scale of both signs, at most."""


def spectrum(
    eigenvalues: Any,
    *,
    error: npt.ArrayLike | None = None,
    scale: Literal["auto", "linear", "symlog"] = "auto",
    label: str = "eigenvalue",
    ax: Axes | None = None,
) -> Axes:
    """Draw eigenvalues in ascending order with their error bars, and tell those below, above and around zero apart.

    Parameters
    ----------
    eigenvalues : array_like, or StationaryPoint or HessianSpectrum
        Real eigenvalues, shape (k,); or what has them as ``.eigenvalues`` with their bars as ``.eigenvalue_error`` or
        ``.error``, as the results of `secant.analysis.classify` and `secant.analysis.hessian_spectrum`.
    error : array_like, optional
        Error bars of eigenvalues given as an array: a number, or shape (k,).
    scale : {"auto", "linear", "symlog"}
        "symlog" is logarithmic for both signs, "auto" is that where magnitudes span more than two decades. It is linear
        below the smallest eigenvalue whose sign is known.
    label : str
        What is drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Eigenvalues by their index, counted from 0. The legend counts them.

    Raises
    ------
    ValueError
        If eigenvalues are not finite or not one-dimensional, error bars are negative or do not fit.
    TypeError
        If eigenvalues or bars are not real numbers.
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import secant.plotting
    >>> ax = secant.plotting.spectrum([-1.0, 1e-9, 2.0, 2.1], error=1e-8)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['1 negative', '2 positive', '1 undecided: the bar contains 0']
    """
    values, bars = _checked(eigenvalues, error)
    if not isinstance(scale, str) or scale not in _SCALES:
        msg = f"scale is {scale!r}; accepted are {', '.join(map(repr, _SCALES))}"
        raise ValueError(msg)
    if ax is None:
        (ax,) = new_axes((WIDTH, 4.2), 1, 1)
    from matplotlib.colors import to_rgba

    index = np.arange(values.size)
    undecided = ~(np.abs(values) > bars)
    signs = (
        (~undecided & (values < 0), VERMILION, "v", "negative"),
        (~undecided & (values > 0), BLUE, "o", "positive"),
        (undecided, GREY, "s", "undecided: the bar contains 0" if bars.any() else "zero"),
    )
    crowded = values.size > 80
    for mine, colour, marker, name in signs:
        count = int(np.count_nonzero(mine))
        if not count:
            continue
        drawn = np.where(np.isfinite(bars), bars, np.nan)[mine] if bars.any() else None
        ax.errorbar(
            index[mine],
            values[mine],
            drawn,
            color=colour,
            marker=marker,
            markersize=3 if crowded else 6,
            linestyle="none",
            elinewidth=1.3,
            ecolor=to_rgba(colour, 0.3 if crowded else 1.0),
            capsize=0 if crowded else 3.5,
            markerfacecolor="none" if mine is undecided else colour,
            label=f"{count:,} {name}",
        )
    ax.axhline(0, color=faint(ax, 0.5), linewidth=0.9, zorder=1)
    _set_scale(ax, values, bars, undecided, scale)
    draw_grid(ax)
    ax.set_xlim(-0.6, values.size - 0.4)
    _number_ticks(ax)
    ax.set_xlabel("index, ascending")
    ax.set_ylabel(label)
    put_legend_above(ax, 3)
    return ax


def _checked(eigenvalues: Any, error: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Eigenvalues in ascending order and their bars, zeros where there are none."""
    if hasattr(eigenvalues, "eigenvalues"):
        if error is not None:
            msg = f"error is given, but a {type(eigenvalues).__name__} has its own; accepted is one of them"
            raise ValueError(msg)
        own = eigenvalues
        error = own.eigenvalue_error if hasattr(own, "eigenvalue_error") else getattr(own, "error", None)
        eigenvalues = own.eigenvalues
    values, bars = np.asarray(eigenvalues), np.asarray(0.0 if error is None else error)
    for name, array in (("eigenvalues", values), ("error", bars)):
        if array.dtype.kind not in "fiu":
            msg = f"{name} has dtype {array.dtype}; accepted are real numbers"
            raise TypeError(msg)
    if values.ndim != 1 or not values.size:
        msg = f"eigenvalues has shape {values.shape}; accepted are one or more numbers, shape (k,)"
        raise ValueError(msg)
    if not np.isfinite(values).all():
        first = int(np.argmin(np.isfinite(values)))
        msg = f"eigenvalues[{first}] is {values[first]}; accepted are finite numbers"
        raise ValueError(msg)
    if bars.shape not in ((), values.shape):
        msg = f"error has shape {bars.shape}; accepted are a number, or one for each eigenvalue, {values.shape}"
        raise ValueError(msg)
    if (bars < 0).any():
        msg = f"error has negative entries, as {bars.min()}; accepted are bars, which are not"
        raise ValueError(msg)
    order = np.argsort(values, kind="stable")
    return values[order].astype(np.float64), np.broadcast_to(bars, values.shape)[order].astype(np.float64)


def _set_scale(ax: Axes, values: Floats, bars: Floats, undecided: npt.NDArray[np.bool_], scale: str) -> None:
    known = values[~undecided] if not undecided.all() else values
    if scale == "linear" or (scale == "auto" and linear_below(known) is None):
        ax.margins(y=0.1)
        return
    sizes = np.abs(known[known != 0])
    largest = float(max(sizes.max(initial=0), (np.abs(values) + np.where(np.isfinite(bars), bars, 0)).max())) or 1.0
    threshold = max(float(sizes.min(initial=largest)), largest * 10.0**-_DECADES)
    ax.set_yscale("symlog", linthresh=threshold)
    ax.margins(y=0.06)
    ticks = symlog_ticks(threshold, largest)
    low, high = ax.get_ylim()
    ax.set_yticks(ticks[(ticks >= low) & (ticks <= high)])


def _number_ticks(ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(12, integer=True, min_n_ticks=1))
