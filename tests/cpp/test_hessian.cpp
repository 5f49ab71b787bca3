#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "box.hpp"
#include "secant/hessian.hpp"
#include "task.hpp"

using secant::DifferenceMethod;
using secant::Precision;
using secant::Side;
using secant::Status;

namespace {

// sum over j of exp(x_j / 2) sin(x_{j+1}), indices taken round; two outputs, of which the second is twice the first.
template <class R>
void waves(std::span<const R> x, std::span<R> y) {
    R sum = 0;
    for (std::size_t j = 0; j < x.size(); ++j) sum += std::exp(x[j] / 2) * std::sin(x[(j + 1) % x.size()]);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<R>(i + 1) * sum;
}

// For n >= 3, so that no two terms share both of their variables.
template <class R>
R waves_second(const std::vector<R>& x, std::size_t a, std::size_t b) {
    const std::size_t n = x.size();
    const std::size_t next = (a + 1) % n;
    const std::size_t before = (a + n - 1) % n;
    if (a == b) return std::exp(x[a] / 2) / 4 * std::sin(x[next]) - std::exp(x[before] / 2) * std::sin(x[a]);
    if (b == next) return std::exp(x[a] / 2) / 2 * std::cos(x[b]);
    if (a == (b + 1) % n) return std::exp(x[b] / 2) / 2 * std::cos(x[a]);
    return 0;
}

template <class R>
std::vector<R> some_point(std::size_t n) {
    std::vector<R> x;
    for (std::size_t j = 0; j < n; ++j) x.push_back(R(0.3) + static_cast<R>(j % 11) / 7);
    return x;
}

// Second differences of second differences: f at the four corners of a rectangle, central, of order 2.
double corners(const std::vector<double>& x, std::size_t a, std::size_t b, double h) {
    const auto at = [&](double s, double t) {
        std::vector<double> point = x;
        point[a] += s * h;
        point[b] += t * h;
        double y = 0;
        waves<double>(point, {&y, 1});
        return y;
    };
    return (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h * h);
}

// Truncation and round-off of a second difference of `waves` with steps up to h, also along diagonals.
template <class R>
R tolerance_of(Side side, int order, const std::vector<R>& steps) {
    const secant::Stencil stencil = secant::make_stencil(side, 2, order);
    const R h = std::ranges::max(steps);
    const R truncation = static_cast<R>(std::abs(stencil.error_constant)) * std::pow(2 * h, static_cast<R>(order));
    const R roundoff = static_cast<R>(stencil.noise_gain) * std::numeric_limits<R>::epsilon() / (h * h);
    return 4 * truncation + 20 * roundoff;
}

}  // namespace

TEST_CASE_TEMPLATE("the Hessian is exact to its order, symmetric to the bit, for every side and output", R, double,
                   long double) {
    const std::vector<R> x = some_point<R>(5);
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        for (int order = 1; order <= 8; ++order) {
            if (side == Side::central && order % 2 != 0) continue;
            CAPTURE(static_cast<int>(side));
            CAPTURE(order);
            const auto result = hessian_of<R>(waves<R>, 2, x, {.side = side, .order = order});
            CHECK(result.incidents.empty());
            const R tolerance = tolerance_of<R>(side, order, result.steps);
            for (std::size_t a = 0; a < 5; ++a) {
                for (std::size_t b = 0; b < 5; ++b) {
                    const R first = result.entries[a * 5 + b];
                    CHECK(std::abs(first - waves_second(x, a, b)) <= tolerance);
                    CHECK(first == result.entries[b * 5 + a]);
                    CHECK(std::abs(result.entries[25 + a * 5 + b] - 2 * first) <= tolerance);
                }
            }
        }
    }
}

TEST_CASE("the Hessian agrees with the textbook's corners") {
    const std::vector<double> x = some_point<double>(4);
    const auto result = hessian_of<double>(waves<double>, 1, x, {.order = 2});
    for (std::size_t a = 0; a < 4; ++a) {
        for (std::size_t b = 0; b < 4; ++b) {
            CHECK(result.entries[a * 4 + b] == doctest::Approx(corners(x, a, b, 1e-4)).epsilon(1e-6).scale(1));
        }
    }
}

