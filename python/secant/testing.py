"""Checks as assertions, for tests: ``from secant.testing import assert_jacobian``."""

from __future__ import annotations

import inspect
import warnings
from typing import TYPE_CHECKING, Any

from secant import checking
from secant.checking.witness import tell

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.checking import CheckReport
    from secant.function import FunctionLike

__all__ = ["assert_gradient", "assert_hessian", "assert_hvp", "assert_jacobian", "assert_jvp", "assert_vjp"]


def assert_gradient(
    f: FunctionLike, grad: Callable[..., Any] | bool, x: npt.ArrayLike | None = None, **options: Any
) -> CheckReport:
    """Assert that the gradient of a scalar-valued function is right.

    Parameters
    ----------
    f, grad, x, **options
        As for `secant.check_gradient`.

    Returns
    -------
    CheckReport
        Of a check that passed, or was inconclusive.

    Raises
    ------
    AssertionError
        If the check fails; its message is the report.
    TypeError
        If an option is not one of `secant.check_gradient`.

    Warns
    -----
    UserWarning
        If the check is inconclusive. With ``strict=True`` it fails.
    """
    __tracebackhide__ = True
    return _decide(checking.check_gradient, "assert_gradient", f, grad, x, options)


def assert_jacobian(
    f: FunctionLike, jac: Callable[..., Any] | bool, x: npt.ArrayLike | None = None, **options: Any
) -> CheckReport:
    """Assert that the Jacobian of an array-valued function is right.

    Parameters
    ----------
    f, jac, x, **options
        As for `secant.check_jacobian`.

    Returns
    -------
    CheckReport
        As from `assert_gradient`, which says what is raised and warned of.

    Examples
    --------
    >>> import numpy as np
    >>> from secant.testing import assert_jacobian
    >>> f, jac = lambda x: x**3, lambda x: np.diag(3 * x**2)
    >>> assert_jacobian(f, jac, [1.0, 2.0], n_points=5).verdict
    'pass'
    """
    __tracebackhide__ = True
    return _decide(checking.check_jacobian, "assert_jacobian", f, jac, x, options)


def assert_hessian(
    f: FunctionLike, hess: Callable[..., Any], x: npt.ArrayLike | None = None, **options: Any
) -> CheckReport:
    """Assert that the Hessian of a function is right.

    Parameters
    ----------
    f, hess, x, **options
        As for `secant.check_hessian`.

    Returns
    -------
    CheckReport
        As from `assert_gradient`, which says what is raised and warned of.
    """
    __tracebackhide__ = True
    return _decide(checking.check_hessian, "assert_hessian", f, hess, x, options)


def assert_jvp(f: FunctionLike, jvp: Callable[..., Any], x: npt.ArrayLike | None = None, **options: Any) -> CheckReport:
    """Assert that Jacobian-vector products are right.

    Parameters
    ----------
    f, jvp, x, **options
        As for `secant.check_jvp`.

    Returns
    -------
    CheckReport
        As from `assert_gradient`, which says what is raised and warned of.
    """
    __tracebackhide__ = True
    return _decide(checking.check_jvp, "assert_jvp", f, jvp, x, options)


def assert_vjp(f: FunctionLike, vjp: Callable[..., Any], x: npt.ArrayLike | None = None, **options: Any) -> CheckReport:
    """Assert that vector-Jacobian products are right.

    Parameters
    ----------
    f, vjp, x, **options
        As for `secant.check_vjp`.

    Returns
    -------
    CheckReport
        As from `assert_gradient`, which says what is raised and warned of.
    """
    __tracebackhide__ = True
    return _decide(checking.check_vjp, "assert_vjp", f, vjp, x, options)


def assert_hvp(f: FunctionLike, hvp: Callable[..., Any], x: npt.ArrayLike | None = None, **options: Any) -> CheckReport:
    """Assert that Hessian-vector products are right.

    Parameters
    ----------
    f, hvp, x, **options
        As for `secant.check_hvp`.

    Returns
    -------
    CheckReport
        As from `assert_gradient`, which says what is raised and warned of.
    """
    __tracebackhide__ = True
    return _decide(checking.check_hvp, "assert_hvp", f, hvp, x, options)


def _decide(
    check: Callable[..., CheckReport],
    name: str,
    f: FunctionLike,
    derivative: Callable[..., Any] | bool,
    x: npt.ArrayLike | None,
    options: dict[str, Any],
) -> CheckReport:
    __tracebackhide__ = True
    accepted = [key for key, p in inspect.signature(check).parameters.items() if p.kind is p.KEYWORD_ONLY]
    unknown = [key for key in options if key not in accepted]
    if unknown:
        msg = f"{name} has no option {', '.join(unknown)}; accepted are {', '.join(accepted)}"
        raise TypeError(msg)
    report = check(f, derivative, x, **options)
    tell(report)
    if report.verdict == "inconclusive":
        # Warned of here, where it is known how far away the line of the test is.
        warnings.warn(f"the check is inconclusive\n{report}", UserWarning, stacklevel=3)
        return report
    try:
        report.raise_if_failed()
    except AssertionError as failure:
        # The frames of the report are no news to whoever reads the traceback.
        raise failure.with_traceback(None) from None
    return report
