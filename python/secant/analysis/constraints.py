"""Constraints in all the forms that SciPy takes, as one function with lower and upper limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.analysis.bars import Barred
from secant.analysis.differentiable import DifferentiableMap

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant import methods
    from secant.bounds import BoundsLike

_ACCEPTED = (
    "accepted are a callable g, for g(x) = 0, a scipy NonlinearConstraint or LinearConstraint, "
    "a dict with 'type' ('eq' or 'ineq') and 'fun', or a list of those"
)


@dataclass(frozen=True, slots=True, eq=False)
class Constraints:
    """Functions c with limits: lower <= c(x) <= upper, m numbers in all, equalities where the limits are equal.

    Attributes
    ----------
    maps : tuple of DifferentiableMap
        They give the entries of c one after the other.
    lower, upper : ndarray
        Shape (m,).
    names : tuple of str
        What each of the m is called in messages.
    """

    maps: tuple[DifferentiableMap, ...]
    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    names: tuple[str, ...]

    @property
    def equal(self) -> npt.NDArray[np.bool_]:
        """Which of them are equalities, shape (m,)."""
        return np.equal(self.lower, self.upper)

    def value(self, x: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """c(x), shape (m,)."""
        return np.concatenate([np.zeros(0), *(part.value(x) for part in self.maps)])

    def jacobian(self, x: npt.NDArray[Any]) -> Barred:
        """The Jacobian of c, shape (m, x.size)."""
        found = [part.jacobian(x) for part in self.maps]
        empty = np.zeros((0, x.size))
        return Barred(
            np.concatenate([empty, *(part.value for part in found)]),
            np.concatenate([empty, *(part.error for part in found)]),
            np.concatenate([empty.astype(np.int8), *(part.status for part in found)]),
        )


def as_constraints(
    given: Any, x: npt.NDArray[Any], method: str | methods.Method, bounds: BoundsLike | None
) -> Constraints:
    """Constraints in any of the accepted forms, with as many entries as they have at x."""
    parts = list(given) if isinstance(given, list | tuple) else [given]
    maps, lower, upper, names = [], [], [], []
    for k, part in enumerate(parts):
        label = f"constraint {k}" if len(parts) > 1 else "the constraint"
        function, jac, low, high = _taken_apart(part, label)
        if not callable(function):
            msg = f"{label} has a {type(function).__name__} for its function; accepted are callables"
            raise TypeError(msg)
        mapped = DifferentiableMap(function, jac, label, method, bounds)
        m = mapped.value(x).size
        try:
            lower.append(np.broadcast_to(np.asarray(low, np.float64), (m,)))
            upper.append(np.broadcast_to(np.asarray(high, np.float64), (m,)))
        except ValueError as error:
            msg = f"{label} has {m} entries, its limits have shapes {np.shape(low)} and {np.shape(high)}"
            raise ValueError(msg) from error
        if np.any(np.isnan(lower[-1]) | np.isnan(upper[-1]) | (lower[-1] > upper[-1])):
            msg = f"{label} has the limits {low} and {high}: the lower must not exceed the upper"
            raise ValueError(msg)
        maps.append(mapped)
        names += [label if m == 1 else f"{label}[{i}]" for i in range(m)]
    joined = [np.concatenate([np.zeros(0), *limits]) for limits in (lower, upper)]
    return Constraints(tuple(maps), joined[0], joined[1], tuple(names))


def _taken_apart(part: Any, label: str) -> tuple[Any, Any, Any, Any]:
    """Function, Jacobian or None, lower and upper limits."""
    if isinstance(part, dict):
        return _from_dict(part, label)
    if hasattr(part, "fun") and hasattr(part, "lb"):  # NonlinearConstraint
        return part.fun, part.jac if callable(part.jac) else None, part.lb, part.ub
    if hasattr(part, "A") and hasattr(part, "lb"):  # LinearConstraint
        matrix = part.A.toarray() if hasattr(part.A, "toarray") else np.atleast_2d(part.A)
        return (lambda x: matrix @ np.ravel(x)), (lambda _: matrix), part.lb, part.ub
    if callable(part):
        return part, None, 0.0, 0.0
    msg = f"{label} is a {type(part).__name__}; {_ACCEPTED}"
    raise TypeError(msg)


def _from_dict(part: dict[str, Any], label: str) -> tuple[Any, Any, Any, Any]:
    kind = part.get("type")
    if kind not in ("eq", "ineq") or "fun" not in part:
        msg = f"{label} is a dict with the keys {sorted(part)} and the type {kind!r}; {_ACCEPTED}"
        raise ValueError(msg)
    args = tuple(part.get("args", ()))
    function, jac = part["fun"], part.get("jac")
    with_args = function if not args else lambda x: function(x, *args)
    jac_with_args = jac if not args or not callable(jac) else lambda x: jac(x, *args)
    return with_args, jac_with_args if callable(jac) else None, 0.0, 0.0 if kind == "eq" else np.inf
