"""Digits that each method gives on the catalogue: the median that is promised, and the least on any problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import secant
from problems import CATALOGUE, SCALAR_VALUED, Problem
from secant import FiniteDifference

if TYPE_CHECKING:
    from collections.abc import Callable

    from secant.methods import Method

CENTRAL_4 = FiniteDifference("central", 4)


def digits(value: Any, exact: Any) -> float:
    """Correct digits of an array, relative to its largest entry, at most those that a float64 has."""
    assert np.shape(value) == np.shape(exact)
    error = np.max(np.abs(value - exact)) / np.max(np.abs(exact))
    return float(-np.log10(max(error, 2.0**-53)))


def check(measured: dict[str, float], median: float, minimum: float) -> None:
    table = "\n".join(f"{d:6.2f}  {name}" for name, d in sorted(measured.items(), key=lambda item: item[1]))
    found = float(np.median(list(measured.values())))
    assert found >= median, f"median {found:.2f} digits, promised {median}\n{table}"
    worst = min(measured.values())
    assert worst >= minimum, f"least {worst:.2f} digits, promised {minimum}\n{table}"


def measure(problems: list[Problem], one: Callable[[Problem], float]) -> dict[str, float]:
    return {problem.name: one(problem) for problem in problems}


def test_the_catalogue_is_large_and_its_names_are_unique() -> None:
    assert len(CATALOGUE) >= 30
    assert len({problem.name for problem in CATALOGUE}) == len(CATALOGUE)
    assert all(problem.source for problem in CATALOGUE)


@pytest.mark.parametrize("problem", SCALAR_VALUED, ids=lambda problem: problem.name)
def test_exact_hessians_are_derivatives_of_the_exact_gradients(problem: Problem) -> None:
    # The complex step needs no step size to be right, so that a wrong closed form has nowhere to hide.
    x = problem.point()
    found = secant.jacobian(problem.jacobian, x, method="complex")
    np.testing.assert_allclose(found, problem.exact_hessian(), rtol=1e-13, atol=1e-13 * np.max(np.abs(found)))


# The minima are set by functions that vary faster than their argument does: lyness's and jennrich-sampson's fifth
# derivatives are a thousand times the first, which a fixed step cannot know. They are measured values, rounded
# down to half a digit.
@pytest.mark.parametrize(
    ("method", "median", "minimum"),
    [
        ("forward", 7.0, 7.0),
        ("backward", 7.0, 7.0),
        ("central", 10.0, 9.5),
        (CENTRAL_4, 12.0, 10.5),
        ("adaptive", 13.5, 11.5),
        ("complex", 15.0, 15.0),
    ],
)
def test_first_derivatives(method: str | Method, median: float, minimum: float) -> None:
    def one(problem: Problem) -> float:
        return digits(secant.jacobian(problem.f, problem.point(), method=method), problem.exact())

    check(measure(CATALOGUE, one), median, minimum)


@pytest.mark.parametrize(
    ("method", "median", "minimum"),
    [("forward", 3.0, 2.5), ("central", 4.0, 3.5), ("adaptive", 6.0, 3.5), ("complex", 6.5, 6.5)],
)
def test_first_derivatives_in_single_precision(method: str, median: float, minimum: float) -> None:
    def one(problem: Problem) -> float:
        value = secant.jacobian(problem.f, problem.point(np.float32), method=method)
        assert value.dtype == np.float32
        return digits(value, problem.exact(np.float32))

    check(measure(CATALOGUE, one), median, minimum)


# More digits than from float64 where longdouble is wider (x86); as many where it is not.
@pytest.mark.parametrize(("method", "median", "minimum"), [(CENTRAL_4, 12.0, 11.0), ("adaptive", 13.5, 13.0)])
def test_first_derivatives_in_extended_precision(method: str | Method, median: float, minimum: float) -> None:
    more = 2.0 * (np.finfo(np.longdouble).eps < 1e-18)

    def one(problem: Problem) -> float:
        return digits(secant.jacobian(problem.f, problem.point(np.longdouble), method=method), problem.exact())

    check(measure(CATALOGUE, one), median + more, minimum + more)


@pytest.mark.parametrize(
    ("method", "median", "minimum"),
    [
        ("forward", 4.5, 4.0),
        ("central", 7.5, 7.0),
        (CENTRAL_4, 9.0, 8.5),
        ("adaptive", 11.5, 10.5),
        ("complex", 12.0, 10.5),
    ],
)
def test_hessians_from_values(method: str | Method, median: float, minimum: float) -> None:
    def one(problem: Problem) -> float:
        return digits(secant.hessian(problem.f, problem.point(), method=method), problem.exact_hessian())

    check(measure(SCALAR_VALUED, one), median, minimum)


@pytest.mark.parametrize(
    ("method", "median", "minimum"),
    [
        ("forward", 7.0, 7.0),
        ("central", 10.0, 9.5),
        (CENTRAL_4, 11.0, 10.5),
        ("adaptive", 13.5, 11.5),
        ("complex", 15.0, 15.0),
    ],
)
def test_hessians_from_gradients(method: str | Method, median: float, minimum: float) -> None:
    def one(problem: Problem) -> float:
        value = secant.hessian(problem.f, problem.point(), grad=problem.jacobian, method=method)
        return digits(value, problem.exact_hessian())

    check(measure(SCALAR_VALUED, one), median, minimum)


@pytest.mark.parametrize(
    ("method", "order", "median", "minimum"),
    [(CENTRAL_4, 1, 12.0, 10.5), (CENTRAL_4, 2, 9.0, 8.5), ("adaptive", 1, 13.5, 11.5), ("adaptive", 2, 11.5, 11.0)],
)
def test_elementwise_derivatives(method: str | Method, order: int, median: float, minimum: float) -> None:
    univariate = [problem for problem in SCALAR_VALUED if np.ndim(problem.x) == 0]
    assert len(univariate) >= 10

    def one(problem: Problem) -> float:
        x = problem.point() * np.array([1.0, 1.01])
        exact = (problem.jacobian, problem.hessian)[order - 1]
        assert exact is not None
        return digits(secant.derivative(problem.f, x, order, method=method), exact(x))

    check(measure(univariate, one), median, minimum)
