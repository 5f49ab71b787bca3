#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "secant/stencil.hpp"

using secant::Fraction;
using secant::make_stencil;
using secant::Side;
using secant::Stencil;

namespace {

__extension__ using Wide = __int128;
using F = Fraction;

// One row of a published table: the weights at the offsets 0, 1, 2, … (in half steps 1, 3, 5, … for table 2).
struct Row {
    int derivative;
    int order;
    std::vector<Fraction> weights;
};

// B. Fornberg, Mathematics of Computation 51 (1988), table 1: centred approximations at a node.
const std::vector<Row> table_1 = {
    {1, 2, {0, {1, 2}}},
    {1, 4, {0, {2, 3}, {-1, 12}}},
    {1, 6, {0, {3, 4}, {-3, 20}, {1, 60}}},
    {1, 8, {0, {4, 5}, {-1, 5}, {4, 105}, {-1, 280}}},
    {2, 2, {-2, 1}},
    {2, 4, {{-5, 2}, {4, 3}, {-1, 12}}},
    {2, 6, {{-49, 18}, {3, 2}, {-3, 20}, {1, 90}}},
    {2, 8, {{-205, 72}, {8, 5}, {-1, 5}, {8, 315}, {-1, 560}}},
    {3, 2, {0, -1, {1, 2}}},
    {3, 4, {0, {-13, 8}, 1, {-1, 8}}},
    {3, 6, {0, {-61, 30}, {169, 120}, {-3, 10}, {7, 240}}},
    {4, 2, {6, -4, 1}},
    {4, 4, {{28, 3}, {-13, 2}, 2, {-1, 6}}},
    {4, 6, {{91, 8}, {-122, 15}, {169, 60}, {-2, 5}, {7, 240}}},
};

// Table 2: centred approximations half-way between nodes.
const std::vector<Row> table_2 = {
    {0, 2, {{1, 2}}},
    {0, 4, {{9, 16}, {-1, 16}}},
    {0, 6, {{75, 128}, {-25, 256}, {3, 256}}},
    {0, 8, {{1225, 2048}, {-245, 2048}, {49, 2048}, {-5, 2048}}},
    {1, 2, {1}},
    {1, 4, {{9, 8}, {-1, 24}}},
    {1, 6, {{75, 64}, {-25, 384}, {3, 640}}},
    {1, 8, {{1225, 1024}, {-245, 3072}, {49, 5120}, {-5, 7168}}},
    {2, 2, {{-1, 2}, {1, 2}}},
    {2, 4, {{-17, 24}, {13, 16}, {-5, 48}}},
    {2, 6, {{-1891, 2304}, {1299, 1280}, {-499, 2304}, {259, 11520}}},
    {3, 2, {-3, 1}},
    {3, 4, {{-17, 4}, {13, 8}, {-1, 8}}},
    {3, 6, {{-1891, 384}, {1299, 640}, {-499, 1920}, {37, 1920}}},
    {4, 2, {1, {-3, 2}, {1, 2}}},
    {4, 4, {{83, 48}, {-45, 16}, {59, 48}, {-7, 48}}},
};

// Table 3: one-sided approximations at a node.
const std::vector<Row> table_3 = {
    {1, 1, {-1, 1}},
    {1, 2, {{-3, 2}, 2, {-1, 2}}},
    {1, 3, {{-11, 6}, 3, {-3, 2}, {1, 3}}},
    {1, 4, {{-25, 12}, 4, -3, {4, 3}, {-1, 4}}},
    {1, 5, {{-137, 60}, 5, -5, {10, 3}, {-5, 4}, {1, 5}}},
    {1, 6, {{-49, 20}, 6, {-15, 2}, {20, 3}, {-15, 4}, {6, 5}, {-1, 6}}},
    {1, 7, {{-363, 140}, 7, {-21, 2}, {35, 3}, {-35, 4}, {21, 5}, {-7, 6}, {1, 7}}},
    {1, 8, {{-761, 280}, 8, -14, {56, 3}, {-35, 2}, {56, 5}, {-14, 3}, {8, 7}, {-1, 8}}},
    {2, 1, {1, -2, 1}},
    {2, 2, {2, -5, 4, -1}},
    {2, 3, {{35, 12}, {-26, 3}, {19, 2}, {-14, 3}, {11, 12}}},
    {2, 4, {{15, 4}, {-77, 6}, {107, 6}, -13, {61, 12}, {-5, 6}}},
    {2, 5, {{203, 45}, {-87, 5}, {117, 4}, {-254, 9}, {33, 2}, {-27, 5}, {137, 180}}},
    {2, 6, {{469, 90}, {-223, 10}, {879, 20}, {-949, 18}, 41, {-201, 10}, {1019, 180}, {-7, 10}}},
    {3, 1, {-1, 3, -3, 1}},
    {3, 2, {{-5, 2}, 9, -12, 7, {-3, 2}}},
    {3, 3, {{-17, 4}, {71, 4}, {-59, 2}, {49, 2}, {-41, 4}, {7, 4}}},
    {3, 4, {{-49, 8}, 29, {-461, 8}, 62, {-307, 8}, 13, {-15, 8}}},
    {4, 1, {1, -4, 6, -4, 1}},
    {4, 2, {3, -14, 26, -24, 11, -2}},
    {4, 3, {{35, 6}, -31, {137, 2}, {-242, 3}, {107, 2}, -19, {17, 6}}},
};

Fraction weight_at(const Stencil& stencil, int offset) {
    for (std::size_t k = 0; k < stencil.offsets.size(); ++k) {
        if (stencil.offsets[k] == offset) return {stencil.numerators[k], stencil.denominator};
    }
    return 0;
}

Fraction mirrored(Fraction weight, int derivative) { return Fraction(derivative % 2 == 0 ? 1 : -1) * weight; }

// sum of numerators[k] offsets[k]^degree, exactly.
Wide moment(const Stencil& stencil, int degree) {
    Wide sum = 0;
    for (std::size_t k = 0; k < stencil.offsets.size(); ++k) {
        Wide power = stencil.numerators[k];
        for (int i = 0; i < degree; ++i) power *= stencil.offsets[k];
        sum += power;
    }
    return sum;
}

Wide factorial(int n) { return n < 2 ? Wide(1) : Wide(n) * factorial(n - 1); }

template <class Check>
void for_each_stencil(Check&& check) {
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        for (int derivative = 1; derivative <= 8; ++derivative) {
            for (int order = 1; order <= 8; ++order) {
                if (side == Side::central && order % 2 != 0) continue;
                CAPTURE(static_cast<int>(side));
                CAPTURE(derivative);
                CAPTURE(order);
                check(make_stencil(side, derivative, order));
            }
        }
    }
}

}  // namespace

