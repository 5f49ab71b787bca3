"""What a function may do while a sparse Jacobian is taken: NaN, buffers, exceptions, changes of shape."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import secant
from colorings import P
from secant import FiniteDifference, Status
from sparse_maps import SparseMap, assert_structure

if TYPE_CHECKING:
    from secant.methods import Method

CENTRAL_4 = FiniteDifference("central", 4)
METHODS: list[str | Method] = ["forward", "backward", "central", CENTRAL_4, "adaptive", "complex"]
DIFFERENCES: list[str | Method] = ["forward", "backward", "central", CENTRAL_4, "adaptive"]
BAND = P.banded(12, 1)
X = np.linspace(1.0, 2.0, 12)


def jacobian(f: Any, x: Any = X, **options: Any) -> Any:
    """The estimate for a tridiagonal f, from exactly the evaluations that it needs."""
    return secant.Jacobian(f, sparsity=BAND, verify="never", **options).estimate(x)


# ----------------------------------------------------------------------------------------------------------------------
# NaN or inf at a probe


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("vectorized", [False, True])
@pytest.mark.parametrize("method", DIFFERENCES, ids=str)
class TestNotFiniteAtAProbe:
    """f_i(x) = sin(x_i) x_{i+1} + x_{i-1}², where x_4 is in an interval; in row 4 it is `bad` where it is not."""

    def limited(self, bad: float, low: float, high: float) -> Any:
        def f(z: Any) -> Any:
            y = np.sin(z)
            y[..., :-1] *= z[..., 1:]
            y[..., 1:] += z[..., :-1] ** 2
            y[..., 4] = np.where((z[..., 4] >= low) & (z[..., 4] <= high), y[..., 4], bad)
            return y

        return f

    def exact(self) -> Any:
        J = np.diag(np.append(np.cos(X[:-1]) * X[1:], np.cos(X[-1])))
        J += np.diag(np.sin(X[:-1]), 1) + np.diag(2 * X[:-1], -1)
        return J[BAND.coordinates()]

    def check(self, f: Any, method: Any, vectorized: bool, status: Status) -> None:
        free = jacobian(self.limited(0.0, -np.inf, np.inf), method=method)
        estimate = jacobian(f, method=method, vectorized=vectorized)
        concerned = np.zeros((12, 12), bool)
        concerned[4, 4] = True
        concerned = concerned[BAND.coordinates()]
        assert_structure(estimate.value, BAND)
        assert_array_equal(estimate.status.data, np.where(concerned, status, Status.OK))
        if status is Status.NOT_FINITE:
            assert np.isnan(estimate.value.data[concerned]).all()
        else:
            assert_allclose(estimate.value.data[concerned], self.exact()[concerned], rtol=1e-5)
        if method == "adaptive":
            assert_allclose(estimate.value.data[~concerned], self.exact()[~concerned], rtol=1e-9)
        else:
            assert_array_equal(estimate.value.data[~concerned], free.value.data[~concerned])

    def test_a_smaller_step(self, method: Any, bad: float, vectorized: bool) -> None:
        planned = jacobian(np.sin, method=method).step[4]
        f = self.limited(bad, X[4] - planned / 8, X[4] + planned / 8)
        self.check(f, method, vectorized, Status.SMALLER_STEP)

    def test_the_other_side(self, method: Any, bad: float, vectorized: bool) -> None:
        low, high = (X[4], 9.0) if method == "backward" else (-9.0, X[4])
        self.check(self.limited(bad, low, high), method, vectorized, Status.OTHER_SIDE)

    def test_nowhere(self, method: Any, bad: float, vectorized: bool) -> None:
        self.check(self.limited(bad, X[4], X[4]), method, vectorized, Status.NOT_FINITE)

    def test_values_of_f_at_x_must_be_finite(self, method: Any, bad: float, vectorized: bool) -> None:
        with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=rf"f\(x\)\[4\] is {bad}"):
            jacobian(self.limited(bad, 7.0, 8.0), method=method, vectorized=vectorized)


@pytest.mark.parametrize("method", ["forward", "central", CENTRAL_4, "adaptive"], ids=str)
def test_repairs_in_several_rows_of_one_colour(method: str | Method) -> None:
    # Rows of the same colour that end at different distances, on different sides; bounds do not matter.
    def f(z: Any) -> Any:
        y = np.sin(z)
        y[1] = y[1] if z[1] <= X[1] else np.nan
        y[4] = y[4] if z[4] >= X[4] else np.inf
        y[7] = y[7] if abs(z[7] - X[7]) < 1e-6 * (method != "forward") + 1e-9 else np.nan
        y[10] = y[10] if z[10] == X[10] else np.nan
        return y

    estimate = secant.Jacobian(f, method=method, sparsity=P.diagonal(12), verify="never").estimate(X)
    status, value = estimate.status.data, estimate.value.data
    plain = [k for k in range(12) if k not in (1, 4, 7, 10)]
    assert np.all(status[plain] == Status.OK)
    assert status[1] == Status.OTHER_SIDE
    assert status[4] == (Status.OK if method == "forward" else Status.OTHER_SIDE)
    assert status[10] == Status.NOT_FINITE
    assert_array_equal(np.isnan(value), status < 0)
    good = status >= 0
    assert_allclose(value[good], np.cos(X)[good], rtol=1e-4)
    assert_array_equal(np.isfinite(value), status >= 0)


@pytest.mark.parametrize("method", DIFFERENCES, ids=str)
@pytest.mark.parametrize("others", [3.0, 1.0], ids=["far from bounds", "on a bound"])
def test_repairs_stay_within_bounds_and_are_counted(method: str | Method, others: float) -> None:
    # All in one colour. What others of it are next to does not matter: a repair is for one entry.
    calls = []

    def f(z: Any) -> Any:
        calls.append(z.copy())
        assert np.all(z >= 1)
        y = np.exp(z)
        y[2] = np.nan if (z[2] > 1.5) != (method == "backward") and z[2] != 1.5 else y[2]
        return y

    x = np.array([others, others, 1.5, others, 4.0])
    J = secant.Jacobian(f, method=method, bounds=(1.0, None), sparsity=P.diagonal(5), verify="never")
    estimate = J.estimate(x)
    assert estimate.evaluations == len(calls)
    dense = secant.jacobian(f, x, method=method, bounds=(1.0, None), full_output=True)
    assert_array_equal(dense.status.diagonal(), [0, 0, Status.OTHER_SIDE, 0, 0])
    assert_array_equal(estimate.status.data, dense.status.diagonal())
    assert_allclose(estimate.value.data, np.exp(x), rtol=1e-6)


@pytest.mark.parametrize("method", DIFFERENCES, ids=str)
def test_a_repair_has_no_room_outside(method: str | Method) -> None:
    # On one side, x_2 is NaN; on the other one, it is on its bound.
    def f(z: Any) -> Any:
        assert np.all(z >= lower)
        assert np.all(z <= upper)
        y = np.exp(z)
        y[2] = y[2] if z[2] == x[2] else np.nan
        return y

    x = np.array([3.0, 3.0, 1.5, 3.0, 4.0])
    lower, upper = np.array([0.0, 0.0, 1.5, 0.0, 0.0]), np.full(5, 9.0)
    if method == "backward":
        lower, upper = np.zeros(5), np.array([9.0, 9.0, 1.5, 9.0, 9.0])
    J = secant.Jacobian(f, method=method, bounds=(lower, upper), sparsity=P.diagonal(5), verify="never")
    estimate = J.estimate(x)
    assert_array_equal(estimate.status.data, [0, 0, Status.NOT_FINITE, 0, 0])
    assert_array_equal(np.isnan(estimate.value.data), estimate.status.data < 0)


@pytest.mark.parametrize(("method", "most"), [("forward", 40), ("central", 40), ("adaptive", 150)])
def test_many_repairs_cost_what_one_does(method: str, most: int) -> None:
    # Entries of one colour are in rows of their own: what is tried again for one of them can be tried for all.
    x = np.ones(400)
    x[0] = 0.0  # on its bound

    def f(z: Any) -> Any:
        return np.where(z > x, np.nan, np.exp(z))

    J = secant.Jacobian(f, method=method, bounds=(0.0, 2.0), sparsity=P.diagonal(400), verify="never")
    estimate = J.estimate(x)
    assert_array_equal(estimate.status.data, np.where(x == 0, Status.NOT_FINITE, Status.OTHER_SIDE))
    assert_allclose(estimate.value.data[1:], np.e, rtol=1e-6)
    assert estimate.evaluations <= most


# ----------------------------------------------------------------------------------------------------------------------
# memory


def band(z: Any) -> Any:
    """One point or a block of them."""
    y = z * z
    y[..., 1:] += z[..., :-1] / 2
    y[..., :-1] -= z[..., 1:] * z[..., :-1]
    return y


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("vectorized", [False, True])
class TestMemory:
    def expected(self, method: str | Method) -> Any:
        return secant.jacobian(band, X, method=method, sparsity=BAND).data

    def found(self, f: Any, method: str | Method, vectorized: bool) -> list[Any]:
        options: dict[str, Any] = {"method": method, "vectorized": vectorized, "sparsity": BAND, "verify": "always"}
        return [secant.Jacobian(f, block_bytes=size, **options)(X).data for size in (2**26, 1)]

    def test_a_reused_buffer(self, method: str | Method, vectorized: bool) -> None:
        buffers: dict[Any, Any] = {}

        def f(z: Any) -> Any:
            buffer = buffers.setdefault(z.dtype, np.empty((200, 12), z.dtype))
            buffer.fill(-1.0)
            out = buffer[: len(z)] if z.ndim == 2 else buffer[0]
            out[...] = band(z)
            return out

        for found in self.found(f, method, vectorized):
            assert_array_equal(found, self.expected(method))

    def test_f_may_write_into_x_and_return_it(self, method: str | Method, vectorized: bool) -> None:
        def f(z: Any) -> Any:
            z[...] = band(z)
            return z

        for found in self.found(f, method, vectorized):
            assert_array_equal(found, self.expected(method))

    def test_f_may_keep_x(self, method: str | Method, vectorized: bool) -> None:
        kept = []

        def f(z: Any) -> Any:
            kept.append((z, z.copy()))
            return band(z)

        for found in self.found(f, method, vectorized):
            assert_array_equal(found, self.expected(method))
        assert len(kept) > 3
        for z, copy in kept:
            assert_array_equal(z, copy)


def test_x_is_never_modified() -> None:
    x = X.copy()
    for how in (x, x[::-1][::-1], np.broadcast_to(x, x.shape)):
        for method in METHODS:
            secant.jacobian(lambda z: band(z) + 0 * z.sum() * 0, how, method=method, sparsity=BAND)
            assert_array_equal(x, X)


# ----------------------------------------------------------------------------------------------------------------------
# exceptions and changes


def raises_at(call: int) -> Any:
    """Raises at this call and later ones."""
    calls = []

    def f(z: Any) -> Any:
        calls.append(z)
        if len(calls) >= call:
            raise ZeroDivisionError("on purpose")
        return band(z)

    return f


@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("call", [1, 2, 4])
def test_exceptions_arrive_unchanged_with_a_note(method: str | Method, call: int) -> None:
    if method in ("forward", "backward") and call == 4:
        call = 3
    with pytest.raises(ZeroDivisionError, match="on purpose") as info:
        secant.Jacobian(raises_at(call), method=method, sparsity=BAND)(X)
    (note,) = info.value.__notes__
    assert note.startswith("secant: f was called at x ")


def test_a_note_names_the_variables_that_were_moved() -> None:
    def note(x: Any, pattern: P) -> str:
        def f(z: Any) -> Any:
            if np.any(z != x):
                raise ZeroDivisionError
            return z * 1.0

        with pytest.raises(ZeroDivisionError) as info:
            secant.jacobian(f, x, method=FiniteDifference("forward", step=0.25), sparsity=pattern)
        (text,) = info.value.__notes__
        return str(text)

    assert (
        note(np.array([1.0, 2.0]), P.diagonal(2))
        == "secant: f was called at x with x[0] = 1.25 (from 1), x[1] = 2.25 (from 2)"
    )
    assert note(np.ones(7), P.diagonal(7)).endswith("x[2] = 1.25 (from 1) and 4 more entries moved")
    coloring = secant.Coloring(P.diagonal(2), [1, 0])
    assert note(np.array([1.0, 2.0]), coloring) == "secant: f was called at x with x[1] = 2.25 (from 2)"  # type: ignore[arg-type]


def test_a_note_on_a_block() -> None:
    f = raises_at(1)
    with pytest.raises(ZeroDivisionError) as info:
        secant.jacobian(f, X, method="central", sparsity=BAND, vectorized=True)
    (note,) = info.value.__notes__
    assert note == "secant: f was called with a block of 1 points, an array of shape (1, 12)"


def test_an_object_still_works_after_an_exception() -> None:
    calls = [0]

    def f(z: Any) -> Any:
        calls[0] += 1
        if calls[0] == 3:
            raise ZeroDivisionError
        return band(z)

    J = secant.Jacobian(f, method="central", sparsity=BAND)
    with pytest.raises(ZeroDivisionError):
        J(X)
    assert_array_equal(J(X).data, secant.jacobian(band, X, method="central", sparsity=BAND).data)


@pytest.mark.parametrize("method", DIFFERENCES, ids=str)
@pytest.mark.parametrize(
    ("later", "error", "message"),
    [
        (np.zeros(11), ValueError, "shape of its value: (12,) before, now (11,)"),
        (np.zeros((12, 1)), ValueError, "shape of its value: (12,) before, now (12, 1)"),
        (np.zeros(12, complex), TypeError, "f changed the dtype of its value: float64 before, now complex128"),
        (["a"] * 12, TypeError, "dtype"),
    ],
)
def test_a_change_of_shape_or_dtype_names_both(method: str | Method, later: Any, error: Any, message: str) -> None:
    calls = []

    def f(z: Any) -> Any:
        calls.append(z)
        return np.zeros(12) if len(calls) == 1 else later

    with pytest.raises(error, match=re.escape(message)):
        secant.jacobian(f, X, method=method, sparsity=BAND)


def test_integers_among_floats_are_no_change() -> None:
    found = secant.Jacobian(
        lambda z: [int(v) if v == int(v) else v for v in z.tolist()],
        method=FiniteDifference("forward", step=1.0),
        sparsity=P.diagonal(3),
    )
    assert_array_equal(found([1.0, 2.0, 3.0]).toarray(), np.eye(3))


def test_the_complex_step_refuses_what_is_not_analytic() -> None:
    for f in (lambda z: np.abs(z) * z, lambda z: z.real * z, np.conj):
        with pytest.raises((ValueError, TypeError), match=r"analytic|conversion to float"):
            secant.jacobian(f, X, method="complex", sparsity=BAND)
    with pytest.raises(ValueError, match="f has complex values at a real x"):
        secant.jacobian(lambda z: z * 1j, X, method="complex", sparsity=BAND)


def test_an_object_may_be_called_from_inside_the_function_of_another() -> None:
    inner = secant.Jacobian(SparseMap(BAND), sparsity=BAND, method="central", verify="never")
    outer = secant.Jacobian(lambda z: inner(z).diagonal(), sparsity=P.banded(12, 1), method="forward", verify="never")
    assert_allclose(outer(X).toarray(), secant.jacobian(lambda z: inner(z).diagonal(), X, method="forward"))
