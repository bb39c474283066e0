// What init does to tasks: the other half of server.h.
#ifndef SERVERS_INIT_HANDS_H_
#define SERVERS_INIT_HANDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "bootimage/bundle.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/task.h"
#include "idl/manifest.h"
#include "servers/init/attach.h"
#include "servers/init/failure.h"
#include "servers/runtime/ipc.h"

namespace tessera::init {

class Hands {
 public:
  // `command_line`: the kernel's, with the images' arguments.
  Hands(const manifest::Manifest& manifest, const bundle::Bundle& bundle,
        std::string_view command_line, const UartPlace& uart)
      : manifest_(manifest), bundle_(bundle), command_line_(command_line), uart_(uart) {}

  // `again`: out of the quota that it had before.
  Result<void> start(std::size_t image, bool again);
  // Everything of the task came out of its quota, and goes with it: whoever waits for an answer
  // that it owed, or at its endpoint, is told so.
  void reap(std::size_t image);
  rt::Result<kernel::Task::InfoResult> info(std::size_t image) const;
  Result<void> attach(std::size_t image);
  // A service is ready.
  void up(std::size_t image);
  // Whether it may be started again with its device, if it has one. The console may without
  // policyd's word, which is written by it.
  bool may_map(std::size_t image) const;
  // policyd's word; no answer within a second is "no".
  bool may_reach(std::uint64_t subject, std::string_view service) const;
  // A capability for `asker` to call `service`. It lies here until the next one is asked for.
  rt::Result<kernel::Endpoint> route(std::size_t asker, std::size_t service);
  rt::Result<void> suspend(std::size_t image) const;
  rt::Result<void> resume(std::size_t image) const;
  rt::Result<void> kill(std::size_t image) const;
  // Gives up what was needed for that alone.
  void all_started();

  // Says which image it concerns, and ends the machine: without all that the manifest names it is
  // not the machine that was asked for. Once init has renounced that power, only its own task ends.
  [[noreturn]] static void give_up(std::string_view who, const Failure& failure);

 private:
  template <class Ask>
  bool policyd_allows(Ask ask) const;
  bool stop_device(std::size_t image) const;
  void tell_timed();
  bool tell_timed_of_orphans();

  const manifest::Manifest& manifest_;
  const bundle::Bundle& bundle_;
  std::string_view command_line_;
  UartPlace uart_;
  std::uint32_t ended_ = 0;  // a bit an image: timed is to forget its timers
  // A spawner, and timed is to forget the timers of what it had started.
  std::optional<std::size_t> orphans_of_;
  bool policyd_is_up_ = false;
  bool policyd_was_up_ = false;  // from then on nobody is wired without its word
};

}  // namespace tessera::init

#endif  // SERVERS_INIT_HANDS_H_
