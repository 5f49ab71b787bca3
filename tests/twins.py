"""The same derivatives as secant's, in loops that anyone believes: slow, obvious, with an explicit step."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt


def offsets_of(side: str, order: int, derivative: int) -> list[int]:
    """Neighbours, in steps, that a formula of this order of accuracy needs."""
    if side == "central":
        half = order // 2 + (derivative - 1) // 2
        return list(range(-half, half + 1))
    direction = 1 if side == "forward" else -1
    return [direction * k for k in range(derivative + order)]


def weights_of(offsets: list[int], derivative: int) -> list[Fraction]:
    """Weights with which values at the offsets are summed: exact on 1, t, t², … — Gauss-Jordan on that system."""
    n = len(offsets)
    rows = [[Fraction(k) ** power for k in offsets] + [Fraction(0)] for power in range(n)]
    rows[derivative][n] = Fraction(1 if derivative < 2 else 2)  # derivative! for derivatives 1 and 2
    for column in range(n):
        pivot = next(r for r in range(column, n) if rows[r][column] != 0)
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [entry / rows[column][column] for entry in rows[column]]
        for r in range(n):
            if r != column:
                rows[r] = [a - rows[r][column] * b for a, b in zip(rows[r], rows[column], strict=True)]
    return [row[n] for row in rows]


def gain_of(side: str, order: int, derivative: int) -> float:
    """Sum of |weights|: an error of delta in each value becomes at most gain delta / h**derivative."""
    return float(sum(abs(w) for w in weights_of(offsets_of(side, order, derivative), derivative)))


def along(
    f: Callable[[Any], Any], x: npt.ArrayLike, d: npt.ArrayLike, side: str, order: int, derivative: int = 1
) -> Any:
    """The derivative of t -> f(x + t d) at t = 0, with step 1 in t."""
    x, d = np.asarray(x), np.asarray(d)
    offsets = offsets_of(side, order, derivative)
    total: Any = 0
    for offset, weight in zip(offsets, weights_of(offsets, derivative), strict=True):
        if weight != 0:
            total = total + float(weight) * np.asarray(f((x + offset * d)[()]))
    return total


def unit(x: npt.ArrayLike, index: tuple[int, ...], h: float) -> npt.NDArray[Any]:
    """An array shaped like x: h at the index, zero elsewhere."""
    d = np.zeros(np.shape(x))
    d[index] = h
    return d


def jacobian(f: Callable[[Any], Any], x: npt.ArrayLike, h: float, side: str = "central", order: int = 2) -> Any:
    """Column by column, f(x).shape + x.shape."""
    J = np.zeros(
        np.shape(f(np.asarray(x)[()])) + np.shape(x), dtype=np.result_type(np.asarray(f(np.asarray(x)[()])), 0.0)
    )
    for index in np.ndindex(np.shape(x)):
        J[(..., *index)] = along(f, x, unit(x, index, h), side, order) / h
    return J


def derivative(
    f: Callable[[Any], Any], x: npt.ArrayLike, h: float, which: int = 1, side: str = "central", order: int = 2
) -> Any:
    """Entry by entry, each with the others held."""
    result = np.zeros(np.shape(x))
    for index in np.ndindex(np.shape(x)):
        entry = np.asarray(x)[index]
        result[index] = along(f, entry, h, side, order, which) / h**which
    return result


def jvp(
    f: Callable[[Any], Any], x: npt.ArrayLike, v: npt.ArrayLike, h: float, side: str = "central", order: int = 2
) -> Any:
    """One difference along v."""
    return along(f, x, h * np.asarray(v), side, order) / h


def vjp(
    f: Callable[[Any], Any], x: npt.ArrayLike, w: npt.ArrayLike, h: float, side: str = "central", order: int = 2
) -> Any:
    """The sum of w over the outputs of the whole Jacobian."""
    J = jacobian(f, x, h, side, order)
    result = np.zeros(np.shape(x), dtype=np.result_type(J, np.asarray(w)))
    for output in np.ndindex(np.shape(w)):
        result = result + np.asarray(w)[output] * J[output]
    return result


def hessian(f: Callable[[Any], Any], x: npt.ArrayLike, h: float, side: str = "central", order: int = 2) -> Any:
    """Second differences along the axes and along their diagonals.

    From d = h e_a + h e_b and d' H d = h² (H_aa + 2 H_ab + H_bb); order 1 by the product of two first differences.
    """
    n = np.size(x)
    shape = np.shape(f(np.asarray(x)[()]))
    axes = [unit(x, index, h) for index in np.ndindex(np.shape(x))]
    H = np.zeros((*shape, n, n))
    for a in range(n):
        for b in range(n):
            if order == 1:
                both, first, second = axes[a] + axes[b], axes[a], axes[b]
                sign = 1 if side == "forward" else -1
                x = np.asarray(x)
                values = [np.asarray(f((x + sign * d)[()])) for d in (both, first, second, 0 * both)]
                H[..., a, b] = (values[0] - values[1] - values[2] + values[3]) / h**2
            elif a == b:
                H[..., a, a] = along(f, x, axes[a], side, order, 2) / h**2
            else:
                diagonal = along(f, x, axes[a] + axes[b], side, order, 2)
                alone = along(f, x, axes[a], side, order, 2) + along(f, x, axes[b], side, order, 2)
                H[..., a, b] = (diagonal - alone) / (2 * h**2)
    return H.reshape(shape + np.shape(x) + np.shape(x))


def hvp(
    f: Callable[[Any], Any], x: npt.ArrayLike, v: npt.ArrayLike, h: float, side: str = "central", order: int = 2
) -> Any:
    """The same for d = h e_a + h v: d' H d = h² (H_aa + 2 (H v)_a + v' H v)."""
    shape = np.shape(f(np.asarray(x)[()]))
    Hv = np.zeros(shape + np.shape(x))
    line = h * np.asarray(v)
    for index in np.ndindex(np.shape(x)):
        axis = unit(x, index, h)
        alone = along(f, x, axis, side, order, 2) + along(f, x, line, side, order, 2)
        Hv[(..., *index)] = (along(f, x, axis + line, side, order, 2) - alone) / (2 * h**2)
    return Hv


def hvp_from_gradient(
    grad: Callable[[Any], Any], x: npt.ArrayLike, v: npt.ArrayLike, h: float, side: str = "central", order: int = 2
) -> Any:
    """A difference of the gradient along v."""
    return jvp(grad, x, v, h, side, order)
