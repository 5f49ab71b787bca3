"""Find the minimum of x² + y² on the line x + y = 1, and what it costs to move the line.

At the minimum the gradient of f is normal to the line, that is a multiple of the gradient of g(x, y) = x + y - 1:
(2x, 2y) = λ (1, 1). With x + y = 1 this gives x = y = ½, f = ½ and λ = 1. Along the line f curves up, by its second
derivative in the direction (1, -1)/√2, which is 2: a minimum. The multiplier is a price: for x + y = c the least
value is c²/2, and its derivative by c at c = 1 is λ.

`analysis.lagrange` finds the point and the multiplier, and classifies it on the line; then secant differentiates the
least value itself, through the solver. A picture: ``python examples/lagrange_multipliers.py picture.png``.
"""

import sys

import numpy as np

import secant
from secant import analysis, plotting

START = np.array([2.0, -1.5])


def f(p):
    return p[0] ** 2 + p[1] ** 2


def optimum(c=1.0):
    """The point on the line x + y = c where f is least."""
    return analysis.lagrange(f, lambda p: p[0] + p[1] - c, START)


def price():
    """The derivative of the least value by c at c = 1, as an Estimate."""
    return secant.gradient(lambda c: optimum(c).value, 1.0, full_output=True)


def draw(path, found):
    from matplotlib import rcParams
    from matplotlib.figure import Figure

    ink = rcParams["text.color"]
    axes = Figure(figsize=(7.5, 6), layout="constrained").add_subplot()
    plotting.contour(
        f, ([-1, -1], [2, 2]), points=found, names=["x", "y"], levels=[0.1, 0.5, 1, 2, 4], field=9, ax=axes
    )
    axes.axline((1, 0), (0, 1), color=ink, lw=2.5)
    axes.text(1.45, -0.4, "x + y = 1", weight="bold")
    axes.annotate("", found.x + 1, found.x, arrowprops={"arrowstyle": "-|>", "lw": 2.5, "color": ink})
    axes.text(1.55, 1.5, "∇f = λ ∇g", weight="bold", va="top")
    axes.figure.savefig(path)


def main(argv):
    found, slope = optimum(), price()
    print(f"{found}\n")
    print(f"{'':22} {'exact':>6} {'secant':>19} {'error bar':>10}")
    rows = [("x", 0.5, found.x[0], found.x_error[0]), ("y", 0.5, found.x[1], found.x_error[1])]
    rows += [("multiplier λ", 1.0, found.multipliers[0], found.multiplier_error[0])]
    rows += [("d(least value)/dc", 1.0, slope.value, slope.error)]
    rows += [("curvature on the line", 2.0, found.eigenvalues[0], found.eigenvalue_error[0])]
    for name, exact, value, error in rows:
        print(f"{name:22} {exact:6g} {value:19.14f} {error:10.0e}")
    if argv:
        draw(argv[0], found)


if __name__ == "__main__":
    main(sys.argv[1:])
