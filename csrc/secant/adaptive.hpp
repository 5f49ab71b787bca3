// Derivatives with an error bar: every column of a Jacobian is a line (line.hpp) that asks for its own samples.
//
// Lines go in rounds. In each, all lines of a block say what they want; those points are evaluated together, as few blocks or in as
// many threads as the function allows; then each line judges its own. What a line asks for depends on its own values alone, so that
// results do not depend on blocks or threads.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "secant/direction.hpp"
#include "secant/evaluator.hpp"
#include "secant/jacobian.hpp"
#include "secant/line.hpp"
#include "secant/parallel.hpp"
#include "secant/record.hpp"

namespace secant {

template <class R>
struct AdaptiveMethod {
    Tolerance<R> tolerance{};
    std::optional<R> noise{};          // the standard deviation of f's values
    std::size_t most_evaluations = 0;  // of the whole derivative; 0: no limit
    Precision point_precision = precision_of<R>;
    Precision value_precision = precision_of<R>;
    std::span<const R> typical = {};
    Bounds<R> bounds = {};

    // Samples for one line at the most, f(x) included: with high orders, as many as two sets of steps and a few more need.
    [[nodiscard]] static constexpr std::size_t most_for_line(int derivative) noexcept {
        return derivative <= 2 ? 20 : 4 * Line<R>::usual_levels(derivative) + 6;
    }

    [[nodiscard]] StepRule<R> rule() const {
        return {.relative = 1, .point_precision = point_precision, .typical = typical};
    }
    [[nodiscard]] R epsilon_of_values() const { return epsilon<R>(std::min(point_precision, value_precision)); }
};

// Slopes on the two sides of a kink.
template <class R>
struct Kink {
    std::size_t column;
    std::size_t output;
    R left;
    R right;
};

namespace detail {

// How far a line can be followed, and on which scale f is taken to vary along it.
template <class R>
[[nodiscard]] LineSetting<R> setting_of_variable(std::size_t j, std::span<const R> x, const AdaptiveMethod<R>& method,
                                                 int derivative) {
    const R typical = entry(method.typical, j, R(1));
    const R limit = largest<R>(method.point_precision) / 4;
    const R lower = method.bounds.given() ? std::max(method.bounds.lower[j], -limit) : -limit;
    const R upper = method.bounds.given() ? std::min(method.bounds.upper[j], limit) : limit;
    LineSetting<R> setting;
    setting.question = {.derivative = derivative,
                        .origin = std::abs(x[j]),
                        .nearest_origin = std::abs(x[j]),
                        .scale = nearest_power_of_two(std::max(std::abs(x[j]), typical)),
                        .typical = typical,
                        .epsilon = method.epsilon_of_values(),
                        .noise = method.noise};
    setting.tolerance = method.tolerance;
    setting.room_up = upper - x[j];
    setting.room_down = x[j] - lower;
    setting.most = method.most_for_line(derivative);
    return setting;
}

// Whether there are evaluations enough for all lines to try the short way first, and take the longer one afterwards.
template <class R>
[[nodiscard]] bool allows_brief(const AdaptiveMethod<R>& method, std::size_t lines) noexcept {
    return method.most_evaluations == 0 || method.most_evaluations >= 12 * lines;
}

// The same along x + t v, by the variable that v moves farthest on its scale.
template <class R>
[[nodiscard]] LineSetting<R> setting_of_direction(std::span<const R> x, std::span<const R> v,
                                                  const AdaptiveMethod<R>& method, int derivative) {
    std::size_t fastest = 0;
    R most = 0;
    R up = std::numeric_limits<R>::max();
    R down = up;
    for (std::size_t j = 0; j < x.size(); ++j) {
        if (v[j] == 0) continue;
        const LineSetting<R> one = setting_of_variable(j, x, method, derivative);
        const R speed = std::abs(v[j]);
        up = std::min(up, (v[j] > 0 ? one.room_up : one.room_down) / speed);
        down = std::min(down, (v[j] > 0 ? one.room_down : one.room_up) / speed);
        const R share = speed / one.question.scale;
        if (share > most) {
            most = share;
            fastest = j;
        }
    }
    LineSetting<R> setting = setting_of_variable(fastest, x, method, derivative);
    const R speed = std::abs(v[fastest]);
    if (speed == 0) return setting;
    setting.question.origin /= speed;
    setting.question.nearest_origin = setting.question.origin;
    setting.question.rounding = 1;  // points on a slanted line are rounded
    setting.question.typical /= speed;
    setting.question.scale = nearest_power_of_two(setting.question.scale / speed);
    setting.room_up = up;
    setting.room_down = down;
    return setting;
}

// A point to evaluate: which line it is on, which of its wishes, and where.
template <class R>
struct Wish {
    std::size_t line;
    std::size_t column;
    std::size_t index;
    R factor;
};

// One thread's share of many points: an evaluator of its own, and the common storage for values.
template <class R, class V>
class WishesWorker {
   public:
    static constexpr std::size_t piece = 16;  // points at a time

