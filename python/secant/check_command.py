"""``secant check``: whether a derivative in a file is right."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from secant.bounds import resolve
from secant.command_line import (
    BAD_CALL,
    FAILING_FUNCTION,
    CommandError,
    Modules,
    Watched,
    bounds,
    first_line,
    load,
    named,
    point,
)
from secant.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from secant.checking import CheckReport

FAILS = 4
"""The code for a function that fails: 1 is a derivative that is wrong."""

_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}

_EPILOG = """\
examples:
  secant check model.py:loss --grad slope --at 1,2
  secant check model.py:residuals --jac derivatives.py:jac --at 1,2 --at 0.5,3 --html report.html
  secant check model.py:residuals --jac jac --points 20 --bounds 0,1 --bounds -5,5
  secant check model.py:loss --hess curvature --grad slope --at x0.npy --json
  secant check model.py:loss_and_slope --pair grad --at 1,2

exit codes: 0 it passes, 1 it fails, 2 the call is wrong, 3 it is inconclusive (1 with --strict), 4 a function
fails, 130 interrupted
"""


def add_check(commands: Any) -> None:
    """Add the command to those of a parser."""
    command: argparse.ArgumentParser = commands.add_parser(
        "check",
        help="whether a derivative is right",
        description="Hold a derivative against numerical ones with error bars, and say what is wrong with it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("function", metavar="FILE:NAME", help="a Python file and the name of a function in it")
    derivative = command.add_argument_group("the derivative, one of them (NAME alone is in the same file)")
    where = "[FILE:]NAME"
    derivative.add_argument("--grad", metavar=where, help="the gradient of a function with one value")
    derivative.add_argument(
        "--jac", metavar=where, help="the Jacobian, shaped f(x).shape + x.shape (or see --layout), or sparse"
    )
    derivative.add_argument(
        "--hess",
        metavar=where,
        help="the Hessian; held against differences of --grad, if that is given too: smaller errors show",
    )
    derivative.add_argument(
        "--pair", choices=["grad", "jac"], help="the function returns a pair: its value, and its gradient or Jacobian"
    )
    derivative.add_argument(
        "--layout",
        choices=["numerator", "denominator"],
        help="of --jac and --hess, and of the --grad that goes with --hess: f(x).shape comes first (default), or last",
    )
    points = command.add_argument_group("where")
    points.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="X",
        help="a point, as for the other commands: 1,2, JSON or an .npy file; several with several --at",
    )
    points.add_argument("--points", type=int, metavar="N", help="so many random points more, between --bounds")
    points.add_argument(
        "--bounds",
        action="append",
        default=[],
        metavar="LOW,HIGH",
        help="the function is not called outside: once for all variables, or once for each, in order (-inf and inf "
        "are no bounds); or JSON, [low, high], each a number, null or a list like x",
    )
    points.add_argument("--seed", type=int, default=0, help="of random points and directions; default: 0")
    how = command.add_argument_group("how")
    how.add_argument("--rtol", type=float, help="the relative error that must show; default: 1e-6")
    how.add_argument("--tolerance", type=float, default=0.0, help="the relative error that is allowed; default: 0")
    how.add_argument("--typical", default="1", metavar="X", help="magnitude of variables near 0; default: 1")
    how.add_argument("--mode", choices=["auto", "entries", "directions"], default="auto", help="default: auto")
    how.add_argument("--strict", action="store_true", help="an inconclusive check fails")
    output = command.add_argument_group("output")
    output.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    output.add_argument("--html", type=Path, metavar="FILE", help="also write the report as a page")


def run_check(options: argparse.Namespace) -> int:
    """Check, print, and return the exit code."""
    what, target = _derivative(options)
    modules: Modules = {}
    try:
        f = load(options.function, modules)
        derivative = True if target is None else load(_beside(target, options.function), modules)
        grad = load(_beside(options.grad, options.function), modules) if what == "hess" and options.grad else None
    except CommandError as error:
        raise CommandError(str(error), FAILS if error.code == FAILING_FUNCTION else BAD_CALL) from None
    report = _check(options, what, f, derivative, grad)
    if options.html is not None:
        try:
            report.to_html(options.html)
        except OSError as error:
            raise CommandError(f"cannot write {options.html}: {error.strerror}", BAD_CALL) from None
    try:
        print(report.to_json() if options.json else report, flush=True)
        if options.html is not None and not options.json:
            print(f"\n  written to {options.html}", flush=True)
    except BrokenPipeError:
        # Whoever read the report has gone, but the verdict stands. The flush at exit must not complain either.
        sys.stdout = None
    return _CODES[report.verdict]


def _derivative(options: argparse.Namespace) -> tuple[str, str | None]:
    """What is checked, "grad", "jac" or "hess", and where it is; None if it comes with the value."""
    given = {name: getattr(options, name) for name in ("grad", "jac", "hess", "pair")}
    names = [name for name, value in given.items() if value is not None]
    if names == ["grad", "hess"]:
        return "hess", given["hess"]
    if len(names) != 1:
        what = "no derivative is named" if not names else f"--{' and --'.join(names)} do not go together"
        msg = f"{what}; accepted is one of --grad, --jac, --hess and --pair, and --hess with --grad"
        raise CommandError(msg, BAD_CALL)
    return (given["pair"], None) if names == ["pair"] else (names[0], given[names[0]])


def _beside(target: str, function: str) -> str:
    return target if ":" in target else f"{function.rpartition(':')[0]}:{target}"


def _check(
    options: argparse.Namespace, what: str, f: Any, derivative: Any, grad: Callable[..., Any] | None
) -> CheckReport:
    from secant import checking

    try:
        box = bounds(options.bounds)
        resolve(box)
        typical = np.asarray(point(options.typical, "--typical"))
        points = _points(options, box, typical)
    except (ValueError, TypeError) as error:
        raise CommandError(first_line(error), BAD_CALL) from None
    if options.layout is not None and what == "grad":
        raise CommandError("--layout is an option of --jac and --hess; a gradient has one layout", BAD_CALL)
    keep: dict[str, Any] = {
        "points": points,
        "bounds": box,
        "rng": options.seed,
        "rtol": options.rtol,
        "tolerance": options.tolerance,
        "strict": options.strict,
        "typical": typical,
        "mode": options.mode,
    }
    n = points[0].size
    second = what == "hess" and grad is None
    with Progress(points, 4 * n * n + 20 if second else 9 * n + 6) as progress:
        value, tested, slope = _Called(f, progress), _Called(derivative, None), _Called(grad, progress)
        try:
            if what == "hess":
                keep["layout"] = options.layout or "numerator"
                return checking.check_hessian(value, tested, grad=None if grad is None else slope, **keep)
            tested_or_pair = True if derivative is True else tested
            if what == "grad":
                return checking.check_gradient(value, tested_or_pair, **keep)
            return checking.check_jacobian(value, tested_or_pair, layout=options.layout or "numerator", **keep)
        except Exception as error:
            raise _told(error, [value, tested, slope], what) from None


class _Called(Watched):
    """A function with its name, that says when it is called, and where."""

    def __init__(self, function: Any, progress: Progress | None) -> None:
        super().__init__(function)
        self.__name__ = getattr(function, "__name__", "")
        self._progress = progress
        self._x: Any = None

    def __call__(self, x: Any) -> Any:
        """Its value at x."""
        self._x = x
        if self._progress is not None:
            self._progress.step(x)
        return super().__call__(x)

    def failure(self, error: BaseException) -> str:
        """Say what it raised, and at which point."""
        x = np.array2string(np.asarray(self._x), threshold=8, separator=", ").replace("\n", "")
        return f"{named(error)} (at {x})"


def _told(error: Exception, functions: list[_Called], what: str) -> BaseException:
    """An error of the check, as the command tells it."""
    for function in functions:
        if function.error is error:
            who = f"the function {function.__name__}".rstrip()
            return CommandError(f"{who} fails: {function.failure(error)}", FAILS)
    if not isinstance(error, ValueError | TypeError):
        return error
    text = first_line(error)
    if what == "grad" and text.endswith("use check_jacobian"):
        return CommandError(f"{text.removesuffix('use check_jacobian')}--jac is meant", BAD_CALL)
    # Before the first call the call is wrong; after it, a function is.
    return CommandError(text, FAILS if any(function.called for function in functions) else BAD_CALL)


def _points(options: argparse.Namespace, box: Any, typical: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    from secant.checking.points import choose

    if not options.at and (options.points is None or box is None):
        raise CommandError("there is no point to check at; accepted are --at, and --points with --bounds", BAD_CALL)
    random = np.random.default_rng(options.seed)
    at = [point(text) for text in options.at]
    points = choose(None, at, options.points, box, typical, random)
    shape = points[0].shape
    for option, values in (("--typical", (typical,)), ("--bounds", box or ())):
        for value in values:
            if np.ndim(value) and np.shape(value) != shape:
                msg = f"{option} has shape {np.shape(value)}, and x has {shape}; accepted are numbers and x's shape"
                raise CommandError(msg, BAD_CALL)
    for k, text in enumerate(options.at):
        if box is not None and not np.all((points[k] >= box[0]) & (points[k] <= box[1])):
            raise CommandError(f"--at {text} is outside --bounds", BAD_CALL)
    return points
