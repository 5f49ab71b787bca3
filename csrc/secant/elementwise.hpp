// Derivatives of a function that acts on each entry of its argument by itself: all entries move at once, each by its own
// step and on its own side, so that the cost in calls of f does not depend on the number of entries.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "secant/difference.hpp"
#include "secant/direction.hpp"
#include "secant/imaginary.hpp"
#include "secant/jacobian.hpp"

namespace secant {

namespace detail {

// What each entry does in one pass: which formula it follows and how its step is scaled. No formula: it stays at x.
template <class R>
struct EntryPlan {
    const Formula<R>* formula = nullptr;
    R scale = 1;
};

// The "factor" of a point is the index of a node: every entry takes its own node of that index.
template <class P>
class EntriesTogether final : public Displacements<P> {
   public:
    using R = real_of_t<P>;

    EntriesTogether(const Moves<R>& moves, const ImaginaryMoves<R>* imaginary, std::span<const EntryPlan<R>> plans)
        : moves_(moves), imaginary_(imaginary), plans_(plans) {}

    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    void displace(std::size_t, R node, std::span<P> point) const noexcept override {
        const auto index = static_cast<std::size_t>(node);
        for (std::size_t j = 0; j < point.size(); ++j) {
            const EntryPlan<R>& plan = plans_[j];
            if (plan.formula == nullptr || index >= plan.formula->nodes.size()) continue;
            moves_.apply(j, static_cast<R>(plan.formula->nodes[index]) * plan.scale, point);
            if constexpr (is_complex<P>) imaginary_->apply(j, point);
        }
    }

   private:
    const Moves<R>& moves_;
    const ImaginaryMoves<R>* imaginary_;
    std::span<const EntryPlan<R>> plans_;
};

// O is the type of a derivative: V, or R for the complex step.
template <class O, class P, class V>
class ElementwisePass {
   public:
    using R = real_of_t<P>;

    ElementwisePass(Evaluator<P, V>& evaluator, const Moves<R>& moves, const ImaginaryMoves<R>* imaginary,
                    Record<V>& record)
        : evaluator_(evaluator), moves_(moves), imaginary_(imaginary), record_(record), plans_(moves.origin().size()) {}

    [[nodiscard]] std::vector<EntryPlan<R>>& plans() noexcept { return plans_; }

    // Writes the entries that take part, as they come out, finite or not.
    void run(std::span<O> out) {
        const EntriesTogether<P> directions(moves_, imaginary_, plans_);
        PointBlock<P> points(directions);
        std::size_t rounds = 0;
        bool needs_base = false;
        for (const EntryPlan<R>& plan : plans_) {
            if (plan.formula == nullptr) continue;
            rounds = std::max(rounds, plan.formula->nodes.size());
            needs_base = needs_base || plan.formula->needs_base;
        }
        const bool with_origin = needs_base && !record_.has_base;
        if (with_origin) points.add_origin();
        for (std::size_t k = 0; k < rounds; ++k) points.add(0, static_cast<R>(k));
        evaluator_.evaluate(points, values_);
        record_.evaluations += points.size();
        record_.outputs = values_.outputs();
        if (with_origin) record_.keep_base(values_.row(0));
        const std::size_t start = with_origin ? 1 : 0;
        for (std::size_t j = 0; j < plans_.size(); ++j) {
            if (plans_[j].formula != nullptr) out[j] = difference(j, start);
        }
    }

    void require_base() {
        if (record_.has_base) return;
        const EntriesTogether<P> directions(moves_, imaginary_, plans_);
        PointBlock<P> points(directions);
        points.add_origin();
        evaluator_.evaluate(points, values_);
        record_.evaluations += 1;
        record_.keep_base(values_.row(0));
    }

   private:
    [[nodiscard]] O difference(std::size_t j, std::size_t start) const {
        const Formula<R>& formula = *plans_[j].formula;
        const auto value = [&](int node) {
            const V& entry =
                node == Formula<R>::base ? record_.base[j] : values_.row(start + static_cast<std::size_t>(node))[j];
            if constexpr (is_complex<P>) {
                return imaginary_part(entry);
            } else {
                return entry;
            }
        };
        O sum = 0;
        for (const auto& term : formula.terms) {
            sum += term.minus == Formula<R>::nothing ? value(term.plus)
                                                     : term.weight * (value(term.plus) - value(term.minus));
        }
        const R scale = plans_[j].scale;
        sum /= moves_.divisor(j, formula, scale);
        sum /= moves_.second_divisor(j, formula, scale);
        return is_complex<P> ? sum / imaginary_->size(j) : sum;
    }

