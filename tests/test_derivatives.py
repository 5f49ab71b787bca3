"""Gradient, Jacobian, Hessian, derivative: values, shapes, dtypes, counts, bounds, blocks, copies, threads."""

from __future__ import annotations

import copy
import math
import pickle
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import Bounds

import secant
import twins
from bars import Recorder
from secant import Adaptive, ComplexStep, FiniteDifference

if TYPE_CHECKING:
    from secant.methods import Method

SIDES_AND_ORDERS = [("central", order) for order in (2, 4, 6, 8)] + [
    (side, order) for side in ("forward", "backward") for order in range(1, 9)
]
CENTRAL_4 = FiniteDifference("central", 4)
METHODS: list[str | Method] = ["forward", "backward", "central", CENTRAL_4, "adaptive", "complex"]
STEP = 2.0**-5  # large, so that formulas of different order differ by far more than rounding
EPS = np.finfo(float).eps


def rounding(f: Any, x: Any, side: str, order: int, derivative: int = 1, h: float = STEP) -> float:
    """What rounding of f's values, a few ulps each, can change in a difference."""
    return 8 * EPS * twins.gain_of(side, order, derivative) * (1 + float(np.max(np.abs(f(x))))) / h**derivative


def scalar_valued(x: Any) -> Any:
    return np.exp(x[0]) * np.sin(x[1]) + x[0] * x[2] ** 3 - np.cos(x[1] * x[2])


def array_valued(x: Any) -> Any:
    first = [np.exp(x[0]) * np.sin(x[1]), x[0] * x[2] ** 3, np.cos(x[1] * x[2])]
    return np.array([first, [x[0] * x[1] * x[2], np.tanh(x[1]), x[2] / (2 + x[0])]])


def simple(x: Any) -> Any:
    """Acts on each entry by itself, on anything."""
    return x**3 + 2 * x


X = np.array([0.3, -0.7, 1.1])


# ----------------------------------------------------------------------------------------------------------------------
# against the twins


@pytest.mark.parametrize(("side", "order"), SIDES_AND_ORDERS)
class TestAgainstTwins:
    def test_gradient(self, side: str, order: int) -> None:
        found = secant.gradient(scalar_valued, X, method=FiniteDifference(side, order, STEP))
        expected = twins.jacobian(scalar_valued, X, STEP, side, order)
        assert_allclose(found, expected, rtol=0, atol=rounding(scalar_valued, X, side, order))

    def test_jacobian(self, side: str, order: int) -> None:
        found = secant.jacobian(array_valued, X, method=FiniteDifference(side, order, STEP))
        expected = twins.jacobian(array_valued, X, STEP, side, order)
        assert_allclose(found, expected, rtol=0, atol=rounding(array_valued, X, side, order))

    @pytest.mark.parametrize("f", [scalar_valued, array_valued])
    def test_hessian(self, side: str, order: int, f: Any) -> None:
        found = secant.hessian(f, X, method=FiniteDifference(side, order, STEP))
        expected = twins.hessian(f, X, STEP, side, order)
        # A mixed entry is made of three second differences.
        assert_allclose(found, expected, rtol=0, atol=3 * rounding(f, X, side, order, 2))

    @pytest.mark.parametrize("which", [1, 2])
    def test_derivative(self, side: str, order: int, which: int) -> None:
        x = np.array([[0.2, -1.3, 0.8], [2.1, 0.0, -0.4]])
        found = secant.derivative(np.sin, x, which, method=FiniteDifference(side, order, STEP))
        expected = twins.derivative(np.sin, x, STEP, which, side, order)
        assert_allclose(found, expected, rtol=0, atol=rounding(np.sin, x, side, order, which))

    def test_hessian_from_gradient_is_the_symmetric_part_of_its_jacobian(self, side: str, order: int) -> None:
        def grad(x: Any) -> Any:
            return np.array([np.exp(x[0]) * x[1], np.exp(x[0]) + x[1] * x[2], x[1] ** 2 / 2 + np.sin(x[2])])

        found = secant.hessian(scalar_valued, X, grad=grad, method=FiniteDifference(side, order, STEP))
        J = twins.jacobian(grad, X, STEP, side, order)
        assert_allclose(found, (J + J.T) / 2, rtol=0, atol=rounding(grad, X, side, order))


@pytest.mark.parametrize(("side", "order"), SIDES_AND_ORDERS)
def test_a_formula_is_exact_on_polynomials_up_to_its_order(side: str, order: int) -> None:
    # At x = 0 and with a step of 1, all nodes and powers are small integers: nothing is rounded but the last division.
    method = FiniteDifference(side, order, 1.0)
    for power in range(order + 1):
        found = secant.derivative(lambda x, p=power: x**p, 0.0, method=method)
        assert found == pytest.approx(1.0 if power == 1 else 0.0, rel=4 * EPS, abs=1e-9 * EPS)
    assert abs(secant.derivative(lambda x: x ** (order + 1), 0.0, method=method)) > 0.5


def test_steps_one_for_each_variable() -> None:
    steps = np.array([0.5, 0.25, 0.125])
    found = secant.gradient(scalar_valued, X, method=FiniteDifference("forward", step=steps), full_output=True)
    expected = [(scalar_valued(X + twins.unit(X, (j,), h)) - scalar_valued(X)) / h for j, h in enumerate(steps)]
    assert_allclose(found.value, expected, rtol=1e-14)
    assert_array_equal(found.step, steps)


