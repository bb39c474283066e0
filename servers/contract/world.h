// What behaviours are written with: objects out of the behaviour's memory, mappings, further
// threads and tasks. Whatever goes wrong in it is a failure of the behaviour, at the caller's line.
// Nothing need be given back: the runner takes all of it.
#ifndef SERVERS_CONTRACT_WORLD_H_
#define SERVERS_CONTRACT_WORLD_H_

#include <cstdint>
#include <source_location>

#include "idl/abi.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel/vmo.h"
#include "servers/contract/expect.h"
#include "servers/contract/layout.h"
#include "servers/contract/options.h"
#include "servers/contract/program.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::contract {

using Where = std::source_location;

constexpr kernel::CNode own() { return rt::start::cnode(); }
constexpr kernel::Untyped memory() { return rt::start::memory(); }

inline constexpr kernel::Access kRead = kernel::Access::kRead;
inline constexpr kernel::Access kWrite = kernel::Access::kWrite;
inline constexpr kernel::Access kExecute = kernel::Access::kExecute;
inline constexpr kernel::Access kReadWrite = kRead | kWrite;

inline constexpr std::uint64_t kPage = abi::kPageSize;
inline constexpr std::uint64_t kMillisecond = 1'000'000;

// --- Slots and objects
// -----------------------------------------------------------------------------

// `count` empty slots in a row that nobody else uses.
rt::Slot take_slots(std::uint32_t count, Where where = Where::current());
inline rt::Slot take_slot(Where where = Where::current()) { return take_slots(1, where); }

// A new object out of memory(), in a slot of its own.
rt::Slot make(abi::ObjectType type, std::uint64_t size, Where where = Where::current());
template <class Handle>
Handle make(std::uint64_t size = 0, Where where = Where::current()) {
  return Handle(make(Handle::kType, size, where));
}
inline kernel::Vmo make_vmo(std::uint64_t pages, Where where = Where::current()) {
  return make<kernel::Vmo>(pages * kPage, where);
}

// A capability derived from `from`, with these rights and, unless it is 0, this badge.
rt::Slot mint_slot(rt::Slot from, std::uint8_t rights, std::uint64_t badge, Where where);
template <class Handle>
Handle mint(Handle from, std::uint8_t rights, std::uint64_t badge = 0,
            Where where = Where::current()) {
  return Handle(mint_slot(from.slot(), rights, badge, where));
}
// With all rights of the source but these.
template <class Handle>
Handle without(Handle from, typename Handle::Right right, Where where = Where::current()) {
  const auto info = must(own().query(from.slot().index), "query", where);
  const auto rights = static_cast<std::uint8_t>(info.rights & ~rt::rights(right));
  return Handle(mint_slot(from.slot(), rights, 0, where));
}

abi::ObjectType type_in(rt::Slot slot, Where where = Where::current());
inline bool is_empty(rt::Slot slot, Where where = Where::current()) {
  return type_in(slot, where) == abi::ObjectType::kNull;
}
void drop(rt::Slot slot, Where where = Where::current());
void revoke(rt::Slot slot, Where where = Where::current());

// --- Memory
// ----------------------------------------------------------------------------------------

// Maps it into the own address space.
void map(kernel::Vmo vmo, std::uint64_t address, kernel::Access access,
         Where where = Where::current());
inline volatile std::uint64_t& word_at(std::uint64_t address) {
  // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.UndefReturn): what is at 0 is tried, too
  return *reinterpret_cast<volatile std::uint64_t*>(address);
}

// --- Time and turns
// --------------------------------------------------------------------------------

std::uint64_t now();
inline std::uint64_t in_milliseconds(std::uint64_t n) { return now() + n * kMillisecond; }
// What the behaviour has done so far was to be done before `deadline`. If it was not, because the
// machine stood still for a while, the runner tries it again.
void in_time(std::uint64_t deadline);
// Before the slice can end that the thread's last yield began: what nothing but calls decides.
inline constexpr std::uint64_t kShortOfASlice = 4 * kMillisecond;
// Before a lower class can have waited so long that it has its share: what nothing but classes
// decides.
inline constexpr std::uint64_t kShortOfAShare = abi::kShareWithin - 10 * kMillisecond;
// Lets every other ready thread run until it waits. (Each turn could end by its slice; not all.)
void settle();

// --- Further threads
// -------------------------------------------------------------------------------

// A thread in this address space, or the first one of another.
class Worker {
 public:
  constexpr Worker() = default;
  constexpr Worker(kernel::Thread thread, std::uint32_t index) : thread_(thread), index_(index) {}
  kernel::Thread thread() const { return thread_; }
  // Whether its function has returned. Not of another space's.
  bool is_done() const;
  // Waits until it has.
  void join(Where where = Where::current()) const;

 private:
  kernel::Thread thread_;
  std::uint32_t index_ = 0;
};

using Work = void (*)(std::uint64_t);

// Everything but the start: for what must be told to a thread before it runs.
Worker prepare(Work work, std::uint64_t argument = 0, Where where = Where::current());
void start(const Worker& worker, Where where = Where::current());
inline Worker spawn(Work work, std::uint64_t argument = 0, Where where = Where::current()) {
  const Worker worker = prepare(work, argument, where);
  start(worker, where);
  return worker;
}
// The same for one that uses stubs of long messages: with an IPC buffer of its own, at `buffer`.
void start_with_buffer(const Worker& worker, std::uint64_t buffer, Where where = Where::current());
// An address in the stack of a worker, and where it begins: for threads that are started by hand.
std::uint64_t spare_stack(Where where = Where::current());

// --- Further tasks
// ---------------------------------------------------------------------------------

// A task in an address space of its own, with a copy of this one's data and a little memory(). It
// ends when its function returns, with kPassed.
class Space {
 public:
  constexpr Space() = default;
  constexpr Space(const Program& program, std::uint32_t index) : program_(program), index_(index) {}
  kernel::Task task() const { return program_.task; }
  kernel::Thread thread() const { return program_.thread; }
  kernel::CNode cspace() const { return program_.cspace; }
  std::uint32_t index() const { return index_; }

  // Gives it a capability, in its slot gift(nth).
  void give(std::uint32_t nth, rt::Slot from, std::uint8_t rights, std::uint64_t badge = 0,
            Where where = Where::current()) const;
  void start(Where where = Where::current()) const;
  // With an IPC buffer, where init puts it.
  void start_with_buffer(Where where = Where::current()) const;
  // Waits until it has ended, and tells how.
  kernel::Task::InfoResult wait(Where where = Where::current()) const;
  // Waits until its function has returned.
  void join(Where where = Where::current()) const;

 private:
  Program program_{};
  std::uint32_t index_ = 0;
};

Space prepare_space(Work work, std::uint64_t argument = 0, Where where = Where::current());
// Out of memory that is not memory().
Space prepare_space_from(kernel::Untyped memory, Work work, std::uint64_t argument,
                         Where where = Where::current());

// --- From the runner
// -------------------------------------------------------------------------------

// What the suite was told; of a task, its maker's copy.
inline constinit Options options{};

// --- For the runner
// --------------------------------------------------------------------------------

// Where a behaviour's first task begins.
void begin(std::uint64_t behaviour);

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_WORLD_H_
