#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "secant/loops.hpp"

namespace loops = secant::detail;

namespace {

using Quad = std::complex<long double>;
using Complex = std::complex<double>;

template <class T>
std::vector<T> random_values(std::mt19937_64& engine, std::size_t count) {
    std::uniform_real_distribution<secant::real_of_t<T>> around_zero(-1, 1);
    std::vector<T> values(count);
    for (T& value : values) {
        value = around_zero(engine);
        if constexpr (secant::is_complex<T>) value.imag(around_zero(engine));
    }
    return values;
}

// Lengths around those at which SIMD loops change their ways.
constexpr std::size_t lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 67};

}  // namespace

TEST_CASE_TEMPLATE("differences and their sums are those of the plain loop, bit for bit", T, double, long double,
                   Complex, Quad) {
    using R = secant::real_of_t<T>;
    std::mt19937_64 engine(42);
    const R weight = R(1) / 3;
    for (const std::size_t n : lengths) {
        const auto a = random_values<T>(engine, n + 1);
        const auto b = random_values<T>(engine, n + 1);
        std::vector<T> out(n + 1, T(99));
        CHECK(loops::subtract_scaled(weight, a.data(), b.data(), out.data(), n));
        for (std::size_t i = 0; i < n; ++i) CHECK(out[i] == weight * (a[i] - b[i]));
        loops::subtract_weighted(R(7), a.data(), b.data(), out.data(), n);
        for (std::size_t i = 0; i < n; ++i) CHECK(out[i] == R(7) * (a[i] - b[i]));
        loops::add_weighted(weight, b.data(), a.data(), out.data(), n);
        for (std::size_t i = 0; i < n; ++i) CHECK(out[i] == R(7) * (a[i] - b[i]) + weight * (b[i] - a[i]));
        std::vector<T> twin = out;
        CHECK(loops::multiply(out.data(), n, weight));
        for (std::size_t i = 0; i < n; ++i) CHECK(out[i] == (twin[i] *= weight));
        CHECK(loops::divide(out.data(), n, R(3)));
        for (std::size_t i = 0; i < n; ++i) CHECK(out[i] == (twin[i] /= R(3)));
        CHECK(out[n] == T(99));  // nothing is written behind the end
    }
}

TEST_CASE_TEMPLATE("one number that is not finite is noticed wherever it is", T, double, long double, Complex) {
    using R = secant::real_of_t<T>;
    for (const R bad : {std::numeric_limits<R>::quiet_NaN(), std::numeric_limits<R>::infinity()}) {
        for (std::size_t where = 0; where < 19; ++where) {
            std::vector<T> a(19, T(1));
            const std::vector<T> b(19, T(2));
            std::vector<T> out(19);
            a[where] = bad;
            CHECK_FALSE(loops::subtract_scaled(R(1), a.data(), b.data(), out.data(), 19));
            CHECK(loops::subtract_scaled(R(1), a.data(), b.data(), out.data(), where));
            out = a;
            CHECK_FALSE(loops::multiply(out.data(), 19, R(0.5)));
            out = a;
            CHECK_FALSE(loops::divide(out.data(), 19, R(2)));
            CHECK(out[(where + 1) % 19] == T(R(0.5)));
        }
    }
    std::vector<T> large(1, T(std::numeric_limits<R>::max()));
    CHECK_FALSE(loops::multiply(large.data(), 1, R(2)));
}

TEST_CASE_TEMPLATE("a strip is transposed as by the plain loop, and nothing beside it is touched", T, double,
                   long double, Complex) {
    std::mt19937_64 engine(43);
    for (std::size_t columns = 0; columns <= 13; ++columns) {
        for (std::size_t rows = 0; rows <= 13; ++rows) {
            const std::size_t from_stride = rows + 3;
            const std::size_t to_stride = columns + 2;
            const auto from = random_values<T>(engine, columns * from_stride + 1);
            std::vector<T> to(rows * to_stride + 1, T(99));
            loops::transpose(from.data(), from_stride, columns, rows, to.data(), to_stride);
            for (std::size_t i = 0; i < rows; ++i) {
                for (std::size_t k = 0; k < columns; ++k) CHECK(to[i * to_stride + k] == from[k * from_stride + i]);
                for (std::size_t k = columns; k < to_stride; ++k) CHECK(to[i * to_stride + k] == T(99));
            }
            CHECK(to.back() == T(99));
        }
    }
}

TEST_CASE("a transposition may round to another type") {
    const std::vector<double> from = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
    std::vector<float> to(6);
    loops::transpose(from.data(), 3, 2, 3, to.data(), 2);
    CHECK(to == std::vector{0.1F, 0.4F, 0.2F, 0.5F, 0.3F, 0.6F});
}

TEST_CASE("inverses are exact for powers of two, whose own are normal, and zero for others") {
    std::vector<double> values = {1,
                                  2,
                                  -0.25,
                                  3,
                                  0.1,
                                  0,
                                  -0.0,
                                  0x1p-1022,
                                  0x1p1022,
                                  0x1p1023,
                                  -0x1p-1000,
                                  std::numeric_limits<double>::infinity(),
                                  std::numeric_limits<double>::quiet_NaN(),
                                  std::numeric_limits<double>::denorm_min(),
                                  -7};
    std::vector<double> inverses(values.size(), 42);
    CHECK_FALSE(loops::exact_inverses(values.data(), inverses.data(), values.size()));
    for (std::size_t k = 0; k < values.size(); ++k) {
        int exponent = 0;
        const bool power = std::isnormal(values[k]) && std::abs(std::frexp(values[k], &exponent)) == 0.5;
        const bool exact = power && std::isnormal(1 / values[k]);
        CHECK(inverses[k] == (exact ? 1 / values[k] : 0.0));
    }
    std::vector<double> powers;
    for (int exponent = -1022; exponent <= 1022; ++exponent)
        powers.push_back(std::ldexp(exponent % 2 ? -1.0 : 1.0, exponent));
    inverses.resize(powers.size());
    CHECK(loops::exact_inverses(powers.data(), inverses.data(), powers.size()));
    for (std::size_t k = 0; k < powers.size(); ++k) CHECK(inverses[k] * powers[k] == 1);
}

TEST_CASE("a gather multiplies what it fetches") {
    std::mt19937_64 engine(5);
    for (const std::size_t count : lengths) {
        const std::vector<double> from = random_values<double>(engine, 100);
        const std::vector<double> factors = random_values<double>(engine, 20);
        std::vector<std::uint32_t> index(count);
        std::vector<std::int32_t> column(count);
        for (std::size_t k = 0; k < count; ++k) {
            index[k] = static_cast<std::uint32_t>(engine() % 100);
            column[k] = static_cast<std::int32_t>(engine() % 20);
        }
        std::vector<double> out(count);
        loops::gather_multiplied(from.data(), index.data(), factors.data(), column.data(), out.data(), count);
        for (std::size_t k = 0; k < count; ++k) {
            CHECK(out[k] == from[index[k]] * factors[static_cast<std::size_t>(column[k])]);
        }
    }
}
