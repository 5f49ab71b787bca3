#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "secant/secant.hpp"

using secant::Matrix;
using secant::Options;
using secant::Side;

namespace {

using Point = std::span<const double>;

double rosenbrock(Point x) { return 100 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1 - x[0], 2); }

std::array<double, 3> spiral(Point x) { return {x[0] * std::cos(x[1]), x[0] * std::sin(x[1]), x[1]}; }

}  // namespace

TEST_CASE("the gradient of a function, a lambda, or a callable that cannot be copied") {
    const auto check = [](const std::vector<double>& gradient) {
        REQUIRE(gradient.size() == 2);
        CHECK(gradient[0] == doctest::Approx(-400 * 0.5 * (2 - 0.25) - 2 * 0.5).epsilon(1e-10));
        CHECK(gradient[1] == doctest::Approx(200 * (2 - 0.25)).epsilon(1e-10));
    };
    const std::vector<double> x = {0.5, 2};
    check(secant::gradient(rosenbrock, x));
    check(secant::gradient(rosenbrock, {0.5, 2.0}));
    check(secant::gradient([](Point p) { return static_cast<long double>(rosenbrock(p)); }, x));
    check(secant::gradient([owned = std::make_unique<double>(0)](Point p) { return *owned + rosenbrock(p); }, x));
    int calls = 0;
    check(secant::gradient([&calls](Point p) mutable { return ++calls, rosenbrock(p); }, x));
    CHECK(calls == 8);
}

TEST_CASE("the Jacobian of a function that returns any range, or writes its values") {
    const std::vector<double> x = {2, 0.5};
    const double exact[] = {std::cos(0.5), -2 * std::sin(0.5), std::sin(0.5), 2 * std::cos(0.5), 0, 1};
    const auto check = [&](const Matrix& jacobian) {
        CHECK(jacobian.rows == 3);
        CHECK(jacobian.columns == 2);
        for (std::size_t i = 0; i < 3; ++i) {
            for (std::size_t j = 0; j < 2; ++j) {
                CHECK(jacobian(i, j) == doctest::Approx(exact[i * 2 + j]).epsilon(1e-11));
            }
        }
    };
    check(secant::jacobian(spiral, x));
    check(secant::jacobian(spiral, {2.0, 0.5}));
    std::vector<double> reused(3);
    check(secant::jacobian(
        [&](Point p) {
            std::ranges::copy(spiral(p), reused.begin());
            return std::span<const double>(reused);
        },
        x));
    check(secant::jacobian([](Point p, std::span<double> y) { std::ranges::copy(spiral(p), y.begin()); }, x, 3));
}

TEST_CASE("the Hessian is symmetric and right") {
    const Matrix hessian = secant::hessian(rosenbrock, {0.5, 2.0});
    CHECK(hessian.rows == 2);
    CHECK(hessian.columns == 2);
    CHECK(hessian(0, 0) == doctest::Approx(1200 * 0.25 - 400 * 2 + 2).epsilon(1e-7));
    CHECK(hessian(0, 1) == doctest::Approx(-400 * 0.5).epsilon(1e-7));
    CHECK(hessian(1, 0) == hessian(0, 1));
    CHECK(hessian(1, 1) == doctest::Approx(200).epsilon(1e-7));
}

TEST_CASE("options: side and order, steps, scales and bounds") {
    const std::vector<double> x = {1, 4};
    std::vector<std::vector<double>> seen;
    const auto root = [&](Point p) {
        seen.emplace_back(p.begin(), p.end());
        return std::sqrt(p[0] - 1) * 0 + p[0] * p[1];
    };
    const Options bounded = {.lower = {1, 0}, .upper = {2, 4}};
    const auto gradient = secant::gradient(root, x, bounded);
    CHECK(gradient[0] == doctest::Approx(4).epsilon(1e-9));
    CHECK(gradient[1] == doctest::Approx(1).epsilon(1e-9));
    CHECK(secant::hessian(root, x, bounded)(0, 1) == doctest::Approx(1).epsilon(1e-5));
    for (const auto& point : seen) CHECK((point[0] >= 1 && point[0] <= 2 && point[1] >= 0 && point[1] <= 4));

    seen.clear();
    (void)secant::gradient(root, x, {.side = Side::forward, .order = 1, .step = {0.5}});
    CHECK(seen == std::vector<std::vector<double>>{{1, 4}, {1.5, 4}, {1, 4.5}});
    seen.clear();
    (void)secant::gradient(root, x, {.side = Side::forward, .order = 1, .step = {0.5, 0.25}});
    CHECK(seen == std::vector<std::vector<double>>{{1, 4}, {1.5, 4}, {1, 4.25}});
    seen.clear();
    (void)secant::gradient(root, x, {.side = Side::forward, .order = 1, .typical = {0x1p20}});
    CHECK(seen[1][0] == 1 + 0x1p-6);
}

TEST_CASE("mistakes are told before f is called") {
    bool called = false;
    const auto f = [&](Point p) {
        called = true;
        return p[0];
    };
    const std::vector<double> x = {1, 2};
    const double infinity = std::numeric_limits<double>::infinity();
    const std::vector<Options> mistakes = {
        {.order = 3},
        {.order = 0},
        {.order = 10},
        {.side = Side::forward, .order = 9},
        {.side = Side::forward, .order = -1},
        {.step = {1, 2, 3}},
        {.step = {0}},
        {.step = {-1}},
        {.step = {infinity}},
        {.typical = {1, std::nan("")}},
        {.lower = {0, 0}},
        {.lower = {0}, .upper = {9}},
        {.lower = {0, 3}, .upper = {9, 9}},
        {.lower = {0, std::nan("")}, .upper = {9, 9}},
    };
    for (const Options& options : mistakes) {
        CHECK_THROWS_AS((void)secant::gradient(f, x, options), std::invalid_argument);
        CHECK_THROWS_AS((void)secant::hessian(f, x, options), std::invalid_argument);
    }
    CHECK_THROWS_AS((void)secant::gradient(f, std::vector<double>{}), std::invalid_argument);
    CHECK_THROWS_AS((void)secant::gradient(f, {1.0, std::nan("")}), std::invalid_argument);
    CHECK_THROWS_AS((void)secant::gradient(f, {infinity}), std::invalid_argument);
    CHECK_FALSE(called);
}

TEST_CASE("no room, a value that is not finite, a changing number of values, and f's own exceptions are told") {
    const auto f = [](Point p) { return p[0]; };
    CHECK_THROWS_AS((void)secant::gradient(f, {1.0}, {.lower = {1}, .upper = {1}}), secant::NoRoom);
    CHECK_THROWS_AS((void)secant::gradient(f, {1.0}, {.step = {1e-20}}), secant::NoRoom);
    CHECK_THROWS_AS((void)secant::gradient([](Point) { return std::nan(""); }, {1.0}), secant::NotFinite);
    std::size_t size = 1;
    CHECK_THROWS_AS((void)secant::jacobian([&](Point) { return std::vector<double>(++size); }, {1.0}),
                    std::length_error);
    CHECK_THROWS_AS((void)secant::hessian([](Point) -> double { throw std::out_of_range("f"); }, {1.0}),
                    std::out_of_range);
}
