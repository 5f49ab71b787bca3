#include "task.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace secant::bindings {

namespace {

template <class R>
[[nodiscard]] std::vector<R> optional_entries(const std::optional<py::array>& array) {
    return array ? entries_of<R>(*array) : std::vector<R>();
}

void check_shape(const std::optional<py::array>& array, const Shape& x, const char* name) {
    if (!array || array->ndim() == 0) return;
    const Shape shape(array->shape(), array->shape() + array->ndim());
    if (shape != x) {
        throw py::value_error(std::string(name) + " has shape " + text_of(shape) + ", x has shape " + text_of(x) +
                              "; accepted are a scalar or the shape of x");
    }
}

[[nodiscard]] bool is_second(Form form) noexcept { return form == Form::hessian || form == Form::hvp; }
[[nodiscard]] bool from_gradient(Form form) noexcept {
    return form == Form::hessian_from_gradient || form == Form::hvp_from_gradient ||
           form == Form::sparse_hessian_from_gradient;
}

}  // namespace

void check_shapes(const Differentiator& owner, const Shape& x) {
    check_shape(owner.lower_, x, "the lower bound");
    check_shape(owner.upper_, x, "the upper bound");
    check_shape(owner.method_.step, x, "step");
    check_shape(owner.method_.typical, x, "typical");
}

void Task::compressed_by(const Compression& compression, std::optional<py::array> out) {
    if (compression.columns() != point_.size()) {
        throw py::value_error("x has " + std::to_string(point_.size()) + " entries (shape " + text_of(point_.shape()) +
                              "), but the sparsity pattern has " + std::to_string(compression.columns()) + " columns");
    }
    compression_ = &compression;
    out_ = std::move(out);
}

Task::Task(const Differentiator& owner, Form form, const py::tuple& arguments) : owner_(owner), form_(form) {
    if (arguments.size() <= owner.argnum_) {
        throw py::type_error("f is differentiated by its argument number " + std::to_string(owner.argnum_) +
                             ", but only " + std::to_string(arguments.size()) + " positional arguments were given");
    }
    point_ = as_point(arguments[owner.argnum_], "x");
    if (owner.like_ && point_.shape() != *owner.like_) {
        throw py::value_error("x has shape " + text_of(point_.shape()) + ", but like= had shape " +
                              text_of(*owner.like_));
    }
    if (!owner.like_) check_shapes(owner, point_.shape());
    if (owner.native_) {
        if (arguments.size() != 1) {
            throw py::type_error("a native function takes x alone, but " + std::to_string(arguments.size()) +
                                 " arguments were given; pass its parameters as data=");
        }
        if (owner.method_.source == Source::complex_step && form != Form::value) {
            throw py::type_error(
                "a native function takes real numbers, so that the complex step is not possible; "
                "use method=\"central\"");
        }
        if (point_.precision != Precision::binary64) {
            point_.array = point_.array.attr("astype")(dtype_of({})).cast<py::array>();
            point_.precision = Precision::binary64;
        }
        if (!owner.native_->scalar) native_shape_ = {static_cast<py::ssize_t>(owner.native_->function.outputs)};
        kind_ = {};
        return;
    }
    std::vector<py::object> all;
    all.reserve(arguments.size());
    for (const py::handle argument : arguments) all.push_back(py::reinterpret_borrow<py::object>(argument));
    const bool detects = form == Form::jacobian_pattern || form == Form::hessian_pattern;
    const bool complex = owner.method_.source == Source::complex_step && form != Form::value && !detects;
    // How large a value is: a gradient's is one number, a gradient given has as many as x, others are as they were last time.
    std::size_t expected = owner.last_count_.load(std::memory_order_relaxed);
    if (form == Form::gradient || form == Form::sparse_hessian) expected = 1;
    if (from_gradient(form)) expected = std::max(expected, point_.size());
    function_.emplace(owner.function_, std::move(all), owner.argnum_, point_, complex, owner.batching_,
                      owner.block_bytes_, expected);
    kind_ = {point_.precision, complex};
}

void Task::along(const py::object& v) {
    const Point direction = as_point(v, "v");
    if (direction.shape() != point_.shape()) {
        throw py::value_error("v has shape " + text_of(direction.shape()) + ", x has shape " + text_of(point_.shape()) +
                              "; they must be equal");
    }
    if (owner_.method_.step && owner_.method_.step->size() != 1) {
        throw py::value_error(
            "step has one entry for each variable; along a direction v it must be a scalar, the factor "
            "of v");
    }
    v_ = direction.array;
}

