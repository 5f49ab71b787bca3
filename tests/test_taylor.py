"""The order test: what it sees, what it does not hold against a derivative, and what it says."""

from __future__ import annotations

import json
import math
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.optimize
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal

from problems import ARRAY_VALUED, CATALOGUE, SCALAR_VALUED, Problem
from secant.checking.taylor import TaylorReport, taylor_test
from secant.checking.taylor.fit import _functionals, _windows, fit

CURVED = [problem for problem in SCALAR_VALUED if problem.hessian is not None]
SEEDS = range(3)


@pytest.fixture(autouse=True)
def _no_figures_left() -> Any:
    yield
    plt.close("all")


def of(problem: Problem, *, seed: int = 0, factor: float = 1.0, noise: Any = None, **options: Any) -> TaylorReport:
    """The test of a problem's exact derivative, times a factor, with noise added to f."""
    exact = factor * problem.exact()

    def f(x: Any) -> Any:
        value = problem.f(x)
        return value if noise is None else value + noise(np.shape(value))

    return taylor_test(f, problem.x, jac=lambda x: exact, rng=seed, **options)


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rosenbrock_gradient(x: Any) -> Any:
    g, gap = np.zeros_like(x), x[1:] - x[:-1] ** 2
    g[:-1] = -400 * x[:-1] * gap - 2 * (1 - x[:-1])
    g[1:] += 200 * gap
    return g


def rosenbrock_hessian(x: Any) -> Any:
    H = np.diag(np.append(1200 * x[:-1] ** 2 - 400 * x[1:] + 2, 0) + np.append(0, np.full(x.size - 1, 200.0)))
    k = np.arange(x.size - 1)
    H[k, k + 1] = H[k + 1, k] = -400 * x[:-1]
    return H


X = np.linspace(-1.0, 2.0, 6)


def residuals(x: Any) -> Any:
    return np.array([np.sin(x[0]), x[0] * x[1], 1e-6 * np.exp(x[1])])


def residuals_jacobian(x: Any) -> Any:
    return np.array([[np.cos(x[0]), 0], [x[1], x[0]], [0, 1e-6 * np.exp(x[1])]])


# ----------------------------------------------------------------------------------------------------------------------
# calibration


def test_right_derivatives_pass_within_their_standard_errors() -> None:
    ratios = []
    for problem in CATALOGUE:
        for seed in SEEDS:
            report = of(problem, seed=seed)
            assert report.verdict == "pass", (problem.name, seed, str(report))
            assert report.detectable < 1e-6
            (term,) = report.terms
            # Where f is linear, coefficients and their errors may both be exactly zero.
            error = np.maximum(term.standard_error, np.finfo(float).tiny)
            ratios.append(np.ravel(np.abs(term.coefficient) / error))
    assert np.mean(np.concatenate(ratios) <= 4) >= 0.99
    # Nor are they wide without a reason.
    assert np.median(np.concatenate(ratios)) > 0.05


@pytest.mark.parametrize("fault", [1e-6, -1e-6, 1e-3, -0.03, 0.5, -2.0])
def test_wrong_derivatives_fail_with_the_size_of_the_fault(fault: float) -> None:
    for problem in CATALOGUE:
        report = of(problem, seed=1, factor=1 + fault)
        assert report.verdict == "fail", (problem.name, str(report))
        assert not report.ok
        # A·v is (1 + fault) times the slope, so that it lacks -fault slopes.
        expected = -fault / (1 + fault) * np.sign(report.terms[0].predicted[report.terms[0].worst])
        assert_allclose(report.relative_error, expected, rtol=1e-3)


def test_second_derivatives_pass_and_fail_as_first_ones() -> None:
    for problem in CURVED:
        exact, hessian = problem.exact(), problem.exact_hessian()
        right = taylor_test(problem.f, problem.x, grad=lambda x, g=exact: g, hess=lambda x, H=hessian: H)
        assert right.ok, (problem.name, str(right))
        first, second = right.terms
        assert abs(second.coefficient) <= 4 * second.standard_error + 1e-13 * second.scale
        wrong = taylor_test(problem.f, problem.x, grad=lambda x, g=exact: g, hess=lambda x, H=hessian: (1 - 1e-6) * H)
        assert wrong.verdict == "fail"
        assert [term.verdict for term in wrong.terms] == ["pass", "fail"]
        assert_allclose(abs(wrong.relative_error), 1e-6, rtol=1e-2)
        assert first.coefficient == wrong.terms[0].coefficient


@pytest.mark.parametrize("level", [1e-3, 1e-6, 1e-10])
def test_standard_errors_hold_under_noise(level: float) -> None:
    random = np.random.default_rng(0)
    ratios, wrong = [], []
    for problem in CATALOGUE:
        size = level * np.max(np.abs(problem.f(problem.point())))
        report = of(problem, noise=lambda shape, s=size: s * random.standard_normal(shape))
        assert report.verdict != "fail", (problem.name, str(report))
        ratios.append(np.ravel(np.abs(report.terms[0].coefficient) / report.terms[0].standard_error))
        report = of(problem, factor=1.5, noise=lambda shape, s=size: s * random.standard_normal(shape))
        wrong.append(report.verdict == "fail")
    assert np.mean(np.concatenate(ratios) <= 4) >= 0.99
    assert np.mean(wrong) > (0.5 if level == 1e-3 else 0.98)


