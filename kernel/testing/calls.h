// All the stubs by which user space calls the kernel; in a test they act for the World's actor.
#pragma once

// IWYU pragma: begin_exports
#include "idl/kernel/alarm.h"
#include "idl/kernel/boot_info.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/identity_control.h"
#include "idl/kernel/irq.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/qos_control.h"
#include "idl/kernel/reply.h"
#include "idl/kernel/self.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel/vmo.h"
// IWYU pragma: end_exports

namespace tessera::testing {

// A call's three ends that most tests take for granted.
inline constexpr std::uint64_t kForever = abi::kNoDeadline;
// A tag without a meaning: an interface and a method, so many words and capabilities.
constexpr std::uint32_t tag(unsigned words, unsigned capabilities = 0) {
  return 0x0102'0300u | capabilities << abi::kTagCapabilitiesShift | words;
}

}  // namespace tessera::testing
