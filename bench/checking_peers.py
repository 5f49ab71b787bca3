"""How other packages decide whether a derivative is right: their rules, for functions of NumPy arrays.

SciPy's are called. PyTorch's and JAX's differentiate functions of their own, and Ceres is C++: their rules are here as
their documentation and source state them, with the defaults. Where PyTorch and JAX are installed,

    python bench/checking_peers.py

calls both, wrapped around the same functions, on correct and faulty derivatives, and counts how often they decide as
is said here.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import check_grad
from scipy.optimize._numdiff import check_derivative
from scipy.sparse import issparse

Array = npt.NDArray[Any]
Function = Callable[[Array], Any]
Judge = Callable[[Function], bool]
"""Whether a derivative passes: a callable of x that returns an array, a sparse matrix, or a pair of value and array."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a package decides."""

    name: str
    source: str
    at: Callable[[Function, Array], Judge]
    """Differences of f at x are taken once, and are the same for all derivatives that are judged."""

    def verdict(self, f: Function, derivative: Function, x: Array) -> str:
        """Of one derivative: "pass" or "fail"."""
        return "pass" if self.at(f, x)(derivative) else "fail"


def _real(values: Any) -> Array:
    """Real parts, and below them imaginary ones."""
    values = np.atleast_1d(values)
    return np.concatenate([values.real, values.imag]) if np.iscomplexobj(values) else values


def _matrix(returned: Any) -> Array:
    """The derivative as a dense matrix (m, n)."""
    matrix = returned[1] if isinstance(returned, tuple) else returned
    return np.atleast_2d(matrix.toarray() if issparse(matrix) else matrix)


def _central(f: Function, x: Array, v: Array, step: float) -> Array:
    """The difference along v."""
    return (np.atleast_1d(f(x + step * v)) - np.atleast_1d(f(x - step * v))) / (2 * step)


# ----------------------------------------------------------------------------------------------------------------------
# PyTorch


def torch_gradcheck(f: Function, x: Array, *, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3) -> Judge:
    """Entry by entry against central differences; called twice, the derivative has to be the same.

    PyTorch itself asks for one row at a time.
    """
    numerical = np.stack([_real(_central(f, x, e, eps)) for e in np.eye(x.size)], axis=1)

    def judge(derivative: Function) -> bool:
        first, second = (_real(_matrix(derivative(x.copy()))) for _ in range(2))
        close = np.abs(first - numerical) <= atol + rtol * np.abs(numerical)
        return bool(np.all(close) and not np.max(np.abs(first - second)) > 0)

    return judge


def torch_fast(f: Function, x: Array, *, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3) -> Judge:
    """One number vᵀ J u, for u and v drawn from [0, 1) and normalised."""
    random = np.random.default_rng(0)
    u = random.random(x.size)
    u /= np.linalg.norm(u)
    along = _central(f, x, u, eps)
    v = random.random(along.size)
    v /= np.linalg.norm(v)
    numerical = v @ along

    def judge(derivative: Function) -> bool:
        first, second = (v @ _matrix(derivative(x.copy())) for _ in range(2))
        off, room = _real(first @ u - numerical), atol * np.sum(u) * np.sum(v) + rtol * np.abs(_real(numerical))
        return bool(np.all(np.abs(off) <= room) and not np.max(np.abs(first - second)) > 0)

    return judge


# ----------------------------------------------------------------------------------------------------------------------
# JAX


def _close(given: Any, expected: Any, tolerance: float = 1e-5) -> bool:
    """Tolerances grow with the number of entries. NaN are equal."""
    tolerance *= np.size(given)
    return bool(np.allclose(given, expected, rtol=tolerance, atol=tolerance, equal_nan=True))


def jax_jvp(f: Function, x: Array, *, eps: float = 1e-4) -> Callable[[Function], bool]:
    """One product J t, for t drawn from the normal distribution: judges a callable of t."""
    t = np.random.RandomState(0).randn(x.size)
    numerical = _central(f, x, t, eps)
    return lambda product: _close(product(t), numerical)


def jax_vjp(f: Function, x: Array, *, eps: float = 1e-4) -> Callable[[Function], bool]:
    """One number wᵀ J t, in the same way: judges a callable of w."""
    random = np.random.RandomState(0)
    t, value = random.randn(x.size), np.atleast_1d(f(x))
    w = random.randn(value.size)
    if np.iscomplexobj(value):
        w = w + 1j * random.randn(value.size)
    numerical = np.real(np.conj(_central(f, x, t, eps)) @ w)
    return lambda product: _close(np.real(product(np.conj(w))) @ t, numerical)


