// What a colour is, and the marks with which greedy algorithms find the least one that is allowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace secant {

// Colours are numbered from 0.
using Color = std::int32_t;
inline constexpr Color uncolored = -1;

namespace detail {

// Which colours are forbidden for the vertex at hand: a mark that names the vertex needs no clearing for the next.
template <class I>
class ForbiddenColors {
   public:
    // Forgets all marks. Each vertex comes once.
    void start(I vertex) noexcept { vertex_ = vertex; }
    void forbid(Color color) noexcept { marks_[static_cast<std::size_t>(color)] = vertex_; }
    [[nodiscard]] bool forbidden(Color color) const noexcept {
        return marks_[static_cast<std::size_t>(color)] == vertex_;
    }
    // The least colour, from `first` on, that is allowed; perhaps one that nobody has yet.
    [[nodiscard]] Color least(Color first = 0) const noexcept {
        auto color = static_cast<std::size_t>(first);
        while (color < marks_.size() && marks_[color] == vertex_) ++color;
        return static_cast<Color>(color);
    }
    // Room for the marks of a colour that comes into use.
    void reach(Color color) {
        if (marks_.size() <= static_cast<std::size_t>(color)) marks_.resize(static_cast<std::size_t>(color) + 1, I(-1));
    }
    [[nodiscard]] std::size_t count() const noexcept { return marks_.size(); }

   private:
    I vertex_ = 0;
    std::vector<I> marks_;
};

}  // namespace detail

}  // namespace secant
