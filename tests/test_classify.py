"""Kinds of points: published ones all right or undecided, and every other answer provoked."""

import re

import numpy as np
import pytest

import secant
from secant.analysis import classify


def saddle(x):
    return x[0] ** 2 - x[1] ** 2


def rosenbrock(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def rosenbrock_gradient(x):
    return np.array([-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)])


def rosenbrock_hessian(x):
    return np.array([[1200 * x[0] ** 2 - 400 * x[1] + 2, -400 * x[0]], [-400 * x[0], 200.0]])


def test_a_saddle_and_its_way_down():
    point = classify(saddle, [0.0, 0.0])
    assert point.kind == "saddle"
    np.testing.assert_allclose(point.eigenvalues, [-2, 2], atol=point.eigenvalue_error.max())
    np.testing.assert_allclose(np.abs(point.descent_directions), [[0, 1]], atol=1e-9)
    assert "1 of 2 eigenvalues is negative, 1 positive" in point.reason


def test_a_saddle_remains_one_where_another_eigenvalue_is_zero():
    point = classify(lambda x: saddle(x) + x[2] ** 4, [0.0, 0.0, 0.0])
    assert point.kind == "saddle"
    assert "1 cannot be told from 0" in point.reason


@pytest.mark.parametrize("sign", [1, -1])
def test_minimum_and_maximum(sign):
    point = classify(lambda x: sign * rosenbrock(x), [1.0, 1.0])
    assert point.kind == ("minimum" if sign == 1 else "maximum")
    exact = np.linalg.eigvalsh(sign * rosenbrock_hessian(np.ones(2)))
    assert np.all(np.abs(point.eigenvalues - exact) <= point.eigenvalue_error)
    assert len(point.descent_directions) == (0 if sign == 1 else 2)


@pytest.mark.parametrize("given", [("grad",), ("hess",), ("grad", "hess")])
def test_given_derivatives_are_used(given):
    options = {"grad": rosenbrock_gradient, "hess": rosenbrock_hessian}
    point = classify(rosenbrock, [1.0, 1.0], **{name: options[name] for name in given})
    assert point.kind == "minimum"
    np.testing.assert_allclose(point.hessian, rosenbrock_hessian(np.ones(2)), rtol=1e-8)


def test_a_sparse_hessian_may_be_given():
    from scipy.sparse import csr_array

    point = classify(saddle, [0.0, 0.0], hess=lambda _: csr_array(np.diag([2.0, -2.0])))
    assert point.kind == "saddle"


@pytest.mark.parametrize(
    ("f", "x", "shape"),
    [(np.cos, 0.0, ()), (lambda x: np.sum(x**2), np.zeros((2, 3)), (2, 3)), (lambda x: x[0] ** 2, [0], (1,))],
)
def test_shapes_are_those_of_x(f, x, shape):
    point = classify(f, x)
    n = int(np.prod(shape))
    assert point.kind == ("maximum" if shape == () else "minimum")
    assert point.gradient.shape == point.gradient_error.shape == point.x.shape == shape
    assert point.hessian.shape == point.hessian_error.shape == shape + shape
    assert point.eigenvalues.shape == point.eigenvalue_error.shape == (n,)
    assert point.eigenvectors.shape == (n, *shape)
    assert point.descent_directions.shape == (n if shape == () else 0, *shape)