void Task::weighted_by(const py::object& w) {
    w_ = as_weights(w, "w");
    Kind kind;
    (void)kind_of(w_->dtype(), kind);
    complex_weights_ = kind.complex;
}

py::object Task::run(bool full) {
    full_ = full;
    for (;;) {
        try {
            dispatch();
            break;
        } catch (const KindMismatch& mismatch) {
            kind_ = mismatch.actual;
            status_ = slopes_ = py::object();
        } catch (const NotFinite& error) {
            explain(error);
        } catch (const NoRoom& error) {
            explain(error);
        } catch (const NotAnalytic& error) {
            explain(error);
        } catch (const PatternMismatch& error) {
            explain(error);
        } catch (const NotRealOnReals&) {
            throw py::value_error(
                "f has complex values at a real x; the complex step needs an f that is real for real x. "
                "Use method=\"central\"");
        }
    }
    py::object value = result_.ndim() == 0 ? py::object(result_[py::tuple()]) : py::object(result_);
    if (function_) owner_.last_count_.store(function_->value_count(), std::memory_order_relaxed);
    if (!full) return value;
    const std::size_t evaluations = function_ ? function_->evaluations() : evaluations_;
    const bool bounded = owner_.method_.source == Source::adaptive;
    py::object error = !bounded             ? py::object(py::none())
                       : error_.ndim() == 0 ? py::object(error_[py::tuple()])
                                            : py::object(error_);
    return py::make_tuple(std::move(value), std::move(error), status_ ? status_ : py::none(),
                          steps_ ? steps_ : py::none(), slopes_ ? slopes_ : py::none(), evaluations);
}

void Task::dispatch() {
    if (function_) function_->expect(kind_);
    const bool extended = point_.precision == Precision::extended || kind_.precision == Precision::extended;
    if (form_ == Form::jacobian_pattern || form_ == Form::hessian_pattern) {
        if (kind_.complex) {
            return extended ? run_detection<long double, std::complex<long double>>()
                            : run_detection<double, std::complex<double>>();
        }
        return extended ? run_detection<long double, long double>() : run_detection<double, double>();
    }
    if (form_ != Form::value && owner_.method_.source == Source::complex_step) {
        return extended ? run_complex_steps<long double>() : run_complex_steps<double>();
    }
    if (form_ != Form::value && owner_.method_.source == Source::adaptive) {
        if (kind_.complex) {
            return extended ? run_adaptive<long double, std::complex<long double>>()
                            : run_adaptive<double, std::complex<double>>();
        }
        return extended ? run_adaptive<long double, long double>() : run_adaptive<double, double>();
    }
    if (kind_.complex) {
        return extended ? run_differences<long double, std::complex<long double>>()
                        : run_differences<double, std::complex<double>>();
    }
    return extended ? run_differences<long double, long double>() : run_differences<double, double>();
}

template <class R>
Task::Setting<R> Task::setting() const {
    Setting<R> setting;
    setting.x.resize(point_.size());
    copy_entries<R>(point_.array, setting.x);
    if (v_) setting.v = entries_of<R>(*v_);
    setting.step = optional_entries<R>(owner_.method_.step);
    setting.typical = optional_entries<R>(owner_.method_.typical);
    if (!owner_.lower_) return setting;
    const auto border = [&](const std::optional<py::array>& given, bool is_lower) {
        std::vector<R> values = optional_entries<R>(given);
        if (values.size() == 1) values.resize(setting.x.size(), values[0]);
        for (std::size_t j = 0; j < values.size(); ++j) {
            const bool outside = is_lower ? setting.x[j] < values[j] : setting.x[j] > values[j];
            if (outside) {
                throw py::value_error(name_of_entry("x", point_.shape(), j) + " = " +
                                      text_of(static_cast<double>(setting.x[j])) + " is " +
                                      (is_lower ? "below its lower" : "above its upper") + " bound " +
                                      text_of(static_cast<double>(values[j])));
            }
            // The bound in the format of the points, on the inner side of the true one.
            values[j] = is_lower ? round_up(point_.precision, values[j]) : round_down(point_.precision, values[j]);
        }
        return values;
    };
    setting.lower = border(owner_.lower_, true);
    setting.upper = border(owner_.upper_, false);
    return setting;
}

