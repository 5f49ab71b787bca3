"""Sparse Jacobians are the dense ones, entry by entry, from far fewer evaluations."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array

import colorings
import secant
import twins
from bars import Recorder
from colorings import PATTERNS, P
from secant import ComplexStep, FiniteDifference
from secant.native import Function
from sparse_maps import SparseMap, assert_structure, entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secant.methods import Method

# Patterns that are as good as dense say so; that they do has a test of its own.
pytestmark = pytest.mark.filterwarnings("ignore:the sparsity pattern is too dense")

EPS = np.finfo(float).eps
CENTRAL_4 = FiniteDifference("central", 4)
EXACT: list[str | Method] = ["forward", "backward", "central", "complex"]  # the same operations, dense or sparse
HIGHER = [FiniteDifference("central", order) for order in (4, 6, 8)] + [
    FiniteDifference(side, order) for side in ("forward", "backward") for order in (2, 3, 5, 8)
]
NAMES = [name for name, pattern in PATTERNS.items() if pattern.shape[1]]

GRID = P.stencil((6, 7), components=2)  # 84 variables, 10 colours or a few more
BAND = P.banded((12, 14), 1, 2)


def point(pattern: P, seed: int = 0, scale: float = 1.0) -> Any:
    """Variables of both signs and different sizes."""
    return scale * np.random.default_rng(seed).normal(size=pattern.shape[1]) * 2


# ----------------------------------------------------------------------------------------------------------------------
# against the dense ones


@pytest.mark.parametrize("method", EXACT, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_bit_for_bit(name: str, method: str | Method) -> None:
    pattern = PATTERNS[name]
    for seed, scale in ((0, 1.0), (1, 1e-4), (2, 1e5)):
        f, x = SparseMap(pattern, seed), point(pattern, seed, scale)
        found = secant.Jacobian(f, method=method, sparsity=pattern, verify="never")(x)
        assert_structure(found, pattern)
        assert found.dtype == np.float64
        assert_array_equal(found.data, entries_of(secant.jacobian(f, x, method=method), pattern))


@pytest.mark.parametrize("method", HIGHER, ids=lambda method: f"{method.side} {method.order}")
@pytest.mark.parametrize("name", ["tridiagonal", "grid", "random", "wide", "tall", "dense rectangle"])
def test_to_the_last_digits(name: str, method: FiniteDifference) -> None:
    # Steps are divided out in another order.
    pattern = PATTERNS[name]
    f, x = SparseMap(pattern), point(pattern)
    found = secant.jacobian(f, x, method=method, sparsity=pattern)
    assert_structure(found, pattern)
    assert_allclose(found.data, entries_of(secant.jacobian(f, x, method=method), pattern), rtol=4 * EPS, atol=0)


@pytest.mark.parametrize(("side", "order"), [("central", 2), ("central", 6), ("forward", 1), ("backward", 3)])
def test_against_a_twin(side: str, order: int) -> None:
    f, x, h = SparseMap(BAND), point(BAND), 2.0**-5
    found = secant.Jacobian(f, method=FiniteDifference(side, order, h), sparsity=BAND, verify="never")(x)
    expected = twins.jacobian(f, x, h, side, order)[BAND.coordinates()]
    assert_allclose(found.data, expected, rtol=0, atol=8 * EPS * twins.gain_of(side, order, 1) * 100 / h)


@pytest.mark.parametrize("method", [*EXACT, CENTRAL_4, "adaptive"], ids=str)
def test_against_exact_derivatives(method: str | Method) -> None:
    f, x = SparseMap(GRID), point(GRID)
    digits = {"forward": 6, "backward": 6, "central": 8, "complex": 14, "adaptive": 10}.get(str(method), 10)
    found = secant.jacobian(f, x, method=method, sparsity=GRID)
    assert_allclose(found.data, f.exact(x).data, rtol=0, atol=10.0**-digits * 10)


@pytest.mark.parametrize("method", ["forward", "central"])
@pytest.mark.parametrize("steps", ["power of two", "any", "each"])
def test_steps_of_the_user(method: str, steps: str) -> None:
    random = np.random.default_rng(0)
    step: Any = {"power of two": 2.0**-6, "any": 0.0137, "each": random.uniform(1e-5, 1e-2, BAND.shape[1])}[steps]
    options = {"method": FiniteDifference(method, step=step)}
    f, x = SparseMap(BAND), point(BAND)
    estimate = secant.Jacobian(f, sparsity=BAND, verify="never", **options).estimate(x)
    dense = secant.jacobian(f, x, full_output=True, **options)
    assert_array_equal(estimate.value.data, entries_of(dense.value, BAND))
    assert_array_equal(estimate.step, dense.step)


@pytest.mark.parametrize("method", EXACT)
def test_colourings_of_any_origin_give_the_same(method: str) -> None:
    f, x = SparseMap(GRID), point(GRID)
    expected = secant.jacobian(f, x, method=method, sparsity=GRID)
    n = GRID.shape[1]
    for order in ("natural", "smallest-last", "random"):
        coloring = secant.color(GRID, order=order)
        assert_array_equal(secant.jacobian(f, x, method=method, sparsity=coloring).data, expected.data)
    with pytest.warns(UserWarning, match="too dense"):
        each = secant.jacobian(f, x, method=method, sparsity=secant.Coloring(GRID, np.arange(n)[::-1]))
    assert_array_equal(each.data, expected.data)


@pytest.mark.parametrize("source", ["csr_array", "csc_matrix", "dense", "lists", "64 bits", "pattern"])
def test_whatever_has_a_pattern_is_taken(source: str) -> None:
    matrix = BAND.to_csr(np.zeros(BAND.nnz) if source != "dense" and source != "lists" else None)
    wide = matrix.copy()
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    sparsity = {
        "csr_array": matrix,
        "csc_matrix": matrix.tocsc(),
        "dense": matrix.toarray(),
        "lists": matrix.toarray().tolist(),
        "64 bits": wide,
        "pattern": BAND,
    }[source]
    J = secant.Jacobian(SparseMap(BAND), sparsity=sparsity, method="central")
    assert J.pattern == BAND
    assert_structure(J(point(BAND)), BAND)


def test_an_object_says_what_it_does() -> None:
    J = secant.Jacobian(SparseMap(GRID), sparsity=GRID)
    assert J.pattern is GRID
    assert J.coloring == secant.color(GRID)
    coloring = secant.color(GRID, order="natural")
    assert secant.Jacobian(SparseMap(GRID), sparsity=coloring).coloring is coloring
    dense = secant.Jacobian(SparseMap(GRID))
    assert dense.pattern is dense.coloring is None


# ----------------------------------------------------------------------------------------------------------------------
# shapes and dtypes


@pytest.mark.parametrize("method", [*EXACT, "adaptive"])
@pytest.mark.parametrize("x_shape", [(12,), (3, 4), (2, 1, 6)])
@pytest.mark.parametrize("f_shape", [(10,), (5, 2), (1, 10, 1)])
def test_x_and_values_of_any_shape(x_shape: tuple[int, ...], f_shape: tuple[int, ...], method: str) -> None:
    pattern = P.banded((10, 12), 1, 2)
    f = SparseMap(pattern, shape=f_shape)
    x = point(pattern).reshape(x_shape)
    seen = Recorder(f)
    found = secant.jacobian(seen, x, method=method, sparsity=pattern)
    assert {p.shape for p in seen.points} == {x_shape}
    assert_structure(found, pattern)
    if method == "adaptive":
        assert_allclose(found.data, f.exact(x).data, rtol=0, atol=1e-10)
    else:
        assert_array_equal(found.data, entries_of(secant.jacobian(f, x, method=method), pattern))


@pytest.mark.parametrize("method", [*EXACT, "adaptive"])
def test_scalars(method: str) -> None:
    one_row, one_column, one = [[1, 0, 1]], [[1], [0], [1]], [[1]]
    f = secant.jacobian(lambda x: x[0] * x[2], [2.0, 3.0, 5.0], method=method, sparsity=one_row)
    assert_allclose(f.toarray(), [[5, 0, 2]], rtol=1e-7)
    for x in (3.0, np.float64(3), np.array(3.0)):
        f = secant.jacobian(lambda x: np.array([x * x, 7.0 + 0 * x, 1 / x]), x, method=method, sparsity=one_column)
        assert_allclose(f.toarray(), [[6], [0], [-1 / 9]], rtol=1e-7)
        f = secant.jacobian(lambda x: x**3, x, method=method, sparsity=one)
        assert_structure(f, P(one))
        assert_allclose(f.data, 27, rtol=1e-7)


@pytest.mark.parametrize("method", [*EXACT, CENTRAL_4, "adaptive"], ids=str)
@pytest.mark.parametrize("f_dtype", ["f", "d", "g", "F", "D", "G"])
@pytest.mark.parametrize("x_dtype", ["f", "d", "g", "i4"])
def test_dtypes_are_those_of_the_dense_one(x_dtype: str, f_dtype: str, method: str | Method) -> None:
    if method == "complex" and np.dtype(f_dtype).kind == "c":
        pytest.skip("the complex step needs real values")
    f = SparseMap(BAND, dtype=f_dtype)
    x = (10 * point(BAND)).astype(x_dtype) if x_dtype == "i4" else point(BAND).astype(x_dtype)
    seen = Recorder(f)
    found = secant.jacobian(seen, x, method=method, sparsity=BAND, full_output=True)
    dense = secant.jacobian(f, x, method=method, full_output=True)
    assert found.value.dtype == dense.value.dtype
    if method != "complex":
        assert {p.dtype for p in seen.points} == {np.dtype("d" if x_dtype == "i4" else x_dtype)}
    if method == "adaptive":
        assert found.error.dtype == dense.error.dtype
        apart = np.abs(found.value.data - entries_of(dense.value, BAND))
        assert np.all(apart <= found.error.data + dense.error[BAND.coordinates()])
    elif method in EXACT:
        assert_array_equal(found.value.data, entries_of(dense.value, BAND))
    else:
        assert_allclose(
            found.value.data, entries_of(dense.value, BAND), rtol=4 * np.finfo(found.value.dtype).eps, atol=0
        )


def test_arguments_and_their_order() -> None:
    f, x = SparseMap(BAND), point(BAND)

    def g(t: float, z: Any, scale: Any, *, power: int = 1) -> Any:
        assert type(t) is float
        return t * scale[0] * f(z) ** power

    J = secant.Jacobian(g, argnum=1, method="central", sparsity=BAND)
    expected = entries_of(secant.Jacobian(g, argnum=1, method="central")(2.5, x, [3]), BAND)
    assert_array_equal(J(2.5, x, [3]).data, expected)
    assert_array_equal(J.estimate(2.5, x, [3]).value.data, expected)
    one_shot = secant.jacobian(g, x, args=(2.5, [3]), argnum=1, method="central", sparsity=BAND)
    assert_array_equal(one_shot.data, expected)
    with pytest.raises(TypeError, match="differentiated by its argument number 1, but only 1"):
        J(2.5)


# ----------------------------------------------------------------------------------------------------------------------
# blocks, native functions, threads


@pytest.mark.parametrize("method", [*EXACT, CENTRAL_4, FiniteDifference("backward", 3), "adaptive"], ids=str)
@pytest.mark.parametrize("dtype", ["f", "d", "g"])
def test_vectorized_equals_point_by_point_bit_for_bit(method: str | Method, dtype: str) -> None:
    f, x = SparseMap(GRID, dtype=dtype), point(GRID).astype(dtype)
    expected = secant.jacobian(f, x, method=method, sparsity=GRID)
    for block_bytes in (2**26, 3000, 1):
        seen = Recorder(f.of_block)
        J = secant.Jacobian(seen, method=method, sparsity=GRID, vectorized=True, block_bytes=block_bytes)
        assert_array_equal(J(x).data, expected.data)
        assert_array_equal(J(x).data, expected.data)
        assert {p.shape[1:] for p in seen.points} == {x.shape}
        size = x.itemsize * (1 + (method == "complex")) * (GRID.shape[0] + GRID.shape[1])
        # The look that verifies the pattern needs two points.
        assert max(len(p) for p in seen.points) <= max(2, block_bytes // size)


def test_vectorized_matrices() -> None:
    pattern = P.banded(12, 1)
    f = SparseMap(pattern, shape=(2, 6))
    x = point(pattern).reshape(3, 4)
    found = secant.jacobian(f.of_block, x, sparsity=pattern, vectorized=True, method="central")
    assert_array_equal(found.data, secant.jacobian(f, x, sparsity=pattern, method="central").data)


VECTOR = numba.types.void(
    numba.types.intc,
    numba.types.CPointer(numba.types.double),
    numba.types.intc,
    numba.types.CPointer(numba.types.double),
    numba.types.voidptr,
)


@numba.cfunc(VECTOR)
def native_band(n: int, x: Any, m: int, y: Any, data: Any) -> None:
    for i in range(m):
        y[i] = x[i] * x[i]
        if i > 0:
            y[i] += x[i - 1] / (1 + x[i] * x[i])
        if i + 1 < n:
            y[i] -= x[i] * x[i + 1]


def band(x: Any) -> Any:
    y = x * x
    y[1:] += x[:-1] / (1 + x[1:] * x[1:])
    y[:-1] -= x[:-1] * x[1:]
    return y


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"], ids=str)
@pytest.mark.parametrize("n", [8, 3000])
def test_native_functions(method: str | Method, n: int) -> None:
    pattern, x = P.banded(n, 1), np.random.default_rng(0).normal(size=n)
    native = secant.jacobian(Function(native_band, outputs=n), x, method=method, sparsity=pattern)
    assert_structure(native, pattern)
    assert_allclose(native.data, secant.jacobian(band, x, method=method, sparsity=pattern).data, rtol=1e-9, atol=1e-9)


def test_a_native_diagonal(native_functions: Any) -> None:
    x = np.array([1.0, -2.0, 0.5, 3.0])
    f = Function(native_functions.vector_with_data, outputs=6)
    found = secant.jacobian(f, x, sparsity=P.banded((6, 4), 0), method="central")
    assert_array_equal(found.toarray(), secant.jacobian(f, x, method="central"))
    estimate = secant.jacobian(f, x, sparsity=P.banded((6, 4), 0), method="central", full_output=True)
    assert estimate.evaluations == 2


@pytest.fixture
def no_limit() -> Iterator[None]:
    yield
    secant.set_num_threads(None)


@pytest.mark.parametrize("method", ["forward", "central", "adaptive"])
def test_the_number_of_threads_does_not_matter(method: str, no_limit: None) -> None:
    # Many colours, so that there is work to share; many entries, which are read in threads.
    x = np.random.default_rng(0).normal(size=4000)
    small, large = P.banded(4000, 60), P.banded(4000, 150)
    found = []
    for threads in (1, 2):
        secant.set_num_threads(threads)
        f = Function(native_band, outputs=4000)
        J = secant.Jacobian(f, sparsity=small if method == "adaptive" else large, method=method, verify="never")
        estimate = J.estimate(x)
        found.append((estimate.value.data, estimate.status.data, estimate.step, estimate.evaluations))
        if estimate.error is not None:
            found[-1] += (estimate.error.data,)
    for one, other in zip(*found, strict=True):
        assert_array_equal(one, other)


# ----------------------------------------------------------------------------------------------------------------------
# what it costs


@pytest.mark.parametrize(
    ("method", "each", "once"),
    [
        ("forward", 1, 1),
        ("backward", 1, 1),
        ("central", 2, 0),
        (CENTRAL_4, 4, 0),
        (FiniteDifference("central", 8), 8, 0),
        (FiniteDifference("forward", 3), 3, 1),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["tridiagonal", "grid", "dense column", "random with gaps"])
def test_evaluations_are_colours_times_points(name: str, method: str | Method, each: int, once: int) -> None:
    pattern = PATTERNS[name]
    f = Recorder(SparseMap(pattern))
    J = secant.Jacobian(f, method=method, sparsity=pattern, verify="never")
    assert J.coloring is not None
    estimate = J.estimate(point(pattern))
    assert estimate.evaluations == f.calls == each * J.coloring.ncolors + once
    f.points.clear()
    J(point(pattern))
    assert f.calls == estimate.evaluations


@pytest.mark.parametrize("method", ["complex", ComplexStep(1e-20)], ids=str)
def test_evaluations_of_the_complex_step(method: str | Method) -> None:
    # As for a dense one, something is added for the check that f is analytic.
    def extra(n: int) -> int:
        f = SparseMap(P.diagonal(n))
        return secant.jacobian(f, np.ones(n), method=method, full_output=True).evaluations - n

    pattern = PATTERNS["grid"]
    estimate = secant.jacobian(SparseMap(pattern), point(pattern), method=method, sparsity=pattern, full_output=True)
    assert estimate.evaluations == secant.color(pattern).ncolors + extra(7)


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: np.exp(-x), lambda x: -np.exp(-x)),
        (np.log, lambda x: 1 / x),
        (np.sqrt, lambda x: 1 / (2 * np.sqrt(x))),
        (lambda x: x / (1 + x), lambda x: 1 / (1 + x) ** 2),
    ],
)
def test_bars_hold_where_variables_of_one_colour_have_scales_of_their_own(f: Any, slope: Any) -> None:
    # Values that underflow are not told from zero.
    x = np.logspace(-6, 6, 300)
    estimate = secant.Jacobian(f, sparsity=P.diagonal(300), bounds=(0.0, None), verify="never").estimate(x)
    exact = slope(x.astype("g")).astype("d")
    normal = np.abs(f(x)) > 1e-290
    wrong = np.abs(estimate.value.data - exact) > estimate.error.data + 4 * EPS * np.abs(exact)
    assert np.mean(wrong[normal]) <= 0.01
    assert np.median(estimate.error.data[normal] / np.abs(exact[normal])) <= 1e-9


def test_evaluations_of_the_adaptive_method() -> None:
    # As many as a dense Jacobian with a column for each colour: 7 a column and f(x), where all is smooth.
    f = Recorder(np.sin)
    estimate = secant.Jacobian(f, sparsity=P.diagonal(50), verify="never").estimate(np.linspace(1, 2, 50))
    assert estimate.evaluations == f.calls == 8


def test_no_evaluations_without_colours() -> None:
    nothing = P.from_coordinates([], [], (3, 4))
    f = Recorder(lambda x: 1 + 0 * x[:3])
    coloring = secant.Coloring(nothing, [-1] * 4)
    for method in [*EXACT, "adaptive"]:
        f.points.clear()
        estimate = secant.Jacobian(f, method=method, sparsity=coloring, verify="never").estimate(np.ones(4))
        assert_structure(estimate.value, nothing)
        assert estimate.evaluations == f.calls == 1  # f(x) says how many rows there are


def test_many_variables() -> None:
    n = 200_000
    x = np.linspace(-1, 1, n)
    pattern = P.banded(n, 1)
    found = secant.jacobian(band, x, method="central", sparsity=pattern)
    assert_structure(found, pattern)
    exact = 2 * x
    exact[1:] -= 2 * x[1:] * x[:-1] / (1 + x[1:] ** 2) ** 2
    exact[:-1] -= x[1:]
    assert_allclose(found.diagonal(), exact, rtol=0, atol=1e-8)
    assert_allclose(found.diagonal(1), -x[:-1], rtol=0, atol=1e-8)


def test_results_are_new_matrices() -> None:
    J = secant.Jacobian(SparseMap(BAND), sparsity=BAND, method="central")
    x = point(BAND)
    first, second = J(x), J(x)
    for name in ("data", "indices", "indptr"):
        assert not np.shares_memory(getattr(first, name), getattr(second, name))
    expected = second.toarray()
    first.data[:], first.indices[:] = np.nan, 0
    assert_array_equal(J(x).toarray(), expected)
    assert isinstance(first @ x, np.ndarray)
    assert isinstance(first.T @ first, csr_array) or math.prod(first.shape)


def test_published_patterns_of_functions() -> None:
    pattern = colorings.published("lp_finnis")
    f, x = SparseMap(pattern), point(pattern)
    estimate = secant.jacobian(f, x, sparsity=pattern, method="central", full_output=True)
    assert estimate.evaluations == 82
    assert_allclose(estimate.value.data, f.exact(x).data, rtol=0, atol=1e-8)
