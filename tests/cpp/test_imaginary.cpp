#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

#include "box.hpp"
#include "secant/imaginary.hpp"
#include "task.hpp"

using secant::ComplexStepMethod;
using secant::Precision;
using secant::Status;

namespace {

constexpr std::complex<double> unknown(not_a_number, not_a_number);

template <class R>
using Points = std::span<const std::complex<R>>;
template <class R>
using Values = std::span<std::complex<R>>;

// y_i = exp(x_i) sin(x_{i+1}), indices taken round.
template <class R>
void waves(Points<R> x, Values<R> y) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::exp(x[i % x.size()]) * std::sin(x[(i + 1) % x.size()]);
}

template <class R = double, class F>
Outcome<R, std::complex<R>> jacobian_by_complex_step(F&& f, std::size_t outputs, const std::vector<R>& x,
                                                     const ComplexStepMethod<R>& method = {}, Real<R> v = {}) {
    using C = std::complex<R>;
    secant::CallableEvaluator<C, C, std::remove_reference_t<F>> evaluator(f, outputs);
    const std::size_t columns = v.empty() ? x.size() : 1;
    Table<R> table(columns);
    secant::DenseSink<R, R> sink(table, secant::Layout::numerator, columns);
    Outcome<R, C> outcome;
    outcome.steps = secant::differentiate<R>(evaluator, Real<R>(x), {v}, method, outcome.record, sink);
    outcome.entries = std::move(table.entries);
    return outcome;
}

template <class R = double, class F>
Outcome<R, std::complex<R>> hessian_by_complex_step(F&& f, std::size_t outputs, const std::vector<R>& x,
                                                    const ComplexStepMethod<R>& method = {}, Real<R> v = {}) {
    using C = std::complex<R>;
    secant::CallableEvaluator<C, C, std::remove_reference_t<F>> evaluator(f, outputs);
    Table<R> table(v.empty() ? x.size() * x.size() : x.size());
    Outcome<R, C> outcome;
    outcome.steps =
        secant::differentiate_twice<R, R>(evaluator, Real<R>(x), {v}, method, outcome.record, outcome.incidents, table);
    outcome.entries = std::move(table.entries);
    return outcome;
}

template <class F>
Outcome<double, std::complex<double>> elementwise_by_complex_step(F&& f, const std::vector<double>& x, int derivative,
                                                                  const ComplexStepMethod<double>& method = {}) {
    using C = std::complex<double>;
    secant::CallableEvaluator<C, C, std::remove_reference_t<F>> evaluator(f, x.size());
    Outcome<double, C> outcome;
    outcome.entries.assign(x.size(), -77777);
    outcome.steps = secant::differentiate_entries<double>(evaluator, Real<double>(x), derivative, method,
                                                          outcome.record, std::span<double>(outcome.entries));
    return outcome;
}

}  // namespace

TEST_CASE_TEMPLATE("the Jacobian is exact to rounding, and costs n + 1 evaluations", R, double, long double) {
    const std::vector<R> x = {R(0.5), R(-1.5), R(2), R(10)};
    std::size_t calls = 0;
    const auto f = [&](Points<R> p, Values<R> y) {
        ++calls;
        waves<R>(p, y);
    };
    const auto result = jacobian_by_complex_step<R>(f, 4, x);
    CHECK(calls == 5);  // the last one checks the others
    CHECK(result.record.evaluations == 5);
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
            const std::size_t next = (i + 1) % 4;
            const R exact = j == i      ? std::exp(x[i]) * std::sin(x[next])
                            : j == next ? std::exp(x[i]) * std::cos(x[next])
                                        : R(0);
            CHECK(std::abs(result.entries[i * 4 + j] - exact) <=
                  8 * std::numeric_limits<R>::epsilon() * std::abs(exact));
        }
    }
    const std::vector<R> v = {1, 0, -2, R(0.1)};
    const auto product = jacobian_by_complex_step<R>(f, 4, x, {}, v);
    CHECK(calls == 7);
    for (std::size_t i = 0; i < 4; ++i) {
        R sum = 0;
        R size = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            sum += result.entries[i * 4 + j] * v[j];
            size += std::abs(result.entries[i * 4 + j] * v[j]);
        }
        CHECK(std::abs(product.entries[i] - sum) <= 16 * std::numeric_limits<R>::epsilon() * size);
    }
}

TEST_CASE("steps are powers of two, tiny beside the scale, and real parts are moved for the check alone") {
    const std::vector<double> x = {0, 1, -1e8, 1e-30};
    std::size_t moved = 0;
    const auto f = [&](Points<double> p) {
        bool is_moved = false;
        for (std::size_t j = 0; j < 4; ++j) is_moved = is_moved || p[j].real() != x[j];
        if (is_moved) ++moved;
        return p[0] + p[1] + p[2] + p[3];
    };
    for (const Precision precision : {Precision::binary32, Precision::binary64}) {
        const auto result = jacobian_by_complex_step<double>(f, 1, x, {.value_precision = precision});
        CHECK(result.entries == std::vector<double>(4, 1.0));
        for (std::size_t j = 0; j < 4; ++j) {
            int exponent = 0;
            CHECK(std::frexp(result.steps[j], &exponent) == 0.5);
            const double scale = std::max(std::abs(x[j]), 1.0);
            // Its square is below rounding, and the square of its square is a normal number of the format.
            CHECK(result.steps[j] * result.steps[j] < secant::epsilon<double>(precision) * scale * scale);
            if (precision == Precision::binary32) CHECK(result.steps[j] * result.steps[j] / scale > 0x1p-126);
        }
    }
    CHECK(moved == 2);  // once for each precision
}

