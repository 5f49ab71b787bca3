// What samples of f along a line say of its Taylor coefficients there: for each run of neighbouring steps (a window) the derivative
// wanted, how large its truncation and its noise may be, and whether the terms decay at all.
//
// Coefficients are measured in units of f, b_k = |f^(k)(x)| H^k / k! with H the widest step of the window. Where f is smooth on
// the scale of H they fall, b_k ~ rho^k; what noise of size sigma adds to them is sigma times a known norm, which grows with k. So
// the highest coefficient is, over its norm, an upper bound of the noise; and the first coefficient left out is bounded by
// continuing the fall of those that stand out of the noise.
//
// Sources: error by continuing a sequence of differences, J. N. Lyness & C. B. Moler, "Van der Monde systems and numerical
// differentiation", Numerische Mathematik 8 (1966), 458-464; noise from high differences, R. W. Hamming, "Introduction to
// Applied Numerical Analysis", McGraw-Hill (1971), chapter 6, and J. J. Moré & S. M. Wild, "Estimating computational noise",
// SIAM Journal on Scientific Computing 33 (2011), 1292-1314.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "secant/extrapolation.hpp"
#include "secant/precision.hpp"
#include "secant/stencil.hpp"

namespace secant {

// Values of f at x ± size, one output; a side that was not sampled, or where f is not finite, is NaN.
template <class R>
struct Level {
    R size = 0;
    R up = 0;  // the distances really taken
    R down = 0;
    R plus = std::numeric_limits<R>::quiet_NaN();
    R minus = std::numeric_limits<R>::quiet_NaN();
};

// d! / H^d: what a coefficient in units of f, at the step H, is as a derivative of order d. One division for each order: the power of
// a step may not be a number.
template <class R>
[[nodiscard]] R derivative_unit(int derivative, R step) noexcept {
    R unit = 1;
    for (int k = 1; k <= derivative; ++k) unit = unit * static_cast<R>(k) / step;
    return unit;
}

// How far coefficients, by groups, fall before they drown in noise; and what that says of the first group left out.
template <class R>
struct Fall {
    int significant = -1;  // the last group that stands out of the noise; -1: none
    R growth = 0;          // from group to group, below 1 where they fall
    R next = 0;            // the first group left out
};

// `least`: a growth that is not undercut, since the first terms of a nearly straight f say nothing of the others.
template <class R>
[[nodiscard]] Fall<R> fall_of(std::span<const R> groups, std::span<const R> norms, R sigma, R least,
                              Side side) noexcept {
    Fall<R> fall;
    const std::size_t count = groups.size();
    for (std::size_t k = 0; k < count; ++k) {
        if (groups[k] > 4 * sigma * norms[k]) fall.significant = static_cast<int>(k);
    }
    if (fall.significant < 0) return fall;
    const auto last = static_cast<std::size_t>(fall.significant);
    const R group = groups[last];
    if (last == 0) {
        fall.growth = count > 1 ? 4 * sigma * norms[1] / group : R(1);
    } else {
        fall.growth = group / groups[last - 1];
        if (last >= 2) fall.growth = std::max(fall.growth, groups[last - 1] / groups[last - 2] / 2);
        if (last >= 2 && side != Side::central) {
            fall.growth = std::max(fall.growth, std::sqrt(group / groups[last - 2]));
        }
    }
    // Where the next group drowns, it is no larger than that, whatever came before.
    if (last + 1 < count) fall.growth = std::min(fall.growth, 4 * sigma * norms[last + 1] / group);
    fall.growth = std::max(fall.growth, least);
    fall.next = group;
    for (std::size_t k = last; k < count; ++k) fall.next *= std::min(fall.growth, R(1e3));
    if (last + 1 < count) {
        fall.next = std::min(fall.next, 4 * sigma * norms[count - 1] * std::min(fall.growth, R(1)));
    }
    return fall;
}

template <class R>
class Window {
   public:
    static constexpr std::size_t most = Extrapolation<R>::most;

    // `levels` by falling size, all of them finite on the side(s) used.
    Window(std::span<const Level<R>> levels, R base, Side side, int derivative)
        : count_(levels.size()), widest_(levels.front().size), side_(side), derivative_(derivative) {
        std::array<R, most> relative{};
        std::array<R, most> abscissae{};
        largest_ = std::abs(base);
        for (std::size_t i = 0; i < count_; ++i) {
            relative[i] = levels[i].size / widest_;
            abscissae[i] = side == Side::central ? relative[i] * relative[i] : relative[i];
        }
        const Extrapolation<R> extrapolation(std::span<const R>(abscissae).first(count_));
        if (side == Side::central) {
            expand_central(levels, base, abscissae, extrapolation);
        } else {
            expand_one_sided(levels, base, relative, extrapolation);
        }
    }

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] R widest() const noexcept { return widest_; }
    [[nodiscard]] R value() const noexcept { return value_; }
    // The largest |f| seen.
    [[nodiscard]] R largest() const noexcept { return largest_; }
    // Coefficients by groups: of one odd and one even where the window is central, of one where it is one-sided.
    [[nodiscard]] R group(std::size_t k) const noexcept { return groups_[k]; }
    [[nodiscard]] R group_norm(std::size_t k) const noexcept { return group_norms_[k]; }
    [[nodiscard]] std::span<const R> groups() const noexcept { return std::span<const R>(groups_).first(count_); }
    [[nodiscard]] std::span<const R> group_norms() const noexcept {
        return std::span<const R>(group_norms_).first(count_);
    }
    // The noise that the highest group, and in it the highest coefficient, would need to be noise.
    [[nodiscard]] R top() const noexcept { return top_; }
    [[nodiscard]] R top_last() const noexcept { return top_last_; }
    // f', as this window sees it; what noise of rms 1, and a coefficient left out, do to it.
    [[nodiscard]] R slope() const noexcept { return slope_; }
    [[nodiscard]] R slope_norm() const noexcept { return slope_norm_; }
    [[nodiscard]] R slope_remainder() const noexcept { return slope_remainder_; }
    // What noise of rms 1 does to the value.
    [[nodiscard]] R norm() const noexcept { return norm_; }
    // What a coefficient left out, in its unit, does to the value.
    [[nodiscard]] R remainder() const noexcept { return remainder_; }
    // The power of the step that a group's coefficients go with.
    [[nodiscard]] int power(std::size_t group) const noexcept {
        const auto k = static_cast<int>(group);
        return side_ == Side::central ? 2 * k + 1 : k + 1;
    }

