"""The function whose derivative is checked: its values, its variables' scales, and its numerical derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant import methods, native
from secant.bounds import resolve as resolve_bounds
from secant.function import FunctionLike, arguments, prepare
from secant.probing import FAILURES, random_direction

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant import _core
    from secant.bounds import Border, BoundsLike

Reach: TypeAlias = Literal["nearer", "wider"]

_BEYOND_SCALE = 0.75
"""Second estimates take steps between the powers of two of the first."""

_SHARES = {"nearer": 0.125, "wider": 4.0}
"""By what they are nearer or wider, in shares of the scales of the first."""


class Subject:
    """A function with everything that says how to call it; it counts its evaluations.

    Parameters
    ----------
    f, args, argnum, bounds, vectorized
        As for `secant.Jacobian`.
    name : str
        What the function is called in messages.
    typical : float or array_like
        Magnitude of x below which ``abs(x)`` is not taken for its scale.
    """

    def __init__(
        self,
        f: FunctionLike,
        *,
        name: str,
        args: tuple[Any, ...] = (),
        argnum: int = 0,
        bounds: BoundsLike | None = None,
        vectorized: bool = False,
        typical: npt.ArrayLike = 1.0,
    ) -> None:
        self.f = f
        self.name = name
        self.args = args
        self.argnum = argnum
        self.bounds = bounds
        self.vectorized = vectorized
        self.method = methods.Adaptive(typical=typical)
        self.lower: Border | None
        self.upper: Border | None
        self.lower, self.upper = resolve_bounds(bounds)
        self.options = {"argnum": argnum, "bounds": bounds, "vectorized": vectorized}
        self.evaluations = 0
        self.shape: tuple[int, ...] = ()  # of its last value
        self._core = self.prepared(methods.FiniteDifference())

    def prepared(self, method: methods.Method) -> _core.Differentiator:
        """The compiled function, for a method."""
        return prepare(self.f, name=self.name, method=method, **self.options)[1]  # type: ignore[arg-type]

    def at(self, x: Any) -> tuple[Any, ...]:
        """All arguments of f, with this x."""
        return arguments(x[()] if np.ndim(x) == 0 else x, self.args, self.argnum)

    def value(self, x: Any) -> npt.NDArray[Any]:
        """f(x), as an array of its own."""
        self.evaluations += 1
        value = np.asarray(self._core.value(self.at(x)))
        self.shape = value.shape
        return value

    def raw_value(self, x: Any) -> Any:
        """What f returns, as it returns it, for this very array; for native and vectorised functions, f(x)."""
        if self.vectorized or isinstance(self.f, native.Function):
            return self.value(x)
        self.evaluations += 1
        return self.f(*self.at(x))

    def scale(self, x: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """How far variables move, shaped like x."""
        scale: npt.NDArray[np.float64] = np.maximum(np.abs(x), np.asarray(self.method.typical)).astype(np.float64)
        return scale

    def direction(self, x: npt.NDArray[Any], random: np.random.Generator, share: float = 1.0) -> npt.NDArray[Any]:
        """A random vector with entries of either sign and unequal magnitudes, up to a share of variables' scales.

        With bounds, it points, and reaches, to where there is room.
        """
        direction = random_direction(x, share * self.scale(x), self.lower, self.upper, random)
        return direction.astype(np.result_type(x.dtype, np.float32))

    def moved(self, x: npt.NDArray[Any], step: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The point x + step, within bounds, as an array of its own."""
        there = np.asarray(x + step, dtype=np.result_type(x.dtype, step.dtype))
        return there if self.lower is None else np.clip(there, self.lower, self.upper)

    def beside(self, x: npt.NDArray[Any], random: np.random.Generator) -> npt.NDArray[Any]:
        """A point a unit or two in the last place away from x in every variable, within bounds."""
        steps = random.integers(1, 3, x.shape) * np.where(random.random(x.shape) < 0.5, -1, 1)
        return self.moved(x, steps * np.spacing(np.abs(x)))

    def interval(self, x: npt.NDArray[Any], v: npt.NDArray[Any]) -> tuple[float, float] | None:
        """How far x may move along v within bounds, as factors of it."""
        if self.lower is None or self.upper is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = ((border - x) / v for border in (self.lower, self.upper))
        low, high = np.fmax(np.fmin(one, other), -np.inf), np.fmin(np.fmax(one, other), np.inf)
        still = v == 0
        return (
            float(np.max(np.where(still, -np.inf, low), initial=-np.inf)),
            float(np.min(np.where(still, np.inf, high), initial=np.inf)),
        )

    def in_columns(self, x: npt.NDArray[Any], columns: npt.NDArray[np.intp], reach: Reach) -> InColumns:
        """The same function of some of its variables alone, on other scales: a second opinion."""
        return InColumns(self, x, columns, reach)


class InColumns:
    """A function of some variables z, near 0, by which those of another one are moved away from x.

    Parameters
    ----------
    subject : Subject
        The function.
    x : ndarray
        Where its variables stay, or are when z is 0.
    columns : ndarray of int
        Which of them move, counted in C order.
    reach : {"nearer", "wider"}
        How far, compared with the first estimate.
    """

    def __init__(self, subject: Subject, x: npt.NDArray[Any], columns: npt.NDArray[np.intp], reach: Reach) -> None:
        self._subject = subject
        self._x = x
        self._columns = columns
        flat, scale = x.ravel()[columns], subject.scale(x).ravel()[columns]
        own = _SHARES[reach] * scale
        if reach == "nearer":  # by x, where the first estimate went by a scale that is much larger
            own = np.where((flat != 0) & (np.abs(flat) < scale / 2), np.abs(flat), own)
        self.scale = np.asarray(_BEYOND_SCALE * 2.0 ** np.round(np.log2(own)), dtype=np.float64)
        self.bounds: tuple[Any, Any] | None = None
        if subject.lower is not None and subject.upper is not None:
            room = [
                np.broadcast_to(border, x.shape).ravel()[columns] - flat for border in (subject.lower, subject.upper)
            ]
            self.bounds = (room[0] / self.scale, room[1] / self.scale)

    def differentiated(self, derivative: Callable[..., Any], method: str | methods.Method = "adaptive") -> Any:
        """An `Estimate` by one of the package's one-shot functions, in the units of z."""
        f = self._block if self._subject.vectorized else self._point
        return derivative(
            f,
            np.zeros(self._columns.size),
            method=method,
            bounds=self.bounds,
            vectorized=self._subject.vectorized,
            full_output=True,
        )

    def _moved(self, z: npt.NDArray[Any]) -> npt.NDArray[Any]:
        # In f's dtype: a longdouble x stays one.
        points = np.repeat(self._x.reshape(1, -1), len(z), axis=0)
        points[:, self._columns] += (z * self.scale).astype(points.dtype)
        points = points.reshape(len(z), *self._x.shape)
        return points if self._subject.lower is None else np.clip(points, self._subject.lower, self._subject.upper)

    def _point(self, z: npt.NDArray[Any]) -> Any:
        # Steps are not those of the first estimate, and may leave the domain of f.
        try:
            with np.errstate(all="ignore"):
                value = self._subject.value(self._moved(z[np.newaxis])[0])
        except FAILURES:
            return np.full(self._subject.shape, np.nan)
        return value

    def _block(self, z: npt.NDArray[Any]) -> Any:
        points = self._moved(z)
        self._subject.evaluations += len(points)
        with np.errstate(all="ignore"):
            return self._subject.f(*self._subject.at(points))
