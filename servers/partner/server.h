// What partner does with a message.
#ifndef SERVERS_PARTNER_SERVER_H_
#define SERVERS_PARTNER_SERVER_H_

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/bounded.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/qos_control.h"
#include "idl/kernel/task.h"
#include "idl/kernel/vmo.h"
#include "idl/service/partner.h"
#include "idl/service/partner_server.h"
#include "servers/runtime/ipc.h"

namespace tessera::partner {

// Its slots, after those it starts with.
inline constexpr rt::Slot kReply{abi::kStartSlots};      // a Reply object
inline constexpr rt::Slot kHeld{abi::kStartSlots + 1};   // the VMO that it holds
inline constexpr rt::Slot kProbe{abi::kStartSlots + 2};  // a page of its own, to see what is mapped

class Server {
 public:
  using Partner = service::Partner;

  rt::Result<Partner::InvertResult> invert(const rt::Caller& caller, std::uint64_t w0,
                                           std::uint64_t w1, std::uint64_t w2, std::uint64_t w3,
                                           std::uint64_t w4, std::uint64_t w5) const;
  rt::Result<Partner::WhoResult> who(const rt::Caller& caller) const;
  void never(const rt::Caller& caller, Partner::NeverCompleter completer);
  rt::Result<Partner::RingResult> ring(const rt::Caller& caller,
                                       rt::Received<kernel::Notification> bell) const;
  rt::Result<std::uint64_t> sum(const rt::Caller& caller, rt::Received<kernel::Vmo> memory) const;
  rt::Result<Partner::LookResult> look(const rt::Caller& caller,
                                       rt::Received<kernel::Vmo> memory) const;
  rt::Result<void> hold(const rt::Caller& caller, rt::Received<kernel::Vmo> memory) const;
  rt::Result<Partner::HeldResult> held(const rt::Caller& caller) const;
  rt::Result<void> die(const rt::Caller& caller) const;
  rt::Result<Partner::AuthorityResult> authority(const rt::Caller& caller) const;
  rt::Result<void> classify(const rt::Caller& caller, rt::Received<kernel::Task> task,
                            abi::QosClass c) const;
  rt::Result<abi::Text<400>> reverse(const rt::Caller& caller, std::string_view text) const;

  // Whoever is in it is let go.
  rt::Slot reply_slot() const;

 private:
  bool somebody_waits_ = false;  // or has waited
};

}  // namespace tessera::partner

#endif  // SERVERS_PARTNER_SERVER_H_
