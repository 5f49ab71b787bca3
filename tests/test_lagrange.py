"""Constrained stationary points: published solutions and multipliers, every verdict, every form of constraint."""

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint

from hock_schittkowski import EQUALITIES, INEQUALITIES, numbers
from secant.analysis import lagrange

PROBLEMS = EQUALITIES + INEQUALITIES
REGULAR = [p for p in PROBLEMS if p.regular and p.strict and p.kind == "minimum"]
DIGITS = 1e-8
"""Two more than six digits: published numbers have six to seven, and the references all that float64 has."""


def constraints_of(problem):
    given = [] if problem.equality is None else [problem.equality]
    return given if problem.inequality is None else [*given, {"type": "ineq", "fun": problem.inequality}]


def solve(problem, **options):
    bounds = None if problem.bounds is None else tuple(np.array(problem.bounds).T)
    return lagrange(problem.f, constraints_of(problem), problem.start_array(), bounds=bounds, **options)


def multipliers_of(problem):
    return np.array([*problem.multipliers, *problem.inequality_multipliers])


@pytest.mark.parametrize("problem", REGULAR, ids=lambda p: f"HS{p.number}")
def test_published_solutions_and_multipliers(problem):
    found = solve(problem)
    exact, multipliers = problem.array(), multipliers_of(problem)
    assert found.kind == "minimum", found
    assert found.value == pytest.approx(problem.value, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(found.x, exact, rtol=DIGITS, atol=DIGITS)
    np.testing.assert_allclose(found.multipliers, multipliers, rtol=DIGITS, atol=DIGITS)
    if problem.bound_multipliers:
        np.testing.assert_allclose(found.bound_multipliers, problem.bound_multipliers, rtol=DIGITS, atol=DIGITS)
    assert np.all(np.abs(found.residual) <= 2 * found.residual_error + 1e-12)
    assert found.licq


@pytest.mark.parametrize("problem", REGULAR, ids=lambda p: f"HS{p.number}")
def test_error_bars_hold(problem):
    found, eps = solve(problem), np.finfo(float).eps
    exact, multipliers = problem.array(), multipliers_of(problem)
    assert np.all(np.abs(found.x - exact) <= found.x_error + eps * np.abs(exact))
    assert np.all(np.abs(found.multipliers - multipliers) <= found.multiplier_error + eps * np.abs(multipliers))


def test_multipliers_that_others_published():
    confirmed = 0
    for problem in REGULAR:
        if problem.printed_multipliers:
            # Six digits of a penalty method, right to 2e-5 (see hock_schittkowski.py).
            found = solve(problem).multipliers[: len(problem.multipliers)]
            np.testing.assert_allclose(found, numbers(problem.printed_multipliers), rtol=2e-5, atol=2e-7)
            confirmed += 1
    assert confirmed >= 14


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p not in REGULAR], ids=lambda p: f"HS{p.number}")
def test_irregular_problems_are_told_or_undecided(problem):
    found = solve(problem)
    assert found.kind in (problem.kind, "undecided"), found
    if not problem.regular:
        assert not found.licq
        assert "LICQ fails: the gradients of" in found.reason


@pytest.mark.parametrize("solver", ["SLSQP", "trust-constr"])
@pytest.mark.parametrize("number", [28, 43, 71])
def test_both_solvers_give_the_same(number, solver):
    (problem,) = (p for p in PROBLEMS if p.number == number)
    found = solve(problem, solver=solver)
    np.testing.assert_allclose(found.x, problem.array(), rtol=DIGITS, atol=DIGITS)
    np.testing.assert_allclose(found.multipliers, multipliers_of(problem), rtol=DIGITS, atol=DIGITS)
    assert found.message.startswith(solver)


def square(x):
    return x[0] ** 2 + x[1] ** 2


def line(x):
    return x[0] + x[1] - 1


