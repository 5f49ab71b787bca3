"""secant check, as a person and as a program uses it: every exit code provoked."""

import io
import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from secant.cli import main

MODEL = """
import numpy as np

scale = 2.0
last = None

def loss(x): return scale * np.sum(x ** 4) + x[0] * x[1]
def slope(x): return 4 * scale * x ** 3 + np.array([x[1], x[0]])
def wrong_slope(x): return 4 * scale * x ** 3 + np.array([x[0], x[0]])
def curvature(x): return 12 * scale * np.diag(x ** 2) + np.array([[0, 1], [1, 0]])
def residuals(x): return np.array([x[0] ** 2, x[0] * x[1], np.exp(x[1])])
def jac(x): return np.array([[2 * x[0], 0], [x[1], x[0]], [0, np.exp(x[1])]])
def loss_and_slope(x): return loss(x), slope(x)
def residuals_and_jac(x): return residuals(x), jac(x)
def cube(x): return x ** 3
def cube_slope(x): return 3 * x ** 2
def noisy(x): return x @ x + 1e-3 * np.sin(1e9 * x[0])
def twice(x): return 2 * x
def nearly_slope(x): return 3.001 * x ** 2
def inside(x):
    assert np.all((x >= [0, -5]) & (x <= [1, 5])), x
    return residuals(x)
def fails(x): raise RuntimeError("first line\\nsecond line")
def fails_right_of_one(x): return 1 / 0 if x[0] > 1.0 else x[0]
def interrupted(x): raise KeyboardInterrupt
def word(x): return "word"
def keeps(x):
    global last
    last = np.array(x)
    return loss(x)
def slope_of_last(x): return slope(last)
def slow(x):
    import pathlib, time
    pathlib.Path(__file__).with_name("started").touch()
    time.sleep(0.01)
    return loss(x)
number = 3
"""


@pytest.fixture
def model(tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "other.py").write_text("import model\ndef slope(x): return model.slope(x)\n")
    yield str(tmp_path / "model.py")
    # The command puts the file's folder on the path and modules among the loaded ones: it is a process of its own.
    sys.path[:] = [entry for entry in sys.path if entry != str(tmp_path)]
    for name in ("model", "other"):
        sys.modules.pop(name, None)


