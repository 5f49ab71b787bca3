"""Newton's and Gauss and Newton's steps against NumPy's solutions of the same systems, and the words about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import rosen, rosen_der, rosen_hess
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import aslinearoperator

import secant
from secant.analysis import gauss_newton_step, newton_step

X = np.array([-1.2, 1.0, 0.5])
EXACT = np.linalg.solve(rosen_hess(X), -rosen_der(X))
LARGE = 300
FAR = np.random.default_rng(0).uniform(0.8, 1.2, LARGE)


def smooth(x: Any) -> Any:
    """Of any shape; strictly convex."""
    x = np.asarray(x)
    return np.sum(np.cosh(x)) + np.sum(x) ** 2 / 4 + np.sum(x)


def gradient_of_smooth(x: Any) -> Any:
    return np.sinh(x) + np.sum(x) / 2 + 1


def hessian_of_smooth(x: Any) -> Any:
    return np.diag(np.cosh(np.ravel(x))) + 0.5


# ----------------------------------------------------------------------------------------------------------------------
# Newton's step: dense


@pytest.mark.parametrize(
    ("derivatives", "widest"),
    [
        ({}, 1e-8),
        ({"grad": rosen_der}, 1e-10),
        ({"hess": rosen_hess}, 1e-8),
        ({"grad": rosen_der, "hess": rosen_hess}, 1e-12),
    ],
)
def test_the_step_and_its_bars(derivatives, widest):
    found = newton_step(rosen, X, **derivatives)
    assert (np.abs(found.step - EXACT) <= found.error).all()
    assert (found.error < widest).all()
    assert found.definiteness == "positive definite"
    assert found.rank == 3
    assert found.is_descent
    assert_allclose(found.slope, rosen_der(X) @ EXACT, rtol=1e-8)
    assert_allclose(found.curvature, -found.slope, rtol=1e-8)
    assert_allclose(found.decrease, -found.slope / 2, rtol=1e-8)
    assert found.residual < 1e-9
    assert (found.evaluations == 0) == ("grad" in derivatives)
    assert (found.gradient_evaluations > 0) == ("grad" in derivatives)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([(), (1,), (4,), (2, 3), (1, 2, 2)]), st.integers(0, 1000), st.booleans())
def test_any_shape(shape, seed, from_gradient):
    x = np.random.default_rng(seed).uniform(-2, 2, shape)
    found = newton_step(smooth, x, grad=gradient_of_smooth if from_gradient else None)
    exact = np.linalg.solve(hessian_of_smooth(x), -np.ravel(gradient_of_smooth(x))).reshape(shape)
    assert found.step.shape == found.error.shape == found.gradient.shape == shape
    assert (np.abs(found.step - exact) <= found.error).all()
    assert (found.error < 1e-7).all()


def test_newton_iterations_reach_a_minimum():
    x = np.array([-1.2, 1.0])
    for _ in range(12):
        x = x + newton_step(rosen, x, grad=rosen_der, indefinite="descend").step
    assert_allclose(x, [1.0, 1.0], atol=1e-12)


def test_noise_widens_the_bars():
    random = np.random.default_rng(0)

    def noisy(x):
        return rosen(x) + 1e-5 * random.normal()

    found = newton_step(noisy, X)
    assert (np.abs(found.step - EXACT) <= found.error).all()
    assert (found.error > 1e-7).all()


def test_a_saddle_of_the_model():
    def saddle(x):
        return x[0] ** 2 - 3 * x[1] ** 2

    found = newton_step(saddle, [1.0, 2.0])
    assert_allclose(found.step, [-1.0, -2.0], atol=1e-9)
    assert found.definiteness == "indefinite"
    assert not found.is_descent
    assert "leads to the saddle of the quadratic model" in found.reason
    down = newton_step(saddle, [1.0, 2.0], indefinite="descend")
    assert_allclose(down.step, [-1.0, 2.0], atol=1e-9)
    assert down.is_descent
    assert down.error is None
    assert_allclose(down.decrease, 1 + 3 * 12, rtol=1e-8)
    assert "by their absolute values" in down.reason


def test_a_maximum_of_the_model():
    found = newton_step(lambda x: -np.sum(x**2), [1.0, 2.0])
    assert found.definiteness == "negative definite"
    assert not found.is_descent
    assert_allclose(found.decrease, -5.0, rtol=1e-8)
    assert newton_step(lambda x: -np.sum(x**2), [1.0, 2.0], indefinite="descend").is_descent


def test_a_singular_hessian_is_named():
    found = newton_step(lambda x: (x[0] + x[1]) ** 2, [1.0, 1.0])
    assert found.definiteness == "singular"
    assert found.rank == 1
    assert_allclose(found.step, [-1.0, -1.0], atol=1e-8)
    assert np.isinf(found.error).all()
    assert "1 eigenvalue is zero within error bars" in found.reason
    assert "the Hessian is singular" in str(found)


def test_unequal_scales_are_not_taken_for_a_singular_hessian():
    scale = np.array([1e8, 1.0, 1e-8])

    def f(x):
        return np.sum(np.cosh(scale * x - 1))

    x = np.array([1.5e-8, 0.5, 2e8])
    found = newton_step(f, x, method=secant.Adaptive(typical=1 / scale))
    exact = -np.tanh(scale * x - 1) / scale
    assert found.definiteness == "positive definite"
    assert (np.abs(found.step - exact) <= found.error).all()
    assert (found.error < 1e-6 * np.abs(exact)).all()


def test_a_stationary_point():
    found = newton_step(smooth, np.zeros(2), grad=np.zeros_like, hess=hessian_of_smooth)
    assert_array_equal(found.step, [0.0, 0.0])
    assert not found.is_descent
    assert found.reason == "the gradient is zero; the Hessian is positive definite"
    large = newton_step(None, np.zeros(LARGE), grad=np.sin)
    assert not large.step.any()
    assert large.reason == "the gradient is zero"


def test_a_method_without_error_bars():
    found = newton_step(rosen, X, method=secant.FiniteDifference("central", 4))
    assert found.error is None
    assert_allclose(found.step, EXACT, rtol=1e-5)
    assert "±" not in str(found)


@pytest.mark.parametrize("kind", [np.asarray, csr_array, aslinearoperator, lambda H: H.reshape(1, 3, 1, 3)])
def test_forms_of_hessians(kind):
    x = X.reshape(1, 3)
    found = newton_step(None, x, grad=lambda x: rosen_der(x[0])[np.newaxis], hess=lambda x: kind(rosen_hess(x[0])))
    assert_allclose(found.step[0], EXACT, rtol=1e-8)
    assert (found.rank is None) == (kind in (csr_array, aslinearoperator))
    assert "Hessian as given" in found.description


def test_a_prepared_hessian_brings_its_bars():
    found = newton_step(rosen, X, hess=secant.Hessian(rosen))
    assert (np.abs(found.step - EXACT) <= found.error).all()
    assert (found.error > 1e-14).any()
    sparse = newton_step(rosen, X, hess=secant.Hessian(rosen, grad=rosen_der, sparsity=rosen_hess(X)))
    assert sparse.error is None
    assert "sparse LU" in sparse.description
    assert_allclose(sparse.step, EXACT, rtol=1e-9)


# ----------------------------------------------------------------------------------------------------------------------
# Newton's step: matrix-free


def counted(calls: list[int]) -> Any:
    def grad(x):
        calls.append(1)
        return rosen_der(x)

    return grad


@pytest.mark.parametrize("indefinite", ["solve", "descend"])
def test_a_large_convex_model(indefinite):
    calls: list[int] = []
    x = np.full(LARGE, 1.0) + 1e-3 * np.sin(np.arange(LARGE))
    found = newton_step(None, x, grad=counted(calls), indefinite=indefinite, rtol=1e-8)
    exact = np.linalg.solve(rosen_hess(x), -rosen_der(x))
    assert_allclose(found.step, exact, rtol=1e-5, atol=1e-6 * np.abs(exact).max())
    assert found.residual <= 2e-8 * np.linalg.norm(rosen_der(x))
    assert found.is_descent
    assert found.error is None
    assert found.gradient_evaluations == len(calls)
    assert 0 < found.products < 600
    assert ("MINRES" if indefinite == "solve" else "conjugate gradients") in found.description


def test_a_large_indefinite_model():
    x = np.random.default_rng(1).uniform(-1, 1, LARGE)
    exact = np.linalg.solve(rosen_hess(x), -rosen_der(x))
    found = newton_step(None, x, grad=rosen_der)
    assert np.linalg.norm(found.step - exact) < 1e-3 * np.linalg.norm(exact)
    assert found.residual <= 1e-6 * np.linalg.norm(rosen_der(x))
    down = newton_step(None, x, grad=rosen_der, indefinite="descend")
    assert down.is_descent
    assert down.slope < 0 < down.decrease
    assert "met negative curvature" in down.reason


def test_negative_curvature_along_the_gradient():
    found = newton_step(None, np.ones(LARGE), grad=lambda x: -x, indefinite="descend")
    assert_allclose(found.step, np.ones(LARGE))
    assert found.decrease == pytest.approx(1.5 * LARGE)
    assert "whose opposite is the step" in found.reason


def test_a_large_singular_system_is_told():
    # Hessian diag(1, ..., 1, 0), and the gradient has a part along the last axis that no step removes.
    def grad(x):
        return np.r_[x[:-1], 1.0]

    found = newton_step(None, np.ones(LARGE), grad=grad)
    assert "the Hessian is singular, or nearly so" in found.reason
    assert found.residual == pytest.approx(1.0, rel=1e-3)
    sparse = newton_step(None, np.ones(LARGE), grad=grad, hess=lambda x: diags_array(np.r_[np.ones(LARGE - 1), 0.0]))
    assert "the Hessian is singular, or nearly so" in sparse.reason


def test_an_iteration_that_is_cut_short():
    x = np.random.default_rng(1).uniform(-1, 1, LARGE)
    found = newton_step(None, x, grad=rosen_der, maxiter=5)
    assert "after" in found.reason
    assert found.products < 12
    assert found.residual > 1e-6 * np.linalg.norm(rosen_der(x))


# ----------------------------------------------------------------------------------------------------------------------
# Gauss and Newton's step


def residuals(x: Any) -> Any:
    x = np.ravel(x)
    return np.array([[10 * (x[1] - x[0] ** 2), 1 - x[0]], [np.exp(x[0] / 4) - 1, x[0] * x[1]]])


def jacobian_of_residuals(x: Any) -> Any:
    x = np.ravel(x)
    return np.array([[-20 * x[0], 10.0], [-1.0, 0.0], [np.exp(x[0] / 4) / 4, 0.0], [x[1], x[0]]])


POINT = np.array([-1.2, 1.0])


def twin(x: Any, damping: float) -> Any:
    J, r = jacobian_of_residuals(x), residuals(x).ravel()
    rows = np.concatenate([J, np.sqrt(damping) * np.eye(2)])
    return np.linalg.lstsq(rows, -np.concatenate([r, np.zeros(2)]), rcond=None)[0]


@pytest.mark.parametrize("damping", [0.0, 0.5, 100.0])
@pytest.mark.parametrize("jac", [None, jacobian_of_residuals])
def test_the_least_squares_step_and_its_bars(damping, jac):
    found = gauss_newton_step(residuals, POINT, jac=jac, damping=damping)
    exact = twin(POINT, damping)
    assert np.linalg.norm(found.step - exact) <= found.error.max()
    assert (found.error < 1e-9).all()
    assert found.rank == 2
    assert found.is_descent
    after = residuals(POINT).ravel() + jacobian_of_residuals(POINT) @ exact
    assert_allclose(found.decrease, (np.sum(residuals(POINT) ** 2) - after @ after) / 2, rtol=1e-9)
    assert found.residual < 1e-8
    assert found.residuals.shape == (2, 2)


@pytest.mark.parametrize("damping", [0.0, 0.5])
def test_sparse_and_matrix_free_least_squares(damping):
    exact = twin(POINT, damping)
    pattern = jacobian_of_residuals(POINT) != 0
    ways: list[dict[str, Any]] = [
        {"sparsity": pattern},
        {"jac": lambda x: csr_array(jacobian_of_residuals(x))},
        {"jac": secant.Jacobian(residuals).operator},
        {"jac": secant.Jacobian(residuals, sparsity=pattern)},
    ]
    for way in ways:
        found = gauss_newton_step(residuals, POINT, damping=damping, **way)
        assert_allclose(found.step, exact, rtol=1e-8)
        assert found.rank is None
        assert found.error is None
        assert "LSMR" in found.description
        assert found.residual < 1e-7


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([(), (2,), (2, 2)]), st.sampled_from([(4,), (5,), (3, 3)]), st.integers(0, 1000))
def test_least_squares_of_any_shape(shape, outputs, seed):
    random = np.random.default_rng(seed)
    A = random.normal(size=(int(np.prod(outputs)), int(np.prod(shape))))
    b = random.normal(size=A.shape[0])

    def r(x):
        return (np.sinh(A @ np.ravel(x)) - b).reshape(outputs)

    x = random.uniform(-0.5, 0.5, shape)
    found = gauss_newton_step(r, x)
    J = np.cosh(A @ np.ravel(x))[:, np.newaxis] * A
    exact = np.linalg.lstsq(J, -r(x).ravel(), rcond=None)[0]
    assert found.step.shape == shape
    assert np.linalg.norm(found.step.ravel() - exact) <= found.error.max()


def test_a_jacobian_without_full_rank():
    found = gauss_newton_step(lambda x: [x[0] + x[1] - 1, 2 * (x[0] + x[1])], [1.0, 1.0])
    assert found.rank == 1
    assert_allclose(found.step, [-0.9, -0.9], rtol=1e-9)
    assert np.isinf(found.error).all()
    assert "rank 1 of 2 within error bars: the step is the shortest" in found.reason
    damped = gauss_newton_step(lambda x: [x[0] + x[1] - 1, 2 * (x[0] + x[1])], [1.0, 1.0], damping=1.0)
    J = np.array([[1.0, 1.0], [2.0, 2.0]])
    exact = np.linalg.solve(J.T @ J + np.eye(2), -J.T @ [1.0, 4.0])
    assert np.linalg.norm(damped.step - exact) <= damped.error.max() < 1e-9
    assert "damping keeps the step short" in damped.reason
    wide = gauss_newton_step(lambda x: x[0] + 2 * x[1] - 4, [1.0, 1.0])
    assert_allclose(wide.step, [0.2, 0.4], rtol=1e-9)


def test_residuals_that_vanish():
    found = gauss_newton_step(lambda x: x - [1.0, 2.0], [1.0, 2.0])
    assert_array_equal(found.step, [0.0, 0.0])
    assert not found.is_descent
    assert "decrease    0 of" in str(found)
    sparse = gauss_newton_step(lambda x: x - [1.0, 2.0], [1.0, 2.0], sparsity=np.eye(2))
    assert sparse.reason == "the residuals are zero"


# ----------------------------------------------------------------------------------------------------------------------
# what is said, and what is refused


def test_the_tables():
    lines = str(newton_step(rosen, X)).splitlines()
    assert lines[0].startswith("Newton step from x, downhill: the Hessian is positive definite")
    assert all("±" in line for line in lines[2:5])
    large = str(newton_step(None, FAR, grad=rosen_der))
    assert f"… and {LARGE - 8} shorter ones" in large
    damped = str(gauss_newton_step(residuals, POINT, damping=2.0))
    assert damped.startswith("Gauss-Newton step from x, damping 2: the Jacobian has full rank")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"indefinite": "maybe"}, ValueError, "indefinite is 'maybe'; accepted are 'solve' and 'descend'"),
        ({"rtol": 1.5}, ValueError, "rtol is 1.5; accepted are numbers between 0 and 1"),
        ({"maxiter": 0}, ValueError, "maxiter is 0; accepted are positive integers"),
        ({"grad": lambda x: x[:1]}, ValueError, "grad returned shape (1,), but x has shape (3,)"),
        ({"grad": lambda x: 1j * x}, TypeError, "grad(x) has dtype complex128; accepted are real numbers"),
        ({"args": [1.0]}, TypeError, "args is a list; accepted is a tuple of f's other arguments"),
        ({"hess": 3}, TypeError, "hess is a int; accepted are callables"),
        ({"hess": lambda x: np.eye(2)}, ValueError, "the Hessian has shape (2, 2); accepted is (3, 3)"),
        ({"hess": lambda x: csr_array(np.eye(2))}, ValueError, "hess returned shape (2, 2); accepted is (3, 3)"),
        ({"hess": lambda x: np.full((3, 3), np.nan)}, ValueError, "the Hessian is not finite: its entry [0, 0] is nan"),
        ({"hess": lambda x: 1j * np.eye(3)}, TypeError, "hess returned dtype complex128; accepted are real numbers"),
    ],
)
def test_what_newton_refuses(options, error, words):
    with pytest.raises(error) as raised:
        newton_step(rosen, X, **options)
    assert words in str(raised.value)


def test_large_points_need_a_gradient():
    with pytest.raises(ValueError, match="neither grad nor hess is given, and x has 300 variables"):
        newton_step(rosen, FAR)
    found = newton_step(rosen, FAR[:120], hess=rosen_hess)
    assert_allclose(found.step, np.linalg.solve(rosen_hess(FAR[:120]), -rosen_der(FAR[:120])), rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"damping": -1.0}, ValueError, "damping is -1.0; accepted are finite numbers that are not negative"),
        ({"damping": "much"}, ValueError, "damping is 'much'"),
        ({"jac": jacobian_of_residuals, "sparsity": np.ones((4, 2))}, ValueError, "jac and sparsity are both given"),
        ({"args": [1.0]}, TypeError, "args is a list; accepted is a tuple of f's other arguments"),
        ({"jac": 3}, TypeError, "jac is a int; accepted are callables"),
        ({"jac": lambda x: np.eye(3)}, ValueError, "the Jacobian has shape (3, 3); accepted is (2, 2, 2)"),
        ({"jac": lambda x: csr_array(np.eye(3))}, ValueError, "jac returned shape (3, 3); accepted is (4, 2)"),
        ({"jac": lambda x: np.full((4, 2), np.inf)}, ValueError, "the Jacobian is not finite"),
        ({"jac": lambda x: 1j * np.ones((4, 2))}, TypeError, "jac returned dtype complex128"),
        ({"rtol": 0}, ValueError, "rtol is 0; accepted are numbers between 0 and 1"),
    ],
)
def test_what_gauss_newton_refuses(options, error, words):
    with pytest.raises(error) as raised:
        gauss_newton_step(residuals, POINT, **options)
    assert words in str(raised.value)


def test_residuals_that_are_refused():
    with pytest.raises(ValueError, match=r"f\(x\) is not finite"):
        gauss_newton_step(lambda x: x * np.nan, POINT)
    with pytest.raises(ValueError, match=r"residuals\(x\) is empty, of shape \(0,\)"):
        gauss_newton_step(lambda x: [], POINT)
    with pytest.raises(TypeError, match=r"residuals\(x\) has dtype complex128; accepted are real numbers"):
        gauss_newton_step(lambda x: 1j * x, POINT)
