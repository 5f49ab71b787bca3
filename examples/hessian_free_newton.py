"""Find the surface of least area through a given boundary by Newton steps, without the matrix of the Hessian.

H. F. Scherk (1835) found the minimal surface z = log(cos x / cos y). Give its heights on the boundary of the square
with corners (±1, ±1): those inside, on a grid of 100 × 100 points, are 10,000 unknowns, and their Hessian has 10⁸
entries. The area is that of two triangles in each cell, ½ h √(h² + p² + q²) where heights differ by p and q along the
sides h. Its gradient is by hand, and checked. Newton's equation is solved by iteration, with products of the Hessian
with vectors that are differences of gradients: `analysis.newton_step`. Steps are halved until the area is less.

In the end each step squares the error. What remains is what triangles cannot do, O(h²): four times as much on a grid
half as fine. With the name of a picture, the surface is drawn.
"""

import sys

import numpy as np

import secant
from secant import analysis


def scherk(inside):
    """Heights on a grid with so many points inside in each direction, and one on each side."""
    x = np.linspace(-1, 1, inside + 2)
    return np.log(np.cos(x)[:, np.newaxis] / np.cos(x))


def area(z, frame):
    """The area, and its gradient by the heights inside, z; on the boundary they are those of the frame."""
    heights = frame.copy()
    heights[1:-1, 1:-1] = z
    p, q, h = np.diff(heights, axis=0), np.diff(heights, axis=1), 2 / (len(frame) - 1)
    value, by_p, by_q = 0.0, np.zeros_like(p), np.zeros_like(q)
    for half in (slice(None, -1), slice(1, None)):  # the lower and the upper triangles
        roots = np.sqrt(h**2 + p[:, half] ** 2 + q[half] ** 2)
        value += h / 2 * np.sum(roots)
        by_p[:, half] += h / 2 * p[:, half] / roots
        by_q[half] += h / 2 * q[half] / roots
    return value, -np.diff(by_p, axis=0)[:, 1:-1] - np.diff(by_q, axis=1)[1:-1]


def gradient(z, frame):
    return area(z, frame)[1]


def newton(frame):
    """Heights inside and the step from there, for each of Newton's iterates."""
    z = np.zeros((len(frame) - 2, len(frame) - 2))
    while True:
        found = analysis.newton_step(None, z, grad=gradient, args=(frame,))
        yield z, found
        if np.max(abs(found.step)) < 1e-9:
            return
        share = 1.0
        while area(z + share * found.step, frame)[0] > area(z, frame)[0]:
            share /= 2
        z = z + share * found.step


def main(argv):
    frame, bumps = scherk(100), np.random.default_rng(0).normal(size=(100, 100)) / 100
    report = secant.check_gradient(area, True, bumps, args=(frame,))
    print(f"gradient by hand: {report.verdict}; an error of {report.detectable:.0e} would have shown\n")
    print(f"step {'area':>14} {'|gradient|':>11} {'largest step':>13} {'products':>9} {'distance from Scherk':>21}")
    for k, (z, found) in enumerate(newton(frame)):
        sizes = f"{np.linalg.norm(found.gradient):11.1e} {np.max(abs(found.step)):13.1e} {found.products:9}"
        print(f"{k:4} {area(z, frame)[0]:14.10f} {sizes} {np.max(abs(z - frame[1:-1, 1:-1])):21.2e}")
    *_, (coarse, _) = newton(scherk(50))
    print(f"on a grid half as fine {np.max(abs(coarse - scherk(50)[1:-1, 1:-1])):53.2e}")
    if argv:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(7, 6), layout="constrained").add_subplot(projection="3d")
        x = np.linspace(-1, 1, 102)[1:-1]
        axes.plot_surface(x[:, np.newaxis], x, z, cmap="viridis", rstride=3, cstride=3)
        axes.set(xlabel="x", ylabel="y", title="least area: log(cos x / cos y)")
        axes.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
