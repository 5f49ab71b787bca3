// In which order a greedy algorithm colours vertices: this decides how many colours it needs.
//
// Sources: A. H. Gebremedhin, D. Nguyen, M. M. A. Patwary & A. Pothen, "ColPack: Software for graph coloring and related
// problems in scientific computing", ACM Transactions on Mathematical Software 40 (2013) 1, section 5; smallest-last, D. W.
// Matula & L. L. Beck, Journal of the ACM 30 (1983) 417-427; incidence degree, T. F. Coleman & J. J. Moré, SIAM Journal on
// Numerical Analysis 20 (1983) 187-209.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include "secant/pattern.hpp"

namespace secant {

// Degrees of a vertex are its neighbours': all of them (largest first, once), those not yet ordered (smallest last, dynamic
// largest first), or those already ordered (incidence degree).
enum class OrderKind : std::uint8_t {
    natural,
    largest_first,
    smallest_last,
    incidence_degree,
    dynamic_largest_first,
    random,
};

struct Order {
    OrderKind kind = OrderKind::natural;
    std::uint64_t seed = 0;  // of random

    friend bool operator==(const Order&, const Order&) = default;
};

namespace detail {

// Vertices by degree, in linked lists: the vertex put last into a list leaves it first.
template <class I>
class DegreeBuckets {
   public:
    explicit DegreeBuckets(std::vector<I> degrees, std::size_t most)
        : degrees_(std::move(degrees)), first_(most + 1, none), next_(degrees_.size()), previous_(degrees_.size()) {
        for (std::size_t v = 0; v < degrees_.size(); ++v) insert(static_cast<I>(v));
    }

    [[nodiscard]] bool removed(I v) const noexcept { return degrees_[static_cast<std::size_t>(v)] == none; }
    [[nodiscard]] std::size_t count() const noexcept { return first_.size(); }
    [[nodiscard]] bool empty(std::size_t degree) const noexcept { return first_[degree] == none; }

    I take(std::size_t degree) noexcept {
        const I v = first_[degree];
        unlink(v);
        degrees_[static_cast<std::size_t>(v)] = none;
        return v;
    }
    void shift(I v, I by) noexcept {
        unlink(v);
        degrees_[static_cast<std::size_t>(v)] += by;
        insert(v);
    }

   private:
    static constexpr I none = -1;

    void insert(I v) noexcept {
        I& head = first_[static_cast<std::size_t>(degrees_[static_cast<std::size_t>(v)])];
        next_[static_cast<std::size_t>(v)] = head;
        previous_[static_cast<std::size_t>(v)] = none;
        if (head != none) previous_[static_cast<std::size_t>(head)] = v;
        head = v;
    }
    void unlink(I v) noexcept {
        const I before = previous_[static_cast<std::size_t>(v)];
        const I after = next_[static_cast<std::size_t>(v)];
        if (before == none) {
            first_[static_cast<std::size_t>(degrees_[static_cast<std::size_t>(v)])] = after;
        } else {
            next_[static_cast<std::size_t>(before)] = after;
        }
        if (after != none) previous_[static_cast<std::size_t>(after)] = before;
    }

