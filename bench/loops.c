/* Native functions of adjustable cost, and the loops that one would write by hand to differentiate them. */

#include <math.h>

typedef double (*scalar_function)(int n, double *x, void *data);
typedef void (*vector_function)(int n, double *x, int m, double *y, void *data);

/* A sum that the processor cannot shorten: each addition waits for the one before. data: int, how many terms. */
double scalar(int n, double *x, void *data) {
    double sum = 0;
    for (int left = *(const int *)data; left > 0; left -= n) {
        const int stop = left < n ? left : n;
        for (int k = 0; k < stop; ++k) sum += x[k] * x[k];
    }
    return sum;
}

void vector(int n, double *x, int m, double *y, void *data) {
    const double sum = scalar(n, x, data);
    for (int i = 0; i < m; ++i) y[i] = sum * x[i % n];
}

void repeat_scalar(int times, scalar_function f, int n, double *x, void *data) {
    for (int k = 0; k < times; ++k) x[0] += 1e-300 * f(n, x, data);
}

static double step(double x) { return 0x1p-26 * fmax(fabs(x), 1.0); }

/* g (n). x is changed and restored. */
void gradient(scalar_function f, int n, double *x, double *g, void *data) {
    const double base = f(n, x, data);
    for (int j = 0; j < n; ++j) {
        const double saved = x[j];
        x[j] += step(saved);
        g[j] = (f(n, x, data) - base) / (x[j] - saved);
        x[j] = saved;
    }
}

/* J (m × n, row by row), y0 (m), y (m). x is changed and restored. */
void jacobian(vector_function f, int n, double *x, int m, double *y0, double *y, double *J, void *data) {
    f(n, x, m, y0, data);
    for (int j = 0; j < n; ++j) {
        const double saved = x[j];
        x[j] += step(saved);
        const double h = x[j] - saved;
        f(n, x, m, y, data);
        for (int i = 0; i < m; ++i) J[(long)i * n + j] = (y[i] - y0[i]) / h;
        x[j] = saved;
    }
}
