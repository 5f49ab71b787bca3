// One line through x, all outputs of f along it: which samples to ask for next, when to stop, and what came out.
//
// A first set of samples is judged (judgement.hpp); outputs whose error is small enough, or cannot be made smaller, are done. For
// the worst of the others the fall of its coefficients says which further step would help most. Where no coefficients fall, the
// steps shrink until they do, or until it is clear what is wrong: noise, a kink, a jump, an unbounded slope, no values at all.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "secant/brief.hpp"
#include "secant/first_look.hpp"
#include "secant/forecast.hpp"
#include "secant/irregular.hpp"
#include "secant/judgement.hpp"
#include "secant/record.hpp"
#include "secant/samples.hpp"
#include "secant/step.hpp"
#include "secant/vicinity.hpp"

namespace secant {

// What is known of a line before f is sampled on it. Offsets are in the line's unit: x's own for a variable.
template <class R>
struct LineSetting {
    Question<R> question{};
    Tolerance<R> tolerance{};
    R room_up = 0;  // how far offsets may go
    R room_down = 0;
    std::size_t most = 20;   // samples, f(x) included
    std::size_t levels = 0;  // first steps; 0: as many as suit the derivative
    bool brief = false;      // four samples may be tried before f(x) is asked for (brief.hpp)
};

template <class R>
class Line {
   public:
    using Entry = LineEntry<R>;

    // The widest first step, relative to the scale: such that f's highest coefficient seen is near the level of rounding where f varies
    // on the scale of x.
    [[nodiscard]] static R first_share(const Question<R>& question) noexcept {
        constexpr std::array<int, 9> exponents = {0, 7, 4, 2, 2, 1, 1, 1, 1};
        const R fine = std::ldexp(R(1), -exponents[static_cast<std::size_t>(question.derivative)]);
        // Coarser formats leave less to be seen, at wider steps; finer ones more.
        constexpr auto usual = static_cast<R>(std::numeric_limits<double>::epsilon());
        if (question.epsilon == usual) return fine;
        const auto levels = static_cast<R>(usual_levels(question.derivative));
        return std::min(nearest_power_of_two(fine * std::pow(question.epsilon / usual, 1 / (2 * levels))), R(0.5));
    }

    // For each derivative as many as leave two groups for its error.
    [[nodiscard]] static std::size_t usual_levels(int derivative) noexcept {
        constexpr std::array<std::size_t, 9> levels = {0, 3, 4, 5, 5, 6, 6, 7, 7};
        return levels[static_cast<std::size_t>(derivative)];
    }

    explicit Line(const LineSetting<R>& setting) : setting_(setting) {
        reach_up_ = std::min(setting.room_up, setting.question.scale / 2);
        reach_down_ = std::min(setting.room_down, setting.question.scale / 2);
        const R step = setting.brief ? brief_step(setting.question, setting.tolerance) : R(0);
        brief_ = setting.brief && step <= std::min(setting.room_up, setting.room_down);
        if (brief_) {
            wanted_ = {step, -step, step / 2, -step / 2};
        } else {
            needs_base_ = true;
        }
    }

    // f(x) is wanted before anything else is.
    [[nodiscard]] bool needs_base() const noexcept { return needs_base_; }
    // All outputs of f(x), which must outlive the line.
    void give_base(std::span<const R> base) {
        needs_base_ = false;
        base_ = base;
        samples_.set_base(base);
        entries_.assign(base.size(), Entry{});
        for (std::size_t i = 0; i < base.size(); ++i) active_.push_back(i);
        plan_first();
    }

    // The offsets to sample next.
    [[nodiscard]] std::span<const R> wanted() const noexcept { return wanted_; }

    // f at x + offset, for the offset with this index in wanted(); `distance` is the offset as it was really taken.
    void absorb(std::size_t index, R distance, std::span<const R> values) {
        ++count_;
        if (!brief_) return samples_.add(wanted_[index], distance, values);
        spares_.push_back({wanted_[index], std::abs(distance), std::vector<R>(values.begin(), values.end())});
    }

