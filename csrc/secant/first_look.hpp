// The first judgement of a line, for all outputs at once: most outputs of most functions need no other.
//
// It is what judgement.hpp does with the window of all first samples, in loops over outputs that become SIMD instructions. An output
// is accepted where its coefficients fall and its error is small enough, or where f does not change at all; all others are left to the
// closer judgement.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "secant/judgement.hpp"

namespace secant {

template <class R>
class FirstLook {
    using Factors = detail::NoiseFactors<R>;

   public:
    static constexpr std::size_t most = Window<R>::most;

    // Levels by falling size, with their rows of values; and a probe above x.
    struct Sources {
        std::size_t levels = 0;
        std::array<const R*, most> plus{};
        std::array<const R*, most> minus{};
        std::array<R, most> sizes{};
        std::array<R, most> spans{};  // from minus to plus, as really taken
        const R* probe = nullptr;
        R probe_offset = 0;
        const R* base = nullptr;
    };

    FirstLook(const Sources& sources, const Question<R>& question, const Tolerance<R>& tolerance)
        : sources_(sources), question_(question), tolerance_(tolerance), widest_(sources.sizes[0]) {
        std::array<R, most> abscissae{};
        for (std::size_t k = 0; k < sources.levels; ++k) {
            const R relative = sources.sizes[k] / widest_;
            abscissae[k] = relative * relative;
        }
        extrapolation_ = Extrapolation<R>(std::span<const R>(abscissae).first(sources.levels));
        row_ = static_cast<std::size_t>((question.derivative - 1) / 2);
        odd_ = question.derivative % 2 == 1;
        for (std::size_t k = 0; k < sources.levels; ++k) {
            const auto [odd, even] = extrapolation_.central_norms(k, abscissae);
            odd_norms_[k] = odd;
            even_norms_[k] = even;
            norms_[k] = std::max(odd, even);
        }
        unit_ = derivative_unit(question.derivative, widest_);
        for (std::size_t k = 0; k < sources.levels; ++k) {
            odd_factors_[k] = widest_ / sources.spans[k];
            even_factors_[k] = R(0.5) / abscissae[k];
        }
        if (sources.probe != nullptr) {
            std::array<Level<R>, most> levels{};
            for (std::size_t k = 0; k < sources.levels; ++k) levels[k].size = sources.sizes[k];
            probe_ =
                detail::ProbeWeights<R>(std::span<const Level<R>>(levels).first(sources.levels), sources.probe_offset);
        }
    }

    enum class Verdict : std::uint8_t {
        open,     // to be looked at more closely
        limited,  // as good as arithmetic allows with these steps: good enough where they suit another output
        accepted,
    };

    // Values and errors for outputs [first, first + count).
    static constexpr std::size_t strip = 64;
    struct Strip {
        std::array<R, strip> values;
        std::array<R, strip> errors;
        std::array<Verdict, strip> verdicts;
    };
    void judge(std::size_t first, std::size_t count, Strip& out) const noexcept {
        const std::size_t levels = sources_.levels;
        std::array<std::array<R, strip>, most> odd;
        std::array<std::array<R, strip>, most> even;
        std::array<R, strip> largest;
        std::array<R, strip> farthest;
        const R* base = sources_.base + first;
        for (std::size_t i = 0; i < count; ++i) largest[i] = std::abs(base[i]);
        for (std::size_t i = 0; i < count; ++i) farthest[i] = 0;
        for (std::size_t k = 0; k < levels; ++k) {
            const R* plus = sources_.plus[k] + first;
            const R* minus = sources_.minus[k] + first;
            const R odd_factor = odd_factors_[k];
            const R even_factor = even_factors_[k];
            for (std::size_t i = 0; i < count; ++i) {
                const R up = plus[i] - base[i];
                const R down = minus[i] - base[i];
                odd[k][i] = (plus[i] - minus[i]) * odd_factor;
                even[k][i] = (up + down) * even_factor;
                const R high = std::max(std::abs(plus[i]), std::abs(minus[i]));
                largest[i] = std::max(largest[i], high);
                farthest[i] += std::abs(up) + std::abs(down);  // NaN where one of them is
            }
        }
        std::array<R, strip> value;
        std::array<R, strip> slope;
        std::array<std::array<R, strip>, most> groups;
        std::array<R, strip> last_even;
        std::array<R, strip> last_odd;
        for (std::size_t k = 0; k < levels; ++k) {
            std::array<R, strip> first_sum{};
            std::array<R, strip> second_sum{};
            for (std::size_t j = 0; j < levels; ++j) {
                const R weight = extrapolation_.weight(k, j);
                for (std::size_t i = 0; i < count; ++i) {
                    first_sum[i] += weight * odd[j][i];
                    second_sum[i] += weight * even[j][i];
                }
            }
            for (std::size_t i = 0; i < count; ++i) {
                groups[k][i] = std::max(std::abs(first_sum[i]), std::abs(second_sum[i]));
            }
            if (k == 0) {
                for (std::size_t i = 0; i < count; ++i) slope[i] = std::abs(first_sum[i]) / widest_;
            }
            if (k == row_) value = odd_ ? first_sum : second_sum;
            if (k + 1 == levels) {
                last_odd = first_sum;
                last_even = second_sum;
            }
        }
        std::array<R, strip> one;
        std::array<R, strip> several;
        for (std::size_t i = 0; i < count; ++i) {
            one[i] = std::abs(last_even[i]) / even_norms_[levels - 1];
            several[i] = std::max(one[i], std::abs(last_odd[i]) / odd_norms_[levels - 1]);
        }
        if (sources_.probe != nullptr) {
            std::array<R, strip> predicted{};
            for (std::size_t k = 0; k < levels; ++k) {
                const R* plus = sources_.plus[k] + first;
                const R* minus = sources_.minus[k] + first;
                for (std::size_t i = 0; i < count; ++i) {
                    predicted[i] += probe_.plus[k] * (plus[i] - base[i]) + probe_.minus[k] * (minus[i] - base[i]);
                }
            }
            const R* probe = sources_.probe + first;
            for (std::size_t i = 0; i < count; ++i) {
                const R residual = std::abs((probe[i] - base[i]) - predicted[i]) / probe_.norm;
                several[i] = std::max(residual, one[i]);
                one[i] = residual;
                farthest[i] += std::abs(probe[i] - base[i]);
            }
        }
        for (std::size_t i = 0; i < count; ++i) {
            std::array<R, most> column;
            for (std::size_t k = 0; k < levels; ++k) column[k] = groups[k][i];
            finish(column, value[i], slope[i], largest[i], farthest[i], one[i], several[i], out, i);
        }
    }

