"""What patterns are made from: dense and sparse matrices, good and damaged."""

from __future__ import annotations

import pickle
from typing import Any

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings

from patterns import check, masks
from secant.sparsity import SparsityPattern, as_pattern

modest = settings(deadline=None, max_examples=60, derandomize=True)

FORMATS = ["csr", "csc", "coo", "bsr", "dia", "dok", "lil"]
values = st.sampled_from([0.0, -0.0, 1.0, -2.5, np.nan, np.inf, 5e-324])

ACCEPTED = "accepted are scipy.sparse matrices and arrays, dense arrays of two dimensions, and SparsityPattern"


# ----------------------------------------------------------------------------------------------------------------------
# dense sources


@modest
@given(mask=masks, order=st.sampled_from("CF"), dtype=st.sampled_from(["?", "i1", "u8", "f4", "g", "F"]))
def test_dense_arrays(mask: Any, order: str, dtype: str) -> None:
    check(SparsityPattern(np.asarray(mask, dtype, order=order)), mask)
    check(SparsityPattern(np.asarray(mask, dtype, order=order)[::-1, ::2]), mask[::-1, ::2])


@modest
@given(array=hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=6), elements=values))
def test_whatever_is_not_zero_is_an_entry(array: Any) -> None:
    check(SparsityPattern(array), [[value != 0 for value in row] for row in array] if len(array) else array)


