#include <pybind11/pybind11.h>

#include "compression.hpp"
#include "differentiator.hpp"

PYBIND11_MODULE(_core, module) {
    module.doc() = "The compiled part of secant: see the classes of the package, which call it.";
    // Types that later definitions mention come first.
    secant::bindings::bind_native(module);
    secant::bindings::bind_compression(module);
    secant::bindings::bind_differentiator(module);
    secant::bindings::bind_parallel(module);
}
