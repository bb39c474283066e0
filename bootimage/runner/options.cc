#include "bootimage/runner/options.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "bootimage/flags/flag_table.h"

namespace bootimage {
namespace {

using Setter = std::function<absl::Status(absl::string_view)>;

constexpr std::uint32_t kMaxHarts = 8;
constexpr double kMaxTimeout = 24 * 60 * 60;

Setter set_harts(std::uint32_t* harts) {
  return [harts](absl::string_view value) {
    if (!absl::SimpleAtoi(value, harts) || *harts < 1 || *harts > kMaxHarts) {
      return absl::InvalidArgumentError("1 to 8");
    }
    return absl::OkStatus();
  };
}

// Less is too little for OpenSBI, the kernel, a bundle and the device tree side by side: the stock
// image starts from 9M on, and below that QEMU itself has no room for one or the other.
constexpr std::uint64_t kLeastMebibytes = 16;

Setter set_memory(std::string* memory, std::uint64_t least) {
  return [memory, least](absl::string_view value) {
    const absl::string_view digits = value.substr(0, value.empty() ? 0 : value.size() - 1);
    const bool unit = absl::EndsWith(value, "M") || absl::EndsWith(value, "G");
    std::uint32_t number = 0;
    if (!unit || !std::ranges::all_of(digits, absl::ascii_isdigit) ||
        !absl::SimpleAtoi(digits, &number) ||
        std::uint64_t{number} * (absl::EndsWith(value, "G") ? 1024 : 1) < least) {
      return absl::InvalidArgumentError(absl::StrCat("a size like 256M or 1G, from ", least, "M"));
    }
    *memory = std::string(value);
    return absl::OkStatus();
  };
}

Setter set_phase(Goal* goal) {
  return [goal](absl::string_view value) {
    const auto phases = ladder_phases();
    const auto found = std::ranges::find(phases, value);
    if (found == phases.end()) {
      return absl::InvalidArgumentError(absl::StrCat("one of ", absl::StrJoin(phases, ", ")));
    }
    goal->phase = static_cast<std::size_t>(found - phases.begin());
    return absl::OkStatus();
  };
}

Setter set_timeout(RunOptions* options, bool* given) {
  return [options, given](absl::string_view value) {
    double seconds = 0;
    if (!absl::SimpleAtod(value, &seconds) || !std::isfinite(seconds) || seconds <= 0 ||
        seconds > kMaxTimeout) {
      return absl::InvalidArgumentError("seconds, more than 0, like 90 or 0.5");
    }
    options->timeout = absl::Seconds(seconds);
    *given = true;
    return absl::OkStatus();
  };
}

Setter set_false(bool* target) {
  return [target](absl::string_view) {
    *target = false;
    return absl::OkStatus();
  };
}

Setter add_text(std::vector<std::string>* target) {
  return [target](absl::string_view value) {
    target->emplace_back(value);
    return absl::OkStatus();
  };
}

std::vector<Flag> flag_table(RunOptions* options, bool* timeout_given) {
  return {
      {"smp", "N", "harts, 1 to 8 (2)", set_harts(&options->machine.harts)},
      {"require-smp", "", "fail unless every hart came online",
       set_true(&options->machine.require_smp)},
      {"mem", "SIZE", "memory, from 16M (256M)", set_memory(&options->memory, kLeastMebibytes)},
      {"phase", "NAME", "stop when that phase's last marker has come", set_phase(&options->goal)},
      {"until", "TEXT", "stop at that marker, or at a line with that text",
       set_text(&options->goal.until)},
      {"timeout", "SECONDS", "give up after that time (90; with --gdb never)",
       set_timeout(options, timeout_given)},
      {"headless", "", "no input to the guest's serial line", set_true(&options->headless)},
      {"icount", "", "count instructions: an exact, repeatable run", set_true(&options->icount)},
      {"log", "FILE", "write the console to that file too", set_text(&options->log)},
      {"gdb", "", "wait for a debugger, and say how to attach it", set_true(&options->gdb)},
      {"no-rng", "", "a machine without an entropy device", set_false(&options->rng)},
      {"qemu", "PATH", "the QEMU to run (qemu-system-riscv64)", set_text(&options->qemu)},
      {"help", "", "show this", set_true(&options->help)},
      // For the test of what the kernel says of a machine that is too small.
      {"little-mem", "SIZE", "", set_memory(&options->memory, 1)},
      {"kernel", "ELF", "", set_text(&options->kernel)},
      {"bundle", "FILE", "", set_text(&options->bundle)},
      {"bootargs", "TEXT", "", set_text(&options->bootargs)},
      {"dtb", "FILE", "", set_text(&options->dtb)},
      {"plugin", "FILE,ARGUMENTS", "", set_text(&options->plugin)},
      {"no-ladder", "", "", set_false(&options->ladder)},
      {"expect", "PATTERN", "", add_text(&options->goal.expected)},
  };
}

void resolve(std::string& path, const std::string& directory) {
  if (!path.empty() && path.front() != '/') path = absl::StrCat(directory, "/", path);
}

}  // namespace

absl::StatusOr<RunOptions> parse_run_options(std::span<const std::string> arguments) {
  RunOptions options;
  bool timeout_given = false;
  const std::vector<Flag> table = flag_table(&options, &timeout_given);
  const auto positional = parse_flags(table, arguments);
  if (!positional.ok()) return positional.status();
  if (options.help) return options;
  if (!positional->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(positional->front(), ": wants flags, and nothing else"));
  }
  if (options.goal.phase && !options.goal.until.empty()) {
    return absl::InvalidArgumentError("--phase or --until, not both");
  }
  if (options.kernel.empty()) {
    return absl::InvalidArgumentError(
        "--kernel=ELF is missing; `bazel run //bootimage:qemu` gives it");
  }
  if (options.gdb && !timeout_given) options.timeout = absl::InfiniteDuration();
  return options;
}

std::string run_usage() {
  RunOptions options;
  bool timeout_given = false;
  return absl::StrCat(
      "usage: bazel run //bootimage:qemu -- [flags]\n"
      "Boots the image in QEMU and holds its console against the ladder of markers.\n",
      flag_help(flag_table(&options, &timeout_given)),
      "Phases: ", absl::StrJoin(ladder_phases(), ", "),
      ".\n"
      "Exit: 0 all markers came in order, and no program failed before the last;\n"
      "1 not, and what was wrong, or the first missing marker, is named;\n"
      "2 wrong flags; 128 + its number when a signal stopped the run.\n");
}

void resolve_paths(RunOptions& options, const std::string& directory) {
  if (directory.empty()) return;
  resolve(options.log, directory);
  if (absl::StrContains(options.qemu, "/")) resolve(options.qemu, directory);
}

}  // namespace bootimage
