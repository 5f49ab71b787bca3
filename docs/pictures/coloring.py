"""How colouring works: a matrix with coloured columns, its product with the seeds, and the grid that it comes from."""

import sys

from matplotlib import pyplot

import secant

WIDTH, HEIGHT = 5, 4
PALETTE = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442"]


def cell(ax, column, row, color):
    """One entry of a matrix."""
    ax.add_patch(pyplot.Rectangle((column - 0.44, row - 0.44), 0.88, 0.88, facecolor=color, edgecolor="none"))


def frame(ax, rows, columns, title):
    """A matrix without axes."""
    ax.set(xlim=(-0.7, columns - 0.3), ylim=(rows - 0.3, -0.7), aspect="equal", xticks=[], yticks=[])
    ax.set_title(title, fontsize="medium")
    for side in ax.spines.values():
        side.set_color(pyplot.rcParams["grid.color"])


def main(path):
    pattern = secant.SparsityPattern.stencil((HEIGHT, WIDTH))
    coloring = secant.color(pattern)
    colors, n = coloring.column_colors, pattern.shape[1]
    figure, (grid, matrix, product) = pyplot.subplots(
        1, 3, figsize=(8.6, 3.9), layout="constrained", width_ratios=[WIDTH, 9, 9 * coloring.ncolors / n + 0.6]
    )
    figure.get_layout_engine().set(wspace=0.06)

    for k in range(n):
        y, x = divmod(k, WIDTH)
        for dx, dy in ((1, 0), (0, 1)):
            if x + dx < WIDTH and y + dy < HEIGHT:
                grid.plot([x, x + dx], [y, y + dy], color=pyplot.rcParams["grid.color"], zorder=1)
        grid.scatter(x, y, s=330, color=PALETTE[colors[k]], zorder=2)
        grid.text(x, y, str(k), ha="center", va="center", color="white", fontsize="small", fontweight="bold", zorder=3)
    grid.set(xlim=(-0.6, WIDTH - 0.4), ylim=(HEIGHT - 0.4, -0.6), aspect="equal")
    grid.axis("off")
    grid.set_title(f"{n} variables on a grid,\n{coloring.ncolors} colours", fontsize="medium")

    rows, columns = pattern.coordinates()
    frame(matrix, n, n, f"the Jacobian J: {n} columns")
    frame(product, n, coloring.ncolors, f"J S: {coloring.ncolors} products")
    for row, column in zip(rows, columns, strict=True):
        cell(matrix, column, row, PALETTE[colors[column]])
        cell(product, colors[column], row, PALETTE[colors[column]])
        if row == 7:
            for ax, at in ((matrix, column), (product, colors[column])):
                ax.text(at, row, str(column), ha="center", va="center", color="white", fontsize=5, fontweight="bold")
    for ax, end in ((matrix, n), (product, coloring.ncolors)):
        ax.add_patch(
            pyplot.Rectangle((-0.6, 6.4), end + 0.2, 1.2, fill=False, edgecolor=pyplot.rcParams["text.color"], lw=1)
        )
    figure.savefig(path)


if __name__ == "__main__":
    main(sys.argv[1])
