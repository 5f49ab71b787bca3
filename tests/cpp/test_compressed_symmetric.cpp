#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "box.hpp"
#include "secant/compressed.hpp"
#include "sparse.hpp"

using secant::ColoringProblem;
using secant::Decompression;
using secant::DifferenceMethod;
using secant::Side;
using secant::Status;
using secant::Structure;

namespace {

constexpr ColoringProblem direct{.structure = Structure::symmetric};
constexpr ColoringProblem substituted{.structure = Structure::symmetric, .decompression = Decompression::substitution};

// A x for a symmetric matrix of small integers: all differences are exact.
class Linear {
   public:
    Linear(Engine& engine, const Mask& mask) : n_(mask.rows()), matrix_(n_ * n_, 0) {
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t j = 0; j <= i; ++j) {
                if (mask(i, j)) matrix_[i * n_ + j] = matrix_[j * n_ + i] = static_cast<double>(below(engine, 19)) - 9;
            }
        }
    }
    void operator()(std::span<const double> x, std::span<double> y) const {
        for (std::size_t i = 0; i < n_; ++i) {
            y[i] = 0;
            for (std::size_t j = 0; j < n_; ++j) y[i] += matrix_[i * n_ + j] * x[j];
        }
    }
    [[nodiscard]] double entry(std::size_t i, std::size_t j) const { return matrix_[i * n_ + j]; }

   private:
    std::size_t n_;
    std::vector<double> matrix_;
};

Mask upper_triangle(const Mask& mask) {
    Mask upper = mask;
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        for (std::size_t j = 0; j < i; ++j) upper.set(i, j, false);
    }
    return upper;
}

}  // namespace

TEST_CASE_TEMPLATE("linear gradients give their matrix exactly, directly and by substitution", I, std::int32_t,
                   std::int64_t) {
    Engine engine(1);
    for (const ColoringProblem& problem : {direct, substituted}) {
        for (const Mask& mask : random_graphs(engine, 80, 14)) {
            const Linear f(engine, mask);
            const Plan<I> plan(mask, problem, secant::Order{all_orders[below(engine, all_orders.size())], 2});
            std::vector<double> x(mask.rows());
            for (double& value : x) value = static_cast<double>(below(engine, 64)) - 32;
            for (const Side side : {Side::backward, Side::central, Side::forward}) {
                const auto result =
                    sparse_of(f, mask.rows(), x, plan, DifferenceMethod<double>{.side = side, .order = 2});
                plan.for_entries(
                    [&](std::size_t k, std::size_t i, std::size_t j) { CHECK(result.entries[k] == f.entry(i, j)); });
            }
        }
    }
}

TEST_CASE("near bounds as well, where a colour is split and its parts are joined again") {
    Engine engine(2);
    for (const ColoringProblem& problem : {direct, substituted}) {
        std::size_t split = 0;
        for (int trial = 0; trial < 100; ++trial) {
            const std::size_t n = 4 + below(engine, 10);
            Mask mask = random_mask(engine, n, n, 0.15);
            for (std::size_t i = 0; i < n; ++i) {
                for (std::size_t j = 0; j < i; ++j) mask.set(j, i, mask(i, j));
            }
            const Linear f(engine, mask);
            std::vector<double> x(n);
            std::vector<double> lower(n);
            std::vector<double> upper(n);
            for (std::size_t j = 0; j < n; ++j) {
                x[j] = static_cast<double>(below(engine, 64)) - 32;
                lower[j] = x[j] - std::array{0.0, 0x1p-12, 8.0}[below(engine, 3)];
                upper[j] = x[j] + (lower[j] == x[j] ? 8 : std::array{0.0, 0x1p-12, 8.0}[below(engine, 3)]);
            }
            bool outside = false;
            const auto seen = [&](std::span<const double> p, std::span<double> y) {
                for (std::size_t j = 0; j < n; ++j) outside = outside || p[j] < lower[j] || p[j] > upper[j];
                f(p, y);
            };
            const Plan<> plan(mask, problem);
            for (const Side side : {Side::backward, Side::central, Side::forward}) {
                const auto result = sparse_of(
                    seen, n, x, plan, DifferenceMethod<double>{.side = side, .order = 2, .bounds = {lower, upper}});
                plan.for_entries(
                    [&](std::size_t k, std::size_t i, std::size_t j) { CHECK(result.entries[k] == f.entry(i, j)); });
                split += side == Side::central && result.record.evaluations > 2 * plan.colors() + 1;
            }
            CHECK_FALSE(outside);
        }
        CHECK(split > 20);
    }
}

