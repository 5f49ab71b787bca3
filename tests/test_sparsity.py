"""SparsityPattern: what it says of itself, and what becomes of it."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from numpy.testing import assert_array_equal

from patterns import check, masks
from secant.sparsity import SparsityPattern

modest = settings(deadline=None, max_examples=60, derandomize=True)

same_shape = hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=6).flatmap(
    lambda shape: st.tuples(hnp.arrays(np.bool_, shape), hnp.arrays(np.bool_, shape))
)


def test_an_example() -> None:
    pattern = SparsityPattern([[0, 2.5, 0], [np.nan, 0, -1], [0, 0, 0]])
    assert_array_equal(pattern.indptr, [0, 1, 3, 3])
    assert_array_equal(pattern.indices, [1, 0, 2])
    assert (pattern.shape, pattern.nnz, pattern.density) == ((3, 3), 3, 1 / 3)
    assert repr(pattern) == "SparsityPattern(shape=(3, 3), nnz=3)"


# ----------------------------------------------------------------------------------------------------------------------
# what it says of itself


@modest
@given(mask=masks)
def test_properties(mask: Any) -> None:
    pattern = SparsityPattern(mask)
    m, n = mask.shape
    assert pattern.density == (mask.sum() / mask.size if mask.size else 0.0)
    assert_array_equal(pattern.row_counts, [sum(mask[i, j] for j in range(n)) for i in range(m)])
    assert_array_equal(pattern.column_counts, [sum(mask[i, j] for i in range(m)) for j in range(n)])
    assert pattern.row_counts.dtype == pattern.column_counts.dtype == np.int32
    assert pattern.is_symmetric is (m == n and all(mask[i, j] == mask[j, i] for i in range(m) for j in range(n)))
    check(pattern.T, mask.T)
    assert pattern == pattern.T.T
    assert all(((i, j) in pattern) is bool(mask[i, j]) for i in range(m) for j in range(n))
    assert repr(pattern) == f"SparsityPattern(shape=({m}, {n}), nnz={mask.sum()})"


def test_symmetry() -> None:
    assert SparsityPattern.banded(5, 1).is_symmetric
    assert not SparsityPattern.banded(5, 1, 0).is_symmetric
    assert not SparsityPattern.banded((5, 6), 1).is_symmetric
    assert not SparsityPattern([[0, 1, 0], [0, 0, 1], [1, 0, 0]]).is_symmetric
    assert SparsityPattern(np.zeros((0, 0))).is_symmetric


def test_membership() -> None:
    pattern = SparsityPattern.banded((4, 5), 1)
    assert (np.int64(3), np.int8(4)) in pattern
    assert [2, 1] in pattern
    for outside in ((-1, 0), (0, -1), (4, 4), (3, 5), (10**30, 0)):
        assert outside not in pattern
    for wrong in (3, (1,), (1, 2, 3), "ab c", None):
        with pytest.raises(TypeError, match=r"the entry is .*; accepted are pairs \(row, column\) of integers"):
            assert wrong in pattern
    with pytest.raises(TypeError, match="the column is a float; accepted are pairs"):
        assert (1, 1.0) in pattern


def test_equality_is_by_content() -> None:
    some = [
        SparsityPattern(np.zeros((0, 0))),
        SparsityPattern(np.zeros((2, 0))),
        SparsityPattern(np.zeros((0, 2))),
        SparsityPattern(np.zeros((2, 3))),
        SparsityPattern(np.zeros((3, 2))),
        SparsityPattern.diagonal(3),
        SparsityPattern.banded((3, 4), 0),
        SparsityPattern([[1, 0, 0], [0, 1, 0], [0, 1, 0]]),
        SparsityPattern([[1, 0, 0], [0, 1, 1], [0, 0, 0]]),
    ]
    for i, one in enumerate(some):
        assert one != one.to_dense().tolist()
        for j, other in enumerate(some):
            assert (one == other) is (i == j)
            assert (hash(one) == hash(other)) is (i == j)
        assert hash(one) == hash(SparsityPattern(one.to_dense()))
    assert len({*some, *map(SparsityPattern, some)}) == len(some)
    assert (SparsityPattern.diagonal(3) == np.eye(3)) is False
    assert (np.eye(3) == SparsityPattern.diagonal(3)) is False


def test_it_is_immutable() -> None:
    pattern = SparsityPattern.diagonal(3)
    for name in ("shape", "nnz", "indices", "indptr", "T", "density", "other"):
        with pytest.raises(AttributeError):
            setattr(pattern, name, 1)
    with pytest.raises(ValueError, match="read-only"):
        pattern.indices[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        pattern.indptr[0] = 1


@modest
@given(mask=masks)
def test_copies(mask: Any) -> None:
    pattern = SparsityPattern(mask)
    for other in (
        copy.copy(pattern),
        copy.deepcopy(pattern),
        *(pickle.loads(pickle.dumps(pattern, k)) for k in range(6)),
    ):
        assert type(other) is SparsityPattern
        assert other == pattern
        check(other, mask)


# ----------------------------------------------------------------------------------------------------------------------
# what is made of it


@modest
@given(pair=same_shape)
def test_union_and_intersection(pair: Any) -> None:
    a, b = map(SparsityPattern, pair)
    check(a | b, pair[0] | pair[1])
    check(a & b, pair[0] & pair[1])


def test_operators_refuse_what_does_not_fit() -> None:
    a = SparsityPattern.diagonal(3)
    for operator in ("__or__", "__and__"):
        with pytest.raises(ValueError, match=r"patterns of shapes \(3, 3\) and \(2, 2\) do not go together"):
            getattr(a, operator)(SparsityPattern.diagonal(2))
    for other in (np.eye(3, dtype=bool), 1, sp.eye_array(3, format="csr")):
        with pytest.raises(TypeError, match=r"unsupported operand|'SparsityPattern' does not support"):
            a | other
    with pytest.raises(TypeError, match="unsupported operand"):
        np.eye(3, dtype=bool) & a


@modest
@given(mask=masks)
def test_conversions(mask: Any) -> None:
    pattern = SparsityPattern(mask)
    assert_array_equal(pattern.to_dense(), mask)
    assert pattern.to_dense().dtype == bool
    assert_array_equal(pattern.coordinates(), np.nonzero(mask))
    assert all(part.flags.writeable and part.dtype == np.int32 for part in pattern.coordinates())
    matrix = pattern.to_csr()
    assert isinstance(matrix, sp.csr_array)
    assert matrix.dtype == np.float64
    assert_array_equal(matrix.toarray(), mask)
    numbers = np.arange(pattern.nnz) + 1j
    expected = np.zeros(mask.shape, complex)
    expected[mask] = numbers
    assert_array_equal(pattern.to_csr(numbers).toarray(), expected)
    assert_array_equal(pattern.to_csr(numbers.tolist()).data, numbers)


def test_a_matrix_cannot_spoil_its_pattern() -> None:
    pattern, data = SparsityPattern.banded(5, 1), np.zeros(13)
    matrix = pattern.to_csr(data)
    assert matrix.has_canonical_format
    assert matrix.nnz == 13
    matrix.check_format(full_check=True)
    assert np.shares_memory(matrix.data, data)
    matrix.indices[...] = 0
    matrix.indptr[...] = 0
    pattern.coordinates()[1][...] = 0
    assert pattern == SparsityPattern.banded(5, 1)


@pytest.mark.parametrize("data", [1.0, np.ones(2), np.ones((3, 1)), []])
def test_data_of_another_size(data: Any) -> None:
    with pytest.raises(ValueError, match=r"data has shape \(.*\); accepted is \(3,\), a value for each entry"):
        SparsityPattern.diagonal(3).to_csr(data)


# ----------------------------------------------------------------------------------------------------------------------
# large ones


def test_indices_of_64_bits() -> None:
    shape = (3, 2**31 + 10)
    rows, columns = [2, 0, 2], [2**31 + 9, 5, 0]
    pattern = SparsityPattern.from_coordinates(rows, columns, shape)
    same = SparsityPattern(sp.coo_array((np.ones(3), (rows, columns)), shape=shape))
    union = pattern | SparsityPattern.from_coordinates([1], [2**31 + 1], shape)
    for one in (pattern, same, pickle.loads(pickle.dumps(pattern)), union & pattern):
        assert one == pattern
        assert hash(one) == hash(pattern)
        assert one.indptr.dtype == one.indices.dtype == np.int64
        assert_array_equal(one.indptr, [0, 1, 1, 3])
        assert_array_equal(one.indices, [5, 0, 2**31 + 9])
    assert (2, 2**31 + 9) in pattern
    assert not pattern.is_symmetric
    assert pattern.to_csr().indices.dtype == np.int64
    assert SparsityPattern(pattern.to_csr()) == pattern
    assert str(pattern).startswith("3 × 2147483658, 3 entries (4.66e-08 %), at most 2 in a row, 1 in a column\n┌")


def test_32_bits_are_enough_below() -> None:
    for columns, dtype in ((2**31 - 1, np.int32), (2**31, np.int64)):
        pattern = SparsityPattern.from_coordinates(np.array([0], np.uint8), np.array([columns - 1]), (1, columns))
        assert pattern.indices.dtype == pattern.indptr.dtype == dtype
        assert pattern.indices[0] == columns - 1
    wide = sp.csr_array(np.eye(3))
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    check(SparsityPattern(wide), np.eye(3))
    wide.indices[:] = [2, 1, 0]
    wide.indptr[:] = [0, 3, 3, 3]
    check(SparsityPattern(wide), [[1, 1, 1], [0, 0, 0], [0, 0, 0]])


# ----------------------------------------------------------------------------------------------------------------------
# the import


def test_importing_it_leaves_scipy_alone() -> None:
    code = """
