// What can run, and one hart's queues of what is ready to: one FIFO a class, highest class first.
//
// The hart is their only writer (R11). A Runnable is owned by exactly one of: its hart's queues
// (`ready`), its hart, whose `current` it is, and whatever it waits for, whose queue then has its
// link.
#pragma once

#include <cstdint>

#include "idl/abi.h"
#include "kernel/base/list.h"
#include "kernel/base/types.h"
#include "kernel/sched/mailbox.h"
#include "kernel/sync/atomic.h"

namespace tessera {

struct Hart;
struct QueueTag;
struct NoticeTag;

struct Runnable : Link<QueueTag>, Letter<QueueTag>, Letter<NoticeTag> {
  // The hart that runs it when it is ready, and whose timers it uses. Written by the home, and by a
  // hart that takes it over out of what it waits for; read by any.
  Hart* home() const { return hart_of(home_.load()); }
  void set_home(Hart& hart) { home_.store(word(hart)); }
  bool is_at(const Hart& hart) const { return hart_of(home_.peek()) == &hart; }
  // Where it waits, to a hart that its task may be new to: only the way out of the kernel makes a
  // hart ready for a task, and then it has settled there.
  void move_home(Hart& hart) { home_.store(word(hart) | kMoved); }
  void settle_home(Hart& hart) { home_.set(word(hart)); }
  bool is_settled_at(const Hart& hart) const { return home_.peek() == word(hart); }

  bool ready = false;
  Atomic<abi::QosClass> own_class{abi::QosClass::kNormal};
  // When its turn ends, if that began and was handed on or interrupted; kNever: its next turn is a
  // whole slice.
  Nanoseconds turn_end = kNever;
  // own_class, or that of the caller it works for, whichever is higher. Changed only while not
  // `ready`.
  Atomic<abi::QosClass> effective_class{abi::QosClass::kNormal};
  // The harts that may run it, a bit each. Written by the home, read by a hart that takes it over.
  Atomic<std::uint8_t> affinity{0xff};
  bool may_run_on(std::uint32_t harts) const { return (affinity.peek() & harts) != 0; }
  Atomic<bool> noticed;  // it is among the notices of a hart

 private:
  static constexpr std::uintptr_t kMoved = 1;
  static std::uintptr_t word(const Hart& hart) { return reinterpret_cast<std::uintptr_t>(&hart); }
  static Hart* hart_of(std::uintptr_t word) { return reinterpret_cast<Hart*>(word & ~kMoved); }

  Atomic<std::uintptr_t> home_;  // and kMoved
};

class RunQueue {
 public:
  static constexpr unsigned kClasses = 4;
  using Classes = std::uint32_t;  // a bit each, the lowest first

  void push_back(Runnable& item) {
    fifo(item).push_back(item);
    note(item);
  }
  void push_front(Runnable& item) {
    fifo(item).push_front(item);
    note(item);
  }
  // The first of the highest class that has any; null: none is ready.
  Runnable* pop() { return classes_ == 0 ? nullptr : &pop(highest_index()); }
  // The first of a class that has any.
  Runnable& pop(unsigned c) {
    Runnable& item = fifos_[c].first();
    remove(item);
    return item;
  }
  // Takes a ready one out.
  void remove(Runnable& item) {
    List<Runnable, QueueTag>::remove(item);
    if (fifo(item).empty()) classes_ &= ~(1u << index(item));
    item.ready = false;
    changed_ = true;
  }
  // The first of a class; null: it has none.
  Runnable* first(unsigned c) { return fifos_[c].front(); }
  // Whether one of this class, or a higher (only a higher), is ready.
  bool any_at_least(abi::QosClass c) const { return classes_ >> static_cast<unsigned>(c) != 0; }
  bool any_above(abi::QosClass c) const { return classes_ >> static_cast<unsigned>(c) > 1; }
  bool empty() const { return classes_ == 0; }
  // Whether anything that decides who runs is another than when that was decided.
  const bool& changed() const { return changed_; }
  void note_change() { changed_ = true; }
  void note_decision() { changed_ = false; }
  // Those that have any.
  Classes classes() const { return classes_; }
  // All of them but the highest.
  static Classes lower_of(Classes some) { return some == 0 ? 0 : some & ~(1u << highest_of(some)); }

  // Two bits for each set of classes that there can be.
  static unsigned highest_of(Classes some) {
    static_assert(kClasses == 4);
    return 0xffff'aa50u >> (2 * some) & 3;
  }
  static Classes up_to(abi::QosClass c) { return (2u << static_cast<unsigned>(c)) - 1; }
  static unsigned index(const Runnable& item) {
    return static_cast<unsigned>(item.effective_class.peek());
  }

 private:
  List<Runnable, QueueTag>& fifo(const Runnable& item) { return fifos_[index(item)]; }
  unsigned highest_index() const { return highest_of(classes_); }
  void note(Runnable& item) {
    classes_ |= 1u << index(item);
    item.ready = true;
    changed_ = true;
  }

  List<Runnable, QueueTag> fifos_[kClasses];
  Classes classes_ = 0;  // whose FIFO is not empty
  bool changed_ = true;
};

}  // namespace tessera
