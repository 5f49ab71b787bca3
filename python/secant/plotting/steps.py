"""How errors of differences depend on their step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.estimate import Estimate, Status
from secant.function import FunctionLike, arguments, prepare
from secant.methods import FiniteDifference, Side
from secant.noise import noise_level
from secant.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    WIDTH,
    draw_grid,
    faint,
    ink,
    new_axes,
    put_legend_inside,
)
from secant.products import jvp

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

_FORMULAS: tuple[tuple[Side, int, str, str], ...] = (
    ("forward", 1, ORANGE, "o"),
    ("central", 2, SKY, "s"),
    ("central", 4, GREEN, "^"),
    ("central", 6, BLUE, "D"),
    ("central", 8, PURPLE, "v"),
)
_DECADES = 12


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
        (ax,) = new_axes((WIDTH, 5.2), 1, 1)

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
        ax.plot(steps, level / steps, color=GREY, linestyle="--", linewidth=1.3, label=name)
    step = float(est.step)
    ax.axvline(step, color=ink(ax), linewidth=0.9, label=f"adaptive: step {step:.2g}")
    style: dict[str, Any] = {"color": ink(ax), "linestyle": "none", "zorder": 5}
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
    draw_grid(ax)
    put_legend_inside(ax, "best")
    return ax


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
    ax.axhline(floor, color=faint(ax, 0.25), linewidth=0.8, linestyle=":")
    ax.annotate(
        "exactly zero",
        (1, floor),
        xytext=(-4, -3),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize="x-small",
        color=faint(ax, 0.65),
    )
