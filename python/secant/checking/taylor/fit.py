"""Polynomials through the remainders of a Taylor test: the coefficient of one power of h, and how far it is known.

Remainders R(h) at steps h, h/2, h/4, … are c0 + c1 h + c2 h² + … with errors of about the same size: those of the
values of f. c0 is one of them, that of f(x), so that R(0) = 0 is a value like the others. Least squares on these equal
weights is least squares on R(h)/h with the weights that its errors, in proportion to 1/h, ask for.

There are as many fits as windows of steps and degrees. Larger steps and lower degrees let less noise through; smaller
steps and higher degrees leave less of the powers that are left out. The best one balances both, for each output.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Reals = npt.NDArray[np.float64]

FEWEST_STEPS = 9
"""With fewer, no fit has as many steps to spare as are needed to see noise."""

_HIGHEST = 8
_SPARE = 6  # steps more than coefficients, from whose misfit the noise is estimated
_BLOCK = 256  # outputs at a time: memory is bounded by it
_HUGE = 1e120

_MISFIT_OF_NOISE = 30.0
"""A misfit of larger steps, so many times that of the smaller ones, may be a ripple that only these resolve."""

_QUIET = 4.0
"""Misfits that differ by no more may both be of the same noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The coefficient of a power of h, for each of m outputs.

    Attributes
    ----------
    coefficient : ndarray, (m,)
        In the units of f.
    error : ndarray of float, (m,)
        Its standard error: that of noise, and how much other degrees and windows change it.
    noise : ndarray of float, (m,)
        What noise alone makes of it.
    spread : ndarray of float, (m,)
        Standard deviation of remainders about the polynomial.
    start : ndarray of int, (m,)
        Which step is the largest of the fit.
    coarse, coarse_error : ndarray, (m,)
        The same of larger steps, from where misfits are as of noise, but smaller steps resolve them; NaN elsewhere.
    quiet, quiet_error : ndarray, (m,)
        The same of steps whose misfit is hardly more than the least: what others take for noise may be details of f.
    settled : ndarray of bool, (m,)
        Whether the smallest steps agree with the coefficient; where not, f has details that no step resolves.
    """

    coefficient: npt.NDArray[Any]
    error: Reals
    noise: Reals
    spread: Reals
    start: npt.NDArray[np.intp]
    coarse: npt.NDArray[Any]
    coarse_error: Reals
    quiet: npt.NDArray[Any]
    quiet_error: Reals
    settled: npt.NDArray[np.bool_]


def fit(steps: Reals, remainders: npt.NDArray[Any], rounding: Reals, power: int) -> Fit:
    """Fit polynomials in h, and take from each output's best one the coefficient of a power.

    Parameters
    ----------
    steps : ndarray, (k,)
        Each half of the one before.
    remainders : ndarray, (k, m)
        Real or complex, finite.
    rounding : ndarray, (k + 1, m)
        Least standard deviations of f's values at the steps and, last, at x.
    power : {1, 2}
        Which coefficient.

    Returns
    -------
    Fit
    """
    windows = _windows(len(steps), power)
    blocks = [slice(start, start + _BLOCK) for start in range(0, remainders.shape[1], _BLOCK)]
    parts = [
        _fit_block(windows, remainders[:, block], rounding[:, block], float(steps[0]) ** power) for block in blocks
    ]
    return Fit(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class _Windows:
    """Linear functionals of remainders, in units of the first step, for each start of a window and each degree.

    Attributes
    ----------
    power : int
        Of h, whose coefficient is wanted; also the lowest degree, which is there to be compared with.
    weights : ndarray, (k, degrees, k + 1)
        They give the coefficient.
    surprises : ndarray, (k, degrees, k + 1)
        They give the misfit that the window's largest step adds to that of the others, with the variance of one value:
        the recursive residuals of R. L. Brown, J. Durbin & J. M. Evans, Journal of the Royal Statistical Society B 37
        (1975) 149-192.
    spare : ndarray, (k, degrees)
        Steps more than coefficients; 0 where there is no fit.
    """

    power: int
    weights: Reals
    surprises: Reals
    spare: Reals


@lru_cache(maxsize=8)
def _windows(count: int, power: int) -> _Windows:
    degrees = range(power, _HIGHEST + 1)
    weights = np.zeros((count, len(degrees), count + 1))
    surprises = np.zeros_like(weights)
    spare = np.zeros((count, len(degrees)))
    for start in range(count):
        for column, degree in enumerate(degrees):
            length = count - start + 1
            if length < degree + 2:
                break
            coefficients, surprise = _functionals(length, degree)
            weights[start, column, start:] = coefficients[power] * 2.0 ** (power * start)
            surprises[start, column, start:] = surprise
            spare[start, column] = length - degree - 1
    return _Windows(power, weights, surprises, spare)


@cache
def _functionals(length: int, degree: int) -> tuple[Reals, Reals]:
    """Coefficients of a fit to values at 1, 1/2, …, 0, and the misfit that the value at 1 adds."""
    points = np.append(2.0 ** -np.arange(length - 1), 0.0)
    powers = points[:, np.newaxis] ** np.arange(degree + 1)
    basis, triangle = np.linalg.qr(powers)
    surprise = np.zeros(length)
    surprise[0] = 1.0
    for _ in range(3):  # what the basis leaves of it is small: once would leave as much of rounding
        surprise -= basis @ (basis.T @ surprise)
        surprise /= np.linalg.norm(surprise)
    coefficients = np.linalg.solve(triangle, basis.T)
    for _ in range(2):  # powers of points are nearly dependent: digits that this has cost come back
        coefficients += (np.eye(degree + 1) - coefficients @ powers) @ coefficients
    return coefficients, surprise


def _fit_block(
    windows: _Windows, remainders: npt.NDArray[Any], rounding: Reals, first: float
) -> tuple[npt.NDArray[Any], ...]:
    """The fields of a Fit for some outputs."""
    # Squares must not underflow: powers of two, so that nothing is rounded. Where f grows by hundreds of decades, what
    # is far off only has to stay so.
    small = slice(len(remainders) // 2, None)
    largest = np.maximum(np.abs(remainders[small]).max(axis=0), rounding[small].max(axis=0))
    unit = np.ldexp(1.0, np.frexp(np.where(largest > 0, largest, 1.0))[1])
    with np.errstate(all="ignore"):
        values = np.concatenate([remainders, np.zeros_like(remainders[:1])]) / unit
        values = np.where(np.abs(values) < _HUGE, values, _HUGE)
        rounding = np.minimum(rounding / unit, _HUGE)
    count, columns = len(remainders), np.arange(values.shape[1])

    found = _apply(windows.weights, values)
    added = np.abs(_apply(windows.surprises, values)) ** 2
    spare = np.maximum(windows.spare, 1.0)[..., np.newaxis]
    variance = np.cumsum(added[::-1], axis=0)[::-1] / spare
    gain = np.sqrt(np.sum(windows.weights**2, axis=2))[..., np.newaxis]
    # Few steps to spare may happen to agree: Student's t at the probability of four standard deviations, roughly.
    measured = np.sqrt(variance) * gain * (1 + 5.5 / spare)
    noise = np.maximum(np.sqrt(_apply(windows.weights**2, rounding**2)), measured)

    error = np.full(found.shape, np.inf)
    by_degree, by_start = np.abs(found[:-1, 1:] - found[:-1, :-1]), np.abs(found[:-1, 1:] - found[1:, 1:])
    error[:-1, 1:] = noise[:-1, 1:] + np.maximum(by_degree, by_start)
    error[windows.spare < _SPARE] = np.inf

    degree = error.argmin(axis=1)  # for each start
    rows = np.arange(count)[:, np.newaxis]
    found, error, noise = (grid[rows, degree, columns] for grid in (found, error, noise))
    spread = np.sqrt(variance[rows, degree, columns])
    start = error.argmin(axis=0)
    best, own = found[start, columns], spread[start, columns]

    # A ripple shows at all steps that are longer than it; what a polynomial leaves out, at the longest alone.
    farther = np.concatenate([spread[2:], np.zeros_like(spread[:2])])
    like_noise = (rows < start) & (spread >= _MISFIT_OF_NOISE * own) & (farther >= spread / 3) & np.isfinite(error)
    coarse = np.where(like_noise, error, np.inf).argmin(axis=0)
    coarse_error = np.where(like_noise.any(axis=0), error[coarse, columns], np.nan)

    level = np.maximum(spread, rounding[-2:].max(axis=0))
    least = np.where(np.isfinite(error), level, np.inf).min(axis=0)
    quiet = np.where(level <= _QUIET * least, error, np.inf).argmin(axis=0)

    back = unit / first
    return (
        best * back,
        error[start, columns] * back,
        noise[start, columns] * back,
        own * unit,
        start,
        found[coarse, columns] * back,
        coarse_error * back,
        found[quiet, columns] * back,
        error[quiet, columns] * back,
        _is_settled(windows.power, values, rounding, best, own),
    )


def _apply(functionals: Reals, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """All at once: the product of two matrices is faster than a stack of products."""
    products = functionals.reshape(-1, functionals.shape[-1]) @ values
    return np.reshape(products, (*functionals.shape[:-1], values.shape[1]))


def _is_settled(
    power: int, values: npt.NDArray[Any], rounding: Reals, best: npt.NDArray[Any], spread: Reals
) -> npt.NDArray[np.bool_]:
    if power > 1:  # the smallest steps say nothing of it
        return np.ones(best.shape, bool)
    step = 2.0 ** (2 - len(values))  # the smallest; the last value is that at 0
    slope = (4 * values[-2] - values[-3]) / (2 * step)
    noise = 2.1 / step * np.maximum(rounding[-2], spread)
    return np.asarray(np.abs(slope - best) <= np.abs(best) / 2 + 4 * noise)
