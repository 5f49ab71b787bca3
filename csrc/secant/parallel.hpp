// How many threads a kernel may use, and when to use none.
//
// OpenMP's own count is obeyed (OMP_NUM_THREADS, omp_set_num_threads, threadpoolctl); set_thread_limit puts a lower
// limit beside it. A forked child runs serial: its copy of the OpenMP runtime believes in threads that the fork did not
// bring along, and waiting for them would hang.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>

#ifdef _OPENMP
#include <omp.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace secant {

#ifdef _OPENMP
inline constexpr bool has_openmp = true;
#else
inline constexpr bool has_openmp = false;
#endif

namespace detail {

inline std::atomic<int> thread_limit{0};  // 0: no limit of our own
inline std::atomic<bool> forked{false};

inline bool watch_forks() noexcept {
#if defined(__unix__) || defined(__APPLE__)
    return pthread_atfork(nullptr, nullptr, [] { forked.store(true, std::memory_order_relaxed); }) == 0;
#else
    return true;
#endif
}

inline const bool watching_forks = watch_forks();

}  // namespace detail

// Whether threads have paid of late. On a busy machine a thread that is not running holds up all others at the end of a region,
// for a time slice of milliseconds, and two threads can be ten times as slow as one. So a region that took longer than one
// thread would have is followed by a pause, longer each time, in which work stays serial.
class ThreadTrust {
   public:
    // Asked before each region; counts the pause down.
    [[nodiscard]] bool granted() noexcept {
        int left = pause_.load(std::memory_order_relaxed);
        while (left > 0 && !pause_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) {
        }
        return left <= 0;
    }

    // Told after each region: how long it took, and how long one thread would have taken.
    void learn(double seconds, double serial_seconds) noexcept {
        constexpr int shortest = 8;
        constexpr int longest = 256;
        const int last = last_.load(std::memory_order_relaxed);
        const int next = seconds <= serial_seconds ? last / 2 : std::clamp(2 * last, shortest, longest);
        last_.store(next, std::memory_order_relaxed);
        if (seconds > serial_seconds) pause_.store(next, std::memory_order_relaxed);
    }

    void forget() noexcept {
        pause_.store(0, std::memory_order_relaxed);
        last_.store(0, std::memory_order_relaxed);
    }

   private:
    std::atomic<int> pause_{0};
    std::atomic<int> last_{0};
};

// Being busy is a property of the machine: all functions share what was learnt.
inline ThreadTrust thread_trust;

// At most this many threads from now on, in every thread of the process; 0 removes the limit. Threads get a new chance.
inline void set_thread_limit(int limit) noexcept {
    detail::thread_limit.store(std::max(limit, 0));
    thread_trust.forget();
}

[[nodiscard]] inline int thread_limit() noexcept { return detail::thread_limit.load(); }

// The threads that a parallel region started here and now would get.
[[nodiscard]] inline int available_threads() noexcept {
#ifdef _OPENMP
    if (detail::forked.load(std::memory_order_relaxed) || !detail::watching_forks || omp_in_parallel() != 0) return 1;
    const int limit = detail::thread_limit.load(std::memory_order_relaxed);
    return limit == 0 ? omp_get_max_threads() : std::min(limit, omp_get_max_threads());
#else
    return 1;
#endif
}

// The threads worth starting for work that takes `seconds` in one thread and falls into `pieces`: a region costs
// a few microseconds, so that less than 50 µs of work for each thread stays serial.
[[nodiscard]] inline int worthwhile_threads(double seconds, std::size_t pieces) noexcept {
    constexpr double seconds_for_each = 50e-6;
    if (pieces < 2 || seconds < 2 * seconds_for_each) return 1;
    const double by_work = std::min(seconds / seconds_for_each, static_cast<double>(pieces));
    return std::max(1, std::min(available_threads(), static_cast<int>(std::min(by_work, 1e6))));
}

namespace detail {

// Work in pieces, shared by several threads: each makes a worker of its own, has it run(k) the next piece as long as there are any, and
// then, one thread at a time, has it finish(). What a worker throws reaches the caller; the other pieces are then left out. One barrier
// for all of it.
template <class Make>
void share_pieces([[maybe_unused]] int threads, std::size_t pieces, Make&& make) {
#ifdef _OPENMP
    std::mutex mutex;
    std::exception_ptr failure;
    std::atomic<bool> failed = false;
    const auto keep_failure = [&] {
        const std::scoped_lock lock(mutex);
        if (!failed.exchange(true)) failure = std::current_exception();
    };
#pragma omp parallel num_threads(threads)
    {
        try {
            auto worker = make();
#pragma omp for schedule(dynamic) nowait
            for (std::size_t k = 0; k < pieces; ++k) {
                if (failed.load(std::memory_order_relaxed)) continue;
                try {
                    worker.run(k);
                } catch (...) {
                    keep_failure();
                }
            }
            const std::scoped_lock lock(mutex);
            worker.finish();
        } catch (...) {
            keep_failure();
        }
    }
    if (failure) std::rethrow_exception(failure);
#else
    auto worker = make();
    for (std::size_t k = 0; k < pieces; ++k) worker.run(k);
    worker.finish();
#endif
}

}  // namespace detail

}  // namespace secant
