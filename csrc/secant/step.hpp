// How far, and to which side, each variable is moved.
//
// A step is h = eps^(1/p) max(|x|, typical), rounded to a power of two, where p = derivative order + accuracy order
// balances truncation (h^accuracy) against round-off (eps / h^derivative). As a power of two, h and its small multiples
// are exact, x + k h is exact but where it crosses into a coarser binade, and dividing by h does not round.
//
// Sources: the balance, P. E. Gill, W. Murray & M. H. Wright, "Practical Optimization", Academic Press (1981),
// section 4.6; representable steps, W. H. Press et al., "Numerical Recipes", 3rd ed. (2007), section 5.7.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "secant/buffer.hpp"
#include "secant/portability.hpp"
#include "secant/precision.hpp"
#include "secant/stencil.hpp"

namespace secant {

// A box that points must not leave. Empty spans: no bounds.
template <class R>
struct Bounds {
    std::span<const R> lower;
    std::span<const R> upper;

    [[nodiscard]] bool given() const noexcept { return !lower.empty(); }
};

// A variable (or, with variable == whole_line, a direction) that cannot be moved within its bounds, or by its step.
class NoRoom : public std::domain_error {
   public:
    static constexpr std::size_t whole_line = static_cast<std::size_t>(-1);

    enum class Reason : std::uint8_t { bounds, step };

    NoRoom(std::size_t variable, Reason reason)
        : std::domain_error(reason == Reason::bounds ? "secant: the bounds leave no room to move a variable"
                                                     : "secant: a step is so small that x + step equals x"),
          variable_(variable),
          reason_(reason) {}

    [[nodiscard]] std::size_t variable() const noexcept { return variable_; }
    [[nodiscard]] Reason reason() const noexcept { return reason_; }

   private:
    std::size_t variable_;
    Reason reason_;
};

// What is asked of the steps: the same for all variables but for `sizes` and `typical`.
template <class R>
struct StepRule {
    Side side = Side::central;
    R relative = 0;  // eps^(1/p)
    Precision point_precision = precision_of<R>;
    int central_reach = 1;            // the farthest neighbour of the central formula, in steps
    int one_sided_reach = 1;          // the same of the one-sided formulas
    std::span<const R> sizes = {};    // steps given by the user: empty, one for all, or one for each variable
    std::span<const R> typical = {};  // magnitudes below which |x| is not trusted as a scale: likewise; empty means 1
    R share = 1;                      // of the room that bounds leave, what a step may use
};

template <class R>
[[nodiscard]] R entry(std::span<const R> values, std::size_t index, R otherwise) noexcept {
    if (values.empty()) return otherwise;
    return values.size() == 1 ? values[0] : values[index];
}

// eps^(1/(derivative + order)), with eps of the coarser of the two formats.
template <class R>
[[nodiscard]] R relative_step(Precision points, Precision values, int derivative, int order) {
    const R coarser = epsilon<R>(std::min(points, values));
    return std::pow(coarser, R(1) / static_cast<R>(derivative + order));
}

template <class R>
[[nodiscard]] R power_of_two_below(R value) noexcept {
    if (!(value > 0)) return 0;
    int exponent = 0;
    std::frexp(value, &exponent);
    return std::ldexp(R(1), exponent - 1);
}

template <class R>
struct Step {
    R size;
    Side side;
};

// The step for a line on which there is room `up` in its positive and `down` in its negative direction.
template <class R>
[[nodiscard]] Step<R> fit_step(R size, R up, R down, const StepRule<R>& rule) noexcept {
    const auto central = static_cast<R>(rule.central_reach);
    const auto one_sided = static_cast<R>(rule.one_sided_reach);
    const auto fit = [size](R room, R reach) { return size * reach <= room ? size : power_of_two_below(room / reach); };
    const Side roomier = up >= down ? Side::forward : Side::backward;
    const R widest = fit(std::max(up, down), one_sided);
    if (rule.side == Side::central) {
        const R both = fit(std::min(up, down), central);
        return both >= widest ? Step<R>{both, Side::central} : Step<R>{widest, roomier};
    }
    const R preferred = fit(rule.side == Side::forward ? up : down, one_sided);
    return preferred >= widest ? Step<R>{preferred, rule.side} : Step<R>{widest, roomier};
}

namespace detail {

// The usual case in a loop without branches: natural steps of one typical size, in double precision, far from the largest numbers.
// Says whether it was the usual case; if not, sizes are to be found one by one.
[[nodiscard]] SECANT_HOT inline bool natural_steps(const double* SECANT_RESTRICT x, double relative, double typical,
                                                   double reach, double away, double* SECANT_RESTRICT sizes,
                                                   std::size_t count) noexcept {
    constexpr std::uint64_t mantissa = 0x000fffffffffffffU;
    constexpr std::uint64_t half_way = std::bit_cast<std::uint64_t>(1.4142135623730951) & mantissa;
    constexpr double least = 0x1p-1000;
    constexpr double most = 0x1p1000;
    std::uint64_t unusual = 0;
    for (std::size_t j = 0; j < count; ++j) {
        const double magnitude = std::abs(x[j]);
        const double wanted = relative * (magnitude > typical ? magnitude : typical);
        const auto bits = std::bit_cast<std::uint64_t>(wanted);
        const double size =
            std::bit_cast<double>((bits & ~mantissa) + ((bits & mantissa) >= half_way ? mantissa + 1 : 0));
        sizes[j] = size;
        unusual |= static_cast<std::uint64_t>(!(wanted > least)) | static_cast<std::uint64_t>(!(magnitude < most)) |
                   static_cast<std::uint64_t>(!(reach * size < most)) |
                   static_cast<std::uint64_t>(x[j] + away * size == x[j]);
    }
    return unusual == 0;
}

}  // namespace detail

// Sizes and sides for each variable of x.
template <class R>
class StepPlan {
   public:
    StepPlan() = default;
    StepPlan(std::span<const R> x, const StepRule<R>& rule, const Bounds<R>& bounds) : sizes_(x.size()) {
        side_ = rule.side;
        if constexpr (std::is_same_v<R, double>) {
            const bool plain = !bounds.given() && rule.sizes.empty() && rule.typical.size() <= 1;
            const double reach = std::max(rule.central_reach, rule.one_sided_reach);
            if (plain && rule.point_precision == Precision::binary64 &&
                detail::natural_steps(x.data(), rule.relative, entry(rule.typical, 0, 1.0), reach,
                                      rule.side == Side::backward ? -1.0 : 1.0, sizes_.data(), x.size())) {
                return;
            }
        }
        for (std::size_t j = 0; j < x.size(); ++j) {
            const R scale = std::max(std::abs(x[j]), entry(rule.typical, j, R(1)));
            const R natural = nearest_power_of_two(rule.relative * scale);
            const R size = entry(rule.sizes, j, natural);
            // Without bounds, only a point near the largest number has a neighbour that does not exist.
            const R limit = largest<R>(rule.point_precision);
            const R reach = static_cast<R>(std::max(rule.central_reach, rule.one_sided_reach)) * size;
            if (!bounds.given() && reach < limit / 2 - std::abs(x[j]) / 2) {
                sizes_[j] = size;
                if (!sides_.empty()) sides_[j] = rule.side;
            } else {
                const R lower = bounds.given() ? std::max(bounds.lower[j], -limit) : -limit;
                const R upper = bounds.given() ? std::min(bounds.upper[j], limit) : limit;
                const R up = std::min(upper - x[j], limit) * rule.share;
                const R down = std::min(x[j] - lower, limit) * rule.share;
                const Step<R> step = fit_step(size, up, down, rule);
                sizes_[j] = step.size;
                if (sides_.empty() && step.side != rule.side) sides_.assign(x.size(), rule.side);
                if (!sides_.empty()) sides_[j] = step.side;
            }
            const R away = sides_.empty() || sides_[j] != Side::backward ? sizes_[j] : -sizes_[j];
            const bool squeezed = sizes_[j] < size;
            if ((squeezed && sizes_[j] < epsilon<R>(rule.point_precision) * scale) ||
                round_to(rule.point_precision, x[j] + away) == x[j]) {
                throw NoRoom(j, squeezed ? NoRoom::Reason::bounds : NoRoom::Reason::step);
            }
        }
    }

