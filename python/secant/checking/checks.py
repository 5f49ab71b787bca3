"""check_gradient, check_jacobian, check_hessian: every entry of a derivative against an estimate with an error bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant import native
from secant.checking.derivative import Tested
from secant.checking.directions import run_directions
from secant.checking.entries import NO_REFERENCE
from secant.checking.finding import Finding
from secant.checking.points import choose, seeded
from secant.checking.reference import FirstDerivatives, Reference, SecondDerivatives
from secant.checking.run import run
from secant.checking.subject import Subject
from secant.checking.task import Mode, Settings, Task
from secant.function import FunctionLike, arguments
from secant.layout import check_layout, gradient_outputs_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from secant.bounds import BoundsLike
    from secant.checking.report import CheckReport
    from secant.layout import Layout

MODES = ("auto", "entries", "directions")

_MOST_EVALUATIONS = 10_000
"""From so many evaluations on, "auto" looks along random directions."""

_EACH = 9
"""Evaluations that an adaptive derivative takes, about."""


def check_gradient(
    f: FunctionLike,
    grad: Callable[..., Any] | bool,
    x: npt.ArrayLike | None = None,
    *,
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
    variables: Sequence[str] | None = None,
) -> CheckReport:
    """Check the gradient of a scalar-valued function.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number.
    grad : callable or True
        ``grad(x, *args)`` returns the gradient, shaped like x, or a pair of f(x) and the gradient. With True, f
        returns such a pair, as for SciPy's ``jac=True``.
    x, points, n_points
        As for `check_jacobian`, as all that follows.

    Returns
    -------
    CheckReport
        As for `check_jacobian`.

    Raises
    ------
    ValueError
        If f(x) is not a number; then `check_jacobian` is meant.

    Examples
    --------
    >>> import numpy as np, secant
    >>> report = secant.check_gradient(lambda x: np.sum(x**2), lambda x: x, np.array([1.0, 2.0, 3.0]))
    >>> report.verdict, report.diagnosis[0].kind, round(report.diagnosis[0].values["factor"], 9)
    ('fail', 'factor', 0.5)
    """
    return _check(
        "gradient",
        f,
        grad,
        "grad",
        x,
        args=args,
        argnum=argnum,
        points=points,
        n_points=n_points,
        bounds=bounds,
        rng=rng,
        rtol=rtol,
        tolerance=tolerance,
        strict=strict,
        typical=typical,
        vectorized=vectorized,
        mode=mode,
        variables=variables,
    )


def check_jacobian(
    f: FunctionLike,
    jac: Callable[..., Any] | bool,
    x: npt.ArrayLike | None = None,
    *,
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
    layout: Layout = "numerator",
    variables: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
) -> CheckReport:
    """Check the Jacobian of an array-valued function.

    Every entry is held against an adaptive estimate D with an error bar e: it passes within ``2 e``, and what rounding
    in its own formula comes to; it fails beyond, if a second estimate with other steps agrees; and it is inconclusive
    where the bar is too wide to show a relative error of `rtol`. No step and no tolerance has to be guessed.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns an array of any shape.
    jac : callable or True
        ``jac(x, *args)`` returns the Jacobian: an array of shape f(x).shape + x.shape (see `layout`), or a sparse
        matrix of shape (f(x).size, x.size), of which nonzeros outside its pattern are looked for as well; or a pair of
        f(x) and the Jacobian. With True, f returns such a pair.
    x : array_like, optional
        A point; real, of any shape.
    args : tuple
        f's and the derivative's other arguments.
    argnum : int
        The position of x among them.
    points : iterable of array_like, optional
        More points, each shaped like x.
    n_points : int, optional
        How many random points are added: uniform within `bounds`; where these are infinite, within max(abs(x), typical)
        of x.
    bounds : (lower, upper) or scipy.optimize.Bounds, optional
        f is never called outside; each a scalar or shaped like x.
    rng : int or numpy.random.Generator, optional
        The seed of what is random; 0 by default, so that a check can be repeated.
    rtol : float, optional
        The relative error that each entry must be able to show; 1e-6 by default, 2e-2 in single precision, and twice
        the `tolerance` at least. It refers to the entry, or to a thousandth of the largest entry of its row (of a
        Hessian: of all), where variables move by their scales.
    tolerance : float
        The relative error that the derivative may have; 0 by default, for a formula. Derivatives that are
        approximations themselves need more.
    strict : bool
        Whether an inconclusive check fails.
    typical : float or array_like
        Magnitude of x below which ``abs(x)`` is not taken for a variable's scale.
    vectorized : bool
        Whether f takes a block of points; the derivative takes one.
    mode : {"auto", "entries", "directions"}
        Whether every entry is checked, at about 9 evaluations of f a variable, or products with random directions, at
        about 20 in all. "auto": entries up to 10,000 evaluations.
    layout : {"numerator", "denominator"}
        The layout of the array that the derivative returns: f(x).shape + x.shape, or x.shape + f(x).shape. Rows and
        columns in the report's diagnosis are those of this array. In denominator layout, sparse matrices are an error.
    variables, outputs : sequence of str, optional
        Names of the entries of x and of f(x), in C order, for the report.

    Returns
    -------
    CheckReport
        `verdict`, `diagnosis`, and what both rest on; print it.

    Raises
    ------
    ValueError
        If there is no point, points differ in shape, or an option is not one of those above.
    TypeError
        If what the derivative returns is not made of numbers.

    See Also
    --------
    check_gradient, check_hessian, check_jvp, check_vjp, check_hvp, taylor_test

    Examples
    --------
    >>> import numpy as np, secant
    >>> f = lambda x: np.array([x[0] ** 2 + x[1], x[0] * x[1]])
    >>> wrong = lambda x: np.array([[2 * x[0], x[1]], [1.0, x[0]]])
    >>> secant.check_jacobian(f, wrong, [1.0, 2.0]).diagnosis[0].kind
    'transposed'
    """
    return _check(
        "jacobian",
        f,
        jac,
        "jac",
        x,
        args=args,
        argnum=argnum,
        points=points,
        n_points=n_points,
        bounds=bounds,
        rng=rng,
        rtol=rtol,
        tolerance=tolerance,
        strict=strict,
        typical=typical,
        vectorized=vectorized,
        mode=mode,
        layout=layout,
        variables=variables,
        outputs=outputs,
    )


def check_hessian(
    f: FunctionLike,
    hess: Callable[..., Any],
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
    layout: Layout = "numerator",
    variables: Sequence[str] | None = None,
) -> CheckReport:
    """Check the Hessian of a function.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number, or an array of them: then each has a Hessian of its own.
    hess : callable
        ``hess(x, *args)`` returns the Hessian, f(x).shape + x.shape + x.shape (see `layout`), or a sparse matrix.
    grad : callable or secant.native.Function, optional
        The gradient of f: the Hessian is then held against its Jacobian, which shows smaller errors at a lower cost.
        Along a random direction, it is itself held against f.
    layout : {"numerator", "denominator"}
        The layout of what `hess` returns, and `grad`, where f is array-valued: f(x).shape + x.shape + x.shape and
        f(x).shape + x.shape, or x.shape + x.shape + f(x).shape and x.shape + f(x).shape.
    x, points, n_points
        As for `check_jacobian`, as all others. `vectorized` is about `grad`, where it is given.

    Returns
    -------
    CheckReport
        As for `check_jacobian`.

    Notes
    -----
    Without `grad`, about 4 n² evaluations of f are needed for n variables, and rounding leaves 8 to 10 digits.

    Examples
    --------
    >>> import numpy as np, secant
    >>> f, hess = lambda x: x[0] ** 2 * x[1], lambda x: np.array([[2 * x[1], 2 * x[0]], [0.0, 0.0]])
    >>> secant.check_hessian(f, hess, [1.0, 2.0]).diagnosis[0].kind
    'one triangle'
    """
    return _check(
        "hessian",
        f,
        hess,
        "hess",
        x,
        grad=grad,
        args=args,
        argnum=argnum,
        points=points,
        n_points=n_points,
        bounds=bounds,
        rng=rng,
        rtol=rtol,
        tolerance=tolerance,
        strict=strict,
        typical=typical,
        vectorized=vectorized,
        mode=mode,
        layout=layout,
        variables=variables,
    )


def _check(
    what: str,
    f: FunctionLike,
    derivative: Callable[..., Any] | bool,
    name: str,
    x: npt.ArrayLike | None,
    *,
    grad: FunctionLike | None = None,
    args: tuple[Any, ...],
    argnum: int,
    points: Iterable[npt.ArrayLike] | None,
    n_points: int | None,
    bounds: BoundsLike | None,
    rng: int | np.random.Generator | None,
    rtol: float | None,
    tolerance: float,
    strict: bool,
    typical: npt.ArrayLike,
    vectorized: bool,
    mode: Mode,
    layout: Layout | None = None,
    variables: Sequence[str] | None,
    outputs: Sequence[str] | None = None,
) -> CheckReport:
    known(mode)
    if layout is not None:
        check_layout(layout)
        grad = None if grad is None else gradient_outputs_first(grad, layout, argnum, vectorized=vectorized)
    random, seed = seeded(rng)
    where = choose(x, points, n_points, bounds, typical, random)
    settings = Settings(rtol, tolerance, strict, seed, variables, outputs)
    order = 2 if what == "hessian" else 1
    f, tested = under_test(f, derivative, name, args, argnum, vectorized=vectorized, layout=layout, order=order)
    common: dict[str, Any] = {"args": args, "argnum": argnum, "bounds": bounds, "typical": typical}
    function_name = callable_name(f, "f")
    reference: Reference
    extra: tuple[Finding, ...] = ()
    if what == "hessian":
        reference, extra = second_derivatives(f, grad, where[0], random, tolerance, common, vectorized=vectorized)
    else:
        subject = Subject(f, name=function_name, vectorized=vectorized, **common)
        reference = _Gradient(subject) if what == "gradient" else FirstDerivatives(subject)
    task = Task(what, function_name, tested, reference, what == "hessian", extra)
    n = where[0].size
    cost = _EACH * n * (n + 1) / 2 if isinstance(reference, SecondDerivatives) else _EACH * n
    if mode == "directions" or (mode == "auto" and cost > _MOST_EVALUATIONS and not tested.is_sparse_at(where[0])):
        return run_directions(task, where, settings, random)
    return run(task, where, settings, random)


def known(mode: str) -> None:
    """Say what is accepted, if a mode is not."""
    if mode not in MODES:
        msg = f"mode is {mode!r}; accepted are {', '.join(map(repr, MODES))}"
        raise ValueError(msg)


def second_derivatives(
    f: FunctionLike,
    grad: FunctionLike | None,
    x: npt.NDArray[Any],
    random: np.random.Generator,
    tolerance: float,
    common: dict[str, Any],
    *,
    vectorized: bool,
) -> tuple[Reference, tuple[Finding, ...]]:
    """What Hessians are held against: differences of `grad`, if it is that of f, or of values of f."""
    name = callable_name(f, "f")
    if grad is None:
        return SecondDerivatives(Subject(f, name=name, vectorized=vectorized, **common)), ()
    subject = Subject(grad, name=callable_name(grad, "grad"), vectorized=vectorized, **common)
    return FirstDerivatives(subject), _held_against(Subject(f, name=name, **common), subject, x, random, tolerance)


class _Gradient(FirstDerivatives):
    """First derivatives of a function that must have one value."""

    def outputs(self, x: npt.NDArray[Any], value: npt.NDArray[Any]) -> tuple[int, ...]:
        if value.shape != ():
            name = self.subject.name
            msg = f"{name}(x) has shape {value.shape}; a gradient is of a function with one value: use check_jacobian"
            raise ValueError(msg)
        return super().outputs(x, value)


def under_test(
    f: FunctionLike,
    derivative: Callable[..., Any] | bool,
    name: str,
    args: tuple[Any, ...],
    argnum: int,
    *,
    vectorized: bool,
    layout: Layout | None = None,
    order: int = 1,
) -> tuple[FunctionLike, Tested]:
    """The function alone, and its derivative under test; both from f where it returns a pair."""
    if derivative is True:
        if isinstance(f, native.Function) or vectorized:
            msg = f"{name} is True, for an f that returns a pair of value and derivative: it must be a plain callable"
            raise ValueError(msg)
        both = f
        return _First(both), Tested(lambda x: both(*arguments(x, args, argnum)), name, layout, order)
    if not callable(derivative):
        msg = f"{name} is a {type(derivative).__name__}; accepted are callables, and True if f returns a pair"
        raise TypeError(msg)
    own = callable_name(derivative, name)
    # What another package makes of f often has its name.
    own = name if own == callable_name(f, "f") else own
    return f, Tested(lambda x: derivative(*arguments(x, args, argnum)), own, layout, order)


class _First:
    """The first of the two things that a function returns."""

    def __init__(self, both: Callable[..., Any]) -> None:
        self._both = both
        self.__name__ = callable_name(both, "f")

    def __call__(self, *args: Any) -> Any:
        returned = self._both(*args)
        if not (isinstance(returned, tuple | list) and len(returned) == 2):
            msg = f"f returned a {type(returned).__name__}; with True for the derivative, it must return a pair of both"
            raise TypeError(msg)
        return returned[0]


def callable_name(function: Any, otherwise: str) -> str:
    """What a function calls itself; a name by its part in the check, where it has none."""
    name = getattr(function, "__name__", "")
    return name if isinstance(name, str) and name.isidentifier() else otherwise


def _held_against(
    f: Subject, grad: Subject, x: npt.NDArray[Any], random: np.random.Generator, tolerance: float
) -> tuple[Finding, ...]:
    """A finding if a gradient that second derivatives are taken of is not that of f, along a random direction."""
    v = f.direction(x, random)
    gradient = grad.value(x)
    found = FirstDerivatives(f).along(x, v)
    outputs = int(np.size(found.value))
    if gradient.size != outputs * x.size:
        return ()  # its Jacobian will have the wrong shape, and that will be said
    product = gradient.reshape(outputs, x.size) @ v.ravel()
    sum_of_sizes = np.abs(gradient.reshape(outputs, x.size)) @ np.abs(v.ravel())
    # It is a means here, and not under test: what matters for second derivatives is that it is this f's.
    allowed = 8 * found.error + (1e-6 + tolerance) * sum_of_sizes
    with np.errstate(invalid="ignore"):
        wrong = (
            np.isfinite(found.value)
            & ~np.isin(found.status, NO_REFERENCE)
            & ~(np.abs(product - found.value) <= allowed)
        )
    if not wrong.any():
        return ()
    k = int(np.argmax(wrong))
    text = (
        f"{grad.name} is not the gradient of {f.name}: along a random direction, the derivative is "
        f"{found.value[k]:.8g}, but by {grad.name} it is {product[k]:.8g}"
    )
    return (Finding("gradient differs", text, advice="Check it first, by secant.check_gradient"),)
