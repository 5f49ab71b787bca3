"""Whole numbers among the arguments."""

from operator import index


def as_integer(name: str, value: object, accepted: str) -> int:
    """Return `value` as an int; TypeError, in words that name the argument, if it is none."""
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        msg = f"{name} is a {type(value).__name__}; accepted are {accepted}"
        raise TypeError(msg) from None
