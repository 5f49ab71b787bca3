// A mixed partial derivative of any order with an error bar, as a sum of derivatives along directions.
//
//     prod_i y_i^o_i = 1 / (2^d d!) sum_k (-1)^|k| prod_i C(o_i, k_i) (sum_i (o_i - 2 k_i) y_i)^d,     d = sum_i o_i, 0 <= k <= o
//
// with y_i = w_i d/dx_i, where w_i is the scale of x_i. Directions that differ in sign or length only are taken once. In a corner of the
// bounds, where some of these lead nowhere, directions that lead inwards in every variable:
//     prod_i y_i^o_i = 1 / d! sum_k (-1)^(d-|k|) prod_i C(o_i, k_i) (sum_i k_i y_i)^d,                  0 <= k <= o
//
// Source: the polarisation identity for monomials; see A. Griewank, J. Utke & A. Walther, "Evaluating higher derivative tensors by
// forward propagation of univariate Taylor series", Mathematics of Computation 69 (2000), 1117-1130.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "secant/adaptive.hpp"

namespace secant {

namespace detail {

// Directions through x, each a sum of variables' scales.
template <class R>
class ScaledDirections final : public Displacements<R> {
   public:
    using Components = std::vector<std::pair<std::size_t, int>>;  // variables, and how many of their scales

    ScaledDirections(const Moves<R>& moves, std::vector<Components> components)
        : moves_(moves), components_(std::move(components)) {}

    [[nodiscard]] std::size_t count() const noexcept { return components_.size(); }
    [[nodiscard]] const Components& components(std::size_t column) const noexcept { return components_[column]; }
    [[nodiscard]] std::span<const R> origin() const noexcept override { return moves_.origin(); }
    void displace(std::size_t column, R factor, std::span<R> point) const noexcept override {
        for (const auto& [variable, scales] : components_[column]) {
            moves_.apply(variable, factor * static_cast<R>(scales), point);
        }
    }

   private:
    const Moves<R>& moves_;
    std::vector<Components> components_;
};

template <class R>
class ScaledLines final : public Lines<R> {
   public:
    ScaledLines(const ScaledDirections<R>& directions, const Moves<R>& moves, std::span<const R> x,
                const AdaptiveMethod<R>& method, int derivative)
        : directions_(directions), moves_(moves), x_(x), method_(method), derivative_(derivative) {}

    [[nodiscard]] std::size_t count() const noexcept override { return directions_.count(); }
    [[nodiscard]] LineSetting<R> setting(std::size_t line) const override {
        LineSetting<R> setting;
        setting.room_up = setting.room_down = std::numeric_limits<R>::max();
        R origin = 0;
        R most = 0;
        for (const auto& [variable, scales] : directions_.components(line)) {
            const LineSetting<R> one = setting_of_variable(variable, x_, method_, derivative_);
            const R speed = moves_.size(variable) * static_cast<R>(std::abs(scales));
            setting.question = one.question;
            setting.tolerance = one.tolerance;
            setting.most = one.most;
            setting.room_up = std::min(setting.room_up, (scales > 0 ? one.room_up : one.room_down) / speed);
            setting.room_down = std::min(setting.room_down, (scales > 0 ? one.room_down : one.room_up) / speed);
            origin = std::max(origin, one.question.origin / speed);
            most = std::max(most, speed / one.question.scale);
        }
        setting.question.origin = setting.question.nearest_origin = origin;
        setting.question.scale = setting.question.typical = nearest_power_of_two(1 / most);
        return setting;
    }
    [[nodiscard]] const Displacements<R>& displacements() const noexcept override { return directions_; }
    [[nodiscard]] R factor(std::size_t, R offset) const noexcept override { return offset; }
    [[nodiscard]] R distance(std::size_t, R offset) const noexcept override { return offset; }

    // Whether there is room along every line, on one side at least. Less than 2^-20 of the scale is none.
    [[nodiscard]] bool lead_somewhere() const {
        for (std::size_t line = 0; line < count(); ++line) {
            const LineSetting<R> one = setting(line);
            if (std::max(one.room_up, one.room_down) < std::ldexp(one.question.scale, -20)) return false;
        }
        return true;
    }

