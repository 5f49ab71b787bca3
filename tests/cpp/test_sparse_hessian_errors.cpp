#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "secant/sparse_hessian.hpp"
#include "wanted.hpp"

using secant::AdaptiveMethod;
using secant::ComplexStepMethod;
using secant::DifferenceMethod;
using secant::Side;
using secant::Status;

namespace {

using C = std::complex<double>;
using Points = std::span<const double>;

}  // namespace

TEST_CASE("where values are missing, entries and what is said of them are those of the dense Hessian") {
    Engine engine(5);
    const auto holes = [](std::size_t kind) {
        return [kind](Points p) {
            const bool there[] = {p[0] <= 0.3, std::abs(p[1] - p[0]) > 0.1425, p[0] == 0.3,
                                  p[0] == 0.3 || p[1] <= some_point(2)[1]};
            return there[kind] ? ripple(p) : not_a_number;
        };
    };
    std::set<Status> seen;
    for (const Mask& wanted : wanted_masks(engine, 16, 7)) {
        if (wanted.rows() < 2) continue;
        const std::vector<double> x = some_point(wanted.rows());
        for (const std::size_t kind : {0U, 1U, 2U, 3U}) {
            CAPTURE(kind);
            for (const int order : {2, 3}) {
                const DifferenceMethod<double> method = {.side = order == 2 ? Side::central : Side::backward,
                                                         .order = order};
                const auto sparse = sparse_of(holes(kind), x, wanted, method);
                check_same(sparse, dense_of(holes(kind), x, wanted, method));
                for (const auto& [a, b, status] : sparse.troubles) seen.insert(status);
            }
            check_same(sparse_of(holes(kind), x, wanted, AdaptiveMethod<double>{}),
                       dense_of(holes(kind), x, wanted, AdaptiveMethod<double>{}));
        }
    }
    CHECK(seen == std::set{Status::not_finite, Status::smaller_step, Status::other_side});
}

TEST_CASE("trouble with a pair that nobody wants is not met") {
    const std::vector<double> x = {1, 2, 3};
    std::size_t calls = 0;
    const auto f = [&](Points p) { return ++calls, p[0] != 1 && p[1] != 2 ? not_a_number : p[0] * p[1] * p[2]; };
    Mask wanted(3, 3, true);
    wanted.set(0, 1, false);
    const DifferenceMethod<double> method = {.side = Side::forward, .order = 1};
    const auto troubled = sparse_of(f, x, wanted, method);
    CHECK(troubled.troubles == std::set<Trouble>{{1, 0, Status::not_finite}});
    CHECK(std::isnan(troubled.entries[2]));
    wanted.set(1, 0, false);
    calls = 0;
    const auto result = sparse_of(f, x, wanted, method);
    CHECK(result.troubles.empty());
    CHECK(calls == 1 + 3 + 5);
    CHECK(result.entries[1] == doctest::Approx(2).epsilon(1e-4));
}

TEST_CASE("a budget is kept, and entries that it cut short say so") {
    const Mask wanted = band_mask(5, 5, 1, 1);
    const std::vector<double> x = some_point(5);
    const std::size_t all = sparse_of(ripple<double>, x, wanted, AdaptiveMethod<double>{}).record.evaluations;
    for (std::size_t most = 1; most <= 3 * all; most += 1 + most / 16) {
        CAPTURE(most);
        std::size_t calls = 0;
        const auto f = [&](Points p) { return ++calls, ripple(p); };
        const auto result = sparse_of(f, x, wanted, AdaptiveMethod<double>{.most_evaluations = most});
        CHECK(calls <= most);
        CHECK(result.record.evaluations == calls);
        if (most < all / 2) CHECK_FALSE(result.troubles.empty());
        if (most > 2 * all) CHECK(result.troubles.empty());
        std::size_t k = 0;
        for (std::size_t a = 0; a < 5; ++a) {
            for (std::size_t b = 0; b < 5; ++b) {
                if (!wanted(a, b)) continue;
                CHECK(std::isnan(result.entries[k]) == std::isinf(result.errors[k]));
                if (std::isnan(result.entries[k])) CHECK(result.troubles.contains({a, b, Status::budget}));
                if (std::isfinite(result.entries[k]))
                    CHECK(std::abs(result.entries[k] - ripple_second(x, a, b)) <= result.errors[k]);
                ++k;
            }
        }
    }
}

TEST_CASE("errors say what they are about, and what f throws passes through") {
    const std::vector<double> x = {1, 2, 3};
    const Mask wanted = band_mask(3, 3, 1, 0);
    const DifferenceMethod<double> central;
    const auto infinite = [](Points) { return -std::numeric_limits<double>::infinity(); };
    try {
        (void)sparse_of(infinite, x, wanted, central);
        FAIL("not noticed");
    } catch (const secant::NotFinite& error) {
        CHECK(error.output() == 0);
        CHECK(error.value() == -std::numeric_limits<double>::infinity());
        CHECK(std::string(error.what()) == "secant: f(x) is not finite");
    }
    CHECK_THROWS_AS((void)sparse_of(infinite, x, wanted, AdaptiveMethod<double>{}), secant::NotFinite);
    const std::vector<double> upper = {9, 2, 9};
    const std::vector<double> lower = {0, 2, 0};
    try {
        (void)sparse_of(ripple<double>, x, wanted, DifferenceMethod<double>{.bounds = {lower, upper}});
        FAIL("not noticed");
    } catch (const secant::NoRoom& error) {
        CHECK(error.variable() == 1);
        CHECK(error.reason() == secant::NoRoom::Reason::bounds);
    }
    const auto not_real = [](std::span<const C> p) { return p[0] * p[1] + C(0, 1); };
    CHECK_THROWS_AS((void)(sparse_of<std::int32_t, double, C, C>(not_real, x, wanted, ComplexStepMethod<double>{})),
                    secant::NotRealOnReals);
    const auto throws_in_every_call = [&]<class P>(const auto& method, P) {
        std::size_t calls = 0;
        std::size_t last = 0;
        const auto f = [&](std::span<const P> p) { return ++calls == last ? throw last : ripple(p); };
        (void)sparse_of<std::int32_t, double, P, P>(f, x, wanted, method);
        for (const std::size_t all = calls; last < all;) {
            ++last;
            calls = 0;
            CHECK_THROWS_AS((void)(sparse_of<std::int32_t, double, P, P>(f, x, wanted, method)), std::size_t);
            CHECK(calls == last);
        }
        CHECK(last > 3);
    };
    throws_in_every_call(central, 0.0);
    throws_in_every_call(AdaptiveMethod<double>{}, 0.0);
    throws_in_every_call(ComplexStepMethod<double>{}, C());
}
