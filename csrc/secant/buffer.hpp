// Arrays whose memory stays with the thread that gives it back.
//
// A derivative at the next point needs arrays as large as the last one. Given back to the system, their pages would be asked for again
// one by one, which for arrays of some hundred kilobytes takes longer than to fill them.
#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace secant {

namespace detail {

// A few blocks of memory that nobody uses now.
class SpareBlocks {
   public:
    SpareBlocks() = default;
    SpareBlocks(const SpareBlocks&) = delete;
    SpareBlocks& operator=(const SpareBlocks&) = delete;
    ~SpareBlocks() {
        for (const Block& block : blocks_) ::operator delete(block.memory, alignment);
        gone_ = true;
    }

    // At least so many bytes, in a block that is not much larger. Its size is kept in front of it.
    [[nodiscard]] static void* take(std::size_t bytes) {
        if (!gone_) {
            for (Block& block : here().blocks_) {
                if (block.bytes >= bytes && block.bytes <= 2 * bytes) return std::exchange(block, Block{}).memory;
            }
        }
        return ::operator new(bytes, alignment);
    }
    static void give_back(void* memory, std::size_t bytes) noexcept {
        if (!gone_ && bytes >= least && bytes <= most) {
            // The place of the block that was kept for longest.
            Block& block = here().blocks_[here().next_++ % places];
            ::operator delete(std::exchange(block, Block{memory, bytes}).memory, alignment);
        } else {
            ::operator delete(memory, alignment);
        }
    }

   private:
    static constexpr std::align_val_t alignment{64};
    static constexpr std::size_t places = 8;
    static constexpr std::size_t least = std::size_t{1} << 15;
    static constexpr std::size_t most = std::size_t{1} << 22;

    struct Block {
        void* memory = nullptr;
        std::size_t bytes = 0;
    };

    [[nodiscard]] static SpareBlocks& here() {
        thread_local SpareBlocks blocks;
        return blocks;
    }

    std::array<Block, places> blocks_{};
    std::size_t next_ = 0;
    inline static thread_local bool gone_ = false;  // the thread ends
};

template <class T>
struct SpareAllocator {
    using value_type = T;

    SpareAllocator() = default;
    template <class U>
    SpareAllocator(const SpareAllocator<U>&) noexcept {}  // NOLINT: allocators convert

    [[nodiscard]] T* allocate(std::size_t count) { return static_cast<T*>(SpareBlocks::take(count * sizeof(T))); }
    void deallocate(T* memory, std::size_t count) noexcept { SpareBlocks::give_back(memory, count * sizeof(T)); }
    // Without a value, entries are left as they are: who makes room writes into it.
    template <class U>
    void construct(U* entry) noexcept {
        ::new (static_cast<void*>(entry)) U;
    }
    template <class U, class... Values>
    void construct(U* entry, Values&&... values) {
        ::new (static_cast<void*>(entry)) U(std::forward<Values>(values)...);
    }
    friend bool operator==(const SpareAllocator&, const SpareAllocator&) noexcept { return true; }
};

}  // namespace detail

// resize() leaves new entries unwritten.
template <class T>
using Buffer = std::vector<T, detail::SpareAllocator<T>>;

}  // namespace secant
