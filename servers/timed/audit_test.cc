#include "servers/timed/audit.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tessera::timed {
namespace {

using service::TimedStatus;

class TimedAudit : public testing::Test {
 protected:
  TimedAudit() {
    lines.clear();
    taken = true;
  }
  void decide(TimedStatus status, std::uint64_t owner = 0x20) {
    audit.decide(status, owner, [this] {
      ++asked;
      return now;
    });
  }
  static bool write(std::string_view line) {
    if (taken) lines.emplace_back(line);
    return taken;
  }

  static inline std::vector<std::string> lines;
  static inline bool taken = true;
  Audit audit{write};
  std::uint64_t now = 5'000'000;
  int asked = 0;
};

TEST_F(TimedAudit, EachDecisionIsALine) {
  decide(TimedStatus::kOk);
  decide(TimedStatus::kOverLimit, 0x1'0000'0040);
  decide(TimedStatus::kInvalidArgs);
  decide(TimedStatus::kMalformed);
  decide(TimedStatus::kInternal);
  EXPECT_EQ(lines,
            (std::vector<std::string>{
                "audit register decision=allow reason=applied owner=0x0000000000000020 seq=1",
                "audit register decision=deny reason=over_limit owner=0x0000000100000040 seq=2",
                "audit register decision=deny reason=invalid_args owner=0x0000000000000020 seq=3",
                "audit register decision=deny reason=malformed owner=0x0000000000000020 seq=4",
                "audit register decision=deny reason=internal owner=0x0000000000000020 seq=5"}));
  EXPECT_EQ(audit.due(), abi::kNoDeadline);
}

TEST_F(TimedAudit, WhatIsBeyondTheBoundIsFoldedAndSaid) {
  for (std::uint32_t i = 0; i < kAuditLines + 5; ++i) decide(TimedStatus::kOk);
  for (std::uint32_t i = 0; i < 7; ++i) decide(TimedStatus::kOverLimit);
  EXPECT_EQ(lines.size(), kAuditLines);
  EXPECT_EQ(audit.due(), now + kAuditWindow);
  audit.ring(now + kAuditWindow - 1);
  EXPECT_EQ(lines.size(), kAuditLines);
  audit.ring(now + kAuditWindow);
  ASSERT_EQ(lines.size(), kAuditLines + 1);
  EXPECT_EQ(lines.back(), "audit folded allow=5 deny=7");
  EXPECT_EQ(audit.due(), abi::kNoDeadline) << "once";
  audit.ring(now + 5 * kAuditWindow);
  EXPECT_EQ(lines.size(), kAuditLines + 1);
  decide(TimedStatus::kOk);
  EXPECT_EQ(lines.back(),
            "audit register decision=allow reason=applied owner=0x0000000000000020 seq=29")
      << "each has its number, folded ones too";
}

TEST_F(TimedAudit, AWindowThatIsOverEndsByItself) {
  for (std::uint32_t i = 0; i < kAuditLines; ++i) decide(TimedStatus::kOk);
  now += kAuditWindow;
  for (std::uint32_t i = 0; i < kAuditLines; ++i) decide(TimedStatus::kOk);
  EXPECT_EQ(lines.size(), 2 * kAuditLines);
  decide(TimedStatus::kOk);
  EXPECT_EQ(lines.size(), 2 * kAuditLines);
  EXPECT_EQ(audit.due(), now + kAuditWindow);
}

TEST_F(TimedAudit, TheClockIsAskedOnceAWindow) {
  for (int i = 0; i < 1000; ++i) decide(TimedStatus::kOk);
  EXPECT_LE(asked, 2);
}

// What cannot be written costs one try a window, and no count.
TEST_F(TimedAudit, AConsoleThatTakesNothingIsNotAskedAgainAndAgain) {
  taken = false;
  for (int i = 0; i < 100; ++i) decide(TimedStatus::kOverLimit);
  EXPECT_EQ(audit.due(), now + kAuditWindow);
  audit.ring(now + kAuditWindow);
  EXPECT_EQ(audit.due(), now + 2 * kAuditWindow);
  decide(TimedStatus::kOk);
  taken = true;
  audit.ring(now + 2 * kAuditWindow);
  EXPECT_EQ(lines, std::vector<std::string>{"audit folded allow=1 deny=99"});
}

}  // namespace
}  // namespace tessera::timed
