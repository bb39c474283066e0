#include "servers/partner/server.h"

#include <span>

#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::partner {
namespace {

using kernel::Access;

constexpr std::uint64_t kAt = 0x2000'0000;      // what it looks into
constexpr std::uint64_t kHeldAt = 0x2800'0000;  // what it holds

std::span<volatile std::uint64_t> words(std::uint64_t bytes) {
  return {reinterpret_cast<volatile std::uint64_t*>(kAt), bytes / sizeof(std::uint64_t)};
}

}  // namespace

rt::Result<service::Partner::InvertResult> Server::invert(const rt::Caller&, std::uint64_t w0,
                                                          std::uint64_t w1, std::uint64_t w2,
                                                          std::uint64_t w3, std::uint64_t w4,
                                                          std::uint64_t w5) const {
  return Partner::InvertResult{.w0 = ~w0, .w1 = ~w1, .w2 = ~w2, .w3 = ~w3, .w4 = ~w4, .w5 = ~w5};
}

rt::Result<abi::Text<400>> Server::reverse(const rt::Caller&, std::string_view text) const {
  abi::Text<400> result;
  for (std::size_t left = text.size(); left > 0; --left) result.push(text[left - 1]);
  return result;
}

rt::Result<service::Partner::WhoResult> Server::who(const rt::Caller& caller) const {
  return Partner::WhoResult{
      .badge = caller.badge, .identity = caller.identity, .class_ = caller.qos};
}

rt::Slot Server::reply_slot() const {
  const auto dropped = Partner::NeverCompleter::adopt(kReply);
  return kReply;
}

// The Reply object has the caller.
void Server::never(const rt::Caller&, Partner::NeverCompleter completer) {
  static_cast<void>(completer.release());
  somebody_waits_ = true;
}

rt::Result<service::Partner::RingResult> Server::ring(
    const rt::Caller&, rt::Received<kernel::Notification> bell) const {
  RT_TRY_ASSIGN(const auto found, rt::start::cnode().query(bell.slot().index));
  RT_TRY(bell.handle().signal());
  return Partner::RingResult{.type = found.type, .rights = found.rights};
}

rt::Result<std::uint64_t> Server::sum(const rt::Caller&, rt::Received<kernel::Vmo> memory) const {
  RT_TRY_ASSIGN(const auto info, memory.handle().info());
  RT_TRY(memory.handle().map(rt::start::task(), kAt, Access::kRead | Access::kWrite));
  std::uint64_t sum = 0;
  for (volatile std::uint64_t& word : words(info.size)) {
    sum += word;
    word = ~word;
  }
  return sum;
}

rt::Result<service::Partner::LookResult> Server::look(const rt::Caller&,
                                                      rt::Received<kernel::Vmo> memory) const {
  const kernel::Vmo vmo = memory.handle();
  RT_TRY_ASSIGN(const auto info, vmo.info());
  const bool writable = vmo.map(rt::start::task(), kAt, Access::kRead | Access::kWrite).has_value();
  if (!writable) RT_TRY(vmo.map(rt::start::task(), kAt, Access::kRead));
  return Partner::LookResult{
      .sealed = info.sealed, .writable = writable, .first = words(info.size)[0]};
}

rt::Result<void> Server::hold(const rt::Caller&, rt::Received<kernel::Vmo> memory) const {
  RT_TRY(memory.handle().map(rt::start::task(), kHeldAt, Access::kRead));
  return memory.keep(kHeld);
}

// Where something is mapped nothing else can be.
rt::Result<service::Partner::HeldResult> Server::held(const rt::Caller&) const {
  RT_TRY_ASSIGN(const auto found, rt::start::cnode().query(kHeld.index));
  const kernel::Vmo probe(kProbe);
  const auto mapped = probe.map(rt::start::task(), kHeldAt, Access::kRead);
  if (mapped) RT_TRY(probe.unmap());
  if (!mapped && mapped.error().status != abi::kEexist) {
    return std::unexpected(mapped.error());
  }
  return Partner::HeldResult{.type = found.type, .mapped = !mapped.has_value()};
}

rt::Result<service::Partner::AuthorityResult> Server::authority(const rt::Caller&) const {
  return Partner::AuthorityResult{.control = rt::start::qos_control(), .task = rt::start::task()};
}

rt::Result<void> Server::classify(const rt::Caller&, rt::Received<kernel::Task> task,
                                  abi::QosClass c) const {
  return rt::start::qos_control().set(task.handle(), c);
}

rt::Result<void> Server::die(const rt::Caller&) const {
  if (!somebody_waits_) return std::unexpected(rt::Error{.status = abi::kEbusy, .detail = 0});
  __builtin_trap();
}

}  // namespace tessera::partner
