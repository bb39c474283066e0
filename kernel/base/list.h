// An intrusive doubly-linked list with a head. A link is in at most one list; one that is in none
// points to itself, so that removal needs no list and is O(1), and a whole list is taken over in
// O(1). The list owns nothing.
//
// A type is made linkable by deriving from Link<Tag>; the tag tells several links of one type
// apart.
#pragma once

namespace tessera {

// Makes a link, or a list, that must be made anew before it is used.
struct Unmade {};

template <class Tag>
struct Link {
  Link* next;
  Link* previous;

  constexpr Link() : next(this), previous(this) {}
  explicit constexpr Link(Unmade) {}  // NOLINT(cppcoreguidelines-pro-type-member-init)
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool linked() const { return next != this; }
  void unlink() {
    leave();
    next = previous = this;
  }
  // The same, of one that is made anew before it is used again.
  void leave() {
    next->previous = previous;
    previous->next = next;
  }
  // Puts `other`, which is in no list and need not have been made, after (before) this one.
  void insert_after(Link& other) {
    other.next = next;
    other.previous = this;
    next->previous = &other;
    next = &other;
  }
  void insert_before(Link& other) { previous->insert_after(other); }
  // Gives this link's place in its list, if it has one, to `other`, which is in none.
  void hand_over(Link& other) {
    if (!linked()) return;
    insert_after(other);
    unlink();
  }
};

template <class T, class Tag>
class List {
 public:
  constexpr List() = default;
  explicit constexpr List(Unmade unmade) : head_(unmade) {}

  bool empty() const { return !head_.linked(); }
  T* front() { return empty() ? nullptr : static_cast<T*>(head_.next); }
  T* back() { return empty() ? nullptr : static_cast<T*>(head_.previous); }
  // Of one that is not empty.
  T& first() { return *static_cast<T*>(head_.next); }
  // Of one that is not empty; whether it is empty then.
  bool drop_first() {
    Link<Tag>* item = head_.next;
    Link<Tag>* next = item->next;
    head_.next = next;
    next->previous = &head_;
    item->next = item->previous = item;
    return next == &head_;
  }
  // The one after `item`, or null at the end.
  T* after(T& item) {
    Link<Tag>* next = static_cast<Link<Tag>&>(item).next;
    return next == &head_ ? nullptr : static_cast<T*>(next);
  }
  void push_back(T& item) { head_.insert_before(item); }
  void push_front(T& item) { head_.insert_after(item); }
  T* pop_front() {
    T* item = front();
    if (item != nullptr) remove(*item);
    return item;
  }
  static void remove(T& item) { static_cast<Link<Tag>&>(item).unlink(); }
  // Takes all of `other` over, in order, after what is here.
  void splice_back(List& other) { other.move_all_before(head_); }
  // Puts all of it, in order, before `place`, which is in another list.
  void move_all_before(Link<Tag>& place) {
    if (empty()) return;
    Link<Tag>* first = head_.next;
    Link<Tag>* last = head_.previous;
    head_.next = head_.previous = &head_;
    first->previous = place.previous;
    place.previous->next = first;
    last->next = &place;
    place.previous = last;
  }
  // Gives all of it to `other`, which is empty.
  void hand_over(List& other) { head_.hand_over(other.head_); }

 private:
  Link<Tag> head_;
};

}  // namespace tessera
