// A result's storage that is kept from run to run, so that no benchmark times the allocator.
#pragma once

#include <cstddef>
#include <vector>

#include "secant/sink.hpp"

class VectorDestination final : public secant::Destination<double> {
   public:
    explicit VectorDestination(std::size_t columns) : columns_(columns) {}
    [[nodiscard]] double* allocate(std::size_t outputs) override {
        entries_.resize(outputs * columns_);
        return entries_.data();
    }
    [[nodiscard]] double* data() noexcept { return entries_.data(); }

   private:
    std::size_t columns_;
    std::vector<double> entries_;
};
