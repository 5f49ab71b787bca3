// The derivative of every entry by central differences of order 4, beside the loop that one would write by hand.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "secant/elementwise.hpp"

namespace {

void curve(std::span<const double> x, std::span<double> y) {
    for (std::size_t j = 0; j < x.size(); ++j) y[j] = x[j] / (1 + x[j] * x[j]);
}

std::vector<double> some_point(std::size_t n) {
    std::vector<double> x(n);
    for (std::size_t j = 0; j < n; ++j) x[j] = std::sin(static_cast<double>(j));
    return x;
}

void callable(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const std::vector<double> x = some_point(n);
    std::vector<double> out(n);
    secant::CallableEvaluator<double, double, decltype(curve)> evaluator(curve, n);
    const secant::DifferenceMethod<double> method;
    for (auto _ : state) {
        secant::Record<double> record;
        benchmark::DoNotOptimize(secant::differentiate_entries<double, double>(evaluator, std::span<const double>(x), 1,
                                                                               method, record, std::span<double>(out)));
        benchmark::ClobberMemory();
    }
}
BENCHMARK(callable)->Arg(10)->Arg(1000)->Arg(100000);

void by_hand(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const std::vector<double> x = some_point(n);
    std::vector<double> out(n);
    std::vector<double> point(n);
    std::vector<double> values[4];
    for (auto& row : values) row.resize(n);
    constexpr double nodes[] = {1, -1, 2, -2};
    constexpr double h = 0x1p-10;
    for (auto _ : state) {
        for (std::size_t k = 0; k < 4; ++k) {
            for (std::size_t j = 0; j < n; ++j) point[j] = x[j] + nodes[k] * h;
            curve(point, values[k]);
        }
        for (std::size_t j = 0; j < n; ++j) {
            out[j] = (8 * (values[0][j] - values[1][j]) - (values[2][j] - values[3][j])) / (12 * h);
        }
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(by_hand)->Arg(10)->Arg(1000)->Arg(100000);

}  // namespace
