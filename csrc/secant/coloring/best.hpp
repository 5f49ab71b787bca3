// One colouring, by a given order or by the best of several.
//
// Greedy colourings depend on the order of vertices, and no order is the best for all patterns. So several are tried, in parallel, and
// the colouring with the fewest colours is kept: of equals, the one that stands first. Where patterns are small, colourings by
// columns or rows are improved by colouring again, class by class, which never takes more colours: J. C. Culberson & F. Luo,
// "Exploring the k-colorable landscape with iterated greedy", DIMACS Series 26 (1996) 245-284.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "secant/coloring/acyclic.hpp"
#include "secant/coloring/banded.hpp"
#include "secant/coloring/bidirectional.hpp"
#include "secant/coloring/coloring.hpp"
#include "secant/coloring/distance2.hpp"
#include "secant/coloring/neutral.hpp"
#include "secant/coloring/star.hpp"
#include "secant/parallel.hpp"
#include "secant/pattern.hpp"

namespace secant {

namespace detail {

// How many pairs of entries share a list: what one greedy colouring costs.
template <class I>
[[nodiscard]] double pairs_in_lists(Lists<I> lists) noexcept {
    double pairs = 0;
    for (std::size_t v = 0; v < lists.count(); ++v) {
        pairs += static_cast<double>(lists.length(v)) * static_cast<double>(lists.length(v));
    }
    return pairs;
}

// Colours again, with the classes in another order each time: reversed, shuffled, by size.
template <class I>
[[nodiscard]] std::vector<Color> recolor(Lists<I> vertices, Lists<I> groups, std::vector<Color> colors,
                                         std::size_t passes, std::size_t enough) {
    Random random(0);
    for (std::size_t pass = 0; pass < passes; ++pass) {
        const std::size_t count = count_colors(colors);
        if (count <= enough) break;
        const OwnedLists<I> classes = color_classes<I>(colors, count);
        std::vector<std::size_t> turns(count);
        std::iota(turns.begin(), turns.end(), std::size_t(0));
        if (pass % 3 == 0) std::ranges::reverse(turns);
        if (pass % 3 == 1) {
            for (std::size_t k = count; k > 1; --k) std::swap(turns[k - 1], turns[random.below(k)]);
        }
        if (pass % 3 == 2) {
            std::ranges::stable_sort(turns, std::ranges::greater(),
                                     [&](std::size_t c) { return classes.view().length(c); });
        }
        std::vector<I> order;
        order.reserve(colors.size());
        for (const std::size_t c : turns) {
            order.insert(order.end(), classes.view().of(c).begin(), classes.view().of(c).end());
        }
        colors = distance2_coloring<I>(vertices, groups, order);
    }
    return colors;
}

inline constexpr Order orders_tried[] = {{OrderKind::natural},
                                         {OrderKind::largest_first},
                                         {OrderKind::smallest_last},
                                         {OrderKind::incidence_degree},
                                         {OrderKind::dynamic_largest_first}};

// What is tried: candidates, in the order in which they are preferred, and how few colours cannot be beaten.
class Candidates {
   public:
    using Make = std::function<Coloring()>;

    // `seconds`: what one of them may take, roughly.
    Candidates(std::size_t enough, double seconds) : enough_(enough), seconds_(seconds) {}
    void add(Make make) { makes_.push_back(std::move(make)); }

    [[nodiscard]] Coloring best() const {
        std::vector<Coloring> made(makes_.size());
        std::atomic<std::size_t> last = makes_.size();  // the first candidate known to be good enough
        struct Worker {
            const Candidates& all;
            std::vector<Coloring>& made;
            std::atomic<std::size_t>& last;
            void run(std::size_t k) const {
                if (k > last.load()) return;
                made[k] = all.makes_[k]();
                if (made[k].count() > all.enough_) return;
                std::size_t before = last.load();
                while (k < before && !last.compare_exchange_weak(before, k)) {
                }
            }
            void finish() const noexcept {}
        };
        const int threads = worthwhile_threads(seconds_, makes_.size());
        share_pieces(threads, makes_.size(), [&] { return Worker{*this, made, last}; });
        const std::size_t considered = std::min(last.load() + 1, made.size());
        return std::move(*std::ranges::min_element(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(considered),
                                                   {}, &Coloring::count));
    }

   private:
    std::size_t enough_;
    double seconds_;
    std::vector<Make> makes_;
};

template <class I>
class Colorer {
   public:
    Colorer(const SparsityPattern<I>& pattern, const ColoringProblem& problem) : pattern_(pattern), problem_(problem) {}

    [[nodiscard]] Coloring by(Order order) const {
        if (problem_.structure == Structure::symmetric) return symmetric(order);
        switch (problem_.partition) {
            case Partition::column:
                return one_sided(Partition::column, order, 0);
            case Partition::row:
                return one_sided(Partition::row, order, 0);
            case Partition::bidirectional:
                break;
        }
        return trimmed(bidirectional_coloring(pattern_, problem_.decompression, order));
    }

