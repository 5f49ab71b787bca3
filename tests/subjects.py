"""What checkers of derivatives are tried on: functions with derivatives that are exact at any point, not only at x.

Closed forms are evaluated in longdouble where they cancel. Functions that are noisy, or not smooth, come with the
derivative that someone would write down: that of the function without the noise, and at a kink one of its slopes. It
is right, and a checker that refuses it raises a false alarm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array, issparse

from multivariate_problems import MULTIVARIATE
from problems import CATALOGUE
from scalar_problems import _bisection, _hash_noise, _printed, quiet
from secant import SparsityPattern
from sparse_maps import SparseMap

Array = npt.NDArray[Any]
Function = Callable[[Array], Any]
Kind = Literal["gradient", "jacobian", "hessian", "sparse"]
Tag = Literal["smooth", "scaled", "noisy", "kinked", "complex"]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A function, its exact derivative at any x near, and a point."""

    name: str
    kind: Kind
    """Of the derivative: (n,), (m, n), (n, n), or a csr_array (m, n)."""
    f: Function = field(repr=False)
    """A 1-D float64 array, as long as x, to a number, or to a 1-D array for Jacobians."""
    x: tuple[float, ...]
    derivative: Function = field(repr=False)
    tags: frozenset[Tag] = frozenset({"smooth"})
    gradient: Function | None = field(default=None, repr=False)
    """Of subjects whose derivative is a Hessian."""
    gauss_newton: Function | None = field(default=None, repr=False)
    """Of Hessians of sums of squares: the part without second derivatives."""
    slopes: Callable[[Array], tuple[Any, Any]] | None = field(default=None, repr=False)
    """At kinks: the derivatives with the least and with the largest entries that are right."""
    spread: float = 1e-2
    """How far, relative to x, `point` may go; 0 where x is next to a kink and has to stay there."""

    def point(self, random: np.random.Generator | None = None) -> Array:
        """x, as a new array; or a point near it."""
        x = np.array(self.x, dtype=np.float64)
        if random is None or self.spread == 0:
            return x
        return x + self.spread * np.where(x == 0, 1.0, np.abs(x)) * random.uniform(-1, 1, x.size)

    def matrix(self, x: Array) -> Array:
        """The derivative at x as a dense matrix, of one row for a gradient."""
        return dense(self.derivative(x))

    def right(self, x: Array) -> tuple[Array, Array]:
        """The least and the largest entries that are right at x: the same but at kinks."""
        if self.slopes is None:
            return self.matrix(x), self.matrix(x)
        low, high = (dense(slope) for slope in self.slopes(x))
        return np.minimum(low, high), np.maximum(low, high)

    @property
    def shape(self) -> tuple[int, int]:
        """That of the matrix."""
        found = self.derivative(self.point()).shape
        return found if len(found) == 2 else (1, *found)

    def values(self) -> Function:
        """What the derivative is the first derivative of: of a Hessian, the gradient."""
        if self.kind != "hessian":
            return self.f
        assert self.gradient is not None
        return self.gradient


def dense(derivative: Any) -> Array:
    """As a dense matrix, of one row for a gradient."""
    return np.atleast_2d(derivative.toarray() if issparse(derivative) else np.asarray(derivative))


def _closed(formula: Function) -> Function:
    """A formula evaluated in longdouble."""
    return lambda x: np.asarray(formula(np.asarray(x, dtype=np.longdouble)), dtype=np.float64)


def _draw(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).round(3)


def _tags(*tags: Tag) -> frozenset[Tag]:
    return frozenset(tags)


# ----------------------------------------------------------------------------------------------------------------------
# smooth: of the problem sets

_SECOND_POINTS = {
    "chained rosenbrock, elsewhere",
    "quadratic form, elsewhere",
    "product, elsewhere",
    "logsumexp, with one large entry",
    "softmax, with one large entry",
    "spherical coordinates, near the axis",
    "lorenz, on its attractor",
    "kowalik-osborne, near its minimum",
}


