#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "box.hpp"
#include "secant/compressed.hpp"
#include "sparse.hpp"

using secant::DifferenceMethod;
using secant::OrderKind;
using secant::PatternMismatch;
using secant::Side;

namespace {

// Whether sparse entries are the dense ones: to the bit where the formula's denominator is a power of two, so that dividing by it first
// does not round.
void check_as_dense(const Outcome<double>& sparse, const Outcome<double>& dense, const Mask& mask, int order) {
    std::size_t k = 0;
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        for (std::size_t j = 0; j < mask.columns(); ++j) {
            if (!mask(i, j)) continue;
            const double expected = dense.entries[i * mask.columns() + j];
            const double tolerance = order <= 2 ? 0 : 4 * std::numeric_limits<double>::epsilon() * std::abs(expected);
            CHECK(std::abs(sparse.entries[k++] - expected) <= tolerance);
        }
    }
    CHECK(sparse.entries.size() == k);
}

}  // namespace

TEST_CASE_TEMPLATE("sparse entries are the dense ones, for as many evaluations as there are colours", I, std::int32_t,
                   std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_masks(engine, 60, 14)) {
        const RowFunction f(mask);
        const std::vector<double> x = random_point(engine, mask.columns());
        const Plan<I> plan(mask, {}, secant::Order{all_orders[below(engine, all_orders.size())], 1});
        for (const Side side : {Side::backward, Side::central, Side::forward}) {
            for (int order = side == Side::central ? 2 : 1; order <= 8; order += side == Side::central ? 2 : 1) {
                CAPTURE(static_cast<int>(side));
                CAPTURE(order);
                std::size_t calls = 0;
                const auto counted = [&](std::span<const double> p, std::span<double> y) {
                    ++calls;
                    f(p, y);
                };
                const DifferenceMethod<double> method = {.side = side, .order = order};
                const auto sparse = sparse_of(counted, mask.rows(), x, plan, method);
                const std::size_t base = side != Side::central || plan.colors() == 0 ? 1 : 0;
                CHECK(calls == plan.colors() * static_cast<std::size_t>(order) + base);
                CHECK(sparse.record.evaluations == calls);
                CHECK(sparse.record.incidents.empty());
                const auto dense = jacobian_of(f, mask.rows(), x, method);
                check_as_dense(sparse, dense, mask, order);
                CHECK(sparse.steps == dense.steps);
            }
        }
    }
}

TEST_CASE("near bounds too, where sides differ within a colour; and no point leaves them") {
    Engine engine(2);
    std::size_t split = 0;
    for (int trial = 0; trial < 300; ++trial) {
        CAPTURE(trial);
        constexpr std::size_t n = 9;
        Mask mask = random_mask(engine, 7, n, 0.2);
        BoundedTrial bounded(engine, trial, n, -16);
        const RowFunction f(mask);
        const auto seen = [&](std::span<const double> p, std::span<double> y) {
            bounded.see(p);
            f(p, y);
        };
        const Plan<> plan(mask);
        const DifferenceMethod<double> method = bounded.method();
        const auto sparse = sparse_of(seen, 7, bounded.box().x, plan, method);
        CHECK(bounded.outside() == 0);
        CHECK(bounded.coarse() == 0);
        const auto dense = jacobian_of(f, 7, bounded.box().x, method);
        check_as_dense(sparse, dense, mask, method.order);
        CHECK(sparse.steps == dense.steps);
        const auto order = static_cast<std::size_t>(method.order);
        split += method.side == Side::central && sparse.record.evaluations > plan.colors() * order + 1;
    }
    CHECK(split > 10);
}

