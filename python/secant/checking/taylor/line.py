"""The line that a Taylor test looks along: its direction, and the changes of f at steps that are halved each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import methods, native
from secant.bounds import resolve as resolve_bounds
from secant.checking.taylor.fit import FEWEST_STEPS
from secant.function import FunctionLike, arguments, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.bounds import BoundsLike

    Prediction = Callable[[npt.NDArray[np.float64], float], npt.NDArray[Any]]
    """Of the change of f, (m,), by a displacement of x, shaped like it, that is so many times v but for rounding."""

FIRST, _LAST = 2, 64
"""Steps are 2^-k, for k from the first on; and never beyond the last."""

_ENOUGH = 16  # steps: with as many, a fit may leave out the larger half of them
_ROUNDING = 16.0  # remainders that are so many times that of f are more than rounding
_BITS = 8  # of each entry of a random direction: x + h v is then exact for steps down to 2^-44, x being in float64
_NOWHERE = 2.0**-30  # less room than that, in units of v, is none

_FAILURES = (ArithmeticError, ValueError)
"""What a function may raise outside its domain; anything else is news for the caller."""


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What f does along v.

    Attributes
    ----------
    steps : ndarray, (k,)
        From the largest to the smallest, each half of the one before.
    changes : ndarray, (k, m)
        f(x + h v) - f(x).
    predicted : ndarray, (k, m)
        The same by the first derivative under test; as f changes where that is not finite.
    rounding : ndarray, (k + 1, m)
        How far values of f are uncertain, by their format or their few digits; the last row is f(x)'s.
    format_rounding : ndarray, (m,)
        The largest of what it is by the format alone.
    """

    steps: npt.NDArray[np.float64]
    changes: npt.NDArray[Any]
    predicted: npt.NDArray[Any]
    rounding: npt.NDArray[np.float64]
    format_rounding: npt.NDArray[np.float64]


class OutsideDomainError(ValueError):
    """There are too few steps at which f is finite."""


