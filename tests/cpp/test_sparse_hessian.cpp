#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "box.hpp"
#include "secant/native.hpp"
#include "secant/sparse_hessian.hpp"
#include "wanted.hpp"

using secant::AdaptiveMethod;
using secant::ComplexStepMethod;
using secant::DifferenceMethod;
using secant::Side;

namespace {

using C = std::complex<double>;
using Points = std::span<const double>;
using Pair = std::pair<std::size_t, std::size_t>;

std::set<Pair> pairs_of(const Mask& wanted, bool with_diagonal) {
    std::set<Pair> pairs;
    for (std::size_t a = 0; a < wanted.rows(); ++a) {
        for (std::size_t b = 0; b < wanted.columns(); ++b) {
            if (wanted(a, b) && (a != b || with_diagonal)) pairs.insert(std::minmax(a, b));
        }
    }
    return pairs;
}

// Slow enough for threads to be worth starting.
double slow_ripple(int n, double* x) {
    double sum = 0;
    for (int k = 1; k <= 20; ++k) {
        for (int j = 0; j < n; ++j) sum += std::sin(x[j] * k + x[(j + 1) % n]) / k;
    }
    return sum;
}

}  // namespace

TEST_CASE_TEMPLATE("every wanted pair comes once, and knows its places", I, std::int32_t, std::int64_t) {
    Engine engine(1);
    auto masks = wanted_masks(engine, 40, 12);
    masks.emplace_back(190, 190, true);  // more pairs than are held at a time
    for (const Mask& wanted : masks) {
        const auto lists = lists_of<I>(wanted);
        const secant::WantedPairs<I> pairs(lists.view());
        for (const bool with_diagonal : {false, true}) {
            std::vector<Pair> all;
            pairs.for_each(with_diagonal,
                           [&](std::span<const Pair> some) { all.insert(all.end(), some.begin(), some.end()); });
            const auto expected = pairs_of(wanted, with_diagonal);
            CHECK(all.size() == expected.size());
            CHECK(std::set<Pair>(all.begin(), all.end()) == expected);
        }
        std::size_t count = 0;
        bool right = true;
        for (std::size_t a = 0; a < wanted.rows(); ++a) {
            for (std::size_t b = 0; b < wanted.columns(); ++b) {
                right = right && pairs.place(a, b) == (wanted(a, b) ? count++ : secant::WantedPairs<I>::none);
                std::multiset<std::size_t> places;
                pairs.for_places(a, b, [&](std::size_t k) { places.insert(k); });
                std::multiset<std::size_t> expected;
                if (wanted(a, b)) expected.insert(pairs.place(a, b));
                if (a != b && wanted(b, a)) expected.insert(pairs.place(b, a));
                right = right && places == expected;
            }
        }
        CHECK(right);
    }
}

TEST_CASE_TEMPLATE("wanted entries are those of the dense Hessian to the bit, by every method", I, std::int32_t,
                   std::int64_t) {
    Engine engine(2);
    const auto complex_valued = [](Points p) { return C(ripple(p), ripple(p) * ripple(p)); };
    for (const Mask& wanted : wanted_masks(engine, 12, 9)) {
        const std::vector<double> x = some_point(wanted.rows());
        for (const Side side : {Side::backward, Side::central, Side::forward}) {
            for (const int order : {1, 2, 3, 4}) {
                if (side == Side::central && order % 2 != 0) continue;
                const DifferenceMethod<double> method = {.side = side, .order = order};
                check_same(sparse_of<I>(ripple<double>, x, wanted, method),
                           dense_of(ripple<double>, x, wanted, method));
                check_same(sparse_of<I, std::complex<float>, C>(complex_valued, x, wanted, method),
                           dense_of<std::complex<float>, C>(complex_valued, x, wanted, method));
            }
        }
        const std::vector<long double> fine = some_point<long double>(wanted.rows());
        const DifferenceMethod<long double> method = {.order = 2};
        check_same(sparse_of<I, float, long double, long double>(ripple<long double>, fine, wanted, method),
                   dense_of<float, long double, long double>(ripple<long double>, fine, wanted, method));
        const ComplexStepMethod<double> imaginary;
        check_same(sparse_of<I, double, C, C>(ripple<C>, x, wanted, imaginary),
                   dense_of<double, C, C>(ripple<C>, x, wanted, imaginary));
        const AdaptiveMethod<double> adaptive;
        check_same(sparse_of<I>(ripple<double>, x, wanted, adaptive), dense_of(ripple<double>, x, wanted, adaptive));
    }
}

