// bench-echo: the other side of the benchmarks. With an argument, a hart, it stays there.
#include <cstdint>
#include <string_view>

#include "idl/kernel/self.h"
#include "idl/service/echo_server.h"
#include "servers/bench/echo.h"
#include "servers/bench/schedule.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera {
namespace {

rt::Result<void> stay(std::string_view hart) {
  if (hart.empty()) return {};
  const auto number = bench::parse_hart(hart);
  if (!number) return rt::failure(abi::kEinval, abi::Detail::kBadRange);
  RT_TRY(kernel::Self::affinity(1U << *number));
  return {};
}

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t argument) {
  bench::Echo server;
  if (const auto there = stay(rt::argument_text(argument)); !there) return there.error().status;
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_echo(server, rt::start::service());
}

}  // namespace tessera
