#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "box.hpp"
#include "secant/formula.hpp"
#include "secant/step.hpp"

using secant::Bounds;
using secant::NoRoom;
using secant::Precision;
using secant::Side;
using secant::Step;
using secant::StepPlan;
using secant::StepRule;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class R>
bool is_power_of_two(R value) {
    int exponent = 0;
    return value > 0 && std::frexp(value, &exponent) == R(0.5);
}

template <class R>
StepRule<R> rule_of(Side side, int derivative, int order, Precision precision) {
    const auto& formulas = secant::formula_set<R>(derivative, order);
    return {.side = side,
            .relative = secant::relative_step<R>(precision, precision, derivative, order),
            .point_precision = precision,
            .central_reach = formulas.central.reach,
            .one_sided_reach = formulas.forward.reach};
}

// The farthest points of the formula that a plan has chosen for a variable.
template <class R>
std::pair<R, R> extremes(const StepPlan<R>& plan, std::size_t j, R x, int derivative, int order) {
    const auto& nodes = secant::formula_set<R>(derivative, order).on(plan.side(j)).nodes;
    const auto [low, high] = std::ranges::minmax(nodes);
    return {x + static_cast<R>(std::min(low, 0)) * plan.size(j), x + static_cast<R>(std::max(high, 0)) * plan.size(j)};
}

NoRoom no_room(std::span<const double> x, const StepRule<double>& rule, const Bounds<double>& bounds) {
    try {
        const StepPlan<double> plan(x, rule, bounds);
    } catch (const NoRoom& error) {
        return error;
    }
    FAIL("a step was found where there is no room");
    return {0, NoRoom::Reason::step};
}

}  // namespace

TEST_CASE_TEMPLATE("the nearest power of two, on a logarithmic scale", R, double, long double) {
    std::mt19937_64 engine(1);
    for (int i = 0; i < 2000; ++i) {
        const R value = std::ldexp(static_cast<R>(std::uniform_real_distribution<double>(1, 2)(engine)),
                                   std::uniform_int_distribution<int>(-900, 900)(engine));
        const R nearest = secant::nearest_power_of_two(value);
        CHECK(is_power_of_two(nearest));
        CHECK(std::abs(std::log2(value / nearest)) <= R(0.5) + R(1e-12));
        const R below = secant::power_of_two_below(value);
        CHECK(is_power_of_two(below));
        CHECK(below <= value);
        CHECK(2 * below > value);
        CHECK(secant::nearest_power_of_two(below) == below);
        CHECK(secant::power_of_two_below(below) == below);
    }
    CHECK(secant::power_of_two_below(R(0)) == 0);
    CHECK(secant::power_of_two_below(R(-1)) == 0);
    CHECK(secant::power_of_two_below(std::numeric_limits<R>::denorm_min()) == std::numeric_limits<R>::denorm_min());
}

TEST_CASE("the relative step balances the coarser of two precisions") {
    using secant::relative_step;
    CHECK(relative_step<double>(Precision::binary64, Precision::binary64, 1, 1) == 0x1p-26);
    CHECK(relative_step<double>(Precision::binary64, Precision::binary32, 1, 1) ==
          doctest::Approx(std::sqrt(0x1p-23)).epsilon(1e-14));
    CHECK(relative_step<double>(Precision::binary32, Precision::binary64, 2, 2) ==
          doctest::Approx(std::pow(2.0, -23.0 / 4)).epsilon(1e-14));
    CHECK(std::abs(relative_step<long double>(Precision::extended, Precision::extended, 1, 2) - 0x1p-21L) < 1e-24L);
}

TEST_CASE("without bounds a step is the power of two nearest to its share of the variable's scale") {
    const std::vector<double> x = {0, 1, -3, 1e10, 1e-10, -1e300};
    for (const int order : {1, 2, 4, 8}) {
        const auto rule = rule_of<double>(Side::forward, 1, order, Precision::binary64);
        const StepPlan<double> plan(x, rule, {});
        for (std::size_t j = 0; j < x.size(); ++j) {
            const double wanted = std::pow(0x1p-52, 1.0 / (1 + order)) * std::max(std::abs(x[j]), 1.0);
            CHECK(is_power_of_two(plan.size(j)));
            CHECK(std::abs(std::log2(plan.size(j) / wanted)) <= 0.5 + 1e-9);
            CHECK(plan.side(j) == Side::forward);
        }
    }
}

