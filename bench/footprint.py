"""Memory that a Jacobian takes beside its result, and time that an import takes: what only a fresh process can tell.

Run as a script, it is that process: ``footprint.py KIND N`` prints the bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import quantiles

from timing import Comparison

KINDS = ("python", "vectorized", "native")


def extra_bytes(kind: str, n: int) -> float:
    """Growth of a process's peak memory while it takes an n × n Jacobian, less the result."""
    done = subprocess.run([sys.executable, __file__, kind, str(n)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{kind}: {done.stderr.strip()}")
    return float(json.loads(done.stdout))


def compare_imports(baseline: str, contender: str, pairs: int) -> Comparison:
    """Time of `import contender` over that of `import baseline`, each in a process of its own, start-up not counted."""
    for name in (baseline, contender):  # so that files are in memory and bytecode is written
        _import_seconds(name)
    ratios: list[float] = []
    times: list[float] = []
    for k in range(pairs):
        if k % 2:
            other, own = _import_seconds(contender), _import_seconds(baseline)
        else:
            own, other = _import_seconds(baseline), _import_seconds(contender)
        ratios.append(other / own)
        times.append(own)
    lower, middle, upper = quantiles(ratios, n=4)
    return Comparison(middle, lower, upper, sorted(times)[len(times) // 2], pairs)


def _import_seconds(name: str) -> float:
    code = f"from time import perf_counter as now; start = now(); import {name}; print(now() - start)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def _memory_now_and_peak() -> tuple[int, int]:
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux its peak is inherited from the process that started this one.
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmRSS"].split()[0]) * 1024, int(fields["VmHWM"].split()[0]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return peak, peak


def _main(kind: str, n: int) -> None:
    import numpy as np

    import secant

    # Functions that allocate nothing but their value: what they take for themselves is not secant's.
    if kind == "native":
        import loops

        terms = np.array([1], dtype=np.int32)
        small, large = (secant.native.Function(loops.library().vector, outputs=m, data=terms) for m in (10, n))
        derivatives = [secant.Jacobian(f, method="forward") for f in (small, large)]
    else:
        derivatives = [
            secant.Jacobian(lambda x: x * x[..., ::-1], method="forward", vectorized=kind == "vectorized")
        ] * 2
    derivatives[0](np.linspace(0.5, 1.5, 10))
    x = np.linspace(0.5, 1.5, n)
    before, _ = _memory_now_and_peak()
    result = derivatives[1](x)
    _, peak = _memory_now_and_peak()
    print(json.dumps(peak - before - result.nbytes))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
