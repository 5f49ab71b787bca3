// A gradient, a Jacobian and a Hessian, printed beside the exact values. Returns 1 if they disagree.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include "secant/secant.hpp"

namespace {

using Point = std::span<const double>;

double rosenbrock(Point x) { return 100 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1 - x[0], 2); }

std::array<double, 2> cartesian(Point polar) { return {polar[0] * std::cos(polar[1]), polar[0] * std::sin(polar[1])}; }

// Prints both and returns the largest error, relative to the largest exact value.
double compare(const char* name, std::span<const double> computed, std::span<const double> exact) {
    double error = 0;
    double scale = 0;
    std::printf("%-10s %22s %22s\n", name, "computed", "exact");
    for (std::size_t k = 0; k < exact.size(); ++k) {
        std::printf("%-10s %22.15g %22.15g\n", "", computed[k], exact[k]);
        error = std::max(error, std::abs(computed[k] - exact[k]));
        scale = std::max(scale, std::abs(exact[k]));
    }
    return error / scale;
}

}  // namespace

int main() {
    const std::vector<double> x = {-1.2, 1};
    const std::vector<double> gradient = secant::gradient(rosenbrock, x);
    const double gradient_error = compare("gradient", gradient, std::array{-215.6, -88.0});

    const secant::Matrix jacobian = secant::jacobian(cartesian, {2.0, 0.5});
    const std::array exact_jacobian = {std::cos(0.5), -2 * std::sin(0.5), std::sin(0.5), 2 * std::cos(0.5)};
    const double jacobian_error = compare("Jacobian", jacobian.entries, exact_jacobian);

    // f is never called outside of the bounds: here x lies at one.
    const secant::Matrix hessian = secant::hessian(rosenbrock, x, {.lower = {-1.2, -2}, .upper = {2, 2}});
    const double hessian_error = compare("Hessian", hessian.entries, std::array{1330.0, 480.0, 480.0, 200.0});

    // Central differences of order 4 leave about eps^(4/5) of a first and eps^(2/3) of a second derivative.
    const bool agrees = gradient_error < 1e-10 && jacobian_error < 1e-10 && hessian_error < 1e-8;
    std::puts(agrees ? "all agree" : "some disagree");
    return agrees ? 0 : 1;
}
