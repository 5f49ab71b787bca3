// What samples next to x say of an output: whether what it shows from afar is noise, structure, or neither.
//
// There a smooth f is straight. What departs from that is noise, which is as large everywhere; a kink, a jump or a power of the
// distance, which show themselves; or steps between equal values.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include "secant/irregular.hpp"
#include "secant/judgement.hpp"
#include "secant/precision.hpp"
#include "secant/samples.hpp"
#include "secant/stencil.hpp"

namespace secant {

// What is known of an output next to x.
template <class R>
struct Vicinity {
    bool looked = false;     // there are samples, and they were enough to tell
    bool doubtful = false;   // one pair is there, and does not tell noise from structure
    bool noisy = false;      // f's noise has been seen
    bool calm = false;       // there is no more than `noise`, or `most_noise`, whatever f looks like from afar
    bool irregular = false;  // f is not smooth there either
    R noise = 0;             // measured; 0: not known
    R most_noise = std::numeric_limits<R>::infinity();
    std::optional<Anchor<R>> anchor{};  // the slope
    R length = 0;                       // over which the slope changes; 0: not known
    std::optional<LineEntry<R>> jump{};
};

namespace detail {

// One output of a line, by the pairs at x ± near and x ± 4 near. `seen`: the noise that it may have from afar.
template <class R>
class VicinityLook {
    using Sample = typename Samples<R>::Pair;

   public:
    VicinityLook(const Samples<R>& samples, std::size_t output, Side side, const Question<R>& question)
        : samples_(samples), output_(output), side_(side), question_(question) {}

    [[nodiscard]] Vicinity<R> at(R near, R seen) const {
        Vicinity<R> found;
        const Sample* close = samples_.find(near);
        const Sample* second = samples_.find(4 * near);
        if (close == nullptr) return found;
        const Deviations at_close = deviations(*close);
        if (at_close.up == 0 && at_close.down == 0) {
            found.noisy = found.looked = true;
            return found;
        }
        if (!is_finite(at_close.up) || !is_finite(at_close.down)) {
            found.looked = true;
            return found;
        }
        const bool central = side_ == Side::central;
        const R bend = at_close.up + at_close.down;
        const R odd = at_close.up - at_close.down;
        const R span = close->up + close->down;
        const R largest = std::abs(samples_.base(output_)) + std::abs(at_close.up) + std::abs(at_close.down);
        const R arithmetic = question_.epsilon * (largest + question_.origin * std::abs(odd) / span);
        const auto take_calm = [&] {
            found.calm = found.looked = true;
            found.most_noise = std::max(std::abs(bend), 64 * arithmetic);
            found.anchor =
                Anchor<R>{odd / span, (7 * std::abs(bend) + 256 * arithmetic) / span + change_of_slope(*close)};
            if (std::abs(bend) > 16 * arithmetic) found.length = near * std::abs(odd / bend);
            return found;
        };
        const bool straight =
            std::abs(bend) < std::abs(odd) / 64 && std::abs(bend) < seen / 64 && std::abs(odd) < seen / 4;
        // An odd f does not bend at 0, whatever else it does.
        if (central && bend != 0 && (std::abs(bend) <= 8 * arithmetic || straight)) return take_calm();
        if (second == nullptr) {
            found.doubtful = true;
            return found;
        }
        found.looked = true;
        found.jump = Irregular<R>(samples_, output_, question_.epsilon).jump(*close, *second);
        if (found.jump) return found;
        const Deviations at_second = deviations(*second);
        const R share = (second->up + second->down) / span;
        const R second_bend = at_second.up + at_second.down;
        const R wave = (at_second.up - at_second.down) - odd * share;
        const R sigma = central ? std::sqrt((bend * bend / 6 + second_bend * second_bend / 6 + wave * wave / 34) / 3)
                                : std::abs(wave) / std::sqrt(R(34));
        if (central && bend == 0 && second_bend == 0 && std::abs(wave) < std::abs(odd) / 64) return take_calm();
        // A kink bends in proportion to the step, a smooth f to its square.
        const R growth = second_bend / bend;
        const bool bends = growth > R(3.5) && growth < 24 && std::abs(wave) < std::abs(second_bend) / 8;
        const R power = power_followed(*close, *second);
        if (bends || power > 0) {
            found.irregular = bends ? growth < 8 : power < 1;
            found.calm = !found.irregular;
            if (bends && found.calm) found.length = near * std::abs(odd / bend);
            return found;
        }
        found.noisy = sigma > seen / 8;
        found.calm = !found.noisy;
        found.noise = std::max({sigma, std::min(seen, 3 * sigma), NoiseFactors<R>::rms * arithmetic});
        return found;
    }

   private:
    struct Deviations {
        R up = 0;
        R down = 0;
    };
    // From f(x); on one side alone, the mirror image is its own.
    [[nodiscard]] Deviations deviations(const Sample& sample) const noexcept {
        const R up = samples_.value(sample.plus, output_) - samples_.base(output_);
        const R down = samples_.value(sample.minus, output_) - samples_.base(output_);
        const Side side = side_;
        return {side == Side::backward ? -down : up, side == Side::forward ? -up : down};
    }
    // How much the slope through the samples next to x may differ from that at x: a smooth one changes with the square of the
    // distance at most, as it does from there to samples further away. A cubic does not bend, but its slope changes.
    [[nodiscard]] R change_of_slope(const Sample& close) const {
        const auto through = [&](const Sample& pair) {
            return samples_.slope(output_, pair, Side::forward) / 2 + samples_.slope(output_, pair, Side::backward) / 2;
        };
        R most = 0;
        if (side_ != Side::central) return most;
        for (const Sample& pair : samples_.pairs()) {
            const R share = close.size / pair.size;
            const R change = std::abs(through(pair) - through(close)) * share * share;
            if (share < R(0.5) && is_finite(change)) most = std::max(most, 2 * change);
        }
        return most;
    }
    // As which power of the distance f grows, on all scales; 0 where that is 1, or there is none.
    [[nodiscard]] R power_followed(const Sample& close, const Sample& second) const {
        const Side side = side_;
        const Sample& far = samples_.widest();
        R power = 0;
        for (const Side one : {Side::forward, Side::backward}) {
            if (side != Side::central && side != one) continue;
            const auto at = [&](const Sample& sample) { return samples_.slope(output_, sample, one) * sample.size; };
            const R found = std::log(at(second) / at(close)) / std::log(second.size / close.size);
            if (!(found > R(0.03) && std::abs(found - 1) > R(0.08))) return 0;
            if (power > 0 && std::abs(found - power) > R(0.05)) return 0;
            power = found;
            const R expected = at(close) * std::pow(far.size / close.size, found);
            if (!(std::abs(at(far) - expected) < std::abs(expected) / 2)) return 0;
        }
        return power;
    }

    const Samples<R>& samples_;
    std::size_t output_;
    Side side_;
    const Question<R>& question_;
};

}  // namespace detail

}  // namespace secant