    WishesWorker(const Evaluator<R, V>& evaluator, const Displacements<R>& displacements,
                 std::span<const Wish<R>> wishes, std::size_t outputs, std::span<V> all)
        : evaluator_(evaluator.for_one_thread()),
          points_(displacements),
          wishes_(wishes),
          outputs_(outputs),
          all_(all) {}

    void run(std::size_t index) {
        const std::size_t begin = index * piece;
        points_.clear();
        for (const Wish<R>& wish : wishes_.subspan(begin, std::min(wishes_.size() - begin, piece))) {
            points_.add(wish.column, wish.factor);
        }
        evaluator_->evaluate(points_, values_);
        for (std::size_t k = 0; k < points_.size(); ++k) {
            std::ranges::copy(values_.row(k), all_.subspan((begin + k) * outputs_).begin());
        }
    }
    void finish() const noexcept {}

   private:
    std::unique_ptr<Evaluator<R, V>> evaluator_;
    PointBlock<R> points_;
    std::span<const Wish<R>> wishes_;
    std::size_t outputs_;
    std::span<V> all_;
    ValueBlock<V> values_;
};

// Evaluates f at many points and hands each value to `take`, in the order of the wishes.
template <class R, class V, class Take>
void evaluate_wishes(Evaluator<R, V>& evaluator, const Displacements<R>& displacements, std::span<const Wish<R>> wishes,
                     std::size_t outputs, std::size_t& evaluations, Take&& take) {
    PointBlock<R> points(displacements);
    ValueBlock<V> values;
    for (std::size_t done = 0; done < wishes.size();) {
        const auto round = evaluator.next_round(wishes.size() - done);
        const std::size_t in_round = std::clamp<std::size_t>(round.points, 1, wishes.size() - done);
        const auto start = std::chrono::steady_clock::now();
        const auto those = wishes.subspan(done, in_round);
        // Threads write into storage that must be there before the first value is.
        if (round.threads == 1 || outputs == 0) {
            for (std::size_t begin = 0; begin < those.size();) {
                const std::size_t block = evaluator.block_size(displacements.origin().size(), outputs);
                const std::size_t count = std::min(block, those.size() - begin);
                points.clear();
                for (const Wish<R>& wish : those.subspan(begin, count)) points.add(wish.column, wish.factor);
                evaluator.evaluate(points, values);
                for (std::size_t k = 0; k < count; ++k) take(those[begin + k], values.row(k));
                begin += count;
            }
        } else {
            using Worker = WishesWorker<R, V>;
            std::vector<V> all(those.size() * outputs);
            share_pieces(round.threads, (those.size() + Worker::piece - 1) / Worker::piece,
                         [&] { return Worker(evaluator, displacements, those, outputs, all); });
            for (std::size_t k = 0; k < those.size(); ++k) {
                take(those[k], std::span<const V>(all).subspan(k * outputs, outputs));
            }
        }
        evaluations += in_round;
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        evaluator.finish_round(round, elapsed.count());
        done += in_round;
    }
}

// A row of complex values as twice as many real ones.
template <class V>
[[nodiscard]] std::span<const real_of_t<V>> real_parts(std::span<const V> values) noexcept {
    using R = real_of_t<V>;
    if constexpr (is_complex<V>) {
        return {reinterpret_cast<const R*>(values.data()), 2 * values.size()};
    } else {
        return values;
    }
}

// f(x), evaluated once.
template <class R, class V>
void evaluate_origin(Evaluator<R, V>& evaluator, const Displacements<R>& displacements, Record<V>& record) {
    if (record.has_base) return;
    PointBlock<R> points(displacements);
    ValueBlock<V> values;
    points.add_origin();
    evaluator.evaluate(points, values);
    record.evaluations += 1;
    record.outputs = values.outputs();
    record.keep_base(values.row(0));
}

// Where a line's samples really are: the driver is told by those who know the points.
template <class R>
class Lines {
   public:
    virtual ~Lines() = default;
    [[nodiscard]] virtual std::size_t count() const noexcept = 0;
    // A line's column in displacements().
    [[nodiscard]] virtual std::size_t column(std::size_t line) const noexcept { return line; }
    [[nodiscard]] virtual LineSetting<R> setting(std::size_t line) const = 0;
    [[nodiscard]] virtual const Displacements<R>& displacements() const noexcept = 0;
    // An offset in the line's unit, as a factor for displacements(); and the offset that is really taken.
    [[nodiscard]] virtual R factor(std::size_t line, R offset) const noexcept = 0;
    [[nodiscard]] virtual R distance(std::size_t line, R offset) const noexcept = 0;
};

// Within the evaluations that are left: the same for all lines at first, then the most urgent lines come first.
template <class R>
void ration(std::vector<Line<R>>& lines, std::size_t left) {
    std::vector<std::size_t> waiting;
    std::size_t wanted = 0;
    for (std::size_t k = 0; k < lines.size(); ++k) {
        if (lines[k].done()) continue;
        waiting.push_back(k);
        wanted += lines[k].wanted().size();
    }
    if (wanted <= left) return;
    std::vector<R> urgency(lines.size());
    for (const std::size_t k : waiting) urgency[k] = lines[k].urgency();
    std::ranges::stable_sort(waiting, std::ranges::greater(), [&](std::size_t k) { return urgency[k]; });
    for (std::size_t place = 0; place < waiting.size(); ++place) {
        Line<R>& line = lines[waiting[place]];
        // Lines without any samples share what there is; others are served in their order.
        const std::size_t share = line.samples() == 0 ? left / (waiting.size() - place) : left;
        const std::size_t granted = std::min(share, line.wanted().size());
        if (granted == 0) {
            line.stop();
        } else {
            line.want_at_most(granted);
            left -= line.wanted().size();
        }
    }
}

// Gives f(x) to the lines that want it.
template <class R, class V>
void give_bases(Evaluator<R, V>& evaluator, const Displacements<R>& displacements, std::span<Line<R>> lines,
                Record<V>& record) {
    for (Line<R>& line : lines) {
        if (!line.needs_base()) continue;
        evaluate_origin(evaluator, displacements, record);
        line.give_base(real_parts(std::span<const V>(record.base)));
    }
}

// As many lines as keep their samples within some megabytes. While nobody knows how many outputs there are, one line, which finds out.
template <class V>
[[nodiscard]] std::size_t lines_together(const Record<V>& record) noexcept {
    if (record.outputs == 0) return 1;
    constexpr std::size_t bytes = std::size_t{1} << 25;
    const std::size_t each = AdaptiveMethod<real_of_t<V>>::most_for_line(8) * record.outputs * sizeof(V);
    return std::clamp<std::size_t>(bytes / each, 1, 1024);
}

// Runs all lines to their end, and calls finish(index, line) for each in order.
template <class R, class V, class Finish>
void follow_lines(Evaluator<R, V>& evaluator, const Lines<R>& lines, std::size_t budget, Record<V>& record,
                  Finish&& finish) {
    if (lines.count() == 0 || !lines.setting(0).brief) evaluate_origin(evaluator, lines.displacements(), record);
    std::vector<Line<R>> block;
    std::vector<Wish<R>> wishes;
    for (std::size_t begin = 0; begin < lines.count();) {
        // With a budget, all lines share it.
        const std::size_t count = budget == 0 ? std::min(lines_together(record), lines.count() - begin) : lines.count();
        block.clear();
        for (std::size_t k = 0; k < count; ++k) block.emplace_back(lines.setting(begin + k));
        for (;;) {
            give_bases(evaluator, lines.displacements(), std::span(block), record);
            if (budget != 0) ration(block, budget > record.evaluations ? budget - record.evaluations : 0);
            wishes.clear();
            for (std::size_t k = 0; k < count; ++k) {
                const std::span<const R> wanted = block[k].wanted();
                for (std::size_t i = 0; i < wanted.size(); ++i) {
                    wishes.push_back({begin + k, lines.column(begin + k), i, lines.factor(begin + k, wanted[i])});
                }
            }
            if (wishes.empty()) break;
            evaluate_wishes<R, V>(evaluator, lines.displacements(), wishes, record.outputs, record.evaluations,
                                  [&](const Wish<R>& wish, std::span<const V> values) {
                                      Line<R>& line = block[wish.line - begin];
                                      const R offset = line.wanted()[wish.index];
                                      record.outputs = values.size();
                                      line.absorb(wish.index, lines.distance(wish.line, offset), real_parts(values));
                                  });
            for (Line<R>& line : block) {
                if (!line.done()) line.proceed();
            }
        }
        for (std::size_t k = 0; k < count; ++k) finish(begin + k, block[k]);
        begin += count;
    }
}

// Variables, or one direction.
template <class R>
class MovedLines final : public Lines<R> {
   public:
    MovedLines(const Moves<R>& moves, const FormulaSet<R>& formulas, std::span<const R> x, std::span<const R> v,
               const AdaptiveMethod<R>& method, int derivative)
        : moves_(moves),
          x_(x),
          v_(v),
          method_(method),
          derivative_(derivative),
          directions_(moves, formulas, v.empty() ? 0 : moves.line(), v.empty() ? x.size() : 1) {}