import sys, numpy as np, secant
from secant.sparsity import SparsityPattern
pattern = SparsityPattern.block([[SparsityPattern.stencil((5, 5)), None], [None, np.eye(3)]])
print(pattern.nnz, 'scipy' in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "108 False\n"


# ----------------------------------------------------------------------------------------------------------------------
# files


@modest
@given(mask=masks)
def test_files_of_patterns(tmp_path_factory: Any, mask: Any) -> None:
    path = tmp_path_factory.mktemp("patterns") / "pattern"
    pattern = SparsityPattern(mask)
    pattern.save(path)
    assert SparsityPattern.load(path) == SparsityPattern.load(str(path)) == pattern
    check(SparsityPattern.load(path), mask)
    matrix = sp.load_npz(path)
    assert isinstance(matrix, sp.csr_array)
    assert_array_equal(matrix.toarray(), mask)
    with np.load(path, allow_pickle=False) as file:
        assert {"indices", "indptr", "shape", "format", "data"} <= set(file)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia"])
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csr_matrix])
def test_files_of_scipy(tmp_path: Path, form: str, kind: Any) -> None:
    mask = np.array([[1, 0, 2, 0], [0, 0, 3, 0]]) > 0
    sp.save_npz(tmp_path / "matrix.npz", kind(mask.astype(float)).asformat(form))
    expected = mask if form != "dia" else [[1, 1, 1, 0], [0, 1, 1, 0]]  # diagonals are stored as a whole
    check(SparsityPattern.load(tmp_path / "matrix.npz"), expected)


