"""Estimate and Status."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import secant
from secant import ComplexStep, Estimate, FiniteDifference, Status
from secant.estimate import make_estimate


def test_status_values_are_what_the_core_writes() -> None:
    assert [(status.name, int(status)) for status in sorted(Status)] == [
        ("NOT_FINITE", -1),
        ("OK", 0),
        ("SMALLER_STEP", 1),
        ("OTHER_SIDE", 2),
    ]
    messages = [status.message for status in Status]
    assert len(set(messages)) == len(messages)
    assert Status(np.int8(-1)) is Status.NOT_FINITE


def along_x(f: Any, x: Any, **options: Any) -> Any:
    return secant.hvp(f, x, x, **options)


@pytest.mark.parametrize(
    ("function", "value_shape", "step_shape"),
    [
        (secant.gradient, (2, 3), (2, 3)),
        (secant.hessian, (2, 3, 2, 3), (2, 3)),
        (lambda f, x, **options: secant.jvp(f, x, x, **options), (), ()),
        (lambda f, x, **options: secant.vjp(f, x, 1.0, **options), (2, 3), (2, 3)),
        (along_x, (2, 3), (2, 3)),
        (lambda f, x, **options: secant.derivative(lambda z: z * z, x, **options), (2, 3), (2, 3)),
        (lambda f, x, **options: secant.jacobian(lambda z: z[0], x, **options), (3, 2, 3), (2, 3)),
        (
            lambda f, x, **options: secant.jacobian(lambda z: z[0], x, layout="denominator", **options),
            (2, 3, 3),
            (2, 3),
        ),
    ],
)
@pytest.mark.parametrize("method", ["forward", "auto", "complex"])
def test_fields(function: Any, value_shape: Any, step_shape: Any, method: str) -> None:
    def f(x: Any) -> Any:
        return np.sum(x * x * x)

    x = np.arange(1.0, 7.0).reshape(2, 3)
    estimate = function(f, x, method=method, full_output=True)
    assert isinstance(estimate, Estimate)
    assert_array_equal(estimate.value, function(f, x, method=method))
    assert estimate.value.shape == value_shape
    assert estimate.error is None
    assert estimate.status.shape == value_shape
    assert estimate.status.dtype == np.int8
    assert np.all(estimate.status == Status.OK)
    if method == "complex" and function is along_x:
        step_shape = ()  # the imaginary step is a factor of v; the others are steps of the variables
    assert estimate.step.shape == step_shape
    assert estimate.step.dtype == np.float64
    assert np.all(estimate.step > 0)
    assert type(estimate.evaluations) is int
    assert estimate.method == secant.Gradient(f, method=method).method


@pytest.mark.parametrize("kind", [secant.Gradient, secant.Jacobian, secant.Hessian])
def test_objects_estimate_what_they_return(kind: Any) -> None:
    thing = kind(lambda x: x[0] ** 2 * x[1], method="central")
    estimate = thing.estimate([1.0, 2.0])
    assert_array_equal(estimate.value, thing([1.0, 2.0]))
    assert estimate.method is thing.method


def test_scalars() -> None:
    estimate = secant.derivative(np.sin, 1.0, full_output=True)
    assert isinstance(estimate.value, np.float64)
    assert isinstance(estimate.status, np.int8)
    assert isinstance(estimate.step, np.float64)
    assert isinstance(secant.gradient(np.sin, np.longdouble(1), full_output=True).step, np.longdouble)


@pytest.mark.parametrize("method", [ComplexStep(), ComplexStep(1e-25), ComplexStep(typical=1e-6)])
def test_the_step_of_the_complex_step_is_the_imaginary_one(method: ComplexStep) -> None:
    x = np.array([0.5, 100.0])
    imaginary = np.zeros(2)

    def f(z: Any) -> Any:
        np.maximum(imaginary, z.imag, out=imaginary)
        return np.sum(z * z)

    def elementwise(z: Any) -> Any:
        np.maximum(imaginary, z.imag, out=imaginary)
        return z * z

    for call in (
        lambda: secant.gradient(f, x, method=method, full_output=True),
        lambda: secant.derivative(elementwise, x, method=method, full_output=True),
        lambda: secant.hessian(f, x, method=method, full_output=True),
        lambda: secant.derivative(elementwise, x, 2, method=method, full_output=True),
    ):
        imaginary[:] = 0
        assert_array_equal(call().step, imaginary)


def test_steps_are_the_distances_to_the_nearest_points() -> None:
    x = np.array([0.25, -3.0, 1e6])
    for method in ("forward", "central", "auto", FiniteDifference("backward", 4)):
        points = []
        estimate = secant.gradient(
            lambda z, points=points: points.append(z.copy()) or 0.0, x, method=method, full_output=True
        )
        distances = np.abs(np.array(points) - x)
        nearest = np.min(np.where(distances > 0, distances, np.inf), axis=0)
        assert_array_equal(estimate.step, nearest)


def test_it_is_frozen() -> None:
    estimate = secant.gradient(np.sin, 1.0, full_output=True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        estimate.value = 1.0  # type: ignore[misc]
    assert [field.name for field in dataclasses.fields(estimate)] == [
        "value",
        "error",
        "status",
        "step",
        "evaluations",
        "method",
    ]


def test_copies() -> None:
    estimate = secant.gradient(np.sum, [1.0, 2.0], full_output=True)
    for other in (copy.deepcopy(estimate), pickle.loads(pickle.dumps(estimate))):
        assert_array_equal(other.value, estimate.value)
        assert str(other) == str(estimate)


def test_text() -> None:
    estimate = secant.derivative(np.sin, [0.0, 4.0], method="central", full_output=True)
    assert str(estimate).splitlines() == [
        str(estimate.value),
        "method       central differences of order 2",
        "step         7.63e-06 to 3.05e-05",
        "evaluations  2",
    ]
    assert estimate.summary() == "\n".join(str(estimate).splitlines()[1:])


def test_text_of_one_step_and_of_an_error() -> None:
    found = (np.ones(2), None, np.full(2, 0.25), 3)
    estimate = make_estimate(found, ComplexStep())
    assert estimate.summary() == "method       complex step\nstep         0.25\nevaluations  3"
    bounded = dataclasses.replace(estimate, error=np.array([1e-3, 2.34e-9]))
    assert bounded.summary().splitlines()[3] == "error        at most 0.001"


def test_text_of_statuses() -> None:
    status = np.array([-1, 0, 1, 2, -1], np.int8)
    estimate = make_estimate((np.ones(5), status, np.ones(5), 9), FiniteDifference())
    assert estimate.summary().splitlines()[3:] == [
        f"status       2 of 5 entries: {Status.NOT_FINITE.message}",
        f"status       1 of 5 entries: {Status.SMALLER_STEP.message}",
        f"status       1 of 5 entries: {Status.OTHER_SIDE.message}",
    ]


def test_estimates_of_no_values() -> None:
    estimate = secant.jacobian(lambda x: np.zeros(0), [1.0, 2.0], full_output=True)
    assert estimate.value.shape == estimate.status.shape == (0, 2)
    assert "evaluations  8" in str(estimate)
