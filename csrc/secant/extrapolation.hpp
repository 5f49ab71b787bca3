// Extrapolation to step zero: the polynomial through values at several steps, and what its coefficients owe to noise and to
// the terms left out.
//
// A central slope (f(x+t) - f(x-t)) / 2t is a polynomial in z = t^2, a one-sided slope (f(x+t) - f(x)) / t one in z = t. All
// abscissae are positive, so that every sum below has terms of one sign: the weights are right to a few roundings without
// rational arithmetic.
//
// Source: L. F. Richardson & J. A. Gaunt, "The deferred approach to the limit", Philosophical Transactions of the Royal Society
// A 226 (1927), 299-361; the weights are Lagrange's.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace secant {

template <class R>
class Extrapolation {
   public:
    static constexpr std::size_t most = 10;  // abscissae

    Extrapolation() = default;
    // Different positive abscissae, `most` of them at the most.
    explicit Extrapolation(std::span<const R> abscissae) : count_(abscissae.size()) {
        std::array<R, most + 1> symmetric{};  // elementary symmetric polynomials
        const auto multiply_out = [&](std::size_t without) {
            symmetric.fill(0);
            symmetric[0] = 1;
            std::size_t degree = 0;
            for (std::size_t j = 0; j < count_; ++j) {
                if (j == without) continue;
                ++degree;
                for (std::size_t k = degree; k > 0; --k) symmetric[k] += abscissae[j] * symmetric[k - 1];
            }
        };
        for (std::size_t i = 0; i < count_; ++i) {
            R denominator = 1;
            for (std::size_t j = 0; j < count_; ++j) {
                if (j != i) denominator *= abscissae[i] - abscissae[j];
            }
            multiply_out(i);
            for (std::size_t k = 0; k < count_; ++k) {
                const std::size_t left = count_ - 1 - k;
                const R numerator = left % 2 == 0 ? symmetric[left] : -symmetric[left];
                weights_[k][i] = numerator / denominator;
            }
        }
        multiply_out(count_);
        for (std::size_t k = 0; k < count_; ++k) remainders_[k] = symmetric[count_ - k];
    }

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    // Coefficient k of the polynomial is the sum of weight(k, i) value_i.
    [[nodiscard]] R weight(std::size_t k, std::size_t i) const noexcept { return weights_[k][i]; }
    // By how much, in size, a term z^count that the polynomial leaves out changes its coefficient k.
    [[nodiscard]] R remainder(std::size_t k) const noexcept { return remainders_[k]; }

    // Of the slopes (f(x+t) - f(x-t)) / 2t and the curvatures (f(x+t) + f(x-t) - 2 f(x)) / 2t^2 of central samples, with `squares` of the
    // relative steps as abscissae: what noise of rms 1 in the values makes of their coefficient k.
    struct Norms {
        R odd = 0;
        R even = 0;
    };
    [[nodiscard]] Norms central_norms(std::size_t k, std::span<const R> squares) const noexcept {
        R odd = 0;
        R even = 0;
        R sum = 0;
        for (std::size_t i = 0; i < count_; ++i) {
            const R per_value = weights_[k][i] / squares[i];
            odd += weights_[k][i] * per_value / 2;
            even += per_value * per_value / 2;
            sum += per_value;
        }
        return {std::sqrt(odd), std::sqrt(even + sum * sum)};
    }

   private:
    std::size_t count_ = 0;
    std::array<std::array<R, most>, most> weights_{};
    std::array<R, most> remainders_{};
};

}  // namespace secant