TEST_CASE("central stencils are those of Fornberg's table 1") {
    for (const Row& row : table_1) {
        CAPTURE(row.derivative);
        CAPTURE(row.order);
        const Stencil stencil = make_stencil(Side::central, row.derivative, row.order);
        CHECK(stencil.reach() == static_cast<int>(row.weights.size()) - 1);
        for (int k = 0; k <= stencil.reach(); ++k) {
            const Fraction published = row.weights[static_cast<std::size_t>(k)];
            CHECK(weight_at(stencil, k) == published);
            CHECK(weight_at(stencil, -k) == mirrored(published, row.derivative));
        }
    }
}

TEST_CASE("weights half-way between nodes are those of Fornberg's table 2") {
    for (const Row& row : table_2) {
        CAPTURE(row.derivative);
        CAPTURE(row.order);
        const int half = static_cast<int>(row.weights.size());
        std::vector<int> offsets;  // in half steps
        for (int k = -half; k < half; ++k) offsets.push_back(2 * k + 1);
        const auto weights = secant::fornberg_weights(offsets, row.derivative);
        const Fraction per_step(std::int64_t{1} << row.derivative);
        for (int k = 0; k < half; ++k) {
            const Fraction published = row.weights[static_cast<std::size_t>(k)];
            CHECK(per_step * weights[static_cast<std::size_t>(half + k)] == published);
            CHECK(per_step * weights[static_cast<std::size_t>(half - 1 - k)] == mirrored(published, row.derivative));
        }
    }
}

TEST_CASE("one-sided stencils are those of Fornberg's table 3") {
    for (const Row& row : table_3) {
        CAPTURE(row.derivative);
        CAPTURE(row.order);
        const Stencil forward = make_stencil(Side::forward, row.derivative, row.order);
        const Stencil backward = make_stencil(Side::backward, row.derivative, row.order);
        CHECK(forward.offsets.size() == row.weights.size());
        CHECK(backward.offsets.size() == row.weights.size());
        for (int k = 0; k < static_cast<int>(row.weights.size()); ++k) {
            const Fraction published = row.weights[static_cast<std::size_t>(k)];
            CHECK(weight_at(forward, k) == published);
            CHECK(weight_at(backward, -k) == mirrored(published, row.derivative));
        }
    }
}

TEST_CASE("stencils are exact on the polynomials on which they should be, and on no more") {
    for_each_stencil([](const Stencil& s) {
        for (int degree = 0; degree < s.derivative + s.order; ++degree) {
            CAPTURE(degree);
            const Wide exact = degree == s.derivative ? factorial(degree) * s.denominator : Wide(0);
            CHECK(bool(moment(s, degree) == exact));
        }
        const int next = s.derivative + s.order;
        CHECK(bool(moment(s, next) != 0));
        const double constant =
            static_cast<double>(static_cast<long double>(moment(s, next)) / static_cast<long double>(factorial(next)) /
                                static_cast<long double>(s.denominator));
        // Its terms cancel to the last few digits of long double at the highest orders.
        CHECK(s.error_constant == doctest::Approx(constant).epsilon(1e-11));
    });
}