    // After all that was wanted has been absorbed: judges, and plans what is wanted next.
    void proceed() {
        wanted_.clear();
        if (std::exchange(brief_, false)) {
            needs_base_ = !settle_briefly();
            return;
        }
        recalled_ = false;
        if (std::exchange(plain_, false)) look_first();
        if (active_.empty()) return;
        keep_states();
        std::erase_if(active_, [&](std::size_t i) { return judge(i); });
        while (!active_.empty()) {
            if (count_ + 2 > allowed_samples()) {
                for (const std::size_t i : active_) finish(i);
                active_.clear();
                return;
            }
            const auto worst = std::ranges::max_element(active_, {}, [&](std::size_t i) { return urgency(i); });
            plan(*worst);
            wanted_.resize(std::min(wanted_.size(), allowed_samples() - count_));
            if (!judged_[*worst].assessed && active_.size() > 1) lost_ += wanted_.size();
            if (!wanted_.empty()) return;
            if (std::exchange(recalled_, false)) {
                std::erase_if(active_, [&](std::size_t i) { return judge(i); });
                continue;
            }
            finish(*worst);
            active_.erase(worst);
        }
    }

    [[nodiscard]] const Entry& entry(std::size_t output) const noexcept { return entries_[output]; }
    [[nodiscard]] std::size_t samples() const noexcept { return count_ - 1; }
    [[nodiscard]] bool done() const noexcept { return wanted_.empty() && !needs_base_; }
    [[nodiscard]] R urgency() const {
        if (state_.empty()) return std::numeric_limits<R>::infinity();
        R most = 0;
        for (const std::size_t i : active_) most = std::max(most, urgency(i));
        return most;
    }
    // No more samples: what there is must do.
    void stop() {
        wanted_.clear();
        keep_states();
        stopped_ = true;
        for (const std::size_t i : active_) {
            if (!judge(i)) finish(i);
        }
        active_.clear();
    }
    // Leaves out those wanted offsets that there is no budget for: the last ones.
    void want_at_most(std::size_t count) {
        if (wanted_.size() > count) wanted_.resize(count);
    }

   private:
    using Sample = typename Samples<R>::Pair;

    // Steps, relative to the widest, where halving them would leave too few above the noise.
    static constexpr std::array<R, 10> dense_steps = {1,         R(0.75),  R(0.5),     R(0.375),  R(0.25),
                                                      R(0.1875), R(0.125), R(0.09375), R(0.0625), R(0.046875)};
    static constexpr auto probe_share = static_cast<R>(0.0954915028125263L);  // (3 - sqrt(5)) / 8

    struct State {
        bool noisy = false;  // f's noise is known
        Vicinity<R> vicinity{};
        R hint = 0;              // a step that suits f, by what is seen there
        R granule = 0;           // f's values are multiples of this, it seems
        bool cornered = false;   // samples were not finite
        bool settled = false;    // its entry is made
        bool exhausted = false;  // another output that was not finite has drawn samples as near as they can be
        Side side = Side::central;
    };

    [[nodiscard]] int derivative() const noexcept { return setting_.question.derivative; }
    // Outputs that are not finite take nothing from what the others may need.
    [[nodiscard]] std::size_t allowed_samples() const noexcept { return setting_.most + lost_; }
    [[nodiscard]] std::size_t first_levels() const noexcept {
        return setting_.levels != 0 ? setting_.levels : usual_levels(derivative());
    }
    void want(R size, Side side) {
        // Nearer points are x itself.
        if (size < 2 * setting_.question.epsilon * setting_.question.origin) return;
        const auto ask = [&](R offset) {
            const Sample* sample = samples_.find(size);
            if (sample != nullptr && (offset > 0 ? sample->plus : sample->minus) >= 0) return;
            const auto spare = std::ranges::find(spares_, offset, &Spare::offset);
            if (spare != spares_.end()) {
                samples_.add(offset, spare->distance, spare->values);
                recalled_ = true;
            } else if (std::ranges::find(wanted_, offset) == wanted_.end()) {
                wanted_.push_back(offset);
            }
        };
        if (side != Side::backward && size <= setting_.room_up) ask(size);
        if (side != Side::forward && size <= setting_.room_down) ask(-size);
    }

