"""Native functions: every kind of pointer, every signature, and what happens to those that do not fit."""

import ctypes
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import cffi
import numba
import numpy as np
import pytest
import scipy
from scipy.special import cython_special

import secant
from secant.native import SIGNATURES, Function

X = np.array([1.0, -2.0, 0.5, 3.0])


def exact_gradient(x, scale=1.0):
    """Of the sum of scale x_i² x_{i+1}."""
    gradient = np.zeros_like(x)
    gradient[:-1] += 2 * x[:-1] * x[1:]
    gradient[1:] += x[:-1] ** 2
    return scale * gradient


def exact_hessian(x):
    """Of the same."""
    n = x.size
    hessian = np.zeros((n, n))
    for i in range(n - 1):
        hessian[i, i] += 2 * x[i + 1]
        hessian[i, i + 1] = hessian[i + 1, i] = 2 * x[i]
    return hessian


@numba.cfunc(numba.types.double(numba.types.intc, numba.types.CPointer(numba.types.double)))
def numba_scalar(n, x):
    total = 0.0
    for i in range(n - 1):
        total += x[i] ** 2 * x[i + 1]
    return total


@numba.cfunc(
    numba.types.void(
        numba.types.intc,
        numba.types.CPointer(numba.types.double),
        numba.types.intc,
        numba.types.CPointer(numba.types.double),
        numba.types.voidptr,
    )
)
def numba_vector(n, x, m, y, data):
    for i in range(m):
        y[i] = x[i] ** 2


@numba.cfunc(
    numba.types.void(
        numba.types.CPointer(numba.types.double),
        numba.types.CPointer(numba.types.double),
        numba.types.CPointer(numba.types.double),
    )
)
def numba_bare(x, y, data):
    y[0] = x[0] * x[1] * data[0]
    y[1] = (x[0] + x[1]) * data[0]


@numba.cfunc(numba.types.float32(numba.types.intc, numba.types.CPointer(numba.types.float32)))
def numba_single(n, x):
    return x[0]


PyCapsule_New = ctypes.pythonapi.PyCapsule_New
PyCapsule_New.restype = ctypes.py_object
PyCapsule_New.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)


def address_of(fn):
    return ctypes.cast(fn, ctypes.c_void_p).value


@pytest.fixture(scope="session")
def scalar_pointers(native_library, native_functions):
    """The same function as every kind of pointer that is accepted."""
    ffi = cffi.FFI()
    ffi.cdef("double scalar(int n, double *x);")
    library = ffi.dlopen(str(native_library))
    name = ctypes.create_string_buffer(b"double (int, double *)")
    return {
        "ctypes": (native_functions.scalar, None, None),
        "ctypes with void pointer": (native_functions.scalar_with_data, None, None),
        "cffi": (library.scalar, None, (ffi, library)),
        "cffi address": (ffi.addressof(library, "scalar"), None, (ffi, library)),
        "numba": (numba_scalar, None, None),
        "capsule": (PyCapsule_New(address_of(native_functions.scalar), name, None), None, name),
        "capsule without a name": (
            PyCapsule_New(address_of(native_functions.scalar), None, None),
            SIGNATURES[1],
            None,
        ),
        "LowLevelCallable": (scipy.LowLevelCallable(native_functions.scalar_with_data), None, None),
        "LowLevelCallable of cffi": (scipy.LowLevelCallable(library.scalar), None, (ffi, library)),
        "LowLevelCallable of numba": (scipy.LowLevelCallable(numba_scalar.ctypes), None, None),
        "address": (address_of(native_functions.scalar), "double (int, double*)", None),
    }


