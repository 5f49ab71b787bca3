// The lines along which a function is probed. A column of a derivative belongs to one line; a point is on a line at a
// factor (a multiple of the line's step), and is written on demand: no block of points is ever stored here.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "secant/formula.hpp"
#include "secant/precision.hpp"
#include "secant/step.hpp"

namespace secant {

template <class R>
[[nodiscard]] constexpr R power(R base, int exponent) noexcept {
    R product = 1;
    for (int k = 0; k < exponent; ++k) product *= base;
    return product;
}

// One way to take a column's difference: on this side, with the step scaled down by a power of two.
struct Variation {
    Side side;
    int halvings;
};

// Points around an origin: what an evaluator must know to write one. P is the type of a point's coordinates: R, or std::complex<R> for
// the complex step.
template <class P>
class Displacements {
   public:
    using R = real_of_t<P>;

    virtual ~Displacements() = default;
    [[nodiscard]] virtual std::span<const R> origin() const noexcept = 0;
    // Moves `point`, which is the origin on entry, along the column's line.
    virtual void displace(std::size_t column, R factor, std::span<P> point) const noexcept = 0;
    // Moves back a point that was moved along the column's line and not changed since.
    virtual void restore(std::size_t column, std::span<P> point) const noexcept {
        (void)column;
        std::ranges::copy(origin(), point.begin());
    }
};

// The same with what the driver of differences must know: how many columns there are, and how each is combined.
template <class P>
class Directions : public Displacements<P> {
   public:
    using R = real_of_t<P>;

    [[nodiscard]] virtual std::size_t count() const noexcept = 0;
    [[nodiscard]] virtual Side side(std::size_t column) const noexcept = 0;
    [[nodiscard]] virtual const Formula<R>& formula(std::size_t column, Side side) const noexcept = 0;
    // Whether a variation exists for this column and keeps its points inside the bounds.
    [[nodiscard]] virtual bool allows(std::size_t column, Variation variation) const noexcept = 0;
    // What the sum of a formula's terms is divided by, and then once more: the square of a step may not be a number where the
    // step is. `scale` multiplies the column's step.
    [[nodiscard]] virtual R divisor(std::size_t column, const Formula<R>& formula, R scale) const noexcept = 0;
    [[nodiscard]] virtual R second_divisor(std::size_t column, const Formula<R>& formula, R scale) const noexcept {
        (void)column, (void)formula, (void)scale;
        return 1;
    }
};

// The origin, the variables' steps and, if wanted, one more line x + t v: everything a point can be moved by.
// Moves are numbered: 0 … n-1 are the variables, n is the line.
template <class R>
class Moves {
   public:
    Moves(std::span<const R> x, const StepRule<R>& rule, const Bounds<R>& bounds)
        : x_(x), bounds_(bounds), precision_(rule.point_precision), plan_(x, rule, bounds) {}

    // The line alone: variables that v does not move need neither room nor a step.
    [[nodiscard]] static Moves along(std::span<const R> x, std::span<const R> v, const StepRule<R>& rule,
                                     const Bounds<R>& bounds) {
        Moves moves;
        moves.x_ = x;
        moves.bounds_ = bounds;
        moves.precision_ = rule.point_precision;
        moves.v_ = v;
        moves.line_ = line_step(x, v, rule, bounds);
        return moves;
    }

    // The line has a rule of its own, since a step given along v is a factor of v.
    Moves(std::span<const R> x, std::span<const R> v, const StepRule<R>& rule, const StepRule<R>& line_rule,
          const Bounds<R>& bounds)
        : Moves(x, rule, bounds) {
        v_ = v;
        line_ = line_step(x, v, line_rule, bounds);
    }

    [[nodiscard]] std::span<const R> origin() const noexcept { return x_; }
    [[nodiscard]] std::size_t line() const noexcept { return x_.size(); }
    [[nodiscard]] R size(std::size_t move) const noexcept { return move == line() ? line_.size : plan_.size(move); }
    [[nodiscard]] Side side(std::size_t move) const noexcept { return move == line() ? line_.side : plan_.side(move); }
    [[nodiscard]] const StepPlan<R>& plan() const noexcept { return plan_; }

    // factor: in steps of this move; its real part for complex points.
    template <class P>
    void apply(std::size_t move, R factor, std::span<P> point) const noexcept {
        if (move != line()) {
            point[move] = inside(move, point[move] + factor * plan_.size(move));
            return;
        }
        const R distance = factor * line_.size;
        for (std::size_t j = 0; j < point.size(); ++j) {
            if (v_[j] != 0) point[j] = inside(j, point[j] + distance * v_[j]);
        }
    }