def test_a_step_that_is_no_power_of_two_is_the_one_taken() -> None:
    f = Recorder(np.sin)
    found = secant.gradient(f, 1.0, method=FiniteDifference(step=0.1))
    assert sorted(float(p) for p in f.points) == [0.9, 1.1]
    assert found == pytest.approx((math.sin(1.1) - math.sin(0.9)) / (1.1 - 0.9), rel=4 * EPS)


def test_typical_sets_the_scale_of_small_variables() -> None:
    x = np.array([0.0, 1e-6, 3.0])
    unit = secant.gradient(np.sum, x, method=CENTRAL_4, full_output=True).step
    small = secant.gradient(np.sum, x, method=FiniteDifference(order=4, typical=1e-6), full_output=True).step
    mixed = secant.gradient(np.sum, x, method=FiniteDifference(order=4, typical=[1e-6, 1, 1]), full_output=True).step
    assert_array_equal(unit[:2], [2.0**-10] * 2)
    assert_array_equal(small[:2], [2.0**-30] * 2)
    assert_array_equal(mixed[:2], [2.0**-30, 2.0**-10])
    assert unit[2] == small[2] == mixed[2] == 2.0**-9
    # A function that lives at 1e-6 needs it.
    f = partial(np.multiply, 1e6)
    exact = 1e6 * math.cos(0.5)
    found = secant.gradient(lambda t: np.sin(f(t)), 5e-7, method=FiniteDifference(order=4, typical=1e-6))
    assert found == pytest.approx(exact, rel=1e-11)
    assert abs(secant.gradient(lambda t: np.sin(f(t)), 5e-7, method=CENTRAL_4) - exact) > 0.5 * exact
    # The adaptive method finds the scale by itself, at the cost of some evaluations.
    told, untold = (
        secant.gradient(lambda t: np.sin(f(t)), 5e-7, method=method, full_output=True)
        for method in (Adaptive(typical=1e-6), Adaptive())
    )
    assert told.value == pytest.approx(exact, rel=1e-13)
    assert untold.value == pytest.approx(exact, rel=1e-13)
    assert told.evaluations == 8 < untold.evaluations


@pytest.mark.parametrize("scale", [1e-3, 1.0, 7.0, 1e6, 1e100])
@pytest.mark.parametrize(("method", "power"), [("forward", 2), ("central", 3), (CENTRAL_4, 5)])
def test_default_steps_follow_the_documented_rule(method: str | Method, power: int, scale: float) -> None:
    step = secant.gradient(np.sum, [scale], method=method, full_output=True).step[0]
    natural = EPS ** (1 / power) * max(scale, 1.0)
    assert math.frexp(step)[0] == 0.5
    assert 2**-0.5 <= step / natural <= 2**0.5


@pytest.mark.parametrize("scale", [1e-3, 1.0, 7.0, 1e6, 1e100])
def test_steps_of_the_adaptive_method_stay_within_half_the_scale(scale: float) -> None:
    # A straight line would allow any step; sin(x / scale) wants a share of its own scale.
    for f in (np.sum, lambda x: np.sum(np.sin(x / scale)), lambda x: np.sum(x * x)):
        recorder = Recorder(f)
        step = secant.gradient(recorder, [scale], full_output=True).step[0]
        offsets = np.abs(np.ravel(recorder.points) - scale)
        assert math.frexp(step)[0] == 0.5
        assert step in offsets
        assert np.max(offsets) <= 0.5 * 2**0.5 * max(scale, 1.0)  # the scale is rounded to a power of two


# ----------------------------------------------------------------------------------------------------------------------
# shapes and layouts

SHAPES = [(), (1,), (3,), (2, 3), (1, 1)]


def of_shape(shape: tuple[int, ...]) -> Any:
    """A function with values of the shape: output k is the sum of (k + 1 + j) x_j."""
    k = np.arange(math.prod(shape), dtype=float)

    def f(x: Any) -> Any:
        flat = np.ravel(x)
        sums = np.array([np.sum((i + 1 + np.arange(flat.size)) * flat) for i in k])
        return sums.reshape(shape)

    return f


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("x_shape", SHAPES)
@pytest.mark.parametrize("f_shape", [*SHAPES, (0,), (2, 0)])
def test_jacobian_is_never_squeezed_nor_transposed(
    x_shape: tuple[int, ...], f_shape: tuple[int, ...], method: str | Method
) -> None:
    n, m = math.prod(x_shape), math.prod(f_shape)
    x = (0.5 + np.arange(float(n))).reshape(x_shape)
    expected = np.add.outer(np.arange(1.0, m + 1), np.arange(float(n)))
    if method == "complex":
        complex_f = of_shape(f_shape)
        found = secant.jacobian(lambda z: complex_f(z) + 0 * np.ravel(z)[0], x, method=method)
        other = secant.jacobian(lambda z: complex_f(z) + 0 * np.ravel(z)[0], x, method=method, layout="denominator")
    else:
        found = secant.jacobian(of_shape(f_shape), x, method=method)
        other = secant.jacobian(of_shape(f_shape), x, method=method, layout="denominator")
    assert found.shape == f_shape + x_shape
    assert other.shape == x_shape + f_shape
    assert_allclose(found, expected.reshape(f_shape + x_shape), rtol=1e-6)
    assert_array_equal(other.reshape(n, m), found.reshape(m, n).T)


