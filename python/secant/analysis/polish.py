"""Newton's method to the last digits, from where a solver ended.

Near a point where the matrix is singular its steps shrink by a factor only, long after the conditions are as small as
the rounding of one of them; so it is the steps that tell whether it still gets nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.analysis.bars import Barred

STEPS = 100
"""Most need two. Towards a point where the matrix is singular, each gains a factor of 2 or less."""

_SHRINKS = 0.9

_PATIENCE = 3
"""Along curved valleys Newton's steps come nearer in cycles of two or three."""

SMALL = 1e-16
"""Steps below this share of a variable's scale are the last."""


def polish(
    conditions: Callable[[npt.NDArray[np.float64]], Barred],
    matrix: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]],
    z: npt.NDArray[np.float64],
    lower: npt.NDArray[np.float64],
    upper: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Where Newton's steps lead, until conditions vanish within their bars or neither they nor the steps get smaller.

    Parameters
    ----------
    conditions, matrix : callable
        What is to vanish, with bars, and its derivative.
    z, lower, upper : ndarray
        The start and the box that is not left, shape (k,).
    """
    found, last, idle = conditions(z), np.inf, 0
    best, least = z, float(np.linalg.norm(found.value))
    for _ in range(STEPS):
        if np.all(np.abs(found.value) <= found.error):
            break
        slopes = matrix(z)
        if not np.isfinite(slopes).all():
            break
        nearer = np.clip(z + np.linalg.lstsq(slopes, -found.value, rcond=None)[0], lower, upper)
        length = float(np.linalg.norm(nearer - z))
        z, found = nearer, conditions(nearer)
        size = float(np.linalg.norm(found.value))
        idle = 0 if size < least or length < _SHRINKS * last else idle + 1
        last = min(last, length)
        if size < least or idle == 0:
            best, least = z, min(size, least)
        if idle > _PATIENCE or length <= SMALL * max(float(np.abs(z).max()), 1.0):
            break
    return best
