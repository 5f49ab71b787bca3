// Colours and times beside ColPack's, in one process: `compare_colpack [--grid N] [--repeats K] [FILE ...]`.
//
// On a grid of N × N points (1000; 0 for none), each of our kernels and ColPack's colour in turns, K rounds (7), in the natural order. Times
// are those of ordering and colouring; what both build of a pattern beforehand is not counted. Of each FILE (Matrix Market), the
// fewest colours that color() finds are set beside the fewest of all of ColPack's orders and variants. The exit status is 1 where
// more than half of the time of what ColPack does by default is taken, or more colours than ColPack has.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <functional>
#include <iomanip>
#include <iostream>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "colpack.hpp"
#include "duel.hpp"
#include "matrix_market.hpp"
#include "patterns.hpp"
#include "secant/coloring/best.hpp"
#include "secant/coloring/check.hpp"
#include "secant/decompress.hpp"
#include "secant/parallel.hpp"
#include "table.hpp"

namespace {

using secant::Coloring;
using secant::ColoringProblem;
using secant::Decompression;
using secant::Order;
using secant::OrderKind;
using secant::Partition;
using secant::Structure;
using secant::bench::ColPackPeer;
using secant::bench::Index;
using secant::bench::OwnedPattern;
using secant::bench::PeerOrder;
using secant::bench::PeerResult;
using secant::bench::PeerThreads;
using secant::bench::Table;
using Pattern = secant::SparsityPattern<Index>;

constexpr ColoringProblem columns{};
constexpr ColoringProblem rows{.partition = Partition::row};
constexpr ColoringProblem bidirectional{.partition = Partition::bidirectional};
constexpr ColoringProblem direct{.structure = Structure::symmetric};
constexpr ColoringProblem substitution{.structure = Structure::symmetric, .decompression = Decompression::substitution};

[[nodiscard]] std::string name(const ColoringProblem& problem) {
    if (problem.structure == Structure::symmetric) {
        return problem.decompression == Decompression::direct ? "symmetric, direct" : "symmetric, substitution";
    }
    if (problem.partition == Partition::bidirectional) return "bidirectional";
    return problem.partition == Partition::column ? "column" : "row";
}

[[nodiscard]] std::string name(const Order& order) {
    switch (order.kind) {
        case OrderKind::natural:
            return "natural";
        case OrderKind::largest_first:
            return "largest first";
        case OrderKind::smallest_last:
            return "smallest last";
        case OrderKind::incidence_degree:
            return "incidence degree";
        case OrderKind::dynamic_largest_first:
            return "dynamic largest first";
        case OrderKind::random:
            return "random, seed " + std::to_string(order.seed);
    }
    throw std::invalid_argument("no such order");
}

[[nodiscard]] std::string text(double number, int decimals) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(decimals) << number;
    return out.str();
}