    // Says whether four samples are enough for all outputs.
    [[nodiscard]] bool settle_briefly() {
        if (spares_.size() < 4) return false;
        const std::size_t outputs = spares_[0].values.size();
        const std::array<R, 2> spans = {spares_[0].distance + spares_[1].distance,
                                        spares_[2].distance + spares_[3].distance};
        entries_.resize(outputs);
        for (std::size_t i = 0; i < outputs; ++i) {
            std::array<R, 4> values;
            for (std::size_t k = 0; k < values.size(); ++k) values[k] = spares_[k].values[i];
            const R step = spares_[0].offset;
            const auto estimate = judge_briefly(values, step, spans, setting_.question, setting_.tolerance);
            if (!estimate.accepted) return false;
            entries_[i] = {.value = estimate.value, .error = estimate.error, .step = step};
        }
        return true;
    }

    [[nodiscard]] R reach(Side side) const noexcept {
        if (side == Side::central) return std::min(reach_up_, reach_down_);
        return side == Side::forward ? reach_up_ : reach_down_;
    }
    [[nodiscard]] R fit(R size, R room) const noexcept { return size <= room ? size : power_of_two_below(room); }

    [[nodiscard]] R first_step_on(R scale) const noexcept {
        const R share = first_share(setting_.question);
        return nearest_power_of_two(scale * (derivative() == 1 ? 2 * share : share));
    }
    void plan_first() {
        const R size = first_share(setting_.question) * setting_.question.scale;
        const R central = fit(size, reach(Side::central));
        const Side roomier = reach_up_ >= reach_down_ ? Side::forward : Side::backward;
        plain_ = true;
        if (central * 16 < std::min(size, fit(size, reach(roomier)))) {
            plain_ = false;
            side_ = roomier;
            want_one_sided(fit(4 * size, reach(roomier)), roomier);
            return;
        }
        want_central(central);
    }
    void want_central(R widest) {
        widest_ = widest;
        for (std::size_t k = 0; k < first_levels(); ++k) {
            want(widest * (derivative() <= 2 ? std::ldexp(R(1), -static_cast<int>(k)) : dense_steps[k]), Side::central);
        }
        // Off the grid of the others: what is periodic on it shows here.
        if (derivative() == 1) want(widest * probe_share, Side::forward);
    }
    void want_one_sided(R widest, Side side) {
        const auto levels = static_cast<std::size_t>(std::max(7, derivative() + 2));
        for (std::size_t k = 0; k < levels; ++k) want(widest * dense_steps[k], side);
    }

    // Samples next to x, far from all others, say what noise there is, and nothing of f's shape.
    [[nodiscard]] R least_step() const noexcept {
        const R second = 4 * nearest();
        R least = std::numeric_limits<R>::infinity();
        for (const Sample& sample : samples_.pairs()) {
            if (sample.size < nearest()) return 0;
            if (sample.size > second) least = sample.size;
        }
        return is_finite(least) && least > 64 * second ? least : R(0);
    }
    // The nearest of those that do.
    [[nodiscard]] const Sample& closest() const noexcept {
        const R least = least_step();
        const auto pairs = samples_.pairs();
        return *std::ranges::find_if(pairs.rbegin(), pairs.rend(),
                                     [&](const Sample& sample) { return sample.size >= least; });
    }
    [[nodiscard]] std::vector<Level<R>> levels_of(std::size_t output, Side side) const {
        const State& state = state_[output];
        return samples_.levels(output, side, least_step(), state.granule > 0);
    }

    [[nodiscard]] Judgement<R> judgement(std::size_t output, Side side) const {
        const std::vector<Level<R>> levels = levels_of(output, side);
        const std::optional<Probe<R>> probe = side == Side::central ? samples_.probe(output) : std::nullopt;
        Question<R> question = setting_.question;
        question.noisy = state_[output].noisy;
        const R noise = std::max(state_[output].granule / 3, state_[output].vicinity.noise);
        question.anchor = state_[output].vicinity.anchor;
        question.most_noise = state_[output].vicinity.most_noise;
        question.measured = state_[output].vicinity.noise > 0 && !setting_.question.noise;
        if (noise > 0) question.noise = std::max(question.noise.value_or(0), noise);
        return detail::Judge<R>(levels, base_[output], side, question, probe).run();
    }

    // Only what is looked at closely has a state.
    void keep_states() {
        if (!state_.empty()) return;
        judged_.resize(base_.size());
        state_.assign(base_.size(), State{.noisy = setting_.question.noise.has_value(), .side = side_});
    }

