// It throws, with an unwinder of its own making.
#include <cstddef>

extern "C" {
int cell;
[[gnu::noinline]] void* __cxa_allocate_exception(std::size_t) { return &cell; }
[[gnu::noinline]] void __cxa_throw(void*, void*, void (*)(void*)) {
  while (true) asm volatile("wfi");
}
int type_of_int asm("_ZTIi") = 0;
int program_main(int given);
}

int program_main(int given) {
  if (given == 0) throw 3;
  return given;
}
