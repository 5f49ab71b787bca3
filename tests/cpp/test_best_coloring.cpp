#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/best.hpp"

using secant::Coloring;
using secant::ColoringProblem;
using secant::Decompression;
using secant::Order;
using secant::OrderKind;
using secant::Partition;
using secant::Structure;

namespace {

constexpr ColoringProblem symmetric{.structure = Structure::symmetric};
constexpr ColoringProblem symmetric_substituted{.structure = Structure::symmetric,
                                                .decompression = Decompression::substitution};

void check_valid(const Mask& mask, const ColoringProblem& problem, const Coloring& coloring) {
    CHECK(determines(mask, problem, coloring));
    CHECK(uses_all(coloring.columns, coloring.column_colors));
    CHECK(uses_all(coloring.rows, coloring.row_colors));
    const bool with_rows = problem.structure == Structure::nonsymmetric && problem.partition != Partition::column;
    const bool with_columns = problem.structure == Structure::symmetric || problem.partition != Partition::row;
    CHECK(coloring.columns.size() == (with_columns ? mask.columns() : 0));
    CHECK(coloring.rows.size() == (with_rows ? mask.rows() : 0));
}

template <class I>
std::size_t fewest_by_one_order(const secant::SparsityPattern<I>& pattern, const ColoringProblem& problem) {
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (const OrderKind kind : all_orders) {
        fewest = std::min(fewest, secant::color(pattern, problem, Order{kind, 0}).count());
    }
    return fewest;
}

// A limit on threads, for as long as it lives.
class ThreadLimit {
   public:
    explicit ThreadLimit(int limit) { secant::set_thread_limit(limit); }
    ~ThreadLimit() { secant::set_thread_limit(0); }
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;
};

constexpr double a_while = 1;  // seconds: worth as many threads as there are

std::size_t fewest(const Mask& mask, const ColoringProblem& problem) {
    return secant::color(*Pattern<std::int32_t>(mask), problem).count();
}

}  // namespace

TEST_CASE_TEMPLATE("colours by any order, or the best of them, determine the matrix", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    for (const ColoringProblem& problem : all_problems) {
        for (const Mask& mask : masks_for(problem, engine, 60, 12)) {
            const Pattern<I> pattern(mask);
            for (const OrderKind kind : all_orders) {
                const Coloring coloring = secant::color(*pattern, problem, Order{kind, 3});
                check_valid(mask, problem, coloring);
                CHECK(coloring.order == Order{kind, 3});
            }
            check_valid(mask, problem, secant::color(*pattern, problem));
        }
    }
}

TEST_CASE("the best of several has never more colours than one of them") {
    Engine engine(2);
    for (const ColoringProblem& problem : all_problems) {
        CAPTURE(static_cast<int>(problem.structure));
        CAPTURE(static_cast<int>(problem.partition));
        CAPTURE(static_cast<int>(problem.decompression));
        for (const Mask& mask : masks_for(problem, engine, 60, 20)) {
            CAPTURE(mask.rows());
            CAPTURE(mask.columns());
            CAPTURE(mask.entries());
            const Pattern<std::int32_t> pattern(mask);
            CHECK(secant::color(*pattern, problem).count() <= fewest_by_one_order(*pattern, problem));
        }
    }
}

TEST_CASE("nor for small full bands, where colours in turn are too many") {
    for (std::size_t n = 1; n <= 12; ++n) {
        for (std::size_t half = 0; half < n && half < 4; ++half) {
            const Pattern<std::int32_t> pattern(band_mask(n, n, half, half));
            for (const ColoringProblem& problem : all_problems) {
                CAPTURE(n);
                CAPTURE(half);
                CAPTURE(static_cast<int>(problem.structure));
                CAPTURE(static_cast<int>(problem.partition));
                CAPTURE(static_cast<int>(problem.decompression));
                CHECK(secant::color(*pattern, problem).count() <= fewest_by_one_order(*pattern, problem));
            }
        }
    }
}

