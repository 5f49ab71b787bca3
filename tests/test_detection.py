"""Patterns found by asking a function: against those of functions whose pattern is known."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import rosen, rosen_der
from scipy.sparse import csr_array, random_array

import secant
from secant import FoundBy, SparsityPattern, detect_hessian_pattern, detect_jacobian_pattern


def sines(matrix):
    """A function whose Jacobian has the matrix's pattern, at every point but few."""
    matrix = csr_array(matrix)
    return lambda x: matrix @ np.sin(x)


def random_matrix(rows, columns, density, seed):
    return random_array((rows, columns), density=density, rng=seed, format="csr")


@pytest.mark.parametrize("sources", [("nan",), ("perturbation",), ("nan", "perturbation"), ["perturbation", "nan"]])
@pytest.mark.parametrize(
    ("rows", "columns", "density"), [(1, 1, 1), (30, 40, 0.1), (7, 300, 0.02), (300, 5, 0.3), (40, 40, 1)]
)
def test_random_patterns_are_found_exactly(rows, columns, density, sources):
    matrix = random_matrix(rows, columns, density, seed=rows + columns)
    x = np.random.default_rng(0).uniform(0.5, 1.0, columns)
    found = detect_jacobian_pattern(sines(matrix), x, sources=sources)
    assert found.pattern == SparsityPattern(matrix)
    assert found.complete
    assert not found.nan_failed
    flags = {"nan": FoundBy.NAN, "perturbation": FoundBy.PERTURBATION}
    allowed = sum(flags[source] for source in sources)
    assert np.all(found.found_by > 0)
    assert np.all((found.found_by & ~np.uint8(allowed)) == 0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 12), st.integers(1, 40), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_nothing_is_missed_and_nothing_made_up(rows, columns, density, seed):
    matrix = random_matrix(rows, columns, density, seed)
    x = np.random.default_rng(seed).uniform(0.3, 1.2, columns)
    assert detect_jacobian_pattern(sines(matrix), x, seed=seed).pattern == SparsityPattern(matrix)


def brusselator(grid):
    """Rates of two species on a periodic grid, for blocks of points, and their pattern."""

    def rates(block):
        u, v = np.moveaxis(block.reshape(-1, 2, grid, grid), 1, 0)

        def laplacian(a):
            return np.roll(a, 1, 1) + np.roll(a, -1, 1) + np.roll(a, 1, 2) + np.roll(a, -1, 2) - 4 * a

        both = np.stack([1 + u * u * v - 4.4 * u + laplacian(u), 3.4 * u - u * u * v + laplacian(v)], axis=1)
        return both.reshape(block.shape)

    neighbors, here = SparsityPattern.stencil((grid, grid), periodic=True), SparsityPattern.diagonal(grid * grid)
    return rates, SparsityPattern.block([[neighbors, here], [here, neighbors]])


def test_twenty_thousand_unknowns_take_less_than_a_thousand_evaluations():
    rates, pattern = brusselator(100)
    x = np.random.default_rng(0).uniform(0.5, 3, 20_000)
    found = detect_jacobian_pattern(rates, x, vectorized=True)
    assert found.pattern == pattern
    assert found.evaluations <= 1000
    assert found.miss_probability.shape == (20_000,)
    assert found.miss_probability.max() <= 1e-3


def test_evaluations_are_counted_and_blocks_do_not_matter():
    rates, pattern = brusselator(8)
    x = np.random.default_rng(1).uniform(0.5, 3, 128)
    points = []

    def counting(block):
        points.append(len(block))
        return rates(block)

    whole = detect_jacobian_pattern(counting, x, vectorized=True)
    assert sum(points) == whole.evaluations
    small = detect_jacobian_pattern(rates, x, vectorized=True, block_bytes=5000)
    single = detect_jacobian_pattern(lambda x: rates(x[None])[0], x)
    for other in (small, single):
        assert other.pattern == whole.pattern == pattern
        assert other.evaluations == whole.evaluations
        np.testing.assert_array_equal(other.found_by, whole.found_by)


@pytest.mark.parametrize(
    "pattern", [SparsityPattern.arrowhead(200), SparsityPattern.banded(500, 3, 1), SparsityPattern.dense(20, 30)]
)
def test_usual_families(pattern):
    matrix = pattern.to_csr(np.random.default_rng(0).uniform(1, 2, pattern.nnz))
    x = np.linspace(0.5, 1.5, pattern.shape[1])
    assert detect_jacobian_pattern(sines(matrix), x).pattern == pattern


