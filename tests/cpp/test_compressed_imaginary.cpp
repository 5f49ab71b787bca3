#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "box.hpp"
#include "secant/compressed.hpp"
#include "sparse.hpp"

using secant::ColoringProblem;
using secant::ComplexStepMethod;
using secant::Decompression;
using secant::Precision;
using secant::Status;
using secant::Structure;

namespace {

using C = std::complex<double>;
using Points = std::span<const C>;
using Values = std::span<C>;

constexpr C unknown(not_a_number, not_a_number);

template <class E = double, class F, class I>
Outcome<E, C> by_complex_step(F&& f, std::size_t outputs, const std::vector<double>& x, const Plan<I>& plan,
                              const ComplexStepMethod<double>& method = {}) {
    return sparse_of<E, C, C>(f, outputs, x, plan, method);
}

template <class F>
Outcome<double, C> dense_by_complex_step(F&& f, std::size_t outputs, const std::vector<double>& x,
                                         const ComplexStepMethod<double>& method = {}) {
    secant::CallableEvaluator<C, C, std::remove_reference_t<F>> evaluator(f, outputs);
    Table<double> table(x.size());
    secant::DenseSink<double, double> sink(table, secant::Layout::numerator, x.size());
    Outcome<double, C> outcome;
    outcome.steps =
        secant::differentiate<double>(evaluator, std::span<const double>(x), {}, method, outcome.record, sink);
    outcome.entries = std::move(table.entries);
    return outcome;
}

}  // namespace

TEST_CASE_TEMPLATE("entries are the dense ones, for an evaluation a colour and one that checks them", I, std::int32_t,
                   std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_masks(engine, 80, 14)) {
        if (mask.rows() == 0) continue;
        const RowFunction f(mask);
        const Plan<I> plan(mask);
        const std::vector<double> x = random_point(engine, mask.columns());
        std::size_t calls = 0;
        const auto counted = [&](Points p, Values y) {
            ++calls;
            f(p, y);
        };
        const auto sparse = by_complex_step(counted, mask.rows(), x, plan);
        CHECK(sparse.record.evaluations == calls);
        CHECK(calls >= plan.colors() + 1);
        CHECK(calls <= plan.colors() + 3);  // f(x), where a value is near zero; a second look
        if (mask.columns() == 0) continue;
        const auto dense = dense_by_complex_step(f, mask.rows(), x);
        CHECK(sparse.steps == dense.steps);
        plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
            CHECK(sparse.entries[k] == dense.entries[i * mask.columns() + j]);
            CHECK(std::abs(sparse.entries[k] - f.derivative(x, i, j)) <= 1e-14 * (1 + std::abs(sparse.entries[k])));
        });
    }
}

TEST_CASE("each variable has its own step, a power of two or not") {
    const Mask mask = band_mask(5, 5, 1, 1);
    const RowFunction f(mask);
    const Plan<> plan(mask);
    const std::vector<double> x = {1, 1e5, -1e-7, 30, 0.2};
    const std::vector<double> sizes = {1e-30, 3e-25, 1e-37, 1e-20, 0x1p-90};
    const std::vector<double> typical = {1, 1e-3, 1e-8, 100, 4};
    for (const ComplexStepMethod<double>& method :
         {ComplexStepMethod<double>{.sizes = sizes}, ComplexStepMethod<double>{.typical = typical}}) {
        const auto sparse = by_complex_step(f, 5, x, plan, method);
        const auto dense = dense_by_complex_step(f, 5, x, method);
        CHECK(sparse.steps == dense.steps);
        plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
            CHECK(sparse.entries[k] == doctest::Approx(dense.entries[i * 5 + j]).epsilon(1e-15));
        });
    }
}

TEST_CASE("symmetric matrices, directly and by substitution, are exact to rounding") {
    Engine engine(2);
    for (const Decompression decompression : {Decompression::direct, Decompression::substitution}) {
        const ColoringProblem problem = {.structure = Structure::symmetric, .decompression = decompression};
        for (const Mask& graph : random_graphs(engine, 40, 12)) {
            if (graph.rows() == 0) continue;
            const GraphGradient f(graph);
            const Plan<> plan(f.mask(), problem);
            const std::vector<double> x = random_point(engine, graph.rows());
            const auto result = by_complex_step(f, graph.rows(), x, plan);
            plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
                CHECK(std::abs(result.entries[k] - f.derivative(x, i, j)) <= 1e-12);
            });
        }
    }
}

