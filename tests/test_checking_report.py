"""Reports: a page of text, JSON that says the same, errors that carry it."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import secant
from secant.checking.labels import Labels


def f(x: Any) -> Any:
    return np.array([x[0] ** 2 + x[1], x[0] * x[1], np.sin(x[2])])


def jac(x: Any) -> Any:
    return np.array([[2 * x[0], 1, 0], [x[1], x[0], 0], [0, 0, np.cos(x[2])]])


def wrong(x: Any) -> Any:
    return jac(x) + np.array([[0, 0, 0.5], [0, np.nan, 0], [0, 0, 0]])


X = [1.0, 2.0, 3.0]


def test_a_page_says_it_all() -> None:
    report = secant.check_jacobian(f, wrong, X)
    lines = str(report).splitlines()
    assert lines[0] == "FAIL: Jacobian wrong of f, at 1 point"
    assert len(lines) < 40
    assert max(map(len, lines)) <= 120
    text = " ".join(str(report).split())
    assert "wrong is NaN in entry ∂f[1]/∂x[1] (1 of 9 entries)" in text
    assert "and wrong is wrong in entry ∂f[0]/∂x[2] (1 of 8 entries)" in text
    assert "9 entries: 7 pass, 2 fail, 0 inconclusive" in text
    assert "relative errors above" in text
    assert f"{report.evaluations} evaluations" in text
    assert "seed 0" in text
    assert "next correct wrong and check again" in text


def test_pages_stay_pages_whatever_the_size() -> None:
    many = secant.check_gradient(lambda x: np.sum(np.exp(x)), np.square, np.linspace(0.1, 1, 200))
    assert len(str(many).splitlines()) < 40
    points = secant.check_gradient(
        lambda x: np.sum(np.exp(x)), np.square, n_points=50, bounds=(np.zeros(3), np.ones(3))
    )
    assert len(str(points).splitlines()) < 40
    assert "at 50 points, 50 of which do not pass" in str(points)


def test_the_repr_is_a_line() -> None:
    assert repr(secant.check_jacobian(f, jac, X)) == "<pass: jacobian jac of f>"
    assert repr(secant.check_jacobian(f, wrong, X)) == "<fail, 'not finite', 'entries': jacobian wrong of f>"


def test_json_has_the_same() -> None:
    report = secant.check_jacobian(f, wrong, X)
    said = json.loads(report.to_json())
    assert said == report.to_dict()
    assert said["verdict"] == "fail"
    assert said["ok"] is False
    assert [finding["kind"] for finding in said["diagnosis"]] == ["not finite", "entries"]
    assert said["points"][0] == {
        "x": X,
        "verdict": "fail",
        "passed": 7,
        "failed": 2,
        "inconclusive": 0,
        "at_kinks": 0,
        "negligible": 0,
        "detectable": report.points[0].detectable,
    }
    first, second = said["worst"]
    assert first["given"] is None  # NaN is none of JSON's numbers
    assert (second["row"], second["column"]) == (0, 2)
    assert second["given"] == 0.5
    assert second["outcome"] == "fail"
    wave = secant.check_jacobian(lambda x: 1j * np.sin(x), lambda x: np.diag(2j * np.cos(x)), X)
    worst = json.loads(wave.to_json())["worst"][0]
    assert worst["given"] == pytest.approx([0, 2 * np.cos(worst["column"] + 1)])


def test_errors_carry_the_report() -> None:
    report = secant.check_jacobian(f, wrong, X)
    with pytest.raises(AssertionError) as caught:
        report.raise_if_failed()
    assert str(report) in str(caught.value)
    secant.check_jacobian(f, jac, X).raise_if_failed()


def test_reports_can_be_sent_to_another_process() -> None:
    report = secant.check_jacobian(f, wrong, X)
    again = pickle.loads(pickle.dumps(report))
    assert str(again) == str(report)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=3, max_size=3), min_size=3, max_size=3)
)
def test_no_values_break_a_report(rows: list[list[float]]) -> None:
    """Whatever a derivative returns, there is a verdict, and a page, and JSON."""
    given_matrix = np.array(rows)
    report = secant.check_jacobian(f, lambda x: given_matrix, X)
    right = np.allclose(given_matrix, jac(np.array(X)), rtol=1e-6, atol=1e-6)
    assert right or report.verdict == "fail"
    assert str(report)
    json.loads(report.to_json(allow_nan=False))


def test_phrases_for_rows_and_columns() -> None:
    labels = Labels("f", (2, 3), (4,))
    assert labels.row(4) == "f[1, 1]"
    assert labels.entry(4, 2) == "∂f[1, 1]/∂x[2]"
    assert labels.rows(np.array([1])) == "row f[0, 1]"
    assert labels.rows(np.array([0, 2])) == "rows f[0, 0], f[0, 2]"
    assert labels.rows(np.arange(5)) == "rows f[0, 0] to f[1, 1]"
    assert labels.columns(np.array([0, 1, 3])) == "columns x[0], x[1], x[3]"
    assert Labels("f", (), ()).entry(0, 0) == "∂f/∂x"
    several = Labels("f", (9,), (9,)).rows(np.array([0, 2, 3, 4, 5, 7, 8]))
    assert several == "rows f[0], f[2], f[3], f[4], f[5] and 2 more"
