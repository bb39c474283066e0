// Two harts at one ring: under the thread sanitizer, which knows what was promised to be seen.
#include "kernel/object/audit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "kernel/arch/host/machine.h"

namespace tessera {
namespace {

void expect_whole(const AuditRecord& record) {
  EXPECT_EQ(record.caller_sid, record.sequence);
  EXPECT_EQ(record.caller_task, ~std::uint64_t{record.sequence});
  EXPECT_EQ(record.target_task, std::uint64_t{record.sequence} * 3);
}

// The hart goes on until another one has read so many: each record is whole, all are in their
// order, and none is missing that was not counted. The two tell each other nothing but by the ring.
TEST(AuditRingTest, AReaderOfAnotherHartSeesWholeRecords) {
  constexpr std::uint32_t kEnough = 3000;
  arch::host::Machine machine;  // that atomic words ask
  AuditRing ring;
  std::atomic<bool> enough = false;
  std::uint32_t decisions = 0;
  std::thread writer([&ring, &enough, &decisions] {
    while (!enough.load(std::memory_order_relaxed)) {
      const std::uint64_t i = ++decisions;
      ring.add({.caller_sid = i, .caller_task = ~i, .target_task = i * 3});
    }
  });
  std::uint32_t last = 0;
  std::uint32_t taken = 0;
  const auto take = [&] {
    const AuditRecord record = ring.take();
    if (record.sequence == 0) return false;
    EXPECT_GT(record.sequence, last);
    expect_whole(record);
    last = record.sequence;
    ++taken;
    return true;
  };
  while (taken < kEnough && !::testing::Test::HasFailure()) take();
  enough.store(true, std::memory_order_relaxed);
  writer.join();
  while (take()) {
  }
  EXPECT_EQ(taken + ring.lost(), decisions);
}

}  // namespace
}  // namespace tessera
