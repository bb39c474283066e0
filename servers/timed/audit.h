// What timed writes of its decisions: a line each, at most kAuditLines in kAuditWindow, so that a
// flood of requests is no flood of lines. Those beyond are folded: counted, and said in one line
// when the window is over.
#ifndef SERVERS_TIMED_AUDIT_H_
#define SERVERS_TIMED_AUDIT_H_

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/service/timed.h"
#include "servers/runtime/text.h"

namespace tessera::timed {

// Of a terminal's screen, once a second: what a person could read, and no load on the console.
inline constexpr std::uint32_t kAuditLines = 16;
inline constexpr std::uint64_t kAuditWindow = 1'000'000'000;  // nanoseconds

// Writes one line, without its end; whether it was taken.
using WriteLine = bool (*)(std::string_view line);

constexpr std::string_view reason_of(service::TimedStatus status) {
  switch (status) {
    case service::TimedStatus::kOk:
      return "applied";
    case service::TimedStatus::kInvalidArgs:
      return "invalid_args";
    case service::TimedStatus::kOverLimit:
      return "over_limit";
    case service::TimedStatus::kMalformed:
      return "malformed";
    default:
      return "internal";
  }
}

class Audit {
 public:
  constexpr explicit Audit(WriteLine write) : write_(write) {}

  // A request to register a timer has been decided. `clock()` tells the time, in nanoseconds; it is
  // asked where a window begins or may be over.
  template <class Clock>
  void decide(service::TimedStatus status, std::uint64_t owner, Clock clock) {
    ++decisions_;
    if (left_ == 0 && !folded() && clock() >= window_end_) left_ = kAuditLines;
    if (left_ == 0) {
      ++(status == service::TimedStatus::kOk ? folded_allow_ : folded_deny_);
      return;
    }
    if (left_ == kAuditLines) window_end_ = clock() + kAuditWindow;
    --left_;
    line(status, owner);
  }

  // When `ring` has something to say; abi::kNoDeadline: it has not.
  std::uint64_t due() const { return folded() ? window_end_ : abi::kNoDeadline; }

  // Says what was folded, if the window is over.
  void ring(std::uint64_t now) {
    if (now < due()) return;
    rt::FixedText<96> text;
    rt::write(text, "audit folded allow=", folded_allow_, " deny=", folded_deny_);
    if (write_(text.text())) {
      folded_allow_ = 0;
      folded_deny_ = 0;
      left_ = kAuditLines;
    } else {
      window_end_ = now + kAuditWindow;
    }
  }

 private:
  bool folded() const { return folded_allow_ + folded_deny_ != 0; }

  void line(service::TimedStatus status, std::uint64_t owner) {
    rt::FixedText<128> text;
    rt::write(text, "audit register decision=",
              std::string_view(status == service::TimedStatus::kOk ? "allow" : "deny"),
              " reason=", reason_of(status), " owner=", rt::hex16(owner), " seq=", decisions_);
    // A console that takes no lines is asked again in the next window, not at each request.
    if (!write_(text.text())) left_ = 0;
  }

  WriteLine write_;
  std::uint64_t decisions_ = 0;
  std::uint64_t folded_allow_ = 0;
  std::uint64_t folded_deny_ = 0;
  std::uint64_t window_end_ = 0;
  std::uint32_t left_ = kAuditLines;
};

}  // namespace tessera::timed

#endif  // SERVERS_TIMED_AUDIT_H_