def test_lists_matrices_and_other_patterns() -> None:
    expected = SparsityPattern(np.eye(3))
    for source in ([[1, 0, 0], [0, True, 0], [0, 0, 2j]], ((1, 0, 0), (0, 1, 0), (0, 0, 1)), list(np.eye(3))):
        assert SparsityPattern(source) == expected
    assert SparsityPattern(expected) == expected
    assert SparsityPattern([[]]).shape == (1, 0)


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (None, TypeError, rf"^source has dtype object \(NoneType\); {ACCEPTED}, of booleans or numbers"),
        ("banded", TypeError, r"^source has dtype <U6 \(str\)"),
        ({"a": 1}, TypeError, r"^source has dtype object \(dict\)"),
        (np.array([[1, None]]), TypeError, r"^source has dtype object \(ndarray\)"),
        ([["1", "0"]], TypeError, r"^source has dtype <U1 \(list\)"),
        (np.zeros((2, 2), "M8[s]"), TypeError, r"^source has dtype datetime64"),
        (np.zeros((2, 2), "f8,f8"), TypeError, r"^source has dtype"),
        (3, TypeError, rf"^source is a single number \(int\); {ACCEPTED}"),
        (np.float64(1.0), TypeError, r"^source is a single number \(float64\)"),
        (np.ma.masked_equal(np.eye(2), 0), TypeError, r"^source is a masked array.*pass x.filled\(\.\.\.\)"),
        ((3, 4), ValueError, rf"^source has shape \(2,\); {ACCEPTED}"),
        (np.ones((2, 2, 2)), ValueError, r"^source has shape \(2, 2, 2\)"),
        ([[1], [1, 2]], ValueError, r"^source cannot be made an array \(list\): .*inhomogeneous"),
        (sp.coo_array(np.ones(3)), ValueError, rf"^source has shape \(3,\); {ACCEPTED}"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_matrix(source: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SparsityPattern(source)
    with pytest.raises(error, match=message.replace("^source", "^sparsity")):
        as_pattern(source, "sparsity")


def test_as_pattern_keeps_patterns() -> None:
    pattern = SparsityPattern.diagonal(3)
    assert as_pattern(pattern, "sparsity") is pattern
    assert as_pattern(np.eye(3), "sparsity") == pattern


# ----------------------------------------------------------------------------------------------------------------------
# sparse sources


@modest
@given(mask=masks, kind=st.sampled_from([sp.csr_array, sp.csr_matrix]), dtype=st.sampled_from(["?", "f8", "c16"]))
@pytest.mark.parametrize("form", FORMATS)
def test_sparse_formats(form: str, mask: Any, kind: Any, dtype: str) -> None:
    source = kind(mask.astype(dtype)).asformat(form)
    # Diagonals and blocks store more than what is not zero.
    stored = source.copy()
    if form in ("bsr", "dia"):
        stored.data = np.ones_like(stored.data)
    check(SparsityPattern(source), stored.toarray() != 0)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dok", "lil"])
def test_explicit_zeros_are_entries(form: str) -> None:
    source = sp.csr_array((np.array([1.0, 0.0, 0.0]), [0, 2, 1], [0, 2, 3, 3]), shape=(3, 4)).asformat(form)
    check(SparsityPattern(source), [[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]])


def test_explicit_zeros_on_diagonals_are_entries() -> None:
    source = sp.dia_array((np.array([[1.0, 0.0, 3.0], [0.0, 0.0, 1.0]]), [0, 2]), shape=(3, 3))
    check(SparsityPattern(source), np.eye(3) + np.eye(3, k=2))


def test_diagonals_that_reach_beyond_the_matrix() -> None:
    for columns in (1, 3, 7):
        source = sp.dia_array((np.ones((3, columns)), [-1, 0, 3]), shape=(4, 5))
        check(SparsityPattern(source), source.toarray() != 0)


def test_blocks_with_zeros() -> None:
    source = sp.bsr_array((np.zeros((2, 2, 3)), [1, 0], [0, 1, 2]), shape=(4, 6))
    check(SparsityPattern(source), np.kron([[0, 1], [1, 0]], np.ones((2, 3))) != 0)


@modest
@given(mask=masks, data=st.data())
@pytest.mark.parametrize("form", ["csr", "csc"])
def test_indices_in_any_order(form: str, mask: Any, data: Any) -> None:
    source = sp.csr_array(mask).asformat(form)
    for i in range(len(source.indptr) - 1):
        part = slice(source.indptr[i], source.indptr[i + 1])
        source.indices[part] = data.draw(st.permutations(source.indices[part].tolist()))
    source.has_sorted_indices = False
    check(SparsityPattern(source), mask)


def test_room_behind_the_last_entry_is_left_alone() -> None:
    source = sp.csr_array(np.eye(3))
    source.indices, source.data = np.append(source.indices, [7, -1]), np.append(source.data, [1.0, 1.0])
    check(SparsityPattern(source), np.eye(3))
    for other in (source.T, sp.csc_array(np.eye(3))):
        check(SparsityPattern(other), np.eye(3))


def damaged(form: str, **arrays: Any) -> Any:
    """A 3×4 matrix with arrays that SciPy does not look at again."""
    matrix = sp.csr_array(([1.0, 1.0, 1.0], [0, 3, 1], [0, 2, 2, 3]), shape=(3, 4)).asformat(form)
    for name, values in arrays.items():
        setattr(matrix, name, np.array(values))
    return matrix


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (damaged("coo", row=[0, 0, 0], col=[3, 1, 3]), r"source stores the entry \(0, 3\) 2 times; its method sum_dup"),
        (damaged("csr", indices=[1, 1, 2]), r"source stores the entry \(0, 1\) 2 times; its method sum_duplicates\(\)"),
        (damaged("csc", indptr=[0, 0, 3, 3, 3], indices=[2, 0, 2]), r"source stores the entry \(2, 1\) 2 times"),
        (
            sp.bsr_array((np.ones((2, 2, 2)), [1, 1], [0, 2]), shape=(2, 4)),
            r"source stores the entry \(0, 2\) 2 times",
        ),
        (damaged("coo", row=[0, -1, 2]), r"source.row\[1\] is -1; accepted for shape \(3, 4\) are 0 to 2"),
        (damaged("coo", col=[0, 1, 4]), r"source.col\[2\] is 4; accepted for shape \(3, 4\) are 0 to 3"),
        (damaged("csr", indices=[0, 4, 1]), r"source.indices\[1\] is 4; accepted for shape \(3, 4\) are 0 to 3"),
        (damaged("csr", indices=[0, -7, 1]), r"source.indices\[1\] is -7; accepted for shape \(3, 4\) are 0 to 3"),
        (damaged("csc", indices=[0, 2, 3]), r"source.indices\[2\] is 3; accepted for shape \(3, 4\) are 0 to 2"),
        (
            damaged("csr", indptr=[0, 2, 1, 3]),
            r"source.indptr does not fit; accepted for shape \(3, 4\) are 4 integers that begin with 0, do not",
        ),
        (damaged("csr", indptr=[0, 2, 3]), "source.indptr does not fit"),
        (damaged("csr", indptr=[1, 2, 3, 3]), "source.indptr does not fit"),
        (damaged("csr", indptr=[0, 2, 2, 9]), "end with at most 3, the number of indices"),
        (damaged("csc", indptr=[0, 2, 2, 9]), "source.indptr does not fit; accepted .* are 5 integers"),
    ],
)
def test_damaged_matrices(source: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SparsityPattern(source)


def test_a_matrix_without_columns_has_room_for_none() -> None:
    source = sp.csr_array((2, 0))
    source.indices, source.indptr, source.data = np.array([0]), np.array([0, 1, 1]), np.ones(1)
    with pytest.raises(ValueError, match=r"source.indices\[0\] is 0; shape \(2, 0\) has room for none"):
        SparsityPattern(source)


@modest
@given(mask=masks)
def test_nothing_is_shared_with_the_source(mask: Any) -> None:
    expected = SparsityPattern(mask.copy())
    for form in ("csr", "csc", "coo"):
        source = sp.csr_array(mask).asformat(form)
        before = pickle.dumps(source)
        pattern = SparsityPattern(source)
        assert pickle.dumps(source) == before
        for array in source.coords if form == "coo" else (source.indices, source.indptr):
            assert not np.shares_memory(array, pattern.indices)
            array[...] = 0
        assert pattern == expected
    pattern = SparsityPattern(mask)
    mask[...] = ~mask
    assert pattern == expected
