"""noise_level: the standard deviation of what is not smooth in f's values."""

from __future__ import annotations

import math
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_array_equal

import secant
from bars import Recorder
from scalar_problems import NOISY, SMOOTH, ScalarProblem, _hash_noise, of_kind
from secant.native import Function

EPS = np.finfo(float).eps
EPS_32 = float(np.finfo(np.float32).eps)
UNIFORM = 1 / math.sqrt(3)  # the standard deviation of a number between -1 and 1

DISTURBED = [problem for problem in NOISY if "noise of" in problem.source]


def true_level(problem: ScalarProblem) -> float:
    """Of the noise put in, which is uniform, and relative or absolute."""
    amplitude = float(problem.source.split("noise of ")[1].split(",")[0])
    return amplitude * UNIFORM * (1.0 if problem.source.startswith("absolute") else abs(problem.f(problem.x)))


# Measured: factors of 0.57 to 1.94.
@pytest.mark.parametrize("problem", DISTURBED, ids=lambda problem: problem.name)
def test_noise_that_was_put_in_is_found(problem: ScalarProblem) -> None:
    found = secant.noise_level(problem.f, problem.x)
    assert 1 / 4 <= found / true_level(problem) <= 4


# Measured: all 300 of each within a factor of 4, with medians from 0.9 to 1.1.
@pytest.mark.parametrize("level", [1e-2, 1e-5, 1e-8, 1e-11])
def test_noise_of_many_kinds_is_found(level: float) -> None:
    factors = [
        secant.noise_level(lambda t, f=f, salt=salt: f(t) + level * _hash_noise(t, salt), x) / (level * UNIFORM)
        for f, x in ((np.exp, 0.7), (np.sin, 2.2), (np.log, 3.0))
        for salt in range(100)
    ]
    assert np.mean([1 / 4 <= factor <= 4 for factor in factors]) >= 0.99
    assert 0.8 <= np.median(factors) <= 1.25


def test_random_numbers_are_noise() -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        found = secant.noise_level(lambda x, r=random: np.exp(x) + 1e-5 * r.normal(), 0.7)
        assert 1e-5 / 4 <= found <= 4e-5


# What a rounding of x, and of f's values near it, may come to. Where terms cancel, f has more of it.
@pytest.mark.parametrize(
    "problem", [problem for problem in SMOOTH if problem.noise <= 1e-13], ids=lambda problem: problem.name
)
def test_the_noise_of_a_smooth_function_is_rounding(problem: ScalarProblem) -> None:
    x = np.float64(problem.x)
    near = x + np.linspace(-1e-5, 1e-5, 5) * max(abs(x), 1.0)
    rounding = EPS * max(np.nanmax(np.abs([problem.f(t) for t in (x, *near)])), abs(x * problem.exact()))
    # Measured: up to 70 times that, as for Airy's function at -30; a formula is more than one operation.
    assert secant.noise_level(problem.f, problem.x) <= 200 * rounding


def test_rounding_is_seen() -> None:
    # Measured: a median of 0.26 eps |f(x)|. Some functions, straight or constant, have no rounding at all.
    shares = [secant.noise_level(p.f, p.x) / (EPS * abs(p.f(p.x))) for p in of_kind("smooth") if p.f(p.x) != 0]
    assert 1 / 16 <= np.median(shares) <= 1


# Measured: 0.13 to 0.8 of an epsilon of float32.
@pytest.mark.parametrize("problem", of_kind("float32"), ids=lambda problem: problem.name)
def test_float32_inside_of_float64(problem: ScalarProblem) -> None:
    found = secant.noise_level(problem.f, problem.x)
    assert found.dtype == np.float64
    assert EPS_32 / 16 <= found / abs(problem.f(problem.x)) <= 2 * EPS_32


def test_other_precisions() -> None:
    single = secant.noise_level(np.exp, np.float32(1.3))
    assert type(single) is np.float32
    assert EPS_32 / 16 <= single / math.exp(1.3) <= 2 * EPS_32
    mixed = secant.noise_level(lambda x: np.exp(x).astype(np.float32), 1.3)
    assert EPS_32 / 16 <= mixed / math.exp(1.3) <= 2 * EPS_32
    extended = secant.noise_level(np.exp, np.longdouble(1.3))
    assert type(extended) is np.longdouble
    epsilon = np.finfo(np.longdouble).eps
    assert epsilon / 32 <= extended / np.exp(np.longdouble(1.3)) <= 2 * epsilon


def test_complex_values_have_the_noise_of_both_parts() -> None:
    def f(x: Any) -> Any:
        return np.exp(1j * x) + 3e-6 * _hash_noise(x) + 4e-6j * _hash_noise(x, 1)

    found = secant.noise_level(f, 0.7)
    assert found.dtype == np.float64
    assert 5e-6 * UNIFORM / 2 <= found <= 5e-6 * UNIFORM * 2


def test_what_does_not_change_has_no_noise() -> None:
    assert secant.noise_level(lambda x: 3.7, 1.0) == 0
    assert secant.noise_level(lambda x: 2 * x, 1.0) == 0
    assert_array_equal(secant.noise_level(lambda x: np.ones((2, 3)), [1.0, 2.0]), np.zeros((2, 3)))


