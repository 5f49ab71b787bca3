// Random points in random boxes, of the kinds that break step rules: points at a bound, rooms of a few roundings, and
// infinite ones.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "secant/jacobian.hpp"
#include "secant/precision.hpp"
#include "secant/step.hpp"

template <class R>
struct Box {
    std::vector<R> x;
    std::vector<R> lower;
    std::vector<R> upper;
    std::vector<R> inward;  // a direction that leads into the box from each bound that x lies at; some entries are zero

    [[nodiscard]] secant::Bounds<R> bounds() const { return {lower, upper}; }
    [[nodiscard]] bool contains(std::span<const R> point) const {
        for (std::size_t j = 0; j < x.size(); ++j) {
            if (!(point[j] >= lower[j] && point[j] <= upper[j])) return false;
        }
        return true;
    }
};

// On one side at least, x has a room of 2^least_room max(|x|, 1) or more. All numbers are representable in `precision`.
template <class R>
[[nodiscard]] Box<R> random_box(std::mt19937_64& engine, std::size_t n, secant::Precision precision, int least_room) {
    const auto integer = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(engine); };
    const auto real = [&](double from, double to) {
        return static_cast<R>(std::uniform_real_distribution<double>(from, to)(engine));
    };
    const auto round = [&](R value) { return secant::round_to(precision, value); };
    Box<R> box;
    for (std::size_t j = 0; j < n; ++j) {
        const R x = integer(0, 4) == 0 ? R(0) : round(std::ldexp(real(-1, 1), integer(-20, 20)));
        const R scale = std::max(std::abs(x), R(1));
        const R infinity = std::numeric_limits<R>::infinity();
        const R roomy = integer(0, 5) == 0 ? infinity : real(1, 2) * std::ldexp(scale, integer(least_room, 2));
        // Nothing, something, or about as much as on the roomy side: there it is close which side is taken.
        const int kind = integer(0, 2);
        const R some = real(1, 2) * std::ldexp(scale, integer(least_room - 12, 2));
        const R tight = kind == 0 ? R(0) : kind == 1 || roomy == infinity ? some : roomy * real(0.2, 1);
        const bool up = integer(0, 1) == 1;
        box.x.push_back(x);
        box.lower.push_back(round(x - (up ? tight : roomy)));
        box.upper.push_back(round(x + (up ? roomy : tight)));
        const bool stays = j > 0 && integer(0, 5) == 0;
        box.inward.push_back(stays ? R(0) : real(0.25, 4) * (up ? R(1) : R(-1)));
    }
    return box;
}

// One of many trials: a random box, one of all the ways to take differences in it, and an eye on the points that f is called with.
class BoundedTrial {
   public:
    // Every fifth is in single precision, whose rooms must be wider: 2^least_room_of_floats and 2^-44 of x, or more.
    BoundedTrial(std::mt19937_64& engine, int trial, std::size_t n, int least_room_of_floats)
        : trial_(trial),
          precision_(trial % 5 == 0 ? secant::Precision::binary32 : secant::Precision::binary64),
          box_(random_box<double>(engine, n, precision_,
                                  precision_ == secant::Precision::binary32 ? least_room_of_floats : -44)) {}
    BoundedTrial(const BoundedTrial&) = delete;
    BoundedTrial& operator=(const BoundedTrial&) = delete;

    [[nodiscard]] const Box<double>& box() const { return box_; }
    [[nodiscard]] secant::DifferenceMethod<double> method() const {
        const auto side = static_cast<secant::Side>(trial_ % 3 - 1);
        const int order = side == secant::Side::central ? 2 + trial_ / 3 % 4 * 2 : 1 + trial_ / 3 % 8;
        return {.side = side, .order = order, .point_precision = precision_, .bounds = box_.bounds()};
    }
    // To be called with every point that f sees.
    void see(std::span<const double> point) {
        outside_ += !box_.contains(point);
        for (const double value : point) coarse_ += secant::round_to(precision_, value) != value;
    }
    // Where f is not finite, here and there, so that repairs are taken as well.
    [[nodiscard]] bool in_hole(std::span<const double> point, std::size_t variable) const {
        return trial_ % 4 == 0 && point[variable] > box_.x[variable];
    }
    [[nodiscard]] int outside() const { return outside_; }  // points outside of the box
    [[nodiscard]] int coarse() const { return coarse_; }    // entries that are not numbers of the format

   private:
    int trial_;
    secant::Precision precision_;
    Box<double> box_;
    int outside_ = 0;
    int coarse_ = 0;
};
