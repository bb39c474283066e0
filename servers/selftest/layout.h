// The slots of SELFTEST's own, after those it starts with.
#ifndef SERVERS_SELFTEST_LAYOUT_H_
#define SERVERS_SELFTEST_LAYOUT_H_

#include "idl/abi.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::selftest {

// One after the other: a Notification and two signals; a Notification and a signal; VMOs and what
// is given of them; its own task, for others to inspect, and what partner let go.
inline constexpr rt::Slot kTimedSlots{abi::kStartSlots};
inline constexpr rt::Slot kIpcSlots{kTimedSlots.index + 3};
inline constexpr rt::Slot kVmoSlots{kIpcSlots.index + 2};
inline constexpr rt::Slot kQosSlots{kVmoSlots.index + 6};
// Memory, one to lend through, a process.
inline constexpr rt::Slot kExecSlots{kQosSlots.index + 4};

// Registers, and pages.
inline constexpr rt::Slot kMmioSlots{kExecSlots.index + 3};

// Endpoints: where they stand among the manifest's `uses`.
inline constexpr rt::Slot kExecdSlot = rt::start::peer(2);
inline constexpr rt::Slot kRngdSlot = rt::start::peer(3);

}  // namespace tessera::selftest

#endif  // SERVERS_SELFTEST_LAYOUT_H_
