"""What SciPy's solvers take, in the forms that checks do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.checks import callable_name, check_hessian
from secant.checking.products import check_hvp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import numpy.typing as npt

    from secant.checking.report import CheckReport

MINIMIZE = frozenset({"method", "tol", "callback", "options"})
ROOT = MINIMIZE
LEAST_SQUARES = frozenset(
    {
        *("method", "ftol", "xtol", "gtol", "x_scale", "loss", "f_scale", "diff_step", "tr_solver", "tr_options"),
        *("jac_sparsity", "max_nfev", "verbose", "callback", "workers"),
    }
)
SOLVE_IVP = frozenset(
    {
        *("method", "t_eval", "dense_output", "events", "vectorized", "rtol", "atol", "jac_sparsity"),
        *("first_step", "min_step", "max_step"),
    }
)
"""Options of solvers that say nothing about derivatives."""


def without(options: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Options but those of some names."""
    return {name: value for name, value in options.items() if name not in names}


def of_checks(options: dict[str, Any], of_solver: Collection[str]) -> dict[str, Any]:
    """Options of checks, from those of a call that has a solver's as well.

    Raises
    ------
    TypeError
        If `layout` is one of them: solvers take Jacobians in numerator layout, and a check must not pass another.
    """
    if "layout" in options:
        msg = f"layout is {options['layout']!r}, and is no option here: SciPy's solvers take Jacobians shaped (m, n)"
        raise TypeError(msg)
    return without(options, of_solver)


def as_tuple(args: Any) -> tuple[Any, ...]:
    """Other arguments, of which SciPy takes a single one bare."""
    return args if isinstance(args, tuple) else (args,)


def named_like(call: Callable[..., Any], function: Any, otherwise: str = "fun") -> Callable[..., Any]:
    """A function that stands for another, under its name."""
    call.__name__ = callable_name(function, otherwise)
    return call


def scalar(fun: Callable[..., Any]) -> Callable[..., Any]:
    """An objective as a number, where it is an array of one: `minimize` takes both."""

    def value(*at: Any) -> Any:
        found = fun(*at)
        return found if np.ndim(found) == 0 or np.size(found) != 1 else np.reshape(found, ())

    return named_like(value, fun)


def box_of_pairs(bounds: Any, count: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]] | None:
    """Lower and upper bounds from a pair (min, max) for each variable, or a Bounds.

    Raises
    ------
    ValueError
        If there are not as many pairs as variables.
    """
    if bounds is None:
        return None
    if hasattr(bounds, "lb"):
        lower, upper = (np.broadcast_to(np.asarray(one, np.float64), count) for one in (bounds.lb, bounds.ub))
        return lower, upper
    pairs = np.array([[np.nan if one is None else one for one in pair] for pair in bounds], dtype=np.float64)
    if pairs.shape != (count, 2):
        msg = (
            f"bounds has shape {pairs.shape}; accepted is a pair (min, max) for each of {count} variables, or a Bounds"
        )
        raise ValueError(msg)
    return np.nan_to_num(pairs[:, 0], nan=-np.inf, neginf=-np.inf, posinf=np.inf), np.nan_to_num(
        pairs[:, 1], nan=np.inf, neginf=-np.inf, posinf=np.inf
    )


def returns_operator(derivative: Callable[..., Any], x: npt.NDArray[Any], args: tuple[Any, ...]) -> bool:
    """Whether a derivative is given by its products with vectors."""
    return hasattr(derivative(np.array(x, dtype=np.float64), *args), "matvec")


def hessian_report(
    f: Callable[..., Any],
    hess: Callable[..., Any],
    x: npt.NDArray[Any],
    grad: Callable[..., Any] | None,
    options: dict[str, Any],
) -> CheckReport:
    """The check of a Hessian, which may be an operator."""
    if not returns_operator(hess, x, options.get("args", ())):
        return check_hessian(f, hess, x, grad=grad, **options)

    def product(at: Any, v: Any, *rest: Any) -> Any:
        return hess(at, *rest).matvec(v)

    return check_hvp(f, named_like(product, hess, "hess"), x, grad=grad, **without(options, {"variables"}))


def banded(jac: Callable[..., Any], lower: int, upper: int) -> Callable[..., Any]:
    """A Jacobian from its bands: row i - j + upper, column j has entry (i, j)."""

    def unpacked(*at: Any) -> Any:
        from scipy.sparse import dia_array

        bands = np.asarray(jac(*at))
        expected = (lower + upper + 1, np.size(at[1]))
        if bands.shape != expected:
            msg = f"jac returned shape {bands.shape}; with lband={lower} and uband={upper}, it is {expected}"
            raise ValueError(msg)
        return dia_array((bands, upper - np.arange(lower + upper + 1)), shape=(bands.shape[1],) * 2).tocsr()

    return unpacked
