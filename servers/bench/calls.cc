// The rows of calls: to another address space and back, with what travels both ways; and the call
// that does the least.
#include <cstdint>

#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/service/echo_client.h"
#include "servers/bench/partner.h"
#include "servers/bench/rows.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

constexpr service::EchoClient kEcho(rt::start::peer(0));

// Only the call is counted, as every caller tests it: a failure would be put together later.
// `check` is given what it answered.
template <class Prepare, class Call, class Check>
Result<void> measure_calls(Figures& figures, Prepare prepare, Call call, Check check) {
  for (int i = 0; i < kTimes; ++i) {
    prepare(i);
    const std::uint64_t before = begin_sample();
    const auto answer = call();
    if (!answer) return step("call", rt::Result<void>(rt::failure(answer.error())));
    const std::uint64_t after = end_sample();
    RT_TRY(check(answer, i));
    figures.add(before, after);
  }
  return {};
}
template <class Call, class Check>
Result<void> measure_calls(Figures& figures, Call call, Check check) {
  return measure_calls(figures, [](int) {}, call, check);
}

Result<void> require(bool holds) {
  if (!holds) return failed("look at the answer", "it is not what is due");
  return {};
}

// The cheapest that there is: it takes nothing, and what it answers is no object's.
Result<void> null_syscall(Arena&, Figures& figures) {
  std::uint64_t first = ~std::uint64_t{0};
  std::uint64_t last = 0;
  RT_TRY(measure_calls(
      figures, [] { return kernel::Self::now(); },
      [&](const auto& now, int) {
        // The clock may tick less often than it is read.
        const bool never_goes_back = *now >= last;
        last = *now;
        if (last < first) first = last;
        return require(never_goes_back);
      }));
  return require(last > first);
}

Result<void> call_reply_0w(Arena&, Figures& figures) {
  return measure_calls(
      figures, [] { return kEcho.nothing(); }, [](const auto&, int) { return Result<void>(); });
}

Result<void> call_reply_4w(Arena&, Figures& figures) {
  return measure_calls(
      figures, [] { return kEcho.four(1, 2, 3, 4); },
      [](const auto& words, int) {
        return require(words->w0 == 1 && words->w1 == 2 && words->w2 == 3 && words->w3 == 4);
      });
}

Result<void> call_reply_6w(Arena&, Figures& figures) {
  return measure_calls(
      figures, [] { return kEcho.six(1, 2, 3, 4, 5, 6); },
      [](const auto& words, int) {
        return require(words->w0 == 1 && words->w1 == 2 && words->w2 == 3 && words->w3 == 4 &&
                       words->w4 == 5 && words->w5 == 6);
      });
}

// What lies in the buffer is there before the call and stays there: no stub copies it.
Result<void> call_reply_64w(Arena& arena, Figures& figures) {
  RT_TRY_ASSIGN(const auto port, start_partner(arena, answer_long));
  constexpr std::uint32_t kTag = tag(kLongWords, 0);
  volatile std::uint64_t* const buffer = rt::message_buffer();
  const auto word = [](int i, unsigned n) { return static_cast<std::uint64_t>(i) << 32 | n; };
  return measure_calls(
      figures,
      [&](int i) {
        for (unsigned n = 0; n < kInBuffer; ++n) buffer[n] = word(i, n);
      },
      [&] { return port.call(0, 2, 3, 4, 5, 6, kTag); },
      [&](const auto& answer, int i) {
        bool holds = answer->w0 == kTag && answer->w5 == 6 && answer->shape == shape(kLongWords);
        for (unsigned n = 0; n + 1 < kInBuffer; ++n) holds &= buffer[n] == word(i, n);
        return require(holds && buffer[kInBuffer - 1] == ~word(i, kInBuffer - 1));
      });
}

// The receiver's is derived from the sender's, which the sender keeps; what the receiver does not
// keep is deleted when it receives again, and that is counted, too.
Result<void> call_cap(Arena& arena, Figures& figures) {
  RT_TRY_ASSIGN(const auto port, start_partner(arena, answer_capability));
  RT_TRY_ASSIGN(const auto token, arena.make<kernel::Notification>());
  constexpr std::uint32_t kTag = tag(1, 1);
  const auto give = [&](std::uint64_t word) {
    return port.call_with(word, 0, 0, 0, 0, 0, kTag, abi::kNoDeadline, token.slot().index, 0, 0);
  };
  return measure_calls(
      figures, [&] { return give(0); },
      [&](const auto& answer, int) -> Result<void> {
        RT_TRY(require(answer->w0 == kTag && answer->shape == shape(1)));
        // What comes so can be used.
        RT_TRY(step("give it for use", give(kUse)));
        RT_TRY(step("look for the signal", token.poll()));
        return {};
      });
}

constexpr Row kRows[] = {
    {.name = "call_reply_0w", .run = call_reply_0w},
    {.name = "call_reply_4w", .run = call_reply_4w},
    {.name = "call_reply_6w", .run = call_reply_6w},
    {.name = "call_reply_64w", .run = call_reply_64w},
    {.name = "call_cap", .run = call_cap},
    {.name = "null_syscall", .run = null_syscall},
};

}  // namespace

std::span<const Row> call_rows() { return kRows; }

}  // namespace tessera::bench
