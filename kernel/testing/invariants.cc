#include "kernel/testing/invariants.h"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <vector>

#include "kernel/arch/host/machine.h"
#include "kernel/base/bits.h"
#include "kernel/cap/cnode.h"
#include "kernel/mem/census.h"
#include "kernel/object/derive.h"
#include "kernel/object/donation.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/object/untyped.h"
#include "kernel/object/vmo.h"
#include "kernel/sched/scheduler.h"
#include "kernel/testing/written_code.h"

namespace tessera::testing {
namespace {

bool is_run_of_pages(const Slot& slot) {
  return slot.type() == abi::ObjectType::kUntyped || slot.type() == abi::ObjectType::kVmo;
}

std::uint64_t size_of(Slot& slot) {
  switch (slot.type()) {
    case abi::ObjectType::kUntyped:
    case abi::ObjectType::kVmo:
      return std::uint64_t{slot.pages} * kPageSize;
    case abi::ObjectType::kCnode:
      return std::uint64_t{CNode::of(slot.object()).count()} * sizeof(Slot);
    case abi::ObjectType::kTask:
      return kTaskSize;
    case abi::ObjectType::kThread:
      return kThreadSize;
    case abi::ObjectType::kAlarm:
      return kAlarmSize;
    case abi::ObjectType::kIrq:
      return kIrqSize;
    default:
      return kGrain;
  }
}

class Walk {
 public:
  std::string run(bool at_rest) {
    visit_tree();
    if (why_.empty() && at_rest) check_rest();
    if (why_.empty()) check_counts();
    if (why_.empty()) check_slots();
    if (why_.empty() && at_rest) check_rest();
    if (why_.empty()) check_threads();
    if (why_.empty()) check_timers_and_bindings();
    if (why_.empty()) check_irqs();
    if (why_.empty()) check_harts();
    if (why_.empty()) check_mappings();
    if (why_.empty()) why_ = written_code(vmos_, threads_);
    return why_;
  }

 private:
  void fail(const std::string& what) {
    if (why_.empty()) why_ = what;
  }

  // Parent before child; each child's link leads back; rights never grow; memory lies in its
  // Untyped.
  void visit_tree() {
    std::vector<Slot*> open{&state.root};
    while (!open.empty() && why_.empty()) {
      Slot* parent = open.back();
      open.pop_back();
      Given given;
      for (Slot* child = parent->children.front(); child != nullptr;
           child = parent->children.after(*child)) {
        if (child->next->previous != child || child->previous->next != child) fail("a broken link");
        if (!seen_.insert(child).second) fail("a slot twice in the tree");
        if (child->empty()) fail("an empty slot in the tree");
        if (child->role == SlotRole::kGrave) {
          ++graves_;
          ++dying_[child->type()];
          continue;
        }
        check_child(*parent, *child, given);
        open.push_back(child);
      }
      check_given(*parent, given);
    }
    std::size_t dying = 0;
    for (Slot* grave = state.dying; grave != nullptr;
         grave = reinterpret_cast<Slot*>(grave->object())) {
      ++dying;
    }
    if (dying != graves_) fail("a grave that nobody digs out, or is in no tree");
  }

  // What an Untyped has given, by physical address.
  struct Piece {
    std::uint64_t size;
    bool pages;
    // A part or a copy of a VMO whose first capability is gone: it may overlap another such.
    bool view;
  };
  using Given = std::map<std::uint64_t, Piece>;

  void check_child(const Slot& parent, Slot& child, Given& given) {
    if (parent.type() == child.type() && parent.type() != abi::ObjectType::kUntyped &&
        parent.object() == child.object() && (child.rights() & ~parent.rights()) != 0) {
      // A supervisor that was told keeps its slot, without rights.
      fail("rights have grown");
    }
    ++named_[{child.type(), child.object()}];
    if (parent.type() != abi::ObjectType::kUntyped) return;
    if (is_run_of_pages(child)) {
      const bool view = child.type() == abi::ObjectType::kVmo && !child.original;
      const std::uint64_t before = view ? given[child.object()].size : 0;
      given[child.object()] = {std::max(size_of(child), before), true, view};
    } else if (references_of(child) != nullptr) {
      PhysAddr base = arch::physical(reinterpret_cast<void*>(child.object()));
      given[base.value] = {size_of(child), false, false};
    }
  }

