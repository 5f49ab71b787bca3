"""Pictures of derivatives: how errors depend on the step, and what the entries of an estimate are worth.

matplotlib is imported where something is drawn, and only there: ``pip install "secant[plot]"`` brings it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.estimate import Estimate, Status
from secant.function import FunctionLike, arguments, prepare
from secant.methods import FiniteDifference, Side
from secant.noise import noise_level
from secant.products import jvp

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

# M. Okabe & K. Ito, "Color Universal Design" (2002): told apart by everybody. Their yellow is too light for lines.
_BLACK, _ORANGE, _SKY, _GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
_BLUE, _VERMILION, _PURPLE, _GREY = "#0072B2", "#D55E00", "#CC79A7", "#888888"

_FORMULAS: tuple[tuple[Side, int, str, str], ...] = (
    ("forward", 1, _ORANGE, "o"),
    ("central", 2, _SKY, "s"),
    ("central", 4, _GREEN, "^"),
    ("central", 6, _BLUE, "D"),
    ("central", 8, _PURPLE, "v"),
)
_DECADES = 12

_STYLES = {
    Status.OK: (_BLUE, "o"),
    Status.NOISY: (_ORANGE, "s"),
    Status.ROUGH: (_GREEN, "D"),
    Status.KINK: (_VERMILION, "X"),
    Status.TOLERANCE: (_SKY, "^"),
    Status.BUDGET: (_PURPLE, "v"),
    Status.SMALLER_STEP: (_GREY, "<"),
    Status.OTHER_SIDE: (_GREY, ">"),
    Status.NOT_FINITE: (_BLACK, "x"),
    Status.JUMP: (_BLACK, "P"),
    Status.UNBOUNDED: (_BLACK, "*"),
}

# 800 pixels wide at matplotlib's usual 100 dots an inch.
_WIDTH = 8.0


def step_sweep(
    f: FunctionLike,
    x: npt.ArrayLike,
    v: npt.ArrayLike | None = None,
    *,
    args: tuple[Any, ...] = (),
    exact: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the error of fixed-step formulas against their step, with what the adaptive method makes of the same f.

    Truncation error falls with the step, round-off and noise grow: each formula has its best step where the two meet,
    and the adaptive method's bar says how far that is known without the exact derivative.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number.
    x : array_like
        The point; real, of any shape.
    v : array_like, optional
        The direction, shaped like x; 1 for a scalar x, and needed for others.
    args : tuple
        f's other arguments.
    exact : float, optional
        The true derivative along v. Without it, differences to the adaptive derivative are drawn: they are no errors
        where they come near to its error bar.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Logarithmic in both directions. Differences of exactly zero are drawn at the bottom.

    Raises
    ------
    ValueError
        If v is missing or zero, f(x) is not a number, or there is nothing to compare with: the adaptive derivative is
        not finite, and `exact` is not given.
    ImportError
        If matplotlib is not installed.

    Notes
    -----
    Steps are powers of two. They span the twelve decades below the scale of x, and more where the adaptive method needs
    others: f is evaluated about 1100 times. Steps at which f is not finite at some probe, or raises a ValueError or an
    ArithmeticError as the functions of `math` do outside their domains, are left out.

    Examples
    --------
    >>> import numpy as np, secant.plotting
    >>> ax = secant.plotting.step_sweep(np.exp, 1.0, exact=np.exp(1.0))
    >>> ax.get_ylabel()
    'error'
    """
    if v is None:
        if np.ndim(x):
            msg = f"v is not given, and x has shape {np.shape(x)}: give the direction of the steps, shaped like x"
            raise ValueError(msg)
        v = 1.0
    if not np.any(v):
        msg = "v is zero: there are no steps along it"
        raise ValueError(msg)
    est = jvp(f, x, v, args=args, full_output=True)
    if np.ndim(est.value):
        msg = f"f(x) has shape {np.shape(est.value)}; accepted are functions that return a number"
        raise ValueError(msg)
    reference = est.value if exact is None else exact
    if not np.isfinite(reference):
        msg = (
            f"exact is {exact}; accepted are finite numbers"
            if exact is not None
            else f"the adaptive derivative is {est.value}: {Status(est.status).message}; give exact to compare with it"
        )
        raise ValueError(msg)
    if ax is None:
        (ax,) = _new_axes((_WIDTH, 5.2), 1, 1)

    steps = _steps(np.asarray(x), np.asarray(v), float(est.step))
    errors = {
        (side, order): np.abs(_sweep(f, x, v, args, side, order, steps) - reference) for side, order, _, _ in _FORMULAS
    }
    eps = float(np.finfo(est.value.dtype).eps)
    bar, own = float(est.error), float(abs(est.value - reference))
    drawn = np.array([*(e for line in errors.values() for e in line), bar, *([own] if exact is not None else [])])
    seen = drawn[np.isfinite(drawn) & (drawn > 0)]
    # No difference of numbers of this size is smaller, but for zero.
    floor = max(eps * abs(reference) / 4, seen.min() / 100) if seen.size else 1.0

    for side, order, colour, marker in _FORMULAS:
        line = np.maximum(errors[side, order], floor)
        ax.plot(steps, line, marker=marker, color=colour, markersize=3.5, linewidth=1.2, label=f"{side}, order {order}")
    level, name = _noise(f, x, args, est)
    if level > 0:
        ax.plot(steps, level / steps, color=_GREY, linestyle="--", linewidth=1.3, label=name)
    step = float(est.step)
    ax.axvline(step, color=_BLACK, linewidth=0.9, label=f"adaptive: step {step:.2g}")
    style: dict[str, Any] = {"color": _BLACK, "linestyle": "none", "zorder": 5}
    dash: dict[str, Any] = {"marker": "_", "markersize": 22, "markeredgewidth": 2.5}
    ax.plot(step, max(bar, floor), label=f"adaptive: error bar {bar:.2g}", **dash, **style)
    if exact is not None:
        ax.plot(step, max(own, floor), marker="*", markersize=11, label=f"adaptive: error {own:.2g}", **style)
    if (drawn == 0).any():
        _note_floor(ax, floor)

    ax.set_xlim(steps[0] / 2, steps[-1] * 2)
    if seen.size:
        # A probe near a pole, or where f overflows, is far off: it is not to press everything else together.
        usual = max(abs(reference), bar, level / steps[0], float(np.median(seen)))
        ax.set_ylim((floor / 2 if (drawn == 0).any() else seen.min()) / 5, min(seen.max(), 1e3 * usual) * 5)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("step h along v")
    ax.set_ylabel("difference to the adaptive derivative" if exact is None else "error")
    ax.grid(color="0.92", linewidth=0.7)
    ax.set_axisbelow(True)
    ax.legend(loc="best", fontsize="small", framealpha=0.9)
    return ax


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


