"""Derivatives checked by the call of a solver: SciPy's, and functions of other packages' arrays."""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy import optimize
from scipy.integrate import solve_ivp
from scipy.optimize import rosen, rosen_der, rosen_hess, rosen_hess_prod
from scipy.sparse.linalg import LinearOperator, aslinearoperator

import secant
from secant.checking import from_torch

X = np.array([1.3, 0.7, 0.8])
T = np.linspace(0, 3, 8)


def residuals(b, t, y=0.0):
    return b[0] * np.exp(-b[1] * t) - y


def residuals_jac(b, t, y=0.0):
    e = np.exp(-b[1] * t)
    return np.column_stack([e, -b[0] * t * e])


def rhs(t, y, a):
    return [a * y[1], -t * y[0] ** 2]


def rhs_jac(t, y, a):
    return [[0, a], [-2 * t * y[0], 0]]


def verdicts(reports):
    return {name: report.verdict for name, report in reports.items()}


def diagnoses(reports):
    return {name: [finding.kind for finding in report.diagnosis] for name, report in reports.items()}


# ----------------------------------------------------------------------------------------------------------------------
# minimize


def test_the_call_of_minimize():
    """The same call, by either name."""
    call = {"jac": rosen_der, "hess": rosen_hess, "method": "trust-exact", "tol": 1e-6, "options": {"maxiter": 50}}
    assert optimize.minimize(rosen, X, **call).success
    reports = secant.check_minimize(rosen, X, **call, n_points=2)
    assert verdicts(reports) == {"jac": "pass", "hess": "pass"}
    assert [len(report.points) for report in reports.values()] == [3, 3]
    assert (reports["jac"].derivative_name, reports["jac"].function_name) == ("rosen_der", "rosen")
    reports = secant.check_minimize(rosen, X, jac=rosen_der, hessp=rosen_hess_prod, variables=["a", "b", "c"])
    assert verdicts(reports) == {"jac": "pass", "hessp": "pass"}


def test_wrong_derivatives_are_told_apart():
    wrong = secant.check_minimize(rosen, X, jac=lambda x: -rosen_der(x), hess=rosen_hess, hessp=rosen_hess_prod)
    assert verdicts(wrong) == {"jac": "fail", "hess": "pass", "hessp": "pass"}
    assert diagnoses(wrong)["jac"] == ["factor"]
    wrong = secant.check_minimize(
        rosen, X, jac=rosen_der, hess=lambda x: np.tril(rosen_hess(x)), hessp=lambda x, p: 2 * rosen_hess_prod(x, p)
    )
    assert verdicts(wrong) == {"jac": "pass", "hess": "fail", "hessp": "fail"}
    assert diagnoses(wrong) == {"jac": [], "hess": ["one triangle"], "hessp": ["factor"]}


def test_minimize_with_pairs_and_arguments():
    def both(x, a):
        return np.array([a * rosen(x)]), a * rosen_der(x)

    reports = secant.check_minimize(both, X, 3.0, jac=True, hess=lambda x, a: a * rosen_hess(x))
    assert verdicts(reports) == {"jac": "pass", "hess": "pass"}
    # The Hessian is held against the gradient: that is many evaluations fewer.
    assert reports["hess"].evaluations < secant.check_hessian(rosen, rosen_hess, X).evaluations
    reports = secant.check_minimize(
        lambda x, a, b: np.array([a * b * rosen(x)]), X, (2, 3), jac=lambda x, a, b: 6 * rosen_der(x)
    )
    assert reports.ok


def test_what_is_left_to_scipy_is_not_checked():
    assert list(secant.check_minimize(rosen, X, jac=rosen_der, hess=optimize.BFGS())) == ["jac"]
    assert list(secant.check_minimize(rosen, X, jac="2-point", hess=rosen_hess)) == ["hess"]
    with pytest.raises(ValueError, match="no derivative to check: jac, hess and hessp are missing, or left to SciPy"):
        secant.check_minimize(rosen, X, jac="2-point", hess=optimize.BFGS())
    with pytest.raises(TypeError, match="unexpected keyword argument 'jacobian'"):
        secant.check_minimize(rosen, X, jac=rosen_der, jacobian=rosen_der)


