// A header that is not freestanding by our list, though it compiles.
#include <limits>

extern "C" int program_main();
extern "C" int program_main() { return std::numeric_limits<int>::max(); }
