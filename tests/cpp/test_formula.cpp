#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "secant/formula.hpp"

using secant::Formula;
using secant::FormulaSet;
using secant::Origin;
using secant::Side;
using secant::Stencil;

namespace {

// What a formula's terms sum to, for values known by offset.
long double terms_of(const Formula<double>& formula, const std::map<int, double>& values) {
    const auto value = [&](int place) {
        return static_cast<long double>(
            values.at(place == Formula<double>::base ? 0 : formula.nodes[static_cast<std::size_t>(place)]));
    };
    long double sum = 0;
    for (const auto& term : formula.terms) sum += term.weight * (value(term.plus) - value(term.minus));
    return sum;
}

long double stencil_of(const Stencil& stencil, const std::map<int, double>& values) {
    long double sum = 0;
    for (std::size_t k = 0; k < stencil.offsets.size(); ++k) {
        sum += static_cast<long double>(stencil.numerators[k]) * values.at(stencil.offsets[k]);
    }
    return sum;
}

template <class Check>
void for_each_formula(Check&& check) {
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        for (int derivative = 1; derivative <= 4; ++derivative) {
            for (int order = 1; order <= 8; ++order) {
                if (side == Side::central && order % 2 != 0) continue;
                for (const Origin origin : {Origin::shared, Origin::own}) {
                    CAPTURE(static_cast<int>(side));
                    CAPTURE(derivative);
                    CAPTURE(order);
                    const Stencil stencil = secant::make_stencil(side, derivative, order);
                    check(stencil, secant::make_formula<double>(stencil, origin), origin);
                }
            }
        }
    }
}

}  // namespace

TEST_CASE("a formula's terms sum to what its stencil's weights do") {
    std::mt19937_64 engine(20240501);
    std::uniform_real_distribution<double> values_around_zero(-1, 1);
    for_each_formula([&](const Stencil& stencil, const Formula<double>& formula, Origin) {
        std::map<int, double> values;
        for (int k = -12; k <= 12; ++k) values[k] = values_around_zero(engine);
        long double size = 0;
        for (const auto numerator : stencil.numerators) size += std::abs(static_cast<long double>(numerator));
        CHECK(std::abs(terms_of(formula, values) - stencil_of(stencil, values)) <= 1e-17L * size);
        CHECK(formula.denominator == static_cast<double>(stencil.denominator));
        CHECK(formula.reach == stencil.reach());
        CHECK(formula.derivative == stencil.derivative);
    });
}

TEST_CASE("weights are exact in double for every formula that is used") {
    for (int derivative = 1; derivative <= 2; ++derivative) {
        for (int order = 1; order <= 8; ++order) {
            for (const Side side : {Side::backward, Side::central, Side::forward}) {
                const Stencil& stencil =
                    secant::stencil(side, derivative, order + (side == Side::central) * (order % 2));
                for (const auto numerator : stencil.numerators) CHECK(std::abs(numerator) < std::int64_t{1} << 53);
                CHECK(stencil.denominator < std::int64_t{1} << 53);
            }
        }
    }
}

TEST_CASE("near nodes come first, each once, and f(x) is a node only where it has an origin of its own") {
    for_each_formula([](const Stencil& stencil, const Formula<double>& formula, Origin origin) {
        const bool antisymmetric = stencil.side == Side::central && stencil.derivative % 2 == 1;
        std::vector<int> nodes = formula.nodes;
        if (!antisymmetric && origin == Origin::own) {
            REQUIRE(nodes.back() == 0);
            nodes.pop_back();
        }
        CHECK(formula.needs_base == (!antisymmetric && origin == Origin::shared));
        for (std::size_t k = 1; k < nodes.size(); ++k) CHECK(std::abs(nodes[k - 1]) <= std::abs(nodes[k]));
        std::vector<int> expected;
        for (const int offset : stencil.offsets) {
            if (offset != 0) expected.push_back(offset);
        }
        std::ranges::sort(nodes);
        CHECK(nodes == expected);
    });
}

TEST_CASE("backward formulas mirror forward ones") {
    for (int derivative = 1; derivative <= 2; ++derivative) {
        for (int order = 1; order <= 8; ++order) {
            const FormulaSet<double> set(derivative, order);
            REQUIRE(set.forward.nodes.size() == set.backward.nodes.size());
            for (std::size_t k = 0; k < set.forward.nodes.size(); ++k) {
                CHECK(set.forward.nodes[k] == -set.backward.nodes[k]);
                CHECK(set.forward.terms[k].weight == (derivative == 1 ? -1 : 1) * set.backward.terms[k].weight);
            }
        }
    }
}

TEST_CASE("a set gives the formula of the side asked for, and is made once") {
    const FormulaSet<double>& set = secant::formula_set<double>(1, 3);
    CHECK(&set == &secant::formula_set<double>(1, 3));
    CHECK(&set != &secant::formula_set<double>(1, 3, Origin::own));
    CHECK(&set.on(Side::backward) == &set.backward);
    CHECK(&set.on(Side::central) == &set.central);
    CHECK(&set.on(Side::forward) == &set.forward);
    CHECK(set.forward.reach == 3);
    CHECK(set.central.reach == 2);  // order 4 stands in the place of order 3
}