template <class R, class M>
M Task::method(const Setting<R>& setting) const {
    M method;
    if constexpr (std::is_same_v<M, DifferenceMethod<R>>) {
        method.side = owner_.method_.side;
        method.order = owner_.method_.order;
    }
    method.point_precision = point_.precision;
    method.value_precision = kind_.precision;
    method.sizes = setting.step;
    method.typical = setting.typical;
    method.bounds = {setting.lower, setting.upper};
    return method;
}

template <class R, class V>
void Task::run_differences() {
    const Setting<R> setting = this->template setting<R>();
    const auto method = this->template method<R, DifferenceMethod<R>>(setting);
    with_evaluator<R, V>([&](auto& evaluator) {
        with_entries<R, V>([&]<class E>(E) { run_into<E, R, R, V>(evaluator, setting, method); });
    });
}

template <class R>
void Task::run_complex_steps() {
    const Setting<R> setting = this->template setting<R>();
    const auto method = this->template method<R, ComplexStepMethod<R>>(setting);
    using C = std::complex<R>;
    PythonEvaluator<C, C> evaluator(*function_);
    // Real derivatives are read out of complex values.
    with_entries<R, R>([&]<class E>(E) { run_into<E, R, C, C>(evaluator, setting, method); });
}

template <class E, class R, class P, class V, class M>
void Task::run_into(Evaluator<P, V>& evaluator, const Setting<R>& setting, const M& method) {
    using O = std::conditional_t<is_complex<P>, R, V>;
    ResultDestination<E> destination(*this);
    Record<V> record;
    const std::span<const R> x(setting.x);
    const std::size_t n = x.size();
    if (form_ == Form::value) {
        if constexpr (!is_complex<P>) {
            const FormulaSet<R>& formulas = formula_set<R>(1, 2);
            const Moves<R> moves(x, StepRule<R>{.relative = R(0.5)}, {});
            const SingleMoves<R> directions(moves, formulas, 0, n);
            PointBlock<P> points(directions);
            points.add_origin();
            ValueBlock<V> values;
            evaluator.evaluate(points, values);
            record.keep_base(values.row(0));
            E* out = destination.allocate(values.outputs());
            std::ranges::transform(values.row(0), out, [](const V& value) { return static_cast<E>(value); });
            evaluations_ = 1;
        }
        return;
    }
    if (is_sparse()) return run_sparse<E>(evaluator, setting, method);
    if (is_second(form_)) {
        std::vector<EntryIncident> incidents;
        const Along<R> along{setting.v};
        const std::vector<R> steps = differentiate_twice(evaluator, x, along, method, record, incidents, destination);
        const py::gil_scoped_acquire gil;
        mark_incidents(incidents);
        keep_steps(std::span<const R>(steps));
    } else if (form_ == Form::derivative) {
        std::vector<O> entries(n);
        CheckedEvaluator<P, V> checked(evaluator, *this);
        const std::vector<R> steps = differentiate_entries(checked, x, order_, method, record, std::span<O>(entries));
        const py::gil_scoped_acquire gil;
        E* out = destination.allocate(n);
        std::ranges::transform(entries, out, [](const O& entry) { return static_cast<E>(entry); });
        for (const Incident& incident : record.incidents) mark(incident.column, incident.status);
        keep_steps(std::span<const R>(steps));
    } else {
        run_first<E, O>(evaluator, setting, method);
        return;
    }
    evaluations_ = record.evaluations;
}

template <class E, class O, class R, class P, class V, class M>
void Task::run_first(Evaluator<P, V>& evaluator, const Setting<R>& setting, const M& method) {
    Record<V> record;
    const std::span<const R> x(setting.x);
    const std::size_t n = x.size();
    const Along<R> along{setting.v};
    std::vector<R> steps;
    if (form_ == Form::vjp) {
        with_weights<E, O>([&]<class W, class Out>(const std::vector<W>& weights, Out) {
            ResultDestination<Out> destination(*this);
            ContractionSink<O, W, Out> sink(destination, weights, n);
            steps = differentiate(evaluator, x, along, method, record, sink);
        });
    } else {
        ResultDestination<E> destination(*this);
        const bool transposed = form_ == Form::transposed_jacobian;
        DenseSink<O, E> sink(destination, transposed ? Layout::denominator : Layout::numerator, v_ ? 1 : n);
        steps = differentiate(evaluator, x, along, method, record, sink);
    }
    const py::gil_scoped_acquire gil;
    mark_incidents(record.incidents, record.outputs);
    if (form_ == Form::hessian_from_gradient) {
        symmetrize_array<E>(result_);
        symmetrize_status();
    }
    keep_steps(std::span<const R>(steps));
    evaluations_ = record.evaluations;
}

