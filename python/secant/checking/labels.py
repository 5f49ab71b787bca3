"""What entries of a derivative are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.layout import Layout

MOST_LISTED = 5


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of rows and columns of a matrix that has a row for each entry of f(x), and a column for each of x.

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
    layout : {"numerator", "denominator"} or None
        Of the derivative under test: in denominator layout, what are rows here are columns to whoever wrote it.
    """

    row_name: str
    row_shape: tuple[int, ...]
    column_shape: tuple[int, ...]
    variables: Sequence[str] | None = None
    outputs: Sequence[str] | None = None
    hessian: bool = False
    directions: bool = False
    layout: Layout | None = None

    @property
    def row_noun(self) -> str:
        """What a row is in the layout of the derivative: "row" or "column"."""
        return "column" if self.layout == "denominator" and not self.hessian else "row"

    @property
    def column_noun(self) -> str:
        """What a column is in the layout of the derivative."""
        return "row" if self.row_noun == "column" else "column"

    def row(self, i: int) -> str:
        """What a row is called."""
        if self.outputs is not None:
            return self.outputs[i]
        if self.hessian:
            of, k = self._of_output(i)
            return f"∂{of}/∂{self.column(k)}" if self._output_shape else self.column(k)
        return self.row_name + _index(i, self.row_shape)

    def column(self, j: int) -> str:
        """What a column is called."""
        return self.variables[j] if self.variables is not None else "x" + _index(j, self.column_shape)

    def entry(self, i: int, j: int) -> str:
        """What an entry is called: by the derivative that it is."""
        if self.directions:
            return f"{self.row(i)} along direction {j}"
        if self.hessian:
            of, k = self._of_output(i)
            if self.variables is None and not self._output_shape and len(self.column_shape) == 1:
                return f"[{k}, {j}]"
            return f"∂²{of}/∂{self.column(k)}∂{self.column(j)}"
        return f"∂{self.row(i)}/∂{self.column(j)}"

    @property
    def _output_shape(self) -> tuple[int, ...]:
        """Of a Hessian, f(x).shape: rows are entries of f(x) by entries of x."""
        return self.row_shape[: len(self.row_shape) - len(self.column_shape)]

    def _of_output(self, i: int) -> tuple[str, int]:
        """The entry of f, and the number of the variable, that a row of a Hessian is of."""
        output, variable = divmod(i, int(np.prod(self.column_shape)))
        return f"f{_index(output, self._output_shape)}", variable

    def rows(self, which: npt.NDArray[np.intp]) -> str:
        """Several rows in one phrase."""
        return self._lines(self.row_noun, self.row, which)

    def columns(self, which: npt.NDArray[np.intp]) -> str:
        """Several columns in one phrase."""
        return self._lines(self.column_noun, self.column, which)

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
