"""Sparse Jacobians in SciPy's solvers: the Brusselator on a torus of 100 × 100 points, and others as large."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares, root
from scipy.sparse import block_array, csc_array, diags_array, eye_array, kron
from scipy.sparse.linalg import LinearOperator, splu, spsolve

import secant
from bars import Recorder
from colorings import P

N = 100
SIZE = 2 * N * N
DIFFUSION = 8.0

grid = np.arange(N) / N
SOURCE = 1.0 + 0.3 * np.sin(2 * np.pi * grid)[:, np.newaxis] * np.cos(4 * np.pi * grid)
FEED = 1.6

# Field by field: each diffuses, and reacts with the other one where it is.
LAPLACE, SAME = P.stencil((N, N), periodic=True), P.diagonal(N * N)
PATTERN = P.block([[LAPLACE, SAME], [SAME, LAPLACE]])


def laplacian(w: Any) -> Any:
    """On a torus."""
    rolled = [np.roll(w, step, axis) for axis in (-1, -2) for step in (1, -1)]
    return rolled[0] + rolled[1] + rolled[2] + rolled[3] - 4 * w


def brusselator(y: Any) -> Any:
    """Rates of change of both fields, of one point or of a block of them."""
    u, v = np.moveaxis(y.reshape(*y.shape[:-1], 2, N, N), -3, 0)
    reaction = u * u * v
    du = SOURCE + reaction - (FEED + 1) * u + DIFFUSION * laplacian(u)
    dv = FEED * u - reaction + DIFFUSION * laplacian(v)
    return np.stack([du, dv], axis=-3).reshape(y.shape)


def exact_jacobian(y: Any) -> Any:
    """The same by hand."""
    u, v = y.reshape(2, -1)
    second = diags_array([1.0, 1.0, -2.0, 1.0, 1.0], offsets=[1 - N, -1, 0, 1, N - 1], shape=(N, N))
    diffusion = DIFFUSION * (kron(second, eye_array(N)) + kron(eye_array(N), second))
    uu, uv = diags_array(u * u), diags_array(2 * u * v)
    own = diffusion + uv - (FEED + 1) * eye_array(N * N)
    return block_array([[own, uu], [FEED * eye_array(N * N) - uv, diffusion - uu]], format="csr")


def start() -> Any:
    """Away from the steady state, all points differently."""
    random = np.random.default_rng(0)
    return np.concatenate([1.0 + 0.3 * random.random(N * N), FEED + 0.3 * random.random(N * N)])


@pytest.mark.parametrize(("method", "digits"), [("forward", 5), ("central", 7), ("complex", 11), ("adaptive", 9)])
def test_the_jacobian(method: str, digits: int) -> None:
    y = start()
    J = secant.Jacobian(brusselator, vectorized=True, method=method, sparsity=PATTERN)
    assert J.coloring is not None
    assert J.coloring.ncolors <= 10
    found = J(y)
    assert found.nnz == PATTERN.nnz == SIZE * 6
    assert abs(found - exact_jacobian(y)).max() < 10.0**-digits * 100


def test_stiff_equations() -> None:
    def rhs(t: float, y: Any) -> Any:
        return brusselator(y)

    def exact(t: float, y: Any) -> Any:
        return exact_jacobian(y)

    def solve(jac: Any) -> Any:
        return solve_ivp(rhs, (0.0, 0.01), start(), method="BDF", jac=jac, rtol=1e-3, atol=1e-5)

    J = Recorder(secant.Jacobian(rhs, argnum=1, method="central", sparsity=PATTERN))
    found, reference = solve(J), solve(exact)
    assert found.success
    assert J.calls == found.njev == reference.njev
    assert found.nfev == reference.nfev
    assert found.nlu == reference.nlu
    assert_allclose(found.y[:, -1], reference.y[:, -1], rtol=1e-9)


def steady_state() -> tuple[Any, list[float]]:
    """Newton's iteration, and the size of the residual at each of its points."""
    J = secant.Jacobian(brusselator, method="central", sparsity=PATTERN)
    y = np.concatenate([np.ones(N * N), np.full(N * N, FEED)])
    residuals = [float(np.max(np.abs(brusselator(y))))]
    while residuals[-1] > 1e-11 and len(residuals) < 10:
        y = y - spsolve(csc_array(J(y)), brusselator(y), permc_spec="MMD_AT_PLUS_A")
        residuals.append(float(np.max(np.abs(brusselator(y)))))
    return y, residuals


def test_newtons_iteration_converges_quadratically() -> None:
    y, residuals = steady_state()
    assert residuals[-1] < 1e-11
    assert len(residuals) <= 7
    # Each residual is at most a multiple of the square of the one before, until rounding shows.
    for before, after in pairwise(residuals[1:]):
        assert after <= max(3 * before**2, 1e-12)
    u = y[: N * N]
    assert np.ptp(u) > 1e-3  # it is no constant
    assert_allclose(np.mean(u), np.mean(SOURCE), rtol=1e-9)  # summed up, what comes in goes out


def test_root_by_krylov_with_the_jacobian_as_preconditioner() -> None:
    y = np.concatenate([np.ones(N * N), np.full(N * N, FEED)])
    J = secant.Jacobian(brusselator, method="forward", sparsity=PATTERN)
    factors = splu(csc_array(J(y)), permc_spec="MMD_AT_PLUS_A")
    inverse = LinearOperator((SIZE, SIZE), matvec=factors.solve, dtype=float)

    f = Recorder(brusselator)
    found = root(f, y, method="krylov", options={"fatol": 1e-8, "maxiter": 8, "jac_options": {"inner_M": inverse}})
    assert found.success
    assert np.max(np.abs(found.fun)) < 1e-8
    assert f.calls < 100  # without it, 200 are not enough


def test_least_squares() -> None:
    # Broyden's tridiagonal function, one residual for each of 20,000 unknowns, and one for each pair of neighbours.
    n = 20_000
    t = np.linspace(0, 1, n)

    def residuals(x: Any) -> Any:
        y = (3 - 2 * x) * x + 1
        y[1:] -= x[:-1]
        y[:-1] -= 2 * x[1:]
        return np.concatenate([y, 0.1 * (x[1:] - x[:-1])])

    pattern = P.block([[P.banded(n, 1)], [P.banded((n - 1, n), 0, 1)]])
    J = Recorder(secant.Jacobian(residuals, method="central", sparsity=pattern))
    found = least_squares(residuals, -0.7 + 0.1 * np.sin(9 * t), jac=J, tr_solver="lsmr")
    assert found.success
    assert J.calls == found.njev <= 12
    assert found.optimality < 1e-4
    assert_allclose(found.x[n // 2], -np.sqrt(0.5), rtol=1e-3)
    assert found.jac.shape == (2 * n - 1, n)
    assert found.jac.nnz == pattern.nnz


def test_normal_equations_by_hand() -> None:
    # The same entries that least_squares has are those of Gauss and Newton.
    n = 20_000
    pattern = P.banded((n - 1, n), 0, 1)

    def residuals(x: Any) -> Any:
        return np.concatenate([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])

    both = P.block([[pattern], [P.banded((n - 1, n), 0)]])
    J = secant.Jacobian(residuals, method="central", sparsity=both)
    x = np.full(n, 1.2)
    out = J(x)
    for _ in range(8):
        J(x, out=out)
        x = x - spsolve(csc_array(out.T @ out + 1e-12 * eye_array(n)), out.T @ residuals(x))
    assert_allclose(x, 1.0, rtol=1e-8)
