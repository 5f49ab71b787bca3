#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "box.hpp"
#include "secant/compressed_adaptive.hpp"
#include "sparse.hpp"

using secant::AdaptiveMethod;
using secant::ColoringProblem;
using secant::Decompression;
using secant::Kink;
using secant::Precision;
using secant::Status;
using secant::Structure;

namespace {

using Points = std::span<const double>;
using Values = std::span<double>;

struct Found {
    std::vector<double> values;
    std::vector<double> errors;
    std::vector<double> steps;
    secant::Record<double> record;
    std::vector<Kink<double>> kinks;

    [[nodiscard]] std::optional<Status> status(std::size_t entry) const {
        const auto same = [&](const secant::Incident& i) { return i.column == entry && i.output == 0; };
        const auto found = std::ranges::find_if(record.incidents, same);
        return found == record.incidents.end() ? std::nullopt : std::optional(found->status);
    }
};

template <class F, class I>
Found adaptively(F&& f, std::size_t outputs, const std::vector<double>& x, const Plan<I>& plan,
                 const AdaptiveMethod<double>& method = {}) {
    secant::CallableEvaluator<double, double, std::remove_reference_t<F>> evaluator(f, outputs);
    EntryList<double> values(plan.recovery().entries());
    EntryList<double> errors(plan.recovery().entries());
    Found found;
    const auto steps =
        secant::differentiate(evaluator, Points(x), plan.recovery(), method, found.record, values, errors, found.kinks);
    found.steps.assign(steps.begin(), steps.end());
    found.values = std::move(values.entries);
    found.errors = std::move(errors.entries);
    return found;
}

// How many bars hold. As with dense derivatives, one in a thousand may fall short, by a little.
class Bars {
   public:
    template <class F, class I>
    void add(const F& f, const std::vector<double>& x, const Plan<I>& plan, const Found& found, double widest) {
        REQUIRE(found.values.size() == plan.recovery().entries());
        REQUIRE(found.errors.size() == plan.recovery().entries());
        plan.for_entries([&](std::size_t k, std::size_t i, std::size_t j) {
            const double error = std::abs(found.values[k] - f.derivative(x, i, j));
            ++entries_;
            if (!(error <= found.errors[k])) ++short_;
            CHECK(error <= 10 * found.errors[k]);
            CHECK(found.errors[k] <= widest);
        });
    }
    void check() const {
        CAPTURE(entries_);
        CHECK(short_ <= entries_ / 500);
    }

   private:
    std::size_t entries_ = 0;
    std::size_t short_ = 0;
};

}  // namespace

TEST_CASE_TEMPLATE("bars hold, for some evaluations a colour and f(x)", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    Bars bars;
    for (const Mask& mask : random_masks(engine, 60, 12)) {
        const RowFunction f(mask);
        const Plan<I> plan(mask);
        const std::vector<double> x = random_point(engine, mask.columns());
        std::size_t calls = 0;
        const auto counted = [&](Points p, Values y) {
            ++calls;
            f(p, y);
        };
        const Found found = adaptively(counted, mask.rows(), x, plan);
        CHECK(found.record.evaluations == calls);
        CHECK(calls <= 20 * plan.colors() + 1);
        CHECK(found.steps.size() == mask.columns());
        bars.add(f, x, plan, found, 1e-8);
    }
    bars.check();
}

TEST_CASE("bars hold for symmetric matrices, directly and by substitution") {
    Engine engine(2);
    for (const Decompression decompression : {Decompression::direct, Decompression::substitution}) {
        CAPTURE(static_cast<int>(decompression));
        Bars bars;
        const ColoringProblem problem = {.structure = Structure::symmetric, .decompression = decompression};
        for (const Mask& graph : random_graphs(engine, 60, 12)) {
            const GraphGradient f(graph);
            const Plan<> plan(f.mask(), problem);
            const std::vector<double> x = random_point(engine, graph.rows());
            bars.add(f, x, plan, adaptively(f, graph.rows(), x, plan), 1e-6);
        }
        bars.check();
    }
}

TEST_CASE("a loose tolerance is kept, for four evaluations a colour") {
    const Mask mask = band_mask(30, 30, 1, 1);
    const RowFunction f(mask);
    const Plan<> plan(mask);
    Engine engine(3);
    const std::vector<double> x = random_point(engine, 30);
    const Found found = adaptively(f, 30, x, plan, {.tolerance = {.given = true, .relative = 1e-5, .absolute = 1e-5}});
    Bars bars;
    bars.add(f, x, plan, found, 1e-3);
    bars.check();
    CHECK(found.record.evaluations <= 10 * plan.colors());
    for (std::size_t k = 0; k < found.values.size(); ++k) {
        if (!found.status(k)) CHECK(found.errors[k] <= 1e-5 * std::abs(found.values[k]) + 1e-5);
    }
}

