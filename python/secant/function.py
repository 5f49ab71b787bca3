"""What the user's function is: callable or native, which argument is differentiated, one point a call or a block."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy.typing as npt

from secant import _core, methods, native
from secant.bounds import BoundsLike
from secant.bounds import resolve as resolve_bounds
from secant.integers import as_integer

FunctionLike: TypeAlias = Callable[..., Any] | native.Function

BLOCK_BYTES = 2**26
"""Memory that one block of points and values of a vectorized function may take, by default."""


def prepare(
    f: FunctionLike,
    *,
    name: str = "f",
    like: npt.ArrayLike | None = None,
    argnum: int,
    method: str | methods.Method,
    bounds: BoundsLike | None,
    vectorized: bool = False,
    block_bytes: int = BLOCK_BYTES,
) -> tuple[methods.Method, _core.Differentiator]:
    """Check the options that all derivatives have in common: the method, and the compiled object that does the work."""
    resolved, compiled = methods.resolve(method)
    function = f.compiled if isinstance(f, native.Function) else f
    if not callable(function):
        msg = f"{name} is a {type(f).__name__}; accepted are callables and secant.native.Function(...)"
        raise TypeError(msg)
    position = as_integer("argnum", argnum, "positions of arguments, counted from 0")
    if position < 0:
        msg = f"argnum is {position}; accepted are positions of arguments, counted from 0"
        raise ValueError(msg)
    memory = as_integer("block_bytes", block_bytes, "positive numbers of bytes")
    if memory < 1:
        msg = f"block_bytes is {block_bytes}; accepted are positive numbers of bytes"
        raise ValueError(msg)
    lower, upper = resolve_bounds(bounds)
    return resolved, _core.Differentiator(function, position, bool(vectorized), memory, compiled, lower, upper, like)


def arguments(x: Any, args: Sequence[Any], argnum: int) -> tuple[Any, ...]:
    """All positional arguments of f, with x put where it belongs among the others."""
    if not isinstance(args, tuple):
        # A list, or an array, is more often one argument that lacks its comma than several.
        msg = f"args is a {type(args).__name__}; accepted is a tuple of f's other arguments, as in args=(a,)"
        raise TypeError(msg)
    if argnum == 0:
        return (x, *args)
    if not 0 <= argnum <= len(args):
        msg = f"argnum is {argnum}, but f has {len(args) + 1} arguments, x and those in args"
        raise ValueError(msg)
    return (*args[:argnum], x, *args[argnum:])
