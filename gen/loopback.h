// For tests of generated code: a kernel that is a function. A client's call becomes a message to
// one server in the same thread, whose answer becomes the call's; Reply objects and windows are
// remembered.
#ifndef GEN_LOOPBACK_H_
#define GEN_LOOPBACK_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "idl/abi.h"
#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

// An answer as it left the server.
struct Answer {
  std::uint64_t status = 0;
  std::uint64_t shape = 0;
  std::array<std::uint64_t, 6> words = {};  // those that the shape counts, the others 0
  std::array<std::uint64_t, 3> capabilities = {};
};

class Loopback {
 public:
  using Server = std::function<rt::Registers(rt::Registers message)>;

  Loopback() {
    instance_ = this;
    rt::host::syscall = [](rt::Registers& registers) { instance_->perform(registers); };
  }
  ~Loopback() {
    instance_ = nullptr;
    rt::host::syscall = nullptr;
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  // Who answers calls: one message in, the next one out (which is none).
  Server server;
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

  // Hands `message` to the server. What it answered, if it did.
  std::optional<Answer> deliver(const rt::Registers& message) {
    answer_.reset();
    receives_ = 0;
    server(message);
    return answer_;
  }

  int receives() const { return receives_; }                          // since the last deliver
  const std::vector<rt::Registers>& calls() const { return calls_; }  // all system calls so far
  const std::map<std::uint64_t, Answer>& kept_answers() const { return kept_answers_; }
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

  static Answer answer_of(const rt::Registers& in, bool with_capabilities) {
    Answer answer{in.a6, in.t1, words_of(in, in.t1 & abi::kTagWordsMask), {}};
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
    switch (static_cast<abi::SystemCall>(in.a7)) {
      case abi::SystemCall::kEndpointCall:
      case abi::SystemCall::kEndpointCallWith:
        return call(in);
      case abi::SystemCall::kEndpointSend:
        deliver(message(asked.a6, words_of(asked, asked.a6 & abi::kTagWordsMask), false));
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
      case abi::SystemCall::kReplyKeep:
        return finish(in, keep_status);
      case abi::SystemCall::kReplySend:
        kept_answers_[asked.t0] = answer_of(asked, true);
        return finish(in, 0);
      default:
        return finish(in, 0);
    }
  }

  void call(rt::Registers& in) {
    const std::optional<Answer> answer =
        deliver(message(in.a6, words_of(in, in.a6 & abi::kTagWordsMask), true));
    finish(in, answer ? answer->status : abi::word(abi::kEpipe));
    if (!answer) return;
    in.t0 = answer->shape;
    store(in, answer->words);
  }

  static inline Loopback* instance_ = nullptr;
  std::optional<Answer> answer_;
  int receives_ = 0;
  std::vector<rt::Registers> calls_;
  std::map<std::uint64_t, Answer> kept_answers_;
};

}  // namespace tessera::gen

#endif  // GEN_LOOPBACK_H_