DEGENERATE = {
    "monkey saddle": (lambda x: x[0] ** 3 - 3 * x[0] * x[1] ** 2, [0.0, 0.0]),
    "quartic valley": (lambda x: x[0] ** 2 + x[1] ** 4, [0.0, 0.0]),
    "no bending at all": (lambda x: x[0] ** 2, [0.0, 3.0]),
    "constant": (lambda x: 0 * x[0] + 7, [1.0, 2.0]),
    "cubic": (lambda x: x[0] ** 2 + x[1] ** 3, [0.0, 0.0]),
    "a valley of height 0": (lambda x: (x[0] * x[1] - 1) ** 2, [2.0, 0.5]),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_points(name):
    f, x = DEGENERATE[name]
    point = classify(f, x)
    assert point.kind == "degenerate", point
    assert "second derivatives do not tell" in point.reason


@pytest.mark.parametrize("distance", [1e-12, 1e-9, 1e-7, 1e-5])
@pytest.mark.parametrize("angle", np.linspace(0, 2 * np.pi, 7)[:-1] + 0.1)
def test_a_degenerate_point_met_a_little_beside_is_no_minimum(distance, angle):
    # Next to a monkey saddle the Hessian has eigenvalues of both signs, as large as the distance.
    x = distance * np.array([np.cos(angle), np.sin(angle)])
    f, _ = DEGENERATE["monkey saddle"]
    assert classify(f, x).kind == "not stationary"
    assert classify(f, x, xtol=4 * distance).kind in ("degenerate", "undecided")


def test_not_stationary_says_how_much_and_where_to():
    point = classify(rosenbrock, [1.0, 1.0 + 1e-6])
    assert point.kind == "not stationary"
    assert point.reason.startswith("the derivative by x[0] is -0.0004")
    suggested = re.search(r"leads to what looks like a minimum \(xtol=(\S+) would accept x for it\)", point.reason)
    assert classify(rosenbrock, point.x, xtol=float(suggested[1])).kind == "minimum"


def test_xtol_accepts_points_of_few_digits():
    x = [3.584428, -1.848126]

    def himmelblau(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2

    assert classify(himmelblau, x).kind == "not stationary"
    assert classify(himmelblau, x, xtol=1e-6).kind == "minimum"


def test_badly_scaled_variables_are_told_by_sylvesters_law():
    # J. J. Moré, B. S. Garbow and K. E. Hillstrom (1981), problem 4: Brown's badly scaled function.
    def brown(x):
        return (x[0] - 1e6) ** 2 + (x[1] - 2e-6) ** 2 + (x[0] * x[1] - 2) ** 2

    assert classify(brown, [1e6, 2e-6]).kind == "minimum"


def test_noise_makes_it_undecided():
    random = np.random.default_rng(0)
    point = classify(lambda x: x[0] ** 2 + 1e-3 * x[1] ** 2 + 1e-4 * random.standard_normal(), [0.0, 0.0])
    assert point.kind == "undecided"
    assert "may have either sign: its bar is too wide; f looks noisy there" in point.reason


def test_a_strong_minimum_shows_through_noise():
    random = np.random.default_rng(0)
    point = classify(lambda x: np.sum(x**2) + 1e-9 * random.standard_normal(), [0.0, 0.0])
    assert point.kind == "minimum"


def test_a_kink_has_no_second_derivatives():
    point = classify(lambda x: np.abs(x[0]) + x[1] ** 2, [0.0, 0.0])
    assert point.kind == "undecided"
    assert "f has a kink at x along x[0]" in point.reason


def test_a_slope_beside_a_kink_is_not_stationary():
    assert classify(lambda x: np.abs(x[0]) + x[1], [0.0, 0.0]).kind == "not stationary"


def test_f_is_not_called_outside_bounds():
    def f(x):
        assert np.all(x >= 0)
        return np.sum((x - 0.125) ** 2)

    assert classify(f, [0.125, 0.125], bounds=(0, None)).kind == "minimum"


def test_args_reach_f_and_its_derivatives():
    point = classify(lambda x, a: a * x**2, 0.0, args=(3.0,), grad=lambda x, a: 2 * a * x)
    np.testing.assert_allclose(point.eigenvalues, [6.0])


def test_threads_make_no_difference():
    before = secant.get_num_threads()
    try:
        found = []
        for threads in (1, 2):
            secant.set_num_threads(threads)
            found.append(classify(rosenbrock, [1.0, 1.0]))
    finally:
        secant.set_num_threads(before)
    np.testing.assert_array_equal(found[0].eigenvalues, found[1].eigenvalues)
    np.testing.assert_array_equal(found[0].eigenvalue_error, found[1].eigenvalue_error)


def test_printed():
    text = str(classify(saddle, [0.0, 0.0]))
    assert text.splitlines()[0] == "saddle at [0. 0.], f = 0"
    assert "because      1 of 2 eigenvalues is negative, 1 positive" in text
    assert "curves down  along [0. 1.]" in text


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"method": "central"}, ValueError, "give no error bars: accepted are 'auto', 'adaptive'"),
        ({"method": "complex"}, ValueError, "give no error bars"),
        ({"xtol": -1.0}, ValueError, "xtol is -1.0; accepted are numbers that are not negative"),
        ({"args": [1.0]}, TypeError, "args is a list; accepted is a tuple"),
        ({"hess": 3}, TypeError, "hess is a int; accepted are callables"),
        ({"hess": lambda _: np.eye(3)}, ValueError, r"hess returns an array of shape \(3, 3\); accepted is \(2, 2\)"),
        ({"hess": lambda _: np.full((2, 2), np.nan)}, ValueError, "hess returns values that are not finite"),
        ({"grad": lambda _: np.zeros(3)}, ValueError, r"grad returns an array of shape \(3,\); accepted is that of x"),
        ({"grad": lambda _: np.array([np.nan, 0])}, ValueError, "finite"),
    ],
)
def test_errors_in_words(options, error, words):
    with pytest.raises(error, match=words):
        classify(saddle, [0.0, 0.0], **options)


