"""Sparsity patterns of Jacobians and Hessians of functions that nobody can look into: found by asking them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.function import BLOCK_BYTES, FunctionLike, arguments, prepare
from secant.integers import as_integer
from secant.methods import FiniteDifference
from secant.sparsity import SparsityPattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from secant.bounds import BoundsLike


class FoundBy(IntFlag):
    """How an entry of a pattern was found; 0 for the diagonal of a Hessian, which is taken for granted."""

    NAN = 1
    """The value became NaN when the variable did."""
    PERTURBATION = 2
    """The value changed when the variable did."""


_LEAST_EVALUATIONS = 3
"""Two at x, and one elsewhere."""

_SOURCES = {"nan": FoundBy.NAN, "perturbation": FoundBy.PERTURBATION}


@dataclass(frozen=True, slots=True, eq=False)
class DetectedPattern:
    """A sparsity pattern that was found by asking a function, with its circumstances.

    Attributes
    ----------
    pattern : SparsityPattern
        Where the derivative has nonzeros, as far as the function has shown; shape (f(x).size, x.size).
    found_by : ndarray of uint8
        For each entry, in the order of ``pattern.indices``, the `FoundBy` flags that apply.
    miss_probability : ndarray
        For each row, the probability that an entry that responds to perturbation was hidden by others in every round;
        NaN where no rounds were made, as for Hessians. Entries that do not respond at the points that were tried (a
        branch that is not taken, a factor that is zero) cannot be found by any number of rounds.
    evaluations : int
        Points at which the function was evaluated.
    rounds : int
        How often all variables were perturbed, each time at another point near x.
    nan_failed : bool
        Whether the function raised an exception when it was given NaN: then perturbation alone was used.
    complete : bool
        Whether `max_evaluations` was enough.
    """

    pattern: SparsityPattern
    found_by: npt.NDArray[np.uint8]
    miss_probability: npt.NDArray[np.float64]
    evaluations: int
    rounds: int
    nan_failed: bool
    complete: bool

    def __str__(self) -> str:
        """How it was found, and the pattern."""
        return f"{self.summary()}\n{self.pattern}"

    def summary(self) -> str:
        """How it was found, in a few lines without the pattern itself."""
        by = [np.bitwise_and(self.found_by, flag) != 0 for flag in FoundBy]
        counts = {
            "both": np.count_nonzero(by[0] & by[1]),
            "NaN alone": np.count_nonzero(by[0] & ~by[1]),
            "perturbation alone": np.count_nonzero(~by[0] & by[1]),
            "neither (the diagonal)": np.count_nonzero(~by[0] & ~by[1]),
        }
        lines = [
            f"entries      {self.pattern.nnz}, found by " + ", ".join(f"{how}: {k}" for how, k in counts.items() if k),
            f"evaluations  {self.evaluations}, in {self.rounds} rounds",
        ]
        if self.miss_probability.size and not np.isnan(self.miss_probability).all():
            lines.append(
                f"missed       an entry that responds, with a probability of {self.miss_probability.max():.1e}"
            )
        if self.nan_failed:
            lines.append("NaN          f raised an exception when it was given NaN")
        if not self.complete:
            lines.append("incomplete   max_evaluations was reached")
        return "\n".join(lines)


def detect_jacobian_pattern(
    f: FunctionLike,
    x: npt.ArrayLike,
    *,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    sources: Sequence[str] = ("nan", "perturbation"),
    typical: npt.ArrayLike = 1.0,
    miss_probability: float = 1e-3,
    max_evaluations: int | None = None,
    seed: int = 0,
    block_bytes: int = BLOCK_BYTES,
) -> DetectedPattern:
    """Find where the Jacobian of a function may have nonzeros, by asking the function.

    Variables are replaced by NaN, and then moved at several random points around x; entries of f(x) that respond depend
    on them. Many variables are replaced at once, and sets in which something responds are halved: a matrix with few
    nonzeros in each row takes a number of evaluations that grows with the logarithm of the number of its columns.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns an array, a list or a number. It must give the same value for the same argument.
    x : array_like
        The point around which f is asked.
    args, argnum, bounds, vectorized, block_bytes
        As for `Jacobian`. Points stay within the bounds but for NaN.
    sources : sequence of str
        What is put in place of variables: "nan", "perturbation" or both. NaN finds what has no effect at the points
        that are tried, and also what has none anywhere: a product with zero, a solver that takes NaN everywhere.
    typical : float or array_like
        The scale of variables that are smaller: they are moved by shares of it.
    miss_probability : float
        Rounds of perturbation go on until an entry that responds is missed with no more than this probability.
    max_evaluations : int, optional
        How many points f may be evaluated at, 3 at the least.
    seed : int
        Of the random points and sets.

    Returns
    -------
    DetectedPattern

    Raises
    ------
    ValueError
        If f has different values at the same point, f(x) changes its shape, or an option is not one of those above.

    Examples
    --------
    >>> import numpy as np, secant
    >>> found = secant.detect_jacobian_pattern(lambda x: x[1:] * x[:-1], np.arange(1.0, 1001.0))
    >>> found.pattern == secant.SparsityPattern.banded((999, 1000), 0, 1)
    True
    """
    return _detect(
        f,
        x,
        args,
        second=False,
        name="f",
        argnum=argnum,
        bounds=bounds,
        vectorized=vectorized,
        block_bytes=block_bytes,
        sources=sources,
        typical=typical,
        miss_probability=miss_probability,
        max_evaluations=max_evaluations,
        seed=seed,
    )


def detect_hessian_pattern(
    f: FunctionLike,
    x: npt.ArrayLike,
    *,
    grad: FunctionLike | None = None,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
    typical: npt.ArrayLike = 1.0,
    miss_probability: float = 1e-3,
    max_evaluations: int | None = None,
    seed: int = 0,
    block_bytes: int = BLOCK_BYTES,
) -> DetectedPattern:
    """Find where the Hessian of a scalar-valued function may have nonzeros, by asking the function or its gradient.

    With `grad`, the pattern of its Jacobian, made symmetric. From values of f, sets of variables that interact (those
    for which moving both is not the sum of moving each) are halved down to pairs: the number of evaluations is in
    proportion to the number of nonzeros. The diagonal is taken to be there. Interactions that are lost in the rounding
    of f are not seen.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number. Not called where `grad` is given.
    x : array_like
        The point around which f is asked.
    grad : callable or secant.native.Function, optional
        The gradient of f.
    args, argnum, bounds, vectorized, typical, miss_probability, max_evaluations, seed, block_bytes
        As for `detect_jacobian_pattern`; `miss_probability` serves with `grad`.

    Returns
    -------
    DetectedPattern
        Symmetric.

    Raises
    ------
    ValueError
        If f has different values at the same point, or is not scalar-valued.

    Examples
    --------
    >>> import numpy as np, secant
    >>> from scipy.optimize import rosen
    >>> found = secant.detect_hessian_pattern(rosen, np.linspace(0.5, 1.5, 50))
    >>> found.pattern == secant.SparsityPattern.banded(50, 1)
    True
    """
    found = _detect(
        f if grad is None else grad,
        x,
        args,
        second=grad is None,
        name="f" if grad is None else "grad",
        argnum=argnum,
        bounds=bounds,
        vectorized=vectorized,
        block_bytes=block_bytes,
        sources=("nan", "perturbation"),
        typical=typical,
        miss_probability=miss_probability,
        max_evaluations=max_evaluations,
        seed=seed,
    )
    if grad is None:
        return found
    if found.pattern.shape[0] != found.pattern.shape[1]:
        msg = "grad(x) has {} entries, but x has {}: it is not a gradient".format(*found.pattern.shape)
        raise ValueError(msg)
    return _symmetric(found)


def _detect(
    f: FunctionLike,
    x: npt.ArrayLike,
    args: tuple[Any, ...],
    *,
    second: bool,
    sources: Sequence[str],
    typical: npt.ArrayLike,
    miss_probability: float,
    max_evaluations: int | None,
    seed: int,
    **options: Any,
) -> DetectedPattern:
    everything = arguments(x, args, options["argnum"])
    core = prepare(f, method=FiniteDifference(typical=typical), **options)[1]
    return detect_by(core, everything, second, sources, miss_probability, max_evaluations, seed)


def detect_by(
    core: Any,
    everything: tuple[Any, ...],
    second: bool = False,
    sources: Sequence[str] = ("nan", "perturbation"),
    miss_probability: float = 1e-3,
    max_evaluations: int | None = None,
    seed: int = 0,
) -> DetectedPattern:
    """The same of a compiled function, for all arguments of it."""
    if isinstance(sources, str):
        msg = f"sources is the string {sources!r}; accepted are sequences, such as ('nan',) or ('nan', 'perturbation')"
        raise ValueError(msg)
    if not sources or not set(sources) <= set(_SOURCES):
        msg = f"sources is {sources!r}; accepted are sequences of 'nan' and 'perturbation'"
        raise ValueError(msg)
    if not isinstance(miss_probability, Real) or not 0 < miss_probability < 1:
        msg = f"miss_probability is {miss_probability!r}; accepted are numbers between 0 and 1"
        raise ValueError(msg)
    most = 0
    if max_evaluations is not None:
        most = as_integer(
            "max_evaluations", max_evaluations, f"integers from {_LEAST_EVALUATIONS} on, or None for no limit"
        )
        if most < _LEAST_EVALUATIONS:
            msg = f"max_evaluations is {most}; accepted are integers from {_LEAST_EVALUATIONS} on, or None for no limit"
            raise ValueError(msg)
    number = as_integer("seed", seed, "integers from 0 to 2**64 - 1")
    if not 0 <= number < 2**64:
        msg = f"seed is {number}; accepted are integers from 0 to 2**64 - 1"
        raise ValueError(msg)
    # What NaN makes NumPy warn of is wanted here.
    with np.errstate(all="ignore"):
        rows, i, j, found_by, missed, rounds, evaluations, nan_failed, complete = core.detect_pattern(
            everything, second, "nan" in sources, "perturbation" in sources, float(miss_probability), most, number
        )
    columns = np.size(everything[core.argnum])
    pattern = SparsityPattern.from_coordinates(i, j, (rows, columns))
    if not rounds or second:
        missed = np.full(rows, np.nan)
    return DetectedPattern(pattern, found_by, missed, evaluations, rounds, nan_failed, complete)


def _symmetric(found: DetectedPattern) -> DetectedPattern:
    """The pattern with its transpose, and what is known of either."""
    from scipy.sparse import csr_array

    pattern = found.pattern | found.pattern.T
    flags: csr_array = found.pattern.to_csr(found.found_by.astype(np.int64))
    both = pattern.to_csr(np.zeros(pattern.nnz, np.int64)) + flags * 4 + flags.T
    both.sort_indices()
    ored = np.bitwise_or(both.data // 4, both.data % 4).astype(np.uint8)
    return DetectedPattern(
        pattern, ored, found.miss_probability, found.evaluations, found.rounds, found.nan_failed, found.complete
    )
