"""Give the standard errors of a logistic regression, by the Fisher information of its likelihood.

Did O-rings of the space shuttle fail because it was cold? Temperatures and failures at 23 flights are those of S. R.
Dalal, E. B. Fowlkes & B. Hoadley, Journal of the American Statistical Association 84 (1989) 945. The negative
log-likelihood is least at the estimate; its Hessian there is the observed information I, and standard errors are the
square roots of the diagonal of I⁻¹. R's glm finds the logit of failure to be 15.0429 (7.3786) - 0.2322 (0.1082) t,
standard errors in brackets.

secant needs the likelihood and no derivatives. Error bars dI of the information become those of I⁻¹, which to first
order moves by I⁻¹ dI I⁻¹: they say how many digits are right. With the name of a picture, the fit is drawn with its
band.
"""

import sys

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

import secant

T = np.array([53, 57, 58, 63, 66, 67, 67, 67, 68, 69, 70, 70, 70, 70, 72, 73, 75, 75, 76, 76, 78, 79, 81.0])  # °F
FAILED = np.isin(np.arange(23), [0, 1, 2, 3, 12, 13, 17])
BY_R = [("intercept", 15.0429, 7.3786), ("slope", -0.2322, 0.1082)]
CHALLENGER = np.array([31.0])  # °F, on 28 January 1986


def logit(b, t):
    return b[0] + b[1] * t


def minus_log_likelihood(b):
    return np.sum(np.logaddexp(0, logit(b, T))) - np.sum(logit(b, T)[FAILED])


def fit():
    """The estimate, its standard errors, their error bars, and the covariance."""
    f = minus_log_likelihood
    b = minimize(f, [0, 0], method="trust-exact", jac=secant.Gradient(f), hess=secant.Hessian(f), tol=1e-9).x
    information = secant.hessian(f, b, full_output=True)
    covariance = np.linalg.inv(information.value)
    errors = np.sqrt(np.diag(covariance))
    bars = np.diag(abs(covariance) @ information.error @ abs(covariance)) / (2 * errors)
    return b, errors, bars, covariance


def band(b, covariance, t):
    """Probabilities of failure and their 95 % intervals, by the delta method."""
    slopes = secant.jacobian(logit, b, args=(t,))
    width = 1.96 * np.sqrt(np.sum(slopes @ covariance * slopes, axis=1))
    return expit(logit(b, t) + np.array([[0], [-1], [1]]) * width)


def main(argv):
    b, errors, bars, covariance = fit()
    print(f"{'':10} {'estimate':>10} {'by R':>9} {'standard error':>15} {'error bar':>10} {'by R':>8}")
    for k, (name, estimate, error) in enumerate(BY_R):
        print(f"{name:10} {b[k]:10.6f} {estimate:9.4f} {errors[k]:15.6f} {bars[k]:10.0e} {error:8.4f}")
    middle, low, high = band(b, covariance, CHALLENGER)[:, 0]
    print(f"\nprobability of failure at {CHALLENGER[0]:g} °F: {middle:.4f}, in 95 % from {low:.2f} to {high:.5f}")
    if argv:
        from matplotlib.figure import Figure

        axes = Figure(figsize=(8, 4.5), layout="constrained").add_subplot()
        t = np.linspace(30, 85)
        middle, low, high = band(b, covariance, t)
        axes.fill_between(t, low, high, alpha=0.25, label="95 % band")
        axes.plot(t, middle, label="probability of failure")
        axes.plot(T, FAILED, "o", color="C1", alpha=0.6, label="23 flights")
        axes.axvline(CHALLENGER[0], ls="--", color="grey", label="Challenger")
        axes.set(xlabel="temperature (°F)", title="Did O-rings fail because it was cold?")
        axes.legend(loc="upper right", bbox_to_anchor=(1, 0.9))
        axes.figure.savefig(argv[0])


if __name__ == "__main__":
    main(sys.argv[1:])
