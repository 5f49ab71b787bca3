#include "compression.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <complex>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "secant/coloring/best.hpp"
#include "secant/coloring/check.hpp"

namespace secant::bindings {

namespace {

using Colors = py::array_t<Color, int{py::array::c_style} | int{py::array::forcecast}>;

[[nodiscard]] std::vector<Color> colors_of(const std::optional<Colors>& array) {
    if (!array) return {};
    return {array->data(), array->data() + array->size()};
}
[[nodiscard]] py::object array_of(const std::vector<Color>& colors) {
    Colors array(static_cast<py::ssize_t>(colors.size()));
    std::ranges::copy(colors, array.mutable_data());
    return array;
}

[[nodiscard]] Coloring coloring_of(const std::optional<Colors>& columns, const std::optional<Colors>& rows) {
    Coloring coloring{.columns = colors_of(columns), .rows = colors_of(rows)};
    coloring.column_colors = count_colors(coloring.columns);
    coloring.row_colors = count_colors(coloring.rows);
    return coloring;
}

template <class Visit>
auto with_lists(const PatternArrays& pattern, Visit&& visit) {
    if (pattern.wide()) return visit(pattern.lists<std::int64_t>());
    return visit(pattern.lists<std::int32_t>());
}

py::tuple color_pattern(const PatternArrays& pattern, std::size_t columns, const ColoringProblem& problem,
                        std::optional<OrderKind> kind, std::uint64_t seed) {
    const Coloring coloring = with_lists(pattern, [&]<class I>(Lists<I> lists) {
        const py::gil_scoped_release no_gil;
        return color(SparsityPattern<I>(lists, columns), problem,
                     kind ? std::optional(Order{*kind, seed}) : std::nullopt);
    });
    const auto optional = [](const std::vector<Color>& colors) {
        return colors.empty() ? py::object(py::none()) : array_of(colors);
    };
    return py::make_tuple(optional(coloring.columns), optional(coloring.rows));
}

std::optional<std::string> explain_coloring(const PatternArrays& pattern, std::size_t columns,
                                            const ColoringProblem& problem, const std::optional<Colors>& column_colors,
                                            const std::optional<Colors>& row_colors) {
    return with_lists(pattern, [&]<class I>(Lists<I> lists) {
        return check_coloring(SparsityPattern<I>(lists, columns), problem, coloring_of(column_colors, row_colors));
    });
}

template <class T>
[[nodiscard]] Strided<const T> strided(const std::optional<py::array>& array) {
    if (!array) return {};
    const auto size = static_cast<py::ssize_t>(sizeof(T));
    return {static_cast<const T*>(array->data()), array->strides(0) / size, array->strides(1) / size};
}

// Entries from products of type T; those that substitution changes are copied first.
template <class T>
[[nodiscard]] py::array decompress_as(const Compression& compression, const std::optional<py::array>& of_columns,
                                      const std::optional<py::array>& of_rows) {
    py::array_t<T> out(static_cast<py::ssize_t>(compression.entries()));
    T* const entries = out.mutable_data();
    const auto copy = [](const std::optional<py::array>& array) {
        std::vector<T> own;
        if (!array) return own;
        const Strided<const T> from = strided<T>(array);
        const auto width = static_cast<std::size_t>(array->shape(1));
        own.resize(static_cast<std::size_t>(array->size()));
        for (std::size_t k = 0; k < own.size(); ++k) own[k] = from(k / width, k % width);
        return own;
    };
    const bool changes = compression.problem().decompression == Decompression::substitution;
    std::vector<T> columns = changes ? copy(of_columns) : std::vector<T>();
    std::vector<T> rows = changes ? copy(of_rows) : std::vector<T>();
    compression.with_recovery([&]<class I>(const Recovery<I>& recovery) {
        const std::span<const Color> column_of(recovery.coloring().columns);
        const std::span<const Color> row_of(recovery.coloring().rows);
        const auto threads = recovery.entries() < (std::size_t{1} << 16) ? 1 : available_threads();
        const auto width = [](const std::optional<py::array>& array) { return array ? array->shape(1) : 0; };
        if (changes) {
            const Products<T> products{
                {columns.data(), width(of_columns), 1}, column_of, {rows.data(), width(of_rows), 1}, row_of};
            recovery.find(products, Units<real_of_t<T>>(), entries, threads);
        } else {
            const Products<const T> products{strided<T>(of_columns), column_of, strided<T>(of_rows), row_of};
            recovery.read(products, Units<real_of_t<T>>(), entries, threads);
        }
    });
    return out;
}

}  // namespace

Compression::Compression(PatternArrays pattern, std::size_t columns, const ColoringProblem& problem, Coloring coloring,
                         std::optional<PatternArrays> wanted)
    : pattern_(std::move(pattern)),
      wanted_(std::move(wanted)),
      problem_(problem),
      recovery_(make(columns, std::move(coloring))) {}

Compression::AnyRecovery Compression::make(std::size_t columns, Coloring coloring) const {
    return with_lists(pattern_, [&]<class I>(Lists<I> lists) -> AnyRecovery {
        const py::gil_scoped_release no_gil;
        return Recovery<I>(lists, columns, problem_, std::move(coloring), wanted_ ? wanted_->lists<I>() : Lists<I>{});
    });
}

std::size_t Compression::entries() const {
    return std::visit([](const auto& recovery) { return recovery.entries(); }, recovery_);
}
std::size_t Compression::rows() const {
    return std::visit([](const auto& recovery) { return recovery.rows(); }, recovery_);
}
std::size_t Compression::columns() const {
    return std::visit([](const auto& recovery) { return recovery.columns(); }, recovery_);
}

py::array Compression::decompress(const std::optional<py::array>& of_columns,
                                  const std::optional<py::array>& of_rows) const {
    const py::dtype dtype = (of_columns ? *of_columns : of_rows.value()).dtype();
    if (dtype.is(py::dtype::of<float>())) return decompress_as<float>(*this, of_columns, of_rows);
    if (dtype.is(py::dtype::of<double>())) return decompress_as<double>(*this, of_columns, of_rows);
    if (dtype.is(py::dtype::of<long double>())) return decompress_as<long double>(*this, of_columns, of_rows);
    if (dtype.is(py::dtype::of<std::complex<float>>())) {
        return decompress_as<std::complex<float>>(*this, of_columns, of_rows);
    }
    if (dtype.is(py::dtype::of<std::complex<double>>())) {
        return decompress_as<std::complex<double>>(*this, of_columns, of_rows);
    }
    return decompress_as<std::complex<long double>>(*this, of_columns, of_rows);
}

void bind_compression(py::module_& module) {
    py::enum_<Structure>(module, "Structure")
        .value("nonsymmetric", Structure::nonsymmetric)
        .value("symmetric", Structure::symmetric);
    py::enum_<Partition>(module, "Partition")
        .value("column", Partition::column)
        .value("row", Partition::row)
        .value("bidirectional", Partition::bidirectional);
    py::enum_<Decompression>(module, "Decompression")
        .value("direct", Decompression::direct)
        .value("substitution", Decompression::substitution);
    py::enum_<OrderKind>(module, "OrderKind")
        .value("natural", OrderKind::natural)
        .value("largest_first", OrderKind::largest_first)
        .value("smallest_last", OrderKind::smallest_last)
        .value("incidence_degree", OrderKind::incidence_degree)
        .value("dynamic_largest_first", OrderKind::dynamic_largest_first)
        .value("random", OrderKind::random);
    py::class_<ColoringProblem>(module, "ColoringProblem")
        .def(py::init([](Structure structure, Partition partition, Decompression decompression) {
                 return ColoringProblem{structure, partition, decompression};
             }),
             py::arg("structure"), py::arg("partition"), py::arg("decompression"));
    py::class_<PatternArrays>(module, "PatternArrays")
        .def(py::init([](py::array starts, py::array entries) {
                 return PatternArrays{std::move(starts), std::move(entries)};
             }),
             py::arg("starts"), py::arg("entries"));
    module.def("color", &color_pattern, py::arg("pattern"), py::arg("columns"), py::arg("problem"), py::arg("kind"),
               py::arg("seed"));
    module.def("explain_coloring", &explain_coloring, py::arg("pattern"), py::arg("columns"), py::arg("problem"),
               py::arg("column_colors"), py::arg("row_colors"));

    py::class_<Compression>(module, "Compression")
        .def(py::init([](const PatternArrays& pattern, std::size_t columns, const ColoringProblem& problem,
                         const std::optional<Colors>& column_colors, const std::optional<Colors>& row_colors,
                         const std::optional<PatternArrays>& wanted) {
                 return std::make_unique<Compression>(pattern, columns, problem, coloring_of(column_colors, row_colors),
                                                      wanted);
             }),
             py::arg("pattern"), py::arg("columns"), py::arg("problem"), py::arg("column_colors"),
             py::arg("row_colors"), py::arg("wanted"))
        .def("decompress", &Compression::decompress, py::arg("of_columns"), py::arg("of_rows"));
}

}  // namespace secant::bindings
