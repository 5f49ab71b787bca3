"""A function's value and its Jacobian at a point, as analysis needs them: real and not empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.derivatives import Jacobian
from secant.function import FunctionLike, prepare

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant import methods
    from secant.bounds import BoundsLike
    from secant.estimate import Estimate


def value_and_jacobian(
    f: FunctionLike,
    point: npt.NDArray[Any],
    name: str,
    args: tuple[Any, ...],
    method: str | methods.Method,
    bounds: BoundsLike | None,
    vectorized: bool,
) -> tuple[npt.NDArray[Any], Estimate]:
    """The value of f at the point, in its own shape, and its Jacobian.

    Raises
    ------
    TypeError
        If f is complex there; `name` is what errors call the point.
    ValueError
        If f returns nothing.
    """
    _, core = prepare(f, argnum=0, method=method, bounds=bounds)
    estimate = Jacobian(f, method=method, bounds=bounds, vectorized=vectorized).estimate(point[()], *args)
    matrix = np.asarray(estimate.value)
    if matrix.dtype.kind == "c":
        msg = f"f({name}) is complex; accepted are real numbers"
        raise TypeError(msg)
    shape = matrix.shape[: matrix.ndim - point.ndim]
    if matrix.size == 0:
        msg = f"f({name}) is empty, of shape {shape}: there is nothing to differentiate"
        raise ValueError(msg)
    block = (point[np.newaxis] if vectorized else point[()], *args)
    return np.asarray(core.value(block)).reshape(shape), estimate
