"""Adaptive, FiniteDifference, ComplexStep, and the names that stand for them."""

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
from secant import Adaptive, ComplexStep, FiniteDifference
from secant.methods import resolve


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("auto", Adaptive()),
        ("adaptive", Adaptive()),
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
    assert Adaptive() == Adaptive(rtol=None, atol=None, max_evaluations=None, noise=None, typical=1.0)
    assert type(Adaptive(max_evaluations=np.int64(30)).max_evaluations) is int
    assert type(Adaptive(rtol=np.float32(0.5)).rtol) is float


@pytest.mark.parametrize(
    ("method", "text"),
    [
        (FiniteDifference(), "central differences of order 2"),
        (FiniteDifference("forward", 3), "forward differences of order 3"),
        (ComplexStep(), "complex step"),
        (Adaptive(rtol=1e-3), "adaptive differences"),
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
    Adaptive(),
    Adaptive(rtol=1e-6),
    Adaptive(atol=1e-6),
    Adaptive(1e-6, 1e-6),
    Adaptive(rtol=0.0),
    Adaptive(max_evaluations=30),
    Adaptive(noise=1e-6),
    Adaptive(noise=0.0),
    Adaptive(typical=1e-6),
    Adaptive(typical=[1.0, 2.0]),
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
    assert Adaptive(rtol=1) == Adaptive(rtol=1.0)
    assert len({Adaptive(), Adaptive(None, typical=1.0), Adaptive(noise=0)}) == 2


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
    with pytest.raises(dataclasses.FrozenInstanceError):
        Adaptive().rtol = 1.0  # type: ignore[misc]
    typical = np.array([0.1, 0.2])
    adaptive = Adaptive(typical=typical)
    typical[0] = 9.0
    assert_array_equal(adaptive.typical, [0.1, 0.2])
    with pytest.raises(ValueError, match="read-only"):
        adaptive.typical[0] = 1.0  # type: ignore[index]


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


@pytest.mark.parametrize("name", ["rtol", "atol", "noise"])
class TestSizesOfErrors:
    @pytest.mark.parametrize("value", [-1e-300, -1, math.nan, math.inf])
    def test_they_are_finite_and_not_negative(self, name: str, value: float) -> None:
        message = f"{name} is {float(value)}; accepted are finite numbers that are not negative"
        with pytest.raises(ValueError, match=message):
            Adaptive(**{name: value})

    @pytest.mark.parametrize("value", ["small", [1e-3], np.ones(2), 1j, {}, object()])
    def test_they_are_numbers(self, name: str, value: Any) -> None:
        with pytest.raises(TypeError, match=f"{name} is .*; accepted are numbers that are not negative, or None"):
            Adaptive(**{name: value})

    @pytest.mark.parametrize("value", [0, 0.0, 5e-324, 1, np.float32(0.5), np.array(0.25)])
    def test_what_is_accepted(self, name: str, value: Any) -> None:
        found = getattr(Adaptive(**{name: value}), name)
        assert type(found) is float
        assert found == value


@pytest.mark.parametrize("value", [0, -1, -(10**30)])
def test_numbers_of_evaluations(value: int) -> None:
    message = f"max_evaluations is {value}; accepted are positive integers, or None for no limit"
    with pytest.raises(ValueError, match=message):
        Adaptive(max_evaluations=value)


@pytest.mark.parametrize("value", [10.0, "10", [10], math.inf])
def test_types_of_numbers_of_evaluations(value: Any) -> None:
    message = f"max_evaluations is a {type(value).__name__}; accepted are positive integers"
    with pytest.raises(TypeError, match=message):
        Adaptive(max_evaluations=value)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (FiniteDifference, "step"),
        (FiniteDifference, "typical"),
        (ComplexStep, "step"),
        (ComplexStep, "typical"),
        (Adaptive, "typical"),
    ],
)
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
