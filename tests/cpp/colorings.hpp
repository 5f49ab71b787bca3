// What must be true of colourings, by definition: slow, obvious, and without the kernels' data structures.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "patterns.hpp"
#include "secant/coloring/coloring.hpp"

using Colors = std::vector<secant::Color>;

inline constexpr std::array all_orders = {
    secant::OrderKind::natural,          secant::OrderKind::largest_first,         secant::OrderKind::smallest_last,
    secant::OrderKind::incidence_degree, secant::OrderKind::dynamic_largest_first, secant::OrderKind::random};

// The row partition's mirror image, and one that says "symmetric" of what is, are left out: they are the same to a colouring.
inline constexpr std::array<secant::ColoringProblem, 6> all_problems = {
    {{secant::Structure::nonsymmetric, secant::Partition::column, secant::Decompression::direct},
     {secant::Structure::nonsymmetric, secant::Partition::row, secant::Decompression::direct},
     {secant::Structure::nonsymmetric, secant::Partition::bidirectional, secant::Decompression::direct},
     {secant::Structure::nonsymmetric, secant::Partition::bidirectional, secant::Decompression::substitution},
     {secant::Structure::symmetric, secant::Partition::column, secant::Decompression::direct},
     {secant::Structure::symmetric, secant::Partition::column, secant::Decompression::substitution}}};

[[nodiscard]] inline std::vector<Mask> masks_for(const secant::ColoringProblem& problem, Engine& engine, int count,
                                                 std::size_t most) {
    return problem.structure == secant::Structure::symmetric ? random_graphs(engine, count, most)
                                                             : random_masks(engine, count, most);
}

// Neighbours of each vertex, without itself.
using Graph = std::vector<std::vector<std::size_t>>;

[[nodiscard]] inline Graph graph_of(const Mask& mask) {
    Graph graph(mask.rows());
    for (std::size_t v = 0; v < mask.rows(); ++v) {
        for (std::size_t w = 0; w < mask.columns(); ++w) {
            if (v != w && mask(v, w)) graph[v].push_back(w);
        }
    }
    return graph;
}

// Vertices without a colour are as if they were not there.
[[nodiscard]] inline bool is_proper(const Graph& graph, const Colors& colors) {
    for (std::size_t v = 0; v < graph.size(); ++v) {
        for (const std::size_t w : graph[v]) {
            if (colors[v] != secant::uncolored && colors[v] == colors[w]) return false;
        }
    }
    return true;
}

// No row has two entries of one colour.
[[nodiscard]] inline bool is_distance2(const Mask& mask, const Colors& colors) {
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        for (std::size_t j = 0; j < mask.columns(); ++j) {
            for (std::size_t k = 0; k < j; ++k) {
                if (mask(i, j) && mask(i, k) && colors[j] == colors[k]) return false;
            }
        }
    }
    return true;
}

// Neighbours differ, and every path of four vertices has three colours.
[[nodiscard]] inline bool is_star(const Graph& graph, const Colors& colors) {
    if (!is_proper(graph, colors)) return false;
    for (std::size_t b = 0; b < graph.size(); ++b) {
        for (const std::size_t a : graph[b]) {
            for (const std::size_t c : graph[b]) {
                for (const std::size_t d : graph[c]) {
                    if (a == c || d == b || d == a) continue;
                    const bool all = std::ranges::none_of(std::array{a, b, c, d},
                                                          [&](auto v) { return colors[v] == secant::uncolored; });
                    // Neighbours differ, so that two colours alternate.
                    if (all && colors[a] == colors[c] && colors[b] == colors[d]) return false;
                }
            }
        }
    }
    return true;
}

// Neighbours differ, and the vertices of any two colours form a forest: no walk through them meets a vertex twice.
[[nodiscard]] inline bool is_acyclic(const Graph& graph, const Colors& colors) {
    if (!is_proper(graph, colors)) return false;
    const auto count = static_cast<secant::Color>(secant::count_colors(colors));
    for (secant::Color p = 0; p < count; ++p) {
        for (secant::Color q = 0; q < p; ++q) {
            std::vector<char> seen(graph.size(), 0);
            for (std::size_t root = 0; root < graph.size(); ++root) {
                if (seen[root] != 0 || (colors[root] != p && colors[root] != q)) continue;
                std::vector<std::pair<std::size_t, std::size_t>> walk = {
                    {root, root}};  // a vertex, and where it was met from
                seen[root] = 1;
                while (!walk.empty()) {
                    const auto [v, from] = walk.back();
                    walk.pop_back();
                    for (const std::size_t w : graph[v]) {
                        if (w == from || (colors[w] != p && colors[w] != q)) continue;
                        if (seen[w] != 0) return false;
                        seen[w] = 1;
                        walk.emplace_back(w, v);
                    }
                }
            }
        }
    }
    return true;
}

