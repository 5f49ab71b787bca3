#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <random>
#include <vector>

#include "box.hpp"
#include "secant/direction.hpp"

using secant::Bounds;
using secant::Moves;
using secant::PairedMoves;
using secant::Precision;
using secant::Side;
using secant::SingleMoves;
using secant::StepRule;

namespace {

StepRule<double> rule_with(std::span<const double> sizes, Side side = Side::central) {
    return {.side = side, .relative = 1e-3, .central_reach = 2, .one_sided_reach = 4, .sizes = sizes};
}

using Point = std::vector<double>;

const Point x = {1, -2, 0.5};
const std::vector<double> steps = {0.25, 0.5, 0.125};

std::vector<double> displaced(const secant::Directions<double>& directions, std::size_t column, double factor) {
    std::vector<double> point = x;
    directions.displace(column, factor, point);
    return point;
}

}  // namespace

TEST_CASE("power is repeated multiplication") {
    static_assert(secant::power(3.0, 0) == 1 && secant::power(3.0, 4) == 81);
    CHECK(secant::power(0.5, 3) == 0.125);
}

TEST_CASE("single moves displace one variable, from the first column on") {
    const Moves<double> moves(x, rule_with(steps), {});
    const auto& formulas = secant::formula_set<double>(1, 4);
    const SingleMoves<double> all(moves, formulas, 0, 3);
    CHECK(all.count() == 3);
    CHECK(displaced(all, 0, 2) == Point{1.5, -2, 0.5});
    CHECK(displaced(all, 2, -1) == Point{1, -2, 0.375});
    const SingleMoves<double> last(moves, formulas, 2, 1);
    CHECK(last.count() == 1);
    CHECK(displaced(last, 0, 1) == Point{1, -2, 0.625});
    CHECK(&last.formula(0, Side::forward) == &formulas.forward);
    CHECK(last.side(0) == Side::central);
    CHECK(last.origin().data() == x.data());
}

TEST_CASE("the line moves every variable of its direction") {
    const std::vector<double> v = {2, 0, -1};
    const std::vector<double> step = {0.25};
    const auto moves = Moves<double>::along(x, v, rule_with(step), {});
    const SingleMoves<double> line(moves, secant::formula_set<double>(1, 2), moves.line(), 1);
    CHECK(displaced(line, 0, 2) == Point{2, -2, 0});
    CHECK(displaced(line, 0, 0) == x);
    CHECK(line.divisor(0, line.formula(0, Side::central), 0.5) == 2 * 0.5 * 0.25);
}

TEST_CASE("paired moves displace both variables, one twice, and towards the room") {
    const std::vector<double> lower = {0, -2, 0};  // the second variable lies at a bound
    const std::vector<double> upper = {9, 9, 9};
    const Bounds<double> bounds{lower, upper};
    const Moves<double> moves(x, rule_with(steps, Side::backward), bounds);
    REQUIRE(moves.side(1) == Side::forward);
    REQUIRE(moves.side(0) == Side::backward);
    const std::vector<PairedMoves<double>::Pair> pairs = {{0, 1}, {0, 0}, {1, 2}};
    const auto& formulas = secant::formula_set<double>(2, 1);
    const PairedMoves<double> paired(moves, formulas, pairs);
    CHECK(paired.count() == 3);
    CHECK(displaced(paired, 0, 1) == Point{0.75, -1.5, 0.5});
    CHECK(displaced(paired, 1, 1) == Point{0.5, -2, 0.5});
    CHECK(displaced(paired, 2, 1) == Point{1, -1.5, 0.375});
    CHECK(paired.side(0) == Side::forward);
    CHECK(paired.divisor(0, formulas.forward, 0.5) == 0.25 * formulas.forward.denominator);
    // On the other side the second variable would leave its bounds, and the third may go.
    CHECK(paired.allows(0, {Side::forward, 0}));
    CHECK_FALSE(paired.allows(0, {Side::backward, 0}));
    CHECK(paired.allows(1, {Side::backward, 0}));
    // A variable paired with itself is moved twice as far.
    const std::vector<double> near = {0.25, -2, 0};
    auto short_rule = rule_with(steps, Side::backward);
    short_rule.one_sided_reach = 2;
    const Moves<double> narrow(x, short_rule, Bounds<double>{near, upper});
    REQUIRE(narrow.size(0) == 0.25);
    CHECK(PairedMoves<double>(narrow, formulas, pairs).allows(0, {Side::forward, 0}));
    CHECK_FALSE(PairedMoves<double>(narrow, formulas, pairs).allows(1, {Side::forward, 0}));
    const Moves<double> free(x, rule_with(steps), {});
    CHECK(PairedMoves<double>(free, formulas, pairs).side(0) == Side::central);
}

