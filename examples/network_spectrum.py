"""Describe the curvature of a network's loss at its minimum by the spectrum of the Hessian.

L. Sagun, U. Evci, V. U. Güney, Y. Dauphin & L. Bottou ("Empirical analysis of the Hessian of over-parametrized neural
networks", 2017) found most eigenvalues near zero, and about as many large ones as classes. Here 195 parameters w tell
the species of Fisher's irises (1936), at a penalty of ‖w‖² / 2000. `analysis.hessian_spectrum` finds the largest ones
without the matrix, as for millions of parameters; the matrix confirms them.

Part of the answer is known: probabilities stay when the same is added to all three logits, be it by their biases or
by the weights of any of the 24 hidden units. So 25 eigenvalues have no share in the data: they are 0.001 by the
penalty alone. With the name of a picture, all eigenvalues are drawn.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

import secant
from secant import analysis, plotting

DATA = np.loadtxt(Path(__file__).parent / "data" / "iris.csv", delimiter=",", skiprows=1)
X, Y = (DATA[:, :4] - DATA[:, :4].mean(axis=0)) / DATA[:, :4].std(axis=0), np.eye(3)[DATA[:, 4].astype(int)]
HIDDEN, PENALTY, START = 24, 1e-3, np.random.default_rng(0).normal(scale=0.5, size=8 * 24 + 3)


def loss_and_gradient(w):
    """The mean cross-entropy with the penalty, and its gradient by the backward pass."""
    first, bias, second, last = np.split(w, np.cumsum([4 * HIDDEN, HIDDEN, 3 * HIDDEN]))
    hidden = np.tanh(X @ first.reshape(HIDDEN, 4).T + bias)
    logits = hidden @ second.reshape(3, HIDDEN).T + last
    logits -= logsumexp(logits, axis=1, keepdims=True)
    by_logits = (np.exp(logits) - Y) / len(X)
    by_sums = by_logits @ second.reshape(3, HIDDEN) * (1 - hidden**2)
    parts = (by_sums.T @ X).ravel(), by_sums.sum(axis=0), (by_logits.T @ hidden).ravel(), by_logits.sum(axis=0)
    return -np.sum(logits * Y) / len(X) + PENALTY / 2 * w @ w, np.concatenate(parts) + PENALTY * w


def loss(w):
    return loss_and_gradient(w)[0]


def gradient(w):
    return loss_and_gradient(w)[1]


def train():
    derivatives = {"jac": True, "hessp": lambda w, v: secant.hvp(loss, w, v, grad=gradient, method="central")}
    return minimize(loss_and_gradient, START, method="trust-ncg", tol=1e-9, **derivatives).x


def spectrum(w):
    """All eigenvalues of the whole Hessian, rising, and Weyl's bound on their errors."""
    hessian = secant.hessian(loss, w, grad=gradient, full_output=True)
    return np.linalg.eigvalsh(hessian.value), np.linalg.norm(hessian.error, 2)


def main(argv):
    w = train()
    print(
        f"gradient by hand: {secant.check_gradient(loss, gradient, START).verdict}; loss once trained: {loss(w):.4f}\n"
    )
    print(analysis.hessian_spectrum(loss, w, 6, grad=gradient))
    values, bar = spectrum(w)
    print(f"\nby the whole matrix, ± {bar:.0e}:", *(f"{value:.7f}" for value in values[-6:]))
    print(f"smallest {values[0]:.7f}: {'a minimum' if values[0] > bar else 'no minimum, or nobody knows'}")
    print(f"{np.sum(abs(values - PENALTY) <= bar)} eigenvalues are {PENALTY} within the bar; by theory, {HIDDEN + 1}")
    if argv:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(8, 4.5), layout="constrained").add_subplot()
        plotting.spectrum(values, error=bar, ax=axes)
        axes.axhline(PENALTY, color="grey", ls=":")
        axes.set_title(f"{HIDDEN + 1} of the eigenvalues on the dotted line are there for any data", fontsize="medium")
        axes.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