def _new_axes(size: tuple[float, float], rows: int, columns: int, *, sharex: bool = False) -> list[Axes]:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        msg = 'secant.plotting draws with matplotlib, which is not installed: pip install "secant[plot]"'
        raise ImportError(msg) from error
    _, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", sharex=sharex, squeeze=False)
    return list(axes.flat)


def _two(ax: Sequence[Axes] | None) -> tuple[Axes, Axes] | None:
    if ax is None:
        return None
    axes = list(np.ravel(np.asarray(ax, dtype=object)))
    if len(axes) != 2:
        msg = f"ax holds {len(axes)} Axes; accepted are two, for values and for errors"
        raise ValueError(msg)
    return axes[0], axes[1]


# ----------------------------------------------------------------------------------------------------------------------
# a sweep of steps


def _steps(x: npt.NDArray[Any], v: npt.NDArray[Any], chosen: float) -> npt.NDArray[np.float64]:
    moved = v != 0
    largest = float(np.min(np.maximum(np.abs(x), 1.0)[moved] / np.abs(v)[moved]))
    smallest = min(largest * 10.0**-_DECADES, chosen * 1e-6)
    # Powers of two, as by default: x + h is then exact, and the errors are those of f and of the formula.
    return np.asarray(2.0 ** np.arange(np.floor(np.log2(smallest)), np.floor(np.log2(max(largest, 8 * chosen))) + 1))


