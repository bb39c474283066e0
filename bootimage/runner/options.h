// What the runner was told on its command line.
#ifndef BOOTIMAGE_RUNNER_OPTIONS_H_
#define BOOTIMAGE_RUNNER_OPTIONS_H_

#include <cstdint>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bootimage/ladder/ladder.h"
#include "bootimage/ladder/matcher.h"

namespace bootimage {

struct RunOptions {
  Machine machine = {.harts = 2, .require_smp = false};
  std::string memory = "256M";
  Goal goal;
  // Infinite while a debugger holds the machine, unless --timeout is given.
  absl::Duration timeout = absl::Seconds(90);
  bool headless = false;
  bool icount = false;
  bool gdb = false;
  bool rng = true;  // the machine has a virtio entropy device
  bool help = false;
  std::string log;  // empty: none
  std::string qemu = "qemu-system-riscv64";
  // What the image's rules pass.
  std::string kernel;
  std::string bundle;    // empty: no initrd
  std::string bootargs;  // empty: none
  std::string plugin;    // of QEMU, with its arguments; empty: none
  std::string dtb;       // empty: QEMU's own
  bool ladder = true;    // false: only the goal counts
};

absl::StatusOr<RunOptions> parse_run_options(std::span<const std::string> arguments);
std::string run_usage();

// `bazel run` starts programs elsewhere: relative paths that the user gave are meant from
// `directory`. A --qemu with no slash is looked for on the PATH. The image's files stay.
void resolve_paths(RunOptions& options, const std::string& directory);

}  // namespace bootimage

#endif  // BOOTIMAGE_RUNNER_OPTIONS_H_
