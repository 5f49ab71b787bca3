"""What a Taylor test found, in words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.taylor.report import TaylorReport, Term

_WIDTH = 110
_ROWS = 7
_SMALL, _LARGE = 1e-4, 10.0  # between these, relative errors are told in per cent
_VISIBLE = 3.0  # remainders that are so many times what rounding and noise make of them have a rate

_CHECKS = {"grad": "gradient", "jac": "jacobian", "jvp": "jvp", "hess": "hessian", "hvp": "hvp"}

_REMEDIES = {
    "rounding": "give a v along which f changes more, or subtract what is constant in f",
    "digits": "let f compute, and return, more digits",
    "noise": "tighten the tolerances inside f and make it repeatable, or give a longer v",
    "curvature": "give a shorter v, or another x: f is hardly smooth on this line",
    "ripple": "tighten the tolerances inside f: what solvers leave of an equation makes such ripples",
    "details": "give a shorter v, on the scale on which f changes",
    "jump": "take another x: where f jumps there is no derivative to compare with",
    "kink": "take another x: at a kink there is no derivative to compare with",
}


def page(report: TaylorReport) -> str:
    """At most 25 lines: the verdict, remainders and their rates, the coefficients that decide, and what to do next."""
    tested = " and ".join(term.name for term in report.terms)
    lines = textwrap.wrap(f"{report.verdict.upper()}: {tested} along v. {_capital(reason(report))}.", _WIDTH)
    lines += ["", *_table(report), ""]
    for term in report.terms:
        lines += textwrap.wrap(_coefficient(term), _WIDTH, subsequent_indent="  ")
    lines += ["", f"seen at {_seen(report)}"]
    lines += textwrap.wrap(f"next: {advice(report)}", _WIDTH, subsequent_indent="  ")
    return "\n".join(lines)


def reason(report: TaylorReport) -> str:
    """The verdict in a sentence without its full stop."""
    term = report.decisive
    if report.verdict == "fail":
        return f"{_subject(term)} {_fault(term)}"
    if report.verdict == "inconclusive":
        return _hidden(term) + (f", in {entry('f(x)', term.worst)}" if term.worst else "")
    first, last = report.terms[0], report.terms[-1]
    if first.exact:
        return f"f is linear along v: {_nothing_left(first)}"
    symbols = " and ".join(term.symbol for term in report.terms)
    text = f"{symbols} agree{'s' if first is last else ''} with f"
    if last.exact:
        text += f", and f is quadratic along v: {_nothing_left(last)}"
    if first.limit == "ripple":
        text += ", though f has a ripple that only small steps resolve"
    return text


def advice(report: TaylorReport) -> str:
    """What to do next."""
    term = report.decisive
    if report.verdict == "inconclusive":
        return _REMEDIES[term.limit]
    check = f"secant.check_{_CHECKS[term.name]}(f, {term.name}, x)"
    if report.verdict == "fail":
        alone = f"{check} says where and how {term.name} is wrong"
        with np.errstate(all="ignore"):
            small = abs(term.relative_error) < _SMALL
        if small:
            return f"derivatives by differences and tolerances inside f make such errors as well; if not, {alone}"
        return alone
    fixed = np.argwhere(np.atleast_1d(report.direction == 0)) if report.seed is not None else np.empty((0, 1))
    if len(fixed):
        more = f" and {len(fixed) - 1} more" if len(fixed) > 1 else ""
        name = entry("x", tuple(fixed[0])) if report.direction.ndim else "x"
        return f"bounds leave no room to move {name}{more}, so that the test says nothing of them"
    if report.direction.size == 1:
        return f"other x; {check} also tries points of its own"
    return f"errors that cancel along one v show along others, as rng=1, 2, … are; {check} looks at every entry"


def entry(name: str, index: tuple[Any, ...]) -> str:
    """What an entry is called: x[1, 2], or the name alone for a number."""
    return f"{name}[{', '.join(str(int(i)) for i in index)}]" if index else name


def share(size: float) -> str:
    """A relative size in words: as 1.2e-06, in per cent, or in times."""
    if size < _SMALL:
        return f"{size:.2g}"
    if size >= _LARGE:
        return f"{size:.2g} times"
    return f"{100 * size:.{2 if size < 0.1 else 3}g} %"


def _capital(sentence: str) -> str:
    symbols = ("f ", "A·v", "½")
    return sentence if sentence.startswith(symbols) else sentence[0].upper() + sentence[1:]


def _subject(term: Term) -> str:
    return f"{term.symbol} of {entry('f(x)', term.worst)}" if term.worst else term.symbol


def _nothing_left(term: Term) -> str:
    return f"the remainder is {'noise' if term.limit == 'noise' else 'rounding'} at every step"


def _fault(term: Term) -> str:
    said, lacks = term.predicted[term.worst], term.coefficient[term.worst]
    if not np.isfinite(said):
        return f"is {said}"
    found = said + lacks
    what = "slope of f along v" if term.order == 1 else "coefficient of h² in f(x + h v)"
    error = 4 * term.standard_error[term.worst]
    if _is_next_to_nothing(term) or abs(found) <= error:
        return f"is {said:.6g}, but the {what} is {0 if abs(found) <= error else found:.6g}"
    ratio = said / found
    numbers = f"it is {said:.6g}" + (f", and the {what} is {found:.6g}" if abs(ratio - 1) >= _SMALL else "")
    off = share(abs(ratio - 1))
    unit = " of itself" if abs(ratio - 1) < _SMALL else ""
    if np.iscomplexobj(ratio):
        return f"is off by {off}{unit}: {numbers}"
    if ratio < 0:
        return f"has the wrong sign{', and the wrong size' if abs(ratio + 1) > _SMALL else ''}: {numbers}"
    if not 2 / 3 < ratio < 1.5:
        return f"is {ratio:.6g} times what it should be: {numbers}"
    return f"is too {'large' if ratio > 1 else 'small'} by {off}{unit}: {numbers}"


def _is_next_to_nothing(term: Term) -> bool:
    """Whether there is no relative error that would say anything."""
    said = abs(term.predicted[term.worst])
    return bool(said == 0 or said < term.scale[term.worst] / 100)


def _hidden(term: Term) -> str:
    """What stands in the way of a verdict."""
    if term.limit == "kink" and term.sides is not None:
        behind, ahead = term.sides
        said = term.predicted[term.worst]
        return f"f has a kink at x: its slope along v is {behind:.6g} behind x and {ahead:.6g} ahead; A·v is {said:.6g}"
    if term.limit == "jump":
        return "f jumps at x"
    if term.limit == "details":
        return "f has details along v that the steps do not resolve"
    least, said = float(term.detectable[term.worst] * term.scale[term.worst]), abs(term.predicted[term.worst])
    if least < said:
        errors = f"errors of up to {share(least / said)} of {term.symbol}"
    else:
        errors = f"{'slopes' if term.order == 1 else 'coefficients'} of up to {least:.2g}; {term.symbol} is {said:.2g}"
    causes = {
        "rounding": "rounding of f",
        "digits": f"granularity of f, whose values are uncertain by {term.noise:.1e},",
        "noise": f"noise of {term.noise:.1e} in f",
        "curvature": "how f bends along v, at all steps,",
        "ripple": "a ripple of f, that only small steps resolve,",
    }
    return f"{causes[term.limit]} hides {errors}"


def _coefficient(term: Term) -> str:
    name = "first-order" if term.order == 1 else "second-order"
    of = f" of {entry('f(x)', term.worst)}" if term.worst else ""
    lacks, error = term.coefficient[term.worst], term.standard_error[term.worst]
    said, least = term.predicted[term.worst], term.detectable[term.worst] * term.scale[term.worst]
    head = f"{name} term{of}: "
    if not np.isfinite(said):
        return f"{head}unknown, {term.symbol} is {said}"
    if _is_next_to_nothing(term):
        text, least_text = f"{lacks:.3g} ± {error:.1g}, where {term.symbol} is {said:.3g}", f"{least:.2g}"
    else:
        unit = term.symbol if said == abs(said) else f"|{term.symbol}|"
        text, least_text = f"{lacks / abs(said):.3g} ± {error / abs(said):.1g} of {unit}", share(least / abs(said))
    if term.verdict == "fail":
        return f"{head}{text}; it must be 0"
    if term.limit == "kink":
        return f"{head}{text} ahead of x"
    if least == 0:
        return f"{head}{text}; f changes by rounding alone"
    if term.verdict == "pass":
        return f"{head}{text}: it is 0, and an error of {term.symbol} by {least_text} would have been seen"
    return f"{head}{text}: only errors of {term.symbol} by {least_text} or more are sure to be seen"


def _table(report: TaylorReport) -> list[str]:
    """Remainders at some of the steps, their rates from row to row, and slopes."""
    columns = [(f"|R{order}|", values, report.floor) for order, values in report.remainders.items()]
    term = report.decisive
    if term.worst:
        own = report.worst_remainders[term.order]
        columns.append((f"|R{term.order}| of {entry('f(x)', term.worst)}", own, np.full(len(own), term.noise)))
    visible = np.flatnonzero(np.any([values > _VISIBLE * floor for _, values, floor in columns], axis=0))
    last = min(max(visible[-1] + 1 if visible.size else 0, _ROWS), len(report.steps) - 1)
    rows = np.unique(np.linspace(0, last, _ROWS).round().astype(int))
    first = -round(np.log2(report.steps[0]))
    lines = [f"{'h':>5}" + "".join(f"{name:>{_wide(name)}}{'rate':>7}" for name, _, _ in columns)]
    for before, row in zip([None, *rows[:-1]], rows, strict=True):
        line = f"{f'2^-{first + row}':>5}"
        for name, values, floor in columns:
            line += f"{values[row]:>{_wide(name)}.2e}{_rate(report.steps, values, floor, before, row):>7}"
        lines.append(line.rstrip())
    fitted, expected = f"{'slope':>5}", f"{'must':>5}"
    for (name, _, _), slope in zip(columns, report.slopes.values(), strict=False):
        fitted += f"{'' if np.isnan(slope.fitted) else format(slope.fitted, '.2f'):>{_wide(name) + 7}}"
        expected += f"{f'be ≥ {slope.expected}':>{_wide(name) + 7}}"
    return [*lines, fitted.rstrip(), expected.rstrip()]


def _wide(name: str) -> int:
    return max(len(name) + 3, 12)


def _rate(
    steps: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    floor: npt.NDArray[np.float64],
    before: int | None,
    row: int,
) -> str:
    if before is None:
        return ""
    if values[before] <= _VISIBLE * floor[before] or values[row] <= _VISIBLE * floor[row]:
        return "·"
    return f"{np.log2(values[before] / values[row]) / np.log2(steps[before] / steps[row]):.2f}"


def _seen(report: TaylorReport) -> str:
    first, last = (-round(np.log2(step)) for step in report.steps[[0, -1]])
    drawn = "was given" if report.seed is None else f"is random, of seed {report.seed}"
    dots = f"; · is rounding{' or noise' if report.terms[0].limit == 'noise' else ''}"
    steps = f"{len(report.steps)} steps from 2^-{first} v to 2^-{last} v"
    return f"{steps}, with {report.evaluations} evaluations of f; v {drawn}{dots}"
