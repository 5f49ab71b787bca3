"""Derivatives of constraints of an optimisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.checks import check_jacobian
from secant.checking.solvers import as_tuple, hessian_report

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.checking.report import CheckReport


def constraint_reports(constraints: Any, x: npt.NDArray[Any], options: dict[str, Any]) -> dict[str, CheckReport]:
    """Check the derivatives of constraints as `scipy.optimize.minimize` takes them: dicts, and NonlinearConstraint.

    Parameters
    ----------
    constraints : one of these, or a sequence
        Others have no derivatives to check.
    x : ndarray
        The point.
    options : dict
        Of the checks.
    """
    reports: dict[str, CheckReport] = {}
    several = [constraints] if isinstance(constraints, dict) or hasattr(constraints, "lb") else list(constraints)
    for k, constraint in enumerate(several):
        if isinstance(constraint, dict):
            args = as_tuple(constraint.get("args", ()))
            if callable(constraint.get("jac")):
                report = check_jacobian(constraint["fun"], constraint["jac"], x, args=args, **options)
                reports[f"constraints[{k}].jac"] = report
        elif hasattr(constraint, "fun"):
            reports |= _nonlinear(constraint, f"constraints[{k}]", x, options)
    return reports


def _nonlinear(constraint: Any, name: str, x: npt.NDArray[Any], options: dict[str, Any]) -> dict[str, CheckReport]:
    reports = {}
    jac: Any = constraint.jac if callable(constraint.jac) else None
    if jac is not None:
        report = reports[f"{name}.jac"] = check_jacobian(constraint.fun, jac, x, **options)
        jac = None if report.verdict == "fail" else jac
    if callable(constraint.hess):
        # Multipliers of either sign and unequal sizes: no Hessian hides behind another one.
        count = np.size(constraint.fun(np.array(x, dtype=np.float64)))
        v = np.where(np.arange(count) % 2, -1.0, 1.0) / (1 + np.arange(count) / max(count, 1))

        def weighted(at: Any) -> Any:
            return v @ np.ravel(constraint.fun(at))

        def slope(at: Any) -> Any:
            matrix = jac(at)
            return v @ (matrix if hasattr(matrix, "nnz") else np.atleast_2d(matrix))

        def hess(at: Any) -> Any:
            return constraint.hess(at, np.array(v))

        reports[f"{name}.hess"] = hessian_report(weighted, hess, x, None if jac is None else slope, options)
    return reports
