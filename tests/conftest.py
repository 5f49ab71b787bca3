"""What several test files need: a compiled library of native functions."""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings

SOURCES = Path(__file__).parent

# Where a result decides over a change, the same examples are tried each time; elsewhere new ones are looked for.
settings.register_profile("reproducible", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("reproducible")


def compiler() -> str:
    """The C++ compiler with which the package itself was built, or its like."""
    for name in (os.environ.get("CXX"), "c++", "g++", "clang++"):
        if name and shutil.which(name):
            return name
    pytest.fail("no C++ compiler found (CXX, c++, g++, clang++): the package cannot have been built without one")


@pytest.fixture(scope="session")
def native_library(tmp_path_factory) -> Path:
    """A shared library made of native_functions.cpp."""
    library = tmp_path_factory.mktemp("native") / "native_functions.so"
    source = SOURCES / "native_functions.cpp"
    command = [compiler(), "-std=c++20", "-O2", "-shared", "-fPIC", str(source), "-o", str(library)]
    subprocess.run(command, check=True)
    return library


@pytest.fixture(scope="session")
def native_functions(native_library) -> ctypes.CDLL:
    """The same, loaded, with types declared as a user of ctypes declares them."""
    library = ctypes.CDLL(str(native_library))
    doubles = ctypes.POINTER(ctypes.c_double)
    for name in ("scalar_with_data", "slow"):
        getattr(library, name).restype = ctypes.c_double
        getattr(library, name).argtypes = (ctypes.c_int, doubles, ctypes.c_void_p)
    for name in ("scalar", "overwrites", "right_of_one"):
        getattr(library, name).restype = ctypes.c_double
        getattr(library, name).argtypes = (ctypes.c_int, doubles)
    for name in ("vector_with_data", "forgets"):
        getattr(library, name).restype = None
        getattr(library, name).argtypes = (ctypes.c_int, doubles, ctypes.c_int, doubles, ctypes.c_void_p)
    library.bare.restype = None
    library.bare.argtypes = (doubles, doubles, doubles)
    library.single_precision.restype = ctypes.c_float
    library.single_precision.argtypes = (ctypes.c_int, ctypes.POINTER(ctypes.c_float))
    return library


# What the adaptive method does not do yet. A case that begins to pass fails here: the list cannot outlive its reasons.
_NOT_YET = {
    "where f is not smooth, some bars are too small, 1.1 times for x^1.5 and 17 times for Huber": (
        "test_adaptive.py::test_at_the_end_of_its_domain_f_has_the_slope_from_inside[x^1.5 at 0]",
    ),
    "large noise is not always told from structure": ("test_adaptive.py::test_noise_has_a_status[0.001]",),
    "a Hessian cut short says ROUGH or NOT_FINITE for some entries": (
        "test_adaptive.py::test_budgets_are_kept[hessian]",
        "test_adaptive.py::test_budgets_are_kept[hvp]",
    ),
    "second derivatives at kinks, and of badly scaled variables, have the wrong status or bar": (
        "test_adaptive_hessian.py::test_a_kink_has_no_second_derivative",
    ),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {name: reason for reason, names in _NOT_YET.items() for name in names}
    for item in items:
        name = item.nodeid.rpartition("tests/")[2]
        if name in reasons:
            # Hypothesis may not find what is wrong with budgets.
            strict = "test_budgets_are_kept" not in name
            item.add_marker(pytest.mark.xfail(reason=reasons[name], strict=strict))
