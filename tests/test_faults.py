"""The faults and subjects that checkers of derivatives are tried on: that faults are faults, and right ones right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import issparse

import secant
from bars import Ledger
from faults import FAULTS, MAGNITUDES, SHARE, Fault, Mutant, as_matrix, mutants, product, relative_size, seed_of
from subjects import SUBJECTS, Kind, Subject, Tag, dense, of_tag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KINDS_OF_DIAGNOSES = {
    *("factor", "row factor", "column factor", "block factor", "entries", "zero", "transposed", "rows swapped"),
    *("columns swapped", "rows shifted", "columns shifted", "rows permuted", "columns permuted", "stale", "constant"),
    *("low rank", "diagonal", "few rows", "few columns", "offset", "conjugated", "asymmetric", "one triangle"),
    *("missing nonzeros", "precision", "not finite", "nondeterministic", "input changed", "value differs"),
    *("not linear", "kink"),
}
FORMS = ("derivative", "pair", "jvp", "vjp", "hvp")
BY_NAME = {fault.name: fault for fault in FAULTS}


def over(things: Iterable[Any], argument: str) -> pytest.MarkDecorator:
    """A test for each."""
    return pytest.mark.parametrize(argument, things, ids=lambda thing: thing.name)


def subject_named(name: str) -> Subject:
    return next(subject for subject in SUBJECTS if subject.name == name)


def one_mutant(fault: str, subject: str, magnitude: float | None = None) -> Mutant:
    where = subject_named(subject)
    found = BY_NAME[fault].inject(where, where.point(), magnitude=magnitude)
    assert found is not None
    return found


def some_mutants(fault: Fault, count: int = 6, magnitude: float = 1e-3) -> list[Mutant]:
    """Of subjects spread over the catalogue."""
    suitable = [subject for subject in SUBJECTS if fault.applies(subject)]
    chosen = suitable[:: max(1, len(suitable) // count)]
    return [mutant for s in chosen for mutant in mutants(s, magnitudes=(magnitude,), faults=(fault,), forms=FORMS)]


# ----------------------------------------------------------------------------------------------------------------------
# what there is


def test_there_are_enough_of_all() -> None:
    assert len(FAULTS) >= 25
    assert len(BY_NAME) == len(FAULTS)
    assert len(SUBJECTS) >= 30
    assert len({subject.name for subject in SUBJECTS}) == len(SUBJECTS)
    assert {subject.kind for subject in SUBJECTS} == set(get_args(Kind))
    assert all(len(of_tag(tag)) >= (3 if tag == "complex" else 6) for tag in get_args(Tag))
    assert sum(subject.kind == "hessian" for subject in SUBJECTS) >= 6
    assert sum(subject.kind == "sparse" for subject in SUBJECTS) >= 4
    assert {len(subject.x) for subject in SUBJECTS} >= {1, 60}


def test_diagnoses_are_those_of_the_list_and_every_one_but_kinks_has_a_fault() -> None:
    named = {kind for fault in FAULTS for kind in fault.diagnosis}
    assert named == KINDS_OF_DIAGNOSES - {"kink"}


@over(FAULTS, "fault")
def test_every_fault_can_be_put_somewhere(fault: Fault) -> None:
    assert some_mutants(fault)


# ----------------------------------------------------------------------------------------------------------------------
# the exact derivatives


def _estimate(subject: Subject, x: Any) -> Any:
    of_kind: dict[str, Callable[..., Any]] = {"gradient": secant.gradient, "hessian": secant.hessian}
    return of_kind.get(subject.kind, secant.jacobian)(subject.f, x, full_output=True)


@pytest.mark.parametrize("tag", get_args(Tag))
def test_exact_derivatives_are_within_the_bars_of_numerical_ones(tag: Tag) -> None:
    ledger = Ledger()
    for subject in of_tag(tag):
        for x in (subject.point(), subject.point(np.random.default_rng(1))):
            found, exact = _estimate(subject, x), subject.derivative(x)
            exact = exact.toarray() if issparse(exact) else exact
            assert exact.shape == found.value.shape
            known = np.isfinite(found.error)
            parts = (found.value[known], found.error[known], found.status[known])
            ledger.add(subject.name, secant.Estimate(*parts, found.step, found.evaluations, found.method), exact[known])
            # A bar that is missed is missed by little: the derivative is that of this function.
            room = 4 * found.error[known] + 8 * np.spacing(np.abs(exact[known]))
            assert np.all(np.abs(found.value[known] - exact[known]) <= room), subject.name
    ledger.check(share=0.98)


@over([subject for subject in SUBJECTS if subject.kind == "hessian"], "subject")
def test_gradients_beside_hessians_are_exact(subject: Subject) -> None:
    x = subject.point(np.random.default_rng(2))
    found, exact = secant.gradient(subject.f, x, full_output=True), subject.values()(x)
    assert np.all(np.abs(found.value - exact) <= 4 * found.error + 8 * np.spacing(np.abs(exact)))


@over(SUBJECTS, "subject")
def test_points_are_near_and_stay_at_kinks(subject: Subject) -> None:
    x, near = subject.point(), subject.point(np.random.default_rng(3))
    assert_array_equal(x, subject.x)
    assert np.all(np.abs(near - x) <= subject.spread * np.where(x == 0, 1, np.abs(x)))
    assert subject.spread > 0 or "kinked" in subject.tags
    assert subject.shape == dense(subject.derivative(near)).shape
    assert subject.f(near).dtype == (np.complex128 if "complex" in subject.tags else np.float64)


# ----------------------------------------------------------------------------------------------------------------------
# sizes


def slow_relative_size(A: Any, D: Any, x: Any) -> float:
    """Entry by entry, from the definition."""
    t = [max(abs(entry), 1.0) for entry in x]
    largest = [max(abs(D[i, j]) * t[j] for j in range(len(t))) for i in range(len(D))]
    worst = 0.0
    for i in range(len(D)):
        for j in range(len(t)):
            if A[i, j] != D[i, j]:
                scale = max(abs(D[i, j]), SHARE * (largest[i] or max(largest)) / t[j])
                worst = max(worst, abs(A[i, j] - D[i, j]) / scale)
    return worst


@over(FAULTS, "fault")
def test_every_mutant_is_wrong_by_its_size(fault: Fault) -> None:
    for mutant in some_mutants(fault, count=4):
        D = mutant.subject.matrix(mutant.x)
        A = as_matrix(fault.form, mutant.fresh(), mutant.x, D.shape)
        if fault.behaviour:
            assert_allclose(A, D, rtol=1e-12, atol=1e-12 * np.max(np.abs(D)))
            assert mutant.size == (mutant.magnitude or np.inf)
        elif mutant.size == np.inf:
            assert not np.all(np.isfinite(A))
        else:
            size = slow_relative_size(A, D, mutant.x)
            assert relative_size(A, D, mutant.x) == pytest.approx(size, rel=1e-9)
            assert mutant.size == pytest.approx(size, rel=1e-9) or (mutant.subject.slopes and mutant.size < size)
            assert mutant.size > 0


IN_PROPORTION = [fault for fault in FAULTS if fault.graded and "stale" not in fault.diagnosis]


@over(IN_PROPORTION, "fault")
@pytest.mark.parametrize("magnitude", [MAGNITUDES[1], MAGNITUDES[-1]])
def test_magnitudes_are_sizes(fault: Fault, magnitude: float) -> None:
    # Of an entry that is smaller than its row's largest, the change is that much more.
    most = 1 / SHARE if fault.name == "entry, of its row's largest" else 1
    sizes = [mutant.size / magnitude for mutant in some_mutants(fault, magnitude=magnitude)]
    assert min(sizes) > SHARE * 0.99
    assert np.median(sizes) > 0.3
    assert max(sizes) < most * 1.01


def test_what_changes_nothing_is_no_fault() -> None:
    symmetric = subject_named("softmax, jacobian")
    assert BY_NAME["transposed"].inject(symmetric, symmetric.point()) is None
    constant = subject_named("quadratic form, Hessian")
    assert BY_NAME["the same for any x"].inject(constant, constant.point(), magnitude=0.1) is None


def test_between_the_slopes_of_a_kink_nothing_is_wrong() -> None:
    subject = subject_named("relu layer at kinks, slope 1")
    x, (low, high) = subject.point(), subject.right(subject.point())
    D = subject.matrix(x)
    assert np.all((low <= D) & (high >= D))
    assert np.any(low < high)
    assert relative_size((low + high) / 2, D, x, (low, high)) == 0
    assert relative_size(2 * high - low, D, x, (low, high)) == 1
    found = [BY_NAME["row zero"].inject(subject, x, seed=seed) for seed in range(20)]
    assert not any(np.any(mutant.fresh()(x)[:2] != D[:2]) for mutant in found if mutant is not None)


def test_entries_that_are_negligible_in_their_row_are_left_alone() -> None:
    subject = subject_named("lorenz, jacobian, rescaled")
    D, x = subject.matrix(subject.point()), subject.point()
    weighted = np.abs(D) * np.maximum(np.abs(x), 1)
    for seed in range(20):
        mutant = BY_NAME["entry"].inject(subject, x, magnitude=0.1, seed=seed)
        assert mutant is not None
        i, j = np.argwhere(dense(mutant.fresh()(x)) != D)[0]
        assert weighted[i, j] >= SHARE * weighted[i].max()


# ----------------------------------------------------------------------------------------------------------------------
# the same fault every time, in the form of the derivative


@over(FAULTS, "fault")
def test_mutants_are_reproducible_and_keep_the_form_of_the_derivative(fault: Fault) -> None:
    for mutant in some_mutants(fault, count=3):
        x, D = mutant.x, mutant.subject.derivative(mutant.x)
        with np.errstate(all="ignore"):
            first, second = (as_matrix(fault.form, mutant.fresh(), x, dense(D).shape) for _ in range(2))
            assert_array_equal(first, second)
            if fault.form == "derivative":
                A = mutant.fresh()(x.copy())
                assert type(A) is type(D)
                assert A.shape == D.shape
                assert A.dtype == D.dtype


def test_seeds_choose_other_places() -> None:
    subject = subject_named("layer of tanh, 20 × 20")
    x = subject.point()
    found = [BY_NAME["entry sign"].inject(subject, x, seed=seed_of("here", k)) for k in range(4)]
    places = {tuple(np.argwhere(m.fresh()(x) != subject.matrix(x))[0]) for m in found if m is not None}
    assert len(places) > 1


# ----------------------------------------------------------------------------------------------------------------------
# what single faults are


def test_permutations_are_what_their_names_say() -> None:
    x, D = (
        subject_named("box, jacobian").point(),
        subject_named("box, jacobian").matrix(subject_named("box, jacobian").point()),
    )
    assert_array_equal(one_mutant("rows reversed", "box, jacobian").fresh()(x), D[::-1])
    rolled = one_mutant("columns shifted", "box, jacobian").fresh()(x)
    assert any(np.array_equal(rolled, np.roll(D, k, axis=1)) for k in (-1, 1))
    swapped = one_mutant("two rows swapped", "box, jacobian").fresh()(x)
    assert np.count_nonzero((swapped != D).any(axis=1)) == 2


def test_a_rank_one_term_has_rank_one() -> None:
    mutant = one_mutant("rank-one term", "layer of tanh, 20 × 20", 1e-2)
    assert np.linalg.matrix_rank(mutant.fresh()(mutant.x) - mutant.subject.matrix(mutant.x), tol=1e-12) == 1
    hessian = one_mutant("rank-one term", "wood, Hessian", 1e-2).fresh()(subject_named("wood, Hessian").point())
    assert_allclose(hessian, hessian.T, rtol=1e-12)


def test_sparse_matrices_lose_entries_only_where_the_pattern_is_meant() -> None:
    name = "bratu, 7 × 7 points"
    D = subject_named(name).derivative(subject_named(name).point())
    for fault, lost in (("nonzero missing", 1), ("row of the pattern missing", 5), ("stored zero", 0)):
        A = one_mutant(fault, name).fresh()(subject_named(name).point())
        assert 0 <= D.nnz - A.nnz <= lost
        assert (D.nnz > A.nnz) == (lost > 0)
        assert np.count_nonzero(A.toarray() != D.toarray()) >= 1


def test_derivatives_that_lag() -> None:
    name = "beale, gradient"
    gradient, x = subject_named(name).derivative, subject_named(name).point()
    lags = one_mutant("of the call before", name, 1e-2).fresh()
    first, second, elsewhere, back = lags(x), lags(x), lags(x + 1), lags(x)
    assert not np.array_equal(first, gradient(x))
    assert_array_equal(second, gradient(x))
    assert_array_equal(elsewhere, gradient(x))
    assert_array_equal(back, gradient(x + 1))
    lags = one_mutant("of the point before", name, 1e-2).fresh()
    first, second, elsewhere = lags(x), lags(x), lags(x + 1)
    assert_array_equal(first, second)
    assert_array_equal(elsewhere, gradient(x))


def test_behaviour() -> None:
    name = "beale, gradient"
    subject, x = subject_named(name), subject_named(name).point()
    constant = one_mutant("the same for any x", name, 1e-2).fresh()
    assert_array_equal(constant(x), constant(x + 1))
    restless = one_mutant("another at every call", name, 1e-2).fresh()
    assert not np.array_equal(restless(x), restless(x))
    written = x.copy()
    assert_array_equal(one_mutant("writes into x", name).fresh()(written), subject.derivative(x))
    assert not np.array_equal(written, x)
    value, derivative = one_mutant("another value of f", name, 1e-2).fresh()(x)
    assert value == subject.f(x) * 1.01
    assert_array_equal(derivative, subject.derivative(x))


@pytest.mark.parametrize(
    ("form", "name"), [("jvp", "box, jacobian"), ("vjp", "box, jacobian"), ("hvp", "wood, Hessian")]
)
def test_products(form: Any, name: str) -> None:
    subject, x = subject_named(name), subject_named(name).point()
    D = subject.matrix(x)
    v = np.arange(1.0, 1 + D.shape[0 if form == "vjp" else 1]) * [-1, 1, 1, -1, 1][: D.shape[0 if form == "vjp" else 1]]
    expected = v @ D if form == "vjp" else D @ v
    assert_allclose(product(subject, form)(x, v), expected, rtol=1e-14)
    assert_allclose(one_mutant(f"{form}: factor", name, 0.1).fresh()(x, v), 1.1 * expected, rtol=1e-12)
    for fault, magnitude in ((f"{form}: not linear", 0.1), (f"{form}: of a unit vector", None)):
        faulty = one_mutant(fault, name, magnitude).fresh()
        assert not np.allclose(faulty(x, -v) + faulty(x, 3 * v), 2 * faulty(x, v), rtol=1e-3)
