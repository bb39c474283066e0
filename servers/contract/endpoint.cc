// Endpoint: messages between threads and between tasks, in every order; what the receiver learns;
// the rights that it takes.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;
using kernel::Notification;

constexpr std::uint8_t kSend = rt::rights(Endpoint::Right::kSend);
constexpr std::uint8_t kReceive = rt::rights(Endpoint::Right::kReceive);

// Used by both sides; a further task has its copy.
constinit Endpoint endpoint;

bool is_six(const auto& message, std::uint64_t first) {
  return words_of(message) == Words{first, first + 1, first + 2, first + 3, first + 4, first + 5};
}

rt::Result<Endpoint::CallResult> call_six(Endpoint to) {
  return to.call(10, 11, 12, 13, 14, 15, tag(6));
}

// Calls, and checks the answer.
void client(std::uint64_t slot) {
  const auto answered = OK(call_six(Endpoint({static_cast<std::uint32_t>(slot)})));
  EXPECT(is_six(answered, 20));
  EXPECT(answered.shape == shape(6));
}

// Takes one call, checks it, and answers.
void serve_one(Endpoint from) {
  const auto message = OK(from.receive(abi::kNoDeadline));
  EXPECT(is_six(message, 10));
  EXPECT(message.tag == tag(6));
  EXPECT((message.info & abi::kInfoAnswerDue) != 0);
  OK(answer({20, 21, 22, 23, 24, 25}, shape(6)));
}

void server(std::uint64_t slot) { serve_one(Endpoint({static_cast<std::uint32_t>(slot)})); }

void caller_first_in_one_space() {
  endpoint = make<Endpoint>();
  const Worker caller = spawn(client, endpoint.slot().index);
  settle();
  EXPECT(!caller.is_done());
  serve_one(endpoint);
  caller.join();
}

void receiver_first_in_one_space() {
  endpoint = make<Endpoint>();
  const Worker receiver = spawn(server, endpoint.slot().index);
  settle();
  client(endpoint.slot().index);
  receiver.join();
}

void caller_first_in_two_spaces() {
  endpoint = make<Endpoint>();
  const Space caller = prepare_space(client, gift(0).index);
  caller.give(0, endpoint.slot(), kSend);
  caller.start();
  settle();
  serve_one(endpoint);
  caller.join();
}

void receiver_first_in_two_spaces() {
  endpoint = make<Endpoint>();
  const Space receiver = prepare_space(server, gift(0).index);
  receiver.give(0, endpoint.slot(), kReceive);
  receiver.start();
  settle();
  client(endpoint.slot().index);
  receiver.join();
}

