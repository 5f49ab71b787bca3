// Derivatives of any C++ callable:
//
//     auto g = secant::gradient([](std::span<const double> x) { return x[0] * x[1]; }, {2.0, 3.0});
//
// A callable takes std::span<const double> and returns a number (gradient, hessian) or any range of numbers (jacobian); or it
// takes a second span and writes its m values there. It is called from the calling thread only, one point at a time, and
// what it throws passes through.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <ranges>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "secant/difference.hpp"
#include "secant/evaluator.hpp"
#include "secant/hessian.hpp"
#include "secant/jacobian.hpp"
#include "secant/sink.hpp"

namespace secant {

// A dense matrix, stored by rows.
struct Matrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> entries;

    [[nodiscard]] double operator()(std::size_t row, std::size_t column) const {
        return entries[row * columns + column];
    }
};

struct Options {
    Side side = Side::central;
    int order = 4;
    std::vector<double> step = {};     // empty: chosen for each variable; else one for all, or one for each
    std::vector<double> typical = {};  // magnitudes below which |x| is not taken for a variable's scale; empty: 1
    std::vector<double> lower = {};    // bounds that f is never called outside of; empty: none
    std::vector<double> upper = {};
};

namespace detail {

class VectorDestination final : public Destination<double> {
   public:
    explicit VectorDestination(std::size_t columns) : columns_(columns) {}
    [[nodiscard]] double* allocate(std::size_t outputs) override {
        outputs_ = outputs;
        entries_.resize(outputs * columns_);
        return entries_.data();
    }
    [[nodiscard]] Matrix matrix() && { return {outputs_, columns_, std::move(entries_)}; }

   private:
    std::size_t columns_;
    std::size_t outputs_ = 0;
    std::vector<double> entries_;
};

// A callable whose number of outputs is that of the first range it returns.
template <class F>
class RangeEvaluator final : public Evaluator<double, double> {
   public:
    explicit RangeEvaluator(F& function) : function_(function) {}

    void evaluate(const PointBlock<double>& points, ValueBlock<double>& values) override {
        point_.resize(points.dimension());
        std::span<double> block;
        for (std::size_t i = 0; i < points.size(); ++i) {
            points.write(i, point_);
            const auto y = function_(std::span<const double>(point_));
            const auto size = static_cast<std::size_t>(std::ranges::distance(y));
            if (i == 0) block = values.allocate(points.size(), size);
            if (size != values.outputs() || (outputs_ != unknown && size != outputs_)) {
                throw std::length_error("secant: f changed the number of its values");
            }
            outputs_ = size;
            std::ranges::copy(y, block.begin() + static_cast<std::ptrdiff_t>(i * size));
        }
    }

   private:
    static constexpr std::size_t unknown = static_cast<std::size_t>(-1);
    F& function_;
    std::size_t outputs_ = unknown;
    std::vector<double> point_;
};

inline void check(std::span<const double> x, const Options& options) {
    const auto fits = [&](const std::vector<double>& values, bool one_for_all) {
        return values.empty() || values.size() == x.size() || (one_for_all && values.size() == 1);
    };
    if (x.empty()) throw std::invalid_argument("secant: x is empty");
    for (const double value : x) {
        if (!is_finite(value)) throw std::invalid_argument("secant: x has an entry that is not finite");
    }
    if (!fits(options.step, true) || !fits(options.typical, true)) {
        throw std::invalid_argument("secant: step and typical have one entry, or one for each variable");
    }
    for (const auto* values : {&options.step, &options.typical}) {
        for (const double value : *values) {
            if (!(value > 0) || !is_finite(value)) {
                throw std::invalid_argument("secant: step and typical must be positive and finite");
            }
        }
    }
    if (!fits(options.lower, false) || options.lower.size() != options.upper.size()) {
        throw std::invalid_argument("secant: lower and upper have both one entry for each variable, or none");
    }
    for (std::size_t j = 0; j < options.lower.size(); ++j) {
        if (!(options.lower[j] <= x[j] && x[j] <= options.upper[j])) {
            throw std::invalid_argument("secant: x is outside of its bounds");
        }
    }
    if (options.side == Side::central && options.order % 2 != 0) {
        throw std::invalid_argument("secant: central differences have an even order");
    }
    if (options.order < 1 || options.order > 8) throw std::invalid_argument("secant: the order is 1 to 8");
}

[[nodiscard]] inline DifferenceMethod<double> method_of(const Options& options) {
    return {.side = options.side,
            .order = options.order,
            .sizes = options.step,
            .typical = options.typical,
            .bounds = {options.lower, options.upper}};
}

[[nodiscard]] inline Matrix jacobian_of(Evaluator<double, double>& evaluator, std::span<const double> x,
                                        const Options& options) {
    check(x, options);
    Record<double> record;
    VectorDestination destination(x.size());
    DenseSink<double, double> sink(destination, Layout::numerator, x.size());
    differentiate(evaluator, x, Along<double>{}, method_of(options), record, sink);
    return std::move(destination).matrix();
}

}  // namespace detail

// The gradient of a scalar function: n numbers.
template <class F>
[[nodiscard]] std::vector<double> gradient(F&& f, std::span<const double> x, const Options& options = {}) {
    CallableEvaluator<double, double, std::remove_reference_t<F>> evaluator(f, 1);
    return detail::jacobian_of(evaluator, x, options).entries;
}

// The m × n Jacobian of a function that returns a range of m numbers.
template <class F>
[[nodiscard]] Matrix jacobian(F&& f, std::span<const double> x, const Options& options = {}) {
    detail::RangeEvaluator<std::remove_reference_t<F>> evaluator(f);
    return detail::jacobian_of(evaluator, x, options);
}

// The same of a function that writes its `outputs` values into its second argument.
template <class F>
    requires std::invocable<F&, std::span<const double>, std::span<double>>
[[nodiscard]] Matrix jacobian(F&& f, std::span<const double> x, std::size_t outputs, const Options& options = {}) {
    CallableEvaluator<double, double, std::remove_reference_t<F>> evaluator(f, outputs);
    return detail::jacobian_of(evaluator, x, options);
}

// The symmetric n × n Hessian of a scalar function.
template <class F>
[[nodiscard]] Matrix hessian(F&& f, std::span<const double> x, const Options& options = {}) {
    detail::check(x, options);
    CallableEvaluator<double, double, std::remove_reference_t<F>> evaluator(f, 1);
    Record<double> record;
    std::vector<EntryIncident> incidents;
    detail::VectorDestination destination(x.size() * x.size());
    differentiate_twice(evaluator, x, Along<double>{}, detail::method_of(options), record, incidents, destination);
    Matrix matrix = std::move(destination).matrix();
    return {x.size(), x.size(), std::move(matrix.entries)};
}

// Points written in place: gradient(f, {1.0, 2.0}).
template <class F>
[[nodiscard]] std::vector<double> gradient(F&& f, std::initializer_list<double> x, const Options& options = {}) {
    return gradient(f, std::span<const double>(x.begin(), x.size()), options);
}
template <class F>
[[nodiscard]] Matrix jacobian(F&& f, std::initializer_list<double> x, const Options& options = {}) {
    return jacobian(f, std::span<const double>(x.begin(), x.size()), options);
}
template <class F>
[[nodiscard]] Matrix hessian(F&& f, std::initializer_list<double> x, const Options& options = {}) {
    return hessian(f, std::span<const double>(x.begin(), x.size()), options);
}

}  // namespace secant
