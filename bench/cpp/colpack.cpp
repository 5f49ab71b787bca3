// ColPack's headers put `using namespace std` and macros into whatever includes them: nothing but this file does.
#include "colpack.hpp"

#include <ColPack/ColPackHeaders.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace secant::bench {
namespace {

// The pattern as ADOL-C hands it over: a pointer for each row, to the number of its entries and the entries.
class CountedRows {
   public:
    CountedRows(int rows, std::span<const int> row_starts, std::span<const int> column_indices) {
        const auto count = static_cast<std::size_t>(rows);
        if (rows < 0 || row_starts.size() != count + 1 ||
            column_indices.size() != static_cast<std::size_t>(row_starts.back()))
            throw std::invalid_argument("ColPackPeer: row_starts and column_indices are not those of the given rows");
        entries_.reserve(count + column_indices.size());
        for (std::size_t row = 0; row < count; ++row) {
            const auto begin = static_cast<std::size_t>(row_starts[row]);
            const auto size = static_cast<std::size_t>(row_starts[row + 1]) - begin;
            entries_.push_back(static_cast<unsigned>(size));
            for (const int column : column_indices.subspan(begin, size))
                entries_.push_back(static_cast<unsigned>(column));
        }
        unsigned* row_entries = entries_.data();
        for (std::size_t row = 0; row < count; ++row) {
            rows_.push_back(row_entries);
            row_entries += 1 + *row_entries;
        }
    }
    [[nodiscard]] unsigned** data() noexcept { return rows_.data(); }

   private:
    std::vector<unsigned> entries_;
    std::vector<unsigned*> rows_;
};

// ColPack skips an ordering or a colouring whose name is that of the last one, and frees the maps of the last colouring within the
// next: forget() comes before each. Its LARGEST_FIRST of rows or columns can lose the first vertices, where their numbers of neighbours
// rise from the fewest of all, and the colouring then reads past the end: ordered() says how many there are.
class PartialGraph final : public ColPack::BipartiteGraphPartialColoringInterface {
   public:
    PartialGraph(unsigned** pattern, int rows, int columns)
        : BipartiteGraphPartialColoringInterface(SRC_MEM_ADOLC, pattern, rows, columns) {}
    void forget() { Reset(); }
    [[nodiscard]] std::size_t ordered() const noexcept { return m_vi_OrderedVertices.size(); }
};

class BicoloringGraph final : public ColPack::BipartiteGraphBicoloringInterface {
   public:
    BicoloringGraph(unsigned** pattern, int rows, int columns)
        : BipartiteGraphBicoloringInterface(SRC_MEM_ADOLC, pattern, rows, columns) {}
    void forget() {
        Reset();
        m_mimi2_VertexEdgeMap.clear();
    }
    [[nodiscard]] std::size_t ordered() const noexcept { return m_vi_OrderedVertices.size(); }
};

class SymmetricGraph final : public ColPack::GraphColoringInterface {
   public:
    SymmetricGraph(unsigned** pattern, int rows) : GraphColoringInterface(SRC_MEM_ADOLC, pattern, rows) {}
    void forget() {
        ClearColoringONLY();
        ClearOrderingONLY();
        m_mimi2_VertexEdgeMap.clear();
    }
    [[nodiscard]] std::size_t ordered() const noexcept { return m_vi_OrderedVertices.size(); }
};

template <class Graph, class Order, class Color>
[[nodiscard]] PeerResult timed(Graph& graph, std::size_t vertices, const Order& order, const Color& color) {
    using Clock = std::chrono::steady_clock;
    using Seconds = std::chrono::duration<double>;
    graph.forget();
    const auto start = Clock::now();
    order();
    const auto ordered = Clock::now();
    if (graph.ordered() != vertices) throw std::runtime_error("ColPackPeer: ColPack's ordering has lost vertices");
    const auto resumed = Clock::now();
    color();
    const auto end = Clock::now();
    PeerResult result;
    result.ordering_seconds = Seconds(ordered - start).count();
    result.seconds = result.ordering_seconds + Seconds(end - resumed).count();
    result.reported = graph.GetVertexColorCount();
    return result;
}

// Gives the colours the numbers from 0, in their order; `none` becomes -1. Returns how many there are.
[[nodiscard]] int number_from_zero(std::vector<int>& colors, std::optional<int> none) {
    std::vector<int> values = colors;
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    if (none) std::erase(values, *none);
    for (int& color : colors)
        color = none == color ? -1 : static_cast<int>(std::ranges::lower_bound(values, color) - values.begin());
    return static_cast<int>(values.size());
}

void refuse_distance_two(PeerOrder order) {
    if (std::ranges::find(distance_two_peer_orders, order) != distance_two_peer_orders.end())
        throw std::invalid_argument("ColPackPeer: the order " + std::string(name(order)) +
                                    " is for symmetric patterns: star(), restricted_star() and acyclic()");
}

void order_side(PartialGraph& graph, PeerOrder order, const std::string& side) {
    refuse_distance_two(order);
    // OrderVertices does not know this one: it says so on std::cerr, and the colouring takes the natural order.
    if (order == PeerOrder::dynamic_largest_first)
        side == "COLUMN_PARTIAL_DISTANCE_TWO" ? graph.ColumnDynamicLargestFirstOrdering()
                                              : graph.RowDynamicLargestFirstOrdering();
    else
        graph.OrderVertices(std::string(name(order)), side);
}

}  // namespace

