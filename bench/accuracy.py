"""How accurate derivatives are, what they cost in evaluations of f, and whether error bars hold: secant and its peers.

The problems are those of the tests, whose derivatives are known to the last bit. Digits are those of single entries,
-log10 of the relative error, between 0 and 16; entries that are exactly zero have none. An error bar holds where it
reaches the exact derivative, or where the value is within a unit in the last place of it anyway. Peers run as they
come, with their defaults where nothing else is said; some of them mean their errors as estimates and not as bounds.
Those that are not installed are left out. ``pip install ".[test,bench]"`` brings all that is needed.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

import secant

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from multivariate_problems import MULTIVARIATE
from scalar_problems import NOISY, SMOOTH

Array = npt.NDArray[Any]
Function = Callable[[Any], Any]

BIASED = frozenset(
    {
        "exp, ripple 1e-8",
        "sin, ripple 1e-11",
        "Kepler's equation, fixed point",
        "integral, trapezoids",
        "log1p, series",
        "linear system, Jacobi",
        "logistic growth, Runge-Kutta",
    }
)
"""Problems whose f is not a noisy form of the exact function but a smooth one of its own, with a derivative of its own:
an iteration, a series or a solver that takes the same number of steps all around x, or a wave that is resolved by small
steps. A method that finds the derivative of what it is given misses the exact one by the difference of the two, which
no values of f reveal. Their bars are counted, and the rate is given without them as well.
"""
assert {problem.name for problem in NOISY} >= BIASED

MOST_DIGITS = 16.0


# ----------------------------------------------------------------------------------------------------------------------
# what is done, and what comes of it


@dataclass(frozen=True, slots=True)
class Case:
    """A function, a point, and the derivative there."""

    name: str
    f: Function
    x: Any
    exact: Array

    @property
    def variables(self) -> int:
        """How many there are."""
        return int(np.size(self.x))


@dataclass(frozen=True, slots=True)
class Found:
    """A derivative as a method returns it; `error` and `status` where it has them."""

    value: Any
    error: Any = None
    status: Any = None


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to differentiate: `differentiate(module, f, x)`."""

    name: str
    module: str
    differentiate: Callable[[Any, Function, Any], Found]
    analytic: bool = False
    """Whether f is called with complex numbers: cases where it does not take them are left out."""
    slow: bool = False

    @property
    def package(self) -> str:
        """What has to be installed."""
        return self.module.split(".")[0]

    def version(self) -> str | None:
        """The version that is installed, None where it is not, or does not import."""
        try:
            import_module(self.module)
        except ImportError:
            return None
        installed: str = import_module(self.package).__version__
        return installed


class Counted:
    """f, with the points counted at which it is evaluated: a call may be of several, where f is elementwise."""

    def __init__(self, f: Function, variables: int) -> None:
        self.f = f
        self.variables = variables
        self.points = 0

    def __call__(self, x: Any) -> Any:
        """f(x), counted."""
        self.points += np.size(x) // self.variables
        return self.f(x)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one case. Arrays have an entry for each of the derivative's."""

    case: Case
    evaluations: int
    value: Array
    error: Array | None
    status: Array | None
    failure: str = ""

    @cached_property
    def true_error(self) -> Array:
        """Distance to the exact derivative; NaN where there is no value."""
        return np.abs(self.value - self.case.exact)

    @cached_property
    def beyond_rounding(self) -> Array:
        """Whether it is more than a unit in the last place; also where there is no value."""
        return ~(self.true_error <= np.spacing(np.abs(self.case.exact)))

    @cached_property
    def digits(self) -> Array:
        """Digits of all entries; NaN where the exact derivative is zero."""
        exact = self.case.exact
        relative = np.where(np.isfinite(self.true_error), self.true_error, np.inf) / np.abs(exact)
        digits = np.clip(-np.log10(relative), 0.0, MOST_DIGITS) + 0.0  # no -0.0
        return np.where(exact == 0, np.nan, digits)

    @cached_property
    def holds(self) -> Array:
        """Whether error bars hold."""
        assert self.error is not None
        return (self.true_error <= self.error) | ~self.beyond_rounding

    @cached_property
    def tightness(self) -> Array:
        """Error bars over true errors, where these are more than rounding."""
        assert self.error is not None
        return (self.error / self.true_error)[self.beyond_rounding & np.isfinite(self.true_error)]


