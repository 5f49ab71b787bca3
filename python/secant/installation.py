"""Where the package is, and which version it is: what builds against it ask for."""

import os

__version__ = "0.1.0"

_PACKAGE = os.path.dirname(os.path.realpath(__file__))


def get_include() -> str:
    """Directory to add to a C++ compiler's include path, for ``#include <secant/secant.hpp>``.

    The headers need C++20 and nothing else; with ``-fopenmp`` they use threads.

    Raises
    ------
    FileNotFoundError
        If the headers are not beside the package, as when it was copied without them.
    """
    return _existing("include")


def get_cmake_dir() -> str:
    """Directory of ``secantConfig.cmake``, for ``cmake -Dsecant_DIR=...`` and ``find_package(secant)``.

    Raises
    ------
    FileNotFoundError
        If the configuration is not beside the package.
    """
    return _existing("cmake")


def _existing(name: str) -> str:
    # An editable install keeps Python files in the source tree, and what CMake installs beside the compiled module.
    from secant import _core

    places = [_PACKAGE, os.path.dirname(os.path.realpath(_core.__file__))]
    for place in places:
        directory = os.path.join(place, name)
        if os.path.isdir(directory):
            return directory
    msg = f"no directory {name} in {' or '.join(places)}; secant was installed without its C++ files"
    raise FileNotFoundError(msg)
