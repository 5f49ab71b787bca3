// J·S by finite differences: perturb, evaluate, combine, store. One driver serves every derivative, first and second,
// by difference or by complex step; what differs is in Directions (where to probe), Formula (how to combine) and the
// sink (where the numbers go).
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <type_traits>
#include <vector>

#include "secant/direction.hpp"
#include "secant/evaluator.hpp"
#include "secant/formula.hpp"
#include "secant/loops.hpp"
#include "secant/parallel.hpp"
#include "secant/precision.hpp"
#include "secant/record.hpp"

namespace secant {

// What is tried, in this order, where the planned difference is not finite.
[[nodiscard]] inline std::span<const Variation> variations_of(Side planned) noexcept {
    using enum Side;
    static constexpr std::array<Variation, 6> after_central = {
        {{central, 4}, {central, 8}, {forward, 0}, {backward, 0}, {forward, 6}, {backward, 6}}};
    static constexpr std::array<Variation, 4> after_forward = {
        {{forward, 4}, {forward, 8}, {backward, 0}, {backward, 6}}};
    static constexpr std::array<Variation, 4> after_backward = {
        {{backward, 4}, {backward, 8}, {forward, 0}, {forward, 6}}};
    if (planned == central) return after_central;
    return planned == forward ? std::span<const Variation>(after_forward) : after_backward;
}

namespace detail {

// Something to divide by. Multiplying by the inverse gives the same bits where the divisor is a power of two, and is faster.
template <class R>
struct Divisor {
    R value = 1;
    R inverse = 1;
    bool exact = true;

    Divisor() = default;
    explicit Divisor(R divisor) noexcept : value(divisor), inverse(1 / divisor) {
        exact = is_power_of_two(divisor) && is_finite(inverse);
    }

    // Says whether all results are finite.
    template <class O>
    [[nodiscard]] bool apply(std::span<O> values) const noexcept {
        return exact ? multiply(values.data(), values.size(), inverse) : divide(values.data(), values.size(), value);
    }
};

// A column's two divisors.
template <class R>
struct Divisors {
    Divisor<R> first;
    Divisor<R> second;

    Divisors() = default;
    template <class P>
    Divisors(const Directions<P>& directions, std::size_t column, const Formula<R>& formula, R scale) noexcept
        : first(directions.divisor(column, formula, scale)),
          second(directions.second_divisor(column, formula, scale)) {}
};

// out = sum of terms / divisors for outputs [first, first + out.size()); says whether all results are finite.
// values.row(start + k) belongs to the formula's node k.
template <class O, class V, class R>
[[nodiscard]] bool combine(const Formula<R>& formula, const ValueBlock<V>& values, std::size_t start, const V* base,
                           const Divisors<R>& divisors, std::size_t first, std::span<O> out) noexcept {
    const std::size_t count = out.size();
    const auto row = [&](int node) {
        return node == Formula<R>::base ? base + first
                                        : values.row(start + static_cast<std::size_t>(node)).data() + first;
    };
    if constexpr (std::is_same_v<O, V>) {
        const auto& nearest = formula.terms.front();
        if (formula.terms.size() == 1 && nearest.weight == 1 && divisors.first.exact && divisors.second.value == 1) {
            return subtract_scaled(divisors.first.inverse, row(nearest.plus), row(nearest.minus), out.data(), count);
        }
        subtract_weighted(nearest.weight, row(nearest.plus), row(nearest.minus), out.data(), count);
        for (const auto& term : std::span(formula.terms).subspan(1)) {
            add_weighted(term.weight, row(term.plus), row(term.minus), out.data(), count);
        }
    } else {
        // The complex step: its derivative is the imaginary part.
        std::ranges::fill(out, O(0));
        for (const auto& term : formula.terms) {
            const V* plus = row(term.plus);
            if (term.minus == Formula<R>::nothing) {
                for (std::size_t i = 0; i < count; ++i) out[i] += term.weight * imaginary_part(plus[i]);
                continue;
            }
            const V* minus = row(term.minus);
            for (std::size_t i = 0; i < count; ++i)
                out[i] += term.weight * (imaginary_part(plus[i]) - imaginary_part(minus[i]));
        }
    }
    const bool finite = divisors.first.apply(out);
    return divisors.second.value == 1 ? finite : divisors.second.apply(out);
}

}  // namespace detail

// Takes the derivative along every column of `directions` and gives it to the sink, which has
//   void begin(std::size_t outputs)            once, when the number of outputs is known;
//   void store(columns, outputs, strip)        any number of times, for disjoint parts and, for repaired columns, again;
//                                              each column from one thread, its outputs in their order.
// or, in place of storing strips, std::span<O> column(index): the whole column, where results are to be.
// Sinks are written by hand for speed; see sink.hpp.
template <class P, class V, class O, class Sink>
class DifferenceDriver {
   public:
    using R = real_of_t<P>;

