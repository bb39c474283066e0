// console: the one who has the UART.
#include <cstddef>
#include <cstdint>

#include "idl/service/console_server.h"
#include "servers/console/server.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {

namespace {

using manifest::kSelected;

// kidl has checked that there is one.
constexpr std::size_t kOwn = manifest::find(kSelected, manifest::kConsole).value_or(0);
static_assert(kSelected.images[kOwn].slots >= console::kSlotsNeeded,
              "the console's CSpace has no slots for its Reply objects");

constinit console::Server server({.images = kSelected.images,
                                  .init_identity = manifest::kInitIdentity,
                                  .init_name = manifest::kInitName},
                                 {.identity = kSelected.images[kOwn].identity,
                                  .pages = rt::start::device(),
                                  .irq = rt::start::irq(),
                                  .signal = rt::start::timer(),
                                  .task = rt::start::task()});

// Two are made apart from those of writers: a call makes 16 objects at most.
rt::Result<void> make_replies() {
  const auto make = [](std::uint32_t first, std::uint32_t count) {
    return rt::start::memory().retype(abi::ObjectType::kReply, 0, rt::start::cnode(),
                                      console::kFirstReply.index + first, count);
  };
  constexpr std::uint32_t kMost = console::Waiters::kMost;
  RT_TRY(make(0, kMost));
  return make(kMost, console::kReplies - kMost);
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  if (const auto made = make_replies(); !made) return made.error().status;
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_console(server, rt::start::service());
}

}  // namespace tessera