TEST_CASE("the product with a vector is the Hessian times that vector") {
    const std::vector<double> x = some_point<double>(5);
    const std::vector<double> v = {1, -2, 0, 0.5, 3};
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        for (int order = 1; order <= 6; ++order) {
            if (side == Side::central && order % 2 != 0) continue;
            CAPTURE(static_cast<int>(side));
            CAPTURE(order);
            const auto product = hessian_of<double>(waves<double>, 2, x, {.side = side, .order = order}, v);
            REQUIRE(product.entries.size() == 10);
            const double tolerance = 10 * tolerance_of<double>(side, order, product.steps);
            for (std::size_t a = 0; a < 5; ++a) {
                double exact = 0;
                for (std::size_t b = 0; b < 5; ++b) exact += waves_second(x, a, b) * v[b];
                CHECK(std::abs(product.entries[a] - exact) <= tolerance);
                CHECK(std::abs(product.entries[5 + a] - 2 * exact) <= 2 * tolerance);
            }
        }
    }
    const std::vector<double> zero(5, 0.0);
    CHECK(hessian_of<double>(waves<double>, 1, x, {}, zero).entries == zero);
}

TEST_CASE("more pairs than are held at a time give the same") {
    const std::size_t n = 190;  // 17,955 pairs
    const std::vector<double> x = some_point<double>(n);
    const auto f = [](std::span<const double> p) {  // x_0 x_1 + x_1 x_2 + …, and x_0 x_{n-1}
        double sum = p[0] * p.back();
        for (std::size_t j = 0; j + 1 < p.size(); ++j) sum += p[j] * p[j + 1];
        return sum;
    };
    const auto result = hessian_of<double>(f, 1, x, {.order = 2});
    double worst = 0;
    for (std::size_t a = 0; a < n; ++a) {
        for (std::size_t b = 0; b < n; ++b) {
            const bool neighbours = (a + 1) % n == b || (b + 1) % n == a;
            worst = std::max(worst, std::abs(result.entries[a * n + b] - (neighbours ? 1 : 0)));
        }
    }
    CHECK(worst <= 2e-4);  // f is about 180, of which a rounding is divided by h^2 = 2^-26
}

TEST_CASE("evaluations are counted, and are as few as promised") {
    const std::vector<double> v = {1, 1, 1, 1};
    for (std::size_t n = 1; n <= 4; ++n) {
        const std::vector<double> x = some_point<double>(n);
        std::size_t calls = 0;
        const auto f = [&](std::span<const double> p, std::span<double> y) {
            ++calls;
            waves<double>(p, y);
        };
        const auto count = [&](Side side, std::size_t order, std::span<const double> along) {
            calls = 0;
            const auto result = hessian_of<double>(f, 2, x, {.side = side, .order = static_cast<int>(order)}, along);
            CHECK(result.record.evaluations == calls);
            return calls;
        };
        const std::span<const double> along = std::span(v).first(n);
        for (const std::size_t q : {2U, 4U, 6U, 8U}) {
            CHECK(count(Side::central, q, {}) == 1 + q * n + q * n * (n - 1) / 2);
            CHECK(count(Side::central, q, along) == 1 + q * (2 * n + 1));
        }
        for (const Side side : {Side::forward, Side::backward}) {
            CHECK(count(side, 1, {}) == (n + 1) * (n + 2) / 2);
            CHECK(count(side, 1, along) == 2 * n + 2);
            for (const std::size_t q : {2U, 3U, 8U}) {  // one node more than its order, f(x) aside
                CHECK(count(side, q, {}) == 1 + (q + 1) * n * (n + 1) / 2);
                CHECK(count(side, q, along) == 1 + (q + 1) * (2 * n + 1));
            }
        }
    }
}

TEST_CASE("f is never called outside of the bounds, whatever the side, the order or the format") {
    std::mt19937_64 engine(101);
    for (int trial = 0; trial < 240; ++trial) {
        BoundedTrial bounded(engine, trial, 4, -15);
        const auto f = [&](std::span<const double> p) {
            bounded.see(p);
            return bounded.in_hole(p, 0) ? not_a_number : p[0] + p[1];
        };
        const Box<double>& box = bounded.box();
        CAPTURE(trial);
        CHECK(hessian_of(f, 1, box.x, bounded.method()).entries.size() == 16);
        CHECK(hessian_of<double>(f, 1, box.x, bounded.method(), box.inward).entries.size() == 4);
        CHECK(bounded.outside() == 0);
        CHECK(bounded.coarse() == 0);
    }
}

