"""Newton's step for a function, and what it promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.analysis.bars import as_point
from secant.analysis.dense_steps import Definiteness, Indefinite, solve_dense
from secant.analysis.hessian_products import HessianProducts
from secant.analysis.linear_steps import Solved, descend, solve_symmetric
from secant.analysis.matrices import Matrix, matrix_at, require_finite
from secant.derivatives import Gradient, Hessian
from secant.estimate import ULPS
from secant.function import FunctionLike, arguments, prepare

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse.linalg import LinearOperator

    from secant import methods
    from secant.bounds import BoundsLike

    Vector = npt.NDArray[np.float64]

MOST_DENSE = 100
"""Up to so many variables the whole Hessian is taken where none is given; beyond, products with vectors."""

_SHOWN = 8


@dataclass(frozen=True, slots=True, eq=False)
class NewtonStep:
    """A step p from x, by the quadratic model f(x) + gᵀp + ½ pᵀHp.

    Attributes
    ----------
    point : ndarray
        x.
    step : ndarray
        p, shaped like x.
    error : ndarray or None
        A bound on ``|step - exact|``, shaped like x, from the error bars of the gradient and the Hessian: infinite
        where the Hessian is singular. None where there are no such bars: matrix-free, sparse, with `indefinite`
        "descend" where the Hessian is not positive definite, and by methods without them.
    gradient : ndarray
        g, shaped like x.
    slope : float
        gᵀp.
    curvature : float
        pᵀHp.
    decrease : float
        By how much the model falls from x to x + p: ``-slope - curvature / 2``; negative where it rises.
    residual : float
        The length of H p + g, which is 0 where the model is stationary.
    is_descent : bool
        Whether f falls along p: the slope is negative, by more than the gradient's error bars.
    definiteness : {"positive definite", "negative definite", "indefinite", "singular", "unknown"}
        Of the Hessian, as far as error bars tell; "unknown" where eigenvalues are not taken.
    rank : int or None
        How many eigenvalues are not zero within their bars; None where they are not taken.
    reason : str
        What kind of step this is, and what to know of it.
    products : int
        How many products of the Hessian with vectors it took; 0 where the matrix was at hand.
    evaluations, gradient_evaluations : int
        How often f and `grad` were called.
    description : str
        How it was done, in words.
    """

    point: npt.NDArray[Any]
    step: Vector
    error: Vector | None
    gradient: Vector
    slope: float
    curvature: float
    decrease: float
    residual: float
    is_descent: bool
    definiteness: Definiteness
    rank: int | None
    reason: str
    products: int
    evaluations: int
    gradient_evaluations: int
    description: str

    def __str__(self) -> str:
        """The step with its error bars, and what it promises."""
        length = float(np.linalg.norm(self.gradient))
        lines = [
            f"Newton step from x, {'downhill' if self.is_descent else 'not a direction of descent'}: {self.reason}",
            *table_of_step(self.point, self.step, self.error),
            f"  decrease    {self.decrease:.6g} by the quadratic model (slope {self.slope:.4g}, "
            f"curvature {self.curvature:.4g})",
            f"  residual    {self.residual:.2g} of H p + g, where g has length {length:.4g}",
            f"  {self.description}; {self.evaluations} calls of f, {self.gradient_evaluations} of grad",
        ]
        return "\n".join(lines)


def table_of_step(point: npt.NDArray[Any], step: Vector, error: Vector | None) -> list[str]:
    """A line for each variable, or for those with the longest steps: x, the step and its bar."""
    order = np.arange(step.size)
    if step.size > _SHOWN:
        order = np.argsort(-np.abs(step.ravel()), kind="stable")[:_SHOWN]
    lines = [f"  {'variable':<12}{'x':>14}{'step':>16}"]
    for i in order:
        where = ", ".join(str(k) for k in np.unravel_index(i, step.shape))
        bar = "" if error is None else f" ± {error.flat[i]:.1e}"
        lines.append(f"  {f'x[{where}]' if where else 'x':<12}{point.flat[i]:>14.6g}{step.flat[i]:>16.8g}{bar}")
    if step.size > _SHOWN:
        lines.append(f"  … and {step.size - _SHOWN} shorter ones")
    return lines


def newton_step(
    f: FunctionLike | None,
    x: npt.ArrayLike,
    *,
    grad: FunctionLike | None = None,
    hess: Any = None,
    args: tuple[Any, ...] = (),
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    indefinite: Indefinite = "solve",
    rtol: float = 1e-6,
    maxiter: int = 5000,
) -> NewtonStep:
    """Newton's step for a function: p with H p = -g, where the quadratic model of f at x is stationary.

    Parameters
    ----------
    f : callable or secant.native.Function, or None
        ``f(x, *args)`` returns a number. Not called where `grad` is given.
    x : array_like
        The point; real, of any shape, scalars included.
    grad : callable or secant.native.Function, optional
        The gradient of f, shaped like x. Needed for more than ``MOST_DENSE`` (100) variables, unless `hess` is given.
    hess : callable, optional
        ``hess(x, *args)`` returns the Hessian: an array of shape x.shape + x.shape or (x.size, x.size), a sparse one,
        or a LinearOperator. `secant.Hessian` is such a callable. By default the whole matrix is taken up to 100
        variables, with error bars; beyond, products of it with vectors, from differences of `grad`.
    args : tuple
        Other arguments of f, `grad` and `hess`.
    method : str, Adaptive, FiniteDifference or ComplexStep
        How derivatives are taken. "auto" is error-controlled but for products, which are as cheap as `rtol` allows.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        Neither f nor `grad` is called outside. The step itself does not heed them.
    indefinite : {"solve", "descend"}
        What is done where the Hessian is not positive definite. "solve": nothing else, H p = -g is Newton's step,
        which may lead uphill, to a saddle or a maximum of the model. "descend": a direction of descent is made of it,
        by the absolute values of the eigenvalues; matrix-free, by conjugate gradients that stop where they meet
        negative curvature.
    rtol : float
        Iterations end where ``H p + g`` is shorter than this share of g.
    maxiter : int
        How many products they may take.

    Returns
    -------
    NewtonStep

    Raises
    ------
    ValueError
        If an option is not one of those above, shapes do not agree, values are not finite, or `grad` is missing for a
        large x.
    TypeError
        If x, or a derivative, is not made of real numbers.

    Notes
    -----
    Of a matrix that is singular within its error bars, the directions of the eigenvalues that may be zero are left
    out of the step. Eigenvalues are those of D H D, with a diagonal D that makes up for unequal scales of the
    variables (Ruiz' equilibration) where that tells more of their signs.

    With bars E for the Hessian and e for the gradient, ``|H - Ĥ| <= E`` and ``|g - ĝ| <= e``, the error δ of the step
    obeys ``|δ| <= b + |Ĥ⁻¹| E |δ|``, where ``b = |Ĥ⁻¹| (e + E |p|)``: in variables of unit scale, its largest entry is
    at most ``max(b) / (1 - ρ)`` if the largest row sum ρ of ``|Ĥ⁻¹| E`` is below 1, and each entry follows.

    References
    ----------
    J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd ed. (2006), section 3.4 and algorithm 7.1. C. C. Paige
    and M. A. Saunders, Solution of sparse indefinite systems of linear equations, SIAM Journal on Numerical Analysis
    12 (1975) 617-629. N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed. (2002), section 7.2.
    D. Ruiz, A scaling algorithm to equilibrate both rows and columns norms in matrices, Rutherford Appleton Laboratory
    report RAL-TR-2001-034 (2001).

    Examples
    --------
    >>> import numpy as np
    >>> from secant.analysis import newton_step
    >>> found = newton_step(lambda x: (x[0] - 1) ** 2 + 3 * (x[1] + 2) ** 2, [0.0, 0.0])
    >>> np.round(found.step, 8)
    array([ 1., -2.])
    >>> found.definiteness, found.is_descent
    ('positive definite', True)
    """
    point = as_point(x)
    arguments(point, args, 0)  # refuses what is not a tuple
    if indefinite not in ("solve", "descend"):
        msg = f"indefinite is {indefinite!r}; accepted are 'solve' and 'descend'"
        raise ValueError(msg)
    rtol, maxiter = checked_iteration(rtol, maxiter)
    dense = point.size <= MOST_DENSE
    if hess is None and grad is None and not dense:
        msg = (
            f"neither grad nor hess is given, and x has {point.size} variables: each product with the Hessian would "
            f"take about {4 * point.size} evaluations of f. Give grad=, or hess=secant.Hessian(f), which takes the "
            f"whole matrix; up to {MOST_DENSE} variables that is done here"
        )
        raise ValueError(msg)
    if hess is None and not dense:
        assert grad is not None
        products = HessianProducts(grad, point, args, method, bounds)
        gradient = np.asarray(products.gradient, np.float64).reshape(-1)
        require_finite(gradient, "grad(x)")
        products.choose(gradient / (np.linalg.norm(gradient) or 1.0), rtol)
        solved = _iterate(products.operator(), gradient, indefinite, rtol, maxiter)
        description = f"{solved.solver}, {solved.products} products by {products.description}"
        return _complete(point, gradient, None, solved, "unknown", None, None, (0, products.evaluations), description)
    gradient, gradient_error, calls = _gradient_at(f, grad, point, args, method, bounds)
    found, more = _hessian_at(f, grad, hess, point, args, method, bounds)
    matrix, description = found.value, found.description
    total = (calls[0] + more[0], calls[1] + more[1])
    if isinstance(matrix, np.ndarray):
        solved, definiteness, rank, bar = solve_dense(matrix, found.error, gradient, gradient_error, indefinite)
        return _complete(point, gradient, gradient_error, solved, definiteness, rank, bar, total, description)
    solved = _iterate(matrix, gradient, indefinite, rtol, maxiter)
    described = f"{description}, {solved.solver}"
    return _complete(point, gradient, gradient_error, solved, "unknown", None, None, total, described)


def checked_iteration(rtol: Any, maxiter: Any) -> tuple[float, int]:
    """What ends an iteration, if it is what is accepted."""
    from secant.integers import as_integer

    if not (np.ndim(rtol) == 0 and 0 < rtol < 1):
        msg = f"rtol is {rtol!r}; accepted are numbers between 0 and 1"
        raise ValueError(msg)
    number = as_integer("maxiter", maxiter, "positive integers")
    if number < 1:
        msg = f"maxiter is {number}; accepted are positive integers"
        raise ValueError(msg)
    return float(rtol), number


def _gradient_at(
    f: FunctionLike | None,
    grad: FunctionLike | None,
    point: npt.NDArray[Any],
    args: tuple[Any, ...],
    method: str | methods.Method,
    bounds: BoundsLike | None,
) -> tuple[Vector, Vector | None, tuple[int, int]]:
    """The gradient, flat, its error bars, and how often f and grad were called."""
    if grad is None:
        estimate = Gradient(f, method=method, bounds=bounds).estimate(point[()], *args)  # type: ignore[arg-type]
        value = np.asarray(estimate.value, np.float64).reshape(-1)
        require_finite(value, "the gradient of f")
        error = None if estimate.error is None else np.asarray(estimate.error, np.float64).reshape(-1)
        return value, error, (estimate.evaluations, 0)
    given = np.asarray(prepare(grad, name="grad", argnum=0, method=method, bounds=bounds)[1].value((point[()], *args)))
    if given.dtype.kind != "f":
        msg = f"grad(x) has dtype {given.dtype}; accepted are real numbers"
        raise TypeError(msg)
    if given.shape != point.shape:
        msg = f"grad returned shape {given.shape}, but x has shape {point.shape}; a gradient has the shape of x"
        raise ValueError(msg)
    value = given.astype(np.float64).reshape(-1)
    require_finite(value, "grad(x)")
    return value, ULPS * float(np.finfo(given.dtype).eps) * np.abs(value), (0, 1)


def _hessian_at(
    f: FunctionLike | None,
    grad: FunctionLike | None,
    hess: Any,
    point: npt.NDArray[Any],
    args: tuple[Any, ...],
    method: str | methods.Method,
    bounds: BoundsLike | None,
) -> tuple[Matrix, tuple[int, int]]:
    """The Hessian, symmetric if it is an array, and how often f and grad were called for it."""
    own_gradient = hess is None and grad is not None
    if hess is None:
        hess = Hessian(f, grad=grad, method=method, bounds=bounds)  # type: ignore[arg-type]
    found = matrix_at(hess, point, args, point.shape, "hess", "Hessian", "secant.Hessian(f)")
    calls = (0, found.evaluations) if own_gradient else (found.evaluations, 0)
    if not isinstance(found.value, np.ndarray) or isinstance(hess, Hessian):
        return found, calls
    half = (found.value + found.value.T) / 2
    error = None if found.error is None else found.error + np.abs(found.value - half)
    return replace(found, value=half, error=error), calls


def _iterate(operator: LinearOperator, gradient: Vector, indefinite: Indefinite, rtol: float, maxiter: int) -> Solved:
    if not gradient.any():
        return Solved(np.zeros_like(gradient), np.zeros_like(gradient), 0, "no iteration", "the gradient is zero")
    return (descend if indefinite == "descend" else solve_symmetric)(operator, -gradient, rtol, maxiter)


def _complete(
    point: npt.NDArray[Any],
    gradient: Vector,
    gradient_error: Vector | None,
    solved: Solved,
    definiteness: Definiteness,
    rank: int | None,
    bar: Vector | None,
    calls: tuple[int, int],
    description: str,
) -> NewtonStep:
    step, product = solved.step, solved.product
    slope, curvature = float(gradient @ step), float(step @ product)
    uncertainty = 0.0 if gradient_error is None else float(gradient_error @ np.abs(step))
    return NewtonStep(
        point,
        step.reshape(point.shape),
        None if bar is None else bar.reshape(point.shape),
        gradient.reshape(point.shape),
        slope,
        curvature,
        0.0 - slope - curvature / 2,
        float(np.linalg.norm(product + gradient)),
        slope + uncertainty < 0,
        definiteness,
        rank,
        solved.reason,
        solved.products,
        *calls,
        description,
    )
