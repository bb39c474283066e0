#include "servers/selftest/ipc_phase.h"

#include <array>
#include <cstdint>

#include "bootimage/manifest.h"
#include "idl/abi.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/self.h"
#include "idl/service/partner_client.h"
#include "servers/manifest/check.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using kernel::Notification;
using service::PartnerClient;

constexpr PartnerClient kPartner(rt::start::peer(0));
constexpr std::uint64_t kMillisecond = 1'000'000;

// What the manifest has given this task, the same in every image; its badge is by its place there.
constexpr std::uint64_t kOwnIdentity =
    manifest::kStock.images[*manifest::find(manifest::kStock, "SELFTEST")].identity;

Result<std::uint64_t> now() { return must("read the clock", kernel::Self::now()); }

// One word after the other with one bit set, and all of them with all kinds of bits.
constexpr std::uint64_t pattern(unsigned round, unsigned word) {
  if (round < 6 * 64) return round / 64 == word ? std::uint64_t{1} << round % 64 : 0;
  return 0x0123'4567'89ab'cdefu * (2 * round + 1) ^ std::uint64_t{word} << 60;
}

Result<void> inverts(unsigned round) {
  std::array<std::uint64_t, 6> w{};
  for (unsigned i = 0; i < 6; ++i) w[i] = pattern(round, i);
  RT_TRY_ASSIGN(const auto back,
                must("send six words", kPartner.invert(w[0], w[1], w[2], w[3], w[4], w[5])));
  const bool same = back.w0 == ~w[0] && back.w1 == ~w[1] && back.w2 == ~w[2] && back.w3 == ~w[3] &&
                    back.w4 == ~w[4] && back.w5 == ~w[5];
  return require(same, "a word came back changed");
}

// Through the IPC buffers of both threads, once it is longer than registers are.
Result<void> reverses(std::size_t size) {
  abi::Text<400> text;
  for (std::size_t i = 0; i < size; ++i) text.push(static_cast<char>(i * 7 + size));
  RT_TRY_ASSIGN(const auto back, must("send a text", kPartner.reverse(text)));
  RT_TRY(require(back.size() == size, "a text came back longer or shorter"));
  for (std::size_t i = 0; i < size; ++i) {
    RT_TRY(require(back[i] == text[size - 1 - i], "a byte came back changed"));
  }
  return {};
}

}  // namespace

Result<void> ipc_payload_roundtrip() {
  for (unsigned round = 0; round < 512; ++round) RT_TRY(inverts(round));
  for (const std::size_t size : {0, 1, 39, 40, 41, 48, 49, 255, 399, 400}) RT_TRY(reverses(size));
  return {};
}

Result<void> ipc_deadline_timeout() {
  for (const std::uint64_t wait : {0 * kMillisecond, 5 * kMillisecond}) {
    RT_TRY_ASSIGN(const std::uint64_t start, now());
    const std::uint64_t deadline = start + wait;
    RT_TRY(refused("a call went on past its deadline", kPartner.never_until(deadline),
                   abi::kEtimedout));
    RT_TRY_ASSIGN(const std::uint64_t end, now());
    RT_TRY(require(end >= deadline, "a deadline came too early"));
    RT_TRY(inverts(0));
  }
  return {};
}

Result<void> ipc_sender_identity() {
  RT_TRY_ASSIGN(const auto told, must("ask who this is", kPartner.who()));
  RT_TRY(require(told.identity == kOwnIdentity, "partner was told another identity"));
  RT_TRY(require(told.badge != 0, "partner was told no badge"));
  return require(told.class_ == abi::QosClass::kNormal, "partner was told another class");
}

// A capability with one right and a badge arrives with these, works, and stays with its sender too.
Result<void> ipc_cap_transfer() {
  const kernel::CNode own = rt::start::cnode();
  const Notification bell(kIpcSlots);
  const Notification signal(rt::Slot{kIpcSlots.index + 1});
  constexpr std::uint8_t kSignal = rt::rights(Notification::Right::kSignal);
  constexpr std::uint64_t kBadge = 1u << 7;
  RT_TRY(must("make a notification", rt::start::memory().retype(abi::ObjectType::kNotification, 0,
                                                                own, kIpcSlots.index, 1)));
  RT_TRY(
      must("mint a signal", own.mint(signal.slot().index, own, kIpcSlots.index, kSignal, kBadge)));
  for (int round = 0; round < 3; ++round) {
    RT_TRY_ASSIGN(const auto seen, must("send a capability", kPartner.ring(signal)));
    RT_TRY(require(seen.type == abi::ObjectType::kNotification, "another type arrived"));
    RT_TRY(require(seen.rights == kSignal, "other rights arrived"));
    RT_TRY_ASSIGN(const std::uint64_t bits, must("partner did not signal", bell.poll()));
    RT_TRY(require(bits == kBadge, "the badge is another"));
  }
  return refused("sent an empty slot", kPartner.ring(Notification(rt::Slot{kVmoSlots.index})),
                 abi::kEbadf);
}

}  // namespace tessera::selftest
