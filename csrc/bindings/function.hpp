// Evaluators for Python callables: one call a point, or one call a block.
//
// Every call gets an array that nobody else holds, and whose entries are written for it: f may keep it, overwrite it or return
// it. An array that f has let go of, as its reference count tells, serves for the next call. Values are copied, or combined, before
// the next call: f may return a buffer of its own again and again.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "array.hpp"
#include "secant/evaluator.hpp"

namespace secant::bindings {

// f's values turned out to be of another kind than was taken for granted: the task starts again with the right one.
struct KindMismatch {
    Kind actual;
};

enum class Batching : bool { point_by_point, in_blocks };

// One task's view of f: how it is called, and what its values look like. Lives as long as the task.
class PythonFunction {
   public:
    PythonFunction(py::object callable, std::vector<py::object> arguments, std::size_t argnum, const Point& point,
                   bool complex_points, Batching batching, std::size_t block_bytes, std::size_t expected_count);

    [[nodiscard]] const Shape& point_shape() const noexcept { return shape_; }
    [[nodiscard]] const Shape& value_shape() const noexcept { return value_shape_; }
    [[nodiscard]] Kind value_kind() const noexcept { return value_kind_; }
    [[nodiscard]] Batching batching() const noexcept { return batching_; }
    [[nodiscard]] std::size_t block_bytes() const noexcept { return block_bytes_; }
    // How many entries a value had in an earlier task; 0 if there was none.
    [[nodiscard]] std::size_t expected_count() const noexcept { return expected_count_; }
    [[nodiscard]] std::size_t evaluations() const noexcept { return evaluations_; }

    // Before each (re)start of the task: the kind that values are expected to have.
    void expect(Kind kind) noexcept;

    // One call. `points` holds `count` points (1 but for blocks) in the format of the kernels; throws KindMismatch.
    template <class P>
    [[nodiscard]] py::object call(const PointBlock<P>& block, std::size_t first, std::size_t count);

    // Compares a value's shape and kind with those before it. Returns the number of entries of one point's value.
    std::size_t observe(const py::array& value, std::size_t count);
    std::size_t observe_float64_scalar() {
        if (known_ && value_shape_.empty() && value_kind_ == Kind{}) return 1;
        return observe_first_float64_scalar();
    }

    // The memory of a value that is just like those before it, an exact, contiguous array of this dtype and kind, or nullptr if
    // it must be looked at more closely. The usual case, and the reason why a call costs little.
    [[nodiscard]] const void* entries_if_plain(py::handle value, const py::dtype& dtype, Kind kind) const {
        const auto& api = py::detail::npy_api::get();
        if (!known_ || kind != value_kind_ || Py_TYPE(value.ptr()) != api.PyArray_Type_) return nullptr;
        const auto* array = py::detail::array_proxy(value.ptr());
        constexpr int ready = int{py::array::c_style} | int{py::detail::npy_api::NPY_ARRAY_ALIGNED_};
        const bool plain = array->descr == dtype.ptr() && (array->flags & ready) == ready &&
                           static_cast<std::size_t>(array->nd) == value_shape_.size() &&
                           std::equal(value_shape_.begin(), value_shape_.end(), array->dimensions);
        return plain ? array->data : nullptr;
    }
    [[nodiscard]] std::size_t value_count() const noexcept { return value_count_; }
    // As long as no value has been seen, nobody knows how large one is.
    [[nodiscard]] bool has_values() const noexcept { return known_; }

   private:
    template <class P>
    [[nodiscard]] py::object make_argument(const PointBlock<P>& block, std::size_t first, std::size_t count);
    template <class P>
    [[nodiscard]] std::string note(const PointBlock<P>& block, std::size_t first, std::size_t count) const;
    [[nodiscard]] Shape block_shape(std::size_t count) const;
    template <class P>
    void write_points(const PointBlock<P>& block, std::size_t first, std::size_t count, std::byte* to);
    // What f is, or was, called with: written anew, since f may have changed it.
    template <class P>
    [[nodiscard]] std::vector<std::byte> bytes_of(const PointBlock<P>& block, std::size_t first, std::size_t count);
    std::size_t observe_first_float64_scalar();
    [[nodiscard]] bool can_reuse(py::handle argument) const;

    py::object callable_;
    std::vector<py::object> arguments_;
    std::vector<PyObject*> stack_;  // vectorcall's array: one free slot, then the arguments
    std::size_t argnum_;
    Shape shape_;
    Precision precision_;
    bool complex_points_;
    bool scalar_;
    py::dtype dtype_;
    Batching batching_;
    std::size_t block_bytes_;
    std::size_t expected_count_;
    std::vector<std::byte> scratch_;
    py::object spare_;  // the last call's array, if f has let go of it

    bool known_ = false;
    Shape value_shape_;
    std::size_t value_count_ = 1;
    Kind value_kind_;
    Kind expected_;
    std::size_t evaluations_ = 0;

    // The value that told of a mismatch, with its argument: the restarted task need not ask for it again.
    struct Kept {
        std::vector<std::byte> argument;
        py::object value;
    };
    std::optional<Kept> kept_;
};

template <class P, class V>
class PythonEvaluator final : public Evaluator<P, V> {
   public:
    explicit PythonEvaluator(PythonFunction& function) : function_(function) {}

    void evaluate(const PointBlock<P>& points, ValueBlock<V>& values) override;
    [[nodiscard]] std::size_t block_size(std::size_t dimension, std::size_t outputs) const noexcept override;

   private:
    void evaluate_each(const PointBlock<P>& points, ValueBlock<V>& values);
    void evaluate_blocks(const PointBlock<P>& points, ValueBlock<V>& values);

    PythonFunction& function_;
};

extern template class PythonEvaluator<double, double>;
extern template class PythonEvaluator<double, std::complex<double>>;
extern template class PythonEvaluator<long double, long double>;
extern template class PythonEvaluator<long double, std::complex<long double>>;
extern template class PythonEvaluator<std::complex<double>, std::complex<double>>;
extern template class PythonEvaluator<std::complex<long double>, std::complex<long double>>;

}  // namespace secant::bindings
