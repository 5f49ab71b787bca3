// Which window of samples gives the best derivative, and how far it may be off: the error bar of one entry.
//
// error = truncation + noise. Truncation is the first coefficient left out (see expansion.hpp), twice. Noise is the larger of
// what arithmetic always does and of what the highest coefficients show; the factors with which those few random numbers are
// multiplied are quantiles of Student's distribution, rounded. Where windows contradict each other, the error covers that.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "secant/expansion.hpp"
#include "secant/precision.hpp"
#include "secant/stencil.hpp"

namespace secant {

// What is known of a derivative from samples so near x that nothing but noise spoils it.
template <class R>
struct Anchor {
    R value = 0;
    R error = 0;
};

// What is asked of one line, the same for all outputs.
template <class R>
struct Question {
    int derivative = 1;
    R origin = 0;              // |x| in the line's unit: its rounding is noise too
    R nearest_origin = 0;      // the same, of the variable next to zero: steps of its scale are tried
    R scale = 1;               // max(|x|, typical), a power of two: the first steps are a share of it
    R rounding = R(0.25);      // the share of |x|'s rounding that f is likely to commit
    R typical = 1;             // the scale on which f may vary where |x| is large
    R epsilon = 0;             // of the coarser of the formats of points and values
    std::optional<R> noise{};  // the standard deviation of f's values, where the user knows it
    std::optional<Anchor<R>> anchor{};
    R most_noise = std::numeric_limits<R>::infinity();  // f's noise is no larger
    bool measured = false;  // that comes from samples next to x: neither less nor more is to be seen
    bool noisy = false;     // f's noise has been seen: all windows show it, the typical one is believed
};

// How small an error is wanted: rtol |derivative| or atol, whichever is larger. Not given: as small as few evaluations allow.
template <class R>
struct Tolerance {
    bool given = false;
    R relative = 0;
    R absolute = 0;

    // In units of epsilon, where nothing is asked: what is good, and what is fair where arithmetic makes it hard.
    static constexpr R good = R(65536);
    static constexpr R fair = R(1e7);

    [[nodiscard]] R allowed(R value, R epsilon) const noexcept {
        return given ? std::max(relative * std::abs(value), absolute) : good * epsilon * std::abs(value);
    }
};

// One more sample of f, between the levels: what the polynomial through the others says of it shows the noise.
template <class R>
struct Probe {
    R offset = 0;
    R value = 0;
};

// What a window's fall of coefficients predicts for other windows.
template <class R>
struct Model {
    R widest = 1;
    R group = 0;  // the last coefficients that stand out of the noise
    R growth = 0;
    int significant = -1;  // their number, from 0; -1: none does
};

template <class R>
struct Judgement {
    R value = std::numeric_limits<R>::quiet_NaN();
    R error = std::numeric_limits<R>::infinity();
    R truncation = std::numeric_limits<R>::infinity();
    R noise = 0;
    R widest = 0;           // of the window chosen
    R natural = 0;          // the size that a derivative of an f with these first coefficients usually has
    R sigma = 0;            // how large f's noise is at most
    R floor = 0;            // what arithmetic alone would make of it
    R bar = 0;              // the noise that error bars are made with
    bool assessed = false;  // there were samples enough to see noise; else the error is no bound
    bool limited = false;   // noise is no larger than arithmetic (or the user) says
    bool suspect = false;   // it is larger, it seems: the highest coefficients do not fall with the step
    bool faint = false;     // ... but not by much
    bool smooth = false;    // in some window the coefficients fall
    Model<R> chosen{};
    Model<R> largest{};
    std::size_t levels = 0;  // of the largest window
};

namespace detail {

// The factors, found on thousands of random functions (bench/accuracy.py): arithmetic where the first samples fall in line, and
// where many windows compete for the smallest error; one random number; two or more.
template <class R>
struct NoiseFactors {
    static constexpr R rms = R(0.25);  // of a rounding, in units of epsilon |f|
    static constexpr R plain = R(3);
    static constexpr R plain_one = R(16);
    static constexpr R plain_several = R(7);
    static constexpr R arithmetic = R(4);
    static constexpr R one = R(12);
    static constexpr R several = R(5);
    static constexpr R truncation = R(3);  // of the first coefficient left out
};

// The polynomial through f(x) and all levels, at a probe: Lagrange's weights of the values, and the norm of what noise of rms 1 makes
// of (f(x + offset) - polynomial).
template <class R>
struct ProbeWeights {
    std::array<R, Window<R>::most> plus{};
    std::array<R, Window<R>::most> minus{};
    R norm = 1;

