"""Everything that README.md, docs/ and docstrings show is run, and gives what they say.

Pages are run from top to bottom in one namespace. Blocks of ``python`` with prompts are doctests; those without are
code that what follows needs, and one that begins with ``# model.py`` is that file for commands below it. Commands of
secant in blocks of ``sh`` are run, and a block of ``text`` that comes next is what they print.
"""

import doctest
import importlib
import os
import re
import subprocess
import sys
import warnings
from itertools import zip_longest

import matplotlib
import pytest

import secant
from conftest import compiler
from pages import ROOT, Checker, blocks, pages

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

OPTIONAL = ("jax", "numba", "statsmodels", "torch")
"""Packages that may be missing where tests are run: what needs them is on pages of their own."""

NOT_RUN = {
    "pip install": "needs the network; CI installs by the README's commands",
    "python3 -m venv": "the same",
    "pytest": "runs these tests",
    "python bench/": "takes minutes; CI runs some with --quick",
    "python -m sphinx": "builds these pages; a step of CI",
    "sphinx-build": "the same",
    "g++": "tests/test_installation.py does what docs/cpp.md says",
    "cmake": "the same",
}
"""How commands begin that are left out here, and why."""

DIRECTIVES = {"{eval-rst}", "{gallery}", "{grid}", "{picture}", "{toctree}"}
PAGES = [pytest.param(page, id=page.relative_to(ROOT).as_posix()) for page in pages()]
MODULES = [
    ".".join(path.relative_to(ROOT / "python").with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "python" / "secant").rglob("*.py"))
    if ">>>" in path.read_text()
]
"""Those with examples."""

PUBLIC = ["secant", "secant.analysis", "secant.checking", "secant.native", "secant.plotting", "secant.testing"]
"""Modules whose names users import."""


@pytest.fixture
def _elsewhere(tmp_path, monkeypatch):
    """In a directory of its own, beside the examples, and without windows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with matplotlib.rc_context({"backend": "Agg"}):
        yield
    if "jax" in sys.modules:
        sys.modules["jax"].config.update("jax_enable_x64", False)  # as other tests expect it
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def need(source):
    """Skip what needs a package that is missing; import it where it is there, whatever it warns of."""
    for name in OPTIONAL:
        if re.search(rf"^\s*(>>> )?(import|from) {name}\b", source, re.MULTILINE):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pytest.importorskip(name, reason=f"{name} is not installed")


def run_examples(test):
    """Run examples, and say which give something else."""
    runner = doctest.DocTestRunner(Checker(), verbose=False, optionflags=FLAGS)
    told = []
    runner.run(test, out=told.append, clear_globs=False)
    assert not runner.failures, "".join(told)


def run_python(block, namespace, name, directory):
    if ">>>" in block.source:
        # As many lines before it as on the page: failures name the page's.
        examples = doctest.DocTestParser().get_examples("\n" * (block.line - 1) + block.source, name)
        test = doctest.DocTest(examples, {}, name, None, 0, None)
        test.globs = namespace  # it would make a copy, which later blocks would not see
        run_examples(test)
        return
    file = re.match(r"# (\w+\.py)\n", block.source)
    if file:
        (directory / file[1]).write_text(block.source)
    exec(compile("\n" * (block.line - 1) + block.source, name, "exec"), namespace)


def commands_of(block):
    """The lines of a block of shell, with those that end in a backslash made one."""
    lines = block.source.replace("\\\n", " ").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def of_secant(command):
    """The part of a command that calls secant; None if there is none."""
    found = re.search(r"(?:^|&& )(?:\S*/)?(secant .*)$", command)
    return found[1] if found else None


def run_command(command, directory):
    """What it prints; a check may find something wrong."""
    environment = {**os.environ, "COLUMNS": "80", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        f'"{sys.executable}" -m {command}', shell=True, cwd=directory, env=environment, capture_output=True, text=True
    )
    accepted = (0, 1, 3) if command.startswith("secant check") else (0,)
    assert done.returncode in accepted, f"{command}\n{done.stderr}"
    return done.stdout


def timeless(printed):
    """Without the time that it took."""
    return re.sub(r"(?m)^time .*$", "time", printed)


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("page", PAGES)
def test_page_runs_and_gives_what_it_says(page, tmp_path):
    found = blocks(page.read_text())
    need("".join(block.source for block in found if block.language == "python"))
    namespace = {"__name__": page.stem}
    for block, following in zip_longest(found, found[1:]):
        if block.language == "python":
            run_python(block, namespace, page.relative_to(ROOT).as_posix(), tmp_path)
        elif block.language == "sh":
            printed = "".join(run_command(ours, tmp_path) for ours in map(of_secant, commands_of(block)) if ours)
            if printed and following is not None and following.language == "text":
                same = Checker().check_output(timeless(following.source), timeless(printed), FLAGS)
                assert same, f"line {block.line}: printed\n{printed}\nwhere the page has\n{following.source}"


@pytest.mark.parametrize("page", PAGES)
def test_nothing_on_a_page_is_left_out_silently(page):
    for block in blocks(page.read_text()):
        known = {"python", "sh", "text", "cpp", *DIRECTIVES}
        assert block.language in known, f"line {block.line}: nobody runs blocks of {block.language}"
        if block.language == "sh":
            for command in commands_of(block):
                left_out = command.removeprefix(".venv/bin/").startswith(tuple(NOT_RUN))
                assert of_secant(command) or left_out, f"line {block.line}: nobody runs {command}"


def test_cpp_compiles(tmp_path):
    """Each block is a program of its own. tests/test_installation.py builds and runs others."""
    programs = [block for block in blocks((ROOT / "docs" / "cpp.md").read_text()) if block.language == "cpp"]
    assert programs
    for k, program in enumerate(programs):
        file = tmp_path / f"{k}.cpp"
        file.write_text(program.source)
        command = [compiler(), "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{ROOT / 'csrc'}"]
        subprocess.run([*command, str(file)], check=True)


@pytest.mark.parametrize("name", PUBLIC)
def test_reference_has_every_public_name(name):
    documented, module = [], ""
    for page in (ROOT / "docs" / "reference").glob("*.md"):
        for line in page.read_text().splitlines():
            module = line.removeprefix(".. currentmodule:: ") if line.startswith(".. currentmodule::") else module
            documented += [line.strip()] if module == name and re.fullmatch(r"   \w+", line) else []
    public = importlib.import_module(name).__all__
    elsewhere = {"secant": {"__version__", "native"}, "secant.checking": set(secant.__all__)}.get(name, set())
    assert sorted(documented) == sorted(set(public) - elsewhere)


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    module = importlib.import_module(name)
    found = [test for test in doctest.DocTestFinder().find(module) if test.examples]
    for test in found:
        need(test.docstring)
        run_examples(test)
