// Child: a program that this process started, in a process group of its own, and stops for sure.
//
// Its output is a file that keeps what is not yet read (output_file.h); its input goes through a
// pipe, or is /dev/null. It does not outlive its Child, and not this process either, however that
// ends.
#ifndef BOOTIMAGE_RUNNER_CHILD_H_
#define BOOTIMAGE_RUNNER_CHILD_H_

#include <sys/types.h>

#include <span>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "bootimage/runner/fd.h"
#include "bootimage/runner/output_file.h"

namespace bootimage {

class Child {
 public:
  // Looks for command[0] on the PATH. Its stderr is ours. An error says why it did not start.
  static absl::StatusOr<Child> start(std::span<const std::string> command, bool with_input);

  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)),
        output_(std::move(other.output_)),
        input_(std::move(other.input_)) {}
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { stop(); }

  OutputFile& output() { return output_; }
  // Does not block. -1: closed.
  int input() const { return input_.get(); }
  void close_input() { input_.reset(); }

  // Whether it ended by itself. SIGCHLD tells when to ask.
  bool has_ended() const;

  // Kills the whole group, if any of it is left, and answers the wait status. Once.
  int stop();

 private:
  Child(pid_t pid, OutputFile output, Fd input)
      : pid_(pid), output_(std::move(output)), input_(std::move(input)) {}

  pid_t pid_;  // -1: stopped and reaped
  OutputFile output_;
  Fd input_;
};

}  // namespace bootimage

#endif  // BOOTIMAGE_RUNNER_CHILD_H_
