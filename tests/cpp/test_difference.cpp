#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

#include "box.hpp"
#include "secant/difference.hpp"
#include "task.hpp"

using secant::DifferenceMethod;
using secant::Layout;
using secant::Precision;
using secant::Side;
using secant::Status;

namespace {

// y_i = sin(x_i) x_{i+1} + i, indices taken round.
template <class R>
void ring(std::span<const R> x, std::span<R> y) {
    for (std::size_t i = 0; i < y.size(); ++i) {
        y[i] = std::sin(x[i % x.size()]) * x[(i + 1) % x.size()] + static_cast<R>(i);
    }
}

template <class R>
R ring_derivative(const std::vector<R>& x, std::size_t output, std::size_t variable) {
    const std::size_t here = output % x.size();
    const std::size_t next = (output + 1) % x.size();
    return (variable == here ? std::cos(x[here]) * x[next] : R(0)) + (variable == next ? std::sin(x[here]) : R(0));
}

template <class R>
std::vector<R> some_point(std::size_t n) {
    std::vector<R> x;
    for (std::size_t j = 0; j < n; ++j) x.push_back(R(0.3) + static_cast<R>(j) / 7);
    return x;
}

// The textbook's loop: one column at a time, with stencils and steps looked up, and nothing shared or blocked.
std::vector<double> plain_jacobian(const std::vector<double>& x, std::size_t m, Side side, int order,
                                   const std::vector<double>& steps) {
    std::vector<double> jacobian(m * x.size());
    const secant::Stencil stencil = secant::make_stencil(side, 1, order);
    std::vector<double> y(m);
    for (std::size_t j = 0; j < x.size(); ++j) {
        for (std::size_t k = 0; k < stencil.offsets.size(); ++k) {
            std::vector<double> point = x;
            point[j] += stencil.offsets[k] * steps[j];
            ring<double>(point, y);
            const double weight = static_cast<double>(stencil.numerators[k]) / static_cast<double>(stencil.denominator);
            for (std::size_t i = 0; i < m; ++i) jacobian[i * x.size() + j] += weight * y[i] / steps[j];
        }
    }
    return jacobian;
}

}  // namespace

TEST_CASE("the Jacobian is that of the plain loop, for every side, order and shape") {
    for (const auto& [n, m] : {std::pair{1, 1}, {1, 9}, {9, 1}, {3, 2}, {13, 31}, {40, 7}, {5, 5000}}) {
        const auto columns = static_cast<std::size_t>(n);
        const auto outputs = static_cast<std::size_t>(m);
        const std::vector<double> x = some_point<double>(columns);
        for (const Side side : {Side::backward, Side::central, Side::forward}) {
            for (int order = 1; order <= 8; ++order) {
                if (side == Side::central && order % 2 != 0) continue;
                if (m == 5000 && order % 4 != 0) continue;
                const auto result = jacobian_of(ring<double>, outputs, x, {.side = side, .order = order});
                const auto twin = plain_jacobian(x, outputs, side, order, result.steps);
                const double noise = 1e-13 * secant::make_stencil(side, 1, order).noise_gain *
                                     static_cast<double>(outputs + columns) / result.steps[0];
                double worst = 0;
                for (std::size_t k = 0; k < twin.size(); ++k) {
                    worst = std::max(worst, std::abs(result.entries[k] - twin[k]));
                }
                CAPTURE(n);
                CAPTURE(m);
                CAPTURE(static_cast<int>(side));
                CAPTURE(order);
                CHECK(result.entries.size() == columns * outputs);
                CHECK(worst <= noise);
                CHECK(result.record.incidents.empty());
            }
        }
    }
}

TEST_CASE_TEMPLATE("the Jacobian is as accurate as its order promises", R, double, long double) {
    const std::vector<R> x = some_point<R>(6);
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        for (const int order : {2, 4, 6, 8}) {
            const auto result = jacobian_of<R>(ring<R>, 4, x, {.side = side, .order = order});
            const R eps = std::numeric_limits<R>::epsilon();
            const R tolerance = 100 * std::pow(eps, static_cast<R>(order) / static_cast<R>(order + 1));
            for (std::size_t i = 0; i < 4; ++i) {
                for (std::size_t j = 0; j < 6; ++j) {
                    CHECK(std::abs(result.entries[i * 6 + j] - ring_derivative(x, i, j)) <= tolerance);
                }
            }
        }
    }
}

