// bench-echo: the other side of the benchmarks.
#include <cstdint>

#include "idl/service/echo_server.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/start.h"

namespace tessera {

namespace {

using service::Echo;

struct EchoServer {
  static rt::Result<void> nothing(const rt::Caller&) { return {}; }
  static rt::Result<Echo::FourResult> four(const rt::Caller&, std::uint64_t w0, std::uint64_t w1,
                                           std::uint64_t w2, std::uint64_t w3) {
    return Echo::FourResult{.w0 = w0, .w1 = w1, .w2 = w2, .w3 = w3};
  }
  static rt::Result<Echo::SixResult> six(const rt::Caller&, std::uint64_t w0, std::uint64_t w1,
                                         std::uint64_t w2, std::uint64_t w3, std::uint64_t w4,
                                         std::uint64_t w5) {
    return Echo::SixResult{.w0 = w0, .w1 = w1, .w2 = w2, .w3 = w3, .w4 = w4, .w5 = w5};
  }
};

}  // namespace

extern "C" std::int32_t server_main(std::uint64_t) {
  EchoServer server;
  if (const auto told = rt::start::ready().signal(); !told) return told.error().status;
  service::serve_echo(server, rt::start::service());
}

}  // namespace tessera
