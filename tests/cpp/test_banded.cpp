#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "colorings.hpp"
#include "secant/coloring/banded.hpp"

using secant::Band;

namespace {

Band band_by_entries(const Mask& mask) {
    Band band;
    for (std::size_t i = 0; i < mask.rows(); ++i) {
        for (std::size_t j = 0; j < mask.columns(); ++j) {
            if (mask(i, j) && i > j) band.lower = std::max(band.lower, i - j);
            if (mask(i, j) && j > i) band.upper = std::max(band.upper, j - i);
        }
    }
    band.full = band_mask(mask.rows(), mask.columns(), band.lower, band.upper) == mask;
    return band;
}

void check_band(const Mask& mask) {
    const Band found = secant::band_of(*Pattern<std::int32_t>(mask));
    const Band expected = band_by_entries(mask);
    CAPTURE(mask.rows());
    CAPTURE(mask.columns());
    CHECK(found.lower == expected.lower);
    CHECK(found.upper == expected.upper);
    CHECK(found.full == expected.full);
    CHECK(found.width() == expected.lower + expected.upper + 1);
}

}  // namespace

TEST_CASE("a band is as wide as its farthest entries, and full if none is missing") {
    Engine engine(1);
    for (const Mask& mask : random_masks(engine, 300, 9)) check_band(mask);
    for (std::size_t rows = 0; rows < 7; ++rows) {
        for (std::size_t columns = 0; columns < 7; ++columns) {
            for (std::size_t lower = 0; lower < 4; ++lower) {
                for (std::size_t upper = 0; upper < 4; ++upper) {
                    check_band(band_mask(rows, columns, lower, upper));
                }
            }
        }
    }
}

TEST_CASE("colours in turn are enough for rows, stars and forests of a band") {
    for (std::size_t n = 0; n < 14; ++n) {
        for (std::size_t lower = 0; lower < 4; ++lower) {
            for (std::size_t upper = 0; upper < 4; ++upper) {
                CHECK(is_distance2(band_mask(n + 2, n, lower, upper), secant::cyclic_coloring(n, lower + upper + 1)));
            }
            const Graph graph = graph_of(band_mask(n, n, lower, lower));
            CHECK(is_star(graph, secant::cyclic_coloring(n, 2 * lower + 1)));
            CHECK(is_acyclic(graph, secant::cyclic_coloring(n, lower + 1)));
            if (n > 3 * lower && lower > 0) {
                CHECK_FALSE(is_star(graph, secant::cyclic_coloring(n, 2 * lower)));
                CHECK_FALSE(is_acyclic(graph, secant::cyclic_coloring(n, lower)));
            }
        }
    }
}
