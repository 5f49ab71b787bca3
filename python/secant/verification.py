"""Whether a sparsity pattern misses nonzeros: a sparse derivative against differences along a random direction.

With entries missing, the product of the matrix with a random vector differs from the derivative of the function along
it, in the rows that miss them: one comparison looks at all columns at once.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.methods import FiniteDifference

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from scipy.sparse import csr_array

    from secant import _core

_STEPS = (2.0**-10, 2.0**-13)
"""How far variables move, in shares of their scales: far beyond rounding, and near enough for curvature to be small."""

_SHARE = 1e-3
"""What is missing in a row shows if it is more than this share of what is there."""

_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Look(ABC):
    """How a function is looked at along a direction.

    Attributes
    ----------
    prepare : callable
        Gives the compiled function for a method.
    argnum : int
        The position of x among its arguments.
    lower, upper : ndarray or None
        Bounds on x.
    typical : float or ndarray
        The scale of variables that are smaller.
    name : str
        What the function is called in messages.
    """

    prepare: Callable[[FiniteDifference], _core.Differentiator]
    argnum: int
    lower: npt.NDArray[Any] | None
    upper: npt.NDArray[Any] | None
    typical: Any
    name: str

    @abstractmethod
    def measure(self, arguments: tuple[Any, ...], v: npt.NDArray[Any], step: float) -> npt.NDArray[Any]:
        """What the function shows along v, with a step of so many times v."""

    @abstractmethod
    def predict(self, matrix: csr_array, v: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """What a matrix says of it."""

    @abstractmethod
    def complain(self, rows: npt.NDArray[np.intp], measured: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> str:
        """That the two differ in these rows."""

    def direction(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A random vector that moves every variable by its scale, to the side where bounds leave more room."""
        random = np.random.default_rng(0)
        length = np.maximum(np.abs(x), self.typical) * random.uniform(0.5, 1.0, x.shape)
        sign = np.where(random.random(x.shape) < 0.5, -1.0, 1.0)
        if self.lower is not None and self.upper is not None:
            up, down = self.upper - x, x - self.lower
            sign = np.where(np.minimum(up, down) < length, np.where(up >= down, 1.0, -1.0), sign)
            length = np.minimum(length, np.maximum(up, down))
        direction: npt.NDArray[Any] = sign * length
        return direction


class SlopeLook(Look):
    """First derivatives along v: a number for each row of the matrix, two evaluations."""

    __slots__ = ()

    def measure(self, arguments: tuple[Any, ...], v: npt.NDArray[Any], step: float) -> npt.NDArray[Any]:  # noqa: D102
        return np.ravel(self.prepare(FiniteDifference("central", step=step)).jvp(arguments, v))

    def predict(self, matrix: csr_array, v: npt.NDArray[Any]) -> npt.NDArray[Any]:  # noqa: D102
        return np.asarray(matrix @ v.ravel())

    def complain(  # noqa: D102
        self, rows: npt.NDArray[np.intp], measured: npt.NDArray[Any], predicted: npt.NDArray[Any]
    ) -> str:
        row = rows[0]
        more = f" and {rows.size - _ROWS_NAMED} more" if rows.size > _ROWS_NAMED else ""
        return (
            f"the sparsity pattern misses nonzeros in row{'s' if rows.size > 1 else ''} "
            f"{', '.join(map(str, rows[:_ROWS_NAMED]))}{more}: along a random direction, the derivative of entry {row} "
            f"of {self.name}(x) is {measured[row]:.6g}, but by the entries of row {row} it is {predicted[row]:.6g}"
        )


class CurvatureLook(Look):
    """The second derivative along v of a scalar function: one number for the whole matrix, three evaluations."""

    __slots__ = ()

    def measure(self, arguments: tuple[Any, ...], v: npt.NDArray[Any], step: float) -> npt.NDArray[Any]:  # noqa: D102
        core, at = self.prepare(FiniteDifference()), self.argnum
        x = np.asarray(arguments[at])
        side = 1 if self.lower is None or self.upper is None or self._fits(x - step * v) else 2

        def value(distance: float) -> Any:
            return core.value((*arguments[:at], x + (distance * step) * v, *arguments[at + 1 :]))

        # Around x, or on the side where there is room for it.
        low, middle, high = (value(-1), value(0), value(1)) if side == 1 else (value(0), value(1), value(2))
        return np.atleast_1d((high - middle) - (middle - low)) / step**2

    def _fits(self, x: npt.NDArray[Any]) -> bool:
        return bool(np.all((x >= self.lower) & (x <= self.upper)))

    def predict(self, matrix: csr_array, v: npt.NDArray[Any]) -> npt.NDArray[Any]:  # noqa: D102
        return np.atleast_1d(v.ravel() @ (matrix @ v.ravel()))

    def complain(  # noqa: D102
        self,
        rows: npt.NDArray[np.intp],
        measured: npt.NDArray[Any],
        predicted: npt.NDArray[Any],
    ) -> str:
        return (
            f"the sparsity pattern misses nonzeros: along a random direction, the second derivative of {self.name} is "
            f"{measured[rows[0]]:.6g}, but by the entries of the pattern it is {predicted[rows[0]]:.6g}"
        )


def verify_pattern(look: Look, arguments: tuple[Any, ...], matrix: csr_array) -> None:
    """Raise ValueError where entries are missing, with the rows that miss them.

    Costs one look at the function, and another one where something seems wrong: a difference is believed if one at
    another step agrees with it. A row that misses less than a thousandth of what it has is not found.

    Parameters
    ----------
    look : Look
        The function.
    arguments : tuple
        At which `matrix` is its derivative.
    matrix : csr_array
        With all entries of the pattern.
    """
    x = np.asarray(arguments[look.argnum])
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    v = look.direction(x).astype(x.dtype)
    predicted = look.predict(matrix, v)
    present = look.predict(abs(matrix), np.abs(v))
    share = max(_SHARE, 30 * float(np.sqrt(np.finfo(matrix.dtype).eps)))
    try:
        first = look.measure(arguments, v, _STEPS[0])
        difference = np.abs(first - predicted)
        suspicious = difference > share * np.maximum(present, np.abs(first))
        if not suspicious.any():
            return
        second = look.measure(arguments, v, _STEPS[1])
    except Exception as error:  # the user's function, at points that it is not asked for otherwise
        msg = (
            f"the sparsity pattern could not be verified, since {look.name} failed near x "
            f"({type(error).__name__}: {error}); verify='never' leaves this out"
        )
        warnings.warn(msg, stacklevel=5)
        return
    rows = np.flatnonzero(suspicious & (np.abs(second - first) < difference / 4))
    if rows.size:
        msg = f"{look.complain(rows, second, predicted)}. Complete the pattern, or find it with sparsity='detect'"
        raise ValueError(msg)
