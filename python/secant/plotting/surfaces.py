"""A function of two variables as a surface, with level lines, points and paths on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.plotting.landscapes import Landscape, checked_levels, checked_paths
from secant.plotting.marks import path_style, point_style, points_by_kind
from secant.plotting.style import WIDTH, faint, ground, ink, new_axes, put_legend_above, shades

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from matplotlib.axes import Axes

    from secant.bounds import BoundsLike
    from secant.function import FunctionLike

    Floats = npt.NDArray[np.float64]

_STEPS = 60
"""Paths are laid on the surface at so many points along the longer side, at least."""


def surface(
    f: FunctionLike,
    bounds: BoundsLike,
    *,
    points: Any = (),
    paths: Any = None,
    levels: int | npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    label: str = "f",
    args: tuple[Any, ...] = (),
    grid: int | None = None,
    vectorized: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of two variables as a surface, with level lines, stationary points and paths that lie on it.

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
        Names and courses of paths, points in rows, shape (k, 2). They follow the surface between their points; parts
        outside bounds are left out.
    levels : int or array_like, optional
        How many levels, or which, as for `contour`.
    names : sequence of two str, optional
        Names of the variables.
    label : str
        What f is called.
    args : tuple
        f's other arguments.
    grid : int, optional
        Points along each variable at which f is evaluated, ``grid**2`` in all, and again along paths; 81 by default,
        121 if vectorized.
    vectorized : bool
        Whether f takes a block of k points, an array of shape (k, 2), and returns k values.
    ax : mpl_toolkits.mplot3d.axes3d.Axes3D, optional
        Where to draw, made with ``projection="3d"``; a new figure by default.

    Returns
    -------
    mpl_toolkits.mplot3d.axes3d.Axes3D
        Turn it with ``ax.view_init``. Where f is not finite, or raises as functions do outside their domains, the
        surface has a hole.

    Raises
    ------
    ValueError
        If `ax` is not three-dimensional, and as for `contour`.
    TypeError
        If f is not callable, or points have no kind.
    ImportError
        If matplotlib is not installed.

    Notes
    -----
    Level lines and paths are hidden where the surface is before them, from wherever one looks: of paths, a thin line
    remains. Points are always seen. Colours take equal steps between levels, whatever the values, under light from the
    left.

    Examples
    --------
    >>> import secant.plotting
    >>> ax = secant.plotting.surface(lambda x: x[0] ** 2 - x[1] ** 2, (-1, 1), label="saddle", grid=21)
    >>> ax.get_zlabel()
    'saddle'
    """
    landscape = Landscape.over(bounds, f, args=args, vectorized=vectorized, names=names)
    marked, courses = points_by_kind(points), checked_paths(paths)
    x, y, values = landscape.grid((121 if vectorized else 81) if grid is None else grid)
    chosen = checked_levels(levels, values)
    if ax is None:
        (ax,) = new_axes((WIDTH, 6.4), 1, 1, projection="3d")
        own: Any = ax
        own.view_init(elev=38)
        own.set_box_aspect((4, 4, 3), zoom=1.05)
    elif not hasattr(ax, "get_zlim"):
        msg = 'ax is not three-dimensional; accepted are Axes made with projection="3d"'
        raise ValueError(msg)

    from secant.plotting.sight import LineInSight

    space: Any = ax
    # What is on the surface is drawn after it, and not before or after as its middle is nearer or farther.
    space.computed_zorder = False
    _draw_facets(space, (x, y, values), chosen)
    colours = ink(ax), ground(ax)
    lines = _level_lines((x, y, values), chosen)
    space.add_line(
        LineInSight(lines, (x, y, values), hidden=False, color=colours[0], linewidth=0.7, alpha=0.55, zorder=2)
    )
    for number, (name, path) in enumerate(courses):
        style = path_style(number, *colours)
        course = _followed(landscape, path)
        on_it = np.column_stack([course, _heights(landscape, course)])
        space.add_line(LineInSight(on_it, (x, y, values), hidden=False, label=name, zorder=4, **style))
        style.update(path_effects=[], alpha=0.45, linewidth=1.2)
        space.add_line(LineInSight(on_it, (x, y, values), hidden=True, zorder=4, **style))
    for kind, places in marked.items():
        seen = places[landscape.inside(places)]
        if len(seen):
            space.plot(*seen.T, _heights(landscape, seen), zorder=5, **point_style(kind, colours[0]))
    _dress(space, landscape, values, label)
    if ax.get_legend_handles_labels()[1]:
        put_legend_above(ax, 5)
    return ax


