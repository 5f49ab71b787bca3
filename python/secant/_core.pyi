from typing import Any, Literal, TypeAlias, overload

import numpy as np
import numpy.typing as npt

has_openmp: bool

def set_thread_limit(limit: int) -> None: ...
def available_threads() -> int: ...
def open_capsule(capsule: object) -> tuple[int, str | None, int]: ...

class Side:
    backward: Side
    central: Side
    forward: Side

class Method:
    @staticmethod
    def difference(
        side: Side, order: int, step: npt.NDArray[np.float64] | None, typical: npt.NDArray[np.float64] | None
    ) -> Method: ...
    @staticmethod
    def complex_step(step: npt.NDArray[np.float64] | None, typical: npt.NDArray[np.float64] | None) -> Method: ...
    @staticmethod
    def adaptive(
        typical: npt.NDArray[np.float64] | None,
        rtol: float | None,
        atol: float | None,
        noise: float | None,
        max_evaluations: int,
    ) -> Method: ...

class NativeFunction:
    def __init__(self, address: int, signature: int, outputs: int, scalar: bool, data: int) -> None: ...
    def __call__(self, x: npt.ArrayLike) -> Any: ...

class Structure:
    nonsymmetric: Structure
    symmetric: Structure

class Partition:
    column: Partition
    row: Partition
    bidirectional: Partition

class Decompression:
    direct: Decompression
    substitution: Decompression

class OrderKind:
    natural: OrderKind
    largest_first: OrderKind
    smallest_last: OrderKind
    incidence_degree: OrderKind
    dynamic_largest_first: OrderKind
    random: OrderKind

class ColoringProblem:
    def __init__(self, structure: Structure, partition: Partition, decompression: Decompression) -> None: ...

class PatternArrays:
    def __init__(
        self, starts: npt.NDArray[np.signedinteger[Any]], entries: npt.NDArray[np.signedinteger[Any]]
    ) -> None: ...

_Colors: TypeAlias = npt.NDArray[np.int32]

def color(
    pattern: PatternArrays, columns: int, problem: ColoringProblem, kind: OrderKind | None, seed: int
) -> tuple[_Colors | None, _Colors | None]: ...
def explain_coloring(
    pattern: PatternArrays,
    columns: int,
    problem: ColoringProblem,
    column_colors: _Colors | None,
    row_colors: _Colors | None,
) -> str | None: ...

class Compression:
    def __init__(
        self,
        pattern: PatternArrays,
        columns: int,
        problem: ColoringProblem,
        column_colors: _Colors | None,
        row_colors: _Colors | None,
        wanted: PatternArrays | None,
    ) -> None: ...
    def decompress(self, of_columns: npt.NDArray[Any] | None, of_rows: npt.NDArray[Any] | None) -> npt.NDArray[Any]: ...

_Found: TypeAlias = tuple[
    Any, npt.NDArray[Any] | None, npt.NDArray[np.int8] | None, npt.NDArray[Any], npt.NDArray[np.float64] | None, int
]

class Differentiator:
    def __init__(
        self,
        function: object,
        argnum: int,
        vectorized: bool,
        block_bytes: int,
        method: Method,
        lower: npt.NDArray[np.float64] | None,
        upper: npt.NDArray[np.float64] | None,
        like: npt.ArrayLike | None,
    ) -> None: ...
    @overload
    def gradient(self, arguments: tuple[Any, ...], full: Literal[False] = False) -> npt.NDArray[Any]: ...
    @overload
    def gradient(self, arguments: tuple[Any, ...], full: Literal[True]) -> _Found: ...
    @overload
    def jacobian(
        self, arguments: tuple[Any, ...], denominator: bool = False, full: Literal[False] = False
    ) -> npt.NDArray[Any]: ...
    @overload
    def jacobian(self, arguments: tuple[Any, ...], denominator: bool, full: Literal[True]) -> _Found: ...
    def sparse_jacobian(
        self, arguments: tuple[Any, ...], compression: Compression, full: bool, out: npt.NDArray[Any] | None
    ) -> Any: ...
    def sparse_hessian(
        self, arguments: tuple[Any, ...], compression: Compression, full: bool, out: npt.NDArray[Any] | None
    ) -> Any: ...
    def sparse_hessian_from_gradient(
        self, arguments: tuple[Any, ...], compression: Compression, full: bool, out: npt.NDArray[Any] | None
    ) -> Any: ...
    @overload
    def jvp(self, arguments: tuple[Any, ...], v: npt.ArrayLike, full: Literal[False] = False) -> npt.NDArray[Any]: ...
    @overload
    def jvp(self, arguments: tuple[Any, ...], v: npt.ArrayLike, full: Literal[True]) -> _Found: ...
    @overload
    def vjp(self, arguments: tuple[Any, ...], w: npt.ArrayLike, full: Literal[False] = False) -> npt.NDArray[Any]: ...
    @overload
    def vjp(self, arguments: tuple[Any, ...], w: npt.ArrayLike, full: Literal[True]) -> _Found: ...
    @overload
    def hessian(self, arguments: tuple[Any, ...], full: Literal[False] = False) -> npt.NDArray[Any]: ...
    @overload
    def hessian(self, arguments: tuple[Any, ...], full: Literal[True]) -> _Found: ...
    @overload
    def hessian_from_gradient(self, arguments: tuple[Any, ...], full: Literal[False] = False) -> npt.NDArray[Any]: ...
    @overload
    def hessian_from_gradient(self, arguments: tuple[Any, ...], full: Literal[True]) -> _Found: ...
    @overload
    def hvp(self, arguments: tuple[Any, ...], v: npt.ArrayLike, full: Literal[False] = False) -> npt.NDArray[Any]: ...
    @overload
    def hvp(self, arguments: tuple[Any, ...], v: npt.ArrayLike, full: Literal[True]) -> _Found: ...
    @overload
    def hvp_from_gradient(
        self, arguments: tuple[Any, ...], v: npt.ArrayLike, full: Literal[False] = False
    ) -> npt.NDArray[Any]: ...
    @overload
    def hvp_from_gradient(self, arguments: tuple[Any, ...], v: npt.ArrayLike, full: Literal[True]) -> _Found: ...
    @overload
    def derivative(self, arguments: tuple[Any, ...], order: int, full: Literal[False] = False) -> npt.NDArray[Any]: ...
    @overload
    def derivative(self, arguments: tuple[Any, ...], order: int, full: Literal[True]) -> _Found: ...
    @overload
    def partial(
        self, arguments: tuple[Any, ...], orders: list[int], full: Literal[False] = False
    ) -> npt.NDArray[Any]: ...
    @overload
    def partial(self, arguments: tuple[Any, ...], orders: list[int], full: Literal[True]) -> _Found: ...
    def noise(self, arguments: tuple[Any, ...]) -> Any: ...
    def value(self, arguments: tuple[Any, ...]) -> Any: ...
    @property
    def argnum(self) -> int: ...
    def detect_pattern(
        self,
        arguments: tuple[Any, ...],
        second: bool,
        nan: bool,
        moving: bool,
        miss_probability: float,
        max_evaluations: int,
        seed: int,
    ) -> tuple[
        int,
        npt.NDArray[np.int64],
        npt.NDArray[np.int64],
        npt.NDArray[np.uint8],
        npt.NDArray[np.float64],
        int,
        int,
        bool,
        bool,
    ]: ...
