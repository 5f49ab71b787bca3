"""A chain of anharmonic springs with impurities: a Hessian of any size whose largest eigenvalues are known.

f(u) = Σ ½ (u_{i+1} - u_i)² + ½ a_i u_i² + ¼ b u_i⁴ with fixed ends has the Hessian
tridiag(-1, 2 + a_i + 3 b u_i², -1), a discrete Schrödinger operator: most of its spectrum is a band without gaps, and
above it is one state for each impurity, a site with a larger a_i. They are bound to their sites: some hundred
neighbours tell their eigenvalues.

Run as a script, ``chains.py N K``, it takes the K largest eigenvalues in a fresh process and prints what that took.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

ANHARMONICITY = 0.4
IMPURITIES = 1.5 + 0.25 * np.arange(10)
WINDOW = 60


@dataclass(frozen=True, eq=False)
class Chain:
    """A chain of n sites, displaced smoothly from rest."""

    n: int

    @cached_property
    def sites(self) -> Any:
        """Where the impurities are."""
        at = np.random.default_rng(0).permutation(IMPURITIES.size)
        return ((at + 0.5) * self.n / at.size).astype(int)

    @cached_property
    def stiffness(self) -> Any:
        """Diagonal of the harmonic part's matrix."""
        a = 2.3 + 0.2 * np.sin(7e-4 * np.arange(self.n))
        a[self.sites] = 2 + IMPURITIES
        return a

    @cached_property
    def point(self) -> Any:
        """Displacements."""
        return 0.3 * np.sin(2e-3 * np.pi * np.arange(self.n))

    def value(self, u: Any) -> float:
        """The energy."""
        return float(np.sum(self.stiffness * u**2 / 2 + ANHARMONICITY * u**4 / 4) - np.sum(u[1:] * u[:-1]))

    def gradient(self, u: Any) -> Any:
        """Its gradient, without memory but for the value."""
        g = u * u
        g *= ANHARMONICITY
        g += self.stiffness
        g *= u
        g[1:] -= u[:-1]
        g[:-1] -= u[1:]
        return g

    @cached_property
    def diagonal(self) -> Any:
        """The Hessian's; beside it is -1."""
        return self.stiffness + 3 * ANHARMONICITY * self.point**2

    def bound_states(self, k: int) -> Any:
        """The k largest eigenvalues, rising: each from the neighbourhood of its impurity."""
        found = []
        for site in self.sites:
            d = self.diagonal[max(site - WINDOW, 0) : site + WINDOW + 1]
            found.append(np.linalg.eigvalsh(np.diag(d) - np.eye(d.size, k=1) - np.eye(d.size, k=-1))[-1])
        return np.sort(found)[-k:]


def peak_bytes() -> int:
    """The most memory this process has had."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux its peak is inherited from the process that started this one.
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _main(n: int, k: int, ncv: int | None) -> None:
    from secant.analysis import hessian_spectrum

    calls, seconds = 0, 0.0
    chain = Chain(n)

    def grad(u: Any) -> Any:
        nonlocal calls, seconds
        start = perf_counter()
        value = chain.gradient(u)
        calls, seconds = calls + 1, seconds + perf_counter() - start
        return value

    # What is imported, and what threads take once, is not part of it.
    small = Chain(2000)
    hessian_spectrum(None, small.point, k, grad=small.gradient, which="LA")
    grad(chain.point)
    calls, seconds, before = 0, 0.0, peak_bytes()
    start = perf_counter()
    found = hessian_spectrum(None, chain.point, k, grad=grad, which="LA", ncv=ncv)
    total = perf_counter() - start
    report = {
        "calls": calls,
        "told": found.gradient_evaluations,
        "products": found.products,
        "vectors": (peak_bytes() - before) / (8 * n),
        "seconds": total,
        "seconds in grad": seconds,
        "eigenvalues": found.eigenvalues.tolist(),
        "error": found.error.tolist(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
