"""Inputs that make no sense: each is refused in words that say what was given and what is accepted."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds
from scipy.sparse import csr_array, eye_array

import secant
from secant import Adaptive, ComplexStep, FiniteDifference

ONE_SHOT = [
    secant.gradient,
    secant.jacobian,
    secant.hessian,
    secant.derivative,
    partial(secant.jvp, v=1.0),
    partial(secant.vjp, w=1.0),
    partial(secant.hvp, v=1.0),
]
NAMES = ["gradient", "jacobian", "hessian", "derivative", "jvp", "vjp", "hvp"]
every_function = pytest.mark.parametrize("function", ONE_SHOT, ids=NAMES)


def total(x: Any) -> Any:
    return np.sum(x)


def never(*args: Any) -> Any:
    raise AssertionError("f is called although its input makes no sense")


# ----------------------------------------------------------------------------------------------------------------------
# x

ACCEPTED = "accepted are real numbers: float32, float64, longdouble or integers"


@every_function
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([], ValueError, "x is empty: there is nothing to differentiate by"),
        (np.zeros((3, 0)), ValueError, "x is empty"),
        (math.nan, ValueError, "^x is nan; derivatives need a finite x"),
        ([1.0, math.nan], ValueError, r"x\[1\] is nan"),
        (np.array([[1.0, 2.0], [math.inf, 4.0]]), ValueError, r"x\[1, 0\] is inf"),
        (np.float32(-math.inf), ValueError, "x is -inf"),
        (np.array([math.nan], np.longdouble), ValueError, r"x\[0\] is nan"),
        (1j, TypeError, rf"x has dtype complex128; {ACCEPTED}. Differentiate by the real and the imaginary part"),
        (np.ones(2, "c8"), TypeError, "x has dtype complex64"),
        (True, TypeError, rf"x has dtype bool \(bool\); {ACCEPTED}"),
        (np.array([True, False]), TypeError, r"x has dtype bool \(numpy.ndarray\)"),
        (np.array([1.0, None]), TypeError, r"x has dtype object \(numpy.ndarray\)"),
        ([10**400], TypeError, r"x has dtype object \(list\)"),
        ("1.0", TypeError, rf"x has dtype <U3 \(str\); {ACCEPTED}"),
        (["a", "b"], TypeError, r"x has dtype <U1 \(list\)"),
        (b"1", TypeError, r"x has dtype \|S1 \(bytes\)"),
        (None, TypeError, rf"x has dtype object \(NoneType\); {ACCEPTED}"),
        ({"a": 1.0}, TypeError, r"x has dtype object \(dict\)"),
        (np.float16(1.0), TypeError, r"x has dtype float16 \(numpy.float16\)"),
        (np.datetime64("2020-01-01"), TypeError, r"x has dtype datetime64\[D\]"),
        (np.zeros(2, "f8,f8"), TypeError, "x has dtype"),
        ([[1.0], [1.0, 2.0]], ValueError, r"x cannot be made an array \(list\): .*inhomogeneous"),
        (csr_array(np.eye(2)), TypeError, "x is a sparse csr_array; pass a dense array"),
        (eye_array(2, format="dia"), TypeError, "x is a sparse dia_array; pass a dense array"),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), TypeError, r"x is a masked array.*pass x.filled\(...\)"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[:20],
)
def test_x(function: Any, x: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        function(never, x)


@pytest.mark.parametrize(
    ("like", "error", "message"),
    [
        ([], ValueError, "like is empty"),
        ("abc", TypeError, "like has dtype <U3"),
        ([math.nan], ValueError, r"like\[0\] is nan"),
        ([1j], TypeError, "like has dtype complex128"),
    ],
)
@pytest.mark.parametrize("kind", [secant.Gradient, secant.Jacobian, secant.Hessian])
def test_like(kind: Any, like: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        kind(never, like=like)


# ----------------------------------------------------------------------------------------------------------------------
# f and its arguments


@every_function
@pytest.mark.parametrize("f", [None, 1.0, "sin", [np.sin], np.zeros(3)])
def test_f_that_cannot_be_called(function: Any, f: Any) -> None:
    message = f"f is a {type(f).__name__}; accepted are callables and secant.native.Function"
    with pytest.raises(TypeError, match=message):
        function(f, 1.0)


def test_grad_that_cannot_be_called() -> None:
    for call in (
        lambda: secant.hessian(total, [1.0], grad=3.0),
        lambda: secant.Hessian(total, grad=3.0),
        lambda: secant.hvp(total, [1.0], [1.0], grad=3.0),
    ):
        with pytest.raises(TypeError, match="grad is a float; accepted are callables"):
            call()


@every_function
@pytest.mark.parametrize("args", [[1.0], 1.0, np.ones(2), "a", {"a": 1}, None])
def test_args_that_are_no_tuple(function: Any, args: Any) -> None:
    name = type(args).__name__
    with pytest.raises(TypeError, match=rf"args is a {name}; accepted is a tuple .* as in args=\(a,\)"):
        function(never, 1.0, args=args)


@every_function
def test_argnum(function: Any) -> None:
    with pytest.raises(ValueError, match="argnum is 2, but f has 2 arguments, x and those in args"):
        function(never, 1.0, args=(1.0,), argnum=2)
    with pytest.raises(ValueError, match="argnum is -1; accepted are positions of arguments, counted from 0"):
        function(never, 1.0, argnum=-1)
    for wrong in (1.0, "x", None):
        with pytest.raises(TypeError, match=rf"argnum is a {type(wrong).__name__}; accepted are"):
            function(never, 1.0, argnum=wrong)


@pytest.mark.parametrize("kind", [secant.Gradient, secant.Jacobian, secant.Hessian])
def test_too_few_arguments_of_an_object(kind: Any) -> None:
    message = "differentiated by its argument number 1, but only 1 positional arguments were given"
    with pytest.raises(TypeError, match=message):
        kind(never, argnum=1)(1.0)
    with pytest.raises(TypeError, match="argument number 0, but only 0 positional"):
        kind(never).estimate()


@pytest.mark.parametrize("f", [lambda x: [x[0], x[1]], lambda x: np.ones((2, 2)), lambda x: x])
def test_the_gradient_of_a_vector(f: Any) -> None:
    message = r"gradient needs a scalar-valued f, but f\(x\) has shape .*; use jacobian for array-valued functions$"
    with pytest.raises(ValueError, match=message):
        secant.gradient(f, [1.0, 2.0])


@pytest.mark.parametrize("value", [[1.0], np.ones((1, 1))])
def test_the_gradient_of_an_array_of_one(value: Any) -> None:
    message = "use jacobian for array-valued functions, or return the number itself instead of an array of one"
    with pytest.raises(ValueError, match=message):
        secant.gradient(lambda x: value, [1.0, 2.0])


@every_function
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (None, TypeError, "f returned None: is a return statement missing?"),
        ("1.0", TypeError, "f returned a str of dtype <U3; accepted are numbers and arrays of numbers"),
        ({"a": 1}, TypeError, "f returned a dict of dtype object; accepted are numbers"),
        ({1.0}, TypeError, "f returned a set of dtype object"),
        (True, TypeError, "f returned a bool of dtype bool; accepted are numbers"),
        (np.True_, TypeError, "f returned a numpy.bool.* of dtype bool"),
        (np.array([None]), TypeError, "f returned a numpy.ndarray of dtype object"),
        (np.float16(1), TypeError, "f returned a numpy.float16 of dtype float16"),
        ([[1.0], [1.0, 2.0]], ValueError, r"what f returned cannot be made an array \(list\): .*inhomogeneous"),
        (csr_array(np.eye(2)), TypeError, r"f returned a sparse csr_array; return a dense array, as with .toarray\(\)"),
        (np.ma.array([1.0], mask=[True]), TypeError, "f returned a masked array.*return .filled"),
        (np.sin, TypeError, "f returned a numpy.ufunc of dtype object"),
        ((x for x in [1.0]), TypeError, "f returned a generator of dtype object"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("vectorized", [False, True])
def test_values(function: Any, value: Any, error: type[Exception], message: str, vectorized: bool) -> None:
    options = {} if function is secant.derivative else {"vectorized": vectorized}
    with pytest.raises(error, match=message):
        function(lambda x: value, 1.0, **options)


@pytest.mark.parametrize("x", [1.0, [1.0, 2.0, 3.0], np.ones((3, 1))])
def test_a_derivative_needs_values_shaped_like_x(x: Any) -> None:
    message = r"acts on each entry of x by itself, but x has shape .* and f\(x\) has shape \(2,\); use gradient or"
    for order in (1, 2):
        for method in ("adaptive", "forward", "complex"):
            with pytest.raises(ValueError, match=message):
                secant.derivative(
                    lambda x, m=method: np.ones(2) * (1j if m == "complex" else 1), x, order, method=method
                )


@pytest.mark.parametrize("order", [0, 9, -1, 10**30])
@pytest.mark.parametrize("method", ["adaptive", "central", "complex"])
def test_order_of_a_derivative(order: int, method: str) -> None:
    with pytest.raises(ValueError, match=f"order is {order}; accepted are integers from 1 to 8$"):
        secant.derivative(never, 1.0, order, method=method)


@pytest.mark.parametrize("order", [3, 8])
@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("forward", "forward differences of order 1"),
        (FiniteDifference("central", 4), "central differences of order 4"),
        ("complex", "complex step"),
    ],
)
def test_high_orders_of_a_derivative_are_the_adaptive_methods(order: int, method: Any, words: str) -> None:
    message = f"order is {order}; {words} give derivatives of order 1 and 2: use method='adaptive'"
    with pytest.raises(ValueError, match=message):
        secant.derivative(never, 1.0, order, method=method)


@pytest.mark.parametrize("order", [1.0, "1", None, [1]])
def test_type_of_the_order_of_a_derivative(order: Any) -> None:
    with pytest.raises(TypeError, match=f"order is a {type(order).__name__}; accepted are"):
        secant.derivative(never, 1.0, order)


@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (1, 2, 2)])
def test_grad_of_the_wrong_shape(shape: tuple[int, ...]) -> None:
    message = r"grad returned shape .*, but x has shape \(2,\); a gradient has the shape of x"
    if shape == (1, 2, 2):
        message = r"grad returned shape \(1, 2, 2\), but x has shape \(2, 1\)"
    x = np.ones((2, 1)) if shape == (1, 2, 2) else np.ones(2)
    with pytest.raises(ValueError, match=message):
        secant.hessian(total, x, grad=lambda x: np.ones(shape))
    with pytest.raises(ValueError, match=message):
        secant.hvp(total, x, x, grad=lambda x: np.ones(shape))


# ----------------------------------------------------------------------------------------------------------------------
# v and w


@pytest.mark.parametrize("function", [secant.jvp, secant.hvp])
@pytest.mark.parametrize(
    ("v", "error", "message"),
    [
        ([1.0], ValueError, r"v has shape \(1,\), x has shape \(2,\); they must be equal"),
        (1.0, ValueError, r"v has shape \(\), x has shape \(2,\)"),
        ([[1.0, 2.0]], ValueError, r"v has shape \(1, 2\), x has shape \(2,\)"),
        ([1.0, math.nan], ValueError, r"v\[1\] is nan"),
        ([1.0, 1j], TypeError, "v has dtype complex128"),
        ("ab", TypeError, "v has dtype <U2"),
        ([], ValueError, "v is empty"),
        (None, TypeError, r"v has dtype object \(NoneType\)"),
        (csr_array(np.eye(2)), TypeError, "v is a sparse csr_array"),
    ],
)
def test_v(function: Any, v: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        function(never, [1.0, 2.0], v)


def test_v_is_not_said_to_be_differentiated_by() -> None:
    with pytest.raises(ValueError, match="v is empty") as caught:
        secant.jvp(never, [1.0], [])
    assert "differentiate by" not in str(caught.value)


@pytest.mark.parametrize(
    ("w", "error", "message"),
    [
        ([1.0], ValueError, r"w has shape \(1,\), f\(x\) has shape \(2,\); they must be equal"),
        (1.0, ValueError, r"w has shape \(\), f\(x\) has shape \(2,\)"),
        ("ab", TypeError, "w has dtype <U2; accepted are real or complex numbers"),
        (None, TypeError, "w has dtype object"),
        ([[1.0], [1.0, 2.0]], ValueError, "w cannot be made an array"),
        (csr_array(np.eye(2)), TypeError, "w is a csr_array; pass a dense array"),
        (np.ma.array([1.0, 2.0]), TypeError, "w is a .*MaskedArray; pass a dense array"),
    ],
)
def test_w(w: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        secant.vjp(lambda x: x, [1.0, 2.0], w)


# ----------------------------------------------------------------------------------------------------------------------
# bounds

PAIR = r"accepted are a pair \(lower, upper\)"


@every_function
@pytest.mark.parametrize(
    ("bounds", "error", "message"),
    [
        (5.0, TypeError, f"bounds is a float; {PAIR}"),
        ((0.0,), TypeError, f"bounds is a tuple of length 1; {PAIR}"),
        ([(0, 1)] * 3, TypeError, rf"bounds is a list of length 3; {PAIR}.*tuple\(zip\(\*pairs\)\)"),
        ("ab", TypeError, f"bounds is a str; {PAIR}"),
        (np.zeros(2), TypeError, f"bounds is a ndarray; {PAIR}"),
        (("a", 1.0), TypeError, f"the lower bound is 'a'; {PAIR}"),
        ((0.0, [[1], [1, 2]]), TypeError, f"the upper bound is .*; {PAIR}"),
        ((0.0, 1j), TypeError, f"the upper bound is 1j; {PAIR}"),
        ((0.0, np.array(1j)), TypeError, f"the upper bound is .*; {PAIR}"),
        ((math.nan, 1.0), ValueError, "the lower bound has NaN entries; use None, or an infinite entry, for no bound"),
        ((0.0, math.nan), ValueError, "the upper bound has NaN entries"),
        ((2.0, 1.0), ValueError, "the lower bound 2.0 exceeds the upper bound 1.0$"),
        (([0.0], [1.0]), ValueError, r"the lower bound has shape \(1,\), x has shape \(\); accepted are a scalar or"),
        ((1.5, 2.0), ValueError, "^x = 1 is below its lower bound 1.5$"),
        ((0.0, 0.5), ValueError, "^x = 1 is above its upper bound 0.5$"),
        ((1.0, 1.0), ValueError, "bounds leave no room to move x"),
    ],
)
def test_bounds(function: Any, bounds: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        function(never, 1.0, bounds=bounds)


@pytest.mark.parametrize("function", ONE_SHOT[:4], ids=NAMES[:4])
@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        (([0, 0], [1, 1, 9]), r"the lower bound has shape \(2,\), x has shape \(3,\)"),
        ((None, [[1, 1, 9]]), r"the upper bound has shape \(1, 3\), x has shape \(3,\)"),
        (([0, 5, 0], [1, 4, 9]), "the lower bound 5.0 exceeds the upper bound 4.0 at entry 1"),
        ((0, [1, 1, -1]), "the lower bound 0.0 exceeds the upper bound -1.0 at entry 2"),
        (([0, 0, 4], None), r"x\[2\] = 3 is below its lower bound 4"),
        ((None, [5, 1.5, 5]), r"x\[1\] = 2 is above its upper bound 1.5"),
        (([0, 2, 0], [5, 2, 5]), r"bounds leave no room to move x\[1\]: it lies in \[2, 2\]; widen the interval, or"),
        (Bounds([0, 2, 0], [5, 2, 5]), r"bounds leave no room to move x\[1\]"),
        (Bounds([0, 0], [5, 5]), r"the lower bound has shape \(2,\), x has shape \(3,\)"),
    ],
)
def test_bounds_of_a_vector(function: Any, bounds: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(never, [1.0, 2.0, 3.0], bounds=bounds)


def test_bounds_of_objects_are_checked_when_they_are_made() -> None:
    for kind in (secant.Gradient, secant.Jacobian, secant.Hessian):
        with pytest.raises(ValueError, match="exceeds"):
            kind(never, bounds=(1.0, 0.0))


# ----------------------------------------------------------------------------------------------------------------------
# method

METHODS = (
    r"accepted are 'adaptive', 'auto', 'backward', 'central', 'complex', 'forward', secant.Adaptive\(...\), "
    r"secant.FiniteDifference\(...\) and secant.ComplexStep\(...\)"
)


@every_function
@pytest.mark.parametrize(
    ("method", "error", "message"),
    [
        ("3-point", ValueError, f"method is '3-point'; {METHODS}"),
        ("", ValueError, f"method is ''; {METHODS}"),
        ("Forward", ValueError, f"method is 'Forward'; {METHODS}"),
        (None, TypeError, f"method is a NoneType; {METHODS}"),
        (2, TypeError, f"method is a int; {METHODS}"),
        (FiniteDifference, TypeError, f"method is a type; {METHODS}"),
        (Adaptive, TypeError, f"method is a type; {METHODS}"),
        (["forward"], TypeError, f"method is a list; {METHODS}"),
    ],
)
def test_method(function: Any, method: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        function(never, 1.0, method=method)


@pytest.mark.parametrize("function", ONE_SHOT[:4], ids=NAMES[:4])
@pytest.mark.parametrize("name", ["step", "typical"])
@pytest.mark.parametrize("kind", [FiniteDifference, ComplexStep])
@pytest.mark.parametrize("value", [[0.1, 0.1], [0.1], [[0.1, 0.1, 0.1]]])
def test_steps_of_the_wrong_shape(function: Any, name: str, kind: Any, value: Any) -> None:
    message = rf"{name} has shape .*, x has shape \(3,\); accepted are a scalar or the shape of x"
    with pytest.raises(ValueError, match=message):
        function(never, [1.0, 2.0, 3.0], method=kind(**{name: value}))


@pytest.mark.parametrize("function", ONE_SHOT[:4], ids=NAMES[:4])
@pytest.mark.parametrize("value", [[0.1, 0.1], [0.1], [[0.1, 0.1, 0.1]]])
def test_a_scale_of_the_wrong_shape(function: Any, value: Any) -> None:
    message = r"typical has shape .*, x has shape \(3,\); accepted are a scalar or the shape of x"
    with pytest.raises(ValueError, match=message):
        function(never, [1.0, 2.0, 3.0], method=Adaptive(typical=value))


@pytest.mark.parametrize("function", [secant.jvp, secant.hvp])
def test_one_step_for_each_variable_along_a_line(function: Any) -> None:
    with pytest.raises(ValueError, match="along a direction v it must be a scalar, the factor of v"):
        function(never, [1.0, 2.0], [1.0, 1.0], method=FiniteDifference(step=[0.1, 0.2]))


@every_function
def test_a_step_that_rounding_swallows(function: Any) -> None:
    with pytest.raises(ValueError, match=r"step is too small at x: x \+ step equals x in float64"):
        function(never, 1.0, method=FiniteDifference(step=1e-17))
    with pytest.raises(ValueError, match=r"x \+ step equals x in float32"):
        function(never, np.float32(1.0), method=FiniteDifference(step=1e-9))


def test_the_complex_step_needs_complex_values() -> None:
    message = 'f returned float64 for a complex x, so the complex step has nothing to read.*use method="central"'
    for f in (np.abs, np.real, lambda z: 1.0):
        with pytest.raises(TypeError, match=message):
            secant.derivative(f, 2.0, method="complex")
        with pytest.raises(TypeError, match=message):
            secant.hessian(lambda z, f=f: f(z[0]), [2.0], method="complex")


@pytest.mark.parametrize("offset", [1j, 1e-3j, 1e-12j])
def test_the_complex_step_needs_an_f_that_is_real_on_reals(offset: complex) -> None:
    message = "f has complex values at a real x; the complex step needs an f that is real for real x"
    for call in (
        lambda: secant.gradient(lambda z: z[0] + offset, [1.0, 2.0], method="complex"),
        lambda: secant.jacobian(lambda z: z + offset, [1.0, 2.0], method="complex"),
        lambda: secant.derivative(lambda z: z + offset, [1.0, 2.0], method="complex"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


# ----------------------------------------------------------------------------------------------------------------------
# options


@pytest.mark.parametrize("layout", ["rows", "", None, 1, "Numerator", ["numerator"]])
def test_layout(layout: Any) -> None:
    message = r"accepted are 'numerator' and 'denominator'"
    with pytest.raises((ValueError, TypeError), match=message):
        secant.jacobian(never, [1.0], layout=layout)
    with pytest.raises((ValueError, TypeError), match=message):
        secant.Jacobian(never, layout=layout)


@pytest.mark.parametrize("kind", [secant.Gradient, secant.Jacobian, secant.Hessian])
@pytest.mark.parametrize("value", [0, -1])
def test_block_bytes(kind: Any, value: int) -> None:
    with pytest.raises(ValueError, match=f"block_bytes is {value}; accepted are positive numbers of bytes"):
        kind(never, block_bytes=value)


@pytest.mark.parametrize("value", ["1", None, 1.5])
def test_type_of_block_bytes(value: Any) -> None:
    with pytest.raises(TypeError, match=f"block_bytes is a {type(value).__name__}"):
        secant.Gradient(never, block_bytes=value)


def test_options_are_keywords() -> None:
    with pytest.raises(TypeError, match="positional"):
        secant.gradient(total, 1.0, "forward")  # type: ignore[misc]
    with pytest.raises(TypeError, match="positional"):
        secant.Gradient(total, None)  # type: ignore[misc]
    with pytest.raises(TypeError, match="unexpected keyword"):
        secant.gradient(total, 1.0, layout="numerator")  # type: ignore[call-arg]
