"""Pictures of functions of two variables, of Jacobians and of spectra, and all pictures on light and dark grounds."""

from __future__ import annotations

import math
import sys
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.sparse as sp
from matplotlib.colors import to_rgb
from matplotlib.quiver import Quiver
from numpy.testing import assert_allclose, assert_array_equal

import secant
import secant.plotting
from secant.checking.taylor import taylor_test
from secant.plotting.marks import KINDS
from secant.plotting.patterns import _DARK_CYCLE, _DARK_NO_COLOUR
from secant.plotting.scales import automatic_levels
from secant.plotting.sight import in_sight
from secant.plotting.style import ground, ink, is_dark

STYLES = ["default", "dark_background"]


@pytest.fixture(autouse=True)
def _no_figures_left() -> Any:
    yield
    plt.close("all")


@pytest.fixture(params=STYLES)
def style(request: Any) -> Any:
    with plt.style.context(request.param):
        yield request.param


def saddle(x: Any) -> Any:
    return x[..., 0] ** 2 - x[..., 1] ** 2


def rosenbrock(x: Any) -> Any:
    return 100 * (x[..., 1] - x[..., 0] ** 2) ** 2 + (1 - x[..., 0]) ** 2


def half(x: Any) -> Any:
    """Defined to the right of 0."""
    return np.sqrt(x[..., 0]) + x[..., 1] ** 2


def point(kind: str, *x: float) -> Any:
    return SimpleNamespace(kind=kind, x=np.array(x))


