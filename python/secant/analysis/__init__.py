"""Calculus in use: linear maps, kinds of stationary points, Lagrange points, sensitivities, Newton steps, spectra."""

from secant.analysis.classification import StationaryPoint, classify
from secant.analysis.gauss_newton import GaussNewtonStep, gauss_newton_step
from secant.analysis.lagrange import LagrangePoint, lagrange
from secant.analysis.linearization import Linearization, linearize
from secant.analysis.newton import NewtonStep, newton_step
from secant.analysis.sensitivity import Sensitivity, sensitivity
from secant.analysis.spectrum import HessianSpectrum, hessian_spectrum
from secant.analysis.stationary import StationaryPoints, stationary_points

__all__ = [
    "GaussNewtonStep",
    "HessianSpectrum",
    "LagrangePoint",
    "Linearization",
    "NewtonStep",
    "Sensitivity",
    "StationaryPoint",
    "StationaryPoints",
    "classify",
    "gauss_newton_step",
    "hessian_spectrum",
    "lagrange",
    "linearize",
    "newton_step",
    "sensitivity",
    "stationary_points",
]
