// ColPack as a peer: its colours of one pattern, and the seconds that they took.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace secant::bench {

// The order in which vertices are coloured, by ColPack's names. The last four are for symmetric patterns only: rows and columns of a
// Jacobian are ordered by distance two as it is.
enum class PeerOrder {
    natural,
    largest_first,
    dynamic_largest_first,
    smallest_last,
    incidence_degree,
    random,  // from the clock's seconds: not the same twice
    distance_two_largest_first,
    distance_two_dynamic_largest_first,
    distance_two_smallest_last,
    distance_two_incidence_degree,
};
// Those that give the same colours each time.
inline constexpr std::array peer_orders{PeerOrder::natural, PeerOrder::largest_first, PeerOrder::dynamic_largest_first,
                                        PeerOrder::smallest_last, PeerOrder::incidence_degree};
inline constexpr std::array distance_two_peer_orders{
    PeerOrder::distance_two_largest_first, PeerOrder::distance_two_dynamic_largest_first,
    PeerOrder::distance_two_smallest_last, PeerOrder::distance_two_incidence_degree};

// How rows and columns share the entries: the explicit ones begin with a vertex cover.
enum class PeerBicoloring { implicit_star, implicit_greedy_star, explicit_star, explicit_modified_star };
inline constexpr std::array peer_bicolorings{PeerBicoloring::implicit_star, PeerBicoloring::implicit_greedy_star,
                                             PeerBicoloring::explicit_star, PeerBicoloring::explicit_modified_star};

// `one` is ColPack's serial kernel. `all` is the one that its own interface takes: as many threads as OpenMP has. With more than
// one its colours change from run to run; with one it is the serial kernel and a search for conflicts that are not there.
enum class PeerThreads { one, all };

// ColPack's own names.
[[nodiscard]] std::string_view name(PeerOrder order);
[[nodiscard]] std::string_view name(PeerBicoloring variant);

struct PeerResult {
    int colors = 0;    // those in the vectors below, of columns and of rows together
    int reported = 0;  // what ColPack's GetVertexColorCount says: see ColPackPeer
    double ordering_seconds = 0;
    double seconds = 0;  // ordering and colouring
    // From 0; -1 where a bidirectional colouring needs none. Empty on a side that is not coloured.
    std::vector<int> column_colors;
    std::vector<int> row_colors;
};

// One pattern, by compressed rows without duplicates. A graph is built when it is first asked for, outside of all times, and what
// an earlier call left in it is cleared: calls can be made in any sequence, and alternate with another library's.
//
// ColPack's count is not always the number of colours. For star() it is never below 4; for bidirectional() it has one more for each
// side on which some vertex needs no colour; for PeerThreads::all it may keep colours that were taken back.
class ColPackPeer {
   public:
    ColPackPeer(int rows, int columns, std::span<const int> row_starts, std::span<const int> column_indices);
    ~ColPackPeer();
    ColPackPeer(ColPackPeer&&) noexcept;
    ColPackPeer& operator=(ColPackPeer&&) noexcept;

    // Partial distance-two colourings: no two columns (rows) of one colour meet in a row (column).
    [[nodiscard]] PeerResult columns(PeerOrder order, PeerThreads threads = PeerThreads::one);
    [[nodiscard]] PeerResult rows(PeerOrder order, PeerThreads threads = PeerThreads::one);
    [[nodiscard]] PeerResult bidirectional(PeerOrder order, PeerBicoloring variant);

    // For a symmetric pattern, which ColPack takes on trust; the diagonal may be there or not. The result is in column_colors.
    [[nodiscard]] PeerResult star(PeerOrder order);
    [[nodiscard]] PeerResult restricted_star(PeerOrder order);
    [[nodiscard]] PeerResult acyclic(PeerOrder order);

   private:
    struct Graphs;
    std::unique_ptr<Graphs> graphs_;
};

}  // namespace secant::bench
