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
    ColorsInLists(Lists<I> lists, std::size_t members) : lists_(lists), first_words_(lists.count(), 0) {
        // To walk along a list must cost less than to walk along the bits of as many colours as there are members.
        const std::size_t long_length = std::max<std::size_t>(members / word_bits, 2 * word_bits);
        for (std::size_t v = 0; v < lists.count(); ++v) {
            if (lists.length(v) <= long_length) continue;
            if (long_of_.empty()) long_of_.assign(lists.count(), none);
            long_of_[v] = static_cast<I>(long_words_.size());
            long_words_.emplace_back();
        }
    }

    void add(std::size_t list, Color color) {
        const auto number = static_cast<std::size_t>(color);
        if (number < word_bits) {
            first_words_[list] |= std::uint64_t{1} << number;
            return;
        }
        if (!is_long(list)) return;
        std::vector<std::uint64_t>& words = words_of(list);
        const std::size_t word = number / word_bits;
        if (word >= words.size()) words.resize(word + 1, 0);
        words[word] |= std::uint64_t{1} << (number % word_bits);
    }

    // The least colour that no member of the vertex's lists has.
    [[nodiscard]] Color least(I vertex, std::span<const I> lists_of_vertex, std::span<const Color> colors) {
        std::uint64_t taken = 0;
        for (const I list : lists_of_vertex) taken |= first_words_[static_cast<std::size_t>(list)];
        if (taken != ~std::uint64_t{0}) return std::countr_one(taken);
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
    void reach(Color color) { forbidden_.reach(color); }

   private:
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
    if (most_in_list(by_rows) == count) {  // a full row: all columns differ
        std::iota(colors.begin(), colors.end(), Color(0));
        return colors;
    }
    detail::ColorsInLists<I> in_rows(by_rows, count);
    for (const I v : order) {
        const std::span<const I> rows = by_columns.of(static_cast<std::size_t>(v));
        const Color color = in_rows.least(v, rows, colors);
        colors[static_cast<std::size_t>(v)] = color;
        in_rows.reach(color);
        for (const I row : rows) in_rows.add(static_cast<std::size_t>(row), color);
    }
    return colors;
}

}  // namespace secant
