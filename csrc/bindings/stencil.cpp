#include "secant/stencil.hpp"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "differentiator.hpp"

namespace secant::bindings {

void bind_stencil(py::module_& module) {
    py::class_<Stencil>(module, "Stencil")
        .def(py::init(&make_stencil), py::arg("side"), py::arg("derivative"), py::arg("order"))
        .def_readonly("offsets", &Stencil::offsets)
        .def_readonly("numerators", &Stencil::numerators)
        .def_readonly("denominator", &Stencil::denominator)
        .def_readonly("error_constant", &Stencil::error_constant)
        .def_readonly("noise_gain", &Stencil::noise_gain);
}

}  // namespace secant::bindings
