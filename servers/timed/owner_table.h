// OwnerTable: the owners that have timers, by identity, each with the list of its own.
//
// At most N owners, as each has a timer at least. A hash table with chains: identities come from
// whoever may name tasks, not from clients, so nobody chooses them to collide. Those that a spawner
// made are in a list, too, as they end together when it does.
#ifndef SERVERS_TIMED_OWNER_TABLE_H_
#define SERVERS_TIMED_OWNER_TABLE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "servers/manifest/check.h"
#include "servers/timed/index_pool.h"

namespace tessera::timed {

template <std::uint32_t N>
class OwnerTable {
  static_assert((N & (N - 1)) == 0 && N > 1);

 public:
  constexpr std::uint32_t count(std::uint64_t identity) const {
    const Link owner = find(identity);
    return owner ? owners_[owner.index()].count : 0;
  }
  // The first of the owner's timers, if it has any.
  constexpr std::optional<std::uint32_t> first(std::uint64_t identity) const {
    const Link owner = find(identity);
    if (!owner) return std::nullopt;
    return owners_[owner.index()].first.index();
  }
  // Calls found(identity) for each owner that a spawner made and whose number is below `before`.
  // `found` may take away that owner's timers, and no other's.
  template <class Found>
  constexpr void each_spawned(std::uint64_t before, Found found) const {
    for (Link at = spawned_; at;) {
      const Owner& its = owners_[at.index()];
      const std::uint64_t identity = its.identity;
      at = its.older;
      if (manifest::number_of(identity) < before) found(identity);
    }
  }
  constexpr std::uint64_t owner_of(std::uint32_t timer) const {
    return owners_[timers_[timer].owner.index()].identity;
  }

  // `timer` belongs to nobody.
  constexpr void add(std::uint64_t identity, std::uint32_t timer) {
    Link owner = find(identity);
    if (!owner) owner = make(identity);
    Owner& its = owners_[owner.index()];
    timers_[timer] = {.owner = owner, .next = its.first, .previous = Link()};
    if (its.first) timers_[its.first.index()].previous = Link(timer);
    its.first = Link(timer);
    ++its.count;
  }
  // `timer` belongs to somebody.
  constexpr void remove(std::uint32_t timer) {
    const Timer gone = timers_[timer];
    Owner& its = owners_[gone.owner.index()];
    (gone.previous ? timers_[gone.previous.index()].next : its.first) = gone.next;
    if (gone.next) timers_[gone.next.index()].previous = gone.previous;
    if (--its.count == 0) drop(gone.owner);
  }

 private:
  struct Owner {
    std::uint64_t identity = 0;
    std::uint32_t count = 0;
    Link first;  // timer
    Link next;   // owner of the same bucket
    Link newer;  // owner that a spawner made, as `older`
    Link older;
  };
  struct Timer {
    Link owner;
    Link next;
    Link previous;
  };

  // Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4): 2^64 divided by the
  // golden ratio; the high bits are the well-mixed ones.
  static constexpr std::uint32_t bucket_of(std::uint64_t identity) {
    return static_cast<std::uint32_t>((identity * 0x9e37'79b9'7f4a'7c15U) >> 32) % N;
  }
  constexpr Link find(std::uint64_t identity) const {
    Link at = buckets_[bucket_of(identity)];
    while (at && owners_[at.index()].identity != identity) at = owners_[at.index()].next;
    return at;
  }
  // There is room: an owner without timers has no place in the table.
  constexpr Link make(std::uint64_t identity) {
    const Link made(*free_.take());
    Link& bucket = buckets_[bucket_of(identity)];
    owners_[made.index()] = {
        .identity = identity, .count = 0, .first = {}, .next = bucket, .newer = {}, .older = {}};
    bucket = made;
    if (manifest::number_of(identity) != 0) list(made);
    return made;
  }
  constexpr void drop(Link owner) {
    Link* at = &buckets_[bucket_of(owners_[owner.index()].identity)];
    while (at->index() != owner.index()) at = &owners_[at->index()].next;
    *at = owners_[owner.index()].next;
    if (manifest::number_of(owners_[owner.index()].identity) != 0) unlist(owner);
    free_.give(owner.index());
  }
  constexpr void list(Link owner) {
    owners_[owner.index()].older = spawned_;
    if (spawned_) owners_[spawned_.index()].newer = owner;
    spawned_ = owner;
  }
  constexpr void unlist(Link owner) {
    const Owner& its = owners_[owner.index()];
    (its.newer ? owners_[its.newer.index()].older : spawned_) = its.older;
    if (its.older) owners_[its.older.index()].newer = its.newer;
  }

  std::array<Owner, N> owners_{};
  std::array<Timer, N> timers_{};
  std::array<Link, N> buckets_{};
  Link spawned_;  // the newest
  IndexPool<N> free_;
};

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_OWNER_TABLE_H_
