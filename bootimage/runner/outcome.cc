#include "bootimage/runner/outcome.h"

#include <sys/wait.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bootimage {
namespace {

constexpr int kSignalBase = 128;  // as shells tell of a signal

std::string seconds(absl::Duration duration) {
  return absl::StrFormat("%.2f s", absl::ToDoubleSeconds(duration));
}

std::string why(const Outcome& outcome, const LadderMatcher& matcher) {
  switch (outcome.end) {
    case Outcome::End::kLadder:
      return matcher.failure();
    case Outcome::End::kTimeout:
      return absl::StrCat("time is up after ", seconds(outcome.duration),
                          "; --timeout=SECONDS gives more");
    case Outcome::End::kQemuEnded:
      if (WIFSIGNALED(outcome.detail)) {
        return absl::StrFormat("QEMU was ended by signal %d after %s", WTERMSIG(outcome.detail),
                               seconds(outcome.duration));
      }
      return absl::StrFormat("QEMU ended with status %d after %s", WEXITSTATUS(outcome.detail),
                             seconds(outcome.duration));
    case Outcome::End::kSignal:
      return absl::StrFormat("stopped by signal %d (%s)", outcome.detail,
                             strsignal(outcome.detail));
  }
  return "";
}

std::string missing(const LadderMatcher& matcher) {
  std::string text;
  if (const auto marker = matcher.first_missing()) {
    absl::StrAppendFormat(&text, "qemu: first missing marker: \"%s%s\", phase %s, from %s\n",
                          marker->on_console(), marker->match == Match::kStart ? "..." : "",
                          ladder_phases()[marker->phase], marker->source);
  }
  if (matcher.until_is_text()) {
    absl::StrAppendFormat(&text, "qemu: no line had \"%s\"\n", matcher.until());
  }
  for (const std::string& pattern : matcher.missing_patterns()) {
    absl::StrAppendFormat(&text, "qemu: no line was like \"%s\"\n", pattern);
  }
  return text;
}

}  // namespace

int exit_code(const Outcome& outcome, const LadderMatcher& matcher) {
  if (matcher.state() == LadderMatcher::State::kReached) return 0;
  return outcome.end == Outcome::End::kSignal ? kSignalBase + outcome.detail : 1;
}

std::string report(const Outcome& outcome, const LadderMatcher& matcher,
                   std::span<const std::string> last_lines) {
  std::string text;
  if (matcher.state() == LadderMatcher::State::kReached) {
    absl::StrAppendFormat(&text, "qemu: ok: %s after %s\n",
                          matcher.until_is_text()
                              ? absl::StrCat("\"", matcher.until(), "\" came")
                              : absl::StrCat(matcher.markers_due(), " markers came in order"),
                          seconds(outcome.duration));
  } else {
    absl::StrAppend(&text, "qemu: FAILED: ", why(outcome, matcher), "\n");
    if (outcome.end == Outcome::End::kLadder && outcome.machine_stopped) {
      absl::StrAppend(&text, "qemu: the machine stopped by itself\n");
    }
    absl::StrAppend(&text, missing(matcher));
    absl::StrAppend(&text, last_lines.empty() ? "qemu: the console said nothing\n"
                                              : "qemu: last lines of the console:\n");
    for (const std::string& line : last_lines) absl::StrAppend(&text, "  | ", line, "\n");
  }
  if (matcher.foreign_lines() > 0) {
    absl::StrAppendFormat(&text,
                          "qemu: note: %d lines had no sender's name after console took the UART "
                          "and counted for nothing; the first: \"%s\"\n",
                          matcher.foreign_lines(), matcher.first_foreign_line());
  }
  return text;
}

}  // namespace bootimage
