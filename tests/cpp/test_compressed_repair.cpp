#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "box.hpp"
#include "secant/compressed.hpp"
#include "sparse.hpp"

using secant::DifferenceMethod;
using secant::Side;
using secant::Status;

namespace {

// A function that is not finite at output i where its variable j is on the wrong side, or farther from x than a share of its step.
class Holes {
   public:
    Holes(const RowFunction& f, const std::vector<double>& x, std::size_t i, std::size_t j, double up, double down)
        : f_(f), x_(x), i_(i), j_(j), up_(up), down_(down) {}
    void operator()(std::span<const double> p, std::span<double> y) const {
        f_(p, y);
        if (p[j_] > x_[j_] + up_ || p[j_] < x_[j_] - down_) y[i_] = not_a_number;
    }

   private:
    const RowFunction& f_;
    const std::vector<double>& x_;
    std::size_t i_;
    std::size_t j_;
    double up_;
    double down_;
};

}  // namespace

TEST_CASE("a probe that is not finite: its entry alone is repaired, and says so") {
    Engine engine(1);
    constexpr double far = std::numeric_limits<double>::infinity();
    for (int trial = 0; trial < 60; ++trial) {
        const Mask mask = random_mask(engine, 8, 10, 0.3);
        const RowFunction f(mask);
        const Plan<> plan(mask);
        const std::vector<double> x = random_point(engine, 10);
        if (mask.entries() == 0) continue;
        std::size_t i = 0;
        std::size_t j = 0;
        do {
            i = below(engine, 8);
            j = below(engine, 10);
        } while (!mask(i, j));
        for (const Side side : {Side::backward, Side::central, Side::forward}) {
            const DifferenceMethod<double> method = {.side = side, .order = 2};
            const auto smooth = sparse_of(f, 8, x, plan, method);
            const double step = smooth.steps[j];
            struct Case {
                double up;
                double down;
                Status status;
            };
            const bool forward = side != Side::backward;
            for (const Case& one : {Case{forward ? 0 : far, forward ? far : 0, Status::other_side},
                                    Case{step / 4, step / 4, Status::smaller_step}, Case{0, 0, Status::not_finite}}) {
                const Holes holes(f, x, i, j, one.up, one.down);
                const auto result = sparse_of(holes, 8, x, plan, method);
                CAPTURE(static_cast<int>(side));
                CAPTURE(static_cast<int>(one.status));
                CHECK(result.record.incidents.size() == 1);
                plan.for_entries([&](std::size_t k, std::size_t row, std::size_t column) {
                    if (row != i || column != j) {
                        CHECK(result.entries[k] == smooth.entries[k]);
                        CHECK_FALSE(result.status(k, 0));
                        return;
                    }
                    CHECK(result.status(k, 0) == one.status);
                    if (one.status == Status::not_finite) {
                        CHECK(std::isnan(result.entries[k]));
                    } else {
                        CHECK(std::abs(result.entries[k] - f.derivative(x, i, j)) <= 1e-4);
                    }
                });
            }
        }
    }
}

TEST_CASE("several variables of a colour with holes of their own") {
    const Mask mask = band_mask(6, 6, 0, 0);
    const Plan<> plan(mask);
    REQUIRE(plan.colors() == 1);
    const std::vector<double> x = {1, 1, 1, 1, 1, 1};
    const auto f = [](std::span<const double> p, std::span<double> y) {
        for (std::size_t i = 0; i < 6; ++i) y[i] = p[i] * p[i];
        if (p[1] > 1) y[1] = not_a_number;
        if (p[2] < 1) y[2] = not_a_number;
        if (p[3] != 1) y[3] = not_a_number;
        if (std::abs(p[4] - 1) > 1e-7) y[4] = not_a_number;
    };
    const auto result = sparse_of(f, 6, x, plan, DifferenceMethod<double>{.side = Side::central, .order = 2});
    const std::vector<std::optional<Status>> expected = {std::nullopt,       Status::other_side,   Status::other_side,
                                                         Status::not_finite, Status::smaller_step, std::nullopt};
    for (std::size_t k = 0; k < 6; ++k) {
        CAPTURE(k);
        CHECK(result.status(k, 0) == expected[k]);
        if (k != 3) CHECK(result.entries[k] == doctest::Approx(2).epsilon(1e-5));
    }
    CHECK(std::isnan(result.entries[3]));
}

