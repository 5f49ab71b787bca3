"""A derivative against its reference, entry by entry: which pass, which fail, which cannot be told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.estimate import FACTOR, Status

if TYPE_CHECKING:
    import numpy.typing as npt

NEGLIGIBLE = 1e-3
"""Entries below this share of their row's largest are judged on that share of it. Rows are compared by what their
entries do to f when each variable moves by its scale."""

ROUNDING = 8192.0
"""A tolerance of so many units in the last place of f(x), over a variable's scale, is as small as differences make it:
what is within it of 0 is 0, as far as values of f can tell."""

NO_REFERENCE = (Status.UNBOUNDED, Status.JUMP, Status.NOT_FINITE)


@dataclass(frozen=True, slots=True)
class Estimated:
    """Estimates as flat arrays of one length: value, error, spread and status as in `Entries`."""

    value: npt.NDArray[Any]
    error: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]
    status: npt.NDArray[np.int8]

    def at(self, which: npt.NDArray[Any]) -> Estimated:
        """Some of them."""
        return Estimated(self.value[which], self.error[which], self.spread[which], self.status[which])


class Outcome(IntEnum):
    """What became of an entry."""

    PASS = 0
    """Within the error bar of the reference."""
    FAIL = 1
    """Beyond it, or not finite."""
    INCONCLUSIVE = 2
    """Within it, but the bar is too wide to show a relative error of rtol; or there is no reference."""


@dataclass(frozen=True, eq=False)
class Entries:
    """All entries of a derivative at one point, in order of rows, as flat arrays of one length k.

    A row is an entry of f(x), a column one of x. Of a sparse derivative, they are those of its pattern, and the
    nonzeros that it lacks, as far as they were found.

    Attributes
    ----------
    shape : (m, n)
        Of the matrix.
    rows, columns : ndarray of int
        Where the entries are.
    given : ndarray
        The derivative under test.
    reference, error : ndarray
        Its numerical estimate, and a bound on the estimate's error.
    spread : ndarray
        Half the difference of the slopes on both sides of a kink, which is a part of `error`; 0 elsewhere.
    status : ndarray of int8
        The `Status` of each estimate.
    allowance : ndarray
        What is put down to rounding in `given`.
    size : ndarray
        The magnitude that relative errors refer to: of the entry itself, or `NEGLIGIBLE` times its row's largest.
    floor : ndarray
        Errors that small are rounding of f(x).
    rtol : float
        The relative error that must show.
    dense : bool
        Whether the derivative is an array, and not a sparse matrix.
    stored : ndarray of bool or None
        Of a sparse one, which entries it stores; the others are nonzeros that it misses.
    rippled : ndarray of bool or None
        Entries that are right for f seen from afar, and not from nearby: nothing is said of them.
    """

    shape: tuple[int, int]
    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    given: npt.NDArray[Any]
    reference: npt.NDArray[Any]
    error: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]
    status: npt.NDArray[np.int8]
    allowance: npt.NDArray[np.float64]
    size: npt.NDArray[np.float64]
    floor: npt.NDArray[np.float64]
    rtol: float
    dense: bool = True
    stored: npt.NDArray[np.bool_] | None = field(default=None, repr=False)
    rippled: npt.NDArray[np.bool_] | None = field(default=None, repr=False)

    @cached_property
    def tolerance(self) -> npt.NDArray[np.float64]:
        """The largest difference that passes."""
        # Between the slopes of a kink everything is right, and not twice as far.
        return self.spread + FACTOR * (self.error - self.spread) + self.allowance

    @cached_property
    def difference(self) -> npt.NDArray[np.float64]:
        """The magnitude of given - reference; infinite where `given` is not finite."""
        with np.errstate(invalid="ignore", over="ignore"):
            difference = np.abs(self.given - self.reference)
        return np.where(np.isfinite(self.given), difference, np.inf)

    @cached_property
    def ratio(self) -> npt.NDArray[np.float64]:
        """The difference in units of the tolerance; above 1 it fails. NaN where there is no reference."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(self.difference == 0, 0.0, self.difference / self.tolerance)
        return np.where(self.has_reference | ~np.isfinite(self.given), ratio, np.nan)

    @cached_property
    def has_reference(self) -> npt.NDArray[np.bool_]:
        """Where the estimate is a number with an error bar."""
        finite = np.isfinite(self.reference) & np.isfinite(self.error)
        return np.asarray(finite & ~np.isin(self.status, NO_REFERENCE))

    @cached_property
    def detectable(self) -> npt.NDArray[np.float64]:
        """The smallest relative error that would have shown, relative to `size`."""
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = self.tolerance / self.size
        return np.where(self.has_reference, relative, np.inf)

    @cached_property
    def negligible(self) -> npt.NDArray[np.bool_]:
        """Entries that are 0 as far as values of f can tell, and pass as such."""
        zero = (self.outcome == Outcome.PASS) & ~(self.detectable <= self.rtol)
        return np.asarray(zero & (self.status != Status.KINK))

    @cached_property
    def outcome(self) -> npt.NDArray[np.int8]:
        """An `Outcome` for each entry."""
        kink = self.status == Status.KINK  # any slope between the two is a right answer
        zero = (self.tolerance <= self.floor) & (np.abs(self.reference) <= self.tolerance)
        told = self.has_reference & ((self.detectable <= self.rtol) | zero | kink)
        outcome = np.where(told, Outcome.PASS, Outcome.INCONCLUSIVE)
        fails = ~np.isfinite(self.given) & ~np.isin(self.status, NO_REFERENCE) | np.isnan(self.given)
        fails |= self.has_reference & ~(self.difference <= self.tolerance)
        if self.rippled is not None:
            fails &= ~(self.rippled & np.isfinite(self.given))
            outcome[self.rippled] = Outcome.INCONCLUSIVE
        return np.where(fails, Outcome.FAIL, outcome).astype(np.int8)

    @property
    def estimates(self) -> Estimated:
        """The estimates alone."""
        return Estimated(self.reference, self.error, self.spread, self.status)

    @cached_property
    def failed(self) -> npt.NDArray[np.bool_]:
        """Which entries fail."""
        return np.asarray(self.outcome == Outcome.FAIL)

    def count(self, outcome: Outcome) -> int:
        """How many entries have an outcome."""
        return int(np.count_nonzero(self.outcome == outcome))

    def worst(self, most: int) -> npt.NDArray[np.intp]:
        """The entries with the largest ratios, those that fail first; at most so many, and none that pass."""
        interesting = np.flatnonzero(self.outcome != Outcome.PASS)
        rank = np.where(self.failed, 2.0, 0.0) + 1 - 1 / (1 + np.nan_to_num(self.ratio, nan=np.inf, posinf=np.inf))
        order = np.argsort(-rank[interesting], kind="stable")
        return interesting[order[:most]]

    def with_estimate(self, at: npt.NDArray[np.intp], found: Estimated) -> Entries:
        """The same with another estimate for some entries."""

        def changed(old: npt.NDArray[Any], values: npt.NDArray[Any]) -> npt.NDArray[Any]:
            new = np.array(old)
            new[at] = values
            return new

        return replace(
            self,
            reference=changed(self.reference, found.value),
            error=changed(self.error, found.error),
            spread=changed(self.spread, found.spread),
            status=changed(self.status, found.status),
        )


def sizes(
    reference: npt.NDArray[Any], group: npt.NDArray[np.intp], moved: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The magnitudes that relative errors of entries refer to.

    Parameters
    ----------
    reference : ndarray
        Estimates of the entries.
    group : ndarray of int
        What entries are compared with each other: the row of each; for a Hessian, which is one quadratic form, the
        output.
    moved : ndarray
        How far the variables of each entry move, in their own units.
    """
    magnitude = np.where(np.isfinite(reference), np.abs(reference), 0.0)
    largest = np.zeros(int(group.max(initial=-1)) + 1)
    np.maximum.at(largest, group, magnitude * moved)
    return np.maximum(magnitude, NEGLIGIBLE * largest[group] / moved)