    // The usual case: all first samples are there, and enough.
    void look_first() {
        typename FirstLook<R>::Sources sources;
        sources.base = base_.data();
        for (const Sample& sample : samples_.pairs()) {
            if (sample.plus >= 0 && sample.minus < 0 && sources.probe == nullptr) {
                sources.probe = samples_.row(sample.plus);
                sources.probe_offset = sample.up;
                continue;
            }
            if (sample.plus < 0 || sample.minus < 0 || sources.levels == FirstLook<R>::most) return;
            sources.plus[sources.levels] = samples_.row(sample.plus);
            sources.minus[sources.levels] = samples_.row(sample.minus);
            sources.sizes[sources.levels] = sample.size;
            sources.spans[sources.levels] = sample.up + sample.down;
            ++sources.levels;
        }
        if (sources.levels != first_levels()) return;
        const FirstLook<R> look(sources, setting_.question, setting_.tolerance);
        typename FirstLook<R>::Strip strip;
        using Verdict = typename FirstLook<R>::Verdict;
        active_.clear();
        std::vector<std::size_t> limited;
        for (std::size_t first = 0; first < base_.size(); first += FirstLook<R>::strip) {
            const std::size_t count = std::min(FirstLook<R>::strip, base_.size() - first);
            look.judge(first, count, strip);
            for (std::size_t i = 0; i < count; ++i) {
                const R allowed = setting_.tolerance.allowed(strip.values[i], setting_.question.epsilon);
                const bool missed = setting_.tolerance.given && strip.errors[i] > allowed;
                entries_[first + i] = {.value = strip.values[i],
                                       .error = strip.errors[i],
                                       .step = sources.sizes[0],
                                       .status = missed ? Status::tolerance : Status::ok};
                if (strip.verdicts[i] == Verdict::open) active_.push_back(first + i);
                if (strip.verdicts[i] == Verdict::limited) limited.push_back(first + i);
            }
        }
        // A small derivative beside large ones is left alone, with the error that it has: its steps suit the others.
        const bool suits = active_.size() + limited.size() < base_.size();
        if (!suits || setting_.tolerance.given) active_.insert(active_.end(), limited.begin(), limited.end());
    }

    // Says whether the output is done.
    bool judge(std::size_t output) {
        if (samples_.empty()) return false;
        State& state = state_[output];
        Judgement<R>& now = judged_[output];
        if (state.granule == 0) {
            state.granule = samples_.granule(output, state.side, setting_.question.epsilon);
            if (state.granule == 0) {
                state.granule = samples_.rounding(output, setting_.question.epsilon, setting_.question.origin);
            }
            state.noisy = state.noisy || state.granule > 0;
        }
        now = judgement(output, state.side);
        if (now.assessed && is_unclear(output) && look_nearby(output)) {
            if (state.settled) return true;
            now = judgement(output, state.side);
        }
        if (!now.assessed || !(now.error <= tolerance(now) || is_fair(now))) return false;
        finish(output);
        return true;
    }
    [[nodiscard]] R tolerance(const Judgement<R>& now) const noexcept {
        return setting_.tolerance.allowed(now.value, setting_.question.epsilon);
    }
    [[nodiscard]] R urgency(std::size_t output) const noexcept {
        const Judgement<R>& now = judged_[output];
        const R wanted = tolerance(now);
        if (!now.assessed) return std::numeric_limits<R>::infinity();
        return wanted > 0 ? now.error / wanted : std::numeric_limits<R>::max();
    }

    // ---- what comes next --------------------------------------------------------------------------------------------------

