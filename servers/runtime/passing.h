// How a client's stub gives capabilities that are not simply copied. Programs do not use it.
#ifndef SERVERS_RUNTIME_PASSING_H_
#define SERVERS_RUNTIME_PASSING_H_

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/cnode.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/try.h"

namespace tessera::rt {

// What is made for one call and goes with it, in empty slots of the caller's in a row.
class Passing {
 public:
  explicit Passing(Slot through) : through_(through) {}
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;
  // What was lent is taken back, from whoever has something derived from it.
  ~Passing() {
    for (std::uint32_t i = 0; i < count_; ++i) {
      if ((lent_ >> i & 1) != 0) ignore(own().revoke(through_.index + i));
      ignore(own().delete_(through_.index + i));
    }
  }

  // A capability with these rights alone; `lent`: until the end of the call.
  Result<Slot> mint(Slot from, std::uint8_t rights, bool lent) {
    const Slot to{through_.index + count_};
    const auto made = own().mint(to.index, own(), from.index, rights, 0);
    if (!made) return failure(made.error());
    if (lent) lent_ |= 1U << count_;
    ++count_;
    return to;
  }

  // The call has succeeded: the caller has it no more.
  static void give_up(Slot moved) { ignore(own().delete_(moved.index)); }

 private:
  static kernel::CNode own() {
    return kernel::CNode(Slot{static_cast<std::uint32_t>(abi::StartSlot::kCnode)});
  }

  Slot through_;
  std::uint32_t count_ = 0;
  std::uint32_t lent_ = 0;
};

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_PASSING_H_
