// An n × n Hessian by central differences of order 2, beside the four corners of each rectangle.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <span>
#include <vector>

#include "secant/hessian.hpp"
#include "secant/native.hpp"
#include "secant/parallel.hpp"
#include "vector_destination.hpp"

namespace {

double rosenbrock(int n, double* x) {
    double sum = 0;
    for (int j = 0; j + 1 < n; ++j) {
        const double bend = x[j + 1] - x[j] * x[j];
        sum += 100 * bend * bend + (1 - x[j]) * (1 - x[j]);
    }
    return sum;
}

void native(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    secant::set_thread_limit(static_cast<int>(state.range(1)));
    const std::vector<double> x(n, 0.7);
    secant::NativeEvaluator evaluator({&rosenbrock});
    VectorDestination destination(n * n);
    const secant::DifferenceMethod<double> method = {.order = 2};
    for (auto _ : state) {
        secant::Record<double> record;
        std::vector<secant::EntryIncident> incidents;
        benchmark::DoNotOptimize(secant::differentiate_twice<double, double, double>(
            evaluator, std::span<const double>(x), {}, method, record, incidents, destination));
        benchmark::ClobberMemory();
    }
    secant::set_thread_limit(0);
}
BENCHMARK(native)->ArgNames({"n", "threads"})->ArgsProduct({{10, 100}, {1, 2}})->UseRealTime();

void by_hand(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const auto count = static_cast<int>(n);
    secant::ScalarFunction f = &rosenbrock;
    benchmark::DoNotOptimize(f);
    std::vector<double> x(n, 0.7);
    std::vector<double> hessian(n * n);
    constexpr double h = 0x1p-13;
    const auto at = [&](std::size_t a, double s, std::size_t b, double t) {
        const double kept_a = x[a];
        const double kept_b = x[b];
        x[a] += s * h;
        x[b] += t * h;
        const double value = f(count, x.data());
        x[a] = kept_a;
        x[b] = kept_b;
        return value;
    };
    for (auto _ : state) {
        const double base = f(count, x.data());
        for (std::size_t a = 0; a < n; ++a) {
            hessian[a * n + a] = (at(a, 1, a, 0) - 2 * base + at(a, -1, a, 0)) / (h * h);
            for (std::size_t b = 0; b < a; ++b) {
                const double mixed = at(a, 1, b, 1) - at(a, 1, b, -1) - at(a, -1, b, 1) + at(a, -1, b, -1);
                hessian[a * n + b] = hessian[b * n + a] = mixed / (4 * h * h);
            }
        }
        benchmark::DoNotOptimize(hessian.data());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(by_hand)->ArgName("n")->Arg(10)->Arg(100)->UseRealTime();

}  // namespace
