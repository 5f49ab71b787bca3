"""Coloring: colours from elsewhere, and what a colouring says of itself."""

from __future__ import annotations

import pickle
import re
from typing import Any

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from numpy.testing import assert_array_equal

import colorings
from colorings import MADE, P
from secant import Coloring

modest = settings(deadline=None, max_examples=200, derandomize=True)

BAND = P.banded(6, 1)
SYMMETRIC: dict[str, Any] = {"structure": "symmetric"}
SUBSTITUTION: dict[str, Any] = {"structure": "symmetric", "decompression": "substitution"}


# ----------------------------------------------------------------------------------------------------------------------
# colours from elsewhere


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64, np.int64, ">i4"])
def test_colours_may_be_any_integers(dtype: Any) -> None:
    given_colors = np.array([0, 1, 2, 0, 1, 2], dtype)
    coloring = Coloring(BAND, given_colors)
    assert coloring.ncolors == 3
    assert coloring.column_colors is not None
    assert coloring.column_colors.dtype == np.int32
    assert_array_equal(coloring.column_colors, given_colors)
    given_colors[:] = 0
    assert_array_equal(coloring.column_colors, [0, 1, 2, 0, 1, 2])
    assert coloring == Coloring(BAND.to_csr(), [0, 1, 2, 0, 1, 2])


@pytest.mark.parametrize(
    ("arguments", "options", "kind"),
    [
        ({"column_colors": [0, 1, 2, 0, 1, 2]}, {}, "column"),
        ({"row_colors": [2, 1, 0, 2, 1, 0]}, {}, "row"),
        ({"column_colors": [0, 1, 2, 0, 1, 2], "row_colors": [-1] * 6}, {}, "bidirectional"),
        ({"column_colors": [-1] * 6, "row_colors": [0, 1, 2, 0, 1, 2]}, {}, "bidirectional"),
        ({"column_colors": [0, 1, 2, 0, 1, 2]}, SYMMETRIC, "star"),
        ({"column_colors": [0, 1, 0, 2, 0, 1]}, SYMMETRIC, "star"),
        ({"column_colors": [0, 1, 0, 1, 0, 1]}, SUBSTITUTION, "acyclic"),
        ({"column_colors": [0, 1, 2, 0, 1, 2]}, {"decompression": "substitution"}, "column"),
    ],
)
def test_valid_colours_are_accepted(arguments: dict[str, Any], options: dict[str, Any], kind: str) -> None:
    coloring = Coloring(BAND, **arguments, **options)
    assert coloring.kind == kind
    matrix = colorings.integers_on(BAND, "structure" in options)
    assert_array_equal(coloring.decompress(coloring.compress(matrix)).toarray(), matrix.toarray())


NOT = "the colouring does not determine the matrix: "
TRUE_BICYCLE = {"column_colors": [0, 0], "row_colors": [0, 0]}


