"""How far a check is, as a bar for whoever watches."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    import numpy.typing as npt

_SECONDS = 0.5
"""Shorter work has no bar."""


class Progress:
    """A bar of evaluations on stderr: nothing where that is no terminal, or tqdm is not installed.

    Parameters
    ----------
    points : sequence of ndarray
        Where a function's derivative is checked. At each, the function is called at the point itself first.
    evaluations : int
        About how many it takes at each; what the first points took, once that is known.
    """

    def __init__(self, points: Sequence[npt.NDArray[Any]], evaluations: int) -> None:
        self._points = points
        self._reached = 0
        self._bar: Any = None
        if not sys.stderr.isatty():
            return
        try:
            from tqdm import tqdm
        except ImportError:
            return
        self._bar = tqdm(
            total=len(points) * evaluations,
            unit=" calls",
            file=sys.stderr,
            leave=False,
            delay=_SECONDS,
            dynamic_ncols=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def step(self, x: Any) -> None:
        """One more call, at x."""
        bar = self._bar
        if bar is None:
            return
        if self._reached < len(self._points) and np.array_equal(x, self._points[self._reached]):
            if self._reached:
                bar.total = round(bar.n / self._reached * len(self._points))
            self._reached += 1
            bar.set_description(f"point {self._reached} of {len(self._points)}", refresh=False)
        bar.update()
