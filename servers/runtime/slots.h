// The capabilities that a task finds at its start, as handles. One that it was not given is empty,
// and calls on it answer ebadf.
#ifndef SERVERS_RUNTIME_SLOTS_H_
#define SERVERS_RUNTIME_SLOTS_H_

#include <cstdint>
#include <utility>

#include "idl/abi.h"
#include "idl/kernel/alarm.h"
#include "idl/kernel/boot_info.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/identity_control.h"
#include "idl/kernel/irq.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/qos_control.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel/vmo.h"
#include "servers/runtime/ipc.h"

namespace tessera::rt::start {

constexpr Slot slot(abi::StartSlot which) { return {static_cast<std::uint32_t>(which)}; }

constexpr kernel::CNode cnode() { return kernel::CNode(slot(abi::StartSlot::kCnode)); }
constexpr kernel::Task task() { return kernel::Task(slot(abi::StartSlot::kTask)); }
constexpr kernel::Thread thread() { return kernel::Thread(slot(abi::StartSlot::kThread)); }
constexpr kernel::Notification ready() {
  return kernel::Notification(slot(abi::StartSlot::kReady));
}
constexpr kernel::Alarm alarm() { return kernel::Alarm(slot(abi::StartSlot::kAlarm)); }
constexpr kernel::Notification timer() {
  return kernel::Notification(slot(abi::StartSlot::kTimer));
}
constexpr kernel::Vmo device() { return kernel::Vmo(slot(abi::StartSlot::kDevice)); }
constexpr kernel::Untyped memory() { return kernel::Untyped(slot(abi::StartSlot::kMemory)); }

constexpr kernel::Irq irq() { return kernel::Irq(slot(abi::StartSlot::kIrq)); }
constexpr kernel::BootInfo boot_info() { return kernel::BootInfo(slot(abi::StartSlot::kBootInfo)); }
constexpr kernel::QosControl qos_control() {
  return kernel::QosControl(slot(abi::StartSlot::kQosControl));
}
constexpr kernel::IdentityControl identity_control() {
  return kernel::IdentityControl(slot(abi::StartSlot::kIdentityControl));
}

// Endpoints: to send, but for the first.
constexpr Slot service() { return slot(abi::StartSlot::kService); }
constexpr Slot console() { return slot(abi::StartSlot::kConsole); }
constexpr Slot timed() { return slot(abi::StartSlot::kTimed); }
constexpr Slot peer(std::uint32_t nth) {
  return {static_cast<std::uint32_t>(abi::StartSlot::kPeer) + nth};
}

}  // namespace tessera::rt::start

namespace tessera::rt {

// A set of an object's rights, as CNode.mint takes it.
template <class Right, class... Rights>
constexpr std::uint8_t rights(Right first, Rights... others) {
  return static_cast<std::uint8_t>((std::to_underlying(first) | ... | std::to_underlying(others)));
}

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_SLOTS_H_