    ProbeWeights() = default;
    ProbeWeights(std::span<const Level<R>> levels, R offset) {
        const R unit = levels.front().size;
        const R at = offset / unit;
        R square = 1;
        R of_base = 1;
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const R node = levels[i].size / unit;
            R even = at / (2 * node * node);
            for (std::size_t j = 0; j < levels.size(); ++j) {
                const R other = levels[j].size / unit;
                if (j != i) even *= (at * at - other * other) / (node * node - other * other);
            }
            plus[i] = even * (at + node);
            minus[i] = even * (at - node);
            of_base -= plus[i] + minus[i];
            square += plus[i] * plus[i] + minus[i] * minus[i];
        }
        norm = std::sqrt(square + of_base * of_base);
    }
};

template <class R>
[[nodiscard]] R probe_residual(std::span<const Level<R>> levels, R base, const Probe<R>& probe) noexcept {
    const ProbeWeights<R> weights(levels, probe.offset);
    R predicted = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        predicted += weights.plus[i] * (levels[i].plus - base) + weights.minus[i] * (levels[i].minus - base);
    }
    return std::abs((probe.value - base) - predicted) / weights.norm;
}

[[nodiscard]] inline bool is_single(double value) noexcept {
    return static_cast<double>(static_cast<float>(value)) == value;
}

// All windows of neighbouring levels.
template <class R>
class Judge {
    using Factors = NoiseFactors<R>;

   public:
    // Levels by falling size, finite on the side(s) used.
    Judge(std::span<const Level<R>> levels, R base, Side side, const Question<R>& question,
          const std::optional<Probe<R>>& probe)
        : levels_(levels), base_(base), side_(side), question_(question), probe_(probe) {}

    [[nodiscard]] static std::size_t fewest(Side side, int derivative) noexcept {
        return side == Side::central ? static_cast<std::size_t>((derivative + 1) / 2 + 1)
                                     : static_cast<std::size_t>(derivative + 1);
    }

    // Levels enough to see noise.
    [[nodiscard]] static std::size_t enough(Side side, int derivative) noexcept {
        return std::max<std::size_t>(fewest(side, derivative), 3);
    }
    // The levels of the largest window.
    [[nodiscard]] static std::size_t at_most(Side side, int derivative) noexcept {
        return std::min(Window<R>::most, std::max<std::size_t>(5, fewest(side, derivative) + 2));
    }

    [[nodiscard]] Judgement<R> run() {
        const std::size_t least = fewest(side_, question_.derivative);
        const std::size_t most = at_most(side_, question_.derivative);
        looks_.reserve(levels_.size() * (most + 1 - least));
        for (std::size_t first = 0; first < levels_.size(); ++first) {
            for (std::size_t count = least; count <= most && first + count <= levels_.size(); ++count) {
                if (has_gap(levels_.subspan(first, count))) break;
                looks_.push_back(
                    {{}, Window<R>(levels_.subspan(first, count), base_, side_, question_.derivative), first});
            }
        }
        if (looks_.empty()) return result_;
        measure_noise();
        for (Look& look : looks_) continue_fall(look);
        const bool known = question_.measured || is_finite(question_.most_noise);
        if (const R seen = known ? R(0) : noise_seen(); seen > sigma_) {
            result_.sigma = sigma_ = common_ = seen;
            result_.bar = std::max(result_.bar, Factors::several * seen);
            result_.limited = sigma_ <= 4 * result_.floor;
            result_.suspect = !result_.limited;
            result_.faint = sigma_ <= 64 * result_.floor;
            for (Look& look : looks_) continue_fall(look);
        }
        compare_growth();
        trust_fall();
        for (Look& look : looks_) bound(look);
        choose();
        return result_;
    }

