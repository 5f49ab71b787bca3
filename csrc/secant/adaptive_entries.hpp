// Derivatives with an error bar of a function that acts on each entry of its argument by itself: every entry is a line of its own,
// and all entries move at once, each where its line wants it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "secant/adaptive.hpp"

namespace secant {

namespace detail {

// Point k moves every entry by its own offset.
template <class R>
class OffsetsTogether final : public Displacements<R> {
   public:
    explicit OffsetsTogether(const Moves<R>& moves) : moves_(moves) {}

    void clear(std::size_t points) { offsets_.assign(points * moves_.origin().size(), R(0)); }
    void move(std::size_t point, std::size_t entry, R offset) {
        offsets_[point * moves_.origin().size() + entry] = offset;
    }

    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    void displace(std::size_t column, R, std::span<R> point) const noexcept override {
        for (std::size_t j = 0; j < point.size(); ++j) {
            const R offset = offsets_[column * point.size() + j];
            if (offset != 0) moves_.apply(j, offset / moves_.size(j), point);
        }
    }

   private:
    const Moves<R>& moves_;
    std::vector<R> offsets_;
};

}  // namespace detail

// The derivative of any order of every entry, with its error. Returns the steps. Incidents and kinks have column == output == entry.
template <class R, class V>
std::vector<R> differentiate_entries(Evaluator<R, V>& evaluator, std::span<const R> x, int derivative,
                                     const AdaptiveMethod<R>& method, Record<V>& record, std::span<V> out,
                                     std::span<R> errors, std::vector<Kink<R>>& kinks) {
    const std::size_t n = x.size();
    constexpr std::size_t parts = is_complex<V> ? 2 : 1;
    const Moves<R> moves(x, method.rule(), method.bounds);
    detail::OffsetsTogether<R> together(moves);
    std::vector<Line<R>> lines;
    for (std::size_t j = 0; j < n; ++j) {
        LineSetting<R> setting = detail::setting_of_variable(j, x, method, derivative);
        setting.brief = is_brief(setting.question, setting.tolerance) && detail::allows_brief(method, 1);
        lines.emplace_back(setting);
    }
    std::vector<std::size_t> taken(n);  // of what each line wants
    PointBlock<R> points(together);
    ValueBlock<V> values;
    for (;;) {
        for (std::size_t j = 0; j < n; ++j) {
            if (!lines[j].needs_base()) continue;
            detail::evaluate_origin(evaluator, together, record);
            lines[j].give_base(detail::real_parts(std::span<const V>(record.base)).subspan(parts * j, parts));
        }
        // As many points at once as the line that waits for the fewest wants: then it goes on, and the others keep their places.
        std::size_t round = std::numeric_limits<std::size_t>::max();
        const std::size_t left = method.most_evaluations == 0
                                     ? std::numeric_limits<std::size_t>::max()
                                     : method.most_evaluations - std::min(method.most_evaluations, record.evaluations);
        for (std::size_t j = 0; j < n; ++j) {
            if (lines[j].done()) continue;
            if (left == 0) {
                lines[j].stop();
            } else {
                round = std::min({round, left, lines[j].wanted().size() - taken[j]});
            }
        }
        if (round == std::numeric_limits<std::size_t>::max()) break;
        together.clear(round);
        points.clear();
        for (std::size_t k = 0; k < round; ++k) points.add(k, 1);
        for (std::size_t j = 0; j < n; ++j) {
            if (lines[j].done()) continue;
            for (std::size_t k = 0; k < round; ++k) together.move(k, j, lines[j].wanted()[taken[j] + k]);
        }
        evaluator.evaluate(points, values);
        record.evaluations += round;
        for (std::size_t j = 0; j < n; ++j) {
            if (lines[j].done()) continue;
            for (std::size_t k = 0; k < round; ++k, ++taken[j]) {
                const R offset = lines[j].wanted()[taken[j]];
                const auto row = detail::real_parts(values.row(k)).subspan(parts * j, parts);
                lines[j].absorb(taken[j], moves.distance(j, offset / moves.size(j)), row);
            }
            if (taken[j] == lines[j].wanted().size()) {
                lines[j].proceed();
                taken[j] = 0;
            }
        }
    }
    std::vector<R> steps(n);
    detail::Harvest<V> harvest;
    for (std::size_t j = 0; j < n; ++j) {
        const std::size_t before = record.incidents.size();
        const std::size_t kinks_before = kinks.size();
        harvest.gather(j, lines[j], 1, record, kinks);
        for (std::size_t k = before; k < record.incidents.size(); ++k) record.incidents[k].output = j;
        for (std::size_t k = kinks_before; k < kinks.size(); ++k) kinks[k].output = j;
        out[j] = harvest.values()[0];
        errors[j] = harvest.errors()[0];
        steps[j] = harvest.steps()[0];
    }
    return steps;
}

}  // namespace secant
