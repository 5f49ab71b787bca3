"""What secant costs beside the calls of f that the work needs, and what its peers cost, side by side in one run.

Every ratio is taken against a bare loop of those calls (n + 1 of them for forward differences), sampled in
turns with the contender, because a ratio of two separate runs measures the machine's mood. Peers that are not
installed are left out, and rows that need a C compiler say so where there is none.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import warnings
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import footprint
import loops
import secant
from peers import PEERS, Peer
from timing import Comparison, Effort, Work, compare

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Patience:
    """How much patience the run has: for secant, for the slower peers, and for what needs processes."""

    own: Effort
    peers: Effort
    processes: int


THOROUGH = Patience(Effort(4, 7), Effort(1.5, 3), 25)
QUICK = Patience(Effort(0.5, 5), Effort(0.2, 2), 7)


@dataclass(slots=True)
class Outcome:
    """What came out for one row; `value` is None where it could not be measured, and `note` says why."""

    value: float | None = None
    note: str = ""
    own: Comparison | None = None
    peers: dict[str, Comparison] = field(default_factory=dict)
    calls: dict[str, float] = field(default_factory=dict)
    """Calls of f that each peer makes, as a multiple of the baseline's."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what is measured, and what it should come to."""

    name: str
    work: str
    target: float
    run: Callable[[Patience, list[Peer]], Outcome]
    unit: str = "×"
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether a value is as good as it should be."""
        return value >= self.target if self.at_least else value <= self.target


class Counted:
    """f, with its calls counted."""

    def __init__(self, f: Callable[[Any], Any]) -> None:
        self.f = f
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        """f(x), counted."""
        self.calls += 1
        return self.f(x)


def _two_to_two(x: Vector) -> Vector:
    return np.array([x[0] ** 2 + x[1], x[0] * x[1]])


def _tanh(n: int) -> tuple[Callable[[Vector], Vector], Vector, Vector]:
    """A layer of a network, whose time is in BLAS for large n: f, a point, and W."""
    W = np.random.default_rng(n).standard_normal((n, n)) / n**0.5
    return lambda x: np.tanh(W @ x), np.linspace(0.1, 1.0, n), W


def _rosenbrock(x: Vector) -> Vector:
    return np.concatenate([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])


def _check(found: Any, expected: Any, who: str) -> None:
    """A wrong answer is not worth timing."""
    if not np.allclose(found, expected, rtol=1e-3, atol=1e-4):
        raise AssertionError(f"{who} disagrees by {np.abs(np.asarray(found) - expected).max():.3g}")


def _against_calls(
    f: Callable[[Vector], Vector],
    x: Vector,
    own: Callable[[Vector], Vector],
    patience: Patience,
    peers: list[Peer],
    *,
    prepare: bool = True,
) -> Outcome:
    """Own Jacobian and those of the peers, each against n + 1 bare calls of f."""
    calls = x.size + 1
    bare = Work(f, (x,), times=calls)
    expected = own(x)
    outcome = Outcome(own=compare(bare, Work(own, (x,)), patience.own))
    assert outcome.own is not None
    outcome.value = outcome.own.ratio
    for peer in peers:
        counted = Counted(f)
        try:
            _check(np.reshape(peer.jacobian(counted)(x), expected.shape), expected, peer.name)
        except Exception as error:  # a peer's failure is a result, and no reason to stop
            outcome.note += f"{peer.name}: {type(error).__name__}: {error}. "
            continue
        outcome.calls[peer.name] = counted.calls / calls
        ready = peer.jacobian(f)
        contender = Work(ready, (x,)) if prepare else Work(lambda x, peer=peer: peer.jacobian(f)(x), (x,))
        outcome.peers[peer.name] = compare(bare, contender, patience.peers)
    return outcome


def _prepared(f: Callable[[Vector], Vector], x: Vector, patience: Patience, peers: list[Peer]) -> Outcome:
    return _against_calls(f, x, secant.Jacobian(f, like=x, method="forward"), patience, peers)


def _example(patience: Patience, peers: list[Peer]) -> Outcome:
    return _prepared(_two_to_two, np.array([1.0, 2.0]), patience, peers)


def _one_shot(patience: Patience, peers: list[Peer]) -> Outcome:
    f = _two_to_two

    def own(x: Vector) -> Vector:
        value: Vector = secant.jacobian(f, x, method="forward")
        return value

    return _against_calls(f, np.array([1.0, 2.0]), own, patience, peers, prepare=False)


def _vectorized(patience: Patience, _: list[Peer]) -> Outcome:
    _f, x, W = _tanh(1000)

    def f(X: Vector) -> Vector:
        return np.tanh(X @ W.T)

    J = secant.Jacobian(f, like=x, method="forward", vectorized=True)
    _check(J(x), (1 - np.tanh(W @ x) ** 2)[:, None] * W, "secant")
    block = np.tile(x, (x.size + 1, 1))
    block[1:] += np.diag(np.full(x.size, 2.0**-26))
    return _of(compare(Work(f, (block,)), Work(J, (x,)), patience.own))


def _adaptive(patience: Patience, _: list[Peer]) -> Outcome:
    x = np.linspace(-1.0, 1.0, 100)

    def f(x: Vector) -> float:
        return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))

    g = secant.Gradient(f, like=x)
    return _of(compare(Work(f, (x,), times=g.estimate(x).evaluations), Work(g, (x,)), patience.own))


def _of(found: Comparison) -> Outcome:
    return Outcome(value=found.ratio, own=found)


def _native(outputs: int | None, n: int = 1000) -> tuple[Any, Any, Vector]:
    """The hand-written loop, secant's object, and a point; f takes about 1 µs."""
    x = np.linspace(0.5, 1.5, n)
    terms = loops.terms_for(1e-6, n)
    if outputs is None:
        fn = secant.native.Function(loops.library().scalar, data=terms)
        return loops.HandWrittenGradient(x, terms), secant.Gradient(fn, like=x, method="forward"), x
    fn = secant.native.Function(loops.library().vector, outputs=outputs, data=terms)
    return loops.HandWrittenJacobian(x, outputs, terms), secant.Jacobian(fn, like=x, method="forward"), x


