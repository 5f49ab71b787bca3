"""The course of a check: what is called at each point, what is noted on the way, and the report at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from secant.checking.comparison import default_rtol
from secant.checking.derivative import WrongShapeError, is_sparse
from secant.checking.finding import Finding
from secant.checking.hygiene import FirstCalls, first_calls, value_of
from secant.checking.labels import Labels
from secant.checking.operator import stored_values
from secant.checking.report import CheckReport, PointCheck, check_point
from secant.layout import other_layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from secant.checking.derivative import Returned
    from secant.checking.entries import Entries
    from secant.checking.task import Settings, Task

_SINGLE = (
    "values of f are in single precision, in which small errors cannot be seen; in double precision they could (for "
    "jax, jax.config.update('jax_enable_x64', True))"
)


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """A point at which a derivative can be compared.

    Attributes
    ----------
    x, value : ndarray
        The point, and the value there of the function that is differentiated.
    level : ndarray of float
        The magnitude of values around: at x, a minimum say, they may be 0.
    outputs : tuple of int
        The shape of the derivative without that of x.
    returned : Returned
        The derivative.
    rtol : float
        The relative error that must show.
    labels : Labels
        What rows and columns are called.
    """

    x: npt.NDArray[Any]
    value: npt.NDArray[Any]
    level: npt.NDArray[np.float64]
    outputs: tuple[int, ...]
    returned: Returned
    rtol: float
    labels: Labels


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was found at one point."""

    x: npt.NDArray[Any]
    check: PointCheck
    entries: Entries | None
    labels: Labels
    rtol: float


class Course:
    """A check as it goes on.

    Parameters
    ----------
    task, settings
        What is checked, and how.
    """

    def __init__(self, task: Task, settings: Settings) -> None:
        self.task = task
        self.settings = settings
        self.findings = [known for known in task.extra if isinstance(known, Finding)]
        self.notes = [known for known in task.extra if isinstance(known, str)]
        self.looks: list[Look] = []
        self.calls: FirstCalls | None = None
        self.blind = False  # whether some of the derivative is not seen at all

    def visits(self, points: list[npt.NDArray[Any]]) -> Iterator[Visit]:
        """The points at which the derivative can be compared; what is to be said of the others is noted."""
        for k, x in enumerate(points):
            subject = self.task.reference.subject
            value, remarks = value_of(subject, x)
            self.note(remarks)
            if not x.size or not value.size:
                msg = f"x has shape {x.shape} and {subject.name}(x) {value.shape}: there is no entry to check"
                raise ValueError(msg)
            outputs = self.task.reference.outputs(x, value)
            labels = _labels(self.task, self.settings, x, outputs)
            if value.dtype.kind in "fc" and float(np.finfo(value.dtype).eps) > 1e-12:
                self.note([_SINGLE])
            if not np.isfinite(value).all():
                self.note([f"{subject.name} is not finite at point {k}: nothing can be said there"])
                self._skip(x, labels, failed=False)
                continue
            try:
                returned = self._call(x, outputs, value)
            except WrongShapeError as error:
                self.findings.append(_wrong_shape(self.task, error, x, outputs))
                self._skip(x, labels, failed=True)
                return
            rtol = self.settings.rtol
            if rtol is None:
                rtol = max(default_rtol(value, x, stored_values(returned.matrix)), 2 * self.settings.tolerance)
            assert self.calls is not None
            level = np.maximum(np.abs(value), self.calls.level if self.calls.level.shape == value.shape else 0.0)
            yield Visit(x, value, np.asarray(level), outputs, returned, rtol, labels)

    def _call(self, x: npt.NDArray[Any], outputs: tuple[int, ...], value: npt.NDArray[Any]) -> Returned:
        if self.calls is not None:
            return self.task.tested(x, outputs)
        self.calls = first_calls(
            self.task.reference.subject, self.task.tested, x, outputs, value, self.settings.tolerance
        )
        self.findings += self.calls.findings
        self.note(self.calls.notes)
        return self.calls.returned

    def _skip(self, x: npt.NDArray[Any], labels: Labels, *, failed: bool) -> None:
        check = PointCheck(x, "fail" if failed else "inconclusive", 0, int(failed), int(not failed), 0, 0, np.inf)
        self.looks.append(Look(x, check, None, labels, self.settings.rtol or default_rtol(x)))

    def add(self, visit: Visit, entries: Entries, labels: Labels | None = None) -> None:
        """Take note of what a comparison came to."""
        look = Look(visit.x, check_point(visit.x, entries), entries, labels or visit.labels, entries.rtol)
        self.looks.append(look)

    def note(self, notes: Iterable[str]) -> None:
        """Take note of what is remarkable, once."""
        self.notes += [note for note in notes if note not in self.notes]

    @property
    def failing(self) -> list[int]:
        """The points at which entries fail, the worst of all first."""
        points = [k for k, look in enumerate(self.looks) if look.entries is not None and look.check.failed]
        shown = self.shown
        return sorted(points, key=lambda k: k != shown)

    @property
    def shown(self) -> int:
        """The worst point."""
        return max(range(len(self.looks)), key=lambda k: _rank(self.looks[k]))

    def report(self, mode: Literal["entries", "directions"], findings: Sequence[Finding]) -> CheckReport:
        """The report, with all that is wrong."""
        at = self.shown
        shown = self.looks[at]
        failing = any(look.check.failed for look in self.looks)
        undecided = self.blind or any(look.check.inconclusive for look in self.looks)
        verdict: Any = "fail" if findings or failing else "inconclusive" if undecided else "pass"
        if verdict == "inconclusive" and self.settings.strict:
            verdict = "fail"
        return CheckReport(
            verdict=verdict,
            diagnosis=tuple(findings),
            notes=tuple(self.notes),
            points=tuple(look.check for look in self.looks),
            shown=at,
            entries=shown.entries,
            task=self.task.name,
            mode=mode,
            evaluations=self.task.reference.subject.evaluations,
            calls=self.task.tested.calls,
            seed=self.settings.seed,
            rtol=max(look.rtol for look in self.looks),
            strict=self.settings.strict,
            function_name=self.task.function_name,
            derivative_name=self.task.tested.name,
            labels=shown.labels,
        )


