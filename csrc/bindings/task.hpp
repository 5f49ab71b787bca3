// One differentiation from end to end: convert the arguments, find out which number types are at work, run the kernel,
// wrap the result, and turn the kernels' exceptions into words.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <complex>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "array.hpp"
#include "compression.hpp"
#include "differentiator.hpp"
#include "function.hpp"
#include "secant/adaptive.hpp"
#include "secant/compressed.hpp"
#include "secant/compressed_adaptive.hpp"
#include "secant/elementwise.hpp"
#include "secant/hessian.hpp"
#include "secant/jacobian.hpp"
#include "secant/native.hpp"

namespace secant::bindings {

enum class Form : std::uint8_t {
    gradient,
    jacobian,
    transposed_jacobian,  // denominator layout
    jvp,
    vjp,
    hessian,
    hessian_from_gradient,
    sparse_jacobian,
    sparse_hessian,
    sparse_hessian_from_gradient,
    hvp,
    hvp_from_gradient,
    derivative,
    partial,
    noise,
    jacobian_pattern,
    hessian_pattern,
    value,
};

// Raises where options that may have one entry for each variable have another shape than x.
void check_shapes(const Differentiator& owner, const Shape& x);

struct DetectionOptions {
    bool nan = true;
    bool moving = true;
    double miss_probability = 1e-3;
    std::size_t most_evaluations = 0;  // 0: no limit
    std::uint64_t seed = 0;
};

class Task {
   public:
    Task(const Differentiator& owner, Form form, const py::tuple& arguments);

    // v of jvp and hvp: as long as x. w of vjp: shaped like f(x), which is checked once that is known.
    void along(const py::object& v);
    void weighted_by(const py::object& w);
    // The order of an elementwise derivative; the orders of a partial one, for each entry of x.
    void of_order(int order) { order_ = order; }
    void of_orders(std::vector<int> orders) { orders_ = std::move(orders); }
    // Of sparse derivatives: how entries are found; where they go, if not into a new array.
    void compressed_by(const Compression& compression, std::optional<py::array> out);

    [[nodiscard]] py::object run(bool full);
    // (rows, entries' rows, entries' columns, found_by, missed for each row, rounds, evaluations, nan_failed, complete)
    [[nodiscard]] py::tuple detect(const DetectionOptions& options);

   private:
    // What the kernels are told, in their number type.
    template <class R>
    struct Setting {
        Buffer<R> x;
        std::vector<R> v, step, typical, lower, upper;
    };

    template <class R>
    [[nodiscard]] Setting<R> setting() const;
    template <class R, class M>
    [[nodiscard]] M method(const Setting<R>& setting) const;

    void dispatch();
    template <class R, class V>
    void run_differences();
    template <class R>
    void run_complex_steps();
    // These are in adaptive.cpp.
    template <class R, class V>
    void run_adaptive();
    template <class E, class R, class V>
    void run_adaptive_into(Evaluator<R, V>& evaluator, const Setting<R>& setting, const AdaptiveMethod<R>& method);
    template <class E, class R, class V>
    void run_adaptive_first(Evaluator<R, V>& evaluator, const Setting<R>& setting, const AdaptiveMethod<R>& method);
    template <class E, class R, class P, class V, class M>
    void run_into(Evaluator<P, V>& evaluator, const Setting<R>& setting, const M& method);
    template <class E, class O, class R, class P, class V, class M>
    void run_first(Evaluator<P, V>& evaluator, const Setting<R>& setting, const M& method);
    // These are in sparse.cpp.
    template <class E, class R, class P, class V, class M>
    void run_sparse(Evaluator<P, V>& evaluator, const Setting<R>& setting, const M& method);
    template <class E, class R, class V>
    void run_sparse_adaptive(Evaluator<R, V>& evaluator, const Setting<R>& setting, const AdaptiveMethod<R>& method);
    // This is in detection.cpp.
    template <class R, class V>
    void run_detection();
    [[nodiscard]] bool is_sparse() const noexcept {
        return form_ == Form::sparse_jacobian || form_ == Form::sparse_hessian ||
               form_ == Form::sparse_hessian_from_gradient;
    }

