// Second derivatives with an error bar, from values of f: a line for each variable, then one for each pair of variables.
//
// With d = s_a w_a e_a + s_b w_b e_b, where w are the variables' own steps and s point to the side that has room,
//     H_ab = (d^T H d - w_a^2 H_aa - w_b^2 H_bb) / (2 s_a s_b w_a w_b)                                   (polarisation)
// and the three errors add up. See hessian.hpp for fixed steps.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "secant/adaptive.hpp"
#include "secant/hessian.hpp"

namespace secant {

namespace detail {

// Diagonals of pairs of moves: the unit is a share of the moves' own steps, so that the first samples lie where those of the
// variables did.
template <class R>
class PairedLines final : public Lines<R> {
   public:
    using Pair = std::pair<std::size_t, std::size_t>;

    PairedLines(const Moves<R>& moves, const FormulaSet<R>& formulas, std::span<const Pair> pairs,
                std::span<const LineSetting<R>> alone)
        : moves_(moves), pairs_(pairs), alone_(alone), directions_(moves, formulas, pairs) {}

    [[nodiscard]] std::size_t count() const noexcept override { return pairs_.size(); }
    [[nodiscard]] LineSetting<R> setting(std::size_t line) const override {
        const auto [a, b] = pairs_[line];
        LineSetting<R> setting = alone_[a];
        setting.question.derivative = 2;
        setting.question.scale = setting.question.typical = 1 / Line<R>::first_share(setting.question);
        setting.question.origin =
            std::max(alone_[a].question.origin / moves_.size(a), alone_[b].question.origin / moves_.size(b));
        setting.question.nearest_origin = setting.question.origin;
        setting.levels = 3;
        setting.room_up = std::min(room(a, Side::forward), room(b, Side::forward));
        setting.room_down = std::min(room(a, Side::backward), room(b, Side::backward));
        if (b == moves_.line()) {
            setting.room_up /= 2;
            setting.room_down /= 2;
        }
        return setting;
    }
    [[nodiscard]] const Displacements<R>& displacements() const noexcept override { return directions_; }
    [[nodiscard]] R factor(std::size_t, R offset) const noexcept override { return offset; }
    [[nodiscard]] R distance(std::size_t, R offset) const noexcept override { return offset; }

   private:
    // On the side to which the move's sign turns `side`, in its steps.
    [[nodiscard]] R room(std::size_t move, Side side) const noexcept {
        const bool turned = moves_.side(move) == Side::backward;
        const bool up = (side == Side::forward) != turned;
        return (up ? alone_[move].room_up : alone_[move].room_down) / moves_.size(move);
    }

    const Moves<R>& moves_;
    std::span<const Pair> pairs_;
    std::span<const LineSetting<R>> alone_;
    PairedMoves<R> directions_;
};

// All pairs' entries and error bars. `v` is the line, where pairs have one. Returns the variables' steps.
template <class R, class V, class Pairs, class Out, class OutErrors>
std::vector<R> second_derivatives_of_lines(Evaluator<R, V>& evaluator, std::span<const R> x, std::span<const R> v,
                                           const AdaptiveMethod<R>& method, const Pairs& all_pairs, Record<V>& record,
                                           std::vector<EntryIncident>& incidents, Out& out, OutErrors& out_errors) {
    const std::size_t n = x.size();
    const bool with_line = all_pairs.with_line;
    const FormulaSet<R>& formulas = formula_set<R>(2, 2);
    const std::size_t count = n + (with_line ? 1 : 0);

    // Each move alone: d^2 f / dt^2 for every output, its error, and the step that served it.
    std::vector<LineSetting<R>> settings;
    ColumnSink<V> alone(count);
    ColumnSink<R> alone_errors(count);
    std::vector<R> steps(count);
    std::vector<std::vector<Status>> alone_statuses(count);
    // Statuses are judged with those of the moves that make an entry, and told by incidents of entries.
    Record<V> scratch;
    std::vector<Kink<R>> kinks;
    Harvest<V> harvest;
    const auto run_alone = [&](const MovedLines<R>& lines, std::size_t first) {
        bool begun = false;
        follow_lines(evaluator, lines, method.most_evaluations, record, [&](std::size_t column, const Line<R>& line) {
            if (!begun && first == 0) {
                alone.begin(record.outputs);
                alone_errors.begin(record.outputs);
            }
            begun = true;
            harvest.gather(column, line, record.outputs, scratch, kinks);
            alone.store(first + column, 1, 0, record.outputs, harvest.values().data(), record.outputs);
            alone_errors.store(first + column, 1, 0, record.outputs, harvest.errors().data(), record.outputs);
            alone_statuses[first + column].assign(harvest.statuses().begin(), harvest.statuses().end());
            const auto taken = harvest.steps();
            steps[first + column] = taken.empty() ? R(0) : *std::ranges::max_element(taken);
        });
        for (std::size_t k = 0; k < lines.count(); ++k) settings.push_back(lines.setting(k));
    };
    {
        const Moves<R> moves(x, method.rule(), method.bounds);
        run_alone(MovedLines<R>(moves, formulas, x, {}, method, 2), 0);
    }
    if (with_line) {
        const Moves<R> moves = Moves<R>::along(x, v, method.rule(), method.bounds);
        run_alone(MovedLines<R>(moves, formulas, x, v, method, 2), n);
    }
    out.begin(record.outputs);
    out_errors.begin(record.outputs);
    if (!with_line) {
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t i = 0; i < record.outputs; ++i) {
                out.write(a, a, i, static_cast<typename Out::Entry>(alone.column(a)[i]));
                out_errors.write(a, a, i, static_cast<typename OutErrors::Entry>(alone_errors.column(a)[i]));
                const Status status = alone_statuses[a][i];
                if (status != Status::ok) incidents.push_back({a, a, i, status});
            }
        }
    }

