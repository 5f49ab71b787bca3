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
from secant.probing import FAILURES, random_direction

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
    def complaint(self, arguments: tuple[Any, ...], matrix: csr_array, seed: int) -> str | None:
        """What is missing in a matrix, by what the function shows along random directions; None where nothing is."""

    def direction(self, x: npt.NDArray[Any], seed: int) -> npt.NDArray[Any]:
        """A random vector that moves every variable by its scale, or by as much as bounds leave room for.

        In proportion to the steps of a derivative it must not be: along these, what entries of one colour came out as
        is right, whatever they should be.
        """
        length = np.maximum(np.abs(x), self.typical)
        random = np.random.default_rng(seed)
        return random_direction(x, length, self.lower, self.upper, random).astype(x.dtype)

    def value(self, arguments: tuple[Any, ...], x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The function's value at another point, flat."""
        at = self.argnum
        if self.lower is not None:
            x = np.clip(x, self.lower, self.upper)
        return np.ravel(self.prepare(FiniteDifference()).value((*arguments[:at], x, *arguments[at + 1 :])))

    def value_or_nan(self, arguments: tuple[Any, ...], x: npt.NDArray[Any], like: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The same; NaN, shaped like another value, where the function fails or is not finite."""
        try:
            return self.value(arguments, x)
        except FAILURES:
            return np.full_like(like, np.nan)


@dataclass(frozen=True, slots=True)
class SlopeLook(Look):
    """First derivatives along a direction, a number for each row: two evaluations, and some more where rows look wrong.

    Attributes
    ----------
    symmetric : bool
        Whether the matrix is one by construction: the function is a gradient, then.
    """

    symmetric: bool

    def complaint(  # noqa: D102
        self, arguments: tuple[Any, ...], matrix: csr_array, seed: int
    ) -> str | None:
        x = _point(arguments[self.argnum])
        v = self.direction(x, seed)
        measured, predicted, present = self._compare(arguments, v, matrix)
        suspects = _suspects(measured, predicted, present, matrix)
        if not suspects.size:
            return None
        wrong, unasked = self._wrong(arguments, v, matrix, suspects, _share(matrix) * present / 4)
        if not wrong.size:
            if self.symmetric:
                self._warn_of_asymmetry(arguments, v, self.direction(x, seed + 1))
            return None
        # What one direction hides, another one shows.
        again = self.direction(x, seed + 1)
        others = np.setdiff1d(_suspects(*self._compare(arguments, again, matrix), matrix), suspects)
        more, more_unasked = self._wrong(arguments, again, matrix, others, _share(matrix) * present / 4)
        row = wrong[0]
        wrong = np.union1d(wrong, more)
        left = max(wrong.size - _ROWS_NAMED, 0) + unasked + more_unasked
        named = ", ".join(map(str, wrong[:_ROWS_NAMED])) + (f" and {left} more" if left else "")
        return (
            f"the sparsity pattern misses nonzeros in row{'s' * (wrong.size + left > 1)} {named}: along a random "
            f"direction, the derivative of entry {row} of {self.name}(x) is {measured[row]:.6g}, but by the entries of "
            f"row {row} it is {predicted[row]:.6g}"
        )

    def _compare(
        self, arguments: tuple[Any, ...], v: npt.NDArray[Any], matrix: csr_array
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        """Derivatives along v as they are, as they are by the matrix, and what they are made of."""
        measured = self._along(arguments, v, _STEP)
        for nearer in (_STEP * 2.0**-12, _STEP * 2.0**-24):
            if np.isfinite(measured).all():
                break
            measured = np.where(np.isfinite(measured), measured, self._along(arguments, v, nearer))
        flat = v.ravel()
        return measured, matrix @ flat, np.maximum(abs(matrix) @ np.abs(flat), np.abs(measured))

    def _along(self, arguments: tuple[Any, ...], v: npt.NDArray[Any], step: float) -> npt.NDArray[Any]:
        return np.ravel(self.prepare(FiniteDifference("central", step=step)).jvp(arguments, v))

    def _warn_of_asymmetry(self, arguments: tuple[Any, ...], v: npt.NDArray[Any], w: npt.NDArray[Any]) -> None:
        def rates(step: float) -> npt.NDArray[Any]:
            one, other = w.ravel() @ self._along(arguments, v, step), v.ravel() @ self._along(arguments, w, step)
            return np.array([one - other if abs(one - other) > _SHARE * (abs(one) + abs(other)) else 0.0])

        if _settle(rates, (2.0**-4, 2.0**-7, 2.0**-10, 2.0**-13))[0]:
            warn_caller(
                f"the Jacobian of {self.name} is not symmetric, so that {self.name} is not a gradient: which of two "
                "entries a sparse Hessian has on both sides of its diagonal depends on the colouring"
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
                rate = (self.value_or_nan(arguments, (x + share * u).astype(v.dtype), base) - base)[rows] / share
                return np.where(np.abs(rate) <= negligible[rows], 0.0, rate)

            # Nearer where the function is not finite so far away.
            first = 4 if np.isfinite(rates(2.0**-7)).all() else 17
            return rows[_settle(rates, (2.0**-first, 2.0 ** -(first + 3), 2.0 ** -(first + 6), 2.0 ** -(first + 9)))]

        wrong = respond(suspects)
        others = np.setdiff1d(suspects, wrong)
        alone = [respond(row) for row in others[:_ASKED_ALONE, np.newaxis]]
        wrong = np.union1d(wrong, np.concatenate([*alone, others[:0]]))
        return wrong, max(others.size - _ASKED_ALONE, 0)


class CurvatureLook(Look):
    """Second derivatives along v, one number for all entries: three evaluations, and more where it looks wrong."""

    __slots__ = ()

    def complaint(  # noqa: D102
        self, arguments: tuple[Any, ...], matrix: csr_array, seed: int
    ) -> str | None:
        v = self.direction(_point(arguments[self.argnum]), seed)
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
        values = self.value(arguments, x)
        base = values[0]
        if not _same(self.value(arguments, x)[0], base):
            return False  # it changes by itself

        def interact(some: npt.NDArray[Any], others: npt.NDArray[Any]) -> bool:
            def rates(share: float) -> npt.NDArray[Any]:
                moved = [x + (share * mask).reshape(x.shape) * v for mask in (some, others, some + others)]
                one, other, both = (self.value_or_nan(arguments, point.astype(v.dtype), values)[0] for point in moved)
                change = (both - one) - (other - base)
                rounding = 256 * np.finfo(v.dtype).eps * max(map(abs, (base, one, other, both)))
                return np.array([0.0 if abs(change) <= rounding else change / share**2])

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


def verify_pattern(look: Look, arguments: tuple[Any, ...], matrix: csr_array, seed: int = 0) -> None:
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
    seed : int
        Of the random direction.
    """
    try:
        with np.errstate(all="ignore"):
            complaint = look.complaint(arguments, matrix, 2 * seed)
    except FAILURES as error:  # the user's function, at points that it is not asked for otherwise
        warn_caller(
            f"the sparsity pattern could not be verified, since {look.name} failed near x "
            f"({type(error).__name__}: {error}); verify='never' leaves this out"
        )
        return
    if complaint is not None:
        msg = f"{complaint}. Complete the pattern, or find it with sparsity='detect'"
        raise ValueError(msg)


def _point(x: Any) -> npt.NDArray[Any]:
    array = np.asarray(x)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _suspects(
    measured: npt.NDArray[Any], predicted: npt.NDArray[Any], present: npt.NDArray[Any], matrix: csr_array
) -> npt.NDArray[np.intp]:
    return np.flatnonzero(~(np.abs(measured - predicted) <= _share(matrix) * present))


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
