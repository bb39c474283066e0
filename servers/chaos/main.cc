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
#include "servers/runtime/time.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

using service::ImageState;

constexpr service::RoutesClient kInit(rt::start::slot(abi::StartSlot::kRoutes));
constexpr rt::Slot kService{abi::kStartSlots};
// Nanoseconds that a service may take to come back, and to answer.
constexpr std::uint64_t kPatience = 5'000'000'000;

constexpr std::size_t kIndex = manifest::find(manifest::kSelected, "chaos").value();
constexpr const manifest::Image& kImage = manifest::kSelected.images[kIndex];

// What a call to it comes to: none of them is an Echo, so one that lives says so in its own words.
rt::Error call_it() {
  const auto answer = service::EchoClient(kService).nothing_until(rt::now() + kPatience);
  return answer ? rt::Error{} : answer.error();
}
bool lives(const rt::Error& answer) {
  return answer.status != 0 && answer.status != abi::kEtimedout && !rt::is_gone(answer);
}

bool failed(std::string_view name, std::string_view why) {
  rt::print("FAIL ", name, ": ", why);
  return false;
}

bool waits_for(std::string_view name, ImageState state, std::uint32_t starts) {
  return rt::wait_until(kPatience, [&] {
    const auto is = kInit.state(name);
    return is && is->state == state && is->starts >= starts;
  });
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
  rt::wait_for_ladder();
  // And those who use the services begin.
  rt::pause(50 * rt::kMoment);
  for (std::uint32_t left = rounds(rt::argument_text(argument)); left > 0; --left) {
    for (const std::string_view name : kImage.uses) {
      if (!kills(name)) return 1;
    }
  }
  rt::print("all came back");
  return 0;
}

}  // namespace tessera
