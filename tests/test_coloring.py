"""color(): every problem in every order, against definitions, published numbers of colours and closed forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from numpy.testing import assert_array_equal

import colorings
import secant
from colorings import PATTERNS, SYMMETRIC, P
from secant import _core, color

if TYPE_CHECKING:
    from collections.abc import Iterator

modest = settings(deadline=None, max_examples=60, derandomize=True)

PROBLEMS: dict[str, dict[str, Any]] = {
    "column": {},
    "row": {"partition": "row"},
    "bidirectional": {"partition": "bidirectional"},
    "bidirectional, substitution": {"partition": "bidirectional", "decompression": "substitution"},
    "star": {"structure": "symmetric"},
    "acyclic": {"structure": "symmetric", "decompression": "substitution"},
}
ORDERS = ["natural", "largest-first", "smallest-last", "incidence-degree", "dynamic-largest-first", "random"]
CASES = [
    (problem, name)
    for problem, options in PROBLEMS.items()
    for name in (SYMMETRIC if "structure" in options else PATTERNS)
]


def is_symmetric(problem: str) -> bool:
    return "structure" in PROBLEMS[problem]


def assert_same_matrix(found: Any, expected: Any) -> None:
    """Values, structure and dtype of two csr_arrays, bit for bit."""
    assert isinstance(found, sp.csr_array)
    assert found.shape == expected.shape
    assert_array_equal(found.indptr, expected.indptr)
    assert_array_equal(found.indices, expected.indices)
    assert_array_equal(found.data, expected.data)


def check(coloring: secant.Coloring, symmetric: bool) -> None:
    """It is what it is called, and finds every entry of a matrix."""
    assert colorings.valid(coloring)
    matrix = colorings.integers_on(coloring.pattern, symmetric)
    assert_same_matrix(coloring.decompress(coloring.compress(matrix)), matrix)


# ----------------------------------------------------------------------------------------------------------------------
# against the definitions


@pytest.mark.parametrize(("problem", "name"), CASES)
def test_every_problem_in_every_order(problem: str, name: str) -> None:
    pattern, options = PATTERNS[name], PROBLEMS[problem]
    best = color(pattern, **options)
    check(best, is_symmetric(problem))
    assert best.pattern == pattern
    assert best.kind == problem.removesuffix(", substitution")
    for order in ORDERS:
        for seed in range(3 if order == "random" else 1):
            coloring = color(pattern, order=order, seed=seed, **options)
            check(coloring, is_symmetric(problem))
            assert best.ncolors <= coloring.ncolors
            assert coloring == color(pattern, order=order, seed=seed, **options)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_partition_takes_more_colours_than_a_simpler_one(name: str) -> None:
    pattern = PATTERNS[name]
    found = {problem: color(pattern, **PROBLEMS[problem]).ncolors for problem in PROBLEMS if not is_symmetric(problem)}
    assert max(pattern.row_counts, default=0) <= found["column"]
    assert max(pattern.column_counts, default=0) <= found["row"]
    assert found["bidirectional"] <= min(found["column"], found["row"])
    assert found["bidirectional, substitution"] <= found["bidirectional"]


@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetry_saves_colours_and_substitution_more(name: str) -> None:
    columns, star, acyclic = (
        color(PATTERNS[name], **PROBLEMS[which]).ncolors for which in ("column", "star", "acyclic")
    )
    assert acyclic <= star
    # Without a diagonal, columns that are neighbours may share a colour.
    assert star <= columns or not PATTERNS[name].to_csr().diagonal().all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 24), st.floats(0.02, 0.5), st.floats(0, 1))
def test_substitution_never_takes_more_colours(seed: int, n: int, density: float, diagonal: float) -> None:
    random = np.random.default_rng(seed)
    mask = colorings.symmetrised(random.random((n, n)) < density)
    mask[np.diag_indices(n)] = random.random(n) < diagonal
    direct, substitution = (
        color(P(mask), structure="symmetric", decompression=which).ncolors for which in ("direct", "substitution")
    )
    assert substitution <= direct


def test_substitution_is_direct_for_columns_or_rows_alone() -> None:
    for partition in ("column", "row"):
        coloring = color(PATTERNS["random"], partition=partition, decompression="substitution")
        assert coloring == color(PATTERNS["random"], partition=partition)
        assert coloring.decompression == "direct"


@st.composite
def problems(draw: Any) -> tuple[str, Any]:
    problem = draw(st.sampled_from(list(PROBLEMS)))
    side = st.integers(0, 8)
    shape = (draw(side),) * 2 if is_symmetric(problem) else (draw(side), draw(side))
    mask = draw(hnp.arrays(np.bool_, shape, elements=st.sampled_from([False, True, False])))
    return problem, mask | mask.T if is_symmetric(problem) else mask


@modest
@given(case=problems(), order=st.sampled_from(["best", *ORDERS]), seed=st.integers(0, 2**64 - 1))
def test_random_patterns(case: tuple[str, Any], order: str, seed: int) -> None:
    problem, mask = case
    check(color(mask, order=order, seed=seed, **PROBLEMS[problem]), is_symmetric(problem))


def test_the_definitions_tell_right_from_wrong() -> None:
    # A path a-b-a-b is no star; a ring in two colours is no forest; the rest is one letter away from being right.
    path = P.banded(4, 1).to_dense()
    ring = colorings.ring(6)
    twos = np.array([0, 1, 0, 1, 0, 1])
    assert not colorings.star(path, twos[:4])
    assert colorings.acyclic(path, twos[:4])
    assert colorings.star(path, np.array([0, 1, 2, 0]))
    assert not colorings.acyclic(ring, twos)
    assert colorings.acyclic(ring, np.array([0, 1, 0, 1, 0, 2]))
    assert not colorings.distance2(path, np.array([0, 1, 0, 1]))
    assert colorings.distance2(path, np.array([0, 1, 2, 0]))
    assert not colorings.distance2(path, np.array([0, 1, 2, -1]))
    for neutral, right in (([-1, 0, 1, -1, 0, 1], True), ([-1, 0, 1, -1, 1, 0], False), ([-1, 0, -1, 0, -1, 0], False)):
        assert colorings.star(ring, np.array(neutral)) is right
        assert colorings.determined(ring, np.array(neutral), None, symmetric=True) is right


# ----------------------------------------------------------------------------------------------------------------------
# how few


@pytest.mark.parametrize(
    ("name", "columns", "rows", "both"),
    [
        ("can_715", 105, 105, 35),
        ("lp_finnis", 41, 14, 14),
        ("ash608", 6, 12, 6),
        ("ash331", 6, 12, 6),
        ("D_6", 28, 65, 27),
        ("illc1033", 5, 283, 5),
    ],
)
def test_published_numbers_of_colours(name: str, columns: int, rows: int, both: int) -> None:
    # A. Montoison, G. Dalle and A. Gebremedhin, Revisiting sparse matrix coloring and bicoloring (2025); T. F. Coleman
    # and A. Verma (1998).
    pattern = colorings.published(name)
    for problem, most in (("column", columns), ("row", rows), ("bidirectional", both)):
        coloring = color(pattern, **PROBLEMS[problem])
        assert coloring.ncolors <= most
        matrix = colorings.integers_on(pattern, symmetric=False)
        assert_same_matrix(coloring.decompress(coloring.compress(matrix)), matrix)


@pytest.mark.parametrize("problem", ["bidirectional, substitution", "star", "acyclic"])
def test_a_published_pattern_by_all_other_means(problem: str) -> None:
    pattern = colorings.published("can_715")
    coloring = color(pattern, **PROBLEMS[problem])
    matrix = colorings.integers_on(pattern, is_symmetric(problem))
    assert_same_matrix(coloring.decompress(coloring.compress(matrix)), matrix)
    assert coloring.ncolors <= 35


@pytest.mark.parametrize("q", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("n", [40, 1000])
def test_bands_take_as_few_colours_as_can_be(n: int, q: int) -> None:
    band = P.banded(n, q)
    assert color(band).ncolors == 2 * q + 1
    assert color(band, partition="row").ncolors == 2 * q + 1
    assert color(band, structure="symmetric").ncolors == 2 * q + 1
    assert color(band, structure="symmetric", decompression="substitution").ncolors == q + 1
    assert color(P.banded(n, q, 0)).ncolors == q + 1


def test_known_families() -> None:
    assert color(P.diagonal(50)).ncolors == 1
    assert color(P.dense(4, 7)).ncolors == 7
    assert color(P.dense(4, 7), partition="row").ncolors == 4
    assert color(P.arrowhead(50)).ncolors == 50
    assert color(P.arrowhead(50), structure="symmetric").ncolors == 2
    assert color(P.arrowhead(50), partition="bidirectional").ncolors <= 3
    assert color(P.block_diagonal([3] * 10)).ncolors == 3
    assert color(P.stencil((30, 30))).ncolors == 5
    assert color(P.stencil((30, 30), "box"), structure="nonsymmetric").ncolors == 9
    assert color(P.stencil((30, 30)), structure="symmetric", decompression="substitution").ncolors <= 4


@pytest.mark.parametrize(("problem", "most"), [("star", 8), ("acyclic", 7)])
def test_dense_rows_in_a_large_matrix(problem: str, most: int) -> None:
    # Where neighbours of neighbours are walked over, this takes ten thousand million steps.
    n = 100_000
    pattern = P.block([[P.banded(n, 1), P.dense(n, 5)], [P.dense(5, n), P.dense(5, 5)]])
    coloring = color(pattern, **PROBLEMS[problem])
    assert coloring.ncolors <= most
    matrix = colorings.integers_on(pattern, symmetric=True)
    assert_same_matrix(coloring.decompress(coloring.compress(matrix)), matrix)


# ----------------------------------------------------------------------------------------------------------------------
# what does not matter


@pytest.fixture
def no_limit() -> Iterator[None]:
    yield
    secant.set_num_threads(None)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_number_of_threads_does_not_matter(problem: str, no_limit: None) -> None:
    patterns = [colorings.published("can_715"), P.stencil((20, 20), components=2), PATTERNS["sparse"]]
    found = []
    for threads in (1, 2):
        secant.set_num_threads(threads)
        found.append([color(pattern, **PROBLEMS[problem]) for pattern in patterns])
    assert found[0] == found[1]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_width_of_indices_does_not_matter(problem: str) -> None:
    # 64 bits are for 2**31 entries and more: the kernels are the same.
    pattern = PATTERNS["two species"]
    expected = color(pattern, **PROBLEMS[problem])
    options = {"structure": "nonsymmetric", "partition": "column", "decompression": "direct"} | PROBLEMS[problem]
    core = _core.ColoringProblem(
        getattr(_core.Structure, options["structure"]),
        getattr(_core.Partition, options["partition"]),
        getattr(_core.Decompression, options["decompression"]),
    )
    arrays = _core.PatternArrays(pattern.indptr.astype(np.int64), pattern.indices.astype(np.int64))
    columns, rows = _core.color(arrays, pattern.shape[1], core, None, 0)
    for found, colors in ((columns, expected.column_colors), (rows, expected.row_colors)):
        assert (found is None) is (colors is None)
        if found is not None:
            assert_array_equal(found, colors)
    matrix = colorings.integers_on(pattern, is_symmetric(problem))
    products = expected.compress(matrix)
    compression = _core.Compression(arrays, pattern.shape[1], core, columns, rows, None)
    both = products if isinstance(products, tuple) else (products, None) if columns is not None else (None, products)
    assert_array_equal(compression.decompress(*both), matrix.data)
    assert _core.explain_coloring(arrays, pattern.shape[1], core, columns, rows) is None


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_whatever_has_a_pattern_is_coloured(dtype: Any) -> None:
    pattern = PATTERNS["random"]
    expected = color(pattern)
    matrix = pattern.to_csr()
    matrix.indices, matrix.indptr = matrix.indices.astype(dtype), matrix.indptr.astype(dtype)
    for source in (
        matrix,
        matrix.tocsc(),
        matrix.tocoo(),
        sp.csr_matrix(matrix),
        matrix.toarray(),
        matrix.toarray().tolist(),
    ):
        assert color(source) == expected


def test_seeds_are_for_random_orders() -> None:
    pattern = colorings.published("D_6")
    found = [color(pattern, order="random", seed=seed) for seed in (0, 1, 2**64 - 1)]
    assert len(set(found)) > 1 or not all(one == found[0] for one in found)
    assert color(pattern, order="random") == found[0]
    for order in ("best", "natural"):
        assert color(pattern, order=order, seed=1) == color(pattern, order=order)


# ----------------------------------------------------------------------------------------------------------------------
# mistakes


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"structure": "diagonal"}, ValueError, "structure is 'diagonal'; accepted are 'nonsymmetric' and 'symmetric'"),
        ({"structure": None}, ValueError, "structure is None; accepted are"),
        ({"partition": "both"}, ValueError, "partition is 'both'; accepted are 'column', 'row' and 'bidirectional'"),
        (
            {"decompression": ["direct"]},
            ValueError,
            "decompression is ['direct']; accepted are 'direct' and 'substitution'",
        ),
        ({"order": "alphabetic"}, ValueError, "order is 'alphabetic'; accepted are 'best', 'natural', "),
        ({"order": 0}, ValueError, "order is 0; accepted are 'best'"),
        ({"seed": -1}, ValueError, "seed is -1; accepted are integers from 0 to 2**64 - 1"),
        ({"seed": 2**64}, ValueError, "seed is 18446744073709551616; accepted are"),
        ({"seed": 0.5}, TypeError, "seed is a float; accepted are integers from 0 to 2**64 - 1"),
        (
            {"structure": "symmetric", "partition": "row"},
            ValueError,
            "partition is 'row'; accepted is 'column' where structure is 'symmetric': rows are columns",
        ),
        (
            {"structure": "symmetric", "partition": "bidirectional"},
            ValueError,
            "partition is 'bidirectional'; accepted is 'column'",
        ),
    ],
)
def test_options_that_are_none(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        color(P.banded(5, 1), **options)


@pytest.mark.parametrize(
    ("pattern", "error", "message"),
    [
        (P.banded((5, 6), 1), ValueError, "pattern has shape (5, 6); one of a symmetric matrix is square"),
        (
            P.banded(5, 0, 1),
            ValueError,
            "pattern is not symmetric: it has the entry (0, 1), but not (1, 0); pattern | pattern.T",
        ),
        (P.banded(5, 1, 0), ValueError, "pattern is not symmetric: it has the entry (1, 0), but not (0, 1)"),
        ([1, 2], ValueError, "pattern has shape (2,); accepted are"),
        ("tridiagonal", TypeError, "pattern has dtype <U11"),
        (None, TypeError, "pattern has dtype object"),
    ],
)
def test_patterns_that_cannot_be_coloured(pattern: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        color(pattern, structure="symmetric")