@pytest.mark.parametrize("x_shape", SHAPES)
def test_gradient_and_hessian_shapes(x_shape: tuple[int, ...]) -> None:
    x = (0.5 + np.arange(float(math.prod(x_shape)))).reshape(x_shape)

    def f(x: Any) -> Any:
        return np.sum(x**2)

    gradient, hessian = secant.gradient(f, x), secant.hessian(f, x)
    assert gradient.shape == x_shape
    assert hessian.shape == x_shape + x_shape
    assert_allclose(gradient, 2 * x, rtol=1e-11)
    assert_allclose(np.reshape(hessian, (x.size, x.size)), 2 * np.eye(x.size), atol=1e-8)
    assert secant.hessian(f, x, grad=lambda x: 2 * x).shape == x_shape + x_shape
    assert secant.derivative(simple, x).shape == x_shape


@pytest.mark.parametrize("method", [CENTRAL_4, "adaptive"])
@pytest.mark.parametrize("f_shape", [(), (1,), (3,), (2, 1), (0,)])
def test_hessian_of_array_values(f_shape: tuple[int, ...], method: str | Method) -> None:
    m = math.prod(f_shape)
    A = np.arange(m * 4.0).reshape((m, 2, 2))

    def f(x: Any) -> Any:
        return np.array([x.ravel() @ a @ x.ravel() for a in A]).reshape(f_shape)

    x = np.array([[0.5, -1.5]])
    expected = (A + A.transpose(0, 2, 1)).reshape((*f_shape, 1, 2, 1, 2))
    assert_allclose(secant.hessian(f, x, method=method), expected, atol=1e-7)

    def grad(x: Any) -> Any:
        return np.array([(a + a.T) @ x.ravel() for a in A]).reshape((*f_shape, 1, 2))

    assert_allclose(secant.hessian(f, x, grad=grad, method=method), expected, atol=1e-10)


@pytest.mark.parametrize("x", [2.0, 2, np.float64(2.0), np.int32(2)])
def test_a_scalar_x_reaches_f_as_a_float64_scalar(x: Any) -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append(type(x))
        return x**3

    for found, expected in [
        (secant.gradient(f, x), 12.0),
        (secant.jacobian(f, x), 12.0),
        (secant.derivative(f, x), 12.0),
        (secant.hessian(f, x), 12.0),
        (secant.derivative(f, x, 2), 12.0),
    ]:
        assert isinstance(found, np.float64)
        assert found == pytest.approx(expected, rel=1e-9)
    assert set(seen) == {np.float64}


def test_a_zero_dimensional_x_reaches_f_as_a_zero_dimensional_array() -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append((type(x), x.shape))
        return 3 * x[()]

    assert secant.gradient(f, np.array(2.0)) == 3.0
    assert set(seen) == {(np.ndarray, ())}


def test_each_array_given_to_f_is_shaped_like_x_and_writable() -> None:
    def f(x: Any) -> Any:
        assert type(x) is np.ndarray
        assert x.shape == (2, 3)
        assert x.flags.writeable
        assert x.flags.c_contiguous
        return x.sum()

    assert_allclose(secant.gradient(f, [[1, 2, 3], [4, 5, 6]]), np.ones((2, 3)), rtol=1e-12)


def test_what_is_no_array_is_made_one() -> None:
    class Arraylike:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return np.array([1.0, 2.0])

    for x in ([1.0, 2.0], (1, 2), range(1, 3), Arraylike(), memoryview(np.array([1.0, 2.0]))):
        assert_allclose(secant.gradient(lambda x: x @ x, x), [2.0, 4.0], rtol=1e-12)


def test_values_may_be_lists_tuples_numbers() -> None:
    assert_allclose(secant.jacobian(lambda x: [x[0], (2 * x[1])], [1.0, 2.0]), [[1, 0], [0, 2]], atol=1e-12)
    assert_allclose(secant.jacobian(lambda x: ((x[0], x[1]),), [1.0, 2.0]), np.eye(2)[None], atol=1e-12)
    assert secant.gradient(lambda x: 3 * int(x), 4.0, method=FiniteDifference(step=1.0)) == 3.0
    assert secant.gradient(float, 4.0) == pytest.approx(1.0, rel=1e-12)


# ----------------------------------------------------------------------------------------------------------------------
# arguments


def test_argnum_and_args() -> None:
    def f(t: float, x: Any, a: float) -> Any:
        return t * a * x**2

    x = np.array([1.0, 3.0])
    expected = np.diag(2 * 5.0 * 2.0 * x)
    assert_allclose(secant.jacobian(f, x, args=(5.0, 2.0), argnum=1), expected, rtol=1e-11, atol=1e-11)
    assert_allclose(secant.Jacobian(f, argnum=1)(5.0, x, 2.0), expected, rtol=1e-11, atol=1e-11)
    assert_allclose(secant.jacobian(f, 5.0, args=(x, 2.0)), 2 * x**2, rtol=1e-11)
    assert_allclose(secant.jacobian(f, 2.0, args=(5.0, x), argnum=2), 5 * x**2, rtol=1e-11)
    assert_allclose(secant.derivative(f, x, args=(5.0, 2.0), argnum=1), 20 * x, rtol=1e-11)
    total = secant.Gradient(lambda t, x: t * x.sum(), argnum=1)
    assert_allclose(total.estimate(3.0, x).value, [3.0, 3.0], rtol=1e-11)
    H = secant.hessian(lambda t, x: t * x @ x, x, args=(3.0,), argnum=1, grad=lambda t, x: 2 * t * x)
    assert_allclose(H, 6 * np.eye(2), atol=1e-10)


