"""check_gradient, check_jacobian, check_hessian: what passes, what fails, what cannot be told, and at what cost."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from numpy.testing import assert_allclose
from scipy.optimize import Bounds
from scipy.sparse import csr_array, diags_array

import secant
from bars import Recorder
from secant.checking.entries import NEGLIGIBLE, Outcome
from secant.estimate import FACTOR, ULPS
from secant.native import Function


def cubes(x: Any) -> Any:
    return np.sum(x**3)


def cubes_slope(x: Any) -> Any:
    return 3 * x**2


def pair(x: Any) -> Any:
    return np.array([x[0] ** 2 + x[1], x[0] * x[1]])


def pair_slopes(x: Any) -> Any:
    return np.array([[2 * x[0], 1.0], [x[1], x[0]]])


X = np.array([0.5, -1.5, 2.0, 1.25])

# ----------------------------------------------------------------------------------------------------------------------
# verdicts


def test_right_derivatives_pass_and_the_report_says_what_would_have_shown() -> None:
    report = secant.check_gradient(cubes, cubes_slope, X)
    assert report.ok
    assert report.verdict == "pass"
    assert report.diagnosis == ()
    assert report.points[0].passed == 4
    assert 0 < report.detectable < 1e-8
    assert report.worst == ()
    report.raise_if_failed()


@pytest.mark.parametrize("size", [1e-1, 1e-3, 1e-5, 1e-7, 1e-9])
def test_an_entry_that_is_off_fails_whatever_its_size(size: float) -> None:
    report = secant.check_gradient(cubes, lambda x: cubes_slope(x) * (1 + size * (np.arange(4) == 2)), X)
    assert report.verdict == "fail"
    assert [entry.column for entry in report.worst] == [2]
    assert report.points[0].failed == 1
    entry = report.worst[0]
    assert entry.name == "∂f/∂x[2]"
    assert_allclose(entry.given - entry.reference, 12 * size, rtol=1e-2)
    assert entry.ratio > 1


def test_the_rule_is_the_stated_one() -> None:
    entries = secant.check_gradient(cubes, cubes_slope, X).entries
    assert entries is not None
    room = FACTOR * entries.error + ULPS * np.finfo(float).eps * np.abs(entries.reference)
    assert (entries.tolerance >= room).all()
    assert (entries.tolerance <= 2 * room + 1e-14).all()
    effect = np.abs(entries.reference) * np.maximum(np.abs(X), 1)
    size = np.maximum(np.abs(entries.reference), NEGLIGIBLE * effect.max() / np.maximum(np.abs(X), 1))
    assert_allclose(entries.size, size)
    assert_allclose(entries.detectable, entries.tolerance / size)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_never_passes(bad: float) -> None:
    report = secant.check_gradient(cubes, lambda x: np.where(np.arange(4) == 1, bad, cubes_slope(x)), X)
    assert report.verdict == "fail"
    assert report.diagnosis[0].kind == "not finite"
    assert report.diagnosis[0].where == ((0, 1),)


def test_what_cannot_be_told_is_inconclusive_and_fails_if_strict() -> None:
    def noisy(x: Any) -> Any:
        return cubes(x) + 1e-6 * np.sin(1e12 * np.sum(x))

    report = secant.check_gradient(noisy, cubes_slope, X)
    assert report.verdict == "inconclusive"
    assert not report.ok
    assert report.detectable == np.inf  # nothing passed
    assert np.min(report.entries.detectable) > 1e-6  # type: ignore[union-attr]
    assert "f is noisy" in str(report)
    asked = float(re.search(r"rtol=([\de.-]+)", str(report)).group(1))  # type: ignore[union-attr]
    assert secant.check_gradient(noisy, cubes_slope, X, rtol=asked).ok
    with pytest.warns(UserWarning, match="the check is inconclusive"):
        report.raise_if_failed()
    strict = secant.check_gradient(noisy, cubes_slope, X, strict=True)
    assert strict.verdict == "fail"
    assert str(strict).startswith("FAIL (strict: some entries are inconclusive)")
    with pytest.raises(AssertionError, match="strict"):
        strict.raise_if_failed()
    assert secant.check_gradient(noisy, cubes_slope, X, rtol=1e-2).ok
    assert secant.check_gradient(noisy, lambda x: 1.1 * cubes_slope(x), X, rtol=1e-2).verdict == "fail"


def test_a_small_wrong_entry_beside_large_ones_fails() -> None:
    """scipy.optimize.check_grad's norm would be 1e-6 here."""
    weights = np.array([1e3, 1.0, 1e-6])
    report = secant.check_gradient(lambda x: weights @ np.sin(x), lambda x: weights * np.cos(x) * [1, 1, 2], np.ones(3))
    assert report.verdict == "fail"
    assert [entry.column for entry in report.worst if entry.outcome == "fail"] == [2]


