// What always holds between two system calls, walked over the whole state. Host tests call it after
// each operation.
#pragma once

#include <string>

namespace tessera::testing {

// Empty: all holds; else the first thing that does not, in words.
std::string broken_invariant();

}  // namespace tessera::testing