TEST_CASE("directly, an entry is the dense one or its mirror image; by substitution it is as near as rounding allows") {
    Engine engine(3);
    for (const Mask& graph : random_graphs(engine, 40, 12)) {
        const GraphGradient f(graph);
        const Mask& mask = f.mask();
        const std::size_t n = mask.rows();
        const std::vector<double> x = random_point(engine, n);
        for (const Side side : {Side::backward, Side::central, Side::forward}) {
            const DifferenceMethod<double> method = {.side = side, .order = 2};
            const auto dense = jacobian_of(f, n, x, method);
            const Plan<> plan(mask, direct);
            const auto read = sparse_of(f, n, x, plan, method);
            CHECK(read.record.incidents.empty());
            plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
                const double entry = read.entries[k];
                CHECK((entry == dense.entries[i * n + j] || entry == dense.entries[j * n + i]));
                CHECK(entry == read.entries[plan.entry(j, i)]);
            });
            const Plan<> tree(mask, substituted);
            const auto found = sparse_of(f, n, x, tree, method);
            tree.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
                CHECK(found.entries[k] == doctest::Approx(f.derivative(x, i, j)).epsilon(1e-4));
                CHECK(found.entries[k] == found.entries[tree.entry(j, i)]);
            });
        }
    }
}

TEST_CASE("one triangle is that of the whole matrix") {
    Engine engine(4);
    for (const ColoringProblem& problem : {direct, substituted}) {
        for (const Mask& graph : random_graphs(engine, 30, 10)) {
            const GraphGradient f(graph);
            const Mask& mask = f.mask();
            const std::vector<double> x = random_point(engine, mask.rows());
            const DifferenceMethod<double> method = {.side = Side::central, .order = 4};
            const Plan<> plan(mask, problem);
            const Plan<> half(mask, problem, upper_triangle(mask));
            const auto whole = sparse_of(f, mask.rows(), x, plan, method);
            const auto upper = sparse_of(f, mask.rows(), x, half, method);
            half.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
                CHECK(upper.entries[k] == whole.entries[plan.entry(i, j)]);
            });
        }
    }
}

TEST_CASE("an entry that is read in another row's product has that product's status") {
    // A star: all but the hub have one colour, and are read in the hub's product, the hub's own row by its mirror image.
    Mask star = band_mask(5, 5, 0, 0);
    star.set_row(2, true);
    star.set_column(2, true);
    const GraphGradient f(star);
    const Plan<> plan(f.mask(), direct);
    REQUIRE(plan.colors() == 2);
    const std::vector<double> x = {0.1, 0.2, 0.3, 0.4, 0.5};
    const auto holes = [&](std::span<const double> p, std::span<double> y) {
        f(p, y);
        if (p[2] != x[2]) y[4] = not_a_number;
    };
    const auto result = sparse_of(holes, 5, x, plan, DifferenceMethod<double>{.side = Side::central, .order = 2});
    plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
        const bool hit = (i == 4 && j == 2) || (i == 2 && j == 4);
        CHECK(std::isnan(result.entries[k]) == hit);
        CHECK(result.status(k, 0) == (hit ? std::optional(Status::not_finite) : std::nullopt));
    });
}

TEST_CASE("by substitution, no entry is NaN that does not say so") {
    Engine engine(5);
    std::size_t lost = 0;
    for (int trial = 0; trial < 300; ++trial) {
        CAPTURE(trial);
        const std::size_t n = 5 + below(engine, 8);
        const GraphGradient f(random_graph(engine, n, 0.15));
        const Plan<> plan(f.mask(), substituted);
        const std::vector<double> x = random_point(engine, n);
        const std::size_t output = below(engine, n);
        const std::size_t variable = below(engine, n);
        const auto holes = [&](std::span<const double> p, std::span<double> y) {
            f(p, y);
            if (f.mask()(output, variable) && p[variable] != x[variable]) y[output] = not_a_number;
        };
        const auto result = sparse_of(holes, n, x, plan, DifferenceMethod<double>{.side = Side::central, .order = 2});
        plan.for_entries([&](std::size_t k, std::size_t, std::size_t) {
            lost += std::isnan(result.entries[k]);
            if (std::isnan(result.entries[k])) CHECK(result.status(k, 0) == Status::not_finite);
        });
    }
    CHECK(lost > 50);
}