def _native_overhead(outputs: int | None) -> Callable[[Patience, list[Peer]], Outcome]:
    def run(patience: Patience, _: list[Peer]) -> Outcome:
        by_hand, derivative, x = _native(outputs)
        secant.set_num_threads(1)
        try:
            _check(derivative(x), by_hand(), "secant")
            return _of(compare(Work(by_hand), Work(derivative, (x,)), patience.own))
        finally:
            secant.set_num_threads(None)

    return run


def _native_threads(outputs: int | None) -> Callable[[Patience, list[Peer]], Outcome]:
    def run(patience: Patience, _: list[Peer]) -> Outcome:
        secant.set_num_threads(None)
        if secant.get_num_threads() < 2:
            return Outcome(note=f"secant may use {secant.get_num_threads()} thread here. ")
        _, derivative, x = _native(outputs)

        def with_threads(count: int) -> None:
            secant.set_num_threads(count)
            derivative(x)

        try:
            return _of(compare(Work(with_threads, (2,)), Work(with_threads, (1,)), patience.own))
        finally:
            secant.set_num_threads(None)

    return run


def _memory(kind: str) -> Callable[[Patience, list[Peer]], Outcome]:
    def run(_: Patience, __: list[Peer]) -> Outcome:
        if kind == "native":
            loops.library()  # here, so that a compiler that is missing is noticed as in the other rows
        return Outcome(value=footprint.extra_bytes(kind, 5000) / 1e6)

    return run


def _import(patience: Patience, _: list[Peer]) -> Outcome:
    return _of(footprint.compare_imports("numpy", "secant", patience.processes))


def _tanh_row(n: int, target: float) -> Row:
    def run(patience: Patience, peers: list[Peer]) -> Outcome:
        f, x, _ = _tanh(n)
        return _prepared(f, x, patience, peers)

    return Row(f"tanh-{n}", f"x ↦ tanh(W x), n = {n}", target, run)


def _rosenbrock_row(patience: Patience, peers: list[Peer]) -> Outcome:
    return _prepared(_rosenbrock, np.linspace(-1.0, 1.0, 1000), patience, peers)


ROWS = (
    Row("example", "Jacobian of a 2→2 function", 2.5, _example),
    Row("one-shot", "the same, not prepared", 5, _one_shot),
    _tanh_row(10, 1.35),
    _tanh_row(100, 1.12),
    _tanh_row(1000, 1.10),
    Row("rosenbrock", "residuals of Rosenbrock, n = 1000", 1.6, _rosenbrock_row),
    Row("adaptive", "gradient with error bars, n = 100, f of 5 µs", 1.25, _adaptive),
    Row("vectorized", "X ↦ tanh(X Wᵀ), n = 1000, one call", 1.3, _vectorized),
    Row("native-gradient", "C function of 1 µs, n = 1000, to C loop", 1.1, _native_overhead(None)),
    Row("native-jacobian", "the same with m = 100, to C loop", 1.1, _native_overhead(100)),
    Row("threads-gradient", "two threads, gradient, n = 1000", 1.8, _native_threads(None), at_least=True),
    Row("threads-jacobian", "two threads, Jacobian, m = 100", 1.8, _native_threads(100), at_least=True),
    *(
        Row(f"memory-{kind}", f"beside the result, n = m = 5000, {kind}", 100, _memory(kind), "MB")
        for kind in footprint.KINDS
    ),
    Row("import", "import secant to import numpy", 1.3, _import),
)


