"""How strongly outputs depend on inputs: sensitivities with error bars, ranked, and the problem's condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from secant import methods
from secant.analysis.bars import as_point
from secant.analysis.first_order import value_and_jacobian
from secant.bounds import real_array
from secant.function import FunctionLike, arguments
from secant.integers import as_integer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from secant.bounds import BoundsLike

    Vector = npt.NDArray[np.float64]

_OUTPUTS_SHOWN = 6
_INPUTS_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Derivatives of m outputs by n inputs, absolute and relative, and what they say.

    Arrays are flattened in C order: m = f(x).size rows, n = x.size columns.

    Attributes
    ----------
    point : ndarray
        x.
    value : ndarray
        f(x).
    inputs, outputs : tuple of str
        Their names.
    absolute, absolute_error : ndarray
        The Jacobian and a bound on its error, shape (m, n). The error is None from methods without error bars, as are
        the others.
    relative, relative_error : ndarray
        ``x_j / f_i * J_ij``, shape (m, n): by how many per cent output i changes if input j does by one. NaN in rows of
        outputs that are 0, which have no relative change. f(x) itself is taken as exact.
    scale : ndarray
        The changes of the inputs that `influence` is about, shape (n,).
    influence, influence_error : ndarray
        ``|J_ij| * scale_j``, shape (m, n), in the units of the outputs.
    ranking : ndarray of int
        For each output the inputs by falling influence, shape (m, n).
    tied : ndarray of bool
        Whether the input at this place of `ranking` cannot be told from the next by their error bars, shape (m, n);
        never so for the last. All False without error bars.
    singular_values : ndarray
        Of the Jacobian, falling, shape (min(m, n),).
    condition : float
        The Jacobian's condition number in the 2-norm, the largest over the smallest singular value: infinite where
        that is 0. It depends on the units of inputs and outputs.
    condition_range : tuple of float
        Between what it lies by the error bars: singular values are off by at most the 2-norm of the bars.
    relative_condition : float
        ``‖J‖ ‖x‖ / ‖f(x)‖``: by how much relative changes of x, in the 2-norm, grow at most. NaN or infinite where f(x)
        is 0.
    evaluations : int
        How often f was called.
    """

    point: npt.NDArray[Any]
    value: npt.NDArray[Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    absolute: Vector
    absolute_error: Vector | None
    relative: Vector
    relative_error: Vector | None
    scale: Vector
    influence: Vector
    influence_error: Vector | None
    ranking: npt.NDArray[np.intp]
    tied: npt.NDArray[np.bool_]
    singular_values: Vector
    condition: float
    condition_range: tuple[float, float]
    relative_condition: float
    evaluations: int

    def most_influential(self, k: int = 3) -> dict[str, list[str]]:
        """The names of the k inputs on which each output depends most, by falling influence."""
        n = len(self.inputs)
        accepted = f"integers from 1 to {n}, the number of inputs"
        count = as_integer("k", k, accepted)
        if not 1 <= count <= n:
            msg = f"k is {count}; accepted are {accepted}"
            raise ValueError(msg)
        names = np.array(self.inputs, dtype=object)
        chosen = names[self.ranking[:, :count]].tolist()
        return dict(zip(self.outputs, chosen, strict=True))

    def plot(self, ax: Any = None, *, which: Literal["relative", "absolute"] = "absolute", **options: Any) -> Any:
        """A heat-map of the sensitivities, by `secant.plotting.jacobian`; returns the Axes."""
        from secant.plotting import jacobian

        if which not in ("relative", "absolute"):
            msg = f"which is {which!r}; accepted are 'relative' and 'absolute'"
            raise ValueError(msg)
        matrix = self.absolute if which == "absolute" else self.relative
        return jacobian(matrix, inputs=self.inputs, outputs=self.outputs, ax=ax, **options)

    def __str__(self) -> str:
        """The most influential inputs of each output, with error bars, and the condition."""
        m, n = self.absolute.shape
        low, high = self.condition_range
        between = f", between {low:.6g} and {high:.6g}" if high > low * (1 + 1e-6) else ""
        lines = [
            f"sensitivity of {m} {'output' if m == 1 else 'outputs'} to {n} {'input' if n == 1 else 'inputs'}",
            f"  condition of the Jacobian {self.condition:.6g}{between}; of x -> f(x), relative "
            f"{self.relative_condition:.4g}",
        ]
        for i in range(min(m, _OUTPUTS_SHOWN)):
            lines += self._rows(i)
        if m > _OUTPUTS_SHOWN:
            lines.append(f"  … and {m - _OUTPUTS_SHOWN} more outputs")
        if self.tied[:, :_INPUTS_SHOWN].any():
            lines.append("  ≈: not told from the next by their error bars")
        lines.append(f"  {self.evaluations} evaluations of f")
        return "\n".join(lines)

    def _rows(self, i: int) -> list[str]:
        m, n = self.absolute.shape
        none = np.full((m, n), np.nan)
        bars = none if self.absolute_error is None else self.absolute_error
        relative = none if self.relative_error is None else self.relative_error
        width = max(8, *(len(name) for name in self.inputs))
        lines = [f"  {self.outputs[i]} = {self.value.reshape(-1)[i]:.6g}"]
        lines.append(f"    {'input':<{width}}  {'absolute':>22}  {'relative':>20}  {'influence':>11}")
        for place, j in enumerate(self.ranking[i, :_INPUTS_SHOWN]):
            mark = " ≈" if self.tied[i, place] else ""
            lines.append(
                f"    {self.inputs[j]:<{width}}  {_barred(self.absolute[i, j], bars[i, j], 8):>22}  "
                f"{_barred(self.relative[i, j], relative[i, j], 5):>20}  {self.influence[i, j]:>11.4g}{mark}"
            )
        if n > _INPUTS_SHOWN:
            lines.append(f"    … and {n - _INPUTS_SHOWN} less influential ones")
        return lines


def _barred(value: float, bar: float, digits: int) -> str:
    return f"{value:.{digits}g}" + ("" if np.isnan(bar) else f" ± {bar:.0e}")


def sensitivity(
    f: FunctionLike,
    x: npt.ArrayLike,
    *,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    scale: npt.ArrayLike | None = None,
    args: tuple[Any, ...] = (),
    method: str | methods.Method = "auto",
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
) -> Sensitivity:
    """How strongly each output of f depends on each input, with error bars; which inputs matter most.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number or an array of any shape.
    x : array_like
        The point; real, of any shape, scalars included.
    inputs, outputs : sequence of str, optional
        Names of the entries of x and of f(x), in C order. By default ``x[0]``, ``f[0]`` and so on.
    scale : array_like, optional
        Changes of the inputs by which their influence is measured: positive, a number or shaped like x. By default
        ``abs(x)``, and the method's `typical` (1) for inputs that are 0.
    args, method, bounds, vectorized
        As for `secant.jacobian`. "auto" has error bars.

    Returns
    -------
    Sensitivity

    Raises
    ------
    ValueError
        If names are too few, too many or not unique, `scale` is not positive, or f(x) is not finite.
    TypeError
        If x or f(x) is not made of real numbers, or names are no strings.

    References
    ----------
    H. Weyl, Das asymptotische Verteilungsgesetz der Eigenwerte linearer partieller Differentialgleichungen,
    Mathematische Annalen 71 (1912) 441-479; for singular values, L. Mirsky, Symmetric gauge functions and unitarily
    invariant norms, Quarterly Journal of Mathematics 11 (1960) 50-59. L. N. Trefethen and D. Bau, "Numerical Linear
    Algebra" (1997), lecture 12: conditions of problems. A. Saltelli et al., "Global Sensitivity Analysis" (2008),
    section 1.2.

    Examples
    --------
    >>> from secant.analysis import sensitivity
    >>> found = sensitivity(lambda x: x[0] ** 2 / x[1], [3.0, 2.0], inputs=["speed", "length"], outputs=["force"])
    >>> found.relative.round(8)
    array([[ 2., -1.]])
    >>> found.most_influential(1)
    {'force': ['speed']}
    """
    point = as_point(x)
    arguments(point, args, 0)  # refuses what is not a tuple
    n = point.size
    resolved, _ = methods.resolve(method)
    changes = _scale_of(scale, point, resolved.typical)
    names = _names("inputs", inputs, point.shape, "x")
    value, estimate = value_and_jacobian(f, point, "x", args, method, bounds, vectorized)
    matrix = np.asarray(estimate.value)
    own = _names("outputs", outputs, value.shape, "f")
    absolute = matrix.astype(np.float64).reshape(-1, n)
    error = None if estimate.error is None else np.asarray(estimate.error, np.float64).reshape(-1, n)
    flat, entries = value.astype(np.float64).reshape(-1, 1), point.astype(np.float64).reshape(-1)
    factor = entries / np.where(flat == 0, np.nan, flat)
    with np.errstate(invalid="ignore"):  # infinite bars of inputs that are 0
        relative, off = absolute * factor, None if error is None else error * np.abs(factor)
    influence = np.abs(absolute) * changes
    spread = None if error is None else error * changes
    ranking, tied = _rank(influence, spread)
    singular, condition, between = _condition(absolute, error)
    length = float(np.linalg.norm(flat))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative_condition = float(np.divide(singular.max(initial=0.0) * np.linalg.norm(entries), length))
    return Sensitivity(
        point,
        value,
        names,
        own,
        absolute,
        error,
        relative,
        off,
        changes,
        influence,
        spread,
        ranking,
        tied,
        singular,
        condition,
        between,
        relative_condition,
        estimate.evaluations,
    )


def _scale_of(scale: npt.ArrayLike | None, point: npt.NDArray[Any], typical: npt.ArrayLike) -> Vector:
    if scale is None:
        size = np.abs(point).astype(np.float64)
        return np.where(size > 0, size, np.asarray(typical, np.float64)).reshape(-1)
    given = real_array(scale)
    if given is None or given.shape not in ((), point.shape):
        msg = f"scale is {scale!r}; accepted are a positive number or an array of them, shaped like x, {point.shape}"
        raise TypeError(msg)
    if not (np.isfinite(given) & (given > 0)).all():
        msg = f"scale is {scale!r}; accepted are positive, finite numbers"
        raise ValueError(msg)
    return np.broadcast_to(given, point.shape).reshape(-1).copy()


def _names(what: str, given: Sequence[str] | None, shape: tuple[int, ...], letter: str) -> tuple[str, ...]:
    if given is None:
        if shape == ():
            return (letter,)
        return tuple(f"{letter}[{', '.join(map(str, at))}]" for at in np.ndindex(shape))
    names = tuple(given)
    if isinstance(given, str) or not all(isinstance(name, str) for name in names):
        msg = f"{what} is {given!r}; accepted are strings, a name for each entry"
        raise TypeError(msg)
    size = int(np.prod(shape))
    if len(names) != size:
        msg = f"{what} has {len(names)} names, but {letter}{'(x)' if letter == 'f' else ''} has {size} entries"
        raise ValueError(msg)
    if len(set(names)) != size:
        msg = f"{what} has the name {next(name for name in names if names.count(name) > 1)!r} twice"
        raise ValueError(msg)
    return names


def _rank(influence: Vector, spread: Vector | None) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Inputs by falling influence, those without one last, and whether each is told from the next."""
    known = np.where(np.isnan(influence), -np.inf, influence)
    ranking: npt.NDArray[np.intp] = np.argsort(-known, axis=1, kind="stable")
    tied = np.zeros(influence.shape, np.bool_)
    if spread is not None:
        sorted_by = np.take_along_axis(influence, ranking, axis=1)
        bars = np.take_along_axis(spread, ranking, axis=1)
        with np.errstate(invalid="ignore"):
            told = sorted_by[:, :-1] - sorted_by[:, 1:] > bars[:, :-1] + bars[:, 1:]
        tied[:, :-1] = ~told
    return ranking, tied


def _condition(matrix: Vector, error: Vector | None) -> tuple[Vector, float, tuple[float, float]]:
    """Singular values, the ratio of the largest and the smallest, and bounds on it."""
    if not np.isfinite(matrix).all():
        return np.full(min(matrix.shape), np.nan), np.nan, (np.nan, np.nan)
    values = np.asarray(np.linalg.svd(matrix, compute_uv=False), np.float64)
    radius = 2 * max(matrix.shape) * np.finfo(np.float64).eps * values[0]
    if error is not None:
        radius += float(np.linalg.norm(error, 2)) if np.isfinite(error).all() else np.inf
    largest, smallest = values[0], values[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(largest / smallest)
        low = float(np.maximum((largest - radius) / (smallest + radius), 1.0)) if np.isfinite(radius) else 1.0
        high = float((largest + radius) / (smallest - radius)) if smallest > radius else np.inf
    return values, ratio, (low, high)