  // All of it lies in what its Untyped has given out, apart from each other; what the Untyped says
  // is zero is.
  void check_given(const Slot& parent, const Given& given) {
    if (parent.type() != abi::ObjectType::kUntyped) return;
    std::uint64_t low = parent.object() + std::uint64_t{parent.given.low} * kGrain;
    std::uint64_t high = parent.object() + std::uint64_t{parent.given.high} * kGrain;
    std::uint64_t end = parent.object() + std::uint64_t{parent.pages} * kPageSize;
    if (low > high || high > end) fail("an Untyped has given more than it is");
    std::uint64_t free_from = parent.object();
    bool after_view = false;
    for (auto [base, piece] : given) {
      if (base < free_from && !(piece.view && after_view)) fail("two pieces of an Untyped overlap");
      after_view = piece.view;
      const std::uint64_t piece_end = base + piece.size;
      free_from = std::max(free_from, piece_end);
      bool in_low = !piece.pages && piece_end <= low;
      if (!in_low && (base < high || piece_end > end))
        fail("a piece that its Untyped has not given");
    }
    if (parent.device || given.empty()) return;
    for (std::uint64_t page = parent.zeroed_from; page * kPageSize + parent.object() < high;
         ++page) {
      PhysAddr at{parent.object() + page * kPageSize};
      if (at.value < low) continue;
      auto* bytes = static_cast<const std::uint8_t*>(arch::direct_map(at));
      if (std::any_of(bytes, bytes + kPageSize, [](std::uint8_t b) { return b != 0; })) {
        fail("a page that is said to be zero is not");
      }
    }
  }

  // What the kernel counts is what there is.
  void check_counts() {
    if (capability_count != seen_.size() - graves_) fail("the count of capabilities is wrong");
    std::map<abi::ObjectType, std::uint32_t> objects = dying_;
    for (const auto& [named, count] : named_) ++objects[named.first];
    for (std::size_t i = 0; i < kObjectTypes; ++i) {
      const auto type = static_cast<abi::ObjectType>(i);
      const bool counted =
          type != abi::ObjectType::kUntyped && type != abi::ObjectType::kVmo &&
          type != abi::ObjectType::kIdentityControl && type != abi::ObjectType::kBootInfo &&
          type != abi::ObjectType::kQosControl && type != abi::ObjectType::kIrqControl;
      if (counted && state.objects[i] != objects[type]) fail("a count of objects is wrong");
    }
  }

  void check_slots() {
    for (Slot* slot : seen_) {
      if (slot->role == SlotRole::kGrave) continue;
      if (slot->type() == abi::ObjectType::kVmo) vmos_.push_back(slot);
      std::uint32_t* references = references_of(*slot);
      if (references == nullptr) continue;
      if (*references != named_[{slot->type(), slot->object()}]) fail("a reference count is wrong");
      collect(*slot);
    }
    for (CNode* node : nodes_) {
      for (std::uint32_t i = 1; i < node->count(); ++i) {
        if (!node->slot(i)->empty() && !seen_.contains(node->slot(i))) {
          fail("a capability that is not in the tree");
        }
      }
    }
  }

  void collect(const Slot& slot) {
    switch (slot.type()) {
      case abi::ObjectType::kCnode:
        nodes_.insert(&CNode::of(slot.object()));
        break;
      case abi::ObjectType::kThread:
        threads_.insert(reinterpret_cast<Thread*>(slot.object()));
        break;
      case abi::ObjectType::kEndpoint:
        endpoints_.insert(reinterpret_cast<Endpoint*>(slot.object()));
        break;
      case abi::ObjectType::kNotification:
        notifications_.insert(reinterpret_cast<Notification*>(slot.object()));
        break;
      case abi::ObjectType::kReply:
        replies_.insert(reinterpret_cast<Reply*>(slot.object()));
        break;
      case abi::ObjectType::kAlarm:
        alarms_.insert(reinterpret_cast<Alarm*>(slot.object()));
        break;
      case abi::ObjectType::kIrq:
        irqs_.insert(reinterpret_cast<Irq*>(slot.object()));
        break;
      default:
        break;
    }
  }

