// The entries of a grid's matrix from its products. Bytes are those of the products, the pattern's columns and the entries, each once.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "patterns.hpp"
#include "secant/buffer.hpp"
#include "secant/coloring/best.hpp"
#include "secant/decompress.hpp"

namespace {

using secant::Decompression;
using secant::Structure;
using secant::bench::Index;

void find(benchmark::State& state, const secant::ColoringProblem& problem) {
    const secant::bench::OwnedPattern pattern(secant::bench::five_point_grid(static_cast<int>(state.range(0))));
    const auto threads = static_cast<int>(state.range(1));
    const secant::Recovery<Index> recovery(pattern->by_rows(), pattern->columns(), problem,
                                           secant::color(*pattern, problem, secant::Order{}));
    const secant::Coloring& coloring = recovery.coloring();
    // Zeros stay zeros when entries are taken out of them: every round starts from the same products.
    std::vector<double> products(pattern->rows() * coloring.column_colors, 0.0);
    std::vector<double> entries(pattern->entries());
    const secant::Products<double> laid_out{
        .of_columns = {products.data(), 1, static_cast<std::ptrdiff_t>(pattern->rows())},
        .column_of = coloring.columns,
    };
    const secant::Units<double> units(secant::Buffer<double>(pattern->columns(), 0x1p-26));
    for (auto _ : state) {
        recovery.find(laid_out, units, entries.data(), threads);
        benchmark::ClobberMemory();
    }
    const std::size_t bytes = (products.size() + entries.size()) * sizeof(double) + entries.size() * sizeof(Index);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(entries.size()));
}

void sides(benchmark::internal::Benchmark* benchmark, const std::vector<std::int64_t>& threads) {
    benchmark->ArgNames({"side", "threads"})->ArgsProduct({{300, 1000}, threads});
    benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
}
void one_and_two_threads(benchmark::internal::Benchmark* benchmark) { sides(benchmark, {1, 2}); }
void one_thread(benchmark::internal::Benchmark* benchmark) { sides(benchmark, {1}); }

BENCHMARK_CAPTURE(find, column, secant::ColoringProblem{})->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(find, symmetric, secant::ColoringProblem{.structure = Structure::symmetric})
    ->Apply(one_and_two_threads);
// Entries taken out of products come one after the other: it has one thread.
BENCHMARK_CAPTURE(find, substitution,
                  secant::ColoringProblem{.structure = Structure::symmetric,
                                          .decompression = Decompression::substitution})
    ->Apply(one_thread);

}  // namespace