// The greedy algorithm by its definition: one vertex after the other takes the least colour that leaves the colouring valid.
template <class I, class Valid>
[[nodiscard]] Colors first_fit(const Graph& graph, std::span<const I> order, Valid&& valid) {
    Colors colors(graph.size(), secant::uncolored);
    for (const I v : order) {
        secant::Color& color = colors[static_cast<std::size_t>(v)];
        do {
            ++color;
        } while (!valid(graph, colors));
    }
    return colors;
}

// From 0 on, without gaps. All vertices have one, or some have none.
[[nodiscard]] inline bool uses_all(const Colors& colors, std::size_t count) {
    std::vector<char> used(count, 0);
    for (const secant::Color color : colors) {
        if (color == secant::uncolored) continue;
        if (color < 0 || static_cast<std::size_t>(color) >= count) return false;
        used[static_cast<std::size_t>(color)] = 1;
    }
    return std::ranges::count(used, 0) == 0;
}

// The entries that cannot be found in the products of a colouring. An entry is found where it is alone in a row of a product of columns,
// or in a column of a product of rows; with substitution, alone among those that are not found yet.
[[nodiscard]] inline Mask undetermined(const Mask& mask, const secant::ColoringProblem& problem,
                                       const secant::Coloring& coloring) {
    const bool symmetric = problem.structure == secant::Structure::symmetric;
    Mask left = mask;
    const auto alone_in_row = [&](std::size_t i, std::size_t j) {
        if (coloring.columns.empty() || coloring.columns[j] == secant::uncolored) return false;
        for (std::size_t k = 0; k < mask.columns(); ++k) {
            if (k != j && left(i, k) && coloring.columns[k] == coloring.columns[j]) return false;
        }
        return true;
    };
    const auto alone_in_column = [&](std::size_t i, std::size_t j) {
        if (coloring.rows.empty() || coloring.rows[i] == secant::uncolored) return false;
        for (std::size_t k = 0; k < mask.rows(); ++k) {
            if (k != i && left(k, j) && coloring.rows[k] == coloring.rows[i]) return false;
        }
        return true;
    };
    for (;;) {
        Mask next = left;
        for (std::size_t i = 0; i < mask.rows(); ++i) {
            for (std::size_t j = 0; j < mask.columns(); ++j) {
                if (!left(i, j) || !(alone_in_row(i, j) || (!symmetric && alone_in_column(i, j)))) continue;
                next.set(i, j, false);
                if (symmetric) next.set(j, i, false);
            }
        }
        const bool more = problem.decompression == secant::Decompression::substitution && next != left;
        left = std::move(next);
        if (!more) return left;
    }
}

[[nodiscard]] inline bool determines(const Mask& mask, const secant::ColoringProblem& problem,
                                     const secant::Coloring& coloring) {
    return undetermined(mask, problem, coloring).entries() == 0;
}

// Each vertex by itself, `gaps` of them without a colour.
[[nodiscard]] inline Colors random_colors(Engine& engine, std::size_t vertices, std::size_t count, double gaps) {
    Colors colors(vertices, secant::uncolored);
    for (secant::Color& color : colors) {
        if (!chance(engine, gaps)) color = static_cast<secant::Color>(below(engine, count));
    }
    return colors;
}

// Of the vertices that a problem colours; valid by chance.
[[nodiscard]] inline secant::Coloring random_coloring(Engine& engine, const Mask& mask,
                                                      const secant::ColoringProblem& problem, std::size_t count,
                                                      double gaps) {
    secant::Coloring coloring;
    const bool symmetric = problem.structure == secant::Structure::symmetric;
    if (symmetric || problem.partition != secant::Partition::row) {
        coloring.columns = random_colors(engine, mask.columns(), count, gaps);
    }
    if (!symmetric && problem.partition != secant::Partition::column) {
        coloring.rows = random_colors(engine, mask.rows(), count, gaps);
    }
    coloring.column_colors = secant::count_colors(coloring.columns);
    coloring.row_colors = secant::count_colors(coloring.rows);
    return coloring;
}
