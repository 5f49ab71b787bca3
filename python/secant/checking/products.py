"""check_jvp, check_vjp, check_hvp: products of derivatives with vectors, and whether they belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.checks import callable_name, known, second_derivatives
from secant.checking.consistency import adjoint, linear, symmetric
from secant.checking.derivative import Tested, WrongShapeError, as_array
from secant.checking.directions import run_directions
from secant.checking.finding import Finding
from secant.checking.operator import TestedProduct
from secant.checking.points import choose, seeded
from secant.checking.reference import FirstDerivatives
from secant.checking.run import run
from secant.checking.subject import Subject
from secant.checking.task import Mode, Settings, Task
from secant.function import FunctionLike, arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

    from secant.bounds import BoundsLike
    from secant.checking.reference import Reference
    from secant.checking.report import CheckReport

_MOST_COLUMNS = 64
"""A matrix with more columns is not put together from products by "auto"."""


def check_jvp(
    f: FunctionLike,
    jvp: Callable[..., Any],
    x: npt.ArrayLike | None = None,
    *,
    vjp: Callable[..., Any] | None = None,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    points: Iterable[npt.ArrayLike] | None = None,
    n_points: int | None = None,
    bounds: BoundsLike | None = None,
    rng: int | np.random.Generator | None = None,
    rtol: float | None = None,
    tolerance: float = 0.0,
    strict: bool = False,
    typical: npt.ArrayLike = 1.0,
    vectorized: bool = False,
    mode: Mode = "auto",
) -> CheckReport:
    """Check Jacobian-vector products: their values, and that they are linear in the vector.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns an array of any shape.
    jvp : callable
        ``jvp(x, v, *args)`` returns the product of the Jacobian with v, shaped like f(x); v is shaped like x, and
        stands after it where `argnum` is not 0.
    vjp : callable, optional
        ``vjp(x, w, *args)`` returns the product of w, shaped like f(x), with the Jacobian, shaped like x: both are held
        against each other by the dot-product test, w · (J v) = (wᵀ J) · v: a difference beyond the square root of eps,
        relative to the terms, fails; a smaller one beyond rounding is noted.
    mode : {"auto", "entries", "directions"}
        Whether the whole Jacobian is put together from products with unit vectors and checked entry by entry, or
        products with random vectors are. "auto": entries up to 64 columns.
    x, args, argnum, points, n_points, bounds, rng, rtol, tolerance, strict, typical, vectorized
        As for `check_jacobian`.

    Returns
    -------
    CheckReport
        As for `check_jacobian`.

    Examples
    --------
    >>> import numpy as np, secant
    >>> f = lambda x: np.array([x[0] ** 2 + x[1], x[0] * x[1]])
    >>> right = lambda x, v: np.array([2 * x[0] * v[0] + v[1], x[1] * v[0] + x[0] * v[1]])
    >>> secant.check_jvp(f, right, [1.0, 2.0]).verdict
    'pass'
    """
    random, seed = seeded(rng)
    where = choose(x, points, n_points, bounds, typical, random)
    settings = Settings(rtol, tolerance, strict, seed)
    subject = Subject(
        f,
        name=callable_name(f, "f"),
        args=args,
        argnum=argnum,
        bounds=bounds,
        vectorized=vectorized,
        typical=typical,
    )
    product = _product(jvp, "jvp", args, argnum)
    reference = FirstDerivatives(subject)
    extra = linear(product, where[0], random, callable_name(jvp, "jvp"), tolerance)
    if vjp is not None:
        extra += adjoint(subject, product, _product(vjp, "vjp", args, argnum), where[0], random, tolerance)
    return _run(
        "jvp", subject.name, product, callable_name(jvp, "jvp"), reference, where, settings, random, mode, extra
    )


def check_vjp(
    f: FunctionLike,
    vjp: Callable[..., Any],
    x: npt.ArrayLike | None = None,
    *,
    jvp: Callable[..., Any] | None = None,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    points: Iterable[npt.ArrayLike] | None = None,
    n_points: int | None = None,
    bounds: BoundsLike | None = None,
    rng: int | np.random.Generator | None = None,
    rtol: float | None = None,
    tolerance: float = 0.0,
    strict: bool = False,
    typical: npt.ArrayLike = 1.0,
    mode: Mode = "auto",
) -> CheckReport:
    """Check vector-Jacobian products, as reverse-mode differentiation gives them.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns an array of any shape.
    vjp : callable
        ``vjp(x, w, *args)`` returns the product of w, shaped like f(x), with the Jacobian, shaped like x; w is not
        conjugated, and stands after x where `argnum` is not 0.
    jvp : callable, optional
        ``jvp(x, v, *args)``: both are held against each other, as by `check_jvp`.
    mode : {"auto", "entries", "directions"}
        Whether the whole Jacobian is put together from products with unit vectors and checked entry by entry, or one
        product with a random w is, as the gradient of w · f(x). "auto": entries up to 64 outputs and 1,000 variables.
    x, args, argnum, points, n_points, bounds, rng, rtol, tolerance, strict, typical
        As for `check_jacobian`.

    Returns
    -------
    CheckReport
        As for `check_jacobian`.

    Examples
    --------
    >>> import numpy as np, secant
    >>> f = lambda x: np.array([x[0] ** 2 + x[1], x[0] * x[1]])
    >>> wrong = lambda x, w: np.array([2 * x[0] * w[0] + x[1] * w[1], w[0] - x[0] * w[1]])
    >>> print(secant.check_vjp(f, wrong, [1.0, 2.0]).diagnosis[0].message)
    vjp is wrong in entry ∂f[1]/∂x[1] (1 of 4 entries)
    """
    known(mode)
    random, seed = seeded(rng)
    where = choose(x, points, n_points, bounds, typical, random)
    settings = Settings(rtol, tolerance, strict, seed)
    name = callable_name(vjp, "vjp")
    common: dict[str, Any] = {"args": args, "argnum": argnum, "bounds": bounds, "typical": typical}
    subject = Subject(f, name=callable_name(f, "f"), **common)
    product = _product(vjp, "vjp", args, argnum)
    value = subject.value(where[0])
    extra = linear(product, where[0], random, name, tolerance, value.shape)
    if jvp is not None:
        extra += adjoint(subject, _product(jvp, "jvp", args, argnum), product, where[0], random, tolerance)
    if mode == "entries" or (mode == "auto" and value.size <= _MOST_COLUMNS and where[0].size <= 1000):

        def rows(at: Any) -> npt.NDArray[Any]:
            units = np.eye(value.size).reshape((value.size, *value.shape))
            lines = [np.ravel(_shaped(product(at, w), np.shape(at), name)) for w in units]
            return np.array(lines).reshape((*value.shape, *np.shape(at)))

        task = Task("vjp", subject.name, Tested(rows, name), FirstDerivatives(subject), extra=extra)
        return run(task, where, settings, random)
    # Outputs on scales of their own have the same share each.
    w = np.where(random.random(value.shape) < 0.5, -1.0, 1.0) * random.uniform(0.5, 1.0, value.shape)
    spread = np.abs(FirstDerivatives(subject).along(where[0], subject.direction(where[0], random)).value)
    largest = np.max(spread, initial=0.0)
    w = w / np.where(spread > 1e-12 * largest, spread, 1.0).reshape(value.shape)
    weighted = Subject(_Weighted(f, w), name=f"w · {subject.name}", **common)
    task = Task(
        "vjp", subject.name, Tested(lambda at: product(at, w[()]), name), FirstDerivatives(weighted), extra=extra
    )
    return run_directions(task, where, settings, random)


def check_hvp(
    f: FunctionLike,
    hvp: Callable[..., Any],
    x: npt.ArrayLike | None = None,
    *,
    grad: FunctionLike | None = None,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    points: Iterable[npt.ArrayLike] | None = None,
    n_points: int | None = None,
    bounds: BoundsLike | None = None,
    rng: int | np.random.Generator | None = None,
    rtol: float | None = None,
    tolerance: float = 0.0,
    strict: bool = False,
    typical: npt.ArrayLike = 1.0,
    vectorized: bool = False,
    mode: Mode = "auto",
) -> CheckReport:
    """Check Hessian-vector products: their values, and that they are linear and symmetric in the vector.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number.
    hvp : callable
        ``hvp(x, v, *args)`` returns the product of the Hessian with v, shaped like x, as SciPy's ``hessp``.
    grad : callable or secant.native.Function, optional
        The gradient of f, as for `check_hessian`. Without it, and for many variables, vᵀ H v is what is checked.
    mode : {"auto", "entries", "directions"}
        As for `check_jvp`.
    x, args, argnum, points, n_points, bounds, rng, rtol, tolerance, strict, typical, vectorized
        As for `check_hessian`.

    Returns
    -------
    CheckReport
        As for `check_jacobian`.

    Examples
    --------
    >>> import numpy as np, secant
    >>> f, hvp = lambda x: x[0] ** 2 * x[1], lambda x, v: np.array([2 * x[1] * v[0] + 2 * x[0] * v[1], 2 * x[0] * v[0]])
    >>> secant.check_hvp(f, hvp, [1.0, 2.0]).verdict
    'pass'
    """
    random, seed = seeded(rng)
    where = choose(x, points, n_points, bounds, typical, random)
    settings = Settings(rtol, tolerance, strict, seed)
    name = callable_name(hvp, "hvp")
    product = _product(hvp, "hvp", args, argnum)
    common: dict[str, Any] = {"args": args, "argnum": argnum, "bounds": bounds, "typical": typical}
    extra = linear(product, where[0], random, name, tolerance) + symmetric(product, where[0], random, name, tolerance)
    reference, differs = second_derivatives(f, grad, where[0], random, tolerance, common, vectorized=vectorized)
    extra += differs
    return _run("hvp", callable_name(f, "f"), product, name, reference, where, settings, random, mode, extra)


def _run(
    what: str,
    function_name: str,
    product: Callable[[Any, Any], Any],
    name: str,
    reference: Reference,
    where: list[npt.NDArray[Any]],
    settings: Settings,
    random: np.random.Generator,
    mode: Mode,
    extra: tuple[Finding | str, ...],
) -> CheckReport:
    known(mode)
    n = where[0].size
    if mode == "entries" or (mode == "auto" and n <= _MOST_COLUMNS):

        def columns(at: Any) -> npt.NDArray[Any]:
            units = np.eye(n).reshape((n, *np.shape(at)))
            products = np.array([product(at, v) for v in units])
            return np.moveaxis(products, 0, -1).reshape((*products.shape[1:], *np.shape(at)))

        tested = Tested(columns, name, order=2 if what == "hvp" else 1)
        task = Task(what, function_name, tested, reference, what == "hvp", extra)
        return run(task, where, settings, random)
    v = reference.subject.direction(where[0], np.random.default_rng(0))
    task = Task(what, function_name, TestedProduct(product, name, v), reference, what == "hvp", extra)
    return run_directions(task, where, settings, random)


def _product(call: Callable[..., Any], name: str, args: tuple[Any, ...], argnum: int) -> Callable[[Any, Any], Any]:
    if not callable(call):
        msg = f"{name} is a {type(call).__name__}; accepted are callables {name}(x, vector, *args)"
        raise TypeError(msg)

    def product(x: Any, vector: Any) -> Any:
        before = arguments(np.array(x)[()], args, argnum)
        # A copy: the next product may be written to the same array.
        return np.array(as_array(call(*before[: argnum + 1], np.array(vector)[()], *before[argnum + 1 :]), name))

    return product


class _Weighted:
    """w · f(x), as a function of x."""

    def __init__(self, f: FunctionLike, w: npt.NDArray[Any]) -> None:
        self._subject_f = f
        self._w = w

    def __call__(self, *args: Any) -> Any:
        value = as_array(self._subject_f(*args), "f")
        return np.sum(self._w * value)


def _shaped(raw: Any, shape: tuple[int, ...], name: str) -> npt.NDArray[Any]:
    array = as_array(raw, name)
    if array.size != int(np.prod(shape)):
        raise WrongShapeError(array.shape, shape, array)
    return array
