// What samples say of an output that is not smooth at x: a kink, a jump, a slope without bound, or one that settles slowly.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "secant/judgement.hpp"
#include "secant/precision.hpp"
#include "secant/record.hpp"
#include "secant/samples.hpp"
#include "secant/stencil.hpp"

namespace secant {

// What an output's derivative came to.
template <class R>
struct LineEntry {
    R value = std::numeric_limits<R>::quiet_NaN();
    R error = std::numeric_limits<R>::infinity();
    R step = 0;
    R left = std::numeric_limits<R>::quiet_NaN();  // one-sided slopes, where they disagree
    R right = std::numeric_limits<R>::quiet_NaN();
    Status status = Status::ok;
};

namespace detail {

// What each side of x shows by itself.
template <class R>
struct Sides {
    Judgement<R> left;
    Judgement<R> right;

    // Two good slopes that are not one.
    [[nodiscard]] bool disagree() const noexcept {
        const R error = right.error + left.error;
        const R gap = std::abs(right.value - left.value);
        return right.assessed && left.assessed && gap > 8 * error && error < gap;
    }
};

// One output of a line.
template <class R>
class Irregular {
    using Sample = typename Samples<R>::Pair;

   public:
    Irregular(const Samples<R>& samples, std::size_t output, R epsilon)
        : samples_(samples), output_(output), epsilon_(epsilon) {}

    // Whether the two slopes of a pair nearly agree.
    [[nodiscard]] bool is_straight(const Sample& sample) const noexcept {
        const R right = samples_.slope(output_, sample, Side::forward);
        const R left = samples_.slope(output_, sample, Side::backward);
        return std::abs(right - left) < std::abs(right + left) / 4;
    }
    // Whether the slopes near x are those seen from afar: then there is a kink at x, and not beside it.
    [[nodiscard]] std::optional<LineEntry<R>> kink(const Sides<R>& sides) const {
        const Sample& nearest = samples_.nearest();
        const R gap = std::abs(sides.right.value - sides.left.value);
        const R allowed = gap / 8 + samples_.slope_noise(output_, nearest, epsilon_);
        if (!(std::abs(samples_.slope(output_, nearest, Side::forward) - sides.right.value) < allowed))
            return std::nullopt;
        if (!(std::abs(samples_.slope(output_, nearest, Side::backward) - sides.left.value) < allowed))
            return std::nullopt;
        // The better of what is seen from afar and next to x.
        struct Slope {
            R value;
            R error;
        };
        const auto better = [&](const Judgement<R>& side, Side which) {
            const R slope = samples_.slope(output_, nearest, which);
            const R error =
                std::max(side.error * nearest.size / side.widest, samples_.slope_noise(output_, nearest, epsilon_));
            return error < side.error ? Slope{slope, error} : Slope{side.value, side.error};
        };
        const Slope right = better(sides.right, Side::forward);
        const Slope left = better(sides.left, Side::backward);
        return LineEntry<R>{.value = (right.value + left.value) / 2,
                            .error = std::abs(right.value - left.value) / 2 + std::max(right.error, left.error),
                            .step = nearest.size,
                            .left = left.value,
                            .right = right.value,
                            .status = Status::kink};
    }
    // Values on each side of x agree with each other, and not with f(x) or those of the other side.
    [[nodiscard]] std::optional<LineEntry<R>> jump(const Sample& nearest, const Sample& second) const {
        const R step = samples_.spread(output_, nearest);
        // What is that small beside f's changes may be the rounding of terms that cancel: the same on both samples of a side.
        if (step < std::sqrt(epsilon_) * samples_.largest_spread(output_)) return std::nullopt;
        for (const auto& [a, b] : {std::pair(nearest.plus, second.plus), std::pair(nearest.minus, second.minus)}) {
            const R change = std::abs(samples_.value(a, output_) - samples_.value(b, output_));
            if (is_finite(samples_.value(a, output_)) && !(change < step / 64)) return std::nullopt;
        }
        return LineEntry<R>{.step = nearest.size, .status = Status::jump};
    }
    // Slopes that neither converge nor are noise: growing without bound, unless f is known to be smooth next to x, or settling slowly.
    [[nodiscard]] LineEntry<R> rough(int derivative, bool calm) const {
        LineEntry<R> entry{.status = Status::rough};
        if (derivative > 2) return entry;
        R last = 0;
        bool grows = samples_.pairs().size() >= 4;
        R sign = 0;
        const auto pairs = samples_.pairs();
        for (std::size_t k = 0; k < pairs.size(); ++k) {
            const Sample& sample = pairs[k];
            R value = 0;
            R difference = 0;
            R noise = samples_.slope_noise(output_, sample, epsilon_);
            int sides = 0;
            if (derivative == 2) {
                value =
                    (samples_.slope(output_, sample, Side::forward) - samples_.slope(output_, sample, Side::backward)) /
                    sample.size;
                noise *= 2 / sample.size;
                if (is_finite(value)) sides = 2;
            }
            for (const Side side : {Side::forward, Side::backward}) {
                const R one = samples_.slope(output_, sample, side);
                if (derivative == 2 || !is_finite(one)) continue;
                difference = std::abs(one - (sides == 0 ? one : value));
                value = sides == 0 ? one : (value + one) / 2;
                ++sides;
            }
            if (sides == 0) continue;
            const R change = std::abs(value - last);
            const R error = 2 * change + difference + 3 * noise;
            const bool far_apart = k > 0 && sample.size * 16 <= pairs[k - 1].size;
            if (far_apart) {
                grows = grows && std::abs(value) > 2 * std::abs(last);
                if (error < entry.error) {
                    entry.value = value;
                    entry.error = error;
                    entry.step = sample.size;
                }
            }
            sign = value > 0 ? R(1) : R(-1);
            last = value;
        }
        // Differences of second order settle where the second derivative jumps, too: at the mean of its two values.
        if (derivative == 2) entry.error = std::max(entry.error, std::abs(entry.value));
        if (grows && std::abs(last) > 0 && !calm) {
            entry = {.value = sign * std::numeric_limits<R>::infinity(),
                     .step = samples_.nearest().size,
                     .status = Status::unbounded};
        }
        return entry;
    }

    // One step is all there is: a slope, and as its error the whole of what the two sides differ by, or, with one side, the slope.
    [[nodiscard]] LineEntry<R> poor(R scale) const {
        LineEntry<R> entry{.status = Status::budget};
        if (samples_.empty()) return entry;
        const Sample& sample = samples_.nearest();
        const R right = samples_.slope(output_, sample, Side::forward);
        const R left = samples_.slope(output_, sample, Side::backward);
        entry.step = sample.size;
        if (is_finite(right) && is_finite(left)) {
            entry.value = right / 2 + left / 2;
            entry.error = std::abs(right - left) + std::abs(entry.value) * 16 * sample.size / scale;
        } else if (is_finite(right) || is_finite(left)) {
            entry.value = is_finite(right) ? right : left;
            entry.error = std::abs(entry.value);
        } else {
            return entry;
        }
        entry.error += 2 * samples_.slope_noise(output_, sample, epsilon_);
        return entry;
    }

   private:
    const Samples<R>& samples_;
    std::size_t output_;
    R epsilon_;
};

}  // namespace detail

}  // namespace secant
