"""What pictures of a function of two variables are made from: its values, slopes, and the points and paths on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.bounds import resolve
from secant.derivatives import Gradient, Jacobian
from secant.function import FunctionLike, arguments
from secant.integers import as_integer
from secant.probing import FAILURES
from secant.sparsity import SparsityPattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from secant.bounds import BoundsLike
    from secant.methods import Method

    Floats = npt.NDArray[np.float64]

LEVELS = 12
"""How many levels are drawn by default."""


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """A function of two variables over a rectangle.

    Attributes
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number for x of shape (2,), or, if vectorized, k numbers for x of shape (k, 2).
    args : tuple
        f's other arguments.
    vectorized : bool
        Whether f takes many points at once.
    lower, upper : ndarray of shape (2,)
        The rectangle.
    names : tuple of two str
        What the variables are called.
    """

    f: FunctionLike
    args: tuple[Any, ...]
    vectorized: bool
    lower: Floats
    upper: Floats
    names: tuple[str, str]

    @classmethod
    def over(
        cls,
        bounds: BoundsLike,
        f: FunctionLike,
        *,
        args: tuple[Any, ...],
        vectorized: bool,
        names: Sequence[str] | None,
    ) -> Landscape:
        """Check what pictures of a function of two variables have in common."""
        if not callable(f):
            msg = f"f is a {type(f).__name__}; accepted are callables and secant.native.Function(...)"
            raise TypeError(msg)
        lower, upper = _rectangle(bounds)
        arguments(lower, args, 0)
        if names is None:
            names = ("x₁", "x₂")
        elif isinstance(names, str) or len(names) != 2:
            msg = f"names is {names!r}; accepted are two, of the first and of the second variable"
            raise ValueError(msg)
        return cls(f, args, bool(vectorized), lower, upper, (str(names[0]), str(names[1])))

    @property
    def span(self) -> Floats:
        """Width and height of the rectangle."""
        return self.upper - self.lower

    def grid(self, size: int) -> tuple[Floats, Floats, Floats]:
        """Coordinates, each of shape (size,), and values, shape (size, size): rows are those of the second variable."""
        count = as_integer("grid", size, "numbers of points along each variable, at least 2")
        if count < 2:
            msg = f"grid is {count}; accepted are numbers of points along each variable, at least 2"
            raise ValueError(msg)
        x, y = (np.linspace(self.lower[k], self.upper[k], count) for k in (0, 1))
        values, failure = self._evaluate(_mesh(x, y))
        if np.isnan(values).all():
            why = f"; it raised {type(failure).__name__}: {failure}" if failure is not None else ""
            msg = f"f is finite at none of the {values.size} points of the grid over {self.lower} to {self.upper}{why}"
            raise ValueError(msg) from failure
        return x, y, values.reshape(count, count)

    def values(self, points: Floats) -> Floats:
        """Values at points of shape (k, 2); NaN where f is not finite, or raises as functions do outside a domain."""
        return self._evaluate(points)[0]

    def _evaluate(self, points: Floats) -> tuple[Floats, Exception | None]:
        """Values, and what f raised at the last point where it did."""
        failure: Exception | None = None

        def one(point: Floats) -> float:
            nonlocal failure
            try:
                value = self.f(point.copy(), *self.args)
            except FAILURES as error:
                failure = error
                return np.nan
            return _number(value, point)

        with np.errstate(all="ignore"):
            if self.vectorized and len(points):
                found = _block(self.f(points.copy(), *self.args), len(points))
            else:
                found = np.fromiter(map(one, points), np.float64, len(points))
        return np.where(np.isfinite(found), found, np.nan), failure

    def slopes(self, points: Floats, method: str | Method) -> Floats:
        """Gradients at points of shape (k, 2), of this shape; NaN where there is none."""
        with np.errstate(all="ignore"):
            if self.vectorized:
                return self._slopes_at_once(points, method)
            gradient = Gradient(self.f, method=method, bounds=(self.lower, self.upper))

            def one(point: Floats) -> Floats:
                try:
                    return np.asarray(gradient(point, *self.args), np.float64)
                except FAILURES:
                    return np.full(2, np.nan)

            return np.array([one(point) for point in points]).reshape(-1, 2)

    def _slopes_at_once(self, points: Floats, method: str | Method) -> Floats:
        """All gradients are the Jacobian of one map with two colours: value i depends on the coordinates of point i."""
        found = np.full(points.shape, np.nan)
        inside = np.isfinite(_block(self.f(points.copy(), *self.args), len(points)))
        count = int(np.count_nonzero(inside))
        if count:
            own = SparsityPattern.from_coordinates(
                np.repeat(np.arange(count), 2), np.arange(2 * count), (count, 2 * count)
            )
            box = tuple(np.broadcast_to(side, (count, 2)) for side in (self.lower, self.upper))
            jacobian = Jacobian(self.f, method=method, bounds=(box[0], box[1]), sparsity=own, verify="never")
            found[inside] = jacobian(points[inside], *self.args).data.reshape(count, 2)
        return found

    def inside(self, points: Floats) -> npt.NDArray[np.bool_]:
        """Whether points of shape (k, 2) are in the rectangle."""
        return np.asarray(((points >= self.lower) & (points <= self.upper)).all(axis=1))


def _mesh(x: Floats, y: Floats) -> Floats:
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def field_points(landscape: Landscape, columns: int, rows: int) -> Floats:
    """Middles of the cells of a grid, shape (rows * columns, 2): none of them at the border."""
    x, y = (
        landscape.lower[k] + landscape.span[k] * (np.arange(count) + 0.5) / count
        for k, count in ((0, columns), (1, rows))
    )
    return _mesh(x, y)


# ----------------------------------------------------------------------------------------------------------------------
# what is given


def _number(value: Any, point: Floats) -> float:
    array = np.asarray(value)
    if array.ndim or array.dtype.kind not in "fiub":
        given = f"has shape {array.shape}" if array.ndim else f"is {value!r}"
        msg = f"f(x) {given} at x = {point}; accepted are functions of two variables that return a real number"
        raise ValueError(msg)
    return float(array)


def _block(value: Any, count: int) -> Floats:
    array = np.asarray(value)
    if array.shape != (count,) or array.dtype.kind not in "fiub":
        msg = (
            f"f returned an array of shape {array.shape} and dtype {array.dtype} for {count} points, an array of shape "
            f"({count}, 2); with vectorized=True, accepted are functions that return as many real numbers, ({count},)"
        )
        raise ValueError(msg)
    return array.astype(np.float64)


def _rectangle(bounds: BoundsLike) -> tuple[Floats, Floats]:
    lower, upper = resolve(bounds)
    for name, side in (("lower", lower), ("upper", upper)):
        if side is None or not np.isfinite(side).all():
            given = "None" if side is None else str(side)
            msg = (
                f"the {name} bound is {given}; pictures need finite ones, as bounds=((-2, -1), (2, 3)): (lower, upper)"
            )
            raise ValueError(msg)
        if side.shape not in ((), (2,)):
            msg = f"the {name} bound has shape {side.shape}; accepted are a number, or two: one for each variable"
            raise ValueError(msg)
    low, high = np.broadcast_to(np.asarray(lower), 2), np.broadcast_to(np.asarray(upper), 2)
    if not (low < high).all():
        msg = f"bounds are {low} and {high}; the lower must be below the upper one for both variables"
        raise ValueError(msg)
    return low.astype(np.float64), high.astype(np.float64)


def checked_paths(paths: Any) -> list[tuple[str | None, Floats]]:
    """Paths with their names, None where they have none."""
    if paths is None:
        return []
    if isinstance(paths, Mapping):
        named: list[tuple[str | None, Any]] = [(str(name), path) for name, path in paths.items()]
    elif isinstance(paths, np.ndarray) and paths.ndim == 2:
        named = [(None, paths)]
    else:
        named = [(None, path) for path in paths]
    return [(name, _checked_path(path, name, k)) for k, (name, path) in enumerate(named)]


def _checked_path(path: Any, name: str | None, k: int) -> Floats:
    array = np.asarray(path)
    if array.ndim != 2 or array.shape[1] != 2 or not len(array) or array.dtype.kind not in "fiu":
        which = f"paths[{k if name is None else repr(name)}]"
        msg = f"{which} has shape {array.shape} and dtype {array.dtype}; accepted are k points in rows, shape (k, 2)"
        raise ValueError(msg)
    return array.astype(np.float64)


def checked_levels(levels: Any, values: Floats) -> Floats:
    """Levels to draw: those that were given, or as many as were asked for."""
    from secant.plotting.scales import automatic_levels

    if levels is None or (np.ndim(levels) == 0 and not isinstance(levels, str)):
        count = (
            LEVELS if levels is None else as_integer("levels", levels, "numbers of levels, or the levels themselves")
        )
        if count < 1:
            msg = f"levels is {count}; accepted are positive numbers of levels, or the levels themselves"
            raise ValueError(msg)
        return automatic_levels(values, count)
    array = np.asarray(levels)
    if array.ndim != 1 or not array.size or array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        msg = f"levels is {levels!r}; accepted are a number of levels, or a sequence of finite numbers"
        raise ValueError(msg)
    return np.unique(array.astype(np.float64))
