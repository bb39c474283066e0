// The other side of the benchmarks: what it is given, it gives back.
#ifndef SERVERS_BENCH_ECHO_H_
#define SERVERS_BENCH_ECHO_H_

#include <cstdint>

#include "idl/service/echo.h"
#include "servers/runtime/ipc.h"

namespace tessera::bench {

struct Echo {
  static rt::Result<void> nothing(const rt::Caller&) { return {}; }
  static rt::Result<service::Echo::FourResult> four(const rt::Caller&, std::uint64_t w0,
                                                    std::uint64_t w1, std::uint64_t w2,
                                                    std::uint64_t w3) {
    return service::Echo::FourResult{.w0 = w0, .w1 = w1, .w2 = w2, .w3 = w3};
  }
  static rt::Result<service::Echo::SixResult> six(const rt::Caller&, std::uint64_t w0,
                                                  std::uint64_t w1, std::uint64_t w2,
                                                  std::uint64_t w3, std::uint64_t w4,
                                                  std::uint64_t w5) {
    return service::Echo::SixResult{.w0 = w0, .w1 = w1, .w2 = w2, .w3 = w3, .w4 = w4, .w5 = w5};
  }
};

}  // namespace tessera::bench

#endif  // SERVERS_BENCH_ECHO_H_
