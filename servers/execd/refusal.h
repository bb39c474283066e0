// How execd says no: a status and, where there is more to say, a detail.
#ifndef SERVERS_EXECD_REFUSAL_H_
#define SERVERS_EXECD_REFUSAL_H_

#include <cstdint>
#include <expected>
#include <utility>

#include "idl/service/execd.h"
#include "servers/elf/error.h"
#include "servers/process/failure.h"
#include "servers/runtime/ipc.h"

namespace tessera::execd {

using service::ExecDetail;
using service::ExecStatus;

constexpr rt::Error refusal(ExecStatus status, ExecDetail detail = ExecDetail::kNone) {
  return {.status = std::to_underlying(status), .detail = std::to_underlying(detail)};
}
constexpr std::unexpected<rt::Error> refuse(ExecStatus status,
                                            ExecDetail detail = ExecDetail::kNone) {
  return std::unexpected(refusal(status, detail));
}

// Sound, but nothing that runs here; whoever linked it can do better.
constexpr bool is_foreign(elf::Error error) {
  using elf::Error;
  switch (error) {
    case Error::kBadClass:
    case Error::kBadByteOrder:
    case Error::kBadVersion:
    case Error::kBadType:
    case Error::kBadMachine:
    case Error::kBadFlags:
    case Error::kTooManyProgramHeaders:
    case Error::kDynamic:
    case Error::kTooManySegments:
      return true;
    default:
      return false;
  }
}

// ExecDetail has the defects in the order of elf::Error, behind none.
static_assert(std::to_underlying(elf::kLastError) + 1 ==
              std::to_underlying(ExecDetail::kEntryOutsideText));

constexpr rt::Error refusal(elf::Error error) {
  return refusal(is_foreign(error) ? ExecStatus::kUnsupported : ExecStatus::kMalformed,
                 static_cast<ExecDetail>(std::to_underlying(error) + 1));
}

// A step of the kernel's on the way to a task. What it takes comes from the image's quota.
constexpr rt::Error refusal(const process::Failure& failure) {
  const bool no_memory = failure.error.status == abi::kEnomem;
  return refusal(ExecStatus::kFailed, no_memory ? ExecDetail::kNoMemory : ExecDetail::kRefused);
}

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_REFUSAL_H_
