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

#include "secant/adaptive.hpp"
#include "secant/buffer.hpp"
#include "secant/decompress.hpp"
#include "secant/difference.hpp"
#include "secant/direction.hpp"
#include "secant/group.hpp"
#include "secant/imaginary.hpp"
#include "secant/jacobian.hpp"
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

// Substitution takes entries out of whole products: a colour's second column is added to its first.
template <class I, class Sink>
[[nodiscard]] std::vector<std::int32_t> join_parts(const Groups<I>& groups, Sink& sink) {
    std::vector<std::int32_t> column_of(groups.column_of().begin(), groups.column_of().end());
    for (std::size_t k = 1; k < groups.count(); ++k) {
        if (groups.color(k) != groups.color(k - 1)) continue;
        const auto first = sink.column(k - 1);
        const auto second = sink.column(k);
        for (std::size_t i = 0; i < first.size(); ++i) first[i] += second[i];
        groups.for_members(k, [&](std::size_t j) { column_of[j] = static_cast<std::int32_t>(k - 1); });
    }
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
    const std::vector<std::int32_t> joined = whole ? join_parts(groups, sink) : std::vector<std::int32_t>();
    const std::span<const std::int32_t> column_of = whole ? std::span<const std::int32_t>(joined) : groups.column_of();
    recovery.find(sink.products(column_of), units, sink.entries(), threads_for_entries(recovery.entries()));
}

// With substitution, what is not finite spreads, and entries of a product that is not may be found in another.
template <class I, class E>
void mark_not_finite(const Recovery<I>& recovery, const E* entries, std::vector<Incident>& incidents) {
    if (recovery.problem().decompression == Decompression::direct) return;
    std::erase_if(incidents, [&](const Incident& incident) {
        return incident.status == Status::not_finite && is_finite(entries[incident.column]);
    });
    for (std::size_t k = 0; k < recovery.entries(); ++k) {
        if (!is_finite(entries[k])) incidents.push_back({k, 0, Status::not_finite});
    }
}

// An entry that no probe of its column's has given a value.
struct MissingEntry {
    std::size_t variable;
    std::size_t row;
    std::size_t entry;
};

// Those for which another variable of the column may be to blame, by variables: `alone(j, column)` says whether j by itself has room that
// the column has not.
template <class V, class I, class Alone>
[[nodiscard]] std::vector<MissingEntry> missing_entries(const Record<V>& record, const Recovery<I>& recovery,
                                                        const Groups<I>& groups, Alone&& alone) {
    std::vector<MissingEntry> missing;
    if (recovery.problem().decompression == Decompression::substitution) return missing;
    for (const Incident& incident : record.incidents) {
        if (incident.status != Status::not_finite) continue;
        recovery.for_entries_in(incident.output, static_cast<std::int32_t>(incident.column), groups.column_of(),
                                [&](std::size_t entry, std::size_t j) {
                                    if (alone(j, incident.column)) missing.push_back({j, incident.output, entry});
                                });
    }
    std::ranges::stable_sort(missing, {}, &MissingEntry::variable);
    return missing;
}

// What was said of an entry is taken back, and what is known now is said.
inline void replace_incidents(std::vector<Incident>& incidents, const MissingEntry& missing,
                              std::span<const Incident> now) {
    std::erase_if(incidents, [&](const Incident& incident) { return incident.column == missing.entry; });
    for (const Incident& incident : now) {
        if (incident.output == missing.row) incidents.push_back({missing.entry, 0, incident.status});
    }
}

