// Arena: all that a row makes, out of one piece of the bench's memory, in slots in a row.
//
//   Arena arena;
//   RT_TRY(arena.open());
//   RT_TRY_ASSIGN(const auto bell, arena.make<kernel::Notification>());
//   RT_TRY(arena.close());
#ifndef SERVERS_BENCH_ARENA_H_
#define SERVERS_BENCH_ARENA_H_

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/untyped.h"
#include "servers/process/failure.h"
#include "servers/runtime/ipc.h"

namespace tessera::bench {

using process::failed;
using process::Result;
using process::step;

class Arena {
 public:
  static constexpr std::uint64_t kBytes = 0x4'0000;
  static constexpr std::uint32_t kFirst = abi::kStartSlots;
  static constexpr std::uint32_t kSlots = 64;  // behind them are those of the rows of objects

  // One at a time is open.
  Result<void> open();
  // Destroys whatever was made in it. Fails when a byte is not free then.
  Result<void> close();

  kernel::Untyped memory() const { return kernel::Untyped({kFirst}); }

  // Empty slots in a row that nobody else uses.
  Result<rt::Slot> take_slots(std::uint32_t count);
  Result<rt::Slot> take_slot() { return take_slots(1); }
  // A new object of the arena's memory.
  template <class Handle>
  Result<Handle> make(std::uint64_t size = 0) {
    RT_TRY_ASSIGN(const rt::Slot to, make(Handle::kType, size));
    return Handle(to);
  }
  // A capability derived from `from`, with these rights and this badge.
  template <class Handle>
  Result<Handle> mint(Handle from, std::uint8_t rights, std::uint64_t badge) {
    RT_TRY_ASSIGN(const rt::Slot to, mint(from.slot(), rights, badge));
    return Handle(to);
  }

 private:
  Result<rt::Slot> make(abi::ObjectType type, std::uint64_t size);
  Result<rt::Slot> mint(rt::Slot from, std::uint8_t rights, std::uint64_t badge);

  std::uint32_t next_ = kFirst + 1;
};

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_ARENA_H_
