// The pattern of a Jacobian, found by asking the function.
//
// A test moves a set of variables at once and sees which values of f respond: with NaN in their place, which most arithmetic passes
// on, or moved by a finite distance. Sets in which a value responds are halved until single variables are left; halves that no
// value asks about together are tested together, which takes a colouring of what is asked. So a matrix with few entries in a row is
// found in a number of tests that grows with the logarithm of the number of columns.
//
// What nobody has seen yet is looked for in rounds: columns are dealt out to sets at random, and a value that responds to a set in which
// it has no known entry has one that is not known. An entry that responds is hidden from a round with the probability that its set has
// a known entry of its row, so that every round makes it less likely that one is missed.
//
// Sources: group testing, R. Dorfman, Annals of Mathematical Statistics 14 (1943) 436-440, and by halving, F. K. Hwang, Journal of
// the American Statistical Association 67 (1972) 605-608; NaN as a marker, as in the pattern detection of JuMP and its successors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "secant/coloring/distance2.hpp"
#include "secant/coloring/order.hpp"
#include "secant/evaluator.hpp"
#include "secant/pattern.hpp"
#include "secant/precision.hpp"
#include "secant/probing.hpp"

namespace secant {

namespace detail {

template <class R, class V>
class Detective {
   public:
    Detective(Evaluator<R, V>& evaluator, std::span<const R> x, const DetectionMethod<R>& method)
        : evaluator_(evaluator), x_(x), method_(method), point_(x, method), nans_(x.size(), nan) {}

    [[nodiscard]] Detection detect() {
        require_budget(method_.most_evaluations);
        look_at(R(0));
        finite_ = count_finite();
        KnownEntries known(base_.size());
        Detection found;
        found.rows = base_.size();
        found.missed.assign(base_.size(), 1.0);
        if (method_.nan && !x_.empty()) found.nan_failed = !with_nan(known);
        if (method_.moving && !x_.empty()) with_moves(known, found);
        for (std::size_t i = 0; i < known.rows(); ++i) {
            for (const auto& entry : known.of(i)) found.entries.push_back({i, entry.column, entry.found_by});
        }
        found.evaluations = evaluations_;
        found.complete = complete_;
        return found;
    }

   private:
    static constexpr R nan = std::numeric_limits<R>::quiet_NaN();

    [[nodiscard]] std::size_t columns() const noexcept { return x_.size(); }
    [[nodiscard]] bool affordable(std::size_t tests) noexcept {
        if (method_.most_evaluations == 0 || evaluations_ + tests <= method_.most_evaluations) return true;
        complete_ = false;
        return false;
    }

    void look_at(R share, R nearness = 1) {
        point_.choose(share, nearness);
        evaluate_base();
    }

    void evaluate_base() {
        const std::vector<ColumnSet> none;
        const Replacements<R> replacements(point_.base(), point_.others(), none);
        PointBlock<R> points(replacements);
        ValueBlock<V> values;
        // Twice: a function with other values at the same point answers every question with yes.
        points.add_origin();
        ++evaluations_;  // those that raise an exception are counted
        evaluator_.evaluate(points, values);
        base_.assign(values.row(0).begin(), values.row(0).end());
        ++evaluations_;
        evaluator_.evaluate(points, values);
        for (std::size_t i = 0; i < base_.size(); ++i) {
            if (!same_value(base_[i], values.row(0)[i])) throw NotDeterministic(i);
        }
    }

    // Calls respond(test, row) for each row that responds to a test.
    template <class Respond>
    void run(std::span<const ColumnSet> tests, std::uint8_t found_by, Respond&& respond) {
        const std::span<const R> others = found_by == found_by_nan ? std::span<const R>(nans_) : point_.others();
        const Replacements<R> replacements(point_.base(), others, tests);
        PointBlock<R> points(replacements);
        ValueBlock<V> values;
        for (std::size_t done = 0; done < tests.size();) {
            const std::size_t block = evaluator_.block_size(columns(), base_.size());
            const std::size_t count = std::min(block, tests.size() - done);
            points.clear();
            for (std::size_t k = 0; k < count; ++k) points.add(done + k, 1);
            evaluations_ += count;
            evaluator_.evaluate(points, values);
            for (std::size_t k = 0; k < count; ++k) {
                const auto row = values.row(k);
                for (std::size_t i = 0; i < row.size(); ++i) {
                    if (!same_value(row[i], base_[i])) respond(done + k, i);
                }
            }
            done += count;
        }
    }

    // Says whether f takes NaN.
    bool with_nan(KnownEntries& known) {
        try {
            KnownEntries found(known.rows());
            search(found, {all_columns()}, found_by_nan);
            known = std::move(found);
            return true;
        } catch (...) {
            if (!method_.moving || !method_.forgives(std::current_exception())) throw;
            return false;
        }
    }
    [[nodiscard]] std::size_t count_finite() const noexcept {
        return static_cast<std::size_t>(std::ranges::count_if(base_, [](const V& value) { return is_finite(value); }));
    }

