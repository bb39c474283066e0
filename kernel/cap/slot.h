// A capability slot: 64 bytes that hold one capability and its place in the derivation tree.
//
// The tree needs no parent pointers: a slot heads the list of what was derived from it, and is
// linked among its siblings. Deleting a slot puts its children into its own place in constant time,
// so what was derived from a deleted capability still falls with the capability above it; revoking
// deletes the first child until there is none, without descending.
//
// An empty slot is one whose word is 0; all its other bytes mean nothing (a new CNode is just
// zeroed memory).
#pragma once

#include <cstdint>
#include <new>
#include <utility>

#include "idl/abi.h"
#include "kernel/base/list.h"
#include "kernel/base/types.h"
#include "kernel/sync/atomic.h"

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
  kIrqNotification,
};

// What a capability is, in one word, so that a hart that looks while another one changes the slot
// sees the one capability or the other, never parts of both: the object's address, its upper byte
// being a copy of the bit below; the rights; the type. Objects lie on multiples of 64.
class CapabilityWord {
 public:
  constexpr CapabilityWord() = default;
  constexpr CapabilityWord(abi::ObjectType type, std::uint64_t object, std::uint8_t rights)
      : bits_(object << kAddressShift | low(type, rights)) {}

  // As one of them told it.
  static constexpr CapabilityWord from_bits(std::uint64_t bits) {
    CapabilityWord word;
    word.bits_ = bits;
    return word;
  }
  constexpr std::uint64_t bits() const { return bits_; }

  constexpr bool empty() const { return bits_ == 0; }
  constexpr abi::ObjectType type() const { return static_cast<abi::ObjectType>(bits_ & kTypeMask); }
  constexpr std::uint64_t object() const {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(bits_) >> kAddressShift) & ~kGrain;
  }
  constexpr std::uint8_t rights() const { return static_cast<std::uint8_t>(bits_ >> kRightsShift); }
  constexpr bool has_rights(std::uint8_t rights) const { return (low({}, rights) & ~bits_) == 0; }
  constexpr CapabilityWord with_rights(std::uint8_t rights) const {
    return from_bits((bits_ & ~low({}, 0xff)) | low({}, rights));
  }
  // It is one of the type of `wanted`, which names no object and is not empty, with its rights at
  // least.
  constexpr bool allows(CapabilityWord wanted) const {
    return (bits_ & (wanted.bits_ | kTypeMask)) == wanted.bits_;
  }
  constexpr bool allows(abi::ObjectType type, std::uint8_t rights) const {
    return allows({type, 0, rights});
  }
  constexpr bool operator==(const CapabilityWord&) const = default;

 private:
  static constexpr std::uint64_t kTypeMask = 63;
  static constexpr unsigned kRightsShift = 6;
  static constexpr unsigned kAddressShift = 8;
  static constexpr std::uint64_t kGrain = 63;
  static constexpr std::uint64_t low(abi::ObjectType type, std::uint8_t rights) {
    return std::uint64_t{rights} << kRightsShift | std::to_underlying(type);
  }

  std::uint64_t bits_ = 0;
};

struct alignas(64) Slot : Link<DerivationTag> {
  List<Slot, DerivationTag> children;
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
  // VMO: of the task it is mapped in. Untyped: the round after which its memory is free again; 0:
  // none is waited for.
  std::uint16_t asid;
  // In this order what a new capability begins with, and what it has from its source, are a store
  // each.
  std::uint8_t access;  // VMO: of the mapping
  bool original;        // VMO: the first capability to it, as it was retyped
  bool device;          // Untyped, VMO: not RAM
  bool sealed;          // VMO: no capability to it has the right to write, or ever will
  bool received;        // it came by a message into a thread's window and was not moved since
  SlotRole role;

  constexpr Slot()
      : badge(0),
        pages(0),
        generation(0),
        asid(0),
        access(0),
        original(false),
        device(false),
        sealed(false),
        received(false),
        role(SlotRole::kPlain) {}
  // An embedded one, empty: it says so and what it is for, and no more. An object has up to five.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  explicit Slot(SlotRole embedded_as) : Link(Unmade{}), children(Unmade{}), role(embedded_as) {}

  CapabilityWord word() const { return word_.peek(); }
  void set_word(CapabilityWord word) { word_.store(word); }

  bool empty() const { return word().empty(); }
  abi::ObjectType type() const { return word().type(); }
  // By type: the object's address; the physical base of an Untyped's or a VMO's run.
  std::uint64_t object() const { return word().object(); }
  std::uint8_t rights() const { return word().rights(); }
  void set_object(std::uint64_t object) { set_word({type(), object, rights()}); }
  void set_rights(std::uint8_t rights) { set_word(word().with_rights(rights)); }

  // Makes an empty slot hold a capability, as the last child of `parent`. The caller sets what its
  // type needs beyond.
  [[gnu::always_inline]] void fill(Slot& parent, abi::ObjectType new_type, std::uint64_t new_object,
                                   std::uint8_t new_rights) {
    start();
    badge = 0;
    pages = 0;
    device = false;
    sealed = false;
    parent.children.push_back(*this);
    set_word({new_type, new_object, new_rights});
  }
  // The same as `source`, derived from it, but for what is in `new_word` and `new_badge`. A mapping
  // stays with the source. The word comes last: a thread of another hart that calls by this slot
  // finds no capability, or all of it.
  void derive_from(Slot& source, CapabilityWord new_word, std::uint64_t new_badge) {
    start();
    source.children.push_back(*this);
    badge = new_badge;
    pages = source.pages;
    device = source.device;
    sealed = source.sealed;
    set_word(new_word);
  }
  // Takes over the capability of `source`, with its place and its children; `source` becomes empty.
  // This one was empty.
  void take(Slot& source) {
    const CapabilityWord held = source.word();
    start();
    ::new (static_cast<Link<DerivationTag>*>(this)) Link<DerivationTag>();
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
    set_word(held);
  }
  // Empties the slot; its children take its place among its siblings, in constant time.
  [[gnu::always_inline]] void erase() {
    children.move_all_before(*this);
    leave();
    clear();
  }
  // What it held has gone elsewhere.
  void clear() {
    --capability_count;
    set_word({});
  }

 private:
  Atomic<CapabilityWord> word_;

  // The slot may be memory that was only zeroed: its list is made here, its own link when it is put
  // into one. The role stays; so does what each caller sets: badge, pages, device and sealed.
  void start() {
    ::new (static_cast<Link<DerivationTag>*>(this)) Link<DerivationTag>(Unmade{});
    ::new (&children) List<Slot, DerivationTag>();
    ++capability_count;
    generation = 0;
    asid = 0;
    access = 0;
    original = false;
    received = false;
  }
};
static_assert(sizeof(Slot) == abi::kSlotSize);

}  // namespace tessera
