"""Right patterns are never refused: a function may behave badly, and its derivative be poor, the pattern is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import secant
from colorings import P
from scalar_problems import _hash_noise
from secant import Adaptive, FiniteDifference

if TYPE_CHECKING:
    from collections.abc import Callable

N = 12
BAND = P.banded(N, 1)
X = np.linspace(0.5, 1.5, N)
METHODS: dict[str, Any] = {
    "forward": "forward",
    "backward": "backward",
    "central": "central",
    "order 4": FiniteDifference("central", 4),
    "adaptive": "adaptive",
}


def coupled(g: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """g of each entry, and of its neighbours."""

    def f(x: Any) -> Any:
        y = g(x)
        total = 2 * y
        total[1:] += y[:-1]
        total[:-1] -= y[1:]
        return total

    return f


# Smooth, at one scale or another.
SMOOTH: dict[str, tuple[Any, Any]] = {
    "straight": (coupled(lambda x: x), X),
    "curved": (coupled(lambda x: np.exp(3 * x)), X),
    "a high power": (coupled(lambda x: x**9), X),
    "waves": (coupled(lambda x: np.sin(30 * x)), X),
    "a pole nearby": (coupled(lambda x: 1 / (x - 0.45)), X),
    "large variables": (coupled(lambda x: np.sin(x / 1e8)), 1e8 * X),
    "large values": (coupled(lambda x: 1e200 * np.sin(x)), X),
    "small values": (coupled(lambda x: 1e-200 * np.sin(x)), X),
    "zero": (lambda x: 0 * x, X),
    "slopes that cancel": (lambda x: np.sin(x) - np.cos(x), np.full(N, -np.pi / 4)),
    "stationary": (coupled(lambda x: x * x), np.zeros(N)),
    "mixed scales": (lambda x: np.sin(x / 10.0 ** np.arange(N)) * 10.0 ** np.arange(N), X * 10.0 ** np.arange(N)),
    # Variables of a millionth, of which nobody has said that they are so small.
    "waves in small variables": (coupled(lambda x: np.sin(1e6 * x)), 1e-6 * X),
    "saturation in small variables": (coupled(lambda x: np.tanh(1e6 * x)), 1e-6 * X),
    "poles in small variables": (coupled(lambda x: 1e-3 / (1e-6 + x)), 1e-6 * X),
}

# Corners, on x and next to it, as of abs, max, and of upwind differences.
KINKED: dict[str, tuple[Any, Any]] = {
    "abs far from zero": (coupled(np.abs), X),
    "abs at zero": (coupled(np.abs), np.zeros(N)),
    "abs near zero": (coupled(np.abs), np.full(N, 1e-6)),
    "max at its corner": (coupled(lambda x: np.maximum(x, 0.0)), np.zeros(N)),
    "max near its corner": (coupled(lambda x: np.maximum(x, 0.0)), np.resize([1e-6, -1e-6, 1.0], N)),
    "max of neighbours that are equal": (
        lambda x: np.maximum(np.maximum(np.roll(x, 1), x), np.roll(x, -1))[1:-1],
        np.ones(N),
    ),
    "abs among many variables": (coupled(np.abs), np.append(np.linspace(-1, 1, N - 1), 1e-5)),
    "clipped": (coupled(lambda x: np.clip(x, 0.9, 1.0)), np.full(N, 1.0)),
    "a step": (coupled(lambda x: np.where(x > 1, 1.0, 0.0)), np.resize([1.0, 0.5], N)),
    "a step nearby": (coupled(lambda x: np.where(x > 1, 1.0, 0.0)), np.full(N, 1 - 1e-4)),
    "a root": (coupled(np.cbrt), np.zeros(N)),
}

# Noise, and values of few digits.
COARSE: dict[str, tuple[Any, Any]] = {
    "noise of 1e-8": (lambda x: coupled(np.sin)(x) + 1e-8 * _hash_noise(coupled(np.sin)(x)), X),
    "noise of 1e-5": (lambda x: coupled(np.sin)(x) + 1e-5 * _hash_noise(coupled(np.sin)(x)), X),
    "noise of 1e-2": (lambda x: coupled(np.sin)(x) + 1e-2 * _hash_noise(coupled(np.sin)(x)), X),
    "nine digits": (lambda x: np.round(coupled(np.sin)(x), 9), X),
    "four digits": (lambda x: np.round(coupled(np.sin)(x), 4), X),
    "whole numbers": (lambda x: np.round(coupled(np.sin)(x)), X),
    "single precision inside": (lambda x: coupled(np.sin)(x.astype("f4")).astype("d"), X),
    "far from zero": (coupled(lambda x: 1e8 + np.sin(x)), X),
    "very far from zero": (coupled(lambda x: 1e12 + np.sin(x)), X),
}

CASES = {"smooth": SMOOTH, "kinked": KINKED, "coarse": COARSE}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, some in CASES.items() for name in some])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_jacobians(kind: str, name: str, method: str) -> None:
    f, x = CASES[kind][name]
    pattern = P.banded((N - 2, N), 0, 2) if name == "max of neighbours that are equal" else BAND
    secant.Jacobian(f, method=METHODS[method], sparsity=pattern, verify="always")(x)


@pytest.mark.parametrize("name", ["waves in small variables", "saturation in small variables", "curved", "waves"])
def test_jacobians_by_the_complex_step(name: str) -> None:
    f, x = SMOOTH[name]
    secant.Jacobian(f, method="complex", sparsity=BAND, verify="always")(x)


@pytest.mark.parametrize("dtype", ["f", "d", "g", "F", "D"])
@pytest.mark.parametrize("method", METHODS)
def test_precisions(method: str, dtype: str) -> None:
    f = coupled(lambda x: np.exp(x) * np.array(1 + 1j if dtype in "FD" else 1, dtype))
    for x in (X, X.astype("f")):
        secant.Jacobian(lambda z: f(z).astype(dtype), method=METHODS[method], sparsity=BAND, verify="always")(x)


@pytest.mark.parametrize(
    "method",
    [
        FiniteDifference("forward", step=1e-3),
        FiniteDifference("forward", step=0.1),
        FiniteDifference("central", step=0.1),
        FiniteDifference("central", step=0.5),
        FiniteDifference("central", order=8, step=1e-9),
        FiniteDifference("forward", step=1e-14),
        Adaptive(rtol=0.1, max_evaluations=9),
    ],
    ids=str,
)
def test_crude_methods(method: Any) -> None:
    # Large steps are what noise asks for; that they are inexact says nothing of the pattern.
    secant.Jacobian(coupled(np.exp), method=method, sparsity=BAND, verify="always")(X)


@pytest.mark.parametrize("room", [0.0, 1e-14, 1e-12, 1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize("method", METHODS)
def test_little_room(method: str, room: float) -> None:
    for below, above in ((0.0, 1.0), (room, 1.0), (1.0, room), (room, 2 * room)):
        if below == above == 0 or max(below, above) < 1e-13:
            continue
        bounds = (X - below, X + above)
        J = secant.Jacobian(coupled(np.exp), method=METHODS[method], bounds=bounds, sparsity=BAND, verify="always")
        J(X)


@pytest.mark.parametrize("level", [1e-12, 1e-8, 1e-5, 1e-2])
@pytest.mark.parametrize("method", METHODS)
def test_noise_that_depends_on_all_variables(method: str, level: float) -> None:
    # As that of a sum whose order changes, of an iteration that stops early, of a simulation.
    for salt in range(10):

        def f(x: Any, salt: int = salt) -> Any:
            y = coupled(np.sin)(x)
            return y + level * _hash_noise(y + np.sum(x), salt)

        secant.Jacobian(f, method=METHODS[method], sparsity=BAND, verify="always")(X)


@pytest.mark.parametrize("method", METHODS)
def test_noise_that_is_never_the_same(method: str) -> None:
    random = np.random.default_rng(0)

    def f(x: Any) -> Any:
        return coupled(np.sin)(x) + 1e-6 * random.normal(size=N)

    def value(x: Any) -> Any:
        return potential(np.exp)(x) + 1e-6 * random.normal()

    for _ in range(5):
        secant.Jacobian(f, method=METHODS[method], sparsity=BAND, verify="always")(X)
        secant.Hessian(value, method=METHODS[method], sparsity=BAND, verify="always")(X)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("x", [0.0, 1e-9, 0.5])
def test_fourier_transforms_mix_the_rounding_of_all_variables(x: float, method: str) -> None:
    def f(z: Any) -> Any:
        return np.fft.ifft(np.fft.fft(z)).real ** 2

    secant.Jacobian(f, method=METHODS[method], sparsity=P.diagonal(N), verify="always")(np.full(N, x))


def potential(g: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A sum over entries and products of neighbours."""
    return lambda x: np.sum(g(x)) + np.sum(x[1:] * x[:-1])