void receiver_learns_who_sent() {
  endpoint = make<Endpoint>();
  const Space caller = prepare_space(client, gift(0).index);
  caller.give(0, endpoint.slot(), kSend, 0x1234'5678'9abc'def0);
  caller.start();
  const auto message = OK(endpoint.receive(abi::kNoDeadline));
  EXPECT(message.badge == 0x1234'5678'9abc'def0);
  EXPECT(message.identity == 0);  // nobody has given it one
  EXPECT((message.info & abi::kInfoClassMask) == abi::word(abi::QosClass::kNormal));
  EXPECT((message.info & ~(abi::kInfoClassMask | abi::kInfoAnswerDue)) == 0);
  OK(answer({20, 21, 22, 23, 24, 25}, shape(6)));
  caller.join();
}

// What is not counted does not travel, either way.
void only_counted_words_travel() {
  endpoint = make<Endpoint>();
  const Worker caller = spawn([](std::uint64_t) {
    for (unsigned words = 0; words <= 6; ++words) {
      const auto answered = OK(endpoint.call(1, 2, 3, 4, 5, 6, tag(words)));
      const Words got = words_of(answered);
      for (unsigned i = 0; i < 6; ++i) EXPECT(got[i] == (i < words ? 7 + i : 0));
    }
  });
  for (unsigned words = 0; words <= 6; ++words) {
    const auto message = OK(endpoint.receive(abi::kNoDeadline));
    const Words got = words_of(message);
    for (unsigned i = 0; i < 6; ++i) EXPECT(got[i] == (i < words ? 1 + i : 0));
    OK(answer({7, 8, 9, 10, 11, 12}, shape(words)));
  }
  caller.join();
}

// The way that servers go: each answer is given with the wait for the next message.
void a_loop_answers_each_caller() {
  endpoint = make<Endpoint>();
  const auto loop = [](std::uint64_t) {
    auto message = OK(endpoint.receive(abi::kNoDeadline));
    std::uint64_t w0 = message.w0;
    for (;;) {
      const auto next = OK(endpoint.reply_receive(w0 + 1, 0, 0, 0, 0, 0, 0, shape(1)));
      EXPECT(next.tag == tag(1));
      w0 = next.w0;
    }
  };
  spawn(loop);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto answered = OK(call(endpoint, 3 * i));
    EXPECT(answered.w0 == 3 * i + 1 && answered.w1 == 0 && answered.shape == shape(1));
  }
  const Space other = prepare_space([](std::uint64_t) {
    for (std::uint64_t i = 0; i < 100; ++i) EXPECT(OK(call(Endpoint(gift(0)), i)).w0 == i + 1);
  });
  other.give(0, endpoint.slot(), kSend);
  other.start();
  other.join();
}

void status_is_the_servers() {
  endpoint = make<Endpoint>();
  const Worker caller = spawn([](std::uint64_t) {
    for (const std::int32_t status : {1, 77, INT32_MAX, -1, INT32_MIN}) {
      const auto answered = call_six(endpoint);
      EXPECT(!answered && answered.error().status == status && answered.error().detail == 0);
    }
  });
  for (const std::int32_t status : {1, 77, INT32_MAX, -1, INT32_MIN}) {
    OK(endpoint.receive(abi::kNoDeadline));
    OK(answer({}, shape(0), status));
  }
  caller.join();
}

void send_waits_for_nothing_but_a_receiver() {
  endpoint = make<Endpoint>();
  const Worker sender = spawn([](std::uint64_t) { OK(send(endpoint, 42)); });
  settle();
  EXPECT(!sender.is_done());
  const auto message = OK(endpoint.receive(abi::kNoDeadline));
  EXPECT(message.w0 == 42 && message.tag == tag(1));
  EXPECT((message.info & abi::kInfoAnswerDue) == 0);
  sender.join();
  // Nobody waits for an answer.
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0), kNoReply);
}

void senders_come_in_order() {
  endpoint = make<Endpoint>();
  const auto sender = [](std::uint64_t number) { OK(send(endpoint, number)); };
  for (std::uint64_t i = 0; i < 4; ++i) {
    spawn(sender, i);
    settle();
  }
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == i);
}

void receivers_come_in_order() {
  endpoint = make<Endpoint>();
  static constinit std::uint64_t got[4] = {};
  for (std::uint64_t i = 0; i < 4; ++i) {
    spawn([](std::uint64_t number) { got[number] = OK(endpoint.receive(abi::kNoDeadline)).w0; }, i);
    settle();
  }
  for (std::uint64_t i = 0; i < 4; ++i) OK(send(endpoint, 100 + i));
  settle();
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT(got[i] == 100 + i);
}

void calls_need_their_rights() {
  const auto all = make<Endpoint>();
  const auto none_to_send = without(all, Endpoint::Right::kSend);
  const auto none_to_receive = without(all, Endpoint::Right::kReceive);
  REFUSED(call_six(none_to_send), lacks_right(0));
  REFUSED(send(none_to_send, 1), lacks_right(0));
  REFUSED(call_until(none_to_send, 1, 0), lacks_right(0));
  REFUSED(none_to_receive.receive(0), lacks_right(0));
  REFUSED(none_to_receive.reply_receive(0, 0, 0, 0, 0, 0, 0, 0), lacks_right(0));
  REFUSED(none_to_receive.reply_receive_with(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), lacks_right(0));
  REFUSED(none_to_receive.cancel_sends(0), lacks_right(0));
  // With them, each of these gets as far as its deadline.
  REFUSED(call_until(none_to_receive, 1, 0), kTimedOut);
  REFUSED(none_to_send.receive(0), kTimedOut);
}

