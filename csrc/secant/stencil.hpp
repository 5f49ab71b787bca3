// Finite-difference formulas: which neighbours of a point are combined, and with which weights, to give a derivative.
//
// Weights are exact: Fornberg's recursion runs in rational arithmetic, and a stencil keeps integers over one common
// denominator, so that a formula is exact on the polynomials on which it should be exact.
//
// Source: B. Fornberg, "Generation of finite difference formulas on arbitrarily spaced grids",
// Mathematics of Computation 51 (1988), 699-706, the recursion on p. 700.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace secant {

// On which side of the point a formula's neighbours lie.
enum class Side : std::int8_t { backward = -1, central = 0, forward = 1 };

// A rational number in lowest terms with a positive denominator. Overflow throws: a wrong weight must not exist.
class Fraction {
   public:
    constexpr Fraction(std::int64_t numerator = 0, std::int64_t denominator = 1)
        : numerator_(numerator), denominator_(denominator) {
        if (denominator_ == 0) throw std::domain_error("secant: a fraction needs a nonzero denominator");
        constexpr auto without_negative = std::numeric_limits<std::int64_t>::min();
        if (numerator_ == without_negative || denominator_ == without_negative) throw std::overflow_error(too_large);
        const std::int64_t divisor = std::gcd(numerator_, denominator_);
        if (divisor > 1) {
            numerator_ /= divisor;
            denominator_ /= divisor;
        }
        if (denominator_ < 0) {
            numerator_ = -numerator_;
            denominator_ = -denominator_;
        }
    }

    [[nodiscard]] constexpr std::int64_t numerator() const noexcept { return numerator_; }
    [[nodiscard]] constexpr std::int64_t denominator() const noexcept { return denominator_; }

    friend constexpr Fraction operator*(Fraction a, Fraction b) {
        // Cross-cancelling first keeps the products as small as they can be.
        const Fraction left(a.numerator_, b.denominator_);
        const Fraction right(b.numerator_, a.denominator_);
        return {product(left.numerator_, right.numerator_), product(left.denominator_, right.denominator_)};
    }
    friend constexpr Fraction operator/(Fraction a, Fraction b) { return a * Fraction(b.denominator_, b.numerator_); }
    friend constexpr Fraction operator-(Fraction a, Fraction b) {
        const std::int64_t shared = std::gcd(a.denominator_, b.denominator_);
        const std::int64_t scale_a = b.denominator_ / shared;
        const std::int64_t scale_b = a.denominator_ / shared;
        return {difference(product(a.numerator_, scale_a), product(b.numerator_, scale_b)),
                product(a.denominator_, scale_a)};
    }
    friend constexpr bool operator==(Fraction, Fraction) = default;

   private:
    static constexpr std::int64_t product(std::int64_t a, std::int64_t b) {
        constexpr auto limit = std::numeric_limits<std::int64_t>::max();
        const std::int64_t size_a = a < 0 ? -a : a;
        const std::int64_t size_b = b < 0 ? -b : b;
        if (size_b != 0 && size_a > limit / size_b) throw std::overflow_error(too_large);
        return a * b;
    }
    static constexpr std::int64_t difference(std::int64_t a, std::int64_t b) {
        constexpr auto limit = std::numeric_limits<std::int64_t>::max();
        if ((b < 0 && a > limit + b) || (b > 0 && a < -limit + b)) throw std::overflow_error(too_large);
        return a - b;
    }
    static constexpr const char* too_large =
        "secant: the weights of this formula do not fit 64-bit integers; use a lower order";

    std::int64_t numerator_;
    std::int64_t denominator_;
};