@pytest.mark.parametrize("given", ["values", "gradient"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("name", "g", "slope", "x"),
    [
        ("curved", np.exp, np.exp, X),
        ("waves", lambda x: np.sin(20 * x), lambda x: 20 * np.cos(20 * x), X),
        ("far from zero", lambda x: 1e8 + x**2, lambda x: 2 * x, X),
        ("very far from zero", lambda x: 1e12 + x**2, lambda x: 2 * x, X),
        ("a corner of the slope", lambda x: np.maximum(x, 0) ** 2, lambda x: 2 * np.maximum(x, 0), np.zeros(N)),
        ("a corner nearby", lambda x: np.maximum(x, 0) ** 2, lambda x: 2 * np.maximum(x, 0), np.full(N, 1e-6)),
        ("a corner", np.abs, np.sign, np.resize([0.0, 1.0], N)),
        ("noise", lambda x: x**2 + 1e-8 * _hash_noise(x), lambda x: 2 * x + 1e-8 * _hash_noise(x), X),
        ("small variables", lambda x: np.cos(1e6 * x), lambda x: -1e6 * np.sin(1e6 * x), 1e-6 * X),
        ("large variables", lambda x: np.cos(x / 1e8), lambda x: -1e-8 * np.sin(x / 1e8), 1e8 * X),
        ("four digits", lambda x: np.round(x**3, 4), lambda x: np.round(3 * x**2, 4), X),
    ],
    ids=[
        "curved",
        "waves",
        "far from zero",
        "very far from zero",
        "a corner of the slope",
        "a corner nearby",
        "a corner",
        "noise",
        "small variables",
        "large variables",
        "four digits",
    ],
)
def test_hessians(name: str, g: Any, slope: Any, x: Any, method: str, given: str) -> None:
    def gradient(z: Any) -> Any:
        d = slope(z)
        d[1:] += z[:-1]
        d[:-1] += z[1:]
        return d

    grad = gradient if given == "gradient" else None
    secant.Hessian(potential(g), grad=grad, method=METHODS[method], sparsity=BAND, verify="always")(x)


@pytest.mark.parametrize("level", [1e-12, 1e-8, 1e-5, 1e-2])
@pytest.mark.parametrize("method", METHODS)
def test_hessians_of_noisy_values(method: str, level: float) -> None:
    for salt in range(10):

        def f(x: Any, salt: int = salt) -> Any:
            y = potential(np.exp)(x)
            return y + level * _hash_noise(y, salt)

        secant.Hessian(f, method=METHODS[method], sparsity=BAND, verify="always")(X)


@pytest.mark.parametrize("room", [1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize("method", ["forward", "central", "adaptive"])
def test_hessians_in_little_room(method: str, room: float) -> None:
    for below, above in ((0.0, room), (room, 0.0), (room, room)):
        bounds = (X - below, X + above)
        secant.Hessian(potential(np.exp), method=method, bounds=bounds, sparsity=BAND, verify="always")(X)


@pytest.mark.parametrize("method", ["forward", "central", "adaptive"])
def test_many_variables_some_of_which_are_next_to_a_corner(method: str) -> None:
    # In a field of normal numbers, one of ten thousand is within 1e-4 of zero.
    n = 30_000
    x = np.random.default_rng(0).normal(size=n)
    secant.jacobian(coupled(np.abs), x, method=method, sparsity=P.banded(n, 1))
