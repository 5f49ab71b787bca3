"""A derivative that fails: what a diagnosis has to go by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.entries import Entries
    from secant.checking.labels import Labels
    from secant.layout import Layout

SLACK = 4.0
"""How many tolerances a corrected entry may be off: what corrects it is estimated as well."""

TELLING = 16.0
"""An entry so many tolerances from 0 has a ratio that means something."""

_DENSE_SIZE = 4_000_000
"""The largest matrix that is looked at as an array, in entries."""


@dataclass(frozen=True, eq=False)
class Case:
    """Entries that fail, and what else is known.

    Attributes
    ----------
    entries : Entries
        The comparison.
    labels : Labels
        What rows and columns are called.
    name : str
        What the derivative is called.
    hessian : bool
        Whether the matrix should be symmetric.
    earlier : tuple of (str, ndarray)
        References at earlier points, in words and as values for the same entries.
    constant : bool
        Whether the derivative is the same at another point.
    layout : {"numerator", "denominator"} or None
        What the derivative was read in; None where there is only one.
    explained : ndarray of bool
        Entries that a diagnosis has explained already.
    """

    entries: Entries
    labels: Labels
    name: str
    hessian: bool = False
    earlier: tuple[tuple[str, npt.NDArray[Any]], ...] = ()
    constant: bool = False
    layout: Layout | None = None
    explained: npt.NDArray[np.bool_] | None = field(default=None)

    @cached_property
    def failed(self) -> npt.NDArray[np.bool_]:
        """Entries that fail and are not explained."""
        failed = self.entries.failed
        return failed if self.explained is None else np.asarray(failed & ~self.explained)

    @cached_property
    def count(self) -> int:
        """How many."""
        return int(np.count_nonzero(self.failed))

    @cached_property
    def judged(self) -> npt.NDArray[np.bool_]:
        """Entries that have a reference, are finite, and are not explained."""
        judged = self.entries.has_reference & np.isfinite(self.entries.given)
        return np.asarray(judged if self.explained is None else judged & ~self.explained)

    @cached_property
    def telling(self) -> npt.NDArray[np.bool_]:
        """Entries whose ratio to the reference means something."""
        entries = self.entries
        with np.errstate(invalid="ignore"):
            return np.asarray(self.judged & (np.abs(entries.reference) > TELLING * entries.tolerance))

    @property
    def shape(self) -> tuple[int, int]:
        """Of the matrix."""
        return self.entries.shape

    @cached_property
    def is_dense(self) -> bool:
        """Whether the matrix can be looked at as a whole."""
        m, n = self.shape
        return m * n <= _DENSE_SIZE

    def dense(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values of all entries as a matrix."""
        matrix = np.zeros(self.shape, values.dtype)
        matrix[self.entries.rows, self.entries.columns] = values
        return matrix

    @cached_property
    def matrices(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.float64]]:
        """The derivative, its reference and the slack as matrices; entries outside a pattern are 0, within rounding."""
        entries = self.entries
        slack = self.dense(self.slack)
        if entries.rows.size < slack.size:
            outside = np.ones(self.shape, bool)
            outside[entries.rows, entries.columns] = False
            slack[outside] = np.min(slack[~outside], initial=np.inf) if (~outside).any() else 0.0
        missing = self.dense(~self.judged)
        given, reference = self.dense(entries.given), self.dense(entries.reference)
        given[missing], reference[missing], slack[missing] = 0.0, 0.0, np.inf
        return given, reference, slack

    @cached_property
    def slack(self) -> npt.NDArray[np.float64]:
        """How far off a corrected entry may be: where it fails by little, that must become less."""
        entries = self.entries
        wide = SLACK * entries.tolerance
        narrow = np.maximum(np.minimum(wide, entries.difference / SLACK), entries.tolerance)
        return np.where(self.failed, narrow, wide)

    def near(self, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Which values, in place of those given, are right within the slack."""
        entries = self.entries
        with np.errstate(invalid="ignore", over="ignore"):
            return np.asarray(np.abs(values - entries.reference) <= self.slack)

    def corrected(self, values: npt.NDArray[Any]) -> int:
        """How many entries that fail become right by these values for all entries; 0 if any entry is then wrong."""
        return self.count if bool(self.near(values)[self.judged].all()) and self.count else 0

    def corrected_from(self, reference: npt.NDArray[Any]) -> bool:
        """Whether what is given agrees with another reference for all entries."""
        entries = self.entries
        unit = np.maximum(entries.tolerance, 1e-9 * entries.size)
        with np.errstate(invalid="ignore"):
            near = np.abs(entries.given - reference) <= SLACK * unit
        return bool(near[self.judged].all()) and self.count > 0

    def without(self, explained: npt.NDArray[np.bool_]) -> Case:
        """What is left to explain."""
        return replace(self, explained=explained if self.explained is None else self.explained | explained)