    [[nodiscard]] R size(std::size_t variable) const noexcept { return sizes_[variable]; }
    [[nodiscard]] Side side(std::size_t variable) const noexcept { return sides_.empty() ? side_ : sides_[variable]; }
    // Whether all variables keep the side that was asked for.
    [[nodiscard]] bool one_side() const noexcept { return sides_.empty(); }
    [[nodiscard]] const Buffer<R>& sizes() const noexcept { return sizes_; }

   private:
    Buffer<R> sizes_;
    std::vector<Side> sides_;  // empty while all variables keep the side that was asked for
    Side side_ = Side::central;
};

// One step t along x + t v: the one with which no variable moves by more than relative max(|x|, typical).
template <class R>
[[nodiscard]] Step<R> line_step(std::span<const R> x, std::span<const R> v, const StepRule<R>& rule,
                                const Bounds<R>& bounds) {
    R fastest = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const R scale = std::max(std::abs(x[j]), entry(rule.typical, j, R(1)));
        fastest = std::max(fastest, std::abs(v[j]) / scale);
    }
    if (fastest == 0) return {1, rule.side};  // v = 0: every point is x itself
    const R limit = largest<R>(rule.point_precision);
    const R size = entry(rule.sizes, 0, nearest_power_of_two(std::min(rule.relative / fastest, limit / 16)));
    R up = limit;
    R down = limit;
    for (std::size_t j = 0; j < x.size(); ++j) {
        if (v[j] == 0) continue;
        const R above = (bounds.given() ? std::min(bounds.upper[j], limit) : limit) - x[j];
        const R below = x[j] - (bounds.given() ? std::max(bounds.lower[j], -limit) : -limit);
        const R speed = std::abs(v[j]);
        up = std::min(up, rule.share * (v[j] > 0 ? above : below) / speed);
        down = std::min(down, rule.share * (v[j] > 0 ? below : above) / speed);
    }
    const Step<R> step = fit_step(size, up, down, rule);
    const bool squeezed = step.size < size;
    if (squeezed && step.size * fastest < epsilon<R>(rule.point_precision)) {
        throw NoRoom(NoRoom::whole_line, NoRoom::Reason::bounds);
    }
    const R away = step.side == Side::backward ? -step.size : step.size;
    bool moves = false;
    for (std::size_t j = 0; j < x.size(); ++j) {
        moves = moves || round_to(rule.point_precision, x[j] + away * v[j]) != x[j];
    }
    if (!moves) throw NoRoom(NoRoom::whole_line, squeezed ? NoRoom::Reason::bounds : NoRoom::Reason::step);
    return step;
}

}  // namespace secant
