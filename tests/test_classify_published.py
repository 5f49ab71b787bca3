"""Published stationary points: each is classified rightly, or as undecided with a reason, never wrongly."""

from collections import Counter

import numpy as np
import pytest

from secant.analysis import classify
from stationary_problems import points

POINTS = list(points())
UNDECIDED = {"lennard-jones, three atoms"}
"""Where error bars are too wide: its degenerate point is a pole's neighbour, with derivatives of 1e5."""


@pytest.mark.parametrize(
    ("problem", "point"), POINTS, ids=[f"{p.name}-{q.kind}-{i}" for i, (p, q) in enumerate(POINTS)]
)
def test_kind(problem, point):
    found = classify(problem.f, point.array())
    if problem.name in UNDECIDED:
        assert found.kind in (point.kind, "undecided")
        assert found.reason
    else:
        assert found.kind == point.kind, found


def test_as_printed():
    # Each coordinate is known to its last printed digit: xtol says so.
    verdicts = Counter()
    for problem, point in POINTS:
        if not point.printed:
            continue
        x = point.printed_array()
        xtol = np.max(point.printed_unit() / np.maximum(np.abs(x), 1))
        found = classify(problem.f, x, xtol=xtol)
        assert found.kind in (point.kind, "undecided"), (problem.name, found)
        verdicts["right" if found.kind == point.kind else "undecided"] += 1
    assert verdicts["right"] >= 100
    # Of Rosenbrock's function in 6 and 7 variables, the second minimum is printed to a digit or two.
    assert verdicts["undecided"] <= 2
