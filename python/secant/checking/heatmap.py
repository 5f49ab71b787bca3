"""A picture of all entries that were compared: how far each is from its reference.

An SVG for a page whose style sheet colours cells by their classes, c1 to c11, and text, marks and rings on them.
"""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from secant.checking.entries import Outcome
from secant.estimate import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.checking.entries import Entries
    from secant.checking.labels import Labels

PASSES = (1e-3, 1e-2, 1e-1)
FAILURES = (1e1, 1e3, 1e6, 1e9)
"""Where classes of ratios end: of entries that pass, and of those that fail."""

# Classes are numbered from good to bad, so that the worst in a cell is the largest. Of two groups (passes,
# inconclusive, failures, the ground on white and on black), no two are nearer than 22 in CIELAB, for protans, deutans
# and tritans as well, as G. M. Machado et al., IEEE TVCG 15 (2009), simulate them.
BLANK, INCONCLUSIVE, FAILS, BROKEN = 0, 5, 6, 11
COLOURS = (
    "#000000",
    *("#b3d3ee", "#83b6e0", "#4f93cf", "#1f66ae"),
    "#6b6b6b",
    *("#ffcb85", "#fba24a", "#ee7418", "#d24e00", "#a32600"),
    "#f0e442",
)
DARK = (5, 9, 10)

_MOST = 300  # cells of a side
_EACH = 40  # to so many rows and columns, each entry is a cell with a name
_LINE = 200  # lines at most, where one row is drawn on several
_SLENDER = 5  # beyond, rows and columns are not drawn to one scale
_RINGS = 20

_LONG, _CELL = 600.0, 42.0  # of a side, and of a cell, at most, in pixels
_READABLE = 420  # a narrow screen shows so many pixels, and scrolls to the others
_CHARACTER, _LETTERS = 6.7, 22  # the width of one, and how many of a name are shown
_LADDER: tuple[int, ...] = tuple(factor * 10**power for power in range(19) for factor in (1, 2, 5))


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where entries are drawn.

    Attributes
    ----------
    rows, columns : ndarray of int
        Of entries in the picture: those of the matrix, but where it has one row or column, which is folded.
    extent : (int, int)
        How many rows and columns the picture has.
    block : (int, int)
        How many a cell has.
    line : int
        How many entries of a single row or column are on a line; 0 where it is not folded.
    """

    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    extent: tuple[int, int]
    block: tuple[int, int]
    line: int

    @property
    def cells(self) -> tuple[int, int]:
        """How many cells the picture has; the last ones may reach beyond it."""
        return -(-self.extent[0] // self.block[0]), -(-self.extent[1] // self.block[1])

    @property
    def each(self) -> bool:
        """Whether each entry is a cell with a name of its own."""
        return self.block == (1, 1) and max(self.extent) <= _EACH

    @property
    def cell(self) -> npt.NDArray[np.intp]:
        """The cell of each entry, numbered by rows."""
        return (self.rows // self.block[0]) * self.cells[1] + self.columns // self.block[1]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of a cell."""
        height, width = (min(_CELL, _LONG / count) for count in self.cells)
        slender = max(self.extent) > _SLENDER * min(self.extent)
        return (width, height) if slender and not self.line else (min(width, height),) * 2


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An SVG, where entries are in it, how many have each class, and whether failures are ringed."""

    svg: str
    place: Layout
    counts: npt.NDArray[np.intp]
    ringed: bool


def layout(entries: Entries, labels: Labels) -> Layout:
    """Blocks of entries so that there are not too many cells, and single rows on several lines."""
    m, n = entries.shape
    if min(m, n) == 1 and max(m, n) > _EACH and not labels.directions:
        line = _line(max(m, n), labels.column_shape[-1:] if m == 1 else labels.row_shape[-1:])
        rows, columns = np.divmod(entries.columns if m == 1 else entries.rows, line)
        block = next(step for step in _LADDER if step * _MOST >= line)
        return Layout(rows, columns, (-(-max(m, n) // line), line), (1, block), line)
    height, width = -(-m // _MOST), -(-n // _MOST)
    if max(m, n) <= _SLENDER * min(m, n):
        height = width = max(height, width)
    return Layout(entries.rows, entries.columns, (m, n), (height, width), 0)


def _line(count: int, last: tuple[int, ...]) -> int:
    # Lines of an array that itself has lines are these, or several of them.
    if last and 1 < last[0] <= _MOST and last[0] < count:
        line = last[0] * max(_EACH // last[0], 1)
        if count <= _MOST * line:
            return line
    if count <= _EACH * _EACH:
        return _EACH
    return next(step for step in _LADDER if step >= 100 and step * _LINE >= count)


def classify(entries: Entries) -> npt.NDArray[np.uint8]:
    """The class of each entry: its colour."""
    passes = 1 + np.searchsorted(PASSES, entries.ratio)
    fails = np.where(np.isfinite(entries.given), FAILS + np.searchsorted(FAILURES, entries.ratio), BROKEN)
    classes = np.where(entries.outcome == Outcome.PASS, passes, INCONCLUSIVE)
    return np.where(entries.failed, fails, classes).astype(np.uint8)


def bin_worst(classes: npt.NDArray[np.uint8], place: Layout) -> npt.NDArray[np.uint8]:
    """The largest class in each cell; `BLANK` where there are no entries."""
    worst = np.full(place.cells[0] * place.cells[1], BLANK, np.uint8)
    np.maximum.at(worst, place.cell, classes)
    return worst.reshape(place.cells)


def png(cells: npt.NDArray[np.uint8]) -> bytes:
    """An image with a pixel for each cell (PNG, 2nd edition, W3C 2003: indexed colours, `BLANK` is transparent)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = cells.shape
    lines = np.pad(cells, ((0, 0), (1, 0)))  # before each line, the filter: none
    palette = b"".join(bytes.fromhex(colour[1:]) for colour in COLOURS)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", palette),
            chunk(b"tRNS", b"\0"),
            chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
            chunk(b"IEND", b""),
        ]
    )


