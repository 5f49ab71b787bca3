#include "secant/native.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>

#include "differentiator.hpp"

namespace secant::bindings {

namespace {

// Signatures are numbered as in python/secant/native.py.
[[nodiscard]] NativeFunction make_native(std::uintptr_t address, int signature, std::size_t outputs,
                                         std::uintptr_t data) {
    NativeFunction function;
    switch (signature) {
        case 0:
            function.pointer = reinterpret_cast<ScalarFunctionWithData>(address);
            break;
        case 1:
            function.pointer = reinterpret_cast<ScalarFunction>(address);
            break;
        case 2:
            function.pointer = reinterpret_cast<VectorFunctionWithData>(address);
            break;
        default:
            function.pointer = reinterpret_cast<BareVectorFunction>(address);
            break;
    }
    function.outputs = outputs;
    function.data = reinterpret_cast<void*>(data);
    return function;
}

[[nodiscard]] py::object call_native(const NativeTarget& target, py::handle x) {
    const Point point = as_point(x, "x");
    std::vector<double> own = entries_of<double>(point.array);
    py::array value =
        new_array(dtype_of({}), target.scalar ? Shape{} : Shape{static_cast<py::ssize_t>(target.function.outputs)});
    {
        const std::span<double> out(static_cast<double*>(value.mutable_data()), target.function.outputs);
        const py::gil_scoped_release no_gil;
        target.function(own, out);
    }
    return target.scalar ? py::object(value[py::tuple()]) : py::object(value);
}

// (address, name or None, context) of a capsule: what scipy.LowLevelCallable and other makers of capsules keep in it.
[[nodiscard]] py::tuple open_capsule(const py::object& capsule) {
    if (!PyCapsule_CheckExact(capsule.ptr())) throw py::type_error("not a PyCapsule");
    const char* name = PyCapsule_GetName(capsule.ptr());
    if (name == nullptr && PyErr_Occurred() != nullptr) throw py::error_already_set();
    void* pointer = PyCapsule_GetPointer(capsule.ptr(), name);
    if (pointer == nullptr) throw py::error_already_set();
    void* context = PyCapsule_GetContext(capsule.ptr());
    if (context == nullptr && PyErr_Occurred() != nullptr) throw py::error_already_set();
    return py::make_tuple(reinterpret_cast<std::uintptr_t>(pointer),
                          name == nullptr ? py::object(py::none()) : py::object(py::str(name)),
                          reinterpret_cast<std::uintptr_t>(context));
}

}  // namespace

void bind_native(py::module_& module) {
    py::class_<NativeTarget>(module, "NativeFunction")
        .def(py::init([](std::uintptr_t address, int signature, std::size_t outputs, bool scalar, std::uintptr_t data) {
                 return NativeTarget{make_native(address, signature, outputs, data), scalar};
             }),
             py::arg("address"), py::arg("signature"), py::arg("outputs"), py::arg("scalar"), py::arg("data"))
        .def("__call__", &call_native, py::arg("x"));
    module.def("open_capsule", &open_capsule, py::arg("capsule"));
}

}  // namespace secant::bindings
