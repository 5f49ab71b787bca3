// Sparse first derivatives with error bars: a line for each group of a colouring.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "secant/adaptive.hpp"
#include "secant/buffer.hpp"
#include "secant/coloring/coloring.hpp"
#include "secant/compressed.hpp"
#include "secant/decompress.hpp"
#include "secant/direction.hpp"
#include "secant/group.hpp"
#include "secant/regroup.hpp"
#include "secant/sink.hpp"

namespace secant {

namespace detail {

// The variables of each colour that have a line together. Those whose steps bounds make much smaller have others: the rounding of x is
// large beside such steps, and would be taken for that of all.
template <class I>
class LineClasses {
   public:
    // `scale(j)`: the same number for variables that have a line together, 0 for most of them.
    template <class Scale>
    LineClasses(Lists<I> classes, std::span<const Color> colors, Scale&& scale) : whole_(classes), colors_(colors) {
        bool split = false;
        for (std::size_t j = 0; j < colors.size() && !split; ++j) split = colors[j] != uncolored && scale(j) != 0;
        if (!split) return;
        parts_ = split_colors(colors, scale);
        own_ = color_classes<I>(parts_.colors, parts_.color_of.size());
    }
    LineClasses(const LineClasses&) = delete;
    LineClasses& operator=(const LineClasses&) = delete;

    [[nodiscard]] Lists<I> classes() const noexcept { return parts_.colors.empty() ? whole_ : own_.view(); }
    [[nodiscard]] std::span<const Color> lines() const noexcept {
        return parts_.colors.empty() ? colors_ : std::span<const Color>(parts_.colors);
    }
    [[nodiscard]] std::size_t color_of(std::size_t line) const noexcept {
        return parts_.colors.empty() ? line : parts_.color_of[line];
    }