def test_more_outputs_are_no_more_likely_to_fail_by_chance() -> None:
    random = np.random.default_rng(1)
    weights, shifts = random.standard_normal((2000, 3)), random.standard_normal(2000)

    def f(x: Any) -> Any:
        return np.sin(weights @ x + shifts)

    def jacobian(x: Any) -> Any:
        return np.cos(weights @ x + shifts)[:, np.newaxis] * weights

    def wrong(x: Any) -> Any:
        J = jacobian(x)
        J[1234] *= 1 + 1e-6
        return J

    x = np.array([0.1, 0.3, 0.5])
    assert taylor_test(f, x, jac=jacobian).ok
    report = taylor_test(f, x, jac=wrong)
    assert report.verdict == "fail"
    assert report.terms[0].worst == (1234,)
    noisy = taylor_test(lambda x: f(x) + 1e-7 * random.standard_normal(2000), x, jac=jacobian)
    assert noisy.verdict == "inconclusive"


# ----------------------------------------------------------------------------------------------------------------------
# the fit, and a slow twin of it


@pytest.mark.parametrize(("start", "degree"), [(0, 2), (3, 4), (5, 7)])
def test_windows_are_least_squares_fits(start: int, degree: int) -> None:
    steps = 2.0 ** -np.arange(2.0, 22.0)
    values = np.random.default_rng(0).standard_normal(20)
    points, there = np.append(steps, 0)[start:], np.append(values, 0)[start:]
    V = (points / steps[start])[:, np.newaxis] ** np.arange(degree + 1)
    coefficients, (misfit,), *_ = np.linalg.lstsq(V, there)
    for power in (1, 2):
        windows = _windows(20, power)
        found = windows.weights[start, degree - power] @ np.append(values, 0) / steps[0] ** power
        assert_allclose(found, coefficients[power] / steps[start] ** power, rtol=1e-8)
        added = windows.surprises[start:, degree - power] @ np.append(values, 0)
        assert_allclose(np.sum(added**2), misfit, rtol=1e-8)
        assert windows.spare[start, degree - power] == len(points) - degree - 1


def test_functionals_know_nothing_of_polynomials() -> None:
    for degree in range(1, 9):
        coefficients, surprise = _functionals(20, degree)
        powers = np.append(2.0 ** -np.arange(19.0), 0)[:, np.newaxis] ** np.arange(degree + 1)
        assert_allclose(coefficients[:3] @ powers, np.eye(degree + 1)[:3], atol=1e-11)
        assert_allclose(surprise @ powers, 0, atol=1e-15)
        assert_allclose(np.linalg.norm(surprise), 1)


@pytest.mark.parametrize("unit", [1.0, 1e-300, 1e300])
def test_fits_are_right_in_any_unit_and_for_complex_values(unit: float) -> None:
    steps = 2.0 ** -np.arange(2.0, 26.0)
    remainders = unit * np.stack([3 * steps + np.sin(steps) ** 2, 2j * steps - steps**3], axis=1)
    found = fit(steps, remainders, np.full((25, 2), unit * 1e-16), 1)
    assert_allclose(found.coefficient / unit, [3, 2j], atol=1e-12)
    assert np.all(np.abs(found.coefficient / unit - [3, 2j]) <= found.error / unit)
    assert np.all(found.error < 1e-11 * unit)


# ----------------------------------------------------------------------------------------------------------------------
# mutations


def test_a_report_of_a_right_gradient_and_hessian() -> None:
    report = taylor_test(rosenbrock, X, grad=rosenbrock_gradient, hess=rosenbrock_hessian)
    assert (report.verdict, report.ok) == ("pass", True)
    assert report.reason == "A·v and ½vᵀHv agree with f"
    assert report.evaluations == len(report.steps) + 1 <= 30
    assert_array_equal(report.steps, 2.0 ** -np.arange(2, 29))
    for order, slope in report.slopes.items():
        assert slope.expected == order + 1
        assert_allclose(slope.fitted, order + 1, atol=0.02)
    v = report.direction
    changes = [rosenbrock(X + h * v) - rosenbrock(X) for h in report.steps]
    assert_allclose(report.remainders[0], np.abs(changes), rtol=1e-6)
    assert_allclose(report.remainders[1][:12], np.abs(changes - report.steps * (rosenbrock_gradient(X) @ v))[:12])
    assert_allclose(report.terms[1].predicted, v @ rosenbrock_hessian(X) @ v / 2)
    report.raise_if_failed()


def _without_a_term(x: Any) -> Any:
    g = rosenbrock_gradient(x)
    g[:-1] += 2 * (1 - x[:-1])
    return g


