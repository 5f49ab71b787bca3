"""Whether derivatives are right: estimate, compare, diagnose, report."""

from secant.checking.adapters import check_least_squares, check_minimize, check_root, check_solve_ivp
from secant.checking.checks import check_gradient, check_hessian, check_jacobian
from secant.checking.finding import Finding
from secant.checking.products import check_hvp, check_jvp, check_vjp
from secant.checking.report import CheckReport, Entry, PointCheck
from secant.checking.reports import CheckReports
from secant.checking.taylor import TaylorReport, taylor_test
from secant.checking.tensors import from_torch

__all__ = [
    "CheckReport",
    "CheckReports",
    "Entry",
    "Finding",
    "PointCheck",
    "TaylorReport",
    "check_gradient",
    "check_hessian",
    "check_hvp",
    "check_jacobian",
    "check_jvp",
    "check_least_squares",
    "check_minimize",
    "check_root",
    "check_solve_ivp",
    "check_vjp",
    "from_torch",
    "taylor_test",
]