def test_zero_gradients_fail_and_constants_pass() -> None:
    assert secant.check_gradient(cubes, np.zeros_like, X).verdict == "fail"
    assert secant.check_gradient(lambda x: 5.0 + 0 * x[0], np.zeros_like, X).ok
    nearly = secant.check_gradient(lambda x: 5.0 + 0 * x[0], lambda x: np.full_like(x, 1e-17), X)
    assert nearly.ok  # less than rounding of f
    assert secant.check_gradient(lambda x: 5.0 + 0 * x[0], lambda x: np.full_like(x, 1e-8), X).verdict == "fail"


def test_rounding_in_the_formula_under_test_is_allowed_for_where_it_shows() -> None:
    def cancelling(x: Any) -> Any:
        # (1 - cos x) / x², differentiated, with numbers that cancel: right to 1e-10 or so, and not better.
        return (x * np.sin(x) - 2 * (1 - np.cos(x))) / x**3

    x = np.array([1e-2, 2e-2, 3e-2])
    exact = -x / 12 + x**3 / 180
    assert np.max(np.abs(cancelling(x) / exact - 1)) > 1e-10

    def f(x: Any) -> Any:
        return np.sum(0.5 - x**2 / 24 + x**4 / 720 - x**6 / 40320)

    assert secant.check_gradient(f, cancelling, x, rtol=1e-3).ok
    assert secant.check_gradient(f, lambda x: cancelling(x) * 1.001, x, rtol=1e-3).verdict == "fail"


def test_a_tolerance_is_for_derivatives_that_are_approximations() -> None:
    def rounded(x: Any) -> Any:
        return np.cos(x).astype(np.float32).astype(float)

    def f(x: Any) -> Any:
        return np.sum(np.sin(x))

    report = secant.check_gradient(f, rounded, X)
    assert report.verdict == "fail"
    assert report.diagnosis[0].kind == "precision"
    assert "single precision" in str(report)
    assert secant.check_gradient(f, rounded, X, tolerance=1e-6).ok


def test_a_derivative_by_differences_is_seen_to_be_rough() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.exp(np.sin(x)))

    report = secant.check_gradient(f, secant.Gradient(f, method="forward"), X)
    assert report.verdict != "pass"
    assert "it is no formula, or numbers cancel in it" in report.notes[0]


# ----------------------------------------------------------------------------------------------------------------------
# kinks, jumps, edges


def test_any_slope_between_those_of_a_kink_is_right_and_said_to_be() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.abs(x))

    x = np.array([0.0, 1.0])
    for slope in (-1.0, 0.0, 0.3, 1.0):
        report = secant.check_gradient(f, lambda x, s=slope: np.where(x == 0, s, np.sign(x)), x)
        assert report.ok
        assert report.points[0].at_kinks == 1
        assert "1 of those that pass is at a kink of f" in str(report)
    for slope in (-1.001, 1.001, 1.9, 3.0):
        report = secant.check_gradient(f, lambda x, s=slope: np.where(x == 0, s, np.sign(x)), x)
        assert report.verdict == "fail"
        assert report.diagnosis[0].kind == "kink"
        assert "not between the slopes -1 and 1" in report.diagnosis[0].message


