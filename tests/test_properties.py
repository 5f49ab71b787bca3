"""What holds for every shape, dtype, memory layout and scale: random cases by Hypothesis."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose, assert_array_equal

import secant
import twins
from secant import FiniteDifference

modest = settings(deadline=None, max_examples=60, derandomize=True)

EPS = np.finfo(float).eps
CENTRAL_4 = FiniteDifference("central", 4)
METHODS: list[Any] = ["forward", "backward", "central", CENTRAL_4, "adaptive", "complex"]
methods = st.sampled_from(METHODS)
differences = st.sampled_from(
    [FiniteDifference("central", order) for order in (2, 4, 6, 8)]
    + [FiniteDifference(side, order) for side in ("forward", "backward") for order in (1, 2, 3, 5, 8)]
)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, max_side=3)

# Denormals, both zeros, the ends of the range, numbers whose neighbours are far apart, and plain ones.
HOSTILE = [0.0, -0.0, 5e-324, -1e-310, 2.3e-308, 1e-160, 1e-8, 0.1, -3.7, 1.0 - EPS / 2, 65536.0, -1e15, 9e15, 1e160]
hostile = st.sampled_from([*HOSTILE, 1e300, -1e300]) | st.floats(-1e3, 1e3)
plain = st.floats(-3, 3).map(lambda value: round(value, 3))


def arrays(entries: Any, shape: Any = shapes) -> Any:
    return hnp.arrays(np.float64, shape, elements=entries)


def permuted(x: Any, order: Any) -> Any:
    return np.ravel(x)[order]


# ----------------------------------------------------------------------------------------------------------------------
# functions without rounding: the derivative has none but its last


@modest
@given(x=arrays(hostile), method=methods | differences, data=st.data())
def test_scaled_permutations_are_exact_at_any_scale(x: Any, method: Any, data: Any) -> None:
    # Powers of two do not round.
    order = np.array(data.draw(st.permutations(range(x.size))))
    factors = np.exp2(np.array(data.draw(st.lists(st.integers(-12, 12), min_size=x.size, max_size=x.size))))
    expected = np.zeros((x.size, x.size))
    expected[np.arange(x.size), order] = factors
    with np.errstate(over="raise", invalid="raise"):
        found = secant.jacobian(lambda z: permuted(z, order) * factors, x, method=method)
    assert found.shape == (x.size, *x.shape)
    assert_allclose(found.reshape(x.size, x.size), expected, rtol=8 * EPS, atol=0)


@modest
@given(
    x=hnp.arrays(np.int64, st.integers(1, 5), elements=st.integers(-500, 500)),
    method=methods,
    data=st.data(),
)
def test_affine_functions_of_integers_are_exact(x: Any, method: Any, data: Any) -> None:
    # Values are multiples of 2**-35 below 2**18: sums of them have 53 bits at most, in any order.
    A = data.draw(hnp.arrays(np.int64, (3, x.size), elements=st.integers(-10, 10))).astype(float)
    c = data.draw(hnp.arrays(np.int64, 3, elements=st.integers(-100, 100))).astype(float)
    assert_allclose(secant.jacobian(lambda z: A @ z + c, x, method=method), A, rtol=8 * EPS, atol=0)


@modest
@given(x=arrays(hostile), c=hostile, method=methods | differences)
def test_the_derivative_of_a_constant_is_zero(x: Any, c: float, method: Any) -> None:
    def constant(z: Any) -> Any:
        return np.full((2, 2), c, dtype=np.asarray(z).dtype)

    assert_array_equal(secant.jacobian(constant, x, method=method), np.zeros((2, 2, *x.shape)))
    x = np.clip(x, -1e100, 1e100)
    assert_array_equal(secant.hessian(lambda z: constant(z)[0, 0], x, method=method), np.zeros(x.shape * 2))


# ----------------------------------------------------------------------------------------------------------------------
# functions with rounding: within what rounding can do


@modest
@given(x=arrays(plain, st.integers(1, 5)), method=differences, data=st.data())
def test_affine_functions_are_exact_up_to_rounding_of_f(x: Any, method: FiniteDifference, data: Any) -> None:
    A = data.draw(arrays(plain, (3, x.size)))
    estimate = secant.jacobian(lambda z: A @ z + 1 / 3, x, method=method, full_output=True)
    assert method.order is not None
    gain = twins.gain_of(method.side, method.order, 1)
    size = np.sum(np.abs(A), axis=1, keepdims=True) * (np.max(np.abs(x)) + 1) + 1
    # A sum of n terms is good to n ulps.
    bound = gain * (x.size + 4) * EPS * size / estimate.step
    assert np.all(np.abs(estimate.value - A) <= bound)


@modest
@given(x=arrays(plain, st.integers(1, 4)), method=differences, data=st.data())
def test_hessians_of_quadratics(x: Any, method: FiniteDifference, data: Any) -> None:
    A = data.draw(arrays(plain, (x.size, x.size)))
    Q = A + A.T
    estimate = secant.hessian(lambda z: z @ A @ z + z[0], x, method=method, full_output=True)
    assert_array_equal(estimate.value, estimate.value.T)
    assert method.order is not None
    gain = twins.gain_of(method.side, max(method.order, 2), 2) + 8
    reach = 10 * np.max(estimate.step)
    size = np.sum(np.abs(A)) * (np.max(np.abs(x)) + reach) ** 2 + np.max(np.abs(x)) + 1
    # Second differences are exact on quadratics: what is left is rounding, of f (n² terms) and of x + h where x is not
    # a multiple of h (first order in the slope): three differences an entry.
    slope = np.sum(np.abs(Q)) * (np.max(np.abs(x)) + reach) + 1
    rounding = (x.size**2 + 4) * EPS * size + 2 * EPS * slope * (np.max(np.abs(x)) + reach)
    bound = 3 * gain * rounding / np.outer(estimate.step, estimate.step)
    assert np.all(np.abs(estimate.value - Q) <= bound)


@modest
@given(x=arrays(plain, st.integers(1, 4)), method=methods, data=st.data())
def test_products_are_those_of_the_matrix(x: Any, method: Any, data: Any) -> None:
    A = data.draw(arrays(plain, (2, x.size)))
    v = data.draw(arrays(plain, x.shape))
    w = data.draw(arrays(plain, 2))

    def f(z: Any) -> Any:
        return np.sin(A @ z) + A @ (z * z)

    J = secant.jacobian(f, x, method="complex")
    rtols = {"forward": 1e-6, "backward": 1e-6, "central": 1e-8, CENTRAL_4: 1e-9, "adaptive": 1e-9, "complex": 1e-13}
    rtol = rtols[method]
    # Truncation grows with the derivatives of sin(A z): with powers of the rows' sizes and the length of v.
    scale = (1 + np.max(np.sum(np.abs(A), axis=1))) ** 5 * (1 + np.max(np.abs(v))) * (1 + np.max(np.abs(w)))
    assert_allclose(secant.jvp(f, x, v, method=method), J @ v, rtol=0, atol=rtol * scale)
    assert_allclose(secant.vjp(f, x, w, method=method), w @ J, rtol=0, atol=2 * rtol * scale)
    # The same sums as from the dense derivative, in whatever order.
    dense = secant.jacobian(f, x, method=method)
    size = np.abs(w) @ np.abs(dense)
    assert np.all(np.abs(secant.vjp(f, x, w, method=method) - w @ dense) <= 8 * EPS * size)


@modest
@given(x=arrays(plain, st.integers(1, 4)), method=methods, data=st.data())
def test_hessians_are_symmetric_to_the_bit(x: Any, method: Any, data: Any) -> None:
    A = data.draw(arrays(plain, (3, x.size)))

    def f(z: Any) -> Any:
        return np.sum(np.exp(np.sin(A @ z)))

    def grad(z: Any) -> Any:
        s = np.sin(A @ z)
        return A.T @ (np.exp(s) * np.cos(A @ z))

    for H in (secant.hessian(f, x, method=method), secant.hessian(f, x, grad=grad, method=method)):
        assert_array_equal(H, H.T)
        assert np.all(np.isfinite(H))


@modest
@given(x_shape=shapes, f_shape=shapes, method=methods, data=st.data())
def test_layouts_are_transposes_of_each_other(x_shape: Any, f_shape: Any, method: Any, data: Any) -> None:
    x = data.draw(arrays(plain, x_shape))
    A = data.draw(arrays(plain, (math.prod(f_shape), x.size)))

    def f(z: Any) -> Any:
        return np.exp(np.sin(A @ np.ravel(z))).reshape(f_shape)

    numerator = secant.jacobian(f, x, method=method)
    denominator = secant.jacobian(f, x, method=method, layout="denominator")
    assert numerator.shape == f_shape + x_shape
    assert denominator.shape == x_shape + f_shape
    axes = (*range(len(f_shape), len(f_shape) + len(x_shape)), *range(len(f_shape)))
    assert_array_equal(denominator, np.transpose(numerator, axes))


# ----------------------------------------------------------------------------------------------------------------------
# memory


def in_memory(x: Any, how: str) -> Any:
    """The same numbers, laid out differently."""
    if how == "fortran":
        return np.asfortranarray(x)
    if how == "strided":
        wide = np.full((*x.shape, 2), np.nan, x.dtype)
        wide[..., 0] = x
        return wide[..., 0]
    if how == "negative":
        return np.flip(np.flip(x).copy())
    if how == "read-only":
        frozen = x.copy()
        frozen.setflags(write=False)
        return frozen
    if how == "swapped":
        return x.astype(x.dtype.newbyteorder())
    if how == "unaligned":
        raw = np.zeros(x.nbytes + 1, np.uint8)
        shifted = raw[1:].view(x.dtype).reshape(x.shape)
        shifted[...] = x
        return shifted
    if how == "broadcast":
        return np.broadcast_to(x, x.shape)
    assert how == "subclass"
    return x.view(Subclass)


class Subclass(np.ndarray):
    """An array of another type."""


LAYOUTS = ["fortran", "strided", "negative", "read-only", "swapped", "unaligned", "broadcast", "subclass"]


@pytest.mark.parametrize("how", LAYOUTS)
@modest
@given(x=arrays(hostile, hnp.array_shapes(max_dims=3, max_side=3)), dtype=st.sampled_from("fdg"), method=methods)
def test_the_memory_layout_of_x_does_not_matter(how: str, x: Any, dtype: str, method: Any) -> None:
    x = np.clip(x, -1e9, 1e9).astype(dtype)
    other = in_memory(x, how)
    assert_array_equal(other, x)
    before = other.tobytes()

    def f(z: Any) -> Any:
        assert type(z) is np.ndarray
        assert z.dtype.isnative
        return np.sin(z).T

    # Big steps in float32 overflow nothing; sin of a complex number with a tiny imaginary part is a normal number.
    for function in (secant.jacobian, secant.derivative):
        g = f if function is secant.jacobian else np.sin
        assert_array_equal(function(g, other, method=method), function(g, x, method=method))
    v = np.asarray(x)
    assert_array_equal(secant.jvp(f, other, in_memory(v, how), method=method), secant.jvp(f, x, v, method=method))
    w = f(np.asarray(x))
    assert_array_equal(secant.vjp(f, x, in_memory(w, how), method=method), secant.vjp(f, x, w, method=method))
    assert other.tobytes() == before
    assert other.shape == x.shape


@pytest.mark.parametrize("how", LAYOUTS)
@modest
@given(y=arrays(plain, hnp.array_shapes(max_dims=3, max_side=3)), dtype=st.sampled_from("fdgFDG"), blocks=st.booleans())
def test_the_memory_layout_of_values_does_not_matter(how: str, y: Any, dtype: str, blocks: bool) -> None:
    weights = y.astype(dtype)

    def f(z: Any) -> Any:
        return weights * np.sin(z).reshape(z.shape + (1,) * weights.ndim)

    scalars = np.float64(0.7)
    expected = secant.jacobian(f if blocks else lambda z: f(np.asarray(z)), scalars, vectorized=blocks)
    found = secant.jacobian(lambda z: in_memory(f(np.asarray(z)), how), scalars, vectorized=blocks)
    assert_array_equal(found, expected)
    assert found.dtype == np.result_type(weights, scalars)


@modest
@given(x=arrays(hostile), method=methods)
def test_x_is_never_modified(x: Any, method: Any) -> None:
    x = np.clip(x, -1e9, 1e9)
    before = x.tobytes()

    def f(z: Any) -> Any:
        return np.sin(z) if method == "complex" else np.sin(z) + 0 * np.abs(z)

    secant.jacobian(f, x, method=method)
    secant.hessian(lambda z: np.sum(f(z)), x, method=method)
    secant.hessian(None, x, grad=f, method=method)
    secant.hvp(lambda z: np.sum(f(z)), x, x, method=method)
    secant.derivative(f, x, 2, method=method)
    assert x.tobytes() == before


# ----------------------------------------------------------------------------------------------------------------------
# scales


@modest
@given(x=hostile, exponent=st.integers(-60, 60), method=methods)
def test_scaling_f_by_a_power_of_two_scales_its_derivative(x: float, exponent: int, method: Any) -> None:
    x = float(np.clip(x, -1e9, 1e9))
    factor = 2.0**exponent
    assert secant.gradient(lambda z: factor * np.sin(z), x, method=method) == factor * secant.gradient(
        np.sin, x, method=method
    )


@modest
@given(x=arrays(plain, 3), data=st.data(), method=methods)
def test_mixed_scales_do_not_disturb_each_other(x: Any, data: Any, method: Any) -> None:
    # sin(x_j / s_j): each variable's derivative is as accurate as if it were alone.
    scales = 10.0 ** np.array(data.draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)))
    point = (np.abs(x) + 0.5) * scales
    found = secant.jacobian(lambda z: np.sin(z / scales), point, method=method) * scales[:, None]
    exact = np.diag(np.cos(np.abs(x) + 0.5))
    atols = {"forward": 1e-6, "backward": 1e-6, "central": 1e-8, CENTRAL_4: 1e-9, "adaptive": 1e-11, "complex": 1e-14}
    assert_allclose(np.diag(found), np.diag(exact), rtol=0, atol=atols[method])
    assert np.all(found[~np.eye(3, dtype=bool)] == 0)


@modest
@given(x=arrays(hostile, 2), method=methods | differences)
def test_whatever_is_not_finite_has_a_status(x: Any, method: Any) -> None:
    def f(z: Any) -> Any:
        return z[0] / 4 + z[1] / 4

    for estimate in (
        secant.gradient(f, x, method=method, full_output=True),
        secant.hessian(f, x, method=method, full_output=True),
        secant.hvp(f, x, [1.0, -2.0], method=method, full_output=True),
    ):
        assert_array_equal(np.isfinite(estimate.value), estimate.status >= 0)


@modest
@given(
    x=arrays(plain, 3),
    widths=arrays(st.sampled_from([0.0, 1e-9, 1e-4, 0.03, 2.0, np.inf]), (2, 3)),
    method=differences | methods,
)
def test_f_is_never_called_outside_of_random_bounds(x: Any, widths: Any, method: Any) -> None:
    fixed = (widths[0] == 0) & (widths[1] == 0)
    widths[1][fixed] = 1e-3
    lower, upper = x - widths[0], x + widths[1]

    def f(z: Any) -> Any:
        assert np.all((np.real(z) >= lower) & (np.real(z) <= upper))
        return z * z

    secant.jacobian(f, x, method=method, bounds=(lower, upper))
    secant.hessian(lambda z: np.sum(f(z)), x, method=method, bounds=(lower, upper))
    secant.derivative(f, x, 2, method=method, bounds=(lower, upper))
