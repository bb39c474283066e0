#include "servers/bench/partner.h"

#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "servers/bench/helper.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

using kernel::Endpoint;

// In its CSpace.
constexpr Endpoint kPort({1});
constexpr rt::Slot kWindow{2};  // and those behind it

// `reply` is what it answers each message with, before it receives the next.
template <class Reply>
[[noreturn]] void serve(Reply reply) {
  auto first = kPort.receive(abi::kNoDeadline);
  must(first);
  auto next = reply(*first);
  for (;;) {
    must(next);
    next = reply(*next);
  }
}

}  // namespace

void answer_long(std::uint64_t) {
  serve([](const auto& message) {
    volatile std::uint64_t& last = rt::message_buffer()[kInBuffer - 1];
    last = ~last;
    return kPort.reply_receive(message.tag, message.w1, message.w2, message.w3, message.w4,
                               message.w5, 0, shape(kLongWords));
  });
}

void answer_capability(std::uint64_t) {
  must(kernel::Self::window(kWindow.index));
  serve([](const auto& message) {
    if (message.w0 == kUse) must(kernel::Notification(kWindow).signal());
    return kPort.reply_receive(message.tag, 0, 0, 0, 0, 0, 0, shape(1));
  });
}

Result<Endpoint> start_partner(Arena& arena, void (*answer)(std::uint64_t)) {
  RT_TRY_ASSIGN(const auto port, arena.make<Endpoint>());
  RT_TRY_ASSIGN(const Child helper, make_helper(arena));
  RT_TRY_ASSIGN(const auto buffer, arena.make<kernel::Vmo>(abi::kPageSize));
  RT_TRY(step("map its buffer", buffer.map(helper.task, Child::kBuffer,
                                           kernel::Access::kRead | kernel::Access::kWrite)));
  RT_TRY(step("give it a buffer", helper.thread.buffer(buffer, 0)));
  RT_TRY(give(helper, kPort.slot(), port.slot()));
  RT_TRY(start_helper(helper, address_of(answer), 0, Child::kBuffer));
  return port;
}

}  // namespace tessera::bench