def jax_check_grads(f: Function, x: Array) -> Judge:
    """Both, as for order 1 and the modes that it has by default; and the value that comes with the derivative."""
    forwards, backwards, value = jax_jvp(f, x), jax_vjp(f, x), np.atleast_1d(f(x))

    def judge(derivative: Function) -> bool:
        first, second = derivative(x.copy()), derivative(x.copy())
        primal = np.atleast_1d(first[0]) if isinstance(first, tuple) else value
        right = forwards(lambda t: _matrix(first) @ t) and backwards(lambda w: w @ _matrix(second))
        return right and _close(primal, value)

    return judge


# ----------------------------------------------------------------------------------------------------------------------
# SciPy


def scipy_check_grad(f: Function, x: Array, *, relative: bool) -> Judge:
    """The norm of the difference to forward differences, below 1e-5, or below √ε times that of the derivative."""

    def judge(derivative: Function) -> bool:
        norms: list[float] = []

        def gradient(p: Array) -> Array:
            matrix = _real(_matrix(derivative(p)))
            norms.append(float(np.linalg.norm(matrix)))
            return matrix

        found = check_grad(lambda p: _real(f(p)), gradient, x.copy())
        bound = np.sqrt(np.finfo(float).eps) * norms[0] if relative else 1e-5
        return bool(np.isfinite(found) and found <= bound)

    return judge


def scipy_check_derivative(f: Function, x: Array, *, tolerance: float = 1e-6) -> Judge:
    """The largest error, relative for entries above 1. A sparse derivative is checked where it has entries."""

    def in_form(returned: Any) -> Any:
        matrix = returned[1] if isinstance(returned, tuple) else returned
        return matrix if issparse(matrix) else _real(_matrix(matrix))

    def judge(derivative: Function) -> bool:
        return bool(check_derivative(lambda p: _real(f(p)), lambda p: in_form(derivative(p)), x.copy()) <= tolerance)

    return judge


# ----------------------------------------------------------------------------------------------------------------------
# Ceres


