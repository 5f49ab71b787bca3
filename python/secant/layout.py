"""The layout of a derivative: whether the axes of f(x) come first in its shape, or those of x."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant import native

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.estimate import Estimate
    from secant.function import FunctionLike

Layout: TypeAlias = Literal["numerator", "denominator"]

_LAYOUTS = ("numerator", "denominator")


def check_layout(layout: object) -> None:
    """Say what is accepted, if a layout is not.

    Raises
    ------
    ValueError
        If it is neither "numerator" nor "denominator".
    """
    if not isinstance(layout, str) or layout not in _LAYOUTS:
        msg = f"layout is {layout!r}; accepted are 'numerator' and 'denominator'"
        raise ValueError(msg)


def other_layout(layout: Layout) -> Layout:
    """The other one."""
    return "denominator" if layout == "numerator" else "numerator"


def inputs_first(values: Any, inputs: int, outputs: int) -> Any:
    """The axes of x before those of f(x): from numerator to denominator layout.

    Parameters
    ----------
    values : ndarray or NumPy scalar
        `outputs` axes of f(x), `inputs` axes of x, and any others after these.
    inputs, outputs : int
        How many there are. Of a Hessian, `inputs` counts both shapes of x.

    Returns
    -------
    ndarray or NumPy scalar
        Contiguous; the same object where there is nothing to turn.
    """
    if not inputs or not outputs:
        return values
    return np.ascontiguousarray(np.moveaxis(values, range(outputs), range(inputs, inputs + outputs)))


def outputs_first(values: npt.NDArray[Any], inputs: int) -> npt.NDArray[Any]:
    """A view with the first `inputs` axes, those of x, at the end: from denominator to numerator layout."""
    return np.moveaxis(values, range(inputs), range(-inputs, 0))


def estimate_inputs_first(found: Estimate, inputs: int) -> Estimate:
    """An estimate in numerator layout, in denominator layout: all that is shaped like its value."""
    outputs = np.ndim(found.value) - inputs
    names = ("value", "error", "status", "slopes")
    given = {name: getattr(found, name) for name in names if getattr(found, name) is not None}
    return replace(found, **{name: inputs_first(values, inputs, outputs) for name, values in given.items()})


@dataclass(frozen=True, slots=True)
class _Turned:
    """A gradient in denominator layout, as a function that returns it in numerator layout."""

    grad: Callable[..., Any]
    argnum: int
    vectorized: bool

    @property
    def __name__(self) -> str:
        return str(getattr(self.grad, "__name__", ""))

    def __call__(self, *args: Any) -> Any:
        returned = self.grad(*args)
        block = int(self.vectorized)
        x = np.shape(args[self.argnum])[block:]
        try:
            array = np.asarray(returned)
        except ValueError:  # rows of unequal length, say: whoever reads it tells what is accepted
            return returned
        inputs = len(x)
        if array.dtype.kind not in "biufc":
            return returned
        if array.shape[block : block + inputs] != x:
            msg = (
                f"grad returned shape {array.shape[block:]}, but x has shape {x}; in denominator layout, a gradient "
                "has the shape of x, and after that the shape of f, where f is array-valued"
            )
            raise ValueError(msg)
        return np.moveaxis(array, range(block, block + inputs), range(-inputs, 0))


def gradient_outputs_first(grad: FunctionLike, layout: Layout, argnum: int, *, vectorized: bool) -> FunctionLike:
    """A gradient that is given in some layout, as one in numerator layout.

    What native functions return has one axis: they can only be the gradients of scalar-valued functions, which have
    one layout.
    """
    if layout == "numerator" or isinstance(grad, native.Function) or not callable(grad):
        return grad
    return _Turned(grad, argnum, bool(vectorized))
