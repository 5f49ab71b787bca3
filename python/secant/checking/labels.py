"""What entries of a derivative are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of rows and columns.

    Attributes
    ----------
    row_name, row_shape
        What rows are entries of, and its shape: "f" and f(x).shape.
    column_shape : tuple of int
        x.shape.
    variables, outputs : sequence of str or None
        Names that the user gave.
    hessian : bool
        Whether entries are second derivatives.
    directions : bool
        Whether columns are directions.
    """

    row_name: str
    row_shape: tuple[int, ...]
    column_shape: tuple[int, ...]
    variables: Sequence[str] | None = None
    outputs: Sequence[str] | None = None
    hessian: bool = False
    directions: bool = False

    def row(self, i: int) -> str:
        """What a row is called."""
        if self.outputs is not None:
            return self.outputs[i]
        if self.hessian and self.variables is not None:
            n = len(self.variables)
            return self.variables[i % n]
        return self.row_name + _index(i, self.row_shape)

    def column(self, j: int) -> str:
        """What a column is called."""
        return self.variables[j] if self.variables is not None else "x" + _index(j, self.column_shape)

    def entry(self, i: int, j: int) -> str:
        """What an entry is called: by the derivative that it is."""
        if self.directions:
            return f"{self.row(i)} along direction {j}"
        if self.hessian:
            return f"∂²f/∂{self.row(i)}∂{self.column(j)}" if self.variables is not None else f"[{i}, {j}]"
        return f"∂{self.row(i)}/∂{self.column(j)}"

    def rows(self, which: npt.NDArray[np.intp]) -> str:
        """Several rows in one phrase."""
        return self._lines("row", self.row, which)

    def columns(self, which: npt.NDArray[np.intp]) -> str:
        """Several columns in one phrase."""
        return self._lines("column", self.column, which)

    def entries(self, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> str:
        """Several entries in one phrase."""
        names = [self.entry(int(i), int(j)) for i, j in zip(rows[:MOST_LISTED], columns[:MOST_LISTED], strict=True)]
        return self._several("entr", names, rows.size)

    def _lines(self, noun: str, name: Callable[[int], str], which: npt.NDArray[np.intp]) -> str:
        if which.size > 3 and which[-1] - which[0] == which.size - 1:
            return f"{noun}s {name(int(which[0]))} to {name(int(which[-1]))}"
        return self._several(noun, [name(int(i)) for i in which[:MOST_LISTED]], which.size)

    @staticmethod
    def _several(noun: str, names: list[str], count: int) -> str:
        plural = {"entr": ("entry", "entries")}.get(noun, (noun, noun + "s"))[count != 1]
        more = f" and {count - len(names)} more" if count > len(names) else ""
        return f"{plural} {', '.join(names)}{more}"


def _index(i: int, shape: tuple[int, ...]) -> str:
    if not shape:
        return ""
    return f"[{', '.join(str(int(k)) for k in np.unravel_index(i, shape))}]"
