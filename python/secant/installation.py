"""Where the package is, and which version it is: what builds against it ask for."""

from pathlib import Path

__version__ = "0.1.0"

_PACKAGE = Path(__file__).resolve().parent


def get_include() -> str:
    """Directory to add to a C++ compiler's include path, for ``#include <secant/secant.hpp>``.

    The headers need C++20 and nothing else; with ``-fopenmp`` they use threads.

    Raises
    ------
    FileNotFoundError
        If the headers are not beside the package, as when it was copied without them.
    """
    return _existing(_PACKAGE / "include")


def get_cmake_dir() -> str:
    """Directory of ``secantConfig.cmake``, for ``cmake -Dsecant_DIR=...`` and ``find_package(secant)``.

    Raises
    ------
    FileNotFoundError
        If the configuration is not beside the package.
    """
    return _existing(_PACKAGE / "cmake")


def _existing(directory: Path) -> str:
    # An editable install keeps Python files in the source tree and what CMake installs elsewhere.
    if not directory.is_dir():
        from secant import _core

        directory = Path(_core.__file__).resolve().parent / directory.name
    if not directory.is_dir():
        msg = f"no directory {directory}; secant was installed without its C++ files"
        raise FileNotFoundError(msg)
    return str(directory)
