"""Eigenvalues of Hessians against NumPy's of the whole matrix, their error bars, and what large ones cost."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.fft import dct, idct
from scipy.linalg import eigh_tridiagonal

import secant
from chains import Chain
from secant.analysis import hessian_spectrum
from secant.analysis.hessian_products import HessianProducts
from secant.analysis.spectrum import MOST_DENSE, _joint

N = 400


class Rotated:
    """Sum of d_i (cosh y_i - 1 + y_i³/6), where y is a rotation of x: eigenvalues are d_i (cosh y_i + y_i)."""

    def __init__(self, d: Any) -> None:
        self.d = np.asarray(d, float)

    def value(self, x: Any) -> Any:
        y = dct(x.ravel(), norm="ortho")
        return np.sum(self.d * (np.cosh(y) - 1 + y**3 / 6))

    def gradient(self, x: Any) -> Any:
        y = dct(x.ravel(), norm="ortho")
        return idct(self.d * (np.sinh(y) + y**2 / 2), norm="ortho").reshape(x.shape)

    def eigenvalues(self, x: Any) -> Any:
        y = dct(x.ravel(), norm="ortho")
        return np.sort(self.d * (np.cosh(y) + y))

    def product(self, x: Any, v: Any) -> Any:
        y = dct(x.ravel(), norm="ortho")
        return idct(self.d * (np.cosh(y) + y) * dct(v, norm="ortho"), norm="ortho")


POINT = 0.4 * np.sin(np.arange(N))
SPREAD = Rotated(np.r_[np.linspace(-0.5, 1.0, N - 8), 1.4, 1.5, 1.7, 2.0, -0.8, -1.0, -1.2, -2.5])


def wanted(values: Any, k: int, which: str) -> Any:
    """The slow, obvious choice."""
    values = np.sort(values)
    if which == "LM":
        return np.sort(sorted(values, key=abs)[-k:])
    low = {"LA": 0, "SA": k, "BE": k // 2}[which]
    return np.array([*values[:low], *values[len(values) - (k - low) :]])


# ----------------------------------------------------------------------------------------------------------------------
# what is found


@pytest.mark.parametrize("which", ["LM", "LA", "SA", "BE"])
@pytest.mark.parametrize("k", [1, 5])
def test_eigenvalues_of_a_large_hessian(which, k):
    found = hessian_spectrum(None, POINT, k, grad=SPREAD.gradient, which=which)
    exact = wanted(SPREAD.eigenvalues(POINT), k, which)
    assert found.products > 0
    assert (np.abs(found.eigenvalues - exact) <= found.error).all()
    assert (found.error < 2e-5).all()
    # Rayleigh quotients are far better than residuals say.
    assert_allclose(found.eigenvalues, exact, rtol=1e-8)
    assert_allclose(found.eigenvectors @ found.eigenvectors.T, np.eye(k), atol=1e-10)
    for value, bar, v in zip(found.eigenvalues, found.error, found.eigenvectors, strict=True):
        assert np.linalg.norm(SPREAD.product(POINT, v) - value * v) <= bar


@pytest.mark.parametrize("which", ["LM", "LA", "SA", "BE"])
@pytest.mark.parametrize("from_gradient", [True, False])
def test_eigenvalues_of_a_small_hessian(which, from_gradient):
    f = Rotated([3.0, -1.0, 0.5, 2.0, -4.0, 1.5])
    x = np.array([[0.3, -0.2, 0.1], [0.5, -0.4, 0.2]])
    grad = f.gradient if from_gradient else None
    found = hessian_spectrum(f.value, x, 3, grad=grad, which=which)
    exact = wanted(f.eigenvalues(x), 3, which)
    assert (np.abs(found.eigenvalues - exact) <= found.error).all()
    assert (found.error < (1e-9 if from_gradient else 1e-7)).all()
    assert found.eigenvectors.shape == (3, 2, 3)
    assert (found.gradient_evaluations > 0) == from_gradient == (found.evaluations == 0)
    assert found.products == 0


def test_all_eigenvalues():
    f = Rotated(np.linspace(-1.0, 2.0, 12))
    x = 0.3 * np.cos(np.arange(12))
    found = hessian_spectrum(None, x, 12, grad=f.gradient)
    assert (np.abs(found.eigenvalues - f.eigenvalues(x)) <= found.error).all()
    assert str(found).startswith("all 12 eigenvalues")


def test_a_scalar():
    found = hessian_spectrum(lambda x: x**4, 2.0, 1)
    assert abs(found.eigenvalues[0] - 48) <= found.error[0] < 1e-6
    assert found.eigenvectors.shape == (1,)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=1, max_size=12),
    st.integers(1, 12),
    st.sampled_from(["LM", "LA", "SA", "BE"]),
    st.integers(0, 3),
)
def test_any_small_spectrum(d, k, which, axes):
    f = Rotated(d)
    k = min(k, len(d))
    x = 0.2 * np.cos(np.arange(len(d))).reshape((1,) * axes + (len(d),))
    found = hessian_spectrum(None, x, k, grad=f.gradient, which=which)
    exact = f.eigenvalues(x)
    assert found.eigenvectors.shape == (k, *x.shape)
    assert (np.diff(found.eigenvalues) >= 0).all()
    # By magnitude, equals of different sign may change places.
    nearest = np.abs(exact - found.eigenvalues[:, np.newaxis]).min(axis=1)
    assert (nearest <= found.error).all()
    if which != "LM":
        assert (np.abs(wanted(exact, k, which) - found.eigenvalues) <= found.error).all()


def test_a_method_without_error_bars():
    f = Rotated([3.0, -1.0, 0.5])
    found = hessian_spectrum(f.value, np.zeros(3), 2, method="central")
    assert found.error is None
    assert_allclose(found.eigenvalues, [-1.0, 3.0], rtol=1e-5)
    assert "±" not in str(found)
    large = hessian_spectrum(None, POINT, 2, grad=SPREAD.gradient, method="central")
    assert (np.abs(large.eigenvalues - wanted(SPREAD.eigenvalues(POINT), 2, "LM")) <= large.error).all()
    assert "central differences" in str(large)


def test_multiple_eigenvalues_and_none():
    twice = Rotated(np.r_[np.linspace(0, 1, N - 4), 2.0, 2.0, 3.0, 3.0])
    x = np.zeros(N)
    found = hessian_spectrum(None, x, 4, grad=twice.gradient)
    assert (np.abs(found.eigenvalues - [2, 2, 3, 3]) <= found.error).all()
    low_rank = Rotated(np.r_[np.zeros(N - 2), 1.0, 2.0])
    found = hessian_spectrum(None, x, 4, grad=low_rank.gradient)
    assert (np.abs(found.eigenvalues - [0, 0, 1, 2]) <= found.error).all()
    for which in ("LM", "LA", "SA", "BE"):
        flat = hessian_spectrum(None, x, 3, grad=np.zeros_like, which=which)
        assert_array_equal(flat.eigenvalues, np.zeros(3))
        assert (flat.error < 1e-12).all()


def test_the_smallest_of_a_semidefinite_hessian():
    # A tolerance relative to the eigenvalue, which is 0, would never be met.
    f = Rotated(np.r_[np.linspace(0.5, 1.5, N - 1), 0.0])
    found = hessian_spectrum(None, np.zeros(N), 1, grad=f.gradient, which="SA")
    assert abs(found.eigenvalues[0]) <= found.error[0] < 1e-5


def test_overlapping_bars_are_made_to_tell_as_many_eigenvalues():
    values = np.array([0.0, 1.0, 1.5, 4.0])
    assert_array_equal(_joint(values, np.full(4, 0.1)), np.full(4, 0.1))
    together = np.hypot(0.3, 0.3)
    assert_allclose(_joint(values, np.array([0.1, 0.3, 0.3, 0.1])), [0.1, together, together, 0.1])
    # What is wider may reach the next.
    wide = np.sqrt(0.6**2 + 2 * 0.3**2)
    assert_allclose(_joint(np.array([0.0, 1.0, 1.5]), np.array([0.6, 0.3, 0.3])), [wide, wide, wide])
    assert _joint(np.array([2.0]), np.array([0.5])) == 0.5


# ----------------------------------------------------------------------------------------------------------------------
# products and their bars


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("localised", [True, False])
def test_bars_of_products_hold(seed, localised):
    random = np.random.default_rng(seed)
    x = random.normal(size=N) * 10.0 ** random.integers(-3, 1)
    v = np.where(np.arange(N) == seed, 1.0, 1e-9) if localised else random.normal(size=N)
    v /= np.linalg.norm(v)
    products = HessianProducts(SPREAD.gradient, x, (), "auto", None)
    value, bar = products.checked(v)
    off = np.linalg.norm(value - SPREAD.product(x, v))
    assert off <= bar < 1e-6 * np.linalg.norm(value)


def test_forward_differences_take_one_call_each_and_central_ones_two():
    v = np.ones(N) / np.sqrt(N)
    for rtol, calls in ((1e-4, 1), (1e-10, 2)):
        products = HessianProducts(SPREAD.gradient, POINT, (), "auto", None)
        products.choose(v, rtol)
        before = products.evaluations
        products.product(v)
        assert products.evaluations - before == calls


def test_a_noisy_gradient_is_differenced_with_larger_steps():
    def single(x):
        return SPREAD.gradient(x).astype(np.float32).astype(float)

    found = hessian_spectrum(None, POINT, 3, grad=single, which="LA", rtol=1e-4)
    exact = wanted(SPREAD.eigenvalues(POINT), 3, "LA")
    assert (np.abs(found.eigenvalues - exact) <= found.error).all()
    assert (found.error < 1e-2).all()
    # Steps as for values that are exact to the last bit would leave little of it.
    usual = hessian_spectrum(None, POINT, 3, grad=single, which="LA", rtol=1e-4, method="forward")
    assert usual.error.max() > 3 * found.error.max()


def test_single_precision():
    found = hessian_spectrum(None, POINT.astype(np.float32), 2, grad=lambda x: SPREAD.gradient(x).astype(x.dtype))
    exact = wanted(SPREAD.eigenvalues(POINT.astype(np.float32).astype(float)), 2, "LM")
    assert (np.abs(found.eigenvalues - exact) <= found.error).all()
    assert (found.error < 0.05).all()


def test_calls_are_counted_and_stay_within_bounds():
    calls, farthest = 0, 0.0

    def grad(x, factor):
        nonlocal calls, farthest
        calls += 1
        farthest = max(farthest, float(x.max()))
        assert (x <= POINT.max()).all()
        return factor * SPREAD.gradient(x)

    found = hessian_spectrum(None, POINT, 2, grad=grad, args=(2.0,), bounds=(None, POINT.max()))
    assert found.gradient_evaluations == calls
    assert farthest == POINT.max()
    assert (np.abs(found.eigenvalues - 2 * wanted(SPREAD.eigenvalues(POINT), 2, "LM")) <= found.error).all()


def test_the_same_each_time_and_another_seed():
    first, again = (hessian_spectrum(None, POINT, 3, grad=SPREAD.gradient) for _ in range(2))
    assert_array_equal(first.eigenvalues, again.eigenvalues)
    assert_array_equal(first.eigenvectors, again.eigenvectors)
    other = hessian_spectrum(None, POINT, 3, grad=SPREAD.gradient, seed=7)
    assert not np.array_equal(first.eigenvectors, other.eigenvectors)
    assert_allclose(first.eigenvalues, other.eigenvalues, rtol=1e-8)


def test_a_native_gradient(native_functions):
    factor = np.array([0.5])
    grad = secant.native.Function(
        ctypes.cast(native_functions.vector_with_data, ctypes.c_void_p).value,
        outputs=N,
        data=factor,
        signature="void (int n, double *x, int m, double *y, void *data)",
    )
    x = np.r_[np.linspace(0.1, 1.0, N - 2), 2.0, 3.0]  # the gradient x² / 2 has the Jacobian diag(x)
    found = hessian_spectrum(None, x, 2, grad=grad)
    assert (np.abs(found.eigenvalues - [2, 3]) <= found.error).all()
    assert found.gradient_evaluations > found.products


# ----------------------------------------------------------------------------------------------------------------------
# a million variables


def test_known_bound_states_of_a_chain():
    chain = Chain(3000)
    n = chain.n
    every = eigh_tridiagonal(
        chain.diagonal, -np.ones(n - 1), select="i", select_range=(n - 5, n - 1), eigvals_only=True
    )
    assert_allclose(chain.bound_states(5), every, rtol=1e-13)
    small = Chain(40)
    assert_allclose(secant.gradient(small.value, small.point), small.gradient(small.point), rtol=1e-9, atol=1e-9)


def test_five_eigenvalues_of_a_million_variables():
    script = Path(__file__).parent / "chains.py"
    # One thread: those that wait for work would take time from other tests.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script), "1000000", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    exact = Chain(1_000_000).bound_states(5)
    assert (np.abs(report["eigenvalues"] - exact) <= report["error"]).all()
    assert (np.array(report["error"]) < 1e-5).all()
    assert report["calls"] == report["told"] <= 120
    assert report["vectors"] <= 40


# ----------------------------------------------------------------------------------------------------------------------
# what is refused


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"k": 0}, ValueError, "k is 0; accepted are integers from 1 to 400, the number of variables"),
        ({"k": N + 1}, ValueError, "k is 401; accepted are integers from 1 to 400"),
        ({"k": 2.5}, TypeError, "k is a float; accepted are integers from 1 to 400"),
        ({"which": "SM"}, ValueError, "which is 'SM'; accepted are 'LM', 'LA', 'SA', 'BE'"),
        ({"rtol": 0.0}, ValueError, "rtol is 0.0; accepted are numbers between 0 and 1"),
        ({"ncv": 2}, ValueError, "ncv is 2; accepted are integers from 3 to 400"),
        ({"maxiter": 0}, ValueError, "maxiter is 0; accepted are integers from 1 on"),
        ({"grad": None}, ValueError, "grad is not given, and x has 400 variables"),
        ({"grad": 3}, TypeError, "grad is a int; accepted are callables"),
        ({"grad": lambda x: x[:3]}, ValueError, "grad returned shape (3,), but x has shape (400,)"),
        ({"grad": lambda x: x + 0j}, TypeError, "grad(x) has dtype complex128; accepted are real numbers"),
        ({"grad": lambda x: np.where(x == POINT, x, np.nan)}, ValueError, "is NaN or infinite at points next to x"),
        ({"grad": lambda x: np.cumsum(x)}, ValueError, "grad is not the gradient of a function"),
        ({"method": "best"}, ValueError, "method is 'best'"),
        ({"args": [1.0]}, TypeError, "args is a list; accepted is a tuple of f's other arguments"),
        ({"seed": "a"}, TypeError, "seed is a str; accepted are integers from 0 on"),
        ({"grad": lambda x: np.nan * x}, ValueError, "is not finite"),
    ],
)
def test_what_is_refused(options, error, words):
    options = {"k": 2, "grad": SPREAD.gradient} | options
    with pytest.raises(error) as raised:
        hessian_spectrum(None, POINT, **options)
    assert words in str(raised.value)


def test_what_is_refused_of_small_ones():
    with pytest.raises(TypeError, match="f is a NoneType; accepted are callables"):
        hessian_spectrum(None, [1.0, 2.0], 1)
    with pytest.raises(ValueError, match=r"f\(x\) has shape \(2,\); accepted is a number"):
        hessian_spectrum(lambda x: x, [1.0, 2.0], 1)
    with pytest.raises(ValueError, match="accepted are finite numbers"):
        hessian_spectrum(np.sum, [1.0, np.nan], 1)
    with pytest.raises(TypeError, match="accepted are real numbers"):
        hessian_spectrum(np.sum, ["a"], 1)


def test_an_iteration_that_does_not_settle():
    close = Rotated(np.linspace(0, 1, 2 * N))
    with pytest.raises(RuntimeError, match=r"found \d of 6 eigenvalues within 2 restarts, \d+ calls of grad"):
        hessian_spectrum(None, np.zeros(2 * N), 6, grad=close.gradient, maxiter=2)


def test_the_table():
    found = hessian_spectrum(None, POINT, 2, grad=SPREAD.gradient, which="LA")
    lines = str(found).splitlines()
    assert lines[0] == f"2 of {N} eigenvalues of the Hessian, largest"
    assert all("±" in line for line in lines[1:3])
    assert lines[3] == (
        f"  Lanczos iteration, {found.products} products by forward differences; "
        f"{found.gradient_evaluations} calls of grad"
    )
    many = hessian_spectrum(None, np.zeros(20), 20, grad=Rotated(np.arange(20.0)).gradient)
    assert "  … 8 more …" in str(many).splitlines()
    assert MOST_DENSE < N
