// Colourings of columns and rows together: every entry is read from a product of columns, or from one of rows.
//
// Sources: T. F. Coleman & A. Verma, "The efficient computation of sparse Jacobian matrices using automatic differentiation", SIAM
// Journal on Scientific Computing 19 (1998) 1210-1233, for the partition into dense rows and the rest; A. Montoison, G. Dalle & A. H.
// Gebremedhin, "Revisiting sparse matrix coloring and bicoloring" (2025), for star and acyclic colourings of [0 A^T; A 0].
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "secant/coloring/acyclic.hpp"
#include "secant/coloring/coloring.hpp"
#include "secant/coloring/distance2.hpp"
#include "secant/coloring/star.hpp"
#include "secant/pattern.hpp"

namespace secant {

// By a colouring of the graph whose vertices are the columns and the rows, with no more colours than `most`; nothing, if the order does
// not lead to one.
template <class I>
[[nodiscard]] std::optional<Coloring> bidirectional_coloring_within(const SparsityPattern<I>& pattern,
                                                                    Decompression decompression, Order order,
                                                                    std::size_t most) {
    const OwnedLists<I> both = bipartite_graph(pattern);
    const Lists<I> graph = both.view();
    const std::vector<I> vertices = order_graph(graph, order);
    const std::optional<std::vector<Color>> found = decompression == Decompression::direct
                                                        ? star_coloring_within<I>(graph, vertices, most)
                                                        : acyclic_coloring_within<I>(graph, vertices, most);
    if (!found) return std::nullopt;
    const std::vector<Color>& colors = *found;
    const auto middle = colors.begin() + static_cast<std::ptrdiff_t>(pattern.columns());
    Coloring coloring{.columns = {colors.begin(), middle}, .rows = {middle, colors.end()}, .order = order};
    coloring.column_colors = close_gaps(coloring.columns);
    coloring.row_colors = close_gaps(coloring.rows);
    return coloring;
}

template <class I>
[[nodiscard]] Coloring bidirectional_coloring(const SparsityPattern<I>& pattern, Decompression decompression,
                                              Order order) {
    return *bidirectional_coloring_within(pattern, decompression, order, std::numeric_limits<std::size_t>::max());
}

// Lists that are longer than `length`, which are read from products of their own, and the others, which are read from products
// across them. Colours of lists and of the members of the others; nothing else has one.
template <class I>
struct SplitColoring {
    std::vector<Color> lists;
    std::vector<Color> members;
};

template <class I>
[[nodiscard]] SplitColoring<I> split_coloring(Lists<I> lists, std::size_t members, std::size_t length, Order order) {
    OwnedLists<I> dense;
    OwnedLists<I> rest;
    for (std::size_t v = 0; v < lists.count(); ++v) {
        auto& to = lists.length(v) > length ? dense : rest;
        to.entries.insert(to.entries.end(), lists.of(v).begin(), lists.of(v).end());
        dense.starts.push_back(static_cast<I>(dense.entries.size()));
        rest.starts.push_back(static_cast<I>(rest.entries.size()));
    }
    const OwnedLists<I> across_dense = transpose(dense.view(), members);
    const OwnedLists<I> across_rest = transpose(rest.view(), members);
    const auto color = [&](Lists<I> vertices, Lists<I> groups) {
        std::vector<Color> colors = distance2_coloring<I>(vertices, groups, order_columns(vertices, groups, order));
        for (std::size_t v = 0; v < colors.size(); ++v) {
            if (vertices.length(v) == 0) colors[v] = uncolored;
        }
        return colors;
    };
    return {color(dense.view(), across_dense.view()), color(across_rest.view(), rest.view())};
}

}  // namespace secant
