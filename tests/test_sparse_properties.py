"""Sparse derivatives for random patterns, functions, dtypes, layouts and scales, by Hypothesis."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose, assert_array_equal

import secant
from bars import Recorder
from colorings import P
from secant import FiniteDifference
from sparse_maps import SparseMap, SparsePotential, assert_structure, entries_of
from test_properties import HOSTILE, LAYOUTS, in_memory

pytestmark = pytest.mark.filterwarnings("ignore:the sparsity pattern is too dense")

modest = settings(deadline=None, max_examples=60, derandomize=True)

EPS = np.finfo(float).eps
CENTRAL_4 = FiniteDifference("central", 4)
EXACT: list[Any] = ["forward", "backward", "central", "complex"]
METHODS: list[Any] = [*EXACT, CENTRAL_4, FiniteDifference("backward", 3), "adaptive"]

plain = st.floats(-3, 3).map(lambda value: round(value, 3))
hostile = st.sampled_from([*HOSTILE, 1e300, -1e300]) | st.floats(-1e3, 1e3)
masks = hnp.arrays(
    np.bool_, st.tuples(st.integers(1, 8), st.integers(1, 8)), elements=st.sampled_from([False, False, True])
)


@st.composite
def cases(draw: Any, entries: Any = plain) -> tuple[P, Any]:
    """A pattern and a point."""
    pattern = P(draw(masks))
    return pattern, draw(hnp.arrays(np.float64, pattern.shape[1], elements=entries))


@st.composite
def symmetric_cases(draw: Any) -> tuple[P, Any]:
    n = draw(st.integers(1, 8))
    mask = draw(hnp.arrays(np.bool_, (n, n), elements=st.sampled_from([False, False, True])))
    return P(mask | mask.T), draw(hnp.arrays(np.float64, n, elements=plain))


@modest
@given(
    case=cases(),
    seed=st.integers(0, 99),
    method=st.sampled_from(EXACT),
    order=st.sampled_from(["best", "random", "natural"]),
)
def test_the_dense_one_bit_for_bit(case: tuple[P, Any], seed: int, method: str, order: str) -> None:
    pattern, x = case
    f = SparseMap(pattern, seed)
    coloring = secant.color(pattern, order=order, seed=seed)
    found = secant.Jacobian(f, method=method, sparsity=coloring, verify="never")(x)
    assert_structure(found, pattern)
    assert_array_equal(found.data, entries_of(secant.jacobian(f, x, method=method), pattern))


@modest
@given(case=cases(), seed=st.integers(0, 99), method=st.sampled_from(METHODS), blocks=st.booleans())
def test_right_patterns_are_verified(case: tuple[P, Any], seed: int, method: Any, blocks: bool) -> None:
    pattern, x = case
    f = SparseMap(pattern, seed)
    J = secant.Jacobian(
        f.of_block if blocks else f,
        vectorized=blocks,
        block_bytes=100,
        method=method,
        sparsity=pattern,
        verify="always",
    )
    atol = {"forward": 1e-5, "backward": 1e-5}.get(str(method), 1e-7)
    assert_allclose(J(x).data, f.exact(x).data, rtol=0, atol=atol)


@modest
@given(case=cases(), seed=st.integers(0, 99), data=st.data())
def test_missing_entries_are_found(case: tuple[P, Any], seed: int, data: Any) -> None:
    # One entry is left out of the pattern, but not out of the function: its row is named, unless its derivative is
    # as good as zero there.
    pattern, x = case
    f = SparseMap(pattern, seed)
    if not pattern.nnz:
        return
    k = data.draw(st.integers(0, pattern.nnz - 1))
    rows, columns = pattern.coordinates()
    exact = f.exact(x)
    row = exact.toarray()[rows[k]]
    if abs(row[columns[k]]) < 0.05 * np.sum(np.abs(row)):
        return
    others = np.arange(pattern.nnz) != k
    less = P.from_coordinates(rows[others], columns[others], pattern.shape)
    with pytest.raises(ValueError, match=rf"misses nonzeros in rows? (\d+, )*{rows[k]}\b"):
        secant.jacobian(f, x, method="central", sparsity=less)


@modest
@given(case=cases(), seed=st.integers(0, 99))
def test_error_bars_hold(case: tuple[P, Any], seed: int) -> None:
    pattern, x = case
    f = SparseMap(pattern, seed)
    estimate = secant.jacobian(f, x, sparsity=pattern, full_output=True)
    exact = f.exact(x.astype("g")).data
    assert_structure(estimate.error, pattern)
    # Of many thousands, one in a hundred may miss; none by much.
    within = np.abs(estimate.value.data - exact) <= 3 * np.maximum(
        estimate.error.data, np.spacing(np.abs(exact).astype(float))
    )
    assert within.all()


@modest
@given(
    case=symmetric_cases(),
    seed=st.integers(0, 99),
    method=st.sampled_from(METHODS),
    kind=st.sampled_from(["direct", "substitution"]),
)
def test_hessians_from_gradients(case: tuple[P, Any], seed: int, method: Any, kind: Any) -> None:
    pattern, x = case
    f = SparsePotential(pattern, seed)
    coloring = secant.color(pattern, structure="symmetric", decompression=kind)
    found = secant.Hessian(f, grad=f.gradient, method=method, sparsity=coloring, verify="always")(x)
    assert_structure(found, pattern)
    atol = {"forward": 1e-4, "backward": 1e-4}.get(str(method), 1e-6)
    assert_allclose(found.toarray(), f.exact(x).toarray(), rtol=0, atol=atol)


@modest
@given(case=symmetric_cases(), seed=st.integers(0, 99), method=st.sampled_from(METHODS))
def test_hessians_from_values(case: tuple[P, Any], seed: int, method: Any) -> None:
    pattern, x = case
    f = SparsePotential(pattern, seed)
    found = secant.Hessian(f, method=method, sparsity=pattern, verify="never")(x)
    assert_structure(found, pattern)
    assert_array_equal(found.data, secant.hessian(f, x, method=method)[pattern.coordinates()])
    assert_array_equal(found.toarray(), found.toarray().T)


# ----------------------------------------------------------------------------------------------------------------------
# memory and numbers


@pytest.mark.parametrize("how", LAYOUTS)
@modest
@given(case=cases(), dtype=st.sampled_from("fdg"), method=st.sampled_from(METHODS), data=st.data())
def test_the_memory_layout_does_not_matter(how: str, case: tuple[P, Any], dtype: str, method: Any, data: Any) -> None:
    pattern, x = case
    x = x.astype(dtype)
    f = SparseMap(pattern, dtype=dtype)
    J = secant.Jacobian(f, method=method, sparsity=pattern, verify="never")
    expected = J(x)
    other = in_memory(x, how)
    before = other.tobytes()
    assert_array_equal(J(other).data, expected.data)
    assert other.tobytes() == before
    K = secant.Jacobian(lambda z: in_memory(f(z), how), method=method, sparsity=pattern, verify="never")
    assert_array_equal(K(x).data, expected.data)
    assert K(x).dtype == expected.dtype


@modest
@given(x=hnp.arrays(np.float64, st.integers(1, 9), elements=hostile), method=st.sampled_from(METHODS), data=st.data())
def test_scaled_permutations_are_exact_at_any_scale(x: Any, method: Any, data: Any) -> None:
    # Powers of two do not round; all columns have one colour, whatever the sizes of variables.
    order = np.array(data.draw(st.permutations(range(x.size))))
    factors = np.exp2(np.array(data.draw(st.lists(st.integers(-12, 12), min_size=x.size, max_size=x.size))))
    pattern = P.from_coordinates(np.arange(x.size), order, (x.size, x.size))
    J = secant.Jacobian(lambda z: z[order] * factors, method=method, sparsity=pattern, verify="never")
    with np.errstate(over="raise", invalid="raise"):
        found = J.estimate(x)
    assert J.coloring is not None
    assert J.coloring.ncolors == 1
    if method == "adaptive":
        # Variables that move together have rounded steps of their own: the bars cover that.
        assert np.all(np.abs(found.value.data - factors) <= np.maximum(found.error.data, EPS * factors))
        assert_allclose(found.value.data, factors, rtol=1e-12, atol=0)
    else:
        assert_allclose(found.value.data, factors, rtol=8 * EPS, atol=0)


@modest
@given(case=cases(hostile), method=st.sampled_from(METHODS))
def test_whatever_is_not_finite_has_a_status(case: tuple[P, Any], method: Any) -> None:
    pattern, x = case
    A = pattern.to_csr(np.resize([0.25, -0.5, 0.125], pattern.nnz))
    estimate = secant.Jacobian(lambda z: A @ (z / 4), method=method, sparsity=pattern, verify="never").estimate(x)
    assert_array_equal(np.isfinite(estimate.value.data), estimate.status.data >= 0)


@modest
@given(
    case=cases(),
    widths=hnp.arrays(np.float64, (2, 8), elements=st.sampled_from([0.0, 1e-9, 1e-4, 0.03, 2.0, np.inf])),
    method=st.sampled_from(METHODS),
)
def test_f_is_never_called_outside_of_random_bounds(case: tuple[P, Any], widths: Any, method: Any) -> None:
    pattern, x = case
    widths = widths[:, : x.size]
    widths[1][(widths[0] == 0) & (widths[1] == 0)] = 1e-3
    lower, upper = x - widths[0], x + widths[1]
    f = SparseMap(pattern)

    def inside(z: Any) -> Any:
        assert np.all((np.real(z) >= lower) & (np.real(z) <= upper))
        return f(z)

    seen = Recorder(inside)
    J = secant.Jacobian(seen, method=method, bounds=(lower, upper), sparsity=pattern, verify="always")
    found = J(x)
    assert_structure(found, pattern)
    if min(np.max(widths, axis=0)) >= 0.03:
        atol = {"forward": 1e-5, "backward": 1e-5}.get(str(method), 1e-5)
        assert_allclose(found.data, f.exact(x).data, rtol=0, atol=atol)


@modest
@given(case=cases(), exponent=st.integers(-60, 60), method=st.sampled_from(METHODS))
def test_scaling_f_by_a_power_of_two_scales_its_derivative(case: tuple[P, Any], exponent: int, method: Any) -> None:
    pattern, x = case
    f, factor = SparseMap(pattern), 2.0**exponent
    J = secant.Jacobian(f, method=method, sparsity=pattern, verify="always")
    K = secant.Jacobian(lambda z: factor * f(z), method=method, sparsity=pattern, verify="always")
    assert_array_equal(K(x).data, factor * J(x).data)
