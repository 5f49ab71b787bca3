// First derivatives: the Jacobian, its products with a vector from either side, by differences and by the complex step.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
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

// f is real on the reals, but not analytic: its imaginary parts are not derivatives. `expected` is the derivative of an output along
// a direction by a real difference, `found` what the complex step gives.
class NotAnalytic : public std::domain_error {
   public:
    NotAnalytic(std::size_t output, double expected, double found)
        : std::domain_error("secant: the complex step contradicts a real difference; f is not complex analytic"),
          output_(output),
          expected_(expected),
          found_(found) {}
    [[nodiscard]] std::size_t output() const noexcept { return output_; }
    [[nodiscard]] double expected() const noexcept { return expected_; }
    [[nodiscard]] double found() const noexcept { return found_; }

   private:
    std::size_t output_;
    double expected_;
    double found_;
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
        return {moves.plan().sizes().begin(), moves.plan().sizes().end()};
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

    void verify(const Displacements<C>& displacements, Record<C>& record) {
        if (!suspicious_) return;
        if (!record.has_base) {
            PointBlock<C> points(displacements);
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

namespace detail {

// A real move of all variables, or along v: with it, one evaluation compares the complex step with a difference.
template <class R>
class RealMove final : public Displacements<std::complex<R>> {
   public:
    RealMove(std::span<const R> x, std::span<const R> direction) : x_(x), direction_(direction) {}

    [[nodiscard]] std::span<const R> origin() const noexcept override { return x_; }
    void displace(std::size_t, R factor, std::span<std::complex<R>> point) const noexcept override {
        for (std::size_t j = 0; j < point.size(); ++j) point[j] += factor * direction_[j];
    }

   private:
    std::span<const R> x_;
    std::span<const R> direction_;
};

// |.|, conjugates, comparisons, or a call that drops imaginary parts make the complex step wrong without a sign of it. So the sum of
// its columns, weighted by a direction in which all variables take part, is compared with one real difference along it.
template <class R>
class AnalyticityCheck final : public Evaluator<std::complex<R>, std::complex<R>> {
   public:
    using C = std::complex<R>;

    // `columns`: what each column's imaginary part is multiplied by.
    AnalyticityCheck(Evaluator<C, C>& inner, std::span<const R> weights) : inner_(inner), weights_(weights) {}

    void evaluate(const PointBlock<C>& points, ValueBlock<C>& values) override {
        inner_.evaluate(points, values);
        values_.resize(values.outputs());
        sums_.resize(values.outputs());
        sizes_.resize(values.outputs());
        for (std::size_t k = 0; k < values.rows(); ++k) {
            if (points.column(k) == PointBlock<C>::none) continue;
            const R weight = weights_[points.column(k)];
            const auto row = values.row(k);
            for (std::size_t i = 0; i < row.size(); ++i) {
                values_[i] = row[i].real();
                sums_[i] += weight * row[i].imag();
                sizes_[i] += std::abs(weight * row[i].imag());
            }
        }
    }
    [[nodiscard]] std::size_t block_size(std::size_t dimension, std::size_t outputs) const noexcept override {
        return inner_.block_size(dimension, outputs);
    }

    // Where each output depends on its own entry alone, and all entries move at once: what the output's imaginary part is multiplied by.
    void weigh_entries(std::span<const R> weights) {
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            sums_[i] *= weights[i];
            sizes_[i] = std::abs(sums_[i]);
        }
    }

    void verify(std::span<const R> x, std::span<const R> direction, R epsilon, Record<C>& record) {
        for (std::size_t j = 0; j < x.size(); ++j) {
            if (direction[j] != 0) coarseness_ = std::max(coarseness_, std::abs(x[j] / direction[j]));
        }
        const RealMove<R> move(x, direction);
        PointBlock<C> points(move);
        ValueBlock<C> values;
        // A second look, closer: two differences that contradict the complex step and agree with each other are neither curvature nor
        // noise.
        std::vector<R> before;
        for (const R reach : {std::sqrt(epsilon), std::sqrt(epsilon) / 16}) {
            points.clear();
            points.add(0, reach);
            inner_.evaluate(points, values);
            record.evaluations += 1;
            std::vector<R> differences(values.outputs());
            std::size_t wrong = values.outputs();
            for (std::size_t i = values.outputs(); i-- > 0;) {
                differences[i] = (values.row(0)[i].real() - values_[i]) / reach;
                if (contradicts(i, differences[i], values.row(0)[i].real(), reach, epsilon) &&
                    (before.empty() ||
                     std::abs(differences[i] - before[i]) < std::abs(differences[i] - sums_[i]) / 4)) {
                    wrong = i;
                }
            }
            if (wrong == values.outputs()) return;
            if (!before.empty()) {
                throw NotAnalytic(wrong, static_cast<double>(differences[wrong]), static_cast<double>(sums_[wrong]));
            }
            before = std::move(differences);
        }
    }

   private:
    // Whether a difference is another number than the complex step's, beyond noise of values and the format of x. Not where one of
    // them is NaN.
    [[nodiscard]] bool contradicts(std::size_t i, R difference, R moved, R reach, R epsilon) const noexcept {
        const R noise = 256 * epsilon * std::max(std::abs(values_[i]), std::abs(moved)) / reach;
        const R allowed = (R(1e-2) + 8 * epsilon * coarseness_ / reach) * std::max(sizes_[i], std::abs(difference)) +
                          noise + std::numeric_limits<R>::min();
        return std::abs(difference - sums_[i]) > allowed;
    }

    Evaluator<C, C>& inner_;
    std::span<const R> weights_;
    R coarseness_ = 1;  // the rounding of x, relative to how far it is moved
    std::vector<R> values_;
    std::vector<R> sums_;
    std::vector<R> sizes_;
};

// A share of each variable, or of its typical size where that is less, no two alike, on the side where bounds leave more room; 0 where they leave next to none.
template <class R>
[[nodiscard]] std::vector<R> mixed_direction(std::span<const R> x, const ComplexStepMethod<R>& method) {
    std::vector<R> direction(x.size());
    constexpr auto golden = static_cast<R>(0.6180339887498949);
    for (std::size_t j = 0; j < x.size(); ++j) {
        const R turn = static_cast<R>(j + 1) * golden;
        const R share = R(0.5) + (turn - std::floor(turn)) / 2;
        const R typical = entry(method.typical, j, R(1));
        const R size = share * (x[j] == 0 ? typical : std::min(std::abs(x[j]), typical));
        R sign = j % 3 == 1 ? R(-1) : R(1);
        R room = std::numeric_limits<R>::max();
        if (method.bounds.given()) {
            const R up = method.bounds.upper[j] - x[j];
            const R down = x[j] - method.bounds.lower[j];
            sign = up >= down ? R(1) : R(-1);
            room = std::max(up, down);
        }
        direction[j] = room < size / 256 ? R(0) : sign * size;
    }
    return direction;
}

}  // namespace detail

template <class R, class Sink>
std::vector<R> differentiate(Evaluator<std::complex<R>, std::complex<R>>& evaluator, std::span<const R> x,
                             Along<R> along, const ComplexStepMethod<R>& method, Record<std::complex<R>>& record,
                             Sink& sink) {
    const R relative = method.relative();
    const ImaginaryMoves<R> moves(x, along.v, relative, method.sizes, method.typical);
    const bool all = along.v.empty();
    const ImaginaryDirections<R> directions(moves, all ? 0 : moves.line(), all ? x.size() : 1);
    // Along v, the direction is v itself, brought to x's scale; bounds hold for real moves alone.
    std::vector<R> direction = detail::mixed_direction(x, method);
    std::vector<R> weights(all ? x.size() : 1);
    bool verifiable = true;
    if (all) {
        for (std::size_t j = 0; j < x.size(); ++j) weights[j] = direction[j] / moves.size(j);
    } else {
        R fastest = 0;
        for (std::size_t j = 0; j < x.size(); ++j) {
            const R typical = entry(method.typical, j, R(1));
            const R scale = x[j] == 0 ? typical : std::min(std::abs(x[j]), typical);
            fastest = std::max(fastest, std::abs(along.v[j]) / scale);
        }
        const R length = fastest > 0 ? 1 / fastest : R(0);
        for (std::size_t j = 0; j < x.size(); ++j) {
            direction[j] = length * along.v[j];
            if (!method.bounds.given()) continue;
            const R room = direction[j] > 0 ? method.bounds.upper[j] - x[j] : x[j] - method.bounds.lower[j];
            verifiable = verifiable && room >= std::abs(direction[j]) / 256;
        }
        weights[0] = length / moves.size(moves.line());
    }
    detail::RealityCheck<R> checked(evaluator, relative);
    detail::AnalyticityCheck<R> compared(checked, weights);
    take_differences<R>(compared, directions, record, sink);
    checked.verify(directions, record);
    if (verifiable)
        compared.verify(x, direction, epsilon<R>(std::min(method.point_precision, method.value_precision)), record);
    return moves.sizes();
}

}  // namespace secant