void calls_need_an_endpoint() {
  const Endpoint empty(take_slot());
  const Endpoint notification(make<Notification>().slot());
  REFUSED(call_six(empty), no_capability(0));
  REFUSED(call_six(Endpoint({0})), no_capability(0));
  REFUSED(call_six(Endpoint({kSlots})), no_capability(0));
  REFUSED(call_six(Endpoint({UINT32_MAX})), no_capability(0));
  REFUSED(call_six(notification), another_type(0));
  REFUSED(send(notification, 1), another_type(0));
  REFUSED(empty.receive(0), no_capability(0));
  REFUSED(notification.receive(0), another_type(0));
  REFUSED(notification.reply_receive(0, 0, 0, 0, 0, 0, 0, 0), another_type(0));
}

void tags_are_checked_whole() {
  const auto to = make<Endpoint>();
  const auto try_tag = [&](std::uint32_t value) { return to.call(0, 0, 0, 0, 0, 0, value); };
  REFUSED(try_tag(0), out_of_range(7));
  REFUSED(try_tag(0x00ff'ffff), out_of_range(7));
  REFUSED(try_tag(0x8000'0000), out_of_range(7));
  REFUSED(try_tag(0xffff'ffff), out_of_range(7));
  // call takes no capabilities, and nobody has an IPC buffer.
  REFUSED(try_tag(tag(0, 1)), bad_length(7));
  REFUSED(try_tag(tag(8)), bad_length(7));
  REFUSED(to.call_with(0, 0, 0, 0, 0, 0, 0x00ff'ffff, 0, 0, 0, 0), out_of_range(7));
  REFUSED(to.call_with(0, 0, 0, 0, 0, 0, tag(0), 0, 5, 0, 0), bad_length(9));
  REFUSED(to.call_with(0, 0, 0, 0, 0, 0, tag(0), 0, 0, 0, 5), bad_length(11));
  REFUSED(to.send(0, 0, 0, 0, 0, 0, tag(0, 1), 0, 0, 5, 0), bad_length(10));
}

void shapes_are_checked_whole() {
  endpoint = make<Endpoint>();
  const Worker caller = spawn([](std::uint64_t) { OK(call_six(endpoint)); });
  OK(endpoint.receive(abi::kNoDeadline));
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0x100), bad_length(8));
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0x8000'0000), bad_length(8));
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(0, 1)), bad_length(8));
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(8)), bad_length(8));
  settle();
  EXPECT(!caller.is_done());  // a refused answer is none
  OK(answer({}, shape(6)));
  caller.join();
}

}  // namespace

std::span<const Behaviour> endpoint_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"endpoint.caller_first_in_one_space", caller_first_in_one_space},
      {"endpoint.receiver_first_in_one_space", receiver_first_in_one_space},
      {"endpoint.caller_first_in_two_spaces", caller_first_in_two_spaces},
      {"endpoint.receiver_first_in_two_spaces", receiver_first_in_two_spaces},
      {"endpoint.receiver_learns_who_sent", receiver_learns_who_sent},
      {"endpoint.only_counted_words_travel", only_counted_words_travel},
      {"endpoint.a_loop_answers_each_caller", a_loop_answers_each_caller},
      {"endpoint.status_is_the_servers", status_is_the_servers},
      {"endpoint.send_waits_for_nothing_but_a_receiver", send_waits_for_nothing_but_a_receiver},
      {"endpoint.senders_come_in_order", senders_come_in_order},
      {"endpoint.receivers_come_in_order", receivers_come_in_order},
      {"endpoint.calls_need_their_rights", calls_need_their_rights},
      {"endpoint.calls_need_an_endpoint", calls_need_an_endpoint},
      {"endpoint.tags_are_checked_whole", tags_are_checked_whole},
      {"endpoint.shapes_are_checked_whole", shapes_are_checked_whole},
  };
  return kAll;
}

}  // namespace tessera::contract
