// Derivatives with an error bar, from a Python or native function into NumPy arrays.
#include "secant/adaptive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "secant/adaptive_entries.hpp"
#include "secant/adaptive_hessian.hpp"
#include "secant/noise.hpp"
#include "secant/partial.hpp"
#include "task.hpp"

namespace secant::bindings {

template <class R, class V>
void Task::run_adaptive() {
    const Setting<R> setting = this->template setting<R>();
    const auto of = [](const std::optional<double>& value) {
        return value ? std::optional<R>(static_cast<R>(*value)) : std::nullopt;
    };
    const Method& asked = owner_.method_;
    const AdaptiveMethod<R> method{.tolerance = {.given = asked.rtol || asked.atol,
                                                 .relative = of(asked.rtol).value_or(R(0)),
                                                 .absolute = of(asked.atol).value_or(R(0))},
                                   .noise = of(asked.noise),
                                   .most_evaluations = asked.max_evaluations,
                                   .point_precision = point_.precision,
                                   .value_precision = kind_.precision,
                                   .typical = setting.typical,
                                   .bounds = {setting.lower, setting.upper}};
    with_evaluator<R, V>([&](auto& evaluator) {
        with_entries<R, V>([&]<class E>(E) { run_adaptive_into<E, R, V>(evaluator, setting, method); });
    });
}

template <class E, class R, class V>
void Task::run_adaptive_into(Evaluator<R, V>& evaluator, const Setting<R>& setting, const AdaptiveMethod<R>& method) {
    using F = real_of_t<E>;
    if (is_sparse()) return run_sparse_adaptive<E>(evaluator, setting, method);
    if (form_ != Form::hessian && form_ != Form::hvp && form_ != Form::derivative && form_ != Form::partial &&
        form_ != Form::noise) {
        return run_adaptive_first<E>(evaluator, setting, method);
    }
    ResultDestination<E> destination(*this);
    ResultDestination<F> error_destination(*this, ResultDestination<F>::Part::error);
    Record<V> record;
    const std::span<const R> x(setting.x);
    if (form_ == Form::noise) {
        const std::vector<R> sigma = measure_noise(evaluator, x, method, record);
        const py::gil_scoped_acquire gil;
        F* out = error_destination.allocate(sigma.size());
        std::ranges::transform(sigma, out, [](const R& level) { return static_cast<F>(level); });
        result_ = error_;
    } else if (form_ == Form::hessian || form_ == Form::hvp) {
        std::vector<EntryIncident> incidents;
        const std::vector<R> steps = differentiate_twice(evaluator, x, Along<R>{setting.v}, method, record, incidents,
                                                         destination, error_destination);
        const py::gil_scoped_acquire gil;
        mark_incidents(incidents);
        keep_steps(std::span<const R>(steps));
    } else {
        std::vector<V> values(x.size());
        std::vector<R> errors(x.size());
        std::vector<R> steps(1);
        std::vector<Kink<R>> kinks;
        if (form_ == Form::derivative) {
            CheckedEvaluator<R, V> checked(evaluator, *this);
            steps = differentiate_entries(checked, x, order_, method, record, std::span<V>(values),
                                          std::span<R>(errors), kinks);
        } else {
            values.clear();
            errors.clear();
            differentiate_partially(evaluator, x, orders_, method, record, values, errors);
        }
        const py::gil_scoped_acquire gil;
        E* out = destination.allocate(values.size());
        std::ranges::transform(values, out, [](const V& value) { return static_cast<E>(value); });
        F* out_errors = error_destination.allocate(errors.size());
        std::ranges::transform(errors, out_errors, [](const R& error) { return static_cast<F>(error); });
        mark_incidents(record.incidents, values.size());
        keep_kinks(kinks, values.size());
        keep_steps(std::span<const R>(steps));
    }
    evaluations_ = record.evaluations;
}

template <class E, class R, class V>
void Task::run_adaptive_first(Evaluator<R, V>& evaluator, const Setting<R>& setting, const AdaptiveMethod<R>& method) {
    using F = real_of_t<E>;
    Record<V> record;
    const std::span<const R> x(setting.x);
    const std::size_t n = x.size();
    const std::size_t columns = v_ ? 1 : n;
    std::vector<Kink<R>> kinks;
    std::vector<R> steps;
    ResultDestination<F> error_destination(*this, ResultDestination<F>::Part::error);
    const auto run = [&](auto& values, auto& errors) {
        ValuesAndErrors sink(values, errors);
        steps = differentiate(evaluator, x, Along<R>{setting.v}, method, record, sink, kinks);
    };
    if (form_ == Form::vjp) {
        with_weights<E, V>([&]<class W, class Out>(const std::vector<W>& weights, Out) {
            std::vector<R> sizes(weights.size());
            std::ranges::transform(weights, sizes.begin(), [](const W& weight) { return std::abs(weight); });
            ResultDestination<Out> destination(*this);
            ContractionSink<V, W, Out> values(destination, weights, n);
            ContractionSink<R, R, F> errors(error_destination, sizes, n);
            run(values, errors);
        });
    } else {
        ResultDestination<E> destination(*this);
        const Layout layout = form_ == Form::transposed_jacobian ? Layout::denominator : Layout::numerator;
        DenseSink<V, E> values(destination, layout, columns);
        DenseSink<R, F> errors(error_destination, layout, columns);
        run(values, errors);
    }
    const py::gil_scoped_acquire gil;
    mark_incidents(record.incidents, record.outputs);
    if (form_ == Form::hessian_from_gradient) {
        symmetrize_array<E>(result_);
        symmetrize_array<F>(error_);
        symmetrize_status();
    } else if (form_ != Form::vjp) {
        keep_kinks(kinks, record.outputs);
    }
    keep_steps(std::span<const R>(steps));
    evaluations_ = record.evaluations;
}

// The slopes on both sides of each kink, in an array shaped like the result with one more axis of two; NaN elsewhere.
template <class R>
void Task::keep_kinks(const std::vector<Kink<R>>& kinks, std::size_t outputs) {
    if (!full_ || kinks.empty()) return;
    Shape shape = result_shape();  // of a sparse result: its entries
    shape.push_back(2);
    py::array_t<double> slopes(shape);
    std::fill_n(slopes.mutable_data(), slopes.size(), std::numeric_limits<double>::quiet_NaN());
    for (const Kink<R>& kink : kinks) {
        double* pair = slopes.mutable_data() + 2 * place(kink.column, kink.output, outputs);
        pair[0] = static_cast<double>(kink.left);
        pair[1] = static_cast<double>(kink.right);
    }
    slopes_ = slopes;
}

template void Task::keep_kinks<double>(const std::vector<Kink<double>>&, std::size_t);
template void Task::keep_kinks<long double>(const std::vector<Kink<long double>>&, std::size_t);
template void Task::run_adaptive<double, double>();
template void Task::run_adaptive<double, std::complex<double>>();
template void Task::run_adaptive<long double, long double>();
template void Task::run_adaptive<long double, std::complex<long double>>();

}  // namespace secant::bindings
