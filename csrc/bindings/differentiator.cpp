#include "differentiator.hpp"

#include <pybind11/stl.h>

#include <memory>
#include <utility>

#include "task.hpp"

namespace secant::bindings {

Differentiator::Differentiator(py::object function, std::size_t argnum, Batching batching, std::size_t block_bytes,
                               Method method, std::optional<py::array> lower, std::optional<py::array> upper,
                               std::optional<Shape> like)
    : function_(std::move(function)),
      argnum_(argnum),
      batching_(batching),
      block_bytes_(block_bytes),
      method_(std::move(method)),
      lower_(std::move(lower)),
      upper_(std::move(upper)),
      like_(std::move(like)) {
    if (py::isinstance<NativeTarget>(function_)) native_ = function_.cast<NativeTarget>();
    if (like_) check_shapes(*this, *like_);
}

py::object Differentiator::gradient(const py::tuple& arguments, bool full) const {
    return Task(*this, Form::gradient, arguments).run(full);
}

py::object Differentiator::jacobian(const py::tuple& arguments, Layout layout, bool full) const {
    const Form form = layout == Layout::numerator ? Form::jacobian : Form::transposed_jacobian;
    return Task(*this, form, arguments).run(full);
}

py::object Differentiator::jvp(const py::tuple& arguments, const py::object& v, bool full) const {
    Task task(*this, Form::jvp, arguments);
    task.along(v);
    return task.run(full);
}

py::object Differentiator::vjp(const py::tuple& arguments, const py::object& w, bool full) const {
    Task task(*this, Form::vjp, arguments);
    task.weighted_by(w);
    return task.run(full);
}

py::object Differentiator::hessian(const py::tuple& arguments, bool full) const {
    return Task(*this, Form::hessian, arguments).run(full);
}

py::object Differentiator::hessian_from_gradient(const py::tuple& arguments, bool full) const {
    return Task(*this, Form::hessian_from_gradient, arguments).run(full);
}

py::object Differentiator::sparse_jacobian(const py::tuple& arguments, const Compression& compression, bool full,
                                           std::optional<py::array> out) const {
    Task task(*this, Form::sparse_jacobian, arguments);
    task.compressed_by(compression, std::move(out));
    return task.run(full);
}

py::object Differentiator::sparse_hessian(const py::tuple& arguments, const Compression& compression, bool full,
                                          std::optional<py::array> out) const {
    Task task(*this, Form::sparse_hessian, arguments);
    task.compressed_by(compression, std::move(out));
    return task.run(full);
}

py::object Differentiator::sparse_hessian_from_gradient(const py::tuple& arguments, const Compression& compression,
                                                        bool full, std::optional<py::array> out) const {
    Task task(*this, Form::sparse_hessian_from_gradient, arguments);
    task.compressed_by(compression, std::move(out));
    return task.run(full);
}

py::object Differentiator::hvp(const py::tuple& arguments, const py::object& v, bool full) const {
    Task task(*this, Form::hvp, arguments);
    task.along(v);
    return task.run(full);
}

py::object Differentiator::hvp_from_gradient(const py::tuple& arguments, const py::object& v, bool full) const {
    Task task(*this, Form::hvp_from_gradient, arguments);
    task.along(v);
    return task.run(full);
}

py::object Differentiator::derivative(const py::tuple& arguments, int order, bool full) const {
    Task task(*this, Form::derivative, arguments);
    task.of_order(order);
    return task.run(full);
}

py::object Differentiator::partial(const py::tuple& arguments, std::vector<int> orders, bool full) const {
    Task task(*this, Form::partial, arguments);
    task.of_orders(std::move(orders));
    return task.run(full);
}

py::object Differentiator::noise(const py::tuple& arguments) const {
    return Task(*this, Form::noise, arguments).run(false);
}

py::tuple Differentiator::detect_pattern(const py::tuple& arguments, bool second, bool nan, bool moving,
                                         double miss_probability, std::size_t most_evaluations,
                                         std::uint64_t seed) const {
    return Task(*this, second ? Form::hessian_pattern : Form::jacobian_pattern, arguments)
        .detect({nan, moving, miss_probability, most_evaluations, seed});
}

py::object Differentiator::value(const py::tuple& arguments) const {
    return Task(*this, Form::value, arguments).run(false);
}

void bind_differentiator(py::module_& module) {
    py::enum_<Side>(module, "Side")
        .value("backward", Side::backward)
        .value("central", Side::central)
        .value("forward", Side::forward);

    py::class_<Method>(module, "Method")
        .def_static(
            "difference",
            [](Side side, int order, std::optional<py::array> step, std::optional<py::array> typical) {
                return Method{.source = Source::difference,
                              .side = side,
                              .order = order,
                              .step = std::move(step),
                              .typical = std::move(typical)};
            },
            py::arg("side"), py::arg("order"), py::arg("step"), py::arg("typical"))
        .def_static(
            "complex_step",
            [](std::optional<py::array> step, std::optional<py::array> typical) {
                return Method{.source = Source::complex_step, .step = std::move(step), .typical = std::move(typical)};
            },
            py::arg("step"), py::arg("typical"))
        .def_static(
            "adaptive",
            [](std::optional<py::array> typical, std::optional<double> rtol, std::optional<double> atol,
               std::optional<double> noise, std::size_t max_evaluations) {
                return Method{.source = Source::adaptive,
                              .typical = std::move(typical),
                              .rtol = rtol,
                              .atol = atol,
                              .noise = noise,
                              .max_evaluations = max_evaluations};
            },
            py::arg("typical"), py::arg("rtol"), py::arg("atol"), py::arg("noise"), py::arg("max_evaluations"));

    py::class_<Differentiator>(module, "Differentiator")
        .def(py::init([](py::object function, std::size_t argnum, bool vectorized, std::size_t block_bytes,
                         const Method& method, std::optional<py::array> lower, std::optional<py::array> upper,
                         const py::object& like) {
                 return std::make_unique<Differentiator>(
                     std::move(function), argnum, vectorized ? Batching::in_blocks : Batching::point_by_point,
                     block_bytes, method, std::move(lower), std::move(upper),
                     like.is_none() ? std::nullopt : std::optional(as_point(like, "like").shape()));
             }),
             py::arg("function"), py::arg("argnum"), py::arg("vectorized"), py::arg("block_bytes"), py::arg("method"),
             py::arg("lower"), py::arg("upper"), py::arg("like"))
        .def("gradient", &Differentiator::gradient, py::arg("arguments"), py::arg("full") = false)
        .def(
            "jacobian",
            [](const Differentiator& self, const py::tuple& arguments, bool denominator, bool full) {
                return self.jacobian(arguments, denominator ? Layout::denominator : Layout::numerator, full);
            },
            py::arg("arguments"), py::arg("denominator") = false, py::arg("full") = false)
        .def("jvp", &Differentiator::jvp, py::arg("arguments"), py::arg("v"), py::arg("full") = false)
        .def("vjp", &Differentiator::vjp, py::arg("arguments"), py::arg("w"), py::arg("full") = false)
        .def("hessian", &Differentiator::hessian, py::arg("arguments"), py::arg("full") = false)
        .def("hessian_from_gradient", &Differentiator::hessian_from_gradient, py::arg("arguments"),
             py::arg("full") = false)
        .def("sparse_jacobian", &Differentiator::sparse_jacobian, py::arg("arguments"), py::arg("compression"),
             py::arg("full"), py::arg("out"))
        .def("sparse_hessian", &Differentiator::sparse_hessian, py::arg("arguments"), py::arg("compression"),
             py::arg("full"), py::arg("out"))
        .def("sparse_hessian_from_gradient", &Differentiator::sparse_hessian_from_gradient, py::arg("arguments"),
             py::arg("compression"), py::arg("full"), py::arg("out"))
        .def("hvp", &Differentiator::hvp, py::arg("arguments"), py::arg("v"), py::arg("full") = false)
        .def("hvp_from_gradient", &Differentiator::hvp_from_gradient, py::arg("arguments"), py::arg("v"),
             py::arg("full") = false)
        .def("derivative", &Differentiator::derivative, py::arg("arguments"), py::arg("order"), py::arg("full") = false)
        .def("partial", &Differentiator::partial, py::arg("arguments"), py::arg("orders"), py::arg("full") = false)
        .def("noise", &Differentiator::noise, py::arg("arguments"))
        .def_property_readonly("argnum", &Differentiator::argnum)
        .def("detect_pattern", &Differentiator::detect_pattern, py::arg("arguments"), py::arg("second"), py::arg("nan"),
             py::arg("moving"), py::arg("miss_probability"), py::arg("max_evaluations"), py::arg("seed"))
        .def("value", &Differentiator::value, py::arg("arguments"));
}

}  // namespace secant::bindings
