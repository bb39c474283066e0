// Two harts at one ring: under the thread sanitizer, which knows what was promised to be seen.
#include "kernel/object/audit.h"

#include <gtest/gtest.h>

#include <thread>

#include "kernel/arch/host/machine.h"

namespace tessera {
namespace {

// The hart goes on while another one reads: each record is whole, all in their order, and none is
// missing that was not counted.
TEST(AuditRingTest, AReaderOfAnotherHartSeesWholeRecords) {
  constexpr std::uint32_t kDecisions = 200'000;
  arch::host::Machine machine;  // that atomic words ask
  AuditRing ring;
  std::thread writer([&ring] {
    for (std::uint64_t i = 1; i <= kDecisions; ++i) {
      ring.add({.caller_sid = i, .caller_task = ~i, .target_task = i * 3});
    }
  });
  std::uint32_t last = 0;
  std::uint32_t taken = 0;
  while (taken + ring.lost() < kDecisions) {
    const AuditRecord record = ring.take();
    if (record.sequence == 0) continue;
    EXPECT_GT(record.sequence, last);
    EXPECT_EQ(record.caller_sid, record.sequence);
    EXPECT_EQ(record.caller_task, ~std::uint64_t{record.sequence});
    EXPECT_EQ(record.target_task, std::uint64_t{record.sequence} * 3);
    last = record.sequence;
    ++taken;
    if (::testing::Test::HasFailure()) break;
  }
  writer.join();
  EXPECT_GT(taken, 0u);
}

}  // namespace
}  // namespace tessera
