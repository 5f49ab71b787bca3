"""Every example runs, is short and draws what it says; those with published answers give them."""

import ast
import importlib.util
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import secant
from secant import analysis

EXAMPLES = Path(__file__).parent.parent / "examples"
PATHS = sorted(EXAMPLES.glob("*.py"))
MOST_LINES = 80
WITHOUT_PICTURE = {"gradient_vs_jacobian"}

over_all = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_within(value, error, exact):
    assert np.all(np.abs(np.asarray(value) - exact) <= error), (value, error, exact)


@over_all
def test_example_prints_and_draws(path, capsys, monkeypatch, tmp_path):
    picture = tmp_path / "picture.png"
    monkeypatch.setattr("sys.argv", [str(path), str(picture)])
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) >= 4
    assert re.search(r"\bnan\b", printed) is None
    if path.stem == "brusselator":
        assert "as the stencil says" in printed
        assert "NOT" not in printed
    assert picture.exists() == (path.stem not in WITHOUT_PICTURE)
    if picture.exists():
        from matplotlib.image import imread

        height, width = imread(picture).shape[:2]
        assert width >= 600
        assert height >= 300
        assert np.ptp(imread(picture)[..., :3]) > 0.5


@over_all
def test_example_is_short_and_says_what_it_is_about(path):
    text = path.read_text()
    assert len(text.splitlines()) <= MOST_LINES
    assert len(ast.get_docstring(ast.parse(text)).splitlines()) >= 4


def test_iris_is_what_fisher_published():
    """Setosa and versicolor by Tables II and III of his paper; of virginica, the means that are quoted everywhere."""
    measured = np.loadtxt(EXAMPLES / "data" / "iris.csv", delimiter=",", skiprows=1)
    assert measured.shape == (150, 5)
    flowers = measured[:, :4].reshape(3, 50, 4)
    np.testing.assert_array_equal(measured[:, 4].reshape(3, 50), [[0] * 50, [1] * 50, [2] * 50])
    means = [[5.006, 3.428, 1.462, 0.246], [5.936, 2.770, 4.260, 1.326], [6.588, 2.974, 5.552, 2.026]]
    np.testing.assert_allclose(flowers.mean(axis=1), means, rtol=1e-12)
    deviations = (flowers - flowers.mean(axis=1, keepdims=True))[:2].reshape(100, 4)
    products = [
        [19.1434, 9.0356, 9.7634, 3.2394],
        [9.0356, 11.8658, 4.6232, 2.4746],
        [9.7634, 4.6232, 12.2978, 3.8794],
        [3.2394, 2.4746, 3.8794, 2.4604],
    ]
    np.testing.assert_allclose(deviations.T @ deviations, products, rtol=1e-12)


def test_gradient_vs_jacobian():
    example = load("gradient_vs_jacobian")
    np.testing.assert_allclose(secant.jacobian(example.f, [1.0, 2.0]), [[2, 1], [2, 1]], rtol=1e-12)
    np.testing.assert_allclose(secant.gradient(example.norm, [3.0, 4.0]), [0.6, 0.8], rtol=1e-12)


def test_partial_derivatives():
    rows = load("partial_derivatives").derivatives()
    assert [row[2] for row in rows] == [4, 5, 2, 1, 2, 0.2, 14]
    for _, _, exact, value, error in rows:
        assert_within(value, error, exact)
        assert error < 1e-9


def test_best_linear_map():
    example = load("best_linear_map")
    best = analysis.linearize(example.f, example.A)
    assert_within(best.jacobian, best.error, example.EXACT)
    move = np.array([0.3, -0.4])
    np.testing.assert_allclose(best.remainder(example.A + move), example.f(move), rtol=1e-8)
    assert best.radius(1e-4) == pytest.approx(1e-2, rel=2e-3)


@pytest.mark.parametrize("name", ["W", "b", "X"])
def test_linear_layer(name):
    example = load("linear_layer")
    x, args, argnum = example.BY[name]
    exact = example.formula(name, example.W, example.B, example.X)
    found = secant.gradient(example.loss, x, args=args, argnum=argnum, full_output=True)
    # The formula rounds as well.
    assert_within(found.value, found.error + 1e-15, exact)
    np.testing.assert_allclose(example.product(name), exact, atol=1e-10)


def test_two_layer_network():
    example = load("two_layer_network")
    assert secant.check_gradient(example.loss, example.backward, example.START).verdict == "pass"
    report = secant.check_gradient(example.loss, example.without_slope, example.START)
    wrong = {entry.column for entry in report.worst_entries(43) if entry.outcome == "fail"}
    assert wrong == set(range(25))


def test_newton_cg():
    example = load("newton_cg")
    found, path = example.newton_cg()
    np.testing.assert_allclose(found.x, [-2, 2], atol=1e-9)
    assert abs(found.fun) < 1e-12
    assert len(path) == found.nit + 1
    point = analysis.classify(example.f, found.x)
    assert point.kind == "minimum"
    assert_within(point.eigenvalues, point.eigenvalue_error, [2, 7])
    np.testing.assert_allclose(example.START + analysis.newton_step(example.f, example.START).step, [-2, 2], atol=1e-9)


