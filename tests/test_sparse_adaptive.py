"""Adaptive sparse Jacobians: bars that hold entry by entry, statuses, kinks, budgets."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import secant
from bars import Ledger, Recorder
from colorings import PATTERNS, P
from scalar_problems import _hash_noise
from secant import Adaptive, Estimate, Status
from sparse_maps import SparseMap, assert_structure, stored

pytestmark = pytest.mark.filterwarnings("ignore:the sparsity pattern is too dense")

BAND = P.banded((12, 14), 1, 2)


def check_structure(estimate: Estimate, pattern: P) -> None:
    """Value, error and status have the pattern's entries, all of them, sorted, in memory of their own."""
    for array in (estimate.value, estimate.error, estimate.status):
        assert_structure(array, pattern)
    for k, one in enumerate((estimate.value, estimate.error, estimate.status)):
        for other in (estimate.value, estimate.error, estimate.status)[:k]:
            assert not np.shares_memory(one.indices, other.indices)  # type: ignore[union-attr]
    assert estimate.status.dtype == np.int8


# ----------------------------------------------------------------------------------------------------------------------
# bars


@pytest.mark.parametrize("dtype", ["f", "d", "g", "D"])
@pytest.mark.parametrize("x_dtype", ["f", "d"])
def test_bars_hold_on_rational_functions(dtype: str, x_dtype: str) -> None:
    ledger = Ledger()
    for name, pattern in PATTERNS.items():
        if not pattern.nnz:
            continue
        f = SparseMap(pattern, seed=3, dtype=dtype)
        x = (2 * np.random.default_rng(4).normal(size=pattern.shape[1])).astype(x_dtype)
        estimate = secant.jacobian(f, x, sparsity=pattern, full_output=True)
        check_structure(estimate, pattern)
        assert not estimate.status.data.any()  # type: ignore[attr-defined]
        ledger.add(name, stored(estimate), f.exact(x.astype("g")).data)
    ledger.check(share=0.995)


def transcendental(z: Any, functions: Any) -> list[Any]:
    """Rows of a chain, the same in NumPy and in mpmath."""
    n = len(z)
    rows = []
    for i in range(n):
        left, here, right = z[i - 1], z[i], z[(i + 1) % n]
        rows.append(functions.exp(left / 3) * functions.sin(here) + functions.cos(right * here) / (3 + left * left))
    return rows


def test_bars_hold_against_forty_digits() -> None:
    # Entries by mpmath, from 40 digits: nothing of the package is in them.
    pattern = P.stencil(9, periodic=True)
    ledger = Ledger()
    for seed in range(12):
        x = np.random.default_rng(seed).normal(size=9) * 10.0 ** np.random.default_rng(seed).integers(-2, 1)
        digits40 = [mpmath.mpf(float(value)) for value in x]
        with mpmath.workdps(40):
            exact = []
            for i, j in zip(*pattern.coordinates(), strict=True):

                def along(t: Any, i: int = int(i), j: int = int(j), z: Any = digits40) -> Any:
                    z = [*z[:j], t, *z[j + 1 :]]
                    return transcendental(z, mpmath)[i]

                exact.append(float(mpmath.diff(along, mpmath.mpf(float(x[j])))))
        estimate = secant.jacobian(lambda z: np.array(transcendental(z, np)), x, sparsity=pattern, full_output=True)
        ledger.add(f"seed {seed}", stored(estimate), np.array(exact))
    ledger.check(share=1.0)


def test_bars_hold_where_scales_differ_within_a_colour() -> None:
    # Variables of one colour move together, each by a share of its own scale.
    ledger = Ledger()
    for seed in range(20):
        random = np.random.default_rng(seed)
        scales = 10.0 ** random.integers(-1, 8, 30)
        x = scales * random.uniform(0.5, 2.0, 30)
        pattern = P.banded(30, 1)

        def f(z: Any, scales: Any = scales) -> Any:
            s = np.sin(z / scales) * scales
            s[1:] += np.cos(z[:-1] / scales[:-1])
            return s

        exact = np.zeros((30, 30))
        np.fill_diagonal(exact, np.cos(x / scales))
        exact[np.arange(1, 30), np.arange(29)] = -(np.sin(x / scales) / scales)[:-1]
        estimate = secant.jacobian(f, x, sparsity=pattern, full_output=True)
        ledger.add(f"seed {seed}", stored(estimate), exact[pattern.coordinates()])
        assert_allclose(estimate.value.diagonal(), np.diag(exact), rtol=1e-10)
    ledger.check(share=1.0)


