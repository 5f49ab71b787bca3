"""Estimate and Status."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import secant
from secant import Adaptive, ComplexStep, Estimate, FiniteDifference, Status
from secant.estimate import make_estimate

CENTRAL_4 = FiniteDifference("central", 4)


def test_status_values_are_what_the_core_writes() -> None:
    assert [(status.name, int(status)) for status in sorted(Status)] == [
        ("UNBOUNDED", -3),
        ("JUMP", -2),
        ("NOT_FINITE", -1),
        ("OK", 0),
        ("SMALLER_STEP", 1),
        ("OTHER_SIDE", 2),
        ("NOISY", 3),
        ("TOLERANCE", 4),
        ("BUDGET", 5),
        ("ROUGH", 6),
        ("KINK", 7),
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
@pytest.mark.parametrize("method", ["forward", CENTRAL_4, "adaptive", "complex"])
def test_fields(function: Any, value_shape: Any, step_shape: Any, method: Any) -> None:
    def f(x: Any) -> Any:
        return np.sum(x * x * x)

    x = np.arange(1.0, 7.0).reshape(2, 3)
    estimate = function(f, x, method=method, full_output=True)
    assert isinstance(estimate, Estimate)
    assert_array_equal(estimate.value, function(f, x, method=method))
    assert estimate.value.shape == value_shape
    if method == "adaptive":
        assert estimate.error.shape == value_shape
        assert estimate.error.dtype == np.float64
        assert np.all(np.isfinite(estimate.error))
        assert np.all(estimate.error >= 0)
    else:
        assert estimate.error is None
    assert estimate.slopes is None
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
    assert isinstance(estimate.error, np.float64)
    assert isinstance(secant.gradient(np.sin, np.longdouble(1), full_output=True).error, np.longdouble)
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
    for method in ("forward", "central", CENTRAL_4, FiniteDifference("backward", 4)):
        points = []
        estimate = secant.gradient(
            lambda z, points=points: points.append(z.copy()) or 0.0, x, method=method, full_output=True
        )
        distances = np.abs(np.array(points) - x)
        nearest = np.min(np.where(distances > 0, distances, np.inf), axis=0)
        assert_array_equal(estimate.step, nearest)


def test_steps_of_the_adaptive_method_are_distances_of_points_it_took() -> None:
    x = np.array([0.25, -3.0, 1e6])
    points: list[Any] = []
    estimate = secant.gradient(lambda z: points.append(z.copy()) or np.sum(np.sin(z / 10)), x, full_output=True)
    distances = np.abs(np.array(points) - x)
    for j in range(3):
        assert estimate.step[j] in distances[:, j]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_error_and_step_are_real_and_as_precise_as_the_value(dtype: Any) -> None:
    estimate = secant.jacobian(
        lambda x: np.exp(1j * x).astype(np.result_type(dtype, "F")), np.ones(2, dtype), full_output=True
    )
    assert estimate.value.dtype == np.result_type(dtype, "F")
    assert estimate.error.dtype == dtype
    assert np.all(estimate.error >= 0)


def test_slopes_are_those_of_kinks_and_nan_elsewhere() -> None:
    x = np.array([[0.0, 0.5]])
    estimate = secant.jacobian(lambda z: np.array([np.sum(np.abs(z)), np.sum(z)]), x, full_output=True)
    assert estimate.value.shape == estimate.status.shape == (2, 1, 2)
    assert_array_equal(estimate.status, [[[Status.KINK, Status.OK]], [[Status.OK, Status.OK]]])
    assert estimate.slopes.shape == (2, 1, 2, 2)
    assert_allclose(estimate.slopes[0, 0, 0], [-1.0, 1.0], rtol=1e-12)
    assert np.count_nonzero(np.isnan(estimate.slopes)) == 6
    other = secant.jacobian(
        lambda z: np.array([np.sum(np.abs(z)), np.sum(z)]), x, layout="denominator", full_output=True
    )
    assert_array_equal(other.slopes, np.moveaxis(estimate.slopes, 0, 2))
    at_a_scalar = secant.derivative(np.abs, 0.0, full_output=True)
    assert at_a_scalar.slopes.shape == (2,)
    assert secant.derivative(np.abs, 1.0, full_output=True).slopes is None


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
        "slopes",
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
    estimate = secant.derivative(np.sin, [0.0, 4.0], full_output=True)
    lines = str(estimate).splitlines()
    assert lines[1] == "method       adaptive differences"
    assert lines[3] == "evaluations  8"
    worst = np.max(estimate.error)
    assert lines[4:] == [
        f"error        at most {worst:.2g}, {worst / np.max(np.abs(estimate.value)):.1e} of the largest entry"
    ]
    assert estimate.summary() == "\n".join(str(estimate).splitlines()[1:])


def test_text_of_one_step_and_of_an_error() -> None:
    found = (np.ones(2), None, None, np.full(2, 0.25), None, 3)
    estimate = make_estimate(found, ComplexStep())
    assert estimate.summary() == "method       complex step\nstep         0.25\nevaluations  3"
    bounded = dataclasses.replace(estimate, error=np.array([1e-3, 2.34e-9]))
    assert bounded.summary().splitlines()[3] == "error        at most 0.001, 1.0e-03 of the largest entry"
    for value in (np.zeros(2), np.full(2, np.nan), np.full(2, np.inf)):
        without_share = dataclasses.replace(bounded, value=value)
        assert without_share.summary().splitlines()[3] == "error        at most 0.001"


def test_text_of_statuses() -> None:
    status = np.array([-1, 0, 1, 2, -1], np.int8)
    estimate = make_estimate((np.ones(5), None, status, np.ones(5), None, 9), FiniteDifference())
    assert estimate.summary().splitlines()[3:] == [
        f"status       2 of 5 entries: {Status.NOT_FINITE.message}",
        f"status       1 of 5 entries: {Status.SMALLER_STEP.message}",
        f"status       1 of 5 entries: {Status.OTHER_SIDE.message}",
    ]


def test_text_of_every_status() -> None:
    status = np.array([int(status) for status in Status], np.int8)
    found = (np.ones(len(status)), np.ones(len(status)), status, np.ones(len(status)), None, 9)
    said = [line for line in make_estimate(found, Adaptive()).summary().splitlines() if line.startswith("status")]
    unusual = [status for status in Status if status is not Status.OK]
    assert said == [f"status       1 of {len(status)} entries: {one.message}" for one in unusual]


def test_estimates_of_no_values() -> None:
    estimate = secant.jacobian(lambda x: np.zeros(0), [1.0, 2.0], method=CENTRAL_4, full_output=True)
    assert estimate.value.shape == estimate.status.shape == (0, 2)
    assert "evaluations  8" in str(estimate)
    estimate = secant.jacobian(lambda x: np.zeros(0), [1.0, 2.0], full_output=True)
    assert estimate.value.shape == estimate.error.shape == estimate.status.shape == (0, 2)
    assert "error        none: there are no entries" in str(estimate)
    assert "evaluations  15" in str(estimate)
