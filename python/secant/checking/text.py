"""A report as a page of text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from secant.checking.entries import NEGLIGIBLE, Outcome
from secant.estimate import Status

if TYPE_CHECKING:
    from secant.checking.report import CheckReport, Entry

_WIDTH = 110
_INDENT = 13
_WORST = 8
_NOTES = 5


def page(report: CheckReport) -> str:
    """At most a page: the verdict, why, the worst entries, what the check could have seen, and what to do next."""
    lines = [headline(report), ""]
    for k, finding in enumerate(report.diagnosis):
        lines += _paragraph("diagnosis" if k == 0 else "and", str(finding))
    lines += _paragraph("entries", _entries(report))
    lines += _paragraph("detectable", detectable_line(report))
    for k, note in enumerate(report.notes[:_NOTES]):
        lines += _paragraph("note" if k == 0 else "", note)
    if len(report.notes) > _NOTES:
        lines += _paragraph("", f"and {len(report.notes) - _NOTES} more notes")
    lines += _paragraph("cost", cost_line(report))
    worst = report.worst_entries(_WORST)
    if worst:
        lines += ["", *_table(report, worst)]
    advice = _next(report)
    if advice:
        lines += ["", *_paragraph("next", advice)]
    return "\n".join(lines)


def headline(report: CheckReport) -> str:
    """The verdict, and what it is about."""
    where = "1 point" if len(report.points) == 1 else f"{len(report.points)} points"
    bad = sum(point.verdict != "pass" for point in report.points)
    if len(report.points) > 1 and bad:
        where += f", {bad} of which {'does' if bad == 1 else 'do'} not pass"
    strict = " (strict: some entries are inconclusive)" if only_strict(report) else ""
    what = {
        "jvp": "product J v",
        "vjp": "product wᵀJ",
        "hvp": "product H v",
        "jacobian": "Jacobian",
        "hessian": "Hessian",
    }
    layout = "in denominator layout, " if report.layout == "denominator" else ""
    return (
        f"{report.verdict.upper()}{strict}: {what.get(report.task, report.task)} {report.derivative_name} of "
        f"{report.function_name}, {layout}at {where}"
    )


def only_strict(report: CheckReport) -> bool:
    """Whether it fails for entries that could not be told."""
    return report.verdict == "fail" and not report.diagnosis and not any(point.failed for point in report.points)


def _entries(report: CheckReport) -> str:
    points = report.points
    if report.entries is None and len(points) == 1:
        return "none could be compared"
    passed, failed, open_ = (sum(getattr(p, name) for p in points) for name in ("passed", "failed", "inconclusive"))
    kinks = sum(point.at_kinks for point in points)
    what = "products with random directions" if report.mode == "directions" else "entries"
    text = f"{passed + failed + open_} {what}: {passed} pass, {failed} fail, {open_} inconclusive"
    if kinks:
        are = "is" if kinks == 1 else "are"
        text += f"; {kinks} of those that pass {are} at a kink of f, between the slopes on its sides"
    zero = sum(point.negligible for point in points)
    if zero:
        text += f"; {zero} of those that pass {'is' if zero == 1 else 'are'} 0 within rounding of f"
    return text


def detectable_line(report: CheckReport) -> str:
    """What would have shown."""
    if not any(point.passed for point in report.points):
        return "nothing passed"
    size = report.detectable
    shown = "relative errors down to rounding" if size == 0 else f"relative errors above {size:.1e}"
    of = (
        "of a product"
        if report.mode == "directions"
        else f"of an entry, or of {NEGLIGIBLE:g} of its {report.labels.row_noun}'s largest"
    )
    return f"{shown} ({of}) would have shown in all that passed; asked for is {report.rtol:.0e}"


def cost_line(report: CheckReport) -> str:
    """Evaluations, calls and the seed."""
    variables = max(report.points[0].x.size, 1) * len(report.points)
    each = "" if report.mode == "directions" else f" ({report.evaluations / variables:.1f} for each variable and point)"
    seed = "" if report.seed is None else f"; seed {report.seed}"
    evaluations = f"{report.evaluations} evaluation{'s' * (report.evaluations != 1)}"
    return f"{evaluations}{each}, {report.calls} call{'s' * (report.calls != 1)} of {report.derivative_name}{seed}"


def _table(report: CheckReport, worst: tuple[Entry, ...]) -> list[str]:
    at = f" at point {report.shown}" if len(report.points) > 1 else ""
    rows = [("worst entries" + at, "given", "reference", "± bar", "off by", "")]
    for entry in worst:
        remark: str = entry.outcome
        if entry.status not in (Status.OK, Status.TOLERANCE):
            remark += f", {entry.status.name.lower()}"
        rows.append(
            (entry.name, _number(entry.given), _number(entry.reference), f"{entry.error:.1e}", _off(entry), remark)
        )
    widths = [max(len(row[k]) for row in rows) for k in range(6)]
    lines = []
    for name, *numbers, remark in rows:
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:5], strict=True)]
        lines.append("  " + "  ".join([name.ljust(widths[0]), *cells, remark]).rstrip())
    return lines


def _off(entry: Entry) -> str:
    """How far an entry is off, in error bars."""
    if np.isnan(entry.ratio):
        return "no reference"
    distance = abs(entry.given - entry.reference)
    if not np.isfinite(distance):
        return ""
    return f"{distance / entry.error:.3g} bars" if entry.error > 0 else f"{distance:.3g}"


def _number(value: complex) -> str:
    return f"{value:.10g}"


def _next(report: CheckReport) -> str:
    if report.verdict == "pass":
        return ""
    if report.diagnosis:
        first = report.worst_entries(1)
        if report.entries is not None and first and not np.isnan(first[0].ratio):
            return (
                f"correct {report.derivative_name} and check again; print both at {first[0].name} first. "
                ".to_html(path) draws all entries"
            )
        return f"correct {report.derivative_name} and check again"
    return what_if_undecided(report)


def what_if_undecided(report: CheckReport) -> str:
    """What to do where entries could not be told."""
    statuses = {entry.status for entry in report.worst}
    if report.entries is None:
        return "check at points where f is finite"
    if statuses & {Status.JUMP, Status.UNBOUNDED, Status.NOT_FINITE}:
        return "f has no derivative there, or is not finite around: check at another point, or give bounds="
    entries = report.entries
    open_ = entries.detectable[entries.outcome == Outcome.INCONCLUSIVE]
    least = float(np.max(open_[np.isfinite(open_)], initial=0.0))
    less = f"; or ask for less, as rtol={10.0 ** np.ceil(np.log10(least)):.0e}" if 0 < least < 0.1 else ""
    if entries.rippled is not None:
        return "f has structure on a fine scale: smooth it, or check a formula for f as it is computed"
    if statuses & {Status.NOISY}:
        return f"f is noisy: tighten the tolerances of its inner solvers, or fix its seed{less}"
    return (
        "error bars are wide beside these entries, as where a gradient vanishes: check at another point, or lower "
        f"typical= for variables that are small by nature{less}"
    )


def _paragraph(title: str, text: str) -> list[str]:
    wrapped = textwrap.wrap(text, _WIDTH - _INDENT) or [""]
    return [f"  {title:<{_INDENT - 2}}{wrapped[0]}", *(" " * _INDENT + line for line in wrapped[1:])]
