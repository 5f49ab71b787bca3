"""How bounds are given."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.optimize import Bounds

from secant.bounds import SupportsBounds, resolve


def test_none() -> None:
    assert resolve(None) == (None, None)


@pytest.mark.parametrize(
    ("bounds", "lower", "upper"),
    [
        ((0.0, 1.0), 0.0, 1.0),
        ([0, 1], 0.0, 1.0),
        ((None, 1), -np.inf, 1.0),
        ((0, None), 0.0, np.inf),
        ((None, None), -np.inf, np.inf),
        (([0, 1], 5), [0.0, 1.0], 5.0),
        ((None, (5, 6)), -np.inf, [5.0, 6.0]),
        ((np.zeros((2, 2)), np.ones((2, 2))), np.zeros((2, 2)), np.ones((2, 2))),
        ((np.float32(0), np.int8(1)), 0.0, 1.0),
        (([0, -np.inf], [np.inf, 3]), [0.0, -np.inf], [np.inf, 3.0]),
        ((2.0, 2.0), 2.0, 2.0),
        (Bounds([0, 1], [2, 3]), [0.0, 1.0], [2.0, 3.0]),
    ],
)
def test_what_is_accepted(bounds: Any, lower: Any, upper: Any) -> None:
    found = resolve(bounds)
    for border, expected in zip(found, (lower, upper), strict=True):
        assert border is not None
        assert border.dtype == np.float64
        assert not border.flags.writeable
        assert_array_equal(border, expected)
        assert border.shape == np.shape(expected)


def test_they_are_copies() -> None:
    lower = np.zeros(2)
    found, _ = resolve((lower, 1.0))
    lower[:] = 9.0
    assert_array_equal(found, [0.0, 0.0])


def test_anything_with_lb_and_ub() -> None:
    class Box(NamedTuple):
        lb: float
        ub: float

    assert isinstance(Box(0.0, 1.0), SupportsBounds)
    assert isinstance(Bounds(), SupportsBounds)
    assert not isinstance((0.0, 1.0), SupportsBounds)
    assert_array_equal(resolve(Box(0.0, 1.0)), [0.0, 1.0])


@pytest.mark.parametrize(
    "bounds", [5, 1.0, "ab", (), (0,), (0, 1, 2), {0: 1}, {0.0, 1.0}, np.zeros((2, 2)), [(0, 1)] * 3, object()]
)
def test_what_is_no_pair(bounds: Any) -> None:
    with pytest.raises(
        TypeError, match=rf"bounds is a {type(bounds).__name__}.*; accepted are a pair \(lower, upper\)"
    ):
        resolve(bounds)


@pytest.mark.parametrize("wrong", ["low", [[0], [1, 2]], 1j, object(), np.array([1j])])
def test_what_is_no_border(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"the lower bound is .*; accepted are"):
        resolve((wrong, 1.0))
    with pytest.raises(TypeError, match=r"the upper bound is .*; accepted are"):
        resolve((0.0, wrong))


@pytest.mark.parametrize("wrong", [np.nan, [0.0, np.nan]])
def test_nan(wrong: Any) -> None:
    with pytest.raises(
        ValueError, match="the lower bound has NaN entries; use None, or an infinite entry, for no bound"
    ):
        resolve((wrong, None))
    with pytest.raises(ValueError, match="the upper bound has NaN entries"):
        resolve((None, wrong))


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((1.0, 0.0), "the lower bound 1.0 exceeds the upper bound 0.0$"),
        (([0, 3], [1, 2]), "the lower bound 3.0 exceeds the upper bound 2.0 at entry 1"),
        (([0, 3], 2), "the lower bound 3.0 exceeds the upper bound 2.0 at entry 1"),
        ((np.inf, None), None),
        (Bounds([0, 3], [1, 2]), "at entry 1"),
    ],
)
def test_crossed(bounds: Any, message: str | None) -> None:
    if message is None:  # empty, but not crossed: refused once x is known to lie outside
        assert_array_equal(resolve(bounds), [np.inf, np.inf])
        return
    with pytest.raises(ValueError, match=message):
        resolve(bounds)
