"""Pictures: functions of two variables, Jacobians, spectra; errors by step, entries of an estimate or of a pattern.

matplotlib is imported where something is drawn, and only there: ``pip install "secant[plot]"`` brings it.
"""

from secant.plotting.contours import contour
from secant.plotting.estimates import estimate
from secant.plotting.jacobians import jacobian
from secant.plotting.patterns import pattern
from secant.plotting.remainders import taylor
from secant.plotting.spectra import spectrum
from secant.plotting.steps import step_sweep
from secant.plotting.surfaces import surface

__all__ = ["contour", "estimate", "jacobian", "pattern", "spectrum", "step_sweep", "surface", "taylor"]
