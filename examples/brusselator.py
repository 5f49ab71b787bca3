"""Integrate Turing patterns of the 2-D Brusselator, a stiff system of thousands of unknowns, with its sparse Jacobian.

u' = 1 + u²v - (B + 1) u + D_u Δu,   v' = B u - u²v + D_v Δv   on a periodic square, the reaction–diffusion system of
I. Prigogine & R. Lefever, Journal of Chemical Physics 48 (1968) 1695. Every rate depends on five values of its own
species and one of the other: with the pattern given, and with the one that is found by asking the function, a dozen
evaluations give the Jacobian, where a dense one takes one for each unknown.

``python examples/brusselator.py picture.png`` also draws pattern, colours and solution.
"""

import sys
from time import perf_counter

import numpy as np
from scipy.integrate import solve_ivp

import secant
from secant import plotting

A, B, DIFFUSION, WIDTH = 1.0, 2.6, (1.0, 8.0), 60.0  # the last: of the square


def laplacian(a):
    """Of fields in the last two axes, in units of the grid."""
    return np.roll(a, 1, -1) + np.roll(a, -1, -1) + np.roll(a, 1, -2) + np.roll(a, -1, -2) - 4 * a


def rhs(t, y, grid, width=WIDTH):  # noqa: ARG001 (the rates do not depend on time)
    """Rates of both species at all grid points, u before v; y may have any leading axes."""
    fields = y.reshape((*y.shape[:-1], 2, grid, grid))
    u, v = fields[..., 0, :, :], fields[..., 1, :, :]
    scale = (grid / width) ** 2
    du = A + u * u * v - (B + 1) * u + DIFFUSION[0] * scale * laplacian(u)
    dv = B * u - u * u * v + DIFFUSION[1] * scale * laplacian(v)
    return np.stack([du, dv], axis=-3).reshape(y.shape)


def pattern(grid):
    """Each species diffuses, and reacts with the other where it is."""
    neighbors = secant.SparsityPattern.stencil((grid, grid), periodic=True)
    here = secant.SparsityPattern.diagonal(grid * grid)
    return secant.SparsityPattern.block([[neighbors, here], [here, neighbors]])


def start(grid):
    """The homogeneous steady state with a little noise."""
    rng = np.random.default_rng(1)
    return np.repeat([A, B / A], grid * grid) * (1 + 0.05 * rng.standard_normal(2 * grid * grid))


def main(argv):
    grid, y0 = 48, start(48)
    found = secant.detect_jacobian_pattern(lambda y: rhs(0.0, y, grid), y0, vectorized=True)
    says = "as the stencil says" if found.pattern == pattern(grid) else "NOT as the stencil says"
    print(f"2-D Brusselator on a {grid} × {grid} grid, {y0.size} unknowns")
    print(f"pattern      {found.pattern.nnz} entries, found by {found.evaluations} evaluations; {says}")
    jacobian, begin = secant.Jacobian(rhs, argnum=1, sparsity=pattern(grid), method="forward"), perf_counter()
    done = solve_ivp(rhs, (0, 30.0), y0, "BDF", jac=jacobian, args=(grid,), rtol=1e-4, atol=1e-6)
    u, cost = done.y[: grid * grid, -1].reshape(grid, grid), jacobian.estimate(30.0, done.y[:, -1], grid).evaluations
    print(f"Jacobian     {jacobian.coloring.ncolors} colours: {cost} evaluations, not {y0.size + 1}")
    print(f"integrated   {done.t.size - 1} steps, {done.njev} Jacobians, {perf_counter() - begin:.1f} s")
    print(f"u at the end {u.min():.3f} to {u.max():.3f}: spots, where the homogeneous state {A:g} is not stable")
    if argv:
        from matplotlib.figure import Figure

        left, middle, right = Figure(figsize=(15, 5), layout="constrained").subplots(1, 3)
        corner = pattern(8)
        plotting.pattern(corner, secant.color(corner).column_colors, ax=left)
        left.set_title(f"8 × 8 grid: {corner.nnz} entries, {secant.color(corner).ncolors} colours")
        colors = jacobian.coloring.column_colors.reshape(2, grid, grid)[0]
        middle.imshow(colors[:24, :24], cmap="tab20", interpolation="nearest")
        middle.set_title("colours of u, a corner of the grid")
        image = right.imshow(u, extent=(0, WIDTH, 0, WIDTH), interpolation="bicubic")
        right.set_title("u")
        right.figure.colorbar(image, ax=right, shrink=0.8)
        right.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
