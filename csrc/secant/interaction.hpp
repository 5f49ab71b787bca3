// The pattern of a Hessian, found by asking a scalar function: which variables interact.
//
// Moving a set A of variables and a set B of others, f(A and B) - f(A) - f(B) + f(neither) is zero where no variable of A interacts with
// one of B, up to rounding. Pairs of sets that interact are halved, from the whole down to pairs of variables: a Hessian with few
// entries in a row takes a number of evaluations in proportion to its entries. Diagonal entries are taken to be there.
//
// Source: the mixed second difference, G. E. Forsythe & W. R. Wasow, "Finite-Difference Methods for Partial Differential Equations"
// (1960), section 20; group testing as in detection.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "secant/evaluator.hpp"
#include "secant/probing.hpp"
#include "secant/record.hpp"

namespace secant {

namespace detail {

// Variables first … first + count - 1, moved together; its halves are nodes of the next level.
template <class R, class V>
class Interactions {
   public:
    Interactions(Evaluator<R, V>& evaluator, std::span<const R> x, const DetectionMethod<R>& method)
        : evaluator_(evaluator), x_(x), method_(method), point_(x, method) {}

    [[nodiscard]] Detection detect() {
        require_budget(method_.most_evaluations);
        const std::size_t n = x_.size();
        Detection found;
        found.rows = n;
        std::vector<std::pair<std::size_t, std::size_t>> pairs;
        // At x and at random points around it, until one shows nothing new.
        for (std::size_t round = 0; round < method_.most_rounds; ++round) {
            const std::size_t before = pairs.size();
            found.complete = look_around(round, pairs);
            if (!found.complete) break;
            std::ranges::sort(pairs);
            pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
            ++found.rounds;
            if (round >= 1 && pairs.size() == before) break;
        }
        for (std::size_t j = 0; j < n; ++j) found.entries.push_back({j, j, 0});
        for (const auto& [a, b] : pairs) {
            found.entries.push_back({a, b, found_by_moving});
            found.entries.push_back({b, a, found_by_moving});
        }
        std::ranges::sort(found.entries, {},
                          [](const DetectedEntry& entry) { return std::pair(entry.row, entry.column); });
        found.evaluations = evaluations_;
        return found;
    }

   private:
    // Some f is not finite where variables are moved: nearer points may tell more.
    struct Hole {};

    // Nearer to x, and with smaller moves, where f raises an exception or is not finite. Says whether there were evaluations enough.
    [[nodiscard]] bool look_around(std::size_t round, std::vector<std::pair<std::size_t, std::size_t>>& pairs) {
        constexpr int attempts = 4;
        R share = round == 0 ? R(0) : std::min(R(1) / 8, std::ldexp(R(1), static_cast<int>(round) - 6));
        for (int attempt = 0;; ++attempt, share /= 16) {
            const bool last = attempt == attempts - 1;
            if (method_.most_evaluations != 0 && evaluations_ + 2 > method_.most_evaluations) return false;
            try {
                point_.choose(last ? R(0) : share, std::ldexp(R(1), 4 * attempt));
                if (!is_finite(evaluate_base())) {
                    if (!last) continue;
                    throw NotFinite(0, static_cast<double>(std::abs(base_)));
                }
                return collect(pairs, last);
            } catch (const Hole&) {
            } catch (const NotDeterministic&) {
                throw;
            } catch (const NotFinite&) {
                throw;
            } catch (...) {
                if (last || !method_.forgives(std::current_exception())) throw;
            }
        }
    }
    V evaluate_base() {
        const std::vector<ColumnSet> none(1);
        const V first = values_of(none).front();
        base_ = values_of(none).front();
        if (!same_value(first, base_)) throw NotDeterministic(0);
        return base_;
    }

    // f with each of these sets moved.
    [[nodiscard]] std::vector<V> values_of(std::span<const ColumnSet> sets) {
        const Replacements<R> replacements(point_.base(), point_.others(), sets);
        PointBlock<R> points(replacements);
        ValueBlock<V> values;
        std::vector<V> result;
        result.reserve(sets.size());
        while (result.size() < sets.size()) {
            const std::size_t count = std::min(evaluator_.block_size(x_.size(), 1), sets.size() - result.size());
            points.clear();
            const std::size_t done = result.size();
            for (std::size_t k = 0; k < count; ++k) points.add(done + k, 1);
            evaluations_ += count;  // those that raise an exception are counted
            evaluator_.evaluate(points, values);
            for (std::size_t k = 0; k < count; ++k) result.push_back(values.row(k)[0]);
        }
        return result;
    }

