// What both a kernel and a server may be. The other files have one thing too much each.
#include <cstdint>

extern "C" std::uint64_t program_main(std::uint64_t given);
extern "C" std::uint64_t program_main(std::uint64_t given) { return given * 3; }
