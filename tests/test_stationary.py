"""The search for stationary points: complete where all are known, merged, inside the box, reproducible."""

import numpy as np
import pytest

from secant.analysis import stationary_points
from stationary_problems import PROBLEMS

HARD = {
    "peaks",
    "griewank",
    "levy",
    "mueller-brown",
}
"""Where Newton's method mostly leaves the box, or there are hundreds of points: not all are found."""

SMALL = [p for p in PROBLEMS if p.complete and len(p.box) == 2 and p.name not in HARD]


def box(problem):
    return tuple(np.array(problem.box).T)


def same(found, point):
    loose = 1e-4 if point.kind == "degenerate" else 1e-8
    return found.kind in (point.kind, "undecided") and np.allclose(found.x, point.array(), rtol=loose, atol=loose)


@pytest.mark.parametrize("problem", SMALL, ids=lambda p: p.name)
def test_all_points_are_found_and_no_others(problem):
    found = stationary_points(problem.f, box(problem), starts=16 * len(problem.points) + 48)
    assert len(found) == len(problem.points), found
    for point in problem.points:
        assert sum(same(one, point) for one in found) == 1, (point, str(found))


@pytest.mark.parametrize("name", ["mueller-brown", "peaks"])
def test_what_is_found_of_hard_ones_is_right(name):
    (problem,) = (p for p in PROBLEMS if p.name == name)
    found = stationary_points(problem.f, box(problem), starts=48)
    assert found
    for one in found:
        assert sum(same(one, point) for point in problem.points) == 1, one


def himmelblau(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


HIMMELBLAU_BOX = ([-5, -5], [5, 5])


def test_it_is_a_sequence_sorted_by_value_with_a_table():
    found = stationary_points(himmelblau, HIMMELBLAU_BOX)
    assert [len(found.of_kind(kind)) for kind in ("minimum", "saddle", "maximum")] == [4, 4, 1]
    values = [point.value for point in found]
    np.testing.assert_array_less(np.diff(values), 1e300)
    assert values[-1] == found[-1].value == max(values)
    assert found[:2] == found.points[:2]
    assert found.arrived == found.starts == 64
    lines = str(found).splitlines()
    assert lines[0] == "9 stationary points, from 64 of 64 starts"
    assert lines[1].split() == ["kind", "f", "x", "eigenvalues"]
    assert lines[-1].split()[0] == "maximum"
    assert len(lines) == 11


def test_the_same_seed_finds_the_same_points_and_derivatives_may_be_given():
    first, second = (stationary_points(himmelblau, HIMMELBLAU_BOX, starts=20, seed=3) for _ in range(2))
    assert [point.x.tolist() for point in first] == [point.x.tolist() for point in second]

    def grad(x):
        a, b = x[0] ** 2 + x[1] - 11, x[0] + x[1] ** 2 - 7
        return np.array([4 * x[0] * a + 2 * b, 2 * a + 4 * x[1] * b])

    given = stationary_points(himmelblau, HIMMELBLAU_BOX, grad=grad)
    assert [point.kind for point in given] == [point.kind for point in stationary_points(himmelblau, HIMMELBLAU_BOX)]


def test_starts_may_be_given_and_x_may_have_any_shape():
    found = stationary_points(lambda x: np.sum((x**2 - 1) ** 2), (np.full((2, 1), -2.0), 2.0), starts=[[[0.9], [0.8]]])
    assert len(found) == 1
    np.testing.assert_allclose(found[0].x, [[1], [1]])
    scalar = stationary_points(lambda x: np.sin(x), (0.0, 6.0), starts=8)
    np.testing.assert_allclose([point.x for point in scalar], [3 * np.pi / 2, np.pi / 2])


def test_f_is_not_called_outside_the_box_and_its_failures_cost_a_start_only():
    def f(x):
        assert np.all((x >= -1) & (x <= 2))
        return x[0] * np.log(x[0]) + x[1] ** 2 if x[0] > 0 else np.nan

    found = stationary_points(f, ([-1, -1], [2, 2]))
    assert found.arrived < found.starts
    np.testing.assert_allclose([point.x for point in found], [[1 / np.e, 0]], atol=1e-9)


def test_of_a_line_of_degenerate_points_one_is_told():
    found = stationary_points(lambda x: x[0] ** 2, ([-1, -1], [1, 1]), starts=16)
    assert [point.kind for point in found] == ["degenerate"]


def test_nothing_to_find():
    found = stationary_points(lambda x: x[0] + 0.1 * x[1], ([0, 0], [1, 1]), starts=8)
    assert len(found) == 0
    assert str(found) == "0 stationary points, from 0 of 8 starts"


def test_a_keyboard_interrupt_is_not_taken_for_a_failed_start():
    def f(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stationary_points(f, ([0.0], [1.0]))


@pytest.mark.parametrize(
    ("bounds", "options", "error", "words"),
    [
        (None, {}, TypeError, "bounds is None; accepted is the box to be searched"),
        (([0, 0], None), {}, ValueError, "accepted are finite ones: the box is filled with starts"),
        (([0, 0], [0, 1]), {}, ValueError, "accepted is a box with room for every variable"),
        (([0, 0], [1, 1]), {"starts": 0}, ValueError, "starts is 0; accepted are positive integers"),
        (([0, 0], [1, 1]), {"starts": 2.5}, TypeError, "starts is a float; accepted are positive integers"),
        (([0, 0], [1, 1]), {"starts": [[0.5]]}, ValueError, r"starts has shape \(1, 1\); accepted is \(k, 2\)"),
        (([0, 0], [1, 1]), {"starts": [[0.5, 2.0]]}, ValueError, "start 0 is .* outside the box"),
        (([0, 0], [1, 1]), {"method": "forward"}, ValueError, "give no error bars"),
    ],
)
def test_errors_in_words(bounds, options, error, words):
    with pytest.raises(error, match=words):
        stationary_points(himmelblau, bounds, **options)
