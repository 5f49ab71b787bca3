#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "secant/adaptive.hpp"
#include "secant/adaptive_entries.hpp"
#include "secant/adaptive_hessian.hpp"
#include "secant/noise.hpp"
#include "secant/partial.hpp"
#include "task.hpp"

using secant::AdaptiveMethod;
using secant::Status;

namespace {

using Points = std::span<const double>;
using Values = std::span<double>;

struct Found {
    std::vector<double> values;
    std::vector<double> errors;
    secant::Record<double> record;
    std::vector<secant::Kink<double>> kinks;
};

template <class F>
[[nodiscard]] Found adaptively(F&& f, std::size_t outputs, const std::vector<double>& x,
                               const AdaptiveMethod<double>& method = {}) {
    secant::CallableEvaluator<double, double, std::remove_reference_t<F>> evaluator(f, outputs);
    Table<double> values(x.size());
    Table<double> errors(x.size());
    secant::DenseSink<double, double> value_sink(values, secant::Layout::numerator, x.size());
    secant::DenseSink<double, double> error_sink(errors, secant::Layout::numerator, x.size());
    secant::ValuesAndErrors sink(value_sink, error_sink);
    Found found;
    (void)secant::differentiate<double>(evaluator, std::span<const double>(x), secant::Along<double>{}, method,
                                        found.record, sink, found.kinks);
    found.values = std::move(values.entries);
    found.errors = std::move(errors.entries);
    return found;
}

}  // namespace

TEST_CASE("smooth outputs come with bars that hold, from seven evaluations a variable and f(x)") {
    const std::vector<double> x = {0.3, -1.2, 2.5};
    std::size_t calls = 0;
    const auto f = [&](Points p, Values y) {
        ++calls;
        y[0] = std::exp(p[0]) * std::sin(p[1]);
        y[1] = p[0] * p[2] * p[2];
    };
    const Found found = adaptively(f, 2, x);
    const std::vector<double> exact = {std::exp(0.3) * std::sin(-1.2), std::exp(0.3) * std::cos(-1.2), 0, 6.25, 0, 1.5};
    CHECK(calls == 22);
    CHECK(found.record.evaluations == 22);
    for (std::size_t k = 0; k < exact.size(); ++k) {
        CHECK(std::abs(found.values[k] - exact[k]) <= found.errors[k]);
        CHECK(found.errors[k] <= 1e-11);
    }
    CHECK(found.record.incidents.empty());
}

TEST_CASE("a loose tolerance costs four evaluations a variable") {
    const auto f = [](Points p, Values y) { y[0] = std::exp(p[0]) + std::sin(p[1]); };
    const AdaptiveMethod<double> method{.tolerance = {.given = true, .relative = 1e-8}};
    const Found found = adaptively(f, 1, {0.4, 0.6}, method);
    CHECK(found.record.evaluations == 8);
    CHECK(std::abs(found.values[0] - std::exp(0.4)) <= found.errors[0]);
    CHECK(found.errors[0] <= 1e-8 * found.values[0]);
}

TEST_CASE("a kink, a jump and an unbounded slope are named") {
    const Found kink = adaptively([](Points p, Values y) { y[0] = std::abs(p[0]); }, 1, {0.0});
    REQUIRE(kink.kinks.size() == 1);
    CHECK(kink.kinks[0].left == doctest::Approx(-1));
    CHECK(kink.kinks[0].right == doctest::Approx(1));
    CHECK(kink.record.incidents[0].status == Status::kink);
    const Found jump = adaptively([](Points p, Values y) { y[0] = p[0] < 1 ? 0.0 : 1.0; }, 1, {1.0});
    CHECK(jump.record.incidents[0].status == Status::jump);
    CHECK(std::isnan(jump.values[0]));
    const Found steep = adaptively([](Points p, Values y) { y[0] = std::sqrt(p[0]); }, 1, {0.0});
    CHECK(steep.record.incidents[0].status == Status::unbounded);
    CHECK(std::isinf(steep.values[0]));
}

TEST_CASE("budgets are kept to the point, and said to have ended") {
    for (const std::size_t budget : {1U, 2U, 3U, 7U, 12U, 15U}) {
        const auto f = [](Points p, Values y) { y[0] = std::exp(p[0]) * p[1]; };
        const Found found = adaptively(f, 1, {0.4, 0.6}, {.most_evaluations = budget});
        CHECK(found.record.evaluations <= budget);
        if (budget < 12) CHECK(found.record.incidents.back().status == Status::budget);
    }
}

TEST_CASE("second and mixed derivatives") {
    const std::vector<double> x = {0.5, 0.3, 0.8};
    auto f = [](Points p) { return std::exp(p[0] * p[1]) * std::sin(p[2]); };
    secant::CallableEvaluator<double, double, decltype(f)> evaluator(f, 1);
    secant::Record<double> record;
    std::vector<secant::EntryIncident> incidents;
    Table<double> values(9);
    Table<double> errors(9);
    const AdaptiveMethod<double> method;
    (void)secant::differentiate_twice(evaluator, std::span<const double>(x), secant::Along<double>{}, method, record,
                                      incidents, values, errors);
    const double e = std::exp(0.15);
    CHECK(std::abs(values.entries[0] - 0.09 * e * std::sin(0.8)) <= errors.entries[0]);
    CHECK(std::abs(values.entries[1] - 1.15 * e * std::sin(0.8)) <= errors.entries[1]);
    CHECK(std::abs(values.entries[5] - 0.5 * e * std::cos(0.8)) <= errors.entries[5]);
    CHECK(values.entries[5] == values.entries[7]);
    secant::Record<double> again;
    std::vector<double> mixed;
    std::vector<double> bars;
    const std::vector<int> orders = {2, 0, 1};
    secant::differentiate_partially(evaluator, std::span<const double>(x), orders, method, again, mixed, bars);
    CHECK(std::abs(mixed[0] - 0.09 * e * std::cos(0.8)) <= bars[0]);
    CHECK(bars[0] <= 1e-8);
}

TEST_CASE("noise is measured") {
    std::uint64_t state = 1;
    auto f = [&](Points p) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        const double uniform = static_cast<double>(state >> 11U) * 0x1p-53 - 0.5;
        return std::exp(p[0]) + 1e-6 * uniform;
    };
    secant::CallableEvaluator<double, double, decltype(f)> evaluator(f, 1);
    secant::Record<double> record;
    const std::vector<double> x = {0.5};
    const std::vector<double> sigma = secant::measure_noise(evaluator, std::span<const double>(x), {}, record);
    CHECK(sigma[0] > 1e-6 / std::sqrt(12.0) / 4);
    CHECK(sigma[0] < 1e-6 / std::sqrt(12.0) * 4);
}
