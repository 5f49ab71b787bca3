"""FiniteDifference, ComplexStep, and the names that stand for them."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import secant
from secant import ComplexStep, FiniteDifference
from secant.methods import resolve


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("auto", FiniteDifference("central", 4)),
        ("central", FiniteDifference("central", 2)),
        ("forward", FiniteDifference("forward", 1)),
        ("backward", FiniteDifference("backward", 1)),
        ("complex", ComplexStep()),
    ],
)
def test_names_stand_for_objects(name: str, method: Any) -> None:
    assert resolve(name)[0] == method
    assert resolve(method)[0] is method
    assert secant.Gradient(math.sin, method=name).method == method
    assert secant.Gradient(math.sin, method=method).method is method
    assert secant.gradient(np.sin, 0.4, method=name) == secant.gradient(np.sin, 0.4, method=method)


def test_defaults() -> None:
    assert FiniteDifference() == FiniteDifference("central", 2, None, 1.0)
    assert FiniteDifference("forward").order == FiniteDifference("backward").order == 1
    assert FiniteDifference().step is None
    assert ComplexStep().step is None
    assert FiniteDifference(order=np.int64(4)).order == 4


@pytest.mark.parametrize(
    ("method", "text"),
    [
        (FiniteDifference(), "central differences of order 2"),
        (FiniteDifference("forward", 3), "forward differences of order 3"),
        (ComplexStep(), "complex step"),
    ],
)
def test_description(method: Any, text: str) -> None:
    assert method.description == text


SOME = [
    FiniteDifference(),
    FiniteDifference("forward"),
    FiniteDifference(order=4),
    FiniteDifference(step=0.1),
    FiniteDifference(step=[0.1, 0.2]),
    FiniteDifference(typical=0.1),
    FiniteDifference(typical=[0.1, 0.1]),
    ComplexStep(),
    ComplexStep(1e-20),
    ComplexStep(typical=[1.0, 2.0]),
]


def test_equality_is_by_content() -> None:
    for i, one in enumerate(SOME):
        for j, other in enumerate(SOME):
            assert (one == other) is (i == j)
        assert one == copy.deepcopy(one)
        assert hash(one) == hash(copy.deepcopy(one))
        assert one != "central"
    assert FiniteDifference(step=[0.1, 0.2]) == FiniteDifference(step=np.array([0.1, 0.2]))
    assert FiniteDifference(order=None) == FiniteDifference(order=2)
    assert len({FiniteDifference(), FiniteDifference("central", 2), ComplexStep()}) == 2


@pytest.mark.parametrize("method", SOME, ids=repr)
def test_copies(method: Any) -> None:
    for other in (copy.copy(method), copy.deepcopy(method), pickle.loads(pickle.dumps(method))):
        assert other == method
        assert repr(other) == repr(method)
    assert dataclasses.replace(method) == method


def test_they_are_frozen() -> None:
    given = np.array([0.1, 0.2])
    method = FiniteDifference(step=given)
    given[0] = 9.0
    assert_array_equal(method.step, [0.1, 0.2])
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.order = 4  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        method.step[0] = 1.0  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        ComplexStep().step = 1.0  # type: ignore[misc]


@pytest.mark.parametrize("side", ["centre", "", None, 1, "Central", ["forward"]])
def test_sides(side: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="accepted are 'central', 'forward' and 'backward'"):
        FiniteDifference(side)


@pytest.mark.parametrize("order", [-2, 0, 1, 3, 5, 7, 9, 10, 10**30])
def test_orders_of_central_differences(order: int) -> None:
    with pytest.raises(ValueError, match=f"order is {order}; accepted are 2, 4, 6 or 8 for central differences"):
        FiniteDifference(order=order)


@pytest.mark.parametrize("side", ["forward", "backward"])
@pytest.mark.parametrize("order", [-1, 0, 9])
def test_orders_of_one_sided_differences(side: Any, order: int) -> None:
    with pytest.raises(ValueError, match=f"order is {order}; accepted are 1 to 8 for one-sided differences"):
        FiniteDifference(side, order)


@pytest.mark.parametrize("order", [2.0, "2", [2], 1j])
def test_types_of_orders(order: Any) -> None:
    name = type(order).__name__
    with pytest.raises(TypeError, match=f"order is a {name}; accepted are the integers 2, 4, 6 or 8"):
        FiniteDifference(order=order)


@pytest.mark.parametrize("kind", [FiniteDifference, ComplexStep])
@pytest.mark.parametrize("name", ["step", "typical"])
class TestSteps:
    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (0.0, "0.0"),
            (-1e-3, "-0.001"),
            (math.nan, "nan"),
            (math.inf, "inf"),
            ([0.1, -0.2], "-0.2"),
            ([[0.1, math.nan]], "nan"),
            ([], "empty"),
            (0, "0.0"),
        ],
    )
    def test_they_are_positive_and_finite(self, kind: Any, name: str, value: Any, said: str) -> None:
        with pytest.raises(ValueError, match=f"{name} is {said}; accepted are positive, finite numbers"):
            kind(**{name: value})

    @pytest.mark.parametrize("value", ["large", [[1.0], [1.0, 2.0]], 1j, {}, object(), np.array([1 + 1j]), "0.1"])
    def test_they_are_real_numbers(self, kind: Any, name: str, value: Any) -> None:
        with pytest.raises(TypeError, match=f"{name} is .*; accepted are a positive number or an array of them"):
            kind(**{name: value})

    @pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), [1, 2], (0.5, 2.0), np.ones((2, 2)), 5e-324])
    def test_what_is_accepted(self, kind: Any, name: str, value: Any) -> None:
        found = getattr(kind(**{name: value}), name)
        assert_array_equal(found, value)
        if np.ndim(value) == 0:
            assert type(found) is float
        else:
            assert found.dtype == np.float64
            assert not found.flags.writeable