  // A thread is owned by exactly one of its hart's queues, its hart, and what it waits for.
  void check_threads() {
    std::map<Thread*, int> queued;
    for (Endpoint* endpoint : endpoints_) {
      if (endpoint->queue.empty() != (endpoint->holds == Endpoint::Holds::kNobody)) {
        fail("an endpoint does not know what it holds");
      }
      Wait wait = endpoint->holds == Endpoint::Holds::kSenders ? Wait::kSending : Wait::kReceiving;
      bool cancelled = endpoint->cancel_from != nullptr;
      check_lock(*endpoint, queued);
      for (Runnable* r = endpoint->queue.front(); r != nullptr; r = endpoint->queue.after(*r)) {
        Thread& thread = Thread::of(*r);
        ++queued[&thread];
        cancelled = cancelled && r != endpoint->cancel_from;
        if (cancelled && thread.badge == endpoint->cancel_badge) {
          fail("a sender that should have been cancelled");
        }
        if (!threads_.contains(&thread)) fail("an endpoint's queue has no thread");
        if (thread.waiting() != Waiting(wait, endpoint)) fail("a thread in a wrong queue");
      }
      if (cancelled) fail("an endpoint remembers a sender that is gone");
    }
    for (Notification* notification : notifications_) {
      auto& waiters = notification->waiters;
      for (Runnable* r = waiters.front(); r != nullptr; r = waiters.after(*r)) {
        Thread& thread = Thread::of(*r);
        ++queued[&thread];
        if (!threads_.contains(&thread)) fail("a notification's queue has no thread");
        if (thread.wait() != Wait::kNotification) fail("a thread in a wrong queue");
      }
      if (notification->bits.peek() != 0 && !waiters.empty())
        fail("a signal waits, and a waiter too");
    }
    for (Thread* thread : threads_) check_thread(*thread, queued[thread]);
    for (Thread* thread : threads_) {
      if (thread->task() == nullptr) continue;
      const Task& task = *thread->task();
      if (task.cspace.object() != reinterpret_cast<std::uint64_t>(task.cnode())) {
        fail("a task's pointer to its CSpace is not its capability's");
      }
      check_end(*thread->task());
      check_settled(*thread->task());
    }
    for (Reply* reply : replies_) check_reply(*reply);
  }

  // A receiver that waits alone is with the lock; nobody holds that now.
  void check_lock(const Endpoint& endpoint, std::map<Thread*, int>& queued) {
    const EndpointLock::Word word = endpoint.lock.peek();
    if (word.is_parked()) {
      Thread& thread = word.parked();
      ++queued[&thread];
      parked_.insert(&thread);
      if (!threads_.contains(&thread)) fail("an endpoint's lock has no thread");
      if (thread.waiting() != Waiting(Wait::kReceiving, &endpoint)) {
        fail("a thread with a wrong endpoint");
      }
    } else if (word != EndpointLock::Word::kNobody && word != EndpointLock::Word::kQueue) {
      fail("an endpoint is locked");
    }
    if ((word == EndpointLock::Word::kQueue) == endpoint.queue.empty()) {
      fail("an endpoint's lock does not know whether any are queued");
    }
  }

