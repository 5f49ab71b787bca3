"""Classify the stationary point of f(x, y) = x² - y², and leave it.

The gradient (2x, -2y) is zero at the origin, and the Hessian diag(2, -2) has an eigenvalue of each sign: a saddle, a
minimum along x and a maximum along y. Gradient descent that starts on the x axis never leaves it: x is halved by each
step of 1/4, and the path ends in the saddle, where all looks done, since the gradient is zero. The second derivatives
know better: `classify` names the direction that curves down, and a small step along it, say 1/100, is enough. After k
more steps of descent the distance has grown to (3/2)ᵏ / 100, and f has fallen by the square of that.

The surface with both paths: ``python examples/saddle.py picture.png``.
"""

import sys

import numpy as np

import secant
from secant import analysis, plotting

START, STEP, NUDGE = np.array([1.0, 0.0]), 0.25, 0.01


def f(p):
    return p[0] ** 2 - p[1] ** 2


def descend(start, steps):
    """Points of gradient descent."""
    points = [start]
    for _ in range(steps):
        points.append(points[-1] - STEP * secant.gradient(f, points[-1]))
    return np.array(points)


def escape(saddle, steps):
    """Points of gradient descent from a point beside a saddle, to the side of falling y."""
    (direction,) = saddle.descent_directions
    beside = saddle.x + NUDGE * direction * -np.sign(direction[1])
    return np.vstack([saddle.x, descend(beside, steps)])


def main(argv):
    arriving = descend(START, 60)
    saddle = analysis.classify(f, arriving[-1], xtol=1e-9)
    print(f"gradient descent from {START} ends at {arriving[-1]}:\n{saddle}")
    print("exact: eigenvalues -2 and 2, down along (0, 1)\n")
    leaving = escape(saddle, 11)
    print(f"{'step':>4} {'y':>18} {'exact':>18} {'f':>12} {'f_y':>10} {'error bar':>10}")
    for k, point in enumerate(leaving[1:]):
        by_y = secant.partial(f, point, (0, 1), full_output=True)
        values = f"{point[1]:18.14f} {-NUDGE * 1.5**k:18.14f} {f(point):12.3e}"
        print(f"{k:4} {values} {by_y.value:10.5f} {by_y.error:10.0e}")
    if argv:
        from matplotlib.figure import Figure

        paths = {"descent from (1, 0)": arriving, "escape": leaving}
        axes = Figure(figsize=(7.5, 6), layout="constrained").add_subplot(projection="3d")
        plotting.surface(f, (-1, 1), points=[saddle], paths=paths, names=["x", "y"], ax=axes)
        axes.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
