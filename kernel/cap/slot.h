// A capability slot: 64 bytes that hold one capability and its place in the derivation tree.
//
// The tree needs no parent pointers: a slot heads the list of what was derived from it, and is
// linked among its siblings. Deleting a slot puts its children into its own place in constant time,
// so what was derived from a deleted capability still falls with the capability above it; revoking
// deletes the first child until there is none, without descending.
//
// An empty slot is one whose type is null; all its other bytes mean nothing (a new CNode is just
// zeroed memory).
#pragma once

#include <cstdint>
#include <new>

#include "idl/abi.h"
#include "kernel/base/list.h"
#include "kernel/base/types.h"

namespace tessera {

struct DerivationTag;

// Capabilities that there are, embedded ones included: for the census. Under state.tree_lock.
inline constinit std::uint64_t capability_count = 0;

// What else the kernel must do when an embedded slot (a field of an object, not of a CNode) loses
// its capability because somebody revoked it. Slots of CNodes are kPlain.
enum class SlotRole : std::uint8_t {
  kPlain,
  kGrave,  // holds a dying object's place in the tree until its memory may be given again
  kTaskCspace,
  kTaskPool,
  kTaskSupervisor,
  kThreadTask,
  kThreadHandler,
  kThreadNotification,
  kAlarmNotification,
};

struct Slot : Link<DerivationTag> {
  List<Slot, DerivationTag> children;
  // By type: a pointer to the object; the physical base of an Untyped's or a VMO's run.
  std::uint64_t object;
  union {
    std::uint64_t badge;
    // Untyped: what is given out, in units of 64 bytes: [0, low) for objects smaller than a page,
    // [high, size) for runs of pages.
    struct {
      std::uint32_t low;
      std::uint32_t high;
    } given;
    // VMO: where it is mapped, in pages, and how many of its pages are by now.
    struct {
      std::uint32_t page;
      std::uint32_t done;
    } mapping;
  };
  std::uint32_t pages;  // Untyped, VMO: the run's length
  union {
    std::uint32_t generation;   // VMO: which task of those that `asid` had; 0: it is not mapped
    std::uint32_t zeroed_from;  // Untyped: pages from here up to `high` are known to be zero
  };
  std::uint16_t asid;  // VMO: of the task it is mapped in
  abi::ObjectType type;
  std::uint8_t rights;
  std::uint8_t access;  // VMO: of the mapping
  SlotRole role;
  bool device;        // Untyped, VMO: not RAM
  bool received : 1;  // it came by a message into a thread's window and was not moved since
  bool original : 1;  // VMO: the first capability to it, as it was retyped
  bool sealed : 1;    // VMO: no capability to it has the right to write, or ever will

  constexpr Slot()
      : object(0),
        badge(0),
        pages(0),
        generation(0),
        asid(0),
        type(abi::ObjectType::kNull),
        rights(0),
        access(0),
        role(SlotRole::kPlain),
        device(false),
        received(false),
        original(false),
        sealed(false) {}
  // An embedded one, empty: it says so and what it is for, and no more. An object has up to five.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  explicit Slot(SlotRole embedded_as)
      : Link(Unmade{}),
        children(Unmade{}),
        object(0),
        type(abi::ObjectType::kNull),
        role(embedded_as) {}

  bool empty() const { return type == abi::ObjectType::kNull; }

  // Makes an empty slot hold a capability, as the last child of `parent`. The caller sets what its
  // type needs beyond.
  void fill(Slot& parent, abi::ObjectType new_type, std::uint64_t new_object,
            std::uint8_t new_rights) {
    start(new_type, new_object, new_rights);
    parent.children.push_back(*this);
  }
  // The same as `source`, derived from it, with `new_rights`. A mapping stays with the source.
  void derive_from(Slot& source, std::uint8_t new_rights) {
    fill(source, source.type, source.object, new_rights);
    badge = source.type == abi::ObjectType::kVmo ? 0 : source.badge;
    pages = source.pages;
    device = source.device;
    sealed = source.sealed;
  }
  // Takes over the capability of `source`, with its place and its children; `source` becomes empty.
  // This one was empty.
  void take(Slot& source) {
    start(source.type, source.object, source.rights);
    source.hand_over(*this);
    source.children.hand_over(children);
    badge = source.badge;
    pages = source.pages;
    generation = source.generation;
    asid = source.asid;
    access = source.access;
    device = source.device;
    original = source.original;
    sealed = source.sealed;
    source.clear();
  }
  // Empties the slot; its children take its place among its siblings, in constant time.
  void erase() {
    children.move_all_before(*this);
    unlink();
    clear();
  }
  // What it held has gone elsewhere. An empty slot's object is 0 too: who looks for an embedded one
  // needs one test.
  void clear() {
    --capability_count;
    type = abi::ObjectType::kNull;
    object = 0;
  }

 private:
  // The slot may be memory that was only zeroed: the links are made here. The role stays.
  void start(abi::ObjectType new_type, std::uint64_t new_object, std::uint8_t new_rights) {
    ::new (static_cast<Link<DerivationTag>*>(this)) Link<DerivationTag>();
    ::new (&children) List<Slot, DerivationTag>();
    ++capability_count;
    object = new_object;
    badge = 0;
    pages = 0;
    generation = 0;
    asid = 0;
    type = new_type;
    rights = new_rights;
    access = 0;
    device = false;
    received = false;
    original = false;
    sealed = false;
  }
};
static_assert(sizeof(Slot) == abi::kSlotSize);

}  // namespace tessera