    std::vector<I> degrees_;
    std::vector<I> first_;
    std::vector<I> next_;
    std::vector<I> previous_;
};

// splitmix64: G. L. Steele, D. Lea & C. H. Flood, OOPSLA 2014, 453-472. The same numbers on every platform.
class Random {
   public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
    [[nodiscard]] std::uint64_t next() noexcept {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    // Below `bound`; uneven by less than bound / 2^64.
    [[nodiscard]] std::size_t below(std::size_t bound) noexcept { return static_cast<std::size_t>(next() % bound); }
    // Between 0 and 1.
    [[nodiscard]] double fraction() noexcept { return static_cast<double>(next() >> 11U) * 0x1p-53; }

   private:
    std::uint64_t state_;
};

// `neighbors(v, visit)` calls visit(w) once for each neighbour w of v; w may be v itself.
template <class I, class Neighbors>
[[nodiscard]] std::vector<I> order_by_degree(std::size_t count, OrderKind kind, Neighbors&& neighbors) {
    std::vector<I> degrees(count, 0);
    std::size_t most = 0;
    for (std::size_t v = 0; v < count; ++v) {
        neighbors(static_cast<I>(v), [&](I w) { degrees[v] += static_cast<I>(static_cast<std::size_t>(w) != v); });
        most = std::max(most, static_cast<std::size_t>(degrees[v]));
    }
    std::vector<I> order(count);
    if (kind == OrderKind::largest_first) {
        std::iota(order.begin(), order.end(), I(0));
        std::ranges::stable_sort(order, std::ranges::greater(),
                                 [&](I v) { return degrees[static_cast<std::size_t>(v)]; });
        return order;
    }
    const bool upwards = kind == OrderKind::incidence_degree;
    std::size_t start = 0;
    if (upwards && count != 0) {
        start = static_cast<std::size_t>(std::ranges::max_element(degrees) - degrees.begin());
        std::ranges::fill(degrees, I(0));
        degrees[start] = static_cast<I>(most != 0);  // the first to be taken
    }
    DegreeBuckets<I> buckets(std::move(degrees), most);
    const bool lowest = kind == OrderKind::smallest_last;
    std::size_t level = lowest ? 0 : most;
    for (std::size_t k = 0; k < count; ++k) {
        // A step changes degrees by one: the next level is near the last.
        level = lowest ? level - (level > 0 ? 1 : 0) : std::min(level + 1, most);
        while (buckets.empty(level)) level += lowest ? std::size_t(1) : static_cast<std::size_t>(-1);
        const I v = buckets.take(level);
        order[lowest ? count - 1 - k : k] = v;
        neighbors(v, [&](I w) {
            if (w != v && !buckets.removed(w)) buckets.shift(w, upwards ? I(1) : I(-1));
        });
    }
    return order;
}

template <class I, class Neighbors>
[[nodiscard]] std::vector<I> order_vertices(std::size_t count, Order order, Neighbors&& neighbors) {
    if (order.kind != OrderKind::natural && order.kind != OrderKind::random) {
        return order_by_degree<I>(count, order.kind, neighbors);
    }
    std::vector<I> vertices(count);
    std::iota(vertices.begin(), vertices.end(), I(0));
    if (order.kind == OrderKind::random) {
        Random random(order.seed);
        for (std::size_t k = count; k > 1; --k) std::swap(vertices[k - 1], vertices[random.below(k)]);
    }
    return vertices;
}

}  // namespace detail

// Vertices of a graph, by the degrees in it.
template <class I>
[[nodiscard]] std::vector<I> order_graph(Lists<I> graph, Order order) {
    return detail::order_vertices<I>(graph.count(), order, [&](I v, auto&& visit) {
        for (const I w : graph.of(static_cast<std::size_t>(v))) visit(w);
    });
}

// Columns of a pattern, by the number of columns with which each shares a row. Rows so long that to look at all pairs of their
// columns would take longer than all else are left out: they count for nearly all columns alike.
template <class I>
[[nodiscard]] std::vector<I> order_columns(Lists<I> by_columns, Lists<I> by_rows, Order order) {
    constexpr std::size_t longest = 2048;
    // Each vertex is visited twice at most, so that turns do not run out.
    using Turn = std::make_unsigned_t<I>;
    std::vector<Turn> seen(by_columns.count(), std::numeric_limits<Turn>::max());
    Turn turn = 0;
    return detail::order_vertices<I>(by_columns.count(), order, [&](I v, auto&& visit) {
        const Turn now = turn++;
        for (const I row : by_columns.of(static_cast<std::size_t>(v))) {
            if (by_rows.length(static_cast<std::size_t>(row)) > longest) continue;
            for (const I w : by_rows.of(static_cast<std::size_t>(row))) {
                Turn& last = seen[static_cast<std::size_t>(w)];
                if (last == now) continue;
                last = now;
                visit(w);
            }
        }
    });
}

}  // namespace secant
