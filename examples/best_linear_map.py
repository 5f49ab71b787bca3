"""Find the best linear approximation of the map f(x, y) = (x² - y², 2xy) at a = (1, ½), and how far it holds.

It is L(x, y) = f(a) + J ((x, y) - a) with the Jacobian J = [[2x, -2y], [2y, 2x]], which is [[2, -1], [1, 2]] at a: of
all linear maps that agree with f at a, the only one whose error is small even beside the distance. f is the square of
the complex number x + iy, so that J turns and stretches like the number 2a = 2 + i. What L leaves out at a + (h, k)
is (h² - k², 2hk), the square of the number h + ik, no longer than the square of the distance. So no value is off by
more than t within √t of a, and by just t somewhere at this distance.

secant finds L, an estimate of what is left out and the radius, from values of f alone. A grid around a with its
images under f and under L is drawn by ``python examples/best_linear_map.py picture.png``.
"""

import sys

import numpy as np

from secant import analysis

A = np.array([1.0, 0.5])
EXACT = np.array([[2.0, -1.0], [1.0, 2.0]])


def f(p):
    x, y = p
    return np.array([x * x - y * y, 2 * x * y])


def grid(middle, half, count=7):
    """Lines of a square grid, each with fifty points, shape (2 count, 50, 2)."""
    across, along = np.meshgrid(np.linspace(-half, half, count), np.linspace(-half, half, 50), indexing="ij")
    lines = np.stack([across, along], axis=-1)
    return middle + np.concatenate([lines, lines[..., ::-1]])


def draw(path, best):
    from matplotlib.figure import Figure

    before, after = Figure(figsize=(9, 4.5), layout="constrained").subplots(1, 2)
    lines = grid(A, 0.3)
    before.plot(*lines.T, color="C0")
    curves = after.plot(*f(lines.T), color="C0")
    straight = after.plot(*best(lines).T, color="C1", ls="--")
    for axes, point, name in ((before, A, "a"), (after, f(A), "f(a)")):
        axes.plot(*point, "o", color="C3")
        axes.annotate(name, point, (5, 5), textcoords="offset points", weight="bold")
        axes.set_aspect("equal")
    before.set_title("a grid around a")
    after.set_title("and its images")
    after.legend([curves[0], straight[0]], ["under f", "under L"])
    after.figure.savefig(path)


def main(argv):
    best = analysis.linearize(f, A)
    print(f"{best}\nexact: {f(A)} and {EXACT.tolist()}\n")
    print(f"{'(h, k)':>16} {'f - L':>21} {'estimate of it':>21} {'(h² - k², 2hk)':>21}")
    for move in (np.array([0.3, 0.4]), np.array([0.03, 0.04]), np.array([0.003, 0.004])):
        left_out = f(A + move) - best(A + move), best.remainder(A + move), f(move)
        pairs = " ".join(f"({x:9.2e}, {y:8.2e})" for x, y in left_out)
        print(f"{f'({move[0]:g}, {move[1]:g})':>16} {pairs}")
    print()
    for tolerance in (1e-2, 1e-4, 1e-6):
        radius = best.radius(tolerance)
        print(f"off by no more than {tolerance:g} within {radius:.6f}; exact: {np.sqrt(tolerance):.6f}")
    if argv:
        draw(argv[0], best)


if __name__ == "__main__":
    main(sys.argv[1:])
