// Sparse second derivatives from values, run on a callable with the least ceremony, and their dense twins.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "patterns.hpp"
#include "secant/sparse_hessian.hpp"
#include "task.hpp"

using Trouble = std::tuple<std::size_t, std::size_t, secant::Status>;

template <class P, class V, class F>
using Callable = secant::CallableEvaluator<P, V, std::remove_reference_t<F>>;

template <class E, class V>
struct Result : Outcome<E, V> {
    std::vector<double> errors;
    std::set<Trouble> troubles;
};

// By the wanted entries, in their order.
template <class I, class E = double, class P, class V, class Method>
[[nodiscard]] Result<E, V> sparse_by(secant::Evaluator<P, V>& evaluator, const std::vector<secant::real_of_t<P>>& x,
                                     const Mask& wanted, const Method& method) {
    using R = secant::real_of_t<P>;
    const auto lists = lists_of<I>(wanted);
    const secant::WantedPairs<I> pairs(lists.view());
    Table<E> table(lists.entries.size());
    Table<double> errors(lists.entries.size());
    Result<E, V> result;
    secant::Buffer<R> steps;
    if constexpr (std::is_same_v<Method, secant::AdaptiveMethod<R>>) {
        steps = secant::differentiate_twice(evaluator, std::span<const R>(x), pairs, method, result.record,
                                            static_cast<secant::Destination<E>&>(table),
                                            static_cast<secant::Destination<double>&>(errors));
    } else {
        steps = secant::differentiate_twice(evaluator, std::span<const R>(x), pairs, method, result.record,
                                            static_cast<secant::Destination<E>&>(table));
    }
    result.steps.assign(steps.begin(), steps.end());
    result.entries = std::move(table.entries);
    result.errors = std::move(errors.entries);
    for (const auto& incident : result.record.incidents) {
        const auto row = std::ranges::upper_bound(lists.starts, static_cast<I>(incident.column)) - lists.starts.begin();
        result.troubles.emplace(row - 1, lists.entries[incident.column], incident.status);
    }
    return result;
}
template <class I = std::int32_t, class E = double, class V = double, class P = double, class F, class Method>
[[nodiscard]] Result<E, V> sparse_of(F&& f, const std::vector<secant::real_of_t<P>>& x, const Mask& wanted,
                                     const Method& method) {
    Callable<P, V, F> evaluator(f, 1);
    return sparse_by<I, E>(evaluator, x, wanted, method);
}

// By all entries, of which the wanted ones are kept.
template <class E = double, class V = double, class P = double, class F, class Method>
[[nodiscard]] Result<E, V> dense_of(F&& f, const std::vector<secant::real_of_t<P>>& x, const Mask& wanted,
                                    const Method& method) {
    using R = secant::real_of_t<P>;
    const std::size_t n = x.size();
    Callable<P, V, F> evaluator(f, 1);
    Table<E> table(n * n);
    Table<double> errors(n * n);
    Result<E, V> all;
    if constexpr (std::is_same_v<Method, secant::AdaptiveMethod<R>>) {
        all.steps = secant::differentiate_twice<R, V, E, double>(evaluator, std::span<const R>(x), {}, method,
                                                                 all.record, all.incidents, table, errors);
    } else if constexpr (std::is_same_v<Method, secant::ComplexStepMethod<R>>) {
        all.steps = secant::differentiate_twice<R, E>(evaluator, std::span<const R>(x), {}, method, all.record,
                                                      all.incidents, table);
    } else {
        all.steps = secant::differentiate_twice<R, V, E>(evaluator, std::span<const R>(x), {}, method, all.record,
                                                         all.incidents, table);
    }
    for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = 0; b < n; ++b) {
            if (!wanted(a, b)) continue;
            all.entries.push_back(table.entries[a * n + b]);
            if (!errors.entries.empty()) all.errors.push_back(errors.entries[a * n + b]);
            for (const auto& incident : all.incidents) {
                if (std::minmax(incident.row, incident.column) == std::minmax(a, b)) {
                    all.troubles.emplace(a, b, incident.status);
                }
            }
        }
    }
    return all;
}

// Bit for bit; NaN is NaN.
template <class Some, class Others>
inline void check_same(const Some& sparse, const Others& dense) {
    const auto same = [](const auto& a, const auto& b) { return a == b || (a != a && b != b); };
    CHECK(std::ranges::equal(sparse.entries, dense.entries, same));
    CHECK(sparse.errors == dense.errors);
    CHECK(sparse.steps == dense.steps);
    CHECK(sparse.troubles == dense.troubles);
}

// The sine of the sum of c_j x_j, and the sum of x_j^4 / 12: every pair has an entry.
template <class P>
inline P ripple(std::span<const P> x) {
    P sum = 0;
    P powers = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        sum += P(static_cast<secant::real_of_t<P>>(4 + j % 5) / 8) * x[j];
        powers += x[j] * x[j] * x[j] * x[j];
    }
    return std::sin(sum) + powers / P(12);
}
inline double ripple_second(const std::vector<double>& x, std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t j = 0; j < x.size(); ++j) sum += static_cast<double>(4 + j % 5) / 8 * x[j];
    return (a == b ? x[a] * x[a] : 0) - static_cast<double>((4 + a % 5) * (4 + b % 5)) / 64 * std::sin(sum);
}

template <class R = double>
inline std::vector<R> some_point(std::size_t n) {
    std::vector<R> x;
    for (std::size_t j = 0; j < n; ++j) x.push_back(R(0.3) + static_cast<R>(j % 11) / 7);
    return x;
}

// Symmetric or not: an entry may be wanted on one side of the diagonal alone.
inline std::vector<Mask> wanted_masks(Engine& engine, int count, std::size_t most) {
    std::vector<Mask> masks = random_graphs(engine, count, most);
    for (int trial = 0; trial < count; ++trial) {
        const std::size_t n = 1 + below(engine, most);
        masks.push_back(random_mask(engine, n, n, std::array{0.1, 0.4, 0.8}[below(engine, 3)]));
    }
    return masks;
}
