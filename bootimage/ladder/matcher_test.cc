#include "bootimage/ladder/matcher.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace bootimage {
namespace {

using State = LadderMatcher::State;
using Lines = std::vector<std::string>;

// A console that does all right, with what else stands on one.
const Lines kGood = {
    "",
    "OpenSBI v1.1",
    "Platform Name             : riscv-virtio,qemu",
    "tessera vers. 0.1.0",
    "KINIT: cpu0 online",
    "init: start",
    "init: start console",
    "init: up console",
    "init: start auditd",
    "init: up auditd",
    "init: start policyd",
    "policyd: ready",
    "init: up policyd",
    "init: start timed",
    "timed: ready",
    "init: up timed",
    "init: start execd",
    "execd: ready",
    "init: up execd",
    "init: ready",
    "SELFTEST: qos ok",
    "SELFTEST: timed coalesce ok",
    "SELFTEST: mmio map ok",
    "SELFTEST: cap query mmio ok",
    "SELFTEST: cap query vmo ok",
    "SELFTEST: ipc payload roundtrip ok",
    "SELFTEST: ipc deadline timeout ok",
    "SELFTEST: ipc sender identity ok",
    "SELFTEST: ipc cap transfer ok",
    "SELFTEST: vmo share ok",
    "SELFTEST: vmo seal ok",
    "SELFTEST: vmo revoke unmaps ok",
    "SELFTEST: policy allow ok",
    "SELFTEST: policy deny ok",
    "SELFTEST: mmio policy deny ok",
    "SELFTEST: policy spoof denied ok",
    "SELFTEST: policy malformed ok",
    "SELFTEST: policy silent denied ok",
    "execd: elf load ok image=child task=9",
    "child: hello",
    "execd: child exited task=9 status=51",
    "SELFTEST: e2e exec-elf ok",
    "SELFTEST: child exit ok",
    "execd: crash report task=12 cause=readFault pc=0x10004 image=child",
    "SELFTEST: crash report ok",
    "SELFTEST: exec denied ok",
    "SELFTEST: execd malformed ok",
    "SELFTEST: reap storm ok",
    "SELFTEST: rng ok",
    "SELFTEST: end",
};

class Matching : public ::testing::Test {
 protected:
  explicit Matching(const Machine& machine = {}, const Goal& goal = {})
      : matcher_(due_markers(ladder_rows(), machine), goal) {}

  State feed(const Lines& lines) {
    for (const std::string& line : lines) matcher_.on_line(line);
    return matcher_.state();
  }
  // The good console with line `from` replaced by `to`.
  static Lines with(const std::string& from, const Lines& to) {
    Lines lines;
    for (const std::string& line : kGood) {
      if (line == from) {
        lines.insert(lines.end(), to.begin(), to.end());
      } else {
        lines.push_back(line);
      }
    }
    return lines;
  }
  std::string missing() const {
    const auto marker = matcher_.first_missing();
    return marker ? marker->on_console() : "nothing";
  }

