// rngd: who waits for random bytes, in order, and what the device gives them.
//
// One request is at the device at a time: for the first who waits, of what it still wants. Each
// waits in a Reply object; there are as many as may wait, and one more to refuse with.
#ifndef SERVERS_RNGD_SERVER_H_
#define SERVERS_RNGD_SERVER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "idl/abi.h"
#include "idl/kernel/irq.h"
#include "idl/service/rng.h"
#include "idl/service/rng_server.h"
#include "servers/rngd/entropy_device.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/try.h"

namespace tessera::rngd {

// Its CSpace: after the start slots the Reply objects, and the memory that the device reaches.
inline constexpr std::uint32_t kReplies = service::kMaxRngReaders + 1;
inline constexpr rt::Slot kFirstReply{abi::kStartSlots};
inline constexpr rt::Slot kShared{kFirstReply.index + kReplies};
inline constexpr std::uint32_t kSlotsNeeded = kShared.index + 1;

// `Device`: an EntropyDevice.
template <class Device>
class Server {
 public:
  using Completer = service::Rng::ReadCompleter;
  using Status = service::RngStatus;

  explicit constexpr Server(kernel::Irq irq) : irq_(irq) {
    for (std::uint32_t i = 0; i < kReplies; ++i) free_[i] = {kFirstReply.index + i};
  }

  // Until then, and with null, there is none.
  void use(Device* device) { device_ = device; }

  // The slot of an empty Reply object. There is one whenever the loop asks: one is never kept.
  rt::Slot reply_slot() const { return free_[free_count_ - 1]; }

  void read(const rt::Caller& caller, Completer completer, std::uint8_t count) {
    if (device_ == nullptr || !device_->works()) return refuse(completer, Status::kNoDevice);
    if (waiting_of(caller.identity) == service::kMaxRngReadersOfOne) {
      return refuse(completer, Status::kOverLimit);
    }
    if (waiting_ == service::kMaxRngReaders) return refuse(completer, Status::kBusy);
    --free_count_;
    Reader& reader = nth(waiting_++);
    reader.reply = completer.release();
    reader.identity = caller.identity;
    reader.wanted = count;
    reader.got = 0;
    ask();
  }

  rt::Result<service::Rng::StatisticsResult> statistics(const rt::Caller&) const {
    return statistics_;
  }

  void on_notification(std::uint64_t) {
    if (device_ == nullptr) return;
    ++statistics_.interrupts;
    switch (device_->on_interrupt()) {
      case Event::kNothing:
        break;
      case Event::kBytes:
        take(device_->bytes());
        break;
      case Event::kBroken:
        fail_all();
        break;
    }
    // One that was given up stays masked.
    if (!device_->works()) return;
    if (const auto done = irq_.acknowledge(); !done) rt::exit(done.error().status);
    ask();
  }

  std::uint32_t waiting() const { return waiting_; }

 private:
  struct Reader {
    rt::Slot reply;
    std::uint64_t identity = 0;
    std::uint8_t wanted = 0;
    std::uint8_t got = 0;
    std::array<std::byte, Shared::kBuffer> bytes{};
  };

  // The caller may be gone by now; the Reply object is empty again in any case.
  static void refuse(Completer& completer, Status why) { rt::ignore(completer.fail(why)); }

  // Of those who wait; 0 is the first.
  Reader& nth(std::uint32_t n) { return readers_[(first_ + n) % readers_.size()]; }

  std::uint32_t waiting_of(std::uint64_t identity) {
    std::uint32_t count = 0;
    for (std::uint32_t n = 0; n < waiting_; ++n) {
      if (nth(n).identity == identity) ++count;
    }
    return count;
  }

  void ask() {
    if (waiting_ == 0 || device_->busy()) return;
    const Reader& reader = readers_[first_];
    device_->ask(std::uint32_t{reader.wanted} - reader.got);
  }

  // No more came than the first one still wants: entropy_device.h.
  void take(std::span<const std::uint8_t> bytes) {
    statistics_.bytes += bytes.size();
    Reader& reader = readers_[first_];
    for (const std::uint8_t byte : bytes) reader.bytes[reader.got++] = std::byte{byte};
    if (reader.got < reader.wanted) return;
    const std::span<const std::byte> all(reader.bytes.data(), reader.wanted);
    rt::ignore(Completer::adopt(reader.reply).complete(all));
    pop();
  }

  void fail_all() {
    while (waiting_ != 0) {
      rt::ignore(Completer::adopt(readers_[first_].reply).fail(Status::kDeviceFailed));
      pop();
    }
  }

  // What it had is nobody's to find.
  void pop() {
    Reader& reader = readers_[first_];
    free_[free_count_++] = reader.reply;
    reader = {};
    first_ = (first_ + 1) % static_cast<std::uint32_t>(readers_.size());
    --waiting_;
  }

  Device* device_ = nullptr;
  kernel::Irq irq_;
  service::Rng::StatisticsResult statistics_{};
  std::array<Reader, service::kMaxRngReaders> readers_{};  // a ring
  std::uint32_t first_ = 0;
  std::uint32_t waiting_ = 0;
  std::array<rt::Slot, kReplies> free_{};
  std::uint32_t free_count_ = kReplies;
};

}  // namespace tessera::rngd

#endif  // SERVERS_RNGD_SERVER_H_
