"""What calls of a function and of its derivative must leave as it was: their arguments, each other, themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.derivative import WrongShapeError, as_array
from secant.checking.finding import Finding
from secant.checking.operator import Operator
from secant.probing import FAILURES

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.derivative import Matrix, Returned, Tested
    from secant.checking.subject import Subject

AWAY = 2.0**-6
"""How far away another point is, in shares of variables' scales."""

_SUMMED_OTHERWISE = 64.0
"""So many units in the last place may differ from call to call: threads add in any order."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstCalls:
    """What the first calls of a function and of its derivative came to.

    Attributes
    ----------
    x, value : ndarray
        The point, and f(x).
    returned : Returned
        The derivative at x.
    away, value_away, matrix_away : ndarray, ndarray, Matrix or None
        Another point, and what f and the derivative are there; None where that could not be found out.
    findings : tuple of Finding
        What is wrong with the derivative whatever its values are.
    notes : tuple of str
        What is remarkable in f.
    """

    x: npt.NDArray[Any]
    value: npt.NDArray[Any]
    returned: Returned
    away: npt.NDArray[Any] | None
    value_away: npt.NDArray[Any] | None
    matrix_away: Matrix | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def level(self) -> npt.NDArray[np.float64]:
        """The larger of the magnitudes of f at both points."""
        there = 0.0 if self.value_away is None else self.value_away
        return np.asarray(np.maximum(np.abs(self.value), np.abs(there)), dtype=np.float64)

    @property
    def unchanged(self) -> bool:
        """Whether the derivative is the same at both."""
        return self.matrix_away is not None and same_matrix(self.returned.matrix, self.matrix_away)


def value_of(subject: Subject, x: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], tuple[str, ...]]:
    """f(x) in the dtype that f gives it, and a note if f writes into x."""
    given = np.array(x)
    raw = subject.raw_value(given)
    value = np.array(as_array(raw, subject.name))
    subject.shape = value.shape
    notes = () if _same(given, x) else (f"{subject.name} writes into its argument; solvers do not expect that",)
    return value, notes


def first_calls(
    subject: Subject,
    tested: Tested,
    x: npt.NDArray[Any],
    outputs: tuple[int, ...],
    value: npt.NDArray[Any],
    tolerance: float,
) -> FirstCalls:
    """Call a derivative at x, and again after f and the derivative were called elsewhere.

    Parameters
    ----------
    subject : Subject
        The function that values of the derivative come with; f(x) was its last call.
    tested : Tested
        The derivative.
    x : ndarray
        The point.
    outputs : tuple of int
        The shape of the derivative without that of x.
    value : ndarray
        f(x).
    tolerance : float
        The relative error that what the derivative returns may have.

    Raises
    ------
    WrongShapeError
        If the derivative has no shape that can be read as the right one.
    """
    findings: list[Finding] = []
    notes: list[str] = []
    mine = np.array(x)
    raw = tested.raw(mine)
    first = tested.read(raw, x, outputs)
    if not _same(mine, x):
        findings.append(
            Finding("input changed", f"{tested.name} writes into its argument: x is another point after the call")
        )
    if first.note:
        notes.append(first.note)

    away, value_away = _elsewhere(subject, x)
    second = tested(x, outputs)  # after f alone was called elsewhere
    matrix_away: Matrix | None
    try:
        matrix_away = None if away is None else tested(away, outputs).matrix
    except (*FAILURES, WrongShapeError) as error:
        notes.append(f"{tested.name} fails at a point next to x ({type(error).__name__}: {error})")
        matrix_away = None
    third = tested(x, outputs)  # after the derivative was called elsewhere
    findings += _memory(tested, x, outputs, first.matrix, second.matrix, third.matrix, matrix_away)

    again = subject.value(x)
    if not _same(again, value):
        repeated = subject.value(x)
        if _same(repeated, again):
            notes.append(
                f"{subject.name}(x) changes by {_gap(again, value):.2g} after a call of {tested.name} or of "
                f"{subject.name} elsewhere: it keeps state"
            )
        else:
            notes.append(
                f"{subject.name} is not deterministic: two calls at x differ by {_gap(again, value):.2g}. "
                "Error bars cover that as noise; a fixed seed makes them smaller"
            )
    if first.value is not None and _differs(subject, tested, x, outputs, first.value, value, tolerance):
        findings.append(
            Finding(
                "value differs",
                f"the value that {tested.name} returns with the derivative is not {subject.name}(x): "
                f"they differ by {_gap(first.value, value):.2g}",
            )
        )
    return FirstCalls(x, value, first, away, value_away, matrix_away, tuple(findings), tuple(notes))


def _differs(
    subject: Subject,
    tested: Tested,
    x: npt.NDArray[Any],
    outputs: tuple[int, ...],
    given: npt.NDArray[Any],
    value: npt.NDArray[Any],
    tolerance: float,
) -> bool:
    """Whether a value that came with the derivative is not f(x), by more than the rounding that both show next to x."""
    if given.size != value.size:
        return True
    gap = np.abs(given.reshape(value.shape) - value)
    epsilon = max(float(np.finfo(kind).eps) for kind in (given.dtype, value.dtype))
    allowed = (_SUMMED_OTHERWISE * epsilon + tolerance) * np.abs(value)
    if bool((gap <= allowed).all()):
        return False
    for step in (-2, -1, 1, 2):
        beside = subject.moved(x, np.asarray(step * np.spacing(np.abs(x))))
        try:
            other, own = tested(beside, outputs).value, subject.value(beside)
        except (*FAILURES, WrongShapeError):
            continue
        if other is not None and other.size == given.size:
            shown = np.abs(other - given).reshape(value.shape) + np.abs(own - value)
            allowed = np.maximum(allowed, _SUMMED_OTHERWISE * epsilon * np.abs(value) + 8 * shown)
    return not bool((gap <= allowed).all())


def _elsewhere(subject: Subject, x: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | tuple[None, None]:
    """A point next to x, nearer where f is not finite, and f's value there; two Nones where it is not next to x."""
    for share in (AWAY, AWAY * 2.0**-8, AWAY * 2.0**-16):
        away = subject.moved(x, subject.direction(x, np.random.default_rng(0), share))
        try:
            with np.errstate(all="ignore"):
                value = subject.value(away)
            if np.isfinite(value).all():
                return away, value
        except FAILURES:
            continue
    return None, None


