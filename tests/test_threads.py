"""The number of threads: limits from secant, OpenMP and threadpoolctl."""

import os
import subprocess
import sys

import pytest
import threadpoolctl

import secant
from secant import _core


@pytest.fixture(autouse=True)
def no_limit():
    yield
    secant.set_num_threads(None)


def threads_in_a_new_process(**environment):
    command = [sys.executable, "-c", "import secant; print(secant.get_num_threads())"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | environment)
    return int(done.stdout)


def test_limit():
    available = secant.get_num_threads()
    secant.set_num_threads(1)
    assert secant.get_num_threads() == 1
    secant.set_num_threads(10**12)
    assert secant.get_num_threads() == available
    secant.set_num_threads(None)
    assert secant.get_num_threads() == available


def test_limits_that_make_no_sense():
    with pytest.raises(ValueError, match="n is 0; accepted are integers from 1 on, or None"):
        secant.set_num_threads(0)
    with pytest.raises(TypeError):
        secant.set_num_threads(1.5)


def test_openmp_environment_is_obeyed():
    expected = 3 if _core.has_openmp else 1
    assert threads_in_a_new_process(OMP_NUM_THREADS="3") == expected
    assert threads_in_a_new_process(OMP_NUM_THREADS="1") == 1


def test_threadpoolctl_is_obeyed():
    before = secant.get_num_threads()
    with threadpoolctl.threadpool_limits(1, user_api="openmp"):
        assert secant.get_num_threads() == 1
    assert secant.get_num_threads() == before
