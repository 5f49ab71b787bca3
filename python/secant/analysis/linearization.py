"""The best linear map at a point: what it is, what it leaves out, and how far it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import methods
from secant.analysis.bars import as_point
from secant.analysis.first_order import value_and_jacobian
from secant.analysis.rays import reach, room
from secant.bounds import real_array
from secant.bounds import resolve as resolve_bounds
from secant.derivatives import Hessian
from secant.estimate import Status
from secant.function import FunctionLike, arguments
from secant.noise import noise_level
from secant.probing import FAILURES

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.bounds import BoundsLike

    Vector = npt.NDArray[np.float64]

RANDOM_RAYS = 32
"""Random directions along which f is looked at."""

MOST_RAYS = 64
"""Of the axes, and of the directions in which outputs curve most, so many are looked at, each to both sides."""

FARTHEST = 2.0**20
"""How far rays are followed, in lengths of x or, where that is shorter than 1, in ones."""

_ULPS = 8.0
"""Rounding of f and of the linear map, in units in the last place of their terms."""

_NOISE = 6.0
"""How many standard deviations of f's noise are put down to it."""

_EXPLAINED = (Status.OK, Status.SMALLER_STEP, Status.OTHER_SIDE, Status.TOLERANCE, Status.BUDGET)
"""Entries of the Jacobian whose bars are rounding, and not a feature of f."""

_SHOWN = 8


class _Source:
    """The function, and what is taken of it only where it is asked for."""

    def __init__(
        self,
        f: FunctionLike,
        hess: Any,
        point: npt.NDArray[Any],
        shape: tuple[int, ...],
        args: tuple[Any, ...],
        method: methods.Method,
        bounds: BoundsLike | None,
        vectorized: bool,
    ) -> None:
        self._f, self._hess, self._point, self._shape, self._args = f, hess, point, shape, args
        adaptive = isinstance(method, methods.Adaptive)
        self._second = method if adaptive else methods.Adaptive(typical=method.typical)
        self._bounds, self._vectorized = bounds, vectorized
        self._hessian: tuple[Vector, Vector | None] | None = None
        self._noise: Vector | None = None

    @property
    def box(self) -> tuple[Vector | None, Vector | None]:
        """Lower and upper bounds."""
        return resolve_bounds(self._bounds)

    def hessian(self) -> tuple[Vector, Vector | None]:
        """The Hessian of each output, and its bars."""
        if self._hessian is None:
            expected = self._shape + self._point.shape * 2
            if self._hess is None:
                hessian = Hessian(self._f, method=self._second, bounds=self._bounds, vectorized=self._vectorized)
                estimate = hessian.estimate(self._point[()], *self._args)
                error = None if estimate.error is None else np.asarray(estimate.error, np.float64)
                self._hessian = np.asarray(estimate.value, np.float64), error
            else:
                given = np.asarray(self._hess(self._point.copy()[()], *self._args))
                if given.dtype.kind not in "fiu":
                    msg = f"hess returned dtype {given.dtype}; accepted are real numbers"
                    raise TypeError(msg)
                if given.shape != expected:
                    msg = f"hess returned shape {given.shape}; accepted is f(x).shape + x.shape + x.shape, {expected}"
                    raise ValueError(msg)
                self._hessian = given.astype(np.float64), None
        return self._hessian

    def noise(self) -> Vector:
        """The standard deviation of each output's noise, flat."""
        if self._noise is None:
            level = noise_level(
                self._f, self._point[()], args=self._args, bounds=self._bounds, vectorized=self._vectorized
            )
            self._noise = np.asarray(level, np.float64).reshape(-1)
        return self._noise

    def values(self, points: Vector) -> Vector:
        """Values of f at points, shape (k,) + x.shape, as an array of shape (k, m); NaN where f cannot be evaluated."""
        f: Any = self._f
        points = points.astype(self._point.dtype)
        size = int(np.prod(self._shape))
        # Rays lead to where f may overflow, or have no value.
        with np.errstate(all="ignore"):
            if self._vectorized:
                values = np.asarray(f(points, *self._args))
                expected = (points.shape[0], *self._shape)
                if values.shape != expected:
                    msg = f"f returned shape {values.shape} for a block of {points.shape[0]} points, not {expected}"
                    raise ValueError(msg)
                return values.astype(np.float64).reshape(-1, size)
            return np.stack([self._value(f, point, size) for point in points])

    def _value(self, f: Any, point: npt.NDArray[Any], size: int) -> Vector:
        try:
            value = np.asarray(f(point[()], *self._args), np.float64)
        except FAILURES:
            return np.full(size, np.nan)
        if value.shape != self._shape:
            msg = f"f returned shape {value.shape} at {point}, and {self._shape} at first"
            raise ValueError(msg)
        return value.reshape(-1)


