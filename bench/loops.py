"""Native functions of a known cost and hand-written loops over them, compiled from loops.c when they are needed."""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

# What somebody would give to the compiler for a program of one's own: optimisation, and nothing for this machine alone.
_FLAGS = ("-O2", "-shared", "-fPIC")
_DOUBLES = ctypes.POINTER(ctypes.c_double)


class NoCompilerError(RuntimeError):
    """There is no C compiler, or it does not work: the native rows cannot be measured."""


@cache
def library() -> ctypes.CDLL:
    """The compiled loops.c: the compiler is the one that CC names, or cc."""
    command = shlex.split(os.environ.get("CC", "cc"))
    if not command or shutil.which(command[0]) is None:
        raise NoCompilerError("no C compiler: set CC")
    # A loaded library's file may be removed on POSIX; Windows keeps it and must clean up by itself.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        target = Path(directory) / ("loops.dll" if sys.platform == "win32" else "loops.so")
        source = Path(__file__).with_name("loops.c")
        built = subprocess.run(
            [*command, *_FLAGS, str(source), "-o", str(target), "-lm"],
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode != 0:
            raise NoCompilerError(f"{shlex.join(command)} failed: {built.stderr.strip().splitlines()[-1:]}")
        loaded = ctypes.CDLL(str(target))
    loaded.scalar.restype = ctypes.c_double
    loaded.scalar.argtypes = [ctypes.c_int, _DOUBLES, ctypes.c_void_p]
    loaded.vector.restype = None
    loaded.vector.argtypes = [ctypes.c_int, _DOUBLES, ctypes.c_int, _DOUBLES, ctypes.c_void_p]
    for name in ("repeat_scalar", "gradient", "jacobian"):
        getattr(loaded, name).restype = None
    return loaded


def terms_for(seconds: float, n: int) -> npt.NDArray[np.int32]:
    """The `data` with which the functions take about so many seconds a call, for n variables."""
    terms = np.array([4 * n], dtype=np.int32)
    x = np.linspace(0.5, 1.5, n)
    times = max(1, 2_000_000 // int(terms[0]))
    best = float("inf")
    for _ in range(15):
        start = perf_counter()
        library().repeat_scalar(times, library().scalar, n, _pointer(x), _pointer(terms))
        best = min(best, (perf_counter() - start) / times)
    return np.array([max(1, round(int(terms[0]) * seconds / best))], dtype=np.int32)


class HandWrittenGradient:
    """The gradient of `scalar` by forward differences in C; a new array each time, as whoever returns one must."""

    def __init__(self, x: Vector, data: npt.NDArray[np.int32]) -> None:
        self._x = x.copy()
        self._data = data

    def __call__(self) -> Vector:
        """Take the gradient."""
        value = np.empty(self._x.size)
        library().gradient(library().scalar, value.size, _pointer(self._x), _pointer(value), _pointer(self._data))
        return value


class HandWrittenJacobian:
    """The Jacobian of `vector` by forward differences in C; a new matrix each time, as whoever returns one must."""

    def __init__(self, x: Vector, outputs: int, data: npt.NDArray[np.int32]) -> None:
        self._x = x.copy()
        self._data = data
        self._values = np.empty((2, outputs))

    def __call__(self) -> Vector:
        """Take the Jacobian."""
        base, moved = self._values
        value = np.empty((base.size, self._x.size))
        library().jacobian(
            library().vector,
            self._x.size,
            _pointer(self._x),
            base.size,
            _pointer(base),
            _pointer(moved),
            _pointer(value),
            _pointer(self._data),
        )
        return value


def _pointer(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
