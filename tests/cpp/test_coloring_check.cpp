#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "colorings.hpp"
#include "secant/coloring/check.hpp"
#include "secant/decompress.hpp"

using secant::Coloring;
using secant::ColoringProblem;
using secant::Decompression;
using secant::InvalidColoring;
using secant::Partition;
using secant::Structure;

namespace {

constexpr ColoringProblem by_columns{};
constexpr ColoringProblem by_rows{.partition = Partition::row};
constexpr ColoringProblem by_both{.partition = Partition::bidirectional};
constexpr ColoringProblem by_both_substituted{.partition = Partition::bidirectional,
                                              .decompression = Decompression::substitution};
constexpr ColoringProblem symmetric{.structure = Structure::symmetric};
constexpr ColoringProblem symmetric_substituted{.structure = Structure::symmetric,
                                                .decompression = Decompression::substitution};

Coloring coloring_of(Colors columns, Colors rows = {}) {
    Coloring coloring{.columns = std::move(columns), .rows = std::move(rows)};
    coloring.column_colors = secant::count_colors(coloring.columns);
    coloring.row_colors = secant::count_colors(coloring.rows);
    return coloring;
}

std::string reason(const Mask& mask, const ColoringProblem& problem, const Coloring& coloring) {
    return secant::check_coloring(*Pattern<std::int32_t>(mask), problem, coloring).value_or("fine");
}

Mask mask_of(std::initializer_list<std::string> rows) {
    Mask mask(rows.size(), rows.begin()->size());
    std::size_t i = 0;
    for (const std::string& row : rows) {
        for (std::size_t j = 0; j < row.size(); ++j) mask.set(i, j, row[j] != '.');
        ++i;
    }
    return mask;
}

}  // namespace

TEST_CASE_TEMPLATE("a colouring is refused if and only if there is a reason, and that is so by definition", I,
                   std::int32_t, std::int64_t) {
    Engine engine(1);
    for (const ColoringProblem& problem : all_problems) {
        int valid = 0;
        int invalid = 0;
        for (const Mask& mask : masks_for(problem, engine, 300, 8)) {
            const Pattern<I> pattern(mask);
            const Coloring coloring = random_coloring(engine, mask, problem, 1 + below(engine, 9), 0.05);
            const std::optional<std::string> wrong = secant::check_coloring(*pattern, problem, coloring);
            const Mask left = undetermined(mask, problem, coloring);
            CHECK(wrong.has_value() == (left.entries() != 0));
            ++(wrong ? invalid : valid);
            bool refused = false;
            try {
                (void)secant::Recovery<I>(pattern->by_rows(), mask.columns(), problem, coloring);
            } catch (const InvalidColoring& error) {
                refused = true;
                CAPTURE(static_cast<int>(problem.structure));
                CAPTURE(static_cast<int>(problem.decompression));
                const bool inside = error.row() < mask.rows() && error.column() < mask.columns();
                CHECK((inside && left(error.row(), error.column())));
            }
            CHECK(refused == wrong.has_value());
        }
        CHECK(valid > 50);
        CHECK(invalid > 50);
    }
}

TEST_CASE("columns: the reason names two of one colour and the row that they share") {
    const Mask mask = mask_of({"x.x.", ".x.x", "..xx"});
    CHECK(reason(mask, by_columns, coloring_of({0, 0, 1, 2})) == "fine");
    CHECK(reason(mask, by_columns, coloring_of({0, 1, 1, 1})) ==
          "columns 1 and 3 have colour 1 and both have an entry in row 1");
    CHECK(reason(mask, by_columns, coloring_of({2, 1, 2, 0})) ==
          "columns 0 and 2 have colour 2 and both have an entry in row 0");
    CHECK(reason(mask, by_columns, coloring_of({0, 1, -1, 2})) == "column 2 has no colour");
    CHECK(reason(mask, by_columns, coloring_of({0, 1})) == "there are 2 colours for 4 columns");
    CHECK(reason(mask, by_columns, coloring_of({})) == "there are 0 colours for 4 columns");
}

TEST_CASE("rows: likewise") {
    const Mask mask = mask_of({"x..", ".x.", "x.x", "..x"});
    CHECK(reason(mask, by_rows, coloring_of({}, {0, 0, 1, 0})) == "fine");
    CHECK(reason(mask, by_rows, coloring_of({}, {0, 0, 1, 1})) ==
          "rows 2 and 3 have colour 1 and both have an entry in column 2");
    CHECK(reason(mask, by_rows, coloring_of({}, {0, -1, 1, 0})) == "row 1 has no colour");
    CHECK(reason(mask, by_rows, coloring_of({}, {0, 1, 2})) == "there are 3 colours for 4 rows");
}

TEST_CASE("both: an entry that neither product gives, and why not") {
    const Mask mask = mask_of({"xxx", "x..", "x.."});
    CHECK(reason(mask, by_both, coloring_of({0, -1, -1}, {0, -1, -1})) == "fine");
    CHECK(reason(mask, by_both, coloring_of({0, 0, -1}, {0, 0, -1})) ==
          "entry (0, 0) is alone in no product: columns 0 and 1 have colour 0 and both have an entry in row 0; "
          "rows 0 and 1 have colour 0 and both have an entry in column 0");
    CHECK(reason(mask, by_both, coloring_of({-1, 0, 1}, {0, 1, -1})) ==
          "entry (2, 0) is alone in no product: column 0 has no colour; row 2 has no colour");
    CHECK(reason(mask, by_both, coloring_of({0, 1, 2}, {0})) == "there are 1 colours for 3 rows");
}

