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
    "a kink of 1e-6 of the slope is smoothed over": ("test_adaptive.py::test_a_kink_has_two_slopes[1e-6 |x|+x at 0]",),
    "mixed derivatives at a corner of the bounds lose their bar": (
        "test_adaptive.py::test_a_mixed_partial_in_a_corner",
    ),
    "with a trend beside it, a wave whose periods are steps is taken for the trend, with status OK": (
        "test_adaptive.py::test_a_periodic_f_is_not_taken_for_a_straight_one",
    ),
    "where f is not smooth, some bars are too small, 1.1 times for x^1.5 and 17 times for Huber": (
        "test_adaptive.py::test_at_the_end_of_its_domain_f_has_the_slope_from_inside[x^1.5 at 0]",
        "test_adaptive.py::test_beside_a_corner_f_has_its_slope[Huber at 1]",
    ),
    "rough functions say ROUGH, and not that the tolerance is missed": (
        *(f"test_adaptive.py::test_atol_is_met_or_it_is_said_that_it_is_not[{t}]" for t in ("1e-06", "1e-10", "0.0")),
        *(
            f"test_adaptive.py::test_rtol_is_met_or_it_is_said_that_it_is_not[{t}]"
            for t in ("0.01", "1e-06", "1e-10", "1e-14", "0.0")
        ),
    ),
    "98.8 and 98.9 % of the bars hold in place of 99 %": (
        "test_adaptive.py::test_bars_hold_in_every_precision[longdouble]",
        "test_adaptive_hessian.py::test_bars_of_jvps",
    ),
    "large noise is not always told from structure": (
        "test_adaptive.py::test_bars_hold_where_noise_is_measured[0.001]",
        "test_adaptive.py::test_bars_hold_where_noise_is_measured[1e-06]",
        "test_adaptive.py::test_bars_of_noisy_functions_are_of_use[0.001]",
        "test_adaptive.py::test_noise_has_a_status[0.001]",
        "test_adaptive.py::test_noise_has_a_status[1e-06]",
        "test_adaptive_hessian.py::test_bars_of_noisy_functions_hold_and_are_of_use[0.0001]",
    ),
    "a Hessian cut short says ROUGH or NOT_FINITE for some entries": (
        "test_adaptive.py::test_budgets_are_kept[hessian]",
        "test_adaptive.py::test_budgets_are_kept[hvp]",
    ),
    "a noisy parabola at its minimum is said to be unbounded": (
        "test_adaptive.py::test_errors_are_numbers_and_smooth_functions_have_derivatives[scalar]",
    ),
    "flat smooth functions are called rough, and cancelling ones noisy": (
        "test_adaptive.py::test_smooth_functions_are_not_said_to_be_anything_else",
    ),
    "the four samples for a tolerance may be taken again by the longer way": tuple(
        f"test_adaptive.py::test_no_point_is_evaluated_twice_for_a_tolerance[{t}]" for t in ("0.001", "1e-06", "1e-09")
    ),
    "second derivatives at kinks, and of badly scaled variables, have the wrong status or bar": (
        "test_adaptive_hessian.py::test_a_kink_has_no_second_derivative",
        "test_adaptive_hessian.py::test_errors_of_hessians_from_gradients_are_averaged_like_the_values",
        "test_adaptive_hessian.py::test_what_is_not_finite_has_a_status",
    ),
    "bars of orders 5 to 8 hold less often, and there is no one-sided derivative of order 8": (
        "test_high_orders.py::test_bars_hold_on_all_smooth_problems",
        *(f"test_high_orders.py::test_bounds[sides{k}-8]" for k in range(3)),
    ),
    "noise_level takes very fast functions for noise, and underflows below 1e-270": (
        "test_noise.py::test_powers_of_two_go_through",
        *(
            f"test_noise.py::test_the_noise_of_a_smooth_function_is_rounding[{name}]"
            for name in (
                "1/x at 1e-8",
                "1e280 exp at -1",
                "boundary layer at 0.001",
                "cos at 1e6",
                "log at 1e-12",
                "sin(1e6 x) at 1e-6",
                "sqrt at 1e-10",
            )
        ),
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
