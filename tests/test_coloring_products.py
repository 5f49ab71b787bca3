"""compress and decompress: matrices of every kind, products of every dtype and memory layout."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import colorings
import secant
from colorings import MADE, P
from secant import Coloring, color

REAL = ["f", "d", "g"]
COMPLEX = ["F", "D", "G"]


def matrix_of(coloring: Coloring, dtype: Any = np.float64) -> Any:
    """Integers that fit into each dtype; complex ones with an imaginary part."""
    matrix = colorings.integers_on(coloring.pattern, coloring.structure == "symmetric")
    matrix = matrix.astype(dtype)
    if np.dtype(dtype).kind == "c":
        matrix.data = matrix.data + 2j * matrix.data.real[::-1].sum() + 1j * matrix.data.real
        matrix.data = matrix.data.astype(dtype)
    return matrix


def each(products: Any, change: Any) -> Any:
    """The same change for one product or both."""
    return tuple(map(change, products)) if isinstance(products, tuple) else change(products)


# ----------------------------------------------------------------------------------------------------------------------
# compress


def only_products(matrix: Any) -> LinearOperator:
    """A matrix of which nothing is known but its products with vectors."""
    return LinearOperator(matrix.shape, matvec=lambda v: matrix @ v, rmatvec=lambda v: matrix.T @ v, dtype=matrix.dtype)


SOURCES = {
    "csr_array": sp.csr_array,
    "csc_array": sp.csc_array,
    "coo_array": sp.coo_array,
    "csr_matrix": sp.csr_matrix,
    "ndarray": lambda matrix: matrix.toarray(),
    "fortran": lambda matrix: np.asfortranarray(matrix.toarray()),
    "integers": lambda matrix: matrix.toarray().astype(int),
    "lists": lambda matrix: matrix.toarray().tolist(),
    "matrix": lambda matrix: np.matrix(matrix.toarray()),
    "LinearOperator": aslinearoperator,
    "LinearOperator by products": only_products,
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", MADE)
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_whatever_has_products_is_compressed(name: str, source: str) -> None:
    coloring = MADE[name]
    dense = matrix_of(coloring).toarray()
    if not dense.size and source in ("lists", "LinearOperator by products"):
        pytest.skip("a list, or an operator made of functions, does not say that it is 0×3")
    products = coloring.compress(SOURCES[source](matrix_of(coloring)))
    seeds = coloring.seeds
    expected = {
        "column": lambda: (dense @ seeds.toarray(),),
        "row": lambda: (seeds.toarray().T @ dense,),
        "bidirectional": lambda: (dense @ seeds[0].toarray(), seeds[1].toarray().T @ dense),
    }[coloring.partition]()
    found = products if isinstance(products, tuple) else (products,)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert type(one) is np.ndarray
        assert one.dtype == np.float64
        assert_array_equal(one, other)


def test_an_operator_is_compressed_where_one_side_has_no_colours() -> None:
    operator = only_products(matrix_of(MADE["column"]))
    coloring = Coloring(MADE["column"].pattern, MADE["column"].column_colors, [-1] * 6)
    of_columns, of_rows = coloring.compress(operator)
    assert of_rows.shape == (0, 6)
    assert_array_equal(of_columns, MADE["column"].compress(operator))
    nothing = color(P.from_coordinates([], [], (3, 3)), structure="symmetric")
    assert nothing.compress(only_products(np.zeros((3, 3)))).shape == (3, nothing.ncolors)


def test_products_of_jacobians_without_a_matrix() -> None:
    def f(x: Any) -> Any:
        return np.append(x[:-1] * x[1:], x[0] ** 2)

    x = np.arange(1.0, 7.0)
    coloring = color(secant.jacobian(f, x) != 0, partition="bidirectional")
    found = coloring.decompress(coloring.compress(secant.Jacobian(f, method="complex").operator(x)))
    np.testing.assert_allclose(found.toarray(), secant.jacobian(f, x), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("shape", [(5, 6), (6, 5), (6,), (), (1, 6, 6)])
def test_a_matrix_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    message = re.escape(f"matrix has shape {shape}, the pattern has shape (6, 6)")
    for source in (np.zeros(shape), np.zeros(shape).tolist()):
        with pytest.raises(ValueError, match=message):
            MADE["column"].compress(source)


# ----------------------------------------------------------------------------------------------------------------------
# decompress


@pytest.mark.parametrize("dtype", REAL + COMPLEX)
@pytest.mark.parametrize("name", MADE)
def test_every_dtype_is_kept(name: str, dtype: str) -> None:
    coloring = MADE[name]
    matrix = matrix_of(coloring, dtype)
    found = coloring.decompress(each(coloring.compress(matrix), lambda product: product.astype(dtype)))
    assert found.dtype == np.dtype(dtype)
    assert_array_equal(found.data, matrix.data)
    assert_array_equal(found.indices, coloring.pattern.indices)
    assert_array_equal(found.indptr, coloring.pattern.indptr)


@pytest.mark.parametrize(("dtype", "expected"), [("i1", "d"), ("u8", "d"), (">f8", "d"), (">f4", "f"), (">c16", "D")])
def test_dtypes_that_become_others(dtype: str, expected: str) -> None:
    coloring = MADE["acyclic"]
    found = coloring.decompress(coloring.compress(matrix_of(coloring)).astype(dtype))
    assert found.dtype == np.dtype(expected)
    assert_array_equal(found.toarray(), matrix_of(coloring).toarray())


def test_two_products_of_different_dtypes() -> None:
    coloring = MADE["bidirectional"]
    of_columns, of_rows = coloring.compress(matrix_of(coloring))
    for change, expected in (("f", "d"), ("F", "D"), ("g", "g"), ("i4", "d")):
        for products in ((of_columns.astype(change), of_rows), [of_columns, of_rows.astype(change)]):
            found = coloring.decompress(products)
            assert found.dtype == np.dtype(expected)
            assert_array_equal(found.toarray(), matrix_of(coloring).toarray())


def field_of(array: Any, before: str) -> Any:
    """A field of records: its items are farther apart than they are long, by less than twice."""
    records = np.zeros(array.shape, [("before", before), ("value", array.dtype)])
    records["value"] = array
    return records["value"]


def every_second(array: Any) -> Any:
    wide = np.full((2 * array.shape[0], 3 * array.shape[1]), np.nan, array.dtype)
    wide[::2, 1::3] = array
    return wide[::2, 1::3]


LAYOUTS = {
    "fortran": np.asfortranarray,
    "strided": every_second,
    "negative": lambda array: array[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": lambda array: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
    "lists": lambda array: array.tolist() if array.size else array,
    "matrix": lambda array: np.matrix(array),
    "next to bytes": lambda array: field_of(array, "i1"),
    "next to floats": lambda array: field_of(array, "f4"),
    "next to doubles": lambda array: field_of(array, "f8"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["column", "row", "bidirectional", "bidirectional, substitution", "star", "acyclic"])
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_the_memory_layout_of_products_does_not_matter(name: str, layout: str) -> None:
    coloring = MADE[name]
    for dtype in ("d", "D") if layout == "lists" else ("f", "d", "g", "F", "D", "G"):
        matrix = matrix_of(coloring, dtype)
        plain = each(coloring.compress(matrix), lambda product, dtype=dtype: np.ascontiguousarray(product, dtype))
        changed = each(plain, LAYOUTS[layout])
        assert_array_equal(coloring.decompress(changed).data, matrix.data)
        for one, other in zip(changed, plain, strict=True):  # nothing was subtracted in them
            assert_array_equal(np.ravel(one), np.ravel(other))


def test_a_broadcast_product() -> None:
    coloring = color(P.diagonal(5))
    assert_array_equal(coloring.decompress(np.broadcast_to(3.0, (5, 1))).toarray(), 3 * np.eye(5))


def test_a_matrix_has_its_own_memory() -> None:
    coloring = MADE["column"]
    products = coloring.compress(matrix_of(coloring))
    found, other = coloring.decompress(products), coloring.decompress(products)
    found.data[:] = 0
    found.indices[:] = 0
    assert_array_equal(other.toarray(), matrix_of(coloring).toarray())
    assert_array_equal(coloring.decompress(products).toarray(), other.toarray())


def test_what_is_not_finite_stays_in_its_entries() -> None:
    coloring = MADE["star"]
    matrix = matrix_of(coloring)
    products = coloring.compress(matrix)
    products[0, coloring.column_colors[0]] = np.nan
    found = coloring.decompress(products).toarray()
    assert np.isnan(found[0, 0])
    found[0, 0] = matrix[0, 0]
    assert_array_equal(found, matrix.toarray())


@pytest.mark.parametrize(
    ("name", "products", "error", "message"),
    [
        ("column", np.zeros((5, 3)), ValueError, "products with columns have shape (5, 3); the colouring needs (6, 3)"),
        ("column", np.zeros((6, 2)), ValueError, "products with columns have shape (6, 2); the colouring needs (6, 3)"),
        ("column", np.zeros(6), ValueError, "products with columns have shape (6,); the colouring needs (6, 3)"),
        ("column", (np.zeros((6, 3)), np.zeros((6, 3))), ValueError, "products with columns have shape (2, 6, 3)"),
        ("row", np.zeros((6, 3)), ValueError, "products with rows have shape (6, 3); the colouring needs (3, 6)"),
        (
            "bidirectional",
            np.zeros((8, 3)),
            ValueError,
            "products is not a pair; a bidirectional colouring needs those",
        ),
        ("bidirectional", (np.zeros((8, 3)),), ValueError, "products is not a pair"),
        ("bidirectional", (np.zeros((8, 9)), np.zeros((1, 8))), ValueError, "products with columns have shape (8, 9)"),
        (
            "acyclic",
            np.zeros((6, 3)),
            ValueError,
            "products with columns have shape (6, 3); the colouring needs (6, 2)",
        ),
        ("column", np.full((6, 3), "1"), TypeError, "products have dtype <U1; accepted are real and complex numbers"),
        (
            "column",
            np.zeros((6, 3), object),
            TypeError,
            "products have dtype object; accepted are real and complex numbers",
        ),
        ("column", np.zeros((6, 3), np.float16), TypeError, "products have dtype float16; accepted are"),
        ("column", None, TypeError, "products have dtype object; accepted are real and complex numbers"),
        ("column", np.zeros((6, 3), "M8[s]"), TypeError, "products have dtype datetime64[s]; accepted are"),
    ],
)
def test_products_that_do_not_fit(name: str, products: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        MADE[name].decompress(products)


@pytest.mark.parametrize("products", ["None", "(None, None)", "(of_columns, None)", "(None, of_rows)"])
def test_products_that_are_none(products: str) -> None:
    # In a process of its own, which may not survive it.
    code = f"""
from secant import SparsityPattern, color
coloring = color(SparsityPattern.arrowhead(8), partition="bidirectional")
of_columns, of_rows = coloring.compress(coloring.pattern.to_csr())
try:
    coloring.decompress({products})
except (TypeError, ValueError) as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
    assert re.match("products (have dtype object; accepted are|is not a pair)", done.stdout)
