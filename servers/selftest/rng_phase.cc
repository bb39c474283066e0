#include "servers/selftest/rng_phase.h"

#include <algorithm>
#include <cstdint>

#include "idl/kernel/self.h"
#include "idl/service/rng_client.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

constexpr service::RngClient kRng(kRngdSlot);
constexpr std::uint8_t kCount = 64;
// Nanoseconds. A device may take as long as it likes; this one is QEMU's.
constexpr std::uint64_t kPatience = 5'000'000'000;

}  // namespace

// Two reads are the same by chance once in 2 to the 512th.
Result<void> rng() {
  RT_TRY_ASSIGN(const auto before, must("ask rngd", kRng.statistics()));
  RT_TRY_ASSIGN(const std::uint64_t now, must("look at the time", kernel::Self::now()));
  const auto first = kRng.read_until(now + kPatience, kCount);
  if (!first && first.error() == service::RngStatus::kNoDevice) {
    return require(false, "the machine has no entropy device");
  }
  RT_TRY(must("read", first));
  RT_TRY_ASSIGN(const auto second, must("read again", kRng.read_until(now + kPatience, kCount)));
  RT_TRY(require(first->size() == kCount && second.size() == kCount, "not as many as asked for"));
  RT_TRY(
      require(!std::equal(first->begin(), first->end(), second.begin()), "the same bytes twice"));
  RT_TRY_ASSIGN(const auto after, must("ask rngd", kRng.statistics()));
  RT_TRY(require(after.bytes >= before.bytes + 2 * kCount, "the bytes are not the device's"));
  return require(after.interrupts > before.interrupts, "no interrupt brought them");
}

}  // namespace tessera::selftest