def test_jumps_and_infinite_slopes_are_inconclusive() -> None:
    def f(x: Any) -> Any:
        return np.array([np.sign(x[0]) + x[0], np.sqrt(np.abs(x[1])), x[0] + x[1]])

    def jac(x: Any) -> Any:
        slope = np.sign(x[1]) / np.sqrt(4 * np.abs(x[1])) if x[1] else 0.0
        return np.array([[1.0, 0], [0, slope], [1, 1]])

    report = secant.check_jacobian(f, jac, [0.0, 0.0])
    assert report.verdict == "inconclusive"
    assert report.points[0].inconclusive == 2
    assert "f has no derivative there" in str(report)


def test_bounds_are_kept_by_every_call() -> None:
    recorded = Recorder(cubes)
    lower, upper = np.array([0.5, -1.5, 1.9, 1.0]), np.array([0.6, np.inf, 2.0, 1.5])
    report = secant.check_gradient(recorded, lambda x: 1.01 * cubes_slope(x), X, bounds=(lower, upper))
    assert report.verdict == "fail"
    assert report.diagnosis[0].kind == "factor"
    points = np.array(recorded.points)
    assert (points >= lower).all()
    assert (points <= upper).all()


def test_a_domain_that_ends_nearby_is_no_obstacle() -> None:
    x = np.array([1e-3, 2.0])
    assert secant.check_gradient(lambda x: float(np.log(x).sum()), lambda x: 1 / x, x, bounds=(1e-9, None)).ok

    def logs(x: Any) -> Any:
        import math

        return sum(math.log(entry) for entry in x)  # raises outside

    wrong = secant.check_gradient(logs, lambda x: 2 / x, x, bounds=Bounds(1e-6, 5.0))
    assert wrong.diagnosis[0].kind == "factor"


# ----------------------------------------------------------------------------------------------------------------------
# arguments


def test_points_are_given_or_drawn() -> None:
    points = [X, X + 1, 2 * X]
    report = secant.check_gradient(cubes, cubes_slope, points=points)
    assert len(report.points) == 3
    assert_allclose(report.points[2].x, 2 * X)
    drawn = secant.check_gradient(cubes, cubes_slope, n_points=4, bounds=(np.ones(3), np.full(3, 2.0)), rng=7)
    again = secant.check_gradient(cubes, cubes_slope, n_points=4, bounds=(np.ones(3), np.full(3, 2.0)), rng=7)
    assert drawn.seed == 7
    assert len(drawn.points) == 4
    for one, other in zip(drawn.points, again.points, strict=True):
        assert (one.x == other.x).all()
        assert ((one.x >= 1) & (one.x <= 2)).all()
    around = secant.check_gradient(cubes, cubes_slope, X, n_points=2)
    assert len(around.points) == 3
    assert (np.abs(around.points[1].x - X) <= np.maximum(np.abs(X), 1)).all()
    assert secant.check_gradient(cubes, cubes_slope, X, rng=np.random.default_rng(3)).seed is None


def test_the_worst_point_is_shown() -> None:
    report = secant.check_gradient(cubes, lambda x: np.where(x > 1.75, 4 * x**2, 3 * x**2), points=[X - 1, X, X - 2])
    assert [point.verdict for point in report.points] == ["pass", "fail", "pass"]
    assert report.shown == 1
    assert "at 3 points, 1 of which does not pass" in str(report)
    assert "at point 1" in report.diagnosis[0].message


def test_other_arguments_and_pairs() -> None:
    def f(a: float, x: Any, b: float) -> Any:
        return a * cubes(x) + b

    def slope(a: float, x: Any, b: float) -> Any:
        return a * cubes_slope(x)

    assert secant.check_gradient(f, slope, X, args=(2.0, 1.0), argnum=1).ok
    assert secant.check_gradient(lambda x: (cubes(x), cubes_slope(x)), True, X).ok
    assert secant.check_gradient(cubes, lambda x: (cubes(x), cubes_slope(x)), X).ok
    assert secant.check_jacobian(pair, lambda x: (pair(x), pair_slopes(x)), [1.0, 2.0]).ok
    assert secant.check_jacobian(pair, lambda x: tuple(pair_slopes(x)), [1.0, 2.0]).ok  # two rows are no pair
    report = secant.check_gradient(cubes, lambda x: (cubes(x) + 1e-3, cubes_slope(x)), X)
    assert [finding.kind for finding in report.diagnosis] == ["value differs"]


