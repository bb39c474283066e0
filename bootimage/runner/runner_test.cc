// The runner as its users meet it, with a shell script in the place of QEMU: exit statuses, output,
// and no process left behind.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string runner_path;

constexpr const char* kBringUp =
    "printf 'OpenSBI v1.1\\ntessera vers. 0.1\\nKINIT: cpu%d online\\nKINIT: cpu%d online\\n' 0 1\n"
    "printf 'KSELFTEST: %s ok\\n' 'smp online' 'ipi counterfactual' 'ipi resched' "
    "test_reject_invalid_ipi_target_cpu test_reject_offline_cpu_resched 'work stealing' "
    "test_reject_steal_above_bound test_reject_steal_higher_qos 'tlb shootdown counterfactual' "
    "'tlb shootdown'\n"
    "printf 'init: start\\ninit: start console\\ninit: up console\\n'\n"
    "printf 'init: start auditd\\ninit: up auditd\\ninit: start policyd\\npolicyd: ready\\n'\n"
    "printf 'init: up policyd\\n'\n"
    "printf 'init: start timed\\ntimed: ready\\ninit: up timed\\n'\n"
    "printf 'init: start execd\\nexecd: ready\\ninit: up execd\\ninit: ready\\n'\n";
constexpr const char* kRest =
    "printf 'SELFTEST: %s\\n' 'qos ok' 'timed coalesce ok' 'mmio map ok' 'cap query mmio ok' 'cap "
    "query vmo ok' 'ipc payload roundtrip ok' 'ipc "
    "deadline timeout "
    "ok' "
    "'ipc sender identity ok' 'ipc cap transfer ok' 'vmo share ok' "
    "'vmo seal ok' 'vmo revoke unmaps ok' 'policy allow ok' 'policy deny ok' 'mmio policy deny ok' "
    "'policy spoof denied ok' 'policy malformed ok' 'policy silent denied ok'\n"
    "printf 'child: hello\\nexecd: elf load ok image=child task=9\\n'\n"
    "printf 'execd: child exited task=9 status=51\\n'\n"
    "printf 'execd: crash report task=10 cause=readFault pc=0x10004 image=child\\n'\n"
    "printf 'SELFTEST: %s\\n' 'e2e exec-elf ok' 'child exit ok' 'crash report ok' 'exec denied ok' "
    "'execd malformed ok' 'reap storm ok' 'rng ok' end\n";
constexpr const char* kHang = "sleep 600\n";

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0 || errno == EPERM; }

