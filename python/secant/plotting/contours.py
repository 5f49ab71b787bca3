"""A function of two variables from above: level lines, the field of its gradient, points and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.integers import as_integer
from secant.plotting.landscapes import Landscape, checked_levels, checked_paths, field_points
from secant.plotting.marks import MARKED, path_style, point_style, points_by_kind
from secant.plotting.scales import written
from secant.plotting.style import WIDTH, ground, ink, new_axes, put_legend_above, shades

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

    from secant.bounds import BoundsLike
    from secant.function import FunctionLike
    from secant.methods import Method

    Floats = npt.NDArray[np.float64]

# Arrows along the longer side, if there is so much room for each, in inches.
_ARROWS = 18
_ROOM = 0.27

# Both variables are drawn to the same scale, unless the range of one is that many times longer.
_SLENDER = 3


def contour(
    f: FunctionLike,
    bounds: BoundsLike,
    *,
    points: Any = (),
    paths: Any = None,
    field: bool | int = True,
    fill: bool = True,
    levels: int | npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    label: str = "f",
    args: tuple[Any, ...] = (),
    grid: int | None = None,
    vectorized: bool = False,
    method: str | Method = "central",
    ax: Axes | None = None,
) -> Axes:
    """Draw the level lines of a function of two variables, its gradient field, stationary points and paths.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number for an array x of shape (2,).
    bounds : (lower, upper) or scipy.optimize.Bounds
        The rectangle to draw, finite: each a number or two, one for each variable. f is never called outside.
    points : sequence of StationaryPoint
        From `secant.analysis.classify` or `secant.analysis.stationary_points`, or whatever has ``.x`` and ``.kind``:
        marked by their kind. Those outside bounds are left out.
    paths : dict of str to array_like, or sequence of array_like, optional
        Names and courses of paths, points in rows, shape (k, 2). The first point has a ring, the last one a star.
    field : bool or int
        Whether to draw the gradient field, or how many arrows along the longer side; True is as many as there is
        room for, up to 18.
    fill : bool
        Whether areas between levels are filled, with a bar that tells levels by colour; if not, lines are coloured,
        and have their levels written on them.
    levels : int or array_like, optional
        How many levels, or which. By default about 12, as dense as values of f are, with short decimal numbers: where
        values span decades, most levels are at the small ones if most values are small.
    names : sequence of two str, optional
        Names of the variables.
    label : str
        What f is called.
    args : tuple
        f's other arguments.
    grid : int, optional
        Points along each variable at which f is evaluated, ``grid**2`` in all; 151 by default, 401 if vectorized.
    vectorized : bool
        Whether f takes a block of k points, an array of shape (k, 2), and returns k values.
    method : str or method object
        How gradients are found, as for `secant.gradient`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Its limits are the bounds. Where f is not finite, or raises as functions do outside their domains, nothing is
        drawn.

    Raises
    ------
    ValueError
        If bounds are not finite, f(x) is not a real number or finite nowhere, or points, paths, levels, names or ax do
        not fit.
    TypeError
        If f is not callable, or points have no kind.
    ImportError
        If matplotlib is not installed.

    Notes
    -----
    Arrows point to where f grows fastest in the picture, at right angles to level lines: they are the gradient where
    both variables have the same scale, and else that by the variables as they are drawn. Longer arrows mean larger
    gradients, but not in proportion: lengths are compressed, so that small ones can be seen.

    The bands between levels take equal steps of the colours, whatever the values.

    Examples
    --------
    >>> import secant.plotting
    >>> ax = secant.plotting.contour(lambda x: x[0] ** 2 - x[1] ** 2, (-1, 1), names=["a", "b"], grid=31)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('a', 'b')
    """
    landscape = Landscape.over(bounds, f, args=args, vectorized=vectorized, names=names)
    marked, courses = points_by_kind(points), checked_paths(paths)
    arrows = _arrows(field)
    x, y, values = landscape.grid((401 if vectorized else 151) if grid is None else grid)
    chosen = checked_levels(levels, values)
    if ax is None:
        (ax,) = new_axes(_size(landscape), 1, 1)
    elif hasattr(ax, "get_zlim"):
        msg = "ax is three-dimensional; accepted are plane Axes, and secant.plotting.surface draws into others"
        raise ValueError(msg)

    aspect = _aspect(landscape)
    ax.set_aspect(aspect)
    ax.grid(False)
    _draw_levels(ax, (x, y, values), chosen, fill, label)
    if arrows != 0:
        _draw_field(ax, landscape, aspect, arrows, method)
    colours = ink(ax), ground(ax)
    for number, (name, path) in enumerate(courses):
        style = path_style(number, *colours)
        dots: dict[str, Any] = {"marker": ".", "markersize": 5} if len(path) <= MARKED else {}
        ax.plot(*path.T, zorder=4, label=name, **style, **dots)
        ends: dict[str, Any] = {"color": style["color"], "zorder": 4.5}
        ax.plot(*path[0], marker="o", markersize=6, markerfacecolor=colours[1], **ends)
        ax.plot(*path[-1], marker="*", markersize=12, markeredgecolor=colours[1], **ends)
    for kind, places in marked.items():
        seen = places[landscape.inside(places)]
        if len(seen):
            ax.plot(*seen.T, zorder=5, **point_style(kind, colours[0]))
    ax.set_xlim(landscape.lower[0], landscape.upper[0])
    ax.set_ylim(landscape.lower[1], landscape.upper[1])
    ax.set_xlabel(landscape.names[0])
    ax.set_ylabel(landscape.names[1])
    if ax.get_legend_handles_labels()[1]:
        put_legend_above(ax, 5)
    return ax


def _arrows(field: bool | int) -> int | None:
    """How many along the longer side; None for as many as there is room for."""
    if isinstance(field, bool | np.bool_):
        return None if field else 0
    count = as_integer("field", field, "True, False, and numbers of arrows along the longer side")
    if count < 0:
        msg = f"field is {count}; accepted are True, False, and numbers of arrows along the longer side"
        raise ValueError(msg)
    return count


def _aspect(landscape: Landscape) -> float:
    """How many times longer a unit of the second variable is drawn than one of the first."""
    width, height = landscape.span
    return 1.0 if max(width, height) <= _SLENDER * min(width, height) else float(0.75 * width / height)


def _size(landscape: Landscape) -> tuple[float, float]:
    """Inches of a figure that the picture fills, with a bar and labels beside it, and a line above and below it."""
    width, height = landscape.span * [1, _aspect(landscape)]
    return WIDTH, float(min(max((WIDTH - 1.8) * height / width, 2.0), 5.8) + 0.8)


def _draw_levels(ax: Axes, surface: tuple[Floats, Floats, Floats], levels: Floats, fill: bool, label: str) -> None:
    x, y, values = surface
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    masked = np.ma.masked_invalid(values)
    crossed = (levels > low) & (levels < high)
    colours = shades(ax, pale=fill)(np.linspace(0, 1, levels.size + (1 if fill else 0)))
    if not fill:
        if crossed.any():
            lines = ax.contour(x, y, masked, levels[crossed], colors=colours[crossed], linewidths=1.2)
            ax.clabel(lines, fontsize="x-small", fmt=written)
        return
    # One more band than levels: there are values below the first and above the last.
    below = low if low < levels[0] else levels[0] - 1
    above = high if high > levels[-1] else levels[-1] + 1
    bands = ax.contourf(x, y, masked, [below, *levels, above], colors=colours)
    if crossed.any():
        ax.contour(x, y, masked, levels[crossed], colors=[ink(ax)], linewidths=0.6, alpha=0.45, linestyles="solid")
    bar = ax.figure.colorbar(bands, ax=ax, label=label, pad=0.02, spacing="uniform")
    bar.set_ticks(list(levels), labels=[written(level) for level in levels])
    bar.ax.tick_params(length=0)


def _draw_field(ax: Axes, landscape: Landscape, aspect: float, arrows: int | None, method: str | Method) -> None:
    width, height = landscape.span * [1, aspect]
    box = ax.get_window_extent()
    inches = max(width, height) * min(box.width / width, box.height / height) / ax.figure.dpi
    if arrows is None:
        arrows = min(_ARROWS, max(int(inches / _ROOM), 6))
    spacing = max(width, height) / arrows
    columns, rows = (max(round(side / spacing), 1) for side in (width, height))
    places = field_points(landscape, columns, rows)
    # By units of the picture, those of the first variable.
    slopes = landscape.slopes(places, method) / [1, aspect]
    size = np.hypot(*slopes.T)
    drawn = np.isfinite(size) & (size > 0)
    if not drawn.any():
        return
    relative = size[drawn] / size[drawn].max()
    median = float(np.median(relative))
    power = min(1.0, np.log(0.6) / np.log(median)) if median < 1 else 1.0
    vectors = slopes[drawn] / size[drawn, np.newaxis] * (0.85 * spacing * relative**power)[:, np.newaxis]
    ax.quiver(
        *places[drawn].T,
        *vectors.T,
        angles="uv",
        scale_units="x",
        scale=1,
        units="inches",
        width=min(0.037 * inches / arrows, 0.013),
        headwidth=4,
        headlength=4.5,
        headaxislength=4,
        minlength=0,
        pivot="mid",
        color=ink(ax),
        alpha=0.7,
        zorder=3,
    )
