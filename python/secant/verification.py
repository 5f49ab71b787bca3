"""Whether a sparsity pattern misses nonzeros: a sparse derivative against differences along a random direction.

With entries missing, the product of the matrix with a random vector differs from the derivative of the function along
it, in the rows that miss them: one comparison looks at all columns at once. Curvature, kinks and noise make differences
too; so rows that look wrong are asked again, with all variables moved that they must not depend on. A pattern is
refused only if one of them responds, in proportion to how far variables move.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.callers import warn_caller
from secant.methods import FiniteDifference

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from scipy.sparse import csr_array

    from secant import _core

_STEP = 2.0**-10
"""How far variables move, in shares of their scales: far beyond rounding, and near enough for curvature to be small."""

_SHARE = 1e-3
"""What is missing in a row shows if it is more than this share of what is there."""

_ASKED_ALONE = 8
"""How many rows are asked one by one, where all of them together do not respond."""

_ROWS_NAMED = 5

_DRAWS = 24
"""How many pairs of sets of variables are drawn to see whether they interact."""


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
    def complaint(self, arguments: tuple[Any, ...], v: npt.NDArray[Any], matrix: csr_array) -> str | None:
        """What is missing in a matrix, by what the function shows along v; None where nothing is."""

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

    def value(self, arguments: tuple[Any, ...], x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The function's value at another point, flat."""
        at = self.argnum
        if self.lower is not None:
            x = np.clip(x, self.lower, self.upper)
        return np.ravel(self.prepare(FiniteDifference()).value((*arguments[:at], x, *arguments[at + 1 :])))


