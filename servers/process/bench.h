// Bench: what whoever makes tasks has for it, of its own: slots in a row that are empty between two
// tasks, and an address where nothing else is mapped.
//
// Its CSpace and its task are where every task has them, the first one, too.
#ifndef SERVERS_PROCESS_BENCH_H_
#define SERVERS_PROCESS_BENCH_H_

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/boot_info_types.h"
#include "idl/kernel/untyped.h"
#include "servers/runtime/slots.h"

namespace tessera::process {

static_assert(static_cast<std::uint32_t>(kernel::BootSlot::kCnode) ==
              rt::start::cnode().slot().index);
static_assert(static_cast<std::uint32_t>(kernel::BootSlot::kTask) ==
              rt::start::task().slot().index);

struct Bench {
  rt::Slot first;
  std::uint64_t scratch = 0;  // segments are mapped here to be filled

  static constexpr std::uint32_t kSlots = 5;
  constexpr rt::Slot cnode() const { return nth(0); }
  constexpr rt::Slot timer() const { return nth(1); }
  constexpr rt::Slot vmo() const { return nth(2); }
  constexpr rt::Slot view() const { return nth(3); }  // what will be the task's of vmo()
  constexpr rt::Slot temporary() const { return nth(4); }

 private:
  constexpr rt::Slot nth(std::uint32_t n) const { return {first.index + n}; }
};

// Mints `from` into `to`, both in the caller's own CSpace.
inline rt::Result<void> mint(rt::Slot to, rt::Slot from, std::uint8_t rights,
                             std::uint64_t badge = 0) {
  return rt::start::cnode().mint(to.index, rt::start::cnode(), from.index, rights, badge);
}

// One object that has no size, or of `size`, into an empty slot of the caller's own.
inline rt::Result<void> make(kernel::Untyped memory, abi::ObjectType type, rt::Slot to,
                             std::uint64_t size = 0) {
  return memory.retype(type, size, rt::start::cnode(), to.index, 1);
}

inline rt::Result<void> drop(rt::Slot slot) { return rt::start::cnode().delete_(slot.index); }

}  // namespace tessera::process

#endif  // SERVERS_PROCESS_BENCH_H_
