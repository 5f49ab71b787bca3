// Variables that are moved together: the columns of a compressed Jacobian are the colours of a colouring.
//
// Each variable keeps its own step, so that a product has the entries of its variables in units of their steps: an entry of the
// Jacobian is the product's divided by its variable's unit. Near bounds, variables that have room on one side only are mirrored; those
// that must be differenced one-sidedly while others of their colour are not make a second column.
#pragma once

#include <cmath>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "secant/buffer.hpp"
#include "secant/coloring/color.hpp"
#include "secant/direction.hpp"
#include "secant/formula.hpp"
#include "secant/imaginary.hpp"
#include "secant/pattern.hpp"

namespace secant {

// Columns of products: each colour's variables, or those of them that are differenced on one side, or those that are not.
template <class I>
class Groups {
   public:
    enum class Part : bool { all, some };

    // Each colour is a column.
    Groups(Lists<I> classes, std::span<const Color> colors, bool one_sided) : classes_(classes), column_of_(colors) {
        for (std::size_t c = 0; c < classes.count(); ++c) columns_.push_back({c, Part::all, one_sided});
    }
    // `one_sided(j)`: whether variable j's difference is.
    template <std::predicate<std::size_t> OneSided>
    Groups(Lists<I> classes, std::span<const Color> colors, OneSided&& one_sided)
        : classes_(classes), split_(colors.begin(), colors.end()) {
        for (std::size_t c = 0; c < classes.count(); ++c) {
            std::size_t sided = 0;
            for (const I j : classes.of(c)) sided += static_cast<std::size_t>(one_sided(static_cast<std::size_t>(j)));
            const bool mixed = sided != 0 && sided != classes.length(c);
            const auto first = static_cast<std::int32_t>(columns_.size());
            for (const I j : classes.of(c)) {
                const auto variable = static_cast<std::size_t>(j);
                split_[variable] = first + (mixed && one_sided(variable) ? 1 : 0);
            }
            if (sided == 0 || mixed) columns_.push_back({c, mixed ? Part::some : Part::all, false});
            if (sided != 0) columns_.push_back({c, mixed ? Part::some : Part::all, true});
        }
        column_of_ = split_;
    }
    Groups(const Groups&) = delete;
    Groups& operator=(const Groups&) = delete;

    [[nodiscard]] std::size_t count() const noexcept { return columns_.size(); }
    [[nodiscard]] std::size_t color(std::size_t column) const noexcept { return columns_[column].color; }
    [[nodiscard]] bool one_sided(std::size_t column) const noexcept { return columns_[column].one_sided; }
    // For each variable, the column that it is moved in; -1 for those without a colour.
    [[nodiscard]] std::span<const std::int32_t> column_of() const noexcept { return column_of_; }

    template <class Visit>
    void for_members(std::size_t column, Visit&& visit) const {
        const bool some = columns_[column].part != Part::all;
        for (const I j : classes_.of(columns_[column].color)) {
            const auto variable = static_cast<std::size_t>(j);
            if (some && column_of_[variable] != static_cast<std::int32_t>(column)) continue;
            visit(variable);
        }
    }

   private:
    struct Column {
        std::size_t color;
        Part part;
        bool one_sided;
    };

    Lists<I> classes_;
    std::vector<Column> columns_;
    std::vector<std::int32_t> split_;  // column_of where colours are split
    std::span<const std::int32_t> column_of_;
};

// Whether variables that are differenced on one side may share a column with those that are not: lines do not mind.
enum class MixedSides : bool { apart, together };

template <class R, class I>
class GroupMoves final : public Directions<R> {
   public:
    // `planned`: the side on which differences are taken that need not change it.
    GroupMoves(const Moves<R>& moves, const FormulaSet<R>& formulas, Lists<I> classes, std::span<const Color> colors,
               Side planned, MixedSides mixed = MixedSides::apart)
        : moves_(moves),
          formulas_(formulas),
          preferred_(planned == Side::backward ? Side::backward : Side::forward),
          one_side_(moves.plan().one_side()),
          groups_(one_side_ || mixed == MixedSides::together
                      ? Groups<I>(classes, colors, planned != Side::central)
                      : Groups<I>(classes, colors, [&](std::size_t j) { return moves.side(j) != Side::central; })) {}

