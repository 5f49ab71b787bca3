"""How a function is looked at from outside: along random directions, and at points where it may fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.bounds import Border

OTHER_STEPS = (0.09375, 3.0)
"""What steps, or directions, are multiplied by for second estimates."""

FAILURES = (ArithmeticError, AssertionError, RuntimeError, ValueError)
"""What a function may raise outside its domain; anything else is news for the caller."""


def random_direction(
    x: npt.NDArray[Any],
    length: npt.NDArray[Any],
    lower: Border | None,
    upper: Border | None,
    random: np.random.Generator,
) -> npt.NDArray[Any]:
    """A random vector with entries of either sign and of unequal magnitudes, from half of `length` up to it.

    With bounds, it points, and reaches, to where there is room.
    """
    sign = np.where(random.random(x.shape) < 0.5, -1.0, 1.0)
    if lower is not None and upper is not None:
        up, down = np.minimum(upper - x, length), np.minimum(x - lower, length)
        sign = np.where(np.minimum(up, down) * 8 < np.maximum(up, down), np.where(up >= down, 1.0, -1.0), sign)
        length = np.where(sign > 0, up, down)
    return np.asarray(sign * length * random.uniform(0.5, 1.0, x.shape))
