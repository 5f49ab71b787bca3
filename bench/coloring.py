"""Colours and times beside ColPack's: runs compare_colpack on the patterns of the tests.

The program is built with the micro-benchmarks where ColPack is installed:
``python bench/coloring.py build/bench/bench/cpp/compare_colpack``. Its exit status is passed on, 1 where a figure
is missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.io import mmwrite
from scipy.sparse import coo_array, load_npz

PATTERNS = Path(__file__).resolve().parents[1] / "tests" / "data" / "patterns"


def write_matrix_market(source: Path, folder: Path) -> Path:
    """Write the pattern in an .npz file as one of the Matrix Market, under the same name."""
    pattern = coo_array(load_npz(source))
    ones = coo_array((np.ones(pattern.nnz), (pattern.row, pattern.col)), shape=pattern.shape)
    target = folder / f"{source.stem}.mtx"
    mmwrite(target, ones, field="pattern", symmetry="general")
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description="Colours and times beside ColPack's.")
    parser.add_argument("program", type=Path, help="compare_colpack, as it was built")
    parser.add_argument("patterns", type=Path, nargs="*", help=".npz files; those of the tests, if none is given")
    parser.add_argument("--grid", type=int, default=1000, help="points on a side of the grid; 0 for no grid")
    parser.add_argument("--repeats", type=int, default=7, help="rounds in which the two take turns")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    if not program.is_file():
        parser.error(f"there is no {arguments.program}: it is built by the preset bench where ColPack is installed")
    sources = arguments.patterns or sorted(PATTERNS.glob("*.npz"), key=lambda path: path.name.lower())
    with tempfile.TemporaryDirectory() as folder:
        files = [write_matrix_market(source, Path(folder)) for source in sources]
        options = ["--grid", str(arguments.grid), "--repeats", str(arguments.repeats)]
        return subprocess.run([program, *options, *files], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
