"""Factors that derivatives are wrong by, with what they usually mean."""

from __future__ import annotations

import math
from fractions import Fraction

_KNOWN = (
    (math.pi / 180, "π/180", "degrees in place of radians"),
    (180 / math.pi, "180/π", "radians in place of degrees"),
    (math.pi, "π", ""),
    (2 * math.pi, "2π", "angular frequency, or frequency"),
    (1 / (2 * math.pi), "1/(2π)", "angular frequency, or frequency"),
    (math.log(10), "ln 10", "the derivative of log10 or 10**x as if it were log or exp"),
    (1 / math.log(10), "1/ln 10", "the derivative of log10 or 10**x as if it were log or exp"),
    (math.log(2), "ln 2", "the derivative of log2 or 2**x as if it were log or exp"),
    (1 / math.log(2), "1/ln 2", "the derivative of log2 or 2**x as if it were log or exp"),
    (math.sqrt(2), "√2", ""),
    (1 / math.sqrt(2), "1/√2", ""),
    (1e3, "1000", "units: kilo"),
    (1e-3, "1/1000", "units: milli"),
    (1e6, "10⁶", "units: mega"),
    (1e-6, "10⁻⁶", "units: micro"),
)

_MEANINGS = {
    Fraction(-1): "the sign is wrong",
    Fraction(2): "a factor ½ is missing, as of ½‖r‖², or a term is counted twice",
    Fraction(1, 2): "a factor 2 is missing, as of a square, or of a symmetric term",
    Fraction(-2): "the sign is wrong, and a factor",
}

_LARGEST = 64


def name_factor(factor: complex, uncertainty: float, sizes: dict[str, int]) -> tuple[str, str]:
    """A factor in symbols, and what it may mean; its digits and "" where it is none of those known.

    Parameters
    ----------
    factor : float or complex
        What the derivative is, over what it should be.
    uncertainty : float
        How far the factor may be off.
    sizes : dict
        Numbers of things by their names, as n and m: means are taken for sums.
    """
    if isinstance(factor, complex):
        if abs(factor.imag) > uncertainty:
            return f"{factor:.6g}", ""
        factor = factor.real
    near = max(uncertainty, 1e-12 * abs(factor))
    simple = Fraction(factor).limit_denominator(8)
    if abs(simple) < 1 / 8:
        simple = Fraction(1, round(1 / factor)) if abs(factor) >= 1 / _LARGEST else Fraction(0)
    # A fraction is told from its neighbours only if the factor is known well enough.
    if 0 < abs(simple) <= _LARGEST and abs(float(simple) - factor) <= near < 1e-3:
        return f"{'−' if simple < 0 else ''}{abs(simple)}", _MEANINGS.get(simple, "")
    for value, symbol, meaning in _KNOWN:
        for sign, prefix in ((1, ""), (-1, "−")):
            if abs(sign * value - factor) <= near and near < 1e-3 * abs(value):
                return prefix + symbol, meaning
    for what, size in sizes.items():
        if size > 1 and near < 1e-3 / size:
            if abs(factor * size - 1) <= near * size:
                return f"1/{what} = 1/{size}", "a mean in place of a sum"
            if abs(factor - size) <= near * size:
                return f"{what} = {size}", "a sum in place of a mean"
    return digits(factor), ""


def digits(factor: float) -> str:
    """A factor with digits enough to see that it is not 1."""
    return f"{factor:.4f}" if 0.01 <= abs(factor) < 1e4 and abs(factor - 1) > 1e-3 else f"{factor:.10g}"
