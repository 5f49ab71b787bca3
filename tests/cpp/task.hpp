// The library's drivers, run on a callable with the least ceremony; each test reads what came out.
#pragma once

#include <algorithm>
#include <complex>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "secant/difference.hpp"
#include "secant/elementwise.hpp"
#include "secant/evaluator.hpp"
#include "secant/hessian.hpp"
#include "secant/jacobian.hpp"
#include "secant/sink.hpp"

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// A result's storage, filled beforehand with a number that no test expects.
template <class E>
class Table final : public secant::Destination<E> {
   public:
    explicit Table(std::size_t columns) : columns_(columns) {}
    [[nodiscard]] E* allocate(std::size_t outputs) override {
        entries.assign(outputs * columns_, E(-77777));
        return entries.data();
    }
    std::vector<E> entries;

   private:
    std::size_t columns_;
};

template <class E, class V = E>
struct Outcome {
    std::vector<E> entries;
    std::vector<secant::real_of_t<V>> steps;
    secant::Record<V> record;
    std::vector<secant::EntryIncident> incidents;  // of second derivatives

    [[nodiscard]] std::optional<secant::Status> status(std::size_t column, std::size_t output) const {
        const auto same = [&](const secant::Incident& i) { return i.column == column && i.output == output; };
        const auto found = std::ranges::find_if(record.incidents, same);
        return found == record.incidents.end() ? std::nullopt : std::optional(found->status);
    }
    // Of the entry (a, b) of a symmetric matrix; the worst where there are several.
    [[nodiscard]] std::optional<secant::Status> status_of_pair(std::size_t a, std::size_t b) const {
        std::optional<secant::Status> worst;
        for (const auto& i : incidents) {
            if (!((i.row == a && i.column == b) || (i.row == b && i.column == a))) continue;
            if (!worst || i.status == secant::Status::not_finite) worst = i.status;
        }
        return worst;
    }
};

template <class R>
using Real = std::span<const R>;

// f(x, y) writes `outputs` values. J, row by row; or J v.
template <class R = double, class F>
[[nodiscard]] Outcome<R> jacobian_of(F&& f, std::size_t outputs, const std::vector<R>& x,
                                     const secant::DifferenceMethod<R>& method, Real<R> v = {}) {
    secant::CallableEvaluator<R, R, std::remove_reference_t<F>> evaluator(f, outputs);
    const std::size_t columns = v.empty() ? x.size() : 1;
    Table<R> table(columns);
    secant::DenseSink<R, R> sink(table, secant::Layout::numerator, columns);
    Outcome<R> outcome;
    outcome.steps = secant::differentiate<R>(evaluator, Real<R>(x), {v}, method, outcome.record, sink);
    outcome.entries = std::move(table.entries);
    return outcome;
}

// For each output an n × n matrix; or H v, n entries for each output.
template <class R = double, class F>
[[nodiscard]] Outcome<R> hessian_of(F&& f, std::size_t outputs, const std::vector<R>& x,
                                    const secant::DifferenceMethod<R>& method, Real<R> v = {}) {
    secant::CallableEvaluator<R, R, std::remove_reference_t<F>> evaluator(f, outputs);
    Table<R> table(v.empty() ? x.size() * x.size() : x.size());
    Outcome<R> outcome;
    outcome.steps = secant::differentiate_twice<R, R, R>(evaluator, Real<R>(x), {v}, method, outcome.record,
                                                         outcome.incidents, table);
    outcome.entries = std::move(table.entries);
    return outcome;
}

template <class R = double, class F>
[[nodiscard]] Outcome<R> elementwise_of(F&& f, const std::vector<R>& x, int derivative,
                                        const secant::DifferenceMethod<R>& method) {
    secant::CallableEvaluator<R, R, std::remove_reference_t<F>> evaluator(f, x.size());
    Outcome<R> outcome;
    outcome.entries.assign(x.size(), R(-77777));
    outcome.steps = secant::differentiate_entries<R, R>(evaluator, Real<R>(x), derivative, method, outcome.record,
                                                        std::span<R>(outcome.entries));
    return outcome;
}
