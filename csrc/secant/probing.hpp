// What detection is made of: what is asked and answered, points from which variables are moved, sets that are moved together, and the
// entries found so far.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <stdexcept>
#include <vector>

#include "secant/coloring/order.hpp"
#include "secant/evaluator.hpp"
#include "secant/precision.hpp"
#include "secant/step.hpp"

namespace secant {

// How an entry was found.
inline constexpr std::uint8_t found_by_nan = 1;
inline constexpr std::uint8_t found_by_moving = 2;

template <class R>
struct DetectionMethod {
    bool nan = true;
    bool moving = true;
    std::span<const R> typical = {};
    Bounds<R> bounds = {};
    double miss_probability = 1e-3;  // rounds go on until an entry of any row is missed with no more than that
    std::size_t most_rounds = 24;
    std::size_t most_evaluations = 0;  // 0: no limit
    std::uint64_t seed = 0;
    Precision point_precision = precision_of<R>;
    Precision value_precision = precision_of<R>;
    // Whether an exception of f at a point that nobody asked about is no reason to stop.
    std::function<bool(const std::exception_ptr&)> forgives = [](const std::exception_ptr&) { return true; };
};

struct DetectedEntry {
    std::size_t row;
    std::size_t column;
    std::uint8_t found_by;
};

struct Detection {
    std::vector<DetectedEntry> entries;  // by rows, sorted
    std::size_t rows = 0;
    std::size_t evaluations = 0;
    std::size_t rounds = 0;      // in which nothing was assumed, with a set for every share of the columns
    std::vector<double> missed;  // for each row, the probability that an entry that responds was hidden from all rounds
    bool nan_failed = false;     // f raised an exception when it was given NaN
    bool complete = true;        // there were evaluations enough
};

// f has other values at the same point.
class NotDeterministic : public std::domain_error {
   public:
    explicit NotDeterministic(std::size_t output)
        : std::domain_error("secant: f has different values at the same point"), output_(output) {}
    [[nodiscard]] std::size_t output() const noexcept { return output_; }

   private:
    std::size_t output_;
};

namespace detail {

// A test: sets of columns, in parts, that are replaced together.
using ColumnSet = std::vector<std::span<const std::size_t>>;

template <class R>
class Replacements final : public Displacements<R> {
   public:
    Replacements(std::span<const R> origin, std::span<const R> others, std::span<const ColumnSet> sets)
        : origin_(origin), others_(others), sets_(sets) {}

    [[nodiscard]] std::span<const R> origin() const noexcept override { return origin_; }
    void displace(std::size_t set, R, std::span<R> point) const noexcept override {
        for (const auto& part : sets_[set]) {
            for (const std::size_t j : part) point[j] = others_[j];
        }
    }

   private:
    std::span<const R> origin_;
    std::span<const R> others_;
    std::span<const ColumnSet> sets_;
};

template <class V>
[[nodiscard]] bool same_value(const V& a, const V& b) noexcept {
    if constexpr (is_complex<V>) {
        return same_value(a.real(), b.real()) && same_value(a.imag(), b.imag());
    } else {
        return a == b || (std::isnan(a) && std::isnan(b));
    }
}

// f is called twice at x, and once elsewhere, whatever the answer.
inline void require_budget(std::size_t evaluations) {
    constexpr std::size_t least = 3;
    if (evaluations != 0 && evaluations < least) {
        throw std::invalid_argument("secant: a pattern is not detected by fewer than 3 evaluations");
    }
}

// Entries of rows, found so far: a row's columns are sorted.
class KnownEntries {
   public:
    struct Entry {
        std::size_t column;
        std::uint8_t found_by;
    };

    explicit KnownEntries(std::size_t rows) : rows_(rows) {}

    [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }
    [[nodiscard]] const std::vector<Entry>& of(std::size_t row) const noexcept { return rows_[row]; }
    void add(std::size_t row, std::size_t column, std::uint8_t found_by) {
        auto& entries = rows_[row];
        const auto place = std::ranges::lower_bound(entries, column, {}, &Entry::column);
        if (place != entries.end() && place->column == column) {
            place->found_by |= found_by;
        } else {
            entries.insert(place, {column, found_by});
            ++count_;
        }
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

   private:
    std::vector<std::vector<Entry>> rows_;
    std::size_t count_ = 0;
};

// Columns first … first + count - 1 of `columns`: a part of a set in which some rows have an entry, or more.
struct Segment {
    std::size_t first;
    std::size_t count;
};

// A row that has entries in a segment; or that has others in what it was tested with, where doubtful.
struct Suspicion {
    std::size_t row;
    std::size_t segment;
    bool doubtful = false;
};

// A point from which variables are moved, and where each is moved to.
template <class R>
class ProbePoint {
   public:
    ProbePoint(std::span<const R> x, const DetectionMethod<R>& method)
        : x_(x), method_(method), random_(method.seed), base_(x.begin(), x.end()), others_(x.size()) {}

    // One at random, within this share of the variables' scales from x. `nearness` divides how far variables are moved from it.
    void choose(R share, R nearness = 1) {
        for (std::size_t j = 0; j < x_.size(); ++j) {
            const R scale = std::max(std::abs(x_[j]), entry(method_.typical, j, R(1)));
            base_[j] = inside(j, x_[j] + share * scale * static_cast<R>(2 * random_.fraction() - 1));
            const R distance = scale * (1 + static_cast<R>(random_.fraction())) / (64 * nearness);
            const R sign = random_.fraction() < 0.5 ? R(-1) : R(1);
            others_[j] = away_from_bounds(j, base_[j] + sign * distance);
            if (others_[j] == base_[j]) others_[j] = away_from_bounds(j, base_[j] - sign * distance);
        }
    }
    [[nodiscard]] std::span<const R> base() const noexcept { return base_; }
    [[nodiscard]] std::span<const R> others() const noexcept { return others_; }
    [[nodiscard]] Random& random() noexcept { return random_; }

   private:
    [[nodiscard]] R inside(std::size_t j, R value) const noexcept {
        const R limit = largest<R>(method_.point_precision);
        value = round_to(method_.point_precision, std::clamp(value, -limit, limit));
        if (!method_.bounds.given()) return value;
        if (value > method_.bounds.upper[j]) return round_down(method_.point_precision, method_.bounds.upper[j]);
        if (value < method_.bounds.lower[j]) return round_up(method_.point_precision, method_.bounds.lower[j]);
        return value;
    }

    // Half as far as the bound, where that is on the way: f may not be finite on it.
    [[nodiscard]] R away_from_bounds(std::size_t j, R value) const noexcept {
        const R reached = inside(j, value);
        if (!method_.bounds.given()) return reached;
        if (reached != method_.bounds.lower[j] && reached != method_.bounds.upper[j]) return reached;
        const R halfway = inside(j, base_[j] / 2 + reached / 2);
        return halfway == base_[j] ? reached : halfway;
    }

    std::span<const R> x_;
    const DetectionMethod<R>& method_;
    Random random_;
    std::vector<R> base_;
    std::vector<R> others_;
};

}  // namespace detail

}  // namespace secant
