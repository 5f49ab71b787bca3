"""Functions of torch's tensors as functions of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from secant.checking.checks import callable_name

if TYPE_CHECKING:
    from collections.abc import Callable


def from_torch(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of NumPy arrays from one of torch's tensors, in double precision.

    Parameters
    ----------
    f : callable
        A function, or its derivative as ``torch.func.grad(f)`` and ``torch.func.jacrev(f)`` make it. It is given
        tensors of dtype float64, on the CPU; a module must be of that dtype itself, by ``module.double()``.

    Returns
    -------
    callable
        Takes arrays and returns arrays, or tuples of them; other arguments are passed on as they are.

    Examples
    --------
    >>> import torch, secant
    >>> from secant.checking import from_torch
    >>> f = lambda x: torch.sum(torch.sin(x) ** 2)
    >>> secant.check_gradient(from_torch(f), from_torch(torch.func.grad(f)), [1.0, 2.0]).verdict
    'pass'
    """

    def of_arrays(*args: Any) -> Any:
        try:
            return _arrays(f(*map(_tensor, args)))
        except RuntimeError as error:
            if "dtype" in str(error):
                error.add_note(
                    "secant: from_torch calls with float64 tensors; module.double() makes a module take them"
                )
            raise

    of_arrays.__name__ = callable_name(f, "f")
    return of_arrays


def _tensor(value: Any) -> Any:
    """A tensor with memory of its own, for arrays and NumPy's numbers."""
    import torch

    if not isinstance(value, np.ndarray | np.generic):
        return value
    if value.dtype.kind == "f":
        value = value.astype(np.float64)
    elif value.dtype.kind == "c":
        value = value.astype(np.complex128)
    return torch.tensor(value)


def _arrays(returned: Any) -> Any:
    if isinstance(returned, tuple | list):
        return tuple(_arrays(one) for one in returned)
    if not hasattr(returned, "detach"):
        return returned
    import torch

    found = returned.detach().cpu()
    return (found if found.layout == torch.strided else found.to_dense()).resolve_conj().numpy()
