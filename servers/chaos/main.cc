// chaos: kills each service that it uses, one after the other and again, while others use them, and
// sees each one come back: the old capability is of no use, init has a new one, and the service
// answers. Exits 0. On the kernel's command line `chaos=N`: so many rounds instead of one.
#include <cstdint>
#include <string_view>

#include "idl/kernel/self.h"
#include "idl/service/echo_client.h"
#include "idl/service/routes_client.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/print.h"
#include "servers/runtime/reach.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

using service::ImageState;

constexpr service::RoutesClient kInit(rt::start::slot(abi::StartSlot::kRoutes));
constexpr rt::Slot kService{abi::kStartSlots};
// Nanoseconds that a service may take to come back, and to answer.
constexpr std::uint64_t kPatience = 5'000'000'000;
constexpr std::uint64_t kMoment = 2'000'000;  // until it looks again

constexpr std::size_t kIndex = manifest::find(manifest::kSelected, "chaos").value();
constexpr const manifest::Image& kImage = manifest::kSelected.images[kIndex];

std::uint64_t now() { return kernel::Self::now().value_or(abi::kNoDeadline); }

// What a call to it comes to: none of them is an Echo, so one that lives says so in its own words.
rt::Error call_it() {
  const auto answer = service::EchoClient(kService).nothing_until(now() + kPatience);
  return answer ? rt::Error{} : answer.error();
}
bool lives(const rt::Error& answer) {
  return answer.status != 0 && answer.status != abi::kEtimedout && !rt::is_gone(answer);
}

bool failed(std::string_view name, std::string_view why) {
  rt::print("FAIL ", name, ": ", why);
  return false;
}

bool waits_for(std::string_view name, ImageState state, std::uint32_t starts,
               std::uint64_t patience = kPatience) {
  for (const std::uint64_t end = now() + patience; now() < end;) {
    const auto is = kInit.state(name);
    if (is && is->state == state && is->starts >= starts) return true;
    rt::ignore(rt::start::timer().wait(now() + kMoment));
  }
  return false;
}

bool kills(std::string_view name) {
  if (!rt::find_again(kService, name)) return failed(name, "init does not find it");
  if (!lives(call_it())) return failed(name, "it does not answer");
  const auto before = kInit.state(name);
  if (!before) return failed(name, "init does not know it");
  if (!kInit.kill(name)) return failed(name, "init does not kill it");
  if (!waits_for(name, ImageState::kUp, before->starts + 1)) {
    return failed(name, "it does not come back");
  }
  if (!rt::is_gone(call_it())) return failed(name, "the old capability calls somebody");
  if (!rt::find_again(kService, name)) return failed(name, "init does not find it again");
  if (!lives(call_it())) return failed(name, "it does not answer again");
  rt::print(name, " came back");
  return true;
}

std::uint32_t rounds(std::string_view text) {
  std::uint32_t number = 0;
  for (const char c : text) number = number * 10 + static_cast<std::uint32_t>(c - '0');
  return text.empty() ? 1 : number;
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t argument) {
  // The ladder is climbed in peace.
  constexpr std::uint64_t kLadder = 300'000'000'000;
  if (!waits_for("SELFTEST", ImageState::kDown, 1, kLadder)) return 1;
  // And those who use the services begin.
  rt::ignore(rt::start::timer().wait(now() + 50 * kMoment));
  for (std::uint32_t left = rounds(rt::argument_text(argument)); left > 0; --left) {
    for (const std::string_view name : kImage.uses) {
      if (!kills(name)) return 1;
    }
  }
  rt::print("all came back");
  return 0;
}

}  // namespace tessera