def legend(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def line(ax: Any, label: str) -> Any:
    (found,) = (one for one in ax.lines if one.get_label() == label)
    return found


def arrows(ax: Any) -> Any:
    (found,) = (one for one in ax.collections if isinstance(one, Quiver))
    return found


def contrast(one: Any, other: Any) -> float:
    """The ratio that the Web Content Accessibility Guidelines 2.1 define; large letters and graphics need 3."""

    def luminance(colour: Any) -> float:
        channels = np.array(to_rgb(colour))
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


# ----------------------------------------------------------------------------------------------------------------------
# contour


def test_a_contour_has_levels_arrows_points_and_paths(style: str) -> None:
    path = np.array([[0.9, 0.01], [0.5, 0.1], [0.0, 0.8]])
    points = [point("saddle", 0, 0), point("minimum", 0.5, 0.5), point("minimum", -0.5, 0.5), point("maximum", 7, 7)]
    ax = secant.plotting.contour(saddle, (-1, 1), points=points, paths={"down": path}, names=["a", "b"], label="height")
    ax.figure.canvas.draw()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")
    assert (*ax.get_xlim(), *ax.get_ylim(), ax.get_aspect()) == (-1, 1, -1, 1, 1)
    assert legend(ax) == ["down", "minimum", "saddle"]  # what is outside is not drawn
    assert_array_equal(line(ax, "down").get_xydata(), path)
    assert_array_equal(line(ax, "minimum").get_xydata(), [[0.5, 0.5], [-0.5, 0.5]])
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == "height"
    assert [text.get_text() for text in bar.get_yticklabels()] == [
        *("−0.8", "−0.6", "−0.4", "−0.2", "0", "0.2", "0.4", "0.6", "0.8")
    ]


@pytest.mark.parametrize("vectorized", [False, True])
def test_arrows_are_the_gradient(vectorized: bool) -> None:
    ax = secant.plotting.contour(saddle, (-1, 1), vectorized=vectorized, field=8, grid=11)
    found = arrows(ax)
    assert found.N == 64
    gradient = found.XY * [2, -2]
    vectors = np.stack([found.U, found.V], axis=1)
    # The direction is that of the gradient, and longer ones are of larger gradients.
    cosines = (vectors * gradient).sum(axis=1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(gradient, axis=1)
    assert_allclose(cosines, 1, atol=1e-12)
    lengths = np.linalg.norm(vectors, axis=1)[np.argsort(np.linalg.norm(gradient, axis=1))]
    assert np.all(np.diff(lengths) > -1e-9)
    assert lengths.max() < 2 / 8  # they do not reach into each other


def test_the_gradient_field_is_one_vectorized_pass() -> None:
    blocks = []

    def f(x: Any) -> Any:
        blocks.append(len(x))
        return rosenbrock(x)

    secant.plotting.contour(f, ((-2, -1), (2, 3)), vectorized=True, grid=20)
    assert blocks[0] == 400
    assert len(blocks) <= 7  # the points, f there, and central differences in two colours
    secant.plotting.contour(f, ((-2, -1), (2, 3)), vectorized=True, grid=20, field=False)
    assert blocks[-1] == 400


def test_arrows_stand_at_right_angles_on_level_lines_of_slender_rectangles() -> None:
    f = lambda x: x[0] + x[1] / 100  # noqa: E731
    ax = secant.plotting.contour(f, ((0, 0), (1, 100)), field=4, grid=5)
    aspect = float(ax.get_aspect())
    assert aspect == 0.75 / 100
    found = arrows(ax)
    along = np.array([1.0, -100.0 * aspect])  # a level line, as it is seen
    assert_allclose(np.stack([found.U, found.V], axis=1) @ along, 0, atol=1e-6)


def test_f_is_never_called_outside_and_gets_its_own_points() -> None:
    seen = []

    def f(x: Any, scale: float) -> float:
        assert x.shape == (2,)
        seen.append(x.copy())
        value = scale * x[0] * x[1]
        x[:] = 1e9
        return value

    secant.plotting.contour(f, ((0, -1), (1, 2)), args=(3.0,), grid=7)
    secant.plotting.surface(f, ((0, -1), (1, 2)), args=(3.0,), grid=7, paths=[[[-1, 0], [2, 0]]])
    where = np.array(seen)
    assert_array_equal(where.min(axis=0), [0, -1])
    assert_array_equal(where.max(axis=0), [1, 2])


@pytest.mark.parametrize("f", [half, lambda x: math.sqrt(x[0]) + x[1] ** 2, lambda x: 1 / 0 if x[0] < 0 else x[0]])
@pytest.mark.parametrize("fill", [True, False])
def test_nothing_is_drawn_where_f_is_not_finite(f: Any, fill: bool) -> None:
    ax = secant.plotting.contour(f, (-1, 1), grid=21, field=6, fill=fill)
    assert arrows(ax).XY[:, 0].min() > 0
    for drawn in ax.collections:
        if not isinstance(drawn, Quiver):
            assert min(path.vertices[:, 0].min() for path in drawn.get_paths() if len(path.vertices)) >= 0
    assert ax.get_xlim() == (-1, 1)


def test_lines_without_areas_have_their_levels_written_on_them(style: str) -> None:
    ax = secant.plotting.contour(saddle, (-1, 1), fill=False, levels=[-0.5, 0.5], grid=31, field=False)
    assert {text.get_text() for text in ax.texts} == {"−0.5", "0.5"}
    assert len(ax.figure.axes) == 1
    assert all(contrast(colour[:3], ground(ax)) > 1.8 for colour in ax.collections[0].get_edgecolor())


def test_constant_and_linear_functions_are_drawn() -> None:
    for fill in (True, False):
        ax = secant.plotting.contour(lambda x: 3.0, (0, 1), grid=5, fill=fill)
        assert not any(isinstance(one, Quiver) for one in ax.collections)
    for levels in ([7, 8], 1):
        secant.plotting.contour(lambda x: x[0], (0, 1), grid=5, levels=levels)
    for f in (lambda x: 3.0, lambda x: x[0]):
        secant.plotting.surface(f, (0, 1), grid=5).figure.canvas.draw()


def test_levels_are_where_values_are() -> None:
    axis = np.linspace(-2, 2, 201)
    grid = np.stack(np.meshgrid(axis, axis + 1), axis=-1)
    levels = automatic_levels(rosenbrock(grid), 12)
    assert 8 <= levels.size <= 12
    assert levels[0] < 3
    assert levels[-1] > 1000
    assert_array_equal(levels, [float(f"{level:.2g}") for level in levels])  # two digits are enough
    assert_allclose(automatic_levels(-rosenbrock(grid), 12), -levels[::-1])
    assert_allclose(np.diff(automatic_levels(saddle(grid - [0, 1]), 12)), 1.0)
    # Poles on both sides: half of the levels are near the middle.
    poles = automatic_levels(np.tan(np.linspace(-1.56, 1.56, 1001)), 12)
    assert np.count_nonzero(np.abs(poles) < 10) >= 5
    assert_array_equal(automatic_levels(np.array([2.0, np.nan, 2.0]), 12), [2])
    for values in ([1e300, -1e300, 0], [1, 1 + 1e-15], [0, 0, 0, 1e-300], [5e-324, 0], np.r_[np.zeros(99), 1]):
        found = automatic_levels(np.array(values, np.float64), 12)
        assert found.size
        assert np.isfinite(found).all()
        assert np.all(np.diff(found) > 0)


@pytest.mark.parametrize("draw", [secant.plotting.contour, secant.plotting.surface])
@pytest.mark.parametrize(
    ("f", "bounds", "options", "error", "message"),
    [
        (saddle, (-1, np.inf), {}, ValueError, "the upper bound is inf; pictures need finite ones"),
        (saddle, (None, 1), {}, ValueError, "the lower bound is -inf; pictures need finite ones"),
        (saddle, None, {}, ValueError, "the lower bound is None; pictures need finite ones"),
        (saddle, (1, -1), {}, ValueError, "the lower bound 1.0 exceeds the upper bound -1.0"),
        (saddle, ((0, 0), (1, 0)), {}, ValueError, r"the lower must be below the upper one for both variables"),
        (saddle, ((0, 0, 0), 1), {}, ValueError, r"the lower bound has shape \(3,\); accepted are a number, or two"),
        (saddle, [(0, 1), (0, 1), (0, 1)], {}, TypeError, "bounds is a list of length 3; accepted are a pair"),
        (3, (-1, 1), {}, TypeError, "f is a int; accepted are callables"),
        (lambda x: x, (-1, 1), {}, ValueError, r"f\(x\) has shape \(2,\) at x = .*; accepted are functions"),
        (lambda x: None, (-1, 1), {}, ValueError, r"f\(x\) is None at x = .*return a real number"),
        (lambda x: 1j, (-1, 1), {}, ValueError, r"f\(x\) is 1j at x = .*return a real number"),
        (lambda x: np.nan, (-1, 1), {}, ValueError, "f is finite at none of the 9 points of the grid over"),
        (lambda x: math.log(-1), (-1, 1), {}, ValueError, "it raised ValueError: "),
        (lambda x: 1.0, (-1, 1), {"vectorized": True}, ValueError, r"f returned an array of shape \(\) .* 9 points"),
        (saddle, (-1, 1), {"names": ["a"]}, ValueError, r"names is \['a'\]; accepted are two"),
        (saddle, (-1, 1), {"names": "ab"}, ValueError, "names is 'ab'; accepted are two"),
        (saddle, (-1, 1), {"grid": 1}, ValueError, "grid is 1; accepted are numbers of points"),
        (saddle, (-1, 1), {"grid": 2.5}, TypeError, "grid is a float; accepted are numbers of points"),
        (saddle, (-1, 1), {"levels": 0}, ValueError, "levels is 0; accepted are positive numbers of levels"),
        (saddle, (-1, 1), {"levels": [0, np.nan]}, ValueError, "levels is .*; accepted are a number of levels"),
        (saddle, (-1, 1), {"args": [1]}, TypeError, "args is a list; accepted is a tuple"),
        (saddle, (-1, 1), {"points": [(0, 0)]}, TypeError, r"points\[0\] is a tuple; accepted are objects with .x and"),
        (saddle, (-1, 1), {"points": [point("pass", 0, 0)]}, ValueError, r"points\[0\].kind is 'pass'; accepted are"),
        (saddle, (-1, 1), {"points": [point("saddle", 0)]}, ValueError, r"points\[0\].x has shape \(1,\); accepted"),
        (saddle, (-1, 1), {"paths": {"a": [[1, 2, 3]]}}, ValueError, r"paths\['a'\] has shape \(1, 3\).*k points"),
        (saddle, (-1, 1), {"paths": [[[1, 2]], [1, 2]]}, ValueError, r"paths\[1\] has shape \(2,\)"),
        (saddle, (-1, 1), {"paths": [np.empty((0, 2))]}, ValueError, r"paths\[0\] has shape \(0, 2\)"),
    ],
)
def test_what_has_no_picture_is_said(
    draw: Any, f: Any, bounds: Any, options: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        draw(f, bounds, **({"grid": 3} | options))
    assert not plt.get_fignums()


def test_contours_and_surfaces_say_which_axes_they_need() -> None:
    flat, space = plt.figure().add_subplot(), plt.figure().add_subplot(projection="3d")
    with pytest.raises(ValueError, match="ax is three-dimensional; accepted are plane Axes"):
        secant.plotting.contour(saddle, (-1, 1), grid=3, ax=space)
    with pytest.raises(ValueError, match=r'ax is not three-dimensional; accepted are Axes made with projection="3d"'):
        secant.plotting.surface(saddle, (-1, 1), grid=3, ax=flat)
    for field, given, error in ((-1, "-1", ValueError), (1.5, "a float", TypeError)):
        with pytest.raises(error, match=f"field is {given}; accepted are True, False, and numbers of arrows"):
            secant.plotting.contour(saddle, (-1, 1), grid=3, field=field)


def test_kinds_are_told_apart_by_colour_and_by_marker() -> None:
    points = [point(kind, k / 10, 0) for k, kind in enumerate(KINDS)]
    path = np.array([[0.0, 0.0], [0.2, 0.2]])
    for draw in (secant.plotting.contour, secant.plotting.surface):
        ax = draw(saddle, (-1, 1), points=points, grid=5)
        assert legend(ax) == list(KINDS)
        marks = [line(ax, kind) for kind in KINDS]
        assert len({mark.get_marker() for mark in marks}) == len({to_rgb(mark.get_color()) for mark in marks}) == 6
        assert legend(draw(saddle, (-1, 1), points=points[0], grid=5)) == ["minimum"]  # one is enough
        several = draw(saddle, (-1, 1), paths={str(k): path for k in range(6)}, grid=5)
        looks = {(to_rgb(one.get_color()), one.get_linestyle()) for one in several.lines if one.get_label() in "012345"}
        assert len(looks) == 6
        assert draw(saddle, (-1, 1), paths=path, grid=5).get_legend() is None  # a path without a name


# ----------------------------------------------------------------------------------------------------------------------
# surface


def test_points_and_paths_lie_on_the_surface(style: str) -> None:
    path = np.array([[0.9, 0.01], [-0.9, 0.5], [-0.9, 3.0]])
    ax = secant.plotting.surface(
        saddle, (-1, 1), points=[point("saddle", 0, 0)], paths={"down": path}, names=["a", "b"], label="c", grid=21
    )
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()) == ("a", "b", "c")
    assert legend(ax) == ["down", "saddle"]
    course = np.stack(line(ax, "down").get_data_3d(), axis=1)
    inside = course[np.isfinite(course).all(axis=1)]
    assert len(inside) > 60  # not only where the path has its points
    assert_allclose(inside[:, 2], saddle(inside), atol=1e-15)
    assert_array_equal(inside[0, :2], path[0])
    assert inside[:, 1].max() <= 1
    assert_array_equal(np.ravel(line(ax, "saddle").get_data_3d()), [0, 0, 0])
    ax.figure.canvas.draw()


def test_what_the_surface_hides_is_not_drawn() -> None:
    ax = secant.plotting.surface(lambda x: float(np.exp(-8 * x @ x)), (-1, 1), paths={"a": [[0, -1], [0, 1]]}, grid=25)

    def shown(azimuth: float) -> Any:
        ax.view_init(elev=10, azim=azimuth)
        ax.figure.canvas.draw()
        _, y, z = np.stack(line(ax, "a").get_data_3d())
        return y[np.isfinite(z)]

    # Over the hill, only the slope on this side is seen from the front and from behind, and all of it from the side.
    assert shown(-90).max() < 0.2 < 0.5 < -shown(-90).min()
    assert shown(90).min() > -0.2 > -0.5 > -shown(90).max()
    assert_allclose([shown(0).min(), shown(0).max()], [-1, 1])


@pytest.mark.parametrize("projection", ["persp", "ortho"])
def test_what_is_in_sight_is_so_by_slow_reckoning(projection: Any) -> None:
    axis = np.linspace(0, 1, 31)
    z = np.sin(7 * axis[:, np.newaxis]) * np.cos(5 * axis)
    z[20:23, 4:9] = np.nan
    ax = plt.figure().add_subplot(projection="3d", xlim=(0, 1), ylim=(0, 1), zlim=(-1, 1), proj_type=projection)
    ax.view_init(elev=25, azim=-50)
    random = np.random.default_rng(3)
    points = np.array([(axis[j], axis[i], z[i, j]) for i, j in random.integers(0, 31, (150, 2))])
    points = points[np.isfinite(points[:, 2])]
    found = in_sight(points, (axis, axis, z), ax.get_proj())

    def height(x: float, y: float) -> float:
        j, i = min(int(30 * x), 29), min(int(30 * y), 29)
        s, t = 30 * x - j, 30 * y - i
        return (
            z[i, j] * (1 - s) * (1 - t)
            + z[i, j + 1] * s * (1 - t)
            + z[i + 1, j] * (1 - s) * t
            + z[i + 1, j + 1] * s * t
        )

    def seen(place: Any) -> bool:
        screen = ax.get_proj() @ [*place, 1]
        eye = np.linalg.inv(ax.get_proj()) @ (screen / screen[3] - [0, 0, 0.01, 0])
        step = (eye[:3] / eye[3] - place) / np.linalg.norm((eye[:3] / eye[3] - place) / [1, 1, 2])
        sides = set()
        for way in np.arange(2 / 31, 1.8, 0.004):
            x, y, level = place + way * step
            if 0 <= x <= 1 and 0 <= y <= 1:
                sides.add(np.sign(level - height(x, y)))
        return not {-1.0, 1.0} <= sides

    expected = np.array([seen(place) for place in points])
    assert 0.1 < expected.mean() < 0.9
    # Steps along the ray differ: where it only just touches the surface, so may the answers.
    assert np.mean(found == expected) > 0.97


def test_surfaces_have_holes_where_f_is_not_finite() -> None:
    for f in (half, lambda x: math.sqrt(x[0])):
        ax = secant.plotting.surface(
            f, (-1, 1), grid=21, points=[point("minimum", -0.5, 0.5)], paths=[[[-0.5, 0], [-0.4, 0]]]
        )
        ax.figure.canvas.draw()
        (facets,) = (one for one in ax.collections if hasattr(one, "do_3d_projection"))
        assert len(facets.get_facecolor()) == 200


# ----------------------------------------------------------------------------------------------------------------------
# jacobian


def test_a_jacobian_has_names_and_numbers(style: str) -> None:
    J = np.array([[1.5, -2.0, 0.0], [np.nan, 4.0, -0.25]])
    ax = secant.plotting.jacobian(J, inputs=["a", "b", "c"], outputs=["u", "v"], label="slope")
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b", "c"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["u", "v"]
    assert [text.get_text() for text in ax.texts] == ["1.5", "−2", "0", "NaN", "4", "−0.25"]
    assert ax.get_legend() is None  # NaN is written
    assert ax.patch.get_hatch()
    assert ax.get_ylim() == (1.5, -0.5)
    (image,) = ax.images
    assert image.norm(0.0) == 0.5
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == "slope"
    # Zero is near to the ground, numbers are read on their cells, and the two signs have other hues.
    shades = image.to_rgba(image.get_array())[..., :3]
    assert contrast(shades[0, 2], ax.figure.get_facecolor()) < 1.3
    shades[1, 0] = ax.patch.get_facecolor()[:3]
    for text, shade in zip(ax.texts, shades.reshape(-1, 3), strict=True):
        assert contrast(text.get_color(), shade) > 4
    assert shades[1, 1, 0] > shades[1, 1, 2]
    assert shades[0, 1, 0] < shades[0, 1, 2]


def test_matrices_of_all_sorts_are_drawn() -> None:
    f = lambda x: np.array([x[0] ** 2, x[0] * x[1], 3.0])  # noqa: E731
    expected = np.array([[2.0, 0.0], [2.0, 1.0], [0.0, 0.0]])
    x = np.array([1.0, 2.0])
    for J in (expected, expected.tolist(), sp.csr_array(expected), sp.coo_matrix(expected), expected.astype(int)):
        ax = secant.plotting.jacobian(J, ax=plt.subplots()[1])
        assert_array_equal(ax.images[0].get_array(), expected)
    pattern = np.ones((3, 2), bool)
    for options in ({}, {"sparsity": pattern}):
        ax = secant.plotting.jacobian(secant.jacobian(f, x, full_output=True, **options))
        assert_allclose(ax.images[0].get_array(), expected, atol=1e-9)


def test_entries_that_span_decades_have_a_logarithmic_scale() -> None:
    def norm(J: Any, **options: Any) -> str:
        return type(secant.plotting.jacobian(J, ax=plt.subplots()[1], **options).images[0].norm).__name__

    J = 10.0 ** np.arange(-6, 6).reshape(3, 4) * [1, -1, 1, -1]
    assert norm(J) == "SymLogNorm"
    assert norm(J, scale="linear") == "Normalize"
    even = np.random.default_rng(1).standard_normal((70, 70))  # some are small by chance: they span no decades
    assert norm(even) == "Normalize"
    assert norm(even, scale="symlog") == "SymLogNorm"


@pytest.mark.parametrize(
    "entries", [np.zeros((2, 2)), np.full((2, 2), np.nan), np.array([[np.inf, -np.inf], [0, 1]])], ids=str
)
def test_entries_without_a_scale_are_drawn(entries: Any) -> None:
    ax = secant.plotting.jacobian(entries, scale="symlog", ax=plt.subplots()[1])
    ax.figure.canvas.draw()
    (image,) = ax.images
    assert image.norm(0.0) == 0.5
    assert_array_equal(image.norm(image.get_array()).mask, np.isnan(entries))
    assert_array_equal(np.sign(image.norm(image.get_array()) - 0.5).filled(0), np.sign(np.nan_to_num(entries)))


@pytest.mark.parametrize("shape", [(200, 300), (1200, 900), (3, 4000), (4000, 3)])
def test_large_matrices_show_the_largest_entry_of_each_block(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(5)
    J = random.standard_normal(shape) * (random.random(shape) < 0.01)
    J[-1, -1], J[0, 0] = np.nan, -100.0
    ax = secant.plotting.jacobian(J)
    cells = ax.images[0].get_array()
    m, n = cells.shape
    assert_array_equal(ax.images[0].get_array(), secant.plotting.jacobian(sp.csr_array(J)).images[0].get_array())
    assert not ax.texts
    assert legend(ax) == ["NaN"]
    assert cells[0, 0] == -100
    assert cells.mask[-1, -1]
    _, right, bottom, _ = ax.images[0].get_extent()
    high, wide = round((bottom + 0.5) / m), round((right + 0.5) / n)
    for i, j in random.integers(0, [m - 1, n - 1], (50, 2)):
        block = J[high * i : high * (i + 1), wide * j : wide * (j + 1)]
        assert cells[i, j] == block.flat[np.argmax(np.abs(block))]
    assert len(ax.get_yticks()) <= 13
    box = ax.get_window_extent()
    assert box.height >= 0.9 * m
    assert box.width >= 0.9 * n


def test_numbers_are_written_where_they_fit() -> None:
    assert len(secant.plotting.jacobian(np.full((5, 7), -1.2345e-5)).texts) == 35
    assert not secant.plotting.jacobian(np.full((5, 60), -1.2345e-5)).texts
    ax = secant.plotting.jacobian(np.full((5, 7), -1.2345e-5))
    ax.figure.canvas.draw()
    for text in ax.texts:
        x0, y0, x1, y1 = ax.transData.inverted().transform(text.get_window_extent()).ravel()
        column, row = text.get_position()
        assert column - 0.5 < x0 < x1 < column + 0.5
        assert row - 0.5 < y1 < y0 < row + 0.5


@pytest.mark.parametrize(
    ("J", "options", "error", "message"),
    [
        (
            np.ones(3),
            {},
            ValueError,
            r"J has shape \(3,\); accepted are matrices.*a gradient g is drawn as g\[np.newaxis\]",
        ),
        (np.ones((2, 2, 2)), {}, ValueError, r"J has shape \(2, 2, 2\); accepted are matrices"),
        (np.ones((0, 2)), {}, ValueError, r"J has shape \(0, 2\); accepted are matrices with at least one row"),
        (np.ones((2, 2)) * 1j, {}, TypeError, "J has dtype complex128; accepted are real numbers"),
        ([["a"]], {}, TypeError, "J has dtype <U1; accepted are real numbers"),
        (
            np.ones((2, 3)),
            {"inputs": ["a"]},
            ValueError,
            "inputs has 1 names; accepted are 3, one for each column of J",
        ),
        (np.ones((2, 3)), {"outputs": "ab"}, ValueError, "outputs is 'ab'; accepted are 2, one for each row of J"),
        (np.ones((2, 3)), {"scale": "log"}, ValueError, "scale is 'log'; accepted are 'auto', 'linear', 'symlog'"),
    ],
)
def test_what_is_no_jacobian_is_said(J: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        secant.plotting.jacobian(J, **options)
    assert not plt.get_fignums()


# ----------------------------------------------------------------------------------------------------------------------
# spectrum


def test_a_spectrum_tells_signs_apart(style: str) -> None:
    values, bars = np.array([3.0, -2.0, 0.1, 1.0]), np.array([0.5, 0.1, 0.2, 0.1])
    ax = secant.plotting.spectrum(values, error=bars, label="curvature")
    assert legend(ax) == ["1 negative", "2 positive", "1 undecided: the bar contains 0"]
    assert ax.get_ylabel() == "curvature"
    drawn = {one.get_label(): one.lines for one in ax.containers}
    assert_array_equal(drawn["2 positive"][0].get_xydata(), [[2, 1], [3, 3]])
    ends = [segment[:, 1] for segment in drawn["2 positive"][2][0].get_segments()]
    assert_allclose(ends, [[0.9, 1.1], [2.5, 3.5]])
    marks = [one[0] for one in drawn.values()]
    assert len({mark.get_marker() for mark in marks}) == len({to_rgb(mark.get_color()) for mark in marks}) == 3
    assert all(contrast(mark.get_color(), ground(ax)) > 3 for mark in marks)
    assert ax.get_yscale() == "linear"


def test_spectra_come_from_objects_that_have_them() -> None:
    for found in (
        SimpleNamespace(eigenvalues=np.array([-1.0, 2.0]), error=np.array([3.0, 0.1])),
        SimpleNamespace(eigenvalues=np.array([-1.0, 2.0]), eigenvalue_error=np.array([3.0, 0.1]), error=None),
    ):
        assert legend(secant.plotting.spectrum(found)) == ["1 positive", "1 undecided: the bar contains 0"]
        with pytest.raises(ValueError, match="error is given, but a SimpleNamespace has its own"):
            secant.plotting.spectrum(found, error=1.0)
    assert legend(secant.plotting.spectrum([-1.0, 0.0, 2.0])) == ["1 negative", "1 positive", "1 zero"]
    assert legend(secant.plotting.spectrum([1.0, 2.0], error=np.nan)) == ["2 undecided: the bar contains 0"]
    assert legend(secant.plotting.spectrum([1.0, 2.0], error=[np.inf, 1])) == [
        *("1 positive", "1 undecided: the bar contains 0")
    ]


def test_spectra_that_span_decades_have_a_logarithmic_scale() -> None:
    clusters = np.concatenate([[-3.0], np.full(5, 1e-12), np.linspace(1, 1.1, 4) * 1e-4, [50.0, 900.0]])
    ax = secant.plotting.spectrum(clusters, error=1e-10)
    assert ax.get_yscale() == "symlog"
    assert legend(ax) == ["1 negative", "6 positive", "5 undecided: the bar contains 0"]
    ticks, (low, high) = ax.get_yticks(), ax.get_ylim()
    assert 0 in ticks
    assert low < ticks.min() < 0 < ticks.max() < high
    ax.figure.canvas.draw()
    # Eigenvalues of known sign are off the linear part around zero, and all are on the panel.
    height = ax.transAxes.inverted().transform(ax.transData.transform([(0, value) for value in np.sort(clusters)]))[
        :, 1
    ]
    assert np.all((height > 0) & (height < 1))
    assert height[6] - height[5] > 0.03
    assert secant.plotting.spectrum(clusters, error=1e-10, scale="linear").get_yscale() == "linear"
    assert secant.plotting.spectrum([1.0, 2.0], scale="symlog").get_yscale() == "symlog"
    positive = secant.plotting.spectrum(10.0 ** np.arange(-6, 4))
    assert positive.get_ylim()[0] > -1e-5  # nothing is drawn of an empty half
    for values in ([0.0, 0.0], [1e-300, 1e300], [-1e-5, 3e-320]):
        secant.plotting.spectrum(values, scale="symlog", ax=plt.subplots()[1]).figure.canvas.draw()


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        (np.eye(2), {}, ValueError, r"eigenvalues has shape \(2, 2\); accepted are one or more numbers, shape \(k,\)"),
        ([], {}, ValueError, r"eigenvalues has shape \(0,\)"),
        ([1.0, np.nan], {}, ValueError, r"eigenvalues\[1\] is nan; accepted are finite numbers"),
        ([1j], {}, TypeError, "eigenvalues has dtype complex128; accepted are real numbers"),
        (
            [1.0, 2.0],
            {"error": [1, 2, 3]},
            ValueError,
            r"error has shape \(3,\); accepted are a number, or one for each",
        ),
        ([1.0, 2.0], {"error": -1.0}, ValueError, "error has negative entries, as -1.0"),
        ([1.0, 2.0], {"error": "a"}, TypeError, "error has dtype <U1"),
        ([1.0, 2.0], {"scale": "log"}, ValueError, "scale is 'log'; accepted are 'auto', 'linear', 'symlog'"),
    ],
)
def test_what_is_no_spectrum_is_said(values: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        secant.plotting.spectrum(values, **options)
    assert not plt.get_fignums()


# ----------------------------------------------------------------------------------------------------------------------
# all pictures


NEW = {
    "contour": lambda ax: secant.plotting.contour(
        saddle, (-1, 1), grid=9, field=3, points=[point("saddle", 0, 0)], paths={"a": [[0, 0], [1, 1]]}, ax=ax
    ),
    "jacobian": lambda ax: secant.plotting.jacobian(np.array([[1.0, np.nan], [-2.0, 0.0]]), ax=ax),
    "spectrum": lambda ax: secant.plotting.spectrum([-1.0, 2.0, 300.0], error=0.5, ax=ax),
}
OLD = {
    "pattern": lambda ax: secant.plotting.pattern(np.eye(5), np.arange(5) % 3 - 1, ax=ax),
    "counts": lambda ax: secant.plotting.pattern(secant.SparsityPattern.banded(900, 3), ax=ax),
    "step_sweep": lambda ax: secant.plotting.step_sweep(np.abs, 0.0, ax=ax),
    "taylor": lambda ax: taylor_test(np.exp, 1.0, grad=np.exp).plot(ax=ax),
}


def texts(ax: Any) -> list[Any]:
    titles = [ax.title, ax._left_title, ax.xaxis.label, ax.yaxis.label, ax.get_xticklabels(), ax.get_yticklabels()]
    own = [one for found in titles for one in (found if isinstance(found, list) else [found])]
    return own + (ax.get_legend().get_texts() if ax.get_legend() else [])


# Those that are not new are drawn on light grounds by their own tests.
@pytest.mark.parametrize(
    ("draw", "style"),
    [(NEW[name], style) for name in NEW for style in STYLES] + [(draw, "dark_background") for draw in OLD.values()],
    indirect=["style"],
)
def test_a_given_panel_is_drawn_into_and_no_other(draw: Any, style: str) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
    right.plot([1, 2], [3, 4])
    before = right.get_position().bounds
    assert draw(left) is left
    figure.canvas.draw()
    assert right.get_position().bounds == before
    assert len(right.lines) == 1
    assert right.get_legend() is None
    assert plt.get_fignums() == [figure.number]
    # All letters are read, and lines that are drawn in ink are seen.
    for text in texts(left):
        assert contrast(text.get_color(), ground(left)) > 4.5
    for one in left.lines:
        assert contrast(one.get_color(), ground(left)) > 1.3


def test_a_surface_is_drawn_into_its_panel_and_no_other(style: str) -> None:
    figure = plt.figure()
    left, right = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
    left.view_init(elev=11, azim=22)
    assert secant.plotting.surface(saddle, (-1, 1), grid=9, ax=left) is left
    figure.canvas.draw()
    assert (left.elev, left.azim) == (11, 22)
    assert not right.has_data()
    panes = [axis.pane.get_facecolor() for axis in (left.xaxis, left.yaxis, left.zaxis)]
    assert all(contrast(pane[:3], ground(left)) < 1.3 for pane in panes)


def test_pictures_follow_the_panel_and_not_the_style_of_the_moment() -> None:
    with plt.style.context("dark_background"):
        _, ax = plt.subplots()
    assert is_dark(ax)
    assert to_rgb(ink(ax)) == (1, 1, 1)
    NEW["contour"](ax)
    assert all(contrast(text.get_color(), ground(ax)) > 4.5 for text in texts(ax))
    part = plt.figure(facecolor="black").subfigures(1, 2)[0]
    part.set_facecolor((0, 0, 0, 0))
    assert is_dark(part.subplots(subplot_kw={"facecolor": "none"}))


def test_estimates_on_both_grounds(style: str) -> None:
    est = secant.jacobian(lambda x: np.array([x[0] ** 2, abs(x[1]), x[0] * x[2]]), [1.0, 0.0, 2.0], full_output=True)
    row = secant.gradient(lambda x: x[0] ** 2 + abs(x[1]), [1.0, 0.0], full_output=True)
    for ax in (*secant.plotting.estimate(est), *secant.plotting.estimate(row)):
        assert all(contrast(text.get_color(), ground(ax)) > 4.5 for text in texts(ax))
        if ax.images:
            shades = ax.images[0].to_rgba(ax.images[0].get_array()).reshape(-1, 4)
            assert all(contrast(text.get_color(), shade[:3]) > 4 for text, shade in zip(ax.texts, shades, strict=True))
    lost = secant.Estimate(
        np.array([np.nan]), np.ones(1), np.array([secant.Status.NOT_FINITE], np.int8), np.ones(1), 8, secant.Adaptive()
    )
    ax, _ = secant.plotting.estimate(lost)
    assert all(contrast(one.get_color(), ground(ax)) > 3 for one in ax.lines)


def test_patterns_have_twenty_colours_on_dark_grounds() -> None:
    palette = np.array([to_rgb(colour) for colour in [*_DARK_CYCLE, _DARK_NO_COLOUR, "black"]])
    assert len(set(_DARK_CYCLE)) == 20
    distances = np.linalg.norm(palette[:, np.newaxis] - palette, axis=2) + 9 * np.eye(len(palette))
    assert distances.min() > 0.2
    with plt.style.context("dark_background"):
        ax = secant.plotting.pattern(np.eye(7), np.arange(7))
        assert_allclose(ax.images[0].get_array()[6, 6, :3], 1)


@pytest.mark.parametrize(
    "draw", [lambda: secant.plotting.surface(saddle, (-1, 1), grid=3), *(lambda d=d: d(None) for d in NEW.values())]
)
def test_without_matplotlib_the_way_to_it_is_told(draw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in ("matplotlib", "mpl_toolkits", "contourpy")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r'matplotlib, which is not installed: pip install "secant\[plot\]"'):
        draw()
