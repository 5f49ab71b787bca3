"""Arrays as JSON holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def plain(values: npt.ArrayLike) -> Any:
    """Nested lists: None for what is not finite, [real, imaginary] for complex numbers."""
    array = np.asarray(values)
    if np.iscomplexobj(array):
        return plain(np.stack([array.real, array.imag], axis=-1))
    if array.dtype.kind == "f":
        array = array.astype(np.float64)
        entries = array.astype(object)
        entries[~np.isfinite(array)] = None
        return entries.tolist()
    return array.tolist()
