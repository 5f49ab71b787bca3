"""Functions of several variables with exact Jacobians and Hessians: of the optimisation literature, and of practice.

All of tests/problems.py, each at two points, and others, whose variables may differ in scale by many orders. The others
are written once, in the arithmetic of their first argument, as in tests/scalar_problems.py: float64 gives `f`, and
mpmath gives `mp`, from which the exact derivatives come. Constants, and tables of data, are the same doubles in both.

Sources, by the letters used below:

- MGH: J. J. Moré, B. S. Garbow & K. E. Hillstrom, "Testing unconstrained optimization software", ACM Transactions on
  Mathematical Software 7 (1981) 17-41; the number is that of the paper's section 3.
- DS: L. C. W. Dixon & G. P. Szegő (editors), "Towards Global Optimisation 2", North-Holland (1978).
- NIST: National Institute of Standards and Technology, "Statistical Reference Datasets: nonlinear regression",
  https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml, with its start 1 and its certified values.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import mpmath  # type: ignore[import-untyped]
import numpy as np

from problems import CATALOGUE, Problem
from scalar_problems import FLOATS, MULTIPRECISION, quiet, round_off, settled, unit, working_digits

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class MultivariateProblem:
    """One function of several variables, a point, and what its derivatives are there."""

    name: str
    source: str
    f: Callable[[Any], Any] = field(repr=False)
    """A float64 array, as long as x, to a float64 or to a 1-D array of them."""
    x: list[float]
    mp: Callable[[Any], Any] | None = field(default=None, repr=False)
    """The same real function of a list of mpf: an mpf, or a list of them. None where `closed` is given."""
    closed: Problem | None = field(default=None, repr=False)
    """The same function and point, with derivatives in closed form."""
    noise: float = 1e-13
    """How far f(x) may be from mp(x), relative to its largest entry: more where values cancel at x."""

    def point(self) -> npt.NDArray[np.float64]:
        """x, as a new array."""
        return np.array(self.x, dtype=np.float64)

    def exact(self) -> npt.NDArray[np.float64]:
        """The gradient at x, (n,), or the Jacobian of an array-valued function, (m, n)."""
        return np.array(self.closed.exact() if self.closed else _jacobian(self), dtype=np.float64)

    def exact_hessian(self) -> npt.NDArray[np.float64]:
        """The Hessian at x, (n, n), of a scalar-valued function."""
        return np.array(self.closed.exact_hessian() if self.closed else _hessian(self), dtype=np.float64)


# ----------------------------------------------------------------------------------------------------------------------
# exact derivatives


def _values(problem: MultivariateProblem, steps: dict[int, Any]) -> Any:
    """The values at x plus these steps along variables."""
    assert problem.mp is not None
    x = [mpmath.mpf(entry) + steps.get(j, 0) for j, entry in enumerate(problem.x)]
    return np.atleast_1d(np.array(problem.mp(x), dtype=object))


def _first_difference(problem: MultivariateProblem, j: int, digits: int) -> tuple[Any, Any]:
    """By x_j, with a relative step of 10**-digits: one entry for each value, and what may be round-off in them."""
    with mpmath.workdps(working_digits(1, digits)):
        h = unit(problem.x[j]) * mpmath.mpf(10) ** -digits
        ahead, behind = _values(problem, {j: h}), _values(problem, {j: -h})
        return (ahead - behind) / (2 * h), round_off([*ahead, *behind], digits) / unit(problem.x[j])


def _second_difference(problem: MultivariateProblem, i: int, j: int, digits: int) -> tuple[Any, Any]:
    """By x_i and x_j, in the same way, of the only value."""
    corners = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    with mpmath.workdps(working_digits(2, digits)):
        g, h = (unit(problem.x[k]) * mpmath.mpf(10) ** -digits for k in (i, j))
        steps = [{i: (s + t) * h} if i == j else {i: s * g, j: t * h} for s, t in corners]
        values = [_values(problem, step)[0] for step in steps]
        total = sum(s * t * value for (s, t), value in zip(corners, values, strict=True))
        return total / (4 * g * h), round_off(values, digits) / (unit(problem.x[i]) * unit(problem.x[j]))


@cache
def _jacobian(problem: MultivariateProblem) -> npt.NDArray[np.float64]:
    columns = []
    for j in range(len(problem.x)):
        coarse, negligible = _first_difference(problem, j, 30)
        fine, _ = _first_difference(problem, j, 40)
        columns.append([settled(a, b, negligible) for a, b in zip(coarse, fine, strict=True)])
    J = np.array(columns).T
    return J if np.ndim(problem.f(problem.point())) else J[0]


@cache
def _hessian(problem: MultivariateProblem) -> npt.NDArray[np.float64]:
    assert np.ndim(problem.f(problem.point())) == 0, f"{problem.name} is not scalar-valued"
    n = len(problem.x)
    H = np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            coarse, negligible = _second_difference(problem, i, j, 30)
            fine, _ = _second_difference(problem, i, j, 40)
            H[i, j] = H[j, i] = settled(coarse, fine, negligible)
    return H


# ----------------------------------------------------------------------------------------------------------------------
# what the tables below are made with


def _problems(
    name: str,
    source: str,
    formula: Callable[[Any, Any], Any],
    points: dict[str, list[float]],
    *,
    noise: float = 1e-13,
) -> list[MultivariateProblem]:
    """One function at several points."""

    def mp(x: Any) -> Any:
        y = formula(MULTIPRECISION, np.array(x, dtype=object))
        return y if np.ndim(y) == 0 else list(y)

    f = quiet(partial(formula, FLOATS))
    return [
        MultivariateProblem(f"{name}, {place}", source, f, [float(entry) for entry in x], mp, noise=noise)
        for place, x in points.items()
    ]


def _squares(r: Any) -> Any:
    return np.sum(r * r)


# ----------------------------------------------------------------------------------------------------------------------
# those of tests/problems.py


_SECOND_POINTS: dict[str, tuple[str, list[float]]] = {
    "rosenbrock": ("near its minimum", [0.9, 0.83]),
    "chained rosenbrock": ("elsewhere", [-0.4, 0.6, 2.1, 3.7, -1.5, 2.0]),
    "powell singular": ("standard start", [3, -1, 0, 1]),
    "wood": ("standard start", [-3, -1, -3, -1]),
    "himmelblau": ("near its maximum", [-0.27, -0.92]),
    "beale": ("standard start", [1, 1]),
    "six-hump camel": ("elsewhere", [-1.6, 0.7]),
    "branin": ("near a minimum", [3.1, 2.3]),
    "rastrigin": ("elsewhere", [4.4, -2.9, 0.05]),
    "styblinski-tang": ("near its minimum", [-2.9, -2.91, -2.89]),
    "logsumexp": ("with one large entry", [3.0, 20.5, -4.0, 11.0]),
    "quadratic form": ("elsewhere", [-30.0, 0.002, 7.0]),
    "product": ("elsewhere", [0.01, 300.0, -0.4, 20.0]),
    "freudenstein-roth": ("near a root", [4.9, 4.05]),
    "helical valley": ("standard start", [-1, 0, 0]),
    "box": ("standard start", [0, 10, 20]),
    "jennrich-sampson": ("near its minimum", [0.2578, 0.2579]),
    "bard": ("near its minimum", [0.0824, 1.133, 2.344]),
    "kowalik-osborne": ("near its minimum", [0.1928, 0.1913, 0.1231, 0.1361]),
    "broyden tridiagonal": ("standard start", [-1, -1, -1, -1, -1]),
    "discrete boundary value": ("standard start", [-0.16, -0.24, -0.24, -0.16]),
    "trigonometric": ("standard start", [1 / 3, 1 / 3, 1 / 3]),
    "brown almost-linear": ("standard start", [0.5, 0.5, 0.5, 0.5]),
    "lorenz": ("on its attractor", [-8.5, -9.1, 25.0]),
    "van der pol": ("elsewhere", [-2.0, 3.1]),
    "spherical coordinates": ("near the axis", [2.2, 0.003, -1.1]),
    "softmax": ("with one large entry", [-3.0, 2.0, 9.0]),
}


def _from_catalogue() -> list[MultivariateProblem]:
    found = []
    for problem in CATALOGUE:
        if np.ndim(problem.x) == 0:
            continue
        place, x = _SECOND_POINTS[problem.name]
        second = replace(problem, name=f"{problem.name}, {place}", x=[float(entry) for entry in x])
        found += [MultivariateProblem(p.name, p.source, p.f, p.x, closed=p) for p in (problem, second)]
    return found


# ----------------------------------------------------------------------------------------------------------------------
# others of Moré, Garbow & Hillstrom


def _more_garbow_hillstrom() -> list[MultivariateProblem]:
    def powell_badly_scaled(m: Any, x: Any) -> Any:
        return (1e4 * x[0] * x[1] - 1) ** 2 + (m.exp(-x[0]) + m.exp(-x[1]) - 1.0001) ** 2

    def brown_badly_scaled(m: Any, x: Any) -> Any:
        return (x[0] - 1e6) ** 2 + (x[1] - 2e-6) ** 2 + (x[0] * x[1] - 2) ** 2

    def gaussian(m: Any, x: Any) -> Any:
        y = np.array([9, 44, 175, 540, 1295, 2420, 3521, 3989, 3521, 2420, 1295, 540, 175, 44, 9]) / 1e4
        t = (8 - np.arange(1, 16)) / 2
        return x[0] * m.exp(-x[1] * (t - x[2]) ** 2 / 2) - y

    def meyer(m: Any, x: Any) -> Any:
        y = np.array([34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820])
        y = np.append(y, [3307, 2872])
        t = 45 + 5 * np.arange(1, 17)
        return x[0] * m.exp(x[1] / (t + x[2])) - y

    def brown_dennis(m: Any, x: Any) -> Any:
        t = np.arange(1, 21) / 5
        return _squares((x[0] + t * x[1] - np.exp(t)) ** 2 + (x[2] + x[3] * np.sin(t) - np.cos(t)) ** 2)

    def osborne(m: Any, x: Any) -> Any:
        thousandths = [844, 908, 932, 936, 925, 908, 881, 850, 818, 784, 751, 718, 685, 658, 628, 603, 580, 558, 538]
        thousandths += [522, 506, 490, 478, 467, 457, 448, 438, 431, 424, 420, 414, 411, 406]
        t = 10.0 * np.arange(33)
        return np.array(thousandths) / 1e3 - (x[0] + x[1] * m.exp(-t * x[3]) + x[2] * m.exp(-t * x[4]))

    def biggs(m: Any, x: Any) -> Any:
        t = np.arange(1, 14) / 10
        y = np.exp(-t) - 5 * np.exp(-10 * t) + 3 * np.exp(-4 * t)
        return _squares(x[2] * m.exp(-t * x[0]) - x[3] * m.exp(-t * x[1]) + x[5] * m.exp(-t * x[4]) - y)

    def watson(m: Any, x: Any) -> Any:
        powers = (np.arange(1, 30)[:, None] / 29) ** np.arange(x.size)
        j = np.arange(1, x.size)
        r = powers[:, :-1] @ (j * x[1:]) - (powers @ x) ** 2 - 1
        return _squares(r) + x[0] ** 2 + (x[1] - x[0] ** 2 - 1) ** 2

    def extended_rosenbrock(m: Any, x: Any) -> Any:
        return np.sum(100 * (x[1::2] - x[::2] ** 2) ** 2 + (1 - x[::2]) ** 2)

    def penalty_1(m: Any, x: Any) -> Any:
        return 1e-5 * _squares(x - 1) + (_squares(x) - 0.25) ** 2

    def penalty_2(m: Any, x: Any) -> Any:
        n, e = x.size, m.exp(x / 10)
        y = np.exp(np.arange(2, n + 1) / 10) + np.exp(np.arange(1, n) / 10)
        small = _squares(e[1:] + e[:-1] - y) + _squares(e[1:] - np.exp(-0.1))
        return (x[0] - 0.2) ** 2 + 1e-5 * small + (np.sum((n - np.arange(n)) * x**2) - 1) ** 2

    def variably_dimensioned(m: Any, x: Any) -> Any:
        s = np.sum(np.arange(1, x.size + 1) * (x - 1))
        return _squares(x - 1) + s**2 + s**4

    def discrete_integral(m: Any, x: Any) -> Any:
        h = 1 / (x.size + 1)
        t = h * np.arange(1, x.size + 1)
        cubes = (x + t + 1) ** 3
        kernel = np.minimum.outer(t, t) * (1 - np.maximum.outer(t, t))
        return x + h * (kernel @ cubes) / 2

    def broyden_banded(m: Any, x: Any) -> Any:
        n = x.size
        band = np.array([[float(j != i and i - 5 <= j <= i + 1) for j in range(n)] for i in range(n)])
        return x * (2 + 5 * x**2) + 1 - band @ (x * (1 + x))

    def linear_full_rank(m: Any, x: Any) -> Any:
        rows, n = 6, x.size
        return np.append(x, [0 * x[0]] * (rows - n)) - 2 * np.sum(x) / rows - 1

    def chebyquad(m: Any, x: Any) -> Any:
        before, now = 0 * x + 1, 2 * x - 1
        r = []
        for i in range(1, x.size + 1):
            r.append(np.sum(now) / x.size + (1 / (i * i - 1) if i % 2 == 0 else 0))
            before, now = now, 2 * (2 * x - 1) * now - before
        return np.array(r)

    ten = np.arange(1, 11)
    nodes = np.arange(1, 7) / 7
    return [
        # Near the minimum, 1e-3 is what is left of 1, and then squared.
        *_problems(
            "powell badly scaled",
            "M. J. D. Powell, in Numerical Methods for Nonlinear Algebraic Equations, Gordon & Breach (1970); MGH 3",
            powell_badly_scaled,
            {"standard start": [0, 1], "near its minimum": [1.1e-5, 9.1]},
            noise=1e-12,
        ),
        *_problems(
            "brown badly scaled",
            "K. M. Brown; MGH 4",
            brown_badly_scaled,
            {"standard start": [1, 1], "towards its minimum": [9e5, 3e-6]},
        ),
        # Residuals of 1e-3 are what is left of values of 0.4.
        *_problems(
            "gaussian",
            "MGH 9",
            gaussian,
            {"standard start": [0.4, 1, 0], "elsewhere": [0.7, 2.3, -0.4]},
            noise=1e-12,
        ),
        # Residuals of 1 are what is left of values of 34780.
        *_problems(
            "meyer",
            "R. R. Meyer, in Nonlinear Programming, Academic Press (1970) 465-486; MGH 10; NIST MGH10",
            meyer,
            {
                "standard start": [0.02, 4000, 250],
                "certified": [5.6096364710e-03, 6.1813463463e03, 3.4522363462e02],
            },
            noise=1e-11,
        ),
        *_problems(
            "brown-dennis",
            "K. M. Brown & J. E. Dennis, Numerische Mathematik 18 (1972) 289-297; MGH 16",
            brown_dennis,
            {"standard start": [25, 5, -5, -1], "near its minimum": [-11.6, 13.2, -0.4, 0.24]},
        ),
        # Residuals of 1e-3 are what is left of values of 1.
        *_problems(
            "osborne 1",
            "M. R. Osborne, in Numerical Methods for Non-linear Optimization, Academic Press (1972); MGH 17; NIST "
            "MGH17",
            osborne,
            {
                "standard start": [0.5, 1.5, -1, 0.01, 0.02],
                "certified": [3.7541005211e-01, 1.9358469127e00, -1.4646871366e00, 1.2867534640e-02, 2.2122699662e-02],
            },
            noise=1e-12,
        ),
        *_problems(
            "biggs exp6",
            "M. C. Biggs, Journal of the Institute of Mathematics and its Applications 8 (1971) 315-327; MGH 18",
            biggs,
            {"standard start": [1, 2, 1, 1, 1, 1], "elsewhere": [1.7, 9.0, 1.1, 4.2, 3.5, 2.6]},
        ),
        *_problems(
            "watson, n=6",
            "J. S. Kowalik & M. R. Osborne, Methods for Unconstrained Optimization Problems, Elsevier (1968); MGH 20",
            watson,
            {"standard start": [0] * 6, "near its minimum": [-0.016, 1.01, -0.23, 1.26, -1.51, 0.99]},
        ),
        *_problems(
            "extended rosenbrock, n=10",
            "E. Spedicato, CISE report N-175 (1975); MGH 21",
            extended_rosenbrock,
            {"standard start": [-1.2, 1] * 5, "elsewhere": [0.3, -0.8, 1.1, 1.3, 2.0, 3.6, -0.7, 0.1, 5.0, 24.0]},
        ),
        *_problems(
            "penalty I, n=10",
            "P. E. Gill, W. Murray & R. A. Pitfield, NPL report NAC 11 (1972); MGH 23",
            penalty_1,
            {"standard start": list(ten), "near its minimum": [0.158] * 10},
        ),
        *_problems(
            "penalty II, n=4",
            "P. E. Gill, W. Murray & R. A. Pitfield, NPL report NAC 11 (1972); MGH 24",
            penalty_2,
            {"standard start": [0.5] * 4, "near its minimum": [0.2, 0.19, 0.48, 0.52]},
        ),
        *_problems(
            "variably dimensioned, n=10",
            "R. Fletcher; MGH 25",
            variably_dimensioned,
            {"standard start": list(1 - ten / 10), "near its minimum": [1.001, 0.998, 1.003, 1, 1, 0.997, 1, 1, 1, 1]},
        ),
        *_problems(
            "discrete integral equation, n=6",
            "J. J. Moré & M. Y. Cosnard, ACM Transactions on Mathematical Software 5 (1979) 64-85; MGH 29",
            discrete_integral,
            {"standard start": list(nodes * (nodes - 1)), "elsewhere": [0.4, -0.1, 0.9, -1.3, 0.02, 0.6]},
        ),
        *_problems(
            "broyden banded, n=8",
            "C. G. Broyden, Mathematics of Computation 25 (1971) 285-294; MGH 31",
            broyden_banded,
            {"standard start": [-1] * 8, "elsewhere": [0.2, -0.5, 0.9, 1.4, -0.3, 0.1, -1.1, 0.6]},
        ),
        *_problems("linear, full rank, 6 of 4", "MGH 32", linear_full_rank, {"standard start": [1] * 4}),
        *_problems(
            "chebyquad, n=6",
            "R. Fletcher, The Computer Journal 8 (1965) 33-41; MGH 35",
            chebyquad,
            {"standard start": list(nodes), "elsewhere": [0.05, 0.31, 0.22, 0.58, 0.77, 0.93]},
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# of global optimisation


def _global_optimisation() -> list[MultivariateProblem]:
    def goldstein_price(m: Any, x: Any) -> Any:
        a, b = x
        first = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a**2 - 14 * b + 6 * a * b + 3 * b**2)
        second = 30 + (2 * a - 3 * b) ** 2 * (18 - 32 * a + 12 * a**2 + 48 * b - 36 * a * b + 27 * b**2)
        return first * second

    def hartmann_6(m: Any, x: Any) -> Any:
        a = np.array(
            [
                [10, 3, 17, 3.5, 1.7, 8],
                [0.05, 10, 17, 0.1, 8, 14],
                [3, 3.5, 1.7, 10, 17, 8],
                [17, 8, 0.05, 10, 0.1, 14],
            ]
        )
        p = np.array(
            [
                [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
                [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
                [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
                [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
            ]
        )
        return -np.sum(np.array([1, 1.2, 3, 3.2]) * m.exp(-np.sum(a * (x - p) ** 2, axis=1)))

    def shekel_5(m: Any, x: Any) -> Any:
        a = np.array([[4, 4, 4, 4], [1, 1, 1, 1], [8, 8, 8, 8], [6, 6, 6, 6], [3, 7, 3, 7]])
        return -np.sum(1 / (np.sum((x - a) ** 2, axis=1) + np.array([0.1, 0.2, 0.2, 0.4, 0.4])))

    def griewank(m: Any, x: Any) -> Any:
        return _squares(x) / 4000 - np.prod(m.cos(x / np.sqrt(np.arange(1, x.size + 1)))) + 1

    def ackley(m: Any, x: Any) -> Any:
        radius = m.sqrt(_squares(x) / x.size)
        return -20 * m.exp(-0.2 * radius) - m.exp(np.sum(m.cos(2 * np.pi * x)) / x.size) + 20 + np.e

    def levy(m: Any, x: Any) -> Any:
        w = 1 + (x - 1) / 4
        inner = np.sum((w[:-1] - 1) ** 2 * (1 + 10 * m.sin(np.pi * w[:-1] + 1) ** 2))
        return m.sin(np.pi * w[0]) ** 2 + inner + (w[-1] - 1) ** 2 * (1 + m.sin(2 * np.pi * w[-1]) ** 2)

    def michalewicz(m: Any, x: Any) -> Any:
        return -np.sum(m.sin(x) * m.sin(np.arange(1, x.size + 1) * x**2 / np.pi) ** 20)

    def zakharov(m: Any, x: Any) -> Any:
        s = np.sum(np.arange(1, x.size + 1) * x) / 2
        return _squares(x) + s**2 + s**4

    def easom(m: Any, x: Any) -> Any:
        return -m.cos(x[0]) * m.cos(x[1]) * m.exp(-_squares(x - np.pi))

    return [
        *_problems(
            "goldstein-price",
            "A. A. Goldstein & J. F. Price, Mathematics of Computation 25 (1971) 569-574; DS",
            goldstein_price,
            {"generic": [0.6, -0.3], "at its minimum": [0, -1], "far off": [-1.7, 1.8]},
        ),
        *_problems(
            "hartmann 6",
            "J. K. Hartman, Naval Research Logistics Quarterly 20 (1973) 569-585; DS",
            hartmann_6,
            {"generic": [0.3, 0.2, 0.5, 0.4, 0.25, 0.7], "where it is flat": [0.9, 0.1, 0.05, 0.95, 0.9, 0.02]},
        ),
        *_problems(
            "shekel 5",
            "J. Shekel, 1971; DS",
            shekel_5,
            {"generic": [3.2, 4.9, 4.4, 3.7], "in a well": [4, 4.05, 4, 3.98]},
        ),
        *_problems(
            "griewank, n=4",
            "A. O. Griewank, Journal of Optimization Theory and Applications 34 (1981) 11-39",
            griewank,
            {"generic": [2.1, -3.4, 0.7, 5.5], "far off": [410.0, -97.0, 263.0, -551.0]},
        ),
        # Near the minimum, 5e-3 is what is left of 20.
        *_problems(
            "ackley, n=3",
            "D. H. Ackley, A Connectionist Machine for Genetic Hillclimbing, Kluwer (1987)",
            ackley,
            {"generic": [0.9, -1.3, 2.2], "near its minimum": [1e-3, -2e-3, 5e-4]},
            noise=1e-12,
        ),
        *_problems(
            "levy, n=4",
            "A. V. Levy & A. Montalvo, SIAM Journal on Scientific and Statistical Computing 6 (1985) 15-29",
            levy,
            {"generic": [-2.3, 4.1, 0.6, -5.2], "near its minimum": [1.01, 0.98, 1.02, 0.99]},
        ),
        *_problems(
            "michalewicz, n=5",
            "Z. Michalewicz, Genetic Algorithms + Data Structures = Evolution Programs, Springer (1992)",
            michalewicz,
            {"generic": [2.1, 1.5, 1.2, 1.9, 1.7], "where it is flat": [0.4, 1.0, 2.6, 0.3, 2.9]},
        ),
        *_problems(
            "zakharov, n=5",
            "M. Molga & C. Smutnicki, Test functions for optimization needs (2005)",
            zakharov,
            {"generic": [-0.6, 1.2, 0.4, -2.0, 0.9], "far off": [5.0, 8.0, -3.0, 9.5, 10.0]},
        ),
        *_problems(
            "easom",
            "E. Easom, thesis, University of Louisville (1990)",
            easom,
            {"generic": [2.6, 3.9], "where it is flat": [-2.0, 9.0]},
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# of statistics and learning


def _statistics() -> list[MultivariateProblem]:
    def log_sum_exp(m: Any, x: Any) -> Any:
        return m.log(np.sum(m.exp(x)))

    # A. Azzalini & A. W. Bowman, Applied Statistics 39 (1990) 357-365: ten eruptions of Old Faithful, in minutes.
    eruptions = np.array([3.6, 1.8, 3.333, 2.283, 4.533, 2.883, 4.7, 3.6, 1.95, 4.35])

    def mixture(m: Any, x: Any) -> Any:
        odds, mean_1, mean_2, log_scale_1, log_scale_2 = x
        weight = 1 / (1 + m.exp(-odds))
        first = weight * m.exp(-(((eruptions - mean_1) / m.exp(log_scale_1)) ** 2) / 2 - log_scale_1)
        second = (1 - weight) * m.exp(-(((eruptions - mean_2) / m.exp(log_scale_2)) ** 2) / 2 - log_scale_2)
        return -np.sum(m.log(first + second))

    # S. R. Dalal, E. B. Fowlkes & B. Hoadley, Journal of the American Statistical Association 84 (1989) 945-957: the
    # temperature, in °F, of the launches of the space shuttle before 1986, those with damaged O-rings first.
    damaged = np.array([53, 57, 58, 63, 70, 70, 75])
    sound = np.array([66, 67, 67, 67, 68, 69, 70, 70, 72, 73, 75, 76, 76, 78, 79, 81])

    def logistic_regression(m: Any, x: Any) -> Any:
        return np.sum(m.log1p(m.exp(-(x[0] + x[1] * damaged)))) + np.sum(m.log1p(m.exp(x[0] + x[1] * sound)))

    def exclusive_or(m: Any, x: Any) -> Any:
        """A network 2-3-1 of tanh: the weights and biases of the hidden layer, then those of the output."""
        inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        hidden = m.tanh(inputs @ x[:6].reshape(2, 3) + x[6:9])
        return _squares(m.tanh(hidden @ x[9:12] + x[12]) - np.array([0, 1, 1, 0]))

    weights = [0.5, -0.9, 1.3, 0.8, -0.4, -1.1, 0.1, -0.3, 0.2, 0.7, -1.2, 0.6, 0.05]
    return [
        *_problems(
            "log-sum-exp, n=20",
            "elementary function",
            log_sum_exp,
            {"generic": list(np.round(2 * np.sin(np.arange(20.0)), 3)), "far apart": list(np.arange(-57.0, 3.0, 3.0))},
        ),
        *_problems(
            "gaussian mixture",
            "K. Pearson, Philosophical Transactions of the Royal Society A 185 (1894) 71-110, for Old Faithful",
            mixture,
            {"generic": [0.3, 2.0, 4.0, -0.8, -0.5], "near its minimum": [-0.6, 2.0, 3.9, -1.6, -0.4]},
        ),
        *_problems(
            "logistic regression",
            "Dalal, Fowlkes & Hoadley's O-rings",
            logistic_regression,
            {"start": [0, 0], "at its minimum": [15.0429016, -0.2321627]},
        ),
        *_problems(
            "neural network",
            "D. E. Rumelhart, G. E. Hinton & R. J. Williams, Nature 323 (1986) 533-536: exclusive or",
            exclusive_or,
            {"generic": weights, "saturated": [8 * weight for weight in weights]},
        ),
    ]


def _nist() -> list[MultivariateProblem]:
    """Residuals of regression: model minus response. The certified values leave of y what is not of the model."""

    def thurber(m: Any, b: Any) -> Any:
        t = [-3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699, -2.633, -2.481, -2.363, -2.322, -1.501]
        t += [-1.460, -1.274, -1.212, -1.100, -1.046, -0.915, -0.714, -0.566, -0.545, -0.400, -0.309, -0.109, -0.103]
        t += [0.010, 0.119, 0.377, 0.790, 0.963, 1.006, 1.115, 1.572, 1.841, 2.047, 2.200]
        y = [80.574, 84.248, 87.264, 87.195, 89.076, 89.608, 89.868, 90.101, 92.405, 95.854, 100.696, 101.060, 401.672]
        y += [390.724, 567.534, 635.316, 733.054, 759.087, 894.206, 990.785, 1090.109, 1080.914, 1122.643, 1178.351]
        y += [1260.531, 1273.514, 1288.339, 1327.543, 1353.863, 1414.509, 1425.208, 1421.384, 1442.962, 1464.350]
        y += [1468.705, 1447.894, 1457.628]
        x = np.array(t)
        above = b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3
        return above / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3) - np.array(y)

    def mgh09(m: Any, b: Any) -> Any:
        x = np.array([4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])
        y = np.array([1957, 1947, 1735, 1600, 844, 627, 456, 342, 323, 235, 246]) / 1e4
        return b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]) - y

    def eckerle4(m: Any, b: Any) -> Any:
        far_below, near, far_above = np.arange(400, 436, 5), 436.5 + 1.5 * np.arange(19), np.arange(465, 501, 5)
        x = np.concatenate([far_below, near, far_above])
        tenths = [1575, 1699, 2350, 3102, 4917, 8710, 17418, 46400, 65895, 97302, 149002, 237310, 401683, 712559]
        tenths += [1264458, 2073413, 2902366, 3445623, 3698049, 3668534, 3106727, 2078154, 1164354, 616764, 337200]
        tenths += [194023, 117831, 74357, 22732, 8800, 4579, 2345, 1586, 1143, 710]
        return b[0] / b[1] * m.exp(-0.5 * ((x - b[2]) / b[1]) ** 2) - np.array(tenths) / 1e7

    def rat43(m: Any, b: Any) -> Any:
        x = np.arange(1.0, 16.0)
        y = [16.08, 33.83, 65.80, 97.20, 191.55, 326.20, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96, 637.56]
        return b[0] / (1 + m.exp(b[1] - b[2] * x)) ** (1 / b[3]) - np.array([*y, 717.41])

    def misra1a(m: Any, b: Any) -> Any:
        x = [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0]
        y = [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78]
        return b[0] * (1 - m.exp(-b[1] * np.array(x))) - np.array(y)

    def hahn1(m: Any, b: Any) -> Any:
        """The first twelve of its 236 observations."""
        x = np.array([24.41, 34.82, 44.09, 45.07, 54.98, 65.51, 70.53, 75.70, 89.57, 91.14, 96.40, 97.19])
        y = np.array([0.591, 1.547, 2.902, 2.894, 4.703, 6.307, 7.03, 7.898, 9.470, 9.484, 10.072, 10.163])
        above = b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3
        return above / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3) - y

    return [
        # Residuals of 10 are what is left of values of 1000.
        *_problems(
            "thurber",
            "R. Thurber, semiconductor electron mobility modeling; NIST Thurber",
            thurber,
            {
                "start 1": [1000, 1000, 400, 40, 0.7, 0.3, 0.03],
                "certified": [
                    1.2881396800e03,
                    1.4910792535e03,
                    5.8323836877e02,
                    7.5416644291e01,
                    9.6629502864e-01,
                    3.9797285797e-01,
                    4.9727297349e-02,
                ],
            },
            noise=1e-12,
        ),
        *_problems(
            "mgh09",
            "Kowalik & Osborne's function with the data as rounded by NIST; NIST MGH09",
            mgh09,
            {
                "start 1": [25, 39, 41.5, 39],
                "certified": [1.9280693458e-01, 1.9128232873e-01, 1.2305650693e-01, 1.3606233068e-01],
            },
        ),
        *_problems(
            "eckerle4",
            "K. Eckerle, circular interference transmittance study; NIST Eckerle4",
            eckerle4,
            {"start 1": [1, 10, 500], "certified": [1.5543827178e00, 4.0888321754e00, 4.5154121844e02]},
        ),
        *_problems(
            "rat43",
            "D. A. Ratkowsky, Nonlinear Regression Modeling, Marcel Dekker (1983); NIST Rat43",
            rat43,
            {
                "start 1": [100, 10, 1, 1],
                "certified": [6.9964151270e02, 5.2771253025e00, 7.5962938329e-01, 1.2792483859e00],
            },
        ),
        # Residuals of 0.1 are what is left of values of 80.
        *_problems(
            "misra1a",
            "D. Misra, dental research monomolecular adsorption; NIST Misra1a",
            misra1a,
            {"start 1": [500, 0.0001], "certified": [2.3894212918e02, 5.5015643181e-04]},
            noise=1e-12,
        ),
        *_problems(
            "hahn1",
            "T. Hahn, copper thermal expansion study; NIST Hahn1",
            hahn1,
            {
                "start 1": [10, -1, 0.05, -0.00001, -0.05, 0.001, -0.000001],
                "certified": [
                    1.0776351733e00,
                    -1.2269296921e-01,
                    4.0863750610e-03,
                    -1.4262662514e-06,
                    -5.7609940901e-03,
                    2.4053735503e-04,
                    -1.2314450199e-07,
                ],
            },
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# of physics, chemistry and engineering


def _engineering() -> list[MultivariateProblem]:
    def lennard_jones(m: Any, x: Any) -> Any:
        atoms = x.reshape(-1, 3)
        energy = 0
        for k in range(1, len(atoms)):
            inverse = 1 / np.sum((atoms[k] - atoms[:k]) ** 2, axis=1) ** 3
            energy += 4 * np.sum(inverse**2 - inverse)
        return energy

    def robot_arm(m: Any, x: Any) -> Any:
        """The hand of an arm of three links on a turning base: place, and pitch."""
        base, pitch = x[0], np.cumsum(x[1:])
        links = np.array([0.5, 0.4, 0.15])
        reach, height = np.sum(links * m.cos(pitch)), 0.3 + np.sum(links * m.sin(pitch))
        return np.array([reach * m.cos(base), reach * m.sin(base), height, pitch[-1]])

    def propane(m: Any, x: Any) -> Any:
        a, b, c, d, e = x
        r, root = 10, 40**0.5
        r5, r6, r7 = 0.193, 0.002597 / root, 0.003448 / root
        r8, r9, r10 = 0.00001799 / 40, 0.0002155 / root, 0.00003846 / 40
        return np.array(
            [
                a * b + a - 3 * e,
                2 * a * b + a + b * c**2 + r8 * b - r * e + 2 * r10 * b**2 + r7 * b * c + r9 * b * d,
                2 * b * c**2 + 2 * r5 * c**2 - 8 * e + r6 * c + r7 * b * c,
                r9 * b * d + 2 * d**2 - 4 * r * e,
                a * (b + 1) + r10 * b**2 + b * c**2 + r8 * b + r5 * c**2 + d**2 - 1 + r6 * c + r7 * b * c + r9 * b * d,
            ]
        )

    def robertson(m: Any, x: Any) -> Any:
        first, second, third = 0.04 * x[0], 3e7 * x[1] ** 2, 1e4 * x[1] * x[2]
        return np.array([third - first, first - second - third, second])

    def gravity(m: Any, x: Any) -> Any:
        return -1.32712440018e20 * x / m.sqrt(_squares(x)) ** 3

    def redlich_kwong(m: Any, x: Any) -> Any:
        """The pressure of carbon dioxide, in Pa, at a temperature in K and a molar volume in m³."""
        temperature, volume = x
        attraction, size = 6.46, 2.97e-5
        return 8.314462618 * temperature / (volume - size) - attraction / (
            m.sqrt(temperature) * volume * (volume + size)
        )

    def diode_bridge(m: Any, x: Any) -> Any:
        """Currents, in A, into two nodes between a source, two diodes and a resistor."""
        diode_1 = 1e-14 * m.expm1((5 - x[0]) / 0.02585)
        diode_2 = 1e-14 * m.expm1(x[1] / 0.02585)
        between = (x[0] - x[1]) / 1000
        return np.array([diode_1 - between, between - diode_2])

    tetrahedron = [0.0, 0.05, -0.02, 1.1, 0.0, 0.1, 0.5, 1.0, -0.1, 0.6, 0.3, 0.95]
    stretched = [1.6 * entry for entry in tetrahedron]
    return [
        *_problems(
            "lennard-jones, 4 atoms",
            "J. E. Lennard-Jones, Proceedings of the Physical Society 43 (1931) 461-482",
            lennard_jones,
            {"close": tetrahedron, "stretched": stretched},
        ),
        *_problems(
            "robot arm",
            "J. Denavit & R. S. Hartenberg, Journal of Applied Mechanics 22 (1955) 215-221, without offsets",
            robot_arm,
            {"bent": [0.4, 0.9, -1.3, 0.5], "stretched": [-2.0, 0.7, 0.0, 0.0]},
        ),
        *_problems(
            "propane combustion",
            "K. Meintjes & A. P. Morgan, ACM Transactions on Mathematical Software 16 (1990) 143-151",
            propane,
            {"generic": [1, 30, 1, 1, 1], "near its root": [0.0031, 34.6, 0.065, 0.859, 0.037]},
        ),
        *_problems(
            "robertson",
            "H. H. Robertson, in Numerical Analysis: An Introduction, Academic Press (1966) 178-182",
            robertson,
            {"start": [1, 0, 0], "later": [0.7, 9.2e-6, 0.3]},
        ),
        *_problems(
            "gravity of the sun",
            "I. Newton, Principia (1687), in SI units",
            gravity,
            {"earth": [1.47e11, 2.1e10, -3.2e6], "a grazing comet": [7.1e8, -1.2e8, 4.0e7]},
        ),
        *_problems(
            "redlich-kwong",
            "O. Redlich & J. N. S. Kwong, Chemical Reviews 44 (1949) 233-244",
            redlich_kwong,
            {"gas": [300.0, 1e-2], "dense": [320.0, 8e-5]},
        ),
        *_problems(
            "diode bridge",
            "W. Shockley, Bell System Technical Journal 28 (1949) 435-489",
            diode_bridge,
            {"conducting": [4.35, 0.66], "blocking": [4.9, 0.1]},
        ),
    ]


MULTIVARIATE: tuple[MultivariateProblem, ...] = (
    *_from_catalogue(),
    *_more_garbow_hillstrom(),
    *_global_optimisation(),
    *_statistics(),
    *_nist(),
    *_engineering(),
)
