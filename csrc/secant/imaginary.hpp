// Lines for the complex step: one move along the imaginary axis and, for second derivatives, one along the real axis.
//
// Im f(x + ih) / h is f'(x) up to h^2 f'''(x) / 6 and without cancellation, so that h may be as small as wanted.
// Sources: W. Squire & G. Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40
// (1998), 110-112, eq. (1); for mixed second derivatives, K.-L. Lai & J. L. Crassidis, "Extensions of the first and second
// complex-step derivative approximations", Journal of Computational and Applied Mathematics 219 (2008), 276-293.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "secant/direction.hpp"

namespace secant {

// h / max(|x|, typical): so small that h^2 is far below epsilon, so large that products of imaginary parts stay normal.
template <class R>
[[nodiscard]] R relative_imaginary_step(Precision points) noexcept {
    return std::ldexp(R(1), points == Precision::binary32 ? -40 : -100);
}

// The imaginary moves: the variables 0 … n-1, each by a step of its own, or the one line v (move n).
template <class R>
class ImaginaryMoves {
   public:
    ImaginaryMoves(std::span<const R> x, std::span<const R> v, R relative, std::span<const R> sizes,
                   std::span<const R> typical)
        : x_(x), v_(v), sizes_(v.empty() ? x.size() : 1) {
        R fastest = 0;
        for (std::size_t j = 0; j < x.size(); ++j) {
            const R scale = std::max(std::abs(x[j]), entry(typical, j, R(1)));
            if (v.empty()) sizes_[j] = entry(sizes, j, nearest_power_of_two(relative * scale));
            if (!v.empty()) fastest = std::max(fastest, std::abs(v[j]) / scale);
        }
        if (!v.empty()) sizes_[0] = entry(sizes, 0, nearest_power_of_two(fastest > 0 ? relative / fastest : relative));
    }

    [[nodiscard]] std::span<const R> origin() const noexcept { return x_; }
    [[nodiscard]] std::size_t line() const noexcept { return x_.size(); }
    [[nodiscard]] R size(std::size_t move) const noexcept { return sizes_[move == line() ? 0 : move]; }
    [[nodiscard]] const std::vector<R>& sizes() const noexcept { return sizes_; }

    void apply(std::size_t move, std::span<std::complex<R>> point) const noexcept {
        if (move != line()) {
            point[move] += std::complex<R>(0, sizes_[move]);
            return;
        }
        for (std::size_t j = 0; j < point.size(); ++j) point[j] += std::complex<R>(0, sizes_[0] * v_[j]);
    }

   private:
    std::span<const R> x_;
    std::span<const R> v_;
    std::vector<R> sizes_;
};

// The imaginary part at one node is the derivative times the step.
template <class R>
[[nodiscard]] Formula<R> imaginary_formula() {
    Formula<R> formula;
    formula.nodes = {0};
    formula.terms = {{R(1), 0, Formula<R>::nothing}};
    return formula;
}

// First derivatives: the variables, or the line.
template <class R>
class ImaginaryDirections final : public Directions<std::complex<R>> {
   public:
    ImaginaryDirections(const ImaginaryMoves<R>& moves, std::size_t first, std::size_t count)
        : moves_(moves), first_(first), count_(count), formula_(imaginary_formula<R>()) {}

    [[nodiscard]] std::size_t count() const noexcept override { return count_; }
    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    [[nodiscard]] Side side(std::size_t) const noexcept override { return Side::central; }
    [[nodiscard]] const Formula<R>& formula(std::size_t, Side) const noexcept override { return formula_; }
    [[nodiscard]] bool allows(std::size_t, Variation) const noexcept override { return false; }
    void displace(std::size_t column, R, std::span<std::complex<R>> point) const noexcept override {
        moves_.apply(first_ + column, point);
    }
    [[nodiscard]] R divisor(std::size_t column, const Formula<R>&, R) const noexcept override {
        return moves_.size(first_ + column);
    }

   private:
    const ImaginaryMoves<R>& moves_;
    std::size_t first_;
    std::size_t count_;
    Formula<R> formula_;
};

// Mixed second derivatives: a real first difference of the imaginary part. Pairs are (imaginary move, real variable).
template <class R>
class ImaginaryPairs final : public Directions<std::complex<R>> {
   public:
    using Pair = std::pair<std::size_t, std::size_t>;

    // `formulas` must have origins of their own: f(x) without the imaginary move is of no use here.
    ImaginaryPairs(const ImaginaryMoves<R>& imaginary, const Moves<R>& moves, const FormulaSet<R>& formulas,
                   std::span<const Pair> pairs)
        : imaginary_(imaginary), moves_(moves), formulas_(formulas), pairs_(pairs) {}

    [[nodiscard]] std::size_t count() const noexcept override { return pairs_.size(); }
    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    [[nodiscard]] Side side(std::size_t column) const noexcept override { return moves_.side(pairs_[column].second); }
    [[nodiscard]] const Formula<R>& formula(std::size_t, Side side) const noexcept override {
        return formulas_.on(side);
    }
    [[nodiscard]] bool allows(std::size_t column, Variation variation) const noexcept override {
        const R scale = std::ldexp(R(1), -variation.halvings);
        return moves_.allows(pairs_[column].second, formulas_.on(variation.side), scale);
    }
    void displace(std::size_t column, R factor, std::span<std::complex<R>> point) const noexcept override {
        moves_.apply(pairs_[column].second, factor, point);
        imaginary_.apply(pairs_[column].first, point);
    }
    [[nodiscard]] R divisor(std::size_t column, const Formula<R>& formula, R scale) const noexcept override {
        return moves_.first_moment(pairs_[column].second, formula, scale);
    }
    [[nodiscard]] R second_divisor(std::size_t column, const Formula<R>&, R) const noexcept override {
        return imaginary_.size(pairs_[column].first);
    }

   private:
    const ImaginaryMoves<R>& imaginary_;
    const Moves<R>& moves_;
    const FormulaSet<R>& formulas_;
    std::span<const Pair> pairs_;
};

}  // namespace secant
