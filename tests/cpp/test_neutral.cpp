#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/acyclic.hpp"
#include "secant/coloring/bidirectional.hpp"
#include "secant/coloring/neutral.hpp"
#include "secant/coloring/star.hpp"

using secant::ColorCover;
using secant::Coloring;
using secant::ColoringProblem;
using secant::Decompression;
using secant::InvalidColoring;
using secant::Order;
using secant::OrderKind;
using secant::Partition;
using secant::Structure;

namespace {

constexpr std::array<ColoringProblem, 4> problems = {
    {{Structure::symmetric, Partition::column, Decompression::direct},
     {Structure::symmetric, Partition::column, Decompression::substitution},
     {Structure::nonsymmetric, Partition::bidirectional, Decompression::direct},
     {Structure::nonsymmetric, Partition::bidirectional, Decompression::substitution}}};

template <class I>
Coloring greedy(const secant::SparsityPattern<I>& pattern, const ColoringProblem& problem, Order order) {
    if (problem.structure == Structure::nonsymmetric) {
        return bidirectional_coloring(pattern, problem.decompression, order);
    }
    const std::vector<I> vertices = order_graph(pattern.by_rows(), order);
    Coloring coloring;
    coloring.columns = problem.decompression == Decompression::direct
                           ? secant::star_coloring<I>(pattern.by_rows(), vertices)
                           : secant::acyclic_coloring<I>(pattern.by_rows(), vertices);
    coloring.column_colors = secant::count_colors(coloring.columns);
    return coloring;
}

// The same classes, less some: each vertex keeps its colour under another number, or loses it with all others of its class.
bool is_part_of(const Colors& kept, const Colors& colors, std::size_t count) {
    std::vector<secant::Color> renamed(count, -2);
    for (std::size_t v = 0; v < colors.size(); ++v) {
        if (colors[v] == secant::uncolored) {
            if (kept[v] != secant::uncolored) return false;
            continue;
        }
        secant::Color& name = renamed[static_cast<std::size_t>(colors[v])];
        if (name == -2) name = kept[v];
        if (name != kept[v]) return false;
    }
    return true;
}

void check_dropped(const Mask& mask, const ColoringProblem& problem, const Coloring& before, const Coloring& after) {
    CHECK(determines(mask, problem, after));
    CHECK(uses_all(after.columns, after.column_colors));
    CHECK(uses_all(after.rows, after.row_colors));
    CHECK(after.count() <= before.count());
    CHECK(is_part_of(after.columns, before.columns, before.column_colors));
    CHECK(is_part_of(after.rows, before.rows, before.row_colors));
}

void names_one_of(const Mask& left, const InvalidColoring& error) {
    const bool inside = error.row() < left.rows() && error.column() < left.columns();
    CHECK((inside && left(error.row(), error.column())));
}

}  // namespace

TEST_CASE_TEMPLATE("without its neutral colours, a colouring still determines the matrix", I, std::int32_t,
                   std::int64_t) {
    Engine engine(1);
    std::size_t dropped = 0;
    for (const ColoringProblem& problem : problems) {
        for (const Mask& mask : masks_for(problem, engine, 120, 12)) {
            const Pattern<I> pattern(mask);
            for (const OrderKind kind : all_orders) {
                const Coloring before = greedy(*pattern, problem, {kind, 3});
                Coloring after = before;
                drop_neutral_colors(*pattern, problem, after);
                check_dropped(mask, problem, before, after);
                dropped += before.count() - after.count();
            }
        }
    }
    CHECK(dropped > 200);
}

TEST_CASE("any colouring that determines the matrix will do; of others, no colour is dropped") {
    Engine engine(2);
    int kept = 0;
    int refused = 0;
    for (const ColoringProblem& problem : problems) {
        CAPTURE(static_cast<int>(problem.structure));
        CAPTURE(static_cast<int>(problem.decompression));
        for (const Mask& mask : masks_for(problem, engine, 300, 7)) {
            const Pattern<std::int32_t> pattern(mask);
            const Coloring before = random_coloring(engine, mask, problem, 1 + below(engine, 9), 0.1);
            Coloring after = before;
            const Mask left = undetermined(mask, problem, before);
            try {
                drop_neutral_colors(*pattern, problem, after);
                ++kept;
                if (left.entries() == 0) {
                    check_dropped(mask, problem, before, after);
                } else {
                    CHECK(after.columns == before.columns);
                    CHECK(after.rows == before.rows);
                }
            } catch (const InvalidColoring& error) {
                ++refused;
                CHECK(left.entries() != 0);
                names_one_of(left, error);
            }
        }
    }
    CHECK(kept > 200);
    CHECK(refused > 200);
}

TEST_CASE("nothing needs a colour where there are no entries, and one end of an edge is enough") {
    for (const ColoringProblem& problem : problems) {
        const Pattern<std::int32_t> empty(Mask(4, 4));
        Coloring coloring = greedy(*empty, problem, {});
        drop_neutral_colors(*empty, problem, coloring);
        CHECK(coloring.count() == 0);
        CHECK(coloring.columns == Colors(4, secant::uncolored));
        Mask edge(2, 2);
        edge.set(0, 1);
        edge.set(1, 0);
        const Pattern<std::int32_t> pattern(edge);
        coloring = greedy(*pattern, problem, {});
        drop_neutral_colors(*pattern, problem, coloring);
        CHECK(coloring.count() == 1);
    }
}

TEST_CASE("a star without diagonal entries needs its hub's colour alone, with a diagonal both") {
    const ColoringProblem& problem = problems[0];
    Mask star(5, 5);
    star.set_row(2, true);
    star.set_column(2, true);
    star.set(2, 2, false);
    const Pattern<std::int32_t> bare(star);
    Coloring coloring = greedy(*bare, problem, {});
    drop_neutral_colors(*bare, problem, coloring);
    CHECK(coloring.columns == Colors{-1, -1, 0, -1, -1});
    star.set(4, 4);
    const Pattern<std::int32_t> with(star);
    coloring = greedy(*with, problem, {});
    drop_neutral_colors(*with, problem, coloring);
    CHECK(coloring.columns == Colors{0, 0, 1, 0, 0});
}

TEST_CASE("a cover takes what is needed, and of pairs the colour that most of them have") {
    const auto cover = [](std::size_t colors, std::vector<std::size_t> needed,
                          std::vector<std::array<std::size_t, 2>> pairs) {
        ColorCover all(colors);
        for (const std::size_t color : needed) all.need(color);
        for (const auto& [a, b] : pairs) all.need_either(a, b);
        return all.choose();
    };
    CHECK(cover(0, {}, {}).empty());
    CHECK(cover(3, {}, {}) == std::vector<char>{0, 0, 0});
    CHECK(cover(3, {1}, {{0, 1}, {2, 1}}) == std::vector<char>{0, 1, 0});
    CHECK(cover(4, {}, {{0, 3}, {3, 1}, {3, 2}}) == std::vector<char>{0, 0, 0, 1});
    CHECK(cover(3, {}, {{2, 2}}) == std::vector<char>{0, 0, 1});
    CHECK(cover(5, {}, {{0, 1}, {0, 1}, {1, 2}, {3, 4}}) == std::vector<char>{0, 1, 0, 1, 0});
}
