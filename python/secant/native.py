"""Compiled functions: called by pointer from several threads, without the interpreter.

`Function` wraps a function pointer, wherever it comes from, and goes wherever f goes::

    import numba, secant
    from numba import types

    @numba.cfunc(types.double(types.intc, types.CPointer(types.double)))
    def f(n, x):
        total = 0.0
        for i in range(n):
            total += x[i] ** 2
        return total

    secant.gradient(secant.native.Function(f), x)

Four C signatures are accepted:

==============================================================  ==================================================
``double (int n, double *x, void *data)``                       one value (SciPy's LowLevelCallable convention)
``double (int n, double *x)``                                   one value
``void (int n, double *x, int m, double *y, void *data)``       m values, written to y
``void (double *x, double *y, double *data)``                   m values; sizes are known to the function
==============================================================  ==================================================

The function sees a copy of x of its own and may overwrite it. It is called from several threads at once, so it must
not write to memory shared between calls, `data` included; `secant.set_num_threads` (1) makes it one thread.
"""

from __future__ import annotations

import ctypes
import re
import sys
from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import _core

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["SIGNATURES", "Function"]

SIGNATURES = (
    "double (int n, double *x, void *data)",
    "double (int n, double *x)",
    "void (int n, double *x, int m, double *y, void *data)",
    "void (double *x, double *y, double *data)",
)
"""The C signatures that `Function` accepts."""


# The base of all function pointers of ctypes, which has no public name.
_FunctionPointer: Any = ctypes.CFUNCTYPE(None).__bases__[0]


@dataclass(frozen=True, slots=True)
class _Target:
    """A function pointer as it was found: what it points to, what it says of itself, and what must stay alive."""

    address: int
    signature: str | None
    data: int | None
    kept: object


class Function:
    """A native function, to be differentiated like any other.

    Parameters
    ----------
    fn : scipy.LowLevelCallable, numba.cfunc, ctypes or cffi function pointer, PyCapsule, or int
        Where the function is. It is kept alive.
    outputs : int or None
        How many values it has: None for one number (f(x) is a scalar), m for an array of shape (m,).
    data : ndarray, ctypes or cffi pointer, PyCapsule, int or None
        What is passed as `data`: an array's memory (C-contiguous; kept alive, not copied) or an address. None
        passes what a LowLevelCallable brings along, or NULL.
    signature : str, optional
        One of `SIGNATURES`, with or without the arguments' names. Needed where `fn` does not say what it is: an
        address, a capsule without a name, a ctypes function without ``argtypes``.

    Raises
    ------
    TypeError
        If `fn` or `data` is nothing of the above.
    ValueError
        If the signature is not known, is not accepted, or does not fit `outputs`.
    """

    __slots__ = ("_data", "_fn", "_outputs", "_signature", "compiled")

    def __init__(
        self,
        fn: Any,
        outputs: int | None = None,
        data: npt.NDArray[Any] | int | Any | None = None,
        signature: str | None = None,
    ) -> None:
        target = _find(fn)
        number = _number_of(target, signature, fn)
        m = None if outputs is None else index(outputs)
        if m is not None and m < 1:
            msg = f"outputs is {m}; accepted are None, for one number, or at least 1, for an array of so many"
            raise ValueError(msg)
        if m not in (None, 1) and number in (0, 1):
            msg = f"{SIGNATURES[number]!r} returns one value, but outputs is {m}; accepted for several values are " + (
                " and ".join(repr(one) for one in SIGNATURES[2:])
            )
            raise ValueError(msg)
        if data is not None and number == 1:
            msg = f"{SIGNATURES[1]!r} takes no data; use {SIGNATURES[0]!r}"
            raise ValueError(msg)
        address = target.data if data is None else _address_of_data(data)
        self._fn = (fn, target.kept)
        self._data = data
        self._outputs = m
        self._signature = SIGNATURES[number]
        self.compiled = _core.NativeFunction(target.address, number, m or 1, m is None, address or 0)

    @property
    def outputs(self) -> int | None:
        """How many values the function has; None for one number."""
        return self._outputs

    @property
    def signature(self) -> str:
        """The C signature with which it is called."""
        return self._signature

    def __call__(self, x: npt.ArrayLike) -> Any:
        """f(x), as Python sees it: a number, or an array of shape (outputs,)."""
        return self.compiled(x)

    def __repr__(self) -> str:
        return f"secant.native.Function({self._fn[0]!r}, outputs={self._outputs}, signature={self._signature!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        if isinstance(self._fn[0], int) or not (self._data is None or isinstance(self._data, np.ndarray)):
            msg = (
                "a native function given by its address, or with data at an address, cannot be pickled: "
                "an address means nothing in another process"
            )
            raise TypeError(msg)
        return Function, (self._fn[0], self._outputs, self._data, self._signature)


def _find(fn: Any) -> _Target:
    if isinstance(fn, Function):
        msg = "fn is already a secant.native.Function"
        raise TypeError(msg)
    if isinstance(fn, int) and not isinstance(fn, bool):
        if fn <= 0:
            msg = f"fn is {fn}, which is no address of a function"
            raise ValueError(msg)
        return _Target(fn, None, None, None)
    kind = type(fn)
    if _is_capsule(fn):
        return _from_capsule(fn)
    if isinstance(fn, tuple) and kind.__name__ == "LowLevelCallable":
        # A tuple whose first entry is a capsule; its own indexing is forbidden.
        target = _from_capsule(tuple.__getitem__(fn, 0))
        return _Target(target.address, target.signature, target.data, fn)
    if isinstance(fn, _FunctionPointer):
        return _from_ctypes(fn)
    if kind.__module__ == "_cffi_backend" and hasattr(kind, "__name__") and "CData" in kind.__name__:
        return _from_cffi(fn)
    if isinstance(getattr(fn, "address", None), int) and hasattr(fn, "_sig"):  # numba.cfunc
        return _Target(fn.address, _text_of_numba(fn._sig), None, None)
    msg = (
        f"fn is a {kind.__name__}; accepted are scipy.LowLevelCallable, numba.cfunc, ctypes and cffi function "
        "pointers, PyCapsule, or an address with signature="
    )
    raise TypeError(msg)


