"""What kind of stationary point it is, by second derivatives with error bars: the rule, without functions around it.

A stationary point is known only as well as the gradient: where it vanishes within its bars, the true one may be a
Newton step of those bars away. Where curvatures are so weak that they may differ there, they are taken there too, and
what changes is added to their bars. So a cubic's inflection, met a little beside the place, is not taken for a minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from secant.analysis.bars import LOST, UNSURE, Barred
from secant.analysis.inertia import Eigenvalues, best_eigenvalues, eigenvalues, scaled_eigenvalues
from secant.estimate import FACTOR

if TYPE_CHECKING:
    import numpy.typing as npt

Kind: TypeAlias = Literal["not stationary", "minimum", "maximum", "saddle", "degenerate", "undecided"]

WEAK = 1e-3
"""Curvatures below this share of those around are taken again where the stationary point may be."""

NARROW = 1e-6
"""A bar around zero is narrow if it is below this share of the curvature that f shows over a longer way."""

_OBLIQUE = 3

_NEARBY, _NARROW_NEARBY = 1 / 16, 1e-2
"""The bar must also be below a hundredth of the curvature that f shows over a sixteenth of the way: where f explodes,
its change over the whole way is no measure."""

_FAR = 1e-6
"""Displacements of the stationary point above this share of a variable's scale count as far."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What is known of a function around a point where its gradient is about zero, in k coordinates.

    Attributes
    ----------
    gradient, hessian
        Derivatives with bars, shapes (k,) and (k, k).
    hessian_at : callable
        The Hessian at a displacement, shape (k,); None where it cannot be had.
    reach : callable
        How far one goes in a direction, a unit vector, until a variable has moved by its scale.
    change : callable
        The largest change of f at a displacement and at its opposite, and f's rounding; NaN where it cannot be had.
    """

    gradient: Barred
    hessian: Barred
    hessian_at: Callable[[npt.NDArray[np.float64]], Barred | None]
    reach: Callable[[npt.NDArray[np.float64]], float]
    change: Callable[[npt.NDArray[np.float64]], tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """The kind of point, why, and the eigenvalues behind it.

    Attributes
    ----------
    kind, reason : str
        In words.
    eigenvalues : Eigenvalues
        Of the Hessian itself.
    error : float
        Their common bar.
    descent : ndarray
        Unit vectors along which f surely curves down, shape (k, number), the steepest first.
    """

    kind: Kind
    reason: str
    eigenvalues: Eigenvalues
    error: float
    descent: npt.NDArray[np.float64]


def decide(around: Surroundings) -> Decision:
    """The kind of a point that is stationary."""
    hessian = around.hessian
    plain = eigenvalues(hessian.value, hessian.error)
    best = best_eigenvalues(hessian.value, hessian.error)
    error = hessian.error

    def decision(kind: Kind, reason: str) -> Decision:
        return Decision(kind, reason, plain, plain.radius, _descent(best, hessian.value, error))

    if not plain.values.size:
        return decision("minimum", "no direction is left to move in: the point is a minimum and a maximum of one point")
    lost = np.isin(hessian.status, LOST) | ~np.isfinite(hessian.error)
    if lost.any():
        i, j = np.argwhere(lost)[0]
        return decision("undecided", f"f has no second derivative by variables {i} and {j} that could be found")

    coarse = np.array([coarse_curvature(around, v) for v in best.directions.T])
    displacement, distance = _displacement(best, around.gradient)
    far = _share(around, displacement)
    if best.signs.any() and (far > _FAR or _is_weak(best, hessian.value, coarse)):
        moved = _change_of_hessian(around, displacement)
        if moved is None:
            return decision("undecided", "f could not be differentiated where its stationary point may be")
        error = hessian.error + moved
        plain, best = eigenvalues(hessian.value, error), best_eigenvalues(hessian.value, error)
    signs = best.signs
    if far > 0.25:
        return decision(
            "undecided", f"the gradient is not known well enough: the stationary point may be {distance:.2g} away"
        )
    down, up, n = int(np.sum(signs < 0)), int(np.sum(signs > 0)), signs.size
    if down and up:
        rest = f", {n - down - up} cannot be told from 0" if down + up < n else ""
        return decision("saddle", f"{down} of {n} eigenvalues {_are(down)} negative, {up} positive{rest}")
    if up == n:
        smallest = _barred(plain.values[0], plain.radius)
        return decision("minimum", f"{_all(n)} positive{_least(n, 'smallest', smallest)}")
    if down == n:
        largest = _barred(plain.values[-1], plain.radius)
        return decision("maximum", f"{_all(n)} negative{_least(n, 'largest', largest)}")
    return decision(*_without_sign(around, replace(hessian, error=error), signs))


def _without_sign(around: Surroundings, hessian: Barred, signs: npt.NDArray[np.int8]) -> tuple[Kind, str]:
    """Whether eigenvalues without a certain sign are zero, as far as numbers tell, or not known.

    Looked at are curvatures in directions of D H D's eigenvectors, each with the bar that entries' bars give it.
    """
    n, eps = signs.size, float(np.finfo(np.float64).eps)
    scaled = scaled_eigenvalues(hessian.value, hessian.error)
    directions = scaled.directions[:, np.abs(scaled.values) <= FACTOR * scaled.radius]
    values = np.sum(directions * (hessian.value @ directions), axis=0)
    bars = np.sum(np.abs(directions) * (hessian.error @ np.abs(directions)), axis=0) + n * eps * np.abs(values)
    oblique = _oblique(around, n)
    largest = max(np.abs(hessian.value).max(), *(2 * change / length**2 for change, length in oblique))
    # What is below the rounding of what f does elsewhere is no change.
    nothing = 16 * eps * max(change for change, _ in oblique)
    unsure = np.isin(hessian.status, UNSURE).any()
    for direction, value, bar in zip(directions.T, values, bars, strict=True):
        length = around.reach(direction)
        change, rounding = around.change(direction * length)
        near, _ = around.change(direction * length * _NEARBY)
        flat = change <= max(rounding, nothing) and (FACTOR * bar <= NARROW * largest or largest == 0)
        curvature, nearby = 2 * change / length**2, 2 * near / (length * _NEARBY) ** 2
        narrow = FACTOR * bar <= min(NARROW * curvature, _NARROW_NEARBY * nearby)
        if unsure or abs(value) > bar or not (flat or narrow):
            noise = "; f looks noisy there" if unsure else ""
            return "undecided", f"a curvature of {_barred(value, bar)} may have either sign: its bar is too wide{noise}"
    count = int(np.sum(signs == 0))
    others = "" if count == n else f", the others {'positive' if signs.sum() > 0 else 'negative'}"
    widest = int(np.argmax(bars))
    return "degenerate", (
        f"{count} of {n} eigenvalues {_are(count)} zero within {'its bar' if count == 1 else 'their bars'} "
        f"({_barred(values[widest], bars[widest])}){others}: second derivatives do not tell"
    )


def coarse_curvature(around: Surroundings, direction: npt.NDArray[np.float64]) -> float:
    """Curvature that explains how f changes over a long way; 0 where that cannot be had."""
    length = around.reach(direction)
    change, _ = around.change(direction * length)
    return 2 * change / length**2 if np.isfinite(change) else 0.0


def _oblique(around: Surroundings, n: int) -> list[tuple[float, float]]:
    """Changes of f, and over what way, in directions that are no eigenvectors.

    Along the eigenvectors of a saddle of higher order f may be constant.
    """
    directions = np.random.default_rng(0).standard_normal((_OBLIQUE, n))
    directions /= np.linalg.norm(directions, axis=1)[:, np.newaxis]
    ways = [(direction, around.reach(direction)) for direction in directions]
    changes = [(around.change(direction * length)[0], length) for direction, length in ways]
    return [(change if np.isfinite(change) else 0.0, length) for change, length in changes]


def _is_weak(best: Eigenvalues, matrix: npt.NDArray[np.float64], coarse: npt.NDArray[np.float64]) -> bool:
    directions = best.directions
    curvature = np.abs(np.sum(directions * (matrix @ directions), axis=0))
    return bool(np.any(curvature < WEAK * np.maximum(curvature.max(), coarse)))


def _displacement(best: Eigenvalues, gradient: Barred) -> tuple[npt.NDArray[np.float64], float]:
    """Where the stationary point may be: Newton's step and the bars, along directions of certain curvature."""
    scaled, bars = best.scale * gradient.value, FACTOR * best.scale * gradient.error
    certain = best.signs != 0
    curvature = np.where(certain, np.abs(best.values) - best.radius, np.inf)
    along = best.vectors.T @ scaled
    length = (np.abs(along) + np.abs(best.vectors.T) @ bars) / curvature
    toward = -np.sign(along) * np.sign(best.values)
    vectors = best.scale[:, np.newaxis] * best.vectors
    displacement = vectors @ (length * np.where(toward == 0, 1.0, toward))
    return displacement, float(np.sum(length * np.linalg.norm(vectors, axis=0)))


