"""Derivative checks in pytest: a report in place of a traceback, pages of HTML, a count, and strictness.

Nothing of secant, nor NumPy, is imported here, and it is a package of its own: pytest imports it in every session of
every project that shares the environment. Reports come from tests that use secant.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

_INCONCLUSIVE = "error:the check is inconclusive:UserWarning"
_LONGEST = 150

_sessions: list[_Session] = []
"""Sessions in this process, the innermost last: tests of plugins run sessions within sessions."""


def hear(report: Any) -> None:
    """Take note of a CheckReport, made by the test that runs."""
    if _sessions:
        _sessions[-1].heard.append(report)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("secant", "derivative checks")
    group.addoption(
        "--secant-html", metavar="DIR", help="write each derivative check that fails or is inconclusive to DIR, as HTML"
    )
    group.addoption("--secant-strict", action="store_true", help="inconclusive derivative checks fail")


def pytest_configure(config: pytest.Config) -> None:
    """Start to listen."""
    if config.getoption("--secant-strict"):
        if not config.pluginmanager.hasplugin("warnings"):
            raise pytest.UsageError("--secant-strict makes errors of warnings: it does not go with -p no:warnings")
        config.addinivalue_line("filterwarnings", _INCONCLUSIVE)
    session = _Session(config)
    _sessions.append(session)
    config.pluginmanager.register(session, "secant-session")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop listening."""
    session = config.pluginmanager.unregister(name="secant-session")
    if session in _sessions:
        _sessions.remove(session)


class _Session:
    """What checks in a session came to."""

    def __init__(self, config: pytest.Config) -> None:
        directory = config.getoption("--secant-html")
        self.directory = None if directory is None else Path(config.invocation_params.dir, directory)
        self.heard: list[Any] = []
        self.checks = 0
        self.inconclusive = 0
        self.written: list[str] = []
        self.problem = ""
        self._names: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show what decided, and note the rest, in what pytest reports of a test."""
        deciding = _deciding(call.excinfo)
        outcome = yield
        heard, self.heard = _once([*self.heard, *_single(deciding)]), []
        shown = deciding is not None and outcome.failed
        pages: list[str] = []
        problem = ""
        # Those that fail and do not decide are in a test that expects them to.
        open_ = [report for report in heard if report.verdict == "inconclusive"]
        wanted = _once([*open_, *_single(deciding)]) if shown else open_
        if self.directory is not None and wanted:
            pages, problem = self._write(item.nodeid, wanted)
        where = "".join(f"\n  written to {page}" for page in pages)
        if shown and call.excinfo is not None:
            _show(outcome, item, call.excinfo, deciding, where)
            where = ""
        outcome.sections += [("secant", f"{report}{where}") for report in open_ if not (shown and report is deciding)]
        # An attribute of plain types: it survives on its way from another process.
        outcome.secant = {  # type: ignore[attr-defined]
            "checks": len(heard),
            "inconclusive": len(open_),
            "written": pages,
            "problem": problem,
        }
        return outcome

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count, where the session is reported."""
        noted = getattr(report, "secant", None)
        if noted is not None:
            self.checks += noted["checks"]
            self.inconclusive += noted["inconclusive"]
            self.written += noted["written"]
            self.problem = self.problem or noted["problem"]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how many checks there were."""
        if self.checks:
            terminalreporter.write_line(
                f"secant: {self.checks} derivative check{'s' * (self.checks != 1)}, {self.inconclusive} inconclusive"
            )
        if self.written:
            count = len(self.written)
            terminalreporter.write_line(f"secant: {count} report{'s' * (count != 1)} in {self.directory}")
        if self.problem:
            terminalreporter.write_line(f"secant: {self.problem}", red=True)

    def _write(self, test: str, reports: Iterable[Any]) -> tuple[list[str], str]:
        """The paths of pages that were written, and why one was not."""
        assert self.directory is not None
        written: list[str] = []
        for report in reports:
            if not hasattr(report, "to_html"):  # the order test's have no page
                continue
            page = self.directory / self._name(test)
            try:
                self.directory.mkdir(parents=True, exist_ok=True)
                report.to_html(page)
            except Exception as error:  # whatever it is, tests go on without pages
                return written, f"no report can be written to {page}: {error}"
            written.append(str(page))
        return written, ""

    def _name(self, test: str) -> str:
        """A file's name for a test: the same in every session, and no other test's."""
        stem = re.sub(r"[^A-Za-z0-9.=\[\]-]+", "_", test)
        if len(stem) > _LONGEST:
            stem = f"{stem[:_LONGEST]}_{zlib.crc32(test.encode()):08x}"
        name, k = f"{stem}.html", 1
        while name in self._names:
            k += 1
            name = f"{stem}-{k}.html"
        self._names.add(name)
        return name


def _once(reports: Iterable[Any]) -> list[Any]:
    return list({id(report): report for report in reports}.values())


def _single(deciding: Any) -> list[Any]:
    """The reports that do not pass, in what decides over a test."""
    reports = [] if deciding is None else list(deciding.values()) if hasattr(deciding, "values") else [deciding]
    return [report for report in reports if report.verdict != "pass"]


def _deciding(excinfo: pytest.ExceptionInfo[BaseException] | None) -> Any:
    """The report that an exception is raised by; None if it is not one of secant."""
    if excinfo is None or not isinstance(excinfo.value, AssertionError | UserWarning):
        return None
    found: Any = None
    traceback: TracebackType | None = excinfo.tb
    while traceback is not None:
        names = traceback.tb_frame.f_locals
        if _is_ours(traceback.tb_frame.f_globals):
            found = next((names[k] for k in ("self", "report") if hasattr(names.get(k), "raise_if_failed")), found)
        traceback = traceback.tb_next
    return found


def _is_ours(frame_globals: dict[str, Any]) -> bool:
    return str(frame_globals.get("__name__", "")).startswith("secant.")


def _show(
    outcome: pytest.TestReport,
    item: pytest.Item,
    excinfo: pytest.ExceptionInfo[BaseException],
    deciding: Any,
    where: str,
) -> None:
    """Put the report where the failure is shown, below the line of the test that led to it."""
    page = f"{deciding}{where}"
    if isinstance(excinfo.value, UserWarning):
        page += "\n  it fails because warnings of inconclusive checks are errors here (--secant-strict, or a filter)"
    failure: Any = outcome.longrepr
    asked: Any = item.config.getoption
    if asked("tbstyle", "auto") in ("auto", "short") and not asked("fulltrace", False):
        outside = pytest.ExceptionInfo.from_exc_info((excinfo.type, excinfo.value, _outside(excinfo.tb)))
        failure = outcome.longrepr = pytest.Item.repr_failure(item, outside, "short")
        for entry in failure.reprtraceback.reprentries:
            entry.lines = [line for line in entry.lines if not line.startswith("E ")]
        failure.addsection("secant", page)
    if getattr(failure, "reprcrash", None) is not None:
        # The first line of the exception's own message is empty. This one is shown in the short summary.
        found = [finding.message for report in _single(deciding) for finding in getattr(report, "diagnosis", ())]
        failure.reprcrash.message = found[0] if found else page.partition("\n")[0]


def _outside(traceback: TracebackType) -> TracebackType:
    """A traceback without the frames of secant; the same if there are no others."""
    frames = []
    entry: TracebackType | None = traceback
    while entry is not None:
        if not _is_ours(entry.tb_frame.f_globals):
            frames.append(entry)
        entry = entry.tb_next
    remaining = None
    for frame in reversed(frames):
        remaining = TracebackType(remaining, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return remaining or traceback