std::string_view name(PeerOrder order) {
    switch (order) {
        case PeerOrder::natural:
            return "NATURAL";
        case PeerOrder::largest_first:
            return "LARGEST_FIRST";
        case PeerOrder::dynamic_largest_first:
            return "DYNAMIC_LARGEST_FIRST";
        case PeerOrder::smallest_last:
            return "SMALLEST_LAST";
        case PeerOrder::incidence_degree:
            return "INCIDENCE_DEGREE";
        case PeerOrder::random:
            return "RANDOM";
        case PeerOrder::distance_two_largest_first:
            return "DISTANCE_TWO_LARGEST_FIRST";
        case PeerOrder::distance_two_dynamic_largest_first:
            return "DISTANCE_TWO_DYNAMIC_LARGEST_FIRST";
        case PeerOrder::distance_two_smallest_last:
            return "DISTANCE_TWO_SMALLEST_LAST";
        case PeerOrder::distance_two_incidence_degree:
            return "DISTANCE_TWO_INCIDENCE_DEGREE";
    }
    throw std::invalid_argument("ColPackPeer: no such order");
}

std::string_view name(PeerBicoloring variant) {
    switch (variant) {
        case PeerBicoloring::implicit_star:
            return "IMPLICIT_COVERING__STAR_BICOLORING";
        case PeerBicoloring::implicit_greedy_star:
            return "IMPLICIT_COVERING__GREEDY_STAR_BICOLORING";
        case PeerBicoloring::explicit_star:
            return "EXPLICIT_COVERING__STAR_BICOLORING";
        case PeerBicoloring::explicit_modified_star:
            return "EXPLICIT_COVERING__MODIFIED_STAR_BICOLORING";
    }
    throw std::invalid_argument("ColPackPeer: no such bicolouring");
}

struct ColPackPeer::Graphs {
    int rows;
    int columns;
    CountedRows pattern;
    std::optional<PartialGraph> partial_graph;
    std::optional<BicoloringGraph> bicoloring_graph;
    std::optional<SymmetricGraph> symmetric_graph;

    Graphs(int row_count, int column_count, std::span<const int> row_starts, std::span<const int> column_indices)
        : rows(row_count), columns(column_count), pattern(row_count, row_starts, column_indices) {}

    [[nodiscard]] PartialGraph& partial() {
        if (!partial_graph) partial_graph.emplace(pattern.data(), rows, columns);
        return *partial_graph;
    }
    [[nodiscard]] BicoloringGraph& bicoloring() {
        if (!bicoloring_graph) bicoloring_graph.emplace(pattern.data(), rows, columns);
        return *bicoloring_graph;
    }
    [[nodiscard]] SymmetricGraph& symmetric() {
        if (rows != columns)
            throw std::invalid_argument("ColPackPeer: a symmetric pattern has as many rows as columns");
        if (!symmetric_graph) symmetric_graph.emplace(pattern.data(), rows);
        return *symmetric_graph;
    }