TEST_CASE_TEMPLATE("the Hessian is exact but for its central difference, and so are its products", R, double,
                   long double) {
    const std::vector<R> x = {R(0.5), R(-1.5), R(2)};
    std::size_t calls = 0;
    const auto f = [&](Points<R> p) {
        ++calls;
        return std::exp(p[0]) * std::sin(p[1]) * p[2] * p[2];
    };
    const R e = std::exp(x[0]);
    const R s = std::sin(x[1]);
    const R c = std::cos(x[1]);
    const R z = x[2];
    const std::vector<R> exact = {e * s * z * z, e * c * z * z,  2 * e * s * z,  //
                                  e * c * z * z, -e * s * z * z, 2 * e * c * z,  //
                                  2 * e * s * z, 2 * e * c * z,  2 * e * s};
    const R tolerance = 200 * std::pow(std::numeric_limits<R>::epsilon(), R(0.8));
    const auto result = hessian_by_complex_step<R>(f, 1, x);
    for (std::size_t k = 0; k < 9; ++k) CHECK(std::abs(result.entries[k] - exact[k]) <= tolerance);
    CHECK(calls == 4 * 6);
    CHECK(result.record.evaluations == calls);

    const std::vector<R> v = {1, -1, R(0.5)};
    calls = 0;
    const auto product = hessian_by_complex_step<R>(f, 1, x, {}, v);
    for (std::size_t a = 0; a < 3; ++a) {
        const R sum = exact[a * 3] * v[0] + exact[a * 3 + 1] * v[1] + exact[a * 3 + 2] * v[2];
        CHECK(std::abs(product.entries[a] - sum) <= 2 * tolerance);
    }
    CHECK(calls == 4 * 3);
}

TEST_CASE("real parts stay inside the bounds for Hessians, products and entries") {
    std::mt19937_64 engine(107);
    for (int trial = 0; trial < 100; ++trial) {
        const Box<double> box = random_box<double>(engine, 4, Precision::binary64, -40);
        int outside = 0;
        const auto look = [&](Points<double> p) {
            std::vector<double> real;
            for (const auto& value : p) real.push_back(value.real());
            outside += !box.contains(real);
        };
        const auto f = [&](Points<double> p) {
            look(p);
            return p[0] * p[1] + p[2];
        };
        const auto entries = [&](Points<double> p, Values<double> y) {
            look(p);
            std::ranges::copy(p, y.begin());
        };
        const ComplexStepMethod<double> method = {.bounds = box.bounds()};
        CHECK(jacobian_by_complex_step<double>(f, 1, box.x, method).entries.size() == 4);
        CHECK(hessian_by_complex_step<double>(f, 1, box.x, method).entries.size() == 16);
        CHECK(hessian_by_complex_step<double>(f, 1, box.x, method, box.inward).entries.size() == 4);
        CHECK(elementwise_by_complex_step(entries, box.x, 1, method).entries == std::vector<double>(4, 1.0));
        CHECK(elementwise_by_complex_step(entries, box.x, 2, method).entries == std::vector<double>(4, 0.0));
        CHECK(outside == 0);
    }
}

TEST_CASE("entries: first derivatives to rounding, second ones to the order of the difference") {
    const std::vector<double> x = {0.1, -2, 30, 0};
    const auto sines = [](Points<double> p, Values<double> y) {
        for (std::size_t j = 0; j < p.size(); ++j) y[j] = std::sin(p[j]);
    };
    const auto first = elementwise_by_complex_step(sines, x, 1);
    const auto second = elementwise_by_complex_step(sines, x, 2);
    for (std::size_t j = 0; j < 4; ++j) {
        CHECK(first.entries[j] == doctest::Approx(std::cos(x[j])).epsilon(1e-15));
        const double h = second.steps[j];
        CHECK(std::abs(second.entries[j] + std::sin(x[j])) <= h * h * h * h / 15 + 1e-15 / h);
    }
    CHECK(first.record.evaluations == 3);  // one, f(x), since sin(0) is as small as its imaginary part, and a check
    CHECK(second.record.evaluations == 4);
}

