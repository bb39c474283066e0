// What the suite was told on the kernel's command line.
#ifndef SERVERS_CONTRACT_OPTIONS_H_
#define SERVERS_CONTRACT_OPTIONS_H_

#include <cstdint>
#include <string_view>

namespace tessera::contract {

struct Options {
  std::uint64_t rounds = 100;  // of each behaviour that repeats something
  std::string_view only = {};  // names that have this in them; empty: all
};

// Set by the runner before it makes tasks, which have a copy of its data.
inline constinit Options the_options;
inline const Options& options() { return the_options; }

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_OPTIONS_H_
