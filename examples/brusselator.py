"""Turing patterns of the 2-D Brusselator: a stiff system of thousands of unknowns, integrated with its sparse Jacobian.

u' = 1 + u²v - (A + 1) u + D_u Δu,   v' = A u - u²v + D_v Δv   on a periodic square, the reaction–diffusion system of
I. Prigogine & R. Lefever, Journal of Chemical Physics 48 (1968) 1695. Every value depends on five of its own species
and one of the other: with the pattern given, and with the one that is found by asking the function, a dozen evaluations
give the Jacobian, where a dense one takes one for each unknown.

``python examples/brusselator.py picture.png`` also draws pattern, colours and solution (needs matplotlib).
"""

import sys
from time import perf_counter

import numpy as np
from scipy.integrate import solve_ivp

import secant

A, B = 1.0, 2.6
DIFFUSION = (1.0, 8.0)
WIDTH = 60.0  # of the square


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


def solve(grid, end):
    """The solution at time `end`, and how it was found."""
    jacobian = secant.Jacobian(rhs, argnum=1, sparsity=pattern(grid), method="forward", vectorized=False)
    done = solve_ivp(rhs, (0, end), start(grid), "BDF", jac=jacobian, args=(grid,), rtol=1e-4, atol=1e-6)
    assert done.success, done.message
    return done, jacobian


def draw(path, jacobian, y, grid):
    """Pattern, colours, and the first species."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from secant import plotting

    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(15, 5), layout="constrained")
    corner = pattern(8)
    plotting.pattern(corner, secant.color(corner).column_colors, ax=left)
    left.set_title(f"8 × 8 grid: {corner.nnz} entries, {secant.color(corner).ncolors} colours")
    colors = jacobian.coloring.column_colors.reshape(2, grid, grid)[0]
    middle.imshow(colors[:24, :24], cmap="tab20", interpolation="nearest")
    middle.set_title("colours of u, a corner of the grid")
    image = right.imshow(y.reshape(2, grid, grid)[0], extent=(0, WIDTH, 0, WIDTH), interpolation="bicubic")
    figure.colorbar(image, ax=right, shrink=0.8)
    right.set_title("u")
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def main(arguments):
    grid = 48
    unknowns = 2 * grid * grid
    y0 = start(grid)
    found = secant.detect_jacobian_pattern(lambda y: rhs(0.0, y, grid), y0, vectorized=True)
    print(f"2-D Brusselator on a {grid} × {grid} grid, {unknowns} unknowns")
    print(
        f"pattern      {found.pattern.nnz} entries, found by {found.evaluations} evaluations;"
        f" {'as' if found.pattern == pattern(grid) else 'NOT as'} the stencil says"
    )
    begin = perf_counter()
    done, jacobian = solve(grid, 40.0)
    estimate = jacobian.estimate(done.t[-1], done.y[:, -1], grid)
    print(f"Jacobian     {jacobian.coloring.ncolors} colours: {estimate.evaluations} evaluations, not {unknowns + 1}")
    print(f"integrated   {done.t.size - 1} steps, {done.njev} Jacobians, {perf_counter() - begin:.1f} s")
    u = done.y[: grid * grid, -1]
    print(f"u at the end {u.min():.3f} to {u.max():.3f}: spots, where the homogeneous state {A:g} is not stable")
    if arguments:
        draw(arguments[0], jacobian, done.y[:, -1], grid)
        print(f"picture      {arguments[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
