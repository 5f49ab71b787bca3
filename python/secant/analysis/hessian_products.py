"""Products of a Hessian with vectors, from its gradient: cheap ones for iterations, and ones that tell their error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from secant import methods, native
from secant.function import FunctionLike, prepare

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse.linalg import LinearOperator

    from secant.bounds import BoundsLike

_MARGIN = 0.1
"""Products are good enough for a tolerance if they are off by this share of it."""

_LARGER_STEPS = (2.0**5, 2.0**10)
"""By what steps are made larger where rounding or noise of the gradient spoil products of the usual ones."""

_SAFETY = 2.0
"""An error bar, in differences between the products of two steps. Of noise alone, those with steps h and h/2 differ by
2.2 times what the first is off; of truncation alone, by 3/4 of it."""


_ULPS = 4.0
"""Rounding of a gradient, in units in the last place of its length: two steps may show too little of it."""


class HessianProducts:
    """The Hessian of a function at one point, as products with vectors.

    Forward differences need one call of the gradient a product, since that at x is remembered; central ones need two.
    Which do, `choose` finds out.

    Parameters
    ----------
    grad : callable or secant.native.Function
        ``grad(x, *args)`` returns the gradient, shaped like x.
    point : ndarray
        x, in floating point.
    args : tuple
        Other arguments of `grad`.
    method : str, Adaptive, FiniteDifference or ComplexStep
        How products are taken; "auto" leaves it to `choose`.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        `grad` is never called outside.
    """

    def __init__(
        self,
        grad: FunctionLike,
        point: npt.NDArray[Any],
        args: tuple[Any, ...],
        method: str | methods.Method,
        bounds: BoundsLike | None,
    ) -> None:
        self._memory = None if isinstance(grad, native.Function) or not callable(grad) else _Remembering(grad)
        self._grad: Any = grad if self._memory is None else self._memory
        self._bounds = bounds
        self._arguments = (point[()], *args)
        self._shape = point.shape
        resolved, core = prepare(self._grad, name="grad", argnum=0, method=method, bounds=bounds)
        self._core = None if isinstance(method, str) and method == "auto" else core
        self._description = resolved.description
        self._calls = 1
        self.gradient = _checked_gradient(core.value(self._arguments), self._shape)
        """The gradient at x, shaped like x."""
        self._length = float(np.linalg.norm(self.gradient.reshape(-1)))
        if self._memory is not None:
            self._memory.point, self._memory.value = point, self.gradient
        self._typical = np.ravel(resolved.typical)
        self._fixed = resolved.step if isinstance(resolved, methods.FiniteDifference) else None
        self._epsilon = float(max(np.finfo(point.dtype).eps, np.finfo(self.gradient.dtype).eps))
        self._side: Literal["central", "forward"] = "central"
        self._relative = self._epsilon ** (1 / 3)
        self._point = point

    @property
    def size(self) -> int:
        """The number of variables."""
        return int(self._point.size)

    @property
    def evaluations(self) -> int:
        """How often the gradient has been called."""
        return self._calls - (0 if self._memory is None else self._memory.hits)

    @property
    def description(self) -> str:
        """How products are taken, in words."""
        return self._description if self._core is not None else f"{self._side} differences"

    def choose(self, v: npt.NDArray[np.float64], rtol: float) -> float:
        """Find the cheapest products whose error, along v, is well below rtol of their length; return that length."""
        if self._core is not None:
            return float(np.linalg.norm(self.product(v)))
        central, step = self._difference(v, "central", self._relative)
        length = float(np.linalg.norm(central))
        allowed = _MARGIN * rtol * length
        forward, _ = self._difference(v, "forward", self._epsilon**0.5)
        if np.linalg.norm(forward - central) <= allowed:
            self._side = "forward"
            return length
        del forward
        trials = [(self._error(v, central, step), self._relative)]
        for larger in _LARGER_STEPS:
            if trials[-1][0] <= allowed:
                break
            relative = larger * self._epsilon ** (1 / 3)
            trials.append((self._error(v, *self._difference(v, "central", relative)), relative))
        self._relative = min(trials)[1]
        return length

    def product(self, v: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """H v, flat, without an error bar."""
        if self._core is not None:
            return self._take(self._core, v)[0]
        relative = self._relative if self._side == "central" else self._epsilon**0.5
        return self._difference(v, self._side, relative)[0]

    def checked(self, v: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
        """H v, flat, and a bound on the length of its error: by central differences of two steps, four calls."""
        value, step = self._difference(v, "central", self._relative)
        return value, self._error(v, value, step)

    def operator(self) -> LinearOperator:
        """The Hessian as a symmetric LinearOperator of shape (size, size)."""
        from scipy.sparse.linalg import LinearOperator

        return LinearOperator((self.size, self.size), matvec=self.product, rmatvec=self.product, dtype=np.float64)

    def _error(self, v: npt.NDArray[np.float64], value: npt.NDArray[np.float64], step: float) -> float:
        method = methods.FiniteDifference("central", step=step / 2)
        other, _ = self._take(self._prepared(method), v)
        other -= value
        rounding = _ULPS * self._epsilon * (np.linalg.norm(value) + self._length / step)
        return float(_SAFETY * np.linalg.norm(other) + rounding)

    def _difference(
        self, v: npt.NDArray[np.float64], side: Literal["central", "forward"], relative: float
    ) -> tuple[npt.NDArray[np.float64], float]:
        return self._take(self._prepared(methods.FiniteDifference(side, step=self._step(v, relative))), v)

    def _step(self, v: npt.NDArray[np.float64], relative: float) -> Any:
        """The factor of v: no variable moves by more than `relative` of its scale."""
        if self._fixed is not None:
            return self._fixed
        moves = np.abs(self._point).reshape(-1)
        np.maximum(moves, self._typical, out=moves)
        np.divide(v, moves, out=moves)
        farthest = float(max(moves.max(), -moves.min()))
        return 2.0 ** np.round(np.log2(relative / farthest)) if farthest > 0 else 1.0

    def _prepared(self, method: methods.FiniteDifference) -> Any:
        return prepare(self._grad, name="grad", argnum=0, method=method, bounds=self._bounds)[1]

    def _take(self, core: Any, v: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
        found = core.hvp_from_gradient(self._arguments, v.reshape(self._shape), True)
        self._calls += found[-1]
        value = np.asarray(found[0], np.float64).reshape(-1)
        if not np.isfinite(value).all():
            msg = "a product of the Hessian is not finite: grad is NaN or infinite at points next to x"
            raise ValueError(msg)
        return value, float(np.min(found[3]))


class _Remembering:
    """A gradient whose value at one point is remembered."""

    __slots__ = ("grad", "hits", "point", "value")

    def __init__(self, grad: Any) -> None:
        self.grad = grad
        self.point: npt.NDArray[Any] | None = None
        self.value: npt.NDArray[Any] | None = None
        self.hits = 0

    def __call__(self, x: Any, *args: Any) -> Any:
        if self.point is not None and np.array_equal(x, self.point):
            self.hits += 1
            return self.value
        return self.grad(x, *args)


def _checked_gradient(value: Any, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    gradient = np.array(value)
    if gradient.dtype.kind != "f":
        msg = f"grad(x) has dtype {gradient.dtype}; accepted are real numbers"
        raise TypeError(msg)
    if gradient.shape != shape:
        msg = f"grad returned shape {gradient.shape}, but x has shape {shape}; a gradient has the shape of x"
        raise ValueError(msg)
    return gradient
