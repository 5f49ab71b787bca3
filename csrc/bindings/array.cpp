#include "array.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>

namespace secant::bindings {

namespace {

using py::detail::npy_api;

[[nodiscard]] bool is_exact_array(py::handle object) { return Py_TYPE(object.ptr()) == npy_api::get().PyArray_Type_; }

[[nodiscard]] bool is_masked(py::handle object) {
    if (!py::isinstance<py::array>(object)) return false;
    const py::object masked = py::module_::import("numpy.ma").attr("MaskedArray");
    return py::isinstance(object, masked);
}

// Without importing SciPy: a sparse matrix can only be given by somebody who has imported it.
[[nodiscard]] bool is_sparse(py::handle object) {
    return !py::isinstance<py::array>(object) && py::hasattr(object, "tocsr") && py::hasattr(object, "nnz");
}

[[nodiscard]] std::string dtype_text(const py::array& array) { return py::str(array.dtype()).cast<std::string>(); }

// numpy.asarray, with NumPy's complaint about ragged lists in the words of this package.
[[nodiscard]] py::array as_array(py::handle object, const std::string& what) {
    try {
        return py::module_::import("numpy").attr("asarray")(object).cast<py::array>();
    } catch (const py::error_already_set& error) {
        if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
        throw py::value_error(what + " cannot be made an array (" + type_name(object) +
                              "): " + py::str(error.value()).cast<std::string>());
    }
}

constexpr const char* accepted_points = "accepted are real numbers: float32, float64, longdouble or integers";

// The real, dense, non-empty, finite array that points and bounds are made of.
[[nodiscard]] py::array checked_point(py::handle object, const char* name, Precision& precision) {
    const std::string what(name);
    if (is_masked(object)) {
        throw py::type_error(what + " is a masked array, whose masked entries have no value; pass " + what +
                             ".filled(...) or select the entries to differentiate by");
    }
    if (is_sparse(object)) throw py::type_error(what + " is a sparse " + type_name(object) + "; pass a dense array");
    py::array array = as_array(object, what);
    Kind kind;
    if (array.size() == 0)
        throw py::value_error(
            what + " is empty" +
            (what == "v" ? "; accepted is an array shaped like x" : ": there is nothing to differentiate by"));
    if (!kind_of(array.dtype(), kind)) {
        throw py::type_error(what + " has dtype " + dtype_text(array) + " (" + type_name(object) + "); " +
                             accepted_points);
    }
    if (kind.complex) {
        throw py::type_error(what + " has dtype " + dtype_text(array) + "; " + accepted_points +
                             ". Differentiate by the real and the imaginary part: x -> f(x[0] + 1j * x[1])");
    }
    precision = kind.precision;
    const py::dtype dtype = dtype_of(kind);
    if (!array.dtype().is(dtype) || (array.flags() & py::array::c_style) == 0 ||
        (array.flags() & npy_api::NPY_ARRAY_ALIGNED_) == 0) {
        array = py::module_::import("numpy").attr("require")(array, dtype, "CA").cast<py::array>();
    }
    return array;
}

template <class T>
void check_finite(const Point& point, const char* name) {
    const auto* values = static_cast<const T*>(point.array.data());
    const std::size_t size = point.size();
    for (std::size_t j = 0; j < size; ++j) {
        if (std::isfinite(values[j])) continue;
        throw py::value_error(name_of_entry(name, point.shape(), j) + " is " + text_of(static_cast<double>(values[j])) +
                              "; derivatives need a finite " + name);
    }
}

template <class From, class To>
void convert(const void* from, std::span<To> to) noexcept {
    const auto* values = static_cast<const From*>(from);
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<To>(values[i]);
}

}  // namespace

py::dtype dtype_of(Kind kind) {
    int number = npy_api::NPY_DOUBLE_;
    switch (kind.precision) {
        case Precision::binary32:
            number = kind.complex ? npy_api::NPY_CFLOAT_ : npy_api::NPY_FLOAT_;
            break;
        case Precision::binary64:
            number = kind.complex ? npy_api::NPY_CDOUBLE_ : npy_api::NPY_DOUBLE_;
            break;
        case Precision::extended:
            number = kind.complex ? npy_api::NPY_CLONGDOUBLE_ : npy_api::NPY_LONGDOUBLE_;
            break;
    }
    return py::dtype(number);
}

bool kind_of(const py::dtype& dtype, Kind& kind) {
    const int number = dtype.num();
    if (number == npy_api::NPY_DOUBLE_) {
        kind = {Precision::binary64, false};
    } else if (number == npy_api::NPY_FLOAT_) {
        kind = {Precision::binary32, false};
    } else if (number == npy_api::NPY_LONGDOUBLE_) {
        kind = {Precision::extended, false};
    } else if (number == npy_api::NPY_CFLOAT_) {
        kind = {Precision::binary32, true};
    } else if (number == npy_api::NPY_CDOUBLE_) {
        kind = {Precision::binary64, true};
    } else if (number == npy_api::NPY_CLONGDOUBLE_) {
        kind = {Precision::extended, true};
    } else if (number > npy_api::NPY_BOOL_ && number < npy_api::NPY_FLOAT_) {
        kind = {Precision::binary64, false};
    } else {
        return false;
    }
    return true;
}

Point as_point(py::handle object, const char* name) {
    Point point;
    if (PyFloat_CheckExact(object.ptr())) {
        point.array = new_array(dtype_of({}), {});
        *static_cast<double*>(point.array.mutable_data()) = PyFloat_AS_DOUBLE(object.ptr());
        point.scalar = true;
    } else if (const bool exact = is_exact_array(object); exact) {
        const auto array = py::reinterpret_borrow<py::array>(object);
        constexpr int wanted = int{py::array::c_style} | int{npy_api::NPY_ARRAY_ALIGNED_};
        const bool ready = array.dtype().is(dtype_of({})) && (array.flags() & wanted) == wanted && array.size() != 0;
        point.array = ready ? array : checked_point(object, name, point.precision);
    } else {
        point.array = checked_point(object, name, point.precision);
        point.scalar = point.array.ndim() == 0 && !py::isinstance<py::array>(object);
    }
    switch (point.precision) {
        case Precision::binary32:
            check_finite<float>(point, name);
            break;
        case Precision::binary64:
            check_finite<double>(point, name);
            break;
        case Precision::extended:
            check_finite<long double>(point, name);
            break;
    }
    return point;
}

py::array as_weights(py::handle object, const char* name) {
    const std::string what(name);
    if (is_masked(object) || is_sparse(object)) {
        throw py::type_error(what + " is a " + type_name(object) + "; pass a dense array");
    }
    py::array array = as_array(object, what);
    Kind kind;
    if (!kind_of(array.dtype(), kind)) {
        throw py::type_error(what + " has dtype " + dtype_text(array) + "; accepted are real or complex numbers");
    }
    return array;
}

py::array as_value(py::handle object) {
    Kind kind;
    if (is_exact_array(object)) {
        auto array = py::reinterpret_borrow<py::array>(object);
        if (kind_of(array.dtype(), kind)) return array;
    }
    constexpr const char* accepted =
        "; accepted are numbers and arrays of numbers (float32, float64, longdouble, complex)";
    if (object.is_none())
        throw py::type_error("f returned None: is a return statement missing?" + std::string(accepted));
    if (is_masked(object)) {
        throw py::type_error(
            "f returned a masked array, whose masked entries have no value; return .filled(...) of it");
    }
    if (is_sparse(object)) {
        throw py::type_error("f returned a sparse " + type_name(object) + "; return a dense array, as with .toarray()");
    }
    py::array array = as_array(object, "what f returned");
    if (!kind_of(array.dtype(), kind)) {
        throw py::type_error("f returned a " + type_name(object) + " of dtype " + dtype_text(array) + accepted);
    }
    return array;
}

py::array new_array(const py::dtype& dtype, const Shape& shape) {
    const npy_api& api = npy_api::get();
    PyObject* array =
        api.PyArray_NewFromDescr_(api.PyArray_Type_, py::dtype(dtype).release().ptr(), static_cast<int>(shape.size()),
                                  shape.data(), nullptr, nullptr, 0, nullptr);
    if (array == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::array>(array);
}

std::string name_of_entry(const char* name, const Shape& shape, std::size_t flat) {
    if (shape.empty()) return name;
    std::string index;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        const auto length = static_cast<std::size_t>(shape[axis]);
        index = std::to_string(flat % length) + (index.empty() ? "" : ", ") + index;
        flat /= length;
    }
    return std::string(name) + "[" + index + "]";
}

std::string text_of(const Shape& shape) {
    std::string text = "(";
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        text += std::to_string(shape[axis]) + (axis + 1 < shape.size() ? ", " : shape.size() == 1 ? "," : "");
    }
    return text + ")";
}

