#include "servers/console/server.h"

#include "servers/runtime/text.h"
#include "servers/runtime/text_words.h"
#include "servers/runtime/try.h"

namespace tessera::console {
namespace {

using service::ConsoleStatus;

// Where the UART's pages are in the console's address space: away from image and stack.
constexpr std::uint64_t kWindow = 0x2000'0000;

}  // namespace

// The pages are mapped here and not at the start: the kernel stops printing when they are, and
// until this call it prints what init has to say of a console that does not come up.
rt::Result<void> Server::attach(const rt::Caller& caller, std::uint32_t offset,
                                std::uint8_t shift) {
  if (attached_ || caller.identity != names_.init_identity) {
    return rt::failure(ConsoleStatus::kDenied);
  }
  const UartPlace place{.offset = offset, .shift = shift};
  const auto pages = device_.info();
  if (!pages || !place.fits(pages->size)) return rt::failure(ConsoleStatus::kFailed);
  if (!device_.map(task_, kWindow, kernel::Access::kRead | kernel::Access::kWrite)) {
    return rt::failure(ConsoleStatus::kFailed);
  }
  uart_ = Uart(kWindow, place);
  attached_ = true;
  return {};
}

rt::Result<void> Server::write(const rt::Caller& caller, std::uint64_t w0, std::uint64_t w1,
                               std::uint64_t w2, std::uint64_t w3, std::uint64_t w4,
                               std::uint8_t length) {
  if (!attached_) return rt::failure(ConsoleStatus::kNotAttached);
  const rt::TextBytes bytes({.words = {w0, w1, w2, w3, w4}, .length = length});
  lines_.write(caller.identity, bytes.text(),
               [this](std::uint64_t identity, std::string_view line) {
                 names_.write(uart_, identity);
                 rt::write(uart_, ": ", line, '\n');
               });
  return {};
}

}  // namespace tessera::console
