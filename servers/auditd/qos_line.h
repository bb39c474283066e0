// The line of a decision about classes, from the record that the kernel gave (BootInfo.audit).
#ifndef SERVERS_AUDITD_QOS_LINE_H_
#define SERVERS_AUDITD_QOS_LINE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/boot_info.h"
#include "servers/runtime/text.h"

namespace tessera::auditd {

// Of the longest line: numbers of 20 and 16 digits, the longest reason and the longest classes.
inline constexpr std::size_t kLongestQosLine =
    std::string_view(
        "QOS-AUDIT decision=allow reason=unauthorized_escalation caller_sid=0x0123456789abcdef "
        "caller_task=01234567890123456789 target_task=01234567890123456789 from=interactive "
        "to=interactive")
        .size();

constexpr std::string_view name_of(abi::QosReason reason) {
  switch (reason) {
    case abi::QosReason::kApplied:
      return "applied";
    case abi::QosReason::kUnauthorizedOtherTask:
      return "unauthorized_other_task";
    case abi::QosReason::kUnauthorizedEscalation:
      return "unauthorized_escalation";
    case abi::QosReason::kUnauthorizedIdentity:
      return "unauthorized_identity";
    case abi::QosReason::kInvalidOp:
      return "invalid_op";
    case abi::QosReason::kInvalidQosClass:
      return "invalid_qos_class";
    case abi::QosReason::kInvalidTarget:
      return "invalid_target";
  }
  return "?";
}

constexpr std::string_view name_of(abi::QosClass c) {
  switch (c) {
    case abi::QosClass::kIdle:
      return "idle";
    case abi::QosClass::kNormal:
      return "normal";
    case abi::QosClass::kInteractive:
      return "interactive";
    case abi::QosClass::kPerfBurst:
      return "perfburst";
  }
  return "?";
}

// " from=idle", or nothing when it is not known.
constexpr void write_class(rt::Sink auto& sink, std::string_view field, std::uint8_t c) {
  if (!abi::valid_qos_class(c)) return;
  rt::write(sink, ' ', field, '=', name_of(abi::value<abi::QosClass>(c)));
}

// Without an end of line.
constexpr void write_qos_line(rt::Sink auto& sink, const kernel::BootInfo::AuditResult& record) {
  const bool allowed = record.reason == abi::QosReason::kApplied;
  rt::write(sink, "QOS-AUDIT decision=", std::string_view(allowed ? "allow" : "deny"),
            " reason=", name_of(record.reason), " caller_sid=", rt::hex16(record.caller_sid),
            " caller_task=", record.caller_task, " target_task=", record.target_task);
  write_class(sink, "from", record.from);
  write_class(sink, "to", record.to);
}

}  // namespace tessera::auditd

#endif  // SERVERS_AUDITD_QOS_LINE_H_
