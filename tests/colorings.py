"""Patterns to colour, and what a colouring must be: slow, obvious, from definitions, without the package's kernels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import Coloring, SparsityPattern, color

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Colors = npt.NDArray[np.int32]

P = SparsityPattern
PUBLISHED = Path(__file__).parent / "data" / "patterns"


def published(name: str) -> SparsityPattern:
    """A pattern of a matrix on which the literature gives numbers of colours."""
    return P.load(PUBLISHED / f"{name}.npz")


def random_mask(shape: tuple[int, int], density: float, seed: int) -> Mask:
    """Entries here and there."""
    return np.random.default_rng(seed).random(shape) < density


def with_gaps(shape: tuple[int, int], seed: int) -> Mask:
    """Entries here and there, none in some rows and columns."""
    mask = random_mask(shape, 0.4, seed)
    mask[1::3] = False
    mask[:, ::4] = False
    return mask


def symmetrised(mask: Mask, diagonal: bool | None = None) -> Mask:
    """An entry where there is one on either side; with a diagonal, without one, or as it is."""
    mask = mask | mask.T
    if diagonal is not None:
        np.fill_diagonal(mask, diagonal)
    return mask


def ring(n: int) -> Mask:
    """A cycle, whose colours are counted by hand: no diagonal."""
    mask = np.zeros((n, n), bool)
    mask[np.arange(n), (np.arange(n) + 1) % n] = True
    return symmetrised(mask)


SYMMETRIC: dict[str, SparsityPattern] = {
    "none of none": P.from_coordinates([], [], (0, 0)),
    "one": P.dense(1, 1),
    "one without entry": P.from_coordinates([], [], (1, 1)),
    "nothing": P.from_coordinates([], [], (6, 6)),
    "diagonal": P.diagonal(7),
    "dense": P.dense(6, 6),
    "tridiagonal": P.banded(13, 1),
    "band of seven": P.banded(16, 3),
    "arrowhead": P.arrowhead(12, 2),
    "arrowhead at the start": P.arrowhead(9, 1, at="start"),
    "blocks": P.block_diagonal([3, 1, 4, 2]),
    "grid": P.stencil((4, 5)),
    "box on a torus": P.stencil((4, 4), "box", periodic=True),
    "two species": P.stencil((3, 4), components=2),
    "ring of five": P(ring(5)),
    "ring of eight": P(ring(8)),
    "sparse": P(symmetrised(random_mask((15, 15), 0.1, 1), True)),
    "sparse without diagonal": P(symmetrised(random_mask((15, 15), 0.1, 2), False)),
    "sparse with some diagonal": P(symmetrised(random_mask((17, 17), 0.08, 3))),
    "denser": P(symmetrised(random_mask((11, 11), 0.35, 4), True)),
    "with gaps": P(symmetrised(with_gaps((13, 13), 5))),
}

PATTERNS: dict[str, SparsityPattern] = SYMMETRIC | {
    "no rows": P.from_coordinates([], [], (0, 5)),
    "no columns": P.from_coordinates([], [], (5, 0)),
    "nothing in a rectangle": P.from_coordinates([], [], (3, 5)),
    "one row": P.dense(1, 9),
    "one column": P.dense(9, 1),
    "bidiagonal": P.banded(10, 0, 1),
    "band of a rectangle": P.banded((9, 13), 2, 1),
    "dense rectangle": P.dense(4, 7),
    "dense row": P.block([[P.diagonal(8)], [P.dense(1, 8)]]),
    "dense column": P.block([[P.dense(8, 1), P.diagonal(8)]]),
    "dense row and column, apart": P.block([[P.diagonal(7), P.dense(7, 1)], [P.dense(1, 7), None]]),
    "upwind": P.stencil(12, [-1, 0], periodic=True),
    "product": P.kron(P.banded((3, 4), 1, 0), P.banded(3, 1, 0)),
    "wide": P(random_mask((6, 18), 0.2, 6)),
    "tall": P(random_mask((18, 6), 0.2, 7)),
    "random": P(random_mask((14, 14), 0.15, 8)),
    "random with gaps": P(with_gaps((12, 16), 9)),
}


MADE: dict[str, Coloring] = {
    "column": color(P.banded(6, 1)),
    "row": color(P.banded((4, 6), 1), partition="row"),
    "bidirectional": color(P.arrowhead(8), partition="bidirectional"),
    "bidirectional, substitution": color(P.arrowhead(8, 2), partition="bidirectional", decompression="substitution"),
    "star": color(P.banded(6, 1), structure="symmetric"),
    "acyclic": color(P.banded(6, 1), structure="symmetric", decompression="substitution"),
    "none of none": color(P.from_coordinates([], [], (0, 0))),
    "no rows": color(P.from_coordinates([], [], (0, 3)), partition="bidirectional"),
    "with columns without a colour": Coloring(P([[1, 0, 1], [0, 0, 1]]), column_colors=[0, -1, 1]),
}


def integers_on(pattern: SparsityPattern, symmetric: bool, seed: int = 0) -> Any:
    """A csr_array of small integers, none zero, with these entries: sums and differences of them are exact."""
    values = np.random.default_rng(seed).integers(1, 10, pattern.nnz).astype(float)
    matrix = pattern.to_csr(values)
    if symmetric:
        rows, columns = pattern.coordinates()
        low, high = np.minimum(rows, columns).astype(np.int64), np.maximum(rows, columns)
        matrix.data = 1.0 + (low * 31 + high * 17) % 9
    return matrix


# ----------------------------------------------------------------------------------------------------------------------
# definitions


def distance2(mask: Mask, colors: Colors) -> bool:
    """Columns that have entries in one row have different colours, and all that have entries have one."""
    for row in mask:
        members = [int(colors[j]) for j in np.flatnonzero(row)]
        if -1 in members or len(set(members)) < len(members):
            return False
    return True


def bipartite(mask: Mask) -> Mask:
    """The graph in which columns, then rows, are vertices, and entries are edges."""
    rows, columns = mask.shape
    graph = np.zeros((columns + rows, columns + rows), bool)
    graph[columns:, :columns] = mask
    return graph | graph.T


def both_colors(column_colors: Colors, row_colors: Colors) -> Colors:
    """The colours of that graph's vertices, those of rows apart from those of columns."""
    shift = int(column_colors.max(initial=-1)) + 1
    return np.concatenate([column_colors, np.where(row_colors < 0, -1, row_colors + shift)])


