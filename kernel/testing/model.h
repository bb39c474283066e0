// A reference model of capability space: what idl/kernel/untyped.idl, cnode.idl and vmo.idl say, in
// the plainest data structures. It is slow, has no memory of its own to give back, is never
// preempted in the middle, and knows nothing of the kernel but the sizes of its objects.
//
// A test makes the same calls to it and to the kernel, and compares.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "idl/abi.h"
#include "idl/system_call.h"

namespace tessera::testing::model {

struct Capability;

// What a task's page table does: page numbers to page numbers.
struct Page {
  std::uint64_t physical;
  std::uint8_t access;
  bool operator==(const Page&) const = default;
};
struct Space {
  std::uint64_t pool = 0;  // pages for tables; 0: the task is not configured
  std::map<std::uint64_t, Page> pages;
};

// What capabilities name, but for Untyped memory and VMOs, which are all in the capability.
struct Object {
  abi::ObjectType type = abi::ObjectType::kNull;
  std::uint64_t address = 0;  // physical: its identity
  std::uint32_t names = 0;    // capabilities to it; it lives as long as there is one
  std::vector<std::unique_ptr<Capability>> slots{};  // of a CNode; slot 0 stays empty
  Space space{};                                     // of a Task
};

struct Mapping {
  std::shared_ptr<Object> task;
  std::uint64_t page;
  std::uint8_t access;
};

struct Capability {
  abi::ObjectType type = abi::ObjectType::kNull;
  std::uint8_t rights = 0;
  std::uint64_t badge = 0;
  std::shared_ptr<Object> object{};  // null: Untyped, VMO

  // Untyped, VMO: a run of pages.
  std::uint64_t base = 0;
  std::uint64_t pages = 0;
  bool device = false;
  // Untyped: bytes given from its beginning, and the first page of those given from its end.
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  // VMO.
  bool original = false;
  bool sealed = false;
  std::optional<Mapping> mapping{};

  // The derivation tree.
  Capability* parent = nullptr;
  std::vector<Capability*> children{};
  // Where it is.
  Object* node = nullptr;
  std::uint32_t index = 0;
};

struct Request {
  abi::SystemCall call;
  std::uint64_t invoked;
  std::array<std::uint64_t, 5> a;  // a0 to a4
};

struct Answer {
  std::int32_t status = abi::kEinval;
  abi::Detail detail = abi::Detail::kNone;
  unsigned argument = 0;
  std::vector<std::uint64_t> words{};  // of a success
};

class Model {
 public:
  // `cspace` is that of the task that makes the calls.
  explicit Model(std::shared_ptr<Object> cspace) : cspace_(std::move(cspace)) {}
  ~Model();  // a CNode may hold itself
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // A capability from outside, whose parent is nobody's.
  Capability& give(std::uint32_t index, Capability what);

  // The call as the task makes it. `interrupted`: an interrupt waits all the time, so that a call
  // is made again after each of its steps, and looks its arguments up again.
  Answer call(const Request& request, bool interrupted);

  const Capability& root() const { return root_; }
  Object& cspace() { return *cspace_; }

  // Revokes in which what the call works on went with the rest: the slot itself, without an
  // interrupt, and the capability that was invoked, with one.
  int slots_revoked = 0;
  int nodes_revoked = 0;
  // CNodes that were given a capability to themselves.
  int self_references = 0;

 private:
  using Slot = std::unique_ptr<Capability>;

  Capability& look_up(std::uint64_t address, abi::ObjectType type, std::uint8_t rights,
                      unsigned argument);
  Answer perform(const Request& request, bool interrupted);
  Answer on_node(const Request& request, bool interrupted);
  Answer on_vmo(const Request& request);

  Answer retype(const Request& request);
  Answer derive(const Request& request);
  Answer move(const Request& request);
  Answer mutate(Capability& capability, std::uint8_t rights);
  Answer revoke(const Request& request, bool interrupted);
  Answer slice(Capability& whole, const Request& request);
  Answer seal(Capability& vmo);
  Answer map(Capability& vmo, const Request& request);

  Capability& put(Object& node, std::uint64_t index, Capability what, Capability& parent);
  void remove(Slot& slot);

  Capability root_;
  std::shared_ptr<Object> cspace_;
};

}  // namespace tessera::testing::model
