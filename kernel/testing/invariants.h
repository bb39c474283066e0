// What always holds between two system calls, walked over the whole state. Host tests call it after
// each operation.
#pragma once

#include <string>

namespace tessera::testing {

// Empty: all holds; else the first thing that does not, in words.
std::string broken_invariant();
// The same when no hart has anything left to do: then no thread is on the way from one to another.
std::string broken_invariant_at_rest();

}  // namespace tessera::testing
