"""Sparsity patterns: which entries of a matrix may differ from zero."""

from secant.sparsity.pattern import SparsityPattern, as_pattern

__all__ = ["SparsityPattern", "as_pattern"]
