"""Derivatives of numerical functions: gradients, Jacobians, Hessians and their products."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from secant import native
from secant.coloring import Coloring, color
from secant.derivatives import Gradient, Hessian, Jacobian, derivative, gradient, hessian, jacobian, partial
from secant.detection import DetectedPattern, FoundBy, detect_hessian_pattern, detect_jacobian_pattern
from secant.estimate import Estimate, Status
from secant.installation import __version__, get_cmake_dir, get_include
from secant.methods import Adaptive, ComplexStep, FiniteDifference
from secant.noise import noise_level
from secant.products import hvp, jvp, vjp
from secant.sparsity import SparsityPattern
from secant.threads import get_num_threads, set_num_threads

if TYPE_CHECKING:
    from secant import analysis, checking, plotting, testing  # noqa: F401
    from secant.checking import (
        CheckReport,
        CheckReports,
        Finding,
        TaylorReport,
        check_gradient,
        check_hessian,
        check_hvp,
        check_jacobian,
        check_jvp,
        check_least_squares,
        check_minimize,
        check_root,
        check_solve_ivp,
        check_vjp,
        taylor_test,
    )

__all__ = [
    "Adaptive",
    "CheckReport",
    "CheckReports",
    "Coloring",
    "ComplexStep",
    "DetectedPattern",
    "Estimate",
    "Finding",
    "FiniteDifference",
    "FoundBy",
    "Gradient",
    "Hessian",
    "Jacobian",
    "SparsityPattern",
    "Status",
    "TaylorReport",
    "__version__",
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
    "color",
    "derivative",
    "detect_hessian_pattern",
    "detect_jacobian_pattern",
    "get_cmake_dir",
    "get_include",
    "get_num_threads",
    "gradient",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "native",
    "noise_level",
    "partial",
    "set_num_threads",
    "taylor_test",
    "vjp",
]


_ON_TOP = ("analysis", "checking", "plotting", "testing")


def __getattr__(name: str) -> Any:
    # What stands on top comes when it is asked for: programs that only differentiate start faster.
    if name in _ON_TOP:
        return import_module(f"secant.{name}")
    if name in __all__:
        return getattr(import_module("secant.checking"), name)
    msg = f"module 'secant' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ON_TOP})
