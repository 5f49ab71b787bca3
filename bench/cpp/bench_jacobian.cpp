// An n × n Jacobian by forward differences of order 1, beside the loop that one would write by hand.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "secant/jacobian.hpp"
#include "secant/native.hpp"
#include "secant/parallel.hpp"
#include "vector_destination.hpp"

namespace {

// A discretised reaction and diffusion: a few operations for each output, the cheapest f worth a derivative.
void diffusion(int n, double* x, int m, double* y, void*) {
    for (int i = 0; i < m; ++i) {
        const double left = i > 0 ? x[i - 1] : 0;
        const double right = i + 1 < n ? x[i + 1] : 0;
        y[i] = left - 2 * x[i] + right + x[i] * x[i] * x[i];
    }
}

std::vector<double> some_point(std::size_t n) {
    std::vector<double> x(n);
    for (std::size_t j = 0; j < n; ++j) x[j] = std::sin(static_cast<double>(j));
    return x;
}

constexpr secant::DifferenceMethod<double> method = {.side = secant::Side::forward, .order = 1};

void differentiate(benchmark::State& state, secant::Evaluator<double, double>& evaluator) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const std::vector<double> x = some_point(n);
    VectorDestination destination(n);
    for (auto _ : state) {
        secant::DenseSink<double, double> sink(destination, secant::Layout::numerator, n);
        secant::Record<double> record;
        benchmark::DoNotOptimize(
            secant::differentiate<double>(evaluator, std::span<const double>(x), {}, method, record, sink));
        benchmark::ClobberMemory();
    }
}

void native(benchmark::State& state) {
    secant::set_thread_limit(static_cast<int>(state.range(1)));
    const secant::NativeFunction function{&diffusion, static_cast<std::size_t>(state.range(0))};
    secant::NativeEvaluator evaluator(function);
    differentiate(state, evaluator);
    secant::set_thread_limit(0);
}
BENCHMARK(native)->ArgNames({"n", "threads"})->ArgsProduct({{10, 100, 1000}, {1, 2}})->UseRealTime();

void callable(benchmark::State& state) {
    auto f = [](std::span<const double> x, std::span<double> y) {
        diffusion(static_cast<int>(x.size()), const_cast<double*>(x.data()), static_cast<int>(y.size()), y.data(),
                  nullptr);
    };
    secant::CallableEvaluator<double, double, decltype(f)> evaluator(f, static_cast<std::size_t>(state.range(0)));
    differentiate(state, evaluator);
}
BENCHMARK(callable)->ArgName("n")->Arg(10)->Arg(100)->Arg(1000)->UseRealTime();

// Called through a pointer as well, for f is not known to a library when it is compiled.
void by_hand(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const auto count = static_cast<int>(n);
    secant::VectorFunctionWithData f = &diffusion;
    benchmark::DoNotOptimize(f);
    std::vector<double> x = some_point(n);
    std::vector<double> base(n);
    std::vector<double> moved(n);
    std::vector<double> jacobian(n * n);
    for (auto _ : state) {
        f(count, x.data(), count, base.data(), nullptr);
        for (std::size_t j = 0; j < n; ++j) {
            const double kept = x[j];
            x[j] += 0x1p-26 * std::max(std::abs(kept), 1.0);
            const double h = x[j] - kept;
            f(count, x.data(), count, moved.data(), nullptr);
            x[j] = kept;
            for (std::size_t i = 0; i < n; ++i) jacobian[i * n + j] = (moved[i] - base[i]) / h;
        }
        benchmark::DoNotOptimize(jacobian.data());
        benchmark::ClobberMemory();
    }
}
BENCHMARK(by_hand)->ArgName("n")->Arg(10)->Arg(100)->Arg(1000)->UseRealTime();

}  // namespace