    // A second driver of the same task, for another thread, is told that the sink has `begun`.
    DifferenceDriver(Evaluator<P, V>& evaluator, const Directions<P>& directions, Record<V>& record, Sink& sink,
                     bool begun = false)
        : evaluator_(evaluator),
          directions_(directions),
          record_(record),
          sink_(sink),
          points_(directions),
          begun_(begun) {}

    // The columns from `begin` up to `end`.
    void run(std::size_t begin_column, std::size_t end) {
        std::size_t done = begin_column;
        while (done < end) {
            const std::size_t block = evaluator_.block_size(directions_.origin().size(), record_.outputs);
            plan(done, end, block);
            evaluator_.evaluate(points_, values_);
            record_.evaluations += points_.size();
            begin();
            combine_all(done);
            repair_all(done);
            done += starts_.size();
        }
    }

    // Whether the sink has what it needs to be stored into: it has where the number of outputs is known from an earlier pass.
    [[nodiscard]] bool ready() {
        if (!begun_ && record_.outputs != 0) {
            sink_.begin(record_.outputs);
            begun_ = true;
        }
        return begun_;
    }

    // f(x), if a column from `begin` up to `end` needs it and nobody has it.
    void prepare(std::size_t begin_column, std::size_t end) {
        for (std::size_t column = begin_column; column < end && !record_.has_base; ++column) {
            if (directions_.formula(column, directions_.side(column)).needs_base) require_base();
        }
    }

   private:
    // Points for as many columns, from `done` on, as fit into a block; for one at least.
    void plan(std::size_t done, std::size_t columns, std::size_t block) {
        points_.clear();
        starts_.clear();
        formulas_.clear();
        while (done + starts_.size() < columns) {
            const std::size_t column = done + starts_.size();
            const Formula<R>& formula = directions_.formula(column, directions_.side(column));
            const bool needs_origin = formula.needs_base && !record_.has_base && !origin_in_block_;
            const std::size_t more = formula.nodes.size() + (needs_origin ? 1 : 0);
            if (!starts_.empty() && points_.size() + more > block) break;
            // Blocks end at multiples of eight columns where they can: eight doubles are a line of the cache.
            const bool at_line = column % 8 == 0;
            if (!starts_.empty() && at_line && points_.size() + 8 * more > block && columns - column >= 8) break;
            if (needs_origin) {
                origin_row_ = points_.size();
                origin_in_block_ = true;
                points_.add_origin();
            }
            starts_.push_back(points_.size());
            formulas_.push_back(&formula);
            for (const int node : formula.nodes) points_.add(column, static_cast<R>(node));
        }
    }

    void begin() {
        if (!begun_) {
            record_.outputs = values_.outputs();
            sink_.begin(values_.outputs());
            begun_ = true;
        }
        if (origin_in_block_) {
            record_.keep_base(values_.row(origin_row_));
            origin_in_block_ = false;
        }
    }

