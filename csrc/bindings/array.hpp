// Between Python's objects and the kernels' numbers: what is accepted as a point and as a value, and what is said if it is not.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <complex>
#include <span>
#include <string>
#include <vector>

#include "secant/precision.hpp"

namespace secant::bindings {

namespace py = pybind11;

using Shape = std::vector<py::ssize_t>;

// What an array's numbers are, once integers count as float64.
struct Kind {
    Precision precision = Precision::binary64;
    bool complex = false;

    friend bool operator==(const Kind&, const Kind&) = default;
};

[[nodiscard]] py::dtype dtype_of(Kind kind);

// The kind of a dtype, or nothing usable: then `reason` says in words what the dtype is.
[[nodiscard]] bool kind_of(const py::dtype& dtype, Kind& kind);

// A point at which to differentiate: a contiguous real array, or a scalar.
struct Point {
    py::array array;
    Precision precision = Precision::binary64;
    bool scalar = false;  // f then receives NumPy scalars

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(array.size()); }
    [[nodiscard]] Shape shape() const { return {array.shape(), array.shape() + array.ndim()}; }
};

// Raises TypeError or ValueError, in words that name the argument, for everything that is not a real, finite,
// non-empty, dense array.
[[nodiscard]] Point as_point(py::handle object, const char* name);

// A weight vector of a product: like a point, but complex numbers are allowed.
[[nodiscard]] py::array as_weights(py::handle object, const char* name);

// What f returned, as an array of numbers.
[[nodiscard]] py::array as_value(py::handle object);

// A new array of this shape, not initialised. Several times as fast as py::array's constructors.
[[nodiscard]] py::array new_array(const py::dtype& dtype, const Shape& shape);

// "x[3]", "x[1, 2]", or "x" for a scalar.
[[nodiscard]] std::string name_of_entry(const char* name, const Shape& shape, std::size_t flat);

[[nodiscard]] std::string text_of(const Shape& shape);
[[nodiscard]] std::string text_of(double value);  // the shortest digits that give the value back
[[nodiscard]] std::string type_name(py::handle object);

[[nodiscard]] std::size_t count_of(const Shape& shape);

// The entries of an array as numbers of type T, in C order.
template <class T>
void copy_entries(const py::array& array, std::span<T> out);

template <class T>
[[nodiscard]] std::vector<T> entries_of(const py::array& array) {
    std::vector<T> entries(static_cast<std::size_t>(array.size()));
    copy_entries<T>(array, entries);
    return entries;
}

extern template void copy_entries<double>(const py::array&, std::span<double>);
extern template void copy_entries<long double>(const py::array&, std::span<long double>);
extern template void copy_entries<std::complex<double>>(const py::array&, std::span<std::complex<double>>);
extern template void copy_entries<std::complex<long double>>(const py::array&, std::span<std::complex<long double>>);

}  // namespace secant::bindings
