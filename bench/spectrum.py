"""The five largest eigenvalues of Hessians that cannot be stored: calls of the gradient, memory, time beside them.

    python bench/spectrum.py [N ...]

The function is the tests' chain of anharmonic springs, whose largest eigenvalues are known; each run has a process of
its own. Memory is the growth of its peak, in vectors of x's size; the time is told as a multiple of that of the
gradient calls, which are cheap here: 5 memory passes each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import chains
from chains import Chain

K = 5
SIZES = (10_000, 100_000, 1_000_000)
LANCZOS_VECTORS = (12, 20)


def main(sizes: tuple[int, ...]) -> None:
    print(f"{K} largest eigenvalues; allowed at n = 1000000 are 120 calls and 40 vectors")
    print(f"{'n':>9} {'ncv':>4} {'products':>9} {'calls':>6} {'vectors':>8} {'seconds':>8} {'x gradient':>11}", end="")
    print(f" {'worst bar':>10} {'worst error':>12}")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for n in sizes:
        exact = Chain(n).bound_states(K)
        for ncv in LANCZOS_VECTORS:
            command = [sys.executable, chains.__file__, str(n), str(K), str(ncv)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            report = json.loads(done.stdout)
            off = np.max(np.abs(report["eigenvalues"] - exact))
            ratio = report["seconds"] / report["seconds in grad"]
            print(
                f"{n:>9} {ncv:>4} {report['products']:>9} {report['calls']:>6} {report['vectors']:>8.1f} "
                f"{report['seconds']:>8.2f} {ratio:>11.1f} {max(report['error']):>10.1e} {off:>12.1e}"
            )


if __name__ == "__main__":
    main(tuple(int(n) for n in sys.argv[1:]) or SIZES)
