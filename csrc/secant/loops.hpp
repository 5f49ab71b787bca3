// The loops in which the time goes that is not spent in the function: differences of values, scaling, transposition.
// Templates for every number type, and for double the same loops in SIMD.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "secant/portability.hpp"
#include "secant/precision.hpp"

namespace secant::detail {

// out = factor (a - b); says whether all results are finite.
template <class T, class R>
[[nodiscard]] bool subtract_scaled(R factor, const T* SECANT_RESTRICT a, const T* SECANT_RESTRICT b,
                                   T* SECANT_RESTRICT out, std::size_t count) noexcept {
    bool finite = true;
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = factor * (a[i] - b[i]);
        finite = finite && is_finite(out[i]);
    }
    return finite;
}
[[nodiscard]] SECANT_HOT inline bool subtract_scaled(double factor, const double* SECANT_RESTRICT a,
                                                     const double* SECANT_RESTRICT b, double* SECANT_RESTRICT out,
                                                     std::size_t count) noexcept {
    std::uint64_t bad = 0;
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = factor * (a[i] - b[i]);
        bad |= static_cast<std::uint64_t>(!is_finite(out[i]));
    }
    return bad == 0;
}

// out = weight (a - b)
template <class T, class R>
void subtract_weighted(R weight, const T* SECANT_RESTRICT a, const T* SECANT_RESTRICT b, T* SECANT_RESTRICT out,
                       std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) out[i] = weight * (a[i] - b[i]);
}
SECANT_HOT inline void subtract_weighted(double weight, const double* SECANT_RESTRICT a,
                                         const double* SECANT_RESTRICT b, double* SECANT_RESTRICT out,
                                         std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) out[i] = weight * (a[i] - b[i]);
}

// out += weight (a - b)
template <class T, class R>
void add_weighted(R weight, const T* SECANT_RESTRICT a, const T* SECANT_RESTRICT b, T* SECANT_RESTRICT out,
                  std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) out[i] += weight * (a[i] - b[i]);
}
SECANT_HOT inline void add_weighted(double weight, const double* SECANT_RESTRICT a, const double* SECANT_RESTRICT b,
                                    double* SECANT_RESTRICT out, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count; ++i) out[i] += weight * (a[i] - b[i]);
}

// values *= factor, or /= divisor; says whether all results are finite.
template <class T, class R>
[[nodiscard]] bool multiply(T* values, std::size_t count, R factor) noexcept {
    bool finite = true;
    for (std::size_t i = 0; i < count; ++i) {
        values[i] *= factor;
        finite = finite && is_finite(values[i]);
    }
    return finite;
}
[[nodiscard]] SECANT_HOT inline bool multiply(double* values, std::size_t count, double factor) noexcept {
    std::uint64_t bad = 0;
    for (std::size_t i = 0; i < count; ++i) {
        values[i] *= factor;
        bad |= static_cast<std::uint64_t>(!is_finite(values[i]));
    }
    return bad == 0;
}
template <class T, class R>
[[nodiscard]] bool divide(T* values, std::size_t count, R divisor) noexcept {
    bool finite = true;
    for (std::size_t i = 0; i < count; ++i) {
        values[i] /= divisor;
        finite = finite && is_finite(values[i]);
    }
    return finite;
}
[[nodiscard]] SECANT_HOT inline bool divide(double* values, std::size_t count, double divisor) noexcept {
    std::uint64_t bad = 0;
    for (std::size_t i = 0; i < count; ++i) {
        values[i] /= divisor;
        bad |= static_cast<std::uint64_t>(!is_finite(values[i]));
    }
    return bad == 0;
}

// out = 1 / value where that is exact, for powers of two, else 0; says whether it is for all.
[[nodiscard]] SECANT_HOT inline bool exact_inverses(const double* SECANT_RESTRICT values, double* SECANT_RESTRICT out,
                                                    std::size_t count) noexcept {
    constexpr std::uint64_t sign = std::uint64_t{1} << 63U;
    constexpr std::uint64_t mantissa = 0x000fffffffffffffU;
    constexpr std::uint64_t bias = std::uint64_t{2046}
                                   << 52U;  // the exponents of a number and of its inverse add up to this
    std::uint64_t inexact = 0;
    for (std::size_t j = 0; j < count; ++j) {
        const auto bits = std::bit_cast<std::uint64_t>(values[j]);
        const std::uint64_t size = bits & ~sign;
        const bool exact = (bits & mantissa) == 0 && size != 0 && size < bias;
        out[j] = exact ? std::bit_cast<double>((bias - size) | (bits & sign)) : 0.0;
        inexact |= static_cast<std::uint64_t>(!exact);
    }
    return inexact == 0;
}
template <class R>
[[nodiscard]] bool exact_inverses(const R* values, R* out, std::size_t count) noexcept {
    bool all = true;
    for (std::size_t j = 0; j < count; ++j) {
        const R inverse = 1 / values[j];
        const bool exact = is_power_of_two(std::abs(values[j])) && is_finite(inverse);
        out[j] = exact ? inverse : R(0);
        all = all && exact;
    }
    return all;
}

