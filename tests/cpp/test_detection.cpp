#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "box.hpp"
#include "secant/detection.hpp"
#include "sparse.hpp"
#include "watch.hpp"

using secant::DetectionMethod;
using secant::found_by_moving;
using secant::found_by_nan;

namespace {

using Points = std::span<const double>;
using Values = std::span<double>;

constexpr int found_by_both = found_by_nan | found_by_moving;

// The pattern by definition: one variable at a time, with NaN in its place.
template <class F>
Mask one_by_one(const F& f, std::size_t outputs, const std::vector<double>& x) {
    Mask mask(outputs, x.size());
    std::vector<double> y(outputs);
    for (std::size_t j = 0; j < x.size(); ++j) {
        std::vector<double> point = x;
        point[j] = not_a_number;
        f(Points(point), Values(y));
        for (std::size_t i = 0; i < outputs; ++i) mask.set(i, j, std::isnan(y[i]));
    }
    return mask;
}

// Neighbours on a ring whose places are mixed up.
std::size_t mixed(std::size_t j, std::size_t n) { return j * 1237 % n; }

}  // namespace

TEST_CASE("patterns are found, by NaN, by moving and by both") {
    Engine engine(1);
    for (const Mask& mask : random_masks(engine, 80, 14)) {
        const RowFunction f(mask);
        const std::vector<double> x = random_point(engine, mask.columns());
        REQUIRE(one_by_one(f, mask.rows(), x) == mask);
        for (const int sources : {0, int(found_by_nan), int(found_by_moving), found_by_both}) {
            CAPTURE(sources);
            const bool moving = (sources & found_by_moving) != 0;
            const auto found = jacobian_pattern_of(f, mask.rows(), x,
                                                   {.nan = (sources & found_by_nan) != 0, .moving = moving, .seed = 5});
            CHECK(found.rows == mask.rows());
            CHECK(found.mask == (sources == 0 ? Mask(mask.rows(), mask.columns()) : mask));
            CHECK(found.evaluations == found.calls);
            CHECK(found.complete);
            CHECK_FALSE(found.nan_failed);
            CHECK((found.rounds >= 3) == (moving && mask.columns() > 0));
            CHECK(found.missed.size() == mask.rows());
            // With both, what is seen by moving is seen as soon as it is alone in a set.
            for (const auto& entry : found.entries)
                CHECK((entry.found_by | found_by_moving) == (sources | found_by_moving));
            if (!moving || mask.columns() == 0)
                CHECK(std::ranges::count(found.missed, 1.0) == std::ssize(found.missed));
        }
    }
}

TEST_CASE_TEMPLATE("every kind of number is compared", R, double, long double) {
    using C = std::complex<R>;
    const std::vector<R> x = {1, 2, 3};
    const auto real = [](std::span<const R> p, std::span<R> y) { y[0] = p[0] * p[2], y[1] = p[1]; };
    const auto complex = [](std::span<const R> p, std::span<C> y) { y[0] = C(p[0], p[2]), y[1] = C(1, p[1]); };
    Mask mask(2, 3, true);
    mask.set(0, 1, false);
    mask.set(1, 0, false);
    mask.set(1, 2, false);
    CHECK(jacobian_pattern_of<R>(real, 2, x).mask == mask);
    CHECK(jacobian_pattern_of<R, C>(complex, 2, x).mask == mask);
    CHECK(jacobian_pattern_of<R, C>(complex, 2, x, {.nan = false}).mask == mask);
}

TEST_CASE("a sparse matrix takes a number of evaluations that grows with the logarithm of its columns") {
    for (const bool nan : {true, false}) {
        for (const std::size_t n : {200U, 2000U}) {
            const auto f = [n](Points p, Values y) {
                for (std::size_t j = 0; j < n; ++j) y[mixed(j, n)] = p[j] * p[(j + 1) % n];
            };
            const std::vector<double> x(n, 1.5);
            const auto found = jacobian_pattern_of(f, n, x, {.nan = nan, .seed = 3});
            bool right = found.entries.size() == 2 * n;
            for (std::size_t j = 0; j < n; ++j) {
                right = right && found.mask(mixed(j, n), j) && found.mask(mixed(j, n), (j + 1) % n);
            }
            CHECK(right);
            CHECK(found.evaluations <= (n == 200 ? 100 : 115));  // three doublings, at four tests each
        }
    }
}

