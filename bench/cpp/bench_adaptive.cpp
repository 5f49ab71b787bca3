// What the error control costs beside its calls of f: one line, by the number of outputs; and a closer judgement of one output.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "secant/judgement.hpp"
#include "secant/line.hpp"

namespace {

[[nodiscard]] secant::Question<double> question_at(double x) {
    secant::Question<double> question;
    question.origin = std::abs(x);
    question.epsilon = std::numeric_limits<double>::epsilon();
    return question;
}

// All outputs are good at once: eight samples, judged in strips.
void follow_a_line(benchmark::State& state) {
    const auto outputs = static_cast<std::size_t>(state.range(0));
    secant::LineSetting<double> setting;
    setting.question = question_at(0.7);
    setting.room_up = setting.room_down = 1e300;
    const auto fill = [](std::vector<double>& values, double x) {
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::exp(x) + static_cast<double>(i);
    };
    std::vector<double> base(outputs);
    fill(base, 0.7);
    // f is left out of the timing: its values are those of the first round, again and again.
    secant::Line<double> first(setting);
    first.give_base(base);
    std::vector<std::vector<double>> rows;
    for (const double offset : first.wanted()) fill(rows.emplace_back(outputs), 0.7 + offset);
    for (auto _ : state) {
        secant::Line<double> line(setting);
        line.give_base(base);
        for (std::size_t k = 0; k < rows.size(); ++k) line.absorb(k, line.wanted()[k], rows[k]);
        line.proceed();
        benchmark::DoNotOptimize(line.entry(0).value);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(outputs));
}
BENCHMARK(follow_a_line)->Arg(1)->Arg(16)->Arg(100)->Arg(1000);

// Of `levels` pairs of samples, all windows of neighbours.
void judge(benchmark::State& state) {
    std::vector<secant::Level<double>> levels;
    double size = 0x1p-7;
    for (std::int64_t k = 0; k < state.range(0); ++k, size /= 2) {
        levels.push_back({size, size, size, std::exp(0.7 + size), std::exp(0.7 - size)});
    }
    const secant::Question<double> question = question_at(0.7);
    const std::optional<secant::Probe<double>> none;
    for (auto _ : state) {
        secant::detail::Judge<double> judge(levels, std::exp(0.7), secant::Side::central, question, none);
        benchmark::DoNotOptimize(judge.run().error);
    }
}
BENCHMARK(judge)->Arg(3)->Arg(5)->Arg(9);

}  // namespace