    [[nodiscard]] const Groups<I>& groups() const noexcept { return groups_; }
    // What entries of products are divided by to give derivatives by each variable: steps, as they are really taken, with their
    // signs.
    [[nodiscard]] Buffer<R> units() const {
        Buffer<R> units(moves_.origin().size(), R(0));
        if (one_side_ && moves_.plain()) {
            const Formula<R>& formula = formulas_.on(moves_.plan().side(0));
            moves_.add_first_moments(formula, units);
            for (R& unit : units) unit /= formula.denominator;
            return units;
        }
        for (std::size_t j = 0; j < units.size(); ++j) {
            const Formula<R>& formula = formulas_.on(moves_.side(j) == Side::central ? Side::central : preferred_);
            units[j] = moves_.first_moment(j, formula, sign(j)) / formula.denominator;
        }
        return units;
    }
    // The direction in which a variable goes while its column goes forward.
    [[nodiscard]] R sign(std::size_t variable) const noexcept {
        if (one_side_) return 1;
        const Side side = moves_.side(variable);
        return side == Side::central || side == preferred_ ? R(1) : R(-1);
    }

    [[nodiscard]] std::size_t count() const noexcept override { return groups_.count(); }
    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    [[nodiscard]] Side side(std::size_t column) const noexcept override {
        return groups_.one_sided(column) ? preferred_ : Side::central;
    }
    [[nodiscard]] const Formula<R>& formula(std::size_t, Side side) const noexcept override {
        return formulas_.on(side);
    }
    [[nodiscard]] bool allows(std::size_t column, Variation variation) const noexcept override {
        bool allowed = true;
        groups_.for_members(column, [&](std::size_t j) { allowed = allowed && allows_alone(j, variation); });
        return allowed;
    }
    // The same, if this variable were the only one of its column.
    [[nodiscard]] bool allows_alone(std::size_t variable, Variation variation) const noexcept {
        const R scale = std::ldexp(R(1), -variation.halvings);
        return moves_.allows(variable, formulas_.on(variation.side), scale * sign(variable));
    }
    void displace(std::size_t column, R factor, std::span<R> point) const noexcept override {
        if (one_side_ && moves_.plain()) {
            groups_.for_members(column, [&](std::size_t j) { point[j] += factor * moves_.size(j); });
        } else {
            groups_.for_members(column, [&](std::size_t j) { moves_.apply(j, factor * sign(j), point); });
        }
    }
    void restore(std::size_t column, std::span<R> point) const noexcept override {
        groups_.for_members(column, [&](std::size_t j) { moves_.undo(j, point); });
    }
    [[nodiscard]] R divisor(std::size_t, const Formula<R>& formula, R scale) const noexcept override {
        return formula.denominator * scale;
    }

   private:
    const Moves<R>& moves_;
    const FormulaSet<R>& formulas_;
    Side preferred_;
    bool one_side_;  // nobody is mirrored
    Groups<I> groups_;
};

// The same along the imaginary axis.
template <class R, class I>
class ImaginaryGroups final : public Directions<std::complex<R>> {
   public:
    ImaginaryGroups(const ImaginaryMoves<R>& moves, Lists<I> classes, std::span<const Color> colors)
        : moves_(moves), groups_(classes, colors, false), formula_(imaginary_formula<R>()) {}

    [[nodiscard]] const Groups<I>& groups() const noexcept { return groups_; }

    [[nodiscard]] std::size_t count() const noexcept override { return groups_.count(); }
    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    [[nodiscard]] Side side(std::size_t) const noexcept override { return Side::central; }
    [[nodiscard]] const Formula<R>& formula(std::size_t, Side) const noexcept override { return formula_; }
    [[nodiscard]] bool allows(std::size_t, Variation) const noexcept override { return false; }
    void displace(std::size_t column, R, std::span<std::complex<R>> point) const noexcept override {
        groups_.for_members(column, [&](std::size_t j) { moves_.apply(j, point); });
    }
    // A unit is as small as 1e-30, so that products are left as they are.
    [[nodiscard]] R divisor(std::size_t, const Formula<R>&, R) const noexcept override { return 1; }

   private:
    const ImaginaryMoves<R>& moves_;
    Groups<I> groups_;
    Formula<R> formula_;
};

}  // namespace secant
