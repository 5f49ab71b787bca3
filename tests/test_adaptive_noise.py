"""Error control of functions whose values are noisy: what the bars promise, what is said, and which steps are taken."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest

import secant
from bars import Ledger, holds
from scalar_problems import _hash_noise
from secant import Adaptive, Estimate, Status

SIGMAS = [1e-3, 1e-6, 1e-9, 1e-12]
CURVES: dict[str, tuple[Any, float, float]] = {
    "exp": (np.exp, 0.5, math.exp(0.5)),
    "sin": (np.sin, 0.7, math.cos(0.7)),
    "log": (np.log, 3.0, 1 / 3),
    "tanh": (np.tanh, -0.4, 1 / math.cosh(0.4) ** 2),
    "cubic": (lambda x: x**3 - 2 * x + 2, 1.3, 3 * 1.3**2 - 2),
}


@cache
def noisy_slopes(level: float, method: Adaptive) -> list[tuple[str, Estimate, float]]:
    """500 of them, each with noise of its own, uniform between -level and level."""
    found = []
    for name, (f, x, exact) in CURVES.items():
        for salt in range(100):
            noisy = secant.derivative(
                lambda t, f=f, salt=salt: f(t) + level * _hash_noise(t, salt), x, method=method, full_output=True
            )
            found.append((f"{name}, noise {level:g}, salt {salt}", noisy, exact))
    return found


# Measured: 100, 99.8, 99.6 and 99.8 %; the median bar is 8 to 17 times the true error.
@pytest.mark.parametrize("level", SIGMAS)
def test_bars_hold_where_noise_is_measured(level: float) -> None:
    ledger = Ledger()
    for name, found, exact in noisy_slopes(level, Adaptive()):
        ledger.add(name, found, exact)
    ledger.check(share=0.99, tightness=30)


# Measured: all of them, and a median of 10 to 16 times the true error.
@pytest.mark.parametrize("level", SIGMAS)
def test_bars_hold_where_noise_is_given(level: float) -> None:
    ledger = Ledger()
    for name, found, exact in noisy_slopes(level, Adaptive(noise=level / math.sqrt(3))):
        ledger.add(name, found, exact)
        assert Status(found.status) is Status.OK, name
    ledger.check(share=0.99, tightness=30)


# Measured: 99.4 % and more.
@pytest.mark.parametrize("level", SIGMAS)
def test_noise_has_a_status(level: float) -> None:
    said = [Status(found.status) for _, found, _ in noisy_slopes(level, Adaptive())]
    assert said.count(Status.NOISY) >= 0.8 * len(said)
    # Noise is no kink, no jump, and no pole; where it is as large as what f does on the scale of x, it may look rough.
    assert set(said) <= {Status.OK, Status.NOISY, Status.ROUGH}
    assert said.count(Status.ROUGH) <= 0.01 * len(said)


# Measured: 99.8 % for the first, all of the others.
@pytest.mark.parametrize("level", SIGMAS)
def test_bars_of_noisy_functions_are_of_use(level: float) -> None:
    errors = np.array([found.error for _, found, _ in noisy_slopes(level, Adaptive())])
    assert np.mean(errors <= 1e4 * level) >= 0.9


def test_given_noise_that_is_not_there_widens_the_bars() -> None:
    errors = []
    for noise in (0.0, 1e-12, 1e-9, 1e-6, 1e-3):
        found = secant.derivative(np.exp, 1.0, method=Adaptive(noise=noise), full_output=True)
        assert holds(found, math.e)
        assert found.error >= 2 * noise  # the noise of two values, over a step below 1/2
        errors.append(float(found.error))
    assert errors == sorted(errors)
    assert errors[0] == secant.derivative(np.exp, 1.0, full_output=True).error


def test_given_noise_is_believed_even_where_it_is_large() -> None:
    level = 1e-2
    for salt in range(100):
        found = secant.derivative(
            lambda t, salt=salt: np.exp(t) + level * _hash_noise(t, salt),
            0.5,
            method=Adaptive(noise=level / math.sqrt(3)),
            full_output=True,
        )
        assert holds(found, math.exp(0.5))
        assert Status(found.status) is Status.OK


def test_noise_makes_steps_wide() -> None:
    steps = [
        secant.derivative(np.exp, 1.0, method=Adaptive(noise=noise), full_output=True).step
        for noise in (0.0, 1e-12, 1e-9, 1e-6, 1e-3)
    ]
    assert steps == sorted(steps)
    assert 16 * steps[0] <= steps[-1] <= 0.5


# Values with relative noise are noisier where they are larger: next to x there may be little of it.
@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda x: x**5 - 3 * x, 1e-3, 5e-12 - 3),
        (np.exp, -7.7, math.exp(-7.7)),
        (np.sin, 100.3, math.cos(100.3)),
        (lambda x: np.sin(20 * x), 0.31, 20 * math.cos(6.2)),
    ],
    ids=["x^5-3x at 1e-3", "exp at -7.7", "sin at 100.3", "sin(20 x) at 0.31"],
)
def test_bars_hold_where_noise_is_relative(f: Any, x: float, slope: float) -> None:
    ledger = Ledger()
    for level in (1e-4, 1e-6, 1e-8, 1e-11):
        for salt in range(50):
            found = secant.derivative(
                lambda t, level=level, salt=salt: f(t) * (1 + level * _hash_noise(t, salt)), x, full_output=True
            )
            ledger.add(f"noise {level:g}, salt {salt}", found, np.float64(slope))
    ledger.check(share=0.98)  # of 200: three may miss by chance


# As in a file of text, or from a program that prints its results.
@pytest.mark.parametrize("decimals", [4, 6, 9])
def test_rounded_values_are_noise(decimals: int) -> None:
    ledger = Ledger()
    statuses = []
    for x in np.linspace(0.37, 2.93, 40):
        for method in (Adaptive(), Adaptive(rtol=1e-9)):
            found = secant.derivative(lambda t: np.round(np.arctan(t), decimals), x, method=method, full_output=True)
            ledger.add(f"arctan at {x}", found, np.float64(1 / (1 + x * x)))
            statuses.append(Status(found.status))
            assert found.error <= 1e3 * 10.0**-decimals
    ledger.check(share=0.97)  # of 80
    assert set(statuses) <= {Status.NOISY, Status.TOLERANCE}