  void check_thread(Thread& thread, int queued) {
    bool in_queue = thread.wait() == Wait::kSending || thread.wait() == Wait::kReceiving ||
                    thread.wait() == Wait::kNotification;
    if (queued != (in_queue ? 1 : 0)) fail("a thread is not in exactly the queue it waits in");
    bool runs = sched::run_state(thread) != sched::RunState::kWaiting;
    if (runs != (thread.wait() == Wait::kNone)) fail("a thread runs and waits, or neither");
    if ((sched::run_state(thread) == sched::RunState::kRunning) !=
        (thread.home()->current == &thread)) {
      fail("a hart and its current thread do not agree");
    }
    bool linked = static_cast<Link<QueueTag>&>(thread).linked();
    const bool is_queued = in_queue && !parked_.contains(&thread);
    if (linked != (is_queued || sched::run_state(thread) == sched::RunState::kReady)) {
      fail("a ready thread in no queue, or one in a queue that should not be");
    }
    if (thread.task_slot.object() != reinterpret_cast<std::uint64_t>(thread.task())) {
      fail("a thread's pointer to its task is not its capability's");
    }
    if (runs && thread.task() == nullptr) fail("a thread runs without a task");
    if (thread.wait() == Wait::kAnswer && thread.waiting().on<Reply>().caller.peek() != &thread) {
      fail("a caller and its reply do not agree");
    }
    check_reply(thread.reply);
    if (thread.effective_class.peek() != class_due(thread)) {
      fail("a thread does not run at the higher of its own class and its caller's");
    }
    check_gift(thread);
    if (thread.task() != nullptr && thread.settled_stamp == thread.task()->qos.peek().stamp &&
        thread.class_stamp.peek() != thread.settled_stamp) {
      fail("a thread is said to know its task's class, and does not");
    }
    if (thread.armed() && (runs || thread.wait() == Wait::kStopped)) fail("a deadline of no wait");
  }

  // What a server has from its caller is what that gives now, where it raises the server.
  void check_gift(Thread& server) {
    const Thread* caller = server.reply.caller.peek();
    if (caller == nullptr) return;
    const Gift given = gift_of(*caller);
    const Gift has = server.reply.gift.peek();
    const abi::QosClass own = server.own_class.peek();
    if (given.of <= own && has.of <= own) return;
    if (given.of != has.of || given.depth != has.depth) {
      fail("a server has from its caller what that does not give");
    }
  }

  // Those who are known to know the class of their task are the last.
  void check_settled(Task& task) {
    if (task.ended()) return;
    bool settled = false;
    for (Thread* each = task.threads.front(); each != nullptr; each = task.threads.after(*each)) {
      const bool knows = each->settled_stamp == task.qos.peek().stamp;
      if (settled && !knows) fail("a thread would not be told its task's class");
      settled = knows;
    }
  }

  // An ended task that has threads has one that goes on with its end.
  void check_end(Task& task) {
    if (!task.ended() || task.threads.empty()) return;
    for (Thread* each = task.threads.front(); each != nullptr; each = task.threads.after(*each)) {
      if (sched::run_state(*each) != sched::RunState::kWaiting) return;
    }
    fail("nobody goes on with a task's end");
  }

  void check_reply(const Reply& reply) {
    if (reply.caller.peek() == nullptr) return;
    if (!threads_.contains(reply.caller.peek())) {
      fail("a reply to no thread");
    } else if (reply.caller.peek()->waiting() != Waiting(Wait::kAnswer, &reply)) {
      fail("a reply and its caller do not agree");
    } else if (reply.caller_gone) {
      fail("a reply whose caller is gone and there");
    }
  }

  void check_rest() {
    for (const Thread* thread : threads_) {
      if (thread->wait() == Wait::kComing) fail("a thread is on the way, and nobody takes it");
      if (thread->wait() == Wait::kAsking) fail("a thread asks, and nobody does it");
    }
  }

  void check_timers_and_bindings() {
    for (Thread* thread : threads_) {
      if (thread->bound.empty()) continue;
      if (reinterpret_cast<Notification*>(thread->bound.object())->bound != thread) {
        fail("a thread's Notification does not know it");
      }
      --bound_;
    }
    for (Notification* notification : notifications_) {
      if (notification->bound != nullptr) ++bound_;
    }
    // Threads that are in their graves still have theirs.
    if (bound_ < 0 || (bound_ > 0 && graves_ == 0)) fail("a Notification bound to no thread");
    for (Alarm* alarm : alarms_) {
      if (alarm->armed() && alarm->target.empty()) fail("an Alarm is set and bound to nothing");
    }
  }