  LadderMatcher matcher_;
};

TEST_F(Matching, TheWholeLadder) {
  EXPECT_EQ(missing(), "tessera vers. ");
  EXPECT_EQ(feed(kGood), State::kReached);
  EXPECT_EQ(missing(), "nothing");
  EXPECT_EQ(matcher_.markers_seen(), matcher_.markers_due());
  EXPECT_EQ(matcher_.foreign_lines(), 0U);
}

TEST_F(Matching, EveryLineIsNeeded) {
  for (std::size_t i = 3; i < kGood.size(); ++i) {
    LadderMatcher matcher(due_markers(ladder_rows(), {}), {});
    for (std::size_t j = 0; j < kGood.size(); ++j) {
      if (j != i) matcher.on_line(kGood[j]);
    }
    EXPECT_NE(matcher.state(), State::kReached) << kGood[i];
    const std::string missing = matcher.first_missing()->on_console();
    EXPECT_TRUE(kGood[i].starts_with(missing)) << kGood[i] << " but " << missing;
  }
}

TEST_F(Matching, CarriageReturnsAreNotPartOfALine) {
  Lines lines = kGood;
  for (std::string& line : lines) line.insert(0, "\r").append("\r");
  EXPECT_EQ(feed(lines), State::kReached);
}

TEST_F(Matching, OtherLinesBetweenDoNotMatter) {
  Lines lines;
  for (const std::string& line : kGood) {
    lines.push_back(line);
    if (line.starts_with("init: start")) lines.emplace_back("console: hello");
  }
  EXPECT_EQ(feed(lines), State::kReached);
}

TEST_F(Matching, SourcesOfAPhaseMayInterleave) {
  Lines lines = with("timed: ready", {});
  lines.insert(std::ranges::find(lines, "init: ready") + 1, "timed: ready");
  EXPECT_EQ(feed(lines), State::kReached);
}

TEST_F(Matching, AMarkerThatIsRepeatedCountsOnce) {
  EXPECT_EQ(feed(with("timed: ready", {"timed: ready", "timed: ready"})), State::kReached);
}

TEST_F(Matching, AnotherTasksLineCountsForNothing) {
  EXPECT_EQ(feed(with("SELFTEST: end", {"child: SELFTEST: end"})), State::kRunning);
  EXPECT_EQ(missing(), "SELFTEST: end");
}

TEST_F(Matching, ATaskOfTheLadderCannotSpeakForAnother) {
  EXPECT_EQ(feed(with("SELFTEST: end", {"timed: SELFTEST: end", "init: SELFTEST: end"})),
            State::kRunning);
  EXPECT_EQ(missing(), "SELFTEST: end");
}

TEST_F(Matching, ATaskCannotSpeakForTheKernel) {
  EXPECT_EQ(feed(with("KINIT: cpu0 online", {"timed: KINIT: cpu0 online"})), State::kFailed);
  EXPECT_EQ(missing(), "KINIT: cpu0 online");
}

TEST_F(Matching, TheKernelCannotSpeakForATask) {
  EXPECT_EQ(feed(with("SELFTEST: end", {"end", "kernel: end"})), State::kRunning);
  EXPECT_EQ(missing(), "SELFTEST: end");
}

TEST_F(Matching, KernelLinesCountOnlyUntilATaskSpeaks) {
  Lines lines = with("KINIT: cpu0 online", {});
  lines.insert(lines.begin() + 3, "console: taken");
  EXPECT_EQ(feed({"tessera vers. 1", "console: taken", "KINIT: cpu0 online"}), State::kRunning);
  EXPECT_EQ(missing(), "KINIT: cpu0 online");
  EXPECT_EQ(matcher_.foreign_lines(), 0U);  // it looks like a stamped one
}

TEST_F(Matching, UnstampedLinesAreNotedAfterATaskSpoke) {
  EXPECT_EQ(feed(with("init: ready", {"init: ready", "no stamp", "", "none here either"})),
            State::kReached);
  EXPECT_EQ(matcher_.foreign_lines(), 2U);
  EXPECT_EQ(matcher_.first_foreign_line(), "no stamp");
}

TEST_F(Matching, WholeLinesOnly) {
  for (const char* line : {"SELFTEST: end.", "SELFTEST: end ", " SELFTEST: end", "SELFTEST:end",
                           "SELFTEST: ending", "selftest: end", "xSELFTEST: end"}) {
    EXPECT_EQ(feed(with("SELFTEST: end", {line})), State::kRunning) << line;
  }
}

TEST_F(Matching, TheVersionIsNotEmpty) {
  EXPECT_EQ(feed({"tessera vers. ", "tessera vers.", "tessera version 1"}), State::kRunning);
  EXPECT_EQ(missing(), "tessera vers. ");
}

TEST_F(Matching, OutOfOrderWithinASource) {
  EXPECT_EQ(feed(with("init: start console", {})), State::kFailed);
  EXPECT_EQ(matcher_.failure(),
            "out of order: \"init: up console\" came before \"init: start console\"");
  EXPECT_EQ(missing(), "init: start console");
}

TEST_F(Matching, OutOfOrderBetweenPhases) {
  EXPECT_EQ(feed(with("timed: ready", {})), State::kFailed);
  EXPECT_EQ(matcher_.failure(), "out of order: \"SELFTEST: qos ok\" came before \"timed: ready\"");
  EXPECT_EQ(missing(), "timed: ready");
}

TEST_F(Matching, NothingRepairsAFailure) {
  EXPECT_EQ(feed(with("init: start console", {})), State::kFailed);
  EXPECT_EQ(feed(kGood), State::kFailed);
}

TEST_F(Matching, AFailedSelfTestEndsTheRun) {
  EXPECT_EQ(feed(with("SELFTEST: end", {"SELFTEST: timed coalesce FAIL woke early"})),
            State::kFailed);
  EXPECT_EQ(matcher_.failure(), "a self-test failed: SELFTEST: timed coalesce FAIL woke early");
}

TEST_F(Matching, AFailedSelfTestWithNoReasonToo) {
  EXPECT_EQ(feed(with("SELFTEST: end", {"SELFTEST: x FAIL"})), State::kFailed);
}

TEST_F(Matching, AFailedSelfTestOfTheKernelToo) {
  EXPECT_EQ(feed({"tessera vers. 1", "KSELFTEST: work stealing FAIL lost one"}), State::kFailed);
}

TEST_F(Matching, OnlyTheSelfTestItselfMayFail) {
  EXPECT_EQ(feed(with("init: ready", {"init: ready", "child: SELFTEST: x FAIL y", "timed: x FAIL y",
                                      "SELFTEST: FAILURES none"})),
            State::kReached);
}

TEST_F(Matching, AnInitThatGivesUpEndsTheRun) {
  EXPECT_EQ(
      feed(with("init: up timed", {"init: FAIL timed read the image: its CRC does not match"})),
      State::kFailed);
  EXPECT_EQ(matcher_.failure(),
            "init gave up: init: FAIL timed read the image: its CRC does not match");
}

TEST_F(Matching, AProgramThatFailsEndsTheRun) {
  for (const char* end : {"exited status=1", "exited status=-22", "exited status=00", "killed",
                          "faulted cause=readFault address=0x0 pc=0x10000", ""}) {
    LadderMatcher matcher(due_markers(ladder_rows(), {}), {});
    const std::string said = absl::StrCat("init: ask_greeter ended: ", end);
    for (const std::string& line : with("init: ready", {"init: ready", said})) {
      matcher.on_line(line);
    }
    EXPECT_EQ(matcher.state(), State::kFailed) << end;
    EXPECT_EQ(matcher.failure(), absl::StrCat("a program failed: ", said));
  }
}

TEST_F(Matching, AProgramThatEndsWellDoesNot) {
  EXPECT_EQ(feed(with("init: ready", {"init: ready", "init: ask_greeter ended: exited status=0"})),
            State::kReached);
}

TEST_F(Matching, OnlyInitSaysHowAProgramEnded) {
  EXPECT_EQ(feed(with("init: ready",
                      {"init: ready", "child: init: a ended: killed", "timed: a ended: killed"})),
            State::kReached);
}

TEST_F(Matching, APanicEndsTheRun) {
  EXPECT_EQ(feed({"tessera vers. 1", "PANIC page fault at 0x0"}), State::kFailed);
  EXPECT_EQ(matcher_.failure(), "the kernel panicked: PANIC page fault at 0x0");
}

TEST_F(Matching, APanicEndsTheRunLateToo) {
  EXPECT_EQ(feed(with("SELFTEST: end", {"PANIC out of frames", "SELFTEST: end"})), State::kFailed);
}

TEST_F(Matching, ATasksPanicIsItsOwn) {
  EXPECT_EQ(feed(with("init: ready", {"init: ready", "child: PANIC page fault", "PANICKY line"})),
            State::kReached);
}

// Goals and machines.

LadderMatcher::State run(const Goal& goal, const Lines& lines, const Machine& machine = {}) {
  LadderMatcher matcher(due_markers(ladder_rows(), machine), goal);
  for (const std::string& line : lines) matcher.on_line(line);
  return matcher.state();
}

Lines up_to(const std::string& last) { return {kGood.begin(), std::ranges::find(kGood, last) + 1}; }

TEST(Goals, APhaseEndsWithItsLastMarker) {
  EXPECT_EQ(run({.phase = 0, .until = ""}, up_to("init: up timed")), State::kRunning);
  EXPECT_EQ(run({.phase = 0, .until = ""}, up_to("init: ready")), State::kReached);
  EXPECT_EQ(run({.phase = 1, .until = ""}, up_to("init: ready")), State::kRunning);
  EXPECT_EQ(run({.phase = 1, .until = ""}, up_to("SELFTEST: qos ok")), State::kReached);
  EXPECT_EQ(run({.phase = 2, .until = ""}, up_to("SELFTEST: timed coalesce ok")), State::kReached);
}

TEST(Goals, ALaterPhaseBeforeItsTimeIsStillAFailure) {
  EXPECT_EQ(run({.phase = 0, .until = ""}, {"tessera vers. 1", "SELFTEST: timed coalesce ok"}),
            State::kFailed);
}

TEST(Goals, UntilAMarkerWaitsForItsSource) {
  const Goal goal{.phase = {}, .until = "SELFTEST: timed coalesce ok"};
  EXPECT_EQ(run(goal, {"tessera vers. 1", "child: SELFTEST: timed coalesce ok"}), State::kRunning);
  EXPECT_EQ(run(goal, up_to("init: ready")), State::kRunning);
  EXPECT_EQ(run(goal, up_to("SELFTEST: timed coalesce ok")), State::kReached);
}

TEST(Goals, UntilAMarkerWithinAPhaseNeedsOnlyWhatIsOrderedBeforeIt) {
  const Goal goal{.phase = {}, .until = "timed: ready"};
  EXPECT_EQ(run(goal, {"timed: ready"}), State::kReached);
  LadderMatcher matcher(due_markers(ladder_rows(), {}), goal);
  EXPECT_EQ(matcher.first_missing()->on_console(), "timed: ready");
  EXPECT_EQ(matcher.markers_due(), 1U);
}

TEST(Goals, UntilAnyOtherTextIsFoundInAnyLine) {
  EXPECT_EQ(run({.phase = {}, .until = "OpenSBI"}, kGood), State::kReached);
  EXPECT_EQ(run({.phase = {}, .until = "coalesce"}, up_to("init: ready")), State::kRunning);
  EXPECT_EQ(run({.phase = {}, .until = "coalesce"}, kGood), State::kReached);
  EXPECT_EQ(run({.phase = {}, .until = "never said"}, kGood), State::kRunning);
}

TEST(Goals, ABadEndThatIsExpectedMustCome) {
  const Goal goal{.phase = {}, .until = "", .expected = {"init: victim ended: faulted *"}};
  EXPECT_EQ(run(goal, kGood), State::kRunning);
  Lines lines = kGood;
  const auto place = std::ranges::find(lines, "init: ready") + 1;
  lines.insert(place, "init: victim ended: faulted cause=readFault");
  EXPECT_EQ(run(goal, lines), State::kReached);
  lines.insert(std::ranges::find(lines, "init: ready") + 1, "init: victim ended: exited status=1");
  EXPECT_EQ(run(goal, lines), State::kFailed);
}

TEST(Goals, UntilDoesNotExcuseAFailureBefore) {
  EXPECT_EQ(run({.phase = {}, .until = "end"}, {"PANIC end"}), State::kFailed);
  EXPECT_EQ(run({.phase = {}, .until = "x FAIL"}, {"SELFTEST: x FAIL y"}), State::kFailed);
}

// What the kernel says of several harts.
Lines with_harts(const Lines& online) {
  Lines lines = kGood;
  Lines said = online;
  for (const char* test :
       {"smp online", "ipi counterfactual", "ipi resched", "test_reject_invalid_ipi_target_cpu",
        "test_reject_offline_cpu_resched", "work stealing", "test_reject_steal_above_bound",
        "test_reject_steal_higher_qos", "tlb shootdown counterfactual", "tlb shootdown"}) {
    said.push_back(absl::StrCat("KSELFTEST: ", test, " ok"));
  }
  lines.insert(std::ranges::find(lines, "KINIT: cpu0 online") + 1, said.begin(), said.end());
  return lines;
}

TEST(Machines, ASecondHartMustComeAndOthersMay) {
  const Machine machine{.harts = 4, .require_smp = false};
  EXPECT_EQ(run({}, kGood, machine), State::kFailed);
  EXPECT_EQ(run({}, with_harts({"KINIT: cpu1 online"}), machine), State::kReached);
}

TEST(Machines, RequireSmpWantsEveryHart) {
  const Machine machine{.harts = 3, .require_smp = true};
  EXPECT_EQ(run({}, with_harts({"KINIT: cpu1 online"}), machine), State::kFailed);
  EXPECT_EQ(run({}, with_harts({"KINIT: cpu1 online", "KINIT: cpu2 online"}), machine),
            State::kReached);
}

TEST(Machines, RequireSmpWithOneHart) {
  EXPECT_EQ(run({}, kGood, {.harts = 1, .require_smp = true}), State::kReached);
}

TEST(Machines, SmpRowsAreDueFromTwoHartsOn) {
  const std::array rows = {Row{"p", kKernel, "always"}, Row{"p", kKernel, "several", Due::kSmp},
                           Row{"q", "init", "fields", Due::kAlways, Match::kStart}};
  EXPECT_EQ(due_markers(rows, {.harts = 1, .require_smp = false}).size(), 2U);
  EXPECT_EQ(due_markers(rows, {.harts = 2, .require_smp = false}).size(), 3U);
  EXPECT_EQ(due_markers(rows, {.harts = 2, .require_smp = false})[2].phase, 1U);
}

TEST(Rows, AStartEndsAtAWord) {
  const std::array rows = {Row{"p", "execd", "elf load ok", Due::kAlways, Match::kStart}};
  for (const auto& [line, expected] : std::vector<std::pair<std::string, State>>{
           {"execd: elf load ok", State::kReached},
           {"execd: elf load ok image=child task=4", State::kReached},
           {"execd: elf load okay", State::kRunning},
           {"execd: elf load", State::kRunning}}) {
    LadderMatcher matcher(due_markers(rows, {}), {});
    EXPECT_EQ(matcher.on_line(line), expected) << line;
  }
}

TEST(Rows, OneLineIsOneMarker) {
  const std::array rows = {Row{"p", "execd", "child exited", Due::kAlways, Match::kStart},
                           Row{"q", "execd", "child exited", Due::kAlways, Match::kStart}};
  LadderMatcher matcher(due_markers(rows, {}), {});
  EXPECT_EQ(matcher.on_line("execd: child exited task=1"), State::kRunning);
  EXPECT_EQ(matcher.on_line("execd: child exited task=2"), State::kReached);
}

TEST(Rows, PhasesAreContiguousAndNamedOnce) {
  const auto phases = ladder_phases();
  EXPECT_EQ(phases, (std::vector<absl::string_view>{"bring-up", "qos", "timed", "mmio", "ipc",
                                                    "vmo", "policy", "exec", "rng", "end"}));
}

}  // namespace
}  // namespace bootimage
