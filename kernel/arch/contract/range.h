// A run of bytes of the machine's physical space, and a list of a few things without a heap.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/base/types.h"

namespace tessera::arch {

// From start to start + size, which does not overflow unless a comment says that it may.
struct PhysRange {
  PhysAddr start;
  std::uint64_t size = 0;

  constexpr PhysAddr end() const { return start + size; }
  constexpr bool operator==(const PhysRange&) const = default;
};

// At most N values, in the order in which they came.
template <class T, std::size_t N>
class Few {
 public:
  static constexpr std::size_t kMost = N;

  constexpr bool push(const T& value) {
    if (size_ == N) return false;
    items_[size_++] = value;
    return true;
  }
  constexpr void pop() { --size_; }
  constexpr void clear() { size_ = 0; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T& operator[](std::size_t i) { return items_[i]; }
  constexpr const T& operator[](std::size_t i) const { return items_[i]; }
  constexpr T* begin() { return items_; }
  constexpr T* end() { return items_ + size_; }
  constexpr const T* begin() const { return items_; }
  constexpr const T* end() const { return items_ + size_; }
  constexpr const T* data() const { return items_; }

 private:
  std::size_t size_ = 0;
  T items_[N] = {};
};

}  // namespace tessera::arch
