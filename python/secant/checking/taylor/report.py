"""What a Taylor test found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant.checking.taylor.text import page, reason
from secant.plain import plain

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

VERDICTS = ("pass", "inconclusive", "fail")
"""From the best to the worst."""

Verdict: TypeAlias = Literal["pass", "fail", "inconclusive"]
Limit: TypeAlias = Literal["rounding", "digits", "noise", "curvature", "ripple", "details", "kink", "jump"]


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """How far the derivative under test is from a coefficient of f's expansion along v.

    Attributes
    ----------
    name : str
        What the derivative is called: "grad", "jac", "jvp", "hess" or "hvp".
    order : {1, 2}
        Of the power of h.
    predicted : ndarray, f(x).shape
        A·v for the first order, vᵀHv / 2 for the second: what the derivative says.
    coefficient : ndarray, f(x).shape
        What it lacks: the estimate of what f does, less `predicted`. Zero, but for its error, if the derivative is
        right.
    standard_error : ndarray, f(x).shape
        Of the coefficient.
    detectable : ndarray, f(x).shape
        The smallest error of the derivative that is sure to be seen, in units of `scale`.
    worst : tuple of int
        The index of the output that decides.
    verdict : {"pass", "fail", "inconclusive"}
        That of the worst output.
    exact : bool
        Whether the remainder is rounding, or noise, at every step: f is linear (quadratic) along v.
    scale : ndarray, f(x).shape
        The magnitude of `predicted`; or, where that is more, a tenth of the terms it is a sum of, and a thousandth of
        how f changes along v.
    noise : float
        How far values of the worst output are uncertain.
    limit : str
        What makes most of its standard error: "rounding", few "digits", "noise", "curvature" (powers of h that the fit
        leaves out), a "ripple" that only small steps resolve, "details" that steps do not resolve; or what f has at x:
        a "kink" or a "jump".
    sides : tuple or None
        At a kink, the slopes of the worst output along v behind x and ahead of it.
    """

    name: str
    order: int
    predicted: npt.NDArray[Any]
    coefficient: npt.NDArray[Any]
    standard_error: npt.NDArray[np.float64]
    detectable: npt.NDArray[np.float64]
    worst: tuple[int, ...]
    verdict: Verdict
    exact: bool
    scale: npt.NDArray[np.float64]
    noise: float
    limit: Limit
    sides: tuple[Any, Any] | None = None

    @property
    def relative_error(self) -> Any:
        """The coefficient of the worst output, in units of the magnitude of what the derivative says."""
        with np.errstate(all="ignore"):
            return self.coefficient[self.worst] / np.abs(self.predicted[self.worst])

    @property
    def symbol(self) -> str:
        """How what the derivative says is written."""
        return "A·v" if self.order == 1 else "½vᵀHv"


@dataclass(frozen=True, slots=True)
class Slope:
    """A straight line through the logarithms of a remainder: |R(h)| is about factor · h^fitted.

    Attributes
    ----------
    order : {0, 1, 2}
        How many derivatives were taken off.
    fitted : float
        NaN if fewer than three steps are above rounding.
    factor : float
        In the units of f.
    largest, smallest : float
        Between which steps it was fitted.
    """

    order: int
    fitted: float
    factor: float
    largest: float
    smallest: float

    @property
    def expected(self) -> int:
        """What it is at least if the derivatives are right."""
        return self.order + 1


@dataclass(frozen=True, slots=True, eq=False)
class TaylorReport:
    """What a Taylor test found.

    Attributes
    ----------
    steps : ndarray, (k,)
        h, from the largest to the smallest, in units of `direction`.
    remainders : dict of int to ndarray, (k,)
        R0, R1 and, with a second derivative, R2: norms over outputs, in the units of f.
    worst_remainders : dict of int to ndarray, (k,)
        Magnitudes of those of the worst output alone.
    floor : ndarray, (k,)
        What rounding and noise of f make of a remainder.
    slopes : dict of int to Slope
        Of the norms, on logarithmic scales.
    terms : tuple of Term
        The coefficients of h and, with a second derivative, of h²: they decide.
    direction : ndarray, x.shape
        v, as it was used.
    seed : int or None
        That the direction was drawn with; None if it was given.
    evaluations : int
        Points at which f was evaluated.
    """

    steps: npt.NDArray[np.float64]
    remainders: dict[int, npt.NDArray[np.float64]]
    worst_remainders: dict[int, npt.NDArray[np.float64]]
    floor: npt.NDArray[np.float64]
    slopes: dict[int, Slope]
    terms: tuple[Term, ...]
    direction: npt.NDArray[Any]
    seed: int | None
    evaluations: int

    @property
    def verdict(self) -> Verdict:
        """The worst of those of the terms."""
        return self.decisive.verdict

    @property
    def ok(self) -> bool:
        """Whether the verdict is "pass"."""
        return self.verdict == "pass"

    @property
    def decisive(self) -> Term:
        """The term that the verdict is from: the first one of those that are worst."""
        return max(self.terms, key=lambda term: VERDICTS.index(term.verdict))

    @property
    def reason(self) -> str:
        """The verdict in a sentence."""
        return reason(self)

    @property
    def relative_error(self) -> Any:
        """What the decisive derivative lacks, in units of the magnitude of what it says."""
        return self.decisive.relative_error

    @property
    def detectable(self) -> float:
        """The smallest relative error that is sure to be seen, in the worst output of the decisive term."""
        return float(self.decisive.detectable[self.decisive.worst])

    def raise_if_failed(self) -> None:
        """Raise an AssertionError, with the report, unless the verdict is "pass"."""
        if not self.ok:
            raise AssertionError(str(self))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the remainders: see `secant.plotting.taylor`."""
        from secant.plotting.remainders import taylor

        return taylor(self, ax=ax)

    def to_dict(self) -> dict[str, Any]:
        """Everything as lists, numbers and strings; None for what is not finite, and [real, imaginary] for complex."""
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "derivatives": [term.name for term in self.terms],
            "steps": plain(self.steps),
            "remainders": {f"R{order}": plain(values) for order, values in self.remainders.items()},
            "worst_remainders": {f"R{order}": plain(values) for order, values in self.worst_remainders.items()},
            "floor": plain(self.floor),
            "slopes": {
                f"R{order}": {"fitted": plain(slope.fitted), "expected": slope.expected}
                for order, slope in self.slopes.items()
            },
            "terms": [
                {
                    "name": term.name,
                    "order": term.order,
                    "verdict": term.verdict,
                    "limit": term.limit,
                    "worst": [int(i) for i in term.worst],
                    "relative_error": plain(term.relative_error),
                    "predicted": plain(term.predicted),
                    "coefficient": plain(term.coefficient),
                    "standard_error": plain(term.standard_error),
                    "detectable": plain(term.detectable),
                }
                for term in self.terms
            ],
            "direction": plain(self.direction),
            "seed": self.seed,
            "evaluations": self.evaluations,
        }

    def __str__(self) -> str:
        return page(self)
