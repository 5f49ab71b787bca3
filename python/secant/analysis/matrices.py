"""Jacobians and Hessians as linear algebra takes them: matrices with bars, sparse arrays or operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.derivatives import Hessian, Jacobian
from secant.estimate import ULPS

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """A derivative at a point.

    Attributes
    ----------
    value : ndarray, sparse array or LinearOperator
        Of two axes.
    error : ndarray or None
        The bars of an ndarray; None where there are none.
    evaluations : int
        Of what was differentiated; 0 where the derivative was given.
    description : str
        How it was done.
    """

    value: Any
    error: Vector | None
    evaluations: int
    description: str


def require_finite(values: Any, name: str) -> None:
    """Say which entry is not, if one is not."""
    broken = ~np.isfinite(values)
    if broken.any():
        at = ", ".join(str(int(i)) for i in np.argwhere(broken)[0])
        msg = f"{name} is not finite: its entry [{at}] is {values[broken].flat[0]}"
        raise ValueError(msg)


def matrix_at(
    derivative: Any,
    point: npt.NDArray[Any],
    args: tuple[Any, ...],
    outputs: tuple[int, ...],
    name: str,
    noun: str,
    example: str,
) -> Matrix:
    """What a Jacobian or a Hessian, estimated or given as a callable, is at a point.

    Parameters
    ----------
    derivative : Jacobian, Hessian or callable
        ``derivative(x, *args)``; of a prepared one the estimate is taken.
    point, args
        Where.
    outputs : tuple of int
        Its shape without that of x at its end; the matrix has as many rows as that has entries.
    name, noun, example : str
        What errors call it, and what they offer in its place.
    """
    from scipy.sparse import issparse
    from scipy.sparse.linalg import LinearOperator

    estimated = isinstance(derivative, Jacobian | Hessian)
    if estimated:
        estimate = derivative.estimate(point[()], *args)
        value, error, calls = estimate.value, estimate.error, estimate.evaluations
        description = f"the {noun} by {estimate.method.description}"
    elif callable(derivative):
        value, error, calls = derivative(point.copy()[()], *args), None, 0
        description = f"the {noun} as given"
    else:
        msg = f"{name} is a {type(derivative).__name__}; accepted are callables, as {example}"
        raise TypeError(msg)
    shape = (int(np.prod(outputs)), point.size)
    if issparse(value) or isinstance(value, LinearOperator):
        if value.shape != shape:
            msg = f"{name} returned shape {value.shape}; accepted is {shape}"
            raise ValueError(msg)
        if issparse(value):
            require_finite(value.data, f"the {noun}'s data")
        return Matrix(value, None, calls, description)
    matrix = np.asarray(value)
    if matrix.dtype.kind not in "fiu":
        msg = f"{name} returned dtype {matrix.dtype}; accepted are real numbers"
        raise TypeError(msg)
    if matrix.shape not in (shape, outputs + point.shape):
        msg = f"the {noun} has shape {matrix.shape}; accepted is {outputs + point.shape}"
        raise ValueError(msg)
    require_finite(matrix, f"the {noun}")
    matrix = matrix.astype(np.float64).reshape(shape)
    if estimated:
        return Matrix(
            matrix, None if error is None else np.asarray(error, np.float64).reshape(shape), calls, description
        )
    return Matrix(matrix, ULPS * np.finfo(np.float64).eps * np.abs(matrix), calls, description)
