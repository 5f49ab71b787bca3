"""Checks as assertions: what they return, raise, warn of and refuse."""

import linecache
import warnings

import numpy as np
import pytest

import secant
from secant import testing
from secant.testing import assert_gradient, assert_hessian, assert_hvp, assert_jacobian, assert_jvp, assert_vjp

X = np.array([1.0, 2.0])


def f(x):
    return np.array([x[0] ** 2 + x[1], x[0] * x[1]])


def jac(x):
    return np.array([[2 * x[0], 1.0], [x[1], x[0]]])


def jvp(x, v):
    return jac(x) @ v


def vjp(x, w):
    return w @ jac(x)


def g(x):
    return x[0] ** 2 * x[1]


def grad(x):
    return np.array([2 * x[0] * x[1], x[0] ** 2])


def hess(x):
    return np.array([[2 * x[1], 2 * x[0]], [2 * x[0], 0.0]])


def hvp(x, v):
    return hess(x) @ v


def noisy(x):
    return x @ x + 1e-3 * np.sin(1e9 * x[0])


def twice(x):
    return 2 * x


RIGHT = [
    (assert_gradient, g, grad),
    (assert_jacobian, f, jac),
    (assert_hessian, g, hess),
    (assert_jvp, f, jvp),
    (assert_vjp, f, vjp),
    (assert_hvp, g, hvp),
]
each = pytest.mark.parametrize(("check", "function", "derivative"), RIGHT, ids=lambda one: one.__name__)


@each
def test_they_return_the_report(check, function, derivative):
    report = check(function, derivative, X)
    assert isinstance(report, secant.CheckReport)
    assert report.ok
    assert check.__name__ == f"assert_{report.task}"
    assert check(function, derivative, n_points=3, bounds=(X / 2, 2 * X)).points[2].verdict == "pass"


@each
def test_they_fail_with_the_report(check, function, derivative):
    def wrong(*at):
        return 1.5 * derivative(*at)

    with pytest.raises(AssertionError) as failure:
        check(function, wrong, X)
    message = str(failure.value)
    assert message == f"\n{getattr(secant, check.__name__.replace('assert', 'check'))(function, wrong, X)}"
    assert message.startswith("\nFAIL: ")


@each
def test_unknown_options_are_named(check, function, derivative):
    with pytest.raises(
        TypeError, match=rf"^{check.__name__} has no option tol, eps; accepted are .*\brtol\b.*\bstrict\b"
    ):
        check(function, derivative, X, tol=1e-3, eps=1e-8)


def test_they_cover_every_check():
    names = {name.replace("check", "assert") for name in secant.__all__ if name.startswith("check_")}
    others = {f"assert_{name}" for name in ("minimize", "least_squares", "root", "solve_ivp")}
    assert set(testing.__all__) == names - others


def test_an_option_reaches_the_check():
    slightly = assert_gradient(g, lambda x: 1.001 * grad(x), X, tolerance=0.01, rtol=0.05)
    assert slightly.ok
    assert assert_jacobian(f, jac, X, outputs=["a", "b"], rng=7).seed == 7


def test_inconclusive_checks_warn_where_they_are_made():
    with pytest.warns(UserWarning, match=r"the check is inconclusive\nINCONCLUSIVE: gradient twice of noisy") as caught:
        report = assert_gradient(noisy, twice, X)
    assert report.verdict == "inconclusive"
    assert [linecache.getline(warning.filename, warning.lineno).strip() for warning in caught] == [
        "report = assert_gradient(noisy, twice, X)"
    ]
    with warnings.catch_warnings(record=True) as caught, pytest.raises(AssertionError, match=r"FAIL \(strict"):
        assert_gradient(noisy, twice, X, strict=True)
    assert not caught


def test_their_frames_are_hidden():
    with pytest.raises(AssertionError) as failure:
        assert_jacobian(f, lambda x: jac(x).T, X)
    shown = [entry.path.name for entry in failure.traceback if not entry.ishidden(failure)]
    assert shown == ["test_testing.py"]
    with pytest.raises(TypeError) as failure:
        assert_jacobian(f, jac, X, tol=1)
    assert [entry.path.name for entry in failure.traceback if not entry.ishidden(failure)] == ["test_testing.py"]


def test_errors_of_functions_are_theirs():
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        assert_gradient(lambda x: 1 / 0, grad, X)
    with pytest.raises(ValueError, match="there is no point"):
        assert_gradient(g, grad)
