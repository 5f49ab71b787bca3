"""Functions with exact derivatives: scalar and multivariate, near scale 1, in the arithmetic of their argument.

Each works on float32, float64, longdouble and complex arguments, and computes in the precision of the argument; so do
the exact derivatives, which are closed forms: evaluated in longdouble, they are right to the last bit of a float64
(where longdouble is no wider, to a few).

Sources, by the letters used below:

- MGH: J. J. Moré, B. S. Garbow & K. E. Hillstrom, "Testing unconstrained optimization software", ACM Transactions on
  Mathematical Software 7 (1981) 17-41; the number is that of the paper's section 3.
- DS: L. C. W. Dixon & G. P. Szegő (editors), "Towards Global Optimisation 2", North-Holland (1978).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Problem:
    """One function, a point, and what its derivatives are there."""

    name: str
    source: str
    f: Callable[[Any], Any]
    x: Any
    """A float, or a list of floats."""
    jacobian: Callable[[Any], Any]
    """Exact first derivative: f(x).shape + x.shape."""
    hessian: Callable[[Any], Any] | None = None
    """Exact second derivative, x.shape + x.shape, where f is scalar-valued."""

    def point(self, dtype: Any = np.float64) -> Any:
        """The point in a precision: a NumPy scalar or an array."""
        return np.dtype(dtype).type(self.x) if np.ndim(self.x) == 0 else np.array(self.x, dtype=dtype)

    def exact(self, dtype: Any = np.float64) -> Any:
        """The first derivative at point(dtype), as a float64 array."""
        return np.asarray(self.jacobian(_extended(self.point(dtype))), dtype=np.float64)

    def exact_hessian(self) -> Any:
        """The second derivative at point(), as a float64 array."""
        assert self.hessian is not None
        return np.asarray(self.hessian(_extended(self.point())), dtype=np.float64)


def _extended(x: Any) -> Any:
    return np.longdouble(x) if np.ndim(x) == 0 else np.asarray(x, dtype=np.longdouble)


def _like(x: Any, values: Any) -> Any:
    """Constants in the precision of x, so that float32 stays float32. Given as integers or by rational arithmetic."""
    return np.asarray(values, dtype=x.real.dtype)


def _array(x: Any, rows: Any) -> Any:
    return np.array(rows, dtype=x.dtype)


# ----------------------------------------------------------------------------------------------------------------------
# one variable


def _univariate() -> list[Problem]:
    def lyness(x: Any) -> Any:
        return np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3)

    def lyness_first(x: Any) -> Any:
        s, c = np.sin(x), np.cos(x)
        g, dg = s**3 + c**3, 3 * s * c * (s - c)
        return np.exp(x) * (g - dg) / g**2

    def lyness_second(x: Any) -> Any:
        s, c = np.sin(x), np.cos(x)
        g, dg = s**3 + c**3, 3 * s * c * (s - c)
        ddg = 3 * ((c * c - s * s) * (s - c) + s * c * (c + s))
        return np.exp(x) * (1 / g - 2 * dg / g**2 + 2 * dg**2 / g**3 - ddg / g**2)

    elementary = "elementary function"
    return [
        Problem("exp", elementary, np.exp, 1.0, np.exp, np.exp),
        Problem("sin", elementary, np.sin, 0.7, np.cos, lambda x: -np.sin(x)),
        Problem("log", elementary, np.log, 2.5, lambda x: 1 / x, lambda x: -1 / x**2),
        Problem("sqrt", elementary, np.sqrt, 1.7, lambda x: 1 / (2 * np.sqrt(x)), lambda x: -1 / (4 * x * np.sqrt(x))),
        Problem(
            "tanh",
            elementary,
            np.tanh,
            0.4,
            lambda x: 1 / np.cosh(x) ** 2,
            lambda x: -2 * np.tanh(x) / np.cosh(x) ** 2,
        ),
        Problem("arctan", elementary, np.arctan, -0.8, lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2),
        Problem(
            "runge",
            "C. Runge, Zeitschrift für Mathematik und Physik 46 (1901) 224-243",
            lambda x: 1 / (1 + x**2),
            0.9,
            lambda x: -2 * x / (1 + x**2) ** 2,
            lambda x: (6 * x**2 - 2) / (1 + x**2) ** 3,
        ),
        Problem(
            "gauss",
            elementary,
            lambda x: np.exp(-(x**2)),
            0.6,
            lambda x: -2 * x * np.exp(-(x**2)),
            lambda x: (4 * x**2 - 2) * np.exp(-(x**2)),
        ),
        Problem(
            "wallis",
            "J. Wallis's cubic, the first equation that Newton's method was shown on",
            lambda x: x**3 - 2 * x - 5,
            2.1,
            lambda x: 3 * x**2 - 2,
            lambda x: 6 * x,
        ),
        Problem(
            "lyness",
            "J. N. Lyness & C. B. Moler, SIAM Journal on Numerical Analysis 4 (1967) 202-210; Squire & Trapp's example",
            lyness,
            1.5,
            lyness_first,
            lyness_second,
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# several variables, one value


def _quadratic(x: Any) -> Any:
    return _like(x, [[4, 1, -2], [1, 3, 0], [-2, 0, 5]])


def _scalar_valued() -> list[Problem]:
    def rosenbrock(x: Any) -> Any:
        return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    def rosenbrock_gradient(x: Any) -> Any:
        return _array(x, [-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)])

    def rosenbrock_hessian(x: Any) -> Any:
        return _array(x, [[1200 * x[0] ** 2 - 400 * x[1] + 2, -400 * x[0]], [-400 * x[0], 200]])

    def powell(x: Any) -> Any:
        a, b, c, d = x
        return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4

    def powell_gradient(x: Any) -> Any:
        a, b, c, d = x
        p, q, r, s = 2 * (a + 10 * b), 10 * (c - d), 4 * (b - 2 * c) ** 3, 40 * (a - d) ** 3
        return _array(x, [p + s, 10 * p + r, q - 2 * r, -q - s])

    def powell_hessian(x: Any) -> Any:
        a, b, c, d = x
        r, s = 12 * (b - 2 * c) ** 2, 120 * (a - d) ** 2
        return _array(
            x, [[2 + s, 20, 0, -s], [20, 200 + r, -2 * r, 0], [0, -2 * r, 10 + 4 * r, -10], [-s, 0, -10, 10 + s]]
        )

    def wood(x: Any) -> Any:
        a, b, c, d = x
        return (
            100 * (a * a - b) ** 2
            + (a - 1) ** 2
            + (c - 1) ** 2
            + 90 * (c * c - d) ** 2
            + (101 * ((b - 1) ** 2 + (d - 1) ** 2) + 198 * (b - 1) * (d - 1)) / 10
        )

    def wood_gradient(x: Any) -> Any:
        a, b, c, d = x
        return _array(
            x,
            [
                400 * a * (a * a - b) + 2 * (a - 1),
                -200 * (a * a - b) + (202 * (b - 1) + 198 * (d - 1)) / 10,
                2 * (c - 1) + 360 * c * (c * c - d),
                -180 * (c * c - d) + (202 * (d - 1) + 198 * (b - 1)) / 10,
            ],
        )

    def wood_hessian(x: Any) -> Any:
        a, b, c, d = x
        mixed = _like(x, 198) / 10
        return _array(
            x,
            [
                [1200 * a * a - 400 * b + 2, -400 * a, 0, 0],
                [-400 * a, 200 + _like(x, 202) / 10, 0, mixed],
                [0, 0, 1080 * c * c - 360 * d + 2, -360 * c],
                [0, mixed, -360 * c, 180 + _like(x, 202) / 10],
            ],
        )

    def himmelblau(x: Any) -> Any:
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2

    def himmelblau_gradient(x: Any) -> Any:
        p, q = x[0] ** 2 + x[1] - 11, x[0] + x[1] ** 2 - 7
        return _array(x, [4 * x[0] * p + 2 * q, 2 * p + 4 * x[1] * q])

    def himmelblau_hessian(x: Any) -> Any:
        mixed = 4 * (x[0] + x[1])
        return _array(
            x,
            [[12 * x[0] ** 2 + 4 * x[1] - 42, mixed], [mixed, 12 * x[1] ** 2 + 4 * x[0] - 26]],
        )

    def beale_residuals(x: Any) -> tuple[Any, Any, Any]:
        constants = _like(x, [12, 18, 21]) / 8
        power = np.stack([x[1], x[1] ** 2, x[1] ** 3])
        slope = np.stack([x[1] ** 0, 2 * x[1], 3 * x[1] ** 2])
        return constants - x[0] * (1 - power), power, slope

    def beale(x: Any) -> Any:
        r, _, _ = beale_residuals(x)
        return np.sum(r * r)

    def beale_gradient(x: Any) -> Any:
        r, p, s = beale_residuals(x)
        return _array(x, [np.sum(2 * r * (p - 1)), np.sum(2 * r * x[0] * s)])

    def beale_hessian(x: Any) -> Any:
        r, p, s = beale_residuals(x)
        curve = np.stack([0 * x[1], 2 * x[1] ** 0, 6 * x[1]])
        mixed = np.sum(2 * (x[0] * s * (p - 1) + r * s))
        return _array(
            x,
            [[np.sum(2 * (p - 1) ** 2), mixed], [mixed, np.sum(2 * (x[0] ** 2 * s**2 + r * x[0] * curve))]],
        )

    def camel(x: Any) -> Any:
        a, b = x
        return 4 * a**2 - 21 * a**4 / 10 + a**6 / 3 + a * b - 4 * b**2 + 4 * b**4

    def camel_gradient(x: Any) -> Any:
        a, b = x
        return _array(x, [8 * a - 42 * a**3 / 5 + 2 * a**5 + b, a - 8 * b + 16 * b**3])

    def camel_hessian(x: Any) -> Any:
        a, b = x
        return _array(x, [[8 - 126 * a**2 / 5 + 10 * a**4, 1], [1, -8 + 48 * b**2]])

    def branin_parts(x: Any) -> tuple[Any, Any, Any]:
        pi = 4 * np.arctan(_like(x, 1))
        b, c, t = 51 / (40 * pi**2), 5 / pi, 1 / (8 * pi)
        return x[1] - b * x[0] ** 2 + c * x[0] - 6, -2 * b * x[0] + c, (b, t)

    def branin(x: Any) -> Any:
        r, _, (_, t) = branin_parts(x)
        return r**2 + 10 * (1 - t) * np.cos(x[0]) + 10

    def branin_gradient(x: Any) -> Any:
        r, dr, (_, t) = branin_parts(x)
        return _array(x, [2 * r * dr - 10 * (1 - t) * np.sin(x[0]), 2 * r])

    def branin_hessian(x: Any) -> Any:
        r, dr, (b, t) = branin_parts(x)
        return _array(x, [[2 * dr**2 - 4 * r * b - 10 * (1 - t) * np.cos(x[0]), 2 * dr], [2 * dr, 2]])

    def rastrigin(x: Any) -> Any:
        return np.sum(x**2 - 10 * np.cos(x) + 10)

    def styblinski(x: Any) -> Any:
        return np.sum(x**4 - 16 * x**2 + 5 * x) / 2

    def softmax(x: Any) -> Any:
        return np.exp(x) / np.sum(np.exp(x))

    def ellipse(x: Any) -> Any:
        return x @ (_quadratic(x) @ x) / 2

    def product(x: Any) -> Any:
        return np.prod(x)

    def product_hessian(x: Any) -> Any:
        outer = np.prod(x) / np.outer(x, x)
        return outer - np.diag(np.diag(outer))

    def chained(x: Any) -> Any:
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    def chained_gradient(x: Any) -> Any:
        g = np.zeros_like(x)
        g[:-1] += -400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1])
        g[1:] += 200 * (x[1:] - x[:-1] ** 2)
        return g

    def chained_hessian(x: Any) -> Any:
        H = np.zeros((x.size, x.size), dtype=x.dtype)
        for k in range(x.size - 1):
            H[k, k] += 1200 * x[k] ** 2 - 400 * x[k + 1] + 2
            H[k, k + 1] = H[k + 1, k] = -400 * x[k]
            H[k + 1, k + 1] += 200
        return H

    return [
        Problem(
            "rosenbrock",
            "H. H. Rosenbrock, The Computer Journal 3 (1960) 175-184; MGH 1",
            rosenbrock,
            [-1.2, 1.0],
            rosenbrock_gradient,
            rosenbrock_hessian,
        ),
        Problem(
            "chained rosenbrock",
            "P. L. Toint, Mathematics of Computation 32 (1978) 839-851, in the form of scipy.optimize.rosen",
            chained,
            [1.3, 0.7, 0.8, 1.9, 1.2, -0.4],
            chained_gradient,
            chained_hessian,
        ),
        Problem(
            "powell singular",
            "M. J. D. Powell, The Computer Journal 5 (1962) 147-151; MGH 13",
            powell,
            [3.0, -1.0, 0.5, 1.0],
            powell_gradient,
            powell_hessian,
        ),
        Problem(
            "wood",
            "A. R. Colville, IBM report 320-2949 (1968); MGH 14",
            wood,
            [-1.5, -1.0, -1.3, -0.8],
            wood_gradient,
            wood_hessian,
        ),
        Problem(
            "himmelblau",
            "D. M. Himmelblau, Applied Nonlinear Programming, McGraw-Hill (1972)",
            himmelblau,
            [1.1, 0.7],
            himmelblau_gradient,
            himmelblau_hessian,
        ),
        Problem(
            "beale",
            "E. M. L. Beale, Princeton technical report 25 (1958); MGH 5",
            beale,
            [1.0, 1.3],
            beale_gradient,
            beale_hessian,
        ),
        Problem("six-hump camel", "DS", camel, [0.8, -0.6], camel_gradient, camel_hessian),
        Problem(
            "branin",
            "F. H. Branin, IBM Journal of Research and Development 16 (1972) 504-522; DS",
            branin,
            [2.0, 1.5],
            branin_gradient,
            branin_hessian,
        ),
        Problem(
            "rastrigin",
            "L. A. Rastrigin, Systems of Extremal Control, Nauka (1974), with period 2 pi",
            rastrigin,
            [0.3, -1.4, 2.2],
            lambda x: 2 * x + 10 * np.sin(x),
            lambda x: np.diag(2 + 10 * np.cos(x)),
        ),
        Problem(
            "styblinski-tang",
            "M. A. Styblinski & T.-S. Tang, Neural Networks 3 (1990) 467-483",
            styblinski,
            [-2.1, 0.5, 1.4],
            lambda x: 2 * x**3 - 16 * x + _like(x, 5) / 2,
            lambda x: np.diag(6 * x**2 - 16),
        ),
        Problem(
            "logsumexp",
            "elementary function",
            lambda x: np.log(np.sum(np.exp(x))),
            [0.1, -0.7, 1.2, 0.4],
            softmax,
            lambda x: np.diag(softmax(x)) - np.outer(softmax(x), softmax(x)),
        ),
        Problem(
            "quadratic form",
            "elementary function",
            ellipse,
            [0.6, -1.1, 0.9],
            lambda x: _quadratic(x) @ x,
            _quadratic,
        ),
        Problem(
            "product",
            "B. Speelpenning, University of Illinois dissertation (1980)",
            product,
            [1.5, -0.8, 2.0, 1.1],
            lambda x: np.prod(x) / x,
            product_hessian,
        ),
    ]


# ----------------------------------------------------------------------------------------------------------------------
# several variables, several values


def _array_valued() -> list[Problem]:
    def freudenstein(x: Any) -> Any:
        a, b = x
        return _array(x, [-13 + a + ((5 - b) * b - 2) * b, -29 + a + ((b + 1) * b - 14) * b])

    def freudenstein_jacobian(x: Any) -> Any:
        b = x[1]
        return _array(x, [[1, 10 * b - 3 * b**2 - 2], [1, 3 * b**2 + 2 * b - 14]])

    def helical(x: Any) -> Any:
        a, b, c = x
        theta = np.arctan(b / a) / (8 * np.arctan(_like(x, 1)))
        return _array(x, [10 * (c - 10 * theta), 10 * (np.sqrt(a * a + b * b) - 1), c])

    def helical_jacobian(x: Any) -> Any:
        a, b, _ = x
        s, radius, pi = a * a + b * b, np.sqrt(a * a + b * b), 4 * np.arctan(_like(x, 1))
        return _array(
            x, [[50 * b / (pi * s), -50 * a / (pi * s), 10], [10 * a / radius, 10 * b / radius, 0], [0, 0, 1]]
        )

    def box(x: Any) -> Any:
        t = _like(x, np.arange(1, 6)) / 10
        return np.exp(-t * x[0]) - np.exp(-t * x[1]) - x[2] * (np.exp(-t) - np.exp(-10 * t))

    def box_jacobian(x: Any) -> Any:
        t = _like(x, np.arange(1, 6)) / 10
        return np.stack([-t * np.exp(-t * x[0]), t * np.exp(-t * x[1]), np.exp(-10 * t) - np.exp(-t)], axis=1)

    def jennrich(x: Any) -> Any:
        t = _like(x, np.arange(1, 6))
        return 2 + 2 * t - (np.exp(t * x[0]) + np.exp(t * x[1]))

    def jennrich_jacobian(x: Any) -> Any:
        t = _like(x, np.arange(1, 6))
        return np.stack([-t * np.exp(t * x[0]), -t * np.exp(t * x[1])], axis=1)

    def bard_parts(x: Any) -> tuple[Any, Any, Any, Any]:
        y = _like(x, [14, 18, 22, 25, 29, 32, 35, 39, 37, 58, 73, 96, 134, 210, 439]) / 100
        u = _like(x, np.arange(1, 16))
        v = 16 - u
        return y, u, v, np.minimum(u, v)

    def bard(x: Any) -> Any:
        y, u, v, w = bard_parts(x)
        return y - (x[0] + u / (v * x[1] + w * x[2]))

    def bard_jacobian(x: Any) -> Any:
        _, u, v, w = bard_parts(x)
        below = (v * x[1] + w * x[2]) ** 2
        return np.stack([0 * u - 1, u * v / below, u * w / below], axis=1)

    def kowalik_parts(x: Any) -> tuple[Any, Any]:
        y = _like(x, [1957, 1947, 1735, 1600, 844, 627, 456, 342, 323, 235, 246]) / 10000
        u = 1 / _like(x, [0.25, 0.5, 1, 2, 4, 6, 8, 10, 12, 14, 16])
        return y, u

    def kowalik(x: Any) -> Any:
        y, u = kowalik_parts(x)
        return y - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3])

    def kowalik_jacobian(x: Any) -> Any:
        _, u = kowalik_parts(x)
        above, below = u * u + u * x[1], u * u + u * x[2] + x[3]
        return np.stack(
            [-above / below, -x[0] * u / below, x[0] * above * u / below**2, x[0] * above / below**2], axis=1
        )

    def tridiagonal(x: Any) -> Any:
        y = (3 - 2 * x) * x + 1
        y[1:] -= x[:-1]
        y[:-1] -= 2 * x[1:]
        return y

    def tridiagonal_jacobian(x: Any) -> Any:
        J = np.diag(3 - 4 * x)
        for k in range(x.size - 1):
            J[k + 1, k], J[k, k + 1] = -1, -2
        return J

    def boundary_nodes(x: Any) -> tuple[Any, Any]:
        h = _like(x, 1) / (x.size + 1)
        return h, h * _like(x, np.arange(1, x.size + 1))

    def boundary(x: Any) -> Any:
        h, t = boundary_nodes(x)
        y = 2 * x + h**2 * (x + t + 1) ** 3 / 2
        y[1:] -= x[:-1]
        y[:-1] -= x[1:]
        return y

    def boundary_jacobian(x: Any) -> Any:
        h, t = boundary_nodes(x)
        J = np.diag(2 + 3 * h**2 * (x + t + 1) ** 2 / 2)
        for k in range(x.size - 1):
            J[k + 1, k] = J[k, k + 1] = -1
        return J

    def trigonometric(x: Any) -> Any:
        i = _like(x, np.arange(1, x.size + 1))
        return x.size - np.sum(np.cos(x)) + i * (1 - np.cos(x)) - np.sin(x)

    def trigonometric_jacobian(x: Any) -> Any:
        i = _like(x, np.arange(1, x.size + 1))
        return np.tile(np.sin(x), (x.size, 1)) + np.diag(i * np.sin(x) - np.cos(x))

    def brown(x: Any) -> Any:
        y = x + np.sum(x) - (x.size + 1)
        y[-1] = np.prod(x) - 1
        return y

    def brown_jacobian(x: Any) -> Any:
        J = np.ones((x.size, x.size), dtype=x.dtype) + np.eye(x.size, dtype=x.dtype)
        J[-1] = np.prod(x) / x
        return J

    def lorenz(x: Any) -> Any:
        a, b, c = x
        return _array(x, [10 * (b - a), a * (28 - c) - b, a * b - 8 * c / 3])

    def lorenz_jacobian(x: Any) -> Any:
        a, b, c = x
        return _array(x, [[-10, 10, 0], [28 - c, -1, -a], [b, a, -_like(x, 8) / 3]])

    def van_der_pol(x: Any) -> Any:
        return _array(x, [x[1], 5 * (1 - x[0] ** 2) * x[1] - x[0]])

    def van_der_pol_jacobian(x: Any) -> Any:
        return _array(x, [[0, 1], [-10 * x[0] * x[1] - 1, 5 * (1 - x[0] ** 2)]])

    def spherical(x: Any) -> Any:
        r, t, p = x
        return _array(x, [r * np.sin(t) * np.cos(p), r * np.sin(t) * np.sin(p), r * np.cos(t)])

    def spherical_jacobian(x: Any) -> Any:
        r, t, p = x
        st, ct, sp, cp = np.sin(t), np.cos(t), np.sin(p), np.cos(p)
        return _array(x, [[st * cp, r * ct * cp, -r * st * sp], [st * sp, r * ct * sp, r * st * cp], [ct, -r * st, 0]])

    def softmax(x: Any) -> Any:
        return np.exp(x) / np.sum(np.exp(x))

    return [
        Problem(
            "freudenstein-roth",
            "F. Freudenstein & B. Roth, Journal of the ACM 10 (1963) 550-556; MGH 2",
            freudenstein,
            [0.5, -2.0],
            freudenstein_jacobian,
        ),
        Problem(
            "helical valley",
            "R. Fletcher & M. J. D. Powell, The Computer Journal 6 (1963) 163-168; MGH 7",
            helical,
            [1.2, 0.8, 0.5],
            helical_jacobian,
        ),
        Problem("box", "M. J. Box, The Computer Journal 9 (1966) 67-77; MGH 12", box, [0.8, 2.0, 1.5], box_jacobian),
        Problem(
            "jennrich-sampson",
            "R. I. Jennrich & P. F. Sampson, Technometrics 10 (1968) 63-72; MGH 6",
            jennrich,
            [0.3, 0.4],
            jennrich_jacobian,
        ),
        Problem(
            "bard",
            "Y. Bard, SIAM Journal on Numerical Analysis 7 (1970) 157-186; MGH 8",
            bard,
            [1.0, 1.0, 1.0],
            bard_jacobian,
        ),
        Problem(
            "kowalik-osborne",
            "J. S. Kowalik & M. R. Osborne, Methods for Unconstrained Optimization Problems, Elsevier (1968); MGH 15",
            kowalik,
            [0.25, 0.39, 0.415, 0.39],
            kowalik_jacobian,
        ),
        Problem(
            "broyden tridiagonal",
            "C. G. Broyden, Mathematics of Computation 19 (1965) 577-593; MGH 30",
            tridiagonal,
            [-1.0, -0.9, -1.1, -0.8, -1.2],
            tridiagonal_jacobian,
        ),
        Problem(
            "discrete boundary value",
            "J. J. Moré & M. Y. Cosnard, ACM Transactions on Mathematical Software 5 (1979) 64-85; MGH 28",
            boundary,
            [-0.14, -0.22, -0.25, -0.2],
            boundary_jacobian,
        ),
        Problem(
            "trigonometric",
            "E. Spedicato, CISE report N-175 (1975); MGH 26",
            trigonometric,
            [0.2, 0.4, 0.6],
            trigonometric_jacobian,
        ),
        Problem(
            "brown almost-linear",
            "K. M. Brown, SIAM Journal on Numerical Analysis 6 (1969) 560-569; MGH 27",
            brown,
            [0.5, 0.7, 1.1, 0.9],
            brown_jacobian,
        ),
        Problem(
            "lorenz",
            "E. N. Lorenz, Journal of the Atmospheric Sciences 20 (1963) 130-141",
            lorenz,
            [1.0, 2.0, 3.0],
            lorenz_jacobian,
        ),
        Problem(
            "van der pol",
            "B. van der Pol, Philosophical Magazine 2 (1926) 978-992",
            van_der_pol,
            [1.5, -0.6],
            van_der_pol_jacobian,
        ),
        Problem("spherical coordinates", "elementary function", spherical, [1.4, 0.9, 2.1], spherical_jacobian),
        Problem(
            "softmax",
            "elementary function",
            softmax,
            [0.2, -0.5, 0.9],
            lambda x: np.diag(softmax(x)) - np.outer(softmax(x), softmax(x)),
        ),
    ]


SCALAR_VALUED = _univariate() + _scalar_valued()
ARRAY_VALUED = _array_valued()
CATALOGUE = SCALAR_VALUED + ARRAY_VALUED
