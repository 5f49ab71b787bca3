// Second derivatives from values of f: the Hessian, and its product with a vector.
//
// Along a line through x, the second derivative of t -> f(x + t d) at 0 is d^T H d. With d = s_a h_a e_a + s_b h_b e_b,
//     d^T H d = h_a^2 H_aa + 2 s_a s_b h_a h_b H_ab + h_b^2 H_bb                                        (polarisation)
// so that every pair costs one line (for accuracy order q: q points in place of the q^2 of a product formula), and the
// diagonal is shared. One-sided differences of order 1 use the classical three-point form of
//     J. E. Dennis & R. B. Schnabel, "Numerical Methods for Unconstrained Optimization and Nonlinear Equations",
//     SIAM (1996), algorithm A5.6.2, which needs one point a pair.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "secant/difference.hpp"
#include "secant/direction.hpp"
#include "secant/imaginary.hpp"
#include "secant/jacobian.hpp"
#include "secant/sink.hpp"

namespace secant {

struct EntryIncident {
    std::size_t row;
    std::size_t column;
    std::size_t output;
    Status status;
};

// (H + H^T) / 2 for each of the matrices stored one after the other.
template <class E>
void symmetrize(std::span<E> matrices, std::size_t n) noexcept {
    for (std::size_t start = 0; start + n * n <= matrices.size(); start += n * n) {
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                E& lower = matrices[start + a * n + b];
                E& upper = matrices[start + b * n + a];
                lower = upper = lower / real_of_t<E>(2) + upper / real_of_t<E>(2);
            }
        }
    }
}

namespace detail {

// Where second derivatives are written: all of H, or (with a line) H v. What is written for (a, b) holds for (b, a).
template <class E>
class SecondDerivatives {
   public:
    using Entry = E;

    // `scale` multiplies what is written.
    SecondDerivatives(Destination<E>& destination, std::size_t n, bool product, real_of_t<E> scale)
        : destination_(destination), n_(n), product_(product), scale_(scale) {}

    void begin(std::size_t outputs) {
        if (data_ == nullptr) data_ = destination_.allocate(outputs);
    }
    [[nodiscard]] E at(std::size_t a, std::size_t b, std::size_t output) const noexcept {
        return product_ ? data_[output * n_ + a] : data_[(output * n_ + a) * n_ + b];
    }
    void write(std::size_t a, std::size_t b, std::size_t output, E value) noexcept {
        if (product_) {
            data_[output * n_ + a] = scale_ * value;
            return;
        }
        data_[(output * n_ + a) * n_ + b] = value;
        data_[(output * n_ + b) * n_ + a] = value;
    }

   private:
    Destination<E>& destination_;
    std::size_t n_;
    bool product_;
    real_of_t<E> scale_;
    E* data_ = nullptr;
};

// Which formula the moves and pairs are differenced with: second differences, or the first differences of the classical form.
enum class PairRule : bool { polarisation, classical };

// Turns each pair's column into its entry. The squares of steps are never formed: they may not be numbers where steps are.
//     polarisation:  H_ab = (D / (s_a s_b) - D_a s_a / s_b - D_b s_b / s_a) / 2     with D_a = second derivative by a
//     classical:     H_ab =  D / (s_a s_b) - D_a / s_b - D_b / s_a                  with D_a = first difference by a
template <class O, class R, class Out>
class PairSink {
   public:
    using Pair = std::pair<std::size_t, std::size_t>;

    PairSink(Out& out, const ColumnSink<O>& alone, PairRule rule, std::span<const Pair> pairs,
             std::span<const R> signed_sizes)
        : out_(out), alone_(alone), rule_(rule), pairs_(pairs), signed_sizes_(signed_sizes) {}

    void begin(std::size_t) noexcept {}
    void store(std::size_t first_column, std::size_t columns, std::size_t first_output, std::size_t outputs,
               const O* strip, std::size_t stride) noexcept {
        const bool classical = rule_ == PairRule::classical;
        for (std::size_t k = 0; k < columns; ++k) {
            const auto [a, b] = pairs_[first_column + k];
            const auto alone_a = alone_.column(a);
            const auto alone_b = alone_.column(b);
            const R size_a = signed_sizes_[a];
            const R size_b = signed_sizes_[b];
            const R factor_a = (classical ? R(1) : size_a) / size_b;
            const R factor_b = (classical ? R(1) : size_b) / size_a;
            const R share = classical ? R(1) : R(0.5);
            for (std::size_t i = 0; i < outputs; ++i) {
                const std::size_t output = first_output + i;
                const O along = strip[k * stride + i] / size_a / size_b;
                const O mixed = along - factor_a * alone_a[output] - factor_b * alone_b[output];
                out_.write(a, b, output, static_cast<typename Out::Entry>(share * mixed));
            }
        }
    }

