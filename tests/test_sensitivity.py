"""Sensitivities against formulas, conditions of known matrices, rankings and what they cannot tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.linalg import hilbert

import secant
from secant.analysis import sensitivity

X = np.array([3.0, 2.0, 0.5])


def force(x: Any) -> Any:
    return np.array([x[0] ** 2 / x[1], x[0] * x[1] * x[2]])


J = np.array([[3.0, -2.25, 0.0], [1.0, 1.5, 6.0]])


def test_absolute_and_relative():
    found = sensitivity(force, X)
    assert (np.abs(found.absolute - J) <= found.absolute_error).all()
    elasticities = np.array([[2.0, -1.0, 0.0], [1.0, 1.0, 1.0]])
    assert (np.abs(found.relative - elasticities) <= found.relative_error + 1e-15).all()
    assert (found.absolute_error < 1e-10).all()
    assert_allclose(found.influence, np.abs(J) * X, rtol=1e-11, atol=1e-11)
    assert found.evaluations > 0


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([(), (1,), (3,), (2, 2)]), st.sampled_from([(), (1,), (2,), (3, 2)]), st.integers(0, 1000))
def test_any_shape(shape, outputs, seed):
    random = np.random.default_rng(seed)
    n, m = int(np.prod(shape)), int(np.prod(outputs))
    B = random.normal(size=(m, n))
    x = random.uniform(0.5, 2, shape)

    def f(x):
        return np.exp(B @ np.log(np.ravel(x))).reshape(outputs)

    found = sensitivity(f, x)
    assert found.absolute.shape == found.relative_error.shape == found.ranking.shape == found.tied.shape == (m, n)
    assert len(found.inputs) == n
    assert len(found.outputs) == m
    assert_allclose(found.relative, B, rtol=1e-8, atol=1e-8)
    # Elasticities rank the inputs, as influence is |J| |x|.
    assert_array_equal(found.ranking, np.argsort(-np.abs(B), axis=1))
    assert_array_equal(np.sort(found.ranking, axis=1), np.tile(np.arange(n), (m, 1)))


def test_names():
    found = sensitivity(force, X, inputs=["speed", "length", "share"], outputs=("force", "flow"))
    assert found.most_influential(2)["force"] == ["speed", "length"]
    assert list(found.most_influential()) == ["force", "flow"]
    default = sensitivity(lambda x: x, np.ones((2, 2)))
    assert default.inputs == ("x[0, 0]", "x[0, 1]", "x[1, 0]", "x[1, 1]")
    assert default.outputs[3] == "f[1, 1]"
    scalar = sensitivity(np.exp, 1.0)
    assert (scalar.inputs, scalar.outputs) == (("x",), ("f",))


def test_outputs_that_are_zero_have_no_relative_sensitivity():
    found = sensitivity(lambda x: [x[0] * x[2], x[1]], [1.0, 2.0, 0.0])
    assert np.isnan(found.relative[0]).all()
    assert np.isnan(found.relative_error[0]).all()
    assert_allclose(found.relative[1], [0.0, 1.0, 0.0], atol=1e-12)
    # An input that is 0 counts by a change of 1, or of what is typical.
    assert_allclose(found.influence[0], [0.0, 0.0, 1.0], atol=1e-12)
    assert found.most_influential(1)["f[0]"] == ["x[2]"]
    typical = sensitivity(lambda x: x[0], [0.0], method=secant.Adaptive(typical=1e-3))
    assert_allclose(typical.influence, [[1e-3]], rtol=1e-9)


def test_scale():
    found = sensitivity(force, X, scale=[0.01, 1.0, 1.0])
    assert found.most_influential(1) == {"f[0]": ["x[1]"], "f[1]": ["x[2]"]}
    same = sensitivity(force, X, scale=2.0)
    assert_allclose(same.influence, 2 * np.abs(J), rtol=1e-11, atol=1e-11)


def test_what_bars_cannot_tell_is_marked():
    found = sensitivity(lambda x: x[0] + x[1] + 3 * x[2], [1.0, 1.0, 1.0])
    assert_array_equal(found.ranking[0, 0], 2)
    assert_array_equal(found.tied, [[False, True, False]])
    assert "≈" in str(found)
    # Without noise the second is told from the third; with it, not.
    random = np.random.default_rng(0)
    for noise, tied in ((0.0, False), (1e-4, True)):

        def f(x, noise=noise):
            return x[0] + 1.0001 * x[1] + noise * random.normal()

        assert sensitivity(f, [1.0, 1.0]).tied[0, 0] == tied


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_conditions_of_hilbert_matrices(n):
    H = hilbert(n)
    found = sensitivity(lambda x: H @ x, np.ones(n))
    exact = np.linalg.cond(H)
    low, high = found.condition_range
    assert low <= exact <= high
    assert low <= found.condition <= high
    assert high - low < 0.2 * exact
    assert_allclose(found.singular_values, np.linalg.svd(H, compute_uv=False), atol=1e-11)


def test_conditions_that_error_bars_leave_open():
    H = hilbert(12)  # 1.8e16
    found = sensitivity(lambda x: H @ x, np.ones(12))
    assert found.condition_range[1] == np.inf
    assert found.condition_range[0] > 1e7
    singular = sensitivity(lambda x: [x[0] + x[1], 2 * x[0] + 2 * x[1]], [1.0, 1.0])
    assert singular.condition_range[1] == np.inf
    assert singular.condition > 1e10
    constant = sensitivity(lambda x: 0 * x, [1.0, 2.0])
    assert np.isnan(constant.condition)


def test_the_relative_condition():
    # Trefethen and Bau, example 12.2: x1 - x2 is ill-conditioned where both are alike.
    found = sensitivity(lambda x: x[0] - x[1], [1.0, 0.999])
    assert_allclose(found.relative_condition, np.sqrt(2) * np.hypot(1.0, 0.999) / 0.001, rtol=1e-9)
    assert_allclose(sensitivity(np.sqrt, 2.0).relative_condition, 0.5, rtol=1e-10)
    assert sensitivity(lambda x: x, 0.0).relative_condition != sensitivity(lambda x: x, 1.0).relative_condition


def test_entries_without_a_derivative():
    found = sensitivity(lambda x: [float(x[0] > 0) + x[1], x[1]], [0.0, 1.0])
    assert np.isnan(found.absolute[0, 0])
    assert np.isnan(found.condition)
    assert_array_equal(found.ranking[0], [1, 0])
    assert "nan" in str(found)


def test_methods_without_error_bars_bounds_and_blocks():
    found = sensitivity(force, X, method="complex")
    assert found.absolute_error is None
    assert found.relative_error is None
    assert found.influence_error is None
    assert not found.tied.any()
    assert_allclose(found.absolute, J, rtol=1e-13, atol=1e-13)
    assert "±" not in str(found)

    def inside(x):
        assert (x <= X).all()
        return force(x)

    assert_allclose(sensitivity(inside, X, bounds=(None, X)).absolute, J, rtol=1e-8, atol=1e-8)
    block = sensitivity(lambda x: np.stack([x[:, 0] ** 2, x[:, 1]], axis=1), [1.0, 2.0], vectorized=True)
    assert_allclose(block.absolute, [[2.0, 0.0], [0.0, 1.0]], atol=1e-11)
    assert_allclose(block.value, [1.0, 2.0])
    assert_allclose(sensitivity(lambda x, c: c * x, [1.0], args=(3.0,)).absolute, [[3.0]])


def test_the_table():
    lines = str(sensitivity(force, X, inputs=["speed", "length", "share"])).splitlines()
    assert lines[0] == "sensitivity of 2 outputs to 3 inputs"
    assert lines[1].startswith("  condition of the Jacobian ")
    assert lines[2] == "  f[0] = 4.5"
    assert lines[3].split() == ["input", "absolute", "relative", "influence"]
    assert lines[4].split()[0] == "speed"
    assert lines[4].count("±") == 2
    many = str(sensitivity(lambda x: np.outer(x, x), np.arange(1.0, 9.0)))
    assert "… and 3 less influential ones" in many
    assert "… and 58 more outputs" in many


def test_the_heat_map():
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    found = sensitivity(force, X, inputs=["speed", "length", "share"])
    assert found.plot(ax) is ax
    assert [label.get_text() for label in ax.get_xticklabels()] == ["speed", "length", "share"]
    assert found.plot(Figure().subplots(), which="relative") is not None
    with pytest.raises(ValueError, match="which is 'both'; accepted are 'relative' and 'absolute'"):
        found.plot(ax, which="both")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"inputs": ["a", "b"]}, ValueError, "inputs has 2 names, but x has 3 entries"),
        ({"outputs": ["a"]}, ValueError, "outputs has 1 names, but f(x) has 2 entries"),
        ({"inputs": ["a", "b", "a"]}, ValueError, "inputs has the name 'a' twice"),
        ({"inputs": "abc"}, TypeError, "inputs is 'abc'; accepted are strings, a name for each entry"),
        ({"inputs": [1, 2, 3]}, TypeError, "accepted are strings, a name for each entry"),
        ({"scale": 0.0}, ValueError, "scale is 0.0; accepted are positive, finite numbers"),
        ({"scale": [1.0, 2.0]}, TypeError, "shaped like x, (3,)"),
        ({"method": "best"}, ValueError, "method is 'best'"),
    ],
)
def test_what_is_refused(options, error, words):
    with pytest.raises(error) as raised:
        sensitivity(force, X, **options)
    assert words in str(raised.value)


def test_points_functions_and_counts_that_are_refused():
    with pytest.raises(ValueError, match="accepted are finite numbers"):
        sensitivity(force, [1.0, np.nan, 1.0])
    with pytest.raises(ValueError, match="is not finite"):
        sensitivity(lambda x: x * np.nan, X)
    with pytest.raises(TypeError, match="is complex; accepted are real numbers"):
        sensitivity(lambda x: 1j * x, X)
    with pytest.raises(ValueError, match=r"f\(x\) is empty, of shape \(0,\)"):
        sensitivity(lambda x: [], X)
    with pytest.raises(TypeError, match="args is a list; accepted is a tuple"):
        sensitivity(force, X, args=[1.0])
    found = sensitivity(force, X)
    for k in (0, 4):
        with pytest.raises(ValueError, match=f"k is {k}; accepted are integers from 1 to 3, the number of inputs"):
            found.most_influential(k)
