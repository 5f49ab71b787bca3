"""What is wrong with a derivative, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a derivative.

    Attributes
    ----------
    kind : str
        What it is, in a word or two: "factor", "transposed", "stale", …
    message : str
        The same as a sentence, with what supports it.
    explained : int
        How many entries that fail it explains; 0 where it is not about values of entries.
    where : tuple of int
        The rows, columns or entries that it is about, where there are few; entries as (row, column) of the matrix with
        a row for each entry of f(x), whatever the layout.
    advice : str
        What to look for in the code.
    values : dict
        Numbers by name: the factor, the rank, …
    """

    kind: str
    message: str
    explained: int = 0
    where: tuple[Any, ...] = ()
    advice: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence, and the advice."""
        return f"{self.message}. {self.advice}" if self.advice else self.message