TEST_CASE("the best is the same in one thread and in two, and for either kind of index") {
    Engine engine(3);
    for (const ColoringProblem& problem : all_problems) {
        std::vector<Mask> masks = masks_for(problem, engine, 20, 25);
        masks.push_back(Mask(70, 70));  // with entries enough for threads to be worth it
        for (std::size_t i = 0; i < 70; ++i) {
            for (std::size_t j = 0; j <= i; ++j) {
                const bool there = chance(engine, 0.5);
                masks.back().set(i, j, there);
                masks.back().set(j, i, there);
            }
        }
        for (const Mask& mask : masks) {
            const auto best = [&](int threads) {
                const ThreadLimit limit(threads);
                return secant::color(*Pattern<std::int32_t>(mask), problem);
            };
            const Coloring one = best(1);
            const Coloring wide = secant::color(*Pattern<std::int64_t>(mask), problem);
            for (const Coloring& other : {best(2), best(2), wide}) {
                CHECK(other.columns == one.columns);
                CHECK(other.rows == one.rows);
                CHECK(other.count() == one.count());
                CHECK(other.order == one.order);
            }
        }
    }
}

TEST_CASE("bands need as many colours as they are wide, by columns and by rows") {
    for (const std::size_t n : {40U, 57U}) {
        for (std::size_t lower = 0; lower < 5; ++lower) {
            for (std::size_t upper = 0; upper < 5; ++upper) {
                const Mask band = band_mask(n, n, lower, upper);
                CHECK(fewest(band, {.partition = Partition::column}) == lower + upper + 1);
                CHECK(fewest(band, {.partition = Partition::row}) == lower + upper + 1);
            }
        }
    }
    CHECK(fewest(band_mask(30, 50, 1, 2), {}) == 4);
    CHECK(fewest(band_mask(50, 30, 1, 2), {.partition = Partition::row}) == 4);
}

TEST_CASE("symmetric bands need 2 q + 1 colours directly, and q + 1 by substitution") {
    for (const std::size_t n : {40U, 57U}) {
        for (std::size_t half = 0; half < 6; ++half) {
            const Mask band = band_mask(n, n, half, half);
            CHECK(fewest(band, symmetric) == 2 * half + 1);
            CHECK(fewest(band, symmetric_substituted) == half + 1);
        }
    }
}

TEST_CASE("dense rows and columns cost a colour each, where both can be had") {
    constexpr std::int32_t n = 400;
    const auto lists = band_with_dense_rows<std::int32_t>(n, 1, {3, 200, 399});
    const Pattern<std::int32_t> pattern(lists, n);
    CHECK(secant::color(*pattern, {}).count() == n);
    CHECK(secant::color(*pattern, {.partition = Partition::bidirectional}).count() <= 3 + 3 + 3);
    CHECK(secant::color(*pattern, symmetric).count() <= 3 + 3);
    CHECK(secant::color(*pattern, symmetric_substituted).count() <= 2 + 3);
}

TEST_CASE("colouring again, class by class, never takes more colours") {
    Engine engine(4);
    for (const Mask& mask : random_masks(engine, 200, 20)) {
        const Pattern<std::int32_t> pattern(mask);
        const auto columns = pattern->by_columns();
        const auto rows = pattern->by_rows();
        const Colors before = secant::distance2_coloring<std::int32_t>(
            columns, rows, order_columns(columns, rows, {OrderKind::random, below(engine, 100)}));
        std::size_t last = secant::count_colors(before);
        for (const std::size_t passes : {0U, 1U, 2U, 3U, 4U, 9U, 30U}) {
            const Colors after = secant::detail::recolor(columns, rows, before, passes, secant::most_in_list(rows));
            CHECK(is_distance2(mask, after));
            CHECK(secant::count_colors(after) <= last);
            if (passes == 0) CHECK(after == before);
            last = secant::count_colors(after);
        }
    }
}