TEST_CASE("in random boxes the Hessian of a quadratic and its products are right: no point was pushed back inside") {
    std::mt19937_64 engine(109);
    for (int trial = 0; trial < 240; ++trial) {
        const Box<double> box = random_box<double>(engine, 4, Precision::binary64, -16);
        const Side side = static_cast<Side>(trial % 3 - 1);
        const int order = side == Side::central ? 2 + trial / 3 % 4 * 2 : 1 + trial / 3 % 8;
        const DifferenceMethod<double> method = {.side = side, .order = order, .bounds = box.bounds()};
        const auto second = [](std::size_t a, std::size_t b) { return a == b ? 2.0 : static_cast<double>(1 + a + b); };
        // Zero at x, so that nothing cancels.
        const auto f = [&](std::span<const double> p) {
            double sum = 0;
            for (std::size_t a = 0; a < 4; ++a) {
                for (std::size_t b = 0; b < 4; ++b) sum += second(a, b) / 2 * (p[a] - box.x[a]) * (p[b] - box.x[b]);
            }
            return sum;
        };
        const auto all = hessian_of(f, 1, box.x, method);
        const auto product = hessian_of<double>(f, 1, box.x, method, box.inward);
        const auto [finest, widest] = std::ranges::minmax(all.steps);
        CAPTURE(trial);
        for (std::size_t a = 0; a < 4; ++a) {
            double exact = 0;
            for (std::size_t b = 0; b < 4; ++b) {
                const double ratio = widest * widest / (all.steps[a] * all.steps[b]);
                const double error = std::abs(all.entries[a * 4 + b] - second(a, b));
                CHECK(error <= 1e-4 + 1e-13 * ratio);
                exact += second(a, b) * box.inward[b];
            }
            if (widest / finest < 1e3) CHECK(std::abs(product.entries[a] - exact) <= 1e-2);
        }
    }
}

TEST_CASE("at a corner of the box the Hessian and its products are right") {
    const std::vector<double> x = {1, 2, 3};
    const std::vector<double> lower = {1, 0, -9};
    const std::vector<double> upper = {9, 2, 9};
    const std::vector<double> v = {1, -1, 2};
    for (const Side side : {Side::backward, Side::central, Side::forward}) {
        for (const int order : {1, 2, 4}) {
            if (side == Side::central && order == 1) continue;
            const DifferenceMethod<double> method = {.side = side, .order = order, .bounds = {lower, upper}};
            const auto all = hessian_of<double>(waves<double>, 1, x, method);
            const auto product = hessian_of<double>(waves<double>, 1, x, method, v);
            // The variables at bounds are differenced on one side, whatever was asked for.
            const double tolerance = 4 * tolerance_of<double>(Side::forward, order, all.steps);
            for (std::size_t a = 0; a < 3; ++a) {
                double exact = 0;
                for (std::size_t b = 0; b < 3; ++b) {
                    CHECK(std::abs(all.entries[a * 3 + b] - waves_second(x, a, b)) <= tolerance);
                    exact += waves_second(x, a, b) * v[b];
                }
                CHECK(std::abs(product.entries[a] - exact) <= 10 * tolerance);
            }
        }
    }
}

TEST_CASE("NaN on one side: the other side is taken, the rest is left alone") {
    const std::vector<double> x = {1, 2, 3};
    for (const int order : {1, 2, 4}) {
        const Side side = order == 1 ? Side::forward : Side::central;
        std::size_t calls = 0;
        const auto f = [&](std::span<const double> p) {
            ++calls;
            return p[0] > 1 ? not_a_number : p[0] * p[0] * p[1] + p[1] * p[2] * p[2];
        };
        const auto result = hessian_of(f, 1, x, {.side = side, .order = order});
        const double exact[] = {4, 2, 0, 2, 0, 6, 0, 6, 4};
        CAPTURE(order);
        for (std::size_t k = 0; k < 9; ++k) CHECK(std::abs(result.entries[k] - exact[k]) <= 1e-4);
        for (std::size_t b = 0; b < 3; ++b) CHECK(result.status_of_pair(0, b) == Status::other_side);
        CHECK_FALSE(result.status_of_pair(1, 1));
        CHECK_FALSE(result.status_of_pair(1, 2));
        CHECK(result.record.evaluations == calls);
    }
}

