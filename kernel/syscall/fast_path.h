// The short way of the two calls that matter most: a call that finds its receiver waiting, and an
// answer whose server then waits again. Each looks first whether all is plain (one hart, registers
// only, nobody more important ready); if anything is not, it has changed nothing, answers false,
// and the long way does the whole call. What it does is what the long way does: fast_path_test.cc
// compares them.
#pragma once

#include <cstdint>

#include "idl/kernel_rights.h"
#include "idl/wire.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/ipc/message.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/task.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/hart.h"

namespace tessera::fast {
namespace internal {

// The slot of a capability to an endpoint with the right, or null.
[[gnu::always_inline]] inline Slot* find_endpoint(const Thread& thread, std::uint64_t address,
                                                  abi::EndpointRight right) {
  CNode* cspace = thread.task()->cnode();
  if (cspace == nullptr || address >= cspace->count()) return nullptr;
  Slot* slot = cspace->slot(address);  // slot 0 is the header, and no endpoint
  bool usable = slot->type == abi::ObjectType::kEndpoint &&
                (slot->rights & static_cast<std::uint8_t>(right)) != 0;
  return usable ? slot : nullptr;
}

[[gnu::always_inline]] inline Thread* receiver_at(Endpoint& endpoint) {
  if (endpoint.holds != Endpoint::Holds::kReceivers) return nullptr;
  return &Thread::of(*endpoint.queue.front());
}

// Whether this hart may go to the thread at once, at the class `c`: it is this hart's, has no
// deadline to take off, nobody ready is more important, and its task has not ended (whoever ended
// it may have been interrupted before this thread was stopped).
[[gnu::always_inline]] inline bool can_take_over(const Hart& hart, const Thread& to,
                                                 abi::QosClass c) {
  return to.home == &hart && !to.armed() && !hart.ready.any_above(c) && !to.task()->ended();
}

// A class that the caller has from its own caller goes the long way, which counts how far: false.
[[gnu::always_inline]] inline bool donate(const Thread& caller, Thread& receiver) {
  if (caller.effective_class <= receiver.own_class) [[likely]]
    return true;
  if (caller.effective_class > caller.own_class) return false;
  receiver.effective_class = caller.effective_class;
  return true;
}

// The hart goes from the current thread, which waits, to another.
[[gnu::always_inline]] inline void hand_over(Hart& hart, Thread& from, Thread& to) {
  from.run_state = RunState::kWaiting;
  to.run_state = RunState::kRunning;
  to.wait = Wait::kNone;
  hart.current = &to;
  hart.local.frame = &to.frame;
  arch::activate(to.task()->table.space());
}

}  // namespace internal

// Endpoint.call by the hart's current thread, whose frame has pc (past the ecall), sp, tp and the s
// registers. On the target it only returns when it has done nothing; true (on the host): done.
[[gnu::always_inline]] inline bool call(Hart& hart, arch::Words words, std::uint64_t tag,
                                        std::uint64_t address) {
  Thread& caller = Thread::of(*hart.current);
  // The decoder's range, and a shape without capabilities and of no more words than there are.
  bool plain = tag - ipc::kLeastTag <= ipc::kGreatestTag - ipc::kLeastTag &&
               (tag & ipc::kShapeMask) <= abi::kMessageRegisters;
  Slot* slot = internal::find_endpoint(caller, address, abi::EndpointRight::kSend);
  if (!plain || slot == nullptr || caller.received != 0) return false;
  auto& endpoint = *reinterpret_cast<Endpoint*>(slot->object);
  endpoint.lock.lock();
  Thread* receiver = internal::receiver_at(endpoint);
  abi::QosClass donated = caller.effective_class;
  if (receiver == nullptr || !internal::can_take_over(hart, *receiver, donated) ||
      !internal::donate(caller, *receiver)) {
    endpoint.lock.unlock();
    return false;
  }

  take_from_queue(*receiver, endpoint);
  endpoint.lock.unlock();
  receiver->reply.caller = &caller;
  receiver->received = 0;
  caller.wait = Wait::kAnswer;
  caller.answer = &receiver->reply;
  internal::hand_over(hart, caller, *receiver);
  arch::return_to_receiver(receiver->frame, words, tag & abi::kTagWordsMask,
                           {.badge = slot->badge,
                            .identity = caller.task()->identity,
                            .tag = tag,
                            .info = static_cast<std::uint64_t>(donated) | abi::kInfoAnswerDue});
  return true;
}

// Endpoint.replyReceive, likewise; the frame need not have the s registers.
[[gnu::always_inline]] inline bool reply_receive(Hart& hart, arch::Words words,
                                                 std::uint64_t status, std::uint64_t shape,
                                                 std::uint64_t address) {
  Thread& server = Thread::of(*hart.current);
  Thread* caller = server.reply.caller;
  bool plain = shape <= abi::kMessageRegisters && abi::fits<std::int32_t>(status);
  Slot* slot = internal::find_endpoint(server, address, abi::EndpointRight::kReceive);
  if (!plain || slot == nullptr || caller == nullptr) return false;
  if (server.received != 0 || caller->fault || !server.bound_is_silent()) return false;
  if (!internal::can_take_over(hart, *caller, caller->effective_class)) return false;
  auto& endpoint = *reinterpret_cast<Endpoint*>(slot->object);
  endpoint.lock.lock();
  if (endpoint.holds == Endpoint::Holds::kSenders) {
    endpoint.lock.unlock();
    return false;
  }

  endpoint.holds = Endpoint::Holds::kReceivers;
  endpoint.queue.push_back(server);
  endpoint.lock.unlock();
  server.wait = Wait::kReceiving;
  server.endpoint = &endpoint;
  server.reply.caller = nullptr;
  server.effective_class = server.own_class;
  internal::hand_over(hart, server, *caller);
  arch::return_to_caller(caller->frame, words, static_cast<unsigned>(shape), status, shape);
  return true;
}

}  // namespace tessera::fast
