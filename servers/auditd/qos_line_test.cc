#include "servers/auditd/qos_line.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tessera::auditd {
namespace {

using abi::QosClass;
using abi::QosReason;
using Record = kernel::BootInfo::AuditResult;

constexpr std::uint8_t kUnknown = abi::kUnknownQosClass;

std::string line(const Record& record) {
  rt::FixedText<kLongestQosLine> text;
  write_qos_line(text, record);
  EXPECT_FALSE(text.cut());
  return std::string(text.text());
}
std::string line(QosReason reason, std::uint8_t from, std::uint8_t to) {
  return line({.sequence = 1,
               .reason = reason,
               .caller_sid = 0x14,
               .caller_task = 3,
               .target_task = 9,
               .from = from,
               .to = to});
}
constexpr std::uint8_t byte(QosClass c) { return std::to_underlying(c); }

TEST(QosLineTest, EachReasonHasItsLine) {
  const std::uint8_t idle = byte(QosClass::kIdle);
  const std::uint8_t normal = byte(QosClass::kNormal);
  const std::uint8_t interactive = byte(QosClass::kInteractive);
  const std::uint8_t burst = byte(QosClass::kPerfBurst);
  EXPECT_EQ(line(QosReason::kApplied, interactive, normal),
            "QOS-AUDIT decision=allow reason=applied caller_sid=0x0000000000000014 caller_task=3 "
            "target_task=9 from=interactive to=normal");
  EXPECT_EQ(line(QosReason::kUnauthorizedOtherTask, normal, burst),
            "QOS-AUDIT decision=deny reason=unauthorized_other_task caller_sid=0x0000000000000014 "
            "caller_task=3 target_task=9 from=normal to=perfburst");
  EXPECT_EQ(line(QosReason::kUnauthorizedEscalation, idle, normal),
            "QOS-AUDIT decision=deny reason=unauthorized_escalation caller_sid=0x0000000000000014 "
            "caller_task=3 target_task=9 from=idle to=normal");
  EXPECT_EQ(line(QosReason::kUnauthorizedIdentity, normal, interactive),
            "QOS-AUDIT decision=deny reason=unauthorized_identity caller_sid=0x0000000000000014 "
            "caller_task=3 target_task=9 from=normal to=interactive");
  EXPECT_EQ(line(QosReason::kInvalidOp, normal, kUnknown),
            "QOS-AUDIT decision=deny reason=invalid_op caller_sid=0x0000000000000014 caller_task=3 "
            "target_task=9 from=normal");
  EXPECT_EQ(line(QosReason::kInvalidQosClass, normal, kUnknown),
            "QOS-AUDIT decision=deny reason=invalid_qos_class caller_sid=0x0000000000000014 "
            "caller_task=3 target_task=9 from=normal");
  EXPECT_EQ(line(QosReason::kInvalidTarget, kUnknown, idle),
            "QOS-AUDIT decision=deny reason=invalid_target caller_sid=0x0000000000000014 "
            "caller_task=3 target_task=9 to=idle");
}

// The largest numbers, and the longest names: there is room for them and no more is needed.
TEST(QosLineTest, TheLongestLineFits) {
  const std::uint64_t most = ~std::uint64_t{0};
  const std::uint8_t c = byte(QosClass::kInteractive);
  const std::string longest = line({.sequence = 1,
                                    .reason = QosReason::kUnauthorizedEscalation,
                                    .caller_sid = most,
                                    .caller_task = most,
                                    .target_task = most,
                                    .from = c,
                                    .to = c});
  EXPECT_EQ(longest,
            "QOS-AUDIT decision=deny reason=unauthorized_escalation caller_sid=0xffffffffffffffff "
            "caller_task=18446744073709551615 target_task=18446744073709551615 from=interactive "
            "to=interactive");
  EXPECT_EQ(longest.size() + 1, kLongestQosLine) << "allow is a letter longer than deny";
}

}  // namespace
}  // namespace tessera::auditd