def _memory(
    tested: Tested,
    x: npt.NDArray[Any],
    outputs: tuple[int, ...],
    first: Matrix,
    second: Matrix,
    third: Matrix,
    away: Matrix | None,
) -> list[Finding]:
    """What calls elsewhere changed in the derivative at x."""
    name = tested.name
    if same_matrix(second, first) and same_matrix(third, first):
        return []
    fourth, fifth = tested(x, outputs).matrix, tested(x, outputs).matrix
    if not same_matrix(fourth, fifth):
        gap = matrix_gap(fourth, fifth)
        return [Finding("nondeterministic", f"{name} is not deterministic: two calls at x differ by {gap:.2g}")]
    if not same_matrix(second, first):
        text = (
            f"{name}(x) depends on where f was called last: it changes by {matrix_gap(second, first):.2g} after a call "
            "of f elsewhere, as with values that f keeps for it"
        )
        return [Finding("stale", text)]
    if away is not None and not same_matrix(third, first):
        lags = same_matrix(away, first)
        if lags or same_matrix(third, away):
            text = f"{name} returns the derivative at the point of its {'last' if lags else 'earlier'} call, not at x"
            return [Finding("stale", text, advice="Look for a cache, or a value that is updated too late")]
    text = f"{name}(x) depends on where it was called last: it changes by {matrix_gap(third, first):.2g}"
    return [Finding("stale", text)]


def same_matrix(a: Matrix, b: Matrix) -> bool:
    """Whether two are the same, but for sums in another order."""
    if isinstance(a, Operator) or isinstance(b, Operator):
        return isinstance(a, Operator) and isinstance(b, Operator) and _close(a.probe, b.probe)
    if a.shape != b.shape or isinstance(a, np.ndarray) != isinstance(b, np.ndarray):
        return False
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return _close(np.asarray(a), np.asarray(b))
    return np.array_equal(a.indices, b.indices) and _close(a.data, b.data)


def matrix_gap(a: Matrix, b: Matrix) -> float:
    """The largest difference of two entries."""
    if isinstance(a, Operator) and isinstance(b, Operator):
        return _gap(a.probe, b.probe)
    difference: Any = a - b  # type: ignore[operator]
    return _gap(difference if isinstance(difference, np.ndarray) else difference.data, 0.0)


def _gap(a: npt.NDArray[Any], b: Any) -> float:
    if np.shape(b) and np.shape(a) != np.shape(b):
        return float("inf")
    with np.errstate(invalid="ignore"):
        return float(np.max(np.abs(a - b), initial=0.0))


def _same(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> bool:
    return np.array_equal(a, b, equal_nan=True)


def _close(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> bool:
    if a.size != b.size:
        return False
    if _same(a.ravel(), b.ravel()):
        return True
    epsilon = float(np.finfo(np.result_type(a, b, np.float32)).eps)
    finite = np.isfinite(a)
    if not np.array_equal(finite.ravel(), np.isfinite(b).ravel()):
        return False
    largest = float(np.max(np.abs(a[finite]), initial=0.0))
    return _gap(a[finite], b.reshape(a.shape)[finite]) <= _SUMMED_OTHERWISE * epsilon * largest
