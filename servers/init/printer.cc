#include "servers/init/printer.h"

#include "idl/kernel/boot_info.h"
#include "idl/kernel/self.h"
#include "idl/service/console_client.h"
#include "servers/init/layout.h"
#include "servers/runtime/try.h"

namespace tessera::init {
namespace {

constinit rt::Slot console{};

// What nobody has printed: the console is down, and the kernel, which gave the UART away, prints no
// more. For the next console; of more than this the end is lost.
constexpr std::size_t kHeldBytes = 1024;
constinit rt::FixedText<kHeldBytes> held;

// A console that takes no line for so long has died or hangs: init has more to do than to print.
constexpr std::uint64_t kPatience = 1'000'000'000;

// A line that cannot be printed cannot be reported either.
void send_to_console(const rt::Chunk& text) {
  const auto now = kernel::Self::now();
  const std::uint64_t until = now ? *now + kPatience : 0;
  rt::ignore(service::ConsoleClient(console).write_until(until, text));
}

}  // namespace

void print_through(rt::Slot slot) {
  console = slot;
  if (console == rt::Slot{}) return;
  if (held.text().empty()) return;
  rt::Chunks chunks(send_to_console);
  rt::write(chunks, held.text());
  if (held.cut()) rt::write(chunks, "... and more\n");
  held = {};
}

void send_text(const rt::Chunk& text) {
  if (console != rt::Slot{}) return send_to_console(text);
  const kernel::BootInfo boot_info(boot_slot(kernel::BootSlot::kBootInfo));
  if (!boot_info.print(text)) rt::write(held, text.view());
}

}  // namespace tessera::init