def draw(entries: Entries, labels: Labels) -> Picture:
    """The entries as an SVG, with names along its sides."""
    place = layout(entries, labels)
    classes = classify(entries)
    cells = bin_worst(classes, place)
    w, h = place.size
    width, height = w * cells.shape[1], h * cells.shape[0]
    rings = []
    if place.each:
        drawn = _squares(entries, labels, place, classes)
    else:
        data = base64.b64encode(png(cells)).decode()
        rings = _rings(entries, labels, place, cells)
        drawn = [
            f'<image width="{width:.1f}" height="{height:.1f}" preserveAspectRatio="none" '
            f'style="image-rendering: pixelated" href="data:image/png;base64,{data}"/>',
            *rings,
        ]
    names, (left, top, right) = _names(labels, place, entries.shape)
    total = left + width + right
    svg = [
        f'<svg viewBox="{-left:.1f} {-top:.1f} {total:.1f} {top + height + 8:.1f}" role="img" '
        f'style="max-width: {total:.0f}px; min-width: {min(total, _READABLE):.0f}px" '
        f'aria-label="How far {entries.rows.size} entries are from their references">',
        f'<rect class="ground" x="-1" y="-1" width="{width + 2:.1f}" height="{height + 2:.1f}"/>',
        *drawn,
        *names,
        "</svg>",
    ]
    return Picture("\n".join(svg), place, np.bincount(classes, minlength=len(COLOURS)), bool(rings))


def _squares(entries: Entries, labels: Labels, place: Layout, classes: npt.NDArray[np.uint8]) -> list[str]:
    """A square for each entry, with its numbers; not by colour alone, failures have a cross and open ones a mark."""
    w, h = place.size
    drawn = []
    for k, (i, j, kind) in enumerate(zip(place.rows.tolist(), place.columns.tolist(), classes.tolist(), strict=True)):
        drawn.append(
            f'<rect class="c{kind}" x="{j * w + 0.5:.1f}" y="{i * h + 0.5:.1f}" width="{w - 1:.1f}" '
            f'height="{h - 1:.1f}"><title>{escape(describe(entries, labels, k))}</title></rect>'
        )
        if kind >= INCONCLUSIVE:
            sign = "✕" if kind >= FAILS else "?"
            light = " light" if kind in DARK else ""
            drawn.append(
                f'<text class="mark{light}" x="{(j + 0.5) * w:.1f}" y="{(i + 0.5) * h + 4:.1f}" '
                f'text-anchor="middle">{sign}</text>'
            )
    return drawn


