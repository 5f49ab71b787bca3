"""Whether a coefficient of the remainders is zero, as it must be, and what stands in the way of knowing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.taylor.fit import fit
from secant.checking.taylor.line import OutsideDomainError
from secant.checking.taylor.report import Term

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.taylor.derivative import Along
    from secant.checking.taylor.line import Changes, Line
    from secant.checking.taylor.report import Limit, Verdict

_SURE = 4.0
"""Standard errors beyond which a coefficient is not zero, for one output; for m, as many more as chance asks for."""

_RESOLUTION = 1e-6
"""A test that is not sure to show relative errors as small is not conclusive; or as 10 sqrt(eps), if that is more."""

_OWN_ROUNDING = 64.0
"""Errors of the derivative, in units of eps and of the terms it is a sum of, that are not held against it."""

_CANCELLED, _BENT = 0.1, 1e-3
"""A·v less than these shares of the terms it is a sum of, and of the changes of f, counts as such a share."""

_NEGLIGIBLE = 1e-8
"""And an output's, less than this share of those of the largest one."""

_RIPPLE = 1e-3
"""A slope over large steps that agrees with A·v to this relative error is the one that was meant."""

_SAME_SLOPE = 1e-3
"""Slopes of both sides that differ by less, in units of what the derivative lacks, are taken for the same."""

_FEW, _FAINT = 64.0, 1e6
"""Changes of f, and those that A·v says there are, in units of rounding, that are too small to be told apart."""

_LAST_STEPS = 6
"""Over which a change of f that stays the same is a jump."""

_SHARE_OF_NOISE = 0.1
"""Noise that is less than this share of a standard error does not make it: powers of h that are left out do."""