def test_bounds_of_minimize():
    def inside(x):
        assert np.all((x >= [0, 0, 0.5]) & (x <= [1.5, 2, np.inf]))
        return rosen(x)

    for bounds in ([(0, 1.5), [0, 2], (0.5, None)], optimize.Bounds([0, 0, 0.5], [1.5, 2, np.inf])):
        reports = secant.check_minimize(inside, [2.0, 0.7, 0.8], jac=rosen_der, bounds=bounds, n_points=3)
        assert reports.ok
        np.testing.assert_array_equal(reports["jac"].points[0].x, [1.5, 0.7, 0.8])
    with pytest.raises(ValueError, match=r"bounds has shape \(1, 2\); accepted is a pair .min, max. for each of 3 var"):
        secant.check_minimize(rosen, X, jac=rosen_der, bounds=[(0, 1)])


def test_hessians_that_are_operators():
    def hess(x, factor=1.0):
        return LinearOperator((3, 3), matvec=lambda v: factor * rosen_hess_prod(x, v), dtype=float)

    assert verdicts(secant.check_minimize(rosen, X, jac=rosen_der, hess=hess)) == {"jac": "pass", "hess": "pass"}
    wrong = secant.check_minimize(rosen, X, jac=rosen_der, hess=lambda x: hess(x, 0.5))
    assert diagnoses(wrong)["hess"] == ["factor"]


def test_constraints():
    old = {"type": "ineq", "fun": lambda x, a: a * x[0] * x[1], "jac": lambda x, a: a * np.array([x[1], x[0], 0])}
    new = optimize.NonlinearConstraint(
        lambda x: [x[0] * x[1], x[2] ** 2],
        0,
        1,
        jac=lambda x: sp.csr_array([[x[1], x[0], 0], [0, 0, 2 * x[2]]]),
        hess=lambda x, v: np.array([[0, v[0], 0], [v[0], 0, 0], [0, 0, -2 * v[1]]]),
    )
    linear = optimize.LinearConstraint(np.eye(3), 0, 1)
    single = secant.check_minimize(rosen, X, constraints={**old, "args": (2.0,)})
    assert verdicts(single) == {"constraints[0].jac": "pass"}
    several = secant.check_minimize(rosen, X, jac=rosen_der, constraints=[linear, {**old, "args": 2.0}, new])
    assert verdicts(several) == {
        "jac": "pass",
        "constraints[1].jac": "pass",
        "constraints[2].jac": "pass",
        "constraints[2].hess": "fail",
    }


# ----------------------------------------------------------------------------------------------------------------------
# least_squares, root, solve_ivp


def test_the_call_of_least_squares():
    call = {"bounds": ([0, 0], [np.inf, 3]), "loss": "soft_l1", "args": (T,), "kwargs": {"y": np.exp(-T)}}
    assert optimize.least_squares(residuals, [1.5, 0.7], residuals_jac, **call).success
    reports = secant.check_least_squares(residuals, [1.5, 0.7], residuals_jac, **call)
    assert verdicts(reports) == {"jac": "pass"}
    assert reports["jac"].derivative_name == "residuals_jac"
    wrong = secant.check_least_squares(residuals, [1, 2], lambda b, t: abs(residuals_jac(b, t)), args=T)
    assert diagnoses(wrong) == {"jac": ["column factor"]}


def test_least_squares_with_operators():
    right = secant.check_least_squares(residuals, [1.5, 0.7], lambda *a: aslinearoperator(residuals_jac(*a)), args=(T,))
    assert (right.verdict, right["jac"].task) == ("pass", "jvp")

    def lopsided(b, t):
        matrix = residuals_jac(b, t)
        return LinearOperator(matrix.shape, matvec=lambda v: matrix @ v, rmatvec=lambda w: -(w @ matrix), dtype=float)

    assert "not adjoint" in diagnoses(secant.check_least_squares(residuals, [1.5, 0.7], lopsided, args=(T,)))["jac"]


def test_least_squares_without_a_jacobian():
    with pytest.raises(ValueError, match="no derivative to check: jac is missing, or left to SciPy"):
        secant.check_least_squares(residuals, [1.5, 0.7], "3-point", args=(T,))


