#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "secant/detection.hpp"
#include "secant/interaction.hpp"
#include "task.hpp"
#include "watch.hpp"

using secant::DetectionMethod;
using secant::found_by_moving;

namespace {

using Points = std::span<const double>;
using Values = std::span<double>;

}  // namespace

TEST_CASE("f may throw when it is given NaN") {
    const auto f = [](Points p, Values y) {
        if (std::ranges::any_of(p, [](double value) { return std::isnan(value); })) throw std::domain_error("NaN");
        y[0] = p[0] - p[2];
    };
    const std::vector<double> x = {1, 2, 3};
    const auto found = jacobian_pattern_of(f, 1, x);
    CHECK(found.nan_failed);
    CHECK(found.flags(0, 0) == found_by_moving);
    CHECK(found.flags(0, 2) == found_by_moving);
    CHECK(found.entries.size() == 2);
    std::string message;
    DetectionMethod<double> strict;
    strict.forgives = [&](const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::domain_error& error) {
            message = error.what();
        }
        return false;
    };
    CHECK_THROWS_WITH_AS((void)jacobian_pattern_of(f, 1, x, strict), "NaN", std::domain_error);
    CHECK(message == "NaN");
}

TEST_CASE("f may throw, or have no value, away from x: it is asked nearer") {
    const std::vector<double> x = {1, 2, 3};
    for (const double reach : {0.3, 1e-2, 1e-4}) {
        for (const bool throws : {true, false}) {
            CAPTURE(reach);
            const auto f = [&](Points p, Values y) {
                const bool far = std::abs(p[0] - 1) + std::abs(p[1] - 2) > reach;
                if (far && throws) throw 7;
                y[0] = far ? not_a_number : p[0];
                y[1] = p[1];
            };
            const auto found = jacobian_pattern_of(f, 2, x, {.nan = false});
            CHECK(found.flags(0, 0) == found_by_moving);
            CHECK(found.flags(1, 1) == found_by_moving);
            CHECK(found.flags(1, 0) == 0);
            CHECK(found.rounds >= 3);
        }
    }
}

TEST_CASE("what cannot be seen at x is found near it, where f has values") {
    const auto f = [](Points p, Values y) { y[0] = std::abs(p[2]) > 6e-4 ? not_a_number : p[0] * p[1]; };
    CHECK(jacobian_pattern_of(f, 1, {0.0, 0.0, 0.0}, {.nan = false}).mask == Mask(1, 3, true));
}

TEST_CASE("where f throws at x, or everywhere else, its exception passes through") {
    const std::vector<double> x = {1, 2};
    int calls = 0;
    const auto nowhere = [&](Points, Values) { ++calls, throw std::runtime_error("no"); };
    CHECK_THROWS_WITH_AS((void)jacobian_pattern_of(nowhere, 1, x), "no", std::runtime_error);
    CHECK(calls == 1);
    const auto at_x = [&](Points p, Values y) { y[0] = p[0] == 1 && p[1] == 2 ? 1 : throw 8; };
    CHECK_THROWS_AS((void)jacobian_pattern_of(at_x, 1, x), int);
    CHECK_THROWS_AS((void)jacobian_pattern_of(at_x, 1, x, {.moving = false}), int);
    // Not one that is not forgiven: then the first is the last.
    calls = 0;
    const auto counted = [&](Points p, Values y) { ++calls, at_x(p, y); };
    CHECK_THROWS_AS(
        (void)jacobian_pattern_of(counted, 1, x, {.nan = false, .forgives = [](const auto&) { return false; }}), int);
    CHECK(calls == 5);
}

TEST_CASE("f that has other values at the same point is an error that names the output") {
    for (const int changing : {2, 4}) {  // at x, or at the first point of a round
        int calls = 0;
        const auto f = [&](Points p, Values y) {
            y[0] = not_a_number;
            y[1] = p[0];
            y[2] = ++calls == changing ? 3 : 4;
        };
        try {
            (void)jacobian_pattern_of(f, 3, {1.0, 2.0}, {.nan = false});
            FAIL("not noticed");
        } catch (const secant::NotDeterministic& error) {
            CHECK(error.output() == 2);
            CHECK(std::string(error.what()) == "secant: f has different values at the same point");
        }
        CHECK(calls == changing);
    }
}

TEST_CASE("for Hessians, f may throw, or have no value, away from x: it is asked nearer") {
    const std::vector<double> x = {1, 2, 3, 4};
    for (const double reach : {0.3, 1e-2, 1e-4}) {
        for (const bool throws : {true, false}) {
            CAPTURE(reach);
            const auto f = [&](Points p) {
                const bool far = std::abs(p[0] - 1) + std::abs(p[1] - 2) > reach;
                if (far && throws) throw 7;
                return far ? not_a_number : p[0] * p[1] + p[2] + p[3];
            };
            const auto found = hessian_pattern_of(f, x);
            CHECK(found.mask(0, 1));
            CHECK_FALSE(found.mask(2, 3));
            if (throws) CHECK(found.entries.size() == 6);
            CHECK(found.rounds >= 2);
        }
    }
}

TEST_CASE("for Hessians, where f throws everywhere, or what it throws is not forgiven, its exception passes through") {
    const std::vector<double> x = {1, 2};
    std::size_t calls = 0;
    const auto nowhere = [&](Points) -> double {
        ++calls;
        throw std::runtime_error("no");
    };
    CHECK_THROWS_WITH_AS((void)hessian_pattern_of(nowhere, x), "no", std::runtime_error);
    CHECK(calls == 4);
    calls = 0;
    CHECK_THROWS_AS((void)hessian_pattern_of(nowhere, x, {.forgives = [](const auto&) { return false; }}),
                    std::runtime_error);
    CHECK(calls == 1);
}

TEST_CASE("for Hessians, f that has other values at the same point is an error") {
    int calls = 0;
    const auto f = [&](Points p) { return p[0] + ++calls; };
    try {
        (void)hessian_pattern_of(f, {1.0, 2.0});
        FAIL("not noticed");
    } catch (const secant::NotDeterministic& error) {
        CHECK(error.output() == 0);
        CHECK(std::string(error.what()) == "secant: f has different values at the same point");
    }
    CHECK(calls == 2);
}
