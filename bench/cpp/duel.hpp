// Two contenders timed in turns, now one first and now the other, so that neither drift nor order favours one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace secant::bench {

// Of all rounds. The median is that of each round's ratio.
struct Duel {
    double our_least = 0;
    double their_least = 0;
    double median_ratio = 0;

    [[nodiscard]] double least_ratio() const noexcept { return our_least / their_least; }
};

// Both return the seconds that they took. `rounds` is at least 1.
template <class Ours, class Theirs>
[[nodiscard]] Duel duel(std::size_t rounds, Ours&& ours, Theirs&& theirs) {
    std::vector<double> our_seconds;
    std::vector<double> their_seconds;
    std::vector<double> ratios;
    for (std::size_t round = 0; round < rounds; ++round) {
        if (round % 2 == 0) our_seconds.push_back(ours());
        their_seconds.push_back(theirs());
        if (round % 2 == 1) our_seconds.push_back(ours());
        ratios.push_back(our_seconds.back() / their_seconds.back());
    }
    std::ranges::sort(ratios);
    return {
        .our_least = std::ranges::min(our_seconds),
        .their_least = std::ranges::min(their_seconds),
        .median_ratio = (ratios[(rounds - 1) / 2] + ratios[rounds / 2]) / 2,
    };
}

}  // namespace secant::bench
