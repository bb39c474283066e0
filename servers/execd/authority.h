// Authority: whom execd asks before it does something for somebody, and whom it tells of an end. No
// answer, a late one and any other than ok is a denial.
#ifndef SERVERS_EXECD_AUTHORITY_H_
#define SERVERS_EXECD_AUTHORITY_H_

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/cnode.h"
#include "servers/runtime/ipc.h"

namespace tessera::execd {

class Authority {
 public:
  // How long execd waits for an answer, in nanoseconds; to find again whom it asks is part of it.
  static constexpr std::uint64_t kPatience = 1'000'000'000;

  // Whether a task may start an image.
  static bool may_start(std::uint64_t subject, std::string_view image);
  // Whether an image's tasks may have a class.
  static bool may_have(std::uint64_t subject, abi::QosClass qos);
  // A capability to a service, for a task that execd starts, in a slot of its CSpace: ExecStatus
  // denied, or failed.
  static rt::Result<void> route(std::uint64_t subject, std::string_view service,
                                kernel::CNode cspace, rt::Slot to);
  // Tells timed that an owner of timers is no more. One that does not listen has them until they
  // fire.
  static void tell_the_end(std::uint64_t identity);
};

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_AUTHORITY_H_