std::size_t Task::place(std::size_t column, std::size_t output, std::size_t outputs) const {
    if (is_sparse()) return column;  // the number of the entry
    const std::size_t columns = v_ ? 1 : point_.size();
    if (form_ == Form::transposed_jacobian) return column * outputs + output;
    if (form_ == Form::vjp || form_ == Form::derivative) return column;
    if (form_ == Form::partial) return output;
    return output * columns + column;
}

void Task::mark_incidents(const std::vector<Incident>& incidents, std::size_t outputs) {
    for (const Incident& incident : incidents) mark(place(incident.column, incident.output, outputs), incident.status);
}

void Task::mark_incidents(const std::vector<EntryIncident>& incidents) {
    const std::size_t n = point_.size();
    for (const EntryIncident& incident : incidents) {
        if (form_ == Form::hvp) {
            mark(incident.output * n + incident.row, incident.status);
            continue;
        }
        mark((incident.output * n + incident.row) * n + incident.column, incident.status);
        mark((incident.output * n + incident.column) * n + incident.row, incident.status);
    }
}

// An entry is as bad as the worse of the two that it is the mean of.
void Task::symmetrize_status() {
    if (!status_) return;
    const std::size_t n = point_.size();
    const auto matrix = status_.attr("reshape")(-1, n, n);
    const py::module_ numpy = py::module_::import("numpy");
    const py::object transposed = matrix.attr("swapaxes")(1, 2);
    const py::object worse =
        numpy.attr("where")(matrix.attr("__lt__")(0), matrix, numpy.attr("maximum")(matrix, transposed));
    status_ =
        numpy.attr("where")(transposed.attr("__lt__")(0), transposed, worse).attr("reshape")(result_.attr("shape"));
}

const Shape& Task::value_shape() const { return function_ ? function_->value_shape() : native_shape_; }

Kind Task::result_kind() const {
    Kind kind = kind_;
    kind.precision = std::max(kind.precision, point_.precision);
    if (form_ == Form::vjp && complex_weights_)
        kind.complex = true;
    else if (owner_.method_.source == Source::complex_step && form_ != Form::value)
        kind.complex = false;
    return kind;
}

void Task::check_value_shape() const {
    const Shape& value = value_shape();
    const Shape x = point_.shape();
    if (form_ == Form::gradient && !value.empty()) {
        const bool one = count_of(value) == 1;
        throw py::value_error("gradient needs a scalar-valued f, but f(x) has shape " + text_of(value) +
                              "; use jacobian for array-valued functions" +
                              (one ? ", or return the number itself instead of an array of one" : ""));
    }
    if ((form_ == Form::sparse_hessian || form_ == Form::hessian_pattern) && !value.empty()) {
        throw py::value_error("a sparse Hessian needs a scalar-valued f, but f(x) has shape " + text_of(value));
    }
    if (form_ == Form::sparse_hessian_from_gradient && value != x) {
        throw py::value_error("grad returned shape " + text_of(value) + ", but x has shape " + text_of(x) +
                              "; a sparse Hessian needs the gradient of a scalar-valued f");
    }
    if (form_ == Form::derivative && value != x) {
        throw py::value_error("derivative needs an f that acts on each entry of x by itself, but x has shape " +
                              text_of(x) + " and f(x) has shape " + text_of(value) + "; use gradient or jacobian");
    }
    if (from_gradient(form_)) {
        const bool fits = value.size() >= x.size() &&
                          std::equal(x.begin(), x.end(), value.end() - static_cast<std::ptrdiff_t>(x.size()));
        if (!fits) {
            throw py::value_error("grad returned shape " + text_of(value) + ", but x has shape " + text_of(x) +
                                  "; a gradient has the shape of x (after that of f, where f is array-valued)");
        }
    }
    if (w_) {
        const Shape weights(w_->shape(), w_->shape() + w_->ndim());
        if (weights != value) {
            throw py::value_error("w has shape " + text_of(weights) + ", f(x) has shape " + text_of(value) +
                                  "; they must be equal");
        }
    }
}