   private:
    struct Look : Fall<R> {
        Window<R> window;
        std::size_t first;
        R truncation = 0;
        R noise = 0;
        [[nodiscard]] R error() const noexcept { return truncation + noise; }
        bool falls = false;
    };

    // Steps so far apart that the widest and the others see different things.
    [[nodiscard]] bool has_gap(std::span<const Level<R>> levels) const noexcept {
        const R most = question_.derivative <= 2 ? R(256) : R(8);
        for (std::size_t k = 1; k < levels.size(); ++k) {
            if (levels[k - 1].size > most * levels[k].size) return true;
        }
        return false;
    }
    [[nodiscard]] const Look& largest_look() const {
        // The most levels; of those, the smallest steps.
        return *std::ranges::max_element(looks_, {},
                                         [](const Look& look) { return std::pair(look.window.count(), look.first); });
    }

    [[nodiscard]] R arithmetic(const Window<R>& window) const noexcept {
        return epsilon_ * (window.largest() + question_.rounding * question_.origin * slope_);
    }

    void measure_noise() {
        epsilon_ = question_.epsilon;
        // Where slopes differ, none is known: the flattest then explains least.
        slope_ = std::abs(std::ranges::min(looks_, {}, [](const Look& look) {
                              return std::abs(look.window.slope());
                          }).window.slope());
        R bar = std::numeric_limits<R>::infinity();
        R sigma = bar;
        for (const Look& look : looks_) {
            const Window<R>& window = look.window;
            if (window.count() < enough(side_, question_.derivative)) continue;
            R one = window.top_last();
            R several = window.top();
            if (probe_ && probe_->offset < window.widest()) {
                one = probe_residual(levels_.subspan(look.first, window.count()), base_, *probe_);
                several = std::max(one, window.top_last());
            }
            bar = std::min({bar, Factors::one * one, Factors::several * several});
            sigma = std::min({sigma, R(1.5) * one, several});
        }
        if (question_.noisy && !question_.measured && std::isfinite(bar)) {
            std::vector<R> tops;
            for (const Look& look : looks_) {
                if (look.window.count() >= enough(side_, question_.derivative)) tops.push_back(look.window.top());
            }
            const auto middle = tops.begin() + static_cast<std::ptrdiff_t>(tops.size() / 2);
            std::ranges::nth_element(tops, middle);
            sigma = std::max(sigma, *middle);
            bar = std::max(bar, Factors::several * *middle);
        }
        const Window<R>& largest = largest_look().window;
        if constexpr (std::is_same_v<R, double>) {
            constexpr auto single = static_cast<R>(std::numeric_limits<float>::epsilon());
            if (epsilon_ < single && !question_.measured && sigma > 16 * arithmetic(largest) && all_single())
                epsilon_ = single;
        }
        sigma = std::min(sigma, question_.most_noise);
        bar = std::min(bar, Factors::several * question_.most_noise);
        result_.floor = Factors::rms * arithmetic(largest);
        if (question_.noise) result_.floor = std::max(result_.floor, *question_.noise);
        result_.assessed = std::isfinite(bar) && std::ranges::any_of(looks_, [&](const Look& look) {
                               return look.window.count() >= enough(side_, question_.derivative);
                           });
        common_ = std::max(result_.assessed && !question_.measured ? sigma : R(0), question_.noise.value_or(0));
        sigma_ = std::max(common_, result_.floor);
        result_.sigma = sigma_;
        result_.bar = result_.assessed ? bar : R(0);
        result_.limited = sigma_ <= 4 * result_.floor;
        if (question_.noise && result_.limited) result_.bar = Factors::several * std::max(*question_.noise, sigma_);
    }

    // Whether f's values look as if they had been rounded to single precision: all of them have been, they differ, and x has so many
    // digits that exact arithmetic would not have made them so short.
    [[nodiscard]] bool all_single() const {
        int exponent = 0;
        const R digits = std::ldexp(std::frexp(question_.origin, &exponent), 16);
        if (digits == std::floor(digits)) return false;
        std::vector<R> values{base_};
        for (const Level<R>& level : levels_) {
            if (side_ != Side::backward) values.push_back(level.plus);
            if (side_ != Side::forward) values.push_back(level.minus);
        }
        if (!std::ranges::all_of(values, [](R value) { return is_single(value); })) return false;
        std::ranges::sort(values);
        const auto repeated = std::ranges::unique(values);
        return repeated.size() * 2 < values.size();
    }

