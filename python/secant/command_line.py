"""What the commands have in common: errors in a line, points and bounds, and functions in files."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

if TYPE_CHECKING:
    from types import ModuleType

BAD_CALL = 2
FAILING_FUNCTION = 1

Modules = dict[Path, "ModuleType"]
"""Files that were run: those that several functions are from are run once, so that these share what they keep."""


class CommandError(Exception):
    """An error to be told in one line."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Parser(argparse.ArgumentParser):
    """A parser whose errors are like all others."""

    def error(self, message: str) -> NoReturn:
        """Raise it: `main` prints it."""
        raise CommandError(message, BAD_CALL)


class Watched:
    """The user's function, with an eye on whether it was reached, and whether an error is its own."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.called = False
        self.error: BaseException | None = None

    def __call__(self, x: Any) -> Any:
        """Its value at x."""
        self.called = True
        try:
            value = self.function(x)
            self.look(value)
        except Exception as error:
            self.error = error
            raise
        return value

    def look(self, value: Any) -> None:
        """See what it returned."""

    def failure(self, error: BaseException) -> str:
        """Say what it raised, and at which variable."""
        notes = "; ".join(note.removeprefix("secant: ") for note in getattr(error, "__notes__", ()))
        return named(error) + (f" ({notes})" if notes else "")


def join_negative(argv: Sequence[str], options: Sequence[str]) -> list[str]:
    """Keep argparse from taking ``--at -1,2`` for two options."""
    joined: list[str] = []
    for word in argv:
        starts_negative = word[:1] == "-" and (word[1:2].isdigit() or word[1:2] == "." or word.startswith("-inf"))
        if joined and joined[-1] in options and starts_negative:
            joined[-1] = f"{joined[-1]}={word}"
        else:
            joined.append(word)
    return joined


def point(text: str, option: str = "--at") -> Any:
    """A point: an array, or a number."""
    if text.endswith(".npy"):
        try:
            return np.load(text)
        except (OSError, ValueError) as error:
            raise CommandError(f"cannot read the point from {text}: {first_line(error)}", BAD_CALL) from None
    try:
        if text.lstrip().startswith("["):
            return np.array(json.loads(text), dtype=np.float64)
        numbers = [float(word) for word in text.rstrip(",").split(",")]
    except (ValueError, TypeError):
        msg = (
            f"{option} {text} is not a point; accepted are numbers with commas (1,2), JSON ([[1,2],[3,4]]) or an "
            ".npy file"
        )
        raise CommandError(msg, BAD_CALL) from None
    return np.array(numbers) if "," in text else numbers[0]


def bounds(texts: list[str]) -> tuple[Any, Any] | None:
    """Lower and upper bounds: a pair for all variables, or one for each."""
    if not texts:
        return None
    pairs = [_pair(text) for text in texts]
    if len(pairs) == 1:
        return pairs[0]
    if any(np.ndim(border) for pair in pairs for border in pair):
        raise CommandError("several --bounds are one for each variable; accepted are numbers LOW,HIGH", BAD_CALL)
    lower, upper = np.array(pairs).T
    return lower, upper


def _pair(text: str) -> tuple[Any, Any]:
    msg = f"--bounds {text} is not a pair; accepted are LOW,HIGH (-1,1 or 0,inf) and JSON ([[0, 0], [1, null]])"
    try:
        if not text.lstrip().startswith("["):
            low, high = (float(word) for word in text.split(","))
            return low, high
        given = json.loads(text)
        lower, upper = (np.array(one, dtype=object) for one in given)
        lower[lower == None], upper[upper == None] = -np.inf, np.inf  # noqa: E711
        return lower.astype(np.float64), upper.astype(np.float64)
    except (TypeError, ValueError):
        raise CommandError(msg, BAD_CALL) from None


def load(target: str, modules: Modules) -> Any:
    """The function that FILE:NAME names."""
    file, colon, name = target.rpartition(":")
    if not colon or not file or not name:
        raise CommandError(f"{target} does not name a function; accepted is FILE:NAME, as in model.py:f", BAD_CALL)
    path = Path(file)
    if not path.is_file():
        raise CommandError(f"there is no file {file}", BAD_CALL)
    if path.resolve() not in modules:
        modules[path.resolve()] = _run(file, path)
    function = getattr(modules[path.resolve()], name, None)
    if function is None:
        raise CommandError(f"{file} has no {name}", BAD_CALL)
    if not callable(function):
        raise CommandError(f"{name} in {file} is a {type(function).__name__}, not a function", BAD_CALL)
    return function


def _run(file: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise CommandError(f"{file} is not a Python file", BAD_CALL)
    module = importlib.util.module_from_spec(spec)
    # As for a script: what lies beside the file can be imported, and pickle finds what it defines.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise CommandError(f"{file} fails: {named(error)}", FAILING_FUNCTION) from None
    return module


def named(error: BaseException) -> str:
    """An error's kind, and the first line of what it says."""
    text = first_line(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def first_line(error: BaseException) -> str:
    """The first line of what an error says."""
    return str(error).strip().partition("\n")[0]