    void plan(std::size_t output) {
        const Judgement<R>& now = judged_[output];
        State& state = state_[output];
        if (!now.assessed) return plan_finite(output);
        if (state.noisy || is_drowned(now)) return plan_better(output);
        if (is_unclear(output)) {
            want(nearest(), state.side);
            if (state.vicinity.doubtful || state.side != Side::central) want(4 * nearest(), state.side);
            if (!wanted_.empty()) return;
            if (now.suspect && now.faint) return plan_better(output);
        }
        if (is_clear(now) && !state.vicinity.irregular) return plan_better(output);
        plan_closer(output);
    }
    // As good as arithmetic allows, where nothing better was asked for.
    [[nodiscard]] bool is_fair(const Judgement<R>& now) const noexcept {
        return !setting_.tolerance.given && now.limited && now.smooth && now.truncation <= now.noise &&
               now.error <= fair_error(now);
    }
    [[nodiscard]] R fair_error(const Judgement<R>& now) const noexcept {
        return Tolerance<R>::fair * setting_.question.epsilon * std::max(std::abs(now.value), now.natural);
    }
    // Nothing but noise is in the way, and arithmetic explains it.
    [[nodiscard]] static bool is_drowned(const Judgement<R>& now) noexcept {
        return now.limited && (now.chosen.significant < 0 || (now.smooth && now.noise > now.truncation));
    }
    // Coefficients fall, and there is no contradiction.
    [[nodiscard]] bool is_clear(const Judgement<R>& now) const noexcept {
        return now.smooth && !now.suspect && now.error < std::max(std::abs(now.value), now.natural) / 16;
    }
    // What does not stand out of the noise that it may be is not known to be structure: samples next to x will tell.
    [[nodiscard]] bool is_unclear(std::size_t output) const noexcept {
        const Judgement<R>& now = judged_[output];
        const State& state = state_[output];
        if (state.vicinity.looked || state.noisy || now.limited) return false;
        if (now.suspect) return true;
        const bool stands_out = now.largest.significant + 1 == static_cast<int>(now.levels);
        return state.side == Side::central && !(stands_out && now.largest.growth < R(0.25));
    }
    // A step at which every smooth f is straight, on the scale of x too where that is small.
    [[nodiscard]] R nearest() const noexcept {
        const R usual = setting_.question.scale * nearest_power_of_two(std::sqrt(setting_.question.epsilon)) / 4;
        const R origin = setting_.question.origin;
        return origin > 0 ? std::min(usual, std::ldexp(nearest_power_of_two(origin), -10)) : usual;
    }

    // Says whether there are samples enough to tell.
    bool look_nearby(std::size_t output) {
        State& state = state_[output];
        const detail::VicinityLook<R> look(samples_, output, state.side, setting_.question);
        state.vicinity = look.at(nearest(), judged_[output].sigma);
        state.noisy = state.noisy || state.vicinity.noisy;
        if (state.vicinity.jump) settle(output, *state.vicinity.jump);
        if (state.vicinity.length > 0) {
            const R generous = derivative() == 1 ? R(4) : R(1);
            state.hint = nearest_power_of_two(generous * state.vicinity.length * first_share(setting_.question));
        }
        return state.vicinity.looked;
    }
    void settle(std::size_t output, const Entry& entry) {
        entries_[output] = entry;
        state_[output].settled = true;
    }
    [[nodiscard]] detail::Irregular<R> irregular(std::size_t output) const noexcept {
        return {samples_, output, setting_.question.epsilon};
    }

    // Too few finite samples: more beside those that are, nearer ones, then those of one side.
    void plan_finite(std::size_t output) {
        State& state = state_[output];
        const std::vector<Level<R>> levels = levels_of(output, state.side);
        const std::size_t enough = detail::Judge<R>::enough(state.side, derivative());
        if (!levels.empty()) {
            R size = levels.back().size;
            for (std::size_t k = levels.size(); k < enough; ++k) want(size /= 2, state.side);
            return;
        }
        if (state.side != Side::central || samples_.empty()) return;
        state.cornered = samples_.leaves_domain(output);
        const R smallest = power_of_two_below(samples_.nearest().size);
        ++shrinks_;
        if (shrinks_ == 1) {
            const bool near_zero =
                setting_.question.nearest_origin > 0 && setting_.question.nearest_origin < 2 * samples_.widest().size;
            if (near_zero && derivative() > 2) {
                return want_central(
                    power_of_two_below(setting_.question.nearest_origin * first_share(setting_.question)));
            }
            return want(near_zero ? std::min(nearest_power_of_two(setting_.question.nearest_origin / 32), smallest / 4)
                                  : smallest / 16,
                        Side::central);
        }
        // One side alone may be finite: it is taken at its planned size.
        for (const Side side : {Side::forward, Side::backward}) {
            if (levels_of(output, side).size() < 2) continue;
            state.side = side;
            recalled_ = true;  // other outputs may have asked for the same samples
            return want_one_sided(fit(4 * samples_.widest().size, reach(side)), side);
        }
        if (shrinks_ <= 5) want(std::ldexp(smallest, -8), Side::central);
    }

