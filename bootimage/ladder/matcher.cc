#include "bootimage/ladder/matcher.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace bootimage {
namespace {

constexpr absl::string_view kSelfTest = "SELFTEST";
constexpr absl::string_view kKernelSelfTest = "KSELFTEST: ";
constexpr absl::string_view kInit = "init";
constexpr absl::string_view kPanic = "PANIC ";
// How init tells of a task: "greeter ended: exited status=1".
constexpr absl::string_view kEnded = " ended: ";
constexpr absl::string_view kEndedWell = "exited status=0";
// It stamps lines, so it may have some of its own before any marker of a task.
constexpr absl::string_view kConsole = "console";

bool matches(const Marker& marker, absl::string_view text) {
  if (marker.match == Match::kWhole) return text == marker.text;
  if (!absl::StartsWith(text, marker.text)) return false;
  // Ends at a word's end: "ok" is not the start of "okay", and a version is not empty.
  const bool more_wanted = absl::EndsWith(marker.text, " ");
  if (text.size() == marker.text.size()) return !more_wanted;
  return more_wanted || text[marker.text.size()] == ' ';
}

bool is_like(const std::string& pattern, const std::string& line) {
  return ::fnmatch(pattern.c_str(), line.c_str(), 0) == 0;
}

bool looks_stamped(absl::string_view line) {
  const std::size_t end = line.find(": ");
  if (end == absl::string_view::npos || end == 0) return false;
  return std::ranges::all_of(line.substr(0, end), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-';
  });
}

absl::string_view strip_carriage_returns(absl::string_view line) {
  while (absl::ConsumePrefix(&line, "\r")) {
  }
  while (absl::ConsumeSuffix(&line, "\r")) {
  }
  return line;
}

}  // namespace

LadderMatcher::LadderMatcher(std::vector<Marker> due, Goal goal)
    : due_(std::move(due)), seen_(due_.size()), goal_(std::move(goal)) {
  const auto found = std::ranges::find(due_, goal_.until, &Marker::on_console);
  if (!goal_.until.empty() && found != due_.end()) {
    goal_marker_ = static_cast<std::size_t>(found - due_.begin());
  }
}

LadderMatcher::State LadderMatcher::on_line(absl::string_view raw) {
  if (state_ != State::kRunning) return state_;
  const absl::string_view whole = strip_carriage_returns(raw);
  if (absl::StartsWith(whole, kPanic)) {
    fail(absl::StrCat("the kernel panicked: ", whole));
    return state_;
  }
  const Line line = attribute(whole);
  const bool tests_speak = line.source == kSelfTest ||
                           (line.source == kKernel && absl::StartsWith(line.text, kKernelSelfTest));
  if (tests_speak && absl::StrContains(absl::StrCat(line.text, " "), " FAIL ")) {
    fail(absl::StrCat("a self-test failed: ", whole));
    return state_;
  }
  if (line.source == kInit && absl::StartsWith(line.text, "FAIL ")) {
    fail(absl::StrCat("init gave up: ", whole));
    return state_;
  }
  if (is_bad_end(line) && !is_expected(std::string(whole))) {
    fail(absl::StrCat("a program failed: ", whole));
    return state_;
  }
  if (const auto index = find_marker(line)) on_marker(*index);
  on_expected(std::string(whole));
  if (until_is_text() && absl::StrContains(whole, goal_.until)) text_seen_ = true;
  if (state_ == State::kRunning && goal_is_reached()) state_ = State::kReached;
  return state_;
}

LadderMatcher::Line LadderMatcher::attribute(absl::string_view line) {
  const std::size_t end = line.find(": ");
  const absl::string_view stamp = end == absl::string_view::npos ? "" : line.substr(0, end);
  const bool known = std::ranges::any_of(
      due_, [&](const Marker& marker) { return marker.source == stamp && stamp != kKernel; });
  if (known || stamp == kConsole) {
    kernel_has_uart_ = false;
    return {.source = stamp, .text = line.substr(end + 2)};
  }
  if (kernel_has_uart_) return {.source = kKernel, .text = line};
  if (!line.empty() && !looks_stamped(line)) {
    if (foreign_lines_++ == 0) first_foreign_line_ = std::string(line);
  }
  return {.source = "", .text = line};
}

std::optional<std::size_t> LadderMatcher::find_marker(const Line& line) const {
  for (std::size_t i = 0; i < due_.size(); ++i) {
    if (!seen_[i] && due_[i].source == line.source && matches(due_[i], line.text)) return i;
  }
  return std::nullopt;
}

void LadderMatcher::on_marker(std::size_t index) {
  if (const auto missing = missing_before(index)) {
    fail(absl::StrFormat("out of order: \"%s\" came before \"%s\"", due_[index].on_console(),
                         due_[*missing].on_console()));
    return;
  }
  seen_[index] = true;
}

std::optional<std::size_t> LadderMatcher::missing_before(std::size_t index) const {
  for (std::size_t i = 0; i < index; ++i) {
    const bool ordered = due_[i].phase < due_[index].phase || due_[i].source == due_[index].source;
    if (!seen_[i] && ordered) return i;
  }
  return std::nullopt;
}

bool LadderMatcher::is_on_the_way(const Marker& marker) const {
  if (goal_.phase) return marker.phase <= *goal_.phase;
  if (!goal_marker_) return true;
  const Marker& last = due_[*goal_marker_];
  if (marker.phase != last.phase) return marker.phase < last.phase;
  return marker.source == last.source && &marker <= &last;
}

bool LadderMatcher::is_bad_end(const Line& line) {
  if (line.source != kInit) return false;
  const std::size_t at = line.text.find(kEnded);
  return at != absl::string_view::npos && line.text.substr(at + kEnded.size()) != kEndedWell;
}

bool LadderMatcher::is_expected(const std::string& line) const {
  return std::ranges::any_of(
      goal_.expected, [&line](const std::string& pattern) { return is_like(pattern, line); });
}

void LadderMatcher::on_expected(const std::string& line) {
  std::erase_if(goal_.expected,
                [&line](const std::string& pattern) { return is_like(pattern, line); });
}

bool LadderMatcher::goal_is_reached() const {
  if (!goal_.expected.empty()) return false;
  if (until_is_text()) return text_seen_;
  return !first_missing();
}

std::optional<Marker> LadderMatcher::first_missing() const {
  for (std::size_t i = 0; i < due_.size(); ++i) {
    if (!seen_[i] && is_on_the_way(due_[i])) return due_[i];
  }
  return std::nullopt;
}

std::size_t LadderMatcher::markers_seen() const {
  return static_cast<std::size_t>(std::ranges::count(seen_, true));
}

std::size_t LadderMatcher::markers_due() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(due_, [this](const Marker& marker) { return is_on_the_way(marker); }));
}

void LadderMatcher::fail(std::string why) {
  state_ = State::kFailed;
  failure_ = std::move(why);
}

}  // namespace bootimage
