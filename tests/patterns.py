"""What a pattern must be, entry by entry, and some to try."""

from __future__ import annotations

from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
from numpy.testing import assert_array_equal

from secant.sparsity import SparsityPattern

masks = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=7))


def twin(mask: Any) -> tuple[list[int], list[int]]:
    """Compressed rows of an array of booleans, entry by entry."""
    indptr, indices = [0], []
    for row in mask:
        indices += [j for j, there in enumerate(row) if there]
        indptr.append(len(indices))
    return indptr, indices


def check(pattern: SparsityPattern, mask: Any) -> None:
    """See that a pattern is that of an array of booleans, and that its arrays are as they are promised to be."""
    indptr, indices = twin(mask)
    assert pattern.shape == np.shape(mask)
    assert all(type(length) is int for length in pattern.shape)
    for found, expected in ((pattern.indptr, indptr), (pattern.indices, indices)):
        assert_array_equal(found, expected)
        assert found.dtype == np.int32
        assert not found.flags.writeable
        assert found.flags.c_contiguous
    assert pattern.nnz == len(indices)
