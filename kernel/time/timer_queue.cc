#include "kernel/time/timer_queue.h"

#include <utility>

#include "kernel/base/check.h"

namespace tessera {

bool TimerQueue::arm(Timer& timer, Nanoseconds deadline) {
  const Nanoseconds before = next();
  if (timer.armed()) remove(timer);
  timer.deadline_ = deadline;
  if (deadline != kNever) insert(timer);
  return next() != before;
}

bool TimerQueue::disarm(Timer& timer) {
  if (!timer.armed()) return false;
  const Nanoseconds before = next();
  remove(timer);
  return next() != before;
}

Timer* TimerQueue::pop_due(Nanoseconds now) {
  Timer* timer = root_;
  if (timer == nullptr || timer->deadline_ > now) return nullptr;
  remove(*timer);
  return timer;
}

bool TimerQueue::before(const Timer& a, const Timer& b) {
  if (a.deadline_ != b.deadline_) return a.deadline_ < b.deadline_;
  return a.sequence_ < b.sequence_;
}

// Makes the side of the higher rank the left one, and the node's rank right. True: it changed.
bool TimerQueue::restore(Timer& node) {
  if (rank(node.left_) < rank(node.right_)) std::swap(node.left_, node.right_);
  const auto rank_now = static_cast<std::uint8_t>(rank(node.right_) + 1);
  const bool changed = rank_now != node.rank_.peek();
  node.rank_.set(rank_now);
  return changed;
}

// One heap of two, either of which may be null. Down both right spines, of rank(a) and rank(b)
// nodes, to thread them into one in order; up again to restore the ranks along it.
Timer* TimerQueue::merge(Timer* a, Timer* b) {
  Timer* root = nullptr;
  Timer* bottom = nullptr;
  Timer** hole = &root;
  while (a != nullptr && b != nullptr) {
    if (before(*b, *a)) std::swap(a, b);
    *hole = a;
    a->parent_ = bottom;
    bottom = a;
    hole = &a->right_;
    a = a->right_;
  }
  Timer* rest = a != nullptr ? a : b;
  *hole = rest;
  if (rest != nullptr) rest->parent_ = bottom;
  for (Timer* node = bottom; node != nullptr; node = node->parent_) restore(*node);
  return root;
}

void TimerQueue::insert(Timer& timer) {
  timer.sequence_ = ++armings_;
  timer.parent_ = timer.left_ = timer.right_ = nullptr;
  timer.rank_.set(1);
  root_ = merge(root_, &timer);
}

// What was below the timer takes its place. The way up from there ends at the first node whose rank
// stays; until then the ranks that were there grow by one a step, so it is no longer than the
// highest rank.
void TimerQueue::remove(Timer& timer) {
  Timer* parent = timer.parent_;
  Timer* below = merge(timer.left_, timer.right_);
  if (below != nullptr) below->parent_ = parent;
  if (parent == nullptr) {
    CHECK(root_ == &timer);  // else it is armed in another queue
    root_ = below;
  } else {
    (parent->left_ == &timer ? parent->left_ : parent->right_) = below;
  }
  while (parent != nullptr && restore(*parent)) parent = parent->parent_;
  timer.parent_ = timer.left_ = timer.right_ = nullptr;
  timer.rank_.set(0);
}

}  // namespace tessera