def _rank(look: Look) -> tuple[int, float]:
    severity = {"fail": 2, "inconclusive": 1, "pass": 0}[look.check.verdict]
    if look.entries is None:
        return severity, 0.0
    return severity, float(np.nanmax(look.entries.ratio, initial=0.0))


def _labels(task: Task, settings: Settings, x: npt.NDArray[Any], outputs: tuple[int, ...]) -> Labels:
    """What rows and columns are called at a point."""
    sizes = (("variables", settings.variables, x.size), ("outputs", settings.outputs, int(np.prod(outputs))))
    for name, given, expected in sizes:
        if given is not None and len(given) != expected:
            msg = f"{name} has {len(given)} names; accepted are {expected}, one for each in C order"
            raise ValueError(msg)
    row_name = "x" if task.hessian else "f"
    return Labels(
        row_name,
        outputs,
        x.shape,
        settings.variables,
        settings.outputs,
        task.hessian,
        layout=task.tested.layout,
    )


def _wrong_shape(task: Task, error: WrongShapeError, x: npt.NDArray[Any], outputs: tuple[int, ...]) -> Finding:
    """Say what shape is expected, and how it may come about."""
    tested = task.tested
    layout = tested.layout or "numerator"
    text = f"{tested.name} returned shape {error.given}; expected is {error.expected}"
    if error.expected == tested.shape_in(layout, outputs, x):
        text += f", which is {tested.in_words(layout, outputs, x)}"
    other = other_layout(layout)
    advice = ""
    if error.given == tested.shape_in(other, outputs, x):
        advice = f"Axes of {'f(x)' if layout == 'numerator' else 'x'} come first here: return the transpose"
        if tested.layout is not None and not is_sparse(error.values):
            advice += f", or say layout='{other}'"
    elif int(np.prod(error.given)) == int(np.prod(error.expected)):
        advice = f"If entries are in order, .reshape{error.expected} is right"
    return Finding("shape", text, advice=advice)
