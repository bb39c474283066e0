// A service with one method of each shape (gen/testdata/bounded.idl), for behaviours that talk
// through generated stubs: it gives back what it is given.
#ifndef SERVERS_CONTRACT_SHAPES_H_
#define SERVERS_CONTRACT_SHAPES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "gen/testdata/bounded_server.h"
#include "idl/bounded.h"
#include "servers/contract/world.h"

namespace tessera::contract {

class Shapes {
 public:
  using Bounded = bounding::Bounded;
  using Caller = rt::Caller;

  // Two empty Reply objects.
  explicit Shapes(std::array<rt::Slot, 2> replies) : replies_(replies) {}

  // With 13 it refuses.
  rt::Result<abi::Text<16>> short_(const Caller&, std::string_view name, std::uint32_t count) {
    if (count == 13) return rt::failure(bounding::BoundedStatus::kRefused);
    return abi::Text<16>::cut(name);
  }
  rt::Result<Bounded::LongResult> long_(const Caller&, std::string_view name,
                                        std::span<const std::byte> data) {
    return Bounded::LongResult{*abi::Bytes<300>::of(data), abi::Text<200>::cut(name)};
  }
  rt::Result<Bounded::ListsResult> lists(const Caller&, std::span<const bool> flags,
                                         std::span<const std::int16_t> small,
                                         std::span<const std::uint64_t> wide,
                                         std::span<const bounding::Grade> grades,
                                         std::span<const bounding::Option> flagged,
                                         std::span<const bounding::Colour> colours) {
    return Bounded::ListsResult{*abi::List<bool, 9>::of(flags),
                                *abi::List<std::int16_t, 7>::of(small),
                                *abi::List<std::uint64_t, 5>::of(wide),
                                *abi::List<bounding::Grade, 11>::of(grades),
                                *abi::List<bounding::Option, 3>::of(flagged),
                                *abi::List<bounding::Colour, 3>::of(colours)};
  }
  rt::Result<Bounded::StructsResult> structs(const Caller&, std::uint8_t before,
                                             const bounding::Point& point, bounding::Grade after) {
    return Bounded::StructsResult{
        point, static_cast<bounding::Colour>(before + static_cast<unsigned>(after))};
  }
  rt::Result<bounding::Everything> everything(const Caller&, const bounding::Everything& all) {
    return all;
  }
  rt::Result<abi::List<bounding::Point, 20>> points(const Caller&,
                                                    std::span<const bounding::Point> points,
                                                    std::uint32_t) {
    return *abi::List<bounding::Point, 20>::of(points);
  }
  rt::Result<Bounded::ManyResult> many(const Caller&, std::uint64_t a, std::uint64_t b,
                                       std::uint64_t c, std::uint64_t d, std::uint64_t e,
                                       std::uint64_t f, std::uint32_t g) {
    return Bounded::ManyResult{a, b, c, d, e, f, g};
  }
  rt::Result<abi::Bytes<952>> full(const Caller&, std::span<const std::byte> data) {
    return *abi::Bytes<952>::of(data);
  }
  // Signals it first.
  rt::Result<Bounded::GiveResult> give(const Caller&, rt::Received<kernel::Notification> who,
                                       std::string_view name) {
    const auto rung = who.handle().signal();
    if (!rung) return rt::failure(rung.error());
    return Bounded::GiveResult{abi::Text<8>::cut(name), who.handle()};
  }
  void note(const Caller&, std::string_view text) { noted_ += text.size(); }
  rt::Slot reply_slot() { return replies_[holds_ ? 1 : 0]; }
  // "keep" is answered with the next one's text, when that comes; "drop" is not.
  void later(const Caller&, Bounded::LaterCompleter completer, std::string_view text) {
    if (text == "drop") return;
    if (text == "keep") {
      holds_ = completer.release() != rt::Slot{};
      return;
    }
    if (holds_) {
      holds_ = false;
      OK(Bounded::LaterCompleter::adopt(replies_[0]).complete(text, 2));
    }
    OK(completer.complete(text, 1));
  }
  rt::Result<bounding::Older> older(const Caller&, const bounding::Older& what, std::uint64_t) {
    return what;
  }
  rt::Result<bounding::Nothing> nothing(const Caller&, const bounding::Nothing& none,
                                        std::span<const bounding::Nothing>) {
    return none;
  }
  // A bit each for what came; the listener is told.
  rt::Result<std::uint8_t> listen(const Caller&, rt::Received<kernel::Notification>, bool,
                                  rt::Received<bounding::ListenerClient> listener) {
    return static_cast<std::uint8_t>(listener ? 3 : 1);
  }
  rt::Result<std::uint8_t> listen_to(const Caller&, rt::Received<bounding::ListenerClient> listener,
                                     std::string_view text) {
    if (!listener) return std::uint8_t{0};
    const auto told = listener.handle().hear(text);
    if (!told) return rt::failure(told.error());
    return std::uint8_t{2};
  }
  // It has no listener to give.
  rt::Result<Bounded::FindResult> find(const Caller&, bool) {
    return Bounded::FindResult{bounding::ListenerClient(), 9};
  }
  rt::Result<kernel::Notification> find_one(const Caller&, bool) { return kernel::Notification(); }
  rt::Result<Bounded::FindNamedResult> find_named(const Caller&, bool) {
    return Bounded::FindNamedResult{"nobody", bounding::ListenerClient()};
  }
  // And the bytes noted so far.
  rt::Result<std::uint64_t> plain(const Caller&, std::uint64_t a, std::uint32_t b) {
    return a + b + noted_;
  }

 private:
  std::array<rt::Slot, 2> replies_;
  bool holds_ = false;  // the first of them has a caller
  std::uint64_t noted_ = 0;
};

// The rest of a Space that serves it at gift(0): until it is killed.
[[noreturn]] void serve_shapes(std::uint64_t);
// Such a Space, running, with an IPC buffer; and one out of memory of its own, to be taken back.
Space start_shapes(kernel::Endpoint endpoint, Where where = Where::current());
Space start_shapes_from(kernel::Untyped quota, kernel::Endpoint endpoint,
                        Where where = Where::current());

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_SHAPES_H_
