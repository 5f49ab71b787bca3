#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "box.hpp"
#include "secant/interaction.hpp"
#include "task.hpp"
#include "watch.hpp"

using secant::DetectionMethod;
using secant::found_by_moving;

namespace {

using Points = std::span<const double>;

// The sum of cos(x_i + w_ij x_j) over the edges of a graph, and of x_i^3 over its vertices.
class PairFunction {
   public:
    explicit PairFunction(const Mask& graph) : n_(graph.rows()) {
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (graph(i, j)) edges_.emplace_back(i, j);
            }
        }
    }
    template <class R>
    [[nodiscard]] R operator()(std::span<const R> x) const {
        R sum = 0;
        for (const auto& [i, j] : edges_) sum += std::cos(x[i] + R(static_cast<double>(1 + (i + 2 * j) % 3)) * x[j]);
        for (const R value : x) sum += value * value * value;
        return sum;
    }
    // Itself, and every vertex with itself.
    [[nodiscard]] Mask mask() const {
        Mask mask(n_, n_);
        for (std::size_t i = 0; i < n_; ++i) mask.set(i, i);
        for (const auto& [i, j] : edges_) {
            mask.set(i, j);
            mask.set(j, i);
        }
        return mask;
    }

   private:
    std::size_t n_;
    std::vector<std::pair<std::size_t, std::size_t>> edges_;
};

std::vector<double> some_point(Engine& engine, std::size_t n) {
    std::vector<double> x(n);
    for (double& value : x) value = std::uniform_real_distribution<double>(-2, 2)(engine);
    return x;
}

// The mixed difference of two variables, by definition.
template <class F>
Mask one_by_one(const F& f, const std::vector<double>& x) {
    Mask mask(x.size(), x.size());
    const auto moved = [&](std::size_t a, std::size_t b) {
        std::vector<double> point = x;
        point[a] += 0.03;
        if (a != b) point[b] += 0.02;
        return f(Points(point));
    };
    for (std::size_t a = 0; a < x.size(); ++a) {
        mask.set(a, a);
        for (std::size_t b = 0; b < a; ++b) {
            std::vector<double> alone = x;
            alone[b] += 0.02;
            const bool there = std::abs(moved(a, b) - moved(a, a) - f(Points(alone)) + f(Points(x))) > 1e-10;
            mask.set(a, b, there);
            mask.set(b, a, there);
        }
    }
    return mask;
}

}  // namespace

TEST_CASE("patterns of Hessians are found from values, with a full diagonal") {
    Engine engine(1);
    for (const Mask& graph : random_graphs(engine, 80, 14)) {
        const PairFunction pairs(graph);
        const auto f = [&](Points p) {
            CHECK_FALSE(std::ranges::any_of(p, [](double value) { return std::isnan(value); }));
            return pairs(p);
        };
        const std::vector<double> x = some_point(engine, graph.rows());
        REQUIRE(one_by_one(pairs, x) == pairs.mask());
        const auto found = hessian_pattern_of(f, x, {.seed = 4});
        CHECK(found.mask == pairs.mask());
        for (const auto& entry : found.entries)
            CHECK(entry.found_by == (entry.row == entry.column ? 0 : found_by_moving));
        CHECK(found.rows == graph.rows());
        CHECK(found.evaluations == found.calls);
        CHECK(found.rounds == 2);
        CHECK(found.missed.empty());
        CHECK(found.complete);
        CHECK_FALSE(found.nan_failed);
    }
}

TEST_CASE("evaluations are in proportion to the entries") {
    for (const std::size_t n : {64U, 256U}) {
        const PairFunction chain(band_mask(n, n, 1, 1));
        Engine engine(2);
        const auto found = hessian_pattern_of([&](Points p) { return chain(p); }, some_point(engine, n));
        CHECK(found.mask == band_mask(n, n, 1, 1));
        CHECK(found.evaluations <= 15 * n);
        const auto alone =
            hessian_pattern_of([&](Points p) { return PairFunction(Mask(n, n))(p); }, some_point(engine, n));
        CHECK(alone.mask == band_mask(n, n, 0, 0));
        CHECK(alone.evaluations <= 6 * n);
    }
}

TEST_CASE_TEMPLATE("every kind of number is compared", R, double, long double) {
    using C = std::complex<R>;
    const PairFunction chain(band_mask(5, 5, 1, 1));
    const std::vector<R> x = {R(0.5), R(1.25), R(-1), R(2), R(0)};
    CHECK(hessian_pattern_of<R>([&](std::span<const R> p) { return chain(p); }, x).mask == chain.mask());
    const auto imaginary = [&](std::span<const R> p) { return C(p[0], p[1] * p[4]); };
    const auto found = hessian_pattern_of<R, C>(imaginary, x);
    CHECK(found.entries.size() == 7);
    CHECK(found.mask(1, 4));
    CHECK(found.mask(4, 1));
}

TEST_CASE("a constant, a sum and nothing at all have a diagonal and no more") {
    const auto constant = [](Points) { return 3.0; };
    for (std::size_t n = 0; n < 6; ++n) {
        const std::vector<double> x(n, 1.0);
        CHECK(hessian_pattern_of(constant, x).mask == band_mask(n, n, 0, 0));
        CHECK(hessian_pattern_of(constant, x, {.most_rounds = 0}).calls == 0);
        CHECK(hessian_pattern_of(constant, x, {.most_rounds = 0}).mask == band_mask(n, n, 0, 0));
        CHECK(hessian_pattern_of(constant, x, {.most_rounds = 1}).rounds == 1);
    }
}

