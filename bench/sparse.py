"""What sparse derivatives cost: beside bare calls of the function, and beside SciPy's grouped differences, in one run.

The problem is the 2-D Brusselator of examples/brusselator.py. Ratios are of samples taken in turns; times and memory of
the large cases come from a process of their own: ``sparse.py --large GRID`` or ``--rosenbrock N`` is that process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from scipy.optimize import rosen, rosen_der

import secant
from footprint import _memory_now_and_peak
from timing import Comparison, Effort, Work, compare

sys.path.insert(0, str(Path(__file__).parent.parent / "examples"))
import brusselator


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what is measured, what it must come to, what it came to, and how."""

    what: str
    limit: float
    value: float
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether it is within the limit."""
        return self.value <= self.limit


class Grid:
    """The Brusselator on a grid, as a function of its unknowns alone."""

    def __init__(self, grid: int) -> None:
        self.grid = grid
        self.pattern = brusselator.pattern(grid)
        self.x = brusselator.start(grid)

    def f(self, x: Any) -> Any:
        """The rates; x may be a block."""
        return brusselator.rhs(0.0, x, self.grid)


def prepared_against_bare_calls(grid: Grid, effort: Effort) -> tuple[Comparison, int]:
    """A prepared forward Jacobian over as many bare calls of f as it needs, and how many these are."""
    jacobian = secant.Jacobian(grid.f, sparsity=grid.pattern, method="forward")
    calls = jacobian.coloring.ncolors + 1
    return compare(Work(grid.f, (grid.x,), calls), Work(jacobian, (grid.x,)), effort), calls


def scipy_against_bare_calls(grid: Grid, calls: int, effort: Effort) -> tuple[Comparison, int]:
    """The same for SciPy, with its groups given, as least_squares prepares them."""
    from scipy.optimize._numdiff import approx_derivative, group_columns

    structure = grid.pattern.to_csr()
    groups = group_columns(structure)

    def derivative(x: Any) -> Any:
        return approx_derivative(grid.f, x, method="2-point", sparsity=(structure, groups))

    return compare(Work(grid.f, (grid.x,), calls), Work(derivative, (grid.x,)), effort), int(groups.max()) + 2


def in_a_process(*options: str) -> dict[str, float]:
    """What a fresh process of this script measures."""
    done = subprocess.run([sys.executable, __file__, *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{options}: {done.stderr.strip()}")
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def large(size: int) -> dict[str, float]:
    """From a pattern to the first Jacobian: seconds, colours, and peak memory in units of the result's."""
    small = Grid(4)
    secant.jacobian(small.f, small.x, sparsity=small.pattern, method="forward")  # what is loaded once
    grid = Grid(size)
    grid.f(grid.x)  # what f needs for itself is not secant's
    before, _ = _memory_now_and_peak()
    begin = perf_counter()
    coloring = secant.color(grid.pattern)
    colored = perf_counter()
    result = secant.Jacobian(grid.f, sparsity=coloring, method="forward")(grid.x)
    end = perf_counter()
    _, peak = _memory_now_and_peak()
    bytes_of_result = result.data.nbytes + result.indices.nbytes + result.indptr.nbytes
    calls = perf_counter()
    for _ in range(coloring.ncolors + 1):
        grid.f(grid.x)
    calls = perf_counter() - calls
    return {
        "seconds": end - begin,
        "coloring": colored - begin,
        "bare": calls,
        "colors": coloring.ncolors,
        "memory": (peak - before) / bytes_of_result,
    }


def rosenbrock(n: int) -> dict[str, float]:
    """The Hessian of Rosenbrock's function from its gradient, pattern given: seconds beside those of 8 gradients."""
    x = np.random.default_rng(0).uniform(-1, 1, n)
    pattern = secant.SparsityPattern.banded(n, 1)
    rosen_der(x)
    begin = perf_counter()
    for _ in range(8):
        rosen_der(x)
    gradients = perf_counter() - begin
    begin = perf_counter()
    hessian = secant.Hessian(rosen, grad=rosen_der, sparsity=pattern, method="central")
    value = hessian(x)
    seconds = perf_counter() - begin
    exact = 1200 * x[1:-1] ** 2 - 400 * x[2:] + 202
    error = float(np.max(np.abs(value.diagonal()[1:-1] - exact)))
    evaluations = hessian.estimate(x).evaluations + 2  # and what it takes to verify the pattern
    return {"seconds": seconds, "gradients": gradients, "evaluations": evaluations, "error": error}


def table(quick: bool) -> list[Row]:
    """All figures."""
    effort = Effort(0.5, 5) if quick else Effort(6, 21)
    grid = Grid(100)
    own, calls = prepared_against_bare_calls(grid, effort)
    peer, peer_calls = scipy_against_bare_calls(grid, calls, Effort(0.2, 2) if quick else Effort(3, 5))
    found = secant.detect_jacobian_pattern(grid.f, grid.x, vectorized=True)
    exact = found.pattern == grid.pattern
    rows = [
        Row(
            "20,000 unknowns: prepared forward Jacobian / (colours + 1) bare calls",
            1.4,
            own.ratio,
            f"quartiles {own.lower:.2f} to {own.upper:.2f}; {calls} calls of {own.baseline / calls * 1e6:.0f} µs; "
            f"SciPy {peer.ratio:.1f} with {peer_calls} calls",
        ),
        Row(
            "20,000 unknowns: evaluations to detect the pattern",
            1000,
            found.evaluations,
            "exact" if exact else "NOT the pattern",
        ),
    ]
    measured = in_a_process("--large", "200" if quick else "1000")
    rows += [
        Row(
            "2,000,000 unknowns: pattern to first Jacobian, seconds" if not quick else "80,000 unknowns: seconds",
            10,
            measured["seconds"],
            f"{measured['coloring']:.2f} s for {measured['colors']:.0f} colours; bare calls {measured['bare']:.2f} s",
        ),
        Row("… peak memory beside what was there / result", 6, measured["memory"]),
    ]
    measured = in_a_process("--rosenbrock", "10000" if quick else "1000000")
    rows.append(
        Row(
            "Rosenbrock Hessian, n = 10⁶, from the gradient: seconds beyond 8 gradients",
            1.0,
            measured["seconds"] - measured["gradients"],
            f"{measured['evaluations']:.0f} gradients, largest error {measured['error']:.1e}",
        )
    )
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small cases and short samples, to see that it runs")
    parser.add_argument("--large", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--rosenbrock", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.large:
        print(json.dumps(large(options.large)))
        return 0
    if options.rosenbrock:
        print(json.dumps(rosenbrock(options.rosenbrock)))
        return 0
    rows = table(options.quick)
    width = max(len(row.what) for row in rows)
    print(f"{'':{width}}  {'limit':>7} {'measured':>9}")
    for row in rows:
        print(f"{row.what:{width}}  {row.limit:7.3g} {row.value:9.3g}  {'' if row.met else 'MISSED '}{row.note}")
    return 0 if options.quick or all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
