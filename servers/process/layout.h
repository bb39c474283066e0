// Where a new task has what: its first thread's stack and IPC buffer, and the capabilities that
// carry its own memory.
#ifndef SERVERS_PROCESS_LAYOUT_H_
#define SERVERS_PROCESS_LAYOUT_H_

#include <cstdint>

#include "idl/abi.h"
#include "servers/elf/image.h"
#include "servers/manifest/check.h"
#include "servers/runtime/ipc.h"

namespace tessera::process {

// The first thread's IPC buffer, one page. tp tells the thread where it is: the convention of
// rt::message_buffer, whoever makes a thread.
inline constexpr std::uint64_t kBufferAddress = 0x4000'0000 - abi::kPageSize;
// The stack ends here; the pages around it stay unmapped, so that running over it is a fault.
inline constexpr std::uint64_t kStackTop = kBufferAddress - abi::kPageSize;

// Capabilities to its own memory: in the start slots that abi.idl leaves free behind `peer`.
inline constexpr rt::Slot kFirstSegment{static_cast<std::uint32_t>(abi::StartSlot::kPeer) +
                                        manifest::kMaxUses};
inline constexpr rt::Slot kStack{kFirstSegment.index + elf::kMaxSegments};
inline constexpr rt::Slot kBuffer{kStack.index + 1};
static_assert(kBuffer.index < abi::kStartSlots);

}  // namespace tessera::process

#endif  // SERVERS_PROCESS_LAYOUT_H_
