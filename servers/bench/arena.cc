#include "servers/bench/arena.h"

#include "idl/kernel/cnode.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

constexpr kernel::CNode own() { return rt::start::cnode(); }

}  // namespace

Result<void> Arena::open() {
  return step("open the row's memory",
              rt::start::memory().retype(abi::ObjectType::kUntyped, kBytes, own(), kFirst, 1));
}

Result<void> Arena::close() {
  RT_TRY(step("revoke the row's memory", own().revoke(kFirst)));
  RT_TRY_ASSIGN(const auto info, step("ask what is free of it", memory().info()));
  if (info.free != kBytes) return failed("close the row's memory", "some of it is not free");
  // What was derived from others' capabilities is there still.
  while (next_ > kFirst) RT_TRY(step("empty a slot", own().delete_(--next_)));
  return {};
}

Result<rt::Slot> Arena::take_slots(std::uint32_t count) {
  if (count > kFirst + kSlots - next_) return failed("take slots", "Arena::kSlots is too small");
  const rt::Slot first{next_};
  next_ += count;
  return first;
}

Result<rt::Slot> Arena::make(abi::ObjectType type, std::uint64_t size) {
  RT_TRY_ASSIGN(const rt::Slot to, take_slot());
  RT_TRY(step("retype an object", memory().retype(type, size, own(), to.index, 1)));
  return to;
}

Result<rt::Slot> Arena::mint(rt::Slot from, std::uint8_t rights, std::uint64_t badge) {
  RT_TRY_ASSIGN(const rt::Slot to, take_slot());
  RT_TRY(step("mint a capability", own().mint(to.index, own(), from.index, rights, badge)));
  return to;
}

}  // namespace tessera::bench