def _one_entry(x: Any) -> Any:
    g = rosenbrock_gradient(x)
    g[3] *= 1 + 1e-6
    return g


@pytest.mark.parametrize(
    ("gradient", "reason"),
    [
        (lambda x: 1.03 * rosenbrock_gradient(x), "A·v is too large by 3 %: it is "),
        (lambda x: 0.97 * rosenbrock_gradient(x), "A·v is too small by 3 %: it is "),
        (lambda x: (1 + 1e-6) * rosenbrock_gradient(x), "A·v is too large by 1e-06 of itself: it is "),
        (lambda x: 2 * rosenbrock_gradient(x), "A·v is 2 times what it should be: it is "),
        (lambda x: -rosenbrock_gradient(x), "A·v has the wrong sign: it is "),
        (lambda x: 0 * x, "A·v is 0, but the slope of f along v is "),
        (lambda x: rosenbrock_gradient(x)[::-1], "A·v "),
        (_without_a_term, "A·v is too "),
        (_one_entry, "A·v is too "),
    ],
)
def test_faults_of_gradients_are_seen_and_said(gradient: Any, reason: str) -> None:
    report = taylor_test(rosenbrock, X, grad=gradient)
    assert report.verdict == "fail"
    assert report.reason.startswith(reason)
    with pytest.raises(AssertionError, match="FAIL: grad along v"):
        report.raise_if_failed()


def test_the_coefficient_shows_what_the_slope_does_not() -> None:
    # At every step from which a slope could be taken, curvature is far larger than the fault.
    def f(x: Any) -> Any:
        return np.float64(x + 1e8 * x**2 + np.exp(x))

    report = taylor_test(f, 0.0, 1.0, grad=lambda x: 2.0 * (1 + 1e-5))
    assert_allclose(report.slopes[1].fitted, 2, atol=0.05)
    assert report.verdict == "fail"
    assert_allclose(report.relative_error, -1e-5, rtol=1e-2)


def test_a_transposed_jacobian_is_seen() -> None:
    A = np.array([[2.0, 1.0, 0.0], [0.0, -1.0, 3.0], [1.0, 0.5, 1.0]])
    assert taylor_test(lambda x: A @ np.sin(x), [0.1, 0.2, 0.3], jac=lambda x: A * np.cos(x)).ok
    assert taylor_test(lambda x: A @ np.sin(x), [0.1, 0.2, 0.3], jac=lambda x: (A * np.cos(x)).T).verdict == "fail"


def test_a_wrong_hessian_does_not_blame_the_gradient() -> None:
    def lower(x: Any) -> Any:
        return np.tril(rosenbrock_hessian(x))

    report = taylor_test(rosenbrock, X, grad=rosenbrock_gradient, hess=lower)
    assert [term.verdict for term in report.terms] == ["pass", "fail"]
    assert report.decisive.name == "hess"
    assert_allclose(report.slopes[2].fitted, 2, atol=0.02)
    assert report.reason.startswith("½vᵀHv is")
    # And a wrong gradient does not blame the Hessian.
    report = taylor_test(rosenbrock, X, grad=lambda x: 1.1 * rosenbrock_gradient(x), hess=rosenbrock_hessian)
    assert [term.verdict for term in report.terms] == ["fail", "pass"]
    assert report.decisive.name == "grad"


def test_the_worst_of_several_outputs_is_named_though_it_is_small() -> None:
    def wrong(x: Any) -> Any:
        J = residuals_jacobian(x)
        J[2] *= 1.03
        return J

    assert taylor_test(residuals, [0.3, 0.4], jac=residuals_jacobian).ok
    report = taylor_test(residuals, [0.3, 0.4], jac=wrong)
    assert report.verdict == "fail"
    assert report.terms[0].worst == (2,)
    assert report.reason.startswith("A·v of f(x)[2] is too large by 3 %")
    assert_allclose(report.slopes[1].fitted, 2, atol=0.2)  # norms do not show it
    assert "|R1| of f(x)[2]" in str(report)
    assert_allclose(report.worst_remainders[1][10:20] / report.worst_remainders[1][11:21], 2, rtol=1e-2)


def test_outputs_may_have_any_shape() -> None:
    def f(x: Any) -> Any:
        return np.outer(x, x**2)

    def jacobian(x: Any) -> Any:
        unit = np.eye(x.size)
        return np.einsum("ik,j->ijk", unit, x**2) + np.einsum("jk,i->ijk", 2 * x * unit, x)

    def wrong(x: Any) -> Any:
        J = jacobian(x)
        J[1, 0] = 0
        return J

    x = np.array([1.0, 2.0, -0.5])
    report = taylor_test(f, x, jac=jacobian)
    assert report.ok
    assert report.terms[0].coefficient.shape == (3, 3)
    report = taylor_test(f, x, jac=wrong)
    assert report.terms[0].worst == (1, 0)
    assert report.reason.startswith("A·v of f(x)[1, 0] is 0, but the slope of f along v is ")