def _sweep(
    f: FunctionLike,
    x: npt.ArrayLike,
    v: npt.ArrayLike,
    args: tuple[Any, ...],
    side: Side,
    order: int,
    steps: npt.NDArray[np.float64],
) -> npt.NDArray[Any]:
    """Derivatives with these steps; NaN where a formula could not have the step that it was given."""
    found = []
    with np.errstate(all="ignore"):  # large steps leave the domain of many a function: that is what is looked for
        for step in steps:
            try:
                est = jvp(f, x, v, args=args, method=FiniteDifference(side, order, step=step), full_output=True)
            except (ValueError, ArithmeticError):
                found.append(np.nan)
            else:
                found.append(est.value if est.status == Status.OK else np.nan)
    return np.array(found)


def _noise(f: FunctionLike, x: npt.ArrayLike, args: tuple[Any, ...], est: Estimate) -> tuple[float, str]:
    """What values of f are uncertain by, and what its quotient by the step is called."""
    _, core = prepare(f, argnum=0, method="central", bounds=None)
    rounding = float(np.finfo(est.value.dtype).eps * abs(core.value(arguments(x, args, 0))))
    measured = float(noise_level(f, x, args=args))
    # A function that varies within the least of steps passes for noise: but then the error bar knows better.
    if 8 * rounding < measured <= est.error * est.step:
        return measured, f"noise σ/h, σ = {measured:.2g}"
    return rounding, "round-off ε|f|/h"


def _note_floor(ax: Axes, floor: float) -> None:
    ax.axhline(floor, color="0.75", linewidth=0.8, linestyle=":")
    ax.annotate(
        "exactly zero",
        (1, floor),
        xytext=(-4, -3),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize="x-small",
        color="0.35",
    )


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
    upper, lower = axes or _new_axes((_WIDTH, 5.6), 2, 1, sharex=True)
    index = np.arange(value.size)
    with np.errstate(all="ignore"):
        relative = error / np.abs(value)
    exact = error == 0
    relative[exact] = 0
    for which in sorted(set(status.tolist()), key=lambda s: (s != Status.OK, s)):
        colour, marker = _STYLES[Status(which)]
        style: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": "none", "markersize": 6}
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
    threshold = _linear_below(value)
    if threshold is not None:
        upper.set_yscale("symlog", linthresh=threshold)
        reach = np.abs(value[finite]) + np.where(np.isfinite(error), error, 0)[finite]
        upper.set_yticks(_symlog_ticks(threshold, reach.max()))
    if (value < 0).any() and (value > 0).any():
        upper.axhline(0, color="0.7", linewidth=0.8, zorder=0)
    lower.set_yscale("log")
    if not (np.isfinite(relative) & (relative > 0)).any():
        lower.set_ylim(1e-16, 1)
    for ax in (upper, lower):
        ax.grid(color="0.92", linewidth=0.7)
        ax.set_axisbelow(True)
        ax.margins(y=0.15)
    upper.set_ylabel("value")
    lower.set_ylabel("relative error bar")
    lower.set_xlabel("entry")
    _label_ticks(lower, labels, value.size)
    off_scale = ~finite | ~np.isfinite(relative) | exact
    if off_scale.any():
        upper.errorbar([], [], fmt="o", color=_GREY, markerfacecolor="none", label="off the scale")
    if off_scale.any() or (status != Status.OK).any():
        _put_legend_above(upper)
    return upper, lower


def _linear_below(value: npt.NDArray[Any]) -> float | None:
    """Where a logarithmic scale of both signs becomes linear; None where values do not span decades."""
    magnitudes = np.abs(value[np.isfinite(value) & (value != 0)])
    if magnitudes.size == 0 or magnitudes.max() <= 100 * magnitudes.min():
        return None
    # As many decades as can be told apart.
    return float(max(magnitudes.min(), 1e-6 * magnitudes.max()))


