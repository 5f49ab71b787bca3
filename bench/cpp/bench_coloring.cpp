// Colourings of grids, of a bordered band and of random patterns, and the orders that go before them.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "patterns.hpp"
#include "secant/coloring/best.hpp"

namespace {

using secant::Decompression;
using secant::OrderKind;
using secant::bench::Index;
using Pattern = secant::SparsityPattern<Index>;

struct Subject {
    std::string name;
    bool symmetric;
    secant::bench::RowLists (*make)();
};
const std::array<Subject, 6> subjects{{
    {"five_point_300", true, [] { return secant::bench::five_point_grid(300); }},
    {"five_point_1000", true, [] { return secant::bench::five_point_grid(1000); }},
    {"nine_point_1000", true, [] { return secant::bench::nine_point_grid(1000); }},
    {"bordered_band_100000", true, [] { return secant::bench::bordered_band(100'000, 5); }},
    {"random_100000", false, [] { return secant::bench::random_rows(100'000, 100'000, 5); }},
    {"random_symmetric_100000", true, [] { return secant::bench::random_symmetric(100'000, 2); }},
}};

// The benchmarks of a pattern follow one another: it is kept until another is asked for.
const Pattern& pattern_of(const Subject& subject) {
    static const Subject* kept = nullptr;
    static std::unique_ptr<secant::bench::OwnedPattern> pattern;
    if (kept != &subject) pattern = std::make_unique<secant::bench::OwnedPattern>(subject.make());
    kept = &subject;
    return **pattern;
}

// What is timed: `run` returns how many colours there are.
struct Task {
    std::string name;
    bool for_symmetric;
    std::size_t (*run)(const Pattern& pattern);
};
const std::array<Task, 7> colorings{{
    {"column", false,
     [](const Pattern& pattern) {
         const auto order = secant::order_columns(pattern.by_columns(), pattern.by_rows(), {});
         return secant::count_colors(secant::distance2_coloring<Index>(pattern.by_columns(), pattern.by_rows(), order));
     }},
    {"star", true,
     [](const Pattern& pattern) {
         const auto order = secant::order_graph(pattern.by_rows(), {});
         return secant::count_colors(secant::star_coloring<Index>(pattern.by_rows(), order));
     }},
    {"acyclic", true,
     [](const Pattern& pattern) {
         const auto order = secant::order_graph(pattern.by_rows(), {});
         return secant::count_colors(secant::acyclic_coloring<Index>(pattern.by_rows(), order));
     }},
    // By a random order: by the natural one, which has all columns first, a bordered band needs as many colours as it has rows.
    {"bidirectional_star", false,
     [](const Pattern& pattern) {
         return secant::bidirectional_coloring(pattern, Decompression::direct, {OrderKind::random}).count();
     }},
    {"bidirectional_acyclic", false,
     [](const Pattern& pattern) {
         return secant::bidirectional_coloring(pattern, Decompression::substitution, {OrderKind::random}).count();
     }},
    // With the search for colours that no entry needs.
    {"symmetric_direct", true,
     [](const Pattern& pattern) {
         return secant::color(pattern, {.structure = secant::Structure::symmetric}, secant::Order{}).count();
     }},
    {"symmetric_substitution", true,
     [](const Pattern& pattern) {
         return secant::color(pattern,
                              {.structure = secant::Structure::symmetric, .decompression = Decompression::substitution},
                              secant::Order{})
             .count();
     }},
}};

const std::array<std::pair<std::string, OrderKind>, 6> orders{{
    {"natural", OrderKind::natural},
    {"largest_first", OrderKind::largest_first},
    {"smallest_last", OrderKind::smallest_last},
    {"incidence_degree", OrderKind::incidence_degree},
    {"dynamic_largest_first", OrderKind::dynamic_largest_first},
    {"random", OrderKind::random},
}};

template <class Run>
void add(const std::string& name, Run run) {
    benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMillisecond)->UseRealTime();
}

const bool added = [] {
    for (const Subject& subject : subjects) {
        for (const Task& task : colorings) {
            if (task.for_symmetric && !subject.symmetric) continue;
            add(task.name + "/" + subject.name, [&subject, &task](benchmark::State& state) {
                const Pattern& pattern = pattern_of(subject);
                std::size_t colors = 0;
                for (auto _ : state) benchmark::DoNotOptimize(colors = task.run(pattern));
                state.counters["colors"] = static_cast<double>(colors);
                state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(pattern.entries()));
            });
        }
        for (const auto& [name, kind] : orders) {
            add("columns_by_" + name + "/" + subject.name, [&subject, kind = kind](benchmark::State& state) {
                const Pattern& pattern = pattern_of(subject);
                for (auto _ : state) {
                    benchmark::DoNotOptimize(
                        secant::order_columns(pattern.by_columns(), pattern.by_rows(), {.kind = kind}));
                }
            });
            if (!subject.symmetric) continue;
            add("graph_by_" + name + "/" + subject.name, [&subject, kind = kind](benchmark::State& state) {
                const Pattern& pattern = pattern_of(subject);
                for (auto _ : state) {
                    benchmark::DoNotOptimize(secant::order_graph(pattern.by_rows(), {.kind = kind}));
                }
            });
        }
    }
    return true;
}();

}  // namespace
