"""What a derivative under test says of f along a direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import native
from secant.checking.derivative import as_array, is_sparse, sparse_in_denominator_layout
from secant.function import FunctionLike, arguments, prepare
from secant.layout import outputs_first

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.checking.taylor.line import Line
    from secant.layout import Layout

_DOUBLE = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """A coefficient of the expansion of f(x + h v) in h, by the derivative under test, for each of m outputs.

    Attributes
    ----------
    name : str
        What the derivative is called: "grad", "jac", "jvp", "hess" or "hvp".
    order : {1, 2}
        The power of h.
    value : ndarray, (m,)
        A·v, or vᵀHv / 2.
    terms : ndarray of float, (m,)
        The sum of the magnitudes that it is a sum of, as far as they are known: its rounding is in proportion.
    eps : float
        Of the format of the derivative.
    matrix : ndarray, sparse matrix or None
        (m, n): A, where there is one.
    """

    name: str
    order: int
    value: npt.NDArray[Any]
    terms: npt.NDArray[np.float64]
    eps: float
    matrix: Any = None

    def change(self, displacement: npt.NDArray[np.float64], step: float) -> npt.NDArray[Any]:
        """The change of f to first order, (m,), by a displacement that is `step` times v but for rounding."""
        return step * self.value if self.matrix is None else self.matrix @ displacement.ravel()


def first_derivative(name: str, call: FunctionLike, line: Line, layout: Layout) -> Along:
    """Call the first derivative of f at the point of the line; a Jacobian returns an array in some layout.

    Raises
    ------
    ValueError
        If it has the wrong shape, or is a gradient but f is array-valued.
    TypeError
        If it is not callable, or does not return numbers.
    """
    x, shape, size = line.x, line.shape, line.value.size
    if name == "grad" and shape:
        msg = f"grad is given, but f(x) has shape {shape}; accepted is jac, or jvp"
        raise ValueError(msg)
    if name == "jvp":
        slope, eps = _numbers(name, _with_direction(name, call, line), shape, "f(x).shape")
        return Along(name, 1, slope.ravel(), np.abs(slope).ravel(), eps)
    everything = arguments(_own(x), line.args, line.argnum)
    turned = name == "jac" and layout == "denominator"
    expected = (*x.shape, *shape) if turned else (*shape, *x.shape)
    if isinstance(call, native.Function):
        flat = prepare(call, name=name, argnum=line.argnum, method="central", bounds=None)[1].value(everything)
        raw = np.reshape(flat, expected) if np.size(flat) == size * x.size else flat
    else:
        raw = _callable(name, call)(*everything)
    if turned:
        if is_sparse(raw):
            raise sparse_in_denominator_layout(name)
        array, eps = _numbers(name, raw, expected, "x.shape + f(x).shape")
        matrix: Any = outputs_first(array, x.ndim).reshape(size, x.size)
    else:
        what = "x.shape" if name == "grad" else "f(x).shape + x.shape"
        matrix, eps = _matrix(name, raw, expected, (size, x.size), what)
    flat_v = line.v.ravel().astype(np.float64)
    return Along(name, 1, matrix @ flat_v, abs(matrix) @ np.abs(flat_v), eps, matrix)


def second_derivative(name: str, call: Callable[..., Any], line: Line) -> Along:
    """Call the second derivative; errors as for the first."""
    x = line.x
    if line.shape:
        msg = f"{name} is given, but f(x) has shape {line.shape}; second derivatives are tested of a scalar-valued f"
        raise ValueError(msg)
    flat_v = line.v.ravel().astype(np.float64)
    if name == "hvp":
        product, eps = _numbers(name, _with_direction(name, call, line), x.shape, "x.shape")
        product, magnitudes = product.ravel(), np.abs(product).ravel()
    else:
        raw = _callable(name, call)(*arguments(_own(x), line.args, line.argnum))
        matrix, eps = _matrix(name, raw, (*x.shape, *x.shape), (x.size, x.size), "x.shape + x.shape")
        product, magnitudes = matrix @ flat_v, abs(matrix) @ np.abs(flat_v)
    value, terms = flat_v @ product / 2, np.abs(flat_v) @ magnitudes / 2
    return Along(name, 2, np.array([value]), np.array([terms]), eps)


def _own(x: npt.NDArray[Any]) -> Any:
    """A copy that the callee may keep or overwrite; a NumPy scalar for a number."""
    return x.copy()[()]


def _callable(name: str, call: Any) -> Callable[..., Any]:
    if not callable(call):
        also = " and secant.native.Function(...)" if name in ("grad", "jac") else ""
        msg = f"{name} is a {type(call).__name__}; accepted are callables{also}"
        raise TypeError(msg)
    checked: Callable[..., Any] = call
    return checked


def _with_direction(name: str, call: Any, line: Line) -> Any:
    before = arguments(_own(line.x), line.args, line.argnum)
    position = line.argnum + 1
    return _callable(name, call)(*before[:position], _own(line.v), *before[position:])


def _matrix(name: str, raw: Any, expected: tuple[int, ...], flat: tuple[int, int], what: str) -> tuple[Any, float]:
    """A matrix of a shape, dense or sparse as it was given, and the eps of its format."""
    if not is_sparse(raw):
        array, eps = _numbers(name, raw, expected, what)
        return array.reshape(flat), eps
    if raw.shape != flat:
        msg = f"{name}(x) is a sparse matrix of shape {raw.shape}; accepted is {flat}"
        raise ValueError(msg)
    return raw.tocsr().astype(np.complex128 if raw.dtype.kind == "c" else np.float64), _eps(raw.dtype)


def _numbers(name: str, raw: Any, expected: tuple[int, ...], what: str) -> tuple[npt.NDArray[Any], float]:
    """A copy in double precision of an array of a shape, and the eps of its own format."""
    array = as_array(raw, name, f"arrays of numbers, of shape {what} = {expected}")
    if array.shape != expected:
        msg = f"{name} returned an array of shape {array.shape}; accepted is {what} = {expected}"
        raise ValueError(msg)
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64), _eps(array.dtype)


def _eps(dtype: np.dtype[Any]) -> float:
    return max(float(np.finfo(dtype).eps), _DOUBLE) if dtype.kind in "fc" else _DOUBLE
