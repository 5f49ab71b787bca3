"""Who is told of a check that decides over a test: the plugin for pytest, where it is loaded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secant.checking.report import CheckReport


def tell(report: CheckReport) -> None:
    """Tell of a check, whatever it came to."""
    # Not imported: the plugin needs pytest, and programs that check at their start need not have it.
    plugin = sys.modules.get("_secant_pytest")
    if plugin is not None:
        plugin.hear(report)
