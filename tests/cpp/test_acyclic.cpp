#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/acyclic.hpp"
#include "secant/coloring/order.hpp"

using secant::OrderKind;

namespace {

template <class I>
Colors colored(const Mask& mask, const std::vector<I>& order) {
    return secant::acyclic_coloring<I>(lists_of<I>(mask).view(), order);
}

template <class I>
Graph graph_of_lists(secant::Lists<I> lists) {
    Graph graph(lists.count());
    for (std::size_t v = 0; v < lists.count(); ++v) {
        for (const I w : lists.of(v)) {
            if (static_cast<std::size_t>(w) != v) graph[v].push_back(static_cast<std::size_t>(w));
        }
    }
    return graph;
}

}  // namespace

TEST_CASE_TEMPLATE("the vertices of any two colours form a forest", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_graphs(engine, 250, 24)) {
        const auto lists = lists_of<I>(mask);
        for (const OrderKind kind : all_orders) {
            const Colors colors = secant::acyclic_coloring<I>(lists.view(), order_graph(lists.view(), {kind, 5}));
            REQUIRE(colors.size() == mask.rows());
            CHECK(std::ranges::count(colors, secant::uncolored) == 0);
            CHECK(uses_all(colors, secant::count_colors(colors)));
            CHECK(is_acyclic(graph_of(mask), colors));
        }
    }
}

TEST_CASE_TEMPLATE("each vertex has the least colour that leaves forests", I, std::int32_t, std::int64_t) {
    Engine engine(2);
    for (const Mask& mask : random_graphs(engine, 300, 13)) {
        const auto lists = lists_of<I>(mask);
        for (const OrderKind kind : all_orders) {
            const std::vector<I> order = order_graph(lists.view(), {kind, below(engine, 1000)});
            CHECK(colored(mask, order) == first_fit<I>(graph_of(mask), order, is_acyclic));
        }
    }
}

TEST_CASE("sparse graphs of some size, where trees grow together") {
    Engine engine(3);
    for (int trial = 0; trial < 30; ++trial) {
        Mask mask = random_mask(engine, 40, 40, 0.04 + 0.002 * trial);
        for (std::size_t v = 0; v < 40; ++v) {
            for (std::size_t w = 0; w < v; ++w) mask.set(w, v, mask(v, w));
        }
        const auto lists = lists_of<std::int32_t>(mask);
        for (const OrderKind kind : {OrderKind::natural, OrderKind::random, OrderKind::smallest_last}) {
            const auto order = order_graph(lists.view(), {kind, below(engine, 1000)});
            CHECK(colored(mask, order) == first_fit<std::int32_t>(graph_of(mask), order, is_acyclic));
        }
    }
}

TEST_CASE("a limit on colours is kept, or the colouring given up") {
    Engine engine(6);
    for (const Mask& mask : random_graphs(engine, 60, 13)) {
        const auto lists = lists_of<std::int32_t>(mask);
        const auto order = order_graph(lists.view(), {OrderKind::random, below(engine, 1000)});
        const Colors colors = secant::acyclic_coloring<std::int32_t>(lists.view(), order);
        const std::size_t count = secant::count_colors(colors);
        for (std::size_t most = 0; most <= count + 1; ++most) {
            const auto within = secant::acyclic_coloring_within<std::int32_t>(lists.view(), order, most);
            REQUIRE(within.has_value() == (most >= count));
            if (within) CHECK(*within == colors);
        }
    }
}

TEST_CASE("the bipartite graph of a matrix is one like others") {
    Engine engine(4);
    for (const Mask& mask : random_masks(engine, 100, 7)) {
        const Mask both = bipartite_mask(mask);
        const auto lists = lists_of<std::int32_t>(both);
        for (const OrderKind kind : all_orders) {
            const auto order = order_graph(lists.view(), {kind, 5});
            CHECK(colored(both, order) == first_fit<std::int32_t>(graph_of(both), order, is_acyclic));
        }
    }
}

TEST_CASE("edges from a vertex to itself are passed over") {
    Engine engine(5);
    for (Mask mask : random_graphs(engine, 100, 15)) {
        const auto order = order_graph(lists_of<std::int32_t>(mask).view(), {OrderKind::random, 9});
        const Colors colors = colored(mask, order);
        for (std::size_t v = 0; v < mask.rows(); ++v) mask.set(v, v, !mask(v, v));
        CHECK(colored(mask, order) == colors);
    }
}

TEST_CASE("known graphs: forests, cycles, complete and complete bipartite ones") {
    const auto in_turn = [](const Mask& mask) {
        return secant::count_colors(
            colored(mask, order_graph(lists_of<std::int32_t>(mask).view(), {OrderKind::natural})));
    };
    CHECK(in_turn(band_mask(40, 40, 1, 1)) == 2);
    CHECK(in_turn(Mask(6, 6, true)) == 6);
    CHECK(in_turn(bipartite_mask(Mask(4, 7, true))) == 5);  // the smaller side's all differ
    Mask cycle = band_mask(8, 8, 1, 1);
    cycle.set(0, 7);
    cycle.set(7, 0);
    CHECK(in_turn(cycle) == 3);
    Mask star(9, 9);
    star.set_row(8, true);
    star.set_column(8, true);
    CHECK(in_turn(star) == 2);
}

TEST_CASE("a long band with dense rows and columns is coloured in time proportional to its entries") {
    constexpr std::int32_t n = 20000;
    const auto lists = band_with_dense_rows<std::int32_t>(n, 2, {0, 17, 4321, 12000, n - 1});
    const Graph graph = graph_of_lists(lists.view());
    for (const OrderKind kind : all_orders) {
        const auto order = order_graph(lists.view(), {kind, 1});
        const Colors colors = secant::acyclic_coloring<std::int32_t>(lists.view(), order);
        CHECK(is_acyclic(graph, colors));
        CAPTURE(static_cast<int>(kind));
        CHECK(secant::count_colors(colors) <= 30);
    }
}