TEST_CASE("what each way does not see, the other may") {
    const auto f = [](Points p, Values y) {
        y[0] = p[0] * p[1];                  // at zero, either variable alone moves nothing
        y[1] = 0 * p[2];                     // a product with zero
        y[2] = std::isnan(p[3]) ? 0 : p[3];  // NaN is replaced, by the value at x
        y[3] = p[0] > 10 ? p[1] : p[2] + 1;  // a branch that is not taken
    };
    const std::vector<double> x(4, 0.0);
    const auto found = jacobian_pattern_of(f, 4, x);
    CHECK(found.flags(0, 0) == found_by_both);
    CHECK(found.flags(0, 1) == found_by_both);
    CHECK(found.flags(1, 2) == found_by_nan);
    CHECK(found.flags(2, 3) == found_by_moving);
    CHECK(found.flags(3, 2) == found_by_both);
    CHECK(found.entries.size() == 5);
    const auto moved = jacobian_pattern_of(f, 4, x, {.nan = false});
    CHECK(moved.flags(0, 0) == found_by_moving);
    CHECK(moved.flags(0, 1) == found_by_moving);
    CHECK(moved.entries.size() == 4);
    CHECK(jacobian_pattern_of(f, 4, x, {.nan = false, .most_rounds = 1}).entries.size() == 2);
}

TEST_CASE("values that are NaN at x are the same as themselves, and hide nothing of others") {
    const auto f = [](Points p, Values y) {
        y[0] = std::sqrt(-1 - p[0] * p[0]);
        y[1] = p[1] * p[2];
        y[2] = 1 / (p[0] - 1);
    };
    const std::vector<double> x = {1, 2, 3};
    Mask mask(3, 3);
    mask.set(1, 1);
    mask.set(1, 2);
    mask.set(2, 0);
    CHECK(jacobian_pattern_of(f, 3, x).mask == mask);
    CHECK(jacobian_pattern_of(f, 3, x, {.nan = false}).mask == mask);
}

TEST_CASE("rounds go on until little can be missed, and no longer than allowed") {
    Engine engine(2);
    const Mask mask = random_mask(engine, 40, 60, 0.06);
    const RowFunction f(mask);
    const std::vector<double> x = random_point(engine, 60);
    std::size_t before = 0;
    for (const double probability : {1.0, 1e-1, 1e-3, 1e-6, 1e-9}) {
        const auto found = jacobian_pattern_of(f, 40, x, {.miss_probability = probability, .most_rounds = 1000});
        CHECK(std::ranges::max(found.missed) <= probability);
        CHECK(std::ranges::min(found.missed) >= 0);
        CHECK(found.rounds >= std::max<std::size_t>(before, 3));
        before = found.rounds;
        CHECK(found.mask == mask);
    }
    CHECK(before > 3);
    for (std::size_t most = 0; most < before; ++most) {
        const auto found = jacobian_pattern_of(f, 40, x, {.miss_probability = 1e-9, .most_rounds = most});
        CHECK(found.rounds == most);
        CHECK(std::ranges::max(found.missed) > 1e-9);
    }
    // In a row without gaps there is nothing to miss; in one without entries, nothing is hidden.
    const auto full = jacobian_pattern_of(RowFunction(Mask(1, 7, true)), 1, random_point(engine, 7));
    CHECK(full.missed == std::vector{0.0});
    CHECK(jacobian_pattern_of(RowFunction(Mask(2, 7)), 2, random_point(engine, 7)).missed == std::vector{0.0, 0.0});
}

TEST_CASE("the probability of a miss is the share of columns that known entries have hidden") {
    // Row 0 has one entry, so that deals are of four sets of two columns; each round hides the neighbour of its entry.
    const auto f = [](Points p, Values y) { y[0] = p[3]; };
    for (const std::size_t rounds : {1U, 2U, 3U}) {
        const auto found = jacobian_pattern_of(f, 1, std::vector<double>(8, 1.0),
                                               {.miss_probability = 0, .most_rounds = rounds, .seed = rounds});
        CHECK(found.missed[0] == doctest::Approx(std::pow(1.0 / 7, static_cast<double>(rounds))));
    }
}

