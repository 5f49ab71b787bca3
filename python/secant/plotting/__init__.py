"""Pictures: how errors depend on the step, what entries of an estimate are worth, and where a pattern has entries.

matplotlib is imported where something is drawn, and only there: ``pip install "secant[plot]"`` brings it.
"""

from secant.plotting.estimates import estimate
from secant.plotting.patterns import pattern
from secant.plotting.steps import step_sweep

__all__ = ["estimate", "pattern", "step_sweep"]
