#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <random>
#include <type_traits>
#include <vector>

#include "products.hpp"
#include "secant/decompress.hpp"

using secant::Coloring;
using secant::ColoringProblem;
using secant::Decompression;
using secant::Lists;
using secant::OwnedLists;
using secant::Products;
using secant::Recovery;
using secant::Units;

TEST_CASE_TEMPLATE("products of a matrix give it back, for every problem, layout and unit", I, std::int32_t,
                   std::int64_t) {
    Engine engine(1);
    using Layout = Block<double>::Layout;
    for (const ColoringProblem& problem : all_problems) {
        for (const Mask& mask : masks_for(problem, engine, 150, 12)) {
            const Pattern<I> pattern(mask);
            const Matrix matrix(engine, mask, is_symmetric(problem));
            const Recovery<I> recovery(pattern->by_rows(), mask.columns(), problem,
                                       some_coloring(engine, *pattern, problem));
            CHECK(recovery.rows() == mask.rows());
            CHECK(recovery.columns() == mask.columns());
            CHECK(recovery.entries() == mask.entries());
            for (const Layout layout : {Layout::rows_first, Layout::columns_first, Layout::backwards}) {
                for (const bool with_units : {false, true}) {
                    const auto units = with_units ? random_units(engine, mask.columns()) : std::vector<double>();
                    const Compressed<double> compressed(mask, matrix, recovery.coloring(), units, layout);
                    std::vector<double> found(mask.entries() + 1, 777);
                    recovery.find(compressed.products(), units_of(units), found.data());
                    CHECK(found.back() == 777);
                    found.pop_back();
                    CHECK(found == matrix.entries<double>(pattern->by_rows()));
                }
            }
        }
    }
}

TEST_CASE("any colouring that determines the matrix gives it back") {
    Engine engine(2);
    int tried = 0;
    for (const ColoringProblem& problem : all_problems) {
        for (const Mask& mask : masks_for(problem, engine, 400, 7)) {
            const Coloring coloring = random_coloring(engine, mask, problem, 1 + below(engine, 9), 0.1);
            if (!determines(mask, problem, coloring)) continue;
            ++tried;
            const Pattern<std::int32_t> pattern(mask);
            const Matrix matrix(engine, mask, is_symmetric(problem));
            const Recovery<std::int32_t> recovery(pattern->by_rows(), mask.columns(), problem, coloring);
            const auto units = random_units(engine, mask.columns());
            const Compressed<double> compressed(mask, matrix, coloring, units, Block<double>::Layout::rows_first);
            std::vector<double> found(mask.entries(), 777);
            recovery.find(compressed.products(), units_of(units), found.data());
            CHECK(found == matrix.entries<double>(pattern->by_rows()));
        }
    }
    CHECK(tried > 400);
}

TEST_CASE_TEMPLATE("only what is wanted is given out: a triangle, some entries, or none", I, std::int32_t,
                   std::int64_t) {
    Engine engine(3);
    for (const ColoringProblem& problem : all_problems) {
        for (const Mask& mask : masks_for(problem, engine, 150, 10)) {
            const Pattern<I> pattern(mask);
            const Matrix matrix(engine, mask, is_symmetric(problem));
            const OwnedLists<I> wanted = some_of<I>(engine, mask);
            const Recovery<I> recovery(pattern->by_rows(), mask.columns(), problem,
                                       some_coloring(engine, *pattern, problem), wanted.view());
            CHECK(recovery.entries() == wanted.entries.size());
            const auto units = random_units(engine, mask.columns());
            const Compressed<double> compressed(mask, matrix, recovery.coloring(), units,
                                                Block<double>::Layout::columns_first);
            std::vector<double> found(wanted.entries.size() + 1, 777);
            recovery.find(compressed.products(), units_of(units), found.data());
            CHECK(found.back() == 777);
            found.pop_back();
            CHECK(found == matrix.entries<double>(wanted.view()));
        }
    }
}

TEST_CASE_TEMPLATE("entries and products may be narrower, wider, or complex", E, float, double, long double,
                   std::complex<double>) {
    Engine engine(4);
    using O = std::conditional_t<std::is_same_v<E, float>, double, E>;
    using R = secant::real_of_t<O>;
    for (const ColoringProblem& problem : all_problems) {
        for (const Mask& mask : masks_for(problem, engine, 30, 10)) {
            const Pattern<std::int32_t> pattern(mask);
            const Matrix matrix(engine, mask, is_symmetric(problem));
            const Recovery<std::int32_t> recovery(pattern->by_rows(), mask.columns(), problem,
                                                  some_coloring(engine, *pattern, problem));
            const auto units = random_units(engine, mask.columns());
            const Compressed<O> compressed(mask, matrix, recovery.coloring(), units, Block<O>::Layout::rows_first);
            std::vector<E> found(mask.entries(), E(777));
            recovery.find(compressed.products(), units_of<R>(units), found.data());
            CHECK(found == matrix.entries<E>(pattern->by_rows()));
        }
    }
}

TEST_CASE("products stay as they are where entries are read directly") {
    Engine engine(5);
    for (const ColoringProblem& problem : all_problems) {
        if (problem.decompression != Decompression::direct) continue;
        for (const Mask& mask : masks_for(problem, engine, 30, 10)) {
            const Pattern<std::int32_t> pattern(mask);
            const Matrix matrix(engine, mask, is_symmetric(problem));
            const Recovery<std::int32_t> recovery(pattern->by_rows(), mask.columns(), problem,
                                                  some_coloring(engine, *pattern, problem));
            const Compressed<double> compressed(mask, matrix, recovery.coloring(), {},
                                                Block<double>::Layout::rows_first);
            const auto columns_before = compressed.of_columns().memory();
            const auto rows_before = compressed.of_rows().memory();
            std::vector<double> found(mask.entries());
            recovery.find(compressed.products(), Units<double>(), found.data());
            CHECK(compressed.of_columns().memory() == columns_before);
            CHECK(compressed.of_rows().memory() == rows_before);
        }
    }
}

