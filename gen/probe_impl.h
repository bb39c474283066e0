// An implementation of testdata/probe.idl's Probe that remembers what it was asked.
#ifndef GEN_PROBE_IMPL_H_
#define GEN_PROBE_IMPL_H_

#include <cstdint>
#include <vector>

#include "gen/testdata/probe_server.h"
#include "idl/kernel/notification.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

struct ProbeImpl {
  int executed = 0;
  rt::Caller caller;
  std::vector<std::uint64_t> seen;
  rt::Slot free_reply = rt::Slot{50};
  rt::Slot kept;
  std::uint64_t signalled = 0;
  struct Refused {
    rt::Caller caller;
    std::uint64_t tag = 0;
    rt::Error why;
  };
  std::vector<Refused> refused;

  void note_call(const rt::Caller& who) {
    ++executed;
    caller = who;
  }

  rt::Result<std::uint64_t> fast(const rt::Caller& who, std::uint64_t a, std::uint32_t b) {
    note_call(who);
    if (b == 13) return rt::failure(probing::ProbeStatus::kRefused);
    if (b == 14) return rt::failure(abi::kEbusy, abi::Detail::kBadState);
    if (b == 15) return std::unexpected(rt::Error{});  // a failure that says ok
    return a + b;
  }
  rt::Result<probing::Probe::NarrowResult> narrow(const rt::Caller& who, bool flag,
                                                  std::int8_t tiny, std::int16_t small,
                                                  std::int32_t large, std::uint8_t byte,
                                                  std::uint16_t half) {
    note_call(who);
    return probing::Probe::NarrowResult{flag, tiny, small, large, byte, half};
  }
  rt::Result<probing::Level> ranged(const rt::Caller& who, std::uint32_t count, std::uint32_t big,
                                    probing::Level level, probing::Option options) {
    note_call(who);
    seen = {count, big, static_cast<std::uint64_t>(options)};
    return level;
  }
  void note(const rt::Caller& who, std::uint32_t what) {
    note_call(who);
    seen = {what};
  }
  rt::Slot reply_slot() { return free_reply; }
  void later(const rt::Caller& who, probing::Probe::LaterCompleter completer, std::uint64_t what) {
    note_call(who);
    if (what == 0) return;  // drops it
    if (what == 1) {
      (void)completer.fail(probing::ProbeStatus::kRefused);
    } else {
      kept = completer.release();
    }
  }
  void soon(const rt::Caller& who, probing::Probe::SoonCompleter completer) {
    note_call(who);
    (void)completer.complete(99);
  }
  rt::Result<void> give(const rt::Caller& who, rt::Received<kernel::Notification> first,
                        std::uint64_t number, rt::Received<kernel::Endpoint> second) {
    note_call(who);
    seen = {first.slot().index, number, second.slot().index};
    return first.keep(rt::Slot{60});
  }
  rt::Result<probing::Probe::TakeResult> take(const rt::Caller& who, std::uint64_t number) {
    note_call(who);
    return probing::Probe::TakeResult{kernel::Notification(rt::Slot{70}),
                                      static_cast<std::uint32_t>(number)};
  }
  rt::Result<kernel::Notification> take_one(const rt::Caller& who) {
    note_call(who);
    return kernel::Notification(rt::Slot{71});
  }
  rt::Result<std::uint64_t> delete_(const rt::Caller& who, std::uint64_t class_, std::uint64_t in,
                                    std::uint64_t out) {
    note_call(who);
    return class_ + in + out;
  }
  void on_notification(std::uint64_t bits) { signalled |= bits; }
  void on_refused(const rt::Caller& who, std::uint64_t tag, const rt::Error& why) {
    refused.push_back({who, tag, why});
  }
};

}  // namespace tessera::gen

#endif  // GEN_PROBE_IMPL_H_
