// How large the kernel's objects are, as absolute symbols of the image: read by //tools:size,
// loaded nowhere.
#include "kernel/cap/slot.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/object/task.h"
#include "kernel/object/untyped.h"
#include "kernel/sched/hart.h"

namespace tessera {

#define TELL_SIZE(name, bytes) \
  asm(".globl tessera_sizeof_" #name "\n.set tessera_sizeof_" #name ", %0" ::"i"(bytes))

// All that the least task takes of its quota (budgets: page tables, stack, CSpace, thread, IPC
// buffer): the objects, a pool of three pages with its counts, and a page each for stack and
// buffer.
constexpr std::uint64_t kMinimalTask = kTaskSize + kThreadSize +
                                       abi::kCnodeSlotsMin * sizeof(Slot) +
                                       PagePool::kMinPages * kPageSize + kGrain + 2 * kPageSize;
static_assert(PagePool::kMinPages * sizeof(std::uint16_t) <= kGrain);

// Never called; the assembler defines the symbols when it meets them.
[[gnu::used]] static void tell_sizes() {
  TELL_SIZE(Slot, sizeof(Slot));
  TELL_SIZE(Task, kTaskSize);
  TELL_SIZE(Thread, kThreadSize);
  TELL_SIZE(Endpoint, kEndpointSize);
  TELL_SIZE(Notification, kNotificationSize);
  TELL_SIZE(Reply, kReplySize);
  TELL_SIZE(Alarm, kAlarmSize);
  TELL_SIZE(Irq, kIrqSize);
  TELL_SIZE(Hart, sizeof(Hart));
  TELL_SIZE(MinimalTask, kMinimalTask);
}

}  // namespace tessera