def test_other_arguments_arrive_as_they_were_given() -> None:
    first, second = object(), {"a": 1}

    def f(x: Any, a: Any, b: Any) -> float:
        assert a is first
        assert b is second
        return 2 * x

    assert secant.gradient(f, 1.0, args=(first, second)) == pytest.approx(2.0, rel=1e-12)


def test_like_refuses_other_shapes() -> None:
    g = secant.Gradient(np.sum, like=np.zeros((2, 2)))
    assert g(np.ones((2, 2))).shape == (2, 2)
    with pytest.raises(ValueError, match=r"x has shape \(4,\), but like= had shape \(2, 2\)"):
        g(np.ones(4))


def test_one_object_serves_points_of_several_shapes() -> None:
    g = secant.Gradient(lambda x: np.sum(x**2))
    for x in (np.ones(3), np.ones((2, 2)), 1.0, np.ones(3, np.float32)):
        found = g(x)
        assert np.shape(found) == np.shape(x)
        assert_allclose(found, 2 * np.asarray(x), rtol=1e-3 if np.asarray(x).dtype == np.float32 else 1e-11)


# ----------------------------------------------------------------------------------------------------------------------
# dtypes


@pytest.mark.parametrize("x_dtype", ["f4", "f8", "g", "i4", "u1", "i8", ">f8", ">f4", ">i2"])
@pytest.mark.parametrize("f_dtype", ["f4", "f8", "g", "c8", "c16", "G", "i8", ">f8", ">c16"])
def test_result_dtype_is_that_of_x_and_value_combined(x_dtype: str, f_dtype: str) -> None:
    def promoted(dtype: str) -> Any:
        native = np.dtype(dtype).newbyteorder("=")
        return native if native.kind in "fc" else np.dtype(float)

    x = np.array([1, 2], dtype=x_dtype)
    expected = np.result_type(promoted(x_dtype), promoted(f_dtype))
    seen = set()

    def f(x: Any) -> Any:
        seen.add(x.dtype)
        return np.array([3 * x[0], x[1] - x[0]]).astype(f_dtype)

    method = FiniteDifference("forward", step=1.0)
    assert secant.jacobian(f, x, method=method).dtype == expected
    assert_allclose(secant.jacobian(f, x, method=method), [[3, 0], [-1, 1]], rtol=0)
    assert secant.hessian(lambda x: f(x)[0], x, method=method).dtype == expected
    assert secant.derivative(lambda x: (3 * x).astype(f_dtype), x, method=method).dtype == expected
    assert seen == {promoted(x_dtype)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_scalars_keep_their_dtype(method: str | Method, dtype: Any) -> None:
    f = Recorder(simple)
    found = secant.gradient(f, dtype(0.5), method=method)
    assert type(found) is dtype
    wanted = np.result_type(dtype, np.complex64) if method == "complex" else np.dtype(dtype)
    assert {point.dtype for point in f.points} == {wanted}
    assert_allclose(found, 2.75, rtol=1e-3 if dtype is np.float32 else 1e-7)


@pytest.mark.parametrize(("x_dtype", "f_dtype"), [("f8", "f4"), ("f4", "f8"), ("f4", "f4")])
def test_steps_come_from_the_coarser_precision(x_dtype: str, f_dtype: str) -> None:
    estimate = secant.jacobian(
        lambda x: np.sin(x).astype(f_dtype), np.ones(2, x_dtype), method="forward", full_output=True
    )
    natural = float(np.finfo(np.float32).eps) ** 0.5
    assert_allclose(np.log2(estimate.step / natural), 0, atol=0.5)


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"])
def test_complex_values_of_a_real_argument(method: str | Method) -> None:
    def f(x: Any) -> Any:
        return np.exp(1j * x * np.array([[1.0], [2.0]]))

    x = np.array([0.3, 1.2])
    exact = np.zeros((2, 2, 2), complex)
    for k in (0, 1):
        exact[k] = np.diag(1j * (k + 1) * np.exp(1j * (k + 1) * x))
    rtol = {"forward": 1e-6, "central": 1e-9, CENTRAL_4: 1e-11, "adaptive": 1e-12}[method]
    found = secant.jacobian(f, x, method=method)
    assert found.dtype == np.complex128
    assert_allclose(found, exact, rtol=rtol, atol=rtol)
    rtol = {"forward": 1e-3, "central": 1e-6, CENTRAL_4: 1e-8, "adaptive": 1e-9}[method]
    second = secant.derivative(lambda x: np.exp(1j * x), x, 2, method=method)
    assert_allclose(second, -np.exp(1j * x), rtol=rtol)
    H = secant.hessian(lambda x: np.exp(1j * (x[0] + 2 * x[1])), x, method=method)
    assert_allclose(H, -np.outer([1, 2], [1, 2]) * np.exp(1j * (x[0] + 2 * x[1])), rtol=rtol)


def test_complex_values_differ_by_part() -> None:
    # Real and imaginary parts never mix: each is differentiated as if it were alone.
    x = np.array([0.4, -1.3])
    real, imaginary = np.sin(x), np.exp(x)
    assert real.shape == imaginary.shape
    found = secant.jacobian(lambda x: np.sin(x) + 1j * np.exp(x), x)
    assert_array_equal(found.real, secant.jacobian(np.sin, x))
    assert_array_equal(found.imag, secant.jacobian(np.exp, x))


# ----------------------------------------------------------------------------------------------------------------------
# counts


def counted(function: Any, f: Any, *args: Any, **options: Any) -> int:
    """Evaluations that the Estimate reports, once it is clear that they are those that f saw."""
    recorder = Recorder(f)
    estimate = function(recorder, *args, full_output=True, **options)
    assert estimate.evaluations == len(recorder.points)
    return estimate.evaluations


@pytest.mark.parametrize("n", [1, 2, 5, 33])
class TestEvaluations:
    def test_first_derivatives(self, n: int) -> None:
        x = np.linspace(0.5, 1.5, n)
        for function, f in ((secant.gradient, np.sum), (secant.jacobian, np.sin)):
            assert counted(function, f, x, method="forward") == n + 1
            assert counted(function, f, x, method="backward") == n + 1
            # One more, with which the complex step checks itself.
            assert counted(function, f, x, method="complex") == n + 1
            assert counted(function, f, x) == 7 * n + 1
            for order in (2, 4, 6, 8):
                assert counted(function, f, x, method=FiniteDifference("central", order)) == order * n
            for order in range(1, 9):
                assert counted(function, f, x, method=FiniteDifference("backward", order)) == order * n + 1

    def test_hessian(self, n: int) -> None:
        x = np.linspace(0.5, 1.5, n)
        pairs = n * (n - 1) // 2

        def f(x: Any) -> Any:
            return x @ x

        for order in (2, 4, 6, 8):
            found = counted(secant.hessian, f, x, method=FiniteDifference("central", order))
            assert found == 1 + order * n + order * pairs
        for side in ("forward", "backward"):
            assert counted(secant.hessian, f, x, method=side) == (n + 1) * (n + 2) // 2
            assert counted(secant.hessian, f, x, method=FiniteDifference(side, 3)) == 1 + 4 * (n + pairs)
        assert counted(secant.hessian, f, x, method="complex") == 4 * (n + pairs)
        # Of a smooth function: four pairs of points along a variable, three along a diagonal.
        assert counted(secant.hessian, f, x) == 1 + 8 * n + 6 * pairs

    def test_hessian_from_gradient(self, n: int) -> None:
        x = np.linspace(0.5, 1.5, n)

        def never(x: Any) -> Any:
            raise AssertionError("f is not needed where grad is given")

        table: list[tuple[str | Method, int]] = [
            ("forward", n + 1),
            ("central", 2 * n),
            (CENTRAL_4, 4 * n),
            ("adaptive", 7 * n + 1),
            ("complex", n + 1),
        ]
        for method, expected in table:
            grad = Recorder(lambda x: 2 * x)
            estimate = secant.hessian(never, x, grad=grad, method=method, full_output=True)
            assert estimate.evaluations == len(grad.points) == expected

    def test_derivative(self, n: int) -> None:
        x = np.linspace(0.5, 1.5, n)
        for which in (1, 2):
            for order in (2, 4, 6, 8):
                method = FiniteDifference("central", order)
                assert counted(secant.derivative, np.sin, x, which, method=method) == order + which - 1
            for order in range(1, 9):
                method = FiniteDifference("forward", order)
                assert counted(secant.derivative, np.sin, x, which, method=method) == order + which
        assert counted(secant.derivative, np.sin, x, 1, method="complex") == 2  # one of them a check
        assert counted(secant.derivative, np.sin, x, 2, method="complex") == 4
        assert counted(secant.derivative, np.sin, x, 1) == 8


def test_no_point_is_evaluated_twice() -> None:
    for method in ("forward", "backward", "central", CENTRAL_4, "adaptive"):
        f = Recorder(scalar_valued)
        secant.hessian(f, X, method=method)
        assert len({point.tobytes() for point in f.points}) == len(f.points)


def test_values_of_another_dtype_cost_one_evaluation_at_most() -> None:
    # f(x) is asked for as float64 first; that it is something else shows at the first value.
    for dtype in (np.float32, np.longdouble, np.complex128):
        assert counted(secant.jacobian, lambda x, d=dtype: x.astype(d), X, method=CENTRAL_4) <= 4 * 3 + 1
        assert counted(secant.jacobian, lambda x, d=dtype: x.astype(d), X, method="forward") <= 3 + 2
        # The adaptive method asks for f(x) in any case.
        assert counted(secant.jacobian, lambda x, d=dtype: x.astype(d), X) == 7 * 3 + 1


# ----------------------------------------------------------------------------------------------------------------------
# bounds


@pytest.mark.parametrize("method", [*METHODS, FiniteDifference("forward", 8), FiniteDifference(order=8), "stepped"])
@pytest.mark.parametrize("seed", range(8))
def test_f_is_never_called_outside(method: Any, seed: int) -> None:
    random = np.random.default_rng(seed)
    n = 4
    x = random.normal(size=n) * 10.0 ** random.integers(-3, 4, n)
    width = 10.0 ** random.uniform(-6, 1, (2, n)) * np.maximum(1, np.abs(x))
    width[random.integers(0, 2), random.integers(0, n)] = 0.0  # one variable on a bound
    width[random.integers(0, 2), random.integers(0, n)] = np.inf
    both_closed = np.minimum(width[0], width[1]) + np.maximum(width[0], width[1]) == 0
    width[1, both_closed] = 1.0
    lower, upper = x - width[0], x + width[1]
    if method == "stepped":
        method = FiniteDifference(order=4, step=0.3)

    def inside(z: Any) -> Any:
        point = np.real(z)
        assert np.all(point >= lower)
        assert np.all(point <= upper)
        return z

    def f(z: Any) -> Any:
        return np.sum(inside(z) ** 2)

    bounds = (lower, upper)
    v = random.normal(size=n)
    f32 = np.clip(x.astype("f4"), np.nextafter(lower.astype("f4"), np.inf), np.nextafter(upper.astype("f4"), -np.inf))
    secant.gradient(f, x, method=method, bounds=bounds)
    secant.jacobian(lambda z: inside(z) * 2, x, method=method, bounds=Bounds(lower, upper))
    secant.hessian(f, x, method=method, bounds=bounds)
    secant.hessian(f, x, grad=lambda z: 2 * inside(z), method=method, bounds=bounds)
    secant.derivative(lambda z: inside(z) ** 2, x, method=method, bounds=bounds)
    secant.derivative(lambda z: inside(z) ** 2, x, 2, method=method, bounds=bounds)
    secant.vjp(inside, x, v, method=method, bounds=bounds)
    if np.all((f32 >= lower) & (f32 <= upper)):
        wide = (np.minimum(lower, f32 - 1e-2 * np.abs(f32)), np.maximum(upper, f32 + 1e-2 * np.abs(f32)))
        lower, upper = wide
        secant.gradient(f, f32, method=method, bounds=wide)
        secant.hessian(f, f32, method=method, bounds=wide)
    interior = (x - 1e-3, x + 2e-4)
    lower, upper = interior
    secant.jvp(inside, x, v, method=method, bounds=interior)
    secant.hvp(f, x, v, method=method, bounds=interior)


@pytest.mark.parametrize("bounds", [(1.0, None), (None, 1.0), (1.0, np.inf), (-np.inf, 1.0), (1.0, 1.5), (0.5, 1.0)])
@pytest.mark.parametrize(
    ("method", "digits", "second"),
    [("forward", 6.5, 3.5), ("central", 9, 5.5), (CENTRAL_4, 11, 8), ("adaptive", 11, 8)],
)
def test_room_on_one_side_is_enough(bounds: Any, method: str | Method, digits: float, second: float) -> None:
    lower = -np.inf if bounds[0] is None else bounds[0]
    upper = np.inf if bounds[1] is None else bounds[1]

    def f(x: Any) -> Any:
        assert np.all((x >= lower) & (x <= upper))
        return np.exp(x)

    x = np.array([1.0, 1.0])
    found = secant.derivative(f, x, method=method, bounds=bounds)
    assert_allclose(found, math.e, rtol=10**-digits)
    assert_allclose(secant.jacobian(f, x, method=method, bounds=bounds), math.e * np.eye(2), atol=10**-digits * 3)
    assert_allclose(secant.derivative(f, x, 2, method=method, bounds=bounds), math.e, rtol=10**-second)
    H = secant.hessian(lambda x: np.prod(f(x)), x, method=method, bounds=bounds)
    assert_allclose(H, math.e**2 * np.ones((2, 2)), rtol=10**-second)


def test_a_hessian_between_variables_with_room_on_different_sides() -> None:
    x = np.array([0.0, 1.0, 0.5])
    lower, upper = np.array([0.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0])

    def f(x: Any) -> Any:
        assert np.all((x >= lower) & (x <= upper))
        return np.exp(x[0] + 2 * x[1] - x[2])

    d = np.array([1, 2, -1])
    exact = np.outer(d, d) * math.exp(1.5)
    for method, rtol in [("forward", 1e-3), (CENTRAL_4, 1e-8), ("adaptive", 1e-8)]:
        assert_allclose(secant.hessian(f, x, bounds=(lower, upper), method=method), exact, rtol=rtol)


def test_little_room_gives_a_small_step() -> None:
    for method in (CENTRAL_4, "adaptive"):
        estimate = secant.gradient(np.exp, 1.0, bounds=(1 - 1e-7, 1 + 1e-7), method=method, full_output=True)
        assert 0 < estimate.step <= 1e-7
        assert estimate.value == pytest.approx(math.e, rel=1e-7)


@pytest.mark.parametrize("method", [CENTRAL_4, "adaptive"])
def test_bounds_that_are_far_away_change_nothing(method: str | Method) -> None:
    for bounds in [(-1e6, 1e6), (None, None), (-np.inf, np.inf), Bounds(), Bounds([-9] * 3, 9)]:
        for function in (secant.gradient, secant.hessian):
            found = function(scalar_valued, X, bounds=bounds, method=method)
            assert_array_equal(found, function(scalar_valued, X, method=method))


def test_scipy_bounds_are_broadcast_to_x_as_scipy_does() -> None:
    # Bounds keeps scalars as arrays of one entry.
    for bounds in (Bounds(0.0, 5.0), Bounds(0.0, [5.0, 6.0, 7.0]), Bounds([0.0] * 3, 5.0)):
        recorder = Recorder(np.sum)
        assert_allclose(secant.gradient(recorder, [0.0, 1.0, 5.0], bounds=bounds), 1.0, rtol=1e-12)
        assert np.min(recorder.points) == 0.0


def test_bounds_shaped_like_a_matrix() -> None:
    x = np.arange(6.0).reshape(2, 3)

    def f(z: Any) -> Any:
        assert np.all(z >= x)
        return np.sum(z**2)

    assert_allclose(secant.gradient(f, x, bounds=(x, None)), 2 * x, atol=1e-10)


def test_the_complex_step_needs_no_room() -> None:
    assert_allclose(secant.gradient(np.sum, [1.0, 2.0], method="complex", bounds=([1, 2], [1, 2])), [1.0, 1.0])


# ----------------------------------------------------------------------------------------------------------------------
# blocks


def columns(z: Any) -> Any:
    """Vectorized or not: z has the variables last."""
    return np.stack([z[..., 0] * z[..., 1], z[..., 2] ** 2 + z[..., 0], z[..., 1] / (2 + z[..., 2] ** 2)], axis=-1)


def column(z: Any) -> Any:
    return z[..., 0] * z[..., 1] * z[..., 2] + z[..., 0] ** 2 / (1 + z[..., 1] ** 2)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.longdouble])
