"""Products of Jacobians and Hessians with vectors, without the matrices.

Products of Jacobians have one layout: each is shaped like f(x) or like x.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant import _core, methods
from secant.estimate import make_estimate
from secant.function import FunctionLike, arguments, prepare
from secant.layout import check_layout, estimate_inputs_first, gradient_outputs_first, inputs_first

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse.linalg import LinearOperator

    from secant.bounds import BoundsLike
    from secant.layout import Layout


def jvp(
    f: FunctionLike,
    x: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    full_output: bool = False,
) -> Any:
    """Jacobian-vector product: the derivative of f along a direction.

    Costs as many evaluations as the method needs for one variable, whatever the size of x.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number or an array.
    x : array_like
        The point.
    v : array_like
        The direction, shaped like x. Its length matters: the result is linear in v.
    args, argnum, method, bounds, vectorized, full_output
        As for `secant.jacobian`. A step given in `method` must be a scalar: the factor of v.

    Returns
    -------
    ndarray or Estimate
        Shaped like f(x).

    Raises
    ------
    ValueError
        If v is not shaped like x, bounds leave no room along v, or f(x) is not finite.

    Examples
    --------
    >>> import numpy as np, secant
    >>> np.round(secant.jvp(lambda x: [x[0] ** 2, x[0] * x[1]], [1.0, 2.0], [1.0, 1.0]), 10)
    array([2., 3.])
    """
    resolved, core = prepare(f, argnum=argnum, method=method, bounds=bounds, vectorized=vectorized)
    everything = arguments(x, args, argnum)
    return make_estimate(core.jvp(everything, v, True), resolved) if full_output else core.jvp(everything, v)


def vjp(
    f: FunctionLike,
    x: npt.ArrayLike,
    w: npt.ArrayLike,
    *,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    full_output: bool = False,
) -> Any:
    """Vector-Jacobian product: the sum over outputs of w times their gradients.

    Costs as many evaluations as the whole Jacobian, but only the memory of a vector.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number or an array.
    x : array_like
        The point.
    w : array_like
        The weights, shaped like f(x); real or complex (not conjugated).
    args, argnum, method, bounds, vectorized, full_output
        As for `secant.jacobian`.

    Returns
    -------
    ndarray or Estimate
        Shaped like x.

    Raises
    ------
    ValueError
        If w is not shaped like f(x), or f(x) is not finite.

    Examples
    --------
    >>> import numpy as np, secant
    >>> np.round(secant.vjp(lambda x: [x[0] ** 2, x[0] * x[1]], [1.0, 2.0], [1.0, 1.0]), 10)
    array([4., 1.])
    """
    resolved, core = prepare(f, argnum=argnum, method=method, bounds=bounds, vectorized=vectorized)
    everything = arguments(x, args, argnum)
    return make_estimate(core.vjp(everything, w, True), resolved) if full_output else core.vjp(everything, w)


def hvp(
    f: FunctionLike,
    x: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    grad: FunctionLike | None = None,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    layout: Layout = "numerator",
    full_output: bool = False,
) -> Any:
    """Hessian-vector product.

    With `grad`, it costs as many evaluations of it as the method needs for one variable. From values of f, central
    differences of order q need q (2 n + 1) + 1 evaluations for n variables.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number, or an array whose entries each have a Hessian. Not called where `grad` is
        given.
    x : array_like
        The point.
    v : array_like
        The direction, shaped like x.
    grad : callable or secant.native.Function, optional
        The gradient of f; for array-valued f the Jacobian, in the same layout.
    layout : {"numerator", "denominator"}
        Where f is array-valued, the shape of the result and of what `grad` returns: f(x).shape + x.shape, or x.shape +
        f(x).shape.
    args, argnum, method, bounds, vectorized, full_output
        As for `secant.hessian`. A step given in `method` must be a scalar.

    Returns
    -------
    ndarray or Estimate
        f(x).shape + x.shape, or x.shape + f(x).shape for ``layout="denominator"``.

    Raises
    ------
    ValueError
        If v is not shaped like x, bounds leave no room along v, or f(x) is not finite.

    Examples
    --------
    >>> import numpy as np, secant
    >>> np.round(secant.hvp(lambda x: x[0] ** 2 * x[1], [1.0, 2.0], [1.0, 1.0]), 7)
    array([6., 2.])
    """
    check_layout(layout)
    if grad is not None:
        f = gradient_outputs_first(grad, layout, argnum, vectorized=vectorized)
    name = "f" if grad is None else "grad"
    resolved, core = prepare(f, name=name, argnum=argnum, method=method, bounds=bounds, vectorized=vectorized)
    product = core.hvp if grad is None else core.hvp_from_gradient
    everything = arguments(x, args, argnum)
    inputs = np.ndim(x) if layout == "denominator" else 0
    if full_output:
        return estimate_inputs_first(make_estimate(product(everything, v, True), resolved), inputs)
    found = product(everything, v)
    return inputs_first(found, inputs, np.ndim(found) - inputs)


def _own_copy(args: tuple[Any, ...], argnum: int) -> tuple[tuple[Any, ...], npt.NDArray[Any]]:
    # An operator stays at its point, whatever becomes of the caller's array. A scalar stays a scalar for f.
    point = np.array(args[argnum])
    scalar = point.ndim == 0 and not isinstance(args[argnum], np.ndarray)
    return (*args[:argnum], args[argnum] if scalar else point, *args[argnum + 1 :]), point


def jacobian_operator(core: _core.Differentiator, args: tuple[Any, ...], argnum: int) -> LinearOperator:
    """A LinearOperator of shape (f(x).size, x.size) at x."""
    from scipy.sparse.linalg import LinearOperator

    value = core.value(args)
    args, point = _own_copy(args, argnum)
    shape, outputs = point.shape, np.shape(value)

    def matvec(v: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if np.iscomplexobj(v):
            return matvec(v.real) + 1j * matvec(v.imag)
        return np.ravel(core.jvp(args, v.reshape(shape)))

    def rmatvec(w: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.ravel(core.vjp(args, w.conj().reshape(outputs))).conj()

    dtype = np.result_type(value, point, np.float32)
    return LinearOperator((np.size(value), point.size), matvec=matvec, rmatvec=rmatvec, dtype=dtype)


def hessian_operator(
    core: _core.Differentiator, args: tuple[Any, ...], argnum: int, from_gradient: bool
) -> LinearOperator:
    """A symmetric LinearOperator of shape (x.size, x.size) at x."""
    from scipy.sparse.linalg import LinearOperator

    value = core.value(args)
    args, point = _own_copy(args, argnum)
    shape = point.shape
    expected = shape if from_gradient else ()
    if np.shape(value) != expected:
        what = "grad" if from_gradient else "f"
        msg = (
            f"an operator needs a scalar-valued f, but {what}(x) has shape {np.shape(value)}; call the Hessian instead"
        )
        raise ValueError(msg)
    product = core.hvp_from_gradient if from_gradient else core.hvp

    def matvec(v: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if np.iscomplexobj(v):
            return matvec(v.real) + 1j * matvec(v.imag)
        return np.ravel(product(args, v.reshape(shape)))

    def rmatvec(w: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return matvec(w.conj()).conj()

    dtype = np.result_type(value, point, np.float32)
    return LinearOperator((point.size, point.size), matvec=matvec, rmatvec=rmatvec, dtype=dtype)
