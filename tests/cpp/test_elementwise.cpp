#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "box.hpp"
#include "secant/elementwise.hpp"
#include "task.hpp"

using secant::DifferenceMethod;
using secant::Precision;
using secant::Side;
using secant::Status;

namespace {

template <class R>
void sines(std::span<const R> x, std::span<R> y) {
    for (std::size_t j = 0; j < x.size(); ++j) y[j] = std::sin(x[j]);
}

}  // namespace

TEST_CASE_TEMPLATE("each entry's derivative is as accurate as the order promises", R, double, long double) {
    std::vector<R> x;
    for (int j = 0; j < 37; ++j) x.push_back(R(-3) + static_cast<R>(j) / 6);
    for (const int derivative : {1, 2}) {
        for (const Side side : {Side::backward, Side::central, Side::forward}) {
            for (int order = 1; order <= 8; ++order) {
                if (side == Side::central && order % 2 != 0) continue;
                CAPTURE(derivative);
                CAPTURE(order);
                const auto result = elementwise_of<R>(sines<R>, x, derivative, {.side = side, .order = order});
                const secant::Stencil stencil = secant::make_stencil(side, derivative, order);
                for (std::size_t j = 0; j < x.size(); ++j) {
                    const R h = result.steps[j];
                    const R truncation =
                        static_cast<R>(std::abs(stencil.error_constant)) * std::pow(h, static_cast<R>(order));
                    const R roundoff = static_cast<R>(stencil.noise_gain) * std::numeric_limits<R>::epsilon() /
                                       std::pow(h, static_cast<R>(derivative));
                    const R exact = derivative == 1 ? std::cos(x[j]) : -std::sin(x[j]);
                    CHECK(std::abs(result.entries[j] - exact) <= 2 * truncation + 2 * roundoff);
                }
                CHECK(result.steps.size() == x.size());
            }
        }
    }
}

TEST_CASE("entries are what the diagonal of the Jacobian is") {
    const std::vector<double> x = {0.1, 1, -2, 30, 0};
    const std::vector<double> lower = {0.1, -9, -9, 0, 0};
    const std::vector<double> upper = {1, 1, 9, 99, 9};
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        for (const int order : {2, 4}) {
            const DifferenceMethod<double> method = {.side = side, .order = order, .bounds = {lower, upper}};
            const auto entries = elementwise_of(sines<double>, x, 1, method);
            const auto jacobian = jacobian_of(sines<double>, 5, x, method);
            CHECK(entries.steps == jacobian.steps);
            for (std::size_t j = 0; j < 5; ++j) {
                CHECK(entries.entries[j] == doctest::Approx(jacobian.entries[j * 6]).epsilon(1e-10));
            }
        }
    }
}

TEST_CASE("the cost in calls does not depend on the number of entries") {
    for (const std::size_t n : {std::size_t{1}, std::size_t{1000}}) {
        const std::vector<double> x(n, 0.5);
        std::size_t calls = 0;
        const auto f = [&](std::span<const double> p, std::span<double> y) {
            ++calls;
            sines<double>(p, y);
        };
        const auto count = [&](Side side, int derivative, std::size_t order) {
            calls = 0;
            const auto result = elementwise_of(f, x, derivative, {.side = side, .order = static_cast<int>(order)});
            CHECK(result.record.evaluations == calls);
            return calls;
        };
        for (const std::size_t q : {2U, 4U, 8U}) {
            CHECK(count(Side::central, 1, q) == q);
            CHECK(count(Side::central, 2, q) == q + 1);
        }
        for (std::size_t q = 1; q <= 8; ++q) {
            CHECK(count(Side::forward, 1, q) == q + 1);
            CHECK(count(Side::backward, 2, q) == q + 2);
        }
    }
}

TEST_CASE("f is never called outside of the bounds, whatever the side, the order or the format") {
    std::mt19937_64 engine(103);
    for (int trial = 0; trial < 240; ++trial) {
        BoundedTrial bounded(engine, trial, 6, -16);
        const auto f = [&](std::span<const double> p, std::span<double> y) {
            bounded.see(p);
            for (std::size_t j = 0; j < p.size(); ++j) y[j] = bounded.in_hole(p, j) ? not_a_number : 2 * p[j];
        };
        CAPTURE(trial);
        for (const int derivative : {1, 2}) {
            CHECK(elementwise_of(f, bounded.box().x, derivative, bounded.method()).entries.size() == 6);
        }
        CHECK(bounded.outside() == 0);
        CHECK(bounded.coarse() == 0);
    }
}

TEST_CASE("entries that are not finite are repaired one by one, the others are left alone") {
    const std::vector<double> x = {1, 2, 3, 4};
    for (const int derivative : {1, 2}) {
        const DifferenceMethod<double> method = {.order = 2};
        const auto smooth = [](std::span<const double> p, std::span<double> y) {
            for (std::size_t j = 0; j < 4; ++j) y[j] = p[j] * p[j] * p[j];
        };
        const auto undisturbed = elementwise_of(smooth, x, derivative, method);
        std::size_t calls = 0;
        const auto f = [&](std::span<const double> p, std::span<double> y) {
            ++calls;
            smooth(p, y);
            if (p[1] > 2) y[1] = not_a_number;                                        // one side
            if (std::abs(p[2] - 3) > undisturbed.steps[2] / 2) y[2] = -not_a_number;  // far away
            if (p[3] != 4) y[3] = std::numeric_limits<double>::infinity();            // everywhere but at x
        };
        const auto result = elementwise_of(f, x, derivative, method);
        const auto exact = [&](std::size_t j) { return derivative == 1 ? 3 * x[j] * x[j] : 6 * x[j]; };
        CHECK(result.entries[0] == undisturbed.entries[0]);
        CHECK(result.entries[1] == doctest::Approx(exact(1)).epsilon(1e-5));
        CHECK(result.entries[2] == doctest::Approx(exact(2)).epsilon(1e-4));
        CHECK(std::isnan(result.entries[3]));
        CHECK_FALSE(result.status(0, 0));
        CHECK(result.status(1, 1) == Status::other_side);
        CHECK(result.status(2, 2) == Status::smaller_step);
        CHECK(result.status(3, 3) == Status::not_finite);
        CHECK(result.record.incidents.size() == 3);
        CHECK(result.record.evaluations == calls);
    }
}

TEST_CASE("f(x) that is not finite is an error that names the entry, and what f throws passes through") {
    const std::vector<double> x = {1, 2};
    const auto f = [](std::span<const double>, std::span<double> y) {
        y[0] = 1;
        y[1] = not_a_number;
    };
    for (const Side side : {Side::central, Side::forward}) {
        try {
            (void)elementwise_of(f, x, 1, {.side = side});
            FAIL("not noticed");
        } catch (const secant::NotFinite& error) {
            CHECK(error.output() == 1);
        }
    }
    const auto thrower = [](std::span<const double>, std::span<double>) { throw 3; };
    CHECK_THROWS_AS((void)elementwise_of(thrower, x, 1, {}), int);
}

TEST_CASE("a smaller step that does not move the entry is no step") {
    const std::vector<double> step = {1e-14};
    const auto f = [](std::span<const double> p, std::span<double> y) { y[0] = p[0] == 1 ? 1 : not_a_number; };
    const auto result = elementwise_of(f, {1.0}, 2, {.order = 2, .sizes = step});
    CHECK(std::isnan(result.entries[0]));
    CHECK(result.status(0, 0) == Status::not_finite);
}
