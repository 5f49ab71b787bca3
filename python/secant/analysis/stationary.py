"""All stationary points in a box, as far as many starts find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from secant.analysis.bars import Barred
from secant.analysis.classification import StationaryPoint, classify_at, short
from secant.analysis.differentiable import Differentiable
from secant.analysis.polish import polish
from secant.estimate import FACTOR
from secant.integers import as_integer
from secant.probing import FAILURES

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant import methods
    from secant.bounds import BoundsLike
    from secant.function import FunctionLike

_XTOL = 1e-8
"""How near, as a share of a variable's scale, a point must come to a stationary one."""

_SAME = 1e-6
"""Points that near to each other, as a share of the box, are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class StationaryPoints(Sequence[StationaryPoint]):
    """The stationary points that were found, by rising values of f.

    Attributes
    ----------
    points : tuple of StationaryPoint
        What a sequence's items are.
    starts : int
        From how many points a search began.
    arrived : int
        How many of them ended at one of the points; others ended at the border, where f has no value, or nowhere.
    """

    points: tuple[StationaryPoint, ...]
    starts: int
    arrived: int

    @overload
    def __getitem__(self, index: int) -> StationaryPoint: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[StationaryPoint, ...]: ...
    def __getitem__(self, index: int | slice) -> StationaryPoint | tuple[StationaryPoint, ...]:
        """One of the points, or several."""
        return self.points[index]

    def __len__(self) -> int:
        return len(self.points)

    def of_kind(self, kind: str) -> tuple[StationaryPoint, ...]:
        """Those of one kind."""
        return tuple(point for point in self.points if point.kind == kind)

    def __str__(self) -> str:
        """A table, one point a line."""
        found = f"{len(self)} stationary point{'' if len(self) == 1 else 's'}"
        head = f"{found}, from {self.arrived} of {self.starts} starts"
        if not self.points:
            return head
        rows = [("kind", "f", "x", "eigenvalues")]
        for point in self.points:
            with np.printoptions(precision=4, suppress=False, threshold=6, edgeitems=2, linewidth=10_000):
                values = str(point.eigenvalues)
            rows.append(
                (
                    point.kind,
                    f"{point.rounded_value:.6g}",
                    short(point.x),
                    f"{values} ± {point.eigenvalue_error.max():.1g}",
                )
            )
        widths = [max(len(row[k]) for row in rows) for k in range(3)]
        lines = [
            f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip() for row in rows
        ]
        return "\n".join([head, *lines])


def stationary_points(
    f: FunctionLike,
    bounds: BoundsLike,
    *,
    grad: FunctionLike | None = None,
    hess: Any = None,
    args: tuple[Any, ...] = (),
    starts: int | npt.ArrayLike = 64,
    seed: int = 0,
    method: str | methods.Method = "auto",
) -> StationaryPoints:
    """Search a box for the points where the gradient of f vanishes, and say of what kind each is.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number. It is never called outside the box.
    bounds : (lower, upper) or scipy.optimize.Bounds
        The box: finite, shaped like x.
    grad, hess, args, method
        As for `classify`.
    starts : int or array_like
        How many points a search starts from, or these points, shape (k,) + x.shape.
    seed : int
        Of the points, a Latin hypercube [1]_: the same seed finds the same points.

    Returns
    -------
    StationaryPoints
        A sequence of `StationaryPoint`, by rising f(x); printed, it is a table.

    Raises
    ------
    ValueError
        If the box is not finite, has no volume, or `starts` are outside of it.
    TypeError
        If `starts` or `bounds` are not made of numbers.

    Notes
    -----
    From each start, Newton's method on the gradient within the box (SciPy's trust-region reflective least squares of
    the gradient, with the Hessian for its Jacobian), and some plain Newton steps to the last digits. What ends where
    the gradient is not zero is dropped, points that are the same are merged, and each is classified. Degenerate points
    are the same if the gradient vanishes between them too: of a line of them, one is told.

    No number of starts proves that all points are found: twice as many starts that find no more make it likelier.

    References
    ----------
    .. [1] M. D. McKay, R. J. Beckman and W. J. Conover, "A comparison of three methods for selecting values of input
       variables in the analysis of output from a computer code", Technometrics 21 (1979), 239-245.

    Examples
    --------
    >>> from secant.analysis import stationary_points
    >>> found = stationary_points(lambda x: (x[0] ** 2 - 1) ** 2 + x[1] ** 2, ([-2, -2], [2, 2]))
    >>> sorted((point.kind, round(point.x[0])) for point in found)
    [('minimum', -1), ('minimum', 1), ('saddle', 0)]
    """
    function = Differentiable(f, grad, hess, args, method, bounds)
    lower, upper = _box(function)
    first = _starts(starts, seed, lower, upper)
    ends = [_search(function, start, lower, upper) for start in first]
    arrived = [end for end in ends if end is not None]
    found: list[StationaryPoint] = []
    for group in _groups(np.array(arrived), upper - lower):
        point = classify_at(function, arrived[group[0]], _XTOL)
        if point.kind != "not stationary":
            found.append(point)
    points = _merged(function, found)
    count = sum(any(np.all(np.abs(end - point.x) <= _near(lower, upper)) for point in found) for end in arrived)
    return StationaryPoints(tuple(sorted(points, key=_by_value)), len(first), count)


def _by_value(point: StationaryPoint) -> tuple[float, list[float]]:
    # Values that rounding alone tells apart are the same: then the coordinates decide.
    return float(f"{point.value:.9e}"), np.round(point.x, 6).ravel().tolist()


def _near(lower: npt.NDArray[np.float64], upper: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 2 * _SAME * (upper - lower)


def _box(function: Differentiable) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    lower, upper = function.lower, function.upper
    if lower is None or upper is None:
        msg = "bounds is None; accepted is the box to be searched, (lower, upper), shaped like x"
        raise TypeError(msg)
    lower, upper = np.broadcast_arrays(lower, upper)
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        msg = f"bounds are {lower} and {upper}; accepted are finite ones: the box is filled with starts"
        raise ValueError(msg)
    if not np.all(lower < upper):
        msg = f"bounds are {lower} and {upper}; accepted is a box with room for every variable"
        raise ValueError(msg)
    return lower, upper


def _starts(
    starts: int | npt.ArrayLike, seed: int, lower: npt.NDArray[np.float64], upper: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    if np.ndim(starts) == 0:
        k = as_integer("starts", starts, "positive integers, or an array of points")
        if k < 1:
            msg = f"starts is {k}; accepted are positive integers, or an array of points"
            raise ValueError(msg)
        random = np.random.default_rng(seed)
        cells = random.permuted(np.tile(np.arange(k), (lower.size, 1)), axis=1).T
        share = (cells + random.random((k, lower.size))) / k
        return np.clip(lower + (upper - lower) * share.reshape(k, *lower.shape), lower, upper)
    points = np.asarray(starts, np.float64)
    if points.shape[1:] != lower.shape:
        msg = f"starts has shape {points.shape}; accepted is (k, {', '.join(map(str, lower.shape))}), points of the box"
        raise ValueError(msg)
    outside = np.any((points < lower) | (points > upper), axis=tuple(range(1, points.ndim)))
    if outside.any():
        msg = f"start {int(np.argmax(outside))} is {points[np.argmax(outside)]}, outside the box"
        raise ValueError(msg)
    return points


def _search(
    function: Differentiable,
    start: npt.NDArray[np.float64],
    lower: npt.NDArray[np.float64],
    upper: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64] | None:
    """Where Newton's method on the gradient ends; None where f fails on the way."""
    from scipy.optimize import least_squares

    def conditions(x: npt.NDArray[np.float64]) -> Barred:
        return function.gradient(x.reshape(lower.shape))

    def hessian(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return function.hessian(x.reshape(lower.shape)).value

    box = (lower.ravel(), upper.ravel())
    try:
        end = least_squares(
            lambda x: conditions(x).value,
            start.ravel(),
            hessian,
            box,
            x_scale="jac",
            xtol=1e-12,
            ftol=1e-12,
            gtol=1e-14,
            max_nfev=50,
        )
        return polish(conditions, hessian, end.x, *box).reshape(lower.shape)
    except FAILURES:
        return None


def _groups(points: npt.NDArray[np.float64], width: npt.NDArray[np.float64]) -> list[npt.NDArray[np.int64]]:
    """Indices of points that are the same, group by group."""
    from scipy.cluster.hierarchy import fcluster, linkage

    k = len(points)
    if k < 2:
        return [np.arange(k)] if k else []
    flat = (points / width).reshape(k, -1)
    labels = fcluster(linkage(flat, "single", "chebyshev"), _SAME, "distance")
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _merged(function: Differentiable, points: list[StationaryPoint]) -> list[StationaryPoint]:
    """Without degenerate points between which, and another of them, the gradient vanishes all the way."""
    kept: list[StationaryPoint] = []
    for point in points:
        if point.kind in ("degenerate", "undecided") and any(
            other.kind == point.kind and _vanishes_between(function, point.x, other.x) for other in kept
        ):
            continue
        kept.append(point)
    return kept


def _vanishes_between(function: Differentiable, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> bool:
    try:
        gradients = [function.gradient((1 - share) * x + share * y) for share in (0.25, 0.5, 0.75)]
        bending = np.abs(function.hessian((x + y) / 2).value)
    except FAILURES:
        return False
    allowed = bending @ (_XTOL * function.scales(x))
    return all(bool(np.all(np.abs(found.value) <= FACTOR * found.error + allowed)) for found in gradients)
