"""Other packages that differentiate by differences, each told to do what is asked of secant, as cheaply as it can."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any

Function = Callable[[Any], Any]
Derivative = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Peer:
    """A package: `prepare(f)` gives what maps x to the Jacobian of f at x."""

    name: str
    module: str
    options: str
    prepare: Callable[[Any, Function], Derivative]

    def jacobian(self, f: Function) -> Derivative:
        """What gives the Jacobian of f at x; made anew by every call."""
        return self.prepare(import_module(self.module), f)

    def version(self) -> str | None:
        """The installed version, None where it is not installed or does not import."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import_module(self.module)
        except ImportError:
            return None
        return version(self.name)


def _scipy(module: Any, f: Function) -> Derivative:
    return lambda x: module.approx_fprime(x, f)


def _statsmodels(module: Any, f: Function) -> Derivative:
    return lambda x: module.approx_fprime(x, f)


def _numdifftools(module: Any, f: Function) -> Derivative:
    derivative: Derivative = module.Jacobian(f, method="forward", order=1, step=2.0**-26)
    return derivative


def _jacobi(module: Any, f: Function) -> Derivative:
    return lambda x: module.jacobi(f, x, method=1, maxgrad=0)[0]


PEERS = (
    # The public face of scipy.optimize._numdiff.approx_derivative.
    Peer("scipy", "scipy.optimize", "approx_fprime(x, f)", _scipy),
    Peer("statsmodels", "statsmodels.tools.numdiff", "approx_fprime(x, f)", _statsmodels),
    Peer(
        "numdifftools",
        "numdifftools",
        'Jacobian(f, method="forward", order=1, step=2**-26)',
        _numdifftools,
    ),
    Peer("jacobi", "jacobi", "jacobi(f, x, method=1, maxgrad=0)", _jacobi),
)
