"""The documentation's pages as what is in them to be run: fenced blocks, in order."""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

_GENERATED = {"gallery", "generated"}
"""Folders that the build of the documentation writes: the gallery's scripts are run by tests of their own."""


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences.

    Attributes
    ----------
    line : int
        Of its first line, counted from 1.
    language : str
        What follows the opening fence: "python", "sh", "{toctree}", …
    source : str
        With its last newline.
    """

    line: int
    language: str
    source: str


def pages() -> list[Path]:
    """README.md and all that is written by hand in docs/, as far as it is there."""
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [ROOT / "README.md", *(page for page in found if not _GENERATED & set(page.relative_to(ROOT).parts))]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page.

    Raises
    ------
    ValueError
        If a fence is indented, names no language or is not closed: what is in it would not be run.
    """
    found: list[Block] = []
    opened: tuple[int, str, str] | None = None
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        fence = re.match(r"(\s*)(```+|~~~+)\s*(.*?)\s*$", line)
        if fence is None:
            continue
        indent, ticks, language = fence.groups()
        if opened is None:
            if indent or not language:
                raise ValueError(f"line {number}: a fence is {'indented' if indent else 'without a language'}")
            opened = number, ticks, language
        elif ticks == opened[1] and not language:
            begin, _, language = opened
            found.append(Block(begin + 1, language.split()[0], "".join(lines[begin : number - 1])))
            opened = None
    if opened is not None:
        raise ValueError(f"line {opened[0]}: a fence is not closed")
    return found


class Checker(doctest.OutputChecker):
    """Compares output as doctest does, but takes error bars for one another, and figures below 1e-9 or above 1e9.

    They are what is left of rounding, in which the last bit of a library's sine shows: of one kind on all machines, and
    not the same.
    """

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Whether the two agree."""
        return super().check_output(_without_rounding(want), _without_rounding(got), optionflags)


def _without_rounding(text: str) -> str:
    number = r"-?\d+(?:\.\d*)?(?:e(?P<exponent>[+-]\d+))?"

    def kind(found: re.Match[str]) -> str:
        exponent = int(found["exponent"] or 0)
        return "tiny" if exponent < -9 else "huge" if exponent > 9 else found[0]

    return re.sub(rf"(?<![\w.]){number}", kind, re.sub(rf"± *{number}", "± bar", text))
