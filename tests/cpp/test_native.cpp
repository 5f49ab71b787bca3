#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>
#include <thread>
#include <vector>

#include "secant/native.hpp"
#include "task.hpp"

using secant::NativeEvaluator;
using secant::NativeFunction;

namespace {

double product(int n, double* x) {
    double value = 1;
    for (int j = 0; j < n; ++j) value *= x[j];
    return value;
}

double scaled_product(int n, double* x, void* data) { return *static_cast<double*>(data) * product(n, x); }

std::atomic<int> widest_team{0};

// Writes into x, and is slow enough for threads to be worth starting.
void heavy(int n, double* x, int m, double* y, void*) {
#ifdef _OPENMP
    if (omp_get_num_threads() > widest_team) widest_team = omp_get_num_threads();
#endif
    for (int i = 0; i < m; ++i) {
        double value = 0;
        for (int j = 0; j < n; ++j) value += std::sin(x[j] * (i + 1)) / (j + 1);
        y[i] = value;
    }
    for (int j = 0; j < n; ++j) x[j] = -1e300;
}

void bare(double* x, double* y, double* data) {
    y[0] = x[0] * data[0];
    y[1] = x[1] * data[1];
}

void nothing(int, double*, int, double* y, void*) { y[0] = 1; }

std::vector<double> some_point(std::size_t n) {
    std::vector<double> x;
    for (std::size_t j = 0; j < n; ++j) x.push_back(0.5 + static_cast<double>(j % 17) / 16);
    return x;
}

std::vector<double> jacobian_of_native(const NativeFunction& function, const std::vector<double>& x,
                                       const secant::DifferenceMethod<double>& method = {}) {
    NativeEvaluator evaluator(function);
    Table<double> table(x.size());
    secant::DenseSink<double, double> sink(table, secant::Layout::numerator, x.size());
    secant::Record<double> record;
    (void)secant::differentiate<double>(evaluator, Real<double>(x), {}, method, record, sink);
    return table.entries;
}

std::vector<double> hessian_of_native(const NativeFunction& function, const std::vector<double>& x) {
    NativeEvaluator evaluator(function);
    Table<double> table(x.size() * x.size());
    secant::Record<double> record;
    std::vector<secant::EntryIncident> incidents;
    (void)secant::differentiate_twice<double, double, double>(evaluator, Real<double>(x), {}, {.order = 2}, record,
                                                              incidents, table);
    return table.entries;
}

// Restores the limit that was set before a test.
class Threads {
   public:
    explicit Threads(int limit) { secant::set_thread_limit(limit); }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() { secant::set_thread_limit(before_); }

   private:
    int before_ = secant::thread_limit();
};

}  // namespace

TEST_CASE("all four signatures are called with what they ask for") {
    const std::vector<double> x = {2, 3};
    double factor = 10;
    double factors[] = {5, 7};
    CHECK(jacobian_of_native({&product}, x)[0] == doctest::Approx(3).epsilon(1e-11));
    CHECK(jacobian_of_native({&scaled_product, 1, &factor}, x)[1] == doctest::Approx(20).epsilon(1e-11));
    const auto diagonal = jacobian_of_native({&bare, 2, factors}, x);
    CHECK(diagonal[0] == doctest::Approx(5).epsilon(1e-11));
    CHECK(diagonal[1] == 0);
    CHECK(diagonal[2] == 0);
    CHECK(diagonal[3] == doctest::Approx(7).epsilon(1e-11));
    CHECK(jacobian_of_native({&heavy, 3, nullptr}, x).size() == 6);
}

TEST_CASE("a native function gives the same bits as the same callable, though it writes into x") {
    const std::vector<double> x = some_point(23);
    const auto callable = [](std::span<const double> p, std::span<double> y) {
        std::vector<double> own(p.begin(), p.end());
        heavy(static_cast<int>(own.size()), own.data(), static_cast<int>(y.size()), y.data(), nullptr);
    };
    for (const secant::Side side : {secant::Side::backward, secant::Side::central, secant::Side::forward}) {
        const secant::DifferenceMethod<double> method = {.side = side};
        CHECK(jacobian_of_native({&heavy, 31, nullptr}, x, method) == jacobian_of(callable, 31, x, method).entries);
    }
}

TEST_CASE("one thread and two give the same bits, and two are really used") {
    const std::vector<double> x = some_point(100);
    std::vector<double> jacobians[2];
    std::vector<double> hessians[2];
    const std::vector<double> few = some_point(12);
    for (const int threads : {1, 2}) {
        const Threads limited(threads);
        widest_team = 0;
        jacobians[threads - 1] = jacobian_of_native({&heavy, 100, nullptr}, x);
        hessians[threads - 1] = hessian_of_native({&heavy, 100, nullptr}, few);
        CHECK(widest_team <= threads);
        if (secant::available_threads() >= 2) CHECK(widest_team == 2);
    }
    CHECK(jacobians[0] == jacobians[1]);
    CHECK(hessians[0] == hessians[1]);
    CHECK(jacobians[0][0] != 0);
}

TEST_CASE("wide results are combined in threads as in one") {
    const auto cheap = +[](int n, double* x, int m, double* y, void*) {
        for (int i = 0; i < m; ++i) y[i] = x[i % n] * x[i % n];
    };
    const std::vector<double> x = some_point(40);
    std::vector<double> results[2];
    for (const int threads : {1, 2}) {
        const Threads limited(threads);
        results[threads - 1] = jacobian_of_native({cheap, 20000, nullptr}, x);
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0][0] == doctest::Approx(2 * x[0]).epsilon(1e-10));
}

TEST_CASE("an output that is not set is NaN, not what was in memory: an error that names it") {
    try {
        (void)jacobian_of_native({&nothing, 2, nullptr}, {1.0});
        FAIL("not noticed");
    } catch (const secant::NotFinite& error) {
        CHECK(error.output() == 1);
    }
}

TEST_CASE("poll is reached from the calling thread while a slow function runs, and may stop it") {
    const auto slow = +[](int, double* x) {
        std::this_thread::sleep_for(std::chrono::milliseconds(12));
        return x[0];
    };
    struct Interrupt {};
    int polls = 0;
    NativeEvaluator evaluator({slow}, [&] {
        if (++polls == 2) throw Interrupt();
    });
    const std::vector<double> x = some_point(500);  // six seconds or more, if nothing stopped it
    Table<double> table(x.size());
    secant::DenseSink<double, double> sink(table, secant::Layout::numerator, x.size());
    secant::Record<double> record;
    const auto start = std::chrono::steady_clock::now();
    CHECK_THROWS_AS((void)secant::differentiate<double>(evaluator, Real<double>(x), {},
                                                        secant::DifferenceMethod<double>{}, record, sink),
                    Interrupt);
    CHECK(polls == 2);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(3));
}
