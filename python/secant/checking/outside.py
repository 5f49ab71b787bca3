"""Nonzeros outside the pattern of a sparse derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant import detection
from secant.checking.reference import FirstDerivatives
from secant.probing import FAILURES
from secant.sparsity import SparsityPattern

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    from secant.checking.reference import Reference

_SHARE = 1e-9
"""A product that is off by less than this share of the terms in it does not suggest that one is missing."""


def complete_pattern(
    matrix: csr_array, reference: Reference, x: npt.NDArray[Any], random: np.random.Generator
) -> SparsityPattern:
    """The pattern of a sparse derivative, with what it misses, as far as that can be found.

    With a nonzero missing, products with random vectors are not what differences along them are. Wrong values make
    them differ as well: then the pattern is found by asking f, and both are joined.

    Notes
    -----
    Differences for the entries of a pattern move several variables at once, and are wrong where it is incomplete. So
    this comes before entries are compared.
    """
    m, n = matrix.shape
    rows = np.repeat(np.arange(m), np.diff(matrix.indptr))
    own = SparsityPattern.from_coordinates(rows, matrix.indices, (m, n))
    if not _is_suspicious(matrix, reference, x, random):
        return own
    subject = reference.subject
    first = isinstance(reference, FirstDerivatives)
    detect = detection.detect_jacobian_pattern if first else detection.detect_hessian_pattern
    options = {name: value for name, value in subject.options.items() if name != "bounds"}
    try:
        found = detect(
            subject.f,
            x[()] if x.ndim == 0 else x,
            args=subject.args,
            bounds=subject.bounds,
            **options,  # type: ignore[arg-type]
        )
    except FAILURES:
        return own
    subject.evaluations += found.evaluations
    return own | found.pattern


def _is_suspicious(matrix: csr_array, reference: Reference, x: npt.NDArray[Any], random: np.random.Generator) -> bool:
    v = reference.subject.direction(x, random)
    found = reference.along(x, v)
    product = reference.product(matrix, v)
    terms = reference.product(abs(matrix), np.abs(v))
    with np.errstate(invalid="ignore"):
        off = ~(np.abs(product - found.value) <= 4 * found.error + _SHARE * np.maximum(terms, np.abs(found.value)))
    return bool(np.any(off))
