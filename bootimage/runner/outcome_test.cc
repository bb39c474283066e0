#include "bootimage/runner/outcome.h"

#include <csignal>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bootimage {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LadderMatcher matcher_after(const std::vector<std::string>& lines, const Goal& goal = {}) {
  LadderMatcher matcher(due_markers(ladder_rows(), {}), goal);
  for (const std::string& line : lines) matcher.on_line(line);
  return matcher;
}

Outcome outcome(Outcome::End end, int detail = 0) {
  return {.end = end, .detail = detail, .duration = absl::Milliseconds(1500)};
}

TEST(Report, Timeout) {
  const LadderMatcher matcher = matcher_after({});
  const Outcome timeout = outcome(Outcome::End::kTimeout);
  EXPECT_EQ(exit_code(timeout, matcher), 1);
  EXPECT_EQ(report(timeout, matcher, std::vector<std::string>{"a", "b"}),
            "qemu: FAILED: time is up after 1.50 s; --timeout=SECONDS gives more\n"
            "qemu: first missing marker: \"tessera vers. ...\", phase bring-up, from kernel\n"
            "qemu: last lines of the console:\n"
            "  | a\n"
            "  | b\n");
}

TEST(Report, MarkerOfATask) {
  const LadderMatcher matcher = matcher_after({"tessera vers. 1", "KINIT: cpu0 online"});
  EXPECT_THAT(report(outcome(Outcome::End::kTimeout), matcher, {}),
              HasSubstr("first missing marker: \"init: start\", phase bring-up, from init\n"
                        "qemu: the console said nothing\n"));
}

TEST(Report, QemuEnded) {
  const LadderMatcher matcher = matcher_after({});
  EXPECT_THAT(report(outcome(Outcome::End::kQemuEnded, 3 << 8), matcher, {}),
              HasSubstr("QEMU ended with status 3 after 1.50 s"));
  EXPECT_THAT(report(outcome(Outcome::End::kQemuEnded, SIGSEGV), matcher, {}),
              HasSubstr("QEMU was ended by signal 11"));
}

TEST(Report, Signal) {
  const LadderMatcher matcher = matcher_after({});
  EXPECT_EQ(exit_code(outcome(Outcome::End::kSignal, SIGTERM), matcher), 143);
  EXPECT_THAT(report(outcome(Outcome::End::kSignal, SIGINT), matcher, {}),
              HasSubstr("stopped by signal 2 (Interrupt)"));
}

TEST(Report, Failure) {
  const LadderMatcher matcher = matcher_after({"PANIC no frames"});
  EXPECT_EQ(exit_code(outcome(Outcome::End::kLadder), matcher), 1);
  EXPECT_THAT(report(outcome(Outcome::End::kLadder), matcher, {}),
              HasSubstr("qemu: FAILED: the kernel panicked: PANIC no frames\n"));
}

TEST(Report, Success) {
  const Goal goal{.phase = {}, .until = "timed: ready"};
  const LadderMatcher matcher = matcher_after({"timed: ready"}, goal);
  EXPECT_EQ(exit_code(outcome(Outcome::End::kLadder), matcher), 0);
  EXPECT_EQ(report(outcome(Outcome::End::kLadder), matcher, std::vector<std::string>{"a"}),
            "qemu: ok: 1 markers came in order after 1.50 s\n");
}

TEST(Report, UntilAText) {
  const Goal goal{.phase = {}, .until = "hello"};
  EXPECT_THAT(report(outcome(Outcome::End::kTimeout), matcher_after({}, goal), {}),
              HasSubstr("qemu: no line had \"hello\"\n"));
  EXPECT_EQ(report(outcome(Outcome::End::kLadder), matcher_after({"oh, hello"}, goal), {}),
            "qemu: ok: \"hello\" came after 1.50 s\n");
}

TEST(Report, PatternsWithNoLine) {
  const Goal goal{.phase = {}, .until = "hello", .expected = {"a: *", "b: *"}};
  EXPECT_THAT(report(outcome(Outcome::End::kTimeout), matcher_after({"hello", "b: c"}, goal), {}),
              HasSubstr("qemu: no line was like \"a: *\"\nqemu: the console said nothing\n"));
}

TEST(Report, AMachineThatStoppedByItself) {
  const LadderMatcher matcher = matcher_after({"PANIC no frames"});
  Outcome panic = outcome(Outcome::End::kLadder);
  EXPECT_THAT(report(panic, matcher, {}), Not(HasSubstr("by itself")));
  panic.machine_stopped = true;
  EXPECT_THAT(report(panic, matcher, {}), HasSubstr("qemu: the machine stopped by itself\n"));
}

TEST(Report, ForeignLines) {
  EXPECT_THAT(report(outcome(Outcome::End::kTimeout), matcher_after({"init: start", "who?"}), {}),
              HasSubstr("note: 1 lines had no sender's name"));
  EXPECT_THAT(report(outcome(Outcome::End::kTimeout), matcher_after({"who?"}), {}),
              Not(HasSubstr("note:")));
}

}  // namespace
}  // namespace bootimage
