// All of the kernel's own mutable state that is not a hart's: in one place, fixed at link time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "idl/abi.h"
#include "kernel/base/result.h"
#include "kernel/base/types.h"
#include "kernel/cap/slot.h"
#include "kernel/object/audit.h"
#include "kernel/object/round.h"
#include "kernel/sched/hart.h"
#include "kernel/sync/spinlock.h"

namespace tessera {

struct Irq;
struct Task;

inline constexpr std::size_t kObjectTypes = std::to_underlying(abi::ObjectType::kIrqControl) + 1;

inline constexpr std::uint32_t kMaxHarts = 8;
// Tasks that are configured at one time, one ASID each; fewer where the machine has fewer ASIDs.
// ASID 0 is the kernel's.
inline constexpr std::uint32_t kMaxTasks = 1024;

// The last task of an ASID: it is not given again.
inline constexpr std::uint32_t kLastGeneration = ~std::uint32_t{0};

struct State {
  // Guards the derivation tree, reference counts and everything that is below `idle`. Off the IPC
  // path. It is first since most calls take it: an address without more ado.
  SpinLock tree_lock{LockRank::kTree};
  Slot* dying =
      nullptr;  // graves of containers being emptied; linked by the objects of their words
  std::uint32_t objects[kObjectTypes] =
      {};  // how many there are, by type; of those that are counted
  Hart harts[kMaxHarts];
  Rounds rounds;
  // Harts that sleep since they have nothing to run, a bit each: a request for one thread. Whoever
  // clears the bit gives it.
  Atomic<std::uint32_t> idle;

  Slot root;                    // the first task's original capabilities are its children
  Task* tasks[kMaxTasks] = {};  // by ASID
  std::uint64_t asids_in_use[kMaxTasks / 64] = {1};  // a bit each; 0 is the kernel's
  std::uint32_t next_asid = 1;                       // where the search for a free one begins
  std::uint32_t generations[kMaxTasks] = {};         // how many tasks each has had
  std::uint64_t next_task_id = 1;
  const Task* first_task = nullptr;
  Atomic<Irq*> irqs[abi::kInterruptSources + 1] = {};  // by source, which each has alone

  // The UART is the kernel's until a task has mapped it.
  PhysAddr uart;
  bool uart_taken = false;

  AuditRing audit[kMaxHarts];  // of the hart of the same index; each has its own rules
  Slot audit_to;               // the Notification that each record signals

  constexpr State() {
    for (std::uint32_t i = 0; i < kMaxHarts; ++i) harts[i].bit = static_cast<std::uint8_t>(1u << i);
  }
};
extern constinit State state;

inline std::uint32_t bit_of(const Hart& hart) { return hart.bit; }
inline AuditRing& audit_of(const Hart& hart) { return state.audit[&hart - state.harts]; }

// Whether all harts that somebody has named, a bit each, are online. einval, badRange (argument 1,
// as the calls have it): one is not, or there can be none.
Result<void> check_harts(std::uint32_t harts);

}  // namespace tessera
