// Patterns and colourings as Python gives them: arrays of 32-bit or of 64-bit indices.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <variant>

#include "array.hpp"
#include "secant/decompress.hpp"

namespace secant::bindings {

// A pattern's lists by rows. Python has checked that they are sorted, without duplicates, and of one dtype.
struct PatternArrays {
    py::array starts;
    py::array entries;

    [[nodiscard]] bool wide() const { return starts.itemsize() == 8; }
    template <class I>
    [[nodiscard]] Lists<I> lists() const {
        return {{static_cast<const I*>(starts.data()), static_cast<std::size_t>(starts.size())},
                {static_cast<const I*>(entries.data()), static_cast<std::size_t>(entries.size())}};
    }
};

// How the entries of a pattern are found in compressed products: made once for a pattern and a colouring.
class Compression {
   public:
    Compression(PatternArrays pattern, std::size_t columns, const ColoringProblem& problem, Coloring coloring,
                std::optional<PatternArrays> wanted);

    [[nodiscard]] std::size_t entries() const;
    [[nodiscard]] std::size_t rows() const;
    [[nodiscard]] std::size_t columns() const;
    [[nodiscard]] const ColoringProblem& problem() const noexcept { return problem_; }
    [[nodiscard]] py::array decompress(const std::optional<py::array>& of_columns,
                                       const std::optional<py::array>& of_rows) const;

    // Calls visit(recovery) with the one of the right index type.
    template <class Visit>
    void with_recovery(Visit&& visit) const {
        std::visit(std::forward<Visit>(visit), recovery_);
    }

   private:
    using AnyRecovery = std::variant<Recovery<std::int32_t>, Recovery<std::int64_t>>;

    [[nodiscard]] AnyRecovery make(std::size_t columns, Coloring coloring) const;

    PatternArrays pattern_;  // keep alive what the recovery has views of
    std::optional<PatternArrays> wanted_;
    ColoringProblem problem_;
    AnyRecovery recovery_;
};

void bind_compression(py::module_& module);

}  // namespace secant::bindings