   private:
    Out& out_;
    const ColumnSink<O>& alone_;
    PairRule rule_;
    std::span<const Pair> pairs_;
    std::span<const R> signed_sizes_;
};

// Hands pairs to `pass`, a bounded number of them at a time.
template <class Pass>
class PairBatch {
   public:
    explicit PairBatch(Pass& pass) : pass_(pass) {}

    void add(std::size_t a, std::size_t b) {
        constexpr std::size_t at_most = 16384;
        pairs_.emplace_back(a, b);
        if (pairs_.size() == at_most) flush();
    }
    void flush() {
        if (!pairs_.empty()) pass_(std::span<const std::pair<std::size_t, std::size_t>>(pairs_));
        pairs_.clear();
    }

   private:
    Pass& pass_;
    std::vector<std::pair<std::size_t, std::size_t>> pairs_;
};

// Which entries there are: all pairs (a, b), a <= b or a < b, or (a, line).
struct AllPairs {
    std::size_t n;
    bool with_line;

    template <class Pass>
    void for_each(bool with_diagonal, Pass&& pass) const {
        PairBatch batch(pass);
        for (std::size_t a = 0; a < n; ++a) {
            const std::size_t begin = with_line ? n : a + (with_diagonal ? 0 : 1);
            const std::size_t end = with_line ? n + 1 : n;
            for (std::size_t b = begin; b < end; ++b) batch.add(a, b);
        }
        batch.flush();
    }
};

template <class R, class V, class Pairs, class Out>
bool second_differences(Evaluator<R, V>& evaluator, const Moves<R>& moves, const Pairs& all_pairs, PairRule rule,
                        int order, Record<V>& record, std::vector<EntryIncident>& incidents, Out& out) {
    using E = typename Out::Entry;
    const bool with_line = all_pairs.with_line;
    const std::size_t n = moves.origin().size();
    const std::size_t count = n + (with_line ? 1 : 0);
    const bool classical = rule == PairRule::classical;
    const FormulaSet<R>& formulas = formula_set<R>(classical ? 1 : 2, order);

    ColumnSink<V> alone(count);
    take_differences<V>(evaluator, SingleMoves<R>(moves, formulas, 0, count), record, alone);
    // First differences at two different steps do not combine into a second one: no repair is possible on this way.
    if (classical && !record.incidents.empty()) return false;
    out.begin(record.outputs);

    std::vector<R> signed_sizes(count);
    for (std::size_t a = 0; a < count; ++a) {
        signed_sizes[a] = moves.size(a) * PairedMoves<R>::sign(moves.side(a));
    }
    if (!with_line && !classical) {
        for (std::size_t a = 0; a < n; ++a) {
            const auto column = alone.column(a);
            for (std::size_t i = 0; i < column.size(); ++i) out.write(a, a, i, static_cast<E>(column[i]));
        }
    }
    for (const Incident& incident : std::exchange(record.incidents, {})) {
        if (!with_line) incidents.push_back({incident.column, incident.column, incident.output, incident.status});
    }
    bool repairable = true;
    all_pairs.for_each(classical, [&](auto pairs) {
        if (!repairable) return;
        PairSink<V, R, Out> sink(out, alone, rule, pairs, signed_sizes);
        take_differences<V>(evaluator, PairedMoves<R>(moves, formulas, pairs), record, sink);
        repairable = !classical || record.incidents.empty();
        for (const Incident& incident : std::exchange(record.incidents, {})) {
            const auto [a, b] = pairs[incident.column];
            incidents.push_back({a, b, incident.output, incident.status});
        }
        // An entry also has no value where one of its moves alone has none, or where it is too large to be a number.
        for (const auto& [a, b] : pairs) {
            for (std::size_t i = 0; i < record.outputs; ++i) {
                if (is_finite(out.at(a, b, i))) continue;
                out.write(a, b, i, std::numeric_limits<real_of_t<E>>::quiet_NaN());
                incidents.push_back({a, b, i, Status::not_finite});
            }
        }
    });
    return repairable;
}

// By the classical form where the order allows it, unless a probe was not finite.
template <class R, class V, class Pairs, class Out>
void second_differences_or_repaired(Evaluator<R, V>& evaluator, const Moves<R>& moves, const Pairs& pairs, int order,
                                    Record<V>& record, std::vector<EntryIncident>& incidents, Out& out) {
    if (order == 1 && second_differences(evaluator, moves, pairs, PairRule::classical, 1, record, incidents, out)) {
        return;
    }
    record.incidents.clear();
    incidents.clear();
    second_differences(evaluator, moves, pairs, PairRule::polarisation, order, record, incidents, out);
}

// How a step for second differences may be chosen: a variable may be paired with one that has room on one side only, and is then
// moved as far as that one.
template <class R>
[[nodiscard]] StepRule<R> pair_rule(const DifferenceMethod<R>& method) {
    StepRule<R> rule = method.rule(2, formula_set<R>(2, method.order));
    rule.central_reach = std::max(rule.central_reach, rule.one_sided_reach);
    return rule;
}

}  // namespace detail

