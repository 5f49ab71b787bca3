// How small the error would be with other samples, as the coefficients seen so far predict it: their fall, continued to wider and
// narrower steps, gives the truncation; the noise known so far, or what its measurement would come to, the rest.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "secant/extrapolation.hpp"
#include "secant/judgement.hpp"

namespace secant {

template <class R>
class Forecast {
   public:
    // `present`: the steps sampled so far, falling. Where noise rules, it is taken as it is; else wider or narrower windows are expected
    // to show less of it.
    Forecast(const Judgement<R>& now, std::span<const R> present, Side side, int derivative, bool noise_rules)
        : now_(now),
          model_(noise_rules || now.largest.significant < 0 || now.largest.growth > R(0.5) ? now.chosen : now.largest),
          present_(present),
          side_(side),
          derivative_(derivative),
          noise_rules_(noise_rules) {}

    // The smallest error of a window with one more step, or two.
    [[nodiscard]] R with(R size, R second) const {
        constexpr std::size_t capacity = 32;
        std::array<R, capacity> sizes;
        std::size_t count = 0;
        std::size_t low = 0;
        std::size_t high = 0;
        std::size_t next = 0;
        const auto append_down_to = [&](R limit) {
            while (next < present_.size() && present_[next] > limit && count + 2 < capacity)
                sizes[count++] = present_[next++];
        };
        append_down_to(size);
        low = high = count;
        sizes[count++] = size;
        if (second > 0) {
            append_down_to(second);
            high = count;
            sizes[count++] = second;
        }
        append_down_to(0);
        const std::size_t least = detail::Judge<R>::fewest(side_, derivative_);
        const std::size_t at_most = detail::Judge<R>::at_most(side_, derivative_);
        R best = std::numeric_limits<R>::infinity();
        for (std::size_t first = low + 1 >= at_most ? low + 1 - at_most : 0; first <= low; ++first) {
            for (std::size_t length = std::max(least, high + 1 - first); length <= at_most && first + length <= count;
                 ++length) {
                best = std::min(best, of_window(std::span<const R>(sizes).subspan(first, length)));
            }
        }
        return best;
    }

   private:
    [[nodiscard]] R of_window(std::span<const R> sizes) const {
        const std::size_t count = sizes.size();
        const R widest = sizes.front();
        const R ratio = widest / model_.widest;
        const bool central = side_ == Side::central;
        const R growth = std::max(model_.growth, R(1e-30)) * (central ? ratio * ratio : ratio);
        if (growth > R(0.4)) return std::numeric_limits<R>::infinity();
        std::array<R, Window<R>::most> relative{};
        std::array<R, Window<R>::most> abscissae{};
        for (std::size_t i = 0; i < count; ++i) {
            relative[i] = sizes[i] / widest;
            abscissae[i] = central ? relative[i] * relative[i] : relative[i];
        }
        const Extrapolation<R> extrapolation(std::span<const R>(abscissae).first(count));
        const auto row = static_cast<std::size_t>(central ? (derivative_ - 1) / 2 : derivative_ - 1);
        const bool even = central && derivative_ % 2 == 0;
        R square = 0;
        R top_square = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const R weight = extrapolation.weight(row, i) / (even ? abscissae[i] : relative[i]);
            const R top_weight = extrapolation.weight(count - 1, i) / abscissae[i];
            square += weight * weight;
            top_square += top_weight * top_weight;
        }
        const R unit = derivative_unit(derivative_, widest);
        // The model's group, brought to this width, and its continuation.
        const auto significant = static_cast<std::size_t>(std::max(model_.significant, 0));
        R known = model_.group;
        for (std::size_t k = 0; k < significant; ++k) known *= central ? ratio * ratio : ratio;
        known *= ratio;
        const auto group = [&](std::size_t k) {
            R continued = known;
            for (std::size_t i = significant; i < k; ++i) continued *= growth;
            for (std::size_t i = k; i < significant; ++i) continued /= growth;
            return continued;
        };
        const R truncation = 2 * group(count) * extrapolation.remainder(row) * unit;
        using Factors = detail::NoiseFactors<R>;
        R noise = Factors::arithmetic / Factors::rms * now_.floor;
        if (noise_rules_ || count < 3) {
            noise = std::max(noise, now_.bar);
        } else {
            noise = std::max(noise, Factors::one * group(count - 1) * (central ? ratio : R(1)) / std::sqrt(top_square));
        }
        return truncation + noise * std::sqrt(square / (central ? 2 : 1)) * unit;
    }

    const Judgement<R>& now_;
    const Model<R>& model_;
    std::span<const R> present_;
    Side side_;
    int derivative_;
    bool noise_rules_;
};

}  // namespace secant
