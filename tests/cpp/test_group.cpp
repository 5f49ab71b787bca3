#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "box.hpp"
#include "colorings.hpp"
#include "secant/group.hpp"

using secant::Bounds;
using secant::Formula;
using secant::GroupMoves;
using secant::Groups;
using secant::MixedSides;
using secant::Moves;
using secant::Precision;
using secant::Side;
using secant::StepRule;

namespace {

template <class G>
std::vector<std::size_t> members(const G& groups, std::size_t column) {
    std::vector<std::size_t> members;
    groups.for_members(column, [&](std::size_t j) { members.push_back(j); });
    return members;
}

StepRule<double> rule_for(const secant::FormulaSet<double>& formulas, Side side, Precision precision) {
    return {.side = side,
            .relative = 1e-4,
            .point_precision = precision,
            .central_reach = formulas.central.reach,
            .one_sided_reach = formulas.forward.reach};
}

// A random point in a random box, with a formula and random colours for its variables.
struct Trial {
    Box<double> box;
    Side side;
    int order;
    Precision precision;
    Colors colors;
    secant::OwnedLists<std::int32_t> classes;

    Trial(Engine& engine, int number)
        : side(static_cast<Side>(number % 3 - 1)),
          order(side == Side::central ? 2 + number / 3 % 4 * 2 : 1 + number / 3 % 8),
          precision(number % 5 == 0 ? Precision::binary32 : Precision::binary64) {
        box = random_box<double>(engine, 8, precision, -16);
        colors = random_colors(engine, 8, 3, 0.1);
        classes = secant::color_classes<std::int32_t>(colors, 3);
    }
    [[nodiscard]] Bounds<double> bounds() const { return order % 3 == 0 ? Bounds<double>{} : box.bounds(); }
    [[nodiscard]] const secant::FormulaSet<double>& formulas() const { return secant::formula_set<double>(1, order); }
};

}  // namespace

TEST_CASE("each colour is a column, whose members are its variables") {
    const Colors colors = {1, 0, -1, 1, 2, 0};
    const auto classes = secant::color_classes<std::int32_t>(colors, 3);
    for (const bool one_sided : {false, true}) {
        const Groups<std::int32_t> groups(classes.view(), colors, one_sided);
        CHECK(groups.count() == 3);
        CHECK(members(groups, 0) == std::vector<std::size_t>{1, 5});
        CHECK(members(groups, 1) == std::vector<std::size_t>{0, 3});
        CHECK(members(groups, 2) == std::vector<std::size_t>{4});
        CHECK(std::ranges::equal(groups.column_of(), colors));
        for (std::size_t k = 0; k < 3; ++k) {
            CHECK(groups.color(k) == k);
            CHECK(groups.one_sided(k) == one_sided);
        }
    }
}

TEST_CASE("a colour of which some are differenced on one side makes two columns") {
    const Colors colors = {0, 0, 1, 1, 0, -1, 2, 2};
    const auto classes = secant::color_classes<std::int32_t>(colors, 3);
    const auto sided = [](std::size_t j) { return j == 1 || j == 5 || j >= 6; };
    const Groups<std::int32_t> groups(classes.view(), colors, sided);
    REQUIRE(groups.count() == 4);
    CHECK(members(groups, 0) == std::vector<std::size_t>{0, 4});
    CHECK(members(groups, 1) == std::vector<std::size_t>{1});
    CHECK(members(groups, 2) == std::vector<std::size_t>{2, 3});
    CHECK(members(groups, 3) == std::vector<std::size_t>{6, 7});
    const std::vector<std::int32_t> columns = {0, 1, 2, 2, 0, -1, 3, 3};
    CHECK(std::ranges::equal(groups.column_of(), columns));
    CHECK_FALSE(groups.one_sided(0));
    CHECK(groups.one_sided(1));
    CHECK(groups.color(1) == 0);
    CHECK_FALSE(groups.one_sided(2));
    CHECK(groups.one_sided(3));
}

TEST_CASE_TEMPLATE("columns part the variables by colour and side, and no more than that", I, std::int32_t,
                   std::int64_t) {
    Engine engine(1);
    for (int trial = 0; trial < 200; ++trial) {
        const std::size_t n = below(engine, 15);
        Colors colors = random_colors(engine, n, 4, 0.2);
        const std::size_t count = secant::close_gaps(colors);
        const auto classes = secant::color_classes<I>(colors, count);
        const Mask sided = random_mask(engine, 1, n, std::array{0.0, 0.5, 1.0}[below(engine, 3)]);
        const Groups<I> groups(classes.view(), colors, [&](std::size_t j) { return sided(0, j); });
        REQUIRE(groups.column_of().size() == n);
        std::vector<std::int32_t> column_of(n, -1);
        for (std::size_t k = 0; k < groups.count(); ++k) {
            const auto together = members(groups, k);
            CHECK_FALSE(together.empty());
            for (const std::size_t j : together) {
                CHECK(static_cast<std::size_t>(colors[j]) == groups.color(k));
                CHECK(sided(0, j) == groups.one_sided(k));
                CHECK(column_of[j] == -1);
                column_of[j] = static_cast<std::int32_t>(k);
            }
            if (k == 0) continue;
            CHECK(groups.color(k) >= groups.color(k - 1));
            CHECK((groups.color(k) > groups.color(k - 1) || groups.one_sided(k) > groups.one_sided(k - 1)));
        }
        CHECK(std::ranges::equal(groups.column_of(), column_of));
    }
}

