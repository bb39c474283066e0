// LadderMatcher: reads a console line by line and says whether the ladder was climbed as it must
// be.
//
// A marker counts from its source alone, once, after every marker of the phases before its own and
// every earlier one of its source. A marker out of order, a failed self-test, a kernel panic, and a
// program of which init says that it ended in any other way than with status 0, end the run. The
// kernel has the UART until console takes it: from a task's first line on, a line with no stamp is
// nobody's (but a panic's) and counts for nothing.
//
// Lines that an image must show beside the ladder's are patterns of the goal: each must come, in
// any order. A program's bad end that is one of them does not end the run.
#ifndef BOOTIMAGE_LADDER_MATCHER_H_
#define BOOTIMAGE_LADDER_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bootimage/ladder/ladder.h"

namespace bootimage {

// When a run has come far enough. By default: at the last marker.
struct Goal {
  std::optional<std::size_t> phase;  // that phase's markers, and all before, have come
  std::string until;  // if not empty: this marker as it stands on the console; or, when it is none,
                      // this text anywhere in a line
  // Patterns as of a shell, each for a whole line.
  std::vector<std::string> expected = {};
};

class LadderMatcher {
 public:
  enum class State : std::uint8_t { kRunning, kReached, kFailed };

  LadderMatcher(std::vector<Marker> due, Goal goal);

  // One line, without its newline. Once reached or failed, nothing changes any more.
  State on_line(absl::string_view line);

  State state() const { return state_; }
  // Why, when failed: one line.
  const std::string& failure() const { return failure_; }
  // The first marker on the way to the goal that has not come. For a text that is no marker, all
  // are on the way.
  std::optional<Marker> first_missing() const;
  const std::string& until() const { return goal_.until; }
  bool until_is_text() const { return !goal_.until.empty() && !goal_marker_; }
  // The patterns of the goal for which no line has come.
  const std::vector<std::string>& missing_patterns() const { return goal_.expected; }

  std::size_t markers_seen() const;
  std::size_t markers_due() const;
  // Lines with no stamp after console took the UART, and the first of them.
  std::size_t foreign_lines() const { return foreign_lines_; }
  const std::string& first_foreign_line() const { return first_foreign_line_; }

 private:
  struct Line {
    absl::string_view source;  // kKernel, a task of the ladder, or empty: another task, or nobody
    absl::string_view text;    // without the stamp
  };

  Line attribute(absl::string_view line);
  std::optional<std::size_t> find_marker(const Line& line) const;
  void on_marker(std::size_t index);
  std::optional<std::size_t> missing_before(std::size_t index) const;
  bool is_on_the_way(const Marker& marker) const;
  static bool is_bad_end(const Line& line);
  bool is_expected(const std::string& line) const;
  void on_expected(const std::string& line);
  bool goal_is_reached() const;
  void fail(std::string why);

  std::vector<Marker> due_;
  std::vector<bool> seen_;                  // for each of due_
  Goal goal_;                               // without the patterns that have come
  std::optional<std::size_t> goal_marker_;  // goal_.until, when that is a marker
  bool text_seen_ = false;                  // goal_.until, when it is none
  bool kernel_has_uart_ = true;
  std::size_t foreign_lines_ = 0;
  std::string first_foreign_line_;
  State state_ = State::kRunning;
  std::string failure_;
};

}  // namespace bootimage

#endif  // BOOTIMAGE_LADDER_MATCHER_H_
