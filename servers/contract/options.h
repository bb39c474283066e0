// What the suite was told: `contract=only=TEXT,rounds=N,icount` on the kernel's command line.
#ifndef SERVERS_CONTRACT_OPTIONS_H_
#define SERVERS_CONTRACT_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace tessera::contract {

struct Options {
  std::uint64_t rounds = 100;  // of each behaviour that repeats something; at least 10
  std::string_view only = {};  // behaviours with this in their names; empty: all
  // Those that there are, a bit each: the runner finds out. Behaviours begin on the first.
  std::uint64_t harts = 1;
  // The machine's time is the instructions that it has done (QEMU's icount): exact, whatever the
  // host does. Only then are times compared.
  bool icount = false;

  constexpr bool chooses(std::string_view name) const {
    return only.empty() || name.find(only) != std::string_view::npos;
  }
};

// A number of 10 to 1'000'000, in decimal.
constexpr std::optional<std::uint64_t> parse_rounds(std::string_view text) {
  if (text.empty() || text.size() > 7) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value < 10 || value > 1'000'000) return std::nullopt;
  return value;
}

// Nothing: `text` is none of these, or says something else.
constexpr std::optional<Options> parse_options(std::string_view text) {
  constexpr std::string_view kOnly = "only=";
  constexpr std::string_view kRounds = "rounds=";
  Options options;
  while (!text.empty()) {
    const auto end = text.find(',');
    const std::string_view word = text.substr(0, end);
    if (word.starts_with(kOnly)) {
      options.only = word.substr(kOnly.size());
    } else if (word.starts_with(kRounds)) {
      const auto rounds = parse_rounds(word.substr(kRounds.size()));
      if (!rounds) return std::nullopt;
      options.rounds = *rounds;
    } else if (word == "icount") {
      options.icount = true;
    } else {
      return std::nullopt;
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return options;
}

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_OPTIONS_H_
