"""Options of sparse derivatives: which entries, into which matrix, copies of objects, and mistakes by their words."""

from __future__ import annotations

import copy
import pickle
import re
import warnings
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

import secant
from bars import Recorder
from colorings import P
from secant import FiniteDifference
from sparse_maps import SparseMap, SparsePotential, assert_structure

BAND = P.banded((12, 14), 1, 2)
SQUARE = P.banded(12, 2)
METHODS = ["forward", "central", "complex", "adaptive"]
F = SparseMap(BAND)
X = np.random.default_rng(0).normal(size=14)
POTENTIAL = SparsePotential(SQUARE)
Z = np.random.default_rng(1).normal(size=12)
ACYCLIC = secant.color(SQUARE, structure="symmetric", decompression="substitution")

# For each kind of derivative: how it is made, and where it is taken.
KINDS: dict[str, tuple[Any, Any]] = {
    "Jacobian": (lambda **options: secant.Jacobian(POTENTIAL.gradient, **({"sparsity": SQUARE} | options)), Z),
    "Hessian": (lambda **options: secant.Hessian(POTENTIAL, **({"sparsity": SQUARE} | options)), Z),
    "star": (lambda **options: secant.Hessian(None, grad=POTENTIAL.gradient, **({"sparsity": SQUARE} | options)), Z),
    "acyclic": (
        lambda **options: secant.Hessian(None, grad=POTENTIAL.gradient, **({"sparsity": ACYCLIC} | options)),
        Z,
    ),
}


# ----------------------------------------------------------------------------------------------------------------------
# entries


def some_of(pattern: P, seed: int = 0) -> P:
    """About a third of its entries; none in some rows."""
    kept = np.random.default_rng(seed).random(pattern.nnz) < 0.35
    rows, columns = pattern.coordinates()
    return P.from_coordinates(rows[kept], columns[kept], pattern.shape)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_entries_are_those_of_the_whole(kind: str, method: str) -> None:
    make, x = KINDS[kind]
    whole = make(method=method, verify="never").estimate(x)
    lower, upper = sp.tril(SQUARE.to_csr(), format="csr"), sp.triu(SQUARE.to_csr(), format="csr")
    nothing = P.from_coordinates([], [], (12, 12))
    cases = {"lower": P(lower), "upper": P(upper), "all": SQUARE}
    for entries in [
        *cases,
        some_of(SQUARE),
        some_of(SQUARE, 1).to_csr(),
        SQUARE,
        nothing,
        P.from_coordinates([3], [4], (12, 12)),
    ]:
        wanted = cases[entries] if isinstance(entries, str) else P(entries)
        part = make(method=method, verify="never", entries=entries).estimate(x)
        assert_structure(part.value, wanted)
        assert_structure(part.status, wanted)
        places = wanted.coordinates()
        assert_array_equal(part.value.data, whole.value.toarray()[places])
        assert_array_equal(part.status.data, whole.status.toarray()[places])
        if method == "adaptive":
            assert_structure(part.error, wanted)
            assert_array_equal(part.error.data, whole.error.toarray()[places])


def test_entries_of_a_rectangle() -> None:
    for entries, expected in (("lower", sp.tril), ("upper", sp.triu)):
        found = secant.Jacobian(F, sparsity=BAND, entries=entries, method="central")(X)
        whole = secant.Jacobian(F, sparsity=BAND, method="central")(X)
        assert_structure(found, P(expected(BAND.to_csr(), format="csr")))
        assert_array_equal(found.toarray(), expected(whole).toarray())


@pytest.mark.parametrize("entries", ["lower", "upper"])
def test_a_triangle_from_values_costs_what_the_whole_does(entries: str) -> None:
    whole, half = (
        secant.Hessian(POTENTIAL, sparsity=SQUARE, entries=which, method="central", verify="never").estimate(Z)
        for which in ("all", entries)
    )
    assert half.evaluations == whole.evaluations


