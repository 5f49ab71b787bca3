"""The order test: whether what a derivative leaves of f falls with the step as fast as it should."""

from secant.checking.taylor.order import taylor_test
from secant.checking.taylor.report import Slope, TaylorReport, Term

__all__ = ["Slope", "TaylorReport", "Term", "taylor_test"]
