"""Signs of eigenvalues under entrywise error bars: never a sign that a matrix within the bars does not have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secant.analysis.inertia import best_eigenvalues, eigenvalues

SIZES = st.integers(1, 6)


def symmetric(n, random):
    half = random.standard_normal((n, n))
    return half + half.T


def within(matrix, error, random):
    """A symmetric matrix whose entries are within the bars, most of them at their ends."""
    ends = random.choice([-1.0, 1.0, 0.3], size=matrix.shape)
    shift = np.triu(ends) + np.triu(ends, 1).T
    return matrix + shift * error


def count(values):
    return int(np.sum(values > 0)), int(np.sum(values < 0))


@given(SIZES, st.integers(0, 2**32 - 1), st.floats(-12, 0), st.floats(0, 8))
def test_certain_signs_hold_for_all_matrices_within_the_bars(n, seed, width, spread):
    random = np.random.default_rng(seed)
    scale = 10 ** random.uniform(-spread, spread, n)
    matrix = symmetric(n, random) * scale * scale[:, np.newaxis]
    error = np.abs(symmetric(n, random)) * 10**width * scale * scale[:, np.newaxis]
    up, down = count(best_eigenvalues(matrix, error).signs)
    for _ in range(10):
        # Signs of the scaled matrix are those of the matrix, by Sylvester, and LAPACK finds them better there.
        positive, negative = count(np.linalg.eigvalsh(within(matrix, error, random) / scale / scale[:, np.newaxis]))
        assert up <= positive
        assert down <= negative


@given(SIZES, st.integers(0, 2**32 - 1), st.floats(-12, 0))
def test_weyls_bound_holds_for_each_eigenvalue(n, seed, width):
    random = np.random.default_rng(seed)
    matrix, error = symmetric(n, random), np.abs(symmetric(n, random)) * 10**width
    found = eigenvalues(matrix, error)
    other = np.linalg.eigvalsh(within(matrix, error, random))
    assert np.all(np.abs(found.values - other) <= found.radius)


def test_weyls_bound_is_reached():
    found = eigenvalues(np.eye(2), np.full((2, 2), 0.1))
    assert found.radius == pytest.approx(0.2, rel=1e-12)
    np.testing.assert_allclose(np.linalg.eigvalsh(np.eye(2) + 0.1), [1.0, 1.2])


def test_scaling_tells_signs_that_the_plain_matrix_does_not():
    matrix, error = np.diag([1e12, 1e-12]), np.diag([1.0, 1e-24])
    assert eigenvalues(matrix, error).signs.tolist() == [0, 1]
    assert best_eigenvalues(matrix, error).signs.tolist() == [1, 1]


def test_an_unknown_entry_leaves_all_signs_open():
    found = best_eigenvalues(np.eye(2), np.array([[0.0, np.inf], [np.inf, 0.0]]))
    assert found.signs.tolist() == [0, 0]
    assert np.isinf(found.radius)


def test_exact_zeros_are_not_given_a_sign():
    assert best_eigenvalues(np.zeros((3, 3)), np.zeros((3, 3))).signs.tolist() == [0, 0, 0]