def test_descent_paths_are_those_of_theory():
    example = load("descent_paths")
    k = np.arange(51)[:, np.newaxis]
    np.testing.assert_allclose(example.descent(50, 1.0, 25.0), example.START * [1, -1] ** k * (12 / 13) ** k, rtol=1e-9)
    heavy = example.START * np.hstack([1 + k / 3, 1 + 5 * k / 3]) * [1, -1] ** k * (2 / 3) ** k
    np.testing.assert_allclose(example.momentum(50, 1.0, 25.0), heavy, rtol=1e-6)
    assert np.linalg.norm(example.adam(100)[-1]) < 0.05


def test_saddle_is_found_and_left():
    example = load("saddle")
    saddle = analysis.classify(example.f, example.descend(example.START, 60)[-1], xtol=1e-9)
    assert saddle.kind == "saddle"
    assert_within(saddle.eigenvalues, saddle.eigenvalue_error, [-2, 2])
    np.testing.assert_allclose(np.abs(saddle.descent_directions), [[0, 1]], atol=1e-9)
    leaving = example.escape(saddle, 11)[1:]
    np.testing.assert_allclose(leaving[:, 1], -example.NUDGE * 1.5 ** np.arange(12), rtol=1e-9)
    assert (np.diff([example.f(point) for point in leaving]) < 0).all()


def test_lagrange_multipliers():
    example = load("lagrange_multipliers")
    found, price = example.optimum(), example.price()
    assert found.kind == "minimum"
    assert_within(found.x, found.x_error, 0.5)
    assert_within(found.multipliers, found.multiplier_error, 1)
    assert found.value == pytest.approx(0.5, rel=1e-12)
    assert_within(price.value, price.error, 1)


def test_adversarial_perturbation():
    example = load("adversarial_perturbation")
    w = example.train()
    told = example.logits(example.X, w).argmax(axis=1)
    assert np.sum(told == example.SPECIES) >= 145
    changes = np.array([example.perturb(x, w) for x in example.X])
    for k in np.argsort(np.linalg.norm(changes, axis=1))[:5]:
        change = changes[k]
        assert np.linalg.norm(change) < 0.3
        assert np.argmax(example.logits(example.X[k] + change, w)) != told[k]
        # It is hardly longer than it must be: steps go 2 % too far, and the border is not quite straight.
        assert np.argmax(example.logits(example.X[k] + 0.9 * change, w)) == told[k]


def test_network_spectrum():
    example = load("network_spectrum")
    w = example.train()
    values, bar = example.spectrum(w)
    assert np.sum(np.abs(values - example.PENALTY) <= bar) == example.HIDDEN + 1
    assert values[0] > bar
    largest = analysis.hessian_spectrum(example.loss, w, 4, grad=example.gradient)
    assert_within(largest.eigenvalues, largest.error + bar, values[-4:])


def test_hessian_free_newton_halves_the_grid_and_quarters_the_error():
    example = load("hessian_free_newton")
    off = []
    for inside in (24, 49):  # h is 2 / 25, then 2 / 50
        frame = example.scherk(inside)
        *_, (z, found) = example.newton(frame)
        assert np.linalg.norm(found.gradient) < 1e-8
        off.append(np.max(np.abs(z - frame[1:-1, 1:-1])))
    assert off[0] / off[1] == pytest.approx(4, rel=0.05)


def test_fisher_information():
    example = load("fisher_information")
    b, errors, bars, _ = example.fit()
    for k, (_, estimate, error) in enumerate(example.BY_R):
        assert b[k] == pytest.approx(estimate, abs=5.1e-5)
        assert errors[k] == pytest.approx(error, abs=5.1e-5)
    assert np.all(bars < 1e-5 * errors)


def test_standard_errors_are_the_certified_ones():
    example = load("standard_errors")
    b, deviations, bars = example.fit()
    np.testing.assert_allclose(b, example.CERTIFIED[:, 0], rtol=2e-10)
    np.testing.assert_allclose(deviations, example.CERTIFIED[:, 1], rtol=2e-10)
    assert np.all(bars < 1e-9 * deviations)


@pytest.mark.parametrize("which", [0, 1])
def test_thurber_agrees_with_the_certified_values(which):
    example = load("thurber")
    x, y, starts, certified = example.read(example.DATA)
    assert x.size == y.size == 37
    found, _ = example.fit(starts[which], x, y)
    np.testing.assert_allclose(found, certified, rtol=1e-6)


def test_wrong_jacobians_are_told():
    example = load("wrong_jacobian")
    assert example.check(example.jacobian).ok
    (lost,) = example.check(example.with_lost_signs).diagnosis
    assert lost.values["factor"] == pytest.approx(-1)
    (swapped,) = example.check(example.with_swapped_columns).diagnosis
    assert swapped.kind == "columns swapped"


def test_brusselator_jacobian_is_right():
    example = load("brusselator")
    y = example.start(6)
    sparse = secant.Jacobian(example.rhs, argnum=1, sparsity=example.pattern(6), method="complex")(0.0, y, 6)
    dense = secant.Jacobian(example.rhs, argnum=1, method="complex")(0.0, y, 6)
    np.testing.assert_allclose(sparse.toarray(), dense, rtol=1e-14)
