// The short way of what matters most: a call, or a fault, that finds its receiver waiting, and an
// answer whose server then waits again. Each looks first whether all is plain (one hart, one
// capability at most, nobody more important ready); if anything is not, it has changed nothing,
// answers false, and the long way does the whole call. What it does is what the long way does:
// fast_path_test.cc compares them.
#pragma once

#include <cstdint>

#include "idl/kernel_rights.h"
#include "idl/service/fault_handler_message.h"
#include "idl/wire.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/ipc/message.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/release.h"
#include "kernel/object/task.h"
#include "kernel/object/transfer.h"
#include "kernel/sched/hart.h"
#include "kernel/syscall/fast_words.h"

namespace tessera::fast {
namespace internal {

// Finds a capability to an endpoint with the rights: false: there is none at the address.
[[gnu::always_inline]] inline bool find_endpoint(CNode* cspace, std::uint64_t address,
                                                 std::uint8_t rights, Invoked& named) {
  if (cspace == nullptr || address >= cspace->count()) return false;
  named = Invoked(*cspace->slot(address));  // slot 0 is the header, and no endpoint
  return named.word.allows(abi::ObjectType::kEndpoint, rights);
}

// Whether this hart may go to the thread, which is its own, at once, at the class `c`: it has no
// deadline to take off, nobody ready is more important, and its task has not ended (whoever ended
// it may have been interrupted before this thread was stopped).
[[gnu::always_inline]] inline bool can_take_over(const Hart& hart, const Thread& to,
                                                 const Task& task, abi::QosClass c) {
  return !to.armed() && !hart.ready.any_above(c) && !task.ended();
}

// A class that the caller has from its own caller goes the long way, which counts how far: false.
[[gnu::always_inline]] inline bool donate(const Thread& caller, abi::QosClass donated,
                                          Thread& receiver) {
  if (donated > caller.own_class.peek()) return false;
  if (donated > receiver.own_class.peek()) receiver.effective_class.set(donated);
  return true;
}

// Whether a signal waits for a thread that has just begun to wait. Whoever signals sets the bits
// before it looks whether the thread waits; a fence on both sides, so that one of them sees the
// other.
[[gnu::always_inline]] inline bool is_signalled(const Thread& thread) {
  const CapabilityWord bound = thread.bound.word();
  if (bound.empty()) return false;
  full_fence();
  return reinterpret_cast<const Notification*>(bound.object())->bits.peek() != 0;
}

// The hart goes on with another thread, which waits no more.
[[gnu::always_inline]] inline void run(Hart& hart, Thread& to, const Task& task) {
  hart.current = &to;
  arch::switch_to(task.table.space());
}

// The sender's message goes to the receiver that waits alone at the endpoint that `named` names,
// and the sender waits for its answer; both at the class `donated`. Null: nothing has happened.
template <class Travel>
[[gnu::always_inline]] inline Thread* send(Hart& hart, Thread& sender, const Invoked& named,
                                           abi::QosClass donated, std::uint64_t shape,
                                           Travel& travel, std::uint64_t& badge) {
  Endpoint& endpoint = named.as<Endpoint>();
  const EndpointLock::Word waits = endpoint.lock.take();
  if (!waits.is_parked()) {
    endpoint.lock.give_back(waits);
    return nullptr;
  }
  Thread& receiver = waits.parked();
  // As long as the lock is held, the capability names the endpoint if it does now.
  if (!named.stands() || !receiver.is_settled_at(hart) ||
      !can_take_over(hart, receiver, *receiver.task(), donated) || !travel.find(sender, receiver) ||
      !donate(sender, donated, receiver)) {
    endpoint.lock.leave(waits);
    return nullptr;
  }
  badge = named.slot->badge;
  receiver.set_wait(Wait::kNone);  // a signal that comes after this finds it waiting no more
  endpoint.lock.leave(EndpointLock::Word::kNobody);

  receiver.reply.gift.set({.of = donated, .depth = 0});
  receiver.reply.caller.set(&sender);
  travel.copy(shape);
  sender.set_wait({Wait::kAnswer, &receiver.reply});
  return &receiver;
}

// What a receiver is told of a sender that waits for its answer.
[[gnu::always_inline]] inline arch::Delivery told_of(const Task& sender, std::uint64_t badge,
                                                     std::uint64_t tag, abi::QosClass donated) {
  return {.badge = badge,
          .identity = sender.identity,
          .tag = tag,
          .info = static_cast<std::uint64_t>(donated) | abi::kInfoAnswerDue};
}

}  // namespace internal

// Endpoint.call by `caller`, the hart's current thread, whose frame has pc (past the ecall), sp, tp
// and the s registers. On the target it only returns when it has done nothing; true (on the host):
// done. `Travel`: InRegisters, InBuffers or OneCapability.
template <class Travel>
[[gnu::always_inline]] inline bool call(Hart& hart, Thread& caller, arch::Words words,
                                        std::uint64_t tag, std::uint64_t address,
                                        Travel travel = {}) {
  // The decoder's range.
  if (tag - ipc::kLeastTag > ipc::kGreatestTag - ipc::kLeastTag) return false;
  if (!Travel::fits(tag & ipc::kShapeMask) || caller.received != 0) return false;
  const Task& task = *caller.task();
  Invoked named;
  CNode* cspace = task.cnode();
  if (!internal::find_endpoint(cspace, address, Travel::kRights, named)) return false;
  if (!travel.start(*cspace)) return false;
  const abi::QosClass donated = caller.effective_class.peek();
  std::uint64_t badge = 0;
  Thread* receiver =
      internal::send(hart, caller, named, donated, tag & ipc::kShapeMask, travel, badge);
  if (receiver == nullptr) return false;
  internal::run(hart, *receiver, *receiver->task());
  arch::return_to_receiver(receiver->frame, Travel::cut(words, tag & abi::kTagWordsMask),
                           internal::told_of(task, badge, tag, donated));
  return true;
}

// Endpoint.callWith, likewise, without a deadline and with one slot that is not 0, at most.
[[gnu::always_inline]] inline bool call_with(Hart& hart, Thread& caller, arch::Words words,
                                             std::uint64_t tag, std::uint64_t address,
                                             std::uint64_t slot)
    __attribute__((no_thread_safety_analysis)) {
  if (!OneCapability::fits(tag & ipc::kShapeMask) || !state.tree_lock.try_lock()) return false;
  if (call(hart, caller, words, tag, address, OneCapability(slot))) return true;
  state.tree_lock.unlock();
  return false;
}

// A fault of `thread`, the hart's current one, all of whose registers are in its frame: to its
// handler, if that waits. Likewise.
inline bool fault(Hart& hart, Thread& thread, abi::FaultCause cause, std::uint64_t address) {
  const Invoked handler(thread.handler);
  if (handler.word.empty()) return false;
  const abi::QosClass donated = thread.effective_class.peek();
  OfFault travel{.thread = thread, .cause = cause, .address = address};
  std::uint64_t badge = 0;
  Thread* receiver = internal::send(hart, thread, handler, donated, 0, travel, badge);
  if (receiver == nullptr) return false;
  std::uint64_t words[abi::kMessageRegisters] = {};
  service::fault_handler::encode(words,
                                 {.cause = cause, .address = address, .pc = thread.frame.pc()});
  internal::run(hart, *receiver, *receiver->task());
  arch::return_to_receiver(
      receiver->frame, {words[0], words[1], words[2], words[3], words[4], words[5]},
      internal::told_of(*thread.task(), badge, service::FaultHandler::kFaultTag, donated));
  return true;
}

// What a server has received, which goes before it receives again if it was not kept: nothing, or
// one capability.
struct NothingReceived {
  static bool fits(const Thread& server) { return server.received == 0; }
  static bool clean_up(Thread& /*server*/, CNode& /*cspace*/, const Invoked& /*from*/) {
    return true;
  }
};
struct OneReceived {
  static bool fits(const Thread& server) { return server.received == 1; }
  // When nothing speaks against the answer any more: what can still come between is another hart,
  // and then the long way finds it done. False: that has to do it; so it does when it is the
  // capability that the server receives by, `from`, that goes, or an object with it, or while
  // another is being destroyed. A CSpace that has gone meanwhile has nothing but empty slots.
  [[gnu::always_inline]] static bool clean_up(Thread& server, CNode& cspace, const Invoked& from)
      __attribute__((no_thread_safety_analysis)) {
    if (from.as<Endpoint>().lock.peek() != EndpointLock::Word::kNobody ||
        internal::is_signalled(server) || !state.tree_lock.try_lock()) {
      return false;
    }
    const std::uint64_t window = server.window;
    bool is_gone = false;
    if (window < cspace.count() && state.dying == nullptr) {
      Slot& slot = *cspace.slot(window);
      const CapabilityWord word = slot.word();
      is_gone =
          word.empty() || !slot.received || (&slot != from.slot && release_at_once(slot, word));
    }
    if (is_gone) server.received = 0;
    state.tree_lock.unlock();
    return is_gone;
  }
};

// Endpoint.replyReceive by `server`, likewise; the frame need not have the s registers.
template <class Travel, class Received = NothingReceived>
[[gnu::always_inline]] inline bool reply_receive(Hart& hart, Thread& server, arch::Words words,
                                                 std::uint64_t status, std::uint64_t shape,
                                                 std::uint64_t address) {
  Thread* caller = server.reply.caller.peek();
  if (!Travel::fits(shape) || !abi::fits<std::int32_t>(status)) return false;
  if (caller == nullptr || !Received::fits(server)) return false;
  // What another hart's thread is like, only that one knows.
  if (!caller->is_settled_at(hart) || caller->fault) return false;
  Invoked named;
  constexpr auto kReceive = std::to_underlying(abi::EndpointRight::kReceive);
  CNode* cspace = server.task()->cnode();
  if (!internal::find_endpoint(cspace, address, kReceive, named)) return false;
  const Task& task = *caller->task();
  if (!internal::can_take_over(hart, *caller, task, caller->effective_class.peek())) return false;
  Travel travel;
  if (!travel.find(server, *caller) || !Received::clean_up(server, *cspace, named)) return false;
  Endpoint& endpoint = named.as<Endpoint>();

  const EndpointLock::Word waits = endpoint.lock.take();
  if (waits != EndpointLock::Word::kNobody || !named.stands()) {
    endpoint.lock.give_back(waits);
    return false;
  }
  server.set_wait({Wait::kReceiving, &endpoint});
  if (internal::is_signalled(server)) {
    server.set_wait(Wait::kNone);
    endpoint.lock.leave(waits);
    return false;
  }
  // Once the lock is free, the server is the endpoint's: another hart may take it and run it, and
  // its buffer has another message.
  server.reply.caller.set(nullptr);
  server.effective_class.set(server.own_class.peek());
  travel.copy(shape);
  endpoint.lock.leave(EndpointLock::Word(server));

  caller->set_wait(Wait::kNone);
  internal::run(hart, *caller, task);
  arch::return_to_caller(caller->frame, Travel::cut(words, shape), status, shape);
  return true;
}

}  // namespace tessera::fast
