#include "gen/loopback.h"

#include <algorithm>
#include <utility>

#include "idl/system_call.h"
#include "idl/wire.h"

namespace tessera::gen {
namespace {

void store(rt::Registers& to, const Words& words) {
  to.a0 = words[0];
  to.a1 = words[1];
  to.a2 = words[2];
  to.a3 = words[3];
  to.a4 = words[4];
  to.a5 = words[5];
}

Words words_of(const rt::Registers& from, std::uint64_t count) {
  Words words = {from.a0, from.a1, from.a2, from.a3, from.a4, from.a5};
  for (std::uint64_t index = count; index < words.size(); ++index) words[index] = 0;
  return words;
}

unsigned long_words(std::uint64_t shape) {
  const unsigned words = abi::message_words(shape & abi::kTagWordsMask);
  return words <= abi::kMessageRegisters ? 0 : words - abi::kMessageRegisters;
}

void finish(rt::Registers& registers, std::uint64_t status) {
  registers = {};
  registers.a6 = status;
}

void fail(rt::Registers& registers, const rt::Error& why) {
  finish(registers, abi::word(why.status));
  registers.a7 = abi::word(why.detail);
}

}  // namespace

rt::Registers Loopback::message(std::uint64_t tag, const Words& words, bool answer_due) const {
  rt::Registers result{};
  result.t0 = badge;
  result.t1 = identity;
  result.t2 = tag;
  result.t3 = static_cast<std::uint64_t>(qos) | (answer_due ? abi::kInfoAnswerDue : 0);
  store(result, words);
  return result;
}

std::optional<Answer> Loopback::deliver(const rt::Registers& message, const Server& to) {
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

Answer Loopback::answer_of(const rt::Registers& in, bool with_capabilities) const {
  Answer answer{in.a6, in.t1, words_of(in, in.t1 & abi::kTagWordsMask), {}, {}};
  std::copy_n(server_buffer.begin(), long_words(in.t1), answer.beyond.begin());
  if (with_capabilities) answer.capabilities = {in.t2, in.t3, in.t4};
  return answer;
}

void Loopback::perform(rt::Registers& in) {
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

rt::Registers Loopback::sent(const rt::Registers& in, bool answer_due) {
  if (const unsigned words = long_words(in.a6); rt::host::buffer != server_buffer.data()) {
    std::copy_n(rt::host::buffer, words, server_buffer.begin());
  }
  return message(in.a6, words_of(in, in.a6 & abi::kTagWordsMask), answer_due);
}

const Loopback::Server& Loopback::called(const rt::Registers& in) const {
  const auto found = server_at.find(in.t0);
  return found == server_at.end() ? server : found->second;
}

void Loopback::call(rt::Registers& in) {
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

}  // namespace tessera::gen