TEST_CASE("two threads find the same bits as one") {
    constexpr std::int32_t n = 20000;  // more rows than a thread takes at a time
    Engine engine(6);
    const Pattern<std::int32_t> pattern(band_with_dense_rows<std::int32_t>(n, 2, {}), n);
    OwnedLists<std::int32_t> upper;
    for (std::size_t i = 0; i < n; ++i) {
        for (const std::int32_t j : pattern->by_rows().of(i)) {
            if (static_cast<std::size_t>(j) >= i) upper.entries.push_back(j);
        }
        upper.starts.push_back(static_cast<std::int32_t>(upper.entries.size()));
    }
    for (const ColoringProblem& problem : all_problems) {
        for (const Lists<std::int32_t> wanted : {Lists<std::int32_t>{}, upper.view()}) {
            const Recovery<std::int32_t> recovery(pattern->by_rows(), n, problem,
                                                  secant::color(*pattern, problem, secant::Order{}), wanted);
            const Coloring& coloring = recovery.coloring();
            std::vector<double> units(n);
            for (double& unit : units) unit = 0.1 + std::uniform_real_distribution<double>()(engine);
            const auto find = [&](int threads) {
                Engine same(7);
                std::vector<double> of_columns(n * coloring.column_colors);
                std::vector<double> of_rows(n * coloring.row_colors);
                for (auto* const products : {&of_columns, &of_rows}) {
                    for (double& product : *products) product = std::uniform_real_distribution<double>()(same);
                }
                const Products<double> products{
                    {of_columns.data(), 1, n}, coloring.columns, {of_rows.data(), n, 1}, coloring.rows};
                std::vector<double> found(recovery.entries(), 777);
                recovery.find(products, units_of(units), found.data(), threads);
                return found;
            };
            CHECK(find(2) == find(1));
        }
    }
}

TEST_CASE("the usual case, which is one gather, finds the same bits as others do") {
    Engine engine(11);
    for (const Mask& mask : random_masks(engine, 100, 14)) {
        const OwnedLists<std::int32_t> some = some_of<std::int32_t>(engine, mask);
        const Pattern<std::int32_t> pattern(mask);
        const Coloring coloring = secant::color(*pattern, {});
        const std::size_t m = mask.rows();
        std::vector<double> of_columns(m * coloring.column_colors);
        for (double& product : of_columns) product = std::uniform_real_distribution<double>(-1, 1)(engine);
        const auto units = random_units(engine, mask.columns());
        for (const Lists<std::int32_t> wanted : {Lists<std::int32_t>{}, some.view()}) {
            const Recovery<std::int32_t> recovery(pattern->by_rows(), mask.columns(), {}, coloring, wanted);
            const Products<double> usual{{of_columns.data(), 1, static_cast<std::ptrdiff_t>(m)},
                                         recovery.coloring().columns};
            // The same products, of which nobody knows that each is a colour's.
            const Colors column_of = coloring.columns;
            const Products<double> other{usual.of_columns, column_of};
            std::vector<double> found(recovery.entries());
            std::vector<double> twin(recovery.entries());
            recovery.find(usual, units_of(units), found.data());
            recovery.find(other, units_of(units), twin.data());
            CHECK(found == twin);
        }
    }
}

TEST_CASE("what is wanted must be in the pattern") {
    const Mask mask = band_mask(4, 4, 1, 1);
    const Pattern<std::int32_t> pattern(mask);
    Engine engine(10);
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
            if (mask(i, j)) continue;
            Mask more = mask;
            more.set(i, j);
            const auto wanted = lists_of<std::int32_t>(more);
            try {
                (void)Recovery<std::int32_t>(pattern->by_rows(), 4, {}, secant::color(*pattern, {}), wanted.view());
                FAIL("not noticed");
            } catch (const secant::NotInPattern& error) {
                CHECK(error.row() == i);
                CHECK(error.column() == j);
            }
        }
    }
}

TEST_CASE("dividing by a unit is dividing by it, to the bit, power of two or not") {
    const std::vector<double> values = {1, -2, 0x1p-60, -0x1p70, 3, -0.1, 0x1p-1074, 0x1p-1030, 0x1p1023, 1e300};
    const Units<double> units = units_of(values);
    const Units<double> sizes = units.sizes();
    for (std::size_t j = 0; j < values.size(); ++j) {
        CHECK(units[j] == values[j]);
        CHECK(sizes[j] == std::abs(values[j]));
        for (const double product : {0.0, 1.0, -7.3, 1e-300, 0x1p-1074, 1e200}) {
            CHECK(units.divide(product, j) == product / values[j]);
            CHECK(sizes.divide(product, j) == product / std::abs(values[j]));
            const std::complex<double> both(product, -product);
            CHECK(units.divide(both, j) == both / values[j]);
        }
    }
    CHECK(units.factors().empty());  // some are not powers of two
    const Units<double> powers = units_of({4, -0.5, 1});
    CHECK(std::ranges::equal(powers.factors(), std::vector<double>{0.25, -2, 1}));
    CHECK(std::ranges::equal(powers.sizes().factors(), std::vector<double>{0.25, 2, 1}));
    const Units<double> none;
    CHECK(none.factors().empty());
    CHECK(none[5] == 1);
    CHECK(none.divide(0.3, 5) == 0.3);
    CHECK(none.sizes().divide(0.3, 5) == 0.3);
}
