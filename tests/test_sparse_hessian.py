"""Sparse Hessians: from gradients by star and acyclic colourings, and from values of f pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import secant
from bars import Ledger, Recorder
from colorings import SYMMETRIC, P
from secant import FiniteDifference, Status
from secant.native import Function
from sparse_maps import SparsePotential, assert_structure, entries_of, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secant.methods import Method

pytestmark = pytest.mark.filterwarnings("ignore:the sparsity pattern is too dense")

CENTRAL_4 = FiniteDifference("central", 4)
METHODS: list[str | Method] = [
    "forward",
    "backward",
    "central",
    CENTRAL_4,
    FiniteDifference("forward", 3),
    "complex",
    "adaptive",
]
ATOL = {"forward": 1e-5, "backward": 1e-5, "central": 1e-7, "complex": 1e-12, "adaptive": 1e-9}
NAMES = [name for name, pattern in SYMMETRIC.items() if pattern.nnz]
GRID = P.stencil((5, 6))
ACYCLIC = {"structure": "symmetric", "decompression": "substitution"}


def point(pattern: P, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=pattern.shape[1])


def acyclic(pattern: P) -> secant.Coloring:
    return secant.color(pattern, structure="symmetric", decompression="substitution")


# ----------------------------------------------------------------------------------------------------------------------
# from gradients


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_star_colouring_reads_entries_of_the_jacobian(name: str, method: str | Method) -> None:
    pattern = SYMMETRIC[name]
    f, x = SparsePotential(pattern), point(pattern)
    H = secant.Hessian(None, grad=f.gradient, method=method, sparsity=pattern, verify="never")
    assert H.coloring is not None
    assert H.coloring.kind == "star"
    found = H(x)
    assert_structure(found, pattern)
    assert_allclose(found.toarray(), f.exact(x).toarray(), rtol=0, atol=ATOL.get(str(method), 1e-8))
    if method in ("forward", "backward", "central", "complex"):
        # An entry is one of the two that the dense Hessian is the mean of.
        J = secant.jacobian(f.gradient, x, method=method)
        own, mirrored = entries_of(J, pattern), entries_of(J.T, pattern)
        assert np.all((found.data == own) | (found.data == mirrored))


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_an_acyclic_colouring_takes_fewer_products(name: str, method: str | Method) -> None:
    pattern = SYMMETRIC[name]
    f, x, coloring = SparsePotential(pattern), point(pattern), acyclic(pattern)
    H = secant.Hessian(None, grad=f.gradient, method=method, sparsity=coloring, verify="never")
    assert H.coloring is coloring
    found = H(x)
    assert_structure(found, pattern)
    # Errors of products add up along chains.
    assert_allclose(found.toarray(), f.exact(x).toarray(), rtol=0, atol=8 * ATOL.get(str(method), 1e-8))


@pytest.mark.parametrize(("method", "each", "once"), [("forward", 1, 1), ("central", 2, 0), (CENTRAL_4, 4, 0)], ids=str)
@pytest.mark.parametrize(
    "coloring", [secant.color(GRID, structure="symmetric"), acyclic(GRID)], ids=["star", "acyclic"]
)
def test_evaluations_of_gradients_are_colours_times_points(
    method: str | Method, each: int, once: int, coloring: secant.Coloring
) -> None:
    f = SparsePotential(GRID)
    grad = Recorder(f.gradient)
    H = secant.Hessian(f, grad=grad, method=method, sparsity=coloring, verify="never")
    assert H.estimate(point(GRID)).evaluations == grad.calls == each * coloring.ncolors + once


@pytest.mark.parametrize("kind", ["star", "acyclic"])
def test_bars_from_gradients_hold(kind: str) -> None:
    ledger = Ledger()
    for name in NAMES:
        pattern = SYMMETRIC[name]
        for seed in range(5):
            f, x = SparsePotential(pattern, seed), point(pattern, seed)
            sparsity = pattern if kind == "star" else acyclic(pattern)
            estimate = secant.Hessian(None, grad=f.gradient, sparsity=sparsity).estimate(x)
            for array in (estimate.value, estimate.error, estimate.status):
                assert_structure(array, pattern)
            ledger.add(f"{name}, seed {seed}", stored(estimate), f.exact(x.astype("g")).data)
    ledger.check()


@pytest.mark.parametrize("bounds", [None, (0.0, 5.0)])
@pytest.mark.parametrize("kind", ["star", "acyclic", "values"])
@pytest.mark.parametrize("method", METHODS, ids=str)
def test_results_are_symmetric_to_the_last_bit(method: str | Method, kind: str, bounds: Any) -> None:
    for name in NAMES:
        pattern = SYMMETRIC[name]
        f, x = SparsePotential(pattern), np.clip(np.abs(point(pattern)) * 3, 0, 5)
        x[::3], x[1::4] = 0.0, 5.0
        sparsity = acyclic(pattern) if kind == "acyclic" else pattern
        grad = None if kind == "values" else f.gradient
        estimate = secant.Hessian(
            f, grad=grad, method=method, sparsity=sparsity, bounds=bounds, verify="never"
        ).estimate(x)
        for array in (estimate.value, estimate.error, estimate.status):
            if array is not None:
                assert_array_equal(array.toarray(), array.toarray().T, err_msg=name)  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["star", "acyclic"])
@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("name", ["tridiagonal", "arrowhead", "grid", "sparse with some diagonal"])
def test_bounds_with_room_on_different_sides(name: str, method: str | Method, kind: str) -> None:
    pattern = SYMMETRIC[name]
    f, n = SparsePotential(pattern), pattern.shape[1]
    x = 0.5 + point(pattern) / 4
    lower = x - np.resize([0.0, 2.0, 1e-3, 2.0, 0.0], n)
    upper = x + np.resize([2.0, 0.0, 2.0, 2.0, 1e-2], n)

    def grad(z: Any) -> Any:
        assert np.all((np.real(z) >= lower) & (np.real(z) <= upper))
        return f.gradient(z)

    sparsity = pattern if kind == "star" else acyclic(pattern)
    found = secant.Hessian(None, grad=grad, method=method, sparsity=sparsity, bounds=(lower, upper))(x)
    atol = {"central": 1e-6, "adaptive": 1e-6}.get(str(method), ATOL.get(str(method), 1e-6))
    assert_allclose(found.toarray(), f.exact(x).toarray(), rtol=0, atol=10 * atol)


@pytest.mark.parametrize("kind", ["star", "acyclic"])
@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"], ids=str)
@pytest.mark.parametrize("where", range(0, 12, 3))
def test_what_is_not_finite_has_a_status(method: str | Method, kind: str, where: int) -> None:
    # One gradient's entry is defined at x alone: what is read there is NaN; all others are as they are without it.
    pattern = P.banded(12, 2)
    f, x = SparsePotential(pattern), point(pattern)

    def grad(z: Any) -> Any:
        g = f.gradient(z)
        if np.any(z != x):
            moved = np.flatnonzero(z != x)
            g[where] = np.nan if np.any(np.abs(moved - where) <= 2) else g[where]
        return g

    sparsity = pattern if kind == "star" else acyclic(pattern)
    options: dict[str, Any] = {"method": method, "sparsity": sparsity, "verify": "never"}
    estimate = secant.Hessian(None, grad=grad, **options).estimate(x)
    value, status = estimate.value.toarray(), estimate.status.toarray()
    assert status[where, where] == Status.NOT_FINITE
    assert_array_equal(np.isnan(value), status < 0)
    if kind == "star":  # entries that are not in row `where` or column `where` are not read there
        away = np.ones((12, 12), bool)
        away[where], away[:, where] = False, False
        free = secant.Hessian(None, grad=f.gradient, **options).estimate(x)
        assert_array_equal(value[away], free.value.toarray()[away])
        assert not status[away].any()


# ----------------------------------------------------------------------------------------------------------------------
# from values


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_from_values_it_is_the_dense_one_bit_for_bit(name: str, method: str | Method) -> None:
    pattern = SYMMETRIC[name]
    f, x = SparsePotential(pattern), point(pattern)
    found = secant.Hessian(f, method=method, sparsity=pattern, verify="never").estimate(x)
    dense = secant.hessian(f, x, method=method, full_output=True)
    rows_columns = pattern.coordinates()
    assert_structure(found.value, pattern)
    assert_structure(found.status, pattern)
    assert_array_equal(found.value.data, dense.value[rows_columns])
    assert_array_equal(found.status.data, dense.status[rows_columns])
    assert_array_equal(found.step, dense.step)
    if method == "adaptive":
        assert_structure(found.error, pattern)
        assert_array_equal(found.error.data, dense.error[rows_columns])
    else:
        assert found.error is None


@pytest.mark.parametrize(
    ("method", "count"),
    [
        ("central", lambda n, pairs, own: 2 * (n + pairs) + 1),
        (CENTRAL_4, lambda n, pairs, own: 4 * (n + pairs) + 1),
        (FiniteDifference(order=8), lambda n, pairs, own: 8 * (n + pairs) + 1),
        ("forward", lambda n, pairs, own: 1 + n + pairs + own),
        ("backward", lambda n, pairs, own: 1 + n + pairs + own),
        ("complex", lambda n, pairs, own: 4 * (pairs + own)),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "name", ["diagonal", "tridiagonal", "arrowhead", "ring of eight", "sparse with some diagonal", "dense"]
)
def test_evaluations_are_those_of_pairs_with_an_entry(name: str, method: str | Method, count: Any) -> None:
    pattern = SYMMETRIC[name]
    f, x = Recorder(SparsePotential(pattern)), point(pattern)
    estimate = secant.Hessian(f, method=method, sparsity=pattern, verify="never").estimate(x)
    rows, columns = pattern.coordinates()
    pairs, own = np.count_nonzero(rows < columns), np.count_nonzero(rows == columns)
    assert estimate.evaluations == f.calls == count(pattern.shape[0], pairs, own)
    moved = {tuple(np.flatnonzero(p != x).tolist()) for p in f.points}
    there = {(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if i < j}
    assert {pair for pair in moved if len(pair) == 2} == there
    assert max(map(len, moved)) <= 2


def test_no_more_evaluations_than_entries_of_the_adaptive_method() -> None:
    pattern = P.banded(30, 1)
    f = Recorder(SparsePotential(pattern))
    x = point(pattern)
    estimate = secant.Hessian(f, sparsity=pattern, verify="never").estimate(x)
    dense = secant.hessian(SparsePotential(pattern), x, full_output=True)
    assert estimate.evaluations == f.calls < dense.evaluations / 5
    moved = {tuple(np.flatnonzero(p != x).tolist()) for p in f.points}
    assert {pair for pair in moved if len(pair) == 2} == {(i, i + 1) for i in range(29)}


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"], ids=str)
def test_bounds_from_values(method: str | Method) -> None:
    pattern = P.banded(10, 1)
    f = SparsePotential(pattern)
    x = 0.5 + point(pattern) / 4
    lower, upper = x - np.resize([0.0, 2.0, 2.0], 10), x + np.resize([2.0, 0.0, 2.0], 10)

    def inside(z: Any) -> Any:
        assert np.all((z >= lower) & (z <= upper))
        return f(z)

    options: dict[str, Any] = {"method": method, "bounds": (lower, upper)}
    found = secant.Hessian(inside, sparsity=pattern, **options)(x)
    assert_array_equal(found.data, secant.hessian(f, x, **options)[pattern.coordinates()])
    assert_allclose(found.toarray(), f.exact(x).toarray(), rtol=0, atol=1e-3 if method == "forward" else 1e-5)


@pytest.mark.parametrize("method", ["forward", "central", "adaptive"])
def test_not_finite_from_values(method: str) -> None:
    pattern = P.banded(6, 1)
    f, x = SparsePotential(pattern), point(pattern)

    def g(z: Any) -> Any:
        return f(z) if z[2] == x[2] else np.nan

    estimate = secant.Hessian(g, method=method, sparsity=pattern, verify="never").estimate(x)
    concerned = np.zeros((6, 6), bool)
    concerned[2], concerned[:, 2] = True, True
    concerned = concerned[pattern.coordinates()]
    assert_array_equal(estimate.status.data, np.where(concerned, Status.NOT_FINITE, Status.OK))
    assert_array_equal(np.isnan(estimate.value.data), concerned)
    assert_allclose(estimate.value.data[~concerned], f.exact(x).data[~concerned], rtol=0, atol=1e-3)


# ----------------------------------------------------------------------------------------------------------------------
# both


@pytest.mark.parametrize("given", ["values", "gradient"])
@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("dtype", ["f", "d", "g"])
def test_shapes_dtypes_arguments_and_blocks(given: str, method: str | Method, dtype: str) -> None:
    pattern = P.banded(12, 1)
    f, x = SparsePotential(pattern, dtype=dtype), point(pattern).astype(dtype)
    one, many = (f, f.of_block) if given == "values" else (f.gradient, f.gradients)

    def options(function: Any) -> dict[str, Any]:
        return {"f": function} if given == "values" else {"f": None, "grad": function}

    plain = secant.Hessian(**options(one), method=method, sparsity=pattern)(x)
    assert plain.dtype == np.dtype(dtype)
    assert_structure(plain, pattern)
    matrix = secant.Hessian(**options(one), method=method, sparsity=pattern)(x.reshape(3, 4))
    assert_array_equal(matrix.data, plain.data)
    for block_bytes in (2**26, 1000, 1):
        H = secant.Hessian(**options(many), method=method, sparsity=pattern, vectorized=True, block_bytes=block_bytes)
        assert_array_equal(H(x).data, plain.data)
        assert_array_equal(H(x.reshape(3, 4)).data, plain.data)
    second = secant.Hessian(**options(lambda t, z: t * one(z)), argnum=1, method=method, sparsity=pattern)
    assert_array_equal(second(2.0, x).data, 2 * plain.data)
    one_shot = secant.hessian(
        **options(lambda t, z: t * one(z)), x=x, args=(2.0,), argnum=1, method=method, sparsity=pattern
    )
    assert_array_equal(one_shot.data, 2 * plain.data)


def test_scalars() -> None:
    assert_allclose(secant.hessian(lambda x: x**3, 2.0, sparsity=[[1]]).toarray(), [[12]], rtol=1e-8)
    found = secant.hessian(None, 2.0, grad=lambda x: 3 * x**2, sparsity=[[1]])
    assert_structure(found, P([[1]]))
    assert_allclose(found.data, 12, rtol=1e-9)


def test_gradients_with_complex_values() -> None:
    pattern = P.banded(8, 1)
    f, x = SparsePotential(pattern), point(pattern)
    for sparsity in (pattern, acyclic(pattern)):
        found = secant.hessian(None, x, grad=lambda z: (1 + 2j) * f.gradient(z), method="central", sparsity=sparsity)
        assert found.dtype == np.complex128
        assert_allclose(found.toarray(), (1 + 2j) * f.exact(x).toarray(), rtol=0, atol=1e-7)


@numba.cfunc(numba.types.double(numba.types.intc, numba.types.CPointer(numba.types.double)))
def native_chain(n: int, x: Any) -> float:
    total = 0.0
    for i in range(n - 1):
        total += x[i] ** 2 * x[i + 1]
    return total


@pytest.fixture
def no_limit() -> Iterator[None]:
    yield
    secant.set_num_threads(None)


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"], ids=str)
def test_native_functions_in_any_number_of_threads(method: str | Method, no_limit: None) -> None:
    n = 400
    x = np.random.default_rng(0).normal(size=n)
    pattern = P.banded(n, 1)
    found = []
    for threads in (1, 2):
        secant.set_num_threads(threads)
        found.append(secant.hessian(Function(native_chain), x, method=method, sparsity=pattern))
    assert_array_equal(found[0].data, found[1].data)
    exact = np.diag(np.append(2 * x[1:], 0)) + np.diag(2 * x[:-1], 1) + np.diag(2 * x[:-1], -1)
    assert_allclose(found[0].toarray(), exact, rtol=0, atol=1e-3 if method == "forward" else 2e-4)
