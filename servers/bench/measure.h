// One row of the table: an operation, done again and again, and what it costs in guest
// instructions.
#ifndef SERVERS_BENCH_MEASURE_H_
#define SERVERS_BENCH_MEASURE_H_

#include <cstdint>
#include <string_view>

#include "servers/bench/counter.h"
#include "servers/bench/samples.h"
#include "servers/process/failure.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/print.h"
#include "servers/runtime/text.h"

namespace tessera::bench {

inline constexpr int kWarmUp = 20;
inline constexpr int kSamples = 200;

// The one row to measure; empty: all of them.
inline constinit std::string_view only;
inline bool is_wanted(std::string_view name) { return only.empty() || only == name; }

// What two reads count with nothing between them.
inline std::uint64_t overhead() {
  const std::uint64_t before = instructions();
  return instructions() - before;
}

// What a row has measured: the first kWarmUp times are left out.
class Figures {
 public:
  // Two reads of the counter, by whichever threads: it is the machine's.
  void add(std::uint64_t before, std::uint64_t after) {
    if (passed_over_ < kWarmUp) {
      ++passed_over_;
    } else {
      samples_.add(after - before - reading_);
    }
  }
  const Samples<kSamples>& samples() const { return samples_; }

 private:
  std::uint64_t reading_ = overhead();
  int passed_over_ = 0;
  Samples<kSamples> samples_;
};
inline constexpr int kTimes = kWarmUp + kSamples;

// Of the row, in one line; false.
inline bool fail(std::string_view name, const process::Failure& why) {
  end_row();
  rt::FixedText<96> text;
  why.write(text);
  rt::print("BENCH ", name, " FAIL ", text.text());
  return false;
}
inline bool fail(std::string_view name, const rt::Error& error) {
  return fail(name, process::Failure{.step = "a call", .error = error, .reason = {}});
}

inline bool report(std::string_view name, const Samples<kSamples>& samples) {
  end_row();
  rt::print("BENCH ", name, " min=", samples.min(), " median=", samples.median(),
            " max=", samples.max(), " n=", samples.count());
  return true;
}

// `prepare` and `check` come before and after each `call` and are not counted; `check` tells
// whether the call did what it is there for. False when one of them failed, which is printed.
template <class Prepare, class Call, class Check>
bool measure(std::string_view name, Prepare prepare, Call call, Check check) {
  if (!is_wanted(name)) return true;
  Figures figures;
  for (int i = 0; i < kTimes; ++i) {
    if (const auto prepared = prepare(); !prepared) return fail(name, prepared.error());
    const std::uint64_t before = begin_sample();
    const auto answer = call();
    // Here, as every caller tests it: otherwise the error would be put together before the read.
    if (!answer) return fail(name, answer.error());
    const std::uint64_t after = end_sample();
    if (const auto checked = check(); !checked) return fail(name, checked.error());
    figures.add(before, after);
  }
  return report(name, figures.samples());
}

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_MEASURE_H_