TEST_CASE("a function that is not analytic is refused, by whichever variable of a colour") {
    const Mask mask = band_mask(6, 6, 1, 1);
    const Plan<> plan(mask);
    const RowFunction smooth(mask);
    const std::vector<double> x = {0.3, 2, -1, 0.7, 1.1, -0.4};
    CHECK(by_complex_step(smooth, 6, x, plan).record.evaluations == plan.colors() + 1);
    for (std::size_t j = 0; j < 6; ++j) {
        CAPTURE(j);
        const auto conjugated = [&](Points p, Values y) {
            smooth(p, y);
            y[j] += p[j] * std::conj(p[j]);
        };
        CHECK_THROWS_AS((void)by_complex_step(conjugated, 6, x, plan), secant::NotAnalytic);
        const auto dropped = [&](Points p, Values y) {
            std::vector<C> real(p.begin(), p.end());
            real[j] = real[j].real();
            smooth(Points(real), y);
        };
        CHECK_THROWS_AS((void)by_complex_step(dropped, 6, x, plan), secant::NotAnalytic);
    }
}

TEST_CASE("a function that is not real at a real x is refused, a value near zero is not") {
    const Mask mask = band_mask(3, 3, 0, 0);
    const Plan<> plan(mask);
    const std::vector<double> x = {0, 2, 3};
    const auto turned = [](Points p, Values y) {
        std::ranges::copy(p, y.begin());
        y[1] += C(0, 1);
    };
    CHECK_THROWS_AS((void)by_complex_step(turned, 3, x, plan), secant::NotRealOnReals);
    const auto plain = [](Points p, Values y) { std::ranges::copy(p, y.begin()); };
    CHECK(by_complex_step(plain, 3, x, plan).entries == std::vector<double>{1, 1, 1});
}

TEST_CASE("NaN: the entry says so, the others are left alone") {
    const Mask mask = band_mask(6, 6, 1, 1);
    const Plan<> plan(mask);
    const RowFunction smooth(mask);
    const std::vector<double> x = {0.3, 2, -1, 0.7, 1.1, -0.4};
    const auto good = by_complex_step(smooth, 6, x, plan);
    const auto f = [&](Points p, Values y) {
        smooth(p, y);
        if (p[3].imag() != 0) y[4] = unknown;
    };
    const auto result = by_complex_step(f, 6, x, plan);
    CHECK(result.record.incidents.size() == 1);
    plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
        if (i == 4 && j == 3) {
            CHECK(std::isnan(result.entries[k]));
            CHECK(result.status(k, 0) == Status::not_finite);
        } else {
            CHECK(result.entries[k] == good.entries[k]);
        }
    });
}

TEST_CASE("real parts never leave the bounds") {
    Engine engine(3);
    for (int trial = 0; trial < 100; ++trial) {
        const Mask mask = random_mask(engine, 6, 8, 0.3);
        const Plan<> plan(mask);
        const Box<double> box = random_box<double>(engine, 8, Precision::binary64, -40);
        int outside = 0;
        const auto f = [&](Points p, Values y) {
            std::vector<double> real;
            for (const C& value : p) real.push_back(value.real());
            outside += !box.contains(real);
            for (std::size_t i = 0; i < 6; ++i) {
                y[i] = static_cast<double>(i);
                for (std::size_t j = 0; j < 8; ++j) y[i] += mask(i, j) ? p[j] * static_cast<double>(j + 1) : C(0);
            }
        };
        const auto result = by_complex_step(f, 6, box.x, plan, {.bounds = box.bounds()});
        CHECK(outside == 0);
        plan.for_entries(
            [&](std::size_t k, std::size_t, std::size_t j) { CHECK(result.entries[k] == static_cast<double>(j + 1)); });
    }
}

TEST_CASE("another number of values than the pattern has rows is an error that names both") {
    const auto f = [](Points, Values y) { std::ranges::fill(y, C(1)); };
    for (const bool entries : {true, false}) {
        const Plan<> plan(Mask(3, 3, entries), {.structure = Structure::symmetric});
        try {
            (void)by_complex_step(f, 2, {1, 2, 3}, plan);
            FAIL("not noticed");
        } catch (const secant::PatternMismatch& error) {
            CHECK(error.outputs() == 2);
            CHECK(error.rows() == 3);
        }
    }
}
