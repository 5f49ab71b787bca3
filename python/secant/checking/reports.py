"""Several checks that belong together, as those of the derivatives that one solver is given."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from secant.checking.witness import tell

if TYPE_CHECKING:
    from secant.checking.report import CheckReport, Verdict

_ORDER: tuple[Verdict, ...] = ("pass", "inconclusive", "fail")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CheckReports(Mapping[str, "CheckReport"]):
    """Checks by name: ``reports["jac"]`` is a `CheckReport`. ``print(reports)`` shows all of them.

    Attributes
    ----------
    reports : mapping of str to CheckReport
        At least one.
    """

    reports: Mapping[str, CheckReport]

    def __post_init__(self) -> None:
        object.__setattr__(self, "reports", MappingProxyType(dict(self.reports)))

    def __getitem__(self, name: str) -> CheckReport:
        return self.reports[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.reports)

    def __len__(self) -> int:
        return len(self.reports)

    @property
    def verdict(self) -> Verdict:
        """The worst of all: "fail" before "inconclusive" before "pass"."""
        return max((report.verdict for report in self.reports.values()), key=_ORDER.index)

    @property
    def ok(self) -> bool:
        """Whether all passed."""
        return self.verdict == "pass"

    def __repr__(self) -> str:
        """Names and verdicts."""
        return f"CheckReports({', '.join(f'{name}: {report.verdict}' for name, report in self.reports.items())})"

    def __str__(self) -> str:
        """The verdicts in a line where there are several, and all reports."""
        pages = [f"{name}\n{report}" for name, report in self.reports.items()]
        if len(pages) == 1:
            return str(next(iter(self.reports.values())))
        verdicts = ", ".join(f"{name} {_OUTCOMES[report.verdict]}" for name, report in self.reports.items())
        return "\n\n\n".join([f"{self.verdict.upper()}: {verdicts}", *pages])

    def raise_if_failed(self) -> None:
        """Raise AssertionError with all reports if the verdict is "fail"; warn if it is "inconclusive"."""
        __tracebackhide__ = True
        for report in self.reports.values():
            tell(report)
        if self.verdict == "fail":
            raise AssertionError(f"\n{self}")
        if self.verdict == "inconclusive":
            warnings.warn(f"the check is inconclusive\n{self}", UserWarning, stacklevel=2)

    def to_dict(self) -> dict[str, Any]:
        """The verdict, and each report by its name, in types that JSON has."""
        return {
            "verdict": self.verdict,
            "ok": self.ok,
            "reports": {name: report.to_dict() for name, report in self.reports.items()},
        }


_OUTCOMES: dict[Verdict, str] = {"pass": "passes", "inconclusive": "is inconclusive", "fail": "fails"}
