// Lines that are not to be lost in silence: what a server decided or did. One that the console does
// not take within kAuditWithin is given up, so that nobody waits for the console, and is counted;
// as soon as it takes lines again, the first of them says how many were lost.
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

// What became of a piece of a line.
enum class Sent : std::uint8_t {
  kTaken,
  kNot,   // it is not printed, now or later
  kGone,  // likewise, and who took the line's begin is gone
};

// `Port`: begin() before each line or lines that are written together, and Sent send(const Chunk&,
// bool begun). `begun`: somebody has taken the begin of a line, and the piece is for nobody else.
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
  // Calls `lines`: all that it writes has the time of one line.
  template <class Lines>
  constexpr void write_together(Lines lines) {
    port_.begin();
    together_ = true;
    lines();
    together_ = false;
  }
  // Lines that were given up and not told yet.
  constexpr std::uint64_t lost() const { return lost_; }

  constexpr Port& port() { return port_; }

 private:
  template <class... Args>
  constexpr bool send(const Args&... args) {
    if (!together_) port_.begin();
    if (!end_begun_line()) return false;
    bool taken = true;
    {
      Chunks chunks([&](const Chunk& piece) { taken = taken && put(piece); });
      rt::write(chunks, args..., '\n');
    }
    return taken;
  }

  // What was begun and given up is a line of its own; whoever is gone has none.
  constexpr bool end_begun_line() {
    if (!begun_) return true;
    Chunk end;
    end.push('\n');
    put(end);
    return !begun_;
  }

  constexpr bool put(const Chunk& piece) {
    const Sent sent = port_.send(piece, begun_);
    if (sent == Sent::kTaken) begun_ = !piece.view().ends_with('\n');
    if (sent == Sent::kGone) begun_ = false;
    return sent == Sent::kTaken;
  }

  Port port_{};
  std::uint64_t lost_ = 0;
  bool begun_ = false;     // the last piece that was taken did not end its line
  bool together_ = false;  // the time runs since lines before this one
};

// StartSlot.console.
class ConsolePort {
 public:
  void begin();
  Sent send(const Chunk& text, bool begun) const;

 private:
  std::uint64_t deadline_ = 0;
};

using ConsoleAuditLog = AuditLog<ConsolePort>;

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_AUDIT_LOG_H_
