#include "function.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

namespace secant::bindings {

namespace {

using py::detail::npy_api;

// Writes a point in the format in which f wants it. Rounding is exact: points were planned for that format.
template <class To, class P>
void narrow(std::span<const P> from, std::byte* to) noexcept {
    auto* entries = reinterpret_cast<To*>(to);
    for (std::size_t j = 0; j < from.size(); ++j) entries[j] = static_cast<To>(from[j]);
}

template <class P>
void write_point(const PointBlock<P>& block, std::size_t index, Precision precision, std::byte* to,
                 std::vector<std::byte>& scratch) {
    using R = real_of_t<P>;
    const std::size_t n = block.dimension();
    if (precision == precision_of<R>) {
        block.write(index, {reinterpret_cast<P*>(to), n});
        return;
    }
    scratch.resize(n * sizeof(P));
    const std::span<P> wide(reinterpret_cast<P*>(scratch.data()), n);
    block.write(index, wide);
    const std::span<const P> from(wide);
    if constexpr (is_complex<P>) {
        if (precision == Precision::binary32) narrow<std::complex<float>>(from, to);
        if (precision == Precision::binary64) narrow<std::complex<double>>(from, to);
    } else {
        if (precision == Precision::binary32) narrow<float>(from, to);
        if (precision == Precision::binary64) narrow<double>(from, to);
    }
}

[[nodiscard]] Kind kind_of_value(const py::object& value) {
    if (PyFloat_Check(value.ptr())) return {};  // a Python float or a NumPy float64
    Kind kind;
    if (Py_TYPE(value.ptr()) == npy_api::get().PyArray_Type_ &&
        kind_of(py::reinterpret_borrow<py::array>(value).dtype(), kind)) {
        return kind;
    }
    (void)kind_of(as_value(value).dtype(), kind);
    return kind;
}

[[nodiscard]] std::string kind_text(Kind kind) { return py::str(dtype_of(kind)).cast<std::string>(); }

}  // namespace

PythonFunction::PythonFunction(py::object callable, std::vector<py::object> arguments, std::size_t argnum,
                               const Point& point, bool complex_points, Batching batching, std::size_t block_bytes,
                               std::size_t expected_count)
    : callable_(std::move(callable)),
      arguments_(std::move(arguments)),
      stack_(arguments_.size() + 1, nullptr),
      argnum_(argnum),
      shape_(point.shape()),
      precision_(point.precision),
      complex_points_(complex_points),
      scalar_(point.scalar),
      dtype_(dtype_of({point.precision, complex_points})),
      batching_(batching),
      block_bytes_(block_bytes),
      expected_count_(expected_count) {
    for (std::size_t k = 0; k < arguments_.size(); ++k) stack_[k + 1] = arguments_[k].ptr();
}

void PythonFunction::expect(Kind kind) noexcept {
    expected_ = kind;
    known_ = false;
}

Shape PythonFunction::block_shape(std::size_t count) const {
    Shape shape{static_cast<py::ssize_t>(count)};
    shape.insert(shape.end(), shape_.begin(), shape_.end());
    return shape;
}

template <class P>
void PythonFunction::write_points(const PointBlock<P>& block, std::size_t first, std::size_t count, std::byte* to) {
    const std::size_t bytes = block.dimension() * static_cast<std::size_t>(dtype_.itemsize());
    for (std::size_t k = 0; k < count; ++k) write_point(block, first + k, precision_, to + k * bytes, scratch_);
}

template <class P>
std::vector<std::byte> PythonFunction::bytes_of(const PointBlock<P>& block, std::size_t first, std::size_t count) {
    std::vector<std::byte> bytes(block.dimension() * static_cast<std::size_t>(dtype_.itemsize()) * count);
    write_points(block, first, count, bytes.data());
    return bytes;
}

template <class P>
py::object PythonFunction::make_argument(const PointBlock<P>& block, std::size_t first, std::size_t count) {
    const npy_api& api = npy_api::get();
    if (batching_ == Batching::in_blocks) {
        py::array array = new_array(dtype_, block_shape(count));
        write_points(block, first, count, static_cast<std::byte*>(array.mutable_data()));
        return array;
    }
    if (scalar_) {
        alignas(std::max_align_t) std::byte value[sizeof(std::complex<long double>)];
        write_point(block, first, precision_, value, scratch_);
        return py::reinterpret_steal<py::object>(api.PyArray_Scalar_(value, dtype_.ptr(), nullptr));
    }
    py::object array = spare_ ? std::exchange(spare_, py::object()) : py::object(new_array(dtype_, shape_));
    write_point(block, first, precision_, reinterpret_cast<std::byte*>(py::detail::array_proxy(array.ptr())->data),
                scratch_);
    return array;
}

// Whether f has left no trace on its argument: no reference, no view, and the same shape, dtype, memory and flags as it came with.
bool PythonFunction::can_reuse([[maybe_unused]] py::handle argument) const {
#ifdef Py_GIL_DISABLED
    return false;  // reference counts of other threads cannot be seen
#else
    if (batching_ == Batching::in_blocks || scalar_ || Py_REFCNT(argument.ptr()) != 1) return false;
    const auto* array = py::detail::array_proxy(argument.ptr());
    constexpr int as_made = int{py::array::c_style} | int{npy_api::NPY_ARRAY_ALIGNED_} |
                            int{npy_api::NPY_ARRAY_WRITEABLE_} | int{npy_api::NPY_ARRAY_OWNDATA_};
    return (array->flags & as_made) == as_made && array->descr == dtype_.ptr() && array->base == nullptr &&
           static_cast<std::size_t>(array->nd) == shape_.size() &&
           std::equal(shape_.begin(), shape_.end(), array->dimensions);
#endif
}

// Which variables were moved, and by how much: worked out only when something went wrong.
template <class P>
std::string PythonFunction::note(const PointBlock<P>& block, std::size_t first, std::size_t count) const {
    if (batching_ == Batching::in_blocks) {
        return "secant: f was called with a block of " + std::to_string(count) + " points, an array of shape " +
               text_of(block_shape(count));
    }
    std::vector<P> point(block.dimension());
    block.write(first, point);
    const auto origin = block.origin();
    std::string moved;
    std::size_t count_moved = 0;
    for (std::size_t j = 0; j < point.size(); ++j) {
        if (point[j] == P(origin[j])) continue;
        ++count_moved;
        if (count_moved > 3) continue;
        const std::string name = name_of_entry("x", shape_, j);
        moved += (moved.empty() ? "" : ", ") + name + " = " + text_of(static_cast<double>(std::real(point[j])));
        if constexpr (is_complex<P>) moved += " + " + text_of(static_cast<double>(point[j].imag())) + "j";
        moved += " (from " + text_of(static_cast<double>(origin[j])) + ")";
    }
    if (count_moved == 0) return "secant: f was called at x itself";
    if (count_moved > 3) moved += " and " + std::to_string(count_moved - 3) + " more entries moved";
    return "secant: f was called at x with " + moved;
}

template <class P>
py::object PythonFunction::call(const PointBlock<P>& block, std::size_t first, std::size_t count) {
    py::object argument = make_argument(block, first, count);
    if (kept_) {
        const Kept kept = *std::exchange(kept_, std::nullopt);
        if (kept.argument == bytes_of(block, first, count)) return kept.value;
    }
    PyObject** arguments = stack_.data() + 1;
    arguments[argnum_] = argument.ptr();
    evaluations_ += count;
    PyObject* result =
        PyObject_Vectorcall(callable_.ptr(), arguments, arguments_.size() | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr);
    arguments[argnum_] = nullptr;
    // A callable without Python code of its own never looks for Ctrl-C: so it is looked for here.
    if (result == nullptr || PyErr_CheckSignals() != 0) {
        Py_XDECREF(result);
        py::error_already_set error;
        error.value().attr("add_note")(note(block, first, count));
        throw error;
    }
    auto value = py::reinterpret_steal<py::object>(result);
    if (can_reuse(argument)) spare_ = std::move(argument);
    if (!known_) {
        const Kind kind = kind_of_value(value);
        if (complex_points_ && !kind.complex) {
            throw py::type_error(
                "f returned " + kind_text(kind) +
                " for a complex x, so the complex step has nothing to read the derivative from; f must be "
                "made of complex analytic operations (no abs, no comparison, no conversion to float), "
                "else use method=\"central\"");
        }
        if (kind != expected_) {
            // A copy: f may write into what it returned.
            kept_ = Kept{bytes_of(block, first, count), as_value(value).attr("copy")()};
            throw KindMismatch{kind};
        }
    }
    return value;
}

std::size_t PythonFunction::observe(const py::array& value, std::size_t count) {
    const bool blocks = batching_ == Batching::in_blocks;
    const py::ssize_t* lengths = value.shape();
    const auto ndim = static_cast<std::size_t>(value.ndim());
    if (blocks && (ndim == 0 || static_cast<std::size_t>(lengths[0]) != count)) {
        throw py::value_error("vectorized f was given a block of " + std::to_string(count) + " points, shape " +
                              text_of(block_shape(count)) + ", and returned shape " +
                              text_of(Shape(lengths, lengths + ndim)) + "; its first axis must have length " +
                              std::to_string(count) + ", one value a point");
    }
    const std::size_t skip = blocks ? 1 : 0;
    Kind kind;
    (void)kind_of(value.dtype(), kind);
    if (!known_) {
        value_shape_.assign(lengths + skip, lengths + ndim);
        value_kind_ = kind;
        value_count_ = count_of(value_shape_);
        known_ = true;
        return value_count_;
    }
    if (!std::equal(lengths + skip, lengths + ndim, value_shape_.begin(), value_shape_.end())) {
        throw py::value_error("f changed the shape of its value: " + text_of(value_shape_) + " before, now " +
                              text_of(Shape(lengths + skip, lengths + ndim)));
    }
    if (kind != value_kind_) {
        throw py::type_error("f changed the dtype of its value: " + kind_text(value_kind_) + " before, now " +
                             kind_text(kind));
    }
    return value_count_;
}

std::size_t PythonFunction::observe_first_float64_scalar() {
    if (known_ && !value_shape_.empty()) {
        throw py::value_error("f changed the shape of its value: " + text_of(value_shape_) + " before, now ()");
    }
    if (known_ && value_kind_ != Kind{}) {
        throw py::type_error("f changed the dtype of its value: " + kind_text(value_kind_) + " before, now float64");
    }
    value_shape_.clear();
    value_count_ = 1;
    value_kind_ = {};
    known_ = true;
    return 1;
}

namespace {

// Values are combined before f is called again, so that they can be read where they are. From so many on, a copy costs more.
constexpr std::size_t worth_lending = 2048;

template <class V>
void lend(ValueBlock<V>& values, const py::object& array, const void* entries, std::size_t rows, std::size_t outputs) {
    auto owner = std::shared_ptr<const void>(new py::object(array),
                                             [](const void* kept) { delete static_cast<const py::object*>(kept); });
    values.lend(static_cast<const V*>(entries), rows, outputs, std::move(owner));
}

}  // namespace

template <class P, class V>
void PythonEvaluator<P, V>::evaluate(const PointBlock<P>& points, ValueBlock<V>& values) {
    if (function_.batching() == Batching::in_blocks) {
        evaluate_blocks(points, values);
    } else {
        evaluate_each(points, values);
    }
}

template <class P, class V>
void PythonEvaluator<P, V>::evaluate_each(const PointBlock<P>& points, ValueBlock<V>& values) {
    constexpr Kind kind{precision_of<real_of_t<V>>, is_complex<V>};
    const py::dtype plain = dtype_of(kind);
    values.release();
    std::span<V> block;
    std::size_t outputs = 0;
    const auto row = [&](std::size_t k, std::size_t size) {
        if (k == 0) {
            outputs = size;
            block = values.allocate(points.size(), size);
        }
        return block.subspan(k * outputs, outputs);
    };
    for (std::size_t k = 0; k < points.size(); ++k) {
        const py::object value = function_.call(points, k, 1);
        if (PyFloat_Check(value.ptr())) {  // a Python float or a NumPy float64
            row(k, function_.observe_float64_scalar())[0] = static_cast<V>(PyFloat_AS_DOUBLE(value.ptr()));
            continue;
        }
        if (const void* entries = function_.entries_if_plain(value, plain, kind); entries != nullptr) {
            if (points.size() == 1 && function_.value_count() >= worth_lending) {
                lend(values, value, entries, 1, function_.value_count());
                return;
            }
            const std::span<V> out = row(k, function_.value_count());
            if (!out.empty()) std::memcpy(out.data(), entries, out.size_bytes());
            continue;
        }
        const py::array array = as_value(value);
        copy_entries<V>(array, row(k, function_.observe(array, 1)));
    }
}

template <class P, class V>
void PythonEvaluator<P, V>::evaluate_blocks(const PointBlock<P>& points, ValueBlock<V>& values) {
    // A block is split where it would need more memory than is granted: the driver plans whole columns.
    values.release();
    std::span<V> block;
    for (std::size_t done = 0; done < points.size();) {
        const std::size_t outputs_before = function_.has_values() ? function_.value_count() : 0;
        const std::size_t at_most = block_size(points.dimension(), outputs_before);
        const std::size_t count = std::min(at_most, points.size() - done);
        const py::object value = function_.call(points, done, count);
        const py::array array = as_value(value);
        const std::size_t outputs = function_.observe(array, count);
        constexpr Kind plain{precision_of<real_of_t<V>>, is_complex<V>};
        constexpr int ready = int{py::array::c_style} | int{npy_api::NPY_ARRAY_ALIGNED_};
        if (count == points.size() && array.dtype().is(dtype_of(plain)) && (array.flags() & ready) == ready) {
            lend(values, array, array.data(), count, outputs);
            return;
        }
        if (done == 0) block = values.allocate(points.size(), outputs);
        copy_entries<V>(array, block.subspan(done * outputs, count * outputs));
        done += count;
    }
}

template <class P, class V>
std::size_t PythonEvaluator<P, V>::block_size(std::size_t dimension, std::size_t outputs) const noexcept {
    if (function_.batching() == Batching::point_by_point) return Evaluator<P, V>::block_size(dimension, outputs);
    // How large a value is must be known before many of them are asked for: from an earlier task, or from one point.
    const std::size_t known = outputs == 0 ? function_.expected_count() : outputs;
    if (known == 0) return 1;
    const std::size_t bytes = dimension * sizeof(P) + known * sizeof(V);
    return std::max<std::size_t>(1, function_.block_bytes() / bytes);
}

template class PythonEvaluator<double, double>;
template class PythonEvaluator<double, std::complex<double>>;
template class PythonEvaluator<long double, long double>;
template class PythonEvaluator<long double, std::complex<long double>>;
template class PythonEvaluator<std::complex<double>, std::complex<double>>;
template class PythonEvaluator<std::complex<long double>, std::complex<long double>>;

}  // namespace secant::bindings