TEST_CASE("colours may have gaps, and be given to variables that need none") {
    Mask mask = band_mask(6, 6, 1, 1);
    mask.set_column(4, false);
    const RowFunction f(mask);
    Engine engine(6);
    const std::vector<double> x = random_point(engine, 6);
    for (const Colors& colors : {Colors{4, 2, 7, 4, 9, 7}, Colors{0, 3, 5, 0, -1, 5}}) {
        const Plan<> plan(mask, {}, colors);
        const Found found = adaptively(f, 6, x, plan);
        Bars bars;
        bars.add(f, x, plan, found, 1e-9);
        bars.check();
        CHECK(found.record.incidents.empty());
    }
}

TEST_CASE("near bounds bars hold as well, and no point leaves them") {
    Engine engine(4);
    Bars bars;
    for (int trial = 0; trial < 100; ++trial) {
        CAPTURE(trial);
        const Mask mask = random_mask(engine, 6, 8, 0.25);
        const RowFunction f(mask);
        const Plan<> plan(mask);
        std::vector<double> x = random_point(engine, 8);
        std::vector<double> lower(8);
        std::vector<double> upper(8);
        for (std::size_t j = 0; j < 8; ++j) {
            lower[j] = x[j] - std::array{0.0, 0.01, 3.0}[below(engine, 3)];
            upper[j] = x[j] + (lower[j] == x[j] ? 3 : std::array{0.0, 0.01, 3.0}[below(engine, 3)]);
        }
        bool outside = false;
        const auto seen = [&](Points p, Values y) {
            for (std::size_t j = 0; j < 8; ++j) outside = outside || p[j] < lower[j] || p[j] > upper[j];
            f(p, y);
        };
        bars.add(f, x, plan, adaptively(seen, 6, x, plan, {.bounds = {lower, upper}}), 1e-3);
        CHECK_FALSE(outside);
    }
    bars.check();
}

TEST_CASE("variables of very different sizes share a line") {
    const Mask mask = band_mask(4, 4, 0, 0);
    const Plan<> plan(mask);
    REQUIRE(plan.colors() == 1);
    const std::vector<double> x = {1e-6, 1, 1e6, -3e3};
    const std::vector<double> typical = {1e-6, 1, 1, 1};
    const auto f = [&](Points p, Values y) {
        for (std::size_t j = 0; j < 4; ++j) y[j] = std::exp(p[j] / x[j]);
    };
    const Found found = adaptively(f, 4, x, plan, {.typical = typical});
    for (std::size_t j = 0; j < 4; ++j) {
        const double exact = std::exp(1.0) / x[j];
        CHECK(std::abs(found.values[j] - exact) <= found.errors[j]);
        CHECK(found.errors[j] <= 1e-10 * std::abs(exact));
    }
}

TEST_CASE("a kink is its entry's, with the slopes on the sides where they are") {
    const Mask mask = band_mask(4, 4, 0, 0);
    const Plan<> plan(mask);
    const std::vector<double> x = {1, 0, 0, 2};
    const auto f = [](Points p, Values y) {
        std::ranges::copy(p, y.begin());
        y[1] = 2 * std::abs(p[1]) + p[1];
        y[2] = std::abs(p[2]) - 3 * p[2];
    };
    // The second time, the room above the second variable is so narrow that it goes the other way.
    for (const double room : {100.0, 0.2}) {
        CAPTURE(room);
        const std::vector<double> lower(4, -100);
        const std::vector<double> upper = {100, room, 100, 100};
        const Found found = adaptively(f, 4, x, plan, {.bounds = {lower, upper}});
        REQUIRE(found.kinks.size() == 2);
        for (const Kink<double>& kink : found.kinks) {
            REQUIRE((kink.column == 1 || kink.column == 2));
            CHECK(kink.output == 0);
            CHECK(kink.left == doctest::Approx(kink.column == 1 ? -1 : -4).epsilon(1e-6));
            CHECK(kink.right == doctest::Approx(kink.column == 1 ? 3 : -2).epsilon(1e-6));
            CHECK(found.status(kink.column) == Status::kink);
        }
        CHECK_FALSE(found.status(0));
        CHECK_FALSE(found.status(3));
        CHECK(found.values[0] == doctest::Approx(1));
        CHECK(found.values[3] == doctest::Approx(1));
    }
}