  // A source interrupts the hart of the Irq that has it, and nobody without one; what is claimed is
  // to be acknowledged.
  void check_irqs() {
    const auto& machine = arch::host::Machine::current();
    for (std::uint32_t source = 1; source <= abi::kInterruptSources; ++source) {
      Irq* irq = state.irqs[source].peek();
      if (irq != nullptr && irq->source != source) fail("a source's Irq has another source");
      // One that is in its grave still has its source.
      if (irq != nullptr && !irqs_.contains(irq) && graves_ == 0) fail("a source of no Irq");
      const Hart* home = irq == nullptr ? nullptr : irq->home.peek();
      for (const Hart& hart : state.harts) {
        if (ipi::is_online(hart) && machine.is_allowed(hart.id, source) != (&hart == home)) {
          fail("a source is allowed where no Irq is bound, or is not where one is");
        }
      }
      if (machine.is_claimed(source) != (irq != nullptr && irq->claimed)) {
        fail("an interrupt that nobody can acknowledge, or a claim that was none");
      }
    }
    for (Irq* irq : irqs_) {
      if (irq->source != 0 && state.irqs[irq->source].peek() != irq)
        fail("an Irq without its source");
      if ((irq->home.peek() != nullptr) == irq->target.empty()) {
        fail("an Irq has a hart and no Notification, or the other way");
      }
    }
  }

  void check_harts() {
    for (const Hart& hart : state.harts) {
      if (hart.surplus.peek() && hart.current == nullptr && hart.ready.empty()) {
        fail("a hart that sleeps has threads to give");
      }
    }
  }

  // What the slots say is mapped is what the tables hold, and the tables hold nothing else.
  void check_mappings() {
    std::map<Task*, std::uint64_t> mapped;
    for (Slot* slot : vmos_) {
      Task* task = slot->generation == 0 ? nullptr : Task::find({slot->asid}, slot->generation);
      if (task == nullptr) continue;
      mapped[task] += mapped_pages(*slot);
      for (std::uint32_t i = 0; i < mapped_pages(*slot); ++i) {
        VirtAddr va{(std::uint64_t{slot->mapping.page} + i) * kPageSize};
        auto leaf = task->table.lookup(va);
        PhysAddr expected{slot->object() + i * kPageSize};
        if (!leaf.has_value() || leaf->pa + (va - leaf->va) != expected) {
          return fail("a mapping is not in the page table");
        }
        if ((leaf->access.bits & ~slot->rights()) != 0) return fail("a mapping beyond its rights");
      }
    }
    for (std::uint32_t asid = 0; asid < kMaxTasks; ++asid) {
      Task* task = state.tasks[asid];
      const bool in_use = (state.asids_in_use[asid / 64] >> asid % 64 & 1) != 0;
      const bool used_up = asid == 0 || state.generations[asid] == kLastGeneration;
      if (in_use != (task != nullptr || used_up)) return fail("an ASID in use by nobody, or free");
      if (task == nullptr) continue;
      if (task->table.asid().value != asid) return fail("a task under another's ASID");
      Census census = take_census(task->table);
      if (census.unsound != nullptr) return fail(census.unsound);
      if (census.pages + census.large_pages * 512 != mapped[task]) {
        return fail("a page table maps what no capability does");
      }
    }
  }

  std::string why_;
  std::unordered_set<Slot*> seen_;
  std::size_t graves_ = 0;
  std::map<abi::ObjectType, std::uint32_t> dying_;
  std::map<std::pair<abi::ObjectType, std::uint64_t>, std::uint32_t> named_;
  std::vector<Slot*> vmos_;
  std::unordered_set<CNode*> nodes_;
  std::unordered_set<Thread*> threads_;
  std::unordered_set<Thread*> parked_;
  std::unordered_set<Endpoint*> endpoints_;
  std::unordered_set<Notification*> notifications_;
  std::unordered_set<Reply*> replies_;
  std::unordered_set<Alarm*> alarms_;
  std::unordered_set<Irq*> irqs_;
  int bound_ = 0;
};

}  // namespace

std::string broken_invariant() { return Walk().run(false); }
std::string broken_invariant_at_rest() { return Walk().run(true); }

}  // namespace tessera::testing