# ----------------------------------------------------------------------------------------------------------------------
# polynomials, constants, noise, kinks


def test_a_linear_function_is_said_to_be_linear() -> None:
    w = np.array([3.0, -1.0, 0.1])
    report = taylor_test(lambda x: w @ x, [1.0, 2.0, 3.0], grad=lambda x: w, hess=lambda x: np.zeros((3, 3)))
    assert report.ok
    assert report.reason == "f is linear along v: the remainder is rounding at every step"
    assert np.isnan(report.slopes[1].fitted)
    assert taylor_test(lambda x: w @ x, [1.0, 2.0, 3.0], grad=lambda x: w * (1 + 1e-6)).verdict == "fail"
    assert taylor_test(lambda x: w @ x, [1.0, 2.0, 3.0], grad=lambda x: w, hess=lambda x: np.eye(3)).verdict == "fail"


def test_a_quadratic_function_is_said_to_be_quadratic() -> None:
    report = taylor_test(lambda x: x @ x, [1.0, 2.0], grad=lambda x: 2 * x, hess=lambda x: 2 * np.eye(2))
    assert report.ok
    assert report.reason.endswith("f is quadratic along v: the remainder is rounding at every step")
    # Without the Hessian, that is nothing special.
    assert taylor_test(lambda x: x @ x, [1.0, 2.0], grad=lambda x: 2 * x).reason == "A·v agrees with f"


def test_a_constant_function_has_a_zero_derivative() -> None:
    assert taylor_test(lambda x: 3.0, [1.0, 2.0], grad=np.zeros_like, hess=lambda x: np.zeros((2, 2))).ok
    report = taylor_test(lambda x: 3.0, [1.0, 2.0], grad=np.ones_like)
    assert report.verdict == "fail"
    assert report.reason.endswith("but the slope of f along v is 0")


def test_outputs_that_are_nothing_but_rounding_do_not_stand_in_the_way() -> None:
    def f(x: Any) -> Any:
        return np.array([x[0] ** 2, 7.0, (x[0] + x[1]) - x[0] - x[1]])

    assert taylor_test(f, [0.1, 0.7], jac=lambda x: np.array([[2 * x[0], 0], [0, 0], [0, 0]])).ok


def test_at_a_minimum_errors_are_relative_to_what_f_does_around() -> None:
    report = taylor_test(np.cos, 0.0, grad=lambda x: -np.sin(x), hess=lambda x: -np.cos(x))
    assert report.ok
    assert report.terms[0].predicted == 0
    assert taylor_test(np.cos, 0.0, grad=lambda x: 1e-6).verdict == "fail"


def test_noise_is_said_to_hide_small_errors_and_not_large_ones() -> None:
    random = np.random.default_rng(3)

    def noisy(x: Any) -> Any:
        return rosenbrock(x) * (1 + 1e-6 * random.standard_normal())

    report = taylor_test(noisy, X, grad=rosenbrock_gradient)
    assert report.verdict == "inconclusive"
    assert report.reason.startswith("noise of ")
    assert report.terms[0].limit == "noise"
    assert 1e-4 < report.detectable < 0.1
    assert "tighten the tolerances" in str(report)
    with pytest.raises(AssertionError, match="INCONCLUSIVE"):
        report.raise_if_failed()
    assert taylor_test(noisy, X, grad=lambda x: 1.2 * rosenbrock_gradient(x)).verdict == "fail"


def test_values_with_few_digits_are_uncertain_by_half_of_the_last_one() -> None:
    report = taylor_test(lambda x: np.round(np.exp(x), 6), 0.5, grad=np.exp)
    assert (report.verdict, report.terms[0].limit) == ("inconclusive", "digits")
    assert_allclose(report.terms[0].noise, 5e-7, rtol=0.5)
    assert taylor_test(lambda x: np.round(np.exp(x), 6), 0.5, grad=lambda x: 1.03 * np.exp(x)).verdict == "fail"


def test_a_constant_that_is_added_hides_digits() -> None:
    report = taylor_test(lambda x: 1e10 + np.exp(x), 0.5, grad=np.exp)
    assert (report.verdict, report.terms[0].limit) == ("inconclusive", "rounding")
    assert report.reason.startswith("rounding of f hides errors of up to ")


def test_a_ripple_that_small_steps_resolve_is_not_held_against_the_derivative() -> None:
    report = taylor_test(lambda x: np.exp(x) * (1 + 1e-8 * np.sin(1e7 * x)), 1.0, grad=np.exp)
    assert (report.verdict, report.terms[0].limit) == ("inconclusive", "ripple")


