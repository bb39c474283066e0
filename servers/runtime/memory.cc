// The names by which the compiler calls them. Built with -fno-builtin, or each loop would be
// recognised and become a call of itself.
#include "servers/runtime/memory.h"

namespace tessera {

extern "C" {

void* memcpy(void* to, const void* from, std::size_t size);
void* memmove(void* to, const void* from, std::size_t size);
void* memset(void* to, int value, std::size_t size);
int memcmp(const void* a, const void* b, std::size_t size);
const void* memchr(const void* in, int value, std::size_t size);
std::size_t strlen(const char* text);

void* memcpy(void* to, const void* from, std::size_t size) {
  rt::memory::copy_up(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from),
                      size);
  return to;
}

void* memmove(void* to, const void* from, std::size_t size) {
  rt::memory::move(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from), size);
  return to;
}

void* memset(void* to, int value, std::size_t size) {
  rt::memory::fill(static_cast<unsigned char*>(to), static_cast<unsigned char>(value), size);
  return to;
}

int memcmp(const void* a, const void* b, std::size_t size) {
  return rt::memory::compare(static_cast<const unsigned char*>(a),
                             static_cast<const unsigned char*>(b), size);
}

// Of std::string_view::find.
const void* memchr(const void* in, int value, std::size_t size) {
  return rt::memory::find(static_cast<const unsigned char*>(in), static_cast<unsigned char>(value),
                          size);
}

// Of a literal that becomes a string_view: freestanding clang does not fold it.
std::size_t strlen(const char* text) {
  std::size_t size = 0;
  while (text[size] != '\0') ++size;
  return size;
}

}  // extern "C"

}  // namespace tessera
