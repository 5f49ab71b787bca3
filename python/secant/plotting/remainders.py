"""How remainders of a Taylor test fall with the step."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILION,
    WIDTH,
    draw_grid,
    faint,
    ink,
    new_axes,
    put_legend_inside,
)

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from secant.checking.taylor.report import TaylorReport, Term

_STYLES = {0: (GREY, "o"), 1: (BLUE, "s"), 2: (GREEN, "^")}
_SYMBOLS = {0: "f(x + h v) - f(x)", 1: "… - h A·v", 2: "… - h²/2 vᵀHv"}

_TITLE = 95  # characters in a line

_AS_EXPECTED = 0.2
"""Fitted slopes are as they must be if they are so near to it."""


def taylor(report: TaylorReport, *, ax: Axes | None = None) -> Axes:
    """Draw the remainders of a Taylor test against the step, with the slopes that they should have.

    Dotted lines show the slope that each remainder has at least if the derivatives are right; dashed ones are fitted.
    Below the shaded border, remainders are rounding or noise. Where a coefficient is not zero, it is drawn as the
    power of h that it adds to the remainder.

    Parameters
    ----------
    report : TaylorReport
        From `secant.taylor_test`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Logarithmic in both directions. Remainders of exactly zero are drawn at the bottom, with open marks.

    Raises
    ------
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from secant.checking.taylor import taylor_test
    >>> ax = taylor_test(np.exp, 1.0, grad=np.exp).plot()
    >>> ax.get_xlabel()
    'step h along v'
    """
    if ax is None:
        (ax,) = new_axes((WIDTH, 5.2), 1, 1)
    steps = report.steps
    sizes = np.concatenate([report.floor, *report.remainders.values()])
    seen = sizes[sizes > 0]
    bottom = float(seen.min()) / 10 if seen.size else 1e-16
    top = float(seen.max()) * 5 if seen.size else 1.0

    ax.fill_between(
        steps,
        np.maximum(report.floor, bottom / 100),
        bottom / 100,
        color=faint(ax, 0.1),
        linewidth=0,
        label=_floor_name(report),
    )
    for order, values in report.remainders.items():
        _draw_remainder(ax, report, order, values, bottom)
    term = report.decisive
    if term.worst:
        own = report.worst_remainders[term.order]
        indices = ", ".join(map(str, term.worst))
        ax.plot(
            *_positive(steps, own),
            color=VERMILION,
            marker="x",
            markersize=5,
            linewidth=1,
            label=f"R{term.order} of f(x)[{indices}]",
        )
    for one in report.terms:
        if one.verdict == "fail" and np.isfinite(one.coefficient[one.worst]):
            _draw_coefficient(ax, one, steps, bottom)

    if any(not np.isnan(slope.fitted) for slope in report.slopes.values()):
        expected = ", ".join(str(slope.expected) for slope in report.slopes.values())
        ax.plot([], [], color=ink(ax), linestyle="--", linewidth=1.2, label="fitted")
        ax.plot([], [], color=ink(ax), linestyle=":", linewidth=0.9, label=f"slopes {expected}, as they must be")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(steps[-1] / 1.5, steps[0] * 1.5)
    ax.set_ylim(bottom / 2, top)
    ax.set_xlabel("step h along v")
    ax.set_ylabel("remainder" + (", norm over outputs" if report.terms[0].predicted.ndim else ""))
    ax.set_title(textwrap.fill(f"{report.verdict}: {report.reason}", _TITLE), fontsize="medium", loc="left")
    draw_grid(ax)
    put_legend_inside(ax, "upper left")
    return ax


def _floor_name(report: TaylorReport) -> str:
    names = {"noise": "noise of f", "digits": "granularity of f"}
    return names.get(report.terms[0].limit, "rounding of f")


def _positive(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    return x[y > 0], y[y > 0]


def _draw_remainder(ax: Axes, report: TaylorReport, order: int, values: npt.NDArray[np.float64], bottom: float) -> None:
    colour, marker = _STYLES[order]
    steps, slope = report.steps, report.slopes[order]
    unknown = "rounding" if np.isfinite(values).all() else "not finite"
    fitted = unknown if np.isnan(slope.fitted) else f"slope {slope.fitted:.2f}"
    style: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 4, "linestyle": "none"}
    ax.plot(*_positive(steps, values), label=f"R{order} = {_SYMBOLS[order]}: {fitted}", **style)
    zero = steps[values == 0]
    ax.plot(zero, np.full(zero.shape, bottom), fillstyle="none", **style)
    if np.isnan(slope.fitted):
        return
    ends = np.array([slope.smallest / 2, slope.largest * 2])
    ax.plot(ends, slope.factor * ends**slope.fitted, color=colour, linestyle="--", linewidth=1.2)
    # Through what has the slope that it must have; else, through what would have it if the derivative were right.
    as_expected = abs(slope.fitted - slope.expected) < _AS_EXPECTED
    through = float(np.sqrt(slope.smallest * slope.largest)) if as_expected else float(steps[values > 0][0])
    level = slope.factor * through**slope.fitted if as_expected else float(values[values > 0][0])
    reference = level * (steps / through) ** slope.expected
    shown = reference > bottom / 2
    ax.plot(steps[shown], reference[shown], color=colour, linestyle=":", linewidth=0.9)


def _draw_coefficient(ax: Axes, term: Term, steps: npt.NDArray[np.float64], bottom: float) -> None:
    size = float(np.abs(term.coefficient[term.worst]))
    values = size * steps**term.order
    shown = values > bottom
    power = "h" if term.order == 1 else "h²"
    ax.plot(
        steps[shown],
        values[shown],
        color=ORANGE if term.order == 1 else ink(ax),
        linewidth=1.4,
        zorder=1,
        label=f"the term that must be 0: {size:.2g} {power}",
    )