TEST_CASE("steps and scales of the user's are taken, one for all or one for each variable") {
    const std::vector<double> x = {2, 0};
    const std::vector<double> one = {0.3};
    const std::vector<double> each = {0.1, 0.7};
    auto rule = rule_of<double>(Side::central, 1, 2, Precision::binary64);
    rule.sizes = one;
    CHECK(StepPlan<double>(x, rule, {}).sizes() == secant::Buffer<double>{0.3, 0.3});
    rule.sizes = each;
    CHECK(StepPlan<double>(x, rule, {}).sizes() == secant::Buffer<double>(each.begin(), each.end()));
    rule.sizes = {};
    const secant::Buffer<double> natural = StepPlan<double>(x, rule, {}).sizes();
    const std::vector<double> typical = {1024.0};
    rule.typical = typical;
    CHECK(StepPlan<double>(x, rule, {}).size(1) == 1024 * natural[1]);
}

TEST_CASE_TEMPLATE("in random boxes steps stay inside, are powers of two, and move x", R, double, long double) {
    std::mt19937_64 engine(7);
    int sides[3] = {};
    for (int trial = 0; trial < 400; ++trial) {
        const bool coarse = trial % 4 == 0;
        const Precision precision = coarse ? Precision::binary32 : secant::precision_of<R>;
        const Box<R> box = random_box<R>(engine, 5, precision, coarse ? -16 : -44);
        const Side side = static_cast<Side>(trial % 3 - 1);
        const int derivative = 1 + trial % 2;
        const int order = side == Side::central ? 2 + trial % 4 * 2 : 1 + trial % 8;
        const auto rule = rule_of<R>(side, derivative, order, precision);
        const StepPlan<R> plan(box.x, rule, box.bounds());
        for (std::size_t j = 0; j < 5; ++j) {
            CAPTURE(trial);
            CAPTURE(j);
            const auto [low, high] = extremes(plan, j, box.x[j], derivative, order);
            CHECK(low >= box.lower[j]);
            CHECK(high <= box.upper[j]);
            CHECK(is_power_of_two(plan.size(j)));
            CHECK(plan.size(j) <= secant::nearest_power_of_two(rule.relative * std::max(std::abs(box.x[j]), R(1))));
            CHECK(secant::round_to(precision, low) < secant::round_to(precision, high));
            ++sides[static_cast<int>(plan.side(j)) + 1];
        }
    }
    for (const int count : sides) CHECK(count > 50);
}

TEST_CASE("the side that was asked for is kept where it has room for as large a step") {
    const auto rule = [](Side side) { return rule_of<double>(side, 1, 2, Precision::binary64); };
    const auto side_of = [&](Side side, double up, double down) {
        return secant::fit_step(0x1p-10, up, down, rule(side)).side;
    };
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        CHECK(side_of(side, 1, 1) == side);
        CHECK(side_of(side, infinity, infinity) == side);
        CHECK(side_of(side, 1, 0) == Side::forward);
        CHECK(side_of(side, 0, 1) == Side::backward);
    }
    // Half the room for a one-sided step of reach 2 still holds a step of reach 1 on both sides.
    const Step<double> squeezed = secant::fit_step(1.0, 0.5, 0.5, rule(Side::central));
    CHECK(squeezed.side == Side::central);
    CHECK(squeezed.size == 0.5);
    CHECK(secant::fit_step(1.0, 0.4, 0.1, rule(Side::backward)).side == Side::forward);
}

TEST_CASE("near the largest number every point of a formula is finite") {
    std::mt19937_64 engine(3);
    for (const Precision precision : {Precision::binary64, Precision::binary32}) {
        const double limit = secant::largest<double>(precision);
        for (int trial = 0; trial < 300; ++trial) {
            const double away = std::ldexp(1.0, -std::uniform_int_distribution<int>(0, 60)(engine));
            const double size = trial % 3 == 0 ? limit : limit * (1 - away);
            const std::vector<double> x = {secant::round_to(precision, trial % 2 == 0 ? size : -size)};
            const Side side = static_cast<Side>(trial % 3 - 1);
            const int order = side == Side::central ? 4 : 1 + trial % 8;
            const auto rule = rule_of<double>(side, 1, order, precision);
            const std::vector<double> lower = {-infinity};
            const std::vector<double> upper = {infinity};
            const Bounds<double> bounds = trial % 5 == 0 ? Bounds<double>{lower, upper} : Bounds<double>{};
            const StepPlan<double> plan(x, rule, bounds);
            const auto [low, high] = extremes(plan, 0, x[0], 1, order);
            CAPTURE(trial);
            CHECK(secant::round_to(precision, low) >= -limit);
            CHECK(secant::round_to(precision, high) <= limit);
            CHECK(low < high);
        }
    }
}

