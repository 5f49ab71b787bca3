"""Differentiate a linear layer with mean squared error by its weights, its bias and its input.

The layer maps a batch X (N × n) to Y = X Wᵀ + b (N × m); the loss is ℓ = Σ (Y - T)² / (N m). The chain rule
multiplies Jacobians, ∂ℓ/∂W = ∂ℓ/∂Y · ∂Y/∂W, summed over the entries of Y: an array of shape (N, m) times one of (N,
m, m, n). Nobody stores the second: dℓ = ⟨G, dY⟩ with G = 2 (Y - T) / (N m), and dY = X dWᵀ + db + dX Wᵀ, whence

    ∂ℓ/∂W = Gᵀ X,    ∂ℓ/∂b = Gᵀ 1,    ∂ℓ/∂X = G W.

secant takes all three ways: it differentiates the parts, whose Jacobians are multiplied, and the whole, with error
bars; and it checks the formulas. A picture shows what ∂Y/∂W is made of: ``python examples/linear_layer.py it.png``.
"""

import sys

import numpy as np

import secant
from secant import plotting

X = np.array([[1.0, 2.0, -1.0], [0.0, 1.0, 3.0]])  # two samples of three features
T = np.array([[1.0, -1.0], [0.0, 2.0]])  # two targets for each
W, B = np.array([[0.5, -1.0, 0.2], [0.3, 0.7, -0.4]]), np.array([0.1, -0.2])
# x, args and argnum of secant's functions, for each of the layer's arguments.
BY = {"W": (W, (B, X), 0), "b": (B, (W, X), 1), "X": (X, (W, B), 2)}


def layer(weights, bias, x):
    return x @ weights.T + bias


def squared_error(y):
    return np.mean((y - T) ** 2)


def loss(weights, bias, x):
    return squared_error(layer(weights, bias, x))


def formula(name, weights, bias, x):
    g = 2 * (layer(weights, bias, x) - T) / T.size
    return {"W": g.T @ x, "b": g.sum(axis=0), "X": g @ weights}[name]


def product(name):
    """The chain rule as it stands: ∂ℓ/∂Y times the Jacobian of the layer."""
    x, args, argnum = BY[name]
    jacobian = secant.jacobian(layer, x, args=args, argnum=argnum)
    return np.tensordot(secant.gradient(squared_error, layer(W, B, X)), jacobian, axes=2)


def draw(path):
    from matplotlib.figure import Figure

    names = [[f"{a}{i}{j}" for i, j in np.ndindex(shape)] for a, shape in (("W", W.shape), ("Y", T.shape))]
    jacobian = secant.jacobian(layer, W, args=(B, X)).reshape(T.size, W.size)
    axes = Figure(figsize=(7.5, 4.5), layout="constrained").add_subplot()
    plotting.jacobian(jacobian, inputs=names[0], outputs=names[1], ax=axes)
    axes.set_title("∂Y/∂W: each output has a row of X, at the weights of its own")
    axes.figure.savefig(path)


def main(argv):
    print(f"loss {loss(W, B, X):.6f}; its derivatives\n")
    print(f"{'':9} {'by formula':>11} {'by Jacobians':>16} {'secant':>16} {'error bar':>10}")
    for name, (x, args, argnum) in BY.items():
        exact, chain = formula(name, W, B, X), product(name)
        whole = secant.gradient(loss, x, args=args, argnum=argnum, full_output=True)
        for i in np.ndindex(x.shape):
            label = f"∂ℓ/∂{name}{''.join(map(str, i))}"
            print(f"{label:9} {exact[i]:11.4f} {chain[i]:16.12f} {whole.value[i]:16.12f} {whole.error[i]:10.0e}")
    for name, (x, args, argnum) in BY.items():
        report = secant.check_gradient(loss, lambda *a, k=name: formula(k, *a), x, args=args, argnum=argnum)
        print(f"formula of ∂ℓ/∂{name}: {report.verdict}; relative errors of {report.detectable:.0e} would show")
    if argv:
        draw(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