   private:
    void expand_central(std::span<const Level<R>> levels, R base, const std::array<R, most>& squares,
                        const Extrapolation<R>& extrapolation) {
        std::array<R, most> odd{};
        std::array<R, most> even{};
        for (std::size_t i = 0; i < count_; ++i) {
            const Level<R>& level = levels[i];
            largest_ = std::max({largest_, std::abs(level.plus), std::abs(level.minus)});
            odd[i] = (level.plus - level.minus) / ((level.up + level.down) / widest_);
            even[i] = ((level.plus - base) + (level.minus - base)) / (2 * squares[i]);
        }
        const auto row = static_cast<std::size_t>((derivative_ - 1) / 2);
        for (std::size_t k = 0; k < count_; ++k) {
            R first = 0;
            R second = 0;
            for (std::size_t i = 0; i < count_; ++i) {
                first += extrapolation.weight(k, i) * odd[i];
                second += extrapolation.weight(k, i) * even[i];
            }
            const auto [first_norm, second_norm] = extrapolation.central_norms(k, squares);
            if (k == 0) set_slope(first, first_norm, extrapolation.remainder(0));
            groups_[k] = std::max(std::abs(first), std::abs(second));
            group_norms_[k] = std::max(first_norm, second_norm);
            if (k == row)
                set_value(derivative_ % 2 == 1 ? first : second, derivative_ % 2 == 1 ? first_norm : second_norm,
                          extrapolation.remainder(k));
            if (k + 1 == count_) {
                top_last_ = std::abs(second) / second_norm;
                top_ = std::max(std::abs(first) / first_norm, top_last_);
            }
        }
    }

    void expand_one_sided(std::span<const Level<R>> levels, R base, const std::array<R, most>& relative,
                          const Extrapolation<R>& extrapolation) {
        std::array<R, most> slopes{};
        for (std::size_t i = 0; i < count_; ++i) {
            const Level<R>& level = levels[i];
            const bool forward = side_ == Side::forward;
            const R there = forward ? level.plus : level.minus;
            largest_ = std::max(largest_, std::abs(there));
            slopes[i] = (there - base) / ((forward ? level.up : level.down) / widest_);
        }
        const auto row = static_cast<std::size_t>(derivative_ - 1);
        for (std::size_t k = 0; k < count_; ++k) {
            R coefficient = 0;
            R square = 0;
            R sum = 0;
            for (std::size_t i = 0; i < count_; ++i) {
                const R weight = extrapolation.weight(k, i);
                coefficient += weight * slopes[i];
                const R per_value = weight / relative[i];
                square += per_value * per_value;
                sum += per_value;
            }
            const R norm = std::sqrt(square + sum * sum);
            if (k == 0)
                set_slope(side_ == Side::backward ? -coefficient : coefficient, norm, extrapolation.remainder(0));
            groups_[k] = std::abs(coefficient);
            group_norms_[k] = norm;
            if (k == row) {
                const bool mirrored = side_ == Side::backward && derivative_ % 2 == 1;
                set_value(mirrored ? -coefficient : coefficient, norm, extrapolation.remainder(k));
            }
            if (k + 1 == count_) top_ = top_last_ = std::abs(coefficient) / norm;
        }
    }

    void set_slope(R coefficient, R norm, R remainder) noexcept {
        slope_ = coefficient / widest_;
        slope_norm_ = norm / widest_;
        slope_remainder_ = remainder / widest_;
    }
    // From a coefficient in units of f to a derivative. A division for each order: the power of a step may not be a number.
    void set_value(R coefficient, R norm, R remainder) noexcept {
        value_ = coefficient;
        norm_ = norm;
        remainder_ = remainder;
        for (int k = 1; k <= derivative_; ++k) {
            value_ = value_ * static_cast<R>(k) / widest_;
            norm_ = norm_ * static_cast<R>(k) / widest_;
            remainder_ = remainder_ * static_cast<R>(k) / widest_;
        }
    }

    std::size_t count_;
    R widest_;
    Side side_;
    int derivative_;
    R value_ = 0;
    R norm_ = 0;
    R remainder_ = 0;
    R largest_ = 0;
    R slope_ = 0;
    R slope_norm_ = 0;
    R slope_remainder_ = 0;
    R top_ = 0;
    R top_last_ = 0;
    std::array<R, most> groups_{};
    std::array<R, most> group_norms_{};
};

}  // namespace secant
