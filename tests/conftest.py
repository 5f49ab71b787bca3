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
