"""How far along rays from a point something holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Vector = npt.NDArray[np.float64]
    Holds = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.bool_]]

_FINE, _COARSE = 2.0**0.25, 2.0
"""Factors between distances: within a factor of `_NEAR` of the guess, and elsewhere."""

_NEAR = 4.0

_FIRST = 2.0**-6
"""Where the march begins, as a share of the guess."""

_ACCURACY = 1e-3
"""Bisection ends when the distance is known to this share."""

_SMALLEST = 2.0**-80
"""As a share of the guess, the distance that counts as none."""


def reach(holds: Holds, rays: Vector, limits: Vector, guess: float, farthest: float) -> float:
    """The distance up to which it holds on all rays; infinite if it does so up to `farthest`, or to all limits.

    Parameters
    ----------
    holds : callable
        Takes displacements, shape (k, n), and says for each whether it holds there.
    rays : ndarray
        Unit vectors, shape (r, n).
    limits : ndarray
        How far each ray may be followed, shape (r,).
    guess : float
        About the distance that is looked for.
    farthest : float
        Where it ends.
    """
    within, t = 0.0, guess * _FIRST
    while True:
        # A ray that ends between the last distance and this one is looked at where it ends.
        ahead = limits > within
        if not ahead.any():
            return np.inf
        rays, limits = rays[ahead], limits[ahead]
        failed = ~holds(np.minimum(t, limits)[:, np.newaxis] * rays)
        if failed.any():
            return _between(holds, rays[failed], limits[failed], within, t, guess * _SMALLEST)
        if t >= farthest:
            return np.inf
        near = guess / _NEAR <= t < guess * _NEAR
        within, t = t, min(t * (_FINE if near else _COARSE), farthest)


def _between(holds: Holds, rays: Vector, limits: Vector, within: float, beyond: float, smallest: float) -> float:
    """By bisection; where nothing is known to hold yet, by halves first."""
    while beyond - within > _ACCURACY * beyond:
        if beyond < smallest:
            return 0.0
        middle = beyond / 2 if within == 0 else (within + beyond) / 2
        failed = ~holds(np.minimum(middle, limits)[:, np.newaxis] * rays)
        if failed.any():
            beyond, rays, limits = middle, rays[failed], limits[failed]
        else:
            within = middle
    return within


def room(origin: Vector, rays: Vector, lower: Vector | None, upper: Vector | None) -> Vector:
    """How far each ray stays in the box, shape (r,)."""
    if lower is None or upper is None:
        return np.full(rays.shape[0], np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        border = np.where(rays > 0, upper - origin, lower - origin) / rays
    return np.asarray(np.min(np.where(rays == 0, np.inf, border), axis=1))