TEST_CASE("variables at either bound and between them, all of one colour") {
    // y_i depends on x_i alone: one colour. The second lies at its lower bound, the third at its upper one.
    const Mask mask = band_mask(4, 4, 0, 0);
    const Plan<> plan(mask);
    REQUIRE(plan.colors() == 1);
    const std::vector<double> x = {1, 2, 3, 4};
    const std::vector<double> lower = {0, 2, 0, 0};
    const std::vector<double> upper = {9, 9, 3, 9};
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        std::vector<std::vector<double>> points;
        const auto squares = [&](std::span<const double> p, std::span<double> y) {
            points.emplace_back(p.begin(), p.end());
            for (std::size_t j = 0; j < 4; ++j) y[j] = p[j] * p[j];
        };
        const auto result = sparse_of(squares, 4, x, plan,
                                      DifferenceMethod<double>{.side = side, .order = 2, .bounds = {lower, upper}});
        for (std::size_t j = 0; j < 4; ++j) CHECK(result.entries[j] == doctest::Approx(2 * x[j]).epsilon(1e-14));
        // Central: two points for the first and the last, two more and f(x) for the others. One-sided: all go at once.
        CHECK(points.size() == (side == Side::central ? 5 : 3));
        for (const auto& point : points) {
            CHECK(point[1] >= 2);
            CHECK(point[2] <= 3);
            const bool ends = point[0] != 1;
            const bool middle = point[1] != 2;
            CHECK((point[3] != 4) == ends);
            CHECK((point[2] != 3) == middle);
            if (side == Side::central) {
                CHECK_FALSE((ends && middle));
            } else {
                CHECK(ends == middle);
            }
        }
    }
}

TEST_CASE("each variable keeps its own step") {
    const Mask mask = band_mask(5, 5, 1, 1);
    const RowFunction f(mask);
    const Plan<> plan(mask);
    const std::vector<double> x = {1, 1e5, -1e-7, 30, 0};
    const std::vector<double> sizes = {1e-6, 0.3, 1e-9, 1e-4, 1.0 / 3};
    const std::vector<double> typical = {1, 1e-3, 1e-8, 100, 4};
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        for (const DifferenceMethod<double>& method :
             {DifferenceMethod<double>{.side = side, .order = 2, .sizes = sizes},
              DifferenceMethod<double>{.side = side, .order = 2, .typical = typical}}) {
            const auto sparse = sparse_of(f, 5, x, plan, method);
            const auto dense = jacobian_of(f, 5, x, method);
            check_as_dense(sparse, dense, mask, 2);
            CHECK(sparse.steps == dense.steps);
        }
    }
}

TEST_CASE("only the wanted entries are given out") {
    Engine engine(3);
    for (const Mask& mask : random_masks(engine, 40, 9)) {
        Mask wanted = mask;
        for (std::size_t i = 0; i < mask.rows(); ++i) {
            for (std::size_t j = 0; j < mask.columns(); ++j) wanted.set(i, j, mask(i, j) && chance(engine, 0.5));
        }
        const RowFunction f(mask);
        const std::vector<double> x = random_point(engine, mask.columns());
        const DifferenceMethod<double> method = {.side = Side::forward, .order = 1};
        check_as_dense(sparse_of(f, mask.rows(), x, Plan<>(mask, {}, wanted), method),
                       jacobian_of(f, mask.rows(), x, method), wanted, 1);
    }
}

TEST_CASE("values may be complex, or of extended precision; entries narrower") {
    const Mask mask = band_mask(6, 6, 1, 2);
    const RowFunction f(mask);
    const Plan<> plan(mask);
    Engine engine(4);
    const std::vector<double> x = random_point(engine, 6);
    const DifferenceMethod<double> method = {.side = Side::central, .order = 2};
    const auto real = sparse_of(f, 6, x, plan, method);

    const auto narrow = sparse_of<float>(f, 6, x, plan, method);
    for (std::size_t k = 0; k < real.entries.size(); ++k) {
        CHECK(narrow.entries[k] == static_cast<float>(real.entries[k]));
    }

    using C = std::complex<double>;
    const auto turned = [&](std::span<const double> p, std::span<C> y) {
        std::vector<double> values(6);
        f(p, std::span(values));
        for (std::size_t i = 0; i < 6; ++i) y[i] = C(values[i], -2 * values[i]);
    };
    const auto both = sparse_of<C, C>(turned, 6, x, plan, method);
    for (std::size_t k = 0; k < real.entries.size(); ++k) {
        CHECK(both.entries[k] == C(real.entries[k], -2 * real.entries[k]));
    }

    using L = long double;
    const std::vector<L> wide(x.begin(), x.end());
    const auto fine = sparse_of<L, L, L>(f, 6, wide, plan, secant::DifferenceMethod<L>{.order = 6});
    plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
        CHECK(std::abs(static_cast<double>(fine.entries[k]) - f.derivative(x, i, j)) <= 1e-14);
    });
}

