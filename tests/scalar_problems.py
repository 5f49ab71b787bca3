"""Functions of one variable with exact derivatives of every order: smooth, badly scaled, noisy, and not smooth at all.

A formula is written once and takes its arithmetic as the first argument: FLOATS (NumPy and SciPy, float64, elementwise)
makes `f` of it, which is what is differentiated, and MULTIPRECISION (mpmath) makes `mp`, from which the exact
derivatives come. Constants are the same doubles in both. The tests put them side by side at x, and compare `exact`
with closed forms (`slope`) and with the complex step.

Sources, by the letters used below:

- AS: M. Abramowitz & I. A. Stegun (editors), "Handbook of Mathematical Functions", National Bureau of Standards (1964);
  the number is that of the formula or table.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field
from functools import cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

import mpmath  # type: ignore[import-untyped]
import numpy as np
from scipy import integrate, special

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Kind = Literal["smooth", "scaled", "oscillating", "near-singular", "polynomial", "flat", "noisy", "float32"]
Outcome = Literal["smooth", "kink", "jump", "pole", "unbounded", "one-sided", "edge"]


@dataclass(frozen=True, slots=True)
class ScalarProblem:
    """One function of one variable, a point, and what its derivatives are there."""

    name: str
    kind: Kind
    f: Callable[[Any], Any] = field(repr=False)
    """A float64 or an array of them, elementwise; NaN or infinity, without a warning, where it is not defined."""
    mp: Callable[[Any], Any] = field(repr=False)
    """The same real function of an mpf, in mpmath's precision of the moment; without the noise that f may have."""
    x: float
    source: str
    noise: float
    """How far f(x) may be from mp(x), relative to it: by the noise put in, or where the formula cancels."""
    slope: Callable[[Any], Any] | None = field(repr=False)
    """The first derivative of mp, where a closed form is given."""

    def exact(self, order: int = 1) -> float:
        """The derivative of mp at x, to the last bit of a float64."""
        return _derivative(self.mp, self.x, order)


@dataclass(frozen=True, slots=True)
class IrregularProblem:
    """A function at, or close to, a point where it is not smooth.

    Notes
    -----
    The outcomes: "smooth", f has a derivative at x, though a corner or a pole may be near; "kink", two different
    slopes; "jump", f is not continuous; "pole", f(x) is infinite; "unbounded", f is finite and its slope is not;
    "one-sided", x is an end of the domain and f has a slope from inside; "edge", f is smooth at x and its domain ends
    so close by that an ordinary step leaves it.
    """

    name: str
    f: Callable[[Any], Any] = field(repr=False)
    """A float64 or an array of them, elementwise; NaN or infinity, without a warning, where it is not defined."""
    x: float
    outcome: Outcome
    slopes: tuple[float | None, float | None]
    """Limits of the difference quotients from the left and from the right; None where there is no finite one."""
    reach: float = 1.0
    """How far from x, on each side where it is defined, f is smooth at least."""


# ----------------------------------------------------------------------------------------------------------------------
# two arithmetics


def _real_part(w: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """SciPy's Lambert W is complex for a real argument."""
    return lambda x: w(x) if np.iscomplexobj(x) else w(x).real


_FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "exp": (np.exp, mpmath.exp),
    "expm1": (np.expm1, mpmath.expm1),
    "log": (np.log, mpmath.log),
    "log1p": (np.log1p, mpmath.log1p),
    "sqrt": (np.sqrt, mpmath.sqrt),
    "sin": (np.sin, mpmath.sin),
    "cos": (np.cos, mpmath.cos),
    "tan": (np.tan, mpmath.tan),
    "arcsin": (np.arcsin, mpmath.asin),
    "arccos": (np.arccos, mpmath.acos),
    "arctan": (np.arctan, mpmath.atan),
    "sinh": (np.sinh, mpmath.sinh),
    "cosh": (np.cosh, mpmath.cosh),
    "tanh": (np.tanh, mpmath.tanh),
    "arcsinh": (np.arcsinh, mpmath.asinh),
    "arccosh": (np.arccosh, mpmath.acosh),
    "arctanh": (np.arctanh, mpmath.atanh),
    "erf": (special.erf, mpmath.erf),
    "erfc": (special.erfc, mpmath.erfc),
    "normal": (special.ndtr, mpmath.ncdf),
    "dawson": (special.dawsn, lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-x * x) * mpmath.erfi(x)),
    "gamma": (special.gamma, mpmath.gamma),
    "loggamma": (special.loggamma, mpmath.loggamma),
    "digamma": (special.digamma, mpmath.digamma),
    "zeta": (special.zeta, mpmath.zeta),
    "j0": (special.j0, lambda x: mpmath.besselj(0, x)),
    "j1": (special.j1, lambda x: mpmath.besselj(1, x)),
    "airy": (lambda x: special.airy(x)[0], mpmath.airyai),
    "airy_slope": (lambda x: special.airy(x)[1], lambda x: mpmath.airyai(x, derivative=1)),
    "lambertw": (_real_part(special.lambertw), mpmath.lambertw),
    "exponential_integral": (special.exp1, mpmath.e1),
    "sine_integral": (lambda x: special.sici(x)[0], mpmath.si),
    "ellipk": (special.ellipk, mpmath.ellipk),
    "ellipe": (special.ellipe, mpmath.ellipe),
}

FLOATS: Any = SimpleNamespace(**{name: floats for name, (floats, _) in _FUNCTIONS.items()})
"""float64, elementwise; complex arguments too where SciPy has them."""

MULTIPRECISION: Any = SimpleNamespace(**{name: np.frompyfunc(exact, 1, 1) for name, (_, exact) in _FUNCTIONS.items()})
"""mpf, or arrays of mpf (dtype object), elementwise."""