def _rings(entries: Entries, labels: Labels, place: Layout, cells: npt.NDArray[np.uint8]) -> list[str]:
    """Around cells with failures where these are few, and small."""
    if not 0 < np.count_nonzero(cells >= FAILS) <= _RINGS:
        return []
    worst = entries.worst(int(np.count_nonzero(entries.failed)))
    ringed, first = np.unique(place.cell[worst], return_index=True)
    w, h = place.size
    drawn = []
    for at, k in zip(ringed.tolist(), worst[first].tolist(), strict=True):
        i, j = divmod(at, cells.shape[1])
        drawn.append(
            f'<rect class="ring" x="{j * w - 5:.1f}" y="{i * h - 5:.1f}" width="{w + 10:.1f}" height="{h + 10:.1f}" '
            f'rx="{min(w, h) / 2 + 5:.1f}"><title>{escape(describe(entries, labels, k))}</title></rect>'
        )
    return drawn


def describe(entries: Entries, labels: Labels, k: int) -> str:
    """What is known of an entry, in a line."""
    name = labels.entry(int(entries.rows[k]), int(entries.columns[k]))
    missing = entries.stored is not None and not entries.stored[k]
    given = "not stored" if missing else f"{entries.given[k]:.10g}"
    status = Status(int(entries.status[k]))
    said = "" if status in (Status.OK, Status.TOLERANCE) else f"; {status.message}"
    outcome = Outcome(int(entries.outcome[k])).name.lower()
    ratio = entries.ratio[k]
    off = f", {ratio:.2g} × what is allowed" if np.isfinite(ratio) else ""
    return (
        f"{name}: {outcome}; given {given}, reference {entries.reference[k]:.10g} ± {entries.error[k]:.1e}{off}{said}"
    )


def _names(labels: Labels, place: Layout, shape: tuple[int, int]) -> tuple[list[str], tuple[float, float, float]]:
    """Names along the upper and the left side, and the room that they take to the left, above, and to the right."""
    w, h = (size / block for size, block in zip(place.size, reversed(place.block), strict=True))
    row, column = _namers(labels, place, shape)
    # Names that someone gave do not follow from those beside them: there are all of them, or lines have them.
    slanted = labels.variables is not None and place.each and not place.line and not labels.directions
    across = _thinned(column, place.extent[1], lambda names: 0 if slanted else _length(names) + 12, w)
    down = _thinned(row, place.extent[0], lambda names: 13 if len(names) == place.extent[0] else 26, h)
    turn = ' transform="translate({0:.1f} -6) rotate(-45)"' if slanted else ' x="{0:.1f}" y="-6" text-anchor="middle"'
    drawn = [f"<text{turn.format((j + 0.5) * w)}>{escape(name)}</text>" for j, name in across]
    drawn += [f'<text x="-6" y="{(i + 0.5) * h + 4:.1f}" text-anchor="end">{escape(name)}</text>' for i, name in down]
    out, left = _length([name for _, name in across]), _length([name for _, name in down]) + 12
    if slanted:
        return drawn, (left, 0.75 * out + 16, 0.75 * out)
    return drawn, (max(left, out / 2), 22, max(out / 2, 8))


def _length(names: list[str]) -> float:
    return max(map(len, names)) * _CHARACTER


def _namers(labels: Labels, place: Layout, shape: tuple[int, int]) -> tuple[Callable[[int], str], Callable[[int], str]]:
    """What rows and columns of the picture are called."""

    def short(name: str) -> str:
        return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"

    if place.line:
        single = labels.column if shape[0] == 1 else labels.row
        return lambda i: short(single(i * place.line)), lambda j: f"+{j}"
    if labels.directions:
        return lambda i: short(labels.row(i)), str
    return lambda i: short(labels.row(i)), lambda j: short(labels.column(j))


def _thinned(
    name: Callable[[int], str], count: int, room: Callable[[list[str]], float], size: float
) -> list[tuple[int, str]]:
    """The first, and as many more at equal steps as there is room for."""
    for step in _LADDER:
        if step * size >= 13 or step >= count:
            at = range(0, count, step)
            names = [name(k) for k in at]
            if step * size >= room(names) or len(names) == 1:
                return list(zip(at, names, strict=True))
    raise AssertionError
