"""What once deceived the checker: wrong derivatives that passed, right ones that failed, calls that broke it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.linalg import hilbert, lu_factor, lu_solve
from scipy.sparse import diags_array

import secant
from secant import check_gradient, check_hessian, check_hvp, check_jacobian, check_jvp, check_vjp


def kinds(report: secant.CheckReport) -> set[str]:
    """What is found."""
    return {finding.kind for finding in report.diagnosis}


# ----------------------------------------------------------------------------------------------------------------------
# wrong, and must not pass


def test_asymmetric_hessians_along_directions() -> None:
    random = np.random.default_rng(1)
    M = random.standard_normal((60, 60))
    x = random.standard_normal(60)
    symmetric = M + M.T
    assert check_hessian(lambda x: x @ M @ x / 2, lambda x: symmetric / 2, x).ok
    assert kinds(check_hessian(lambda x: x @ M @ x / 2, lambda x: M, x)) == {"asymmetric"}
    triangle = 2 * np.tril(symmetric) - np.diag(np.diag(symmetric))
    report = check_hessian(lambda x: x @ symmetric @ x / 2, lambda x: triangle, x)
    assert report.mode == "directions"
    assert "asymmetric" in kinds(report)


def test_large_waves_are_no_ripples() -> None:
    for place in (100.0, 1000.0):
        assert check_gradient(lambda x: x[0] ** 2 + np.sin(x[0]), lambda x: 2 * x, [place]).verdict == "fail"
    missing = check_jacobian(
        lambda x: np.array([x[1] * np.sin(x[0]), x[1]]), lambda x: np.array([[0, np.sin(x[0])], [0, 1.0]]), [180.0, 2.0]
    )
    assert missing.verdict == "fail"


def test_ripples_are_no_slopes() -> None:
    def rippled(x: Any) -> Any:
        return np.exp(x[0]) * (1 + 1e-8 * np.sin(1e7 * x[0]))

    for x in (1.0008309109201934, 0.999168246928604, 0.9996417565022183):
        right = check_gradient(rippled, np.exp, [x])
        assert right.verdict == "inconclusive"
        assert "structure on a scale too fine" in right.notes[0]
        assert check_gradient(rippled, lambda x: 3 * np.exp(x), [x]).verdict == "fail"


@pytest.mark.parametrize("x", [1e-12, 1e-17, 1e-6])
def test_tiny_variables_have_no_useless_second_opinions(x: float) -> None:
    assert check_gradient(lambda x: np.exp(x[0]) + 1e3, lambda x: 2 * np.exp(x), [x]).verdict == "fail"
    assert check_gradient(lambda x: np.abs(x[0]), np.sign, [x]).ok


def test_a_small_part_of_a_large_value_is_checked() -> None:
    report = check_gradient(lambda x: 1e9 + x @ x, lambda x: 2 * x * (1 + 1e-6), [1.0, 2.0], rtol=1e-8)
    assert report.verdict == "inconclusive"
    assert check_gradient(lambda x: 1e9 + x @ x, lambda x: 2.1 * x, [1.0, 2.0]).verdict == "fail"


def test_a_first_point_without_a_value_hides_nothing() -> None:
    report = check_gradient(
        lambda x: np.log(x[0]) if x[0] > 0 else np.nan, lambda x: np.array([1.0]), points=[[-1.0], [1.0]]
    )
    assert report.verdict == "fail"
    assert kinds(report) == {"constant"}


def test_variables_that_cannot_move_are_not_said_to_be_right() -> None:
    x = np.ones(5)
    lower, upper = np.zeros(5), np.full(5, 2.0)
    lower[3], upper[3] = 1 - 1e-9, 1 + 1e-9
    report = check_gradient(
        lambda x: np.sum(x**3), lambda x: 3 * x**2 * [1, 1, 1, 7, 1], x, bounds=(lower, upper), mode="directions"
    )
    assert report.verdict != "pass"
    assert any("1 variable has no room to move" in note for note in report.notes)


def test_a_product_that_is_not_linear_and_reuses_its_memory() -> None:
    memory = np.zeros(3)

    def normalised(x: Any, v: Any) -> Any:
        return np.multiply(2 * x, v / np.linalg.norm(v), out=memory)

    assert "not linear" in kinds(check_jvp(lambda x: x**2, normalised, [1.0, 2, 3]))


def test_nothing_to_check_is_an_error() -> None:
    with pytest.raises(ValueError, match="there is no entry to check"):
        check_jacobian(lambda x: np.zeros(0), lambda x: np.zeros((0, 2)), [1.0, 2.0])


# ----------------------------------------------------------------------------------------------------------------------
# right, and must not fail


def test_products_may_reuse_their_memory() -> None:
    memory = np.zeros(3)

    def product(x: Any, v: Any) -> Any:
        return np.multiply(2 * x, v, out=memory)

    for mode in ("entries", "directions"):
        assert check_jvp(lambda x: x**2, product, [1.0, 2, 3], vjp=product, mode=mode).ok
        assert check_vjp(lambda x: x**2, product, [1.0, 2, 3], jvp=product, mode=mode).ok
        assert check_hvp(lambda x: np.sum(x**3) / 3, product, [1.0, 2, 3], mode=mode).ok


def test_variables_far_below_their_typical_size() -> None:
    n = 1500
    random = np.random.default_rng(0)
    c = np.where(np.arange(n) < 750, 1, 1e9)
    x = random.standard_normal(n) / c

    def f(x: Any) -> Any:
        return np.sum(np.sin(c * x))

    def slope(x: Any) -> Any:
        return c * np.cos(c * x)

    assert check_gradient(f, slope, x).verdict == "inconclusive"
    assert check_gradient(f, slope, x, typical=1 / c).ok
    assert check_gradient(f, slope, x[:], mode="entries").ok
    assert check_gradient(f, lambda x: 2 * slope(x), x, typical=1 / c).verdict == "fail"


def test_products_through_linear_solves() -> None:
    lu = lu_factor(hilbert(6))
    assert check_hvp(lambda x: x @ lu_solve(lu, x) / 2, lambda x, v: lu_solve(lu, v), np.arange(1.0, 7), rtol=0.1).ok
    for seed in range(10):
        random = np.random.default_rng(seed)
        Q = np.linalg.qr(random.standard_normal((10, 10)))[0]
        M = Q @ np.diag(np.logspace(0, 6, 10)) @ Q.T
        report = check_jvp(
            lambda x, M=M: np.linalg.solve(M, x),
            lambda x, v, M=M: np.linalg.solve(M, v),
            random.standard_normal(10),
            vjp=lambda x, w, M=M: np.linalg.solve(M.T, w),
        )
        assert report.verdict != "fail"


def test_values_by_another_formula() -> None:
    A = np.random.default_rng(0).standard_normal((50, 5))
    b = A @ np.ones(5)
    H, c, d = A.T @ A, A.T @ b, b @ b

    def both(x: Any) -> Any:
        return x @ H @ x - 2 * c @ x + d, 2 * (H @ x - c)

    def f(x: Any) -> Any:
        return np.sum((A @ x - b) ** 2)

    assert check_gradient(f, both, np.ones(5) + 1e-2).verdict != "fail"
    assert "value differs" in kinds(check_gradient(f, lambda x: (both(x)[0] + 1e-6, both(x)[1]), np.ones(5) + 1e-2))
    assert check_gradient(lambda x: np.float32(np.sum(x**2)), lambda x: (np.sum(x**2), 2 * x), [1.3, 2.7]).ok


def test_gradients_that_are_means_to_a_hessian() -> None:
    rounded = check_hessian(
        lambda x: np.sum(x**4),
        lambda x: np.diag(12 * x**2),
        [1.1, 2.3],
        grad=lambda x: (4 * x**3).astype(np.float32).astype(float),
        tolerance=1e-2,
    )
    assert rounded.verdict != "fail"


def test_steps_have_no_slope() -> None:
    steps = np.arange(100) * 0.013
    assert check_gradient(lambda x: float(np.sum(steps < x[0])), lambda x: np.zeros(1), [0.5]).verdict != "fail"
    assert check_gradient(lambda x: np.floor(x[0] / 0.01), lambda x: np.zeros(1), [1.002]).verdict != "fail"


def test_a_minimum_with_the_value_0() -> None:
    assert check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, [0.0, 0.0]).ok
    assert check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x + 1e-3, [0.0, 0.0]).verdict == "fail"
    zero = np.zeros(2000)
    assert check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, zero).ok


def test_a_tolerance_holds_for_all_that_is_compared() -> None:
    assert check_jacobian(lambda x: 2 * x, lambda x: 2.001, 1.0, tolerance=0.01, rtol=0.05).ok


# ----------------------------------------------------------------------------------------------------------------------
# calls that broke it


def test_scalars_in_products() -> None:
    assert check_jvp(lambda x: x**3, lambda x, v: 3 * x**2 * v, 2.0).ok
    assert check_hvp(lambda x: x**3, lambda x, v: 6 * x * v, 2.0).ok
    assert check_vjp(lambda x: x**2, lambda x, w: 2 * x * w, 3.0).ok


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "dok", "lil", "dia"])
def test_sparse_formats(form: str) -> None:
    assert check_jacobian(np.sin, lambda x: diags_array(np.cos(x)).asformat(form), np.ones(4)).ok


def test_wrong_derivatives_in_long_double() -> None:
    x = np.array([1, 2], np.longdouble)
    assert check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x * (1 + 1e-9), x).verdict == "fail"


@pytest.mark.parametrize("mode", ["entries", "directions"])
def test_the_derivative_is_asked_within_bounds_too(mode: Any) -> None:
    def both(x: Any) -> Any:
        assert (x >= 1).all()
        return np.sum(x**2), 2.2 * x

    report = check_gradient(both, True, np.ones(5), bounds=(1, 5), mode=mode)
    assert report.verdict == "fail"


def test_directions_where_nothing_changes() -> None:
    report = check_gradient(lambda x: 1.0, lambda x: np.ones(5), np.ones(5), mode="directions")
    assert report.verdict == "fail"
    assert "inf" not in str(report)


def test_products_of_a_wrong_shape() -> None:
    report = check_jvp(lambda x: x**2, lambda x, v: (2 * x * v)[:1], [1.0, 2.0], vjp=lambda x, w: 2 * x * w)
    assert "shape" in kinds(report)


# ----------------------------------------------------------------------------------------------------------------------
# words


def test_factors_along_directions() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.sin(x))

    def off(x: Any) -> Any:
        slope = np.cos(x)
        slope[77] *= 1 + 1e-6
        return slope

    x = np.linspace(0.1, 1.2, 2000)
    assert "factor" not in kinds(check_gradient(f, off, x))
    turned = check_jacobian(np.sin, lambda x: -1j * np.diag(np.cos(x)), x[:9], mode="directions")
    assert turned.diagnosis[0].values["factor"] == pytest.approx([0, -1])


def test_rounding_is_not_blamed_for_nothing() -> None:
    report = check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x + 1e-9, [0.0, 0.0])
    assert not any("no formula" in note for note in report.notes)
    assert math.isfinite(report.evaluations)
