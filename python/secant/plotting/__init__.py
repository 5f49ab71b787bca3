"""Pictures: errors by step, the worth of an estimate's entries, where a pattern has entries, Taylor remainders.

matplotlib is imported where something is drawn, and only there: ``pip install "secant[plot]"`` brings it.
"""

from secant.plotting.estimates import estimate
from secant.plotting.patterns import pattern
from secant.plotting.remainders import taylor
from secant.plotting.steps import step_sweep

__all__ = ["estimate", "pattern", "step_sweep", "taylor"]