def test_each_output_has_its_own() -> None:
    def f(x: Any) -> Any:
        return np.array(
            [
                [x[0], np.exp(x[1])],
                [1e-5 * float(_hash_noise(x[0])), 1e10 * (np.exp(x[1]) + 1e-3 * float(_hash_noise(x[1])))],
            ]
        )

    found = secant.noise_level(f, [1.3, 2.0])
    assert found.shape == (2, 2)
    assert found[0, 0] == 0
    assert 0 < found[0, 1] < 16 * EPS * math.exp(2)
    assert 1e-5 * UNIFORM / 4 <= found[1, 0] <= 1e-5 * UNIFORM * 4
    assert 1e7 * UNIFORM / 4 <= found[1, 1] <= 1e7 * UNIFORM * 4
    nothing = secant.noise_level(lambda x: np.zeros((0, 2)), [1.0, 2.0])
    assert nothing.shape == (0, 2)


def test_all_variables_are_moved() -> None:
    # Noise in any of them is found.
    for j in range(3):
        found = secant.noise_level(lambda x, j=j: x.sum() + 1e-6 * float(_hash_noise(x[j])), [1.0, -3e4, 1e-3])
        assert 1e-6 * UNIFORM / 4 <= found <= 1e-6 * UNIFORM * 4


def test_powers_of_two_go_through() -> None:
    level = secant.noise_level(np.exp, 0.7)
    for exponent in (-900, -600, -100, 100, 600, 900):
        factor = 2.0**exponent
        assert secant.noise_level(lambda x, a=factor: a * np.exp(x), 0.7) == factor * level


def test_evaluations() -> None:
    for problem in SMOOTH:
        f = Recorder(problem.f)
        secant.noise_level(f, problem.x)
        # Seven at each spacing: one to four to find the noise, two more to tell it from f's shape.
        assert f.calls in (8, 15, 22, 29, 36, 43)
        assert f.calls_at(problem.x) == 1


@pytest.mark.parametrize("x", [0.7, np.array([0.7, -2.0]), np.array([[1.0, 2.0], [-3.0, 0.0]])])
def test_blocks_give_the_bits_of_points(x: Any) -> None:
    # Point by point in both, since NumPy's loops over arrays round in their own way.
    def f(z: Any) -> Any:
        return math.exp(np.sum(z)) + 1e-7 * float(np.sum(_hash_noise(z)))

    found = secant.noise_level(lambda block: np.array([f(z) for z in block]), x, vectorized=True)
    assert found == secant.noise_level(f, x)


def test_native_functions(native_functions: Any) -> None:
    x = np.array([1.1, -2.3, 0.7, 3.3])
    f = Function(native_functions.scalar)
    assert 0 < secant.noise_level(f, x) <= 16 * EPS * 16


def test_arguments() -> None:
    def f(t: float, x: Any, level: float) -> Any:
        return t * np.exp(x) + level * _hash_noise(x)

    found = secant.noise_level(f, 0.7, args=(2.0, 1e-4), argnum=1)
    assert 1e-4 * UNIFORM / 4 <= found <= 1e-4 * UNIFORM * 4


# ----------------------------------------------------------------------------------------------------------------------
# bounds

widths = st.sampled_from([0.0, 1e-12, 1e-9, 1e-6, 1e-2, 10.0, math.inf])


@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    x=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=3),
    room=st.lists(st.tuples(widths, widths), min_size=3, max_size=3),
)
def test_f_is_never_called_outside(x: list[float], room: Any) -> None:
    point = np.array(x)
    scale = np.maximum(np.abs(point), 1.0)
    below, above = np.array(room)[: len(x)].T * scale
    above[below + above == 0] = 1e-12 * scale[below + above == 0]
    lower, upper = point - below, point + above

    def f(z: Any) -> Any:
        assert np.all(z >= lower)
        assert np.all(z <= upper)
        return np.sum(np.sin(z))

    assert secant.noise_level(f, point, bounds=(lower, upper)) >= 0


@pytest.mark.parametrize("bounds", [(0.7, None), (None, 0.7), (0.7, 0.7 + 1e-9), (0.7 - 1e-9, 0.7)])
def test_on_a_bound_there_is_room_enough(bounds: Any) -> None:
    found = secant.noise_level(lambda x: np.exp(x) + 1e-6 * _hash_noise(x), 0.7, bounds=bounds)
    assert 1e-6 * UNIFORM / 4 <= found <= 1e-6 * UNIFORM * 4


# ----------------------------------------------------------------------------------------------------------------------
# what it says no to


def test_values_that_are_not_finite() -> None:
    with pytest.raises(ValueError, match=r"f\(x\) is not finite: it is nan"):
        secant.noise_level(lambda x: math.nan, 1.0)
    with pytest.raises(ValueError, match=r"f\(x\)\[1\] is inf"):
        secant.noise_level(lambda x: [1.0, math.inf], 1.0)


def test_inputs_that_make_no_sense() -> None:
    with pytest.raises(TypeError, match="f is a float; accepted are callables"):
        secant.noise_level(3.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"x\[1\] is nan; derivatives need a finite x"):
        secant.noise_level(np.sum, [1.0, math.nan])
    with pytest.raises(ValueError, match=r"the lower bound 2\.0 exceeds the upper bound 1\.0"):
        secant.noise_level(np.exp, 1.0, bounds=(2.0, 1.0))
    with pytest.raises(ValueError, match="bounds leave no room to move x"):
        secant.noise_level(np.exp, 1.0, bounds=(1.0, 1.0))
    with pytest.raises(ValueError, match=r"shape of its value: \(\) before, now \(2,\)"):
        secant.noise_level(lambda x: 1.0 if x == 1.0 else [1.0, 2.0], 1.0)


def test_exceptions_arrive_with_a_note() -> None:
    def f(x: float) -> float:
        if x != 1.0:
            raise ZeroDivisionError
        return x

    with pytest.raises(ZeroDivisionError) as caught:
        secant.noise_level(f, 1.0)
    (note,) = caught.value.__notes__
    assert note.startswith("secant: f was called at x with x = ")