TEST_CASE("NaN far away: a smaller step is taken") {
    const std::vector<double> x = {1, 2};
    const auto steps = hessian_of([](std::span<const double>) { return 1.0; }, 1, x, {}).steps;
    const auto f = [&](std::span<const double> p) {
        return std::abs(p[0] - 1) > steps[0] / 2 ? not_a_number : p[0] * p[0] * p[1];
    };
    const auto result = hessian_of(f, 1, x, {});
    const double exact[] = {4, 2, 2, 0};
    for (std::size_t k = 0; k < 4; ++k) CHECK(std::abs(result.entries[k] - exact[k]) <= 1e-5);
    CHECK(result.status_of_pair(0, 0) == Status::smaller_step);
    CHECK(result.status_of_pair(0, 1) == Status::smaller_step);
    CHECK_FALSE(result.status_of_pair(1, 1));
}

TEST_CASE("NaN everywhere but at x: NaN in what is unknown, in the matrix and in its products") {
    const std::vector<double> x = {1, 2, 3};
    const std::vector<double> v = {0, 1, 1};
    for (const int order : {1, 2}) {
        const Side side = order == 1 ? Side::backward : Side::central;
        const auto f = [](std::span<const double> p) { return p[0] == 1 ? p[1] * p[1] * p[2] : not_a_number; };
        const auto result = hessian_of(f, 1, x, {.side = side, .order = order});
        for (std::size_t b = 0; b < 3; ++b) {
            CHECK(std::isnan(result.entries[b]));
            CHECK(std::isnan(result.entries[b * 3]));
            CHECK(result.status_of_pair(0, b) == Status::not_finite);
        }
        CHECK(std::abs(result.entries[4] - 6) <= 1e-4);
        CHECK(std::abs(result.entries[5] - 4) <= 1e-4);
        CHECK(std::abs(result.entries[8]) <= 1e-4);
        CHECK_FALSE(result.status_of_pair(1, 2));

        const auto product = hessian_of<double>(f, 1, x, {.side = side, .order = order}, v);
        CHECK(std::isnan(product.entries[0]));
        CHECK(std::abs(product.entries[1] - 10) <= 1e-3);
        CHECK(std::abs(product.entries[2] - 4) <= 1e-3);
        CHECK(std::ranges::any_of(product.incidents, [](const secant::EntryIncident& incident) {
            return incident.row == 0 && incident.status == Status::not_finite;
        }));
        CHECK(std::ranges::all_of(product.incidents, [](const auto& incident) { return incident.row == 0; }));
    }
}

TEST_CASE("f(x) that is not finite is an error, and what f throws passes through") {
    const std::vector<double> x = {1, 2};
    CHECK_THROWS_AS((void)hessian_of([](std::span<const double>) { return not_a_number; }, 1, x, {}),
                    secant::NotFinite);
    int calls = 0;
    const auto f = [&](std::span<const double>) -> double { return ++calls == 12 ? throw 12 : 1.0; };
    CHECK_THROWS_AS((void)hessian_of(f, 1, x, {}), int);
    CHECK(calls == 12);
}

TEST_CASE("symmetrize averages across the diagonal of each matrix") {
    std::vector<double> two = {
        1, 2, 4, 3, /**/ 0, std::numeric_limits<double>::max(), std::numeric_limits<double>::max(), 5};
    secant::symmetrize<double>(two, 2);
    CHECK(two == std::vector<double>{1, 3, 3, 3, 0, std::numeric_limits<double>::max(),
                                     std::numeric_limits<double>::max(), 5});
}

TEST_CASE("a smaller step that does not move a variable is no step") {
    const std::vector<double> step = {1e-14};
    const auto f = [](std::span<const double> p) { return p[0] == 1 ? 1 : not_a_number; };
    const auto result = hessian_of(f, 1, {1.0}, {.order = 2, .sizes = step});
    CHECK(std::isnan(result.entries[0]));
    CHECK(result.status_of_pair(0, 0) == Status::not_finite);
}

TEST_CASE("near the largest number a variable has room for the sides of those it is paired with") {
    constexpr double largest = std::numeric_limits<double>::max();
    bool finite = true;
    const auto f = [&](std::span<const double> p) {
        finite = finite && std::isfinite(p[0]) && std::isfinite(p[1]);
        return p[0] / largest + p[1] / largest;
    };
    (void)hessian_of(f, 1, {largest, largest * (1 - 0x1p-7)}, {.order = 4});
    CHECK(finite);
}
