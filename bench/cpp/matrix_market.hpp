// Patterns from files in the Matrix Market's coordinate format: R. F. Boisvert, R. Pozo & K. A. Remington, "The Matrix Market exchange
// formats: initial design", NISTIR 5935 (1996). Values are passed over.
#pragma once

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "patterns.hpp"

namespace secant::bench {

[[nodiscard]] inline RowLists read_matrix_market(const std::string& path) {
    const auto refuse = [&](const std::string& why) -> void { throw std::runtime_error(path + ": " + why); };
    std::ifstream file(path);
    if (!file) refuse("cannot be opened");
    std::string banner;
    std::string object;
    std::string format;
    std::string field;
    std::string symmetry;
    file >> banner >> object >> format >> field >> symmetry;
    if (banner != "%%MatrixMarket" || object != "matrix" || format != "coordinate") {
        refuse("begins without '%%MatrixMarket matrix coordinate'");
    }
    std::string line;
    const auto next_line = [&] {
        while (std::getline(file, line)) {
            if (!line.empty() && line.front() != '%' && line.find_first_not_of(" \t\r") != std::string::npos) return;
        }
        refuse("ends too early");
    };
    next_line();
    std::size_t row_count = 0;
    std::size_t columns = 0;
    std::size_t entries = 0;
    constexpr auto most = static_cast<std::size_t>(std::numeric_limits<Index>::max());
    if (!(std::istringstream(line) >> row_count >> columns >> entries) || std::max(row_count, columns) > most) {
        refuse("has no numbers of rows, columns and entries in '" + line + "'");
    }
    std::vector<std::vector<Index>> rows(row_count);
    for (std::size_t k = 0; k < entries; ++k) {
        next_line();
        std::size_t row = 0;
        std::size_t column = 0;
        if (!(std::istringstream(line) >> row >> column) || row - 1 >= row_count || column - 1 >= columns) {
            refuse("has an entry that is not in the matrix: '" + line + "'");
        }
        rows[row - 1].push_back(static_cast<Index>(column - 1));
        // Of the other kinds, symmetric, skew-symmetric and Hermitian, one triangle is in the file.
        if (symmetry != "general" && row != column) {
            if (column > row_count || row > columns) refuse("is called " + symmetry + " and is not square");
            rows[column - 1].push_back(static_cast<Index>(row - 1));
        }
    }
    RowLists lists{.rows = {}, .columns = columns};
    for (std::vector<Index>& row : rows) {
        std::ranges::sort(row);
        row.erase(std::ranges::unique(row).begin(), row.end());
        lists.rows.entries.insert(lists.rows.entries.end(), row.begin(), row.end());
        lists.end_row();
    }
    return lists;
}

}  // namespace secant::bench
