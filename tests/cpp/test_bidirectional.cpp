#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "colorings.hpp"
#include "secant/coloring/bidirectional.hpp"
#include "secant/coloring/recovery.hpp"

using secant::Coloring;
using secant::ColoringProblem;
using secant::Decompression;
using secant::OrderKind;
using secant::Partition;
using secant::Reading;
using secant::SplitColoring;
using secant::Structure;

namespace {

ColoringProblem problem_of(Decompression decompression) {
    return {Structure::nonsymmetric, Partition::bidirectional, decompression};
}

// Columns and rows as vertices of one graph. Colours of rows are others than those of columns.
Colors together(const Coloring& coloring) {
    Colors colors = coloring.columns;
    for (const secant::Color color : coloring.rows) {
        colors.push_back(color + static_cast<secant::Color>(coloring.column_colors));
    }
    return colors;
}

}  // namespace

TEST_CASE_TEMPLATE("columns and rows are coloured as one graph, and every entry is found", I, std::int32_t,
                   std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_masks(engine, 120, 12)) {
        const Pattern<I> pattern(mask);
        const Graph graph = graph_of(bipartite_mask(mask));
        for (const OrderKind kind : all_orders) {
            for (const Decompression decompression : {Decompression::direct, Decompression::substitution}) {
                const Coloring coloring = bidirectional_coloring(*pattern, decompression, {kind, 3});
                REQUIRE(coloring.columns.size() == mask.columns());
                REQUIRE(coloring.rows.size() == mask.rows());
                CHECK(uses_all(coloring.columns, coloring.column_colors));
                CHECK(uses_all(coloring.rows, coloring.row_colors));
                CHECK(coloring.order == secant::Order{kind, 3});
                CHECK(determines(mask, problem_of(decompression), coloring));
                if (decompression == Decompression::direct) {
                    CHECK(is_star(graph, together(coloring)));
                } else {
                    CHECK(is_acyclic(graph, together(coloring)));
                }
            }
        }
    }
}

TEST_CASE("a limit on colours is kept, or the colouring given up") {
    Engine engine(3);
    for (const Mask& mask : random_masks(engine, 60, 9)) {
        const Pattern<std::int32_t> pattern(mask);
        for (const Decompression decompression : {Decompression::direct, Decompression::substitution}) {
            const Coloring free = bidirectional_coloring(*pattern, decompression, {});
            for (std::size_t most = 0; most <= free.count() + 1; ++most) {
                const auto within = bidirectional_coloring_within(*pattern, decompression, {}, most);
                // Colours that both columns and rows have count twice in the end, and once on the way.
                if (most >= free.count()) REQUIRE(within.has_value());
                if (most == 0 && free.count() != 0) REQUIRE_FALSE(within.has_value());
                if (within) CHECK((within->columns == free.columns && within->rows == free.rows));
            }
        }
    }
}

TEST_CASE("an arrow, whose row and column are full, needs three colours where one side needs all") {
    constexpr std::size_t n = 30;
    Mask arrow = band_mask(n, n, 0, 0);
    arrow.set_row(0, true);
    arrow.set_column(0, true);
    const Pattern<std::int32_t> pattern(arrow);
    const SplitColoring<std::int32_t> split = secant::split_coloring(pattern->by_rows(), n, 2, {});
    CHECK(secant::count_colors(split.lists) == 1);
    CHECK(secant::count_colors(split.members) == 2);
    // Every row has an entry in the full column: none of them may share a colour while columns do.
    CHECK(bidirectional_coloring(*pattern, Decompression::direct, {}).count() == n + 1);
}

TEST_CASE_TEMPLATE("a split gives colours to long lists, and to the members of all others", I, std::int32_t,
                   std::int64_t) {
    Engine engine(2);
    for (const Mask& mask : random_masks(engine, 200, 12)) {
        const Pattern<I> pattern(mask);
        const std::size_t length = below(engine, mask.columns() + 1);
        const secant::Order order = {all_orders[below(engine, all_orders.size())], 3};
        const SplitColoring<I> split = secant::split_coloring(pattern->by_rows(), mask.columns(), length, order);
        REQUIRE(split.lists.size() == mask.rows());
        REQUIRE(split.members.size() == mask.columns());
        Mask dense(mask.rows(), mask.columns());
        Mask rest(mask.rows(), mask.columns());
        for (std::size_t i = 0; i < mask.rows(); ++i) {
            const bool is_long = pattern->by_rows().length(i) > length;
            CHECK((split.lists[i] != secant::uncolored) == is_long);
            for (std::size_t j = 0; j < mask.columns(); ++j) (is_long ? dense : rest).set(i, j, mask(i, j));
        }
        for (std::size_t j = 0; j < mask.columns(); ++j) {
            bool needed = false;
            for (std::size_t i = 0; i < mask.rows(); ++i) needed = needed || rest(i, j);
            CHECK((split.members[j] != secant::uncolored) == needed);
        }
        CHECK(is_distance2(dense.transposed(), split.lists));
        CHECK(is_distance2(rest, split.members));
        Coloring coloring{.columns = split.members, .rows = split.lists};
        coloring.column_colors = secant::close_gaps(coloring.columns);
        coloring.row_colors = secant::close_gaps(coloring.rows);
        CHECK(determines(mask, problem_of(Decompression::direct), coloring));
    }
}

TEST_CASE("a long band with dense rows and columns") {
    constexpr std::int32_t n = 2000;
    const Pattern<std::int32_t> pattern(band_with_dense_rows<std::int32_t>(n, 1, {0, 17, 432, 1200, n - 1}), n);
    for (const OrderKind kind : all_orders) {
        const Coloring direct = bidirectional_coloring(*pattern, Decompression::direct, {kind, 1});
        const auto found = secant::readings(*pattern, Structure::nonsymmetric, direct);
        CHECK(std::ranges::count(found, Reading::neither) == 0);
        const Coloring substituted = bidirectional_coloring(*pattern, Decompression::substitution, {kind, 1});
        const secant::RecoveryGraph<std::int32_t> graph(*pattern, Structure::nonsymmetric, substituted);
        CHECK(secant::Peeling<std::int32_t>(graph).steps().size() == pattern->entries());
    }
    const SplitColoring<std::int32_t> split = secant::split_coloring(pattern->by_rows(), n, 8, {});
    CHECK(secant::count_colors(split.lists) == 5);
    CHECK(secant::count_colors(split.members) == 8);
}
