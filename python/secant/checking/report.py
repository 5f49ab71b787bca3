"""What a check came to."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant.checking.entries import Entries, Outcome
from secant.checking.witness import tell
from secant.estimate import Status
from secant.plain import plain

if TYPE_CHECKING:
    import os

    import numpy.typing as npt

    from secant.checking.finding import Finding
    from secant.checking.labels import Labels
    from secant.layout import Layout

Verdict: TypeAlias = Literal["pass", "fail", "inconclusive"]

_WORST_KEPT = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that does not pass.

    Attributes
    ----------
    name : str
        Which one: "∂f[2]/∂x[0]".
    row, column : int
        Where it is in the matrix with a row for each entry of f(x) and a column for each of x, whatever the layout.
    given, reference, error : float or complex
        The derivative under test, its numerical estimate, and the bound on the estimate's error.
    ratio : float
        The distance of the first two in units of what may be: above 1 it fails.
    status : Status
        Of the estimate.
    outcome : {"pass", "fail", "inconclusive"}
        What became of it.
    """

    name: str
    row: int
    column: int
    given: Any
    reference: Any
    error: float
    ratio: float
    status: Status
    outcome: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class PointCheck:
    """What a check came to at one point.

    Attributes
    ----------
    x : ndarray
        The point.
    verdict : {"pass", "fail", "inconclusive"}
        Fail if any entry fails, else inconclusive if any entry is.
    passed, failed, inconclusive : int
        How many entries did.
    at_kinks : int
        How many of those that passed are between the slopes on both sides of a kink of f.
    negligible : int
        How many of those that passed are 0 within rounding of f(x), as f can tell no more.
    detectable : float
        The largest, over entries that passed, of the smallest relative error that would have shown.
    """

    x: npt.NDArray[Any]
    verdict: Verdict
    passed: int
    failed: int
    inconclusive: int
    at_kinks: int
    negligible: int
    detectable: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CheckReport:
    """The verdict on a derivative, its diagnosis, and what both rest on. ``print(report)`` shows it on a page.

    Attributes
    ----------
    verdict : {"pass", "fail", "inconclusive"}
        "fail" if something is wrong, "inconclusive" if nothing is but some entries could not be told; with `strict`,
        these fail as well.
    diagnosis : tuple of Finding
        What is wrong, the most specific first.
    notes : tuple of str
        What is remarkable besides.
    points : tuple of PointCheck
        What it came to at each point.
    shown : int
        The point of which `entries` are.
    entries : Entries or None
        All entries at this point, the worst; None where there are none, as of a wrong shape.
    task : str
        What was checked: "gradient", "jacobian", "hessian", "jvp", "vjp" or "hvp".
    mode : {"entries", "directions"}
        Whether every entry was estimated, or products with random directions.
    evaluations, calls : int
        How often f was evaluated, and the derivative was called.
    seed : int or None
        Of random points and directions; None where a generator was given.
    rtol, strict
        As they were given.
    function_name, derivative_name : str
        What these are called.
    labels : Labels
        What rows and columns are called.
    """

    verdict: Verdict
    diagnosis: tuple[Finding, ...]
    notes: tuple[str, ...]
    points: tuple[PointCheck, ...]
    shown: int
    entries: Entries | None
    task: str
    mode: Literal["entries", "directions"]
    evaluations: int
    calls: int
    seed: int | None
    rtol: float
    strict: bool
    function_name: str
    derivative_name: str
    labels: Labels = field(repr=False)

    @property
    def layout(self) -> Layout | None:
        """Of the derivative, as it was said to be; None where there is only one, as of gradients and products."""
        return self.labels.layout

    @property
    def ok(self) -> bool:
        """Whether every entry passed, and each would have shown a relative error of rtol."""
        return self.verdict == "pass"

    @property
    def detectable(self) -> float:
        """The smallest relative error that would have shown in every entry that passed; infinite if none did."""
        return max((point.detectable for point in self.points if point.passed), default=float("inf"))

    @property
    def worst(self) -> tuple[Entry, ...]:
        """Entries that do not pass, at the point that is shown: the furthest off first, 20 at most."""
        return self.worst_entries(_WORST_KEPT)

    def worst_entries(self, most: int) -> tuple[Entry, ...]:
        """The same, at most so many."""
        entries = self.entries
        if entries is None:
            return ()
        return tuple(
            Entry(
                self.labels.entry(int(entries.rows[k]), int(entries.columns[k])),
                int(entries.rows[k]),
                int(entries.columns[k]),
                entries.given[k].item(),
                entries.reference[k].item(),
                float(entries.error[k]),
                float(entries.ratio[k]),
                Status(int(entries.status[k])),
                outcome_name(Outcome(int(entries.outcome[k]))),
            )
            for k in entries.worst(most)
        )

    def __str__(self) -> str:
        """The report on a page."""
        from secant.checking.text import page

        return page(self)

    def __repr__(self) -> str:
        """The verdict in a line."""
        kinds = "".join(f", {finding.kind!r}" for finding in self.diagnosis)
        return f"<{self.verdict}{kinds}: {self.task} {self.derivative_name} of {self.function_name}>"

    def raise_if_failed(self) -> None:
        """Raise AssertionError with the report if the verdict is "fail"; warn if it is "inconclusive"."""
        __tracebackhide__ = True
        tell(self)
        if self.verdict == "fail":
            raise AssertionError(f"\n{self}")
        if self.verdict == "inconclusive":
            warnings.warn(f"the check is inconclusive\n{self}", UserWarning, stacklevel=2)

    def to_dict(self) -> dict[str, Any]:
        """All of it but the matrices, in types that JSON has: None for what is not finite."""
        return {
            "task": self.task,
            "verdict": self.verdict,
            "ok": self.ok,
            "function": self.function_name,
            "derivative": self.derivative_name,
            "mode": self.mode,
            "layout": self.layout,
            "diagnosis": [
                {
                    "kind": finding.kind,
                    "message": finding.message,
                    "advice": finding.advice,
                    "explained": finding.explained,
                    "where": plain(list(finding.where)),
                    "values": {name: plain(value) for name, value in finding.values.items()},
                }
                for finding in self.diagnosis
            ],
            "notes": list(self.notes),
            "points": [
                {
                    "x": plain(point.x),
                    "verdict": point.verdict,
                    "passed": point.passed,
                    "failed": point.failed,
                    "inconclusive": point.inconclusive,
                    "at_kinks": point.at_kinks,
                    "negligible": point.negligible,
                    "detectable": plain(point.detectable),
                }
                for point in self.points
            ],
            "shown": self.shown,
            "worst": [
                {
                    "name": entry.name,
                    "row": entry.row,
                    "column": entry.column,
                    "given": plain(entry.given),
                    "reference": plain(entry.reference),
                    "error": plain(entry.error),
                    "ratio": plain(entry.ratio),
                    "status": entry.status.name.lower(),
                    "outcome": entry.outcome,
                }
                for entry in self.worst
            ],
            "detectable": plain(self.detectable),
            "rtol": self.rtol,
            "strict": self.strict,
            "evaluations": self.evaluations,
            "calls": self.calls,
            "seed": self.seed,
        }

    def to_json(self, **options: Any) -> str:
        """`to_dict` as JSON; options go to `json.dumps`."""
        return json.dumps(self.to_dict(), **options)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write a page that needs nothing else: the report, and a picture of (given - reference) / error."""
        from secant.checking.html import document

        Path(path).write_text(document(self), encoding="utf-8")


def outcome_name(outcome: Outcome) -> Verdict:
    """An outcome as a verdict."""
    names: dict[Outcome, Verdict] = {
        Outcome.PASS: "pass",
        Outcome.FAIL: "fail",
        Outcome.INCONCLUSIVE: "inconclusive",
    }
    return names[outcome]


def check_point(x: npt.NDArray[Any], entries: Entries) -> PointCheck:
    """Count the outcomes at a point."""
    failed, inconclusive = entries.count(Outcome.FAIL), entries.count(Outcome.INCONCLUSIVE)
    passed = entries.outcome == Outcome.PASS
    kinked = passed & (entries.status == Status.KINK) & (entries.spread > 0)
    verdict: Verdict = "fail" if failed else "inconclusive" if inconclusive else "pass"
    return PointCheck(
        np.array(x),
        verdict,
        int(np.count_nonzero(passed)),
        failed,
        inconclusive,
        int(np.count_nonzero(kinked)),
        int(np.count_nonzero(entries.negligible)),
        float(np.max(entries.detectable[passed & ~kinked & ~entries.negligible], initial=0.0))
        if passed.any()
        else float("inf"),
    )
