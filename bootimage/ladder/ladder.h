// The ladder as data: the markers that a run of the image must show, in order, and who says each.
//
// docs: the system's contract ("Markers"). To add a marker, add a row to ladder.cc; to add a phase,
// its name and its rows. Nothing else knows a marker.
#ifndef BOOTIMAGE_LADDER_LADDER_H_
#define BOOTIMAGE_LADDER_LADDER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace bootimage {

// Who says a line. Tasks' lines begin with the task's name and ": ", written by console from the
// identity that the kernel tells; the kernel's lines have no such stamp.
inline constexpr absl::string_view kKernel = "kernel";

// When a row is due.
enum class Due : std::uint8_t {
  kAlways,
  kSmp,                 // with two harts or more
  kEachHartIfRequired,  // with --require-smp, once for each hart but the first two; '#' is its
                        // number
};

// How much of the line a row gives.
enum class Match : std::uint8_t {
  kWhole,
  kStart,  // the line goes on after it: a version, fields
};

struct Row {
  absl::string_view phase;
  absl::string_view source;  // kKernel, or a task's name
  absl::string_view text;    // without the stamp
  Due due = Due::kAlways;
  Match match = Match::kWhole;
};

// The table: phases in their order, rows of a source in theirs.
std::span<const Row> ladder_rows();

// The phases' names, in order, each once.
std::vector<absl::string_view> ladder_phases();

// A row that is due in a run, with everything filled in.
struct Marker {
  std::size_t phase;  // index into ladder_phases()
  absl::string_view source;
  std::string text;
  Match match;

  // As it stands on the console: "timed: ready".
  std::string on_console() const;
};

struct Machine {
  std::uint32_t harts = 1;
  bool require_smp = false;
};

// The markers that are due on that machine, in the order of the table.
std::vector<Marker> due_markers(std::span<const Row> rows, const Machine& machine);

}  // namespace bootimage

#endif  // BOOTIMAGE_LADDER_LADDER_H_
