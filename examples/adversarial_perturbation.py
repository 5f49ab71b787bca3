"""Find the smallest change of its input that makes a classifier change its mind.

A network tells the species of Fisher's irises (1936) by four lengths x in cm: that with the largest logit z. From
class a to b it is the margin g(x) = z_a(x) - z_b(x), which would be 0 after the change r = -g ∇g / ‖∇g‖², and no
shorter one, if g were linear. S.-M. Moosavi-Dezfooli, A. Fawzi & P. Frossard ("DeepFool", 2016) take such steps, to
the nearest b, until the decision changes. ∇g is the difference of two rows of the input Jacobian; by the chain rule,
with weights W₁ and W₂ around a tanh, ∂z/∂x = W₂ diag(1 - tanh²(W₁ x + b₁)) W₁. secant has the same without looking
inside. Some flowers change class by less than they were rounded. With the name of a picture, short ways are drawn.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

import secant

DATA = np.loadtxt(Path(__file__).parent / "data" / "iris.csv", delimiter=",", skiprows=1)
X, SPECIES, NAMES = DATA[:, :4], DATA[:, 4].astype(int), ["setosa", "versicolor", "virginica"]


def network(x, w):
    """Logits of flowers x, shape (..., 3), and their Jacobians by hand, shape (..., 3, 4)."""
    first, second = w[:16].reshape(4, 4), w[20:32].reshape(3, 4)
    hidden = np.tanh((x - X.mean(axis=0)) @ first.T + w[16:20])
    return hidden @ second.T + w[32:], second * (1 - hidden[..., np.newaxis, :] ** 2) @ first


def logits(x, w):
    return network(x, w)[0]


def loss(w):
    z = logits(X, w)
    return np.mean(logsumexp(z, axis=1) - z[range(150), SPECIES]) + 1e-2 * w @ w


def train():
    return minimize(loss, np.random.default_rng(0).normal(size=35), jac=secant.Gradient(loss, method="central")).x


def perturb(x, w):
    """The change of a flower's lengths that leads to another class."""
    before, r = np.argmax(logits(x, w)), np.zeros(4)
    while np.argmax(z := logits(x + r, w)) == before:
        jacobian = secant.jacobian(logits, x + r, args=(w,), method="central")
        margins, slopes = np.delete(z[before] - z, before), np.delete(jacobian[before] - jacobian, before, axis=0)
        nearest = np.argmin(margins / np.linalg.norm(slopes, axis=1))
        r -= 1.02 * margins[nearest] * slopes[nearest] / np.sum(slopes[nearest] ** 2)  # 2 % more, to be across
    return r


def main(argv):
    w = train()
    told, changes = logits(X, w).argmax(axis=1), np.array([perturb(x, w) for x in X])
    after, size = logits(X + changes, w).argmax(axis=1), np.linalg.norm(changes, axis=1)
    report = secant.check_jacobian(logits, lambda x, w: network(x, w)[1], points=X[::10], args=(w,))
    print(f"{np.sum(told == SPECIES)} of 150 species told; Jacobian by hand: {report.verdict}\n")
    print(f"flower {'told as':>11} {'becomes':>11}   by a change of its lengths (cm)    size")
    for k in np.argsort(size)[:10]:
        change = " ".join(f"{c:+7.3f}" for c in changes[k])
        print(f"{k:6} {NAMES[told[k]]:>11} {NAMES[after[k]]:>11}   {change}  {size[k]:6.3f}")
    print(f"\nby less than rounding to 0.1 cm: {np.sum(np.max(abs(changes), axis=1) < 0.05)} flowers")
    if argv:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(8, 5), layout="constrained").add_subplot()
        for k in (1, 2):
            axes.plot(*X[k == SPECIES, 2:].T, " s^"[k], label=f"Iris {NAMES[k]}", alpha=0.7)
        near = (size < 0.5) & (told > 0)
        axes.quiver(*X[near, 2:].T, *changes[near, 2:].T, angles="xy", scale_units="xy", scale=1, width=3e-3, fc="C3")
        axes.set(xlim=(2.9, 7), ylim=(0.9, 2.6), xlabel="petal length (cm)", ylabel="petal width (cm)")
        axes.legend(title="short ways to another class")
        axes.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
