// Patterns that are found by asking f, and an eye on what f is asked.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "patterns.hpp"
#include "secant/detection.hpp"
#include "secant/interaction.hpp"

// Calls f, with blocks of a size that the test chooses.
template <class R, class V, class F>
class Watch final : public secant::Evaluator<R, V> {
   public:
    Watch(F& function, std::size_t outputs, std::size_t block)
        : function_(function), outputs_(outputs), block_(block) {}

    void evaluate(const secant::PointBlock<R>& points, secant::ValueBlock<V>& values) override {
        const std::span<V> all = values.allocate(points.size(), outputs_);
        std::vector<R> point(points.dimension());
        largest_ = std::max(largest_, points.size());
        for (std::size_t k = 0; k < points.size(); ++k) {
            points.write(k, point);
            ++calls_;
            function_(std::span<const R>(point), all.subspan(k * outputs_, outputs_));
        }
    }
    [[nodiscard]] std::size_t block_size(std::size_t, std::size_t) const noexcept override { return block_; }

    [[nodiscard]] std::size_t calls() const { return calls_; }
    [[nodiscard]] std::size_t largest() const { return largest_; }

   private:
    F& function_;
    std::size_t outputs_;
    std::size_t block_;
    std::size_t calls_ = 0;
    std::size_t largest_ = 0;
};

struct Found : secant::Detection {
    Mask mask{0, 0};
    std::size_t calls = 0;

    // As found_by says; 0 also where there is no entry.
    [[nodiscard]] int flags(std::size_t i, std::size_t j) const {
        for (const auto& entry : entries) {
            if (entry.row == i && entry.column == j) return entry.found_by;
        }
        return 0;
    }
};

template <class R, class V, class F>
[[nodiscard]] Found found_of(secant::Detection detection, const Watch<R, V, F>& watch, std::size_t columns,
                             std::size_t block) {
    Found found{std::move(detection), Mask(0, 0), watch.calls()};
    found.mask = Mask(found.rows, columns);
    for (const auto& entry : found.entries) found.mask.set(entry.row, entry.column);
    CHECK(found.mask.entries() == found.entries.size());  // each once
    CHECK(std::ranges::is_sorted(found.entries, {}, [](const auto& e) { return std::pair(e.row, e.column); }));
    CHECK(watch.largest() <= block);
    return found;
}

// f(x, y) writes `outputs` values.
template <class R = double, class V = R, class F>
[[nodiscard]] Found jacobian_pattern_of(F&& f, std::size_t outputs, const std::vector<R>& x,
                                        const secant::DetectionMethod<R>& method = {}, std::size_t block = 64) {
    Watch<R, V, std::remove_reference_t<F>> watch(f, outputs, block);
    return found_of(secant::detect_jacobian_pattern<R, V>(watch, x, method), watch, x.size(), block);
}

// f(x) is one value.
template <class R = double, class V = R, class F>
[[nodiscard]] Found hessian_pattern_of(F&& f, const std::vector<R>& x, const secant::DetectionMethod<R>& method = {},
                                       std::size_t block = 64) {
    const auto written = [&](std::span<const R> p, std::span<V> y) { y[0] = f(p); };
    Watch<R, V, decltype(written)> watch(written, 1, block);
    return found_of(secant::detect_hessian_pattern<R, V>(watch, x, method), watch, x.size(), block);
}

// Whether all entries of the first are in the second.
[[nodiscard]] inline bool within(const Mask& part, const Mask& whole) {
    for (std::size_t i = 0; i < part.rows(); ++i) {
        for (std::size_t j = 0; j < part.columns(); ++j) {
            if (part(i, j) && !whole(i, j)) return false;
        }
    }
    return true;
}