def test_shapes_of_all_kinds() -> None:
    assert secant.check_gradient(np.sin, np.cos, 1.0).ok
    assert secant.check_jacobian(np.sin, lambda x: np.diag(np.cos(x.ravel())).reshape(2, 3, 2, 3), np.ones((2, 3))).ok
    assert secant.check_hessian(np.sin, lambda x: -np.sin(x), 1.0).ok
    assert secant.check_hessian(pair, lambda x: np.array([[[2.0, 0], [0, 0]], [[0, 1], [1, 0]]]), [1.0, 2.0]).ok
    report = secant.check_jacobian(lambda x: np.array([cubes(x)]), cubes_slope, X)
    assert report.ok
    assert report.notes == ("cubes_slope has shape (4,), which was read as (1, 4)",)
    sparse = secant.check_jacobian(np.sin, lambda x: diags_array(np.cos(x)), X)
    assert sparse.ok
    assert sparse.entries is not None
    assert sparse.entries.rows.size == 4


@settings(max_examples=25, deadline=None)
@given(array_shapes(max_dims=3, max_side=3), array_shapes(max_dims=2, max_side=3), st.integers(0, 10**6))
def test_any_shape_and_layout(inputs: tuple[int, ...], outputs: tuple[int, ...], seed: int) -> None:
    random = np.random.default_rng(seed)
    A = random.uniform(0.5, 2.0, (*outputs, *inputs))
    axes = len(inputs)

    def f(x: Any) -> Any:
        return np.tensordot(A, np.sin(x), axes)

    def jac(x: Any) -> Any:
        return np.asfortranarray(A * np.cos(x))

    x = np.asfortranarray(random.uniform(-1, 1, inputs))
    assert secant.check_jacobian(f, jac, x).ok
    place = tuple(random.integers(size) for size in A.shape)
    wrong = np.ones(A.shape)
    wrong[place] = 1.5
    report = secant.check_jacobian(f, lambda x: jac(x) * wrong, x)
    assert report.verdict == "fail"
    assert [(entry.row, entry.column) for entry in report.worst if entry.outcome == "fail"] == [
        (np.ravel_multi_index(place[: len(outputs)], outputs), np.ravel_multi_index(place[len(outputs) :], inputs))
    ]


def test_other_precisions_and_complex_values() -> None:
    single = X.astype(np.float32)
    report = secant.check_gradient(lambda x: np.sum(x**3, dtype=np.float32), lambda x: np.float32(3) * x**2, single)
    assert report.ok
    assert 1e-3 < report.rtol < 0.1
    assert (
        secant.check_gradient(
            lambda x: np.sum(x**3, dtype=np.float32), lambda x: np.float32(3.3) * x**2, single
        ).verdict
        == "fail"
    )
    wave = np.exp(1j * np.array([1.0, 2.0, 3.0]))
    assert secant.check_jacobian(lambda x: wave * np.sin(x), lambda x: np.diag(wave * np.cos(x)), X[:3]).ok
    conjugate = secant.check_jacobian(lambda x: wave * np.sin(x), lambda x: np.diag(wave.conj() * np.cos(x)), X[:3])
    assert [finding.kind for finding in conjugate.diagnosis] == ["conjugated"]
    assert secant.check_gradient(lambda x: np.sum(x**3), cubes_slope, X.astype(np.longdouble)).ok
    assert secant.check_gradient(cubes, cubes_slope, [1, 2, 3]).ok


