// Matrices of small integers and their compressed products, by definition: all that is found in them is exact.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/best.hpp"
#include "secant/decompress.hpp"

[[nodiscard]] inline bool is_symmetric(const secant::ColoringProblem& problem) {
    return problem.structure == secant::Structure::symmetric;
}

// Small integers where the pattern has entries, some of them zero.
class Matrix {
   public:
    Matrix(Engine& engine, const Mask& mask, bool symmetric) : columns_(mask.columns()) {
        values_.resize(mask.rows() * mask.columns(), 0);
        for (std::size_t i = 0; i < mask.rows(); ++i) {
            for (std::size_t j = 0; j < mask.columns(); ++j) {
                if (mask(i, j)) values_[i * columns_ + j] = static_cast<double>(below(engine, 19)) - 9;
                if (symmetric && j < i) values_[i * columns_ + j] = values_[j * columns_ + i];
            }
        }
    }
    [[nodiscard]] double operator()(std::size_t i, std::size_t j) const { return values_[i * columns_ + j]; }
    template <class E, class I>
    [[nodiscard]] std::vector<E> entries(secant::Lists<I> wanted) const {
        std::vector<E> entries;
        for (std::size_t i = 0; i < wanted.count(); ++i) {
            for (const I j : wanted.of(i)) entries.push_back(static_cast<E>((*this)(i, static_cast<std::size_t>(j))));
        }
        return entries;
    }

   private:
    std::size_t columns_;
    std::vector<double> values_;
};

// A product's memory, with numbers in between that nobody should look at.
template <class O>
class Block {
   public:
    enum class Layout { rows_first, columns_first, backwards };

    Block(std::size_t rows, std::size_t columns, Layout layout) : memory_(2 * rows * columns + 1, O(777)) {
        const auto m = static_cast<std::ptrdiff_t>(rows);
        const auto n = static_cast<std::ptrdiff_t>(columns);
        switch (layout) {
            case Layout::rows_first:
                view_ = {memory_.data(), 2 * n, 2};
                break;
            case Layout::columns_first:
                view_ = {memory_.data(), 1, m};
                break;
            case Layout::backwards:
                view_ = {memory_.data() + 2 * m * n, -2 * n, -2};
                break;
        }
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < columns; ++j) view_(i, j) = O(0);
        }
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    [[nodiscard]] secant::Strided<O> view() const { return view_; }
    [[nodiscard]] const std::vector<O>& memory() const { return memory_; }

   private:
    std::vector<O> memory_;
    secant::Strided<O> view_;
};

// A S and W^T A, entry by entry; columns in their units.
template <class O>
class Compressed {
   public:
    using Layout = Block<O>::Layout;

    Compressed(const Mask& mask, const Matrix& matrix, const secant::Coloring& coloring,
               const std::vector<double>& units, Layout layout)
        : coloring_(coloring),
          of_columns_(mask.rows(), coloring.column_colors, layout),
          of_rows_(coloring.row_colors, mask.columns(), layout) {
        for (std::size_t i = 0; i < mask.rows(); ++i) {
            for (std::size_t j = 0; j < mask.columns(); ++j) {
                if (!coloring.columns.empty() && coloring.columns[j] >= 0) {
                    of_columns_.view()(i, static_cast<std::size_t>(coloring.columns[j])) +=
                        O(matrix(i, j) * (units.empty() ? 1 : units[j]));
                }
                if (!coloring.rows.empty() && coloring.rows[i] >= 0) {
                    of_rows_.view()(static_cast<std::size_t>(coloring.rows[i]), j) += O(matrix(i, j));
                }
            }
        }
    }
    [[nodiscard]] secant::Products<O> products() const {
        return {of_columns_.view(), coloring_.columns, of_rows_.view(), coloring_.rows};
    }
    [[nodiscard]] const Block<O>& of_columns() const { return of_columns_; }
    [[nodiscard]] const Block<O>& of_rows() const { return of_rows_; }

   private:
    const secant::Coloring& coloring_;
    Block<O> of_columns_;
    Block<O> of_rows_;
};

[[nodiscard]] inline std::vector<double> random_units(Engine& engine, std::size_t columns) {
    std::vector<double> units(columns);
    for (double& unit : units) {
        unit = std::ldexp(chance(engine, 0.3) ? -1.0 : 1.0, static_cast<int>(below(engine, 9)) - 4);
    }
    return units;
}

template <class R = double>
[[nodiscard]] secant::Units<R> units_of(const std::vector<double>& values) {
    return secant::Units<R>({values.begin(), values.end()});
}

// By one of the orders, or the best of them.
template <class I>
[[nodiscard]] secant::Coloring some_coloring(Engine& engine, const secant::SparsityPattern<I>& pattern,
                                             const secant::ColoringProblem& problem) {
    const std::size_t which = below(engine, all_orders.size() + 1);
    if (which == all_orders.size()) return secant::color(pattern, problem);
    return secant::color(pattern, problem, secant::Order{all_orders[which], below(engine, 100)});
}

// A triangle, some entries, or none.
template <class I>
[[nodiscard]] secant::OwnedLists<I> some_of(Engine& engine, const Mask& mask) {
    Mask wanted = mask;
    const std::size_t kind = below(engine, 4);
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        for (std::size_t j = 0; j < mask.columns(); ++j) {
            const bool keep = kind == 0 ? i <= j : kind == 1 ? i > j : kind == 2 && chance(engine, 0.4);
            wanted.set(i, j, mask(i, j) && keep);
        }
    }
    return lists_of<I>(wanted);
}
