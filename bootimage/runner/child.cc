#include "bootimage/runner/child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace bootimage {
namespace {

struct Pipe {
  Fd read;
  Fd write;
};

absl::StatusOr<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  return Pipe{.read = Fd(fds[0]), .write = Fd(fds[1])};
}

void set_nonblocking(const Fd& fd) { ::fcntl(fd.get(), F_SETFL, O_NONBLOCK); }

// In the new process, where only async-signal-safe calls are allowed: makes it what Child promises
// and runs the program. Returns only on failure, with errno.
void become(char* const* arguments, int input, int output, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it was gone before prctl
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGTTIN, SIG_DFL);
  if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0) return;
  ::execvp(arguments[0], arguments);
}

// 0 when the program runs (the pipe closes itself then), else the errno that kept it from that.
int start_error(const Fd& pipe) {
  int error = 0;
  ssize_t count = 0;
  do {
    count = ::read(pipe.get(), &error, sizeof(error));
  } while (count < 0 && errno == EINTR);
  return count == sizeof(error) ? error : 0;
}

}  // namespace

absl::StatusOr<Child> Child::start(std::span<const std::string> command, bool with_input) {
  std::vector<std::string> storage(command.begin(), command.end());
  std::vector<char*> arguments;
  arguments.reserve(storage.size() + 1);
  for (std::string& argument : storage) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  auto output = OutputFile::make();
  if (!output.ok()) return output.status();
  auto input = make_pipe();
  auto error = make_pipe();
  if (!input.ok()) return input.status();
  if (!error.ok()) return error.status();
  if (!with_input) {
    input->read.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    input->write.reset();
  }
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, "fork");
  if (pid == 0) {
    become(arguments.data(), input->read.get(), output->writer(), parent);
    const int why = errno;
    static_cast<void>(::write(error->write.get(), &why, sizeof(why)));
    ::_exit(127);
  }
  ::setpgid(pid, pid);  // here too: whoever comes first, stop() finds the group
  Child child(pid, *std::move(output), std::move(input->write));
  error->write.reset();
  if (const int why = start_error(error->read); why != 0) {
    return absl::NotFoundError(absl::StrCat(storage.front(), ": ", std::strerror(why)));
  }
  if (with_input) set_nonblocking(child.input_);
  return child;
}

bool Child::has_ended() const {
  siginfo_t info{};
  // Left unreaped, so that its number, which is the group's too, stays ours until stop().
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

int Child::stop() {
  if (pid_ < 0) return 0;
  ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

}  // namespace bootimage
