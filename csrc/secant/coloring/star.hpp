// Star colouring: neighbours differ, and no path of four vertices has only two colours, so that vertices of any two colours form
// stars. By it, a symmetric matrix is read off its products with the sums of the unit vectors of each colour.
//
// Source: A. H. Gebremedhin, A. Tarafdar, F. Manne & A. Pothen, "New acyclic and star coloring algorithms with application to
// computing Hessians", SIAM Journal on Scientific Computing 29 (2007) 1042-1072, algorithm 4.1. There, stars are sets of edges, and
// the neighbours' neighbours are walked over. Here, what must be known of a star is noted at its vertices: see neighborhood.hpp.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "secant/coloring/color.hpp"
#include "secant/coloring/neighborhood.hpp"
#include "secant/pattern.hpp"

namespace secant {

namespace detail {

// What a vertex w knows of its neighbours of one colour.
template <class I>
struct StarNote {
    static constexpr I several = -1;

    Color color;
    bool leaf;  // w is a leaf of a star whose hub has this colour (and w has one neighbour of it, then)
    I only;     // the neighbour of this colour, where there is one
};

}  // namespace detail

// A star colouring with no more colours than `most`; nothing, if the order does not lead to such a colouring.
template <class I>
[[nodiscard]] std::optional<std::vector<Color>> star_coloring_within(Lists<I> graph, std::span<const I> order,
                                                                     std::size_t most) {
    using Note = detail::StarNote<I>;
    std::vector<Color> colors(graph.count(), uncolored);
    detail::Neighborhoods<I, Note> notes(graph);
    detail::ForbiddenColors<I> forbidden;
    const auto color_of = [&](I v) -> Color& { return colors[static_cast<std::size_t>(v)]; };
    for (const I v : order) {
        const std::span<const I> neighbors = graph.of(static_cast<std::size_t>(v));
        forbidden.start(v);
        notes.take_up(v);
        for (const Note& note : notes.of(v)) forbidden.forbid(note.color);
        for (const I w : neighbors) {
            const Color own = color_of(w);
            if (own == uncolored || w == v) continue;
            // v, with two neighbours of w's colour, will be their hub: w must not have another neighbour of v's colour. With one,
            // v will be a leaf at w, or the end of an edge: w must not be a leaf on the other side.
            const bool hub = notes.at_hand(own).only == Note::several;
            for (const Note& note : notes.of(w)) {
                if (hub || note.leaf) forbidden.forbid(note.color);
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
            Note* const known = notes.find(w, color);
            if (known == nullptr) {
                const bool leaf = own != uncolored && notes.at_hand(own).only == Note::several;
                notes.add(w, {color, leaf, v});
                continue;
            }
            // w is a hub, or becomes one: all its neighbours of this colour are leaves.
            if (known->only != Note::several) {
                if (own != uncolored) notes.find(known->only, own)->leaf = true;
                known->only = Note::several;
            }
            if (own != uncolored) notes.at_hand(own).leaf = true;
        }
    }
    return colors;
}

// `graph` is symmetric; edges from a vertex to itself are passed over. `order` has every vertex once.
template <class I>
[[nodiscard]] std::vector<Color> star_coloring(Lists<I> graph, std::span<const I> order) {
    return *star_coloring_within(graph, order, std::numeric_limits<std::size_t>::max());
}

}  // namespace secant