Shape Task::result_shape() const {
    const Shape x = point_.shape();
    Shape shape = value_shape();
    switch (form_) {
        case Form::gradient:
        case Form::vjp:
        case Form::derivative:
            return x;
        case Form::jvp:
        case Form::value:
        case Form::partial:
        case Form::noise:
        case Form::jacobian_pattern:
        case Form::hessian_pattern:
        case Form::hvp_from_gradient:
            return shape;
        case Form::sparse_jacobian:
        case Form::sparse_hessian:
        case Form::sparse_hessian_from_gradient:
            return {static_cast<py::ssize_t>(compression_->entries())};
        case Form::transposed_jacobian: {
            Shape transposed = x;
            transposed.insert(transposed.end(), shape.begin(), shape.end());
            return transposed;
        }
        case Form::hessian:
            shape.insert(shape.end(), x.begin(), x.end());
            break;
        case Form::jacobian:
        case Form::hessian_from_gradient:
        case Form::hvp:
            break;
    }
    shape.insert(shape.end(), x.begin(), x.end());
    return shape;
}

py::array Task::allocate_result(bool real) {
    Kind kind = result_kind();
    kind.complex = kind.complex && !real;
    if (!out_ || real) return new_array(dtype_of(kind), result_shape());
    if (!out_->dtype().is(dtype_of(kind))) {
        throw py::type_error("out has dtype " + py::str(out_->dtype()).cast<std::string>() +
                             ", the derivative has dtype " + py::str(dtype_of(kind)).cast<std::string>());
    }
    return *out_;
}

void Task::mark(std::size_t flat, Status status) {
    if (!status_) {
        status_ = py::module_::import("numpy").attr("zeros")(result_.attr("shape"), py::dtype::of<std::int8_t>());
    }
    auto* entries = static_cast<std::int8_t*>(py::reinterpret_borrow<py::array>(status_).mutable_data());
    std::int8_t& entry = entries[flat];
    // NaN stays NaN; else the farther departure counts.
    const auto now = static_cast<std::int8_t>(status);
    if (entry >= 0) entry = now < 0 ? now : std::max(entry, now);
}

template <class R>
void Task::keep_steps(std::span<const R> steps) {
    if (!full_) return;
    py::array array = new_array(dtype_of({precision_of<R>, false}),
                                steps.size() == point_.size() && !(v_ && !is_second(form_)) ? point_.shape() : Shape{});
    std::ranges::copy(steps, static_cast<R*>(array.mutable_data()));
    steps_ = array;
}

void Task::explain(const NotFinite& error) const {
    throw py::value_error("f(x) is not finite: " +
                          (value_shape().empty() ? std::string("it is ")
                                                 : name_of_entry("f(x)", value_shape(), error.output()) + " is ") +
                          text_of(error.value()) + "; a derivative exists only where f is defined");
}

void Task::explain(const NotAnalytic& error) const {
    const std::string output = value_shape().empty() ? "f" : name_of_entry("f", value_shape(), error.output());
    throw py::value_error(
        "the complex step is wrong for this f: along a direction it gives " + text_of(error.found()) + " for " +
        output + ", a real difference gives " + text_of(error.expected()) +
        ". abs, conj, comparisons of x, or a call that drops imaginary parts make f not analytic; use "
        "method=\"auto\"");
}

void Task::explain(const PatternMismatch& error) const {
    const char* what = form_ == Form::sparse_jacobian ? "f(x)" : "grad(x)";
    throw py::value_error(std::string(what) + " has " + std::to_string(error.outputs()) + " entries (shape " +
                          text_of(value_shape()) + "), but the sparsity pattern has " + std::to_string(error.rows()) +
                          " rows");
}

void Task::explain(const NoRoom& error) const {
    if (error.reason() == NoRoom::Reason::step) {
        throw py::value_error("step is too small at " + name_of_entry("x", point_.shape(), error.variable()) +
                              ": x + step equals x in " + py::str(point_.array.dtype()).cast<std::string>());
    }
    if (error.variable() == NoRoom::whole_line) {
        throw py::value_error(
            "bounds leave no room to move x along v in either direction; take the whole derivative, "
            "whose columns need room in one variable only, and multiply it by v");
    }
    const std::size_t j = error.variable();
    const auto at = [&](const py::array& bound) {
        const std::vector<double> entries = entries_of<double>(bound);
        return text_of(entries.size() == 1 ? entries[0] : entries[j]);
    };
    throw py::value_error("bounds leave no room to move " + name_of_entry("x", point_.shape(), j) + ": it lies in [" +
                          at(*owner_.lower_) + ", " + at(*owner_.upper_) +
                          "]; widen the interval, or fix the variable");
}

// What adaptive.cpp uses of the above.
template Task::Setting<double> Task::setting<double>() const;
template Task::Setting<long double> Task::setting<long double>() const;
template void Task::keep_steps<double>(std::span<const double>);
template void Task::keep_steps<long double>(std::span<const long double>);

}  // namespace secant::bindings
