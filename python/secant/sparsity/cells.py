"""How many entries lie in each cell of a coarse grid over a pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.sparsity.canonical import Shape
    from secant.sparsity.pattern import SparsityPattern

# Beyond as many columns, products of their indices and of numbers of cells could overflow.
_BITS = 48


def count_cells(
    pattern: SparsityPattern, cells: Shape, extent: Shape, weights: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.float64]:
    """Entries in each cell, where as many cells divide a matrix of this extent, the pattern at its upper left.

    Entry (i, j) lies in cell (i * cells[0] // extent[0], j * cells[1] // extent[1]). No array of the size of the
    pattern is made, but for one of a row of cells.

    Parameters
    ----------
    pattern : SparsityPattern
        What is divided.
    cells, extent : (int, int)
        Numbers of cells, and of rows and columns; cells are not more than these.
    weights : ndarray, optional
        What each column counts for; one by default.

    Returns
    -------
    ndarray of float64, shape cells
    """
    counts = np.zeros(cells)
    shift = max(extent[1].bit_length() - _BITS, 0)
    width = ((extent[1] - 1) >> shift) + 1
    for r in range(cells[0]):
        first, behind = (min(-(-extent[0] * edge // cells[0]), pattern.shape[0]) for edge in (r, r + 1))
        column = pattern.indices[pattern.indptr[first] : pattern.indptr[behind]]
        cell = (column.astype(np.int64) >> shift) * cells[1] // width
        counts[r] = np.bincount(cell, None if weights is None else weights[column], minlength=cells[1])
    return counts
