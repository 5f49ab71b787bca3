// A stencil made ready to run: which nodes are evaluated, and which differences of their values are summed.
//
// Values enter only as differences (f(x+kh) - f(x-kh), or f(x+kh) - f(x)), never as weighted values: so the derivative of a
// constant is exactly zero, and what the values have in common cancels before any rounding.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "secant/stencil.hpp"

namespace secant {

template <class R>
struct Formula {
    static constexpr int base = -1;     // in a term: f(x)
    static constexpr int nothing = -2;  // in a term: no subtrahend

    // weight (value at nodes[plus] - value at nodes[minus])
    struct Term {
        R weight;
        int plus;
        int minus;
    };

    std::vector<int> nodes;  // in steps
    std::vector<Term> terms;
    R denominator = 1;  // the sum of terms / (denominator step^derivative) is the derivative
    int derivative = 1;
    int reach = 0;
    bool needs_base = false;
};

// Where a formula that uses the value at factor 0 takes it from: the one f(x) that all columns share, or a node of its own
// (a complex step displaces that point too).
enum class Origin : bool { shared, own };

template <class R>
[[nodiscard]] Formula<R> make_formula(const Stencil& stencil, Origin origin) {
    Formula<R> formula;
    formula.derivative = stencil.derivative;
    formula.denominator = static_cast<R>(stencil.denominator);
    formula.reach = stencil.reach();
    const bool antisymmetric = stencil.side == Side::central && stencil.derivative % 2 == 1;
    for (std::size_t k = stencil.offsets.size(); k-- > 0;) {
        if (stencil.offsets[k] == 0) continue;
        formula.nodes.push_back(stencil.offsets[k]);
    }
    // Near nodes first: the large terms are summed before the small ones, and forward and backward mirror each other.
    std::ranges::stable_sort(formula.nodes, [](int a, int b) { return std::abs(a) < std::abs(b); });
    const auto place = [&](int offset) {
        return static_cast<int>(std::ranges::find(formula.nodes, offset) - formula.nodes.begin());
    };
    for (const int node : formula.nodes) {
        if (antisymmetric && node < 0) continue;
        const auto k = std::ranges::find(stencil.offsets, node) - stencil.offsets.begin();
        const auto weight = static_cast<R>(stencil.numerators[static_cast<std::size_t>(k)]);
        formula.terms.push_back({weight, place(node), antisymmetric ? place(-node) : Formula<R>::base});
    }
    formula.needs_base = !antisymmetric && origin == Origin::shared;
    if (!antisymmetric && origin == Origin::own) {
        const int own = static_cast<int>(formula.nodes.size());
        formula.nodes.push_back(0);
        for (auto& term : formula.terms) term.minus = own;
    }
    return formula;
}

// The three formulas of one derivative and order: variables near a bound use another side than the rest.
// A central formula of odd order does not exist: the next even one stands in its place, and nobody asks for it.
template <class R>
struct FormulaSet {
    Formula<R> backward;
    Formula<R> central;
    Formula<R> forward;

    FormulaSet(int derivative, int order, Origin origin = Origin::shared)
        : backward(make_formula<R>(stencil(Side::backward, derivative, order), origin)),
          central(make_formula<R>(stencil(Side::central, derivative, order + order % 2), origin)),
          forward(make_formula<R>(stencil(Side::forward, derivative, order), origin)) {}

    [[nodiscard]] const Formula<R>& on(Side side) const noexcept {
        return side == Side::central ? central : side == Side::forward ? forward : backward;
    }
};

// The same, made once a process and kept. Safe to call from several threads.
template <class R>
[[nodiscard]] const FormulaSet<R>& formula_set(int derivative, int order, Origin origin = Origin::shared) {
    static std::mutex mutex;
    static std::map<std::tuple<int, int, Origin>, FormulaSet<R>> made;
    const std::scoped_lock lock(mutex);
    const std::tuple key(derivative, order, origin);
    const auto found = made.find(key);
    if (found != made.end()) return found->second;
    return made.emplace(key, FormulaSet<R>(derivative, order, origin)).first->second;
}

}  // namespace secant