TEST_CASE("of candidates the first of the best is taken, and none after one that is good enough") {
    const auto made = [](std::size_t count, std::uint64_t seed) {
        return [=] { return Coloring{.column_colors = count, .order = {OrderKind::random, seed}}; };
    };
    for (const int threads : {1, 2}) {
        const ThreadLimit limit(threads);
        secant::detail::Candidates all(2, a_while);
        for (const std::size_t count : {5U, 4U, 4U, 6U}) all.add(made(count, count));
        CHECK(all.best().order.seed == 4);
        all.add(made(3, 10));
        all.add(made(3, 11));
        CHECK(all.best().order.seed == 10);
        all.add(made(2, 12));
        all.add(made(1, 13));
        CHECK(all.best().order.seed == 12);
        all.add([]() -> Coloring { throw std::runtime_error("not to be asked"); });
        if (threads == 1) CHECK(all.best().order.seed == 12);
    }
}

TEST_CASE("what goes wrong in a thread reaches the caller") {
    for (const int threads : {1, 2}) {
        const ThreadLimit limit(threads);
        secant::detail::Candidates all(0, a_while);
        for (int k = 0; k < 8; ++k) all.add([] { return Coloring{.column_colors = 3}; });
        all.add([]() -> Coloring { throw std::runtime_error("out of colours"); });
        CHECK_THROWS_AS((void)all.best(), std::runtime_error);
    }
}

TEST_CASE("a symmetric colouring needs a symmetric pattern") {
    Mask mask = band_mask(4, 4, 1, 1);
    mask.set(0, 3);
    for (const auto order : {std::optional<Order>(), std::optional<Order>(Order{})}) {
        CHECK_THROWS_AS((void)secant::color(*Pattern<std::int32_t>(mask), symmetric, order), std::invalid_argument);
        CHECK_THROWS_AS((void)secant::color(*Pattern<std::int32_t>(Mask(3, 4)), symmetric, order),
                        std::invalid_argument);
    }
}

TEST_CASE("what has no entries needs no colour") {
    Engine engine(5);
    for (const ColoringProblem& problem : all_problems) {
        CAPTURE(static_cast<int>(problem.structure));
        CAPTURE(static_cast<int>(problem.partition));
        for (const std::size_t n : {0U, 1U, 5U}) {
            const Pattern<std::int32_t> pattern(Mask(n, n));
            CHECK(secant::color(*pattern, problem).count() == 0);
            CHECK(fewest_by_one_order(*pattern, problem) == 0);
        }
        if (problem.structure == Structure::symmetric || problem.partition == Partition::bidirectional) continue;
        for (const Mask& mask : random_masks(engine, 60, 9)) {
            const Pattern<std::int32_t> pattern(mask);
            const Coloring coloring = secant::color(*pattern, problem);
            for (std::size_t j = 0; j < coloring.columns.size(); ++j) {
                CHECK((coloring.columns[j] == secant::uncolored) == pattern->by_columns().of(j).empty());
            }
            for (std::size_t i = 0; i < coloring.rows.size(); ++i) {
                CHECK((coloring.rows[i] == secant::uncolored) == pattern->by_rows().of(i).empty());
            }
        }
    }
}

TEST_CASE("symmetry is never a disadvantage where the diagonal is full, and substitution never is") {
    Engine engine(6);
    for (Mask mask : random_graphs(engine, 60, 20)) {
        const Pattern<std::int32_t> bare(mask);
        CHECK(secant::color(*bare, symmetric_substituted).count() <= secant::color(*bare, symmetric).count());
        for (std::size_t v = 0; v < mask.rows(); ++v) mask.set(v, v);
        const Pattern<std::int32_t> pattern(mask);
        const std::size_t direct = secant::color(*pattern, symmetric).count();
        CHECK(secant::color(*pattern, symmetric_substituted).count() <= direct);
        CHECK(direct <= secant::color(*pattern, {}).count());
    }
}
