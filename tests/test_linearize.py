"""Linear maps against their formulas, remainders against Taylor's, and radii against what is known of functions."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import secant
from secant.analysis import linearize
from secant.analysis.rays import reach, room

A = np.array([1.0, 2.0])


def curved(x: Any) -> Any:
    return np.array([x[0] ** 2 + x[1], x[0] * x[1]])


# ----------------------------------------------------------------------------------------------------------------------
# the map and its remainder


def test_the_map():
    L = linearize(curved, A)
    J = np.array([[2.0, 1.0], [2.0, 1.0]])
    assert_allclose(L.jacobian, J, rtol=1e-11)
    assert (np.abs(L.jacobian - J) <= L.error).all()
    assert_allclose(L.value, [3.0, 2.0])
    x = np.array([1.5, 1.0])
    assert_allclose(L(x), L.value + J @ (x - A), rtol=1e-11)
    # f is quadratic: the quadratic term is all that is left.
    assert_allclose(L.remainder(x), curved(x) - L(x), rtol=1e-7)
    assert_allclose(L.curvature, [2.0, 1.0], rtol=1e-7)
    assert L.hessian.shape == L.hessian_error.shape == (2, 2, 2)


def test_blocks_of_points():
    L = linearize(curved, A)
    block = np.random.default_rng(0).normal(size=(3, 4, 2))
    assert L(block).shape == L.remainder(block).shape == (3, 4, 2)
    assert_allclose(L(block)[1, 2], L(block[1, 2]))
    assert_allclose(L.remainder(block)[1, 2], L.remainder(block[1, 2]))
    line = linearize(math.sin, 0.5)
    assert_allclose(line([0.5, 1.0]), [math.sin(0.5), math.sin(0.5) + math.cos(0.5) / 2], rtol=1e-11)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([(), (1,), (3,), (2, 2), (1, 3, 1)]),
    st.sampled_from([(), (1,), (2,), (3, 2)]),
    st.integers(0, 1000),
)
def test_any_shape(shape, outputs, seed):
    random = np.random.default_rng(seed)
    n, m = int(np.prod(shape)), int(np.prod(outputs))
    B = random.normal(size=(m, n))

    def f(x):
        return np.sin(B @ np.ravel(x)).reshape(outputs)

    a, x = random.normal(size=shape), random.normal(size=shape)
    L = linearize(f, a)
    y = B @ np.ravel(a)
    exact = np.sin(y) + np.cos(y) * (B @ np.ravel(x - a))
    assert np.shape(L(x)) == np.shape(L.remainder(x)) == np.shape(L.curvature) == outputs
    assert_allclose(np.ravel(L(x)), exact, rtol=1e-9, atol=1e-9)
    assert_allclose(np.ravel(L.remainder(x)), -np.sin(y) * (B @ np.ravel(x - a)) ** 2 / 2, rtol=1e-5, atol=1e-6)
    assert_allclose(np.ravel(L.curvature), np.abs(np.sin(y)) * np.sum(B**2, axis=1), rtol=1e-5, atol=1e-6)


def test_a_hessian_that_is_given_is_taken():
    calls = []

    def f(x):
        calls.append(1)
        return np.sum(x**4)

    L = linearize(f, A, hess=lambda x: np.diag(12 * x**2))
    before = len(calls)
    assert before == L.evaluations + 1  # and f(a), for its value
    assert L.curvature == 48
    assert L.hessian_error is None
    assert_allclose(L.remainder([2.0, 2.0]), 6.0)
    assert len(calls) == before


def test_the_hessian_is_taken_once_and_late():
    calls = []

    def f(x):
        calls.append(1)
        return np.sum(x**4)

    L = linearize(f, A)
    first = len(calls)
    L([0.0, 0.0])
    assert len(calls) == first
    L.remainder([0.0, 0.0])
    second = len(calls)
    assert second > first
    _ = L.curvature, L.remainder([1.0, 1.0]), L.hessian
    assert len(calls) == second


def test_other_methods_and_arguments():
    for method in ("central", "complex", secant.FiniteDifference("forward", step=1e-7)):
        L = linearize(lambda x, power: np.sum(x**power), A, args=(3,), method=method)
        assert L.error is None
        assert_allclose(L.jacobian, 3 * A**2, rtol=1e-5)
        assert_allclose(L.remainder([2.0, 2.0]), 3.0, rtol=1e-6)
        assert "±" not in str(L)


def test_a_native_function(native_functions):
    f = secant.native.Function(
        ctypes.cast(native_functions.scalar, ctypes.c_void_p).value, signature="double (int n, double *x)"
    )
    L = linearize(f, A)  # x0² x1
    assert_allclose(L.jacobian, [4.0, 1.0], rtol=1e-10)
    assert 0 < L.radius(0.01) < 0.1


# ----------------------------------------------------------------------------------------------------------------------
# how far it holds


@pytest.mark.parametrize("tolerance", [1e-6, 1e-2, 1.0, 100.0])
def test_the_radius_of_a_quadratic(tolerance):
    # |f - L| = |d|² whatever the direction, beyond which L does not hold.
    L = linearize(lambda x: np.sum(x**2), np.array([1.0, -2.0, 3.0]))
    assert_allclose(L.radius(tolerance), np.sqrt(tolerance), rtol=2e-3)


def test_the_radius_is_that_of_the_direction_that_curves_most():
    d = np.array([1.0, 1.0]) / np.sqrt(2)
    L = linearize(lambda x: 50 * (d @ x) ** 2, np.zeros(2))
    assert_allclose(L.radius(0.5), 0.1, rtol=2e-3)


@pytest.mark.parametrize(
    ("f", "a", "tolerance", "exact"),
    [
        (np.exp, 0.0, 1e-2, 0.138),  # e^t - 1 - t, to the right
        (np.sin, 0.0, 1e-3, 0.1817),  # t³/6: no curvature at a
        (lambda x: x**4, 0.0, 1e-4, 0.1),
        (np.cos, 0.0, 0.5, 1.0472),
        (lambda x: 1e6 * x**2, 0.0, 1e-6, 1e-6),
        (lambda x: (x - 1e5) ** 2, 1e5, 1.0, 1.0),
    ],
)
def test_radii_of_functions_of_one_variable(f, a, tolerance, exact):
    assert_allclose(linearize(f, a).radius(tolerance), exact, rtol=3e-3)


def test_a_radius_for_each_output():
    L = linearize(lambda x: x**2, np.array([1.0, 1.0]))
    assert_allclose(L.radius([1e-2, 1.0]), 0.1, rtol=2e-3)
    assert_allclose(L.radius([1.0, 1e-4]), 0.01, rtol=2e-3)


@pytest.mark.parametrize("tolerance", [1e-15, 1e-9, 1.0])
def test_rounding_does_not_make_the_radius_of_a_linear_function_small(tolerance):
    B = np.random.default_rng(0).normal(size=(4, 6))
    assert linearize(lambda x: B @ x - 3, np.ones(6)).radius(tolerance) == np.inf
    assert linearize(lambda x: 3e8 * x, 1e5).radius(tolerance) == np.inf
    single = linearize(lambda x: (B @ x).astype(np.float32), np.ones(6, np.float32))
    assert single.radius(tolerance) > 1


def test_noise_does_not_make_the_radius_zero():
    random = np.random.default_rng(0)

    def noisy(x):
        return 3 * x[0] - x[1] + 1e-7 * random.normal()

    assert linearize(noisy, A).radius(1e-9) > 0.1


def test_kinks_and_borders():
    # L is the mean of two slopes, 0: |x| is within 0.1 of it up to 0.1.
    assert_allclose(linearize(abs, 0.0).radius(0.1), 0.1, rtol=2e-3)
    # log ends at 0, where it is far below L. math.log raises an error there.
    for log in (np.log, math.log):
        assert_allclose(linearize(log, 1.0).radius(40.0), 1.0, rtol=2e-3)


def test_bounds_are_kept():
    low, high = 0.9, 3.0

    def f(x):
        assert (x >= low).all()
        assert (x <= high).all()
        return np.sum(x**2)

    L = linearize(f, np.array([1.0, 1.0]), bounds=(low, high))
    # To the left there is room for 0.1 on the axes, and all of that is fine.
    assert_allclose(L.radius(1.0), 1.0, rtol=2e-3)
    assert L.radius(100.0) == np.inf
    at_the_border = linearize(f, np.array([low, high]), bounds=(low, high))
    assert_allclose(at_the_border.radius(0.25), 0.5, rtol=2e-3)


def test_vectorized():
    blocks = []

    def f(x):
        blocks.append(x.shape[0])
        return np.stack([x[:, 0] ** 2 + x[:, 1], x[:, 0] * x[:, 1]], axis=1)

    L = linearize(f, A, vectorized=True)
    one = linearize(curved, A)
    assert_allclose(L.value, one.value)
    assert_allclose(L.radius(0.01), one.radius(0.01), rtol=1e-12)
    assert max(blocks) > 50


def test_rays_end_where_they_may_not_go_on():
    rays = np.array([[1.0, 0.0], [0.0, 1.0], [-0.6, 0.8]])
    assert_allclose(room(np.zeros(2), rays, np.array([-3.0, -1.0]), np.array([2.0, 4.0])), [2.0, 4.0, 5.0])
    assert np.isinf(room(np.zeros(2), rays, None, None)).all()


def test_reach_from_wrong_guesses():
    rays = np.array([[1.0], [-1.0]])
    limits = np.full(2, np.inf)

    def within(moves):
        return np.abs(moves[:, 0]) <= 1 / 3

    for guess in (1e-9, 1 / 3, 1e3):
        assert_allclose(reach(within, rays, limits, guess, 1e6), 1 / 3, rtol=2e-3)
    assert reach(lambda moves: np.zeros(len(moves), bool), rays, limits, 1.0, 1e6) == 0
    assert reach(within, rays, np.array([0.2, 0.3]), 1.0, 1e6) == np.inf


# ----------------------------------------------------------------------------------------------------------------------
# what is said, and what is refused


def test_the_table():
    lines = str(linearize(curved, A)).splitlines()
    assert lines[0] == "best linear map at [1. 2.]: f(x) ≈ f(a) + J (x - a)"
    assert lines[1].split() == ["f(a)", "[3.", "2.]"]
    assert all("±" in line for line in lines[2:6])
    assert "20 × 20, largest entry [" in str(linearize(lambda x: x**2, np.ones(20)))


@pytest.mark.parametrize(
    ("tolerance", "error", "words"),
    [
        (0.0, ValueError, "tolerance is 0.0; accepted are positive, finite numbers"),
        (-1.0, ValueError, "accepted are positive, finite numbers"),
        (np.nan, ValueError, "accepted are positive, finite numbers"),
        ([1.0, 0.0], ValueError, "accepted are positive, finite numbers"),
        ([1.0, 1.0, 1.0], TypeError, "accepted are a number, or an array shaped like f(x), (2,)"),
        ("small", TypeError, "accepted are a number"),
    ],
)
def test_tolerances_that_are_refused(tolerance, error, words):
    with pytest.raises(error) as raised:
        linearize(curved, A).radius(tolerance)
    assert words in str(raised.value)


def test_points_that_are_refused():
    L = linearize(curved, A)
    for wrong in ([1.0, 2.0, 3.0], 1.0, [[1.0], [2.0]]):
        for method in (L, L.remainder):
            with pytest.raises(ValueError, match=r"accepted are \(2,\) and blocks of such points"):
                method(wrong)
    with pytest.raises(TypeError, match="accepted are real numbers"):
        L([1j, 2.0])
    with pytest.raises(ValueError, match=r"a is .*; accepted are finite numbers"):
        linearize(curved, [1.0, np.inf])
    with pytest.raises(ValueError, match="there is nothing to differentiate by"):
        linearize(curved, [])


def test_functions_that_are_refused():
    with pytest.raises(ValueError, match=r"f has no linear map at a: entry \[\] of its Jacobian is nan \(f jumps at x"):
        linearize(lambda x: float(x > 0), 0.0)
    with pytest.raises(TypeError, match="is complex; accepted are real numbers"):
        linearize(lambda x: 1j * x, A)
    with pytest.raises(ValueError, match="is not finite"):
        linearize(lambda x: x * np.nan, A)
    with pytest.raises(ValueError, match=r"f\(a\) is empty, of shape \(0,\)"):
        linearize(lambda x: [], A)
    with pytest.raises(TypeError, match="args is a list; accepted is a tuple"):
        linearize(curved, A, args=[1.0])
    for hess, error, words in (
        (lambda x: np.eye(3), ValueError, r"hess returned shape \(3, 3\); accepted is .*\(2, 2, 2\)"),
        (lambda x: np.full((2, 2, 2), 1j), TypeError, "hess returned dtype complex128"),
    ):
        with pytest.raises(error, match=words):
            linearize(curved, A, hess=hess).remainder(A)
    with pytest.raises(TypeError, match="hess is a int; accepted are callables"):
        linearize(curved, A, hess=3)
