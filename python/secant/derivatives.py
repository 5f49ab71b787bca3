"""Gradients, Jacobians, Hessians and elementwise derivatives: objects prepared once, and one-shot functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant import methods
from secant.estimate import Estimate, make_estimate
from secant.function import BLOCK_BYTES, FunctionLike, arguments, prepare
from secant.integers import as_integer
from secant.layout import check_layout, estimate_inputs_first, gradient_outputs_first, inputs_first
from secant.prepared import MaybeSparse, Prepared, check_no_out

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import LinearOperator

    from secant.bounds import BoundsLike
    from secant.layout import Layout
    from secant.sparse import Entries, Verify

MOST_ORDERS = 8
"""The highest order of a derivative."""


class Gradient(Prepared):
    """The gradient of a scalar-valued function, prepared once and called at any number of points.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number. It receives an array shaped like x that it may keep or overwrite; a NumPy
        scalar if x is a scalar.
    like : array_like, optional
        An array shaped like the points: others are refused, and mistakes are found now and not at the first call.
    argnum : int
        The position, among f's arguments, of the one to differentiate by.
    method : str, Adaptive, FiniteDifference or ComplexStep
        "auto" or "adaptive" (error-controlled), "forward" and "backward" (order 1), "central" (order 2), "complex"; or
        an object with options.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        f is never called outside; each a scalar or shaped like x.
    vectorized : bool
        Whether f takes a block of k points, an array of shape (k,) + x.shape, and returns k values, shape (k,).
    block_bytes : int
        Memory, in bytes, that such a block and its values may take.

    Raises
    ------
    TypeError, ValueError
        If an option is not one of those above.

    Examples
    --------
    >>> import numpy as np, secant
    >>> g = secant.Gradient(lambda x: x[0] ** 2 + x[0] * x[1])
    >>> np.round(g([1.0, 2.0]), 12)
    array([4., 1.])
    """

    __slots__ = ()

    def __init__(
        self,
        f: FunctionLike,
        *,
        like: npt.ArrayLike | None = None,
        argnum: int = 0,
        method: str | methods.Method = "auto",
        bounds: BoundsLike | None = None,
        vectorized: bool = False,
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        options = {
            "like": like,
            "argnum": argnum,
            "method": method,
            "bounds": bounds,
            "vectorized": vectorized,
            "block_bytes": block_bytes,
        }
        super().__init__(f, f, "f", options)

    def __call__(self, *args: Any) -> npt.NDArray[Any]:
        """The gradient, shaped like x. Takes the arguments of f."""
        return self._core.gradient(args)

    def estimate(self, *args: Any) -> Estimate:
        """The gradient with its circumstances. Takes the arguments of f."""
        return make_estimate(self._core.gradient(args, True), self._method)


class Jacobian(MaybeSparse):
    """The Jacobian of an array-valued function, prepared once and called at any number of points.

    It is what ``jac=`` of scipy.optimize's solvers expects, and with ``argnum=1`` what solve_ivp's does.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns an array or a list of numbers, of any shape. It receives an array shaped like x that
        it may keep or overwrite; a NumPy scalar if x is a scalar.
    like : array_like, optional
        An array shaped like the points: others are refused, and mistakes are found now and not at the first call.
    argnum : int
        The position, among f's arguments, of the one to differentiate by.
    method : str, Adaptive, FiniteDifference or ComplexStep
        "auto" or "adaptive" (error-controlled), "forward" and "backward" (order 1), "central" (order 2), "complex"; or
        an object with options.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        f is never called outside; each a scalar or shaped like x.
    vectorized : bool
        Whether f takes a block of k points, an array of shape (k,) + x.shape, and returns the k values stacked, shape
        (k,) + f(x).shape.
    layout : {"numerator", "denominator"}
        The shape of a dense result: f(x).shape + x.shape, or x.shape + f(x).shape.
    sparsity : SparsityPattern, sparse matrix, array_like, Coloring, DetectedPattern or "detect", optional
        Where the Jacobian may have nonzeros, shape (f(x).size, x.size) with arrays counted in C order: the result is
        then a csr_array of this shape, and products of it with groups of columns are taken in place of its columns.
        "detect" finds the pattern around the first point, as `detect_jacobian_pattern` does.
    entries : SparsityPattern or {"all", "lower", "upper"}
        Which entries of the pattern the result has: all, a triangle with the diagonal, or those of another pattern.
    verify : {"first", "always", "never"}
        At which calls the pattern is held against f, along a random direction: two evaluations, and two more where
        something looks wrong. Rows that miss nonzeros are an error.
    block_bytes : int
        Memory, in bytes, that a block of points and its values may take.

    Raises
    ------
    TypeError, ValueError
        If an option is not one of those above.

    Examples
    --------
    >>> import numpy as np, secant
    >>> J = secant.Jacobian(lambda x: [x[0] ** 2 + x[1], x[0] * x[1]])
    >>> np.round(J([1.0, 2.0]), 12)
    array([[2., 1.],
           [2., 1.]])
    """

    __slots__ = ("_denominator",)

    _structure = "nonsymmetric"

    def __init__(
        self,
        f: FunctionLike,
        *,
        like: npt.ArrayLike | None = None,
        argnum: int = 0,
        method: str | methods.Method = "auto",
        bounds: BoundsLike | None = None,
        vectorized: bool = False,
        layout: Layout = "numerator",
        sparsity: Any = None,
        entries: Entries = "all",
        verify: Verify = "first",
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        check_layout(layout)
        if layout == "denominator" and sparsity is not None:
            msg = "layout is 'denominator'; a sparse Jacobian has shape (f(x).size, x.size), and J.T is its transpose"
            raise ValueError(msg)
        options = {
            "like": like,
            "argnum": argnum,
            "method": method,
            "bounds": bounds,
            "vectorized": vectorized,
            "layout": layout,
            "sparsity": sparsity,
            "entries": entries,
            "verify": verify,
            "block_bytes": block_bytes,
        }
        super().__init__(f, f, "f", options)
        self._denominator = layout == "denominator"

    def _find(self, *args: Any) -> Any:
        return self._core.sparse_jacobian(*args)

    def __call__(self, *args: Any, out: csr_array | None = None) -> Any:
        """The Jacobian, f(x).shape + x.shape or as `layout` says, or a csr_array. Takes the arguments of f.

        `out`: a csr_array with the entries of a sparse result, which are written into it.
        """
        sparse = self._sparse_at(args)
        if sparse is not None:
            return sparse.matrix(args, out)
        check_no_out(out)
        return self._core.jacobian(args, self._denominator)

    def estimate(self, *args: Any) -> Estimate:
        """The Jacobian with its circumstances. Takes the arguments of f."""
        sparse = self._sparse_at(args)
        if sparse is not None:
            return sparse.estimate(args, self._method)
        return make_estimate(self._core.jacobian(args, self._denominator, True), self._method)

    def operator(self, *args: Any) -> LinearOperator:
        """The Jacobian at a point as a scipy LinearOperator, without the matrix. Takes the arguments of f.

        Shape (f(x).size, x.size), whatever the layout. A product with a vector (matvec) costs as many evaluations of f
        as the method needs for one variable. One from the left (rmatvec) costs as many as the whole Jacobian, since
        differences have no cheaper way, but only the memory of a vector: where the matrix fits, ``J(x)`` is the
        better choice. f(x) is evaluated once, here.
        """
        from secant.products import jacobian_operator

        return jacobian_operator(self._core, args, self._options["argnum"])


class Hessian(MaybeSparse):
    """The Hessian of a function, prepared once and called at any number of points.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number, or an array of them: then each has a Hessian of its own. Not called where
        `grad` is given.
    grad : callable or secant.native.Function, optional
        ``grad(x, *args)`` returns the gradient of f, shaped like x (the Jacobian, in the same layout, for array-valued
        f): the Hessian is then its Jacobian, made symmetric, which is more accurate and needs fewer evaluations.
    like, argnum, method, bounds, block_bytes
        As for `Gradient`.
    vectorized : bool
        Whether f, or `grad` where it is given, takes a block of k points, shape (k,) + x.shape, and returns k values.
    layout : {"numerator", "denominator"}
        The shape of a dense result, where f is array-valued: f(x).shape + x.shape + x.shape, or x.shape + x.shape +
        f(x).shape; and of what `grad` returns: f(x).shape + x.shape, or x.shape + f(x).shape.
    sparsity : SparsityPattern, sparse matrix, array_like, Coloring, DetectedPattern or "detect", optional
        Where the Hessian of a scalar-valued f may have nonzeros, shape (x.size, x.size), symmetric: the result is then
        a csr_array. A colouring is made with ``structure="symmetric"``; the default is a star colouring.
    entries, verify
        As for `Jacobian`.

    Raises
    ------
    TypeError, ValueError
        If an option is not one of those above.

    Notes
    -----
    From values of f, central differences of order q need q n (n + 1) / 2 + 1 evaluations for n variables; forward and
    backward differences of order 1 need (n + 1) (n + 2) / 2. Sparse Hessians need as many evaluations of `grad` as a
    Jacobian with a column for each colour; from values of f, which tell one number each, q for every entry on or above
    the diagonal.

    Examples
    --------
    >>> import numpy as np, secant
    >>> H = secant.Hessian(lambda x: x[0] ** 2 * x[1])
    >>> np.round(H([1.0, 2.0]), 8)
    array([[4., 2.],
           [2., 0.]])
    """

    __slots__ = ("_denominator", "_from_gradient")

    _structure = "symmetric"

    def __init__(
        self,
        f: FunctionLike,
        *,
        grad: FunctionLike | None = None,
        like: npt.ArrayLike | None = None,
        argnum: int = 0,
        method: str | methods.Method = "auto",
        bounds: BoundsLike | None = None,
        vectorized: bool = False,
        layout: Layout = "numerator",
        sparsity: Any = None,
        entries: Entries = "all",
        verify: Verify = "first",
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        check_layout(layout)
        if layout == "denominator" and sparsity is not None:
            msg = (
                "layout is 'denominator'; a sparse Hessian is of a scalar-valued f, and has shape (x.size, x.size) in "
                "either layout"
            )
            raise ValueError(msg)
        options = {
            "grad": grad,
            "like": like,
            "argnum": argnum,
            "method": method,
            "bounds": bounds,
            "vectorized": vectorized,
            "layout": layout,
            "sparsity": sparsity,
            "entries": entries,
            "verify": verify,
            "block_bytes": block_bytes,
        }
        self._from_gradient = grad is not None
        self._denominator = layout == "denominator"
        if grad is None:
            super().__init__(f, f, "f", options)
        else:
            differentiated = gradient_outputs_first(grad, layout, argnum, vectorized=vectorized)
            super().__init__(f, differentiated, "grad", options)

    def _find(self, *args: Any) -> Any:
        core = self._core
        return core.sparse_hessian_from_gradient(*args) if self._from_gradient else core.sparse_hessian(*args)

    def _inputs(self, args: tuple[Any, ...]) -> int:
        """How many axes of a Hessian are those of x."""
        return 2 * np.ndim(args[self._options["argnum"]])

    def __call__(self, *args: Any, out: csr_array | None = None) -> Any:
        """The Hessian, f(x).shape + x.shape + x.shape or as `layout` says, or a csr_array. Takes the arguments of f.

        `out`: a csr_array with the entries of a sparse result, which are written into it.
        """
        sparse = self._sparse_at(args)
        if sparse is not None:
            return sparse.matrix(args, out)
        check_no_out(out)
        core = self._core
        value = core.hessian_from_gradient(args) if self._from_gradient else core.hessian(args)
        if not self._denominator:
            return value
        inputs = self._inputs(args)
        return inputs_first(value, inputs, np.ndim(value) - inputs)

    def estimate(self, *args: Any) -> Estimate:
        """The Hessian with its circumstances. Takes the arguments of f."""
        sparse = self._sparse_at(args)
        if sparse is not None:
            return sparse.estimate(args, self._method)
        core = self._core
        found = core.hessian_from_gradient(args, True) if self._from_gradient else core.hessian(args, True)
        estimate = make_estimate(found, self._method)
        return estimate_inputs_first(estimate, self._inputs(args)) if self._denominator else estimate

    def operator(self, *args: Any) -> LinearOperator:
        """The Hessian of a scalar-valued f at a point as a symmetric scipy LinearOperator. Takes the arguments of f.

        Shape (x.size, x.size). A product costs as many evaluations of `grad` as the method needs for one variable;
        without `grad`, about 2 q x.size evaluations of f for central differences of order q.
        """
        from secant.products import hessian_operator

        return hessian_operator(self._core, args, self._options["argnum"], self._from_gradient)


def gradient(
    f: FunctionLike,
    x: npt.ArrayLike,
    *,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    full_output: bool = False,
) -> Any:
    """Gradient of a scalar-valued function.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number.
    x : array_like
        The point; real, of any shape, scalars included.
    args : tuple
        f's other arguments.
    argnum : int
        The position of x among them.
    method, bounds, vectorized
        As for `Gradient`.
    full_output : bool
        Whether to return an `Estimate` in place of the value alone.

    Returns
    -------
    ndarray or Estimate
        Shaped like x; dtype of x and f(x) combined.

    Raises
    ------
    ValueError
        If f(x) is not a number (then `jacobian` is meant), is not finite, or changes its shape.
    TypeError
        If x or f(x) is not made of numbers.

    Examples
    --------
    >>> import numpy as np, secant
    >>> np.round(secant.gradient(lambda x: np.sum(x**3), [1.0, 2.0]), 10)
    array([ 3., 12.])
    """
    g = Gradient(f, argnum=argnum, method=method, bounds=bounds, vectorized=vectorized)
    everything = arguments(x, args, argnum)
    return g.estimate(*everything) if full_output else g(*everything)


def jacobian(
    f: FunctionLike,
    x: npt.ArrayLike,
    *,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    sparsity: Any = None,
    layout: Layout = "numerator",
    full_output: bool = False,
) -> Any:
    """Jacobian of an array-valued function.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns an array, a list or a number.
    x : array_like
        The point; real, of any shape, scalars included.
    args : tuple
        f's other arguments.
    argnum : int
        The position of x among them.
    method, bounds, vectorized, sparsity, layout
        As for `Jacobian`.
    full_output : bool
        Whether to return an `Estimate` in place of the value alone.

    Returns
    -------
    ndarray, csr_array or Estimate
        f(x).shape + x.shape, or x.shape + f(x).shape for ``layout="denominator"``: never squeezed. Entry [i, j] is
        the derivative of f(x)[i] by x[j]. dtype of x and f(x) combined. With `sparsity`, a csr_array of shape
        (f(x).size, x.size).

    Raises
    ------
    ValueError
        If f(x) is not finite or changes its shape.
    TypeError
        If x or f(x) is not made of numbers.

    Examples
    --------
    >>> import numpy as np, secant
    >>> np.round(secant.jacobian(lambda x: [x[0] ** 2 + x[1], x[0] * x[1]], [1.0, 2.0]), 12)
    array([[2., 1.],
           [2., 1.]])
    """
    J = Jacobian(
        f, argnum=argnum, method=method, bounds=bounds, vectorized=vectorized, layout=layout, sparsity=sparsity
    )
    everything = arguments(x, args, argnum)
    return J.estimate(*everything) if full_output else J(*everything)


def hessian(
    f: FunctionLike,
    x: npt.ArrayLike,
    *,
    grad: FunctionLike | None = None,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    sparsity: Any = None,
    layout: Layout = "numerator",
    full_output: bool = False,
) -> Any:
    """Hessian of a function.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number, or an array whose entries each have a Hessian.
    x : array_like
        The point; real, of any shape, scalars included.
    grad : callable or secant.native.Function, optional
        The gradient of f (for array-valued f the Jacobian, in the same layout); then f is not called.
    args : tuple
        Other arguments of f and `grad`.
    argnum : int
        The position of x among them.
    method, bounds, vectorized, sparsity, layout
        As for `Hessian`.
    full_output : bool
        Whether to return an `Estimate` in place of the value alone.

    Returns
    -------
    ndarray, csr_array or Estimate
        f(x).shape + x.shape + x.shape, or x.shape + x.shape + f(x).shape for ``layout="denominator"``; symmetric in the
        two shapes of x to the last bit. With `sparsity`, a csr_array of shape (x.size, x.size).

    Raises
    ------
    ValueError
        If f(x) is not finite or changes its shape.
    TypeError
        If x or f(x) is not made of numbers.

    Examples
    --------
    >>> import numpy as np, secant
    >>> np.round(secant.hessian(lambda x: np.sum(x**4), [1.0, 2.0], grad=lambda x: 4 * x**3), 8)
    array([[12.,  0.],
           [ 0., 48.]])
    """
    H = Hessian(
        f,
        grad=grad,
        argnum=argnum,
        method=method,
        bounds=bounds,
        vectorized=vectorized,
        layout=layout,
        sparsity=sparsity,
    )
    everything = arguments(x, args, argnum)
    return H.estimate(*everything) if full_output else H(*everything)


def derivative(
    f: FunctionLike,
    x: npt.ArrayLike,
    order: int = 1,
    *,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    full_output: bool = False,
) -> Any:
    """Derivative of a function that acts on each entry of its argument by itself.

    All entries move at once: the cost in calls of f does not depend on their number.

    Parameters
    ----------
    f : callable
        ``f(x, *args)`` returns an array shaped like x (a number for a number), entry by entry.
    x : array_like
        The points; real, of any shape, scalars included.
    order : int
        Which derivative: 1 to 8 for the adaptive method, 1 or 2 for the others.
    args : tuple
        f's other arguments.
    argnum : int
        The position of x among them.
    method, bounds
        As for `Gradient`.
    full_output : bool
        Whether to return an `Estimate` in place of the value alone.

    Returns
    -------
    ndarray or Estimate
        Shaped like x.

    Raises
    ------
    ValueError
        If f(x) is not shaped like x, is not finite, or the method has no derivative of this order.
    TypeError
        If x or f(x) is not made of numbers.

    Examples
    --------
    >>> import numpy as np, secant
    >>> np.round(secant.derivative(np.sin, [0.0, np.pi]), 10)
    array([ 1., -1.])
    """
    which = as_integer("order", order, "integers from 1 to 8")
    if not 1 <= which <= MOST_ORDERS:
        msg = f"order is {which}; accepted are integers from 1 to {MOST_ORDERS}"
        raise ValueError(msg)
    resolved, core = prepare(f, argnum=argnum, method=method, bounds=bounds)
    if which > 2 and not isinstance(resolved, methods.Adaptive):
        msg = f"order is {which}; {resolved.description} give derivatives of order 1 and 2: use method='adaptive'"
        raise ValueError(msg)
    everything = arguments(x, args, argnum)
    if full_output:
        return make_estimate(core.derivative(everything, which, True), resolved)
    return core.derivative(everything, which)


def partial(
    f: FunctionLike,
    x: npt.ArrayLike,
    orders: Any,
    *,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    full_output: bool = False,
) -> Any:
    """One partial derivative of any order, mixed or not.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number or an array.
    x : array_like
        The point; real, of any shape, scalars included.
    orders : array_like of int
        How often to differentiate by each entry of x; shaped like x, not negative, with a sum from 1 to 8.
        ``(2, 0, 1)`` is the derivative twice by x[0] and once by x[2].
    args : tuple
        f's other arguments.
    argnum : int
        The position of x among them.
    method
        "auto", "adaptive" or `Adaptive`.
    bounds, vectorized
        As for `Jacobian`.
    full_output : bool
        Whether to return an `Estimate` in place of the value alone.

    Returns
    -------
    ndarray or Estimate
        Shaped like f(x).

    Raises
    ------
    ValueError
        If `orders` is not shaped like x, or its sum is not 1 to 8; if f(x) is not finite.
    TypeError
        If x, f(x) or `orders` is not made of numbers.

    Notes
    -----
    A mixed derivative is a sum of derivatives along half as many directions as there are products of ``order + 1``: two
    for f_xy, three for f_xxz. Each has a share in the error bar.

    Examples
    --------
    >>> import numpy as np, secant
    >>> np.round(secant.partial(lambda x: x[0] ** 2 * np.sin(x[1]), [3.0, 0.0], (2, 1)), 7)
    np.float64(2.0)
    """
    counts = np.asarray(orders)
    if counts.dtype.kind not in "iu":
        msg = f"orders is {orders!r}; accepted are integers, one for each entry of x"
        raise TypeError(msg)
    if counts.shape != np.shape(x):
        msg = f"orders has shape {counts.shape}, x has shape {np.shape(x)}; they must be equal"
        raise ValueError(msg)
    if (counts < 0).any() or not 1 <= counts.sum() <= MOST_ORDERS:
        msg = f"orders is {orders!r}; accepted are integers that are not negative, with a sum from 1 to {MOST_ORDERS}"
        raise ValueError(msg)
    resolved, core = prepare(f, argnum=argnum, method=method, bounds=bounds, vectorized=vectorized)
    if not isinstance(resolved, methods.Adaptive):
        msg = f"method is {method!r}; partial derivatives are taken by 'adaptive' alone"
        raise ValueError(msg)
    everything = arguments(x, args, argnum)
    which = counts.ravel().tolist()
    if full_output:
        return make_estimate(core.partial(everything, which, True), resolved)
    return core.partial(everything, which)
