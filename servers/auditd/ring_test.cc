#include "servers/auditd/ring.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <random>

namespace tessera::auditd {
namespace {

using Told = kernel::BootInfo::AuditResult;

Told record(std::uint32_t sequence, std::uint32_t lost = 0) {
  return {.sequence = sequence, .lost = lost};
}
Told nothing(std::uint32_t lost) { return {.sequence = 0, .lost = lost}; }

void expect(const Ring::Said& said, std::uint32_t lost, bool is_record, bool goes_on = false) {
  EXPECT_EQ(said.lost, lost);
  EXPECT_EQ(said.record, is_record);
  EXPECT_EQ(said.goes_on, goes_on);
}

TEST(Ring, NumbersInARowHaveNoGap) {
  Ring ring;
  expect(ring.look(nothing(0)), 0, false);
  for (std::uint32_t i = 1; i <= 20; ++i) expect(ring.look(record(i)), 0, true);
  expect(ring.look(nothing(0)), 0, false);
}

TEST(Ring, AGapIsALoss) {
  Ring ring;
  expect(ring.look(record(1)), 0, true);
  expect(ring.look(record(5, 3)), 3, true);
  expect(ring.look(record(6, 3)), 0, true);
  expect(ring.look(record(8, 4)), 1, true);
  expect(ring.look(nothing(4)), 0, false);
}

// Nobody decides anything for long after a flood: what was lost at its end is said all the same,
// and not again when the next record shows it as a gap.
TEST(Ring, ALossAtTheEndIsSaidAtOnce) {
  Ring ring;
  for (std::uint32_t i = 1; i <= 16; ++i) expect(ring.look(record(i, 4)), 0, true);
  expect(ring.look(nothing(4)), 4, false);
  expect(ring.look(nothing(4)), 0, false);
  expect(ring.look(record(21, 4)), 0, true);
  expect(ring.look(record(23, 5)), 1, true);
}

TEST(Ring, NumbersGoRoundAtTwoToThe32nd) {
  Ring ring;
  expect(ring.look(record(1)), 0, true);
  std::uint32_t last = 1;
  for (const std::uint32_t next : {0xc000'0000U, 0xffff'fffeU, 3U}) {
    expect(ring.look(record(next)), next - last - 1, true);
    last = next;
  }
}

// One that was started again does not take its predecessor's records for lost.
TEST(Ring, OneThatGoesOnSaysWhere) {
  Ring ring;
  expect(ring.look(record(100, 7)), 0, true, true);
  expect(ring.look(record(101, 7)), 0, true);
  expect(ring.look(nothing(9)), 0, false);  // of these it cannot know which are new
  expect(ring.look(record(104, 9)), 2, true);
  Ring late;
  expect(late.look(nothing(7)), 0, false);
  expect(late.look(record(30, 7)), 0, true, true);
  expect(late.look(record(32, 8)), 1, true);
}

// A ring of the kernel's under a random load: what is taken and what is said to be lost are all
// decisions, in their order.
TEST(Ring, AccountsForEachDecision) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    Ring ring;
    std::deque<std::uint32_t> kept;
    std::uint32_t decisions = 0;
    std::uint32_t lost = 0;
    std::uint32_t told = 0;
    for (int step = 0; step < 500; ++step) {
      if (random() % 3 != 0) {
        ++decisions;
        if (kept.size() == 4) {
          ++lost;
        } else {
          kept.push_back(decisions);
        }
        continue;
      }
      const Ring::Said said = ring.look(kept.empty() ? nothing(lost) : record(kept.front(), lost));
      told += said.lost;
      if (said.record) {
        ++told;
        EXPECT_EQ(told, kept.front());
        kept.pop_front();
      } else {
        EXPECT_EQ(told, decisions);
      }
    }
  }
}

}  // namespace
}  // namespace tessera::auditd