TEST_CASE("what is allowed stays inside the bounds") {
    std::mt19937_64 engine(5);
    int allowed = 0;
    int refused = 0;
    for (int trial = 0; trial < 200; ++trial) {
        const Box<double> box = random_box<double>(engine, 3, Precision::binary64, -30);
        const auto& formulas = secant::formula_set<double>(1, 1 + trial % 8);
        const StepRule<double> rule = {.side = static_cast<Side>(trial % 3 - 1),
                                       .relative = 1e-4,
                                       .central_reach = formulas.central.reach,
                                       .one_sided_reach = formulas.forward.reach};
        const Moves<double> moves(box.x, rule, box.bounds());
        const SingleMoves<double> single(moves, formulas, 0, 3);
        for (std::size_t j = 0; j < 3; ++j) {
            CHECK(single.allows(j, {moves.side(j), 0}));
            for (const Side side : {Side::backward, Side::central, Side::forward}) {
                for (const int halvings : {0, 4}) {
                    bool inside = true;
                    for (const int node : formulas.on(side).nodes) {
                        const double to = box.x[j] + std::ldexp(node * moves.size(j), -halvings);
                        inside = inside && to >= box.lower[j] && to <= box.upper[j];
                    }
                    CHECK(single.allows(j, {side, halvings}) == inside);
                    ++(inside ? allowed : refused);
                }
            }
        }
    }
    CHECK(allowed > 300);
    CHECK(refused > 300);
}

TEST_CASE("the first moment is the formula of f(x) = x over the distances really taken") {
    const std::vector<double> origin = {1.0 / 3};
    const std::vector<double> step = {0.1};
    for (const int order : {1, 2, 4}) {
        const auto& formulas = secant::formula_set<double>(1, order);
        for (const Precision precision : {Precision::binary32, Precision::binary64}) {
            auto rule = rule_with(step);
            rule.point_precision = precision;
            const std::vector<double> start = {secant::round_to(precision, origin[0])};
            const Moves<double> moves(start, rule, {});
            for (const Side side : {Side::backward, Side::central, Side::forward}) {
                const auto& formula = formulas.on(side);
                const auto at = [&](int place) {
                    const int node = place < 0 ? 0 : formula.nodes[static_cast<std::size_t>(place)];
                    return secant::round_to(precision, start[0] + node * 0.1);
                };
                double sum = 0;
                for (const auto& term : formula.terms) sum += term.weight * (at(term.plus) - at(term.minus));
                CHECK(moves.first_moment(0, formula, 1) == doctest::Approx(sum).epsilon(1e-15));
                CHECK(sum == doctest::Approx(0.1 * formula.denominator).epsilon(1e-5));
            }
        }
    }
}

TEST_CASE("complex points are moved along the real axis, their imaginary parts kept") {
    const std::vector<double> lower = {0, -9, -9};
    const std::vector<double> upper = {1.125, 9, 9};
    const Moves<double> moves(x, rule_with(steps), Bounds<double>{lower, upper});
    std::vector<std::complex<double>> point = {{1, 7}, -2, 0.5};
    moves.apply(0, 10.0, std::span(point));
    CHECK(point[0] == std::complex<double>(1.125, 7));
    CHECK(point[1] == std::complex<double>(-2, 0));
}

TEST_CASE("points are rounded to their format, and back inside where that leaves the bounds") {
    const std::vector<double> step = {1e-3};
    auto rule = rule_with(step);
    rule.point_precision = Precision::binary32;
    const std::vector<double> start = {static_cast<double>(0.1F)};
    std::vector<double> point = start;
    const Moves<double> free(start, rule, {});
    free.apply(0, 1.0, std::span(point));
    CHECK(point[0] == static_cast<double>(static_cast<float>(start[0] + 1e-3)));

    const std::vector<double> low = {1 - 0x1p-24};
    const std::vector<double> high = {1 + 3 * 0x1p-24};  // half-way between two floats, of which the upper one is even
    rule.sizes = {};
    rule.side = Side::forward;
    rule.one_sided_reach = 2;
    const Moves<double> bounded(low, rule, Bounds<double>{low, high});
    point = low;
    bounded.apply(0, 2.0, std::span(point));
    CHECK(point[0] <= high[0]);
    CHECK(point[0] > 1);
}
