"""Minimise the quadratic f(x) = ½ xᵀA x + bᵀx + 10 with A = [[3, 2], [2, 6]] and b = (2, -8).

The gradient A x + b is zero where A x = -b: at x = (-2, 2), with f = 0. The Hessian A has the eigenvalues 2 and 7,
both positive: a minimum. It is the example of J. R. Shewchuk, "An introduction to the conjugate gradient method
without the agonizing pain" (1994), but for signs. Newton-CG solves A s = -∇f by conjugate gradients, only as exactly
as is worth it far from the minimum; an exact Newton step is there at once, from anywhere, since f is its own
quadratic model.

SciPy's solver has gradients and Hessians from secant; `classify` says what it found, by eigenvalues with error bars.
A picture of the path: ``python examples/newton_cg.py picture.png``.
"""

import sys

import numpy as np
from scipy.optimize import minimize

import secant
from secant import analysis, plotting

A, b = np.array([[3.0, 2.0], [2.0, 6.0]]), np.array([2.0, -8.0])
START = np.array([2.0, 6.0])


def f(x):
    return x @ A @ x / 2 + b @ x + 10


def newton_cg():
    """SciPy's result, and the points on the way to it."""
    path = [START]
    found = minimize(
        f,
        START,
        method="Newton-CG",
        jac=secant.Gradient(f),
        hess=secant.Hessian(f),
        callback=lambda x: path.append(x.copy()),
    )
    return found, np.array(path)


def draw(path, points, found):
    from matplotlib.figure import Figure

    one = np.array([START, START + analysis.newton_step(f, START).step])
    paths = {"Newton-CG": points, "one Newton step": one}
    axes = Figure(figsize=(8, 6), layout="constrained").add_subplot()
    plotting.contour(f, ([-6, -2], [4, 7]), points=[found], paths=paths, names=["x₁", "x₂"], ax=axes)
    axes.figure.savefig(path)


def main(argv):
    found, points = newton_cg()
    print(f"{'step':>4} {'x1':>16} {'x2':>16} {'f':>9} {'|gradient|':>11} {'error bar':>10}")
    for k, x in enumerate(points):
        gradient = secant.gradient(f, x, full_output=True)
        size, bar = np.linalg.norm(gradient.value), np.linalg.norm(gradient.error)
        print(f"{k:4} {x[0]:16.12f} {x[1]:16.12f} {f(x):9.1e} {size:11.1e} {bar:10.0e}")
    print(f"exact{-2:16.12f} {2:16.12f} {0:9.1e}\n")
    print(analysis.classify(f, found.x), "  (exact: 2 and 7)\n")
    step = analysis.newton_step(f, START)
    print(f"one Newton step from the start: {START + step.step}")
    if argv:
        draw(argv[0], points, analysis.classify(f, found.x))


if __name__ == "__main__":
    main(sys.argv[1:])