// Probes that are not finite are tried nearer and on the other side: for all variables of a column at once, and not where one of them
// has no room there. Entries that are left then are tried again, each variable alone, if it has the room that another had not.
template <class V, class R, class I, class E>
void repair_alone(Evaluator<R, V>& evaluator, const Moves<R>& moves, const FormulaSet<R>& formulas,
                  const GroupMoves<R, I>& groups, const Recovery<I>& recovery, Record<V>& record,
                  std::vector<Incident>& incidents, E* entries) {
    const auto missing = missing_entries(record, recovery, groups.groups(), [&](std::size_t j, std::size_t column) {
        const SingleMoves<R> alone(moves, formulas, j, 1);
        return std::ranges::any_of(variations_of(alone.side(0)), [&](const Variation& variation) {
            return alone.allows(0, variation) && !groups.allows(column, variation);
        });
    });
    for (std::size_t k = 0; k < missing.size();) {
        const std::size_t j = missing[k].variable;
        record.incidents.clear();
        ColumnSink<V> values(1);
        take_differences<V>(evaluator, SingleMoves<R>(moves, formulas, j, 1), record, values);
        for (; k < missing.size() && missing[k].variable == j; ++k) {
            entries[missing[k].entry] = static_cast<E>(values.column(0)[missing[k].row]);
            replace_incidents(incidents, missing[k], record.incidents);
        }
    }
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
        detail::repair_alone<V>(evaluator, moves, formulas, groups, recovery, record, incidents, sink.entries());
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

namespace detail {

// A line for each group. Its unit moves every variable by its own scale, or by as much as there is room for, to the side that has more.
template <class R, class I>
class GroupLines final : public Lines<R> {
   public:
    GroupLines(const Moves<R>& moves, const GroupMoves<R, I>& groups, std::span<const R> x,
               const AdaptiveMethod<R>& method)
        : moves_(moves), groups_(groups), x_(x), method_(method) {}

    [[nodiscard]] std::size_t count() const noexcept override { return groups_.count(); }
    [[nodiscard]] LineSetting<R> setting(std::size_t line) const override {
        LineSetting<R> setting;
        bool first = true;
        groups_.groups().for_members(line, [&](std::size_t j) {
            LineSetting<R> one = setting_of_variable(j, x_, method_, 1);
            const R size = moves_.size(j);
            if (groups_.sign(j) < 0) std::swap(one.room_up, one.room_down);
            if (first) setting = one;
            const auto narrow = [&](R& all, R own) { all = first ? own / size : std::min(all, own / size); };
            narrow(setting.room_up, one.room_up);
            narrow(setting.room_down, one.room_down);
            narrow(setting.question.typical, one.question.typical);
            setting.tolerance.absolute = first
                                             ? method_.tolerance.absolute * size
                                             : std::min(setting.tolerance.absolute, method_.tolerance.absolute * size);
            const R origin = one.question.origin / size;
            setting.question.origin = first ? origin : std::max(setting.question.origin, origin);
            first = false;
        });
        setting.question.scale = 1;
        setting.question.rounding = 1;  // points are rounded, each entry by itself
        setting.brief = is_brief(setting.question, setting.tolerance) && allows_brief(method_, count());
        return setting;
    }
    [[nodiscard]] const Displacements<R>& displacements() const noexcept override { return groups_; }
    [[nodiscard]] R factor(std::size_t, R offset) const noexcept override { return offset; }
    [[nodiscard]] R distance(std::size_t, R offset) const noexcept override { return offset; }

   private:
    const Moves<R>& moves_;
    const GroupMoves<R, I>& groups_;
    std::span<const R> x_;
    const AdaptiveMethod<R>& method_;
};

// Some lines of several.
template <class R>
class ChosenLines final : public Lines<R> {
   public:
    ChosenLines(const Lines<R>& all, std::span<const std::size_t> chosen) : all_(all), chosen_(chosen) {}

    [[nodiscard]] std::size_t count() const noexcept override { return chosen_.size(); }
    [[nodiscard]] std::size_t column(std::size_t line) const noexcept override { return all_.column(chosen_[line]); }
    [[nodiscard]] LineSetting<R> setting(std::size_t line) const override { return all_.setting(chosen_[line]); }
    [[nodiscard]] const Displacements<R>& displacements() const noexcept override { return all_.displacements(); }
    [[nodiscard]] R factor(std::size_t line, R offset) const noexcept override {
        return all_.factor(chosen_[line], offset);
    }
    [[nodiscard]] R distance(std::size_t line, R offset) const noexcept override {
        return all_.distance(chosen_[line], offset);
    }

   private:
    const Lines<R>& all_;
    std::span<const std::size_t> chosen_;
};

// The same as repair_alone, for lines.
template <class V, class R, class E, class F>
void follow_alone(Evaluator<R, V>& evaluator, const Moves<R>& moves, const FormulaSet<R>& formulas,
                  std::span<const R> x, const AdaptiveMethod<R>& method, std::span<const MissingEntry> missing,
                  Record<V>& record, std::vector<Incident>& incidents, std::vector<Kink<R>>& kinks, E* entries,
                  F* errors) {
    std::vector<std::size_t> variables;
    for (const MissingEntry& one : missing) {
        if (variables.empty() || variables.back() != one.variable) variables.push_back(one.variable);
    }
    if (variables.empty()) return;
    const MovedLines<R> all(moves, formulas, x, {}, method, 1);
    Harvest<V> harvest;
    follow_lines(evaluator, ChosenLines<R>(all, variables), method.most_evaluations, record,
                 [&](std::size_t index, const Line<R>& line) {
                     record.incidents.clear();
                     std::vector<Kink<R>> found;
                     harvest.gather(0, line, record.outputs, record, found);
                     for (const MissingEntry& one : missing) {
                         if (one.variable != variables[index]) continue;
                         entries[one.entry] = static_cast<E>(harvest.values()[one.row]);
                         errors[one.entry] = static_cast<F>(harvest.errors()[one.row]);
                         replace_incidents(incidents, one, record.incidents);
                         for (const Kink<R>& kink : found) {
                             if (kink.output == one.row) kinks.push_back({one.entry, 0, kink.left, kink.right});
                         }
                     }
                 });
}

}  // namespace detail

// The same with error bars. Kinks have the number of the entry as their column.
template <class R, class V, class I, class E, class F>
Buffer<R> differentiate(Evaluator<R, V>& evaluator, std::span<const R> x, const Recovery<I>& recovery,
                        const AdaptiveMethod<R>& method, Record<V>& record, Destination<E>& destination,
                        Destination<F>& error_destination, std::vector<Kink<R>>& kinks) {
    const FormulaSet<R>& formulas = formula_set<R>(1, 2);
    const Moves<R> moves(x, method.rule(), method.bounds);
    const GroupMoves<R, I> groups(moves, formulas, recovery.classes(), recovery.coloring().columns, Side::forward,
                                  MixedSides::together);
    const detail::GroupLines<R, I> lines(moves, groups, x, method);
    detail::ProductSink<V, E> sink(destination, groups.count(), recovery.rows());
    detail::ProductSink<R, F> errors(error_destination, groups.count(), recovery.rows());
    Buffer<R> steps(x.size(), R(0));
    std::vector<Kink<R>> found;
    detail::Harvest<V> harvest;
    bool begun = false;
    const auto begin = [&] {
        if (begun) return;
        sink.begin(record.outputs);
        errors.begin(record.outputs);
        begun = true;
    };
    detail::follow_lines(
        evaluator, lines, method.most_evaluations, record, [&](std::size_t column, const Line<R>& line) {
            begin();
            harvest.gather(column, line, record.outputs, record, found);
            std::ranges::copy(harvest.values(), sink.column(column).begin());
            std::ranges::copy(harvest.errors(), errors.column(column).begin());
            const auto taken = harvest.steps();
            const R widest = taken.empty() ? R(0) : *std::ranges::max_element(taken);
            groups.groups().for_members(column, [&](std::size_t j) { steps[j] = widest * moves.size(j); });
        });
    begin();
    Buffer<R> signed_sizes(x.size());
    for (std::size_t j = 0; j < x.size(); ++j) signed_sizes[j] = groups.sign(j) * moves.size(j);
    const Units<R> units(std::move(signed_sizes));
    const auto column_of = groups.groups().column_of();
    recovery.find_errors(errors.products(column_of), units, errors.entries());
    recovery.find(sink.products(column_of), units, sink.entries());
    for (const Kink<R>& kink : found) {
        recovery.for_entries_in(kink.output, static_cast<std::int32_t>(kink.column), column_of,
                                [&](std::size_t entry, std::size_t j) {
                                    const bool mirrored = units[j] < 0;
                                    const R left = (mirrored ? kink.right : kink.left) / units[j];
                                    const R right = (mirrored ? kink.left : kink.right) / units[j];
                                    kinks.push_back({entry, 0, left, right});
                                });
    }
    std::vector<Incident> incidents = detail::entry_incidents(recovery, groups.groups(), record);
    if (method.bounds.given()) {
        // Lines of columns reach as far as all their variables do.
        const auto missing =
            detail::missing_entries(record, recovery, groups.groups(), [&](std::size_t j, std::size_t c) {
                const LineSetting<R> one = detail::setting_of_variable(j, x, method, 1);
                const LineSetting<R> all = lines.setting(c);
                return one.room_up + one.room_down > moves.size(j) * (all.room_up + all.room_down);
            });
        detail::follow_alone<V>(evaluator, moves, formulas, x, method, missing, record, incidents, kinks,
                                sink.entries(), errors.entries());
    }
    record.incidents = std::move(incidents);
    detail::mark_not_finite(recovery, sink.entries(), record.incidents);
    return steps;
}

}  // namespace secant
