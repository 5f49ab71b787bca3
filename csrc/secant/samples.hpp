// Values of f along a line, all outputs, by the distance from x at which they were taken.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "secant/expansion.hpp"
#include "secant/granularity.hpp"
#include "secant/judgement.hpp"
#include "secant/precision.hpp"
#include "secant/stencil.hpp"

namespace secant {

template <class R>
class Samples {
   public:
    // x ± size. A side that was not sampled has no row.
    struct Pair {
        R size = 0;
        R up = 0;  // the distances really taken
        R down = 0;
        int plus = -1;
        int minus = -1;
    };

    // f(x), before anything is added.
    void set_base(std::span<const R> base) noexcept { base_ = base; }

    [[nodiscard]] bool empty() const noexcept { return pairs_.empty(); }
    // By falling size.
    [[nodiscard]] std::span<const Pair> pairs() const noexcept { return pairs_; }
    [[nodiscard]] const Pair& widest() const noexcept { return pairs_.front(); }
    [[nodiscard]] const Pair& nearest() const noexcept { return pairs_.back(); }
    [[nodiscard]] const Pair* find(R size) const noexcept {
        const auto place = std::ranges::find(pairs_, size, &Pair::size);
        return place == pairs_.end() ? nullptr : &*place;
    }

    // f at x + offset, which was really taken at this distance from x.
    void add(R offset, R distance, std::span<const R> values) {
        Pair& pair = pair_at(std::abs(offset));
        const auto row = static_cast<int>(values_.size() / std::max<std::size_t>(base_.size(), 1));
        (offset > 0 ? pair.plus : pair.minus) = row;
        (offset > 0 ? pair.up : pair.down) = std::abs(distance);
        values_.insert(values_.end(), values.begin(), values.end());
    }

    // All outputs at once.
    [[nodiscard]] const R* row(int index) const noexcept {
        return values_.data() + static_cast<std::size_t>(index) * base_.size();
    }
    // NaN where the side was not sampled.
    [[nodiscard]] R value(int row, std::size_t output) const noexcept {
        return row < 0 ? std::numeric_limits<R>::quiet_NaN()
                       : values_[static_cast<std::size_t>(row) * base_.size() + output];
    }
    [[nodiscard]] R base(std::size_t output) const noexcept { return base_[output]; }

    // The slope from x to one side of a pair.
    [[nodiscard]] R slope(std::size_t output, const Pair& pair, Side side) const noexcept {
        return side == Side::forward ? (value(pair.plus, output) - base_[output]) / pair.up
                                     : (base_[output] - value(pair.minus, output)) / pair.down;
    }
    // What rounding does to such a slope.
    [[nodiscard]] R slope_noise(std::size_t output, const Pair& pair, R epsilon) const noexcept {
        R largest = std::abs(base_[output]);
        for_finite(output, pair, [&](R value) { largest = std::max(largest, std::abs(value)); });
        return 2 * epsilon * largest / pair.size;
    }
    // How far values of a pair are from f(x); of any pair.
    [[nodiscard]] R spread(std::size_t output, const Pair& pair) const noexcept {
        R most = 0;
        for_finite(output, pair, [&](R value) { most = std::max(most, std::abs(value - base_[output])); });
        return most;
    }
    [[nodiscard]] R largest_spread(std::size_t output) const noexcept {
        R most = 0;
        for (const Pair& pair : pairs_) most = std::max(most, spread(output, pair));
        return most;
    }

    // Whether some value is not finite.
    [[nodiscard]] bool leaves_domain(std::size_t output) const noexcept {
        return std::ranges::any_of(pairs_, [&](const Pair& pair) {
            return (pair.plus >= 0 && !is_finite(value(pair.plus, output))) ||
                   (pair.minus >= 0 && !is_finite(value(pair.minus, output)));
        });
    }

    // The pairs that are finite on the side(s) asked for, of this size at least; with `moved` only those whose values differ from f(x).
    [[nodiscard]] std::vector<Level<R>> levels(std::size_t output, Side side, R least, bool moved) const {
        std::vector<Level<R>> levels;
        for (const Pair& pair : pairs_) {
            const Level<R> level{pair.size, pair.up, pair.down, value(pair.plus, output), value(pair.minus, output)};
            const bool usable =
                (side == Side::backward || is_finite(level.plus)) && (side == Side::forward || is_finite(level.minus));
            const bool stuck = moved && (level.plus == base_[output] || level.minus == base_[output]);
            if (usable && !stuck && pair.size >= least) levels.push_back(level);
        }
        return levels;
    }
    // The widest sample on the upper side alone.
    [[nodiscard]] std::optional<Probe<R>> probe(std::size_t output) const {
        for (const Pair& pair : pairs_) {
            const R above = value(pair.plus, output);
            if (pair.minus < 0 && is_finite(above)) return Probe<R>{pair.up, above};
        }
        return std::nullopt;
    }

    // f(x + t) = f(x) for the smallest t, and many values elsewhere: f is rounded to multiples of something, which is returned. Else 0.
    [[nodiscard]] R granule(std::size_t output, Side side, R epsilon) const {
        if (value(nearest().plus, output) != base_[output]) return 0;
        if (side == Side::central && value(nearest().minus, output) != base_[output]) return 0;
        const std::vector<R> values = different_values(output);
        if (values.size() < 5) return 0;
        R least = std::numeric_limits<R>::max();
        for (std::size_t k = 1; k < values.size(); ++k) least = std::min(least, values[k] - values[k - 1]);
        const R arithmetic = 8 * epsilon * std::max(std::abs(values.front()), std::abs(values.back()));
        return least > arithmetic ? least : R(0);
    }

    // The granularity of f's values, where a sample off the grid of the others shows that it is not that of offsets, and where it is
    // coarser than that of points at this distance from zero.
    [[nodiscard]] R rounding(std::size_t output, R epsilon, R origin) const {
        const std::optional<Probe<R>> off_grid = probe(output);
        if (!off_grid || off_grid->value == base_[output]) return 0;
        const std::vector<R> values = different_values(output);
        if (values.size() < 5) return 0;
        R steepest = 0;
        for (const Pair& pair : pairs_) steepest = std::max(steepest, spread(output, pair) / pair.size);
        const R granule = granularity(std::span<const R>(values), epsilon);
        return granule > 64 * epsilon * origin * steepest ? granule : R(0);
    }

   private:
    // By rising size.
    [[nodiscard]] std::vector<R> different_values(std::size_t output) const {
        std::vector<R> values{base_[output]};
        for (const Pair& pair : pairs_) {
            for_finite(output, pair, [&](R value) { values.push_back(value); });
        }
        std::ranges::sort(values);
        const auto repeated = std::ranges::unique(values);
        values.erase(repeated.begin(), repeated.end());
        return values;
    }
    Pair& pair_at(R size) {
        const auto place = std::ranges::find_if(pairs_, [&](const Pair& pair) { return pair.size <= size; });
        if (place != pairs_.end() && place->size == size) return *place;
        return *pairs_.insert(place, Pair{.size = size});
    }
    template <class Take>
    void for_finite(std::size_t output, const Pair& pair, Take&& take) const {
        for (const int row : {pair.plus, pair.minus}) {
            const R one = value(row, output);
            if (is_finite(one)) take(one);
        }
    }

    std::span<const R> base_;
    std::vector<Pair> pairs_;
    std::vector<R> values_;  // a row for each sample
};

}  // namespace secant
