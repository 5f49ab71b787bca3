// Sparse first derivatives: products of the Jacobian with the groups of a colouring, and the entries that are found in them.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "secant/buffer.hpp"
#include "secant/decompress.hpp"
#include "secant/difference.hpp"
#include "secant/direction.hpp"
#include "secant/group.hpp"
#include "secant/imaginary.hpp"
#include "secant/jacobian.hpp"
#include "secant/regroup.hpp"
#include "secant/sink.hpp"

namespace secant {

// f has another number of values than the pattern has rows.
class PatternMismatch : public std::invalid_argument {
   public:
    PatternMismatch(std::size_t outputs, std::size_t rows)
        : std::invalid_argument("secant: f and the sparsity pattern differ in their numbers of rows"),
          outputs_(outputs),
          rows_(rows) {}
    [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }

   private:
    std::size_t outputs_;
    std::size_t rows_;
};

namespace detail {

// Products, a column each, kept until all are there; room for the entries is asked for as soon as f's values are known to fit.
template <class O, class E>
class ProductSink {
   public:
    ProductSink(Destination<E>& destination, std::size_t columns, std::size_t rows)
        : destination_(destination), rows_(rows), count_(columns) {}

    void begin(std::size_t outputs) {
        if (outputs != rows_) throw PatternMismatch(outputs, rows_);
        entries_ = destination_.allocate(outputs);
        products_.resize(count_ * outputs);
    }
    void store(std::size_t first_column, std::size_t columns, std::size_t first_output, std::size_t outputs,
               const O* strip, std::size_t stride) noexcept {
        for (std::size_t k = 0; k < columns; ++k) {
            std::copy_n(strip + k * stride, outputs, column(first_column + k).data() + first_output);
        }
    }

    [[nodiscard]] std::span<O> column(std::size_t index) noexcept { return {products_.data() + index * rows_, rows_}; }
    [[nodiscard]] Products<O> products(std::span<const std::int32_t> column_of) noexcept {
        return {.of_columns = {products_.data(), 1, static_cast<std::ptrdiff_t>(rows_)}, .column_of = column_of};
    }
    [[nodiscard]] E* entries() const noexcept { return entries_; }

