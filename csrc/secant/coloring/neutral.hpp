// Colours that no entry needs are neutral: their vertices lose their colour, and their products are not computed.
//
// Source: A. Montoison, G. Dalle & A. H. Gebremedhin, "Revisiting sparse matrix coloring and bicoloring" (2025), on
// post-processing. There, each star or tree of one edge chooses an end in turn; here, the colours of their ends are covered greedily.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "secant/coloring/coloring.hpp"
#include "secant/coloring/recovery.hpp"
#include "secant/pattern.hpp"

namespace secant {

// Which colours are needed where each entry has one or two that give it: few of them.
class ColorCover {
   public:
    explicit ColorCover(std::size_t colors) : needed_(colors, 0) {}

    void need(std::size_t color) noexcept { needed_[color] = 1; }
    void need_either(std::size_t a, std::size_t b) {
        if (a == b) {
            need(a);
        } else if (needed_[a] == 0 && needed_[b] == 0) {
            ++pairs_[std::minmax(a, b)];
        }
    }
    // Takes, as long as there is a pair that has neither, the colour in most of such pairs: of equals, the first.
    [[nodiscard]] const std::vector<char>& choose() {
        struct Partner {
            std::size_t color;
            std::size_t count;
        };
        std::vector<std::vector<Partner>> partners(needed_.size());
        std::vector<std::size_t> left(needed_.size(), 0);
        for (const auto& [pair, count] : pairs_) {
            if (needed_[pair.first] != 0 || needed_[pair.second] != 0) continue;
            partners[pair.first].push_back({pair.second, count});
            partners[pair.second].push_back({pair.first, count});
            left[pair.first] += count;
            left[pair.second] += count;
        }
        for (;;) {
            const auto best = std::ranges::max_element(left);
            if (best == left.end() || *best == 0) return needed_;
            const auto color = static_cast<std::size_t>(best - left.begin());
            need(color);
            for (const Partner& partner : partners[color]) {
                if (needed_[partner.color] == 0) left[partner.color] -= partner.count;
            }
            left[color] = 0;
        }
    }

   private:
    std::vector<char> needed_;
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> pairs_;
};

// Whether every colour has a vertex with an entry on the diagonal, which no other colour gives: then none is neutral.
template <class I>
[[nodiscard]] bool each_color_on_diagonal(Lists<I> graph, const Coloring& coloring) {
    std::vector<char> needed(coloring.column_colors, 0);
    std::size_t missing = needed.size();
    for (std::size_t v = 0; v < graph.count() && missing != 0; ++v) {
        if (coloring.columns[v] == uncolored) continue;
        char& own = needed[static_cast<std::size_t>(coloring.columns[v])];
        if (own != 0 || !std::ranges::binary_search(graph.of(v), static_cast<I>(v))) continue;
        own = 1;
        --missing;
    }
    return missing == 0;
}

// For symmetric and bidirectional colourings, whose entries may have two products to be found in. Throws InvalidColoring where one
// has none and colours might be neutral.
template <class I>
void drop_neutral_colors(const SparsityPattern<I>& pattern, const ColoringProblem& problem, Coloring& coloring) {
    const bool symmetric = problem.structure == Structure::symmetric;
    if (symmetric && each_color_on_diagonal(pattern.by_rows(), coloring)) return;
    // Colours of columns first, then those of rows, where these have their own.
    const std::size_t shift = symmetric ? 0 : coloring.column_colors;
    const std::span<const Color> row_colors = symmetric ? coloring.columns : coloring.rows;
    ColorCover cover(coloring.count());
    if (problem.decompression == Decompression::direct) {
        const std::vector<Reading> found = readings(pattern, problem.structure, coloring);
        for (const Reading pass : {Reading::neither, Reading::either}) {
            for (std::size_t i = 0; i < pattern.rows(); ++i) {
                for (std::size_t k = pattern.by_rows().begin(i); k < pattern.by_rows().end(i); ++k) {
                    const auto j = static_cast<std::size_t>(pattern.by_rows().entries[k]);
                    if ((found[k] == Reading::either) != (pass == Reading::either)) continue;
                    if (found[k] == Reading::neither) throw InvalidColoring(i, j);
                    const auto own = static_cast<std::size_t>(coloring.columns[j]);
                    const auto mirrored = shift + static_cast<std::size_t>(row_colors[i]);
                    if (found[k] == Reading::either) {
                        cover.need_either(own, mirrored);
                    } else {
                        cover.need(found[k] == Reading::own ? own : mirrored);
                    }
                }
            }
        }
    } else {
        const RecoveryGraph<I> entries(pattern, problem.structure, coloring);
        Peeling<I> peeling(entries);
        std::vector<char> isolated(entries.places.size());
        for (std::size_t k = 0; k < isolated.size(); ++k) isolated[k] = peeling.isolated(k) ? 1 : 0;
        const std::vector<Substitution<I>> steps = peeling.steps();
        const auto color_of = [&](I v) {
            return static_cast<std::size_t>(entries.colors[static_cast<std::size_t>(v)]);
        };
        for (const char pass : {char(0), char(1)}) {
            for (const Substitution<I>& step : steps) {
                if (isolated[static_cast<std::size_t>(step.target)] != pass) continue;
                if (pass == 0) {
                    cover.need(color_of(step.other));
                } else {
                    cover.need_either(color_of(step.other), color_of(step.reader));
                }
            }
        }
    }
    const std::vector<char>& needed = cover.choose();
    coloring.column_colors = keep_colors(coloring.columns, std::span(needed).first(symmetric ? needed.size() : shift));
    if (!symmetric) coloring.row_colors = keep_colors(coloring.rows, std::span(needed).subspan(shift));
}

}  // namespace secant
