"""The order test's picture of a gradient that is 3 % too large."""

import sys

import numpy as np
from matplotlib import pyplot

import secant


def main(path):
    figure, ax = pyplot.subplots(figsize=(8, 4.6), layout="constrained")
    x = np.array([0.3, 0.9, 1.2])
    secant.taylor_test(lambda x: np.sum(x**4) / 4, x, grad=lambda x: 1.03 * x**3).plot(ax=ax)
    figure.savefig(path)


if __name__ == "__main__":
    main(sys.argv[1])