    [[nodiscard]] std::size_t count() const noexcept override { return directions_.count(); }
    [[nodiscard]] LineSetting<R> setting(std::size_t line) const override {
        LineSetting<R> setting = v_.empty() ? setting_of_variable(line, x_, method_, derivative_)
                                            : setting_of_direction(x_, v_, method_, derivative_);
        setting.brief = is_brief(setting.question, setting.tolerance) && allows_brief(method_, count());
        return setting;
    }
    [[nodiscard]] const Displacements<R>& displacements() const noexcept override { return directions_; }
    [[nodiscard]] R factor(std::size_t line, R offset) const noexcept override {
        return offset / moves_.size(move(line));
    }
    [[nodiscard]] R distance(std::size_t line, R offset) const noexcept override {
        return v_.empty() ? moves_.distance(line, factor(line, offset)) : offset;
    }

   private:
    [[nodiscard]] std::size_t move(std::size_t line) const noexcept { return v_.empty() ? line : moves_.line(); }

    const Moves<R>& moves_;
    std::span<const R> x_;
    std::span<const R> v_;
    const AdaptiveMethod<R>& method_;
    int derivative_;
    SingleMoves<R> directions_;
};

// A line's entries as values, errors and steps of f's own type; marks what was out of the ordinary.
template <class V>
class Harvest {
   public:
    using R = real_of_t<V>;