    void combine_all(std::size_t done) {
        const std::size_t columns = starts_.size();
        const std::size_t outputs = values_.outputs();
        bad_.assign(columns, 0);
        divisors_.resize(columns);
        for (std::size_t k = 0; k < columns; ++k) {
            divisors_[k] = detail::Divisors<R>(directions_, done + k, *formulas_[k], R(1));
        }
        if (outputs == 0) return;
        // A strip of outputs for all columns of the block fits into the first-level cache.
        constexpr std::size_t strip_entries = 4096;
        const std::size_t length = std::min(outputs, std::max<std::size_t>(strip_entries / columns, 8));
        const std::size_t strips = (outputs + length - 1) / length;
        // Rows of a strip are padded apart, so that they do not all fall into the same sets of the cache.
        const std::size_t stride = length + 8;
        if constexpr (!keeps_columns) strip_.resize(columns * stride);
        for (std::size_t s = 0; s < strips; ++s) combine_strip(done, s * length, length, stride);
    }

    void combine_strip(std::size_t done, std::size_t first, std::size_t length, std::size_t stride) {
        const std::size_t count = std::min(length, values_.outputs() - first);
        for (std::size_t k = 0; k < starts_.size(); ++k) {
            const Formula<R>& formula = *formulas_[k];
            const std::span<O> out = column_strip(done, k, first, count, stride);
            if (!detail::combine<O>(formula, values_, starts_[k], record_.base.data(), divisors_[k], first, out)) {
                bad_[k] = 1;
            }
        }
        if constexpr (!keeps_columns) sink_.store(done, starts_.size(), first, count, strip_.data(), stride);
    }
    // A sink that keeps columns as they are has them combined in place.
    static constexpr bool keeps_columns = requires(Sink& sink) { sink.column(std::size_t()); };
    [[nodiscard]] std::span<O> column_strip(std::size_t done, std::size_t k, std::size_t first, std::size_t count,
                                            std::size_t stride) noexcept {
        if constexpr (keeps_columns) {
            return sink_.column(done + k).subspan(first, count);
        } else {
            return {strip_.data() + k * stride, count};
        }
    }

    void repair_all(std::size_t done) {
        bool kept = false;
        for (std::size_t k = 0; k < starts_.size(); ++k) {
            if (bad_[k] == 0) continue;
            if (!kept) values_.keep();  // a repair calls the function
            kept = true;
            repair(done + k, starts_[k]);
        }
    }

    // Entries of a column that are not finite are tried again: nearer, then on the other side; the rest of the column
    // keeps the values it has.
    void repair(std::size_t column, std::size_t start) {
        const std::size_t outputs = values_.outputs();
        const Side planned = directions_.side(column);
        column_.resize(outputs);
        const Formula<R>& formula = directions_.formula(column, planned);
        (void)detail::combine<O>(formula, values_, start, record_.base.data(),
                                 detail::Divisors<R>(directions_, column, formula, R(1)), 0, std::span<O>(column_));
        require_base();
        std::vector<std::size_t> missing;
        for (std::size_t i = 0; i < outputs; ++i) {
            if (!is_finite(column_[i])) missing.push_back(i);
        }
        attempt_.resize(outputs);
        for (const Variation variation : variations_of(planned)) {
            if (missing.empty()) break;
            if (!directions_.allows(column, variation)) continue;
            retry(column, variation);
            const Status status = variation.side == planned ? Status::smaller_step : Status::other_side;
            std::erase_if(missing, [&](std::size_t i) {
                if (!is_finite(attempt_[i])) return false;
                column_[i] = attempt_[i];
                record_.incidents.push_back({column, i, status});
                return true;
            });
        }
        for (const std::size_t i : missing) {
            column_[i] = std::numeric_limits<R>::quiet_NaN();
            record_.incidents.push_back({column, i, Status::not_finite});
        }
        sink_.store(column, 1, 0, outputs, column_.data(), outputs);
    }

    void require_base() {
        if (record_.has_base) return;
        const auto lock = record_.share_base();
        if (record_.has_base) return;
        points_.clear();
        points_.add_origin();
        evaluator_.evaluate(points_, spare_);
        record_.evaluations += 1;
        record_.keep_base(spare_.row(0));
        record_.publish_base();
    }

    void retry(std::size_t column, Variation variation) {
        const Formula<R>& formula = directions_.formula(column, variation.side);
        const R scale = std::ldexp(R(1), -variation.halvings);
        points_.clear();
        for (const int node : formula.nodes) points_.add(column, static_cast<R>(node) * scale);
        evaluator_.evaluate(points_, spare_);
        record_.evaluations += points_.size();
        (void)detail::combine<O>(formula, spare_, 0, record_.base.data(),
                                 detail::Divisors<R>(directions_, column, formula, scale), 0, std::span<O>(attempt_));
    }

