#include <doctest/doctest.h>

#include "secant/parallel.hpp"

#if defined(__unix__)
#include <sys/wait.h>
#include <unistd.h>
#endif

TEST_CASE("the limit is kept, is lifted by zero, and never asks for more than OpenMP gives") {
    secant::set_thread_limit(0);
    const int all = secant::available_threads();
    CHECK(all >= 1);
    secant::set_thread_limit(1);
    CHECK(secant::thread_limit() == 1);
    CHECK(secant::available_threads() == 1);
    secant::set_thread_limit(1000000);
    CHECK(secant::available_threads() == all);
    secant::set_thread_limit(-3);
    CHECK(secant::thread_limit() == 0);
    CHECK(secant::available_threads() == all);
}

TEST_CASE("little work stays serial, and much work gets no more threads than it has pieces") {
    CHECK(secant::worthwhile_threads(0, 1000) == 1);
    CHECK(secant::worthwhile_threads(99e-6, 1000) == 1);
    CHECK(secant::worthwhile_threads(10, 1) == 1);
    CHECK(secant::worthwhile_threads(10, 0) == 1);
    CHECK(secant::worthwhile_threads(10, 1000) == secant::available_threads());
    CHECK(secant::worthwhile_threads(1e300, 1000) == secant::available_threads());
}

#ifdef _OPENMP
TEST_CASE("OpenMP's own count is obeyed, and a parallel region is not nested") {
    const int before = omp_get_max_threads();
    omp_set_num_threads(3);
    CHECK(secant::available_threads() == 3);
    CHECK(secant::worthwhile_threads(10, 2) == 2);
    CHECK(secant::worthwhile_threads(110e-6, 1000) == 2);
    secant::set_thread_limit(2);
    CHECK(secant::available_threads() == 2);
    int inside = 0;
#pragma omp parallel num_threads(2) reduction(max : inside)
    inside = secant::available_threads();
    CHECK(inside == 1);
    secant::set_thread_limit(0);
    omp_set_num_threads(before);
}
#endif

#if defined(__unix__)
TEST_CASE("a forked child runs serial, its parent as before") {
    const int before = secant::available_threads();
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(secant::available_threads() == 1 && secant::worthwhile_threads(10, 1000) == 1 ? 0 : 1);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(secant::available_threads() == before);
}
#endif