def test_kinks_and_jumps_are_no_faults_of_the_derivative() -> None:
    report = taylor_test(lambda x: np.sum(np.abs(x)), [0.0, 1.0], [1.0, 0.5], grad=np.sign)
    assert (report.verdict, report.terms[0].limit) == ("inconclusive", "kink")
    assert report.reason == "f has a kink at x: its slope along v is -0.5 behind x and 1.5 ahead; A·v is 0.5"
    report = taylor_test(lambda x: np.sign(x) + x, 0.0, grad=lambda x: 1.0)
    assert (report.verdict, report.reason) == ("inconclusive", "f jumps at x")
    # A kink beside x is none at x.
    assert taylor_test(lambda x: np.abs(x - 1.001) + x**2, 1.0, 1.0, grad=lambda x: 2 * x - 1).ok
    # And one output's kink does not excuse another one.
    jacobian = np.array([[0.0, 0.0], [0.0, 2.1]])
    report = taylor_test(lambda x: np.array([np.abs(x[0]), x[1] ** 2]), [0.0, 1.0], jac=lambda x: jacobian)
    assert (report.verdict, report.terms[0].worst) == ("fail", (1,))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_derivatives_that_are_not_finite_fail(value: float) -> None:
    report = taylor_test(np.sin, 1.0, 1.0, grad=lambda x: value)
    assert (report.verdict, report.reason) == ("fail", f"A·v is {value}")
    assert report.to_dict()["terms"][0]["predicted"] is None
    J = np.diag([1.0, value, 1.0])
    report = taylor_test(lambda x: x, np.ones(3), np.ones(3), jac=lambda x: J)
    assert (report.verdict, report.terms[0].worst) == ("fail", (1,))
    assert taylor_test(np.sin, 1.0, grad=np.cos, hess=lambda x: value).decisive.name == "hess"
    str(report)
    report.plot()


# ----------------------------------------------------------------------------------------------------------------------
# scales, formats, domains


@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_x_may_be_of_any_magnitude(scale: float) -> None:
    x = scale * np.array([1.0, 2.0])

    def f(x: Any) -> Any:
        return np.sum(np.exp(x / scale))

    assert taylor_test(f, x, grad=lambda x: np.exp(x / scale) / scale).ok
    assert taylor_test(f, x, grad=lambda x: np.exp(x / scale) / scale, typical=scale).ok
    assert taylor_test(f, x, grad=lambda x: (1 - 1e-6) * np.exp(x / scale) / scale).verdict == "fail"


def test_a_function_that_is_fast_on_the_scale_of_x() -> None:
    assert taylor_test(np.sin, 1e8, grad=np.cos).ok
    assert taylor_test(np.sin, 1e8, 1.0, grad=np.cos).ok
    assert taylor_test(np.sin, 1e8, grad=lambda x: (1 + 1e-6) * np.cos(x)).verdict == "fail"
    assert taylor_test(lambda x: np.exp(1e8 * x), 1e-8, grad=lambda x: 1e8 * np.exp(1e8 * x)).ok


def test_steps_are_shorter_where_f_is_not_defined_far_away() -> None:
    for log in (math.log, np.log):
        report = taylor_test(lambda x, log=log: log(x), 1e-3, -1.0, grad=lambda x: 1 / x)
        assert report.ok
        assert_array_equal(report.steps[:2], [2.0**-10, 2.0**-11])
    with pytest.raises(ValueError, match=r"along v only at 0 of the steps.*math domain error.*into the domain of f"):
        taylor_test(lambda x: math.sqrt(x), 0.0, -1.0, grad=lambda x: 0.0)
    # There is no looking behind x, where f is not defined: the failure stands.
    assert taylor_test(lambda x: x * math.sqrt(x), 0.0, 1.0, grad=lambda x: 1.0).verdict == "fail"


def test_single_precision_is_judged_as_such() -> None:
    x = np.array([1.0, 0.5, 2.0], np.float32)
    report = taylor_test(lambda x: np.sum(np.exp(x)), x, grad=np.exp)
    assert report.ok
    assert report.direction.dtype == np.float32
    assert taylor_test(lambda x: np.sum(np.exp(x)), x, grad=lambda x: np.exp(x) * np.float32(1.03)).verdict == "fail"
    # Values may be in single precision alone, or the derivative.
    assert taylor_test(lambda x: np.float32(np.sum(np.exp(x))), x.astype(float), grad=np.exp).ok
    assert taylor_test(lambda x: np.sum(np.exp(x)), x.astype(float), grad=lambda x: np.exp(x).astype(np.float32)).ok
    assert taylor_test(lambda x: np.sum(np.exp(x)), x.astype(np.longdouble), grad=np.exp).ok


def test_values_may_be_complex() -> None:
    assert taylor_test(lambda x: np.exp(1j * x), 0.3, grad=lambda x: 1j * np.exp(1j * x)).ok
    report = taylor_test(lambda x: np.exp(1j * x), 0.3, grad=lambda x: 1.05j * np.exp(1j * x))
    assert report.reason.startswith("A·v is off by 5 %: it is ")
    assert len(report.to_dict()["terms"][0]["coefficient"]) == 2
    assert taylor_test(lambda x: np.exp(1j * x), [0.3, 0.4], jac=lambda x: np.diag(1j * np.exp(1j * x))).ok


