// Whether a colouring determines a matrix, and if not, why: slow, from the definitions, without the kernels' data structures.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "secant/coloring/coloring.hpp"
#include "secant/pattern.hpp"

namespace secant {

namespace detail {

// A member of list v other than `besides`, with this colour.
template <class I>
[[nodiscard]] std::optional<std::size_t> rival(Lists<I> lists, std::size_t v, std::size_t besides,
                                               std::span<const Color> colors, Color color) {
    for (const I w : lists.of(v)) {
        const auto other = static_cast<std::size_t>(w);
        if (other != besides && colors[other] == color) return other;
    }
    return std::nullopt;
}

class ColoringCheck {
   public:
    ColoringCheck(const ColoringProblem& problem, const Coloring& coloring) : problem_(problem), coloring_(coloring) {}

    template <class I>
    [[nodiscard]] std::optional<std::string> operator()(const SparsityPattern<I>& pattern) const {
        if (const auto wrong = check_lengths(pattern.rows(), pattern.columns())) return wrong;
        if (problem_.decompression == Decompression::substitution) return check_substitution(pattern);
        for (std::size_t i = 0; i < pattern.rows(); ++i) {
            for (const I column : pattern.by_rows().of(i)) {
                if (const auto wrong = check_entry(pattern, i, static_cast<std::size_t>(column))) return wrong;
            }
        }
        return std::nullopt;
    }

   private:
    [[nodiscard]] static std::string text(std::size_t number) { return std::to_string(number); }
    [[nodiscard]] bool symmetric() const noexcept { return problem_.structure == Structure::symmetric; }
    // The colours with which products are made.
    [[nodiscard]] bool by_columns() const noexcept { return symmetric() || problem_.partition != Partition::row; }
    [[nodiscard]] bool by_rows() const noexcept { return !symmetric() && problem_.partition != Partition::column; }

    [[nodiscard]] std::optional<std::string> check_lengths(std::size_t rows, std::size_t columns) const {
        const auto check = [](const std::vector<Color>& colors, std::size_t length, bool needed,
                              const std::string& what) -> std::optional<std::string> {
            if (colors.size() == length || (!needed && colors.empty())) return std::nullopt;
            return "there are " + text(colors.size()) + " colours for " + text(length) + " " + what;
        };
        if (const auto wrong = check(coloring_.columns, columns, by_columns(), "columns")) return wrong;
        return check(coloring_.rows, rows, by_rows(), "rows");
    }

    // Why entry (i, j) is not alone in the product with its colour, read along `lists`: nothing if it is.
    template <class I>
    [[nodiscard]] static std::optional<std::string> obstacle(Lists<I> lists, std::size_t v, std::size_t w,
                                                             std::span<const Color> colors, const std::string& vertex,
                                                             const std::string& list) {
        if (colors.empty()) return vertex + "s have no colours";
        if (colors[w] == uncolored) return vertex + " " + text(w) + " has no colour";
        const auto other = rival(lists, v, w, colors, colors[w]);
        if (!other) return std::nullopt;
        return vertex + "s " + text(std::min(w, *other)) + " and " + text(std::max(w, *other)) + " have colour " +
               std::to_string(colors[w]) + " and both have an entry in " + list + " " + text(v);
    }

    template <class I>
    [[nodiscard]] std::optional<std::string> check_entry(const SparsityPattern<I>& pattern, std::size_t i,
                                                         std::size_t j) const {
        const auto& columns = coloring_.columns;
        if (!symmetric() && problem_.partition == Partition::column) {
            return obstacle(pattern.by_rows(), i, j, columns, "column", "row");
        }
        if (!symmetric() && problem_.partition == Partition::row) {
            return obstacle(pattern.by_columns(), j, i, coloring_.rows, "row", "column");
        }
        const auto own = obstacle(pattern.by_rows(), i, j, columns, "column", "row");
        const auto mirrored = symmetric() ? obstacle(pattern.by_rows(), j, i, columns, "column", "row")
                                          : obstacle(pattern.by_columns(), j, i, coloring_.rows, "row", "column");
        if (!own || !mirrored) return std::nullopt;
        return "entry (" + text(i) + ", " + text(j) + ") is alone in no product: " + *own + "; " + *mirrored;
    }

    // Takes entries that are alone in a product out of the other product that they are in, as long as there are any.
    template <class I>
    [[nodiscard]] std::optional<std::string> check_substitution(const SparsityPattern<I>& pattern) const {
        using Entry = std::pair<std::size_t, std::size_t>;
        struct Place {  // a row (or column) of the matrix in the product of a colour
            bool in_row;
            std::size_t list;
            Color color;
            auto operator<=>(const Place&) const = default;
        };
        std::map<Place, std::set<Entry>> products;
        std::map<Entry, std::set<Place>> places;
        const auto enter = [&](Place place, Entry entry) {
            if (place.color == uncolored) return;
            products[place].insert(entry);
            places[entry].insert(place);
        };
        for (std::size_t i = 0; i < pattern.rows(); ++i) {
            for (const I column : pattern.by_rows().of(i)) {
                const auto j = static_cast<std::size_t>(column);
                const Entry entry = symmetric() ? Entry(std::min(i, j), std::max(i, j)) : Entry(i, j);
                places[entry];
                if (by_columns()) enter({true, i, coloring_.columns[j]}, entry);
                if (by_rows()) enter({false, j, coloring_.rows[i]}, entry);
            }
        }
        std::vector<Place> single;
        for (const auto& [place, entries] : products) {
            if (entries.size() == 1) single.push_back(place);
        }
        while (!single.empty()) {
            const Place place = single.back();
            single.pop_back();
            if (products[place].size() != 1) continue;
            const Entry entry = *products[place].begin();
            for (const Place& other : places[entry]) {
                products[other].erase(entry);
                if (products[other].size() == 1) single.push_back(other);
            }
            places.erase(entry);
        }
        if (places.empty()) return std::nullopt;
        const auto& [entry, left] = *places.begin();
        std::string reason = text(places.size()) + " entries cannot be found by substitution, among them (" +
                             text(entry.first) + ", " + text(entry.second) + ")";
        if (left.empty()) return reason + ": neither its row nor its column has a colour";
        for (const Place& place : left) {
            for (const Entry& other : products[place]) {
                if (other == entry) continue;
                reason += "; in " + std::string(place.in_row ? "row " : "column ") + text(place.list) +
                          " of the product with colour " + std::to_string(place.color) + " it is added to (" +
                          text(other.first) + ", " + text(other.second) + ")";
                break;
            }
        }
        return reason;
    }

    const ColoringProblem& problem_;
    const Coloring& coloring_;
};

}  // namespace detail

// What is wrong with a colouring, in words; nothing if every entry of the matrix can be found by it.
template <class I>
[[nodiscard]] std::optional<std::string> check_coloring(const SparsityPattern<I>& pattern,
                                                        const ColoringProblem& problem, const Coloring& coloring) {
    return detail::ColoringCheck(problem, coloring)(pattern);
}

}  // namespace secant
