"""Tell the gradient of a number from the Jacobian of a vector.

The gradient of f: ℝⁿ → ℝ is a vector, shaped like x: the direction of steepest ascent. The Jacobian of f: ℝⁿ → ℝᵐ is
a matrix, one row a value, one column a variable: its rows are the gradients of the values. Of f(x) =
(x₁² + x₂, x₁ x₂) it is

    J = [[2 x₁, 1], [x₂, x₁]],   which is [[2, 1], [2, 1]] at x = (1, 2);

the determinant, 2 x₁² - x₂, is 0 there: the two gradients are parallel. Also from the command line:

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
    jacobian = secant.jacobian(f, x, full_output=True)
    print("f(x) = (x₁² + x₂, x₁ x₂) at x = (1, 2)")
    print("Jacobian, one row a value, one column a variable; exact: [[2, 1], [2, 1]]")
    print(jacobian.value)
    print("error bars: |value - exact| is no larger")
    print(jacobian.error)
    rows = [secant.gradient(lambda x, i=i: f(x)[i], x) for i in range(2)]
    print("gradients of f₁ and f₂: the rows of the Jacobian")
    print(np.array(rows))
    print(f"determinant {np.linalg.det(jacobian.value):.1e}; exact: 0")
    print()
    gradient = secant.gradient(norm, np.array([3.0, 4.0]), full_output=True)
    print("norm(x) = √(x₁² + x₂²) at x = (3, 4)")
    print("gradient, shaped like x; exact: [0.6, 0.8]")
    print(gradient)


if __name__ == "__main__":
    main()