    void with_moves(KnownEntries& known, Detection& found) {
        for (std::size_t round = 0; round < method_.most_rounds; ++round) {
            const std::size_t before = known.count();
            const std::vector<std::vector<std::size_t>> sets = deal(known);
            if (!move_around(known, sets, round)) return;
            ++found.rounds;
            reckon(known, sets, found.missed);
            const bool sure =
                std::ranges::all_of(found.missed, [&](double missed) { return missed <= method_.miss_probability; });
            if (sure && round >= 2 && known.count() == before) return;
        }
    }
    // At x itself first; then around it, farther each time, up to a share of the variables' scales. Nearer to x, and with smaller moves,
    // where f raises an exception, or has fewer finite values than at x. Says whether there were evaluations enough.
    [[nodiscard]] bool move_around(KnownEntries& known, const std::vector<std::vector<std::size_t>>& sets,
                                   std::size_t round) {
        constexpr int attempts = 4;
        R share = round == 0 ? R(0) : std::min(R(1) / 8, std::ldexp(R(1), static_cast<int>(round) - 6));
        for (int attempt = 0;; ++attempt, share /= 16) {
            const bool last = attempt == attempts - 1;
            if (!affordable(sets.size() + 2)) return false;
            try {
                look_at(last ? R(0) : share, std::ldexp(R(1), 4 * attempt));
                if (!last && count_finite() < finite_) continue;
                search(known, sets, found_by_moving);
                return true;
            } catch (const NotDeterministic&) {
                throw;
            } catch (...) {
                if (last || !method_.forgives(std::current_exception())) throw;
            }
        }
    }

    [[nodiscard]] std::vector<std::size_t> all_columns() const {
        std::vector<std::size_t> all(columns());
        std::iota(all.begin(), all.end(), std::size_t(0));
        return all;
    }

    // All columns, dealt out at random to as many sets as make the most of each test: e times as many as a usual row has entries.
    [[nodiscard]] std::vector<std::vector<std::size_t>> deal(const KnownEntries& known) {
        if (known.count() == 0) return {all_columns()};
        std::vector<std::size_t> lengths;
        for (std::size_t i = 0; i < known.rows(); ++i) lengths.push_back(known.of(i).size());
        const auto usual = lengths.begin() + static_cast<std::ptrdiff_t>((lengths.size() - 1) * 19 / 20);
        std::ranges::nth_element(lengths, usual);
        const auto wanted = static_cast<std::size_t>(std::ceil(2.72 * static_cast<double>(*usual))) + 1;
        std::vector<std::vector<std::size_t>> sets(std::min(wanted, columns()));
        std::vector<std::size_t> order = all_columns();
        for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[point_.random().below(k)]);
        for (std::size_t k = 0; k < order.size(); ++k) sets[k % sets.size()].push_back(order[k]);
        for (auto& set : sets) std::ranges::sort(set);
        return sets;
    }

    // How likely an entry is that every round has hidden: the share of unknown columns that shared their sets with known entries.
    void reckon(const KnownEntries& known, const std::vector<std::vector<std::size_t>>& sets,
                std::vector<double>& missed) const {
        std::vector<std::size_t> set_of(columns());
        for (std::size_t s = 0; s < sets.size(); ++s) {
            for (const std::size_t j : sets[s]) set_of[j] = s;
        }
        std::vector<std::size_t> seen(sets.size(), static_cast<std::size_t>(-1));
        for (std::size_t i = 0; i < known.rows(); ++i) {
            const std::size_t unknown = columns() - known.of(i).size();
            std::size_t hidden = 0;
            for (const auto& entry : known.of(i)) {
                const std::size_t s = set_of[entry.column];
                if (std::exchange(seen[s], i) != i) hidden += sets[s].size();
            }
            hidden -= known.of(i).size();
            missed[i] *= unknown == 0 ? 0.0 : static_cast<double>(hidden) / static_cast<double>(unknown);
        }
    }