    // The steps of pairs: those that served each move, where one did.
    std::vector<R> sizes(count);
    for (std::size_t a = 0; a < count; ++a) {
        const Question<R>& question = settings[a].question;
        const R planned = question.scale * Line<R>::first_share(question);
        sizes[a] = steps[a] > 0 ? power_of_two_below(std::min(steps[a], 4 * planned)) : planned;
    }
    StepRule<R> rule = method.rule();
    rule.sizes = std::span<const R>(sizes).first(n);
    StepRule<R> line_rule = method.rule();
    if (with_line) line_rule.sizes = std::span<const R>(sizes).last(1);
    rule.share = line_rule.share = with_line ? R(0.5) : R(1);
    const Moves<R> moves =
        with_line ? Moves<R>(x, v, rule, line_rule, method.bounds) : Moves<R>(x, rule, method.bounds);
    all_pairs.for_each(false, [&](auto pairs) {
        const PairedLines<R> lines(moves, formulas, pairs, settings);
        follow_lines(evaluator, lines, method.most_evaluations, record, [&](std::size_t column, const Line<R>& line) {
            const auto [a, b] = pairs[column];
            harvest.gather(column, line, record.outputs, scratch, kinks);
            const R size_a = moves.size(a) * PairedMoves<R>::sign(moves.side(a));
            const R size_b = moves.size(b) * PairedMoves<R>::sign(moves.side(b));
            for (std::size_t i = 0; i < record.outputs; ++i) {
                const V mixed = harvest.values()[i] / size_a / size_b - size_a / size_b * alone.column(a)[i] -
                                size_b / size_a * alone.column(b)[i];
                const R error =
                    std::hypot(harvest.errors()[i] / size_a / size_b, size_a / size_b * alone_errors.column(a)[i],
                               size_b / size_a * alone_errors.column(b)[i]);
                // Where a move alone has no second derivative, the pair has none, perhaps for want of evaluations.
                const bool cut = harvest.statuses()[i] == Status::budget || alone_statuses[a][i] == Status::budget ||
                                 alone_statuses[b][i] == Status::budget;
                const Status status = is_finite(mixed) ? harvest.statuses()[i]
                                      : cut            ? Status::budget
                                                       : Status::not_finite;
                if (status != Status::ok) incidents.push_back({a, b, i, status});
                out.write(a, b, i, static_cast<typename Out::Entry>(mixed / R(2)));
                out_errors.write(a, b, i,
                                 static_cast<typename OutErrors::Entry>(
                                     is_finite(mixed) ? error / 2 : std::numeric_limits<R>::infinity()));
            }
        });
    });
    steps.resize(n);
    return steps;
}

}  // namespace detail

// H (for each output an n × n matrix), or H v (for each output n entries) where a direction is given; error bars likewise. Returns
// the variables' steps.
template <class R, class V, class E, class F>
std::vector<R> differentiate_twice(Evaluator<R, V>& evaluator, std::span<const R> x, Along<R> along,
                                   const AdaptiveMethod<R>& method, Record<V>& record,
                                   std::vector<EntryIncident>& incidents, Destination<E>& destination,
                                   Destination<F>& error_destination) {
    const std::size_t n = x.size();
    const bool with_line = !along.v.empty();
    const FormulaSet<R>& formulas = formula_set<R>(2, 2);
    const bool trivial = with_line && std::ranges::all_of(along.v, [](R entry) { return entry == 0; });
    if (trivial) {
        const Moves<R> moves(x, method.rule(), method.bounds);
        detail::evaluate_origin(evaluator, SingleMoves<R>(moves, formulas, 0, n), record);
        std::fill_n(destination.allocate(record.outputs), n * record.outputs, E(0));
        std::fill_n(error_destination.allocate(record.outputs), n * record.outputs, F(0));
        return std::vector<R>(n, R(0));
    }
    // v is brought to a length near 1, and its length back into the product.
    std::vector<R> v(along.v.begin(), along.v.end());
    int exponent = 0;
    if (with_line) {
        std::frexp(std::abs(*std::ranges::max_element(v, {}, [](R entry) { return std::abs(entry); })), &exponent);
        for (R& entry : v) entry = std::ldexp(entry, -exponent);
    }
    const R length = std::ldexp(R(1), exponent);
    detail::SecondDerivatives<E> out(destination, n, with_line, static_cast<real_of_t<E>>(length));
    detail::SecondDerivatives<F> out_errors(error_destination, n, with_line, static_cast<F>(length));
    return detail::second_derivatives_of_lines(evaluator, x, std::span<const R>(v), method,
                                               detail::AllPairs{n, with_line}, record, incidents, out, out_errors);
}

}  // namespace secant