def test_derivatives_may_be_sparse_products_or_tensors() -> None:
    x = np.linspace(0.5, 1.5, 20)
    for matrix in (scipy.sparse.csr_array, scipy.sparse.coo_matrix, np.asarray):
        assert taylor_test(lambda x: x**3, x, jac=lambda x, m=matrix: m(np.diag(3 * x**2))).ok
        assert taylor_test(lambda x: x**3, x, jac=lambda x, m=matrix: m(np.diag(3.1 * x**2))).verdict == "fail"
    assert taylor_test(lambda x: x**3, x, jvp=lambda x, v: 3 * x**2 * v).ok
    assert taylor_test(lambda x: x**3, x, jvp=lambda x, v: 3 * x**2).verdict == "fail"
    sparse = scipy.sparse.csr_array(rosenbrock_hessian(X))
    assert taylor_test(rosenbrock, X, grad=rosenbrock_gradient, hess=lambda x: sparse).ok
    assert taylor_test(rosenbrock, X, grad=rosenbrock_gradient, hvp=lambda x, v: sparse @ v).ok

    class Tensor:
        """As torch's: it gives its numbers only when asked in three steps."""

        def __init__(self, values: Any) -> None:
            self._values = values

        def detach(self) -> Any:
            return self

        cpu = detach

        def numpy(self) -> Any:
            return self._values

    assert taylor_test(rosenbrock, X, grad=lambda x: Tensor(rosenbrock_gradient(x))).ok


def test_other_arguments_stand_around_x() -> None:
    report = taylor_test(
        lambda t, x, a: a * t * np.sin(x),
        0.3,
        jvp=lambda t, x, v, a: a * t * np.cos(x) * v,
        hvp=lambda t, x, v, a: -a * t * np.sin(x) * v,
        args=(2.0, 3.0),
        argnum=1,
    )
    assert report.ok
    assert [term.name for term in report.terms] == ["jvp", "hvp"]


def test_nobody_can_spoil_x() -> None:
    x = X.copy()

    def gradient(x: Any) -> Any:
        g = rosenbrock_gradient(x)
        x[:] = np.nan
        return g

    assert taylor_test(rosenbrock, x, grad=gradient, hvp=lambda x, v: rosenbrock_hessian(x) @ v).ok
    assert_array_equal(x, X)


# ----------------------------------------------------------------------------------------------------------------------
# directions and bounds


def test_directions_are_on_the_scales_of_variables_and_repeat() -> None:
    x = np.array([0.0, 1e-3, -5.0, 1e6, 2.0])
    report = taylor_test(lambda x: x @ x, x, grad=lambda x: 2 * x)
    scale = np.maximum(np.abs(x), 1)
    assert np.all((np.abs(report.direction) >= 0.49 * scale) & (np.abs(report.direction) <= scale))
    assert len(set(np.abs(report.direction))) == 5
    assert report.seed == 0
    again, other, drawn = (
        taylor_test(lambda x: x @ x, x, grad=lambda x: 2 * x, rng=rng) for rng in (0, 1, np.random.default_rng(5))
    )
    assert_array_equal(again.direction, report.direction)
    assert np.any(other.direction != report.direction)
    assert_array_equal(taylor_test(lambda x: x @ x, x, grad=lambda x: 2 * x, rng=drawn.seed).direction, drawn.direction)
    assert taylor_test(lambda x: x @ x, x, np.ones(5), grad=lambda x: 2 * x).seed is None


@pytest.mark.parametrize("bounds", [(0.0, 3.0), scipy.optimize.Bounds([0.0, 0.5, 1.0], [2.0, 1.0, 3.0]), (0, None)])
@pytest.mark.parametrize("factor", [1.0, 1.1])
def test_f_is_never_called_outside_its_bounds(bounds: Any, factor: float) -> None:
    points: list[Any] = []

    def f(x: Any) -> Any:
        points.append(np.array(x))
        return np.sum(np.sqrt(x + 1e-3))

    lower, upper = (bounds.lb, bounds.ub) if isinstance(bounds, scipy.optimize.Bounds) else bounds
    x = np.array([0.0, 1.0, 3.0 - 1e-4])
    for seed in range(5):
        report = taylor_test(f, x, grad=lambda x: factor / (2 * np.sqrt(x + 1e-3)), bounds=bounds, rng=seed)
        assert report.verdict == ("pass" if factor == 1 else "fail")
        assert report.direction[0] > 0
        assert len(points) == report.evaluations
        assert np.all(np.array(points) >= lower)
        assert upper is None or np.all(np.array(points) <= upper)
        assert np.all(report.direction != 0)
        points.clear()
    report = taylor_test(f, x, [-1.0, 0.0, 0.5], grad=lambda x: factor / (2 * np.sqrt(x + 1e-3)), bounds=(0, [2, 2, 3]))
    assert_array_equal(report.direction, [1.0, 0.0, -0.5])
    assert np.all(np.array(points) >= 0)
    assert np.all(np.array(points) <= [2, 2, 3])


