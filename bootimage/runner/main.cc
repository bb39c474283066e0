// The runner behind `bazel run //bootimage:qemu`: boots an image, holds it against the ladder.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bootimage/ladder/ladder.h"
#include "bootimage/ladder/matcher.h"
#include "bootimage/runner/child.h"
#include "bootimage/runner/fd.h"
#include "bootimage/runner/options.h"
#include "bootimage/runner/outcome.h"
#include "bootimage/runner/qemu_command.h"
#include "bootimage/runner/session.h"

namespace bootimage {
namespace {

void say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

// A pipe of ours must not become descriptor 0, 1 or 2 because a caller closed those.
void open_standard_streams() {
  int fd = 0;
  do {
    fd = ::open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) ::close(fd);
}

int boot(const RunOptions& options) {
  Fd log;
  if (!options.log.empty()) {
    log.reset(::open(options.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!log.open()) {
      say(absl::StrCat("qemu: ", options.log, ": cannot write: ", std::strerror(errno),
                       "; give another --log=FILE\n"));
      return 1;
    }
  }
  const Fd signals = catch_signals();
  auto child = Child::start(qemu_command(options), !options.headless);
  if (!child.ok()) {
    const bool is_missing = absl::IsNotFound(child.status());
    say(absl::StrCat(
        "qemu: cannot start ", child.status().message(),
        is_missing ? "; install Debian's qemu-system-misc, or say where it is with --qemu=PATH"
                   : "",
        "\n"));
    return 1;
  }
  if (options.gdb) say(absl::StrCat("qemu: waiting for: ", gdb_command(options), "\n"));
  std::vector<Marker> due;
  if (options.ladder) due = due_markers(ladder_rows(), options.machine);
  LadderMatcher matcher(std::move(due), options.goal);
  Session session(*child, matcher, signals, log);
  const Outcome outcome = session.run(options.timeout);
  say(report(outcome, matcher, session.console().last_lines()));
  return exit_code(outcome, matcher);
}

int run(const std::vector<std::string>& arguments) {
  auto options = parse_run_options(arguments);
  if (!options.ok()) {
    say(absl::StrCat("qemu: ", options.status().message(), "\n", run_usage()));
    return 2;
  }
  if (options->help) {
    std::fputs(run_usage().c_str(), stdout);
    return 0;
  }
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");  // what `bazel run` sets
  resolve_paths(*options, directory == nullptr ? "" : directory);
  return boot(*options);
}

}  // namespace
}  // namespace bootimage

int main(int argc, char** argv) {
  bootimage::open_standard_streams();
  return bootimage::run(std::vector<std::string>(argv + 1, argv + argc));
}
