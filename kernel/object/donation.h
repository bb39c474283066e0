// Donation: while a thread works for a caller, it runs at the higher of its own class and the class
// that the caller runs at; and so does whom it calls.
#pragma once

#include "kernel/object/task.h"
#include "kernel/object/thread.h"

namespace tessera {

// The threads of a chain of calls that run, one after the other, above their own class; the next is
// not raised. What the first of them loses is taken back in as many steps.
inline constexpr unsigned kDonationDepth = 8;

// What a thread gives to who works for it.
Gift gift_of(const Thread& caller);

// The class that a thread is to run at: its own, or what its caller gives it.
abi::QosClass class_due(const Thread& thread);

// It runs at its own class, and knows its task's.
inline bool is_settled_class(const Thread& thread) {
  const Task* task = thread.task();
  return thread.effective_class.peek() == thread.own_class.peek() && task != nullptr &&
         thread.class_stamp.peek() == task->qos.load().stamp;
}

// The class of the thread's task, its own, or the caller that its built-in reply has, is another:
// it runs at the class that is due, and so do those who work for it. On its home; false: it lives
// elsewhere by now.
bool refresh_class(Thread& thread);

// The same for one that waits for nothing here, of which there is mostly nothing to say.
inline void refresh_awake(Thread& thread) {
  if (thread.reply.caller.peek() != nullptr || !is_settled_class(thread)) refresh_class(thread);
}

// Its own class from now on.
void set_class(Thread& thread, abi::QosClass c);
// The same of one that has never run: it is in no queue, and nobody works for it.
inline void set_first_class(Thread& thread, abi::QosClass c) {
  thread.own_class.set(c);
  thread.effective_class.set(c);
}

}  // namespace tessera