TEST_CASE("no room: says which variable, and whether the bounds or the step is to blame") {
    const auto rule = rule_of<double>(Side::central, 1, 4, Precision::binary64);
    const std::vector<double> x = {1, 2, 3};
    const std::vector<double> lower = {0, 2, 0};
    const std::vector<double> upper = {9, 2, 9};
    const NoRoom fixed = no_room(x, rule, {lower, upper});
    CHECK(fixed.variable() == 1);
    CHECK(fixed.reason() == NoRoom::Reason::bounds);

    const std::vector<double> tiny = {1e-3, 1e-3, 1e-17};
    auto stuck = rule;
    stuck.sizes = tiny;
    const NoRoom small = no_room(x, stuck, {});
    CHECK(small.variable() == 2);
    CHECK(small.reason() == NoRoom::Reason::step);

    const std::vector<double> ulp = {9, std::nextafter(2.0, 3.0), 9};
    CHECK(no_room(x, rule, {lower, ulp}).reason() == NoRoom::Reason::bounds);

    // A step that moves a double may not move the float that the function sees.
    auto coarse = rule_of<double>(Side::forward, 1, 1, Precision::binary32);
    const std::vector<double> between = {1e-9};
    coarse.sizes = between;
    CHECK(no_room(x, coarse, {}).reason() == NoRoom::Reason::step);
    coarse.point_precision = Precision::binary64;
    CHECK(StepPlan<double>(x, coarse, {}).size(0) == 1e-9);
}

TEST_CASE("a line's step moves no variable by more than its share, and stays inside") {
    std::mt19937_64 engine(11);
    for (int trial = 0; trial < 300; ++trial) {
        const Box<double> box = random_box<double>(engine, 4, Precision::binary64, -44);
        const Side side = static_cast<Side>(trial % 3 - 1);
        const int order = side == Side::central ? 4 : 1 + trial % 8;
        const auto rule = rule_of<double>(side, 1, order, Precision::binary64);
        const Step<double> step = secant::line_step<double>(box.x, box.inward, rule, box.bounds());
        CAPTURE(trial);
        CHECK(is_power_of_two(step.size));
        const int reach = step.side == Side::central ? rule.central_reach : rule.one_sided_reach;
        for (std::size_t j = 0; j < 4; ++j) {
            const double scale = std::max(std::abs(box.x[j]), 1.0);
            CHECK(step.size * std::abs(box.inward[j]) <= 1.5 * rule.relative * scale);
            const double far = step.size * reach * box.inward[j];
            const double rounding = 0x1p-52 * scale;  // Moves::apply takes this back
            if (step.side != Side::backward) {
                CHECK(box.x[j] + far >= box.lower[j] - rounding);
                CHECK(box.x[j] + far <= box.upper[j] + rounding);
            }
            if (step.side != Side::forward) {
                CHECK(box.x[j] - far >= box.lower[j] - rounding);
                CHECK(box.x[j] - far <= box.upper[j] + rounding);
            }
        }
    }
}

TEST_CASE("a line that leaves the box on both sides has no room as a whole") {
    const auto rule = rule_of<double>(Side::central, 1, 4, Precision::binary64);
    const std::vector<double> x = {0, 1};
    const std::vector<double> lower = {0, 0};
    const std::vector<double> upper = {1, 1};
    const std::vector<double> across = {1, 1};
    const std::vector<double> inside = {1, -1};
    const std::vector<double> none = {0, 0};
    const Bounds<double> bounds{lower, upper};
    try {
        (void)secant::line_step<double>(x, across, rule, bounds);
        FAIL("a step was found where there is no room");
    } catch (const NoRoom& error) {
        CHECK(error.variable() == NoRoom::whole_line);
        CHECK(error.reason() == NoRoom::Reason::bounds);
    }
    CHECK(secant::line_step<double>(x, inside, rule, bounds).side == Side::forward);
    CHECK(secant::line_step<double>(x, none, rule, bounds).size == 1);
}

TEST_CASE("a step across half of all numbers does not leave them") {
    const std::vector<double> x = {-std::numeric_limits<double>::max()};
    const std::vector<double> sizes = {1e308};
    auto rule = rule_of<double>(Side::forward, 1, 4, Precision::binary64);
    rule.sizes = sizes;
    const StepPlan<double> plan(x, rule, {});
    CHECK(std::isfinite(extremes(plan, 0, x[0], 1, 4).second));
}
