"""The order test: whether what a derivative leaves of f along a direction falls with the step as fast as it should.

R0(h) = f(x + h v) - f(x) falls like h, R1(h) = R0 - h A·v like h² if A is f's derivative, and with a Hessian
R2(h) = R1 - h²/2 vᵀHv like h³. Slopes show faults of some per cent; smaller ones bend R1 only where rounding begins. So
the coefficient of h in R1, which must be zero, is estimated with its standard error, which is some 1e-13 of A·v.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.taylor.derivative import first_derivative, second_derivative
from secant.checking.taylor.line import Line
from secant.checking.taylor.report import VERDICTS, Slope, TaylorReport
from secant.checking.taylor.verdict import conclude, judge, slopes_behind
from secant.integers import as_integer
from secant.layout import check_layout

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.bounds import BoundsLike
    from secant.function import FunctionLike
    from secant.layout import Layout

_CLEAR_OF_ROUNDING = 10.0
_STEPS_OF_SLOPE, _FEWEST_FOR_SLOPE = 6, 3


def taylor_test(
    f: FunctionLike,
    x: npt.ArrayLike,
    v: npt.ArrayLike | None = None,
    *,
    grad: FunctionLike | None = None,
    jac: FunctionLike | None = None,
    jvp: Callable[..., Any] | None = None,
    hess: Callable[..., Any] | None = None,
    hvp: Callable[..., Any] | None = None,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    bounds: BoundsLike | None = None,
    rng: int | np.random.Generator | None = None,
    typical: npt.ArrayLike = 1.0,
    layout: Layout = "numerator",
) -> TaylorReport:
    """Test derivatives along a direction by the order of what they leave of f.

    It takes some 30 evaluations of f, and one of the derivative, whatever the size of x. Where f is noisy, or the
    derivative wrong, it takes up to 60 more.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number or an array, real or complex.
    x : array_like
        The point; real, of any shape.
    v : array_like, optional
        The direction, shaped like x; its length is that of the step 1. By default a random one, that moves each
        variable by 0.5 to 1 times max(abs(x), typical), up or down.
    grad, jac, jvp : callable
        The derivative under test; exactly one. ``grad(x, *args)`` returns an array shaped like x, for a scalar-valued
        f; ``jac(x, *args)`` one of shape f(x).shape + x.shape, or a sparse matrix of shape (f(x).size, x.size);
        ``jvp(x, v, *args)`` one shaped like f(x).
    hess, hvp : callable, optional
        The second derivative under test, of a scalar-valued f; at most one. ``hess(x, *args)`` returns an array of
        shape x.shape + x.shape, or a sparse matrix; ``hvp(x, v, *args)`` one shaped like x.
    args : tuple
        Other arguments of f and of its derivatives.
    argnum : int
        The position of x among them; v follows x.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        f is never called outside. A random direction points to where there is room, and is as short as it must be; a
        given one may be turned as a whole.
    rng : int or numpy.random.Generator, optional
        What a random direction is drawn with; by default always the same one.
    typical : float or array_like
        The scale of variables that are smaller, for a random direction.
    layout : {"numerator", "denominator"}
        The layout of the array that `jac` returns: f(x).shape + x.shape, or x.shape + f(x).shape, as for
        `secant.check_jacobian`.

    Returns
    -------
    TaylorReport
        With the verdict "pass", "fail" or "inconclusive": ``print`` it, ``plot`` it, or call ``raise_if_failed``.

    Raises
    ------
    ValueError
        If f(x) is not finite, there are not one of `grad`, `jac` and `jvp`, shapes do not fit, v is zero, or bounds or
        the domain of f leave no room along v.
    TypeError
        If an argument or a result is not of a kind listed above.

    Notes
    -----
    Steps are 2^-2, 2^-3, … times v: from the largest below which f is always finite, down to 2^-28 in double precision,
    and on to where the remainder is rounding. Steps at which f raises a ValueError or an ArithmeticError, as the
    functions of `math` do outside their domains, count as not finite.

    Coefficients come from polynomials fitted to remainders (see ``secant.checking.taylor.fit``), for each output by
    itself. One fails if it is more than 4 standard errors from zero (more with many outputs: 6.6 with a million) and
    more than rounding of the derivative itself. The test is inconclusive where it would not be sure to show a relative
    error of 1e-6, or of 10 times the square root of the coarsest eps if that is more (3e-3 in single precision).

    Slopes are medians over pairs of steps, of the (up to) six smallest at which norms over outputs are 10 times what
    rounding and noise of f explain. They are there to be looked at; the coefficients decide.

    One direction does not show everything: an entry that is wrong by less than 1e-12 of A·v hides, and so do errors
    that cancel in the sum. A second seed shows the latter.

    References
    ----------
    P. E. Farrell, D. A. Ham, S. W. Funke & M. E. Rognes, Automated derivation of the adjoint of high-level transient
    finite element programs, SIAM Journal on Scientific Computing 35 (2013) C369-C393: tests by slopes.

    Examples
    --------
    >>> import numpy as np
    >>> from secant.checking.taylor import taylor_test
    >>> f = lambda x: np.sum(x**4)
    >>> taylor_test(f, [1.0, 2.0], grad=lambda x: 4 * x**3, hess=lambda x: np.diag(12 * x**2)).verdict
    'pass'
    >>> taylor_test(f, [1.0, 2.0], [1.0, 1.0], grad=lambda x: 3.9 * x**3).reason
    'A·v is too small by 2.5 %: it is 35.1, and the slope of f along v is 36'
    """
    first = _one_of({"grad": grad, "jac": jac, "jvp": jvp})
    second = _one_of({"hess": hess, "hvp": hvp})
    if first is None:
        msg = "grad, jac and jvp are not given; accepted is one of them, the derivative to test"
        raise ValueError(msg)
    check_layout(layout)
    if layout == "denominator" and jac is None:
        msg = f"layout is 'denominator', but jac is not given: {first[0]} has one layout"
        raise ValueError(msg)
    seed = _seed(rng)
    line = Line(f, x, v, args=args, argnum=argnum, bounds=bounds, typical=typical, seed=seed)
    slope = first_derivative(*first, line, layout)
    curvature = second_derivative(*second, line) if second else None

    seen = line.changes(line.v, slope.change)
    remainders = {0: seen.changes, 1: seen.changes - seen.predicted}
    judged = judge(slope, seen, remainders, line.eps)
    behind = slopes_behind(judged, line) if judged.failed.any() else None
    terms = [conclude(judged, line.shape, behind)]
    if curvature is not None:
        bend = np.where(np.isfinite(curvature.value), curvature.value, 0.0)
        remainders[2] = remainders[1] - seen.steps[:, np.newaxis] ** 2 * bend
        terms.append(conclude(judge(curvature, seen, remainders, line.eps), line.shape))

    for term in terms:
        remainders[term.order][:, ~np.isfinite(term.predicted).ravel()] = np.nan
    norms = {order: _norms(values) for order, values in remainders.items()}
    noise = np.sqrt(2.0) * _norms(np.maximum(seen.rounding[:-1], judged.spread))
    decisive = max(terms, key=lambda term: VERDICTS.index(term.verdict))
    worst = int(np.ravel_multi_index(decisive.worst, line.shape)) if line.shape else 0
    return TaylorReport(
        steps=seen.steps,
        remainders=norms,
        worst_remainders={order: np.abs(values[:, worst]) for order, values in remainders.items()},
        floor=noise,
        slopes={order: _slope(order, seen.steps, values, noise) for order, values in norms.items()},
        terms=tuple(terms),
        direction=line.v,
        seed=seed if v is None else None,
        evaluations=line.evaluations,
    )


def _seed(rng: int | np.random.Generator | None) -> int:
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**32))
    accepted = "integers from 0, numpy.random.Generator and None"
    seed = 0 if rng is None else as_integer("rng", rng, accepted)
    if seed < 0:
        msg = f"rng is {rng}; accepted are {accepted}"
        raise ValueError(msg)
    return seed


def _one_of(given: dict[str, Any]) -> tuple[str, Any] | None:
    """The name and the value of the only one that is not None."""
    found = [(name, value) for name, value in given.items() if value is not None]
    if len(found) > 1:
        names = " and ".join(name for name, _ in found)
        msg = f"{names} are given; accepted is one of {', '.join(given)}"
        raise ValueError(msg)
    return found[0] if found else None


def _norms(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Euclidean norms of rows, whose squares may overflow or underflow."""
    largest = np.abs(values).max(axis=1, keepdims=True)
    unit = np.where(largest > 0, largest, 1.0)
    return np.asarray(np.linalg.norm(values / unit, axis=1) * unit[:, 0])


def _slope(
    order: int, steps: npt.NDArray[np.float64], remainder: npt.NDArray[np.float64], noise: npt.NDArray[np.float64]
) -> Slope:
    clear = np.flatnonzero((remainder > _CLEAR_OF_ROUNDING * noise) & (remainder > 0))[-_STEPS_OF_SLOPE:]
    if clear.size < _FEWEST_FOR_SLOPE:
        return Slope(order, np.nan, np.nan, np.nan, np.nan)
    h, size = np.log2(steps[clear]), np.log2(remainder[clear])
    first, second = np.triu_indices(clear.size, 1)
    # A remainder that changes its sign has one step at which it is next to nothing: medians do not mind.
    slope = float(np.median((size[second] - size[first]) / (h[second] - h[first])))
    level = float(np.median(size - slope * h))
    return Slope(order, slope, 2.0**level, float(steps[clear[0]]), float(steps[clear[-1]]))
