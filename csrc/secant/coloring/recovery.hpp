// From which compressed products each entry of a matrix is found.
//
// Entry (i, j) is in row i of the product with the columns of j's colour, alone if no other column of that colour has an entry in
// row i. Where the matrix is symmetric, or rows are compressed too, it is also in a product that belongs to i's colour, likewise.
// With substitution, entries that are found are taken out of the products in which they are not alone, until all others are.
//
// Sources: A. H. Gebremedhin, A. Pothen, A. Tarafdar & A. Walther, "Efficient computation of sparse Hessians using coloring and
// automatic differentiation", INFORMS Journal on Computing 21 (2009) 209-223, section 3. Instead of by the stars and trees of a
// colouring, entries are found by what is alone: this serves every colouring that determines the matrix, whoever made it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "secant/coloring/coloring.hpp"
#include "secant/pattern.hpp"

namespace secant {

// Something is wrong with one entry of a matrix.
class EntryError : public std::invalid_argument {
   public:
    EntryError(const char* what, std::size_t row, std::size_t column)
        : std::invalid_argument(what), row_(row), column_(column) {}
    [[nodiscard]] std::size_t row() const noexcept { return row_; }
    [[nodiscard]] std::size_t column() const noexcept { return column_; }

   private:
    std::size_t row_;
    std::size_t column_;
};

// A colouring by which this entry cannot be found.
class InvalidColoring : public EntryError {
   public:
    InvalidColoring(std::size_t row, std::size_t column)
        : EntryError("secant: the colouring does not determine every entry", row, column) {}
};

// For each entry, in the order of `lists`, whether its vertex has a colour that no other vertex in its list has.
template <class I>
[[nodiscard]] std::vector<char> alone_in_list(Lists<I> lists, std::span<const Color> colors) {
    std::vector<char> alone(lists.entries.size(), 0);
    std::vector<std::size_t> met(count_colors(colors), lists.entries.size());  // where each colour was met last
    for (std::size_t v = 0; v < lists.count(); ++v) {
        const std::size_t begin = lists.begin(v);
        for (std::size_t k = begin; k < lists.end(v); ++k) {
            const Color color = colors[static_cast<std::size_t>(lists.entries[k])];
            if (color == uncolored) continue;
            std::size_t& place = met[static_cast<std::size_t>(color)];
            const bool again = place >= begin && place < k;
            if (again) alone[place] = 0;
            alone[k] = again ? 0 : 1;
            if (!again) place = k;
        }
    }
    return alone;
}

// For each entry (i, j) of lists by rows, its place in the lists by columns. For a symmetric graph, given twice: the place of (j, i).
template <class I>
[[nodiscard]] std::vector<I> transposed_places(Lists<I> rows, Lists<I> columns) {
    std::vector<I> next(columns.starts.begin(), columns.starts.end() - 1);
    std::vector<I> places(rows.entries.size());
    for (std::size_t k = 0; k < places.size(); ++k) places[k] = next[static_cast<std::size_t>(rows.entries[k])]++;
    return places;
}

// Where an entry is read: in row i of a product of columns, or where its mirror image is, by symmetry or in a product of rows.
enum class Reading : std::uint8_t { neither, own, mirrored, either };

// For each entry, which of the two products gives it directly. Symmetric colourings have `columns` alone, others either or both.
template <class I>
[[nodiscard]] std::vector<Reading> readings(const SparsityPattern<I>& pattern, Structure structure,
                                            const Coloring& coloring) {
    std::vector<Reading> found(pattern.entries(), Reading::neither);
    const auto add = [](Reading& reading, Reading more) {
        reading = static_cast<Reading>(static_cast<std::uint8_t>(reading) | static_cast<std::uint8_t>(more));
    };
    const bool symmetric = structure == Structure::symmetric;
    std::vector<char> alone;
    if (!coloring.columns.empty()) {
        alone = alone_in_list<I>(pattern.by_rows(), coloring.columns);
        for (std::size_t k = 0; k < found.size(); ++k) {
            if (alone[k] != 0) add(found[k], Reading::own);
        }
    }
    if (coloring.rows.empty() && !symmetric) return found;
    if (!symmetric) alone = alone_in_list<I>(pattern.by_columns(), coloring.rows);
    const std::vector<I> places = transposed_places(pattern.by_rows(), pattern.by_columns());
    for (std::size_t k = 0; k < found.size(); ++k) {
        if (alone[static_cast<std::size_t>(places[k])] != 0) add(found[k], Reading::mirrored);
    }
    return found;
}

// One step of a substitution: the entry between `reader` and `other` is read from the reader's row of the product with the other's
// colour, by then alone in it, and taken out of the other's row of the product with the reader's colour. `target` and `mirror`
// are the places of the entry and of its image.
template <class I>
struct Substitution {
    I reader;
    I other;
    I target;
    I mirror;
};

// The graph in which a problem's entries are edges, the colours of its vertices, and the places of mirror images: the matrix's own
// if it is symmetric; else columns and rows are its vertices, with colours of their own.
template <class I>
struct RecoveryGraph {
    OwnedLists<I> both;
    Lists<I> graph;
    std::vector<Color> colors;
    std::vector<I> places;
    std::size_t shift = 0;  // the number of the vertex of row 0

