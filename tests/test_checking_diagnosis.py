"""What is said to be wrong: each kind of mistake by its name, with its support; and the mutation test of them all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import secant
from faults import mutants
from secant.checking.diagnosis.constants import name_factor
from subjects import SUBJECTS

N = 6
WEIGHTS = np.random.default_rng(5).uniform(0.5, 2.0, (N, N))
X = np.linspace(0.3, 1.2, N)


def f(x: Any) -> Any:
    return WEIGHTS @ np.exp(x) + np.sin(x)


def jac(x: Any) -> Any:
    return WEIGHTS * np.exp(x) + np.diag(np.cos(x))


def potential(x: Any) -> Any:
    return np.sum(np.exp(WEIGHTS @ x / 4))


def hess(x: Any) -> Any:
    return WEIGHTS.T @ (np.exp(WEIGHTS @ x / 4)[:, np.newaxis] * WEIGHTS) / 16


def slope(x: Any) -> Any:
    return WEIGHTS.T @ np.exp(WEIGHTS @ x / 4) / 4


def scaled(rows: Any = slice(None), columns: Any = slice(None), factor: Any = 2.0) -> Any:
    """The Jacobian with a part of it scaled."""

    def wrong(x: Any) -> Any:
        J = jac(x)
        J[rows, columns] *= factor
        return J

    return wrong


def changed(change: Any) -> Any:
    """The Jacobian after a change in place, or a new one."""

    def wrong(x: Any) -> Any:
        J = jac(x)
        new = change(J)
        return J if new is None else new

    return wrong


def without(J: Any, *places: tuple[Any, Any]) -> None:
    for place in places:
        J[place] = 0


def swapped(J: Any, order: list[int]) -> Any:
    return J[order]


SWAP, ROLL = [0, 4, 2, 3, 1, 5], [5, 0, 1, 2, 3, 4]

CASES: list[tuple[str, Any, str, str]] = [
    ("factor", scaled(), "factor", "jac is 2 times what it should be (ratio 2.0000 in 36 of 36 entries)"),
    ("sign", scaled(factor=-1), "factor", "jac is −1 times what it should be"),
    ("half", scaled(factor=0.5), "factor", "jac is 1/2 times what it should be"),
    ("degrees", scaled(factor=np.pi / 180), "factor", "jac is π/180 times what it should be"),
    ("mean", scaled(factor=1 / 36), "factor", "jac is 1/36 times what it should be"),
    ("tiny", scaled(factor=1 + 1e-8), "factor", "jac is 1.00000001 times"),
    ("row", scaled(rows=2), "row factor", "jac is 2 times what it should be in row f[2] (ratio 2.0000 in 6 of 6"),
    ("column", scaled(columns=3, factor=3), "column factor", "jac is 3 times what it should be in column x[3]"),
    (
        "block",
        scaled(slice(1, 3), slice(2, 5)),
        "block factor",
        "the block of rows f[1], f[2] and columns x[2], x[3], x[4]",
    ),
    ("columns", scaled(factor=np.arange(2.0, 8.0)), "column factor", "a factor of its own in each of columns"),
    ("rows", scaled(factor=np.arange(2.0, 8.0)[:, np.newaxis]), "row factor", "a factor of its own in each of rows"),
    ("transposed", changed(lambda J: J.T), "transposed", "jac is the transpose of what it should be"),
    ("rows swapped", changed(lambda J: J[SWAP]), "rows swapped", "rows 1 and 4 of jac are swapped"),
    ("columns swapped", changed(lambda J: J[:, SWAP]), "columns swapped", "columns 1 and 4 of jac are swapped"),
    ("rows rolled", changed(lambda J: J[ROLL]), "rows shifted", "all rows of jac are shifted by +1 place, around"),
    ("columns rolled", changed(lambda J: np.roll(J, -1, 1)), "columns shifted", "shifted by -1 place, around"),
    (
        "columns pushed out",
        changed(lambda J: np.hstack([np.zeros((N, 1)), J[:, :-1]])),
        "columns shifted",
        "shifted by +1 place, those at the end lost",
    ),
    ("reversed", changed(lambda J: J[:, ::-1]), "columns permuted", "columns of jac are in reverse order"),
    (
        "zero entry",
        changed(lambda J: without(J, (2, 3))),
        "zero",
        "jac is 0 in entry ∂f[2]/∂x[3], where it should not be",
    ),
    ("zero row", changed(lambda J: without(J, (2, slice(None)))), "zero", "row f[2] of jac is 0"),
    ("zero column", changed(lambda J: without(J, (slice(None), 4))), "zero", "column x[4] of jac is 0"),
    ("all zero", changed(lambda J: 0 * J), "zero", "jac is 0 everywhere, and f is not constant"),
    ("one term", changed(lambda J: J + np.outer(J[0], J[:, 1])), "low rank", "jac − reference has rank 1"),
    ("diagonal", changed(lambda J: J - np.diag(np.cos(X))), "diagonal", "jac is wrong on its diagonal alone"),
    ("offset", changed(lambda J: J + 0.25), "offset", "jac is +0.25 off in all 36 entries"),
    (
        "few rows",
        changed(lambda J: np.vstack([J[:1] ** 2, J[1:2] ** 3, J[2:]])),
        "few rows",
        "wrong in rows f[0], f[1] alone",
    ),
    (
        "few columns",
        changed(lambda J: np.hstack([J[:, :1] ** 2, J[:, 1:]])),
        "few columns",
        "wrong in column x[0] alone",
    ),
    (
        "rounded",
        changed(lambda J: J.astype(np.float32).astype(float)),
        "precision",
        "that went through single precision",
    ),
    ("another", changed(np.square), "entries", "(36 of 36 entries)"),
]


@pytest.mark.parametrize(("wrong", "kind", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_mistakes_are_named(wrong: Any, kind: str, words: str) -> None:
    wrong.__name__ = "jac"
    report = secant.check_jacobian(f, wrong, X)
    assert report.verdict == "fail"
    finding = report.diagnosis[0]
    assert finding.kind == kind
    assert words in finding.message
    assert words.split(" of ")[0][:40] in " ".join(str(report).split())
    assert finding.explained == report.points[0].failed


def test_two_mistakes_are_told_apart() -> None:
    def wrong(x: Any) -> Any:
        J = jac(x)
        J[1, 2] = np.nan
        J[:, 4] *= -1
        return J

    report = secant.check_jacobian(f, wrong, X)
    assert [finding.kind for finding in report.diagnosis] == ["not finite", "column factor"]


@pytest.mark.parametrize("grad", [None, slope], ids=["values", "gradient"])
def test_mistakes_in_hessians(grad: Any) -> None:
    def kind(wrong: Any) -> str:
        return secant.check_hessian(potential, wrong, X, grad=grad).diagnosis[0].kind

    assert secant.check_hessian(potential, hess, X, grad=grad).ok
    assert kind(lambda x: np.tril(hess(x))) == "one triangle"
    assert kind(lambda x: np.triu(hess(x))) == "one triangle"
    assert kind(lambda x: hess(x) + np.triu(np.arange(36.0).reshape(6, 6) / 100, 2)) == "asymmetric"
    assert kind(lambda x: 2 * hess(x) - np.diag(np.diag(hess(x)))) == "factor"
    assert kind(lambda x: hess(x) + np.diag(np.diag(hess(x)))) == "diagonal"
    assert kind(lambda x: hess(x) - np.outer(slope(x), slope(x)) / 50) == "low rank"
    assert kind(lambda x: csr_array(np.tril(hess(x)))) == "one triangle"


def test_a_hessian_by_another_variable() -> None:
    """As by α where the gradient is by ln α: its row and its column are wrong, and nothing else."""

    def by_another(x: Any) -> Any:
        H = hess(x)
        H[4] *= 0.7
        H[:, 4] *= 0.7
        H[4, 4] -= 3.0
        return H

    finding = secant.check_hessian(potential, by_another, X, grad=slope).diagnosis[0]
    assert finding.kind == "few columns"
    assert finding.where == (4,)
    assert "is wrong in column x[4] and in the same rows alone (11 entries)" in finding.message


def test_fortran_order_is_recognised() -> None:
    x = np.linspace(0.5, 2.0, 6).reshape(2, 3)
    report = secant.check_gradient(lambda x: np.sum(np.exp(x)), lambda x: np.exp(x).ravel("F").reshape(2, 3), x)
    assert report.diagnosis[0].kind == "columns permuted"
    assert "in Fortran order" in str(report)


def test_stale_derivatives() -> None:
    class Lagging:
        last: Any = None

        def __call__(self, x: Any) -> Any:
            now = jac(x)
            given = now if self.last is None else self.last
            self.last = now
            return given

    class First:
        kept: Any = None

        def __call__(self, x: Any) -> Any:
            if self.kept is None:
                self.kept = jac(x)
            return self.kept

    class Keeping:
        """f keeps what its derivative needs, as of its last call."""

        x: Any = X

        def value(self, x: Any) -> Any:
            self.x = np.array(x)
            return f(x)

        def slopes(self, x: Any) -> Any:
            return jac(self.x)

    lagging = secant.check_jacobian(f, Lagging(), X)
    assert lagging.diagnosis[0].kind == "stale"
    assert "the point of its last call" in str(lagging)
    first = secant.check_jacobian(f, First(), X)
    assert first.diagnosis[0].kind == "constant"
    assert "does not change with x" in " ".join(str(first).split())
    keeping = Keeping()
    kept = secant.check_jacobian(keeping.value, keeping.slopes, X)
    assert kept.diagnosis[0].kind == "stale"
    assert "depends on where f was called last" in " ".join(str(kept).split())
    # At several points, what is returned is recognised as what another one should have.
    points = [X, X + 0.1, X + 0.2]
    table = {point.tobytes(): jac(points[max(k - 1, 0)]) for k, point in enumerate(points)}
    report = secant.check_jacobian(f, lambda x: table.get(x.tobytes(), jac(x)), points=points)
    assert report.diagnosis[0].kind == "stale"
    assert "point 0" in report.diagnosis[0].message


def test_a_linear_function_may_have_a_constant_derivative() -> None:
    assert secant.check_jacobian(lambda x: WEIGHTS @ x, lambda x: WEIGHTS, X).ok
    wrong = secant.check_jacobian(lambda x: WEIGHTS @ x, lambda x: 2 * WEIGHTS, X)
    assert [finding.kind for finding in wrong.diagnosis] == ["factor"]


def test_manners() -> None:
    def meddles(x: Any) -> Any:
        J = jac(x)
        x += 1
        return J

    report = secant.check_jacobian(f, meddles, X)
    assert [finding.kind for finding in report.diagnosis] == ["input changed"]
    random = np.random.default_rng(0)
    report = secant.check_jacobian(f, lambda x: jac(x) * random.uniform(1, 1.001), X)
    assert report.diagnosis[0].kind == "nondeterministic"

    def writes(x: Any) -> Any:
        value = f(x)
        x[0] = 7
        return value

    report = secant.check_jacobian(writes, jac, X)
    assert report.ok
    assert report.notes == ("writes writes into its argument; solvers do not expect that",)
    report = secant.check_jacobian(lambda x: f(x) * random.uniform(1, 1 + 1e-10), jac, X, rtol=1e-2)
    assert report.ok
    assert "f is not deterministic: two calls at x differ by" in report.notes[0]


def test_wrong_shapes_are_findings() -> None:
    report = secant.check_jacobian(lambda x: f(x)[:2], lambda x: jac(x)[:2].T, X)
    assert report.verdict == "fail"
    assert [finding.kind for finding in report.diagnosis] == ["shape"]
    assert "returned shape (6, 2); expected is (2, 6)" in str(report)
    assert "return the transpose" in str(report)
    assert report.entries is None
    assert report.to_dict()["worst"] == []


@pytest.mark.parametrize(
    ("factor", "sizes", "symbol"),
    [
        (-1.0, {}, "−1"),
        (1.5, {}, "3/2"),
        (-0.25, {}, "−1/4"),
        (np.pi / 180, {}, "π/180"),
        (-np.sqrt(2), {}, "−√2"),
        (np.log(10), {}, "ln 10"),
        (1 / 150, {"n": 150}, "1/n = 1/150"),
        (150.0, {"n": 150}, "n = 150"),
        (1000.0, {}, "1000"),
        (1.2345, {}, "1.2345"),
        (1.0000001, {}, "1.0000001"),
    ],
)
def test_factors_have_names(factor: float, sizes: dict[str, int], symbol: str) -> None:
    assert name_factor(factor, 1e-10, sizes)[0] == symbol


def test_a_factor_known_roughly_has_no_name() -> None:
    assert name_factor(2.0, 0.1, {})[0] == "2.0000"


# ----------------------------------------------------------------------------------------------------------------------
# mutation

SAMPLE = SUBJECTS[::7]


@pytest.mark.parametrize("subject", SAMPLE, ids=lambda subject: subject.name)
def test_mutants_are_found_and_named(subject: Any) -> None:
    """The whole of it is bench/checking.py, with its rates; here, none may be lost on the sample's smooth functions."""
    check = {"gradient": secant.check_gradient, "hessian": secant.check_hessian}.get(
        subject.kind, secant.check_jacobian
    )
    options: dict[str, Any] = {"grad": subject.values()} if subject.kind == "hessian" else {}
    smooth = "smooth" in subject.tags

    def report_of(derivative: Any) -> secant.CheckReport:
        return check(subject.f, derivative, subject.point(), **options)

    right = report_of(subject.derivative)
    assert right.verdict in (("pass",) if smooth else ("pass", "inconclusive")), str(right)
    asked = named = 0
    for mutant in mutants(subject, magnitudes=(1e-2, 1e-5), forms=("derivative",)):
        report = report_of(mutant.fresh())
        if not smooth or mutant.size < 1e-5:
            continue
        assert report.verdict == "fail", f"{mutant.fault.name} of size {mutant.size:.1e}\n{report}"
        asked += 1
        named += bool(mutant.diagnosis & {finding.kind for finding in report.diagnosis})
    assert not smooth or named >= 0.8 * asked
