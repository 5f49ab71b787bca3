"""Products with vectors against the dense derivatives, and operators against SciPy's solvers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse.linalg import LinearOperator, aslinearoperator, cg, eigsh, lsqr

import secant
import twins
from secant import ComplexStep, FiniteDifference

CENTRAL_4 = FiniteDifference("central", 4)
RTOL: dict[Any, float] = {
    "forward": 1e-6,
    "backward": 1e-6,
    "central": 1e-8,
    CENTRAL_4: 1e-10,
    "adaptive": 1e-11,
    "complex": 1e-13,
}
METHODS = list(RTOL)
# From values, products are second differences: half, and two thirds, of the digits.
RTOL_SECOND: dict[Any, float] = {
    "forward": 1e-3,
    "backward": 1e-3,
    "central": 1e-5,
    CENTRAL_4: 1e-7,
    "adaptive": 1e-8,
    "complex": 1e-10,
}
STEP = 2.0**-5
EPS = np.finfo(float).eps


def scalar_valued(x: Any) -> Any:
    return np.exp(x[0]) * np.sin(x[1]) + x[0] * x[2] ** 3 - np.cos(x[1] * x[2])


def gradient_of_scalar_valued(x: Any) -> Any:
    s = np.sin(x[1] * x[2])
    return np.array(
        [
            np.exp(x[0]) * np.sin(x[1]) + x[2] ** 3,
            np.exp(x[0]) * np.cos(x[1]) + x[2] * s,
            3 * x[0] * x[2] ** 2 + x[1] * s,
        ]
    )


def array_valued(x: Any) -> Any:
    first = [np.exp(x[0]) * np.sin(x[1]), x[0] * x[2] ** 3]
    return np.array([first, [x[0] * x[1] * x[2], np.tanh(x[1])]])


X = np.array([0.3, -0.7, 1.1])
V = np.array([0.5, -2.0, 1.25])
W = np.array([[1.5, -0.5], [0.25, 2.0]])


class Counter:
    def __init__(self, f: Any) -> None:
        self.f = f
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return self.f(x)


# ----------------------------------------------------------------------------------------------------------------------
# jvp, vjp, hvp


@pytest.mark.parametrize(
    ("side", "order"),
    [("central", order) for order in (2, 4, 6, 8)]
    + [(side, order) for side in ("forward", "backward") for order in range(1, 9)],
)
class TestAgainstTwins:
    def tolerance(self, side: str, order: int, derivative: int = 1) -> float:
        return 30 * EPS * twins.gain_of(side, order, derivative) / STEP**derivative

    def test_jvp(self, side: str, order: int) -> None:
        found = secant.jvp(array_valued, X, V, method=FiniteDifference(side, order, STEP))
        expected = twins.jvp(array_valued, X, V, STEP, side, order)
        assert_allclose(found, expected, rtol=0, atol=self.tolerance(side, order))

    def test_vjp(self, side: str, order: int) -> None:
        found = secant.vjp(array_valued, X, W, method=FiniteDifference(side, order, STEP))
        expected = twins.vjp(array_valued, X, W, STEP, side, order)
        assert_allclose(found, expected, rtol=0, atol=4 * self.tolerance(side, order))

    def test_hvp_from_gradient(self, side: str, order: int) -> None:
        method = FiniteDifference(side, order, STEP)
        found = secant.hvp(scalar_valued, X, V, grad=gradient_of_scalar_valued, method=method)
        expected = twins.hvp_from_gradient(gradient_of_scalar_valued, X, V, STEP, side, order)
        assert_allclose(found, expected, rtol=0, atol=self.tolerance(side, order))


# Order 1 has a shorter formula than the twin's, which needs f at more points.
@pytest.mark.parametrize(
    ("side", "order"),
    [("central", order) for order in (2, 4, 6, 8)]
    + [(side, order) for side in ("forward", "backward") for order in range(2, 9)],
)
@pytest.mark.parametrize("f", [scalar_valued, array_valued])
def test_hvp_from_values_against_the_twin(f: Any, side: str, order: int) -> None:
    found = secant.hvp(f, X, V, method=FiniteDifference(side, order, STEP))
    expected = twins.hvp(f, X, V, STEP, side, order)
    assert_allclose(found, expected, rtol=0, atol=60 * EPS * twins.gain_of(side, order, 2) / STEP**2)


@pytest.mark.parametrize("method", METHODS)
class TestAgainstDense:
    def test_jvp(self, method: Any) -> None:
        J = secant.jacobian(array_valued, X, method="complex")
        assert_allclose(secant.jvp(array_valued, X, V, method=method), J @ V, rtol=RTOL[method])
        g = secant.gradient(scalar_valued, X, method="complex")
        assert_allclose(secant.jvp(scalar_valued, X, V, method=method), g @ V, rtol=RTOL[method])

    def test_vjp(self, method: Any) -> None:
        J = secant.jacobian(array_valued, X, method="complex")
        assert_allclose(secant.vjp(array_valued, X, W, method=method), np.einsum("ab,abj->j", W, J), rtol=RTOL[method])
        g = secant.gradient(scalar_valued, X, method="complex")
        assert_allclose(secant.vjp(scalar_valued, X, -3.0, method=method), -3 * g, rtol=RTOL[method])

    def test_hvp(self, method: Any) -> None:
        H = secant.hessian(scalar_valued, X, method="complex")
        atol = RTOL_SECOND[method]
        assert_allclose(secant.hvp(scalar_valued, X, V, method=method), H @ V, rtol=RTOL_SECOND[method], atol=atol)
        T = secant.hessian(array_valued, X, method="complex")
        assert_allclose(secant.hvp(array_valued, X, V, method=method), T @ V, rtol=RTOL_SECOND[method], atol=atol)

    def test_hvp_from_gradient(self, method: Any) -> None:
        H = secant.hessian(scalar_valued, X, grad=gradient_of_scalar_valued, method="complex")
        found = secant.hvp(scalar_valued, X, V, grad=gradient_of_scalar_valued, method=method)
        assert_allclose(found, H @ V, rtol=RTOL[method])

    @pytest.mark.parametrize("x", [2.0, np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([2.0])])
    def test_any_shape(self, method: Any, x: Any) -> None:
        def f(x: Any) -> Any:
            return x * x * x

        v = 1 + 0.5 * np.asarray(x)
        assert secant.jvp(f, x, v, method=method).shape == np.shape(x)
        assert_allclose(secant.jvp(f, x, v, method=method), 3 * np.asarray(x) ** 2 * v, rtol=RTOL[method])
        assert_allclose(secant.vjp(f, x, v, method=method), 3 * np.asarray(x) ** 2 * v, rtol=RTOL[method])
        total = secant.hvp(lambda x: np.sum(f(x)), x, v, method=method)
        assert total.shape == np.shape(x)
        assert_allclose(total, 6 * np.asarray(x) * v, rtol=RTOL_SECOND[method])
        each = secant.hvp(f, x, v, method=method)
        assert each.shape == np.shape(x) * 2
        assert secant.hvp(f, x, v, grad=lambda x: 3 * x * x, method=method).shape == np.shape(x)

    def test_vectorized_is_the_same_bit_for_bit(self, method: Any) -> None:
        def f(z: Any) -> Any:
            return np.stack([z[..., 0] * z[..., 1], z[..., 2] ** 2 + z[..., 0]], axis=-1)

        for function, u in ((secant.jvp, V), (secant.vjp, [1.0, 2.0]), (secant.hvp, V)):
            once = function(f, X, u, method=method, vectorized=True)
            assert_array_equal(once, function(f, X, u, method=method))


def test_the_length_of_v_matters() -> None:
    for scale in (1e-12, 1e-3, 1.0, 1e3, 1e12):
        assert_allclose(
            secant.jvp(array_valued, X, scale * V) / scale, secant.jvp(array_valued, X, V), rtol=1e-9, atol=1e-11
        )
        assert_allclose(
            secant.hvp(scalar_valued, X, scale * V) / scale, secant.hvp(scalar_valued, X, V), rtol=1e-6, atol=1e-7
        )


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1e-100, 1e100, 1e200, 1e300])
def test_a_very_long_or_short_v(scale: float) -> None:
    # f is linear or quadratic: no step along v is too long.
    v = scale * V
    np.testing.assert_array_less(0, np.abs(v))
    assert_allclose(secant.jvp(lambda x: 2 * x, X, v), 2 * v, rtol=1e-10)
    assert_allclose(secant.hvp(lambda x: x @ x, X, v, grad=lambda x: 2 * x), 2 * v, rtol=1e-10)
    estimate = secant.hvp(lambda x: x @ x, X, v, full_output=True)
    assert_allclose(estimate.value, 2 * v, rtol=1e-6)
    assert np.all(estimate.status == secant.Status.OK)


@pytest.mark.parametrize("method", METHODS)
def test_a_zero_v_gives_zero(method: Any) -> None:
    assert_array_equal(secant.jvp(array_valued, X, 0 * V, method=method), np.zeros((2, 2)))
    assert_array_equal(secant.vjp(array_valued, X, 0 * W, method=method), np.zeros(3))
    assert_array_equal(secant.hvp(scalar_valued, X, 0 * V, grad=gradient_of_scalar_valued, method=method), np.zeros(3))
    assert_allclose(secant.hvp(scalar_valued, X, 0 * V, method=method), np.zeros(3), atol=1e-300)


@pytest.mark.parametrize("n", [1, 3, 20])
def test_evaluations(n: int) -> None:
    x, v = np.linspace(0.5, 1.5, n), np.ones(n)
    table: list[tuple[Any, Any, Any, int]] = [
        (secant.jvp, np.sin, "forward", 2),
        (secant.jvp, np.sin, "central", 2),
        (secant.jvp, np.sin, CENTRAL_4, 4),
        (secant.jvp, np.sin, "adaptive", 8),
        # One more, with which the complex step checks itself.
        (secant.jvp, np.sin, "complex", 2),
        (secant.jvp, np.sin, FiniteDifference("backward", 5), 6),
        (secant.vjp, np.sin, "forward", n + 1),
        (secant.vjp, np.sin, CENTRAL_4, 4 * n),
        (secant.vjp, np.sin, "adaptive", 7 * n + 1),
        (secant.vjp, np.sin, "complex", n + 1),
        (secant.hvp, np.sum, "central", 2 * (2 * n + 1) + 1),
        (secant.hvp, np.sum, CENTRAL_4, 4 * (2 * n + 1) + 1),
        # Of a quadratic: four pairs of points along each variable and along v, three along a diagonal.
        (secant.hvp, lambda x: x @ x, "adaptive", 8 * (n + 1) + 6 * n + 1),
        (secant.hvp, np.sum, "complex", 4 * n),
    ]
    for function, f, method, expected in table:
        counter = Counter(f)
        estimate = function(counter, x, v, method=method, full_output=True)
        assert (estimate.evaluations, counter.calls) == (expected, expected), (function, method)
    gradients: list[tuple[Any, int]] = [
        ("forward", 2),
        ("central", 2),
        (CENTRAL_4, 4),
        ("adaptive", 8),
        ("complex", 2),
    ]
    for method, expected in gradients:
        grad = Counter(lambda x: 2 * x)
        assert secant.hvp(None, x, v, grad=grad, method=method, full_output=True).evaluations == expected
        assert grad.calls == expected


def test_the_step_along_v_is_its_factor() -> None:
    estimate = secant.jvp(array_valued, X, V, method=CENTRAL_4, full_output=True)
    assert estimate.step.shape == ()
    # No variable moves by more than its own step would be.
    assert np.max(np.abs(estimate.step * V)) <= 2**0.5 * EPS ** (1 / 5) * 1.1
    # The adaptive method's is that of its widest points.
    points: list[Any] = []
    estimate = secant.jvp(lambda x: points.append(x.copy()) or array_valued(x), X, V, full_output=True)
    assert estimate.step.shape == ()
    factors = np.abs((np.array(points) - X) @ V) / (V @ V)
    assert np.any(np.isclose(factors, estimate.step, rtol=1e-12))
    calls = []
    secant.jvp(lambda x: calls.append(x.copy()) or 1.0, X, V, method=FiniteDifference(step=0.5))
    assert_allclose(sorted(c[0] for c in calls), [X[0] - 0.25, X[0] + 0.25])


def test_arguments_and_bounds() -> None:
    def f(t: float, x: Any, a: float) -> Any:
        assert np.all(x >= 1.0)
        return t * a * x**2

    x, v = np.array([1.0, 3.0]), np.array([1.0, -1.0])
    options: dict[str, Any] = {"args": (5.0, 2.0), "argnum": 1, "bounds": (1.0, None)}
    assert_allclose(secant.jvp(f, x, v, **options), 20 * x * v, rtol=1e-10)
    assert_allclose(secant.vjp(f, x, v, **options), 20 * x * v, rtol=1e-10)
    assert_allclose(secant.hvp(lambda *a: np.sum(f(*a)), x, v, **options), 20 * v, rtol=1e-7)


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"])
def test_a_variable_that_v_does_not_move_needs_no_room(method: Any) -> None:
    def f(x: Any) -> Any:
        assert x[1] == 2.0
        return x[0] ** 2 * x[1]

    bounds = ([0.0, 2.0], [3.0, 2.0])
    assert_allclose(secant.jvp(f, [1.0, 2.0], [1.0, 0.0], bounds=bounds, method=method), 4.0, rtol=1e-6)


@pytest.mark.parametrize(
    ("x", "v", "step"),
    [([1e20, 1.0], [0.0, 1.0], 1e-3), ([1.0, 1.0], [0.0, 1e20], 1e-23)],
    ids=["large variable at rest", "long v"],
)
def test_a_step_along_v_is_only_judged_by_what_it_moves(x: Any, v: Any, step: float) -> None:
    found = secant.jvp(lambda x: x[1] ** 2, x, v, method=FiniteDifference(step=step))
    assert found == pytest.approx(2 * v[1], rel=1e-6)


def test_a_step_along_v_that_moves_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="step is too small"):
        secant.jvp(lambda x: x[0] ** 2, [1.0], [1e-30], method=FiniteDifference(step=1e-3))


def test_bounds_that_leave_no_line() -> None:
    # A corner: v points out of the box one way, -v the other.
    with pytest.raises(ValueError, match=r"no room to move x along v in either direction; take the whole derivative"):
        secant.jvp(array_valued, [0.0, 0.0, 0.0], [1.0, -1.0, 0.0], bounds=(0.0, 1.0))


def test_complex_weights_and_values() -> None:
    def f(x: Any) -> Any:
        return np.array([np.exp(1j * x[0]) * x[1], x[2] + 2j * x[0]])

    J = secant.jacobian(f, X)
    w = np.array([1.0 - 2j, 0.5j])
    assert_allclose(secant.vjp(f, X, w), w @ J, rtol=1e-10)  # not conjugated
    assert_allclose(secant.vjp(f, X, [1.0, 2.0]), np.array([1, 2]) @ J, rtol=1e-10)
    real = secant.vjp(array_valued, X, W * 1j)
    assert real.dtype == np.complex128
    assert_allclose(real, 1j * secant.vjp(array_valued, X, W), rtol=1e-14)
    assert_allclose(secant.jvp(f, X, V), J @ V, rtol=1e-10)
    through = secant.vjp(array_valued, X, W * 1j, method="complex")
    assert_allclose(through, 1j * secant.vjp(array_valued, X, W, method="complex"), rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble])
def test_other_precisions(dtype: Any) -> None:
    x, v = X.astype(dtype), V.astype(dtype)
    rtol = 1e-3 if dtype is np.float32 else 1e-11
    J = secant.jacobian(np.sin, X, method="complex")
    for found, expected in ((secant.jvp(np.sin, x, v), J @ V), (secant.vjp(np.sin, x, v), V @ J)):
        assert found.dtype == dtype
        assert_allclose(found, expected, rtol=rtol, atol=rtol)


# ----------------------------------------------------------------------------------------------------------------------
# operators


def dense(operator: LinearOperator) -> Any:
    return operator @ np.eye(operator.shape[1])


@pytest.mark.parametrize("method", METHODS)
class TestJacobianOperator:
    def test_it_is_the_jacobian(self, method: Any) -> None:
        J = secant.Jacobian(array_valued, method=method)
        operator = J.operator(X)
        assert isinstance(operator, LinearOperator)
        assert aslinearoperator(operator) is operator
        assert operator.shape == (4, 3)
        assert operator.dtype == np.float64
        exact = secant.jacobian(array_valued, X, method="complex").reshape(4, 3)
        tolerance: dict[str, Any] = {"rtol": RTOL[method], "atol": RTOL[method]}
        assert_allclose(dense(operator), exact, **tolerance)
        assert_allclose(dense(operator.T), exact.T, **tolerance)
        assert_allclose(dense(operator.H), exact.T, **tolerance)
        assert_allclose(operator.matmat(np.outer(V, [1.0, 2.0])), np.outer(exact @ V, [1, 2]), **tolerance)
        assert_allclose(operator.rmatvec(W.ravel()), W.ravel() @ exact, **tolerance)
        assert_allclose(operator @ V[:, None], (exact @ V)[:, None], **tolerance)
        assert_allclose((2 * operator + operator) @ V, 3 * exact @ V, **tolerance)
        assert_allclose(operator @ (V + 2j * V), (1 + 2j) * (exact @ V), **tolerance)

    def test_least_squares(self, method: Any) -> None:
        A = np.random.default_rng(0).normal(size=(8, 3))
        operator = secant.Jacobian(lambda x: A @ x + x[0] ** 2, method=method).operator(np.zeros(3))
        b = np.arange(8.0)
        expected = np.linalg.lstsq(A, b, rcond=None)[0]
        assert_allclose(lsqr(operator, b, atol=1e-14, btol=1e-14)[0], expected, rtol=10 * RTOL[method])


def test_jacobian_operator_of_complex_values() -> None:
    def f(x: Any) -> Any:
        return np.array([np.exp(1j * x[0]) * x[1], x[2] + 2j * x[0]])

    J = secant.jacobian(f, X)
    operator = secant.Jacobian(f).operator(X)
    assert operator.dtype == np.complex128
    assert_allclose(dense(operator), J, atol=1e-10)
    assert_allclose(dense(operator.T), J.T, atol=1e-10)
    assert_allclose(dense(operator.H), J.conj().T, atol=1e-10)
    w = np.array([1 - 2j, 3j])
    assert_allclose(operator.H @ w, J.conj().T @ w, atol=1e-10)
    assert_allclose(np.vdot(w, operator @ V), np.vdot(operator.H @ w, V), rtol=1e-9)


def test_operator_costs() -> None:
    f = Counter(array_valued)
    operator = secant.Jacobian(f, method="central").operator(X)
    assert f.calls == 1
    operator @ V
    assert f.calls == 3
    operator.T @ np.ones(4)
    assert f.calls == 9


def test_an_operator_stays_at_its_point() -> None:
    x = X.copy()
    operator = secant.Jacobian(array_valued).operator(x)
    before = operator @ V
    x[:] = 100.0
    assert_array_equal(operator @ V, before)


def test_operator_arguments() -> None:
    operator = secant.Jacobian(lambda t, x: t * x**2, argnum=1).operator(3.0, np.array([[1.0, 2.0]]))
    assert operator.shape == (2, 2)
    assert_allclose(dense(operator), np.diag([6.0, 12.0]), atol=1e-10)


@pytest.mark.parametrize("kind", [secant.Jacobian, secant.Hessian])
def test_operator_of_a_scalar(kind: Any) -> None:
    seen = set()

    def f(x: Any) -> Any:
        seen.add(type(x))
        return x**2

    operator = kind(f).operator(2.0)
    assert operator.shape == (1, 1)
    assert_allclose(operator @ [1.0], [4.0] if kind is secant.Jacobian else [2.0], rtol=1e-8)
    assert seen == {np.float64}


@pytest.mark.parametrize("grad", [None, gradient_of_scalar_valued])
@pytest.mark.parametrize("method", METHODS)
def test_hessian_operator(method: Any, grad: Any) -> None:
    operator = secant.Hessian(scalar_valued, grad=grad, method=method).operator(X)
    exact = secant.hessian(scalar_valued, X, method="complex")
    assert operator.shape == (3, 3)
    assert operator.dtype == np.float64
    rtol = (RTOL_SECOND if grad is None else RTOL)[method] * (1e2 if method == "complex" else 1)
    for one in (operator, operator.T, operator.H):
        assert_allclose(dense(one), exact, rtol=0, atol=10 * rtol)
    assert_allclose(operator.matmat(np.outer(V, [1.0, 1j])), np.outer(exact @ V, [1, 1j]), rtol=0, atol=20 * rtol)


@pytest.mark.parametrize("with_grad", [False, True])
def test_conjugate_gradients_and_eigenvalues(with_grad: bool) -> None:
    A = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 5.0]])
    H = secant.Hessian(lambda x: x @ A @ x / 2, grad=(lambda x: A @ x) if with_grad else None)
    operator = H.operator(np.zeros(3))
    b = np.array([1.0, -2.0, 3.0])
    solution, info = cg(operator, b, rtol=1e-10)
    assert info == 0
    assert_allclose(solution, np.linalg.solve(A, b), rtol=1e-7)
    largest = eigsh(operator, k=1, v0=b, return_eigenvectors=False)
    assert_allclose(largest, np.linalg.eigvalsh(A)[-1:], rtol=1e-7)


def test_hessian_operator_of_a_matrix_shaped_x() -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    operator = secant.Hessian(lambda x: np.sum(x**3)).operator(x)
    assert_allclose(dense(operator), np.diag(6 * x.ravel()), atol=1e-6)


@pytest.mark.parametrize(
    ("H", "what"),
    [
        (secant.Hessian(array_valued), r"f\(x\) has shape \(2, 2\)"),
        (secant.Hessian(None, grad=lambda x: np.outer(x, x)), r"grad\(x\) has shape \(3, 3\)"),
    ],
)
def test_a_hessian_operator_needs_a_scalar_valued_f(H: Any, what: str) -> None:
    with pytest.raises(ValueError, match=rf"an operator needs a scalar-valued f, but {what}"):
        H.operator(X)


def test_operators_find_what_is_wrong_at_once() -> None:
    with pytest.raises(ValueError, match=r"f\(x\)\[1\] is nan"):
        secant.Jacobian(lambda x: np.array([1.0, math.nan])).operator(X)
    with pytest.raises(ValueError, match=r"x\[0\] is inf"):
        secant.Jacobian(array_valued).operator([math.inf, 0.0, 0.0])


def test_a_complex_step_of_ones_own() -> None:
    assert_allclose(
        secant.jvp(array_valued, X, V, method=ComplexStep(1e-25)),
        secant.jvp(array_valued, X, V, method="complex"),
        rtol=1e-14,
    )


def test_rounding_of_terms_that_cancel_is_no_jump_of_f():
    # At the minimum, f is 0 by cancellation: next to it, samples differ from f(x) by the same few units on both scales.
    A, b, x = np.array([[3.0, 2.0], [2.0, 6.0]]), np.array([2.0, -8.0]), np.array([-2.0, 2.0])
    random = np.random.default_rng(0)
    for v in random.standard_normal((300, 2)):
        found = secant.hvp(lambda x: x @ A @ x / 2 + b @ x + 10, x, v, full_output=True)
        assert np.all(np.abs(found.value - A @ v) <= found.error), (v, found)