   private:
    Destination<E>& destination_;
    std::size_t rows_;
    std::size_t count_;
    Buffer<O> products_;
    E* entries_ = nullptr;
};

// f(x), where no product asks for any value: the result's place must be known all the same.
template <class P, class V, class Sink>
void begin_without_products(Evaluator<P, V>& evaluator, const Displacements<P>& displacements, Record<V>& record,
                            Sink& sink) {
    PointBlock<P> points(displacements);
    points.add_origin();
    ValueBlock<V> values;
    evaluator.evaluate(points, values);
    record.evaluations += 1;
    record.outputs = values.outputs();
    sink.begin(record.outputs);
}

// Says of entries what was said of products.
template <class I, class V>
[[nodiscard]] std::vector<Incident> entry_incidents(const Recovery<I>& recovery, const Groups<I>& groups,
                                                    const Record<V>& record) {
    std::vector<Incident> incidents;
    for (const Incident& incident : record.incidents) {
        recovery.for_entries_in(
            incident.output, static_cast<std::int32_t>(incident.column), groups.column_of(),
            [&](std::size_t entry, std::size_t) { incidents.push_back({entry, 0, incident.status}); });
    }
    return incidents;
}

// Substitution takes entries out of whole products: the columns of a colour, which are next to each other, are added up in the first of
// them. `color_of(k)`: of a column. Returns where each variable's product is, then.
template <class I, class ColorOf, class Sink>
[[nodiscard]] std::vector<std::int32_t> join_parts(const Groups<I>& groups, ColorOf&& color_of, Sink& sink) {
    std::vector<std::int32_t> first(groups.count());
    for (std::size_t k = 0; k < groups.count(); ++k) {
        const bool joins = k != 0 && color_of(k) == color_of(k - 1);
        first[k] = joins ? first[k - 1] : static_cast<std::int32_t>(k);
        if (!joins) continue;
        const auto sum = sink.column(static_cast<std::size_t>(first[k]));
        const auto part = sink.column(k);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
    }
    std::vector<std::int32_t> column_of(groups.column_of().begin(), groups.column_of().end());
    for (std::int32_t& column : column_of) column = column < 0 ? column : first[static_cast<std::size_t>(column)];
    return column_of;
}

// Reading entries is worth threads only where it takes milliseconds: a call of f comes next, which may have threads of its own.
[[nodiscard]] inline int threads_for_entries(std::size_t entries) noexcept {
    constexpr std::size_t few = std::size_t{1} << 20;
    return entries < few ? 1 : available_threads();
}

template <class I, class O, class R, class E>
void find_entries(const Recovery<I>& recovery, const Groups<I>& groups, ProductSink<O, E>& sink,
                  const Units<R>& units) {
    const bool whole = recovery.problem().decompression == Decompression::substitution;
    const std::vector<std::int32_t> joined =
        whole ? join_parts(groups, [&](std::size_t k) { return groups.color(k); }, sink) : std::vector<std::int32_t>();
    const std::span<const std::int32_t> column_of = whole ? std::span<const std::int32_t>(joined) : groups.column_of();
    recovery.find(sink.products(column_of), units, sink.entries(), threads_for_entries(recovery.entries()));
}

// With substitution, what is not finite spreads, and entries of a product that has no value may be found in another.
template <class I, class E>
void mark_not_finite(const Recovery<I>& recovery, const E* entries, std::vector<Incident>& incidents) {
    if (recovery.problem().decompression == Decompression::direct) return;
    std::erase_if(incidents, [&](const Incident& incident) {
        return incident.status < Status::ok && is_finite(entries[incident.column]);
    });
    std::vector<char> said(recovery.entries(), 0);
    for (const Incident& incident : incidents) {
        if (incident.status < Status::ok) said[incident.column] = 1;
    }
    for (std::size_t k = 0; k < recovery.entries(); ++k) {
        if (!is_finite(entries[k]) && said[k] == 0) incidents.push_back({k, 0, Status::not_finite});
    }
}

// Probes that are not finite are tried nearer and on the other side: for all variables of a column at once, and not where one of them
// has no room there. Entries that are left then are tried again, together with those that have as much room.
template <class V, class R, class I, class E>
void repair_apart(Evaluator<R, V>& evaluator, const Moves<R>& moves, const FormulaSet<R>& formulas, Side planned,
                  const GroupMoves<R, I>& groups, const Recovery<I>& recovery, Record<V>& record,
                  std::vector<Incident>& incidents, E* entries) {
    // Which variations a variable has, were it alone: a bit for each.
    const auto room = [&](std::size_t j) {
        const auto column = static_cast<std::size_t>(groups.groups().column_of()[j]);
        unsigned bits = 0;
        for (const Variation& variation : variations_of(groups.side(column))) {
            bits = 2 * bits + (groups.allows_alone(j, variation) ? 1U : 0U);
        }
        return bits;
    };
    auto missing = missing_entries(record, recovery, groups.groups(), [&](std::size_t j, std::size_t column) {
        return std::ranges::any_of(variations_of(groups.side(column)), [&](const Variation& variation) {
            return groups.allows_alone(j, variation) && !groups.allows(column, variation);
        });
    });
    if (missing.empty()) return;
    const Regrouping<I> regrouped(missing, recovery.columns(), room);
    const GroupMoves<R, I> apart(moves, formulas, regrouped.classes(), regrouped.colors(), planned);
    ColumnSink<V> products(apart.count());
    record.incidents.clear();
    take_differences<V>(evaluator, apart, record, products);
    const Units<R> units(apart.units());
    for (const MissingEntry& one : missing) {
        entries[one.entry] = static_cast<E>(units.divide(products.column(one.column)[one.row], one.variable));
    }
    amend(incidents, missing, record.incidents);
}

}  // namespace detail

// The wanted entries of J, in their order. Incidents have the number of the entry as their column. Returns the variables' steps.
template <class R, class V, class I, class E>
Buffer<R> differentiate(Evaluator<R, V>& evaluator, std::span<const R> x, const Recovery<I>& recovery,
                        const DifferenceMethod<R>& method, Record<V>& record, Destination<E>& destination) {
    const FormulaSet<R>& formulas = formula_set<R>(1, method.order);
    const Moves<R> moves(x, method.rule(1, formulas), method.bounds);
    const GroupMoves<R, I> groups(moves, formulas, recovery.classes(), recovery.coloring().columns, method.side);
    detail::ProductSink<V, E> sink(destination, groups.count(), recovery.rows());
    take_differences<V>(evaluator, groups, record, sink);
    if (groups.count() == 0) detail::begin_without_products(evaluator, groups, record, sink);
    detail::find_entries(recovery, groups.groups(), sink, Units<R>(groups.units()));
    std::vector<Incident> incidents = detail::entry_incidents(recovery, groups.groups(), record);
    if (method.bounds.given())
        detail::repair_apart<V>(evaluator, moves, formulas, method.side, groups, recovery, record, incidents,
                                sink.entries());
    record.incidents = std::move(incidents);
    detail::mark_not_finite(recovery, sink.entries(), record.incidents);
    return moves.plan().sizes();
}

template <class R, class I, class E>
Buffer<R> differentiate(Evaluator<std::complex<R>, std::complex<R>>& evaluator, std::span<const R> x,
                        const Recovery<I>& recovery, const ComplexStepMethod<R>& method,
                        Record<std::complex<R>>& record, Destination<E>& destination) {
    const R relative = method.relative();
    const ImaginaryMoves<R> moves(x, {}, relative, method.sizes, method.typical);
    const ImaginaryGroups<R, I> groups(moves, recovery.classes(), recovery.coloring().columns);
    // The real difference that the products are compared with goes along all variables: each group by a share of its own.
    std::vector<R> direction = detail::mixed_direction(x, method);
    std::vector<R> weights(groups.count());
    for (std::size_t c = 0; c < weights.size(); ++c) {
        bool first = true;
        groups.groups().for_members(c, [&](std::size_t j) {
            const R weight = direction[j] / moves.size(j);
            if (first || std::abs(weight) < std::abs(weights[c])) weights[c] = weight;
            first = false;
        });
        const auto fits = [&](R weight) {
            bool all = true;
            groups.groups().for_members(c, [&](std::size_t j) {
                const R end = x[j] + weight * moves.size(j);
                all = all && end >= method.bounds.lower[j] && end <= method.bounds.upper[j];
            });
            return all;
        };
        if (method.bounds.given() && !fits(weights[c])) weights[c] = fits(-weights[c]) ? -weights[c] : R(0);
        groups.groups().for_members(c, [&](std::size_t j) { direction[j] = weights[c] * moves.size(j); });
    }
    for (std::size_t j = 0; j < x.size(); ++j) {
        if (groups.groups().column_of()[j] < 0) direction[j] = 0;
    }
    detail::RealityCheck<R> checked(evaluator, relative);
    detail::AnalyticityCheck<R> compared(checked, weights);
    detail::ProductSink<R, E> sink(destination, groups.count(), recovery.rows());
    take_differences<R>(compared, groups, record, sink);
    checked.verify(groups, record);
    if (groups.count() == 0) {
        detail::begin_without_products(evaluator, groups, record, sink);
    } else {
        compared.verify(x, direction, epsilon<R>(std::min(method.point_precision, method.value_precision)), record);
    }
    detail::find_entries(recovery, groups.groups(), sink, Units<R>({moves.sizes().begin(), moves.sizes().end()}));
    record.incidents = detail::entry_incidents(recovery, groups.groups(), record);
    detail::mark_not_finite(recovery, sink.entries(), record.incidents);
    return {moves.sizes().begin(), moves.sizes().end()};
}

}  // namespace secant
