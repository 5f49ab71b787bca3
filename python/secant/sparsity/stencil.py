"""Which points of a grid are next to which."""

from __future__ import annotations

from itertools import product
from math import prod
from operator import index
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from secant.integers import as_integer
from secant.sparsity.canonical import index_dtype

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from secant.sparsity.canonical import Rows

Points: TypeAlias = "Literal['star', 'box'] | Sequence[int] | Sequence[Sequence[int]]"
Offset: TypeAlias = tuple[int, ...]


def checked_lengths(shape: Any) -> tuple[int, ...]:
    """The numbers of points along each axis of a grid."""
    accepted = "accepted are integers that are not negative, one for each axis of the grid"
    try:
        lengths = tuple(index(length) for length in (shape if np.iterable(shape) else (shape,)))
    except TypeError:
        msg = f"shape is {shape!r}; {accepted}"
        raise TypeError(msg) from None
    if not lengths or min(lengths) < 0:
        msg = f"shape is {shape!r}; {accepted}"
        raise ValueError(msg)
    return lengths


def checked_periods(periodic: Any, axes: int) -> tuple[bool, ...]:
    """Whether each axis closes upon itself."""
    given = tuple(periodic) if np.iterable(periodic) else (periodic,) * axes
    accepted = f"accepted are a bool, or {axes} of them, one for each axis"
    if not all(isinstance(one, bool | np.bool_) for one in given):
        msg = f"periodic is {periodic!r}; {accepted}"
        raise TypeError(msg)
    if len(given) != axes:
        msg = f"periodic has length {len(given)}; {accepted}"
        raise ValueError(msg)
    return tuple(bool(one) for one in given)


def resolve_offsets(points: Any, radius: int | None, lengths: tuple[int, ...]) -> Iterable[Offset]:
    """Offsets of a point's neighbours, of their name or as they are given."""
    if isinstance(points, str):
        reach = 1 if radius is None else as_integer("radius", radius, "integers that are not negative")
        if reach < 0:
            msg = f"radius is {reach}; accepted are integers that are not negative"
            raise ValueError(msg)
        if points == "star":
            return _star(reach, lengths)
        if points == "box":
            return product(*(_span(reach, length) for length in lengths))
        msg = f"points is {points!r}; {_accepted(len(lengths))}"
        raise ValueError(msg)
    if radius is not None:
        msg = f"radius is {radius}, and points are offsets: it is the radius of 'star' and 'box' only"
        raise ValueError(msg)
    return _checked_offsets(points, len(lengths))


def neighbours(lengths: tuple[int, ...], offsets: Iterable[Offset], periodic: tuple[bool, ...]) -> Rows:
    """Rows of the pattern in which each point of a grid, in C order, has its neighbours.

    Along each axis, an offset is a shift of the flat index that is the same for all points of a box: one box where it
    does not leave the axis, and another one where it wraps around. Two shifts of the same point lead to different
    points. So boxes in the order of their shifts fill every row in increasing order.
    """
    count = prod(lengths)
    boxes = sorted(_boxes(lengths, offsets, periodic), key=lambda one: one[0])
    entries = sum(prod(part.stop - part.start for part in box) for _, box in boxes)
    shape = (count, count)
    dtype = index_dtype(entries, shape)
    counts = np.zeros(lengths, dtype)
    for _, box in boxes:
        counts[box] += 1
    indptr = np.zeros(count + 1, dtype)
    np.cumsum(counts.ravel(), dtype=dtype, out=indptr[1:])
    indices = np.empty(entries, dtype)
    free = indptr[:-1].reshape(lengths).copy()  # where the next entry of each row goes
    point = np.arange(count, dtype=dtype).reshape(lengths)
    for shift, box in boxes:
        place = free[box]
        indices[place] = point[box] + dtype(shift)
        place += 1
    return indptr, indices, shape


def _boxes(
    lengths: tuple[int, ...], offsets: Iterable[Offset], periodic: tuple[bool, ...]
) -> Iterable[tuple[int, tuple[slice, ...]]]:
    """(shift of the flat index, points that it is the shift of), of all offsets."""
    strides = [prod(lengths[axis + 1 :]) for axis in range(len(lengths))]
    if 0 in lengths:
        return
    reduced = {
        tuple(step % length if wraps else step for step, length, wraps in zip(offset, lengths, periodic, strict=True))
        for offset in offsets
    }
    for offset in reduced:
        parts = [_parts(*one) for one in zip(offset, lengths, periodic, strict=True)]
        for combination in product(*parts):
            shift = sum(step * stride for (step, _), stride in zip(combination, strides, strict=True))
            yield shift, tuple(part for _, part in combination)


def _parts(step: int, length: int, wraps: bool) -> list[tuple[int, slice]]:
    """(shift, indices along an axis that it is the shift of); of an axis that wraps around, 0 <= step < length."""
    if abs(step) >= length:
        return []
    inside = (step, slice(max(-step, 0), length - max(step, 0)))
    return [inside, (step - length, slice(length - step, length))] if wraps and step else [inside]


def _span(reach: int, length: int) -> range:
    # From everywhere, all of the axis is within its length.
    reach = min(reach, max(length - 1, 0))
    return range(-reach, reach + 1)


def _star(reach: int, lengths: tuple[int, ...]) -> set[Offset]:
    axes = len(lengths)
    return {
        (0,) * axis + (step,) + (0,) * (axes - axis - 1) for axis in range(axes) for step in _span(reach, lengths[axis])
    }


def _checked_offsets(points: Any, axes: int) -> set[Offset]:
    if not np.iterable(points):
        msg = f"points is a {type(points).__name__}; {_accepted(axes)}"
        raise TypeError(msg)
    offsets: set[Offset] = set()
    for k, given in enumerate(points):
        try:
            offset = tuple(index(step) for step in (given if np.iterable(given) else (given,)))
        except TypeError:
            msg = f"points[{k}] is {given!r}; {_accepted(axes)}"
            raise TypeError(msg) from None
        if len(offset) != axes:
            msg = f"points[{k}] is {given!r}; {_accepted(axes)}"
            raise ValueError(msg)
        if offset in offsets:
            msg = f"points has the offset {given!r} twice; give each once"
            raise ValueError(msg)
        offsets.add(offset)
    return offsets


def _accepted(axes: int) -> str:
    of = "an integer" if axes == 1 else f"a tuple of {axes} integers"
    return f"accepted are 'star', 'box' and sequences of offsets, each {of}"