@dataclass(frozen=True, slots=True, eq=False)
class Linearization:
    """The best linear map at a point a: L(x) = f(a) + J (x - a).

    Attributes
    ----------
    point : ndarray
        a.
    value : ndarray
        f(a).
    jacobian : ndarray
        J, shape f(a).shape + a.shape.
    error : ndarray or None
        A bound on ``|jacobian - exact|``, shaped like it; None from methods without error bars.
    status : ndarray of int8
        A `secant.Status` for each entry of the Jacobian.
    evaluations : int
        How often f was called for J. The Hessian takes more, once, when it is first needed.
    """

    point: npt.NDArray[Any]
    value: npt.NDArray[Any]
    jacobian: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64] | None
    status: npt.NDArray[np.int8]
    evaluations: int
    _source: _Source = field(repr=False)

    def __call__(self, x: npt.ArrayLike) -> Any:
        """L(x), shaped like f(x); for a block of points, shape (...) + a.shape, shape (...) + f(a).shape."""
        moves, lead = self._moves(x)
        found = self.value.reshape(-1) + moves @ self._matrix.T
        return found.reshape(lead + self.value.shape)[()]

    def remainder(self, x: npt.ArrayLike) -> Any:
        """The quadratic term ½ (x - a)ᵀ H (x - a), an estimate of f(x) - L(x), shaped as L(x) is."""
        moves, lead = self._moves(x)
        n = self.point.size
        hessians = self.hessian.reshape(-1, n, n)
        found = np.einsum("ki,mij,kj->km", moves, hessians, moves, optimize=True) / 2
        return found.reshape(lead + self.value.shape)[()]

    @property
    def hessian(self) -> npt.NDArray[np.float64]:
        """The Hessian of each output, shape f(a).shape + a.shape + a.shape; taken when it is first asked for."""
        return self._source.hessian()[0]

    @property
    def hessian_error(self) -> npt.NDArray[np.float64] | None:
        """Its error bars; None where it was given."""
        return self._source.hessian()[1]

    @property
    def curvature(self) -> Any:
        """The largest second derivative of each output along a unit vector, without its sign, shaped like f(a)."""
        return np.abs(self._curvatures()[0]).max(axis=1).reshape(self.value.shape)[()]

    def radius(self, tolerance: npt.ArrayLike) -> float:
        """The distance from a up to which ``|f(x) - L(x)| <= tolerance``, on the rays that were tried.

        f is evaluated along rays from a: the axes, the directions in which outputs curve most, by their Hessians, and
        ``RANDOM_RAYS`` (32) random ones, all to both sides. The search begins at a fraction of the distance at which
        the quadratic term reaches the tolerance, marches outwards, and ends in a bisection, to a relative 1e-3. The
        distance is Euclidean; between rays, and between the distances that were tried, f may do what it likes.

        Rounding, and noise of f, which is measured, are allowed on top of the tolerance. Points at which f is not
        finite, or raises an error, are points where L does not hold. Rays end at the bounds.

        Parameters
        ----------
        tolerance : float or array_like
            Positive; a number, or one for each output, shaped like f(a).

        Returns
        -------
        float
            Infinite where it holds as far as was tried: to the bounds, or to ``FARTHEST`` (2^20) lengths of a.

        Raises
        ------
        ValueError, TypeError
            If `tolerance` is not as above.
        """
        given = real_array(tolerance)
        if given is None or given.shape not in ((), self.value.shape):
            msg = f"tolerance is {tolerance!r}; accepted are a number, or an array shaped like f(x), {self.value.shape}"
            raise TypeError(msg)
        if not (np.isfinite(given) & (given > 0)).all():
            msg = f"tolerance is {tolerance!r}; accepted are positive, finite numbers"
            raise ValueError(msg)
        wanted = np.broadcast_to(given, self.value.shape).reshape(-1)
        rays = self._rays(wanted)
        lower, upper = (None if side is None else np.broadcast_to(side, self.point.shape) for side in self._source.box)
        origin = self.point.astype(np.float64).reshape(-1)
        limits = room(origin, rays, None if lower is None else lower.ravel(), None if upper is None else upper.ravel())
        length = max(float(np.linalg.norm(origin)), 1.0)
        with np.errstate(divide="ignore"):
            guesses = np.sqrt(2 * wanted / np.nan_to_num(np.asarray(self.curvature).reshape(-1)))
        allowed = wanted + _NOISE * self._source.noise()
        # Where outputs do not curve at a, nothing is known of how far f is like that.
        guess = min(float(guesses.min()), length)
        return reach(lambda moves: self._holds(moves, allowed), rays, limits, guess, FARTHEST * length)

    def _holds(self, moves: Vector, allowed: Vector) -> npt.NDArray[np.bool_]:
        """Whether L is as near to f as is allowed, at each displacement."""
        points = self.point.astype(np.float64).reshape(-1) + moves
        lower, upper = self._source.box
        points = points.reshape((-1, *self.point.shape))
        if lower is not None and upper is not None:
            points = np.clip(points, lower, upper)
        moved = (points - self.point).reshape(moves.shape)
        matrix, size = self._matrix, np.abs(moved)
        values = self._source.values(points)
        gap = np.abs(values - (self.value.reshape(-1) + moved @ matrix.T))
        epsilon = float(max(np.finfo(self.point.dtype).eps, np.finfo(self.value.dtype).eps))
        terms = np.abs(values) + np.abs(self.value.reshape(-1)) + size @ np.abs(matrix).T
        slack = _ULPS * epsilon * (terms + np.abs(self.point).reshape(-1) @ np.abs(matrix).T)
        if self.error is not None:
            rounding = np.isin(self.status, _EXPLAINED).reshape(matrix.shape)
            slack = slack + size @ np.where(rounding, self.error.reshape(matrix.shape), 0.0).T
        return np.asarray((gap <= allowed + slack).all(axis=1))

    def _rays(self, wanted: Vector) -> Vector:
        n = self.point.size
        if n == 1:
            return np.array([[1.0], [-1.0]])
        values, vectors = self._curvatures()
        strongest = np.argmax(np.abs(values), axis=1)
        own = vectors[np.arange(values.shape[0]), :, strongest]
        steepest = np.argsort(-np.abs(values).max(axis=1) / wanted, kind="stable")[:MOST_RAYS]
        diagonal = np.abs(np.diagonal(self.hessian.reshape(-1, n, n), axis1=1, axis2=2))
        axes = np.argsort(-np.nan_to_num(diagonal / wanted[:, np.newaxis]).max(axis=0), kind="stable")[:MOST_RAYS]
        random = np.random.default_rng(0).standard_normal((RANDOM_RAYS, n))
        random /= np.linalg.norm(random, axis=1, keepdims=True)
        along_axes = np.zeros((axes.size, n))
        along_axes[np.arange(axes.size), axes] = 1.0
        rays = np.concatenate([own[steepest], along_axes, random])
        return np.concatenate([rays, -rays])

    def _curvatures(self) -> tuple[Vector, Vector]:
        """Eigenvalues and eigenvectors of the Hessian of each output; entries that are not known count as none."""
        n = self.point.size
        hessians = np.nan_to_num(self.hessian.reshape(-1, n, n), posinf=0.0, neginf=0.0)
        found = np.linalg.eigh(hessians)
        return found[0], found[1]

    @property
    def _matrix(self) -> Vector:
        return self.jacobian.reshape(self.value.size, self.point.size)

    def _moves(self, x: npt.ArrayLike) -> tuple[Vector, tuple[int, ...]]:
        """Displacements from a, shape (k, n), and the shape of the block they came in."""
        points = np.asarray(x)
        if points.dtype.kind not in "fiu":
            msg = f"x has dtype {points.dtype}; accepted are real numbers"
            raise TypeError(msg)
        lead = points.shape[: max(points.ndim - self.point.ndim, 0)]
        if points.shape != lead + self.point.shape:
            msg = f"x has shape {points.shape}; accepted are {self.point.shape} and blocks of such points"
            raise ValueError(msg)
        return (points - self.point).astype(np.float64).reshape(-1, self.point.size), lead

    def __str__(self) -> str:
        """The map with its error bars."""
        m, n = self.value.size, self.point.size
        lines = [f"best linear map at {_short(self.point)}: f(x) ≈ f(a) + J (x - a)", f"  f(a)  {_short(self.value)}"]
        if m * n <= _SHOWN:
            lines.append(f"  J     {self._entry(0)}")
            lines += [f"        {self._entry(k)}" for k in range(1, m * n)]
        else:
            lines.append(f"  J     {m} × {n}, largest entry {self._entry(int(np.argmax(np.abs(self.jacobian))))}")
        lines.append(f"  {self.evaluations} evaluations of f")
        return "\n".join(lines)

    def _entry(self, k: int) -> str:
        bar = "" if self.error is None else f" ± {self.error.flat[k]:.1e}"
        at = ", ".join(str(i) for i in np.unravel_index(k, self.jacobian.shape))
        return f"{f'[{at}]  ' if at else ''}{self.jacobian.flat[k]:.10g}{bar}"