TEST_CASE("linear functions are differentiated without truncation, constants give exactly zero") {
    const std::vector<double> x = {1.0 / 3, 1e5, -1e-5};
    const auto linear = [](std::span<const double> p) { return 3 * p[0]; };
    const auto constant = [](std::span<const double>) { return 0.1; };
    const std::vector<double> steps = {0.1};  // x + 0.1 is not x + 0.1
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        const auto slope = jacobian_of(linear, 1, x, {.side = side, .order = 2, .sizes = steps});
        CHECK(slope.entries[0] == doctest::Approx(3).epsilon(1e-14));
        CHECK(slope.entries[1] == 0);
        CHECK(jacobian_of(constant, 1, x, {.side = side, .order = 8}).entries == std::vector<double>(3, 0.0));
    }
}

TEST_CASE("a product with a vector is the Jacobian times that vector") {
    const std::vector<double> x = some_point<double>(5);
    const std::vector<double> v = {1, -2, 0, 0.5, 30};
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        const auto product = jacobian_of<double>(ring<double>, 7, x, {.side = side, .order = 4}, v);
        REQUIRE(product.entries.size() == 7);
        CHECK(product.steps.size() == 1);
        for (std::size_t i = 0; i < 7; ++i) {
            double exact = 0;
            for (std::size_t j = 0; j < 5; ++j) exact += ring_derivative(x, i, j) * v[j];
            CHECK(product.entries[i] == doctest::Approx(exact).epsilon(1e-9));
        }
    }
    const std::vector<double> zero(5, 0.0);
    CHECK(jacobian_of<double>(ring<double>, 2, x, {}, zero).entries == std::vector{0.0, 0.0});
}

TEST_CASE("sinks: rows or columns first, a contraction without J, columns as they are") {
    const std::vector<double> x = some_point<double>(11);
    const std::size_t m = 700;  // more than a strip
    const auto rows = jacobian_of(ring<double>, m, x, {});
    secant::CallableEvaluator<double, double, decltype(ring<double>)> evaluator(ring<double>, m);
    secant::Record<double> record;

    Table<double> transposed(11);
    secant::DenseSink<double, double> denominator(transposed, Layout::denominator, 11);
    (void)secant::differentiate<double>(evaluator, Real<double>(x), {}, DifferenceMethod<double>{}, record,
                                        denominator);

    std::vector<double> weights(m);
    for (std::size_t i = 0; i < m; ++i) weights[i] = std::cos(static_cast<double>(i));
    class Row final : public secant::Destination<double> {
       public:
        [[nodiscard]] double* allocate(std::size_t) override { return entries.data(); }
        std::array<double, 11> entries{};
    } row;
    secant::ContractionSink<double, double, double> contraction(row, weights, 11);
    (void)secant::differentiate<double>(evaluator, Real<double>(x), {}, DifferenceMethod<double>{}, record,
                                        contraction);

    secant::ColumnSink<double> columns(11);
    (void)secant::differentiate<double>(evaluator, Real<double>(x), {}, DifferenceMethod<double>{}, record, columns);

    for (std::size_t j = 0; j < 11; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < m; ++i) {
            const double entry = rows.entries[i * 11 + j];
            CHECK(transposed.entries[j * m + i] == entry);
            CHECK(columns.column(j)[i] == entry);
            sum += weights[i] * entry;
        }
        CHECK(row.entries[j] == sum);  // in the order of the outputs, to the bit
    }
}

TEST_CASE("evaluations are counted, and are n + 1, q n and their like") {
    for (const std::size_t n : {std::size_t{1}, std::size_t{3}, std::size_t{300}}) {
        std::size_t calls = 0;
        const auto counted = [&](std::span<const double> p, std::span<double> y) {
            ++calls;
            ring<double>(p, y);
        };
        const std::vector<double> x = some_point<double>(n);
        const std::vector<double> v(n, 1.0);
        const auto count = [&](Side side, int order, std::span<const double> along) {
            calls = 0;
            const auto result = jacobian_of<double>(counted, 900, x, {.side = side, .order = order}, along);
            CHECK(result.record.evaluations == calls);
            return calls;
        };
        for (std::size_t q = 1; q <= 8; ++q) {
            const int order = static_cast<int>(q);
            CHECK(count(Side::forward, order, {}) == q * n + 1);
            CHECK(count(Side::backward, order, {}) == q * n + 1);
            CHECK(count(Side::forward, order, v) == q + 1);
            if (q % 2 == 0) CHECK(count(Side::central, order, {}) == q * n);
            if (q % 2 == 0) CHECK(count(Side::central, order, v) == q);
        }
    }
}