def test_large_shapes_in_files(tmp_path: Path) -> None:
    pattern = SparsityPattern.from_coordinates([0, 1], [2**40, 3], (2, 2**41))
    pattern.save(tmp_path / "large.npz")
    assert SparsityPattern.load(tmp_path / "large.npz") == pattern
    assert sp.load_npz(tmp_path / "large.npz").shape == (2, 2**41)


def archive(path: Path, **arrays: Any) -> None:
    csr = {"indices": [0, 2], "indptr": [0, 1, 2], "format": b"csr", "shape": (2, 3), "data": np.ones(2, np.int8)}
    np.savez(path, **{name: values for name, values in (csr | arrays).items() if values is not None})


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"format": None}, r"holds no sparse matrix \(.*\); accepted are files of SparsityPattern.save and of scipy"),
        ({"format": b"magic"}, "holds no sparse matrix"),
        ({"format": 3}, "holds no sparse matrix"),
        ({"indices": None}, "holds no sparse matrix"),
        ({"indptr": [0, 1, 2, 3]}, "holds no sparse matrix"),
        ({"indptr": np.ones(3, object)}, "holds no sparse matrix .*allow_pickle=False"),
        ({"shape": (2, -3)}, "holds no sparse matrix"),
        ({"shape": (2, 2)}, r"the matrix in .*odd.npz.indices\[1\] is 2; accepted for shape \(2, 2\) are 0 to 1"),
        ({"indices": [0, -1]}, r"the matrix in .*odd.npz.indices\[1\] is -1; accepted"),
        ({"indices": [1, 1], "indptr": [0, 2, 2]}, r"the matrix in .*odd.npz stores the entry \(0, 1\) 2 times"),
    ],
    ids=str,
)
def test_files_of_something_else(tmp_path: Path, arrays: Any, message: str) -> None:
    archive(tmp_path / "odd.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        SparsityPattern.load(tmp_path / "odd.npz")


def test_files_that_are_no_archives(tmp_path: Path) -> None:
    path = tmp_path / "pattern.npz"
    with pytest.raises(FileNotFoundError):
        SparsityPattern.load(path)
    pattern = SparsityPattern.stencil((20, 20))
    pattern.save(path)
    whole = path.read_bytes()
    np.save(tmp_path / "array.npy", np.eye(3))
    for content in (b"", b"%%MatrixMarket matrix", pickle.dumps(3), whole[:-40], (tmp_path / "array.npy").read_bytes()):
        path.write_bytes(content)
        with pytest.raises(
            ValueError, match=r"pattern.npz is no .npz file; accepted are files of SparsityPattern.save"
        ):
            SparsityPattern.load(path)
    refusals = []
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes(byte ^ 0xA5 for byte in whole[at : at + 3]) + whole[at + 3 :])
        try:  # some bytes do not matter
            assert SparsityPattern.load(path) == pattern
        except ValueError as error:
            refusals.append(str(error))
    assert len(refusals) > len(whole) / 70
    assert all(re.search(r"holds no sparse matrix|is no .npz file", text) for text in refusals)
