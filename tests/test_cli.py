"""The secant command, as a person and as a program uses it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from secant.cli import main

EXAMPLE = str(Path(__file__).parent.parent / "examples" / "gradient_vs_jacobian.py")

MODEL = """
import numpy as np
import beside

def f(x): return beside.scale * np.sum(x ** 3)
def slope(x): return beside.scale * 3 * x ** 2
def scalar(x): return x ** 2
def fails(x): raise RuntimeError("first line\\nsecond line")
def fails_beside(x): return float(x[0]) / (0 if x[0] > 1.0 else 1)
def infinite(x): return np.inf
def word(x): return "word"
def left(x): return np.where(x <= 1, x, np.nan)
def wave(x): return np.exp(1j * x)
def changes(x): return x if x[0] == 1 else x[:0]
number = 3
"""


@pytest.fixture
def model(tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "beside.py").write_text("scale = 2.0\n")
    yield str(tmp_path / "model.py")
    # The command puts the file's folder on the path and the module among the loaded ones: it is a process of its own.
    sys.path[:] = [entry for entry in sys.path if entry != str(tmp_path)]
    for name in ("model", "beside"):
        sys.modules.pop(name, None)


def run(capsys, *argv):
    code = main(argv)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_main_job(capsys):
    code, out, err = run(capsys, "jacobian", f"{EXAMPLE}:f", "--at", "1,2")
    assert (code, err) == (0, "")
    matrix, details = out.split("\n\n")
    assert matrix == "[[2., 1.],\n [2., 1.]]"
    labels = [line.split()[0] for line in details.splitlines()]
    assert labels == ["method", "step", "evaluations", "error", "time"]
    assert "adaptive differences" in details
    assert "evaluations  15\n" in details


def test_the_entry_point_is_installed():
    done = subprocess.run(
        [sys.executable, "-m", "secant", "jacobian", f"{EXAMPLE}:f", "--at", "1,2"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("[[2., 1.],\n [2., 1.]]\n")


def test_json(capsys):
    code, out, err = run(capsys, "jacobian", f"{EXAMPLE}:f", "--at", "1,2", "--method", "forward", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    np.testing.assert_allclose(found["value"], [[2, 1], [2, 1]], rtol=1e-7)
    assert found["evaluations"] == 3
    assert found["shape"] == [2, 2]
    assert found["status"] == [[0, 0], [0, 0]]
    assert found["at"] == [1, 2]
    assert found["method"] == "forward differences of order 1"
    assert found["error"] is None
    assert found["seconds"] > 0


def test_json_of_complex_and_missing_numbers(capsys, model):
    _, out, _ = run(capsys, "jacobian", f"{model}:wave", "--at", "0,", "--json")
    np.testing.assert_allclose(json.loads(out)["value"], [[[0.0, 1.0]]], atol=1e-12)
    code, out, _ = run(capsys, "jacobian", f"{model}:left", "--at", "1,", "--method", "forward", "--json")
    assert code == 0
    assert json.loads(out)["status"] == [[2]]


def test_gradient_and_hessian(capsys, model):
    code, out, _ = run(capsys, "gradient", f"{model}:f", "--at", "-1,2", "--json")
    assert code == 0
    np.testing.assert_allclose(json.loads(out)["value"], [6, 24], rtol=1e-11)
    _, out, _ = run(capsys, "hessian", f"{model}:f", "--at", "-1,2", "--json")
    np.testing.assert_allclose(json.loads(out)["value"], [[-12, 0], [0, 24]], rtol=1e-8, atol=1e-8)
    _, out, _ = run(capsys, "hessian", f"{model}:f", "--at", "-1,2", "--grad", f"{model}:slope", "--json")
    np.testing.assert_allclose(json.loads(out)["value"], [[-12, 0], [0, 24]], rtol=1e-11, atol=1e-11)
    assert json.loads(out)["evaluations"] == 15


@pytest.mark.parametrize(
    ("at", "shape"),
    [("1.5", []), ("1.5,", [1]), ("-1,2", [2]), ("-.5", []), ("[[1,2],[3,4]]", [2, 2]), ("1e-3,2", [2])],
)
def test_points(capsys, model, at, shape):
    code, out, err = run(capsys, "jacobian", f"{model}:scalar", "--at", at, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["shape"] == shape * 2


def test_files(capsys, model, tmp_path):
    np.save(tmp_path / "x.npy", np.array([1.0, 2.0]))
    code, out, _ = run(
        capsys, "gradient", f"{model}:f", "--at", str(tmp_path / "x.npy"), "--output", str(tmp_path / "g.npy")
    )
    assert code == 0
    assert f"written to   {tmp_path / 'g.npy'}" in out
    np.testing.assert_allclose(np.load(tmp_path / "g.npy"), [6, 24], rtol=1e-11)


def test_options_of_methods(capsys, model):
    _, out, _ = run(
        capsys, "gradient", f"{model}:f", "--at", "1,2", "--method", "forward", "--order", "3", "--step", "0.5"
    )
    assert "forward differences of order 3" in out
    assert "step         0.5\n" in out
    _, out, _ = run(capsys, "gradient", f"{model}:f", "--at", "1,2", "--method", "complex")
    assert "complex step" in out
    _, out, _ = run(capsys, "jacobian", f"{model}:scalar", "--at", "[[1,2,3]]", "--layout", "denominator", "--json")
    assert json.loads(out)["shape"] == [1, 3, 1, 3]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "the following arguments are required"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        (["jacobian", "{model}:f"], "the following arguments are required: --at"),
        (["jacobian", "{model}:f", "--at", "1,x"], "--at 1,x is not a point; accepted are numbers with commas"),
        (["jacobian", "{model}:f", "--at", "[[1,2],[3]]"], "is not a point"),
        (["jacobian", "{model}:f", "--at", "nowhere.npy"], "cannot read the point from nowhere.npy"),
        (["jacobian", "{model}:f", "--at", "1,nan"], "x[1] is nan; derivatives need a finite x"),
        (["jacobian", "{model}", "--at", "1"], "does not name a function; accepted is FILE:NAME"),
        (["jacobian", "nowhere.py:f", "--at", "1"], "there is no file nowhere.py"),
        (["jacobian", "{model}:g", "--at", "1"], "has no g"),
        (["jacobian", "{model}:number", "--at", "1"], "number in {model} is a int, not a function"),
        (["jacobian", "{model}:f", "--at", "1,2", "--method", "magic"], "invalid choice: 'magic'"),
        (
            ["jacobian", "{model}:f", "--at", "1,2", "--method", "central", "--order", "3"],
            "order is 3; accepted are 2, 4",
        ),
        (
            ["jacobian", "{model}:f", "--at", "1,2", "--method", "central", "--step", "0"],
            "step is 0.0; accepted are positive",
        ),
        (["jacobian", "{model}:f", "--at", "1,2", "--step", "0.1"], "--step is an option of fixed differences"),
        (["jacobian", "{model}:f", "--at", "1,2", "--order", "4"], "--order is an option of fixed differences"),
        (
            ["jacobian", "{model}:f", "--at", "1,2", "--method", "complex", "--order", "2"],
            "--order is an option of differ",
        ),
        (["gradient", "{model}:scalar", "--at", "1,2"], "use jacobian for array-valued functions"),
        (["gradient", "{model}:f", "--at", "1,2", "--output", "{model}/no/g.npy"], "cannot write"),
    ],
)
def test_bad_calls(capsys, model, argv, message):
    code, out, err = run(capsys, *(word.format(model=model) for word in argv))
    assert (code, out) == (2, "")
    assert message.format(model=model) in err
    assert err.startswith("secant: error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fails", "the function fails: RuntimeError: first line (f was called at x itself)"),
        (
            "fails_beside",
            "the function fails: ZeroDivisionError: float division by zero (f was called at x with x[0] = 1.0",
        ),
        ("infinite", "f(x) is not finite: it is inf"),
        ("word", "f returned a str"),
        ("changes", "f changed the shape of its value"),
    ],
)
def test_failing_functions(capsys, model, name, message):
    code, out, err = run(capsys, "jacobian", f"{model}:{name}", "--at", "1,2", "--method", "forward", "--order", "1")
    assert (code, out) == (1, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_file_that_fails(capsys, tmp_path):
    (tmp_path / "broken.py").write_text("1 / 0\n")
    code, _, err = run(capsys, "jacobian", f"{tmp_path / 'broken.py'}:f", "--at", "1")
    assert code == 1
    assert err == f"secant: error: {tmp_path / 'broken.py'} fails: ZeroDivisionError: division by zero\n"
    (tmp_path / "wrong.py").write_text("def f(:\n")
    code, _, err = run(capsys, "jacobian", f"{tmp_path / 'wrong.py'}:f", "--at", "1")
    assert code == 1
    assert err.count("\n") == 1


def test_help_shows_examples(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "secant jacobian examples/gradient_vs_jacobian.py:f --at 1,2" in capsys.readouterr().out