// out[k] = from[index[k]] * factors[column[k]]
SECANT_HOT inline void gather_multiplied(const double* SECANT_RESTRICT from, const std::uint32_t* SECANT_RESTRICT index,
                                         const double* SECANT_RESTRICT factors,
                                         const std::int32_t* SECANT_RESTRICT column, double* SECANT_RESTRICT out,
                                         std::size_t count) noexcept {
    for (std::size_t k = 0; k < count; ++k) out[k] = from[index[k]] * factors[column[k]];
}

// to[i * to_stride + k] = from[k * from_stride + i] for k < columns, i < rows.
template <class O, class E>
void transpose(const O* SECANT_RESTRICT from, std::size_t from_stride, std::size_t columns, std::size_t rows,
               E* SECANT_RESTRICT to, std::size_t to_stride) noexcept {
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t k = 0; k < columns; ++k) to[i * to_stride + k] = static_cast<E>(from[k * from_stride + i]);
    }
}
#ifdef SECANT_HAS_VECTORS
// Squares of 4 × 4 are turned in registers: four loads and four stores in place of sixteen of each.
SECANT_HOT inline void transpose(const double* SECANT_RESTRICT from, std::size_t from_stride, std::size_t columns,
                                 std::size_t rows, double* SECANT_RESTRICT to, std::size_t to_stride) noexcept {
    using Four = double __attribute__((vector_size(32)));
    using Unaligned = double __attribute__((vector_size(32), aligned(8), may_alias));
    const std::size_t square_rows = rows - rows % 4;
    const std::size_t square_columns = columns - columns % 4;
    for (std::size_t i = 0; i < square_rows; i += 4) {
        for (std::size_t k = 0; k < square_columns; k += 4) {
            const double* source = from + k * from_stride + i;
            const Four a = *reinterpret_cast<const Unaligned*>(source);
            const Four b = *reinterpret_cast<const Unaligned*>(source + from_stride);
            const Four c = *reinterpret_cast<const Unaligned*>(source + 2 * from_stride);
            const Four d = *reinterpret_cast<const Unaligned*>(source + 3 * from_stride);
            const Four ab_even = __builtin_shufflevector(a, b, 0, 4, 2, 6);
            const Four ab_odd = __builtin_shufflevector(a, b, 1, 5, 3, 7);
            const Four cd_even = __builtin_shufflevector(c, d, 0, 4, 2, 6);
            const Four cd_odd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
            double* target = to + i * to_stride + k;
            *reinterpret_cast<Unaligned*>(target) = __builtin_shufflevector(ab_even, cd_even, 0, 1, 4, 5);
            *reinterpret_cast<Unaligned*>(target + to_stride) = __builtin_shufflevector(ab_odd, cd_odd, 0, 1, 4, 5);
            *reinterpret_cast<Unaligned*>(target + 2 * to_stride) =
                __builtin_shufflevector(ab_even, cd_even, 2, 3, 6, 7);
            *reinterpret_cast<Unaligned*>(target + 3 * to_stride) = __builtin_shufflevector(ab_odd, cd_odd, 2, 3, 6, 7);
        }
    }
    for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t done = i < square_rows ? square_columns : 0;
        for (std::size_t k = done; k < columns; ++k) to[i * to_stride + k] = from[k * from_stride + i];
    }
}
#endif

// Whether two stretches of numbers are equal bit for bit. With AVX-512 twice as fast as memcmp, which stops at the first
// difference where here there is none.
#ifdef SECANT_HAS_VECTORS
[[nodiscard]] SECANT_HOT inline bool same_bits(const double* a, const double* b, std::size_t count) noexcept {
    using Eight = std::uint64_t __attribute__((vector_size(64), aligned(8), may_alias));
    Eight difference = {};
    Eight other = {};
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        difference |= *reinterpret_cast<const Eight*>(a + i) ^ *reinterpret_cast<const Eight*>(b + i);
        other |= *reinterpret_cast<const Eight*>(a + i + 8) ^ *reinterpret_cast<const Eight*>(b + i + 8);
    }
    difference |= other;
    std::uint64_t any = 0;
    for (std::size_t k = 0; k < 8; ++k) any |= difference[k];
    for (; i < count; ++i) any |= std::bit_cast<std::uint64_t>(a[i]) ^ std::bit_cast<std::uint64_t>(b[i]);
    return any == 0;
}
#else
[[nodiscard]] inline bool same_bits(const double* a, const double* b, std::size_t count) noexcept {
    return std::memcmp(a, b, count * sizeof(double)) == 0;
}
#endif

}  // namespace secant::detail