def test_native_and_vectorised_functions(native_functions: Any) -> None:
    f = Function(native_functions.scalar)
    right = secant.Gradient(f)
    x = np.array([0.5, 1.5])
    exact = right(x)
    assert secant.check_gradient(f, lambda x: right(x), x, tolerance=1e-9).ok
    assert secant.check_gradient(f, lambda x: exact * 1.01, x).verdict == "fail"
    assert secant.check_gradient(lambda x: np.sum(x**3, axis=-1), cubes_slope, X, vectorized=True).ok
    wrong = secant.check_gradient(lambda x: np.sum(x**3, axis=-1), lambda x: x**2, X, vectorized=True)
    assert wrong.diagnosis[0].values["factor"] == pytest.approx(1 / 3)


def test_names_are_used() -> None:
    report = secant.check_jacobian(
        pair, lambda x: 2 * pair_slopes(x), [1.0, 2.0], variables=["mass", "speed"], outputs=["energy", "momentum"]
    )
    assert {entry.name for entry in report.worst} == {
        "∂energy/∂mass",
        "∂energy/∂speed",
        "∂momentum/∂mass",
        "∂momentum/∂speed",
    }


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: secant.check_gradient(cubes, cubes_slope), ValueError, "there is no point to check at"),
        (lambda: secant.check_gradient(cubes, cubes_slope, n_points=3), ValueError, "n_points needs finite bounds="),
        (lambda: secant.check_gradient(cubes, cubes_slope, X, n_points=0), ValueError, "n_points is 0"),
        (lambda: secant.check_gradient(cubes, cubes_slope, points=[X, X[:2]]), ValueError, "points have shapes"),
        (lambda: secant.check_gradient(cubes, cubes_slope, [1.0, np.nan]), ValueError, "x[1] is nan"),
        (lambda: secant.check_gradient(cubes, cubes_slope, [1j]), TypeError, "x has dtype complex128"),
        (lambda: secant.check_gradient(pair, pair_slopes, [1.0, 2.0]), ValueError, "use check_jacobian"),
        (lambda: secant.check_gradient(cubes, cubes_slope, X, mode="all"), ValueError, "mode is 'all'"),
        (lambda: secant.check_gradient(cubes, cubes_slope, X, rtol=0.0), ValueError, "rtol is 0.0"),
        (lambda: secant.check_gradient(cubes, cubes_slope, X, tolerance=-1.0), ValueError, "tolerance is -1.0"),
        (lambda: secant.check_gradient(cubes, None, X), TypeError, "grad is a NoneType"),
        (lambda: secant.check_gradient(cubes, True, X), TypeError, "must return a pair of both"),
        (lambda: secant.check_gradient(cubes, lambda x: "no", X), TypeError, "grad returned a str"),
        (lambda: secant.check_gradient(cubes, lambda x: None, X), TypeError, "grad returned a NoneType"),
        (lambda: secant.check_gradient(cubes, cubes_slope, X, variables=["a"]), ValueError, "variables has 1 names"),
        (lambda: secant.check_gradient(cubes, cubes_slope, X, rng="a"), TypeError, "rng is a str"),
        (lambda: secant.check_gradient(1, cubes_slope, X), TypeError, "f is a int"),
    ],
)
def test_mistakes_in_calls_are_told(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        call()


def test_errors_of_the_functions_arrive_unchanged() -> None:
    def fails(x: Any) -> Any:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        secant.check_gradient(fails, cubes_slope, X)
    with pytest.raises(KeyError, match="mine"):
        secant.check_gradient(cubes, fails, X)


def test_points_where_f_is_not_finite_are_inconclusive() -> None:
    report = secant.check_gradient(
        lambda x: np.sum(np.sqrt(x, where=x >= 0, out=np.full_like(x, np.nan))),
        lambda x: 0.5 / np.sqrt(np.abs(x)),
        points=[X[2:], -X[2:]],
    )
    assert [point.verdict for point in report.points] == ["pass", "inconclusive"]
    assert report.verdict == "inconclusive"
    assert "is not finite at point 1" in report.notes[0]


# ----------------------------------------------------------------------------------------------------------------------
# Hessians


def hessian_of_cubes(x: Any) -> Any:
    return np.diag(6 * x)


def test_hessians_by_values_and_by_gradients() -> None:
    by_values = secant.check_hessian(cubes, hessian_of_cubes, X)
    by_gradient = secant.check_hessian(cubes, hessian_of_cubes, X, grad=cubes_slope)
    assert by_values.ok
    assert by_gradient.ok
    assert by_gradient.evaluations < by_values.evaluations
    assert by_gradient.detectable < 1e-8
    assert by_values.detectable < 1e-6
    for grad in (None, cubes_slope):
        wrong = secant.check_hessian(cubes, lambda x: 1.001 * hessian_of_cubes(x), X, grad=grad)
        assert wrong.diagnosis[0].kind == "factor"
        assert wrong.diagnosis[0].values["factor"] == pytest.approx(1.001, abs=1e-6)


def test_a_gradient_that_is_not_of_f_is_told() -> None:
    report = secant.check_hessian(cubes, lambda x: 2 * hessian_of_cubes(x), X, grad=lambda x: 2 * cubes_slope(x))
    assert report.verdict == "fail"
    assert [finding.kind for finding in report.diagnosis] == ["gradient differs"]
    assert "grad is not the gradient of cubes" in str(report)


# ----------------------------------------------------------------------------------------------------------------------
# what it costs, and what it must not do


@pytest.mark.parametrize("n", [10, 40])
def test_ten_evaluations_a_variable_are_enough(n: int) -> None:
    recorded = Recorder(lambda x: np.array([np.sum(np.sin(x) * np.roll(x, 1)), np.prod(np.cos(x / n))]))

    def jac(x: Any) -> Any:
        first = np.cos(x) * np.roll(x, 1) + np.roll(np.sin(x), -1)
        return np.array([first, -np.prod(np.cos(x / n)) * np.tan(x / n) / n])

    report = secant.check_jacobian(recorded, jac, np.linspace(0.2, 1.8, n))
    assert report.ok
    assert report.evaluations == recorded.calls
    assert recorded.calls <= 10 * n


def test_the_reference_never_calls_the_derivative() -> None:
    calls = Recorder(cubes_slope)
    report = secant.check_gradient(cubes, calls, X)
    assert report.calls == calls.calls == 4
    assert calls.calls_at(X) == 3


def test_outcomes_are_counted() -> None:
    report = secant.check_jacobian(pair, lambda x: pair_slopes(x) + np.array([[0, 0.1], [0, 0]]), [1.0, 2.0])
    entries = report.entries
    assert entries is not None
    assert entries.count(Outcome.FAIL) == report.points[0].failed == 1
    assert entries.count(Outcome.PASS) == report.points[0].passed == 3
    assert entries.failed.tolist() == [False, True, False, False]


def test_sparse_derivatives_of_any_format() -> None:
    for form in ("csr", "csc", "coo"):
        report = secant.check_jacobian(np.sin, lambda x, form=form: diags_array(np.cos(x)).asformat(form), X)
        assert report.ok
    report = secant.check_jacobian(np.sin, lambda x: csr_array((4, 4)), X)
    assert report.verdict == "fail"
    assert [finding.kind for finding in report.diagnosis] == ["missing nonzeros"]
    wide = secant.check_jacobian(np.sin, lambda x: csr_array((4, 3)), X)
    assert [finding.kind for finding in wide.diagnosis] == ["shape"]
    assert "returned shape (4, 3); expected is (4, 4)" in str(wide)


def test_a_function_that_is_finite_in_a_narrow_strip_alone() -> None:
    """Second opinions go further than the first, and find nothing there."""

    def strip(x: Any) -> Any:
        return np.where(np.abs(x - X) < 1e-5, np.exp(x), np.nan)

    assert secant.check_jacobian(strip, lambda x: np.diag(np.exp(x)), X).verdict != "fail"
    wrong = secant.check_jacobian(strip, lambda x: np.diag(1.01 * np.exp(x)), X, rtol=1e-4)
    assert wrong.verdict == "fail"
    assert wrong.diagnosis[0].kind == "factor"
