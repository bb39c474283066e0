// What the console does with a message or an interrupt. It owns the UART from `attach` on.
//
// It never waits for the UART: what the UART has no room for stays in the sender's ring, a write
// that the ring has no room for waits in a Reply object, and the UART's interrupt moves both on.
#ifndef SERVERS_CONSOLE_SERVER_H_
#define SERVERS_CONSOLE_SERVER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/irq.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/task.h"
#include "idl/kernel/vmo.h"
#include "idl/service/console.h"
#include "idl/service/console_server.h"
#include "servers/console/input.h"
#include "servers/console/line_table.h"
#include "servers/console/stamp.h"
#include "servers/console/transmitter.h"
#include "servers/console/uart.h"
#include "servers/console/waiters.h"
#include "servers/manifest/check.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/try.h"

namespace tessera::console {

// Where the UART's pages are in the console's address space: away from image and stack.
inline constexpr std::uint64_t kWindow = 0x2000'0000;

// Its CSpace: after the start slots the Reply objects. One for each who waits to write, one for who
// waits to read, and one more to refuse with.
inline constexpr std::uint32_t kReplies = Waiters::kMost + 2;
inline constexpr rt::Slot kFirstReply{abi::kStartSlots};
inline constexpr std::uint32_t kSlotsNeeded = kFirstReply.index + kReplies;

// What it is given.
struct Wiring {
  std::uint64_t identity;       // its own, for its own lines
  kernel::Vmo pages;            // of the UART
  kernel::Irq irq;              // of the UART; an empty slot: there is none
  kernel::Notification signal;  // bound to its thread
  kernel::Task task;            // itself
};

// `Port` is the Uart, or a test that looks at each byte.
template <class Port>
class BasicServer {
 public:
  using Status = service::ConsoleStatus;
  using WriteCompleter = service::Console::WriteCompleter;
  using ReadCompleter = service::Console::ReadCompleter;

  constexpr BasicServer(const Names& names, const Wiring& wiring) : names_(names), wiring_(wiring) {
    for (std::uint32_t i = 0; i < kReplies; ++i) free_[i] = {kFirstReply.index + i};
  }

  // The slot of an empty Reply object. There is one whenever the loop asks: one is never kept.
  rt::Slot reply_slot() const { return free_[free_count_ - 1]; }

  // The pages are mapped here and not at the start: the kernel stops printing when they are, and
  // until this call it prints what init has to say of a console that does not come up.
  rt::Result<void> attach(const rt::Caller& caller, std::uint32_t offset, std::uint8_t shift) {
    if (attached_ || caller.identity != names_.init_identity) return rt::failure(Status::kDenied);
    const UartPlace place{.offset = offset, .shift = shift};
    const auto pages = wiring_.pages.info();
    if (!pages || !place.fits(pages->size)) return rt::failure(Status::kFailed);
    constexpr auto kAccess = kernel::Access::kRead | kernel::Access::kWrite;
    if (!wiring_.pages.map(wiring_.task, kWindow, kAccess)) return rt::failure(Status::kFailed);
    port_ = Port(kWindow, place);
    port_.start();
    if (port_.line_has_begun()) transmitter_.end_foreign_line();
    attached_ = true;
    interrupts_ = wiring_.irq.bind(wiring_.signal).has_value();
    if (interrupts_) {
      listen();
    } else {
      lines_.write(wiring_.identity, "the UART has no interrupt: it is polled\n");
      advance();
    }
    return {};
  }

  // Answered when the sender's ring has room. Until then the bytes wait behind those that wait.
  // Those of a sender that has given up are not printed, so that it knows what was.
  void write(const rt::Caller& caller, WriteCompleter completer, std::string_view text) {
    if (!attached_) return refuse(completer, Status::kNotAttached);
    const std::uint64_t sender = caller.identity;
    const auto answer = [&] { return completer.complete().has_value(); };
    if (!waiters_.any_of(sender) && lines_.write(sender, text, answer)) return advance();
    if (!waiters_.has_place_for(sender)) return refuse(completer, Status::kBusy);
    waiters_.add(keep(completer), sender, text);
    advance();
  }

