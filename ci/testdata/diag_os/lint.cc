// No warning of the compiler's, and one finding of clang-tidy: modernize-use-using.
#include <cstdint>

typedef std::uint64_t Word;
Word doubled(Word given);
Word doubled(Word given) { return given * 2; }