TEST_CASE("f is never called outside of the bounds, whatever the side, the order or the format") {
    std::mt19937_64 engine(99);
    for (int trial = 0; trial < 240; ++trial) {
        BoundedTrial bounded(engine, trial, 5, -16);
        const auto f = [&](std::span<const double> p) {
            bounded.see(p);
            return bounded.in_hole(p, 0) ? not_a_number : p[0] + p[1];
        };
        const Box<double>& box = bounded.box();
        CAPTURE(trial);
        CHECK(jacobian_of(f, 1, box.x, bounded.method()).entries.size() == 5);
        CHECK(jacobian_of<double>(f, 1, box.x, bounded.method(), box.inward).entries.size() == 1);
        CHECK(bounded.outside() == 0);
        CHECK(bounded.coarse() == 0);
    }
}

TEST_CASE("NaN on one side: the other side is taken, and the rest of the column is left alone") {
    const std::vector<double> x = {2, 1};
    for (const Side side : {Side::central, Side::forward, Side::backward}) {
        const double outward = side == Side::backward ? -1 : 1;
        std::size_t calls = 0;
        const auto f = [&](std::span<const double> p, std::span<double> y) {
            ++calls;
            y[0] = outward * (p[0] - 2) > 0 ? not_a_number : p[0] * p[0] * p[0];
            y[1] = std::exp(p[0]) * p[1];
        };
        const auto smooth = [](std::span<const double> p, std::span<double> y) {
            y[0] = 1;
            y[1] = std::exp(p[0]) * p[1];
        };
        const auto result = jacobian_of(f, 2, x, {.side = side, .order = 2});
        CHECK(result.entries[0] == doctest::Approx(12).epsilon(1e-8));
        CHECK(result.status(0, 0) == Status::other_side);
        CHECK(result.record.incidents.size() == 1);
        const auto undisturbed = jacobian_of(smooth, 2, x, {.side = side, .order = 2});
        CHECK(result.entries[2] == undisturbed.entries[2]);
        CHECK(result.entries[3] == undisturbed.entries[3]);
        CHECK(result.entries[1] == 0);
        CHECK(result.record.evaluations == calls);
    }
}

TEST_CASE("NaN far away: a smaller step is taken") {
    const std::vector<double> x = {2};
    const auto planned = jacobian_of([](std::span<const double> p) { return p[0]; }, 1, x, {});
    for (const double radius : {0.5, 0.05, 0.01}) {  // in planned steps
        const auto f = [&](std::span<const double> p) {
            return std::abs(p[0] - 2) > radius * planned.steps[0] ? std::numeric_limits<double>::infinity()
                                                                  : p[0] * p[0];
        };
        const auto result = jacobian_of(f, 1, x, {});
        CHECK(result.entries[0] == doctest::Approx(4).epsilon(1e-6));
        CHECK(result.status(0, 0) == Status::smaller_step);
    }
}

TEST_CASE("NaN everywhere but at x: the entry is NaN and says so") {
    const std::vector<double> x = {2, 3};
    for (const Side side : {Side::central, Side::forward, Side::backward}) {
        const auto f = [](std::span<const double> p, std::span<double> y) {
            y[0] = p[0] * p[1];
            y[1] = p[1] == 3 ? p[0] : not_a_number;
        };
        const auto result = jacobian_of(f, 2, x, {.side = side, .order = 2});
        CHECK(result.entries[0] == doctest::Approx(3).epsilon(1e-8));
        CHECK(result.entries[1] == doctest::Approx(2).epsilon(1e-8));
        CHECK(result.entries[2] == doctest::Approx(1).epsilon(1e-8));
        CHECK(std::isnan(result.entries[3]));
        CHECK(result.status(1, 1) == Status::not_finite);
        CHECK(result.record.incidents.size() == 1);
    }
}

TEST_CASE("every variation is another one") {
    for (const Side side : {Side::central, Side::forward, Side::backward}) {
        std::vector<std::pair<Side, int>> seen = {{side, 0}};  // the plan itself
        for (const secant::Variation variation : secant::variations_of(side)) {
            CHECK(std::ranges::find(seen, std::pair(variation.side, variation.halvings)) == seen.end());
            seen.emplace_back(variation.side, variation.halvings);
        }
    }
}

