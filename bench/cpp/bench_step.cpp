#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

#include "secant/formula.hpp"
#include "secant/step.hpp"

namespace {

secant::StepRule<double> central_rule() {
    const auto& formulas = secant::formula_set<double>(1, 4);
    constexpr auto binary64 = secant::Precision::binary64;
    return {.relative = secant::relative_step<double>(binary64, binary64, 1, 4),
            .central_reach = formulas.central.reach,
            .one_sided_reach = formulas.forward.reach};
}

void plan(benchmark::State& state) {
    const std::vector<double> x(static_cast<std::size_t>(state.range(0)), 0.7);
    const auto rule = central_rule();
    for (auto _ : state) benchmark::DoNotOptimize(secant::StepPlan<double>(x, rule, {}));
}
BENCHMARK(plan)->Arg(10)->Arg(100)->Arg(1000);

// Every third variable lies at a bound and turns to the other side.
void plan_in_bounds(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const std::vector<double> x(n, 0.7);
    const std::vector<double> lower(n, 0.0);
    std::vector<double> upper(n, 1.0);
    for (std::size_t j = 0; j < n; j += 3) upper[j] = 0.7;
    const auto rule = central_rule();
    for (auto _ : state) benchmark::DoNotOptimize(secant::StepPlan<double>(x, rule, {lower, upper}));
}
BENCHMARK(plan_in_bounds)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
