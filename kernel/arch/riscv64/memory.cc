// Memory as bytes. A freestanding compiler calls these by name for copies, comparisons and lengths
// that it makes out of plain C++; the kernel names none of them itself.
#include <cstddef>
#include <cstdint>

#include "kernel/arch/contract/arch.h"

namespace {

using Byte = unsigned char;

bool words(const void* first, const void* second, std::size_t bytes) {
  return ((reinterpret_cast<std::uintptr_t>(first) | reinterpret_cast<std::uintptr_t>(second) |
           bytes) &
          7) == 0;
}

// Unrolled: a page is zeroed in little more than a store a word.
template <std::size_t N>
[[gnu::always_inline]] inline void zero_words(std::uint64_t* at) {
#pragma clang loop unroll(full)
  for (std::size_t i = 0; i < N; ++i) at[i] = 0;
}

}  // namespace

// Declared here: there is no libc header to do it.
extern "C" {
void* memset(void* to, int value, std::size_t bytes);
void* memcpy(void* to, const void* from, std::size_t bytes);
void* memmove(void* to, const void* from, std::size_t bytes);
int memcmp(const void* left, const void* right, std::size_t bytes);
std::size_t strlen(const char* text);

void* memset(void* to, int value, std::size_t bytes) {
  auto* out = static_cast<Byte*>(to);
  const auto byte = static_cast<Byte>(value);
  if (words(to, to, bytes)) {
    const std::uint64_t word = 0x0101010101010101 * byte;
    for (auto* at = static_cast<std::uint64_t*>(to); bytes != 0; bytes -= 8) *at++ = word;
    return to;
  }
  while (bytes-- != 0) *out++ = byte;
  return to;
}

void* memcpy(void* to, const void* from, std::size_t bytes) {
  if (words(to, from, bytes)) {
    auto* out = static_cast<std::uint64_t*>(to);
    const auto* in = static_cast<const std::uint64_t*>(from);
    for (; bytes != 0; bytes -= 8) *out++ = *in++;
    return to;
  }
  auto* out = static_cast<Byte*>(to);
  const auto* in = static_cast<const Byte*>(from);
  while (bytes-- != 0) *out++ = *in++;
  return to;
}

void* memmove(void* to, const void* from, std::size_t bytes) {
  auto* out = static_cast<Byte*>(to);
  const auto* in = static_cast<const Byte*>(from);
  if (out <= in || out >= in + bytes) return memcpy(to, from, bytes);
  while (bytes-- != 0) out[bytes] = in[bytes];
  return to;
}

int memcmp(const void* left, const void* right, std::size_t bytes) {
  const auto* a = static_cast<const Byte*>(left);
  const auto* b = static_cast<const Byte*>(right);
  for (; bytes != 0; --bytes, ++a, ++b) {
    if (*a != *b) return *a < *b ? -1 : 1;
  }
  return 0;
}

std::size_t strlen(const char* text) {
  std::size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

}  // extern "C"

namespace tessera::arch {

[[gnu::noinline]] void zero(void* start, std::uint64_t bytes) {
  auto* at = static_cast<std::uint64_t*>(start);
  const std::uint64_t words = bytes / sizeof(*at);
  for (const auto* end = at + words / 32 * 32; at != end; at += 32) zero_words<32>(at);
  for (const auto* end = at + words % 32; at != end; at += 8) zero_words<8>(at);
}

}  // namespace tessera::arch
