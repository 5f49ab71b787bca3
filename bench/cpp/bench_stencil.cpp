#include <benchmark/benchmark.h>

#include "secant/formula.hpp"
#include "secant/stencil.hpp"

namespace {

void make(benchmark::State& state) {
    const auto order = static_cast<int>(state.range(0));
    for (auto _ : state) benchmark::DoNotOptimize(secant::make_stencil(secant::Side::forward, 1, order));
}
BENCHMARK(make)->Arg(1)->Arg(4)->Arg(8);

// What every call of a derivative pays: the look-up of formulas that are already made.
void look_up(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(&secant::formula_set<double>(1, 4));
}
BENCHMARK(look_up);

}  // namespace