    // Asks about sets, and halves those in which rows respond that have no known entry there.
    void search(KnownEntries& known, std::vector<std::vector<std::size_t>> sets, std::uint8_t found_by) {
        std::vector<ColumnSet> tests;
        for (const auto& set : sets) tests.push_back({std::span<const std::size_t>(set)});
        std::vector<std::size_t> set_of(columns());
        std::vector<std::size_t> arranged;  // the sets' columns, one set after the other
        std::vector<Segment> segments;
        for (std::size_t s = 0; s < sets.size(); ++s) {
            segments.push_back({arranged.size(), sets[s].size()});
            for (const std::size_t j : sets[s]) set_of[j] = s;
            arranged.insert(arranged.end(), sets[s].begin(), sets[s].end());
        }
        std::vector<Suspicion> suspicions;
        run(tests, found_by, [&](std::size_t test, std::size_t row) {
            const KnownEntries::Entry* only = nullptr;
            std::size_t there = 0;
            for (const auto& entry : known.of(row)) {
                if (set_of[entry.column] != test) continue;
                ++there;
                only = &entry;
            }
            if (there == 0) suspicions.push_back({row, test});
            if (there == 1) known.add(row, only->column, found_by);  // seen in this way too
        });
        while (!suspicions.empty() && halve(known, arranged, set_of, segments, suspicions, found_by)) {
        }
    }

    // One level: halves of the segments that somebody suspects, or single columns where nearly every half would need its own test.
    bool halve(KnownEntries& known, const std::vector<std::size_t>& arranged, const std::vector<std::size_t>& set_of,
               std::vector<Segment>& segments, std::vector<Suspicion>& suspicions, std::uint8_t found_by) {
        settle(known, arranged, segments, suspicions, found_by);
        if (suspicions.empty()) return false;
        std::vector<Segment> parts;
        std::vector<Suspicion> questions;
        split(segments, suspicions, parts, questions, 2);
        std::vector<Color> colors = together(known, arranged, parts, questions);
        std::size_t count = count_colors_of(colors);
        if (parts.size() >= 64 && 2 * count >= parts.size()) {
            split(segments, suspicions, parts, questions, std::numeric_limits<std::size_t>::max());
            colors = together(known, arranged, parts, questions);
            count = count_colors_of(colors);
        }
        if (!affordable(count)) return false;
        std::vector<ColumnSet> tests(count);
        for (std::size_t p = 0; p < parts.size(); ++p) {
            tests[static_cast<std::size_t>(colors[p])].push_back(
                std::span(arranged).subspan(parts[p].first, parts[p].count));
        }
        // Which rows responded to which tests, for the questions that were asked: questions are sorted by row.
        std::vector<std::size_t> first_question(known.rows() + 1, 0);
        for (const Suspicion& question : questions) ++first_question[question.row + 1];
        for (std::size_t i = 0; i < known.rows(); ++i) first_question[i + 1] += first_question[i];
        std::vector<char> answered(questions.size(), 0);
        run(tests, found_by, [&](std::size_t test, std::size_t row) {
            for (std::size_t q = first_question[row]; q < first_question[row + 1]; ++q) {
                if (static_cast<std::size_t>(colors[questions[q].segment]) == test) answered[q] = 1;
            }
        });
        const std::vector<std::vector<std::size_t>> sets_in = sets_tested(tests, set_of);
        suspicions.clear();
        for (std::size_t q = 0; q < questions.size(); ++q) {
            if (answered[q] == 0) continue;
            Suspicion suspicion = questions[q];
            const auto& sets = sets_in[static_cast<std::size_t>(colors[suspicion.segment])];
            suspicion.doubtful = std::ranges::any_of(known.of(suspicion.row), [&](const KnownEntries::Entry& entry) {
                return std::ranges::binary_search(sets, set_of[entry.column]);
            });
            suspicions.push_back(suspicion);
        }
        segments = std::move(parts);
        return true;
    }

    // The sets that each test has columns of, sorted. In a set in which a row has a known entry, it may have others, unknown ones.
    [[nodiscard]] static std::vector<std::vector<std::size_t>> sets_tested(const std::vector<ColumnSet>& tests,
                                                                           const std::vector<std::size_t>& set_of) {
        std::vector<std::vector<std::size_t>> sets(tests.size());
        for (std::size_t t = 0; t < tests.size(); ++t) {
            for (const auto& part : tests[t]) sets[t].push_back(set_of[part.front()]);
            std::ranges::sort(sets[t]);
            sets[t].erase(std::unique(sets[t].begin(), sets[t].end()), sets[t].end());
        }
        return sets;
    }

    // Suspicions about single columns are entries; those that are doubtful are asked again, each column by itself, if there are few.
    void settle(KnownEntries& known, const std::vector<std::size_t>& arranged, const std::vector<Segment>& segments,
                std::vector<Suspicion>& suspicions, std::uint8_t found_by) {
        constexpr std::size_t few = 64;
        std::vector<std::size_t> columns;
        for (const Suspicion& suspicion : suspicions) {
            const Segment& segment = segments[suspicion.segment];
            if (segment.count == 1 && suspicion.doubtful) columns.push_back(arranged[segment.first]);
        }
        std::ranges::sort(columns);
        columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
        const bool asked = !columns.empty() && columns.size() <= few && affordable(columns.size());
        std::vector<std::vector<std::size_t>> responding(asked ? columns.size() : 0);
        if (asked) {
            std::vector<ColumnSet> tests;
            for (const std::size_t& column : columns) tests.push_back({std::span<const std::size_t>(&column, 1)});
            run(tests, found_by, [&](std::size_t test, std::size_t row) { responding[test].push_back(row); });
        }
        std::erase_if(suspicions, [&](const Suspicion& suspicion) {
            const Segment& segment = segments[suspicion.segment];
            if (segment.count != 1) return false;
            const std::size_t column = arranged[segment.first];
            const auto refuted = [&] {
                const auto place = std::ranges::lower_bound(columns, column) - columns.begin();
                return !std::ranges::binary_search(responding[static_cast<std::size_t>(place)], suspicion.row);
            };
            if (!suspicion.doubtful || !asked || !refuted()) known.add(suspicion.row, column, found_by);
            return true;
        });
    }

