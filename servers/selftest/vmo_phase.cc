#include "servers/selftest/vmo_phase.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "idl/abi.h"
#include "idl/kernel/vmo.h"
#include "idl/service/partner_client.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using kernel::Access;
using kernel::Vmo;
using Right = Vmo::Right;

constexpr service::PartnerClient kPartner(rt::start::peer(0));
constexpr std::uint64_t kSize = std::uint64_t{2} * abi::kPageSize;
constexpr std::uint64_t kAt = 0x3000'0000;
constexpr std::uint8_t kReader = rt::rights(Right::kRead, Right::kMap, Right::kShare);
constexpr std::uint8_t kWriter =
    rt::rights(Right::kRead, Right::kWrite, Right::kMap, Right::kShare);

// A VMO each for the three checks, and what partner is given of it.
struct Pair {
  Vmo all;
  Vmo given;
};
constexpr Pair pair(std::uint32_t check) {
  return {Vmo(rt::Slot{kVmoSlots.index + 2 * check}),
          Vmo(rt::Slot{kVmoSlots.index + 2 * check + 1})};
}

std::span<volatile std::uint64_t> words() {
  return {reinterpret_cast<volatile std::uint64_t*>(kAt), kSize / sizeof(std::uint64_t)};
}

Result<void> make(const Pair& pair) {
  return must("make a VMO",
              rt::start::memory().retype(abi::ObjectType::kVmo, kSize, rt::start::cnode(),
                                         pair.all.slot().index, 1));
}
Result<void> give(const Pair& pair, std::uint8_t rights) {
  const kernel::CNode own = rt::start::cnode();
  return must("mint a capability to a VMO",
              own.mint(pair.given.slot().index, own, pair.all.slot().index, rights, 0));
}
Result<void> map(const Vmo& vmo, Access access) {
  return must("map a VMO", vmo.map(rt::start::task(), kAt, access));
}

}  // namespace

// What one task writes the other reads, both ways, with no copy between.
Result<void> vmo_share() {
  const Pair vmo = pair(0);
  RT_TRY(make(vmo));
  RT_TRY(map(vmo.all, Access::kRead | Access::kWrite));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < words().size(); ++i) {
    RT_TRY(require(words()[i] == 0, "new memory is not zero"));
    words()[i] = i * i + 1;
    sum += i * i + 1;
  }
  RT_TRY(give(vmo, kWriter));
  RT_TRY_ASSIGN(const std::uint64_t seen, must("share a VMO", kPartner.sum(vmo.given)));
  RT_TRY(require(seen == sum, "partner read something else"));
  for (std::size_t i = 0; i < words().size(); ++i) {
    RT_TRY(require(words()[i] == ~(i * i + 1), "what partner wrote is not here"));
  }
  return must("unmap a VMO", vmo.all.unmap());
}

Result<void> vmo_seal() {
  const Pair vmo = pair(1);
  RT_TRY(make(vmo));
  RT_TRY(map(vmo.all, Access::kRead | Access::kWrite));
  words()[0] = 0x5ea1;
  RT_TRY(refused("sealed while it is mapped writable", vmo.all.seal(), abi::kEbusy));
  RT_TRY(must("unmap a VMO", vmo.all.unmap()));
  RT_TRY(must("seal a VMO", vmo.all.seal()));
  RT_TRY(refused("mapped a sealed VMO writable",
                 vmo.all.map(rt::start::task(), kAt, Access::kRead | Access::kWrite), abi::kEperm));
  RT_TRY(give(vmo, kReader));
  RT_TRY_ASSIGN(const auto seen, must("show a sealed VMO", kPartner.look(vmo.given)));
  RT_TRY(require(seen.sealed, "partner was not told of the seal"));
  RT_TRY(require(!seen.writable, "partner mapped a sealed VMO writable"));
  return require(seen.first == 0x5ea1, "partner read something else");
}

Result<void> vmo_revoke_unmaps() {
  const Pair vmo = pair(2);
  RT_TRY(make(vmo));
  RT_TRY(give(vmo, kReader));
  RT_TRY(must("let partner hold a VMO", kPartner.hold(vmo.given)));
  RT_TRY_ASSIGN(const auto before, must("ask what it holds", kPartner.held()));
  RT_TRY(require(before.type == abi::ObjectType::kVmo && before.mapped, "partner holds nothing"));
  RT_TRY(must("revoke a VMO", rt::start::cnode().revoke(vmo.all.slot().index)));
  RT_TRY_ASSIGN(const auto after, must("ask what is left", kPartner.held()));
  RT_TRY(require(after.type == abi::ObjectType::kNull, "partner has its capability still"));
  RT_TRY(require(!after.mapped, "partner has its mapping still"));
  RT_TRY(map(vmo.all, Access::kRead | Access::kWrite));
  return must("unmap a VMO", vmo.all.unmap());
}

}  // namespace tessera::selftest
