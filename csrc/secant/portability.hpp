// The one place for what differs between compilers.
#pragma once

// Compiles a function three times, for baseline x86-64 and for machines with AVX2 and AVX-512; the loader picks one. All give
// the same bits, since -ffp-contract=off keeps multiply-adds apart. GCC on glibc only: elsewhere the plain function is used.
// Sanitizers that start after the loader has picked do not bear it.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12 && defined(__x86_64__) && defined(__gnu_linux__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#include <features.h>
#ifdef __GLIBC__
#define SECANT_HOT __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#endif
#endif
#ifndef SECANT_HOT
#define SECANT_HOT
#endif

#if defined(__GNUC__) || defined(__clang__)
#define SECANT_RESTRICT __restrict__
#elif defined(_MSC_VER)
#define SECANT_RESTRICT __restrict
#else
#define SECANT_RESTRICT
#endif

// GCC's and Clang's vector types, with which four numbers are shuffled at once.
#if (defined(__GNUC__) && __GNUC__ >= 12) || defined(__clang__)
#define SECANT_HAS_VECTORS
#endif