def _ridders(
    f: Function, x: Array, direction: Array, size: float, *, rows: int = 10, tolerance: float = 1e-12
) -> Array:
    """C. J. F. Ridders, Advances in Engineering Software 4 (1982) 75-76, with the defaults of Ceres.

    The step of the first row is 2^5 times `size`, and halved from row to row; the entry of the tableau that differs
    least from its neighbours is taken, for all outputs together.
    """
    step, before = size * 2.0 ** (rows // 2), np.empty((0, 0))
    best, error = np.empty(0), np.inf
    for row in range(rows):
        tableau = [_real(_central(f, x, direction, step))]
        best = tableau[0] if row == 0 else best
        for k in range(1, row + 1):
            tableau.append((4.0**k * tableau[-1] - before[k - 1]) / (4.0**k - 1))
            change = max(np.linalg.norm(tableau[k] - tableau[k - 1]), np.linalg.norm(tableau[k] - before[k - 1]))
            if change <= error:
                best, error = tableau[k], change
        if error < tolerance or (row > 0 and np.linalg.norm(tableau[row] - before[row - 1]) >= 2 * error):
            break
        before, step = np.array(tableau), step / 2
    return best


def ceres_gradient_checker(f: Function, x: Array, *, precision: float = 1e-8) -> Judge:
    """Entry by entry, relative to the larger of both, however small; absolute where one of them is exactly zero."""
    sizes, value = 1e-2 * np.maximum(np.abs(x), 1.0), _real(f(x))
    numerical = np.stack([_ridders(f, x, e, size) for e, size in zip(np.eye(x.size), sizes, strict=True)], axis=1)

    def is_close(a: Array, b: Array) -> bool:
        larger = np.where((a == 0) | (b == 0), 1.0, np.maximum(np.abs(a), np.abs(b)))
        return bool(np.all(np.abs(a - b) / larger < precision))

    def judge(derivative: Function) -> bool:
        returned = derivative(x.copy())
        primal = _real(returned[0]) if isinstance(returned, tuple) else value
        return is_close(primal, value) and is_close(_real(_matrix(returned)), numerical)

    return judge


RULES: tuple[Rule, ...] = (
    Rule("torch gradcheck", "torch/autograd/gradcheck.py, slow mode: eps 1e-6, atol 1e-5, rtol 1e-3", torch_gradcheck),
    Rule("torch gradcheck, fast", "the same, fast_mode=True", torch_fast),
    Rule(
        "jax check_grads", "jax/_src/public_test_util.py, order 1, float64: eps 1e-4, tolerance 1e-5", jax_check_grads
    ),
    Rule(
        "scipy check_grad, 1e-5",
        "scipy.optimize.check_grad: its result ≤ 1e-5",
        partial(scipy_check_grad, relative=False),
    ),
    Rule(
        "scipy check_grad, √ε",
        "scipy.optimize.check_grad: its result ≤ √ε times the norm of the derivative",
        partial(scipy_check_grad, relative=True),
    ),
    Rule(
        "scipy check_derivative",
        "scipy.optimize._numdiff.check_derivative: its result ≤ 1e-6, as it advises",
        scipy_check_derivative,
    ),
    Rule(
        "Ceres GradientChecker",
        "ceres/gradient_checker.cc, numeric_diff.h: Ridders from 0.32 max(|x|, 1) on, precision 1e-8",
        ceres_gradient_checker,
    ),
)


# ----------------------------------------------------------------------------------------------------------------------
# the same, asked of PyTorch and JAX themselves


def _of_torch(f: Function, derivative: Function, x: Array, *, fast: bool) -> bool:
    import torch

    class Wrapped(torch.autograd.Function):
        """f, with the derivative for its backward pass."""

        @staticmethod
        def forward(ctx: Any, at: Any) -> Any:
            ctx.at = at.detach().numpy().copy()
            return torch.from_numpy(np.atleast_1d(np.asarray(f(ctx.at.copy()), dtype=np.float64)).copy())

        @staticmethod
        def backward(ctx: Any, weights: Any) -> Any:
            return torch.from_numpy(weights.numpy() @ _matrix(derivative(ctx.at.copy())))

    at = torch.from_numpy(x.copy()).requires_grad_()
    options = {"raise_exception": False, "fast_mode": fast, "check_undefined_grad": False}
    passed: bool = torch.autograd.gradcheck(Wrapped.apply, (at,), **options)
    return passed


def _of_jax(f: Function, derivative: Function, x: Array) -> bool:
    import jax
    from jax.test_util import check_jvp, check_vjp

    jax.config.update("jax_enable_x64", True)

    def values(at: Array) -> Array:
        return np.atleast_1d(np.asarray(f(np.array(at)), dtype=np.float64))

    def forwards(at: tuple[Array], tangent: tuple[Array]) -> tuple[Array, Array]:
        return values(at[0]), _matrix(derivative(np.array(at[0]))) @ tangent[0]

    def backwards(at: Array) -> tuple[Array, Function]:
        return values(at), lambda weights: (weights @ _matrix(derivative(np.array(at))),)

    try:
        check_jvp(values, forwards, (x,), atol=None, rtol=None)
        check_vjp(values, backwards, (x,), atol=None, rtol=None)
    except AssertionError:
        return False
    return True


def compare_with_originals() -> None:
    """Print how often the packages decide as the rules do."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from faults import mutants
    from subjects import SUBJECTS

    rules = {rule.name: rule for rule in RULES}
    originals = {
        "torch gradcheck": partial(_of_torch, fast=False),
        "torch gradcheck, fast": partial(_of_torch, fast=True),
        "jax check_grads": _of_jax,
    }
    warnings.simplefilter("ignore")
    for name, original in originals.items():
        same = asked = 0
        for subject in SUBJECTS:
            if "complex" in subject.tags:
                continue
            x, f = subject.point(), subject.values()
            fresh = [mutant.fresh for mutant in mutants(subject, magnitudes=(1e-2, 1e-4, 1e-6), forms=("derivative",))]
            for make in [lambda subject=subject: subject.derivative, *fresh[:: max(1, len(fresh) // 12)]]:
                with np.errstate(all="ignore"):
                    expected = rules[name].verdict(f, make(), x) == "pass"
                    same += original(f, make(), x) == expected
                asked += 1
        print(f"{name}: the same verdict on {same} of {asked} derivatives")


if __name__ == "__main__":
    compare_with_originals()