def test_bars_hold_for_noise() -> None:
    # Noise that depends on the point alone; the slope is known.
    ledger = Ledger()
    pattern = P.banded(40, 1)
    for seed in range(5):
        x = np.random.default_rng(seed).uniform(1, 2, 40)

        def f(z: Any, seed: int = seed) -> Any:
            smooth = np.sin(z)
            smooth[1:] += z[:-1] ** 2
            return smooth + 1e-8 * _hash_noise(smooth, seed)

        exact = np.diag(np.cos(x)) + np.diag(2 * x[:-1], -1)
        estimate = secant.jacobian(f, x, sparsity=pattern, full_output=True)
        ledger.add(f"seed {seed}", stored(estimate), exact[pattern.coordinates()])
        there = exact[pattern.coordinates()] != 0
        assert np.mean(estimate.status.data[there] == Status.NOISY) >= 0.9  # type: ignore[attr-defined]
        assert np.max(np.abs(estimate.value.toarray() - exact)) < 1e-5  # type: ignore[attr-defined]
    ledger.check()


def test_zeros_are_kept_and_known_to_be_zero() -> None:
    estimate = secant.jacobian(lambda x: 2 * x, np.arange(5.0), sparsity=P.dense(5, 5), full_output=True)
    check_structure(estimate, P.dense(5, 5))
    off = ~np.eye(5, dtype=bool).ravel()
    assert_array_equal(estimate.value.data[off], 0)  # type: ignore[attr-defined]
    assert np.all(estimate.error.data[off] <= 1e-11)  # type: ignore[union-attr]
    assert estimate.value.nnz == 25  # type: ignore[attr-defined]


# ----------------------------------------------------------------------------------------------------------------------
# what an estimate says


def test_fields() -> None:
    f = Recorder(SparseMap(BAND))
    x = np.random.default_rng(0).normal(size=14).reshape(2, 7)
    J = secant.Jacobian(f, sparsity=BAND, verify="never")
    estimate = J.estimate(x)
    assert estimate.evaluations == f.calls
    assert estimate.step.shape == (2, 7)
    assert np.all(estimate.step > 0)
    assert estimate.method == Adaptive()
    assert estimate.slopes is None
    assert_array_equal(J(x).data, estimate.value.data)  # type: ignore[attr-defined]
    lines = str(estimate).splitlines()
    assert "method       adaptive differences" in lines
    assert f"evaluations  {f.calls // 2}" in lines
    assert estimate.summary().splitlines()[-1].startswith("error        at most ")


def test_methods_without_bars_have_none() -> None:
    for method in ("forward", "central", "complex"):
        estimate = secant.jacobian(SparseMap(BAND), np.ones(14), method=method, sparsity=BAND, full_output=True)
        assert estimate.error is None
        assert estimate.slopes is None
        assert_structure(estimate.status, BAND)
        assert_array_equal(estimate.status.data, np.zeros(BAND.nnz, np.int8))
        assert estimate.status.dtype == np.int8
        assert estimate.step.shape == (14,)


def test_budgets_are_kept() -> None:
    pattern = P.banded(20, 1)

    def f(x: Any) -> Any:
        return np.sin(40 * x)

    x = np.linspace(1, 2, 20)
    free = secant.Jacobian(f, sparsity=pattern, verify="never").estimate(x)
    assert free.evaluations > 16
    for most in (1, 2, 8, 16):
        g = Recorder(f)
        estimate = secant.Jacobian(g, method=Adaptive(max_evaluations=most), sparsity=pattern, verify="never").estimate(
            x
        )
        assert estimate.evaluations == g.calls <= most
        status, value = estimate.status.data, estimate.value.data  # type: ignore[attr-defined]
        assert not np.any(status < 0)
        assert np.any(status != Status.OK)
        exact = np.diag(40 * np.cos(40 * x))[pattern.coordinates()]
        known = np.isfinite(value)
        assert np.all(np.abs(value - exact)[known] <= estimate.error.data[known])  # type: ignore[union-attr]


def test_tolerances() -> None:
    pattern = P.banded(20, 1)
    x = np.linspace(1, 2, 20)
    loose, tight = (
        secant.jacobian(np.sin, x, method=method, sparsity=pattern, full_output=True)
        for method in (Adaptive(rtol=1e-3), Adaptive(rtol=1e-30))
    )
    assert np.all(loose.error.data <= np.maximum(1e-3 * np.abs(loose.value.data), 1e-12))
    there = tight.value.data != 0  # no share of zero is a tolerance
    assert np.all(loose.status.data[there] == Status.OK)
    assert np.all(tight.status.data[there] == Status.TOLERANCE)
    assert loose.evaluations <= tight.evaluations


