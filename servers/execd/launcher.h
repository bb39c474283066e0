// Launcher: starts an image in a place, and takes the place back.
//
// A place is an Untyped that is made once and has room for the largest quota of any image with
// start = spawned. All that a process has comes out of it, so that to revoke it is to reap: R10.
#ifndef SERVERS_EXECD_LAUNCHER_H_
#define SERVERS_EXECD_LAUNCHER_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/manifest.h"
#include "servers/elf/image.h"
#include "servers/execd/choice.h"
#include "servers/execd/layout.h"
#include "servers/execd/process_table.h"
#include "servers/manifest/check.h"
#include "servers/process/bench.h"
#include "servers/process/maker.h"
#include "servers/runtime/audit_log.h"
#include "servers/runtime/ipc.h"

namespace tessera::execd {

struct Request {
  Spawnable what;
  const elf::Image& program;
  std::string_view argument;
  abi::QosClass qos;
  service::Withheld withheld{};
  // Capabilities for it, in slots of execd's that are empty afterwards; Slot{}: none.
  std::array<rt::Slot, manifest::kGiven> given{};
};

class Launcher {
 public:
  // `scratch`: where a page of execd's own can be mapped. `log`: for its lines.
  constexpr Launcher(const manifest::Manifest& manifest, std::uint64_t scratch,
                     rt::ConsoleAuditLog& log)
      : manifest_(manifest), bench_{.first = kBenchSlots, .scratch = scratch}, log_(log) {}

  // Makes the places.
  rt::Result<void> prepare() const;

  // The task's number. Refused, it has left nothing. The task runs: it may have ended by now.
  rt::Result<std::uint64_t> launch(Place place, const Request& request) const;

  // Whether the task in a place has ended, and how.
  static rt::Result<Ending> look(Place place);
  static rt::Result<void> kill(Place place);
  static rt::Result<void> reap(Place place);

  // Bytes in all places that no process has.
  static rt::Result<std::uint64_t> free_bytes();

 private:
  rt::Result<std::uint64_t> build(Place place, const Request& request) const;
  static rt::Result<void> give_services(const manifest::Image& image, const process::Made& made);
  rt::Result<void> endow(const manifest::Image& image, const process::Made& made,
                         const Request& request) const;

  const manifest::Manifest& manifest_;
  process::Bench bench_;
  rt::ConsoleAuditLog& log_;
};

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_LAUNCHER_H_
