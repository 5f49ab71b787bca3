"""Calls of sparse derivatives that meet: from several threads, from inside each other, one after another."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import secant
from colorings import P
from secant import FiniteDifference
from sparse_maps import SparseMap, SparsePotential

if TYPE_CHECKING:
    from secant.methods import Method

CENTRAL_4 = FiniteDifference("central", 4)
METHODS: list[str | Method] = ["forward", "central", CENTRAL_4, "complex", "adaptive"]
BAND = P.banded(12, 1)


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("vectorized", [False, True])
def test_four_threads_at_once_give_the_bits_of_one(vectorized: bool, method: str | Method) -> None:
    f, g = SparseMap(BAND), SparsePotential(BAND)
    options: dict[str, Any] = {"method": method, "vectorized": vectorized, "sparsity": BAND, "verify": "first"}
    of_f, of_g = (f.of_block, g.of_block) if vectorized else (f, g)
    J, H = secant.Jacobian(of_f, **options), secant.Hessian(of_g, **options)
    points = np.random.default_rng(0).normal(size=(4, 6, 12))
    expected = [[(J(x).data, H(x).data) for x in some] for some in points]
    J, H = secant.Jacobian(of_f, **options), secant.Hessian(of_g, **options)  # not yet verified
    found: list[Any] = [None] * 4
    together = threading.Barrier(4)

    def work(k: int) -> None:
        together.wait()
        found[k] = [(J(x).data, H(x).data) for x in points[k]]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_array_equal(found, expected)


def test_a_colouring_serves_several_threads() -> None:
    coloring = secant.color(P.stencil((30, 30)), structure="symmetric", decompression="substitution")
    products = np.random.default_rng(0).normal(size=(4, 900, coloring.ncolors))
    expected = [coloring.decompress(one).data for one in products]
    found: list[Any] = [None] * 4

    def work(k: int) -> None:
        found[k] = [coloring.decompress(products[k]).data for _ in range(20)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for mine, theirs in zip(found, expected, strict=True):
        for data in mine:
            assert_array_equal(data, theirs)


def test_an_object_may_be_called_from_inside_its_own_function() -> None:
    depths = []

    def recursive(x: Any, depth: int) -> Any:
        depths.append(depth)
        return same(x, depth - 1).diagonal() if depth else x**3

    step = FiniteDifference("central", step=0.25)
    same = secant.Jacobian(recursive, method=step, sparsity=P.diagonal(5), verify="never")
    # Central differences are exact on the parabolas 3 x² + h².
    assert_allclose(same(np.arange(5.0), 1).data, 6 * np.arange(5.0), rtol=1e-12, atol=1e-12)
    assert depths == [1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"], ids=str)
@pytest.mark.parametrize("bounds", [None, (0.0, 1.0)])
def test_earlier_calls_leave_no_trace(method: str | Method, bounds: Any) -> None:
    # Of arrays that are large enough for their memory to be kept, filled with NaN by calls of all sizes.
    def coupled(x: Any) -> Any:
        y = np.sin(x)
        y[1:] += x[:-1] / 2
        return y

    def wild(x: Any) -> Any:
        return np.full(x.size, 1.0) if np.array_equal(x, start[: x.size]) else np.full(x.size, np.nan)

    start = np.resize([0.0, 0.5, 1.0, 0.25], 30_000)
    options: dict[str, Any] = {"method": method, "verify": "never"}

    def find(n: int) -> Any:
        return secant.Jacobian(coupled, sparsity=P.banded(n, 1, 0), bounds=bounds, **options).estimate(start[:n])

    sizes = (5_000, 9_000, 30_000)
    expected = [find(n) for n in sizes]
    for _ in range(3):
        for n, first in zip(sizes, expected, strict=True):
            spoilt = secant.Jacobian(wild, sparsity=P.banded(n, 1, 0), **options).estimate(start[:n])
            assert np.isnan(spoilt.value.data).all()
            again = find(n)
            assert_array_equal(again.value.data, first.value.data)
            assert_array_equal(again.status.data, first.status.data)
            assert_array_equal(again.step, first.step)
            if method == "adaptive":
                assert_array_equal(again.error.data, first.error.data)
        sizes, expected = sizes[::-1], expected[::-1]


def test_a_mixture_of_objects_dtypes_and_sizes() -> None:
    random = np.random.default_rng(0)
    objects = []
    for k in range(24):
        n = int(random.integers(2, 4000))
        pattern = P.banded(n, int(random.integers(0, 3)), int(random.integers(0, 3)))
        dtype = "fdgFD"[k % 5]
        f = SparseMap(pattern, k, dtype)
        x = random.normal(size=n).astype(dtype.lower() if dtype != "F" else "f")
        objects.append((secant.Jacobian(f, method="central", sparsity=pattern, verify="never"), x))
    expected = [J(x).data for J, x in objects]
    for k in random.integers(0, len(objects), 60):
        J, x = objects[k]
        assert_array_equal(J(x).data, expected[k])
