"""A Jacobian derived by hand, with two mistakes, and how they are found: NIST's Thurber model again.

The quotient rule of (b1 + b2 x + b3 x² + b4 x³) / (1 + b5 x + b6 x² + b7 x³) is where signs get lost; and an index that
starts at 1 in the paper and at 0 in the code is how columns get swapped. scipy.optimize.check_grad's answer to both is
one number, which depends on the scale of the parameters. A picture of the order test is drawn if a file is named:

    python examples/wrong_jacobian.py order.png
"""

import sys
from pathlib import Path

import numpy as np

import secant
from secant.checking import CheckReport

DATA = Path(__file__).parent / "data" / "Thurber.dat"
NAMES = [f"b{k}" for k in range(1, 8)]
CERTIFIED = np.array(
    [1288.1396800, 1491.0792535, 583.23836877, 75.416644291, 0.96629502864, 0.39797285797, 0.049727297349]
)


def points() -> np.ndarray:
    """The x of the data."""
    lines = DATA.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.split() == ["Data:", "y", "x"]) + 1
    return np.array([line.split()[1] for line in lines[first:]], dtype=float)


def model(b, x):
    """The rational model at all x."""
    return np.polyval(b[3::-1], x) / (1 + x * np.polyval(b[:3:-1], x))


def jacobian(b, x):
    """Its derivatives by the parameters, one row for each x."""
    numerator, denominator = np.polyval(b[3::-1], x), 1 + x * np.polyval(b[:3:-1], x)
    top = np.vander(x, 4, increasing=True) / denominator[:, np.newaxis]
    bottom = -(numerator / denominator**2)[:, np.newaxis] * np.vander(x, 4, increasing=True)[:, 1:]
    return np.hstack([top, bottom])


def with_lost_signs(b, x):
    """The same without the minus of the quotient rule."""
    return jacobian(b, x) * np.where(np.arange(7) < 4, 1, -1)


def with_swapped_columns(b, x):
    """The same with b5 and b6 taken for each other."""
    return jacobian(b, x)[:, [0, 1, 2, 3, 5, 4, 6]]


def check(derivative) -> CheckReport:
    """What secant says of a Jacobian of the model, near the certified parameters."""
    return secant.check_jacobian(model, derivative, CERTIFIED * 1.01, args=(points(),), variables=NAMES)


def main(argv: list[str]) -> None:
    for derivative in (jacobian, with_lost_signs, with_swapped_columns):
        print(f"{check(derivative)}\n")
    order = secant.taylor_test(
        lambda b: np.sum(model(b, points()) ** 2) / 2,
        CERTIFIED * 1.01,
        grad=lambda b: 1.001 * model(b, points()) @ jacobian(b, points()),
        typical=CERTIFIED,
    )
    print(f"A gradient that is 0.1 % too large, by Taylor's theorem:\n\n{order}")
    if argv:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(8, 5), layout="constrained").add_subplot()
        order.plot(ax=axes).figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
