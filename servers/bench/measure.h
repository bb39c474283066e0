// One row of the table: an operation, done again and again, and what it costs in guest
// instructions.
#ifndef SERVERS_BENCH_MEASURE_H_
#define SERVERS_BENCH_MEASURE_H_

#include <cstdint>
#include <string_view>

#include "servers/bench/counter.h"
#include "servers/bench/samples.h"
#include "servers/runtime/error_text.h"
#include "servers/runtime/print.h"

namespace tessera::bench {

inline constexpr int kWarmUp = 20;
inline constexpr int kSamples = 200;

// What two reads count with nothing between them.
inline std::uint64_t overhead() {
  const std::uint64_t before = instructions();
  return instructions() - before;
}

inline bool fail(std::string_view name, const rt::Error& error) {
  end_row();
  rt::FixedText<64> text;
  rt::write_error(text, error);
  rt::print("BENCH ", name, " FAIL ", text.text());
  return false;
}

inline bool report(std::string_view name, Samples<kSamples>& samples) {
  end_row();
  rt::print("BENCH ", name, " min=", samples.min(), " median=", samples.median(),
            " max=", samples.max(), " n=", samples.count());
  return true;
}

// False when `call` failed, which is printed.
template <class Call>
bool measure(std::string_view name, Call call) {
  Samples<kSamples> samples;
  const std::uint64_t reading = overhead();
  for (int i = 0; i < kWarmUp + kSamples; ++i) {
    const std::uint64_t before = begin_sample();
    const auto answer = call();
    // Here, as every caller tests it: otherwise the error would be put together before the read.
    if (!answer) return fail(name, answer.error());
    const std::uint64_t after = end_sample();
    if (i >= kWarmUp) samples.add(after - before - reading);
  }
  return report(name, samples);
}

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_MEASURE_H_