@pytest.mark.parametrize("method", [*METHODS, FiniteDifference("backward", 3), FiniteDifference(order=8)])
def test_vectorized_equals_point_by_point_bit_for_bit(method: Any, dtype: Any) -> None:
    x = X.astype(dtype)
    for block_bytes in (2**26, 400, 1):
        options = {"method": method, "vectorized": True, "block_bytes": block_bytes}
        assert_array_equal(secant.Gradient(column, **options)(x), secant.gradient(column, x, method=method))
        assert_array_equal(secant.Jacobian(columns, **options)(x), secant.jacobian(columns, x, method=method))
        assert_array_equal(secant.Hessian(column, **options)(x), secant.hessian(column, x, method=method))
        assert_array_equal(secant.Hessian(columns, **options)(x), secant.hessian(columns, x, method=method))
        H = secant.Hessian(None, grad=columns, **options)(x)
        assert_array_equal(H, secant.hessian(None, x, grad=columns, method=method))


@pytest.mark.parametrize(("method", "shapes"), [(CENTRAL_4, [(4,)]), ("adaptive", [(1,), (7,)])])
def test_vectorized_scalars_and_matrices(method: str | Method, shapes: Any) -> None:
    f = Recorder(lambda x: x**3)
    assert secant.gradient(f, 2.0, method=method, vectorized=True) == secant.gradient(
        lambda x: x**3, 2.0, method=method
    )
    assert [p.shape for p in f.points] == shapes
    x = np.arange(6.0).reshape(2, 3)
    f = Recorder(lambda z: z[:, 0] * z[:, 1])
    found = secant.jacobian(f, x, method=method, vectorized=True)
    assert_array_equal(found, secant.jacobian(lambda z: z[0] * z[1], x, method=method))
    assert {p.shape[1:] for p in f.points} == {(2, 3)}