def test_the_call_of_root():
    def fun(x):
        return [x[0] ** 2 - 1, x[0] * x[1]]

    def jac(x):
        return [[2 * x[0], 0], [x[1], x[0]]]

    assert optimize.root(fun, [[2, 0.5]], jac=jac, method="hybr", tol=1e-9).success
    assert secant.check_root(fun, [[2, 0.5]], jac=jac, method="hybr", tol=1e-9).ok
    assert secant.check_root(lambda x, a: (fun(x), jac(x)), [2, 0.5], 1, jac=True).ok
    columns = {"jac": lambda x: np.transpose(jac(x)), "options": {"col_deriv": True}}
    assert optimize.root(fun, [2, 0.5], **columns).success
    assert secant.check_root(fun, [2, 0.5], **columns).ok
    assert diagnoses(secant.check_root(fun, [2, 0.5], jac=columns["jac"])) == {"jac": ["transposed"]}
    with pytest.raises(ValueError, match="jac is missing"):
        secant.check_root(fun, [2, 0.5])


def test_the_call_of_solve_ivp():
    call = {"method": "BDF", "jac": rhs_jac, "args": (2.0,), "rtol": 1e-12, "atol": 1e-12, "max_step": 0.5}
    assert solve_ivp(rhs, (1, 1.5), [1, 2], **call).success
    reports = secant.check_solve_ivp(rhs, (1, 1.5), [1, 2], **call, vectorized=False)
    assert verdicts(reports) == {"jac": "pass"}
    assert reports["jac"].rtol == 1e-6  # the solver's is another thing
    wrong = secant.check_solve_ivp(
        rhs, (1, 1.5), [1, 2], **{**call, "jac": lambda t, y, a: np.transpose(rhs_jac(t, y, a))}
    )
    assert diagnoses(wrong) == {"jac": ["transposed"]}


def test_several_times():
    def at_zero_only(t, y, a):
        return rhs_jac(0.0, y, a)

    points = [(0, [1, 2]), (0.5, [3, 4.0]), (0, [5, 6])]
    reports = secant.check_solve_ivp(rhs, (0, 1), [1, 2], jac=at_zero_only, args=(2.0,), points=points)
    assert verdicts(reports) == {"jac at t = 0.0": "pass", "jac at t = 0.5": "fail"}
    assert [len(report.points) for report in reports.values()] == [2, 1]
    with pytest.raises(ValueError, match="points is empty"):
        secant.check_solve_ivp(rhs, (0, 1), [1, 2], jac=rhs_jac, args=(2.0,), points=[])


def test_constant_and_banded_jacobians():
    A = np.array([[1.0, 2, 0], [3, 4, 5], [0, 6, 7]])
    bands = np.array([[0, 2, 5], [1, 4, 7], [3, 6, 0.0]])

    def linear(t, y):
        return A @ y

    for jac in (A, A.tolist(), sp.csc_array(A), sp.csr_matrix(A)):
        assert secant.check_solve_ivp(linear, (0, 1), [1, 2, 3], jac=jac).ok
    assert not secant.check_solve_ivp(linear, (0, 1), [1, 2, 3], jac=A.T).ok
    call = {"jac": lambda t, y: bands, "lband": 1, "uband": 1, "method": "LSODA"}
    assert solve_ivp(linear, (0, 0.1), [1, 2, 3], **call).success
    assert secant.check_solve_ivp(linear, (0, 1), [1, 2, 3], **call).ok
    assert not secant.check_solve_ivp(linear, (0, 1), [1, 2, 3], **{**call, "jac": lambda t, y: bands[::-1]}).ok
    with pytest.raises(ValueError, match=r"jac returned shape \(3, 3\); with lband=1 and uband=0, it is \(2, 3\)"):
        secant.check_solve_ivp(linear, (0, 1), [1, 2, 3], **{**call, "uband": 0})
    with pytest.raises(ValueError, match="jac is missing"):
        secant.check_solve_ivp(linear, (0, 1), [1, 2, 3])


# ----------------------------------------------------------------------------------------------------------------------
# what they return


def noisy(x):
    return x @ x + 1e-3 * np.sin(1e9 * x[0])


def test_reports_are_a_mapping():
    reports = secant.check_minimize(rosen, X, jac=lambda x: -rosen_der(x), hess=rosen_hess)
    assert (list(reports), len(reports), "jac" in reports) == (["jac", "hess"], 2, True)
    assert (reports.verdict, reports.ok) == ("fail", False)
    assert repr(reports) == "CheckReports(jac: fail, hess: pass)"
    text = str(reports)
    assert text.startswith("FAIL: jac fails, hess passes\n\n\njac\nFAIL: gradient")
    assert f"hess\n{reports['hess']}" in text
    assert reports.to_dict()["reports"]["hess"] == reports["hess"].to_dict()
    with pytest.raises(AssertionError) as failure:
        reports.raise_if_failed()
    assert str(failure.value) == f"\n{text}"
    with pytest.raises(TypeError):
        reports.reports["jac"] = None
    with pytest.raises(AttributeError):
        reports.reports = {}


