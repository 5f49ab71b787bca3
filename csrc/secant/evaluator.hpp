// The one interface through which every function is called: a block of points in, a block of values out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "secant/direction.hpp"
#include "secant/precision.hpp"

namespace secant {

// A block of points, described and not stored: each is written when, and where, an evaluator wants it.
template <class P>
class PointBlock {
   public:
    using R = real_of_t<P>;

    explicit PointBlock(const Displacements<P>& displacements) : displacements_(&displacements) {}

    void clear() noexcept { items_.clear(); }
    void add_origin() { items_.push_back({none, 0}); }
    void add(std::size_t column, R factor) { items_.push_back({column, factor}); }

    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
    // Which column a point is on; `none` for the origin.
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    [[nodiscard]] std::size_t column(std::size_t index) const noexcept { return items_[index].column; }
    [[nodiscard]] std::size_t dimension() const noexcept { return displacements_->origin().size(); }
    [[nodiscard]] std::span<const R> origin() const noexcept { return displacements_->origin(); }

    void write(std::size_t index, std::span<P> point) const noexcept {
        if constexpr (std::is_same_v<P, R>) {
            if (!point.empty()) std::memcpy(point.data(), origin().data(), origin().size_bytes());
        } else {
            std::ranges::copy(origin(), point.begin());
        }
        displace(index, point);
    }

    // For those who keep a copy of the origin: where one entry moves, moving it and putting it back is cheaper than writing
    // all of them.
    void displace(std::size_t index, std::span<P> point) const noexcept {
        const Item& item = items_[index];
        if (item.column != none) displacements_->displace(item.column, item.factor, point);
    }
    void restore(std::size_t index, std::span<P> point) const noexcept {
        const Item& item = items_[index];
        if (item.column != none) displacements_->restore(item.column, point);
    }

   private:
    struct Item {
        std::size_t column;
        R factor;
    };

    const Displacements<P>* displacements_;
    std::vector<Item> items_;
};

// The values at a block of points: k rows of m values. Either written into storage that is reused from block to block,
// or lent by an evaluator that already has them in memory.
template <class V>
class ValueBlock {
   public:
    ValueBlock() = default;
    ValueBlock(const ValueBlock&) = delete;
    ValueBlock& operator=(const ValueBlock&) = delete;
    ~ValueBlock() { give_storage_back(); }

    // Room for rows × outputs values, all of which the caller then writes.
    [[nodiscard]] std::span<V> allocate(std::size_t rows, std::size_t outputs) {
        const std::size_t needed = rows * outputs;
        if (needed > storage_.capacity) take_storage(needed);
        owner_.reset();
        data_ = storage_.values.get();
        rows_ = rows;
        outputs_ = outputs;
        return {storage_.values.get(), needed};
    }
    // Gives back what was lent, before more memory is asked for.
    void release() noexcept {
        owner_.reset();
        rows_ = 0;
    }
    void lend(const V* values, std::size_t rows, std::size_t outputs, std::shared_ptr<const void> owner) noexcept {
        owner_ = std::move(owner);
        data_ = values;
        rows_ = rows;
        outputs_ = outputs;
    }

    // A copy in place of what was lent: the function may write there when it is called next.
    void keep() {
        if (owner_ == nullptr) return;
        const std::size_t rows = rows_;
        const std::size_t outputs = outputs_;
        const V* lent = data_;
        const std::shared_ptr<const void> owner = std::move(owner_);
        std::ranges::copy_n(lent, static_cast<std::ptrdiff_t>(rows * outputs), allocate(rows, outputs).begin());
    }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t outputs() const noexcept { return outputs_; }
    [[nodiscard]] std::span<const V> row(std::size_t index) const noexcept {
        return {data_ + index * outputs_, outputs_};
    }

   private:
    struct Storage {
        std::unique_ptr<V[]> values;
        std::size_t capacity = 0;
    };
    static constexpr std::size_t spare_bytes = std::size_t{1} << 21;

    // One block's memory, of 2 MiB at the most, stays with each thread from task to task: asking the system for it anew, page
    // by page, costs as much as filling it.
    [[nodiscard]] static Storage& spare() {
        thread_local Storage kept;
        return kept;
    }
    void take_storage(std::size_t needed) {
        give_storage_back();
        Storage& kept = spare();
        if (kept.capacity >= needed) {
            storage_ = std::exchange(kept, Storage{});
        } else {
            storage_ = {std::make_unique_for_overwrite<V[]>(needed), needed};
        }
    }
    void give_storage_back() noexcept {
        Storage& kept = spare();
        if (storage_.capacity > kept.capacity && storage_.capacity * sizeof(V) <= spare_bytes) {
            kept = std::exchange(storage_, Storage{});
        }
    }

    Storage storage_;
    std::shared_ptr<const void> owner_;
    const V* data_ = nullptr;
    std::size_t rows_ = 0;
    std::size_t outputs_ = 0;
};

template <class P, class V>
class Evaluator {
   public:
    virtual ~Evaluator() = default;

    // Fills values.row(i) with the function's values at points.write(i, ·). Every block has the same number of outputs.
    virtual void evaluate(const PointBlock<P>& points, ValueBlock<V>& values) = 0;

    // How many points a block should hold. `outputs` is 0 as long as nobody knows it.
    [[nodiscard]] virtual std::size_t block_size(std::size_t dimension, std::size_t outputs) const noexcept {
        (void)dimension;
        return block_within(std::size_t{1} << 17, outputs * sizeof(V));
    }

    // How the next points are evaluated, of as many as are left: how many before the next look at the clock, and by how many
    // OpenMP threads. Functions of most kinds are called from one thread.
    struct Round {
        std::size_t points;
        int threads;
    };
    [[nodiscard]] virtual Round next_round(std::size_t points) noexcept { return {points, 1}; }
    // For a round with several threads: an evaluator of the same function for one of them alone.
    [[nodiscard]] virtual std::unique_ptr<Evaluator> for_one_thread() const { return nullptr; }
    // After each round; may throw to stop.
    virtual void finish_round(const Round& round, double seconds) { (void)round, (void)seconds; }

    // As many points as fit into the bytes given; one while their size is unknown.
    [[nodiscard]] static std::size_t block_within(std::size_t bytes, std::size_t bytes_of_each) noexcept {
        return bytes_of_each == 0 ? 1 : std::clamp<std::size_t>(bytes / bytes_of_each, 1, 4096);
    }
};

// A C++ callable: `V f(std::span<const P> x)`, or `void f(std::span<const P> x, std::span<V> y)` with m outputs.
template <class P, class V, class F>
class CallableEvaluator final : public Evaluator<P, V> {
   public:
    CallableEvaluator(F& function, std::size_t outputs) : function_(function), outputs_(outputs) {}

    void evaluate(const PointBlock<P>& points, ValueBlock<V>& values) override {
        const std::span<V> block = values.allocate(points.size(), outputs_);
        point_.resize(points.dimension());
        for (std::size_t i = 0; i < points.size(); ++i) {
            points.write(i, point_);
            const std::span<const P> x(point_);
            const std::span<V> y = block.subspan(i * outputs_, outputs_);
            if constexpr (requires { function_(x, y); }) {
                function_(x, y);
            } else {
                y[0] = static_cast<V>(function_(x));
            }
        }
    }

    [[nodiscard]] std::size_t block_size(std::size_t dimension, std::size_t) const noexcept override {
        return Evaluator<P, V>::block_size(dimension, outputs_);
    }

   private:
    F& function_;
    std::size_t outputs_;
    std::vector<P> point_;
};

}  // namespace secant
