"""Second derivatives and products with error bars: Hessians from values and from gradients, jvp, vjp, hvp."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_array_equal

import secant
from bars import Ledger, Recorder, digits, holds
from multivariate_problems import MULTIVARIATE, MultivariateProblem
from problems import SCALAR_VALUED
from scalar_problems import _hash_noise
from secant import Adaptive, Estimate, Status

modest = settings(deadline=None, max_examples=60, derandomize=True)

SCALAR_VALUED_MULTIVARIATE = [
    problem for problem in MULTIVARIATE if np.ndim(problem.f(problem.point())) == 0 and len(problem.x) <= 10
]

# Of ten variables near 1, of polynomials with terms near 1.
TEN = [problem for problem in SCALAR_VALUED_MULTIVARIATE if len(problem.x) == 10]


@cache
def second_derivatives(problem: MultivariateProblem) -> tuple[Estimate, Recorder]:
    """What the default method finds from values, and where it looked."""
    f = Recorder(problem.f)
    return secant.hessian(f, problem.point(), full_output=True), f


# ----------------------------------------------------------------------------------------------------------------------
# Hessians from values


def test_the_set_is_large() -> None:
    assert len(SCALAR_VALUED_MULTIVARIATE) >= 60
    assert len(TEN) >= 6


# Measured: 99.6 %, the median bar 28 times the true error.
def test_bars_hold() -> None:
    ledger = Ledger()
    for problem in SCALAR_VALUED_MULTIVARIATE:
        ledger.add(problem.name, second_derivatives(problem)[0], problem.exact_hessian())
    ledger.check(share=0.99, tightness=40)


# Measured: a median of 11.8.
def test_digits() -> None:
    measured = {p.name: digits(second_derivatives(p)[0].value, p.exact_hessian()) for p in SCALAR_VALUED_MULTIVARIATE}
    table = "\n".join(f"{d:6.2f}  {name}" for name, d in sorted(measured.items(), key=lambda item: item[1]))
    assert np.median(list(measured.values())) >= 9, table


def test_evaluations_of_smooth_functions_of_ten_variables() -> None:
    for problem in TEN:
        n = len(problem.x)
        # Measured: 351 for most of them, 1 + 8 n + 3 n (n - 1), and 431.
        assert second_derivatives(problem)[1].calls <= 2.5 * n**2 + 20 * n, problem.name


# A pair has its own line, with at most as many samples as a variable has, one of which is f(x).
def test_evaluations_are_counted_and_no_more_than_there_may_be() -> None:
    for problem in SCALAR_VALUED_MULTIVARIATE:
        estimate, f = second_derivatives(problem)
        n = len(problem.x)
        assert estimate.evaluations == f.calls <= 1 + 19 * (n * (n + 1) // 2), problem.name


def test_f_of_x_is_evaluated_once() -> None:
    again = [p.name for p in SCALAR_VALUED_MULTIVARIATE if second_derivatives(p)[1].calls_at(p.point()) != 1]
    assert again == []


def test_hessians_are_symmetric_and_so_are_their_errors() -> None:
    for problem in SCALAR_VALUED_MULTIVARIATE:
        estimate, _ = second_derivatives(problem)
        for part in (estimate.value, estimate.error, estimate.status):
            assert_array_equal(part, part.T, err_msg=problem.name)


def test_what_is_not_finite_has_a_status() -> None:
    # Also where a mixed entry is made of two others, and only one of those has no value.
    for problem in SCALAR_VALUED_MULTIVARIATE:
        estimate, _ = second_derivatives(problem)
        assert_array_equal(np.isfinite(estimate.value), estimate.status >= 0, err_msg=problem.name)


def test_a_mixed_entry_is_as_bad_as_what_it_is_made_of() -> None:
    def f(x: Any) -> Any:
        return x[0] * x[1] + (math.exp(x[0]) if x[1] == 0.5 or abs(x[0] - 0.3) > 1e-9 else math.nan)

    # f is not finite along the second variable alone.
    found = secant.hessian(f, [0.3, 0.5], full_output=True)
    assert_array_equal(np.isnan(found.value), [[False, True], [True, True]])
    assert_array_equal(found.status, np.where(np.isnan(found.value), Status.NOT_FINITE, Status.OK))
    assert_array_equal(np.isinf(found.error), np.isnan(found.value))


@pytest.mark.parametrize(
    ("f", "x", "exact"),
    [
        (lambda x: x[0] / 3 + x[1] / 7, [1.0, 2.0], [[0, 0], [0, 0]]),
        (lambda x: x[0] / 3 + x[1] / 7, [0.0, 0.0], [[0, 0], [0, 0]]),
        (lambda x: x[0] * x[1] / 3, [1.0, 2.0], [[0, 1 / 3], [1 / 3, 0]]),
        (lambda x: x[0] * x[1] / 3, [0.0, 0.0], [[0, 1 / 3], [1 / 3, 0]]),
        (lambda x: 7.3 + 0 * x[0], [1.0, 2.0], [[0, 0], [0, 0]]),
        (lambda x: np.sin(x[0]) * np.cos(x[1]), [0.0, 0.0], [[0, 0], [0, 0]]),
        (lambda x: x[0] * np.exp(x[1]), [0.7, 0.0], [[0, 1], [1, 0.7]]),
    ],
)
def test_entries_that_are_zero(f: Any, x: Any, exact: Any) -> None:
    found = secant.hessian(f, x, full_output=True)
    assert np.all(holds(found, np.array(exact)))
    assert_array_equal(found.status, Status.OK)
    assert np.all(found.error <= 1e-8)


def test_variables_of_different_scales() -> None:
    # f(s x) has the Hessian s_i s_j H: digits are those of variables near 1.
    def f(x: Any) -> Any:
        return np.exp(x[0]) * np.sin(x[1]) + x[2] ** 3 * x[0]

    x = np.array([0.3, 0.8, 1.4])
    exact = np.array(
        [
            [math.exp(0.3) * math.sin(0.8), math.exp(0.3) * math.cos(0.8), 3 * 1.4**2],
            [math.exp(0.3) * math.cos(0.8), -math.exp(0.3) * math.sin(0.8), 0.0],
            [3 * 1.4**2, 0.0, 6 * 1.4 * 0.3],
        ]
    )
    for scales in ([1e3, 1.0, 1e6], [1e100, 1e-2, 1.0], [1e-3, 1e-3, 1e-3]):
        s = np.array(scales)
        method = Adaptive(typical=np.minimum(s, 1.0))
        found = secant.hessian(lambda z, s=s: f(z / s), x * s, method=method, full_output=True)
        assert np.all(np.abs(found.value - exact / np.outer(s, s)) <= found.error)
        assert digits(found.value * np.outer(s, s), exact) >= 9


def test_array_values_have_bars_of_their_own() -> None:
    def f(x: Any) -> Any:
        wave = np.sin(x[0] * x[1])
        return np.array([wave, 1e8 * wave, wave + 1e-9 * float(_hash_noise(x[0] * x[1], 2)), x[0] * x[1] ** 2])

    x, (s, c) = [0.6, 1.3], (math.sin(0.78), math.cos(0.78))
    wave = np.array([[-(1.3**2) * s, c - 0.78 * s], [c - 0.78 * s, -(0.6**2) * s]])
    exact = np.array([wave, 1e8 * wave, wave, [[0, 2.6], [2.6, 1.2]]])
    found = secant.hessian(f, x, full_output=True)
    assert found.error.shape == found.status.shape == (4, 2, 2)
    assert np.all(holds(found, exact))
    assert np.max(found.error[0]) <= 1e-8
    assert np.max(found.error[1]) <= 1
    assert 1e-9 < np.max(found.error[2]) <= 1e-2


# A second derivative has noise of 4 (or more) values, over the square of a step below 1/2.
@pytest.mark.parametrize("level", [1e-4, 1e-6, 1e-9, 1e-12])
def test_bars_of_noisy_functions_hold_and_are_of_use(level: float) -> None:
    ledger, errors = Ledger(), []
    for f, x, exact in ((np.exp, 0.5, math.exp(0.5)), (np.sin, 0.7, -math.sin(0.7)), (np.log, 3.0, -1 / 9)):
        for salt in range(50):
            found = secant.derivative(
                lambda t, f=f, salt=salt: f(t) + level * _hash_noise(t, salt), x, 2, full_output=True
            )
            ledger.add(f"{f.__name__}, salt {salt}", found, exact)
            errors.append(float(found.error))
    assert np.mean(np.array(errors) <= 1e5 * level) >= 0.9
    ledger.check(share=0.99)


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble])
def test_other_precisions(dtype: Any) -> None:
    ledger = Ledger()
    for problem in SCALAR_VALUED:
        found = secant.hessian(problem.f, problem.point(dtype), full_output=True)
        assert found.value.dtype == found.error.dtype == dtype
        x = problem.point(dtype)
        assert problem.hessian is not None
        exact = problem.hessian(np.longdouble(x) if np.ndim(x) == 0 else x.astype(np.longdouble))
        ledger.add(problem.name, found, np.asarray(exact))
    ledger.check(share=0.99)


def test_complex_values() -> None:
    found = secant.hessian(lambda x: np.exp(1j * (x[0] + 2 * x[1])), [0.3, 0.4], full_output=True)
    exact = -np.outer([1, 2], [1, 2]) * np.exp(1.1j)
    assert np.all(np.abs(found.value - exact) <= found.error)
    assert np.max(found.error) <= 1e-7


def test_a_kink_has_no_second_derivative() -> None:
    # The slope jumps: that is not a second derivative of zero, nor one of some size.
    found = secant.derivative(np.abs, 0.0, 2, full_output=True)
    assert not np.isfinite(found.value)
    assert found.status < 0


# ----------------------------------------------------------------------------------------------------------------------
# from gradients


# Measured: all of them, a median of 13.6 digits, and 11.6 at least.
def test_hessians_from_gradients() -> None:
    ledger, measured = Ledger(), []
    for problem in SCALAR_VALUED:
        grad = Recorder(problem.jacobian)
        x = problem.point()
        found = secant.hessian(None, x, grad=grad, full_output=True)
        ledger.add(problem.name, found, problem.exact_hessian())
        measured.append(digits(found.value, problem.exact_hessian()))
        assert found.evaluations == grad.calls
        assert grad.calls_at(x) == 1
        assert_array_equal(found.error, found.error.T)
    ledger.check(share=0.99, tightness=40)
    assert np.median(measured) >= 13
    assert min(measured) >= 11


def test_errors_of_hessians_from_gradients_are_averaged_like_the_values() -> None:
    # A gradient that is noisy in one entry: both sides of the diagonal are one entry of the result.
    exact = np.array([[0.8 * math.exp(0.3), math.exp(0.3)], [math.exp(0.3), 0.0]])
    noisy = 0
    for salt in range(20):

        def grad(x: Any, salt: int = salt) -> Any:
            return np.array([x[1] * math.exp(x[0]), math.exp(x[0]) + 1e-6 * float(_hash_noise(x[0] + x[1], salt))])

        found = secant.hessian(None, [0.3, 0.8], grad=grad, full_output=True)
        J = secant.jacobian(grad, [0.3, 0.8], full_output=True)
        assert_array_equal(found.value, (J.value + J.value.T) / 2)
        assert_array_equal(found.error, (J.error + J.error.T) / 2)
        assert_array_equal(found.status, np.maximum(J.status, J.status.T))
        assert np.all(holds(found, exact))
        noisy += int(found.status[0, 1] == Status.NOISY)
    assert noisy > 10


# ----------------------------------------------------------------------------------------------------------------------
# products


@cache
def first_exact(problem: MultivariateProblem) -> Any:
    return problem.exact()


def vectors(shape: Any, seed: int) -> Any:
    return np.round(np.random.default_rng(seed).normal(size=shape), 2)


# Some problems' points are so large, or so small, that a v near 1 moves their variables by nothing, or by far too much:
# v is taken on the variables' scales.
def direction(problem: MultivariateProblem, seed: int) -> Any:
    x = problem.point()
    return vectors(x.shape, seed) * np.where(x == 0, 1.0, np.abs(x))


# Measured: 99.3 % of 667 bars hold.
def test_bars_of_jvps() -> None:
    ledger = Ledger()
    for seed, problem in enumerate(MULTIVARIATE):
        v = direction(problem, seed)
        f = Recorder(problem.f)
        found = secant.jvp(f, problem.point(), v, full_output=True)
        assert found.evaluations == f.calls <= 20
        assert f.calls_at(problem.point()) == 1
        J = first_exact(problem)
        product = np.sum(J.astype(np.longdouble) * v, axis=-1)
        # Terms that cancel in the product cancel in f as well, but exact ones are only right to the last bit of each.
        found = Estimate(found.value, found.error + 2.0**-52 * np.sum(np.abs(J * v), axis=-1), *rest_of(found))
        ledger.add(problem.name, found, product.astype(np.float64))
    ledger.check(share=0.99, tightness=40)


def test_bars_of_vjps() -> None:
    ledger = Ledger()
    for seed, problem in enumerate(MULTIVARIATE):
        J = first_exact(problem)
        w = vectors(J.shape[:-1], seed)
        found = secant.vjp(problem.f, problem.point(), w, full_output=True)
        terms = w[..., None] * J if np.ndim(w) else w * J
        axis = 0 if np.ndim(w) else ()
        found = Estimate(found.value, found.error + 2.0**-52 * np.sum(np.abs(terms), axis=axis), *rest_of(found))
        ledger.add(problem.name, found, np.sum(terms, axis=axis))
    ledger.check(share=0.99)


def rest_of(estimate: Estimate) -> tuple[Any, ...]:
    return estimate.status, estimate.step, estimate.evaluations, estimate.method


def test_the_error_of_a_vjp_is_that_of_the_jacobian_weighted() -> None:
    def f(x: Any) -> Any:
        return np.array([math.sin(x[0]) * x[1], math.exp(x[1]), x[0] * x[1]])

    x, w = [0.4, 1.2], np.array([2.0, -3.0, 0.5])
    J = secant.jacobian(f, x, full_output=True)
    found = secant.vjp(f, x, w, full_output=True)
    np.testing.assert_allclose(found.value, w @ J.value, rtol=1e-15)
    np.testing.assert_allclose(found.error, np.abs(w) @ J.error, rtol=1e-15)
    assert found.evaluations == J.evaluations


def test_the_status_of_a_vjp_is_the_worst_of_its_outputs() -> None:
    def rough(x: Any) -> Any:
        return x[0] if x[0] == 1.0 else math.nan

    def noisy(x: Any) -> Any:
        return math.exp(x[0]) + 1e-6 * float(_hash_noise(x[0]))

    for order in (1, -1):
        found = secant.vjp(
            lambda x, o=order: np.array([rough(x), noisy(x), x[0]])[::o], [1.0], np.ones(3), full_output=True
        )
        assert math.isnan(found.value[0])
        assert found.error[0] == math.inf
        assert Status(found.status[0]) is Status.NOT_FINITE


# Measured: a median of 11.9 digits.
def test_bars_of_hvps() -> None:
    ledger, measured = Ledger(), []
    again: list[str] = []
    for seed, problem in enumerate(SCALAR_VALUED_MULTIVARIATE):
        v = direction(problem, seed)
        H = problem.exact_hessian()
        f = Recorder(problem.f)
        found = secant.hvp(f, problem.point(), v, full_output=True)
        assert found.evaluations == f.calls
        again += [problem.name] if f.calls_at(problem.point()) != 1 else []
        measured.append(digits(found.value, H @ v))
        found = Estimate(found.value, found.error + 2.0**-52 * np.sum(np.abs(H * v), axis=-1), *rest_of(found))
        ledger.add(problem.name, found, H @ v)
    assert np.median(measured) >= 9
    assert again == []
    ledger.check(share=0.99)


def test_bars_of_hvps_from_gradients() -> None:
    ledger, measured = Ledger(), []
    for seed, problem in enumerate(SCALAR_VALUED):
        x = problem.point()
        v = vectors(np.shape(x), seed)
        found = secant.hvp(None, x, v, grad=problem.jacobian, full_output=True)
        H = problem.exact_hessian()
        product = np.tensordot(H, v, np.ndim(v))
        ledger.add(problem.name, found, product)
        measured.append(digits(found.value, product))
        assert found.evaluations <= 20
    ledger.check(share=0.99, tightness=40)
    assert np.median(measured) >= 13


@modest
@given(x=st.lists(st.floats(-2, 2), min_size=3, max_size=3), exponent=st.integers(-200, 200))
def test_the_length_of_v_goes_through(x: list[float], exponent: int) -> None:
    # Powers of two round nothing.
    v, factor = np.array([0.5, -2.0, 1.25]), 2.0**exponent

    def f(z: Any) -> Any:
        return np.array([np.exp(np.sin(z[0] * z[1])), np.cos(z[2])])

    one, other = (secant.jvp(f, x, scale * v, full_output=True) for scale in (1.0, factor))
    assert_array_equal(other.value, factor * one.value)
    assert_array_equal(other.error, factor * one.error)
    assert_array_equal(other.step, one.step / factor)
    assert other.evaluations == one.evaluations


def test_a_kink_along_v() -> None:
    found = secant.jvp(lambda x: np.abs(x), [0.0, 1.0], [2.0, 3.0], full_output=True)
    assert_array_equal(found.status, [Status.KINK, Status.OK])
    np.testing.assert_allclose(found.slopes, [[-2.0, 2.0], [np.nan, np.nan]], rtol=1e-12)
    assert found.error[0] >= 2.0
    assert found.value[1] == pytest.approx(3.0, rel=1e-12)
