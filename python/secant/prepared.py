"""What Gradient, Jacobian and Hessian have in common: a function with its options, checked and compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from secant import methods
from secant.bounds import resolve as resolve_bounds
from secant.function import BLOCK_BYTES, FunctionLike, prepare

if TYPE_CHECKING:
    from secant.coloring import Coloring, Structure
    from secant.sparse import SparseDerivative
    from secant.sparsity import SparsityPattern


class Prepared:
    """What Gradient, Jacobian and Hessian have in common: a function with its options, checked and compiled."""

    __slots__ = ("_core", "_f", "_method", "_options")

    def __init__(self, f: FunctionLike, differentiated: FunctionLike, name: str, options: dict[str, Any]) -> None:
        self._f = f
        self._options = options
        self._method, self._core = prepare(
            differentiated,
            name=name,
            like=options["like"],
            argnum=options["argnum"],
            method=options["method"],
            bounds=options["bounds"],
            vectorized=options["vectorized"],
            block_bytes=options["block_bytes"],
        )

    @property
    def method(self) -> methods.Method:
        """How derivatives are taken."""
        return self._method

    def __repr__(self) -> str:
        given = "".join(f", {name}={value!r}" for name, value in self._options.items() if self._is_set(name, value))
        return f"secant.{type(self).__name__}({self._f!r}{given})"

    @staticmethod
    def _is_set(name: str, value: Any) -> bool:
        default = _DEFAULTS[name]
        return value is not default and not (isinstance(value, int | str) and value == default)

    def __reduce__(self) -> tuple[Any, ...]:
        # Compiled objects hold pointers: a copy is prepared anew from what the user gave.
        return _rebuild, (type(self), self._f, self._options)


class MaybeSparse(Prepared):
    """What Jacobian and Hessian have in common: they may be sparse."""

    __slots__ = ("_differentiated", "_name", "_sparse")

    _structure: ClassVar[Structure]

    def __init__(self, f: FunctionLike, differentiated: FunctionLike, name: str, options: dict[str, Any]) -> None:
        super().__init__(f, differentiated, name, options)
        self._differentiated = differentiated
        self._name = name
        self._sparse: SparseDerivative | None = None
        if options["sparsity"] is None:
            for option in ("entries", "verify"):
                if self._is_set(option, options[option]):
                    msg = f"{option} is {options[option]!r}, but sparsity is not given"
                    raise ValueError(msg)
            return
        from secant.sparse import checked_verify, resolve_coloring

        checked_verify(options["verify"])
        if not (isinstance(options["sparsity"], str) and options["sparsity"] == "detect"):
            self._sparse = self._make_sparse(resolve_coloring(options["sparsity"], self._structure))

    def _make_sparse(self, coloring: Coloring) -> SparseDerivative:
        from secant.sparse import SparseDerivative
        from secant.verification import CurvatureLook, SlopeLook

        options = self._options
        lower, upper = resolve_bounds(options["bounds"])
        common = (self._prepare_look, options["argnum"], lower, upper, self._method.typical, self._name)
        symmetric = self._structure == "symmetric"
        look = CurvatureLook(*common) if self._is_from_values else SlopeLook(*common, symmetric)
        columns = coloring.pattern.shape[1]
        if options["like"] is not None and np.size(options["like"]) != columns:
            size, shape = np.size(options["like"]), np.shape(options["like"])
            msg = f"like has {size} entries (shape {shape}), but the sparsity pattern has {columns} columns"
            raise ValueError(msg)
        return SparseDerivative(self._find, coloring, options["entries"], options["verify"], look)

    @property
    def _is_from_values(self) -> bool:
        """Whether second derivatives are taken of values, not first ones of a gradient."""
        return self._structure == "symmetric" and self._options["grad"] is None

    def _sparse_at(self, args: tuple[Any, ...]) -> SparseDerivative | None:
        """What takes a sparse derivative, None for a dense one; a pattern to be detected is, around the first point."""
        if self._sparse is None and self._options["sparsity"] is not None:
            from secant.detection import detect_by
            from secant.sparse import resolve_coloring

            found = detect_by(self._prepare_look(methods.FiniteDifference()), args, self._is_from_values)
            pattern = found.pattern
            if self._structure == "symmetric" and pattern.shape[0] == pattern.shape[1]:
                pattern = pattern | pattern.T
            self._sparse = self._make_sparse(resolve_coloring(pattern, self._structure))
        return self._sparse

    def __reduce__(self) -> tuple[Any, ...]:
        # A pattern that was detected goes with it.
        detected = {} if self._sparse is None else {"sparsity": self._sparse.coloring}
        return _rebuild, (type(self), self._f, self._options | detected)

    def _find(self, *args: Any) -> Any:
        raise NotImplementedError

    def _prepare_look(self, method: methods.FiniteDifference) -> Any:
        names = ("argnum", "bounds", "vectorized", "block_bytes")
        options = {name: self._options[name] for name in names}
        return prepare(self._differentiated, name=self._name, method=method, **options)[1]

    @property
    def coloring(self) -> Coloring | None:
        """The colouring of a sparse derivative; None for a dense one, or before its pattern is detected."""
        return None if self._sparse is None else self._sparse.coloring

    @property
    def pattern(self) -> SparsityPattern | None:
        """The sparsity pattern; None for a dense derivative, or before it is detected."""
        return None if self._sparse is None else self._sparse.coloring.pattern


_DEFAULTS: dict[str, Any] = {
    "like": None,
    "argnum": 0,
    "method": "auto",
    "bounds": None,
    "vectorized": False,
    "block_bytes": BLOCK_BYTES,
    "layout": "numerator",
    "grad": None,
    "sparsity": None,
    "entries": "all",
    "verify": "first",
}


def check_no_out(out: object) -> None:
    """Say that `out` is for sparse results, if it is given for another."""
    if out is not None:
        msg = "out is given, but sparsity is not: only the entries of sparse results are written into a matrix"
        raise ValueError(msg)


def _rebuild(kind: type[Any], f: FunctionLike, options: dict[str, Any]) -> Any:
    return kind(f, **options)
