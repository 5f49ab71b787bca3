// Sparse second derivatives from values of a scalar function: the pairs of variables that have an entry, and no others.
//
// One value of f is one number, so that no choice of points gives more entries than there are points: colouring cannot save
// evaluations here, as it does where a gradient is given. An entry off the diagonal takes a pair's line, as in hessian.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "secant/adaptive_hessian.hpp"
#include "secant/hessian.hpp"
#include "secant/pattern.hpp"
#include "secant/sink.hpp"

namespace secant {

// The wanted entries of a symmetric matrix, as pairs (a, b) with a <= b, and their places.
template <class I>
class WantedPairs {
   public:
    static constexpr bool with_line = false;

    explicit WantedPairs(Lists<I> wanted) : wanted_(wanted) {}

    // Every pair once: those above the diagonal where they are wanted, and those that are wanted below it alone.
    template <class Pass>
    void for_each(bool with_diagonal, Pass&& pass) const {
        detail::PairBatch batch(pass);
        for (std::size_t i = 0; i < wanted_.count(); ++i) {
            for (const I column : wanted_.of(i)) {
                const auto j = static_cast<std::size_t>(column);
                if (j > i || (j == i && with_diagonal)) batch.add(i, j);
                if (j < i && place(j, i) == none) batch.add(j, i);
            }
        }
        batch.flush();
    }

    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    [[nodiscard]] std::size_t place(std::size_t i, std::size_t j) const noexcept {
        const auto row = wanted_.of(i);
        const auto found = std::ranges::lower_bound(row, static_cast<I>(j));
        if (found == row.end() || *found != static_cast<I>(j)) return none;
        return wanted_.begin(i) + static_cast<std::size_t>(found - row.begin());
    }
    // Calls visit(k) for the places of (a, b) and (b, a) that are wanted.
    template <class Visit>
    void for_places(std::size_t a, std::size_t b, Visit&& visit) const {
        if (const std::size_t k = place(a, b); k != none) visit(k);
        if (a == b) return;
        if (const std::size_t k = place(b, a); k != none) visit(k);
    }

   private:
    Lists<I> wanted_;
};

namespace detail {

// Where they are written. There is one output.
template <class I, class E>
class SparseSecondDerivatives {
   public:
    using Entry = E;

    SparseSecondDerivatives(Destination<E>& destination, const WantedPairs<I>& pairs)
        : destination_(destination), pairs_(pairs) {}

    void begin(std::size_t outputs) {
        if (data_ == nullptr) data_ = destination_.allocate(outputs);
    }
    [[nodiscard]] E at(std::size_t a, std::size_t b, std::size_t) const noexcept {
        E entry = 0;
        pairs_.for_places(a, b, [&](std::size_t k) { entry = data_[k]; });
        return entry;
    }
    void write(std::size_t a, std::size_t b, std::size_t, E value) noexcept {
        pairs_.for_places(a, b, [&](std::size_t k) { data_[k] = value; });
    }

   private:
    Destination<E>& destination_;
    const WantedPairs<I>& pairs_;
    E* data_ = nullptr;
};

// Says of places what was said of pairs.
template <class I>
[[nodiscard]] std::vector<Incident> place_incidents(const WantedPairs<I>& pairs,
                                                    const std::vector<EntryIncident>& incidents) {
    std::vector<Incident> placed;
    for (const EntryIncident& incident : incidents) {
        pairs.for_places(incident.row, incident.column,
                         [&](std::size_t k) { placed.push_back({k, 0, incident.status}); });
    }
    return placed;
}

}  // namespace detail

// The wanted entries of H, in their order. Incidents have the number of the entry as their column. Returns the variables' steps.
template <class R, class V, class I, class E>
Buffer<R> differentiate_twice(Evaluator<R, V>& evaluator, std::span<const R> x, const WantedPairs<I>& pairs,
                              const DifferenceMethod<R>& method, Record<V>& record, Destination<E>& destination) {
    const Moves<R> moves(x, detail::pair_rule(method), method.bounds);
    detail::SparseSecondDerivatives<I, E> out(destination, pairs);
    std::vector<EntryIncident> incidents;
    detail::second_differences_or_repaired(evaluator, moves, pairs, method.order, record, incidents, out);
    record.incidents = detail::place_incidents(pairs, incidents);
    return moves.plan().sizes();
}

template <class R, class I, class E>
Buffer<R> differentiate_twice(Evaluator<std::complex<R>, std::complex<R>>& evaluator, std::span<const R> x,
                              const WantedPairs<I>& pairs, const ComplexStepMethod<R>& method,
                              Record<std::complex<R>>& record, Destination<E>& destination) {
    const FormulaSet<R>& formulas = formula_set<R>(1, method.real_order, Origin::own);
    const Moves<R> moves(x, method.real_rule(formulas), method.bounds);
    const R relative = method.relative();
    const ImaginaryMoves<R> imaginary(x, {}, relative, method.sizes, method.typical);
    detail::SparseSecondDerivatives<I, E> out(destination, pairs);
    std::vector<EntryIncident> incidents;
    detail::imaginary_second_differences(evaluator, moves, imaginary, formulas, pairs, relative, record, incidents,
                                         out);
    out.begin(1);
    record.incidents = detail::place_incidents(pairs, incidents);
    return {imaginary.sizes().begin(), imaginary.sizes().end()};
}

template <class R, class V, class I, class E, class F>
Buffer<R> differentiate_twice(Evaluator<R, V>& evaluator, std::span<const R> x, const WantedPairs<I>& pairs,
                              const AdaptiveMethod<R>& method, Record<V>& record, Destination<E>& destination,
                              Destination<F>& error_destination) {
    detail::SparseSecondDerivatives<I, E> out(destination, pairs);
    detail::SparseSecondDerivatives<I, F> out_errors(error_destination, pairs);
    std::vector<EntryIncident> incidents;
    const std::vector<R> steps = detail::second_derivatives_of_lines(evaluator, x, std::span<const R>(), method, pairs,
                                                                     record, incidents, out, out_errors);
    record.incidents = detail::place_incidents(pairs, incidents);
    return {steps.begin(), steps.end()};
}

}  // namespace secant
