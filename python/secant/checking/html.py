"""A report as a page of HTML that needs nothing else."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking import text
from secant.checking.entries import Outcome
from secant.checking.heatmap import BLANK, COLOURS, FAILURES, PASSES, draw
from secant.checking.page_style import STYLE
from secant.estimate import FACTOR, Status
from secant.installation import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from secant.checking.finding import Finding
    from secant.checking.heatmap import Picture
    from secant.checking.report import CheckReport, Verdict

_POINTS = 30
_SIGNS: dict[Verdict, str] = {"pass": "✓", "fail": "✕", "inconclusive": "?"}
_COUNTED: dict[Verdict, str] = {"pass": "passed", "fail": "failed", "inconclusive": "inconclusive"}
"""The attribute of a point that counts an outcome."""


def document(report: CheckReport) -> str:
    """A whole page: the verdict and why, the entries that are furthest off, and a picture of all.

    Parameters
    ----------
    report : CheckReport
        What is shown.

    Returns
    -------
    str
        HTML that refers to nothing outside of it and runs no scripts.
    """
    headline, strict = text.headline(report), text.only_strict(report)
    title = headline.partition("): " if strict else ": ")[2]
    colours = "".join(f".c{k} {{ fill: {colour}; background: {colour}; }}\n" for k, colour in enumerate(COLOURS) if k)
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            # What it promises, browsers hold it to.
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
            'img-src data:">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(headline)}</title>\n<style>{STYLE}{colours}</style>\n</head>\n<body>\n<main>",
            f'<header class="{report.verdict}">',
            f'<p class="verdict">{_SIGNS[report.verdict]} {report.verdict.upper()}{" (strict)" if strict else ""}</p>',
            f"<h1>{escape(title[:1].upper() + title[1:])}</h1>",
            f"<p>{_whole(_lead(report))}</p>\n</header>",
            *_diagnosis(report.diagnosis),
            *_numbers(report),
            *_worst(report),
            *_figure(report),
            *_points(report),
            *_repeat(report),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _lead(report: CheckReport) -> str:
    """What the verdict means, and what to do."""
    strict = text.only_strict(report)
    what = "product with a random direction" if report.mode == "directions" else "entry"
    if report.verdict == "pass":
        return f"Every {what} agrees with its numerical estimate, as far as the estimate's error bar can tell."
    if report.verdict == "fail" and not strict:
        first = report.worst_entries(1)
        printed = f"; print both at {first[0].name} first" if first and not np.isnan(first[0].ratio) else ""
        return f"Correct {report.derivative_name} and check again{printed}."
    asked = ", and with strict=True that fails" if strict else ""
    advice = text.what_if_undecided(report)
    return f"Nothing is known to be wrong, but not every {what} could be told{asked}. Next: {advice}."


def _sentence(words: str) -> str:
    return _ended(words[:1].upper() + words[1:])


def _ended(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else f"{words}."


def _whole(words: str) -> str:
    """Escaped, and no line ends within a number, as it might behind the minus of an exponent."""
    return re.sub(r"[\d.]+e-\d+", r'<span class="whole">\g<0></span>', escape(words))


def _diagnosis(findings: tuple[Finding, ...]) -> list[str]:
    if not findings:
        return []
    drawn = ["<section>\n<h2>Diagnosis</h2>"]
    for finding in findings:
        advice = f'\n<p class="faint">{_whole(_sentence(finding.advice))}</p>' if finding.advice else ""
        drawn.append(f'<div class="finding"><p>{_whole(_ended(finding.message))}</p>{advice}</div>')
    return [*drawn, "</section>"]


def _numbers(report: CheckReport) -> list[str]:
    """Counts, what was detectable, notes and cost."""
    if report.entries is None and len(report.points) == 1:
        counts = "None could be compared."
    else:
        sums = {name: sum(getattr(point, field) for point in report.points) for name, field in _COUNTED.items()}
        counts = " ".join(_count(name, count) for name, count in sums.items())
    kinks = sum(point.at_kinks for point in report.points)
    rows = [("Products" if report.mode == "directions" else "Entries", counts)]
    if kinks:
        rows.append(
            ("At kinks", f"{kinks:,} of those that pass: any slope between those on both sides is right there.")
        )
    rows.append(("Detectable", _whole(_sentence(text.detectable_line(report)))))
    rows += [("" if k else "Note", _whole(_ended(note))) for k, note in enumerate(report.notes)]
    rows.append(("Cost", _whole(_sentence(text.cost_line(report)))))
    listed = "\n".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in rows)
    return ["<section>\n<h2>What was checked</h2>", f"<dl>\n{listed}\n</dl>\n</section>"]


def _count(verdict: Verdict, count: int) -> str:
    return f'<b class="{verdict if count else "none"}">{_SIGNS[verdict]} {count:,} {verdict}</b>'


def _worst(report: CheckReport) -> list[str]:
    entries, worst = report.entries, report.worst
    if entries is None or not worst:
        return []
    rows = []
    for entry, k in zip(worst, entries.worst(len(worst)).tolist(), strict=True):
        missing = entries.stored is not None and not entries.stored[k]
        difference = float(entries.difference[k])
        told = bool(entries.has_reference[k])
        status = "" if entry.status in (Status.OK, Status.TOLERANCE) else f": {entry.status.message}"
        rows.append(
            [
                f"<td>{escape(entry.name)}</td>",
                _number("not stored" if missing else f"{entry.given:.10g}"),
                _number(f"{entry.reference:.10g}" if told else "none"),
                _number(f"{entry.error:.1e}" if told else ""),
                _number(_quotient(difference, abs(entry.reference)) if told else ""),
                _number(_quotient(difference, entry.error) if told else ""),
                f'<td class="free"><b class="{entry.outcome}">{_SIGNS[entry.outcome]} {entry.outcome}</b>'
                f"{escape(status)}</td>",
            ]
        )
    open_ = int(np.count_nonzero(entries.outcome != Outcome.PASS))
    more = f", the worst {len(worst)} of {open_:,}" if open_ > len(worst) else ""
    names = ("", "Given", "Reference", "± bar", "Relative error", "In bars", "")
    return [f"<section>\n<h2>What does not pass{_where(report)}{more}</h2>", _table(names, rows), "</section>"]


def _quotient(difference: float, unit: float) -> str:
    """Their ratio in two digits, if the difference is a number."""
    if not np.isfinite(difference):
        return ""
    return f"{difference / unit:.2g}" if unit > 0 else "0" if difference == 0 else "∞"


def _number(words: str) -> str:
    return f'<td class="number">{escape(words)}</td>'


def _table(names: Sequence[str], rows: list[list[str]]) -> str:
    heads = "".join(
        f"<th{' class=number' if 0 < k < len(names) - 1 else ''}>{name}</th>" for k, name in enumerate(names)
    )
    lines = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table></div>'


def _where(report: CheckReport) -> str:
    return f" at point {report.shown}" if len(report.points) > 1 else ""


def _figure(report: CheckReport) -> list[str]:
    entries = report.entries
    if entries is None or not entries.rows.size:
        return []
    picture = draw(entries, report.labels)
    blank = entries.shape[0] * entries.shape[1] - entries.rows.size
    return [
        f"<section>\n<h2>All {'products' if report.mode == 'directions' else 'entries'}{_where(report)}</h2>",
        f'<figure>\n<div class="scroll">\n{picture.svg}\n</div>',
        _scale(picture, blank),
        f"<figcaption>{_whole(' '.join(_caption(report, picture, blank)))}</figcaption>\n</figure>\n</section>",
    ]


def _caption(report: CheckReport, picture: Picture, blank: int) -> Iterable[str]:
    """What rows, columns, cells, colours and rings are."""
    place, labels = picture.place, report.labels
    if place.line:
        yield f"Entries are in order, {place.line:,} on a line, which is named after its first."
    elif labels.directions:
        yield "Rows are entries of a product, columns random directions."
    elif labels.hessian:
        yield "Rows and columns are variables."
    elif not labels.row_shape:
        yield "Columns are variables."
    else:
        yield f"Rows are entries of {report.function_name}(x), columns variables."
    if place.block != (1, 1):
        size = f"{place.block[1]:,}" if place.line else f"{place.block[0]:,} × {place.block[1]:,}"
        yield f"Each cell shows the worst of up to {size} entries."
    structure = report.entries is not None and report.entries.rippled is not None
    rippled = ", or f has structure on a finer scale than the entry" if structure else ""
    yield (
        f"Colours show how far given is from reference, in units of what is allowed: {FACTOR:g} error bars of the "
        "reference, and rounding in the formula under test. Up to 1 an entry passes; it is inconclusive if the bar is "
        f"too wide to show a relative error of {report.rtol:.0e}, or there is no reference"
        f"{rippled}."
    )
    if blank:
        yield "Entries that are neither stored nor found to be nonzero are blank."
    if place.each:
        yield "Point at a cell to read its numbers."
    if picture.ringed:
        yield "Rings are around cells with entries that fail; point at one to read the numbers of its worst."


def _scale(picture: Picture, blank: int) -> str:
    """Colours, what they mean, and how many entries have each."""
    meanings = {
        "pass": [*(f"≤ {limit:g}" for limit in PASSES), "≤ 1"],
        "inconclusive": [""],
        "fail": [*(f"≤ {limit:g}" for limit in FAILURES), "more", "NaN, ∞"],
    }
    counts = picture.counts.tolist()
    drawn, kind = [], BLANK
    for verdict, limits in meanings.items():
        keys = []
        for limit in limits:
            kind += 1
            keys.append(f'<span><i class="c{kind}"></i>{limit or "&nbsp;"}<br>{counts[kind]:,}</span>')
        drawn.append(f"<div><b>{verdict}</b><div>{''.join(keys)}</div></div>")
    if blank:
        drawn.append(f"<div><b>blank</b><div><span><i></i>&nbsp;<br>{blank:,}</span></div></div>")
    return f'<div class="scale">{"".join(drawn)}</div>'


def _points(report: CheckReport) -> list[str]:
    """Several points: all of them, or those first that do not pass."""
    if len(report.points) == 1:
        return []
    severity: dict[Verdict, int] = {"fail": 0, "inconclusive": 1, "pass": 2}
    order = sorted(range(len(report.points)), key=lambda k: (severity[report.points[k].verdict], k))
    shown = sorted(order[:_POINTS])
    rows = []
    for k in shown:
        point = report.points[k]
        rows.append(
            [
                f"<td>{k}</td>",
                f'<td><b class="{point.verdict}">{_SIGNS[point.verdict]} {point.verdict}</b></td>',
                *(_number(f"{getattr(point, field):,}") for field in _COUNTED.values()),
                _number(f"{point.detectable:.1e}" if point.passed else ""),
                f"<td><code>{escape(_short(point.x))}</code></td>",
            ]
        )
    left = [report.points[k].verdict for k in order[_POINTS:]]
    bad = len(left) - left.count("pass")
    which = f"{bad:,} of which do not pass" if bad else "which pass"
    more = f'<p class="faint">And {len(left):,} more, {which}.</p>' if left else ""
    names = ("Point", "", "Pass", "Fail", "Inconclusive", "Detectable", "x")
    return ["<section>\n<h2>Points</h2>", _table(names, rows), more, "</section>"]


def _repeat(report: CheckReport) -> list[str]:
    """How to make this report again."""
    seed = "a generator in the same state" if report.seed is None else report.seed
    call = f"secant.check_{report.task}({report.function_name}, {report.derivative_name}, …, rng={seed})"
    x = report.points[report.shown].x
    return [
        "<footer>\n<h2>To repeat it</h2>",
        f"<p><code>{escape(call)}</code>, with the other arguments as they were, draws the same random numbers.</p>",
        f"<details>\n<summary>x{_where(report)}, in all digits</summary>\n<pre>{escape(_long(x))}</pre>\n</details>",
        f"<p>secant {escape(__version__)}</p>\n</footer>",
    ]


def _short(x: npt.NDArray[Any]) -> str:
    return np.array2string(x.ravel(), precision=4, floatmode="fixed", separator=", ", threshold=6, edgeitems=2)


def _long(x: npt.NDArray[Any]) -> str:
    return np.array2string(x, floatmode="unique", separator=", ", threshold=200, edgeitems=5)