TEST_CASE("symmetric: an entry that is read in neither of its two places") {
    const Mask path = mask_of({"xx..", "xxx.", ".xxx", "..xx"});
    CHECK(reason(path, symmetric, coloring_of({0, 1, 2, 0})) == "fine");
    CHECK(reason(path, symmetric, coloring_of({0, 1, 0, 1})) ==
          "entry (1, 2) is alone in no product: columns 0 and 2 have colour 0 and both have an entry in row 1; "
          "columns 1 and 3 have colour 1 and both have an entry in row 2");
    CHECK(reason(path, symmetric, coloring_of({-1, 0, 1, 2})) ==
          "entry (0, 0) is alone in no product: column 0 has no colour; column 0 has no colour");
}

TEST_CASE("substitution: how many entries are left, one of them, and what is in its way") {
    const Mask cycle = mask_of({"xx.x", "xxx.", ".xxx", "x.xx"});
    CHECK(reason(cycle, symmetric_substituted, coloring_of({0, 1, 0, 2})) == "fine");
    CHECK(reason(cycle, symmetric_substituted, coloring_of({0, 1, 0, 1})) ==
          "4 entries cannot be found by substitution, among them (0, 1); in row 0 of the product with colour 1 it is "
          "added to (0, 3); in row 1 of the product with colour 0 it is added to (1, 2)");
    const Mask square = mask_of({"xx.", "xx.", "..x"});
    CHECK(reason(square, by_both_substituted, coloring_of({0, -1, 0}, {0, 1, -1})) == "fine");
    CHECK(reason(square, by_both_substituted, coloring_of({0, 0, -1}, {0, 0, 0})) ==
          "4 entries cannot be found by substitution, among them (0, 0); in column 0 of the product with colour 0 it "
          "is added to (1, 0); in row 0 of the product with colour 0 it is added to (0, 1)");
    CHECK(reason(square, by_both_substituted, coloring_of({0, 1, -1}, {0, 1, -1})) ==
          "1 entries cannot be found by substitution, among them (2, 2): neither its row nor its column has a colour");
}

TEST_CASE("the wrong number of colours is no colouring, whatever the problem") {
    for (const ColoringProblem& problem : all_problems) {
        const Mask mask(3, 3, true);
        const Pattern<std::int32_t> pattern(mask);
        const bool rows = problem.structure == Structure::nonsymmetric && problem.partition != Partition::column;
        const bool columns = problem.structure == Structure::symmetric || problem.partition != Partition::row;
        Coloring coloring = coloring_of(columns ? Colors{0, 1, 2} : Colors{}, rows ? Colors{0, 1, 2} : Colors{});
        CHECK(reason(mask, problem, coloring) == "fine");
        for (Colors* const colors : {&coloring.columns, &coloring.rows}) {
            if (colors->empty()) continue;
            for (const int change : {-1, 1}) {
                Coloring wrong = coloring;
                Colors& changed = colors == &coloring.columns ? wrong.columns : wrong.rows;
                changed.resize(3 + static_cast<std::size_t>(change), 0);
                CHECK(reason(mask, problem, wrong) == "there are " + std::to_string(3 + change) + " colours for 3 " +
                                                          (colors == &coloring.columns ? "columns" : "rows"));
                CHECK_THROWS_AS(
                    (void)secant::Recovery<std::int32_t>(pattern->by_rows(), mask.columns(), problem, wrong),
                    std::invalid_argument);
            }
        }
    }
}

TEST_CASE("colours of the other side do not make up for those that a problem asks for") {
    const Mask mask(2, 2, true);
    const Pattern<std::int32_t> pattern(mask);
    for (const ColoringProblem& problem : {by_columns, by_rows}) {
        const bool columns = problem.partition == Partition::column;
        const Coloring coloring = columns ? coloring_of({0, 0}, {0, 1}) : coloring_of({0, 1}, {0, 0});
        CHECK(reason(mask, problem, coloring) ==
              (columns ? "columns 0 and 1 have colour 0 and both have an entry in row 0"
                       : "rows 0 and 1 have colour 0 and both have an entry in column 0"));
        CHECK_THROWS_AS((void)secant::Recovery<std::int32_t>(pattern->by_rows(), 2, problem, coloring),
                        InvalidColoring);
    }
}

TEST_CASE("without any colours there is no recovery, whatever the problem") {
    const Mask mask(3, 3, true);
    const Pattern<std::int32_t> pattern(mask);
    for (const ColoringProblem& problem : all_problems) {
        CHECK(reason(mask, problem, {}) != "fine");
        CHECK_THROWS_AS((void)secant::Recovery<std::int32_t>(pattern->by_rows(), 3, problem, Coloring{}),
                        std::invalid_argument);
    }
}