def _from_problems() -> list[Subject]:
    chosen = [p for p in CATALOGUE if np.ndim(p.x)]
    chosen += [p.closed for p in MULTIVARIATE if p.closed and p.name in _SECOND_POINTS]
    found = []
    for p in chosen:
        kind: Kind = "gradient" if p.hessian else "jacobian"
        first = _closed(p.jacobian)
        found.append(Subject(f"{p.name}, {kind}", kind, p.f, tuple(p.x), first))
        if p.hessian:
            found.append(Subject(f"{p.name}, Hessian", "hessian", p.f, tuple(p.x), _closed(p.hessian), gradient=first))
    return found


def _of_one_variable() -> list[Subject]:
    def subject(p: Any) -> Subject:
        return Subject(p.name, "gradient", lambda x: p.f(x[0]), (p.x,), lambda x: np.array([p.jacobian(x[0])]))

    return [subject(p) for p in CATALOGUE if p.name in {"exp", "lyness", "runge"}]


# ----------------------------------------------------------------------------------------------------------------------
# smooth: of statistics and learning, with more variables


def _logistic(observations: int, variables: int) -> tuple[Function, Function, Function]:
    A, y = _draw(observations, variables), np.where(_draw(observations, seed=1) > 0, 1.0, -1.0)

    def f(x: Array) -> Any:
        return np.sum(np.logaddexp(0, -y * (A @ x))) + 0.05 * np.sum(x * x)

    def slope(x: Array) -> Array:
        return 1 / (1 + np.exp(y * (A @ x)))

    def gradient(x: Array) -> Array:
        return 0.1 * x - A.T @ (y * slope(x))

    def hessian(x: Array) -> Array:
        return 0.1 * np.eye(variables) + A.T @ ((slope(x) * (1 - slope(x)))[:, None] * A)

    return f, gradient, hessian


def _network(x: Array, inputs: int = 4, hidden: int = 6, observations: int = 12) -> tuple[Any, Array]:
    """The loss of a network of tanh, and its gradient by hand."""
    data, target = _draw(observations, inputs, seed=2), _draw(observations, seed=3)
    W, b, v = x[: inputs * hidden].reshape(inputs, hidden), x[inputs * hidden : -hidden], x[-hidden:]
    t = np.tanh(data @ W + b)
    r = t @ v - target
    back = np.outer(r, v) * (1 - t * t)
    return np.sum(r * r) / 2, np.concatenate([(data.T @ back).ravel(), back.sum(axis=0), t.T @ r])


def _least_squares(
    name: str, residuals: Function, jacobian: Function, second: Callable[[Array, Array], Array], x: tuple[float, ...]
) -> Subject:
    """Half the sum of squares. `second` is the sum of residuals times their Hessians."""

    def gauss_newton(x: Array) -> Array:
        return jacobian(x).T @ jacobian(x)

    return Subject(
        name,
        "hessian",
        lambda x: np.sum(residuals(x) ** 2) / 2,
        x,
        lambda x: gauss_newton(x) + second(x, residuals(x)),
        gradient=lambda x: jacobian(x).T @ residuals(x),
        gauss_newton=gauss_newton,
    )


