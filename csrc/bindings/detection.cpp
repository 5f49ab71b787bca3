// The pattern of a Jacobian, or of a Hessian, of a Python or native function.
#include "secant/detection.hpp"

#include <algorithm>
#include <complex>
#include <vector>

#include "secant/interaction.hpp"
#include "task.hpp"

namespace secant::bindings {

namespace {

// f may fail where nobody asked for its value: given NaN, or away from x. Ctrl-C, and what is not f's fault, goes on.
[[nodiscard]] bool is_failure_of_function(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (py::error_already_set& error) {
        const py::gil_scoped_acquire gil;
        return error.matches(PyExc_Exception);
    } catch (const py::builtin_exception&) {
        return true;
    } catch (...) {
        return false;
    }
}

template <class T, class Entries, class Get>
[[nodiscard]] py::array array_of(const Entries& entries, Get&& get) {
    py::array_t<T> array(static_cast<py::ssize_t>(entries.size()));
    std::ranges::transform(entries, array.mutable_data(),
                           [&](const auto& entry) { return static_cast<T>(get(entry)); });
    return array;
}

}  // namespace

template <class R, class V>
void Task::run_detection() {
    const Setting<R> setting = this->template setting<R>();
    DetectionMethod<R> method;
    method.nan = detection_.nan;
    method.moving = detection_.moving;
    method.miss_probability = detection_.miss_probability;
    method.most_evaluations = detection_.most_evaluations;
    method.seed = detection_.seed;
    method.typical = setting.typical;
    method.bounds = {setting.lower, setting.upper};
    method.point_precision = point_.precision;
    method.value_precision = kind_.precision;
    method.forgives = is_failure_of_function;
    const std::span<const R> x(setting.x);
    Detection found;
    with_evaluator<R, V>([&](auto& evaluator) {
        CheckedEvaluator<R, V> checked(evaluator, *this);
        found = form_ == Form::hessian_pattern ? detect_hessian_pattern<R, V>(checked, x, method)
                                               : detect_jacobian_pattern<R, V>(checked, x, method);
    });
    const py::gil_scoped_acquire gil;
    detected_ = py::make_tuple(
        found.rows, array_of<std::int64_t>(found.entries, [](const DetectedEntry& entry) { return entry.row; }),
        array_of<std::int64_t>(found.entries, [](const DetectedEntry& entry) { return entry.column; }),
        array_of<std::uint8_t>(found.entries, [](const DetectedEntry& entry) { return entry.found_by; }),
        array_of<double>(found.missed, [](double missed) { return missed; }), found.rounds, found.evaluations,
        found.nan_failed, found.complete);
}

py::tuple Task::detect(const DetectionOptions& options) {
    detection_ = options;
    for (;;) {
        try {
            dispatch();
            break;
        } catch (const KindMismatch& mismatch) {
            kind_ = mismatch.actual;
        } catch (const NotDeterministic& error) {
            const std::string entry =
                value_shape().empty() ? "f(x)" : name_of_entry("f(x)", value_shape(), error.output());
            throw py::value_error(
                entry +
                " has different values at the same point: where f is not deterministic, what it depends "
                "on cannot be seen");
        }
    }
    if (function_) owner_.last_count_.store(function_->value_count(), std::memory_order_relaxed);
    return detected_;
}

template void Task::run_detection<double, double>();
template void Task::run_detection<double, std::complex<double>>();
template void Task::run_detection<long double, long double>();
template void Task::run_detection<long double, std::complex<long double>>();

}  // namespace secant::bindings
