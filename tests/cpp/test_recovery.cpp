#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/recovery.hpp"

using secant::Coloring;
using secant::ColoringProblem;
using secant::Decompression;
using secant::InvalidColoring;
using secant::Partition;
using secant::Peeling;
using secant::Reading;
using secant::RecoveryGraph;
using secant::Structure;
using secant::Substitution;

namespace {

bool alone(const Mask& mask, std::size_t i, std::size_t j, const Colors& colors) {
    if (colors[j] == secant::uncolored) return false;
    for (std::size_t k = 0; k < mask.columns(); ++k) {
        if (k != j && mask(i, k) && colors[k] == colors[j]) return false;
    }
    return true;
}

// The matrix whose entries are a recovery graph's edges, and the colours of its vertices.
struct WholeGraph {
    Mask mask;
    Colors colors;

    WholeGraph(const Mask& matrix, Structure structure, const Coloring& coloring)
        : mask(structure == Structure::symmetric ? matrix : bipartite_mask(matrix)), colors(coloring.columns) {
        if (structure == Structure::symmetric) return;
        colors.resize(matrix.columns(), secant::uncolored);
        for (const secant::Color color : coloring.rows) {
            colors.push_back(color == secant::uncolored ? color
                                                        : color + static_cast<secant::Color>(coloring.column_colors));
        }
        colors.resize(mask.rows(), secant::uncolored);
    }
};

// Takes all steps in their order: each must find an entry that nobody has found, alone in its reader's row of the product.
bool solves(const std::vector<std::array<std::size_t, 2>>& steps, const WholeGraph& whole) {
    Mask left = whole.mask;
    for (const auto& [reader, other] : steps) {
        if (!left(reader, other) || !alone(left, reader, other, whole.colors)) return false;
        left.set(reader, other, false);
        left.set(other, reader, false);
    }
    return left.entries() == 0;
}

}  // namespace

TEST_CASE_TEMPLATE("an entry is alone where no other of its row has its colour", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_masks(engine, 300, 12)) {
        const Colors colors = random_colors(engine, mask.columns(), 1 + below(engine, 6), 0.2);
        const auto lists = lists_of<I>(mask);
        const std::vector<char> found = secant::alone_in_list<I>(lists.view(), colors);
        REQUIRE(found.size() == mask.entries());
        std::size_t k = 0;
        for (std::size_t i = 0; i < mask.rows(); ++i) {
            for (std::size_t j = 0; j < mask.columns(); ++j) {
                if (mask(i, j)) CHECK((found[k++] != 0) == alone(mask, i, j, colors));
            }
        }
    }
}

TEST_CASE_TEMPLATE("places go to the transposed matrix and back", I, std::int32_t, std::int64_t) {
    Engine engine(2);
    for (const Mask& mask : random_masks(engine, 100, 12)) {
        const auto rows = lists_of<I>(mask);
        const auto columns = lists_of<I>(mask.transposed());
        const std::vector<I> there = secant::transposed_places(rows.view(), columns.view());
        const std::vector<I> back = secant::transposed_places(columns.view(), rows.view());
        for (std::size_t k = 0; k < there.size(); ++k) {
            CHECK(static_cast<std::size_t>(back[static_cast<std::size_t>(there[k])]) == k);
        }
        for (std::size_t i = 0; i < mask.rows(); ++i) {
            for (std::size_t k = rows.view().begin(i); k < rows.view().end(i); ++k) {
                CHECK(columns.entries[static_cast<std::size_t>(there[k])] == static_cast<I>(i));
            }
        }
    }
}