KINDS = (
    "ctypes",
    "ctypes with void pointer",
    "cffi",
    "cffi address",
    "numba",
    "capsule",
    "capsule without a name",
    "LowLevelCallable",
    "LowLevelCallable of cffi",
    "LowLevelCallable of numba",
    "address",
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_pointer(scalar_pointers, kind):
    fn, signature, _kept = scalar_pointers[kind]
    f = Function(fn, signature=signature)
    assert f(X) == pytest.approx(np.sum(X[:-1] ** 2 * X[1:]), rel=1e-15)
    np.testing.assert_allclose(secant.gradient(f, X), exact_gradient(X), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(secant.hessian(f, X), exact_hessian(X), rtol=1e-8, atol=1e-8)


def test_vector_signature(native_functions):
    f = Function(native_functions.vector_with_data, outputs=6)
    expected = np.zeros((6, 4))
    expected[np.arange(4), np.arange(4)] = 2 * X
    np.testing.assert_allclose(secant.jacobian(f, X), expected, rtol=1e-11)
    np.testing.assert_allclose(secant.jacobian(f, X, layout="denominator"), expected.T, rtol=1e-11)
    np.testing.assert_allclose(secant.jvp(f, X, np.ones(4)), expected @ np.ones(4), rtol=1e-11)
    np.testing.assert_allclose(secant.vjp(f, X, np.arange(6.0)), np.arange(6.0) @ expected, rtol=1e-11)
    assert f(X).shape == (6,)


def test_vector_signature_with_numba():
    f = Function(numba_vector, outputs=4)
    np.testing.assert_allclose(secant.jacobian(f, X), np.diag(2 * X), rtol=1e-11)


def test_one_output_is_an_array_of_one_and_none_a_number(native_functions):
    assert secant.jacobian(Function(native_functions.vector_with_data, outputs=1), X).shape == (1, 4)
    assert secant.jacobian(Function(native_functions.vector_with_data), X).shape == (4,)
    assert secant.jacobian(Function(native_functions.scalar, outputs=1), X).shape == (1, 4)
    assert secant.gradient(Function(native_functions.scalar), X).shape == (4,)
    with pytest.raises(ValueError, match=r"scalar-valued f, but f\(x\) has shape \(1,\); use jacobian"):
        secant.gradient(Function(native_functions.scalar, outputs=1), X)


def test_shape_of_x_is_kept(native_functions):
    x = X.reshape(2, 2)
    assert secant.gradient(Function(native_functions.scalar), x).shape == (2, 2)
    np.testing.assert_allclose(
        secant.gradient(Function(native_functions.scalar), x).ravel(), exact_gradient(X), rtol=1e-11
    )


@pytest.mark.parametrize("data", ["array", "address", "ctypes pointer", "ctypes array", "c_double", "cffi", "capsule"])
def test_data(native_functions, data):
    array = np.array([2.5])
    ffi = cffi.FFI()
    value = {
        "array": array,
        "address": array.ctypes.data,
        "ctypes pointer": array.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
        "ctypes array": (ctypes.c_double * 1)(2.5),
        "c_double": ctypes.c_double(2.5),
        "cffi": ffi.new("double[1]", [2.5]),
        "capsule": PyCapsule_New(array.ctypes.data, None, None),
    }[data]
    f = Function(native_functions.scalar_with_data, data=value)
    np.testing.assert_allclose(secant.gradient(f, X), exact_gradient(X, 2.5), rtol=1e-11)


def test_data_is_kept_alive_and_not_copied(native_functions):
    data = np.array([2.0])
    f = Function(native_functions.bare, outputs=2, data=data)
    data[0] = 3.0
    np.testing.assert_allclose(secant.jacobian(f, [1.0, 2.0]), 3 * np.array([[2.0, 1], [1, 1]]), rtol=1e-11)
    before = sys.getrefcount(data)
    del f
    assert sys.getrefcount(data) == before - 1


def test_bare_signature_with_numba():
    f = Function(numba_bare, outputs=2, data=np.array([2.0]))
    np.testing.assert_allclose(secant.jacobian(f, [1.0, 2.0]), 2 * np.array([[2.0, 1], [1, 1]]), rtol=1e-11)


def test_user_data_of_a_low_level_callable(native_functions):
    data = np.array([4.0])
    pointer = ctypes.cast(data.ctypes.data, ctypes.c_void_p)
    f = Function(scipy.LowLevelCallable(native_functions.scalar_with_data, pointer))
    np.testing.assert_allclose(secant.gradient(f, X), exact_gradient(X, 4.0), rtol=1e-11)


def test_a_function_may_overwrite_its_argument(native_functions):
    x = X.copy()
    np.testing.assert_allclose(secant.gradient(Function(native_functions.overwrites), x), 2 * X, rtol=1e-11)
    np.testing.assert_array_equal(x, X)


def test_non_finite_values_turn_to_the_other_side(native_functions):
    found = secant.gradient(Function(native_functions.right_of_one), [1.0, 5.0], full_output=True)
    np.testing.assert_allclose(found.value, [2.0, 10.0], rtol=1e-9)
    assert found.status.tolist() == [secant.Status.OTHER_SIDE, secant.Status.OK]


def test_an_output_that_is_not_set_is_an_error(native_functions):
    with pytest.raises(ValueError, match=r"f\(x\)\[1\] is nan"):
        secant.jacobian(Function(native_functions.forgets, outputs=2), X, method="forward")


@pytest.mark.parametrize("method", ["forward", "central", secant.FiniteDifference("central", 4), "adaptive"])
def test_threads_give_the_same_bits(native_functions, method):
    x = np.linspace(-1, 1, 700)
    f = Function(native_functions.scalar)
    v = Function(native_functions.vector_with_data, outputs=700)
    try:
        secant.set_num_threads(1)
        one = secant.gradient(f, x, method=method), secant.jacobian(v, x, method=method)
        secant.set_num_threads(2)
        two = secant.gradient(f, x, method=method), secant.jacobian(v, x, method=method)
    finally:
        secant.set_num_threads(None)
    assert one[0].tobytes() == two[0].tobytes()
    assert one[1].tobytes() == two[1].tobytes()


def test_the_gil_is_released(native_functions):
    """Another Python thread goes on while a native function is being differentiated."""
    steps = []
    done = threading.Event()

    def count():
        while not done.is_set():
            steps.append(None)
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    f = Function(native_functions.slow, data=np.array([3e7]))
    thread.start()
    try:
        before = len(steps)
        secant.gradient(f, [1.0], method="forward")
        during = len(steps) - before
    finally:
        done.set()
        thread.join()
    assert during > 0


INTERRUPTED = """
import ctypes, os, signal, sys, threading, time
import numpy as np, secant
library = ctypes.CDLL(sys.argv[1])
library.slow.restype = ctypes.c_double
library.slow.argtypes = (ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.c_void_p)
f = secant.native.Function(library.slow, data=np.array([3e7]))
f(np.ones(1))
threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    secant.gradient(f, np.ones(100000))
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_stops_a_native_function(native_library):
    # The whole derivative would take hours; the time limit only keeps a failing test from lasting as long.
    command = [sys.executable, "-c", INTERRUPTED, str(native_library)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "interrupted\n", done.stderr


FORKED = """
import ctypes, os, sys
import numpy as np, secant
library = ctypes.CDLL(sys.argv[1])
library.scalar.restype = ctypes.c_double
library.scalar.argtypes = (ctypes.c_int, ctypes.POINTER(ctypes.c_double))
f = secant.native.Function(library.scalar)
x = np.linspace(0, 1, 3000)
parent = secant.gradient(f, x)
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    same = secant.gradient(f, x).tobytes() == parent.tobytes()
    os.write(writer, f"{same} {secant.get_num_threads()}".encode())
    os._exit(0)
os.waitpid(child, 0)
print(os.read(reader, 100).decode())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_runs_serial(native_library):
    command = [sys.executable, "-W", "ignore", "-c", FORKED, str(native_library)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "True 1\n", done.stderr


def test_prepared_objects(native_functions):
    g = secant.Gradient(Function(native_functions.scalar), like=X, method="central")
    np.testing.assert_allclose(g(X), exact_gradient(X), rtol=1e-9)
    H = secant.Hessian(Function(native_functions.scalar))
    np.testing.assert_allclose(H.operator(X) @ np.ones(4), exact_hessian(X) @ np.ones(4), rtol=1e-6)
    found = g.estimate(X)
    assert found.evaluations == 8


def test_float32_points_are_widened(native_functions):
    gradient = secant.gradient(Function(native_functions.scalar), X.astype(np.float32))
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, exact_gradient(X), rtol=1e-11)


def test_what_native_functions_cannot_do(native_functions):
    f = Function(native_functions.scalar)
    with pytest.raises(TypeError, match=r"takes real numbers, so that the complex step is not possible; use method="):
        secant.gradient(f, X, method="complex")
    with pytest.raises(TypeError, match=r"takes x alone, but 2 arguments were given; pass its parameters as data="):
        secant.gradient(f, X, args=(1.0,))


def test_signatures_that_do_not_fit(native_functions):
    accepted = "; accepted are 'double (int n, double *x, void *data)'"
    with pytest.raises(ValueError, match="has the signature 'c_float") as error:
        Function(native_functions.single_precision)
    assert all(signature in str(error.value) for signature in SIGNATURES)
    with pytest.raises(ValueError, match="float32") as error:
        Function(numba_single)
    assert accepted in str(error.value)
    with pytest.raises(ValueError, match=r"has the signature 'double \(double") as error:
        Function(scipy.LowLevelCallable.from_cython(cython_special, "j1"))
    assert accepted in str(error.value)
    with pytest.raises(ValueError, match=r"signature is 'int \(int\)'; accepted are"):
        Function(native_functions.scalar, signature="int (int)")
    with pytest.raises(ValueError, match=r"signature is .* but fn says that it is"):
        Function(native_functions.scalar, signature=SIGNATURES[2])
    with pytest.raises(TypeError, match="signature is a int; accepted are"):
        Function(native_functions.scalar, signature=3)


def test_signatures_may_be_written_in_c_fashion(native_functions):
    address = address_of(native_functions.scalar_with_data)
    for text in (
        "double(int,double*,void*)",
        "double f(int n, const double x[], void *user_data);",
        "  double (*)(int, double *, void *) ",
    ):
        assert Function(address, signature=text).signature == SIGNATURES[0]


def test_pointers_that_do_not_fit(native_library, native_functions):
    with pytest.raises(TypeError, match=r"fn is a function; accepted are scipy.LowLevelCallable, numba.cfunc"):
        Function(lambda x: x)
    with pytest.raises(ValueError, match="does not say its signature: give it as signature=; accepted are"):
        Function(address_of(native_functions.scalar))
    with pytest.raises(ValueError, match="does not say its signature"):
        Function(ctypes.CDLL(str(native_library)).bare)
    with pytest.raises(ValueError, match="fn is 0, which is no address"):
        Function(0, signature=SIGNATURES[0])
    with pytest.raises(TypeError, match=r"already a secant\.native\.Function"):
        Function(Function(native_functions.scalar))
    ffi = cffi.FFI()
    with pytest.raises(TypeError, match=r"fn is a cffi int \*; accepted is a pointer to a function"):
        Function(ffi.new("int *"))
    null = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, ctypes.POINTER(ctypes.c_double))()
    with pytest.raises(ValueError, match="null function pointer"):
        Function(null)


def test_outputs_and_data_that_do_not_fit(native_functions):
    with pytest.raises(ValueError, match="returns one value, but outputs is 3; accepted for several values are"):
        Function(native_functions.scalar, outputs=3)
    with pytest.raises(ValueError, match="outputs is 0; accepted are None"):
        Function(native_functions.vector_with_data, outputs=0)
    with pytest.raises(ValueError, match="takes no data; use"):
        Function(native_functions.scalar, data=np.ones(1))
    with pytest.raises(ValueError, match="data is not C-contiguous"):
        Function(native_functions.scalar_with_data, data=np.ones((4, 4))[:, 0])
    with pytest.raises(TypeError, match="data is a list; accepted are an array"):
        Function(native_functions.scalar_with_data, data=[1.0])


def test_pickling(native_functions):
    with pytest.raises(TypeError, match="an address means nothing in another process"):
        pickle.dumps(Function(address_of(native_functions.scalar), signature=SIGNATURES[1]))
    f = Function(native_functions.scalar)
    assert "secant.native.Function(" in repr(f)
    assert f.outputs is None


def test_a_python_callback_behind_a_pointer_is_called_from_threads():
    """A ctypes callback takes the GIL itself, which must be free for that: no deadlock."""

    def norm(n, x):
        return sum(x[i] ** 2 for i in range(n))

    kind = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, ctypes.POINTER(ctypes.c_double))
    np.testing.assert_allclose(secant.gradient(Function(kind(norm)), X), 2 * X, rtol=1e-11)


def test_signal_handlers_are_left_as_they_were(native_functions):
    before = signal.getsignal(signal.SIGINT)
    secant.gradient(Function(native_functions.scalar), X)
    assert signal.getsignal(signal.SIGINT) is before
