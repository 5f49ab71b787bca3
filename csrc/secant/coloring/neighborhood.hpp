// For each vertex of a graph, the colours among its neighbours: one note a colour, however many neighbours have it.
//
// Star and acyclic colouring ask which two-coloured components a vertex belongs to. There is one for each colour that its neighbours
// have, so that notes by colour answer in time proportional to the number of colours, where a walk over the neighbours' neighbours
// would take quadratic time in dense rows.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "secant/coloring/color.hpp"
#include "secant/pattern.hpp"

namespace secant::detail {

// Note has a member `color`.
template <class I, class Note>
class Neighborhoods {
   public:
    // Notes are written before they are read.
    explicit Neighborhoods(Lists<I> graph)
        : graph_(graph),
          notes_(std::make_unique_for_overwrite<Note[]>(graph.entries.size())),
          used_(graph.count(), 0),
          slots_() {}

    [[nodiscard]] std::span<Note> of(I vertex) noexcept {
        const auto v = static_cast<std::size_t>(vertex);
        return {notes_.get() + graph_.begin(v), static_cast<std::size_t>(used_[v])};
    }
    // A vertex's note on a colour, or nullptr.
    [[nodiscard]] Note* find(I vertex, Color color) noexcept {
        for (Note& note : of(vertex)) {
            if (note.color == color) return &note;
        }
        return nullptr;
    }
    // For a colour that the vertex has no note on. A vertex has as many notes as neighbours at the most.
    Note& add(I vertex, Note note) noexcept {
        const auto v = static_cast<std::size_t>(vertex);
        Note& place = notes_[graph_.begin(v) + static_cast<std::size_t>(used_[v]++)];
        return place = note;
    }

    // Makes the vertex's own notes quick to find, by at_hand(color), for colours that it has notes on.
    void take_up(I vertex) noexcept {
        hand_ = of(vertex);
        for (std::size_t k = 0; k < hand_.size(); ++k) slots_[static_cast<std::size_t>(hand_[k].color)] = k;
    }
    [[nodiscard]] Note& at_hand(Color color) noexcept { return hand_[slots_[static_cast<std::size_t>(color)]]; }
    void reach(Color color) {
        if (slots_.size() <= static_cast<std::size_t>(color)) slots_.resize(static_cast<std::size_t>(color) + 1);
    }

   private:
    Lists<I> graph_;
    std::unique_ptr<Note[]> notes_;
    std::vector<I> used_;
    std::span<Note> hand_;
    std::vector<std::size_t> slots_;
};

}  // namespace secant::detail
