// Entries of a compressed derivative that came out without a value, since other variables of their column had no room: their
// variables are grouped anew, with those that have as much room.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "secant/coloring/coloring.hpp"
#include "secant/decompress.hpp"
#include "secant/group.hpp"
#include "secant/pattern.hpp"
#include "secant/record.hpp"

namespace secant::detail {

// An entry that no probe of its column's has given a value.
struct MissingEntry {
    std::size_t column;
    std::size_t variable;
    std::size_t row;
    std::size_t entry;
};

// Those for which another variable of the column may be to blame: `alone(j, column)` says whether j by itself has room that the column
// has not.
template <class V, class I, class Alone>
[[nodiscard]] std::vector<MissingEntry> missing_entries(const Record<V>& record, const Recovery<I>& recovery,
                                                        const Groups<I>& groups, Alone&& alone) {
    std::vector<MissingEntry> missing;
    if (recovery.problem().decompression == Decompression::substitution) return missing;
    for (const Incident& incident : record.incidents) {
        if (incident.status != Status::not_finite) continue;
        recovery.for_entries_in(incident.output, static_cast<std::int32_t>(incident.column), groups.column_of(),
                                [&](std::size_t entry, std::size_t j) {
                                    if (alone(j, incident.column))
                                        missing.push_back({incident.column, j, incident.output, entry});
                                });
    }
    return missing;
}

// The variables of missing entries, coloured anew: those that shared a column still do where they have as much room as each other.
template <class I>
class Regrouping {
   public:
    // `room(j)`: something that can be ordered, the same for variables that may stay together. Sorts the entries by their new columns
    // and rows.
    template <class Room>
    Regrouping(std::vector<MissingEntry>& missing, std::size_t variables, Room&& room) {
        std::vector<Color> columns(variables, uncolored);
        for (const MissingEntry& one : missing) columns[one.variable] = static_cast<Color>(one.column);
        SplitColors split = split_colors(columns, room);
        colors_ = std::move(split.colors);
        classes_ = color_classes<I>(colors_, split.color_of.size());
        for (MissingEntry& one : missing) one.column = static_cast<std::size_t>(colors_[one.variable]);
        std::ranges::sort(missing, {},
                          [](const MissingEntry& one) { return std::tuple(one.column, one.row, one.entry); });
    }

    [[nodiscard]] Lists<I> classes() const noexcept { return classes_.view(); }
    [[nodiscard]] std::span<const Color> colors() const noexcept { return colors_; }

   private:
    std::vector<Color> colors_;
    OwnedLists<I> classes_;
};

// Calls visit(entry) for those in this row of this column.
template <class Visit>
void for_missing_in(std::span<const MissingEntry> missing, std::size_t column, std::size_t row, Visit&& visit) {
    const auto place = [](const MissingEntry& one) { return std::pair(one.column, one.row); };
    for (const MissingEntry& one : std::ranges::equal_range(missing, std::pair(column, row), {}, place)) visit(one);
}

// What was said of entries is taken back, and what is known of their columns now is said.
inline void amend(std::vector<Incident>& incidents, std::span<const MissingEntry> missing,
                  std::span<const Incident> now) {
    std::vector<std::size_t> entries;
    for (const MissingEntry& one : missing) entries.push_back(one.entry);
    std::ranges::sort(entries);
    std::erase_if(incidents,
                  [&](const Incident& incident) { return std::ranges::binary_search(entries, incident.column); });
    for (const Incident& incident : now) {
        for_missing_in(missing, incident.column, incident.output,
                       [&](const MissingEntry& one) { incidents.push_back({one.entry, 0, incident.status}); });
    }
}

}  // namespace secant::detail
