// Functions in the four signatures that secant.native.Function accepts, compiled by the tests.
#include <cmath>

extern "C" {

// sum of scale * x_i^2 * x_{i+1}; scale is data[0], or 1
double scalar_with_data(int n, double* x, void* data) {
    const double scale = data ? *static_cast<double*>(data) : 1.0;
    double sum = 0;
    for (int i = 0; i + 1 < n; ++i) sum += scale * x[i] * x[i] * x[i + 1];
    return sum;
}

double scalar(int n, double* x) { return scalar_with_data(n, x, nullptr); }

// y_i = x_i^2 * data[0] for i < m
void vector_with_data(int n, double* x, int m, double* y, void* data) {
    const double scale = data ? *static_cast<double*>(data) : 1.0;
    for (int i = 0; i < m; ++i) y[i] = i < n ? scale * x[i] * x[i] : 0.0;
}

// y = (x0 x1, x0 + x1) * data[0]
void bare(double* x, double* y, double* data) {
    y[0] = x[0] * x[1] * data[0];
    y[1] = (x[0] + x[1]) * data[0];
}

// Spoils its argument before it is done with it.
double overwrites(int n, double* x) {
    double sum = 0;
    for (int i = 0; i < n; ++i) {
        sum += x[i] * x[i];
        x[i] = -1e300;
    }
    return sum;
}

// Defined to the right of 1 only.
double right_of_one(int n, double* x) {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += x[i] < 1 ? NAN : x[i] * x[i];
    return sum;
}

// Sets the first of its outputs only.
void forgets(int, double* x, int, double* y, void*) { y[0] = x[0]; }

// Takes a while: about a second for data[0] = 1e9.
double slow(int, double* x, void* data) {
    volatile double sum = 0;
    for (double k = 0; k < *static_cast<double*>(data); ++k) sum = sum + x[0];
    return sum;
}

// None of the accepted signatures.
float single_precision(int n, float* x) { return n > 0 ? x[0] : 0; }
}