def _draw_facets(space: Any, surface: tuple[Floats, Floats, Floats], levels: Floats) -> None:
    """The surface, coloured between levels as from above; facets with a corner where there is no value are left out."""
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    x, y, values = surface
    corners = np.stack([*np.meshgrid(x, y), values], axis=-1)
    facets = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)
    whole = np.isfinite(facets[..., 2]).all(axis=-1)
    low, high = np.nanmin(values), np.nanmax(values)
    edges = np.concatenate([[low], levels[(levels > low) & (levels < high)], [high]])
    share = np.interp(facets[..., 2].mean(axis=-1)[whole], edges, np.linspace(0, 1, edges.size))
    colours = shades(space, pale=False)(share)
    colours[:, :3] *= _light(facets[whole] / [*(np.ptp(x), np.ptp(y), high - low or 1.0)])[:, np.newaxis]
    # Smoothed edges would let through what is behind them.
    space.add_collection3d(
        Poly3DCollection(facets[whole], facecolors=colours, edgecolors="none", antialiased=False, zorder=1)
    )


def _light(facets: Floats) -> Floats:
    """How much light falls on facets, shape (k, 4, 3), from the left above."""
    normals = np.cross(facets[:, 2] - facets[:, 0], facets[:, 3] - facets[:, 1])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(0.84 + 0.16 * normals @ (np.array([-2.0, -1.0, 2.0]) / 3))


def _level_lines(surface: tuple[Floats, Floats, Floats], levels: Floats) -> Floats:
    """All level lines, shape (k, 3), with NaN between them."""
    from contourpy import contour_generator

    x, y, values = surface
    generator = contour_generator(x, y, np.ma.masked_invalid(values))
    gap = np.full((1, 3), np.nan)
    pieces: list[Floats] = [gap]
    for level in levels[(levels > np.nanmin(values)) & (levels < np.nanmax(values))]:
        for line in generator.lines(level):
            pieces += [np.insert(np.asarray(line), 2, level, axis=1), gap]
    return np.concatenate(pieces)


def _followed(landscape: Landscape, path: Floats) -> Floats:
    """The path with points between its own, so near that lines between them lie on the surface; NaN outside bounds."""
    steps = np.abs(np.diff(path, axis=0) / landscape.span).max(axis=1, initial=0) * _STEPS
    place = np.concatenate([[0], np.cumsum(np.maximum(np.ceil(steps), 1))])
    where = np.arange(place[-1] + 1)
    course = np.stack([np.interp(where, place, path[:, k]) for k in (0, 1)], axis=1)
    course[~landscape.inside(course)] = np.nan
    return course


def _heights(landscape: Landscape, points: Floats) -> Floats:
    heights = np.full(len(points), np.nan)
    known = np.isfinite(points).all(axis=1)
    heights[known] = landscape.values(points[known])
    return heights


def _dress(space: Any, landscape: Landscape, values: Floats, label: str) -> None:
    for axis in (space.xaxis, space.yaxis, space.zaxis):
        axis.set_pane_color((*faint(space, 0.03), 1.0))
        axis._axinfo["grid"].update(color=faint(space, 0.15), linewidth=0.6)
    space.set_xlim(landscape.lower[0], landscape.upper[0])
    space.set_ylim(landscape.lower[1], landscape.upper[1])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    space.set_zlim(*((low, high) if low < high else (low - 1, high + 1)))
    space.set_xlabel(landscape.names[0])
    space.set_ylabel(landscape.names[1])
    space.set_zlabel(label)
