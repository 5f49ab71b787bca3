"""Every example runs, and those with published answers give them."""

import importlib.util
import runpy
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_example_runs_and_prints(path, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", [str(path)])
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out.strip()


def test_gradient_vs_jacobian():
    import secant

    example = load("gradient_vs_jacobian")
    np.testing.assert_allclose(secant.jacobian(example.f, [1.0, 2.0]), [[2, 1], [2, 1]], rtol=1e-12)
    np.testing.assert_allclose(secant.gradient(example.norm, [3.0, 4.0]), [0.6, 0.8], rtol=1e-12)


@pytest.mark.parametrize("which", [0, 1])
def test_thurber_agrees_with_the_certified_values(which):
    example = load("thurber")
    x, y, starts, certified = example.read(example.DATA)
    assert x.size == y.size == 37
    found, _ = example.fit(starts[which], x, y)
    np.testing.assert_allclose(found, certified, rtol=1e-6)


def test_brusselator_finds_its_pattern_and_draws(tmp_path, capsys):
    example = load("brusselator")
    example.main([str(tmp_path / "picture.png")])
    printed = capsys.readouterr().out
    assert "as the stencil says" in printed
    assert "NOT" not in printed
    assert (tmp_path / "picture.png").stat().st_size > 10_000


def test_brusselator_jacobian_is_right():
    import secant

    example = load("brusselator")
    y = example.start(6)
    sparse = secant.Jacobian(example.rhs, argnum=1, sparsity=example.pattern(6), method="complex")(0.0, y, 6)
    dense = secant.Jacobian(example.rhs, argnum=1, method="complex")(0.0, y, 6)
    np.testing.assert_allclose(sparse.toarray(), dense, rtol=1e-14)
