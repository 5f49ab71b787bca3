"""The tutorial's function with its gradient field and all stationary points."""

import sys

from matplotlib import pyplot

from secant import analysis, plotting

BOX = ([-5, -5], [5, 5])


def tilted(x):
    """D. M. Himmelblau's, Applied Nonlinear Programming (1972), and a slope."""
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2 + 4 * x[0]


def main(path):
    figure, ax = pyplot.subplots(figsize=(7, 6), layout="constrained")
    plotting.contour(tilted, BOX, points=analysis.stationary_points(tilted, BOX), ax=ax)
    figure.savefig(path)


if __name__ == "__main__":
    main(sys.argv[1])