def _short(values: npt.NDArray[Any]) -> str:
    with np.printoptions(precision=8, suppress=True, threshold=_SHOWN, edgeitems=3, linewidth=10_000):
        return str(values[()])


def linearize(
    f: FunctionLike,
    a: npt.ArrayLike,
    *,
    hess: Any = None,
    args: tuple[Any, ...] = (),
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
) -> Linearization:
    """The best linear map at a point, with what it leaves out and how far it holds.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number or an array of any shape.
    a : array_like
        The point; real, of any shape, scalars included.
    hess : callable, optional
        ``hess(x, *args)`` returns the Hessian of each output, shape f(x).shape + x.shape + x.shape. By default it is
        estimated, by error-controlled differences, when the remainder, the curvature or the radius is first asked for:
        that takes about 3 n² evaluations for n variables.
    args : tuple
        Other arguments of f and `hess`.
    method : str, Adaptive, FiniteDifference or ComplexStep
        How the Jacobian is taken. "auto" has error bars.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        f is never called outside.
    vectorized : bool
        Whether f takes a block of k points, an array of shape (k,) + a.shape, and returns the k values stacked.

    Returns
    -------
    Linearization
        Called with x, it is the linear map; `Linearization.remainder` and `Linearization.radius` tell what it is worth.

    Raises
    ------
    ValueError
        If f(a) is not finite, or f has no derivative at a.
    TypeError
        If a or f(a) is not made of real numbers.

    References
    ----------
    T. M. Apostol, "Mathematical Analysis", 2nd ed. (1974), sections 12.4 and 12.14: the derivative as a linear map,
    and Taylor's formula with its quadratic term.

    Examples
    --------
    >>> import numpy as np
    >>> from secant.analysis import linearize
    >>> L = linearize(lambda x: x[0] ** 2 + x[1], [1.0, 2.0])
    >>> np.round(L([1.1, 2.0]), 8), np.round(L.remainder([1.1, 2.0]), 6)
    (np.float64(3.2), np.float64(0.01))
    >>> round(L.radius(0.01), 3)
    0.1
    """
    point = as_point(a, "a")
    arguments(point, args, 0)  # refuses what is not a tuple
    if hess is not None and not callable(hess):
        msg = f"hess is a {type(hess).__name__}; accepted are callables"
        raise TypeError(msg)
    value, estimate = value_and_jacobian(f, point, "a", args, method, bounds, vectorized)
    matrix = np.asarray(estimate.value)
    if not np.isfinite(matrix).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(matrix))[0])
        why = Status(int(np.asarray(estimate.status)[at])).message
        msg = f"f has no linear map at a: entry {list(at)} of its Jacobian is {matrix[at]} ({why})"
        raise ValueError(msg)
    source = _Source(f, hess, point, value.shape, args, estimate.method, bounds, vectorized)
    return Linearization(
        point,
        value,
        matrix.astype(np.float64),
        None if estimate.error is None else np.asarray(estimate.error, np.float64),
        np.asarray(estimate.status),
        estimate.evaluations,
        source,
    )
