"""Problems of Hock and Schittkowski's collection, with solutions and Lagrange multipliers to the last bit.

minimise f(x) subject to equality(x) = 0, inequality(x) >= 0, low <= x <= high, from

    W. Hock & K. Schittkowski, "Test Examples for Nonlinear Programming Codes", Lecture Notes in Economics and
    Mathematical Systems 187, Springer (1981)

with its numbers, its starting points and its printed solutions: where the book has a closed form, `printed` rounds it
to six or seven digits. Slips of the book are mended, and named in the remark.

Solutions and multipliers come from Newton's method on the Karush-Kuhn-Tucker equations with the active constraints, in
mpmath, run until these held to 40 digits, and rounded to float64; where the equations are singular there, from the
closed form. The multipliers are those of

    grad f = sum multipliers * grad equality + sum inequality_multipliers * grad inequality + bound_multipliers,

so that an inequality's is never negative, a bound's is not negative at a low bound and not positive at a high one, and
those of inactive constraints are 0. `kind` says what f is on the tangent space of the active constraints: "minimum" if
the Hessian of the Lagrangian, projected on it in mpmath, is positive definite (or the space is empty: a vertex),
"degenerate" if it is singular and positive semidefinite.

The book does not list the multipliers one by one. `printed_multipliers` and the like are other people's, with their
sign turned to ours: six digits of LANCELOT's (A. R. Conn, N. I. M. Gould & Ph. L. Toint, 1992), as public repositories
keep them, which a penalty method found and which are right to 2e-5 of max(|multiplier|, 0.01); those of 71 are of a
test of MATPOWER.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstrainedProblem:
    """One problem of the collection."""

    number: int
    f: Callable[[Any], Any] = field(repr=False)
    equality: Callable[[Any], Any] | None = field(default=None, repr=False)
    inequality: Callable[[Any], Any] | None = field(default=None, repr=False)
    bounds: tuple[tuple[float, float], ...] | None = None
    start: tuple[float, ...]
    printed: str
    """The solution as printed."""
    printed_value: str
    x: tuple[float, ...]
    """The solution: the nearest float64 to each coordinate. The same holds for what follows."""
    value: float
    multipliers: tuple[float, ...] = ()
    """One for each equality; empty where `regular` is false."""
    inequality_multipliers: tuple[float, ...] = ()
    bound_multipliers: tuple[float, ...] = ()
    """One for each variable, where there are bounds."""
    printed_multipliers: str = ""
    printed_inequality_multipliers: str = ""
    printed_bound_multipliers: str = ""
    kind: Literal["minimum", "degenerate"] = "minimum"
    regular: bool = True
    """Whether the gradients of the active constraints are independent at the solution."""
    strict: bool = True
    """Whether every active inequality and bound has a multiplier other than zero."""
    remark: str = ""

    def start_array(self) -> Any:
        return np.array(self.start, dtype=np.float64)

    def array(self) -> Any:
        return np.array(self.x, dtype=np.float64)

    def printed_array(self) -> Any:
        return numbers(self.printed)


def numbers(text: str) -> Any:
    """The array of the numbers in a printed line."""
    return np.array([float(number) for number in text.split()])


# ----------------------------------------------------------------------------------------------------------------------
# functions that do not fit on a line


def _product(x: Any) -> Any:
    return x[0] * x[1] * x[2] * x[3] * x[4]


def _powell(x: Any) -> Any:
    """The constraints of 78, 80 and 81."""
    return np.array([np.dot(x, x) - 10, x[1] * x[2] - 5 * x[3] * x[4], x[0] ** 3 + x[1] ** 3 + 1])


def _three_planes(x: Any) -> Any:
    """The constraints of 52 and 53; 51 has 4 on the right of the first."""
    return np.array([x[0] + 3 * x[1], x[2] + x[3] - 2 * x[4], x[1] - x[4]])


def _objective_53(x: Any) -> Any:
    return (x[0] - x[1]) ** 2 + (x[1] + x[2] - 2) ** 2 + (x[3] - 1) ** 2 + (x[4] - 1) ** 2


def _objective_48(x: Any) -> Any:
    return (x[0] - 1) ** 2 + (x[1] - x[2]) ** 2 + (x[3] - x[4]) ** 2


def _objective_49(x: Any) -> Any:
    return (x[0] - x[1]) ** 2 + (x[2] - 1) ** 2 + (x[3] - 1) ** 4 + (x[4] - 1) ** 6


def _objective_50(x: Any) -> Any:
    return (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 2 + (x[2] - x[3]) ** 4 + (x[3] - x[4]) ** 2


def _objective_60(x: Any) -> Any:
    return (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4


def _objective_61(x: Any) -> Any:
    return 4 * x[0] ** 2 + 2 * x[1] ** 2 + 2 * x[2] ** 2 - 33 * x[0] + 16 * x[1] - 24 * x[2]


def _objective_62(x: Any) -> Any:
    c = x[2] + 0.03
    b = c + x[1]
    a = b + x[0]
    first = 255 * np.log(a / (b + 0.09 * x[0]))
    second = 280 * np.log(b / (c + 0.07 * x[1]))
    return -32.174 * (first + second + 290 * np.log(c / (0.13 * x[2] + 0.03)))


def _objective_63(x: Any) -> Any:
    return 1000 - x[0] ** 2 - 2 * x[1] ** 2 - x[2] ** 2 - x[0] * x[1] - x[0] * x[2]


def _objective_77(x: Any) -> Any:
    return (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[2] - 1) ** 2 + (x[3] - 1) ** 4 + (x[4] - 1) ** 6


def _constraints_77(x: Any) -> Any:
    first = x[0] ** 2 * x[3] + np.sin(x[3] - x[4]) - 2 * np.sqrt(2.0)
    return np.array([first, x[1] + x[2] ** 4 * x[3] ** 2 - 8 - np.sqrt(2.0)])


def _objective_79(x: Any) -> Any:
    return (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 2 + (x[2] - x[3]) ** 4 + (x[3] - x[4]) ** 4


def _constraints_79(x: Any) -> Any:
    first = x[0] + x[1] ** 2 + x[2] ** 3 - 2 - 3 * np.sqrt(2.0)
    return np.array([first, x[1] - x[2] ** 2 + x[3] + 2 - 2 * np.sqrt(2.0), x[0] * x[4] - 2])


def _constraints_55(x: Any) -> Any:
    return np.array(
        [
            x[0] + 2 * x[1] + 5 * x[4] - 6,
            x[0] + x[1] + x[2] - 3,
            x[3] + x[4] + x[5] - 2,
            x[0] + x[3] - 1,
            x[1] + x[4] - 2,
            x[2] + x[5] - 2,
        ]
    )


def _constraints_56(x: Any) -> Any:
    wave = np.sin(x[3:]) ** 2
    plane = x[0] + 2 * x[1] + 2 * x[2] - 7.2 * wave[3]
    return np.array([x[0] - 4.2 * wave[0], x[1] - 4.2 * wave[1], x[2] - 4.2 * wave[2], plane])


_FREE_ENERGIES = np.array([-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.1, -10.708, -26.662, -22.179])


def _objective_111(x: Any) -> Any:
    amounts = np.exp(x)
    return np.sum(amounts * (_FREE_ENERGIES + x - np.log(np.sum(amounts))))


def _constraints_111(x: Any) -> Any:
    a = np.exp(x)
    return np.array(
        [
            a[0] + 2 * a[1] + 2 * a[2] + a[5] + a[9] - 2,
            a[3] + 2 * a[4] + a[5] + a[6] - 1,
            a[2] + a[6] + a[7] + 2 * a[8] + a[9] - 1,
        ]
    )


def _objective_35(x: Any) -> Any:
    square = 2 * x[0] ** 2 + 2 * x[1] ** 2 + x[2] ** 2 + 2 * x[0] * x[1] + 2 * x[0] * x[2]
    return 9 - 8 * x[0] - 6 * x[1] - 4 * x[2] + square


def _objective_43(x: Any) -> Any:
    square = x[0] ** 2 + x[1] ** 2 + 2 * x[2] ** 2 + x[3] ** 2
    return square - 5 * x[0] - 5 * x[1] - 21 * x[2] + 7 * x[3]


def _constraints_43(x: Any) -> Any:
    a, b, c, d = x[0], x[1], x[2], x[3]
    return np.array(
        [
            8 - a**2 - b**2 - c**2 - d**2 - a + b - c + d,
            10 - a**2 - 2 * b**2 - c**2 - 2 * d**2 + a + d,
            5 - 2 * a**2 - b**2 - c**2 - 2 * a + b + d,
        ]
    )


def _objective_76(x: Any) -> Any:
    square = x[0] ** 2 + x[1] ** 2 / 2 + x[2] ** 2 + x[3] ** 2 / 2 - x[0] * x[2] + x[2] * x[3]
    return square - x[0] - 3 * x[1] + x[2] - x[3]


def _constraints_76(x: Any) -> Any:
    return np.array(
        [
            5 - x[0] - 2 * x[1] - x[2] - x[3],
            4 - 3 * x[0] - x[1] - 2 * x[2] + x[3],
            x[1] + 4 * x[2] - 1.5,
        ]
    )


def _objective_100(x: Any) -> Any:
    return (
        (x[0] - 10) ** 2
        + 5 * (x[1] - 12) ** 2
        + x[2] ** 4
        + 3 * (x[3] - 11) ** 2
        + 10 * x[4] ** 6
        + 7 * x[5] ** 2
        + x[6] ** 4
        - 4 * x[5] * x[6]
        - 10 * x[5]
        - 8 * x[6]
    )


def _constraints_100(x: Any) -> Any:
    return np.array(
        [
            127 - 2 * x[0] ** 2 - 3 * x[1] ** 4 - x[2] - 4 * x[3] ** 2 - 5 * x[4],
            282 - 7 * x[0] - 3 * x[1] - 10 * x[2] ** 2 - x[3] + x[4],
            196 - 23 * x[0] - x[1] ** 2 - 6 * x[5] ** 2 + 8 * x[6],
            -4 * x[0] ** 2 - x[1] ** 2 + 3 * x[0] * x[1] - 2 * x[2] ** 2 - 5 * x[5] + 11 * x[6],
        ]
    )


def _objective_113(x: Any) -> Any:
    square = x[0] ** 2 + x[1] ** 2 + x[0] * x[1] - 14 * x[0] - 16 * x[1]
    rest = np.array([1, 4, 1, 2, 5, 7, 2, 1]) * (x[2:] - np.array([10, 5, 3, 1, 0, 11, 10, 7])) ** 2
    return square + np.sum(rest) + 45


def _constraints_113(x: Any) -> Any:
    return np.array(
        [
            105 - 4 * x[0] - 5 * x[1] + 3 * x[6] - 9 * x[7],
            -10 * x[0] + 8 * x[1] + 17 * x[6] - 2 * x[7],
            8 * x[0] - 2 * x[1] - 5 * x[8] + 2 * x[9] + 12,
            -3 * (x[0] - 2) ** 2 - 4 * (x[1] - 3) ** 2 - 2 * x[2] ** 2 + 7 * x[3] + 120,
            -5 * x[0] ** 2 - 8 * x[1] - (x[2] - 6) ** 2 + 2 * x[3] + 40,
            -((x[0] - 8) ** 2) / 2 - 2 * (x[1] - 4) ** 2 - 3 * x[4] ** 2 + x[5] + 30,
            -(x[0] ** 2) - 2 * (x[1] - 2) ** 2 + 2 * x[0] * x[1] - 14 * x[4] + 6 * x[5],
            3 * x[0] - 6 * x[1] - 12 * (x[8] - 8) ** 2 + 7 * x[9],
        ]
    )


def _objective_46(x: Any) -> Any:
    return (x[0] - x[1]) ** 2 + (x[2] - 1) ** 2 + (x[3] - 1) ** 4 + (x[4] - 1) ** 6


def _constraints_46(x: Any) -> Any:
    return np.array([x[0] ** 2 * x[3] + np.sin(x[3] - x[4]) - 1, x[1] + x[2] ** 4 * x[3] ** 2 - 2])


def _objective_52(x: Any) -> Any:
    return (4 * x[0] - x[1]) ** 2 + (x[1] + x[2] - 2) ** 2 + (x[3] - 1) ** 2 + (x[4] - 1) ** 2


# ----------------------------------------------------------------------------------------------------------------------
# problems


EQUALITIES: tuple[ConstrainedProblem, ...] = (
    ConstrainedProblem(
        number=6,
        f=lambda x: (1 - x[0]) ** 2,
        equality=lambda x: np.array([10 * (x[1] - x[0] ** 2)]),
        start=(-1.2, 1),
        printed="1 1",
        printed_value="0",
        x=(1, 1),
        value=0,
        multipliers=(0,),
    ),
    ConstrainedProblem(
        number=7,
        f=lambda x: np.log(1 + x[0] ** 2) - x[1],
        equality=lambda x: np.array([(1 + x[0] ** 2) ** 2 + x[1] ** 2 - 4]),
        start=(2, 2),
        printed="0 1.732051",
        printed_value="-1.732051",
        x=(0, 1.7320508075688772),
        value=-1.7320508075688772,
        multipliers=(-0.28867513459481287,),
        printed_multipliers="-2.88675e-1",
        remark="-√3 at (0, √3); multiplier -1 / (2√3)",
    ),
    ConstrainedProblem(
        number=8,
        f=lambda x: -1 + 0 * x[0],
        equality=lambda x: np.array([x[0] ** 2 + x[1] ** 2 - 25, x[0] * x[1] - 9]),
        start=(2, 1),
        printed="4.601595 1.955844",
        printed_value="-1",
        x=(4.601594917683296, 1.955843606618705),
        value=-1,
        multipliers=(0, 0),
        remark="as many constraints as variables; four solutions, ±(a, 9 / a) and ±(9 / a, a)",
    ),
    ConstrainedProblem(
        number=9,
        f=lambda x: np.sin(np.pi * x[0] / 12) * np.cos(np.pi * x[1] / 16),
        equality=lambda x: np.array([4 * x[0] - 3 * x[1]]),
        start=(0, 0),
        printed="-3 -4",
        printed_value="-0.5",
        x=(-3, -4),
        value=-0.5,
        multipliers=(0.03272492347489368,),
        printed_multipliers="3.27249e-2",
        remark="solutions (12 k - 3, 16 k - 4) for every integer k; multiplier π / 96",
    ),
    ConstrainedProblem(
        number=14,
        f=lambda x: (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
        equality=lambda x: np.array([x[0] - 2 * x[1] + 1]),
        inequality=lambda x: np.array([1 - x[0] ** 2 / 4 - x[1] ** 2]),
        start=(2, 2),
        printed="0.8228757 0.9114378",
        printed_value="1.393465",
        x=(0.8228756555322952, 0.9114378277661477),
        value=1.393464980689302,
        multipliers=(-1.5944911182523067,),
        inequality_multipliers=(1.8465914396061132,),
        remark="((√7 - 1) / 2, (√7 + 1) / 4), 9 - 23√7 / 8; a vertex",
    ),
    ConstrainedProblem(
        number=26,
        f=lambda x: (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4,
        equality=lambda x: np.array([(1 + x[1] ** 2) * x[0] + x[2] ** 4 - 3]),
        start=(-2.6, 2, 2),
        printed="1 1 1",
        printed_value="0",
        x=(1, 1, 1),
        value=0,
        multipliers=(0,),
        kind="degenerate",
        remark="a second solution (a, a, a), a = -1.8105; the projected Hessian is singular at both",
    ),
    ConstrainedProblem(
        number=27,
        f=lambda x: (x[0] - 1) ** 2 / 100 + (x[1] - x[0] ** 2) ** 2,
        equality=lambda x: np.array([x[0] + x[2] ** 2 + 1]),
        start=(2, 2, 2),
        printed="-1 1 0",
        printed_value="0.04",
        x=(-1, 1, 0),
        value=0.04,
        multipliers=(-0.04,),
        printed_multipliers="-4.00000e-2",
    ),
    ConstrainedProblem(
        number=28,
        f=lambda x: (x[0] + x[1]) ** 2 + (x[1] + x[2]) ** 2,
        equality=lambda x: np.array([x[0] + 2 * x[1] + 3 * x[2] - 1]),
        start=(-4, 1, 1),
        printed="0.5 -0.5 0.5",
        printed_value="0",
        x=(0.5, -0.5, 0.5),
        value=0,
        multipliers=(0,),
    ),
    ConstrainedProblem(
        number=32,
        f=lambda x: (x[0] + 3 * x[1] + x[2]) ** 2 + 4 * (x[0] - x[1]) ** 2,
        equality=lambda x: np.array([1 - np.sum(x)]),
        inequality=lambda x: np.array([6 * x[1] + 4 * x[2] - x[0] ** 3 - 3]),
        bounds=((0, inf),) * 3,
        start=(0.1, 0.7, 0.2),
        printed="0 0 1",
        printed_value="1",
        x=(0, 0, 1),
        value=1,
        multipliers=(-2,),
        inequality_multipliers=(0,),
        bound_multipliers=(0, 4, 0),
        strict=False,
        remark="a vertex; the bound on x1 is active with multiplier 0",
    ),
    ConstrainedProblem(
        number=39,
        f=lambda x: -x[0],
        equality=lambda x: np.array([x[1] - x[0] ** 3 - x[2] ** 2, x[0] ** 2 - x[1] - x[3] ** 2]),
        start=(2, 2, 2, 2),
        printed="1 1 0 0",
        printed_value="-1",
        x=(1, 1, 0, 0),
        value=-1,
        multipliers=(1, 1),
        printed_multipliers="9.99996e-1 9.99996e-1",
    ),
    ConstrainedProblem(
        number=40,
        f=lambda x: -x[0] * x[1] * x[2] * x[3],
        equality=lambda x: np.array([x[0] ** 3 + x[1] ** 2 - 1, x[0] ** 2 * x[3] - x[2], x[3] ** 2 - x[1]]),
        start=(0.8, 0.8, 0.8, 0.8),
        printed="0.793701 0.707107 0.529732 0.840896",
        printed_value="-0.25",
        x=(0.7937005259840998, 0.7071067811865476, 0.5297315471796477, 0.8408964152537145),
        value=-0.25,
        multipliers=(-0.5, 0.47193715634084676, -0.3535533905932738),
        printed_multipliers="-5.00000e-1 4.71937e-1 -3.53554e-1",
        remark=(
            "(2^(-1/3), 2^(-1/2), 2^(-11/12), 2^(-1/4)), a slip in the sign of x3 mended; the signs of x3 and "
            "x4 may be changed together"
        ),
    ),
    ConstrainedProblem(
        number=41,
        f=lambda x: 2 - x[0] * x[1] * x[2],
        equality=lambda x: np.array([x[0] + 2 * x[1] + 2 * x[2] - x[3]]),
        bounds=((0, 1), (0, 1), (0, 1), (0, 2)),
        start=(2, 2, 2, 2),
        printed="0.6666667 0.3333333 0.3333333 2",
        printed_value="1.925926",
        x=(0.6666666666666666, 0.3333333333333333, 0.3333333333333333, 2),
        value=1.9259259259259258,
        multipliers=(-0.1111111111111111,),
        bound_multipliers=(0, 0, 0, -0.1111111111111111),
        remark="(2/3, 1/3, 1/3, 2), 52 / 27; the start is outside the bounds",
    ),
    ConstrainedProblem(
        number=42,
        f=lambda x: (x[0] - 1) ** 2 + (x[1] - 2) ** 2 + (x[2] - 3) ** 2 + (x[3] - 4) ** 2,
        equality=lambda x: np.array([x[0] - 2, x[2] ** 2 + x[3] ** 2 - 2]),
        start=(1, 1, 1, 1),
        printed="2 2 0.848528 1.131371",
        printed_value="13.85786",
        x=(2, 2, 0.848528137423857, 1.131370849898476),
        value=13.857864376269049,
        multipliers=(2, -2.5355339059327378),
        printed_multipliers="1.99998 -2.53553",
        remark="(2, 2, 0.6√2, 0.8√2), a slip in x3 mended; 28 - 10√2",
    ),
    ConstrainedProblem(
        number=46,
        f=_objective_46,
        equality=_constraints_46,
        start=(0.7071067811865476, 1.75, 0.5, 2, 2),
        printed="1 1 1 1 1",
        printed_value="0",
        x=(1, 1, 1, 1, 1),
        value=0,
        multipliers=(0, 0),
        kind="degenerate",
        remark="x1 starts at √2 / 2; the projected Hessian is singular",
    ),
    ConstrainedProblem(
        number=48,
        f=_objective_48,
        equality=lambda x: np.array([np.sum(x) - 5, x[2] - 2 * (x[3] + x[4]) + 3]),
        start=(3, 5, -3, 2, -2),
        printed="1 1 1 1 1",
        printed_value="0",
        x=(1, 1, 1, 1, 1),
        value=0,
        multipliers=(0, 0),
    ),
    ConstrainedProblem(
        number=49,
        f=_objective_49,
        equality=lambda x: np.array([x[0] + x[1] + x[2] + 4 * x[3] - 7, x[2] + 5 * x[4] - 6]),
        start=(10, 7, 2, -3, 0.8),
        printed="1 1 1 1 1",
        printed_value="0",
        x=(1, 1, 1, 1, 1),
        value=0,
        multipliers=(0, 0),
        kind="degenerate",
        remark="the projected Hessian is singular",
    ),
    ConstrainedProblem(
        number=50,
        f=_objective_50,
        equality=lambda x: x[:-2] + 2 * x[1:-1] + 3 * x[2:] - 6,
        start=(35, -31, 11, 5, -5),
        printed="1 1 1 1 1",
        printed_value="0",
        x=(1, 1, 1, 1, 1),
        value=0,
        multipliers=(0, 0, 0),
    ),
    ConstrainedProblem(
        number=51,
        f=_objective_53,
        equality=lambda x: _three_planes(x) - np.array([4, 0, 0]),
        start=(2.5, 0.5, 2, -1, 0.5),
        printed="1 1 1 1 1",
        printed_value="0",
        x=(1, 1, 1, 1, 1),
        value=0,
        multipliers=(0, 0, 0),
    ),
    ConstrainedProblem(
        number=52,
        f=_objective_52,
        equality=_three_planes,
        start=(2, 2, 2, 2, 2),
        printed="-0.09455587 0.03151862 0.5157593 -0.4527221 0.03151862",
        printed_value="5.326648",
        x=(-0.09455587392550144, 0.03151862464183381, 0.5157593123209169, -0.45272206303724927, 0.03151862464183381),
        value=5.326647564469914,
        multipliers=(-3.2779369627507164, -2.9054441260744985, 7.747851002865329),
        printed_multipliers="-3.27792 -2.90543 7.74782",
        remark="(-33, 11, 180, -158, 11) / 349, 1859 / 349",
    ),
    ConstrainedProblem(
        number=53,
        f=_objective_53,
        equality=_three_planes,
        bounds=((-10, 10),) * 5,
        start=(2, 2, 2, 2, 2),
        printed="-0.7674419 0.2558140 0.6279070 -0.1162791 0.2558140",
        printed_value="4.093023",
        x=(-0.7674418604651163, 0.2558139534883721, 0.627906976744186, -0.11627906976744186, 0.2558139534883721),
        value=4.093023255813954,
        multipliers=(-2.046511627906977, -2.2325581395348837, 5.953488372093023),
        bound_multipliers=(0, 0, 0, 0, 0),
        remark="(-33, 11, 27, -5, 11) / 43, 176 / 43; no bound is active",
    ),
    ConstrainedProblem(
        number=55,
        f=lambda x: x[0] + 2 * x[1] + 4 * x[4] + np.exp(x[0] * x[3]),
        equality=_constraints_55,
        bounds=((0, 1), (0, inf), (0, inf), (0, 1), (0, inf), (0, inf)),
        start=(1, 2, 0, 0, 0, 2),
        printed="0 1.333333 1.666667 1 0.6666667 0.3333333",
        printed_value="6.333333",
        x=(0, 1.3333333333333333, 1.6666666666666667, 1, 0.6666666666666666, 0.3333333333333333),
        value=6.333333333333333,
        regular=False,
        remark=(
            "the sum of constraints 2 and 3 is that of 4, 5 and 6: multipliers are not unique; a second "
            "minimum, 20 / 3, at (1, 5/3, 1/3, 0, 1/3, 5/3), and a maximum along the segment between the two"
        ),
    ),
    ConstrainedProblem(
        number=56,
        f=lambda x: -x[0] * x[1] * x[2],
        equality=_constraints_56,
        start=(1, 1, 1, 0.509739678831507, 0.509739678831507, 0.509739678831507, 0.9851107833377457),
        printed="2.4 1.2 1.2 0.8570719 0.5639426 0.5639426 1.570796",
        printed_value="-3.456",
        x=(2.4, 1.2, 1.2, 0.857071947850131, 0.5639426413606289, 0.5639426413606289, 1.5707963267948966),
        value=-3.4560000000000004,
        multipliers=(0, 0, 0, -1.4400000000000002),
        printed_multipliers="-3.59095e-9 1.07624e-8 1.07576e-8 -1.44000",
        remark=(
            "x4 to x7 start at arcsin √(1/4.2), three times, and arcsin √(5/7.2); they are determined up to "
            "sign and multiples of π; multipliers (0, 0, 0, -36/25)"
        ),
    ),
    ConstrainedProblem(
        number=60,
        f=_objective_60,
        equality=lambda x: np.array([x[0] * (1 + x[1] ** 2) + x[2] ** 4 - 4 - 3 * np.sqrt(2.0)]),
        bounds=((-10, 10),) * 3,
        start=(2, 2, 2),
        printed="1.104859024 1.196674194 1.535262257",
        printed_value="0.03256820025",
        x=(1.1048590197333166, 1.1966741822882572, 1.535262260325326),
        value=0.03256820025506984,
        multipliers=(0.010726727888350166,),
        bound_multipliers=(0, 0, 0),
        remark="no bound is active",
    ),
    ConstrainedProblem(
        number=61,
        f=_objective_61,
        equality=lambda x: np.array([3 * x[0] - 2 * x[1] ** 2 - 7, 4 * x[0] - x[2] ** 2 - 11]),
        start=(0, 0, 0),
        printed="5.326770157 -2.118998639 3.210464239",
        printed_value="-143.6461422",
        x=(5.326770135563928, -2.118998632218976, 3.2104642253505506),
        value=-143.64614219778025,
        multipliers=(0.8876840877482182, 1.737777205316692),
        printed_multipliers="8.87684e-1 1.73778",
        remark="the constraints' gradients are dependent at the start",
    ),
    ConstrainedProblem(
        number=62,
        f=_objective_62,
        equality=lambda x: np.array([np.sum(x) - 1]),
        bounds=((0, 1),) * 3,
        start=(0.7, 0.2, 0.1),
        printed="0.6178126908 0.328202223 0.05398508606",
        printed_value="-26272.51448",
        x=(0.6178126908126925, 0.32820222311966907, 0.05398508606763846),
        value=-26272.514487318258,
        multipliers=(-6386.937539877766,),
        bound_multipliers=(0, 0, 0),
        remark="no bound is active",
    ),
    ConstrainedProblem(
        number=63,
        f=_objective_63,
        equality=lambda x: np.array([8 * x[0] + 14 * x[1] + 7 * x[2] - 56, np.dot(x, x) - 25]),
        bounds=((0, inf),) * 3,
        start=(2, 2, 2),
        printed="3.512118414 0.2169881741 3.552174034",
        printed_value="961.7151721",
        x=(3.5121213418747197, 0.21698794151522302, 3.552171154827017),
        value=961.7151721300522,
        multipliers=(-0.2749371020656298, -1.2234635604844077),
        bound_multipliers=(0, 0, 0),
        remark="no bound is active; the printed x is right to six digits",
    ),
    ConstrainedProblem(
        number=71,
        f=lambda x: x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2],
        equality=lambda x: np.array([np.dot(x, x) - 40]),
        inequality=lambda x: np.array([x[0] * x[1] * x[2] * x[3] - 25]),
        bounds=((1, 5),) * 4,
        start=(1, 5, 5, 1),
        printed="1 4.7429994 3.8211503 1.3794082",
        printed_value="17.0140173",
        x=(1, 4.742999637264417, 3.8211499841848737, 1.3794082931726723),
        value=17.014017289156303,
        multipliers=(-0.16146856677050583,),
        inequality_multipliers=(0.5522936601207268,),
        bound_multipliers=(1.087871228666941, 0, 0, 0),
        printed_multipliers="-0.1614686",
        printed_inequality_multipliers="0.55229366",
        printed_bound_multipliers="1.08787121024 0 0 0",
        remark="multipliers as in the tests of MATPOWER's MIPS (R. D. Zimmerman, 2010)",
    ),
    ConstrainedProblem(
        number=77,
        f=_objective_77,
        equality=_constraints_77,
        start=(2, 2, 2, 2, 2),
        printed="1.166172 1.182111 1.380257 1.506036 0.6109203",
        printed_value="0.24150513",
        x=(1.1661721897092985, 1.1821113888027042, 1.3802570431454597, 1.5060362736230457, 0.6109201960430908),
        value=0.24150512879017869,
        multipliers=(0.0855395970428199, 0.03187839818681156),
        printed_multipliers="8.55397e-2 3.18784e-2",
    ),
    ConstrainedProblem(
        number=78,
        f=_product,
        equality=_powell,
        start=(-2, 1.5, 2, -1, -1),
        printed="-1.717142 1.595708 1.827248 -0.7636429 -0.7636435",
        printed_value="-2.91970041",
        x=(-1.7171435703943823, 1.5957096901835544, 1.8272457529271946, -0.7636430781841304, -0.7636430781841304),
        value=-2.9197004089636795,
        multipliers=(-0.7444459309751799, 0.7035751900173157, -0.09680552489506648),
        printed_multipliers="-7.44446e-1 7.03575e-1 -9.68055e-2",
        remark="x4 = x5, of either sign",
    ),
    ConstrainedProblem(
        number=79,
        f=_objective_79,
        equality=_constraints_79,
        start=(2, 2, 2, 2, 2),
        printed="1.191127 1.362603 1.472818 1.635017 1.679081",
        printed_value="0.0787768209",
        x=(1.1911274563110514, 1.362603164961742, 1.4728179315120877, 1.6350166191679927, 1.6790814361664075),
        value=0.0787768208710569,
        multipliers=(0.03882104852265309, 0.01672651703248945, 0.0002873278136941053),
        printed_multipliers="3.88210e-2 1.67263e-2 2.87338e-4",
    ),
    ConstrainedProblem(
        number=80,
        f=lambda x: np.exp(_product(x)),
        equality=_powell,
        bounds=((-2.3, 2.3), (-2.3, 2.3), (-3.2, 3.2), (-3.2, 3.2), (-3.2, 3.2)),
        start=(-2, 2, 2, -1, -1),
        printed="-1.717143 1.595709 1.827247 -0.7636413 -0.7636450",
        printed_value="0.0539498478",
        x=(-1.7171435703943823, 1.5957096901835544, 1.8272457529271946, -0.7636430781841304, -0.7636430781841304),
        value=0.05394984777027201,
        multipliers=(-0.04016274464930938, 0.03795777439637439, -0.005222643331410114),
        bound_multipliers=(0, 0, 0, 0, 0),
        remark="x4 = x5, of either sign; no bound is active; multipliers those of 78 times the value",
    ),
    ConstrainedProblem(
        number=81,
        f=lambda x: np.exp(_product(x)) - (x[0] ** 3 + x[1] ** 3 + 1) ** 2 / 2,
        equality=_powell,
        bounds=((-2.3, 2.3), (-2.3, 2.3), (-3.2, 3.2), (-3.2, 3.2), (-3.2, 3.2)),
        start=(-2, 2, 2, -1, -1),
        printed="-1.717142 1.595710 1.827248 -0.7636474 -0.7636390",
        printed_value="0.0539498478",
        x=(-1.7171435703943823, 1.5957096901835544, 1.8272457529271946, -0.7636430781841304, -0.7636430781841304),
        value=0.05394984777027201,
        multipliers=(-0.04016274464930938, 0.03795777439637439, -0.005222643331410114),
        bound_multipliers=(0, 0, 0, 0, 0),
        remark=(
            "a slip in the printed x2, 1.159571, is mended; x4 = x5, of either sign; no bound is active; "
            "multipliers those of 80"
        ),
    ),
    ConstrainedProblem(
        number=111,
        f=_objective_111,
        equality=_constraints_111,
        bounds=((-100, 100),) * 10,
        start=(-2.3, -2.3, -2.3, -2.3, -2.3, -2.3, -2.3, -2.3, -2.3, -2.3),
        printed="-3.201212 -1.912060 -0.2444413 -6.537489 -0.7231524 -7.267738 -3.596711 -4.017769 -3.287462 -2.335582",
        printed_value="-47.76109026",
        x=(
            -3.2023115885512152,
            -1.9123665970809813,
            -0.24442674775038356,
            -6.5611772716583765,
            -0.7230979632953047,
            -7.274232280188143,
            -3.5972374223277774,
            -4.02031673069085,
            -3.2883768813602545,
            -2.33437173922062,
        ),
        value=-47.761090859365865,
        multipliers=(-9.785055008529767, -12.968920691636928, -15.222060150669403),
        bound_multipliers=(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        printed_multipliers="-9.78506 -12.9689 -15.2221",
        remark="the printed x is right to two digits; no bound is active",
    ),
)
"""Problems with equality constraints; 14, 32 and 71 have an inequality too, and several have bounds."""

INEQUALITIES: tuple[ConstrainedProblem, ...] = (
    ConstrainedProblem(
        number=10,
        f=lambda x: x[0] - x[1],
        inequality=lambda x: np.array([1 - 3 * x[0] ** 2 + 2 * x[0] * x[1] - x[1] ** 2]),
        start=(-10, 10),
        printed="0 1",
        printed_value="-1",
        x=(0, 1),
        value=-1,
        inequality_multipliers=(0.5,),
        printed_inequality_multipliers="4.99998e-1",
    ),
    ConstrainedProblem(
        number=11,
        f=lambda x: (x[0] - 5) ** 2 + x[1] ** 2 - 25,
        inequality=lambda x: np.array([x[1] - x[0] ** 2]),
        start=(4.9, 0.1),
        printed="1.234773 1.524664",
        printed_value="-8.498464223",
        x=(1.234772825053297, 1.5246639294900999),
        value=-8.498464223154677,
        inequality_multipliers=(3.0493278589801998,),
        printed_inequality_multipliers="3.04933",
        remark="((a - 1/a) / √6, (a² - 2 + 1/a²) / 6), a³ = 7.5√6 + √338.5; the book lacks the cube root",
    ),
    ConstrainedProblem(
        number=12,
        f=lambda x: x[0] ** 2 / 2 + x[1] ** 2 - x[0] * x[1] - 7 * x[0] - 7 * x[1],
        inequality=lambda x: np.array([25 - 4 * x[0] ** 2 - x[1] ** 2]),
        start=(0, 0),
        printed="2 3",
        printed_value="-30",
        x=(2, 3),
        value=-30,
        inequality_multipliers=(0.5,),
        printed_inequality_multipliers="5.00000e-1",
    ),
    ConstrainedProblem(
        number=22,
        f=lambda x: (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
        inequality=lambda x: np.array([2 - x[0] - x[1], x[1] - x[0] ** 2]),
        start=(2, 2),
        printed="1 1",
        printed_value="1",
        x=(1, 1),
        value=1,
        inequality_multipliers=(0.6666666666666666, 0.6666666666666666),
        printed_inequality_multipliers="6.66663e-1 6.66667e-1",
        remark="a vertex",
    ),
    ConstrainedProblem(
        number=29,
        f=lambda x: -x[0] * x[1] * x[2],
        inequality=lambda x: np.array([48 - x[0] ** 2 - 2 * x[1] ** 2 - 4 * x[2] ** 2]),
        start=(1, 1, 1),
        printed="4 2.828427 2",
        printed_value="-22.62742",
        x=(4, 2.8284271247461903, 2),
        value=-22.627416997969522,
        inequality_multipliers=(0.7071067811865476,),
        printed_inequality_multipliers="7.07107e-1",
        remark="(4, 2√2, 2), and the same with two signs changed; -16√2",
    ),
    ConstrainedProblem(
        number=35,
        f=_objective_35,
        inequality=lambda x: np.array([3 - x[0] - x[1] - 2 * x[2]]),
        bounds=((0, inf),) * 3,
        start=(0.5, 0.5, 0.5),
        printed="1.333333 0.7777778 0.4444444",
        printed_value="0.1111111",
        x=(1.3333333333333333, 0.7777777777777778, 0.4444444444444444),
        value=0.1111111111111111,
        inequality_multipliers=(0.2222222222222222,),
        bound_multipliers=(0, 0, 0),
        remark="(4/3, 7/9, 4/9), 1/9; multiplier 2/9",
    ),
    ConstrainedProblem(
        number=43,
        f=_objective_43,
        inequality=_constraints_43,
        start=(0, 0, 0, 0),
        printed="0 1 2 -1",
        printed_value="-44",
        x=(0, 1, 2, -1),
        value=-44,
        inequality_multipliers=(1, 0, 2),
        printed_inequality_multipliers="1.00002 1.18860e-10 1.99997",
        remark="multipliers (1, 0, 2)",
    ),
    ConstrainedProblem(
        number=65,
        f=lambda x: (x[0] - x[1]) ** 2 + (x[0] + x[1] - 10) ** 2 / 9 + (x[2] - 5) ** 2,
        inequality=lambda x: np.array([48 - np.dot(x, x)]),
        bounds=((-4.5, 4.5), (-4.5, 4.5), (-5, 5)),
        start=(-5, 5, 0),
        printed="3.650461821 3.65046168 4.6204170507",
        printed_value="0.9535288567",
        x=(3.6504617252130362, 3.6504617252130362, 4.620417555320008),
        value=0.9535288568047828,
        inequality_multipliers=(0.0821532773034626,),
        bound_multipliers=(0, 0, 0),
        remark="x1 = x2; the start is outside the bounds",
    ),
    ConstrainedProblem(
        number=76,
        f=_objective_76,
        inequality=_constraints_76,
        bounds=((0, inf),) * 4,
        start=(0.5, 0.5, 0.5, 0.5),
        printed="0.2727273 2.090909 0 0.5454545",
        printed_value="-4.681818182",
        x=(0.2727272727272727, 2.090909090909091, 0, 0.5454545454545454),
        value=-4.681818181818182,
        inequality_multipliers=(0.45454545454545453, 0, 0),
        bound_multipliers=(0, 0, 1.7272727272727273, 0),
        remark="(3, 23, 0, 6) / 11, -103 / 22",
    ),
    ConstrainedProblem(
        number=100,
        f=_objective_100,
        inequality=_constraints_100,
        start=(1, 2, 0, 4, 0, 1, 1),
        printed="2.330499 1.951372 -0.4775414 4.365726 -0.6244870 1.038131 1.594227",
        printed_value="680.6300573",
        x=(
            2.33049937287957,
            1.951372372896889,
            -0.4775413923888716,
            4.36572623365581,
            -0.6244869705268175,
            1.0381310186079584,
            1.5942267116118685,
        ),
        value=680.6300573744021,
        inequality_multipliers=(1.1397199591673761, 0, 0, 0.3686145171872114),
        printed_inequality_multipliers="1.13972 0 0 3.68615e-1",
    ),
    ConstrainedProblem(
        number=113,
        f=_objective_113,
        inequality=_constraints_113,
        start=(2, 3, 5, 5, 1, 2, 7, 3, 6, 10),
        printed="2.171996 2.363683 8.773926 5.095984 0.9906548 1.430574 1.321644 9.828726 8.280092 8.375927",
        printed_value="24.3062091",
        x=(
            2.1719963712554553,
            2.36368297369728,
            8.77392573847685,
            5.095984487948453,
            0.9906547649638592,
            1.4305739789363159,
            1.3216442081617032,
            9.828725807886322,
            8.280091670098345,
            8.375926663921323,
        ),
        value=24.306209068179808,
        inequality_multipliers=(
            1.7165331534681736,
            0.4745201541889713,
            1.3759266639213235,
            0.020545555102422397,
            0.3120285089353326,
            0,
            0.28704931929087724,
            0,
        ),
        printed_inequality_multipliers="1.71653 4.74520e-1 1.37593 2.05456e-2 3.12029e-1 0 2.87049e-1 0",
    ),
)
"""Problems whose only constraints are inequalities and bounds."""
