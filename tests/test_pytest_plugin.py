"""The plugin for pytest, in sessions of its own, where it is registered as the installed package registers it."""

import json
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

import secant.testing  # noqa: F401  (so that sessions within this one need not import it again)

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent

MODEL = """
import numpy as np, pytest, secant
from secant.testing import assert_gradient, assert_jacobian

X = np.array([1.0, 2.0])

def f(x): return np.array([x[0] ** 2, x[0] * x[1]])
def jac(x): return np.array([[2 * x[0], 0], [x[1], x[0]]])
def wrong(x): return np.array([[2 * x[0], 0], [x[1], -x[0]]])
def noisy(x): return x @ x + 1e-3 * np.sin(1e9 * x[0])
def twice(x): return 2 * x
"""

RIGHT = "def test_right(): assert_jacobian(f, jac, X)"
WRONG = "def test_wrong():\n    assert_jacobian(f, wrong, X)"
OPEN = "def test_open(): assert_gradient(noisy, twice, X)"


@pytest.fixture
def session(pytester, monkeypatch):
    """Run pytest on tests, with the plugin registered as pyproject.toml says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (name, module), *others = project["entry-points"]["pytest11"].items()
    assert not others
    distribution = pytester.mkdir("secant_plugin-1.dist-info")
    (distribution / "METADATA").write_text("Metadata-Version: 2.1\nName: secant-plugin\nVersion: 1\n")
    (distribution / "entry_points.txt").write_text(f"[pytest11]\n{name} = {module}\n")
    pytester.syspathinsert()
    pytester.makeini("[pytest]\nfilterwarnings = default\n")  # that of this session holds there as well
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("CI", raising=False)

    def run(*tests, options=()):
        pytester.makepyfile(test_model="\n".join([MODEL, *tests]))
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    return run


def test_the_report_is_the_failure(session):
    result = session(RIGHT, "def helper(x):\n    assert_jacobian(f, wrong, x)", "def test_wrong():\n    helper(X)")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*_ test_wrong _*",
            "test_model.py:*: in test_wrong",
            "    helper(X)",
            "test_model.py:*: in helper",
            "    assert_jacobian(f, wrong, x)",
            "*- secant -*",
            "FAIL: Jacobian wrong of f, at 1 point",
            "",
            "  diagnosis  wrong is wrong in entry*x?1?*",
            "  next *",
            "secant: 2 derivative checks, 0 inconclusive",
            "*= short test summary info =*",
            "FAILED test_model.py::test_wrong - wrong is wrong in entry*",
        ],
    )
    text = result.stdout.str()
    assert text.count("FAIL: Jacobian") == 1
    assert "AssertionError" not in text
    assert "report.py" not in text
    assert "def test_wrong" not in text


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("secant.check_jacobian(f, wrong, X).raise_if_failed()", "FAIL: Jacobian wrong of f, at 1 point"),
        ("secant.check_root(f, X, jac=wrong).raise_if_failed()", "FAIL: Jacobian wrong of f, at 1 point"),
        (
            "secant.check_minimize(np.sum, X, jac=twice, constraints={'fun': f, 'jac': jac}).raise_if_failed()",
            "FAIL: jac fails, constraints?0?.jac passes",
        ),
    ],
)
def test_reports_that_raise_by_themselves(session, statement, found):
    result = session(f"def test_it():\n    {statement}")
    result.stdout.fnmatch_lines(["test_model.py:*: in test_it", f"    {glob(statement)}", "*- secant -*", found])
    assert "report.py" not in result.stdout.str()
    result.stdout.fnmatch_lines(["secant: * derivative check*, 0 inconclusive", "FAILED *::test_it - * is *"])


def glob(text):
    return "".join(f"[{one}]" if one in "[]*?" else one for one in text)


def test_failures_in_fixtures(session):
    result = session("@pytest.fixture\ndef bad():\n    assert_jacobian(f, wrong, X)", "def test_it(bad): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*: in bad", "*- secant -*", "FAIL: *", "ERROR test_model.py::test_it - wrong is wrong*"]
    )


def test_other_failures_are_left_alone(session):
    result = session(
        "def test_plain():\n    assert 1 == 2",
        "def test_option():\n    assert_jacobian(f, jac, X, tol=1)",
        "def test_other():\n    assert_gradient(lambda x: 1 / 0, twice, X)",
        "@pytest.mark.xfail(strict=True)\ndef test_expected():\n    assert_jacobian(f, wrong, X)",
        "def test_raises():\n    with pytest.raises(AssertionError): assert_jacobian(f, wrong, X)",
    )
    result.assert_outcomes(failed=3, passed=1, xfailed=1)
    result.stdout.fnmatch_lines(["E       assert 1 == 2", "E       TypeError: assert_jacobian has no option tol; *"])
    assert "- secant -" not in result.stdout.str()


@pytest.mark.parametrize("style", ["long", "native"])
def test_a_traceback_that_is_asked_for(session, style):
    result = session(WRONG, options=[f"--tb={style}"])
    assert "- secant -" not in result.stdout.str()
    result.stdout.fnmatch_lines(
        ["*AssertionError*", "*FAIL: Jacobian wrong of f*", "FAILED *test_wrong - wrong is wrong*"]
    )


def test_inconclusive_checks(session):
    result = session(OPEN, RIGHT)
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(
        ["*/test_model.py:*: UserWarning: the check is inconclusive", "secant: 2 derivative checks, 1 inconclusive"]
    )
    result = session(OPEN, RIGHT, options=["-rP"])
    result.stdout.fnmatch_lines(
        ["*_ test_open _*", "*- secant -*", "INCONCLUSIVE: gradient twice of noisy, at 1 point"]
    )


def test_strictness(session):
    direct = "def test_direct(): secant.check_gradient(noisy, twice, X).raise_if_failed()"
    expected = "def test_expected():\n    with pytest.warns(UserWarning): assert_gradient(noisy, twice, X)"
    result = session(OPEN, direct, expected, RIGHT, options=["--secant-strict"])
    result.assert_outcomes(failed=2, passed=2)
    result.stdout.fnmatch_lines(
        [
            "*: in test_open",
            "*- secant -*",
            "INCONCLUSIVE: gradient twice of noisy, at 1 point",
            "  it fails because warnings of inconclusive checks are errors here (--secant-strict, or a filter)",
            "secant: 4 derivative checks, 3 inconclusive",
            "FAILED test_model.py::test_open - INCONCLUSIVE: *",
        ]
    )
    result = session(RIGHT, options=["--secant-strict", "-p", "no:warnings"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --secant-strict makes errors of warnings: it does not go with -p no:warnings"])


def test_pages(session, pytester):
    cases = "@pytest.mark.parametrize('at', [0, 1, 2], ids=['a b', 'a/b', 'a' * 300])"
    many = f"{cases}\ndef test_many(at): assert_jacobian(f, wrong, X)"
    passing = "def test_raises():\n    with pytest.raises(AssertionError): assert_jacobian(f, wrong, X)"
    twice = "def test_two():\n    assert_gradient(noisy, twice, X)\n    assert_jacobian(f, wrong, X)"
    result = session(many, RIGHT, OPEN, passing, twice, options=["--secant-html=some/pages"])
    folder = pytester.path / "some" / "pages"
    names = sorted(page.name for page in folder.iterdir())
    long = [name for name in names if len(name) > 150]
    assert [name for name in names if name not in long] == [
        "test_model.py_test_many[a_b]-2.html",
        "test_model.py_test_many[a_b].html",
        "test_model.py_test_open.html",
        "test_model.py_test_two-2.html",
        "test_model.py_test_two.html",
    ]
    assert len(long) == 1
    assert len(long[0]) < 200
    for page in folder.iterdir():
        text = page.read_text(encoding="utf-8")
        assert text.startswith("<!DOCTYPE html>")
        assert "wrong" in text or "twice" in text
    result.stdout.fnmatch_lines(
        [f"  written to {glob(str(folder))}/test_model.py_test_many[[]a_b].html", f"secant: 6 reports in {folder}"]
    )


def test_pages_that_cannot_be_written(session, pytester):
    pytester.path.joinpath("file").write_text("")
    result = session(WRONG, options=["--secant-html=file"])
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAIL: Jacobian*", "secant: no report can be written to *test_wrong.html: *"])


def test_sessions_without_checks_are_not_disturbed(session):
    result = session("def test_it(): pass", options=["--secant-strict", "--secant-html=pages"])
    assert result.ret == 0
    assert "secant:" not in result.stdout.str()
    assert not Path("pages").exists()


def test_it_can_be_turned_off(session):
    result = session(WRONG, options=["-p", "no:secant"])
    result.stdout.fnmatch_lines(["E *AssertionError:*", "E *FAIL: Jacobian*"])
    assert "secant:" not in result.stdout.str()
    assert session(WRONG, options=["-p", "no:secant", "--secant-strict"]).ret == pytest.ExitCode.USAGE_ERROR


def test_what_it_adds_survives_another_process(session, pytester, pytestconfig):
    """Reports of tests go through JSON where tests run in several processes."""
    session(WRONG)
    recorded = pytester.inline_run("-p", "no:cacheprovider")
    (failed,) = (report for report in recorded.getreports("pytest_runtest_logreport") if report.failed)
    data = pytestconfig.hook.pytest_report_to_serializable(config=pytestconfig, report=failed)
    there = pytestconfig.hook.pytest_report_from_serializable(config=pytestconfig, data=json.loads(json.dumps(data)))
    assert there.secant == {"checks": 1, "inconclusive": 0, "written": [], "problem": ""}
    assert "FAIL: Jacobian wrong of f" in str(there.longrepr)
    assert there.longrepr.reprcrash.message.startswith("wrong is wrong in entry")


def test_the_file_itself_imports_nothing_heavy():
    path = find_spec("_secant_pytest").origin
    probe = (
        "import importlib.util as u, sys\n"
        f"spec = u.spec_from_file_location('plugin', {path!r})\n"
        "spec.loader.exec_module(u.module_from_spec(spec))\n"
        "print(sorted({'numpy', 'secant', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_in_a_process_of_its_own(session, pytester):
    session(WRONG, OPEN)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--secant-strict")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["*- secant -*", "FAIL: Jacobian wrong of f*", "secant: 2 derivative checks, 1 inconclusive"]
    )
