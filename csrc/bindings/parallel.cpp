#include "secant/parallel.hpp"

#include <pybind11/pybind11.h>

#include "differentiator.hpp"

namespace secant::bindings {

void bind_parallel(py::module_& module) {
    module.attr("has_openmp") = has_openmp;
    module.def("set_thread_limit", &set_thread_limit, py::arg("limit"));
    module.def("available_threads", &available_threads);
}

}  // namespace secant::bindings
