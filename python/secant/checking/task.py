"""What is checked, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secant.checking.derivative import Tested
    from secant.checking.finding import Finding
    from secant.checking.reference import Reference

Mode: TypeAlias = Literal["auto", "entries", "directions"]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is checked.

    Attributes
    ----------
    name : str
        "gradient", "jacobian", …
    function_name : str
        What f is called in the report.
    tested : Tested
        The derivative.
    reference : Reference
        What it is held against.
    hessian : bool
        Whether it should be symmetric.
    extra : tuple of Finding and str
        What is known to be wrong, or remarkable, before entries are looked at.
    """

    name: str
    function_name: str
    tested: Tested
    reference: Reference
    hessian: bool = False
    extra: tuple[Finding | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """How it is checked; the options of the public functions that carry these names."""

    rtol: float | None = None
    tolerance: float = 0.0
    strict: bool = False
    seed: int | None = 0
    variables: Sequence[str] | None = None
    outputs: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name, value, accepted in (
            ("rtol", self.rtol, self.rtol is None or 0 < self.rtol < 1),
            ("tolerance", self.tolerance, 0 <= self.tolerance < 1),
        ):
            if not accepted:
                msg = f"{name} is {value!r}; accepted are relative errors below 1"
                raise ValueError(msg)