TEST_CASE("jumps, unbounded slopes and holes are named by their entries") {
    const Mask mask = band_mask(4, 4, 0, 0);
    const Plan<> plan(mask);
    const std::vector<double> x = {1, 0, 0, 2};
    const auto irregular = [](Points p, Values y) {
        y[0] = p[0] < 1 ? 0 : 1;
        y[1] = std::copysign(std::sqrt(std::abs(p[1])), p[1]);
        y[2] = p[2];
        y[3] = p[3] * p[3];
    };
    const auto holes = [](Points p, Values y) {
        std::ranges::copy(p, y.begin());
        y[2] = p[2] == 0 ? 0 : not_a_number;
    };
    const Found found = adaptively(irregular, 4, x, plan);
    CHECK(found.status(0) == Status::jump);
    CHECK(std::isnan(found.values[0]));
    CHECK(found.status(1) == Status::unbounded);
    CHECK(std::isinf(found.values[1]));
    CHECK_FALSE(found.status(2));
    CHECK_FALSE(found.status(3));
    CHECK(std::abs(found.values[3] - 4) <= found.errors[3]);
    const Found lost = adaptively(holes, 4, x, plan);
    CHECK(lost.status(2) == Status::not_finite);
    CHECK(std::isnan(lost.values[2]));
    for (const std::size_t k : {0U, 1U, 3U}) {
        CHECK_FALSE(lost.status(k));
        CHECK(std::abs(lost.values[k] - 1) <= lost.errors[k]);
    }
}

TEST_CASE("a hole in one variable hides no jump and no unbounded slope of another of its colour") {
    const Mask mask = band_mask(3, 3, 0, 0);
    const Plan<> plan(mask);
    REQUIRE(plan.colors() == 1);
    const auto f = [](Points p, Values y) {
        y[0] = p[0] < 1 ? 0 : 1;
        y[1] = std::copysign(std::sqrt(std::abs(p[1])), p[1]);
        y[2] = p[2] == 0 ? 0 : not_a_number;
    };
    const Found found = adaptively(f, 3, {1, 0, 0}, plan);
    CHECK(found.status(0).value_or(Status::ok) != Status::ok);
    CHECK(found.status(1).value_or(Status::ok) != Status::ok);
    CHECK(found.status(2) == Status::not_finite);
}

TEST_CASE("by substitution, entries say that they are not finite where they are not, and nowhere else") {
    Engine engine(7);
    std::size_t lost = 0;
    for (int trial = 0; trial < 120; ++trial) {
        CAPTURE(trial);
        const std::size_t n = 5 + below(engine, 8);
        const GraphGradient f(random_graph(engine, n, 0.15));
        const Plan<> plan(f.mask(), {.structure = Structure::symmetric, .decompression = Decompression::substitution});
        const std::vector<double> x = random_point(engine, n);
        const std::size_t output = below(engine, n);
        const std::size_t variable = below(engine, n);
        const auto irregular = [&](Points p, Values y) {
            f(p, y);
            if (!f.mask()(output, variable)) return;
            if (trial % 2 == 0 && p[variable] > x[variable]) y[output] += 1;
            if (trial % 2 == 1 && p[variable] != x[variable]) y[output] = not_a_number;
        };
        const Found found = adaptively(irregular, n, x, plan);
        plan.for_entries([&](std::size_t k, std::size_t, std::size_t) {
            const Status status = found.status(k).value_or(Status::ok);
            CHECK(std::isfinite(found.values[k]) == (status >= Status::ok));
            if (status < Status::ok) ++lost;
        });
    }
    CHECK(lost > 30);
}

TEST_CASE("budgets are kept to the point, and said to have ended") {
    const Mask mask = band_mask(12, 12, 1, 1);
    const RowFunction f(mask);
    const Plan<> plan(mask);
    Engine engine(5);
    const std::vector<double> x = random_point(engine, 12);
    for (const std::size_t budget : {1U, 2U, 5U, 9U, 14U, 22U}) {
        const Found found = adaptively(f, 12, x, plan, {.most_evaluations = budget});
        CHECK(found.record.evaluations <= budget);
        if (budget < 14) CHECK(found.record.incidents.back().status == Status::budget);
    }
}

TEST_CASE("another number of values than the pattern has rows is an error that names both") {
    const auto f = [](Points, Values y) { std::ranges::fill(y, 1.0); };
    for (const bool entries : {true, false}) {
        const Plan<> plan(Mask(3, 3, entries), {.structure = Structure::symmetric});
        for (const std::size_t outputs : {0U, 2U, 4U}) {
            try {
                (void)adaptively(f, outputs, {1, 2, 3}, plan);
                FAIL("not noticed");
            } catch (const secant::PatternMismatch& error) {
                CHECK(error.outputs() == outputs);
                CHECK(error.rows() == 3);
            }
        }
    }
}

TEST_CASE("where nothing is coloured, f is called once") {
    const Plan<> plan(Mask(3, 3), {.structure = Structure::symmetric});
    std::size_t calls = 0;
    const auto f = [&](Points, Values y) {
        ++calls;
        std::ranges::fill(y, 1.0);
    };
    const Found found = adaptively(f, 3, {1, 2, 3}, plan);
    CHECK(found.values.empty());
    CHECK(calls == 1);
}
