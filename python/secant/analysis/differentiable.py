"""Functions with their derivatives and error bars, whether derivatives are estimated or given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.analysis.bars import Barred, from_estimate, require_bars, with_rounding
from secant.analysis.curvature import second_look_at_gradient, second_look_at_hessian
from secant.bounds import resolve as resolve_bounds
from secant.derivatives import Gradient, Hessian, Jacobian
from secant.function import FunctionLike, arguments, prepare

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant import methods
    from secant.bounds import BoundsLike


class Differentiable:
    """A function with its first and second derivatives, as flat arrays with error bars.

    A derivative that is given is asked at x and at points a unit in the last place away: what changes there is its
    rounding, together with `ULPS` units in the last place of its entries. Others are estimated by error-controlled
    differences.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number.
    grad, hess : callable, optional
        Its derivatives, called alike; shaped like x, and x.shape + x.shape or (x.size, x.size).
    args, method, bounds
        As for `secant.gradient`.
    """

    def __init__(
        self,
        f: FunctionLike,
        grad: FunctionLike | None,
        hess: Any,
        args: tuple[Any, ...],
        method: str | methods.Method,
        bounds: BoundsLike | None,
    ) -> None:
        self.method = require_bars(method)
        arguments(None, args, 0)  # refuses what is not a tuple
        self._args = args
        self.lower, self.upper = resolve_bounds(bounds)
        options: dict[str, Any] = {"method": self.method, "bounds": bounds}
        self._value = prepare(f, argnum=0, **options)[1]
        self._gradient = Gradient(f, **options)
        self._given_gradient = None if grad is None else prepare(grad, name="grad", argnum=0, **options)[1]
        self._hessian = Hessian(f, grad=grad, **options)
        if hess is not None and not callable(hess):
            msg = f"hess is a {type(hess).__name__}; accepted are callables"
            raise TypeError(msg)
        self._given_hessian = hess

    def value(self, x: npt.NDArray[Any]) -> float:
        """f(x)."""
        value = np.asarray(self._value.value((x[()], *self._args)))
        if value.shape != () or value.dtype.kind == "c":
            kind = "complex" if value.dtype.kind == "c" else f"an array of shape {value.shape}"
            msg = f"f(x) is {kind}; accepted is one real number"
            raise ValueError(msg)
        return float(value)

    def gradient(self, x: npt.NDArray[Any]) -> Barred:
        """The gradient, shape (x.size,)."""
        if self._given_gradient is None:
            return from_estimate(self._gradient.estimate(x[()], *self._args)).reshape(-1)
        return with_rounding(self._given_slope, x, self.lower, self.upper)

    def hessian(self, x: npt.NDArray[Any]) -> Barred:
        """The Hessian, shape (x.size, x.size), symmetric."""
        n = x.size
        if self._given_hessian is None:
            return self._estimated_hessian(x)

        def given(point: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
            value = self._given_hessian(point.copy()[()], *self._args)
            matrix = np.asarray(value.toarray() if hasattr(value, "toarray") else value, np.float64)
            if matrix.shape not in ((n, n), x.shape + x.shape):
                msg = f"hess returns an array of shape {matrix.shape}; accepted is {x.shape + x.shape}"
                raise ValueError(msg)
            if not np.isfinite(matrix).all():
                msg = "hess returns values that are not finite"
                raise ValueError(msg)
            return matrix.reshape(n, n)

        found = with_rounding(given, x, self.lower, self.upper)
        half = (found.value + found.value.T) / 2
        return Barred(half, found.error + np.abs(found.value - half), found.status)

    def _estimated_hessian(self, x: npt.NDArray[Any]) -> Barred:
        first = from_estimate(self._hessian.estimate(x[()], *self._args)).reshape(x.size, x.size)
        slope = None if self._given_gradient is None else self._given_slope
        return second_look_at_hessian(
            first, self.value, slope, x, self.scales(x), self.method, (self.lower, self.upper)
        )

    def confirmed(self, gradient: Barred, x: npt.NDArray[Any]) -> Barred:
        """A gradient that is about to be told from zero, by other steps too; one that is given is right as it is."""
        if self._given_gradient is not None:
            return gradient
        return second_look_at_gradient(gradient, self.value, x, self.scales(x), self.method, (self.lower, self.upper))

    def _given_slope(self, x: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """The gradient that is given, flat."""
        assert self._given_gradient is not None
        value = np.asarray(self._given_gradient.value((x[()], *self._args)), np.float64)
        if value.shape != x.shape:
            msg = f"grad returns an array of shape {value.shape}; accepted is that of x, {x.shape}"
            raise ValueError(msg)
        return value.ravel()

    def scales(self, x: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """How far each variable may move until f is expected to look different, shape (x.size,)."""
        typical = np.broadcast_to(np.asarray(self.method.typical, np.float64), x.shape)
        return np.asarray(np.maximum(np.abs(x), typical), np.float64).ravel()


class DifferentiableMap:
    """An array-valued function with its Jacobian, as flat arrays with error bars.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x)`` returns a number or an array of them, m in all.
    jac : callable, optional
        ``jac(x)`` returns its Jacobian, of shape f(x).shape + x.shape or (m, x.size).
    name : str
        What errors call f.
    method, bounds
        As for `secant.jacobian`.
    """

    def __init__(
        self, f: FunctionLike, jac: Any, name: str, method: str | methods.Method, bounds: BoundsLike | None
    ) -> None:
        options: dict[str, Any] = {"method": require_bars(method), "bounds": bounds}
        self._name, self._jac = name, jac
        self._value = prepare(f, name=name, argnum=0, **options)[1]
        self._jacobian = Jacobian(f, **options)
        self.lower, self.upper = resolve_bounds(bounds)

    def value(self, x: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """f(x), shape (m,)."""
        value = np.asarray(self._value.value((x[()],)))
        if value.dtype.kind not in "fiu":
            msg = f"{self._name}(x) is made of {value.dtype}; accepted are real numbers"
            raise TypeError(msg)
        return value.astype(np.float64).reshape(-1)

    def jacobian(self, x: npt.NDArray[Any]) -> Barred:
        """The Jacobian, shape (m, x.size)."""
        if self._jac is None:
            return from_estimate(self._jacobian.estimate(x[()])).reshape(-1, x.size)
        m = self.value(x).size

        def given(point: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
            value = self._jac(point.copy()[()])
            matrix = np.asarray(value.toarray() if hasattr(value, "toarray") else value, np.float64)
            if matrix.size != m * x.size:
                msg = f"the Jacobian of {self._name} has shape {matrix.shape}; accepted is {(m, x.size)}"
                raise ValueError(msg)
            return matrix.reshape(m, x.size)

        return with_rounding(given, x, self.lower, self.upper)
