"""Derive the backward pass of a two-layer network, and show that every entry of it is right.

The network H = tanh(X W₁ᵀ + b₁), Z = H W₂ᵀ + b₂, P = softmax(Z) tells the species of Fisher's irises (1936) by four
lengths; ℓ is the mean cross-entropy. With Y the species as unit vectors, the chain rule from the end to the
beginning:

    ∂ℓ/∂Z = (P - Y) / N,  ∂ℓ/∂W₂ = (∂ℓ/∂Z)ᵀ H,  ∂ℓ/∂A = (∂ℓ/∂Z W₂) ∘ (1 - H²),  ∂ℓ/∂W₁ = (∂ℓ/∂A)ᵀ X,

and derivatives by b₂ and b₁ are sums over the flowers. `secant.check_gradient` holds each of the 43 entries against
an estimate with an error bar; then once more with tanh' forgotten, where the entries that fail say which step is
wrong. A picture shows the errors of both: ``python examples/two_layer_network.py picture.png``.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

import secant

DATA = np.loadtxt(Path(__file__).parent / "data" / "iris.csv", delimiter=",", skiprows=1)
SPECIES = DATA[:, 4].astype(int)
X, Y = (DATA[:, :4] - DATA[:, :4].mean(axis=0)) / DATA[:, :4].std(axis=0), np.eye(3)[SPECIES]
SHAPES = {"W1": (5, 4), "b1": (5,), "W2": (3, 5), "b2": (3,)}
NAMES = [f"{name}[{','.join(map(str, i))}]" for name, shape in SHAPES.items() for i in np.ndindex(shape)]
START = np.random.default_rng(1936).normal(scale=0.5, size=43)


def forward(w):
    hidden = np.tanh(X @ w[:20].reshape(5, 4).T + w[20:25])
    return hidden, hidden @ w[25:40].reshape(3, 5).T + w[40:]


def loss(w):
    logits = forward(w)[1]
    return np.mean(logsumexp(logits, axis=1) - np.sum(logits * Y, axis=1))


def backward(w, slope=lambda hidden: 1 - hidden**2):
    """The gradient of the loss; slope: tanh' as a function of tanh."""
    hidden, logits = forward(w)
    by_logits = (softmax(logits, axis=1) - Y) / len(X)
    by_sums = by_logits @ w[25:40].reshape(3, 5) * slope(hidden)
    return np.concatenate([(by_sums.T @ X).ravel(), by_sums.sum(0), (by_logits.T @ hidden).ravel(), by_logits.sum(0)])


def without_slope(w):
    return backward(w, slope=np.ones_like)


def draw(path):
    from matplotlib.figure import Figure

    estimate = secant.gradient(loss, START, full_output=True)
    axes = Figure(figsize=(9, 4.5), layout="constrained").add_subplot()
    for gradient, marks in ((without_slope, "x"), (backward, "o")):
        axes.semilogy(np.abs(gradient(START) - estimate.value), marks, label=f"|{gradient.__name__} - secant|")
    axes.step(range(43), estimate.error, where="mid", color="grey", label="secant's error bar")
    axes.set_xticks([0, 20, 25, 40], SHAPES)
    axes.set(ylabel="for each of the 43 entries", title="Without tanh', W1 and b1 are wrong; W2 and b2 are not")
    axes.legend(loc="center right")
    axes.figure.savefig(path)


def main(argv):
    for gradient in (backward, without_slope):
        print(f"{secant.check_gradient(loss, gradient, START, variables=NAMES)}\n")
    found = minimize(lambda w: loss(w) + 5e-4 * w @ w, START, jac=lambda w: backward(w) + 1e-3 * w, method="BFGS")
    right = np.sum(forward(found.x)[1].argmax(axis=1) == SPECIES)
    print(f"trained with the right one: loss {loss(START):.4f} to {loss(found.x):.4f}, {right} of 150 species told")
    if argv:
        draw(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