def _sums_of_squares() -> list[Subject]:
    t = np.linspace(0, 2, 9)
    y = 2.5 * np.exp(-1.2 * t) + 0.4 + 0.1 * _draw(9, seed=4)

    def decay(x: Array) -> Array:
        return x[0] * np.exp(-x[1] * t) + x[2] - y

    def decay_jacobian(x: Array) -> Array:
        e = np.exp(-x[1] * t)
        return np.stack([e, -x[0] * t * e, np.ones(9)], axis=1)

    def decay_second(x: Array, r: Array) -> Array:
        e = np.exp(-x[1] * t)
        mixed, own = -r @ (t * e), r @ (x[0] * t * t * e)
        return np.array([[0, mixed, 0], [mixed, own, 0], [0, 0, 0]])

    A, w = _draw(10, 8, seed=5), _draw(8, seed=6)

    def separable(x: Array) -> Array:
        return A @ x + 0.2 * np.append(x * x, [0, 0]) - 1

    def one_curved(x: Array) -> Array:
        return np.append(A @ x - 1, (w @ x) ** 2 / 2 - 3)

    return [
        _least_squares("exponential decay, least squares", decay, decay_jacobian, decay_second, (2.2, 0.9, 0.6)),
        _least_squares(
            "separable residuals, least squares",
            separable,
            lambda x: A + np.vstack([np.diag(0.4 * x), np.zeros((2, 8))]),
            lambda x, r: np.diag(0.4 * r[:8]),
            tuple(_draw(8, seed=7)),
        ),
        _least_squares(
            "one curved residual, least squares",
            one_curved,
            lambda x: np.vstack([A, (w @ x) * w]),
            lambda x, r: r[-1] * np.outer(w, w),
            tuple(_draw(8, seed=8)),
        ),
    ]


