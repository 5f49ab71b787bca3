"""What all pictures share: colours, figures to draw in, and what is visible on their background.

matplotlib is imported where something is drawn, and only there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

RGB = tuple[float, float, float]

# M. Okabe & K. Ito, "Color Universal Design" (2002): told apart by everybody. Their yellow is too light for lines, and
# in place of their black, which is not seen on dark grounds, lines have the ink of their axes.
ORANGE, SKY, GREEN = "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#888888"

# Both halves have even steps of lightness in OKLab (B. Ottosson, 2020), where "PuOr" has its hues: 300° and 65°.
_DARK_DIVERGING = (
    *("#DEBEFF", "#AF86F0", "#7E58B8", "#4C376E"),
    "#1D1D1D",
    *("#613A0B", "#A15E00", "#D78C3A", "#FFC283"),
)

# 800 pixels wide at matplotlib's usual 100 dots an inch.
WIDTH = 8.0


def new_axes(
    size: tuple[float, float], rows: int, columns: int, *, sharex: bool = False, projection: str | None = None
) -> list[Axes]:
    """Panels of a new figure of this size in inches, row by row; ImportError in words where there is no matplotlib."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        msg = 'secant.plotting draws with matplotlib, which is not installed: pip install "secant[plot]"'
        raise ImportError(msg) from error
    _, axes = plt.subplots(
        rows,
        columns,
        figsize=size,
        layout="constrained",
        sharex=sharex,
        squeeze=False,
        subplot_kw={"projection": projection},
    )
    return list(axes.flat)


# ----------------------------------------------------------------------------------------------------------------------
# light and dark


def ground(ax: Axes) -> RGB:
    """The colour that is drawn on: that of the axes over that of their figure."""
    from matplotlib.colors import to_rgba

    colour = (1.0, 1.0, 1.0)
    for artist in (ax.figure.figure, ax.figure, ax):  # the figure, the part of it, the axes
        *over, alpha = to_rgba(artist.get_facecolor())
        colour = _mix(over, colour, alpha)
    return colour


def is_dark(ax: Axes) -> bool:
    """Whether light colours are those that are seen."""
    return bool(lightness(*ground(ax)) < 0.5)


def ink(ax: Axes) -> Any:
    """The colour of the labels of the axes, which their style made visible."""
    return ax.xaxis.label.get_color()


def faint(ax: Axes, share: float) -> RGB:
    """So much ink on the ground, for what is not to be in the way; more on dark grounds, where greys look alike."""
    from matplotlib.colors import to_rgb

    return _mix(to_rgb(ink(ax)), ground(ax), share**0.7 if is_dark(ax) else share)


def lightness(red: Any, green: Any, blue: Any) -> Any:
    """How light colours are, from 0 to 1: black letters are read on what is above 1/2, white ones on the rest."""
    return 0.30 * red + 0.59 * green + 0.11 * blue


def _mix(colour: Sequence[float], other: Sequence[float], share: float) -> RGB:
    red, green, blue = (share * one + (1 - share) * two for one, two in zip(colour, other, strict=True))
    return red, green, blue


def draw_grid(ax: Axes) -> None:
    """A grid behind everything, fainter than anything else."""
    ax.grid(color=faint(ax, 0.08), linewidth=0.7)
    ax.set_axisbelow(True)


def put_legend_above(ax: Axes, columns: int = 6, **which: Any) -> None:
    """A legend that hides nothing; `which` may hold handles that are not drawn."""
    legend: Any = ax.legend
    legend(
        **which,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        ncols=columns,
        fontsize="small",
        frameon=False,
        labelcolor=ink(ax),
        handletextpad=0.4,
        columnspacing=1.5,
    )


def put_legend_inside(ax: Axes, where: str) -> None:
    """A legend on the ground of the axes."""
    legend: Any = ax.legend
    legend(loc=where, fontsize="small", framealpha=0.9, facecolor=ground(ax), labelcolor=ink(ax))


def shades(ax: Axes, *, pale: bool) -> Colormap:
    """A map from small to large, with even steps of lightness: lines in its colours are seen on the ground.

    It is viridis without the end that is near to the ground; pale, all of it mixed with the ground, for areas under
    lines and arrows in ink.
    """
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    if not pale:
        low, high = (0.35, 1.0) if is_dark(ax) else (0.0, 0.8)
        return ListedColormap(colormaps["viridis"](np.linspace(low, high, 256)))
    colours = colormaps["viridis"](np.linspace(0, 1, 256))
    colours[:, :3] = 0.45 * colours[:, :3] + 0.55 * np.array(ground(ax))
    return ListedColormap(colours)


def diverging(ax: Axes) -> Colormap:
    """A map for both signs, with the hues of purple and orange, whose middle is near to the ground."""
    from matplotlib import colormaps
    from matplotlib.colors import LinearSegmentedColormap

    if not is_dark(ax):
        return colormaps["PuOr_r"]
    return LinearSegmentedColormap.from_list("secant", _DARK_DIVERGING)
