"""Sparse Jacobians within bounds: variables of one colour with room on different sides, and never a point outside."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import Bounds

import secant
from bars import Ledger, Recorder
from colorings import PATTERNS, P
from secant import Adaptive, FiniteDifference
from sparse_maps import SparseMap, assert_structure, entries_of, stored

if TYPE_CHECKING:
    from secant.methods import Method

pytestmark = pytest.mark.filterwarnings("ignore:the sparsity pattern is too dense")

EPS = np.finfo(float).eps
CENTRAL_4 = FiniteDifference("central", 4)
METHODS: list[str | Method] = [
    "forward",
    "backward",
    "central",
    CENTRAL_4,
    FiniteDifference("forward", 3),
    FiniteDifference(order=4, step=0.3),
    "adaptive",
    "complex",
]
NAMES = ["diagonal", "tridiagonal", "band of a rectangle", "two species", "random"]


class Box:
    """A function that remembers its points, each of which is within bounds."""

    def __init__(self, f: Any, lower: Any, upper: Any) -> None:
        self.f, self.lower, self.upper, self.points = f, lower, upper, []

    def __call__(self, x: Any) -> Any:
        point = np.real(x)
        self.points.append(np.copy(point))
        assert np.all(point >= self.lower)
        assert np.all(point <= self.upper)
        return self.f(x)


def edges(n: int) -> tuple[Any, Any, Any]:
    """x in a box: on the lower side, on the upper one, next to either, far from both, in turn."""
    x = 1.0 + np.arange(n) / n
    below = np.resize([0.0, 5.0, 1e-9, 5.0, 5.0, np.inf, 1e-3], n)
    above = np.resize([5.0, 0.0, 5.0, 1e-9, 5.0, np.inf, 1e-2], n)
    return x, x - below, x + above


# ----------------------------------------------------------------------------------------------------------------------
# never outside


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_f_is_never_called_outside(method: str | Method, seed: int) -> None:
    random = np.random.default_rng(seed)
    pattern = [P.diagonal(11), P.banded((9, 11), 1, 2), PATTERNS["two species"]][seed % 3]
    n = pattern.shape[1]
    x = random.normal(size=n) * 10.0 ** random.integers(-3, 4, n)
    width = 10.0 ** random.uniform(-6, 1, (2, n)) * np.maximum(1, np.abs(x))
    width[random.integers(0, 2, n), np.arange(n)] *= random.choice([0.0, 1.0, np.inf], n)
    lower, upper = x - width[0], x + width[1]
    f = Box(SparseMap(pattern, seed), lower, upper)
    J = secant.Jacobian(f, method=method, bounds=(lower, upper), sparsity=pattern, verify="always")
    with contextlib.suppress(ValueError):  # steps of 0.3 are crude: what verifies may err, but not outside
        J(x)
        J.estimate(x)
    assert len(f.points) > 2
    for source in (Bounds(lower, upper), (lower.tolist(), upper.tolist())):
        secant.Jacobian(f, method=method, bounds=source, sparsity=pattern, verify="never")(x)


@pytest.mark.parametrize("dtype", ["f", "d", "g"])
@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"], ids=str)
def test_bounds_in_any_precision(method: str | Method, dtype: str) -> None:
    lower, upper = 0.1, 0.7  # no float32 is equal to them
    x = np.array([0.1, 0.7, 0.3, 0.1, 0.7], dtype)
    x = np.clip(
        x, np.nextafter(x.dtype.type(lower), x.dtype.type(1)), np.nextafter(x.dtype.type(upper), x.dtype.type(0))
    )
    f = Box(lambda z: z * z, lower, upper)
    found = secant.jacobian(f, x, method=method, bounds=(lower, upper), sparsity=P.diagonal(5))
    assert_allclose(found.data, 2 * x, rtol=0, atol=40 * np.finfo(dtype).eps ** 0.5)


def test_bounds_shaped_like_x() -> None:
    x = np.arange(6.0).reshape(2, 3)
    f = Box(lambda z: z**2, x, np.inf)
    found = secant.jacobian(f, x, bounds=(x, None), sparsity=P.diagonal(6))
    assert_allclose(found.data, 2 * x.ravel(), atol=1e-10)


# ----------------------------------------------------------------------------------------------------------------------
# … and right


@pytest.mark.parametrize("method", [method for method in METHODS if method != "adaptive"], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_those_of_the_dense_one(name: str, method: str | Method) -> None:
    pattern = PATTERNS[name]
    x, lower, upper = edges(pattern.shape[1])
    f = SparseMap(pattern)
    options: dict[str, Any] = {"method": method, "bounds": (lower, upper)}
    box = Box(f, lower, upper)
    found = secant.Jacobian(box, sparsity=pattern, verify="never", **options).estimate(x)
    dense = secant.jacobian(f, x, full_output=True, **options)
    assert_structure(found.value, pattern)
    assert_array_equal(found.status.data, np.zeros(pattern.nnz))
    # Mirrored differences have the same terms with other signs.
    assert_array_equal(found.step, dense.step)
    assert_allclose(found.value.data, entries_of(dense.value, pattern), rtol=8 * EPS, atol=0)


def test_error_bars_hold() -> None:
    ledger = Ledger()
    statuses = []
    for name in NAMES:
        for seed in range(6):
            pattern = PATTERNS[name]
            x, lower, upper = edges(pattern.shape[1])
            f = SparseMap(pattern, seed)
            J = secant.Jacobian(Box(f, lower, upper), bounds=(lower, upper), sparsity=pattern, verify="never")
            estimate = J.estimate(x)
            ledger.add(f"{name}, seed {seed}", stored(estimate), f.exact(x.astype("g")).data)
            assert_allclose(estimate.value.data, f.exact(x).data, rtol=0, atol=1e-6)
            statuses.append(estimate.status.data)
    ledger.check()
    assert np.mean(np.concatenate(statuses) != 0) < 0.02  # one-sided lines may look noisy


def test_a_narrow_interval_does_not_spoil_others_of_its_colour() -> None:
    x = np.ones(6)
    lower, upper = np.full(6, -np.inf), np.full(6, np.inf)
    lower[0], upper[0] = 1, 1 + 1e-8
    for pattern in (P.diagonal(6), P.banded(6, 0, 1)):
        J = secant.Jacobian(lambda z: np.exp(z), sparsity=pattern, bounds=(lower, upper), verify="never")
        estimate = J.estimate(x)
        found, error = estimate.value.diagonal()[1:], estimate.error.diagonal()[1:]
        assert np.all(np.abs(found - np.e) <= error)
        assert np.all(error <= 1e-11)


def test_substitution_adds_lines_of_one_colour() -> None:
    x = np.ones(6)
    lower, upper = np.full(6, -np.inf), np.full(6, np.inf)
    lower[0], upper[0] = 1, 1 + 1e-8
    coloring = secant.color(P.banded(6, 1), structure="symmetric", decompression="substitution")
    H = secant.Hessian(None, grad=np.exp, bounds=(lower, upper), sparsity=coloring, verify="never")
    estimate = H.estimate(x)
    assert np.all(np.abs(estimate.value.toarray() - np.diag(np.exp(x))) <= estimate.error.toarray())
    assert np.all(estimate.error.diagonal()[2:] <= 1e-10)


@pytest.mark.parametrize(
    ("method", "points"),
    [("forward", 2), ("backward", 2), ("central", 5), (CENTRAL_4, 9), (FiniteDifference("forward", 3), 4)],
    ids=str,
)
def test_mixed_sides_cost_a_column_more(method: str | Method, points: int) -> None:
    # One colour. Forward or backward: one column, in which some are mirrored, and f(x). Central: two for those in the
    # middle; f(x) and two (or four) for the others.
    x, lower, upper = edges(21)
    f = Box(np.sin, lower, upper)
    J = secant.Jacobian(f, method=method, bounds=(lower, upper), sparsity=P.diagonal(21), verify="never")
    estimate = J.estimate(x)
    assert estimate.evaluations == len(f.points) == points
    # Without bounds nearby, it costs what it costs without bounds.
    far = secant.Jacobian(np.sin, method=method, bounds=(-99, 99), sparsity=P.diagonal(21), verify="never").estimate(x)
    free = secant.Jacobian(np.sin, method=method, sparsity=P.diagonal(21), verify="never").estimate(x)
    assert far.evaluations == free.evaluations
    assert_array_equal(far.value.data, free.value.data)


def test_all_variables_of_a_colour_move_to_the_side_that_has_room() -> None:
    lower, upper = np.zeros(4), np.ones(4)
    x = np.array([0.0, 1.0, 0.0, 1.0])
    f = Box(lambda z: z**3, lower, upper)
    J = secant.Jacobian(
        f, method=FiniteDifference("forward", step=0.25), bounds=(lower, upper), sparsity=P.diagonal(4), verify="never"
    )
    assert_array_equal(J(x).data, [0.0625, (1 - 0.75**3) / 0.25, 0.0625, (1 - 0.75**3) / 0.25])
    assert_array_equal(f.points, [x, [0.25, 0.75, 0.25, 0.75]])


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"], ids=str)
def test_a_fixed_variable_is_named(method: str | Method) -> None:
    lower, upper = np.array([0.0, 2.0, 0.0]), np.array([9.0, 2.0, 9.0])
    with pytest.raises(ValueError, match=r"bounds leave no room to move x\[1\]: it lies in \[2, 2\]"):
        secant.jacobian(np.sin, [1.0, 2.0, 3.0], method=method, bounds=(lower, upper), sparsity=P.diagonal(3))


def test_a_point_outside_is_refused() -> None:
    with pytest.raises(ValueError, match=r"x\[1\] = 2 is above its upper bound 1"):
        secant.jacobian(np.sin, [1.0, 2.0], bounds=(0, 1), sparsity=P.diagonal(2))


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4], ids=str)
def test_steps_one_for_each_variable(method: Any) -> None:
    side, order = ("central", 4) if method is CENTRAL_4 else (method, None)
    steps = 2.0 ** -np.arange(6.0, 18.0)
    f = Recorder(np.sin)
    x = np.linspace(1, 2, 12)
    J = secant.Jacobian(f, method=FiniteDifference(side, order, steps), sparsity=P.diagonal(12), verify="never")
    estimate = J.estimate(x)
    assert_array_equal(estimate.step, steps)
    moved = np.array(f.points) - x
    assert_array_equal(
        np.unique(np.abs(moved / steps)), [0, 1] if method == "forward" else np.arange(1, 1 + len(f.points) // 2)
    )
    assert_array_equal(
        estimate.value.diagonal(), np.diag(secant.jacobian(np.sin, x, method=FiniteDifference(side, order, steps)))
    )


def test_typical_sets_the_scale_of_each_variable() -> None:
    x = np.array([0.0, 1e-6, 3.0, 1e4])
    typical = [1e-6, 1.0, 1.0, 1.0]
    for method in (
        FiniteDifference(order=4, typical=typical),
        FiniteDifference("forward", typical=1e-6),
        Adaptive(typical=typical),
    ):
        found = secant.Jacobian(lambda z: z, method=method, sparsity=P.diagonal(4), verify="never").estimate(x)
        dense = secant.jacobian(lambda z: z, x, method=method, full_output=True)
        if not isinstance(method, Adaptive):
            assert_array_equal(found.step, dense.step)
        assert found.step[0] < 1e-6
        assert_allclose(found.value.data, 1.0, rtol=1e-9)
    wrong = secant.Jacobian(np.sin, method=FiniteDifference(typical=[1.0, 2.0]), sparsity=P.diagonal(4))
    with pytest.raises(ValueError, match=r"typical has shape \(2,\), x has shape \(4,\)"):
        wrong(x)
