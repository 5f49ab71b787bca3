"""Reports as pages of HTML: they are well-formed and need nothing else, and the picture shows what is there."""

from __future__ import annotations

import base64
import itertools
import re
import struct
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import diags_array

import secant
from secant.checking import CheckReport, Finding
from secant.checking.entries import Entries, Outcome
from secant.checking.heatmap import (
    BLANK,
    BROKEN,
    COLOURS,
    FAILS,
    FAILURES,
    INCONCLUSIVE,
    PASSES,
    bin_worst,
    classify,
    layout,
    png,
)
from secant.checking.html import document
from secant.checking.labels import Labels
from secant.checking.report import check_point
from secant.estimate import Status

VOID = {"meta", "br"}
BAR = 1e-8


class Page(HTMLParser):
    """Reads a page, and fails where a tag is left open or refers to something outside."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "iframe", "img", "object", "base"}
        assert len(dict(attrs)) == len(attrs), "an attribute is given twice"
        for name, value in attrs:
            assert not name.startswith("on")
            if name in {"src", "href"}:
                assert value is not None
                assert value.startswith("data:image/png;base64,")
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append((self.open[-1] if self.open else "", data))

    @property
    def words(self) -> str:
        """All that can be read, and tooltips."""
        return " ".join("".join(data for tag, data in self.said if tag != "style").split())

    def within(self, tag: str) -> list[str]:
        """What is said directly within these tags."""
        return [data for kind, data in self.said if kind == tag]

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of tags of a class."""
        return [attrs for _, attrs in self.tags if name in (attrs.get("class") or "").split()]

    @property
    def image(self) -> Any:
        """The pixels of the picture: classes."""
        (address,) = (attrs["href"] for tag, attrs in self.tags if tag == "image")
        assert address is not None
        return pixels(base64.b64decode(address.partition(",")[2]))