    // All interacting pairs a < b at the present point. With `holes`, pairs may be taken to interact where f is not finite. Says whether
    // there were evaluations enough.
    [[nodiscard]] bool collect(std::vector<std::pair<std::size_t, std::size_t>>& pairs, bool holes) {
        std::vector<std::size_t> columns(x_.size());
        std::iota(columns.begin(), columns.end(), std::size_t(0));
        std::vector<Segment> level{{0, x_.size()}};
        std::vector<std::pair<std::size_t, std::size_t>> suspects{{0, 0}};  // pairs of segments, (s, s) without a test
        for (;;) {
            std::vector<Segment> halves;
            std::vector<std::size_t> first_half(level.size());
            for (std::size_t s = 0; s < level.size(); ++s) {
                first_half[s] = halves.size();
                const std::size_t middle = level[s].count / 2;
                if (middle != 0) halves.push_back({level[s].first, middle});
                halves.push_back({level[s].first + middle, level[s].count - middle});
            }
            if (halves.size() == level.size()) break;
            const auto end_of = [&](std::size_t s) { return s + 1 < level.size() ? first_half[s + 1] : halves.size(); };
            std::vector<std::pair<std::size_t, std::size_t>> questions;
            std::vector<std::pair<std::size_t, std::size_t>> next;
            for (const auto& [s, t] : suspects) {
                for (std::size_t a = first_half[s]; a < end_of(s); ++a) {
                    for (std::size_t b = s == t ? a : first_half[t]; b < end_of(t); ++b) {
                        if (a == b) {
                            if (halves[a].count > 1) next.emplace_back(a, b);
                        } else {
                            questions.emplace_back(a, b);
                        }
                    }
                }
            }
            if (method_.most_evaluations != 0 &&
                evaluations_ + halves.size() + questions.size() > method_.most_evaluations) {
                return false;
            }
            const auto part = [&](std::size_t h) {
                return std::span<const std::size_t>(columns).subspan(halves[h].first, halves[h].count);
            };
            std::vector<ColumnSet> sets(halves.size());
            for (std::size_t h = 0; h < halves.size(); ++h) sets[h] = {part(h)};
            const std::vector<V> alone = values_of(sets);
            sets.clear();
            for (const auto& [a, b] : questions) sets.push_back({part(a), part(b)});
            const std::vector<V> both = values_of(sets);
            const auto finite = [](const V& value) { return is_finite(value); };
            if (!holes && !(std::ranges::all_of(alone, finite) && std::ranges::all_of(both, finite))) throw Hole{};
            for (std::size_t q = 0; q < questions.size(); ++q) {
                const auto [a, b] = questions[q];
                if (interact(both[q], alone[a], alone[b])) next.push_back(questions[q]);
            }
            level = std::move(halves);
            suspects = std::move(next);
        }
        for (const auto& [s, t] : suspects) {
            if (s != t) pairs.emplace_back(std::minmax(level[s].first, level[t].first));
        }
        return true;
    }

    // Beyond what rounding makes of four values. Values that are not numbers say yes: what they hide is looked for in halves.
    [[nodiscard]] bool interact(const V& both, const V& a, const V& b) const {
        const R size = std::max({std::abs(both), std::abs(a), std::abs(b), std::abs(base_)});
        const R difference = std::abs((both - a) - (b - base_));
        return !is_finite(difference) || !(difference <= 64 * epsilon<R>(method_.value_precision) * size);
    }

    Evaluator<R, V>& evaluator_;
    std::span<const R> x_;
    const DetectionMethod<R>& method_;
    ProbePoint<R> point_;
    V base_{};
    std::size_t evaluations_ = 0;
};

}  // namespace detail

// Of a function with one value. What f is given never has NaN in it: every value would be NaN.
template <class R, class V>
[[nodiscard]] Detection detect_hessian_pattern(Evaluator<R, V>& evaluator, std::span<const R> x,
                                               const DetectionMethod<R>& method) {
    return detail::Interactions<R, V>(evaluator, x, method).detect();
}

}  // namespace secant