def test_variables_that_bounds_fix_are_named() -> None:
    report = taylor_test(lambda x: x @ x, [1.0, 2.0], grad=lambda x: np.array([9.0, 2 * x[1]]), bounds=([1, 0], [1, 3]))
    assert report.ok
    assert report.direction[0] == 0
    assert "bounds leave no room to move x[0], so that the test says nothing of them" in str(report)


# ----------------------------------------------------------------------------------------------------------------------
# what is refused


@pytest.mark.parametrize(
    ("f", "x", "options", "error", "message"),
    [
        (np.sin, 1.0, {}, ValueError, "grad, jac and jvp are not given; accepted is one of them"),
        (np.sin, 1.0, {"grad": np.cos, "jac": np.cos}, ValueError, "grad and jac are given; accepted is one of grad"),
        (np.sin, 1.0, {"grad": np.cos, "hess": np.sin, "hvp": np.sin}, ValueError, "hess and hvp are given"),
        (np.sin, [1.0, 2.0], {"grad": np.cos}, ValueError, r"f\(x\) has shape \(2,\); accepted is jac, or jvp"),
        (np.sin, [1.0], {"jac": lambda x: [[1.0]], "hess": np.sin}, ValueError, "tested of a scalar-valued f"),
        (np.sum, [1.0, 2.0], {"grad": lambda x: np.ones(3)}, ValueError, r"shape \(3,\); accepted is x.shape = \(2,\)"),
        (
            lambda x: [x[0]] * 3,
            [1.0, 2.0],
            {"jac": lambda x: np.ones((2, 3))},
            ValueError,
            r"accepted is .* = \(3, 2\)",
        ),
        (
            np.sin,
            [1.0],
            {"jac": lambda x: scipy.sparse.eye(2)},
            ValueError,
            r"sparse .* \(2, 2\); accepted is \(1, 1\)",
        ),
        (np.sum, [1.0, 2.0], {"grad": lambda x: None}, TypeError, "grad returned a NoneType; accepted are arrays"),
        (np.sum, [1.0, 2.0], {"grad": 3}, TypeError, "grad is a int; accepted are callables"),
        (3, 1.0, {"grad": np.cos}, TypeError, "f is a int; accepted are callables"),
        (lambda x: np.nan, 1.0, {"grad": np.cos}, ValueError, r"f\(x\) is not finite"),
        (lambda x: 1 / 0, 1.0, {"grad": np.cos}, ZeroDivisionError, "division by zero"),
        (
            lambda x: np.ones(2 + (x > 1)),
            1.0,
            {"jac": lambda x: [1, 1], "v": 1.0},
            ValueError,
            r"value has shape \(3,\)",
        ),
        (np.sin, 1j, {"grad": np.cos}, TypeError, "complex128; accepted are real numbers"),
        (np.sin, 1.0, {"grad": np.cos, "v": 0.0}, ValueError, "v is zero"),
        (np.sin, 1.0, {"grad": np.cos, "v": np.nan}, ValueError, "v has entries that are not finite"),
        (np.sin, 1.0, {"grad": np.cos, "v": [1.0]}, ValueError, r"v has shape \(1,\), x has shape \(\)"),
        (np.sin, 1.0, {"grad": np.cos, "v": 1e-17}, ValueError, "v is too short"),
        (np.sin, 1.0, {"grad": np.cos, "v": 1j}, TypeError, "v has dtype complex128; accepted are real numbers"),
        (np.sin, 1.0, {"grad": np.cos, "typical": 0.0}, ValueError, "typical is 0.0; accepted are positive"),
        (np.sin, 1.0, {"grad": np.cos, "rng": -1}, ValueError, "rng is -1; accepted are integers from 0"),
        (np.sin, 1.0, {"grad": np.cos, "rng": "a"}, TypeError, "rng is a str; accepted are integers from 0"),
        (np.sin, 1.0, {"grad": np.cos, "argnum": 1}, ValueError, "argnum is 1, but f has 1 arguments"),
        (np.sin, 1.0, {"grad": np.cos, "bounds": (2, 3)}, ValueError, "x = 1 is below its lower bound 2"),
        (np.sin, 1.0, {"grad": np.cos, "bounds": (1, 1)}, ValueError, "bounds leave no room to move any entry of x"),
        (np.sin, [1.0, 1.0], {"jac": np.cos, "v": [1.0, -1.0], "bounds": (1, 2)}, ValueError, "no room .* along v"),
        (np.sin, 1.0, {"grad": np.cos, "bounds": ([1, 2], 3)}, ValueError, r"the lower bound has shape \(2,\)"),
    ],
)
def test_what_cannot_be_tested_is_said(f: Any, x: Any, options: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        taylor_test(f, x, **options)


# ----------------------------------------------------------------------------------------------------------------------
# the report on paper, as data, as a picture


@pytest.mark.parametrize("factor", [1.0, 0.97, 1 + 1e-6, np.nan])
def test_a_report_is_a_page_at_most(factor: float) -> None:
    report = taylor_test(
        rosenbrock, X, grad=lambda x: factor * rosenbrock_gradient(x), hess=lambda x: factor * rosenbrock_hessian(x)
    )
    lines = str(report).splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 120
    assert lines[0].startswith(report.verdict.upper() + ": grad and hess along v. A·v ")
    for words in ("|R0|", "|R1|", "|R2|", "2^-2", "slope", "first-order term: ", "second-order term: ", "next: "):
        assert words in str(report)


def test_a_failure_says_how_large_it_is_and_what_to_do() -> None:
    text = str(taylor_test(rosenbrock, X, grad=lambda x: 0.97 * rosenbrock_gradient(x)))
    assert "first-order term: 0.0309 ± " in text
    assert "secant.check_gradient(f, grad, x) says where and how grad is wrong" in text
    assert "tolerances inside f" in str(taylor_test(rosenbrock, X, grad=lambda x: rosenbrock_gradient(x) * (1 + 1e-9)))


def test_a_report_is_plain_data() -> None:
    for problem in (SCALAR_VALUED[0], ARRAY_VALUED[0]):
        for factor in (1.0, np.nan):
            data = json.loads(json.dumps(of(problem, factor=factor).to_dict(), allow_nan=False))
            assert data["verdict"] == ("pass" if factor == 1 else "fail")
            assert len(data["steps"]) == len(data["remainders"]["R1"]) == len(data["floor"])
            assert data["slopes"]["R1"]["expected"] == 2
            assert np.shape(data["terms"][0]["standard_error"]) == problem.f(problem.point()).shape


def line(ax: Any, start: str) -> Any:
    (found,) = (one for one in ax.lines if str(one.get_label()).startswith(start))
    return found.get_xdata(), found.get_ydata()


def test_a_picture_has_remainders_slopes_and_the_floor() -> None:
    report = taylor_test(rosenbrock, X, grad=rosenbrock_gradient, hess=rosenbrock_hessian)
    ax = report.plot()
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step h along v", "remainder")
    assert ax.get_title(loc="left") == "pass: A·v and ½vᵀHv agree with f"
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[0] == "rounding of f"
    assert labels[1:4] == [
        "R0 = f(x + h v) - f(x): slope 1.00",
        f"R1 = … - h A·v: slope {report.slopes[1].fitted:.2f}",
        f"R2 = … - h²/2 vᵀHv: slope {report.slopes[2].fitted:.2f}",
    ]
    assert labels[4:] == ["fitted", "slopes 1, 2, 3, as they must be"]
    steps, sizes = line(ax, "R1")
    assert_array_equal(steps, report.steps[report.remainders[1] > 0])
    assert_array_equal(sizes, report.remainders[1][report.remainders[1] > 0])
    dotted = [one for one in ax.lines if one.get_linestyle() == ":" and len(one.get_xdata())]
    for one, expected in zip(dotted, (1, 2, 3), strict=True):
        (x0, x1), (y0, y1) = one.get_xdata()[:2], one.get_ydata()[:2]
        assert_allclose(np.log2(y0 / y1) / np.log2(x0 / x1), expected)
    assert len(ax.collections) == 1  # the shaded floor
    ax.figure.canvas.draw()


def test_a_picture_of_a_failure_shows_the_term_that_must_be_zero() -> None:
    _, (left, right) = plt.subplots(1, 2)
    report = taylor_test(rosenbrock, X, grad=lambda x: 0.97 * rosenbrock_gradient(x))
    ax = report.plot(right)
    assert ax is right
    assert not left.lines
    steps, sizes = line(ax, "the term that must be 0: ")
    assert_allclose(sizes / steps, abs(report.terms[0].coefficient))
    assert ax.get_title(loc="left").startswith("fail: A·v is too small by 3 %")
    assert len(plt.get_fignums()) == 1


def test_pictures_of_all_kinds_of_reports() -> None:
    def wrong(x: Any) -> Any:
        J = residuals_jacobian(x)
        J[2] *= 1.03
        return J

    ax = taylor_test(residuals, [0.3, 0.4], jac=wrong).plot()
    assert ax.get_ylabel() == "remainder, norm over outputs"
    assert len(line(ax, "R1 of f(x)[2]")[0]) > 20
    linear = taylor_test(lambda x: 3 * x, 1.0, 1.0, grad=lambda x: 3.0)
    assert_array_equal(linear.remainders[1], 0)
    ax = linear.plot()
    assert [text.get_text() for text in ax.get_legend().get_texts()][2] == "R1 = … - h A·v: rounding"
    for report in (
        taylor_test(lambda x: 3.0, 1.0, grad=lambda x: 0.0),
        taylor_test(np.sin, 1.0, grad=lambda x: np.nan),
        taylor_test(lambda x: np.round(np.sin(x), 5), 1.0, grad=np.cos),
        taylor_test(lambda x: np.exp(1e8 * x), 1e-8, grad=lambda x: 1e8 * np.exp(1e8 * x)),
    ):
        ax = report.plot()
        ax.figure.canvas.draw()
        assert np.all(np.isfinite(ax.get_ylim()))
