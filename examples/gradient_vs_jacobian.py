"""The gradient of a number and the Jacobian of a vector, of one example each.

secant jacobian examples/gradient_vs_jacobian.py:f --at 1,2
secant gradient examples/gradient_vs_jacobian.py:norm --at 3,4
"""

import numpy as np

import secant


def f(x):
    """Two values of two variables: (x₁² + x₂, x₁ x₂)."""
    return np.array([x[0] ** 2 + x[1], x[0] * x[1]])


def norm(x):
    """One value: its gradient is x / |x|."""
    return np.sqrt(x[0] ** 2 + x[1] ** 2)


def main():
    x = np.array([1.0, 2.0])
    print("f(x) = (x₁² + x₂, x₁ x₂) at x = (1, 2)")
    print("Jacobian, one row a value, one column a variable; exact: [[2, 1], [2, 1]]")
    print(secant.jacobian(f, x))
    print()
    print("norm(x) = √(x₁² + x₂²) at x = (3, 4)")
    print("gradient, shaped like x; exact: [0.6, 0.8]")
    print(secant.gradient(norm, np.array([3.0, 4.0])))


if __name__ == "__main__":
    main()
