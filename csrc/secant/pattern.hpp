// Where a matrix may have nonzeros: sorted lists of columns for each row, and of rows for each column.
//
// Indices are 32-bit wherever they fit (as SciPy's are), else 64-bit: a pattern is as large as the indices of its matrix.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace secant {

// Lists one after the other: list v is entries[starts[v]] … entries[starts[v + 1] - 1]. A view.
template <class I>
struct Lists {
    std::span<const I> starts;
    std::span<const I> entries;

    [[nodiscard]] std::size_t count() const noexcept { return starts.size() - 1; }
    [[nodiscard]] std::size_t begin(std::size_t v) const noexcept { return static_cast<std::size_t>(starts[v]); }
    [[nodiscard]] std::size_t end(std::size_t v) const noexcept { return static_cast<std::size_t>(starts[v + 1]); }
    [[nodiscard]] std::size_t length(std::size_t v) const noexcept { return end(v) - begin(v); }
    [[nodiscard]] std::span<const I> of(std::size_t v) const noexcept { return entries.subspan(begin(v), length(v)); }
};

// The same with its own memory.
template <class I>
struct OwnedLists {
    std::vector<I> starts{0};
    std::vector<I> entries;

    [[nodiscard]] Lists<I> view() const noexcept { return {starts, entries}; }
};

// Lists of columns for each row turned into lists of rows for each column, sorted.
template <class I>
[[nodiscard]] OwnedLists<I> transpose(Lists<I> lists, std::size_t columns) {
    OwnedLists<I> turned;
    turned.starts.assign(columns + 1, 0);
    turned.entries.resize(lists.entries.size());
    for (const I column : lists.entries) ++turned.starts[static_cast<std::size_t>(column) + 1];
    for (std::size_t j = 0; j < columns; ++j) turned.starts[j + 1] += turned.starts[j];
    // Filled from the front, starts[j] moves to the beginning of column j + 1; shifted back afterwards.
    for (std::size_t row = 0; row < lists.count(); ++row) {
        for (const I column : lists.of(row)) {
            I& place = turned.starts[static_cast<std::size_t>(column)];
            turned.entries[static_cast<std::size_t>(place++)] = static_cast<I>(row);
        }
    }
    std::shift_right(turned.starts.begin(), turned.starts.end(), 1);
    turned.starts[0] = 0;
    return turned;
}

// A pattern, both ways. Rows are a view of the caller's memory; columns are made here.
template <class I>
class SparsityPattern {
   public:
    // The lists must be sorted, free of duplicates, and within the columns: else std::invalid_argument.
    SparsityPattern(Lists<I> rows, std::size_t columns) : rows_(rows), columns_(columns) {
        check();
        by_columns_ = transpose(rows_, columns_);
    }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_.count(); }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] std::size_t entries() const noexcept { return rows_.entries.size(); }
    [[nodiscard]] Lists<I> by_rows() const noexcept { return rows_; }
    [[nodiscard]] Lists<I> by_columns() const noexcept { return by_columns_.view(); }

    // Sorted lists are equal both ways if and only if the pattern is symmetric.
    [[nodiscard]] bool symmetric() const noexcept {
        return rows() == columns_ && std::ranges::equal(rows_.starts, by_columns_.starts) &&
               std::ranges::equal(rows_.entries, by_columns_.entries);
    }

   private:
    void check() const {
        const auto& starts = rows_.starts;
        if (starts.empty() || starts[0] != 0 || static_cast<std::size_t>(starts.back()) != rows_.entries.size() ||
            !std::ranges::is_sorted(starts)) {
            throw std::invalid_argument("secant: a pattern's starts must rise from 0 to the number of entries");
        }
        for (std::size_t row = 0; row < rows_.count(); ++row) {
            I least = 0;
            for (const I column : rows_.of(row)) {
                if (column < least || static_cast<std::size_t>(column) >= columns_) {
                    throw std::invalid_argument("secant: a pattern's columns must rise within each row, from 0 on");
                }
                least = column + 1;
            }
        }
    }

    Lists<I> rows_;
    std::size_t columns_;
    OwnedLists<I> by_columns_;
};

// The graph of a matrix as a symmetric one: [0 A; A^T 0], columns of A first, then rows. Every entry is an edge between a column
// and a row.
template <class I>
[[nodiscard]] OwnedLists<I> bipartite_graph(const SparsityPattern<I>& pattern) {
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<I>::max());
    if (pattern.entries() > most / 2 || pattern.rows() + pattern.columns() > most) {
        throw std::length_error("secant: a graph of columns and rows with twice the entries needs wider indices");
    }
    const auto n = static_cast<I>(pattern.columns());
    OwnedLists<I> graph;
    graph.starts.reserve(pattern.columns() + pattern.rows() + 1);
    graph.entries.reserve(2 * pattern.entries());
    const auto append = [&](Lists<I> lists, I shift) {
        for (std::size_t v = 0; v < lists.count(); ++v) {
            for (const I w : lists.of(v)) graph.entries.push_back(w + shift);
            graph.starts.push_back(static_cast<I>(graph.entries.size()));
        }
    };
    append(pattern.by_columns(), n);
    append(pattern.by_rows(), 0);
    return graph;
}

}  // namespace secant