  void read(const rt::Caller& caller, ReadCompleter completer, std::uint8_t max) {
    const manifest::Image* const image = names_.image_of(caller.identity);
    if (image == nullptr || !manifest::is_granted(*image, manifest::Grant::kInput)) {
      return refuse(completer, Status::kDenied);
    }
    if (!attached_) return refuse(completer, Status::kNotAttached);
    if (!interrupts_) return refuse(completer, Status::kNoInput);
    if (reader_ && reader_->identity != caller.identity) return refuse(completer, Status::kBusy);
    // Whoever gave up and asks again finds nothing of the first one in its way.
    const rt::Slot reply = keep(completer);
    if (reader_) rt::ignore(end_reader([](auto& first) { return first.fail(Status::kBusy); }));
    reader_ = {.reply = reply, .identity = caller.identity, .max = max};
    answer_reader();
  }

  // The UART lets go of its line before it is acknowledged, and takes it again if there is more:
  // docs/caveats.md says why.
  void on_notification(std::uint64_t) {
    if (!interrupts_) return;
    port_.interrupt_for(Interrupts::kNone);
    for (std::size_t i = 0; i < kReceiveBurst; ++i) {
      const auto byte = port_.take();
      if (!byte) break;
      input_.push(*byte);
    }
    answer_reader();
    idle_ = work();
    if (const auto done = wiring_.irq.acknowledge(); !done) rt::exit(done.error().status);
    listen();
  }

 private:
  struct Reader {
    rt::Slot reply;
    std::uint64_t identity = 0;
    std::uint8_t max = 0;
  };

  // Of one interrupt: four FIFOs full. However fast bytes come, senders are served in between.
  static constexpr std::size_t kReceiveBurst = 64;

  // Before any other is given back: it is the last of the free ones.
  rt::Slot keep(auto& completer) {
    --free_count_;
    return completer.release();
  }
  void give_back(rt::Slot reply) { free_[free_count_++] = reply; }

  // The caller may be gone by now; the Reply object is empty again in any case.
  static void refuse(auto& completer, Status why) { rt::ignore(completer.fail(why)); }

  // Whether all is out; without interrupts it waits until it is.
  bool pump() {
    for (;;) {
      if (transmitter_.pump(lines_, names_, port_)) return true;
      if (interrupts_) return false;
    }
  }

  // Each who is served has brought bytes to pump, and nobody comes in between.
  bool work() {
    for (;;) {
      const bool idle = pump();
      const bool served = waiters_.serve([this](const Waiter& waiter) {
        const auto answer = [&] {
          return WriteCompleter::adopt(waiter.reply).complete().has_value();
        };
        if (!lines_.write(waiter.identity, waiter.text, answer)) return false;
        give_back(waiter.reply);
        return true;
      });
      if (!served) return idle;
    }
  }

  void advance() {
    const bool was_idle = idle_;
    idle_ = work();
    if (idle_ != was_idle && interrupts_) listen();
  }

  // The UART tells of room only while somebody waits for it.
  void listen() {
    port_.interrupt_for(idle_ ? Interrupts::kReceived : Interrupts::kReceivedOrRoom);
  }

  rt::Result<void> end_reader(auto answer) {
    auto completer = ReadCompleter::adopt(reader_->reply);
    const auto done = answer(completer);
    give_back(reader_->reply);
    reader_.reset();
    return done;
  }

  // What a reader that is gone did not take is the next one's.
  void answer_reader() {
    if (!reader_) return;
    std::array<std::byte, service::kMaxConsoleInput> bytes{};
    const std::size_t count = input_.copy(std::span(bytes).first(reader_->max));
    if (count == 0) return;
    const std::uint32_t lost = input_.lost() + port_.overruns();
    const auto done = end_reader([&](ReadCompleter& of) {
      return of.complete(std::span<const std::byte>(bytes).first(count), lost);
    });
    if (done) input_.drop(count);
  }

  Names names_;
  Wiring wiring_;
  LineTable lines_;
  Transmitter transmitter_;
  Waiters waiters_;
  InputBuffer input_;
  std::optional<Reader> reader_;
  Port port_;
  bool attached_ = false;
  bool interrupts_ = false;  // the UART has an Irq
  bool idle_ = true;         // all lines are out
  std::array<rt::Slot, kReplies> free_{};
  std::uint32_t free_count_ = kReplies;
};

using Server = BasicServer<Uart>;

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_SERVER_H_
