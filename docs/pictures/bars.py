"""What an error bar claims: true errors beside bars, for functions whose derivatives are known, some with noise."""

import sys

import numpy as np
from matplotlib import pyplot

import secant

FLOOR = 1e-17


def noisy(f, level, seed):
    """The function with relative noise of this size, the same at the same point."""

    def g(x):
        bits = np.frombuffer(np.float64(x).tobytes(), np.uint32)
        return f(x) * (1 + level * np.random.default_rng([seed, *bits]).standard_normal())

    return g


def families(rng, count):
    """Functions of one variable and their derivatives."""
    for _ in range(count):
        a, b = 10 ** rng.uniform(-1, 2), rng.uniform(0, 6)
        yield (lambda x, a=a, b=b: np.sin(a * x + b)), (lambda x, a=a, b=b: a * np.cos(a * x + b))
        c = 10 ** rng.uniform(-1, 1)
        yield (lambda x, c=c: np.exp(-c * x)), (lambda x, c=c: -c * np.exp(-c * x))
        yield (lambda x, c=c: 1 / (1 + c * x * x)), (lambda x, c=c: -2 * c * x / (1 + c * x * x) ** 2)
        edge = -1e-3 * c  # of its domain
        yield (lambda x, e=edge: np.sqrt(x - e) if x > e else np.nan), (lambda x, e=edge: 0.5 / np.sqrt(x - e))


def main(path):
    rng = np.random.default_rng(1)
    figure, ax = pyplot.subplots(figsize=(8, 4.6), layout="constrained")
    held = total = 0
    for name, level, color, marker in (
        ("exact to rounding", 0.0, "#0072B2", "o"),
        ("noise of 1e-10", 1e-10, "#E69F00", "s"),
        ("noise of 1e-5", 1e-5, "#009E73", "^"),
    ):
        bars, errors = [], []
        for k, (f, derivative) in enumerate(families(rng, 60)):
            x = rng.uniform(0.05, 2.0)
            est = secant.derivative(noisy(f, level, k) if level else f, x, full_output=True)
            bars.append(max(est.error, FLOOR))
            errors.append(max(abs(est.value - derivative(x)), FLOOR))
        held += int(np.sum(np.array(errors) <= bars))
        total += len(bars)
        ax.scatter(bars, errors, s=14, color=color, marker=marker, alpha=0.7, linewidths=0, label=name)
    line = np.array([1e-16, 1e0])
    ax.plot(line, line, color=pyplot.rcParams["text.color"], lw=1)
    ax.annotate("error = bar", (2e-4, 2e-4), ha="right", va="bottom", fontsize="small")
    ax.set(
        xscale="log", yscale="log", xlim=(1e-16, 1e0), ylim=(FLOOR / 2, 1e0), xlabel="error bar", ylabel="true error"
    )
    ax.set_title(f"{total} derivatives: {held} errors within their bars", fontsize="medium")
    ax.legend(frameon=False, fontsize="small", loc="upper left")
    ax.grid(alpha=0.4)
    figure.savefig(path)


if __name__ == "__main__":
    main(sys.argv[1])
