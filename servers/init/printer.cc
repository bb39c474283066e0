#include "servers/init/printer.h"

#include "idl/kernel/boot_info.h"
#include "idl/service/console_client.h"
#include "servers/init/layout.h"
#include "servers/runtime/try.h"

namespace tessera::init {
namespace {

constinit rt::Slot console{};

}  // namespace

void print_through(rt::Slot slot) { console = slot; }

// A line that cannot be printed cannot be reported either.
void send_text(const rt::TextWords& text) {
  const auto& [w0, w1, w2, w3, w4] = text.words;
  if (console != rt::Slot{}) {
    rt::ignore(service::ConsoleClient(console).write(w0, w1, w2, w3, w4, text.length));
    return;
  }
  const kernel::BootInfo boot_info(boot_slot(kernel::BootSlot::kBootInfo));
  rt::ignore(boot_info.print(w0, w1, w2, w3, w4, text.length));
}

}  // namespace tessera::init