TEST_CASE("entries are right, and error bars hold") {
    Engine engine(3);
    for (const Mask& wanted : wanted_masks(engine, 20, 9)) {
        const std::vector<double> x = some_point(wanted.rows());
        const auto central = sparse_of(ripple<double>, x, wanted, DifferenceMethod<double>{});
        const auto imaginary = sparse_of<std::int32_t, double, C, C>(ripple<C>, x, wanted, ComplexStepMethod<double>{});
        const auto adaptive = sparse_of(ripple<double>, x, wanted, AdaptiveMethod<double>{});
        REQUIRE(central.entries.size() == wanted.entries());
        std::size_t k = 0;
        for (std::size_t a = 0; a < x.size(); ++a) {
            for (std::size_t b = 0; b < x.size(); ++b) {
                if (!wanted(a, b)) continue;
                const double exact = ripple_second(x, a, b);
                CHECK(std::abs(central.entries[k] - exact) <= 1e-7);
                CHECK(std::abs(imaginary.entries[k] - exact) <= 1e-11);
                CHECK(std::abs(adaptive.entries[k] - exact) <= adaptive.errors[k]);
                CHECK(adaptive.errors[k] <= 1e-6);
                ++k;
            }
        }
    }
}

TEST_CASE("evaluations are counted, and are as few as promised") {
    Engine engine(4);
    for (Mask wanted : wanted_masks(engine, 20, 9)) {
        const std::size_t n = wanted.rows();
        for (std::size_t a = 0; a < n; ++a) wanted.set(a, a);  // what none asks about need not be moved
        const std::vector<double> x = some_point(n);
        std::size_t calls = 0;
        const auto f = [&]<class P>(std::span<const P> p) { return ++calls, ripple(p); };
        const auto count = [&](const auto& result) {
            CHECK(result.record.evaluations == calls);
            return std::exchange(calls, 0);
        };
        const std::size_t pairs = pairs_of(wanted, false).size();
        const std::size_t origin = n == 0 ? 0 : 1;
        for (const int q : {2, 4, 6}) {
            const auto result = sparse_of(f, x, wanted, DifferenceMethod<double>{.order = q});
            CHECK(count(result) == origin + static_cast<std::size_t>(q) * (n + pairs));
        }
        const auto classical = sparse_of(f, x, wanted, DifferenceMethod<double>{.side = Side::forward, .order = 1});
        CHECK(count(classical) == origin + n + pairs_of(wanted, true).size());
        const auto imaginary = sparse_of<std::int32_t, double, C, C>(f, x, wanted, ComplexStepMethod<double>{});
        CHECK(count(imaginary) == 4 * pairs_of(wanted, true).size());
        CHECK(count(sparse_of(f, x, wanted, AdaptiveMethod<double>{})) <= 1 + 20 * (n + pairs));
    }
}

TEST_CASE("f is not called outside of the bounds, nor at points between numbers of its format") {
    Engine engine(6);
    for (int trial = 0; trial < 240; ++trial) {
        BoundedTrial bounded(engine, trial, 4, -15);
        const Mask wanted = random_mask(engine, 4, 4, 0.4);
        const auto f = [&](Points p) {
            bounded.see(p);
            return bounded.in_hole(p, 0) ? not_a_number : p[0] + p[1];
        };
        CAPTURE(trial);
        const Box<double>& box = bounded.box();
        CHECK(sparse_of(f, box.x, wanted, bounded.method()).entries.size() == wanted.entries());
        const AdaptiveMethod<double> adaptive = {.point_precision = bounded.method().point_precision,
                                                 .bounds = box.bounds()};
        CHECK(sparse_of(f, box.x, wanted, adaptive).entries.size() == wanted.entries());
        CHECK(bounded.outside() == 0);
        CHECK(bounded.coarse() == 0);
    }
}

TEST_CASE("one thread and two give the same bits") {
    const std::vector<double> x = some_point(40);
    const Mask wanted = band_mask(40, 40, 2, 1);
    const int before = secant::thread_limit();
    std::vector<Result<double, double>> results;
    for (const int threads : {1, 2}) {
        secant::set_thread_limit(threads);
        secant::NativeEvaluator by_differences(secant::NativeFunction{&slow_ripple});
        results.push_back(sparse_by<std::int64_t>(by_differences, x, wanted, DifferenceMethod<double>{}));
        secant::NativeEvaluator adaptively(secant::NativeFunction{&slow_ripple});
        results.push_back(sparse_by<std::int64_t>(adaptively, x, wanted, AdaptiveMethod<double>{}));
    }
    secant::set_thread_limit(before);
    check_same(results[0], results[2]);
    check_same(results[1], results[3]);
    CHECK(results[0].record.evaluations == results[2].record.evaluations);
    CHECK(results[1].record.evaluations == results[3].record.evaluations);
}
