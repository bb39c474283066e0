// memcpy and its kin: what the compiler calls by itself, and nothing but it. Eight bytes at a time
// where both sides allow. memory.cc gives them their C names on the target.
#ifndef SERVERS_RUNTIME_MEMORY_H_
#define SERVERS_RUNTIME_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace tessera::rt::memory {

using Byte = unsigned char;
using Word [[gnu::may_alias]] = std::uint64_t;
inline constexpr std::size_t kWord = sizeof(Word);

inline bool aligned(const void* at) { return reinterpret_cast<std::uintptr_t>(at) % kWord == 0; }
// Both reach a word's start after the same number of bytes.
inline bool congruent(const void* a, const void* b) {
  return (reinterpret_cast<std::uintptr_t>(a) - reinterpret_cast<std::uintptr_t>(b)) % kWord == 0;
}

inline void copy_up(Byte* to, const Byte* from, std::size_t size) {
  if (congruent(to, from)) {
    for (; size > 0 && !aligned(to); --size) *to++ = *from++;
    for (; size >= kWord; size -= kWord, to += kWord, from += kWord) {
      *reinterpret_cast<Word*>(to) = *reinterpret_cast<const Word*>(from);
    }
  }
  for (; size > 0; --size) *to++ = *from++;
}

// From the last byte to the first, for a target that starts inside the source.
inline void copy_down(Byte* to, const Byte* from, std::size_t size) {
  to += size;
  from += size;
  if (congruent(to, from)) {
    for (; size > 0 && !aligned(to); --size) *--to = *--from;
    for (; size >= kWord; size -= kWord) {
      to -= kWord;
      from -= kWord;
      *reinterpret_cast<Word*>(to) = *reinterpret_cast<const Word*>(from);
    }
  }
  for (; size > 0; --size) *--to = *--from;
}

inline void move(Byte* to, const Byte* from, std::size_t size) {
  // One comparison: the difference wraps when the target is below the source.
  const auto ahead = reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
  if (ahead >= size) {
    copy_up(to, from, size);
  } else {
    copy_down(to, from, size);
  }
}

inline void fill(Byte* to, Byte value, std::size_t size) {
  for (; size > 0 && !aligned(to); --size) *to++ = value;
  const Word eight = value * Word{0x0101'0101'0101'0101};
  for (; size >= kWord; size -= kWord, to += kWord) *reinterpret_cast<Word*>(to) = eight;
  for (; size > 0; --size) *to++ = value;
}

// Less than, equal to or greater than 0, as the first byte that differs is.
inline int compare(const Byte* a, const Byte* b, std::size_t size) {
  if (congruent(a, b)) {
    for (; size > 0 && !aligned(a) && *a == *b; --size, ++a, ++b) {
    }
    for (; aligned(a) && size >= kWord; size -= kWord, a += kWord, b += kWord) {
      if (*reinterpret_cast<const Word*>(a) != *reinterpret_cast<const Word*>(b)) break;
    }
  }
  for (; size > 0; --size, ++a, ++b) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}

// The first byte of that value; null: there is none.
inline const Byte* find(const Byte* in, Byte value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (in[i] == value) return in + i;
  }
  return nullptr;
}

}  // namespace tessera::rt::memory

#endif  // SERVERS_RUNTIME_MEMORY_H_