TEST_CASE("interactions that cannot be seen at x are found around it") {
    const std::vector<double> x(4, 0.0);
    const auto f = [](Points p) { return p[0] * p[1] * p[3]; };
    Mask mask(4, 4, true);
    mask.set_row(2, false);
    mask.set_column(2, false);
    mask.set(2, 2);
    CHECK(hessian_pattern_of(f, x).mask == mask);
    CHECK(hessian_pattern_of(f, x).rounds == 3);
    CHECK(hessian_pattern_of(f, x, {.most_rounds = 1}).mask == band_mask(4, 4, 0, 0));
}

TEST_CASE("what rounding makes of values is no interaction") {
    const std::vector<double> x = {1, 2, 3};
    const auto in_singles = [](Points p) {
        double sum = 0;
        for (const double value : p) sum += std::exp(value);
        return static_cast<double>(static_cast<float>(sum));
    };
    CHECK(hessian_pattern_of(in_singles, x, {.value_precision = secant::Precision::binary32}).entries.size() == 3);
    // What is less than that is not seen.
    CHECK(hessian_pattern_of([](Points p) { return 1e20 + p[0] * p[1]; }, x).entries.size() == 3);
    CHECK(hessian_pattern_of([](Points p) { return 1e5 + p[0] * p[1]; }, x).entries.size() == 5);
}

TEST_CASE("points stay within the bounds, and in the format") {
    Engine engine(3);
    for (int trial = 0; trial < 100; ++trial) {
        const auto precision = trial % 2 == 0 ? secant::Precision::binary32 : secant::Precision::binary64;
        const Box<double> box = random_box<double>(engine, 5, precision, -4);
        std::size_t wrong = 0;
        const auto f = [&](Points p) {
            wrong += !box.contains(p);
            for (const double value : p) wrong += secant::round_to(precision, value) != value;
            return (p[0] - box.x[0]) * (p[3] - box.x[3]);
        };
        const auto found = hessian_pattern_of(
            f, box.x,
            {.bounds = box.bounds(), .seed = static_cast<std::uint64_t>(trial), .point_precision = precision});
        CHECK(wrong == 0);
        CHECK(found.mask(0, 3));
        CHECK(found.entries.size() == 7);
    }
    // A variable that is held in place interacts with none.
    const std::vector<double> x = {1, 2, 3};
    const std::vector<double> lower = {1, 0, 0};
    const auto held = hessian_pattern_of([](Points p) { return p[0] * p[1] * p[2]; }, x, {.bounds = {lower, x}});
    CHECK(held.entries.size() == 5);
    CHECK(held.mask(1, 2));
}

TEST_CASE("evaluations stay within the budget, and what was found is there") {
    Engine engine(4);
    const PairFunction pairs(random_graphs(engine, 12, 12).back());
    const auto f = [&](Points p) { return pairs(p); };
    const std::vector<double> x = some_point(engine, pairs.mask().rows());
    const auto all = hessian_pattern_of(f, x);
    REQUIRE(all.entries.size() > x.size());
    for (std::size_t most = 3; most <= all.calls; ++most) {
        CAPTURE(most);
        const auto found = hessian_pattern_of(f, x, {.most_evaluations = most});
        CHECK(found.calls <= most);
        CHECK(found.evaluations == found.calls);
        CHECK(found.complete == (most == all.calls));
        CHECK(found.rounds == (most == all.calls ? 2 : most < all.calls / 2 ? 0 : 1));
        CHECK(found.mask == (found.rounds == 0 ? band_mask(x.size(), x.size(), 0, 0) : pairs.mask()));
    }
}

TEST_CASE("blocks do not matter, and neither does anything but the seed") {
    Engine engine(5);
    const PairFunction pairs(random_graphs(engine, 10, 20).back());
    const std::vector<double> x = some_point(engine, pairs.mask().rows());
    const auto points_of = [&](std::uint64_t seed, std::size_t block) {
        std::vector<double> seen;
        const auto f = [&](Points p) {
            seen.insert(seen.end(), p.begin(), p.end());
            return pairs(p);
        };
        CHECK(hessian_pattern_of(f, x, {.seed = seed}, block).mask == pairs.mask());
        return seen;
    };
    const auto usual = points_of(11, 64);
    for (const std::size_t block : {1U, 2U, 7U, 4096U}) CHECK(points_of(11, block) == usual);
    CHECK(points_of(12, 64) != usual);
}

TEST_CASE("NaN says yes: it may hide an interaction") {
    const std::vector<double> x = {1, 2, 3, 4};
    const auto beside = [](Points p) { return p[1] == 2 ? p[0] * p[2] : not_a_number; };
    const auto found = hessian_pattern_of(beside, x, {.most_rounds = 1});
    Mask mask = band_mask(4, 4, 0, 0);
    mask.set_row(1, true);
    mask.set_column(1, true);
    mask.set(0, 2);
    mask.set(2, 0);
    CHECK(found.mask == mask);
}