def test_fewer_entries_from_values_cost_less() -> None:
    f = Recorder(POTENTIAL)
    one = P.from_coordinates([5, 3], [3, 3], (12, 12))
    secant.Hessian(f, sparsity=SQUARE, entries=one, method="central", verify="never")(Z)
    moved = {tuple(np.flatnonzero(p != Z).tolist()) for p in f.points}
    assert {pair for pair in moved if len(pair) == 2} == {(3, 5)}


@pytest.mark.parametrize("kind", KINDS)
def test_all_entries_are_verified_whichever_are_given(kind: str) -> None:
    make, x = KINDS[kind]
    missing = SQUARE.to_dense()
    missing[3, 5] = missing[5, 3] = False
    sparsity = (
        secant.color(missing, structure="symmetric", decompression="substitution") if kind == "acyclic" else missing
    )
    right = make(entries=P.from_coordinates([0], [0], (12, 12)))
    assert_structure(right(x), P.from_coordinates([0], [0], (12, 12)))
    with pytest.raises(ValueError, match="the sparsity pattern misses nonzeros"):
        make(sparsity=sparsity, entries=P.from_coordinates([0], [0], (12, 12)))(x)


# ----------------------------------------------------------------------------------------------------------------------
# out


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_values_are_written_into_out(kind: str, method: str) -> None:
    make, x = KINDS[kind]
    for entries in ("all", "lower", some_of(SQUARE)):
        D = make(method=method, entries=entries)
        expected = D(x)
        for matrix in (sp.csr_array, sp.csr_matrix):
            out = matrix(expected)
            out.data[:] = np.nan
            data, indices = out.data, out.indices
            assert D(x, out=out) is out
            assert out.data is data
            assert out.indices is indices
            assert_array_equal(out.data, expected.data)
            assert D(x + 1, out=out) is out
            assert_array_equal(out.data, D(x + 1).data)


@pytest.mark.parametrize("dtype", ["f", "d", "g", "D"])
def test_out_has_the_dtype_of_the_result(dtype: str) -> None:
    f, x = SparseMap(BAND, dtype=dtype), X.astype("f" if dtype == "f" else "d")
    J = secant.Jacobian(f, sparsity=BAND, method="central", verify="never")
    out = J(x)
    assert out.dtype == np.dtype(dtype)
    assert J(x + 1, out=out) is out
    assert_array_equal(out.data, J(x + 1).data)
    for other in {"f", "d", "g", "F", "D", "i4"} - {dtype}:
        wrong = BAND.to_csr(np.full(BAND.nnz, 7, other))
        message = f"out has dtype {np.dtype(other)}, the derivative has dtype {np.dtype(dtype)}"
        with pytest.raises(TypeError, match=re.escape(message)):
            J(x, out=wrong)
        assert np.all(wrong.data == 7)


def read_only() -> Any:
    matrix = BAND.to_csr()
    matrix.data.setflags(write=False)
    return matrix


def strided() -> Any:
    matrix = BAND.to_csr()
    matrix.data = np.zeros(2 * BAND.nnz)[::2]
    return matrix


def unsorted() -> Any:
    matrix = BAND.to_csr()
    matrix.indices[:2] = matrix.indices[1::-1]
    return matrix


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (
            BAND.to_csr().tocsc(),
            TypeError,
            "out is a csc_array; accepted is a csr_array with the entries of the result",
        ),
        (BAND.to_csr().toarray(), TypeError, "out is a ndarray; accepted is a csr_array"),
        (np.zeros(BAND.nnz), TypeError, "out is a ndarray; accepted is a csr_array"),
        ([], TypeError, "out is a list; accepted is a csr_array"),
        (
            P.banded((12, 14), 1, 1).to_csr(),
            ValueError,
            "out has shape (12, 14) and 35 entries; accepted is a csr_array with those of SparsityPattern(",
        ),
        (P.banded((14, 12), 1, 2).to_csr(), ValueError, "out has shape (14, 12) and"),
        (P.banded((12, 14), 2, 1).to_csr(), ValueError, "accepted is a csr_array with those of SparsityPattern"),
        (
            sp.csr_array((BAND.to_csr().data, BAND.indices, BAND.indptr), shape=(12, 15)),
            ValueError,
            "out has shape (12, 15) and 47 entries; accepted is a csr_array with those of",
        ),
        (unsorted(), ValueError, "out has shape (12, 14) and 47 entries; accepted is a csr_array with those of"),
        (read_only(), ValueError, "out has data that are not contiguous, or not writeable"),
        (strided(), ValueError, "out has data that are not contiguous, or not writeable"),
    ],
)
def test_matrices_that_cannot_be_written_into(out: Any, error: type[Exception], message: str) -> None:
    f = Recorder(F)
    with pytest.raises(error, match=re.escape(message)):
        secant.Jacobian(f, sparsity=BAND, method="central")(X, out=out)
    assert not f.points


