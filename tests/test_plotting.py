"""Pictures: what is on them, and what is said where there is nothing to draw."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import secant
import secant.plotting
from secant import Estimate, Status

FORMULAS = ["forward, order 1", "central, order 2", "central, order 4", "central, order 6", "central, order 8"]


@pytest.fixture(autouse=True)
def _no_figures_left() -> Any:
    yield
    plt.close("all")


def legend(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def line(ax: Any, label: str) -> Any:
    (found,) = (one for one in ax.lines if one.get_label() == label)
    return found.get_xdata(), found.get_ydata()


def estimate_of(value: Any, error: Any, status: Any = None) -> Estimate:
    value = np.asarray(value, np.float64)
    status = np.zeros(value.shape, np.int8) if status is None else np.asarray(status, np.int8)
    return Estimate(value, np.asarray(error, np.float64), status, np.float64(0.01), 8, secant.Adaptive())


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def drawn(ax: Any) -> Any:
    """Where the marks of a panel are in it, in units of its size; open ones, which are off the scale, as well."""
    figure = ax.figure
    figure.canvas.draw()
    places = [
        one.get_transform().transform(one.get_xydata()) for one in ax.lines if one.get_marker() not in ("None", "_")
    ]
    return ax.transAxes.inverted().transform(np.concatenate([place for place in places if len(place)]))


# ----------------------------------------------------------------------------------------------------------------------
# step_sweep


def test_a_sweep_shows_all_formulas_and_the_adaptive_method() -> None:
    ax = secant.plotting.step_sweep(np.exp, 1.0)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlabel() == "step h along v"
    assert ax.get_ylabel() == "difference to the adaptive derivative"
    est = secant.jvp(np.exp, 1.0, 1.0, full_output=True)
    adaptive = [f"adaptive: step {est.step:.2g}", f"adaptive: error bar {est.error:.2g}"]
    assert legend(ax) == [*FORMULAS, "round-off ε|f|/h", *adaptive]
    for label in FORMULAS:
        steps, errors = line(ax, label)
        assert_array_equal(steps, 2.0 ** np.arange(-40, 1))
        assert np.all(errors > 0)
    steps, floor = line(ax, "round-off ε|f|/h")
    assert_allclose(floor * steps, np.finfo(float).eps * np.exp(1.0))
    assert_allclose(line(ax, adaptive[0])[0], est.step)
    assert_allclose(line(ax, adaptive[1]), [[est.step], [est.error]])


def test_a_sweep_shows_errors_where_the_derivative_is_known() -> None:
    ax = secant.plotting.step_sweep(np.sin, 0.7, exact=np.cos(0.7))
    assert ax.get_ylabel() == "error"
    assert legend(ax)[-1].startswith("adaptive: error ")
    for label, order in zip(FORMULAS, (1, 2, 4, 6, 8), strict=True):
        steps, errors = line(ax, label)
        # Truncation error: from step 1/2 to 1/4.
        assert_allclose(np.log2(errors[-2] / errors[-3]), order, atol=0.3)
        step = steps[-5]
        formula = secant.FiniteDifference(label.split(",")[0], order, step=step)
        expected = abs(secant.jvp(np.sin, 0.7, 1.0, method=formula) - np.cos(0.7))
        assert errors[-5] == expected


def test_a_sweep_moves_along_v() -> None:
    x, v = np.linspace(-1.0, 2.0, 10), np.full(10, 100.0)
    ax = secant.plotting.step_sweep(rosenbrock, x, v)
    steps, errors = line(ax, "central, order 2")
    assert steps[-1] == 2.0**-7  # times v, that is about the scale of x
    reference = secant.jvp(rosenbrock, x, v)
    exact = secant.jvp(rosenbrock, x, v, method=secant.FiniteDifference("central", 2, step=steps[-1]))
    assert_allclose(errors[-1], abs(exact - reference))


def test_a_sweep_of_a_noisy_function_shows_its_noise() -> None:
    def f(x: Any) -> Any:
        return np.round(np.sin(x), 6)

    ax = secant.plotting.step_sweep(f, 0.7, exact=np.cos(0.7))
    (label,) = (text for text in legend(ax) if text.startswith("noise"))
    steps, floor = line(ax, label)
    assert_allclose(floor * steps, secant.noise_level(f, 0.7))
    assert label.startswith("noise σ/h, σ = ")


def test_a_sweep_does_not_take_a_fast_function_for_a_noisy_one() -> None:
    assert "round-off ε|f|/h" in legend(
        secant.plotting.step_sweep(lambda x: np.sin(1e6 * x), 1e-6, exact=1e6 * np.cos(1))
    )


def test_a_sweep_keeps_differences_of_zero() -> None:
    ax = secant.plotting.step_sweep(np.abs, 0.0)
    for label in FORMULAS[1:]:
        _, errors = line(ax, label)
        assert np.all(errors > 0)
        assert np.all(errors < 1)
        assert np.all(errors > ax.get_ylim()[0])
    assert [text.get_text() for text in ax.texts] == ["exactly zero"]


@pytest.mark.parametrize("log", [np.log, lambda x: np.log(x) if x > 0 else 1 / np.float64(0) * 0])
def test_a_sweep_leaves_out_steps_that_f_does_not_allow(log: Any) -> None:
    ax = secant.plotting.step_sweep(log, 0.5, exact=2.0)
    steps, errors = line(ax, "central, order 8")
    assert np.all(np.isnan(errors[4 * steps >= 0.5]))
    assert np.all(np.isfinite(errors[4 * steps < 0.5]))


def test_a_sweep_leaves_out_steps_where_f_raises() -> None:
    from math import log

    steps, errors = line(secant.plotting.step_sweep(lambda x: log(x), 1.0, exact=1.0), "central, order 4")
    assert_array_equal(np.isnan(errors), 2 * steps >= 1)


def test_a_sweep_takes_arguments_and_axes() -> None:
    _, (left, right) = plt.subplots(1, 2)
    ax = secant.plotting.step_sweep(lambda x, a: np.sin(a * x), 0.3, args=(2.0,), exact=2 * np.cos(0.6), ax=right)
    assert ax is right
    assert not left.lines
    assert np.nanmin(line(ax, "central, order 4")[1]) < 1e-9
    assert len(plt.get_fignums()) == 1


def test_a_sweep_of_a_zero_function_is_a_picture() -> None:
    ax = secant.plotting.step_sweep(lambda x: 0 * x, 1.0)
    ax.figure.canvas.draw()
    assert "round-off ε|f|/h" not in legend(ax)


def test_a_sweep_survives_an_adaptive_derivative_that_is_not_finite() -> None:
    for f in (np.sign, np.cbrt):
        ax = secant.plotting.step_sweep(f, 0.0, exact=0.0)
        ax.figure.canvas.draw()
        assert np.all(np.isfinite(ax.get_ylim()))


def test_a_sweep_is_not_pressed_together_by_a_pole() -> None:
    ax = secant.plotting.step_sweep(lambda x: 1 / (x - 1.5 + 1e-14), 1.0, exact=-4.0)
    assert ax.get_ylim()[1] < 1e8


@pytest.mark.parametrize(
    ("f", "x", "options", "message"),
    [
        (np.sum, [1.0, 2.0], {}, r"v is not given, and x has shape \(2,\): give the direction"),
        (np.sum, [1.0, 2.0], {"v": [0.0, 0.0]}, "v is zero"),
        (
            np.sin,
            [1.0, 2.0],
            {"v": [1.0, 0.0]},
            r"f\(x\) has shape \(2,\); accepted are functions that return a number",
        ),
        (np.sign, 0.0, {}, "the adaptive derivative is nan: f jumps at x.*give exact to compare"),
        (np.sin, 0.0, {"exact": np.inf}, "exact is inf; accepted are finite numbers"),
    ],
)
def test_a_sweep_says_what_it_cannot_draw(f: Any, x: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        secant.plotting.step_sweep(f, x, **options)
    assert not plt.get_fignums()


# ----------------------------------------------------------------------------------------------------------------------
# estimate, entry by entry


def test_entries_are_drawn_with_their_bars() -> None:
    est = secant.gradient(rosenbrock, np.linspace(-1.0, 2.0, 10), full_output=True)
    values, errors = secant.plotting.estimate(est)
    assert (values.get_ylabel(), errors.get_ylabel()) == ("value", "relative error bar")
    assert errors.get_xlabel() == "entry"
    assert errors.get_yscale() == "log"
    assert values.get_shared_x_axes().joined(values, errors)
    (container,) = values.containers
    points, _, (bars,) = container
    assert_array_equal(points.get_ydata(), est.value)
    heights = [segment[1, 1] - segment[0, 1] for segment in bars.get_segments()]
    assert_allclose(heights, 2 * est.error, rtol=1e-2)
    assert_allclose(np.concatenate([one.get_ydata() for one in errors.lines]), est.error / np.abs(est.value))
    assert values.get_legend() is None


def test_values_that_span_decades_are_on_a_scale_of_both_signs() -> None:
    assert secant.plotting.estimate(estimate_of([1.0, -50.0], [1e-9] * 2))[0].get_yscale() == "linear"
    values, _ = secant.plotting.estimate(estimate_of([1.0, -5e7, 0.0, 300.0], [1e-9] * 4))
    assert values.get_yscale() == "symlog"
    ticks = values.get_yticks()
    assert len(ticks) < 12
    assert_array_equal(ticks, -ticks[::-1])


def test_labels_stand_below_entries() -> None:
    _, errors = secant.plotting.estimate(estimate_of([1.0, 2.0, 3.0], [1e-9] * 3), labels=["mass", "charge", "spin"])
    assert [text.get_text() for text in errors.get_xticklabels()] == ["mass", "charge", "spin"]
    _, many = secant.plotting.estimate(estimate_of(np.ones(200), np.ones(200)), labels=[f"x{k}" for k in range(200)])
    names = [text.get_text() for text in many.get_xticklabels()]
    assert names[:2] == ["x0", "x8"]
    assert len(names) == 25


def test_statuses_are_named() -> None:
    est = estimate_of([1.0, 2.0, 3.0, 4.0], [1e-9, 1e-3, 2.0, 1e-9], [0, Status.NOISY, Status.KINK, 0])
    values, errors = secant.plotting.estimate(est)
    assert legend(values) == ["OK", "noisy", "kink"]
    colours = {one.get_color() for one in errors.lines}
    markers = {one.get_marker() for one in errors.lines}
    assert len(colours) == len(markers) == 3


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_mark(status: Status) -> None:
    values, _ = secant.plotting.estimate(estimate_of([1.0], [1e-9], [status]))
    name = status.name.lower().replace("_", " ")
    assert (legend(values) if values.get_legend() else ["ok"]) == [name]
    left, _ = secant.plotting.estimate(estimate_of([[1.0]], [[1e-9]], [[status]]))
    assert (legend(left) if left.get_legend() else ["ok"]) == [name]


def test_what_is_off_the_scale_is_drawn_at_the_edge() -> None:
    est = estimate_of(
        [1.0, 0.0, 5.0, np.nan, np.inf, -np.inf],
        [1e-9, 1e-9, 0.0, np.inf, np.inf, np.inf],
        [0, 0, 0, Status.JUMP, Status.UNBOUNDED, Status.UNBOUNDED],
    )
    values, errors = secant.plotting.estimate(est)
    assert legend(values) == ["OK", "unbounded", "jump", "off the scale"]
    marks = drawn(errors)
    assert len(marks) == 6
    assert np.all((marks > 0) & (marks < 1))
    heights = marks[np.argsort(marks[:, 0]), 1]
    assert_allclose(heights[[1, 3, 4, 5]], 0.94)  # relative to zero, or infinite
    assert_allclose(heights[2], 0.06)  # exact
    marks = drawn(values)
    assert len(marks) == 6
    assert_allclose(marks[np.argsort(marks[:, 0]), 1][3:], [0.06, 0.94, 0.06])


def test_a_number_and_higher_dimensions_are_drawn_entry_by_entry() -> None:
    values, errors = secant.plotting.estimate(secant.derivative(np.exp, 1.0, full_output=True))
    assert len(drawn(values)) == len(drawn(errors)) == 1
    values, errors = secant.plotting.estimate(estimate_of(np.arange(1.0, 9.0).reshape(2, 2, 2), np.ones((2, 2, 2))))
    assert_array_equal(values.containers[0][0].get_ydata(), np.arange(1.0, 9.0))
    assert_allclose(errors.lines[0].get_ydata(), 1 / np.arange(1.0, 9.0))


# ----------------------------------------------------------------------------------------------------------------------
# estimate, as a matrix


def test_a_matrix_is_drawn_as_two_images() -> None:
    est = secant.jacobian(lambda x: np.cos(np.outer(np.arange(1, 6), x)) @ x, np.linspace(-1, 2, 8), full_output=True)
    values, errors = secant.plotting.estimate(est)
    (image,) = values.images
    assert_array_equal(image.get_array(), est.value)
    assert_allclose(image.norm(np.zeros(1)), 0.5)  # zero is in the middle, without a colour
    (image,) = errors.images
    assert_allclose(image.get_array(), np.log10(est.error))
    assert [ax.get_ylabel() for ax in values.figure.axes[2:]] == ["value", "log₁₀ of error bar"]
    assert len(values.texts) == len(errors.texts) == 40
    assert values.texts[0].get_text() == f"{est.value[0, 0]:.3g}".replace("-", "\N{MINUS SIGN}")
    assert [text.get_text() for text in values.get_yticklabels()] == list("01234")
    assert values.get_legend() is None


def test_a_matrix_has_labels_of_rows_and_columns() -> None:
    est = estimate_of(np.eye(2, 3), np.ones((2, 3)))
    for ax in secant.plotting.estimate(est, labels=(["a", "b"], ["x", "y", "z"])):
        assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b"]
        assert [text.get_text() for text in ax.get_xticklabels()] == ["x", "y", "z"]


def test_a_large_matrix_is_legible() -> None:
    rng = np.random.default_rng(7)
    est = estimate_of(rng.standard_normal((60, 40)) * 10.0 ** rng.integers(-9, 9, (60, 40)), np.full((60, 40), 1e-12))
    values, errors = secant.plotting.estimate(est)
    assert len(values.get_yticklabels()) <= 12
    assert not values.texts
    values.figure.canvas.draw()
    assert len(values.figure.axes[2].get_yticks()) < 12
    assert np.ptp(errors.images[0].get_clim()) > 0


def test_a_matrix_marks_statuses_and_survives_what_is_not_finite() -> None:
    est = estimate_of([[1.0, np.nan], [2e9, np.inf]], [[1e-9, np.inf], [0.0, np.inf]], [[0, -2], [7, -3]])
    values, errors = secant.plotting.estimate(est)
    assert legend(values) == ["unbounded", "jump", "kink"]
    assert [len(ax.collections) for ax in (values, errors)] == [3, 3]
    values.figure.canvas.draw()


# ----------------------------------------------------------------------------------------------------------------------
# both


def test_estimates_are_drawn_where_they_are_told_to() -> None:
    for value in ([1.0, 2.0], [[1.0, 2.0]]):
        _, pair = plt.subplots(2, 1)
        axes = secant.plotting.estimate(estimate_of(value, np.ones_like(value)), ax=pair)
        assert list(axes) == list(pair)
    assert len(plt.get_fignums()) == 2


@pytest.mark.parametrize(
    ("est", "options", "message"),
    [
        (
            secant.gradient(np.sum, np.ones(2), method="central", full_output=True),
            {},
            "est.error is None: central differences of order 2 do not estimate it; use method='adaptive'",
        ),
        (estimate_of([1.0, 2.0], [1.0, 1.0]), {"labels": ["a"]}, "labels has 1 entries, est.value has 2"),
        (estimate_of([[1.0, 2.0]], [[1.0, 1.0]]), {"labels": ["a", "b"]}, r"a matrix of shape \(1, 2\)"),
        (estimate_of([1.0, 2.0], [1.0, 1.0]), {"ax": [None]}, "ax holds 1 Axes; accepted are two"),
        (estimate_of([], []), {}, r"est.value has shape \(0,\): there are no entries"),
        (
            Estimate(np.array([1j]), np.ones(1), np.zeros(1, np.int8), np.ones(1), 8, secant.Adaptive()),
            {},
            "est.value is complex",
        ),
    ],
)
def test_an_estimate_says_what_it_cannot_draw(est: Estimate, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        secant.plotting.estimate(est, **options)
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: secant.plotting.step_sweep(np.exp, 1.0),
        lambda: secant.plotting.estimate(estimate_of([1.0], [1.0])),
        lambda: secant.plotting.estimate(estimate_of([[1.0]], [[1.0]])),
    ],
)
def test_without_matplotlib_the_way_to_it_is_told(draw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r'matplotlib, which is not installed: pip install "secant\[plot\]"'):
        draw()


def test_the_module_is_imported_without_matplotlib() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None; import secant.plotting; print('secant.plotting' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    code = "import secant, sys; print('matplotlib' in sys.modules, 'secant.plotting' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
