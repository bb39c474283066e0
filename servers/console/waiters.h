// Waiters: who waits until there is room for what they wrote, in order.
//
// A sender has its share of the places and no more, so that one with many threads leaves some to
// the others.
#ifndef SERVERS_CONSOLE_WAITERS_H_
#define SERVERS_CONSOLE_WAITERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "idl/bounded.h"
#include "idl/service/console.h"
#include "servers/console/line_table.h"
#include "servers/runtime/ipc.h"

namespace tessera::console {

struct Waiter {
  rt::Slot reply;
  std::uint64_t identity = 0;
  abi::Text<kWriteBytes> text;
};

class Waiters {
 public:
  static constexpr std::uint32_t kMost = service::kMaxConsoleWaiters;
  static constexpr std::uint32_t kMostOfOne = service::kMaxConsoleWaitersOfOne;

  constexpr bool any_of(std::uint64_t identity) const { return count_of(identity) != 0; }
  constexpr bool has_place_for(std::uint64_t identity) const {
    return count_ < kMost && count_of(identity) < kMostOfOne;
  }
  // There is a place.
  constexpr void add(rt::Slot reply, std::uint64_t identity, std::string_view text) {
    Waiter& waiter = waiters_[count_++];
    waiter = {.reply = reply, .identity = identity, .text = {}};
    for (const char c : text) waiter.text.push(c);
  }

  // Calls `serve` with each whose sender has nobody before it that still waits; when that is true,
  // it waits no more. Whether anybody was served.
  template <class Serve>
  constexpr bool serve(Serve serve) {
    const std::uint32_t before = count_;
    count_ = 0;
    for (std::uint32_t i = 0; i < before; ++i) {
      const Waiter waiter = waiters_[i];
      if (!any_of(waiter.identity) && serve(waiter)) continue;
      waiters_[count_++] = waiter;
    }
    return count_ != before;
  }

 private:
  constexpr std::uint32_t count_of(std::uint64_t identity) const {
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < count_; ++i) count += waiters_[i].identity == identity ? 1 : 0;
    return count;
  }

  std::array<Waiter, kMost> waiters_{};
  std::uint32_t count_ = 0;
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_WAITERS_H_