    Evaluator<P, V>& evaluator_;
    const Directions<P>& directions_;
    Record<V>& record_;
    Sink& sink_;
    PointBlock<P> points_;
    ValueBlock<V> values_;
    ValueBlock<V> spare_;
    std::vector<std::size_t> starts_;          // for each column of the block, the row of its first node
    std::vector<const Formula<R>*> formulas_;  // for each column of the block
    std::vector<detail::Divisors<R>> divisors_;
    std::vector<char> bad_;  // which columns of the block have entries that are not finite
    std::vector<O> strip_;
    std::vector<O> column_;
    std::vector<O> attempt_;
    std::size_t origin_row_ = 0;
    bool origin_in_block_ = false;
    bool begun_ = false;
};

namespace detail {

// One thread's share of a round of columns: an evaluator, a driver and a record of its own.
template <class O, class P, class V, class Sink>
class ColumnsWorker {
   public:
    ColumnsWorker(const Evaluator<P, V>& evaluator, const Directions<P>& directions, Record<V>& record, Sink& sink,
                  std::mutex& mutex, std::size_t begin, std::size_t end, std::size_t piece)
        : evaluator_(evaluator.for_one_thread()),
          common_(record),
          own_(record, mutex),
          driver_(*evaluator_, directions, own_, sink, true),
          begin_(begin),
          end_(end),
          piece_(piece) {}

    void run(std::size_t index) { driver_.run(begin_ + index * piece_, std::min(begin_ + (index + 1) * piece_, end_)); }
    void finish() {
        common_.evaluations += own_.evaluations;
        common_.incidents.insert(common_.incidents.end(), own_.incidents.begin(), own_.incidents.end());
    }

   private:
    std::unique_ptr<Evaluator<P, V>> evaluator_;
    Record<V>& common_;
    Record<V> own_;
    DifferenceDriver<P, V, O, Sink> driver_;
    std::size_t begin_;
    std::size_t end_;
    std::size_t piece_;
};

// A round of columns in several threads, each of which takes the next few columns as long as there are any.
template <class O, class P, class V, class Sink>
void take_in_threads(const Evaluator<P, V>& evaluator, const Directions<P>& directions, Record<V>& record, Sink& sink,
                     std::size_t begin, std::size_t end, int threads) {
    // Whole lines of the cache, and enough pieces for the threads to end at about the same time.
    const std::size_t fair = (end - begin) / (static_cast<std::size_t>(threads) * 16);
    const std::size_t piece = (fair / 8 + 1) * 8;
    std::mutex mutex;
    share_pieces(threads, (end - begin + piece - 1) / piece, [&] {
        return ColumnsWorker<O, P, V, Sink>(evaluator, directions, record, sink, mutex, begin, end, piece);
    });
    // In the order in which one thread would have found them.
    std::ranges::stable_sort(record.incidents, {}, &Incident::column);
}

}  // namespace detail

template <class O, class P, class V, class Sink>
void take_differences(Evaluator<P, V>& evaluator, const Directions<P>& directions, Record<V>& record, Sink& sink) {
    DifferenceDriver<P, V, O, Sink> driver(evaluator, directions, record, sink);
    const std::size_t columns = directions.count();
    for (std::size_t done = 0; done < columns;) {
        const std::size_t nodes = directions.formula(done, directions.side(done)).nodes.size();
        auto round = evaluator.next_round((columns - done) * nodes);
        if (round.threads > 1 && !driver.ready()) round = {nodes, 1};
        const std::size_t end = done + std::clamp<std::size_t>(round.points / nodes, 1, columns - done);
        const auto start = std::chrono::steady_clock::now();
        if (round.threads == 1) {
            driver.run(done, end);
        } else {
            driver.prepare(done, end);
            detail::take_in_threads<O>(evaluator, directions, record, sink, done, end, round.threads);
        }
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        evaluator.finish_round(round, elapsed.count());
        done = end;
    }
}

}  // namespace secant
