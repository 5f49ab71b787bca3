#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "secant/loops.hpp"

namespace {

void count_bytes(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void subtract_scaled(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const std::vector<double> a(n, 2.0);
    const std::vector<double> b(n, 1.0);
    std::vector<double> out(n);
    for (auto _ : state) {
        benchmark::DoNotOptimize(secant::detail::subtract_scaled(0.5, a.data(), b.data(), out.data(), n));
        benchmark::ClobberMemory();
    }
    count_bytes(state, 3 * n * sizeof(double));
}
BENCHMARK(subtract_scaled)->Arg(64)->Arg(4096)->Arg(1 << 20);

void subtract_plainly(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(state.range(0));
    const std::vector<double> a(n, 2.0);
    const std::vector<double> b(n, 1.0);
    std::vector<double> out(n);
    for (auto _ : state) {
        for (std::size_t i = 0; i < n; ++i) out[i] = 0.5 * (a[i] - b[i]);
        benchmark::ClobberMemory();
    }
    count_bytes(state, 3 * n * sizeof(double));
}
BENCHMARK(subtract_plainly)->Arg(64)->Arg(4096)->Arg(1 << 20);

// A strip of `columns` × `rows`, into a matrix of 1,000 columns: as a sink does it.
template <class Work>
void time_transposition(benchmark::State& state, Work&& work) {
    const auto columns = static_cast<std::size_t>(state.range(0));
    const auto rows = static_cast<std::size_t>(state.range(1));
    const std::size_t stride = rows + 8;
    const std::vector<double> from(columns * stride, 1.0);
    std::vector<double> to(rows * 1000);
    for (auto _ : state) {
        work(from.data(), stride, columns, rows, to.data());
        benchmark::ClobberMemory();
    }
    count_bytes(state, 2 * columns * rows * sizeof(double));
}

void transpose(benchmark::State& state) {
    time_transposition(state, [](const double* from, std::size_t stride, std::size_t columns, std::size_t rows,
                                 double* to) { secant::detail::transpose(from, stride, columns, rows, to, 1000); });
}
BENCHMARK(transpose)->Args({8, 512})->Args({64, 64})->Args({512, 8})->Args({7, 13});

void transpose_plainly(benchmark::State& state) {
    time_transposition(state,
                       [](const double* from, std::size_t stride, std::size_t columns, std::size_t rows, double* to) {
                           for (std::size_t i = 0; i < rows; ++i) {
                               for (std::size_t k = 0; k < columns; ++k) to[i * 1000 + k] = from[k * stride + i];
                           }
                       });
}
BENCHMARK(transpose_plainly)->Args({8, 512})->Args({64, 64})->Args({512, 8})->Args({7, 13});

}  // namespace