   private:
    void finish(const std::array<R, most>& groups, R value, R slope, R largest, R farthest, R one, R several,
                Strip& out, std::size_t i) const noexcept {
        const std::size_t levels = sources_.levels;
        const R arithmetic = question_.epsilon * (largest + question_.rounding * question_.origin * slope);
        const R floor = std::max(Factors::rms * arithmetic, question_.noise.value_or(R(0)));
        R bar = std::min(Factors::plain_one * one, Factors::plain_several * several);
        const R sigma = std::max(std::min(R(1.5) * one, several), floor);
        if (question_.noise) bar = std::max(bar, Factors::several * sigma);
        const R share = widest_ / question_.scale;
        const auto fall = fall_of(std::span<const R>(groups).first(levels), std::span<const R>(norms_).first(levels),
                                  sigma, share * share, Side::central);
        const R norm = (odd_ ? odd_norms_[row_] : even_norms_[row_]) * unit_;
        const R truncation = Factors::truncation * fall.next * extrapolation_.remainder(row_) * unit_;
        const R noise = std::max(Factors::plain * arithmetic, bar) * norm;
        const R error = truncation + noise;
        const bool constant = farthest == 0;
        const R allowed = tolerance_.allowed(value * unit_, question_.epsilon);
        // The comparisons are false for NaN.
        const bool sound = fall.significant >= 0 && fall.growth < R(0.5) && sigma <= 16 * std::max(arithmetic, floor);
        out.values[i] = value * unit_;
        // 0 times a norm that is no number is 0 here: f is 0 wherever it was sampled.
        const R flat = arithmetic == 0 ? R(0) : Factors::plain * arithmetic * norm;
        out.errors[i] = constant ? flat : error;
        const bool limited = sound && sigma <= 4 * floor && truncation <= noise;
        const R natural = std::max(std::abs(value), groups[0]) * unit_;
        const bool fair = !tolerance_.given && error <= Tolerance<R>::fair * question_.epsilon * natural;
        if ((constant && is_finite(flat)) || (sound && error <= allowed) || (limited && fair)) {
            out.verdicts[i] = Verdict::accepted;
        } else {
            out.verdicts[i] = limited ? Verdict::limited : Verdict::open;
        }
    }

    const Sources& sources_;
    const Question<R>& question_;
    const Tolerance<R>& tolerance_;
    R widest_;
    Extrapolation<R> extrapolation_;
    std::size_t row_ = 0;
    bool odd_ = true;
    R unit_ = 1;
    std::array<R, most> odd_norms_{};
    std::array<R, most> even_norms_{};
    std::array<R, most> norms_{};
    std::array<R, most> odd_factors_{};
    std::array<R, most> even_factors_{};
    detail::ProbeWeights<R> probe_{};
};

}  // namespace secant