TEST_CASE("a function that is not analytic is refused, steep and oscillating ones are not") {
    const std::vector<double> x = {0.3, 2};
    const auto conjugated = [](Points<double> p) { return p[0] * std::conj(p[0]) + p[1]; };
    const auto dropped = [](Points<double> p) { return std::exp(std::complex<double>(p[0].real())) + p[1]; };
    CHECK_THROWS_AS((void)jacobian_by_complex_step<double>(conjugated, 1, x), secant::NotAnalytic);
    CHECK_THROWS_AS((void)jacobian_by_complex_step<double>(dropped, 1, x), secant::NotAnalytic);
    const auto steep = [](Points<double> p) { return std::sin(1e6 * p[0]) + std::exp(50.0 * p[1]); };
    const auto result = jacobian_by_complex_step<double>(steep, 1, x);
    CHECK(result.entries[0] == doctest::Approx(1e6 * std::cos(1e6 * 0.3)).epsilon(1e-9));
    CHECK(result.entries[1] == doctest::Approx(50 * std::exp(100.0)).epsilon(1e-13));
}

TEST_CASE("a function that is not real at a real x is refused, a value near zero is not") {
    const std::vector<double> x = {0, 2};
    const auto turned = [](Points<double> p) { return p[1] + std::complex<double>(0, 1); };
    CHECK_THROWS_AS((void)jacobian_by_complex_step<double>(turned, 1, x), secant::NotRealOnReals);
    CHECK_THROWS_AS((void)hessian_by_complex_step<double>(turned, 1, x), secant::NotRealOnReals);
    const auto crossing = [](Points<double> p) { return std::sin(p[0]) * p[1]; };
    const auto result = jacobian_by_complex_step<double>(crossing, 1, x);
    CHECK(result.entries == std::vector{2.0, 0.0});
    CHECK(result.record.evaluations == 4);
    const auto entries = [](Points<double> p, Values<double> y) {
        y[0] = p[0];
        y[1] = p[1] * std::complex<double>(0, 1);
    };
    CHECK_THROWS_AS((void)elementwise_by_complex_step(entries, x, 1), secant::NotRealOnReals);
}

TEST_CASE("NaN: the entry says so, the others are left alone; at x itself it is an error") {
    const std::vector<double> x = {1, 2};
    const auto f = [](Points<double> p, Values<double> y) {
        y[0] = p[0] * p[1];
        y[1] = p[1].imag() != 0 ? unknown : p[0];
    };
    const auto result = jacobian_by_complex_step<double>(f, 2, x);
    CHECK(result.entries[0] == 2);
    CHECK(result.entries[1] == 1);
    CHECK(result.entries[2] == 1);
    CHECK(std::isnan(result.entries[3]));
    CHECK(result.status(1, 1) == Status::not_finite);
    CHECK(result.record.incidents.size() == 1);
    const auto nowhere = [](Points<double>) { return std::complex<double>(1, not_a_number); };
    CHECK_THROWS_AS((void)jacobian_by_complex_step<double>(nowhere, 1, x), secant::NotFinite);

    const auto half = [](Points<double> p) { return p[0].real() > 1 ? unknown : p[0] * p[0] * p[0] * p[1]; };
    const auto hessian = hessian_by_complex_step<double>(half, 1, x);
    const double exact[] = {12, 3, 3, 0};
    for (std::size_t k = 0; k < 4; ++k) CHECK(std::abs(hessian.entries[k] - exact[k]) <= 1e-9);
    CHECK(hessian.status_of_pair(0, 0) == Status::other_side);
    CHECK_FALSE(hessian.status_of_pair(1, 1));
}

TEST_CASE("a real part that is not finite is no value, though its imaginary part be zero") {
    const std::vector<double> x = {1, 2};
    const auto f = [](Points<double> p, Values<double> y) {
        y[0] = p[0] * p[1];
        y[1] = p[1].imag() != 0 ? not_a_number : p[0];
    };
    const auto result = jacobian_by_complex_step<double>(f, 2, x);
    CHECK(std::isnan(result.entries[3]));
    CHECK(result.status(1, 1) == Status::not_finite);
    const auto nowhere = [](Points<double>) { return std::complex<double>(not_a_number); };
    CHECK_THROWS_AS((void)jacobian_by_complex_step<double>(nowhere, 1, x), secant::NotFinite);
}

TEST_CASE("a repair does not hide that f is not real at a real x") {
    const std::vector<double> x = {1, 2};
    const auto entries = [](Points<double> p, Values<double> y) {
        y[0] = p[0].imag() != 0 ? unknown : p[0];
        y[1] = p[1] * std::complex<double>(0, 1);
    };
    CHECK_THROWS_AS((void)elementwise_by_complex_step(entries, x, 1), secant::NotRealOnReals);
    const auto f = [](Points<double> p) {
        return p[0].real() > 1 ? unknown : p[0] * p[0] + std::complex<double>(0, 1) * p[1] * p[1];
    };
    CHECK_THROWS_AS((void)hessian_by_complex_step<double>(f, 1, x), secant::NotRealOnReals);
}

TEST_CASE("an entry for which there is no other step is not tried again") {
    std::size_t calls = 0;
    const auto f = [&](Points<double> p, Values<double> y) {
        ++calls;
        y[0] = p[0].imag() != 0 ? unknown : p[0];
    };
    CHECK(std::isnan(elementwise_by_complex_step(f, {1.0}, 1).entries[0]));
    CHECK(calls == 3);
}
