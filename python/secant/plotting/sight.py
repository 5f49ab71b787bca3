"""Lines on a surface, of which only what is in sight is drawn, from wherever the surface is looked at.

This is the one file that imports matplotlib outside of functions: it is imported where something is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from mpl_toolkits.mplot3d.art3d import Line3D

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_STEPS = 150
"""Points at which a ray is compared with the surface."""


class LineInSight(Line3D):  # type: ignore[misc]
    """A line on the surface z(x, y), without what the surface hides; or, if `hidden`, without the rest.

    Parameters
    ----------
    points : ndarray of shape (k, 3)
        The line; it is interrupted where coordinates are NaN.
    surface : tuple of ndarray
        x, y and z, of shapes (n,), (m,) and (m, n): a regular grid, NaN where there is no surface.
    hidden : bool
        Which part is drawn.
    **style
        For `matplotlib.lines.Line2D`.
    """

    def __init__(self, points: Floats, surface: tuple[Floats, Floats, Floats], *, hidden: bool, **style: Any) -> None:
        super().__init__(*points.T, **style)
        self._points, self._surface, self._hidden = points, surface, hidden

    def draw(self, renderer: Any) -> None:
        """Find what is in sight from where the eye is now, and draw that."""
        seen = in_sight(self._points, self._surface, self.axes.get_proj())
        self.set_data_3d(*np.where((seen != self._hidden)[:, np.newaxis], self._points, np.nan).T)
        super().draw(renderer)


def in_sight(points: Floats, surface: tuple[Floats, Floats, Floats], projection: Floats) -> npt.NDArray[np.bool_]:
    """Whether nothing of the surface is between its points, shape (k, 3), and the eye of the projection, shape (4, 4).

    On its way to the eye, a ray must stay on one side of the surface.
    """
    x, y, z = surface
    low = np.array([x[0], y[0], np.nanmin(z)])
    span = np.array([x[-1], y[-1], np.nanmax(z)]) - low
    span[2] = span[2] or 1.0
    # Points with the same place on the screen that are a little nearer.
    there = np.column_stack([points, np.ones(len(points))]) @ projection.T
    there /= there[:, 3:]
    there[:, 2] -= 1e-3
    nearer = there @ np.linalg.inv(projection).T
    direction = (nearer[:, :3] / nearer[:, 3:] - points) / span
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    # In units of the box, whose diagonal is sqrt(3). The first step leaves the facet that the point is on.
    first = 2 / min(len(x), len(y))
    way = np.linspace(first, np.sqrt(3), _STEPS)
    place = (points - low) / span
    ray = place[:, np.newaxis] + way[:, np.newaxis] * direction[:, np.newaxis]
    above = ray[..., 2] - (_heights(z, ray[..., 0], ray[..., 1]) - low[2]) / span[2]
    above = np.where(np.isnan(above), 0.0, above)
    return np.asarray(~((above > 0).any(axis=1) & (above < 0).any(axis=1)))


def _heights(z: Floats, right: Floats, up: Floats) -> Floats:
    """The surface between the points of its grid, at coordinates from 0 to 1; NaN elsewhere."""
    m, n = z.shape
    column, row = right * (n - 1), up * (m - 1)
    inside = (column >= 0) & (column <= n - 1) & (row >= 0) & (row <= m - 1)
    column, row = np.where(inside, column, 0.0), np.where(inside, row, 0.0)
    i, j = np.minimum(row.astype(int), m - 2), np.minimum(column.astype(int), n - 2)
    s, t = row - i, column - j
    found = (1 - s) * ((1 - t) * z[i, j] + t * z[i, j + 1]) + s * ((1 - t) * z[i + 1, j] + t * z[i + 1, j + 1])
    return np.where(inside, found, np.nan)
