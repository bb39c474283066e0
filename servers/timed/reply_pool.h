// ReplyPool: Reply objects for callers who sleep, made when they are first needed and then used
// again and again: memory of single objects is not given back.
#ifndef SERVERS_TIMED_REPLY_POOL_H_
#define SERVERS_TIMED_REPLY_POOL_H_

#include <cstdint>

#include "idl/kernel/cnode.h"
#include "idl/kernel/untyped.h"
#include "idl/service/timed.h"
#include "servers/runtime/ipc.h"
#include "servers/timed/index_pool.h"

namespace tessera::timed {

class ReplyPool {
 public:
  // Objects come from `memory`, into the slots of `cspace` from `first` on: kMaxTimers of them.
  constexpr ReplyPool(kernel::Untyped memory, kernel::CNode cspace, rt::Slot first)
      : memory_(memory), cspace_(cspace), first_(first) {}

  // An empty Reply object's slot; Slot{} when there is none and none can be made. It stays the next
  // one until `take`.
  rt::Slot next() {
    const auto index = free_.peek();
    if (!index || (*index == made_ && !make())) return {};
    return {first_.index + *index};
  }
  // The one that `next` gave is in use.
  void take() { free_.take(); }
  // It is empty again.
  void give(rt::Slot slot) { free_.give(slot.index - first_.index); }

 private:
  // Indices that were never taken come in order, so the next to make is always made_.
  bool make() {
    if (!memory_.retype(abi::ObjectType::kReply, 0, cspace_, first_.index + made_, 1)) return false;
    ++made_;
    return true;
  }

  kernel::Untyped memory_;
  kernel::CNode cspace_;
  rt::Slot first_;
  IndexPool<service::kMaxTimers> free_;
  std::uint32_t made_ = 0;
};

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_REPLY_POOL_H_
