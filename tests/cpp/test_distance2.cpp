#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/distance2.hpp"

using secant::Color;
using secant::OrderKind;

namespace {

// The least colour that no column has with which this one shares a row.
template <class I>
Colors greedy(const secant::SparsityPattern<I>& pattern, const std::vector<I>& order) {
    Colors colors(pattern.columns(), secant::uncolored);
    for (const I v : order) {
        std::vector<char> taken(colors.size(), 0);
        for (const I row : pattern.by_columns().of(static_cast<std::size_t>(v))) {
            for (const I w : pattern.by_rows().of(static_cast<std::size_t>(row))) {
                const Color color = colors[static_cast<std::size_t>(w)];
                if (color != secant::uncolored) taken[static_cast<std::size_t>(color)] = 1;
            }
        }
        colors[static_cast<std::size_t>(v)] = static_cast<Color>(std::ranges::find(taken, 0) - taken.begin());
    }
    return colors;
}

template <class I>
Colors colored(const secant::SparsityPattern<I>& pattern, const std::vector<I>& order) {
    return secant::distance2_coloring<I>(pattern.by_columns(), pattern.by_rows(), order);
}

bool has_full_row(const Mask& mask) {
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        bool full = true;
        for (std::size_t j = 0; j < mask.columns(); ++j) full = full && mask(i, j);
        if (full) return true;
    }
    return false;
}

// Rows of several lengths, none of them full: each has a run of neighbours, or columns from everywhere.
Mask rows_of_lengths(Engine& engine, std::size_t columns, const std::vector<std::size_t>& lengths) {
    Mask mask(lengths.size(), columns);
    std::vector<std::size_t> all(columns);
    std::iota(all.begin(), all.end(), std::size_t(0));
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const std::size_t first = below(engine, columns - lengths[i]);
        if (i % 2 == 0) std::ranges::shuffle(all, engine);
        for (std::size_t k = 0; k < lengths[i]; ++k) mask.set(i, i % 2 == 0 ? all[k] : first + k);
    }
    return mask;
}

template <class I>
std::size_t check_against_twin(const Mask& mask) {
    const Pattern<I> pattern(mask);
    std::size_t most = 0;
    for (const OrderKind kind : all_orders) {
        const std::vector<I> order = order_columns(pattern->by_columns(), pattern->by_rows(), {kind, 11});
        const Colors colors = colored(*pattern, order);
        CAPTURE(static_cast<int>(kind));
        CHECK(colors == greedy(*pattern, order));
        CHECK(uses_all(colors, secant::count_colors(colors)));
        most = std::max(most, secant::count_colors(colors));
    }
    return most;
}

}  // namespace

TEST_CASE_TEMPLATE("no row has two entries of one colour", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_masks(engine, 300, 20)) {
        const Pattern<I> pattern(mask);
        for (const OrderKind kind : all_orders) {
            const Colors colors =
                colored(*pattern, order_columns(pattern->by_columns(), pattern->by_rows(), {kind, 11}));
            CHECK(colors.size() == mask.columns());
            CHECK(std::ranges::count(colors, secant::uncolored) == 0);
            CHECK(is_distance2(mask, colors));
            CHECK(uses_all(colors, secant::count_colors(colors)));
            CHECK(secant::count_colors(colors) >= most_in_list(pattern->by_rows()));
        }
    }
}

TEST_CASE_TEMPLATE("colours are those of the greedy algorithm", I, std::int32_t, std::int64_t) {
    Engine engine(2);
    for (const Mask& mask : random_masks(engine, 300, 20)) {
        if (!has_full_row(mask)) (void)check_against_twin<I>(mask);
    }
}

TEST_CASE_TEMPLATE("a full row changes nothing in that", I, std::int32_t, std::int64_t) {
    Engine engine(3);
    for (Mask mask : random_masks(engine, 20, 9)) {
        if (mask.rows() == 0) continue;
        mask.set_row(mask.rows() - 1, true);
        CHECK(check_against_twin<I>(mask) == mask.columns());
    }
}

TEST_CASE_TEMPLATE("more than 64 colours, and more than 128, in rows short and long", I, std::int32_t, std::int64_t) {
    Engine engine(4);
    const auto most = [&](std::size_t columns, const std::vector<std::size_t>& lengths) {
        return check_against_twin<I>(rows_of_lengths(engine, columns, lengths));
    };
    // Bits of rows longer than 128 are kept, members of shorter ones are asked.
    CHECK(most(100, {60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 64, 65}) > 64);
    CHECK(most(250, {127, 127, 128, 128, 100, 3, 90, 90, 90, 5}) > 128);
    CHECK(most(300, {129, 129, 130, 130, 131, 200, 7, 299, 299, 250}) > 192);
    CHECK(most(300, {128, 129, 128, 129, 128, 129, 20, 20, 140, 66, 150, 30, 150, 140}) > 128);
    CHECK(most(400, {63, 64, 65, 66, 126, 128, 129, 130, 190, 191, 192, 193, 194, 1, 2, 3, 0}) > 192);
    CHECK(most(150, {149, 149}) >= 149);
    CHECK(most(65, {64, 64}) >= 64);
    CHECK(most(66, {65, 65, 65}) >= 65);
}

TEST_CASE("with very many columns, rows are long from a 64th of them on") {
    Engine engine(5);
    std::vector<std::size_t> lengths(60, 140U);  // 10000 / 64 = 156.25
    for (const std::size_t length : {155U, 156U, 157U, 200U, 300U, 156U, 157U, 20U, 30U, 64U})
        lengths.push_back(length);
    CHECK(check_against_twin<std::int32_t>(rows_of_lengths(engine, 10000, lengths)) >= 300);
}

TEST_CASE("columns without entries share the first colour with others") {
    Mask mask = band_mask(5, 5, 1, 1);
    mask.set_column(2, false);
    const Pattern<std::int32_t> pattern(mask);
    const std::vector<std::int32_t> order = {0, 1, 2, 3, 4};
    CHECK(colored(*pattern, order) == Colors{0, 1, 0, 0, 1});
    CHECK(colored(*Pattern<std::int32_t>(Mask(0, 3)), {0, 1, 2}) == Colors{0, 0, 0});
    CHECK(colored(*Pattern<std::int32_t>(Mask(3, 0)), {}).empty());
}

TEST_CASE("a long band with a dense row is coloured at once") {
    constexpr std::int32_t n = 20000;
    secant::OwnedLists<std::int32_t> rows;
    for (std::int32_t i = 0; i < n; ++i) {
        for (std::int32_t j = std::max(i - 2, 0); j <= std::min(i + 2, n - 1); ++j) rows.entries.push_back(j);
        rows.starts.push_back(static_cast<std::int32_t>(rows.entries.size()));
    }
    for (std::int32_t j = 1; j < n; ++j) rows.entries.push_back(j);  // all but the first
    rows.starts.push_back(static_cast<std::int32_t>(rows.entries.size()));
    const Pattern<std::int32_t> pattern(std::move(rows), n);
    for (const OrderKind kind : all_orders) {
        const auto order = order_columns(pattern->by_columns(), pattern->by_rows(), {kind, 1});
        const Colors colors = colored(*pattern, order);
        CHECK(uses_all(colors, n - 1));
        CHECK(std::set<Color>(colors.begin() + 1, colors.end()).size() == n - 1);
    }
}