@pytest.mark.parametrize(
    ("function", "method", "shapes"),
    [
        (secant.gradient, "central", [(6, 3)]),
        (secant.gradient, "forward", [(4, 3)]),
        (secant.gradient, "complex", [(3, 3), (1, 3)]),
        (secant.gradient, CENTRAL_4, [(12, 3)]),
        (secant.gradient, "adaptive", [(1, 3), (21, 3)]),
        (secant.hessian, "central", [(1, 3), (2, 3), (4, 3), (6, 3)]),
        (secant.hessian, "forward", [(1, 3), (1, 3), (2, 3), (6, 3)]),
        (secant.hessian, CENTRAL_4, [(1, 3), (4, 3), (8, 3), (12, 3)]),
    ],
)
def test_blocks_are_as_few_as_can_be(function: Any, method: str | Method, shapes: Any) -> None:
    # A gradient's values are single numbers. How large others are is not known before the first one has been seen:
    # it is asked for alone, then come the rest of its column and all the others. The adaptive method asks for f(x),
    # then for the first samples of all variables.
    f = Recorder(column)
    estimate = function(f, X, method=method, vectorized=True, full_output=True)
    assert [point.shape for point in f.points] == shapes
    assert estimate.evaluations == sum(shape[0] for shape in shapes)


