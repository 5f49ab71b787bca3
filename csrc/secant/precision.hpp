// Floating-point formats of points and values, and rounding to them.
//
// Kernels compute in R = double or long double. Points and values may be coarser (a float32 array, say): then steps are
// chosen for the coarser format, and every point is rounded to the format in which the function will see it.
#pragma once

#include <bit>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace secant {

enum class Precision : std::uint8_t { binary32, binary64, extended };  // ordered from coarse to fine

template <class T>
struct real_of {
    using type = T;
};
template <class R>
struct real_of<std::complex<R>> {
    using type = R;
};
template <class T>
using real_of_t = typename real_of<T>::type;

template <class T>
inline constexpr bool is_complex = !std::is_same_v<T, real_of_t<T>>;

template <class R>
inline constexpr Precision precision_of = std::is_same_v<R, float>    ? Precision::binary32
                                          : std::is_same_v<R, double> ? Precision::binary64
                                                                      : Precision::extended;

// The distance from 1 to the next larger number.
template <class R>
[[nodiscard]] constexpr R epsilon(Precision precision) noexcept {
    switch (precision) {
        case Precision::binary32:
            return static_cast<R>(std::numeric_limits<float>::epsilon());
        case Precision::binary64:
            return static_cast<R>(std::numeric_limits<double>::epsilon());
        default:
            return static_cast<R>(std::numeric_limits<long double>::epsilon());
    }
}

template <class R>
[[nodiscard]] constexpr R largest(Precision precision) noexcept {
    switch (precision) {
        case Precision::binary32:
            return static_cast<R>(std::numeric_limits<float>::max());
        case Precision::binary64:
            return static_cast<R>(std::numeric_limits<double>::max());
        default:
            return std::numeric_limits<R>::max();
    }
}

template <class R>
[[nodiscard]] constexpr R round_to(Precision precision, R value) noexcept {
    switch (precision) {
        case Precision::binary32:
            return static_cast<R>(static_cast<float>(value));
        case Precision::binary64:
            return static_cast<R>(static_cast<double>(value));
        default:
            return value;
    }
}

[[nodiscard]] inline bool is_finite(double value) noexcept {
    // On the bits, so that loops over it become SIMD instructions and no compiler flag can drop it.
    constexpr std::uint64_t exponent = 0x7ff0000000000000U;
    return (std::bit_cast<std::uint64_t>(value) & exponent) != exponent;
}
[[nodiscard]] inline bool is_finite(long double value) noexcept { return std::isfinite(value); }
template <class R>
[[nodiscard]] bool is_finite(const std::complex<R>& value) noexcept {
    return is_finite(value.real()) && is_finite(value.imag());
}

template <class R>
[[nodiscard]] bool is_power_of_two(R value) noexcept {
    int exponent = 0;
    return std::abs(std::frexp(value, &exponent)) == R(0.5);
}
[[nodiscard]] inline bool is_power_of_two(double value) noexcept {
    constexpr std::uint64_t mantissa = 0x000fffffffffffffU;
    return std::isnormal(value) && (std::bit_cast<std::uint64_t>(value) & mantissa) == 0;
}

// The power of two nearest to a positive number, on a logarithmic scale.
template <class R>
[[nodiscard]] R nearest_power_of_two(R value) noexcept {
    constexpr auto root_half = static_cast<R>(0.70710678118654752440L);
    int exponent = 0;
    const R mantissa = std::frexp(value, &exponent);  // value = mantissa 2^exponent, 1/2 <= mantissa < 1
    return std::ldexp(R(1), mantissa < root_half ? exponent - 1 : exponent);
}
[[nodiscard]] inline double nearest_power_of_two(double value) noexcept {
    if (!std::isnormal(value)) return static_cast<double>(nearest_power_of_two(static_cast<long double>(value)));
    constexpr std::uint64_t mantissa = 0x000fffffffffffffU;
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const bool upper_half = (bits & mantissa) >= (std::bit_cast<std::uint64_t>(1.4142135623730951) & mantissa);
    return std::bit_cast<double>((bits & ~mantissa) + (upper_half ? mantissa + 1 : 0));
}

// What the complex step reads derivatives from: NaN where the real part says that f has no value there.
template <class R>
[[nodiscard]] R imaginary_part(const std::complex<R>& value) noexcept {
    return is_finite(value.real()) ? value.imag() : std::numeric_limits<R>::quiet_NaN();
}

// The nearest number of the format that is not above the value, or not below it.
template <class R>
[[nodiscard]] R round_down(Precision precision, R value) noexcept {
    const R rounded = round_to(precision, value);
    if (!(rounded > value)) return rounded;
    if (precision == Precision::binary32) {
        return std::nextafter(static_cast<float>(rounded), -std::numeric_limits<float>::infinity());
    }
    return static_cast<R>(std::nextafter(static_cast<double>(rounded), -std::numeric_limits<double>::infinity()));
}
template <class R>
[[nodiscard]] R round_up(Precision precision, R value) noexcept {
    return -round_down(precision, -value);
}

}  // namespace secant
