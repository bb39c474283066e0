// witness: looks into every slot of its CSpace. Exits with 0 when each holds what it must, else
// with the number of the first that does not, and says what it found there. WITNESS is its name in
// the manifest.
#include <cstddef>
#include <cstdint>

#include "idl/kernel/cnode.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/witness/expected.h"

namespace tessera {

namespace {

constexpr std::size_t kIndex = manifest::find(manifest::kSelected, WITNESS).value();
constexpr const manifest::Image& kSelf = manifest::kSelected.images[kIndex];

// So that it has data: a segment of each kind is to be looked at.
constinit volatile std::uint32_t looked_at = 0;

bool is_right(std::uint32_t index) {
  const auto found = rt::start::cnode().query(index);
  if (!found) return false;
  const witness::Holding holds{found->type, found->rights, found->badge};
  const witness::Holding must = witness::expected(manifest::kSelected, kIndex, {index});
  if (holds == must) return true;
  rt::print("slot ", index, ": ", abi::to_string(holds.type), " rights=", rt::hex(holds.rights),
            " badge=", rt::hex(holds.badge), ", not ", abi::to_string(must.type),
            " rights=", rt::hex(must.rights), " badge=", rt::hex(must.badge));
  return false;
}

// What it was made with and its page tables come out of its quota; the rest of it is all its own.
bool has_rest_of_quota() {
  constexpr std::uint64_t kKiB = 1024;
  constexpr std::uint64_t kSpent = (kSelf.stack_kib + 96) * kKiB;
  const auto memory = rt::start::memory().info();
  if (memory && memory->free <= kSelf.quota_kib * kKiB &&
      memory->free + kSpent >= kSelf.quota_kib * kKiB) {
    return true;
  }
  rt::print("memory: ", memory ? memory->free : 0, " bytes of ", kSelf.quota_kib, " KiB");
  return false;
}

std::int32_t first_wrong_slot() {
  // Slot 0 is no address: nobody can put anything there.
  for (std::uint32_t index = 1; index < kSelf.slots; ++index) {
    looked_at = index;
    if (!is_right(index)) return static_cast<std::int32_t>(index);
  }
  if (!has_rest_of_quota()) return static_cast<std::int32_t>(abi::StartSlot::kMemory);
  // Nor may there be more slots than the manifest says.
  return rt::start::cnode().query(kSelf.slots) ? static_cast<std::int32_t>(kSelf.slots) : 0;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  const std::int32_t wrong = first_wrong_slot();
  if (wrong != 0) return wrong;
  if (!kSelf.service) return 0;
  const auto told = rt::start::ready().signal();
  return told ? 0 : told.error().status;
}

}  // namespace tessera