    template <class Color>
    [[nodiscard]] PeerResult color_symmetric(PeerOrder order, const Color& color) {
        SymmetricGraph& graph = symmetric();
        PeerResult result = timed(
            graph, static_cast<std::size_t>(rows),
            [&] {
                if (order == PeerOrder::distance_two_dynamic_largest_first)
                    graph.DistanceTwoDynamicLargestFirstOrdering();
                else
                    graph.OrderVertices(std::string(name(order)));
            },
            [&] { color(graph); });
        graph.GetVertexColors(result.column_colors);
        result.colors = number_from_zero(result.column_colors, std::nullopt);
        return result;
    }
};

ColPackPeer::ColPackPeer(int rows, int columns, std::span<const int> row_starts, std::span<const int> column_indices)
    : graphs_(std::make_unique<Graphs>(rows, columns, row_starts, column_indices)) {}
ColPackPeer::~ColPackPeer() = default;
ColPackPeer::ColPackPeer(ColPackPeer&&) noexcept = default;
ColPackPeer& ColPackPeer::operator=(ColPackPeer&&) noexcept = default;

PeerResult ColPackPeer::columns(PeerOrder order, PeerThreads threads) {
    PartialGraph& graph = graphs_->partial();
    PeerResult result = timed(
        graph, static_cast<std::size_t>(graphs_->columns),
        [&] { order_side(graph, order, "COLUMN_PARTIAL_DISTANCE_TWO"); },
        [&] {
            threads == PeerThreads::one ? graph.PartialDistanceTwoColumnColoring_serial()
                                        : graph.PartialDistanceTwoColumnColoring();
        });
    graph.GetRightVertexColors(result.column_colors);
    result.colors = number_from_zero(result.column_colors, std::nullopt);
    return result;
}

PeerResult ColPackPeer::rows(PeerOrder order, PeerThreads threads) {
    PartialGraph& graph = graphs_->partial();
    PeerResult result = timed(
        graph, static_cast<std::size_t>(graphs_->rows), [&] { order_side(graph, order, "ROW_PARTIAL_DISTANCE_TWO"); },
        [&] {
            threads == PeerThreads::one ? graph.PartialDistanceTwoRowColoring_serial()
                                        : graph.PartialDistanceTwoRowColoring();
        });
    graph.GetLeftVertexColors(result.row_colors);
    result.colors = number_from_zero(result.row_colors, std::nullopt);
    return result;
}

PeerResult ColPackPeer::bidirectional(PeerOrder order, PeerBicoloring variant) {
    refuse_distance_two(order);
    BicoloringGraph& graph = graphs_->bicoloring();
    PeerResult result = timed(
        graph, static_cast<std::size_t>(graphs_->rows) + static_cast<std::size_t>(graphs_->columns),
        [&] { graph.OrderVertices(std::string(name(order))); },
        [&] {
            switch (variant) {
                case PeerBicoloring::implicit_star:
                    graph.ImplicitCoveringStarBicoloring();
                    break;
                case PeerBicoloring::implicit_greedy_star:
                    graph.ImplicitCoveringGreedyStarBicoloring();
                    break;
                case PeerBicoloring::explicit_star:
                    graph.ExplicitCoveringStarBicoloring();
                    break;
                case PeerBicoloring::explicit_modified_star:
                    graph.ExplicitCoveringModifiedStarBicoloring();
                    break;
            }
        });
    graph.GetLeftVertexColors(result.row_colors);
    graph.GetRightVertexColors(result.column_colors);
    // Rows that need no colour have 0; columns that need none have a number above all others.
    std::optional<int> no_column_color;
    if (graph.GetRightVertexDefaultColor() != 0) no_column_color = std::ranges::max(result.column_colors);
    result.colors = number_from_zero(result.row_colors, 0) + number_from_zero(result.column_colors, no_column_color);
    return result;
}

PeerResult ColPackPeer::star(PeerOrder order) {
    return graphs_->color_symmetric(order, [](SymmetricGraph& graph) { graph.GraphColoring::StarColoring(); });
}

PeerResult ColPackPeer::restricted_star(PeerOrder order) {
    return graphs_->color_symmetric(order,
                                    [](SymmetricGraph& graph) { graph.GraphColoring::RestrictedStarColoring(); });
}

PeerResult ColPackPeer::acyclic(PeerOrder order) {
    return graphs_->color_symmetric(order, [](SymmetricGraph& graph) { graph.GraphColoring::AcyclicColoring(); });
}

}  // namespace secant::bench
