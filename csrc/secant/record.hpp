// What is learnt while differences are taken: f(x), how many evaluations there were, and which entries met with trouble.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <stdexcept>
#include <vector>

#include "secant/precision.hpp"

namespace secant {

// How an entry came about.
enum class Status : std::int8_t {
    unbounded = -3,   // slopes grow without bound as the step shrinks: the entry is infinite
    jump = -2,        // f jumps at x: the entry is NaN
    not_finite = -1,  // no probe gave a finite value: the entry is NaN
    ok = 0,
    smaller_step = 1,  // a probe was not finite; a smaller step was used
    other_side = 2,    // probes on the planned side were not finite; those on another side were used
    noisy = 3,         // f is noisier than its arithmetic explains; the error covers it
    tolerance = 4,     // the error is larger than was asked for, and cannot be made smaller
    budget = 5,        // there were no evaluations left to make the error smaller
    rough = 6,         // differences settle slowly, if at all: f is not smooth at x
    kink = 7,          // the slopes on the two sides differ: the entry is their mean, the error covers both
};

struct Incident {
    std::size_t column;
    std::size_t output;
    Status status;
};

// f(x) has an entry that is NaN or infinite: there is no derivative to look for.
class NotFinite : public std::domain_error {
   public:
    NotFinite(std::size_t output, double value)
        : std::domain_error("secant: f(x) is not finite"), output_(output), value_(value) {}
    [[nodiscard]] std::size_t output() const noexcept { return output_; }
    [[nodiscard]] double value() const noexcept { return value_; }

   private:
    std::size_t output_;
    double value_;
};

// What is learnt while differences are taken: f(x) once it is needed, the count of evaluations, and what went wrong.
template <class V>
struct Record {
    std::vector<V> base;
    bool has_base = false;
    std::size_t outputs = 0;
    std::size_t evaluations = 0;
    std::vector<Incident> incidents;

    Record() = default;
    // One thread's own record of a task that others work at too. f(x) is common to all.
    Record(Record& common, std::mutex& mutex)
        : base(common.base), has_base(common.has_base), outputs(common.outputs), common_(&common), mutex_(&mutex) {}

    // Locks, and takes f(x) over if another thread has found it meanwhile.
    [[nodiscard]] std::unique_lock<std::mutex> share_base() {
        if (common_ == nullptr) return {};
        std::unique_lock lock(*mutex_);
        base = common_->base;
        has_base = common_->has_base;
        return lock;
    }
    void publish_base() {
        if (common_ == nullptr) return;
        common_->base = base;
        common_->has_base = true;
    }

    void keep_base(std::span<const V> values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (is_finite(values[i])) continue;
            if constexpr (is_complex<V>) {
                const bool real_is_finite = is_finite(values[i].real());
                throw NotFinite(i, static_cast<double>(real_is_finite ? values[i].imag() : values[i].real()));
            } else {
                throw NotFinite(i, static_cast<double>(values[i]));
            }
        }
        base.assign(values.begin(), values.end());
        has_base = true;
    }

   private:
    Record* common_ = nullptr;
    std::mutex* mutex_ = nullptr;
};

}  // namespace secant