def proper(graph: Mask, colors: Colors) -> bool:
    """Neighbours differ; of two neighbours, one has a colour, and one without sees each colour once at most."""
    for v in range(len(graph)):
        seen = []
        for w in map(int, np.flatnonzero(graph[v])):
            if v == w:
                if colors[v] < 0:
                    return False
            elif colors[v] == colors[w]:  # also where both have none
                return False
            elif colors[w] >= 0:
                seen.append(int(colors[w]))
        if colors[v] < 0 and len(set(seen)) < len(seen):
            return False
    return True


def paths_of_four(graph: Mask) -> Iterator[tuple[int, int, int, int]]:
    """Four vertices, each next to the one before."""
    neighbours = [[int(w) for w in np.flatnonzero(row) if w != v] for v, row in enumerate(graph)]
    for b in range(len(graph)):
        for c in neighbours[b]:
            for a in neighbours[b]:
                for d in neighbours[c]:
                    if len({a, b, c, d}) == 4:
                        yield a, b, c, d


def star(graph: Mask, colors: Colors) -> bool:
    """A proper colouring without a path of four vertices in two colours."""
    return proper(graph, colors) and not any(
        min(colors[a], colors[b]) >= 0 and colors[a] == colors[c] and colors[b] == colors[d]
        for a, b, c, d in paths_of_four(graph)
    )


def has_cycle(graph: Mask, members: list[int]) -> bool:
    """Whether a walk over these vertices, deep before wide, comes back to where it was."""
    left = set(members)
    while left:
        stack = [(left.pop(), -1)]
        while stack:
            v, parent = stack.pop()
            for w in map(int, np.flatnonzero(graph[v])):
                if w in (v, parent) or w not in members:
                    continue
                if w not in left:
                    return True
                left.remove(w)
                stack.append((w, v))
    return False


def acyclic(graph: Mask, colors: Colors) -> bool:
    """A proper colouring without a cycle in two colours."""
    count = int(colors.max(initial=-1)) + 1
    classes = [np.flatnonzero(colors == color).tolist() for color in range(count)]
    return proper(graph, colors) and not any(
        has_cycle(graph, classes[a] + classes[b]) for a in range(count) for b in range(a)
    )


def valid(coloring: Coloring) -> bool:
    """Whether a colouring is what it is called, by the definitions above."""
    mask = coloring.pattern.to_dense()
    columns, rows = coloring.column_colors, coloring.row_colors
    if coloring.kind == "row":
        assert rows is not None
        return distance2(mask.T, rows)
    assert columns is not None
    if coloring.kind == "column":
        return distance2(mask, columns)
    if coloring.kind == "bidirectional":
        assert rows is not None
        definition = star if coloring.decompression == "direct" else acyclic
        return definition(bipartite(mask), both_colors(columns, rows))
    return {"star": star, "acyclic": acyclic}[coloring.kind](mask, columns)


def determined(
    mask: Mask, columns: Colors | None, rows: Colors | None, symmetric: bool = False, substitution: bool = False
) -> bool:
    """Whether products determine every entry, as sums of unknowns: each alone in one, or once others are taken out."""
    places = [(int(i), int(j)) for i, j in np.argwhere(mask)]
    unknowns = sorted({(min(p), max(p)) for p in places} if symmetric else set(places))
    sums: dict[Any, set[Any]] = {}
    for i, j in places:
        unknown = (min(i, j), max(i, j)) if symmetric else (i, j)
        if columns is not None and columns[j] >= 0:
            sums.setdefault(("row", i, int(columns[j])), set()).add(unknown)
        if rows is not None and rows[i] >= 0:
            sums.setdefault(("column", j, int(rows[i])), set()).add(unknown)
    known: set[Any] = set()
    while True:
        alone = {next(iter(terms)) for terms in (s - known for s in sums.values()) if len(terms) == 1}
        if not substitution or not alone:
            return known | alone == set(unknowns)
        known |= alone