    [[nodiscard]] Coloring best() const {
        if (problem_.structure == Structure::symmetric) return best_symmetric();
        if (problem_.partition != Partition::bidirectional) return best_one_sided(problem_.partition);
        return best_bidirectional();
    }

   private:
    [[nodiscard]] Lists<I> lists(Partition colored) const noexcept {
        return colored == Partition::column ? pattern_.by_columns() : pattern_.by_rows();
    }
    [[nodiscard]] Lists<I> across(Partition colored) const noexcept {
        return colored == Partition::column ? pattern_.by_rows() : pattern_.by_columns();
    }
    [[nodiscard]] Coloring trimmed(Coloring coloring) const {
        drop_neutral_colors(pattern_, problem_, coloring);
        return coloring;
    }
    [[nodiscard]] static Coloring of(Partition colored, std::vector<Color> colors, Order order) {
        Coloring coloring{.order = order};
        if (colored == Partition::column) {
            coloring.column_colors = count_colors(colors);
            coloring.columns = std::move(colors);
        } else {
            coloring.row_colors = count_colors(colors);
            coloring.rows = std::move(colors);
        }
        return coloring;
    }
    [[nodiscard]] double seconds() const noexcept { return 50e-9 * static_cast<double>(pattern_.entries()); }
    // Random orders are tried, and colourings improved, as long as that takes a fraction of a second.
    [[nodiscard]] std::size_t affordable(double cost, std::size_t most) const noexcept {
        return static_cast<std::size_t>(std::min(2e7 / std::max(cost, 1.0), static_cast<double>(most)));
    }

    [[nodiscard]] Coloring one_sided(Partition colored, Order order, std::size_t passes) const {
        const Lists<I> vertices = lists(colored);
        const Lists<I> groups = across(colored);
        std::vector<Color> colors = distance2_coloring<I>(vertices, groups, order_columns(vertices, groups, order));
        if (passes != 0) colors = recolor(vertices, groups, std::move(colors), passes, most_in_list(groups));
        return of(colored, without_empty(vertices, std::move(colors)), order);
    }
    // What has no entries takes part in no product.
    [[nodiscard]] static std::vector<Color> without_empty(Lists<I> vertices, std::vector<Color> colors) {
        bool any = false;
        for (std::size_t v = 0; v < colors.size(); ++v) {
            if (vertices.length(v) != 0) continue;
            colors[v] = uncolored;
            any = true;
        }
        if (any) (void)close_gaps(colors);
        return colors;
    }
    void add_one_sided(Candidates& candidates, Partition colored) const {
        const std::size_t passes = affordable(pairs_in_lists(across(colored)), 60);
        const Band band = band_of(pattern_);
        if (band.width() <= 2 * most_in_list(across(colored))) {
            candidates.add([this, colored, band] {
                return of(colored, without_empty(lists(colored), cyclic_coloring(lists(colored).count(), band.width())),
                          {});
            });
        }
        for (const Order order : orders_tried) {
            candidates.add([this, colored, order, passes] { return one_sided(colored, order, passes); });
        }
        for (std::size_t seed = 0; seed < std::min<std::size_t>(passes, 3); ++seed) {
            candidates.add(
                [this, colored, seed, passes] { return one_sided(colored, {OrderKind::random, seed}, passes); });
        }
    }
    [[nodiscard]] Coloring best_one_sided(Partition colored) const {
        Candidates candidates(most_in_list(across(colored)), seconds());
        add_one_sided(candidates, colored);
        return candidates.best();
    }

    [[nodiscard]] Coloring symmetric(Order order) const {
        return symmetric(problem_.decompression, order, order_graph(pattern_.by_rows(), order));
    }
    // By a colouring for one decompression, trimmed for it and then for the one that is asked for.
    [[nodiscard]] Coloring symmetric(Decompression made_for, Order order, const std::vector<I>& vertices) const {
        Coloring coloring = of(Partition::column,
                               made_for == Decompression::direct ? star_coloring<I>(pattern_.by_rows(), vertices)
                                                                 : acyclic_coloring<I>(pattern_.by_rows(), vertices),
                               order);
        if (made_for != problem_.decompression) {
            drop_neutral_colors(pattern_, {Structure::symmetric, Partition::column, made_for}, coloring);
        }
        return trimmed(std::move(coloring));
    }
    void add_symmetric(Candidates& candidates, Decompression made_for) const {
        for (const Order order : orders_tried) {
            candidates.add(
                [this, made_for, order] { return symmetric(made_for, order, order_graph(pattern_.by_rows(), order)); });
        }
        // Degrees at distance two cost more, and are sometimes the better ones.
        const bool small = affordable(pairs_in_lists(pattern_.by_rows()), 1) != 0;
        for (const Order order : small ? std::span(orders_tried).subspan(1) : std::span<const Order>()) {
            candidates.add([this, made_for, order] {
                return symmetric(made_for, order, order_columns(pattern_.by_columns(), pattern_.by_rows(), order));
            });
        }
        const std::size_t seeds = affordable(10 * static_cast<double>(pattern_.entries()), 20);
        for (std::size_t seed = 0; seed < seeds; ++seed) {
            candidates.add([this, made_for, order = Order{OrderKind::random, seed}] {
                return symmetric(made_for, order, order_graph(pattern_.by_rows(), order));
            });
        }
    }
    [[nodiscard]] Coloring best_symmetric() const {
        const Band band = band_of(pattern_);
        const bool direct = problem_.decompression == Decompression::direct;
        const std::size_t in_turn = direct ? band.width() : band.upper + 1;
        // Of short bands, all columns may be neighbours of all.
        const bool optimal = band.full && pattern_.columns() >= 4 * band.width();
        Candidates candidates(optimal ? in_turn : 0, seconds());
        const auto add_cyclic = [&](std::size_t width) {
            if (width > 2 * most_in_list(pattern_.by_rows())) return;
            candidates.add([this, width] {
                return trimmed(of(Partition::column, cyclic_coloring(pattern_.columns(), width), {}));
            });
        };
        add_cyclic(in_turn);
        if (!direct) add_cyclic(band.width());
        // What does without symmetry, or without substitution, does with it. (Without a diagonal, columns of one colour may be neighbours.)
        if (has_diagonal()) candidates.add([this] { return trimmed(best_one_sided(Partition::column)); });
        add_symmetric(candidates, Decompression::direct);
        if (!direct) add_symmetric(candidates, Decompression::substitution);
        return candidates.best();
    }

