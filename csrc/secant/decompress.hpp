// From compressed products to the entries of a sparse matrix.
//
// Sources: A. H. Gebremedhin, F. Manne & A. Pothen, "What color is your Jacobian?", SIAM Review 47 (2005) 629-705, section 2; by
// substitution, A. H. Gebremedhin, A. Pothen, A. Tarafdar & A. Walther, INFORMS Journal on Computing 21 (2009) 209-223, section 3.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "secant/buffer.hpp"
#include "secant/coloring/coloring.hpp"
#include "secant/coloring/recovery.hpp"
#include "secant/loops.hpp"
#include "secant/parallel.hpp"
#include "secant/pattern.hpp"
#include "secant/precision.hpp"

namespace secant {

// A matrix as it lies in memory.
template <class O>
struct Strided {
    O* data = nullptr;
    std::ptrdiff_t row_stride = 0;
    std::ptrdiff_t column_stride = 0;

    [[nodiscard]] operator Strided<const O>() const noexcept  // NOLINT: as a pointer to O is one to const O
        requires(!std::is_const_v<O>)
    {
        return {data, row_stride, column_stride};
    }
    [[nodiscard]] O& operator()(std::size_t row, std::size_t column) const noexcept {
        return data[static_cast<std::ptrdiff_t>(row) * row_stride +
                    static_cast<std::ptrdiff_t>(column) * column_stride];
    }
};

// What entries are found in: products with columns (one row for each row of the matrix, one column for each colour), and products
// with rows (one row for each colour). `column_of` says for each column of the matrix which product it takes part in, -1 for none;
// `row_of` likewise.
template <class O>
struct Products {
    Strided<O> of_columns{};
    std::span<const std::int32_t> column_of{};
    Strided<O> of_rows{};
    std::span<const std::int32_t> row_of{};
};

// What the entries of products are divided by, for each column of the matrix. Where a unit is a power of two, as most steps are,
// multiplying by its inverse gives the same bits, and is faster.
template <class R>
class Units {
   public:
    Units() = default;  // 1 for all
    explicit Units(Buffer<R> values) : values_(std::move(values)), inverses_(values_.size()) {
        exact_ = detail::exact_inverses(values_.data(), inverses_.data(), values_.size());
    }

    [[nodiscard]] R operator[](std::size_t column) const noexcept { return values_.empty() ? R(1) : values_[column]; }
    template <class O>
    [[nodiscard]] O divide(const O& product, std::size_t column) const noexcept {
        if (values_.empty()) return product;
        const R inverse = inverses_[column];
        return inverse != 0 ? product * inverse : product / values_[column];
    }
    // All inverses, if all of them are exact; else nothing.
    [[nodiscard]] std::span<const R> factors() const noexcept {
        return exact_ ? std::span<const R>(inverses_) : std::span<const R>();
    }
    [[nodiscard]] Units sizes() const {
        Units positive = *this;
        for (R& value : positive.values_) value = std::abs(value);
        for (R& inverse : positive.inverses_) inverse = std::abs(inverse);
        return positive;
    }