// The weights, one for each offset, with which values at those offsets (in units of the step) combine into the
// derivative of the given order at offset 0, exactly on polynomials of degree < offsets.size().
inline std::vector<Fraction> fornberg_weights(std::span<const int> offsets, int derivative) {
    const std::size_t nodes = offsets.size();
    const auto orders = static_cast<std::size_t>(derivative) + 1;
    // weights[m][j]: weight of node j for the m-th derivative, over the nodes seen so far.
    std::vector<std::vector<Fraction>> weights(orders, std::vector<Fraction>(nodes));
    weights[0][0] = Fraction(1);
    Fraction c1(1);
    for (std::size_t i = 1; i < nodes; ++i) {
        Fraction c2(1);
        const std::vector<std::vector<Fraction>> before = weights;
        const auto highest = std::min(i, orders - 1);
        for (std::size_t j = 0; j < i; ++j) {
            const Fraction c3(offsets[i] - offsets[j]);
            c2 = c2 * c3;
            for (std::size_t m = 0; m <= highest; ++m) {
                const Fraction lower = m == 0 ? Fraction(0) : Fraction(static_cast<int>(m)) * before[m - 1][j];
                weights[m][j] = (Fraction(offsets[i]) * before[m][j] - lower) / c3;
            }
        }
        for (std::size_t m = 0; m <= highest; ++m) {
            const Fraction lower = m == 0 ? Fraction(0) : Fraction(static_cast<int>(m)) * before[m - 1][i - 1];
            weights[m][i] = c1 / c2 * (lower - Fraction(offsets[i - 1]) * before[m][i - 1]);
        }
        c1 = c2;
    }
    return weights.back();
}

// d^derivative f(x) = sum_k numerators[k] f(x + offsets[k] h) / (denominator h^derivative) + O(h^order).
struct Stencil {
    Side side = Side::central;
    int derivative = 1;
    int order = 2;
    std::vector<int> offsets;  // ascending, without those of weight zero
    std::vector<std::int64_t> numerators;
    std::int64_t denominator = 1;
    // The formula's value - derivative = error_constant h^order f^(derivative + order) + ...
    double error_constant = 0;
    // The sum of |weights|: an error of delta in each value gives at most noise_gain delta / h^derivative.
    double noise_gain = 0;

    [[nodiscard]] int reach() const noexcept { return std::max(std::abs(offsets.front()), std::abs(offsets.back())); }
};

inline Stencil make_stencil(Side side, int derivative, int order) {
    if (derivative < 1) throw std::invalid_argument("secant: a stencil's derivative must be at least 1");
    if (order < 1) throw std::invalid_argument("secant: a stencil's order of accuracy must be at least 1");
    if (side == Side::central && order % 2 != 0) {
        throw std::invalid_argument("secant: a central formula has an even order of accuracy; got " +
                                    std::to_string(order));
    }
    std::vector<int> offsets;
    if (side == Side::central) {
        const int half = (derivative + 1) / 2 - 1 + order / 2;
        for (int k = -half; k <= half; ++k) offsets.push_back(k);
    } else {
        for (int k = 0; k < derivative + order; ++k) offsets.push_back(static_cast<int>(side) * k);
        std::ranges::sort(offsets);
    }
    const std::vector<Fraction> weights = fornberg_weights(offsets, derivative);

    Stencil stencil;
    stencil.side = side;
    stencil.derivative = derivative;
    stencil.order = order;
    for (const Fraction& weight : weights) {
        stencil.denominator = std::lcm(stencil.denominator, weight.denominator());
    }
    long double moment = 0;
    long double gain = 0;
    for (std::size_t k = 0; k < offsets.size(); ++k) {
        const auto numerator = weights[k].numerator() * (stencil.denominator / weights[k].denominator());
        if (numerator == 0) continue;
        stencil.offsets.push_back(offsets[k]);
        stencil.numerators.push_back(numerator);
        const auto weight = static_cast<long double>(numerator) / static_cast<long double>(stencil.denominator);
        moment += weight * std::pow(static_cast<long double>(offsets[k]), derivative + order);
        gain += std::abs(weight);
    }
    stencil.error_constant = static_cast<double>(moment / std::tgamma(derivative + order + 1.0L));
    stencil.noise_gain = static_cast<double>(gain);
    return stencil;
}

// The same, made once a process and kept. Safe to call from several threads.
inline const Stencil& stencil(Side side, int derivative, int order) {
    static std::mutex mutex;
    static std::map<std::tuple<Side, int, int>, Stencil> made;
    const std::scoped_lock lock(mutex);
    const std::tuple key(side, derivative, order);
    const auto found = made.find(key);
    if (found != made.end()) return found->second;
    return made.emplace(key, make_stencil(side, derivative, order)).first->second;
}

}  // namespace secant
