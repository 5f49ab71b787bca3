// The library's drivers of sparse derivatives, run on a callable with the least ceremony.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/best.hpp"
#include "secant/compressed.hpp"
#include "secant/compressed_adaptive.hpp"
#include "task.hpp"

// Room for the entries of a pattern, filled beforehand with a number that no test expects.
template <class E>
class EntryList final : public secant::Destination<E> {
   public:
    explicit EntryList(std::size_t count) : count_(count) {}
    [[nodiscard]] E* allocate(std::size_t) override {
        entries.assign(count_, E(-77777));
        return entries.data();
    }
    std::vector<E> entries;

   private:
    std::size_t count_;
};

// A pattern with a colouring. Its entries are numbered row by row.
template <class I = std::int32_t>
class Plan {
   public:
    explicit Plan(const Mask& mask, const secant::ColoringProblem& problem = {},
                  std::optional<secant::Order> order = std::nullopt)
        : mask_(mask),
          pattern_(mask),
          recovery_(pattern_->by_rows(), mask.columns(), problem, secant::color(*pattern_, problem, order)) {}
    // Of which only some are wanted.
    Plan(const Mask& mask, const secant::ColoringProblem& problem, const Mask& wanted)
        : mask_(wanted),
          pattern_(mask),
          wanted_(lists_of<I>(wanted)),
          recovery_(pattern_->by_rows(), mask.columns(), problem, secant::color(*pattern_, problem), wanted_.view()) {}
    // By these colours of columns.
    Plan(const Mask& mask, const secant::ColoringProblem& problem, const Colors& colors)
        : mask_(mask),
          pattern_(mask),
          recovery_(pattern_->by_rows(), mask.columns(), problem,
                    secant::Coloring{.columns = colors, .column_colors = secant::count_colors(colors)}) {}
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    [[nodiscard]] const secant::Recovery<I>& recovery() const { return recovery_; }
    [[nodiscard]] std::size_t colors() const { return recovery_.coloring().count(); }
    // The number of an entry that is given out.
    [[nodiscard]] std::size_t entry(std::size_t i, std::size_t j) const {
        std::size_t number = 0;
        for (std::size_t row = 0; row <= i; ++row) {
            for (std::size_t column = 0; column < (row == i ? j : mask_.columns()); ++column) {
                if (mask_(row, column)) ++number;
            }
        }
        return number;
    }
    // visit(k, i, j) for each of them.
    template <class Visit>
    void for_entries(Visit&& visit) const {
        std::size_t k = 0;
        for (std::size_t i = 0; i < mask_.rows(); ++i) {
            for (std::size_t j = 0; j < mask_.columns(); ++j) {
                if (mask_(i, j)) visit(k++, i, j);
            }
        }
    }

   private:
    Mask mask_;
    Pattern<I> pattern_;
    secant::OwnedLists<I> wanted_;
    secant::Recovery<I> recovery_;
};

// Points of type P, values of type V, entries of type E; incidents are those of entries.
template <class E = double, class V = double, class P = double, class F, class I, class Method>
[[nodiscard]] Outcome<E, V> sparse_of(F&& f, std::size_t outputs, const std::vector<secant::real_of_t<P>>& x,
                                      const Plan<I>& plan, const Method& method) {
    using R = secant::real_of_t<P>;
    secant::CallableEvaluator<P, V, std::remove_reference_t<F>> evaluator(f, outputs);
    EntryList<E> list(plan.recovery().entries());
    Outcome<E, V> outcome;
    const auto steps =
        secant::differentiate(evaluator, std::span<const R>(x), plan.recovery(), method, outcome.record, list);
    outcome.steps.assign(steps.begin(), steps.end());
    outcome.entries = std::move(list.entries);
    return outcome;
}

// y_i = sum over the entries j of row i of sin(w_ij x_j), and a quarter of the square of the sum of their x_j: each output depends
// on its row's variables, and on no others.
class RowFunction {
   public:
    explicit RowFunction(const Mask& mask) : mask_(mask) {}

    template <class P, class V>
    void operator()(std::span<const P> x, std::span<V> y) const {
        for (std::size_t i = 0; i < mask_.rows(); ++i) {
            V waves = V(static_cast<double>(i));
            V sum = V(0);
            for (std::size_t j = 0; j < mask_.columns(); ++j) {
                if (!mask_(i, j)) continue;
                waves += std::sin(V(weight(i, j)) * x[j]);
                sum += x[j];
            }
            y[i] = waves + sum * sum / V(4);
        }
    }
    [[nodiscard]] double derivative(std::span<const double> x, std::size_t i, std::size_t j) const {
        double sum = 0;
        for (std::size_t k = 0; k < mask_.columns(); ++k) sum += mask_(i, k) ? x[k] : 0;
        return weight(i, j) * std::cos(weight(i, j) * x[j]) + sum / 2;
    }
    [[nodiscard]] std::size_t outputs() const { return mask_.rows(); }

   private:
    [[nodiscard]] static double weight(std::size_t i, std::size_t j) {
        return 0.5 + static_cast<double>((3 * i + 5 * j) % 7) / 4;
    }

    Mask mask_;
};

// The gradient of the sum of sin(x_i x_j) over the edges of a graph, and of x_i^4 / 12 over its vertices: its Jacobian is symmetric,
// and its diagonal is full.
class GraphGradient {
   public:
    explicit GraphGradient(const Mask& graph) : graph_(graph) {
        for (std::size_t v = 0; v < graph.rows(); ++v) graph_.set(v, v);
    }
    [[nodiscard]] const Mask& mask() const { return graph_; }

    template <class P, class V>
    void operator()(std::span<const P> x, std::span<V> y) const {
        for (std::size_t i = 0; i < graph_.rows(); ++i) {
            y[i] = x[i] * x[i] * x[i] / V(3);
            for (std::size_t j = 0; j < graph_.columns(); ++j) {
                if (i != j && graph_(i, j)) y[i] += x[j] * std::cos(x[i] * x[j]);
            }
        }
    }
    [[nodiscard]] double derivative(std::span<const double> x, std::size_t i, std::size_t j) const {
        if (i != j) return std::cos(x[i] * x[j]) - x[i] * x[j] * std::sin(x[i] * x[j]);
        double sum = x[i] * x[i];
        for (std::size_t k = 0; k < graph_.columns(); ++k) {
            if (k != i && graph_(i, k)) sum -= x[k] * x[k] * std::sin(x[i] * x[k]);
        }
        return sum;
    }

   private:
    Mask graph_;
};

[[nodiscard]] inline std::vector<double> random_point(Engine& engine, std::size_t n) {
    std::vector<double> x(n);
    for (double& value : x) value = std::uniform_real_distribution<double>(-2, 2)(engine);
    return x;
}
