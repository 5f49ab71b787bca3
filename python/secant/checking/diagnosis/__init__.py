"""Why a derivative fails: hypotheses from the most specific to the least, each held against all entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secant.checking.diagnosis.arrangement import asymmetric, conjugated, one_triangle, rearranged
from secant.checking.diagnosis.case import Case
from secant.checking.diagnosis.factors import factors
from secant.checking.diagnosis.orientation import in_other_layout, transposed
from secant.checking.diagnosis.remainder import entries_alone, low_rank, offset, precision, supported, zeros
from secant.checking.finding import Finding
from secant.estimate import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Part = tuple[Finding, npt.NDArray[np.bool_]]

__all__ = ["Case", "diagnose"]

_MOST = 3
"""How many things that are wrong at once are told apart."""


def diagnose(case: Case) -> tuple[Finding, ...]:
    """What is wrong, the most specific first; () where nothing fails."""
    found: list[Finding] = []
    while case.count and len(found) < _MOST:
        finding, explained = _next(case)
        found.append(finding)
        case = case.without(explained)
    return tuple(found)


def _next(case: Case) -> Part:
    everything = case.failed
    # What explains all that fails, or has a place of its own, comes before what is merely small, or only here or there.
    hypotheses: tuple[Callable[[Case], Finding | Part | None], ...] = (
        _not_finite,
        _at_kinks,
        _stale,
        conjugated,
        transposed,
        in_other_layout,
        one_triangle,
        _rearranged_pattern,
        _missing,
        factors,
        rearranged,
        zeros,
        _constant,
        asymmetric,
        offset,
        lambda case: low_rank(case, 1),
        precision,
        supported,
        lambda case: low_rank(case, max(case.shape)),
        entries_alone,
    )
    for hypothesis in hypotheses:
        found = hypothesis(case)
        if found is not None:
            return (found, everything) if isinstance(found, Finding) else found
    raise AssertionError  # entries_alone finds something in any case


def _rearranged_pattern(case: Case) -> Finding | None:
    """Of a sparse matrix, entries in wrong places are missing from the right ones."""
    stored = case.entries.stored
    return rearranged(case) if stored is not None and np.any(case.failed & ~stored) else None


def _not_finite(case: Case) -> Part | None:
    entries = case.entries
    wrong = case.failed & ~np.isfinite(entries.given)
    at = np.flatnonzero(wrong)
    if not at.size:
        return None
    what = "NaN" if np.isnan(entries.given[at]).all() else "not finite"
    named = case.labels.entries(entries.rows[at], entries.columns[at])
    text = f"{case.name} is {what} in {named} ({at.size} of {entries.rows.size} entries)"
    advice = "Look for 0/0, log or sqrt of 0, 0**p, overflow, or a branch that np.where evaluates all the same"
    where = tuple(zip(entries.rows[at[:5]].tolist(), entries.columns[at[:5]].tolist(), strict=True))
    return Finding("not finite", text, int(at.size), where, advice), wrong


def _at_kinks(case: Case) -> Part | None:
    entries = case.entries
    kinked = case.failed & (entries.status == Status.KINK)
    if not kinked.any() or np.count_nonzero(kinked) < case.count:
        return None
    at = np.flatnonzero(kinked)
    i = at[0]
    low, high = (entries.reference[i] + sign * entries.spread[i] for sign in (-1, 1))
    named = case.labels.entries(entries.rows[at], entries.columns[at])
    text = (
        f"{case.name} is wrong only where f has a kink: in {named}; {entries.given[i]:.6g} is not between the slopes "
        f"{low:.6g} and {high:.6g} on both sides"
    )
    return Finding("kink", text, int(at.size), advice="Look at which branch is taken where two are equal"), kinked


def _missing(case: Case) -> Part | None:
    entries = case.entries
    if entries.stored is None:
        return None
    missing = case.failed & ~entries.stored
    at = np.flatnonzero(missing)
    if not at.size:
        return None
    named = case.labels.entries(entries.rows[at], entries.columns[at])
    text = f"the pattern of {case.name} misses {at.size} nonzero{'s' * (at.size > 1)}: {named}"
    offsets = np.unique(entries.columns[at] - entries.rows[at])
    if at.size > 2 and offsets.size == 1:
        text += f", all on the diagonal {offsets[0]:+d}"
    where = tuple(zip(entries.rows[at[:5]].tolist(), entries.columns[at[:5]].tolist(), strict=True))
    detect = "detect_hessian_pattern" if case.hessian else "detect_jacobian_pattern"
    advice = f"Complete the pattern; secant.{detect} finds it"
    return Finding("missing nonzeros", text, int(at.size), where, advice), missing


def _stale(case: Case) -> Finding | None:
    for where, values in case.earlier:
        if case.corrected_from(values):
            text = f"{case.name} is the derivative at an earlier point ({where}: all {case.count} entries agree)"
            return Finding("stale", text, case.count, advice="Look for a cache, or a value that is updated too late")
    return None


def _constant(case: Case) -> Finding | None:
    if not case.constant:
        return None
    text = f"{case.name} is the same at another point, and wrong at this one: it does not change with x"
    return Finding("constant", text, case.count, advice="Look for a value that is computed once, at the first x")
