// Session: one run of the machine, from its first byte to the moment when it is decided.
//
// Passes the console on as it comes, to the user and to the log; passes the user's input to the
// guest; gives each line to the matcher; and ends when the matcher has decided, time is up, QEMU
// has ended, or a signal says so. One thread, one poll.
#ifndef BOOTIMAGE_RUNNER_SESSION_H_
#define BOOTIMAGE_RUNNER_SESSION_H_

#include <poll.h>

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bootimage/ladder/matcher.h"
#include "bootimage/runner/child.h"
#include "bootimage/runner/console_text.h"
#include "bootimage/runner/fd.h"
#include "bootimage/runner/outcome.h"

namespace bootimage {

// Takes SIGINT, SIGTERM, SIGHUP and SIGCHLD out of the ordinary way, to be read as data. Before the
// child is started; for the rest of the process.
Fd catch_signals();

class Session {
 public:
  // All must outlive the session. `log` may be closed.
  Session(Child& child, LadderMatcher& matcher, const Fd& signals, const Fd& log);

  Outcome run(absl::Duration timeout);
  const ConsoleText& console() const { return console_; }

 private:
  using Clock = std::chrono::steady_clock;

  // The places of what is waited for.
  enum Source : std::size_t { kOutput, kSignals, kUser, kGuestInput, kSources };

  std::array<pollfd, kSources> wanted() const;
  int wait_milliseconds() const;
  std::optional<Outcome::End> step();
  bool read_output();  // whether there was any
  void read_signals();
  void read_user();
  void write_guest_input();
  void show(absl::string_view bytes);
  void on_decided();
  Outcome finish(Outcome::End end);

  Child& child_;
  LadderMatcher& matcher_;
  const Fd& signals_;
  const Fd& log_;
  ConsoleText console_;
  Clock::time_point start_;
  std::optional<Clock::time_point> deadline_;  // none: never
  bool more_output_ = false;                   // perhaps: the last chunk was not empty
  bool user_has_input_ = true;
  std::string guest_input_;  // read from the user, not yet taken by the guest
  int stop_signal_ = 0;
  bool child_ended_ = false;
};

}  // namespace bootimage

#endif  // BOOTIMAGE_RUNNER_SESSION_H_
