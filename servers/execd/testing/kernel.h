// A kernel that is a few maps, for tests of execd: capabilities with whom they were derived from,
// memory that is counted to the byte, tasks that end when the test says so. Each n-th call that
// takes something can be made to fail.
#ifndef SERVERS_EXECD_TESTING_KERNEL_H_
#define SERVERS_EXECD_TESTING_KERNEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/system_call.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::execd {

struct Object {
  abi::ObjectType type{};
  std::uint64_t size = 0;
  std::uint64_t used = 0;  // of an Untyped
  std::uint64_t id = 0;
  // Of a task.
  std::uint64_t identity = 0;
  std::uint64_t supervisor = 0;  // the badge that is signalled
  abi::QosClass qos = abi::QosClass::kNormal;
  abi::TaskState state = abi::TaskState::kFresh;
  std::int32_t status = 0;
  abi::FaultCause cause{};
  std::uint64_t pc = 0;
  int task = 0;  // of a thread: which object
};

struct Capability {
  int object = 0;
  std::uint8_t rights = 0xff;
  std::uint64_t badge = 0;
  int parent = 0;  // the capability that it was derived from
};

class TestingKernel {
 public:
  static constexpr int kOwn = 1;  // the CNode object that is execd's CSpace

  TestingKernel();

  // A capability in a slot of execd's, out of nothing.
  void give(rt::Slot slot, abi::ObjectType type, std::uint64_t size = 0, std::uint64_t badge = 0);
  void take(rt::Slot slot) { remove({kOwn, slot.index}); }
  bool on_call(rt::Registers& r);

  bool has(rt::Slot slot) const { return slots_.contains({kOwn, slot.index}); }
  Object& at(rt::Slot slot) {
    return objects_.at(capability(slots_.at({kOwn, slot.index})).object);
  }
  // What execd's slots hold, as one can compare it.
  std::map<std::uint64_t, std::pair<int, std::uint64_t>> own_slots() const;
  // What a task was given in its CSpace: the object that the slot names; 0: nothing.
  int in_child(rt::Slot task, rt::Slot slot) const;
  std::uint64_t badge_at(rt::Slot slot) { return capability(slots_.at({kOwn, slot.index})).badge; }
  std::size_t objects() const { return objects_.size(); }

  // From now on the n-th call that takes something fails, with enomem; counted from 1.
  void fail_at(std::optional<int> nth) {
    fail_at_ = nth;
    taken_ = 0;
  }
  bool has_failed() const { return fail_at_ && taken_ >= *fail_at_; }

  std::uint64_t now = 0;
  std::vector<std::uint64_t> started;  // identities of tasks, as they were started
  std::vector<abi::QosClass> started_as;

 private:
  using Place = std::pair<int, std::uint64_t>;  // CNode, index

  static bool finish(rt::Registers& r, std::int32_t status = 0);
  Capability& capability(int which) { return capabilities_.at(which); }
  const Capability& capability(int which) const { return capabilities_.at(which); }
  // The object in a slot of execd's; 0: none.
  int object_at(std::uint64_t slot) const;
  int cnode(std::uint64_t slot) const { return object_at(slot); }

  bool on_memory(rt::Registers& r);
  bool on_cnode(rt::Registers& r);
  bool on_task(rt::Registers& r);
  bool on_thread(rt::Registers& r);
  bool retype(rt::Registers& r);
  bool mint(rt::Registers& r);
  bool move(rt::Registers& r);
  bool query(rt::Registers& r) const;
  void remove(Place place);
  void remove_children(int which);
  int add(Place place, const Capability& made);

  std::map<int, Object> objects_;
  std::map<int, Capability> capabilities_;
  std::map<Place, int> slots_;
  int next_ = 2;
  std::uint64_t tasks_ = 0;
  std::optional<int> fail_at_;
  int taken_ = 0;
};

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_TESTING_KERNEL_H_
