"""Layouts: derivatives in denominator layout against those in numerator layout, with axes moved one by one."""

from __future__ import annotations

import itertools
import json
import pickle
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array

import secant
from secant.checking.labels import Labels
from secant.cli import main
from secant.layout import inputs_first
from secant.testing import assert_hessian, assert_jacobian

KINDS = {"scalar": (), "vector": (3,), "matrix": (2, 3)}
PAIRS = list(itertools.product(KINDS, KINDS))
SMALL = array_shapes(min_dims=0, max_dims=2, min_side=1, max_side=3)


def turned(derivative: Any, inputs: tuple[int, ...]) -> Any:
    """The slow twin: entry [i, j] of a derivative in numerator layout is entry [j, i] of the result."""
    outputs = np.shape(derivative)[: np.ndim(derivative) - len(inputs)]
    result = np.empty(inputs + outputs, np.asarray(derivative).dtype)
    for i in np.ndindex(outputs):
        for j in np.ndindex(inputs):
            result[j + i] = derivative[i + j]
    return result


@dataclass
class Quadratic:
    """f(x) = sum over j, k of Q[i, j, k] sin x[j] sin x[k], of given shapes, and its exact derivatives."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        random = np.random.default_rng(self.seed)
        size = int(np.prod(self.inputs, dtype=int))
        Q = random.uniform(0.5, 2.0, (int(np.prod(self.outputs, dtype=int)), size, size))
        self.Q = Q + np.swapaxes(Q, 1, 2)
        self.x = random.uniform(0.3, 1.2, self.inputs)[()]

    def __call__(self, x: Any) -> Any:
        s = np.sin(np.ravel(x))
        return (self.Q @ s @ s).reshape(self.outputs)[()]

    def jacobian(self, x: Any) -> Any:
        """In numerator layout."""
        s, c = np.sin(np.ravel(x)), np.cos(np.ravel(x))
        return (2 * (self.Q @ s) * c).reshape(self.outputs + self.inputs)[()]

    def hessian(self, x: Any) -> Any:
        """In numerator layout."""
        s, c = np.sin(np.ravel(x)), np.cos(np.ravel(x))
        H = 2 * self.Q * np.outer(c, c) - 2 * np.eye(s.size) * (self.Q @ s * s)[:, np.newaxis, :]
        return H.reshape(self.outputs + 2 * self.inputs)[()]

    def turned_jacobian(self, x: Any) -> Any:
        """In denominator layout."""
        return turned(self.jacobian(x), self.inputs)

    def turned_hessian(self, x: Any) -> Any:
        """In denominator layout."""
        return turned(self.hessian(x), 2 * self.inputs)


each_pair = pytest.mark.parametrize(("of_x", "of_f"), PAIRS, ids=[f"{f} by {x}" for x, f in PAIRS])


# ----------------------------------------------------------------------------------------------------------------------
# derivatives


@each_pair
def test_shapes_and_values_of_all_nine_pairs(of_x: str, of_f: str) -> None:
    f = Quadratic(KINDS[of_x], KINDS[of_f])
    x, v = f.x, np.cos(np.arange(np.size(f.x))).reshape(f.inputs)[()]
    J = secant.jacobian(f, x, layout="denominator")
    assert np.shape(J) == f.inputs + f.outputs
    assert_allclose(J, f.turned_jacobian(x), rtol=1e-9)
    for grad in (None, f.turned_jacobian):
        H = secant.hessian(f, x, grad=grad, layout="denominator")
        assert np.shape(H) == f.inputs + f.inputs + f.outputs
        assert_allclose(H, f.turned_hessian(x), rtol=1e-6, atol=1e-6)
        product = secant.hvp(f, x, v, grad=grad, layout="denominator")
        assert np.shape(product) == f.inputs + f.outputs
        expected = np.tensordot(v, f.turned_hessian(x), 2 * [list(range(np.ndim(v)))])
        assert_allclose(product, expected, rtol=1e-6, atol=1e-6)


@each_pair
@pytest.mark.parametrize("method", ["adaptive", "central"])
def test_all_of_an_estimate_is_turned(of_x: str, of_f: str, method: str) -> None:
    f = Quadratic(KINDS[of_x], KINDS[of_f], seed=1)
    calls = [
        (secant.jacobian, {}, {}, f.inputs),
        (secant.hessian, {}, {}, 2 * f.inputs),
        (secant.hessian, {"grad": f.jacobian}, {"grad": f.turned_jacobian}, 2 * f.inputs),
        (lambda *a, **k: secant.hvp(*a, np.ones(f.inputs)[()], **k), {}, {}, f.inputs),
    ]
    for function, plain, other, inputs in calls:
        numerator = function(f, f.x, method=method, full_output=True, **plain)
        denominator = function(f, f.x, method=method, full_output=True, layout="denominator", **other)
        for name in ("value", "error", "status"):
            expected, found = getattr(numerator, name), getattr(denominator, name)
            if expected is None:
                assert found is None
                continue
            assert_array_equal(found, turned(expected, inputs))
            assert np.asarray(found).dtype == np.asarray(expected).dtype
            assert np.asarray(found).flags.c_contiguous
        assert_array_equal(denominator.step, numerator.step)
        assert denominator.evaluations == numerator.evaluations
        assert_array_equal(function(f, f.x, method=method, layout="denominator", **other), denominator.value)


def test_slopes_at_kinks_are_turned() -> None:
    x, v = np.array([0.0, 1.0, 0.5]), np.array([1.0, 1.0, 1.0])

    def grad(x: Any) -> Any:
        return np.array([np.abs(x), x**2])

    numerator = secant.hvp(np.sum, x, v, grad=grad, full_output=True)
    denominator = secant.hvp(np.sum, x, v, grad=lambda x: grad(x).T, layout="denominator", full_output=True)
    assert_array_equal(numerator.status, [[secant.Status.KINK, 0, 0], [0, 0, 0]])
    assert denominator.slopes.shape == (3, 2, 2)
    assert_array_equal(denominator.slopes[0, 0], [-1, 1])
    for i, j in np.ndindex(2, 3):
        assert_array_equal(denominator.slopes[j, i], numerator.slopes[i, j])
    assert "kink" in str(denominator)


@settings(max_examples=40, deadline=None)
@given(SMALL, SMALL, st.integers(0, 10**6))
def test_any_shapes(inputs: tuple[int, ...], outputs: tuple[int, ...], seed: int) -> None:
    f = Quadratic(inputs, outputs, seed)
    J = secant.jacobian(f, f.x, method="central", layout="denominator")
    assert_array_equal(J, turned(secant.jacobian(f, f.x, method="central"), inputs))
    H = secant.hessian(f, f.x, grad=f.turned_jacobian, method="central", layout="denominator")
    assert_array_equal(H, turned(secant.hessian(f, f.x, grad=f.jacobian, method="central"), 2 * inputs))
    assert J.shape == inputs + outputs
    assert H.shape == inputs + inputs + outputs
    # Symmetric in the two shapes of x to the last bit.
    n = len(inputs)
    axes = (*range(n, 2 * n), *range(n), *range(2 * n, H.ndim))
    assert_array_equal(H, np.transpose(H, axes))


def test_nothing_is_copied_where_both_layouts_are_one() -> None:
    for values, inputs, outputs in ((np.eye(3), 2, 0), (np.eye(3), 0, 2)):
        assert inputs_first(values, inputs, outputs) is values
    number = np.float64(2.0)
    assert inputs_first(number, 0, 0) is number


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble, np.complex128])
def test_dtypes(dtype: Any) -> None:
    A = np.arange(1, 7).reshape(2, 3).astype(dtype) * (1 + 1j if dtype is np.complex128 else 1)
    x = np.array([0.5, 1.0, 2.0], np.float32 if dtype is np.float32 else np.float64)

    def f(x: Any) -> Any:
        return A @ (x**2)

    def grad(x: Any) -> Any:
        return (2 * A * x).T

    J, H = secant.jacobian(f, x, layout="denominator"), secant.hessian(f, x, grad=grad, layout="denominator")
    assert J.dtype == H.dtype == dtype
    assert_allclose(J, grad(x), rtol=1e-3 if dtype is np.float32 else 1e-10)
    expected = 2 * np.eye(3)[:, :, np.newaxis] * A.T
    assert_allclose(H, expected, rtol=1e-3 if dtype is np.float32 else 1e-10, atol=1e-4)


def test_a_gradient_is_called_as_it_would_be_in_the_other_layout() -> None:
    A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    buffer = np.empty((3, 2))
    seen = []

    def reused(scale: float, x: Any) -> Any:
        assert np.all(x <= 2.0)
        seen.append(x)
        buffer[:] = (scale * A * x**2).T
        x[:] = np.nan
        return buffer

    x = np.array([1.0, 2.0, 0.5])
    expected = turned(secant.hessian(np.sum, x, grad=lambda x: 3.0 * A * x**2), (3, 3))
    found = secant.hessian(np.sum, x, args=(3.0,), argnum=1, grad=reused, bounds=(-5.0, 2.0), layout="denominator")
    assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    assert len(seen) > 3

    def block(points: Any) -> Any:
        return np.swapaxes(3.0 * A * points[:, np.newaxis, :] ** 2, 1, 2)

    found = secant.hessian(np.sum, x, grad=block, vectorized=True, layout="denominator")
    assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    lists = secant.hessian(np.sum, x, grad=lambda x: (3.0 * A * x**2).T.tolist(), layout="denominator")
    assert_allclose(lists, expected, rtol=1e-9, atol=1e-9)
    with pytest.raises(ZeroDivisionError) as failure:
        secant.hessian(np.sum, x, grad=lambda x: 1 / 0, layout="denominator")
    assert "secant: f was called at x itself" in failure.value.__notes__


def test_complex_steps_of_a_gradient() -> None:
    f = Quadratic((3,), (2, 2))
    found = secant.hessian(f, f.x, grad=f.turned_jacobian, method="complex", layout="denominator")
    # turned() keeps the dtype, so that what is imaginary arrives.
    assert_allclose(found, f.turned_hessian(f.x), rtol=1e-13)


def test_native_gradients_have_one_layout() -> None:
    ctypes = pytest.importorskip("ctypes")
    signature = ctypes.CFUNCTYPE(
        None,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_double),
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_double),
        ctypes.c_void_p,
    )

    @signature
    def cubes(n: int, x: Any, m: int, y: Any, _: Any) -> None:
        for k in range(m):
            y[k] = x[k] ** 3

    grad = secant.native.Function(cubes, outputs=2)
    for layout in ("numerator", "denominator"):
        assert_allclose(
            secant.hessian(np.sum, [1.0, 2.0], grad=grad, layout=layout), [[3, 0], [0, 12]], rtol=1e-9, atol=1e-9
        )


def values(x: Any) -> Any:
    """Something that can be pickled."""
    return np.stack([x**3, x**2])


def slopes(x: Any) -> Any:
    """Its derivative, in denominator layout."""
    return np.moveaxis(np.stack([np.diag(3 * x**2), np.diag(2 * x)]), 0, 1).swapaxes(1, 2)


def test_hessians_pickle_and_print() -> None:
    x = np.array([1.0, 2.0])
    for grad in (None, slopes):
        H = secant.Hessian(values, grad=grad, method="central", layout="denominator", like=x)
        assert "layout='denominator'" in repr(H)
        again = pickle.loads(pickle.dumps(H))
        assert repr(again) == repr(H)
        assert_array_equal(again(x), H(x))
        assert H(x).shape == (2, 2, 2, 2)
        assert_array_equal(again.estimate(x).value, H.estimate(x).value)
    assert "layout" not in repr(secant.Hessian(values, layout="numerator"))
    assert secant.Hessian(np.sum, layout="denominator").operator(x).shape == (2, 2)


def test_errors() -> None:
    x = np.array([1.0, 2.0])
    message = r"^layout is 'Denominator'; accepted are 'numerator' and 'denominator'$"
    for call in (
        lambda layout: secant.Hessian(np.sum, layout=layout),
        lambda layout: secant.hessian(np.sum, x, layout=layout),
        lambda layout: secant.hvp(np.sum, x, x, layout=layout),
        lambda layout: secant.check_jacobian(np.sin, np.cos, x, layout=layout),
        lambda layout: secant.check_hessian(np.sum, np.cos, x, layout=layout),
        lambda layout: secant.taylor_test(np.sin, x, jac=np.cos, layout=layout),
    ):
        with pytest.raises(ValueError, match=message):
            call("Denominator")
        with pytest.raises(ValueError, match=r"^layout is \['numerator'\]; accepted are"):
            call(["numerator"])
    with pytest.raises(
        ValueError, match=r"^layout is 'denominator'; a sparse Hessian is of a scalar-valued f, and has"
    ):
        secant.Hessian(np.sum, sparsity=np.eye(2), layout="denominator")
    with pytest.raises(ValueError, match=r"^layout is 'denominator'; a sparse Hessian"):
        secant.hessian(np.sum, x, sparsity="detect", layout="denominator")
    wrong = (
        r"^grad returned shape \(3, 2\), but x has shape \(2,\); in denominator layout, a gradient has the shape of x"
    )
    for product in (secant.hessian, lambda *a, **k: secant.hvp(*a, x, **k)):
        with pytest.raises(ValueError, match=wrong):
            product(np.sum, x, grad=lambda x: np.ones((3, 2)), layout="denominator")
        with pytest.raises(ValueError, match=r"^grad returned shape \(\), but x has shape \(2,\)"):
            product(np.sum, x, grad=lambda x: 1.0, layout="denominator")
        with pytest.raises(TypeError, match=r"^f returned None: is a return statement missing"):
            product(np.sum, x, grad=lambda x: None, layout="denominator")
        with pytest.raises(ValueError, match="cannot be made an array"):
            product(np.sum, x, grad=lambda x: [[1.0, 2.0], [3.0]], layout="denominator")
        with pytest.raises(TypeError, match="grad is a int; accepted are callables"):
            product(np.sum, x, grad=3, layout="denominator")


# ----------------------------------------------------------------------------------------------------------------------
# checks


@each_pair
def test_right_derivatives_pass(of_x: str, of_f: str) -> None:
    f = Quadratic(KINDS[of_x], KINDS[of_f])
    assert secant.check_jacobian(f, f.turned_jacobian, f.x, layout="denominator").ok
    assert secant.check_hessian(f, f.turned_hessian, f.x, grad=f.turned_jacobian, layout="denominator").ok
    assert secant.check_hessian(f, f.turned_hessian, f.x, layout="denominator", rtol=1e-4).ok


@settings(max_examples=25, deadline=None)
@given(SMALL, SMALL, st.integers(0, 10**6), st.sampled_from(["numerator", "denominator"]))
def test_a_wrong_entry_is_named(inputs: tuple[int, ...], outputs: tuple[int, ...], seed: int, layout: Any) -> None:
    f = Quadratic(inputs, outputs, seed)
    random = np.random.default_rng(seed)
    i, j = (tuple(int(random.integers(size)) for size in shape) for shape in (outputs, inputs))

    def wrong(x: Any) -> Any:
        J = np.array(f.jacobian(x))
        J[i + j] *= 1.1
        return J if layout == "numerator" else turned(J, inputs)

    report = secant.check_jacobian(f, wrong, f.x, layout=layout)
    assert report.verdict == "fail"
    named = [f"{name}{list(index)}" if index else name for name, index in (("∂f", i), ("∂x", j))]
    assert [entry.name for entry in report.worst] == ["/".join(named)]
    assert (report.worst[0].row, report.worst[0].column) == (
        int(np.ravel_multi_index(i, outputs)) if i else 0,
        int(np.ravel_multi_index(j, inputs)) if j else 0,
    )
    assert_allclose(report.worst[0].given, 1.1 * report.worst[0].reference, rtol=1e-6)


def test_entries_of_hessians_are_named_by_what_they_are() -> None:
    f = Quadratic((3,), (2, 2))

    def wrong(x: Any) -> Any:
        H = np.array(f.turned_hessian(x))
        H[2, 1, 0, 1] *= 1.1
        return H

    for grad in (None, f.turned_jacobian):
        report = secant.check_hessian(f, wrong, f.x, grad=grad, layout="denominator", rtol=1e-4)
        assert [entry.name for entry in report.worst] == ["∂²f[0, 1]/∂x[2]∂x[1]"]
        report = secant.check_hessian(f, wrong, f.x, layout="denominator", variables=["a", "b", "c"], rtol=1e-4)
        assert [entry.name for entry in report.worst] == ["∂²f[0, 1]/∂c∂b"]
    for grad, rows in ((None, ["f[0, 1]"]), (f.turned_jacobian, ["∂f[0, 1]/∂x[1]", "∂f[0, 1]/∂x[2]"])):
        report = secant.check_hessian(f, wrong, f.x, grad=grad, layout="denominator", rtol=1e-4, mode="directions")
        assert report.verdict == "fail"
        assert {entry.name.partition(" along")[0] for entry in report.worst} <= set(rows)
    labels = Labels("x", (2, 3), (3,), hessian=True)
    assert labels.rows(np.array([4])) == "row ∂f[1]/∂x[1]"
    assert Labels("x", (2, 3), (2, 3), hessian=True).entry(5, 1) == "∂²f/∂x[1, 2]∂x[0, 1]"
    assert Labels("x", (), (), hessian=True).entry(0, 0) == "∂²f/∂x∂x"
    assert Labels("x", (4,), (4,), hessian=True).entry(3, 1) == "[3, 1]"


# The other layout, where both have one shape (square, or words that commute), and where they have not.
ALIKE = [((3,), (3,)), ((2, 3), (2, 3)), ((2,), (2, 2)), ((2, 2), (2,)), ((1, 3), (3,))]
OTHER = [((3,), (2,)), ((2, 3), (3,)), ((3,), (2, 2)), ((2, 3), (3, 2))]


@pytest.mark.parametrize("mode", ["entries", "directions"])
@pytest.mark.parametrize(("inputs", "outputs"), ALIKE)
def test_the_other_layout_of_the_same_shape_is_told(inputs: Any, outputs: Any, mode: Any) -> None:
    f = Quadratic(inputs, outputs)
    for layout, other, jac in (
        ("numerator", "denominator", f.turned_jacobian),
        ("denominator", "numerator", f.jacobian),
    ):
        report = secant.check_jacobian(f, jac, f.x, layout=layout, mode=mode)
        assert report.verdict == "fail"
        finding = report.diagnosis[0]
        assert finding.kind == "transposed"
        assert f"In {layout} layout, axes of " in finding.advice
        assert f"layout='{other}' says that it is the other way round" in finding.advice
        assert finding.explained > 1
        assert secant.check_jacobian(f, jac, f.x, layout=other, mode=mode).ok


@pytest.mark.parametrize(("inputs", "outputs"), OTHER)
def test_the_other_layout_of_another_shape_is_told(inputs: Any, outputs: Any) -> None:
    f = Quadratic(inputs, outputs)
    report = secant.check_jacobian(f, f.turned_jacobian, f.x)
    assert report.diagnosis[0].kind == "shape"
    assert report.diagnosis[0].message == (
        f"turned_jacobian returned shape {inputs + outputs}; expected is {outputs + inputs}, which is f(x).shape + "
        "x.shape"
    )
    assert report.diagnosis[0].advice == (
        "Axes of f(x) come first here: return the transpose, or say layout='denominator'"
    )
    report = secant.check_jacobian(f, f.jacobian, f.x, layout="denominator")
    assert report.diagnosis[0].message.endswith(f"expected is {inputs + outputs}, which is x.shape + f(x).shape")
    assert report.diagnosis[0].advice == "Axes of x come first here: return the transpose, or say layout='numerator'"
    # In the order of the other layout, and reshaped to pass as this one.
    reshaped = secant.check_jacobian(f, lambda x: f.turned_jacobian(x).reshape(outputs + inputs), f.x)
    assert reshaped.diagnosis[0].kind == "transposed"
    if np.prod(inputs) == np.prod(outputs):
        assert reshaped.diagnosis[0].message.startswith("jac is the transpose of what it should be (all ")
    else:
        assert "is in denominator layout, and was read in numerator layout (all" in reshaped.diagnosis[0].message


@pytest.mark.parametrize("mode", ["entries", "directions"])
def test_the_other_layout_of_hessians_is_told(mode: Any) -> None:
    f = Quadratic((2,), (2,))
    for grads in ((None, None), (f.jacobian, f.turned_jacobian)):
        report = secant.check_hessian(f, f.turned_hessian, f.x, grad=grads[0], rtol=1e-4, mode=mode)
        finding = {finding.kind: finding for finding in report.diagnosis}["transposed"]
        assert finding.message.startswith("turned_hessian is in denominator layout, and was read in numerator layout")
        report = secant.check_hessian(f, f.hessian, f.x, grad=grads[1], rtol=1e-4, layout="denominator")
        assert report.diagnosis[0].message.startswith("hessian is in numerator layout, and was read in denominator")
    f = Quadratic((3,), (2,))
    report = secant.check_hessian(f, f.turned_hessian, f.x)
    assert "expected is (2, 3, 3), which is f(x).shape + x.shape + x.shape" in report.diagnosis[0].message
    assert "or say layout='denominator'" in report.diagnosis[0].advice
    report = secant.check_hessian(f, f.hessian, f.x, layout="denominator")
    assert "expected is (3, 3, 2), which is x.shape + x.shape + f(x).shape" in report.diagnosis[0].message
    report = secant.check_hessian(f, f.turned_hessian, f.x, grad=f.turned_jacobian)
    assert report.verdict == "fail"  # a gradient of another layout, which is read as one of a function with 3 values


def test_a_gradient_in_the_other_layout_is_found_out() -> None:
    f = Quadratic((3,), (3,))
    report = secant.check_hessian(f, f.hessian, f.x, grad=f.turned_jacobian)
    assert report.diagnosis[0].kind == "gradient differs"
    assert "turned_jacobian is not the gradient" in report.diagnosis[0].message
    g = Quadratic((3,), (2,))
    message = r"grad returned shape \(2, 3\), but x has shape \(3,\); in denominator layout"
    with pytest.raises(ValueError, match=message):
        secant.check_hessian(g, g.turned_hessian, g.x, grad=g.jacobian, layout="denominator")


def changed(f: Quadratic, change: Any) -> Any:
    """The derivative with what an author would call rows and columns of it changed."""

    def jac(x: Any) -> Any:
        return change(np.array(f.turned_jacobian(x)))

    return jac


def swapped_rows(J: Any) -> Any:
    J[[1, 4]] = J[[4, 1]]
    return J


def scaled_column(J: Any) -> Any:
    J[:, 2] *= 3.0
    return J


def wrong_rows(J: Any) -> Any:
    J[:2] += np.sin(1 + np.arange(2 * J.shape[1])).reshape(2, -1)
    return J


def empty_column(J: Any) -> Any:
    J[:, 1] = 0.0
    return J


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (swapped_rows, "rows swapped", "rows 1 and 4 of jac are swapped (rows x[1], x[4])"),
        (scaled_column, "column factor", "jac is 3 times what it should be in column f[2]"),
        (wrong_rows, "few rows", "jac is wrong in rows x[0], x[1] alone"),
        (empty_column, "zero", "column f[1] of jac is 0"),
    ],
)
def test_rows_and_columns_are_those_of_its_author(change: Any, kind: str, message: str) -> None:
    f = Quadratic((6,), (4,))
    report = secant.check_jacobian(f, changed(f, change), f.x, layout="denominator")
    assert (report.diagnosis[0].kind, report.diagnosis[0].message[: len(message)]) == (kind, message)
    mirrored = secant.check_jacobian(f, lambda x: change(np.array(f.turned_jacobian(x))).T, f.x)
    swap = {"row": "column", "column": "row"}
    assert mirrored.diagnosis[0].kind == " ".join(
        swap.get(word, f"{swap[word[:-1]]}s" if word[:-1] in swap else word) for word in kind.split()
    )


def test_columns_that_are_found_by_halving() -> None:
    A = np.sin(np.arange(1.0, 2401.0)).reshape(3, 800) + 2.0

    def f(x: Any) -> Any:
        return A @ np.sin(x)

    def jac(x: Any) -> Any:
        J = (A * np.cos(x)).T.copy()
        J[417, 1] += 0.5
        return J

    x = np.linspace(0.1, 1.0, 800)
    report = secant.check_jacobian(f, jac, x, layout="denominator", mode="directions")
    assert report.diagnosis[0].message.startswith("jac is wrong in row 417: ∂f[1]/∂x[417] is")
    report = secant.check_jacobian(f, lambda x: jac(x) * np.sin(jac(x)), x, layout="denominator", mode="directions")
    assert report.diagnosis[0].kind == "many rows"
    assert "is wrong in many rows in 3 of 3 columns: products" in report.diagnosis[0].message


def test_reports_say_their_layout() -> None:
    f = Quadratic((3,), (2,))
    report = secant.check_jacobian(f, f.turned_jacobian, f.x, layout="denominator")
    assert str(report).startswith("PASS: Jacobian turned_jacobian of f, in denominator layout, at 1 point")
    assert "of an entry, or of 0.001 of its column's largest" in str(report)
    assert report.layout == report.to_dict()["layout"] == "denominator"
    assert json.loads(report.to_json())["layout"] == "denominator"
    again = pickle.loads(pickle.dumps(report))
    assert (str(again), again.layout) == (str(report), "denominator")
    plain = secant.check_jacobian(f, f.jacobian, f.x)
    assert plain.layout == "numerator"
    assert "layout" not in str(plain)
    assert "its row's largest" in str(plain)
    assert secant.check_gradient(np.sum, np.ones_like, f.x).layout is None
    scalar = secant.check_hessian(lambda x: np.sum(x**3), lambda x: np.diag(6 * x), f.x, layout="denominator")
    assert "its row's largest" in str(scalar)


def test_pairs_lists_and_axes_of_length_one() -> None:
    f = Quadratic((3,), (2,))
    assert secant.check_jacobian(lambda x: (f(x), f.turned_jacobian(x)), True, f.x, layout="denominator").ok
    assert secant.check_jacobian(f, lambda x: (f(x), f.turned_jacobian(x)), f.x, layout="denominator").ok
    assert secant.check_jacobian(f, lambda x: f.turned_jacobian(x).tolist(), f.x, layout="denominator").ok
    assert secant.check_jacobian(f, lambda x: np.asfortranarray(f.turned_jacobian(x)), f.x, layout="denominator").ok
    f = Quadratic((3,), (1,))
    report = secant.check_jacobian(f, lambda x: f.jacobian(x)[0], f.x, layout="denominator")
    assert report.ok
    assert report.notes == ("jac has shape (3,), which was read as (3, 1)",)
    f = Quadratic((2, 1, 3), (2, 2))
    report = secant.check_jacobian(f, lambda x: f.turned_jacobian(x)[:, 0], f.x, layout="denominator")
    assert report.ok
    assert "has shape (2, 3, 2, 2), which was read as (2, 1, 3, 2, 2)" in report.notes[0]


def test_sparse_matrices_are_refused() -> None:
    x = np.array([1.0, 2.0])
    message = (
        r"^layout is 'denominator', but jac returned a sparse matrix: these have shape \(f\(x\)\.size, x\.size\), "
        r"which is numerator layout$"
    )

    def jac(x: Any) -> Any:
        return csr_array(np.diag(np.cos(x)))

    for check in (secant.check_jacobian, assert_jacobian):
        with pytest.raises(ValueError, match=message):
            check(np.sin, jac, x, layout="denominator")
    with pytest.raises(ValueError, match="but jac returned a sparse matrix"):
        secant.check_hessian(lambda x: -np.sum(np.cos(x)), jac, x, layout="denominator")
    with pytest.raises(ValueError, match=message):
        secant.taylor_test(np.sin, x, jac=jac, layout="denominator")

    def wide(x: Any) -> Any:
        return csr_array(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).T)

    def f(x: Any) -> Any:
        return np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]) @ x

    # What would not be accepted is no advice.
    report = secant.check_jacobian(f, wide, np.ones(3))
    assert report.diagnosis[0].advice == "Axes of f(x) come first here: return the transpose"

    def skew(x: Any) -> Any:
        return csr_array(np.array([[1.0, 2.0], [3.0, 4.0]]).T)

    report = secant.check_jacobian(lambda x: np.array([[1.0, 2.0], [3.0, 4.0]]) @ x, skew, x)
    assert report.diagnosis[0].advice == "Rows belong to entries of f(x), columns to those of x"
    with pytest.raises(TypeError, match=r"jac returned a str; accepted are arrays of numbers, of shape x.shape \+ f"):
        secant.check_jacobian(np.sin, lambda x: "word", x, layout="denominator")


def test_assertions() -> None:
    f = Quadratic((3,), (3,))
    assert assert_jacobian(f, f.turned_jacobian, f.x, layout="denominator").ok
    assert assert_hessian(f, f.turned_hessian, f.x, grad=f.turned_jacobian, layout="denominator").ok
    with pytest.raises(AssertionError, match=r"(?s)is the transpose of what it should be.*layout='denominator' says"):
        assert_jacobian(f, f.turned_jacobian, f.x)


@pytest.mark.parametrize(("inputs", "outputs"), [((3,), (3,)), ((2, 3), (2,)), ((), (3,)), ((3,), ())])
def test_the_order_test(inputs: Any, outputs: Any) -> None:
    f = Quadratic(inputs, outputs)
    report = secant.taylor_test(f, f.x, jac=f.turned_jacobian, layout="denominator")
    assert report.verdict == "pass"
    if inputs == outputs:
        assert secant.taylor_test(f, f.x, jac=f.jacobian, layout="denominator").verdict == "fail"
    elif inputs and outputs:
        message = r"jac returned an array of shape .*; accepted is x.shape \+ f\(x\).shape = \(2, 3, 2\)"
        with pytest.raises(ValueError, match=message):
            secant.taylor_test(f, f.x, jac=f.jacobian, layout="denominator")
    else:
        with pytest.raises(ValueError, match="layout is 'denominator', but jac is not given: jvp has one layout"):
            secant.taylor_test(f, f.x, jvp=lambda x, v: np.sum(f.jacobian(x) * v), layout="denominator")


def test_calls_of_solvers_have_one_layout() -> None:
    x = np.array([1.0, 2.0])
    for check, rest in (
        (secant.check_minimize, {"jac": np.cos}),
        (secant.check_least_squares, {"jac": np.cos}),
        (secant.check_root, {"jac": np.cos}),
    ):
        with pytest.raises(TypeError, match="layout is 'denominator', and is no option here: SciPy's solvers take Jac"):
            check(np.sin, x, layout="denominator", **rest)
    with pytest.raises(TypeError, match="layout is 'numerator', and is no option here"):
        secant.check_solve_ivp(lambda t, y: -y, (0, 1), x, jac=-np.eye(2), layout="numerator")


# ----------------------------------------------------------------------------------------------------------------------
# the command


MODEL = """
import numpy as np
A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
def f(x): return A @ x ** 3
def jac(x): return (3 * A * x ** 2).T
def hess(x): return 6 * np.eye(2)[:, :, np.newaxis] * x[:, np.newaxis, np.newaxis] * A.T
def pair(x): return f(x), jac(x)
def loss(x): return np.sum(x ** 3)
def slope(x): return 3 * x ** 2
"""


@pytest.fixture
def model(tmp_path: Any) -> Any:
    (tmp_path / "layouts_model.py").write_text(MODEL)
    yield str(tmp_path / "layouts_model.py")
    sys.path[:] = [entry for entry in sys.path if entry != str(tmp_path)]
    sys.modules.pop("layouts_model", None)


def test_the_command(capsys: Any, model: str) -> None:
    at = ["--at", "1,2", "--layout", "denominator"]
    for command, more, shape in (
        ("jacobian", [], [2, 3]),
        ("hessian", [], [2, 2, 3]),
        ("hessian", ["--grad", f"{model}:jac"], [2, 2, 3]),
    ):
        assert main([command, f"{model}:f", *at, *more, "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["shape"] == shape
        assert said["layout"] == "denominator"
        assert np.shape(said["error"]) == np.shape(said["status"]) == tuple(shape)
    assert_allclose(said["value"][1][1], [24, 48, 72], rtol=1e-9)
    assert main(["hessian", f"{model}:f", "--at", "1,2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["shape"] == [3, 2, 2]
    assert main(["hessian", f"{model}:f", "--at", "1,2", "--layout", "fraktur"]) == 2
    assert "argument --layout: invalid choice: 'fraktur'" in capsys.readouterr().err
    assert main(["hessian", f"{model}:f", *at, "--grad", f"{model}:f"]) == 1
    assert "grad returned shape (3,), but x has shape (2,); in denominator layout" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (["f", "--jac", "jac", "--layout", "denominator"], 0, "PASS: Jacobian jac of f, in denominator layout, at 1"),
        (["pair", "--pair", "jac", "--layout", "denominator"], 0, "PASS: Jacobian jac of pair, in denominator layout"),
        (
            ["f", "--hess", "hess", "--grad", "jac", "--layout", "denominator"],
            0,
            "PASS: Hessian hess of f, in denomina",
        ),
        (["f", "--jac", "jac"], 1, "or say layout='denominator'"),
        (["f", "--jac", "jac", "--layout", "numerator"], 1, "or say layout='denominator'"),
        (
            ["loss", "--grad", "slope", "--layout", "denominator"],
            2,
            "--layout is an option of --jac and --hess; a gradi",
        ),
    ],
)
def test_the_check_command(capsys: Any, model: str, argv: list[str], code: int, words: str) -> None:
    assert main(["check", f"{model}:{argv[0]}", *argv[1:], "--at", "1,2"]) == code
    captured = capsys.readouterr()
    assert words in " ".join((captured.out + captured.err).split())