   private:
    Buffer<R> values_;
    Buffer<R> inverses_;  // 0 where the inverse is not exact
    bool exact_ = true;
};

// The entries that are wanted are not all in the pattern: this one is not.
class NotInPattern : public EntryError {
   public:
    NotInPattern(std::size_t row, std::size_t column)
        : EntryError("secant: an entry is wanted that is not in the pattern", row, column) {}
};

// How the entries of one pattern are found by one colouring: made once, used for any number of matrices.
template <class I>
class Recovery {
   public:
    // `wanted`: the entries to give out, lists by rows; all of them where it is empty. Throws InvalidColoring and NotInPattern. Keeps
    // views of the lists.
    Recovery(Lists<I> rows, std::size_t columns, const ColoringProblem& problem, Coloring coloring,
             Lists<I> wanted = {})
        : rows_(rows),
          wanted_(wanted.starts.empty() ? rows : wanted),
          all_(wanted.starts.empty()),
          columns_(columns),
          problem_(problem),
          coloring_(in_use(std::move(coloring), problem, rows.count(), columns)),
          classes_(color_classes<I>(coloring_.columns, coloring_.column_colors)) {
        if (wanted_.count() != rows.count()) {
            throw std::invalid_argument("secant: wanted entries need a list for each row of the pattern");
        }
        if (!all_) find_places();
        const SparsityPattern<I> pattern(rows, columns);
        if (problem.decompression == Decompression::substitution) {
            const RecoveryGraph<I> graph(pattern, problem.structure, coloring_);
            steps_ = Peeling<I>(graph).steps();
            if (problem.structure == Structure::nonsymmetric) enter_matrix(pattern);
            return;
        }
        std::vector<Reading> found = readings(pattern, problem.structure, coloring_);
        for (std::size_t i = 0; i < rows.count(); ++i) {
            for (std::size_t k = rows.begin(i); k < rows.end(i); ++k) {
                if (found[k] == Reading::neither) throw InvalidColoring(i, static_cast<std::size_t>(rows.entries[k]));
            }
        }
        if (one_way()) {
            if (problem.partition == Partition::column) find_indices();
            return;
        }
        if (problem.structure == Structure::symmetric) read_pairs_once(found);
        readings_.resize(wanted_.entries.size());
        for (std::size_t k = 0; k < readings_.size(); ++k) readings_[k] = found[place(k)];
    }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_.count(); }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] std::size_t entries() const noexcept { return wanted_.entries.size(); }
    [[nodiscard]] Lists<I> wanted() const noexcept { return wanted_; }
    [[nodiscard]] const Coloring& coloring() const noexcept { return coloring_; }
    [[nodiscard]] const ColoringProblem& problem() const noexcept { return problem_; }
    // The columns of each colour.
    [[nodiscard]] Lists<I> classes() const noexcept { return classes_.view(); }

    // Entries from products. Products are changed where entries are found by substitution.
    template <class O, class R, class E>
    void find(const Products<O>& products, const Units<R>& units, E* out, int threads = 1) const {
        if (problem_.decompression == Decompression::substitution) {
            substitute(products, units, out, [](const O& product, const O& found) { return product - found; });
        } else {
            read(readable(products), units, out, threads);
        }
    }
    // The same for bounds on the errors of products: those of entries taken out of a product add up in it.
    template <class R, class E>
    void find_errors(const Products<R>& products, const Units<R>& units, E* out, int threads = 1) const {
        const Units<R> positive = units.sizes();
        if (problem_.decompression == Decompression::substitution) {
            substitute(products, positive, out, [](R product, R found) { return product + found; });
        } else {
            read(readable(products), positive, out, threads);
        }
    }
    // For direct decompression: products stay as they are.
    template <class O, class R, class E>
    void read(const Products<const O>& products, const Units<R>& units, E* out, int threads = 1) const {
        const std::size_t rows = wanted_.count();
        constexpr std::size_t piece = 8192;
        if (gather(products, units, out)) return;
        if (threads <= 1 || rows <= piece) return read_rows(products, units, out, 0, rows);
        struct Worker {
            const Recovery& recovery;
            const Products<const O>& products;
            const Units<R>& units;
            E* out;
            void run(std::size_t k) const {
                const std::size_t end = std::min((k + 1) * piece, recovery.wanted_.count());
                recovery.read_rows(products, units, out, k * piece, end);
            }
            void finish() const noexcept {}
        };
        detail::share_pieces(threads, (rows + piece - 1) / piece, [&] { return Worker{*this, products, units, out}; });
    }

    // Calls visit(k, j) for each wanted entry k that is found in this row of this product, where it is divided by column j's unit.
    template <class Visit>
    void for_entries_in(std::size_t row, std::int32_t product, std::span<const std::int32_t> column_of,
                        Visit&& visit) const {
        const bool symmetric = problem_.structure == Structure::symmetric;
        for (std::size_t k = rows_.begin(row); k < rows_.end(row); ++k) {
            const auto j = static_cast<std::size_t>(rows_.entries[k]);
            if (column_of[j] != product) continue;
            visit_entry(row, j, Reading::own, [&](std::size_t entry) { visit(entry, j); });
            if (symmetric && j != row) {
                visit_entry(j, row, Reading::mirrored, [&](std::size_t entry) { visit(entry, j); });
            }
        }
    }

   private:
    // The colours that this problem's products are made with: others are left out.
    [[nodiscard]] static Coloring in_use(Coloring coloring, const ColoringProblem& problem, std::size_t rows,
                                         std::size_t columns) {
        const auto take = [](bool used, std::vector<Color>& colors, std::size_t& count, std::size_t length) {
            if (!used) {
                colors.clear();
                count = 0;
                return;
            }
            if (colors.size() != length) {
                throw std::invalid_argument("secant: a colouring needs a colour for each column or row of the pattern");
            }
            for (const Color color : colors) {
                if (color < uncolored || color >= static_cast<std::ptrdiff_t>(count)) {
                    throw std::invalid_argument("secant: a colour is not one of those that the colouring counts");
                }
            }
        };
        const bool symmetric = problem.structure == Structure::symmetric;
        take(symmetric || problem.partition != Partition::row, coloring.columns, coloring.column_colors, columns);
        take(!symmetric && problem.partition != Partition::column, coloring.rows, coloring.row_colors, rows);
        return coloring;
    }
    // Whether every entry is read where its own column's product has it, or, by rows, where its row's has.
    [[nodiscard]] bool one_way() const noexcept {
        return problem_.structure == Structure::nonsymmetric && problem_.partition != Partition::bidirectional;
    }
    // The place of a wanted entry in the whole pattern.
    [[nodiscard]] std::size_t place(std::size_t k) const noexcept {
        return all_ ? k : static_cast<std::size_t>(places_[k]);
    }

    void find_places() {
        places_.resize(wanted_.entries.size());
        for (std::size_t i = 0; i < wanted_.count(); ++i) {
            std::size_t at = rows_.begin(i);
            for (std::size_t k = wanted_.begin(i); k < wanted_.end(i); ++k) {
                while (at < rows_.end(i) && rows_.entries[at] < wanted_.entries[k]) ++at;
                if (at == rows_.end(i) || rows_.entries[at] != wanted_.entries[k]) {
                    throw NotInPattern(i, static_cast<std::size_t>(wanted_.entries[k]));
                }
                places_[k] = static_cast<I>(at);
            }
        }
    }

    // From the graph's places (columns' lists, then rows' lists) to the matrix's: targets are places of its rows' lists.
    void enter_matrix(const SparsityPattern<I>& pattern) {
        const auto shift = static_cast<I>(pattern.entries());
        for (Substitution<I>& step : steps_) {
            if (step.target < step.mirror) std::swap(step.target, step.mirror);
            step.target -= shift;
        }
    }

    // An entry and its image that can be read in two places are read in one, so that they have the same bits.
    void read_pairs_once(std::vector<Reading>& found) const noexcept {
        for (std::size_t i = 0; i < rows_.count(); ++i) {
            for (std::size_t k = rows_.begin(i); k < rows_.end(i); ++k) {
                if (found[k] != Reading::either) continue;
                found[k] = static_cast<std::size_t>(rows_.entries[k]) <= i ? Reading::own : Reading::mirrored;
            }
        }
    }

    // Where each wanted entry is in products that lie one column after the other, if 32 bits are enough to say so.
    void find_indices() {
        const std::size_t size = rows() * coloring_.column_colors;
        if (sizeof(I) != sizeof(std::int32_t) || size >= std::numeric_limits<std::uint32_t>::max()) return;
        indices_.resize(wanted_.entries.size());
        for (std::size_t i = 0; i < wanted_.count(); ++i) {
            for (std::size_t k = wanted_.begin(i); k < wanted_.end(i); ++k) {
                const auto color =
                    static_cast<std::size_t>(coloring_.columns[static_cast<std::size_t>(wanted_.entries[k])]);
                indices_[k] = static_cast<std::uint32_t>(color * rows() + i);
            }
        }
    }
    // The usual case, as one flat loop: every colour is one product, and all steps are powers of two. Says whether it was.
    template <class O, class R, class E>
    [[nodiscard]] bool gather(const Products<const O>& products, const Units<R>& units, E* out) const noexcept {
        if constexpr (std::is_same_v<O, double> && std::is_same_v<E, double> && std::is_same_v<I, std::int32_t>) {
            const std::span<const R> factors = units.factors();
            if (indices_.empty() || factors.empty() || products.column_of.data() != coloring_.columns.data() ||
                products.of_columns.row_stride != 1 ||
                products.of_columns.column_stride != static_cast<std::ptrdiff_t>(rows())) {
                return false;
            }
            detail::gather_multiplied(products.of_columns.data, indices_.data(), factors.data(), wanted_.entries.data(),
                                      out, indices_.size());
            return true;
        } else {
            (void)products, (void)units, (void)out;
            return false;
        }
    }

    template <class Visit>
    void visit_entry(std::size_t i, std::size_t j, Reading reading, Visit&& visit) const {
        const auto row = wanted_.of(i);
        const auto found = std::ranges::lower_bound(row, static_cast<I>(j));
        if (found == row.end() || *found != static_cast<I>(j)) return;
        const auto k = wanted_.begin(i) + static_cast<std::size_t>(found - row.begin());
        if (!readings_.empty()) {
            const bool own = is_own(readings_[k]);
            if (own != (reading == Reading::own)) return;
        }
        visit(k);
    }
    // In bidirectional problems, entries that can be read in both ways are read in their own row.
    [[nodiscard]] static bool is_own(Reading reading) noexcept {
        return reading == Reading::own || reading == Reading::either;
    }

    template <class O>
    [[nodiscard]] static Products<const O> readable(const Products<O>& products) noexcept {
        return {products.of_columns, products.column_of, products.of_rows, products.row_of};
    }

    template <class O, class R, class E>
    void read_rows(const Products<const O>& products, const Units<R>& units, E* out, std::size_t begin,
                   std::size_t end) const noexcept {
        const auto of_columns = [&](std::size_t i, std::size_t j) {
            const O& product = products.of_columns(i, static_cast<std::size_t>(products.column_of[j]));
            return static_cast<E>(units.divide(product, j));
        };
        if (one_way() && problem_.partition == Partition::column) {
            const std::ptrdiff_t stride = products.of_columns.column_stride;
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t last = wanted_.end(i);
                if (wanted_.begin(i) == last) continue;
                const O* const row = &products.of_columns(i, 0);
                for (std::size_t k = wanted_.begin(i); k < last; ++k) {
                    const auto j = static_cast<std::size_t>(wanted_.entries[k]);
                    out[k] = static_cast<E>(units.divide(row[products.column_of[j] * stride], j));
                }
            }
            return;
        }
        const bool symmetric = problem_.structure == Structure::symmetric;
        for (std::size_t i = begin; i < end; ++i) {
            for (std::size_t k = wanted_.begin(i); k < wanted_.end(i); ++k) {
                const auto j = static_cast<std::size_t>(wanted_.entries[k]);
                if (!readings_.empty() && is_own(readings_[k])) {
                    out[k] = of_columns(i, j);
                } else if (symmetric) {
                    out[k] = of_columns(j, i);
                } else {
                    out[k] = static_cast<E>(products.of_rows(static_cast<std::size_t>(products.row_of[i]), j));
                }
            }
        }
    }

    template <class O, class R, class E, class TakeOut>
    void substitute(const Products<O>& products, const Units<R>& units, E* out, TakeOut&& take_out) const {
        std::vector<E> whole(all_ ? 0 : rows_.entries.size());
        E* const to = all_ ? out : whole.data();
        if (problem_.structure == Structure::symmetric) {
            for (const Substitution<I>& step : steps_) {
                const auto v = static_cast<std::size_t>(step.reader);
                const auto w = static_cast<std::size_t>(step.other);
                const O entry =
                    units.divide(products.of_columns(v, static_cast<std::size_t>(products.column_of[w])), w);
                to[static_cast<std::size_t>(step.target)] = to[static_cast<std::size_t>(step.mirror)] =
                    static_cast<E>(entry);
                if (v == w || products.column_of[v] < 0) continue;
                O& left = products.of_columns(w, static_cast<std::size_t>(products.column_of[v]));
                left = take_out(left, entry * units[v]);
            }
        } else {
            for (const Substitution<I>& step : steps_) {
                const auto v = static_cast<std::size_t>(step.reader);
                const auto w = static_cast<std::size_t>(step.other);
                const bool in_row = v >= columns_;  // the reader is a row: its entry is in a product of columns
                const std::size_t i = (in_row ? v : w) - columns_;
                const std::size_t j = in_row ? w : v;
                const auto of_column = products.column_of.empty() ? -1 : products.column_of[j];
                const auto of_row = products.row_of.empty() ? -1 : products.row_of[i];
                O* const by_columns =
                    of_column < 0 ? nullptr : &products.of_columns(i, static_cast<std::size_t>(of_column));
                O* const by_rows = of_row < 0 ? nullptr : &products.of_rows(static_cast<std::size_t>(of_row), j);
                const O entry = in_row ? units.divide(*by_columns, j) : *by_rows;
                to[static_cast<std::size_t>(step.target)] = static_cast<E>(entry);
                if (in_row && by_rows != nullptr) *by_rows = take_out(*by_rows, entry);
                if (!in_row && by_columns != nullptr) *by_columns = take_out(*by_columns, entry * units[j]);
            }
        }
        if (!all_) {
            for (std::size_t k = 0; k < places_.size(); ++k) out[k] = whole[static_cast<std::size_t>(places_[k])];
        }
    }

    Lists<I> rows_;
    Lists<I> wanted_;
    bool all_;
    std::size_t columns_;
    ColoringProblem problem_;
    Coloring coloring_;
    OwnedLists<I> classes_;
    std::vector<I> places_;  // of wanted entries in the pattern; empty if all are wanted
    std::vector<std::uint32_t> indices_;
    std::vector<Reading> readings_;
    std::vector<Substitution<I>> steps_;
};

}  // namespace secant
