#include "servers/runtime/print.h"

#include <atomic>
#include <cstdint>

#include "idl/kernel/self.h"
#include "idl/service/console_client.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"

namespace tessera::rt {
namespace {

// Nanoseconds for a line. A console that takes none for so long hangs, and its writers have more to
// do.
constexpr std::uint64_t kPatience = 1'000'000'000;

// Not 0: the task's last line was begun and given up, by whichever thread.
constinit std::atomic<std::uint32_t> cut{0};

}  // namespace

ConsoleLine::ConsoleLine() {
  const auto now = kernel::Self::now();
  until_ = now ? *now + kPatience : 0;
}

void ConsoleLine::operator()(const Chunk& piece) {
  if (!begun_ && cut.exchange(0, std::memory_order_relaxed) != 0) {
    begun_ = true;
    send(*Chunk::of("\n"));
  }
  send(piece);
  begun_ = true;
}

void ConsoleLine::send(const Chunk& piece) {
  if (given_up_) return;
  const service::ConsoleClient console(start::console());
  const auto write = [&] { return console.write_until(until_, piece); };
  const auto sent = reaching(start::console(), "console", write, until_);
  given_up_ = !sent;
  // Whoever is gone has no line to end.
  if (given_up_ && begun_ && !is_gone(sent.error())) cut.store(1, std::memory_order_relaxed);
}

}  // namespace tessera::rt
