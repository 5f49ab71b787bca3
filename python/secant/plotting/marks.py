"""Marks of stationary points and of paths, the same in all pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.plotting.style import BLUE, GREY, ORANGE, PURPLE, VERMILION

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

KINDS: dict[str, tuple[str | None, str]] = {
    "minimum": (BLUE, "o"),
    "maximum": (VERMILION, "^"),
    "saddle": (ORANGE, "X"),
    "degenerate": (PURPLE, "D"),
    "undecided": (GREY, "s"),
    "not stationary": (None, "x"),
}
"""Colour and marker of each kind of point, in the order of legends; None is the ink of the picture."""

PATHS = ((VERMILION, "-"), (None, "--"), (PURPLE, "-."), (BLUE, ":"), (ORANGE, (0, (5, 1, 1, 1, 1, 1))), (GREY, "-"))
"""Colour and dashes of paths, in turn; None is the ink of the picture."""

MARKED = 60
"""Paths of up to as many points have a dot at each."""


def points_by_kind(points: Any) -> dict[str, Floats]:
    """Coordinates of points, shape (k, 2), by kind in the order of legends."""
    single = hasattr(points, "kind") and hasattr(points, "x")
    found: dict[str, list[Floats]] = {}
    for k, point in enumerate([points] if single else points):
        if not (hasattr(point, "kind") and hasattr(point, "x")):
            msg = (
                f"points[{k}] is a {type(point).__name__}; accepted are objects with .x and .kind, "
                "as secant.analysis.classify returns them"
            )
            raise TypeError(msg)
        if point.kind not in KINDS:
            msg = f"points[{k}].kind is {point.kind!r}; accepted are {', '.join(map(repr, KINDS))}"
            raise ValueError(msg)
        place = np.asarray(point.x, np.float64)
        if place.shape != (2,):
            msg = f"points[{k}].x has shape {place.shape}; accepted are points of two variables, shape (2,)"
            raise ValueError(msg)
        found.setdefault(point.kind, []).append(place)
    return {kind: np.array(found[kind]) for kind in KINDS if kind in found}


def point_style(kind: str, ink: Any) -> dict[str, Any]:
    """What Axes.plot draws points of this kind with."""
    colour, marker = KINDS[kind]
    edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 1.0}
    if marker == "x":
        edge = {"markeredgewidth": 2.0}
    return {
        "color": ink if colour is None else colour,
        "marker": marker,
        "markersize": 10 if marker in "X^" else 8.5,
        "linestyle": "none",
        "label": kind,
        **edge,
    }


def path_style(number: int, ink: Any, ground: Any) -> dict[str, Any]:
    """What Axes.plot draws this path with: a line with a rim of the ground's colour, which is seen on any other."""
    from matplotlib.patheffects import Normal, Stroke

    colour, dashes = PATHS[number % len(PATHS)]
    return {
        "color": ink if colour is None else colour,
        "linestyle": dashes,
        "linewidth": 1.8,
        "path_effects": [Stroke(linewidth=3.6, foreground=ground, alpha=0.8), Normal()],
    }