FORMS = {
    "callable": line,
    "list": [line],
    "array-valued": lambda x: [line(x)],
    "NonlinearConstraint": NonlinearConstraint(line, 0, 0),
    "with a Jacobian": NonlinearConstraint(line, 0, 0, jac=lambda x: [[1.0, 1.0]]),
    "LinearConstraint": LinearConstraint([[1, 1]], 1, 1),
    "dict": {"type": "eq", "fun": line},
    "dict with everything": {
        "type": "eq",
        "fun": lambda x, a: x[0] + x[1] - a,
        "jac": lambda x, a: [1, 1],
        "args": (1,),
    },
    "inequality": {"type": "ineq", "fun": line},
    "an interval": NonlinearConstraint(lambda x: x[0] + x[1], 1, 3),
    "and one that is not active": [line, NonlinearConstraint(square, -np.inf, 5)],
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_constraints(form):
    found = lagrange(square, FORMS[form], [3.0, 0.0])
    np.testing.assert_allclose(found.x, [0.5, 0.5], atol=1e-12)
    assert found.multipliers[0] == pytest.approx(1, rel=1e-10)
    assert found.kind == "minimum"
    assert found.active[0]
    if found.active.size > 1:
        assert found.active.tolist() == [True, False]
        assert found.multipliers[1] == 0


def test_an_upper_limit_has_a_multiplier_that_is_not_positive():
    # The optimal value is -upper/2: its derivative by the limit is -1/2.
    found = lagrange(lambda x: -x[0] * x[1], NonlinearConstraint(square, -np.inf, 1), [1.0, 0.9])
    np.testing.assert_allclose(found.multipliers, [-0.5], rtol=1e-10)


@pytest.mark.parametrize("limit", [1.0, 2.5])
def test_multipliers_are_derivatives_of_the_optimal_value(limit):
    def optimal(c):
        return lagrange(lambda x: x[0] ** 4 + x[1] ** 2, lambda x: x[0] + x[1] - c, [1.0, 1.0])

    slope = (optimal(limit + 1e-4).value - optimal(limit - 1e-4).value) / 2e-4
    assert optimal(limit).multipliers[0] == pytest.approx(slope, rel=1e-6)


def test_newton_goes_to_maxima_and_saddles_too():
    def f(x):
        return x[0] + x[1]

    def circle(x):
        return square(x) - 2

    high, low = (lagrange(f, circle, start, solver="newton") for start in ([1.0, 0.9], [-1.0, -0.8]))
    assert (high.kind, low.kind) == ("maximum", "minimum")
    np.testing.assert_allclose(high.x, [1, 1], atol=1e-12)
    np.testing.assert_allclose(high.multipliers, [0.5], atol=1e-12)

    saddle = lagrange(lambda x: x[0] * x[1] + x[2] ** 2, lambda x: x[2], [0.1, 0.1, 0.2], solver="newton")
    assert saddle.kind == "saddle"
    np.testing.assert_allclose(np.sort(saddle.eigenvalues), [-1, 1], atol=1e-8)
    assert saddle.tangents.shape == (2, 3)


def test_a_degenerate_point_on_the_constraint():
    found = lagrange(lambda x: x[0] ** 4 + x[1] ** 2, lambda x: x[1], [0.01, 0.0], solver="newton")
    assert found.kind in ("degenerate", "undecided")
    assert abs(found.x[0]) < 1e-4


def test_dependent_constraints_are_named():
    def twice(x):
        return 2 * x[0] + 2 * x[1] - 4

    found = lagrange(lambda x: x[0] ** 2 - x[1], [lambda x: x[0] + x[1] - 2, twice], [1.0, 0.9])
    assert not found.licq
    assert found.kind == "undecided"
    assert "LICQ fails: the gradients of constraint 0 and constraint 1 are linearly dependent" in found.reason
    assert np.isinf(found.multiplier_error).all()


def test_a_gradient_that_vanishes_is_named():
    found = lagrange(lambda x: x[0] + x[1] ** 2, lambda x: x[0] ** 2, [1.0, 1.0])
    assert not found.licq
    assert "the gradient of the constraint vanishes" in found.reason


def test_constraints_that_contradict_each_other():
    found = lagrange(square, [line, lambda x: x[0] + x[1] - 2], [1.0, 0.0])
    assert found.kind in ("not stationary", "undecided")
    assert found.feasibility.max() > 0.1


def test_as_many_constraints_as_variables():
    found = lagrange(square, lambda x: [x[0] - 1, x[1] - 2], [0.0, 0.0])
    assert found.kind == "minimum"
    assert "a minimum and a maximum" in found.reason
    np.testing.assert_allclose(found.multipliers, [2, 4])
    assert found.eigenvalues.size == 0


def test_without_active_constraints_it_is_a_free_minimum():
    found = lagrange(square, NonlinearConstraint(square, -np.inf, 1), [0.3, 0.2])
    assert found.kind == "minimum"
    assert found.multipliers.tolist() == [0]
    assert not found.active.any()


def test_bounds_have_multipliers_and_are_kept():
    def f(x):
        assert np.all((x >= 0) & (x <= [np.inf, 0.25]))
        return (x[0] + 1) ** 2 + (x[1] - 1) ** 2 + x[2] ** 2 if x.size > 2 else (x[0] + 1) ** 2 + (x[1] - 1) ** 2

    found = lagrange(f, [], [1.0, 0.1], bounds=Bounds([0, 0], [np.inf, 0.25]))
    assert found.kind == "minimum"
    np.testing.assert_allclose(found.x, [0, 0.25])
    np.testing.assert_allclose(found.bound_multipliers, [2, -1.5], rtol=1e-9)
    assert "of bounds     [ 2.  -1.5]" in str(found)


def test_a_start_outside_of_bounds_is_moved_inside():
    found = lagrange(square, line, [5.0, 5.0], bounds=(0, 2))
    np.testing.assert_allclose(found.x, [0.5, 0.5])


def test_an_active_constraint_with_a_multiplier_of_zero():
    # The free minimum lies on the constraint.
    kept = lagrange(square, {"type": "ineq", "fun": lambda x: x[0]}, [1.0, 1.0])
    assert kept.kind == "minimum"
    np.testing.assert_allclose(kept.multipliers, [0], atol=1e-9)
    # Along the constraint a minimum, across it a maximum.
    torn = lagrange(lambda x: x[1] ** 2 - x[0] ** 2, {"type": "ineq", "fun": lambda x: x[0]}, [0.0, 0.0])
    assert torn.kind in ("undecided", "saddle")


def test_x_of_any_shape_and_the_gradient_given():
    found = lagrange(
        lambda x: np.sum(x**2), lambda x: np.sum(x) - 1, np.ones((2, 2)), grad=lambda x: 2 * x, solver="newton"
    )
    assert found.x.shape == found.residual.shape == found.bound_multipliers.shape == (2, 2)
    assert found.tangents.shape == (3, 2, 2)
    assert found.constraint_jacobian.shape == (1, 4)
    np.testing.assert_allclose(found.x, 0.25)


def test_printed():
    text = str(lagrange(square, line, [3.0, 0.0]))
    lines = text.splitlines()
    assert lines[0] == "minimum at [0.5 0.5], f = 0.5"
    assert any("multiplier    1" in line and "of the constraint" in line for line in lines)
    assert "eigenvalues   [2.]" in text
    assert "on the tangent space" in text
    far = str(lagrange(square, FORMS["and one that is not active"], [3.0, 0.0]))
    assert "of constraint 1, not active" in far


@pytest.mark.parametrize(
    ("constraints", "options", "error", "words"),
    [
        (3, {}, TypeError, "the constraint is a int; accepted are a callable g, for g"),
        ([line, "x"], {}, TypeError, "constraint 1 is a str"),
        ({"type": "less", "fun": line}, {}, ValueError, "the type 'less'"),
        ({"fun": line}, {}, ValueError, "the type None"),
        ({"type": "eq", "fun": 3}, {}, TypeError, "has a int for its function"),
        (NonlinearConstraint(line, 1, 0), {}, ValueError, "the lower must not exceed the upper"),
        (NonlinearConstraint(line, [0, 1], 3), {}, ValueError, "1 entries, its limits have shapes"),
        (
            NonlinearConstraint(line, 0, 0, jac=lambda x: np.ones(3)),
            {},
            ValueError,
            r"shape \(3,\); accepted is \(1, 2\)",
        ),
        (lambda x: np.nan, {}, ValueError, "not finite"),
        (lambda x: 1j, {}, TypeError, "accepted are real numbers"),
        (line, {"solver": "BFGS"}, ValueError, "solver is 'BFGS'; accepted are 'SLSQP', 'trust-constr', 'newton'"),
        ({"type": "ineq", "fun": line}, {"solver": "newton"}, ValueError, "which takes equalities alone"),
        (line, {"solver": "newton", "bounds": (0, 1)}, ValueError, "which takes equalities alone"),
        (line, {"method": "central"}, ValueError, "give no error bars"),
    ],
)
def test_errors_in_words(constraints, options, error, words):
    with pytest.raises(error, match=words):
        lagrange(square, constraints, [0.5, 0.25], **options)