TEST_CASE("another number of values than the pattern has rows is an error that names both") {
    const std::vector<double> x = {1, 2, 3};
    for (const bool entries : {true, false}) {
        const Plan<> plan(Mask(4, 3, entries), {.structure = secant::Structure::nonsymmetric});
        for (const std::size_t outputs : {0U, 1U, 3U, 5U}) {
            const auto f = [](std::span<const double>, std::span<double> y) { std::ranges::fill(y, 1.0); };
            try {
                (void)sparse_of(f, outputs, x, plan, DifferenceMethod<double>{});
                FAIL("not noticed");
            } catch (const PatternMismatch& error) {
                CHECK(error.outputs() == outputs);
                CHECK(error.rows() == 4);
            }
        }
    }
}

TEST_CASE("where nothing is coloured, f is called once, to see that it fits") {
    const secant::ColoringProblem symmetric = {.structure = secant::Structure::symmetric};
    const Plan<> plan(Mask(3, 3), symmetric);
    REQUIRE(plan.colors() == 0);
    std::size_t calls = 0;
    const auto f = [&](std::span<const double>, std::span<double> y) {
        ++calls;
        std::ranges::fill(y, 1.0);
    };
    const auto result = sparse_of(f, 3, {1, 2, 3}, plan, DifferenceMethod<double>{});
    CHECK(result.entries.empty());
    CHECK(result.record.evaluations == 1);
    CHECK(calls == 1);
    CHECK_THROWS_AS((void)sparse_of(f, 4, {1, 2, 3}, plan, DifferenceMethod<double>{}), PatternMismatch);
    const Plan<> nothing(Mask(2, 0));
    CHECK(sparse_of(f, 2, {}, nothing, DifferenceMethod<double>{}).entries.empty());
}

TEST_CASE("colours may have gaps, and be given to variables that need none") {
    Mask mask = band_mask(6, 6, 1, 1);
    mask.set_column(4, false);
    const RowFunction f(mask);
    Engine engine(5);
    const std::vector<double> x = random_point(engine, 6);
    for (const Colors& colors : {Colors{4, 2, 7, 4, 9, 7}, Colors{0, 3, 5, 0, -1, 5}}) {
        const Plan<> plan(mask, {}, colors);
        for (const Side side : {Side::backward, Side::central, Side::forward}) {
            const DifferenceMethod<double> method = {.side = side, .order = 2};
            const auto sparse = sparse_of(f, 6, x, plan, method);
            check_as_dense(sparse, jacobian_of(f, 6, x, method), mask, 2);
            CHECK(sparse.record.incidents.empty());
        }
    }
}

TEST_CASE("many variables in few colours") {
    constexpr std::size_t n = 3000;
    secant::OwnedLists<std::int32_t> lists = band_with_dense_rows<std::int32_t>(n, 1, {});
    const Pattern<std::int32_t> pattern(std::move(lists), n);
    const secant::Recovery<std::int32_t> recovery(pattern->by_rows(), n, {}, secant::color(*pattern, {}));
    REQUIRE(recovery.coloring().count() == 3);
    const auto f = [](std::span<const double> x, std::span<double> y) {
        for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] = x[i] * x[i] + (i > 0 ? 2 * x[i - 1] : 0) - (i + 1 < y.size() ? 3 * x[i + 1] : 0);
        }
    };
    secant::CallableEvaluator<double, double, decltype(f)> evaluator(f, n);
    EntryList<double> list(recovery.entries());
    secant::Record<double> record;
    std::vector<double> x(n);
    for (std::size_t j = 0; j < n; ++j) x[j] = static_cast<double>(j % 16);
    const std::vector<double> step = {0x1p-10};
    (void)secant::differentiate(evaluator, std::span<const double>(x), recovery,
                                DifferenceMethod<double>{.side = Side::central, .order = 2, .sizes = step}, record,
                                list);
    CHECK(record.evaluations == 6);
    std::size_t wrong = 0;
    std::size_t k = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (const std::int32_t column : pattern->by_rows().of(i)) {
            const auto j = static_cast<std::size_t>(column);
            wrong += list.entries[k++] != (j < i ? 2 : j > i ? -3 : 2 * x[i]);
        }
    }
    CHECK(wrong == 0);
}
