// For tests of generated code: a kernel that is a function. A client's call becomes a message to
// one server in the same thread, whose answer becomes the call's; Reply objects and windows are
// remembered. Time does not pass: a call that the server has not answered when it waits for the
// next message ends at its deadline (etimedout); without one the server has died (epipe).
#ifndef GEN_LOOPBACK_H_
#define GEN_LOOPBACK_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "idl/abi.h"
#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

// The words of a message beyond the registers.
inline constexpr unsigned kBeyond = abi::kMessageWordsMax - abi::kMessageRegisters;
using Beyond = std::array<std::uint64_t, kBeyond>;

// An answer as it left the server.
struct Answer {
  std::uint64_t status = 0;
  std::uint64_t shape = 0;
  std::array<std::uint64_t, 6> words = {};  // those that the shape counts, the others 0
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
  rt::Registers message(std::uint64_t tag, std::array<std::uint64_t, 6> words,
                        bool answer_due) const {
    rt::Registers result{};
    result.t0 = badge;
    result.t1 = identity;
    result.t2 = tag;
    result.t3 = static_cast<std::uint64_t>(qos) | (answer_due ? abi::kInfoAnswerDue : 0);
    store(result, words);
    return result;
  }

  // Hands `message` to the server, or to another one. What it answered before it received again.
  std::optional<Answer> deliver(const rt::Registers& message) { return deliver(message, server); }
  std::optional<Answer> deliver(const rt::Registers& message, const Server& to) {
    const std::optional<Answer> before = std::exchange(answer_, std::nullopt);
    const std::uint64_t kept_before = std::exchange(kept_, 0);
    receives_ = 0;
    volatile std::uint64_t* const senders = rt::host::buffer;
    rt::host::buffer = server_has_buffer ? server_buffer.data() : nullptr;
    to(message);
    rt::host::buffer = senders;
    kept_ = kept_before;
    return std::exchange(answer_, before);
  }
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
  void forget() {
    calls_.clear();
    kept_answers_.clear();
  }
  std::uint64_t keep_status = 0;     // what Reply.keep answers
  std::uint64_t receive_status = 0;  // what the receiving calls answer

 private:
  static void store(rt::Registers& to, const std::array<std::uint64_t, 6>& words) {
    to.a0 = words[0];
    to.a1 = words[1];
    to.a2 = words[2];
    to.a3 = words[3];
    to.a4 = words[4];
    to.a5 = words[5];
  }

  static std::array<std::uint64_t, 6> words_of(const rt::Registers& from, std::uint64_t count) {
    std::array<std::uint64_t, 6> words = {from.a0, from.a1, from.a2, from.a3, from.a4, from.a5};
    for (std::uint64_t index = count; index < words.size(); ++index) words[index] = 0;
    return words;
  }

  static unsigned long_words(std::uint64_t shape) {
    const unsigned words = abi::message_words(shape & abi::kTagWordsMask);
    return words <= abi::kMessageRegisters ? 0 : words - abi::kMessageRegisters;
  }
  static void copy(const Beyond& from, Beyond& to, std::uint64_t shape) {
    std::copy_n(from.begin(), long_words(shape), to.begin());
  }

  Answer answer_of(const rt::Registers& in, bool with_capabilities) const {
    Answer answer{in.a6, in.t1, words_of(in, in.t1 & abi::kTagWordsMask), {}, {}};
    copy(server_buffer, answer.beyond, in.t1);
    if (with_capabilities) answer.capabilities = {in.t2, in.t3, in.t4};
    return answer;
  }

  static void finish(rt::Registers& registers, std::uint64_t status) {
    registers = {};
    registers.a6 = status;
  }

  void perform(rt::Registers& in) {
    calls_.push_back(in);
    const rt::Registers asked = in;
    if (intercept && intercept(in)) return;
    switch (static_cast<abi::SystemCall>(in.a7)) {
      case abi::SystemCall::kEndpointCall:
      case abi::SystemCall::kEndpointCallWith:
        return call(in);
      case abi::SystemCall::kEndpointSend:
        if (failure) return fail(in, *failure);
        deliver(sent(asked, false), called(asked));
        return finish(in, 0);
      case abi::SystemCall::kEndpointReceive:
        ++receives_;
        return finish(in, receive_status);
      case abi::SystemCall::kEndpointReplyReceive:
        answer_ = answer_of(asked, false);
        return finish(in, receive_status);
      case abi::SystemCall::kEndpointReplyReceiveWith:
        answer_ = answer_of(asked, true);
        return finish(in, receive_status);
      case abi::SystemCall::kCNodeQuery:
        finish(in, 0);
        in.a0 = abi::word(held[asked.a0].type);
        in.a1 = held[asked.a0].rights;
        return;
      case abi::SystemCall::kReplyKeep:
        if (keep_status == 0) waiting_.insert(kept_ = asked.t0);
        return finish(in, keep_status);
      case abi::SystemCall::kReplySend:
        if (waiting_.erase(asked.t0) == 0) return fail(in, kNoReply);
        kept_answers_[asked.t0] = answer_of(asked, true);
        if (asked.t0 == kept_) answer_ = kept_answers_[asked.t0];
        return finish(in, 0);
      default:
        return finish(in, 0);
    }
  }

  static void fail(rt::Registers& registers, const rt::Error& why) {
    finish(registers, abi::word(why.status));
    registers.a7 = abi::word(why.detail);
  }

  // As it arrives: what is beyond the registers in the server's buffer.
  rt::Registers sent(const rt::Registers& in, bool answer_due) {
    if (const unsigned words = long_words(in.a6); rt::host::buffer != server_buffer.data()) {
      std::copy_n(rt::host::buffer, words, server_buffer.begin());
    }
    return message(in.a6, words_of(in, in.a6 & abi::kTagWordsMask), answer_due);
  }

  const Server& called(const rt::Registers& in) const {
    const auto found = server_at.find(in.t0);
    return found == server_at.end() ? server : found->second;
  }

  void call(rt::Registers& in) {
    if (failure) return fail(in, *failure);
    const bool has_deadline =
        in.a7 == abi::word(abi::SystemCall::kEndpointCallWith) && in.t1 != abi::kNoDeadline;
    const std::optional<Answer> answer = deliver(sent(in, true), called(in));
    if (!answer) return fail(in, has_deadline ? kTimedOut : kPeerDied);
    finish(in, answer->status);
    in.t0 = answer->shape;
    store(in, answer->words);
    std::copy_n(answer->beyond.begin(), long_words(answer->shape), rt::host::buffer);
  }

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