TEST_CASE_TEMPLATE("entries are read where they are alone, in either product or both", I, std::int32_t, std::int64_t) {
    Engine engine(3);
    for (const ColoringProblem& problem : all_problems) {
        for (const Mask& mask : masks_for(problem, engine, 150, 9)) {
            const bool symmetric = problem.structure == Structure::symmetric;
            const Coloring coloring = random_coloring(engine, mask, problem, 1 + below(engine, 7), 0.1);
            const Pattern<I> pattern(mask);
            const std::vector<Reading> found = secant::readings(*pattern, problem.structure, coloring);
            REQUIRE(found.size() == mask.entries());
            std::size_t k = 0;
            for (std::size_t i = 0; i < mask.rows(); ++i) {
                for (std::size_t j = 0; j < mask.columns(); ++j) {
                    if (!mask(i, j)) continue;
                    const bool own = !coloring.columns.empty() && alone(mask, i, j, coloring.columns);
                    const bool mirrored = symmetric
                                              ? alone(mask, j, i, coloring.columns)
                                              : !coloring.rows.empty() && alone(mask.transposed(), j, i, coloring.rows);
                    const Reading expected = own ? (mirrored ? Reading::either : Reading::own)
                                                 : (mirrored ? Reading::mirrored : Reading::neither);
                    CHECK(found[k++] == expected);
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("by substitution, each entry is found once, when all others are out of its way", I, std::int32_t,
                   std::int64_t) {
    Engine engine(4);
    int solved = 0;
    int refused = 0;
    for (const Structure structure : {Structure::symmetric, Structure::nonsymmetric}) {
        const ColoringProblem problem = {
            structure, structure == Structure::symmetric ? Partition::column : Partition::bidirectional,
            Decompression::substitution};
        for (const Mask& mask : masks_for(problem, engine, 400, 8)) {
            const Coloring coloring = random_coloring(engine, mask, problem, 1 + below(engine, 8), 0.05);
            const WholeGraph whole(mask, structure, coloring);
            const Pattern<I> pattern(mask);
            const RecoveryGraph<I> graph(*pattern, structure, coloring);
            if (!determines(mask, problem, coloring)) {
                ++refused;
                CHECK_THROWS_AS((void)Peeling<I>(graph).steps(), InvalidColoring);
                continue;
            }
            ++solved;
            std::vector<std::array<std::size_t, 2>> steps;
            for (const Substitution<I>& step : Peeling<I>(graph).steps()) {
                steps.push_back({static_cast<std::size_t>(step.reader), static_cast<std::size_t>(step.other)});
                const auto target = static_cast<std::size_t>(step.target);
                const auto mirror = static_cast<std::size_t>(step.mirror);
                CHECK(graph.graph.entries[target] == step.other);
                CHECK(graph.graph.entries[mirror] == step.reader);
                CHECK(graph.graph.begin(steps.back()[0]) <= target);
                CHECK(target < graph.graph.end(steps.back()[0]));
            }
            CHECK(solves(steps, whole));
        }
    }
    CHECK(solved > 100);
    CHECK(refused > 100);
}

TEST_CASE("an entry is isolated where it is alone in both of its products") {
    Engine engine(5);
    for (const Structure structure : {Structure::symmetric, Structure::nonsymmetric}) {
        const ColoringProblem problem = {structure, Partition::bidirectional, Decompression::substitution};
        for (const Mask& mask : masks_for(problem, engine, 100, 9)) {
            const Coloring coloring = random_coloring(engine, mask, problem, 1 + below(engine, 7), 0.1);
            const WholeGraph whole(mask, structure, coloring);
            const Pattern<std::int32_t> pattern(mask);
            const RecoveryGraph<std::int32_t> graph(*pattern, structure, coloring);
            const Peeling<std::int32_t> peeling(graph);
            std::size_t k = 0;
            for (std::size_t v = 0; v < whole.mask.rows(); ++v) {
                for (std::size_t w = 0; w < whole.mask.columns(); ++w) {
                    if (!whole.mask(v, w)) continue;
                    const bool both = alone(whole.mask, v, w, whole.colors) && alone(whole.mask, w, v, whole.colors);
                    CHECK(peeling.isolated(k++) == both);
                }
            }
        }
    }
}

TEST_CASE("a colouring that is refused is refused for an entry that it does not determine") {
    Engine engine(6);
    const ColoringProblem problem = {Structure::symmetric, Partition::column, Decompression::substitution};
    int refused = 0;
    for (const Mask& mask : random_graphs(engine, 200, 8)) {
        const Coloring coloring = random_coloring(engine, mask, problem, 1 + below(engine, 4), 0.1);
        const Mask left = undetermined(mask, problem, coloring);
        const Pattern<std::int32_t> pattern(mask);
        const RecoveryGraph<std::int32_t> graph(*pattern, problem.structure, coloring);
        try {
            (void)Peeling<std::int32_t>(graph).steps();
            CHECK(left.entries() == 0);
        } catch (const InvalidColoring& error) {
            ++refused;
            CHECK(left(error.row(), error.column()));
        }
    }
    CHECK(refused > 50);
}

TEST_CASE("chains of substitutions are as short as the tree allows") {
    // A path of two colours: solved from both ends, it takes half of its length.
    constexpr std::size_t n = 41;
    const Mask path = [] {
        Mask mask = band_mask(n, n, 1, 1);
        for (std::size_t v = 0; v < n; ++v) mask.set(v, v, false);
        return mask;
    }();
    const Pattern<std::int32_t> pattern(path);
    Coloring coloring;
    for (std::size_t v = 0; v < n; ++v) coloring.columns.push_back(static_cast<secant::Color>(v % 2));
    coloring.column_colors = 2;
    const RecoveryGraph<std::int32_t> graph(*pattern, Structure::symmetric, coloring);
    std::vector<std::size_t> depth(n, 0);  // of the last subtraction from a vertex's row
    std::size_t deepest = 0;
    for (const auto& step : Peeling<std::int32_t>(graph).steps()) {
        const auto reader = static_cast<std::size_t>(step.reader);
        const auto other = static_cast<std::size_t>(step.other);
        depth[other] = std::max(depth[other], depth[reader] + 1);
        deepest = std::max(deepest, depth[other]);
    }
    CHECK(deepest <= n / 2 + 1);
}
