// When which pair of scaling does what. The pairs tell each other nothing: each reads the clock,
// and this is what they agreed on before.
//
//   scaling-0=HART or HART,MILLISECONDS       on the kernel's command line
#ifndef SERVERS_BENCH_SCHEDULE_H_
#define SERVERS_BENCH_SCHEDULE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tessera::bench {

constexpr std::uint64_t kMillisecond = 1'000'000;  // in nanoseconds, as all times here

enum class Work : std::uint8_t { kUser, kCalls };

struct Phase {
  Work work;
  std::uint32_t harts;  // whose pairs work, a bit each; the others sleep
};
// Each hart alone, too: a host does not run them at the same rate. A pair takes part in kRates.
constexpr std::array<Phase, 6> kPhases = {{
    {.work = Work::kUser, .harts = 0b01},
    {.work = Work::kUser, .harts = 0b10},
    {.work = Work::kCalls, .harts = 0b01},
    {.work = Work::kCalls, .harts = 0b10},
    {.work = Work::kUser, .harts = 0b11},
    {.work = Work::kCalls, .harts = 0b11},
}};
constexpr std::size_t kRates = 4;
constexpr std::size_t kAlternations = 10;  // the budget is of the median of so many

struct Schedule {
  static constexpr std::uint64_t kFirst = 2'000 * kMillisecond;  // all are up, and warm, by then
  static constexpr std::uint64_t kPause = 10 * kMillisecond;     // between phases

  std::uint32_t hart = 0;
  std::uint64_t window = 250 * kMillisecond;  // a phase

  constexpr bool takes_part(const Phase& phase) const { return (phase.harts >> hart & 1) != 0; }
  constexpr std::uint64_t begin(std::size_t alternation, std::size_t phase) const {
    return kFirst + (alternation * kPhases.size() + phase) * (window + kPause);
  }
  // The pair on hart 0 prints last: the run ends when it has.
  constexpr std::uint64_t report() const {
    return begin(kAlternations, 0) + (hart == 0 ? 500 * kMillisecond : 0);
  }
};

// A number in decimal, at most `most`.
constexpr std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t most) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value > most) return std::nullopt;
  return value;
}

constexpr std::optional<std::uint32_t> parse_hart(std::string_view text) {
  return parse_number(text, 1);
}

// Nothing: `text` is neither form, or out of range: harts 0 and 1, 1 to 1000 milliseconds.
constexpr std::optional<Schedule> parse_schedule(std::string_view text) {
  const std::size_t comma = text.find(',');
  const auto hart = parse_hart(text.substr(0, comma));
  if (!hart) return std::nullopt;
  Schedule schedule{.hart = *hart};
  if (comma == std::string_view::npos) return schedule;
  text.remove_prefix(comma + 1);
  const auto window = parse_number(text, 1'000);
  if (!window || *window == 0) return std::nullopt;
  schedule.window = *window * kMillisecond;
  return schedule;
}

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_SCHEDULE_H_