@pytest.mark.parametrize(("method", "shapes"), [("central", [(7, 3), (6, 3)]), ("forward", [(4, 3), (6, 3)])])
def test_a_prepared_object_knows_how_large_values_are(method: str, shapes: Any) -> None:
    f = Recorder(column)
    H = secant.Hessian(f, method=method, vectorized=True)
    first = H(X)
    f.points.clear()
    assert_array_equal(H(X), first)
    assert [point.shape for point in f.points] == shapes


@pytest.mark.parametrize("outputs", [1, 10, 1000])
@pytest.mark.parametrize(("method", "points"), [("forward", 41), (CENTRAL_4, 160), ("adaptive", 281)])
@pytest.mark.parametrize("block_bytes", [10_000, 100_000])
def test_a_block_and_its_values_stay_within_block_bytes(
    outputs: int, method: str | Method, points: int, block_bytes: int
) -> None:
    n = 40
    A = np.arange(float(n * outputs)).reshape(n, outputs) % 7
    f = Recorder(lambda z: z @ A)
    found = secant.Jacobian(f, vectorized=True, method=method, block_bytes=block_bytes)(np.ones(n))
    assert_allclose(found, A.T, atol=1e-6)
    assert sum(len(p) for p in f.points) == points
    at_most = max(1, block_bytes // (8 * (n + outputs)))
    assert max(len(p) for p in f.points) <= at_most
    # … and they are not much smaller than they may be.
    assert len(f.points) <= 3 + 3 * sum(len(p) for p in f.points) // at_most


@pytest.mark.parametrize("wrong", [lambda z: z[:-1, 0], lambda z: z.T, lambda z: 1.0, lambda z: np.ones((1, len(z)))])
def test_a_wrong_first_axis_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"block of 12 points, shape \(12, 3\).*first axis must have length 12"):
        secant.gradient(wrong, X, vectorized=True, method=CENTRAL_4)
    # f(x), which comes first, is a block of one; the last of the wrong ones is right for that.
    message = r"block of (1|21) points, shape \(\1, 3\).*first axis must have length \1"
    with pytest.raises(ValueError, match=message):
        secant.gradient(wrong, X, vectorized=True)