    void undo(std::size_t move, std::span<R> point) const noexcept {
        if (move == line()) {
            std::ranges::copy(x_, point.begin());
        } else {
            point[move] = x_[move];
        }
    }

    // The distance, in x's units, from the origin to where apply() really puts a variable: rounding included.
    [[nodiscard]] R distance(std::size_t variable, R factor) const noexcept {
        return inside(variable, x_[variable] + factor * plan_.size(variable)) - x_[variable];
    }

    // Whether points are neither rounded to a coarser format nor kept inside bounds: moving one is then an addition.
    [[nodiscard]] bool plain() const noexcept { return !bounds_.given() && precision_ == precision_of<R>; }

    // What a first-derivative formula's terms sum to for f(x) = x: with the distances really taken in place of k h, linear
    // functions are differentiated without error.
    [[nodiscard]] R first_moment(std::size_t variable, const Formula<R>& formula, R scale) const noexcept {
        const auto reach = [&](int node) {
            return node < 0 ? R(0)
                            : distance(variable, static_cast<R>(formula.nodes[static_cast<std::size_t>(node)]) * scale);
        };
        R sum = 0;
        for (const auto& term : formula.terms) sum += term.weight * (reach(term.plus) - reach(term.minus));
        return sum;
    }

    // The same for all variables at once, where points are plain.
    void add_first_moments(const Formula<R>& formula, std::span<R> moments) const noexcept {
        for (const auto& term : formula.terms) {
            const auto node = [&](int index) {
                return index < 0 ? R(0) : static_cast<R>(formula.nodes[static_cast<std::size_t>(index)]);
            };
            const R plus = node(term.plus);
            const R minus = node(term.minus);
            const R* const sizes = plan_.sizes().data();
            for (std::size_t j = 0; j < moments.size(); ++j) {
                moments[j] +=
                    term.weight * (((x_[j] + plus * sizes[j]) - x_[j]) - ((x_[j] + minus * sizes[j]) - x_[j]));
            }
        }
    }

    // What a formula's terms along this move are divided by, one after the other (see Directions). A formula that takes no
    // derivative along it is divided by 1.
    [[nodiscard]] R divisor(std::size_t move, const Formula<R>& formula, R scale) const noexcept {
        if (formula.derivative == 0) return 1;
        if (formula.derivative == 1 && move != line()) return first_moment(move, formula, scale);
        return formula.denominator * scale * size(move);
    }
    [[nodiscard]] R second_divisor(std::size_t move, const Formula<R>& formula, R scale) const noexcept {
        return power(scale * size(move), formula.derivative - 1);
    }

    // Whether a step of this size moves anything, and stays inside the bounds.
    [[nodiscard]] bool fits(std::size_t move, R factor) const noexcept {
        if (move != line()) return fits_variable(move, factor * plan_.size(move)) && distance(move, factor) != 0;
        bool moved = false;
        for (std::size_t j = 0; j < x_.size(); ++j) {
            if (v_[j] == 0) continue;
            const R shift = factor * line_.size * v_[j];
            if (!fits_variable(j, shift)) return false;
            moved = moved || inside(j, x_[j] + shift) != x_[j];
        }
        return moved;
    }

    // The same for all the nodes of a formula. One without a node away from x has no variations.
    [[nodiscard]] bool allows(std::size_t move, const Formula<R>& formula, R scale) const noexcept {
        return formula.reach > 0 && std::ranges::all_of(formula.nodes, [&](int node) {
                   return node == 0 || fits(move, static_cast<R>(node) * scale);
               });
    }

   private:
    Moves() = default;

    [[nodiscard]] bool fits_variable(std::size_t variable, R shift) const noexcept {
        if (!bounds_.given()) return true;
        const R value = x_[variable] + shift;
        return value >= bounds_.lower[variable] && value <= bounds_.upper[variable];
    }
    // Steps are planned to stay inside; this only takes back what rounding to the format may add at the border.
    [[nodiscard]] R inside(std::size_t variable, R value) const noexcept {
        const R rounded = round_to(precision_, value);
        if (!bounds_.given()) return rounded;
        if (rounded > bounds_.upper[variable]) return round_down(precision_, bounds_.upper[variable]);
        if (rounded < bounds_.lower[variable]) return round_up(precision_, bounds_.lower[variable]);
        return rounded;
    }
    [[nodiscard]] std::complex<R> inside(std::size_t variable, std::complex<R> value) const noexcept {
        return {inside(variable, value.real()), value.imag()};
    }

