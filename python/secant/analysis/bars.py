"""First and second derivatives with error bars, whether they are estimated or given as functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import methods
from secant.bounds import resolve as resolve_bounds
from secant.derivatives import Gradient, Hessian, Jacobian
from secant.estimate import Estimate, Status
from secant.function import FunctionLike, arguments, prepare

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.bounds import Border, BoundsLike

FACTOR = 2.0
"""How many error bars a number must be away from zero to be told from it; the same as for checks of derivatives."""

ULPS = 16.0
"""How many units in the last place of a given derivative are put down to rounding in its formula."""

_NEIGHBOURS = 2
"""How often a given derivative is asked at points next to x for its rounding."""

LOST = (Status.UNBOUNDED, Status.JUMP, Status.NOT_FINITE, Status.KINK)
"""Entries of which there is no derivative."""

UNSURE = (Status.NOISY, Status.ROUGH, Status.BUDGET)
"""Entries whose bars are wide because of f, and not because of rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Barred:
    """A derivative as an array, a bound on its error, and the `Status` of each entry."""

    value: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64]
    status: npt.NDArray[np.int8]

    def reshape(self, *shape: int) -> Barred:
        """The same entries in another shape."""
        return Barred(self.value.reshape(shape), self.error.reshape(shape), self.status.reshape(shape))


def as_point(x: npt.ArrayLike, name: str = "x") -> npt.NDArray[Any]:
    """A copy of the point in floating point; an error in words where it is not one."""
    try:
        point = np.array(x)
    except ValueError:
        point = np.array(None)
    if point.dtype.kind not in "fiu":
        msg = f"{name} is {x!r}; accepted are real numbers, an array of any shape"
        raise TypeError(msg)
    if point.dtype.kind in "iu":
        point = point.astype(np.float64)
    if point.size == 0:
        msg = f"{name} has shape {point.shape}: there is nothing to differentiate by"
        raise ValueError(msg)
    if not np.isfinite(point).all():
        msg = f"{name} is {point}; accepted are finite numbers"
        raise ValueError(msg)
    return point


def require_bars(method: str | methods.Method) -> methods.Adaptive:
    """The method, if it tells how far derivatives may be off."""
    resolved, _ = methods.resolve(method)
    if not isinstance(resolved, methods.Adaptive):
        accepted = "accepted are 'auto', 'adaptive', Adaptive(...)"
        msg = f"method is {method!r}; {resolved.description} give no error bars: {accepted}"
        raise ValueError(msg)
    return resolved


def from_estimate(estimate: Estimate) -> Barred:
    """The arrays of an estimate."""
    value = np.asarray(estimate.value, np.float64)
    error = np.asarray(estimate.error, np.float64)
    return Barred(value, np.where(np.isnan(value), np.inf, error), np.asarray(estimate.status))


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
        from secant.analysis.curvature import second_look_at_hessian

        first = from_estimate(self._hessian.estimate(x[()], *self._args)).reshape(x.size, x.size)
        slope = None if self._given_gradient is None else self._given_slope
        return second_look_at_hessian(
            first, self.value, slope, x, self.scales(x), self.method, (self.lower, self.upper)
        )

    def confirmed(self, gradient: Barred, x: npt.NDArray[Any]) -> Barred:
        """A gradient that is about to be told from zero, by other steps too; one that is given is right as it is."""
        from secant.analysis.curvature import second_look_at_gradient

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


def with_rounding(given: Any, x: npt.NDArray[Any], lower: Border | None, upper: Border | None) -> Barred:
    """A given derivative at x, and the rounding that it shows at points next to x."""
    value = given(x)
    if not np.isfinite(value).all():
        msg = "a derivative that is given is not finite at x"
        raise ValueError(msg)
    error = ULPS * np.finfo(x.dtype).eps * np.abs(value)
    random = np.random.default_rng(0)
    for _ in range(_NEIGHBOURS):
        beside = x + np.where(random.random(x.shape) < 0.5, -1, 1) * np.spacing(np.abs(x)) * (x != 0)
        if lower is not None and upper is not None:
            beside = np.clip(beside, lower, upper).astype(x.dtype)
        moved = np.abs(given(beside) - value)
        error = np.maximum(error, np.where(np.isfinite(moved), 2 * moved, 0.0))
    return Barred(value, error, np.zeros(value.shape, np.int8))
