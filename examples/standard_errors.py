"""Give the standard deviations of the parameters of a nonlinear fit, to the digits that NIST certifies.

The model of Misra1a (D. Misra, NIST, 1978) is y = b₁ (1 - exp(-b₂ x)). With the least sum of squares S, S / 12 = s²
estimates the variance of y; the Fisher information of normal errors is JᵀJ / s², J being the Jacobian of the model by
its parameters, and the standard deviations are the square roots of the diagonal of s² (JᵀJ)⁻¹. NIST certifies

    b₁ = 2.3894212918E+02 ± 2.7070075241E+00,    b₂ = 5.5015643181E-04 ± 7.2668688436E-06.

J by hand is (1 - exp(-b₂ x), b₁ x exp(-b₂ x)), and `check_jacobian` agrees. The parameters differ by six orders of
magnitude, so secant is told of what size they are. Its error bars say how far the standard deviations may be off.
With the name of a picture, data and sensitivities are drawn.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

import secant

Y, X = np.loadtxt(Path(__file__).parent / "data" / "Misra1a.dat", skiprows=60).T
START = np.array([250.0, 5e-4])
CERTIFIED = np.array([[2.3894212918e2, 2.7070075241], [5.5015643181e-4, 7.2668688436e-6]])


def model(b):
    return b[0] * (1 - np.exp(-b[1] * X))


def by_hand(b):
    e = np.exp(-b[1] * X)
    return np.column_stack([1 - e, b[0] * X * e])


def fit():
    """Parameters, their standard deviations, and error bars of these."""
    sized = secant.Adaptive(typical=START)
    tight = {"method": "lm", "x_scale": "jac", "ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15}
    found = least_squares(lambda b: model(b) - Y, START, secant.Jacobian(model, method=sized), **tight)
    J = secant.jacobian(model, found.x, method=sized, full_output=True)
    covariance = 2 * found.cost / (len(Y) - 2) * np.linalg.inv(J.value.T @ J.value)
    deviations = np.sqrt(np.diag(covariance))
    # As J moves by dJ, the covariance C moves by C (dJᵀ J + Jᵀ dJ) (JᵀJ)⁻¹, to first order.
    bars = np.diag(abs(covariance) @ J.error.T @ abs(J.value @ np.linalg.inv(J.value.T @ J.value))) / deviations
    return found.x, deviations, bars


def main(argv):
    b, deviations, bars = fit()
    print(f"{'':2} {'parameter':>18} {'certified':>17} {'standard deviation':>19} {'error bar':>10} {'certified':>17}")
    for k, (value, deviation) in enumerate(CERTIFIED):
        ours = f"b{k + 1} {b[k]:18.10e} {value:17.10e} {deviations[k]:19.10e} {bars[k]:10.0e}"
        print(f"{ours} {deviation:17.10e}")
    print(f"\n{secant.check_jacobian(model, by_hand, b, typical=START, variables=['b1', 'b2'])}")
    if argv:
        from matplotlib.figure import Figure

        above, below = Figure(figsize=(8, 5.5), layout="constrained").subplots(2, 1, sharex=True)
        above.plot(X, Y, "o", label="data")
        above.plot(X, model(b), label="b₁ (1 - exp(-b₂ x))")
        above.set(title="Misra1a", ylabel="volume")
        above.legend()
        below.plot(X, by_hand(b) * deviations, "o-", label=["b₁", "b₂"])
        below.set(xlabel="pressure", ylabel="∂y/∂b · standard deviation", title="hard to tell apart")
        below.legend()
        below.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