    std::span<const R> x_;
    std::span<const R> v_;
    Bounds<R> bounds_;
    Precision precision_ = precision_of<R>;
    StepPlan<R> plan_;
    Step<R> line_{1, Side::central};
};

// Columns along single moves: the variables `first` … `first + count - 1`, or the line.
template <class R>
class SingleMoves final : public Directions<R> {
   public:
    SingleMoves(const Moves<R>& moves, const FormulaSet<R>& formulas, std::size_t first, std::size_t count)
        : moves_(moves), formulas_(formulas), first_(first), count_(count) {}

    [[nodiscard]] std::size_t count() const noexcept override { return count_; }
    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    [[nodiscard]] Side side(std::size_t column) const noexcept override { return moves_.side(first_ + column); }
    [[nodiscard]] const Formula<R>& formula(std::size_t, Side side) const noexcept override {
        return formulas_.on(side);
    }
    [[nodiscard]] bool allows(std::size_t column, Variation variation) const noexcept override {
        return moves_.allows(first_ + column, formulas_.on(variation.side), std::ldexp(R(1), -variation.halvings));
    }
    void displace(std::size_t column, R factor, std::span<R> point) const noexcept override {
        moves_.apply(first_ + column, factor, point);
    }
    void restore(std::size_t column, std::span<R> point) const noexcept override {
        moves_.undo(first_ + column, point);
    }
    [[nodiscard]] R divisor(std::size_t column, const Formula<R>& formula, R scale) const noexcept override {
        return moves_.divisor(first_ + column, formula, scale);
    }
    [[nodiscard]] R second_divisor(std::size_t column, const Formula<R>& formula, R scale) const noexcept override {
        return moves_.second_divisor(first_ + column, formula, scale);
    }

   private:
    const Moves<R>& moves_;
    const FormulaSet<R>& formulas_;
    std::size_t first_;
    std::size_t count_;
};

// Columns along the diagonals of pairs of moves, s_a h_a e_a + s_b h_b e_b, where s points to the side that has room.
// Derivatives along them are per unit of that vector, not per unit of x.
template <class R>
class PairedMoves final : public Directions<R> {
   public:
    using Pair = std::pair<std::size_t, std::size_t>;

    PairedMoves(const Moves<R>& moves, const FormulaSet<R>& formulas, std::span<const Pair> pairs)
        : moves_(moves), formulas_(formulas), pairs_(pairs) {}

    // The sign with which a move enters a diagonal.
    [[nodiscard]] static R sign(Side side) noexcept { return side == Side::backward ? R(-1) : R(1); }

    [[nodiscard]] std::size_t count() const noexcept override { return pairs_.size(); }
    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    [[nodiscard]] Side side(std::size_t column) const noexcept override {
        const auto [a, b] = pairs_[column];
        return moves_.side(a) == Side::central && moves_.side(b) == Side::central ? Side::central : Side::forward;
    }
    [[nodiscard]] const Formula<R>& formula(std::size_t, Side side) const noexcept override {
        return formulas_.on(side);
    }
    [[nodiscard]] bool allows(std::size_t column, Variation variation) const noexcept override {
        const auto [a, b] = pairs_[column];
        const R scale = std::ldexp(R(1), -variation.halvings);
        return std::ranges::all_of(formulas_.on(variation.side).nodes, [&](int node) {
            // Twice the factor where both move the same variables: each may then use half of the room.
            const R factor = static_cast<R>(node) * scale * (a == b || b == moves_.line() ? 2 : 1);
            return moves_.fits(a, factor * sign(moves_.side(a))) && moves_.fits(b, factor * sign(moves_.side(b)));
        });
    }
    void displace(std::size_t column, R factor, std::span<R> point) const noexcept override {
        const auto [a, b] = pairs_[column];
        moves_.apply(a, factor * sign(moves_.side(a)), point);
        moves_.apply(b, factor * sign(moves_.side(b)), point);
    }
    void restore(std::size_t column, std::span<R> point) const noexcept override {
        moves_.undo(pairs_[column].first, point);
        moves_.undo(pairs_[column].second, point);
    }
    [[nodiscard]] R divisor(std::size_t, const Formula<R>& formula, R scale) const noexcept override {
        return formula.denominator * power(scale, formula.derivative);
    }

   private:
    const Moves<R>& moves_;
    const FormulaSet<R>& formulas_;
    std::span<const Pair> pairs_;
};

}  // namespace secant
