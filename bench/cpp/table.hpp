// A table of text: words to the left, numbers to the right, columns as wide as they must be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace secant::bench {

class Table {
   public:
    enum class Align { left, right };
    struct Heading {
        std::string text;
        Align align = Align::right;
    };

    explicit Table(std::vector<Heading> headings) : headings_(std::move(headings)) {}
    // As many cells as there are headings.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

    friend std::ostream& operator<<(std::ostream& out, const Table& table) {
        std::vector<std::string> top;
        for (const Heading& heading : table.headings_) top.push_back(heading.text);
        std::vector<std::size_t> widths(top.size(), 0);
        const auto widen = [&](const std::vector<std::string>& cells) {
            for (std::size_t k = 0; k < cells.size(); ++k) widths[k] = std::max(widths[k], length(cells[k]));
        };
        widen(top);
        for (const auto& row : table.rows_) widen(row);
        table.write(out, top, widths);
        for (std::size_t k = 0; k < widths.size(); ++k) out << (k == 0 ? "" : "  ") << std::string(widths[k], '-');
        out << '\n';
        for (const auto& row : table.rows_) table.write(out, row, widths);
        return out;
    }

   private:
    // In characters: all but the later bytes of those that have several.
    [[nodiscard]] static std::size_t length(std::string_view text) noexcept {
        return static_cast<std::size_t>(
            std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
    }

    void write(std::ostream& out, std::span<const std::string> cells, std::span<const std::size_t> widths) const {
        std::string line;
        for (std::size_t k = 0; k < cells.size(); ++k) {
            const std::string padding(widths[k] - length(cells[k]), ' ');
            if (k != 0) line += "  ";
            line += headings_[k].align == Align::left ? cells[k] + padding : padding + cells[k];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    }

    std::vector<Heading> headings_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace secant::bench