    // What hides coefficients in a window: noise that all windows have, and the rounding of its own values.
    [[nodiscard]] R sigma_of(const Window<R>& window) const noexcept {
        return std::max(common_, Factors::rms * arithmetic(window));
    }
    // Noise measured next to x is that of values like f(x). Where a window's values are larger, theirs may be so in proportion: as
    // much as the window itself shows is believed.
    [[nodiscard]] R swell(const Window<R>& window) const noexcept {
        if (!question_.measured || !(*question_.noise > 0)) return 1;
        const R most = window.largest() / std::max(std::abs(base_), std::numeric_limits<R>::min());
        return std::max(R(1), std::min(window.top() / *question_.noise, most));
    }
    // Coefficients that grow faster do not fall. The steps of high orders are so dense that those of a step function seem to, by nearly
    // 0.5.
    [[nodiscard]] R steepest() const noexcept { return question_.derivative <= 2 ? R(0.5) : R(0.4); }
    void continue_fall(Look& look) const {
        const R share = look.window.widest() / question_.scale;
        const R least = side_ == Side::central ? share * share : share;
        static_cast<Fall<R>&>(look) =
            fall_of(look.window.groups(), look.window.group_norms(), sigma_of(look.window), least, side_);
        look.falls = look.significant < 0 ? result_.limited : look.growth < steepest();
    }

    // Coefficients of a few steps may fall fast by chance: growth goes with the square of the width (one-sided: with the width), so
    // that wider windows say how small it can be. A group that is left out is then the larger for it.
    void compare_growth() {
        std::vector<R> growths;
        for (const Look& look : looks_) growths.push_back(look.growth);
        for (Look& look : looks_) {
            const std::size_t count = look.window.count();
            if (look.significant + 1 != static_cast<int>(count)) continue;
            R least = 0;
            for (std::size_t k = 0; k < looks_.size(); ++k) {
                const Window<R>& wide = looks_[k].window;
                if (wide.count() < 3 || looks_[k].significant < 1 || wide.widest() <= look.window.widest()) continue;
                const R shrink = look.window.widest() / wide.widest();
                const R power = side_ == Side::central ? shrink * shrink : shrink;
                least = std::max(least, std::min(growths[k], R(1)) * power / 2);
            }
            if (least <= look.growth) continue;
            look.next *= least / look.growth;
            look.growth = least;
            look.falls = look.falls && look.growth < steepest();
        }
    }

    // Two levels may seem to fall by chance: three that hold them, if there are, must do so too.
    void trust_fall() {
        constexpr std::size_t credible = 3;
        for (Look& look : looks_) {
            if (look.window.count() >= credible || !look.falls) continue;
            bool held = false;
            bool confirmed = false;
            for (const Look& larger : looks_) {
                const bool holds_it = larger.window.count() >= credible && larger.first <= look.first &&
                                      larger.first + larger.window.count() >= look.first + look.window.count();
                held = held || holds_it;
                confirmed = confirmed || (holds_it && larger.falls);
            }
            look.falls = confirmed || !held;
        }
    }

