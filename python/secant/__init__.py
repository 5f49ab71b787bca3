"""Derivatives of numerical functions: gradients, Jacobians, Hessians and their products."""

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

__all__ = [
    "Adaptive",
    "Coloring",
    "ComplexStep",
    "DetectedPattern",
    "Estimate",
    "FiniteDifference",
    "FoundBy",
    "Gradient",
    "Hessian",
    "Jacobian",
    "SparsityPattern",
    "Status",
    "__version__",
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
    "vjp",
]
