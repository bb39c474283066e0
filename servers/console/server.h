// What the console does with a message. It owns the UART from `attach` on.
#ifndef SERVERS_CONSOLE_SERVER_H_
#define SERVERS_CONSOLE_SERVER_H_

#include <cstdint>
#include <string_view>

#include "idl/kernel/task.h"
#include "idl/kernel/vmo.h"
#include "idl/service/console.h"
#include "servers/console/line_table.h"
#include "servers/console/stamp.h"
#include "servers/console/uart.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/text.h"

namespace tessera::console {

// Where the UART's pages are in the console's address space: away from image and stack.
inline constexpr std::uint64_t kWindow = 0x2000'0000;

// `Port` is what bytes are put to: the Uart, or a test that looks at each of them.
template <class Port>
class BasicServer {
 public:
  // `device`: the Vmo of the UART's pages, to be mapped into `task`, which is the console's own.
  constexpr BasicServer(const Names& names, kernel::Vmo device, kernel::Task task)
      : names_(names), device_(device), task_(task) {}

  // The pages are mapped here and not at the start: the kernel stops printing when they are, and
  // until this call it prints what init has to say of a console that does not come up.
  rt::Result<void> attach(const rt::Caller& caller, std::uint32_t offset, std::uint8_t shift) {
    using service::ConsoleStatus;
    if (attached_ || caller.identity != names_.init_identity) {
      return rt::failure(ConsoleStatus::kDenied);
    }
    const UartPlace place{.offset = offset, .shift = shift};
    const auto pages = device_.info();
    if (!pages || !place.fits(pages->size)) return rt::failure(ConsoleStatus::kFailed);
    if (!device_.map(task_, kWindow, kernel::Access::kRead | kernel::Access::kWrite)) {
      return rt::failure(ConsoleStatus::kFailed);
    }
    port_ = Port(kWindow, place);
    attached_ = true;
    return {};
  }

  rt::Result<void> write(const rt::Caller& caller, std::string_view text) {
    if (!attached_) return rt::failure(service::ConsoleStatus::kNotAttached);
    // A line that makes room is not the caller's: `owner` is the one who wrote it.
    lines_.write(caller.identity, text, [this](std::uint64_t owner, std::string_view line) {
      names_.write(port_, owner);
      rt::write(port_, ": ", line, '\n');
    });
    return {};
  }

 private:
  Names names_;
  kernel::Vmo device_;
  kernel::Task task_;
  LineTable lines_;
  Port port_;
  bool attached_ = false;
};

using Server = BasicServer<Uart>;

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_SERVER_H_
