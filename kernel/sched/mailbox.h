// What other harts have for one: a list that anybody puts things into, and that its owner empties.
// The links are in the things, so it has room for all there are and is never full; a thing is in
// one list at a time.
#pragma once

#include "kernel/sync/atomic.h"

namespace tessera {

// A base class of what is put into Mailbox<T, Tag>.
template <class Tag>
struct Letter {
  Letter* following = nullptr;
};

template <class T, class Tag>
class Mailbox {
 public:
  constexpr Mailbox() = default;

  // What the sender has written before is seen by the owner after take_all().
  void push(T& item) {
    Letter<Tag>& letter = item;
    letter.following = last_.peek();
    while (!last_.compare_exchange(letter.following, &letter)) {
    }
  }

  // All that is there, the first that was pushed first: `use(item)` of each, after which the item
  // may be anywhere.
  template <class Use>
  void take_all(Use use) {
    if (last_.peek() == nullptr) return;
    Letter<Tag>* backwards = last_.exchange(nullptr);
    Letter<Tag>* in_order = nullptr;
    while (backwards != nullptr) {
      Letter<Tag>* next = backwards->following;
      backwards->following = in_order;
      in_order = backwards;
      backwards = next;
    }
    while (in_order != nullptr) {
      Letter<Tag>* item = in_order;
      in_order = item->following;
      use(static_cast<T&>(*item));
    }
  }

 private:
  Atomic<Letter<Tag>*> last_;
};

}  // namespace tessera