def test_out_is_for_sparse_results() -> None:
    message = "out is given, but sparsity is not: only the entries of sparse results are written into a matrix"
    for D in (secant.Jacobian(F), secant.Hessian(POTENTIAL)):
        with pytest.raises(ValueError, match=message):
            D(X, out=BAND.to_csr())


# ----------------------------------------------------------------------------------------------------------------------
# copies


OBJECTS: list[Any] = [
    secant.Jacobian(F, sparsity=BAND, method="central"),
    secant.Jacobian(F, sparsity=BAND.to_csr(), entries="upper", verify="never", method="forward"),
    secant.Jacobian(F.of_block, sparsity=secant.color(BAND, order="natural"), vectorized=True, verify="always"),
    secant.Jacobian(F, sparsity=BAND, entries=some_of(BAND), bounds=(-9.0, 9.0), like=X),
]
HESSIANS: list[Any] = [
    secant.Hessian(POTENTIAL, sparsity=SQUARE),
    secant.Hessian(None, grad=POTENTIAL.gradient, sparsity=ACYCLIC, entries="lower", method="central"),
]


@pytest.mark.parametrize("thing", [*OBJECTS, *HESSIANS], ids=[f"{k}" for k in range(6)])
@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_copies_do_the_same(thing: Any, copier: Any) -> None:
    other = copier(thing)
    x = Z if isinstance(thing, secant.Hessian) else X
    assert (type(other), other.method, other.pattern, other.coloring) == (
        type(thing),
        thing.method,
        thing.pattern,
        thing.coloring,
    )
    assert_array_equal(other(x).toarray(), thing(x).toarray())
    assert_array_equal(other(x).indices, thing(x).indices)
    assert str(other.estimate(x)) == str(thing.estimate(x))


def test_repr_shows_what_was_given() -> None:
    text = repr(secant.Jacobian(F, sparsity=BAND, entries="lower", verify="never", method="central"))
    for part in ("sparsity=SparsityPattern(shape=(12, 14), nnz=47)", "entries='lower'", "verify='never'"):
        assert part in text
    text = repr(secant.Hessian(POTENTIAL, sparsity=ACYCLIC))
    assert "sparsity=Coloring(acyclic, ncolors=3, pattern=SparsityPattern(shape=(12, 12), nnz=54))" in text
    assert "entries" not in text
    assert "verify" not in text


def test_objects_cannot_be_changed_by_accident() -> None:
    matrix = BAND.to_csr()
    J = secant.Jacobian(F, sparsity=matrix, method="central")
    expected = J(X)
    matrix.indices[:] = 0
    assert_array_equal(J(X).toarray(), expected.toarray())
    assert J.pattern == BAND
    for name in ("pattern", "coloring", "sparsity", "entries"):
        with pytest.raises(AttributeError):
            setattr(J, name, None)


# ----------------------------------------------------------------------------------------------------------------------
# mistakes


NOT_SYMMETRIC = "pattern is not symmetric: it has the entry (0, 1), but not (1, 0)"
ROW = secant.color(BAND, partition="row")
BOTH = secant.color(BAND, partition="bidirectional")


