"""Functions with stationary points known to the last bit, and of what kind each is.

The functions are NumPy formulas of an array of shape (n,) that work in the arithmetic of their argument. The points
are those of the functions as written here, constants rounded to float64: from a start near each, Newton's method on the
gradient, in mpmath, was run until the gradient vanished to 40 digits, and the result rounded to float64. Where the
Hessian is singular the point is exact by the formula. The kinds are by the signs of the Hessian's eigenvalues, found in
mpmath at the same point: one counts as zero below 1e-28 of the largest.

"degenerate" means: an eigenvalue is zero and no two are of opposite sign, so that second derivatives do not decide.
Where signs are mixed, the point is a "saddle", whatever the other eigenvalues.

A problem is `complete` if `points` are all the stationary points in its box. This rests, function by function, on:

- closed forms: branin, goldstein-price (a product of two functions of one variable each, after a change of variables),
  mccormick, the quadratic and the separable functions, freudenstein-roth;
- Bézout's bound, reached: himmelblau (9), six-hump camel (15), three-hump camel (5); elimination to a polynomial of one
  variable, whose real roots were counted: rosenbrock 4, beale, wood, both of Stewart's; powell is convex;
- Newton's method from 20,000 random starts, and a grid of a million cells or so in each of which the signs of both
  partial derivatives were looked at: mueller-brown, peaks, griewank, levy.

Sources, by the letters used below; "exact" is a point that the formula gives, "search" one that comes with no print
known to us:

- MGH: J. J. Moré, B. S. Garbow & K. E. Hillstrom, "Testing unconstrained optimization software", ACM Transactions on
  Mathematical Software 7 (1981) 17-41; the number is that of the paper's section 3.
- DS: L. C. W. Dixon & G. P. Szegő (editors), "Towards Global Optimisation 2", North-Holland (1978); digits as
  collections of test functions print them.
- H: D. M. Himmelblau, "Applied Nonlinear Programming", McGraw-Hill (1972); digits likewise.
- MB: K. Müller & L. D. Brown, Theoretica Chimica Acta 53 (1979) 75-93.
- SQ: Y.-W. Shang & Y.-H. Qiu, "A note on the extended Rosenbrock function", Evolutionary Computation 14 (2006) 119-126.
- KS: S. Kok & C. Sandrock, "Locating and characterizing the stationary points of the extended Rosenbrock function",
  Evolutionary Computation 17 (2009) 437-453.
- JY: M. Jamil & X.-S. Yang, "A literature survey of benchmark functions for global optimisation problems",
  International Journal of Mathematical Modelling and Numerical Optimisation 4 (2013) 150-194.
- S: J. Stewart, "Calculus: Early Transcendentals", 8th edition (2015), section 14.7, examples 3 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Kind = Literal["minimum", "maximum", "saddle", "degenerate"]


@dataclass(frozen=True, slots=True)
class Point:
    """A stationary point."""

    kind: Kind
    x: tuple[float, ...]
    """The nearest float64 to each coordinate."""
    printed: str
    """The coordinates as the source prints them, or as they are exactly; empty where there is no print known to us."""
    source: str

    def array(self) -> Any:
        return np.array(self.x, dtype=np.float64)

    def printed_array(self) -> Any:
        """The printed coordinates; of length 0 where there are none."""
        return np.array([float(number) for number in self.printed.split()])

    def printed_unit(self) -> Any:
        """One in the last printed place of each coordinate; some sources cut instead of rounding."""
        return np.array([10.0 ** -len(number.partition(".")[2]) for number in self.printed.split()])


@dataclass(frozen=True, slots=True)
class StationaryProblem:
    """A function, a box to search, and stationary points in it."""

    name: str
    f: Callable[[Any], Any] = field(repr=False)
    box: tuple[tuple[float, float], ...]
    points: tuple[Point, ...]
    complete: bool
    """Whether `points` are all there are in the box."""


# ----------------------------------------------------------------------------------------------------------------------
# functions


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def himmelblau(x: Any) -> Any:
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


def six_hump_camel(x: Any) -> Any:
    u, v = x[0] ** 2, x[1] ** 2
    return (4 - 2.1 * u + u**2 / 3) * u + x[0] * x[1] + (4 * v - 4) * v


def three_hump_camel(x: Any) -> Any:
    u = x[0] ** 2
    return (2 - 1.05 * u + u**2 / 6) * u + x[0] * x[1] + x[1] ** 2


_MUELLER_BROWN = np.array(
    [  # A, a, b, c, x0, y0: one row for each Gaussian
        [-200, -1, 0, -10, 1, 0],
        [-100, -1, 0, -10, 0, 0.5],
        [-170, -6.5, 11, -6.5, -0.5, 1.5],
        [15, 0.7, 0.6, 0.7, -1, 1],
    ]
)


def mueller_brown(x: Any) -> Any:
    A, a, b, c, x0, y0 = _MUELLER_BROWN.T
    u, v = x[0] - x0, x[1] - y0
    return np.sum(A * np.exp(a * u**2 + b * u * v + c * v**2))


def branin(x: Any) -> Any:
    parabola = x[1] - 5.1 / (4 * np.pi**2) * x[0] ** 2 + 5 / np.pi * x[0] - 6
    return parabola**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x[0]) + 10


def goldstein_price(x: Any) -> Any:
    u, v = x[0], x[1]
    first = 19 - 14 * u + 3 * u**2 - 14 * v + 6 * u * v + 3 * v**2
    second = 18 - 32 * u + 12 * u**2 + 48 * v - 36 * u * v + 27 * v**2
    return (1 + (u + v + 1) ** 2 * first) * (30 + (2 * u - 3 * v) ** 2 * second)


def beale(x: Any) -> Any:
    u, v = x[0], x[1]
    return (1.5 - u * (1 - v)) ** 2 + (2.25 - u * (1 - v**2)) ** 2 + (2.625 - u * (1 - v**3)) ** 2


def booth(x: Any) -> Any:
    return (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2


def matyas(x: Any) -> Any:
    return 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1]


def mccormick(x: Any) -> Any:
    return np.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1


def trid(x: Any) -> Any:
    return np.sum((x - 1) ** 2) - np.sum(x[1:] * x[:-1])


def dixon_price(x: Any) -> Any:
    return (x[0] - 1) ** 2 + 2 * (2 * x[1] ** 2 - x[0]) ** 2


def styblinski_tang(x: Any) -> Any:
    return np.sum(x**4 - 16 * x**2 + 5 * x) / 2


def rastrigin(x: Any) -> Any:
    return np.sum(x**2 - 10 * np.cos(2 * np.pi * x) + 10)


def griewank(x: Any) -> Any:
    return (x[0] ** 2 + x[1] ** 2) / 4000 - np.cos(x[0]) * np.cos(x[1] / np.sqrt(2.0)) + 1


def levy(x: Any) -> Any:
    w = 1 + (x - 1) / 4
    wave = np.sin(np.pi * w[0]) ** 2 + (w[0] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[0] + 1) ** 2)
    return wave + (w[1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[1]) ** 2)


def peaks(x: Any) -> Any:
    u, v = x[0], x[1]
    return (
        3 * (1 - u) ** 2 * np.exp(-(u**2) - (v + 1) ** 2)
        - 10 * (u / 5 - u**3 - v**5) * np.exp(-(u**2) - v**2)
        - np.exp(-((u + 1) ** 2) - v**2) / 3
    )


def wood(x: Any) -> Any:
    return (
        100 * (x[1] - x[0] ** 2) ** 2
        + (1 - x[0]) ** 2
        + 90 * (x[3] - x[2] ** 2) ** 2
        + (1 - x[2]) ** 2
        + 10 * (x[1] + x[3] - 2) ** 2
        + (x[1] - x[3]) ** 2 / 10
    )


def freudenstein_roth(x: Any) -> Any:
    u, v = x[0], x[1]
    return (-13 + u + ((5 - v) * v - 2) * v) ** 2 + (-29 + u + ((v + 1) * v - 14) * v) ** 2


def jennrich_sampson(x: Any) -> Any:
    i = np.arange(1, 11)
    return np.sum((2 + 2 * i - np.exp(i * x[0]) - np.exp(i * x[1])) ** 2)


def brown_badly_scaled(x: Any) -> Any:
    return (x[0] - 1e6) ** 2 + (x[1] - 2e-6) ** 2 + (x[0] * x[1] - 2) ** 2


def powell_singular(x: Any) -> Any:
    return (x[0] + 10 * x[1]) ** 2 + 5 * (x[2] - x[3]) ** 2 + (x[1] - 2 * x[2]) ** 4 + 10 * (x[0] - x[3]) ** 4


def box_three_dimensional(x: Any) -> Any:
    t = np.arange(1, 11) / 10
    return np.sum((np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10 * t))) ** 2)


def stewart(x: Any) -> Any:
    u, v = x[0], x[1]
    return 10 * u**2 * v - 5 * u**2 - 4 * v**2 - u**4 - 2 * v**4


def stewart_quartic(x: Any) -> Any:
    return x[0] ** 4 + x[1] ** 4 - 4 * x[0] * x[1] + 1


def handkerchief(x: Any) -> Any:
    return x[0] ** 3 / 3 + x[0] * x[1] ** 2 + 2 * (x[0] ** 2 - x[1] ** 2)


def monkey_saddle(x: Any) -> Any:
    return x[0] ** 3 - 3 * x[0] * x[1] ** 2


def peano(x: Any) -> Any:
    return (x[1] - x[0] ** 2) * (x[1] - 2 * x[0] ** 2)


def lennard_jones(x: Any) -> Any:
    points = x.reshape(-1, 2)
    i, j = np.triu_indices(x.size // 2, 1)
    inverse_sixth = 1 / np.sum((points[i] - points[j]) ** 2, axis=1) ** 3
    return 4 * np.sum(inverse_sixth**2 - inverse_sixth)


def _quadratic_form(matrix: Any) -> Callable[[Any], Any]:
    """xᵀ A x / 2, whose Hessian is the symmetric matrix A."""
    A = np.asarray(matrix, dtype=np.float64)
    return lambda x: np.dot(x, np.dot(A, x)) / 2


_ROSSER = [
    [611, 196, -192, 407, -8, -52, -49, 29],
    [196, 899, 113, -192, -71, -43, -8, -44],
    [-192, 113, 899, 196, 61, 49, 8, 52],
    [407, -192, 196, 611, 8, 44, 59, -23],
    [-8, -71, 61, 8, 411, -599, 208, 208],
    [-52, -43, 49, 44, -599, 411, 208, 208],
    [-49, -8, 8, 59, 208, 208, 99, -911],
    [29, -44, 52, -23, 208, 208, -911, 99],
]


def _second_difference(n: int) -> Any:
    """The matrix of -u'' on n points, u = 0 beyond the ends: positive definite."""
    return 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)


def _path_laplacian(n: int) -> Any:
    """The Laplacian of a path of n vertices: eigenvalues 2 - 2 cos(k π / n), the first of them zero."""
    return _second_difference(n) - np.diag([1.0] + [0.0] * (n - 2) + [1.0])


def _wilkinson(n: int) -> Any:
    """W⁻ of order 2n + 1: its eigenvalues are n pairs ±λ, and zero."""
    return np.diag(np.arange(n, -n - 1, -1.0)) + np.eye(2 * n + 1, k=1) + np.eye(2 * n + 1, k=-1)


def _hilbert(n: int) -> Any:
    return 1 / (np.arange(n)[:, None] + np.arange(n) + 1)


# ----------------------------------------------------------------------------------------------------------------------
# points


PROBLEMS: tuple[StationaryProblem, ...] = (
    StationaryProblem(
        "rosenbrock 2",
        rosenbrock,
        ((-2, 2),) * 2,
        (Point("minimum", (1, 1), "1 1", "H. H. Rosenbrock (1960); MGH 1"),),
        complete=True,
    ),
    StationaryProblem(
        "rosenbrock 4",
        rosenbrock,
        ((-2, 2),) * 4,
        (
            Point("minimum", (1, 1, 1, 1), "1 1 1 1", "SQ"),
            Point(
                "minimum",
                (-0.7756592265653526, 0.6130933654850435, 0.38206284633839316, 0.1459720185521946),
                "-0.77565923 0.61309337 0.38206285 0.14597202",
                "PMTK3 (K. P. Murphy & M. Dunham), after SQ",
            ),
            Point(
                "saddle",
                (-0.6561246357194459, 0.44312004097157237, 0.20431224822836433, 0.041743494776128764),
                "",
                "search",
            ),
        ),
        complete=True,
    ),
    StationaryProblem(
        "rosenbrock 5",
        rosenbrock,
        ((-2, 2),) * 5,
        (
            Point("minimum", (1, 1, 1, 1, 1), "1 1 1 1 1", "SQ"),
            Point(
                "minimum",
                (-0.9620510206947501, 0.93573939597671, 0.8807136041943205, 0.7778776758544064, 0.6050936785926528),
                "-0.96205 0.93574 0.88071 0.77788 0.60509",
                "PMTK3 (K. P. Murphy & M. Dunham), after SQ; cut to the digits that hold",
            ),
            Point(
                "saddle",
                (
                    -0.5574683158988488,
                    0.3247400428337763,
                    0.11656732144533992,
                    0.02335439646429822,
                    0.0005454278342116253,
                ),
                "",
                "search",
            ),
        ),
        complete=False,
    ),
    StationaryProblem(
        "rosenbrock 6",
        rosenbrock,
        ((-2, 2),) * 6,
        (
            Point("minimum", (1, 1, 1, 1, 1, 1), "1 1 1 1 1 1", "SQ"),
            Point(
                "minimum",
                (
                    -0.9865749795709937,
                    0.9833982288361818,
                    0.9721066700530919,
                    0.947437436826436,
                    0.8986511848517297,
                    0.8075739520354176,
                ),
                "-1 1 1 1 1 1",
                "near (-1, 1, …, 1): SQ; KS",
            ),
            Point(
                "saddle",
                (
                    -0.5554197271790323,
                    0.32249327429744495,
                    0.1152070040989045,
                    0.02350277040503075,
                    0.01044790120466494,
                    0.00010915863958243911,
                ),
                "",
                "search",
            ),
        ),
        complete=False,
    ),
    StationaryProblem(
        "rosenbrock 7",
        rosenbrock,
        ((-2, 2),) * 7,
        (
            Point("minimum", (1, 1, 1, 1, 1, 1, 1), "1 1 1 1 1 1 1", "SQ"),
            Point(
                "minimum",
                (
                    -0.9917225725614055,
                    0.9935553935033713,
                    0.9921733215946921,
                    0.986898762690314,
                    0.975164756608873,
                    0.9514319827049926,
                    0.9052228177139535,
                ),
                "-1 1 1 1 1 1 1",
                "near (-1, 1, …, 1): SQ; KS",
            ),
            Point(
                "saddle",
                (
                    -0.5553769767605887,
                    0.32244648022243266,
                    0.11517879975265272,
                    0.0235061269288694,
                    0.010656973479399591,
                    0.010013436716574878,
                    0.00010026891487684987,
                ),
                "",
                "search",
            ),
        ),
        complete=False,
    ),
    StationaryProblem(
        "himmelblau",
        himmelblau,
        ((-5, 5),) * 2,
        (
            Point("minimum", (3, 2), "3 2", "H"),
            Point("minimum", (3.5844283403304917, -1.8481265269644036), "3.584428 -1.848126", "H"),
            Point("minimum", (-3.779310253377747, -3.2831859912861696), "-3.779310 -3.283186", "H"),
            Point("minimum", (-2.805118086952745, 3.131312518250573), "-2.805118 3.131312", "H"),
            Point(
                "saddle",
                (3.385154183607021, 0.07385187983774928),
                "3.385154 0.073852",
                "as collections of test functions print it",
            ),
            Point(
                "saddle",
                (0.08667750455539636, 2.884254701174776),
                "0.086678 2.884255",
                "as collections of test functions print it",
            ),
            Point(
                "saddle",
                (-3.0730257507643897, -0.08135304428796751),
                "-3.073026 -0.081353",
                "as collections of test functions print it",
            ),
            Point(
                "saddle",
                (-0.12796134673068008, -1.9537149802445763),
                "-0.127961 -1.953715",
                "as collections of test functions print it",
            ),
            Point(
                "maximum",
                (-0.2708445906673476, -0.9230385564799815),
                "-0.270845 -0.923039",
                "as collections of test functions print it",
            ),
        ),
        complete=True,
    ),
    StationaryProblem(
        "six-hump camel",
        six_hump_camel,
        ((-2, 2), (-1.5, 1.5)),
        (
            Point("minimum", (-0.08984201310031806, 0.7126564030207396), "-0.0898 0.7126", "DS"),
            Point("minimum", (0.08984201310031806, -0.7126564030207396), "0.0898 -0.7126", "DS"),
            Point("minimum", (1.703606714969981, -0.7960835686726251), "1.7036 -0.7961", "DS"),
            Point("minimum", (-1.703606714969981, 0.7960835686726251), "-1.7036 0.7961", "DS"),
            Point("minimum", (1.6071047529201974, 0.5686514548841314), "1.6071 0.5687", "DS"),
            Point("minimum", (-1.6071047529201974, -0.5686514548841314), "-1.6071 -0.5687", "DS"),
            Point("saddle", (0, 0), "0 0", "exact"),
            Point("saddle", (1.1092053368047863, -0.7682680925095399), "", "search"),
            Point("saddle", (-1.1092053368047863, 0.7682680925095399), "", "search"),
            Point("saddle", (1.6380679841897787, 0.22867406904439408), "", "search"),
            Point("saddle", (-1.6380679841897787, -0.22867406904439408), "", "search"),
            Point("saddle", (1.2960702671671092, 0.6050843880386585), "", "search"),
            Point("saddle", (-1.2960702671671092, -0.6050843880386585), "", "search"),
            Point("maximum", (1.2302298765166526, 0.16233458445899496), "", "search"),
            Point("maximum", (-1.2302298765166526, -0.16233458445899496), "", "search"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "three-hump camel",
        three_hump_camel,
        ((-5, 5),) * 2,
        (
            Point("minimum", (0, 0), "0 0", "DS; JY"),
            Point("minimum", (1.747552345830289, -0.8737761729151445), "", "search"),
            Point("minimum", (-1.747552345830289, 0.8737761729151445), "", "search"),
            Point("saddle", (1.07054229182366, -0.53527114591183), "", "search"),
            Point("saddle", (-1.07054229182366, 0.53527114591183), "", "search"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "mueller-brown",
        mueller_brown,
        ((-1.5, 1.2), (-0.2, 2)),
        (
            Point("minimum", (-0.5582236346330243, 1.4417258418046686), "-0.558 1.442", "MB"),
            Point("minimum", (0.6234994049308765, 0.02803775852868566), "0.623 0.028", "MB"),
            Point("minimum", (-0.05001082299820604, 0.4666941048719721), "-0.050 0.467", "MB"),
            Point("saddle", (0.212486582000662, 0.2929883251073678), "0.212 0.293", "MB"),
            Point("saddle", (-0.8220015587327321, 0.6243128028148713), "-0.822 0.624", "MB"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "branin",
        branin,
        ((-5, 10), (0, 15)),
        (
            Point("minimum", (-3.141592653589793, 12.275), "-3.142 12.275", "DS"),
            Point("minimum", (3.141592653589793, 2.275), "3.142 2.275", "DS"),
            Point("minimum", (9.42477796076938, 2.4749999999999996), "9.425 2.475", "DS"),
            Point("saddle", (0, 6), "0 6", "exact"),
            Point("saddle", (6.283185307179586, 1.0999999999999996), "", "(2π, 11/10), exact"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "goldstein-price",
        goldstein_price,
        ((-2, 2),) * 2,
        (
            Point("minimum", (0, -1), "0 -1", "DS"),
            Point("minimum", (-0.6, -0.4), "-0.6 -0.4", "DS"),
            Point("minimum", (1.8, 0.2), "1.8 0.2", "DS"),
            Point("minimum", (1.2, 0.8), "1.2 0.8", "DS"),
            Point("saddle", (-0.4, -0.6), "-0.4 -0.6", "exact"),
            Point("saddle", (1.2, -0.2), "1.2 -0.2", "exact"),
            Point("saddle", (1.4, 0.6), "1.4 0.6", "exact"),
            Point("saddle", (0.6, 0.4), "0.6 0.4", "exact"),
            Point("maximum", (0.8, 0.2), "0.8 0.2", "exact"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "beale",
        beale,
        ((-4.5, 4.5),) * 2,
        (
            Point("minimum", (3, 0.5), "3 0.5", "MGH 5"),
            Point("saddle", (0, 1), "0 1", "exact"),
            Point("saddle", (0.10053793732415836, -2.644513585023125), "", "search"),
        ),
        complete=True,
    ),
    StationaryProblem("booth", booth, ((-10, 10),) * 2, (Point("minimum", (1, 3), "1 3", "JY"),), complete=True),
    StationaryProblem("matyas", matyas, ((-10, 10),) * 2, (Point("minimum", (0, 0), "0 0", "JY"),), complete=True),
    StationaryProblem(
        "mccormick",
        mccormick,
        ((-1.5, 4), (-3, 4)),
        (
            Point("minimum", (-0.5471975511965977, -1.5471975511965979), "-0.547 -1.547", "JY"),
            Point("saddle", (1.5471975511965979, 0.5471975511965977), "", "x + y = 2π/3, exact"),
            Point("minimum", (2.5943951023931957, 1.5943951023931955), "", "x + y = 4π/3, exact"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "trid 6",
        trid,
        ((-36, 36),) * 6,
        (Point("minimum", (6, 10, 12, 12, 10, 6), "6 10 12 12 10 6", "A. Neumaier: i (n + 1 - i)"),),
        complete=True,
    ),
    StationaryProblem(
        "trid 10",
        trid,
        ((-100, 100),) * 10,
        (
            Point(
                "minimum",
                (10, 18, 24, 28, 30, 30, 28, 24, 18, 10),
                "10 18 24 28 30 30 28 24 18 10",
                "A. Neumaier: i (n + 1 - i)",
            ),
        ),
        complete=True,
    ),
    StationaryProblem(
        "dixon-price",
        dixon_price,
        ((-10, 10),) * 2,
        (
            Point("minimum", (1, 0.7071067811865476), "1 0.7071068", "L. C. W. Dixon & R. C. Price (1989): (1, √½)"),
            Point("minimum", (1, -0.7071067811865476), "1 -0.7071068", "L. C. W. Dixon & R. C. Price (1989): (1, -√½)"),
            Point("saddle", (0.3333333333333333, 0), "", "(1/3, 0), exact"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "styblinski-tang",
        styblinski_tang,
        ((-5, 5),) * 2,
        (
            Point("minimum", (-2.903534027771177, -2.903534027771177), "-2.903534 -2.903534", "JY"),
            Point("minimum", (2.746802770990837, -2.903534027771177), "", "search"),
            Point("minimum", (-2.903534027771177, 2.746802770990837), "", "search"),
            Point("minimum", (2.746802770990837, 2.746802770990837), "", "search"),
            Point("saddle", (-2.903534027771177, 0.1567312567803401), "", "search"),
            Point("saddle", (0.1567312567803401, -2.903534027771177), "", "search"),
            Point("saddle", (0.1567312567803401, 2.746802770990837), "", "search"),
            Point("saddle", (2.746802770990837, 0.1567312567803401), "", "search"),
            Point("maximum", (0.1567312567803401, 0.1567312567803401), "", "search"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "rastrigin",
        rastrigin,
        ((-0.75, 0.75),) * 2,
        (
            Point("minimum", (0, 0), "0 0", "JY"),
            Point("maximum", (-0.5025460365546747, -0.5025460365546747), "", "search"),
            Point("saddle", (-0.5025460365546747, 0), "", "search"),
            Point("maximum", (-0.5025460365546747, 0.5025460365546747), "", "search"),
            Point("saddle", (0, -0.5025460365546747), "", "search"),
            Point("saddle", (0, 0.5025460365546747), "", "search"),
            Point("maximum", (0.5025460365546747, -0.5025460365546747), "", "search"),
            Point("saddle", (0.5025460365546747, 0), "", "search"),
            Point("maximum", (0.5025460365546747, 0.5025460365546747), "", "search"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "griewank",
        griewank,
        ((-2, 2),) * 2,
        (Point("minimum", (0, 0), "0 0", "A. O. Griewank (1981); JY"),),
        complete=True,
    ),
    StationaryProblem(
        "levy",
        levy,
        ((-1, 3),) * 2,
        (
            Point("minimum", (1, 1), "1 1", "A. V. Levy & A. Montalvo (1985)"),
            Point("saddle", (2.7688604518537936, 1), "", "search"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "peaks",
        peaks,
        ((-3, 3),) * 2,
        (
            Point("minimum", (0.22827892055636909, -1.6255349574999964), "", "search"),
            Point("minimum", (-1.3473962443682108, 0.20451886609700518), "", "search"),
            Point("minimum", (0.2964455538468321, 0.32019624766683435), "", "search"),
            Point("saddle", (0.4163233216785082, -0.3941450984024246), "", "search"),
            Point("saddle", (-0.2659375568372457, 0.4667399937262694), "", "search"),
            Point("saddle", (1.0982728343350927, 0.8544609795247524), "", "search"),
            Point("maximum", (1.285684697241304, -0.004847559075593672), "", "search"),
            Point("maximum", (-0.46002451803438665, -0.6291965087168009), "", "search"),
            Point("maximum", (-0.009317581959954116, 1.5813679629389998), "", "search"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "wood",
        wood,
        ((-2, 2),) * 4,
        (
            Point("minimum", (1, 1, 1, 1), "1 1 1 1", "MGH 14"),
            Point(
                "saddle",
                (-0.9679740249375931, 0.9471391408178418, -0.9695163103315911, 0.9512476657923252),
                "-0.96797402 0.94713914 -0.96951631 0.95124767",
                "zero of the gradient in MINPACK-1's tests of hybrd",
            ),
            Point(
                "saddle",
                (-0.03125102339433596, 0.16597138685578314, -0.031258171023264066, 0.18426393469672842),
                "",
                "search",
            ),
        ),
        complete=True,
    ),
    StationaryProblem(
        "freudenstein-roth",
        freudenstein_roth,
        ((-20, 40), (-5, 6)),
        (
            Point("minimum", (5, 4), "5 4", "MGH 2"),
            Point("minimum", (11.412778986902094, -0.8968052532744765), "11.41 -0.8968", "MGH 2"),
            Point("saddle", (23.92055434643124, 2.23013858660781), "", "x₂ = (2 + √22) / 3, exact"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "jennrich-sampson",
        jennrich_sampson,
        ((-1, 1),) * 2,
        (Point("minimum", (0.2578252136703641, 0.2578252136703641), "0.2578 0.2578", "MGH 6"),),
        complete=False,
    ),
    StationaryProblem(
        "brown, badly scaled",
        brown_badly_scaled,
        ((-2000000, 2000000), (-1, 1)),
        (Point("minimum", (1000000, 2e-06), "1000000 0.000002", "MGH 4"),),
        complete=False,
    ),
    StationaryProblem(
        "powell, singular",
        powell_singular,
        ((-5, 5),) * 4,
        (Point("degenerate", (0, 0, 0, 0), "0 0 0 0", "MGH 13"),),
        complete=True,
    ),
    StationaryProblem(
        "box, three-dimensional",
        box_three_dimensional,
        ((0, 15), (0, 15), (-2, 2)),
        (
            Point("minimum", (1, 10, 1), "1 10 1", "MGH 12"),
            Point("minimum", (10, 1, -1), "10 1 -1", "MGH 12"),
            Point("degenerate", (1, 1, 0), "1 1 0", "MGH 12: zero on the line (a, a, 0)"),
            Point("degenerate", (10, 10, 0), "10 10 0", "MGH 12: zero on the line (a, a, 0)"),
        ),
        complete=False,
    ),
    StationaryProblem(
        "stewart",
        stewart,
        ((-4, 4),) * 2,
        (
            Point("maximum", (0, 0), "0 0", "S"),
            Point("maximum", (2.6442243015082982, 1.8983844313374094), "2.64 1.90", "S"),
            Point("maximum", (-2.6442243015082982, 1.8983844313374094), "-2.64 1.90", "S"),
            Point("saddle", (0.856656871446373, 0.6467721990792575), "0.86 0.65", "S"),
            Point("saddle", (-0.856656871446373, 0.6467721990792575), "-0.86 0.65", "S"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "stewart, quartic",
        stewart_quartic,
        ((-2, 2),) * 2,
        (
            Point("saddle", (0, 0), "0 0", "S"),
            Point("minimum", (1, 1), "1 1", "S"),
            Point("minimum", (-1, -1), "-1 -1", "S"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "handkerchief",
        handkerchief,
        ((-6, 6),) * 2,
        (
            Point("saddle", (0, 0), "0 0", "exact"),
            Point("maximum", (-4, 0), "-4 0", "exact"),
        ),
        complete=True,
    ),
    StationaryProblem(
        "monkey saddle",
        monkey_saddle,
        ((-2, 2),) * 2,
        (Point("degenerate", (0, 0), "0 0", "D. Hilbert & S. Cohn-Vossen (1932)"),),
        complete=True,
    ),
    StationaryProblem(
        "peano",
        peano,
        ((-2, 2),) * 2,
        (Point("degenerate", (0, 0), "0 0", "A. Genocchi & G. Peano (1884)"),),
        complete=True,
    ),
    StationaryProblem(
        "x² + y²",
        lambda x: x[0] ** 2 + x[1] ** 2,
        ((-2, 2),) * 2,
        (Point("minimum", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "-(x² + y²)",
        lambda x: -(x[0] ** 2) - x[1] ** 2,
        ((-2, 2),) * 2,
        (Point("maximum", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "x² - y²",
        lambda x: x[0] ** 2 - x[1] ** 2,
        ((-2, 2),) * 2,
        (Point("saddle", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "x y", lambda x: x[0] * x[1], ((-2, 2),) * 2, (Point("saddle", (0, 0), "0 0", "exact"),), complete=True
    ),
    StationaryProblem(
        "x⁴ + y⁴",
        lambda x: x[0] ** 4 + x[1] ** 4,
        ((-2, 2),) * 2,
        (Point("degenerate", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "x² + y⁴",
        lambda x: x[0] ** 2 + x[1] ** 4,
        ((-2, 2),) * 2,
        (Point("degenerate", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "x² - y⁴",
        lambda x: x[0] ** 2 - x[1] ** 4,
        ((-2, 2),) * 2,
        (Point("degenerate", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "-(x² + y⁴)",
        lambda x: -(x[0] ** 2) - x[1] ** 4,
        ((-2, 2),) * 2,
        (Point("degenerate", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "x⁴ - y⁴",
        lambda x: x[0] ** 4 - x[1] ** 4,
        ((-2, 2),) * 2,
        (Point("degenerate", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "x² + y³",
        lambda x: x[0] ** 2 + x[1] ** 3,
        ((-2, 2),) * 2,
        (Point("degenerate", (0, 0), "0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "x² - y² + z⁴",
        lambda x: x[0] ** 2 - x[1] ** 2 + x[2] ** 4,
        ((-2, 2),) * 3,
        (Point("saddle", (0, 0, 0), "0 0 0", "exact"),),
        complete=True,
    ),
    StationaryProblem(
        "x² y²",
        lambda x: x[0] ** 2 * x[1] ** 2,
        ((-2, 2),) * 2,
        (
            Point("degenerate", (0, 0), "0 0", "exact"),
            Point("degenerate", (0, 1), "0 1", "exact: zero on both axes"),
        ),
        complete=False,
    ),
    StationaryProblem(
        "(x - y)²",
        lambda x: (x[0] - x[1]) ** 2,
        ((-2, 2),) * 2,
        (
            Point("degenerate", (0, 0), "0 0", "exact"),
            Point("degenerate", (1, 1), "1 1", "exact: zero on the line x = y"),
        ),
        complete=False,
    ),
    StationaryProblem(
        "form, second difference",
        _quadratic_form(_second_difference(5)),
        ((-2, 2),) * 5,
        (Point("minimum", (0, 0, 0, 0, 0), "0 0 0 0 0", "eigenvalues 2 - 2 cos(k π / 6)"),),
        complete=True,
    ),
    StationaryProblem(
        "form, minus second difference",
        _quadratic_form(-_second_difference(5)),
        ((-2, 2),) * 5,
        (Point("maximum", (0, 0, 0, 0, 0), "0 0 0 0 0", "eigenvalues -2 + 2 cos(k π / 6)"),),
        complete=True,
    ),
    StationaryProblem(
        "form, path",
        _quadratic_form(_path_laplacian(5)),
        ((-2, 2),) * 5,
        (Point("degenerate", (0, 0, 0, 0, 0), "0 0 0 0 0", "eigenvalues 2 - 2 cos(k π / 5), k from 0"),),
        complete=False,
    ),
    StationaryProblem(
        "form, minus path",
        _quadratic_form(-_path_laplacian(5)),
        ((-2, 2),) * 5,
        (Point("degenerate", (0, 0, 0, 0, 0), "0 0 0 0 0", "eigenvalues -2 + 2 cos(k π / 5), k from 0"),),
        complete=False,
    ),
    StationaryProblem(
        "form, shifted difference",
        _quadratic_form(_second_difference(5) - 2.5 * np.eye(5)),
        ((-2, 2),) * 5,
        (Point("saddle", (0, 0, 0, 0, 0), "0 0 0 0 0", "inertia (3 negative, 2 positive)"),),
        complete=True,
    ),
    StationaryProblem(
        "form, hilbert 4",
        _quadratic_form(_hilbert(4)),
        ((-2, 2),) * 4,
        (Point("minimum", (0, 0, 0, 0), "0 0 0 0", "D. Hilbert (1894); condition 1.6e4"),),
        complete=True,
    ),
    StationaryProblem(
        "form, hilbert 6",
        _quadratic_form(_hilbert(6)),
        ((-2, 2),) * 6,
        (Point("minimum", (0, 0, 0, 0, 0, 0), "0 0 0 0 0 0", "D. Hilbert (1894); condition 1.5e7"),),
        complete=True,
    ),
    StationaryProblem(
        "form, wilkinson",
        _quadratic_form(_wilkinson(3)),
        ((-2, 2),) * 7,
        (Point("saddle", (0, 0, 0, 0, 0, 0, 0), "0 0 0 0 0 0 0", "J. H. Wilkinson (1965): pairs ±λ, and zero"),),
        complete=False,
    ),
    StationaryProblem(
        "form, rosser",
        _quadratic_form(_ROSSER),
        ((-2, 2),) * 8,
        (
            Point(
                "saddle",
                (0, 0, 0, 0, 0, 0, 0, 0),
                "0 0 0 0 0 0 0 0",
                "J. B. Rosser (1951): ±10√10405, 1020, 510 ± 100√26, 1000 twice, and zero",
            ),
        ),
        complete=False,
    ),
    StationaryProblem(
        "lennard-jones, three atoms",
        lennard_jones,
        ((-3, 3),) * 6,
        (
            Point(
                "degenerate",
                (0, 0, 1.122462048309373, 0, 0.5612310241546865, 0.9720806486198328),
                "",
                "equilateral triangle of side 2^(1/6), energy -3",
            ),
            Point(
                "saddle", (-1.1210299382816957, 0, 0, 0, 1.1210299382816957, 0), "", "three in a row, energy -2.0312"
            ),
        ),
        complete=False,
    ),
)


def points() -> Iterator[tuple[StationaryProblem, Point]]:
    """Each point with its problem."""
    for problem in PROBLEMS:
        for point in problem.points:
            yield problem, point
