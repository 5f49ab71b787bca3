"""How noisy a function is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from secant.function import FunctionLike, arguments, prepare

if TYPE_CHECKING:
    import numpy.typing as npt

    from secant.bounds import BoundsLike


def noise_level(
    f: FunctionLike,
    x: npt.ArrayLike,
    *,
    args: tuple[Any, ...] = (),
    argnum: int = 0,
    bounds: BoundsLike | None = None,
    vectorized: bool = False,
) -> Any:
    """Noise in f's values near x: the standard deviation of what is not smooth in them.

    Rounding, tolerances of inner solvers, random numbers: whatever changes from one point to the next as if by chance.
    It takes f(x) and 7 more evaluations, up to 42 where the distances between the points must be changed.

    Parameters
    ----------
    f : callable or secant.native.Function
        ``f(x, *args)`` returns a number or an array.
    x : array_like
        The point. The others lie on a line through it along which all variables move, each on its own scale.
    args : tuple
        f's other arguments.
    argnum : int
        The position of x among them.
    bounds, vectorized
        As for `secant.Jacobian`.

    Returns
    -------
    ndarray or NumPy scalar
        Shaped like f(x), in its units. 0 where f does not change at all.

    Raises
    ------
    ValueError
        If f(x) is not finite or changes its shape.
    TypeError
        If x or f(x) is not made of numbers.

    References
    ----------
    J. J. Moré and S. M. Wild, Estimating computational noise, SIAM Journal on Scientific Computing 33 (2011) 1292-1314.

    Examples
    --------
    >>> import numpy as np, secant
    >>> level = secant.noise_level(lambda x: np.float64(np.float32(np.exp(x))), 1.0)
    >>> bool(1e-8 < level < 1e-6)
    True
    """
    _, core = prepare(f, argnum=argnum, method="adaptive", bounds=bounds, vectorized=vectorized)
    return core.noise(arguments(x, args, argnum))