def _share(around: Surroundings, displacement: npt.NDArray[np.float64]) -> float:
    """The displacement as a share of how far one goes in its direction."""
    length = float(np.linalg.norm(displacement))
    return length / around.reach(displacement / length) if length > 0 else 0.0


def _change_of_hessian(around: Surroundings, displacement: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """How much the Hessian's entries change between the point and where the stationary point may be."""
    found = [around.hessian_at(side) for side in (displacement, -displacement)]
    changes = [np.abs(other.value - around.hessian.value) for other in found if other is not None]
    changes = [change for change in changes if np.isfinite(change).all()]
    return np.max(changes, axis=0) if changes else None


def _descent(
    best: Eigenvalues, matrix: npt.NDArray[np.float64], error: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    directions = best.directions[:, best.signs < 0]
    curvature = np.sum(directions * (matrix @ directions), axis=0)
    bars = np.sum(np.abs(directions) * (error @ np.abs(directions)), axis=0)
    return directions[:, curvature < -bars]


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _all(n: int) -> str:
    return "the only eigenvalue is" if n == 1 else f"all {n} eigenvalues are"


def _least(n: int, which: str, value: str) -> str:
    return f": {value}" if n == 1 else f"; the {which} is {value}"


def _barred(value: float, bar: float) -> str:
    return f"{value:.4g} ± {bar:.1g}"
