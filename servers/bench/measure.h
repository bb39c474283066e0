// One row of the table: an operation, done again and again, and what it costs in guest
// instructions.
#ifndef SERVERS_BENCH_MEASURE_H_
#define SERVERS_BENCH_MEASURE_H_

#include <cstdint>
#include <string_view>

#include "servers/bench/counter.h"
#include "servers/bench/samples.h"
#include "servers/runtime/error_text.h"
#include "servers/runtime/ipc.h"
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
  rt::FixedText<64> text;
  rt::write_error(text, error);
  rt::print("BENCH ", name, " FAIL ", text.text());
  return false;
}

inline bool report(std::string_view name, Samples<kSamples>& samples) {
  rt::print("BENCH ", name, " min=", samples.min(), " median=", samples.median(),
            " max=", samples.max(), " n=", samples.count());
  return true;
}

// `prepare` and `check` come before and after each `call` and are not counted; `check` tells
// whether the call did what it is there for. False when one of them failed, which is printed.
template <class Prepare, class Call, class Check>
bool measure(std::string_view name, Prepare prepare, Call call, Check check) {
  Samples<kSamples> samples;
  const std::uint64_t reading = overhead();
  for (int i = 0; i < kWarmUp + kSamples; ++i) {
    if (const auto prepared = prepare(); !prepared) return fail(name, prepared.error());
    const std::uint64_t before = instructions();
    const auto answer = call();
    // Here, as every caller tests it: otherwise the error would be put together before the read.
    if (!answer) return fail(name, answer.error());
    const std::uint64_t after = instructions();
    if (const auto checked = check(); !checked) return fail(name, checked.error());
    if (i >= kWarmUp) samples.add(after - before - reading);
  }
  return report(name, samples);
}

template <class Call>
bool measure(std::string_view name, Call call) {
  const auto nothing = [] { return rt::Result<void>(); };
  return measure(name, nothing, call, nothing);
}

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_MEASURE_H_
