"""verify=: patterns that miss nonzeros are found and their rows named; right ones pass; what it costs."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import secant
from bars import Recorder
from colorings import SYMMETRIC, P, random_mask
from secant import FiniteDifference
from secant.native import Function
from sparse_maps import SparseMap, SparsePotential

pytestmark = pytest.mark.filterwarnings("ignore:the sparsity pattern is too dense")

METHODS: list[Any] = ["forward", "central", FiniteDifference("central", 4), "complex", "adaptive"]
MISSES = "the sparsity pattern misses nonzeros"


class Weighted:
    """f_i(x) = Σ_j c_ij (x_j + x_j² / 4): no entry is small for x in [0, 1]."""

    def __init__(self, pattern: P, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.pattern = pattern
        signs = random.choice([-1.0, 1.0], pattern.nnz)
        self.matrix = pattern.to_csr(signs * random.uniform(0.5, 2.0, pattern.nnz))

    def __call__(self, x: Any) -> Any:
        flat = np.ravel(x)
        return self.matrix @ (flat + flat * flat / 4)


def without(pattern: P, entries: Any) -> P:
    """A pattern that lacks some of its entries."""
    rows, columns = pattern.coordinates()
    kept = [(i, j) not in entries for i, j in zip(rows.tolist(), columns.tolist(), strict=True)]
    return P.from_coordinates(rows[kept], columns[kept], pattern.shape)


def rows_named(error: BaseException) -> tuple[list[int], int]:
    """The rows in a message, and how many more there are."""
    found = re.match(rf"{MISSES} in rows? ([\d, ]+?)(?: and (\d+) more)?: along", str(error))
    assert found is not None, str(error)
    return [int(row) for row in found[1].split(", ")], int(found[2] or 0)


# ----------------------------------------------------------------------------------------------------------------------
# what is missing is found


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("seed", range(8))
def test_rows_that_miss_an_entry_are_named(seed: int, method: Any) -> None:
    random = np.random.default_rng(seed)
    pattern = [P.banded((30, 25), 2, 1), P(random_mask((30, 25), 0.12, seed)), P.stencil((5, 6))][seed % 3]
    f = Weighted(pattern, seed)
    x = random.uniform(0, 1, pattern.shape[1])
    rows, columns = pattern.coordinates()
    chosen = sorted(random.choice(np.unique(rows), random.integers(1, 9), replace=False).tolist())
    entries = {(row, int(random.choice(columns[rows == row]))) for row in chosen}
    with pytest.raises(ValueError, match=MISSES) as info:
        secant.jacobian(f, x, method=method, sparsity=without(pattern, entries))
    named, more = rows_named(info.value)
    assert named == chosen[:5]
    assert more == len(chosen) - len(named)
    secant.jacobian(f, x, method=method, sparsity=pattern)


@pytest.mark.parametrize("method", ["forward", "backward"])
def test_rows_that_look_wrong_and_are_right_are_not_named(method: str) -> None:
    # Differences on one side are wrong at a corner; nothing is missing there.
    def f(x: Any) -> Any:
        y = np.abs(x)
        y[7] = x[7] + x[9]
        return y

    x = np.append(np.zeros(4), np.ones(8))
    with pytest.raises(ValueError, match=MISSES) as info:
        secant.jacobian(f, x, method=method, sparsity=P.diagonal(12))
    assert rows_named(info.value) == ([7], 0)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("method", METHODS, ids=str)
def test_with_a_colour_of_its_own_or_with_a_shared_one(method: Any, shared: bool) -> None:
    # Row 2 lacks its entry in column 3, which has the colour of column 1 there, or one that no other column has.
    pattern = P.banded(6, 1)
    f, x = Weighted(pattern), np.linspace(0.1, 0.9, 6)
    colors = [0, 1, 2, 1, 0, 2] if shared else [0, 1, 2, 3, 0, 1]
    coloring = secant.Coloring(without(pattern, {(2, 3)}), colors)
    with pytest.raises(ValueError, match=MISSES) as info:
        secant.jacobian(f, x, method=method, sparsity=coloring)
    assert rows_named(info.value) == ([2], 0)
    # Without verification, the entry that shares its colour is wrong, and otherwise nothing is.
    found = secant.Jacobian(f, method="central", sparsity=coloring, verify="never")(x).toarray()
    exact = secant.jacobian(f, x, method="complex")
    assert_allclose(found[2, 1], exact[2, 1] + shared * exact[2, 3], rtol=1e-7)


def test_the_message_has_both_derivatives_and_what_to_do() -> None:
    pattern = P.banded(6, 1)
    f, x = Weighted(pattern), np.linspace(0.1, 0.9, 6)
    with pytest.raises(ValueError, match=MISSES) as info:
        secant.jacobian(f, x, method="central", sparsity=without(pattern, {(2, 3), (4, 4)}))
    text = re.fullmatch(
        r"the sparsity pattern misses nonzeros in rows 2, 4: along a random direction, the derivative of entry 2 of "
        r"f\(x\) is (\S+), but by the entries of row 2 it is (\S+)\. Complete the pattern, or find it with "
        r"sparsity='detect'",
        str(info.value),
    )
    assert text is not None
    # The difference is the entry times what its variable moves by: at most its scale, half of it at least.
    missing = secant.jacobian(f, x, method="complex")[2, 3]
    assert 0.4 < abs((float(text[1]) - float(text[2])) / missing) < 1.1


def test_whatever_the_shapes_and_the_kind_of_function(native_functions: Any) -> None:
    pattern = P.banded(12, 1)
    f, x = Weighted(pattern), np.linspace(0.1, 0.9, 12)
    less = without(pattern, {(7, 8)})
    block = SparseMap(pattern).of_block
    calls: list[Any] = [
        lambda: secant.jacobian(lambda z: f(z).reshape(2, 6), x.reshape(3, 4), sparsity=less),
        lambda: secant.jacobian(lambda t, z: t * f(z), x, args=(2.0,), argnum=1, sparsity=less),
        lambda: secant.jacobian(block, x, vectorized=True, sparsity=less),
        lambda: secant.jacobian(lambda z: f(z).astype("f4"), x, sparsity=less),
        lambda: secant.jacobian(f, x.astype("f4"), sparsity=less),
        lambda: secant.jacobian(f, x.astype("g"), sparsity=less),
        lambda: secant.jacobian(lambda z: 1j * f(z), x, sparsity=less),
        lambda: secant.jacobian(f, np.arange(12), sparsity=less),
        lambda: secant.jacobian(f, x.tolist(), sparsity=less),
        lambda: secant.jacobian(f, x, sparsity=less, full_output=True),
        lambda: secant.Jacobian(f, sparsity=less)(x, out=less.to_csr()),
        lambda: secant.Jacobian(f, sparsity=less, entries="lower")(x),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=MISSES) as info:
            call()
        assert rows_named(info.value) == ([7], 0)
    squares = Function(native_functions.vector_with_data, outputs=4)
    with pytest.raises(ValueError, match=rf"{MISSES} in row 1: "):
        secant.jacobian(squares, [1.0, 2.0, 3.0, 4.0], sparsity=without(P.diagonal(4), {(1, 1)}))
    with pytest.raises(ValueError, match=rf"{MISSES} in row 0: "):
        secant.jacobian(lambda t: t * t, 2.0, sparsity=[[0]])


def test_on_bounds() -> None:
    pattern = P.banded(10, 1)
    f = Weighted(pattern)
    lower, upper = np.zeros(10), np.ones(10)
    for x in (lower, upper, np.resize([0.0, 1.0], 10), np.resize([0.0, 0.5, 1.0], 10), np.resize([1e-6, 1 - 1e-6], 10)):

        def inside(z: Any) -> Any:
            assert np.all((z >= lower) & (z <= upper))
            return f(z)

        for method in ("forward", "central", "adaptive"):
            options: dict[str, Any] = {"method": method, "bounds": (lower, upper)}
            secant.jacobian(inside, x, sparsity=pattern, **options)
            with pytest.raises(ValueError, match=MISSES) as info:
                secant.jacobian(inside, x, sparsity=without(pattern, {(0, 1), (5, 5)}), **options)
            assert rows_named(info.value) == ([0, 5], 0)


@pytest.mark.parametrize("room", [1e-2, 1e-4])
@pytest.mark.parametrize("given", ["values", "gradient"])
def test_a_narrow_box(given: str, room: float) -> None:
    # Narrower than a look would like; a function that is called outside raises, which would be a warning here.
    pattern = P.banded(8, 1)
    f, x = SparsePotential(pattern), np.linspace(0.5, 1.5, 8)
    lower, upper = x - np.resize([0.0, room, room], 8), x + np.resize([room, 0.0, room], 8)

    def inside(z: Any) -> Any:
        assert np.all((z >= lower) & (z <= upper))
        return f(z) if given == "values" else f.gradient(z)

    functions = {"f": inside} if given == "values" else {"f": None, "grad": inside}
    H = secant.Hessian(**functions, method="adaptive", bounds=(lower, upper), sparsity=pattern, verify="always")
    assert_allclose(H(x).toarray(), f.exact(x).toarray(), rtol=0, atol=1e-3 / room)


def test_what_is_small_is_not_found() -> None:
    # As documented: less than a thousandth of what is there.
    for size, found in ((1e-5, False), (1e-1, True)):
        J = secant.Jacobian(lambda x, size=size: np.array([x[0] + size * x[1], x[1]]), sparsity=np.eye(2))
        if found:
            with pytest.raises(ValueError, match=rf"{MISSES} in row 0"):
                J([1.0, 1.0])
        else:
            assert_allclose(J([1.0, 1.0]).toarray(), np.eye(2), atol=1e-4)


# ----------------------------------------------------------------------------------------------------------------------
# Hessians


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("missing", [{(3, 4), (4, 3)}, {(3, 5), (5, 3)}, {(3, 3)}])
@pytest.mark.parametrize("kind", ["values", "star", "acyclic"])
def test_hessians_that_miss_entries(kind: str, missing: Any, method: Any) -> None:
    pattern = P.banded(8, 2)
    f = SparsePotential(pattern)
    f.a, f.c = np.full(8, 0.5), np.full(f.i.size, 2.0)
    x = np.linspace(0.5, 1.5, 8)
    less: Any = without(pattern, missing)
    if kind == "acyclic":
        less = secant.color(less, structure="symmetric", decompression="substitution")
    grad = None if kind == "values" else f.gradient
    secant.hessian(f, x, grad=grad, method=method, sparsity=pattern)
    with pytest.raises(ValueError, match=MISSES) as info:
        secant.hessian(f, x, grad=grad, method=method, sparsity=less)
    if kind == "values":
        assert re.match(
            rf"{MISSES}: along a random direction, the second derivative of f is \S+, but by the entries of the "
            r"pattern it is \S+\. Complete the pattern",
            str(info.value),
        )
    else:
        assert {row for row, _ in missing} <= set(rows_named(info.value)[0])
        assert f"of entry {rows_named(info.value)[0][0]} of grad(x) is" in str(info.value)


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("name", ["tridiagonal", "grid", "arrowhead", "ring of eight", "sparse with some diagonal"])
@pytest.mark.parametrize("bounds", [None, (0.5, 1.5)])
def test_right_hessians_pass(name: str, method: Any, bounds: Any) -> None:
    pattern = SYMMETRIC[name]
    f, x = SparsePotential(pattern), np.linspace(0.5, 1.5, pattern.shape[0])
    for grad in (None, f.gradient):
        secant.hessian(f, x, grad=grad, method=method, sparsity=pattern, bounds=bounds)


# ----------------------------------------------------------------------------------------------------------------------
# what it costs, and when


@pytest.mark.parametrize("verify", ["first", "always", "never"])
@pytest.mark.parametrize("kind", ["Jacobian", "star", "values"])
def test_evaluations(kind: str, verify: Any) -> None:
    pattern = P.banded(12, 1)
    f, x = SparsePotential(pattern), np.linspace(0, 1, 12)
    seen = Recorder(f if kind == "values" else f.gradient)
    options: dict[str, Any] = {"method": "central", "sparsity": pattern, "verify": verify}
    D: Any = {
        "Jacobian": lambda: secant.Jacobian(seen, **options),
        "star": lambda: secant.Hessian(None, grad=seen, **options),
        "values": lambda: secant.Hessian(seen, **options),
    }[kind]()
    look = 3 if kind == "values" else 2
    counts = []
    for call in (D, D.estimate, D, D.estimate):
        seen.points.clear()
        call(x)
        counts.append(seen.calls)
    plain = 2 * (12 + 11) + 1 if kind == "values" else 6
    expected = {"first": [look, 0, 0, 0], "always": [look] * 4, "never": [0] * 4}[verify]
    assert counts == [plain + more for more in expected]
    assert D.estimate(x).evaluations == plain  # what the derivative itself took


def test_evaluations_where_something_looks_wrong() -> None:
    f = Recorder(Weighted(P.banded(12, 1)))
    J = secant.Jacobian(f, method="central", sparsity=P.diagonal(12))
    for _ in range(2):  # an object that has raised an error raises it again
        f.points.clear()
        with pytest.raises(ValueError, match=MISSES):
            J(np.linspace(0, 1, 12))
        assert f.calls > 2 + 2


def test_a_pattern_that_is_right_at_first_and_wrong_later() -> None:
    def f(x: Any) -> Any:
        return np.array([x[0] + (x[1] if x[1] > 5 else 5.0), x[1]])

    first, always, never = (
        secant.Jacobian(f, method="central", sparsity=np.eye(2), verify=v) for v in ("first", "always", "never")
    )
    for J in (first, always, never):
        assert_allclose(J([1.0, 2.0]).toarray(), np.eye(2), atol=1e-9)
    for J in (first, never):  # both in one colour, steps are as 1 to 8, and nobody looks
        assert J([1.0, 8.0])[0, 0] == pytest.approx(9.0)
    with pytest.raises(ValueError, match=rf"{MISSES} in row 0"):
        always([1.0, 8.0])


def test_looks_are_reproducible_and_each_is_along_another_direction() -> None:
    def points_of_two_calls() -> list[Any]:
        f = Recorder(Weighted(P.banded(5, 1)))
        J = secant.Jacobian(f, method="central", sparsity=P.banded(5, 1), verify="always")
        calls = []
        for _ in range(2):
            f.points.clear()
            J(np.ones(5))
            calls.append(np.array(f.points))
        return calls

    first, second = points_of_two_calls()
    np.random.seed(1)  # noqa: NPY002
    assert_array_equal(points_of_two_calls(), [first, second])
    assert_array_equal(first[:-2], second[:-2])
    assert np.all(first[-2:] != second[-2:])


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize(("x", "bounds"), [(0.5, (0, 1)), (0.3, (0, 1)), (0.0, (0, 1)), (1.0, (1 - 1e-3, 1 + 1e-3))])
def test_with_room_on_all_sides_alike(x: float, bounds: Any, method: Any) -> None:
    def f(z: Any) -> Any:
        return z + np.roll(z, 1) ** 2 + np.roll(z, 1)

    with pytest.raises(ValueError, match=MISSES):
        secant.jacobian(f, np.full(50, x), sparsity=P.diagonal(50), bounds=bounds, method=method)


def call_three_times(J: secant.Jacobian) -> None:
    for _ in range(3):
        J(np.ones(40))


def test_what_one_look_does_not_see_the_next_ones_do() -> None:
    # Whatever the two variables, whose steps and moves may happen to be in proportion.
    for j in range(1, 40):

        def f(x: Any, j: int = j) -> Any:
            y = x**2
            y[0] += x[j] ** 2
            return y

        J = secant.Jacobian(f, method="forward", sparsity=P.diagonal(40), verify="always")
        with pytest.raises(ValueError, match=f"{MISSES} in row 0: "):
            call_three_times(J)


def test_rows_that_the_first_direction_hides_are_named_too() -> None:
    x = np.linspace(0.5, 2, 6)
    for power in range(2, 8):
        with pytest.raises(ValueError, match=MISSES) as info:
            secant.jacobian(lambda x, k=power: x**k + 0.03 * np.roll(x, 1) ** k, x, sparsity=P.diagonal(6))
        assert rows_named(info.value) == ([0, 1, 2, 3, 4], 1)


def test_nearer_where_the_usual_distance_leaves_the_domain() -> None:
    x = np.array([1e-5, 2e-5, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        secant.jacobian(np.log, x, sparsity=P.diagonal(3), method=FiniteDifference("central", step=1e-9))
        with pytest.raises(ValueError, match=f"{MISSES} in row 0: "):
            secant.jacobian(
                lambda z: np.log(z) + np.array([z[1] * 1e5, 0, 0]),
                x,
                sparsity=P.diagonal(3),
                method=FiniteDifference("central", step=1e-9),
            )


def test_a_gradient_that_is_none_is_warned_of() -> None:
    def g(x: Any) -> Any:
        return np.concatenate([[2 * x[0] + x[1], 2 * x[1] + 3 * x[0]], 2 * x[2:]])

    H = secant.Hessian(None, grad=g, sparsity=P.banded(5, 1))
    with pytest.warns(UserWarning, match="the Jacobian of grad is not symmetric") as found:
        H(np.ones(5))
    assert [warning.filename for warning in found] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        secant.Hessian(
            None, grad=lambda x: 2 * x + np.append(x[1:], 0) + np.append(0, x[:-1]), sparsity=P.banded(5, 1)
        )(np.ones(5))


def test_exceptions_of_the_users_own_pass_through() -> None:
    class OutOfBudgetError(Exception):
        pass

    calls = 0

    def f(x: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise OutOfBudgetError
        return x**2

    with pytest.raises(OutOfBudgetError):
        secant.jacobian(f, np.ones(5), method="forward", sparsity=P.diagonal(5))


# ----------------------------------------------------------------------------------------------------------------------
# functions that cannot be looked at


@pytest.mark.parametrize("verify", ["first", "always"])
def test_a_function_that_raises_near_x(verify: Any) -> None:
    def f(x: Any) -> Any:
        if np.max(np.abs(x - 1.0)) > 1e-4:
            raise ArithmeticError("too far")
        return x**3

    J = secant.Jacobian(f, method="central", sparsity=P.diagonal(5), verify=verify)
    message = (
        "the sparsity pattern could not be verified, since f failed near x (ArithmeticError: too far); verify='never' "
        "leaves this out"
    )
    for call in (J, J.estimate):
        if call == J or verify == "always":
            with pytest.warns(UserWarning, match=re.escape(message)) as found:
                result = call(np.ones(5))
            assert [warning.filename for warning in found] == [__file__]
        else:
            result = call(np.ones(5))
        value = result if call == J else result.value
        assert_allclose(value.data, 3.0, rtol=1e-7)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        secant.Jacobian(f, method="central", sparsity=P.diagonal(5), verify="never")(np.ones(5))


def test_a_warning_points_at_the_callers_line() -> None:
    def f(x: Any) -> Any:
        if np.max(np.abs(np.real(x) - 1.0)) > 1e-4:
            raise ArithmeticError("too far")
        return x**2

    def value(x: Any) -> Any:
        return np.sum(f(x))

    calls: list[Any] = [
        lambda: secant.Jacobian(f, method="central", sparsity=P.diagonal(5))(np.ones(5)),
        lambda: secant.Hessian(None, grad=f, method="central", sparsity=P.diagonal(5)).estimate(np.ones(5)),
        lambda: secant.Hessian(value, method="forward", sparsity=P.diagonal(5))(np.ones(5)),
        lambda: secant.jacobian(f, np.ones(5), method="central", sparsity=P.diagonal(5)),
        lambda: secant.hessian(None, np.ones(5), grad=f, method="central", sparsity=P.diagonal(5), full_output=True),
    ]
    for call in calls:
        with pytest.warns(UserWarning, match="could not be verified") as found:
            call()
        assert [warning.filename for warning in found] == [__file__]


def test_what_stops_the_program_is_not_swallowed() -> None:
    for error in (KeyboardInterrupt, SystemExit):

        def f(x: Any, error: Any = error) -> Any:
            if np.max(np.abs(x - 1.0)) > 1e-4:
                raise error
            return x**3

        with pytest.raises(error):
            secant.jacobian(f, np.ones(3), method="central", sparsity=P.diagonal(3))


def test_values_that_are_not_finite_near_x() -> None:
    def f(x: Any) -> Any:
        return np.where(np.abs(x - 1) < 1e-4, x**3, np.nan)

    found = secant.jacobian(f, np.ones(5), method="central", sparsity=P.diagonal(5))
    assert_allclose(found.data, 3, rtol=1e-7)
    H = secant.Hessian(lambda x: np.sum(f(x)), method=FiniteDifference(step=1e-5), sparsity=P.diagonal(5))
    with pytest.warns(
        UserWarning, match=r"could not be verified, since f failed near x \(ValueError: .* is not finite"
    ):
        value = H(np.ones(5))
    assert_allclose(value.data, 6, rtol=1e-3)
