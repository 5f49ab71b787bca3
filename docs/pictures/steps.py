"""How the error of differences depends on their step, and what the adaptive method makes of the same function."""

import sys

import numpy as np
from matplotlib import pyplot

from secant import plotting


def main(path):
    figure, ax = pyplot.subplots(figsize=(8, 4.6), layout="constrained")
    plotting.step_sweep(lambda x: np.exp(np.sin(3 * x)), 0.7, exact=3 * np.cos(2.1) * np.exp(np.sin(2.1)), ax=ax)
    figure.savefig(path)


if __name__ == "__main__":
    main(sys.argv[1])
