"""What the installed package promises: versions that agree, headers that compile, imports that stay light."""

import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import secant
from conftest import compiler

ROOT = Path(__file__).parent.parent


def test_versions_agree():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert secant.__version__ == declared == version("secant")


def test_public_names_exist_and_are_documented():
    for name in secant.__all__:
        assert hasattr(secant, name)
        if name != "__version__":
            assert getattr(secant, name).__doc__


def test_import_is_light():
    """SciPy and matplotlib are imported only when something of theirs is asked for."""
    probe = "import sys, secant; print(sorted({'scipy', 'matplotlib', 'cffi', 'numba', 'argparse'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


CPP = """
#include <secant/secant.hpp>
#include <cstdio>
#include <vector>

int main() {
    const auto f = [](std::span<const double> x) { return x[0] * x[0] * x[1]; };
    const auto v = [](std::span<const double> x) { return std::vector<double>{x[0] * x[0] + x[1], x[0] * x[1]}; };
    for (const double g : secant::gradient(f, {1.0, 2.0})) std::printf("%.17g ", g);
    for (const double e : secant::jacobian(v, {1.0, 2.0}).entries) std::printf("%.17g ", e);
    for (const double e : secant::hessian(f, {1.0, 2.0}).entries) std::printf("%.17g ", e);
}
"""


@pytest.mark.parametrize("flags", [[], ["-fopenmp"]], ids=["serial", "openmp"])
def test_headers_compile_alone(tmp_path, flags):
    (tmp_path / "main.cpp").write_text(CPP)
    program = tmp_path / "main"
    warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    command = [
        compiler(),
        "-std=c++20",
        "-O1",
        *warnings,
        *flags,
        f"-I{secant.get_include()}",
        str(tmp_path / "main.cpp"),
    ]
    subprocess.run([*command, "-o", str(program)], check=True)
    printed = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    expected = [4, 1, 2, 1, 2, 1, 4, 2, 2, 0]
    np.testing.assert_allclose([float(word) for word in printed.split()], expected, rtol=1e-8, atol=1e-8)


def test_the_cmake_package_builds_the_cpp_example(tmp_path):
    cmake = shutil.which("cmake", path=str(Path(sys.executable).parent)) or shutil.which("cmake")
    assert cmake, "cmake is one of the [test] extra's packages"
    source = ROOT / "examples" / "cpp"
    configure = [cmake, "-S", str(source), "-B", str(tmp_path), f"-Dsecant_DIR={secant.get_cmake_dir()}"]
    subprocess.run([*configure, f"-DCMAKE_CXX_COMPILER={shutil.which(compiler())}"], check=True, capture_output=True)
    subprocess.run([cmake, "--build", str(tmp_path)], check=True, capture_output=True)
    programs = [path for path in tmp_path.iterdir() if path.is_file() and path.stat().st_mode & 0o111]
    assert len(programs) == 1
    done = subprocess.run([str(programs[0])], capture_output=True, text=True, check=True)
    assert "Jacobian" in done.stdout
