"""A pattern in a line of words, and in a few lines of dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from secant.sparsity.cells import count_cells

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.sparsity.pattern import SparsityPattern

# Of a Braille character, U+2800 and the sum of these.
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])

# Dots of the longer side: 20 characters high, or 40 wide. A side has at least as many as it has entries, up to _LEAST.
_MOST = 80
_LEAST = 16


def summary(pattern: SparsityPattern) -> str:
    """Shape, entries and the fullest row and column, in one line."""
    m, n = pattern.shape
    if pattern.nnz == 0:
        return f"{m} × {n}, no entries"
    # Of columns with entries: all of them may be more than there is memory for.
    in_column = pattern.column_counts if n <= 4 * pattern.nnz else np.unique(pattern.indices, return_counts=True)[1]
    entries = "1 entry" if pattern.nnz == 1 else f"{pattern.nnz} entries"
    fullest = f"at most {pattern.row_counts.max()} in a row, {in_column.max()} in a column"
    symmetric = ", symmetric" if pattern.is_symmetric else ""
    return f"{m} × {n}, {entries} ({100 * pattern.density:.3g} %), {fullest}{symmetric}"


def picture(pattern: SparsityPattern) -> str:
    """Dots where there are entries, one for each entry of a small pattern, in a frame."""
    m, n = pattern.shape
    height, width = _dots(m, n)
    seen = np.zeros((-(-height // 4) * 4, -(-width // 2) * 2), bool)
    if m and n:
        seen[:height, :width] = count_cells(pattern, (height, width), pattern.shape) > 0
    lines = _braille(seen)
    border = "─" * (seen.shape[1] // 2)
    return "\n".join([f"┌{border}┐", *(f"│{line}│" for line in lines), f"└{border}┘"])


def _dots(m: int, n: int) -> tuple[int, int]:
    longest = max(m, n)
    if longest <= _MOST:
        return m, n
    # Whole characters, so that the frame is where the pattern ends.
    height = max(round(m * _MOST / longest / 4) * 4, min(m, _LEAST))
    width = max(round(n * _MOST / longest / 2) * 2, min(n, _LEAST))
    return min(height, m), min(width, n)


def _braille(seen: npt.NDArray[np.bool_]) -> list[str]:
    height, width = seen.shape
    characters = seen.reshape(height // 4, 4, width // 2, 2)
    codes = 0x2800 + np.einsum("idjk,dk->ij", characters, _DOTS)
    return ["".join(map(chr, line)) for line in codes.tolist()]
