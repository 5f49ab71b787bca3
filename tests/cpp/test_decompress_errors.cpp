#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "products.hpp"
#include "secant/decompress.hpp"

using secant::Coloring;
using secant::ColoringProblem;
using secant::Decompression;
using secant::Lists;
using secant::OwnedLists;
using secant::Partition;
using secant::Recovery;
using secant::Strided;
using secant::Units;

TEST_CASE("bounds on errors cover what errors in the products do, and no more where entries are read directly") {
    Engine engine(8);
    for (const ColoringProblem& problem : all_problems) {
        for (const Mask& mask : masks_for(problem, engine, 60, 10)) {
            const Pattern<std::int32_t> pattern(mask);
            const Matrix matrix(engine, mask, is_symmetric(problem));
            const OwnedLists<std::int32_t> some = some_of<std::int32_t>(engine, mask);
            const auto wanted = chance(engine, 0.5) ? some.view() : Lists<std::int32_t>{};
            const Recovery<std::int32_t> recovery(pattern->by_rows(), mask.columns(), problem,
                                                  some_coloring(engine, *pattern, problem), wanted);
            const Coloring& coloring = recovery.coloring();
            const auto exact = matrix.entries<double>(wanted.starts.empty() ? pattern->by_rows() : wanted);
            const auto sizes = random_units(engine, mask.columns());
            const Units<double> units = units_of(sizes);
            for (int trial = 0; trial < 4; ++trial) {
                const auto layout = Block<double>::Layout::rows_first;
                const Compressed<double> noisy(mask, matrix, coloring, sizes, layout);
                Mask nothing(mask.rows(), mask.columns());
                const Compressed<double> bounds(nothing, Matrix(engine, nothing, false), coloring, sizes, layout);
                const auto disturb = [&](Strided<double> product, Strided<double> bound, std::size_t rows,
                                         std::size_t columns) {
                    for (std::size_t i = 0; i < rows; ++i) {
                        for (std::size_t c = 0; c < columns; ++c) {
                            bound(i, c) = static_cast<double>(below(engine, 8));
                            product(i, c) += chance(engine, 0.5) ? bound(i, c) : -bound(i, c);
                        }
                    }
                };
                disturb(noisy.of_columns().view(), bounds.of_columns().view(), mask.rows(), coloring.column_colors);
                disturb(noisy.of_rows().view(), bounds.of_rows().view(), coloring.row_colors, mask.columns());
                std::vector<double> found(exact.size());
                std::vector<double> errors(exact.size());
                recovery.find_errors(bounds.products(), units, errors.data());
                recovery.find(noisy.products(), units, found.data());
                for (std::size_t k = 0; k < exact.size(); ++k) {
                    const double error = std::abs(found[k] - exact[k]);
                    CHECK(error <= errors[k] * (1 + 1e-9));
                    if (problem.decompression == Decompression::direct) CHECK(error == errors[k]);
                }
            }
        }
    }
}

TEST_CASE("the entries in a row of a product are those that change with it") {
    Engine engine(9);
    for (const ColoringProblem& problem : all_problems) {
        if (problem.decompression != Decompression::direct || problem.partition == Partition::row) continue;
        for (const Mask& mask : masks_for(problem, engine, 40, 9)) {
            const Pattern<std::int32_t> pattern(mask);
            const Matrix matrix(engine, mask, is_symmetric(problem));
            const OwnedLists<std::int32_t> some = some_of<std::int32_t>(engine, mask);
            const auto wanted = chance(engine, 0.5) ? some.view() : Lists<std::int32_t>{};
            const Recovery<std::int32_t> recovery(pattern->by_rows(), mask.columns(), problem,
                                                  some_coloring(engine, *pattern, problem), wanted);
            const auto sizes = random_units(engine, mask.columns());
            const auto exact = matrix.entries<double>(wanted.starts.empty() ? pattern->by_rows() : wanted);
            for (std::size_t i = 0; i < mask.rows(); ++i) {
                for (std::size_t c = 0; c < recovery.coloring().column_colors; ++c) {
                    const Compressed<double> changed(mask, matrix, recovery.coloring(), sizes,
                                                     Block<double>::Layout::rows_first);
                    changed.of_columns().view()(i, c) += 1;
                    std::vector<double> found(exact.size());
                    recovery.find(changed.products(), units_of(sizes), found.data());
                    std::vector<double> expected = exact;
                    recovery.for_entries_in(i, static_cast<std::int32_t>(c), recovery.coloring().columns,
                                            [&](std::size_t k, std::size_t j) { expected[k] += 1 / sizes[j]; });
                    CHECK(found == expected);
                }
            }
        }
    }
}
