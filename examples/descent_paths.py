"""Compare gradient descent, momentum and Adam on the valley f(x, y) = ½ (x² + 25 y²).

What descent is up against is the condition κ = 25, the ratio of the Hessian's eigenvalues. Gradient descent with the
best step, 2 / (1 + 25), comes nearer to the minimum by the factor (κ - 1) / (κ + 1) = 12/13 in each step. Momentum
(B. T. Polyak, 1964) at its best has the factor (√κ - 1) / (√κ + 1) = 2/3 in the long run: after k steps, from (x, y),
it is at

    ((1 + k/3) (2/3)ᵏ x, (1 + 5k/3) (-2/3)ᵏ y).

Adam (D. P. Kingma & J. Ba, 2015) divides steps by the size of gradients, variable by variable: curvature matters
little, but it overshoots, and turns around the minimum. Gradients and curvatures are secant's. With the name of a
picture, the paths are drawn.
"""

import sys

import numpy as np

import secant
from secant import analysis, plotting

START = np.array([-9.0, 1.0])


def f(p):
    return (p[0] ** 2 + 25 * p[1] ** 2) / 2


gradient = secant.Gradient(f)


def descent(steps, low, high):
    """Gradient descent with the best step for these curvatures: all its points, as the next two."""
    points = [START]
    for _ in range(steps):
        points.append(points[-1] - 2 / (low + high) * gradient(points[-1]))
    return np.array(points)


def momentum(steps, low, high):
    """Polyak's heavy ball with its best step and momentum."""
    points, low, high = [START, START], np.sqrt(low), np.sqrt(high)
    for _ in range(steps):
        kept = ((high - low) / (high + low)) ** 2 * (points[-1] - points[-2])
        points.append(points[-1] - (2 / (low + high)) ** 2 * gradient(points[-1]) + kept)
    return np.array(points[1:])


def adam(steps, rate=0.5):
    """Adam with its usual decays."""
    points, means, decay = [START], np.zeros((2, 2)), np.array([[0.9], [0.999]])
    for k in range(steps):
        g = gradient(points[-1])
        means = decay * means + (1 - decay) * np.array([g, g * g])
        first, second = means / (1 - decay ** (k + 1))
        points.append(points[-1] - rate * first / (np.sqrt(second) + 1e-8))
    return np.array(points)


def main(argv):
    minimum = analysis.classify(f, [0.0, 0.0])
    print(f"{minimum}\n\ndistance from the minimum, and what theory says\n")
    known = 100, *minimum.eigenvalues
    paths = {"gradient descent": descent(*known), "momentum": momentum(*known), "Adam": adam(100)}
    print(f"steps {'gradient descent':>17} {'theory':>9} {'momentum':>12} {'theory':>9} {'Adam':>9}")
    for k in (1, 2, 5, 10, 20, 50, 100):
        plain, heavy, adaptive = (np.linalg.norm(points[k]) for points in paths.values())
        exact = np.linalg.norm([START * (12 / 13) ** k, START * [1 + k / 3, 1 + 5 * k / 3] * (2 / 3) ** k], axis=1)
        print(f"{k:5} {plain:17.3e} {exact[0]:9.3e} {heavy:12.3e} {exact[1]:9.3e} {adaptive:9.3e}")
    if argv:
        from matplotlib.figure import Figure

        paths = {name: points[:50] for name, points in paths.items()}
        axes = Figure(figsize=(9, 3.9), layout="constrained").add_subplot()
        plotting.contour(f, ([-10, -3], [4, 3]), points=minimum, paths=paths, names=["x", "y"], ax=axes)
        axes.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
