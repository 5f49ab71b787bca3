// What is asked of a colouring, and what comes of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "secant/coloring/color.hpp"
#include "secant/coloring/order.hpp"
#include "secant/pattern.hpp"

namespace secant {

// Whether A_ij = A_ji may be used.
enum class Structure : std::uint8_t { nonsymmetric, symmetric };
// Which products are taken: A S (columns that share a colour are added), W^T A (rows are), or both.
enum class Partition : std::uint8_t { column, row, bidirectional };
// Whether each entry is read from a product, or is found from a product and entries found before.
enum class Decompression : std::uint8_t { direct, substitution };

struct ColoringProblem {
    Structure structure = Structure::nonsymmetric;
    Partition partition = Partition::column;
    Decompression decompression = Decompression::direct;
};

// Colours of columns and of rows, `uncolored` where a column or a row takes part in no product. One of the two is empty but for
// bidirectional colourings; symmetric ones colour columns.
struct Coloring {
    std::vector<Color> columns{};
    std::vector<Color> rows{};
    std::size_t column_colors = 0;
    std::size_t row_colors = 0;
    Order order{};  // by which it was found

    [[nodiscard]] std::size_t count() const noexcept { return column_colors + row_colors; }
};

[[nodiscard]] inline std::size_t count_colors(std::span<const Color> colors) noexcept {
    return colors.empty() ? 0 : static_cast<std::size_t>(*std::ranges::max_element(colors) + 1);
}

// Takes away the colours that are not needed, and numbers the others anew, from 0 on. Returns how many there are.
inline std::size_t keep_colors(std::span<Color> colors, std::span<const char> needed) {
    std::vector<Color> renamed(needed.size(), uncolored);
    Color next = 0;
    for (std::size_t c = 0; c < needed.size(); ++c) {
        if (needed[c] != 0) renamed[c] = next++;
    }
    for (Color& color : colors) {
        if (color != uncolored) color = renamed[static_cast<std::size_t>(color)];
    }
    return static_cast<std::size_t>(next);
}

// Numbers the colours that occur from 0 on, in their order. Returns how many there are.
inline std::size_t close_gaps(std::span<Color> colors) {
    std::vector<char> occurs(count_colors(colors), 0);
    for (const Color color : colors) {
        if (color != uncolored) occurs[static_cast<std::size_t>(color)] = 1;
    }
    return keep_colors(colors, occurs);
}

// Colours split in parts: `colors` says which part each vertex is in, `color_of` which colour each part was.
struct SplitColors {
    std::vector<Color> colors;
    std::vector<std::size_t> color_of;
};

// Vertices stay together where they have the same colour and the same key(v), something that can be ordered. Parts are numbered by the
// colours they come from.
template <class Key>
[[nodiscard]] SplitColors split_colors(std::span<const Color> colors, Key&& key) {
    std::map<std::pair<Color, std::decay_t<std::invoke_result_t<Key&, std::size_t>>>, Color> parts;
    for (std::size_t v = 0; v < colors.size(); ++v) {
        if (colors[v] != uncolored) parts.try_emplace({colors[v], key(v)});
    }
    SplitColors split;
    for (auto& [part, number] : parts) {
        number = static_cast<Color>(split.color_of.size());
        split.color_of.push_back(static_cast<std::size_t>(part.first));
    }
    for (std::size_t v = 0; v < colors.size(); ++v) {
        split.colors.push_back(colors[v] == uncolored ? uncolored : parts.at({colors[v], key(v)}));
    }
    return split;
}

// The vertices of each colour, in their order.
template <class I>
[[nodiscard]] OwnedLists<I> color_classes(std::span<const Color> colors, std::size_t count) {
    OwnedLists<I> classes;
    classes.starts.assign(count + 1, 0);
    for (const Color color : colors) {
        if (color != uncolored) ++classes.starts[static_cast<std::size_t>(color) + 1];
    }
    for (std::size_t c = 0; c < count; ++c) classes.starts[c + 1] += classes.starts[c];
    classes.entries.resize(static_cast<std::size_t>(classes.starts[count]));
    std::vector<I> next(classes.starts.begin(), classes.starts.end() - 1);
    for (std::size_t v = 0; v < colors.size(); ++v) {
        if (colors[v] == uncolored) continue;
        classes.entries[static_cast<std::size_t>(next[static_cast<std::size_t>(colors[v])]++)] = static_cast<I>(v);
    }
    return classes;
}

}  // namespace secant
