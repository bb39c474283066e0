// For tests of generated code: a kernel that is a function. A client's call becomes a message to
// one server in the same thread, whose answer becomes the call's; Reply objects and windows are
// remembered. Time does not pass: a call that the server has not answered when it waits for the
// next message ends at its deadline (etimedout); without one the server has died (epipe).
#ifndef GEN_LOOPBACK_H_
#define GEN_LOOPBACK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "idl/abi.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

// The words of a message beyond the registers.
inline constexpr unsigned kBeyond = abi::kMessageWordsMax - abi::kMessageRegisters;
using Beyond = std::array<std::uint64_t, kBeyond>;
// Those in registers.
using Words = std::array<std::uint64_t, abi::kMessageRegisters>;

// An answer as it left the server.
struct Answer {
  std::uint64_t status = 0;
  std::uint64_t shape = 0;
  Words words = {};  // those that the shape counts, the others 0
  Beyond beyond = {};
  std::array<std::uint64_t, 3> capabilities = {};
};

// How the kernel says that a server has died, and that a deadline has passed.
inline constexpr rt::Error kPeerDied{abi::kEpipe, abi::detail(abi::Detail::kPeerDied, 0)};
inline constexpr rt::Error kTimedOut{abi::kEtimedout, abi::detail(abi::Detail::kTimedOut, 0)};
// And that a Reply object has no caller.
inline constexpr rt::Error kNoReply{abi::kEinval, abi::detail(abi::Detail::kNoReply, 0)};

class Loopback {
 public:
  using Server = std::function<rt::Registers(rt::Registers message)>;

  Loopback() {
    instance_ = this;
    rt::host::syscall = [](rt::Registers& registers) { instance_->perform(registers); };
    rt::host::buffer = client_buffer.data();
  }
  ~Loopback() {
    instance_ = nullptr;
    rt::host::syscall = nullptr;
    rt::host::buffer = nullptr;
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  // Who answers calls: one message in, the next one out (which is none). Of several, each by the
  // slot that is called.
  Server server;
  std::map<std::uint64_t, Server> server_at;
  // Sees each system call first; true: it has answered.
  std::function<bool(rt::Registers& registers)> intercept;
  // What the kernel answers to calls and sends, which then reach nobody: the server is dead, the
  // slot is empty, a right is missing.
  std::optional<rt::Error> failure;
  // Who the kernel says that the sender is.
  std::uint64_t badge = 7;
  std::uint64_t identity = 42;
  abi::QosClass qos = abi::QosClass::kInteractive;

  // A message as the kernel delivers it.
  rt::Registers message(std::uint64_t tag, const Words& words, bool answer_due) const;

  // Hands `message` to the server, or to another one. What it answered before it received again.
  std::optional<Answer> deliver(const rt::Registers& message) { return deliver(message, server); }
  std::optional<Answer> deliver(const rt::Registers& message, const Server& to);
  // Answers what is delivered, for a server that is no generated one.
  void answer(const Answer& answer) { answer_ = answer; }

  // What CNode.query tells of a slot; of others that it is empty.
  struct Held {
    abi::ObjectType type = abi::ObjectType::kNull;
    std::uint8_t rights = 0;
  };
  std::map<std::uint64_t, Held> held;

  // The IPC buffers. What a message does not count stays as it is.
  Beyond client_buffer = {};
  Beyond server_buffer = {};
  bool server_has_buffer = true;

  int receives() const { return receives_; }                          // since the last deliver
  const std::vector<rt::Registers>& calls() const { return calls_; }  // all system calls so far
  const std::map<std::uint64_t, Answer>& kept_answers() const { return kept_answers_; }
  // Reply objects with a caller in them.
  std::size_t waiting() const { return waiting_.size(); }
  // Both again from the beginning.
  void forget() {
    calls_.clear();
    kept_answers_.clear();
  }
  std::uint64_t keep_status = 0;     // what Reply.keep answers
  std::uint64_t receive_status = 0;  // what the receiving calls answer

 private:
  void perform(rt::Registers& in);
  void call(rt::Registers& in);
  // As it arrives: what is beyond the registers in the server's buffer.
  rt::Registers sent(const rt::Registers& in, bool answer_due);
  const Server& called(const rt::Registers& in) const;
  Answer answer_of(const rt::Registers& in, bool with_capabilities) const;

  static inline Loopback* instance_ = nullptr;
  std::optional<Answer> answer_;     // to the message that is being handled
  std::uint64_t kept_ = 0;           // the Reply object that has its caller; 0: none has
  std::set<std::uint64_t> waiting_;  // all Reply objects with a caller
  int receives_ = 0;
  std::vector<rt::Registers> calls_;
  std::map<std::uint64_t, Answer> kept_answers_;
};

}  // namespace tessera::gen

#endif  // GEN_LOOPBACK_H_
