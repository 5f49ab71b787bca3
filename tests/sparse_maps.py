"""Functions with a given pattern, made of sums, products and quotients, which round the same wherever they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.testing import assert_array_equal
from scipy.sparse import csr_array

from secant import Estimate

if TYPE_CHECKING:
    from secant import SparsityPattern


class SparseMap:
    """f_i(x) = Σ_j c_ij x_j x_k + d_ij x_j / (2 + x_j²) over the entries of row i; k is the column of the next one.

    Not a bit of an entry depends on variables that the pattern does not give it.
    """

    def __init__(self, pattern: SparsityPattern, seed: int = 0, dtype: Any = np.float64, shape: Any = None) -> None:
        random = np.random.default_rng(seed)
        self.pattern = pattern
        self.rows, self.columns = pattern.coordinates()
        ends = pattern.indptr[self.rows + 1]
        following = np.arange(pattern.nnz) + 1
        self.others = self.columns[np.where(following < ends, following, pattern.indptr[self.rows])]
        self.c, self.d = random.normal(size=(2, pattern.nnz)).astype(dtype)
        if np.dtype(dtype).kind == "c":
            self.c = self.c + 1j * random.normal(size=pattern.nnz).astype(dtype)
        self.shape = (pattern.shape[0],) if shape is None else shape

    def __call__(self, x: Any) -> Any:
        return self.of_block(np.asarray(x)[np.newaxis])[0]

    def of_block(self, points: Any) -> Any:
        """Values at several points, each along the first axis."""
        flat = points.reshape(len(points), self.pattern.shape[1])
        t, u = np.take(flat, self.columns, axis=1), np.take(flat, self.others, axis=1)
        terms = self.c * t * u + self.d * t / (2 + t * t)
        values = np.zeros((len(points), self.pattern.shape[0]), terms.dtype)
        np.add.at(values, (slice(None), self.rows), terms)
        return values.reshape(len(points), *self.shape)

    def exact(self, x: Any) -> csr_array:
        """The Jacobian, with all entries of the pattern."""
        x = np.asarray(x).ravel()
        t, u = x[self.columns], x[self.others]
        dense = np.zeros(self.pattern.shape, np.result_type(self.c, x, np.float32))
        np.add.at(dense, (self.rows, self.columns), self.c * u + self.d * (2 - t * t) / (2 + t * t) ** 2)
        np.add.at(dense, (self.rows, self.others), self.c * t)
        return self.pattern.to_csr(dense[self.rows, self.columns])


class SparsePotential:
    """A scalar function whose Hessian has a given symmetric pattern, with its gradient and its Hessian.

    Of each variable on the diagonal, a x⁴ + b x / (2 + x²); of each pair, c x y, and d x² y + e x y² where both are on
    the diagonal.
    """

    def __init__(self, pattern: SparsityPattern, seed: int = 0, dtype: Any = np.float64) -> None:
        random = np.random.default_rng(seed)
        self.pattern = pattern
        n = pattern.shape[0]
        rows, columns = pattern.coordinates()
        own = np.zeros(n, bool)
        own[rows[rows == columns]] = True
        self.i, self.j = rows[rows < columns], columns[rows < columns]
        both = own[self.i] & own[self.j]
        self.a, self.b = (random.normal(size=(2, n)) * own).astype(dtype)
        self.c, self.d, self.e = (random.normal(size=(3, self.i.size)) * [both | True, both, both]).astype(dtype)

    def of_block(self, points: Any) -> Any:
        """Values at several points, each along the first axis."""
        x = points.reshape(len(points), -1)
        p, q = np.take(x, self.i, axis=1), np.take(x, self.j, axis=1)
        single = self.a * x**4 + self.b * x / (2 + x * x)
        return np.sum(single, axis=1) + np.sum(p * q * (self.c + self.d * p + self.e * q), axis=1)

    def __call__(self, x: Any) -> Any:
        return self.of_block(np.asarray(x)[np.newaxis])[0]

    def gradients(self, points: Any) -> Any:
        """Gradients at several points."""
        x = points.reshape(len(points), -1)
        p, q = np.take(x, self.i, axis=1), np.take(x, self.j, axis=1)
        g = 4 * self.a * x**3 + self.b * (2 - x * x) / (2 + x * x) ** 2
        np.add.at(g, (slice(None), self.i), q * (self.c + 2 * self.d * p + self.e * q))
        np.add.at(g, (slice(None), self.j), p * (self.c + self.d * p + 2 * self.e * q))
        return g.reshape(points.shape)

    def gradient(self, x: Any) -> Any:
        """The gradient, shaped like x."""
        return self.gradients(np.asarray(x)[np.newaxis])[0]

    def exact(self, x: Any) -> csr_array:
        """The Hessian, with all entries of the pattern."""
        x = np.asarray(x).ravel()
        p, q = x[self.i], x[self.j]
        H = np.diag(12 * self.a * x**2 + self.b * (2 * x**3 - 12 * x) / (2 + x * x) ** 3)
        np.add.at(H, (self.i, self.i), 2 * self.d * q)
        np.add.at(H, (self.j, self.j), 2 * self.e * p)
        mixed = self.c + 2 * self.d * p + 2 * self.e * q
        H[self.i, self.j] += mixed
        H[self.j, self.i] += mixed
        return self.pattern.to_csr(H[self.pattern.coordinates()])


def assert_structure(matrix: Any, pattern: SparsityPattern) -> None:
    """A csr_array in canonical form with the entries of a pattern, zeros among them, and memory of its own."""
    assert type(matrix) is csr_array
    assert matrix.shape == pattern.shape
    assert_array_equal(matrix.indptr, pattern.indptr)
    assert_array_equal(matrix.indices, pattern.indices)
    assert matrix.has_canonical_format
    assert matrix.has_sorted_indices
    for array in (matrix.data, matrix.indices, matrix.indptr):
        assert array.flags.writeable
        assert not any(np.shares_memory(array, theirs) for theirs in (pattern.indptr, pattern.indices))


def entries_of(dense: Any, pattern: SparsityPattern) -> Any:
    """The entries of a dense matrix, or of a stack of arrays that make one, that a pattern has; the others are zero."""
    flat = np.reshape(dense, pattern.shape)
    assert not np.any(flat[~pattern.to_dense()])
    return flat[pattern.coordinates()]


def stored(estimate: Estimate) -> Estimate:
    """The same with the entries of sparse arrays in place of these."""
    value, error, status = (array.data for array in (estimate.value, estimate.error, estimate.status))  # type: ignore[union-attr]
    return Estimate(value, error, status, estimate.step, estimate.evaluations, estimate.method, estimate.slopes)
