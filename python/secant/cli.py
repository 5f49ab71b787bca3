"""The ``secant`` command: differentiates a function in a file, or checks a derivative."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from secant import derivatives, methods
from secant.check_command import add_check, run_check
from secant.command_line import (
    BAD_CALL,
    FAILING_FUNCTION,
    CommandError,
    Modules,
    Parser,
    Watched,
    first_line,
    join_negative,
    load,
    point,
)
from secant.estimate import Estimate
from secant.installation import __version__
from secant.plain import plain

if TYPE_CHECKING:
    import numpy.typing as npt

_EXAMPLES = """\
examples:
  secant jacobian examples/gradient_vs_jacobian.py:f --at 1,2
  secant gradient model.py:loss --at x0.npy --method forward --output g.npy
  secant hessian model.py:loss --at 1,2 --grad model.py:slope --json
  secant check model.py:loss --grad slope --at 1,2

exit codes: 0 done, 1 the function fails, 2 the call is wrong; those of check are in `secant check --help`
"""


class _Shaped(Watched):
    """A function, with the shape of what it returned."""

    shape: tuple[int, ...] = ()

    def look(self, value: Any) -> None:
        """See the shape."""
        self.shape = np.shape(value)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    try:
        return _run(sys.argv[1:] if argv is None else list(argv))
    except CommandError as error:
        print(f"secant: error: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("secant: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone: nobody is left to tell. The flush at exit must not complain either.
        sys.stdout = None
        return FAILING_FUNCTION


def _run(argv: list[str]) -> int:
    options = _parser().parse_args(join_negative(argv, ("--at", "--bounds")))
    if options.command == "check":
        return run_check(options)
    x = point(options.at)
    method = _method(options)
    modules: Modules = {}
    watched = _Shaped(load(options.function, modules))
    start = time.perf_counter()
    found = _differentiate(options, watched, x, method, modules)
    seconds = time.perf_counter() - start
    if options.output is not None:
        try:
            with options.output.open("wb") as file:
                np.save(file, found.value)
        except OSError as error:
            raise CommandError(f"cannot write {options.output}: {error.strerror}", BAD_CALL) from None
    if options.json:
        print(json.dumps(_as_dict(options, x, found, seconds)))
    else:
        print(np.array2string(np.asarray(found.value), precision=12, suppress_small=False, separator=", "))
        print(f"\n{found.summary()}\ntime         {_duration(seconds)}")
        if options.output is not None:
            print(f"written to   {options.output}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="secant",
        description="Derivatives of a function in a Python file, and checks of them.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"secant {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{gradient,jacobian,hessian,check}")
    for name, what in (
        ("gradient", "of a function with one value: one number a variable"),
        ("jacobian", "of a function with any number of values: one row a value, one column a variable"),
        ("hessian", "of a function with one value, or of each of its values: the second derivatives"),
    ):
        command = commands.add_parser(
            name,
            help=what,
            description=f"The {name} {what}.",
            epilog=_EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _add_options(command, name)
    add_check(commands)
    return parser


def _add_options(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument("function", metavar="FILE:NAME", help="a Python file and the name of a function in it")
    command.add_argument(
        "--at",
        required=True,
        metavar="X",
        help="the point: numbers with commas (1,2), one number (2: a scalar; 2, with a comma: an array of one), "
        "JSON ([[1,2],[3,4]]), or an .npy file",
    )
    command.add_argument(
        "--method",
        default="auto",
        choices=["auto", "adaptive", "central", "forward", "backward", "complex"],
        help="default: auto, which is adaptive: differences that control their error",
    )
    command.add_argument("--order", type=int, help="order of accuracy of forward, backward and central differences")
    command.add_argument("--step", type=float, help="distance to the nearest neighbour, in the units of x")
    if name in ("jacobian", "hessian"):
        shape = "f(x).shape + x.shape" + " + x.shape" * (name == "hessian")
        command.add_argument(
            "--layout",
            default="numerator",
            choices=["numerator", "denominator"],
            help=f"numerator, the default: shaped {shape}; denominator: f(x).shape comes last"
            + (", also in what --grad returns" if name == "hessian" else ""),
        )
    if name == "hessian":
        command.add_argument(
            "--grad", metavar="FILE:NAME", help="the function's gradient, to differentiate in its place"
        )
    command.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    command.add_argument(
        "--output", type=Path, metavar="FILE.npy", help="also write the derivative, as numpy.save does"
    )


def _method(options: argparse.Namespace) -> methods.Method:
    name: str = options.method
    try:
        if name == "complex":
            if options.order is not None:
                raise CommandError("--order is an option of differences, not of the complex step", BAD_CALL)
            return methods.ComplexStep(step=options.step)
        if name in ("auto", "adaptive"):
            if options.order is not None or options.step is not None:
                what = "--order" if options.order is not None else "--step"
                msg = f"{what} is an option of fixed differences; with it goes --method central, forward or backward"
                raise CommandError(msg, BAD_CALL)
            return methods.Adaptive()
        return methods.FiniteDifference(name, options.order, step=options.step)  # type: ignore[arg-type]
    except ValueError as error:
        raise CommandError(str(error), BAD_CALL) from None


def _differentiate(
    options: argparse.Namespace, watched: _Shaped, x: Any, method: methods.Method, modules: Modules
) -> Estimate:
    try:
        if options.command == "gradient":
            return derivatives.Gradient(watched, method=method).estimate(x)
        if options.command == "jacobian":
            return derivatives.Jacobian(watched, method=method, layout=options.layout).estimate(x)
        if options.grad is None:
            return derivatives.Hessian(watched, method=method, layout=options.layout).estimate(x)
        watched.function = load(options.grad, modules)
        return derivatives.Hessian(watched, grad=watched, method=method, layout=options.layout).estimate(x)
    except Exception as error:
        if watched.error is error:
            raise CommandError(f"the function fails: {watched.failure(error)}", FAILING_FUNCTION) from None
        if not isinstance(error, ValueError | TypeError):
            raise
        # Before the first call, and where another command is meant, the call is wrong; after it, the function is.
        meant_jacobian = options.command == "gradient" and watched.shape != ()
        code = FAILING_FUNCTION if watched.called and not meant_jacobian else BAD_CALL
        raise CommandError(first_line(error), code) from None


def _as_dict(options: argparse.Namespace, x: npt.ArrayLike, found: Estimate, seconds: float) -> dict[str, Any]:
    return {
        "command": options.command,
        "function": options.function,
        "at": plain(x),
        "value": plain(found.value),
        "shape": list(np.shape(found.value)),
        "layout": getattr(options, "layout", None),
        "error": None if found.error is None else plain(found.error),
        "status": plain(found.status),
        "step": plain(found.step),
        "evaluations": found.evaluations,
        "method": found.method.description,
        "seconds": seconds,
    }


def _duration(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


if __name__ == "__main__":
    sys.exit(main())
