// Outcome: how a run ended; and the words that tell the user.
#ifndef BOOTIMAGE_RUNNER_OUTCOME_H_
#define BOOTIMAGE_RUNNER_OUTCOME_H_

#include <cstdint>
#include <span>
#include <string>

#include "absl/time/time.h"
#include "bootimage/ladder/matcher.h"

namespace bootimage {

struct Outcome {
  enum class End : std::uint8_t {
    kLadder,  // the matcher decided: its state says what
    kTimeout,
    kQemuEnded,  // before the matcher decided
    kSignal,     // the runner was told to stop
  };
  End end = End::kLadder;
  int detail = 0;                // kQemuEnded: its wait status; kSignal: the number
  absl::Duration duration;       // since QEMU was started
  bool machine_stopped = false;  // QEMU ended, and was not ended by us
};

// 0 only when the goal was reached.
int exit_code(const Outcome& outcome, const LadderMatcher& matcher);

// What to print: one line for a success; else why, the first missing marker, and the last lines.
std::string report(const Outcome& outcome, const LadderMatcher& matcher,
                   std::span<const std::string> last_lines);

}  // namespace bootimage

#endif  // BOOTIMAGE_RUNNER_OUTCOME_H_