class SlopeLook(Look):
    """First derivatives along v, a number for each row: two evaluations, and some more where rows look wrong."""

    __slots__ = ()

    def complaint(  # noqa: D102
        self, arguments: tuple[Any, ...], v: npt.NDArray[Any], matrix: csr_array
    ) -> str | None:
        flat = v.ravel()
        measured = np.ravel(self.prepare(FiniteDifference("central", step=_STEP)).jvp(arguments, v))
        predicted = matrix @ flat
        present = np.maximum(abs(matrix) @ np.abs(flat), np.abs(measured))
        suspects = np.flatnonzero(~(np.abs(measured - predicted) <= _share(matrix) * present))
        wrong, unasked = self._wrong(arguments, v, matrix, suspects, _share(matrix) * present / 4)
        if not wrong.size:
            return None
        row, more = wrong[0], max(wrong.size - _ROWS_NAMED, 0) + unasked
        named = ", ".join(map(str, wrong[:_ROWS_NAMED])) + (f" and {more} more" if more else "")
        return (
            f"the sparsity pattern misses nonzeros in row{'s' * (wrong.size + more > 1)} {named}: along a random "
            f"direction, the derivative of entry {row} of {self.name}(x) is {measured[row]:.6g}, but by the entries of "
            f"row {row} it is {predicted[row]:.6g}"
        )

    def _wrong(
        self,
        arguments: tuple[Any, ...],
        v: npt.NDArray[Any],
        matrix: csr_array,
        suspects: npt.NDArray[np.intp],
        negligible: npt.NDArray[Any],
    ) -> tuple[npt.NDArray[np.intp], int]:
        """Which rows depend on variables that they have no entry of, and how many others were not asked.

        Derivatives along v that are `negligible` do not count: rounding may depend on all variables.
        """
        if not suspects.size:
            return suspects, 0
        x = np.asarray(arguments[self.argnum])
        base = self.value(arguments, x)
        suspects = suspects[_same(self.value(arguments, x), base)[suspects]]  # others respond to nothing at all

        def respond(rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
            depends = np.zeros(x.size, bool)
            depends[matrix[rows].indices] = True
            u = np.where(depends.reshape(x.shape), 0.0, v)

            def rates(share: float) -> npt.NDArray[Any]:
                rate = (self.value(arguments, (x + share * u).astype(v.dtype)) - base)[rows] / share
                return np.where(np.abs(rate) > negligible[rows], rate, 0.0)

            return rows[_settle(rates, (2.0**-4, 2.0**-7, 2.0**-10, 2.0**-13))]

        wrong = respond(suspects)
        others = np.setdiff1d(suspects, wrong)
        alone = [respond(row) for row in others[:_ASKED_ALONE, np.newaxis]]
        wrong = np.union1d(wrong, np.concatenate([*alone, others[:0]]))
        return wrong, max(others.size - _ASKED_ALONE, 0)


class CurvatureLook(Look):
    """Second derivatives along v, one number for all entries: three evaluations, and more where it looks wrong."""

    __slots__ = ()

    def complaint(  # noqa: D102
        self, arguments: tuple[Any, ...], v: npt.NDArray[Any], matrix: csr_array
    ) -> str | None:
        flat = v.ravel()
        predicted = flat @ (matrix @ flat)
        measured = self._curvature(arguments, v)
        present = max(np.abs(flat) @ (abs(matrix) @ np.abs(flat)), abs(measured))
        if abs(measured - predicted) <= _share(matrix) * present or not self._interacts(arguments, v, matrix):
            return None
        return (
            f"the sparsity pattern misses nonzeros: along a random direction, the second derivative of {self.name} is "
            f"{measured:.6g}, but by the entries of the pattern it is {predicted:.6g}"
        )

    def _curvature(self, arguments: tuple[Any, ...], v: npt.NDArray[Any]) -> Any:
        x = np.asarray(arguments[self.argnum])
        there = x - _STEP * v
        inside = self.lower is None or self.upper is None or np.all((there >= self.lower) & (there <= self.upper))
        # Around x, or on the side where there is room for it.
        low, middle, high = (self.value(arguments, x + (k - bool(inside)) * _STEP * v)[0] for k in range(3))
        return ((high - middle) - (middle - low)) / _STEP**2

    def _interacts(self, arguments: tuple[Any, ...], v: npt.NDArray[Any], matrix: csr_array) -> bool:
        """Whether moving some variables changes what others do between which the pattern has no entry."""
        x, random = np.asarray(arguments[self.argnum]), np.random.default_rng(1)
        base = self.value(arguments, x)[0]
        if not _same(self.value(arguments, x)[0], base):
            return False  # it changes by itself

        def interact(some: npt.NDArray[Any], others: npt.NDArray[Any]) -> bool:
            def rates(share: float) -> npt.NDArray[Any]:
                moved = [x + (share * mask).reshape(x.shape) * v for mask in (some, others, some + others)]
                one, other, both = (self.value(arguments, point.astype(v.dtype))[0] for point in moved)
                change = (both - one) - (other - base)
                rounding = 256 * np.finfo(v.dtype).eps * max(map(abs, (base, one, other, both)))
                return np.array([change / share**2 if abs(change) > rounding else 0.0])

            return bool(_settle(rates, (2.0**-3, 2.0**-5, 2.0**-7, 2.0**-9))[0])

        present = matrix.astype(bool)
        present.data[:] = True  # entries of the pattern, whatever their values
        alone = np.flatnonzero(~present.diagonal())
        if any(interact(one, one) for one in (np.arange(x.size) == alone[:_ASKED_ALONE, np.newaxis]).astype(float)):
            return True
        for _ in range(_DRAWS):
            some = random.random(x.size) < 1 / (1 + matrix.nnz / max(x.size, 1))
            others = ~some & ~(present @ some)
            if interact(some.astype(float), others.astype(float)):
                return True
        return False


def verify_pattern(look: Look, arguments: tuple[Any, ...], matrix: csr_array) -> None:
    """Raise ValueError where entries are missing, with the rows that miss them.

    A row that misses less than a thousandth of what it has is not found.

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
    try:
        with np.errstate(all="ignore"):
            complaint = look.complaint(arguments, look.direction(x).astype(x.dtype), matrix)
    except Exception as error:  # the user's function, at points that it is not asked for otherwise
        warn_caller(
            f"the sparsity pattern could not be verified, since {look.name} failed near x "
            f"({type(error).__name__}: {error}); verify='never' leaves this out"
        )
        return
    if complaint is not None:
        msg = f"{complaint}. Complete the pattern, or find it with sparsity='detect'"
        raise ValueError(msg)


def _settle(
    rates: Callable[[float], npt.NDArray[Any]], distances: tuple[float, float, float, float]
) -> npt.NDArray[np.bool_]:
    """Which rates come out the same at three distances in turn, and not 0: those of noise and jumps do not."""
    second, third = rates(distances[1]), rates(distances[2])
    agree = _close(second, third)
    if not agree.any():
        return agree
    agree &= _close(rates(distances[0]), second) | _close(rates(distances[3]), third)
    return agree


def _close(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray((np.abs(a - b) <= np.abs(b) / 2) & (b != 0))


def _share(matrix: csr_array) -> float:
    return max(_SHARE, 30 * float(np.sqrt(np.finfo(matrix.dtype).eps)))


def _same(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)))
