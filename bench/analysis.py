"""Verdicts on published stationary points, and digits of published constrained solutions and multipliers.

python bench/analysis.py
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from hock_schittkowski import EQUALITIES, INEQUALITIES, ConstrainedProblem
from secant.analysis import LagrangePoint, classify, lagrange, stationary_points
from stationary_problems import PROBLEMS, points


def kinds() -> None:
    verdicts: dict[str, Counter[str]] = {"exact": Counter(), "as printed": Counter()}
    for problem, point in points():
        tried = [("exact", point.array(), 0.0)]
        if point.printed:
            x = point.printed_array()
            tried.append(("as printed", x, float(np.max(point.printed_unit() / np.maximum(np.abs(x), 1)))))
        for which, x, xtol in tried:
            found = classify(problem.f, x, xtol=xtol)
            verdict = "right" if found.kind == point.kind else found.kind if found.kind == "undecided" else "wrong"
            verdicts[which][verdict] += 1
            if verdict != "right":
                print(f"  {problem.name}, a {point.kind} {which}: {found.kind}, since {found.reason}")
    for which, count in verdicts.items():
        print(f"classify, coordinates {which}: {', '.join(f'{n} {verdict}' for verdict, n in count.items())}")


def searches() -> None:
    complete = [
        problem for problem in PROBLEMS if problem.complete and len(problem.box) == 2 and problem.name != "griewank"
    ]
    missed = []
    for problem in complete:
        found = stationary_points(problem.f, tuple(np.array(problem.box).T), starts=400)
        if len(found) != len(problem.points):
            missed.append(f"{problem.name}: {len(found)} of {len(problem.points)}")
    print(f"stationary_points, 400 starts: all of {len(complete) - len(missed)} functions of {len(complete)}", *missed)


def digits(found: np.ndarray, exact: np.ndarray) -> float:
    """Correct digits of the worst entry, relative to its magnitude or to 1e-3."""
    if not np.size(exact):
        return np.inf
    off = np.max(np.abs(found - exact) / np.maximum(np.abs(exact), 1e-3))
    return float(-np.log10(max(off, 1e-16)))


def solve(problem: ConstrainedProblem) -> LagrangePoint:
    constraints = [] if problem.equality is None else [problem.equality]
    if problem.inequality is not None:
        constraints.append({"type": "ineq", "fun": problem.inequality})
    bounds = None if problem.bounds is None else tuple(np.array(problem.bounds).T)
    return lagrange(problem.f, constraints, problem.start_array(), bounds=bounds)


def constrained() -> None:
    print(f"\n{'problem':<9}{'digits of x':>12}{'of f':>6}{'of multipliers':>16}  kind")
    fewest = []
    for problem in EQUALITIES + INEQUALITIES:
        found = solve(problem)
        multipliers = np.array([*problem.multipliers, *problem.inequality_multipliers])
        row = [
            digits(found.x, problem.array()),
            digits(np.array(found.value), np.array(problem.value)),
            digits(found.multipliers, multipliers) if multipliers.size == found.multipliers.size else np.nan,
        ]
        print(f"HS{problem.number:<7}{row[0]:12.1f}{row[1]:6.1f}{row[2]:16.1f}  {found.kind}", end="")
        print("" if found.kind == problem.kind else f" ({problem.kind}): {found.reason}")
        if problem.regular and problem.kind == "minimum":
            fewest.append((problem.equality is not None, min(row[0], row[2])))
    equal = [least for equality, least in fewest if equality]
    print(f"regular problems: {len(fewest)}, at least {min(least for _, least in fewest):.1f} digits;", end=" ")
    print(f"with equality constraints: {len(equal)}, at least {min(equal):.1f} digits")


if __name__ == "__main__":
    kinds()
    searches()
    constrained()
