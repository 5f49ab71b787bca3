"""The outermost eigenvalues of a Hessian, without the matrix where it cannot be stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant.analysis.bars import as_point
from secant.analysis.hessian_products import HessianProducts
from secant.analysis.inertia import eigenvalues as eigenvalues_of
from secant.derivatives import Hessian
from secant.function import arguments
from secant.integers import as_integer

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant import methods
    from secant.bounds import BoundsLike
    from secant.function import FunctionLike

Which: TypeAlias = Literal["LM", "LA", "SA", "BE"]

MOST_DENSE = 100
"""Up to so many variables the whole Hessian is taken: all its eigenvalues are then known, and none can be missed."""

_NAMES = {
    "LM": "largest in magnitude",
    "LA": "largest",
    "SA": "smallest",
    "BE": "from both ends",
}

_FEWEST_VECTORS = 12
"""How many Lanczos vectors are kept at least; more, and twice as many as eigenvalues, hardly save products."""

_MOST_RESTARTS = 300

_ASYMMETRY = 1e-3
"""By what share of the largest eigenvalue products may contradict symmetry, apart from their error bars."""

_SHOWN = 12


@dataclass(frozen=True, slots=True, eq=False)
class HessianSpectrum:
    """Eigenvalues of a Hessian with error bars, and their eigenvectors.

    Attributes
    ----------
    point : ndarray
        Where.
    which : {"LM", "LA", "SA", "BE"}
        Which end of the spectrum was asked for.
    eigenvalues : ndarray
        Rising, shape (k,).
    error : ndarray or None
        For each eigenvalue, a bound on its distance from one of the Hessian's, shape (k,): as many of those as there
        are in `eigenvalues`, none counted twice. None where the whole matrix was taken by a method without error bars.
    eigenvectors : ndarray
        Orthonormal, shape (k,) + x.shape.
    gradient_evaluations : int
        How often `grad` was called, error bars included; 0 without it.
    evaluations : int
        How often f was called; 0 with `grad`.
    products : int
        How many products with vectors the Lanczos iteration took; 0 where the whole matrix was taken.
    description : str
        How it was done, in words.
    """

    point: npt.NDArray[Any]
    which: Which
    eigenvalues: npt.NDArray[np.float64]
    error: npt.NDArray[np.float64] | None
    eigenvectors: npt.NDArray[np.float64]
    gradient_evaluations: int
    evaluations: int
    products: int
    description: str

    def __str__(self) -> str:
        """A table of the eigenvalues, and what they cost."""
        k, n = self.eigenvalues.size, self.point.size
        head = f"{k} of {n} eigenvalues of the Hessian, {_NAMES[self.which]}" if k < n else f"all {n} eigenvalues"
        bars = np.full(k, np.nan) if self.error is None else self.error
        rows = [_row(value, bar) for value, bar in zip(self.eigenvalues, bars, strict=True)]
        if k > _SHOWN:
            half = _SHOWN // 2
            rows = [*rows[:half], f"  … {k - _SHOWN} more …", *rows[-half:]]
        calls = (
            f"{self.gradient_evaluations} calls of grad" if self.gradient_evaluations else f"{self.evaluations} of f"
        )
        return "\n".join([head, *rows, f"  {self.description}; {calls}"])


def _row(value: float, bar: float) -> str:
    return f"  {value: .10g}" + ("" if np.isnan(bar) else f" ± {bar:.1e}")


def hessian_spectrum(
    f: FunctionLike | None,
    x: npt.ArrayLike,
    k: int = 6,
    *,
    grad: FunctionLike | None = None,
    which: Which = "LM",
    args: tuple[Any, ...] = (),
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    rtol: float = 1e-6,
    ncv: int | None = None,
    maxiter: int = _MOST_RESTARTS,
    seed: int = 0,
) -> HessianSpectrum:
    """Eigenvalues at an end of a Hessian's spectrum, with error bars; matrix-free where x is large.

    Parameters
    ----------
    f : callable or secant.native.Function, or None
        ``f(x, *args)`` returns a number. Not called where `grad` is given.
    x : array_like
        The point; real, of any shape, scalars included.
    k : int
        How many eigenvalues, from 1 to x.size.
    grad : callable or secant.native.Function, optional
        The gradient of f, shaped like x. Needed for more than ``MOST_DENSE`` (100) variables: from values of f, each
        product with a vector would take two evaluations for each variable.
    which : {"LM", "LA", "SA", "BE"}
        Those largest in magnitude, the largest, the smallest, or half of them from each end.
    args : tuple
        Other arguments of f and `grad`.
    method : str, Adaptive, FiniteDifference or ComplexStep
        How products are taken in the iteration. "auto" takes forward differences, one call of `grad` each, where a
        first product shows that they do for `rtol`, otherwise central ones, with larger steps where `grad` is noisy.
        Up to 100 variables, how the Hessian is taken.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        Neither f nor `grad` is called outside.
    rtol : float
        The iteration ends when residuals are below this share of the eigenvalues.
    ncv : int, optional
        How many Lanczos vectors are kept, more than k: by default ``max(2 k + 2, 12)``. More may need fewer products.
    maxiter : int
        How often the iteration is restarted at most.
    seed : int
        Of the random vector with which it starts.

    Returns
    -------
    HessianSpectrum

    Raises
    ------
    ValueError
        If an option is not one of those above, `grad` is missing for a large x, is not finite next to x, or its
        products show that it is the gradient of no function.
    TypeError
        If x or the gradient is not made of real numbers.
    RuntimeError
        If the iteration does not settle.

    Notes
    -----
    ARPACK's implicitly restarted Lanczos method (`scipy.sparse.linalg.eigsh`) is run on differences of the gradient,
    and forgotten but for its vectors: for each of them, v of unit length, a product ``H v`` is taken again, by central
    differences of two steps whose difference bounds the error δ. With θ = vᵀH v, the symmetric H has an eigenvalue
    within ``‖H v - θ v‖ + δ`` of θ, whatever the iteration did. Where such intervals overlap, the root of the sum of
    their squares is the bar of each (Kahan's theorem), and the eigenvalues in them are distinct ones. This takes four
    calls for each eigenvalue.

    The bars do not say that no eigenvalue further out was missed. One that is multiple, or whose eigenvectors are
    nearly orthogonal to the start, may be: another `seed`, or a larger k, tells.

    Memory, in vectors of x.size: `ncv` + 2 k + 5 at most, and what `grad` needs.

    References
    ----------
    C. Lanczos, An iteration method for the solution of the eigenvalue problem of linear differential and integral
    operators, Journal of Research of the National Bureau of Standards 45 (1950) 255-282. Y. Saad, "Numerical Methods
    for Large Eigenvalue Problems", 2nd ed. (2011), section 3.2. B. N. Parlett, "The Symmetric Eigenvalue Problem"
    (1998), theorems 4.5.1 and 11.5.1. R. B. Lehoucq, D. C. Sorensen and C. Yang, "ARPACK Users' Guide" (1998).
    H. Weyl, Das asymptotische Verteilungsgesetz der Eigenwerte linearer partieller Differentialgleichungen,
    Mathematische Annalen 71 (1912) 441-479.

    Examples
    --------
    >>> import numpy as np
    >>> from secant.analysis import hessian_spectrum
    >>> scales = np.r_[np.linspace(0.0, 1.0, 997), 2.0, 3.0, 4.0]
    >>> found = hessian_spectrum(None, np.zeros(1000), 3, grad=lambda x: scales * np.sin(x))
    >>> np.round(found.eigenvalues, 6)
    array([2., 3., 4.])
    >>> bool(np.all(found.error < 1e-4))
    True
    """
    point = as_point(x)
    arguments(point, args, 0)  # refuses what is not a tuple
    n = point.size
    k = _checked_count("k", k, 1, n, "the number of variables")
    seed = _checked_count("seed", seed, 0, None, "")
    maxiter = _checked_count("maxiter", maxiter, 1, None, "")
    if which not in _NAMES:
        msg = f"which is {which!r}; accepted are {', '.join(repr(name) for name in _NAMES)}"
        raise ValueError(msg)
    if not (np.ndim(rtol) == 0 and 0 < rtol < 1):
        msg = f"rtol is {rtol!r}; accepted are numbers between 0 and 1"
        raise ValueError(msg)
    vectors = min(max(2 * k + 2, _FEWEST_VECTORS), n)
    if ncv is not None:
        vectors = _checked_count("ncv", ncv, k + 1, n, "the number of variables")
    if n <= MOST_DENSE or (grad is not None and vectors >= n):
        return _from_matrix(f, point, k, grad, which, args, method, bounds)
    if grad is None:
        msg = (
            f"grad is not given, and x has {n} variables: each product with the Hessian would take about {4 * n} "
            f"evaluations of f. Give grad=, or take secant.hessian(f, x) and its eigenvalues; up to {MOST_DENSE} "
            "variables that is done here"
        )
        raise ValueError(msg)
    products = HessianProducts(grad, point, args, method, bounds)
    found, count = _iterate(products, k, which, vectors, rtol, maxiter, seed)
    values, bars = _check(products, found)
    order = np.argsort(values, kind="stable")
    if not np.array_equal(order, np.arange(k)):
        found = found[order]
    values, bars = values[order], _joint(values[order], bars[order])
    description = f"Lanczos iteration, {count} products by {products.description}"
    shaped = found.reshape((k, *point.shape))
    return HessianSpectrum(point, which, values, bars, shaped, products.evaluations, 0, count, description)


def _checked_count(name: str, value: object, low: int, high: int | None, meaning: str) -> int:
    accepted = f"integers from {low} on" if high is None else f"integers from {low} to {high}, {meaning}"
    number = as_integer(name, value, accepted)
    if number < low or (high is not None and number > high):
        msg = f"{name} is {number}; accepted are {accepted}"
        raise ValueError(msg)
    return number


def _from_matrix(
    f: FunctionLike | None,
    point: npt.NDArray[Any],
    k: int,
    grad: FunctionLike | None,
    which: Which,
    args: tuple[Any, ...],
    method: str | methods.Method,
    bounds: BoundsLike | None,
) -> HessianSpectrum:
    n = point.size
    # Without a gradient, None is refused as any other f that cannot be called.
    estimate = Hessian(f, grad=grad, method=method, bounds=bounds).estimate(point[()], *args)  # type: ignore[arg-type]
    matrix = np.asarray(estimate.value, np.float64)
    if matrix.shape != point.shape * 2:
        msg = f"f(x) has shape {matrix.shape[: matrix.ndim - 2 * point.ndim]}; accepted is a number"
        raise ValueError(msg)
    matrix = matrix.reshape(n, n)
    if not np.isfinite(matrix).all():
        i, j = np.argwhere(~np.isfinite(matrix))[0]
        msg = f"the Hessian is not finite: its entry [{i}, {j}] is {matrix[i, j]}"
        raise ValueError(msg)
    error = np.zeros((n, n)) if estimate.error is None else np.asarray(estimate.error, np.float64).reshape(n, n)
    found = eigenvalues_of(matrix, error)
    chosen = _ends(found.values, k, which)
    bars = None if estimate.error is None else np.full(k, found.radius)
    vectors = np.ascontiguousarray(found.vectors[:, chosen].T).reshape((k, *point.shape))
    calls = (0, estimate.evaluations) if grad is None else (estimate.evaluations, 0)
    description = f"the whole Hessian by {estimate.method.description}"
    return HessianSpectrum(point, which, found.values[chosen], bars, vectors, *calls, 0, description)


def _ends(values: npt.NDArray[np.float64], k: int, which: Which) -> npt.NDArray[np.intp]:
    """Which of the eigenvalues, rising, are asked for; in rising order."""
    n = values.size
    if which == "LM":
        return np.asarray(np.sort(np.argsort(-np.abs(values), kind="stable")[:k]))
    low = {"LA": 0, "SA": k, "BE": k // 2}[which]
    return np.concatenate([np.arange(low), np.arange(n - (k - low), n)])


def _iterate(
    products: HessianProducts, k: int, which: Which, ncv: int, rtol: float, maxiter: int, seed: int
) -> tuple[npt.NDArray[np.float64], int]:
    """Ritz vectors, one a row, and how many products they took."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    random = np.random.default_rng(seed)
    start = random.standard_normal(products.size)
    start /= np.linalg.norm(start)
    level = products.choose(start, rtol)
    # ARPACK's tolerance is relative to the eigenvalue, which may be zero, as the smallest often is. What it works on
    # has the same eigenvectors, and its eigenvalues at the end that is asked for are not small. Where all are zero, it
    # is a multiple of the identity.
    shift = {"LM": 0.0, "LA": level, "SA": -level, "BE": level}[which] if level else 1.0
    # Of one eigenvalue, half from each end is the largest; ARPACK has no such case.
    end = "LA" if which == "BE" and k == 1 else which
    count = 0

    def product(v: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        nonlocal count
        count += 1
        found = products.product(v)
        if shift:
            found += shift * v
        return found

    operator = LinearOperator((products.size, products.size), matvec=product, dtype=np.float64)
    try:
        _, vectors = eigsh(operator, k, which=end, ncv=ncv, tol=rtol, v0=start, maxiter=maxiter, **_seeded(eigsh, seed))
    except ArpackNoConvergence as failure:
        msg = (
            f"the Lanczos iteration found {failure.eigenvalues.size} of {k} eigenvalues within {maxiter} restarts, "
            f"{products.evaluations} calls of grad: eigenvalues lie close to each other, or are zero. A larger rtol "
            f"(now {rtol:g}), ncv (now {ncv}) or maxiter may do, or another end of the spectrum than {which!r}"
        )
        raise RuntimeError(msg) from failure
    return np.ascontiguousarray(vectors.T), count


def _seeded(eigsh: Callable[..., Any], seed: int) -> dict[str, Any]:
    """What makes newer versions of SciPy start anew with the same vectors each time where an iteration breaks down."""
    from inspect import signature

    return {"rng": seed} if "rng" in signature(eigsh).parameters else {}


def _check(
    products: HessianProducts, vectors: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Rayleigh quotients of the vectors, and for each a distance within which the Hessian has an eigenvalue."""
    k = vectors.shape[0]
    form, off, residuals = np.empty((k, k)), np.empty(k), np.empty(k)
    for i, v in enumerate(vectors):
        product, off[i] = products.checked(v)
        form[:, i] = vectors @ product
        product -= form[i, i] * v
        residuals[i] = np.linalg.norm(product)
    contradiction = np.abs(form - form.T) - 10 * (off + off[:, np.newaxis])
    if np.max(contradiction) > _ASYMMETRY * np.max(np.abs(form)):
        u, v = np.unravel_index(np.argmax(contradiction), form.shape)
        msg = (
            f"grad is not the gradient of a function: with H its derivative, and u and v two directions, uᵀHv is "
            f"{form[u, v]:.6g} and vᵀHu is {form[v, u]:.6g}. secant.check_gradient(f, grad, x) finds what is wrong"
        )
        raise ValueError(msg)
    return np.diagonal(form).copy(), residuals + off


def _joint(values: npt.NDArray[np.float64], bars: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Bars that tell apart as many eigenvalues as there are values, which rise.

    Intervals that overlap might hold one eigenvalue between them. If R are the residuals of j orthonormal vectors, as
    many eigenvalues are within ‖R‖ of their values: the bar of each then.
    """
    joint = bars
    for _ in values:
        reach = np.maximum.accumulate(values + joint)
        group = np.concatenate([[0], np.cumsum(values[1:] - joint[1:] > reach[:-1])])
        wider = np.sqrt(np.bincount(group, bars**2))[group]
        if np.array_equal(wider, joint):
            break
        joint = wider
    return joint
