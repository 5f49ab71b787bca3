// What Python's Gradient, Jacobian and Hessian hold: a function, a method and bounds, ready to be applied to points.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <atomic>
#include <cstddef>
#include <optional>
#include <vector>

#include "array.hpp"
#include "compression.hpp"
#include "function.hpp"
#include "secant/native.hpp"
#include "secant/sink.hpp"
#include "secant/stencil.hpp"

namespace secant::bindings {

enum class Source : std::uint8_t { difference, adaptive, complex_step };

// A method of python/secant/methods.py in the kernels' terms. `step` and `typical` are empty where they are not given.
struct Method {
    Source source = Source::difference;
    Side side = Side::central;
    int order = 4;
    std::optional<py::array> step = {};
    std::optional<py::array> typical = {};
    // Of the adaptive source alone.
    std::optional<double> rtol = {};
    std::optional<double> atol = {};
    std::optional<double> noise = {};
    std::size_t max_evaluations = 0;  // 0: no limit
};

// A native function with how its value is shaped: a scalar, or a vector of `outputs` entries.
struct NativeTarget {
    NativeFunction function;
    bool scalar = true;
};

class Differentiator {
   public:
    Differentiator(py::object function, std::size_t argnum, Batching batching, std::size_t block_bytes, Method method,
                   std::optional<py::array> lower, std::optional<py::array> upper, std::optional<Shape> like);

    // Each takes the arguments of f, of which number `argnum` is the point, and returns the derivative; with `full`, a
    // tuple (derivative, error or None, status or None, steps, slopes at kinks or None, evaluations).
    [[nodiscard]] py::object gradient(const py::tuple& arguments, bool full) const;
    [[nodiscard]] py::object jacobian(const py::tuple& arguments, Layout layout, bool full) const;
    [[nodiscard]] py::object jvp(const py::tuple& arguments, const py::object& v, bool full) const;
    [[nodiscard]] py::object vjp(const py::tuple& arguments, const py::object& w, bool full) const;
    [[nodiscard]] py::object hessian(const py::tuple& arguments, bool full) const;
    // The function held is the gradient: its Jacobian, made symmetric.
    [[nodiscard]] py::object hessian_from_gradient(const py::tuple& arguments, bool full) const;
    // The entries of a pattern, in their order; into `out`, where it is given.
    [[nodiscard]] py::object sparse_jacobian(const py::tuple& arguments, const Compression& compression, bool full,
                                             std::optional<py::array> out) const;
    [[nodiscard]] py::object sparse_hessian(const py::tuple& arguments, const Compression& compression, bool full,
                                            std::optional<py::array> out) const;
    [[nodiscard]] py::object sparse_hessian_from_gradient(const py::tuple& arguments, const Compression& compression,
                                                          bool full, std::optional<py::array> out) const;
    [[nodiscard]] py::object hvp(const py::tuple& arguments, const py::object& v, bool full) const;
    [[nodiscard]] py::object hvp_from_gradient(const py::tuple& arguments, const py::object& v, bool full) const;
    [[nodiscard]] py::object derivative(const py::tuple& arguments, int order, bool full) const;
    [[nodiscard]] py::object partial(const py::tuple& arguments, std::vector<int> orders, bool full) const;
    // The standard deviation of the noise in each entry of f(x).
    [[nodiscard]] py::object noise(const py::tuple& arguments) const;
    // f(x) itself, as an array; what an operator must know of f's shape.
    [[nodiscard]] std::size_t argnum() const noexcept { return argnum_; }
    // The pattern of the Jacobian, or of the Hessian from values: see Task::detect.
    [[nodiscard]] py::tuple detect_pattern(const py::tuple& arguments, bool second, bool nan, bool moving,
                                           double miss_probability, std::size_t most_evaluations,
                                           std::uint64_t seed) const;
    [[nodiscard]] py::object value(const py::tuple& arguments) const;

   private:
    friend class Task;
    friend void check_shapes(const Differentiator& owner, const Shape& x);

    py::object function_;
    std::optional<NativeTarget> native_;
    std::size_t argnum_;
    Batching batching_;
    std::size_t block_bytes_;
    Method method_;
    std::optional<py::array> lower_;
    std::optional<py::array> upper_;
    std::optional<Shape> like_;  // the only shape of x that is accepted
    // How many entries f's value had last time. It decides nothing but how large the first block of a task is.
    mutable std::atomic<std::size_t> last_count_{0};
};

void bind_differentiator(py::module_& module);
void bind_native(py::module_& module);
void bind_parallel(py::module_& module);

}  // namespace secant::bindings
