"""What all pictures share: colours, and figures to draw in.

matplotlib is imported where something is drawn, and only there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# M. Okabe & K. Ito, "Color Universal Design" (2002): told apart by everybody. Their yellow is too light for lines.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#888888"

# 800 pixels wide at matplotlib's usual 100 dots an inch.
WIDTH = 8.0


def new_axes(size: tuple[float, float], rows: int, columns: int, *, sharex: bool = False) -> list[Axes]:
    """Panels of a new figure of this size in inches, row by row; ImportError in words where there is no matplotlib."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        msg = 'secant.plotting draws with matplotlib, which is not installed: pip install "secant[plot]"'
        raise ImportError(msg) from error
    _, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", sharex=sharex, squeeze=False)
    return list(axes.flat)
