"""Find all partial derivatives of f(x, y) = x² + xy + y² of first and second order at (1, 2).

By the rules: f_x = 2x + y and f_y = x + 2y, hence 4 and 5 at (1, 2); f_xx = 2, f_xy = f_yx = 1 (Schwarz) and f_yy =
2. The derivative along the unit vector u = (4, -3)/5 is ∇f · u = 1/5, and no direction is steeper than ∇f itself,
with the slope ‖∇f‖ = √41. f is homogeneous of degree 2, so that x f_x + y f_y = 2f = 14 (Euler).

secant finds each from values of f alone, with a bar that says how far it may be off. With the name of a picture,
level lines and gradients are drawn: ``python examples/partial_derivatives.py picture.png``.
"""

import sys

import numpy as np

import secant
from secant import plotting

POINT = np.array([1.0, 2.0])
DIRECTION = np.array([0.8, -0.6])


def f(p):
    x, y = p
    return x * x + x * y + y * y


def derivatives():
    """What is asked for, as (name, formula, exact value, value, error bar)."""
    gradient = secant.gradient(f, POINT, full_output=True)
    along = secant.jvp(f, POINT, DIRECTION, full_output=True)
    rows = [("f_x", "2x + y", 4.0, gradient.value[0], gradient.error[0])]
    rows += [("f_y", "x + 2y", 5.0, gradient.value[1], gradient.error[1])]
    for name, orders, exact in (("f_xx", (2, 0), 2.0), ("f_xy", (1, 1), 1.0), ("f_yy", (0, 2), 2.0)):
        second = secant.partial(f, POINT, orders, full_output=True)
        rows.append((name, f"{exact:g}", exact, second.value, second.error))
    rows.append(("∂f/∂u", "∇f · u", 0.2, along.value, along.error))
    # A sum of terms is no further off than the sum of their bars.
    euler = POINT @ gradient.value, POINT @ gradient.error
    return [*rows, ("Euler", "x f_x + y f_y", 14.0, *euler)]


def draw(path):
    from matplotlib import rcParams
    from matplotlib.figure import Figure

    ink = rcParams["text.color"]
    axes = Figure(figsize=(7.5, 6), layout="constrained").add_subplot()
    plotting.contour(f, (-3, 3), field=12, names=["x", "y"], ax=axes)
    for vector, name in ((secant.gradient(f, POINT) / 8, "∇f / 8"), (DIRECTION, "u")):
        axes.annotate("", POINT + vector, POINT, arrowprops={"arrowstyle": "-|>", "color": ink, "lw": 2}, zorder=5)
        axes.annotate(name, POINT + vector, (5, -3), textcoords="offset points", weight="bold")
    axes.plot(*POINT, "o", color=ink)
    axes.figure.savefig(path)


def main(argv):
    print("f(x, y) = x² + xy + y² at (1, 2)\n")
    print(f"{'':6} {'by the rules':>13} {'exact':>6} {'secant':>18} {'error bar':>10}")
    for name, formula, exact, value, error in derivatives():
        print(f"{name:6} {formula:>13} {exact:6g} {value:18.13f} {error:10.0e}")
    steepest = secant.gradient(f, POINT)
    print(f"\nsteepest slope {np.linalg.norm(steepest):.12f}; exact: √41 = {np.sqrt(41):.12f}")
    if argv:
        draw(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