TEST_CASE("repairs stay inside the bounds of all variables of the colour") {
    Engine engine(2);
    std::size_t repaired = 0;
    std::size_t lost = 0;
    for (int trial = 0; trial < 400; ++trial) {
        CAPTURE(trial);
        constexpr std::size_t n = 7;
        const Mask mask = random_mask(engine, 6, n, 0.25);
        BoundedTrial bounded(engine, trial, n, -16);
        const Box<double>& box = bounded.box();
        const std::size_t hole = below(engine, n);
        const RowFunction f(mask);
        const auto seen = [&](std::span<const double> p, std::span<double> y) {
            bounded.see(p);
            f(p, y);
            for (std::size_t i = 0; i < 6; ++i) {
                if (mask(i, hole) && bounded.in_hole(p, hole)) y[i] = not_a_number;
            }
        };
        const Plan<> plan(mask);
        const auto result = sparse_of(seen, 6, box.x, plan, bounded.method());
        CHECK(bounded.outside() == 0);
        CHECK(bounded.coarse() == 0);
        const auto dense = jacobian_of(seen, 6, box.x, bounded.method());
        plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
            const auto status = result.status(k, 0);
            if (j != hole) CHECK_FALSE(status);
            CHECK(std::isnan(result.entries[k]) == (status == Status::not_finite));
            // What a column of several variables cannot repair, each of them can by itself.
            CHECK(std::isnan(result.entries[k]) == std::isnan(dense.entries[i * n + j]));
            repaired += status == Status::other_side;
            lost += status == Status::not_finite;
        });
    }
    CHECK(repaired > 20);
    CHECK(lost > 10);
}

TEST_CASE("at x itself, what is not finite is an error that names the output") {
    const Mask mask = band_mask(4, 4, 1, 1);
    const Plan<> plan(mask);
    for (const Side side : {Side::central, Side::forward}) {
        const auto f = [](std::span<const double> p, std::span<double> y) {
            std::ranges::copy(p, y.begin());
            y[2] = -std::numeric_limits<double>::infinity();
        };
        try {
            (void)sparse_of(f, 4, {1, 2, 3, 4}, plan, DifferenceMethod<double>{.side = side});
            FAIL("not noticed");
        } catch (const secant::NotFinite& error) {
            CHECK(error.output() == 2);
        }
    }
}

TEST_CASE("what f throws passes through") {
    struct Stop {
        int call;
    };
    const Plan<> plan(band_mask(5, 5, 1, 1));
    for (const int last : {1, 2, 4}) {
        int calls = 0;
        const auto f = [&](std::span<const double> p, std::span<double> y) {
            if (++calls == last) throw Stop{calls};
            std::ranges::copy(p, y.begin());
        };
        CHECK_THROWS_AS(
            (void)sparse_of(f, 5, {1, 2, 3, 4, 5}, plan, DifferenceMethod<double>{.side = Side::forward, .order = 1}),
            Stop);
    }
}

TEST_CASE("a variable without room is named by its number, not by its colour") {
    const Plan<> plan(band_mask(5, 5, 1, 1));
    const std::vector<double> x = {1, 2, 3, 4, 5};
    std::vector<double> lower(5, 0.0);
    std::vector<double> upper(5, 9.0);
    lower[3] = upper[3] = 4;
    const auto f = [](std::span<const double> p, std::span<double> y) { std::ranges::copy(p, y.begin()); };
    try {
        (void)sparse_of(f, 5, x, plan, DifferenceMethod<double>{.bounds = {lower, upper}});
        FAIL("not noticed");
    } catch (const secant::NoRoom& error) {
        CHECK(error.variable() == 3);
    }
}
