#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "secant/extrapolation.hpp"

using secant::Extrapolation;

namespace {

// The slow twin: Gaussian elimination on the Vandermonde system.
[[nodiscard]] std::vector<long double> coefficients(const std::vector<double>& z, const std::vector<double>& values) {
    const std::size_t n = z.size();
    std::vector<std::vector<long double>> rows(n, std::vector<long double>(n + 1));
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < n; ++k) rows[i][k] = std::pow(static_cast<long double>(z[i]), k);
        rows[i][n] = values[i];
    }
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t i = 0; i < n; ++i) {
            if (i == k) continue;
            const long double factor = rows[i][k] / rows[k][k];
            for (std::size_t j = k; j <= n; ++j) rows[i][j] -= factor * rows[k][j];
        }
    }
    std::vector<long double> solution(n);
    for (std::size_t k = 0; k < n; ++k) solution[k] = rows[k][n] / rows[k][k];
    return solution;
}

[[nodiscard]] double coefficient(const Extrapolation<double>& extrapolation, std::size_t k,
                                 const std::vector<double>& values) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += extrapolation.weight(k, i) * values[i];
    return sum;
}

}  // namespace

TEST_CASE("coefficients are those of the polynomial through the values") {
    for (const std::vector<double>& z :
         {std::vector<double>{1, 0.25, 0.0625}, {1, 0.75, 0.5, 0.375, 0.25}, {3, 1}, {2}}) {
        std::vector<double> values;
        for (std::size_t i = 0; i < z.size(); ++i) values.push_back(std::sin(3.0 * z[i]) + 2);
        const Extrapolation<double> extrapolation(z);
        const auto expected = coefficients(z, values);
        for (std::size_t k = 0; k < z.size(); ++k) {
            CHECK(coefficient(extrapolation, k, values) ==
                  doctest::Approx(static_cast<double>(expected[k])).epsilon(1e-12));
        }
    }
}

TEST_CASE("the remainder is what the first power left out does to a coefficient") {
    const std::vector<double> z = {1, 0.75, 0.25, 0.1};
    std::vector<double> values;
    for (const double one : z) values.push_back(one * one * one * one);
    const Extrapolation<double> extrapolation(z);
    for (std::size_t k = 0; k < z.size(); ++k) {
        CHECK(std::abs(coefficient(extrapolation, k, values)) ==
              doctest::Approx(extrapolation.remainder(k)).epsilon(1e-12));
    }
}

TEST_CASE("weights are right where abscissae are far apart") {
    const std::vector<double> z = {1, 0x1p-30, 0x1p-60};
    const Extrapolation<double> extrapolation(z);
    // On z^2, of which the value at 0 is 0: the terms must cancel to rounding of the largest.
    CHECK(std::abs(coefficient(extrapolation, 0, {1, 0x1p-60, 0x1p-120})) <= 0x1p-52 * 0x1p-90);
}
