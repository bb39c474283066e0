#include "servers/bench/objects.h"

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel/vmo.h"
#include "servers/bench/measure.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::bench {
namespace {

using Done = rt::Result<void>;

// --- Slots
// ---------------------------------------------------------------------------------------

constexpr std::uint32_t kObjectSlots = 128;
constexpr rt::Slot kField{kObjectSlots};            // an Untyped, whose pages are retyped
constexpr rt::Slot kKeeper{kObjectSlots + 1};       // of the field, so that it is never unused
constexpr rt::Slot kSource{kObjectSlots + 2};       // an Endpoint without a badge
constexpr rt::Slot kNeighbour{kObjectSlots + 3};    // a page beside kPage, so that its table stays
constexpr rt::Slot kPage{kObjectSlots + 4};         // 4 KiB
constexpr rt::Slot kLarge{kObjectSlots + 5};        // 2 MiB
constexpr std::uint32_t kNew = kObjectSlots + 6;    // what a row makes
constexpr std::uint32_t kBrood = kObjectSlots + 7;  // the slots of what is revoked
constexpr std::uint32_t kChildren = 100;

// --- Addresses: in a GiB of their own
// ------------------------------------------------------------

constexpr std::uint64_t kLargeSize = 0x20'0000;
constexpr std::uint64_t kPageAddress = 0x4000'0000;
constexpr std::uint64_t kNeighbourAddress = kPageAddress + abi::kPageSize;
constexpr std::uint64_t kLargeAddress = kPageAddress + kLargeSize;
constexpr std::uint64_t kFieldAddress = kPageAddress + 2 * kLargeSize;

// A page for each time that a row takes one, and the keeper's.
constexpr std::uint64_t kFieldSize = std::uint64_t{kWarmUp + kSamples + 1} * abi::kPageSize;

constexpr kernel::CNode own() { return rt::start::cnode(); }
constexpr kernel::Access kReadWrite = kernel::Access::kRead | kernel::Access::kWrite;
constexpr std::uint64_t kBadge = 0x5a;

Done require(bool holds) {
  if (!holds) return rt::failure(abi::kEinval, abi::Detail::kBadState);
  return {};
}

Done make(kernel::Untyped from, abi::ObjectType type, rt::Slot to, std::uint64_t size = 0) {
  return from.retype(type, size, own(), to.index, 1);
}

Done map(rt::Slot vmo, std::uint64_t address) {
  return kernel::Vmo(vmo).map(rt::start::task(), address, kReadWrite);
}
Done unmap(rt::Slot vmo) { return kernel::Vmo(vmo).unmap(); }

Done mint(std::uint32_t to) {
  return own().mint(to, own(), kSource.index, abi::kAllEndpointRights, kBadge);
}

Done require_type(std::uint32_t slot, abi::ObjectType type) {
  RT_TRY_ASSIGN(const auto held, own().query(slot));
  return require(held.type == type);
}

volatile std::uint64_t* words_at(std::uint64_t address) {
  return reinterpret_cast<volatile std::uint64_t*>(address);
}
constexpr std::uint64_t kWordsOfPage = abi::kPageSize / sizeof(std::uint64_t);

// Whether what is written at `address` is the page's, or none would be there.
Done require_memory(std::uint64_t address) {
  volatile std::uint64_t* word = words_at(address);
  *word = kBadge;
  return require(*word == kBadge);
}

// All of the field's pages have had a use, and each is to be zeroed before its next one.
Done soil_field() {
  RT_TRY(make(kernel::Untyped(kField), abi::ObjectType::kVmo, {kNew}, kFieldSize));
  RT_TRY(map({kNew}, kFieldAddress));
  volatile std::uint64_t* words = words_at(kFieldAddress);
  for (std::uint64_t i = 0; i < kFieldSize / sizeof(std::uint64_t); ++i) words[i] = ~i;
  return own().delete_(kNew);
}

Done prepare() {
  const kernel::Untyped memory = rt::start::memory();
  RT_TRY(make(memory, abi::ObjectType::kVmo, kLarge, kLargeSize));
  RT_TRY(make(memory, abi::ObjectType::kVmo, kPage, abi::kPageSize));
  RT_TRY(make(memory, abi::ObjectType::kVmo, kNeighbour, abi::kPageSize));
  RT_TRY(make(memory, abi::ObjectType::kEndpoint, kSource));
  RT_TRY(make(memory, abi::ObjectType::kUntyped, kField, kFieldSize));
  RT_TRY(soil_field());
  RT_TRY(make(kernel::Untyped(kField), abi::ObjectType::kVmo, kKeeper, abi::kPageSize));
  return map(kNeighbour, kNeighbourAddress);
}

// --- Rows
// ----------------------------------------------------------------------------------------

// A VMO that is not mapped, into tables that are there.
bool measure_map(std::string_view name, rt::Slot vmo, std::uint64_t address) {
  return measure(
      name, [vmo] { return unmap(vmo); }, [vmo, address] { return map(vmo, address); },
      [address] { return require_memory(address); });
}

bool measure_unmap() {
  return measure(
      "unmap_4k", [] { return map(kPage, kPageAddress); }, [] { return unmap(kPage); },
      // Were it mapped still, by this capability or in the table, it could not be mapped again.
      []() -> Done {
        RT_TRY(map(kPage, kPageAddress));
        return unmap(kPage);
      });
}

bool measure_mint() {
  return measure(
      "mint", [] { return own().delete_(kNew); }, [] { return mint(kNew); },
      []() -> Done {
        RT_TRY_ASSIGN(const auto held, own().query(kNew));
        return require(held.type == abi::ObjectType::kEndpoint && held.badge == kBadge &&
                       held.rights == abi::kAllEndpointRights);
      });
}

bool measure_delete() {
  return measure(
      "delete", [] { return mint(kNew); }, [] { return own().delete_(kNew); },
      [] { return require_type(kNew, abi::ObjectType::kNull); });
}

bool measure_revoke() {
  return measure(
      "revoke_100",
      []() -> Done {
        for (std::uint32_t i = 0; i < kChildren; ++i) RT_TRY(mint(kBrood + i));
        return {};
      },
      [] { return own().revoke(kSource.index); },
      []() -> Done {
        for (std::uint32_t i = 0; i < kChildren; ++i) {
          RT_TRY(require_type(kBrood + i, abi::ObjectType::kNull));
        }
        return require_type(kSource.index, abi::ObjectType::kEndpoint);
      });
}

bool measure_retype_endpoint() {
  return measure(
      "retype_endpoint", [] { return own().delete_(kNew); },
      [] { return make(rt::start::memory(), abi::ObjectType::kEndpoint, {kNew}); },
      [] { return require_type(kNew, abi::ObjectType::kEndpoint); });
}

// A page of a field that has been written to all over: zeroed, for it shows no other's words.
bool measure_retype_page() {
  return measure(
      "retype_page_zeroed", [] { return own().delete_(kNew); },
      [] { return make(kernel::Untyped(kField), abi::ObjectType::kVmo, {kNew}, abi::kPageSize); },
      []() -> Done {
        RT_TRY(map({kNew}, kPageAddress));
        const volatile std::uint64_t* words = words_at(kPageAddress);
        for (std::uint64_t i = 0; i < kWordsOfPage; ++i) RT_TRY(require(words[i] == 0));
        return {};
      });
}

}  // namespace

bool measure_objects() {
  if (const Done prepared = prepare(); !prepared) return fail("objects", prepared.error());
  bool all = measure_map("map_4k", kPage, kPageAddress);
  all &= measure_map("map_2m", kLarge, kLargeAddress);
  all &= unmap(kPage).has_value() && measure_unmap();
  all &= measure_mint();
  all &= own().delete_(kNew).has_value() && measure_delete();
  all &= measure_revoke();
  all &= measure_retype_page();
  all &= own().delete_(kNew).has_value() && measure_retype_endpoint();
  return all;
}

}  // namespace tessera::bench