    // The segments that are suspected, in parts, and the suspicions about each part; sorted by row.
    static void split(const std::vector<Segment>& segments, const std::vector<Suspicion>& suspicions,
                      std::vector<Segment>& parts, std::vector<Suspicion>& questions, std::size_t into) {
        constexpr auto none = static_cast<std::size_t>(-1);
        parts.clear();
        questions.clear();
        std::vector<std::size_t> first_part(segments.size(), none);
        for (const Suspicion& suspicion : suspicions) first_part[suspicion.segment] = 0;
        for (std::size_t s = 0; s < segments.size(); ++s) {
            if (first_part[s] == none) continue;
            first_part[s] = parts.size();
            const std::size_t count = std::min(into, segments[s].count);
            for (std::size_t k = 0; k < count; ++k) {
                const std::size_t begin = segments[s].count * k / count;
                const std::size_t end = segments[s].count * (k + 1) / count;
                parts.push_back({segments[s].first + begin, end - begin});
            }
        }
        for (const Suspicion& suspicion : suspicions) {
            const std::size_t count = std::min(into, segments[suspicion.segment].count);
            for (std::size_t k = 0; k < count; ++k) {
                questions.push_back({suspicion.row, first_part[suspicion.segment] + k});
            }
        }
        std::ranges::stable_sort(questions, {}, &Suspicion::row);
    }

    // Which parts can be asked about in one test: no row asks about two of them, or has a known entry in another.
    [[nodiscard]] std::vector<Color> together(const KnownEntries& known, const std::vector<std::size_t>& arranged,
                                              const std::vector<Segment>& parts,
                                              const std::vector<Suspicion>& questions) const {
        constexpr auto none = static_cast<std::size_t>(-1);
        std::vector<std::size_t> part_of(columns(), none);
        for (std::size_t p = 0; p < parts.size(); ++p) {
            for (std::size_t k = 0; k < parts[p].count; ++k) part_of[arranged[parts[p].first + k]] = p;
        }
        OwnedLists<std::int64_t> rows;
        std::vector<std::int64_t> row;
        for (std::size_t q = 0; q < questions.size();) {
            const std::size_t i = questions[q].row;
            row.clear();
            for (; q < questions.size() && questions[q].row == i; ++q) {
                row.push_back(static_cast<std::int64_t>(questions[q].segment));
            }
            for (const auto& entry : known.of(i)) {
                if (part_of[entry.column] != none) row.push_back(static_cast<std::int64_t>(part_of[entry.column]));
            }
            std::ranges::sort(row);
            row.erase(std::unique(row.begin(), row.end()), row.end());
            rows.entries.insert(rows.entries.end(), row.begin(), row.end());
            rows.starts.push_back(static_cast<std::int64_t>(rows.entries.size()));
        }
        const OwnedLists<std::int64_t> by_parts = transpose(rows.view(), parts.size());
        const std::vector<std::int64_t> order = order_columns(by_parts.view(), rows.view(), {OrderKind::largest_first});
        return distance2_coloring<std::int64_t>(by_parts.view(), rows.view(), order);
    }
    [[nodiscard]] static std::size_t count_colors_of(const std::vector<Color>& colors) noexcept {
        return colors.empty() ? 0 : static_cast<std::size_t>(*std::ranges::max_element(colors)) + 1;
    }

    Evaluator<R, V>& evaluator_;
    std::span<const R> x_;
    const DetectionMethod<R>& method_;
    ProbePoint<R> point_;
    std::vector<R> nans_;
    std::vector<V> base_;
    std::size_t finite_ = 0;  // values of f(x)
    std::size_t evaluations_ = 0;
    bool complete_ = true;
};

}  // namespace detail

template <class R, class V>
[[nodiscard]] Detection detect_jacobian_pattern(Evaluator<R, V>& evaluator, std::span<const R> x,
                                                const DetectionMethod<R>& method) {
    return detail::Detective<R, V>(evaluator, x, method).detect();
}

}  // namespace secant