TEST_CASE("points stay within the bounds but for NaN, and in the format") {
    Engine engine(3);
    for (int trial = 0; trial < 100; ++trial) {
        const auto precision = trial % 2 == 0 ? secant::Precision::binary32 : secant::Precision::binary64;
        const Box<double> box = random_box<double>(engine, 5, precision, -12);
        std::size_t wrong = 0;
        const auto f = [&](Points p, Values y) {
            for (std::size_t j = 0; j < 5; ++j) {
                const bool inside = p[j] >= box.lower[j] && p[j] <= box.upper[j];
                wrong += !std::isnan(p[j]) && !(inside && secant::round_to(precision, p[j]) == p[j]);
            }
            y[0] = p[0];
            y[1] = p[1] + p[4];
        };
        const auto found = jacobian_pattern_of(
            f, 2, box.x,
            {.bounds = box.bounds(), .seed = static_cast<std::uint64_t>(trial), .point_precision = precision});
        CHECK(wrong == 0);
        CHECK(found.flags(0, 0) == found_by_both);
        CHECK(found.flags(1, 1) != 0);
        CHECK(found.flags(1, 4) != 0);
        CHECK(found.entries.size() == 3);
    }
}

TEST_CASE("a variable that bounds hold in place is found by NaN alone") {
    const std::vector<double> x = {1, 2};
    const std::vector<double> lower = {1, 0};
    const auto f = [](Points p, Values y) { y[0] = p[0] * p[1]; };
    const auto found = jacobian_pattern_of(f, 1, x, {.bounds = {lower, x}});
    CHECK(found.flags(0, 0) == found_by_nan);
    CHECK(found.flags(0, 1) == found_by_both);
    const auto moved = jacobian_pattern_of(f, 1, x, {.nan = false, .bounds = {lower, x}});
    CHECK(moved.flags(0, 1) == found_by_moving);
    CHECK(moved.entries.size() == 1);
}

TEST_CASE("variables move by shares of their scales") {
    const std::vector<double> x = {0, 1000};
    const std::vector<double> typical = {1e-6, 1};
    double farthest[] = {0, 0};
    const auto f = [&](Points p, Values y) {
        for (const std::size_t j : {0U, 1U}) farthest[j] = std::max(farthest[j], std::abs(p[j] - x[j]));
        y[0] = p[0] + p[1];
    };
    (void)jacobian_pattern_of(f, 1, x, {.nan = false, .typical = typical});
    CHECK(farthest[0] > 1e-8);
    CHECK(farthest[0] < 2e-7);
    CHECK(farthest[1] > 10);
    CHECK(farthest[1] < 200);
}

TEST_CASE("evaluations stay within the budget, and what was found is there") {
    Engine engine(4);
    const Mask mask = random_mask(engine, 9, 12, 0.2);
    const RowFunction f(mask);
    const std::vector<double> x = random_point(engine, 12);
    for (const bool nan : {true, false}) {
        const auto all = jacobian_pattern_of(f, 9, x, {.nan = nan});
        CHECK(all.complete);
        for (std::size_t most = 3; most <= all.calls; ++most) {
            CAPTURE(most);
            const auto found = jacobian_pattern_of(f, 9, x, {.nan = nan, .most_evaluations = most});
            CHECK(found.calls <= most);
            CHECK(found.evaluations == found.calls);
            CHECK(found.complete == (most == all.calls));
            CHECK(within(found.mask, mask));
            if (found.rounds == 0) CHECK(std::ranges::min(found.missed) == 1);
        }
        CHECK(jacobian_pattern_of(f, 9, x, {.nan = nan, .most_evaluations = all.calls}).mask == mask);
    }
}

TEST_CASE("blocks do not matter, and neither does anything but the seed") {
    Engine engine(5);
    const Mask mask = random_mask(engine, 30, 40, 0.1);
    const RowFunction row(mask);
    const std::vector<double> x = random_point(engine, 40);
    const auto points_of = [&](std::uint64_t seed, std::size_t block) {
        std::vector<double> seen;
        const auto f = [&](Points p, Values y) {
            for (const double value : p) seen.push_back(std::isnan(value) ? -777 : value);
            row(p, y);
        };
        CHECK(jacobian_pattern_of(f, 30, x, {.seed = seed}, block).mask == mask);
        return seen;
    };
    const auto usual = points_of(11, 64);
    for (const std::size_t block : {1U, 2U, 7U, 4096U}) CHECK(points_of(11, block) == usual);
    CHECK(points_of(12, 64) != usual);
}
