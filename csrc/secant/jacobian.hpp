// First derivatives: the Jacobian, its products with a vector from either side, by differences and by the complex step.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

#include "secant/difference.hpp"
#include "secant/direction.hpp"
#include "secant/imaginary.hpp"
#include "secant/sink.hpp"

namespace secant {

// How differences are taken: the formula, and what the user says of steps and bounds.
template <class R>
struct DifferenceMethod {
    Side side = Side::central;
    int order = 4;
    Precision point_precision = precision_of<R>;
    Precision value_precision = precision_of<R>;
    std::span<const R> sizes = {};    // steps: empty (chosen), one for all, or one for each variable
    std::span<const R> typical = {};  // scales: empty (1), one, or one for each variable
    Bounds<R> bounds = {};

    [[nodiscard]] StepRule<R> rule(int derivative, const FormulaSet<R>& formulas) const {
        return {.side = side,
                .relative = relative_step<R>(point_precision, value_precision, derivative, order),
                .point_precision = point_precision,
                .central_reach = formulas.central.reach,
                .one_sided_reach = formulas.forward.reach,
                .sizes = sizes,
                .typical = typical};
    }
};

template <class R>
struct ComplexStepMethod {
    Precision point_precision = precision_of<R>;
    Precision value_precision = precision_of<R>;
    std::span<const R> sizes = {};
    std::span<const R> typical = {};
    Bounds<R> bounds = {};

    // Imaginary steps, relative to x.
    [[nodiscard]] R relative() const noexcept {
        return relative_imaginary_step<R>(std::min(point_precision, value_precision));
    }
    // Second derivatives take a real first difference, of this order, of the imaginary part.
    static constexpr int real_order = 4;
    [[nodiscard]] StepRule<R> real_rule(const FormulaSet<R>& formulas) const {
        return {.side = Side::central,
                .relative = relative_step<R>(point_precision, value_precision, 1, real_order),
                .point_precision = point_precision,
                .central_reach = formulas.central.reach,
                .one_sided_reach = formulas.forward.reach,
                .typical = typical};
    }
};

// f is not real at a real x: imaginary parts then say nothing about derivatives.
class NotRealOnReals : public std::domain_error {
   public:
    NotRealOnReals()
        : std::domain_error("secant: f has complex values at a real x; the complex step needs real ones") {}
};

// Which line of a Jacobian task: all variables, or one direction v.
template <class R>
struct Along {
    std::span<const R> v = {};  // empty: every variable
};

// J (m × n), or J v (m × 1) where a direction is given. Returns the steps taken.
template <class R, class V, class Sink>
std::vector<R> differentiate(Evaluator<R, V>& evaluator, std::span<const R> x, Along<R> along,
                             const DifferenceMethod<R>& method, Record<V>& record, Sink& sink) {
    const FormulaSet<R>& formulas = formula_set<R>(1, method.order);
    const StepRule<R> rule = method.rule(1, formulas);
    if (along.v.empty()) {
        const Moves<R> moves(x, rule, method.bounds);
        take_differences<V>(evaluator, SingleMoves<R>(moves, formulas, 0, x.size()), record, sink);
        return moves.plan().sizes();
    }
    const Moves<R> moves = Moves<R>::along(x, along.v, rule, method.bounds);
    take_differences<V>(evaluator, SingleMoves<R>(moves, formulas, moves.line(), 1), record, sink);
    return {moves.size(moves.line())};
}

namespace detail {

// An imaginary part that is much larger than the step allows belongs either to a value near zero, or to a function that is not
// real on the reals. One evaluation at x itself tells.
template <class R>
class RealityCheck final : public Evaluator<std::complex<R>, std::complex<R>> {
   public:
    using C = std::complex<R>;

    // `relative_step` is what the imaginary steps are, relative to x: a derivative 2^40 times f(x) / x is believed (in single
    // precision, 2^20).
    RealityCheck(Evaluator<C, C>& inner, R relative_step)
        : inner_(inner), plausible_(relative_step * std::ldexp(R(1), relative_step > R(1e-20) ? 20 : 40)) {}

    void evaluate(const PointBlock<C>& points, ValueBlock<C>& values) override {
        inner_.evaluate(points, values);
        if (suspicious_) return;
        for (std::size_t k = 0; k < values.rows() && !suspicious_; ++k) {
            for (const C& value : values.row(k)) {
                suspicious_ = suspicious_ || std::abs(value.imag()) > plausible_ * std::abs(value.real());
            }
        }
    }
    [[nodiscard]] std::size_t block_size(std::size_t dimension, std::size_t outputs) const noexcept override {
        return inner_.block_size(dimension, outputs);
    }

    void verify(const Directions<C>& directions, Record<C>& record) {
        if (!suspicious_) return;
        if (!record.has_base) {
            PointBlock<C> points(directions);
            points.add_origin();
            ValueBlock<C> values;
            inner_.evaluate(points, values);
            record.evaluations += 1;
            record.keep_base(values.row(0));
        }
        for (const C& value : record.base) {
            if (value.imag() != 0) throw NotRealOnReals();
        }
        suspicious_ = false;
    }

   private:
    Evaluator<C, C>& inner_;
    R plausible_;
    bool suspicious_ = false;
};

}  // namespace detail

template <class R, class Sink>
std::vector<R> differentiate(Evaluator<std::complex<R>, std::complex<R>>& evaluator, std::span<const R> x,
                             Along<R> along, const ComplexStepMethod<R>& method, Record<std::complex<R>>& record,
                             Sink& sink) {
    const R relative = method.relative();
    const ImaginaryMoves<R> moves(x, along.v, relative, method.sizes, method.typical);
    const bool all = along.v.empty();
    const ImaginaryDirections<R> directions(moves, all ? 0 : moves.line(), all ? x.size() : 1);
    detail::RealityCheck<R> checked(evaluator, relative);
    take_differences<R>(checked, directions, record, sink);
    checked.verify(directions, record);
    return moves.sizes();
}

}  // namespace secant
