// Patterns to try, as matrices of yes and no.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "secant/pattern.hpp"

using Engine = std::mt19937_64;

[[nodiscard]] inline std::size_t below(Engine& engine, std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine);
}
[[nodiscard]] inline bool chance(Engine& engine, double probability) {
    return std::uniform_real_distribution<double>()(engine) < probability;
}

// A pattern as a matrix of yes and no.
class Mask {
   public:
    Mask(std::size_t rows, std::size_t columns, bool filled = false)
        : rows_(rows), columns_(columns), there_(rows * columns, filled ? 1 : 0) {}

    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::size_t columns() const { return columns_; }
    [[nodiscard]] bool operator()(std::size_t i, std::size_t j) const { return there_[i * columns_ + j] != 0; }
    void set(std::size_t i, std::size_t j, bool there = true) { there_[i * columns_ + j] = there ? 1 : 0; }
    void set_row(std::size_t i, bool there) {
        for (std::size_t j = 0; j < columns_; ++j) set(i, j, there);
    }
    void set_column(std::size_t j, bool there) {
        for (std::size_t i = 0; i < rows_; ++i) set(i, j, there);
    }

    [[nodiscard]] std::size_t entries() const { return static_cast<std::size_t>(std::ranges::count(there_, 1)); }
    [[nodiscard]] Mask transposed() const {
        Mask turned(columns_, rows_);
        for (std::size_t i = 0; i < rows_; ++i) {
            for (std::size_t j = 0; j < columns_; ++j) turned.set(j, i, (*this)(i, j));
        }
        return turned;
    }
    [[nodiscard]] bool symmetric() const { return rows_ == columns_ && *this == transposed(); }

    friend bool operator==(const Mask&, const Mask&) = default;

   private:
    std::size_t rows_;
    std::size_t columns_;
    std::vector<char> there_;
};

template <class I>
[[nodiscard]] secant::OwnedLists<I> lists_of(const Mask& mask) {
    secant::OwnedLists<I> lists;
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        for (std::size_t j = 0; j < mask.columns(); ++j) {
            if (mask(i, j)) lists.entries.push_back(static_cast<I>(j));
        }
        lists.starts.push_back(static_cast<I>(lists.entries.size()));
    }
    return lists;
}

// The library's pattern, with the lists that it only looks at.
template <class I>
class Pattern {
   public:
    explicit Pattern(const Mask& mask) : Pattern(lists_of<I>(mask), mask.columns()) {}
    Pattern(secant::OwnedLists<I> rows, std::size_t columns)
        : rows_(std::move(rows)), pattern_(rows_.view(), columns) {}
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    [[nodiscard]] const secant::SparsityPattern<I>& operator*() const { return pattern_; }
    [[nodiscard]] const secant::SparsityPattern<I>* operator->() const { return &pattern_; }

   private:
    secant::OwnedLists<I> rows_;
    secant::SparsityPattern<I> pattern_;
};

[[nodiscard]] inline Mask random_mask(Engine& engine, std::size_t rows, std::size_t columns, double density) {
    Mask mask(rows, columns);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) mask.set(i, j, chance(engine, density));
    }
    return mask;
}

// The same on both sides of the diagonal.
[[nodiscard]] inline Mask random_graph(Engine& engine, std::size_t n, double density) {
    Mask graph = random_mask(engine, n, n, density);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < i; ++j) graph.set(j, i, graph(i, j));
    }
    return graph;
}

[[nodiscard]] inline Mask band_mask(std::size_t rows, std::size_t columns, std::size_t lower, std::size_t upper) {
    Mask mask(rows, columns);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) mask.set(i, j, j <= i + upper && i <= j + lower);
    }
    return mask;
}

// A symmetric band of `half` diagonals on each side, and rows and columns that are full: too large for a mask.
template <class I>
[[nodiscard]] secant::OwnedLists<I> band_with_dense_rows(I n, I half, const std::set<I>& dense) {
    secant::OwnedLists<I> lists;
    for (I v = 0; v < n; ++v) {
        std::set<I> row = dense;
        const bool full = dense.contains(v);
        for (I w = full ? I(0) : std::max(v - half, I(0)); w <= (full ? n - 1 : std::min(v + half, n - 1)); ++w) {
            row.insert(row.end(), w);
        }
        lists.entries.insert(lists.entries.end(), row.begin(), row.end());
        lists.starts.push_back(static_cast<I>(lists.entries.size()));
    }
    return lists;
}

// Without rows, columns or entries; with all of them; then `count` random ones of up to `most` rows and columns, from sparse to full,
// some of whose rows and columns are empty, full, or full but for one entry.
[[nodiscard]] inline std::vector<Mask> random_masks(Engine& engine, int count, std::size_t most) {
    std::vector<Mask> masks = {Mask(0, 0), Mask(0, 4),       Mask(4, 0),       Mask(1, 1),       Mask(1, 1, true),
                               Mask(3, 5), Mask(5, 3, true), Mask(1, 6, true), Mask(6, 1, true), band_mask(7, 5, 1, 2)};
    for (int trial = 0; trial < count; ++trial) {
        const std::size_t rows = 1 + below(engine, most);
        const std::size_t columns = 1 + below(engine, most);
        Mask mask = random_mask(engine, rows, columns, std::array{0.05, 0.15, 0.3, 0.6, 0.9}[below(engine, 5)]);
        for (int changes = trial % 4; changes > 0; --changes) {
            const bool there = chance(engine, 0.6);
            const std::size_t i = below(engine, rows);
            const std::size_t j = below(engine, columns);
            if (chance(engine, 0.5)) {
                mask.set_row(i, there);
            } else {
                mask.set_column(j, there);
            }
            if (chance(engine, 0.7)) mask.set(i, j, !there);
        }
        masks.push_back(std::move(mask));
    }
    return masks;
}

// The same for graphs: nothing, loops, paths, cycles, stars and complete graphs first. Diagonals are empty, full, or neither.
[[nodiscard]] inline std::vector<Mask> random_graphs(Engine& engine, int count, std::size_t most) {
    Mask cycle = band_mask(6, 6, 1, 1);
    cycle.set(0, 5);
    cycle.set(5, 0);
    Mask star(7, 7);
    star.set_row(3, true);
    star.set_column(3, true);
    std::vector<Mask> graphs = {
        Mask(0, 0), Mask(1, 1), Mask(1, 1, true), Mask(4, 4), band_mask(5, 5, 0, 0), band_mask(9, 9, 1, 1),
        cycle,      star,       Mask(6, 6, true)};
    for (int trial = 0; trial < count; ++trial) {
        const std::size_t n = 2 + below(engine, most - 1);
        Mask graph = random_mask(engine, n, n, std::array{0.05, 0.15, 0.3, 0.6, 0.9}[below(engine, 5)]);
        for (int changes = trial % 3; changes > 0; --changes) graph.set_row(below(engine, n), chance(engine, 0.7));
        for (std::size_t i = 0; i < n; ++i) {
            const bool loop = trial % 2 == 0 ? trial % 4 == 0 : chance(engine, 0.5);
            graph.set(i, i, loop);
            for (std::size_t j = 0; j < i; ++j) graph.set(j, i, graph(i, j));
        }
        graphs.push_back(std::move(graph));
    }
    return graphs;
}

// Columns first, then rows: an edge for each entry.
[[nodiscard]] inline Mask bipartite_mask(const Mask& mask) {
    const std::size_t n = mask.columns();
    Mask both(n + mask.rows(), n + mask.rows());
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            both.set(j, n + i, mask(i, j));
            both.set(n + i, j, mask(i, j));
        }
    }
    return both;
}