    RecoveryGraph(const SparsityPattern<I>& pattern, Structure structure, const Coloring& coloring)
        : colors(coloring.columns) {
        if (structure == Structure::symmetric) {
            graph = pattern.by_rows();
        } else {
            both = bipartite_graph(pattern);
            graph = both.view();
            shift = pattern.columns();
            colors.resize(shift, uncolored);
            const auto first = static_cast<Color>(coloring.column_colors);
            for (const Color color : coloring.rows) colors.push_back(color == uncolored ? color : color + first);
            colors.resize(graph.count(), uncolored);
        }
        places = transposed_places(graph, graph);
    }

    // That the entry between two vertices cannot be found.
    [[nodiscard]] InvalidColoring without(std::size_t v, std::size_t w) const {
        return shift == 0 ? InvalidColoring(v, w) : InvalidColoring(std::max(v, w) - shift, std::min(v, w));
    }
};

// What is left in a symmetric graph's products while entries are found, leaves of two-coloured trees first. An entry has a place in
// the list of each of its two vertices.
template <class I>
class Peeling {
   public:
    // Keeps a reference.
    explicit Peeling(const RecoveryGraph<I>& entries)
        : entries_(entries), graph_(entries.graph), places_(entries.places), slots_(entries.places.size(), none) {
        const Lists<I> graph = entries.graph;
        const std::vector<Color>& colors = entries.colors;
        std::vector<I> slot_of(count_colors(colors), none);
        for (std::size_t v = 0; v < graph.count(); ++v) {
            const auto first = static_cast<I>(left_.size());
            for (std::size_t k = graph.begin(v); k < graph.end(v); ++k) {
                const Color color = colors[static_cast<std::size_t>(graph.entries[k])];
                if (color == uncolored) continue;
                I& slot = slot_of[static_cast<std::size_t>(color)];
                if (slot < first) {
                    slot = static_cast<I>(left_.size());
                    left_.push_back({});
                }
                slots_[k] = slot;
                left_[static_cast<std::size_t>(slot)].add(static_cast<I>(k));
            }
        }
    }

    // Whether an entry is alone in both of its products: a two-coloured tree by itself, or on the diagonal.
    [[nodiscard]] bool isolated(std::size_t k) const noexcept {
        return single(slots_[k]) && single(slots_[static_cast<std::size_t>(places_[k])]);
    }

    // All steps (once), in an order in which they can be taken. A tree's leaves come first, from all sides at once, so that chains of
    // subtractions are as short as the tree allows.
    [[nodiscard]] std::vector<Substitution<I>> steps() {
        std::vector<Substitution<I>> steps;
        std::vector<I> queue;
        std::vector<char> solved(slots_.size(), 0);
        std::vector<I> owner(slots_.size());
        for (std::size_t v = 0; v < graph_.count(); ++v) {
            for (std::size_t k = graph_.begin(v); k < graph_.end(v); ++k) owner[k] = static_cast<I>(v);
        }
        for (const Slot& slot : left_) {
            if (slot.single()) queue.push_back(slot.last());
        }
        for (std::size_t head = 0; head < queue.size(); ++head) {
            const auto k = static_cast<std::size_t>(queue[head]);
            if (solved[k] != 0) continue;
            const I mirror = places_[k];
            solved[k] = solved[static_cast<std::size_t>(mirror)] = 1;
            steps.push_back({owner[k], graph_.entries[k], static_cast<I>(k), mirror});
            const I slot = slots_[static_cast<std::size_t>(mirror)];
            if (slot == none || slot == slots_[k]) continue;
            Slot& left = left_[static_cast<std::size_t>(slot)];
            left.remove(mirror);
            if (left.single()) queue.push_back(left.last());
        }
        const auto missing = std::ranges::find(solved, char(0));
        if (missing != solved.end()) {
            const auto k = static_cast<std::size_t>(missing - solved.begin());
            throw entries_.without(static_cast<std::size_t>(owner[k]), static_cast<std::size_t>(graph_.entries[k]));
        }
        return steps;
    }

   private:
    static constexpr I none = -1;

    // The entries of one vertex's row in one product: with one left, the sum of their places is its place.
    class Slot {
       public:
        void add(I place) noexcept {
            ++count_;
            sum_ += static_cast<std::make_unsigned_t<I>>(place);
        }
        void remove(I place) noexcept {
            --count_;
            sum_ -= static_cast<std::make_unsigned_t<I>>(place);
        }
        [[nodiscard]] bool single() const noexcept { return count_ == 1; }
        [[nodiscard]] I last() const noexcept { return static_cast<I>(sum_); }

       private:
        I count_ = 0;
        std::make_unsigned_t<I> sum_ = 0;
    };

    [[nodiscard]] bool single(I slot) const noexcept {
        return slot != none && left_[static_cast<std::size_t>(slot)].single();
    }

    const RecoveryGraph<I>& entries_;
    Lists<I> graph_;
    std::span<const I> places_;
    std::vector<I> slots_;
    std::vector<Slot> left_;
};

}  // namespace secant