std::string text_of(double value) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

std::string type_name(py::handle object) { return Py_TYPE(object.ptr())->tp_name; }

std::size_t count_of(const Shape& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, [](std::size_t product, py::ssize_t length) {
        return product * static_cast<std::size_t>(length);
    });
}

template <class T>
void copy_entries(const py::array& array, std::span<T> out) {
    constexpr Kind wanted{precision_of<real_of_t<T>>, is_complex<T>};
    const py::dtype dtype = array.dtype();
    const bool plain = (array.flags() & py::array::c_style) != 0 &&
                       (array.flags() & npy_api::NPY_ARRAY_ALIGNED_) != 0 &&
                       (dtype.byteorder() == '=' || dtype.byteorder() == '|');
    Kind kind;
    if (plain && kind_of(dtype, kind) && dtype.is(dtype_of(kind))) {
        if (kind == wanted) {
            if (!out.empty()) std::memcpy(out.data(), array.data(), out.size_bytes());
            return;
        }
        if constexpr (!is_complex<T>) {
            if (kind == Kind{Precision::binary32, false}) return convert<float>(array.data(), out);
            if (kind == Kind{Precision::binary64, false}) return convert<double>(array.data(), out);
        }
    }
    const py::array cast =
        py::module_::import("numpy").attr("require")(array, dtype_of(wanted), "CA").template cast<py::array>();
    if (!out.empty()) std::memcpy(out.data(), cast.data(), out.size_bytes());
}

template void copy_entries<double>(const py::array&, std::span<double>);
template void copy_entries<long double>(const py::array&, std::span<long double>);
template void copy_entries<std::complex<double>>(const py::array&, std::span<std::complex<double>>);
template void copy_entries<std::complex<long double>>(const py::array&, std::span<std::complex<long double>>);

}  // namespace secant::bindings
