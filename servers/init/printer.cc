#include "servers/init/printer.h"

#include <utility>

#include "idl/kernel/boot_info.h"
#include "idl/kernel/self.h"
#include "idl/service/console_client.h"
#include "servers/init/layout.h"

namespace tessera::init {
namespace {

constinit rt::Slot console{};

// What nobody has printed: the console is down, and the kernel, which gave the UART away, prints no
// more. For the next console; of more than this the end is lost.
constexpr std::size_t kHeldBytes = 1024;
constinit rt::FixedText<kHeldBytes> held;

// The last line for this console was begun and given up.
constinit bool cut = false;

// A console that does not take a line for so long has died or hangs: init has more to do than to
// print.
constexpr std::uint64_t kPatience = 1'000'000'000;

}  // namespace

void print_through(rt::Slot slot) {
  console = slot;
  cut = false;
  if (console == rt::Slot{}) return;
  if (held.text().empty()) return;
  rt::Chunks chunks{Line()};
  rt::write(chunks, held.text());
  if (held.cut()) rt::write(chunks, "... and more\n");
  held = {};
}

// A line that cannot be printed cannot be reported either.
void Line::operator()(const rt::Chunk& piece) {
  if (console == rt::Slot{}) {
    const kernel::BootInfo boot_info(boot_slot(kernel::BootSlot::kBootInfo));
    if (!boot_info.print(piece)) rt::write(held, piece.view());
    return;
  }
  if (until_ == 0) until_ = kernel::Self::now().value_or(0) + kPatience;
  if (!begun_ && std::exchange(cut, false)) {
    begun_ = true;
    send(*rt::Chunk::of("\n"));
  }
  send(piece);
  begun_ = true;
}

void Line::send(const rt::Chunk& piece) {
  if (given_up_) return;
  given_up_ = !service::ConsoleClient(console).write_until(until_, piece);
  cut = given_up_ && begun_;
}

}  // namespace tessera::init
