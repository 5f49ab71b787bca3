"""Scripts that print and draw, run as a reader runs them: once for light pages, once for dark ones.

A script draws to the file that its first argument names, if it draws at all. How its pictures look is told by
matplotlib's own configuration, so that scripts know nothing of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent.parent
_LOGGER = logging.getLogger(__name__)
STYLES = {theme: Path(__file__).parent / f"{theme}.mplstyle" for theme in ("light", "dark")}

_PATIENCE = 120.0
"""Seconds after which a script hangs: examples take less than ten."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a script printed, and the pictures that it drew by theme; none if it draws none."""

    printed: str
    pictures: dict[str, bytes]


def run_all(scripts: Iterable[Path], suffix: str) -> dict[str, Drawn]:
    """Run scripts, as many at once as there are cores.

    Parameters
    ----------
    scripts : iterable of Path
        Python files.
    suffix : {".png", ".svg"}
        What pictures are.

    Returns
    -------
    dict of str to Drawn
        By the scripts' names, without their suffix.

    Notes
    -----
    A script that fails is a warning, with its traceback.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {script: [pool.submit(_run, script, theme, suffix) for theme in STYLES] for script in scripts}
        results = {}
        for script, run in runs.items():
            printed, pictures = zip(*(one.result() for one in run), strict=True)
            drawn = {theme: content for theme, content in zip(STYLES, pictures, strict=True) if content is not None}
            results[script.stem] = Drawn(printed[0], drawn)
    return results


def _run(script: Path, theme: str, suffix: str) -> tuple[str, bytes | None]:
    picture = f"{script.stem}{suffix}"
    environment = {
        **os.environ,
        "MATPLOTLIBRC": str(STYLES[theme]),
        "MPLBACKEND": "Agg",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "0",  # pictures do not change with the time of day
    }
    # Elsewhere, so that what it prints of its picture is the picture's bare name.
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(script), picture]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                timeout=_PATIENCE,
                check=True,
            )
        except subprocess.SubprocessError as error:
            _LOGGER.warning("%s fails: %s\n%s", script.relative_to(ROOT), error, getattr(error, "stderr", ""))
            return "", None
        file = Path(folder, picture)
        return done.stdout, file.read_bytes() if file.exists() else None


def write_if_changed(path: Path, content: bytes) -> None:
    """Write a file, unless it is so already: Sphinx reads again what is newer than its last build."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