@pytest.mark.parametrize(
    ("f", "x", "error", "words"),
    [
        (saddle, "here", TypeError, "x is 'here'; accepted are real numbers"),
        (saddle, [], ValueError, r"x has shape \(0,\): there is nothing to differentiate by"),
        (saddle, [np.nan, 0], ValueError, "accepted are finite numbers"),
        (lambda x: x, [1.0, 2.0], ValueError, r"f\(x\) is an array of shape \(2,\); accepted is one real number"),
        (lambda x: np.nan, [1.0], ValueError, "not finite"),
    ],
)
def test_points_and_values_that_make_no_sense(f, x, error, words):
    with pytest.raises(error, match=words):
        classify(f, x)


def random_function(random):
    """A function with a stationary point of known kind, and the signs of its eigenvalues."""
    n = random.integers(1, 5)
    values = 10 ** random.uniform(-4, 2, n) * random.choice([-1, 1], n) ** random.integers(2)
    zero = random.random(n) < 0.15
    values[zero] = 0.0
    # Zeros are exact only along the axes.
    basis = np.eye(n) if zero.any() else np.linalg.qr(random.standard_normal((n, n)))[0]
    scale = 10 ** random.uniform(-1, 1, n)
    cubic, quartic = random.standard_normal() * random.choice([0, 0.1, 1]), abs(random.standard_normal())
    offset, direction = random.choice([0, 1, 100.0]), random.standard_normal(n)
    at = random.choice([0, 1]) * random.standard_normal(n) / scale
    outer = [lambda p: p, np.sin, lambda p: np.expm1(p / (1 + np.abs(values).max()))][random.integers(3)]

    def f(x):
        y = basis.T @ (scale * (x - at))
        return offset + outer(0.5 * np.sum(values * y * y) + cubic * (y @ direction) ** 3 + quartic * np.sum(y**4))

    return f, at, values


@pytest.mark.parametrize("seed", range(8))
def test_random_functions_are_never_classified_wrongly(seed):
    random = np.random.default_rng(seed)
    right = 0
    for _ in range(50):
        f, x, values = random_function(random)
        up, down = np.any(values > 0), np.any(values < 0)
        kind = "saddle" if up and down else "degenerate" if not values.all() else "minimum" if up else "maximum"
        found = classify(f, x)
        # An eigenvalue that is zero within a narrow bar is said to be that, even if it is not quite.
        within = np.any(np.abs(found.eigenvalues) <= found.eigenvalue_error) and found.eigenvalue_error.max() < 1e-5
        assert found.kind in (kind, "undecided") or (found.kind == "degenerate" and within), (found, values)
        right += found.kind == kind
    assert right >= 35
