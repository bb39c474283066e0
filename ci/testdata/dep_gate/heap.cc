// A heap behind operator new.
#include <cstddef>

namespace {
int cell;
}

[[gnu::noinline]] void* operator new(std::size_t) { return &cell; }
void operator delete(void*) noexcept {}
void operator delete(void*, std::size_t) noexcept {}

extern "C" int* program_main();
extern "C" int* program_main() {
  int* volatile made = new int{3};
  return made;
}
