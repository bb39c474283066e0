// bench: what a call costs, in guest instructions, from the caller's side and stubs included.
#include <cstdint>
#include <string_view>

#include "idl/service/echo_client.h"
#include "servers/bench/counter.h"
#include "servers/bench/samples.h"
#include "servers/runtime/error_text.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

namespace {

constexpr int kWarmUp = 20;
constexpr int kSamples = 200;
constexpr service::EchoClient kEcho(rt::start::peer(0));

// What two reads count with nothing between them.
std::uint64_t overhead() {
  const std::uint64_t before = bench::instructions();
  return bench::instructions() - before;
}

bool fail(std::string_view name, const rt::Error& error) {
  rt::FixedText<64> text;
  rt::write_error(text, error);
  rt::print("BENCH ", name, " FAIL ", text.text());
  return false;
}

template <class Call>
bool measure(std::string_view name, Call call) {
  bench::Samples<kSamples> samples;
  const std::uint64_t reading = overhead();
  for (int i = 0; i < kWarmUp + kSamples; ++i) {
    const std::uint64_t before = bench::instructions();
    const auto answer = call();
    // Here, as every caller tests it: otherwise the error would be put together before the read.
    if (!answer) return fail(name, answer.error());
    const std::uint64_t after = bench::instructions();
    if (i >= kWarmUp) samples.add(after - before - reading);
  }
  rt::print("BENCH ", name, " min=", samples.min(), " median=", samples.median(),
            " max=", samples.max(), " n=", samples.count());
  return true;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  bool all = measure("call_reply_0w", [] { return kEcho.nothing(); });
  all &= measure("call_reply_4w", [] { return kEcho.four(1, 2, 3, 4); });
  all &= measure("call_reply_6w", [] { return kEcho.six(1, 2, 3, 4, 5, 6); });
  if (all) rt::print("end");
  return all ? 0 : 1;
}

}  // namespace tessera
