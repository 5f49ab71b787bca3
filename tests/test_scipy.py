"""The objects as drop-ins for jac=, hess= and fprime= of SciPy's solvers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp
from scipy.optimize import (
    Bounds,
    NonlinearConstraint,
    approx_fprime,
    least_squares,
    minimize,
    root,
    root_scalar,
    rosen,
    rosen_der,
    rosen_hess,
)

import secant


def test_against_scipys_own_derivatives() -> None:
    x = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    assert_allclose(secant.gradient(rosen, x), rosen_der(x), rtol=1e-9)
    assert_allclose(secant.hessian(rosen, x), rosen_hess(x), rtol=1e-6, atol=1e-5)
    assert_allclose(secant.hessian(rosen, x, grad=rosen_der), rosen_hess(x), rtol=1e-9, atol=1e-7)
    assert_allclose(approx_fprime(x, rosen), secant.gradient(rosen, x, method="forward"), rtol=1e-4)


@pytest.mark.parametrize("method", ["trust-exact", "trust-constr", "Newton-CG", "trust-ncg", "trust-krylov", "dogleg"])
@pytest.mark.parametrize("grad", [None, rosen_der])
def test_minimize_with_gradient_and_hessian(method: str, grad: Any) -> None:
    # dogleg needs a positive definite Hessian on its way: it starts near the minimum.
    start = [1.05, 1.1, 1.2] if method == "dogleg" else [-1.2, 1.0, 0.5]
    found = minimize(
        rosen,
        start,
        method=method,
        jac=secant.Gradient(rosen),
        hess=secant.Hessian(rosen, grad=grad),
        options={"maxiter": 500},
    )
    assert found.success, found.message
    assert_allclose(found.x, np.ones(3), rtol=1e-4)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "CG", "TNC", "SLSQP"])
def test_minimize_with_gradient(method: str) -> None:
    found = minimize(rosen, [0.7, 0.8], method=method, jac=secant.Gradient(rosen))
    assert_allclose(found.x, [1, 1], rtol=1e-3)


def test_minimize_passes_arguments_on() -> None:
    def f(x: Any, centre: Any, power: int) -> Any:
        return np.sum((x - centre) ** power)

    centre = np.array([1.0, -2.0])
    found = minimize(
        f,
        [0.0, 0.0],
        args=(centre, 2),
        method="trust-exact",
        jac=secant.Gradient(f),
        hess=secant.Hessian(f),
    )
    assert found.success
    assert_allclose(found.x, centre, rtol=1e-7)


def test_minimize_within_bounds() -> None:
    bounds = Bounds([0.0, 0.0], [0.5, 2.0])

    def f(x: Any) -> Any:
        assert np.all((x >= bounds.lb) & (x <= bounds.ub))
        return rosen(x)

    found = minimize(f, [0.2, 0.8], method="L-BFGS-B", bounds=bounds, jac=secant.Gradient(f, bounds=bounds))
    assert found.success
    assert_allclose(found.x, [0.5, 0.25], rtol=1e-5)


def test_a_constraint() -> None:
    def circle(x: Any) -> Any:
        return x @ x

    def weighted_hessian(x: Any, v: Any) -> Any:
        return v[0] * secant.hessian(circle, x)

    constraint = NonlinearConstraint(circle, 1.0, 1.0, jac=secant.Gradient(circle), hess=weighted_hessian)
    found = minimize(
        lambda x: x[0] + x[1],
        [0.5, -0.8],
        method="trust-constr",
        jac=secant.Gradient(lambda x: x[0] + x[1]),
        hess=secant.Hessian(lambda x: x[0] + x[1]),
        constraints=[constraint],
    )
    assert_allclose(found.x, [-math.sqrt(0.5)] * 2, rtol=1e-5)


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares(method: str) -> None:
    t = np.linspace(0, 2, 12)

    def residuals(p: Any, t: Any) -> Any:
        return p[0] * np.exp(-p[1] * t) - 3 * np.exp(-0.5 * t)

    found = least_squares(residuals, [1.0, 1.0], jac=secant.Jacobian(residuals), args=(t,), method=method)
    assert found.success
    assert_allclose(found.x, [3.0, 0.5], rtol=1e-7)


def test_least_squares_with_an_operator() -> None:
    t = np.linspace(0, 2, 12)

    def residuals(p: Any) -> Any:
        return p[0] * np.exp(-p[1] * t) - 3 * np.exp(-0.5 * t)

    J = secant.Jacobian(residuals)
    found = least_squares(residuals, [1.0, 1.0], jac=J.operator, tr_solver="lsmr")
    assert found.success
    assert_allclose(found.x, [3.0, 0.5], rtol=1e-6)


@pytest.mark.parametrize("method", ["hybr", "lm"])
def test_root(method: str) -> None:
    def f(x: Any) -> Any:
        return np.array([x[0] ** 2 + x[1] - 3, x[0] - x[1] ** 3 + 0.5])

    found = root(f, [1.0, 1.0], jac=secant.Jacobian(f), method=method)
    assert found.success
    assert_allclose(f(found.x), [0, 0], atol=1e-10)


@pytest.mark.parametrize("method", ["BDF", "Radau"])
def test_stiff_equations(method: str) -> None:
    def rhs(t: float, y: Any, mu: float) -> Any:
        return np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])

    def exact(t: float, y: Any, mu: float) -> Any:
        return np.array([[0, 1], [-2 * mu * y[0] * y[1] - 1, mu * (1 - y[0] ** 2)]])

    def solve(jac: Any) -> Any:
        options: dict[str, Any] = {"method": method, "args": (100.0,), "rtol": 1e-6, "atol": 1e-8}
        return solve_ivp(rhs, (0.0, 50.0), [2.0, 0.0], jac=jac, **options)

    found, reference = solve(secant.Jacobian(rhs, argnum=1)), solve(exact)
    assert found.success
    assert found.njev == reference.njev
    assert found.nfev == reference.nfev
    assert_allclose(found.y[:, -1], reference.y[:, -1], rtol=1e-8)


def test_root_scalar() -> None:
    def f(x: Any) -> Any:
        return x**3 - 2 * x - 5

    found = root_scalar(f, x0=2.0, fprime=secant.Gradient(f), method="newton")
    assert found.converged
    assert found.root == pytest.approx(2.0945514815423265, rel=1e-12)
    halley = root_scalar(f, x0=2.0, fprime=secant.Gradient(f), fprime2=secant.Hessian(f), method="halley")
    assert halley.converged
    assert halley.root == pytest.approx(found.root, rel=1e-12)
    assert halley.iterations <= found.iterations


def test_root_scalar_with_arguments() -> None:
    def f(x: Any, a: float) -> Any:
        return x * x - a

    found = root_scalar(f, args=(2.0,), x0=1.0, fprime=secant.Gradient(f), method="newton")
    assert found.root == pytest.approx(math.sqrt(2), rel=1e-12)
