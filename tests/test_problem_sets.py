"""The problem sets themselves: that each function and its multiprecision twin agree, and that exact derivatives are."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from multivariate_problems import MULTIVARIATE, MultivariateProblem
from scalar_problems import (
    IRREGULAR,
    NOISY,
    SCALAR,
    SMOOTH,
    IrregularProblem,
    Kind,
    Outcome,
    ScalarProblem,
    _hash_noise,
    of_kind,
    settled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def over(problems: Iterable[Any], argument: str = "problem") -> pytest.MarkDecorator:
    """A test for each."""
    return pytest.mark.parametrize(argument, problems, ids=lambda problem: problem.name)


# ----------------------------------------------------------------------------------------------------------------------
# what there is


def test_the_sets_are_large_and_their_names_are_unique() -> None:
    assert len(SMOOTH) >= 60
    assert len(NOISY) >= 18
    assert len(IRREGULAR) >= 14
    assert len(MULTIVARIATE) >= 30
    assert len(SMOOTH) + len(NOISY) == len(SCALAR)
    sets: list[tuple[Any, ...]] = [SCALAR, IRREGULAR, MULTIVARIATE]
    for problems in sets:
        assert len({problem.name for problem in problems}) == len(problems)
    assert all(problem.source for problem in SCALAR)
    assert all(problem.source for problem in MULTIVARIATE)


def test_every_kind_and_outcome_is_there() -> None:
    assert all(len(of_kind(kind)) >= 6 for kind in get_args(Kind))
    assert {problem.outcome for problem in IRREGULAR} == set(get_args(Outcome))


# ----------------------------------------------------------------------------------------------------------------------
# one variable: values


@over(SCALAR)
def test_f_and_its_multiprecision_twin_agree_at_x(problem: ScalarProblem) -> None:
    value = problem.f(np.float64(problem.x))
    assert type(value) is np.float64
    with mpmath.workdps(60):
        exact = problem.mp(mpmath.mpf(problem.x))
        assert abs(value - exact) <= problem.noise * abs(exact)
    assert problem.f(np.float64(problem.x)) == value


@over(SCALAR)
def test_f_works_elementwise(problem: ScalarProblem) -> None:
    x = problem.x + 1e-7 * (abs(problem.x) or 1.0) * np.array([[0.0, 1.0, -1.0], [0.3, -0.4, 2.0]])
    one_by_one = [problem.f(t) for t in x.ravel()]
    together = problem.f(x)
    assert together.shape == x.shape
    assert together.dtype == np.float64
    # Not to the last bit: NumPy's loops over arrays may round differently than those over scalars.
    assert_allclose(together.ravel(), one_by_one, rtol=problem.noise, atol=0)


@over([*SCALAR, *IRREGULAR])
def test_f_may_be_called_anywhere_without_a_warning(problem: ScalarProblem | IrregularProblem) -> None:
    problem.f(np.array([-1e3, -1.0, -0.0, 0.0, 1.0, 1e3, np.inf, -np.inf, np.nan]))


# ----------------------------------------------------------------------------------------------------------------------
# one variable: derivatives


@over([problem for problem in SCALAR if problem.slope])
def test_exact_is_the_closed_form(problem: ScalarProblem) -> None:
    assert problem.slope is not None
    with mpmath.workdps(80):
        assert problem.exact() == float(problem.slope(mpmath.mpf(problem.x)))


@over([problem for problem in SMOOTH if problem.slope is None])
def test_exact_is_what_the_complex_step_finds(problem: ScalarProblem) -> None:
    unit = abs(problem.x) or 1.0
    found = problem.f(np.complex128(complex(problem.x, 1e-30 * unit))).imag / (1e-30 * unit)
    size = abs(problem.f(np.float64(problem.x))) / unit
    assert_allclose(found, problem.exact(), rtol=1e-12, atol=problem.noise * size)


@pytest.mark.parametrize(
    ("name", "derivative"),
    [
        ("exp at -3.2", lambda n, x: mpmath.exp(x)),
        ("exp(1e9 x) at 1e-9", lambda n, x: mpmath.mpf(1e9) ** n * mpmath.exp(1e9 * x)),
        ("sin at 100", lambda n, x: mpmath.sin(x + n * mpmath.pi / 2)),
        ("cos at 1e6", lambda n, x: mpmath.cos(x + n * mpmath.pi / 2)),
        ("sin(x/1e5) at 3e4", lambda n, x: mpmath.sin(x / 1e5 + n * mpmath.pi / 2) / mpmath.mpf(1e5) ** n),
        ("log at 1e-12", lambda n, x: -mpmath.factorial(n - 1) / (-x) ** n),
        ("1/(x-1) at 1+1e-5", lambda n, x: -mpmath.factorial(n) / (1 - x) ** (n + 1)),
        ("x^2 at 1e10", lambda n, x: [2 * x, 2, 0, 0, 0, 0, 0, 0][n - 1]),
        ("x^8 at 0", lambda n, x: mpmath.factorial(8) if n == 8 else 0),
        ("3.7", lambda n, x: 0),
        ("cos at 0", lambda n, x: [0, -1, 0, 1, 0, -1, 0, 1][n - 1]),
        ("exp, noise 1e-3", lambda n, x: mpmath.exp(x)),
    ],
)
def test_exact_derivatives_of_higher_order(name: str, derivative: Callable[[int, Any], Any]) -> None:
    problem = next(problem for problem in SCALAR if problem.name == name)
    with mpmath.workdps(80):
        expected = [float(derivative(n, mpmath.mpf(problem.x))) for n in range(1, 9)]
    assert [problem.exact(n) for n in range(1, 9)] == expected


def test_two_differences_that_contradict_each_other_are_an_error() -> None:
    assert settled(mpmath.mpf(2), mpmath.mpf(2), 0) == 2.0
    assert settled(mpmath.mpf("1e-60"), mpmath.mpf("1e-80"), 0) == 0.0
    with pytest.raises(ArithmeticError, match="do not agree"):
        settled(mpmath.mpf(2), mpmath.mpf(1), 0)


# ----------------------------------------------------------------------------------------------------------------------
# noise


def test_hash_noise_is_a_function_of_x_and_looks_uniform_and_independent() -> None:
    x = 1 + np.arange(100_000) * 2.0**-52
    noise = _hash_noise(x)
    assert_array_equal(noise, _hash_noise(x))
    assert noise[7] == _hash_noise(x[7])
    assert _hash_noise(0.0) == _hash_noise(-0.0)
    assert np.min(noise) >= -1
    assert np.max(noise) < 1
    # Of 100 000 draws each of these is within five of its standard deviations.
    assert abs(np.mean(noise)) < 5 / math.sqrt(3e5)
    assert abs(np.mean(noise**2) - 1 / 3) < 5 * math.sqrt(4 / 45 / 1e5)
    for lag in (1, 2, 64):
        assert abs(np.mean(noise[lag:] * noise[:-lag])) < 5 / 3 / math.sqrt(1e5)
    assert abs(np.mean(noise * _hash_noise(x, salt=1))) < 5 / 3 / math.sqrt(1e5)


# ----------------------------------------------------------------------------------------------------------------------
# where a function is not smooth


@over(IRREGULAR)
def test_slopes_are_limits_of_difference_quotients(problem: IrregularProblem) -> None:
    x, h = np.float64(problem.x), 1e-6 * problem.reach
    here = problem.f(x)
    for slope, neighbour in zip(problem.slopes, (x - h, x + h), strict=True):
        with np.errstate(invalid="ignore"):
            quotient = (problem.f(neighbour) - here) / (neighbour - x)
        if slope is None:
            assert not abs(quotient) < 100
        else:
            assert_allclose(quotient, slope, rtol=1e-5, atol=2e-3)


@over(IRREGULAR)
def test_outcomes_are_what_slopes_and_values_say(problem: IrregularProblem) -> None:
    left, right = problem.slopes
    missing = problem.slopes.count(None)
    assert np.isinf(problem.f(np.float64(problem.x))) == (problem.outcome == "pole")
    if problem.outcome in ("smooth", "edge"):
        assert left == right is not None
    elif problem.outcome == "kink":
        assert missing == 0
        assert left != right
    elif problem.outcome == "one-sided":
        assert missing == 1
    else:
        assert missing >= 1


@over(IRREGULAR)
def test_irregular_functions_work_elementwise(problem: IrregularProblem) -> None:
    x = problem.x + problem.reach * np.array([[0.0, 0.5], [-0.5, 2.0]])
    assert isinstance(problem.f(x[0, 0]), np.float64)
    assert problem.f(x).shape == x.shape
    assert_array_equal(problem.f(x).ravel(), [problem.f(t) for t in x.ravel()])


# ----------------------------------------------------------------------------------------------------------------------
# several variables


@over([problem for problem in MULTIVARIATE if problem.mp])
def test_values_and_their_multiprecision_twins_agree_at_x(problem: MultivariateProblem) -> None:
    assert problem.mp is not None
    value = problem.f(problem.point())
    with mpmath.workdps(60):
        exact = problem.mp([mpmath.mpf(entry) for entry in problem.x])
        assert isinstance(exact, list) == (np.ndim(value) == 1)
        error = np.abs(np.asarray(value, dtype=object) - np.array(exact, dtype=object))
        assert np.max(error) <= problem.noise * np.max(np.abs(np.array(exact, dtype=object)))


@over(MULTIVARIATE)
def test_exact_jacobians_are_what_the_complex_step_finds(problem: MultivariateProblem) -> None:
    x, value, J = problem.point(), problem.f(problem.point()), problem.exact()
    assert J.shape == np.shape(value) + x.shape
    sizes = np.where(x == 0, 1.0, np.abs(x))
    steps = 1e-30j * np.diag(sizes)
    found = np.stack([problem.f(x + step).imag for step in steps], axis=-1) / 1e-30
    # In units of each variable's size; where terms cancel in the derivative, they do so in the value or are like it.
    assert_allclose(found, J * sizes, rtol=1e-11, atol=1e-13 * (np.max(np.abs(value)) + np.max(np.abs(J * sizes))))


SMALL_SCALAR = [p for p in MULTIVARIATE if np.ndim(p.f(p.point())) == 0 and p.mp and len(p.x) <= 5]


@over(SMALL_SCALAR)
def test_exact_hessians_are_differences_of_exact_gradients(problem: MultivariateProblem) -> None:
    sizes = np.where(problem.point() == 0, 1.0, np.abs(problem.x))
    steps = 1e-5 * np.diag(sizes)
    ahead, behind = (
        [replace(problem, x=list(problem.point() + sign * step)).exact() for step in steps] for sign in (1, -1)
    )
    found = (np.array(ahead) - np.array(behind)) / 2e-5 * sizes
    expected = problem.exact_hessian() * np.outer(sizes, sizes)
    assert_array_equal(expected, expected.T)
    assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * np.max(np.abs(expected)))


# Values that the sources publish, a minimum or a sum of squared residuals, with as many digits as they do.
@pytest.mark.parametrize(
    ("name", "x", "published", "rtol"),
    [
        ("brown-dennis", [-11.59443990476, 13.20363005121, -0.4034394881769, 0.2367787744557], 85822.2, 1e-6),
        ("gaussian", [0.398956138, 1.00001908, 0], 1.12793e-8, 1e-5),
        ("biggs exp6", [1, 10, 1, 5, 4, 3], 0, 0),
        (
            "watson, n=6",
            [-0.0157250864, 1.01243487, -0.232991626, 1.26043009, -1.51372892, 0.992996432],
            2.28767e-3,
            1e-5,
        ),
        ("penalty I, n=10", [0.1581223] * 10, 7.08765e-5, 1e-5),
        ("meyer", None, 87.945855171, 1e-9),
        ("osborne 1", None, 5.4648946975e-05, 1e-9),
        ("thurber", None, 5.6427082397e03, 1e-9),
        ("mgh09", None, 3.0750560385e-04, 1e-9),
        ("eckerle4", None, 1.4635887487e-03, 1e-9),
        ("rat43", None, 8.7864049080e03, 1e-9),
        ("misra1a", None, 1.2455138894e-01, 1e-9),
        ("hartmann 6", [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573], -3.32237, 1e-6),
        ("shekel 5", [4.00004, 4.00013, 4.00004, 4.00013], -10.1532, 1e-6),
        ("goldstein-price", [0, -1], 3, 0),
        ("michalewicz, n=5", [2.202906, 1.570796, 1.284992, 1.923058, 1.720470], -4.687658, 1e-6),
        ("griewank, n=4", [0, 0, 0, 0], 0, 0),
        ("propane combustion", [3.11410227e-03, 34.5979245, 6.50417787e-02, 0.859378051, 3.69518591e-02], 0, 0),
    ],
)
def test_functions_take_their_published_values(name: str, x: list[float] | None, published: float, rtol: float) -> None:
    if x is None:
        problem = next(p for p in MULTIVARIATE if p.name == f"{name}, certified")
    else:
        problem = next(p for p in MULTIVARIATE if p.name.startswith(f"{name}, "))
    value = problem.f(problem.point() if x is None else np.array(x, dtype=np.float64))
    assert_allclose(np.sum(value**2) if np.ndim(value) else value, published, rtol=rtol, atol=1e-14)
