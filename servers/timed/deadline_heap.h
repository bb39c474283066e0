// DeadlineHeap: a binary heap over the indices 0 to N - 1, the earliest deadline on top. Each index
// is in it at most once and knows its place, so that any of them is removed in O(log N).
#ifndef SERVERS_TIMED_DEADLINE_HEAP_H_
#define SERVERS_TIMED_DEADLINE_HEAP_H_

#include <array>
#include <cstdint>

namespace tessera::timed {

template <std::uint32_t N>
class DeadlineHeap {
 public:
  constexpr bool empty() const { return size_ == 0; }
  constexpr std::uint32_t size() const { return size_; }
  // Not when empty.
  constexpr std::uint32_t top() const { return heap_[0]; }
  constexpr std::uint64_t top_deadline() const { return keys_[heap_[0]].deadline; }

  // `order` decides between equal deadlines: the lower one comes first. `index` is not in the heap.
  constexpr void insert(std::uint32_t index, std::uint64_t deadline, std::uint64_t order) {
    keys_[index] = {.deadline = deadline, .order = order};
    rise(size_++, index);
  }
  // `index` is in the heap.
  constexpr void remove(std::uint32_t index) {
    const std::uint32_t hole = place_[index];
    const std::uint32_t last = heap_[--size_];
    if (last == index) return;
    if (hole > 0 && before(last, heap_[parent(hole)])) {
      rise(hole, last);
    } else {
      sink(hole, last);
    }
  }

 private:
  struct Key {
    std::uint64_t deadline = 0;
    std::uint64_t order = 0;
  };

  static constexpr std::uint32_t parent(std::uint32_t at) { return (at - 1) / 2; }
  constexpr bool before(std::uint32_t left, std::uint32_t right) const {
    const Key& a = keys_[left];
    const Key& b = keys_[right];
    return a.deadline != b.deadline ? a.deadline < b.deadline : a.order < b.order;
  }
  constexpr void put(std::uint32_t at, std::uint32_t index) {
    heap_[at] = static_cast<std::uint16_t>(index);
    place_[index] = static_cast<std::uint16_t>(at);
  }
  // Puts `index` at `at` or above, where it belongs.
  constexpr void rise(std::uint32_t at, std::uint32_t index) {
    while (at > 0 && before(index, heap_[parent(at)])) {
      put(at, heap_[parent(at)]);
      at = parent(at);
    }
    put(at, index);
  }
  // Puts `index` at `at` or below.
  constexpr void sink(std::uint32_t at, std::uint32_t index) {
    while (2 * at + 1 < size_) {
      std::uint32_t child = 2 * at + 1;
      if (child + 1 < size_ && before(heap_[child + 1], heap_[child])) ++child;
      if (!before(heap_[child], index)) break;
      put(at, heap_[child]);
      at = child;
    }
    put(at, index);
  }

  std::array<Key, N> keys_{};             // by index
  std::array<std::uint16_t, N> place_{};  // by index: where in heap_
  std::array<std::uint16_t, N> heap_{};   // indices
  std::uint32_t size_ = 0;
};

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_DEADLINE_HEAP_H_
