// Lines that are not to be lost in silence: what a server decided. One that the console does not
// take within kAuditWithin is given up, so that nobody waits for the console, and is counted; as
// soon as it takes lines again, the first of them says how many were lost.
//
//   rt::ConsoleAuditLog log;
//   log.write("audit decision=deny caller=", rt::hex16(caller.identity));
#ifndef SERVERS_RUNTIME_AUDIT_LOG_H_
#define SERVERS_RUNTIME_AUDIT_LOG_H_

#include <cstdint>

#include "servers/runtime/chunks.h"
#include "servers/runtime/text.h"

namespace tessera::rt {

// Nanoseconds for all of a line: many times what it takes, and a twentieth of what whoever asks
// policyd waits for its answer.
inline constexpr std::uint64_t kAuditWithin = 50'000'000;
// And for init to say where the console is now. It does so at once, unless it waits for this
// server: then this one gives way, and the next line asks again.
inline constexpr std::uint64_t kFindWithin = 5'000'000;

// `Port`: begin() before each line, and bool send(const Chunk&), whether the piece was taken.
template <class Port>
class AuditLog {
 public:
  constexpr AuditLog() = default;
  constexpr explicit AuditLog(Port port) : port_(port) {}

  // One line of what servers/runtime/text.h writes.
  template <class... Args>
  constexpr void write(const Args&... args) {
    if (lost_ != 0 && !send("audit lost=", lost_)) {
      ++lost_;
      return;
    }
    lost_ = 0;
    if (!send(args...)) ++lost_;
  }
  // Lines that were given up and not told yet.
  constexpr std::uint64_t lost() const { return lost_; }

  constexpr Port& port() { return port_; }

 private:
  template <class... Args>
  constexpr bool send(const Args&... args) {
    bool taken = true;
    port_.begin();
    {
      Chunks chunks([&](const Chunk& text) { taken = taken && port_.send(text); });
      // What was begun and given up is a line of its own.
      if (cut_) rt::write(chunks, '\n');
      rt::write(chunks, args..., '\n');
    }
    cut_ = !taken;
    return taken;
  }

  Port port_{};
  std::uint64_t lost_ = 0;
  bool cut_ = false;
};

// StartSlot.console.
class ConsolePort {
 public:
  void begin();
  bool send(const Chunk& text) const;

 private:
  std::uint64_t deadline_ = 0;
};

using ConsoleAuditLog = AuditLog<ConsolePort>;

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_AUDIT_LOG_H_
