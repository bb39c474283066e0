// How long things are in a message: docs/adr/0005-wire-of-bounded-values.md.
#ifndef GEN_LAYOUT_H_
#define GEN_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gen/model.h"

namespace kidl {

// Text, Data, List: has a length, needs $max.
bool is_bounded(const Type& type);
// Its head is a length: the above, and extensible structs.
bool has_tail(const Type& type);

// A struct's field or an element of a list, in bytes or bits; 0 of what is neither scalar nor enum.
int element_bytes(const Type& type);
int field_bits(const Type& type);
int enum_bytes(const Enum& enumeration);

// A set of flags is a register's bits at most; and the one with all of them.
inline constexpr std::size_t kMaxFlags = 64;
std::uint64_t set_of_all(const Enum& flags);

// Sets `words` and `unfit` of a struct, by those of the structs that are nested in it.
void measure(Struct& structure);

// The least words of a parameter, and what it has beyond them when it is full.
int head_words(const Type& type);
int tail_words(const Parameter& parameter);

// Of the words of a message; capabilities do not count.
Layout layout_of(const std::vector<Parameter>& list);

}  // namespace kidl

#endif  // GEN_LAYOUT_H_