def quiet(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f, with NaN and infinity outside its domain but no warnings about them."""

    def silent(x: Any) -> Any:
        with np.errstate(all="ignore"):
            return f(x)

    return silent


# ----------------------------------------------------------------------------------------------------------------------
# exact derivatives


def settled(coarse: Any, fine: Any, negligible: Any) -> float:
    """What two central differences say, of which the second has the smaller step and more digits to work with.

    A derivative is the same in both, and an error is smaller in the second: so they agree, or the derivative is zero
    and all that is there is truncation and round-off, of which that below `negligible` may do what it likes.

    Raises
    ------
    ArithmeticError
        Neither is the case: the function varies on a scale that the steps do not resolve.
    """
    if abs(coarse - fine) <= 1e-20 * abs(fine):
        return float(fine)
    if abs(fine) <= max(1e-10 * abs(coarse), negligible):
        return 0.0
    message = f"two differences, {mpmath.nstr(coarse, 25)} and {mpmath.nstr(fine, 25)}, do not agree"
    raise ArithmeticError(message)


def working_digits(order: int, digits: int) -> int:
    """Decimal places for a difference with relative steps of 10**-digits: more than twice as many as that are right."""
    return (order + 2) * digits + 40


def round_off(values: Iterable[Any], digits: int) -> Any:
    """What may be round-off in a difference of these values, in units of the variables, with those decimal places."""
    return max(map(abs, values)) * mpmath.mpf(10) ** (-2 * digits - 30)


def unit(x: float) -> Any:
    """The variable's own scale: |x|, or 1 at 0."""
    return abs(mpmath.mpf(x)) or mpmath.mpf(1)


def _central_difference(f: Callable[[Any], Any], x: float, order: int, digits: int) -> tuple[Any, Any]:
    """One with a relative step of 10**-digits, wrong by as much squared, and what may be round-off in it."""
    with mpmath.workdps(working_digits(order, digits)):
        h = unit(x) * mpmath.mpf(10) ** -digits
        values = [f(x + (mpmath.mpf(order) / 2 - k) * h) for k in range(order + 1)]
        total = mpmath.fsum((-1) ** k * mpmath.binomial(order, k) * value for k, value in enumerate(values))
        return total / h**order, round_off(values, digits) / unit(x) ** order


@cache
def _derivative(f: Callable[[Any], Any], x: float, order: int) -> float:
    coarse, negligible = _central_difference(f, x, order, 30)
    fine, _ = _central_difference(f, x, order, 40)
    return settled(coarse, fine, negligible)


# ----------------------------------------------------------------------------------------------------------------------
# what the tables below are made with


def _problem(
    kind: Kind,
    name: str,
    formula: Callable[[Any, Any], Any],
    x: float,
    source: str = "elementary function",
    *,
    slope: Callable[[Any, Any], Any] | None = None,
    noise: float = 1e-13,
) -> ScalarProblem:
    return ScalarProblem(
        name,
        kind,
        f=quiet(partial(formula, FLOATS)),
        mp=partial(formula, MULTIPRECISION),
        x=x,
        source=source,
        noise=noise,
        slope=None if slope is None else partial(slope, MULTIPRECISION),
    )


def _disturbed(
    kind: Literal["noisy", "float32"],
    name: str,
    formula: Callable[[Any, Any], Any],
    x: float,
    disturb: Callable[[Callable[[Any], Any], Any], Any],
    source: str,
    noise: float,
) -> ScalarProblem:
    """A smooth function of which only disturb(f, x) is seen."""
    seen = quiet(partial(disturb, partial(formula, FLOATS)))
    return ScalarProblem(name, kind, seen, partial(formula, MULTIPRECISION), x, source, noise, slope=None)


# ----------------------------------------------------------------------------------------------------------------------
# smooth, of scale about 1


def _bell(m: Any, x: Any) -> Any:
    """The slope of erf."""
    return m.exp(-x * x) * 2 / mpmath.sqrt(mpmath.pi)


def _runge_slope(m: Any, x: Any) -> Any:
    return -50 * x / (1 + 25 * x * x) ** 2


def _ellipk_slope(m: Any, x: Any) -> Any:
    return (m.ellipe(x) / (1 - x) - m.ellipk(x)) / (2 * x)


def _elementary() -> list[ScalarProblem]:
    smooth = partial(_problem, "smooth")
    return [
        smooth("exp at 1", lambda m, x: m.exp(x), 1.0, slope=lambda m, x: m.exp(x)),
        smooth("exp at -3.2", lambda m, x: m.exp(x), -3.2, slope=lambda m, x: m.exp(x)),
        smooth("exp at 20", lambda m, x: m.exp(x), 20.0, slope=lambda m, x: m.exp(x)),
        smooth("sin at 0.7", lambda m, x: m.sin(x), 0.7, slope=lambda m, x: m.cos(x)),
        smooth("sin at 100", lambda m, x: m.sin(x), 100.0, slope=lambda m, x: m.cos(x)),
        smooth("cos at -42.3", lambda m, x: m.cos(x), -42.3, slope=lambda m, x: -m.sin(x)),
        smooth("tan at 1.1", lambda m, x: m.tan(x), 1.1, slope=lambda m, x: 1 + m.tan(x) ** 2),
        smooth("log at 2.5", lambda m, x: m.log(x), 2.5, slope=lambda m, x: 1 / x),
        smooth("log at 0.0137", lambda m, x: m.log(x), 0.0137, slope=lambda m, x: 1 / x),
        smooth("sqrt at 1.7", lambda m, x: m.sqrt(x), 1.7, slope=lambda m, x: 1 / (2 * m.sqrt(x))),
        smooth("power 2.7 at 3.1", lambda m, x: x**2.7, 3.1, slope=lambda m, x: 2.7 * x**2.7 / x),
        smooth("log1p at 1e-3", lambda m, x: m.log1p(x), 1e-3, slope=lambda m, x: 1 / (1 + x)),
        smooth("expm1 at -1e-3", lambda m, x: m.expm1(x), -1e-3, slope=lambda m, x: m.exp(x)),
        smooth("arcsin at 0.3", lambda m, x: m.arcsin(x), 0.3, slope=lambda m, x: 1 / m.sqrt(1 - x * x)),
        smooth("arctan at -0.8", lambda m, x: m.arctan(x), -0.8, slope=lambda m, x: 1 / (1 + x * x)),
        smooth("sinh at -1.9", lambda m, x: m.sinh(x), -1.9, slope=lambda m, x: m.cosh(x)),
        smooth("cosh at 5.5", lambda m, x: m.cosh(x), 5.5, slope=lambda m, x: m.sinh(x)),
        smooth("tanh at 0.4", lambda m, x: m.tanh(x), 0.4, slope=lambda m, x: 1 / m.cosh(x) ** 2),
        smooth("arcsinh at 17", lambda m, x: m.arcsinh(x), 17.0, slope=lambda m, x: 1 / m.sqrt(1 + x * x)),
        smooth("1/x at -2.2", lambda m, x: 1 / x, -2.2, slope=lambda m, x: -1 / x**2),
        smooth("logistic at -2", lambda m, x: 1 / (1 + m.exp(-x)), -2.0),
        smooth("softplus at 0.8", lambda m, x: m.log1p(m.exp(x)), 0.8, slope=lambda m, x: 1 / (1 + m.exp(-x))),
        smooth("damped sine at 2.2", lambda m, x: m.exp(-x / 3) * m.sin(x), 2.2),
        smooth("exp of sine at 61.7", lambda m, x: m.exp(m.sin(x)), 61.7),
        smooth("sine of cosine of sine at -0.9", lambda m, x: m.sin(m.cos(m.sin(x))), -0.9),
        smooth("sqrt of 1+x^4 at -1.4", lambda m, x: m.sqrt(1 + x**4), -1.4),
        smooth("log of 2+cos at 7", lambda m, x: m.log(2 + m.cos(x)), 7.0),
        smooth("x log x at 0.02", lambda m, x: x * m.log(x), 0.02, slope=lambda m, x: m.log(x) + 1),
    ]


def _special() -> list[ScalarProblem]:
    def smooth(
        name: str,
        formula: Callable[[Any, Any], Any],
        x: float,
        number: str,
        slope: Callable[[Any, Any], Any] | None = None,
    ) -> ScalarProblem:
        return _problem("smooth", name, formula, x, f"AS {number}", slope=slope)

    def dawson_slope(m: Any, x: Any) -> Any:
        return 1 - 2 * x * m.dawson(x)

    def lambertw_slope(m: Any, x: Any) -> Any:
        return m.lambertw(x) / (x * (1 + m.lambertw(x)))

    return [
        smooth("erf at 0.6", lambda m, x: m.erf(x), 0.6, "7.1.1", _bell),
        smooth("erfc at 1.3", lambda m, x: m.erfc(x), 1.3, "7.1.2", lambda m, x: -_bell(m, x)),
        smooth("normal distribution at -1.5", lambda m, x: m.normal(x), -1.5, "26.2.2", lambda m, x: mpmath.npdf(x)),
        smooth("Dawson's integral at 1.1", lambda m, x: m.dawson(x), 1.1, "7.1.17", dawson_slope),
        smooth("gamma at 3.7", lambda m, x: m.gamma(x), 3.7, "6.1.1", lambda m, x: m.gamma(x) * m.digamma(x)),
        smooth("gamma at -1.6", lambda m, x: m.gamma(x), -1.6, "6.1.1", lambda m, x: m.gamma(x) * m.digamma(x)),
        smooth("log gamma at 50", lambda m, x: m.loggamma(x), 50.0, "6.1.40", lambda m, x: m.digamma(x)),
        smooth("digamma at 0.4", lambda m, x: m.digamma(x), 0.4, "6.3.1", lambda m, x: mpmath.psi(1, x)),
        smooth("zeta at 3.3", lambda m, x: m.zeta(x), 3.3, "23.2.1", lambda m, x: mpmath.zeta(x, derivative=1)),
        smooth("J0 at 5.1", lambda m, x: m.j0(x), 5.1, "9.1.10", lambda m, x: -m.j1(x)),
        smooth("J1 at 0.9", lambda m, x: m.j1(x), 0.9, "9.1.10", lambda m, x: m.j0(x) - m.j1(x) / x),
        smooth("Airy at -2.1", lambda m, x: m.airy(x), -2.1, "10.4.2", lambda m, x: m.airy_slope(x)),
        smooth("Airy at 1.2", lambda m, x: m.airy(x), 1.2, "10.4.2", lambda m, x: m.airy_slope(x)),
        smooth("Lambert W at 0.9", lambda m, x: m.lambertw(x), 0.9, "4.13 of its successor, the DLMF", lambertw_slope),
        smooth("E1 at 0.8", lambda m, x: m.exponential_integral(x), 0.8, "5.1.1", lambda m, x: -m.exp(-x) / x),
        smooth("Si at 2.6", lambda m, x: m.sine_integral(x), 2.6, "5.2.1", lambda m, x: m.sin(x) / x),
        smooth("K at 0.4", lambda m, x: m.ellipk(x), 0.4, "17.3.1", _ellipk_slope),
    ]


def _published() -> list[ScalarProblem]:
    smooth = partial(_problem, "smooth")
    return [
        smooth(
            "Lyness-Moler",
            lambda m, x: m.exp(x) / (m.sin(x) ** 3 + m.cos(x) ** 3),
            1.5,
            "J. N. Lyness & C. B. Moler, SIAM Journal on Numerical Analysis 4 (1967) 202-210",
        ),
        smooth(
            "Squire-Trapp",
            lambda m, x: x**4.5,
            1.5,
            "W. Squire & G. Trapp, SIAM Review 40 (1998) 110-112",
            slope=lambda m, x: 4.5 * x**3.5,
        ),
        smooth(
            "Martins-Sturdza-Alonso",
            lambda m, x: m.exp(x) / m.sqrt(m.sin(x) ** 3 + m.cos(x) ** 3),
            1.5,
            "J. R. R. A. Martins, P. Sturdza & J. J. Alonso, ACM Transactions on Mathematical Software 29 (2003) "
            "245-262",
        ),
        smooth(
            "Ridders",
            lambda m, x: m.exp(x) / (m.sin(x) - x**2),
            1.0,
            "C. J. F. Ridders, Advances in Engineering Software 4 (1982) 75-76",
        ),
        smooth(
            "Gill-Murray-Saunders-Wright",
            lambda m, x: m.expm1(x) ** 2 + (1 / m.sqrt(1 + x * x) - 1) ** 2,
            1.0,
            "P. E. Gill, W. Murray, M. A. Saunders & M. H. Wright, SIAM Journal on Scientific and Statistical "
            "Computing 4 (1983) 310-321",
        ),
        smooth(
            "Runge at 0.9",
            lambda m, x: 1 / (1 + x * x),
            0.9,
            "C. Runge, Zeitschrift für Mathematik und Physik 46 (1901) 224-243",
            slope=lambda m, x: -2 * x / (1 + x * x) ** 2,
        ),
        smooth(
            "Runge on [-1, 1] at 0.3",
            lambda m, x: 1 / (1 + 25 * x * x),
            0.3,
            "C. Runge (1901), in the form of today's textbooks",
            slope=_runge_slope,
        ),
        smooth(
            "Planck at 2",
            lambda m, x: x**3 / m.expm1(x),
            2.0,
            "M. Planck, Annalen der Physik 309 (1901) 553-563, without units",
        ),
        smooth(
            "Lennard-Jones at 1.3",
            lambda m, x: 4 * (x**-12.0 - x**-6.0),
            1.3,
            "J. E. Lennard-Jones, Proceedings of the Physical Society 43 (1931) 461-482",
        ),
        smooth(
            "Black-Scholes in the volatility at 0.2",
            lambda m, x: 100 * m.normal(0.25 / x + x / 2) - 95 * m.normal(0.25 / x - x / 2),
            0.2,
            "F. Black & M. Scholes, Journal of Political Economy 81 (1973) 637-654",
            slope=lambda m, x: (
                100 * mpmath.npdf(0.25 / x + x / 2) * (0.5 - 0.25 / x**2)
                + 95 * mpmath.npdf(0.25 / x - x / 2) * (0.5 + 0.25 / x**2)
            ),
        ),
    ]


def _by_accident() -> list[ScalarProblem]:
    """Functions at points where a derivative vanishes, or nearly does, as others than the one wanted may not."""
    smooth = partial(_problem, "smooth")
    return [
        smooth("sin at pi/2", lambda m, x: m.sin(x), 1.5707963267948966, slope=lambda m, x: m.cos(x)),
        smooth("sin near pi/2", lambda m, x: m.sin(x), 1.5707, slope=lambda m, x: m.cos(x)),
        smooth("cubic near its minimum", lambda m, x: x**3 - 3 * x, 1.0001, slope=lambda m, x: 3 * x**2 - 3),
        smooth("x^2 exp(-x) at its maximum", lambda m, x: x**2 * m.exp(-x), 2.0),
        smooth("Lennard-Jones near its minimum", lambda m, x: 4 * (x**-12.0 - x**-6.0), 1.1224620483),
        smooth("Gaussian at its inflection", lambda m, x: m.exp(-x * x), 0.7071067811865476),
        smooth("Gaussian where f''' vanishes", lambda m, x: m.exp(-x * x), 1.224744871391589),
        smooth("tanh where f''' vanishes", lambda m, x: m.tanh(x), 0.6584789484624083),
        smooth("x exp(x) where f''' vanishes", lambda m, x: x * m.exp(x), -3.0, slope=lambda m, x: (1 + x) * m.exp(x)),
        smooth("logistic at its inflection", lambda m, x: 1 / (1 + m.exp(-x)), 0.0),
        smooth("exp at 0", lambda m, x: m.exp(x), 0.0, slope=lambda m, x: m.exp(x)),
        smooth("sin at 0", lambda m, x: m.sin(x), 0.0, slope=lambda m, x: m.cos(x)),
        smooth("cos at 0", lambda m, x: m.cos(x), 0.0, slope=lambda m, x: -m.sin(x)),
        smooth("arctan at 0", lambda m, x: m.arctan(x), 0.0, slope=lambda m, x: 1 / (1 + x * x)),
        smooth("expm1 at 0", lambda m, x: m.expm1(x), 0.0, slope=lambda m, x: m.exp(x)),
        smooth("erf at 0", lambda m, x: m.erf(x), 0.0, slope=_bell),
        smooth("Runge at 0", lambda m, x: 1 / (1 + 25 * x * x), 0.0, slope=_runge_slope),
        smooth("Airy at 0", lambda m, x: m.airy(x), 0.0, slope=lambda m, x: m.airy_slope(x)),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# of other scales


def _scaled() -> list[ScalarProblem]:
    scaled = partial(_problem, "scaled")

    def decay_slope(m: Any, x: Any) -> Any:
        return -m.exp(-x / 1e6) / 1e6

    return [
        scaled("exp(-x/1e6) at 1", lambda m, x: m.exp(-x / 1e6), 1.0, slope=decay_slope),
        scaled("exp(-x/1e6) at 3e5", lambda m, x: m.exp(-x / 1e6), 3e5, slope=decay_slope),
        scaled("exp(1e9 x) at 1e-9", lambda m, x: m.exp(1e9 * x), 1e-9, slope=lambda m, x: 1e9 * m.exp(1e9 * x)),
        scaled("sin(1e6 x) at 1e-6", lambda m, x: m.sin(1e6 * x), 1e-6, slope=lambda m, x: 1e6 * m.cos(1e6 * x)),
        scaled("sin(x/1e5) at 3e4", lambda m, x: m.sin(x / 1e5), 3e4, slope=lambda m, x: m.cos(x / 1e5) / 1e5),
        scaled("log at 1e-5", lambda m, x: m.log(x), 1e-5, slope=lambda m, x: 1 / x),
        scaled("log at 1e-12", lambda m, x: m.log(x), 1e-12, slope=lambda m, x: 1 / x),
        scaled("log at 1e8", lambda m, x: m.log(x), 1e8, slope=lambda m, x: 1 / x),
        scaled("log1p at 1e7", lambda m, x: m.log1p(x), 1e7, slope=lambda m, x: 1 / (1 + x)),
        scaled("1/x at 1e-8", lambda m, x: 1 / x, 1e-8, slope=lambda m, x: -1 / x**2),
        scaled("1/x at 1e6", lambda m, x: 1 / x, 1e6, slope=lambda m, x: -1 / x**2),
        scaled("x^2 at 1e10", lambda m, x: x**2, 1e10, slope=lambda m, x: 2 * x),
        scaled("(x/1e6)^3 at 2.5e6", lambda m, x: (x / 1e6) ** 3, 2.5e6, slope=lambda m, x: 3 * (x / 1e6) ** 2 / 1e6),
        scaled("sqrt at 1e-10", lambda m, x: m.sqrt(x), 1e-10, slope=lambda m, x: 1 / (2 * m.sqrt(x))),
        scaled("sqrt at 1e12", lambda m, x: m.sqrt(x), 1e12, slope=lambda m, x: 1 / (2 * m.sqrt(x))),
        scaled(
            "hypotenuse at 1e5", lambda m, x: m.sqrt(x * x + 1e10), 1e5, slope=lambda m, x: x / m.sqrt(x * x + 1e10)
        ),
        scaled("arctan(x/1e4) at 1.2e4", lambda m, x: m.arctan(x / 1e4), 1.2e4),
        scaled("log gamma at 1e5", lambda m, x: m.loggamma(x), 1e5, "AS 6.1.40", slope=lambda m, x: m.digamma(x)),
        scaled("1e-20 exp at 0.5", lambda m, x: 1e-20 * m.exp(x), 0.5, slope=lambda m, x: 1e-20 * m.exp(x)),
        scaled("1e20 sin at 0.7", lambda m, x: 1e20 * m.sin(x), 0.7, slope=lambda m, x: 1e20 * m.cos(x)),
        scaled("1e-280 cos at 0.4", lambda m, x: 1e-280 * m.cos(x), 0.4, slope=lambda m, x: -1e-280 * m.sin(x)),
        scaled("1e280 exp at -1", lambda m, x: 1e280 * m.exp(x), -1.0, slope=lambda m, x: 1e280 * m.exp(x)),
        scaled(
            "Arrhenius at 300",
            lambda m, x: 1e13 * m.exp(-12027.2 / x),
            300.0,
            "S. Arrhenius, Zeitschrift für physikalische Chemie 4 (1889) 226-248: 100 kJ/mol, rates in 1/s, kelvin",
            slope=lambda m, x: 1e13 * m.exp(-12027.2 / x) * 12027.2 / x**2,
        ),
        scaled(
            "Planck in SI units at 5e-7",
            lambda m, x: 1.191042972e-16 / x**5 / m.expm1(0.01438776877 / (x * 5800)),
            5e-7,
            "M. Planck, Annalen der Physik 309 (1901) 553-563: radiance at 5800 K in the wavelength in metres",
        ),
        scaled(
            "Kepler's third law at 1.496e11",
            lambda m, x: 6.283185307179586 * m.sqrt(x**3 / 1.32712440018e20),
            1.496e11,
            "J. Kepler, Harmonices Mundi (1619): a planet's year in seconds, in its distance in metres",
            slope=lambda m, x: 1.5 * 6.283185307179586 * m.sqrt(x / 1.32712440018e20),
        ),
    ]


def _oscillating() -> list[ScalarProblem]:
    oscillating = partial(_problem, "oscillating")
    return [
        oscillating("cos(100 x) at 1", lambda m, x: m.cos(100 * x), 1.0, slope=lambda m, x: -100 * m.sin(100 * x)),
        oscillating("sin(1000 x) at 0.3", lambda m, x: m.sin(1000 * x), 0.3, slope=lambda m, x: 1000 * m.cos(1000 * x)),
        oscillating("sin(x^2) at 10", lambda m, x: m.sin(x * x), 10.0, slope=lambda m, x: 2 * x * m.cos(x * x)),
        oscillating("sin at 1e4", lambda m, x: m.sin(x), 1e4, slope=lambda m, x: m.cos(x)),
        oscillating("cos at 1e6", lambda m, x: m.cos(x), 1e6, slope=lambda m, x: -m.sin(x)),
        oscillating("cos(50 x) exp(-x) at 1.7", lambda m, x: m.cos(50 * x) * m.exp(-x), 1.7),
        oscillating("sin(1/x) at 0.05", lambda m, x: m.sin(1 / x), 0.05, slope=lambda m, x: -m.cos(1 / x) / x**2),
        oscillating(
            "J0(80 x) at 0.7", lambda m, x: m.j0(80 * x), 0.7, "AS 9.1.10", slope=lambda m, x: -80 * m.j1(80 * x)
        ),
        oscillating("Airy at -30", lambda m, x: m.airy(x), -30.0, "AS 10.4.2", slope=lambda m, x: m.airy_slope(x)),
        oscillating("two near frequencies at 2.3", lambda m, x: m.sin(30 * x) + m.sin(31 * x), 2.3),
        oscillating("small ripple at 0.4", lambda m, x: m.sin(x) + 0.01 * m.sin(300 * x), 0.4),
        oscillating("small fast ripple at 0.4", lambda m, x: m.sin(x) + 1e-5 * m.cos(1e4 * x), 0.4),
        oscillating(
            "Weierstrass, five terms, at 0.2",
            lambda m, x: sum(0.5**k * m.cos(7**k * x) for k in range(5)),
            0.2,
            "K. Weierstrass, 1872, Mathematische Werke 2 (1895) 71-74, cut off while it still has a derivative",
        ),
        oscillating(
            "frequency modulation at 1.9",
            lambda m, x: m.cos(40 * x + 5 * m.sin(3 * x)),
            1.9,
            slope=lambda m, x: -(40 + 15 * m.cos(3 * x)) * m.sin(40 * x + 5 * m.sin(3 * x)),
        ),
    ]


def _near_singular() -> list[ScalarProblem]:
    near = partial(_problem, "near-singular")
    half_pi = 1.5707963267948966

    def tan_slope(m: Any, x: Any) -> Any:
        return 1 / m.cos(x) ** 2

    return [
        near("tan 0.1 before its pole", lambda m, x: m.tan(x), half_pi - 1e-1, slope=tan_slope),
        near("tan 0.01 before its pole", lambda m, x: m.tan(x), half_pi - 1e-2, slope=tan_slope),
        near("tan 0.001 before its pole", lambda m, x: m.tan(x), half_pi - 1e-3, slope=tan_slope),
        near("1/(x-1) at 1.001", lambda m, x: 1 / (x - 1), 1.001, slope=lambda m, x: -1 / (x - 1) ** 2),
        near("1/(x-1) at 1+1e-5", lambda m, x: 1 / (x - 1), 1 + 1e-5, slope=lambda m, x: -1 / (x - 1) ** 2),
        near("log(x-1) at 1.01", lambda m, x: m.log(x - 1), 1.01, slope=lambda m, x: 1 / (x - 1)),
        near("sqrt at 1e-3", lambda m, x: m.sqrt(x), 1e-3, slope=lambda m, x: 1 / (2 * m.sqrt(x))),
        near("x^1.5 at 1e-4", lambda m, x: x**1.5, 1e-4, slope=lambda m, x: 1.5 * m.sqrt(x)),
        near("x^x at 0.01", lambda m, x: x**x, 0.01, slope=lambda m, x: x**x * (1 + m.log(x))),
        near("arcsin at 0.999", lambda m, x: m.arcsin(x), 0.999, slope=lambda m, x: 1 / m.sqrt(1 - x * x)),
        near("semicircle at 0.9999", lambda m, x: m.sqrt((1 - x) * (1 + x)), 0.9999),
        near("arccosh at 1.001", lambda m, x: m.arccosh(x), 1.001, slope=lambda m, x: 1 / m.sqrt(x * x - 1)),
        near("arctanh at 0.9999", lambda m, x: m.arctanh(x), 0.9999, slope=lambda m, x: 1 / (1 - x * x)),
        near("1/(1e-4+x^2) at 0.01", lambda m, x: 1 / (1e-4 + x * x), 0.01),
        near("arctan(1000 x) at 0.001", lambda m, x: m.arctan(1000 * x), 0.001),
        near("tanh(100 (x-1)) at 1.01", lambda m, x: m.tanh(100 * (x - 1)), 1.01),
        near("logistic(1000 (x-0.5)) at 0.503", lambda m, x: 1 / (1 + m.exp(-1000 * (x - 0.5))), 0.503),
        near(
            "rounded |x| at 1e-3", lambda m, x: m.sqrt(x * x + 1e-6), 1e-3, slope=lambda m, x: x / m.sqrt(x * x + 1e-6)
        ),
        near(
            "gamma at -0.99", lambda m, x: m.gamma(x), -0.99, "AS 6.1.1", slope=lambda m, x: m.gamma(x) * m.digamma(x)
        ),
        near(
            "zeta at 1.001", lambda m, x: m.zeta(x), 1.001, "AS 23.2.1", slope=lambda m, x: mpmath.zeta(x, derivative=1)
        ),
        near("Lambert W at -0.36", lambda m, x: m.lambertw(x), -0.36, "4.13 of the DLMF"),
        near("K at 0.999", lambda m, x: m.ellipk(x), 0.999, "AS 17.3.1", slope=_ellipk_slope),
        near(
            "boundary layer at 0.001",
            lambda m, x: 1 - m.exp(-x / 1e-3),
            0.001,
            slope=lambda m, x: m.exp(-x / 1e-3) / 1e-3,
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# polynomials, and functions that hardly change


def _horner(coefficients: list[float], x: Any) -> Any:
    """Highest power first, in the arithmetic of x."""
    value = 0 * x
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


def _polynomial() -> list[ScalarProblem]:
    def polynomial(
        name: str, formula: Callable[[Any], Any], x: float, source: str = "elementary function", noise: float = 1e-13
    ) -> ScalarProblem:
        return _problem("polynomial", name, lambda _, t: formula(t), x, source, noise=noise)

    def wilkinson(x: Any) -> Any:
        return (x - 1) * (x - 2) * (x - 3) * (x - 4) * (x - 5) * (x - 6)

    legendre_8 = [6435 / 128, 0, -12012 / 128, 0, 6930 / 128, 0, -1260 / 128, 0, 35 / 128]
    chebyshev_10 = [512.0, 0, -1280, 0, 1120, 0, -400, 0, 50, 0, -1]
    one_less_to_the_7 = [1.0, -7, 21, -35, 35, -21, 7, -1]
    hermite_5 = [32.0, 0, -160, 0, 120, 0]

    return [
        polynomial("x at 0.3", lambda x: 1 * x, 0.3),
        polynomial("2x-1 at -7", lambda x: 2 * x - 1, -7.0),
        polynomial("x^2 at 1", lambda x: x**2, 1.0),
        polynomial("x^2 at 0", lambda x: x**2, 0.0),
        polynomial("x^3 at -1.3", lambda x: x**3, -1.3),
        polynomial("Wallis's cubic at 2.1", lambda x: x**3 - 2 * x - 5, 2.1, "J. Wallis, A Treatise of Algebra (1685)"),
        polynomial("x^4-3x^2+2 at 0.9", lambda x: x**4 - 3 * x**2 + 2, 0.9),
        polynomial("x^5-4x^3+x-1 at -0.6", lambda x: x**5 - 4 * x**3 + x - 1, -0.6),
        polynomial("x^10 at 1.1", lambda x: x**10, 1.1),
        polynomial("x^15 at -0.8", lambda x: x**15, -0.8),
        polynomial("x^3-1 at 100", lambda x: x**3 - 1, 100.0),
        polynomial("Hermite H5 at 0.45", partial(_horner, hermite_5), 0.45, "AS table 22.12"),
        polynomial("Legendre P8 at 0.37", partial(_horner, legendre_8), 0.37, "AS table 22.9"),
        # T10(0.9) = -0.2 is what is left of terms of 550.
        polynomial("Chebyshev T10 at 0.9", partial(_horner, chebyshev_10), 0.9, "AS table 22.3", noise=1e-12),
        polynomial(
            "Wilkinson's, degree 6, at 3.3", wilkinson, 3.3, "J. H. Wilkinson, Numerische Mathematik 1 (1959) 150-180"
        ),
        # 0.2^7 = 1.28e-5 is what is left of terms of 70.
        polynomial("(x-1)^7, expanded, at 1.2", partial(_horner, one_less_to_the_7), 1.2, noise=1e-8),
        polynomial("(1-x)^20 at 0.3", lambda x: (1 - x) ** 20, 0.3),
    ]


def _flat() -> list[ScalarProblem]:
    flat = partial(_problem, "flat")
    return [
        flat("0", lambda m, x: 0 * x, 1.3),
        flat("3.7", lambda m, x: 0 * x + 3.7, -0.4),
        flat("1+1e-8 x^2 at 1", lambda m, x: 1 + 1e-8 * x**2, 1.0, slope=lambda m, x: 2e-8 * x),
        flat("1+1e-12 sin at 0.7", lambda m, x: 1 + 1e-12 * m.sin(x), 0.7, slope=lambda m, x: 1e-12 * m.cos(x)),
        flat("1e6+sin at 0.7", lambda m, x: 1e6 + m.sin(x), 0.7, slope=lambda m, x: m.cos(x)),
        flat("1e10+x^2 at 3", lambda m, x: 1e10 + x**2, 3.0, slope=lambda m, x: 2 * x),
        flat("exp(-1/x^2) at 0.1", lambda m, x: m.exp(-1 / x**2), 0.1, slope=lambda m, x: 2 * m.exp(-1 / x**2) / x**3),
        flat("exp(-1/x^2) at 0.3", lambda m, x: m.exp(-1 / x**2), 0.3, slope=lambda m, x: 2 * m.exp(-1 / x**2) / x**3),
        flat("exp(-x^2) at 5", lambda m, x: m.exp(-x * x), 5.0, slope=lambda m, x: -2 * x * m.exp(-x * x)),
        flat("exp(-x) at 600", lambda m, x: m.exp(-x), 600.0, slope=lambda m, x: -m.exp(-x)),
        flat("tanh at 12", lambda m, x: m.tanh(x), 12.0, slope=lambda m, x: 1 / m.cosh(x) ** 2),
        flat("logistic at 15", lambda m, x: 1 / (1 + m.exp(-x)), 15.0),
        flat("erf at 4", lambda m, x: m.erf(x), 4.0, "AS 7.1.1"),
        flat("cos at 1e-8", lambda m, x: m.cos(x), 1e-8, slope=lambda m, x: -m.sin(x)),
        flat("cos at 1e-3", lambda m, x: m.cos(x), 1e-3, slope=lambda m, x: -m.sin(x)),
        flat("x^3 at 0", lambda m, x: x**3, 0.0, slope=lambda m, x: 3 * x**2),
        flat("x^4 at 1e-3", lambda m, x: x**4, 1e-3, slope=lambda m, x: 4 * x**3),
        flat("x^8 at 0", lambda m, x: x**8, 0.0, slope=lambda m, x: 8 * x**7),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# noise


def _hash_noise(x: Any, salt: int = 0) -> Any:
    """As if drawn from the uniform distribution on [-1, 1], anew for every double x, and always the same for the same.

    The bits of x go through the mixer of splitmix64: G. L. Steele, D. Lea & C. H. Flood, "Fast splittable pseudorandom
    number generators", OOPSLA 2014, figure 16, with the constants of S. Vigna's splitmix64.c. Salts give independent
    functions.
    """
    bits = np.atleast_1d(np.asarray(x, dtype=np.float64) + 0.0).view(np.uint64)  # + 0.0: the same for -0.0 as for 0.0
    z = bits + np.uint64((salt + 1) * 0x9E3779B97F4A7C15 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    uniform = (z >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1
    return uniform.reshape(np.shape(x))[()]


def _printed(values: Any, digits: int) -> Any:
    """As read back from a text file with so many significant digits."""
    read = np.array([float(f"{value:.{digits}g}") for value in np.ravel(values)])
    return read.reshape(np.shape(values))[()]


def _random_noise() -> list[ScalarProblem]:
    def relative(name: str, formula: Callable[[Any, Any], Any], x: float, level: float) -> ScalarProblem:
        salt = zlib.crc32(name.encode())
        source = f"relative noise of {level:g}"
        return _disturbed(
            "noisy", name, formula, x, lambda f, t: f(t) * (1 + level * _hash_noise(t, salt)), source, 1.1 * level
        )

    def absolute(name: str, formula: Callable[[Any, Any], Any], x: float, level: float) -> ScalarProblem:
        salt = zlib.crc32(name.encode())
        source = f"absolute noise of {level:g}, at a value of about 1"
        return _disturbed(
            "noisy", name, formula, x, lambda f, t: f(t) + level * _hash_noise(t, salt), source, 2 * level
        )

    return [
        relative("exp, noise 1e-3", lambda m, x: m.exp(x), 0.5, 1e-3),
        relative("sin, noise 1e-4", lambda m, x: m.sin(x), 0.7, 1e-4),
        relative("cubic, noise 1e-6", lambda m, x: x**3 - 2 * x + 2, 1.3, 1e-6),
        relative("1/x, noise 1e-8", lambda m, x: 1 / x, 2.2, 1e-8),
        relative("log, noise 1e-10", lambda m, x: m.log(x), 3.0, 1e-10),
        relative("Gaussian, noise 1e-12", lambda m, x: m.exp(-x * x), 0.6, 1e-12),
        relative("tanh, noise 1e-8", lambda m, x: m.tanh(x), -0.4, 1e-8),
        relative("sqrt, noise 1e-4", lambda m, x: m.sqrt(x), 7.0, 1e-4),
        relative("sin(20 x), noise 1e-6", lambda m, x: m.sin(20 * x), 0.31, 1e-6),
        relative("exp(-x/1e6) at 3e5, noise 1e-8", lambda m, x: m.exp(-x / 1e6), 3e5, 1e-8),
        relative("log at 1e-5, noise 1e-6", lambda m, x: m.log(x), 1e-5, 1e-6),
        relative("1/(1e-4+x^2) at 0.01, noise 1e-6", lambda m, x: 1 / (1e-4 + x * x), 0.01, 1e-6),
        relative("1e-20 exp, noise 1e-10", lambda m, x: 1e-20 * m.exp(x), 0.5, 1e-10),
        absolute("cos, absolute noise 1e-3", lambda m, x: m.cos(x), 0.9, 1e-3),
        absolute("parabola at its minimum, absolute noise 1e-6", lambda m, x: (x - 1) ** 2 + 1, 1.0, 1e-6),
        absolute("constant, absolute noise 1e-8", lambda m, x: 0 * x + 1.5, 0.8, 1e-8),
        absolute("x^4-x^2+1 at 0, absolute noise 1e-12", lambda m, x: x**4 - x**2 + 1, 0.0, 1e-12),
    ]


def _other_noise() -> list[ScalarProblem]:
    noisy = partial(_disturbed, "noisy")
    return [
        # A wave of this size and length is no noise to a step of 1e-9, which finds its slope instead.
        noisy(
            "exp, ripple 1e-8",
            lambda m, x: m.exp(x),
            1.0,
            lambda f, x: f(x) * (1 + 1e-8 * np.sin(1e7 * x)),
            "imitation of round-off by a short wave",
            1.1e-8,
        ),
        noisy(
            "sin, ripple 1e-11",
            lambda m, x: m.sin(x),
            0.7,
            lambda f, x: f(x) + 1e-11 * np.sin(1e10 * x),
            "imitation of round-off by a short wave",
            1e-10,
        ),
        noisy(
            "exp, six decimals",
            lambda m, x: m.exp(x),
            0.5,
            lambda f, x: np.round(f(x), 6),
            "rounded to a fixed number of decimals",
            5e-7,
        ),
        noisy(
            "sin, six digits",
            lambda m, x: m.sin(x),
            0.7,
            lambda f, x: _printed(f(x), 6),
            "printed and read back",
            5e-6,
        ),
        noisy(
            "log, nine digits",
            lambda m, x: m.log(x),
            2.5,
            lambda f, x: _printed(f(x), 9),
            "printed and read back",
            5e-9,
        ),
        noisy(
            "arctan, twelve bits",
            lambda m, x: m.arctan(x),
            0.55,
            lambda f, x: np.floor(2048 * f(x)) / 2048,
            "an analogue-to-digital converter of 12 bits on [-2, 2]",
            1e-3,
        ),
        noisy(
            "Gaussian, 1e6 added and subtracted",
            lambda m, x: m.exp(-x * x / 2),
            0.8,
            lambda f, x: (f(x) + 1e6) - 1e6,
            "digits lost to a constant that is added and subtracted",
            1e-9,
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# results of iterations that stop at a tolerance


def _elementwise(one: Callable[[float], float]) -> Callable[[Any], Any]:
    """A computation with its own course for every finite x."""

    def f(x: Any) -> Any:
        values = [one(float(t)) if np.isfinite(t) else np.nan for t in np.ravel(x)]
        return np.array(values).reshape(np.shape(x))[()]

    return f


def _kepler(mean: float, eccentricity: float = 0.3, tolerance: float = 1e-8) -> float:
    """The eccentric anomaly, by fixed-point iteration."""
    anomaly, before = mean, np.inf
    while abs(anomaly - before) > tolerance:
        before = anomaly
        anomaly = mean + eccentricity * float(np.sin(anomaly))
    return anomaly


def _bisection(slope: float, tolerance: float = 1e-8) -> float:
    """The t in [0, 2] with cos t = slope t."""
    left, right = 0.0, 2.0
    while right - left > tolerance:
        middle = (left + right) / 2
        if np.cos(middle) > slope * middle:
            left = middle
        else:
            right = middle
    return (left + right) / 2


def _trapezoids(rate: float, tolerance: float = 1e-8) -> float:
    """The integral over t in [0, 1] of exp(-rate t^2), by halving the step until two results agree."""
    panels, value, before = 1, (1 + float(np.exp(-rate))) / 2, np.inf
    while abs(value - before) > tolerance and panels < 2**16:
        before, panels = value, 2 * panels
        t = np.arange(1, panels, 2) / panels
        value = before / 2 + float(np.sum(np.exp(-rate * t * t))) / panels
    return value


def _series(x: float, tolerance: float = 1e-8) -> float:
    """log(1 + x) by Mercator's series, up to the first term that is smaller than the tolerance."""
    if abs(x) > 0.99:
        return np.nan
    total, power, k = 0.0, x, 1
    while abs(power / k) > tolerance:
        total += power / k
        power, k = -x * power, k + 1
    return total


def _jacobi(shift: float, tolerance: float = 1e-8) -> float:
    """u_8, where (2 + shift) u_i - u_(i-1) - u_(i+1) = 1 for i = 1 to 15 and u_0 = u_16 = 0, by Jacobi's iteration."""
    u = np.zeros(17)
    for _ in range(10_000):
        new = (1 + u[:-2] + u[2:]) / (2 + shift)
        change = np.max(np.abs(new - u[1:-1]))
        u[1:-1] = new
        if change <= tolerance:
            return float(u[8])
    return np.nan


def _growth(start: float) -> float:
    """y(1), where y' = y (3 - y) and y(0) = start, by SciPy's Runge-Kutta method."""
    solution = integrate.solve_ivp(lambda _, y: y * (3 - y), (0.0, 1.0), [start], rtol=1e-8, atol=1e-11)
    return float(solution.y[0, -1])


def _truncated() -> list[ScalarProblem]:
    """At points near one where the number of steps changes, and the value jumps.

    Between two such points these are smooth functions, and not quite mp: that, differences of f cannot tell.
    """

    def truncated(
        name: str, computed: Callable[[float], float], exact: Callable[[Any], Any], x: float, source: str, noise: float
    ) -> ScalarProblem:
        return ScalarProblem(name, "noisy", quiet(_elementwise(computed)), exact, x, source, noise, slope=None)

    def kepler(mean: Any) -> Any:
        return mpmath.findroot(lambda t: t - 0.3 * mpmath.sin(t) - mean, _kepler(float(mean)))

    def crossing(slope: Any) -> Any:
        return mpmath.findroot(lambda t: mpmath.cos(t) - slope * t, _bisection(float(slope)))

    def integral(rate: Any) -> Any:
        return mpmath.sqrt(mpmath.pi / rate) / 2 * mpmath.erf(mpmath.sqrt(rate))

    def jacobi(shift: Any) -> Any:
        return (1 - 1 / mpmath.cosh(8 * mpmath.acosh(1 + shift / 2))) / shift

    def growth(start: Any) -> Any:
        return 3 / (1 + (3 / start - 1) * mpmath.exp(-3))

    return [
        truncated("Kepler's equation, fixed point", _kepler, kepler, 1.274, "the fixed-point iteration, to 1e-8", 1e-8),
        truncated("crossing, bisection", _bisection, crossing, 1.1, "bisection of an interval, to 1e-8", 1e-8),
        truncated("integral, trapezoids", _trapezoids, integral, 3.8, "the trapezoidal rule, to 1e-8", 1e-8),
        truncated("log1p, series", _series, mpmath.log1p, 0.48, "a series, cut off at 1e-8", 2e-8),
        truncated("linear system, Jacobi", _jacobi, jacobi, 0.05, "Jacobi's iteration, to 1e-8", 1e-7),
        truncated("logistic growth, Runge-Kutta", _growth, growth, 0.2, "solve_ivp, relative tolerance 1e-8", 1e-8),
    ]


def _single_precision() -> list[ScalarProblem]:
    def throughout(name: str, formula: Callable[[Any, Any], Any], x: float) -> ScalarProblem:
        """The argument, and each operation."""
        source = "computed in float32"
        return _disturbed("float32", name, formula, x, lambda f, t: np.float64(f(np.float32(t))), source, 1e-6)

    def in_the_end(name: str, formula: Callable[[Any, Any], Any], x: float) -> ScalarProblem:
        """Only the value."""
        source = "computed in float64, stored in float32"
        return _disturbed("float32", name, formula, x, lambda f, t: np.float64(np.float32(f(t))), source, 1e-7)

    return [
        throughout("exp in float32", lambda m, x: m.exp(x), 0.5),
        throughout("log in float32", lambda m, x: m.log(x), 2.6),
        throughout("Runge in float32", lambda m, x: 1 / (1 + x * x), 0.9),
        throughout("quartic in float32", lambda m, x: x**4 - 3 * x**2 + 2, 0.7),
        throughout("exp(-x/1e6) at 3e5 in float32", lambda m, x: m.exp(-x / 1e6), 3e5),
        throughout("sin(10 x) in float32", lambda m, x: m.sin(10 * x), 0.43),
        in_the_end("sin stored in float32", lambda m, x: m.sin(x), 0.7),
        in_the_end("erf stored in float32", lambda m, x: m.erf(x), 0.6),
        in_the_end("tanh stored in float32", lambda m, x: m.tanh(x), 0.4),
        in_the_end("1e-20 exp stored in float32", lambda m, x: 1e-20 * m.exp(x), 0.5),
    ]


SCALAR: tuple[ScalarProblem, ...] = (
    *_elementary(),
    *_special(),
    *_published(),
    *_by_accident(),
    *_scaled(),
    *_oscillating(),
    *_near_singular(),
    *_polynomial(),
    *_flat(),
    *_random_noise(),
    *_other_noise(),
    *_truncated(),
    *_single_precision(),
)


def of_kind(*kinds: Kind) -> tuple[ScalarProblem, ...]:
    """The problems of these kinds."""
    return tuple(problem for problem in SCALAR if problem.kind in kinds)


NOISY = of_kind("noisy", "float32")
"""f is not as exact as a float64 can be."""

SMOOTH = tuple(problem for problem in SCALAR if problem not in NOISY)
"""All others."""


# ----------------------------------------------------------------------------------------------------------------------
# kinks, jumps, edges


def _defined_where(inside: Callable[[Any], Any], f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f, and NaN elsewhere."""
    return lambda x: np.where(inside(x), f(x), np.nan)[()]


def _irregular() -> list[IrregularProblem]:
    def problem(
        name: str,
        f: Callable[[Any], Any],
        x: float,
        outcome: Outcome,
        slopes: tuple[float | None, float | None],
        reach: float = 1.0,
    ) -> IrregularProblem:
        return IrregularProblem(name, quiet(f), x, outcome, slopes, reach)

    def huber(x: Any) -> Any:
        """P. J. Huber, The Annals of Mathematical Statistics 35 (1964) 73-101, with its joint at 1."""
        return np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5)[()]

    return [
        problem("|x| at 0", np.abs, 0.0, "kink", (-1.0, 1.0)),
        problem("|x|+x/2 at 0", lambda x: np.abs(x) + x / 2, 0.0, "kink", (-0.5, 1.5)),
        problem("|sin x| at 0", lambda x: np.abs(np.sin(x)), 0.0, "kink", (-1.0, 1.0)),
        problem("max(x, 2x) at 0", lambda x: np.maximum(x, 2 * x), 0.0, "kink", (1.0, 2.0)),
        problem("|x-1|+x at 1", lambda x: np.abs(x - 1) + x, 1.0, "kink", (0.0, 2.0)),
        problem("relu at 0", lambda x: np.maximum(x, 0), 0.0, "kink", (0.0, 1.0)),
        problem("exp(-|x|) at 0", lambda x: np.exp(-np.abs(x)), 0.0, "kink", (1.0, -1.0)),
        problem("1e-6 |x|+x at 0", lambda x: 1e-6 * np.abs(x) + x, 0.0, "kink", (1 - 1e-6, 1 + 1e-6)),
        problem("relu at 1e-6", lambda x: np.maximum(x, 0), 1e-6, "smooth", (1.0, 1.0), 1e-6),
        problem("|x| at 1e-7", np.abs, 1e-7, "smooth", (1.0, 1.0), 1e-7),
        problem("|x-0.5| at 0.501", lambda x: np.abs(x - 0.5), 0.501, "smooth", (1.0, 1.0), 1e-3),
        problem("|x|^1.5 at 0", lambda x: np.abs(x) ** 1.5, 0.0, "smooth", (0.0, 0.0)),
        problem("Huber at 1", huber, 1.0, "smooth", (1.0, 1.0)),
        problem("1/|x| at 1e-3", lambda x: 1 / np.abs(x), 1e-3, "smooth", (-1e6, -1e6), 1e-3),
        problem("step at 1", lambda x: np.where(x < 1, 0, 1) + x, 1.0, "jump", (None, 1.0)),
        problem("sign at 0", np.sign, 0.0, "jump", (None, None)),
        problem("floor at 3", np.floor, 3.0, "jump", (None, 0.0)),
        problem("small step at 1", lambda x: np.where(x > 1, 1e-3, 0) + x, 1.0, "jump", (1.0, None)),
        problem("floor at 3-1e-6", np.floor, 3 - 1e-6, "smooth", (0.0, 0.0), 1e-6),
        problem("1/|x| at 0", lambda x: 1 / np.abs(x), 0.0, "pole", (None, None)),
        problem("log|x| at 0", lambda x: np.log(np.abs(x)), 0.0, "pole", (None, None)),
        problem("sqrt at 0", np.sqrt, 0.0, "unbounded", (None, None)),
        problem("cube root at 0", np.cbrt, 0.0, "unbounded", (None, None)),
        problem("arcsin at 1", np.arcsin, 1.0, "unbounded", (None, None)),
        problem("x^1.5 at 0", lambda x: np.power(x, 1.5), 0.0, "one-sided", (None, 0.0)),
        problem(
            "(x-1) exp(x) on x >= 1, at 1",
            _defined_where(lambda x: x >= 1, lambda x: (x - 1) * np.exp(x)),
            1.0,
            "one-sided",
            (None, math.e),
        ),
        problem("exp on x <= 2, at 2", _defined_where(lambda x: x <= 2, np.exp), 2.0, "one-sided", (math.exp(2), None)),
        problem("log at 1e-300", np.log, 1e-300, "edge", (1e300, 1e300), 1e-300),
        problem("sqrt at 1e-14", np.sqrt, 1e-14, "edge", (5e6, 5e6), 1e-14),
        problem(
            "exp on x <= 2, at 2-1e-6",
            _defined_where(lambda x: x <= 2, np.exp),
            2 - 1e-6,
            "edge",
            (math.exp(2 - 1e-6), math.exp(2 - 1e-6)),
            1e-6,
        ),
    ]


IRREGULAR: tuple[IrregularProblem, ...] = tuple(_irregular())