    // No coefficients fall: is it the scale, or is it f?
    void plan_closer(std::size_t output) {
        State& state = state_[output];
        const R smallest = power_of_two_below(closest().size);
        if (state.side == Side::central && derivative() == 1) {
            const detail::Sides<R> sides{judgement(output, Side::backward), judgement(output, Side::forward)};
            if (sides.disagree()) {
                if (samples_.nearest().size > nearest()) return want(nearest(), Side::central);
                if (const auto kink = irregular(output).kink(sides)) return settle(output, *kink);
            }
        }
        if (const R hint = std::exchange(state.hint, R(0)); hint > 4 * nearest() && hint < smallest) {
            ++closer_;
            return want_central(hint);
        }
        const Question<R>& question = setting_.question;
        if (closer_ == 0 && question.nearest_origin > 0 && question.nearest_origin < question.scale / 32 &&
            question.nearest_origin / 32 < smallest) {
            ++closer_;
            return want_central(first_step_on(question.nearest_origin / 2));
        }
        if (closer_ == 0 && question.typical < question.scale / 16 && question.typical / 64 < smallest) {
            ++closer_;
            return want_central(first_step_on(question.typical));
        }
        if (closer_ >= 1 && samples_.spread(output, closest()) > samples_.largest_spread(output) / 16) {
            const auto pairs = samples_.pairs();
            if (pairs.size() >= 2) {
                const auto jump = irregular(output).jump(pairs.back(), pairs[pairs.size() - 2]);
                if (jump) return settle(output, *jump);
            }
            if (closer_ >= 2) {
                state.noisy = true;
                return plan_better(output);
            }
        } else if (closer_ >= 1 && smallest < closest_ && state.side == Side::central &&
                   irregular(output).is_straight(closest())) {
            // Smooth at last, it seems: levels enough to see it.
            closest_ = smallest / 4;
            want(smallest / 2, state.side);
            return want(smallest / 4, state.side);
        }
        // High orders, and formats of few digits, need steps as wide as f allows: those shrink little by little, and most samples serve
        // again.
        const bool gently = derivative() > 2 || setting_.question.epsilon > R(1e-12);
        if (gently && state.side == Side::central) return want_central(widest_ / 4);
        constexpr std::array<int, 4> exponents = {5, 8, 13, 21};
        if (closer_ < 4) want(std::ldexp(smallest, -exponents[static_cast<std::size_t>(closer_)]), state.side);
        ++closer_;
        state.exhausted = wanted_.empty() && lost_ != 0;
    }

    // ---- what comes out ---------------------------------------------------------------------------------------------------

    void finish(std::size_t output) {
        const State& state = state_[output];
        const Judgement<R>& now = judged_[output];
        if (state.settled) return;
        const bool tried =
            closer_ >= 2 || state.exhausted || (derivative() >= 2 && !now.smooth && state.vicinity.looked);
        const bool anchored = derivative() == 1 && state.vicinity.anchor &&
                              state.vicinity.anchor->error < std::abs(state.vicinity.anchor->value) / 16;
        if (now.assessed && !is_clear(now) && !is_drowned(now) && !state.noisy && tried && !stopped_ && !anchored)
            return settle(output, irregular(output).rough(derivative(), state.vicinity.calm));
        Entry& entry = entries_[output];
        entry = {.value = now.value, .error = now.error, .step = now.widest};
        if (derivative() == 1 && state.vicinity.anchor && state.vicinity.anchor->error < now.error) {
            entry = {.value = state.vicinity.anchor->value, .error = state.vicinity.anchor->error, .step = nearest()};
        }
        if (!is_finite(now.value)) {
            entry = {.status = stopped_ && !state.cornered ? Status::budget : Status::not_finite};
            if (entry.status == Status::budget && derivative() == 1)
                entry = irregular(output).poor(setting_.question.scale);
        } else if (!now.assessed) {
            // Too few samples to see noise, or how coefficients fall: the error is a guess, and a wide one.
            entry.error = 8 * now.error + std::abs(now.value) * now.widest / setting_.question.scale;
            entry.status = stopped_ ? Status::budget : Status::rough;
        } else if (stopped_ && entry.error > tolerance(now)) {
            entry.status = Status::budget;
        } else if (setting_.tolerance.given && entry.error > tolerance(now)) {
            entry.status = Status::tolerance;
        } else if (state.noisy && (state.vicinity.noise > 0 || state.granule > 0 || !now.limited) &&
                   !setting_.question.noise) {
            entry.status = Status::noisy;
        } else if (state.cornered) {
            entry.status = state.side == Side::central ? Status::smaller_step : Status::other_side;
        }
        // Near the smallest numbers a norm may not be one: then nothing is known of the error.
        if (std::isnan(entry.error)) {
            entry.error = std::numeric_limits<R>::infinity();
            if (entry.status == Status::ok) entry.status = Status::rough;
        }
    }