    Evaluator<P, V>& evaluator_;
    const Moves<R>& moves_;
    const ImaginaryMoves<R>* imaginary_;
    Record<V>& record_;
    ValueBlock<V> values_;
    std::vector<EntryPlan<R>> plans_;
};

// The planned differences, then the variations for those entries that are not finite.
template <class O, class P, class V, class Formulas>
void elementwise(ElementwisePass<O, P, V>& pass, const Moves<real_of_t<P>>& moves, Formulas&& formulas,
                 Record<V>& record, std::span<O> out) {
    using R = real_of_t<P>;
    const std::size_t n = out.size();
    auto& plans = pass.plans();
    for (std::size_t j = 0; j < n; ++j) plans[j] = {&formulas(moves.side(j)), R(1)};
    pass.run(out);
    std::vector<std::size_t> missing;
    for (std::size_t j = 0; j < n; ++j) {
        if (!is_finite(out[j])) missing.push_back(j);
    }
    if (missing.empty()) return;
    pass.require_base();
    for (std::size_t attempt = 0; attempt < variations_of(Side::central).size() && !missing.empty(); ++attempt) {
        std::ranges::fill(plans, EntryPlan<R>{});
        bool any = false;
        for (const std::size_t j : missing) {
            const auto variations = variations_of(moves.side(j));
            if (attempt >= variations.size()) continue;
            const Variation variation = variations[attempt];
            const Formula<R>& formula = formulas(variation.side);
            const R scale = std::ldexp(R(1), -variation.halvings);
            if (!moves.allows(j, formula, scale)) continue;
            plans[j] = {&formula, scale};
            any = true;
        }
        if (!any) continue;
        pass.run(out);
        std::erase_if(missing, [&](std::size_t j) {
            if (plans[j].formula == nullptr || !is_finite(out[j])) return false;
            const bool same_side = variations_of(moves.side(j))[attempt].side == moves.side(j);
            record.incidents.push_back({j, j, same_side ? Status::smaller_step : Status::other_side});
            return true;
        });
    }
    for (const std::size_t j : missing) {
        out[j] = std::numeric_limits<R>::quiet_NaN();
        record.incidents.push_back({j, j, Status::not_finite});
    }
}

}  // namespace detail

// The derivative of order 1 or 2 of every entry. Returns the steps. Incidents have column == output == entry.
template <class R, class V>
std::vector<R> differentiate_entries(Evaluator<R, V>& evaluator, std::span<const R> x, int derivative,
                                     const DifferenceMethod<R>& method, Record<V>& record, std::span<V> out) {
    const FormulaSet<R>& formulas = formula_set<R>(derivative, method.order);
    const Moves<R> moves(x, method.rule(derivative, formulas), method.bounds);
    detail::ElementwisePass<V, R, V> pass(evaluator, moves, nullptr, record);
    detail::elementwise(pass, moves, [&](Side side) -> const Formula<R>& { return formulas.on(side); }, record, out);
    return {moves.plan().sizes().begin(), moves.plan().sizes().end()};
}

template <class R>
std::vector<R> differentiate_entries(Evaluator<std::complex<R>, std::complex<R>>& evaluator, std::span<const R> x,
                                     int derivative, const ComplexStepMethod<R>& method,
                                     Record<std::complex<R>>& record, std::span<R> out) {
    using C = std::complex<R>;
    const FormulaSet<R>& second = formula_set<R>(1, method.real_order, Origin::own);
    Formula<R> first;
    first.nodes = {0};
    first.terms = {{R(1), 0, Formula<R>::nothing}};
    first.derivative = 0;
    const Moves<R> moves(x, method.real_rule(second), derivative == 1 ? Bounds<R>{} : method.bounds);
    const R relative = method.relative();
    const ImaginaryMoves<R> imaginary(x, {}, relative, method.sizes, method.typical);
    detail::RealityCheck<R> checked(evaluator, relative);
    const std::vector<R> one = {1};
    detail::AnalyticityCheck<R> compared(checked, one);
    detail::ElementwisePass<R, C, C> pass(compared, moves, &imaginary, record);
    detail::elementwise(
        pass, moves, [&](Side side) -> const Formula<R>& { return derivative == 1 ? first : second.on(side); }, record,
        out);
    const detail::EntriesTogether<C> origin(moves, &imaginary, pass.plans());
    checked.verify(origin, record);
    // Second derivatives are differences already.
    if (derivative == 1) {
        const std::vector<R> direction = detail::mixed_direction(x, method);
        std::vector<R> weights(x.size());
        for (std::size_t j = 0; j < x.size(); ++j) weights[j] = direction[j] / imaginary.size(j);
        compared.weigh_entries(weights);
        compared.verify(x, direction, epsilon<R>(std::min(method.point_precision, method.value_precision)), record);
    }
    return imaginary.sizes();
}

}  // namespace secant
