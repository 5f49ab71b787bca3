// Sparse derivatives, by groups of variables, from a Python or native function into the entries of a pattern.
#include <complex>
#include <type_traits>
#include <vector>

#include "secant/adaptive.hpp"
#include "secant/compressed.hpp"
#include "secant/compressed_adaptive.hpp"
#include "secant/sparse_hessian.hpp"
#include "task.hpp"

namespace secant::bindings {

template <class E, class R, class P, class V, class M>
void Task::run_sparse(Evaluator<P, V>& evaluator, const Setting<R>& setting, const M& method) {
    ResultDestination<E> destination(*this);
    Record<V> record;
    Buffer<R> steps;
    const std::span<const R> x(setting.x);
    compression_->with_recovery([&](const auto& recovery) {
        steps = form_ == Form::sparse_hessian
                    ? differentiate_twice(evaluator, x, WantedPairs(recovery.wanted()), method, record, destination)
                    : differentiate(evaluator, x, recovery, method, record, destination);
    });
    const py::gil_scoped_acquire gil;
    mark_incidents(record.incidents, 1);
    keep_steps(std::span<const R>(steps));
    evaluations_ = record.evaluations;
}

template <class E, class R, class V>
void Task::run_sparse_adaptive(Evaluator<R, V>& evaluator, const Setting<R>& setting, const AdaptiveMethod<R>& method) {
    using F = real_of_t<E>;
    ResultDestination<E> destination(*this);
    ResultDestination<F> error_destination(*this, ResultDestination<F>::Part::error);
    Record<V> record;
    std::vector<Kink<R>> kinks;
    Buffer<R> steps;
    const std::span<const R> x(setting.x);
    compression_->with_recovery([&](const auto& recovery) {
        if (form_ == Form::sparse_hessian) {
            steps = differentiate_twice(evaluator, x, WantedPairs(recovery.wanted()), method, record, destination,
                                        error_destination);
        } else {
            steps = differentiate(evaluator, x, recovery, method, record, destination, error_destination, kinks);
        }
    });
    const py::gil_scoped_acquire gil;
    mark_incidents(record.incidents, 1);
    keep_kinks(kinks, 1);
    keep_steps(std::span<const R>(steps));
    evaluations_ = record.evaluations;
}

// What the other files use of the above: entries E where derivatives are of type O in the kernels.
#define SECANT_SPARSE(E, R, P, V, M) template void Task::run_sparse<E>(Evaluator<P, V>&, const Setting<R>&, const M&);
#define SECANT_SPARSE_REAL(E, R, V)                \
    SECANT_SPARSE(E, R, R, V, DifferenceMethod<R>) \
    template void Task::run_sparse_adaptive<E>(Evaluator<R, V>&, const Setting<R>&, const AdaptiveMethod<R>&);
#define SECANT_SPARSE_COMPLEX(E, R) SECANT_SPARSE(E, R, std::complex<R>, std::complex<R>, ComplexStepMethod<R>)

SECANT_SPARSE_REAL(float, double, double)
SECANT_SPARSE_REAL(double, double, double)
SECANT_SPARSE_REAL(std::complex<float>, double, std::complex<double>)
SECANT_SPARSE_REAL(std::complex<double>, double, std::complex<double>)
SECANT_SPARSE_REAL(long double, long double, long double)
SECANT_SPARSE_REAL(std::complex<long double>, long double, std::complex<long double>)
SECANT_SPARSE_COMPLEX(float, double)
SECANT_SPARSE_COMPLEX(double, double)
SECANT_SPARSE_COMPLEX(long double, long double)

}  // namespace secant::bindings
