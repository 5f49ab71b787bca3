#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <limits>

#include "secant/precision.hpp"

using secant::Precision;

static_assert(secant::precision_of<float> == Precision::binary32);
static_assert(secant::precision_of<double> == Precision::binary64);
static_assert(secant::precision_of<long double> == Precision::extended);
static_assert(Precision::binary32 < Precision::binary64 && Precision::binary64 < Precision::extended);
static_assert(secant::is_complex<std::complex<double>> && !secant::is_complex<long double>);
static_assert(std::is_same_v<secant::real_of_t<std::complex<long double>>, long double>);
static_assert(secant::round_to(Precision::binary32, 1 + 0x1p-25) == 1.0);

TEST_CASE("epsilon is the distance from 1 to the next number of the format") {
    CHECK(secant::epsilon<double>(Precision::binary32) == std::nextafter(1.0F, 2.0F) - 1.0F);
    CHECK(secant::epsilon<double>(Precision::binary64) == std::nextafter(1.0, 2.0) - 1.0);
    CHECK(secant::epsilon<long double>(Precision::extended) == std::nextafter(1.0L, 2.0L) - 1.0L);
}

TEST_CASE("the largest number of a format is finite in it, and its double is not") {
    CHECK(std::isfinite(static_cast<float>(secant::largest<double>(Precision::binary32))));
    CHECK(std::isinf(static_cast<float>(2 * secant::largest<double>(Precision::binary32))));
    CHECK(secant::largest<double>(Precision::binary64) == std::numeric_limits<double>::max());
    CHECK(secant::largest<long double>(Precision::extended) == std::numeric_limits<long double>::max());
    CHECK(secant::largest<double>(Precision::extended) == std::numeric_limits<double>::max());
}

TEST_CASE("rounding goes to the nearest number of the format, and leaves those that fit alone") {
    CHECK(secant::round_to(Precision::binary32, 0.1) == static_cast<double>(0.1F));
    CHECK(secant::round_to(Precision::binary32, 0.1) != 0.1);
    CHECK(secant::round_to(Precision::binary32, 0.5) == 0.5);
    CHECK(secant::round_to(Precision::binary64, 0.1) == 0.1);
    CHECK(secant::round_to(Precision::extended, 0.1L) == 0.1L);
    CHECK(secant::round_to(Precision::binary64, 0.1L) == static_cast<long double>(0.1));
}

TEST_CASE_TEMPLATE("finite numbers are told from the rest", T, double, long double) {
    using Limits = std::numeric_limits<T>;
    for (const T value : {T(0), T(-0.0), Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min(), T(1)}) {
        CHECK(secant::is_finite(value));
        CHECK(secant::is_finite(std::complex<T>(value, value)));
    }
    for (const T value : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), -Limits::quiet_NaN(),
                          Limits::signaling_NaN()}) {
        CHECK_FALSE(secant::is_finite(value));
        CHECK_FALSE(secant::is_finite(std::complex<T>(value, 1)));
        CHECK_FALSE(secant::is_finite(std::complex<T>(1, value)));
    }
}
