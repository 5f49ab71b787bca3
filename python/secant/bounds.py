"""The box that a function must not be called outside of."""

from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

_ACCEPTED = (
    "accepted are a pair (lower, upper), each None, a scalar or shaped like x, or a scipy.optimize.Bounds; "
    "pairs for each variable are turned into that by tuple(zip(*pairs))"
)


@runtime_checkable
class SupportsBounds(Protocol):
    """What has lower and upper bounds as scipy.optimize.Bounds has them."""

    lb: Any
    ub: Any


BoundsLike: TypeAlias = tuple[npt.ArrayLike | None, npt.ArrayLike | None] | SupportsBounds

Border: TypeAlias = npt.NDArray[np.float64]


def resolve(bounds: BoundsLike | None) -> tuple[Border | None, Border | None]:
    """Lower and upper bounds as arrays (0-d, or shaped like x), or two Nones where there are no bounds at all."""
    if bounds is None:
        return None, None
    if isinstance(bounds, SupportsBounds):
        # SciPy keeps a scalar as an array of one.
        given: tuple[Any, Any] = (_scalar_if_one(bounds.lb), _scalar_if_one(bounds.ub))
    elif isinstance(bounds, tuple | list) and len(bounds) == 2:
        given = (bounds[0], bounds[1])
    else:
        size = f" of length {len(bounds)}" if isinstance(bounds, tuple | list) else ""
        msg = f"bounds is a {type(bounds).__name__}{size}; {_ACCEPTED}"
        raise TypeError(msg)
    lower = _border("lower", given[0], -np.inf)
    upper = _border("upper", given[1], np.inf)
    if lower.ndim == 0 or upper.ndim == 0 or lower.shape == upper.shape:
        crossed = lower > upper
        if np.any(crossed):
            low, high = np.broadcast_arrays(lower, upper)
            first = int(np.argmax(crossed))
            where = "" if crossed.ndim == 0 else f" at entry {first}"
            msg = f"the lower bound {low.flat[first]} exceeds the upper bound {high.flat[first]}{where}"
            raise ValueError(msg)
    return lower, upper


def real_array(value: Any) -> npt.NDArray[np.float64] | None:
    """Return a float64 copy of real numbers; None for everything else: strings, complex numbers, ragged lists."""
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return array.astype(np.float64) if array.dtype.kind in "fiu" else None


def _scalar_if_one(values: Any) -> Any:
    return np.reshape(values, ()) if np.size(values) == 1 else values


def _border(name: str, value: Any, otherwise: float) -> Border:
    border = real_array(otherwise if value is None else value)
    if border is None:
        msg = f"the {name} bound is {value!r}; {_ACCEPTED}"
        raise TypeError(msg)
    if np.isnan(border).any():
        msg = f"the {name} bound has NaN entries; use None, or an infinite entry, for no bound"
        raise ValueError(msg)
    border.setflags(write=False)
    return border
