// The noise of a function: the standard deviation of what its values have in them beside a smooth function.
//
// A difference of order k of values at equal distances takes a smooth function away, and leaves noise of variance (2k)! / (k!)^2
// sigma^2. Where several orders in a row agree on sigma, it has been found.
//
// Source: J. J. Moré & S. M. Wild, "Estimating computational noise", SIAM Journal on Scientific Computing 33 (2011), 1292-1314,
// algorithm ECnoise (section 7) and eq. (2.2).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "secant/adaptive.hpp"

namespace secant {

namespace detail {

// `stuck`: values are equal, those of a rounded f or of an x that hardly moves.
enum class NoiseVerdict : std::uint8_t { found, stuck, spacing_too_small, spacing_too_large };

template <class R>
struct NoiseLevel {
    NoiseVerdict verdict;
    R sigma;  // where nothing was found, an upper bound
};

// Of values at equal distances.
template <class R>
[[nodiscard]] NoiseLevel<R> noise_of(std::vector<R> differences) {
    const std::size_t count = differences.size();
    const auto [least, most] = std::ranges::minmax(differences);
    if (least == most) return {NoiseVerdict::stuck, R(0)};
    // Squares must be numbers.
    int exponent = 0;
    std::frexp(std::max(std::abs(least), std::abs(most)), &exponent);
    for (R& value : differences) value = std::ldexp(value, -exponent);
    const auto sized = [&](R level) { return std::ldexp(level, exponent); };
    const bool wide = most - least > R(0.1) * std::max(std::abs(most), std::abs(least));
    std::vector<R> levels;
    std::vector<bool> changes_sign;
    R gamma = 1;
    std::size_t equal = 0;
    for (std::size_t order = 1; order < count; ++order) {
        for (std::size_t k = 0; k + order < count; ++k) differences[k] = differences[k + 1] - differences[k];
        const auto those = std::span<const R>(differences).first(count - order);
        if (order == 1) equal = static_cast<std::size_t>(std::ranges::count(those, R(0)));
        gamma *= static_cast<R>(order) / static_cast<R>(2 * (2 * order - 1));
        R square = 0;
        for (const R difference : those) square += difference * difference;
        levels.push_back(std::sqrt(gamma * square / static_cast<R>(those.size())));
        const auto [low, high] = std::ranges::minmax(those);
        changes_sign.push_back(low < 0 && high > 0);
    }
    if (2 * equal >= count) return {NoiseVerdict::stuck, sized(levels.back())};
    for (std::size_t k = 0; k + 2 < levels.size(); ++k) {
        const auto [low, high] = std::ranges::minmax(std::span<const R>(levels).subspan(k, 3));
        if (high <= 4 * low && changes_sign[k]) return {NoiseVerdict::found, sized(levels[k])};
    }
    return {wide ? NoiseVerdict::spacing_too_large : NoiseVerdict::spacing_too_small, sized(levels.back())};
}

}  // namespace detail

// The noise of every output along a line on which all variables move, each on its own scale.
template <class R, class V>
std::vector<R> measure_noise(Evaluator<R, V>& evaluator, std::span<const R> x, const AdaptiveMethod<R>& method,
                             Record<V>& record) {
    constexpr std::size_t count = 8;
    std::vector<R> v(x.size());
    for (std::size_t j = 0; j < x.size(); ++j) {
        const LineSetting<R> one = detail::setting_of_variable(j, x, method, 1);
        v[j] = one.room_up >= one.room_down ? one.question.scale : -one.question.scale;
    }
    const Moves<R> moves = Moves<R>::along(x, v, method.rule(), method.bounds);
    const SingleMoves<R> directions(moves, formula_set<R>(1, 2), moves.line(), 1);
    detail::evaluate_origin(evaluator, directions, record);
    const std::span<const R> base = detail::real_parts(std::span<const V>(record.base));
    const LineSetting<R> line = detail::setting_of_direction(x, std::span<const R>(v), method, 1);
    std::vector<R> sigma(base.size(), R(0));
    std::vector<R> all(count * base.size());
    PointBlock<R> points(directions);
    ValueBlock<V> values;
    const auto sample = [&](R wanted) {
        const R spacing = power_of_two_below(std::min(wanted, line.room_up / count));
        points.clear();
        for (std::size_t k = 1; k < count; ++k) points.add(0, static_cast<R>(k) * spacing / moves.size(moves.line()));
        std::ranges::copy(base, all.begin());
        evaluator.evaluate(points, values);
        for (std::size_t k = 0; k < points.size(); ++k) {
            const auto row = detail::real_parts(values.row(k));
            std::ranges::copy(row, all.begin() + static_cast<std::ptrdiff_t>((k + 1) * base.size()));
        }
        record.evaluations += points.size();
    };
    const auto level_of = [&](std::size_t output) -> std::optional<detail::NoiseLevel<R>> {
        std::vector<R> along(count);
        for (std::size_t k = 0; k < count; ++k) along[k] = all[k * base.size() + output];
        if (!std::ranges::all_of(along, [](R value) { return is_finite(value); })) return std::nullopt;
        return detail::noise_of(along);
    };
    // The spacing that was tried first was too small for some outputs, or too large: the next ones go both ways.
    std::vector<bool> open(base.size(), true);
    for (const int exponent : {-20, -30, -10, -5}) {
        if (std::ranges::none_of(open, [](bool still) { return still; })) break;
        sample(std::ldexp(R(1), exponent));
        for (std::size_t i = 0; i < base.size(); ++i) {
            if (!open[i]) continue;
            const auto level = level_of(i);
            if (!level) continue;
            const bool first = sigma[i] == 0;
            if (level->verdict == detail::NoiseVerdict::found || first || level->sigma < sigma[i])
                sigma[i] = level->sigma;
            open[i] = level->verdict != detail::NoiseVerdict::found;
        }
    }
    // More than rounding: noise is as large at a small spacing, f's shape is not, on the scale of the smallest variable.
    R smallest = 1;
    for (std::size_t j = 0; j < x.size(); ++j) {
        if (x[j] != 0) smallest = std::min(smallest, std::abs(x[j] / v[j]));
    }
    const auto loud = [&](std::size_t i) { return sigma[i] > 64 * method.epsilon_of_values() * std::abs(base[i]); };
    open.assign(base.size(), true);
    for (const int exponent : {-30, -45}) {
        bool any = false;
        for (std::size_t i = 0; i < base.size(); ++i) any = any || (open[i] && loud(i));
        if (!any) break;
        sample(std::ldexp(smallest, exponent));
        for (std::size_t i = 0; i < base.size(); ++i) {
            if (!open[i] || !loud(i)) continue;
            const auto level = level_of(i);
            if (!level) continue;
            open[i] = level->verdict != detail::NoiseVerdict::stuck && level->sigma < sigma[i] / 16;
            if (open[i]) sigma[i] = level->sigma;
        }
    }
    if constexpr (is_complex<V>) {
        std::vector<R> combined(sigma.size() / 2);
        for (std::size_t i = 0; i < combined.size(); ++i) combined[i] = std::hypot(sigma[2 * i], sigma[2 * i + 1]);
        return combined;
    }
    return sigma;
}

}  // namespace secant