// H (for each output an n × n matrix), or H v (for each output n entries) where a direction is given. Returns the steps.
template <class R, class V, class E>
std::vector<R> differentiate_twice(Evaluator<R, V>& evaluator, std::span<const R> x, Along<R> along,
                                   const DifferenceMethod<R>& method, Record<V>& record,
                                   std::vector<EntryIncident>& incidents, Destination<E>& destination) {
    const bool with_line = !along.v.empty();
    StepRule<R> rule = detail::pair_rule(method);
    // v is brought to a length near 1, and its length back into the product: its square might not be a number.
    std::vector<R> v(along.v.begin(), along.v.end());
    std::vector<R> line_size(method.sizes.begin(), method.sizes.end());
    int exponent = 0;
    if (with_line) {
        rule.share = R(0.5);
        std::frexp(std::abs(*std::ranges::max_element(v, {}, [](R entry) { return std::abs(entry); })), &exponent);
        for (R& entry : v) entry = std::ldexp(entry, -exponent);
        for (R& size : line_size) size = std::ldexp(size, exponent);
    }
    StepRule<R> line_rule = rule;
    line_rule.sizes = line_size;
    const Moves<R> moves =
        with_line ? Moves<R>(x, v, rule, line_rule, method.bounds) : Moves<R>(x, rule, method.bounds);

    const auto length = static_cast<real_of_t<E>>(std::ldexp(R(1), exponent));
    detail::SecondDerivatives<E> out(destination, x.size(), with_line, length);
    detail::second_differences_or_repaired(evaluator, moves, detail::AllPairs{x.size(), with_line}, method.order,
                                           record, incidents, out);
    return {moves.plan().sizes().begin(), moves.plan().sizes().end()};
}

namespace detail {

template <class R, class Out>
class ImaginaryPairSink {
   public:
    ImaginaryPairSink(Out& out, std::span<const std::pair<std::size_t, std::size_t>> pairs)
        : out_(out), pairs_(pairs) {}

    void begin(std::size_t outputs) { out_.begin(outputs); }
    void store(std::size_t first_column, std::size_t columns, std::size_t first_output, std::size_t outputs,
               const R* strip, std::size_t stride) noexcept {
        for (std::size_t k = 0; k < columns; ++k) {
            const auto [imaginary, real] = pairs_[first_column + k];
            for (std::size_t i = 0; i < outputs; ++i) {
                out_.write(real, imaginary, first_output + i, static_cast<typename Out::Entry>(strip[k * stride + i]));
            }
        }
    }

   private:
    Out& out_;
    std::span<const std::pair<std::size_t, std::size_t>> pairs_;
};

template <class R, class Pairs, class Out>
void imaginary_second_differences(Evaluator<std::complex<R>, std::complex<R>>& evaluator, const Moves<R>& moves,
                                  const ImaginaryMoves<R>& imaginary, const FormulaSet<R>& formulas,
                                  const Pairs& all_pairs, R relative, Record<std::complex<R>>& record,
                                  std::vector<EntryIncident>& incidents, Out& out) {
    RealityCheck<R> checked(evaluator, relative);
    all_pairs.for_each(true, [&](auto real_first) {
        std::vector<std::pair<std::size_t, std::size_t>> pairs;
        for (const auto& [real, imaginary_move] : real_first) pairs.emplace_back(imaginary_move, real);
        const ImaginaryPairs<R> directions(imaginary, moves, formulas, pairs);
        ImaginaryPairSink<R, Out> sink(out, pairs);
        take_differences<R>(checked, directions, record, sink);
        for (const Incident& incident : std::exchange(record.incidents, {})) {
            incidents.push_back(
                {pairs[incident.column].second, pairs[incident.column].first, incident.output, incident.status});
        }
        checked.verify(directions, record);
    });
}

}  // namespace detail

// The same by the complex step in one direction and a central difference of order 4 in the other.
template <class R, class E>
std::vector<R> differentiate_twice(Evaluator<std::complex<R>, std::complex<R>>& evaluator, std::span<const R> x,
                                   Along<R> along, const ComplexStepMethod<R>& method, Record<std::complex<R>>& record,
                                   std::vector<EntryIncident>& incidents, Destination<E>& destination) {
    const FormulaSet<R>& formulas = formula_set<R>(1, method.real_order, Origin::own);
    const Moves<R> moves(x, method.real_rule(formulas), method.bounds);
    const R relative = method.relative();
    const ImaginaryMoves<R> imaginary(x, along.v, relative, method.sizes, method.typical);
    const bool with_line = !along.v.empty();
    detail::SecondDerivatives<E> out(destination, x.size(), with_line, 1);
    detail::imaginary_second_differences(evaluator, moves, imaginary, formulas, detail::AllPairs{x.size(), with_line},
                                         relative, record, incidents, out);
    return imaginary.sizes();
}

}  // namespace secant
