// Compiled functions given by a C pointer, called from OpenMP threads.
//
// Each thread has a copy of x of its own. After every call the entries moved are put back, and the copy is compared with x: a
// function may write into its argument or keep state per thread, but it must be safe to call from several threads at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <variant>
#include <vector>

#include "secant/evaluator.hpp"
#include "secant/loops.hpp"
#include "secant/parallel.hpp"

namespace secant {

using ScalarFunction = double (*)(int n, double* x);
using ScalarFunctionWithData = double (*)(int n, double* x, void* data);
using VectorFunctionWithData = void (*)(int n, double* x, int m, double* y, void* data);
using BareVectorFunction = void (*)(double* x, double* y, double* data);

struct NativeFunction {
    std::variant<ScalarFunction, ScalarFunctionWithData, VectorFunctionWithData, BareVectorFunction> pointer;
    std::size_t outputs = 1;
    void* data = nullptr;

    void operator()(std::span<double> x, std::span<double> y) const {
        const auto n = static_cast<int>(x.size());
        const auto m = static_cast<int>(y.size());
        struct Call {
            double* x;
            double* y;
            int n;
            int m;
            void* data;
            void operator()(ScalarFunction f) const { *y = f(n, x); }
            void operator()(ScalarFunctionWithData f) const { *y = f(n, x, data); }
            void operator()(VectorFunctionWithData f) const { f(n, x, m, y, data); }
            void operator()(BareVectorFunction f) const { f(x, y, static_cast<double*>(data)); }
        };
        std::visit(Call{x.data(), y.data(), n, m, data}, pointer);
    }
};

class NativeEvaluator final : public Evaluator<double, double> {
   public:
    // `poll` is called now and then from the calling thread, outside of any parallel region; it may throw to stop.
    explicit NativeEvaluator(const NativeFunction& function, std::function<void()> poll = {})
        : function_(function), poll_(std::move(poll)) {}

    void evaluate(const PointBlock<double>& points, ValueBlock<double>& values) override {
        const std::span<double> block = values.allocate(points.size(), function_.outputs);
        // A function that does not set an output gives NaN, and not what was in memory before.
        std::ranges::fill(block, std::numeric_limits<double>::quiet_NaN());
        if (points.dimension() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
            function_.outputs > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
            throw std::length_error("secant: a native function takes at most 2147483647 variables and outputs");
        }
        std::vector<double> point(points.origin().begin(), points.origin().end());
        const std::size_t count = points.size();
        std::size_t done = 0;
        while (done < count) {
            const Round round = plan(count - done);
            const auto start = std::chrono::steady_clock::now();
            if (round.threads == 1) {
                for (std::size_t i = done; i < done + round.calls; ++i) call(points, i, point, block);
            } else {
                call_in_threads(points, done, done + round.calls, round.threads, block);
            }
            const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
            learn(round, elapsed.count());
            done += round.calls;
            since_poll_ += elapsed.count();
            if (poll_ && since_poll_ > seconds_between_polls / 2) {
                poll_();
                since_poll_ = 0;
            }
        }
    }

    [[nodiscard]] std::size_t block_size(std::size_t, std::size_t) const noexcept override {
        // One thread: values that stay in its cache until they are combined. Several: enough work for each between two barriers.
        const std::size_t bytes = std::size_t{1} << (available_threads() == 1 ? 17 : 20);
        return block_within(bytes, function_.outputs * sizeof(double));
    }

    [[nodiscard]] bool runs_threads() const noexcept override { return true; }

   private:
    static constexpr double seconds_between_polls = 0.02;
    static constexpr int calls_to_time = 8;

    // So many calls before poll() is due again.
    struct Round {
        std::size_t calls;
        int threads;
    };

    // The first calls are timed one by one: the fastest says how much the next rounds can hold, so that poll() is reached every
    // 20 ms, or after one call for each thread where a call takes longer.
    [[nodiscard]] Round plan(std::size_t remaining) const noexcept {
        if (timed_ < calls_to_time) return {1, 1};
        int threads = worthwhile_threads(seconds_per_call_ * static_cast<double>(remaining), remaining);
        if (threads > 1 && !thread_trust.granted()) threads = 1;
        const double due = static_cast<double>(threads) * seconds_between_polls / std::max(seconds_per_call_, 1e-9);
        const double calls = std::clamp(due, static_cast<double>(threads), static_cast<double>(remaining));
        return {std::min(static_cast<std::size_t>(calls), remaining), threads};
    }

    void learn(const Round& round, double seconds) noexcept {
        const auto calls = static_cast<double>(round.calls);
        if (round.threads > 1) {
            thread_trust.learn(seconds, seconds_per_call_ * calls);
            return;
        }
        seconds_per_call_ = timed_ == 0 ? seconds / calls : std::min(seconds_per_call_, seconds / calls);
        // One call is enough of those that take long.
        timed_ = seconds > 1e-5 ? calls_to_time : timed_ + 1;
    }

    // `point` equals x before the call and after it.
    void call(const PointBlock<double>& points, std::size_t i, std::span<double> point, std::span<double> block) const {
        points.displace(i, point);
        function_(point, block.subspan(i * function_.outputs, function_.outputs));
        points.restore(i, point);
        if (!detail::same_bits(point.data(), points.origin().data(), point.size())) points.write_origin(point);
    }

    void call_in_threads([[maybe_unused]] const PointBlock<double>& points, [[maybe_unused]] std::size_t begin,
                         [[maybe_unused]] std::size_t end, [[maybe_unused]] int threads,
                         [[maybe_unused]] std::span<double> block) const {
#ifdef _OPENMP
        const std::size_t chunk = std::max<std::size_t>(1, (end - begin) / (static_cast<std::size_t>(threads) * 32));
#pragma omp parallel num_threads(threads)
        {
            std::vector<double> own(points.origin().begin(), points.origin().end());
#pragma omp for schedule(dynamic, chunk)
            for (std::size_t i = begin; i < end; ++i) call(points, i, own, block);
        }
#endif
    }

    NativeFunction function_;
    std::function<void()> poll_;
    double seconds_per_call_ = 0;
    double since_poll_ = 0;
    int timed_ = 0;
};

}  // namespace secant