@pytest.mark.parametrize(
    ("kind", "options", "error", "message"),
    [
        (
            "J",
            {"sparsity": ROW},
            ValueError,
            "sparsity is a row colouring, which needs products W.T @ J; differences give J @ S alone",
        ),
        ("J", {"sparsity": BOTH}, ValueError, "sparsity is a bidirectional colouring, which needs products W.T @ J"),
        ("H", {"sparsity": ROW}, ValueError, "sparsity is a row colouring, which needs products W.T @ J"),
        (
            "J",
            {"sparsity": ACYCLIC},
            ValueError,
            "sparsity is a colouring of a symmetric matrix; use secant.color(pattern, structure='nonsymmetric')",
        ),
        (
            "H",
            {"sparsity": secant.color(SQUARE)},
            ValueError,
            "sparsity is a colouring of a nonsymmetric matrix; use secant.color(pattern, structure='symmetric')",
        ),
        ("H", {"sparsity": P.banded(12, 0, 1)}, ValueError, f"sparsity: {NOT_SYMMETRIC}"),
        ("H", {"sparsity": P.banded(12, 0, 1).to_csr()}, ValueError, f"sparsity: {NOT_SYMMETRIC}"),
        ("H", {"sparsity": BAND}, ValueError, "pattern has shape (12, 14); one of a symmetric matrix is square"),
        ("J", {"sparsity": np.ones(5)}, ValueError, "sparsity has shape (5,); accepted are"),
        ("J", {"sparsity": 3}, TypeError, "sparsity is a single number"),
        ("J", {"sparsity": "banded"}, ValueError, "sparsity is 'banded'; accepted are"),
        (
            "J",
            {"sparsity": BAND, "layout": "denominator"},
            ValueError,
            "layout is 'denominator'; a sparse Jacobian has shape (f(x).size, x.size)",
        ),
        ("J", {"entries": "lower"}, ValueError, "entries is 'lower', but sparsity is not given"),
        (
            "H",
            {"entries": SQUARE},
            ValueError,
            "entries is SparsityPattern(shape=(12, 12), nnz=54), but sparsity is not given",
        ),
        ("J", {"verify": "never"}, ValueError, "verify is 'never', but sparsity is not given"),
        ("H", {"verify": "always"}, ValueError, "verify is 'always', but sparsity is not given"),
        (
            "J",
            {"sparsity": BAND, "verify": "sometimes"},
            ValueError,
            "verify is 'sometimes'; accepted are 'first', 'always' and 'never'",
        ),
        (
            "J",
            {"sparsity": BAND, "verify": True},
            ValueError,
            "verify is True; accepted are 'first', 'always' and 'never'",
        ),
        (
            "J",
            {"sparsity": BAND, "entries": "diagonal"},
            ValueError,
            "entries is 'diagonal'; accepted are 'all', 'lower', 'upper' and patterns within",
        ),
        (
            "J",
            {"sparsity": BAND, "entries": P.banded(12, 1)},
            ValueError,
            "entries has shape (12, 12), the sparsity pattern has shape (12, 14)",
        ),
        (
            "J",
            {"sparsity": BAND, "entries": P.banded((12, 14), 2)},
            ValueError,
            "entries has (2, 0), which is not in the sparsity pattern",
        ),
        (
            "H",
            {"sparsity": SQUARE, "entries": P.dense(12, 12)},
            ValueError,
            "entries has (0, 3), which is not in the sparsity pattern",
        ),
        ("J", {"sparsity": BAND, "entries": None}, TypeError, "entries has dtype object"),
    ],
)
def test_options_that_do_not_go_together(
    kind: str, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        secant.Jacobian(F, **options) if kind == "J" else secant.Hessian(POTENTIAL, **options)


@pytest.mark.parametrize("method", METHODS)
def test_the_pattern_must_fit_x(method: str) -> None:
    message = r"x has 13 entries \(shape \(13,\)\), but the sparsity pattern has 14 columns"
    with pytest.raises(ValueError, match=message):
        secant.jacobian(F, X[:13], method=method, sparsity=BAND)
    message = r"x has 16 entries \(shape \(4, 4\)\), but the sparsity pattern has 12 columns"
    for grad in (None, POTENTIAL.gradient):
        with pytest.raises(ValueError, match=message):
            secant.hessian(POTENTIAL, np.ones((4, 4)), grad=grad, method=method, sparsity=SQUARE)


@pytest.mark.parametrize("vectorized", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_the_pattern_must_fit_the_values(method: str, vectorized: bool) -> None:
    options: dict[str, Any] = {"method": method, "vectorized": vectorized}

    def of_shape(shape: tuple[int, ...]) -> Any:
        return lambda z: np.ones((len(z),) * vectorized + shape) * z.flat[0]

    for shape in ((11,), (13,), (2, 3), (), (1,)):
        size = int(np.prod(shape))
        message = f"f(x) has {size} entries (shape {shape}), but the sparsity pattern has 12 rows"
        with pytest.raises(ValueError, match=re.escape(message)):
            secant.jacobian(of_shape(shape), X, sparsity=BAND, **options)
    with pytest.raises(ValueError, match=r"a sparse Hessian needs a scalar-valued f, but f\(x\) has shape \(12,\)"):
        secant.hessian(of_shape((12,)), Z, sparsity=SQUARE, **options)
    with pytest.raises(ValueError, match=r"grad returned shape \(2, 6\), but x has shape \(12,\)"):
        secant.hessian(None, Z, grad=of_shape((2, 6)), sparsity=SQUARE, **options)
    with pytest.raises(
        ValueError, match=r"grad\(x\) has 60 entries \(shape \(5, 12\)\), but the sparsity pattern has 12 rows"
    ):
        secant.hessian(None, Z, grad=of_shape((5, 12)), sparsity=SQUARE, **options)


def test_other_strings_than_detect_are_refused() -> None:
    with pytest.raises(ValueError, match="sparsity is 'Detect'; accepted are a pattern, a colouring and 'detect'"):
        secant.Jacobian(F, sparsity="Detect")


def test_a_detected_pattern_goes_with_a_pickled_derivative() -> None:
    J = secant.Jacobian(np.sin, sparsity="detect")
    assert pickle.loads(pickle.dumps(J)).pattern is None
    J(np.ones(5))
    again = pickle.loads(pickle.dumps(J))
    assert again.coloring == J.coloring
    assert_array_equal(again(np.ones(5)).data, J(np.ones(5)).data)


def test_a_pattern_that_does_not_fit_like_is_found_at_once() -> None:
    with pytest.raises(ValueError, match=r"13 entries|shape \(13,\)"):
        secant.Jacobian(F, like=X[:13], sparsity=BAND)


@pytest.mark.parametrize(
    ("make", "counts"),
    [
        (lambda: secant.Jacobian(F, sparsity=P.dense(12, 14)), (14, 14)),
        (lambda: secant.Hessian(None, grad=F, sparsity=P.dense(14, 14)), (14, 14)),
        (lambda: secant.Jacobian(F, sparsity=secant.Coloring(BAND, np.append(np.arange(13), 0))), (13, 14)),
    ],
)
def test_a_pattern_that_is_as_good_as_dense(make: Any, counts: tuple[int, int]) -> None:
    message = f"too dense to gain by it: it needs {counts[0]} products, a dense derivative {counts[1]}, one for each"
    with pytest.warns(UserWarning, match=re.escape(message)) as found:
        make()
    assert [warning.filename for warning in found] == [__file__]


def test_a_small_or_sparse_pattern_is_not_too_dense() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        secant.Jacobian(F, sparsity=P.dense(12, 7))
        secant.Jacobian(F, sparsity=P.banded(20, 8))
        secant.Hessian(POTENTIAL, sparsity=P.dense(12, 12))  # from values, there are no products


def test_one_shot_functions_take_patterns() -> None:
    expected = secant.Jacobian(F, sparsity=BAND, method="central")(X)
    assert_array_equal(secant.jacobian(F, X, sparsity=BAND, method="central").toarray(), expected.toarray())
    with pytest.raises(ValueError, match="layout is 'denominator'"):
        secant.jacobian(F, X, sparsity=BAND, layout="denominator")
    H = secant.hessian(POTENTIAL, Z, sparsity=SQUARE, method=FiniteDifference(order=4))
    assert_allclose(H.toarray(), POTENTIAL.exact(Z).toarray(), rtol=0, atol=1e-7)
    with pytest.raises(TypeError):
        secant.gradient(POTENTIAL, Z, sparsity=SQUARE)  # type: ignore[call-arg]
