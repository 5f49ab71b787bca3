// Whether values have fewer digits than their format: single precision stored in double, or decimals, as in a file of text.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace secant {

// The largest power of two or of ten of which all values are multiples, where that is coarser than `epsilon` explains; else 0. A random
// number is such a multiple with a probability of about 1/60.
template <class R>
[[nodiscard]] R granularity(std::span<const R> values, R epsilon) noexcept {
    R largest = 0;
    for (const R value : values) largest = std::max(largest, std::abs(value));
    const R fine = 256 * epsilon * largest;
    if (!(fine > 0)) return 0;
    const auto are_multiples = [&](R granule, R tolerance) {
        return std::ranges::all_of(values, [&](R value) {
            const R quotient = value / granule;
            return std::abs(quotient - std::nearbyint(quotient)) <= tolerance;
        });
    };
    const auto coarsest = [&](R granule, R base, R tolerance) {
        if (!are_multiples(granule, tolerance)) return R(0);
        while (granule < largest && are_multiples(granule * base, tolerance)) granule *= base;
        return granule;
    };
    // Neither powers of ten nor decimals are exact.
    return std::max(coarsest(std::ldexp(R(1), std::ilogb(fine)), R(2), R(0)),
                    coarsest(std::pow(R(10), std::ceil(std::log10(fine))), R(10), R(1) / 128));
}

}  // namespace secant
