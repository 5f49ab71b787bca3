"""How a derivative is taken: small immutable objects, and the strings that stand for the usual ones."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from secant import _core
from secant.bounds import real_array
from secant.integers import as_integer

Side: TypeAlias = Literal["central", "forward", "backward"]

_SIDES = {"central": _core.Side.central, "forward": _core.Side.forward, "backward": _core.Side.backward}


@dataclass(frozen=True, slots=True, eq=False)
class FiniteDifference:
    """Differences of fixed step: the cheapest derivatives, without an error bar.

    Parameters
    ----------
    side : {"central", "forward", "backward"}
        Where the neighbours of x lie. Near bounds, variables without room change their side, or their step.
    order : int, optional
        Order of accuracy: the truncation error is proportional to step**order. Central: 2, 4, 6 or 8 (default 2), as
        many evaluations a variable. One-sided: 1 to 8 (default 1), as many evaluations a variable, and one of f(x).
    step : float or array_like, optional
        The distance to the nearest neighbour, in the units of x; positive; a scalar or shaped like x. By default
        eps**(1/(derivative + order)) * max(abs(x), typical), rounded to a power of two, with eps of the coarser of
        the dtypes of x and f(x).
    typical : float or array_like
        Magnitude of x below which ``abs(x)`` is not taken for its scale; positive; a scalar or shaped like x. Lower
        it for variables that are small by nature, such as lengths in metres of things seen in a microscope.

    Raises
    ------
    ValueError, TypeError
        If an option is not one of those above.
    """

    side: Side = "central"
    order: int | None = None
    step: npt.ArrayLike | None = None
    typical: npt.ArrayLike = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.side, str) or self.side not in _SIDES:
            msg = f"side is {self.side!r}; accepted are 'central', 'forward' and 'backward'"
            raise ValueError(msg)
        if self.order is None:
            object.__setattr__(self, "order", 2 if self.side == "central" else 1)
        else:
            object.__setattr__(self, "order", _checked_order(self.side, self.order))
        object.__setattr__(self, "step", _positive("step", self.step))
        object.__setattr__(self, "typical", _positive("typical", self.typical))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FiniteDifference):
            return NotImplemented
        return (
            (self.side, self.order) == (other.side, other.order)
            and _same(self.step, other.step)
            and _same(self.typical, other.typical)
        )

    def __hash__(self) -> int:
        return hash((FiniteDifference, self.side, self.order))

    @property
    def description(self) -> str:
        """The method in words."""
        return f"{self.side} differences of order {self.order}"


@dataclass(frozen=True, slots=True, eq=False)
class Adaptive:
    """Differences that control their error: steps, order and number of evaluations are chosen by what f shows.

    Every entry comes with an error bar, ``Estimate.error``. It covers what the differences leave out, rounding, and
    noise of f, which is measured where it exceeds rounding. A first set of samples (8 for a first derivative, f(x)
    included) is enough for a smooth function that varies on the scale of x; others get more, up to 20 for a variable.

    Parameters
    ----------
    rtol, atol : float, optional
        The error that is small enough: at most ``max(rtol * abs(derivative), atol)``. By default as small as rounding
        and noise allow, as long as evaluations pay.
    max_evaluations : int, optional
        How many points f may be evaluated at in all. It is never exceeded: entries get what accuracy there is, and the
        status "budget".
    noise : float, optional
        The standard deviation of f's values, where it is known. By default it is measured.
    typical : float or array_like
        Magnitude of x below which ``abs(x)`` is not taken for its scale; positive; a scalar or shaped like x. First
        steps are a share of that scale, and no step exceeds half of it.

    Raises
    ------
    ValueError, TypeError
        If an option is not one of those above.

    References
    ----------
    L. F. Richardson and J. A. Gaunt, The deferred approach to the limit, Philosophical Transactions of the Royal
    Society A 226 (1927) 299-361. J. N. Lyness and C. B. Moler, Van der Monde systems and numerical differentiation,
    Numerische Mathematik 8 (1966) 458-464. J. J. Moré and S. M. Wild, Estimating computational noise, SIAM Journal on
    Scientific Computing 33 (2011) 1292-1314.
    """

    rtol: float | None = None
    atol: float | None = None
    max_evaluations: int | None = None
    noise: float | None = None
    typical: npt.ArrayLike = 1.0

    def __post_init__(self) -> None:
        for name in ("rtol", "atol", "noise"):
            object.__setattr__(self, name, _not_negative(name, getattr(self, name)))
        if self.max_evaluations is not None:
            accepted = "positive integers, or None for no limit"
            number = as_integer("max_evaluations", self.max_evaluations, accepted)
            if number < 1:
                msg = f"max_evaluations is {number}; accepted are {accepted}"
                raise ValueError(msg)
            object.__setattr__(self, "max_evaluations", number)
        object.__setattr__(self, "typical", _positive("typical", self.typical))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Adaptive):
            return NotImplemented
        return self._scalars() == other._scalars() and _same(self.typical, other.typical)

    def __hash__(self) -> int:
        return hash((Adaptive, *self._scalars()))

    def _scalars(self) -> tuple[float | None, ...]:
        return (self.rtol, self.atol, self.max_evaluations, self.noise)

    @property
    def description(self) -> str:
        """The method in words."""
        return "adaptive differences"


@dataclass(frozen=True, slots=True, eq=False)
class ComplexStep:
    """The imaginary part of f(x + ih), divided by h: exact to rounding, for complex analytic functions.

    One evaluation a variable. Second derivatives take a central difference of order 4 of it. f must be real for
    real x and must pass complex numbers through: abs, comparisons of x, conjugates or conversions to float break it.

    Parameters
    ----------
    step : float or array_like, optional
        The imaginary step, in the units of x; positive; a scalar or shaped like x. By default about 1e-30 times the
        scale of x (1e-12 in single precision): small enough that its square vanishes.
    typical : float or array_like
        Magnitude of x below which ``abs(x)`` is not taken for its scale.

    References
    ----------
    W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40 (1998)
    110-112.
    """

    step: npt.ArrayLike | None = None
    typical: npt.ArrayLike = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", _positive("step", self.step))
        object.__setattr__(self, "typical", _positive("typical", self.typical))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ComplexStep):
            return NotImplemented
        return _same(self.step, other.step) and _same(self.typical, other.typical)

    def __hash__(self) -> int:
        return hash(ComplexStep)

    @property
    def description(self) -> str:
        """The method in words."""
        return "complex step"


Method: TypeAlias = Adaptive | FiniteDifference | ComplexStep


def resolve(method: str | Method) -> tuple[Method, _core.Method]:
    """Turn what the user gave as ``method=`` into the object, and into what the compiled core takes."""
    if isinstance(method, str):
        return _resolve_name(method)
    if isinstance(method, Adaptive | FiniteDifference | ComplexStep):
        return method, _compile(method)
    msg = f"method is a {type(method).__name__}; accepted are {_accepted()}"
    raise TypeError(msg)


@lru_cache
def _resolve_name(name: str) -> tuple[Method, _core.Method]:
    if name not in _BY_NAME:
        msg = f"method is {name!r}; accepted are {_accepted()}"
        raise ValueError(msg)
    return _BY_NAME[name], _compile(_BY_NAME[name])


def _accepted() -> str:
    names = ", ".join(repr(name) for name in sorted(_BY_NAME))
    return f"{names}, secant.Adaptive(...), secant.FiniteDifference(...) and secant.ComplexStep(...)"


def _compile(method: Method) -> _core.Method:
    typical = None if _same(method.typical, 1.0) else np.asarray(method.typical, np.float64)
    if isinstance(method, Adaptive):
        return _core.Method.adaptive(typical, method.rtol, method.atol, method.noise, method.max_evaluations or 0)
    step = None if method.step is None else np.asarray(method.step, np.float64)
    if isinstance(method, ComplexStep):
        return _core.Method.complex_step(step, typical)
    assert method.order is not None  # set by FiniteDifference.__post_init__
    return _core.Method.difference(_SIDES[method.side], method.order, step, typical)


def _checked_order(side: str, order: object) -> int:
    accepted = "2, 4, 6 or 8 for central differences" if side == "central" else "1 to 8 for one-sided differences"
    number = as_integer("order", order, f"the integers {accepted}")
    if not 1 <= number <= 8 or (side == "central" and number % 2):
        msg = f"order is {number}; accepted are {accepted}"
        raise ValueError(msg)
    return number


def _positive(name: str, value: npt.ArrayLike | None) -> npt.ArrayLike | None:
    """Return a float, or a private, read-only float64 copy of an array; positive either way."""
    if value is None:
        return None
    array = real_array(value)
    if array is None:
        msg = f"{name} is {value!r}; accepted are a positive number or an array of them, shaped like x"
        raise TypeError(msg)
    wrong = ~(np.isfinite(array) & (array > 0))
    if array.size == 0 or wrong.any():
        what = array[wrong].flat[0] if array.size else "empty"
        msg = f"{name} is {what}; accepted are positive, finite numbers"
        raise ValueError(msg)
    array.setflags(write=False)
    return array if array.ndim else float(array)


def _not_negative(name: str, value: object) -> float | None:
    if value is None:
        return None
    array = real_array(value)
    if array is None or array.ndim != 0:
        msg = f"{name} is {value!r}; accepted are numbers that are not negative, or None"
        raise TypeError(msg)
    number = float(array)
    if not (np.isfinite(number) and number >= 0):
        msg = f"{name} is {number}; accepted are finite numbers that are not negative"
        raise ValueError(msg)
    return number


def _same(a: Any, b: Any) -> bool:
    return (a is None and b is None) or (a is not None and b is not None and np.array_equal(a, b))


_BY_NAME: dict[str, Method] = {
    "auto": Adaptive(),
    "adaptive": Adaptive(),
    "central": FiniteDifference("central"),
    "forward": FiniteDifference("forward"),
    "backward": FiniteDifference("backward"),
    "complex": ComplexStep(),
}