    // ---- better steps -------------------------------------------------------------------------------------------------------

    // The step, or two steps, with which the model predicts the smallest error.
    void plan_better(std::size_t output) {
        const Judgement<R>& now = judged_[output];
        const Side side = state_[output].side;
        std::vector<R> sizes;
        for (const Level<R>& level : levels_of(output, side)) sizes.push_back(level.size);
        if (sizes.empty()) return;
        const bool noise_rules = state_[output].noisy || now.limited || now.suspect;
        const R top = reach(side) * R(1.0001);
        const R widest = sizes.front();
        const R narrowest = sizes.back();
        const Forecast<R> forecast(now, sizes, side, derivative(), noise_rules);
        R best = now.error / 3;
        std::array<R, 2> choice{};
        const std::size_t left = (allowed_samples() - count_) / (side == Side::central ? 2 : 1);
        const auto is_new = [&](R size) { return std::ranges::find(sizes, size) == sizes.end(); };
        const auto consider = [&](R size, R second, R cost) {
            const R error = forecast.with(size, second) * cost;
            if (error < best) {
                best = error;
                choice = {size, second};
            }
        };
        for (R size = power_of_two_below(std::min(64 * widest, top)); size >= narrowest / 256; size /= 2) {
            if (!is_new(size)) continue;
            consider(size, 0, 1);
            // Two at a time make sense beyond what there is: as a step towards another scale.
            const bool beyond = size > 2 * widest || size < narrowest;
            if (left < 2 || !beyond) continue;
            if (is_new(size / 2)) consider(size, size / 2, R(2.5));
            if (is_new(size / 4)) consider(size, size / 4, R(2.5));
        }
        if (choice[0] > 0) {
            want(choice[0], side);
            if (choice[1] > 0) want(choice[1], side);
            return;
        }
        // Neither noise, nor better steps in sight: a closer look.
        if (!noise_rules) return want(narrowest / 2, side);
        // Noise hides all but the slope: a wider step shows more, or lessens the noise.
        const R wider = std::min(16 * widest, power_of_two_below(top));
        const bool poor = now.error > fair_error(now);
        if (now.limited && now.chosen.significant == 0 && poor && is_new(wider)) want(wider, side);
    }

    // A sample taken for the short way, kept for the longer one.
    struct Spare {
        R offset;
        R distance;
        std::vector<R> values;
    };

    LineSetting<R> setting_;
    bool brief_ = false;
    bool needs_base_ = false;
    std::vector<Spare> spares_;
    bool recalled_ = false;  // there are samples to judge by that the last judgement left out
    std::span<const R> base_;
    std::vector<Entry> entries_;
    std::vector<Judgement<R>> judged_;
    std::vector<State> state_;
    std::vector<std::size_t> active_;
    Samples<R> samples_;
    std::vector<R> wanted_;
    R reach_up_ = 0;
    R reach_down_ = 0;
    bool stopped_ = false;       // for want of budget
    Side side_ = Side::central;  // on which lines start
    bool plain_ = false;         // the first samples lie on both sides, and have not been judged
    R widest_ = 0;               // of the last set of steps
    R closest_ = std::numeric_limits<R>::infinity();
    int shrinks_ = 0;       // for want of finite values
    int closer_ = 0;        // for want of smoothness
    std::size_t lost_ = 0;  // samples asked for where one output had too few finite ones, and others were not done
    std::size_t count_ = 1;
};

}  // namespace secant
