#include "kernel/object/transfer.h"

#include "idl/kernel_decode.h"
#include "idl/service/fault_handler_message.h"
#include "kernel/cap/cnode.h"
#include "kernel/ipc/message.h"
#include "kernel/object/derive.h"
#include "kernel/object/mail.h"
#include "kernel/object/task.h"
#include "kernel/sched/scheduler.h"

namespace tessera {
namespace {

std::uint32_t info_of(const Thread& sender) {
  return static_cast<std::uint32_t>(sender.effective_class.peek()) |
         (sender.expects_reply ? abi::kInfoAnswerDue : 0);
}

std::uint64_t identity_of(const Thread& thread) {
  const Task* task = thread.task();
  return task == nullptr ? 0 : task->identity;
}

}  // namespace

Result<void> Parcel::collect(Thread& sender, unsigned count, Window window) {
  count_ = count;
  CNode* cspace = sender.task() == nullptr ? nullptr : sender.task()->cnode();
  for (unsigned i = 0; i < count; ++i) {
    std::uint64_t index = sender.frame.x[ipc::capability_register(i)];
    auto argument = static_cast<std::uint8_t>(9 + i);  // c0 to c2 of Endpoint.callWith
    if (cspace == nullptr) return Error{abi::kEbadf, abi::Detail::kBadCap, argument};
    TRY_ASSIGN(slots_[i], cspace->at(index, argument));
    bool goes = window == Window::kIsCleanedUp && slots_[i]->received &&
                index - sender.window < sender.received;
    if (slots_[i]->empty() || goes) return Error{abi::kEbadf, abi::Detail::kBadCap, argument};
    TRY(check_derivable(slots_[i]->word(), argument));
  }
  return {};
}

Result<void> Parcel::check_room(Thread& receiver) const {
  if (count_ == 0) return {};
  CNode* cspace = receiver.task() == nullptr ? nullptr : receiver.task()->cnode();
  if (cspace == nullptr || receiver.window == 0 || receiver.window + count_ > cspace->count()) {
    return Error{abi::kEnospc, abi::Detail::kBadCap, 0};
  }
  for (unsigned i = 0; i < count_; ++i) {
    if (!cspace->slot(receiver.window + i)->empty()) {
      return Error{abi::kEnospc, abi::Detail::kOccupied, 0};
    }
  }
  return {};
}

void Parcel::hand_over(Thread& receiver) {
  receiver.received = static_cast<std::uint8_t>(count_);
  if (count_ == 0) return;
  DCHECK(has_tree());
  CNode& cspace = *receiver.task()->cnode();
  for (unsigned i = 0; i < count_; ++i) {
    Slot& slot = *cspace.slot(receiver.window + i);
    derive(*slots_[i], slot, slots_[i]->rights());
    slot.received = true;
  }
}

Result<void> check_sender_buffer(const Thread& sender, ipc::Shape shape, std::uint8_t argument) {
  if (shape.long_words() == 0 || !sender.buffer.empty()) return {};
  return Error{abi::kEinval, abi::Detail::kBadLength, argument};
}

Result<LongWords> find_words(const Thread& sender, const Thread& receiver, ipc::Shape shape,
                             std::uint8_t argument) {
  if (shape.long_words() == 0) return LongWords{};
  const CapabilityWord from = sender.buffer.word();
  const CapabilityWord to = receiver.buffer.word();
  if (from.empty()) return Error{abi::kEinval, abi::Detail::kBadLength, argument};
  if (to.empty()) return Error{abi::kEnospc, abi::Detail::kBadLength, 0};
  return words_between(from, to);
}

void copy_words(const Thread& from, Thread& to, ipc::Shape shape, const LongWords& words) {
  ipc::copy_words(from.frame, to.frame, shape);
  if (words.to != nullptr) arch::copy_pairs(words.to, words.from, ipc::long_pairs(shape.bits));
}

Result<void> transfer_message(Thread& sender, Thread& receiver) {
  decode::EndpointReceiveResult message{};
  message.badge = sender.badge;
  message.identity = identity_of(sender);
  message.info = info_of(sender);
  if (sender.fault) {
    ipc::copy_words(sender.frame, receiver.frame, {});  // no words but these
    service::fault_handler::encode(
        ipc::words(receiver.frame),
        {.cause = sender.fault_cause, .address = sender.fault_address, .pc = sender.frame.pc()});
    message.tag = service::FaultHandler::kFaultTag;
    receiver.received = 0;
  } else {
    message.tag = static_cast<std::uint32_t>(sender.frame.x[ipc::kStatus]);
    ipc::Shape shape = ipc::shape_of_tag(message.tag);
    TRY_ASSIGN(const LongWords long_words, find_words(sender, receiver, shape, 7));
    Parcel parcel;
    TRY(parcel.collect(sender, shape.capabilities(), Parcel::Window::kStays));
    TRY(parcel.check_room(receiver));
    parcel.hand_over(receiver);
    copy_words(sender, receiver, shape, long_words);
  }
  std::span<std::uint64_t, abi::kMessageRegisters> words = ipc::words(receiver.frame);
  message.w0 = words[0];
  message.w1 = words[1];
  message.w2 = words[2];
  message.w3 = words[3];
  message.w4 = words[4];
  message.w5 = words[5];
  ipc::clear_temporaries(receiver.frame);
  ipc::clear_saved(receiver.frame);
  decode::encode(receiver.frame, message);
  return {};
}

void deliver_signal(Thread& thread, std::uint64_t bits) {
  decode::EndpointReceiveResult message{};
  message.w0 = bits;
  ipc::clear_temporaries(thread.frame);
  ipc::clear_saved(thread.frame);
  decode::encode(thread.frame, message);
  thread.received = 0;
}

BoundLock::BoundLock(Thread& thread) {
  const Invoked bound(thread.bound);
  if (bound.word.empty()) return;
  notification_ = &bound.as<Notification>();
  notification_->lock.lock();
  if (bound.stands()) return;
  notification_->lock.unlock();
  notification_ = nullptr;  // it is unbound by now
}

bool BoundLock::take_signal(Thread& thread) const {
  if (notification_ == nullptr || notification_->bits.peek() == 0) return false;
  deliver_signal(thread, notification_->take_bits());
  thread.had_signal = true;
  return true;
}

[[gnu::noinline]] QueueLock::QueueLock(const Thread& thread) {
  for (;; arch::relax()) {
    const Waiting waiting = thread.waiting();
    if (waiting.wait() != Wait::kSending && waiting.wait() != Wait::kReceiving) return;
    EndpointLock& lock = waiting.on<Endpoint>().lock;
    lock.lock();
    if (thread.waiting() == waiting) {
      lock_ = &lock;
      return;
    }
    lock.unlock();
  }
}

[[gnu::noinline]] bool leave_endpoint(Thread& thread, Wait wait) {
  const Waiting waiting = thread.waiting();
  if (waiting.wait() != wait) return false;
  auto& endpoint = waiting.on<Endpoint>();
  LockGuard guard(endpoint.lock);
  if (thread.waiting() != waiting) return false;
  take_sender(thread, endpoint);
  thread.set_wait(Wait::kComing);
  return true;
}

void write_outcome(Thread& thread, Wait ended, Error error) {
  ipc::write_error(thread.frame, error.status, error.detail, error.argument);
  if (ended == Wait::kReceiving) ipc::clear_saved(thread.frame);
}

void fail_wait(Thread& thread, Wait ended, Error error) {
  if (thread.fault) {
    thread.doomed = true;  // whoever should have handled it cannot
  } else {
    write_outcome(thread, ended, error);
  }
  wake(thread);
}

}  // namespace tessera
