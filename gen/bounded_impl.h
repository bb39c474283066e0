// An implementation of testdata/bounded.idl's Bounded that gives back what it is given, with the
// bytes and lists of its answers in another order than those of its questions.
#ifndef GEN_BOUNDED_IMPL_H_
#define GEN_BOUNDED_IMPL_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gen/testdata/bounded_client.h"
#include "gen/testdata/bounded_server.h"
#include "idl/bounded.h"
#include "idl/kernel/notification.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

struct BoundedImpl {
  using Bounded = bounding::Bounded;
  using Caller = rt::Caller;

  int executed = 0;
  std::string noted;
  rt::Slot kept;
  bounding::Older older_seen;
  std::uint64_t after_seen = 0;

  rt::Result<abi::Text<16>> short_(const Caller&, std::string_view name, std::uint32_t count) {
    ++executed;
    if (count == 13) return rt::failure(bounding::BoundedStatus::kRefused);
    return abi::Text<16>::cut(name);
  }
  rt::Result<Bounded::LongResult> long_(const Caller&, std::string_view name,
                                        std::span<const std::byte> data) {
    ++executed;
    return Bounded::LongResult{*abi::Bytes<300>::of(data), abi::Text<200>::cut(name)};
  }
  rt::Result<Bounded::ListsResult> lists(const Caller&, std::span<const bool> flags,
                                         std::span<const std::int16_t> small,
                                         std::span<const std::uint64_t> wide,
                                         std::span<const bounding::Grade> grades,
                                         std::span<const bounding::Option> options,
                                         std::span<const bounding::Colour> colours) {
    ++executed;
    return Bounded::ListsResult{
        *decltype(Bounded::ListsResult::flags)::of(flags),
        *decltype(Bounded::ListsResult::small)::of(small),
        *decltype(Bounded::ListsResult::wide)::of(wide),
        *decltype(Bounded::ListsResult::grades)::of(grades),
        *decltype(Bounded::ListsResult::options)::of(options),
        *decltype(Bounded::ListsResult::colours)::of(colours),
    };
  }
  rt::Result<Bounded::StructsResult> structs(const Caller&, std::uint8_t before,
                                             const bounding::Point& point, bounding::Grade after) {
    ++executed;
    return Bounded::StructsResult{
        point, static_cast<bounding::Colour>(before + static_cast<unsigned>(after))};
  }
  rt::Result<bounding::Everything> everything(const Caller&, const bounding::Everything& all) {
    ++executed;
    return all;
  }
  rt::Result<abi::List<bounding::Point, 20>> points(const Caller&,
                                                    std::span<const bounding::Point> points,
                                                    std::uint32_t) {
    ++executed;
    return *abi::List<bounding::Point, 20>::of(points);
  }
  rt::Result<Bounded::ManyResult> many(const Caller&, std::uint64_t a, std::uint64_t b,
                                       std::uint64_t c, std::uint64_t d, std::uint64_t e,
                                       std::uint64_t f, std::uint32_t g) {
    ++executed;
    return Bounded::ManyResult{a, b, c, d, e, f, g};
  }
  rt::Result<abi::Bytes<952>> full(const Caller&, std::span<const std::byte> data) {
    ++executed;
    return *abi::Bytes<952>::of(data);
  }
  rt::Result<Bounded::GiveResult> give(const Caller&, rt::Received<kernel::Notification> who,
                                       std::string_view name) {
    ++executed;
    return Bounded::GiveResult{abi::Text<8>::cut(name), who.handle()};
  }
  void note(const Caller&, std::string_view text) {
    ++executed;
    noted = text;
  }
  rt::Slot reply_slot() { return rt::Slot{50}; }
  void later(const Caller&, Bounded::LaterCompleter completer, std::string_view text) {
    ++executed;
    noted = text;
    kept = completer.release();
  }
  rt::Result<bounding::Older> older(const Caller&, const bounding::Older& what,
                                    std::uint64_t after) {
    ++executed;
    older_seen = what;
    after_seen = after;
    return what;
  }
  rt::Result<bounding::Nothing> nothing(const Caller&, const bounding::Nothing& none,
                                        std::span<const bounding::Nothing> list) {
    ++executed;
    after_seen = list.size();
    return none;
  }
  // What it was given, a bit each: a bell, a listener.
  rt::Result<std::uint8_t> listen(const Caller&, rt::Received<kernel::Notification> bell, bool,
                                  rt::Received<bounding::ListenerClient> listener) {
    ++executed;
    return static_cast<std::uint8_t>((bell ? 1 : 0) | (listener ? 2 : 0));
  }
  rt::Result<std::uint8_t> listen_to(const Caller&, rt::Received<bounding::ListenerClient> listener,
                                     std::string_view text) {
    ++executed;
    noted = text;
    return static_cast<std::uint8_t>(listener ? 2 : 0);
  }
  static rt::Slot given(bool want) { return want ? rt::Slot{70} : rt::Slot{}; }
  rt::Result<Bounded::FindResult> find(const Caller&, bool want) {
    ++executed;
    return Bounded::FindResult{bounding::ListenerClient(given(want)), 9};
  }
  rt::Result<kernel::Notification> find_one(const Caller&, bool want) {
    ++executed;
    return kernel::Notification(given(want));
  }
  rt::Result<Bounded::FindNamedResult> find_named(const Caller&, bool want) {
    ++executed;
    return Bounded::FindNamedResult{"named", bounding::ListenerClient(given(want))};
  }
  rt::Result<std::uint64_t> plain(const Caller&, std::uint64_t a, std::uint32_t b) {
    ++executed;
    return a + b;
  }
};

}  // namespace tessera::gen

#endif  // GEN_BOUNDED_IMPL_H_
