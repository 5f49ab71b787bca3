#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "secant/granularity.hpp"
#include "secant/irregular.hpp"
#include "secant/line.hpp"
#include "secant/vicinity.hpp"

using secant::Line;
using secant::LineSetting;
using secant::Samples;
using secant::Side;
using secant::Status;
using secant::Vicinity;

namespace {

constexpr double near = 0x1p-28;

// Samples of f about x at the usual first steps, and at both pairs next to x.
class Sampled {
   public:
    template <class F>
    Sampled(F&& f, double x, Side side = Side::central) : base_{f(x)}, side_(side) {
        samples_.set_base(base_);
        question_.origin = std::abs(x);
        question_.epsilon = std::numeric_limits<double>::epsilon();
        for (const double size : {0x1p-7, 0x1p-8, 0x1p-9, 4 * near, near}) {
            for (const double offset : {size, -size}) {
                if (side == Side::forward && offset < 0) continue;
                const double value = f(x + offset);
                samples_.add(offset, (x + offset) - x, std::span<const double>(&value, 1));
            }
        }
    }
    [[nodiscard]] Vicinity<double> look(double seen) const {
        return secant::detail::VicinityLook<double>(samples_, 0, side_, question_).at(near, seen);
    }
    [[nodiscard]] const Samples<double>& samples() const { return samples_; }

   private:
    std::vector<double> base_;
    Side side_;
    Samples<double> samples_;
    secant::Question<double> question_;
};

// Uniform between -1 and 1, a function of x.
[[nodiscard]] double hashed(double x) {
    const double product = x * 1e9 * 0.6180339887498949;
    return 2 * (product * 7919 - std::floor(product * 7919)) - 1;
}

struct Outcome {
    double value;
    double error;
    Status status;
    std::size_t calls;
};

// A line of one output, run to its end.
template <class F>
[[nodiscard]] Outcome run(F&& f, double x, LineSetting<double> setting = {}) {
    setting.question.origin = std::abs(x);
    setting.question.epsilon = std::numeric_limits<double>::epsilon();
    setting.question.scale = secant::nearest_power_of_two(std::max(std::abs(x), 1.0));
    setting.room_up = setting.room_down = 1e300;
    Line<double> line(setting);
    std::vector<double> base;
    std::size_t calls = 0;
    const auto give = [&] {
        if (!line.needs_base()) return;
        base = {f(x)};
        ++calls;
        line.give_base(base);
    };
    give();
    while (!line.done()) {
        const std::vector<double> wanted(line.wanted().begin(), line.wanted().end());
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            const double value = f(x + wanted[k]);
            ++calls;
            line.absorb(k, (x + wanted[k]) - x, std::span<const double>(&value, 1));
        }
        line.proceed();
        give();
    }
    const auto& entry = line.entry(0);
    return {entry.value, entry.error, entry.status, calls};
}

}  // namespace

TEST_CASE("next to x a smooth f is calm, and its slope is known there") {
    const Vicinity<double> found = Sampled([](double t) { return std::sin(40 * t); }, 0.3).look(1e-3);
    CHECK(found.looked);
    CHECK(found.calm);
    CHECK_FALSE(found.noisy);
    REQUIRE(found.anchor.has_value());
    CHECK(std::abs(found.anchor->value - 40 * std::cos(12.0)) <= found.anchor->error);
    CHECK(found.anchor->error < 1e-3);
}

TEST_CASE("noise is as large next to x as elsewhere, and is measured there") {
    for (const double level : {1e-3, 1e-6, 1e-9}) {
        const Vicinity<double> found =
            Sampled([&](double t) { return std::exp(t) + level * hashed(t); }, 0.4).look(level);
        CHECK(found.noisy);
        CHECK(found.noise > level / 10);
        CHECK(found.noise < 5 * level);
    }
}

TEST_CASE("kinks, jumps and powers are not taken for noise") {
    const Vicinity<double> kink = Sampled([](double t) { return std::abs(t); }, 0.0).look(1e-3);
    CHECK(kink.irregular);
    CHECK_FALSE(kink.noisy);
    const Vicinity<double> jump = Sampled([](double t) { return t < 1 ? 0.0 : 1.0; }, 1.0).look(1e-1);
    REQUIRE(jump.jump.has_value());
    CHECK(jump.jump->status == Status::jump);
    CHECK(std::isnan(jump.jump->value));
    const Vicinity<double> root = Sampled([](double t) { return std::cbrt(t); }, 0.0).look(1e-3);
    CHECK(root.irregular);
    CHECK_FALSE(root.calm);
    const Vicinity<double> one_sided = Sampled([](double t) { return std::sqrt(t); }, 0.0, Side::forward).look(1e-3);
    CHECK(one_sided.irregular);
}

TEST_CASE("values that are multiples of something coarse are found out, others are not") {
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    std::vector<double> exact;
    std::vector<double> decimals;
    std::vector<double> single;
    for (int k = 0; k < 7; ++k) {
        const double value = std::exp(0.1 * k + 0.037);
        exact.push_back(value);
        decimals.push_back(std::round(value * 1e6) / 1e6);
        single.push_back(static_cast<double>(static_cast<float>(value)));
    }
    CHECK(secant::granularity<double>(exact, epsilon) == 0);
    CHECK(secant::granularity<double>(decimals, epsilon) == doctest::Approx(1e-6));
    CHECK(secant::granularity<double>(single, epsilon) >= 0x1p-24);
    CHECK(secant::granularity<double>(std::vector<double>{0, 0, 0}, epsilon) == 0);
    CHECK(secant::granularity<double>(std::vector<double>{1e-300, -1e-300}, epsilon) >= 0);
}

TEST_CASE("lines come to an end with the right status, within their samples") {
    const Outcome smooth = run([](double t) { return std::exp(t); }, 0.7);
    CHECK(smooth.status == Status::ok);
    CHECK(smooth.calls == 8);
    CHECK(std::abs(smooth.value - std::exp(0.7)) <= smooth.error);
    const Outcome noisy = run([](double t) { return std::exp(t) + 1e-6 * hashed(t); }, 0.7);
    CHECK(noisy.status == Status::noisy);
    CHECK(std::abs(noisy.value - std::exp(0.7)) <= noisy.error);
    const Outcome kink = run([](double t) { return std::abs(t) + 0.5 * t; }, 0.0);
    CHECK(kink.status == Status::kink);
    CHECK(kink.value == doctest::Approx(0.5));
    const Outcome root = run([](double t) { return std::cbrt(t); }, 0.0);
    CHECK(root.status == Status::unbounded);
    CHECK(std::isinf(root.value));
    for (const Outcome& outcome : {smooth, noisy, kink, root}) CHECK(outcome.calls <= 20);
}

TEST_CASE("with a tolerance four samples are enough, and serve again where they are not") {
    LineSetting<double> setting;
    setting.tolerance = {.given = true, .relative = 1e-9};
    setting.brief = true;
    const Outcome easy = run([](double t) { return std::exp(t); }, 0.7, setting);
    CHECK(easy.calls == 4);
    CHECK(std::abs(easy.value - std::exp(0.7)) <= easy.error);
    CHECK(easy.error <= 1e-9 * easy.value);
    std::vector<double> seen;
    const auto hard = [&](double t) {
        for (const double before : seen) CHECK(before != t);
        seen.push_back(t);
        return std::sin(60 * t);
    };
    const Outcome longer = run(hard, 0.3, setting);
    CHECK(longer.calls > 4);
    CHECK(std::abs(longer.value - 60 * std::cos(18.0)) <= longer.error);
}
