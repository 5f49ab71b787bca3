// The shortest way to a first derivative of moderate accuracy: four samples, x ± h and x ± h/2, without f(x).
//
// h is near sqrt(rtol) / 4 of x's scale. There, noise that the samples' third difference cannot show is too small to do harm, and
// truncation of the fourth-order formula is smaller still. Whatever does not fit that picture is left to the longer way.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "secant/granularity.hpp"
#include "secant/judgement.hpp"

namespace secant {

template <class R>
struct BriefEstimate {
    R value;
    R error;
    bool accepted;
};

// Tolerances for which it pays: below, rounding is too large at such steps; above, there is no need for so many samples.
template <class R>
[[nodiscard]] bool is_brief(const Question<R>& question, const Tolerance<R>& tolerance) noexcept {
    return tolerance.given && question.derivative == 1 && !question.noise && tolerance.relative <= R(1e-3) &&
           tolerance.relative >= R(1e6) * question.epsilon;
}

template <class R>
[[nodiscard]] R brief_step(const Question<R>& question, const Tolerance<R>& tolerance) noexcept {
    return nearest_power_of_two(std::sqrt(tolerance.relative) / 4) * question.scale;
}

// values: at x + h, x - h, x + h/2, x - h/2; spans: from minus to plus as really taken.
template <class R>
[[nodiscard]] BriefEstimate<R> judge_briefly(const std::array<R, 4>& values, R step, const std::array<R, 2>& spans,
                                             const Question<R>& question, const Tolerance<R>& tolerance) noexcept {
    using Factors = detail::NoiseFactors<R>;
    // Norms of the coefficients' noise, from the weights below.
    constexpr auto third_norm = static_cast<R>(2.1081851067789197);  // 4/3 sqrt(5/2)
    constexpr auto value_norm = static_cast<R>(1.9002923751652301);  // sqrt(65/18)
    const R wide = (values[0] - values[1]) / spans[0];
    const R near = (values[2] - values[3]) / spans[1];
    const R value = near + (near - wide) / 3;
    const R first = std::abs(value) * step;
    const R second = std::abs((values[0] - values[2]) + (values[1] - values[3])) * 2 / 3;
    const R third = std::abs(wide - near) * step * 4 / 3;
    R largest = 0;
    for (const R one : values) largest = std::max(largest, std::abs(one));
    const R arithmetic = question.epsilon * (largest + question.rounding * question.origin * std::abs(value));
    const R share = step / question.scale;
    const R growth = std::max({second / first * (second / first), third / first, share * share});
    // As large as the third coefficient may be where it falls in line with the others, or with x's scale.
    const R expected = std::max(second * (second / first), share * share * first);
    const R truncation = std::max(third, second * (second / first)) * growth / step / 2;
    const R allowed = tolerance.allowed(value, question.epsilon);
    const auto error_with = [&](R noise) {
        return truncation + std::max(Factors::plain * arithmetic, noise) * value_norm / step;
    };
    // The third coefficient may be all noise. Where it falls in line with the others it is truncation rather, and noise at most hides
    // below it: then the error is said to be no smaller than was asked for.
    R error = error_with(Factors::one * third / third_norm);
    if (error > allowed && third <= 4 * expected && error_with(third / third_norm / 10) <= allowed) error = allowed;
    // False for NaN.
    const bool accepted =
        growth < R(0.1) && error <= allowed && granularity(std::span<const R>(values), question.epsilon) == 0;
    return {value, error, accepted};
}

}  // namespace secant