def _symlog_ticks(threshold: float, largest: float) -> npt.NDArray[np.float64]:
    """Zero and powers of ten of both signs, not so many that they run into each other."""
    lowest, highest = int(np.ceil(np.log10(threshold))), int(np.floor(np.log10(largest)))
    every = -(-(highest - lowest + 1) // 4)
    powers = 10.0 ** np.arange(highest, lowest, -every)
    return np.concatenate([-powers, [0], powers[::-1]])


def _put_legend_above(ax: Axes) -> None:
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        ncols=6,
        fontsize="small",
        frameon=False,
        handletextpad=0.3,
        columnspacing=1.5,
    )


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
    threshold = _linear_below(value)
    norm = Normalize(-largest, largest) if threshold is None else SymLogNorm(threshold, vmin=-largest, vmax=largest)
    logarithm = np.full(error.shape, np.nan)
    np.log10(error, out=logarithm, where=np.isfinite(error) & (error > 0))
    known = logarithm[np.isfinite(logarithm)]
    low, high = (np.floor(known.min()), np.ceil(known.max())) if known.size else (-16, 0)
    decades = Normalize(low, max(high, low + 1))
    pictures = (
        (value, "PuOr_r", norm, "value", "{:.3g}", value),
        (logarithm, "cividis", decades, "log₁₀ of error bar", "{:.2g}", error),
    )
    for ax, (entries, colours, scale, what, form, numbers) in zip(axes, pictures, strict=True):
        # Grey where there is no finite number: of errors, that is also where entries are exact.
        image = ax.imshow(entries, cmap=colormaps[colours].with_extremes(bad="0.85"), norm=scale, aspect="auto")
        bar = ax.figure.colorbar(image, ax=ax, label=what, pad=0.02)
        if entries is value and threshold is not None:
            bar.set_ticks(list(_symlog_ticks(threshold, largest)))
        _label_cells(ax, labels)
        _write_cells(ax, image.to_rgba(np.ma.masked_invalid(entries)), numbers, form)
        _mark_cells(ax, status)
    if (status != Status.OK).any():
        _put_legend_above(axes[0])
    return axes


def _matrix_axes(rows: int, columns: int) -> tuple[Axes, Axes]:
    """One above the other where the matrix is wide, side by side where it is not."""
    if columns > rows:
        height = min(max(0.34 * rows + 0.9, 1.9), 5.0)
        above, below = _new_axes((_WIDTH, 2 * height + 0.4), 2, 1)
        return above, below
    left, right = _new_axes((_WIDTH, min(max(3.2 * rows / columns + 1, 3.2), 8.0)), 1, 2)
    return left, right


def _label_cells(ax: Axes, labels: tuple[Sequence[Any], Sequence[Any]]) -> None:
    ax.tick_params(length=0)
    ax.set_ylabel("row")
    ax.set_xlabel("column")
    for names, axis in ((labels[0], ax.yaxis), (labels[1], ax.xaxis)):
        ticks = list(range(0, len(names), -(-len(names) // 12)))
        axis.set_ticks(ticks, [str(names[k]) for k in ticks])
    if sum(len(str(name)) for name in labels[1]) > 60:
        ax.tick_params(axis="x", rotation=40)


def _write_cells(ax: Axes, shades: npt.NDArray[Any], numbers: npt.NDArray[Any], form: str) -> None:
    """Numbers in the cells, where there is room for them."""
    rows, columns = numbers.shape
    box = ax.get_window_extent()
    width, height = box.width / columns / ax.figure.dpi, box.height / rows / ax.figure.dpi  # in inches
    if width < 0.55 or height < 0.2:
        return
    for (row, column), number in np.ndenumerate(numbers):
        red, green, blue = shades[row, column, :3]
        dark = 0.30 * red + 0.59 * green + 0.11 * blue < 0.5
        ax.text(
            column, row, form.format(number), ha="center", va="center", fontsize=8, color="white" if dark else "black"
        )


def _mark_cells(ax: Axes, status: npt.NDArray[np.int8]) -> None:
    """A mark in the corner of each cell whose status is not OK."""
    for which in sorted(set(status.ravel().tolist()) - {Status.OK}):
        colour, marker = _STYLES[Status(which)]
        rows, columns = np.nonzero(status == which)
        edge: dict[str, Any] = {"edgecolors": "white", "linewidths": 0.8} if marker != "x" else {}
        ax.scatter(columns - 0.4, rows - 0.32, 45, color=colour, marker=marker, label=_name(Status(which)), **edge)