def test_shapes_are_counted_in_c_order():
    def f(x):
        return np.stack([x[0] * x[1], x[1] ** 2])

    found = detect_jacobian_pattern(f, np.arange(1.0, 7.0).reshape(2, 3))
    expected = np.zeros((6, 6), bool)
    expected[:3, :3] = expected[:3, 3:] = expected[3:, 3:] = np.eye(3, dtype=bool)
    np.testing.assert_array_equal(found.pattern.to_dense(), expected)


def test_scalars():
    assert detect_jacobian_pattern(lambda x: x * x, 2.0).pattern == SparsityPattern.dense(1, 1)
    assert detect_jacobian_pattern(lambda x: 3.0, 2.0).pattern.nnz == 0
    assert detect_jacobian_pattern(lambda x: x[0] + x[2], np.ones(3)).pattern == SparsityPattern([[1, 0, 1]])


def test_args_and_argnum():
    found = detect_jacobian_pattern(lambda t, y, a: a * y[::-1] * t, np.ones(3), args=(2.0, 3.0), argnum=1)
    np.testing.assert_array_equal(found.pattern.to_dense(), np.eye(3)[::-1])


def test_what_shows_in_one_way_only():
    def f(x):
        return np.array([max(x[0], 10.0), 1.0 if np.isnan(x[1]) else x[1], 0.0 * x[2]])

    x = np.ones(3)
    by_nan = detect_jacobian_pattern(f, x, sources=("nan",)).pattern
    by_moving = detect_jacobian_pattern(f, x, sources=("perturbation",)).pattern
    # NaN compares false, so that max(nan, 10) is nan; 0 · nan is nan; a test for it hides it.
    np.testing.assert_array_equal(by_nan.to_dense(), np.diag([True, False, True]))
    np.testing.assert_array_equal(by_moving.to_dense(), np.diag([False, True, False]))
    both = detect_jacobian_pattern(f, x)
    assert both.pattern == by_nan | by_moving
    assert both.found_by.tolist() == [FoundBy.NAN, FoundBy.PERTURBATION, FoundBy.NAN]


def test_a_function_that_refuses_nan():
    def f(x):
        if np.isnan(x).any():
            raise ValueError("no NaN, please")
        return x[1:] * x[:-1]

    found = detect_jacobian_pattern(f, np.arange(1.0, 51.0))
    assert found.nan_failed
    assert found.pattern == SparsityPattern.banded((49, 50), 0, 1)
    assert np.all(found.found_by == FoundBy.PERTURBATION)
    assert "raised an exception when it was given NaN" in found.summary()


@pytest.mark.parametrize("exception", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_no_refusal(exception):
    def f(x):
        if np.isnan(x).any():
            raise exception
        return x

    with pytest.raises(exception):
        detect_jacobian_pattern(f, np.ones(3))


def test_a_function_that_fails_away_from_x():
    x = np.arange(1.0, 21.0)

    def f(y):
        if np.abs(y - x).max() > 0.7:
            raise FloatingPointError("too far")
        return np.cumsum(y[::5])

    assert detect_jacobian_pattern(f, x).pattern.nnz == 10


def test_an_exception_at_x_itself_is_the_users():
    def f(x):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        detect_jacobian_pattern(f, np.ones(3))


def test_bounds_are_kept():
    lower, upper = np.zeros(30), np.linspace(0.0, 2.0, 30) + 1e-3
    x = np.where(np.arange(30) % 2 == 0, lower, upper)
    seen = []

    def f(y):
        seen.append(y.copy())
        return y[1:] * np.exp(y[:-1])

    assert detect_jacobian_pattern(f, x, bounds=(lower, upper)).pattern == SparsityPattern.banded((29, 30), 0, 1)
    points = np.array(seen)
    with np.errstate(invalid="ignore"):
        assert not ((points < lower) | (points > upper)).any()


def test_a_function_that_is_not_deterministic():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=re.escape("f(x)[1] has different values at the same point")):
        detect_jacobian_pattern(lambda x: np.array([x[0], rng.normal()]), np.ones(2))


def test_a_budget():
    found = detect_jacobian_pattern(sines(np.eye(1000)), np.ones(1000), max_evaluations=10)
    assert not found.complete
    assert found.evaluations <= 10
    assert "max_evaluations was reached" in str(found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sources": "nan"}, "sources is the string 'nan'; accepted are sequences, such as ('nan',)"),
        ({"sources": ()}, "sources is (); accepted are"),
        ({"sources": ("symbolic",)}, "sources is ('symbolic',); accepted are"),
        ({"miss_probability": 0.0}, "miss_probability is 0.0; accepted are numbers between 0 and 1"),
        ({"max_evaluations": 2}, "max_evaluations is 2; accepted are integers from 3 on"),
        ({"seed": -1}, "seed is -1; accepted are integers from 0 to 2**64 - 1"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        detect_jacobian_pattern(lambda x: x, np.ones(2), **options)


@pytest.mark.parametrize("grad", [None, rosen_der])
@pytest.mark.parametrize("n", [2, 3, 50])
def test_hessian_of_rosenbrock(n, grad):
    x = np.random.default_rng(n).uniform(-1, 1, n)
    found = detect_hessian_pattern(rosen, x, grad=grad)
    assert found.pattern == SparsityPattern.banded(n, 1)
    assert found.found_by.shape == (found.pattern.nnz,)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 25), st.floats(0, 0.4), st.integers(0, 2**32 - 1))
