#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "patterns.hpp"
#include "secant/pattern.hpp"

using secant::Lists;
using secant::OwnedLists;
using secant::SparsityPattern;

namespace {

// A copy in the other direction, that of the definition.
template <class I>
Mask mask_of(Lists<I> lists, std::size_t columns) {
    Mask mask(lists.count(), columns);
    for (std::size_t v = 0; v < lists.count(); ++v) {
        for (const I w : lists.of(v)) mask.set(v, static_cast<std::size_t>(w));
    }
    return mask;
}

template <class I>
void refuse(std::vector<I> starts, std::vector<I> entries, std::size_t columns) {
    CAPTURE(starts.size());
    CAPTURE(entries.size());
    CHECK_THROWS_AS(SparsityPattern<I>({starts, entries}, columns), std::invalid_argument);
}

}  // namespace

TEST_CASE("lists are parts of one array, one after the other") {
    const std::vector<std::int32_t> starts = {0, 2, 2, 5};
    const std::vector<std::int32_t> entries = {3, 7, 0, 1, 9};
    const Lists<std::int32_t> lists{starts, entries};
    CHECK(lists.count() == 3);
    CHECK(lists.begin(2) == 2);
    CHECK(lists.end(2) == 5);
    CHECK(lists.length(0) == 2);
    CHECK(lists.of(1).empty());
    CHECK(lists.of(2)[1] == 1);
    CHECK(OwnedLists<std::int32_t>().view().count() == 0);
}

TEST_CASE_TEMPLATE("a pattern has its rows as they are, and its columns turned round", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_masks(engine, 200, 12)) {
        const Pattern<I> pattern(mask);
        REQUIRE(pattern->rows() == mask.rows());
        REQUIRE(pattern->columns() == mask.columns());
        CHECK(pattern->entries() == mask.entries());
        CHECK(mask_of(pattern->by_rows(), mask.columns()) == mask);
        const OwnedLists<I> columns = lists_of<I>(mask.transposed());
        CHECK(std::ranges::equal(pattern->by_columns().starts, columns.starts));
        CHECK(std::ranges::equal(pattern->by_columns().entries, columns.entries));
        CHECK(pattern->symmetric() == mask.symmetric());
        const OwnedLists<I> back = transpose(pattern->by_columns(), mask.rows());
        CHECK(std::ranges::equal(pattern->by_rows().starts, back.starts));
        CHECK(std::ranges::equal(pattern->by_rows().entries, back.entries));
    }
}

TEST_CASE("symmetry is lost with one entry, or with a row that no column goes with") {
    Engine engine(2);
    for (const Mask& graph : random_graphs(engine, 100, 9)) {
        CHECK(Pattern<std::int32_t>(graph)->symmetric());
        if (graph.rows() < 2) continue;
        Mask changed = graph;
        changed.set(0, 1, !graph(0, 1));
        CHECK_FALSE(Pattern<std::int32_t>(changed)->symmetric());
    }
    CHECK_FALSE(Pattern<std::int32_t>(Mask(2, 3))->symmetric());
    CHECK_FALSE(Pattern<std::int32_t>(Mask(3, 2))->symmetric());
}

TEST_CASE_TEMPLATE("lists that are not those of a pattern are refused", I, std::int32_t, std::int64_t) {
    CHECK_NOTHROW(SparsityPattern<I>({std::vector<I>{0, 2, 2, 3}, std::vector<I>{0, 3, 1}}, 4));
    refuse<I>({}, {}, 4);
    refuse<I>({1}, {}, 4);
    refuse<I>({1, 2}, {0}, 4);
    refuse<I>({0, 2}, {0}, 4);
    refuse<I>({0, 1}, {0, 1}, 4);
    refuse<I>({0, 2, 1, 3}, {0, 1, 2}, 4);
    refuse<I>({0, -1, 1}, {0}, 4);
    refuse<I>({0, -1}, {}, 4);
    refuse<I>({0, 1}, {4}, 4);
    refuse<I>({0, 1}, {-1}, 4);
    refuse<I>({0, 2}, {1, 1}, 4);
    refuse<I>({0, 2}, {2, 1}, 4);
    refuse<I>({0, 1}, {0}, 0);
    refuse<I>({0, 1}, {std::numeric_limits<I>::max()}, 4);
    refuse<I>({0, 1}, {std::numeric_limits<I>::min()}, 4);
}

TEST_CASE_TEMPLATE("the bipartite graph has an edge for each entry, both ways", I, std::int32_t, std::int64_t) {
    Engine engine(3);
    for (const Mask& mask : random_masks(engine, 100, 9)) {
        const Pattern<I> pattern(mask);
        const OwnedLists<I> graph = bipartite_graph(*pattern);
        const OwnedLists<I> twin = lists_of<I>(bipartite_mask(mask));
        CHECK(graph.starts == twin.starts);
        CHECK(graph.entries == twin.entries);
    }
}