TEST_CASE("stencils are minimal, ascending, in lowest terms, and say their reach and noise gain") {
    for_each_stencil([](const Stencil& s) {
        std::int64_t divisor = s.denominator;
        double gain = 0;
        int reach = 0;
        for (std::size_t k = 0; k < s.offsets.size(); ++k) {
            CHECK(s.numerators[k] != 0);
            if (k > 0) CHECK(s.offsets[k - 1] < s.offsets[k]);
            if (s.side != Side::central) CHECK(s.offsets[k] * static_cast<int>(s.side) >= 0);
            divisor = std::gcd(divisor, s.numerators[k]);
            gain += std::abs(static_cast<double>(s.numerators[k]) / static_cast<double>(s.denominator));
            reach = std::max(reach, std::abs(s.offsets[k]));
        }
        CHECK(s.denominator > 0);
        CHECK(divisor == 1);
        CHECK(s.noise_gain == doctest::Approx(gain).epsilon(1e-14));
        CHECK(s.reach() == reach);
        CHECK(reach ==
              (s.side == Side::central ? (s.derivative + 1) / 2 - 1 + s.order / 2 : s.derivative + s.order - 1));
    });
}

TEST_CASE("weights on irregular nodes are exact, and repeated nodes are refused") {
    const std::vector<int> offsets = {-7, 3, 1, 10, -2};
    for (int derivative = 0; derivative <= 4; ++derivative) {
        const auto weights = secant::fornberg_weights(offsets, derivative);
        for (int degree = 0; degree <= 4; ++degree) {
            Fraction sum = 0;
            for (std::size_t k = 0; k < offsets.size(); ++k) {
                Fraction power = weights[k];
                for (int i = 0; i < degree; ++i) power = power * Fraction(offsets[k]);
                sum = sum - Fraction(-1) * power;
            }
            CHECK(sum == (degree == derivative ? Fraction(static_cast<std::int64_t>(factorial(degree))) : Fraction(0)));
        }
    }
    CHECK_THROWS_AS((void)secant::fornberg_weights(std::vector{0, 1, 1}, 1), std::domain_error);
}

TEST_CASE("senseless stencils are refused") {
    CHECK_THROWS_AS((void)make_stencil(Side::forward, 0, 1), std::invalid_argument);
    CHECK_THROWS_AS((void)make_stencil(Side::forward, 1, 0), std::invalid_argument);
    CHECK_THROWS_AS((void)make_stencil(Side::central, 1, 3), std::invalid_argument);
}

TEST_CASE("a kept stencil is made once") {
    const Stencil& first = secant::stencil(Side::forward, 3, 5);
    CHECK(&first == &secant::stencil(Side::forward, 3, 5));
    CHECK(&first != &secant::stencil(Side::backward, 3, 5));
    CHECK(first.numerators == make_stencil(Side::forward, 3, 5).numerators);
}

TEST_CASE("fractions are in lowest terms with a positive denominator") {
    CHECK(F(6, -4) == F(-3, 2));
    CHECK(F(0, -9) == F(0));
    CHECK(F(0, -9).denominator() == 1);
    CHECK(F(2, 3) * F(9, 4) == F(3, 2));
    CHECK(F(2, 3) / F(-4, 9) == F(-3, 2));
    CHECK(F(1, 6) - F(1, 10) == F(1, 15));
    static_assert(F(1, 2) - F(1, 3) == F(1, 6));
    CHECK_THROWS_AS(F(1, 0), std::domain_error);
    CHECK_THROWS_AS((void)(F(1) / F(0)), std::domain_error);
}

TEST_CASE("a fraction that does not fit throws, and one that just fits does not") {
    constexpr std::int64_t big = std::numeric_limits<std::int64_t>::max();  // 7^2 · 73 · 127 · 337 · 92737 · 649657
    CHECK(F(big) * F(1) == F(big));
    CHECK(F(big, 7) * F(7) == F(big));
    CHECK(F(big) - F(0) == F(big));
    CHECK(F(-big) - F(-1) == F(-big + 1));
    CHECK_THROWS_AS((void)(F(big) * F(2)), std::overflow_error);
    CHECK_THROWS_AS((void)(F(-big) * F(2)), std::overflow_error);
    CHECK_THROWS_AS((void)(F(1, big) * F(1, 2)), std::overflow_error);
    CHECK_THROWS_AS((void)(F(big) - F(-1)), std::overflow_error);
    CHECK_THROWS_AS((void)(F(-big) - F(1)), std::overflow_error);
    CHECK_THROWS_AS((void)(F(1, big) - F(1, 2)), std::overflow_error);
    CHECK_THROWS_AS((void)make_stencil(Side::forward, 8, 40), std::overflow_error);
}