TEST_CASE("a column moves each of its variables by its own step, inwards, and back") {
    Engine engine(2);
    int mirrored = 0;
    int split = 0;
    for (int number = 0; number < 300; ++number) {
        const Trial trial(engine, number);
        const auto& formulas = trial.formulas();
        const Moves<double> moves(trial.box.x, rule_for(formulas, trial.side, trial.precision), trial.bounds());
        for (const MixedSides mixed : {MixedSides::apart, MixedSides::together}) {
            const GroupMoves<double, std::int32_t> groups(moves, formulas, trial.classes.view(), trial.colors,
                                                          trial.side, mixed);
            CHECK(groups.origin().data() == trial.box.x.data());
            split += groups.count() > trial.classes.view().count();
            for (std::size_t k = 0; k < groups.count(); ++k) {
                const Side side = groups.side(k);
                CHECK(groups.divisor(k, formulas.on(side), 0.25) == formulas.on(side).denominator * 0.25);
                CHECK(&groups.formula(k, Side::backward) == &formulas.backward);
                for (const int node : formulas.on(side).nodes) {
                    std::vector<double> point = trial.box.x;
                    std::vector<double> expected = trial.box.x;
                    groups.displace(k, node, point);
                    for (const std::size_t j : members(groups.groups(), k)) {
                        const Side own = moves.side(j);
                        // Where sides are apart, a column has those that have its own; the others are mirrored.
                        const double sign = own == Side::central || own == side ? 1 : -1;
                        if (mixed == MixedSides::apart) {
                            CHECK((own == Side::central) == (side == Side::central));
                            CHECK(groups.sign(j) == sign);
                            mirrored += sign < 0;
                        }
                        moves.apply(j, node * groups.sign(j), std::span(expected));
                    }
                    CHECK(point == expected);
                    if (mixed == MixedSides::apart && trial.bounds().given()) CHECK(trial.box.contains(point));
                    groups.restore(k, point);
                    CHECK(point == trial.box.x);
                }
            }
        }
    }
    CHECK(mirrored > 100);
    CHECK(split > 20);
}

TEST_CASE("units are the steps really taken, as the formula weighs them, with their signs") {
    Engine engine(3);
    for (int number = 0; number < 300; ++number) {
        const Trial trial(engine, number);
        const auto& formulas = trial.formulas();
        const Moves<double> moves(trial.box.x, rule_for(formulas, trial.side, trial.precision), trial.bounds());
        const GroupMoves<double, std::int32_t> groups(moves, formulas, trial.classes.view(), trial.colors, trial.side);
        const auto units = groups.units();
        REQUIRE(units.size() == trial.box.x.size());
        for (std::size_t k = 0; k < groups.count(); ++k) {
            // The formula of f(x) = x_j, for each variable of the column.
            const Formula<double>& formula = formulas.on(groups.side(k));
            for (const std::size_t j : members(groups.groups(), k)) {
                const auto at = [&](int place) {
                    std::vector<double> point = trial.box.x;
                    if (place >= 0) groups.displace(k, formula.nodes[static_cast<std::size_t>(place)], point);
                    return point[j] - trial.box.x[j];
                };
                double sum = 0;
                for (const auto& term : formula.terms) sum += term.weight * (at(term.plus) - at(term.minus));
                CHECK(units[j] == sum / formula.denominator);
                CHECK((units[j] < 0) == (groups.sign(j) < 0));
            }
        }
    }
}

TEST_CASE("a column allows what all of its variables allow") {
    Engine engine(4);
    int allowed = 0;
    int refused = 0;
    for (int number = 0; number < 100; ++number) {
        const Trial trial(engine, number);
        const auto& formulas = trial.formulas();
        const Moves<double> moves(trial.box.x, rule_for(formulas, trial.side, trial.precision), trial.bounds());
        const GroupMoves<double, std::int32_t> groups(moves, formulas, trial.classes.view(), trial.colors, trial.side);
        for (std::size_t k = 0; k < groups.count(); ++k) {
            CHECK(groups.allows(k, {groups.side(k), 0}));
            for (const Side side : {Side::backward, Side::central, Side::forward}) {
                for (const int halvings : {0, 4, 8}) {
                    bool inside = true;
                    for (const int node : formulas.on(side).nodes) {
                        for (const std::size_t j : members(groups.groups(), k)) {
                            const double factor = std::ldexp(node * groups.sign(j), -halvings);
                            inside = inside && moves.fits(j, factor);
                        }
                    }
                    CHECK(groups.allows(k, {side, halvings}) == inside);
                    ++(inside ? allowed : refused);
                }
            }
        }
    }
    CHECK(allowed > 200);
    CHECK(refused > 200);
}

TEST_CASE("along the imaginary axis, each variable has its own step too") {
    const std::vector<double> x = {1, -20, 0.5, 3};
    const secant::ImaginaryMoves<double> moves(x, {}, 0x1p-100, {}, {});
    const Colors colors = {0, 1, 0, -1};
    const auto classes = secant::color_classes<std::int32_t>(colors, 2);
    const secant::ImaginaryGroups<double, std::int32_t> groups(moves, classes.view(), colors);
    CHECK(groups.count() == 2);
    CHECK(groups.side(0) == Side::central);
    CHECK_FALSE(groups.allows(0, {Side::forward, 0}));
    CHECK(groups.divisor(0, groups.formula(0, Side::central), 1) == 1);
    std::vector<std::complex<double>> point(x.begin(), x.end());
    groups.displace(0, 0, point);
    const std::vector<std::complex<double>> moved = {{1, moves.size(0)}, -20, {0.5, moves.size(2)}, 3};
    CHECK(point == moved);
}