def machine(peers: Iterable[tuple[Peer, str | None]]) -> dict[str, str]:
    """Where this was measured, in words."""
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        models = [
            line.split(":", 1)[1] for line in information.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = models[0].strip() if models else cpu
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        from threadpoolctl import threadpool_info

        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        blas = ", ".join(f"{one['internal_api']} {one['version']}, {one['num_threads']} threads" for one in pools)
    except ImportError:
        blas = "not known (threadpoolctl is not installed)"
    return {
        "CPU": f"{cpu}, {cores} cores",
        "load": f"{os.getloadavg()[0]:.1f} before the run" if hasattr(os, "getloadavg") else "not known",
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "BLAS": blas,
        "secant": secant.__version__,
        "peers": ", ".join(f"{peer.name} {version}" for peer, version in peers if version is not None),
    }


def _line(cells: Iterable[str]) -> str:
    name, work, *numbers = cells
    return (f"{name:<17} {work:<42}" + "".join(f"{cell:>13}" for cell in numbers)).rstrip()


def _row_text(row: Row, outcome: Outcome, peers: list[Peer]) -> str:
    target = f"{'≥' if row.at_least else '≤'} {row.target:g} {row.unit}"
    if outcome.value is None:
        return _line((row.name, row.work, "–", "", target, "–", *("" for _ in peers)))
    own = f"{outcome.value:.1f}" if row.unit == "MB" else f"{outcome.value:.3f}"
    quartiles = f"{outcome.own.lower:.2f} … {outcome.own.upper:.2f}" if outcome.own is not None else ""
    others = (f"{outcome.peers[p.name].ratio:.2f}" if p.name in outcome.peers else "" for p in peers)
    return _line((row.name, row.work, own, quartiles, target, "yes" if row.met(outcome.value) else "NO", *others))


def _notes(outcomes: dict[str, Outcome], found: list[tuple[Peer, str | None]]) -> Iterable[str]:
    for peer, version in found:
        if version is None:
            yield f"{peer.name} is not installed and is left out."
            continue
        multiples = [one.calls[peer.name] for one in outcomes.values() if peer.name in one.calls]
        if multiples:
            low, high = min(multiples), max(multiples)
            span = f"{low:.2g}" if high - low < 0.05 * high else f"{low:.2g} to {high:.2g}"
            yield f"{peer.name} is {peer.options}: {span} times the n + 1 calls of f."
    for name, outcome in outcomes.items():
        if outcome.note:
            yield f"{name}: {outcome.note.strip()}"


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: rough numbers in a minute")
    parser.add_argument("--only", action="append", metavar="NAME", help="rows to run, with * and ?; may be repeated")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the numbers as well")
    parsed = parser.parse_args()
    wanted = parsed.only or ["*"]
    parsed.rows = [row for row in ROWS if any(fnmatchcase(row.name, pattern) for pattern in wanted)]
    if not parsed.rows:
        parser.error(f"no row is called {' or '.join(wanted)}; there are {', '.join(row.name for row in ROWS)}")
    return parsed


def main() -> None:
    asked = _parsed()
    warnings.simplefilter("ignore")  # peers' own
    found = [(peer, peer.version()) for peer in PEERS]
    peers = [peer for peer, version in found if version is not None]
    circumstances = machine(found)
    for name, text in circumstances.items():
        print(f"{name}: {text}")
    print("\nTimes are ratios to the bare calls of f that forward differences need, unless a row says otherwise.\n")
    print(
        _line(("row", "work", "secant", "quartiles", "target", "met", *(peer.name for peer in peers))),
        flush=True,
    )
    outcomes: dict[str, Outcome] = {}
    for row in asked.rows:
        try:
            outcome = row.run(QUICK if asked.quick else THOROUGH, peers)
        except loops.NoCompilerError as error:
            outcome = Outcome(note=str(error))
        outcomes[row.name] = outcome
        print(_row_text(row, outcome, peers), flush=True)
    print()
    for note in _notes(outcomes, found):
        print(note)
    if asked.json is not None:
        rows = [
            {
                "name": row.name,
                "target": row.target,
                "unit": row.unit,
                "met": None if (value := outcomes[row.name].value) is None else row.met(value),
                **asdict(outcomes[row.name]),
            }
            for row in asked.rows
        ]
        asked.json.write_text(json.dumps({"machine": circumstances, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