    [[nodiscard]] const Shape& value_shape() const;
    [[nodiscard]] Kind result_kind() const;
    [[nodiscard]] Shape result_shape() const;
    void check_value_shape() const;
    [[nodiscard]] py::array allocate_result(bool real);
    void mark(std::size_t flat, Status status);
    template <class R>
    void keep_steps(std::span<const R> steps);
    [[noreturn]] void explain(const NotFinite& error) const;
    [[noreturn]] void explain(const NoRoom& error) const;
    [[noreturn]] void explain(const NotAnalytic& error) const;
    [[noreturn]] void explain(const PatternMismatch& error) const;

    void mark_incidents(const std::vector<Incident>& incidents, std::size_t outputs);
    void mark_incidents(const std::vector<EntryIncident>& incidents);
    [[nodiscard]] std::size_t place(std::size_t column, std::size_t output, std::size_t outputs) const;
    void symmetrize_status();
    template <class E>
    void symmetrize_array(py::array& array) const {
        symmetrize(std::span(static_cast<E*>(array.mutable_data()), static_cast<std::size_t>(array.size())),
                   point_.size());
    }
    // Calls run with f as an evaluator: the native function, without the GIL, or the Python one.
    template <class R, class V, class Run>
    void with_evaluator(Run&& run) {
        if constexpr (std::is_same_v<V, double>) {
            if (owner_.native_) {
                NativeEvaluator evaluator(owner_.native_->function, [] {
                    const py::gil_scoped_acquire gil;
                    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
                });
                const py::gil_scoped_release no_gil;
                return run(evaluator);
            }
        }
        PythonEvaluator<R, V> evaluator(*function_);
        run(evaluator);
    }
    // Calls run(E()) with the type of the result's entries, where derivatives are of type O in the kernels.
    template <class R, class O, class Run>
    void with_entries(Run&& run) const {
        if constexpr (std::is_same_v<R, double>) {
            if (point_.precision == Precision::binary32 && kind_.precision == Precision::binary32) {
                return run(std::conditional_t<is_complex<O>, std::complex<float>, float>());
            }
        }
        run(O());
    }
    // Calls contract(w, Out()) with the weights of a vjp in the kernels' type, where derivatives are of type O, and their sums' entries, E
    // or its complex twin, of type Out.
    template <class E, class O, class Contract>
    void with_weights(Contract&& contract) const {
        const auto as = [&]<class W>(W) {
            const py::gil_scoped_acquire gil;
            return entries_of<W>(*w_);
        };
        if constexpr (is_complex<O>) {
            contract(as(O()), E());
        } else if (complex_weights_) {
            contract(as(std::complex<O>()), std::complex<E>());
        } else {
            contract(as(O()), E());
        }
    }
    template <class R>
    void keep_kinks(const std::vector<Kink<R>>& kinks, std::size_t outputs);

    // Checks the shape of the first block of values, before any entry of it is read.
    template <class P, class V>
    class CheckedEvaluator final : public Evaluator<P, V> {
       public:
        CheckedEvaluator(Evaluator<P, V>& inner, const Task& task) : inner_(inner), task_(task) {}
        void evaluate(const PointBlock<P>& points, ValueBlock<V>& values) override {
            inner_.evaluate(points, values);
            task_.check_value_shape();
        }

       private:
        Evaluator<P, V>& inner_;
        const Task& task_;
    };

    // The array that a kernel writes into, made as soon as the shape of f's value is known.
    template <class E>
    class ResultDestination final : public Destination<E> {
       public:
        enum class Part : bool { value, error };

        explicit ResultDestination(Task& task, Part part = Part::value) : task_(task), part_(part) {}
        [[nodiscard]] E* allocate(std::size_t) override {
            const py::gil_scoped_acquire gil;
            task_.check_value_shape();
            py::array& array = part_ == Part::value ? task_.result_ : task_.error_;
            array = task_.allocate_result(part_ == Part::error);
            return static_cast<E*>(array.mutable_data());
        }

       private:
        Task& task_;
        Part part_;
    };

    const Differentiator& owner_;
    Form form_;
    Point point_;
    std::optional<py::array> v_;
    std::optional<py::array> w_;
    int order_ = 1;
    std::vector<int> orders_;
    const Compression* compression_ = nullptr;
    std::optional<py::array> out_;
    DetectionOptions detection_;
    py::tuple detected_;
    bool complex_weights_ = false;
    std::optional<PythonFunction> function_;
    Shape native_shape_;
    Kind kind_;  // of f's values
    bool full_ = false;
    py::array result_;
    py::array error_;
    py::object slopes_;
    py::object status_;
    py::object steps_;
    std::size_t evaluations_ = 0;
};

}  // namespace secant::bindings
