"""What a function may do to its argument and with its value, and what happens then: DESIGN, section 4, row by row."""

from __future__ import annotations

import ctypes
import itertools
import math
import operator
import re
import signal
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import secant
from secant import FiniteDifference, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from secant.methods import Method

CENTRAL_4 = FiniteDifference("central", 4)
METHODS: list[str | Method] = ["forward", "backward", "central", CENTRAL_4, "adaptive", "complex"]
DIFFERENCES: list[str | Method] = ["forward", "backward", "central", CENTRAL_4, "adaptive"]
X = np.array([0.3, -0.7, 1.1])


def values(z: Any) -> Any:
    """One point or a block of them: the variables are the last axis."""
    return np.stack([z[..., 0] * z[..., 1], z[..., 2] ** 2 + z[..., 0], z[..., 1] * z[..., 2]], axis=-1)


# ----------------------------------------------------------------------------------------------------------------------
# its own reused buffer, or a view of x


def into_buffer() -> Callable[[Any], Any]:
    """Returns the same array again and again, or the first part of it."""
    buffers: dict[Any, Any] = {}

    def f(z: Any) -> Any:
        buffer = buffers.setdefault(z.dtype, np.empty((200, 3), z.dtype))
        buffer.fill(-1.0)  # nothing of an earlier call survives
        out = buffer[: len(z)] if z.ndim == 2 else buffer[0]
        out[...] = values(z)
        return out

    return f


@pytest.mark.parametrize("vectorized", [False, True])
@pytest.mark.parametrize("method", METHODS)
class TestReusedBuffer:
    def test_jacobian(self, method: str | Method, vectorized: bool) -> None:
        expected = secant.jacobian(values, X, method=method)
        assert_array_equal(secant.jacobian(into_buffer(), X, method=method, vectorized=vectorized), expected)
        small = secant.Jacobian(into_buffer(), method=method, vectorized=vectorized, block_bytes=100)
        assert_array_equal(small(X), expected)

    def test_hessian(self, method: str | Method, vectorized: bool) -> None:
        expected = secant.hessian(values, X, method=method)
        assert_array_equal(secant.hessian(into_buffer(), X, method=method, vectorized=vectorized), expected)

    def test_products_and_elementwise(self, method: str | Method, vectorized: bool) -> None:
        options: dict[str, Any] = {"method": method, "vectorized": vectorized}
        for function in (secant.jvp, secant.vjp, secant.hvp):
            expected = function(values, X, [1.0, 2.0, 3.0], method=method)
            assert_array_equal(function(into_buffer(), X, [1.0, 2.0, 3.0], **options), expected)
        buffers = {np.dtype(kind): np.empty(3, kind) for kind in (float, complex)}
        for order in (1, 2):
            found = secant.derivative(lambda x: np.sin(x, out=buffers[x.dtype]), X, order, method=method)
            assert_array_equal(found, secant.derivative(np.sin, X, order, method=method))


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble, np.complex128])
@pytest.mark.parametrize("vectorized", [False, True])
def test_a_reused_buffer_of_another_dtype_than_expected(dtype: Any, vectorized: bool) -> None:
    buffer = np.empty((200, 3), dtype)

    def f(z: Any) -> Any:
        buffer.fill(-1.0)
        out = buffer[: len(z)] if z.ndim == 2 else buffer[0]
        out[...] = values(z)
        return out

    expected = secant.jacobian(lambda z: values(z).astype(dtype), X)
    assert_array_equal(secant.jacobian(f, X, vectorized=vectorized), expected)


@pytest.mark.parametrize("vectorized", [False, True])
def test_a_reused_buffer_while_columns_are_repaired(vectorized: bool) -> None:
    # One output needs nearer probes in two variables; the other output must not notice.
    def f(z: Any) -> Any:
        with np.errstate(invalid="ignore"):
            logs = np.log(z[..., 0]) + np.log(z[..., 1])
        return np.stack([logs, z[..., 0] ** 2 + 3 * z[..., 1]], axis=-1)

    buffer = np.empty((50, 2))

    def g(z: Any) -> Any:
        value = f(z)
        buffer.fill(-1.0)
        out = buffer[-len(z) :] if z.ndim == 2 else buffer[0]
        out[...] = value
        return out

    x = [1e-4, 2e-4]
    expected = secant.jacobian(f, x, full_output=True)
    assert np.count_nonzero(expected.status) == 2
    assert_allclose(expected.value[1], [2e-4, 3.0], rtol=1e-9)
    assert_array_equal(secant.jacobian(g, x, vectorized=vectorized), expected.value)


