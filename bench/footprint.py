"""Memory that a Jacobian takes beside its result, and time that an import takes: what only a fresh process can tell.

Run as a script, it is that process: ``footprint.py KIND N`` prints the bytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from timing import Comparison

KINDS = ("python", "vectorized", "native")


def extra_bytes(kind: str, n: int) -> float:
    """Growth of a process's peak memory while it takes an n × n Jacobian, less the result."""
    done = subprocess.run([sys.executable, __file__, kind, str(n)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{kind}: {done.stderr.strip()}")
    return float(json.loads(done.stdout))


def compare_imports(baseline: str, contender: str, pairs: int) -> Comparison:
    """Time of `import contender` over that of `import baseline`, each in a new process, start-up not counted."""
    ratios: list[float] = []
    times: list[float] = []
    with tempfile.TemporaryDirectory() as cache:
        # Both find their bytecode where the first round writes it, also where the environment forbids writing any or a
        # package lies in a place that cannot be written to: what is timed is an import, not a compilation.
        environment = os.environ | {"PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for name in (baseline, contender):
            _import_seconds(name, environment)
        for k in range(pairs):
            if k % 2:
                other, own = _import_seconds(contender, environment), _import_seconds(baseline, environment)
            else:
                own, other = _import_seconds(baseline, environment), _import_seconds(contender, environment)
            ratios.append(other / own)
            times.append(own)
    lower, middle, upper = quantiles(ratios, n=4)
    return Comparison(middle, lower, upper, median(times), pairs)


def _import_seconds(name: str, environment: dict[str, str]) -> float:
    code = f"from time import perf_counter as now; start = now(); import {name}; print(now() - start)"
    command = [sys.executable, "-c", code]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)


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
