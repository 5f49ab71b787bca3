// Colourings of banded matrices in closed form: colours in turn, as many as must differ.
//
// Column j has colour j mod (lower + upper + 1): no row of the band is longer. In a symmetric band of q off-diagonals on each side, 2q + 1
// colours in turn are a star colouring, and q + 1 an acyclic one, since the vertices of two colours then form a path.
// Source: T. F. Coleman & J. J. Moré, "Estimation of sparse Hessian matrices and graph coloring problems", Mathematical Programming
// 28 (1984) 243-270, section 4.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "secant/coloring/color.hpp"
#include "secant/pattern.hpp"

namespace secant {

// How far entries are from the diagonal, and whether all that are as near are there.
struct Band {
    std::size_t lower = 0;
    std::size_t upper = 0;
    bool full = true;

    [[nodiscard]] std::size_t width() const noexcept { return lower + upper + 1; }
};

template <class I>
[[nodiscard]] Band band_of(const SparsityPattern<I>& pattern) noexcept {
    Band band;
    for (std::size_t i = 0; i < pattern.rows(); ++i) {
        const auto row = pattern.by_rows().of(i);
        if (row.empty()) continue;
        const auto first = static_cast<std::size_t>(row.front());
        const auto last = static_cast<std::size_t>(row.back());
        if (first < i) band.lower = std::max(band.lower, i - first);
        if (last > i) band.upper = std::max(band.upper, last - i);
    }
    std::size_t entries = 0;
    for (std::size_t i = 0; i < pattern.rows(); ++i) {
        const std::size_t begin = i > band.lower ? i - band.lower : 0;
        const std::size_t end = std::min(i + band.upper + 1, pattern.columns());
        if (begin < end) entries += end - begin;
    }
    band.full = entries == pattern.entries();
    return band;
}

// Colours in turn.
[[nodiscard]] inline std::vector<Color> cyclic_coloring(std::size_t count, std::size_t colors) {
    std::vector<Color> turns(count);
    for (std::size_t v = 0; v < count; ++v) turns[v] = static_cast<Color>(v % colors);
    return turns;
}

}  // namespace secant
