// Acyclic colouring: neighbours differ, and every cycle has three colours, so that vertices of any two colours form trees. By it, a
// symmetric matrix is found by substitution, from the leaves of the trees inwards.
//
// Source: A. H. Gebremedhin, A. Tarafdar, F. Manne & A. Pothen, "New acyclic and star coloring algorithms with application to
// computing Hessians", SIAM Journal on Scientific Computing 29 (2007) 1042-1072, algorithm 3.1. Trees are disjoint sets, as there;
// which of them a vertex belongs to is noted at the vertex: see neighborhood.hpp.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "secant/coloring/color.hpp"
#include "secant/coloring/neighborhood.hpp"
#include "secant/pattern.hpp"

namespace secant {

namespace detail {

// R. E. Tarjan, "Efficiency of a good but not linear set union algorithm", Journal of the ACM 22 (1975) 215-225; by path halving.
template <class I>
class DisjointSets {
   public:
    I add() {
        parents_.push_back(static_cast<I>(parents_.size()));
        return parents_.back();
    }
    [[nodiscard]] std::size_t count() const noexcept { return parents_.size(); }
    [[nodiscard]] I find(I set) noexcept {
        I* const parent = parents_.data();
        while (parent[set] != set) set = parent[set] = parent[parent[set]];
        return set;
    }
    // The older set gives its name.
    I unite(I a, I b) noexcept {
        a = find(a);
        b = find(b);
        if (b < a) std::swap(a, b);
        return parents_[static_cast<std::size_t>(b)] = a;
    }

   private:
    std::vector<I> parents_;
};

template <class I>
struct TreeNote {
    static constexpr I none = -1;

    Color color;
    I tree;  // of this colour and the vertex's own; none while the vertex has no colour
};

}  // namespace detail

// An acyclic colouring with no more colours than `most`; nothing, if the order does not lead to such a colouring.
template <class I>
[[nodiscard]] std::optional<std::vector<Color>> acyclic_coloring_within(Lists<I> graph, std::span<const I> order,
                                                                        std::size_t most) {
    using Note = detail::TreeNote<I>;
    std::vector<Color> colors(graph.count(), uncolored);
    detail::Neighborhoods<I, Note> notes(graph);
    detail::ForbiddenColors<I> forbidden;
    detail::DisjointSets<I> trees;
    std::vector<I> visitor;  // of each tree, the vertex that met it last
    const auto color_of = [&](I v) -> Color& { return colors[static_cast<std::size_t>(v)]; };
    for (const I v : order) {
        const std::span<const I> neighbors = graph.of(static_cast<std::size_t>(v));
        forbidden.start(v);
        notes.take_up(v);
        for (const Note& note : notes.of(v)) forbidden.forbid(note.color);
        for (const I w : neighbors) {
            if (color_of(w) == uncolored || w == v) continue;
            for (const Note& note : notes.of(w)) {
                if (forbidden.forbidden(note.color)) continue;
                I& last = visitor[static_cast<std::size_t>(trees.find(note.tree))];
                if (last == v) forbidden.forbid(note.color);  // two neighbours in one tree: v would close a cycle
                last = v;
            }
        }
        const Color color = forbidden.least();
        if (static_cast<std::size_t>(color) >= most) return std::nullopt;
        color_of(v) = color;
        forbidden.reach(color);
        notes.reach(color);
        for (const I w : neighbors) {
            if (w == v) continue;
            const Color own = color_of(w);
            Note* known = notes.find(w, color);
            if (known == nullptr) known = &notes.add(w, {color, Note::none});
            if (own == uncolored) continue;
            // The trees of v's neighbours of one colour become one, and v belongs to it.
            I& joined = notes.at_hand(own).tree;
            if (known->tree == Note::none && joined == Note::none) {
                known->tree = joined = trees.add();
                visitor.push_back(I(-1));
            } else if (known->tree == Note::none) {
                known->tree = joined;
            } else if (joined == Note::none) {
                joined = known->tree;
            } else {
                known->tree = joined = trees.unite(known->tree, joined);
            }
        }
    }
    return colors;
}

// `graph` is symmetric; edges from a vertex to itself are passed over. `order` has every vertex once.
template <class I>
[[nodiscard]] std::vector<Color> acyclic_coloring(Lists<I> graph, std::span<const I> order) {
    return *acyclic_coloring_within(graph, order, std::numeric_limits<std::size_t>::max());
}

}  // namespace secant
