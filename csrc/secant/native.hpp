// Compiled functions given by a C pointer, called from OpenMP threads.
//
// Each thread has a copy of x of its own. After every call the entries moved are put back, and the copy is compared with x: a
// function may write into its argument or keep state per thread, but it must be safe to call from several threads at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
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

namespace detail {

// A copy of x that a function may write into, and another that tells whether it did. Both begin at lines of the cache: comparing
// them, after every call, takes half the time then.
class WritablePoint {
   public:
    explicit WritablePoint(std::span<const double> origin = {}) { assign(origin); }
    WritablePoint(const WritablePoint&) = delete;  // the spans belong to this storage
    WritablePoint& operator=(const WritablePoint&) = delete;

    void assign(std::span<const double> origin) {
        constexpr std::size_t line = 64 / sizeof(double);
        const std::size_t length = (origin.size() + line - 1) / line * line;
        storage_.resize(2 * length + line);
        const auto past = reinterpret_cast<std::uintptr_t>(storage_.data()) / sizeof(double) % line;
        entries_ = std::span(storage_).subspan(past == 0 ? 0 : line - past, origin.size());
        pristine_ = std::span(entries_.data() + length, origin.size());
        std::ranges::copy(origin, entries_.begin());
        std::ranges::copy(origin, pristine_.begin());
    }

    [[nodiscard]] std::span<double> entries() const noexcept { return entries_; }
    void recover() const noexcept {
        if (!same_bits(entries_.data(), pristine_.data(), entries_.size()))
            std::ranges::copy(pristine_, entries_.begin());
    }

   private:
    std::vector<double> storage_;
    std::span<double> entries_;
    std::span<double> pristine_;
};

}  // namespace detail

class NativeEvaluator final : public Evaluator<double, double> {
   public:
    // `poll` is called now and then from the calling thread, outside of any parallel region; it may throw to stop.
    explicit NativeEvaluator(const NativeFunction& function, std::function<void()> poll = {})
        : function_(function), poll_(std::move(poll)) {}

    void evaluate(const PointBlock<double>& points, ValueBlock<double>& values) override {
        const std::span<double> block = values.allocate(points.size(), function_.outputs);
        // A function that does not set an output gives NaN, and not what was in memory before.
        std::ranges::fill(block, std::numeric_limits<double>::quiet_NaN());
        constexpr auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
        if (points.dimension() > most || function_.outputs > most) {
            throw std::length_error("secant: a native function takes at most 2147483647 variables and outputs");
        }
        own_.assign(points.origin());
        if (role_ == Role::one_of_several) {
            for (std::size_t i = 0; i < points.size(); ++i) call(points, i, own_, block);
        } else {
            for (std::size_t done = 0; done < points.size();) done += evaluate_some(points, done, block);
        }
    }

    [[nodiscard]] std::size_t block_size(std::size_t, std::size_t) const noexcept override {
        return block_within(std::size_t{1} << 17, function_.outputs * sizeof(double));
    }

    // Until calls have been timed, a few at a time. A function whose calls take long is called from several threads within
    // evaluate(), so that poll() need not wait for more than one call of each; others by whole blocks in each thread.
    [[nodiscard]] Round next_round(std::size_t points) noexcept override {
        if (timed_ < calls_to_time) return {static_cast<std::size_t>(calls_to_time), 1};
        if (slow()) return {points, 1};
        int threads = worthwhile_threads(seconds_per_call_ * static_cast<double>(points), points);
        if (threads > 1 && !thread_trust.granted()) threads = 1;
        const double due = static_cast<double>(threads) * seconds_between_polls / std::max(seconds_per_call_, 1e-9);
        return {static_cast<std::size_t>(std::clamp(due, 1.0, static_cast<double>(points))), threads};
    }
    [[nodiscard]] std::unique_ptr<Evaluator<double, double>> for_one_thread() const override {
        auto evaluator = std::make_unique<NativeEvaluator>(function_);
        evaluator->role_ = Role::one_of_several;
        return evaluator;
    }
    void finish_round(const Round& round, double seconds) override {
        if (round.threads == 1) return;  // evaluate() has seen to it
        thread_trust.learn(seconds, seconds_per_call_ * static_cast<double>(round.points));
        poll_if_due(seconds);
    }

   private:
    enum class Role : bool { alone, one_of_several };

    static constexpr double seconds_between_polls = 0.02;
    static constexpr double seconds_of_a_slow_call = 1e-3;
    static constexpr int calls_to_time = 8;

    [[nodiscard]] bool slow() const noexcept { return seconds_per_call_ > seconds_of_a_slow_call; }

    // Evaluates the points from `begin` on, for as long as poll() can wait; returns how many they were.
    std::size_t evaluate_some(const PointBlock<double>& points, std::size_t begin, std::span<double> block) {
        const std::size_t left = points.size() - begin;
        const bool timing = timed_ < calls_to_time;
        const int threads = timing || !slow() ? 1 : worthwhile_threads(1, left);
        const double due = seconds_between_polls / std::max(seconds_per_call_, 1e-9);
        const double calls = static_cast<double>(threads) * std::max(due, 1.0);
        const auto count =
            timing ? std::size_t{1} : static_cast<std::size_t>(std::min(calls, static_cast<double>(left)));
        const auto start = std::chrono::steady_clock::now();
        if (threads == 1) {
            for (std::size_t i = begin; i < begin + count; ++i) call(points, i, own_, block);
        } else {
            call_in_threads(points, begin, begin + count, threads, block);
        }
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        if (threads == 1) learn(elapsed.count() / static_cast<double>(count));
        poll_if_due(elapsed.count());
        return count;
    }

    // The fastest call counts: others were held up by something.
    void learn(double seconds_per_call) noexcept {
        seconds_per_call_ = timed_ == 0 ? seconds_per_call : std::min(seconds_per_call_, seconds_per_call);
        // One call is enough of those that take long.
        if (timed_ < calls_to_time) timed_ = seconds_per_call > 1e-5 ? calls_to_time : timed_ + 1;
    }

    void poll_if_due(double seconds) {
        since_poll_ += seconds;
        if (!poll_ || since_poll_ < seconds_between_polls / 2) return;
        since_poll_ = 0;
        poll_();
    }

    // `point` equals x before the call and after it.
    void call(const PointBlock<double>& points, std::size_t i, const detail::WritablePoint& point,
              std::span<double> block) const {
        points.displace(i, point.entries());
        function_(point.entries(), block.subspan(i * function_.outputs, function_.outputs));
        points.restore(i, point.entries());
        point.recover();
    }

    void call_in_threads([[maybe_unused]] const PointBlock<double>& points, [[maybe_unused]] std::size_t begin,
                         [[maybe_unused]] std::size_t end, [[maybe_unused]] int threads,
                         [[maybe_unused]] std::span<double> block) const {
#ifdef _OPENMP
#pragma omp parallel num_threads(threads)
        {
            const detail::WritablePoint own(points.origin());
#pragma omp for schedule(dynamic)
            for (std::size_t i = begin; i < end; ++i) call(points, i, own, block);
        }
#endif
    }

    NativeFunction function_;
    std::function<void()> poll_;
    Role role_ = Role::alone;
    detail::WritablePoint own_;
    double seconds_per_call_ = 0;
    double since_poll_ = 0;
    int timed_ = 0;
};

}  // namespace secant