    [[nodiscard]] bool has_diagonal() const noexcept {
        for (std::size_t v = 0; v < pattern_.rows(); ++v) {
            if (!std::ranges::binary_search(pattern_.by_rows().of(v), static_cast<I>(v))) return false;
        }
        return true;
    }

    // Dense lists are read from products of their own: which are dense, is tried for a number of lengths.
    void add_splits(Candidates& candidates, Partition colored) const {
        constexpr std::size_t most = 24;
        std::set<std::size_t, std::greater<>> lengths;
        for (std::size_t v = 0; v < across(colored).count(); ++v) lengths.insert(across(colored).length(v));
        const std::vector<std::size_t> longest_first(lengths.begin(), lengths.end());
        const std::size_t step = (longest_first.size() + most - 1) / most;
        for (std::size_t k = 1; k < longest_first.size(); k += std::max<std::size_t>(step, 1)) {
            for (const Order order : {orders_tried[0], orders_tried[2], orders_tried[3]}) {
                candidates.add([this, colored, length = longest_first[k], order] {
                    SplitColoring<I> split = split_coloring(across(colored), lists(colored).count(), length, order);
                    Coloring coloring{
                        .columns = std::move(split.members), .rows = std::move(split.lists), .order = order};
                    if (colored == Partition::row) std::swap(coloring.columns, coloring.rows);
                    coloring.column_colors = close_gaps(coloring.columns);
                    coloring.row_colors = close_gaps(coloring.rows);
                    return trimmed(std::move(coloring));
                });
            }
        }
    }
    [[nodiscard]] Coloring best_bidirectional() const {
        Candidates candidates(1, seconds());
        for (const Partition colored : {Partition::column, Partition::row}) {
            candidates.add([this, colored] {
                Coloring coloring = best_one_sided(colored);
                coloring.columns.resize(pattern_.columns(), uncolored);
                coloring.rows.resize(pattern_.rows(), uncolored);
                return trimmed(std::move(coloring));
            });
            add_splits(candidates, colored);
        }
        // Greedy colourings of both sides at once can take as many colours as there are columns, and then quadratic time: they are given up
        // where they leave those behind by far. Some of their colours may turn out to be neutral.
        const Coloring known = candidates.best();
        Candidates all(1, seconds());
        all.add([&known] { return known; });
        const auto add = [&](Order order) {
            all.add([this, order, &known] {
                const auto found =
                    bidirectional_coloring_within(pattern_, problem_.decompression, order, 4 * known.count());
                return found ? trimmed(*found) : known;
            });
        };
        for (const Order order : orders_tried) add(order);
        const std::size_t seeds = affordable(20 * static_cast<double>(pattern_.entries()), 10);
        for (std::size_t seed = 0; seed < seeds; ++seed) add({OrderKind::random, seed});
        return all.best();
    }

    const SparsityPattern<I>& pattern_;
    ColoringProblem problem_;
};

}  // namespace detail

// Without an order, the best of several. A symmetric problem needs a symmetric pattern and the column partition.
template <class I>
[[nodiscard]] Coloring color(const SparsityPattern<I>& pattern, const ColoringProblem& problem,
                             std::optional<Order> order = std::nullopt) {
    if (problem.structure == Structure::symmetric && !pattern.symmetric()) {
        throw std::invalid_argument("secant: a symmetric colouring needs a symmetric pattern");
    }
    const detail::Colorer<I> colorer(pattern, problem);
    return order ? colorer.by(*order) : colorer.best();
}

}  // namespace secant