   private:
    Lists<I> whole_;
    std::span<const Color> colors_;
    SplitColors parts_;  // empty where no colour is split
    OwnedLists<I> own_;
};

// On which scale f is asked for along a variable, for LineClasses: how much smaller than usual its steps are, in factors of 64.
template <class R>
[[nodiscard]] int scale_of_line(const LineSetting<R>& setting, R size) noexcept {
    return size < setting.question.scale ? std::ilogb(setting.question.scale / size) / 6 : 0;
}

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
            R& nearest = setting.question.nearest_origin;
            nearest = first || (origin > 0 && origin < nearest) || nearest == 0 ? origin : nearest;
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

// Kinks of a column, as those of its entries.
template <class R>
[[nodiscard]] Kink<R> kink_of_entry(const Kink<R>& kink, std::size_t entry, R unit) noexcept {
    const bool mirrored = unit < 0;
    return {entry, 0, (mirrored ? kink.right : kink.left) / unit, (mirrored ? kink.left : kink.right) / unit};
}

// The signed sizes of variables' moves, in which products of lines are.
template <class R, class I>
[[nodiscard]] Units<R> line_units(const Moves<R>& moves, const GroupMoves<R, I>& groups) {
    Buffer<R> sizes(moves.origin().size());
    for (std::size_t j = 0; j < sizes.size(); ++j) sizes[j] = groups.sign(j) * moves.size(j);
    return Units<R>(std::move(sizes));
}

// The same as repair_apart, for lines: they reach as far as all their variables do.
template <class V, class R, class I, class E, class F>
void follow_apart(Evaluator<R, V>& evaluator, const Moves<R>& moves, const FormulaSet<R>& formulas,
                  std::span<const R> x, const AdaptiveMethod<R>& method, const GroupLines<R, I>& lines,
                  const Groups<I>& groups, const Recovery<I>& recovery, Record<V>& record,
                  std::vector<Incident>& incidents, std::vector<Kink<R>>& kinks, E* entries, F* errors) {
    // To a factor of two, up to the scale: beyond it, nobody goes.
    const auto room = [&](std::size_t j) {
        const LineSetting<R> own = setting_of_variable(j, x, method, 1);
        const auto exponent = [&](R reach) {
            return reach > 0 ? std::min(std::ilogb(reach / moves.size(j)), 0) : -9999;
        };
        return std::pair(exponent(own.room_up), exponent(own.room_down));
    };
    auto missing = missing_entries(record, recovery, groups, [&](std::size_t j, std::size_t column) {
        const LineSetting<R> own = setting_of_variable(j, x, method, 1);
        const LineSetting<R> all = lines.setting(column);
        return own.room_up + own.room_down > moves.size(j) * (all.room_up + all.room_down);
    });
    if (missing.empty()) return;
    const Regrouping<I> regrouped(missing, x.size(), room);
    const GroupMoves<R, I> apart(moves, formulas, regrouped.classes(), regrouped.colors(), Side::forward,
                                 MixedSides::together);
    const Units<R> units = line_units(moves, apart);
    const Units<R> sizes = units.sizes();
    record.incidents.clear();
    std::vector<Kink<R>> found;
    Harvest<V> harvest;
    std::size_t next = 0;
    follow_lines(evaluator, GroupLines<R, I>(moves, apart, x, method), method.most_evaluations, record,
                 [&](std::size_t column, const Line<R>& line) {
                     harvest.gather(column, line, record.outputs, record, found);
                     for (; next < missing.size() && missing[next].column == column; ++next) {
                         const MissingEntry& one = missing[next];
                         entries[one.entry] = static_cast<E>(units.divide(harvest.values()[one.row], one.variable));
                         errors[one.entry] = static_cast<F>(sizes.divide(harvest.errors()[one.row], one.variable));
                     }
                 });
    amend(incidents, missing, record.incidents);
    for (const Kink<R>& kink : found) {
        for_missing_in(missing, kink.column, kink.output, [&](const MissingEntry& one) {
            kinks.push_back(kink_of_entry(kink, one.entry, units[one.variable]));
        });
    }
}

}  // namespace detail

// The same with error bars. Kinks have the number of the entry as their column.
template <class R, class V, class I, class E, class F>
Buffer<R> differentiate(Evaluator<R, V>& evaluator, std::span<const R> x, const Recovery<I>& recovery,
                        const AdaptiveMethod<R>& method, Record<V>& record, Destination<E>& destination,
                        Destination<F>& error_destination, std::vector<Kink<R>>& kinks) {
    const FormulaSet<R>& formulas = formula_set<R>(1, 2);
    const Moves<R> moves(x, method.rule(), method.bounds);
    const detail::LineClasses<I> together(recovery.classes(), recovery.coloring().columns, [&](std::size_t j) {
        return detail::scale_of_line(detail::setting_of_variable(j, x, method, 1), moves.size(j));
    });
    const GroupMoves<R, I> groups(moves, formulas, together.classes(), together.lines(), Side::forward,
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
    const Units<R> units = detail::line_units(moves, groups);
    const auto column_of = groups.groups().column_of();
    if (recovery.problem().decompression == Decompression::substitution) {
        const auto color_of = [&](std::size_t line) { return together.color_of(line); };
        const auto joined = detail::join_parts(groups.groups(), color_of, sink);
        (void)detail::join_parts(groups.groups(), color_of, errors);
        recovery.find_errors(errors.products(joined), units, errors.entries());
        recovery.find(sink.products(joined), units, sink.entries());
    } else {
        recovery.find_errors(errors.products(column_of), units, errors.entries());
        recovery.find(sink.products(column_of), units, sink.entries());
    }
    for (const Kink<R>& kink : found) {
        recovery.for_entries_in(
            kink.output, static_cast<std::int32_t>(kink.column), column_of,
            [&](std::size_t entry, std::size_t j) { kinks.push_back(detail::kink_of_entry(kink, entry, units[j])); });
    }
    std::vector<Incident> incidents = detail::entry_incidents(recovery, groups.groups(), record);
    if (method.bounds.given()) {
        detail::follow_apart<V>(evaluator, moves, formulas, x, method, lines, groups.groups(), recovery, record,
                                incidents, kinks, sink.entries(), errors.entries());
    }
    record.incidents = std::move(incidents);
    detail::mark_not_finite(recovery, sink.entries(), record.incidents);
    return steps;
}

}  // namespace secant
