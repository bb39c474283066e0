// Reply: answers that are kept, and given later, by anybody, once.
#include <cstdint>

#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using kernel::Endpoint;
using kernel::Reply;

constinit Endpoint endpoint;

void client(std::uint64_t number) {
  const auto answered = OK(call(endpoint, number));
  EXPECT(answered.w0 == 100 + number && answered.shape == shape(1));
}

rt::Result<void> send_answer(Reply reply, std::uint64_t word) {
  return reply.send(word, 0, 0, 0, 0, 0, 0, shape(1), 0, 0, 0);
}

// A server that answers in an order of its own, and receives in between.
void kept_answers_are_given_later() {
  endpoint = make<Endpoint>();
  Reply kept[4];
  for (std::uint64_t i = 0; i < 4; ++i) {
    spawn(client, i);
    EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == i);
    kept[i] = make<Reply>();
    OK(kept[i].keep());
  }
  settle();
  for (const std::uint64_t i : {2, 0, 3, 1}) OK(send_answer(kept[i], 100 + i));
  settle();
  REFUSED(endpoint.receive(0), kTimedOut);
  for (const Reply reply : kept) REFUSED(send_answer(reply, 1), kNoReply);
}

void an_answer_may_come_from_another_thread() {
  endpoint = make<Endpoint>();
  static constinit Reply kept;
  kept = make<Reply>();
  const Worker caller = spawn(client, 5);
  OK(endpoint.receive(abi::kNoDeadline));
  OK(kept.keep());
  const Worker other = spawn([](std::uint64_t) { OK(send_answer(kept, 105)); });
  other.join();
  caller.join();
}

void a_reply_is_used_again() {
  endpoint = make<Endpoint>();
  const auto kept = make<Reply>();
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Worker caller = spawn(client, i);
    OK(endpoint.receive(abi::kNoDeadline));
    OK(kept.keep());
    OK(send_answer(kept, 100 + i));
    caller.join();
  }
}

void keep_is_refused() {
  endpoint = make<Endpoint>();
  const auto kept = make<Reply>();
  REFUSED(kept.keep(), kNoReply);
  spawn(client, 1);
  OK(endpoint.receive(abi::kNoDeadline));
  OK(kept.keep());
  REFUSED(make<Reply>().keep(), kNoReply);
  REFUSED(kept.keep(), refusal(abi::kEbusy, Detail::kOccupied));
  REFUSED(Reply(endpoint.slot()).keep(), another_type(0));
  REFUSED(Reply(take_slot()).keep(), no_capability(0));
  // What was refused has lost nothing.
  OK(send_answer(kept, 101));
}

void send_is_refused() {
  endpoint = make<Endpoint>();
  const auto kept = make<Reply>();
  REFUSED(send_answer(kept, 1), kNoReply);
  const Worker caller = spawn(client, 1);
  OK(endpoint.receive(abi::kNoDeadline));
  OK(kept.keep());
  REFUSED(kept.send(0, 0, 0, 0, 0, 0, 0, 0x100, 0, 0, 0), bad_length(8));
  REFUSED(kept.send(0, 0, 0, 0, 0, 0, 0, shape(8), 0, 0, 0), bad_length(8));
  REFUSED(kept.send(0, 0, 0, 0, 0, 0, 0, shape(0), 3, 0, 0), bad_length(9));
  REFUSED(kept.send(0, 0, 0, 0, 0, 0, 0, shape(0, 1), take_slot().index, 0, 0), no_capability(9));
  REFUSED(kept.send(0, 0, 0, 0, 0, 0, 0, shape(0, 1), endpoint.slot().index, 0, 0),
          refusal(abi::kEnospc, Detail::kBadCap));
  settle();
  EXPECT(!caller.is_done());
  OK(send_answer(kept, 101));
  caller.join();
}

void a_reply_needs_its_right() {
  const auto kept = make<Reply>();
  OK(own().mutate(kept.slot().index, 0));
  REFUSED(kept.keep(), lacks_right(0));
  REFUSED(send_answer(kept, 0), lacks_right(0));
}

void a_destroyed_reply_refuses_its_caller() {
  endpoint = make<Endpoint>();
  const auto kept = make<Reply>();
  const Worker caller = spawn([](std::uint64_t) { REFUSED(call(endpoint, 1), kPeerDied); });
  OK(endpoint.receive(abi::kNoDeadline));
  OK(kept.keep());
  drop(kept.slot());
  caller.join();
}

// A kept caller may give up; the reply is empty then.
void a_kept_caller_may_give_up() {
  endpoint = make<Endpoint>();
  const auto kept = make<Reply>();
  const std::uint64_t deadline = in_milliseconds(4);
  const Worker caller = spawn(
      [](std::uint64_t until) { REFUSED(call_until(endpoint, 1, until), kTimedOut); }, deadline);
  const auto received = endpoint.receive(in_milliseconds(1000));
  const auto moved = kept.keep();
  in_time(deadline);
  OK(received);
  OK(moved);
  caller.join();
  REFUSED(send_answer(kept, 1), kNoReply);
}

// The endpoint that the call came by is gone; the answer finds its caller.
void a_kept_answer_outlives_the_endpoint() {
  endpoint = make<Endpoint>();
  const auto kept = make<Reply>();
  const Worker caller = spawn(client, 9);
  OK(endpoint.receive(abi::kNoDeadline));
  OK(kept.keep());
  revoke(endpoint.slot());
  drop(endpoint.slot());
  settle();
  EXPECT(!caller.is_done());
  OK(send_answer(kept, 109));
  caller.join();
}

}  // namespace

std::span<const Behaviour> reply_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"reply.kept_answers_are_given_later", kept_answers_are_given_later},
      {"reply.an_answer_may_come_from_another_thread", an_answer_may_come_from_another_thread},
      {"reply.a_reply_is_used_again", a_reply_is_used_again},
      {"reply.keep_is_refused", keep_is_refused},
      {"reply.send_is_refused", send_is_refused},
      {"reply.a_reply_needs_its_right", a_reply_needs_its_right},
      {"reply.a_destroyed_reply_refuses_its_caller", a_destroyed_reply_refuses_its_caller},
      {"reply.a_kept_caller_may_give_up", a_kept_caller_may_give_up},
      {"reply.a_kept_answer_outlives_the_endpoint", a_kept_answer_outlives_the_endpoint},
  };
  return kAll;
}

}  // namespace tessera::contract
