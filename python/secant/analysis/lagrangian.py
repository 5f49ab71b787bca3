"""A constrained problem in flat arrays: f, constraints and bounds as rows, the Lagrangian, and its KKT conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from secant.analysis.bars import Barred, from_estimate
from secant.analysis.curvature import second_look_at_hessian
from secant.analysis.differentiable import Differentiable
from secant.analysis.polish import polish
from secant.derivatives import Hessian

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.analysis.constraints import Constraints
    from secant.methods import Adaptive


T = TypeVar("T")


class _Last(Generic[T]):
    """A function of flat points that remembers its value at the last one."""

    __slots__ = ("_function", "_key", "_shape", "_value")

    def __init__(self, function: Callable[[npt.NDArray[Any]], T], shape: tuple[int, ...]) -> None:
        self._function, self._shape = function, shape
        self._key: bytes | None = None
        self._value: T

    def __call__(self, x: npt.NDArray[np.float64]) -> T:
        key = x.tobytes()
        if key != self._key:
            self._value = self._function(x.reshape(self._shape))
            self._key = key
        return self._value


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """f subject to limits on c(x) and on x. Rows are the m constraints and the n variables, one after the other.

    A side is 1 for a row at its lower limit, -1 at its upper one, 0 at neither. Equalities are at their lower limits.
    """

    objective: Differentiable
    limits: Constraints
    shape: tuple[int, ...]
    slope: _Last[Barred] = field(init=False, repr=False)
    """The gradient of f with bars, shape (n,)."""
    _values: _Last[npt.NDArray[np.float64]] = field(init=False, repr=False)
    _slopes: _Last[Barred] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Solvers ask for each constraint by itself, and judges for all of it again.
        for name, function in (
            ("slope", self.objective.gradient),
            ("_values", self.limits.value),
            ("_slopes", self.limits.jacobian),
        ):
            object.__setattr__(self, name, _Last(function, self.shape))

    @property
    def bounded(self) -> bool:
        """Whether x has bounds."""
        return self.objective.lower is not None

    @property
    def lower(self) -> npt.NDArray[np.float64]:
        """Lower bounds on x, flat."""
        return self._border(self.objective.lower, -np.inf)

    @property
    def upper(self) -> npt.NDArray[np.float64]:
        """Upper bounds on x, flat."""
        return self._border(self.objective.upper, np.inf)

    def _border(self, border: Any, otherwise: float) -> npt.NDArray[np.float64]:
        return np.broadcast_to(np.asarray(otherwise if border is None else border, np.float64), self.shape).ravel()

    @property
    def row_limits(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Lower and upper limits of all rows, shape (m + n,)."""
        return np.concatenate([self.limits.lower, self.lower]), np.concatenate([self.limits.upper, self.upper])

    @property
    def always(self) -> npt.NDArray[np.bool_]:
        """Rows that are equalities."""
        lower, upper = self.row_limits
        return np.equal(lower, upper)

    def scales(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """How far each variable may move until f is expected to look different."""
        return self.objective.scales(x.reshape(self.shape))

    def inside(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The nearest point within the bounds."""
        return np.clip(x, self.lower, self.upper)

    def value(self, x: npt.NDArray[np.float64]) -> float:
        """f(x)."""
        return self.objective.value(x.reshape(self.shape))

    def gradient(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The gradient of f, without bars."""
        return self.slope(x).value.copy()

    def hessian(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The Hessian of f, without bars."""
        return self.objective.hessian(x.reshape(self.shape)).value

    def constraint_values(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """c(x), shape (m,)."""
        return self._values(x).copy()

    def constraint_jacobian(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The Jacobian of c, shape (m, n), without bars."""
        return self._slopes(x).value.copy()

    def constraint_hessian(
        self, x: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """The Hessian of ``weights @ c(x)``, without bars."""
        box = (self.lower, self.upper) if self.bounded else None
        method = self._method_of(np.arange(x.size))
        combined = Hessian(lambda z: weights @ self.constraint_values(z), method=method, bounds=box)
        return np.asarray(combined(x), np.float64)

    def rows(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Values of all rows."""
        return np.concatenate([self.constraint_values(x), x])

    def row_jacobian(self, x: npt.NDArray[np.float64]) -> Barred:
        """Their Jacobian, shape (m + n, n); that of the bounds is exact."""
        found = self._slopes(x)
        n = x.size
        return Barred(
            np.concatenate([found.value, np.eye(n)]),
            np.concatenate([found.error, np.zeros((n, n))]),
            np.concatenate([found.status, np.zeros((n, n), np.int8)]),
        )

    def gaps(self, x: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """How far rows are above their lower and below their upper limits, as shares of the limits' size or of 1."""
        values, (lower, upper) = self.rows(x), self.row_limits
        with np.errstate(invalid="ignore"):
            above = np.where(np.isfinite(lower), (values - lower) / np.maximum(1, np.abs(lower)), np.inf)
            below = np.where(np.isfinite(upper), (upper - values) / np.maximum(1, np.abs(upper)), np.inf)
        return above, below

    def sides(self, x: npt.NDArray[np.float64], within: float) -> npt.NDArray[np.int8]:
        """The side of each row whose gap is closed to within a share."""
        above, below = self.gaps(x)
        side = np.where(above <= np.minimum(below, within), 1, np.where(below <= within, -1, 0))
        return np.where(self.always, 1, side).astype(np.int8)

    def violated(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
        """The side at which an inequality is violated beyond rounding."""
        above, below = self.gaps(x)
        rounding = 1e-12
        side = np.where(above < -rounding, 1, np.where(below < -rounding, -1, 0))
        return np.where(self.always, 0, side).astype(np.int8)

    def offsets(self, x: npt.NDArray[np.float64], sides: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
        """Values of the active rows less their limits."""
        lower, upper = self.row_limits
        active = sides != 0
        found: npt.NDArray[np.float64] = (self.rows(x) - np.where(sides > 0, lower, upper))[active]
        return found

    def lagrangian(self, multipliers: npt.NDArray[np.float64]) -> Any:
        """The function f(x) - multipliers · rows(x), of x in its own shape."""
        m = self.limits.lower.size

        def value(x: npt.NDArray[Any]) -> float:
            point = np.asarray(x)
            linear = float(multipliers[m:] @ point.ravel())
            return self.objective.value(point) - float(multipliers[:m] @ self.limits.value(point)) - linear

        return value

    def lagrangian_hessian(
        self, x: npt.NDArray[np.float64], multipliers: npt.NDArray[np.float64], sides: npt.NDArray[np.int8]
    ) -> Barred:
        """Its Hessian, shape (n, n); zero for variables that are at their bounds, which no tangent moves."""
        m, n = self.limits.lower.size, x.size
        free = np.flatnonzero(sides[m:] == 0)
        full = Barred(np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n), np.int8))
        if not free.size:
            return full
        lagrangian = self.lagrangian(multipliers)

        def of_free(part: npt.NDArray[Any]) -> float:
            point = x.copy()
            point[free] = part
            return float(lagrangian(point.reshape(self.shape)))

        box = (self.lower[free], self.upper[free]) if self.bounded else (None, None)
        bounds = box if self.bounded else None
        method, scale = self._method_of(free), self.scales(x)[free]
        first = from_estimate(Hessian(of_free, method=method, bounds=bounds).estimate(x[free]))
        found = second_look_at_hessian(first, of_free, None, x[free], scale, method, box)
        where = np.ix_(free, free)
        full.value[where], full.error[where], full.status[where] = found.value, found.error, found.status
        return full

    def _method_of(self, free: npt.NDArray[np.int64]) -> Adaptive:
        method = self.objective.method
        if np.ndim(method.typical) == 0:
            return method
        return replace(method, typical=np.ravel(method.typical)[free])

    def solve_kkt(
        self, x: npt.NDArray[np.float64], sides: npt.NDArray[np.int8], multipliers: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """The solution of the KKT equations with active rows as equations, near x; bounds that are active stay so."""
        from scipy.optimize import least_squares

        m, n = self.limits.lower.size, x.size
        free = sides[m:] == 0
        active = np.flatnonzero(sides[:m])
        fixed = np.where(sides[m:] > 0, self.lower, np.where(sides[m:] < 0, self.upper, x))
        nfree = int(free.sum())

        def unpack(z: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
            point, full = fixed.copy(), np.zeros(m + n)
            point[free] = z[:nfree]
            full[active] = z[nfree:]
            return point, full

        without_bounds = np.where(np.arange(m + n) < m, sides, 0).astype(np.int8)

        def conditions(z: npt.NDArray[np.float64]) -> Barred:
            point, full = unpack(z)
            slope, rows = self.slope(point), self._slopes(point)
            value = (slope.value - full[:m] @ rows.value)[free]
            error = (slope.error + np.abs(full[:m]) @ rows.error)[free]
            offsets = self.offsets(point, without_bounds)
            return Barred(
                np.concatenate([value, offsets]),
                np.concatenate([error, np.finfo(np.float64).eps * np.abs(rows.value[active]) @ np.abs(point)]),
                np.zeros(value.size + offsets.size, np.int8),
            )

        def jacobian(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            point, full = unpack(z)
            hessian = self.lagrangian_hessian(point, full, sides).value[np.ix_(free, free)]
            slopes = self.constraint_jacobian(point)[np.ix_(active, free)]
            return np.block([[hessian, -slopes.T], [slopes, np.zeros((active.size, active.size))]])

        z = np.concatenate([x[free], multipliers[active]])
        if not z.size:
            return fixed
        lower, upper = (
            np.concatenate([border[free], np.full(active.size, far)])
            for border, far in ((self.lower, -np.inf), (self.upper, np.inf))
        )
        end = least_squares(
            lambda z: conditions(z).value,
            z,
            jacobian,
            (lower, upper),
            x_scale="jac",
            xtol=1e-15,
            ftol=1e-15,
            gtol=1e-15,
            max_nfev=100,
        )
        return unpack(polish(conditions, jacobian, end.x, lower, upper))[0]
