#include "bootimage/runner/session.h"

#include <sys/signalfd.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>

namespace bootimage {
namespace {

// What a kernel prints after PANIC, or a test after FAIL, is worth the wait; and whether the
// machine then stops by itself.
constexpr std::chrono::milliseconds kLastWords(1000);
constexpr std::size_t kChunk = 65536;
// When QEMU has ended: what it left, and no more, should another go on writing.
constexpr int kChunksAfterEnd = 64;

// Best effort: a user who closed the pipe has seen enough, and the run goes on.
void write_all(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

Fd catch_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGTTIN,
           SIG_IGN);  // in the background: reading from the terminal fails, and that is all
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  return Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

Session::Session(Child& child, LadderMatcher& matcher, const Fd& signals, const Fd& log)
    : child_(child),
      matcher_(matcher),
      signals_(signals),
      log_(log),
      console_([this](absl::string_view line) {
        const auto before = matcher_.state();
        if (matcher_.on_line(line) != before) on_decided();
      }),
      start_(Clock::now()) {}

Outcome Session::run(absl::Duration timeout) {
  start_ = Clock::now();
  if (timeout != absl::InfiniteDuration()) {
    deadline_ = start_ + absl::ToChronoNanoseconds(timeout);
  }
  for (;;) {
    if (const auto end = step()) return finish(*end);
  }
}

std::optional<Outcome::End> Session::step() {
  auto fds = wanted();
  const int ready = ::poll(fds.data(), fds.size(), wait_milliseconds());
  if (ready > 0) {
    if (fds[kSignals].revents != 0) read_signals();
    if (fds[kGuestInput].revents != 0) write_guest_input();
    if (fds[kUser].revents != 0) read_user();
  }
  more_output_ = read_output();
  if (stop_signal_ != 0) return Outcome::End::kSignal;
  if (child_ended_) {
    for (int i = 0; i < kChunksAfterEnd && read_output(); ++i) {
    }
  }
  if (matcher_.state() == LadderMatcher::State::kReached) return Outcome::End::kLadder;
  const bool over = deadline_ && Clock::now() >= *deadline_;
  const bool failed = matcher_.state() == LadderMatcher::State::kFailed;
  if (failed && (over || child_ended_)) return Outcome::End::kLadder;
  if (child_ended_) return Outcome::End::kQemuEnded;
  if (over) return Outcome::End::kTimeout;
  return std::nullopt;
}

std::array<pollfd, Session::kSources> Session::wanted() const {
  // poll passes over a negative descriptor.
  const bool can_take = child_.input() >= 0 && user_has_input_ && guest_input_.empty();
  std::array<pollfd, kSources> fds{};
  fds[kOutput] = {.fd = child_.output().ready(), .events = POLLIN, .revents = 0};
  fds[kSignals] = {.fd = signals_.get(), .events = POLLIN, .revents = 0};
  fds[kUser] = {.fd = can_take ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0};
  fds[kGuestInput] = {
      .fd = guest_input_.empty() ? -1 : child_.input(), .events = POLLOUT, .revents = 0};
  return fds;
}

int Session::wait_milliseconds() const {
  if (more_output_) return 0;
  if (!deadline_) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, INT_MAX));
}

bool Session::read_output() {
  std::array<char, kChunk> buffer;
  const std::size_t count = child_.output().read(buffer);
  show({buffer.data(), count});
  return count != 0;
}

void Session::read_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
    if (info.ssi_signo != SIGCHLD) stop_signal_ = static_cast<int>(info.ssi_signo);
  }
  child_ended_ = child_ended_ || child_.has_ended();
}

void Session::read_user() {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (count > 0) {
    guest_input_.assign(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    user_has_input_ = false;
    child_.close_input();
  }
}

void Session::write_guest_input() {
  const ssize_t count = ::write(child_.input(), guest_input_.data(), guest_input_.size());
  if (count > 0) {
    guest_input_.erase(0, static_cast<std::size_t>(count));
  } else if (errno != EAGAIN && errno != EINTR) {
    guest_input_.clear();
    child_.close_input();
  }
}

void Session::show(absl::string_view bytes) {
  write_all(STDOUT_FILENO, bytes);
  if (log_.open()) write_all(log_.get(), bytes);
  console_.append(bytes);
}

void Session::on_decided() {
  if (matcher_.state() != LadderMatcher::State::kFailed) return;
  const auto soon = Clock::now() + kLastWords;
  deadline_ = deadline_ ? std::min(*deadline_, soon) : soon;
}

Outcome Session::finish(Outcome::End end) {
  const auto duration = absl::FromChrono(Clock::now() - start_);
  const int status = child_.stop();
  return {.end = end,
          .detail = end == Outcome::End::kSignal ? stop_signal_ : status,
          .duration = duration,
          .machine_stopped = child_ended_};
}

}  // namespace bootimage