def test_hessians_of_values_have_what_interacts(n, density, seed):
    upper = np.triu(random_matrix(n, n, density, seed).toarray() != 0, 1)
    pairs = np.argwhere(upper)

    def f(x):
        return float(np.sum(x**3) + np.sum(np.sin(x[pairs[:, 0]]) * x[pairs[:, 1]]))

    found = detect_hessian_pattern(f, np.random.default_rng(seed).uniform(0.5, 1, n))
    assert found.pattern == SparsityPattern(upper | upper.T | np.eye(n, dtype=bool))


def test_hessians_of_values_take_evaluations_in_proportion_to_entries():
    evaluations = [detect_hessian_pattern(rosen, np.linspace(0.5, 1.5, n)).evaluations for n in (200, 400)]
    assert evaluations[1] < 2.2 * evaluations[0] < 2.2 * 15 * 200


def test_a_gradient_that_is_not_quite_symmetric_gives_a_symmetric_pattern():
    found = detect_hessian_pattern(None, np.ones(3), grad=lambda x: np.array([x[1], 0.0, x[2]]))
    np.testing.assert_array_equal(found.pattern.to_dense(), [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    assert np.all(found.found_by == FoundBy.NAN | FoundBy.PERTURBATION)


def test_an_array_valued_function_has_no_sparse_hessian():
    with pytest.raises(
        ValueError, match=re.escape("a sparse Hessian needs a scalar-valued f, but f(x) has shape (3,)")
    ):
        detect_hessian_pattern(lambda x: x**2, np.ones(3))


def test_sparsity_detect():
    x = np.random.default_rng(0).uniform(-1, 1, 60)
    jacobian = secant.Jacobian(rosen_der, sparsity="detect", method="central")
    assert jacobian.pattern is None
    assert jacobian.coloring is None
    matrix = jacobian(x)
    assert jacobian.pattern == SparsityPattern.banded(60, 1)
    assert jacobian.coloring.ncolors == 3
    np.testing.assert_array_equal(matrix.toarray(), secant.jacobian(rosen_der, x, method="central"))
    for grad in (None, rosen_der):
        hessian = secant.Hessian(rosen, grad=grad, sparsity="detect", method="central")
        hessian(x)
        assert hessian.pattern == SparsityPattern.banded(60, 1)


def test_a_detected_pattern_is_a_sparsity():
    x = np.random.default_rng(0).uniform(-1, 1, 30)
    found = detect_jacobian_pattern(rosen_der, x)
    assert secant.Jacobian(rosen_der, sparsity=found).pattern == found.pattern


def test_the_summary_says_what_there_is():
    found = detect_jacobian_pattern(rosen_der, np.random.default_rng(0).uniform(-1, 1, 30))
    assert re.match(
        r"entries      88, found by both: 88\nevaluations  \d+, in \d+ rounds\nmissed       an entry", str(found)
    )
    assert "30 × 30, 88 entries" in str(found)


def test_a_gradient_with_other_entries_than_x_is_none() -> None:
    with pytest.raises(ValueError, match=re.escape("grad(x) has 3 entries, but x has 5: it is not a gradient")):
        secant.detect_hessian_pattern(None, np.ones(5), grad=lambda x: x[:3])


def test_barriers_near_bounds_are_no_interactions() -> None:
    def barrier(x):
        return -np.sum(np.log(x))

    found = secant.detect_hessian_pattern(barrier, np.full(60, 0.01), bounds=(0, np.inf))
    assert found.pattern == secant.SparsityPattern.diagonal(60)
    assert found.complete


def test_where_nan_alone_is_asked_with_failures_are_the_callers() -> None:
    def f(x):
        return x * 2 if np.isfinite(x).all() else 1 / 0

    with pytest.raises(ZeroDivisionError):
        secant.detect_jacobian_pattern(f, np.ones(5), sources=("nan",))
    assert secant.detect_jacobian_pattern(f, np.ones(5)).pattern == secant.SparsityPattern.diagonal(5)