def _is_capsule(thing: object) -> bool:
    return type(thing).__name__ == "PyCapsule"


def _from_capsule(capsule: Any) -> _Target:
    address, name, context = _core.open_capsule(capsule)
    return _Target(address, name, context or None, capsule)


_CTYPES = {
    ctypes.c_int: "int",
    ctypes.c_double: "double",
    ctypes.c_void_p: "void *",
    ctypes.POINTER(ctypes.c_double): "double *",
    None: "void",
}


def _from_ctypes(fn: Any) -> _Target:
    address = ctypes.cast(fn, ctypes.c_void_p).value
    if not address:
        msg = "fn is a null function pointer"
        raise ValueError(msg)
    if fn.argtypes is None:
        return _Target(address, None, None, fn)

    def name(kind: Any) -> str:
        if kind in _CTYPES:
            return _CTYPES[kind]
        if getattr(kind, "_dtype_", None) == np.float64:  # numpy.ctypeslib.ndpointer
            return "double *"
        return str(getattr(kind, "__name__", kind))

    return _Target(address, f"{name(fn.restype)} ({', '.join(name(kind) for kind in fn.argtypes)})", None, fn)


def _from_cffi(fn: Any) -> _Target:
    import cffi

    ffi = cffi.FFI()
    kind = ffi.typeof(fn)
    pointed = kind.item if kind.kind == "pointer" else kind
    if pointed.kind != "function":
        msg = f"fn is a cffi {kind.cname}; accepted is a pointer to a function, as from ffi.addressof(lib, 'name')"
        raise TypeError(msg)
    signature = f"{pointed.result.cname} ({', '.join(argument.cname for argument in pointed.args)})"
    return _Target(int(ffi.cast("uintptr_t", fn)), signature, None, fn)


_NUMBA = {
    "int32": "int",
    "float64": "double",
    "float64*": "double *",
    "void*": "void *",
    "none": "void",
    "void": "void",
}


def _text_of_numba(signature: Any) -> str:
    names = [str(kind) for kind in (signature.return_type, *signature.args)]
    result, *inputs = (_NUMBA.get(name, name) for name in names)
    return f"{result} ({', '.join(inputs)})"


def _plain(signature: str) -> str:
    """A C signature without names, qualifiers and optional blanks: "double(int,double*,void*)"."""
    text = re.sub(r"\b(const|restrict|__restrict__?)\b", " ", signature)
    found = re.fullmatch(r"\s*(\w+)\s*(?:\(\s*\*\s*\w*\s*\)|\w+)?\s*\((.*)\)\s*;?\s*", text, re.DOTALL)
    if found is None:
        return re.sub(r"\s+", "", text)
    result, inputs = found.groups()
    kinds = []
    for argument in inputs.split(","):
        words = re.findall(r"\w+|\*", argument.replace("[]", "*"))
        base = words[0] if words else ""
        kinds.append(base + "*" * words.count("*"))
    return f"{result}({','.join(kinds)})"


_NUMBERS = {_plain(signature): number for number, signature in enumerate(SIGNATURES)}


def _number_of(target: _Target, signature: str | None, fn: Any) -> int:
    accepted = "; accepted are " + ", ".join(repr(one) for one in SIGNATURES)
    if signature is not None and not isinstance(signature, str):
        msg = f"signature is a {type(signature).__name__}{accepted}"
        raise TypeError(msg)
    said = None if target.signature is None else _NUMBERS.get(_plain(target.signature))
    if signature is None:
        if target.signature is None:
            msg = f"fn, a {type(fn).__name__}, does not say its signature: give it as signature={accepted}"
            raise ValueError(msg)
        if said is None:
            msg = f"fn has the signature {target.signature!r}{accepted}"
            raise ValueError(msg)
        return said
    given = _NUMBERS.get(_plain(signature))
    if given is None:
        msg = f"signature is {signature!r}{accepted}"
        raise ValueError(msg)
    if said is not None and said != given:
        msg = f"signature is {signature!r}, but fn says that it is {target.signature!r}"
        raise ValueError(msg)
    return given


def _address_of_data(data: Any) -> int:
    if isinstance(data, np.ndarray):
        if not data.flags.c_contiguous:
            msg = "data is not C-contiguous; pass np.ascontiguousarray(data)"
            raise ValueError(msg)
        return int(data.ctypes.data)
    if isinstance(data, int) and not isinstance(data, bool):
        return data
    if _is_capsule(data):
        return int(_core.open_capsule(data)[0])
    if isinstance(data, ctypes._Pointer | ctypes.c_void_p | _FunctionPointer):
        return ctypes.cast(data, ctypes.c_void_p).value or 0
    if isinstance(data, ctypes.Array | ctypes.Structure | ctypes._SimpleCData):
        return ctypes.addressof(data)
    if "_cffi_backend" in sys.modules and type(data).__module__ == "_cffi_backend":
        import cffi

        ffi = cffi.FFI()
        return int(ffi.cast("uintptr_t", data))
    msg = (
        f"data is a {type(data).__name__}; accepted are an array, a ctypes or cffi pointer or structure, a PyCapsule, "
        "an address, or None"
    )
    raise TypeError(msg)