def test_block_and_pointwise_agree_on_what_a_scalar_value_is() -> None:
    with pytest.raises(ValueError, match=r"f\(x\) has shape \(1,\); use jacobian"):
        secant.gradient(lambda z: z[:, :1], X, vectorized=True)


# ----------------------------------------------------------------------------------------------------------------------
# objects


def plain(x: Any) -> Any:
    """A function that pickle can find."""
    return x[0] ** 2 * x[1]


def plain_gradient(x: Any) -> Any:
    return np.array([2 * x[0] * x[1], x[0] ** 2])


OBJECTS = [
    secant.Gradient(plain),
    secant.Gradient(plain, method=FiniteDifference("forward", 3, 0.01, [1.0, 2.0]), bounds=(0.0, [5.0, 6.0])),
    secant.Gradient(plain, like=np.ones(2), method=ComplexStep(1e-20)),
    secant.Jacobian(plain, layout="denominator", block_bytes=1000),
    secant.Hessian(plain, method="central"),
    secant.Hessian(plain, grad=plain_gradient),
    secant.Hessian(plain, method=Adaptive(rtol=1e-6, max_evaluations=30, typical=[1.0, 2.0])),
]


@pytest.mark.parametrize("thing", OBJECTS, ids=repr)
@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_copies_do_the_same(thing: Any, copier: Any) -> None:
    other = copier(thing)
    assert type(other) is type(thing)
    assert other.method == thing.method
    x = np.array([1.5, 2.5])
    assert_array_equal(other(x), thing(x))
    assert str(other.estimate(x)) == str(thing.estimate(x))
    assert repr(other) == repr(thing)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_pickle_protocol(protocol: int) -> None:
    other = pickle.loads(pickle.dumps(OBJECTS[1], protocol))
    assert_array_equal(other([1.5, 2.5]), OBJECTS[1]([1.5, 2.5]))


def test_repr_shows_what_was_given() -> None:
    assert repr(secant.Gradient(math.sin)) == "secant.Gradient(<built-in function sin>)"
    text = repr(secant.Jacobian(math.sin, method="forward", vectorized=True, layout="denominator", argnum=2))
    for part in ("secant.Jacobian(", "method='forward'", "vectorized=True", "layout='denominator'", "argnum=2"):
        assert part in text
    assert "block_bytes" not in text
    assert "grad=<built-in function cos>" in repr(secant.Hessian(math.sin, grad=math.cos))


def test_objects_cannot_be_changed_by_accident() -> None:
    g = secant.Gradient(plain)
    with pytest.raises(AttributeError):
        g.bounds = (0, 1)  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        g.method = "forward"  # type: ignore[misc, assignment]
    lower = np.zeros(2)
    g = secant.Gradient(plain, bounds=(lower, 5.0))
    lower[:] = 100.0
    assert_allclose(g([1.0, 2.0]), [4.0, 1.0], rtol=1e-10)


@pytest.mark.parametrize("method", [CENTRAL_4, "adaptive"])
@pytest.mark.parametrize("vectorized", [False, True])
def test_four_threads_at_once_give_the_bits_of_one(vectorized: bool, method: str | Method) -> None:
    g = secant.Gradient(column, vectorized=vectorized, method=method)
    J = secant.Jacobian(columns, vectorized=vectorized, method=method)
    H = secant.Hessian(column, vectorized=vectorized, method=method)
    points = np.random.default_rng(0).normal(size=(4, 20, 3))
    expected = [[(g(x), J(x), H(x)) for x in some] for some in points]
    found: list[Any] = [None] * 4
    together = threading.Barrier(4)

    def work(k: int) -> None:
        together.wait()
        found[k] = [(g(x), J(x), H(x)) for x in points[k]]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for mine, theirs in zip(found, expected, strict=True):
        for one, other in zip(mine, theirs, strict=True):
            for a, b in zip(one, other, strict=True):
                assert_array_equal(a, b)


def test_an_object_may_be_called_from_inside_its_own_function() -> None:
    g = secant.Gradient(lambda x: x**4)
    outer = secant.Gradient(lambda x: g(x))
    assert outer(1.0) == pytest.approx(12.0, rel=1e-8)
    depths = []

    def recursive(x: Any, depth: int) -> Any:
        depths.append(depth)
        return same(x, depth - 1) if depth else x**3

    same = secant.Gradient(recursive, method=FiniteDifference("central", 2, 0.25))
    assert same(1.0, 1) == pytest.approx(6.0, rel=1e-12)  # central differences are exact on the parabola 3 x² + h²
    assert depths == [1, 0, 0, 1, 0, 0]


def test_results_are_new_arrays() -> None:
    g = secant.Gradient(np.sum)
    first = g(np.ones(3))
    first[:] = 7.0
    assert_allclose(g(np.ones(3)), 1.0, rtol=1e-12)
    assert first.flags.owndata
    assert first.flags.c_contiguous


def test_many_variables() -> None:
    n = 300
    x = np.linspace(-1, 1, n)
    assert_allclose(secant.jacobian(np.sin, x), np.diag(np.cos(x)), atol=1e-11)
    assert_allclose(secant.gradient(lambda x: np.sum(np.sin(x)), x, method="complex"), np.cos(x), rtol=1e-14)
    wide = secant.jacobian(lambda x: np.outer(np.arange(50.0), x), x, method="forward")
    assert wide.shape == (50, n, n)
    assert_allclose(wide[3], 3 * np.eye(n), atol=1e-6)
