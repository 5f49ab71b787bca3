"""How many threads native functions and large assemblies may use."""

from operator import index

from secant import _core


def set_num_threads(n: int | None) -> None:
    """Limit the threads that secant starts, in the whole process.

    The limit stands beside OpenMP's own: ``OMP_NUM_THREADS`` and threadpoolctl are obeyed too, and the lowest counts.
    Results do not depend on it, bit for bit.

    Parameters
    ----------
    n : int or None
        At least 1; None removes the limit.

    Raises
    ------
    ValueError
        If `n` is less than 1.
    TypeError
        If `n` is not an integer.
    """
    if n is None:
        _core.set_thread_limit(0)
        return
    limit = index(n)
    if limit < 1:
        msg = f"n is {limit}; accepted are integers from 1 on, or None for no limit"
        raise ValueError(msg)
    _core.set_thread_limit(min(limit, 2**31 - 1))


def get_num_threads() -> int:
    """Threads that secant would use now: 1 without OpenMP, and in a forked child."""
    return _core.available_threads()