def pixels(data: bytes) -> Any:
    """What is in a PNG as `heatmap.png` makes them, with its checksums tried."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + body),)
        chunks[kind] = body
        at += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not lines[:, 0].any()
    return lines[:, 1:]


def read(report: CheckReport) -> Page:
    return Page(document(report))


RIGHT = secant.check_jacobian(lambda x: x**2, lambda x: np.diag(2 * x), np.array([1.0, 2.0]))


def made(shape: tuple[int, int], given: Any, reference: Any, **changes: Any) -> CheckReport:
    """A report on entries with bars of 1e-8, which are all of a matrix if it is not said where they are."""
    assert RIGHT.entries is not None
    size = np.size(given)
    if "rows" not in changes:
        changes["rows"], changes["columns"] = (index.ravel() for index in np.indices(shape))
    zeros = np.zeros(size)
    given, reference = np.ravel(given), np.ravel(reference)
    values = {
        "shape": shape,
        "given": given,
        "reference": reference,
        "error": np.full(size, BAR),
        "spread": zeros,
        "status": np.zeros(size, np.int8),
        "allowance": zeros,
        "size": np.ones(size),
        "floor": zeros,
        "rtol": 1e-6,
    }
    entries = replace(RIGHT.entries, **(values | changes))
    point = check_point(np.zeros(min(shape[1], 10)), entries)
    labels = Labels("f", () if shape[0] == 1 else shape[:1], shape[1:])
    return replace(RIGHT, verdict=point.verdict, points=(point,), entries=entries, labels=labels)


def some(shape: tuple[int, int], random: np.random.Generator, fill: float = 1.0) -> CheckReport:
    """Entries of all kinds at random places."""
    at = np.flatnonzero(random.random(shape[0] * shape[1]) < fill)
    size = at.size
    off = BAR * 10.0 ** random.uniform(-5, 12, size) * random.choice([0, 1e-6, 1], size)
    given = np.where(random.random(size) < 0.01, random.choice([np.nan, np.inf], size), 1 + off)
    error = np.where(random.random(size) < 0.05, 1e-3, BAR)
    status = np.where(random.random(size) < 0.03, Status.JUMP, Status.OK).astype(np.int8)
    rows, columns = np.divmod(at, shape[1])
    changes = {"error": error, "status": status, "rows": rows, "columns": columns, "dense": fill == 1}
    return made(shape, given, np.ones(size), **changes)


def entries_of(report: CheckReport) -> Entries:
    assert report.entries is not None
    return report.entries


def class_of(entries: Entries, k: int) -> int:
    """The class of one entry, by the words of the legend."""
    if entries.outcome[k] == Outcome.INCONCLUSIVE:
        return INCONCLUSIVE
    if entries.outcome[k] == Outcome.PASS:
        return 1 + sum(entries.ratio[k] > limit for limit in PASSES)
    if not np.isfinite(entries.given[k]):
        return BROKEN
    return FAILS + sum(entries.ratio[k] > limit for limit in FAILURES)


def cells_of(report: CheckReport) -> Any:
    """What the picture should be, entry by entry."""
    entries = entries_of(report)
    place = layout(entries, report.labels)
    cells = np.full(place.cells, BLANK)
    for k, (i, j) in enumerate(zip(entries.rows, entries.columns, strict=True)):
        line, on_it = (i, j) if not place.line else divmod(max(i, j), place.line)
        at = line // place.block[0], on_it // place.block[1]
        cells[at] = max(cells[at], class_of(entries, k))
    return cells


@pytest.mark.parametrize(
    "shape", [(60, 70), (1, 2000), (3000, 1), (2, 5000), (300, 5), (301, 299), (1000, 41), (1, 1601), (650, 700)]
)
@pytest.mark.parametrize("fill", [1.0, 0.02])
def test_cells_show_the_worst_of_their_entries(shape: tuple[int, int], fill: float) -> None:
    report = some(shape, np.random.default_rng(sum(shape)), fill if shape[0] * shape[1] < 5e4 else 0.02)
    page = read(report)
    assert_array_equal(page.image, cells_of(report))


def test_classes_go_by_outcome_and_ratio() -> None:
    report = some((40, 50), np.random.default_rng(0))
    entries = entries_of(report)
    classes = classify(entries)
    assert_array_equal(classes, [class_of(entries, k) for k in range(classes.size)])
    assert set(classes.tolist()) == set(range(1, 12))


@pytest.mark.parametrize("last", [(), (3,), (40,), (300,), (1000,)])
def test_there_are_at_most_300_cells_a_side(last: tuple[int, ...]) -> None:
    sizes = [1, 2, 5, 40, 41, 90, 299, 300, 301, 1600, 1601, 44_999, 10**6, 10**9]
    for m, n in itertools.product(sizes, sizes):
        rows, columns = np.array([0, 0, m - 1, m - 1]), np.array([0, n - 1, 0, n - 1])
        entries = entries_of(made((m, n), np.ones(4), np.ones(4), rows=rows, columns=columns))
        place = layout(entries, Labels("f", (m, *last), (n, *last)))
        assert max(place.cells) <= 300
        assert place.rows.max() < place.extent[0]
        assert place.columns.max() < place.extent[1]
        assert m * n <= place.extent[0] * place.extent[1] < m * n + max(place.line, 1)
        assert max(place.size[0] * place.cells[1], place.size[1] * place.cells[0]) < 601
        assert bin_worst(classify(entries), place)[0, 0] != BLANK


def test_rows_of_an_array_are_lines_of_a_gradient() -> None:
    report = made((1, 600), np.ones(600), np.ones(600))
    place = layout(entries_of(report), replace(report.labels, column_shape=(20, 30)))
    assert place.line == 30
    assert place.extent == (20, 30)
    image = made((1, 90_000), np.ones(90_000), np.ones(90_000))
    place = layout(entries_of(image), replace(image.labels, column_shape=(300, 300)))
    assert place.cells == place.extent == (300, 300)


def test_the_image_is_one_for_others_too() -> None:
    image = pytest.importorskip("matplotlib.image")
    cells = np.random.default_rng(0).integers(0, len(COLOURS), (7, 13), dtype=np.uint8)
    drawn = image.imread(BytesIO(png(cells)), format="png")
    assert_array_equal(drawn[..., 3], cells != BLANK)
    shades = np.array([[int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)] for colour in COLOURS])
    assert_allclose(drawn[cells != BLANK, :3], shades[cells[cells != BLANK]], atol=1e-6)


# Of severity 1, in linear RGB: G. M. Machado, M. M. Oliveira & L. A. F. Fernandes, IEEE TVCG 15 (2009), table 1.
SEEN = {
    "everybody": np.eye(3),
    "protans": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutans": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritans": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


@pytest.mark.parametrize("who", SEEN)
def test_groups_of_colours_are_told_apart_by(who: str) -> None:
    def lab(colour: str) -> Any:
        coded = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
        light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
        xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        x, y, z = xyz @ np.clip(SEEN[who] @ light, 0, 1) / [0.9505, 1, 1.089]
        fx, fy, fz = (np.cbrt(t) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
        return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])

    grounds = re.findall(r"--ground: (#\w+)", document(RIGHT))
    assert len(set(grounds)) == 2
    groups = [[COLOURS[k] for k in range(1, INCONCLUSIVE)], [COLOURS[INCONCLUSIVE]], list(COLOURS[FAILS:])]
    groups += [[f"#{ground[1:] * (6 // len(ground[1:]))}"] for ground in set(grounds)]
    for one, other in itertools.combinations(groups, 2):
        assert min(np.linalg.norm(lab(a) - lab(b)) for a in one for b in other) > 21.5


def test_names_are_escaped() -> None:
    evil = ["<script>alert('x')</script>", "a & b \"c\" 'd'", "</title></svg>"]
    report = secant.check_jacobian(
        lambda x: x**2,
        lambda x: np.diag(3 * x),
        np.arange(1.0, 4),
        variables=evil,
        outputs=[f"{name}!" for name in evil],
    )
    finding = Finding("kind", "message <em>", advice="advice <u> & so")
    report = replace(
        report,
        notes=("a note with <u>",),
        diagnosis=(*report.diagnosis, finding),
        function_name="<f>",
        derivative_name="<g> & h",
    )
    page = read(report)
    for said in (
        "message <em>.",
        "Advice <u> & so.",
        "a note with <u>.",
        "<g> & h of <f>",
        "check_jacobian(<f>, <g> & h",
    ):
        assert said in page.words
    titles = " ".join(page.within("title"))
    for name in evil:
        assert f"∂{name}!/∂{name}" in titles
        assert f"∂{name}!/∂{name}" in page.words
    assert not {"em", "u", "f", "g"} & {tag for tag, _ in page.tags}


def test_small_pictures_name_every_entry() -> None:
    given = np.array([[1.0, 1.5], [np.nan, 1.0]])
    page = read(made((2, 2), given, np.ones((2, 2))))
    titles = page.within("title")[1:]
    assert len(titles) == 4
    assert titles[0] == "∂f[0]/∂x[0]: pass; given 1, reference 1 ± 1.0e-08, 0 × what is allowed"
    assert titles[1] == "∂f[0]/∂x[1]: fail; given 1.5, reference 1 ± 1.0e-08, 2.5e+07 × what is allowed"
    assert titles[2] == "∂f[1]/∂x[0]: fail; given nan, reference 1 ± 1.0e-08"
    assert page.within("text") == ["✕", "✕", "x[0]", "x[1]", "f[0]", "f[1]"]
    assert "Point at a cell" in page.words


def test_given_names_are_along_the_sides() -> None:
    names = [f"parameter {k}" for k in range(24)]
    page = read(secant.check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, np.arange(1.0, 25), variables=names))
    assert page.within("text") == [*names, "f"]


def test_few_failures_are_ringed() -> None:
    given = np.ones((500, 400))
    given[[122, 123, 400], [321, 321, 3]] += 1e-3, 2e-3, 3e-3
    page = read(made((500, 400), given, np.ones((500, 400))))
    assert len(page.of_class("ring")) == 2
    assert [title[:15] for title in page.within("title")[1:]] == ["∂f[123]/∂x[321]", "∂f[400]/∂x[3]: "]
    assert "Rings are around cells" in page.words
    crowd = read(made((500, 400), given + 1, np.ones((500, 400))))
    assert not crowd.of_class("ring")
    assert "Rings" not in crowd.words
    assert "What does not pass, the worst 20 of 200,000" in crowd.words


def test_a_large_matrix_makes_a_small_page() -> None:
    shape = (2000, 3000)
    reference = np.ones(shape)
    given = reference.copy()
    given[700:800, 1000:1400] *= 1.01
    text = document(made(shape, given, reference))
    cells = Page(text).image
    assert cells.shape == (200, 300)
    assert (cells[70:80, 100:140] >= FAILS).all()
    assert np.count_nonzero(cells >= FAILS) == 400
    assert len(text) < 30_000


def test_a_sparse_matrix_with_a_million_columns() -> None:
    n = 10**6
    at = np.arange(n)
    reference = np.ones(n)
    given = reference.copy()
    given[n // 2] = 0.0
    sparse = {"rows": at, "columns": at, "dense": False, "stored": given != 0}
    page = read(made((n, n), given, reference, **sparse))
    assert page.image.shape == (300, 300)
    assert_array_equal(page.image > BLANK, np.eye(300, dtype=bool))
    assert "not stored" in page.within("td")
    assert "∂f[500000]/∂x[500000]: fail; given not stored, reference 1" in page.words
    assert "999,999,000,000" in page.words
    assert len(page.of_class("ring")) == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 1000), (1000, 1), (40, 40), (1, 40), (1, 41), (300, 5), (3, 90_001)])
def test_pages_of_any_shape_are_well_formed(shape: tuple[int, int]) -> None:
    page = read(made(shape, np.ones(shape), np.ones(shape)))
    assert page.within("p")[0] == "✓ PASS"
    assert f"✓ {shape[0] * shape[1]:,} pass" in page.words
    for box in (attrs["viewbox"] for tag, attrs in page.tags if tag == "svg"):
        assert box is not None
        assert max(map(float, box.split())) < 900


def test_entries_that_are_not_finite() -> None:
    given = np.array([np.nan, np.inf, 1.0, 1.0, 1.0, 1e308])
    reference = np.array([1.0, 1.0, np.nan, np.inf, 0.0, -1e308])
    status = np.array([0, 0, Status.JUMP, Status.UNBOUNDED, Status.KINK, 0], np.int8)
    error = np.array([BAR, BAR, np.nan, np.inf, 0.5, BAR])
    with np.errstate(invalid="ignore", over="ignore"):
        page = read(made((2, 3), given, reference, error=error, status=status, spread=np.where(status == 7, 0.5, 0)))
    assert "f jumps at x; the entry is NaN" in page.words
    assert page.within("td").count("none") == 2
    assert len(page.of_class("c11")) == 3


def test_complex_entries() -> None:
    page = read(made((1, 2), np.array([1 + 2j, 1 - 2j]), np.array([1 + 2j, 1 + 2j])))
    assert "1-2j" in page.within("td")


def test_a_wrong_shape_has_no_picture() -> None:
    report = secant.check_gradient(lambda x: np.sum(x**2), lambda x: x[:1], np.arange(1.0, 4))
    assert report.entries is None
    page = read(report)
    assert "None could be compared" in page.words
    assert "expected is (3,)" in page.words
    assert "svg" not in {tag for tag, _ in page.tags}


def test_points_that_do_not_pass_are_listed_first() -> None:
    report = secant.check_gradient(
        lambda x: np.sum(x**3), lambda x: 3 * x**2 * np.where(x > 1.9, 1.1, 1), n_points=40, bounds=(np.ones(3), 2)
    )
    bad = [k for k, point in enumerate(report.points) if point.verdict != "pass"]
    assert 0 < len(bad) < 30
    page = read(report)
    cells = page.within("td")
    assert all(str(k) in cells for k in bad)
    assert page.words.count("✕ fail") >= len(bad)
    assert "And 10 more, which pass." in page.words
    assert f"at point {report.shown}" in page.words
    crowd = read(replace(report, points=report.points[bad[0] : bad[0] + 1] * 35))
    assert "And 5 more, 5 of which do not pass." in crowd.words


def test_directions() -> None:
    def product(x: Any, v: Any) -> Any:
        return 2 * x * v + 1e-3 * (np.arange(x.size) == 17)

    page = read(secant.check_jvp(lambda x: x**2, product, np.linspace(1, 2, 2000)))
    assert "Rows are entries of a product, columns random directions." in page.words
    assert "f[17] along direction 0" in page.words
    assert page.image.shape[1] == 2
    assert page.words.startswith("FAIL: product J v product")


def test_a_sparse_report() -> None:
    x = np.linspace(1, 2, 60)
    page = read(secant.check_jacobian(lambda x: x**2, lambda x: diags_array(2 * x).tocsr(), x))
    assert page.words.count("3,540") == 1
    assert np.count_nonzero(page.image) == 60


def test_verdicts_are_words() -> None:
    def noisy(x: Any) -> Any:
        return np.sum(x**2) + 1e-4 * np.sin(1e9 * np.sum(x))

    x = np.arange(1.0, 4)
    said = {}
    for strict in (False, True):
        report = secant.check_gradient(noisy, lambda x: 2 * x, x, strict=strict)
        page = read(report)
        said[strict] = page.within("p")[0]
        assert "Next: " in page.words
        assert page.of_class("c5")
    assert said == {False: "? INCONCLUSIVE", True: "✕ FAIL (strict)"}


def test_kinks_are_counted() -> None:
    page = read(secant.check_gradient(lambda x: np.sum(np.abs(x)), np.sign, np.array([0.0, 1.0, -2.0])))
    assert "1 of those that pass: any slope" in page.words


def test_how_to_repeat_it() -> None:
    assert "secant.check_jacobian(f, jac, …, rng=0)" in read(RIGHT).words
    assert f"secant {secant.__version__}" in read(RIGHT).words
    assert "rng=a generator in the same state" in read(replace(RIGHT, seed=None)).words
    assert "[1., 2.]" in read(RIGHT).within("pre")


def test_to_html_writes_the_page(tmp_path: Any) -> None:
    RIGHT.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_bytes().decode("utf-8")
    assert page == document(RIGHT)
    assert not re.search(r"https?:|//|@import|url\(", re.sub(r"base64,[^\"]*", "", page).replace("<!--", ""))