def test_steps_follow_typical() -> None:
    small = secant.Jacobian(np.sin, method=Adaptive(typical=1e-6), sparsity=P.diagonal(6), verify="never")
    assert np.all(small.estimate(np.full(6, 1e-7)).step <= 1e-6)
    typical = np.array([1e-6, 1.0, 1e-3, 1.0, 1e-6, 1.0])
    mixed = secant.Jacobian(np.sin, method=Adaptive(typical=typical), sparsity=P.diagonal(6), verify="never")
    assert np.all(mixed.estimate(np.zeros(6)).step <= typical)


# ----------------------------------------------------------------------------------------------------------------------
# what is not smooth


def test_kinks_give_the_slopes_of_both_sides() -> None:
    # Entry (i, i) has a kink for even i; (i, i - 1) has none. Some variables are mirrored by bounds in the next test.
    pattern = P.banded(8, 1, 0)

    def f(x: Any) -> Any:
        y = np.where(np.arange(8) % 2 == 0, np.where(x > 1, 3 * (x - 1), x - 1), x * x)
        y[1:] += 5 * x[:-1]
        return y

    estimate = secant.Jacobian(f, sparsity=pattern, verify="never").estimate(np.ones(8))
    check_structure(estimate, pattern)
    rows, columns = pattern.coordinates()
    kinked = (rows == columns) & (rows % 2 == 0)
    status, value, error = (a.data for a in (estimate.status, estimate.value, estimate.error))  # type: ignore[union-attr]
    assert_array_equal(status == Status.KINK, kinked)
    assert estimate.slopes is not None
    assert estimate.slopes.shape == (pattern.nnz, 2)
    assert_allclose(estimate.slopes[kinked], np.tile([1.0, 3.0], (4, 1)), rtol=1e-6)
    assert np.isnan(estimate.slopes[~kinked]).all()
    assert_allclose(value[kinked], 2.0, rtol=1e-6)
    assert np.all(error[kinked] >= 1.0 - 1e-6)
    assert_allclose(value[~kinked], np.where(rows == columns, 2.0, 5.0)[~kinked], rtol=1e-9)


def test_kinks_of_variables_that_are_mirrored_are_not() -> None:
    # x_0 has more room below, x_1 above: they move against each other, and left stays left.
    def f(x: Any) -> Any:
        return np.where(x > 0, 3 * x, x)

    bounds = ([-1.0, -0.1, -1.0, -1.0], [0.1, 1.0, 1.0, 0.2])
    estimate = secant.Jacobian(f, sparsity=P.diagonal(4), bounds=bounds, verify="never").estimate(np.zeros(4))
    assert np.all(estimate.status.data == Status.KINK)  # type: ignore[attr-defined]
    assert_allclose(estimate.slopes, np.tile([1.0, 3.0], (4, 1)), rtol=1e-6)


def test_jumps_and_infinite_slopes_have_their_status() -> None:
    def f(x: Any) -> Any:
        return np.array([np.sign(x[0] - 1), np.sin(x[1]), np.cbrt(x[2] - 1), x[3] ** 2])

    estimate = secant.Jacobian(f, sparsity=P.diagonal(4), verify="never").estimate(np.ones(4))
    assert_array_equal(estimate.status.data, [Status.JUMP, Status.OK, Status.UNBOUNDED, Status.OK])  # type: ignore[attr-defined]
    assert np.isnan(estimate.value.data[0])  # type: ignore[attr-defined]
    assert_allclose(estimate.value.data[[1, 3]], [np.cos(1), 2], rtol=1e-9)  # type: ignore[attr-defined]
    assert estimate.summary().count("1 of 4 entries") == 2


def test_a_rough_entry_does_not_spoil_others_of_its_colour() -> None:
    smooth = secant.jacobian(np.sin, np.linspace(1, 2, 6), sparsity=P.diagonal(6), full_output=True)
    rough = secant.Jacobian(
        lambda x: np.where(np.arange(6) == 3, np.abs(x - x[3] + np.sin(x - 1.6)), np.sin(x)),
        sparsity=P.diagonal(6),
        verify="never",
    ).estimate(np.linspace(1, 2, 6))
    others = np.arange(6) != 3
    exact = np.cos(np.linspace(1, 2, 6))
    for estimate in (smooth, rough):
        assert np.all(np.abs(estimate.value.data - exact)[others] <= estimate.error.data[others] + 1e-16)
        assert np.all(estimate.error.data[others] <= 1e-8)