_NOISE = 8.0
"""Spread that is so many times rounding is noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """A coefficient and what is known of it, of each of m outputs.

    Attributes
    ----------
    along : Along
        The derivative under test.
    seen : Changes
        What it was compared with.
    spread : ndarray, (m,)
        Standard deviation of remainders about the fitted polynomial.
    curved : ndarray of bool, (m,)
        Whether powers of h that the fit leaves out make most of the error.
    coefficient, error : ndarray, (m,)
        What the derivative lacks, with its standard error.
    margin : ndarray, (m,)
        How large the coefficient may be by chance and rounding.
    scale, detectable : ndarray, (m,)
        As in `Term`.
    failed, unsure : ndarray of bool, (m,)
        Whether the coefficient is not zero, and whether that cannot be told.
    rippled, unsettled : ndarray of bool, (m,)
        Whether large steps alone were used, and whether there are details of f that steps do not resolve.
    exact : bool
        Whether remainders are rounding, or noise, at every step.
    """

    along: Along
    seen: Changes
    spread: npt.NDArray[np.float64]
    curved: npt.NDArray[np.bool_]
    coefficient: npt.NDArray[Any]
    error: npt.NDArray[np.float64]
    margin: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    detectable: npt.NDArray[np.float64]
    failed: npt.NDArray[np.bool_]
    unsure: npt.NDArray[np.bool_]
    rippled: npt.NDArray[np.bool_]
    unsettled: npt.NDArray[np.bool_]
    exact: bool


def judge(along: Along, seen: Changes, remainders: dict[int, npt.NDArray[Any]], eps: float) -> Outputs:
    """Fit the remainder that `along` is the last part of, and judge each output.

    Parameters
    ----------
    along : Along
        The derivative under test, of order p.
    seen : Changes
        What f does along v.
    remainders : dict of int to ndarray, (k, m)
        R(p-1) and R(p).
    eps : float
        Of the coarser format of x and f.
    """
    order, outputs = along.order, np.arange(len(along.value))
    remainder, before = remainders[order], np.abs(remainders[order - 1])
    found = fit(seen.steps, remainder, seen.rounding, order)
    finite = np.isfinite(along.value)
    said, terms = (np.where(finite, sizes, 0.0) for sizes in (np.abs(along.value), along.terms))
    rise = before[found.start, outputs] / seen.steps[found.start] ** order
    reach = np.maximum(np.maximum(said, terms), rise)
    scale = np.maximum.reduce([said, _CANCELLED * terms, _BENT * rise, np.full_like(said, _NEGLIGIBLE * reach.max())])
    sure = float(np.sqrt(_SURE**2 + 2 * np.log(len(outputs))))
    own = _OWN_ROUNDING * along.eps * reach
    resolution = max(_RESOLUTION, 10 * float(np.sqrt(max(eps, along.eps))))

    coefficient, error = found.coefficient, found.error
    wrong = np.abs(coefficient) > sure * error + own
    with np.errstate(invalid="ignore"):  # NaN where there is no fit to large steps alone
        rippled = wrong & (np.abs(found.coarse) <= sure * found.coarse_error + own)
        rippled &= 2 * sure * found.coarse_error <= _RIPPLE * scale
    coefficient = np.where(finite, np.where(rippled, found.coarse, coefficient), np.nan)
    error = np.where(rippled, found.coarse_error, error)
    margin = sure * error + own
    # Where f changes by a few units in the last place, it may do so at once, and then stand still.
    faint = (before <= _FEW * seen.rounding[:-1]).all(axis=0)
    faint &= said * seen.steps[0] ** order <= _FAINT * seen.rounding.max(axis=0)
    seen_close_by = ~faint & found.settled & (np.abs(found.quiet) > sure * found.quiet_error + own)
    failed = ~finite | (wrong & ~rippled & seen_close_by)
    unsettled = wrong & ~rippled & ~seen_close_by

    with np.errstate(all="ignore"):
        detectable = np.where(margin > 0, 2 * margin / scale, 0.0)
    # Nothing happens along v, and nothing is said to: there is nothing that a relative error could be relative to.
    still = (before <= 4 * seen.rounding[:-1]).all(axis=0) & (said <= _OWN_ROUNDING * along.eps * terms)
    detectable[still] = 0.0
    return Outputs(
        along=along,
        seen=seen,
        spread=found.spread,
        curved=found.noise < _SHARE_OF_NOISE * found.error,
        coefficient=coefficient,
        error=error,
        margin=margin,
        scale=scale,
        detectable=detectable,
        failed=failed,
        unsure=~failed & ~still & ((detectable > resolution) | unsettled),
        rippled=rippled,
        unsettled=unsettled,
        exact=bool(np.all(np.abs(remainder) <= 4 * np.maximum(seen.rounding[:-1], found.spread))),
    )


def slopes_behind(ahead: Outputs, line: Line) -> npt.NDArray[Any]:
    """Slopes along v behind x of failed outputs that have a kink there; NaN for others.

    Where slopes on both sides differ, neither is a derivative: there is nothing to compare with.
    """
    along = ahead.along
    unknown = np.full(along.value.shape, np.nan, along.value.dtype)
    if not np.isfinite(along.value).all() or not line.has_room(-line.v):
        return unknown
    try:
        seen = line.changes(-line.v, lambda displacement, step: along.change(displacement, -step))
    except OutsideDomainError:
        return unknown
    turned = replace(along, value=-along.value)
    behind = judge(turned, seen, {0: seen.changes, 1: seen.changes - seen.predicted}, line.eps)
    # Of a smooth function, these are of the same size and opposite.
    apart = np.abs(ahead.coefficient + behind.coefficient)
    kinked = apart > np.maximum(2 * (ahead.margin + behind.margin), _SAME_SLOPE * np.abs(ahead.coefficient))
    return np.where(ahead.failed & kinked, along.value - behind.coefficient, unknown)


def conclude(outputs: Outputs, shape: tuple[int, ...], behind: npt.NDArray[Any] | None = None) -> Term:
    """The verdict on all outputs, and which one decides.

    Parameters
    ----------
    outputs : Outputs
        As judged.
    shape : tuple of int
        Of f(x).
    behind : ndarray, (m,), optional
        Slopes behind x where there are kinks, NaN elsewhere.
    """
    kinked = np.zeros(outputs.failed.shape, bool) if behind is None else np.isfinite(behind)
    failed, unsure = outputs.failed & ~kinked, outputs.unsure | kinked
    with np.errstate(all="ignore"):
        badness = np.nan_to_num(np.abs(outputs.coefficient) / outputs.margin, nan=np.inf)
    verdict: Verdict
    if failed.any():
        verdict, worst = "fail", int(np.where(failed, badness, -1.0).argmax())
    elif unsure.any():
        verdict, worst = (
            "inconclusive",
            int(np.where(unsure, np.where(kinked, np.inf, outputs.detectable), -1).argmax()),
        )
    else:
        verdict, worst = "pass", int(outputs.detectable.argmax())
    sides = None
    if behind is not None and kinked[worst]:
        sides = (behind[worst], outputs.along.value[worst] + outputs.coefficient[worst])
    return Term(
        name=outputs.along.name,
        order=outputs.along.order,
        predicted=outputs.along.value.reshape(shape),
        coefficient=outputs.coefficient.reshape(shape),
        standard_error=outputs.error.reshape(shape),
        detectable=outputs.detectable.reshape(shape),
        worst=tuple(int(i) for i in np.unravel_index(worst, shape)),
        verdict=verdict,
        exact=outputs.exact,
        scale=outputs.scale.reshape(shape),
        limit="kink" if sides else _limit(outputs, worst),
        noise=float(max(outputs.seen.rounding[:, worst].max(), outputs.spread[worst])),
        sides=sides,
    )


def _limit(outputs: Outputs, worst: int) -> Limit:
    """What the standard error of an output is mostly made of."""
    values = outputs.seen.rounding[:, worst].max()
    last = np.abs(outputs.seen.changes[-_LAST_STEPS:, worst])
    if last.min() > max(_NOISE * values, 0.99 * last.max()):
        return "jump"
    if outputs.unsettled[worst]:
        return "rounding" if np.abs(outputs.seen.changes[:, worst]).max() <= _FEW * values else "details"
    if outputs.rippled[worst]:
        return "ripple"
    if outputs.curved[worst]:
        return "curvature"
    if outputs.spread[worst] > _NOISE * values:
        return "noise"
    return "digits" if values > _NOISE * outputs.seen.format_rounding[worst] else "rounding"
