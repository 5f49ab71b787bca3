#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/order.hpp"

using secant::Order;
using secant::OrderKind;

namespace {

// Columns that share a row.
Graph columns_graph(const Mask& mask) {
    Mask shared(mask.columns(), mask.columns());
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        for (std::size_t j = 0; j < mask.columns(); ++j) {
            for (std::size_t k = 0; k < mask.columns(); ++k) {
                if (mask(i, j) && mask(i, k)) shared.set(j, k);
            }
        }
    }
    return graph_of(shared);
}

template <class I>
bool is_permutation(const std::vector<I>& order, std::size_t count) {
    std::vector<I> sorted = order;
    std::ranges::sort(sorted);
    std::vector<I> all(count);
    std::iota(all.begin(), all.end(), I(0));
    return sorted == all;
}

// Whether each vertex, when its turn comes, has the extreme number of neighbours among those that count for it. Ties are anybody's.
template <class I>
bool picks_by_degree(const std::vector<I>& order, const Graph& graph, OrderKind kind) {
    const bool last_first = kind == OrderKind::smallest_last;
    std::vector<char> taken(graph.size(), 0);
    const auto degree = [&](std::size_t v) {
        return std::ranges::count_if(graph[v], [&](std::size_t w) {
            if (kind == OrderKind::largest_first) return true;
            return (taken[w] != 0) == (kind == OrderKind::incidence_degree);
        });
    };
    for (std::size_t k = 0; k < order.size(); ++k) {
        const auto v = static_cast<std::size_t>(order[last_first ? order.size() - 1 - k : k]);
        for (std::size_t w = 0; w < graph.size(); ++w) {
            if (taken[w] != 0) continue;
            if (last_first ? degree(w) < degree(v) : degree(w) > degree(v)) return false;
        }
        taken[v] = 1;
    }
    return true;
}

template <class I>
void check_order(const std::vector<I>& order, const Graph& graph, OrderKind kind) {
    CAPTURE(static_cast<int>(kind));
    CAPTURE(graph.size());
    REQUIRE(is_permutation(order, graph.size()));
    if (kind == OrderKind::random) return;
    if (kind == OrderKind::natural) {
        CHECK(std::ranges::is_sorted(order));
        return;
    }
    CHECK(picks_by_degree(order, graph, kind));
    const auto degree = [&](I v) { return graph[static_cast<std::size_t>(v)].size(); };
    if (kind == OrderKind::incidence_degree && !order.empty()) {
        // Nobody is ordered yet: the one with the most neighbours begins.
        CHECK(degree(order[0]) == degree(*std::ranges::max_element(order, {}, degree)));
    }
    if (kind == OrderKind::largest_first) {
        for (std::size_t k = 1; k < order.size(); ++k) {
            CHECK((degree(order[k]) < degree(order[k - 1]) || order[k] > order[k - 1]));
        }
    }
}

}  // namespace

TEST_CASE_TEMPLATE("vertices of a graph are ordered as the order's name says", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_graphs(engine, 150, 16)) {
        const auto lists = lists_of<I>(mask);
        for (const OrderKind kind : all_orders) {
            check_order(order_graph(lists.view(), {kind, 7}), graph_of(mask), kind);
        }
    }
}

TEST_CASE_TEMPLATE("columns are ordered by the columns that they share rows with", I, std::int32_t, std::int64_t) {
    Engine engine(2);
    for (const Mask& mask : random_masks(engine, 150, 14)) {
        const Pattern<I> pattern(mask);
        for (const OrderKind kind : all_orders) {
            check_order(order_columns(pattern->by_columns(), pattern->by_rows(), {kind, 7}), columns_graph(mask), kind);
        }
    }
}

TEST_CASE("orders are the same for either kind of index, and whatever is on the diagonal") {
    Engine engine(3);
    for (Mask mask : random_graphs(engine, 60, 16)) {
        for (const OrderKind kind : all_orders) {
            const auto order = order_graph(lists_of<std::int32_t>(mask).view(), {kind, 3});
            const auto wide = order_graph(lists_of<std::int64_t>(mask).view(), {kind, 3});
            CHECK(std::ranges::equal(order, wide));
            Mask turned = mask;
            for (std::size_t v = 0; v < mask.rows(); ++v) turned.set(v, v, !mask(v, v));
            CHECK(order_graph(lists_of<std::int32_t>(turned).view(), {kind, 3}) == order);
        }
    }
}

TEST_CASE("rows beyond some length do not count for the order of columns") {
    constexpr std::size_t columns = 2100;
    Engine engine(4);
    Mask mask = random_mask(engine, 40, columns, 0.02);
    mask.set_row(0, false);
    const Pattern<std::int32_t> without(mask);
    mask.set_row(0, true);
    mask.set(0, 17, false);
    const Pattern<std::int32_t> with(mask);
    for (const OrderKind kind : all_orders) {
        const auto order = order_columns(with->by_columns(), with->by_rows(), {kind, 5});
        CHECK(is_permutation(order, columns));
        CHECK(order == order_columns(without->by_columns(), without->by_rows(), {kind, 5}));
    }
}

TEST_CASE("random orders are those of their seeds, on every platform") {
    const auto lists = lists_of<std::int32_t>(Mask(8, 8, true));
    const auto order = [&](std::uint64_t seed) { return order_graph(lists.view(), {OrderKind::random, seed}); };
    CHECK(order(1) == order(1));
    CHECK(order(1) != order(2));
    // The numbers that splitmix64 is known by.
    secant::detail::Random random(1234567);
    CHECK(random.next() == 6457827717110365317U);
    CHECK(random.next() == 3203168211198807973U);
    CHECK(random.next() == 9817491932198370423U);
    std::vector<int> hits(10, 0);
    for (int k = 0; k < 10000; ++k) {
        ++hits[random.below(10)];
        const double fraction = random.fraction();
        CHECK((fraction >= 0 && fraction < 1));
    }
    for (const int hit : hits) CHECK((hit > 900 && hit < 1100));
}

TEST_CASE("a long path is ordered in its own time") {
    constexpr std::size_t n = 100000;
    secant::OwnedLists<std::int32_t> path;
    for (std::size_t v = 0; v < n; ++v) {
        if (v > 0) path.entries.push_back(static_cast<std::int32_t>(v - 1));
        if (v + 1 < n) path.entries.push_back(static_cast<std::int32_t>(v + 1));
        path.starts.push_back(static_cast<std::int32_t>(path.entries.size()));
    }
    for (const OrderKind kind : all_orders) CHECK(is_permutation(order_graph(path.view(), {kind, 1}), n));
}