   private:
    const ScaledDirections<R>& directions_;
    const Moves<R>& moves_;
    std::span<const R> x_;
    const AdaptiveMethod<R>& method_;
    int derivative_;
};

// The directions of the identities above, by their primitive vector of which the first entry that is not zero is positive, with their
// coefficients. `inwards`: for each variable the sign that leads inwards; none: the first identity.
template <class R>
[[nodiscard]] std::map<std::vector<int>, R> polarise(std::span<const int> orders, std::span<const int> inwards) {
    const int total = std::accumulate(orders.begin(), orders.end(), 0);
    std::map<std::vector<int>, R> coefficients;
    if (orders.size() == 1) {
        coefficients[{1}] = 1;
        return coefficients;
    }
    R unit = 1;  // d!, times 2^d
    for (int k = 1; k <= total; ++k) unit *= static_cast<R>(inwards.empty() ? 2 * k : k);
    std::vector<int> k(orders.size(), 0);
    for (bool more = true; more;) {
        R coefficient = 1 / unit;
        std::vector<int> direction;
        int divisor = 0;
        for (std::size_t i = 0; i < k.size(); ++i) {
            for (int b = 1; b <= k[i]; ++b)
                coefficient = coefficient * static_cast<R>(orders[i] - b + 1) / static_cast<R>(b);
            const bool odd = inwards.empty() ? k[i] % 2 == 1 : (orders[i] - k[i]) % 2 == 1;
            if (odd) coefficient = -coefficient;
            if (!inwards.empty() && inwards[i] < 0 && orders[i] % 2 == 1) coefficient = -coefficient;
            direction.push_back(inwards.empty() ? orders[i] - 2 * k[i] : inwards[i] * k[i]);
            divisor = std::gcd(divisor, direction.back());
        }
        if (divisor != 0) {
            const int first = *std::ranges::find_if(direction, [](int entry) { return entry != 0; });
            const int signed_divisor = first > 0 ? divisor : -divisor;
            for (int& entry : direction) entry /= signed_divisor;
            for (int d = 0; d < total; ++d) coefficient *= static_cast<R>(signed_divisor);
            coefficients[direction] += coefficient;
        }
        more = false;
        for (std::size_t i = 0; i < k.size() && !more; ++i) {
            more = ++k[i] <= orders[i];
            if (!more) k[i] = 0;
        }
    }
    std::erase_if(coefficients, [](const auto& item) { return item.second == 0; });
    return coefficients;
}

}  // namespace detail

// d^|orders| f / prod_i dx_i^orders_i for every output, and its error; sum of orders 1 to 8. Incidents have column 0.
template <class R, class V>
void differentiate_partially(Evaluator<R, V>& evaluator, std::span<const R> x, std::span<const int> orders,
                             const AdaptiveMethod<R>& method, Record<V>& record, std::vector<V>& out,
                             std::vector<R>& errors) {
    const int total = std::accumulate(orders.begin(), orders.end(), 0);
    std::vector<std::size_t> variables;
    for (std::size_t j = 0; j < orders.size(); ++j) {
        if (orders[j] > 0) variables.push_back(j);
    }
    std::vector<int> powers;
    for (const std::size_t j : variables) powers.push_back(orders[j]);
    const Moves<R> moves(x, method.rule(), method.bounds);
    const auto directions_of = [&](const std::map<std::vector<int>, R>& coefficients) {
        std::vector<typename detail::ScaledDirections<R>::Components> components;
        for (const auto& item : coefficients) {
            components.emplace_back();
            for (std::size_t i = 0; i < item.first.size(); ++i) {
                if (item.first[i] != 0) components.back().emplace_back(variables[i], item.first[i]);
            }
        }
        return detail::ScaledDirections<R>(moves, std::move(components));
    };
    std::map<std::vector<int>, R> coefficients = detail::polarise<R>(powers, {});
    const auto lead_somewhere = [&] {
        const detail::ScaledDirections<R> directions = directions_of(coefficients);
        return detail::ScaledLines<R>(directions, moves, x, method, total).lead_somewhere();
    };
    if (!lead_somewhere()) {
        std::vector<int> inwards;
        for (const std::size_t j : variables) {
            const LineSetting<R> alone = detail::setting_of_variable(j, x, method, total);
            inwards.push_back(alone.room_up >= alone.room_down ? 1 : -1);
        }
        coefficients = detail::polarise<R>(powers, inwards);
    }
    const detail::ScaledDirections<R> directions = directions_of(coefficients);
    const detail::ScaledLines<R> lines(directions, moves, x, method, total);
    std::vector<R> weights;
    for (const auto& item : coefficients) weights.push_back(item.second);
    std::vector<Kink<R>> kinks;
    detail::Harvest<V> harvest;
    detail::follow_lines(evaluator, lines, method.most_evaluations, record,
                         [&](std::size_t column, const Line<R>& line) {
                             out.resize(record.outputs, V(0));
                             errors.resize(record.outputs, R(0));
                             harvest.gather(column, line, record.outputs, record, kinks);
                             for (std::size_t i = 0; i < record.outputs; ++i) {
                                 V value = weights[column] * harvest.values()[i];
                                 R error = std::abs(weights[column]) * harvest.errors()[i];
                                 for (const std::size_t j : variables) {
                                     for (int d = 0; d < orders[j]; ++d) {
                                         value /= moves.size(j);
                                         error /= moves.size(j);
                                     }
                                 }
                                 out[i] += value;
                                 errors[i] += error;
                             }
                         });
    for (Incident& incident : record.incidents) incident.column = 0;
}

}  // namespace secant