    void gather(std::size_t column, const Line<R>& line, std::size_t outputs, Record<V>& record,
                std::vector<Kink<R>>& kinks) {
        values_.resize(outputs);
        errors_.resize(outputs);
        steps_.resize(outputs);
        statuses_.resize(outputs);
        for (std::size_t i = 0; i < outputs; ++i) {
            if constexpr (is_complex<V>) {
                const auto& real = line.entry(2 * i);
                const auto& imaginary = line.entry(2 * i + 1);
                values_[i] = {real.value, imaginary.value};
                errors_[i] = std::hypot(real.error, imaginary.error);
                steps_[i] = std::max(real.step, imaginary.step);
                const auto [low, high] = std::minmax(real.status, imaginary.status);
                statuses_[i] = low < Status::ok ? low : high;
            } else {
                const auto& entry = line.entry(i);
                values_[i] = entry.value;
                errors_[i] = entry.error;
                steps_[i] = entry.step;
                statuses_[i] = entry.status;
                if (entry.status == Status::kink) kinks.push_back({column, i, entry.left, entry.right});
            }
            if (statuses_[i] != Status::ok) record.incidents.push_back({column, i, statuses_[i]});
        }
    }
    [[nodiscard]] std::span<const V> values() const noexcept { return values_; }
    [[nodiscard]] std::span<const R> errors() const noexcept { return errors_; }
    [[nodiscard]] std::span<const R> steps() const noexcept { return steps_; }
    [[nodiscard]] std::span<const Status> statuses() const noexcept { return statuses_; }

