// Does what its argument says:
//   fault  reads where nothing is, with marks in its registers (crash.h)
//   wait   waits for ever
// and with any other says hello, copies it into the memory that it was given, if it was given any,
// with its class, and ends with its length.
#include <cstdint>
#include <cstring>
#include <string_view>

#include "idl/kernel/self.h"
#include "idl/kernel/vmo.h"
#include "servers/child/crash.h"
#include "servers/runtime/print.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {

namespace {

using kernel::Access;

constexpr std::uint64_t kAt = 0x1000'0000;

bool has(rt::Slot slot) {
  const auto holds = rt::start::cnode().query(slot.index);
  return holds && holds->type != abi::ObjectType::kNull;
}

std::int32_t fault() {
  register std::uint64_t nowhere asm("s2") = child::kNowhere;
  register std::uint64_t mark asm("s3") = child::kMark;
  asm volatile("ld zero, 0(%0)" : : "r"(nowhere), "r"(mark));
  return 0;
}

std::int32_t wait() {
  rt::ignore(rt::start::timer().wait(abi::kNoDeadline));
  return 0;
}

std::int32_t hello(std::string_view text) {
  // It uses console alone, so what its parent gave stands first.
  const kernel::Vmo memory(rt::start::peer(0));
  if (memory.map(rt::start::task(), kAt, Access::kRead | Access::kWrite)) {
    std::memcpy(reinterpret_cast<char*>(kAt), text.data(), text.size());
    const auto qos = kernel::Self::qos(abi::QosOp::kGet, 0, abi::QosClass::kIdle);
    if (qos) *reinterpret_cast<abi::QosClass*>(kAt + child::kClassAt) = *qos;
    *reinterpret_cast<bool*>(kAt + child::kReachAt) =
        has(rt::start::console()) || has(rt::start::slot(abi::StartSlot::kRoutes));
  }
  rt::print("hello");
  return static_cast<std::int32_t>(text.size());
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t argument) {
  const std::string_view text = rt::argument_text(argument);
  if (text == "fault") return fault();
  if (text == "wait") return wait();
  return hello(text);
}

}  // namespace tessera