@pytest.mark.parametrize(
    ("pattern", "arguments", "options", "reason"),
    [
        (
            BAND,
            {"column_colors": [0, 1, 0, 2, 1, 0]},
            {},
            "columns 0 and 2 have colour 0 and both have an entry in row 1",
        ),
        (BAND, {"column_colors": [0, 1, -1, 0, 1, 2]}, {}, "column 2 has no colour"),
        (BAND, {"column_colors": [-1] * 6}, {}, "column 0 has no colour"),
        (BAND, {"row_colors": [0, 1, 2, 1, 2, 0]}, {}, "rows 1 and 3 have colour 1 and both have an entry in column 2"),
        (BAND, {"row_colors": [0, -1, 1, 2, 0, 1]}, {}, "row 1 has no colour"),
        (
            P.dense(2, 2),
            TRUE_BICYCLE,
            {},
            "entry (0, 0) is alone in no product: columns 0 and 1 have colour 0 and both have an entry in row 0; "
            "rows 0 and 1 have colour 0 and both have an entry in column 0",
        ),
        (
            P.dense(2, 2),
            TRUE_BICYCLE,
            {"decompression": "substitution"},
            "4 entries cannot be found by substitution, among them (0, 0); in column 0 of the product with colour 0 it "
            "is added to (1, 0); in row 0 of the product with colour 0 it is added to (0, 1)",
        ),
        (
            P.dense(2, 1),
            {"column_colors": [-1], "row_colors": [0, -1]},
            {"decompression": "substitution"},
            "1 entries cannot be found by substitution, among them (1, 0): neither its row nor its column has a colour",
        ),
        (
            BAND,
            {"column_colors": [0, 1, 0, 1, 0, 1]},
            SYMMETRIC,
            "entry (1, 2) is alone in no product: columns 0 and 2 have colour 0 and both have an entry in row 1; "
            "columns 1 and 3 have colour 1 and both have an entry in row 2",
        ),
        (
            BAND,
            {"column_colors": [0, 0, 1, 2, 0, 1]},
            SYMMETRIC,
            "entry (0, 0) is alone in no product: columns 0 and 1",
        ),
        (
            P.diagonal(2),
            {"column_colors": [0, -1]},
            SYMMETRIC,
            "entry (1, 1) is alone in no product: column 1 has no colour",
        ),
        (
            P.stencil(4, [-1, 1], periodic=True),
            {"column_colors": [0, 1, 0, 1]},
            SUBSTITUTION,
            "4 entries cannot be found by substitution, among them (0, 1); in row 0 of the product with colour 1 it is "
            "added to (0, 3); in row 1 of the product with colour 0 it is added to (1, 2)",
        ),
    ],
)
def test_invalid_colours_are_refused_with_the_reason(
    pattern: P, arguments: dict[str, Any], options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(NOT + reason)):
        Coloring(pattern, **arguments, **options)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ({}, {}, ValueError, "neither column_colors nor row_colors is given; a colouring needs one of them, or both"),
        ({}, SYMMETRIC, ValueError, "neither column_colors nor row_colors is given"),
        (
            {"column_colors": [0, 1, 2, 4, 0, 1]},
            {},
            ValueError,
            "column_colors has no columns of colour 3; colours are numbered from 0 on without gaps",
        ),
        (
            {"row_colors": [1, 2, 3, 1, 2, 3]},
            {},
            ValueError,
            "row_colors has no rows of colour 0; colours are numbered",
        ),
        ({"column_colors": [0, 1, 2]}, {}, ValueError, "column_colors has shape (3,); the pattern has 6 columns"),
        ({"column_colors": [[0] * 6]}, {}, ValueError, "column_colors has shape (1, 6); the pattern has 6 columns"),
        ({"row_colors": []}, {}, ValueError, "row_colors has shape (0,); the pattern has 6 rows"),
        ({"column_colors": 0}, {}, ValueError, "column_colors has shape (); the pattern has 6 columns"),
        (
            {"column_colors": [0, 1, -2, 0, 1, 2]},
            {},
            ValueError,
            "column_colors has the colour -2; accepted are 0 to 5",
        ),
        ({"column_colors": [0, 1, 6, 0, 1, 2]}, {}, ValueError, "the colour 6; accepted are 0 to 5, and -1 for none"),
        ({"column_colors": [0, 1, 2**40, 0, 1, 2]}, {}, ValueError, "column_colors has the colour 1099511627776"),
        ({"column_colors": np.array([2**64 - 1] * 6, np.uint64)}, {}, ValueError, "the colour 18446744073709551615"),
        (
            {"column_colors": [0.0, 1, 2, 0, 1, 2]},
            {},
            TypeError,
            "column_colors has dtype float64; accepted are integers, one for each of the 6 columns",
        ),
        ({"row_colors": [True] * 6}, {}, TypeError, "row_colors has dtype bool; accepted are integers"),
        ({"row_colors": ["0"] * 6}, {}, TypeError, "row_colors has dtype <U1; accepted are integers"),
        (
            {"row_colors": [0, 1, 2, 0, 1, 2]},
            SYMMETRIC,
            ValueError,
            "row_colors is given, but a symmetric matrix is coloured by its columns alone",
        ),
        (
            {"column_colors": [0] * 6, "row_colors": [0] * 6},
            SYMMETRIC,
            ValueError,
            "row_colors is given, but a symmetric",
        ),
        ({"column_colors": [0] * 6}, {"structure": "hermitian"}, ValueError, "structure is 'hermitian'; accepted are"),
        ({"column_colors": [0] * 6}, {"decompression": None}, ValueError, "decompression is None; accepted are"),
    ],
)
def test_what_are_no_colours(
    arguments: dict[str, Any], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        Coloring(BAND, **arguments, **options)


def test_a_symmetric_colouring_needs_a_symmetric_pattern() -> None:
    with pytest.raises(ValueError, match=r"pattern is not symmetric: it has the entry \(0, 1\), but not \(1, 0\)"):
        Coloring(P.banded(3, 0, 1), [0, 1, 2], structure="symmetric")
    with pytest.raises(ValueError, match=r"pattern has shape \(3, 4\); one of a symmetric matrix is square"):
        Coloring(P.banded((3, 4), 1), [0, 1, 2, 0], structure="symmetric")


def any_colors(draw: Any, length: int) -> Any:
    """Colours at random, numbered without gaps; -1 here and there."""
    drawn = draw(hnp.arrays(np.int64, length, elements=st.integers(-1, 3)))
    return np.unique(np.append(drawn, -1), return_inverse=True)[1][:-1] - 1


@modest
@given(data=st.data())
def test_accepted_is_what_determines_the_matrix(data: Any) -> None:
    mask = data.draw(hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=4)))
    symmetric, substitution = data.draw(st.booleans()), data.draw(st.booleans())
    which = data.draw(st.sampled_from(["column", "row", "both"]))
    if symmetric:
        mask = mask[: min(mask.shape), : min(mask.shape)]
        mask, which = mask | mask.T, "column"
    columns = any_colors(data.draw, mask.shape[1]) if which != "row" else None
    rows = any_colors(data.draw, mask.shape[0]) if which != "column" else None
    options: dict[str, Any] = {
        "structure": "symmetric" if symmetric else "nonsymmetric",
        "decompression": "substitution" if substitution else "direct",
    }
    if colorings.determined(mask, columns, rows, symmetric, substitution):
        coloring = Coloring(mask, columns, rows, **options)
        matrix = colorings.integers_on(coloring.pattern, symmetric)
        assert_array_equal(coloring.decompress(coloring.compress(matrix)).toarray(), matrix.toarray())
    else:
        with pytest.raises(ValueError, match=NOT):
            Coloring(mask, columns, rows, **options)