   private:
    std::vector<V> values_;
    std::vector<R> errors_;
    std::vector<R> steps_;
    std::vector<Status> statuses_;
};

}  // namespace detail

// Two sinks, for values and for their error bars.
template <class Values, class Errors>
class ValuesAndErrors {
   public:
    ValuesAndErrors(Values& values, Errors& errors) : values_(values), errors_(errors) {}
    void begin(std::size_t outputs) {
        values_.begin(outputs);
        errors_.begin(outputs);
    }
    template <class V, class R>
    void store(std::size_t column, std::span<const V> values, std::span<const R> errors) {
        values_.store(column, 1, 0, values.size(), values.data(), values.size());
        errors_.store(column, 1, 0, errors.size(), errors.data(), errors.size());
    }

   private:
    Values& values_;
    Errors& errors_;
};

// J (m × n), or J v (m × 1) where a direction is given. Returns the widest step of each column's chosen samples.
template <class R, class V, class Sink>
std::vector<R> differentiate(Evaluator<R, V>& evaluator, std::span<const R> x, Along<R> along,
                             const AdaptiveMethod<R>& method, Record<V>& record, Sink& sink,
                             std::vector<Kink<R>>& kinks) {
    const FormulaSet<R>& formulas = formula_set<R>(1, 2);
    const Moves<R> moves = along.v.empty() ? Moves<R>(x, method.rule(), method.bounds)
                                           : Moves<R>::along(x, along.v, method.rule(), method.bounds);
    const detail::MovedLines<R> lines(moves, formulas, x, along.v, method, 1);
    std::vector<R> steps(lines.count());
    bool begun = false;
    const auto begin = [&] {
        if (!begun) sink.begin(record.outputs);
        begun = true;
    };
    detail::Harvest<V> harvest;
    detail::follow_lines(evaluator, lines, method.most_evaluations, record,
                         [&](std::size_t column, const Line<R>& line) {
                             begin();
                             harvest.gather(column, line, record.outputs, record, kinks);
                             sink.store(column, harvest.values(), harvest.errors());
                             const auto taken = harvest.steps();
                             steps[column] = taken.empty() ? R(0) : *std::ranges::max_element(taken);
                         });
    return steps;
}

}  // namespace secant
