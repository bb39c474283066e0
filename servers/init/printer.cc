#include "servers/init/printer.h"

#include "idl/kernel/boot_info.h"
#include "idl/kernel/self.h"
#include "idl/service/console_client.h"
#include "servers/init/layout.h"
#include "servers/runtime/try.h"

namespace tessera::init {
namespace {

constinit rt::Slot console{};

// A console that takes no line for so long has died or hangs: init has more to do than to print.
constexpr std::uint64_t kPatience = 1'000'000'000;

}  // namespace

void print_through(rt::Slot slot) { console = slot; }

// A line that cannot be printed cannot be reported either.
void send_text(const rt::Chunk& text) {
  if (console != rt::Slot{}) {
    const auto now = kernel::Self::now();
    const std::uint64_t until = now ? *now + kPatience : 0;
    rt::ignore(service::ConsoleClient(console).write_until(until, text));
    return;
  }
  const kernel::BootInfo boot_info(boot_slot(kernel::BootSlot::kBootInfo));
  rt::ignore(boot_info.print(text));
}

}  // namespace tessera::init
