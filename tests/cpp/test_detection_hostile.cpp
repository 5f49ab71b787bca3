#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "secant/detection.hpp"
#include "secant/interaction.hpp"
#include "task.hpp"
#include "watch.hpp"

namespace {

using Points = std::span<const double>;
using Values = std::span<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest = std::numeric_limits<double>::max();

}  // namespace

TEST_CASE("infinity says yes, as NaN does: it may hide an interaction") {
    const std::vector<double> x = {1, 1};
    const auto f = [](Points p) { return p[0] != 1 && p[1] != 1 ? infinity : p[0] + p[1]; };
    CHECK(hessian_pattern_of(f, x).mask == Mask(2, 2, true));
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        CAPTURE(seed);
        const auto barrier = [](Points p) { return 1 / std::max(0.0, 1 - p[0] - p[1]); };
        CHECK(hessian_pattern_of(barrier, {0.49, 0.49}, {.seed = seed}).mask == Mask(2, 2, true));
        const auto product = [](Points p) { return std::exp(p[0]) * std::exp(p[1]); };
        CHECK(hessian_pattern_of(product, {350.0, 350.0}, {.seed = seed}).mask == Mask(2, 2, true));
    }
}

TEST_CASE("an entry that is found responds") {
    const auto f = [](Points p, Values y) {
        y[0] = p[1] + p[4] * p[4] + p[5] * p[3];
        y[1] = p[3] + p[5] * p[0] + p[4] * p[1];
    };
    const auto found = jacobian_pattern_of(f, 2, std::vector<double>(6, 0.0), {.nan = false, .seed = 10});
    CHECK_FALSE(found.mask(0, 2));
    CHECK_FALSE(found.mask(1, 2));
}

TEST_CASE("an output without a value hides nothing of others") {
    for (const double first : {1.0, not_a_number}) {
        CAPTURE(first);
        const auto f = [first](Points p, Values y) { y[0] = first, y[1] = p[0] * p[1]; };
        const auto found = jacobian_pattern_of(f, 2, {0.0, 0.0}, {.nan = false});
        const bool all_found = found.mask(1, 0) && found.mask(1, 1);
        const bool all_found_or_not_sure = all_found || found.missed[1] > 1e-3;
        CHECK(all_found_or_not_sure);
        CHECK(all_found);
    }
}

TEST_CASE("a budget is kept where values are not finite") {
    const auto f = [](Points p, Values y) { y[0] = not_a_number, y[1] = p[0]; };
    for (std::size_t most = 3; most <= 30; ++most) {
        CAPTURE(most);
        CHECK(jacobian_pattern_of(f, 2, {1.0, 2.0}, {.nan = false, .most_evaluations = most}).calls <= most);
    }
}

TEST_CASE("where the budget ends, what f throws away from x is still forgiven") {
    const auto f = [](Points p, Values y) { y[0] = p[0] == 0 ? 0 : throw 1; };
    CHECK_FALSE(jacobian_pattern_of(f, 1, {0.0}, {.nan = false, .most_evaluations = 5}).complete);
    CHECK_FALSE(hessian_pattern_of([&](Points p) { return p[0] == 0 && p[1] == 0 ? 0 : throw 1; }, {0.0, 0.0},
                                   {.most_evaluations = 5})
                    .complete);
}

TEST_CASE("budgets that no answer could be found with are refused") {
    const auto f = [](Points p, Values y) { y[0] = p[0]; };
    const auto value = [](Points p) { return p[0]; };
    for (const std::size_t most : {1U, 2U}) {
        CHECK_THROWS_WITH_AS((void)jacobian_pattern_of(f, 1, {1.0}, {.most_evaluations = most}),
                             "secant: a pattern is not detected by fewer than 3 evaluations", std::invalid_argument);
        CHECK_THROWS_AS((void)hessian_pattern_of(value, {1.0}, {.most_evaluations = most}), std::invalid_argument);
    }
}

TEST_CASE("where f is not finite at x, its Hessian has no pattern") {
    const auto f = [](Points p) { return p[0] + not_a_number; };
    CHECK_THROWS_AS((void)hessian_pattern_of(f, {1.0, 2.0}), secant::NotFinite);
}

TEST_CASE("a barrier that moves come near to is not taken for interactions") {
    const std::vector<double> x(20, 0.01);
    const std::vector<double> lower(20, 0.0);
    const std::vector<double> upper(20, infinity);
    const auto barrier = [](Points p) {
        double sum = 0;
        for (const double entry : p) sum -= std::log(entry);
        return sum;
    };
    secant::DetectionMethod<double> method;
    method.bounds = {lower, upper};
    CHECK(hessian_pattern_of(barrier, x, method).entries.size() == 20);
}

TEST_CASE("a budget is kept, and evaluations are counted, where f throws") {
    const auto value = [](Points p) {
        double sum = 0;
        for (const double entry : p) sum += std::abs(entry) > 1e-3 ? throw 1 : entry;
        return sum;
    };
    const auto f = [&](Points p, Values y) { y[0] = value(p); };
    const std::vector<double> x(8, 0.0);
    // Of a block in which a call throws, all are counted.
    CHECK(hessian_pattern_of(value, x).evaluations >= hessian_pattern_of(value, x).calls);
    CHECK(jacobian_pattern_of(f, 1, x, {.nan = false}).evaluations >=
          jacobian_pattern_of(f, 1, x, {.nan = false}).calls);
    for (std::size_t most = 4; most <= 60; ++most) {
        CAPTURE(most);
        CHECK(hessian_pattern_of(value, x, {.most_evaluations = most}).calls <= most);
        CHECK(jacobian_pattern_of(f, 1, x, {.nan = false, .most_evaluations = most}).calls <= most);
    }
}

TEST_CASE("near the largest number f is given numbers") {
    std::size_t infinite = 0;
    const auto f = [&](Points p, Values y) {
        for (const double entry : p) infinite += std::isinf(entry);
        y[0] = p[0] / 4 + p[1];
    };
    (void)jacobian_pattern_of(f, 1, {largest, 1.0}, {.nan = false});
    CHECK(infinite == 0);
    (void)jacobian_pattern_of(f, 1, {double(std::numeric_limits<float>::max()), 1.0},
                              {.nan = false, .point_precision = secant::Precision::binary32});
    CHECK(infinite == 0);
}