class Line:
    """f at x + h v; it counts its evaluations.

    Parameters
    ----------
    f, x, args, argnum, bounds
        As for `secant.jvp`.
    v : array_like or None
        None for a random direction.
    typical, seed
        The scale of variables that are smaller, and where random numbers start, for a random direction.

    Raises
    ------
    ValueError, TypeError
        If f(x) is not finite, x, v, bounds or `typical` have the wrong shape or kind, v is zero or too short to move x,
        or bounds leave no room.
    """

    def __init__(
        self,
        f: FunctionLike,
        x: Any,
        v: npt.ArrayLike | None,
        *,
        args: tuple[Any, ...],
        argnum: int,
        bounds: BoundsLike | None,
        typical: npt.ArrayLike,
        seed: int,
    ) -> None:
        scale = methods.FiniteDifference(typical=typical)
        watched = _Watched(f) if callable(f) and not isinstance(f, native.Function) else None
        self._core = prepare(watched or f, argnum=argnum, method=scale, bounds=bounds)[1]
        self.args, self.argnum = args, argnum
        value = np.asarray(self._core.value(arguments(x, args, argnum)))
        self.x = as_point(x)
        self.shape = value.shape
        self.value = value.ravel()
        formats = [self.x.dtype, value.dtype, np.dtype(np.float64), *(watched.formats if watched else ())]
        self.eps = max(float(np.finfo(kind).eps) for kind in formats)
        self.evaluations = 1
        self._lower, self._upper = resolve_bounds(bounds)
        length = np.maximum(np.abs(self.x), np.asarray(scale.typical)).astype(np.float64)
        self.v = self._random(length, seed) if v is None else self._given(v)

    def has_room(self, v: npt.NDArray[Any]) -> bool:
        """Whether bounds allow all steps along v."""
        return self._reach(v) >= 2.0**-FIRST

    def changes(self, v: npt.NDArray[Any], predict: Prediction) -> Changes:
        """Look at f along v, down to steps where rounding takes over.

        Raises
        ------
        OutsideDomainError
            If there are too few steps at which f is finite.
        ValueError
            If f changes the shape of its values.
        """
        steps: list[float] = []
        rows: list[tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.float64]]] = []
        usual = int(np.ceil(-np.log2(self.eps) / 2)) + 2
        failure = ""
        for k in range(FIRST, _LAST + 1):
            step = 2.0**-k
            seen = k > usual and len(rows) > 0 and self._is_rounding(rows[-1])
            if len(rows) >= _ENOUGH and (seen or not self._is_exact(step * v)):
                break
            there, failed = self._evaluate(v, step)
            if there is None:
                steps, rows, failure = [], [], failed  # what lies beyond may belong to another piece of f
                continue
            displacement = (self._point(v, step) - self.x).astype(np.float64)
            change = _double(there - self.value)
            with np.errstate(all="ignore"):  # 0 times infinity
                predicted = _double(predict(displacement, step))
            size = self.eps * np.maximum(np.abs(there), np.abs(self.value)).astype(np.float64)
            steps.append(step)
            rows.append((change, np.where(np.isfinite(predicted), predicted, change), size))
        if len(rows) < FEWEST_STEPS:
            msg = (
                f"f is finite at x, but along v only at {len(rows)} of the steps from 2^-{FIRST} to 2^-{k} times v"
                f"{failure}; give a v that points into the domain of f, or bounds"
            )
            raise OutsideDomainError(msg)
        changes, slopes, rounding = (np.array(column) for column in zip(*rows, strict=True))
        own = self.eps * np.abs(self.value).astype(np.float64)
        rounding = np.concatenate([rounding, own[np.newaxis]])
        uncertain = np.maximum(rounding, _granularity(changes, rounding))
        return Changes(np.array(steps), changes, slopes, uncertain, rounding.max(axis=0))

    def _evaluate(self, v: npt.NDArray[Any], step: float) -> tuple[npt.NDArray[Any] | None, str]:
        if step > self._reach(v):
            return None, ": bounds are in the way"
        self.evaluations += 1
        point = self._point(v, step)
        try:
            with np.errstate(all="ignore"):
                value = np.asarray(self._core.value(arguments(point[()], self.args, self.argnum)))
        except _FAILURES as error:
            return None, f" ({type(error).__name__}: {error})"
        if value.shape != self.shape:
            msg = f"f(x) has shape {self.shape}, but at x + {step} v its value has shape {value.shape}"
            raise ValueError(msg)
        return value.ravel(), ""

    def _point(self, v: npt.NDArray[Any], step: float) -> npt.NDArray[Any]:
        return np.asarray(self.x + self.x.dtype.type(step) * v)

    def _is_exact(self, displacement: npt.NDArray[Any]) -> bool:
        """Whether it is left of it, but for a few per cent, after it is added to x."""
        moved = displacement != 0
        return bool(np.all(np.abs(displacement[moved]) >= 16 * np.spacing(np.abs(self.x[moved]))))

    def _is_rounding(self, row: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.float64]]) -> bool:
        change, predicted, rounding = row
        return bool(np.all(np.abs(change - predicted) <= _ROUNDING * rounding))

    def _room(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """How far each variable may move down and up, shaped like x."""
        if self._lower is None or self._upper is None:
            return np.full(self.x.shape, np.inf), np.full(self.x.shape, np.inf)
        x = self.x.astype(np.float64)
        return x - self._lower, self._upper - x

    def _reach(self, v: npt.NDArray[Any]) -> float:
        down, up = self._room()
        moved = v != 0
        return float(np.min(np.where(v > 0, up, down)[moved] / np.abs(v[moved]), initial=np.inf))

    def _given(self, v: npt.ArrayLike) -> npt.NDArray[Any]:
        direction = as_point(v, "v").astype(self.x.dtype)
        if direction.shape != self.x.shape:
            msg = f"v has shape {direction.shape}, x has shape {self.x.shape}; they must be equal"
            raise ValueError(msg)
        if not np.isfinite(direction).all() or not direction.any():
            msg = (
                "v is zero: there are no steps along it" if not direction.any() else "v has entries that are not finite"
            )
            raise ValueError(msg)
        if np.array_equal(self.x + direction / 2**FIRST, self.x):
            msg = f"v is too short: x + v/{2**FIRST} equals x in {self.x.dtype}; accepted are steps on the scale of x"
            raise ValueError(msg)
        ahead, behind = self._reach(direction), self._reach(-direction)
        if max(ahead, behind) < _NOWHERE:
            msg = (
                "bounds leave no room to move x along v in either direction; give a v that points inside, or leave it "
                "out for a random one that does"
            )
            raise ValueError(msg)
        return direction if ahead >= min(behind / 8, 2.0**-FIRST) else -direction

    def _random(self, length: npt.NDArray[np.float64], seed: int) -> npt.NDArray[Any]:
        random = np.random.default_rng(seed)
        sign = np.where(random.random(self.x.shape) < 0.5, -1.0, 1.0)
        down, up = (np.minimum(room, length) for room in self._room())
        sign = np.where(np.minimum(up, down) * 8 < np.maximum(up, down), np.where(up >= down, 1.0, -1.0), sign)
        length = np.where(sign > 0, up, down) * random.uniform(0.5, 1.0, self.x.shape)
        fraction, exponent = np.frexp(length)
        v = sign * np.ldexp(np.floor(fraction * 2**_BITS), exponent - _BITS)
        v = np.where(length < 2**10 * np.spacing(np.abs(self.x)), 0.0, v).astype(self.x.dtype)
        if not v.any():
            msg = "bounds leave no room to move any entry of x; widen them, or leave them out"
            raise ValueError(msg)
        return np.asarray(v)


class _Watched:
    """A function, and the format of the first value that it returned: it may be coarser than that of x."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self._f = f
        self.formats: list[np.dtype[Any]] = []

    def __call__(self, *args: Any) -> Any:
        value = self._f(*args)
        if not self.formats:
            kind = getattr(value, "dtype", None)
            self.formats.append(kind if isinstance(kind, np.dtype) and kind.kind in "fc" else np.dtype(np.float64))
        return value


def as_point(values: npt.ArrayLike, name: str = "x") -> npt.NDArray[Any]:
    """A private array of real numbers in their own format; integers become float64."""
    array = np.array(values)
    if array.dtype.kind not in "fiu":
        msg = f"{name} has dtype {array.dtype}; accepted are real numbers"
        raise TypeError(msg)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _double(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _granularity(changes: npt.NDArray[Any], rounding: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far values are uncertain, (m,), if they have few digits: f stands still at small steps, and then it jumps."""
    sizes = np.abs(changes)
    still = sizes <= 2 * rounding[:-1]
    jump = np.where(still, np.inf, sizes).min(axis=0)
    return np.where(still.any(axis=0) & np.isfinite(jump), jump / 2, 0.0)