# ----------------------------------------------------------------------------------------------------------------------
# what it says of itself


def test_an_example() -> None:
    coloring = Coloring(P([[1, 0, 1], [0, 0, 1]]), column_colors=[0, -1, 1])
    assert (coloring.kind, coloring.structure, coloring.partition) == ("column", "nonsymmetric", "column")
    assert (coloring.ncolors, coloring.decompression, coloring.row_colors) == (2, "direct", None)
    assert coloring.pattern == P([[1, 0, 1], [0, 0, 1]])
    assert [group.tolist() for group in coloring.groups] == [[0], [2]]
    assert_array_equal(coloring.seeds.toarray(), [[1, 0], [0, 0], [0, 1]])
    assert repr(coloring) == "Coloring(column, ncolors=2, pattern=SparsityPattern(shape=(2, 3), nnz=3))"
    assert str(coloring).splitlines()[0] == "column colouring, direct: 2 colours for 3 columns"
    assert str(coloring).endswith(str(coloring.pattern))


@pytest.mark.parametrize("name", MADE)
def test_groups_and_seeds_are_the_colours(name: str) -> None:
    coloring = MADE[name]
    ways = [colors for colors in (coloring.column_colors, coloring.row_colors) if colors is not None]
    groups, seeds = coloring.groups, coloring.seeds
    if coloring.partition != "bidirectional":
        groups, seeds = (groups,), (seeds,)
    assert len(ways) == len(groups) == len(seeds)
    for colors, group, seed in zip(ways, groups, seeds, strict=True):
        assert colors.dtype == np.int32
        assert isinstance(group, list)
        assert [members.tolist() for members in group] == [
            [j for j, color in enumerate(colors) if color == c] for c in range(max(colors, default=-1) + 1)
        ]
        assert isinstance(seed, sp.csc_array)
        expected = np.zeros((len(colors), len(group)))
        for c, members in enumerate(group):
            expected[members, c] = 1
        assert_array_equal(seed.toarray(), expected)
    assert coloring.ncolors == sum(len(group) for group in groups)


def test_strings() -> None:
    lines = {name: str(coloring).splitlines()[0] for name, coloring in MADE.items()}
    assert lines["row"] == "row colouring, direct: 3 colours for 4 rows"
    assert lines["star"] == "star colouring, direct: 3 colours for 6 columns"
    assert lines["acyclic"] == "acyclic colouring, substitution: 2 colours for 6 columns"
    assert re.fullmatch(
        r"bidirectional colouring, direct: \d colours for 8 columns, \d colours for 8 rows", lines["bidirectional"]
    )


def test_equality_is_by_content() -> None:
    same = Coloring(BAND.to_csr(), np.array([0, 1, 2, 0, 1, 2]))
    assert same == Coloring(BAND, [0, 1, 2, 0, 1, 2])
    assert hash(same) == hash(Coloring(BAND, [0, 1, 2, 0, 1, 2]))
    others = [
        Coloring(BAND, [1, 0, 2, 1, 0, 2]),
        Coloring(P.banded(6, 1, 0), [0, 1, 2, 0, 1, 2]),
        Coloring(BAND, row_colors=[0, 1, 2, 0, 1, 2]),
        Coloring(BAND, [0, 1, 2, 0, 1, 2], [-1] * 6),
        Coloring(BAND, [0, 1, 2, 0, 1, 2], structure="symmetric"),
        Coloring(BAND, [0, 1, 2, 0, 1, 2], structure="symmetric", decompression="substitution"),
        BAND,
        [0, 1, 2, 0, 1, 2],
    ]
    for k, one in enumerate([same, *others]):
        for other in others[k:]:
            assert one is other or one != other
    assert len({same, same, *others[:6]}) == 7
    assert same.__eq__(1) is NotImplemented


def test_it_cannot_be_changed() -> None:
    coloring = MADE["bidirectional"]
    for name in ("ncolors", "column_colors", "pattern", "structure", "kind", "color"):
        with pytest.raises(AttributeError):
            setattr(coloring, name, None)
    for colors in (coloring.column_colors, coloring.row_colors):
        assert colors is not None
        with pytest.raises(ValueError, match="read-only"):
            colors[0] = 1
    before = pickle.dumps(coloring)
    for seed in coloring.seeds:
        seed.data[:] = 7
    for group in coloring.groups:
        for members in group:
            members[:] = 0
    assert pickle.dumps(coloring) == before
    matrix = colorings.integers_on(coloring.pattern, symmetric=False)
    assert_array_equal(coloring.decompress(coloring.compress(matrix)).toarray(), matrix.toarray())
