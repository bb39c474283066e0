// What execd does with a message, and with the end of a process.
#ifndef SERVERS_EXECD_SERVER_H_
#define SERVERS_EXECD_SERVER_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "bootimage/bundle.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/vmo.h"
#include "idl/manifest.h"
#include "idl/service/execd.h"
#include "idl/service/execd_server.h"
#include "servers/execd/choice.h"
#include "servers/execd/launcher.h"
#include "servers/execd/process_table.h"
#include "servers/execd/programs.h"
#include "servers/runtime/audit_log.h"
#include "servers/runtime/ipc.h"

namespace tessera::execd {

class Server {
 public:
  // `table` is large and all zero at first, so it stands apart, where it takes no room in the
  // image. `stage`: where execd has the memory mapped that its reader copies programs to.
  Server(const manifest::Manifest& manifest, ProcessTable& table, const bundle::Bundle& bundle,
         elf::Bytes stage, std::uint64_t scratch)
      : manifest_(manifest),
        table_(table),
        programs_(manifest, bundle, stage),
        launcher_(manifest, scratch, log_) {}

  // What it needs before its first request.
  rt::Result<void> prepare();

  rt::Result<service::ProcessClient> spawn(const rt::Caller& caller, std::string_view image,
                                           service::ChildClass wanted, service::Withheld withheld,
                                           std::string_view argument);
  rt::Result<service::ProcessClient> spawn_with(const rt::Caller& caller, std::string_view image,
                                                service::ChildClass wanted,
                                                service::Withheld withheld,
                                                std::string_view argument,
                                                rt::Received<kernel::Vmo> memory,
                                                rt::Received<kernel::Endpoint> channel);
  rt::Result<service::ProcessClient> spawn_from(const rt::Caller& caller, rt::Lent<kernel::Vmo> elf,
                                                std::uint64_t size, std::string_view image,
                                                service::ChildClass wanted,
                                                service::Withheld withheld,
                                                std::string_view argument);
  rt::Result<service::Execd::StatisticsResult> statistics(const rt::Caller& caller) const;

  void wait(const rt::Caller& caller, service::Process::WaitCompleter completer);
  rt::Result<void> kill(const rt::Caller& caller);
  rt::Result<service::Process::InfoResult> info(const rt::Caller& caller);

  // Where the loop keeps the reply right of the next waiter.
  rt::Slot reply_slot() const { return {kFirstReply.index + table_.free_waiter()}; }
  // Processes have ended: a bit for each place.
  void on_notification(std::uint64_t bits);

 private:
  using Given = std::array<rt::Slot, manifest::kGiven>;
  struct Permit {
    Spawnable what{};
    abi::QosClass qos{};
    service::Withheld withheld{};
  };

  rt::Result<Permit> admit(const rt::Caller& caller, std::string_view image,
                           service::ChildClass wanted, service::Withheld withheld) const;
  rt::Result<Process*> launch(const Permit& permit, const elf::Image& program,
                              std::string_view argument, const Given& given);
  rt::Result<service::ProcessClient> start(const Permit& permit, const elf::Image& program,
                                           std::string_view argument, const Given& given = {});
  rt::Result<service::ProcessClient> start_with(const Permit& permit, std::string_view argument,
                                                const Given& given);
  rt::Result<void> start_reader();
  bool reader_runs() const;
  rt::Result<Process*> of(const rt::Caller& caller) const;
  void end(Process& process, const Ending& ending);
  void answer(std::uint64_t badge, const Ending& ending);

  const manifest::Manifest& manifest_;
  ProcessTable& table_;
  Programs programs_;
  rt::ConsoleAuditLog log_;
  Launcher launcher_;
  std::uint64_t reader_ = 0;  // its badge
  std::uint64_t spawned_ = 0;
  std::uint64_t reaped_ = 0;
};

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_SERVER_H_