@pytest.fixture
def check(capsys, model):
    def run(function, *argv):
        code = main(["check", f"{model}:{function}", *(word.format(model=model) for word in argv)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


# ----------------------------------------------------------------------------------------------------------------------
# verdicts


@pytest.mark.parametrize(
    ("argv", "headline"),
    [
        (["loss", "--grad", "slope", "--at", "1,2"], "PASS: gradient slope of loss, at 1 point"),
        (
            ["loss", "--grad", "{model}:slope", "--at", "-1,2", "--at", "3,.5"],
            "PASS: gradient slope of loss, at 2 points",
        ),
        (["residuals", "--jac", "jac", "--at", "1,2", "--points", "3"], "PASS: Jacobian jac of residuals, at 4 points"),
        (["loss", "--hess", "curvature", "--at", "1,2"], "PASS: Hessian curvature of loss, at 1 point"),
        (["loss", "--hess", "curvature", "--grad", "slope", "--at", "1,2"], "PASS: Hessian curvature of loss, at 1"),
        (["loss_and_slope", "--pair", "grad", "--at", "1,2"], "PASS: gradient grad of loss_and_slope, at 1 point"),
        (["residuals_and_jac", "--pair", "jac", "--at", "1,2"], "PASS: Jacobian jac of residuals_and_jac, at 1 point"),
        (["cube", "--jac", "cube_slope", "--at", "1.5"], "PASS: Jacobian cube_slope of cube, at 1 point"),
    ],
)
def test_passing(check, argv, headline):
    code, out, err = check(*argv)
    assert (code, err) == (0, "")
    assert out.startswith(headline)


def test_failing(check):
    code, out, err = check("loss", "--grad", "wrong_slope", "--at", "1,2", "--at", "2,2")
    assert (code, err) == (1, "")
    assert out.startswith("FAIL: gradient wrong_slope of loss, at 2 points, 1 of which does not pass")
    assert "∂f/∂x[0]" in out
    code, out, _ = check("loss", "--hess", "curvature", "--grad", "wrong_slope", "--at", "1,2")
    assert code == 1
    assert "wrong_slope is not the gradient of loss" in out


def test_inconclusive(check):
    code, out, err = check("noisy", "--grad", "twice", "--at", "1,2")
    assert (code, err) == (3, "")
    assert out.startswith("INCONCLUSIVE: gradient twice of noisy")
    code, out, err = check("noisy", "--grad", "twice", "--at", "1,2", "--strict")
    assert (code, err) == (1, "")
    assert out.startswith("FAIL (strict")
    assert check("noisy", "--grad", "twice", "--at", "1,2", "--rtol", "0.5")[0] == 0


def test_json(check):
    code, out, err = check("loss", "--grad", "wrong_slope", "--at", "1,2", "--json", "--seed", "3")
    found = json.loads(out)
    assert (code, err) == (1, "")
    assert (found["verdict"], found["task"], found["function"], found["seed"]) == ("fail", "gradient", "loss", 3)
    assert found["points"][0]["x"] == [1.0, 2.0]
    assert found["worst"][0]["name"] == "∂f/∂x[0]"


def test_html(check, tmp_path):
    page = tmp_path / "report.html"
    code, out, _ = check("loss", "--grad", "wrong_slope", "--at", "1,2", "--html", str(page))
    assert code == 1
    assert out.endswith(f"\n  written to {page}\n")
    assert "wrong_slope" in page.read_text(encoding="utf-8")
    _, out, _ = check("loss", "--grad", "slope", "--at", "1,2", "--html", str(page), "--json")
    assert json.loads(out)["ok"]


def test_options_of_the_check(check):
    _, out, _ = check("residuals", "--jac", "jac", "--at", "1,2", "--mode", "directions", "--json")
    assert json.loads(out)["mode"] == "directions"
    assert check("cube", "--jac", "nearly_slope", "--at", "1")[0] == 1
    assert check("cube", "--jac", "nearly_slope", "--at", "1", "--tolerance", "0.01", "--rtol", "0.05")[0] == 0
    _, out, _ = check("cube", "--jac", "cube_slope", "--at", "1e-4", "--typical", "1e-4", "--rtol", "1e-5", "--json")
    assert json.loads(out)["ok"]
    assert json.loads(out)["rtol"] == 1e-5


# ----------------------------------------------------------------------------------------------------------------------
# points and bounds


def points_of(check, *argv):
    code, out, err = check("inside", "--jac", "jac", *argv, "--json")
    assert (code, err) == (0, "")
    return np.array([point["x"] for point in json.loads(out)["points"]])


def test_random_points_are_between_bounds(check):
    drawn = points_of(check, "--points", "20", "--bounds", "0,1", "--bounds", "-5,5")
    assert drawn.shape == (20, 2)
    assert np.all((drawn >= [0, -5]) & (drawn <= [1, 5]))
    assert np.ptp(drawn[:, 1]) > 5
    np.testing.assert_array_equal(points_of(check, "--points", "20", "--bounds", "[[0, -5], [1, 5]]"), drawn)
    other = points_of(check, "--points", "20", "--bounds", "[[0, -5], [1, 5]]", "--seed", "1")
    assert not np.any(other == drawn)


def test_bounds_of_all_variables_and_of_none(check):
    near = points_of(check, "--at", "0.5,0.25", "--points", "2", "--bounds", "0,1")
    np.testing.assert_array_equal(near[0], [0.5, 0.25])
    assert np.all((near >= 0) & (near <= 1))
    assert check("residuals", "--jac", "jac", "--at", "-1,2", "--bounds", "-inf,2")[0] == 0
    assert check("residuals", "--jac", "jac", "--at", "-1,2", "--bounds", "[[null, 1], [0, null]]")[0] == 0
    assert check("residuals", "--jac", "jac", "--at", "-1,2", "--bounds", "[null, [0, 3]]")[0] == 0


def test_points_in_files(check, tmp_path):
    np.save(tmp_path / "x.npy", np.array([0.5, 2.0]))
    at = ["--at", str(tmp_path / "x.npy"), "--at", "[1, 2]"]
    assert points_of(check, *at, "--bounds", "[[0, -5], [1, 5]]").tolist() == [[0.5, 2], [1, 2]]


# ----------------------------------------------------------------------------------------------------------------------
# errors


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["loss", "--at", "1,2"], "no derivative is named; accepted is one of --grad, --jac, --hess and --pair"),
        (["loss", "--grad", "slope", "--jac", "jac", "--at", "1,2"], "--grad and --jac do not go together"),
        (["loss", "--hess", "curvature", "--pair", "grad", "--at", "1,2"], "--hess and --pair do not go together"),
        (["loss", "--pair", "hess", "--at", "1,2"], "invalid choice: 'hess'"),
        (["loss", "--grad", "slope"], "there is no point to check at; accepted are --at, and --points with --bounds"),
        (["loss", "--grad", "slope", "--points", "3"], "there is no point to check at"),
        (["loss", "--grad", "slope", "--at", "1,2", "--points", "0"], "n_points is 0; accepted are positive"),
        (["loss", "--grad", "slope", "--at", "1,x"], "--at 1,x is not a point"),
        (["loss", "--grad", "slope", "--at", "1,2", "--at", "1,2,3"], "points have shapes (2,), (3,); they must be"),
        (["loss", "--grad", "slope", "--at", "1,2", "--typical", "a"], "--typical a is not a point"),
        (["loss", "--grad", "slope", "--at", "1,2", "--typical", "1,2,3"], "--typical has shape (3,), and x has (2,)"),
        (
            ["loss", "--grad", "slope", "--at", "1,2", "--bounds", "3"],
            "--bounds 3 is not a pair; accepted are LOW,HIGH",
        ),
        (["loss", "--grad", "slope", "--at", "1,2", "--bounds", "[1, 2, 3]"], "is not a pair"),
        (
            ["loss", "--grad", "slope", "--at", "1,2", "--bounds", "[[1], [2]]"],
            "--bounds has shape (1,), and x has (2,)",
        ),
        (
            ["loss", "--grad", "slope", "--at", "1,2", *3 * ["--bounds", "0,3"]],
            "--bounds has shape (3,), and x has (2,)",
        ),
        (["loss", "--grad", "slope", "--at", "1,2", "--bounds", "0,[1]"], "is not a pair"),
        (
            ["loss", "--grad", "slope", "--at", "1,2", *2 * ["--bounds", "[[0], [9]]"]],
            "several --bounds are one for each",
        ),
        (["loss", "--grad", "slope", "--at", "1,2", "--bounds", "2,1"], "the lower bound 2.0 exceeds the upper bound"),
        (["loss", "--grad", "slope", "--at", "1,2", "--bounds", "3,4"], "--at 1,2 is outside --bounds"),
        (
            ["loss", "--grad", "slope", "--at", "1,2", "--rtol", "2"],
            "rtol is 2.0; accepted are relative errors below 1",
        ),
        (["loss", "--grad", "slope", "--at", "1,2", "--mode", "some"], "invalid choice: 'some'"),
        (["loss", "--grad", "slope", "--at", "1,2", "--html", "{model}/r.html"], "cannot write {model}/r.html"),
        (["residuals", "--grad", "jac", "--at", "1,2"], "a gradient is of a function with one value: --jac is meant"),
        (["loss", "--grad", "none", "--at", "1,2"], "{model} has no none"),
        (["loss", "--grad", "number", "--at", "1,2"], "number in {model} is a int, not a function"),
        (["loss", "--grad", "nowhere.py:slope", "--at", "1,2"], "there is no file nowhere.py"),
    ],
)
def test_bad_calls(check, model, argv, message):
    code, out, err = check(*argv)
    assert (code, out) == (2, "")
    assert message.format(model=model) in err
    assert err.startswith("secant: error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ["fails", "--grad", "slope", "--at", "1,2"],
            "the function fails fails: RuntimeError: first line (at [1., 2.])",
        ),
        (
            ["loss", "--grad", "fails", "--at", "1,2"],
            "the function fails fails: RuntimeError: first line (at [1., 2.])",
        ),
        (["loss", "--hess", "curvature", "--grad", "fails", "--at", "1,2"], "the function fails fails: RuntimeError"),
        (
            ["fails_right_of_one", "--grad", "slope", "--at", "2,2"],
            "fails: ZeroDivisionError: division by zero (at [2., 2.])",
        ),
        (["word", "--grad", "slope", "--at", "1,2"], "word returned a str"),
        (["loss", "--grad", "word", "--at", "1,2"], "word returned a str; accepted are arrays of numbers"),
        (
            ["loss", "--pair", "grad", "--at", "1,2"],
            "f returned a float64; with True for the derivative, it must return",
        ),
    ],
)
def test_failing_functions(check, argv, message):
    code, out, err = check(*argv)
    assert (code, out) == (4, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_file_that_fails(check, model, tmp_path):
    (tmp_path / "broken.py").write_text("1 / 0\n")
    code, _, err = check("loss", "--grad", str(tmp_path / "broken.py:slope"), "--at", "1,2")
    assert (code, err) == (4, f"secant: error: {tmp_path / 'broken.py'} fails: ZeroDivisionError: division by zero\n")


def test_ctrl_c(check):
    assert check("interrupted", "--grad", "slope", "--at", "1,2") == (130, "", "secant: interrupted\n")


def test_ctrl_c_between_calls(model, tmp_path):
    command = [sys.executable, "-m", "secant", "check", f"{model}:slow", "--hess", "curvature", "--points", "99"]
    running = subprocess.Popen([*command, "--at", "1,2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not (tmp_path / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=10)
    assert (running.returncode, out, err) == (130, "", "secant: interrupted\n")


def test_functions_of_a_file_share_what_it_keeps(check, tmp_path):
    """A file is run once for all its functions: a derivative that depends on the last call of f is found out."""
    code, out, _ = check("keeps", "--grad", "slope_of_last", "--at", "1,2", "--json")
    assert code == 1
    assert json.loads(out)["diagnosis"][0]["kind"] == "stale"
    assert check("loss", "--grad", str(tmp_path / "other.py:slope"), "--at", "1,2")[0] == 0


def test_a_reader_who_leaves(model, monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    assert main(["check", f"{model}:loss", "--grad", "wrong_slope", "--at", "1,2"]) == 1


# ----------------------------------------------------------------------------------------------------------------------
# progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress(check, monkeypatch):
    pytest.importorskip("tqdm", reason="tqdm is not installed")
    monkeypatch.setattr("secant.progress._SECONDS", 0)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    assert check("slow", "--grad", "slope", "--at", "1,2", "--at", "2,3")[0] == 0
    assert "point 1 of 2:" in terminal.getvalue()
    assert "point 2 of 2:" in terminal.getvalue()
    assert "calls/s" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")  # it is wiped out


@pytest.mark.parametrize("missing", [True, False])
def test_no_progress(check, monkeypatch, missing):
    """Without tqdm, and where nobody looks."""
    monkeypatch.setattr("secant.progress._SECONDS", 0)
    if missing:
        monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal() if missing else io.StringIO())
    assert check("loss", "--grad", "slope", "--at", "1,2")[0] == 0
    assert terminal.getvalue() == ""


def test_help_documents_exit_codes(capsys):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    out = " ".join(capsys.readouterr().out.split())
    for code in (
        "0 it passes",
        "1 it fails",
        "2 the call is wrong",
        "3 it is inconclusive",
        "4 a function fails",
        "130 inter",
    ):
        assert code in out