    // A window with one more level has measured what this one left out.
    void bound(Look& look) const {
        const Window<R>& window = look.window;
        for (const Look& larger : looks_) {
            const bool holds_it = larger.falls && larger.window.count() == window.count() + 1 &&
                                  (larger.first == look.first || larger.first + 1 == look.first);
            if (!holds_it) continue;
            const R shrink = window.widest() / larger.window.widest();
            R relative = 1;
            for (int k = window.power(window.count()); k > 0; --k) relative *= shrink;
            const R measured = larger.window.group(window.count()) * relative;
            const bool stands_out = larger.significant >= static_cast<int>(window.count());
            const R unseen = 2 * sigma_of(larger.window) * larger.window.group_norm(window.count()) * relative;
            look.next = stands_out ? std::max(measured, std::min(look.next, 4 * measured))
                                   : std::min(look.next, measured + unseen);
        }
        // With high orders fewer coefficients are left to show how they fall.
        look.truncation = (question_.derivative <= 2 ? Factors::truncation : R(4)) * look.next * window.remainder();
        const R noise = std::max(Factors::arithmetic * arithmetic(window), result_.bar * swell(window));
        look.noise = noise * window.norm();
        if (question_.anchor) {
            // The slope is easier than the derivative wanted: where the window misses that, it does not resolve f.
            const R apart = std::abs(window.slope() - question_.anchor->value) - question_.anchor->error;
            const R excess = apart - 2 * look.next * window.slope_remainder() - noise * window.slope_norm();
            if (excess > 0) {
                look.falls = false;
                look.truncation += excess * window.norm() / window.slope_norm();
            }
        }
        if (!look.falls) {
            const R last = window.group(window.count() - 1) * std::sqrt(window.remainder() * unit_of(window));
            look.truncation = std::max({look.truncation, last, std::abs(window.value()) / 2});
        }
    }
    [[nodiscard]] R unit_of(const Window<R>& window) const noexcept {
        return derivative_unit(question_.derivative, window.widest());
    }

    void choose() {
        // Where coefficients do not fall, the value is worth nothing, however small the numbers are; and where none stand out while
        // other windows show some, f only happens to be equal at those points.
        const auto order = [](const Look& look) { return std::tuple(!look.falls, look.significant < 0, look.error()); };
        best_ = &*std::ranges::min_element(looks_, {}, order);
        const Look& best = *best_;
        result_.value = best.window.value();
        result_.truncation = best.truncation;
        result_.noise = best.noise;
        result_.error = best.error();
        result_.widest = best.window.widest();
        result_.natural = best.window.group(0) * unit_of(best.window);
        result_.chosen = model_of(best);
        result_.largest = model_of(largest_look());
        result_.levels = largest_look().window.count();
        for (const Look& look : looks_) {
            const bool good = look.falls && look.significant >= 0;
            result_.smooth = result_.smooth || good;
            const bool overlap =
                look.first < best.first + best.window.count() && best.first < look.first + look.window.count();
            if (!good || !overlap) continue;
            const R apart = std::abs(look.window.value() - best.window.value()) - look.error();
            result_.error = std::max(result_.error, apart);
        }
    }

    [[nodiscard]] Model<R> model_of(const Look& look) const {
        const auto last = static_cast<std::size_t>(std::max(look.significant, 0));
        return {look.window.widest(), look.window.group(last), look.growth, look.significant};
    }

    // Noise does not fall with the step; coefficients do, with a high power of it. So where a narrower window, beside a wider one in which
    // coefficients fall, does not show less, both show noise.
    [[nodiscard]] R noise_seen() const {
        R seen = 0;
        for (const Look& wide : looks_) {
            const bool shows = wide.window.count() >= enough(side_, question_.derivative);
            if (!shows || !wide.falls || wide.significant < 0) continue;
            for (const Look& narrow : looks_) {
                if (narrow.window.count() != wide.window.count()) continue;
                const R shrink = narrow.window.widest() / wide.window.widest();
                if (shrink > R(0.5)) continue;
                R expected = 8;
                for (int k = narrow.window.power(narrow.window.count() - 1); k > 0; --k) expected *= shrink;
                const R ratio = narrow.window.top() / wide.window.top();
                if (ratio <= std::max(expected, R(0.25))) continue;
                seen = std::max({seen, narrow.window.top(), std::min(wide.window.top(), 2 * narrow.window.top())});
            }
        }
        return seen;
    }

    std::span<const Level<R>> levels_;
    R base_;
    Side side_;
    const Question<R>& question_;
    const std::optional<Probe<R>>& probe_;
    std::vector<Look> looks_;
    const Look* best_ = nullptr;
    R epsilon_ = 0;
    R slope_ = 0;
    R sigma_ = 0;   // of the largest window
    R common_ = 0;  // what of it is not arithmetic
    Judgement<R> result_;
};

}  // namespace detail

}  // namespace secant