def test_the_worst_verdict_counts():
    open_ = secant.check_minimize(noisy, X, jac=lambda x: 2 * x)
    assert open_.verdict == "inconclusive"
    assert str(open_) == str(open_["jac"])
    with pytest.warns(UserWarning, match="the check is inconclusive\nINCONCLUSIVE") as caught:
        open_.raise_if_failed()
    assert caught[0].filename == __file__
    passing = secant.check_minimize(rosen, X, jac=rosen_der)["jac"]
    both = secant.CheckReports({"a": passing, "b": open_["jac"]})
    assert both.verdict == "inconclusive"
    assert str(both).startswith("INCONCLUSIVE: a passes, b is inconclusive\n")
    assert secant.CheckReports({"a": passing}).raise_if_failed() is None


# ----------------------------------------------------------------------------------------------------------------------
# other packages' functions


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="torch is not installed")


def test_torch(torch):
    def f(x, a):
        return a * torch.sum(torch.sin(x) ** 2)

    grad = torch.func.grad(f)
    right = secant.check_gradient(from_torch(f), from_torch(grad), X, args=(3.0,))
    assert (right.verdict, right.function_name) == ("pass", "f")
    assert right.detectable < 1e-9
    wrong = secant.check_gradient(from_torch(f), from_torch(lambda x, a: 2 * grad(x, a)), X, args=(3.0,))
    assert [finding.kind for finding in wrong.diagnosis] == ["factor"]
    hess = from_torch(torch.func.jacrev(grad))
    assert secant.check_hessian(from_torch(f), hess, X, grad=from_torch(grad), args=(np.float64(3.0),)).ok
    assert secant.check_gradient(from_torch(torch.sin), from_torch(torch.cos), 0.5).ok


def test_torch_pairs_and_arrays(torch):
    def both(x):
        return x**2, torch.diag(2 * x)

    assert secant.check_jacobian(from_torch(both), True, X).ok
    assert secant.check_jacobian(from_torch(lambda x: x**2), from_torch(lambda x: torch.diag(2 * x).to_sparse()), X).ok
    value = from_torch(lambda x, n, A: (A @ x)[:n])(X.astype(np.float32), 2, np.eye(3))
    assert (type(value), value.dtype, value.shape) == (np.ndarray, np.float64, (2,))
    x = X.copy()
    from_torch(lambda x: x.zero_())(x)
    np.testing.assert_array_equal(x, X)


def test_torch_modules_of_single_precision(torch):
    layer = torch.nn.Linear(3, 2)
    with pytest.raises(RuntimeError, match="dtype") as failure:
        from_torch(layer)(X)
    assert failure.value.__notes__ == [
        "secant: from_torch calls with float64 tensors; module.double() makes a module take them"
    ]
    layer.double()
    assert secant.check_jacobian(from_torch(layer), from_torch(torch.func.jacrev(layer)), X).ok


def test_jax_as_it_comes():
    """In single precision, unless configured otherwise: less is asked for, and shown."""
    jax = pytest.importorskip("jax", reason="jax is not installed")
    jnp = jax.numpy

    def f(x):
        return jnp.sum(jnp.sin(x))

    right = secant.check_gradient(f, jax.grad(f), X)
    assert right.verdict == "pass"
    assert 1e-2 < right.rtol < 3e-2
    assert right.detectable < right.rtol
    assert "asked for is 2e-02" in str(right)
    assert secant.check_gradient(f, jax.value_and_grad(f), X).ok
    assert secant.check_gradient(f, lambda x: 1.05 * jax.grad(f)(x), X).diagnosis[0].kind == "factor"


def test_jax_in_double_precision():
    jax = pytest.importorskip("jax", reason="jax is not installed")
    jnp = jax.numpy

    def f(x):
        return jnp.exp(x)

    with jax.enable_x64(True):
        report = secant.check_jacobian(f, jax.jacfwd(f), X)
    assert report.ok
    assert report.detectable < 1e-9


def test_autograd():
    autograd = pytest.importorskip("autograd", reason="autograd is not installed")
    anp = pytest.importorskip("autograd.numpy")

    def f(x):
        return anp.sum(anp.sin(x) * x**2)

    assert secant.check_minimize(f, X, jac=autograd.grad(f), hess=autograd.hessian(f)).ok
