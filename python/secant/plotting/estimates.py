"""What the entries of an estimate are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.estimate import Estimate, Status
from secant.plotting.cells import label_cells, write_cells
from secant.plotting.scales import linear_below, symlog_ticks
from secant.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDTH,
    diverging,
    draw_grid,
    faint,
    ground,
    ink,
    new_axes,
    put_legend_above,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

# Colours and markers; None is the ink of the picture.
_STYLES = {
    Status.OK: (BLUE, "o"),
    Status.NOISY: (ORANGE, "s"),
    Status.ROUGH: (GREEN, "D"),
    Status.KINK: (VERMILION, "X"),
    Status.TOLERANCE: (SKY, "^"),
    Status.BUDGET: (PURPLE, "v"),
    Status.SMALLER_STEP: (GREY, "<"),
    Status.OTHER_SIDE: (GREY, ">"),
    Status.NOT_FINITE: (None, "x"),
    Status.JUMP: (None, "P"),
    Status.UNBOUNDED: (None, "*"),
}


def estimate(
    est: Estimate,
    *,
    labels: Sequence[Any] | None = None,
    ax: Sequence[Axes] | None = None,
) -> tuple[Axes, Axes]:
    """Draw the entries of an estimate with their error bars.

    Bars are usually far smaller than values. So there are two panels: values above, with bars; and below, the bars
    relative to the values, on a logarithmic axis. A matrix is drawn as two images, of its values and of log10 of its
    error bars. Entries whose status is not OK are marked, and the legend says what the marks mean.

    Parameters
    ----------
    est : Estimate
        From a method that estimates errors: "adaptive" does.
    labels : sequence of str, optional
        Names of the entries, in C order; of a matrix, two sequences, for rows and columns. Indices by default.
    ax : two matplotlib.axes.Axes, optional
        Where to draw values and errors; a new figure by default.

    Returns
    -------
    tuple of two matplotlib.axes.Axes
        That of the values, and that of the errors. What lies off the scale is drawn at the edge of its panel, with an
        open mark: NaN and infinite values, relative errors of entries that are zero (above) and of those that are
        exact (below).

    Raises
    ------
    ValueError
        If ``est.error`` is None, values are complex, there are no entries, or `labels` or `ax` do not fit.
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import numpy as np, secant, secant.plotting
    >>> est = secant.gradient(lambda x: np.sum(x**3), [1.0, 2.0, 3.0], full_output=True)
    >>> values, errors = secant.plotting.estimate(est, labels=["a", "b", "c"])
    >>> errors.get_ylabel()
    'relative error bar'
    """
    if est.error is None:
        msg = f"est.error is None: {est.method.description} do not estimate it; use method='adaptive'"
        raise ValueError(msg)
    value, error, status = np.asarray(est.value), np.asarray(est.error, np.float64), np.asarray(est.status)
    if np.iscomplexobj(value):
        msg = "est.value is complex; accepted are real derivatives"
        raise ValueError(msg)
    if value.size == 0:
        msg = f"est.value has shape {value.shape}: there are no entries to draw"
        raise ValueError(msg)
    if value.ndim == 2:
        axes = _two(ax)
        names = _matrix_labels(labels, value.shape)
        return _draw_matrix(value, error, status, names, axes)
    if labels is not None and len(labels) != value.size:
        msg = f"labels has {len(labels)} entries, est.value has {value.size}; they must be as many"
        raise ValueError(msg)
    return _draw_entries(value.ravel(), error.ravel(), status.ravel(), labels, _two(ax))


def _two(ax: Sequence[Axes] | None) -> tuple[Axes, Axes] | None:
    if ax is None:
        return None
    axes = list(np.ravel(np.asarray(ax, dtype=object)))
    if len(axes) != 2:
        msg = f"ax holds {len(axes)} Axes; accepted are two, for values and for errors"
        raise ValueError(msg)
    return axes[0], axes[1]


# ----------------------------------------------------------------------------------------------------------------------
# entries


def _name(status: Status) -> str:
    return status.name.replace("_", " ").lower() if status is not Status.OK else "OK"


def _draw_entries(
    value: npt.NDArray[Any],
    error: npt.NDArray[np.float64],
    status: npt.NDArray[np.int8],
    labels: Sequence[Any] | None,
    axes: tuple[Axes, Axes] | None,
) -> tuple[Axes, Axes]:
    upper, lower = axes or new_axes((WIDTH, 5.6), 2, 1, sharex=True)
    index = np.arange(value.size)
    with np.errstate(all="ignore"):
        relative = error / np.abs(value)
    exact = error == 0
    relative[exact] = 0
    for which in sorted(set(status.tolist()), key=lambda s: (s != Status.OK, s)):
        colour, marker = _STYLES[Status(which)]
        style: dict[str, Any] = {"color": colour or ink(upper), "marker": marker, "linestyle": "none", "markersize": 6}
        mine = status == which
        seen = mine & np.isfinite(value)
        bars = np.where(np.isfinite(error), error, np.nan)
        upper.errorbar(
            index[seen], value[seen], bars[seen], capsize=4, elinewidth=1.3, label=_name(Status(which)), **style
        )
        _draw_at_edge(upper, index[mine & (value == np.inf)], True, style)
        _draw_at_edge(upper, index[mine & (np.isnan(value) | (value == -np.inf))], False, style)
        on_scale = seen & np.isfinite(relative) & (relative > 0)
        lower.plot(index[on_scale], relative[on_scale], **style)
        _draw_at_edge(lower, index[mine & ~exact & ~np.isfinite(relative)], True, style)
        _draw_at_edge(lower, index[mine & exact], False, style)

    finite = np.isfinite(value)
    threshold = linear_below(value)
    if threshold is not None:
        upper.set_yscale("symlog", linthresh=threshold)
        reach = np.abs(value[finite]) + np.where(np.isfinite(error), error, 0)[finite]
        upper.set_yticks(symlog_ticks(threshold, reach.max()))
    if (value < 0).any() and (value > 0).any():
        upper.axhline(0, color=faint(upper, 0.3), linewidth=0.8, zorder=0)
    lower.set_yscale("log")
    if not (np.isfinite(relative) & (relative > 0)).any():
        lower.set_ylim(1e-16, 1)
    for ax in (upper, lower):
        draw_grid(ax)
        ax.margins(y=0.15)
    upper.set_ylabel("value")
    lower.set_ylabel("relative error bar")
    lower.set_xlabel("entry")
    _label_ticks(lower, labels, value.size)
    off_scale = ~finite | ~np.isfinite(relative) | exact
    if off_scale.any():
        upper.errorbar([], [], fmt="o", color=GREY, markerfacecolor="none", label="off the scale")
    if off_scale.any() or (status != Status.OK).any():
        put_legend_above(upper)
    return upper, lower


def _draw_at_edge(ax: Axes, index: npt.NDArray[np.int_], top: bool, style: dict[str, Any]) -> None:
    if index.size:
        ax.plot(
            index,
            np.full(index.size, 0.94 if top else 0.06),
            transform=ax.get_xaxis_transform(),
            **style,
            markerfacecolor="none",
        )


def _label_ticks(ax: Axes, labels: Sequence[Any] | None, count: int) -> None:
    every = -(-count // 25)
    ticks = list(range(0, count, every))
    ax.set_xlim(-0.6, count - 0.4)
    if labels is None:
        ax.set_xticks(ticks)
        return
    names = [str(labels[k]) for k in ticks]
    crowded = sum(map(len, names)) + 2 * len(names) > 85
    turned: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if crowded else {}
    ax.set_xticks(ticks, names, **turned)


# ----------------------------------------------------------------------------------------------------------------------
# matrices


def _matrix_labels(labels: Sequence[Any] | None, shape: tuple[int, ...]) -> tuple[Sequence[Any], Sequence[Any]]:
    if labels is None:
        return range(shape[0]), range(shape[1])
    if len(labels) != 2 or (len(labels[0]), len(labels[1])) != shape:
        msg = (
            f"labels does not fit; accepted for a matrix of shape {shape} are its rows' and its columns', two sequences"
        )
        raise ValueError(msg)
    return labels[0], labels[1]


def _draw_matrix(
    value: npt.NDArray[Any],
    error: npt.NDArray[np.float64],
    status: npt.NDArray[np.int8],
    labels: tuple[Sequence[Any], Sequence[Any]],
    axes: tuple[Axes, Axes] | None,
) -> tuple[Axes, Axes]:
    axes = axes or _matrix_axes(*value.shape)
    # Only now: what asks for axes where there is no matplotlib is told so in words.
    from matplotlib import colormaps
    from matplotlib.colors import Normalize, SymLogNorm

    largest = float(np.abs(value[np.isfinite(value)]).max(initial=0)) or 1.0
    threshold = linear_below(value)
    norm = Normalize(-largest, largest) if threshold is None else SymLogNorm(threshold, vmin=-largest, vmax=largest)
    logarithm = np.full(error.shape, np.nan)
    np.log10(error, out=logarithm, where=np.isfinite(error) & (error > 0))
    known = logarithm[np.isfinite(logarithm)]
    low, high = (np.floor(known.min()), np.ceil(known.max())) if known.size else (-16, 0)
    decades = Normalize(low, max(high, low + 1))
    pictures = (
        (value, diverging(axes[0]), norm, "value", "{:.3g}", value),
        (logarithm, colormaps["cividis"], decades, "log₁₀ of error bar", "{:.2g}", error),
    )
    for ax, (entries, colours, scale, what, form, numbers) in zip(axes, pictures, strict=True):
        # Grey where there is no finite number: of errors, that is also where entries are exact.
        bad = faint(ax, 0.15)
        image = ax.imshow(entries, cmap=colours.with_extremes(bad=bad), norm=scale, aspect="auto")
        bar = ax.figure.colorbar(image, ax=ax, label=what, pad=0.02)
        if entries is value and threshold is not None:
            bar.set_ticks(list(symlog_ticks(threshold, largest)))
        label_cells(ax, *labels, ("row", "column"))
        write_cells(ax, image.to_rgba(np.ma.masked_invalid(entries)), numbers, (form,))
        _mark_cells(ax, status)
    if (status != Status.OK).any():
        put_legend_above(axes[0])
    return axes


def _matrix_axes(rows: int, columns: int) -> tuple[Axes, Axes]:
    """One above the other where the matrix is wide, side by side where it is not."""
    if columns > rows:
        height = min(max(0.34 * rows + 0.9, 1.9), 5.0)
        above, below = new_axes((WIDTH, 2 * height + 0.4), 2, 1)
        return above, below
    left, right = new_axes((WIDTH, min(max(3.2 * rows / columns + 1, 3.2), 8.0)), 1, 2)
    return left, right


def _mark_cells(ax: Axes, status: npt.NDArray[np.int8]) -> None:
    """A mark in the corner of each cell whose status is not OK."""
    for which in sorted(set(status.ravel().tolist()) - {Status.OK}):
        colour, marker = _STYLES[Status(which)]
        rows, columns = np.nonzero(status == which)
        edge: dict[str, Any] = {"edgecolors": ground(ax), "linewidths": 0.8} if marker != "x" else {}
        ax.scatter(
            columns - 0.4, rows - 0.32, 45, color=colour or ink(ax), marker=marker, label=_name(Status(which)), **edge
        )
