// reader: reads random bytes, as many at a time as there may be and fewer, and looks at them as far
// as that can be done: that there are as many as asked for, and that no two reads gave the same.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "idl/service/rng_client.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {
namespace {

using service::RngStatus;

constexpr std::uint8_t kMost = 64;
constexpr std::uint8_t kEnough = 16;

bool is(const rt::Error& error, RngStatus status) {
  return error.status == static_cast<std::int32_t>(status);
}

std::int32_t fail(std::string_view what, std::uint32_t count) {
  rt::print("FAIL ", what, " at ", count);
  return 1;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  const service::RngClient rng(rt::start::peer(0));
  auto last = rng.read(kMost);
  if (!last && is(last.error(), RngStatus::kNoDevice)) {
    rt::print("there is no device");
    return 0;
  }
  if (!last || last->size() != kMost) return fail("the first read", kMost);
  for (std::uint8_t count = 1; count <= kMost; ++count) {
    const auto bytes = rng.read(count);
    if (!bytes || bytes->size() != count) return fail("a read", count);
    // The same by chance once in 2 to the 128th.
    if (count < kEnough) continue;
    if (std::equal(bytes->begin(), bytes->begin() + kEnough, last->begin())) {
      return fail("the same bytes again", count);
    }
    last = bytes;
  }
  for (const int wrong : {0, kMost + 1}) {
    const auto refused = rng.read(static_cast<std::uint8_t>(wrong));
    if (refused || !is(refused.error(), RngStatus::kInvalidArgs)) {
      return fail("a count that is none", static_cast<std::uint32_t>(wrong));
    }
  }
  rt::print("all reads were answered");
  return 0;
}

}  // namespace tessera