class Runner : public ::testing::Test {
 protected:
  Runner()
      : folder_(absl::StrCat(::testing::TempDir(), "/",
                             ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    ::mkdir(folder_.c_str(), 0700);
  }

  std::string file(const std::string& name) const { return absl::StrCat(folder_, "/", name); }

  // Writes the script that is QEMU. It first leaves its number in the file `pid`.
  void qemu_does(const std::string& script) {
    std::ofstream(file("qemu")) << "#!/bin/sh\necho $$ >" << file("pid") << "\n" << script;
    ::chmod(file("qemu").c_str(), 0700);
  }

  // Starts the runner with its streams in files; `input` is what it can read.
  void start(std::vector<std::string> flags, const std::string& input = "") {
    std::ofstream(file("in")) << input;
    flags.insert(flags.begin(),
                 {runner_path, "--kernel=k", "--bundle=b", absl::StrCat("--qemu=", file("qemu"))});
    pid_ = ::fork();
    if (pid_ != 0) return;
    redirect("in", O_RDONLY, STDIN_FILENO);
    redirect("out", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    redirect("err", O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    std::vector<char*> arguments;
    arguments.reserve(flags.size() + 1);
    for (std::string& flag : flags) arguments.push_back(flag.data());
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(126);
  }

  void redirect(const std::string& name, int how, int stream) const {
    const int fd = ::open(file(name).c_str(), how, 0600);
    if (fd < 0 || ::dup2(fd, stream) < 0) ::_exit(125);
  }

  // Its exit status, or 1000 + the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    out_ = read_file(file("out"));
    err_ = read_file(file("err"));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

  int run(const std::vector<std::string>& flags, const std::string& input = "") {
    start(flags, input);
    return wait();
  }

  // The number in a file that the script writes, once it is there.
  pid_t pid_in(const std::string& name) const {
    for (int i = 0; i < 1000; ++i) {
      const int pid = std::atoi(read_file(file(name)).c_str());
      if (pid > 0) return pid;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "the script never wrote " << name;
    return 0;
  }

  // A killed process that nobody waits for takes a moment to go.
  static bool is_gone(pid_t pid) {
    for (int i = 0; i < 300 && is_alive(pid); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return !is_alive(pid);
  }

  std::string folder_;
  pid_t pid_ = 0;
  std::string out_;
  std::string err_;
};

TEST_F(Runner, SuccessStopsQemu) {
  qemu_does(absl::StrCat(kBringUp, kRest, kHang));
  EXPECT_EQ(run({"--headless"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("SELFTEST: end\n"));
  EXPECT_THAT(err_, HasSubstr("qemu: ok: 58 markers came in order"));
  EXPECT_TRUE(is_gone(pid_in("pid")));
}

TEST_F(Runner, SuccessWhenQemuEndsByItself) {
  qemu_does(absl::StrCat(kBringUp, kRest));
  EXPECT_EQ(run({"--headless"}), 0) << err_;
}

TEST_F(Runner, TimeoutNamesTheFirstMissingMarker) {
  qemu_does(kHang);
  EXPECT_EQ(run({"--headless", "--timeout=0.05"}), 1);
  EXPECT_THAT(err_, HasSubstr("time is up after 0.0"));
  EXPECT_THAT(err_, HasSubstr("first missing marker: \"tessera vers. ...\", phase bring-up"));
  EXPECT_TRUE(is_gone(pid_in("pid")));
}

TEST_F(Runner, TimeoutShowsTheLastLines) {
  qemu_does(absl::StrCat(kBringUp, kHang));
  EXPECT_EQ(run({"--headless", "--timeout=1"}), 1);
  EXPECT_THAT(err_, HasSubstr("first missing marker: \"SELFTEST: qos ok\", phase qos"));
  EXPECT_THAT(err_, HasSubstr("  | init: up execd\n  | init: ready\n"));
}

TEST_F(Runner, TheWholeGroupIsStopped) {
  qemu_does(absl::StrCat("sleep 600 & echo $! >", file("grandchild"), "\nwait\n"));
  start({"--headless", "--timeout=60"});
  const pid_t grandchild = pid_in("grandchild");
  ::kill(pid_, SIGTERM);
  EXPECT_EQ(wait(), 128 + SIGTERM);
  EXPECT_TRUE(is_gone(grandchild));
  EXPECT_TRUE(is_gone(pid_in("pid")));
}

TEST_F(Runner, InterruptStopsQemu) {
  qemu_does(kHang);
  start({"--headless"});
  const pid_t qemu = pid_in("pid");
  ::kill(pid_, SIGINT);
  EXPECT_EQ(wait(), 128 + SIGINT);
  EXPECT_THAT(err_, HasSubstr("stopped by signal 2"));
  EXPECT_TRUE(is_gone(qemu));
}

TEST_F(Runner, QemuDiesEvenWithARunnerThatIsKilled) {
  qemu_does("exec sleep 600\n");
  start({"--headless"});
  const pid_t qemu = pid_in("pid");
  ::kill(pid_, SIGKILL);
  EXPECT_EQ(wait(), 1000 + SIGKILL);
  EXPECT_TRUE(is_gone(qemu));
}

TEST_F(Runner, QemuThatEndsTooEarly) {
  qemu_does(absl::StrCat(kBringUp, "exit 3\n"));
  EXPECT_EQ(run({"--headless"}), 1);
  EXPECT_THAT(err_, HasSubstr("QEMU ended with status 3"));
  EXPECT_THAT(err_, HasSubstr("first missing marker: \"SELFTEST: qos ok\""));
  EXPECT_THAT(out_, HasSubstr("init: ready"));
}

TEST_F(Runner, QemuThatEndsWhileAnotherHoldsItsOutput) {
  qemu_does(absl::StrCat(kBringUp, "sleep 600 & exit 4\n"));
  EXPECT_EQ(run({"--headless"}), 1);
  EXPECT_THAT(err_, HasSubstr("QEMU ended with status 4"));
}

TEST_F(Runner, PanicEndsTheRunWithItsLastWords) {
  qemu_does(absl::StrCat(kBringUp, "printf 'PANIC no frames\\npc 0x1234\\n'\n", kHang));
  EXPECT_EQ(run({"--headless"}), 1);
  EXPECT_THAT(err_, HasSubstr("the kernel panicked: PANIC no frames"));
  EXPECT_THAT(err_, HasSubstr("  | pc 0x1234\n"));
}

TEST_F(Runner, AMachineThatStopsAfterAPanicIsSeen) {
  const std::string panic = absl::StrCat(kBringUp, "printf 'PANIC no frames\\n'\n");
  qemu_does(panic);
  EXPECT_EQ(run({"--headless"}), 1);
  EXPECT_THAT(err_, HasSubstr("qemu: the machine stopped by itself\n"));
  qemu_does(absl::StrCat(panic, kHang));
  EXPECT_EQ(run({"--headless"}), 1);
  EXPECT_THAT(err_, Not(HasSubstr("by itself")));
}

TEST_F(Runner, ExpectedLinesAreWaitedFor) {
  qemu_does(absl::StrCat(kBringUp, kRest, "sleep 0.3\nprintf 'init: a ended\\n'\n", kHang));
  EXPECT_EQ(run({"--headless", "--expect=init: ? ended"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("init: a ended\n"));
  EXPECT_EQ(run({"--headless", "--expect=init: b ended", "--timeout=1"}), 1);
  EXPECT_THAT(err_, HasSubstr("qemu: no line was like \"init: b ended\""));
}

TEST_F(Runner, WithoutTheLadderOnlyTheGoalCounts) {
  qemu_does(absl::StrCat("printf 'init: ready\\ninit: start timed\\ntask: end\\n'\n", kHang));
  EXPECT_EQ(run({"--headless", "--no-ladder", "--until=task: end"}), 0) << err_;
  EXPECT_EQ(run({"--headless", "--until=task: end"}), 1);
  EXPECT_THAT(err_, HasSubstr("out of order"));
}

TEST_F(Runner, FailEndsTheRun) {
  qemu_does(absl::StrCat(kBringUp, "printf 'SELFTEST: qos FAIL early\\n'\n", kRest));
  EXPECT_EQ(run({"--headless"}), 1);
  EXPECT_THAT(err_, HasSubstr("a self-test failed: SELFTEST: qos FAIL early"));
}

TEST_F(Runner, AProgramThatFailsEndsTheRun) {
  qemu_does(absl::StrCat(kBringUp, "printf 'init: ask_greeter ended: exited status=1\\n'\n", kRest,
                         kHang));
  EXPECT_EQ(run({"--headless"}), 1);
  EXPECT_THAT(err_, HasSubstr("a program failed: init: ask_greeter ended: exited status=1"));
  EXPECT_EQ(run({"--headless", "--expect=init: ask_greeter ended: exited status=1"}), 0) << err_;
}

TEST_F(Runner, RequireSmpFailsWhenAHartIsMissing) {
  qemu_does(absl::StrCat(kBringUp, kRest, kHang));
  EXPECT_EQ(run({"--headless", "--smp=3", "--require-smp"}), 1);
  EXPECT_THAT(err_, HasSubstr("first missing marker: \"KINIT: cpu2 online\""));
  EXPECT_EQ(run({"--headless", "--smp=2", "--require-smp"}), 0) << err_;
  EXPECT_EQ(run({"--headless", "--smp=1", "--require-smp"}), 0) << err_;
}

TEST_F(Runner, PhaseAndUntil) {
  qemu_does(absl::StrCat(kBringUp, kHang));
  EXPECT_EQ(run({"--headless", "--phase=bring-up"}), 0) << err_;
  EXPECT_EQ(run({"--headless", "--until=timed: ready"}), 0) << err_;
  EXPECT_EQ(run({"--headless", "--until=OpenSBI"}), 0) << err_;
  EXPECT_EQ(run({"--headless", "--phase=qos", "--timeout=0.5"}), 1);
}

TEST_F(Runner, WrongFlagsSayHowAndExit2) {
  qemu_does(kHang);
  for (const char* flag :
       {"--nope", "--phase=nope", "--smp=9", "--timeout=0", "--mem=x", "--mem=2M", "word"}) {
    EXPECT_EQ(run({flag}), 2) << flag;
    EXPECT_THAT(err_, HasSubstr(absl::StrCat("qemu: ", flag, ": ")));
    EXPECT_THAT(err_, HasSubstr("usage: bazel run //bootimage:qemu"));
  }
}

TEST_F(Runner, Help) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("usage: bazel run //bootimage:qemu"));
  EXPECT_EQ(err_, "");
}

TEST_F(Runner, MissingQemuSaysWhatToDo) {
  EXPECT_EQ(run({"--headless", "--qemu=/no/such/qemu"}), 1);
  EXPECT_THAT(err_, HasSubstr("cannot start /no/such/qemu: No such file or directory; install"));
}

TEST_F(Runner, InputGoesToTheGuest) {
  qemu_does(absl::StrCat("read word; echo \"heard $word\"\n", kBringUp, kRest, kHang));
  EXPECT_EQ(run({}, "knock\n"), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("heard knock\n"));
}

TEST_F(Runner, HeadlessHasNoInput) {
  qemu_does(absl::StrCat("read word; echo \"heard <$word>\"\n", kBringUp, kRest, kHang));
  EXPECT_EQ(run({"--headless"}, "knock\n"), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("heard <>\n"));
}

TEST_F(Runner, LogHasTheConsole) {
  qemu_does(absl::StrCat(kBringUp, kRest, kHang));
  EXPECT_EQ(run({"--headless", absl::StrCat("--log=", file("log"))}), 0) << err_;
  EXPECT_EQ(read_file(file("log")), out_);
  EXPECT_THAT(out_, HasSubstr("tessera vers. 0.1\n"));
  EXPECT_EQ(run({"--headless", "--log=/no/such/folder/log"}), 1);
  EXPECT_THAT(err_, HasSubstr("/no/such/folder/log: cannot write"));
}

TEST_F(Runner, OutputIsShownAsItComes) {
  qemu_does(absl::StrCat("printf 'no newline yet'\n", kHang));
  start({"--headless"});
  for (int i = 0; i < 1000 && read_file(file("out")).empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(read_file(file("out")), "no newline yet");
  ::kill(pid_, SIGTERM);
  wait();
}

TEST_F(Runner, GdbSaysHowToAttach) {
  qemu_does(absl::StrCat("echo \"$@\" >", file("arguments"), "\n", kBringUp, kRest, kHang));
  EXPECT_EQ(run({"--headless", "--gdb"}), 0) << err_;
  EXPECT_THAT(err_, HasSubstr("gdb-multiarch k -ex 'target remote 127.0.0.1:1234'"));
  EXPECT_THAT(read_file(file("arguments")), HasSubstr(" -S -gdb tcp:127.0.0.1:1234"));
}

TEST_F(Runner, AFloodOfBytesIsNoProblem) {
  qemu_does(absl::StrCat("head -c 3000000 /dev/zero\necho\n", kBringUp, kRest, kHang));
  EXPECT_EQ(run({"--headless"}), 0) << err_;
}

// Who prints does not wait for who reads: a machine that counts instructions would go on without
// its serial port.
TEST_F(Runner, AStoppedReaderDoesNotHoldQemu) {
  qemu_does(absl::StrCat("until [ -e ", file("go"), " ]; do sleep 0.01; done\n",
                         "head -c 3000000 /dev/zero\necho\necho $$ >", file("printed"), "\n",
                         kBringUp, kRest, kHang));
  start({"--headless"});
  EXPECT_NE(pid_in("pid"), 0);
  ::kill(pid_, SIGSTOP);
  std::ofstream(file("go")) << "go";
  EXPECT_NE(pid_in("printed"), 0);
  ::kill(pid_, SIGCONT);
  EXPECT_EQ(wait(), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("SELFTEST: end\n"));
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc == 2) runner_path = argv[1];
  return RUN_ALL_TESTS();
}
