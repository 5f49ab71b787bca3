// Where derivatives go once they are combined: a strip of columns × outputs at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "secant/loops.hpp"
#include "secant/precision.hpp"

namespace secant {

// Storage for a result, asked for once the number of outputs is known. `E` is the type of an entry of the result.
template <class E>
class Destination {
   public:
    virtual ~Destination() = default;
    // Room for outputs × columns entries in the order that the destination's layout says.
    [[nodiscard]] virtual E* allocate(std::size_t outputs) = 0;
};

// Which of the result's two axes is contiguous: columns (numerator layout: one row an output) or outputs (denominator).
enum class Layout : bool { numerator, denominator };

// A dense matrix, transposed on the way from columns, as they are computed, to rows, as NumPy and C store them.
template <class O, class E>
class DenseSink {
   public:
    DenseSink(Destination<E>& destination, Layout layout, std::size_t columns)
        : destination_(destination), layout_(layout), columns_(columns) {}

    void begin(std::size_t outputs) {
        outputs_ = outputs;
        data_ = destination_.allocate(outputs);
    }

    void store(std::size_t first_column, std::size_t columns, std::size_t first_output, std::size_t outputs,
               const O* strip, std::size_t stride) const noexcept {
        if (layout_ == Layout::denominator) {
            for (std::size_t k = 0; k < columns; ++k) {
                E* row = data_ + (first_column + k) * outputs_ + first_output;
                for (std::size_t i = 0; i < outputs; ++i) row[i] = static_cast<E>(strip[k * stride + i]);
            }
            return;
        }
        detail::transpose(strip, stride, columns, outputs, data_ + first_output * columns_ + first_column, columns_);
    }

   private:
    Destination<E>& destination_;
    Layout layout_;
    std::size_t columns_;
    std::size_t outputs_ = 0;
    E* data_ = nullptr;
};

// Columns kept as they are, in the kernels' own precision: for what is combined further (Hessians).
template <class O>
class ColumnSink {
   public:
    explicit ColumnSink(std::size_t columns) : columns_(columns) {}

    void begin(std::size_t outputs) {
        outputs_ = outputs;
        data_.resize(columns_ * outputs);
    }

    void store(std::size_t first_column, std::size_t columns, std::size_t first_output, std::size_t outputs,
               const O* strip, std::size_t stride) noexcept {
        for (std::size_t k = 0; k < columns; ++k) {
            std::copy_n(strip + k * stride, outputs, data_.data() + (first_column + k) * outputs_ + first_output);
        }
    }

    [[nodiscard]] std::span<const O> column(std::size_t index) const noexcept {
        return {data_.data() + index * outputs_, outputs_};
    }
    [[nodiscard]] std::span<O> column(std::size_t index) noexcept {
        return {data_.data() + index * outputs_, outputs_};
    }

   private:
    std::size_t columns_;
    std::size_t outputs_ = 0;
    std::vector<O> data_;
};

// w^T J without J: each column is reduced to one number as it comes, in the order of the outputs.
template <class O, class W, class E>
class ContractionSink {
   public:
    ContractionSink(Destination<E>& destination, std::span<const W> weights, std::size_t columns)
        : destination_(destination), weights_(weights), sums_(columns) {}

    void begin(std::size_t outputs) {
        outputs_ = outputs;
        data_ = destination_.allocate(outputs);
        std::fill_n(data_, sums_.size(), E(0));  // the sum over no outputs
    }

    void store(std::size_t first_column, std::size_t columns, std::size_t first_output, std::size_t outputs,
               const O* strip, std::size_t stride) noexcept {
        for (std::size_t k = 0; k < columns; ++k) {
            auto& sum = sums_[first_column + k];
            if (first_output == 0) sum = 0;
            for (std::size_t i = 0; i < outputs; ++i) sum += weights_[first_output + i] * strip[k * stride + i];
            data_[first_column + k] = static_cast<E>(sum);
        }
    }

   private:
    Destination<E>& destination_;
    std::span<const W> weights_;
    std::vector<decltype(W() * O())> sums_;
    std::size_t outputs_ = 0;
    E* data_ = nullptr;
};

}  // namespace secant