template <class Work>
[[nodiscard]] double seconds_of(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

[[nodiscard]] ColPackPeer peer_of(const Pattern& pattern) {
    return {static_cast<int>(pattern.rows()), static_cast<int>(pattern.columns()), pattern.by_rows().starts,
            pattern.by_rows().entries};
}

[[nodiscard]] Coloring as_coloring(PeerResult result) {
    Coloring coloring{.columns = std::move(result.column_colors), .rows = std::move(result.row_colors)};
    coloring.column_colors = secant::count_colors(coloring.columns);
    coloring.row_colors = secant::count_colors(coloring.rows);
    return coloring;
}

[[nodiscard]] Coloring of_columns(std::vector<secant::Color> colors) {
    Coloring coloring{.columns = std::move(colors)};
    coloring.column_colors = secant::count_colors(coloring.columns);
    return coloring;
}

// What is not as it is claimed to be, in words.
class Figures {
   public:
    void expect(bool met, const std::string& where, const std::string& what) {
        ++count_;
        if (!met) missed_.push_back(where + ": " + what);
    }
    [[nodiscard]] bool met() const noexcept { return missed_.empty(); }
    void report() const {
        std::cout << count_ - missed_.size() << " of " << count_ << " figures are met.\n";
        for (const std::string& figure : missed_) std::cout << "MISSED: " << figure << '\n';
    }

   private:
    std::size_t count_ = 0;
    std::vector<std::string> missed_;
};

// One line of the grid's table.
struct Contest {
    ColoringProblem problem;
    std::string our_name;
    std::string their_name;
    bool their_default;  // whether it is what ColPack's own interface would do
    std::function<Coloring(const Pattern&)> ours;
    std::function<PeerResult(ColPackPeer&)> theirs;
};

[[nodiscard]] Coloring column_kernel(const Pattern& pattern) {
    const auto order = secant::order_columns(pattern.by_columns(), pattern.by_rows(), Order{});
    return of_columns(secant::distance2_coloring<Index>(pattern.by_columns(), pattern.by_rows(), order));
}
[[nodiscard]] Coloring star_kernel(const Pattern& pattern) {
    return of_columns(secant::star_coloring<Index>(pattern.by_rows(), secant::order_graph(pattern.by_rows(), Order{})));
}
[[nodiscard]] Coloring acyclic_kernel(const Pattern& pattern) {
    return of_columns(
        secant::acyclic_coloring<Index>(pattern.by_rows(), secant::order_graph(pattern.by_rows(), Order{})));
}

[[nodiscard]] std::vector<Contest> contests() {
    const auto star = [](ColPackPeer& peer) { return peer.star(PeerOrder::natural); };
    const auto acyclic = [](ColPackPeer& peer) { return peer.acyclic(PeerOrder::natural); };
    const auto whole = [](const ColoringProblem& problem) {
        return [problem](const Pattern& pattern) { return secant::color(pattern, problem, Order{}); };
    };
    return {
        {columns, "distance2_coloring", "PartialDistanceTwo, serial", false, column_kernel,
         [](ColPackPeer& peer) { return peer.columns(PeerOrder::natural, PeerThreads::one); }},
        {columns, "distance2_coloring", "PartialDistanceTwo, OpenMP", true, column_kernel,
         [](ColPackPeer& peer) { return peer.columns(PeerOrder::natural, PeerThreads::all); }},
        {direct, "star_coloring", "Star", true, star_kernel, star},
        {direct, "star_coloring", "RestrictedStar", false, star_kernel,
         [](ColPackPeer& peer) { return peer.restricted_star(PeerOrder::natural); }},
        {direct, "color()", "Star", true, whole(direct), star},
        {substitution, "acyclic_coloring", "Acyclic", true, acyclic_kernel, acyclic},
        {substitution, "color()", "Acyclic", true, whole(substitution), acyclic},
    };
}

// By the recovery's own preparation, which is fast enough for large patterns.
void require_valid(const Pattern& pattern, const ColoringProblem& problem, Coloring coloring,
                   const std::string& whose) {
    try {
        const secant::Recovery<Index> recovery(pattern.by_rows(), pattern.columns(), problem, std::move(coloring));
    } catch (const secant::InvalidColoring& invalid) {
        throw std::runtime_error(whose + " does not determine entry (" + std::to_string(invalid.row()) + ", " +
                                 std::to_string(invalid.column()) + ")");
    }
}

void compare_grid(int side, std::size_t repeats, Figures& figures) {
    const OwnedPattern pattern(secant::bench::five_point_grid(side));
    ColPackPeer peer = peer_of(*pattern);
    Table table({{"problem", Table::Align::left},
                 {"secant", Table::Align::left},
                 {"ColPack", Table::Align::left},
                 {"colours"},
                 {"ColPack's"},
                 {"least s"},
                 {"ColPack's"},
                 {"ratio"},
                 {"median"}});
    for (const Contest& contest : contests()) {
        // Not timed: graphs are built, memory is there.
        Coloring first = contest.ours(*pattern);
        const std::size_t our_colors = first.count();
        require_valid(*pattern, contest.problem, std::move(first), contest.our_name);
        PeerResult their_first = contest.theirs(peer);
        int their_colors = their_first.colors;
        require_valid(*pattern, contest.problem, as_coloring(std::move(their_first)),
                      "ColPack's " + contest.their_name);

        const secant::bench::Duel times = secant::bench::duel(
            repeats,
            [&] {
                Coloring coloring;
                return seconds_of([&] { coloring = contest.ours(*pattern); });
            },
            [&] {
                const PeerResult result = contest.theirs(peer);
                their_colors = std::min(their_colors, result.colors);
                return result.seconds;
            });
        table.add({name(contest.problem), contest.our_name, contest.their_name, std::to_string(our_colors),
                   std::to_string(their_colors), text(times.our_least, 4), text(times.their_least, 4),
                   text(times.least_ratio(), 3), text(times.median_ratio, 3)});
        const std::string where = "grid, " + contest.our_name + " beside " + contest.their_name;
        figures.expect(our_colors <= static_cast<std::size_t>(their_colors), where, "more colours than ColPack");
        if (!contest.their_default) continue;
        figures.expect(times.median_ratio <= 0.5, where,
                       text(times.median_ratio, 3) + " of ColPack's time (median), more than 0.5");
    }
    std::cout << "Grid of " << side << " × " << side << " points, coupled to their 4 neighbours: " << pattern->entries()
              << " entries; natural order; OpenMP has " << secant::available_threads() << " threads.\n"
              << repeats
              << " rounds in turns. Seconds of ordering and colouring: the least of each, the ratio of these, and the"
              << " median of the rounds' ratios.\n\n"
              << table << '\n';
}

// One of ColPack's ways of colouring.
struct PeerVariant {
    std::string name;
    std::function<PeerResult()> color;
};

[[nodiscard]] std::vector<PeerVariant> peer_variants(ColPackPeer& peer, const ColoringProblem& problem) {
    using secant::bench::name;
    std::vector<PeerVariant> variants;
    const bool symmetric = problem.structure == Structure::symmetric;
    std::vector<PeerOrder> orders(secant::bench::peer_orders.begin(), secant::bench::peer_orders.end());
    if (symmetric) {
        const auto& more = secant::bench::distance_two_peer_orders;
        orders.insert(orders.end(), more.begin(), more.end());
    }
    for (const PeerOrder order : orders) {
        const std::string ordered(name(order));
        const auto add = [&](const std::string& variant, std::function<PeerResult()> color) {
            variants.push_back({variant + ordered, std::move(color)});
        };
        if (symmetric && problem.decompression == Decompression::direct) {
            add("STAR, ", [&peer, order] { return peer.star(order); });
            add("RESTRICTED_STAR, ", [&peer, order] { return peer.restricted_star(order); });
        } else if (symmetric) {
            add("ACYCLIC, ", [&peer, order] { return peer.acyclic(order); });
        } else if (problem.partition == Partition::column) {
            add("", [&peer, order] { return peer.columns(order); });
        } else if (problem.partition == Partition::row) {
            add("", [&peer, order] { return peer.rows(order); });
        } else {
            for (const auto bicoloring : secant::bench::peer_bicolorings) {
                add(std::string(name(bicoloring)) + ", ",
                    [&peer, order, bicoloring] { return peer.bidirectional(order, bicoloring); });
            }
        }
    }
    return variants;
}

struct FewestOfPeer {
    std::optional<int> colors;
    std::string variant;
    std::vector<std::string> left_out{};  // those that failed, and why
};

[[nodiscard]] FewestOfPeer fewest_of_peer(const Pattern& pattern, ColPackPeer& peer, const ColoringProblem& problem) {
    FewestOfPeer fewest;
    for (const PeerVariant& variant : peer_variants(peer, problem)) {
        try {
            PeerResult result = variant.color();
            const int colors = result.colors;
            if (fewest.colors && colors >= *fewest.colors) continue;
            if (const auto wrong = secant::check_coloring(pattern, problem, as_coloring(std::move(result)))) {
                fewest.left_out.push_back(variant.name + ": " + *wrong);
                continue;
            }
            fewest.colors = colors;
            fewest.variant = variant.name;
        } catch (const std::runtime_error& error) {
            fewest.left_out.push_back(variant.name + ": " + error.what());
        }
    }
    return fewest;
}

void compare_patterns(std::span<const std::string> paths, Figures& figures) {
    Table table({{"pattern", Table::Align::left},
                 {"problem", Table::Align::left},
                 {"secant"},
                 {"ms"},
                 {"by", Table::Align::left},
                 {"ColPack"},
                 {"by (the first of equals)", Table::Align::left}});
    std::vector<std::string> notes;
    for (const std::string& path : paths) {
        const OwnedPattern pattern(secant::bench::read_matrix_market(path));
        ColPackPeer peer = peer_of(*pattern);
        std::vector<ColoringProblem> problems{columns, rows, bidirectional};
        if (pattern->symmetric()) problems.insert(problems.end(), {direct, substitution});
        std::string stem = std::filesystem::path(path).stem().string();
        for (const ColoringProblem& problem : problems) {
            Coloring coloring;
            const double seconds = seconds_of([&] { coloring = secant::color(*pattern, problem); });
            const std::string where = stem + ", " + name(problem);
            if (const auto wrong = secant::check_coloring(*pattern, problem, coloring)) {
                throw std::runtime_error(where + ": " + *wrong);
            }
            const FewestOfPeer fewest = fewest_of_peer(*pattern, peer, problem);
            for (const std::string& reason : fewest.left_out) notes.push_back(where + ": " + reason);
            table.add({stem, name(problem), std::to_string(coloring.count()), text(1e3 * seconds, 1),
                       name(coloring.order), fewest.colors ? std::to_string(*fewest.colors) : "-", fewest.variant});
            if (fewest.colors) {
                figures.expect(coloring.count() <= static_cast<std::size_t>(*fewest.colors), where,
                               "more colours than ColPack");
            }
        }
    }
    std::cout << "Fewest colours of all orders; ColPack's, of all variants too.\n\n" << table << '\n';
    for (const std::string& note : notes) std::cout << "Left out of ColPack's, " << note << '\n';
    if (!notes.empty()) std::cout << '\n';
}

struct Options {
    int side = 1000;
    int repeats = 7;
    std::vector<std::string> paths{};
};

[[nodiscard]] Options options_of(std::span<char* const> arguments) {
    Options options;
    const auto number = [&](std::size_t k, int least) {
        const std::string_view option = arguments[k];
        const std::string_view given = k + 1 < arguments.size() ? arguments[k + 1] : "";
        int value = 0;
        const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
        if (error != std::errc() || end != given.data() + given.size() || value < least) {
            throw std::invalid_argument(std::string(option) + " needs a number from " + std::to_string(least) +
                                        " on, not '" + std::string(given) + "'");
        }
        return value;
    };
    for (std::size_t k = 1; k < arguments.size(); ++k) {
        const std::string_view argument = arguments[k];
        if (argument == "--grid") {
            options.side = number(k++, 0);
        } else if (argument == "--repeats") {
            options.repeats = number(k++, 1);
        } else if (argument.starts_with("-")) {
            throw std::invalid_argument("there is no option " + std::string(argument) +
                                        "; usage: compare_colpack [--grid N] [--repeats K] [FILE ...]");
        } else {
            options.paths.emplace_back(argument);
        }
    }
    if (options.side == 0 && options.paths.empty()) {
        throw std::invalid_argument("--grid 0 leaves nothing to compare: give it a FILE");
    }
    return options;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        const Options options = options_of({arguments, static_cast<std::size_t>(count)});
        Figures figures;
        if (options.side > 0) compare_grid(options.side, static_cast<std::size_t>(options.repeats), figures);
        if (!options.paths.empty()) compare_patterns(options.paths, figures);
        figures.report();
        return figures.met() ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "compare_colpack: " << error.what() << '\n';
        return 2;
    }
}