TEST_CASE("f(x) that is not finite is an error that names the output") {
    const std::vector<double> x = {2};
    for (const Side side : {Side::central, Side::forward}) {
        const auto f = [](std::span<const double>, std::span<double> y) {
            y[0] = 1;
            y[1] = -std::numeric_limits<double>::infinity();
        };
        try {
            (void)jacobian_of(f, 2, x, {.side = side});
            FAIL("not noticed");
        } catch (const secant::NotFinite& error) {
            CHECK(error.output() == 1);
            CHECK(error.value() == -std::numeric_limits<double>::infinity());
        }
    }
}

TEST_CASE("what f throws passes through") {
    struct Stop {
        int call;
    };
    int calls = 0;
    const auto f = [&](std::span<const double> p) {
        if (++calls == 5) throw Stop{calls};
        return p[0];
    };
    try {
        (void)jacobian_of(f, 1, some_point<double>(4), {});
        FAIL("swallowed");
    } catch (const Stop& stop) {
        CHECK(stop.call == 5);
    }
}

TEST_CASE("dividing by a power of two is multiplying by its inverse, to the bit") {
    for (const double divisor : {0x1p-30, 0x1p600, -0x1p-5}) CHECK(secant::detail::Divisor<double>(divisor).exact);
    for (const double divisor : {0.0, 3.0, 0x1p-1074, 0.1}) CHECK_FALSE(secant::detail::Divisor<double>(divisor).exact);
}

TEST_CASE("a product needs no room for a variable that it does not move") {
    const std::vector<double> x = {1, 2};
    const std::vector<double> lower = {0, 2};
    const std::vector<double> upper = {9, 2};
    const std::vector<double> v = {1, 0};
    const auto f = [](std::span<const double> p) { return p[0] * p[1]; };
    CHECK(jacobian_of<double>(f, 1, x, {.bounds = {lower, upper}}, v).entries[0] == doctest::Approx(2).epsilon(1e-9));
}

TEST_CASE("a step along a line that moves nothing is an error") {
    const std::vector<double> step = {1e-6};
    const std::vector<double> v = {1e-12};
    const auto f = [](std::span<const double> p) { return 5 * p[0]; };
    CHECK_THROWS_AS((void)jacobian_of<double>(f, 1, {1.0}, {.sizes = step}, v), secant::NoRoom);
}

TEST_CASE("a step along a line is judged by how far it moves, not by its number") {
    const std::vector<double> step = {1e-20};
    const std::vector<double> v = {1e14};
    const auto f = [](std::span<const double> p) { return 5 * p[0]; };
    CHECK(jacobian_of<double>(f, 1, {1.0}, {.sizes = step}, v).entries[0] == doctest::Approx(5e14).epsilon(1e-5));
}

TEST_CASE("a smaller step along a line that moves nothing is no step") {
    const std::vector<double> step = {1e-14};
    const std::vector<double> v = {1};
    const auto f = [](std::span<const double> p) { return p[0] == 1 ? 1 : not_a_number; };
    const auto result = jacobian_of<double>(f, 1, {1.0}, {.side = Side::forward, .order = 1, .sizes = step}, v);
    CHECK(std::isnan(result.entries[0]));
    CHECK(result.status(0, 0) == Status::not_finite);
}

TEST_CASE("a contraction of no outputs is zero") {
    class Row final : public secant::Destination<double> {
       public:
        [[nodiscard]] double* allocate(std::size_t) override { return entries.data(); }
        std::array<double, 2> entries = {not_a_number, not_a_number};
    } row;
    const auto f = [](std::span<const double>, std::span<double>) {};
    secant::CallableEvaluator<double, double, decltype(f)> evaluator(f, 0);
    secant::ContractionSink<double, double, double> sink(row, {}, 2);
    secant::Record<double> record;
    const std::vector<double> x = {1, 2};
    (void)secant::differentiate<double>(evaluator, Real<double>(x), {}, DifferenceMethod<double>{}, record, sink);
    CHECK(row.entries == std::array<double, 2>{0, 0});
}

TEST_CASE("a bound between two floats is not rounded across") {
    const std::vector<double> x = {1 - 0x1p-24};
    const std::vector<double> upper = {1 + 3 * 0x1p-24};  // half-way between two floats
    bool outside = false;
    const auto f = [&](std::span<const double> p) {
        outside = outside || static_cast<double>(static_cast<float>(p[0])) > upper[0];
        return p[0];
    };
    (void)jacobian_of(
        f, 1, x, {.side = Side::forward, .order = 2, .point_precision = Precision::binary32, .bounds = {x, upper}});
    CHECK_FALSE(outside);
}