@pytest.mark.parametrize("vectorized", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_x_itself_or_a_view_of_it(method: str | Method, vectorized: bool) -> None:
    options: dict[str, Any] = {"method": method, "vectorized": vectorized}
    assert_allclose(secant.jacobian(lambda z: z, X, **options), np.eye(3), rtol=0, atol=1e-15)
    assert_allclose(secant.jacobian(lambda z: z[..., ::-1], X, **options), np.eye(3)[::-1], rtol=0, atol=1e-15)
    assert_allclose(secant.jacobian(lambda z: z[..., 1:], X, **options), np.eye(3)[1:], rtol=0, atol=1e-15)
    assert_allclose(secant.gradient(lambda z: z[..., 1], X, **options), [0, 1, 0], rtol=0, atol=1e-15)
    assert_allclose(secant.hessian(None, X, grad=lambda z: z, **options), np.eye(3), rtol=0, atol=1e-15)
    assert_allclose(secant.derivative(lambda x: x, X, method=method), 1, rtol=0, atol=1e-15)


# ----------------------------------------------------------------------------------------------------------------------
# keeps x, or writes into it


@pytest.mark.parametrize("vectorized", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_kept_arguments_keep_their_values(method: str | Method, vectorized: bool) -> None:
    kept: list[tuple[Any, Any]] = []

    def f(z: Any) -> Any:
        kept.append((z, z.copy()))
        return values(z)

    x = X.copy()
    secant.jacobian(f, x, method=method, vectorized=vectorized)
    secant.hessian(f, x, method=method, vectorized=vectorized)
    secant.derivative(lambda z: kept.append((z, z.copy())) or np.sin(z), x, method=method)
    assert len(kept) > 3 - 2 * vectorized
    for z, copy in kept:
        assert_array_equal(z, copy)
    addresses = {z.ctypes.data for z, _ in kept}
    assert len(addresses) == len(kept)
    assert x.ctypes.data not in addresses


@pytest.mark.parametrize(
    "spoil",
    [
        lambda z: z.fill(np.nan),
        lambda z: z.sort(),
        lambda z: np.negative(z, out=z),
        lambda z: z.resize((7, 5), refcheck=False),
        lambda z: z.resize((0,), refcheck=False),
        lambda z: z.resize((1, *z.shape), refcheck=False),
        lambda z: z.setflags(write=False),
    ],
    ids=["nan", "sort", "negative", "grow", "empty", "reshape", "read-only"],
)
@pytest.mark.parametrize("vectorized", [False, True])
def test_f_may_do_to_x_what_it_likes(spoil: Callable[[Any], Any], vectorized: bool) -> None:
    def f(z: Any) -> Any:
        value = values(z)
        spoil(z)
        return value

    x = X.copy()
    for method in METHODS:
        for function in (secant.jacobian, secant.hessian):
            expected = function(values, x, method=method)
            assert_array_equal(function(f, x, method=method, vectorized=vectorized), expected)
    assert_array_equal(x, X)
    # Also where values turn out to be of another dtype, and the first value is used again.
    found = secant.jacobian(lambda z: f(z).astype(np.float32), x, method="forward", vectorized=vectorized)
    expected = secant.jacobian(lambda z: values(z).astype(np.float32), x, method="forward")
    assert_array_equal(found, expected)


def test_f_may_write_into_what_it_returned_before() -> None:
    before: list[Any] = []

    def f(x: Any) -> Any:
        for value in before:
            value.fill(np.nan)
        before.append(values(x))
        return before[-1]

    for method in METHODS:
        assert_array_equal(secant.jacobian(f, X, method=method), secant.jacobian(values, X, method=method))
        before.clear()


def test_writing_into_the_callers_x_while_it_is_differentiated_changes_nothing() -> None:
    x = X.copy()

    def f(z: Any) -> Any:
        x[:] += 1.0
        return values(z)

    assert_array_equal(secant.jacobian(f, x), secant.jacobian(values, X))


# ----------------------------------------------------------------------------------------------------------------------
# raises


class OwnError(Exception):
    """An exception with an attribute and a constructor of its own."""

    def __init__(self, code: int, *, where: str) -> None:
        super().__init__(f"{code} at {where}")
        self.code = code


def raise_on(call: int, error: BaseException) -> Callable[[Any], Any]:
    calls = itertools.count(1)

    def f(x: Any) -> Any:
        if next(calls) == call:
            raise error
        return np.sum(x, axis=tuple(range(1, np.ndim(x)))) if np.ndim(x) > 1 else np.sum(x)

    return f


@pytest.mark.parametrize(
    "error",
    [OwnError(7, where="home"), ZeroDivisionError(), StopIteration(3), SystemExit(2), GeneratorExit(), KeyError("k")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("function", [secant.gradient, secant.jacobian, secant.hessian, secant.derivative])
@pytest.mark.parametrize("call", [1, 2])
def test_exceptions_arrive_unchanged(error: BaseException, function: Any, call: int) -> None:
    error.__traceback__ = None
    with pytest.raises(type(error)) as caught:
        function(raise_on(call, error), 2.0)
    assert caught.value is error
    assert caught.value.__cause__ is None
    assert caught.traceback[-1].name == "f"


def note_of(f: Any, x: Any, function: Any = secant.gradient, **options: Any) -> str:
    with pytest.raises(ZeroDivisionError) as caught:
        function(f, x, **options)
    (note,) = caught.value.__notes__
    return str(note)


def fails_away_from(x: Any) -> Callable[[Any], Any]:
    def f(z: Any) -> Any:
        if np.any(z != np.asarray(x)):
            raise ZeroDivisionError
        return np.float64(0)

    return f


def test_a_note_names_the_variable_and_the_point() -> None:
    step = FiniteDifference("forward", step=0.25)
    assert note_of(fails_away_from(2.0), 2.0, method=step) == "secant: f was called at x with x = 2.25 (from 2)"
    calls = raise_on(3, ZeroDivisionError())
    assert note_of(calls, [1.0, 2.0], method=step) == "secant: f was called at x with x[1] = 2.25 (from 2)"

    def f(x: Any) -> Any:
        if x[1, 1] != 1.0:
            raise ZeroDivisionError
        return x.sum()

    text = note_of(f, np.ones((2, 3)), method=step)
    assert text == "secant: f was called at x with x[1, 1] = 1.25 (from 1)"


def test_a_note_at_x_itself() -> None:
    for method in ("forward", "adaptive"):
        text = note_of(raise_on(1, ZeroDivisionError()), [1.0, 2.0], method=method)
        assert text == "secant: f was called at x itself"


def test_a_note_on_a_pair_of_variables_and_on_many() -> None:
    step = FiniteDifference("forward", step=0.5)

    def f(x: Any) -> Any:
        if np.count_nonzero(x) == 2:
            raise ZeroDivisionError
        return 0.0

    text = note_of(f, np.zeros(3), secant.hessian, method=step)
    assert text == "secant: f was called at x with x[0] = 0.5 (from 0), x[1] = 0.5 (from 0)"

    def g(x: Any) -> Any:
        if np.any(x != 0):
            raise ZeroDivisionError
        return x

    text = note_of(g, np.zeros(5), secant.derivative, method=step)
    assert text.endswith("x[2] = 0.5 (from 0) and 2 more entries moved")


def test_a_note_on_an_imaginary_move() -> None:
    text = note_of(fails_away_from([1.0]), [1.0], method="complex")
    assert re.fullmatch(r"secant: f was called at x with x\[0\] = 1 \+ [\d.]+e-31j \(from 1\)", text)


def test_a_note_on_a_block() -> None:
    text = note_of(raise_on(1, ZeroDivisionError()), np.ones((2, 3)), method=CENTRAL_4, vectorized=True)
    assert text == "secant: f was called with a block of 24 points, an array of shape (24, 2, 3)"
    # The adaptive method's first block is f(x) alone, its second the first samples of all variables.
    for call, points in ((1, 1), (2, 42)):
        text = note_of(raise_on(call, ZeroDivisionError()), np.ones((2, 3)), vectorized=True)
        assert text == f"secant: f was called with a block of {points} points, an array of shape ({points}, 2, 3)"


def test_a_note_counts_entries_not_arguments() -> None:
    def f(t: float, x: Any) -> Any:
        if x[0] != 1.0:
            raise ZeroDivisionError
        return x.sum()

    for method in (CENTRAL_4, "adaptive"):
        text = note_of(f, [1.0, 2.0], args=(0.0,), argnum=1, method=method)
        assert re.fullmatch(r"secant: f was called at x with x\[0\] = \S+ \(from 1\)", text)


def test_an_object_still_works_after_an_exception() -> None:
    g = secant.Gradient(raise_on(2, ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        g([1.0, 2.0])
    assert_allclose(g([1.0, 2.0]), [1.0, 1.0], rtol=1e-12)


def test_a_warning_that_is_an_error_is_one() -> None:
    def f(x: Any) -> Any:
        warnings.warn("careful", UserWarning, stacklevel=1)
        return x

    with pytest.raises(UserWarning, match="careful"):
        secant.gradient(f, 1.0)


# ----------------------------------------------------------------------------------------------------------------------
# NaN or inf at a probe


def log(x: Any) -> Any:
    """Without the warnings: NaN left of zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(x)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("vectorized", [False, True])
@pytest.mark.parametrize("method", DIFFERENCES)
class TestNotFiniteAtAProbe:
    def limited(self, bad: float, low: float, high: float) -> Callable[[Any], Any]:
        """sin on [low, high] in the first variable, `bad` elsewhere; times the second variable."""

        def f(z: Any) -> Any:
            inside = (z[..., 0] >= low) & (z[..., 0] <= high)
            return np.where(inside, np.sin(z[..., 0]), bad) * (1 + z[..., 1] ** 2)

        return f

    def exact(self) -> Any:
        return [math.cos(1.0) * 1.25, math.sin(1.0)]

    def test_a_smaller_step(self, method: str | Method, bad: float, vectorized: bool) -> None:
        planned = secant.gradient(np.sum, [1.0, 0.5], method=method, full_output=True).step[0]
        f = self.limited(bad, 1 - planned / 8, 1 + planned / 8)
        estimate = secant.gradient(f, [1.0, 0.5], method=method, vectorized=vectorized, full_output=True)
        assert_array_equal(estimate.status, [Status.SMALLER_STEP, Status.OK])
        assert_allclose(estimate.value, self.exact(), rtol=1e-6)

    def test_the_other_side(self, method: str | Method, bad: float, vectorized: bool) -> None:
        low, high = (1.0, 9.0) if method == "backward" else (-9.0, 1.0)
        f = self.limited(bad, low, high)
        estimate = secant.gradient(f, [1.0, 0.5], method=method, vectorized=vectorized, full_output=True)
        assert_array_equal(estimate.status, [Status.OTHER_SIDE, Status.OK])
        assert_allclose(estimate.value, self.exact(), rtol=1e-6)

    def test_nowhere(self, method: str | Method, bad: float, vectorized: bool) -> None:
        f = self.limited(bad, 1.0, 1.0)
        estimate = secant.gradient(f, [1.0, 0.5], method=method, vectorized=vectorized, full_output=True)
        assert_array_equal(estimate.status, [Status.NOT_FINITE, Status.OK])
        assert math.isnan(estimate.value[0])
        assert estimate.value[1] == pytest.approx(math.sin(1.0), rel=1e-6)

    def test_only_the_output_concerned(self, method: str | Method, bad: float, vectorized: bool) -> None:
        f = self.limited(bad, 1.0, 1.0)

        def both(z: Any) -> Any:
            return np.stack([f(z), z[..., 0] * z[..., 1]], axis=-1)

        estimate = secant.jacobian(both, [1.0, 0.5], method=method, vectorized=vectorized, full_output=True)
        assert_array_equal(estimate.status, [[Status.NOT_FINITE, Status.OK], [Status.OK, Status.OK]])
        assert_allclose(estimate.value[1], [0.5, 1.0], rtol=1e-7)
        other = secant.jacobian(
            both, [1.0, 0.5], method=method, vectorized=vectorized, layout="denominator", full_output=True
        )
        assert_array_equal(other.status, estimate.status.T)
        assert_array_equal(other.value, estimate.value.T)

    def test_values_of_f_at_x_must_be_finite(self, method: str | Method, bad: float, vectorized: bool) -> None:
        def f(z: Any) -> Any:
            return np.stack([z[..., 0], 0 * z[..., 0] + bad], axis=-1)

        with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=rf"f\(x\)\[1\] is {bad}"):
            secant.jacobian(f, [1.0, 0.5], method=method, vectorized=vectorized)
        with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=rf"it is {bad}"):
            secant.gradient(lambda z: f(z)[..., 1], [1.0, 0.5], method=method, vectorized=vectorized)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("method", DIFFERENCES)
def test_not_finite_entries_of_an_elementwise_derivative(order: int, method: str | Method) -> None:
    # Far from the edge, on it from the right, alone.
    def f(x: Any) -> Any:
        return np.where((x >= 1.0) | (x == -3.0), np.exp(-x), np.nan)

    x = np.array([5.0, 1.0, -3.0])
    estimate = secant.derivative(f, x, order, method=method, full_output=True)
    side = Status.OK if method == "forward" else Status.OTHER_SIDE
    assert_array_equal(estimate.status, [Status.OK, side, Status.NOT_FINITE])
    sign = -1 if order == 1 else 1
    assert_allclose(estimate.value, [sign * math.exp(-5), sign * math.exp(-1), np.nan], rtol=1e-2)


@pytest.mark.parametrize("method", DIFFERENCES)
def test_not_finite_entries_of_a_hessian(method: str | Method) -> None:
    def f(x: Any) -> Any:
        return x[0] ** 2 * x[1] + (x[2] * x[1] if x[2] == 1.0 else math.nan)

    estimate = secant.hessian(f, [1.5, 0.5, 1.0], method=method, full_output=True)
    bad = np.zeros((3, 3), bool)
    bad[2, :] = bad[:, 2] = True
    assert_array_equal(estimate.status, np.where(bad, Status.NOT_FINITE, Status.OK))
    assert_array_equal(np.isnan(estimate.value), bad)
    assert_allclose(estimate.value[:2, :2], [[1.0, 3.0], [3.0, 0.0]], atol=1e-2)


@pytest.mark.parametrize("method", DIFFERENCES)
def test_a_hessian_at_the_edge_of_where_f_is_defined(method: str | Method) -> None:
    def f(x: Any) -> Any:
        return math.exp(x[0] + 2 * x[1]) if x[0] >= 0 and x[1] >= 0 else math.nan

    estimate = secant.hessian(f, [0.0, 0.0], method=method, full_output=True)
    assert np.all(estimate.status >= 0)
    assert_allclose(estimate.value, [[1, 2], [2, 4]], rtol=2e-2)
    assert_array_equal(estimate.value, estimate.value.T)


def test_statuses_of_a_hessian_from_gradients_are_symmetric() -> None:
    def grad(x: Any) -> Any:
        return np.array([x[1] if x[1] == 2.0 else math.nan, x[0]])

    estimate = secant.hessian(None, [1.0, 2.0], grad=grad, full_output=True)
    assert_array_equal(estimate.status, [[0, -1], [-1, 0]])
    assert_array_equal(np.isnan(estimate.value), estimate.status < 0)


def test_statuses_of_products() -> None:
    def f(x: Any) -> Any:
        return np.array([x[0], x[1] if x[1] == 2.0 else math.nan])

    along = secant.jvp(f, [1.0, 2.0], [1.0, 1.0], full_output=True)
    assert_array_equal(along.status, [0, -1])
    assert_allclose(along.value, [1.0, math.nan], rtol=1e-12)
    weighted = secant.vjp(f, [1.0, 2.0], [1.0, 1.0], full_output=True)
    assert_array_equal(weighted.status, [0, -1])
    assert_allclose(weighted.value, [1.0, math.nan], rtol=1e-12)


def test_repairs_stay_within_bounds_and_are_counted() -> None:
    calls = []

    def f(x: Any) -> Any:
        calls.append(x[0])
        assert 0.9 <= x[0] <= 1.1
        return math.nan if abs(x[0] - 1) > 1e-5 else math.exp(x[0])

    estimate = secant.gradient(f, [1.0], bounds=(0.9, 1.1), full_output=True)
    assert estimate.status == [Status.SMALLER_STEP]
    assert estimate.value == pytest.approx(math.e, rel=1e-9)
    assert estimate.evaluations == len(calls)


def test_overflow_of_the_difference_itself_is_not_finite() -> None:
    estimate = secant.gradient(lambda x: 1e308 * np.sign(x - 1), 1.0, full_output=True)
    assert estimate.status == Status.NOT_FINITE
    assert math.isnan(estimate.value)


@pytest.mark.parametrize("function", [secant.hessian, partial(secant.derivative, order=2)])
@pytest.mark.parametrize(("factor", "scale", "typical"), [(1e-300, 1e200, 1.0), (1e300, 1e-200, 1e-200)])
def test_squares_of_steps_do_not_leave_the_range_of_numbers(
    function: Any, factor: float, scale: float, typical: float
) -> None:
    # f(x) and its second derivative are normal numbers, though the square of a good step is not.
    method = FiniteDifference(order=4, typical=typical)
    estimate = function(lambda x: (factor * x) * x, scale, method=method, full_output=True)
    assert estimate.value == pytest.approx(2 * factor, rel=1e-8, abs=0)
    assert estimate.status == Status.OK


def test_the_complex_step_says_where_f_is_not_finite() -> None:
    def f(z: Any) -> Any:
        return z * np.where(np.real(z) == 1.0, np.nan, 1.0)

    with pytest.raises(ValueError, match=r"f\(x\)\[0\] is nan"):
        secant.jacobian(f, [1.0, 2.0], method="complex")


# ----------------------------------------------------------------------------------------------------------------------
# changes its value's shape or dtype


def changing(first: Any, later: Any) -> Callable[[Any], Any]:
    calls = itertools.count()
    return lambda x: first if next(calls) == 0 else later


@pytest.mark.parametrize("function", [secant.jacobian, secant.hessian])
@pytest.mark.parametrize(
    ("first", "later", "message"),
    [
        (np.zeros(2), np.zeros(3), r"shape of its value: \(2,\) before, now \(3,\)"),
        (np.zeros(2), np.zeros((2, 1)), r"shape of its value: \(2,\) before, now \(2, 1\)"),
        (np.zeros(2), 0.0, r"shape of its value: \(2,\) before, now \(\)"),
        (0.0, np.zeros(1), r"shape of its value: \(\) before, now \(1,\)"),
        ([1.0, 2.0], [1.0], r"shape of its value: \(2,\) before, now \(1,\)"),
    ],
)
def test_a_change_of_shape_names_both(function: Any, first: Any, later: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(changing(first, later), [1.0, 2.0])


@pytest.mark.parametrize(
    ("first", "later", "message"),
    [
        (1.0, 1j, "float64 before, now complex128"),
        (1j, 1.0, "complex128 before, now float64"),
        (np.zeros(2), np.zeros(2, "f4"), "float64 before, now float32"),
        (np.zeros(2, "f4"), np.zeros(2), "float32 before, now float64"),
        (np.zeros(2), np.zeros(2, "G"), "float64 before, now c"),
        (np.float32(0), 0.0, "float32 before, now float64"),
    ],
)
def test_a_change_of_dtype_names_both(first: Any, later: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"f changed the dtype of its value: {message}"):
        secant.jacobian(changing(first, later), [1.0, 2.0], method="forward")


def test_integers_among_floats_are_no_change() -> None:
    assert secant.gradient(lambda x: 1 if x <= 1 else 1.5, 1.0, method=FiniteDifference("forward", step=1.0)) == 0.5


def test_blocks_notice_a_change_too() -> None:
    g = secant.Jacobian(lambda z: np.zeros((len(z), 2 + (z[0, 1] != 2.0))), vectorized=True, block_bytes=1)
    with pytest.raises(ValueError, match=r"shape of its value: \(2,\) before, now \(3,\)"):
        g([1.0, 2.0])


# ----------------------------------------------------------------------------------------------------------------------
# is interrupted


def interrupting(call: int, calls: list[int]) -> Callable[[Any], Any]:
    """A Python function that is sent Ctrl-C during one of its calls, and does not look at it itself."""

    def f(z: Any) -> Any:
        calls.append(len(z))
        if len(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return values(z)

    return f


@pytest.mark.parametrize("vectorized", [False, True])
@pytest.mark.parametrize("call", [1, 2, 5])
def test_a_python_function_is_interrupted(call: int, vectorized: bool) -> None:
    calls: list[int] = []
    J = secant.Jacobian(interrupting(call, calls), vectorized=vectorized, block_bytes=1)
    with pytest.raises(KeyboardInterrupt):
        J(X)
    assert len(calls) == call


def compiled_interrupting(call: int, value: Any) -> tuple[Callable[[Any], Any], Callable[[], int]]:
    """The same without a line of Python: `value` on every call, Ctrl-C on one. And the count of calls."""
    # What a signal handler of Python's does, and no more: it notes the signal for somebody to see.
    interrupt = ctypes.pythonapi.PyErr_SetInterruptEx
    counter = itertools.count()
    quiet = itertools.repeat(None, call - 1)
    events = itertools.chain(quiet, map(interrupt, [int(signal.SIGINT)]), itertools.repeat(None))
    rounds = zip(itertools.repeat(value), events, counter, strict=False)
    # next(iterator, x) returns the iterator's next item.
    return partial(next, map(operator.itemgetter(0), rounds)), lambda: next(counter)


@pytest.mark.parametrize("function", [secant.jacobian, secant.hessian])
@pytest.mark.parametrize("call", [1, 2, 4])
def test_a_compiled_function_is_interrupted(call: int, function: Any) -> None:
    f, calls = compiled_interrupting(call, 1.0)
    with pytest.raises(KeyboardInterrupt) as caught:
        function(f, X)
    assert call <= calls() <= call + 1
    assert caught.value.__notes__[0].startswith("secant: f was called at x")


@pytest.mark.parametrize("call", [1, 2, 4])
def test_a_compiled_vectorized_function_is_interrupted(call: int) -> None:
    f, calls = compiled_interrupting(call, np.ones((1, 2)))
    J = secant.Jacobian(f, vectorized=True, block_bytes=1)
    with pytest.raises(KeyboardInterrupt):
        J(X)
    assert call <= calls() <= call + 1


def test_a_handler_that_raises_something_else_is_heard() -> None:
    def handler(number: int, frame: Any) -> None:
        raise TimeoutError

    f, calls = compiled_interrupting(3, 1.0)
    before = signal.signal(signal.SIGINT, handler)
    try:
        with pytest.raises(TimeoutError):
            secant.gradient(f, X)
    finally:
        signal.signal(signal.SIGINT, before)
    assert calls() <= 4


def test_a_handler_that_raises_nothing_stops_nothing() -> None:
    seen = []
    f, calls = compiled_interrupting(3, 1.0)
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        assert_array_equal(secant.gradient(f, X, method="central"), np.zeros(3))
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIGINT]
    assert calls() == 6


def test_a_ufunc_is_interrupted() -> None:
    # Each value is np.sin's of a number that comes with Ctrl-C the third time.
    one, calls = compiled_interrupting(3, 1.0)
    f = partial(next, map(np.sin, iter(partial(one, None), None)))
    with pytest.raises(KeyboardInterrupt):
        secant.gradient(f, np.ones(1000))
    assert calls() <= 4