def _larger() -> list[Subject]:
    f, gradient, _ = _logistic(80, 60)
    small, small_gradient, small_hessian = _logistic(40, 12)
    square, wide, tall = _draw(20, 20, seed=9) / 4, _draw(12, 30, seed=10) / 4, _draw(40, 6, seed=11)

    def layer(name: str, W: Array) -> Subject:
        x = tuple(_draw(W.shape[1], seed=12))
        slope = lambda x: W / np.cosh(W @ x)[:, None] ** 2  # noqa: E731
        return Subject(name, "jacobian", lambda x: np.tanh(W @ x) + 0.3, x, slope)

    softmax = lambda x: np.exp(x - np.max(x)) / np.sum(np.exp(x - np.max(x)))  # noqa: E731
    twenty = tuple(np.round(2 * np.sin(np.arange(20.0)), 3))
    return [
        Subject("logistic regression, 60 variables", "gradient", f, tuple(_draw(60, seed=13)), gradient),
        Subject(
            "logistic regression, Hessian",
            "hessian",
            small,
            tuple(_draw(12, seed=14)),
            small_hessian,
            gradient=small_gradient,
        ),
        Subject(
            "neural network, 36 weights",
            "gradient",
            lambda x: _network(x)[0],
            tuple(0.7 * _draw(36, seed=15)),
            lambda x: _network(x)[1],
        ),
        Subject("log-sum-exp, 20 variables", "gradient", lambda x: np.log(np.sum(np.exp(x))), twenty, _closed(softmax)),
        Subject(
            "log-sum-exp, Hessian, 20 variables",
            "hessian",
            lambda x: np.log(np.sum(np.exp(x))),
            twenty,
            lambda x: np.diag(softmax(x)) - np.outer(softmax(x), softmax(x)),
            gradient=softmax,
        ),
        layer("layer of tanh, 20 × 20", square),
        layer("layer of tanh, 12 × 30", wide),
        layer("layer of tanh, 40 × 6", tall),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# complex values of a real x


def _complex() -> list[Subject]:
    def subject(name: str, f: Function, x: tuple[float, ...], jacobian: Function) -> Subject:
        return Subject(name, "jacobian", f, x, jacobian, _tags("smooth", "complex"))

    w, t = np.linspace(0.2, 3, 8), np.linspace(0, 3, 7)

    def below(x: Array) -> Array:
        return 1 - (w / x[0]) ** 2 + 2j * x[1] * w / x[0]

    def resonance(x: Array) -> Array:
        by_frequency = 2 * w**2 / x[0] ** 3 - 2j * x[1] * w / x[0] ** 2
        return np.stack([-by_frequency / below(x) ** 2, -2j * w / x[0] / below(x) ** 2], axis=1)

    def wave(x: Array) -> Array:
        return x[0] * np.exp((1j * x[1] - x[2]) * t)

    def wave_jacobian(x: Array) -> Array:
        e = np.exp((1j * x[1] - x[2]) * t)
        return np.stack([e, 1j * t * x[0] * e, -t * x[0] * e], axis=1)

    grid = np.exp(-2j * np.pi * np.outer(np.arange(6), np.arange(6)) / 6)
    return [
        subject("resonance", lambda x: 1 / below(x), (1.3, 0.15), resonance),
        subject("damped wave", wave, (1.4, 2.3, 0.3), wave_jacobian),
        subject(
            "Fourier transform of exp",
            lambda x: grid @ np.exp(x),
            tuple(_draw(6, seed=16)),
            lambda x: grid * np.exp(x),
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# badly scaled


def rescaled(subject: Subject, columns: Array, rows: Array | float = 1.0) -> Subject:
    """The same function in other units: its variables times `columns`, its values times `rows`."""

    def change(derivative: Array) -> Array:
        if subject.kind == "hessian":
            return rows * derivative / np.outer(columns, columns)
        return (rows * (derivative / columns).T).T

    gradient = subject.gradient
    return Subject(
        f"{subject.name}, rescaled",
        subject.kind,
        quiet(lambda x: rows * subject.f(x / columns)),
        tuple(np.array(subject.x) * columns),
        lambda x: change(subject.derivative(x / columns)),
        _tags("scaled"),
        None if gradient is None else lambda x: rows * gradient(x / columns) / columns,
    )


def _powell_badly_scaled() -> list[Subject]:
    def f(x: Array) -> Any:
        return (1e4 * x[0] * x[1] - 1) ** 2 + (np.exp(-x[0]) + np.exp(-x[1]) - 1.0001) ** 2

    def gradient(x: Array) -> Array:
        r, e = 1e4 * x[0] * x[1] - 1, np.exp(-x)
        return 2e4 * r * x[::-1] - 2 * (e[0] + e[1] - 1.0001) * e

    def hessian(x: Array) -> Array:
        r, e = 1e4 * x[0] * x[1] - 1, np.exp(-x)
        own = 2e8 * x[::-1] ** 2 + 2 * e * e + 2 * (e[0] + e[1] - 1.0001) * e
        mixed = 2e8 * x[0] * x[1] + 2e4 * r + 2 * e[0] * e[1]
        return np.array([[own[0], mixed], [mixed, own[1]]])

    first, scaled, x = _closed(gradient), _tags("scaled"), (1.1e-5, 9.1)
    return [
        Subject("powell badly scaled, gradient", "gradient", f, x, first, scaled),
        Subject("powell badly scaled, Hessian", "hessian", f, x, _closed(hessian), scaled, first),
    ]


def _physical() -> list[Subject]:
    def subject(name: str, kind: Kind, f: Function, x: tuple[float, ...], derivative: Function) -> Subject:
        return Subject(name, kind, quiet(f), x, _closed(derivative), _tags("scaled"))

    strength = 1.32712440018e20

    def gravity(x: Array) -> Array:
        return -strength * x / np.sqrt(np.sum(x * x)) ** 3

    def gravity_jacobian(x: Array) -> Array:
        r = np.sqrt(np.sum(x * x))
        return strength * (3 * np.outer(x, x) / r**5 - np.eye(3) / r**3)

    def pressure(x: Array) -> Any:
        t, v = x
        return 8.314462618 * t / (v - 2.97e-5) - 6.46 / (np.sqrt(t) * v * (v + 2.97e-5))

    def pressure_gradient(x: Array) -> Array:
        t, v = x
        above = 6.46 / (np.sqrt(t) * v * (v + 2.97e-5))
        by_volume = above / v + above / (v + 2.97e-5) - 8.314462618 * t / (v - 2.97e-5) ** 2
        return np.array([8.314462618 / (v - 2.97e-5) + above / (2 * t), by_volume])

    def robertson(x: Array) -> Array:
        first, second, third = 0.04 * x[0], 3e7 * x[1] ** 2, 1e4 * x[1] * x[2]
        return np.array([third - first, first - second - third, second])

    def robertson_jacobian(x: Array) -> Array:
        _, b, c = x
        return np.array([[-0.04, 1e4 * c, 1e4 * b], [0.04, -6e7 * b - 1e4 * c, -1e4 * b], [0, 6e7 * b, 0]])

    t = 45.0 + 5 * np.arange(1, 17)

    def meyer(x: Array) -> Array:
        return x[0] * np.exp(x[1] / (t + x[2])) - 1e4

    def meyer_jacobian(x: Array) -> Array:
        e = np.exp(x[1] / (t + x[2]))
        return np.stack([e, x[0] * e / (t + x[2]), -x[0] * x[1] * e / (t + x[2]) ** 2], axis=1)

    dose = np.array([77.6, 141.1, 239.9, 332.8, 434.8, 536.8, 689.1, 760.0])

    def misra(x: Array) -> Array:
        return x[0] * (1 - np.exp(-x[1] * dose))

    def misra_jacobian(x: Array) -> Array:
        e = np.exp(-x[1] * dose)
        return np.stack([1 - e, x[0] * dose * e], axis=1)

    return [
        subject("gravity of the sun", "jacobian", gravity, (1.47e11, 2.1e10, -3.2e6), gravity_jacobian),
        subject("redlich-kwong, gas", "gradient", pressure, (300.0, 1e-2), pressure_gradient),
        subject("redlich-kwong, dense", "gradient", pressure, (320.0, 8e-5), pressure_gradient),
        subject("robertson", "jacobian", robertson, (0.7, 9.2e-6, 0.3), robertson_jacobian),
        subject("meyer", "jacobian", meyer, (5.61e-3, 6.18e3, 3.45e2), meyer_jacobian),
        subject("misra1a", "jacobian", misra, (238.9, 5.5e-4), misra_jacobian),
        subject(
            "brown badly scaled",
            "gradient",
            lambda x: (x[0] - 1e6) ** 2 + (x[1] - 2e-6) ** 2 + (x[0] * x[1] - 2) ** 2,
            (9e5, 3e-6),
            lambda x: 2 * (x - np.array([1e6, 2e-6])) + 2 * (x[0] * x[1] - 2) * x[::-1],
        ),
    ]


def _rescaled(others: list[Subject]) -> list[Subject]:
    by_name = {subject.name: subject for subject in others}
    return [
        rescaled(by_name["lorenz, jacobian"], np.array([1e-9, 1.0, 1e9]), np.array([1e-8, 1.0, 1e8])),
        rescaled(by_name["softmax, jacobian"], np.array([1e-6, 1e-3, 1e4]), np.array([1e8, 1.0, 1e-8])),
        rescaled(by_name["kowalik-osborne, jacobian"], np.array([1e-9, 1e-5, 1e3, 1e9]), 1e5),
        rescaled(by_name["chained rosenbrock, gradient"], 10.0 ** np.arange(-6, 6, 2), 1e-6),
        rescaled(by_name["wood, Hessian"], np.array([1e-3, 1.0, 1e2, 1e4])),
        rescaled(by_name["logsumexp, Hessian"], np.array([1e-2, 1e2, 1e-4, 1e5]), 1e3),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# noisy


def _noise(x: Array, salt: int) -> Any:
    """In [-1, 1], another number for every x, and never a sum of functions of single variables."""
    return _hash_noise(np.sum(_hash_noise(x, salt) * np.arange(1, x.size + 1)), salt)


def _noisy(others: list[Subject]) -> list[Subject]:
    by_name = {subject.name: subject for subject in others}

    def disturbed(name: str, what: str, change: Callable[[Function, Array], Any]) -> Subject:
        base = by_name[name]
        f = partial(change, base.f)
        return Subject(
            f"{name}, {what}", base.kind, f, base.x, base.derivative, _tags("noisy"), base.gradient, spread=base.spread
        )

    def relative(level: float) -> Callable[[Function, Array], Any]:
        def change(f: Function, x: Array) -> Any:
            y = np.asarray(f(x))
            salts = range(1, y.size + 1)
            return y * (1 + level * np.reshape([_noise(x, salt) for salt in salts], y.shape))

        return change

    def single(f: Function, x: Array) -> Any:
        return np.float64(1) * f(x.astype(np.float32))

    def stored(f: Function, x: Array) -> Any:
        return np.float64(1) * np.float32(f(x))

    return [
        disturbed("rosenbrock, gradient", "nine digits", lambda f, x: _printed(f(x), 9)),
        disturbed("logsumexp, gradient", "six digits", lambda f, x: _printed(f(x), 6)),
        disturbed("lorenz, jacobian", "seven digits", lambda f, x: _printed(f(x), 7)),
        disturbed("quadratic form, gradient", "noise 1e-8", relative(1e-8)),
        disturbed("wood, gradient", "noise 1e-5", relative(1e-5)),
        disturbed("spherical coordinates, jacobian", "noise 1e-10", relative(1e-10)),
        disturbed("beale, Hessian", "noise 1e-10", relative(1e-10)),
        disturbed("branin, gradient", "1e6 added and subtracted", lambda f, x: (f(x) + 1e6) - 1e6),
        disturbed("softmax, jacobian", "in float32", single),
        disturbed("layer of tanh, 20 × 20", "stored in float32", stored),
    ]


def _solved() -> list[Subject]:
    """Results of solvers that stop at a tolerance."""
    B, A = 0.25 * _draw(4, 4, seed=17), _draw(4, 3, seed=18)

    def equilibrium(x: Array, tolerance: float, start: Any) -> Array:
        """The y with y = A x + tanh(B y), by fixed-point iteration."""
        y, before = np.zeros(4) + start, np.full(4, np.inf)
        while np.max(np.abs(y - before)) > tolerance:
            before, y = y, A @ x + np.tanh(B @ y)
        return y

    def equilibrium_jacobian(x: Array) -> Array:
        y = equilibrium(x, 1e-15, 0.0)
        return np.linalg.solve(np.eye(4) - B / np.cosh(B @ y)[:, None] ** 2, A)

    def crossing_jacobian(x: Array) -> Array:
        t = np.array([_bisection(slope, 1e-10) for slope in x])
        for _ in range(3):
            t = t - (np.cos(t) - x * t) / (-np.sin(t) - x)
        return np.diag(-t / (np.sin(t) + x))

    noisy = _tags("noisy")
    return [
        # The start is that of a solver that begins where it was led last: as good as random.
        Subject(
            "fixed-point iteration to 1e-8",
            "jacobian",
            lambda x: equilibrium(x, 1e-8, _noise(x, 5)),
            (0.4, -0.8, 1.1),
            equilibrium_jacobian,
            noisy,
        ),
        Subject(
            "bisection to 1e-8",
            "jacobian",
            lambda x: np.array([_bisection(slope) for slope in x]),
            (0.7, 1.1, 2.3),
            crossing_jacobian,
            noisy,
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# with kinks


def _kinked() -> list[Subject]:
    def subject(name: str, f: Function, x: Any, slope: Function, *, at: bool = True, **options: Any) -> Subject:
        kind = options.pop("kind", "gradient")
        return Subject(name, kind, f, tuple(x), slope, _tags("kinked"), spread=0.0 if at else 1e-2, **options)

    c = np.array([0.5, -1.0, 2.0, 0.25, -3.0])

    def away(d: float) -> Array:
        return c + np.array([d, 1, -d, -2, 0.5])

    def distances(x: Array) -> Any:
        return np.sum(np.abs(x - c)) + x[0] * x[1]

    def distances_slope(x: Array, at_kinks: float = 0.0) -> Array:
        return np.where(x == c, at_kinks, np.sign(x - c)) + np.array([x[1], x[0], 0, 0, 0])

    # Products of eighths: no rounding, so that kinks are where they are meant to be.
    W = np.round(4 * _draw(6, 4, seed=19)) / 4
    at = np.array([0.5, -0.25, 1.0, 0.75])
    bias = np.where(np.arange(6) < 2, -W @ at, 0.5)

    def relu(x: Array) -> Array:
        return np.maximum(W @ x + bias, 0)

    def off_at_kinks(x: Array) -> Array:
        return W * (W @ x + bias > 0)[:, None]

    def on_at_kinks(x: Array) -> Array:
        return W * (W @ x + bias >= 0)[:, None]

    V, v, shift = _draw(8, 20, seed=20), _draw(8, seed=21), _draw(8, seed=22)

    def huber(x: Array) -> Any:
        return np.sum(np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5))

    A, b = _draw(12, 10, seed=23), _draw(12, seed=24)
    sparse_x = np.where(np.arange(10) % 3 == 0, 0.0, _draw(10, seed=25))
    pairs = _draw(5, seed=26)

    def lasso_slope(x: Array, at_kinks: float = 0.0) -> Array:
        return A.T @ (A @ x - b) + 0.3 * np.where(x == 0, at_kinks, np.sign(x))

    layer: dict[str, Any] = {"kind": "jacobian", "slopes": lambda x: (off_at_kinks(x), on_at_kinks(x))}
    return [
        subject(
            "distances, two of them 0",
            distances,
            away(0.0),
            distances_slope,
            slopes=lambda x: (distances_slope(x, -1), distances_slope(x, 1)),
        ),
        subject("distances, two of them 1e-7", distances, away(1e-7), distances_slope),
        subject("distances, two of them 1e-3", distances, away(1e-3), distances_slope),
        subject("relu layer at kinks, slope 0", relu, at, off_at_kinks, **layer),
        subject("relu layer at kinks, slope 1", relu, at, on_at_kinks, **layer),
        subject(
            "relu network",
            lambda x: v @ np.maximum(V @ x + shift, 0) ** 2 + np.sum(np.maximum(V @ x + shift, 0)),
            0.6 * _draw(20, seed=27),
            lambda x: V.T @ ((2 * v * np.maximum(V @ x + shift, 0) + 1) * (V @ x + shift > 0)),
            at=False,
        ),
        subject(
            "largest of five, two equal",
            lambda x: np.max(x) ** 2,
            [1.5, -0.3, 1.5, 0.2, 1.1],
            lambda x: 2 * np.max(x) * (np.arange(x.size) == np.argmax(x)),
            slopes=lambda x: (0 * x, 2 * np.max(x) * (x == np.max(x))),
        ),
        subject(
            "Huber at its joints",
            huber,
            [1.0, 0.4, -1.0, 2.5],
            lambda x: np.clip(x, -1, 1),
        ),
        subject(
            "lasso, four coefficients 0",
            lambda x: np.sum((A @ x - b) ** 2) / 2 + 0.3 * np.sum(np.abs(x)),
            sparse_x,
            lasso_slope,
            slopes=lambda x: (lasso_slope(x, -1), lasso_slope(x, 1)),
        ),
        subject(
            "larger of neighbours, one pair 1e-5 apart",
            lambda x: np.maximum(x, np.roll(x, 1)) ** 2,
            np.where(np.arange(5) == 3, pairs[2] + 1e-5, pairs),
            _larger_of_neighbours,
            kind="jacobian",
        ),
    ]


def _larger_of_neighbours(x: Array) -> Array:
    n, before = x.size, np.roll(x, 1)
    J = np.zeros((n, n))
    chosen = np.where(x >= before, np.arange(n), np.roll(np.arange(n), 1))
    J[np.arange(n), chosen] = 2 * np.maximum(x, before)
    return J


# ----------------------------------------------------------------------------------------------------------------------
# sparse


def _tridiagonal(below: Array, own: Array, above: Array) -> csr_array:
    k = np.arange(own.size)
    rows, columns = np.concatenate([k[1:], k, k[:-1]]), np.concatenate([k[:-1], k, k[1:]])
    return coo_array((np.concatenate([below, own, above]), (rows, columns)), shape=(own.size,) * 2).tocsr()


def _sparse() -> list[Subject]:
    def subject(name: str, f: Function, x: Any, jacobian: Function) -> Subject:
        return Subject(name, "sparse", f, tuple(x), jacobian)

    def broyden(x: Array) -> Array:
        y = (3 - 2 * x) * x + 1
        y[1:] -= x[:-1]
        y[:-1] -= 2 * x[1:]
        return y

    def broyden_jacobian(x: Array) -> csr_array:
        ones = np.ones(x.size - 1)
        return _tridiagonal(-ones, 3 - 4 * x, -2 * ones)

    def chain(x: Array) -> Array:
        """The gradient of the chained Rosenbrock function: its Jacobian is a Hessian."""
        g = np.zeros_like(x)
        g[:-1] += -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
        g[1:] += 200 * (x[1:] - x[:-1] ** 2)
        return g

    def chain_jacobian(x: Array) -> csr_array:
        own = np.append(1200 * x[:-1] ** 2 - 400 * x[1:] + 2, 0) + np.append(0, np.full(x.size - 1, 200.0))
        return _tridiagonal(-400 * x[:-1], own, -400 * x[:-1])

    side = 7
    index = np.arange(side * side).reshape(side, side)
    ends = [(index[1:], index[:-1]), (index[:-1], index[1:]), (index[:, 1:], index[:, :-1])]
    ends.append((index[:, :-1], index[:, 1:]))
    i, j = (np.concatenate([pair[k].ravel() for pair in ends]) for k in (0, 1))

    def bratu(x: Array) -> Array:
        """G. Bratu's equation on a square: five points."""
        u = np.pad(x.reshape(side, side), 1)
        neighbours = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2]
        return (4 * u[1:-1, 1:-1] - neighbours).ravel() - 6 / (side + 1) ** 2 * np.exp(x)

    def bratu_jacobian(x: Array) -> csr_array:
        rows, columns = np.append(i, index), np.append(j, index)
        values = np.append(-np.ones(i.size), 4 - 6 / (side + 1) ** 2 * np.exp(x))
        return coo_array((values, (rows, columns)), shape=(x.size, x.size)).tocsr()

    places = (np.add.outer(7 * np.arange(25), 11 * np.arange(15)) % 13 < 2) | np.eye(25, 15, dtype=bool)
    scattered = SparseMap(SparsityPattern(places | (np.arange(15) == np.arange(25)[:, None] % 15)), seed=3)
    return [
        subject("broyden tridiagonal, 50 variables", broyden, -1 + 0.2 * _draw(50, seed=28), broyden_jacobian),
        subject("rosenbrock chain, 40 variables", chain, 1 + 0.3 * _draw(40, seed=29), chain_jacobian),
        subject("bratu, 7 × 7 points", bratu, 0.5 + 0.2 * _draw(49, seed=30), bratu_jacobian),
        subject("scattered pattern, 25 × 15", scattered, _draw(15, seed=31), scattered.exact),
    ]


_SMOOTH = [*_from_problems(), *_of_one_variable(), *_sums_of_squares(), *_larger()]

SUBJECTS: tuple[Subject, ...] = (
    *_SMOOTH,
    *_complex(),
    *_physical(),
    *_powell_badly_scaled(),
    *_rescaled(_SMOOTH),
    *_noisy(_SMOOTH),
    *_solved(),
    *_kinked(),
    *_sparse(),
)


def of_tag(*tags: Tag) -> tuple[Subject, ...]:
    """The subjects that have one of these tags."""
    return tuple(subject for subject in SUBJECTS if subject.tags & set(tags))
