#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/order.hpp"
#include "secant/coloring/star.hpp"

using secant::Color;
using secant::OrderKind;

namespace {

template <class I>
Colors colored(const Mask& mask, const std::vector<I>& order) {
    return secant::star_coloring<I>(lists_of<I>(mask).view(), order);
}

// For large graphs: no edge has, on both sides, another neighbour of the colour across. This is the definition, edge by edge.
template <class I>
bool has_stars_only(secant::Lists<I> graph, const Colors& colors) {
    std::vector<std::map<Color, int>> around(graph.count());  // how many neighbours have each colour
    const auto for_edges = [&](auto&& visit) {
        for (std::size_t v = 0; v < graph.count(); ++v) {
            for (const I w : graph.of(v)) {
                if (static_cast<std::size_t>(w) != v) visit(v, static_cast<std::size_t>(w));
            }
        }
    };
    bool valid = true;
    for_edges([&](std::size_t v, std::size_t w) { ++around[v][colors[w]]; });
    for_edges([&](std::size_t v, std::size_t w) {
        valid = valid && colors[v] != colors[w] && (around[v][colors[w]] == 1 || around[w][colors[v]] == 1);
    });
    return valid;
}

}  // namespace

TEST_CASE_TEMPLATE("no path of four vertices has two colours", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    for (const Mask& mask : random_graphs(engine, 250, 24)) {
        const auto lists = lists_of<I>(mask);
        for (const OrderKind kind : all_orders) {
            const Colors colors = secant::star_coloring<I>(lists.view(), order_graph(lists.view(), {kind, 5}));
            REQUIRE(colors.size() == mask.rows());
            CHECK(std::ranges::count(colors, secant::uncolored) == 0);
            CHECK(uses_all(colors, secant::count_colors(colors)));
            CHECK(is_star(graph_of(mask), colors));
            CHECK(has_stars_only(lists.view(), colors));
        }
    }
}

TEST_CASE_TEMPLATE("each vertex has the least colour that leaves stars", I, std::int32_t, std::int64_t) {
    Engine engine(2);
    for (const Mask& mask : random_graphs(engine, 300, 13)) {
        const auto lists = lists_of<I>(mask);
        for (const OrderKind kind : all_orders) {
            const std::vector<I> order = order_graph(lists.view(), {kind, below(engine, 1000)});
            CHECK(colored(mask, order) == first_fit<I>(graph_of(mask), order, is_star));
        }
    }
}

TEST_CASE("a limit on colours is kept, or the colouring given up") {
    Engine engine(5);
    for (const Mask& mask : random_graphs(engine, 60, 13)) {
        const auto lists = lists_of<std::int32_t>(mask);
        const auto order = order_graph(lists.view(), {OrderKind::random, below(engine, 1000)});
        const Colors colors = secant::star_coloring<std::int32_t>(lists.view(), order);
        const std::size_t count = secant::count_colors(colors);
        for (std::size_t most = 0; most <= count + 1; ++most) {
            const auto within = secant::star_coloring_within<std::int32_t>(lists.view(), order, most);
            REQUIRE(within.has_value() == (most >= count));
            if (within) CHECK(*within == colors);
        }
    }
}

TEST_CASE("the bipartite graph of a matrix is one like others") {
    Engine engine(3);
    for (const Mask& mask : random_masks(engine, 100, 7)) {
        const Mask both = bipartite_mask(mask);
        const auto lists = lists_of<std::int32_t>(both);
        for (const OrderKind kind : all_orders) {
            const auto order = order_graph(lists.view(), {kind, 5});
            CHECK(colored(both, order) == first_fit<std::int32_t>(graph_of(both), order, is_star));
        }
    }
}

TEST_CASE("edges from a vertex to itself are passed over") {
    Engine engine(4);
    for (Mask mask : random_graphs(engine, 100, 15)) {
        const auto order = order_graph(lists_of<std::int32_t>(mask).view(), {OrderKind::random, 9});
        const Colors colors = colored(mask, order);
        for (std::size_t v = 0; v < mask.rows(); ++v) mask.set(v, v, !mask(v, v));
        CHECK(colored(mask, order) == colors);
    }
}

TEST_CASE("known graphs: paths, cycles, stars, complete and complete bipartite ones") {
    const auto in_turn = [](const Mask& mask) {
        return secant::count_colors(
            colored(mask, order_graph(lists_of<std::int32_t>(mask).view(), {OrderKind::natural})));
    };
    CHECK(in_turn(band_mask(2, 2, 1, 1)) == 2);
    CHECK(in_turn(band_mask(3, 3, 1, 1)) == 2);
    CHECK(in_turn(band_mask(40, 40, 1, 1)) == 3);
    CHECK(in_turn(Mask(6, 6, true)) == 6);
    CHECK(in_turn(bipartite_mask(Mask(4, 7, true))) == 5);  // the smaller side's all differ
    Mask star(9, 9);
    star.set_row(8, true);
    star.set_column(8, true);
    CHECK(in_turn(star) == 2);
    Mask five = band_mask(5, 5, 1, 1);  // the cycle of five vertices needs four
    five.set(0, 4);
    five.set(4, 0);
    CHECK(in_turn(five) == 4);
}

TEST_CASE("a long band with dense rows and columns is coloured in time proportional to its entries") {
    constexpr std::int32_t n = 20000;
    const auto lists = band_with_dense_rows<std::int32_t>(n, 2, {0, 17, 4321, 12000, n - 1});
    for (const OrderKind kind : all_orders) {
        const auto order = order_graph(lists.view(), {kind, 1});
        const Colors colors = secant::star_coloring<std::int32_t>(lists.view(), order);
        CHECK(has_stars_only(lists.view(), colors));
        CAPTURE(static_cast<int>(kind));
        CHECK(secant::count_colors(colors) <= 40);
    }
}
