"""Many variables: products with random directions, wrong columns located; sparse patterns; jvp, vjp and hvp."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array, diags_array

import secant
from bars import Recorder

N = 100_000
WEIGHTS = np.random.default_rng(0).uniform(0.5, 2.0, N)
X = np.random.default_rng(1).normal(size=N)


def f(x: Any) -> Any:
    return np.sum(WEIGHTS * np.sin(x))


def grad(x: Any) -> Any:
    return WEIGHTS * np.cos(x)


def changed(*places: int, factor: float = 1.5) -> Any:
    def wrong(x: Any) -> Any:
        slope = grad(x)
        slope[list(places)] *= factor
        return slope

    return wrong


# ----------------------------------------------------------------------------------------------------------------------
# gradients of many variables


def test_a_right_gradient_passes_in_thirty_evaluations() -> None:
    recorded = Recorder(f)
    report = secant.check_gradient(recorded, grad, X)
    assert report.ok
    assert report.mode == "directions"
    assert report.evaluations == recorded.calls <= 30
    assert report.detectable < 1e-9
    assert "mode='entries' looks at each" in report.notes[0]


def test_auto_looks_at_entries_while_that_is_cheap() -> None:
    def small(x: Any) -> Any:
        return np.sum(np.sin(x))

    assert secant.check_gradient(small, np.cos, X[:200]).mode == "entries"
    assert secant.check_gradient(small, np.cos, X[:2000]).mode == "directions"
    assert secant.check_gradient(small, np.cos, X[:20], mode="directions").mode == "directions"
    assert secant.check_hessian(small, lambda x: np.diag(-np.sin(x)), X[:100]).mode == "directions"
    assert secant.check_hessian(small, lambda x: np.diag(-np.sin(x)), X[:100], grad=np.cos).mode == "entries"


@pytest.mark.parametrize("places", [(0,), (N - 1,), (31_415,), (2, 3), (17, 50_000, 99_998)])
def test_wrong_columns_are_located(places: tuple[int, ...]) -> None:
    recorded = Recorder(f)
    report = secant.check_gradient(recorded, changed(*places), X)
    assert report.verdict == "fail"
    assert report.diagnosis[0].kind == "entries"
    assert sorted(column for _, column in report.diagnosis[0].where) == sorted(places)
    found = f"∂f/∂x[{places[0]}] is {grad(X)[places[0]] * 1.5:.6g}"
    assert found[:18] in report.diagnosis[0].message
    # The check, its second opinions, and for each column about log₂ n = 17 halvings of one evaluation or two, and two
    # estimates of its own.
    assert recorded.calls <= 50 + len(places) * (2 * 17 + 18)


def test_large_errors_are_located_with_one_evaluation_for_each_halving() -> None:
    right, wrong = Recorder(f), Recorder(f)
    secant.check_gradient(right, grad, X)
    secant.check_gradient(wrong, changed(4711, factor=1e4), X)
    # Besides halvings: the direction by other steps, another one, and two estimates of the column alone.
    assert wrong.calls - right.calls <= 17 + 4 * 9 + 2


def test_what_is_wrong_everywhere_is_not_searched_for() -> None:
    twice = secant.check_gradient(f, lambda x: 2 * grad(x), X)
    assert twice.diagnosis[0].kind == "factor"
    assert twice.diagnosis[0].values["factor"] == pytest.approx(2)
    recorded = Recorder(f)
    noise = secant.check_gradient(recorded, lambda x: grad(x) * (1 + 0.1 * np.sin(1e3 * WEIGHTS)), X)
    assert noise.diagnosis[0].kind == "many columns"
    assert recorded.calls < 100
    assert secant.check_gradient(f, np.zeros_like, X).diagnosis[0].kind == "zero"
    broken = secant.check_gradient(f, changed(5, factor=np.nan), X)
    assert broken.diagnosis[0].kind == "not finite"
    assert "the first at (0, 5)" in broken.diagnosis[0].message


def test_directions_stay_within_bounds() -> None:
    recorded = Recorder(f)
    lower = X - np.where(np.arange(N) % 2, 0.0, 1.0)
    report = secant.check_gradient(recorded, changed(7), X, bounds=(lower, X + 1))
    assert [column for _, column in report.diagnosis[0].where] == [7]
    for point in recorded.points:
        assert (point >= lower).all()
        assert (point <= X + 1).all()


def test_variables_on_scales_of_their_own() -> None:
    scale = 10.0 ** np.linspace(-6, 6, 3000)
    x = scale * np.random.default_rng(2).uniform(0.5, 2, 3000)

    def slope(x: Any) -> Any:
        return np.cos(x / scale) / scale

    report = secant.check_gradient(lambda x: np.sum(np.sin(x / scale)), slope, x, typical=scale)
    assert report.ok
    wrong = secant.check_gradient(
        lambda x: np.sum(np.sin(x / scale)), lambda x: slope(x) * (1 + (scale == scale[-2])), x, typical=scale
    )
    assert [column for _, column in wrong.diagnosis[0].where] == [2998]


# ----------------------------------------------------------------------------------------------------------------------
# sparse


def chain(x: Any) -> Any:
    y = x**2
    y[1:] += np.sin(x[:-1])
    y[:-1] -= x[1:] ** 3
    return y


def chain_jacobian(x: Any) -> Any:
    return diags_array([np.cos(x[:-1]), 2 * x, -3 * x[1:] ** 2], offsets=[-1, 0, 1]).tocsr()


def without(*places: tuple[int, int]) -> Any:
    def wrong(x: Any) -> Any:
        J = chain_jacobian(x).tolil()
        for place in places:
            J[place] = 0
        J = J.tocsr()
        J.eliminate_zeros()
        return J

    return wrong


def test_sparse_jacobians_cost_as_many_evaluations_as_colours() -> None:
    recorded = Recorder(chain)
    report = secant.check_jacobian(recorded, chain_jacobian, X[:5000])
    assert report.ok
    assert report.mode == "entries"
    assert report.points[0].passed == 14_998
    assert recorded.calls < 60


@pytest.mark.parametrize("places", [((5, 6),), ((0, 0), (199, 199)), tuple((i, i + 1) for i in range(199))])
def test_nonzeros_outside_the_pattern_are_found(places: tuple[tuple[int, int], ...]) -> None:
    report = secant.check_jacobian(chain, without(*places), X[:200])
    assert report.verdict == "fail"
    finding = report.diagnosis[0]
    assert finding.kind == "missing nonzeros"
    assert finding.explained == len(places)
    assert finding.where == places[:5]
    assert report.points[0].failed == len(places)


def test_stored_zeros_are_listed() -> None:
    def wasteful(x: Any) -> Any:
        J = chain_jacobian(x).tolil()
        J[3, 150] = 1.0
        J = J.tocsr()
        J[3, 150] = 0.0
        return J

    report = secant.check_jacobian(chain, wasteful, X[:200])
    assert report.ok
    assert report.notes == ("the pattern has 1 that is 0, and rightly so: entry ∂f[3]/∂x[150]",)


def test_sparse_hessians() -> None:
    def potential(x: Any) -> Any:
        return np.sum(x**4) + np.sum(x[1:] * x[:-1] ** 2)

    def slope(x: Any) -> Any:
        g = 4 * x**3
        g[:-1] += 2 * x[1:] * x[:-1]
        g[1:] += x[:-1] ** 2
        return g

    def hess(x: Any) -> Any:
        d = 12 * x**2
        d[:-1] += 2 * x[1:]
        return diags_array([2 * x[:-1], d, 2 * x[:-1]], offsets=[-1, 0, 1]).tocsr()

    for gradient in (None, slope):
        assert secant.check_hessian(potential, hess, X[:30], grad=gradient).ok
        lower = secant.check_hessian(potential, lambda x: csr_array(np.tril(hess(x).toarray())), X[:30], grad=gradient)
        assert lower.diagnosis[0].kind == "one triangle"
        bare = secant.check_hessian(potential, lambda x: diags_array(hess(x).diagonal()), X[:30], grad=gradient)
        assert bare.diagnosis[0].kind == "missing nonzeros"
        assert bare.diagnosis[0].explained == 58


# ----------------------------------------------------------------------------------------------------------------------
# products


def waves(x: Any) -> Any:
    return np.sin(x) * np.roll(x, 1)


def waves_jvp(x: Any, v: Any) -> Any:
    return np.cos(x) * np.roll(x, 1) * v + np.sin(x) * np.roll(v, 1)


def waves_vjp(x: Any, w: Any) -> Any:
    return np.cos(x) * np.roll(x, 1) * w + np.roll(np.sin(x) * w, -1)


@pytest.mark.parametrize("n", [5, 3000])
def test_products_pass_and_belong_together(n: int) -> None:
    x = X[:n]
    forward = secant.check_jvp(waves, waves_jvp, x, vjp=waves_vjp)
    backward = secant.check_vjp(waves, waves_vjp, x, jvp=waves_jvp)
    assert forward.ok
    assert backward.ok
    assert forward.mode == backward.mode == ("entries" if n == 5 else "directions")
    if n == 3000:
        assert max(forward.evaluations, backward.evaluations) <= 30


@pytest.mark.parametrize("n", [5, 3000])
def test_products_that_are_wrong(n: int) -> None:
    x = X[:n]
    twice = secant.check_jvp(waves, lambda x, v: 2 * waves_jvp(x, v), x)
    assert twice.diagnosis[0].kind == "factor"
    assert secant.check_vjp(waves, lambda x, w: 2 * waves_vjp(x, w), x).diagnosis[0].kind == "factor"
    other = secant.check_jvp(waves, waves_jvp, x, vjp=lambda x, w: waves_vjp(x, w) * 1.001)
    assert [finding.kind for finding in other.diagnosis] == ["not adjoint"]
    assert "rounding explains" in other.diagnosis[0].message
    normalised = secant.check_jvp(waves, lambda x, v: waves_jvp(x, v / np.linalg.norm(v)), x)
    assert "not linear" in {finding.kind for finding in normalised.diagnosis}

    def one_off(x: Any, v: Any) -> Any:
        product = waves_jvp(x, v)
        product[2] += 1e-3 * v[n - 1]
        return product

    found = secant.check_jvp(waves, one_off, x)
    assert found.verdict == "fail"
    assert (2, n - 1) in found.diagnosis[-1].where


def test_a_transposed_product_is_named_first() -> None:
    A = np.arange(9.0).reshape(3, 3) + np.eye(3)
    report = secant.check_vjp(lambda x: A @ x, lambda x, w: A @ w, X[:3], jvp=lambda x, v: A @ v)
    assert report.diagnosis[0].kind == "transposed"


def test_shapes_and_arguments_of_products() -> None:
    A = np.random.default_rng(3).normal(size=(2, 3, 4))

    def g(a: float, x: Any) -> Any:
        return a * np.tensordot(A, np.sin(x), ([1, 2], [0, 1]))

    def forward(a: float, x: Any, v: Any) -> Any:
        return a * np.tensordot(A, np.cos(x) * v, ([1, 2], [0, 1]))

    def backward(a: float, x: Any, w: Any) -> Any:
        return a * np.tensordot(w, A, 1) * np.cos(x)

    x = X[:12].reshape(3, 4)
    for mode in ("entries", "directions"):
        assert secant.check_jvp(g, forward, x, args=(2.0,), argnum=1, vjp=backward, mode=mode).ok
        assert secant.check_vjp(g, backward, x, args=(2.0,), argnum=1, jvp=forward, mode=mode).ok


@pytest.mark.parametrize("with_gradient", [False, True])
@pytest.mark.parametrize("n", [6, 2000])
def test_hessian_products(n: int, with_gradient: bool) -> None:
    x = X[:n]

    def potential(x: Any) -> Any:
        return np.sum(np.exp(np.sin(x)) * np.roll(x, 1))

    def slope(x: Any) -> Any:
        return np.cos(x) * np.exp(np.sin(x)) * np.roll(x, 1) + np.roll(np.exp(np.sin(x)), -1)

    def hvp(x: Any, v: Any) -> Any:
        e, c = np.exp(np.sin(x)), np.cos(x)
        return (c**2 - np.sin(x)) * e * np.roll(x, 1) * v + c * e * np.roll(v, 1) + np.roll(c * e * v, -1)

    options: dict[str, Any] = {"grad": slope} if with_gradient else {}
    assert secant.check_hvp(potential, hvp, x, **options).ok
    wrong = secant.check_hvp(potential, lambda x, v: 1.001 * hvp(x, v), x, **options)
    assert wrong.diagnosis[0].kind == "factor"
    skew = secant.check_hvp(potential, lambda x, v: hvp(x, v) + np.roll(v, 2), x, **options)
    assert skew.verdict == "fail"
    assert "asymmetric" in {finding.kind for finding in skew.diagnosis}


@pytest.mark.parametrize("check", [secant.check_jvp, secant.check_vjp, secant.check_hvp])
def test_mistakes_in_calls_of_products(check: Any) -> None:
    name = check.__name__.removeprefix("check_")
    with pytest.raises(TypeError, match=f"{name} is a int; accepted are callables"):
        check(waves, 1, X[:3])
    with pytest.raises(ValueError, match="mode is 'both'"):
        check(waves if name != "hvp" else f, waves_jvp, X[:3], mode="both")