def run(contender: Contender, case: Case) -> Outcome:
    """Differentiate one case with one method."""
    f = Counted(case.f, case.variables)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if contender.analytic:
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            found = contender.differentiate(import_module(contender.module), f, case.x)
            shape = case.exact.shape
            value = np.reshape(found.value, shape)
            error = None if found.error is None else np.reshape(found.error, shape)
            status = None if found.status is None else np.reshape(found.status, shape)
        except Exception as error:  # whatever a package raises is its outcome
            nothing = np.full(case.exact.shape, np.nan)
            return Outcome(case, f.points, nothing, nothing, None, f"{type(error).__name__}: {error}")
    return Outcome(case, f.points, value, error, status)


# ----------------------------------------------------------------------------------------------------------------------
# secant


def _own(name: str, method: Any, derivative: str, *, analytic: bool = False) -> Contender:
    def differentiate(module: Any, f: Function, x: Any) -> Found:
        est = getattr(module, derivative)(f, x, method=method, full_output=True)
        return Found(est.value, est.error, est.status)

    return Contender(name, "secant", differentiate, analytic=analytic)


ADAPTIVE = "secant adaptive"


def _own_first(derivative: str) -> list[Contender]:
    return [
        _own("secant forward", "forward", derivative),
        _own("secant central", "central", derivative),
        _own("secant central, order 4", secant.FiniteDifference("central", 4), derivative),
        _own(ADAPTIVE, "adaptive", derivative),
        _own("secant adaptive, rtol 1e-9", secant.Adaptive(rtol=1e-9), derivative),
        _own("secant complex", "complex", derivative, analytic=True),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# peers


def _of_one(differentiate: Callable[[Any, Function, Array], Found]) -> Callable[[Any, Function, Any], Found]:
    """For a function of a number, with a package that wants arrays."""
    return lambda module, f, x: differentiate(module, lambda v: f(v[0]), np.array([x]))


def _scipy_forward(module: Any, f: Function, x: Array) -> Found:
    return Found(module.approx_fprime(x, f))


def _scipy_central(module: Any, f: Function, x: Array) -> Found:
    return Found(module.approx_derivative(f, x, method="3-point"))


def _scipy_elementwise(module: Any, f: Function, x: float) -> Found:
    found = module.derivative(f, x)
    return Found(found.df, found.error)


def _scipy_jacobian(module: Any, f: Function, x: Array) -> Found:
    def at_many(points: Array) -> Array:
        """Values at the points along the first axis, one at a time, as peers that are not vectorised do."""
        flat = points.reshape(len(points), -1).T
        values = np.array([f(point.copy()) for point in flat])
        return values.T.reshape(values.shape[1:] + points.shape[1:])

    found = module.jacobian(at_many, x)
    return Found(found.df, found.error)


def _numdifftools(name: str, module: Any, f: Function, x: Any) -> Found:
    found = getattr(module, name)(f, full_output=True)(x)
    # One tuple of all since 0.10; before that, the value and a tuple of the rest.
    information = found if hasattr(found, "error_estimate") else found[1]
    return Found(found[0], information.error_estimate)


def _numdifftools_first(module: Any, f: Function, x: Array) -> Found:
    return _numdifftools("Jacobian" if np.ndim(f.f(x)) else "Gradient", module, f, x)  # type: ignore[attr-defined]


def _jacobi(module: Any, f: Function, x: Any) -> Found:
    return Found(*module.jacobi(f, x))


def _statsmodels(name: str, module: Any, f: Function, x: Array, **options: Any) -> Found:
    return Found(getattr(module, name)(x, f, **options))


_central_of_statsmodels = partial(_statsmodels, "approx_fprime", centered=True)
_complex_of_statsmodels = partial(_statsmodels, "approx_fprime_cs")

SCALAR_METHODS = (
    *_own_first("derivative"),
    Contender("scipy approx_fprime", "scipy.optimize", _of_one(_scipy_forward)),
    Contender("scipy 3-point", "scipy.optimize._numdiff", _of_one(_scipy_central)),
    Contender("scipy.differentiate", "scipy.differentiate", _scipy_elementwise),
    Contender("numdifftools", "numdifftools", partial(_numdifftools, "Derivative"), slow=True),
    Contender("jacobi", "jacobi", _jacobi),
    Contender("statsmodels central", "statsmodels.tools.numdiff", _of_one(_central_of_statsmodels)),
    Contender("statsmodels complex", "statsmodels.tools.numdiff", _of_one(_complex_of_statsmodels), analytic=True),
)

MULTIVARIATE_METHODS = (
    *_own_first("jacobian"),
    Contender("scipy approx_fprime", "scipy.optimize", _scipy_forward),
    Contender("scipy 3-point", "scipy.optimize._numdiff", _scipy_central),
    Contender("scipy.differentiate", "scipy.differentiate", _scipy_jacobian, slow=True),
    Contender("numdifftools", "numdifftools", _numdifftools_first, slow=True),
    Contender("jacobi", "jacobi", _jacobi),
    Contender("statsmodels central", "statsmodels.tools.numdiff", _central_of_statsmodels),
    Contender("statsmodels complex", "statsmodels.tools.numdiff", _complex_of_statsmodels, analytic=True),
)

HESSIAN_METHODS = (
    _own("secant central, order 4", secant.FiniteDifference("central", 4), "hessian"),
    _own(ADAPTIVE, "adaptive", "hessian"),
    Contender("statsmodels approx_hess3", "statsmodels.tools.numdiff", partial(_statsmodels, "approx_hess3")),
    Contender("numdifftools", "numdifftools", partial(_numdifftools, "Hessian"), slow=True),
)


# ----------------------------------------------------------------------------------------------------------------------
# sections


@dataclass(frozen=True, slots=True)
class Section:
    """One table."""

    name: str
    title: str
    cases: Callable[[], list[Case]]
    contenders: Sequence[Contender]
    unit: str = "evaluations a variable"
    units: Callable[[int], float] = float
    """What evaluations are counted by, for so many variables."""


def _scalar(problems: Iterable[Any]) -> list[Case]:
    return [Case(p.name, p.f, p.x, np.array(p.exact())) for p in problems]


def _first() -> list[Case]:
    return [Case(p.name, p.f, p.point(), p.exact()) for p in MULTIVARIATE]


def _second() -> list[Case]:
    return [Case(p.name, p.f, p.point(), p.exact_hessian()) for p in MULTIVARIATE if np.ndim(p.f(p.point())) == 0]


SECTIONS = (
    Section("smooth", "Smooth functions of one variable", partial(_scalar, SMOOTH), SCALAR_METHODS),
    Section("noisy", "Noisy functions of one variable", partial(_scalar, NOISY), SCALAR_METHODS),
    Section("multivariate", "Gradients and Jacobians", _first, MULTIVARIATE_METHODS),
    Section(
        "hessians",
        "Hessians from values",
        _second,
        HESSIAN_METHODS,
        "share of 2.5 n² + 20 n",
        lambda n: 2.5 * n**2 + 20 * n,
    ),
)


@dataclass(frozen=True)
class Score:
    """A line of a table: the outcomes of one method in numbers. Entries of all cases count alike."""

    contender: Contender
    outcomes: list[Outcome]
    units: Callable[[int], float]
    left_out: list[Outcome]
    """Cases that do not suit the method: f does not take complex numbers, or that was found to go wrong."""

    @property
    def method(self) -> str:
        """Its name."""
        return self.contender.name

    @cached_property
    def digits(self) -> Array:
        """Of all entries that are not zero."""
        digits = np.concatenate([one.digits.ravel() for one in self.outcomes])
        return digits[~np.isnan(digits)]

    @cached_property
    def cost(self) -> Array:
        """Of every case, in units."""
        return np.array([one.evaluations / self.units(one.case.variables) for one in self.outcomes])

    @cached_property
    def has_bars(self) -> bool:
        """Whether it estimates errors."""
        return any(one.error is not None and not one.failure for one in self.outcomes)

    def rate(self, without: frozenset[str] = frozenset()) -> float:
        """The share of error bars that hold, in percent."""
        held = [one.holds.ravel() for one in self.outcomes if one.case.name not in without]
        return 100 * float(np.mean(np.concatenate(held)))

    @cached_property
    def tightness(self) -> float:
        """The median."""
        return float(np.median(np.concatenate([one.tightness.ravel() for one in self.outcomes])))

    @property
    def failures(self) -> list[Outcome]:
        """Cases in which nothing was returned."""
        return [one for one in self.outcomes if one.failure]

    def numbers(self) -> dict[str, Any]:
        """All that is in the table."""
        found: dict[str, Any] = {
            "cases": len(self.outcomes),
            "digits": {
                "median": float(np.median(self.digits)),
                "p10": float(np.percentile(self.digits, 10)),
                "p90": float(np.percentile(self.digits, 90)),
                "min": float(self.digits.min()),
            },
            "cost": {"median": float(np.median(self.cost)), "max": float(self.cost.max())},
        }
        if self.has_bars:
            found |= {
                "bars_hold": self.rate(),
                "bars_hold_without_biased": self.rate(BIASED),
                "tightness": self.tightness,
            }
        return found


# ----------------------------------------------------------------------------------------------------------------------
# text


_WIDTHS = (27, 7, 9, 7, 7, 12, 12, 10, 12, 10)


def _cells(*cells: str) -> str:
    first, *others = zip(cells, _WIDTHS, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)


def _head(section: Section, biased: bool) -> str:
    groups = f"{'digits':>{sum(_WIDTHS[:5])}}{section.unit:>{sum(_WIDTHS[5:7])}}{'bars':>{_WIDTHS[7]}}"
    groups += f"{'without' if biased else '':>{_WIDTHS[8]}}{'bar /':>{_WIDTHS[9]}}"
    names = (
        "method",
        "cases",
        "median",
        "p10",
        "min",
        "median",
        "max",
        "hold %",
        "biased %" if biased else "",
        "error",
    )
    return f"{groups}\n{_cells(*names)}"


def _line(score: Score, biased: bool) -> str:
    n = score.numbers()
    bars = ("–", "–" if biased else "", "–")
    if score.has_bars:
        unbiased = f"{n['bars_hold_without_biased']:.1f}" if biased else ""
        bars = (f"{n['bars_hold']:.1f}", unbiased, f"{n['tightness']:.3g}")
    digits, cost = n["digits"], n["cost"]
    return _cells(
        score.method,
        str(n["cases"]),
        *(f"{digits[key]:.1f}" for key in ("median", "p10", "min")),
        *(f"{cost[key]:.3g}" for key in ("median", "max")),
        *bars,
    )


def _worst(one: Outcome) -> tuple[int, ...]:
    """The entry to speak of: one whose bar fails by most, or else the one with the fewest digits."""
    assert one.error is not None
    excess = np.where(one.holds, 0, one.true_error / np.maximum(one.error, np.finfo(float).tiny))
    excess = np.where(np.isnan(one.true_error), np.inf, excess)
    few = MOST_DIGITS - np.nan_to_num(one.digits, nan=MOST_DIGITS)
    key = excess if excess.any() else few
    return tuple(int(k) for k in np.unravel_index(np.argmax(key), key.shape))


def problem_lines(score: Score) -> Iterable[str]:
    """What came of every problem, its worst entry standing for the others."""
    width = max(len(one.case.name) for one in score.outcomes) + 2
    yield f"{'problem':<{width}}{'entry':>8}{'digits':>8}{'evals':>7}{'error':>10}{'bar':>10}  {'status':<13} bars"
    for one in score.outcomes:
        assert one.error is not None
        assert one.status is not None
        at = _worst(one)
        failing = int(np.count_nonzero(~one.holds))
        digits = f"{one.digits[at]:.1f}" if one.case.exact[at] != 0 else "–"
        status = secant.Status(int(one.status[at])).name.lower().replace("_", " ")
        verdict = "hold" if failing == 0 else f"{failing} of {one.holds.size} FAIL"
        note = ", biased" if one.case.name in BIASED else ""
        yield (
            f"{one.case.name:<{width}}{','.join(map(str, at)):>8}{digits:>8}{one.evaluations:>7}"
            f"{one.true_error[at]:>10.1e}{one.error[at]:>10.1e}  {status:<13} {verdict}{note}"
        )


def _notes(section: Section, score: Score) -> Iterable[str]:
    if score.left_out:
        names = [one.case.name for one in score.left_out]
        yield f"{score.method} is left out in {len(names)} cases: {'; '.join(names[:8])}{'; …' if names[8:] else ''}"
    if score.failures:
        first = score.failures[0]
        yield f"{score.method} raised in {len(score.failures)} cases, the first {first.case.name}: {first.failure[:90]}"
    if score.method == ADAPTIVE:
        counts = [(one.evaluations, one.case) for one in score.outcomes]
        over = [case.name for evaluations, case in counts if evaluations > section.units(case.variables)]
        if section.name == "hessians" and over:
            yield f"{score.method} took more than 2.5 n² + 20 n evaluations for {len(over)}: {'; '.join(over)}"


# ----------------------------------------------------------------------------------------------------------------------
# the same for machines


def _plain(value: Any) -> Any:
    """For JSON, which has no NaN and no infinity: null, and words."""
    if isinstance(value, np.ndarray | list | tuple):
        return (
            [_plain(entry) for entry in np.asarray(value).tolist()] if np.ndim(value) else _plain(np.asarray(value)[()])
        )
    if isinstance(value, float | np.floating):
        number = float(value)
        return number if np.isfinite(number) else None if np.isnan(number) else str(number)
    return value.item() if isinstance(value, np.generic) else value


def _details(one: Outcome) -> dict[str, Any]:
    return {
        "name": one.case.name,
        "variables": one.case.variables,
        "evaluations": one.evaluations,
        "exact": _plain(one.case.exact),
        "value": _plain(one.value),
        "error": _plain(one.error),
        "status": _plain(one.status),
        "failure": one.failure or None,
    }


def _report(scores: dict[str, list[Score]], versions: dict[str, str]) -> dict[str, Any]:
    sections = {
        name: {
            one.method: {key: _plain(value) for key, value in one.numbers().items()}
            | {"problems": [_details(outcome) for outcome in one.outcomes]}
            for one in lines
        }
        for name, lines in scores.items()
    }
    return {"versions": versions, "biased": sorted(BIASED), "sections": sections}


# ----------------------------------------------------------------------------------------------------------------------
# the figure

# M. Okabe & K. Ito, "Color Universal Design" (2002).
_COLOURS = {
    "secant": "#D55E00",
    "scipy": "#0072B2",
    "numdifftools": "#009E73",
    "jacobi": "#CC79A7",
    "statsmodels": "#000000",
}
_TICKS = (1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Mark:
    """A method in the figure."""

    score: Score
    x: float
    low: float
    middle: float
    high: float

    @property
    def colour(self) -> str:
        """That of the package."""
        return _COLOURS[self.score.contender.package]


def _marks(lines: list[Score]) -> list[Mark]:
    """Those of one panel; side by side where they cost the same."""
    marks: list[Mark] = []
    most = max(len(score.outcomes) for score in lines)
    for score in sorted(lines, key=lambda score: score.numbers()["cost"]["median"]):
        if 2 * len(score.outcomes) < most:
            continue  # a few cases that suit the method are no ground for a comparison
        n = score.numbers()
        x = n["cost"]["median"]
        while any(abs(np.log(x / other.x)) < 0.08 for other in marks):
            x *= 1.09
        marks.append(Mark(score, x, *(n["digits"][key] for key in ("p10", "median", "p90"))))
    return marks


def draw(scores: dict[str, list[Score]], file: Path) -> None:
    """Digits against evaluations, a panel for each section of first derivatives."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    chosen = [section for section in SECTIONS if section.name in scores and section.name != "hessians"]
    figure, panels = plt.subplots(len(chosen), 1, figsize=(8, 5 * len(chosen)), layout="constrained", squeeze=False)
    for ax, section in zip(panels.flat, chosen, strict=True):
        marks = _marks(scores[section.name])
        ax.set_xscale("log")
        for mark in marks:
            whiskers = [[mark.middle - mark.low], [mark.high - mark.middle]]
            style = {"marker": "o" if mark.score.has_bars else "s", "markersize": 5, "capsize": 3, "elinewidth": 1.2}
            ax.errorbar(mark.x, mark.middle, whiskers, color=mark.colour, **style)
            above = {"xytext": (0, 5), "textcoords": "offset points", "rotation": 90, "ha": "center", "va": "bottom"}
            ax.annotate(mark.score.method, (mark.x, mark.high), fontsize=8, color=mark.colour, **above)
        ax.step(*zip(*_front(marks), strict=True), where="post", color="0.85", linewidth=5, zorder=0)
        # Names need as much room above as 10 digits do.
        ax.set_ylim(-0.6, MOST_DIGITS + 10)
        ax.set_yticks(range(0, int(MOST_DIGITS) + 1, 2))
        ax.margins(x=0.08)
        ax.set_title(section.title, loc="left", fontsize="medium")
        ax.set_ylabel("digits: median, and 10 % to 90 %")
        ax.grid(color="0.93", linewidth=0.7)
        ax.set_axisbelow(True)
        left, right = ax.get_xlim()
        ticks = [tick for tick in _TICKS if left < tick < right]
        ax.set_xticks(ticks, [str(tick) for tick in ticks])
        ax.set_xticks([], minor=True)
    panels.flat[-1].set_xlabel(
        "evaluations of f a variable, median\n"
        "circles: methods with error bars; grey: the front of those that need no complex numbers"
    )
    figure.savefig(file)


def _front(marks: list[Mark]) -> list[tuple[float, float]]:
    """The methods that no cheaper one equals, of those that any f suits."""
    front: list[tuple[float, float]] = []
    for mark in sorted(marks, key=lambda mark: (mark.x, -mark.middle)):
        if not mark.score.contender.analytic and (not front or mark.middle > front[-1][1]):
            front.append((mark.x, mark.middle))
    return front


# ----------------------------------------------------------------------------------------------------------------------


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the slow peers")
    parser.add_argument("--only", action="append", choices=[one.name for one in SECTIONS], help="sections to run")
    parser.add_argument("--problems", action="store_true", help="list what the adaptive method makes of each problem")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all that was found")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="where to draw digits against evaluations")
    return parser.parse_args()


def main() -> None:
    asked = _parsed()
    warnings.simplefilter("ignore")  # peers' own, when they are imported
    versions: dict[str, str] = {}
    scores: dict[str, list[Score]] = {}
    for section in SECTIONS:
        if asked.only and section.name not in asked.only:
            continue
        start = perf_counter()
        cases = section.cases()
        entries = sum(case.exact.size for case in cases)
        biased = any(case.name in BIASED for case in cases)
        print(f"{section.title}: {len(cases)} cases, {entries} entries\n\n{_head(section, biased)}", flush=True)
        lines = scores[section.name] = []
        for contender in section.contenders:
            installed = contender.version()
            if installed is None or (asked.quick and contender.slow):
                continue
            versions[contender.package] = installed
            outcomes = [run(contender, case) for case in cases]
            left_out = [one for one in outcomes if one.failure and contender.analytic]
            kept = [one for one in outcomes if one not in left_out]
            lines.append(Score(contender, kept, section.units, left_out))
            print(_line(lines[-1], biased), flush=True)
        print()
        notes = [note for score in lines for note in _notes(section, score)]
        print(*notes, sep="\n", end="\n\n" if notes else "")
        if asked.problems:
            print(*problem_lines(next(one for one in lines if one.method == ADAPTIVE)), sep="\n")
        print(f"{perf_counter() - start:.0f} s\n", flush=True)
    print(", ".join(f"{package} {number}" for package, number in versions.items()))
    if asked.json is not None:
        asked.json.write_text(json.dumps(_report(scores, versions), indent=1, allow_nan=False) + "\n")
    if asked.plot is not None:
        draw(scores, asked.plot)


if __name__ == "__main__":
    main()
