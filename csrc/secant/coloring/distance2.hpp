// Colours for columns such that no row has two entries of one colour: partial distance-2 colouring of the bipartite graph. By it,
// a Jacobian is read off its products with the sums of the columns' unit vectors.
//
// Source: A. H. Gebremedhin, F. Manne & A. Pothen, "What color is your Jacobian? Graph coloring for computing derivatives", SIAM
// Review 47 (2005) 629-705, algorithm 3.2 (GreedyPartialD2Coloring).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "secant/coloring/color.hpp"
#include "secant/pattern.hpp"

namespace secant {

// The number of entries in the fullest row: no colouring of the columns has fewer colours.
template <class I>
[[nodiscard]] std::size_t most_in_list(Lists<I> lists) noexcept {
    std::size_t most = 0;
    for (std::size_t v = 0; v < lists.count(); ++v) most = std::max(most, lists.length(v));
    return most;
}

namespace detail {

// The colours that a list's members have. The first 64 are bits of one word a list, so that a vertex with few neighbours looks at
// few words. Beyond, long lists keep all their colours as bits, and the members of short ones are asked for theirs.
template <class I>
class ColorsInLists {
   public:
    ColorsInLists(Lists<I> lists, std::size_t members, std::size_t longest)
        : lists_(lists), first_words_(lists.count(), 0) {
        // To walk along a list must cost less than to walk along the bits of as many colours as there are members.
        const std::size_t long_length = std::max<std::size_t>(members / word_bits, 2 * word_bits);
        if (longest <= long_length) return;
        for (std::size_t v = 0; v < lists.count(); ++v) {
            if (lists.length(v) <= long_length) continue;
            if (long_of_.empty()) long_of_.assign(lists.count(), none);
            long_of_[v] = static_cast<I>(long_words_.size());
            long_words_.emplace_back();
        }
    }

    // The least colour that no member of the vertex's lists has, if it is one of the first 64; entered into them at once.
    [[nodiscard]] Color take_first(std::span<const I> lists_of_vertex) noexcept {
        std::uint64_t* const words = first_words_.data();
        std::uint64_t taken = 0;
        for (const I list : lists_of_vertex) {
            taken |= words[list];
            if (taken == ~std::uint64_t{0}) return uncolored;
        }
        const std::uint64_t bit = ~taken & (taken + 1);
        for (const I list : lists_of_vertex) words[list] |= bit;
        return std::countr_one(taken);
    }
    // The least beyond these, likewise.
    [[nodiscard]] Color take_later(I vertex, std::span<const I> lists_of_vertex, std::span<const Color> colors) {
        const Color color = least_later(vertex, lists_of_vertex, colors);
        forbidden_.reach(color);
        for (const I list : lists_of_vertex) add(static_cast<std::size_t>(list), color);
        return color;
    }

   private:
    void add(std::size_t list, Color color) {
        if (!is_long(list)) return;
        const auto number = static_cast<std::size_t>(color);
        std::vector<std::uint64_t>& words = words_of(list);
        const std::size_t word = number / word_bits;
        if (word >= words.size()) words.resize(word + 1, 0);
        words[word] |= std::uint64_t{1} << (number % word_bits);
    }
    [[nodiscard]] Color least_later(I vertex, std::span<const I> lists_of_vertex, std::span<const Color> colors) {
        forbidden_.start(vertex);
        longs_.clear();
        for (const I list : lists_of_vertex) {
            if (is_long(static_cast<std::size_t>(list))) {
                longs_.push_back(list);
                continue;
            }
            for (const I member : lists_.of(static_cast<std::size_t>(list))) {
                const Color color = colors[static_cast<std::size_t>(member)];
                if (color >= word_bits) forbidden_.forbid(color);
            }
        }
        Color color = word_bits;
        for (;;) {
            const Color in_short = forbidden_.least(color);
            color = least_in_longs(in_short);
            if (color == in_short) return color;
        }
    }

    static constexpr Color word_bits = 64;
    static constexpr I none = -1;

    [[nodiscard]] bool is_long(std::size_t list) const noexcept { return !long_of_.empty() && long_of_[list] != none; }
    [[nodiscard]] std::vector<std::uint64_t>& words_of(std::size_t list) noexcept {
        return long_words_[static_cast<std::size_t>(long_of_[list])];
    }
    // The least colour, from `color` on, that no long list among those at hand has.
    [[nodiscard]] Color least_in_longs(Color color) noexcept {
        if (longs_.empty()) return color;
        auto word = static_cast<std::size_t>(color) / word_bits;
        std::uint64_t taken = (std::uint64_t{1} << (static_cast<std::size_t>(color) % word_bits)) - 1;
        for (;; ++word, taken = 0) {
            for (const I list : longs_) {
                const auto& words = words_of(static_cast<std::size_t>(list));
                if (word < words.size()) taken |= words[word];
            }
            if (taken != ~std::uint64_t{0}) {
                return static_cast<Color>(word * word_bits) + std::countr_one(taken);
            }
        }
    }

    Lists<I> lists_;
    std::vector<std::uint64_t> first_words_;
    std::vector<I> long_of_;
    std::vector<std::vector<std::uint64_t>> long_words_;
    std::vector<I> longs_;
    ForbiddenColors<I> forbidden_;
};

}  // namespace detail

// `by_columns` lists the rows of each column, `by_rows` the columns of each row; `order` has every column once.
template <class I>
[[nodiscard]] std::vector<Color> distance2_coloring(Lists<I> by_columns, Lists<I> by_rows, std::span<const I> order) {
    const std::size_t count = by_columns.count();
    std::vector<Color> colors(count, uncolored);
    const std::size_t longest = most_in_list(by_rows);
    if (longest == count) {  // a full row: all columns differ
        for (std::size_t k = 0; k < count; ++k) colors[static_cast<std::size_t>(order[k])] = static_cast<Color>(k);
        return colors;
    }
    detail::ColorsInLists<I> in_rows(by_rows, count, longest);
    for (const I v : order) {
        const std::span<const I> rows = by_columns.of(static_cast<std::size_t>(v));
        Color color = in_rows.take_first(rows);
        if (color == uncolored) color = in_rows.take_later(v, rows, colors);
        colors[static_cast<std::size_t>(v)] = color;
    }
    return colors;
}

}  // namespace secant
