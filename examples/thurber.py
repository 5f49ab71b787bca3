"""A nonlinear fit with secant's Jacobian: NIST's Thurber data, "higher level of difficulty", from both official starts.

The parameters differ by five orders of magnitude, so that the solver scales them by the Jacobian (x_scale="jac").
Digits beyond the sixth or seventh are lost to rounding in the sum of squares, which is flat near its minimum.
With the name of a picture, data and fit are drawn.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

import secant

DATA = Path(__file__).parent / "data" / "Thurber.dat"


def read(path):
    """Observations y(x), the two starting points and the certified parameters of a NIST file."""
    lines = path.read_text().splitlines()
    # "b1 =   start 1   start 2   certified value   its standard deviation"
    parameters = np.array(
        [line.split()[2:5] for line in lines if line.split()[1:2] == ["="] and line.lstrip()[0] == "b"]
    )
    first = next(i for i, line in enumerate(lines) if line.split() == ["Data:", "y", "x"]) + 1
    y, x = np.array([line.split() for line in lines[first:]], dtype=float).T
    start1, start2, certified = parameters.astype(float).T
    return x, y, (start1, start2), certified


def residuals(b, x, y):
    """The rational model (b1 + b2 x + b3 x² + b4 x³) / (1 + b5 x + b6 x² + b7 x³), less the data."""
    return np.polyval(b[3::-1], x) / (1 + x * np.polyval(b[:3:-1], x)) - y


def fit(start, x, y):
    """Parameters from one start, and the number of Jacobians that it took."""
    jacobian = secant.Jacobian(residuals)
    tight = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15}
    done = least_squares(residuals, start, jac=jacobian, args=(x, y), method="lm", x_scale="jac", **tight)
    return done.x, done.njev


def main(argv):
    x, y, starts, certified = read(DATA)
    found = [fit(start, x, y) for start in starts]
    print("Thurber: fitted parameters beside NIST's certified values, and the digits in which they agree")
    print(f"{'':4} {'certified':>18} {'from start 1':>18} {'digits':>6} {'from start 2':>18} {'digits':>6}")
    for i, exact in enumerate(certified):
        row = f"b{i + 1:<3} {exact:18.10e}"
        for b, _ in found:
            digits = min(11.0, -np.log10(max(abs(b[i] / exact - 1), 1e-16)))
            row += f" {b[i]:18.10e} {digits:6.1f}"
        print(row)
    print("Jacobians:", ", ".join(f"{count} from start {i + 1}" for i, (_, count) in enumerate(found)))
    if argv:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(8, 4.5), layout="constrained").add_subplot()
        at = np.linspace(x.min(), x.max(), 300)
        axes.plot(x, y, "o", label="data")
        axes.plot(at, residuals(starts[0], at, 0), ":", label="start 1")
        axes.plot(at, residuals(found[0][0], at, 0), label="fit")
        axes.set(xlabel="logarithm of the density", ylabel="electron mobility", title="Thurber")
        axes.legend()
        axes.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
