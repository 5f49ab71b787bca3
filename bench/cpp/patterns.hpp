// Patterns to colour: grids, a bordered band, random ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "secant/pattern.hpp"

namespace secant::bench {

using Index = std::int32_t;

// Sorted columns for each row.
struct RowLists {
    OwnedLists<Index> rows;
    std::size_t columns = 0;

    void end_row() { rows.starts.push_back(static_cast<Index>(rows.entries.size())); }
};

namespace detail {

// Points of a square, by rows; each is coupled to those of its 3 × 3 neighbours for which couples(vertical step, horizontal step).
template <class Couples>
[[nodiscard]] RowLists grid(int side, Couples&& couples) {
    const auto points = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    RowLists lists{.rows = {}, .columns = points};
    lists.rows.starts.reserve(points + 1);
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            for (int other_y = std::max(y - 1, 0); other_y <= std::min(y + 1, side - 1); ++other_y) {
                for (int other_x = std::max(x - 1, 0); other_x <= std::min(x + 1, side - 1); ++other_x) {
                    if (couples(other_y - y, other_x - x)) lists.rows.entries.push_back(other_y * side + other_x);
                }
            }
            lists.end_row();
        }
    }
    return lists;
}

[[nodiscard]] inline RowLists from_sets(const std::vector<std::set<Index>>& rows, std::size_t columns) {
    RowLists lists{.rows = {}, .columns = columns};
    for (const std::set<Index>& row : rows) {
        lists.rows.entries.insert(lists.rows.entries.end(), row.begin(), row.end());
        lists.end_row();
    }
    return lists;
}

}  // namespace detail

[[nodiscard]] inline RowLists five_point_grid(int side) {
    return detail::grid(side, [](int vertical, int horizontal) { return vertical == 0 || horizontal == 0; });
}

[[nodiscard]] inline RowLists nine_point_grid(int side) {
    return detail::grid(side, [](int, int) { return true; });
}

// A tridiagonal matrix with so many full rows and columns at its end.
[[nodiscard]] inline RowLists bordered_band(int size, int border) {
    RowLists lists{.rows = {}, .columns = static_cast<std::size_t>(size + border)};
    for (int i = 0; i < size + border; ++i) {
        const bool full = i >= size;
        const int first = full ? 0 : std::max(i - 1, 0);
        const int end = full ? size : std::min(i + 2, size);
        for (int j = first; j < end; ++j) lists.rows.entries.push_back(j);
        for (int j = size; j < size + border; ++j) lists.rows.entries.push_back(j);
        lists.end_row();
    }
    return lists;
}

// So many columns for each row, drawn with replacement.
[[nodiscard]] inline RowLists random_rows(int row_count, int columns, int drawn) {
    std::mt19937 random(1);
    std::vector<std::set<Index>> rows(static_cast<std::size_t>(row_count));
    for (std::set<Index>& row : rows) {
        for (int k = 0; k < drawn; ++k) row.insert(static_cast<Index>(random() % static_cast<unsigned>(columns)));
    }
    return detail::from_sets(rows, static_cast<std::size_t>(columns));
}

// A symmetric one with a full diagonal: so many columns drawn for each row, and their mirror images.
[[nodiscard]] inline RowLists random_symmetric(int size, int drawn) {
    std::mt19937 random(1);
    std::vector<std::set<Index>> rows(static_cast<std::size_t>(size));
    for (Index i = 0; i < size; ++i) {
        rows[static_cast<std::size_t>(i)].insert(i);
        for (int k = 0; k < drawn; ++k) {
            const auto j = static_cast<Index>(random() % static_cast<unsigned>(size));
            rows[static_cast<std::size_t>(i)].insert(j);
            rows[static_cast<std::size_t>(j)].insert(i);
        }
    }
    return detail::from_sets(rows, static_cast<std::size_t>(size));
}

// A pattern with its memory; not copied, for the pattern views the lists.
class OwnedPattern {
   public:
    explicit OwnedPattern(RowLists lists) : lists_(std::move(lists)), pattern_(lists_.rows.view(), lists_.columns) {}
    OwnedPattern(const OwnedPattern&) = delete;
    OwnedPattern& operator=(const OwnedPattern&) = delete;

    [[nodiscard]] const SparsityPattern<Index>& operator*() const noexcept { return pattern_; }
    [[nodiscard]] const SparsityPattern<Index>* operator->() const noexcept { return &pattern_; }

   private:
    RowLists lists_;
    SparsityPattern<Index> pattern_;
};

}  // namespace secant::bench
